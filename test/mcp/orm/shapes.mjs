// Two applications: their tables (test/data/existing), as Sequelize sees them,
// and what of them is counted.
//
// Three counters stand in each user's row, so that a lost update shows:
//	shared	all of the application's writers, by a lock and save(), or by update()
//	owned	one writer of the application each, by save() of an instance that was
//			read long ago, or by bulkCreate() on what is there already
//	agents	the agents, by conditional updates and patches of the whole resource
// The agents send shared and owned along as they have read them.
import { DataTypes, literal } from "sequelize";

const number = (text) => (text === null || text === undefined || text === "" ? 0 : Number.parseInt(text, 10));
const column = (type, field, more) => ({ type, field, ...more });
const text = (field, more) => column(DataTypes.STRING, field, more);

export const shapes = [
  {
    name: "web",
    tables: ["auth_user", "auth_group", "auth_user_groups"],
    define(sequelize) {
      const options = { timestamps: false };
      const User = sequelize.define("User", {
        id: column(DataTypes.INTEGER, "id", { primaryKey: true, autoIncrement: true }),
        password: text("password", { defaultValue: "!" }),
        lastLogin: column(DataTypes.DATE, "last_login"),
        isSuperuser: column(DataTypes.BOOLEAN, "is_superuser", { defaultValue: false }),
        username: text("username"),
        firstName: text("first_name", { defaultValue: "" }),
        lastName: text("last_name", { defaultValue: "" }),
        email: text("email", { defaultValue: "" }),
        isStaff: column(DataTypes.BOOLEAN, "is_staff", { defaultValue: false }),
        isActive: column(DataTypes.BOOLEAN, "is_active", { defaultValue: true }),
        dateJoined: column(DataTypes.DATE, "date_joined", { defaultValue: DataTypes.NOW }),
      }, { ...options, tableName: "auth_user" });
      const Group = sequelize.define("Group", {
        id: column(DataTypes.INTEGER, "id", { primaryKey: true, autoIncrement: true }),
        name: text("name"),
      }, { ...options, tableName: "auth_group" });
      const Member = sequelize.define("Member", {
        id: column(DataTypes.BIGINT, "id", { primaryKey: true, autoIncrement: true }),
        userId: column(DataTypes.INTEGER, "user_id"),
        groupId: column(DataTypes.INTEGER, "group_id"),
      }, { ...options, tableName: "auth_user_groups" });
      return { User, Group, Member, keys: ["userId", "groupId"] };
    },
    newUser: (name) => ({ username: name, email: "0@example.org" }),
    newGroup: (name) => ({ name }),
    touched: () => ({ lastLogin: new Date() }),
    remove: (user) => user.destroy(),
    shared: {
      field: "email",
      show: (n) => `${n}@example.org`,
      add: literal("(split_part(email, '@', 1)::int + 1) || '@example.org'"),
      of: (resource) => number(resource.emails?.find((e) => e.type === "work")?.value),
    },
    owned: { field: "firstName", of: (resource) => number(resource.name?.givenName) },
    agents: {
      field: "lastName",
      path: "name.familyName",
      of: (resource) => number(resource.name?.familyName),
      set: (resource, value) => ({ ...resource, name: { ...resource.name, familyName: value } }),
    },
  },
  {
    name: "chat",
    tables: ["users", "channels", "channelmembers"],
    live: "deleteat = 0",
    define(sequelize) {
      const options = { timestamps: false };
      const times = { createat: column(DataTypes.BIGINT, "createat", { defaultValue: () => Date.now() }),
        updateat: column(DataTypes.BIGINT, "updateat", { defaultValue: () => Date.now() }),
        deleteat: column(DataTypes.BIGINT, "deleteat", { defaultValue: 0 }) };
      const id = () => column(DataTypes.STRING, "id", { primaryKey: true, defaultValue: () => newId() });
      const User = sequelize.define("User", {
        id: id(),
        ...times,
        username: text("username"),
        email: text("email"),
        nickname: text("nickname", { defaultValue: "" }),
        firstname: text("firstname", { defaultValue: "" }),
        lastname: text("lastname", { defaultValue: "" }),
        position: text("position", { defaultValue: "" }),
        props: text("props", { defaultValue: "{}" }),
        failedattempts: column(DataTypes.INTEGER, "failedattempts", { defaultValue: 0 }),
      }, { ...options, tableName: "users" });
      const Group = sequelize.define("Channel", {
        id: id(),
        ...times,
        displayname: text("displayname"),
        name: text("name"),
        teamid: text("teamid", { defaultValue: "" }),
      }, { ...options, tableName: "channels" });
      const Member = sequelize.define("ChannelMember", {
        channelid: column(DataTypes.STRING, "channelid", { primaryKey: true }),
        userid: column(DataTypes.STRING, "userid", { primaryKey: true }),
        roles: text("roles", { defaultValue: "" }),
        notifyprops: text("notifyprops", { defaultValue: '{"push": "default"}' }),
        msgcount: column(DataTypes.BIGINT, "msgcount", { defaultValue: 0 }),
        lastupdateat: column(DataTypes.BIGINT, "lastupdateat", { defaultValue: () => Date.now() }),
      }, { ...options, tableName: "channelmembers" });
      return { User, Group, Member, keys: ["userid", "channelid"] };
    },
    newUser: (name) => ({ username: name, email: `${name}@example.org` }),
    newGroup: (name) => ({ displayname: name, name }),
    touched: () => ({ updateat: Date.now(), props: JSON.stringify({ seen: Date.now() }) }),
    remove: (user) => user.update({ deleteat: Date.now() }),
    shared: {
      field: "failedattempts",
      show: (n) => n,
      add: literal("failedattempts + 1"),
      of: (resource) => number(resource["urn:example:params:scim:schemas:chat:2.0:User"]?.failedAttempts),
    },
    owned: { field: "firstname", of: (resource) => number(resource.name?.givenName) },
    agents: {
      field: "nickname",
      path: "nickName",
      of: (resource) => number(resource.nickName),
      set: (resource, value) => ({ ...resource, nickName: value }),
    },
  },
];

export const counters = ["shared", "owned", "agents"];
export const valueOf = number;

// An id as the chat server makes them: 26 characters.
function newId() {
  return Array.from({ length: 26 }, () => "ybndrfg8ejkmcpqxot1uwisza345h769"[Math.floor(Math.random() * 32)]).join("");
}
