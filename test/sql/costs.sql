-- What calls may cost: limits of patches, and that what is allowed does not
-- cost more than its size.  Work is counted, not timed: by the setting that
-- bounds it, and by the server's count of scans.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
CREATE ROLE regress_scim_costs;
SELECT scim_grant_tenant('default', 'regress_scim_costs');

CREATE FUNCTION mails(n int) RETURNS jsonb LANGUAGE sql RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', i || '@x', 'type', 'work') ORDER BY i), '[]') FROM generate_series(1, n) i);
CREATE FUNCTION says(text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE $1 INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb ->> 'path'), '') || coalesce(' limit ' || (detail::jsonb ->> 'limit'), '');
END $$;
CREATE FUNCTION patched(before jsonb, operations jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	id text := scim_create_user(before || '{"userName": "u"}') ->> 'id';
	result jsonb := scim_patch_user(id, operations);
BEGIN
	PERFORM scim_delete_user(id);
	RETURN result;
END $$;
-- one operation for each number; # stands for it, ~ for a double quote in a path
CREATE FUNCTION ops(n int, VARIADIC forms text[]) RETURNS jsonb LANGUAGE sql RETURN
	(SELECT jsonb_agg(replace(replace(form, '#', i::text), '~', '\"')::jsonb ORDER BY i, place)
	 FROM generate_series(1, n) i, unnest(forms) WITH ORDINALITY f(form, place));
CREATE FUNCTION mailed(n int, operations jsonb) RETURNS jsonb LANGUAGE sql RETURN
	patched(jsonb_build_object('emails', mails(n)), operations) -> 'emails';
CREATE FUNCTION shown(jsonb) RETURNS text LANGUAGE sql RETURN replace($1::text, '"', '');

-- ---- the limits are the administrator's ----

SELECT name, setting, context FROM pg_settings WHERE name LIKE 'scimver.max_patch%' ORDER BY name;
SET ROLE regress_scim_costs;
SAVEPOINT s;
SET scimver.max_patch_operations = 100000;
ROLLBACK TO s;
SET scimver.max_patch_work = 100000000;
ROLLBACK TO s;

-- ---- so many operations ----

SELECT says($$SELECT patched('{}', ops(1000, '{"op": "replace", "path": "nickName", "value": "#"}')) ->> 'nickName'$$);
SELECT says($$SELECT patched('{}', ops(1001, '{"op": "replace", "path": "nickName", "value": "#"}')) ->> 'nickName'$$);
SELECT says($$SELECT patched('{}', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', ops(1001, '{"op": "bad"}')))$$);
SELECT says($$SELECT scim_patch_group(scim_create_group('{"displayName": "g"}') ->> 'id', ops(1001, '{"op": "remove", "path": "members[value eq ~#~]"}'))$$);
-- before anything is looked for
SELECT says($$SELECT scim_patch_user(gen_random_uuid()::text, ops(1001, '{"op": "replace", "path": "nickName", "value": "#"}'))$$);
SELECT r ->> 'success', r #>> '{content,error_code}', r #>> '{content,path}', r #>> '{content,limit}', r #>> '{content,retryable}'
	FROM scim_call_tool('scim_patch_user', jsonb_build_object('user_id', gen_random_uuid(), 'operations', ops(1001, '{"op": "remove", "path": "nickName"}'))) r;
RESET ROLE;
SET LOCAL scimver.max_patch_operations = 2;
SET ROLE regress_scim_costs;
SELECT says($$SELECT patched('{}', ops(2, '{"op": "replace", "path": "nickName", "value": "#"}')) ->> 'nickName'$$),
	says($$SELECT patched('{}', ops(3, '{"op": "replace", "path": "nickName", "value": "#"}')) ->> 'nickName'$$);
RESET ROLE;
SET LOCAL scimver.max_patch_operations = 1000;

-- ---- what they look at ----

-- each operation looks at all values, and changes them: too much, and nothing is done
SET ROLE regress_scim_costs;
SELECT scim_create_user(jsonb_build_object('userName', 'many', 'emails', mails(1000))) #>> '{id}' AS many \gset
SELECT scim_get_user(:'many') #>> '{meta,version}' AS version \gset
SELECT says(format($$SELECT scim_patch_user(%L, ops(500, '{"op": "replace", "path": "emails[value ew ~@x~].value", "value": "#@x"}', '{"op": "replace", "path": "emails[value sw ~#~].type", "value": "#"}'))$$, :'many'));
SELECT scim_get_user(:'many') #>> '{meta,version}' = :'version', (scim_get_user(:'many') -> 'emails') = mails(1000);
-- whoever sends the same filter and sub-attribute many times over looks once
SELECT bool_and(e = jsonb_build_object('value', place || '@x', 'type', '1000', 'display', 'd')) FROM jsonb_array_elements(mailed(1000,
	ops(1000, '{"op": "replace", "path": "emails[value ew ~@x~].type", "value": "#"}') - 0 || '{"op": "replace", "path": "emails[value ew \"@x\"].display", "value": "d"}'))
	WITH ORDINALITY v(e, place);

-- what follows is done with little work, or not at all
RESET ROLE;
SET LOCAL scimver.max_patch_work = 1000;
SET ROLE regress_scim_costs;
SELECT says($$SELECT jsonb_array_length(mailed(400, ops(1, '{"op": "remove", "path": "emails[value ew ~9@x~]"}')))$$),
	says($$SELECT mailed(1000, ops(1, '{"op": "remove", "path": "emails[value ew ~9@x~]"}'))$$),
	says($$SELECT mailed(200, ops(2, '{"op": "remove", "path": "nickName"}', '{"op": "remove", "path": "emails[not (value eq ~#~) or type eq ~a~ or type eq ~b~].display"}'))$$);
-- conditions count, even where there are few values; and so does what is large
SELECT says(format($$SELECT mailed(1, '[{"op": "remove", "path": "emails[%s]"}]')$$, string_agg(format('value eq \"%s@x\"', i), ' or '))) FROM generate_series(1, 8) i;
SELECT says(format($$SELECT mailed(1, '[{"op": "remove", "path": "emails[%s]"}]')$$, string_agg(format('value eq \"%s@x\"', i), ' or '))) FROM generate_series(1, 10) i;
SELECT says(format($$SELECT patched('{"emails": [{"value": "v", "display": "%sd"}]}', '[{"op": "remove", "path": "emails[display ew \"d\"].display"}]') -> 'emails'$$, repeat('x', n))) FROM unnest('{1000, 1000000}'::int[]) n;
-- values that are added or taken out, and what they are compared with
SELECT says($$SELECT jsonb_array_length(mailed(100, ops(100, '{"op": "add", "path": "emails", "value": {"value": "#@y"}}', '{"op": "remove", "path": "emails", "value": [{"value": "#@x"}]}')))$$);
SELECT says($$SELECT mailed(300, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'emails', 'value', mails(800))))$$);
SELECT says($$SELECT jsonb_array_length(mailed(40, ops(100, '{"op": "remove", "path": "emails", "value": {"type": "work", "value": "1@x"}}')))$$);
-- members that filters mean
RESET ROLE;
INSERT INTO users (data) SELECT jsonb_build_object('userName', 'm' || n) FROM generate_series(1, 1000) n;
INSERT INTO groups (data) VALUES ('{"displayName": "large"}');
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM groups g, users u WHERE g.display_name = 'large' AND user_name LIKE 'm%' AND user_name <> 'many';
SET ROLE regress_scim_costs;
SELECT says($$SELECT scim_patch_group(id::text, '[{"op": "remove", "path": "members[type eq \"Group\"]"}]') FROM groups WHERE display_name = 'large'$$);
SELECT says($$SELECT scim_patch_group(g.id::text, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', format('members[value eq "%s"]', u.id)))) #> '{meta,omitted}'
	FROM groups g, users u WHERE g.display_name = 'large' AND user_name = 'm7'$$);
RESET ROLE;
SELECT member_count FROM groups WHERE display_name = 'large';

-- ---- in proportion to what is sent and to what is there ----

-- four times as many values and operations, four times as much work
CREATE FUNCTION within(n int, work int, VARIADIC forms text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('scimver.max_patch_work', greatest(1000, n * work)::text, true);
	RETURN says(format('SELECT jsonb_array_length(mailed(%s, ops(%s, VARIADIC %L)))', n, n / cardinality(forms), forms));
END $$;
SELECT within(n, 110, '{"op": "replace", "path": "emails[value eq ~#@X~].display", "value": "#"}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 220, '{"op": "replace", "path": "emails[type eq ~work~ and (value eq ~#@x~)].type", "value": "#"}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 60, '{"op": "replace", "path": "emails[value eq ~#@x~].value", "value": "#@y"}', '{"op": "add", "path": "phoneNumbers", "value": {"value": "#"}}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 110, '{"op": "remove", "path": "emails[value eq ~#@x~]"}', '{"op": "add", "path": "emails", "value": {"value": "#@x"}}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 10, '{"op": "remove", "path": "emails", "value": [{"value": "#@x", "type": "work"}]}', '{"op": "add", "path": "emails", "value": [{"value": "#@y"}]}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 10, '{"op": "add", "path": "emails", "value": {"value": "#", "primary": true}}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 6, '{"op": "replace", "path": "emails[value ew ~@x~].display", "value": "#"}') FROM unnest('{250, 1000}'::int[]) n;
SELECT within(n, 2, '{"op": "replace", "path": "name.givenName", "value": "#"}', '{"op": "add", "value": {"title": "#", "nickName": "#"}}') FROM unnest('{1000}'::int[]) n;
RESET scimver.max_patch_work;
SET LOCAL scimver.max_patch_work = 1000000;
-- many at once
SET ROLE regress_scim_costs;
SELECT jsonb_array_length(mailed(5000, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'emails', 'value', mails(10000)))));
SELECT mailed(5000, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'emails', 'value', mails(4999)))) ->> 0;
RESET ROLE;

-- ---- what is found by its hash is what is there ----

SET ROLE regress_scim_costs;
-- a thousand values of three thousand
SELECT bool_and(e = jsonb_build_object('value', place || '@x', 'type', 'work') || CASE WHEN place <= 1000 THEN jsonb_build_object('display', place::text) ELSE '{}' END)
	FROM jsonb_array_elements(mailed(3000, ops(1000, '{"op": "replace", "path": "emails[value eq ~#@X~].display", "value": "#"}'))) WITH ORDINALITY v(e, place);
SELECT mailed(3000, ops(1000, '{"op": "remove", "path": "emails[value eq ~#@x~ and type eq ~Work~]"}')) =
	(SELECT jsonb_agg(jsonb_build_object('value', i || '@x', 'type', 'work') ORDER BY i) FROM generate_series(1001, 3000) i);
SELECT mailed(3000, ops(1000, '{"op": "remove", "path": "emails", "value": {"value": "#@x"}}')) = mailed(3000, ops(1000, '{"op": "remove", "path": "emails[value eq ~#@x~]"}'));
SELECT mailed(3000, ops(1000, '{"op": "add", "path": "emails", "value": {"type": "work", "value": "#@x"}}')) = mails(3000);
-- each operation finds what those before it made, and not what they took away
SELECT shown(mailed(2, '[{"op": "replace", "path": "emails[value eq \"1@x\"].value", "value": "1@y"}, {"op": "replace", "path": "emails[value eq \"1@Y\"].display", "value": "new"}]'));
SELECT says($$SELECT mailed(2, '[{"op": "replace", "path": "emails[value eq \"1@x\"].value", "value": "1@y"}, {"op": "replace", "path": "emails[value eq \"1@x\"].display", "value": "new"}]')$$);
SELECT says($$SELECT mailed(2, '[{"op": "remove", "path": "emails[value eq \"1@x\"]"}, {"op": "replace", "path": "emails[value eq \"1@x\"].display", "value": "new"}]')$$);
SELECT shown(mailed(2, '[{"op": "replace", "path": "emails[value eq \"1@x\"].value", "value": "1@y"}, {"op": "replace", "path": "emails[value eq \"1@y\"].value", "value": "1@x"}, {"op": "add", "path": "emails[value eq \"1@x\"]", "value": {"display": "once"}}]'));
SELECT shown(mailed(1, '[{"op": "add", "path": "emails", "value": {"value": "2@x"}}, {"op": "replace", "path": "emails[value eq \"2@x\"].display", "value": "added"}, {"op": "add", "path": "emails", "value": [{"value": "2@x"}, {"value": "2@x", "display": "added"}]}]'));
SELECT shown(mailed(2, '[{"op": "remove", "path": "emails", "value": [{"value": "1@x"}]}, {"op": "add", "path": "emails", "value": [{"value": "1@x", "type": "work"}]}, {"op": "remove", "path": "emails", "value": [{"type": "work", "value": "2@x"}]}]'));
SELECT shown(mailed(2, '[{"op": "remove", "path": "emails[value eq \"1@x\"]"}, {"op": "replace", "path": "emails", "value": [{"value": "3@x"}]}, {"op": "add", "path": "emails[value eq \"3@x\"].display", "value": "three"}, {"op": "remove", "path": "emails"}, {"op": "add", "path": "emails", "value": {"value": "4@x"}}]'));
SELECT shown(mailed(1, '[{"op": "remove", "path": "emails[value eq \"1@x\"]"}, {"op": "add", "path": "emails", "value": {"value": "1@x"}}, {"op": "add", "path": "emails[value eq \"1@x\"].type", "value": "again"}]'));
-- text that filters take for the same
SELECT shown(patched('{"emails": [{"value": "ÄRGER@x"}, {"value": "ＡＢ"}, {"value": "ab"}]}', '[{"op": "add", "path": "emails[value eq \"ärger@X\"].display", "value": "1"}, {"op": "add", "path": "emails[value eq \"AB\"].display", "value": "2"}]') -> 'emails');
SELECT shown(patched('{"photos": [{"value": "http://x/A"}, {"value": "http://x/a"}]}', '[{"op": "add", "path": "photos[value eq \"http://x/a\"].display", "value": "1"}]') -> 'photos');
-- the same filter and another sub-attribute in between: in order
SELECT shown(mailed(2, '[{"op": "replace", "path": "emails[type eq \"work\"].display", "value": "1"}, {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "v"}, {"op": "replace", "path": "emails[type eq \"work\"].display", "value": "2"}]'));
SELECT shown(mailed(2, '[{"op": "replace", "path": "emails[value eq \"1@x\"].type", "value": "a"}, {"op": "replace", "path": "emails[type eq \"a\"].display", "value": "1"}, {"op": "replace", "path": "emails[value eq \"1@x\"].type", "value": "b"}]'));
SELECT says($$SELECT mailed(2, '[{"op": "replace", "path": "emails[type eq \"work\"].type", "value": "a"}, {"op": "replace", "path": "emails[type eq \"work\"].type", "value": "b"}]')$$);
SELECT shown(mailed(3, '[{"op": "replace", "path": "emails[value eq \"1@x\"].primary", "value": true}, {"op": "replace", "path": "emails[value eq \"2@x\"].primary", "value": true}, {"op": "replace", "path": "emails[value eq \"1@x\"].primary", "value": true}, {"op": "add", "path": "emails", "value": {"value": "4@x", "primary": true}}]'));
-- values that are none of their type, which came by plain SQL
RESET ROLE;
INSERT INTO users (data) VALUES ('{"userName": "odd", "emails": [{"value": 7}, "seven", null, {"value": "7"}, {"value": ["7"]}, {"value": null}]}');
SELECT shown(scim_patch_user(id::text, '[{"op": "add", "path": "emails[value eq \"7\"].display", "value": "seven"}, {"op": "add", "path": "emails", "value": {"value": "7", "display": "seven"}}]') -> 'emails') FROM users WHERE user_name = 'odd';

-- an extension goes with its last value, and comes back with the next
SELECT scim_register_schema('{"id": "urn:example:Crate", "name": "Crate", "attributes": [{"name": "label"}]}') IS NOT NULL,
	scim_register_schema('{"id": "urn:example:Lists", "name": "Lists", "attributes": [{"name": "note"},
		{"name": "items", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "n", "type": "decimal"}]}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Crate", "endpoint": "/Crates", "schema": "urn:example:Crate", "schemaExtensions": [{"schema": "urn:example:Lists", "required": false}]}') IS NOT NULL;
SELECT scim_create_table('crates', 'Crate');
CREATE FUNCTION crate(before text, VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql AS $$
	SELECT shown(r - 'id' - 'meta') FROM scim_patch_resource('Crate', scim_create_resource('Crate', before::jsonb) ->> 'id', to_jsonb(operations)) r
$$;
SELECT crate('{"urn:example:Lists": {"items": [{"value": "a"}]}}', '{"op": "remove", "path": "urn:example:Lists:items[value eq \"a\"]"}');
SELECT crate('{"urn:example:Lists": {"items": [{"value": "a"}]}}', '{"op": "remove", "path": "urn:example:Lists:items[value eq \"a\"]"}', '{"op": "add", "path": "urn:example:Lists:items", "value": {"value": "b"}}');
SELECT crate('{"label": "l"}', '{"op": "add", "path": "urn:example:Lists:items", "value": {"value": "b"}}', '{"op": "add", "path": "schemas", "value": "urn:example:Lists"}', '{"op": "remove", "path": "urn:example:Lists:items", "value": {"value": "b"}}');
SELECT crate('{"label": "l"}', '{"op": "add", "path": "urn:example:Lists:items", "value": {"value": "b"}}', '{"op": "add", "path": "urn:example:Lists:note", "value": "n"}', '{"op": "remove", "path": "urn:example:Lists:note"}');
SELECT crate('{"urn:example:Lists": {"items": [{"value": "a"}, {"value": "b"}]}}', '{"op": "remove", "path": "urn:example:Lists:items[value eq \"a\"]"}', '{"op": "remove", "path": "urn:example:Lists"}', '{"op": "add", "path": "urn:example:Lists:items", "value": {"value": "c"}}');
SELECT crate('{"urn:example:Lists": {"items": [{"value": "a", "n": 1.50}, {"n": 1.5}, {"n": 2}]}}', '{"op": "remove", "path": "urn:example:Lists:items", "value": {"n": 1.5}}', '{"op": "add", "path": "urn:example:Lists:items", "value": {"n": 2.0}}');

-- ---- groups in groups, in one statement ----

-- as many scans of the memberships as there are groups, a few times over
CREATE FUNCTION gid(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION scans() RETURNS bigint LANGUAGE sql VOLATILE RETURN
	(SELECT seq_scan + idx_scan FROM pg_stat_xact_user_tables WHERE relid = 'groups_members'::regclass);
CREATE FUNCTION chain(start int, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := scans();
BEGIN
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT gid(i), 'Group', gid(i + 1) FROM generate_series(start, start + n - 2) i;
	RETURN CASE WHEN scans() - before < 12 * n THEN 'few scans' ELSE 'scans: ' || scans() - before END;
END $$;
INSERT INTO groups (id, data) SELECT gid(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(1, 2000) n;
SELECT chain(1, 200), chain(1001, 999);
-- the ends of both chains: one edge closes none, two do
SELECT says($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (gid(200), 'Group', gid(1001)), (gid(1999), 'Group', gid(1))$$);
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (gid(200), 'Group', gid(1001));
SELECT says($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (gid(1999), 'Group', gid(2000)), (gid(2000), 'Group', gid(100)), (gid(1), 'Group', gid(1999))$$);
-- many that hold many: each is looked at once
CREATE FUNCTION layers(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := scans();
BEGIN
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT gid(600 + i), 'Group', gid(700 + j) FROM generate_series(1, n) i, generate_series(1, n) j
		UNION ALL SELECT gid(700 + i), 'Group', gid(800 + j) FROM generate_series(1, n) i, generate_series(1, n) j;
	RETURN CASE WHEN scans() - before < 12 * n * n THEN 'few scans' ELSE 'scans: ' || scans() - before END;
END $$;
SELECT layers(30);
SELECT member_count FROM groups WHERE id = gid(701);
SELECT says($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (gid(830), 'Group', gid(601))$$);

-- ---- a user in many groups ----

-- only a get reads all of them; what shows up to 100 reads no more than 101, and looks up no more names
INSERT INTO users (data) VALUES ('{"userName": "busy"}');
SELECT id AS busy FROM users WHERE user_name = 'busy' \gset
INSERT INTO groups_members (group_id, member_type, member_id) SELECT gid(n), 'User', :'busy' FROM generate_series(1, 1000) n;
CREATE FUNCTION read() RETURNS bigint[] LANGUAGE sql VOLATILE RETURN
	ARRAY[(SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relid = 'groups_members'::regclass) + (SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = 'groups_members'::regclass),
		(SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'groups'::regclass)];
CREATE FUNCTION reads(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint[];
	after bigint[];
BEGIN
	EXECUTE statement;
	before := read();
	EXECUTE statement;
	after := read();
	RETURN CASE WHEN after[1] - before[1] = 0 AND after[2] = before[2] THEN 'none' WHEN greatest(after[1] - before[1], after[2] - before[2]) <= 101 THEN 'up to 101' ELSE format('%s memberships, %s groups', after[1] - before[1], after[2] - before[2]) END;
END $$;
SET ROLE regress_scim_costs;
SELECT call, reads(format(call, :'busy')) FROM unnest(ARRAY['SELECT scim_get_user(%L)', 'SELECT scim_update_user(%L, jsonb_build_object(''userName'', ''busy'', ''title'', random()::text))', 'SELECT scim_patch_user(%L, jsonb_build_array(jsonb_build_object(''op'', ''replace'', ''path'', ''title'', ''value'', random()::text)))', 'SELECT scim_list_users(''id eq "%s"'')', 'SELECT scim_call_tool(''scim_user_exists'', jsonb_build_object(''user_id'', %L))', 'SELECT scim_update_user(%L, jsonb_build_object(''userName'', ''busy'', ''title'', random()::text), excluded_attributes => ''{groups}'')']) call;
RESET ROLE;
ROLLBACK;
