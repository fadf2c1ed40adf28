// All that the bridge does, by the official clients:	node clients.mjs CONNINFO FOLDER
// Every message goes through tee.mjs, and its transcript is held against the schemas.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { consult } from "./consult.mjs";
import { inspectorCli } from "./inspector.mjs";
import { live } from "./live.mjs";
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

// who, by what, the era that he is to speak, and what is to be spoken of
const everything = ["tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read", "prompts/list", "prompts/get"];
const completed = [...everything, "completion/complete"];
const kinds = [["sdk 1", "legacy"], ["client 2 legacy", "legacy"], ["client 2 auto", "modern"], ["client 2 pinned", "modern"]];
const watched = { legacy: ["resources/subscribe", "resources/unsubscribe"], modern: ["subscriptions/listen", "notifications/subscriptions/acknowledged"] };
const asked = { legacy: ["elicitation/create"], modern: [] };
const plan = [
  ...kinds.map(([name, era]) => [name, sdkClient, era, completed]),
  ...["legacy", "auto", "modern"].map((era) => [`inspector ${era}`, inspectorCli, era, everything]),
  ...kinds.map(([name, era]) => [`consult ${name}`, consult, era, [...asked[era], "tools/call", "notifications/progress"]]),
  ...kinds.map(([name, era]) => [`live ${name}`, live, era, [...watched[era], "notifications/resources/updated", "notifications/tools/list_changed"]]),
];
const chosen = process.env.SCIMVER_CLIENTS ? plan.filter(([name]) => name.startsWith(process.env.SCIMVER_CLIENTS)) : plan;
for (const [name, run, era, spoken] of chosen) {
  try {
    await run(name, era, command(name));
  } catch (e) {
    ok(false, `${name}: comes to its end`, e.stack);
  }
  try {
    const found = checkTranscript(`${folder}/${name}.transcript`);
    is(found.errors, [], `${name}: all ${found.messages} messages keep to the schema`);
    is([...found.eras], [era === "legacy" ? era : "modern"], `${name}: spoke the era that it was to speak`);
    is(spoken.filter((method) => !found.methods.has(method)), [], `${name}: spoke of all`);
  } catch (e) {
    ok(false, `${name}: its transcript`, e.stack);
  }
}
if (readdirSync(folder).filter((f) => f.endsWith(".transcript")).length !== chosen.length) ok(false, "a transcript for each client");
await psql(null, `SELECT scim_set_policy('default', 'User', NULL); DROP OWNED BY ${people}; DROP ROLE ${people}`);
finish();
