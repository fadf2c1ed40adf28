// What a client does not see: the database, by psql.
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const { PSQL, CONNINFO } = process.env;
const options = ["-XAtq", "-v", "ON_ERROR_STOP=1", CONNINFO];

export async function psql(sql) {
  const { stdout } = await execute(PSQL, [...options, "-c", sql], { maxBuffer: 1 << 26 });
  return stdout.trim();
}

// Asks until the answer is what is wanted; false where it never is.
export async function waitUntil(get, wanted, milliseconds = 5000) {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    if (wanted(await get())) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

// Holds the row of a user, as somebody else's transaction does.
export async function lock(id) {
  const holder = spawn(PSQL, options, { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  holder.stdout.setEncoding("utf8").on("data", (text) => { said += text; });
  holder.stdin.write(`BEGIN; SELECT 'pid ' || pg_backend_pid() FROM users WHERE id = '${id}' FOR UPDATE;\n`);
  if (!(await waitUntil(() => said, (text) => /pid \d+/.test(text)))) throw new Error("the row is not locked");
  const [, pid] = /pid (\d+)/.exec(said);
  return {
    waiters: async () => Number(await psql(`SELECT count(*) FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid))`)),
    release: () => new Promise((resolve) => { holder.on("close", resolve); holder.stdin.end("ROLLBACK;\n"); }),
  };
}

// What is wrong with a framework's tools, which are to be those of a list of MCP's: in name,
// in words, and in the parameters that a model is told of.
export function sameTools(converted, list) {
  const wanted = new Map(JSON.parse(list).map((tool) => [tool.name, tool]));
  const wrong = [...wanted.keys()].filter((name) => !converted.some((tool) => tool.name === name)).map((name) => `${name}: lost`);
  for (const { name, description, parameters } of converted) {
    const tool = wanted.get(name);
    if (!tool) { wrong.push(`${name}: nobody asked for it`); continue; }
    if (description !== tool.description) wrong.push(`${name}: its description is "${description}"`);
    if (parameters?.type !== "object") wrong.push(`${name}: its parameters are no object`);
    const [has, wants] = [parameters, tool.inputSchema].map((schema) => [Object.keys(schema?.properties ?? {}), schema?.required ?? []].map((names) => names.toSorted().join(" ")));
    for (const part of [0, 1]) if (has[part] !== wants[part]) wrong.push(`${name}: its ${["parameters are", "required parameters are"][part]} ${has[part]}, not ${wants[part]}`);
  }
  return wrong;
}
