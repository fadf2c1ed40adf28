-- A resource is read by an index, without a statement, where nothing stands in the
-- way, and by a statement elsewhere: which of the two, DEBUG1 says, and both show
-- the same.  (Groups of a user: direct_groups.sql; snapshots and serializable
-- transactions: test/specs/direct_row_snapshots.spec.)
SET client_min_messages = warning;
CREATE DATABASE scimver_direct_rows TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_rows_reader;
CREATE ROLE regress_rows_narrow;
\set regression :DBNAME
\c scimver_direct_rows
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
-- at DEBUG1 the server says that its caches of names grow, too: before that is shown
DO $$ BEGIN PERFORM to_regproc(quote_ident(proname)) FROM pg_proc; END $$;
-- a resource without what differs from run to run; long texts by their lengths
CREATE FUNCTION briefly(shown jsonb) RETURNS text LANGUAGE sql RETURN
	(SELECT string_agg(key || ' ' || CASE WHEN length(value::text) > 200 THEN length(value::text) || ' bytes' ELSE value::text END, ', ' ORDER BY key)
	FROM jsonb_each(shown - 'meta' - 'schemas'));
-- what a call answers to a role, and with DEBUG1 why it took a statement
CREATE FUNCTION got(call text, role text DEFAULT 'regress_rows_reader') RETURNS text LANGUAGE plpgsql SET client_min_messages = debug1 AS $$
DECLARE
	result jsonb;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE 'SELECT to_jsonb(' || call || ')' INTO result;
	RESET ROLE;
	RETURN CASE jsonb_typeof(result) WHEN 'object' THEN briefly(result) ELSE result::text END;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION u(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-8000-' || lpad(n::text, 12, '0');
CREATE FUNCTION get(n int, tenant text DEFAULT NULL) RETURNS text LANGUAGE sql RETURN
	got(format('scim_get_user(%L, tenant_id => %L)', u(n), tenant));

-- ---- created tables ----
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('default', 'regress_rows_reader'), scim_grant_tenant('acme', 'regress_rows_reader');
INSERT INTO users (id, data) SELECT u(n)::uuid, jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
INSERT INTO users (tenant_id, id, data) VALUES ('acme', u(1)::uuid, '{"userName": "acme"}'), ('beta', u(1)::uuid, '{"userName": "beta"}');
-- 100 kB that do not compress
INSERT INTO users (id, data) SELECT u(4)::uuid, jsonb_build_object('userName', 'large', 'title', string_agg(md5(n::text), '')) FROM generate_series(1, 3200) n;
SELECT count(*), pg_relation_size((SELECT reltoastrelid FROM pg_class WHERE relname = 'users')) > 100000 FROM users;
INSERT INTO groups (id, data) VALUES (u(11)::uuid, '{"displayName": "Eleven"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (u(11)::uuid, 'User', u(1)::uuid);

SELECT get(1);
SELECT get(1, 'acme');
SELECT get(4);
SELECT scim_get_user(u(4))->>'title' = data->>'title' FROM users WHERE id = u(4)::uuid;
SELECT got(format('scim_get_group(%L)', u(11)));
-- nobody; nobody there; not granted; nothing to be an id
SELECT get(9);
SELECT get(2, 'acme');
SELECT get(1, 'beta');
SELECT got($$scim_get_user('one')$$);
SELECT got(format('scim_call_tool(%L, %L)::jsonb #>> ARRAY[%L, %L]', 'scim_user_exists', jsonb_build_object('user_id', u(n)), 'content', 'exists')) FROM (VALUES (1), (9)) AS v(n);
-- a version that is known, and one that is not any more
SELECT got(format('scim_get_user(%L, known_version => %L)', u(2), version)) FROM users WHERE id IN (u(1)::uuid, u(2)::uuid) AND tenant_id = 'default' ORDER BY id;
-- what the own transaction wrote, and took back; what a cursor was opened before
BEGIN;
DECLARE before CURSOR FOR SELECT briefly(scim_get_user(u(2)));
SAVEPOINT a;
UPDATE users SET data = '{"userName": "two"}' WHERE id = u(2)::uuid;
DELETE FROM users WHERE id = u(3)::uuid;
SELECT get(2), get(3);
FETCH before;
ROLLBACK TO a;
SELECT get(2), get(3);
COMMIT;
-- within one statement: a write finds what was written before, a read does not
SELECT scim_delete_user(made->>'id') FROM (SELECT scim_create_user('{"userName": "brief"}') AS made OFFSET 0) AS m;
DO $$
BEGIN
	PERFORM scim_get_user(made->>'id') FROM (SELECT scim_create_user('{"userName": "brief"}') AS made OFFSET 0) AS m;
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING '%', regexp_replace(sqlerrm, '"[^"]+"', '"..."');
END $$;
-- privileges: all of the columns, and not all of them
INSERT INTO scim_tenant_grants VALUES ('default', 'regress_rows_narrow');
GRANT SELECT (tenant_id, id, data, version, revision, created, last_modified) ON users TO regress_rows_narrow;
SELECT got(format('scim_get_user(%L, excluded_attributes => %L)', u(1), '{groups}'), 'regress_rows_narrow');
SELECT format('REVOKE SELECT (%s) ON users FROM regress_rows_narrow; SELECT got(%L, %L); GRANT SELECT (%1$s) ON users TO regress_rows_narrow', c,
	format('scim_get_user(%L, excluded_attributes => %L)', u(1), '{groups}'), 'regress_rows_narrow')
	FROM unnest('{tenant_id,id,data,version,revision,created,last_modified}'::text[]) c \gexec
SELECT got(format('scim_get_user(%L, excluded_attributes => %L)', u(1), '{groups}'), 'regress_rows_narrow');
-- policies: others' beside scimver's, in place of it, and those that would be an error
SELECT format('BEGIN; %s; SELECT get(1), get(2); ROLLBACK', policy) FROM (VALUES
	(1, $$CREATE POLICY other ON users AS RESTRICTIVE USING (data->>'userName' <> 'u2')$$),
	(2, $$CREATE POLICY other ON users USING (true)$$),
	(3, $$ALTER POLICY scimver_tenant ON users USING (data->>'userName' = 'u2')$$),
	(4, $$DROP POLICY scimver_tenant ON users$$),
	(5, $$ALTER TABLE users DISABLE ROW LEVEL SECURITY$$),
	(6, $$SET LOCAL row_security = off$$),
	(7, $$REVOKE EXECUTE ON FUNCTION scim_may_use FROM PUBLIC$$)) AS v(n, policy) ORDER BY n \gexec
-- children
BEGIN;
CREATE TABLE more_users () INHERITS (users);
INSERT INTO more_users (id, data) VALUES (u(5)::uuid, '{"userName": "of a child"}');
SELECT get(5);
ROLLBACK;

-- ---- mapped tables ----
DROP TABLE groups_members, groups, users;
CREATE EXTENSION citext;
CREATE DOMAIN short AS varchar(40) CHECK (length(VALUE) < 30);
CREATE TABLE people (gone_1 text, id int PRIMARY KEY, gone_2 int DEFAULT 7, org varchar(20) NOT NULL DEFAULT 'default', login citext, nick short,
	title text, bio text, first text, last text, whole text GENERATED ALWAYS AS (first || ' ' || last) STORED, roles text[], since timestamp, active boolean, other jsonb, secret text);
ALTER TABLE people ALTER bio SET STORAGE EXTERNAL;
INSERT INTO people (gone_1, id, gone_2, login, nick, title, bio, first, last, roles, since, active, other, secret)
	SELECT 'gone', n, n, 'Login' || n, 'nick', 'Dr', repeat('bio ', 25000), 'Ann', 'Lee' || n, '{admin,user}', '2024-05-06 07:08:09', true, '{"timezone": "UTC"}', 's' FROM generate_series(1, 3) n;
INSERT INTO people (id, org, login) VALUES (4, 'acme', 'acme'), (5, 'default', NULL);
-- rows that were there before a column are given its default when they are read
ALTER TABLE people ADD locale text DEFAULT 'en-' || repeat('X', 20);
ALTER TABLE people DROP gone_1, DROP gone_2;
SELECT attname, atthasmissing FROM pg_attribute WHERE attrelid = 'people'::regclass AND (atthasmissing OR attgenerated <> '') ORDER BY attnum;
SELECT pg_relation_size((SELECT reltoastrelid FROM pg_class WHERE relname = 'people')) > 300000;
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "data": "other", "created": "since", "attributes": {"userName": "login", "nickName": "nick", "title": "title",
	"displayName": "bio", "name.givenName": "first", "name.familyName": "last", "name.formatted": {"column": "whole", "mode": "read"},
	"roles.value": "roles", "active": "active", "locale": "locale"}}');
CREATE FUNCTION person(n int, tenant text DEFAULT NULL, role text DEFAULT current_user) RETURNS text LANGUAGE sql RETURN
	got(format('scim_get_user(%L, tenant_id => %L)', n, tenant), role);
SELECT person(1);
SELECT person(4, 'acme');
SELECT person(5);
SELECT person(4);
SELECT person(1, repeat('no tenant is as long ', 10));
SELECT scim_get_user('2')->>'displayName' = bio, scim_get_user('2')->'meta'->>'created' FROM people WHERE id = 2;
-- a write reads the row, what the transaction wrote included, and writes what differs
BEGIN;
UPDATE people SET title = 'Prof', bio = 'short' WHERE id = 2;
SELECT scim_get_user('2')->'meta'->>'version' AS version \gset
SELECT got(format('scim_update_user(%L, %L, %L)', '2', '{"userName": "Login2", "title": "Prof", "displayName": "shorter"}', :'version'), current_user);
SELECT login, title, bio, nick, locale, first, roles FROM people WHERE id = 2;
SELECT got(format('scim_update_user(%L, %L, %L)', '2', '{"userName": "x"}', :'version'), current_user);
ROLLBACK;
-- privileges: each of the mapped columns, as ever
GRANT SELECT (id, org, login, nick, title, bio, first, last, whole, roles, since, active, other, locale) ON people TO regress_rows_narrow;
SELECT person(3, NULL, 'regress_rows_narrow');
SELECT format('REVOKE SELECT (%s) ON people FROM regress_rows_narrow; SELECT person(3, NULL, %L); GRANT SELECT (%1$s) ON people TO regress_rows_narrow', c, 'regress_rows_narrow')
	FROM unnest('{id,org,login,nick,title,bio,first,last,whole,roles,since,active,other,locale}'::text[]) c \gexec
SELECT person(3, NULL, 'regress_rows_narrow');
-- row level security of the application's
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
SELECT person(3, NULL, 'regress_rows_narrow');
CREATE POLICY odd ON people USING (id % 2 = 1);
SELECT person(n, NULL, 'regress_rows_narrow') FROM generate_series(2, 3) n;
SELECT person(n) FROM generate_series(2, 3) n;
ALTER TABLE people DISABLE ROW LEVEL SECURITY;
-- columns that change after the table was read
ALTER TABLE people DROP secret, ADD again text DEFAULT 'again', ALTER title TYPE varchar(100);
SELECT person(3, NULL, 'regress_rows_narrow');
ALTER TABLE people RENAME title TO heading;
SELECT person(3, NULL, 'regress_rows_narrow');
-- where the schema is closed, also to who knows the table
CREATE SCHEMA closed;
ALTER TABLE people SET SCHEMA closed;
SELECT person(3, NULL, 'regress_rows_narrow');
GRANT USAGE ON SCHEMA closed TO regress_rows_narrow;
SELECT person(3, NULL, 'regress_rows_narrow');
ALTER TABLE closed.people SET SCHEMA public;
-- an extension that watches statements gets them to see, and they show the same
CREATE TABLE answers AS SELECT id::text, scim_get_user(id::text, tenant_id => org) AS resource, org FROM people;
LOAD 'auto_explain';
SELECT person(3);
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE resource = scim_get_user(id, tenant_id => org)) FROM answers;
\c -
SET client_min_messages = warning;
DROP TABLE answers, people;

-- ids that are text; one tenant for all rows
CREATE TABLE people (id varchar(20) PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
INSERT INTO people VALUES ('one', 'I'), ('Ö', 'II');
SELECT got(format('scim_get_user(%L)', id), current_user) FROM (VALUES ('one'), ('Ö'), ('One'), ('one ')) AS v(id);
SELECT got($$scim_get_user('one', tenant_id => 'acme')$$, current_user);
DROP TABLE people;
-- tenants that are numbers
CREATE TABLE people (id bigint, org int, login text, PRIMARY KEY (org, id));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}');
INSERT INTO people SELECT 1, n, 'of ' || n FROM generate_series(1, 5) n;
SELECT got($$scim_get_user('1', tenant_id => '3')$$, current_user), got($$scim_get_user('1', tenant_id => '7')$$, current_user), got($$scim_get_user('1', tenant_id => 'x')$$, current_user);
-- a policy that asks for a tenant, which has no collation
CREATE FUNCTION is_odd(n int) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN n % 2 = 1;
CREATE POLICY odd ON people USING (is_odd(org));
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON people TO regress_rows_narrow;
SELECT got(format('scim_get_user(%L, tenant_id => %L)', 1, org), 'regress_rows_narrow') FROM generate_series(2, 3) org;
DROP TABLE people;
-- rows that are marked as deleted
CREATE TABLE people (id int PRIMARY KEY, login text, gone boolean NOT NULL DEFAULT false);
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login"}}');
INSERT INTO people VALUES (1, 'here', false), (2, 'gone', true);
SELECT got($$scim_get_user('1')$$, current_user), got($$scim_get_user('2')$$, current_user);

\c :regression
DROP DATABASE scimver_direct_rows;
DROP ROLE regress_rows_reader, regress_rows_narrow;
