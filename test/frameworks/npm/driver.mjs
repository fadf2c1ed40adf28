// What every npm client has to do, by an adapter for each (NAME.mjs):
// connect(command, arguments, mode) answers "tools", as a model is told of
// them, and call(tool, arguments, signal): the text that a model is shown of the answer, and
// whether it is marked as an error.  "options" are those that the bridge needs there.
//	node driver.mjs NAME prove
//	node driver.mjs NAME count USER_ID STEPS FOLDER
// The "model" is a script: it knows the names of tools and what the adapter says that a
// model would be shown, and nothing else.
import { writeFileSync } from "node:fs";
import { sameTools, lock, psql, waitUntil } from "./world.mjs";

const [name, mode, ...rest] = process.argv.slice(2);
const { SCIMVER_MCP: bridge, CONNINFO: conninfo, SCIMVER_SETS: sets = "" } = process.env;
const packageName = name.replace(/^(client-2)-.*/, "$1");
const adapter = await import(`./${packageName}.mjs`);
const open = (...options) => adapter.connect(bridge, [...options, conninfo], name.slice(packageName.length + 1));

let tests = 0;
let failures = 0;

function ok(condition, text, detail) {
  tests++;
  if (!condition) failures++;
  console.log(`${condition ? "ok" : "not ok"} ${tests} - ${text}`);
  if (!condition && detail !== undefined) console.log(`# ${String(detail).slice(0, 1000).replaceAll("\n", "\n# ")}`);
  return condition;
}

// The JSON in what a model is shown, whatever words stand around it, or the whole block.
function understand(shown) {
  try {
    const json = JSON.parse(shown.slice(shown.indexOf("{"), shown.lastIndexOf("}") + 1));
    return json.structuredContent ?? json;
  } catch {
    throw new Error(`no model could make anything of: ${shown.slice(0, 500)}`);
  }
}

const ask = async (client, tool, args) => understand((await client.call(tool, args)).text);

// All tools of a set become the framework's own: those that the set has, and with all parameters.
async function convertAll(set) {
  const what = set ? `toolset ${set}` : "the tools";
  const client = await open(...(set ? ["--toolset", set] : []));
  const wrong = sameTools(client.tools, await psql(`${set ? `SET scimver.toolset = '${set}';` : ""} SELECT scim_tools()`));
  ok(client.tools.length > 0 && !wrong.length, `${what}: ${client.tools.length} tools are converted`, wrong.join("\n"));
  await client.close();
}

// Creates, updates what was read, is told of mismatches, and goes on by what the last one says.
async function mainJob(client) {
  const userName = `${name}@example.org`;
  const created = await ask(client, "scim_create_user", { user_data: { userName, title: "first", active: true } });
  ok(created.success && created.content.userName === userName, "create", JSON.stringify(created));
  const user_id = created.content.id;
  const read = await ask(client, "scim_get_user", { user_id });
  const updated = await ask(client, "scim_update_user", { user_id, user_data: { ...read.content, title: "second" }, expected_version: read.metadata.version });
  ok(updated.success && updated.content.title === "second", "update on the condition of its version", JSON.stringify(updated));

  // twice: there are frameworks that end the run at the second error in a row
  const stale = { user_id, user_data: { ...updated.content, title: "mine" }, expected_version: updated.metadata.version };
  let shown;
  for (const nickName of ["ann", "bob"]) {
    await psql(`SELECT scim_patch_user('${user_id}', '[{"op": "add", "path": "nickName", "value": "${nickName}"}]')`);
    shown = await client.call("scim_update_user", stale);
    ok(understand(shown.text).content.error_code === "VERSION_MISMATCH", `a mismatch is shown as one, ${nickName}'s`, shown.text);
  }
  console.log(`# a mismatch, ${shown.flag ? "marked" : "not marked"} as an error: ${shown.text.slice(0, 200).replaceAll("\n", " ")}`);
  const { current, current_version } = understand(shown.text).content;
  const recovered = await ask(client, "scim_update_user", { user_id, user_data: { ...current, title: "mine" }, expected_version: current_version });
  ok(recovered.success, "and recovered from", JSON.stringify(recovered));
  const stored = JSON.parse(await psql(`SELECT scim_get_user('${user_id}')`));
  ok(stored.title === "mine" && stored.nickName === "bob", "both changes are stored", JSON.stringify(stored));
  return { user_id, version: recovered.metadata.version };
}

// A call that waits for a row is given up: it ends in the database, too, and writes nothing.
async function giveUp(client, { user_id, version }) {
  const row = await lock(user_id);
  const given = new AbortController();
  const call = client
    .call("scim_patch_user", { user_id, operations: [{ op: "replace", path: "title", value: "given up" }], expected_version: version }, given.signal)
    .then(({ text }) => `answered: ${text}`, (e) => `ended: ${e.message}`);
  ok(await waitUntil(() => row.waiters(), (n) => n === 1), "a call waits for a row that is locked");
  given.abort(new Error("given up"));
  const since = Date.now();
  const end = await call;
  ok(!end.includes('"success":true'), "and is given up", end);
  ok(await waitUntil(() => row.waiters(), (n) => n === 0, 15000), "no statement is left", `the client: ${end}`);
  console.log(`# given up: ${end.slice(0, 100).replaceAll("\n", " ")}; the statement ended after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  await row.release();
  ok((await psql(`SELECT scim_get_user('${user_id}') #>> '{meta,version}'`)).includes(version), "nothing is written");
}

async function prove() {
  console.log(`# version ${adapter.version}`);
  for (const set of sets.trim() ? sets.trim().split(" ") : [""]) await convertAll(set);
  const client = await open(...(adapter.options ?? []));
  const user = await mainJob(client);
  await giveUp(client, user);
  const next = await ask(client, "scim_get_user", { user_id: user.user_id });
  ok(next.success && next.content.title === "mine", "the next call is answered", JSON.stringify(next));
  await client.close();
}

// Adds 1 so many times, beside others who do the same.
async function count(user_id, steps, folder) {
  const client = await open();
  let mismatches = 0;
  writeFileSync(`${folder}/${name}`, "");
  const go = await import("node:fs").then((fs) => waitUntil(() => fs.existsSync(`${folder}/go`), Boolean, 120000));
  if (!go) throw new Error("nobody says go");

  for (let step = 0; step < Number(steps); step++) {
    let seen = null;
    for (;;) {
      if (seen === null) {
        const { content, metadata } = await ask(client, "scim_get_user", { user_id });
        seen = { title: content.title, version: metadata.version };
      }
      // with something of its own: a number that is there already would be taken for its own
      const operations = [{ op: "replace", path: "title", value: String(Number(seen.title) + 1) }, { op: "add", path: "nickName", value: `${name} ${step}` }];
      const { success, metadata, content } = await ask(client, "scim_patch_user", { user_id, operations, expected_version: seen.version });
      if (success && !metadata.unchanged) break;
      if (content.error_code === "VERSION_MISMATCH") {
        mismatches++;
        seen = { title: content.current.title, version: content.current_version };
      } else if (content.retryable) {
        seen = null;		// CONFLICT_STORM, RETRY_LATER: it says how long to wait
      } else {
        throw new Error(JSON.stringify(content));
      }
      await new Promise((resolve) => setTimeout(resolve, content.retry_after_ms ?? 0));
    }
  }
  ok(true, `${steps} increments, each mismatch (${mismatches}) recovered from`);
  await client.close();
}

const parts = { prove, count };
try {
  await parts[mode](...rest);
} catch (e) {
  ok(false, "comes to its end", e.stack);
}
console.log(`1..${tests}`);
process.exit(failures ? 1 : 0);
