// The official TypeScript client, version 2, in its three modes.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { fromClient, installed } from "./official.mjs";

export const version = installed("@modelcontextprotocol/client");

const modes = {
  legacy: {},
  auto: { versionNegotiation: { mode: "auto" } },
  pinned: { versionNegotiation: { mode: { pin: "2026-07-28" } } },
};

export async function connect(command, args, mode) {
  const client = new Client({ name: `client-2-${mode}`, version }, modes[mode]);
  await client.connect(new StdioClientTransport({ command, args, stderr: "inherit" }));
  return fromClient(client, (params, options) => client.callTool(params, options));
}
