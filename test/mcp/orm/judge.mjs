// What is there, against what was acknowledged.
import { counters, valueOf } from "./shapes.mjs";

const read = async (agent, tool, args) => (await agent.callTool({ name: tool, arguments: args })).structuredContent;

// All users as an agent sees them.
async function listUsers(agent) {
  const all = [];
  let cursor = "*";
  do {
    const { content, success, metadata } = await read(agent, "scim_list_users", { cursor, count: 20 });
    if (!success) throw new Error(JSON.stringify(content));
    all.push(...content.Resources);
    cursor = metadata.next_cursor;
  } while (cursor);
  return all;
}

// Counters that are not what was acknowledged: [what, id, is, should be].
export async function wrongCounters(world, agent) {
  const wrong = [];
  const resources = new Map((await listUsers(agent)).map((r) => [r.id, r]));
  const rows = new Map((await world.User.findAll()).map((u) => [String(u.id), u]));
  for (const user of world.users) {
    const id = String(user.id);
    for (const counter of counters) {
      const { field, of } = world.shape[counter];
      const wanted = world.counted[counter].get(id) ?? 0;
      const [shown, stored] = [of(resources.get(id) ?? {}), valueOf(rows.get(id)?.[field])];
      if (shown !== wanted || stored !== wanted) wrong.push([counter, id, shown, stored, wanted]);
    }
  }
  return wrong;
}

export async function wrongNames(world, agent) {
  const wrong = [];
  for (const { id } of world.groups) {
    const { content } = await read(agent, "scim_get_group", { group_id: String(id), attributes: ["displayName"] });
    const [is, wanted] = [Number.parseInt(content.displayName, 10) || 0, world.counted.names.get(String(id)) ?? 0];
    if (is !== wanted) wrong.push([id, is, wanted]);
  }
  return wrong;
}

// Memberships that are there and should not be, or the other way round: in the table, and as the agents see them.
export async function wrongMembers(world, agent) {
  const [userKey, groupKey] = world.keys.map((key) => world.Member.rawAttributes[key].field);
  const stored = new Set((await world.query(`SELECT ${groupKey} || ' ' || ${userKey} AS pair FROM ${world.shape.tables[2]}`)).map((r) => r.pair));
  const shown = new Set();
  for (const { id } of world.groups) {
    let cursor;
    do {
      const { content, success, metadata } = await read(agent, "scim_list_group_members", { group_id: String(id), count: 100, ...(cursor && { cursor }) });
      if (!success) throw new Error(JSON.stringify(content));
      for (const member of content.Resources) shown.add(`${id} ${member.value}`);
      cursor = metadata.next_cursor ?? content.nextCursor;
    } while (cursor);
  }
  const differs = (a, b) => [...a].filter((pair) => !b.has(pair));
  return [...differs(stored, world.members), ...differs(world.members, stored), ...differs(shown, stored), ...differs(stored, shown)];
}

// Users that were made on the way: those who are there, and those who should be.
export async function wrongUsers(world, agent) {
  const there = new Set((await listUsers(agent)).map((r) => r.userName).filter((name) => name.startsWith("made-")));
  return [...[...there].filter((name) => !world.alive.has(name)), ...[...world.alive].filter((name) => !there.has(name))];
}

// What the check finds; and resources whose version is not that which any client computes.
export async function wrongVersions(world) {
  const found = [];
  for (const table of world.shape.tables) found.push(...await world.query(`SELECT '${table}' AS relation, * FROM scim_check_table('${table}') WHERE problem <> 'limit'`));
  const [users, groups] = world.shape.tables;
  for (const [kind, table] of [["user", users], ["group", groups]]) {
    found.push(...await world.query(`SELECT r #>> '{meta,resourceType}' AS type, r ->> 'id' AS id
      FROM (SELECT scim_get_${kind}(id::text) AS r FROM ${table}${world.shape.live ? ` WHERE ${world.shape.live}` : ""}) AS all_of_them
      WHERE r #>> '{meta,version}' <> scim_version(r)`));
  }
  return found;
}
