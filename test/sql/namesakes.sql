-- Users and groups of tables that people had, numbered alike: who is said to be
-- a group, by "type" or by "$ref", is not taken for the user of that number.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only
SET client_min_messages = warning;
CREATE DATABASE scimver_namesakes TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_namesakes
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;

CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE teams_people (team int REFERENCES teams, person int REFERENCES people, PRIMARY KEY (team, person));
INSERT INTO people SELECT i, 'person ' || i FROM generate_series(1, 4) i;
INSERT INTO teams SELECT i, 'team ' || i FROM generate_series(1, 4) i;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "name"}}'),
	scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'),
	scim_register_members('teams_people', 'team', 'person');

-- ---- adding one that is said to be a group ----
\set add '[{"op": "add", "path": "members", "value": [{"value": "2", %s}]}]'
SELECT scim_patch_group('1', format(:'add', '"type": "Group"')::jsonb);
SELECT scim_patch_group('1', format(:'add', '"$ref": "/Groups/2"')::jsonb);
SELECT scim_patch_group('1', format(:'add', '"$ref": "../Groups/2"')::jsonb);
SELECT scim_patch_group('1', format(:'add', '"$ref": "Groups/2"')::jsonb);
SELECT scim_patch_group('1', format(:'add', '"$ref": "https://example.com/scim/v2/Groups/2"')::jsonb);
SELECT scim_update_group('1', '{"displayName": "team 1", "members": [{"value": "1"}, {"value": "2", "$ref": "/Groups/2"}]}');
SELECT scim_create_group('{"displayName": "team 5", "members": [{"value": "2", "$ref": "/Groups/2"}]}');
SELECT scim_call_tool('scim_patch_group', jsonb_build_object('group_id', '1', 'operations', format(:'add', '"$ref": "/Groups/2"')::jsonb))::jsonb -> 'content';
SELECT count(*) FROM teams_people;

-- ---- "type" comes before "$ref"; what leads elsewhere says nothing ----
CREATE FUNCTION added(member text) RETURNS text LANGUAGE sql AS $$
	SELECT scim_patch_group('3', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'members', 'value', jsonb_build_array(member::jsonb))))
		-> 'members' -> 0 ->> '$ref'
$$;
SELECT added(member) FROM unnest('{"{\"value\": \"2\", \"type\": \"user\", \"$ref\": \"/Groups/2\"}",
	"{\"value\": \"2\", \"$ref\": \"/Users/2\"}", "{\"value\": \"2\", \"$ref\": \"/SubGroups/2\"}", "{\"value\": \"2\", \"$ref\": \"roups/2\"}",
	"{\"value\": \"2\", \"$ref\": \"2\"}", "{\"value\": \"2\", \"$ref\": \"\"}", "{\"value\": \"2\", \"$ref\": null}"}'::text[]) member;

-- ---- and so with removing: no group is a member here, so there is nothing to be removed ----
INSERT INTO teams_people VALUES (1, 2), (1, 3);
\set remove '[{"op": "remove", "path": "members", "value": [{"value": "2", %s}]}]'
SELECT scim_patch_group('1', format(:'remove', '"type": "Group"')::jsonb) -> 'members';
SELECT scim_patch_group('1', format(:'remove', '"$ref": "/Groups/2"')::jsonb) -> 'members';
SELECT scim_patch_group('1', (format(:'remove', '"$ref": "/Groups/2"')::jsonb || '{"op": "remove", "path": "members[display eq \"nobody\"]"}')) -> 'members';
SELECT scim_patch_group('1', (format(:'remove', '"type": "Group"')::jsonb || '{"op": "add", "path": "members", "value": {"value": "4"}}')) -> 'members';
SELECT scim_patch_group('1', format(:'remove', '"$ref": "/Users/2"')::jsonb) -> 'members';

-- ---- what was read can be sent back, and a created table, which tells the two apart, keeps both ----
SELECT scim_update_group('1', scim_get_group('1')) -> 'meta' ->> 'version' = scim_get_group('1') -> 'meta' ->> 'version' AS same;
SELECT scim_unregister_table('teams'), scim_unregister_table('people');
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) VALUES ('00000000-0000-0000-0000-000000000002', '{"userName": "person 2"}');
INSERT INTO groups (id, data) VALUES ('00000000-0000-0000-0000-000000000002', '{"displayName": "team 2"}'), ('00000000-0000-0000-0000-000000000001', '{"displayName": "team 1"}');
SELECT scim_update_group('00000000-0000-0000-0000-000000000001', jsonb_build_object('displayName', 'team 1', 'members',
	jsonb_build_array(jsonb_build_object('value', '00000000-0000-0000-0000-000000000002') || said))) -> 'members' -> 0 ->> '$ref'
	FROM unnest('{"{\"type\": \"Group\"}", "{\"$ref\": \"/Groups/00000000-0000-0000-0000-000000000002\"}", "{\"$ref\": \"/Users/00000000-0000-0000-0000-000000000002\"}"}'::jsonb[]) said;

\c :regression
DROP DATABASE scimver_namesakes;
