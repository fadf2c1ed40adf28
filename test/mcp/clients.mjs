// All that the bridge does, by the official clients:	node clients.mjs CONNINFO FOLDER
// Every message goes through tee.mjs, and its transcript is held against the schemas.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspectorCli } from "./inspector.mjs";
import { psql } from "./psql.mjs";
import { sdkClient } from "./sdk_client.mjs";
import { finish, is, ok } from "./tap.mjs";
import { checkTranscript } from "./transcript.mjs";
import { checkTheChecker } from "./transcript_cases.mjs";

const [conninfo, folder] = process.argv.slice(2);
const tee = fileURLToPath(new URL("./tee.mjs", import.meta.url));
const bridge = process.env.SCIMVER_MCP;

// A bridge with all tools, whose messages are written down.
const command = (name) => [process.execPath, tee, `${folder}/${name}.transcript`, bridge, "--toolset", "full", conninfo];

console.log(`# ${bridge}`);
checkTheChecker();
const people = "mcp_people, mcp_ann, mcp_bob";
await psql(null, `CREATE ROLE mcp_people; CREATE ROLE mcp_ann IN ROLE mcp_people; CREATE ROLE mcp_bob IN ROLE mcp_people;
  SELECT scim_grant_tenant('default', 'mcp_people'), scim_set_policy('default', 'User', '{"review": {"attributes": ["userType"], "reviewers": ["mcp_people"]}}')`);

// who, by what, the era that he is to speak, and what he speaks of
const plan = [
  ["sdk 1", sdkClient, "legacy"],
  ["client 2 legacy", sdkClient, "legacy"],
  ["client 2 auto", sdkClient, "modern"],
  ["client 2 pinned", sdkClient, "modern"],
  ["inspector legacy", inspectorCli, "legacy"],
  ["inspector auto", inspectorCli, "modern"],
  ["inspector modern", inspectorCli, "modern"],
];
const spoken = ["tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read", "prompts/list", "prompts/get"];
for (const [name, run, era] of plan) {
  try {
    await run(name, name.startsWith("inspector ") ? name.split(" ")[1] : era, command(name));
  } catch (e) {
    ok(false, `${name}: comes to its end`, e.stack);
  }
  try {
    const found = checkTranscript(`${folder}/${name}.transcript`);
    is(found.errors, [], `${name}: all ${found.messages} messages keep to the schema`);
    is([...found.eras], [era], `${name}: spoke the era that it was to speak`);
    is(spoken.filter((method) => !found.methods.has(method)), [], `${name}: spoke of all`);
  } catch (e) {
    ok(false, `${name}: its transcript`, e.stack);
  }
}
if (readdirSync(folder).filter((f) => f.endsWith(".transcript")).length !== plan.length) ok(false, "a transcript for each client");
await psql(null, `SELECT scim_set_policy('default', 'User', NULL); DROP OWNED BY ${people}; DROP ROLE ${people}`);
finish();
