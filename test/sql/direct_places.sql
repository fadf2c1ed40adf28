-- A session looks for a group's name first where it saw the group last: what stands
-- there meanwhile, another row, another version, or nothing, never shows.
SET client_min_messages = warning;
CREATE DATABASE scimver_places TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_places
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
CREATE FUNCTION g(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid;
-- the names of a user's groups, in the order of their ids
CREATE FUNCTION names(tenant text DEFAULT 'default') RETURNS text LANGUAGE sql RETURN
	(SELECT string_agg(coalesce(value->>'display', '(none)'), ' ' ORDER BY i)
	FROM jsonb_array_elements(scim_get_user(g(0)::text, tenant_id => tenant)->'groups') WITH ORDINALITY AS v(value, i));
-- does a statement say the same?
CREATE FUNCTION same() RETURNS boolean LANGUAGE sql RETURN
	(SELECT names() = string_agg(data->>'displayName', ' ' ORDER BY id) FROM groups WHERE tenant_id = 'default' AND id < g(1000));
INSERT INTO users (tenant_id, id, data) SELECT tenant, g(0), '{"userName": "u"}' FROM unnest('{default,acme}'::text[]) AS tenant;
-- many that nobody is in, so that the others stand far behind
INSERT INTO groups (id, data) SELECT g(n), jsonb_build_object('displayName', repeat('filler ', 20)) FROM generate_series(1001, 1500) n;
INSERT INTO groups (tenant_id, id, data) SELECT tenant, g(n), jsonb_build_object('displayName', left(tenant, 1) || n)
	FROM generate_series(1, 6) n, unnest('{default,acme}'::text[]) AS tenant;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) SELECT tenant_id, id, 'User', g(0) FROM groups WHERE id < g(1000);
SELECT names(), names('acme');
SELECT names(), names('acme'), same();

-- other versions: on the page, on another page, taken back, pruned
UPDATE groups SET data = '{"displayName": "d1b"}' WHERE tenant_id = 'default' AND id = g(1);
UPDATE groups SET data = jsonb_build_object('displayName', 'd2b', 'externalId', repeat('x', 1500)) WHERE tenant_id = 'default' AND id = g(2);
SELECT names(), same();
BEGIN;
UPDATE groups SET data = '{"displayName": "d3b"}' WHERE tenant_id = 'default' AND id = g(3);
DECLARE before CURSOR FOR SELECT names();
UPDATE groups SET data = '{"displayName": "d3c"}' WHERE tenant_id = 'default' AND id = g(3);
SELECT names(), same();
FETCH before;
ROLLBACK;
SELECT names(), same();
VACUUM groups;
SELECT names(), same(), names('acme');

-- written anew in another order: in each place stands another group
CREATE INDEX backwards ON groups (id DESC, tenant_id);
CLUSTER groups USING backwards;
SELECT names(), same(), names('acme');
SELECT names(), same(), names('acme');
-- in fewer blocks: their places are behind the end
DROP INDEX backwards;
CLUSTER groups USING groups_pkey;
SELECT names(), same(), names('acme');
INSERT INTO groups (tenant_id, id, data) SELECT 'zeta', g(n), jsonb_build_object('displayName', repeat('filler ', 20)) FROM generate_series(1, 1500) n;
DELETE FROM groups WHERE tenant_id = 'default' AND id = g(6);
INSERT INTO groups (id, data) VALUES (g(6), '{"displayName": "d6b"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (g(6), 'User', g(0));
SELECT names(), same();
DELETE FROM groups WHERE tenant_id = 'zeta' OR id > g(1000);
VACUUM FULL groups;
SELECT names(), same(), names('acme');
SELECT pg_relation_size('groups') < 20000;

-- gone, and there again, elsewhere: with its place taken by another
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM groups WHERE tenant_id = 'default' AND id = g(4);
SELECT names();
INSERT INTO groups (id, data) VALUES (g(4), '{"displayName": "d4b"}');
SELECT names();
COMMIT;
VACUUM groups;
INSERT INTO groups (id, data) SELECT g(n), '{"displayName": "d4 is not this"}' FROM generate_series(2001, 2010) n;
SELECT names(), same();
-- another table of the same name
BEGIN;
SET LOCAL session_replication_role = replica;
TRUNCATE groups CASCADE;
INSERT INTO groups (id, data) SELECT g(n), jsonb_build_object('displayName', 'e' || n) FROM generate_series(6, 1, -1) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g(n), 'User', g(0) FROM generate_series(1, 6) n;
SELECT names(), same();
ROLLBACK;
SELECT names(), same();

-- ids that are numbers, of all tenants: the tenant is compared in the row
DROP FUNCTION same;
DROP TABLE groups_members, groups, users;
CREATE TABLE people (id bigint PRIMARY KEY, login text);
CREATE TABLE teams (name text, org text NOT NULL, id bigint PRIMARY KEY);
CREATE TABLE teams_people (team_id bigint, person_id bigint, PRIMARY KEY (person_id, team_id));
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}'),
	scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "attributes": {"displayName": "name"}}'),
	scim_register_members('teams_people', 'team_id', 'person_id');
INSERT INTO people VALUES (1, 'p');
INSERT INTO teams SELECT 't' || n, 'default', n FROM generate_series(1, 6) n;
INSERT INTO teams_people SELECT n, 1 FROM generate_series(1, 6) n;
CREATE FUNCTION teams() RETURNS text LANGUAGE sql RETURN
	(SELECT string_agg(coalesce(value->>'display', '(none)'), ' ' ORDER BY i)
	FROM jsonb_array_elements(scim_get_user('1')->'groups') WITH ORDINALITY AS v(value, i));
SELECT teams();
UPDATE teams SET org = 'acme' WHERE id = 3;
SELECT teams();
BEGIN;
UPDATE teams SET id = -id;
UPDATE teams SET id = id + 7;
SELECT teams();
ROLLBACK;
SELECT teams();

\c :regression
DROP DATABASE scimver_places;
