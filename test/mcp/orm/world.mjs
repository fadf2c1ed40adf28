// One application with its database: what the writers share, and what each
// acknowledged write should have left behind.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Sequelize } from "sequelize";
import { counters } from "./shapes.mjs";

const data = fileURLToPath(new URL("../../data/existing/", import.meta.url));

// A database with the application's tables, which the application's role owns, registered.
function makeDatabase(shape, server) {
  const sql = (database, ...args) => {
    const run = spawnSync(process.env.PSQL, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", `${server.conninfo} dbname=${database}`, ...args], { encoding: "utf8" });
    if (run.status !== 0) throw new Error(`psql: ${run.stderr}`);
  };
  sql("postgres", "-c", `DROP DATABASE IF EXISTS ${shape.name}`, "-c", `CREATE DATABASE ${shape.name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`,
    "-c", "DO $$ BEGIN CREATE ROLE application LOGIN; CREATE ROLE agents LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  sql(shape.name, "-c", "CREATE EXTENSION scimver CASCADE", "-c", "GRANT CREATE ON SCHEMA public TO application",
    "-c", "SET ROLE application", "-f", `${data}${shape.name}.sql`, "-c", `TRUNCATE ${shape.tables.join()}`, "-c", "RESET ROLE", "-f", `${data}${shape.name}_register.sql`,
    "-c", `GRANT SELECT, INSERT, UPDATE, DELETE ON ${shape.tables.join()} TO agents`, "-c", "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO agents");
}

export async function makeWorld(shape, server, { users, groups, writers }) {
  makeDatabase(shape, server);
  const connect = (username, max) => new Sequelize(shape.name, username, "", { dialect: "postgres", host: server.host, logging: false, pool: { max, min: max } });
  const application = connect("application", writers);
  const superuser = connect(server.user, 1);
  const models = shape.define(application);
  const [userKey, groupKey] = models.keys;
  models.User.belongsToMany(models.Group, { through: models.Member, foreignKey: userKey, otherKey: groupKey, as: "groups" });
  models.Group.belongsToMany(models.User, { through: models.Member, foreignKey: groupKey, otherKey: userKey, as: "users" });

  const named = (kind, count) => Array.from({ length: count }, (_, i) => `${kind}-${i}`);
  const world = {
    shape, application, superuser, ...models,
    users: await models.User.bulkCreate(named("user", users).map(shape.newUser), { returning: true }),
    groups: await models.Group.bulkCreate(named("group", groups).map(shape.newGroup), { returning: true }),
    counted: Object.fromEntries([...counters, "names"].map((c) => [c, new Map()])),
    members: new Set(),
    alive: new Set(), // users that were made on the way, by name
    removable: { application: [], agents: [] },
    writes: 0, mismatches: 0, deadlocks: 0,
    count(counter, id, by = 1) {
      const of = world.counted[counter];
      of.set(String(id), (of.get(String(id)) ?? 0) + by);
    },
    async query(sql, replacements) {
      return (await superuser.query(sql, { replacements }))[0];
    },
    async close() {
      await application.close();
      await superuser.close();
    },
  };
  return world;
}

// The same random numbers in every run.
export function random(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    of: (array) => array[below(array.length)],
    // one of the ways, each as often as its share says
    way(shares) {
      let left = next() * Object.values(shares).reduce((a, b) => a + b);
      for (const [name, share] of Object.entries(shares)) if ((left -= share) < 0) return name;
      return Object.keys(shares)[0];
    },
  };
}
