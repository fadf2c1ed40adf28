-- The functions on users: what they return, store and refuse.
SET client_min_messages = warning;
CREATE DATABASE scimver_users TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_users
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;
SET timezone = 'America/Los_Angeles';

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	'00000000-0000-4000-a000-' || lpad(n::text, 12, '0');

-- what an error says, all of it
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN regexp_replace(replace(detail::jsonb::text, format('"actor": "%s"', current_user), '"actor": "me"'), '"at": "[^"]*"', '"at": "now"', 'g') ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
-- only its SQLSTATE and message
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';

-- a resource without what differs from run to run
CREATE FUNCTION shown(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_set(jsonb_set(resource, '{meta,created}', '"..."'), '{meta,lastModified}', '"..."');

-- what is there now, also within the statement that wrote it
CREATE FUNCTION version(id text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN scim_get_user(id)->'meta'->>'version'; END $$;
CREATE FUNCTION revision(n int) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT revision FROM users WHERE id = id(n)::uuid); END';

-- ---- without a table ----

SELECT fails('SELECT scim_get_user(id(1))');
SELECT error(s) FROM unnest(ARRAY['SELECT scim_create_user(''{}'')', 'SELECT scim_update_user(id(1), ''{}'')', 'SELECT scim_patch_user(id(1), ''[]'')',
	'SELECT scim_delete_user(id(1))', 'SELECT scim_list_users()', 'SELECT scim_get_resource(''Device'', id(1))']) s;
SELECT scim_create_table('users', 'User');

-- ---- create and get ----

-- the resource comes back whole, with id and meta; its version is that of what is shown
CREATE TEMP TABLE made AS SELECT scim_create_user('{"userName": "Ann", "name": {"givenName": "Ann"}, "active": true}') AS r;
SELECT r - 'id' - 'meta' FROM made;
SELECT r->>'id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' AS id,
	r->'meta'->>'resourceType' AS type, r->'meta'->>'created' = r->'meta'->>'lastModified' AS same_time,
	r->'meta'->>'created' ~ '^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$' AS time_format,
	(r->'meta'->>'created')::timestamptz BETWEEN now() - interval '5 min' AND now() AS time,
	r->'meta'->>'location' = '/Users/' || (r->>'id') AS location, r->'meta'->>'version' = scim_version(r) AS version FROM made;
SELECT scim_get_user(r->>'id') = r, scim_get_resource('User', r->>'id') = r, scim_get_resource('uSeR', upper(r->>'id')) = r FROM made;
SELECT data = r - 'id' - 'meta', version = r->'meta'->>'version', revision, created = last_modified FROM users, made;
SELECT scim_delete_user(r->>'id') FROM made;

-- id, meta, _version and groups of the client are ignored
SELECT r - 'id' - 'meta', r->>'id' <> id(9), r->'meta'->>'version' <> 'x' FROM scim_create_user(
	jsonb_build_object('userName', 'ann', 'id', id(9), 'meta', '{"version": "x", "created": "2001-01-01T00:00:00Z"}'::jsonb, '_version', 'W/"x"', 'groups', '[{"value": "x"}]'::jsonb)) r;
DELETE FROM users;

-- generic and typed functions are the same
SELECT scim_create_resource('User', '{"userName": "bob"}') - 'id' - 'meta';
DELETE FROM users;

-- from here on with ids, and so versions, that are the same every time
INSERT INTO users (id, data, created) VALUES (id(1)::uuid, '{"userName": "ann", "title": "A"}', '2024-06-01 12:00:00Z'), (id(2)::uuid, '{"userName": "Bob", "externalId": "b"}', '2024-06-01 12:00:00.000001Z');
SELECT scim_get_user(id(1));
SELECT scim_get_user(id(2))->'meta';

-- meta.location begins with the base URL; neither it nor the time zone is part of the version
SET scimver.base_url = 'https://scim.example.com/v2';
SELECT scim_get_user(id(1))->'meta';
RESET scimver.base_url;

-- any spelling of an id finds it (all of them: ids.sql); what cannot be one is nobody's
SELECT scim_get_user(upper('00000000-0000-4000-a000-000000000001'))->>'id';
SELECT fails('SELECT scim_get_user(id(3))');
SELECT error(format('SELECT scim_get_user(%L)', i)) FROM unnest(ARRAY['', 'x', '{' || id(1), replace(id(1), '-', '--'), id(1) || ' ', '../' || id(1), repeat('x', 50)]) i;
SELECT fails('SELECT scim_get_resource(''User'', ''x'')');
SELECT fails('SELECT scim_get_resource(''Device'', id(1))');

-- no argument may be null but expected_version and tenant_id
SELECT fails('SELECT scim_get_user(NULL)');
SELECT error(s) FROM unnest(ARRAY['SELECT scim_create_user(NULL)', 'SELECT scim_update_user(NULL, ''{}'')', 'SELECT scim_update_user(id(1), NULL)',
	'SELECT scim_patch_user(NULL, ''[]'')', 'SELECT scim_patch_user(id(1), NULL)', 'SELECT scim_delete_user(NULL)', 'SELECT scim_get_resource(NULL, id(1))',
	'SELECT scim_create_resource(''User'', NULL)', 'SELECT scim_get_user(id(1), tenant_id => '''')']) s;

-- what is not a user (more in the tests of validation)
SELECT fails('SELECT scim_create_user(''[]'')');
SELECT fails('SELECT scim_create_user(''{}'')');
SELECT fails('SELECT scim_create_user(''{"userName": "x", "shoeSize": 43}'')');
SELECT error('SELECT scim_create_user(''{"userName": "x", "title": 1}'')');

-- ---- userName is unique, whatever its case ----

SELECT fails('SELECT scim_create_user(''{"userName": "ANN"}'')');
SELECT fails('SELECT scim_update_user(id(2), ''{"userName": "Ann"}'')');
SELECT error('SELECT scim_patch_user(id(2), ''[{"op": "replace", "path": "userName", "value": "aNN"}]'')');
SELECT error('INSERT INTO users (data) VALUES (''{"userName": "ANN"}'')');
-- fullwidth letters and ligatures are folded too; other letters are other names
SELECT error(format('SELECT scim_create_user(%L)', jsonb_build_object('userName', chr(65313) || 'nn')));
SELECT scim_create_user(jsonb_build_object('userName', chr(196) || 'nn'))->>'userName', error(format('SELECT scim_create_user(%L)', jsonb_build_object('userName', chr(228) || 'NN')));
DELETE FROM users WHERE user_name = chr(228) || 'nn';
-- one's own name in another case is a change
SELECT scim_patch_user(id(2), '[{"op": "replace", "path": "userName", "value": "BOB"}]')->>'userName', revision(2);
SELECT scim_patch_user(id(2), '[{"op": "replace", "path": "userName", "value": "Bob"}]')->>'userName', revision(2);
-- nothing was half done
SELECT count(*), sum(revision) FROM users;

-- ---- update ----

-- it replaces: what is left out is cleared
SELECT scim_update_user(id(1), '{"userName": "ann", "nickName": "N"}') - 'meta', revision(1);
SELECT shown(scim_get_user(id(1)));
-- created stays, lastModified goes on
SELECT r->'meta'->>'created', r->'meta'->>'lastModified' > '2024-06-01T12:00:00.000000Z' FROM scim_get_user(id(1)) r;

-- a whole resource as it was read can be sent back: nothing changes
SELECT shown(scim_update_user(id(1), scim_get_user(id(1)))) = shown(scim_get_user(id(1))), revision(1);
SELECT scim_update_user(id(1), scim_get_user(id(1)) || '{"_version": "x"}', version(id(1)))->'meta' = scim_get_user(id(1))->'meta', revision(1);

-- with the version that was read, and the same by the generic function
SELECT version(id(1)) AS read \gset
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "B"}', :'read')->>'title', revision(1), version(id(1)) <> :'read';
SELECT scim_update_resource('User', id(1), '{"userName": "ann", "title": "C"}', version(id(1)))->>'title', revision(1);

-- a stale version: nothing is written
SELECT fails(format('SELECT scim_update_user(id(1), ''{"userName": "ann", "title": "D"}'', %L)', :'read'));
SELECT scim_get_user(id(1))->>'title', revision(1);
SELECT error(format('SELECT scim_update_resource(''User'', id(1), ''{"userName": "ann", "title": "D"}'', %L)', :'read'));
-- what is well formed and no version of ours is just another version
SELECT error(format('SELECT scim_update_user(id(1), ''{"userName": "ann", "title": "D"}'', %L)', v)) FROM unnest(ARRAY['x', 'abc123def', 'AZaz09+/=-_', repeat('x', 128)]) v;

-- the same write again, with the version of before: it is there already, that is success, and nothing moves
SELECT version(id(1)) AS read \gset
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "D"}', :'read')->>'title', revision(1);
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "D"}', :'read')->>'title', revision(1);
SELECT scim_update_user(id(1), '{"title": "D", "userName": "ann", "nickName": null, "emails": []}', 'stale')->>'title', revision(1);

-- A, B, A: the version is that of what was read, so it may be written
SELECT version(id(1)) AS a \gset
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "B"}')->>'title', version(id(1)) = :'a';
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "D"}')->>'title', version(id(1)) = :'a', revision(1);
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "E"}', :'a')->>'title', revision(1);

-- ---- the format of expected_version ----

SELECT fails('SELECT scim_update_user(id(1), ''{"userName": "ann"}'', ''W/"abc123"'')');
SELECT error(format('SELECT scim_update_user(id(1), ''{"userName": "ann"}'', %L)', v))
	FROM unnest(ARRAY['', ' ', '"abc"', 'abc ', ' abc', E'abc\n', 'a.b', 'a,b', '**', 'null', 'ä', repeat('x', 129)]) v;

-- ---- the order of the checks: format, existence, is it there already, version ----

SELECT error('SELECT scim_update_user(id(3), ''{"userName": "x"}'', ''W/"x"'')');
SELECT error('SELECT scim_update_user(id(3), ''{"userName": "x"}'', ''stale'')');
SELECT error('SELECT scim_update_user(''no id'', ''{"userName": "x"}'', ''W/"x"'')');
SELECT error('SELECT scim_patch_user(id(3), ''[{"op": "add", "path": "title", "value": "x"}]'', ''W/"x"'')');
SELECT error('SELECT scim_patch_user(id(3), ''[{"op": "add", "path": "title", "value": "x"}]'', ''stale'')');
SELECT error('SELECT scim_patch_user(id(1), ''[{"op": "add", "path": "title", "value": "E"}]'', ''stale'')');
SELECT error('SELECT scim_patch_user(id(1), ''[{"op": "add", "path": "title", "value": "F"}]'', ''stale'')');
SELECT error('SELECT scim_delete_user(id(3), ''W/"x"'')');
SELECT error('SELECT scim_delete_user(id(3), ''stale'')');
SELECT error('SELECT scim_delete_user(id(1), ''stale'')');
-- a name that is taken and a stale version: the version is looked at first
SELECT error('SELECT scim_update_user(id(1), ''{"userName": "bob"}'', ''stale'')');
SELECT error('SELECT scim_patch_user(id(1), ''[{"op": "replace", "path": "userName", "value": "bob"}]'', ''stale'')');

-- ---- patch (more in the tests of PATCH) ----

SELECT version(id(1)) AS read \gset
SELECT scim_patch_user(id(1), '[{"op": "add", "path": "title", "value": "F"}, {"op": "add", "path": "name.givenName", "value": "Ann"}]', :'read') - 'meta', revision(1);
SELECT fails(format('SELECT scim_patch_user(id(1), ''[{"op": "add", "path": "title", "value": "G"}]'', %L)', :'read'));
-- again: it is there
SELECT scim_patch_user(id(1), '[{"op": "add", "path": "title", "value": "F"}]', :'read')->>'title', revision(1);
-- a PatchOp message, the generic function, no version
SELECT scim_patch_resource('User', id(1), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "remove", "path": "name"}]}') - 'meta', revision(1);
-- all operations or none
SELECT error('SELECT scim_patch_user(id(1), ''[{"op": "replace", "path": "title", "value": "half"}, {"op": "replace", "path": "nonsense", "value": 1}]'')');
SELECT scim_get_user(id(1))->>'title', revision(1);

-- ---- passwords ----

-- never returned, crypted in a column of its own, part of the version, always an effective change
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "F", "password": "secret"}') - 'meta', revision(1);
SELECT password_hash = crypt('secret', password_hash), data, version <> scim_version(scim_get_user(id(1))),
	version = scim_version(scim_get_user(id(1)) || jsonb_build_object('password', password_hash)) FROM users WHERE id = id(1)::uuid;
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "F", "password": "secret"}')->>'title', revision(1);
-- an update without one keeps it; one that changes nothing else moves nothing
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "F"}')->>'title', revision(1);
SELECT scim_update_user(id(1), '{"userName": "ann", "title": "G"}')->>'title', revision(1);
SELECT password_hash = crypt('secret', password_hash) FROM users WHERE id = id(1)::uuid;
SELECT scim_patch_user(id(1), '[{"op": "replace", "path": "password", "value": "other"}]') ? 'password', revision(1);
SELECT password_hash = crypt('other', password_hash) FROM users WHERE id = id(1)::uuid;
SELECT scim_patch_user(id(1), '[{"op": "remove", "path": "password"}]') ? 'password', revision(1);
SELECT password_hash IS NULL, version = scim_version(scim_get_user(id(1))) FROM users WHERE id = id(1)::uuid;
-- a stale version with a password is a mismatch: the same password cannot be told
SELECT error('SELECT scim_update_user(id(1), ''{"userName": "ann", "title": "G", "password": "secret"}'', ''stale'')');
SELECT scim_create_user('{"userName": "pw", "password": "secret"}') ? 'password';
SELECT password_hash = crypt('secret', password_hash), data ? 'password' FROM users WHERE user_name = 'pw';
DELETE FROM users WHERE user_name = 'pw';
SELECT error(format('SELECT scim_create_user(%L)', jsonb_build_object('userName', 'pw', 'password', p)))
	FROM unnest(ARRAY['""', '1', '["x"]', to_jsonb(repeat('x', 73)), to_jsonb(repeat('ä', 37))]::jsonb[]) p;

-- ---- rows without a version ----

SET session_replication_role = replica;
INSERT INTO users (id, data) SELECT id(n)::uuid, jsonb_build_object('userName', 'null' || n, 'schemas', ARRAY['urn:ietf:params:scim:schemas:core:2.0:User']) FROM generate_series(11, 15) n;
SET session_replication_role = origin;
-- the version that is shown is the one that is expected
SELECT scim_update_user(id(11), '{"userName": "null11", "title": "x"}', version(id(11)))->>'title';
SELECT scim_patch_user(id(12), '[{"op": "add", "path": "title", "value": "x"}]', version(id(12)))->>'title';
SELECT scim_delete_user(id(13), version(id(13)));
SELECT error('SELECT scim_update_user(id(14), ''{"userName": "null14", "title": "x"}'', ''stale'')');
SELECT scim_delete_user(id(15));
SELECT id, version = scim_version(scim_get_user(id::text)), revision FROM users WHERE data->>'userName' LIKE 'null%' ORDER BY id;
DELETE FROM users WHERE data->>'userName' LIKE 'null%';
-- also of a document that is not in order: it is read as the first write will find it, and no password is shown
SET session_replication_role = replica;
INSERT INTO users (id, data) SELECT id(n)::uuid, jsonb_build_object('userName', 'null' || n, 'id', 'x', 'meta', 1, 'groups', '[1]'::jsonb) FROM generate_series(11, 13) n;
INSERT INTO users (id, data) VALUES (id(14)::uuid, '{"userName": "null14", "PASSWORD": "clear"}'), (id(15)::uuid, '{"userName": "null15", "password": "clear", "schemas": "urn:x"}');
SET session_replication_role = origin;
SELECT r, r->'meta'->>'version' = scim_version(r) FROM generate_series(11, 15) n, scim_get_user(id(n)) r WHERE n IN (11, 14, 15);
SELECT scim_update_user(id(11), '{"userName": "null11", "title": "x"}', version(id(11)))->>'title';
SELECT scim_patch_user(id(12), '[{"op": "add", "path": "title", "value": "x"}]', version(id(12)))->>'title';
SELECT scim_delete_user(id(13), version(id(13)));
SELECT scim_update_user(id(15), '{"userName": "null15", "title": "x"}') - 'meta';
-- one that is no resource at all is told, and can be replaced
INSERT INTO users (id, data) VALUES (id(16)::uuid, '{"userName": "null16"}');
SET session_replication_role = replica;
UPDATE users SET data = '[1, 2]' WHERE id = id(16)::uuid;
SET session_replication_role = origin;
SELECT fails('SELECT scim_get_user(id(16))');
SELECT error('SELECT scim_patch_user(id(16), ''[{"op": "add", "path": "title", "value": "x"}]'')');
SELECT scim_update_user(id(16), '{"userName": "null16"}') - 'meta';
DELETE FROM users WHERE data->>'userName' LIKE 'null%';

-- ---- delete ----

SELECT version(id(2)) AS read \gset
SELECT scim_update_user(id(2), '{"userName": "bob", "title": "new"}')->>'title';
SELECT fails(format('SELECT scim_delete_user(id(2), %L)', :'read'));
SELECT scim_delete_user(id(2), version(id(2)));
-- it knows no "already there"
SELECT fails('SELECT scim_delete_user(id(2))');
SELECT error(s) FROM unnest(ARRAY['SELECT scim_get_user(id(2))', 'SELECT scim_update_user(id(2), ''{"userName": "bob"}'')', 'SELECT scim_patch_user(id(2), ''[{"op": "add", "path": "title", "value": "x"}]'')']) s;
SELECT scim_delete_resource('User', upper(id(1)), version(id(1)));
SELECT count(*) FROM users;

-- ---- lists ----

SELECT scim_list_users();
INSERT INTO users (id, data, created) SELECT id(n)::uuid, jsonb_build_object('userName', 'u' || n), '2024-06-01 12:00Z' FROM generate_series(1, 12) n ORDER BY md5(n::text);
-- whole resources, as a get returns them; every field always there; in the order of ids
SELECT l - 'Resources', l->'Resources'->0 = scim_get_user(id(1)), jsonb_array_length(l->'Resources') FROM scim_list_users() l;
SELECT scim_list_users() = scim_list_resources('User');
CREATE FUNCTION page(start_index int, count int) RETURNS text LANGUAGE sql AS $$
	SELECT format('total %s, start %s, items %s:%s', l->'totalResults', l->'startIndex', l->'itemsPerPage',
		(SELECT string_agg(' ' || (u->>'userName'), '' ORDER BY i) FROM jsonb_array_elements(l->'Resources') WITH ORDINALITY r(u, i)))
	FROM scim_list_users(start_index => page.start_index, count => page.count) l $$;
SELECT s || ', ' || c, page(s, c) FROM (VALUES (1, 5), (6, 5), (11, 5), (12, 1), (12, 100), (13, 5), (2147483647, 5), (1, 0), (1, -1), (0, 2), (-5, 2), (1, 2147483647), (5, 2147483647)) v(s, c);
SELECT page(NULL, NULL);
-- the pages together are all, each once
SELECT count(*), count(DISTINCT u->>'id') FROM generate_series(1, 12, 5) s, jsonb_array_elements(scim_list_users(start_index => s, count => 5)->'Resources') u;
-- one hundred by default
INSERT INTO users (id, data) SELECT id(n)::uuid, jsonb_build_object('userName', 'u' || n) FROM generate_series(13, 150) n;
SELECT scim_list_users() - 'Resources' - 'schemas', jsonb_array_length(scim_list_users(start_index => 101)->'Resources');

-- ---- functions see what the statement before them wrote, and roll back with the rest ----

BEGIN;
SELECT scim_update_user(id(1), '{"userName": "u1", "title": "in transaction"}')->>'title';
SELECT scim_get_user(id(1))->>'title', revision(1);
SAVEPOINT s;
SELECT scim_update_user(id(1), '{"userName": "u1", "title": "undone"}')->>'title';
SELECT scim_create_user('{"userName": "undone"}')->>'userName';
ROLLBACK TO s;
SELECT scim_get_user(id(1))->>'title', revision(1);
SELECT error('SELECT scim_create_user(''{"userName": "u1"}'')');
SELECT scim_update_user(id(1), '{"userName": "u1", "title": "after an error"}')->>'title', revision(1);
ROLLBACK;
SELECT scim_get_user(id(1)) ? 'title', revision(1), error('SELECT scim_create_user(''{"userName": "undone"}'')');

-- many in one statement
SELECT count(scim_patch_user(id::text, '[{"op": "add", "path": "active", "value": true}]')) FROM users;
SELECT count(*), count(*) FILTER (WHERE version = scim_version(scim_get_user(id::text))), min(revision), max(revision) FROM users WHERE active;

-- ---- triggers and policies of others ----

-- one that does not let the row be written is told, not taken for a success
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER skip BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION skip();
SELECT fails('SELECT scim_update_user(id(1), ''{"userName": "u1", "title": "x"}'')');
SELECT error('SELECT scim_patch_user(id(1), ''[{"op": "add", "path": "title", "value": "x"}]'')');
DROP TRIGGER skip ON users;
CREATE TRIGGER skip BEFORE INSERT OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION skip();
SELECT error('SELECT scim_create_user(''{"userName": "skipped"}'')');
SELECT error('SELECT scim_delete_user(id(1))');
DROP TRIGGER skip ON users;
-- one that raises
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today' USING ERRCODE = '23514'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse();
SELECT error('SELECT scim_update_user(id(1), ''{"userName": "u1", "title": "x"}'')');
DROP TRIGGER refuse ON users;
-- another key of the table is told as UNIQUENESS too
CREATE UNIQUE INDEX users_title ON users ((data->>'title'));
SELECT scim_update_user(id(1), '{"userName": "u1", "title": "boss"}')->>'title';
SELECT fails('SELECT scim_update_user(id(2), ''{"userName": "u2", "title": "boss"}'')');
SELECT error('SELECT scim_create_user(''{"userName": "u200", "title": "boss"}'')');
-- but not the key of somebody else's table
CREATE TABLE log (title text PRIMARY KEY);
CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES ('same'); RETURN NULL; END $$;
CREATE TRIGGER log AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION log();
SELECT error(format('SELECT scim_update_user(id(1), ''{"userName": "u1", "title": "%s"}'')', t)) FROM unnest(ARRAY['log1', 'log2']) t;
DROP TRIGGER log ON users;

-- arguments are found by their names, whichever declaration was called before
CREATE FUNCTION other_order(excluded_attributes text[], known_version text, tenant_id text, attributes text[], id text) RETURNS jsonb
	LANGUAGE C AS '$libdir/scimver', 'scim_get_user';
CREATE FUNCTION no_id(attributes text[], excluded_attributes text[], known_version text, tenant_id text) RETURNS jsonb
	LANGUAGE C AS '$libdir/scimver', 'scim_get_user';
CREATE FUNCTION no_names(text) RETURNS jsonb LANGUAGE C AS '$libdir/scimver', 'scim_get_user';
SELECT other_order(NULL, NULL, NULL, ARRAY['userName'], id(1)) = scim_get_user(id(1), ARRAY['userName']),
	other_order(ARRAY['meta'], NULL, NULL, NULL, id(1)) = scim_get_user(id(1), excluded_attributes => ARRAY['meta']);
SELECT regexp_replace(error(call), 'function \d+', 'function N') FROM unnest(ARRAY[
	'SELECT no_id(NULL, NULL, NULL, NULL)', 'SELECT no_names(id(1))', 'SELECT scim_get_user(id(1))']) call;

\c :regression
DROP DATABASE scimver_users;
