// The application's writers: an ORM that knows nothing of versions.
import { random } from "./world.mjs";
import { valueOf } from "./shapes.mjs";

const shares = { saveLocked: 25, updateMany: 20, saveOld: 15, bulkUpsert: 10, member: 20, create: 5, remove: 5 };

// Who writes what only one writer may: the number-th of so many has every so-manieth.
export const mine = (array, number, of) => array.filter((_, i) => i % of === number);

// Deletes, adds and updates of many rows in no order may deadlock, as without us: the application tries again.
async function acknowledged(world, write) {
  for (;;) {
    try {
      const answer = await write();
      world.writes++;
      return answer;
    } catch (e) {
      if (e.original?.code !== "40P01") throw e;
      world.deadlocks++;
    }
  }
}

export async function runApplication(world, number, writers, everybody, quota, only) {
  const { shape, User, application } = world;
  const dice = random(1000 + number);
  const own = mine(world.users, number, writers).map((user) => ({ user, n: 0 }));
  const pairs = mine(world.groups.flatMap((group) => world.users.map((user) => [group, user])), number, everybody);
  const chosen = () => (dice.below(2) ? world.users[dice.below(8)] : dice.of(world.users));

  const ways = {
    // read under a lock, count up, save()
    async saveLocked() {
      const { id } = only ?? chosen();
      await acknowledged(world, () => application.transaction(async (transaction) => {
        const user = await User.findByPk(id, { transaction, lock: transaction.LOCK.UPDATE });
        user.set({ [shape.shared.field]: shape.shared.show(valueOf(user[shape.shared.field]) + 1), ...shape.touched() });
        await user.save({ transaction });
      }));
      world.count("shared", id);
    },
    // one UPDATE of several rows
    async updateMany() {
      const ids = [...new Set([chosen(), chosen(), chosen()].map((u) => u.id))];
      const [rows] = await acknowledged(world, () => User.update({ [shape.shared.field]: shape.shared.add }, { where: { id: ids } }));
      if (rows !== ids.length) throw new Error(`${rows} rows were updated, not ${ids.length}`);
      for (const id of ids) world.count("shared", id);
    },
    // save() of an instance that was read when all began: it writes what has changed in it
    async saveOld() {
      const it = dice.of(own);
      await acknowledged(world, () => it.user.set({ [shape.owned.field]: String(++it.n), ...shape.touched() }).save());
      world.count("owned", it.user.id);
    },
    // INSERT ... ON CONFLICT DO UPDATE of rows that are there
    async bulkUpsert() {
      const three = [...new Set([dice.of(own), dice.of(own), dice.of(own)])];
      const rows = three.map((it) => ({ ...it.user.get({ plain: true }), [shape.owned.field]: String(++it.n) }));
      await acknowledged(world, () => User.bulkCreate(rows, { updateOnDuplicate: [shape.owned.field] }));
      for (const it of three) world.count("owned", it.user.id);
    },
    // a membership put in or taken out, from either side
    async member() {
      const [group, user] = dice.of(pairs);
      const pair = `${group.id} ${user.id}`;
      const fromGroup = dice.below(2);
      const is = world.members.has(pair);
      await acknowledged(world, () => {
        if (is) return fromGroup ? group.removeUser(user) : user.removeGroup(group);
        return fromGroup ? group.addUser(user) : user.addGroup(group);
      });
      if (is) world.members.delete(pair);
      else world.members.add(pair);
    },
    async create() {
      const name = `made-${number}-${world.writes}`;
      const user = await acknowledged(world, () => User.create(shape.newUser(name)));
      world.alive.add(name);
      world.removable.application.push(user);
    },
    // of a user that an agent made
    async remove() {
      const made = world.removable.agents.shift();
      if (!made) return false;
      await acknowledged(world, async () => shape.remove(await User.findByPk(made.id)));
      world.alive.delete(made.name);
    },
  };
  for (let done = 0; done < quota;) if ((await ways[only ? "saveLocked" : dice.way(shares)]()) !== false) done++;
}
