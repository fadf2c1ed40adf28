// What the adapters of the official clients share: these have no tool type of their own, and
// a host hands the texts of an answer on.
import { readFileSync } from "node:fs";

// The version of a package, as it is installed.
export const installed = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url))).version;

export async function fromClient(client, callTool) {
  const { tools } = await client.listTools();
  return {
    tools: tools.map(({ name, description, inputSchema }) => ({ name, description, parameters: inputSchema })),
    call: async (name, args, signal) => {
      const { content, isError } = await callTool({ name, arguments: args }, { signal });
      return { text: content.filter((part) => part.type === "text").map((part) => part.text).join("\n"), flag: isError === true };
    },
    close: () => client.close(),
  };
}
