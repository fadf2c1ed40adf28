// One scimver-mcp and the requests that are under way in it, of clients that know nothing of
// each other: their ids are exchanged for others, and back.
import { spawn } from "node:child_process";

const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";

export class Process {
  #child;
  #open = new Map();		// by our id: the client's id and token, and who wants to know
  #last = 0;

  constructor(command, args) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    let rest = "";
    this.#child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      for (const line of lines) this.#hear(JSON.parse(line));
    });
    this.#child.stdin.on("error", () => {});
  }

  #write(message) { this.#child.stdin.write(`${JSON.stringify(message)}\n`); }

  #hear(message) {
    if (message.method === undefined) {
      const asked = this.#open.get(message.id);
      this.#open.delete(message.id);
      return asked?.hear({ ...message, id: asked.id }, true);
    }
    const tag = message.params?._meta?.[SUBSCRIPTION];
    const asked = this.#open.get(tag ?? message.params?.progressToken);
    if (!asked) return undefined;	// told to nobody in particular, who would have a stream
    const params = tag === undefined
      ? { ...message.params, progressToken: asked.token }
      : { ...message.params, _meta: { ...message.params._meta, [SUBSCRIPTION]: asked.id } };
    return asked.hear({ ...message, params }, false);
  }

  // hear(message, isLast) is told what comes; returns a function for a client that has gone.
  ask(message, hear) {
    const own = ++this.#last;
    const token = message.params?._meta?.progressToken;
    const params = token === undefined ? message.params : { ...message.params, _meta: { ...message.params._meta, progressToken: own } };
    this.#open.set(own, { id: message.id, token, hear });
    this.#write({ ...message, id: own, ...(params && { params }) });
    return () => {
      if (this.#open.delete(own)) this.#write({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: own } });
    };
  }

  // A notification, or an answer to what was asked.
  tell(message) {
    if (message.method !== "notifications/cancelled") return this.#write(message);
    for (const [own, { id }] of this.#open) {
      if (id === message.params?.requestId) this.#write({ ...message, params: { ...message.params, requestId: own } });
    }
    return undefined;
  }

  end() { this.#child.stdin.end(); }
}
