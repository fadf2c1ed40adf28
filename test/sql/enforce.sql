-- Option enforce: which tables have it, by which triggers; parts of a table; rows that are
-- marked as deleted; groups whose row is only locked.
SET client_min_messages = warning;
CREATE DATABASE scimver_enforce TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_enforce_writer;
CREATE ROLE regress_enforce_maker;
\set regression :DBNAME
\c scimver_enforce
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON SCHEMA public TO regress_enforce_maker;

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
-- what a statement comes to; nothing of it stays
CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
	detail text;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	WHEN SQLSTATE 'RB000' THEN RETURN count || ' done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN concat_ws(' ', sqlstate, split_part(sqlerrm, ':', 1), CASE WHEN sqlstate LIKE 'PT%' THEN concat_ws(' ', detail::jsonb->>'resource_type', detail::jsonb->>'resource_id') ELSE sqlerrm END);
END $$;
-- the triggers that enforce has, and the options that the row trigger has
CREATE FUNCTION triggers(VARIADIC tables regclass[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', t, (SELECT string_agg(concat_ws('/', tgname, tgenabled, tgtype, split_part(encode(tgargs, 'escape'), '\000', 1)), ' ' ORDER BY tgname)
			FROM pg_trigger WHERE tgrelid = t AND tgname LIKE '~~~scimver_lease%'),
		(SELECT split_part(encode(tgargs, 'escape'), '\000', 3) FROM pg_trigger WHERE tgrelid = t AND tgname = '~~~scimver')) FROM unnest(tables) t $$;
CREATE FUNCTION problems(VARIADIC tables regclass[]) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', r, problem, detail) FROM unnest(tables) r, scim_check_table(r) $$;
CREATE FUNCTION hold(type text, id text) RETURNS void LANGUAGE sql AS $$ SELECT scim_acquire_lease(type, id, 600) $$;

-- ---- which tables have it ----

SELECT fails(format('SELECT scim_create_table(''users'', ''User'', %L)', o)) FROM unnest('{"{\"enforce\": 1}","{\"enforce\": null}"}'::text[]) o;
SELECT scim_create_table('users', 'User', '{"enforce": true}'), scim_create_table('groups', 'Group', '{"enforce": false}');
SELECT triggers('users', 'groups', 'groups_members');
SELECT problems('users', 'groups');
SELECT t ->> 'name', t -> 'enforce' FROM jsonb_array_elements(scim_server_info() -> 'resource_types') t;
-- what is in the way is found, and made right
ALTER TABLE users DISABLE TRIGGER "~~~scimver_lease";
ALTER TABLE users ENABLE ALWAYS TRIGGER "~~~scimver_lease_truncate";
SELECT problems('users');
SELECT scim_repair_table('users');
SELECT triggers('users');
DROP TRIGGER "~~~scimver_lease" ON users;
ALTER TRIGGER "~~~scimver_lease_truncate" ON users RENAME TO mine;
SELECT problems('users');
SELECT scim_repair_table('users');
SELECT triggers('users');
SELECT problems('users');
-- it ends with the registration, and comes with another
SELECT scim_unregister_table('users');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'users'::regclass;
SELECT scim_register_table('users', 'User', '{}');
SELECT triggers('users');
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}', '{"enforce": true}');
SELECT triggers('users');
-- with those of a registration that ended by itself, too
DROP TRIGGER "~~~scimver" ON users;
SELECT scim_register_table('users', 'User', '{}', '{"enforce": true}');
SELECT triggers('users');

-- ---- triggers made by hand ----

CREATE TABLE other (id uuid, data jsonb);
SELECT fails('SELECT scim_lease_trigger()');
CREATE TRIGGER t BEFORE DELETE ON other FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger('User');
INSERT INTO other VALUES (gen_random_uuid(), '{}');
DELETE FROM other;
DROP TRIGGER t ON other;
CREATE FUNCTION fires(trigger text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER t %s', trigger);
	RETURN fails(statement);
END $$;
CREATE FUNCTION fired(trigger text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	answer := fires(trigger, statement);
	RAISE SQLSTATE 'RB000' USING MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'RB000' THEN
	RETURN sqlerrm;
END $$;
INSERT INTO other VALUES (gen_random_uuid(), '{}');
SELECT fired('AFTER DELETE ON other FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger(''User'')', 'DELETE FROM other');
SELECT fired('BEFORE DELETE ON other FOR EACH STATEMENT EXECUTE FUNCTION scim_lease_trigger(''User'')', 'DELETE FROM other');
SELECT fired('BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger(''User'')', 'UPDATE other SET data = data');
SELECT fired('AFTER TRUNCATE ON other EXECUTE FUNCTION scim_lease_trigger(''User'')', 'TRUNCATE other');
SELECT fired('BEFORE DELETE ON other FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger()', 'DELETE FROM other');
SELECT fired('BEFORE DELETE OR UPDATE ON other FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger(''User'')', 'DELETE FROM other');
DROP TABLE other;
-- not for everybody; and who may make them, does not learn by a table of his own what others hold
SET ROLE regress_enforce_maker;
CREATE TABLE spy (tenant_id text DEFAULT 'default', id uuid PRIMARY KEY, name text);
SELECT fails('CREATE TRIGGER t BEFORE DELETE ON spy FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger(''User'')');
RESET ROLE;
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "u1"}');
SELECT hold('User', '00000000-0000-4000-a000-000000000001');
GRANT EXECUTE ON FUNCTION scim_row_trigger, scim_lease_trigger TO regress_enforce_maker;
SET ROLE regress_enforce_maker;
CREATE TRIGGER t BEFORE DELETE ON spy FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger('User');
CREATE TRIGGER u BEFORE UPDATE ON spy FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('User', '{"id": "id", "tenant": "tenant_id", "attributes": {"userName": "name"}}', '{"enforce": true}');
INSERT INTO spy (id, name) VALUES ('00000000-0000-4000-a000-000000000001', 'u1');
RESET ROLE;
GRANT ALL ON spy TO regress_enforce_writer;
SET ROLE regress_enforce_writer;
UPDATE spy SET name = 'u2';
DELETE FROM spy;
RESET ROLE;
DROP TABLE spy;
SELECT scim_unregister_table('users'), scim_unregister_table('groups');
DROP TABLE users CASCADE;
DROP TABLE groups CASCADE;
DELETE FROM scim_leases;

-- ---- partitions ----

CREATE TABLE people (id int, region text, login text, note text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE people_a PARTITION OF people FOR VALUES IN ('a');
CREATE TABLE people_b (LIKE people);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "region", "attributes": {"userName": "login"}}', '{"enforce": true}');
ALTER TABLE people ATTACH PARTITION people_b FOR VALUES IN ('b');
SELECT triggers('people', 'people_a', 'people_b');
SELECT problems('people');
INSERT INTO people VALUES (1, 'a', 'u1'), (2, 'a', 'u2'), (3, 'b', 'u3');
GRANT ALL ON people, people_a, people_b TO regress_enforce_writer;
SET scimver.tenant = 'a';
SELECT hold('User', '1');
SET ROLE regress_enforce_writer;
SELECT tries(s) FROM unnest('{UPDATE people SET login = ''x'' WHERE id = 1,UPDATE people_a SET login = ''x'' WHERE id = 1,UPDATE people SET region = ''b'' WHERE id = 1,UPDATE people SET region = ''b'' WHERE id = 2,
	UPDATE people SET id = 9 WHERE id = 1,UPDATE people SET note = ''n'',DELETE FROM people WHERE id = 1,DELETE FROM people_a,DELETE FROM people_b,TRUNCATE people,TRUNCATE people_a,TRUNCATE people_b}'::text[]) s;
RESET ROLE;
-- of what is gone, a lease keeps nothing else
DELETE FROM people WHERE id = 1;
SET ROLE regress_enforce_writer;
SELECT tries('TRUNCATE people');
RESET ROLE;
ALTER TABLE people DETACH PARTITION people_b;
SELECT triggers('people_b');
SELECT scim_unregister_table('people');
SELECT triggers('people', 'people_a');
DROP TABLE people, people_b;
DELETE FROM scim_leases;
RESET scimver.tenant;
-- children of another kind
CREATE TABLE people (id int PRIMARY KEY, login text);
CREATE TABLE staff (PRIMARY KEY (id)) INHERITS (people);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '{"enforce": true}');
CREATE TABLE guests (PRIMARY KEY (id)) INHERITS (people);
SELECT triggers('people', 'staff', 'guests');
SELECT problems('people');
INSERT INTO staff VALUES (1, 'u1');
INSERT INTO guests VALUES (2, 'u2');
GRANT ALL ON people, staff, guests TO regress_enforce_writer;
SELECT hold('User', '1');
SET ROLE regress_enforce_writer;
SELECT tries(s) FROM unnest('{UPDATE people SET login = ''x'' WHERE id = 1,UPDATE staff SET login = ''x'',UPDATE guests SET login = ''x'',DELETE FROM people,DELETE FROM staff,DELETE FROM guests,TRUNCATE staff,TRUNCATE guests}'::text[]) s;
RESET ROLE;
ALTER TABLE staff NO INHERIT people;
SELECT triggers('staff');
DROP TABLE people CASCADE;
DROP TABLE staff;
DELETE FROM scim_leases;

-- ---- rows that are marked, and rows that are none ----

CREATE TABLE people (id int PRIMARY KEY, login text, gone bool NOT NULL DEFAULT false, region text DEFAULT 'default');
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "tenant": "region", "attributes": {"userName": "login"}}', '{"enforce": true, "history": true}');
INSERT INTO people VALUES (1, 'u1'), (2, 'u2');
GRANT ALL ON people TO regress_enforce_writer;
SELECT scim_get_user('1')#>>'{meta,version}' AS v \gset
SELECT hold('User', '1');
SET ROLE regress_enforce_writer;
SELECT tries(format('UPDATE people SET gone = true WHERE id = %s', n)), tries(format('SELECT scim_delete_user(%L)', n)), tries(format('UPDATE people SET region = NULL WHERE id = %s', n)), tries(format('UPDATE people SET region = ''other'' WHERE id = %s', n)) FROM generate_series(1, 2) n;
RESET ROLE;
UPDATE people SET gone = true, region = 'default' WHERE id = 1;
SET ROLE regress_enforce_writer;
-- a lease does not end with the resource
SELECT tries('UPDATE people SET gone = false WHERE id = 1'), tries(format('SELECT scim_restore(''User'', ''1'', %L)', :'v')), tries(format('SELECT scim_restore(''User'', ''1'', %L, %L)', :'v', 'AAAAAAAAAAA=')), tries('DELETE FROM people WHERE id = 1');
RESET ROLE;
UPDATE scim_leases SET expires_at = clock_timestamp();
SET ROLE regress_enforce_writer;
SELECT tries('UPDATE people SET gone = false WHERE id = 1'), tries(format('SELECT scim_restore(''User'', ''1'', %L)', :'v')), tries(format('SELECT scim_restore(''User'', ''1'', %L, %L)', :'v', 'AAAAAAAAAAA=')), tries('DELETE FROM people WHERE id = 1');
RESET ROLE;
DROP TABLE people;
DELETE FROM scim_leases;

-- ---- what foreign keys of the application's do ----

CREATE TABLE firms (name text PRIMARY KEY);
CREATE TABLE people (id text PRIMARY KEY, login text, firm text REFERENCES firms ON DELETE CASCADE ON UPDATE CASCADE, manager text REFERENCES people ON DELETE SET NULL);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "title": "firm", "nickName": "manager"}}', '{"enforce": true}');
INSERT INTO firms VALUES ('a'), ('b');
INSERT INTO people VALUES (1, 'u1', 'a', NULL), (2, 'u2', 'b', NULL), (3, 'u3', 'b', '2');
GRANT ALL ON people, firms TO regress_enforce_writer;
SELECT hold('User', '1');
SET ROLE regress_enforce_writer;
SELECT tries(format('DELETE FROM firms WHERE name = %L', f)), tries(format('UPDATE firms SET name = ''c'' WHERE name = %L', f)) FROM unnest('{a,b}'::text[]) f;
RESET ROLE;
SELECT hold('User', '3');
SET ROLE regress_enforce_writer;
SELECT tries('DELETE FROM people WHERE id = ''2''');
RESET ROLE;
DROP TABLE people, firms;
DELETE FROM scim_leases;

-- ---- groups whose row is only locked ----

CREATE TABLE people (id int PRIMARY KEY, login text);
CREATE TABLE teams (id int PRIMARY KEY, name text, version text);
CREATE TABLE joins (team int NOT NULL, person int NOT NULL, PRIMARY KEY (team, person));
INSERT INTO people VALUES (1, 'u1'), (2, 'u2');
INSERT INTO teams VALUES (11, 't1'), (12, 't2');
INSERT INTO joins VALUES (11, 1), (12, 2);
GRANT ALL ON people, teams, joins TO regress_enforce_writer;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
CREATE FUNCTION members_of_teams() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY['INSERT INTO joins VALUES (11, 2)', 'INSERT INTO joins VALUES (12, 1)', 'DELETE FROM joins WHERE team = 11', 'DELETE FROM joins WHERE team = 12', 'UPDATE joins SET team = 11 WHERE team = 12',
		'UPDATE joins SET person = person', 'TRUNCATE joins', 'DELETE FROM people WHERE id = 1', 'DELETE FROM people WHERE id = 2', 'TRUNCATE people', 'DELETE FROM teams WHERE id = 11',
		'SELECT scim_add_members(''11'', ''{2}'')', 'SELECT scim_add_members(''12'', ''{1}'')', 'SELECT scim_add_members(''11'', ''{1}'')', 'SELECT scim_delete_user(''1'')', 'SELECT scim_delete_group(''12'')']) s $$;
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"enforce": true}'), scim_register_members('joins', 'team', 'person');
SET ROLE regress_enforce_writer;
SELECT members_of_teams();
RESET ROLE;
SELECT hold('Group', '11');
SET ROLE regress_enforce_writer;
SELECT members_of_teams();
-- of one that has no member, too: no row tells
RESET ROLE;
DELETE FROM joins WHERE team = 11;
SET ROLE regress_enforce_writer;
SELECT tries('TRUNCATE joins');
-- without the option plain SQL is free, and calls are not
RESET ROLE;
INSERT INTO joins VALUES (11, 1);
SELECT scim_unregister_table('joins'), scim_unregister_table('teams');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('joins', 'team', 'person');
SET ROLE regress_enforce_writer;
SELECT members_of_teams();
-- with versions that are stored, and members that are summed up
RESET ROLE;
SELECT scim_unregister_table('joins'), scim_unregister_table('teams');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}', '{"enforce": true}'), scim_register_members('joins', 'team', 'person');
UPDATE teams SET version = NULL;
SET ROLE regress_enforce_writer;
SELECT members_of_teams();
RESET ROLE;
DELETE FROM joins WHERE team = 11;
SET ROLE regress_enforce_writer;
SELECT tries('TRUNCATE joins');
RESET ROLE;
DROP TABLE people, teams, joins;
REVOKE EXECUTE ON FUNCTION scim_row_trigger, scim_lease_trigger FROM regress_enforce_maker;
DROP OWNED BY regress_enforce_maker, regress_enforce_writer;
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_enforce;
DROP ROLE regress_enforce_maker, regress_enforce_writer;
