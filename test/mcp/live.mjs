// What a client is told without asking, by the official clients: changes of what it watches,
// and that the tools are others.
import { ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { psql } from "./psql.mjs";
import { connect } from "./sdk_client.mjs";
import { is, ok } from "./tap.mjs";

const UPDATED = "notifications/resources/updated";
const TOOLS = "notifications/tools/list_changed";
const schemas = { [UPDATED]: ResourceUpdatedNotificationSchema, [TOOLS]: ToolListChangedNotificationSchema };

async function within(milliseconds, holds) {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

// What is watched, in the way of the era; the function that ends it.
async function watch(client, era, uris, tools) {
  if (era === "modern") {
    const subscription = await client.listen({ resourceSubscriptions: uris, ...(tools && { toolsListChanged: true }) });
    return { honoured: subscription.honoredFilter, end: () => subscription.close() };
  }
  for (const uri of uris) await client.subscribeResource({ uri });
  return { honoured: { resourceSubscriptions: uris }, end: () => Promise.all(uris.map((uri) => client.unsubscribeResource({ uri }))) };
}

export async function live(name, era, command) {
  const told = [];
  let changes = 0;
  const kind = name.replace(/^live /, "");
  const { client, callTool } = await connect(kind, command, {}, (c) => {
    const hear = (method, handler) => c.setNotificationHandler(kind === "sdk 1" ? schemas[method] : method, handler);
    hear(UPDATED, ({ params }) => { told.push([params.uri, params._meta?.["scimver/version"]]); });
    hear(TOOLS, () => { changes++; });
  });
  const users = [];
  for (const part of ["watched", "other"]) {
    const { content } = (await callTool("scim_create_user", { user_data: { userName: `${name.replaceAll(/\W/g, "-")}-${part}@example.org` } })).structuredContent;
    users.push({ id: content.id, uri: `scim://default/Users/${content.id}` });
  }
  const [watched, other] = users;
  const patch = async ({ id }, title) => (await callTool("scim_patch_user", { user_id: id, operations: [{ op: "add", path: "title", value: title }] })).structuredContent.metadata.version;

  // legacy clients are told of other tools once they have listed them
  await client.listTools();
  const subscription = await watch(client, era, [watched.uri], true);
  is(subscription.honoured.resourceSubscriptions, [watched.uri], `${name}: may be watched`);
  await patch(other, "unseen");
  const version = await patch(watched, "seen");
  ok(await within(5000, () => told.length > 0), `${name}: a change is told`);
  is(told, [[watched.uri, version]], `${name}: that one, and its version`);
  const third = await psql(null, `SELECT scim_patch_user('${watched.id}', '[{"op": "add", "path": "title", "value": "by another"}]') #>> '{meta,version}'`);
  ok(await within(5000, () => told.length > 1), `${name}: and what another changes`);
  is(told.at(-1), [watched.uri, third.replace(/^W\/"|"$/g, "")], `${name}: with its version`);

  // a type comes, and goes: there are other tools
  const type = kind.replaceAll(/\W/g, "");
  await psql(null, `SELECT scim_register_schema('{"id": "urn:example:${type}", "name": "${type}", "attributes": [{"name": "size", "type": "integer"}]}'),
    scim_register_resource_type('{"name": "${type}", "endpoint": "/${type}s", "schema": "urn:example:${type}"}'), scim_create_table('${type}s', '${type}')`);
  ok(await within(5000, () => changes > 0), `${name}: the tools are others`);
  ok((await client.listTools()).tools.some((tool) => tool.inputSchema.properties.resource_type?.enum?.includes(type)), `${name}: and list the new type`);
  const came = changes;
  await psql(null, `DROP TABLE ${type}s; SELECT scim_unregister_resource_type('${type}')`);
  ok(await within(5000, () => changes > came), `${name}: and again when it goes`);

  await subscription.end();
  const before = told.length;
  await patch(watched, "unheard");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  is(told.length, before, `${name}: what is watched no more is told no more`);
  ok((await callTool("scim_server_info", {})).structuredContent.success, `${name}: calls go on`);
  await client.close();
}
