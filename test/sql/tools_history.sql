-- What agents see of the history: the tools scim_get_history, scim_restore and scim_changes.
-- In a database of its own, as a database has one table for each resource type.
SET client_min_messages = warning;
CREATE DATABASE scimver_tools_history TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_tools_history
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;

-- without a table whose history is kept, no tool is for it
CREATE FUNCTION listed() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(t->>'name', ' ') FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' IN ('scim_get_history', 'scim_restore', 'scim_changes') $$;
SELECT listed() IS NULL;
SELECT scim_create_table('users', 'User', '{"history": false}');
SELECT listed() IS NULL;
-- leases and checkpoints do without; nobody forecasts anything then
SELECT string_agg(t->>'name', ' ') FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' IN ('scim_lease', 'scim_check_versions', 'scim_propose_change');
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "ada"}');
SELECT scim_call_tool('scim_lease', '{"action": "acquire", "resource_type": "User", "resource_id": "00000000-0000-4000-a000-000000000001", "purpose": "test"}'::jsonb) -> 'success';
SET scimver.agent = 'another';
SELECT scim_call_tool('scim_patch_user', jsonb_build_object('user_id', '00000000-0000-4000-a000-000000000001', 'lease_id', (SELECT lease_id FROM scim_leases), 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'title', 'value', n::text)))) -> 'success' FROM generate_series(1, 3) n;
RESET scimver.agent;
SELECT m #>> '{lease,purpose}', m ? 'contention' FROM CAST(scim_call_tool('scim_get_user', '{"user_id": "00000000-0000-4000-a000-000000000001"}'::jsonb) -> 'metadata' AS jsonb) m;
SELECT scim_call_tool('scim_check_versions', '{"resource_type": "User", "ids": ["00000000-0000-4000-a000-000000000002"]}'::jsonb) -> 'content';
DELETE FROM scim_leases;
SELECT scim_create_table('groups', 'Group');
SELECT listed();
SELECT scim_unregister_table('users'); DROP TABLE users CASCADE;
SELECT scim_create_table('users', 'User');

-- ids and versions have names, times none
CREATE TABLE names (n serial, what text PRIMARY KEY);
CREATE FUNCTION named(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	answer := regexp_replace(answer, '[0-9-]{10}T[0-9:.]{8,15}Z', '<time>', 'g');
	answer := regexp_replace(answer, '"retry_after_ms":\d+', '"retry_after_ms":0', 'g');
	answer := regexp_replace(answer, '"(next_cursor|nextCursor)":"[^"]*"', '"\1":"<cursor>"', 'g');
	FOR found IN SELECT m[1] FROM regexp_matches(answer, '[0-9a-f]{8}-[0-9a-f-]{27}|(?<=")[0-9A-Za-z+/]{11}=(?=")', 'g') m LOOP
		INSERT INTO names (what) VALUES (found) ON CONFLICT DO NOTHING;
		answer := replace(answer, found, '<' || (SELECT n FROM names WHERE what = found) || '>');
	END LOOP;
	RETURN answer;
END $$;
CREATE FUNCTION try(name text, arguments jsonb) RETURNS text LANGUAGE sql AS
	'SELECT named(scim_call_tool(name, arguments)::text)';

SELECT scim_create_user('{"userName": "ada", "title": "Countess", "password": "secret-of-ada"}')->>'id' AS ada \gset
SELECT scim_patch_user(:'ada', '[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "ada@example.com"}]}]') #>> '{meta,version}' AS second \gset
SELECT scim_call_tool('scim_patch_user', jsonb_build_object('user_id', :'ada', 'expected_version', :'second', 'operations', '[{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@example.com"}]'::jsonb))::jsonb #>> '{metadata,version}' AS third \gset
SELECT jsonb_build_object('resource_type', 'User', 'resource_id', :'ada') AS who \gset

-- the changes, a version, what differs
SET scimver.agent = 'Claude';
SELECT try('scim_get_history', :'who');
SELECT try('scim_get_history', :'who'::jsonb || jsonb_build_object('version', :'second'));
SELECT try('scim_get_history', :'who'::jsonb || jsonb_build_object('from_version', :'second'));
SELECT try('scim_get_history', :'who'::jsonb || jsonb_build_object('from_version', :'third', 'to_version', :'second'));

-- page by page, to the end
SELECT a #>> '{metadata,next_cursor}' AS cursor, jsonb_array_length(a #> '{content,entries}') FROM (SELECT scim_call_tool('scim_get_history', :'who'::jsonb || '{"count": 2, "cursor": "*"}')::jsonb) x(a) \gset
SELECT a #> '{metadata,next_cursor}' IS NULL, a #>> '{content,entries,0,operation}', jsonb_array_length(a #> '{content,entries}') FROM (SELECT scim_call_tool('scim_get_history', :'who'::jsonb || jsonb_build_object('cursor', :'cursor'))::jsonb) x(a);

-- what changed since, of all resources: page by page, each change once; from now on; of one type
SELECT try('scim_changes', '{"count": 2, "cursor": "*"}');
SELECT a #>> '{metadata,next_cursor}' AS cursor FROM (SELECT scim_call_tool('scim_changes', '{"count": 2}')::jsonb) x(a) \gset
SELECT a #>> '{metadata,next_cursor}' AS cursor, a #> '{content,more}' AS more, jsonb_array_length(a #> '{content,changes}') AS changes FROM (SELECT scim_call_tool('scim_changes', jsonb_build_object('cursor', :'cursor'))::jsonb) x(a) \gset
\echo :more :changes
SELECT try('scim_changes', jsonb_build_object('cursor', :'cursor'));
SELECT a #>> '{metadata,next_cursor}' AS now FROM (SELECT scim_call_tool('scim_changes', '{"cursor": "now", "resource_type": "User"}')::jsonb) x(a) \gset
SELECT scim_create_group('{"displayName": "Ladies"}')->>'id' AS ladies \gset
SELECT try('scim_changes', jsonb_build_object('cursor', :'now', 'resource_type', 'User')), jsonb_array_length(scim_call_tool('scim_changes', jsonb_build_object('cursor', :'cursor'))::jsonb #> '{content,changes}');
SELECT try('scim_changes', jsonb_build_object('cursor', :'now')), try('scim_changes', '{"count": 0}'), try('scim_changes', '{"resource_type": "Nothing"}');
SELECT scim_delete_group(:'ladies');
-- a page that does not fit into an answer goes on where it ended
SELECT count(scim_create_group(jsonb_build_object('displayName', n || repeat('x', 100), 'externalId', 'fill'))) FROM generate_series(1, 150) n;
CREATE FUNCTION walk(cursor text) RETURNS TABLE (seq bigint, page int, bytes int) LANGUAGE plpgsql AS $$
DECLARE
	answer json;
BEGIN
	page := 0;
	LOOP
		answer := scim_call_tool('scim_changes', jsonb_build_object('cursor', cursor, 'count', 200));
		page := page + 1;
		bytes := octet_length(answer::text);
		FOR seq IN SELECT (c->>'seq')::bigint FROM json_array_elements(answer #> '{content,changes}') c LOOP
			RETURN NEXT;
		END LOOP;
		EXIT WHEN NOT (answer #>> '{content,more}')::bool;
		cursor := answer #>> '{metadata,next_cursor}';
	END LOOP;
END $$;
SELECT count(*), count(DISTINCT seq), count(DISTINCT page) > 1 AS pages, max(bytes) < 33000 AS all_fit FROM walk(:'cursor');
DELETE FROM groups WHERE data->>'externalId' = 'fill';

-- what a mismatch tells: which attributes were changed meanwhile
SELECT try('scim_patch_user', jsonb_build_object('user_id', :'ada', 'expected_version', :'second', 'operations', '[{"op": "remove", "path": "title"}]'::jsonb));

-- bringing back: what was overwritten; what is there; what was deleted, once its version is named
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'second', 'expected_version', :'second'));
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'second', 'expected_version', :'third'));
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'second', 'expected_version', :'third', 'attributes', '["emails"]'::jsonb));
SELECT try('scim_delete_user', jsonb_build_object('user_id', :'ada'));
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'third', 'expected_version', :'third'));
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'third', 'expected_version', :'second'));
SELECT try('scim_get_history', :'who'::jsonb || '{"count": 3}');

-- what cannot be brought back as it was; which version is required
SELECT try('scim_delete_user', jsonb_build_object('user_id', :'ada'));
SELECT scim_create_user('{"userName": "Ada"}')->>'id' AS other \gset
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'second'));
SELECT scim_delete_user(:'other');
SET scimver.require_version = on;
SELECT try('scim_restore', :'who'::jsonb || jsonb_build_object('version', :'second'));
RESET scimver.require_version;
SELECT scim_restore('User', :'ada', :'third') IS NOT NULL;

-- a group whose member is gone
SELECT scim_create_user('{"userName": "bob"}')->>'id' AS bob \gset
SELECT scim_create_group(jsonb_build_object('displayName', 'Staff', 'members', jsonb_build_array(jsonb_build_object('value', :'ada'), jsonb_build_object('value', :'bob'))))->>'id' AS staff \gset
SELECT scim_get_group(:'staff') #>> '{meta,version}' AS both \gset
SELECT scim_delete_user(:'bob');
SELECT jsonb_build_object('resource_type', 'Group', 'resource_id', :'staff') AS which \gset
SELECT try('scim_get_history', :'which');
SELECT try('scim_get_history', :'which'::jsonb || jsonb_build_object('from_version', :'both'));
SELECT try('scim_restore', :'which'::jsonb || jsonb_build_object('version', :'both'));

-- arguments that do not go together, or are none
SELECT named(a #>> '{content,error_code}'), a #>> '{content,path}', named(a #>> '{content,error}') FROM unnest(ARRAY['{"version": "a", "from_version": "b"}', '{"to_version": "b"}', '{"version": "a", "count": 3}',
	'{"from_version": "a", "cursor": "x"}', '{"count": 0}', '{"cursor": "x"}', '{"version": "W/\"a\""}', '{"version": "none"}', '{"from_version": "none"}', '{"from_version": ""}', '{"resource_type": "Group"}',
	'{"resource_id": "none"}', '{"resource_type": "None"}', '{"tenant_id": "none"}']::jsonb[]) o, LATERAL (SELECT scim_call_tool('scim_get_history', :'who'::jsonb || o)::jsonb) x(a);
SELECT named(a #>> '{content,error_code}'), a #>> '{content,path}', named(a #>> '{content,error}') FROM unnest(ARRAY['{}', '{"version": ""}', '{"version": "none"}', '{"version": "a b"}', '{"version": "none", "expected_version": ""}']::jsonb[]) o,
	LATERAL (SELECT scim_call_tool('scim_restore', :'who'::jsonb || o)::jsonb) x(a);

-- what is large: whole entries, whole changes, whole attributes
SELECT count(scim_patch_user(:'ada', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'x509Certificates', 'value', (SELECT jsonb_agg(jsonb_build_object('value', translate(encode(convert_to(i || repeat('x', 3000), 'UTF8'), 'base64'), E'\n', ''))) FROM generate_series(1, n) i))))) FROM (VALUES (20)) v(n);
SELECT octet_length(a::text) < 33000, a #> '{metadata,truncated}', a #> '{metadata,omitted}', a #>> '{metadata,how_to_go_on}', named(a #>> '{content,error}') FROM scim_get_history('User', :'ada', 2) h, LATERAL (SELECT scim_call_tool('scim_get_history', :'who'::jsonb || jsonb_build_object('version', h #>> '{entries,0,version}'))
	UNION ALL SELECT scim_call_tool('scim_get_history', :'who'::jsonb || jsonb_build_object('from_version', h #>> '{entries,1,version}'))) x(a);
SELECT count(*) FROM (SELECT scim_patch_user(:'ada', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'title', 'value', n::text))) FROM generate_series(1, 300) n) x;
SELECT octet_length(a::text) < 33000, json_array_length(a #> '{content,entries}'), a #> '{metadata,omitted}', a #> '{metadata,next_cursor}' IS NOT NULL, a #>> '{metadata,how_to_go_on}' FROM (SELECT scim_call_tool('scim_get_history', :'who'::jsonb || '{"count": 1000}')) x(a);

-- a password is a name, and nothing else
SELECT count(*) FILTER (WHERE h::text LIKE '%secret-of-ada%'), count(*) FILTER (WHERE h.changed @> '{password}') FROM scim_history h;
\c postgres
DROP DATABASE scimver_tools_history;
