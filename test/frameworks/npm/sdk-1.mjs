// The official TypeScript SDK, version 1: it knows the era of initialize only.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { fromClient, installed } from "./official.mjs";

export const version = installed("@modelcontextprotocol/sdk");

export async function connect(command, args) {
  const client = new Client({ name: "sdk-1", version });
  await client.connect(new StdioClientTransport({ command, args, stderr: "inherit" }));
  return fromClient(client, (params, options) => client.callTool(params, undefined, options));
}
