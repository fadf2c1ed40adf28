// Stands between a client and a server and writes down every line that passes:
//	node tee.mjs TRANSCRIPT COMMAND ARGUMENTS...
// A line of the transcript is ">" (to the server) or "<" (to the client) and the
// message.  The process ends as the server does.
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

const [transcript, command, ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });

function pass(from, to, mark) {
  let rest = "";
  from.setEncoding("utf8");
  from.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    appendFileSync(transcript, lines.map((line) => `${mark}${line}\n`).join(""));
    to.write(lines.map((line) => line + "\n").join(""));
  });
  from.on("end", () => {
    if (rest) { appendFileSync(transcript, mark + rest + "\n"); to.write(rest); }
    if (to !== process.stdout) to.end();
  });
}

pass(process.stdin, server.stdin, ">");
pass(server.stdout, process.stdout, "<");
// whichever of them is gone, the other one sees the end
for (const stream of [server.stdin, process.stdout]) stream.on("error", () => {});
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.kill(signal));
server.on("close", (code) => process.exit(code ?? 1));
