-- What is stored and shown is, byte by byte, what the server's own functions
-- make of the same: documents that come in stored form already, and those of
-- which something is left out, spelled otherwise, or set beside the rest.
--
-- The generator counts and hashes: every run sees the same.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;

-- ---- chance ----

CREATE SEQUENCE chance;
-- a number from 0 to n - 1
CREATE FUNCTION any_of(n bigint) RETURNS int LANGUAGE sql VOLATILE AS
	$$SELECT (('x' || substr(md5('bytes' || nextval('chance')), 1, 8))::bit(32)::bigint % n)::int$$;

-- text of 0 to 9 bytes, seldom of many: what stands behind it is aligned in each way
CREATE FUNCTION some_text() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE any_of(12) WHEN 0 THEN '' WHEN 1 THEN 'ä' WHEN 2 THEN '日本' WHEN 3 THEN repeat('long ', 1 + any_of(2000))
		ELSE substr('abcdefghi', 1, 1 + any_of(9)) END;
END $$;
CREATE FUNCTION some_number() RETURNS numeric LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN (ARRAY['0', '1', '-1', '1.50', '12345678901234567890.5', '1e-7', '1e100', '65536'])[1 + any_of(8)]::numeric; END$$;
CREATE FUNCTION some_value(depth int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE any_of(CASE WHEN depth > 0 THEN 9 ELSE 6 END)
		WHEN 0 THEN to_jsonb(some_number()) WHEN 1 THEN to_jsonb(any_of(2) = 0) WHEN 2 THEN '{}' WHEN 3 THEN '[]'
		WHEN 6 THEN some_object(any_of(5), depth - 1) WHEN 7 THEN some_object(any_of(12), depth - 1)
		WHEN 8 THEN (SELECT coalesce(jsonb_agg(some_value(depth - 1)), '[]') FROM generate_series(1, any_of(5)))
		ELSE to_jsonb(some_text()) END;
END $$;
-- keys of 1 to 70 bytes, not all of them ASCII
CREATE FUNCTION some_object(size int, depth int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_object_agg(
		CASE any_of(3) WHEN 0 THEN 'k' || any_of(10) WHEN 1 THEN 'ü' || any_of(1000) ELSE repeat('x', any_of(60)) || any_of(100000) END,
		some_value(depth)), '{}')
	FROM generate_series(1, size)
$$;
CREATE FUNCTION some_size() RETURNS int LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN (ARRAY[0, 1, 2, 5, 20, 30, 31, 32, 33, 34, 63, 64, 65, 96, 97, 200, 250])[1 + any_of(17)]; END$$;

-- Are both the same bytes?  What the server reads of the text is in its own form.
CREATE FUNCTION same(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	$$SELECT record_image_eq(ROW(a), ROW(b)) AND record_image_eq(ROW(a), ROW(a::text::jsonb))$$;
-- it tells
SELECT same('{"a": 1, "b": [1.5]}', '{"b": [1.5], "a": 1}'), same('{"a": 1}', '{"a": 1.0}'), same('{"a": 1}', '{"a": 1, "b": null}');

-- ---- any document, by plain SQL ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
\set core 'urn:ietf:params:scim:schemas:core:2.0:User'
CREATE TABLE given AS
	SELECT i, some_object(some_size(), 2) || jsonb_build_object('userName', 'u' || i) AS document,
		-- what stands elsewhere, some of it
		(SELECT coalesce(jsonb_object_agg(key, some_value(2)), '{}') FROM unnest(ARRAY['id', 'meta', '_version', 'groups']) AS key
			WHERE any_of(2) = 0) AS others,
		CASE any_of(3) WHEN 0 THEN '{}' WHEN 1 THEN '{"schemas": ["urn:x", "urn:ietf:params:scim:schemas:core:2.0:User"]}'
			ELSE '{"schemas": ["urn:x"]}' END::jsonb AS schemas
	FROM generate_series(1, 100) AS i;
INSERT INTO users (id, data) SELECT md5(i::text)::uuid, document || others || schemas FROM given;
SELECT count(*), count(*) FILTER (WHERE same(data, document || jsonb_build_object('schemas',
		CASE WHEN schemas->'schemas' ? :'core' THEN schemas->'schemas' ELSE coalesce(schemas->'schemas', '[]') || to_jsonb(:'core'::text) END)))
		AS stored
FROM given JOIN users ON id = md5(i::text)::uuid;

-- shown with all that is set beside it: also that of a user in groups
INSERT INTO groups (id, data) SELECT md5('g' || i)::uuid, jsonb_build_object('displayName', some_text() || i) FROM generate_series(1, 5) AS i;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT md5('g' || g)::uuid, 'User', md5(i::text)::uuid FROM generate_series(1, 100) AS i, generate_series(1, 5) AS g WHERE any_of(4) = 0;
SELECT count(*), count(*) FILTER (WHERE same(shown, data || jsonb_strip_nulls(jsonb_build_object('id', id, 'meta', shown->'meta', 'groups', shown->'groups'))))
		AS shown, count(*) FILTER (WHERE shown ? 'groups') > 25 AS in_groups
FROM users, LATERAL (SELECT scim_get_user(id::text) OFFSET 0) AS s (shown);
SELECT count(*), count(*) FILTER (WHERE same(shown, shown)) AS listed
FROM jsonb_array_elements(scim_list_users(count => 100)->'Resources') AS shown;
-- left out by the reader's wish
SELECT count(*) FILTER (WHERE same(shown, data || jsonb_build_object('id', id))) AS without
FROM users, LATERAL (SELECT scim_get_user(id::text, excluded_attributes => '{meta,groups}') OFFSET 0) AS s (shown);

-- ---- documents of a schema, in calls ----

\set thing 'urn:example:Thing'
-- what a thing may have, by names of many lengths
CREATE FUNCTION name_of(i int) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT substr('abcdefghijklmnopqrstuvwxyz', 1, 1 + i % 26) || 'N' || i$$;
SELECT s->>'name' FROM scim_register_schema(jsonb_build_object('id', :'thing', 'name', 'Thing', 'description', 'd', 'attributes',
	(SELECT jsonb_agg(CASE i % 4
		WHEN 0 THEN jsonb_build_object('name', name_of(i), 'type', 'decimal', 'description', 'd')
		WHEN 1 THEN jsonb_build_object('name', name_of(i), 'type', 'string', 'description', 'd')
		WHEN 2 THEN jsonb_build_object('name', name_of(i), 'type', 'complex', 'multiValued', true, 'description', 'd', 'subAttributes',
			'[{"name": "value", "type": "string", "description": "d"}, {"name": "number", "type": "decimal", "description": "d"},
			{"name": "flag", "type": "boolean", "description": "d"}, {"name": "fixed", "type": "string", "mutability": "readOnly", "description": "d"}]'::jsonb)
		ELSE jsonb_build_object('name', name_of(i), 'type', 'string', 'multiValued', true, 'description', 'd') END)
	FROM generate_series(1, 300) AS i))) AS s;
SELECT scim_register_resource_type(jsonb_build_object('id', 'Thing', 'name', 'Thing', 'endpoint', '/Things', 'description', 'd', 'schema', :'thing'))->>'name';
SELECT scim_create_table('things', 'Thing');

CREATE FUNCTION thing_value(i int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT CASE i % 4 WHEN 0 THEN to_jsonb(some_number()) WHEN 1 THEN to_jsonb(some_text())
		WHEN 2 THEN (SELECT jsonb_agg(jsonb_build_object('value', some_text(), 'number', some_number()) ||
				CASE any_of(2) WHEN 0 THEN '{"flag": true}' ELSE '{}' END::jsonb) FROM generate_series(0, any_of(4)))
		ELSE (SELECT jsonb_agg(some_text()) FROM generate_series(0, any_of(4))) END
$$;
CREATE FUNCTION thing(size int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_object_agg(name_of(i), thing_value(i)), '{}') FROM (SELECT 1 + any_of(300) AS i FROM generate_series(1, size)) AS s
$$;
-- The same as somebody may send it: names in capitals, and what is as good as nothing.
CREATE FUNCTION sent(thing jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_object_agg(CASE any_of(8) WHEN 0 THEN upper(key) ELSE key END,
		CASE WHEN jsonb_typeof(value) <> 'array' THEN value ELSE
			(SELECT jsonb_agg(CASE WHEN jsonb_typeof(e) <> 'object' OR e = '{}' THEN e
				ELSE (ARRAY['{}', '{}', '{"fixed": "x"}', '{"flag": null}'])[1 + any_of(4)]::jsonb || e END)
				FROM jsonb_array_elements(value || (ARRAY['[]', '[]', '[null]', '[[], {}]'])[1 + any_of(4)]::jsonb) AS e) END), '{}')
	FROM jsonb_each(thing)
$$;
CREATE FUNCTION beside() RETURNS jsonb LANGUAGE sql VOLATILE AS
	$$SELECT coalesce(jsonb_object_agg(key, some_value(2)), '{}') FROM unnest(ARRAY['id', 'meta', '_version']) AS key WHERE any_of(2) = 0$$;

CREATE TABLE made AS SELECT i, thing(some_size()) AS wanted FROM generate_series(1, 100) AS i;
ALTER TABLE made ADD id text;
-- as it is stored: what is sent is stored, whole
CREATE FUNCTION stored(wanted jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT wanted || '{"schemas": ["urn:example:Thing"]}'$$;
UPDATE made SET id = scim_create_resource('Thing', stored(wanted))->>'id';
SELECT count(*), count(*) FILTER (WHERE same(data, stored(wanted))) AS created FROM made JOIN things t ON t.id::text = made.id;

-- with what is the server's to say, or without "schemas", or otherwise spelled
UPDATE made SET wanted = thing(some_size());
SELECT count(scim_update_resource('Thing', id, CASE i % 4 WHEN 0 THEN stored(wanted) || beside() WHEN 1 THEN wanted
	WHEN 2 THEN sent(wanted) || beside() ELSE sent(wanted) || '{"SCHEMAS": ["URN:EXAMPLE:THING"]}' END)) FROM made;
SELECT count(*), count(*) FILTER (WHERE same(data, stored(wanted))) AS updated FROM made JOIN things t ON t.id::text = made.id;

-- sent back as it was read, it is the same version
SELECT count(*) FROM things, LATERAL (SELECT scim_get_resource('Thing', id::text) OFFSET 0) AS s (shown)
WHERE scim_update_resource('Thing', id::text, shown, shown->'meta'->>'version') = shown AND same(shown, shown);

-- set by a patch, in any order, and removed
CREATE TABLE changes AS SELECT made.id, n, name_of(1 + any_of(300)) AS name, any_of(4) = 0 AS gone FROM made, generate_series(1, 1 + i % 40) AS n;
ALTER TABLE changes ADD value jsonb;
UPDATE changes SET value = thing_value(substr(name, strpos(name, 'N') + 1)::int) WHERE NOT gone;
SELECT count(scim_patch_resource('Thing', id, (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('op', CASE WHEN gone THEN 'remove' ELSE 'replace' END,
	'path', name, 'value', value)) ORDER BY n) FROM changes WHERE changes.id = made.id))) FROM made;
CREATE TABLE last AS SELECT DISTINCT ON (id, name) id, name, value FROM changes ORDER BY id, name, n DESC;
SELECT count(*), count(*) FILTER (WHERE same(data, stored((wanted - (SELECT array_agg(name) FROM last WHERE last.id = made.id)) ||
	(SELECT coalesce(jsonb_object_agg(name, value) FILTER (WHERE value IS NOT NULL), '{}') FROM last WHERE last.id = made.id)))) AS patched
FROM made JOIN things t ON t.id::text = made.id;

-- a patch that changes nothing of the content is none, however it is stored
SELECT count(*) FROM made, LATERAL (SELECT scim_get_resource('Thing', id) OFFSET 0) AS b (before)
WHERE scim_patch_resource('Thing', id, (SELECT coalesce(jsonb_agg(jsonb_build_object('op', 'replace', 'path', key, 'value', value)),
	'[{"op": "remove", "path": "aN26"}, {"op": "remove", "path": "externalId"}]')
	FROM jsonb_each(before - 'id' - 'meta' - 'schemas') WHERE any_of(3) = 0)) = before;

-- what a tool writes: each byte that is escaped, and some that are not, at each place of texts of each length
SELECT count(*), count(*) FILTER (WHERE strpos(answer::text, '"nickName":' || to_jsonb(nick)::text) > 0) AS written
FROM (SELECT overlay(repeat('a', length) PLACING c FROM place FOR 1) AS nick
	FROM generate_series(1, 25) AS length, generate_series(1, length) AS place, unnest(ARRAY['"', E'\\', E'\x01', E'\n', E'\x1f', ' ', '!', '#', '[', ']', E'\x7f', 'ß', '𝄞']) AS c) AS nicks,
	LATERAL scim_call_tool('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', gen_random_uuid(), 'nickName', nick))) AS answer;
ROLLBACK;
