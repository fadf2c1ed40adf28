-- Checkpoints: what is no checkpoint, whose resources one sees, and where there is no
-- history.  (What they tell: checkpoints_created and _mapped.)
SET client_min_messages = warning;
CREATE DATABASE scimver_checkpoints TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_columns;
CREATE ROLE regress_scim_nothing;
\set regression :DBNAME
\c scimver_checkpoints
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
-- without ids and versions
CREATE FUNCTION plain(shown text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	regexp_replace(regexp_replace(shown, '00000000-0000-4000-a000-0*(\d+)', '#\1', 'g'), '"[A-Za-z0-9+/]{11}="', '"V"', 'g');
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN plain(concat_ws(' ', SQLSTATE, SQLERRM, CASE WHEN SQLSTATE LIKE 'PT%' THEN (detail::jsonb - 'error_code' - 'status' - 'scim_type')::text END, '-- ' || hint));
END $$;
CREATE FUNCTION got(type text, VARIADIC n int[]) RETURNS text LANGUAGE sql AS $$
	SELECT plain(jsonb_path_query_array(c, '$.resources[*].version')::text || CASE jsonb_typeof(c->'cursor') WHEN 'string' THEN ' and a cursor' ELSE ' cursor: ' || (c->'cursor')::text END)
	FROM scim_get_versions(type, ARRAY(SELECT coalesce(id(i)::text, i::text) FROM unnest(n) i)) c $$;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;

-- ---- what is no checkpoint ----

SELECT fails(format('SELECT scim_get_versions(%s)', a)) FROM (VALUES (1, $$NULL, '{}'$$), (2, $$'User', NULL$$), (3, $$'User', ARRAY['a', NULL]$$), (4, $$'Nothing', '{}'$$), (5, $$'', '{}'$$),
	(6, $$'User', '{}', ''$$), (7, $$'User', array_fill('a'::text, ARRAY[1001])$$)) v(n, a) ORDER BY n;
SELECT jsonb_array_length(scim_get_versions('User', array_fill(id(1)::text, ARRAY[1000]))->'resources') AS most;
SELECT jsonb_array_length(scim_get_versions('User', array_fill(id(1)::text, ARRAY[2, 3]))->'resources') AS "in two dimensions";
SELECT fails(format('SELECT scim_check_versions(%L)', r)) FROM (VALUES (1, NULL), (2, 'null'), (3, '1'), (4, '"x"'), (5, '{}'), (6, '{"resources": null}'), (7, '{"resources": {}}'), (8, '{"cursor": "c"}'),
	(9, '[1]'), (10, '[[]]'), (11, '[null]'), (12, '[{}]'), (13, '[{"id": "1"}]'), (14, '[{"resource_type": null, "id": "1"}]'), (15, '[{"resource_type": "User"}]'), (16, '[{"resource_type": "User", "id": 1}]'),
	(17, '[{"resource_type": "User", "id": null}]'), (18, '[{"resource_type": "User", "id": "1"}, {"resource_type": "Nothing", "id": "1"}]'), (19, '[{"resource_type": "User", "id": "1", "version": 1}]'),
	(20, '[{"resource_type": "User", "id": "1", "version": ""}]'), (21, '{"resources": [{"resource_type": "User", "id": "1", "version": "W/\"a\""}]}'), (22, '[{"resource_type": "User", "id": "1", "version": ["a"]}]'),
	(23, '[{"resource_type": {"a": 1}, "id": "1"}]'), (24, '[{"resource_type": "", "id": "1"}]')) v(n, r) ORDER BY n;
CREATE FUNCTION many(n int) RETURNS jsonb LANGUAGE sql RETURN (SELECT jsonb_agg(jsonb_build_object('resource_type', 'User', 'id', i::text)) FROM generate_series(1, n) i);
SELECT scim_check_versions(many(1000)), fails('SELECT scim_check_versions(many(1001))'), fails('SELECT scim_check_versions(jsonb_build_object(''resources'', many(1001)))');
-- nothing is a checkpoint, too; what else there is in it is no matter
SELECT scim_check_versions('[]'), scim_check_versions('{"resources": [], "cursor": 5}'), scim_check_versions('[{"resource_type": "User", "id": "", "version": null, "x": {}}]');

-- ---- ids as they may be spelled ----

SELECT scim_get_versions('User', ARRAY[upper(id(1)::text), '{' || id(1) || '}', replace(id(1)::text, '-', ''), ' ' || id(1)])->'resources' AS r \gset
SELECT plain(:'r');
SELECT scim_check_versions(:'r'), plain(scim_check_versions(jsonb_build_array(jsonb_build_object('resource_type', 'User', 'id', upper(id(2)::text), 'version', 'x')))::text);

-- ---- whose resources ----

SELECT scim_grant_tenant('red', 'regress_scim_red');
INSERT INTO users (tenant_id, id, data) SELECT t, id(n), jsonb_build_object('userName', 'u' || n, 'title', t) FROM unnest('{red,blue}'::text[]) t, generate_series(1, 2) n;
SELECT scim_check_versions(v->'resources', 'red')->'unchanged' AS same, scim_check_versions(v->'resources', 'blue')->'unchanged' AS others FROM scim_get_versions('User', ARRAY[id(1)::text, id(2)::text], 'red') v;
SELECT scim_get_versions('User', ARRAY[id(1)::text, id(2)::text], 'blue')->'resources' AS blue \gset
SET ROLE regress_scim_red;
SELECT fails('SELECT got(''User'', 1)'), fails(format('SELECT scim_check_versions(%L)', :'blue')), fails('SELECT scim_get_versions(''User'', ''{}'')');
SELECT fails(format('SELECT scim_check_versions(%L, ''blue'')', :'blue'));
SET scimver.tenant = 'red';
-- what is another tenant's is not there, and nothing tells that it is
SELECT got('User', 1, 2, 3), got('Group', 1);
SELECT plain(scim_check_versions(:'blue')::text);
UPDATE users SET data = data || '{"title": "r"}' WHERE id = id(1);
SELECT plain(scim_check_versions(jsonb_build_array(r->0 || '{"version": "x"}', r->1))::text) FROM CAST(:'blue' AS jsonb) r;
SET scimver.only_tenant = 'red';
SELECT got('User', 1), fails('SELECT scim_get_versions(''User'', ''{}'', ''blue'')');
RESET scimver.only_tenant;
RESET ROLE;
-- the cursor tells what the reader may read
SELECT scim_get_versions('User', '{}')->>'cursor' AS cursor \gset
INSERT INTO users (tenant_id, id, data) SELECT t, id(4), jsonb_build_object('userName', 'u4') FROM unnest('{red,blue}'::text[]) t;
SET ROLE regress_scim_red;
SELECT jsonb_path_query_array(scim_changes(:'cursor'), '$.changes[*].resource_id');
RESET ROLE;

-- ---- who may read what ----

GRANT SELECT (tenant_id, id, version) ON users TO regress_scim_columns;
SELECT scim_get_versions('User', ARRAY[id(1)::text])->'resources' AS red \gset
UPDATE users SET data = data || '{"title": "s"}' WHERE id = id(1);
SET ROLE regress_scim_nothing;
SELECT fails('SELECT got(''User'', 1)'), fails(format('SELECT scim_check_versions(%L)', :'red'));
RESET ROLE;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SET ROLE regress_scim_columns;
-- versions alone: not the history
SELECT got('User', 1), plain(scim_check_versions(:'red')::text);
RESET ROLE;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
-- policies that the history knows nothing of
CREATE POLICY odd ON users AS RESTRICTIVE USING (id <> id(2));
SET ROLE regress_scim_red;
SELECT got('User', 1, 2), plain(scim_check_versions(:'red')::text);
RESET ROLE;
DROP POLICY odd ON users;

-- ---- tables that keep no versions, nor what was ----

DROP TABLE users, groups_members, groups;
RESET scimver.tenant;
CREATE TABLE people (id int PRIMARY KEY, user_name text NOT NULL UNIQUE, title text, secret text, version text, gone timestamptz);
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE team_people (team int REFERENCES teams ON DELETE CASCADE, person int REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person));
SELECT scim_register_table('people', 'User', '{"id": "id", "password": "secret", "version": "version", "deleted": "gone", "attributes": {"userName": "user_name", "title": "title"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('team_people', 'team', 'person');
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial"}]}') ->> 'id', scim_register_resource_type('{"id": "Device", "name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') ->> 'name';
SELECT scim_create_table('devices', 'Device', '{"version_scheme": "revision", "history": false}');
INSERT INTO people SELECT n, 'p' || n, 'title', 'crypt' || n FROM generate_series(1, 5) n;
SET session_replication_role = replica;
UPDATE people SET version = NULL WHERE id > 3;
RESET session_replication_role;
INSERT INTO teams SELECT n, 't' || n FROM generate_series(1, 3) n;
INSERT INTO team_people VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO devices (id, data) SELECT id(n), '{"serial": "s"}' FROM generate_series(1, 2) n;
CREATE FUNCTION all_there_is() RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_get_versions('User', '{1,2,3,4,5,6,x,01}')->'resources' || (scim_get_versions('Group', '{3,1,2}')->'resources') || (scim_get_versions('Device', ARRAY[id(1)::text, id(2)::text])->'resources') $$;
SELECT scim_get_versions('User', '{1}')->'cursor' AS users, scim_get_versions('Group', '{1}')->'cursor' AS groups, scim_get_versions('Device', '{}')->'cursor' AS devices;
SELECT all_there_is() AS all \gset
-- each is what a read shows, with the password and the members, in either way
SELECT bool_and(r->>'version' = scim_get_resource(r->>'resource_type', r->>'id')->'meta'->>'version') AS right, count(*) FROM jsonb_array_elements(:'all') r WHERE r->>'version' IS NOT NULL;
SELECT r->>'id' FROM jsonb_array_elements(:'all') r WHERE r->>'version' IS NULL;
SELECT scim_check_versions(:'all')->'unchanged' AS unchanged;
LOAD 'auto_explain';
SELECT all_there_is() = :'all' AS same, scim_check_versions(:'all')->'unchanged' AS unchanged;
\c -
SET client_min_messages = warning;
UPDATE people SET secret = 'another' WHERE id = 1;
UPDATE people SET gone = now() WHERE id = 2;
UPDATE devices SET data = '{"serial": "t"}' WHERE id = id(1);
UPDATE devices SET data = '{"serial": "s"}' WHERE id = id(1);
DELETE FROM team_people WHERE team = 2;
DELETE FROM teams WHERE id = 3;
INSERT INTO people VALUES (6, 'p6');
SELECT key, plain(r::text) FROM jsonb_each(scim_check_versions(:'all') - 'unchanged'), jsonb_array_elements(value) r;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_checkpoints;
DROP ROLE regress_scim_red, regress_scim_columns, regress_scim_nothing;
