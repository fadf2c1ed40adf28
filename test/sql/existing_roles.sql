-- Roles on tables that people have: who owns nothing works with the rights that
-- the application's owner granted, and under the application's own policies.
SET client_min_messages = warning;
CREATE DATABASE scimver_existing_roles TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_existing_roles
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set ECHO none
\i test/data/existing/helpers.sql
\set ECHO all
CREATE EXTENSION scimver CASCADE;
CREATE ROLE existing_owner;
CREATE ROLE existing_agent;
CREATE ROLE existing_clerk;
GRANT CREATE ON SCHEMA public TO existing_owner;

-- ---- the owner of the tables, who is no superuser, registers them ----

SET ROLE existing_owner;
CREATE TABLE people (id serial PRIMARY KEY, region text NOT NULL DEFAULT 'north', login text UNIQUE, given text, salary int, extra jsonb, scim_version text);
CREATE TABLE teams (id serial PRIMARY KEY, name text);
CREATE TABLE team_people (team int, person int, since date DEFAULT current_date, PRIMARY KEY (team, person));
INSERT INTO people (region, login, given, salary) VALUES ('north', 'ada', 'Ada', 1), ('south', 'grace', 'Grace', 2), ('south', 'linus', 'Linus', 3);
INSERT INTO teams (name) VALUES ('one'), ('two');
SELECT fails($$SELECT scim_register_table('people', 'User', '{"id": "id"}')$$) LIMIT 1;
RESET ROLE;
GRANT EXECUTE ON FUNCTION scim_register_table, scim_register_members, scim_unregister_table, scim_repair_table, scim_row_trigger, scim_members_trigger, scim_delete_trigger TO existing_owner;
GRANT EXECUTE ON PROCEDURE scim_backfill TO existing_owner;
SET ROLE existing_owner;
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "scim_version", "data": "extra", "attributes": {"userName": "login", "name.givenName": "given"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('team_people', 'team', 'person');
CALL scim_backfill('people');
INSERT INTO team_people VALUES (1, 1), (1, 2);
SELECT * FROM scim_check_table('people') UNION ALL SELECT * FROM scim_check_table('teams') UNION ALL SELECT * FROM scim_check_table('team_people');
SELECT jsonb_path_query_array(scim_get_group('1'), '$.members[*].value');
RESET ROLE;
-- nobody else can, not even who may write the table
GRANT EXECUTE ON FUNCTION scim_unregister_table, scim_repair_table TO existing_agent;
GRANT ALL ON people TO existing_agent;
SET ROLE existing_agent;
SELECT fails($$SELECT scim_unregister_table('people')$$) LIMIT 1;
RESET ROLE;
REVOKE ALL ON people FROM existing_agent;

-- ---- without rights, and with some ----

SET ROLE existing_agent;
SELECT fails(s) FROM unnest(ARRAY['SELECT scim_get_user(''1'')', 'SELECT scim_list_users()', 'SELECT scim_create_user(''{"userName": "x"}'')',
	'SELECT scim_delete_user(''1'')', 'SELECT scim_add_members(''1'', ''{3}'')']) AS s;
RESET ROLE;
GRANT SELECT (id, login, given, extra, scim_version), UPDATE (given) ON people TO existing_agent;
SET ROLE existing_agent;
SELECT shown(scim_get_user('1'));
SELECT found('userName eq "grace" or name.givenName sw "a"', 'userName');
-- only what changes is written: the column's privilege is enough, though the trigger writes the version
SELECT shown(scim_patch_user('1', '[{"op": "replace", "path": "name.givenName", "value": "Augusta"}]', version(scim_get_user('1'))));
SELECT shown(scim_update_user('1', '{"userName": "ada", "name": {"givenName": "Ada"}}', version(scim_get_user('1'))));
-- and what it may not write is named
SELECT fails($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "userName", "value": "king"}]')$$);
SELECT fails($$SELECT scim_patch_user('1', '[{"op": "add", "path": "title", "value": "Countess"}]')$$);
SELECT scim_call_tool('scim_patch_user', '{"user_id": "1", "operations": [{"op": "replace", "path": "userName", "value": "king"}]}') #> '{content,error_code}';
SELECT fails($$SELECT scim_delete_user('1')$$);
SELECT fails($$SELECT scim_create_user('{"userName": "x"}')$$);
RESET ROLE;

-- ---- memberships: the group's version moves as its owner, whoever writes them ----

GRANT SELECT, INSERT, DELETE ON team_people TO existing_clerk;
SELECT version(scim_get_group('1')) AS v, version(scim_get_group('2')) AS other \gset
SET ROLE existing_clerk;
INSERT INTO team_people VALUES (1, 3);
DELETE FROM team_people WHERE person = 1;
RESET ROLE;
SELECT version(r) = :'v' AS same, version(r) = scim_version(r), version(scim_get_group('2')) = :'other' FROM scim_get_group('1') AS r;
SELECT * FROM scim_check_table('teams');
GRANT SELECT ON teams TO existing_agent;
GRANT SELECT, INSERT ON team_people TO existing_agent;
SET ROLE existing_agent;
SELECT fails($$SELECT scim_add_members('2', '{1}')$$);
SELECT fails($$SELECT scim_remove_members('1', '{2}')$$);
RESET ROLE;
GRANT UPDATE ON teams TO existing_agent;
SET ROLE existing_agent;
SELECT jsonb_path_query_array(scim_add_members('2', '{1}'), '$.members[*].value');
RESET ROLE;
SELECT * FROM scim_check_table('teams');

-- ---- the application's own row level security ----

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY region ON people USING (region = current_setting('app.region', true));
SET app.region = 'south';
SET ROLE existing_agent;
SELECT found(NULL, 'userName');
SELECT fails($$SELECT scim_get_user('1')$$) LIMIT 1;
SELECT fails($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "name.givenName", "value": "Eve"}]')$$) LIMIT 1;
SELECT shown(scim_patch_user('2', '[{"op": "replace", "path": "name.givenName", "value": "Amazing"}]', version(scim_get_user('2'))));
UPDATE people SET given = 'Linus B.' RETURNING id, given;
RESET ROLE;
-- policies on the groups do not leave a digest behind: the triggers act as the owner
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE teams FORCE ROW LEVEL SECURITY;
SET ROLE existing_clerk;
INSERT INTO team_people VALUES (2, 3);
RESET ROLE;
SELECT version(r) = scim_version(r), jsonb_path_query_array(r, '$.members[*].value') FROM scim_get_group('2') AS r;
SELECT * FROM scim_check_table('people') UNION ALL SELECT * FROM scim_check_table('teams');

\c :regression
DROP DATABASE scimver_existing_roles;
DROP ROLE existing_owner, existing_agent, existing_clerk;
