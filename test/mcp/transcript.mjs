// Holds every message of a transcript against the JSON schema of its revision.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const META_VERSION = "io.modelcontextprotocol/protocolVersion";
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
};
const notifications = {
  "notifications/initialized": "InitializedNotification",
  "notifications/cancelled": "CancelledNotification",
};

// Returns { messages, errors, methods, eras }.
export function checkTranscript(file) {
  const asked = new Map();
  const found = { messages: 0, errors: [], methods: new Set(), eras: new Set() };
  const report = (line, errors) => found.errors.push(...errors.map((e) => `${e} in ${line.slice(0, 300)}`));

  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (!line) continue;
    const message = JSON.parse(line.slice(1));
    found.messages++;
    if (line[0] === ">") {
      const isModern = message.params?._meta?.[META_VERSION] !== undefined;
      const check = isModern ? modern : legacy;
      if (message.id === undefined) {
        report(line, check(notifications[message.method] ?? "JSONRPCNotification", message));
        continue;
      }
      found.methods.add(message.method);
      found.eras.add(isModern ? "modern" : "legacy");
      report(line, check(requests[message.method]?.[0] ?? "JSONRPCRequest", message));
      asked.set(JSON.stringify(message.id), { method: message.method, check, isModern });
      continue;
    }
    const question = asked.get(JSON.stringify(message.id));
    if (!question) {
      found.errors.push(`an answer to nothing: ${line.slice(0, 300)}`);
      continue;
    }
    asked.delete(JSON.stringify(message.id));
    if (message.error) report(line, question.check("JSONRPCErrorResponse", message));
    else {
      report(line, question.check("JSONRPCResultResponse", message));
      report(line, question.check(requests[question.method]?.[1] ?? "Result", message.result));
      const isStamped = message.result._meta?.["io.modelcontextprotocol/serverInfo"] !== undefined;
      if (question.isModern !== isStamped) found.errors.push(`serverInfo where it does not belong, or not where it does: ${line.slice(0, 300)}`);
    }
  }
  return found;
}
