-- What roles can do with triggers and DDL of their own: nothing to the server,
-- and nothing to tables that are not theirs.
SET client_min_messages = warning;
CREATE DATABASE scimver_ddl_roles TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_ddl_roles
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION code(statement text) RETURNS text LANGUAGE sql AS $$ SELECT split_part(says(statement), ':', 1) $$;
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
	RETURN NEXT '  ' || detail;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION arguments(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tgname || ' ' || replace(encode(tgargs, 'escape'), '\000', ' ') FROM pg_trigger WHERE tgrelid = relation AND NOT tgisinternal ORDER BY tgname $$;

CREATE ROLE ddl_nobody;
CREATE ROLE ddl_registrar;
CREATE SCHEMA nobody AUTHORIZATION ddl_nobody;
CREATE SCHEMA registrar AUTHORIZATION ddl_registrar;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (tenant_id, id, data) VALUES ('acme', '00000000-0000-4000-8000-000000000001', '{"userName": "ann"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('acme', '00000000-0000-4000-8000-00000000000a', '{"displayName": "staff"}');
INSERT INTO groups_members VALUES ('acme', '00000000-0000-4000-8000-00000000000a', 'User', '00000000-0000-4000-8000-000000000001');
-- what this transaction has locked of the registered tables
CREATE FUNCTION locks() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT DISTINCT relation::regclass || ' ' || mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN (
		'public.users'::regclass, 'public.groups'::regclass, 'public.groups_members'::regclass) ORDER BY 1 $$;
CREATE TEMP TABLE before AS SELECT xmin::text AS row_xmin, version, revision FROM groups;
CREATE FUNCTION is_untouched() RETURNS bool LANGUAGE sql AS $$
	SELECT NOT EXISTS (TABLE before EXCEPT SELECT xmin::text, version, revision FROM public.groups) $$;

-- ---- a trigger that has our name ----

SET ROLE ddl_nobody;
SET search_path = nobody, public;
CREATE TEMP TABLE p (a int);
CREATE TEMP TABLE c (a int);
CREATE FUNCTION pg_temp.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "~~~scimver" BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION pg_temp.f();
ALTER TABLE c INHERIT p;
ALTER TABLE c NO INHERIT p;
CREATE TEMP TABLE d () INHERITS (p);
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('c'::regclass, 'd'::regclass);
DROP TABLE p CASCADE;

-- and our arguments, on a partitioned table: the groups of others are not counted, nor locked
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE joins (tenant_id text, group_id uuid, member_type text, member_id uuid, user_id uuid, subgroup_id uuid) PARTITION BY LIST (tenant_id);
CREATE TRIGGER "~~~scimver_members_x" AFTER INSERT ON joins FOR EACH ROW EXECUTE FUNCTION f('Group', '{"group": "group_id", "member": "member_id"}');
CREATE TRIGGER "~~~scimver" BEFORE INSERT ON joins FOR EACH ROW EXECUTE FUNCTION f('User', '{"id": "group_id", "attributes": {"userName": "member_type"}}', '{"added": ["member_id"]}');
CREATE TRIGGER "~~~scimver_state" AFTER DELETE ON joins FOR EACH ROW EXECUTE FUNCTION f('Group');
CREATE TABLE joins_acme (LIKE joins);
INSERT INTO joins_acme VALUES ('acme', '00000000-0000-4000-8000-00000000000a', 'User', '00000000-0000-4000-8000-000000000002');
CREATE TABLE plain (tenant_id text, group_id uuid, member_type text, member_id uuid, user_id uuid, subgroup_id uuid);
CREATE TRIGGER "~~~scimver_members_x" AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION f('Group', '{"group": "group_id", "member": "member_id"}');
CREATE TABLE child () INHERITS (plain);
BEGIN;
ALTER TABLE child NO INHERIT plain;
SELECT locks();
ALTER TABLE child INHERIT plain;
SELECT locks();
ALTER TABLE joins ATTACH PARTITION joins_acme FOR VALUES IN ('acme');
CREATE TABLE joins_other PARTITION OF joins FOR VALUES IN ('other');
ALTER TABLE joins DETACH PARTITION joins_acme;
ALTER TABLE joins RENAME COLUMN group_id TO g;
ALTER TABLE joins ALTER member_type TYPE varchar(10);
ALTER TABLE joins DROP COLUMN member_id;
SELECT locks();
SELECT arguments('joins') UNION ALL SELECT arguments('joins_acme') UNION ALL SELECT arguments('child');
COMMIT;
RESET ROLE;
RESET search_path;
SELECT is_untouched();
-- for whoever looks after it, it is a table like others
SELECT says(format('SELECT %s(''nobody.joins'')', f)) FROM unnest(ARRAY['scim_unregister_table', 'scim_check_table', 'scim_repair_table']) AS f;

-- ---- a trigger that calls our function, which takes a right ----

SET ROLE ddl_nobody;
SET search_path = nobody, public;
SELECT says(format('CREATE TRIGGER t AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION %s(''Group'', ''{}'')', f)),
	says(format('CREATE CONSTRAINT TRIGGER t AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION %s(''Group'', ''{}'')', f))
	FROM unnest(ARRAY['scim_row_trigger', 'scim_members_trigger', 'scim_delete_trigger', 'scim_history_trigger', 'scim_schemas_trigger']) AS f;
RESET ROLE;
RESET search_path;

-- ---- with that right: forms that are not ours ----

GRANT EXECUTE ON FUNCTION scim_register_table, scim_register_members, scim_unregister_table, scim_repair_table, scim_row_trigger, scim_members_trigger, scim_delete_trigger TO ddl_registrar;
CREATE TABLE forms (n serial, made text);
INSERT INTO forms (made) SELECT format('BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION scim_row_trigger(%s)', a)
	FROM unnest(ARRAY[$$$$, $$''$$, $$'Device'$$, $$'', '{}'$$, $$'Device', ''$$, $$'Device', 'no json'$$, $$'Device', '{"id": "id"'$$, $$'Device', '["id"]'$$, $$'Device', '"id"'$$, $$'Device', '{"id": "\u0000"}'$$,
		$$'Device', '{"id": "id"}', ''$$, $$'Device', '{"id": "id"}', '[]'$$, $$'Device', '{"id": "id"}', '{}', '{}'$$]) AS a;
INSERT INTO forms (made) SELECT format('AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION scim_members_trigger(%s)', a)
	FROM unnest(ARRAY[$$$$, $$'Group'$$, $$'Group', 'group'$$, $$'Group', '{}', 'x'$$, $$'Group', '{}', '{}', '{}'$$]) AS a;
INSERT INTO forms (made) SELECT format('AFTER TRUNCATE ON t EXECUTE FUNCTION scim_delete_trigger(%s)', a)
	FROM unnest(ARRAY[$$$$, $$''$$, $$'Group', '{}'$$]) AS a;
INSERT INTO forms (made) SELECT format('%s EXECUTE FUNCTION scim_row_trigger(''Device'', ''{"id": "id"}'')', a)
	FROM unnest(ARRAY['BEFORE DELETE ON t FOR EACH ROW', 'BEFORE INSERT OR DELETE ON t FOR EACH ROW', 'BEFORE INSERT ON t', 'AFTER INSERT ON t', 'AFTER INSERT ON t FOR EACH ROW', 'BEFORE TRUNCATE ON t']) AS a;
INSERT INTO forms (made) SELECT format('%s EXECUTE FUNCTION scim_members_trigger(''Group'', ''{"group": "a", "member": "b"}'')', a)
	FROM unnest(ARRAY['BEFORE INSERT ON t FOR EACH ROW', 'BEFORE INSERT ON t', 'AFTER INSERT ON t', 'BEFORE TRUNCATE ON t']) AS a;
GRANT SELECT ON forms TO ddl_registrar;
CREATE FUNCTION makes(made text, constraint_trigger bool DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), a text, b text);
	CREATE TABLE t_child (LIKE t INCLUDING ALL);
	INSERT INTO t VALUES (DEFAULT, 'x', 'y');
	EXECUTE format('CREATE %s TRIGGER "~~~scimver" %s', CASE WHEN constraint_trigger THEN 'CONSTRAINT' END, made);
	RETURN 'made';
END $$;
SET ROLE ddl_registrar;
SET search_path = registrar, public;
-- writes say what is wrong with it; to DDL and to all else it is nobody's
BEGIN;
SELECT n, makes(made), code('INSERT INTO t (a, b) VALUES (1, 2)'), code('UPDATE t SET a = 3'), code('DELETE FROM t'), code('TRUNCATE t'), code('DROP TABLE t, t_child') FROM forms ORDER BY n;
SELECT n, makes(made), says('ALTER TABLE t_child INHERIT t; ALTER TABLE t_child NO INHERIT t; ALTER TABLE t ADD z int; ALTER TABLE t RENAME a TO c; ALTER TABLE t DROP b; ALTER TABLE t ALTER id TYPE text; ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t ALTER id DROP NOT NULL'),
	code($$SELECT scim_unregister_table('t')$$), code($$SELECT scim_check_table('t')$$), code($$SELECT scim_repair_table('t')$$), says('DROP TABLE t, t_child') FROM forms ORDER BY n;
SELECT makes(made), (SELECT string_agg(f, E'\n') FROM fails('TRUNCATE t; INSERT INTO t (a, b) VALUES (1, 2) --' || n) AS f), says('DROP TABLE t, t_child') FROM forms WHERE n IN (1, 14, 19) ORDER BY n;
COMMIT;
SELECT makes('AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION scim_members_trigger(''Group'', ''{"group": "id", "member": "id"}'')', true), says('INSERT INTO t (a, b) VALUES (1, 2)'), says('UPDATE t SET a = 3'), says($$SELECT scim_unregister_table('t')$$);
DROP TABLE t, t_child;
-- INSTEAD OF a view's rows
CREATE VIEW v AS SELECT gen_random_uuid() AS id, 'x' AS a;
CREATE TRIGGER "~~~scimver" INSTEAD OF INSERT OR UPDATE OR DELETE ON v FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('Device', '{"id": "id"}');
CREATE TRIGGER "~~~scimver_members" INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION scim_members_trigger('Group', '{"group": "id", "member": "id"}');
SELECT says('INSERT INTO v VALUES (NULL, NULL)'), says('UPDATE v SET a = 1'), says('DELETE FROM v'), says($$SELECT scim_check_table('v')$$);
ALTER VIEW v RENAME COLUMN a TO b;
DROP VIEW v;

-- ---- forms that are ours, on tables that are not registered ----

-- memberships of the groups of others: refused before anything is locked
CREATE TABLE mine (tenant_id text, group_id uuid, member_type text, member_id uuid, user_id uuid, subgroup_id uuid) PARTITION BY LIST (tenant_id);
CREATE TABLE mine_acme (LIKE mine);
INSERT INTO mine_acme VALUES ('acme', '00000000-0000-4000-8000-00000000000a', 'User', '00000000-0000-4000-8000-000000000002');
CREATE TRIGGER members AFTER INSERT OR UPDATE OR DELETE ON mine FOR EACH ROW EXECUTE FUNCTION scim_members_trigger('Group', '{}');
SELECT says($$INSERT INTO mine_acme VALUES ('acme', '00000000-0000-4000-8000-00000000000a', 'User', '00000000-0000-4000-8000-000000000003')$$);
SELECT says($$ALTER TABLE mine ATTACH PARTITION mine_acme FOR VALUES IN ('acme')$$);
BEGIN;
CREATE TABLE mine_2 PARTITION OF mine DEFAULT;
SELECT says($$INSERT INTO mine VALUES ('acme', '00000000-0000-4000-8000-00000000000a', 'User', '00000000-0000-4000-8000-000000000003')$$);
SELECT locks() ~ 'Exclusive|RowShare';
ROLLBACK;
DROP TABLE mine;
-- nor are users moved by whoever calls them groups
CREATE TABLE mine (tenant_id text, group_id uuid, member_type text, member_id uuid, user_id uuid, subgroup_id uuid);
CREATE TRIGGER members AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION scim_members_trigger('User', '{}');
CREATE TRIGGER others AFTER UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION scim_members_trigger('Device', '{}');
SELECT says($$INSERT INTO mine VALUES ('acme', '00000000-0000-4000-8000-000000000001', 'User', '00000000-0000-4000-8000-000000000003')$$);
ALTER TABLE mine DISABLE TRIGGER members;
INSERT INTO mine VALUES ('acme', '00000000-0000-4000-8000-000000000001', 'User', '00000000-0000-4000-8000-000000000003');
SELECT says('UPDATE mine SET member_id = group_id');
DROP TABLE mine;
-- a table that says it holds groups has nobody's members
CREATE TABLE mine (id uuid PRIMARY KEY, name text, n bigint, digest bytea, other int);
CREATE TRIGGER rows BEFORE INSERT OR UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('Group', '{"id": "id", "tenant": {"value": "acme"}, "memberCount": "n", "memberDigest": "digest", "attributes": {"displayName": "name"}}');
SELECT says($$INSERT INTO mine VALUES ('00000000-0000-4000-8000-00000000000a', 'x')$$), (SELECT string_agg(n::text, ',') FROM mine);
-- several that differ on one table: each has what it was given
CREATE TRIGGER another BEFORE INSERT OR UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('Group', '{"id": "other", "version": "name", "memberCount": "n", "memberDigest": "digest", "data": "id"}');
CREATE TRIGGER members AFTER INSERT OR UPDATE OR DELETE ON mine FOR EACH ROW EXECUTE FUNCTION scim_members_trigger('Group', '{"group": "other", "member": "id"}');
SELECT says($$INSERT INTO mine VALUES ('00000000-0000-4000-8000-00000000000b', 'x', NULL, NULL, 5)$$);
DROP TRIGGER rows ON mine;
DROP TRIGGER another ON mine;
SELECT says($$INSERT INTO mine VALUES ('00000000-0000-4000-8000-00000000000b', 'x', NULL, NULL, 5)$$);
DROP TABLE mine;
-- types that do not fit, and those that do not exist
CREATE TABLE mine (id int, name text, born date);
SELECT says(format('DROP TRIGGER IF EXISTS rows ON mine; CREATE TRIGGER rows BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION scim_row_trigger(%L, %L)', type, mapping)), says('INSERT INTO mine VALUES (1)'), says('INSERT INTO mine VALUES (NULL)')
	FROM (VALUES ('Nothing', '{}'), ('user', '{}'), ('User', '{}'), ('User', '{"id": "born"}'), ('User', '{"id": "id", "data": "name"}'), ('User', '{"id": "id", "version": "born"}'), ('User', '{"id": "none"}'),
		('User', '{"id": 5}'), ('User', '{"lookups": 5}'), ('User', '{"id": "id", "lookups": {"userName": "name"}}'), ('User', '{"id": {"column": "ctid"}}'), ('User', '{"id": "tableoid"}')) AS v (type, mapping);
DROP TABLE mine;
-- tables that cannot be registered claim nothing
CREATE TEMP TABLE mine (id int, name text);
CREATE TRIGGER "~~~scimver" BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('User', '{"id": "id", "attributes": {"userName": "name"}}');
CREATE TEMP TABLE mine_too (id int, name text);
ALTER TABLE mine_too INHERIT mine;
ALTER TABLE mine_too NO INHERIT mine;
RESET ROLE;
SELECT scim_list_users(tenant_id => 'acme') -> 'totalResults';
\c -
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
SELECT scim_list_users(tenant_id => 'acme') -> 'totalResults';

-- ---- names like ours on a table that is to be registered ----

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE devices (id int PRIMARY KEY, name text, other text);
CREATE TRIGGER "~~~scimver" BEFORE INSERT ON devices FOR EACH ROW EXECUTE FUNCTION f('Device', '{"id": "id"}');
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial"}]}') ->> 'id', scim_register_resource_type('{"id": "Device", "name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') ->> 'name';
SELECT fails($$SELECT scim_register_table('devices', 'Device', '{"id": "id", "attributes": {"serial": "name"}}')$$);
ALTER TRIGGER "~~~scimver" ON devices RENAME TO "~~~scimverify";
SELECT says($$SELECT scim_register_table('devices', 'Device', '{"id": "id", "attributes": {"serial": "name"}}')$$);
ALTER TRIGGER "~~~scimverify" ON devices RENAME TO "a";
SELECT says($$SELECT scim_register_table('devices', 'Device', '{"id": "id", "attributes": {"serial": "name"}}')$$);
-- ours by another name stays ours
ALTER TRIGGER "~~~scimver" ON devices RENAME TO mine;
CREATE TRIGGER "~~~scimver" AFTER INSERT ON devices FOR EACH ROW EXECUTE FUNCTION f('Device', '{"id": "other"}');
ALTER TABLE devices RENAME name TO serial;
SELECT arguments('devices');
SELECT says('ALTER TABLE devices DROP serial'), says('ALTER TABLE devices DROP other');
SELECT problem, detail FROM scim_check_table('devices');
CREATE TABLE devices_child (PRIMARY KEY (id)) INHERITS (devices);
SELECT arguments('devices_child');
ALTER TABLE devices_child NO INHERIT devices;
SELECT arguments('devices_child');
-- a child has a trigger of that name: it does not come to a registered table
CREATE TRIGGER mine AFTER INSERT ON devices_child FOR EACH ROW EXECUTE FUNCTION f();
SELECT says('ALTER TABLE devices_child INHERIT devices');
ALTER TRIGGER mine ON devices_child RENAME TO "~~~scimver_x";
SELECT says('ALTER TABLE devices_child INHERIT devices');
DROP TABLE devices_child;
SELECT says($$SELECT scim_repair_table('devices')$$);
-- disabled, and its name taken: repair leaves what is not ours
DROP TRIGGER mine ON devices;
SELECT says($$SELECT scim_check_table('devices')$$), says($$SELECT scim_unregister_table('devices')$$);
CREATE TRIGGER ours BEFORE INSERT ON devices FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('Device', '{"id": "id", "attributes": {"serial": "serial"}}');
SELECT problem, detail FROM scim_check_table('devices');
SELECT scim_repair_table('devices');
DROP TRIGGER "~~~scimver" ON devices;
SELECT problem, detail FROM scim_check_table('devices');
SELECT scim_repair_table('devices');
DROP TRIGGER ours ON devices;
SELECT problem, detail FROM scim_check_table('devices');
SELECT scim_unregister_table('devices');
SELECT tgname FROM pg_trigger WHERE tgrelid = 'devices'::regclass;
DROP TABLE devices;

-- ---- a child of the memberships that is another's ----

-- PostgreSQL lets its owner take it away; but all groups would be counted anew
CREATE TABLE guests () INHERITS (groups_members);
ALTER TABLE guests OWNER TO ddl_nobody;
SET ROLE ddl_nobody;
BEGIN;
SELECT says('ALTER TABLE guests NO INHERIT groups_members');
SELECT locks();
ROLLBACK;
RESET ROLE;
ALTER TABLE guests NO INHERIT groups_members;
SELECT arguments('guests');
DROP TABLE guests;

\c :regression
DROP DATABASE scimver_ddl_roles;
DROP ROLE ddl_nobody, ddl_registrar;
