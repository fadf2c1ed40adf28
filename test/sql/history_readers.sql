-- Who reads what resources were, by functions: nothing leaks that the table hides,
-- be it by an error, a cursor, a difference or a stale version.
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE ROLE regress_one_tenant;
CREATE ROLE regress_some_columns;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || ' ' || CASE WHEN SQLSTATE LIKE 'PT%' THEN (detail::jsonb - 'status' - 'error_code' - 'scim_type')::text ELSE '' END;
END $$;
GRANT EXECUTE ON FUNCTION fails TO PUBLIC;
-- all that reads the history of "id" from "version"
CREATE FUNCTION readers(id text, version text, tenant text) RETURNS TABLE (reader text, says text) LANGUAGE sql AS $$
	SELECT name, left(regexp_replace(fails(format(call, id, version, tenant)), '("actor": )"[^"]*"|\d{4}-\d\d-\d\dT[0-9:.]+Z', '\1T', 'g'), 260) FROM (VALUES
		('history', 'SELECT scim_get_history(''User'', %1$L, tenant_id => %3$L)'), ('version', 'SELECT scim_get_version(''User'', %1$L, %2$L, %3$L)'),
		('no version', 'SELECT scim_get_version(''User'', %1$L, ''neverWas'', %3$L)'),
		('diff', 'SELECT scim_diff(''User'', %1$L, %2$L, NULL, %3$L)'),
		('stale', 'SELECT scim_patch_user(%1$L, ''[{"op": "replace", "path": "title", "value": "no"}]'', %2$L, tenant_id => %3$L)'),
		('restore', 'SELECT scim_restore(''User'', %1$L, %2$L, NULL, %3$L)')) AS t(name, call) $$;

-- a role with one tenant
SELECT scim_create_table('users', 'User');
SELECT scim_grant_tenant('mine', 'regress_one_tenant');
INSERT INTO users (tenant_id, id, data) SELECT t, ('00000000-0000-4000-a000-00000000000' || n)::uuid, jsonb_build_object('userName', t || n, 'title', 'secret of ' || t)
	FROM unnest(ARRAY['mine', 'theirs']) t, generate_series(1, 2) n;
SELECT version AS mine FROM users WHERE tenant_id = 'mine' AND id::text LIKE '%1' \gset
SELECT version AS theirs FROM users WHERE tenant_id = 'theirs' AND id::text LIKE '%1' \gset
UPDATE users SET data = data || '{"title": "other"}';
SELECT scim_get_history('User', '00000000-0000-4000-a000-000000000001', 1, tenant_id => 'theirs')->>'nextCursor' AS cursor \gset
DELETE FROM users WHERE id::text LIKE '%2';
SET ROLE regress_one_tenant;
SELECT * FROM readers('00000000-0000-4000-a000-000000000001', :'mine', 'mine');
SELECT * FROM readers('00000000-0000-4000-a000-000000000001', :'theirs', 'theirs');
-- of what is deleted, too; and by a cursor that another has read
SELECT * FROM readers('00000000-0000-4000-a000-000000000002', :'theirs', 'theirs');
SELECT fails(format('SELECT scim_get_history(''User'', ''00000000-0000-4000-a000-000000000001'', 1, %L, ''theirs'')', :'cursor'));
SELECT fails(format('SELECT scim_get_history(''User'', ''00000000-0000-4000-a000-000000000001'', 1, %L, ''mine'')', :'cursor'));
-- another tenant's version is none of mine
SELECT * FROM readers('00000000-0000-4000-a000-000000000001', :'theirs', 'mine');
RESET ROLE;
-- a policy of the application's: nobody can tell what it would have hidden
UPDATE users SET data = data || '{"title": "again"}' WHERE tenant_id = 'mine';
CREATE POLICY own ON users AS RESTRICTIVE USING (data->>'userName' <> 'mine2');
SET ROLE regress_one_tenant;
SELECT * FROM readers('00000000-0000-4000-a000-000000000001', :'mine', 'mine');
RESET ROLE;
SELECT scim_unregister_table('users');
DROP TABLE users CASCADE;

-- a role that may not read a mapped column
CREATE TABLE people (id text PRIMARY KEY, login text, title text, version text);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
GRANT SELECT (id, login, version), UPDATE (login, title) ON people TO regress_some_columns;
INSERT INTO people VALUES ('a', 'ada', 'hidden');
SELECT version AS v1 FROM people \gset
UPDATE people SET title = 'hidden, too';
SET ROLE regress_some_columns;
SELECT * FROM readers('a', :'v1', NULL);
SELECT count(*) FROM scim_history;
RESET ROLE;
GRANT SELECT (title) ON people TO regress_some_columns;
SET ROLE regress_some_columns;
SELECT * FROM readers('a', :'v1', NULL) WHERE reader <> 'restore';
RESET ROLE;

-- what is never returned is restored, and shown to nobody
SELECT scim_register_schema('{"id": "urn:example:Hidden", "name": "Hidden", "attributes": [{"name": "pin", "type": "string", "returned": "never", "caseExact": true}, {"name": "seen", "type": "string"}]}') ->> 'id';
SELECT scim_register_resource_type('{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Hidden"}') ->> 'id';
SELECT scim_create_table('things', 'Thing');
INSERT INTO things (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"pin": "1234", "seen": "one"}');
SELECT version AS v1 FROM things \gset
UPDATE things SET data = '{"pin": "5678", "seen": "two"}';
SELECT scim_get_version('Thing', id::text, :'v1') - 'meta', scim_diff('Thing', id::text, :'v1')->'changes', scim_restore('Thing', id::text, :'v1') - 'meta' FROM things;
SELECT data FROM things;
SELECT scim_unregister_table('things'), scim_unregister_table('people');
DROP EXTENSION scimver CASCADE;
DROP TABLE things, people;
DROP FUNCTION readers, fails;
DROP ROLE regress_one_tenant, regress_some_columns;
