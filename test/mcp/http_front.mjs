// Streamable HTTP in front of scimver-mcp, for suites that speak nothing else: a tool of the
// tests, no way in.  It translates, and says nothing of its own but what HTTP asks for.
//
// One process answers all requests of the modern era, which know no sessions; the legacy one
// has a session, and so a process, for each initialize.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Process } from "./http_process.mjs";

const META = "io.modelcontextprotocol/";
const MODERN = "2026-07-28";

// What names the thing that a request is about, and has to stand in Mcp-Name, too.
const named = { "tools/call": "name", "prompts/get": "name", "resources/read": "uri" };

// The status of an error; legacy clients look for errors in answers of status 200 only.
const statuses = { [-32601]: 404, [-32603]: 500 };
const statusOf = (error, modern) => (modern && error ? (statuses[error.code] ?? 400) : 200);

const failure = (id, code, message) => ({ jsonrpc: "2.0", id: id ?? null, error: { code, message } });

function answerJson(response, status, message, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(message === undefined ? undefined : JSON.stringify(message));
}

// A page of somebody else's, or a name that leads here by somebody else's DNS.
function isForeign({ headers: { host, origin } }, port) {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  return !own.includes(host) || (origin !== undefined && !own.includes(origin.replace(/^http:\/\//, "")));
}

const decoded = (header) => {
  const [, text] = /^=\?base64\?(.*)\?=$/.exec(header ?? "") ?? [];
  return text === undefined ? header : Buffer.from(text, "base64").toString();
};

// Where headers and body contradict each other; undefined, where they do not.
function mismatch(headers, message) {
  const version = message.params?._meta?.[`${META}protocolVersion`];
  const name = named[message.method] && message.params?.[named[message.method]];
  const pairs = [
    ["MCP-Protocol-Version", headers["mcp-protocol-version"], version],
    ["Mcp-Method", headers["mcp-method"], message.method],
    ["Mcp-Name", decoded(headers["mcp-name"]), name],
  ];
  const wrong = pairs.find(([, header, body]) => body !== undefined && header !== body);
  return wrong && `Header mismatch: ${wrong[0]} is not what the body says`;
}

// Sends a request on, and its answer back: as JSON, or, where something is told before it, as a stream.
function forward(process, message, response, modern, headers = {}) {
  let streams = false;
  const gone = process.ask(message, (answer, isLast) => {
    if (isLast && !streams) return answerJson(response, statusOf(answer.error, modern), answer, headers);
    if (!streams) response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no", ...headers });
    streams = true;
    response.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
    if (isLast) response.end();
  });
  response.on("close", gone);
}

async function bodyOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function startFront(command, args) {
  const modern = new Process(command, args);
  const sessions = new Map();
  let port;

  // A session of the legacy era: by the message that opens one, or by the header.
  function legacyOf(message, headers) {
    const id = headers["mcp-session-id"];
    if (message?.method !== "initialize") return [sessions.get(id), {}];
    const opened = randomUUID();
    sessions.set(opened, new Process(command, args));
    return [sessions.get(opened), { "Mcp-Session-Id": opened }];
  }

  function end(id) {
    sessions.get(id)?.end();
    return sessions.delete(id);
  }

  async function answer(request, response) {
    const { method, headers } = request;
    if (isForeign(request, port)) return answerJson(response, 403, failure(null, -32600, "Forbidden"));
    if (method === "DELETE" && headers["mcp-session-id"]) return answerJson(response, end(headers["mcp-session-id"]) ? 204 : 404);
    if (method !== "POST") return answerJson(response, 405, undefined, { Allow: "POST" });
    const message = await bodyOf(request);
    if (message === undefined) return answerJson(response, 400, failure(null, -32700, "Parse error"));

    const version = message.params?._meta?.[`${META}protocolVersion`];
    const isModern = version !== undefined || (headers["mcp-protocol-version"] === MODERN && !headers["mcp-session-id"]);
    const [process, more] = isModern ? [modern, {}] : legacyOf(message, headers);
    if (!process) return answerJson(response, 404, failure(message.id, -32600, "No such session"));
    const wrong = isModern && message.id !== undefined && mismatch(headers, message);
    if (wrong) return answerJson(response, 400, failure(message.id, -32020, wrong));
    if (message.id !== undefined && message.method !== undefined) return forward(process, message, response, isModern, more);
    process.tell(message);
    return answerJson(response, 202);
  }

  const server = createServer((request, response) => answer(request, response).catch((e) => response.destroy(e)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = server.address().port;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    close() {
      server.closeAllConnections();
      server.close();
      for (const process of [modern, ...sessions.values()]) process.end();
    },
  };
}
