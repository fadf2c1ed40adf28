// The same by the command line of the inspector, in each of its eras: a process for each request.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkTools } from "./tool_list.mjs";
import { mainJob } from "./main_job.mjs";
import { readAll } from "./resources.mjs";
import { is, ok } from "./tap.mjs";

const execute = promisify(execFile);
const program = fileURLToPath(new URL("./node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js", import.meta.url));
const [, folder] = process.argv.slice(2);

// Runs it; what it says beside the result must be nothing.
async function inspect(era, command, ...args) {
  const options = ["--cli", "--format", "json", "-q", "--protocol-era", era, ...args, "--", ...command];
  const home = { ...process.env, HOME: folder, MCP_CATALOG_PATH: `${folder}/catalog.json` };
  try {
    const { stdout, stderr } = await execute(process.execPath, [program, ...options], { env: home, maxBuffer: 1 << 26 });
    return { code: 0, out: JSON.parse(stdout), text: stderr };
  } catch (e) {
    let out = null;
    try { out = JSON.parse(e.stdout); } catch { /* the code says it all */ }
    return { code: e.code, out, text: `${e.stdout}\n${e.stderr}` };
  }
}

const payload = (run) => run.out?.result ?? run.out;

// A result, or the error that it tells of.
async function request(era, command, ...args) {
  const run = await inspect(era, command, ...args);
  if (run.code === 0) return payload(run);
  throw new Error(run.text);
}

const pairs = (object) => Object.entries(object).flatMap(([name, value]) => ["--prompt-args", `${name}=${value}`]);

function surfaceOf(era, command) {
  const ask = (method, ...args) => request(era, command, "--method", method, ...args);
  return {
    templates: () => ask("resources/templates/list"),
    resources: () => ask("resources/list"),
    read: (uri) => ask("resources/read", "--uri", uri),
    prompts: () => ask("prompts/list"),
    prompt: (name, args) => ask("prompts/get", "--prompt-name", name, ...pairs(args)),
  };
}

export async function inspectorCli(name, era, command) {
  const list = await inspect(era, command, "--strict", "--method", "tools/list");
  is([list.code, list.out?.schemaFindings, list.text], [0, undefined, ""], `${name}: tools/list --strict finds nothing, and warns of nothing`);
  const outputs = checkTools(name, payload(list)?.tools ?? []);
  const callTool = async (tool, args) => {
    const run = await inspect(era, command, "--method", "tools/call", "--tool-name", tool, "--tool-args-json", JSON.stringify(args));
    const result = payload(run);
    if (run.code !== (result?.isError ? 5 : 0)) ok(false, `${name}: exit code ${run.code} of ${tool}`, run.text);
    return result;
  };
  await mainJob(name, outputs, callTool);
  await readAll(name, surfaceOf(era, command), async (tool, args) => (await callTool(tool, args)).structuredContent);
}
