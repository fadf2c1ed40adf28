// What a client reads beside tools, through anything that can ask for it: resources, their
// templates, prompts and, where it can complete, completions.
import { is, ok } from "./tap.mjs";

async function allPages(list) {
  const found = [];
  let cursor;
  do {
    const page = await list(cursor);
    found.push(...page.resources);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

// A user by his URI is what the tool reads; whom there is not, and what is not his, is not found.
async function readUser(name, surface, call) {
  const userName = `${name.replaceAll(/\W/g, "-")}-read@example.org`;
  const { content, metadata } = await call("scim_create_user", { user_data: { userName, title: "read" } });
  const { resourceTemplates } = await surface.templates();
  const template = resourceTemplates.find((t) => t.uriTemplate.endsWith("/Users/{id}"));
  is(template?.uriTemplate, "scim://{tenant}/Users/{id}", `${name}: a template for users`);
  const uri = `scim://default/Users/${content.id}`;
  const { contents } = await surface.read(uri);
  is([contents.length, contents[0].uri, contents[0].mimeType, contents[0]._meta["scimver/version"]], [1, uri, template.mimeType, metadata.version], `${name}: a user by URI, with the version`);
  const read = await call("scim_get_user", { user_id: content.id });
  is(JSON.parse(contents[0].text), read.content, `${name}: ... is what the tool reads`);
  const strangers = ["scim://default/Users/nobody", `scim://other/Users/${content.id}`, "scim://default/Nothing/1", "file:///etc/passwd", "users"];
  for (const stranger of strangers) {
    const error = await surface.read(stranger).then(() => undefined, (e) => e);
    ok(error?.message.includes("Resource not found"), `${name}: ${stranger.replace(content.id, "ID")} is not found`, error);
  }
  return { id: content.id, version: metadata.version, uri };
}

// Schemas, the server and open proposals are listed, and each of them can be read.
async function readListed(name, surface, call, { id }) {
  const proposed = await call("scim_propose_change", { resource_type: "User", resource_id: id, operations: [{ op: "replace", path: "title", value: "proposed" }] });
  const listed = await allPages(surface.resources);
  for (const part of ["/Schemas/", "/ServerInfo", `/Proposals/${proposed.content.proposal_id}`]) {
    ok(listed.some(({ uri }) => uri.startsWith("scim://default/") && uri.includes(part)), `${name}: ${part.split("/")[1]} is listed`, JSON.stringify(listed.map((r) => r.uri)));
  }
  const unread = [];
  for (const { uri, name: title, mimeType } of listed) {
    const { contents } = await surface.read(uri);
    if (!title || contents[0].uri !== uri || contents[0].mimeType !== mimeType || typeof JSON.parse(contents[0].text) !== "object") unread.push(uri);
  }
  is(unread, [], `${name}: all that is listed can be read`);
}

// The prompt tells what others changed, in words for a model.
async function getPrompt(name, surface, call, { id, version }) {
  await call("scim_patch_user", { user_id: id, operations: [{ op: "replace", path: "title", value: "by another" }] });
  const { prompts } = await surface.prompts();
  is(prompts.map((p) => [p.name, p.arguments.map((a) => a.name)]), [["resolve_conflict", ["resource_type", "id", "expected_version"]]], `${name}: the prompt is listed`);
  const { messages } = await surface.prompt("resolve_conflict", { resource_type: "User", id, expected_version: version });
  const text = messages.map((m) => m.content.text).join("\n");
  ok(text.includes("by another") && text.includes(id), `${name}: it tells what changed`, text);
  const error = await surface.prompt("resolve_conflict", { resource_type: "User" }).then(() => undefined, (e) => e);
  ok(error !== undefined, `${name}: it needs its arguments`);
}

// An id is completed, a name is not.
async function complete(name, surface, { id }) {
  const ref = { type: "ref/resource", uri: "scim://{tenant}/Users/{id}" };
  const context = { arguments: { tenant: "default" } };
  const { completion } = await surface.complete({ ref, argument: { name: "id", value: id.slice(0, 13) }, context });
  ok(completion.values.includes(id) && completion.values.every((value) => value.startsWith(id.slice(0, 13))), `${name}: an id is completed`, JSON.stringify(completion));
  const foreign = await surface.complete({ ref, argument: { name: "id", value: id.slice(0, 13) }, context: { arguments: { tenant: "other" } } }).then(({ completion: c }) => c.values, () => []);
  is(foreign, [], `${name}: not for another tenant`);
  const type = await surface.complete({ ref: { type: "ref/prompt", name: "resolve_conflict" }, argument: { name: "resource_type", value: "U" } });
  is(type.completion.values, ["User"], `${name}: a resource type is completed`);
}

// surface: templates(), resources(cursor), read(uri), prompts(), prompt(name, arguments) and,
// perhaps, complete(params); call(tool, arguments) answers its envelope.
export async function readAll(name, surface, call) {
  const user = await readUser(name, surface, call);
  await readListed(name, surface, call, user);
  await getPrompt(name, surface, call, user);
  if (surface.complete) await complete(name, surface, user);
}
