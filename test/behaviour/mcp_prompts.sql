-- What people are offered by MCP clients: the prompt, and completions.
\i :behaviour/history_words.sql
\i :behaviour/mcp_words.sql

-- ---- the prompt ----

SELECT jsonb_pretty(scim_mcp_prompts()::jsonb);
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "old", "nickName": "a", "locale": "de"}'), (id(2), '{"userName": "bob"}');
SELECT v(1) AS v \gset
SELECT prompt(1, :'v');
SELECT jsonb_object_keys(scim_mcp_prompt('resolve_conflict', jsonb_build_object('resource_type', 'user', 'id', id(1), 'expected_version', 'x')::text)::jsonb);
-- what others changed, who it was, what nobody touched: a value is shown as JSON, be it long or lines
SET scimver.agent = 'Robbie "the robot"';
SELECT scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"new\n\nWhat fits: everything"'), 'expected_version', v(1)))->'success';
RESET scimver.agent;
SELECT scim_patch_user(id(1)::text, '[{"op": "remove", "path": "nickName"}, {"op": "add", "path": "emails", "value": [{"value": "a@example.com", "type": "work"}]}]') \g /dev/null
SELECT scim_patch_user(id(1)::text, sets('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"lab"')) \g /dev/null
SELECT prompt(1, :'v');
-- a part of it, of a later version; in the name of the type no case counts
SELECT v(1) AS later \gset
SELECT scim_patch_user(id(1)::text, sets('displayName', to_jsonb(repeat('long ', 400)))) \g /dev/null
SELECT p ~ 'displayName: nothing became "(long ){100}.*\.\.\. \(by ', p !~ 'displayName: nothing became "(long ){250}', p !~ 'title: "' FROM prompt(1, :'later', 'USER') p;
SELECT scim_patch_user(id(1)::text, '[{"op": "remove", "path": "displayName"}]') \g /dev/null
-- what is not shown, and what is what it was again, was touched as well
SELECT scim_patch_user(id(2)::text, sets('locale', '"de"')) \g /dev/null
SELECT v(2) AS v2 \gset
SELECT scim_patch_user(id(2)::text, '[{"op": "replace", "path": "password", "value": "a secret"}, {"op": "replace", "path": "locale", "value": "en"}]') \g /dev/null
SELECT scim_patch_user(id(2)::text, sets('locale', '"de"')) \g /dev/null
SELECT prompt(2, :'v2');
-- a group: members
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "team"}');
SELECT v(11, 'Group') AS g \gset
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text, id(2)::text]) \g /dev/null
SELECT prompt(11, :'g', 'Group');
-- a version that never was; more changes than are looked through
SELECT prompt(2, 'neverwas');
SELECT count(scim_patch_user(id(2)::text, sets('title', to_jsonb('t' || i)))) FROM generate_series(1, 120) i;
SELECT p ~ 'title: nothing became "t120"', p ~ 'nobody else has touched [^.]*nickName', p ~ 'nobody else has touched [^.]*password' FROM prompt(2, :'v2') p;
-- deleted
DELETE FROM users WHERE id = id(2);
SELECT prompt(2, :'v2');
SELECT fails(format('SELECT prompt(%s, %L)', n, v)) FROM (VALUES (9, 'x'), (1, 'W/"x"'), (1, '*')) t(n, v);
SELECT fails(format('SELECT scim_mcp_prompt(%L, %L)', n, a)) FROM (VALUES ('other', '{}'), (NULL, '{}'), ('resolve_conflict', NULL), ('resolve_conflict', '{'), ('resolve_conflict', '[]'), ('resolve_conflict', '"x"'), ('resolve_conflict', '{"name": "x"}'), ('resolve_conflict', '{"resource_type": "User", "id": 1}'), ('resolve_conflict', '{"resource_type": "User", "id": "", "expected_version": "x"}'),
	('resolve_conflict', '{"resource_type": "Nothing", "id": "1", "expected_version": "x"}'), ('resolve_conflict', '{"resource_type": "Use", "id": "1", "expected_version": "x"}')) t(n, a);

-- ---- completions ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user ' || n) FROM unnest(ARRAY[100, 101]) n;
SELECT plain(complete(left(id(100)::text, -1))), plain(complete(id(101)::text)), plain(complete(left(id(11)::text, -1), endpoint => 'Groups'));
-- no names, nothing that is longer, nothing in between
SELECT complete(v) FROM unnest(ARRAY['ada', 'user', 'user 100', id(101) || '0', substr(id(101)::text, 2), 'zz', '%', '_', E'\\', 'ü', '😀', '-', repeat('0', 5000)]) v WHERE complete(v)->>'values' <> '[]';
-- as many as fit, in their order; there are others
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'many ' || n) FROM generate_series(1024, 1200) n;
SELECT jsonb_array_length(c->'values'), c->'hasMore', (SELECT count(*) FROM jsonb_array_elements_text(c->'values') v, users u WHERE v = u.id::text), (SELECT bool_and(v >= w) FROM (SELECT v, lag(v) OVER (ORDER BY i) FROM jsonb_array_elements_text(c->'values') WITH ORDINALITY t(v, i)) t(v, w)) FROM complete('') c;
DELETE FROM users USING generate_series(1124, 1200) n WHERE id = id(n);
SELECT count(*) AS there, jsonb_array_length(complete('')->'values') AS shown, complete('')->'hasMore' AS more FROM users;
DELETE FROM users USING generate_series(1024, 1200) n WHERE id = id(n);
SELECT jsonb_array_length(complete('')->'values') = count(*), complete('')->'hasMore' FROM users;
-- ids that a URI has to have encoded come as they are
SET scimver.tenant = 'odd';
INSERT INTO users (id, data) SELECT odd(n), jsonb_build_object('userName', 'odd ' || n) FROM generate_series(1, 6) n;
SELECT bool_and(complete(p)->'values' ? odd(n)::text) FROM generate_series(1, 6) n, LATERAL (SELECT left(odd(n)::text, i) FROM generate_series(0, length(odd(n)::text)) i) t(p);
RESET scimver.tenant;
-- tenants: the one there is
SELECT complete('', 'tenant'), complete('def', 'tenant'), complete('default', 'tenant', 'Proposals'), complete('e', 'tenant'), complete('DEF', 'tenant');
SELECT plain(complete(id(101)::text, chosen => c)) FROM unnest(ARRAY['{"tenant": "default"}', '{"tenant": ""}', '{"tenant": "odd"}', '{"tenant": 7}', '{}']::jsonb[]) c;
SELECT plain(complete(id(101)::text, tenant => 'default')), fails(format('SELECT complete(%L, tenant => ''odd'')', id(101)));
-- proposals that wait
SELECT scim_propose_change('User', id(1)::text, '{"delete": true}')->>'proposal_id' AS proposal \gset
SELECT complete(left(:'proposal', 5), endpoint => 'Proposals')->'values' ? :'proposal', complete('x', endpoint => 'Proposals');
-- of the prompt
SELECT complete_prompt(v, 'resource_type') FROM unnest(ARRAY['', 'u', 'GR', 'x']) v;
SELECT plain(complete_prompt(id(101)::text, 'id', c)) FROM unnest(ARRAY['{"resource_type": "User"}', '{"resource_type": "user"}', '{"resource_type": "Group"}', '{"resource_type": "Nothing"}', '{}', NULL]::jsonb[]) c;
SELECT complete_prompt('', 'expected_version', '{"resource_type": "User"}');
SELECT fails(format('SELECT scim_mcp_complete(%L)', p)) FROM unnest(ARRAY[NULL, '', '[]', '{}', '{"ref": {"type": "ref/prompt", "name": "resolve_conflict"}}', '{"ref": {"type": "ref/prompt", "name": "resolve_conflict"}, "argument": {"name": "id", "value": 1}}', '{"ref": {"type": "ref/other"}, "argument": {"name": "id", "value": ""}}', '{"ref": {"type": "ref/resource"}, "argument": {"name": "id", "value": ""}}', '{"ref": "x", "argument": {"name": "id", "value": ""}}',
	'{"ref": {"type": "ref/prompt", "name": "other"}, "argument": {"name": "id", "value": ""}}', '{"ref": {"type": "ref/prompt", "name": "resolve_conflict"}, "argument": {"name": "userName", "value": ""}}', '{"ref": {"type": "ref/resource", "uri": "scim://{tenant}/Users/{id}"}, "argument": {"name": "userName", "value": ""}}', '{"ref": {"type": "ref/resource", "uri": "scim://{tenant}/Nothing/{id}"}, "argument": {"name": "id", "value": ""}}']) p;
