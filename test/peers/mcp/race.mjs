// Two MCP clients change the same thing, each through a server process of its own.
//
//	node race.mjs ROUNDS FOLDER SCIMVER_MCP CONNINFO
//
// Each round reads what is there anew; then both clients say at once what they
// have read and what they want instead, each something else.  A round is lost
// if both are told that theirs is stored: there is one note, one file, one
// user, so one of the two writes is gone.  Prints a line of JSON for each
// server: "lost", and "neither" for rounds in which both were refused.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const [rounds, folder, bridge, conninfo] = process.argv.slice(2);
const writers = 2;

const packaged = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url)));

// The command of a package, as its own README starts it.
function command(name, ...args) {
  const { bin } = packaged(name);
  const script = typeof bin === "string" ? bin : Object.values(bin)[0];
  return [process.execPath, fileURLToPath(new URL(`./node_modules/${name}/${script}`, import.meta.url)), ...args];
}

const contenders = [
  {
    name: "scimver-mcp",
    version: () => execFileSync(bridge, ["--version"], { encoding: "utf8" }).trim().split(" ").at(-1),
    way: "expected_version",
    start: () => [bridge, conninfo],
    async prepare(call) {
      this.user_id = (await call("scim_create_user", { user_data: { userName: "peers" } })).structuredContent.content.id;
    },
    async read(call) {
      return (await call("scim_get_user", { user_id: this.user_id })).structuredContent.content._version;
    },
    write(expected_version, displayName) {
      return ["scim_update_user", { user_id: this.user_id, user_data: { userName: "peers", displayName }, expected_version }];
    },
  },
  {
    // "Pass it as `if_match` to edit, move, or delete when avoiding lost updates matters."
    name: "obsidian-mcp",
    way: "if_match",
    start() {
      mkdirSync(`${folder}/vault/.obsidian`, { recursive: true });
      writeFileSync(`${folder}/vault/note.md`, "nobody");
      return command("obsidian-mcp", "serve", "--vault", `notes=${folder}/vault`, "--log-level", "error");
    },
    read: async (call) => (await call("obsidian_read_note", { vault: "notes", path: "note.md" })).structuredContent.data.etag,
    write: (etag, content) => ["obsidian_edit_note", { vault: "notes", path: "note.md", operation: "replace", content, if_match: etag }],
  },
  {
    // It has no versions; edit_file refuses where the text to be replaced is not there.
    name: "@modelcontextprotocol/server-filesystem",
    way: "edit_file",
    start() {
      mkdirSync(`${folder}/files`, { recursive: true });
      writeFileSync(`${folder}/files/note.md`, "nobody");
      return command("@modelcontextprotocol/server-filesystem", `${folder}/files`);
    },
    read: async (call) => (await call("read_text_file", { path: `${folder}/files/note.md` })).content[0].text,
    write: (oldText, newText) => ["edit_file", { path: `${folder}/files/note.md`, edits: [{ oldText, newText }] }],
  },
];

async function connect([command, ...args]) {
  const client = new Client({ name: "race", version: "1" });
  await client.connect(new StdioClientTransport({ command, args, stderr: "ignore" }));
  return client;
}

async function race(contender) {
  const { name, way, version = () => packaged(name).version } = contender;
  const words = contender.start();
  const clients = await Promise.all(Array.from({ length: writers }, () => connect(words)));
  const call = (client, name, args) => client.callTool({ name, arguments: args });
  // what is no write must succeed
  const ask = async (name, args) => {
    const answer = await call(clients[0], name, args);
    if (answer.isError) throw new Error(`${name}: ${answer.content[0].text}`);
    return answer;
  };
  let lost = 0, neither = 0;
  await contender.prepare?.(ask);
  for (let round = 0; round < rounds; round++) {
    const seen = await contender.read(ask);
    const told = await Promise.all(clients.map((client, writer) => call(client, ...contender.write(seen, `round ${round}, writer ${writer}`))));
    const stored = told.filter((answer) => !answer.isError).length;
    lost += stored > 1;
    neither += stored === 0;
  }
  await Promise.all(clients.map((client) => client.close()));
  console.log(JSON.stringify({ name, version: version(), way, rounds: +rounds, writers, lost, neither }));
}

rmSync(folder, { recursive: true, force: true });
for (const contender of contenders) await race(contender);
