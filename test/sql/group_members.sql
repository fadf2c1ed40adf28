-- Members of groups: scim_add_members, scim_remove_members, scim_list_members,
-- groups in groups, and the groups that a user is in through others.
SET client_min_messages = warning;
CREATE DATABASE scimver_group_members TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_group_members
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');

-- users are 1, 2, ...; groups 10001, ...
CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
CREATE FUNCTION ids(VARIADIC numbers int[]) RETURNS text[] LANGUAGE sql IMMUTABLE RETURN (SELECT coalesce(array_agg(id(n) ORDER BY i), '{}') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION num(id text) RETURNS int LANGUAGE sql IMMUTABLE RETURN right(id, 12)::int;
-- a list of {value, type} in short
CREATE FUNCTION short(list jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT string_agg(left(m->>'type', 1) || num(m->>'value'), ' ' ORDER BY i) FROM jsonb_array_elements(list) WITH ORDINALITY l(m, i));
CREATE FUNCTION add(g int, VARIADIC members int[]) RETURNS text LANGUAGE sql AS $$ SELECT short(scim_add_members(id(g), ids(VARIADIC members))->'members') $$;
CREATE FUNCTION remove(g int, VARIADIC members int[]) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(short(scim_remove_members(id(g), ids(VARIADIC members))->'members'), 'none') $$;
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';
-- which groups are not as their memberships say
CREATE VIEW wrong AS SELECT num(id::text) FROM groups g
	WHERE version <> scim_version(scim_get_group(id::text, tenant_id => tenant_id)) OR member_count <> (SELECT count(*) FROM groups_members m WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id);

INSERT INTO users (id, data) SELECT id(n)::uuid, jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 1200) n;
INSERT INTO groups (id, data) SELECT id(n)::uuid, jsonb_build_object('displayName', 'g' || n) FROM generate_series(10001, 10009) n;
INSERT INTO users (id, tenant_id, data) VALUES (id(5000)::uuid, 'other', '{"userName": "elsewhere"}');

-- ---- sets: order and repetition do not matter ----

SELECT scim_add_members(id(10001), ids(2, 1)) #- '{meta,created}' #- '{meta,lastModified}' #- '{meta,version}';
SELECT add(10001, 3, 1, 3), add(10001, 2), short(scim_add_members(id(10001), '{}')->'members');
SELECT remove(10001, 2, 2), remove(10001, 2), remove(10001, 1199), short(scim_remove_members(id(10001), '{}')->'members');
-- what cannot be an id, or is nobody's, is no member: it is gone already
SELECT short(scim_remove_members(id(10001), ARRAY['x', id(77777), id(1)])->'members');
SELECT remove(10001, 3);
-- the version depends on the members alone; who changes nothing moves nothing
SELECT scim_add_members(id(10001), ids(1, 2, 3))#>>'{meta,version}' AS version \gset
SELECT revision AS revision FROM groups WHERE id = id(10001)::uuid \gset
SELECT remove(10001, 1, 2, 3), add(10001, 2), add(10001, 3, 1);
SELECT scim_get_group(id(10001))#>>'{meta,version}' = :'version', revision - :revision FROM groups WHERE id = id(10001)::uuid;
SELECT revision AS revision, last_modified AS modified FROM groups WHERE id = id(10001)::uuid \gset
SELECT add(10001, 1, 2, 3), remove(10001, 4);
SELECT revision = :revision, last_modified = :'modified' FROM groups WHERE id = id(10001)::uuid;
-- one call moves the revision by one
SELECT add(10002, 1, 2, 3, 4, 5), revision FROM groups WHERE id = id(10002)::uuid;
SELECT revision FROM groups WHERE id = id(10002)::uuid;

-- ---- the order of the checks: format, existence, is it there already, version ----

SELECT fails(format('SELECT scim_%s_members(%L, %L, %L)', f, g, ids(1), v)) FROM unnest(ARRAY['add', 'remove']) f, unnest(ARRAY[id(99), 'x']) g, unnest(ARRAY['W/"x"', 'stale', '*']) v;
SELECT error(s) FROM unnest(ARRAY['SELECT scim_add_members(id(99), ids(98))', 'SELECT scim_add_members(id(99), ARRAY[''x''])', 'SELECT scim_add_members(id(98765), ids(77777), ''stale'')', 'SELECT scim_update_group(id(99), ''{"displayName": "x", "members": [{"value": "y"}]}'')',
	'SELECT scim_patch_group(id(99), ''[{"op": "add", "path": "members", "value": {"value": "y"}}]'')', 'SELECT scim_create_group(''{"displayName": "x", "members": [{"value": "y"}]}'')']) s;
SELECT error($$SELECT scim_add_members(id(10001), ids(1), 'stale')$$), error($$SELECT scim_remove_members(id(10001), ids(9), 'stale')$$), error($$SELECT scim_add_members(id(10001), '{}', 'stale')$$);
SELECT fails($$SELECT scim_add_members(id(10001), ids(1, 9), 'stale')$$);
SELECT fails($$SELECT scim_remove_members(id(10001), ids(1, 9), 'stale')$$);
SELECT short(scim_add_members(id(10001), ids(9), :'version')->'members'), short(scim_remove_members(id(10001), ids(9), '*')->'members');
SELECT error(format($$SELECT scim_add_members(id(10001), ids(9), %L)$$, :'version'));

-- ---- errors: nothing is changed ----

SELECT fails(s) FROM unnest(ARRAY['SELECT scim_add_members(NULL, ids(1))', 'SELECT scim_add_members(id(10001), NULL)', 'SELECT scim_add_members(id(10001), ARRAY[id(4), NULL])', 'SELECT scim_remove_members(id(10001), ARRAY[NULL])',
	'SELECT scim_add_members(id(10001), ids(4, 5000))', 'SELECT scim_add_members(id(10001), ids(4, 77777))', $$SELECT scim_add_members(id(10001), '{x}')$$, $$SELECT scim_add_members(id(10001), '{""}')$$,
	'SELECT scim_add_members(id(10001), ids(4, 10001))', 'SELECT scim_add_members(id(1), ids(4))', $$SELECT scim_add_members(id(10001), ids(4), attributes => '{nonsense}')$$]) s;
SELECT short(scim_get_group(id(10001))->'members');

-- ---- what is answered ----

SELECT scim_add_members(id(10001), ids(4), attributes => '{members.value}') - 'id';
SELECT scim_remove_members(id(10001), ids(4), excluded_attributes => '{meta, members}') - 'id';
-- beyond 100 members the attribute is left out and named, where meta is shown and members would be
SELECT scim_add_members(id(10003), ids(VARIADIC ARRAY(SELECT generate_series(1, 100)))) -> 'members' -> 99 ->> 'value' = id(100);
SELECT r ? 'members', r #> '{meta,omitted}' FROM scim_add_members(id(10003), ids(101)) r;
SELECT r ? 'members', r #> '{meta}' FROM scim_add_members(id(10003), ids(102), attributes => '{displayName, members}') r;
SELECT r ? 'members', r #> '{meta,omitted}' FROM scim_add_members(id(10003), ids(103), excluded_attributes => '{members}') r;
SELECT r ? 'members', r -> 'meta' ? 'omitted', r -> 'meta' ? 'version' FROM scim_add_members(id(10003), ids(104), attributes => '{members, meta.version}') r;
SELECT jsonb_array_length(scim_get_group(id(10003)) -> 'members'), scim_get_group(id(10003)) #> '{meta,omitted}';

-- ---- groups in groups: no cycles, whoever writes ----

SELECT add(10001, 10002), add(10002, 10003);
SELECT fails(format('SELECT scim_add_members(id(%s), ids(%s))', g, m)) FROM (VALUES (10003, 10001), (10002, 10001), (10001, 10001)) v(g, m);
SELECT fails($$SELECT scim_patch_group(id(10003), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_object('value', id(10001)))))$$);
SELECT error($$SELECT scim_update_group(id(10003), jsonb_build_object('displayName', 'x', 'members', jsonb_build_array(jsonb_build_object('value', id(10001)))))$$);
SELECT fails($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10003)::uuid, 'User', id(1111)::uuid), (id(10003)::uuid, 'Group', id(10001)::uuid)$$);
SELECT fails($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10005)::uuid, 'Group', id(10005)::uuid)$$);
SELECT error($$UPDATE groups_members SET group_id = id(10003)::uuid, member_type = 'Group', member_id = id(10001)::uuid WHERE group_id = id(10001)::uuid AND member_id = id(2)::uuid$$);
SELECT fails($$UPDATE groups_members SET member_type = 'Group', member_id = id(10001)::uuid WHERE group_id = id(10002)::uuid AND member_id = id(1)::uuid$$);
-- several in one statement that close one among themselves; the same without the last
SELECT fails($$INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(n)::uuid, 'Group', id(CASE n WHEN 10009 THEN 10005 ELSE n + 1 END)::uuid FROM generate_series(10005, 10009) n$$);
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(n)::uuid, 'Group', id(n + 1)::uuid FROM generate_series(10005, 10008) n;
COPY groups_members (group_id, member_type, member_id) FROM stdin;
00000000-0000-4000-a000-000000010009	Group	00000000-0000-4000-a000-000000010005
\.
SELECT short(scim_get_group(id(10009))->'members'), * FROM wrong;
-- a way that is cut in the same statement is none; a diamond is none
UPDATE groups_members SET (group_id, member_id) = (member_id, group_id) WHERE group_id = id(10005)::uuid;
SELECT add(10009, 10005), add(10004, 10005, 10006, 10009), add(10004, 10005);
SELECT * FROM wrong;
-- other tenants have their own
INSERT INTO groups (tenant_id, id, data) SELECT 'other', id(n)::uuid, jsonb_build_object('displayName', 'o' || n) FROM generate_series(10001, 10003) n;
SELECT short(scim_add_members(id(10003), ids(10001), tenant_id => 'other')->'members'), short(scim_add_members(id(10001), ids(10002), tenant_id => 'other')->'members');
SELECT error($$SELECT scim_add_members(id(10002), ids(10003), tenant_id => 'other')$$), error($$SELECT scim_create_group(jsonb_build_object('displayName', 'n', 'members', jsonb_build_array(jsonb_build_object('value', id(10003)))), tenant_id => 'other')$$);
-- a cycle that is there already (written with triggers off) is in nobody's way
SET session_replication_role = replica;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10003)::uuid, 'Group', id(10001)::uuid);
RESET session_replication_role;
SELECT error('SELECT add(10003, 1150)'), error('SELECT add(10002, 10003, 10004)'), error('SELECT add(10001, 10002)'), error('UPDATE groups_members SET group_id = group_id'), error('SELECT remove(10002, 10004)');
SELECT error('SELECT add(10002, 10001)'), error('SELECT scim_patch_group(id(10003), ''[{"op": "replace", "path": "displayName", "value": "three"}]'')');
-- in a cycle each group of a user comes once
SELECT short(scim_get_user(id(50), indirect_groups => true)->'groups');
SET session_replication_role = replica;
DELETE FROM groups_members WHERE tenant_id = 'default' AND group_id = id(10003)::uuid AND member_id = id(10001)::uuid;
RESET session_replication_role;
SELECT error('SELECT add(10003, 10001)');

-- ---- the groups of a user, direct and through others ----

-- 2 is in 10001 and 10002, which is in 10001; 10003 is in 10002
SELECT short(scim_get_user(id(2))->'groups'), short(scim_get_user(id(2), indirect_groups => true)->'groups');
SELECT short(scim_get_user(id(50))->'groups'), short(scim_get_user(id(50), indirect_groups => true)->'groups');
SELECT scim_get_user(id(50), '{groups}', indirect_groups => true)->'groups';
SELECT short(scim_get_resource('User', id(50), indirect_groups => true)->'groups'), short(scim_get_resource('User', id(50), indirect_groups => NULL)->'groups');
SELECT scim_get_user(id(1200), indirect_groups => true) ? 'groups', scim_get_user(id(50), excluded_attributes => '{groups}', indirect_groups => true) ? 'groups';
-- a group has none
SELECT scim_get_resource('Group', id(10003), '{displayName}', indirect_groups => true) - 'id';
-- they are no part of the version, and are not stored
SELECT scim_get_user(id(50), indirect_groups => true)#>'{meta,version}' = scim_get_user(id(50))#>'{meta,version}';
SELECT scim_update_user(id(50), scim_get_user(id(50), indirect_groups => true))->'meta'->'version' = scim_get_user(id(50))#>'{meta,version}';

-- ---- a large group by pages ----

DELETE FROM groups_members WHERE group_id = id(10009)::uuid;
SELECT scim_add_members(id(10009), ids(VARIADIC ARRAY(SELECT generate_series(1, 1000))) || ids(10001, 10002, 10003)) -> 'meta' -> 'omitted';
SELECT scim_list_members(id(10009), 4) - 'nextCursor', scim_list_members(id(10009), 4) ->> 'nextCursor' ~ '^[-A-Za-z0-9_]+$';
SELECT r - 'schemas' - 'Resources', jsonb_array_length(r->'Resources'), short(r #> '{Resources}') LIKE 'G10001 G10002 G10003 U1 U2 %' FROM (SELECT scim_list_members(id(10009), 1000) - 'nextCursor' AS r) l;
SELECT scim_list_members(id(10009))->'itemsPerPage', scim_list_members(id(10009), NULL, '')->'itemsPerPage', scim_list_members(id(10007)), scim_list_members(id(10006))->'Resources'->0;
-- the whole way, while some go: of those that stand all the time none is missed or doubled
CREATE FUNCTION walk(page int, meanwhile text) RETURNS TABLE (pages int, shown bigint, doubled bigint, missed bigint) LANGUAGE plpgsql AS $$
DECLARE
	cursor text := '';
	answer jsonb;
	seen text[] := '{}';
BEGIN
	pages := 0;
	WHILE cursor IS NOT NULL LOOP
		answer := scim_list_members(id(10009), page, cursor);
		seen := seen || ARRAY(SELECT m->>'value' FROM jsonb_array_elements(answer->'Resources') m);
		cursor := answer->>'nextCursor';
		pages := pages + 1;
		EXECUTE meanwhile USING pages;
	END LOOP;
	SELECT count(*), count(*) - count(DISTINCT s) INTO shown, doubled FROM unnest(seen) s;
	SELECT count(*) INTO missed FROM groups_members WHERE group_id = id(10009)::uuid AND member_id <> ALL (seen::uuid[]);
	RETURN NEXT;
END $$;
SELECT * FROM walk(100, ''), walk(1, '') w1, walk(1000, '') w2, walk(1003 - 1000, '') w3;
BEGIN;
SELECT * FROM walk(70, 'SELECT scim_remove_members(id(10009), ids($1 * 70 - 1, $1 * 70, $1 * 70 + 1, $1 * 70 + 2))');
SELECT * FROM walk(70, 'DELETE FROM users WHERE id IN (id($1 * 65)::uuid, id($1 * 66)::uuid)');
SELECT * FROM walk(50, 'SELECT scim_remove_members(id(10009), ids(10001, 10002, 10003))');
SELECT * FROM wrong;
ROLLBACK;
-- bad pages
SELECT fails(format('SELECT scim_list_members(id(10009), %s)', n)) FROM unnest(ARRAY[0, -1, 1001]) n;
SELECT scim_list_members(id(10009), 10)->>'nextCursor' AS cursor \gset
SELECT error(format('SELECT scim_list_members(id(10009), 10, %L)', c)) FROM unnest(ARRAY[:'cursor' || 'A', left(:'cursor', -1), 'x', '=', 'ä', overlay(:'cursor' placing CASE substr(:'cursor', 30, 1) WHEN 'A' THEN 'B' ELSE 'A' END from 30 for 1)]) c;
SELECT fails(format('SELECT scim_list_members(id(10003), 10, %L)', :'cursor'));
SELECT error(format('SELECT scim_list_members(id(10001), 10, %L, ''other'')', :'cursor')), error('SELECT scim_list_members(id(1))'), error('SELECT scim_list_members(NULL)'), error(format('SELECT scim_list_members(id(10009), 5, %L)', :'cursor'));
-- it may expire
SET scimver.cursor_timeout = 1;
SELECT error(format('SELECT scim_list_members(id(10009), 10, %L)', :'cursor')) FROM pg_sleep(2.1);
SELECT error(format('SELECT scim_list_members(id(10009), 10, %L)', scim_list_members(id(10009), 10)->>'nextCursor'));
RESET scimver.cursor_timeout;
-- in the leader of a parallel query
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT scim_list_members('00000000-0000-4000-a000-000000010009', 2, :'cursor')->'itemsPerPage' FROM users WHERE data ->> 'userName' = 'u1200';
RESET ALL;
SET client_min_messages = warning;
-- the secret is read by nobody, not even with a privilege on the table; with another one all cursors are invalid
CREATE ROLE regress_scim_cursor;
GRANT SELECT ON scim_cursor_secret TO regress_scim_cursor;
SELECT scim_grant_tenant('default', 'regress_scim_cursor');
SET ROLE regress_scim_cursor;
SELECT * FROM scim_cursor_secret;
SELECT short(scim_list_members(id(10009), 2, :'cursor')->'Resources');
RESET ROLE;
UPDATE scim_cursor_secret SET secret = sha256('another');
SELECT error(format('SELECT scim_list_members(id(10009), 10, %L)', :'cursor'));

-- ---- triggers that write while a group follows its members ----

INSERT INTO groups (id, data) SELECT id(n)::uuid, jsonb_build_object('displayName', 'g' || n) FROM generate_series(10020, 10021) n;
CREATE VIEW followed AS SELECT num(id::text), data->>'displayName', member_count, revision FROM groups WHERE id IN (id(10020)::uuid, id(10021)::uuid) ORDER BY id;
-- to the group itself: its members are counted once
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE groups SET data = jsonb_set(data, '{displayName}', to_jsonb(data->>'displayName' || '+')) WHERE id = NEW.id AND length(data->>'displayName') < 8;
	RETURN NULL;
END $$;
CREATE TRIGGER again AFTER UPDATE ON groups FOR EACH ROW EXECUTE FUNCTION again();
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10020)::uuid, 'User', id(1)::uuid);
TABLE followed;
SELECT add(10021, 1, 2, 3), remove(10021, 2);
TABLE followed;
DROP TRIGGER again ON groups;
-- to another one, by calls, of which some fail and are caught
CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.id = id(10020)::uuid THEN
		BEGIN
			PERFORM add(10021, 9, 999999);
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
		BEGIN
			INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10021)::uuid, 'User', id(8)::uuid);
			RAISE 'undone';
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
		PERFORM add(10021, 7);
		PERFORM scim_patch_group(id(10020), '[{"op": "replace", "path": "displayName", "value": "patched"}]') WHERE NEW.data->>'displayName' <> 'patched';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER other AFTER UPDATE ON groups FOR EACH ROW EXECUTE FUNCTION other();
SELECT add(10020, 2);
TABLE followed;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(10020)::uuid, 'User', id(3)::uuid);
TABLE followed;
SELECT short(scim_update_group(id(10020), jsonb_build_object('displayName', 'g10020', 'members', jsonb_build_array(jsonb_build_object('value', id(5)))))->'members');
TABLE followed;
SELECT * FROM wrong;
DROP TRIGGER other ON groups;

-- ---- rights: as for every write ----

SET ROLE regress_scim_cursor;
SELECT short(scim_add_members(id(10007), ids(7))->'members'), short(scim_remove_members(id(10007), ids(7))->'members');
SELECT error($$SELECT scim_add_members(id(10002), ids(10001), tenant_id => 'other')$$), error($$SELECT scim_list_members(id(10003), tenant_id => 'other')$$);
RESET ROLE;
REVOKE INSERT ON groups_members FROM regress_scim_cursor;
SET ROLE regress_scim_cursor;
SELECT error('SELECT scim_add_members(id(10007), ids(7))');
RESET ROLE;
SELECT * FROM wrong;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_group_members;
DROP ROLE regress_scim_cursor;
