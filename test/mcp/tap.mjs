// Test results, as TAP.
import { isDeepStrictEqual } from "node:util";

let tests = 0;
let failures = 0;

export function ok(condition, name, detail) {
  tests++;
  if (!condition) failures++;
  console.log(`${condition ? "ok" : "not ok"} ${tests} - ${name}`);
  if (!condition && detail !== undefined) console.log("# " + String(detail).slice(0, 2000).replaceAll("\n", "\n# "));
}

export const is = (got, wanted, name) => ok(isDeepStrictEqual(got, wanted), name, `got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);

export function finish() {
  console.log(`1..${tests}`);
  process.exit(failures ? 1 : 0);
}
