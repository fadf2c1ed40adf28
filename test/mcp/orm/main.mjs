// An application and agents change the same rows:	node orm/main.mjs CONNINFO
//
// The application knows nothing of versions: it uses its ORM's save(), update(),
// bulkCreate() and associations. The agents read, write conditionally through
// the bridge, and on VERSION_MISMATCH read again. Every acknowledged write must
// be there in the end, and every version must be that of what is there.
//
// SCIMVER_ORM_WRITES sets how many writes there are (default 10000).
import { shapes } from "./shapes.mjs";
import { makeWorld } from "./world.mjs";
import { runApplication } from "./application.mjs";
import { connectAgent, runAgent } from "./agents.mjs";
import { wrongCounters, wrongMembers, wrongNames, wrongUsers, wrongVersions } from "./judge.mjs";
import { finish, is, ok } from "../tap.mjs";

const [conninfo] = process.argv.slice(2);
const [host, user] = ["host", "user"].map((key) => conninfo.match(`${key}=(\\S+)`)[1]);
const bridge = process.env.SCIMVER_MCP;
const [writers, agents] = [4, 4];
const quota = Math.ceil((process.env.SCIMVER_ORM_WRITES ?? 10000) / shapes.length / (writers + agents));

for (const shape of shapes) {
  const begin = Date.now();
  const world = await makeWorld(shape, { conninfo, host, user }, { users: 200, groups: 12, writers });
  const connect = () => connectAgent(bridge, `host=${host} user=agents dbname=${shape.name}`);
  const clients = [await connect(), await connect()];

  await Promise.all([
    ...Array.from({ length: writers }, (_, i) => runApplication(world, i, writers, writers + agents, quota)),
    ...Array.from({ length: agents }, (_, i) => runAgent(world, clients[i % clients.length], `agent ${i}`, writers + i, writers + agents, quota)),
  ]);
  const seconds = (Date.now() - begin) / 1000;
  console.log(`# ${shape.name}: ${world.writes} writes in ${seconds} s, ${world.mismatches} mismatches, ${world.deadlocks} deadlocks`);
  ok(world.writes >= quota * (writers + agents), `${shape.name}: all writes are acknowledged`);
  ok(world.mismatches > 0, `${shape.name}: agents met others, and read again`);
  is(await wrongCounters(world, clients[0]), [], `${shape.name}: every counter is what was acknowledged`);
  is(await wrongNames(world, clients[0]), [], `${shape.name}: every group's name, too`);
  is(await wrongMembers(world, clients[1]), [], `${shape.name}: every membership is as it was put`);
  is(await wrongUsers(world, clients[1]), [], `${shape.name}: who was made is there, who was deleted is not`);
  is(await wrongVersions(world), [], `${shape.name}: every version is that of its content`);

  // A test that cannot fail is none: agents that do not say what they have read lose the application's writes.
  const only = world.users[0];
  await Promise.all([
    runApplication(world, 0, writers, 1, 100, only),
    runAgent(world, clients[0], "naive agent", 0, 1, 100, { naive: true, only }),
  ]);
  ok((await wrongCounters(world, clients[0])).length > 0, `${shape.name}: without expected_version writes are lost, and it shows`);
  is(await wrongVersions(world), [], `${shape.name}: but the versions are right`);
  for (const client of clients) await client.close();
  await world.close();
}
finish();
