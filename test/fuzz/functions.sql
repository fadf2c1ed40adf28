-- The databases of functions_fuzz: tables that scimver made, tables that people
-- had, and tables with rows that nobody should have made.  The tenant "own" is
-- the agent's, "other" is not.
\i roles.sql
ALTER ROLE fuzz_agent SET scimver.tenant = 'own';
CREATE DATABASE created;
CREATE DATABASE existing;
CREATE DATABASE broken;

\c created
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial", "required": true, "uniqueness": "server"}, {"name": "size", "type": "integer"}, {"name": "bought", "type": "dateTime"}, {"name": "key", "type": "binary"}, {"name": "tags", "multiValued": true}]}');
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}');
SELECT scim_create_table('users', 'User', '{"enforce": true}'), scim_create_table('groups', 'Group', '{"enforce": true}'), scim_create_table('devices', 'Device', '{"version_scheme": "revision"}');
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$SELECT ('00000000-0000-4000-a000-00000000000' || n)::uuid$$;
INSERT INTO users (tenant_id, id, data) SELECT t, id(n), jsonb_build_object('userName', 'user' || n, 'emails', '[{"value": "a@x.org", "type": "work"}, {"value": "b@x.org"}]'::jsonb)
	FROM generate_series(1, 5) n, unnest('{own,other}'::text[]) t;
INSERT INTO groups (tenant_id, id, data) SELECT t, id(n), jsonb_build_object('displayName', 'group' || n) FROM generate_series(6, 8) n, unnest('{own,other}'::text[]) t;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id)
	SELECT g.tenant_id, g.id, 'User', u.id FROM groups g JOIN users u USING (tenant_id);
INSERT INTO devices (tenant_id, id, data) SELECT t, id(9), '{"serial": "x", "size": 3, "bought": "2024-01-01T00:00:00Z", "key": "AAEC", "tags": ["a", "B"]}' FROM unnest('{own,other}'::text[]) t;
SELECT scim_grant_tenant('own', 'fuzz_agent');
\i everything.sql

\c existing
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
CREATE TABLE users (id text, tenant_id text, user_name text, given text, email text, active boolean, since timestamptz, version text, data jsonb,
	PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, user_name));
CREATE TABLE groups (id text, tenant_id text, display_name text, PRIMARY KEY (tenant_id, id));
CREATE TABLE groups_members (tenant_id text, group_id text, member_id text, PRIMARY KEY (tenant_id, group_id, member_id));
INSERT INTO users (id, tenant_id, user_name, email, active) SELECT 'u' || n, t, 'user' || n, 'a@x.org', true FROM generate_series(1, 5) n, unnest('{own,other}'::text[]) t;
INSERT INTO groups SELECT 'g' || n, t, 'group' || n FROM generate_series(1, 3) n, unnest('{own,other}'::text[]) t;
SELECT scim_register_table('users', 'User', '{"id": "id", "tenant": "tenant_id", "version": "version", "data": "data",
	"attributes": {"userName": "user_name", "name.givenName": "given", "emails[type eq \"work\"].value": "email", "active": "active"}}', '{"enforce": true}');
SELECT scim_register_table('groups', 'Group', '{"id": "id", "tenant": "tenant_id", "attributes": {"displayName": "display_name"}}');
SELECT scim_register_members('groups_members', 'group_id', 'member_id', '{"tenant": "tenant_id"}');
CALL scim_backfill('users');
INSERT INTO groups_members SELECT g.tenant_id, g.id, u.id FROM groups g JOIN users u USING (tenant_id);
SELECT scim_grant_tenant('own', 'fuzz_agent');
\i everything.sql

\c broken
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('own', 'fuzz_agent');
-- refused or not, as the extension has it: then there are no such rows
DO $$ BEGIN ALTER TABLE users ALTER data DROP NOT NULL; EXCEPTION WHEN OTHERS THEN NULL; END $$;
ALTER TABLE users DISABLE TRIGGER ALL;
ALTER TABLE groups DISABLE TRIGGER ALL;
ALTER TABLE groups_members DISABLE TRIGGER ALL;
DO $$ BEGIN INSERT INTO users (tenant_id, data) VALUES ('own', NULL); EXCEPTION WHEN not_null_violation THEN NULL; END $$;
INSERT INTO users (tenant_id, id, data, version, revision)
	SELECT 'own', ('00000000-0000-4000-a000-00000000000' || n)::uuid, d, (ARRAY[NULL, '', 'x', repeat('v', 200)])[n % 4 + 1], (ARRAY[NULL, 0, -1, 9223372036854775807])[n % 4 + 1]
	FROM unnest(ARRAY['{}', '[]', '7', 'null', '{"userName": 7, "emails": "x", "name": [], "active": {}, "meta": 1}',
		'{"userName": "user5", "emails": [1, null, {"value": {}}, [], {"type": null}], "schemas": [7, null], "groups": {}, "password": "p"}']::jsonb[]) WITH ORDINALITY AS t (d, n);
INSERT INTO users (tenant_id, data) SELECT 'own', jsonb_build_object('userName', repeat('ä', 300), 'title', (repeat('[', 800) || repeat(']', 800))::jsonb);
INSERT INTO groups (tenant_id, id, data, member_count, member_digest) SELECT 'own', ('00000000-0000-4000-a000-00000000000' || n)::uuid,
	'{"displayName": [], "members": [{"value": 7}]}', n - 8, decode(repeat('00', 32), 'hex') FROM generate_series(6, 8) n;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) SELECT 'own', g.id, 'User', gen_random_uuid() FROM groups g;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) SELECT 'own', g.id, 'Group', g.id FROM groups g;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) SELECT 'own', gen_random_uuid(), 'User', id FROM users;
ALTER TABLE users ENABLE ALWAYS TRIGGER "~~~scimver";
ALTER TABLE groups ENABLE ALWAYS TRIGGER "~~~scimver";
-- and a history as nobody but its owner can make it
INSERT INTO users (tenant_id, data) SELECT 'own', jsonb_build_object('userName', 'x' || n) FROM generate_series(1, 40) n;
SELECT scim_seal_history();
UPDATE users SET data = data || '{"title": "t"}' WHERE data ->> 'userName' LIKE 'x%';
SELECT scim_seal_history();
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows, DROP CONSTRAINT scim_history_rows_operation_check,
	ALTER xid DROP NOT NULL, ALTER at DROP NOT NULL, ALTER resource_type DROP NOT NULL, ALTER operation DROP NOT NULL, ALTER actor DROP NOT NULL;
UPDATE scim_history_rows SET xid = CASE WHEN seq % 7 = 0 THEN NULL WHEN seq % 7 = 1 THEN '3' WHEN seq % 7 = 2 THEN '9223372036854775807' ELSE xid END,
	at = CASE WHEN seq % 5 = 0 THEN NULL WHEN seq % 5 = 1 THEN '-infinity' ELSE at END, resource_type = CASE WHEN seq % 11 = 0 THEN NULL WHEN seq % 11 = 1 THEN '' ELSE resource_type END,
	operation = CASE WHEN seq % 13 = 0 THEN NULL WHEN seq % 13 = 1 THEN 'odd' WHEN seq % 13 = 2 THEN 'refused' WHEN seq % 13 = 3 THEN 'truncate' ELSE operation END,
	resource_id = CASE WHEN seq % 17 = 0 THEN NULL ELSE resource_id END, actor = CASE WHEN seq % 17 = 0 THEN NULL ELSE actor END,
	changed = CASE WHEN seq % 4 = 0 THEN '{{a,b},{c,NULL}}' WHEN seq % 4 = 1 THEN '{NULL}'::text[] ELSE changed END,
	before = CASE WHEN seq % 6 = 0 THEN '7' WHEN seq % 6 = 1 THEN '[null]'::jsonb ELSE before END, members = CASE WHEN seq % 3 = 0 THEN '{"added": 7, "removed": []}'::jsonb END,
	version = CASE WHEN seq % 19 = 0 THEN '' ELSE version END;
ALTER TABLE scim_history_seals ALTER hash DROP NOT NULL, ALTER late DROP NOT NULL, ALTER last_seq DROP NOT NULL, ALTER row_count DROP NOT NULL, ALTER sealed_at DROP NOT NULL;
INSERT INTO scim_history_seals (tenant_id, number, last_seq, late, row_count, hash) VALUES ('own', 5, 30, '{(,)}', -1, ''), ('own', 7, NULL, NULL, NULL, NULL), ('own', 9, 9223372036854775807, '{[1,)}', 3, decode(repeat('00', 32), 'hex'));
