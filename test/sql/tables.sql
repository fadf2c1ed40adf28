-- Making and registering tables, and what is refused.
SET client_min_messages = warning;
CREATE DATABASE scimver_tables TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_tables
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;

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
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';
-- what there is in the schema
CREATE FUNCTION relations(schema text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(relname, ' ' ORDER BY relname COLLATE "C"), 'nothing') FROM pg_class WHERE relnamespace = schema::regnamespace AND relkind = 'r' AND relname NOT LIKE 'scim\_%' $$;

-- ---- what is made ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, CASE WHEN a.attgenerated <> '' THEN 'generated: ' ELSE '' END || pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.oid IN ('users'::regclass, 'groups'::regclass, 'groups_members'::regclass) AND a.attnum > 0 ORDER BY c.relname DESC, a.attnum;
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid IN ('users'::regclass, 'groups'::regclass, 'groups_members'::regclass) ORDER BY 1;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE oid IN ('users'::regclass, 'groups'::regclass, 'groups_members'::regclass) ORDER BY 1;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2;
SELECT tablename, policyname, cmd, roles FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2;

-- ---- one table for each type ----

SELECT fails($$SELECT scim_create_table('users2', 'User')$$);
SELECT error($$SELECT scim_create_table('users2', 'user')$$), error($$SELECT scim_create_table('groups2', 'Group')$$);
CREATE TABLE users3 (LIKE users INCLUDING ALL);
SELECT error($$SELECT scim_register_table('users3', 'User', '{}')$$);
DROP TABLE users3;
-- when it is dropped, the type is free again
DROP TABLE groups_members, groups, users;
SELECT relations('public');

-- ---- refusals: nothing is half done ----

SELECT fails($$SELECT scim_create_table('devices', 'Device')$$);
SELECT error($$SELECT scim_create_table('users', '')$$);
SELECT fails($$SELECT scim_create_table('users', 'User', '{"no_option": 1}')$$);
SELECT error(format('SELECT scim_create_table(''users'', ''User'', %L)', o)) FROM unnest(ARRAY['{"version_scheme": "hash"}', '{"version_scheme": null}', '{"version_scheme": 1}', '[]', '1']) o;
SELECT error($$SELECT scim_create_table('', 'User')$$);
SELECT error($$SELECT scim_create_table('nowhere.users', 'User')$$);
SELECT error($$SELECT scim_create_table('a.b.c', 'User')$$);
SELECT error($$SELECT scim_create_table('users; DROP TABLE x', 'User')$$);
CREATE TABLE users (x int);
SELECT error($$SELECT scim_create_table('users', 'User')$$);
DROP TABLE users;
CREATE TABLE groups_members (x int);
SELECT error($$SELECT scim_create_table('groups', 'Group')$$);
SELECT relations('public');
DROP TABLE groups_members;
SELECT scim_create_table(NULL, 'User') IS NULL, scim_create_table('users', NULL) IS NULL;
-- nobody but the owner may register unless it is granted
SELECT proname, proacl FROM pg_proc WHERE proname IN ('scim_create_table', 'scim_register_table', 'scim_row_trigger', 'scim_members_trigger') AND has_function_privilege('public', oid, 'EXECUTE');

-- ---- names ----

-- in another schema, with any name
CREATE SCHEMA "Odd ""place""";
SELECT scim_create_table('"Odd ""place"""."Uß {table} $1"', 'User', '{"version_scheme": "content"}');
SELECT scim_create_table('"Odd ""place""".groups', 'group');
SELECT relations('"Odd ""place"""');
SELECT scim_create_user('{"userName": "ann"}')->>'userName';
SELECT g->'members'->0->>'display' FROM scim_create_group(jsonb_build_object('displayName', 'G', 'members', (SELECT jsonb_agg(jsonb_build_object('value', u->'id')) FROM jsonb_array_elements(scim_list_users()->'Resources') u))) g;
SELECT jsonb_array_length(scim_list_users()->'Resources'->0->'groups');
DROP SCHEMA "Odd ""place""" CASCADE;
-- names are folded as everywhere in SQL, and go into the first schema of search_path
CREATE SCHEMA mine;
SET search_path = mine, public;
SELECT scim_create_table('People', 'User')::regclass::text, scim_create_table('PUBLIC.Teams', 'Group')::regclass::text;
SELECT relations('mine'), relations('public');
SET search_path = public;
SELECT scim_create_user('{"userName": "ann"}')->>'userName';
DROP SCHEMA mine CASCADE;
DROP TABLE teams_members, teams;

-- ---- registering a table that is there ----

SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
CREATE TABLE kept_users (LIKE users INCLUDING ALL, note text);
CREATE TABLE kept_groups (LIKE groups INCLUDING ALL);
CREATE TABLE kept_groups_members (LIKE groups_members INCLUDING ALL);
DROP TABLE groups_members, groups, users;
INSERT INTO kept_users (tenant_id, id, data) VALUES ('default', '00000000-0000-4000-a000-000000000001', '{"userName": "ann", "id": "x"}');

-- a mapping that does not fit: more of that in mapping.sql
SELECT fails($$SELECT scim_register_table('kept_users', 'User', '{"id": "uid"}')$$);
SELECT error(format('SELECT scim_register_table(''kept_users'', ''User'', %L)', m)) FROM unnest(ARRAY['{"id": "id"}', '[]', '1', '{"userName": "login"}']) m;
SELECT error($$SELECT scim_register_table('kept_users', 'User', '{}', '{"no_option": 1}')$$);
SELECT error($$SELECT scim_register_table('kept_users', 'Device', '{}')$$);
SELECT error($$SELECT scim_register_table('nothing', 'User', '{}')$$);
-- a column is missing, or of another type
ALTER TABLE kept_users RENAME COLUMN revision TO rev;
SELECT fails($$SELECT scim_register_table('kept_users', 'User', '{}')$$);
ALTER TABLE kept_users RENAME COLUMN rev TO revision;
ALTER TABLE kept_users ALTER COLUMN version TYPE varchar(20);
SELECT fails($$SELECT scim_register_table('kept_users', 'User', '{}')$$);
ALTER TABLE kept_users ALTER COLUMN version TYPE text;
SELECT error($$SELECT scim_register_table('kept_groups', 'User', '{}')$$);
-- what is unique has its index, on the column, with the tenant or alone: it is made
BEGIN;
DROP INDEX kept_users_tenant_id_user_name_idx;
CREATE UNIQUE INDEX other ON kept_users (tenant_id, user_name, display_name);
SELECT scim_register_table('kept_users', 'User', '{}');
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'kept_users'::regclass AND indisunique ORDER BY 1;
ROLLBACK;
-- a trigger that would change the row after ours
CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "~~~~later" BEFORE INSERT ON kept_users FOR EACH ROW EXECUTE FUNCTION t();
SELECT fails($$SELECT scim_register_table('kept_users', 'User', '{}')$$);
ALTER TRIGGER "~~~~later" ON kept_users RENAME TO earlier;
CREATE TRIGGER "~~~~after" AFTER INSERT ON kept_users FOR EACH ROW EXECUTE FUNCTION t();
CREATE TRIGGER "~~~~statement" BEFORE INSERT ON kept_users FOR EACH STATEMENT EXECUTE FUNCTION t();
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '~~~scimver%';

SELECT scim_register_table('kept_users', 'User', '{}');
-- rows that were there have their version
SELECT version, scim_get_user(id::text)->'meta'->>'version' = scim_version(scim_get_user(id::text)) FROM kept_users;
SELECT scim_patch_user(id::text, '[{"op": "add", "path": "title", "value": "x"}]', scim_get_user(id::text)->'meta'->>'version')->>'title' FROM kept_users;
SELECT version = scim_version(scim_get_user(id::text)), revision FROM kept_users ORDER BY id;
SELECT scim_create_user('{"userName": "bob"}')->>'userName', error($$SELECT scim_create_user('{"userName": "BOB"}')$$);
-- a second registration
SELECT error($$SELECT scim_register_table('kept_users', 'User', '{}')$$);

-- a group table needs its membership table beside it
ALTER TABLE kept_groups_members RENAME TO elsewhere;
SELECT fails($$SELECT scim_register_table('kept_groups', 'Group', '{}')$$);
ALTER TABLE elsewhere RENAME TO kept_groups_members;
SELECT scim_register_table('kept_groups', 'Group', '{}', '{"version_scheme": "revision"}');
SELECT jsonb_array_length(scim_create_group(jsonb_build_object('displayName', 'G', 'members', (SELECT jsonb_agg(jsonb_build_object('value', u->'id')) FROM jsonb_array_elements(scim_list_users()->'Resources') u)))->'members');
DELETE FROM kept_groups_members WHERE member_id = '00000000-0000-4000-a000-000000000001';
SELECT member_count, revision, version = scim_get_group(id::text)->'meta'->>'version' FROM kept_groups;

-- without the trigger it is a table like others
DROP TRIGGER "~~~scimver" ON kept_users;
SELECT error('SELECT scim_list_users()');
SELECT scim_register_table('kept_users', 'User', '{}');
SELECT scim_list_users()->'totalResults';

-- ---- mappings follow the columns ----

ALTER TABLE kept_users RENAME COLUMN data TO document;
ALTER TABLE kept_users RENAME tenant_id TO "Tenant id";
SELECT scim_create_user('{"userName": "eve"}')->>'userName';
SELECT scim_list_users()->'totalResults';
SELECT error('ALTER TABLE kept_users DROP COLUMN document CASCADE');
SELECT fails('ALTER TABLE kept_users DROP COLUMN "Tenant id" CASCADE');
ALTER TABLE kept_users DROP COLUMN note;
ALTER TABLE kept_groups_members RENAME COLUMN member_id TO member;
SELECT jsonb_array_length(scim_list_groups()->'Resources'->0->'members');
INSERT INTO kept_groups_members (group_id, member_type, member) SELECT kept_groups.id, 'User', kept_users.id FROM kept_groups, kept_users ON CONFLICT DO NOTHING;
SELECT member_count, version = scim_get_group(id::text)->'meta'->>'version' FROM kept_groups;
SELECT error('ALTER TABLE kept_groups_members DROP COLUMN member CASCADE');

\c :regression
DROP DATABASE scimver_tables;
