-- Columns of memberships and those that they name: their types may change, as
-- long as they can be compared; what got by is told by scim_check_table.
SET client_min_messages = warning;
CREATE DATABASE scimver_joined TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_joined
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE DOMAIN number AS int;
CREATE TABLE people (org int, id serial PRIMARY KEY, login text NOT NULL UNIQUE);
CREATE TABLE teams (org int, id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE teams_people (org int, team int NOT NULL, person int NOT NULL, PRIMARY KEY (team, person));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('teams_people', 'team', 'person', '{"tenant": "org"}');
SELECT scim_create_user('{"userName": "ann"}', tenant_id => '1')->>'id', scim_create_user('{"userName": "ben"}', tenant_id => '1')->>'id';
SELECT scim_create_group('{"displayName": "staff", "members": [{"value": "1"}]}', tenant_id => '1')->>'id';
-- all that joins, and what is wrong then
CREATE FUNCTION uses() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	made text := scim_create_user('{"userName": "new"}', tenant_id => '1')->>'id';
BEGIN
	RETURN NEXT jsonb_path_query_array(scim_add_members('1', ARRAY['2', made], tenant_id => '1'), '$.members[*].display')::text;
	RETURN NEXT jsonb_path_query_array(scim_get_user('2', tenant_id => '1'), '$.groups[*].display')::text;
	RETURN NEXT scim_list_groups('members.value eq "2"', tenant_id => '1')->'totalResults';
	RETURN NEXT scim_list_users('groups.display eq "staff"', tenant_id => '1')->'totalResults';
	RETURN NEXT jsonb_path_query_array(scim_patch_group('1', '[{"op": "remove", "path": "members[value eq \"2\"]"}]', tenant_id => '1'), '$.members[*].display')::text;
	PERFORM scim_delete_user(made, tenant_id => '1');
	DELETE FROM teams_people WHERE person = made::int;
	RETURN QUERY SELECT problem || ': ' || detail FROM scim_check_table('teams_people') UNION ALL SELECT problem || ': ' || detail FROM scim_check_table('people');
END $$;
SELECT uses();
\set VERBOSITY default
-- wider integers, one after the other, whichever comes first
BEGIN;
ALTER TABLE people ALTER id TYPE bigint;
SELECT uses();
ALTER TABLE teams_people ALTER person TYPE bigint;
SELECT uses();
ALTER TABLE teams_people ALTER team TYPE bigint, ALTER org TYPE bigint;
SELECT uses();
ALTER TABLE teams ALTER id TYPE bigint, ALTER org TYPE bigint;
SELECT uses();
ALTER TABLE people ALTER org TYPE bigint;
SELECT uses();
ROLLBACK;
BEGIN;
ALTER TABLE teams_people ALTER person TYPE bigint, ALTER team TYPE smallint;
SELECT uses();
ALTER TABLE teams_people ALTER person TYPE number;
SELECT uses();
ROLLBACK;
-- what cannot be compared is refused, wherever it is changed
ALTER TABLE people ALTER id DROP DEFAULT, ALTER id TYPE text;
ALTER TABLE teams ALTER id DROP DEFAULT, ALTER id TYPE text;
ALTER TABLE teams_people ALTER person TYPE text;
ALTER TABLE teams_people ALTER team TYPE text;
ALTER TABLE teams_people ALTER org TYPE text;
ALTER TABLE people ALTER org TYPE text;
SELECT uses();
-- by way of a parent, and of a composite type
CREATE TYPE shape AS (id int, name text);
BEGIN;
SELECT scim_unregister_table('teams');
CREATE TABLE bands OF shape (id DEFAULT 1, PRIMARY KEY (id));
CREATE TABLE bands_people (band int NOT NULL, person int NOT NULL, PRIMARY KEY (band, person));
SELECT scim_unregister_table('people');
ALTER TABLE people DROP org CASCADE;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('bands_people', 'band', 'person');
ALTER TYPE shape ALTER ATTRIBUTE id TYPE bigint CASCADE;
ALTER TYPE shape ALTER ATTRIBUTE id TYPE text CASCADE;
ROLLBACK;
CREATE TABLE elders (id int, login text NOT NULL);
BEGIN;
ALTER TABLE people INHERIT elders;
ALTER TABLE people ALTER id DROP DEFAULT;
ALTER TABLE elders ALTER id TYPE text;
ROLLBACK;
-- what is not named is anybody's
ALTER TABLE people ADD note int;
ALTER TABLE people ALTER note TYPE text;
-- as the hint says
BEGIN;
SELECT scim_unregister_table('teams_people');
ALTER TABLE people ALTER id DROP DEFAULT, ALTER id TYPE text;
ALTER TABLE people ALTER id SET DEFAULT gen_random_uuid();
ALTER TABLE teams_people ALTER person TYPE text;
SELECT scim_register_members('teams_people', 'team', 'person', '{"tenant": "org"}');
SELECT jsonb_path_query_array(scim_add_members('1', '{2}', tenant_id => '1'), '$.members[*].display');
ROLLBACK;
-- past the event trigger
SET session_replication_role = replica;
ALTER TABLE teams_people ALTER person TYPE text;
RESET session_replication_role;
SELECT problem, detail FROM scim_check_table('teams');
SELECT problem, detail FROM scim_check_table('teams_people');
SELECT problem, detail FROM scim_check_table('people');
ALTER TABLE teams_people ALTER person TYPE int USING person::int;
SELECT uses();
-- another table's mapping that cannot be read is not in the way
SET session_replication_role = replica;
ALTER TABLE people RENAME login TO name;
RESET session_replication_role;
SELECT scim_get_user('1', tenant_id => '1');
ALTER TABLE teams ALTER name TYPE varchar(20);
\c :regression
DROP DATABASE scimver_joined;
