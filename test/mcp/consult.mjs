// Conflicts that a client's user decides, by the official clients, whose handler of
// elicitations plays the user; and what a client is told meanwhile of how far a call is.
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { psql } from "./psql.mjs";
import { connect } from "./sdk_client.mjs";
import { is, ok } from "./tap.mjs";

const decides = (decision, more) => ({ action: "accept", content: { decision, ...more } });
const write = (id, data) => psql(null, `UPDATE users SET data = data || '${JSON.stringify(data)}' WHERE id = '${id}'`);

// The user: says one thing after the other, and remembers what he was asked.
class User {
  asked = [];
  answers = [];

  handler = async ({ params }) => {
    this.asked.push(params);
    const answer = this.answers.shift() ?? { action: "cancel" };
    return typeof answer === "function" ? answer() : answer;
  };
}

// A call on a user whose title another has changed in the meantime; what came of it.
async function conflict({ callTool }, name, user, ...answers) {
  const userName = `${name.replaceAll(/\W/g, "-")}-${Math.random()}@example.org`;
  const { content, metadata } = (await callTool("scim_create_user", { user_data: { userName, title: "Guide" } })).structuredContent;
  await write(content.id, { title: "theirs" });
  Object.assign(user, { asked: [], answers: answers.map((answer) => (typeof answer === "function" ? () => answer(content.id) : answer)) });
  const args = { user_id: content.id, user_data: { userName, title: "mine", nickName: "M" }, expected_version: metadata.version, on_conflict: "ask_user" };
  const result = await callTool("scim_update_user", args);
  const { title, nickName } = JSON.parse(await psql(null, `SELECT data FROM users WHERE id = '${content.id}'`));
  return { isError: result.isError ?? false, envelope: result.structuredContent, stored: [title, nickName] };
}

async function decide(name, client, user) {
  const ends = (end) => [end.envelope.success, end.envelope.metadata.decision, ...end.stored];
  const applied = await conflict(client, name, user, decides("apply_mine"));
  is(ends(applied), [true, "apply_mine", "mine", "M"], `${name}: mine is applied`);
  const [{ message, requestedSchema }] = user.asked;
  ok(message.includes("title") && requestedSchema.properties.title.description.includes("theirs"), `${name}: the user is told of what others did`, JSON.stringify(user.asked));
  is(ends(await conflict(client, name, user, decides("keep_current"))), [true, "keep_current", "theirs", undefined], `${name}: what is there is kept`);
  is(ends(await conflict(client, name, user, decides("choose", { title: "theirs" }))), [true, "choose", "theirs", "M"], `${name}: of each what was chosen`);
  const proposed = await conflict(client, name, user, decides("propose"));
  is([proposed.envelope.content.status, ...proposed.stored], ["open", "theirs", undefined], `${name}: it is proposed, and not written`);
  for (const action of ["decline", "cancel"]) {
    const end = await conflict(client, name, user, { action });
    is([end.isError, end.envelope.content.error_code, ...end.stored], [true, "VERSION_MISMATCH", "theirs", undefined], `${name}: ${action} writes nothing`);
  }
  // whoever comes while the user thinks has him asked anew
  const late = await conflict(client, name, user, async (id) => { await write(id, { title: "of a third" }); return decides("apply_mine"); }, decides("choose", { title: "theirs" }));
  is([user.asked.length, ...ends(late)], [2, true, "choose", "of a third", "M"], `${name}: asked again after a third writer`);
}

// While the user thinks, others call; nothing waits in the database.
async function others(name, client, user) {
  let waiting;
  const end = await conflict(client, name, user, async () => {
    waiting = await psql(null, "SELECT count(*) FROM pg_stat_activity WHERE application_name <> 'psql' AND state IN ('active', 'idle in transaction') AND pid <> pg_backend_pid() AND backend_type = 'client backend'");
    ok((await client.callTool("scim_server_info", {})).structuredContent.success, `${name}: another call goes on meanwhile`);
    return decides("apply_mine");
  });
  is([waiting, end.envelope.success], ["0", true], `${name}: no transaction waits for the user`);
}

// Many at once, and how far they are: forward, and not beyond the end.
async function progress(name, { callTool }) {
  const told = [];
  const request = Array.from({ length: 1000 }, (_, i) => ({ method: "POST", path: "/Users", bulkId: `b${i}`, data: { userName: `${name.replaceAll(/\W/g, "-")}-progress-${i}@example.org` } }));
  const { structuredContent } = await callTool("scim_bulk", { request }, { onprogress: (one) => told.push(one) });
  is([structuredContent.success, structuredContent.metadata.succeeded], [true, 1000], `${name}: a long bulk`);
  ok(told.length && told.every(({ progress: now, total }, i) => now > (told[i - 1]?.progress ?? 0) && now <= total && total === 1000), `${name}: tells how far it is`, JSON.stringify(told));
}

// Who cannot ask is told of the mismatch, and what to do.
async function cannotAsk(name, kind, command) {
  const client = await connect(kind, command);
  const end = await conflict(client, name, new User());
  is([end.isError, end.envelope.content.error_code, ...end.stored], [true, "VERSION_MISMATCH", "theirs", undefined], `${name}: a client that cannot ask`);
  ok(end.envelope.content.next_steps.length, `${name}: ... is told what to do`);
  await client.client.close();
}

export async function consult(name, era, command) {
  const kind = name.replace(/^consult /, "");
  const user = new User();
  const client = await connect(kind, command, { elicitation: {} }, (c) => c.setRequestHandler(kind === "sdk 1" ? ElicitRequestSchema : "elicitation/create", user.handler));
  await decide(name, client, user);
  await others(name, client, user);
  await progress(name, client);
  await client.client.close();
  await cannotAsk(name, kind, command);
}
