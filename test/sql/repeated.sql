-- What a tool's arguments say twice is refused, and what an error repeats of
-- what was sent is cut.
SET client_min_messages = warning;
CREATE DATABASE scimver_repeated TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_repeated
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "ann"}');
CREATE TABLE start AS TABLE users;
CREATE ROLE scimver_repeated_agent;
SELECT scim_grant_tenant('default', 'scimver_repeated_agent');

-- ---- keys that stand twice ----

-- of a failure: its code, path and text; else what the tool answers
CREATE FUNCTION call(tool text, arguments text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(nullif(concat_ws(' | ', content ->> 'error_code', content ->> 'path', content ->> 'error'), ''), content::text)
	FROM (SELECT scim_call_tool(tool, arguments)::jsonb -> 'content') AS c(content) $$;
SET ROLE scimver_repeated_agent;
SELECT call('scim_get_user', '{"user_id": "x", "user_id": "00000000-0000-4000-a000-000000000001"}');
SELECT call('scim_get_user', '{"user_id": "x", "user_id": "x"}'), call('scim_get_user', '{"user_id": null, "user_id": null}');
SELECT call('scim_get_user', '{"user_\u0069d": "x", "user_id": "y"}'), call('scim_get_user', '{"\u0075ser_id": "x", "user_id": "y", "tenant_id": "z"}');
SELECT call('scim_update_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "expected_version": "a", "user_data": {"userName": "ann"}, "expected_version": "b"}');
SELECT call('scim_update_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "user_data": {"userName": "ann", "active": true, "active": false}}');
SELECT call('scim_update_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "user_data": {"userName": "ann", "name": {"givenName": "A", "familyName": "B", "givenName": "C"}}}');
SELECT call('scim_patch_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "operations": [{"op": "add", "path": "title", "value": "x"}, {"op": "add", "value": {"emails": [{"value": "a"}, {"value": "b"}, {"type": "work", "type": "home", "value": "c"}]}}]}');
SELECT call('scim_patch_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "operations": [{"op": "add", "op": "remove", "path": "title"}]}');
SELECT call('scim_create_user', '{"user_data": {"userName": "x", "": 1, "": 2}}'), call('scim_create_user', '{"": 1, "": 2}'), call('scim_create_user', '[{"a": 1}, {"a": 1, "a": 2}]'), call('scim_create_user', '[[[{"a": {"b": 1, "b": 1}}]]]');
SELECT call('scim_create_user', '{"user_data": {"userName": "x", "a\"b\\": 1, "a\u0022b\u005c": 2}}'), call('scim_create_user', '{"user_data": {"userName": "x", "\u00e4\ud83d\ude00": 1, "ä😀": 2}}');
-- those stand in different objects
SELECT call('scim_user_exists', '{"user_id": "{\"a\": 1, \"a\": 2}", "tenant_id": "default"}');
SELECT call('scim_patch_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "operations": [{"op": "remove", "path": "emails"}, {"op": "remove", "path": "emails"}]}') ~ '"userName": "ann"';
-- what is no JSON, too deep, or no text, is what it was
SELECT call('scim_get_user', '{"user_id": "x", "user_id": "x"'), call('scim_get_user', '{"a": 1, "a": "\u0000"}'), call('scim_get_user', '{"a": 1, "a": "\ud83d"}');
SELECT call('scim_get_user', '{"a": 1, "a": 1e200000}'), call('scim_get_user', '{"user_id": ' || repeat('[', 200000) || repeat(']', 200000) || ', "user_id": 1}'), call('scim_get_user', repeat('{"a":', 200000) || '1' || repeat('}', 200000));
SELECT call('scim_get_user', '"x"'), call('scim_get_user', 'null'), call('scim_get_user', NULL), call('scim_get_user', '');
-- jsonb cannot know
SELECT scim_call_tool('scim_get_user', '{"user_id": "x", "user_id": "00000000-0000-4000-a000-000000000001"}'::jsonb)::jsonb #>> '{content,userName}';
-- the unknown tool comes first
SELECT call('scim_no_tool', '{"a": 1, "a": 2}');
-- a hundred thousand keys; and as many objects; and a way that is long
SELECT call('scim_create_user', format('{"user_data": {"userName": "x", %s, "key99999": 1}}', string_agg(format('"key%s": %s', i, i), ', '))) FROM generate_series(1, 100000) i;
SELECT call('scim_create_user', format('{"user_data": {"userName": "x", "emails": [%s, {"value": 1, "value": 2}]}}', string_agg(format('{"value": "%s", "type": "t"}', i), ', '))) FROM generate_series(1, 100000) i;
SELECT call('scim_create_user', '{"user_data": ' || repeat('{"ä":', 1000) || '{"a": 1, "a": 2}' || repeat('}', 1001));
RESET ROLE;
SELECT count(*) FROM (TABLE users EXCEPT TABLE start) AS changed;

-- ---- what errors repeat ----

CREATE FUNCTION shown(statement text, given text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement USING given;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', sqlstate, sqlerrm, detail::jsonb - '{status,error_code,scim_type}'::text[], CASE WHEN hint ~ 'ä{3}|x{3}|ß{3}' THEN hint END);
END $$;
-- lengths in place of runs of a letter
CREATE FUNCTION lengths(text text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	run text;
BEGIN
	FOR run IN SELECT DISTINCT m[1] FROM regexp_matches(text, '((?:ä{3,}|x{3,}|ß{3,})(?:\.\.\.)?)', 'g') m ORDER BY 1 DESC LOOP
		text := replace(text, run, length(rtrim(run, '.')) || CASE WHEN run LIKE '%...' THEN '...' ELSE '' END);
	END LOOP;
	RETURN text;
END $$;
SET ROLE scimver_repeated_agent;
SELECT lengths(shown('SELECT scim_get_user($1)', repeat('ä', n))) FROM unnest(ARRAY[200, 201, 1000000]) n;
SELECT lengths(shown('SELECT scim_get_user($1)', 'y' || repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_get_user('y', tenant_id => $1)$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_update_user('00000000-0000-4000-a000-000000000001', '{"userName": "ann"}', $1)$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', $1, 1))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', 'emails', jsonb_build_array(jsonb_build_object($1, 1))))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', 'active', $1))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', 'active', jsonb_build_array($1)))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user('{"userName": "a", "active": 1e1000}')$$)), lengths(shown($$SELECT scim_create_user('{"userName": "a", "title": 1e300}')$$)), lengths(shown($$SELECT scim_create_user('{"userName": "a", "title": 1e30}')$$));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', 'schemas', jsonb_build_array($1)))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_user(jsonb_build_object('userName', 'a', 'profileUrl', $1))$$, repeat('ä ', 1000)));
SELECT lengths(shown($$SELECT scim_create_group(jsonb_build_object('displayName', 'a', 'members', jsonb_build_array(jsonb_build_object('value', $1))))$$, repeat('ä', 1000)));
SELECT lengths(shown('SELECT scim_list_users($1)', repeat('x', 1000) || ' eq 1'));
SELECT lengths(shown('SELECT scim_list_users($1)', 'userName ' || repeat('x', 1000) || ' 1'));
SELECT lengths(shown('SELECT scim_list_users(sort_by => $1)', repeat('ä', 1000)));
SELECT lengths(shown('SELECT scim_list_users(attributes => ARRAY[$1])', repeat('x', 1000)));
SELECT lengths(shown('SELECT scim_list_users(cursor => $1)', repeat('x', 1000)));
SELECT lengths(shown($$SELECT scim_patch_user('00000000-0000-4000-a000-000000000001', jsonb_build_array(jsonb_build_object('op', $1, 'path', 'title')))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_patch_user('00000000-0000-4000-a000-000000000001', jsonb_build_array(jsonb_build_object('op', 'remove', 'path', $1)))$$, 'name.' || repeat('x', 1000)));
SELECT lengths(shown($$SELECT scim_patch_user('00000000-0000-4000-a000-000000000001', jsonb_build_array(jsonb_build_object('op', 'remove', 'path', $1)))$$, 'emails[value eq "' || repeat('x', 1000) || '"]'));
SELECT lengths(shown($$SELECT scim_get_resource($1, 'x')$$, repeat('ä', 1000)));
RESET ROLE;
-- who registers
SELECT lengths(shown($$SELECT scim_create_table('t', $1)$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_create_table('t', 'User', jsonb_build_object($1, 1))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_register_table('start', 'User', jsonb_build_object($1, 'x'))$$, repeat('ä', 1000)));
SELECT lengths(shown($$SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:x', 'name', 'y', 'attributes', jsonb_build_array(jsonb_build_object('name', $1))))$$, repeat('ß', 1000)));
SELECT lengths(shown($$SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:y', 'name', 'y', 'attributes', jsonb_build_array(jsonb_build_object('name', $1), jsonb_build_object('name', $1))))$$, repeat('x', 1000)));
SELECT lengths(shown($$SELECT scim_register_resource_type(jsonb_build_object('name', 'y', 'endpoint', '/Y', 'schema', $1))$$, 'urn:' || repeat('x', 1000)));
SELECT lengths(shown($$SELECT scim_unregister_schema($1)$$, repeat('ß', 1000)));
SELECT lengths(shown($$SELECT scim_create_index('User', $1)$$, repeat('ä', 1000)));
-- tools
SELECT lengths(scim_call_tool(repeat('ä', 1000), '{}'::jsonb)::jsonb::text);
SELECT lengths((scim_call_tool('scim_get_user', jsonb_build_object(repeat('ä', 1000), 1))::jsonb #- '{content,next_steps}')::text);
SELECT lengths(scim_call_tool('scim_get_user', jsonb_build_object('user_id', repeat('ä', 1000)))::jsonb::text);
SELECT lengths((scim_call_tool('scim_update_user', jsonb_build_object('user_id', 'y', 'user_data', '{"userName": "a"}'::jsonb, 'expected_version', jsonb_build_array(repeat('ä', 1000))))::jsonb #- '{content,next_steps}')::text);
SELECT lengths((scim_call_tool('scim_list_users', jsonb_build_object('filter', 'userName eq ' || repeat('ä', 1000)))::jsonb #- '{content,next_steps}')::text);
-- what a program needs stays whole: the id of what is there, and its version
CREATE TABLE people (id text PRIMARY KEY, login text NOT NULL);
INSERT INTO people VALUES (repeat('x', 1000), 'ann'), ('y', 'bob');
DROP TABLE groups_members, groups, users;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT lengths(shown($$SELECT scim_update_user($1, '{"userName": "cat"}', 'a+version')$$, repeat('x', 1000)));
SELECT lengths(shown($$SELECT scim_patch_user('y', '[{"op": "replace", "path": "userName", "value": "ann"}]')$$));
SELECT lengths(shown($$SELECT scim_patch_user('y', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'userName', 'value', $1), jsonb_build_object('op', 'remove', 'path', 'no')))$$, repeat('x', 1000)));
INSERT INTO people VALUES ('z', repeat('x', 1000));
SELECT lengths(shown($$SELECT scim_patch_user('y', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'userName', 'value', $1)))$$, repeat('x', 1000)));
-- so does a text of our own, be it long
SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:Color', 'name', 'Color', 'attributes', jsonb_build_array(jsonb_build_object('name', 'color', 'canonicalValues', jsonb_agg('color' || i ORDER BY i)))), '{"canonicalValues": "restrict"}') IS NULL FROM generate_series(1, 100) i;
SELECT scim_register_resource_type('{"name": "Color", "endpoint": "/Colors", "schema": "urn:example:Color"}') IS NULL, scim_create_table('colors', 'Color');
SELECT shown($$SELECT scim_create_resource('Color', '{"color": "no color"}')$$) ~ '^PT400 INVALID_VALUE: color must be one of color1, color2, .*color99, color100 \{';
SELECT scim_call_tool('scim_create_resource', '{"resource_type": "Color", "resource_data": {"color": "no color"}}'::jsonb)::jsonb #>> '{content,error}' ~ 'color1, color2, .*color89';

\c :regression
DROP DATABASE scimver_repeated;
DROP ROLE scimver_repeated_agent;
