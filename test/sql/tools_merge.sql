-- Tools: writes that merge, what a mismatch tells an agent, when to try again.
SET client_min_messages = warning;
CREATE DATABASE scimver_tools_merge TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_tools_merge
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial", "required": true}, {"name": "resets", "type": "integer"}]}') ->> 'id',
	scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') ->> 'name', scim_create_table('devices', 'Device');
SET scimver.password_cost = 4;
CREATE ROLE regress_tools_merge;
SELECT scim_grant_tenant('default', 'regress_tools_merge');
SET scimver.agent = 'loser';

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
-- versions have names
CREATE TABLE names (version text PRIMARY KEY, name text);
CREATE FUNCTION named(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	known names;
BEGIN
	FOR known IN SELECT * FROM names LOOP
		answer := replace(answer, known.version, known.name);
	END LOOP;
	answer := regexp_replace(answer, '\d{4}-\d\d-\d\dT[0-9:.]+Z', '<time>', 'g');
	answer := replace(answer, format('"actor":"%s"', current_user), '"actor":"me"');
	RETURN regexp_replace(regexp_replace(answer, '"retry_after_ms":\d+', '"retry_after_ms":"<ms>"', 'g'), '[A-Za-z0-9+/]{11}=', '<version>', 'g');
END $$;
CREATE FUNCTION call(tool text, arguments jsonb) RETURNS json LANGUAGE sql AS 'SELECT scim_call_tool(tool, arguments)';
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql AS 'SELECT version FROM users WHERE users.id = id(n)::uuid';
CREATE FUNCTION note(n int, name text) RETURNS text LANGUAGE sql AS 'INSERT INTO names VALUES (version(n), name) RETURNING version';
-- what others write, and what is sent
CREATE FUNCTION write(n int, data jsonb) RETURNS void LANGUAGE sql AS $$ UPDATE users SET data = users.data || write.data WHERE id = id(n)::uuid $$;
CREATE FUNCTION sent(n int, expected text, data jsonb, more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql AS $$
	SELECT call('scim_update_user', jsonb_build_object('user_id', id(n), 'expected_version', expected, 'user_data', data) || more) $$;
CREATE FUNCTION patched(n int, expected text, operations jsonb, more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql AS $$
	SELECT call('scim_patch_user', jsonb_build_object('user_id', id(n), 'expected_version', expected, 'operations', operations) || more) $$;
-- all of an answer but the resource; and in one line
CREATE FUNCTION told(answer json) RETURNS text LANGUAGE sql AS $$
	SELECT named('{' || string_agg(to_json(key) || ':' || value, ',' ORDER BY n) || '}') FROM json_each(answer -> 'content') WITH ORDINALITY c(key, value, n)
	WHERE key NOT IN ('current', 'error', 'status', 'resource_id', 'resource_type', 'retryable') $$;
CREATE FUNCTION brief(answer json) RETURNS text LANGUAGE sql AS $$
	SELECT named(concat_ws(' | ', answer->>'success', answer#>>'{content,error_code}', answer#>>'{content,path}', answer#>>'{content,error}', answer#>>'{metadata,merged}', 'unchanged ' || (answer#>>'{metadata,unchanged}'))) $$;
CREATE FUNCTION bytes(answer json) RETURNS int LANGUAGE sql RETURN octet_length(answer::text);

-- ---- merging: the resource, and what was put together ----

INSERT INTO users (id, data) VALUES (id(1)::uuid, '{"userName": "ada", "title": "Guide", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}');
SELECT note(1, 'ada1') AS ada1 \gset
SET scimver.agent = 'winner';
SELECT patched(1, :'ada1', '[{"op": "replace", "path": "title", "value": "Director"}, {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}]') ->> 'success';
SET scimver.agent = 'loser';
SELECT note(1, 'ada2') AS ada2 \gset
-- refused: it would be clean, says so, and is
SELECT sent(1, :'ada1', '{"userName": "ada", "nickName": "A", "title": "Guide", "emails": [{"type": "work", "value": "w"}]}') AS refused \gset
SELECT told(:'refused');
SELECT string_agg(key, ' ' ORDER BY n) FROM json_object_keys(:'refused'::json -> 'content') WITH ORDINALITY k(key, n);
SELECT sent(1, :'ada1', '{"userName": "ada", "nickName": "A", "title": "Guide", "emails": [{"type": "work", "value": "w"}]}', '{"on_conflict": "merge"}') AS merged \gset
SELECT note(1, 'ada3') AS ada3 \gset
SELECT named(:'merged'::json ->> 'metadata'), named((:'merged'::jsonb -> 'content') - '{meta,id,schemas}'::text[] #>> '{}');
SELECT named(concat_ws(' ', operation, agent, tool, changed, expected_version, previous_version, version)) FROM scim_history WHERE operation = 'update' ORDER BY seq DESC LIMIT 1;
-- once more: it is there
SELECT brief(sent(1, :'ada1', '{"userName": "ada", "nickName": "A", "title": "Guide", "emails": [{"type": "work", "value": "w"}]}', '{"on_conflict": "merge"}'));
-- of the current version, as without
SELECT brief(patched(1, :'ada3', '[{"op": "add", "path": "nickName", "value": "B"}]', '{"on_conflict": "merge"}')), named(version(1)) <> 'ada3';
SELECT brief(patched(1, :'ada1', '[{"op": "add", "path": "displayName", "value": "B"}]', '{"on_conflict": "MERGE", "merge_rules": {}}'));
SELECT note(1, 'ada5') AS ada5 \gset

-- ---- conflicts ----

-- an update and a patch: who changed what, and what to do
SELECT told(sent(1, :'ada1', '{"userName": "ada", "title": "Countess", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}'));
SELECT told(patched(1, :'ada1', '[{"op": "replace", "path": "title", "value": "Countess"}]', '{"on_conflict": "merge"}'));
SELECT version(1) = :'ada5' AS nothing_written;
-- as the next steps have it: decided, on what is there now
SELECT patched(1, :'ada1', '[{"op": "replace", "path": "title", "value": "Countess"}]')::jsonb AS refused \gset
SELECT write(1, '{"locale": "en"}');
SELECT brief(sent(1, :'refused'::jsonb #>> '{content,current_version}', :'refused'::jsonb #> '{content,current}' || '{"title": "Countess"}', '{"on_conflict": "merge", "merge_rules": {"title": "mine"}}'));
SELECT data - 'schemas' FROM users WHERE id = id(1)::uuid;
SELECT brief(patched(1, :'ada1', '[{"op": "replace", "path": "title", "value": "Lady"}]', '{"on_conflict": "merge", "merge_rules": {"title": "theirs"}}'));
SELECT brief(patched(1, :'ada1', '[{"op": "replace", "path": "title", "value": "Lady"}]', '{"on_conflict": "merge", "merge_rules": {"*": "mine"}}')), data->>'title' FROM users WHERE id = id(1)::uuid;
-- a version that never was; a delete
SELECT told(sent(1, 'neverWas', '{"userName": "ada"}', '{"on_conflict": "merge"}'));
SELECT told(call('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'ada5')));
-- passwords and what is hidden: by name alone
SELECT patched(1, version(1), '[{"op": "replace", "path": "password", "value": "Secret-1"}]') ->> 'success';
SELECT told(a), a::text LIKE '%Secret%' FROM patched(1, :'ada5', '[{"op": "replace", "path": "password", "value": "Secret-2"}]', '{"on_conflict": "merge"}') a;

-- groups: members merge as sets
SELECT call('scim_create_group', jsonb_build_object('group_data', jsonb_build_object('displayName', 'Staff', 'members', jsonb_build_array(jsonb_build_object('value', id(1)))))) #>> '{content,id}' AS staff \gset
SELECT version AS staff1 FROM groups WHERE id = :'staff' \gset
INSERT INTO users (id, data) VALUES (id(2)::uuid, '{"userName": "bob"}'), (id(3)::uuid, '{"userName": "cy"}');
SELECT call('scim_modify_group_members', jsonb_build_object('group_id', :'staff', 'add', jsonb_build_array(id(2)))) ->> 'success';
SELECT told(call('scim_patch_group', jsonb_build_object('group_id', :'staff', 'expected_version', :'staff1', 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(3)))))))) NOT LIKE '%"clean":false%';
SELECT brief(call('scim_patch_group', jsonb_build_object('group_id', :'staff', 'expected_version', :'staff1', 'on_conflict', 'merge', 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(3)))))))), member_count FROM groups WHERE id = :'staff';
SELECT count(*) FROM groups_members WHERE group_id = :'staff';

-- the generic tools; a counter, twice
SELECT call('scim_create_resource', '{"resource_type": "Device", "resource_data": {"serial": "s", "resets": 5}}') #>> '{content,id}' AS device \gset
SELECT version AS device1 FROM devices \gset
CREATE FUNCTION reset(id text, expected text, serial text) RETURNS json LANGUAGE sql AS $$ SELECT call('scim_update_resource', jsonb_build_object('resource_type', 'Device', 'resource_id', id, 'expected_version', expected,
	'resource_data', jsonb_build_object('serial', serial, 'resets', 6), 'on_conflict', 'merge', 'merge_rules', '{"resets": "counter"}'::jsonb)) $$;
SELECT n, brief(reset(:'device', :'device1', 's')), data->'resets' FROM generate_series(1, 3) n, devices;
SELECT data->'resets' FROM devices;

-- ---- bad input: before anything is looked at ----

SELECT more, brief(patched(1, expected, '[{"op": "add", "path": "title", "value": "x"}]', more)) FROM (VALUES
	(version(1), '{"on_conflict": "review"}'::jsonb), ('stale', '{"on_conflict": "review"}'), ('stale', '{"on_conflict": 1}'), ('stale', '{"on_conflict": ["merge"]}'), ('stale', '{"merge_rules": "{}"}'), ('stale', '{"merge_rules": []}'), ('stale', '{"merge_rules": 1}'),
	('stale', '{"merge_rules": {"title": "yours"}}'), ('stale', '{"merge_rules": {"title": {"function": "f"}}}'), ('stale', '{"merge_rules": {"title": null}}'), ('stale', '{"merge_rules": {"nonsense": "mine"}}'), ('stale', '{"merge_rules": {"": "mine"}}'), ('stale', '{"merge_rules": {"emails[": "mine"}}')) v (expected, more);
SELECT more, brief(call('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', '[{"op": "add", "path": "title", "value": "x"}]'::jsonb) || more)) FROM unnest(ARRAY['{"on_conflict": "merge"}', '{"on_conflict": "merge", "expected_version": "*"}', '{"on_conflict": "merge", "merge_rules": {"title": "mine"}}']::jsonb[]) more;
-- what stands for nothing, and what is not asked
SELECT brief(call('scim_patch_user', jsonb_build_object('user_id', id(1), 'on_conflict', v, 'merge_rules', v, 'operations', '[{"op": "add", "path": "timezone", "value": "UTC"}]'::jsonb))) FROM unnest(ARRAY['""', 'null']::jsonb[]) v;
SELECT t, brief(call(t, jsonb_build_object('user_id', id(1), 'on_conflict', 'merge'))) FROM unnest(ARRAY['scim_delete_user', 'scim_create_user']) t;

-- ---- trying again ----

INSERT INTO users (id, data) VALUES (id(10)::uuid, '{"userName": "ten"}');
SELECT version(10) AS ten1 \gset
SELECT write(10, '{"title": "x"}');
CREATE FUNCTION attempt(n int) RETURNS TABLE (code text, attempts int, ceiling boolean) LANGUAGE sql AS $$
	SELECT c->>'error_code', (c->>'attempts')::int, (c->>'retry_after_ms')::int BETWEEN 0 AND least(10000, 50 * 2 ^ coalesce((c->>'attempts')::int, 10))
	FROM CAST(call('scim_delete_user', jsonb_build_object('user_id', id(n), 'expected_version', 'stale')) -> 'content' AS json) c $$;
SELECT a.* FROM generate_series(1, 12) n, attempt(10 + 0 * n) a;
-- other agents, other resources, other roles are counted by themselves; of the storm there are two rows
SET scimver.agent = 'other';
SELECT * FROM attempt(10);
SET scimver.agent = 'loser';
SELECT * FROM attempt(2);
SET ROLE regress_tools_merge;
SELECT * FROM attempt(10);
RESET ROLE;
SELECT error_code, count(*) FROM scim_history WHERE operation = 'refused' AND resource_id = id(10) GROUP BY 1 ORDER BY 1;
-- what the storm says: to who could merge, and to who could not
SELECT told(sent(10, :'ten1', '{"userName": "ten", "nickName": "n"}'));
SELECT told(call('scim_delete_user', jsonb_build_object('user_id', id(10), 'expected_version', :'ten1')));
-- a merge goes through, and so does what names no version; and it is the setting that says how many
SELECT brief(sent(10, :'ten1', '{"userName": "ten", "nickName": "n"}', '{"on_conflict": "merge"}'));
SELECT brief(call('scim_patch_user', jsonb_build_object('user_id', id(10), 'operations', '[{"op": "add", "path": "nickName", "value": "m"}]'::jsonb)));
SET scimver.max_attempts = 0;
SELECT * FROM attempt(10);
SET scimver.max_attempts = 12;
SELECT * FROM attempt(10);
SELECT * FROM attempt(10);
RESET scimver.max_attempts;
SET scimver.max_attempts = -1;
-- a minute later it is over
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
UPDATE scim_history_rows SET at = at - interval '1 minute' WHERE operation = 'refused' AND resource_id = id(10);
ALTER TABLE scim_history_rows ENABLE TRIGGER ALL;
ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_rows, ENABLE ALWAYS TRIGGER scimver_truncate;
SELECT * FROM attempt(10);
INSERT INTO users (data) SELECT jsonb_build_object('userName', 'w' || n) FROM generate_series(1, 40) n;
-- waits are drawn: of 40 after one attempt, many are different
SELECT count(DISTINCT w) > 20, min(w) >= 0, max(w) <= 100 FROM (SELECT (call('scim_delete_user', jsonb_build_object('user_id', u.id, 'expected_version', 'stale')) #>> '{content,retry_after_ms}')::int AS w
	FROM users u WHERE data->>'userName' LIKE 'w%') x;

-- ---- 8 kB, whatever there is to be told ----

INSERT INTO users (id, data) SELECT id(20)::uuid, jsonb_build_object('userName', 'large', 'title', repeat('t', 900), 'nickName', repeat('n', 900), 'displayName', repeat('d', 900), 'locale', 'en', 'timezone', 'x');
SELECT version(20) AS large1 \gset
SELECT write(20, jsonb_build_object('title', repeat('u', 900), 'nickName', repeat('o', 900), 'displayName', repeat('e', 1100), 'locale', 'de'));
SELECT count(write(20, jsonb_build_object('timezone', n))) FROM generate_series(1, 12) n;
SELECT sent(20, :'large1', jsonb_build_object('userName', 'large', 'title', repeat('v', 900), 'nickName', repeat('p', 900), 'displayName', repeat('f', 900), 'locale', 'fr', 'timezone', 'y')) AS a \gset
SELECT bytes(:'a') <= 8192, :'a'::json #>> '{metadata,omitted}', jsonb_path_query_array(:'a', '$.content.merge.conflicts[*].path'), (:'a'::jsonb #> '{content,merge}') - 'conflicts', (:'a'::jsonb #> '{content,more_changes}'), jsonb_array_length(:'a'::jsonb #> '{content,changes}'), :'a'::jsonb #> '{content}' ? 'current';
SELECT c - 'changed_by' - 'base' AS small FROM jsonb_path_query(:'a', '$.content.merge.conflicts[*]') c WHERE c->>'path' IN ('locale', 'timezone');
SELECT :'a'::json #>> '{content,next_steps,0}';
-- of a user a little smaller there is all but values that are in current, too
SELECT sent(20, :'large1', jsonb_build_object('userName', 'large', 'title', repeat('v', 900), 'nickName', repeat('n', 900), 'displayName', repeat('d', 900), 'locale', 'fr', 'timezone', 'x')) AS a \gset
SELECT bytes(:'a') <= 8192, :'a'::json #>> '{metadata,omitted}', jsonb_path_query_array(:'a', '$.content.merge.conflicts[*].path'), (:'a'::jsonb #> '{content,merge}') - 'conflicts', :'a'::jsonb #> '{content}' ? 'current';
-- where there is no room for the resource, there is more for the rest
SELECT write(20, jsonb_build_object('profileUrl', 'https://example.com/' || repeat('x', 9000)));
SELECT sent(20, :'large1', jsonb_build_object('userName', 'large', 'title', repeat('v', 900), 'nickName', repeat('n', 900), 'displayName', repeat('d', 900), 'locale', 'fr', 'timezone', 'x')) AS a \gset
SELECT bytes(:'a') <= 8192, :'a'::json #>> '{metadata,omitted}', jsonb_path_query_array(:'a', '$.content.merge.conflicts[*].path'), (:'a'::jsonb #> '{content,merge}') - 'conflicts', :'a'::jsonb #> '{content,differing_paths}';
SELECT :'a'::json #>> '{content,next_steps,0}';
-- very many paths: the first of them
INSERT INTO users (id, data) SELECT id(21)::uuid, jsonb_build_object('userName', 'wide', 'emails', jsonb_agg(jsonb_build_object('value', n || repeat('@', 300), 'display', 'a'))) FROM generate_series(1, 60) n;
SELECT version(21) AS wide1, data AS wide FROM users WHERE id = id(21)::uuid \gset
SELECT write(21, (SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('value', n || repeat('@', 300), 'display', 'b'))) FROM generate_series(1, 60) n));
SELECT sent(21, :'wide1', :'wide'::jsonb || (SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('value', n || repeat('@', 300), 'display', 'c'))) FROM generate_series(1, 60) n)) AS a \gset
SELECT bytes(:'a') <= 8192, jsonb_array_length(a #> '{content,merge,conflicts}') BETWEEN 5 AND 20, jsonb_array_length(a #> '{content,merge,conflicts}') + (a #>> '{content,merge,more_conflicts}')::int, a #> '{content,next_steps}' FROM CAST(:'a' AS jsonb) a;
SELECT sent(21, :'wide1', :'wide'::jsonb || jsonb_build_object('title', 'T')) AS a \gset
SELECT bytes(:'a') <= 8192, a #> '{content,merge,clean}', a #> '{content,merge,mine}', jsonb_array_length(a #> '{content,merge,theirs}') + (a #>> '{content,merge,more_theirs}')::int FROM CAST(:'a' AS jsonb) a;
SELECT sent(21, :'wide1', :'wide'::jsonb || jsonb_build_object('title', 'T'), '{"on_conflict": "merge", "attributes": ["title"]}') AS a \gset
SELECT bytes(:'a') < 8192, a #> '{metadata,merged,mine}', jsonb_array_length(a #> '{metadata,merged,theirs}') > 0 FROM CAST(:'a' AS jsonb) a;
INSERT INTO users (id, data) SELECT id(22)::uuid, jsonb_build_object('userName', 'long', 'emails', jsonb_agg(jsonb_build_object('value', n || repeat('@', 300), 'display', 'a'))) FROM generate_series(1, 40) n;
SELECT version(22) AS long1 FROM users WHERE id = id(22)::uuid \gset
SELECT write(22, (SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('value', n || repeat('@', 300), 'display', 'b'))) FROM generate_series(1, 40) n));
SELECT patched(22, :'long1', '[{"op": "add", "path": "title", "value": "T"}]', '{"on_conflict": "merge", "attributes": ["title"]}') AS a \gset
SELECT bytes((:'a'::json -> 'metadata')::json) < 5000, m #> '{mine}', jsonb_array_length(m -> 'theirs') > 5, jsonb_array_length(m -> 'theirs') + (m -> 'more_theirs')::int FROM CAST(:'a'::jsonb #> '{metadata,merged}' AS jsonb) m;

\c :regression
DROP DATABASE scimver_tools_merge;
DROP ROLE regress_tools_merge;
