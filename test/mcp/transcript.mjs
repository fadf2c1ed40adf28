// Holds every message of a transcript against the JSON schema of its revision, in both
// directions, and what a schema cannot say against those before it: an answer needs a
// question, progress goes forward and ends before the answer, and who listens is told first
// what was granted, and then of nothing else.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const META = "io.modelcontextprotocol/";
const here = new URL("./schema/", import.meta.url);

function loadSchema(revision) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(JSON.parse(readFileSync(new URL(`schema-${revision}.json`, here))), "mcp");
  return (definition, value) => {
    const validate = ajv.getSchema(`mcp#/$defs/${definition}`);
    if (!validate) return [`no definition ${definition} in ${revision}`];
    return validate(value) ? [] : validate.errors.map((e) => `${definition}${e.instancePath} ${e.message}`);
  };
}

const legacy = loadSchema("2025-11-25");
const modern = loadSchema("2026-07-28");

const requests = {
  "initialize": ["InitializeRequest", "InitializeResult"],
  "ping": ["PingRequest", "EmptyResult"],
  "tools/list": ["ListToolsRequest", "ListToolsResult"],
  "tools/call": ["CallToolRequest", "CallToolResult"],
  "server/discover": ["DiscoverRequest", "DiscoverResult"],
  "resources/list": ["ListResourcesRequest", "ListResourcesResult"],
  "resources/templates/list": ["ListResourceTemplatesRequest", "ListResourceTemplatesResult"],
  "resources/read": ["ReadResourceRequest", "ReadResourceResult"],
  "resources/subscribe": ["SubscribeRequest", "EmptyResult"],
  "resources/unsubscribe": ["UnsubscribeRequest", "EmptyResult"],
  "prompts/list": ["ListPromptsRequest", "ListPromptsResult"],
  "prompts/get": ["GetPromptRequest", "GetPromptResult"],
  "completion/complete": ["CompleteRequest", "CompleteResult"],
  "subscriptions/listen": ["SubscriptionsListenRequest", "SubscriptionsListenResult"],
};

// What may be answered with questions.
const mayAsk = ["tools/call", "prompts/get", "resources/read"];

// What the server asks; it does in the legacy era only.
const questions = { "elicitation/create": ["ElicitRequest", "ElicitResult"] };

const fromClient = {
  "notifications/initialized": "InitializedNotification",
  "notifications/cancelled": "CancelledNotification",
};
const fromServer = {
  "notifications/cancelled": "CancelledNotification",
  "notifications/progress": "ProgressNotification",
  "notifications/resources/updated": "ResourceUpdatedNotification",
  "notifications/resources/list_changed": "ResourceListChangedNotification",
  "notifications/tools/list_changed": "ToolListChangedNotification",
  "notifications/prompts/list_changed": "PromptListChangedNotification",
};
const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

// Whether a filter of notifications has asked for one of that kind.
const grants = {
  "notifications/resources/updated": (filter, params) => filter.resourceSubscriptions?.includes(params.uri),
  "notifications/resources/list_changed": (filter) => filter.resourcesListChanged === true,
  "notifications/tools/list_changed": (filter) => filter.toolsListChanged === true,
  "notifications/prompts/list_changed": (filter) => filter.promptsListChanged === true,
};

const key = (id) => JSON.stringify(id);

class Transcript {
  found = { messages: 0, errors: [], methods: new Set(), eras: new Set() };
  #asked = new Map();		// the client's requests that are open, by id
  #tokens = new Map();		// those of them whose progress is to be told
  #questions = new Map();	// the server's requests
  #watched = new Set();		// what was subscribed to in the legacy era
  #line;

  #report(...errors) { this.found.errors.push(...errors.flat().map((e) => `${e} in ${this.#line.slice(0, 300)}`)); }

  read(line) {
    const message = JSON.parse(line.slice(1));
    this.#line = line;
    this.found.messages++;
    const isFromClient = line[0] === ">";
    if (message.method !== undefined) this.found.methods.add(message.method);
    if (message.method === undefined) (isFromClient ? this.#reply : this.#answer).call(this, message);
    else if (message.id === undefined) (isFromClient ? this.#note : this.#news).call(this, message);
    else (isFromClient ? this.#request : this.#question).call(this, message);
  }

  #request(message) {
    const { id, method, params } = message;
    const isModern = params?._meta?.[`${META}protocolVersion`] !== undefined;
    const check = isModern ? modern : legacy;
    const asked = { method, params, check, isModern, progress: -Infinity };
    this.found.eras.add(isModern ? "modern" : "legacy");
    this.#report(check(requests[method]?.[0] ?? "JSONRPCRequest", message));
    this.#asked.set(key(id), asked);
    if (params?._meta?.progressToken !== undefined) this.#tokens.set(key(params._meta.progressToken), asked);
    if (method === "resources/subscribe") this.#watched.add(params?.uri);
  }

  #answer(message) {
    const asked = this.#asked.get(key(message.id));
    if (!asked) return this.#report("an answer to nothing");
    const { method, params, check, isModern } = asked;
    this.#asked.delete(key(message.id));
    this.#tokens.delete(key(params?._meta?.progressToken));
    if (message.error) return this.#refusal(message, asked);
    this.#report(check("JSONRPCResultResponse", message));
    const { result } = message;
    const isQuestion = isModern && result.resultType === "input_required";
    if (isQuestion && !mayAsk.includes(method)) this.#report(`${method} is answered with a question`);
    this.#report(check(isQuestion ? "InputRequiredResult" : (requests[method]?.[1] ?? "Result"), result));
    for (const wish of Object.values((isQuestion && result.inputRequests) || {})) this.#report(check(questions[wish.method]?.[0] ?? "InputRequest", wish));
    if (isModern !== (result._meta?.[`${META}serverInfo`] !== undefined)) this.#report("serverInfo where it does not belong, or not where it does");
    return undefined;
  }

  // What is not found has a code of its own in the legacy era, and is named in both.
  #refusal(message, { method, params, check, isModern }) {
    const { code, message: text, data } = message.error;
    this.#report(check("JSONRPCErrorResponse", message));
    if (method !== "resources/read" || text !== "Resource not found") return;
    if (code !== (isModern ? -32602 : -32002) || data?.uri !== params.uri) this.#report("what was not found is told wrong");
  }

  // The client's notifications, and what it says to the server's questions.
  #note({ method }) { this.#report(legacy(fromClient[method] ?? "JSONRPCNotification", JSON.parse(this.#line.slice(1)))); }

  #reply(message) {
    const method = this.#questions.get(key(message.id));
    if (!method) return this.#report("a reply to no question");
    this.#questions.delete(key(message.id));
    return this.#report(message.error ? legacy("JSONRPCErrorResponse", message) : legacy(questions[method]?.[1] ?? "Result", message.result));
  }

  #question(message) {
    this.#report(legacy(questions[message.method]?.[0] ?? "JSONRPCRequest", message));
    if (![...this.#asked.values()].some(({ isModern }) => !isModern)) this.#report("a question where no legacy request is open");
    if (this.#questions.has(key(message.id))) this.#report("an id that another question has");
    this.#questions.set(key(message.id), message.method);
  }

  // The server's notifications.
  #news(message) {
    const tag = message.params?._meta?.[`${META}subscriptionId`];
    if (message.method === "notifications/progress") return this.#progress(message);
    if (tag !== undefined || message.method === ACKNOWLEDGED) return this.#listened(message, this.#asked.get(key(tag)));
    this.#report(legacy(fromServer[message.method] ?? "ServerNotification", message));
    if (message.method === "notifications/resources/updated" && !this.#watched.has(message.params.uri)) this.#report("an update that nobody wanted to know of");
    return undefined;
  }

  #progress(message) {
    const asked = this.#tokens.get(key(message.params?.progressToken));
    if (!asked) return this.#report("progress of nothing that is open");
    this.#report(asked.check("ProgressNotification", message));
    if (!(message.params.progress > asked.progress)) this.#report(`progress after ${asked.progress}`);
    asked.progress = message.params.progress;
    return undefined;
  }

  #listened(message, asked) {
    const { method, params } = message;
    if (asked?.method !== "subscriptions/listen") return this.#report("a subscription that nobody has");
    if (method === ACKNOWLEDGED) {
      this.#report(modern("SubscriptionsAcknowledgedNotification", message));
      if (asked.granted) this.#report("acknowledged twice");
      asked.granted = params.notifications;
      return undefined;
    }
    this.#report(modern(fromServer[method] ?? "ServerNotification", message));
    if (!asked.granted) return this.#report("told before it is acknowledged");
    const wanted = grants[method];
    if (![asked.granted, asked.params.notifications].every((filter) => wanted?.(filter, params))) this.#report("what was not asked for");
    return undefined;
  }
}

// Returns { messages, errors, methods, eras }.
export function checkLines(lines) {
  const transcript = new Transcript();
  for (const line of lines) transcript.read(line);
  return transcript.found;
}

export const checkTranscript = (file) => checkLines(readFileSync(file, "utf8").split("\n").filter(Boolean));
