-- Who may read the history, and that nobody changes it.  (The rows are written by
-- hand here; what writes them: history_writes.)
SET client_min_messages = warning;
CREATE DATABASE scimver_history_rights TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_team;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_keeper;
CREATE ROLE regress_scim_dba;
CREATE ROLE regress_scim_free BYPASSRLS;
CREATE ROLE regress_scim_dumper IN ROLE pg_read_all_data;
\set regression :DBNAME
\c scimver_history_rights
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
-- what default privileges would give to somebody
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_scim_blind, PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO regress_scim_blind, PUBLIC;
CREATE EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_scim_blind, PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM regress_scim_blind, PUBLIC;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RETURN count || ' rows';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- ---- whose the tables are ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname LIKE 'scim\_history%' AND c.relkind IN ('r', 'v', 'S') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity FROM pg_class WHERE relname IN ('scim_history_rows', 'scim_history_pruned') ORDER BY 1;
SELECT reloptions FROM pg_class WHERE relname = 'scim_history';
SELECT p.proname, proparallel, proisstrict, provolatile, has_function_privilege('regress_scim_blind', p.oid, 'EXECUTE') FROM pg_proc p WHERE proname IN ('scim_may_read_history', 'scim_prune_history', 'scim_append_only_trigger') ORDER BY 1;
-- each column says what it holds, and the view has all of them, in their order
SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid IN ('scim_history_rows'::regclass, 'scim_history_pruned'::regclass) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
SELECT array_agg(attname ORDER BY attnum) FILTER (WHERE attrelid = 'scim_history'::regclass) = array_agg(attname ORDER BY attnum) FILTER (WHERE attrelid = 'scim_history_rows'::regclass)
	FROM pg_attribute WHERE attnum > 0;

-- ---- created tables ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_red'), scim_grant_tenant('blue', 'regress_scim_team');
GRANT CREATE ON SCHEMA public TO regress_scim_keeper;
GRANT ALL ON users, groups, groups_members TO regress_scim_free, regress_scim_keeper;
GRANT ALL ON users, groups, groups_members TO regress_scim_blind;
REVOKE SELECT ON users, groups, groups_members FROM regress_scim_blind;

CREATE FUNCTION wrote(tenant text, type text, id text, operation text DEFAULT 'update') RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, actor)
	VALUES (nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp(), tenant, type, id, operation, 'new', 'old', current_user) $$;
SELECT wrote(t, y, y || n) FROM unnest('{red,blue,green}'::text[]) t, unnest('{User,Group,Device}'::text[]) y, generate_series(1, 2) n;

-- what a role finds in the view: tenant, how many of which type; and whether it is the same one by one, and in parallel
CREATE FUNCTION counts() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(tenant_id || ' ' || resource_type || ' ' || count, ', ' ORDER BY tenant_id, resource_type), 'nothing')
	FROM (SELECT tenant_id, resource_type, count(*) FROM scim_history GROUP BY 1, 2) c $$;
CREATE FUNCTION sees() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen text := counts();
	one_by_one text;
	parallel text;
BEGIN
	SELECT coalesce(string_agg(t || ' ' || y || ' ' || n, ', ' ORDER BY t, y), 'nothing') INTO one_by_one FROM unnest('{red,blue,green}'::text[]) t, unnest('{User,Group,Device}'::text[]) y,
		LATERAL (SELECT count(*) FROM scim_history WHERE tenant_id = t AND resource_type = y) c(n) WHERE n > 0;
	SET LOCAL parallel_setup_cost = 0;
	SET LOCAL parallel_tuple_cost = 0;
	SET LOCAL min_parallel_table_scan_size = 0;
	SET LOCAL enable_indexscan = off;
	parallel := counts();
	RESET parallel_setup_cost;
	RESET parallel_tuple_cost;
	RESET min_parallel_table_scan_size;
	RESET enable_indexscan;
	RETURN CASE WHEN seen = one_by_one AND seen = parallel THEN seen ELSE format('THEY DIFFER: %s; one by one %s; parallel %s', seen, one_by_one, parallel) END;
END $$;
CREATE FUNCTION sees(role regrole) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %s', role);
	result := sees();
	RESET ROLE;
	RETURN result;
END $$;

-- tenants as they were granted, also by inheritance; whom policies do not concern sees all of the types that are registered
SELECT sees('regress_scim_red');
SELECT sees('regress_scim_team');
SELECT sees('regress_scim_free');
SELECT sees('regress_scim_keeper'), sees('regress_scim_blind');
GRANT regress_scim_team TO regress_scim_red;
SELECT sees('regress_scim_red');
REVOKE regress_scim_team FROM regress_scim_red;
SELECT scim_revoke_tenant('blue', 'regress_scim_team');
SELECT sees('regress_scim_team');
-- who reads the table has all of it in the view
SELECT sees();
SELECT sees('regress_scim_dumper');
ALTER DATABASE scimver_history_rights OWNER TO regress_scim_dba;
SELECT sees('regress_scim_dba');

-- a column that the role may not read: of users, of groups, of memberships
BEGIN;
REVOKE SELECT (data) ON users FROM regress_scim_red;
SELECT sees('regress_scim_red');
ROLLBACK;
SELECT sees('regress_scim_red');
BEGIN;
REVOKE SELECT (member_count) ON groups FROM regress_scim_red;
SELECT sees('regress_scim_red');
GRANT SELECT ON groups TO regress_scim_red;
SELECT sees('regress_scim_red');
REVOKE SELECT (member_id) ON groups_members FROM regress_scim_red;
SELECT sees('regress_scim_red');
ROLLBACK;
-- the schema
BEGIN;
CREATE SCHEMA hidden;
ALTER TABLE users SET SCHEMA hidden;
SELECT sees('regress_scim_red'), sees('regress_scim_free');
GRANT USAGE ON SCHEMA hidden TO regress_scim_red;
SELECT sees('regress_scim_red');
ROLLBACK;
-- a further policy, of whatever kind: what it would hide cannot be told of what was
BEGIN;
CREATE POLICY more ON users FOR SELECT USING (true);
SELECT sees('regress_scim_red'), sees('regress_scim_free');
ROLLBACK;
BEGIN;
CREATE POLICY no_spies ON groups_members AS RESTRICTIVE USING (true);
SELECT sees('regress_scim_red'), sees('regress_scim_free');
ROLLBACK;
-- one that asks something else
BEGIN;
ALTER POLICY scimver_tenant ON users USING (tenant_id <> 'green');
SELECT sees('regress_scim_red');
ROLLBACK;
BEGIN;
REVOKE EXECUTE ON FUNCTION scim_may_use FROM PUBLIC;
SELECT sees('regress_scim_red');
ROLLBACK;
-- whoever owns the tables, unless policies are forced
BEGIN;
ALTER TABLE users OWNER TO regress_scim_keeper;
SELECT sees('regress_scim_keeper');
ALTER TABLE users FORCE ROW LEVEL SECURITY;
SELECT sees('regress_scim_keeper');
ROLLBACK;

-- what the functions say; and that they never say more than the view
CREATE FUNCTION says(role regrole, type text DEFAULT 'User', id text DEFAULT '00000000-0000-4000-a000-000000000001', tenant text DEFAULT 'red') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %s', role);
	BEGIN
		answer := jsonb_array_length(scim_get_history(type, id, tenant_id => tenant) -> 'entries') || ' entries';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		answer := concat_ws(' ', sqlstate, sqlerrm, detail::jsonb - '{error_code,status}'::text[]);
	END;
	RESET ROLE;
	RETURN answer;
END $$;
INSERT INTO users (tenant_id, id, data) VALUES ('red', '00000000-0000-4000-a000-000000000001', '{"userName": "ann"}'), ('blue', '00000000-0000-4000-a000-000000000002', '{"userName": "bob"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('red', '00000000-0000-4000-a000-000000000001', '{"displayName": "staff"}');
SELECT says('regress_scim_red');
SELECT says('regress_scim_free', 'User', '00000000-0000-4000-a000-000000000002', 'blue');
SELECT says('regress_scim_red', 'User', '00000000-0000-4000-a000-000000000002', 'blue');
SELECT says('regress_scim_blind');
BEGIN;
REVOKE SELECT (data, created) ON users FROM regress_scim_red;
SELECT says('regress_scim_red');
ROLLBACK;
BEGIN;
GRANT SELECT (id, tenant_id) ON users TO regress_scim_blind;
SELECT says('regress_scim_blind');
ROLLBACK;
BEGIN;
REVOKE SELECT (member_id) ON groups_members FROM regress_scim_red;
SELECT says('regress_scim_red', 'Group');
ROLLBACK;
BEGIN;
CREATE POLICY more ON users FOR SELECT USING (true);
SELECT says('regress_scim_red');
SELECT says('regress_scim_free');
ROLLBACK;
BEGIN;
CREATE POLICY more ON groups_members AS RESTRICTIVE USING (true);
SELECT says('regress_scim_red', 'Group');
ROLLBACK;
-- a resource that is not there, hidden or never was, is the same
SELECT says('regress_scim_red', 'User', '00000000-0000-4000-a000-000000000002'), says('regress_scim_red', 'User', '00000000-0000-4000-a000-000000000003');
DELETE FROM users;
DELETE FROM groups;
DELETE FROM scim_history_rows WHERE operation IN ('create', 'delete');

-- neither by a plan of before, nor in the middle of a statement
PREPARE seen AS SELECT counts();
BEGIN;
SET LOCAL ROLE regress_scim_red;
EXECUTE seen;
SET LOCAL ROLE regress_scim_blind;
EXECUTE seen;
RESET ROLE;
REVOKE SELECT (data) ON users FROM regress_scim_red;
SET LOCAL ROLE regress_scim_red;
EXECUTE seen;
RESET ROLE;
DO $$
DECLARE
	answers text := '';
BEGIN
	FOR step IN 1..6 LOOP
		CASE step
			WHEN 2 THEN SET LOCAL ROLE regress_scim_red;
			WHEN 3 THEN RESET ROLE; GRANT SELECT (data) ON users TO regress_scim_red; SET LOCAL ROLE regress_scim_red;
			WHEN 4 THEN RESET ROLE; PERFORM scim_revoke_tenant('red', 'regress_scim_red'); SET LOCAL ROLE regress_scim_red;
			WHEN 5 THEN RESET ROLE; PERFORM scim_grant_tenant('red', 'regress_scim_red'); SET LOCAL ROLE regress_scim_red;
			WHEN 6 THEN RESET ROLE; PERFORM wrote('red', 'User', NULL, 'remapped'), scim_unregister_table('users'), scim_register_table('users', 'User', '{}'); SET LOCAL ROLE regress_scim_red;
			ELSE NULL;
		END CASE;
		answers := answers || scim_may_read_history('red', 'User', '', 1);
	END LOOP;
	RESET ROLE;
	RAISE WARNING '%', answers;
END $$;
ROLLBACK;
-- a function runs with the rights of whoever calls it, or defined it
CREATE FUNCTION defined() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN counts();
ALTER FUNCTION defined() OWNER TO regress_scim_free;
SET ROLE regress_scim_blind;
SELECT defined(), counts();
RESET ROLE;

-- what a condition of the reader's is asked of
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING '%', $1; RETURN true; END $$;
SET ROLE regress_scim_red;
SELECT count(*) FROM scim_history WHERE leak(concat_ws(' ', tenant_id, resource_type, resource_id, version));
RESET ROLE;
-- no row, no tenant, no type
SET ROLE regress_scim_red;
SELECT scim_may_read_history(NULL, 'User', '', 1) IS NULL, scim_may_read_history('red', 'User', '', NULL) IS NULL, scim_may_read_history('red', 'user', '', 1), scim_may_read_history('', '', '', 1),
	scim_may_read_history('red', 'Device', '', 1), scim_may_read_history('re', 'User', '', 1), scim_may_read_history('redd', 'User', '', 1), scim_may_read_history('red', 'User', '', 1);
RESET ROLE;

-- what was there before the table was mapped anew, tenant by tenant
SELECT wrote('red', 'User', NULL, 'remapped');
SELECT sees('regress_scim_red'), sees('regress_scim_free');
SELECT wrote('red', 'User', 'User3'), wrote('red', 'User', NULL, 'truncate');
SELECT sees('regress_scim_red'), sees('regress_scim_free');
-- of one resource it is its own matter
SELECT wrote('red', 'User', 'User3', 'remapped');
SELECT sees('regress_scim_red');
-- a type that is registered no more; the owner of the table still reads all
SELECT scim_unregister_table('groups');
SELECT sees('regress_scim_red');
SELECT sees('regress_scim_free');
SELECT counts() LIKE 'blue Device 2, blue Group %', counts() LIKE '%green User 2%';

-- ---- nobody writes ----

CREATE FUNCTION attempts() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s: %s', left(statement, 30), error(statement)) FROM unnest(ARRAY[
		'INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (0, ''1'', now(), ''red'', ''User'', ''update'', ''me'')',
		'UPDATE scim_history_rows SET actor = ''you'' WHERE seq = 1',
		'UPDATE scim_history SET agent = ''you'' WHERE seq = 1',
		'DELETE FROM scim_history_rows WHERE seq = 1',
		'DELETE FROM scim_history WHERE seq = 1',
		'TRUNCATE scim_history_rows',
		'INSERT INTO scim_history_pruned SELECT * FROM scim_history_pruned',
		'UPDATE scim_history_server SET seq = 1000',
		'DELETE FROM scim_history_seals',
		'UPDATE scim_history_sealer SET seq = 0',
		'SELECT nextval(''scim_history_seq'')',
		'SELECT setval(''scim_history_seq'', 1)',
		'ALTER TABLE scim_history_rows DISABLE TRIGGER ALL',
		'CREATE TRIGGER mine BEFORE INSERT ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
		'CALL scim_prune_history(''1 day'')']) statement $$;
SET ROLE regress_scim_red;
SELECT attempts();
RESET ROLE;
SET ROLE regress_scim_dba;
SELECT attempts();
RESET ROLE;
-- with all privileges: what is not the trigger's
BEGIN;
GRANT ALL ON scim_history_rows, scim_history TO regress_scim_keeper;
SET LOCAL ROLE regress_scim_keeper;
SELECT attempts();
ROLLBACK;
-- the owner, a superuser, and where no other trigger fires
BEGIN;
SELECT error('UPDATE scim_history_rows SET actor = ''you'' WHERE seq = 1'), error('TRUNCATE scim_history_rows');
SELECT error('INSERT INTO scim_history_rows SELECT * FROM scim_history_rows WHERE seq = 1 ON CONFLICT (tenant_id, seq) DO UPDATE SET actor = ''you''');
SET LOCAL session_replication_role = replica;
SELECT error('UPDATE scim_history_rows SET actor = ''you'' WHERE seq = 1'), error('TRUNCATE scim_history_rows');
ROLLBACK;
\set VERBOSITY default
UPDATE scim_history_rows SET actor = 'you' WHERE seq = 1;
\set VERBOSITY terse
-- the trigger on a table of one's own takes EXECUTE on its function
SET ROLE regress_scim_keeper;
CREATE TABLE mine (n int);
CREATE TRIGGER kept BEFORE UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION scim_append_only_trigger();
RESET ROLE;
CREATE TRIGGER kept AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION scim_append_only_trigger();
INSERT INTO mine VALUES (1);
SELECT scim_append_only_trigger();
SELECT seq, actor = current_user FROM scim_history_rows WHERE seq = 1;

-- ---- tables that people had ----

SELECT scim_unregister_table('users');
DROP TABLE groups_members, groups, users;
SET ROLE regress_scim_keeper;
CREATE TABLE people (id int PRIMARY KEY, org text NOT NULL, name text, phone text, salary int);
CREATE TABLE teams (id int PRIMARY KEY, org text NOT NULL, title text);
CREATE TABLE teams_people (team int REFERENCES teams ON DELETE CASCADE, person int REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person));
RESET ROLE;
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "name", "phoneNumbers[type eq \"work\"].value": "phone"}}'),
	scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "attributes": {"displayName": "title"}}'),
	scim_register_members('teams_people', 'team', 'person');
-- all that was before is nobody's but the owner's
SELECT wrote(t, y, NULL, 'remapped') FROM unnest('{red,blue,green}'::text[]) t, unnest('{User,Group}'::text[]) y;
SELECT sees('regress_scim_keeper'), sees('regress_scim_free');
SELECT wrote(t, y, n::text) FROM unnest('{red,blue}'::text[]) t, unnest('{User,Group}'::text[]) y, generate_series(1, 2) n;
SELECT sees('regress_scim_keeper'), sees('regress_scim_free');
-- every mapped column, and those of memberships; no others
GRANT SELECT (id, org, name) ON people TO regress_scim_free;
GRANT SELECT ON teams TO regress_scim_free;
SELECT sees('regress_scim_free');
GRANT SELECT (phone) ON people TO regress_scim_free;
SELECT sees('regress_scim_free');
GRANT SELECT (team) ON teams_people TO regress_scim_free;
SELECT sees('regress_scim_free');
GRANT SELECT (person) ON teams_people TO regress_scim_free;
SELECT sees('regress_scim_free');
REVOKE SELECT (name) ON people FROM regress_scim_free;
SELECT sees('regress_scim_free');
-- the application's policies, where they apply; those of memberships count for groups
GRANT SELECT ON people, teams, teams_people TO regress_scim_red, regress_scim_free;
SELECT sees('regress_scim_red');
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
SELECT sees('regress_scim_red'), sees('regress_scim_free'), sees('regress_scim_keeper');
CREATE POLICY all_of_them ON people USING (true);
SELECT sees('regress_scim_red');
ALTER TABLE people FORCE ROW LEVEL SECURITY;
SELECT sees('regress_scim_keeper');
ALTER TABLE people NO FORCE ROW LEVEL SECURITY;
ALTER TABLE teams_people ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_them ON teams_people USING (true);
SELECT sees('regress_scim_red'), sees('regress_scim_free');
ALTER TABLE teams_people DISABLE ROW LEVEL SECURITY;
-- one that asks what scimver's own asks says which tenants
DROP POLICY all_of_them ON people;
CREATE POLICY tenants ON people USING (scim_may_use(org));
SELECT sees('regress_scim_red');
ALTER TABLE people DISABLE ROW LEVEL SECURITY;
SELECT sees('regress_scim_red');
-- a registration that cannot be read is told of whatever there is
ALTER EVENT TRIGGER scimver_drop DISABLE;
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER TABLE people DROP COLUMN phone;
SELECT error('SELECT * FROM scim_history') LIKE '% rows';
SET ROLE regress_scim_blind;
SELECT error('SELECT * FROM scim_history');
SELECT error('SELECT * FROM scim_history WHERE tenant_id = ''green''');
SELECT error('SELECT * FROM scim_history WHERE tenant_id = ''none''');
SELECT error('SELECT * FROM scim_history WHERE tenant_id = ''red'' AND resource_type = ''User'' AND resource_id = ''1''');
RESET ROLE;

\c :regression
DROP DATABASE scimver_history_rights;
DROP ROLE regress_scim_red, regress_scim_team, regress_scim_blind, regress_scim_keeper, regress_scim_dba, regress_scim_free, regress_scim_dumper;
