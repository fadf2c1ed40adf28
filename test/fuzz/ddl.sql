-- The databases of ddl_fuzz.  In "mixed" a superuser, an owner and nobody in
-- particular do what they like; in "safe" and "mapped" two roles without rights
-- work beside tables that are not theirs.
\i roles.sql
ALTER ROLE fuzz_nobody SET search_path = n1, public;
ALTER ROLE fuzz_stranger SET search_path = pg_temp, n1, public;
CREATE DATABASE mixed;
CREATE DATABASE safe;
CREATE DATABASE mapped;

\c mixed
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON SCHEMA public TO fuzz_owner;
GRANT CREATE ON DATABASE mixed TO fuzz_owner, fuzz_nobody;
CREATE SCHEMA n1 AUTHORIZATION fuzz_nobody;
GRANT ALL ON SCHEMA n1 TO PUBLIC;
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nothing FOREIGN DATA WRAPPER nothing;
GRANT USAGE ON FOREIGN SERVER nothing TO PUBLIC;

\c safe
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON DATABASE safe TO fuzz_nobody, fuzz_stranger;
CREATE SCHEMA n1 AUTHORIZATION fuzz_nobody;
GRANT ALL ON SCHEMA n1 TO PUBLIC;
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (tenant_id, data) SELECT t, jsonb_build_object('userName', 'user' || n) FROM generate_series(1, 5) n, unnest('{t1,t2}'::text[]) t;
INSERT INTO groups (tenant_id, data) SELECT t, jsonb_build_object('displayName', 'group' || n) FROM generate_series(1, 3) n, unnest('{t1,t2}'::text[]) t;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id)
	SELECT g.tenant_id, g.id, 'User', u.id FROM groups g JOIN users u USING (tenant_id) ON CONFLICT DO NOTHING;
SELECT scim_grant_tenant('t1', 'fuzz_agent');
\i everything.sql

\c mapped
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON DATABASE mapped TO fuzz_nobody, fuzz_stranger;
CREATE SCHEMA n1 AUTHORIZATION fuzz_nobody;
GRANT ALL ON SCHEMA n1 TO PUBLIC;
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
CREATE TABLE users (id text PRIMARY KEY, user_name text UNIQUE, version text, revision bigint, data jsonb);
CREATE TABLE groups (id text PRIMARY KEY, display_name text, version text);
CREATE TABLE groups_members (group_id text, member_id text, PRIMARY KEY (group_id, member_id));
INSERT INTO users SELECT 'u' || n, 'user' || n FROM generate_series(1, 5) n;
INSERT INTO groups SELECT 'g' || n, 'group' || n FROM generate_series(1, 3) n;
SELECT scim_register_table('users', 'User', '{"id": "id", "version": "version", "revision": "revision", "data": "data", "attributes": {"userName": "user_name"}}');
SELECT scim_register_table('groups', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "display_name"}}');
SELECT scim_register_members('groups_members', 'group_id', 'member_id');
CALL scim_backfill('users');
CALL scim_backfill('groups');
INSERT INTO groups_members SELECT g.id, u.id FROM groups g, users u;
\i everything.sql
