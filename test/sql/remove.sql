-- Taking things away again: tables, the extension; and where it cannot be installed.
SET client_min_messages = warning;
CREATE DATABASE scimver_remove TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_remove
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- ---- tables ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "ann"}');
INSERT INTO groups (id, data) VALUES ('00000000-0000-4000-a000-000000000101', '{"displayName": "G"}');
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM groups g, users u;
SELECT scim_get_user(id::text)->'groups'->0->'display' FROM users;

-- without groups, users have none; and with them again, they have
DROP TABLE groups_members, groups;
SELECT scim_get_user(id::text) ? 'groups' FROM users;
SELECT scim_list_groups();
SELECT scim_create_group('{"displayName": "G"}');
SELECT scim_patch_user(id::text, '[{"op": "add", "path": "title", "value": "x"}]')->>'title' FROM users;
SELECT scim_create_table('teams', 'Group');
SELECT scim_create_group(jsonb_build_object('displayName', 'again', 'members', (SELECT jsonb_agg(jsonb_build_object('value', id)) FROM users)))->'members'->0->'display';
SELECT scim_get_user(id::text)->'groups'->0->'display' FROM users;

-- without users, groups cannot hold any
DROP TABLE users CASCADE;
SELECT scim_get_user('00000000-0000-4000-a000-000000000001');
SELECT scim_list_groups()->'totalResults';
SELECT scim_create_group('{"displayName": "x", "members": [{"value": "00000000-0000-4000-a000-000000000001"}]}');
SELECT regexp_replace(message, '"[0-9a-f-]{36}"', 'the id') AS message FROM says($$SELECT scim_create_table('people', 'User')$$) message;
TRUNCATE teams_members;
SELECT scim_create_table('people', 'User');
SELECT scim_create_user('{"userName": "ann", "password": "secret"}')->>'userName';
INSERT INTO teams_members (group_id, member_type, member_id) SELECT t.id, 'User', p.id FROM teams t, people p;
SELECT member_count, version = scim_version(scim_get_group(id::text)) FROM teams;

-- what a transaction made and took back is not there
BEGIN;
DROP TABLE teams_members, teams, people;
SELECT scim_create_table('others', 'User');
SELECT scim_create_user('{"userName": "eve"}')->>'userName', scim_list_users()->'totalResults';
ROLLBACK;
SELECT u->>'userName' FROM jsonb_array_elements(scim_list_users()->'Resources') u;

-- ---- the extension ----

-- the tables need it
DROP EXTENSION scimver;
DROP EXTENSION pgcrypto;
-- with CASCADE go the triggers, policies and lookup columns; the resources stay, readable for their owner
DROP EXTENSION scimver CASCADE;
SELECT data, revision, version IS NOT NULL, password_hash LIKE '$2a$%' FROM people;
SELECT data, member_count, length(member_digest) FROM teams;
SELECT member_type, member_id IN (SELECT id FROM people) FROM teams_members;
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '~~~%';
SELECT count(*) FROM pg_event_trigger;
SELECT count(*) FROM pg_policies;
UPDATE people SET data = data || '{"plain": "table"}';
SELECT scim_list_users();

-- installed again, in the same session: the old tables get what they lack
CREATE EXTENSION scimver;
SELECT scim_list_users();
SELECT scim_register_table('people', 'User', '{}');
SELECT u->>'userName' FROM jsonb_array_elements(scim_list_users()->'Resources') u;
SELECT scim_patch_user(id::text, '[{"op": "add", "path": "title", "value": "x"}]')->>'title' FROM people;
SELECT scim_create_user('{"userName": "bob"}')->>'userName';

-- ---- where it cannot be ----

\c :regression
DROP DATABASE scimver_remove;
SET client_min_messages = warning;
CREATE DATABASE scimver_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C';
CREATE DATABASE scimver_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C';
\c scimver_ascii
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT count(*) FROM pg_extension WHERE extname = 'scimver';
\c scimver_latin
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
-- what the hint says works
CREATE DATABASE scimver_latin_utf8 TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_latin_utf8
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT count(*) FROM pg_extension WHERE extname = 'scimver';
\c :regression
DROP DATABASE scimver_ascii;
DROP DATABASE scimver_latin;
DROP DATABASE scimver_latin_utf8;
