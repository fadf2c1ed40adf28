-- Rows of tables that people had, brought back: ids that the table makes, columns
-- that are not mapped, rows that are marked as deleted.
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION v(n text) RETURNS text LANGUAGE sql RETURN scim_get_user(n)->'meta'->>'version';
CREATE FUNCTION shown(resource jsonb) RETURNS text LANGUAGE sql RETURN (resource - 'meta' - 'schemas')::text || ' ' || coalesce(resource->'meta'->>'omitted', '');
CREATE FUNCTION lines(n text) RETURNS text LANGUAGE sql RETURN
	(SELECT string_agg((e->>'operation') || ' ' || (e->>'changed'), '; ' ORDER BY i) FROM jsonb_array_elements(scim_get_history('User', n)->'entries') WITH ORDINALITY AS t(e, i));

-- an id that is always the table's to make; a column that nobody mapped
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, login text UNIQUE NOT NULL, title text, shoe_size int, note text DEFAULT 'none', twice text GENERATED ALWAYS AS (login || login) STORED);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
INSERT INTO people (login, title, shoe_size, note) VALUES ('ada', 'one', 39, 'hers');
SELECT v('1') AS v1 \gset
UPDATE people SET title = 'two';
SELECT v('1') AS v2 \gset
DELETE FROM people;
SET client_min_messages = notice;
SELECT shown(scim_restore('User', '1', :'v1'));
SELECT shown(scim_restore('User', '1', :'v2', :'v1'));
RESET client_min_messages;
SET client_min_messages = warning;
SELECT * FROM people;
SELECT lines('1');
SELECT scim_create_user('{"userName": "next"}')->>'id';
-- what the table wants, and nobody gives
DELETE FROM people;
ALTER TABLE people ALTER shoe_size SET NOT NULL;
SELECT scim_restore('User', '1', :'v1');
ALTER TABLE people ALTER shoe_size SET DEFAULT 40;
SELECT shown(scim_restore('User', '1', :'v1'));
SELECT * FROM people;
SELECT scim_unregister_table('people');
DROP TABLE people;

-- what was empty is so again, whatever the table gives new rows; what scimver only reads is lost, too
CREATE TABLE defaults (id text PRIMARY KEY, login text, title text DEFAULT 'none', nick text NOT NULL DEFAULT 'nick', shown text, twice text GENERATED ALWAYS AS (login || login) STORED, data jsonb DEFAULT '{"locale": "de"}', changed timestamptz);
SELECT scim_register_table('defaults', 'User', '{"id": "id", "data": "data", "lastModified": {"column": "changed", "mode": "read"}, "attributes": {"userName": "login", "title": "title", "nickName": "nick", "externalId": {"column": "shown", "mode": "read"}, "displayName": {"column": "twice", "mode": "read"}}}', '{"history": true}');
INSERT INTO defaults VALUES ('a', 'ada', NULL, 'a', 'E', DEFAULT, '{}', now());
SELECT v('a') AS v1 \gset
DELETE FROM defaults;
SET client_min_messages = notice;
SELECT shown(scim_restore('User', 'a', :'v1'));
SET client_min_messages = warning;
SELECT * FROM defaults;
SELECT v('a') = :'v1' AS right;
SELECT scim_unregister_table('defaults');

-- members who are gone are named as long as that is short
CREATE TABLE people (id text PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '{"history": true}');
CREATE TABLE teams (id text PRIMARY KEY, name text);
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"history": true}');
CREATE TABLE teams_members (team text REFERENCES teams ON DELETE CASCADE, member text REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, member));
SELECT scim_register_members('teams_members', 'team', 'member');
INSERT INTO people SELECT repeat('x', 300) || n, n FROM generate_series(1, 50) n;
INSERT INTO teams VALUES ('a', 'all');
INSERT INTO teams_members SELECT 'a', id FROM people;
SELECT scim_get_group('a')->'meta'->>'version' AS v1 \gset
DELETE FROM people WHERE login <= '2';
SELECT jsonb_array_length(scim_restore('Group', 'a', :'v1')->'meta'->'omitted');
DELETE FROM people;
SELECT scim_restore('Group', 'a', :'v1')->'meta'->'omitted';
SELECT octet_length(scim_call_tool('scim_restore', jsonb_build_object('resource_type', 'Group', 'resource_id', 'a', 'version', :'v1'))::text) < 32768;
SELECT scim_unregister_table('teams_members'), scim_unregister_table('teams'), scim_unregister_table('people');
DROP TABLE teams_members, teams, people;

-- rows that are marked
CREATE TABLE marked (id text PRIMARY KEY, login text, title text, revision int, seen timestamp, changed date, gone timestamptz, secret text, version text);
SELECT scim_register_table('marked', 'User', '{"id": "id", "revision": "revision", "created": "seen", "lastModified": "changed", "deleted": "gone", "password": "secret", "version": "version", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
INSERT INTO marked VALUES ('a', 'ada', 'one');
SELECT v('a') AS v1 \gset
SELECT scim_update_user('a', '{"userName": "ada", "title": "two"}') \g /dev/null
SELECT v('a') AS v2 \gset
SELECT scim_delete_user('a');
SELECT gone IS NOT NULL AS marked FROM marked;
SELECT lines('a');
SELECT scim_restore('User', 'a', :'v1', :'v1');
SELECT shown(scim_restore('User', 'a', :'v1', :'v2'));
SELECT login, title, revision, gone FROM marked;
SELECT lines('a'), v('a') = :'v1' AS right;
-- back to what it was last
UPDATE marked SET gone = now();
SELECT shown(scim_restore('User', 'a', :'v1'));
SELECT lines('a');
-- the row itself is gone: its revision goes on
DELETE FROM marked;
SELECT shown(scim_restore('User', 'a', :'v2')), (SELECT revision FROM marked) AS before;
SELECT login, title, revision, seen IS NOT NULL AS seen, gone FROM marked;
SELECT scim_unregister_table('marked');

-- a mark that is the application's to set; one that cannot be empty
CREATE TABLE flagged (id text PRIMARY KEY, login text, gone boolean, counted bigint NOT NULL DEFAULT 0);
SELECT scim_register_table('flagged', 'User', '{"id": "id", "deleted": {"column": "gone", "mode": "read"}, "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO flagged (id, login) VALUES ('a', 'ada');
SELECT v('a') AS v1 \gset
UPDATE flagged SET gone = true;
SELECT scim_restore('User', 'a', :'v1');
SELECT scim_unregister_table('flagged');
UPDATE flagged SET gone = false;
SELECT scim_register_table('flagged', 'User', '{"id": "id", "deleted": {"column": "counted", "format": "epoch_seconds"}, "attributes": {"userName": "login"}}', '{"history": true}');
SELECT scim_delete_user('a');
SELECT shown(scim_restore('User', 'a', :'v1'));
SELECT id, login, counted FROM flagged;
SELECT scim_unregister_table('flagged');

-- what cuts the history: another registration, and rows that are mended
CREATE TABLE cut (id text PRIMARY KEY, login text, title text, version text);
SELECT scim_register_table('cut', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
INSERT INTO cut VALUES ('c', 'ada', 'one');
SELECT v('c') AS v1 \gset
UPDATE cut SET title = 'two';
SELECT shown(scim_get_version('User', 'c', :'v1'));
SELECT scim_unregister_table('cut');
SELECT scim_register_table('cut', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
SELECT scim_get_history('User', 'c'), shown(scim_get_version('User', 'c', v('c')));
SELECT scim_get_version('User', 'c', :'v1');
SELECT v('c') AS v2 \gset
UPDATE cut SET title = 'three';
SELECT shown(scim_get_version('User', 'c', :'v2'));
SET session_replication_role = replica;
UPDATE cut SET version = 'wrong';
RESET session_replication_role;
SELECT scim_repair_table('cut');
SELECT lines('c'), scim_get_history('User', 'c')->'complete' AS complete;
SELECT scim_get_version('User', 'c', :'v2');
UPDATE cut SET title = 'four';
SELECT shown(scim_get_version('User', 'c', scim_get_history('User', 'c')->'entries'->0->>'previous_version'));
SELECT scim_unregister_table('cut');

-- versions that tell the revision, too: they come back as long as they are counted
SELECT scim_create_table('users', 'User', '{"version_scheme": "revision"}');
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "ada"}');
SELECT v(id::text) AS r1 FROM users \gset
UPDATE users SET data = data || '{"title": "t"}';
SELECT v(id::text) AS r2 FROM users \gset
UPDATE users SET data = data - 'title';
SELECT v(id::text) <> :'r1' AS never_returns, scim_get_version('User', id::text, :'r1')->'meta'->>'version' = :'r1' AS there, shown(scim_get_version('User', id::text, :'r2')) FROM users;
-- the first that is kept is proven, too
DELETE FROM scim_history_rows WHERE revision < 3 AND resource_id LIKE '00000000-%';
SELECT shown(scim_get_version('User', id::text, :'r2')) FROM users;
SELECT scim_get_version('User', id::text, :'r1') FROM users;
-- a counter that is full says so
SET session_replication_role = replica;
UPDATE users SET revision = 9223372036854775807;
RESET session_replication_role;
DELETE FROM users;
SELECT h->'complete' AS complete, jsonb_path_query_array(h, '$.entries[*].revision') AS revisions FROM scim_get_history('User', '00000000-0000-4000-a000-000000000001') h;
SELECT scim_restore('User', '00000000-0000-4000-a000-000000000001', :'r2');
SELECT revision FROM users;

-- what is not the caller's to write, or must keep its value, is named
SELECT scim_register_schema('{"id": "urn:example:2.0:Device", "name": "Device", "attributes": [{"name": "displayName"}, {"name": "seen", "mutability": "readOnly"}, {"name": "pin", "returned": "never"}, {"name": "serial", "mutability": "immutable"}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}') IS NOT NULL;
SELECT scim_create_table('devices', 'Device');
INSERT INTO devices (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"displayName": "door", "seen": "once", "pin": "1"}');
SELECT version AS v1 FROM devices \gset
SELECT shown(scim_patch_resource('Device', id::text, '[{"op": "replace", "path": "displayName", "value": "gate"}, {"op": "add", "path": "serial", "value": "A"}]')) FROM devices;
SELECT shown(scim_restore('Device', id::text, :'v1')) FROM devices;
UPDATE devices SET data = data || '{"seen": "twice", "pin": "2"}';
SELECT shown(scim_restore('Device', id::text, :'v1')) FROM devices;
SELECT data - 'schemas' FROM devices;
DELETE FROM devices;
SELECT shown(scim_restore('Device', '00000000-0000-4000-a000-000000000001', :'v1'));
DROP EXTENSION scimver CASCADE;
DROP TABLE defaults, marked, flagged, cut, users, devices;
DROP FUNCTION shown(jsonb);
