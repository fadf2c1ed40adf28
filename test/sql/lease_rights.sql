-- Leases: who may take, hold on to, and see them; tenants; what nobody is told.
SET client_min_messages = warning;
CREATE DATABASE scimver_lease_rights TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_crew IN ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_reader;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_owner;
\set regression :DBNAME
\c scimver_lease_rights
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
	RETURN NEXT regexp_replace(answer, '\{.*"lease_id".*\}', 'a lease');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || regexp_replace(sqlerrm, '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN');
	IF answer <> '' THEN
		RETURN NEXT regexp_replace(regexp_replace(regexp_replace(answer, '"lease_id": "[^"]*"', '"lease_id": "LEASE"'), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN'), 'retry_after_ms": [1-9]\d*', 'retry_after_ms": 1');
	END IF;
END $$;
-- what nobody else may read
CREATE FUNCTION lease_of(resource text, tenant text DEFAULT 'red') RETURNS text LANGUAGE sql STABLE SECURITY DEFINER RETURN (SELECT lease_id FROM scim_leases WHERE (tenant_id, resource_id) = (tenant, resource));
CREATE FUNCTION leases() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT concat_ws(' ', tenant_id, resource_type, resource_id, 'by ' || actor, 'for ' || agent) FROM scim_leases ORDER BY tenant_id COLLATE "C", resource_type COLLATE "C", resource_id COLLATE "C" $$;

-- ---- whose the table is ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname IN ('scim_leases', 'scim_leases_held') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE relname IN ('scim_leases', 'scim_leases_held') ORDER BY 1;
SELECT p.proname, p.proparallel, p.provolatile, p.proisstrict, p.prosecdef, has_function_privilege('regress_scim_blind', p.oid, 'EXECUTE') FROM pg_proc p WHERE proname ~ '^scim_.*_lease$' ORDER BY 1;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_leases'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
-- the view shows all that nobody needs to keep to himself
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_leases'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_leases_held'::regclass AND attnum > 0;
SELECT extconfig @> ARRAY['scim_leases'::regclass::oid] FROM pg_extension WHERE extname = 'scimver';
SET ROLE regress_scim_blind;
SELECT asked('SELECT count(*) FROM scim_leases');
SELECT asked('DELETE FROM scim_leases');
SELECT asked('INSERT INTO scim_leases DEFAULT VALUES');
SELECT asked('SELECT count(*) FROM scim_leases_held');
SELECT asked('SET scimver.max_lease = 100000');
RESET ROLE;

-- ---- created tables ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_red'), scim_grant_tenant('blue', 'regress_scim_blue'), scim_grant_tenant('red', 'regress_scim_reader'), scim_grant_tenant('red', 'regress_scim_blind');
REVOKE UPDATE ON users FROM regress_scim_reader;
REVOKE SELECT ON users FROM regress_scim_blind;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
-- of the same ids in two tenants
INSERT INTO users (tenant_id, id, data) SELECT t, id(n), jsonb_build_object('userName', 'u' || n) FROM unnest('{red,blue}'::text[]) t, generate_series(1, 3) n;
CREATE FUNCTION acquire(n int, tenant text DEFAULT 'red', options text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_acquire_lease(''User'', %L, tenant_id => %L%s)', id(n), tenant, options);

SET ROLE regress_scim_red;
SET scimver.agent = 'the robot';
SELECT asked(acquire(1, options => ', purpose => ''to rename u1'''));
RESET scimver.agent;
-- as no row is seen
SELECT asked(acquire(1, 'blue'));
SELECT asked(acquire(7, 'blue'));
SELECT asked(acquire(7));
SET scimver.only_tenant = 'blue';
SELECT asked(acquire(2));
RESET scimver.only_tenant;
RESET ROLE;
SELECT leases();
-- a lease is a write's, not a read's
SET ROLE regress_scim_reader;
SELECT asked(acquire(2));
SELECT asked(acquire(1));
-- but who may read it, may look
SELECT tenant_id, resource_type, resource_id, holder, actor, agent, purpose FROM scim_leases_held;
SET ROLE regress_scim_blind;
SELECT asked(acquire(1));
SELECT count(*) FROM scim_leases_held;
-- who is in another tenant sees none, and takes his own of the same id
SET ROLE regress_scim_blue;
SELECT count(*) FROM scim_leases_held;
SELECT asked(acquire(1, 'blue'));
SELECT tenant_id, resource_id, holder FROM scim_leases_held;
RESET ROLE;
SELECT leases();
SELECT lease_of(id(1)::text) = lease_of(id(1)::text, 'blue') AS same, left(lease_of(id(1)::text), 18) = left(lease_of(id(1)::text, 'blue'), 18) AS same_resource;
-- what was granted after the view was asked, and taken back
SET ROLE regress_scim_blue;
BEGIN;
SELECT count(*) FROM scim_leases_held;
RESET ROLE;
SELECT scim_grant_tenant('red', 'regress_scim_blue');
SET ROLE regress_scim_blue;
SELECT count(*) FROM scim_leases_held;
RESET ROLE;
SELECT scim_revoke_tenant('red', 'regress_scim_blue');
SET ROLE regress_scim_blue;
SELECT count(*) FROM scim_leases_held;
COMMIT;
RESET ROLE;

-- ---- whose a lease is ----

-- another role's, be it a member of the holder's, is as good as none
SELECT lease_of(id(1)::text) AS lease \gset
SELECT set_config('try.lease', :'lease', false) = :'lease';
SET ROLE regress_scim_crew;
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
SELECT scim_release_lease(current_setting('try.lease')::uuid);
RESET ROLE;
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
SELECT scim_release_lease(current_setting('try.lease')::uuid);
SELECT leases();
-- the role is the session's, or the one that SET ROLE made of it; a function that acts as its owner changes nothing
CREATE FUNCTION renew(lease uuid) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$ SELECT asked(format('SELECT scim_renew_lease(%L)', lease)) $$;
CREATE FUNCTION acquire_for(n int) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$ SELECT asked(acquire(n)) $$;
ALTER FUNCTION renew OWNER TO regress_scim_red;
SELECT renew(current_setting('try.lease')::uuid);
SET ROLE regress_scim_red;
SELECT renew(current_setting('try.lease')::uuid);
SELECT acquire_for(3);
RESET ROLE;
SELECT leases();
-- a role that has another name is another role
ALTER ROLE regress_scim_red RENAME TO regress_scim_crimson;
SET ROLE regress_scim_crimson;
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
RESET ROLE;
ALTER ROLE regress_scim_crimson RENAME TO regress_scim_red;
-- what was given to the role may be taken from it: then it lets go, and no more
REVOKE UPDATE ON users FROM regress_scim_red;
SET ROLE regress_scim_red;
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
SET scimver.only_tenant = 'blue';
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
SELECT asked(format('SELECT scim_release_lease(%L)', current_setting('try.lease')));
RESET scimver.only_tenant;
SELECT scim_release_lease(current_setting('try.lease')::uuid);
RESET ROLE;
SELECT leases();
GRANT UPDATE ON users TO regress_scim_red;
SET ROLE regress_scim_red;
SELECT asked(acquire(1));
RESET ROLE;
SELECT scim_revoke_tenant('red', 'regress_scim_red');
GRANT ALL ON users, groups, groups_members TO regress_scim_red;
SELECT set_config('try.lease', lease_of(id(1)::text), false) <> '';
SET ROLE regress_scim_red;
SELECT count(*) FROM scim_leases_held;
SELECT asked(format('SELECT scim_renew_lease(%L)', current_setting('try.lease')));
SELECT scim_release_lease(current_setting('try.lease')::uuid);
RESET ROLE;
SELECT scim_grant_tenant('red', 'regress_scim_red');
DELETE FROM scim_leases;

-- ---- what the owner puts on the table ----

SET ROLE regress_scim_red;
SELECT asked(acquire(1));
RESET ROLE;
CREATE FUNCTION keep_nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep_nothing BEFORE INSERT OR UPDATE OR DELETE ON scim_leases FOR EACH ROW EXECUTE FUNCTION keep_nothing();
SET ROLE regress_scim_red;
SELECT asked(acquire(2));
SELECT asked(format('SELECT scim_renew_lease(%L)', lease_of(id(1)::text)));
SELECT asked(format('SELECT scim_release_lease(%L)', lease_of(id(1)::text)));
RESET ROLE;
DROP TRIGGER keep_nothing ON scim_leases;
ALTER TABLE scim_leases ADD note text DEFAULT 'mine';
CREATE INDEX ON scim_leases (expires_at);
SET ROLE regress_scim_red;
SELECT asked(acquire(2));
RESET ROLE;
SELECT note, count(*) FROM scim_leases GROUP BY 1 ORDER BY 1;
ALTER TABLE scim_leases DROP note;
BEGIN;
DROP INDEX scim_leases_id;
SET ROLE regress_scim_red;
SELECT asked(acquire(3));
SELECT asked('SELECT scim_release_lease(''00000000-0000-8000-8000-000000000000'')');
ROLLBACK;
BEGIN;
ALTER TABLE scim_leases RENAME TO others;
SELECT asked(acquire(3));
ROLLBACK;
BEGIN;
ALTER EXTENSION scimver DROP VIEW scim_leases_held;
ALTER TABLE scim_leases DROP purpose CASCADE;
SELECT asked(acquire(3));
ROLLBACK;
-- another relation in its place
BEGIN;
ALTER EXTENSION scimver DROP TABLE scim_leases;
ALTER TABLE scim_leases RENAME TO others;
CREATE VIEW scim_leases AS SELECT * FROM others;
ALTER EXTENSION scimver ADD VIEW scim_leases;
SELECT asked(acquire(3));
SELECT asked(format('SELECT scim_renew_lease(%L)', lease_of(id(1)::text)));
SELECT asked(format('SELECT scim_patch_user(%L, %L, tenant_id => ''red'')', id(1), '[{"op": "add", "path": "title", "value": "x"}]'));
ROLLBACK;
-- rows that lack what each has
BEGIN;
ALTER TABLE scim_leases ALTER actor DROP NOT NULL;
UPDATE scim_leases SET actor = NULL;
SELECT asked(acquire(1));
SELECT asked(format('SELECT scim_patch_user(%L, %L, tenant_id => ''red'')', id(1), '[{"op": "add", "path": "title", "value": "x"}]'));
ROLLBACK;
BEGIN;
ALTER TABLE scim_leases ALTER expires_at DROP NOT NULL;
UPDATE scim_leases SET expires_at = NULL;
SELECT asked(format('SELECT scim_renew_lease(%L)', lease_of(id(1)::text)));
SELECT asked(acquire(1));
ROLLBACK;
-- for good: as long as a text can tell
BEGIN;
UPDATE scim_leases SET expires_at = 'infinity';
SELECT asked(acquire(1));
SELECT scim_call_tool('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red')) #>> '{metadata,lease,expires_at}';
SET LOCAL ROLE regress_scim_red;
SELECT asked(format('SELECT scim_renew_lease(%L)', lease_of(id(1)::text)));
ROLLBACK;
SELECT asked(acquire(3));
DELETE FROM scim_leases;

-- ---- mapped tables ----

SELECT scim_unregister_table('groups_members'), scim_unregister_table('groups'), scim_unregister_table('users');
DROP TABLE users, groups, groups_members CASCADE;
-- without a column for tenants, or versions: these are computed
CREATE TABLE people (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, user_name text, phone text, mine boolean DEFAULT true);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "user_name"}}');
INSERT INTO people (id, user_name) VALUES (1, 'u1'), (2, 'u2'), (3, 'u3');
ALTER TABLE people OWNER TO regress_scim_owner;
GRANT SELECT, UPDATE ON people TO regress_scim_red;
GRANT SELECT ON people TO regress_scim_reader;
GRANT SELECT (id), UPDATE ON people TO regress_scim_blind;
CREATE FUNCTION take(n int, options text DEFAULT '') RETURNS text LANGUAGE sql RETURN format('SELECT scim_acquire_lease(''User'', ''%s''%s)', n, options);
SET ROLE regress_scim_red;
SELECT scim_acquire_lease('User', '1', purpose => 'mine')->>'version' = scim_get_user('1')#>>'{meta,version}' AS version;
SELECT asked(take(1));
SELECT asked(take(1, ', tenant_id => ''red'''));
SELECT asked(take(9));
SELECT asked('SELECT scim_acquire_lease(''User'', ''01'')');
SET ROLE regress_scim_reader;
SELECT asked(take(2));
SELECT tenant_id, resource_id, holder, purpose FROM scim_leases_held;
-- the columns of the content, and UPDATE of any
SET ROLE regress_scim_blind;
SELECT asked(take(1));
SELECT count(*) FROM scim_leases_held;
RESET ROLE;
-- whom policies of the application's hide rows from, is not told of holders
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON people TO regress_scim_red USING (mine);
UPDATE people SET mine = false WHERE id = 3;
SET ROLE regress_scim_red;
SELECT asked(take(1));
SELECT asked(take(3));
SELECT asked(take(2));
SELECT count(*) FROM scim_leases_held;
RESET ROLE;
CREATE POLICY seen ON people FOR SELECT TO regress_scim_red USING (true);
SET ROLE regress_scim_red;
SELECT asked(take(3));
RESET ROLE;
SELECT leases();
-- a registration that cannot be read is told of whatever there is
ALTER EVENT TRIGGER scimver_drop DISABLE;
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER TABLE people DROP COLUMN user_name;
SET ROLE regress_scim_blue;
SELECT asked('SELECT count(*) FROM scim_leases_held');
RESET ROLE;
DELETE FROM scim_leases;
SET ROLE regress_scim_blue;
SELECT asked('SELECT count(*) FROM scim_leases_held');
RESET ROLE;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_lease_rights;
DROP ROLE regress_scim_red, regress_scim_crew, regress_scim_blue, regress_scim_reader, regress_scim_blind, regress_scim_owner;
