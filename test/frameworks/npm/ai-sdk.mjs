// The AI SDK: its generateText() calls the tools, and a model that is a script is shown what
// any other would be.
import { createMCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as Transport } from "@ai-sdk/mcp/mcp-stdio";
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { installed } from "./official.mjs";

export const version = installed("@ai-sdk/mcp");

// It does not tell the server that a call was given up: the server's limit has to end it.
export const options = ["--timeout", "8"];

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
const answer = (...content) => ({ content, finishReason: { unified: content[0].type === "text" ? "stop" : "tool-calls" }, usage, warnings: [] });

export async function connect(command, args) {
  const client = await createMCPClient({ transport: new Transport({ command, args, stderr: "inherit" }), clientName: "ai-sdk" });
  const tools = await client.tools();
  const run = async (abortSignal, ...answers) => {
    const model = new MockLanguageModelV4({ doGenerate: answers });
    await generateText({ model, tools, prompt: "Do it.", stopWhen: isStepCount(answers.length), abortSignal, maxRetries: 0 });
    return model.doGenerateCalls;
  };
  const [{ tools: shown }] = await run(undefined, answer({ type: "text", text: "Hello." }));
  return {
    tools: shown.map(({ name, description, inputSchema }) => ({ name, description, parameters: inputSchema })),
    call: async (toolName, input, signal) => {
      const wish = { type: "tool-call", toolCallId: "1", toolName, input: JSON.stringify(input) };
      const [, { prompt }] = await run(signal, answer(wish), answer({ type: "text", text: "Done." }));
      const { output } = prompt.at(-1).content[0];
      const text = output.type === "content" ? output.value.map((part) => part.text).join("\n") : JSON.stringify(output.value);
      return { text, flag: output.type.startsWith("error") };
    },
    close: () => client.close(),
  };
}
