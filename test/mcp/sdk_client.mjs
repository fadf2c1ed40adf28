// All that a server offers, by the official clients: tools, resources, prompts.
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { checkTools } from "./tool_list.mjs";
import { mainJob } from "./main_job.mjs";
import { readAll } from "./resources.mjs";
import { is, ok } from "./tap.mjs";

const kinds = {
  "sdk 1": [Client1, Stdio1, {}],
  "client 2 legacy": [Client2, Stdio2, {}],
  "client 2 auto": [Client2, Stdio2, { versionNegotiation: { mode: "auto" } }],
  "client 2 pinned": [Client2, Stdio2, { versionNegotiation: { mode: { pin: "2026-07-28" } } }],
};

// A client of a kind, which is connected to what the command starts; more of its options.
export async function connect(kind, [program, ...args], capabilities = {}, prepare = () => {}) {
  const [Client, Transport, options] = kinds[kind];
  const client = new Client({ name: kind, version: "1.0" }, { ...options, capabilities });
  prepare(client);
  await client.connect(new Transport({ command: program, args, stderr: "inherit" }));
  // version 1 has a schema between the parameters and the options
  const callTool = (name, args_, more = {}) => client.callTool({ name, arguments: args_ }, ...(Client === Client1 ? [undefined] : []), more);
  return { client, callTool };
}

const surfaceOf = (client) => ({
  templates: () => client.listResourceTemplates(),
  resources: (cursor) => client.listResources(cursor === undefined ? {} : { cursor }),
  read: (uri) => client.readResource({ uri }),
  prompts: () => client.listPrompts(),
  prompt: (name, args) => client.getPrompt({ name, arguments: args }),
  complete: (params) => client.complete(params),
});

export async function sdkClient(name, era, command) {
  const { client, callTool } = await connect(name, command);
  is(client.getServerVersion()?.name, "scimver-mcp", `${name}: connects`);
  ok(client.getInstructions()?.includes("expected_version"), `${name}: instructions`);
  const outputs = checkTools(name, (await client.listTools()).tools);
  await mainJob(name, outputs, callTool);
  await readAll(name, surfaceOf(client), async (tool, args) => (await callTool(tool, args)).structuredContent);

  // many at once, each with its own answer
  const many = await Promise.all(Array.from({ length: 40 }, (_, i) => callTool("scim_search_users", { attribute: "userName", value: `nobody ${i}` })));
  ok(many.every((r) => r.structuredContent.success), `${name}: 40 calls at once`);
  const unknown = await callTool("nonsense", {}).then(() => "a result", (e) => e.code);
  is(unknown, -32602, `${name}: an unknown tool is -32602`);

  // a call that is given up is cancelled; the next one works
  const given = new AbortController();
  const aborted = callTool("scim_list_users", {}, { signal: given.signal }).then(() => "a result", () => "aborted");
  given.abort();
  is(await aborted, "aborted", `${name}: a call that is given up`);
  ok((await callTool("scim_server_info", {})).structuredContent.success, `${name}: the next call works`);
  if (era === "legacy") is(await client.ping(), {}, `${name}: ping`);
  await client.close();
}
