// Agents: official MCP clients that work through the bridge.
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { random } from "./world.mjs";
import { mine } from "./application.mjs";

const shares = { update: 50, patch: 20, member: 15, rename: 8, create: 4, remove: 3 };

export async function connectAgent(bridge, conninfo) {
  const client = new Client({ name: "orm test", version: "1.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StdioClientTransport({ command: bridge, args: ["--pool", "2", conninfo], stderr: "inherit" }));
  return client;
}

// An agent of a client; naive ones do not say which version they have read.
export async function runAgent(world, client, name, number, everybody, quota, { naive, only } = {}) {
  const { shape } = world;
  const dice = random(2000 + number);
  const pairs = mine(world.groups.flatMap((group) => world.users.map((user) => [group, user])), number, everybody);
  const chosen = () => (dice.below(2) ? world.users[dice.below(8)] : dice.of(world.users));

  const call = async (tool, args) => (await client.callTool({ name: tool, arguments: args })).structuredContent;
  const read = async (tool, args) => {
    const envelope = await call(tool, args);
    if (!envelope.success) throw new Error(`${tool}: ${JSON.stringify(envelope.content)}`);
    return envelope.content;
  };
  // Reads, writes what "change" makes of it, and on VERSION_MISMATCH does both again.
  const write = async (tool, readNow, change) => {
    for (;;) {
      const current = await readNow();
      const expected = naive || !current ? {} : { expected_version: current._version };
      const envelope = await call(tool, { ...change(current), ...expected });
      if (envelope.success) {
        world.writes++;
        return envelope.content;
      }
      const code = envelope.content.error_code;
      if (code === "VERSION_MISMATCH") world.mismatches++;
      else if (code === "RETRY_LATER") world.deadlocks++;
      else throw new Error(`${tool}: ${JSON.stringify(envelope.content)}`);
    }
  };
  const nothing = async () => null;
  const getUser = (user) => () => read("scim_get_user", { user_id: String(user.id) });
  const getGroup = (group) => () => read("scim_get_group", { group_id: String(group.id), attributes: ["displayName"] });
  const signed = (n) => `${n} by ${name}`;

  const ways = {
    // the whole resource, as it was read, with one more
    async update() {
      const user = only ?? chosen();
      await write("scim_update_user", getUser(user), (current) => {
        const { _version, ...data } = shape.agents.set(current, signed(shape.agents.of(current) + 1));
        return { user_id: String(user.id), user_data: data };
      });
      world.count("agents", user.id);
    },
    async patch() {
      const user = chosen();
      await write("scim_patch_user", getUser(user), (current) => ({ user_id: String(user.id),
        operations: [{ op: "replace", path: shape.agents.path, value: signed(shape.agents.of(current) + 1) }] }));
      world.count("agents", user.id);
    },
    async member() {
      const [group, user] = dice.of(pairs);
      const pair = `${group.id} ${user.id}`;
      const is = world.members.has(pair);
      await write("scim_modify_group_members", dice.below(2) ? getGroup(group) : nothing,
        () => ({ group_id: String(group.id), [is ? "remove" : "add"]: [String(user.id)] }));
      if (is) world.members.delete(pair);
      else world.members.add(pair);
    },
    async rename() {
      const group = dice.of(world.groups);
      await write("scim_update_group", getGroup(group), (current) => ({ group_id: String(group.id),
        group_data: { displayName: `${(Number.parseInt(current.displayName, 10) || 0) + 1} ${group.id} by ${name}` } }));
      world.count("names", group.id);
    },
    async create() {
      const userName = `made-${number}-${world.writes}`;
      const { id } = await write("scim_create_user", nothing,
        () => ({ user_data: { userName, emails: [{ type: "work", value: `${userName}@example.org` }] } }));
      world.alive.add(userName);
      world.removable.agents.push({ id, name: userName });
    },
    // of a user that the application made
    async remove() {
      const user = world.removable.application.shift();
      if (!user) return false;
      await write("scim_delete_user", getUser(user), () => ({ user_id: String(user.id) }));
      world.alive.delete(user.username);
    },
  };
  for (let done = 0; done < quota;) if ((await ways[only ? "update" : dice.way(shares)]()) !== false) done++;
}
