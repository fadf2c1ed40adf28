// LangChain.js: the node of its agents that calls tools makes the message that a model reads.
import { AIMessage } from "@langchain/core/messages";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { installed } from "./official.mjs";

export const version = installed("@langchain/mcp-adapters");

export async function connect(command, args) {
  const client = new MultiServerMCPClient({ mcpServers: { scimver: { transport: "stdio", command, args } } });
  const tools = await client.getTools();
  const node = new ToolNode(tools);
  return {
    tools: tools.map((tool) => convertToOpenAITool(tool).function),
    call: async (name, arguments_, signal) => {
      const wish = new AIMessage({ content: "", tool_calls: [{ type: "tool_call", id: "1", name, args: arguments_ }] });
      const { messages } = await node.invoke({ messages: [wish] }, { signal });
      return { text: messages[0].text, flag: messages[0].status === "error" };
    },
    close: () => client.close(),
  };
}
