-- A table that people had already, and a role that owns nothing: privileges by
-- column, the application's own row level security, and what is said of both.
SET client_min_messages = warning;
CREATE DATABASE scimver_mapped_roles TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_mapped_roles
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE ROLE scimver_mapped_owner;
CREATE ROLE scimver_mapped_clerk;
CREATE ROLE scimver_mapped_sales;

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
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION plain(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN resource - 'meta' - 'schemas';
-- one operation that replaces
CREATE FUNCTION put(path text, value text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));

GRANT CREATE ON SCHEMA public TO scimver_mapped_owner;
SET ROLE scimver_mapped_owner;
CREATE TABLE people (id serial PRIMARY KEY, org text NOT NULL DEFAULT 'sales', login text NOT NULL UNIQUE, name text, title text, salary int DEFAULT 1,
	version text, revision bigint, updated_at timestamptz);
INSERT INTO people (org, login, name, title) VALUES ('sales', 'ann', 'Ann', 'Dr'), ('legal', 'bob', 'Bob', NULL);
RESET ROLE;
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "revision": "revision", "lastModified": "updated_at",
	"attributes": {"userName": "login", "displayName": "name", "title": "title"}}');
-- registering gives nobody anything
SELECT relacl, relrowsecurity FROM pg_class WHERE relname = 'people';

-- ---- privileges ----

SET ROLE scimver_mapped_clerk;
SELECT fails($$SELECT scim_get_user('1')$$);
SELECT error($$SELECT scim_list_users()$$);
SELECT error($$SELECT scim_list_users(filter => 'title pr')$$);
SELECT error($$SELECT scim_create_user('{"userName": "cat"}')$$);
SELECT error($$SELECT scim_update_user('1', '{"userName": "ann"}')$$);
SELECT error($$SELECT scim_patch_user('1', put('title', 'x'))$$);
SELECT error($$SELECT scim_delete_user('1')$$);
-- all but one
RESET ROLE;
GRANT SELECT (id, login, name, version, revision, updated_at) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT fails($$SELECT scim_get_user('1')$$);
RESET ROLE;
GRANT SELECT (title) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT plain(scim_get_user('1')), scim_list_users()->'totalResults';
SELECT error($$SELECT scim_get_user('9')$$), error($$SELECT salary FROM people$$);
SELECT version FROM people WHERE id = 1;
-- writing: the columns that change, and no others; a version that is not filled needs no privilege
SELECT scim_get_user('1')->'meta'->>'version' AS read \gset
SELECT fails(format($$SELECT scim_patch_user('1', put('title', 'Prof'), '%s')$$, :'read'));
SELECT fails(format($$SELECT scim_update_user('1', '{"userName": "ann", "displayName": "Annie"}', '%s')$$, :'read'));
RESET ROLE;
GRANT UPDATE (name) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT error(format($$SELECT scim_patch_user('1', put('title', 'Prof'), '%s')$$, :'read'));
SELECT error(format($$SELECT scim_update_user('1', '{"userName": "ann2", "displayName": "Annie"}', '%s')$$, :'read'));
SELECT error($$SELECT scim_update_user('1', '{"userName": "ann2", "displayName": "Annie"}')$$);
SELECT plain(scim_update_user('1', '{"userName": "ann", "displayName": "Annie", "title": "Dr"}', :'read'));
SELECT plain(scim_patch_user('1', put('displayName', 'Anna')));
SELECT error(format($$SELECT scim_patch_user('1', put('displayName', 'x'), '%s')$$, :'read'));
SELECT version = scim_version(scim_get_user('1')), revision FROM people WHERE id = 1;
-- creating and deleting
SELECT fails($$SELECT scim_create_user('{"userName": "cat", "title": "Ms"}')$$);
RESET ROLE;
GRANT INSERT (login) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT error($$SELECT scim_create_user('{"userName": "cat", "title": "Ms"}')$$), error($$SELECT scim_create_user('{"userName": "cat"}')$$);
RESET ROLE;
GRANT USAGE ON SEQUENCE people_id_seq TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT scim_create_user('{"userName": "cat"}')->>'userName';
SELECT fails($$SELECT scim_delete_user('1')$$);
-- tools say the same, by name
SELECT r->'content'->'error_code', r->'content'->'error', r->'content'->'columns', r->'content'->'next_steps'
	FROM CAST(scim_call_tool('scim_patch_user', jsonb_build_object('user_id', '1', 'operations', put('title', 'x'))) AS jsonb) r;
SELECT r->'content'->'error_code', r->'content'->'error' FROM CAST(scim_call_tool('scim_delete_user', '{"user_id": "1"}') AS jsonb) r;
RESET ROLE;
REVOKE SELECT (title) ON people FROM scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT r->'content'->'error_code', r->'content'->'error' FROM CAST(scim_call_tool('scim_get_user', '{"user_id": "1"}') AS jsonb) r;
SELECT r->'content'->'error_code', r->'content'->'error' FROM CAST(scim_call_tool('scim_list_users', '{"filter": "userName eq \"ann\""}') AS jsonb) r;
SELECT r->'content'->'error_code', r->'content'->'error' FROM CAST(scim_call_tool('scim_search_users', '{"attribute": "userName", "value": "ann"}') AS jsonb) r;
RESET ROLE;
-- a role with the whole table needs no columns
GRANT SELECT, INSERT, UPDATE, DELETE ON people TO scimver_mapped_sales;
GRANT USAGE ON SEQUENCE people_id_seq TO scimver_mapped_sales;
SET ROLE scimver_mapped_sales;
SELECT plain(scim_patch_user('1', put('title', 'Prof')));
SELECT scim_delete_user('3');
RESET ROLE;

-- ---- the application's own row level security ----

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON people FOR SELECT USING (org = 'sales' OR org = 'legal');
CREATE POLICY change ON people FOR UPDATE USING (org = 'sales') WITH CHECK (org = 'sales' AND title IS DISTINCT FROM 'Boss');
CREATE POLICY make ON people FOR INSERT WITH CHECK (login <> 'root');
CREATE POLICY remove ON people FOR DELETE USING (org = 'sales');
SET ROLE scimver_mapped_sales;
SELECT plain(scim_patch_user('1', put('title', 'Dr')));
SELECT version = scim_version(scim_get_user('1')) FROM people WHERE id = 1;
-- what can be read, and not written
SELECT plain(scim_get_user('2'));
SELECT error($$SELECT scim_patch_user('2', put('title', 'x'))$$);
SELECT error($$SELECT scim_update_user('2', '{"userName": "bob"}')$$);
SELECT error($$SELECT scim_update_user('2', '{"userName": "bob", "title": "x"}', scim_get_user('2')->'meta'->>'version')$$);
SELECT error($$SELECT scim_delete_user('2')$$);
-- what must not become of a row
SELECT fails($$SELECT scim_patch_user('1', put('title', 'Boss'))$$);
SELECT fails($$SELECT scim_create_user('{"userName": "root"}')$$);
SELECT r->'content'->'error_code' FROM CAST(scim_call_tool('scim_create_user', '{"user_data": {"userName": "root"}}') AS jsonb) r;
SELECT plain(scim_create_user('{"userName": "dan"}'))->>'userName';
-- what cannot be read is not there
RESET ROLE;
ALTER POLICY read ON people USING (org = 'sales');
SET ROLE scimver_mapped_sales;
SELECT error($$SELECT scim_get_user('2')$$), error($$SELECT scim_patch_user('2', put('title', 'x'))$$), error($$SELECT scim_delete_user('2')$$), scim_list_users()->'totalResults';
-- and still in the way; who has the value is not told
SELECT fails($$SELECT scim_create_user('{"userName": "bob"}')$$);
RESET ROLE;
-- forced, the owner has no more rights than others
ALTER TABLE people FORCE ROW LEVEL SECURITY;
SET ROLE scimver_mapped_owner;
SELECT error($$SELECT scim_patch_user('2', put('title', 'x'))$$), plain(scim_patch_user('1', put('title', 'Ms')));
SELECT scim_delete_user('1'), scim_list_users()->'totalResults';
RESET ROLE;
-- no version was left stale
SELECT login FROM people WHERE coalesce(version, 'none') NOT IN ('none', scim_version(scim_get_user(id::text)));

-- ---- a mark that somebody may set who may not delete ----

DROP TABLE people;
SET ROLE scimver_mapped_owner;
CREATE TABLE people (id serial PRIMARY KEY, login text, gone boolean, title text);
INSERT INTO people (login) VALUES ('ann'), ('bob');
RESET ROLE;
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login"}}');
GRANT SELECT, UPDATE (login) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT fails($$SELECT scim_delete_user('1')$$);
RESET ROLE;
GRANT UPDATE (gone) ON people TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT scim_delete_user('1'), scim_list_users()->'totalResults';
RESET ROLE;

-- ---- a schema that the role may not look into ----

CREATE SCHEMA hidden;
ALTER TABLE people SET SCHEMA hidden;
SET ROLE scimver_mapped_clerk;
SELECT fails($$SELECT scim_get_user('2')$$);
SELECT error($$SELECT scim_list_users()$$), error($$SELECT scim_list_users('userName eq "x"')$$);
SELECT error(format($$SELECT scim_patch_user('2', %L)$$, put('title', 'x')));
SELECT x->>'error_code' FROM jsonb_extract_path(scim_call_tool('scim_get_user', '{"user_id": "2"}'::jsonb)::jsonb, 'content') AS x;
RESET ROLE;
GRANT USAGE ON SCHEMA hidden TO scimver_mapped_clerk;
SET ROLE scimver_mapped_clerk;
SELECT error($$SELECT scim_get_user('2')$$);
RESET ROLE;
ALTER TABLE hidden.people SET SCHEMA public;

-- ---- plain SQL keeps PostgreSQL's own errors ----

SET ROLE scimver_mapped_clerk;
SELECT error($$UPDATE people SET title = 'x'$$), error($$DELETE FROM people$$), error($$INSERT INTO people (login) VALUES ('x')$$);
RESET ROLE;

\c :regression
DROP DATABASE scimver_mapped_roles;
DROP ROLE scimver_mapped_owner, scimver_mapped_clerk, scimver_mapped_sales;
