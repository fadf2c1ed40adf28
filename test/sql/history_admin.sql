-- Which tables have their history: options, triggers, what checks and repairs; and
-- entries about all resources of a type.
SET client_min_messages = warning;
CREATE DATABASE scimver_history_admin TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE scimver_history_admin_owner;
CREATE ROLE scimver_history_admin_mallory;
\set regression :DBNAME
\c scimver_history_admin
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON SCHEMA public TO scimver_history_admin_owner, scimver_history_admin_mallory;

CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', sqlstate || ' ' || sqlerrm, hint);
END $$;
-- the triggers of the history that there are, and what else the arguments say of it
CREATE FUNCTION triggers(VARIADIC tables regclass[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', t, (SELECT string_agg(concat_ws('/', tgname, tgenabled, tgtype, split_part(encode(tgargs, 'escape'), '\000', 1)), ' ' ORDER BY tgname)
			FROM pg_trigger WHERE tgrelid = t AND tgname LIKE '!!!%'),
		(SELECT split_part(encode(tgargs, 'escape'), '\000', 3) FROM pg_trigger WHERE tgrelid = t AND tgname = '~~~scimver')) FROM unnest(tables) t $$;
-- what scim_check_table says of triggers
CREATE FUNCTION problems(VARIADIC tables regclass[]) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', r, problem, detail) FROM unnest(tables) r, scim_check_table(r) WHERE problem = 'trigger' $$;
-- something is known of a resource in each of these tenants
CREATE FUNCTION seed(type text, VARIADIC tenants text[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
		SELECT nextval('scim_history_seq'), pg_current_xact_id(), now(), t, type, 'seed', 'update', 'x' FROM unnest(tenants) t $$;
CREATE TABLE seen (seq bigint);
INSERT INTO seen VALUES (0);
-- the entries about all of a type that came since it was asked
CREATE FUNCTION marks() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	SELECT coalesce(string_agg(concat_ws(' ', tenant_id, resource_type, operation, revision, version, previous_version, changed, before, members,
		actor::text), ', '
		ORDER BY resource_type, operation, tenant_id), 'none') INTO result
		FROM scim_history_rows WHERE resource_id IS NULL AND seq > (SELECT max(s.seq) FROM seen s);
	INSERT INTO seen SELECT max(seq) FROM scim_history_rows;
	RETURN replace(result, session_user::text, 'SESSION');
END $$;

-- ---- the option ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group', '{"history": true}');
SELECT triggers('users', 'groups', 'groups_members');
SELECT scim_unregister_table('users');
SELECT triggers('users');
SELECT scim_register_table('users', 'User', '{}', '{"history": false}');
SELECT triggers('users');
SELECT problems('users', 'groups');
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}', '{"history": true}');
SELECT triggers('users');
SELECT fails(format($$SELECT scim_register_table('users', 'User', '{}', '{"history": %s}')$$, v)) FROM unnest(ARRAY['null', '1', '"true"', '{}']) v;
SELECT fails($$SELECT scim_register_members('users', 'id', 'id', '{"history": true}')$$) LIKE 'PT400 INVALID_MAPPING: option "history" is not known%';
DROP TABLE groups, groups_members;
SELECT scim_create_table('groups', 'Group', '{"history": false, "version_scheme": "revision"}');
SELECT triggers('groups');
DROP TABLE groups, groups_members;
DROP TABLE users;
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL, nick text, tenant uuid NOT NULL, scim text);
CREATE INDEX people_tenant ON people (tenant);
CREATE INDEX ON people (tenant DESC, id);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "version": "scim", "attributes": {"userName": "login", "nickName": "nick"}}');
SELECT triggers('people');
SELECT scim_unregister_table('people');
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "version": "scim", "attributes": {"userName": "login", "nickName": "nick"}}', '{"history": true, "validate": true}');
SELECT triggers('people');
SELECT problems('people');

-- ---- what is missing, and mended ----

ALTER TABLE people DISABLE TRIGGER "!!!scimver_history";
ALTER TABLE people ENABLE ALWAYS TRIGGER "!!!scimver_history_truncate";
SELECT problems('people');
SELECT scim_repair_table('people');
SELECT triggers('people'), problems('people');
DROP TRIGGER "!!!scimver_history" ON people;
ALTER TRIGGER "!!!scimver_history_truncate" ON people RENAME TO other;
SELECT problems('people');
SELECT scim_repair_table('people');
SELECT triggers('people'), problems('people');
-- one of somebody else's has the name
DROP TRIGGER "!!!scimver_history" ON people;
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER "!!!scimver_history" AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT problems('people');
SELECT scim_repair_table('people');
SELECT scim_unregister_table('people');
SELECT fails($$SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}')$$);
ALTER TRIGGER "!!!scimver_history" ON people RENAME TO " first";
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "version": "scim", "attributes": {"userName": "login", "nickName": "nick"}}', '{"history": true}');
SELECT problems('people');
DROP TRIGGER " first" ON people;
-- those that a registration left behind, whose row trigger was dropped by hand
DROP TRIGGER "~~~scimver" ON people;
DROP TRIGGER "~~~scimver_delete" ON people;
DROP TRIGGER "~~~scimver_delete_truncate" ON people;
SELECT triggers('people');
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "version": "scim", "attributes": {"userName": "login", "nickName": "nick"}}', '{"history": true}');
SELECT triggers('people'), problems('people');

-- ---- another mapping ----

SELECT marks();
SELECT seed('User', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b', 'gone'), seed('Group', '00000000-0000-0000-0000-00000000000b', 'groups'), seed('Userx', 'others'), seed('User', 'gone');
ALTER TABLE people RENAME nick TO nickname;
SELECT marks();
ALTER TABLE people RENAME nickname TO nick;
ALTER TABLE people ADD COLUMN beside int;
ALTER TABLE people RENAME beside TO aside;
ALTER TABLE people RENAME CONSTRAINT people_pkey TO people_key;
SELECT marks();
SELECT scim_unregister_table('people');
SELECT marks();
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "version": "scim", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT marks();
-- all of it, or nothing
BEGIN;
SELECT scim_unregister_table('people');
SELECT marks();
ROLLBACK;
SELECT marks();

-- ---- TRUNCATE ----

INSERT INTO people SELECT n, 'u' || n, NULL, ('00000000-0000-0000-0000-00000000000' || CASE WHEN n % 3 = 0 THEN 'a' ELSE 'b' END)::uuid FROM generate_series(1, 60) n;
TRUNCATE people;
SELECT marks();
TRUNCATE people;
SELECT marks();
-- by an index that falls; by none
DROP INDEX people_tenant;
INSERT INTO people SELECT n, 'u' || n, NULL, ('00000000-0000-0000-0000-00000000000' || CASE WHEN n % 3 = 0 THEN 'a' ELSE 'b' END)::uuid FROM generate_series(1, 60) n;
TRUNCATE people;
SELECT marks();
DROP INDEX people_tenant_id_idx;
INSERT INTO people SELECT n, 'u' || n, NULL, ('00000000-0000-0000-0000-00000000000' || CASE WHEN n % 3 = 0 THEN 'a' ELSE 'b' END)::uuid FROM generate_series(1, 60) n;
TRUNCATE people;
SELECT marks();
-- rows that went before do not count; what is rolled back was not
INSERT INTO people VALUES (1, 'a', NULL, '00000000-0000-0000-0000-00000000000a'), (2, 'b', NULL, '00000000-0000-0000-0000-00000000000b');
DELETE FROM people WHERE id = 1;
BEGIN;
SAVEPOINT s;
TRUNCATE people;
ROLLBACK TO s;
SELECT marks();
TRUNCATE people;
SELECT marks();
COMMIT;
-- nor what failed, in a command of the same number
INSERT INTO people VALUES (1, 'a', NULL, '00000000-0000-0000-0000-00000000000a');
CREATE TABLE refuses (id int);
CREATE TRIGGER t BEFORE TRUNCATE ON refuses FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();
BEGIN;
SAVEPOINT s;
TRUNCATE people, refuses;
ROLLBACK TO s;
TRUNCATE people;
COMMIT;
SELECT marks();
DROP TABLE refuses;
-- row level security hides nothing from it
ALTER TABLE people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
INSERT INTO people VALUES (1, 'a', NULL, '00000000-0000-0000-0000-00000000000a');
ALTER TABLE people OWNER TO scimver_history_admin_owner;
SET ROLE scimver_history_admin_owner;
SELECT count(*) FROM people;
TRUNCATE people;
RESET ROLE;
SELECT marks();
-- tenants of other types
DROP TABLE people;
CREATE DOMAIN tenant_name AS varchar(20) COLLATE "C" CHECK (VALUE <> '');
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL, tenant tenant_name NOT NULL, UNIQUE (tenant, login));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO people SELECT n, 'u' || n, chr(97 + n % 3) FROM generate_series(1, 30) n;
SELECT marks() <> 'none';
TRUNCATE people;
SELECT marks();
DROP TABLE people;
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL, tenant smallint NOT NULL);
CREATE INDEX ON people (tenant) WHERE tenant > 0;
CREATE INDEX ON people (tenant DESC NULLS LAST);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO people SELECT n, 'u' || n, n % 4 - 2 FROM generate_series(1, 30) n;
SELECT marks() <> 'none';
TRUNCATE people;
SELECT marks();
-- an index to which different ones are equal
DROP TABLE people;
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL, tenant text NOT NULL);
CREATE INDEX ON people (tenant COLLATE nocase);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO people VALUES (1, 'a', 'x'), (2, 'b', 'X'), (3, 'c', 'y'), (4, 'd', 'x');
SELECT marks() <> 'none';
TRUNCATE people;
SELECT marks();
-- without a column for the tenant
DROP TABLE people;
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT marks();
TRUNCATE people;
SELECT marks();
INSERT INTO people VALUES (1, 'ann');
TRUNCATE people;
SELECT marks();
DROP TABLE people;
SELECT marks();

-- ---- partitions and children ----

CREATE TABLE people (id int NOT NULL, tenant text NOT NULL, login text NOT NULL, PRIMARY KEY (tenant, id)) PARTITION BY LIST (tenant);
CREATE TABLE people_a PARTITION OF people FOR VALUES IN ('a', 'aa');
CREATE TABLE people_b PARTITION OF people FOR VALUES IN ('b') PARTITION BY HASH (id);
CREATE TABLE people_b0 PARTITION OF people_b FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE people_b1 PARTITION OF people_b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT triggers('people', 'people_a', 'people_b', 'people_b0', 'people_b1');
CREATE TABLE people_c PARTITION OF people FOR VALUES IN ('c');
CREATE TABLE people_d (LIKE people INCLUDING ALL);
ALTER TABLE people ATTACH PARTITION people_d FOR VALUES IN ('d');
SELECT triggers('people_c', 'people_d'), problems('people');
SELECT marks() <> 'none';
INSERT INTO people SELECT n, t, 'u' || n FROM generate_series(1, 20) n, unnest('{a,aa,b,c,d}'::text[]) t;
-- one entry for each tenant, whatever parts it is in
TRUNCATE people_b;
SELECT marks();
TRUNCATE people_a, people_d;
SELECT marks();
INSERT INTO people SELECT n, t, 'u' || n FROM generate_series(1, 20) n, unnest('{b,d}'::text[]) t;
TRUNCATE people_b0;
SELECT marks();
TRUNCATE people;
SELECT marks();
ALTER TABLE people DETACH PARTITION people_d;
SELECT triggers('people_d');
DROP TRIGGER "!!!scimver_history" ON people;
DROP TRIGGER "!!!scimver_history_truncate" ON people_b1;
SELECT problems('people');
SELECT scim_repair_table('people');
SELECT triggers('people', 'people_a', 'people_b1'), problems('people');
SELECT scim_unregister_table('people');
SELECT triggers('people', 'people_a', 'people_b', 'people_b0');
DROP TABLE people, people_d;
SELECT marks() <> 'none';

SELECT scim_create_table('users', 'User');
CREATE TABLE users_2 (PRIMARY KEY (tenant_id, id)) INHERITS (users);
CREATE TABLE users_3 (LIKE users INCLUDING ALL);
ALTER TABLE users_3 INHERIT users;
SELECT triggers('users_2', 'users_3'), problems('users');
SELECT marks() <> 'none';
INSERT INTO users (tenant_id, data) VALUES ('a', '{"userName": "a"}'), ('both', '{"userName": "a"}');
INSERT INTO users_2 (tenant_id, data) VALUES ('b', '{"userName": "b"}'), ('both', '{"userName": "b"}');
TRUNCATE ONLY users;
SELECT marks();
TRUNCATE users;
SELECT marks();
ALTER TABLE users_3 NO INHERIT users;
SELECT triggers('users_3');
-- as in a dump of 1.0
DROP TRIGGER "!!!scimver_history" ON users;
DROP TRIGGER "!!!scimver_history_truncate" ON users;
DROP TRIGGER "!!!scimver_history" ON users_2;
DROP TRIGGER "!!!scimver_history_truncate" ON users_2;
SELECT problems('users');
SELECT scim_repair_table('users');
SELECT triggers('users', 'users_2'), problems('users');
-- a lookup is no part of what users are, another column is
ALTER TABLE users RENAME external_id TO outside;
SELECT marks();
ALTER TABLE users RENAME data TO document;
SELECT marks() <> 'none';
ALTER TABLE users RENAME document TO data;
SELECT scim_unregister_table('users');
SELECT triggers('users', 'users_2');
DROP TABLE users, users_2, users_3;

-- ---- memberships ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT marks() <> 'none';
SELECT scim_unregister_table('groups_members');
SELECT marks();
SELECT scim_unregister_table('groups');
SELECT marks();
SELECT scim_register_table('groups', 'Group', '{}');
SELECT marks();
SELECT triggers('groups'), problems('groups');
DROP TABLE groups, groups_members, users;
SELECT marks();

-- ---- other roles ----

-- who may make triggers makes some for a type that is registered already: nothing of it is written
GRANT EXECUTE ON FUNCTION scim_row_trigger(), scim_history_trigger(), scim_delete_trigger(), scim_create_table(text, text, jsonb), scim_register_table(regclass, text, jsonb, jsonb),
	scim_unregister_table(regclass, jsonb) TO scimver_history_admin_mallory;
SELECT scim_create_table('users', 'User');
SELECT marks() <> 'none';
INSERT INTO users (tenant_id, data) VALUES ('a', '{"userName": "a"}');
CREATE TABLE others AS SELECT count(*) AS count FROM scim_history_rows;
SET ROLE scimver_history_admin_mallory;
CREATE TABLE mine (tenant_id text NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), data jsonb NOT NULL, version text, revision bigint, created timestamptz, last_modified timestamptz, password_hash text, PRIMARY KEY (tenant_id, id));
CREATE TRIGGER "!!!scimver_history" AFTER INSERT OR UPDATE OR DELETE ON mine FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
CREATE TRIGGER "!!!scimver_history_truncate" BEFORE TRUNCATE ON mine FOR EACH STATEMENT EXECUTE FUNCTION scim_history_trigger('User');
INSERT INTO mine (tenant_id, data) VALUES ('a', '{"userName": "forged"}');
UPDATE mine SET data = '{"userName": "again"}';
ALTER TABLE mine RENAME data TO document;
ALTER TABLE mine RENAME document TO data;
TRUNCATE mine;
INSERT INTO mine (tenant_id, data) VALUES ('a', '{"userName": "forged"}');
-- the same with a row trigger: both claim the type, and a session that knows of the first one goes by that
CREATE TRIGGER "~~~scimver" BEFORE INSERT OR UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('User',
	'{"tenant": "tenant_id", "id": "id", "data": "data", "version": "version", "revision": "revision", "created": "created", "lastModified": "last_modified", "password": "password_hash"}');
SELECT count(fails(s)) FROM unnest(ARRAY[$$INSERT INTO mine (tenant_id, data) VALUES ('a', '{"userName": "forged too"}')$$,
	$$UPDATE mine SET data = '{"userName": "again"}'$$, 'DELETE FROM mine', 'TRUNCATE mine']) s;
ALTER TABLE mine RENAME data TO document;
ALTER TABLE mine RENAME document TO data;
SELECT scim_unregister_table('mine');
DROP TABLE mine;
RESET ROLE;
SELECT marks(), count(*) - (SELECT count FROM others) AS forged FROM scim_history_rows;
-- others than those that scimver makes
CREATE TABLE odd (id int);
CREATE TRIGGER t AFTER INSERT ON odd FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
SELECT fails('INSERT INTO odd VALUES (1)');
DROP TRIGGER t ON odd;
CREATE TRIGGER t AFTER TRUNCATE ON odd FOR EACH STATEMENT EXECUTE FUNCTION scim_history_trigger('User');
SELECT fails('TRUNCATE odd');
DROP TRIGGER t ON odd;
CREATE TRIGGER t BEFORE INSERT OR UPDATE OR DELETE ON odd FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
SELECT fails('INSERT INTO odd VALUES (1)');
DROP TRIGGER t ON odd;
CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON odd FOR EACH ROW EXECUTE FUNCTION scim_history_trigger();
SELECT fails('INSERT INTO odd VALUES (1)');
DROP TRIGGER t ON odd;
CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON odd FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
SELECT fails('INSERT INTO odd VALUES (1)');
DROP TABLE odd;
SELECT fails('SELECT scim_history_trigger()');
-- a type of one's own: entries of that alone, in whatever tenant its rows are
SELECT count(scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial"}]}')),
	count(scim_register_resource_type('{"name": "Badge", "endpoint": "/Badges", "schema": "urn:example:Badge"}'));
SET ROLE scimver_history_admin_mallory;
SELECT scim_create_table('badges', 'Badge');
ALTER TABLE badges NO FORCE ROW LEVEL SECURITY;
INSERT INTO badges (tenant_id, data) VALUES ('a', '{"serial": "forged"}');
TRUNCATE badges;
ALTER TABLE badges RENAME data TO document;
SELECT scim_unregister_table('badges');
DROP TABLE badges;
RESET ROLE;
SELECT string_agg(DISTINCT resource_type || ' ' || operation || ' ' || actor, ', ' ORDER BY resource_type || ' ' || operation || ' ' || actor) FROM scim_history_rows WHERE seq > (SELECT max(seq) FROM seen);
-- nobody but who has it by EXECUTE
SET ROLE scimver_history_admin_owner;
CREATE TABLE own (id int);
SELECT fails($$CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON own FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User')$$);
RESET ROLE;

-- ---- an update from 1.0, by a session that has worked with it ----

\c :regression
CREATE DATABASE scimver_history_admin_old TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_history_admin_old
SET client_min_messages = warning;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION scimver VERSION '1.0';
GRANT EXECUTE ON FUNCTION scim_row_trigger() TO scimver_history_admin_owner WITH GRANT OPTION;
SELECT scim_create_table('users', 'User');
SELECT count(scim_create_user('{"userName": "ann"}'));
CREATE TABLE users_2 (PRIMARY KEY (tenant_id, id)) INHERITS (users);
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '!!!%';
SELECT count(*) FROM scim_check_table('users');
ALTER EXTENSION scimver UPDATE;
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE '!!!%' ORDER BY 1, 2;
SELECT count(*) FROM scim_check_table('users');
SELECT has_function_privilege('scimver_history_admin_owner', 'scim_history_trigger()', 'EXECUTE WITH GRANT OPTION') AS granted,
	has_function_privilege('scimver_history_admin_mallory', 'scim_history_trigger()', 'EXECUTE') AS to_others;
-- for dumps it is the DBA's grant
SELECT count(*) FROM pg_init_privs, aclexplode(initprivs) WHERE classoid = 'pg_proc'::regclass AND objoid = 'scim_history_trigger'::regproc AND grantee = 'scimver_history_admin_owner'::regrole;
SELECT count(scim_update_user(r ->> 'id', r || '{"title": "x"}')) FROM jsonb_array_elements(scim_list_users() -> 'Resources') r;
SELECT operation, changed FROM scim_history_rows;

\c :regression
DROP DATABASE scimver_history_admin;
DROP DATABASE scimver_history_admin_old;
DROP ROLE scimver_history_admin_owner, scimver_history_admin_mallory;
