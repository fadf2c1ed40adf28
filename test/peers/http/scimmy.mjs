// SCIM by scimmy-routers, with users in memory and one token, as its README makes it.
//
//	node scimmy.mjs TOKEN
//
// Prints where it serves.
import { createServer } from "node:http";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const token = process.argv[2];
const users = new Map();
let made = 0;

SCIMMY.Resources.declare(SCIMMY.Resources.User)
  .extend(SCIMMY.Schemas.EnterpriseUser)
  .ingress((resource, data) => {
    const now = new Date();
    const id = resource.id ?? String(++made);
    const user = { ...data, id, meta: { ...users.get(id)?.meta, lastModified: now } };
    user.meta.created ??= now;
    users.set(id, user);
    return user;
  })
  .egress((resource) => {
    if (!resource.id) return [...users.values()];
    if (users.has(resource.id)) return users.get(resource.id);
    throw new SCIMMY.Types.Error(404, null, `Resource ${resource.id} not found`);
  })
  .degress((resource) => users.delete(resource.id));

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
  type: "bearer",
  handler: (request) => {
    if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Authorization not detected!");
    return "";
  },
}));
const server = createServer(app).listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
