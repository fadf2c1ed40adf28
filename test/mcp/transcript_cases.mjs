// Transcripts that are wrong, and what is to be found in each: who finds nothing in the others
// must be able to find something.
import { ok } from "./tap.mjs";
import { checkLines } from "./transcript.mjs";

const modern = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} };
const stamp = { "io.modelcontextprotocol/serverInfo": { name: "s", version: "1" } };
const ours = (message) => `>${JSON.stringify({ jsonrpc: "2.0", ...message })}`;
const theirs = (message) => `<${JSON.stringify({ jsonrpc: "2.0", ...message })}`;

const call = (_meta, more) => ours({ id: 1, method: "tools/call", params: { name: "t", arguments: {}, ...(_meta && { _meta }), ...more } });
const done = (result) => theirs({ id: 1, result });
const read = (_meta) => ours({ id: 1, method: "resources/read", params: { uri: "u:1", ...(_meta && { _meta }) } });
const refused = (code, data = { uri: "u:1" }) => theirs({ id: 1, error: { code, message: "Resource not found", data } });
const progress = (n, progressToken = "p") => theirs({ method: "notifications/progress", params: { progressToken, progress: n, total: 9 } });
const listen = ours({ id: 1, method: "subscriptions/listen", params: { _meta: modern, notifications: { resourceSubscriptions: ["scim://t/Users/1"] } } });
const told = (method, params) => theirs({ method: `notifications/${method}`, params: { ...params, _meta: { "io.modelcontextprotocol/subscriptionId": 1 } } });
const acknowledged = told("subscriptions/acknowledged", { notifications: { resourceSubscriptions: ["scim://t/Users/1"] } });
const updated = (uri = "scim://t/Users/1") => told("resources/updated", { uri });
const wish = { method: "elicitation/create", params: { mode: "form", message: "?", requestedSchema: { type: "object", properties: { a: { type: "string" } } } } };
const question = theirs({ id: "q", ...wish });
const reply = (result) => ours({ id: "q", result });
const complete = { resultType: "complete", _meta: stamp, content: [] };
const required = (inputRequests, more) => done({ resultType: "input_required", _meta: stamp, requestState: "s", inputRequests, ...more });
const flat = { ...wish, params: { ...wish.params, requestedSchema: { type: "object", properties: { a: { type: "object" } } } } };

// what it is, its lines, and the beginning of each error (none: nothing is wrong with it)
const cases = [
  ["a call", [call(), done({ content: [] })], []],
  ["a result without its type", [call(modern), done({ content: [], _meta: stamp })], ["CallToolResult must have"]],
  ["a result without its server", [call(modern), done({ resultType: "complete", content: [] })], ["serverInfo"]],
  ["an answer to nothing", [done({ content: [] })], ["an answer to nothing"]],
  ["what is not found", [read(modern), refused(-32602), read(), refused(-32002)], []],
  ["what is not found, with the other era's code", [read(modern), refused(-32002)], ["what was not found"]],
  ["what is not found, of no name", [read(modern), refused(-32602, {})], ["what was not found"]],
  ["progress", [call({ progressToken: "p" }), progress(1), progress(2), done({ content: [] })], []],
  ["progress that stands still", [call({ progressToken: "p" }), progress(1), progress(1)], ["progress after 1"]],
  ["progress after the answer", [call({ progressToken: "p" }), done({ content: [] }), progress(1)], ["progress of nothing"]],
  ["progress of another", [call({ progressToken: "p" }), progress(1, "q")], ["progress of nothing"]],
  ["questions in a result", [call(modern), required({ decision: wish }), call(modern, { requestState: "s", inputResponses: { decision: { action: "decline" } } }), done(complete)], []],
  ["a question that is not flat", [call(modern), required({ decision: flat })], ["InputRequiredResult/inputRequests/decision"]],
  ["a question where none may be", [ours({ id: 1, method: "tools/list", params: { _meta: modern } }), required({ decision: wish })], ["tools/list is answered with a question"]],
  ["a reply that is none", [call(modern, { requestState: "s", inputResponses: { decision: { action: "perhaps" } } })], ["CallToolRequest/params/inputResponses"]],
  ["a question to the client", [call(), question, reply({ action: "accept", content: { a: "b" } }), done({ content: [] })], []],
  ["a question to a modern client", [call(modern), question], ["a question where no legacy request is open"]],
  ["a reply of no sense", [call(), question, reply({ action: "accept", content: { a: { b: 1 } } })], ["ElicitResult/content"]],
  ["a reply to no question", [call(), reply({ action: "decline" })], ["a reply to no question"]],
  ["a subscription", [listen, acknowledged, updated(), done({ resultType: "complete", _meta: { ...stamp, "io.modelcontextprotocol/subscriptionId": 1 } })], []],
  ["told before it is acknowledged", [listen, updated(), acknowledged], ["told before"]],
  ["acknowledged twice", [listen, acknowledged, acknowledged], ["acknowledged twice"]],
  ["another's resource", [listen, acknowledged, updated("scim://t/Users/2")], ["what was not asked for"]],
  ["another kind", [listen, acknowledged, told("tools/list_changed")], ["what was not asked for"]],
  ["a subscription that has ended", [listen, acknowledged, done({ resultType: "complete", _meta: { ...stamp, "io.modelcontextprotocol/subscriptionId": 1 } }), updated()], ["a subscription that nobody has"]],
  ["a legacy subscription", [ours({ id: 1, method: "resources/subscribe", params: { uri: "u:1" } }), done({}), theirs({ method: "notifications/resources/updated", params: { uri: "u:1" } })], []],
  ["a legacy subscription of another", [theirs({ method: "notifications/resources/updated", params: { uri: "u:2" } })], ["an update that nobody wanted"]],
];

export function checkTheChecker() {
  for (const [name, lines, wanted] of cases) {
    const { errors } = checkLines(lines);
    const fits = wanted.length ? wanted.every((text) => errors.some((e) => e.includes(text))) : !errors.length;
    ok(fits, `transcripts: ${name}`, `found ${JSON.stringify(errors)}`);
  }
}
