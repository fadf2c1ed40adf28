// What people do with psql, each under a name of his own:	psql(PERSON or null, SQL)
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);
const [conninfo] = process.argv.slice(2);

export async function psql(person, sql) {
  const { stdout } = await execute(process.env.PSQL, ["-XAtq", "-v", "ON_ERROR_STOP=1", conninfo, ...(person ? ["-c", `SET SESSION AUTHORIZATION ${person}`] : []), "-c", sql]);
  return stdout.trim();
}
