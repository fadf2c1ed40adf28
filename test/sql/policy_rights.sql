-- Policies: who may set, and who may see them; tenants.
SET client_min_messages = warning;
CREATE DATABASE scimver_policy_rights TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_owner;
CREATE ROLE regress_scim_nobody;
\set regression :DBNAME
\c scimver_policy_rights
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
-- what default privileges would give to somebody
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_scim_blind, PUBLIC;
CREATE EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_scim_blind, PUBLIC;
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	IF answer <> '' THEN RETURN NEXT (answer::jsonb - '{status,scim_type,error_code}'::text[])::text; END IF;
END $$;
CREATE FUNCTION set_policy(tenant text, policy text DEFAULT '{"deny": ["delete"]}', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_set_policy(%L, %L, %L) - ''_version''', tenant, type, policy);
CREATE FUNCTION get_policy(tenant text, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_get_policy(%L, %L) - ''_version''', tenant, type);

-- ---- whose the table is ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname IN ('scim_policy_rows', 'scim_policies') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE relname IN ('scim_policy_rows', 'scim_policies') ORDER BY 1;
SELECT p.proname, p.proparallel, p.provolatile, p.proisstrict, p.prosecdef, has_function_privilege('regress_scim_blind', p.oid, 'EXECUTE') FROM pg_proc p WHERE proname ~ '^scim_.*_polic(y|ies_trigger)$' ORDER BY 1;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_policy_rows'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_policy_rows'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_policies'::regclass AND attnum > 0;
SELECT extconfig @> ARRAY['scim_policy_rows'::regclass::oid] FROM pg_extension WHERE extname = 'scimver';

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
ALTER TABLE users OWNER TO regress_scim_owner;
SELECT scim_grant_tenant('red', 'regress_scim_red'), scim_grant_tenant('blue', 'regress_scim_blue'), scim_grant_tenant('red', 'regress_scim_blind');
REVOKE SELECT ON users FROM regress_scim_blind;
SET ROLE regress_scim_red;
SELECT asked(set_policy('red'));
SELECT asked('SELECT count(*) FROM scim_policy_rows');
SELECT asked('INSERT INTO scim_policy_rows VALUES (''red'', ''User'', ''{}'', ''v'', now())');
SELECT asked('UPDATE scim_policies SET policy = ''{}''');
SELECT asked('DELETE FROM scim_policies');
SELECT asked('CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION scim_policies_trigger()');
RESET ROLE;

-- ---- who may set them ----

GRANT EXECUTE ON FUNCTION scim_set_policy TO regress_scim_red, regress_scim_blind, regress_scim_owner, regress_scim_nobody;
SET ROLE regress_scim_red;
SELECT asked(set_policy('red'));
SELECT asked(set_policy('blue'));
SELECT asked(set_policy('*'));
SELECT asked('SELECT scim_set_policy(''blue'', ''User'', NULL)');
SET ROLE regress_scim_nobody;
SELECT asked(set_policy('red'));
SELECT asked(set_policy('*'));
-- whom row level security does not bind
SET ROLE regress_scim_owner;
SELECT asked(set_policy('*', '{"deny": ["create"]}'));
SELECT asked(set_policy('blue', '{"deny": ["update"]}'));
SELECT asked(set_policy('red', '{}', 'Group'));
RESET ROLE;
-- or who was granted all of it
SELECT scim_grant_tenant('*', 'regress_scim_red');
SET ROLE regress_scim_red;
SELECT asked(set_policy('*', '{"deny": ["patch"]}'));
SELECT asked(set_policy('blue'));
RESET ROLE;
SELECT scim_revoke_tenant('*', 'regress_scim_red');
-- a connection that is for one tenant
SET scimver.only_tenant = 'red';
SELECT asked(set_policy('blue'));
SELECT asked(set_policy('*'));
SELECT asked(get_policy('*'));
SELECT asked(set_policy('red', '{"deny": ["restore"]}'));
RESET scimver.only_tenant;
-- the session's tenant is not asked for
SET scimver.tenant = 'blue';
SELECT asked(get_policy('red'));
RESET scimver.tenant;
SELECT tenant_id, resource_type, policy FROM scim_policy_rows ORDER BY 1, 2;

-- ---- who may see them ----

SET ROLE regress_scim_red;
SELECT tenant_id, resource_type, policy, version IS NOT NULL FROM scim_policies ORDER BY 1, 2;
SELECT asked(get_policy('red'));
SELECT asked(get_policy('blue'));
SELECT asked(get_policy('*'));
SELECT asked(get_policy('yellow'));
SET ROLE regress_scim_blue;
SELECT tenant_id, resource_type, policy FROM scim_policies ORDER BY 1, 2;
SELECT asked(get_policy('blue'));
-- with the tenant, but without the table
SET ROLE regress_scim_blind;
SELECT tenant_id, resource_type, policy FROM scim_policies ORDER BY 1, 2;
SELECT asked(get_policy('red'));
SELECT asked(get_policy('red', 'Group'));
-- what he sets, he need not see
SELECT asked(set_policy('red', '{"deny": ["patch"]}'));
SET ROLE regress_scim_nobody;
SELECT tenant_id, resource_type, policy FROM scim_policies ORDER BY 1, 2;
SELECT asked(get_policy('red'));
SELECT scim_may_read_policy('red', 'User'), scim_may_read_policy('*', 'User'), scim_may_read_policy('', ''), scim_may_read_policy('red', 'Device'), scim_may_read_policy(NULL, 'User');
-- a view that leaks is asked for rows that it may show only
CREATE FUNCTION pg_temp.leak(tenant text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING 'leaked %', tenant; RETURN true; END $$;
SELECT count(*) FROM scim_policies WHERE pg_temp.leak(tenant_id);
SET ROLE regress_scim_owner;
SELECT tenant_id, resource_type, policy FROM scim_policies WHERE resource_type = 'User' ORDER BY 1, 2;
RESET ROLE;
-- who owns the database
SELECT has_table_privilege('pg_database_owner', 'scim_policy_rows', 'SELECT');

-- ---- without a table, and with another ----

SELECT scim_unregister_table('users'), scim_unregister_table('groups');
SET ROLE regress_scim_red;
SELECT asked(set_policy('red', '{"deny": ["create"]}'));
SELECT asked(set_policy('blue', '{"deny": ["create"]}'));
SELECT asked(set_policy('*', '{"deny": ["create"]}'));
SELECT asked(get_policy('red'));
RESET ROLE;
SELECT asked('SELECT scim_set_policy(''blue'', ''User'', NULL)');
CREATE TABLE people (org uuid NOT NULL, id uuid NOT NULL DEFAULT gen_random_uuid(), name text, PRIMARY KEY (org, id));
CREATE UNIQUE INDEX ON people (org, scim_fold(name));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": {"column": "name", "compare": "fold"}}}');
-- ids of tenants are spelled as the table spells them
SELECT asked(set_policy('00000000-0000-4000-A000-00000000000F'));
SELECT asked(get_policy('00000000-0000-4000-a000-00000000000f'));
SELECT asked(set_policy('red'));
SELECT asked(set_policy('*', '{"deny": ["update"]}'));
SELECT tenant_id, resource_type, policy FROM scim_policy_rows WHERE resource_type = 'User' ORDER BY 1, 2;
DROP TABLE people;
CREATE TABLE people (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text UNIQUE);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": {"value": "red"}, "attributes": {"userName": {"column": "name", "compare": "exact"}}}');
SELECT asked(set_policy('red', '{}'));
SELECT asked(set_policy('blue', '{}'));
SELECT asked(get_policy('blue'));
SELECT asked(set_policy('*', '{}'));

-- ---- what the owner of the table has put on it ----

CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER nothing BEFORE INSERT OR DELETE ON scim_policy_rows FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT asked(set_policy('red', '{"deny": ["create"]}'));
SELECT asked('SELECT scim_set_policy(''red'', ''User'', NULL)');
DROP TRIGGER nothing ON scim_policy_rows;
-- the trigger is for that table
CREATE TABLE others (a int, b int, c int);
CREATE TRIGGER others AFTER INSERT OR UPDATE OR DELETE ON others FOR EACH ROW EXECUTE FUNCTION scim_policies_trigger();
INSERT INTO others VALUES (1, 2, 3);
DROP TABLE others;
-- the index may go, and what it kept apart
ALTER TABLE scim_policy_rows DROP CONSTRAINT scim_policy_rows_pkey;
SELECT asked(get_policy('red'));
ALTER TABLE scim_policy_rows ADD PRIMARY KEY (tenant_id, resource_type);
ALTER TABLE scim_policy_rows ALTER policy DROP NOT NULL;
ALTER TABLE scim_policy_rows DISABLE TRIGGER scimver_rows;
UPDATE scim_policy_rows SET policy = NULL WHERE tenant_id = 'red';
SELECT asked(get_policy('red'));

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_policy_rights;
DROP ROLE regress_scim_red, regress_scim_blue, regress_scim_blind, regress_scim_owner, regress_scim_nobody;
