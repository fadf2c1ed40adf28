-- Which texts name the same resource: any spelling of a uuid; a number and a text
-- only as they are.  What is true of both kinds of tables: test/behaviour.
SET client_min_messages = warning;
CREATE DATABASE scimver_ids TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_ids
SET client_min_messages = warning;
\pset format unaligned
CREATE EXTENSION scimver CASCADE;

CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN coalesce(result, '-');
EXCEPTION WHEN OTHERS THEN
	RETURN substring(sqlerrm FROM '^\w+');
END $$;
-- how many resources a filter finds, in which ~ is the spelling as a string
CREATE FUNCTION found(type text, filter text, spelling text) RETURNS text LANGUAGE sql AS $$
	SELECT scim_list_resources(type, replace(filter, '~', to_json(spelling)::text), count => 0)->>'totalResults' $$;
-- a patch of the one group, rolled back: how many members it leaves
CREATE FUNCTION patched(g text, VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	BEGIN
		result := scim_patch_group(g, to_jsonb(operations));
		RAISE EXCEPTION SQLSTATE 'PT000';
	EXCEPTION WHEN SQLSTATE 'PT000' THEN
		RETURN jsonb_array_length(coalesce(result->'members', '[]'));
	END;
EXCEPTION WHEN OTHERS THEN
	RETURN substring(sqlerrm FROM '^\w+');
END $$;
-- the same by a tool that adds one and removes another
CREATE FUNCTION called(g text, added text, removed text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	result := scim_call_tool('scim_modify_group_members', jsonb_build_object('group_id', g, 'add', ARRAY[added], 'remove', ARRAY[removed]));
	RAISE EXCEPTION SQLSTATE 'PT000';
EXCEPTION WHEN SQLSTATE 'PT000' THEN
	RETURN coalesce(result#>>'{content,error_code}', result#>>'{content,member_count}');
END $$;
-- by every way in which a client can name the user u, a member of the group g (as is the user v)
CREATE FUNCTION ways(u text, v text, g text, VARIADIC spellings text[]) RETURNS TABLE (spelling text, "get" text, "exists" text, eq text, ne text, value_eq text, value_ne text, brackets text, remove text, filter text, remove_of text, set text, twice text, same text, tool text)
	LANGUAGE sql AS $$
	SELECT s, tried(format('SELECT scim_get_user(%L)->>''userName''', s)), left(scim_call_tool('scim_user_exists', jsonb_build_object('user_id', s))::jsonb#>>'{content,exists}', 1),
		found('User', 'id eq ~', s), found('User', 'id ne ~', s), found('Group', 'members.value eq ~', s), found('Group', 'members.value ne ~', s), found('Group', 'members[value eq ~ and type eq "User"]', s),
		patched(g, jsonb_build_object('op', 'remove', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', s)))),
		patched(g, jsonb_build_object('op', 'remove', 'path', format('members[value eq %s and type eq "User"]', to_json(s)))),
		patched(g, jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_object('value', u)), jsonb_build_object('op', 'remove', 'path', 'members', 'value', jsonb_build_object('value', s))),
		patched(g, jsonb_build_object('op', 'replace', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', s)))),
		patched(g, jsonb_build_object('op', 'replace', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', s), jsonb_build_object('value', u)))),
		tried(format('SELECT scim_patch_user(%L, %L)->>''userName''', u, jsonb_build_array(jsonb_build_object('op', 'add', 'value', jsonb_build_object('id', s))))),
		called(g, s, u)
	FROM unnest(spellings) s $$;

-- ---- uuids ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
\set u '''abcdef00-0000-4000-a000-00000000000a'''
\set v '''abcdef00-0000-4000-a000-00000000000b'''
\set g '''abcdef00-0000-4000-a000-0000000000ff'''
INSERT INTO users (id, data) VALUES (:u, '{"userName": "ann"}'), (:v, '{"userName": "bob"}');
INSERT INTO groups (id, data) VALUES (:g, '{"displayName": "G"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (:g, 'User', :u), (:g, 'User', :v);
-- as PostgreSQL reads them
SELECT * FROM ways(:u, :v, :g, VARIADIC ARRAY['abcdef00-0000-4000-a000-00000000000a', 'ABCDEF00-0000-4000-A000-00000000000A', 'aBCdef00-0000-4000-a000-00000000000A', '{abcdef00-0000-4000-a000-00000000000a}', 'abcdef0000004000a00000000000000a', '{ABCDEF0000004000A00000000000000A}', 'abcd-ef00-0000-4000-a000-0000-0000-000a']);
-- what it does not read is nobody's
SELECT * FROM ways(:u, :v, :g, VARIADIC ARRAY['abcdef00-0000-4000-a000-00000000000', 'abcdef00-0000-4000-a000-00000000000a0', '{abcdef00-0000-4000-a000-00000000000a', 'abcdef00-0000-4000-a000-00000000000a}', ' abcdef00-0000-4000-a000-00000000000a', 'abc-def00-0000-4000-a000-00000000000a', 'abcdef00--0000-4000-a000-00000000000a', 'abcdef00-0000-4000-a000-00000000000g', '-abcdef00-0000-4000-a000-00000000000a', 'abcdef00-0000-4000-a000-00000000000a-', '', '{}']);
SELECT s, s::uuid = :u AS read FROM unnest(ARRAY['{ABCDEF0000004000A00000000000000A}', 'abcd-ef00-0000-4000-a000-0000-0000-000a']) s;
-- parts are those of the spelling that is shown, in either case
SELECT f, scim_list_users(f)->>'totalResults' AS users, scim_list_groups(regexp_replace(f, 'id', 'members.value', 'g'))->>'totalResults' AS groups, scim_list_groups('members[' || regexp_replace(f, 'id', 'value', 'g') || ']')->>'totalResults' AS of_member,
	patched(:g, jsonb_build_object('op', 'remove', 'path', 'members[' || regexp_replace(f, 'id', 'value', 'g') || ']')) AS left_by_patch
FROM unnest(ARRAY['id sw "ABCDEF00-"', 'id sw "abcdef0000"', 'id sw "{ABCD"', 'id co "-A000-"', 'id ew "A"', 'id ew "0a"', 'id gt "ABCDEF00-0000-4000-A000-00000000000A"', 'id le "ABCDEF00-0000-4000-A000-00000000000A"', 'id sw ""']) f;
-- groups likewise
SELECT s, tried(format('SELECT scim_get_group(%L)->>''displayName''', s)) AS "get", scim_list_users('groups.value eq "' || s || '"')->>'totalResults' AS groups_value, scim_list_users('groups[value eq "' || s || '"]')->>'totalResults' AS brackets,
	tried(format('SELECT jsonb_array_length(scim_list_members(%L)->''Resources'')', s)) AS list, tried(format('SELECT jsonb_array_length(scim_add_members(%L, %L)->''members'')', s, ARRAY[upper(:u), :u, '{' || :v || '}'])) AS add,
	tried(format('SELECT scim_patch_user(%L, %L)->>''userName''', :u, jsonb_build_array(jsonb_build_object('op', 'add', 'value', jsonb_build_object('groups', jsonb_build_array(jsonb_build_object('value', s))))))) AS same
FROM unnest(ARRAY[:g, upper(:g), '{' || :g || '}', replace(:g, '-', ''), left(:g, -1)]) s;
SELECT scim_list_users('groups.value sw "ABCDEF00" and groups.value ew "FF"')->>'totalResults';
-- in a URI, too
SELECT f, scim_list_users(f)->>'totalResults' FROM unnest(ARRAY['meta.location eq "/Users/ABCDEF00-0000-4000-A000-00000000000A"', 'meta.location ne "/Users/ABCDEF00-0000-4000-A000-00000000000A"', 'groups.$ref eq "/Groups/ABCDEF00-0000-4000-A000-0000000000FF"']) f;
-- a write by any of them is a write of that one
SELECT scim_update_user('{' || upper(:u) || '}', '{"userName": "ann", "title": "T"}')->>'id', scim_delete_user(upper(replace(:v, '-', '')));
SELECT data->>'userName' FROM users;
SELECT (scim_call_tool('scim_delete_user', jsonb_build_object('user_id', upper(:u)))::jsonb #- '{metadata,version}')::text;
DROP TABLE groups_members, groups, users CASCADE;

-- ---- texts ----

CREATE TABLE users (id text PRIMARY KEY, login text UNIQUE);
CREATE TABLE groups (id text PRIMARY KEY, name text);
CREATE TABLE joins ("group" text REFERENCES groups ON DELETE CASCADE, member text REFERENCES users ON DELETE CASCADE, PRIMARY KEY ("group", member));
SELECT scim_register_table('users', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('groups', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('joins', 'group', 'member');
INSERT INTO users VALUES ('Ab1', 'ann'), ('ab1', 'bob'), ('abcdef00-0000-4000-a000-00000000000a', 'cyd');
INSERT INTO groups VALUES ('G', 'g');
INSERT INTO joins VALUES ('G', 'Ab1'), ('G', 'ab1');
SELECT * FROM ways('Ab1', 'ab1', 'G', VARIADIC ARRAY['Ab1', 'ab1', 'AB1', 'Ab1 ', ' Ab1', '{Ab1}', 'Ab', 'Áb1']);
-- a text that looks like a uuid is a text
SELECT * FROM ways('Ab1', 'ab1', 'G', VARIADIC ARRAY['abcdef00-0000-4000-a000-00000000000a', 'ABCDEF00-0000-4000-A000-00000000000A', 'abcdef0000004000a00000000000000a']);
SELECT f, scim_list_users(f)->>'totalResults' AS users, scim_list_groups(regexp_replace(f, 'id', 'members.value', 'g'))->>'totalResults' AS groups, patched('G', jsonb_build_object('op', 'remove', 'path', 'members[' || regexp_replace(f, 'id', 'value', 'g') || ']')) AS left_by_patch
FROM unnest(ARRAY['id sw "A"', 'id sw "a"', 'id co "B"', 'id ew "b1"', 'id ew "B1"', 'id gt "Ab1"', 'id le "Ab1"', 'not (id sw "A")']) f;
SELECT scim_list_users('groups.value eq "g"')->>'totalResults', scim_list_users('groups.value eq "G"')->>'totalResults', scim_list_users('groups.value sw "g"')->>'totalResults';
DROP TABLE joins, groups, users;

-- ---- numbers ----

CREATE TABLE users (id int PRIMARY KEY, login text UNIQUE);
CREATE TABLE groups (id int PRIMARY KEY, name text);
CREATE TABLE joins ("group" int REFERENCES groups ON DELETE CASCADE, member int REFERENCES users ON DELETE CASCADE, PRIMARY KEY ("group", member));
SELECT scim_register_table('users', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('groups', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('joins', 'group', 'member');
INSERT INTO users VALUES (7, 'ann'), (-7, 'bob'), (77, 'cyd');
INSERT INTO groups VALUES (1, 'g');
INSERT INTO joins VALUES (1, 7), (1, -7);
SELECT * FROM ways('7', '-7', '1', VARIADIC ARRAY['7', '-7', '07', '+7', ' 7', '7 ', '7.0', '7e0', '-0', '0x7', '99999999999']);

-- ---- tenants that are uuids, in any spelling ----

DROP TABLE joins, groups, users;
CREATE TABLE users (org uuid, id int, login text, PRIMARY KEY (org, id));
CREATE TABLE groups (org uuid, id int, name text, version text, revision bigint, PRIMARY KEY (org, id));
CREATE TABLE joins (org uuid, "group" int, member int, PRIMARY KEY (org, "group", member));
\set t '''abcdef00-0000-4000-a000-000000000001'''
INSERT INTO users VALUES (:t, 1, 'ann'), (:t, 2, 'bob');
INSERT INTO groups VALUES (:t, 1, 'g');
SELECT scim_register_table('users', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}'), scim_register_table('groups', 'Group', '{"id": "id", "tenant": "org", "version": "version", "revision": "revision", "attributes": {"displayName": "name"}}'),
	scim_register_members('joins', 'group', 'member', '{"tenant": "org"}');
CALL scim_backfill('groups');
-- the version that a call answers with is the one that its memberships made
CREATE FUNCTION wrote(member text, tenant text) RETURNS text LANGUAGE sql AS $$
	SELECT scim_update_group('1', jsonb_build_object('displayName', 'g', 'members', jsonb_build_array(jsonb_build_object('value', member))), tenant_id => tenant)#>>'{meta,version}' $$;
SELECT wrote('1', :t) AS answered \gset
SELECT :'answered' = version AS "right", revision FROM groups;
SELECT wrote('2', upper(:t)) AS answered \gset
SELECT :'answered' = version AS "right", revision FROM groups;
SELECT wrote('1', '{' || :t || '}') AS answered \gset
SELECT :'answered' = version AND version = scim_version(scim_get_group('1', tenant_id => :t)) AS "right", revision FROM groups;
-- a cursor goes on in any of them
SELECT scim_list_users(tenant_id => upper(:t), cursor => scim_list_users(tenant_id => :t, count => 1, cursor => '')->>'nextCursor', count => 1)#>>'{Resources,0,userName}';
SELECT tried(format('SELECT scim_list_users(tenant_id => %L)', left(:t, -1)));

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_ids;
