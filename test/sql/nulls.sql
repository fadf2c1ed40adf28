-- Rows that lack what every row has (an id, a document, a tenant, a type), as
-- somebody dropped NOT NULL, and records that are no rows of their table: they
-- are named, and nothing else suffers.
SET client_min_messages = warning;
CREATE DATABASE scimver_nulls TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_nulls
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE ROLE scimver_nulls_reader;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('default', 'scimver_nulls_reader');
-- nobody refuses what is done here to the tables
CREATE FUNCTION no_event_triggers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE (SELECT string_agg(format('ALTER EVENT TRIGGER %I DISABLE', evtname), ';') FROM pg_event_trigger);
END $$;
SELECT no_event_triggers();

CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
-- an answer, or the error; what the statement does stays undone if "undo"
CREATE FUNCTION says(statement text, undo boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	IF undo THEN
		RAISE EXCEPTION USING ERRCODE = 'TAKEB', MESSAGE = coalesce(answer, 'NULL');
	END IF;
	RETURN regexp_replace(coalesce(answer, 'NULL'), '00000000-0000-4000-a000-0*', '#', 'g');
EXCEPTION WHEN SQLSTATE 'TAKEB' THEN RETURN sqlerrm;
WHEN OTHERS THEN
	RETURN regexp_replace(sqlstate || ' ' || sqlerrm, '00000000-0000-4000-a000-0*', '#', 'g');
END $$;
CREATE FUNCTION problems(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', problem, coalesce(tenant_id, 'no tenant'), coalesce(resource_id, 'no id'), regexp_replace(detail, '\(\d+,\d+\)', '(place)')) FROM scim_check_table(relation) WHERE problem <> 'event trigger' ORDER BY 1 $$;
-- how many members a page of a group has, or the error
CREATE FUNCTION page(id text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(content ->> 'error', concat_ws(' of ', content ->> 'itemsPerPage', content ->> 'totalResults'))
	FROM (SELECT scim_call_tool('scim_list_group_members', jsonb_build_object('group_id', id)) -> 'content') AS c(content) $$;

-- ---- records ----

INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ann"}');
INSERT INTO groups (id, data) VALUES (id(2), '{"displayName": "staff"}');
INSERT INTO groups_members VALUES ('default', id(2), 'User', id(1));
SET ROLE scimver_nulls_reader;
SELECT fails($$SELECT scim_row_version('users', ROW(id(1), NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text))$$);
SELECT fails($$SELECT scim_row_version('users', ROW(id(1), '[]'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text))$$);
SELECT says($$SELECT scim_row_version('users', ROW(NULL::uuid, '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text))$$),
	says($$SELECT scim_row_version('users', ROW(id(1), '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::text))$$),
	says($$SELECT scim_row_version('users', ROW(NULL::uuid, NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::text))$$),
	says($$SELECT scim_row_version('users', NULL)$$), says($$SELECT scim_row_version(NULL, ROW(1))$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1), data, NULL::text, revision, created, last_modified, tenant_id)) IS NOT NULL FROM users$$),
	says($$SELECT scim_row_version('groups', ROW(id, data, NULL::text, revision, created, last_modified, member_count, member_digest, tenant_id)) = version FROM groups$$);
-- a group's without its count: as stored rows without one, it has no members
SELECT says($$SELECT scim_row_version('groups', ROW(id(2), '{"displayName": "staff"}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'default'::text)) = scim_version(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Group"]'::jsonb, 'id', id(2), 'displayName', 'staff'))$$),
	says($$SELECT scim_row_version('groups', ROW(id(2), '{"displayName": "staff"}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 1::bigint, '\x01'::bytea, 'default'::text)) IS NOT NULL$$);
-- too few, too many, of other types, of other tables, of no table
SELECT says($$SELECT scim_row_version('users', ROW())$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1)))$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1), '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text, 1))$$);
SELECT says($$SELECT scim_row_version('users', ROW(1, 2, 3, 4, 5, 6, 7))$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1)::text, '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text))$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1), '{}'::json, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'::text))$$);
SELECT says($$SELECT scim_row_version('users', ROW(id(1), '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 'default'))$$);
SELECT says($$SELECT scim_row_version('users', ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL))$$);
SELECT says($$SELECT scim_row_version('users', g) FROM groups g$$);
SELECT says($$SELECT scim_row_version('groups', m) FROM groups_members m$$);
SELECT says($$SELECT scim_row_version('pg_class', ROW(1))$$), says($$SELECT scim_row_version('groups_members', ROW(1))$$), says($$SELECT scim_row_version(0, ROW(1))$$);
-- composite types, one with a column that was dropped but has a value still, domains over them, and their arrays' elements
CREATE TEMP TABLE shape (id uuid, data jsonb, extra int, version text, revision bigint, created timestamptz, last_modified timestamptz, tenant_id text);
CREATE TEMP TABLE holds (shape shape);
INSERT INTO holds VALUES (ROW(id(1), '{"userName": "ann"}', 1, NULL, NULL, NULL, NULL, 'default'));
SELECT says($$SELECT scim_row_version('users', shape) FROM holds$$);
ALTER TABLE shape DROP COLUMN extra;
SELECT says($$SELECT scim_row_version('users', shape) FROM holds$$);
CREATE TYPE pg_temp.fits AS (id uuid, data jsonb, version text, revision bigint, created timestamptz, last_modified timestamptz, tenant_id text);
CREATE DOMAIN pg_temp.domained AS pg_temp.fits CHECK (true);
RESET ROLE;
SELECT says($$SELECT scim_row_version('users', ROW(id(1), '{"userName": "ann"}', NULL, NULL, NULL, NULL, 'default')::pg_temp.fits) = version FROM users$$),
	says($$SELECT scim_row_version('users', ROW(id(1), '{"userName": "ann"}', NULL, NULL, NULL, NULL, 'default')::pg_temp.domained) = version FROM users$$),
	says($$SELECT scim_row_version('users', f) = users.version FROM users, unnest(ARRAY[ROW(id(1), '{"userName": "ann"}', NULL, NULL, NULL, NULL, 'default'), NULL]::pg_temp.fits[]) f$$),
	says($$SELECT scim_row_version('users', NULL::pg_temp.fits)$$), says($$SELECT scim_row_version('users', ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL)::pg_temp.fits)$$);
-- what comes after columns that have been added to a type that has values already
ALTER TABLE shape DROP COLUMN tenant_id;
ALTER TABLE shape ADD COLUMN tenant_id text;
SELECT says($$SELECT scim_row_version('users', shape) FROM holds$$);
-- many of them in one statement, of several shapes
RESET ROLE;
SELECT count(*), count(v) FROM (SELECT scim_row_version('users', ROW(CASE WHEN i % 2 = 0 THEN id(i) END, '{}'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, CASE WHEN i % 3 = 0 THEN 'default' END)) AS v FROM generate_series(1, 1000) i) v;
SET ROLE scimver_nulls_reader;
SELECT says($$SELECT scim_joined_attribute('users', 'title', ROW(NULL::jsonb))$$);
RESET ROLE;

-- ---- a document that is missing ----

ALTER TABLE users ALTER COLUMN data DROP NOT NULL;
ALTER TABLE groups ALTER COLUMN data DROP NOT NULL;
INSERT INTO users (id, data) SELECT id(i), jsonb_build_object('userName', 'user' || i) FROM generate_series(10, 12) i;
INSERT INTO users (id, data) VALUES (id(20), NULL);
INSERT INTO groups (id, data) VALUES (id(30), NULL);
INSERT INTO groups (id, data) VALUES (id(31), '{"displayName": "other"}');
UPDATE groups SET data = NULL WHERE id = id(31);
INSERT INTO groups_members VALUES ('default', id(30), 'User', id(1)), ('default', id(2), 'User', id(20)), ('default', id(2), 'Group', id(30));
SELECT id, data, version IS NULL, revision FROM groups ORDER BY id;
-- with rights of its tenant alone
SET ROLE scimver_nulls_reader;
SELECT fails(format('SELECT scim_get_user(%L)', id(20)));
SELECT fails('SELECT scim_list_users()');
SELECT says('SELECT scim_list_groups()');
SELECT says($$SELECT scim_list_users(filter => 'userName sw "user"', sort_by => 'userName') ->> 'totalResults'$$), says($$SELECT scim_list_users(filter => 'userName pr') ->> 'totalResults'$$),
	says($$SELECT scim_list_users(filter => 'not (userName pr)')$$), says($$SELECT scim_list_users(filter => 'not (userName pr)', count => 0) ->> 'totalResults'$$);
SELECT says($$SELECT scim_list_users(sort_by => 'userName', count => 4) -> 'Resources' -> 0 ->> 'userName'$$), says($$SELECT scim_list_users(sort_by => 'userName', cursor => '', count => 4) ->> 'itemsPerPage'$$),
	says($$SELECT scim_list_users(cursor => '', count => 4) ->> 'itemsPerPage'$$), says($$SELECT scim_list_users(cursor => '', count => 5) ->> 'itemsPerPage'$$),
	says($$SELECT scim_list_users(sort_by => 'meta.version', count => 5)$$), says($$SELECT scim_list_users(attributes => ARRAY['id'])$$);
SELECT says(format($$SELECT scim_list_users(filter => 'meta.version eq "x"') ->> 'totalResults'$$));
SELECT says(format($$SELECT scim_patch_user(%L, '[{"op": "add", "path": "title", "value": "x"}]')$$, id(20)), true),
	says(format($$SELECT scim_update_user(%L, '{"userName": "late"}', 'x')$$, id(20)), true), says(format($$SELECT scim_update_user(%L, '{"userName": "late"}') ->> 'userName'$$, id(20)), true),
	says(format($$SELECT scim_delete_user(%L)$$, id(20)), true), says(format($$SELECT scim_delete_user(%L, 'x')$$, id(20)), true);
SELECT says(format($$SELECT scim_get_group(%L)$$, id(30))), says(format('SELECT page(%L)', id(30)));
SELECT says(format('SELECT page(%L)', id(2))), says(format($$SELECT jsonb_array_length(scim_get_group(%L) -> 'members')$$, id(2))),
	says(format($$SELECT jsonb_array_length(scim_get_user(%L) -> 'groups')$$, id(1)));
SELECT says(format($$SELECT scim_patch_group(%L, '[{"op": "add", "path": "members", "value": [{"value": "%s"}]}]')$$, id(30), id(10)), true),
	says(format($$SELECT jsonb_array_length(scim_patch_group(%L, '[{"op": "add", "path": "members", "value": [{"value": "%s"}]}]') -> 'members')$$, id(2), id(10)), true);
SELECT scim_call_tool('scim_get_user', jsonb_build_object('user_id', id(20))) #> '{content,error}', scim_call_tool('scim_list_users', '{}'::jsonb) #> '{content,next_steps}';
-- plain SQL reaches the row
UPDATE users SET data = '{"userName": "late"}' WHERE id = id(20);
SELECT scim_get_user(id(20)::text) ->> 'userName', version = scim_version(scim_get_user(id(20)::text)), revision FROM users WHERE id = id(20);
UPDATE users SET data = NULL WHERE id = id(20);
DELETE FROM users WHERE id = id(20);
INSERT INTO users (id, data) VALUES (id(20), NULL);
RESET ROLE;
SELECT problems('users');
SELECT problems('groups');
SELECT scim_repair_table('users'), scim_repair_table('groups');
CALL scim_backfill('users');
CALL scim_backfill('groups');
-- what a schema would make of it is asked of all rows
SELECT says($$SELECT scim_register_schema('{"id": "urn:example:More", "name": "More", "attributes": [{"name": "code", "required": true}]}')$$),
	says($$SELECT scim_register_resource_type('{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User", "schemaExtensions": [{"schema": "urn:example:More", "required": true}]}')$$);
DELETE FROM users WHERE id = id(20);
DELETE FROM groups WHERE data IS NULL;
SELECT problems('users'), problems('groups');

-- ---- ids, tenants and types that are missing ----

-- the repair has mended the event triggers, too
SELECT no_event_triggers();
ALTER TABLE groups_members DROP CONSTRAINT groups_members_pkey;
ALTER TABLE groups_members ALTER COLUMN tenant_id DROP NOT NULL, ALTER COLUMN group_id DROP NOT NULL, ALTER COLUMN member_type DROP NOT NULL, ALTER COLUMN member_id DROP NOT NULL;
INSERT INTO groups_members VALUES ('default', id(2), NULL, id(10)), ('default', id(2), 'User', NULL), ('default', NULL, 'User', id(10)), (NULL, id(2), 'User', id(10)), (NULL, NULL, NULL, NULL);
UPDATE groups_members SET member_type = NULL WHERE member_id = id(1);
UPDATE groups_members SET member_type = 'User' WHERE member_id = id(1);
SELECT problems('groups');
SELECT member_count FROM groups WHERE id = id(2);
SELECT says(format($$SELECT jsonb_array_length(scim_get_group(%L) -> 'members')$$, id(2))), says(format('SELECT page(%L)', id(2))),
	says(format($$SELECT scim_get_user(%L) -> 'groups'$$, id(10)));
DELETE FROM groups_members WHERE tenant_id IS NULL OR group_id IS NULL OR member_type IS NULL OR member_id IS NULL;
SELECT problems('groups');
ALTER TABLE groups_members DROP CONSTRAINT groups_members_tenant_id_group_id_fkey;
ALTER TABLE groups_members DROP CONSTRAINT groups_members_tenant_id_subgroup_id_fkey;
ALTER TABLE groups_members DROP CONSTRAINT groups_members_tenant_id_user_id_fkey;
ALTER TABLE users DROP CONSTRAINT users_pkey;
ALTER TABLE groups DROP CONSTRAINT groups_pkey;
ALTER TABLE users ALTER COLUMN id DROP NOT NULL, ALTER COLUMN tenant_id DROP NOT NULL;
ALTER TABLE groups ALTER COLUMN id DROP NOT NULL, ALTER COLUMN tenant_id DROP NOT NULL;
INSERT INTO users (id, data) VALUES (NULL, '{"userName": "nobody"}');
INSERT INTO users (id, tenant_id, data) VALUES (id(40), NULL, '{"userName": "homeless"}'), (NULL, NULL, NULL);
INSERT INTO groups (id, data) VALUES (NULL, '{"displayName": "none"}');
SELECT fails('SELECT scim_list_users()');
SELECT says($$SELECT scim_list_users(filter => 'userName eq "nobody"')$$), says($$SELECT scim_list_users(cursor => '', count => 20)$$), says($$SELECT scim_list_users(cursor => '', count => 3) ->> 'itemsPerPage'$$),
	says($$SELECT scim_list_users(sort_by => 'userName', cursor => '', count => 2) ->> 'itemsPerPage'$$), says($$SELECT scim_list_users(sort_by => 'userName', sort_order => 'descending', cursor => '', count => 20)$$);
SELECT says('SELECT scim_list_groups()'), says($$SELECT scim_create_user('{"userName": "nobody"}')$$);
-- a row gets its key, and becomes a resource; or loses it
UPDATE users SET id = id(41) WHERE data ->> 'userName' = 'nobody';
UPDATE users SET tenant_id = 'default' WHERE id = id(40);
UPDATE users SET id = NULL WHERE id = id(12);
UPDATE users SET id = NULL, data = data || '{"title": "x"}' WHERE id = id(11);
UPDATE users SET tenant_id = NULL WHERE id = id(10);
UPDATE groups SET id = id(42), member_count = 7, revision = 7, version = 'x' WHERE id IS NULL;
SELECT id, version = scim_version(scim_get_user(id::text)), revision FROM users WHERE id IN (id(40), id(41)) ORDER BY id;
SELECT id, version = scim_version(scim_get_group(id::text)), revision, member_count FROM groups WHERE id = id(42);
UPDATE groups SET id = NULL WHERE id = id(42);
SELECT problems('users');
SELECT problems('groups');
SELECT scim_repair_table('users') > 0, scim_repair_table('groups') >= 0;
CALL scim_backfill('users');
CALL scim_backfill('groups');
TRUNCATE groups_members;
DELETE FROM users WHERE id IS NULL OR tenant_id IS NULL;
DELETE FROM groups WHERE id IS NULL;
SELECT problem, detail FROM scim_check_table('users') WHERE problem = 'content';

-- ---- tables that people had already ----

DROP TABLE groups_members, groups, users;
SELECT no_event_triggers();
CREATE TABLE people (code text PRIMARY KEY, org text, login text, more jsonb);
CREATE TABLE teams (code text PRIMARY KEY, org text, title text, more jsonb);
CREATE TABLE teams_people (team text REFERENCES teams, person text REFERENCES people, UNIQUE (team, person));
SELECT scim_register_table('people', 'User', '{"id": "code", "tenant": "org", "data": "more", "attributes": {"userName": "login"}}'),
	scim_register_table('teams', 'Group', '{"id": "code", "tenant": "org", "data": "more", "attributes": {"displayName": "title"}}'),
	scim_register_members('teams_people', 'team', 'person');
SET session_replication_role = replica;
INSERT INTO people VALUES ('a', 'default', 'ann', '{"title": "Dr"}'), ('b', 'default', 'bob', NULL), ('c', NULL, 'cat', NULL), ('d', 'default', NULL, '[]');
INSERT INTO teams VALUES ('s', 'default', 'staff', NULL), ('t', NULL, 'homeless', NULL), ('u', 'default', NULL, '"x"');
RESET session_replication_role;
INSERT INTO teams_people VALUES ('s', 'a'), ('s', 'b'), ('s', NULL), (NULL, 'a'), ('t', 'a'), ('u', 'a'), ('u', 'c');
GRANT SELECT, INSERT, UPDATE, DELETE ON people, teams, teams_people TO scimver_nulls_reader;
SET ROLE scimver_nulls_reader;
SELECT says($$SELECT scim_list_users() ->> 'totalResults'$$), says($$SELECT scim_list_groups() ->> 'totalResults'$$), says($$SELECT scim_get_user('c')$$), says($$SELECT scim_get_group('t')$$);
-- what has no document is what its columns say
SELECT scim_get_user('b') - 'meta', scim_get_user('d') - 'meta', scim_get_group('u') - 'meta';
SELECT says($$SELECT scim_row_version('teams', ROW(NULL::text, NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'staff'::text, 'default'::text))$$),
	says($$SELECT scim_row_version('teams', ROW('s'::text, NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'staff'::text, NULL::text))$$),
	says($$SELECT scim_row_version('teams', ROW('t'::text, NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'homeless'::text, 'default'::text))$$),
	says($$SELECT scim_row_version('teams', ROW('s'::text, '"x"'::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, NULL::text, 'default'::text)) IS NOT NULL$$),
	says($$SELECT scim_row_version('teams', ROW('s'::text, NULL::jsonb, NULL::text, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'staff'::text, 'default'::text)) = scim_get_group('s') #>> '{meta,version}'$$);
SELECT says($$SELECT scim_row_version('teams', ROW('s'::text, '{}'::jsonb, 1, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::bigint, NULL::bytea, 'staff'::text, 'default'::text)) IS NOT NULL$$);
-- a record for an attribute
SELECT says($$SELECT scim_joined_attribute('people', 'title', ROW(NULL::jsonb, NULL::text))$$), says($$SELECT scim_joined_attribute('people', 'title', ROW('[]'::jsonb, NULL::text))$$), says($$SELECT scim_joined_attribute('people', 'userName', ROW(NULL::jsonb, 'x'::text))$$);
SELECT says($$SELECT scim_joined_attribute('people', 'title', ROW())$$);
SELECT says($$SELECT scim_joined_attribute('people', 'title', ROW('{}'::text, 1))$$);
SELECT says($$SELECT scim_joined_attribute('people', 'title', ROW('{"title": "x"}'::jsonb, 1, 2))$$);
CREATE TEMP TABLE pair (more jsonb, login text);
CREATE TEMP TABLE pairs (pair pair);
INSERT INTO pairs VALUES (ROW('{"title": "x"}', 'y'));
ALTER TABLE pair DROP COLUMN login;
SELECT says($$SELECT scim_joined_attribute('people', 'title', pair) FROM pairs$$);
SELECT says($$SELECT scim_update_user('d', '{"userName": "dan"}', scim_get_user('d') #>> '{meta,version}') ->> 'userName'$$), says($$SELECT scim_update_group('u', '{"displayName": "u"}', scim_get_group('u') #>> '{meta,version}') ->> 'displayName'$$);
RESET ROLE;
-- ids that are missing, or empty
ALTER TABLE teams_people DROP CONSTRAINT teams_people_team_fkey, DROP CONSTRAINT teams_people_person_fkey;
ALTER TABLE people DROP CONSTRAINT people_pkey, ALTER code DROP NOT NULL;
ALTER TABLE teams DROP CONSTRAINT teams_pkey, ALTER code DROP NOT NULL;
INSERT INTO people VALUES (NULL, 'default', 'nobody', NULL), ('', 'default', 'empty', NULL), (NULL, NULL, NULL, NULL);
INSERT INTO teams VALUES (NULL, 'default', 'none', NULL), ('', 'default', 'empty', NULL);
SET ROLE scimver_nulls_reader;
SELECT says('SELECT scim_list_users()'), says('SELECT scim_list_groups()'), says($$SELECT scim_list_users(filter => 'userName eq "nobody"')$$), says($$SELECT scim_list_groups(filter => 'displayName eq "none"', cursor => '')$$);
SELECT says($$SELECT scim_create_user('{"userName": "nobody"}')$$), says($$SELECT scim_patch_user('a', '[{"op": "replace", "path": "userName", "value": "nobody"}]')$$);
UPDATE people SET code = 'n' WHERE login = 'nobody';
SELECT scim_get_user('n') ->> 'userName';
UPDATE people SET code = NULL WHERE login = 'nobody';
UPDATE teams SET code = 'n' WHERE title = 'none';
SELECT scim_get_group('n') ->> 'displayName';
UPDATE teams SET code = NULL, title = 'none again' WHERE title = 'none';
RESET ROLE;
SELECT problems('people');
SELECT problems('teams');
SELECT scim_repair_table('people') >= 0, scim_repair_table('teams') >= 0;
CALL scim_backfill('people');
CALL scim_backfill('teams');
-- what is kept of groups is counted anew, or forgotten
TRUNCATE teams_people;
DELETE FROM teams;
SELECT scim_unregister_table('teams_people'), scim_unregister_table('teams'), scim_unregister_table('people');

-- ---- a trigger that was made by hand ----

CREATE TABLE handmade (id uuid, data jsonb, tenant_id text, version text, revision bigint, created timestamptz, last_modified timestamptz, password_hash text, user_name text);
CREATE TRIGGER "~~~scimver" BEFORE INSERT OR UPDATE ON handmade FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('User', '{"id": "id", "data": "data", "tenant": "tenant_id", "version": "version", "revision": "revision", "attributes": {"userName": "user_name"}}', '{}');
INSERT INTO handmade VALUES (NULL, NULL, NULL), (id(1), NULL, NULL), (NULL, '{}', NULL), (NULL, NULL, 'default'), (id(2), NULL, 'default');
UPDATE handmade SET data = '[]';
UPDATE handmade SET data = NULL, user_name = 'x';
UPDATE handmade SET id = id(3), tenant_id = 'default';
UPDATE handmade SET id = NULL;
UPDATE handmade SET id = id(4), tenant_id = NULL, version = 'x', revision = 9;
SELECT count(*), count(version), count(revision) FROM handmade;
SELECT says('SELECT scim_list_users()');
SELECT problems('handmade');
DROP TABLE handmade;
CREATE TABLE handmade (id uuid, tenant_id text, data jsonb, version text, revision bigint, created timestamptz, last_modified timestamptz, member_count bigint, member_digest bytea);
CREATE TRIGGER "~~~scimver" BEFORE INSERT OR UPDATE ON handmade FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('Group', '{}', '{}');
INSERT INTO handmade VALUES (NULL, NULL, NULL), (id(1), NULL, NULL), (NULL, NULL, '{}'), (NULL, 'default', NULL), (id(2), 'default', NULL), (id(3), 'default', '{}');
UPDATE handmade SET data = '{"displayName": "x"}';
UPDATE handmade SET id = id(4), tenant_id = 'default';
UPDATE handmade SET id = NULL;
SELECT count(*), count(version), count(revision), count(member_count) FROM handmade;
DROP TABLE handmade;

\c :regression
DROP DATABASE scimver_nulls;
DROP ROLE scimver_nulls_reader;
