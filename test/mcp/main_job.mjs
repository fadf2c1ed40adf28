// The main job of an agent, through anything that can call a tool.
import { isDeepStrictEqual } from "node:util";
import { psql } from "./psql.mjs";
import { is, ok } from "./tap.mjs";

export async function mainJob(name, outputs, callTool) {
  const call = async (tool, args) => {
    const result = await callTool(tool, args);
    const envelope = result.structuredContent;
    if (!outputs[tool](envelope)) ok(false, `${name}: ${tool} keeps its outputSchema`, JSON.stringify(outputs[tool].errors));
    if (!isDeepStrictEqual(JSON.parse(result.content[0].text), envelope)) ok(false, `${name}: ${tool} says the same as text`);
    if ((result.isError ?? false) === envelope.success) ok(false, `${name}: ${tool} sets isError`);
    for (const text of [result.content[0].text, JSON.stringify(envelope)]) {
      if (!text.startsWith(`{"success":${envelope.success},"metadata":{`)) ok(false, `${name}: ${tool} begins with success and metadata`, text.slice(0, 200));
      if (!envelope.success && (Buffer.byteLength(text) > 8192 || text.indexOf('"error_code"') > 500)) ok(false, `${name}: ${tool} fails in few words`, text.slice(0, 500));
    }
    return envelope;
  };
  const userName = `${name.replaceAll(/\W/g, "-")}@example.org`;

  const created = await call("scim_create_user", { user_data: { userName, name: { familyName: "Müller 😀", givenName: "Ann" }, active: true } });
  ok(created.success, `${name}: create`, JSON.stringify(created));
  const user_id = created.content.id;
  const read = await call("scim_get_user", { user_id });
  is(read.content.name, { familyName: "Müller 😀", givenName: "Ann" }, `${name}: get returns what was created`);
  is(read.content._version, created.metadata.version, `${name}: get returns the version`);

  const mine = { ...read.content, title: "mine" };
  const theirs = { ...read.content, nickName: "theirs" };
  const won = await call("scim_update_user", { user_id, user_data: theirs, expected_version: read.content._version });
  ok(won.success, `${name}: update with the version that was read`, JSON.stringify(won));
  const stale = await call("scim_update_user", { user_id, user_data: mine, expected_version: read.content._version });
  is(stale.success, false, `${name}: update with a stale version`);
  is(stale.content.error_code, "VERSION_MISMATCH", `${name}: VERSION_MISMATCH`);
  is(stale.content.current_version, won.metadata.version, `${name}: with the current version`);
  is(stale.content.current.nickName, "theirs", `${name}: and the current state`);
  const merged = await call("scim_update_user", { user_id, user_data: { ...stale.content.current, title: "mine" }, expected_version: stale.content.current_version });
  is([merged.success, merged.content.nickName, merged.content.title], [true, "theirs", "mine"], `${name}: merged, nothing is lost`);

  const listed = await call("scim_list_users", { count: 5 });
  ok(listed.content.totalResults >= 1 && listed.content.Resources.every((r) => r._version), `${name}: list`);
  const searched = await call("scim_search_users", { attribute: "userName", value: userName.toUpperCase() });
  is(searched.content.Resources.map((r) => r.id), [user_id], `${name}: search, caselessly`);
  const filtered = await call("scim_list_users", { filter: `userName eq "${userName}" and name.familyName sw "MÜLLER"`, attributes: ["title"], cursor: "*" });
  is(filtered.content.Resources.map((r) => [r.id, r.title, r.userName, r._version]), [[user_id, "mine", undefined, merged.metadata.version]], `${name}: a filtered list of chosen attributes`);
  const wrongFilter = await call("scim_list_users", { filter: 'userName eq "a" and' });
  is([wrongFilter.content.error_code, wrongFilter.content.position > 10], ["INVALID_FILTER", true], `${name}: a filter that ends too soon, with its position`);
  // a client that can leave out nothing, and answers no larger than asked for
  const brief = await call("scim_patch_user", { user_id, operations: [{ op: "add", path: "active", value: false }], expected_version: merged.metadata.version, attributes: ["active"], tenant_id: "" });
  is(brief.content, { id: user_id, schemas: brief.content.schemas, active: false, _version: brief.metadata.version }, `${name}: a patch that shows one attribute`);
  const back = await call("scim_update_user", { user_id, user_data: { ...merged.content, id: "other", groups: [{ value: "x" }] }, expected_version: brief.metadata.version });
  is(back.metadata.ignored, ["id", "groups"], `${name}: what is the server's to say is named`);
  // what does not fit into 8 kB is left out whole, and where the two differ is said
  const photos = Array.from({ length: 200 }, (_, i) => ({ value: `https://photos.example.org/${i}` }));
  const large = await call("scim_patch_user", { user_id, operations: [{ op: "add", path: "photos", value: photos }], attributes: ["id"] });
  const late = await call("scim_update_user", { user_id, user_data: { ...merged.content, title: "late" }, expected_version: back.metadata.version });
  is([late.content.current, late.content.current_version, late.content.differing_paths], [undefined, large.metadata.version, ["title", "photos"]], `${name}: a mismatch of a large user`);
  await call("scim_patch_user", { user_id, operations: [{ op: "remove", path: "photos" }], expected_version: late.content.current_version, attributes: ["id"] });
  const same = await call("scim_get_user", { user_id, known_version: merged.metadata.version });
  is([same.content.not_modified, same.content.title], [true, undefined], `${name}: what is known is not read again`);
  const group = await call("scim_create_group", { group_data: { displayName: name, members: [{ value: user_id }] } });
  is(group.content.members?.[0]?.value, user_id, `${name}: a group with a member`);
  const group_id = group.content.id;
  const emptied = await call("scim_modify_group_members", { group_id, remove: [user_id], expected_version: group.metadata.version });
  is([emptied.content.member_count, emptied.content.removed, emptied.content.added, emptied.content.members], [0, [user_id], [], undefined], `${name}: a member removed`);
  await call("scim_modify_group_members", { group_id, add: [user_id, user_id] });
  const again = await call("scim_modify_group_members", { group_id, add: [user_id] });
  is([again.metadata.unchanged, again.metadata.version, again.content.added], [true, group.metadata.version, []], `${name}: a member added, and again`);
  const members = await call("scim_list_group_members", { group_id, count: 1 });
  is([members.content.Resources.map((r) => r.value), members.metadata.version], [[user_id], group.metadata.version], `${name}: the members by pages`);
  const wrong = await call("scim_create_user", { user_data: { userName: 5 } });
  is(wrong.content.error_code, "INVALID_VALUE", `${name}: what a model can mend is a result`);
  const gone = await call("scim_delete_user", { user_id, expected_version: merged.metadata.version });
  is(gone.content, { id: user_id, deleted: true }, `${name}: delete`);
  is((await call("scim_user_exists", { user_id })).content, { exists: false }, `${name}: it is gone`);
  is((await call("scim_get_user", { user_id })).content.error_code, "USER_NOT_FOUND", `${name}: get of it`);
  await manyAtOnce(name, call);
  await decideTogether(name, call);
}

// A group, and then its member; what fails leaves the others alone, or takes all back.
async function manyAtOnce(name, call) {
  const userName = `${name.replaceAll(/\W/g, "-")}-bulk@example.org`;
  const statuses = (answer) => answer.content.Operations.map((operation) => operation.status);
  const made = await call("scim_bulk", {
    request: [
      { method: "POST", path: "/Groups", bulkId: "group", data: { displayName: `${name} at once`, members: [{ value: "bulkId:user" }] } },
      { method: "POST", path: "/Users", bulkId: "user", data: { userName } },
      { method: "POST", path: "/Users", bulkId: "again", data: { userName } },
    ],
  });
  is([made.success, made.metadata.succeeded, made.metadata.failed, statuses(made)], [true, 2, 1, ["201", "201", "409"]], `${name}: many at once`);
  const [group_id, user_id] = made.content.Operations.map((operation) => operation.location?.split("/").at(-1));
  const { version } = made.content.Operations[1];
  is((await call("scim_list_group_members", { group_id })).content.Resources.map((r) => r.value), [user_id], `${name}: the group has the member that came after it`);
  const patch = { method: "PATCH", path: `/Users/${user_id}`, version, data: { Operations: [{ op: "add", path: "title", value: "Dr." }] } };
  const undone = await call("scim_bulk", { request: [patch, { method: "DELETE", path: `/Groups/${group_id}`, version: "stale" }], atomic: true });
  is([undone.success, statuses(undone), (await call("scim_get_user", { user_id })).metadata.version], [true, ["424", "412"], version], `${name}: all or nothing`);
  const gone = await call("scim_bulk", { request: [patch, { method: "DELETE", path: `/Users/${user_id}` }, { method: "DELETE", path: `/Groups/${group_id}` }] });
  is([statuses(gone), (await call("scim_user_exists", { user_id })).content], [["200", "204", "204"], { exists: false }], `${name}: changed and deleted at once`);
}

// What the agent may not do alone, it proposes: people counter and approve, and it sees what came of it.
async function decideTogether(name, call) {
  const userName = `${name.replaceAll(/\W/g, "-")}-decided@example.org`;
  const user_id = (await call("scim_create_user", { user_data: { userName, userType: "Employee" } })).content.id;
  const operations = [{ op: "replace", path: "userType", value: "Guest" }];
  const cursor = (await call("scim_changes", { cursor: "now", resource_type: "User" })).metadata.next_cursor;

  const refused = await call("scim_patch_user", { user_id, operations });
  is([refused.content.error_code, refused.content.attributes, refused.content.reviewers], ["REVIEW_REQUIRED", ["userType"], ["mcp_people"]], `${name}: what people have to decide on`);
  const proposed = await call("scim_patch_user", { user_id, operations, on_conflict: "propose" });
  is([proposed.success, proposed.content.status, proposed.content.changes], [true, "open", [{ path: "userType", from: "Employee", to: "Guest" }]], `${name}: it is proposed`);
  const { proposal_id, version } = proposed.content;
  const own = await call("scim_review_proposal", { proposal_id, decision: "approve", expected_version: version });
  is(own.content.error_code, "NOT_A_REVIEWER", `${name}: who proposed it does not approve it`);
  const counter = await psql("mcp_ann", `SELECT scim_review_proposal('${proposal_id}', 'counter', '${version}', 'No guest', '[{"op": "replace", "path": "userType", "value": "Partner"}]') #>> '{counter,proposal_id}'`);
  const open = await call("scim_list_proposals", { resource_type: "User", resource_id: user_id });
  is(open.content.proposals.map((p) => [p.proposal_id, p.proposer]), [[counter, "mcp_ann"]], `${name}: a person countered it`);
  is((await call("scim_list_proposals", { proposal_id })).content.reviews.map((r) => [r.decision, r.comment]), [["counter", "No guest"]], `${name}: and said why`);
  is(await psql("mcp_bob", `SELECT scim_review_proposal('${counter}', 'approve', '${open.content.proposals[0].version}') ->> 'status'`), "applied", `${name}: another one approved it`);
  is((await call("scim_get_user", { user_id })).content.userType, "Partner", `${name}: it is written`);
  const seen = (await call("scim_changes", { cursor, count: 100, resource_type: "User" })).content.changes.filter((c) => c.resource_id === user_id);
  is(seen.map((c) => [c.proposal_id, c.changed, c.actor]), [[counter, ["userType"], "mcp_bob"]], `${name}: and seen among the changes`);
}
