// The protocol's own conformance suite, of both revisions, through http_front.mjs:
//	node conformance.mjs CONNINFO FOLDER
// It speaks HTTP only, and most of it wants a server with tools, resources and prompts of the
// suite's own.  What therefore fails stands in conformance-baseline.json, each with its reason;
// everything else has to pass.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { startFront } from "./http_front.mjs";
import { finish, ok } from "./tap.mjs";

const [conninfo, folder] = process.argv.slice(2);
const suite = new URL("./node_modules/@modelcontextprotocol/conformance/", import.meta.url);
const baseline = JSON.parse(readFileSync(new URL("./conformance-baseline.json", import.meta.url)));

// The scenarios for servers that a revision scores.
function required(revision) {
  const text = readFileSync(new URL(`requirements/${revision}.yaml`, suite), "utf8");
  const [, section] = /^server:\n((?: {2}- .*\n)+)/m.exec(text);
  return section.trim().split("\n").map((line) => line.replace(/^\s*- /, ""));
}

// By scenario, what each of its checks came to.
function runSuite(url, revision) {
  const results = `${folder}/conformance-${revision}`;
  mkdirSync(results);
  const args = ["server", "--url", url, "--requirements", revision, "--output-dir", results];
  return new Promise((resolve) => execFile(process.execPath, [new URL("dist/index.js", suite).pathname, ...args], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
    const found = new Map();
    for (const name of readdirSync(results)) {
      const [, scenario] = /^server-(.*?)-\d{4}-\d{2}-\d{2}T/.exec(name);
      found.set(scenario, JSON.parse(readFileSync(`${results}/${name}/checks.json`)));
    }
    if (!found.size) console.log(`# ${stdout}${stderr}`.replaceAll("\n", "\n# "));
    resolve(found);
  }));
}

const isBad = ({ status }) => status === "FAILURE" || status === "WARNING";
const shown = ({ id, errorMessage }) => `${id}: ${errorMessage}`.slice(0, 400);

// A scenario passes that has passed something, and failed nothing but what is expected of it:
// the whole scenario, or some of its checks.
function judge(revision, scenario, checks, expected) {
  const what = `${revision} ${scenario}`;
  if (!checks) return ok(false, `${what}: is run`);
  const bad = checks.filter(isBad);
  if (expected.has(scenario)) {
    console.log(bad.length ? `# ${what} fails, as expected` : `# ${what} passes, and stands in the baseline`);
    return undefined;
  }
  const unexpected = bad.filter(({ id }) => !expected.has(`${scenario}:${id}`));
  const passed = checks.filter(({ id, status }) => status === "SUCCESS" && id !== "wire-schema-valid");
  for (const { id } of passed) if (expected.has(`${scenario}:${id}`)) console.log(`# ${what}: ${id} passes, and stands in the baseline`);
  return ok(passed.length && !unexpected.length, `${what}: ${passed.length} checks`, unexpected.map(shown).join("\n"));
}

for (const revision of ["2026-07-28", "2025-11-25"]) {
  const expected = new Set(baseline.flatMap((entry) => entry[revision] ?? []));
  const front = await startFront(process.env.SCIMVER_MCP, [conninfo]);
  const found = await runSuite(front.url, revision);
  front.close();
  const scored = required(revision);
  for (const scenario of scored) judge(revision, scenario, found.get(scenario), expected);
  for (const entry of expected) ok(scored.includes(entry.split(":")[0]), `${revision} ${entry}: the baseline names what there is`);
}
finish();
