-- What a session knows of the tenants that its role may work in: never what was
-- taken back, always what holds.  (What other sessions change: test/specs/granted_sessions.spec;
-- what is replicated: test/t/042_granted.pl.)
SET client_min_messages = warning;
CREATE DATABASE scimver_granted TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_team;
CREATE ROLE regress_scim_keeper;
\set regression :DBNAME
\c scimver_granted
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (tenant_id, data) SELECT t, jsonb_build_object('userName', t || i) FROM unnest('{acme,beta,gamma}'::text[]) t, generate_series(1, 2) i;
GRANT SELECT (tenant_id, id, data, user_name) ON users TO PUBLIC;

-- what the policies ask
SELECT DISTINCT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'scimver_tenant';
SELECT proname, provolatile, proisstrict, proparallel, proleakproof, has_function_privilege('regress_scim_red', oid, 'EXECUTE') FROM pg_proc WHERE proname IN ('scim_may_use', 'scim_my_tenants') ORDER BY 1;

-- what the role sees by a policy, what the functions say, and whether they agree
CREATE FUNCTION sees() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	rows text[] := ARRAY(SELECT DISTINCT tenant_id FROM users ORDER BY 1);
	says text[] := ARRAY(SELECT t FROM unnest(scim_my_tenants()) t ORDER BY 1);
	asked text[] := ARRAY(SELECT t FROM unnest('{acme,beta,gamma}'::text[]) t WHERE scim_may_use(t));
	called text[] := ARRAY(SELECT t FROM unnest('{acme,beta,gamma}'::text[]) t WHERE error(format('SELECT scim_list_users(tenant_id => %L)', t)) = 'no error');
	viewed text[] := ARRAY(SELECT DISTINCT tenant_id FROM scim_own_grants ORDER BY 1);
BEGIN
	RETURN CASE WHEN rows = says AND rows = asked AND rows = called AND rows = viewed THEN rows::text
		ELSE format('THEY DIFFER: rows %s, says %s, asked %s, called %s, viewed %s', rows, says, asked, called, viewed) END;
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

SELECT sees('regress_scim_red');
SELECT scim_grant_tenant('acme', 'regress_scim_red'), scim_grant_tenant('beta', 'regress_scim_blue');
SELECT sees('regress_scim_red'), sees('regress_scim_blue');
-- the same tenant by two roles is one; shorter, longer and odd names are others
SELECT scim_grant_tenant('acme', 'regress_scim_team'), scim_grant_tenant('acm', 'regress_scim_team'), scim_grant_tenant('Acme', 'regress_scim_team'), scim_grant_tenant(repeat('long', 5000), 'regress_scim_team'), scim_grant_tenant('ácme', 'regress_scim_team');
GRANT regress_scim_team TO regress_scim_red;
SET ROLE regress_scim_red;
SELECT substr(t, 1, 8), length(t) FROM unnest(scim_my_tenants()) t ORDER BY t COLLATE "C";
SELECT t, scim_may_use(t) FROM unnest('{acme,acm,acmee,Acme,ACME,ácme,acmé,"",NULL}'::text[]) t;
SELECT scim_may_use(repeat('long', 5000)), scim_may_use(repeat('long', 4999));
-- a superuser may use all that was granted to anybody, and the database's owner what pg_database_owner was
RESET ROLE;
SELECT count(*) FROM unnest(scim_my_tenants());
REVOKE regress_scim_team FROM regress_scim_red;
SELECT sees('regress_scim_red');
SELECT scim_grant_tenant('gamma', 'pg_database_owner');
SELECT sees('regress_scim_blue');
ALTER DATABASE scimver_granted OWNER TO regress_scim_blue;
SELECT sees('regress_scim_blue');
ALTER DATABASE scimver_granted OWNER TO CURRENT_USER;
SELECT sees('regress_scim_blue');
SELECT scim_revoke_tenant('gamma', 'pg_database_owner');

-- ---- taken back ----

BEGIN;
SELECT scim_grant_tenant('gamma', 'regress_scim_red');
SELECT sees('regress_scim_red');
ROLLBACK;
SELECT sees('regress_scim_red');
BEGIN;
SELECT scim_revoke_tenant('acme', 'regress_scim_red');
SELECT sees('regress_scim_red');
ROLLBACK;
SELECT sees('regress_scim_red');
BEGIN;
SAVEPOINT a;
SELECT scim_grant_tenant('gamma', 'regress_scim_red');
SAVEPOINT b;
SELECT sees('regress_scim_red');
SELECT scim_revoke_tenant('acme', 'regress_scim_red');
SELECT sees('regress_scim_red');
ROLLBACK TO b;
SELECT sees('regress_scim_red');
RELEASE b;
ROLLBACK TO a;
SELECT sees('regress_scim_red');
-- memberships of roles, too
GRANT regress_scim_blue TO regress_scim_red;
SELECT sees('regress_scim_red');
ROLLBACK TO a;
SELECT sees('regress_scim_red');
COMMIT;
SELECT sees('regress_scim_red');
-- a statement that fails before its trigger has told of its rows, while a function of it has asked, the first time in the session
CREATE FUNCTION ask_and_fail() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING 'asked: %', sees('regress_scim_red');
	RETURN 1 / 0;
END $$;
\c -
SET client_min_messages = warning;
BEGIN;
SAVEPOINT a;
INSERT INTO scim_tenant_grants SELECT CASE n WHEN 1 THEN 'gamma' ELSE ask_and_fail() END, 'regress_scim_red' FROM generate_series(1, 2) n;
ROLLBACK TO a;
SELECT sees('regress_scim_red');
COMMIT;
\c -
SET client_min_messages = warning;
INSERT INTO scim_tenant_grants SELECT CASE n WHEN 1 THEN 'gamma' ELSE ask_and_fail() END, 'regress_scim_red' FROM generate_series(1, 2) n;
SELECT sees('regress_scim_red');

-- ---- the role is the one that asks ----

CREATE FUNCTION owner_sees() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = public AS 'SELECT sees()';
ALTER FUNCTION owner_sees() OWNER TO regress_scim_blue;
SET ROLE regress_scim_red;
SELECT sees(), owner_sees(), sees();
SELECT tenant_id, owner_sees(), user_name FROM users ORDER BY user_name;
SET ROLE regress_scim_blue;
SELECT sees(), owner_sees();
PREPARE names AS SELECT user_name FROM users ORDER BY 1;
EXECUTE names;
SET ROLE regress_scim_red;
EXECUTE names;
RESET ROLE;
SELECT count(*) FROM users;
SET ROLE regress_scim_blue;
EXECUTE names;
-- a cursor goes on as whoever fetches
BEGIN;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
DECLARE c CURSOR FOR SELECT user_name FROM users;
FETCH 1 FROM c;
SET LOCAL ROLE regress_scim_team;
FETCH 2 FROM c;
ROLLBACK;
RESET ROLE;

-- a saved plan, in one statement of a client
CREATE FUNCTION meanwhile() RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..3 LOOP
		SET LOCAL ROLE regress_scim_red;
		RETURN NEXT (SELECT count(*) FROM users);
		RESET ROLE;
		IF i = 2 THEN DELETE FROM scim_tenant_grants WHERE role = 'regress_scim_red'::regrole AND tenant_id = 'acme'; END IF;
	END LOOP;
END $$;
BEGIN;
SELECT meanwhile();
ROLLBACK;

-- more roles than a session keeps
DO $$ BEGIN FOR i IN 1..66 LOOP EXECUTE format('CREATE ROLE regress_scim_many%s', i); END LOOP; END $$;
SELECT count(scim_grant_tenant(CASE WHEN i % 2 = 0 THEN 'acme' ELSE 'beta' END, format('regress_scim_many%s', i)::regrole)) FROM generate_series(1, 66) i;
SELECT sees, count(*) FROM generate_series(1, 2), generate_series(1, 66) i, sees(format('regress_scim_many%s', i)::regrole) GROUP BY 1 ORDER BY 1;
SELECT count(*) BETWEEN 1 AND 64 FROM pg_backend_memory_contexts WHERE name = 'scimver granted tenants';
SELECT count(scim_revoke_tenant(tenant_id, role)) FROM scim_tenant_grants WHERE role::text ~ 'many';
DO $$ BEGIN FOR i IN 1..66 LOOP EXECUTE format('DROP ROLE regress_scim_many%s', i); END LOOP; END $$;
SELECT scim_revoke_tenant('acme', 'regress_scim_team');

-- ---- whoever changes the grants, in whatever way ----

GRANT INSERT, UPDATE, DELETE, SELECT, TRUNCATE ON scim_tenant_grants TO regress_scim_keeper;
SET ROLE regress_scim_keeper;
INSERT INTO scim_tenant_grants VALUES ('gamma', 'regress_scim_red');
RESET ROLE;
SELECT sees('regress_scim_red');
SET ROLE regress_scim_keeper;
UPDATE scim_tenant_grants SET tenant_id = 'beta' WHERE tenant_id = 'gamma';
RESET ROLE;
SELECT sees('regress_scim_red');
SET session_replication_role = replica;
INSERT INTO scim_tenant_grants VALUES ('gamma', 'regress_scim_red');
SELECT sees('regress_scim_red');
DELETE FROM scim_tenant_grants WHERE tenant_id IN ('beta', 'gamma') AND role = 'regress_scim_red'::regrole;
SELECT sees('regress_scim_red');
COPY scim_tenant_grants FROM STDIN;
gamma	regress_scim_red
\.
SELECT sees('regress_scim_red');
BEGIN;
TRUNCATE scim_tenant_grants;
SELECT sees('regress_scim_red'), sees('regress_scim_blue');
ROLLBACK;
SELECT sees('regress_scim_red'), sees('regress_scim_blue');
RESET session_replication_role;
-- twice, and the second time in place
BEGIN;
TRUNCATE scim_tenant_grants;
INSERT INTO scim_tenant_grants VALUES ('beta', 'regress_scim_red');
SELECT sees('regress_scim_red');
TRUNCATE scim_tenant_grants;
SELECT sees('regress_scim_red');
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_scim_keeper;
TRUNCATE scim_tenant_grants;
RESET ROLE;
SELECT sees('regress_scim_red');
ROLLBACK;
-- as a restore does it
BEGIN;
ALTER TABLE scim_tenant_grants DISABLE TRIGGER ALL;
DELETE FROM scim_tenant_grants WHERE tenant_id = 'gamma';
ALTER TABLE scim_tenant_grants ENABLE TRIGGER ALL;
SELECT sees('regress_scim_red');
ROLLBACK;
SELECT sees('regress_scim_red');
-- the table is written anew
VACUUM FULL scim_tenant_grants;
SELECT sees('regress_scim_red');
SELECT error('SELECT scim_grants_trigger()');
SET ROLE regress_scim_red;
CREATE TEMP TABLE own (a int);
SELECT error('CREATE TRIGGER t AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION scim_grants_trigger()');
RESET ROLE;
DROP TABLE own;

-- ---- a role is dropped, and its name comes again ----

CREATE ROLE regress_scim_gone;
SELECT scim_grant_tenant('acme', 'regress_scim_gone');
SELECT sees('regress_scim_gone');
DROP OWNED BY regress_scim_gone;
DROP ROLE regress_scim_gone;
CREATE ROLE regress_scim_gone;
SELECT sees('regress_scim_gone');
DROP ROLE regress_scim_gone;
SELECT scim_revoke_tenant('acme', role) FROM (SELECT role FROM scim_tenant_grants WHERE role::text ~ '^[0-9]+$') g;

-- ---- parallel plans ----

INSERT INTO users (tenant_id, data) SELECT 'delta', jsonb_build_object('userName', 'd' || i) FROM generate_series(1, 2000) i;
VACUUM ANALYZE users;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
CREATE FUNCTION is_parallel(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	launched boolean := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || statement LOOP
		launched := launched OR line ~ 'Workers Launched: [1-9]';
	END LOOP;
	RETURN launched;
END $$;
SET ROLE regress_scim_blue;
SELECT is_parallel('SELECT count(data) FROM users'), count(data) FROM users;
RESET ROLE;
-- what the leader has granted and not committed
BEGIN;
SELECT scim_grant_tenant('delta', 'regress_scim_blue');
SET LOCAL ROLE regress_scim_blue;
SELECT is_parallel('SELECT count(data) FROM users'), count(data) FROM users;
ROLLBACK;
SET ROLE regress_scim_blue;
SELECT is_parallel('SELECT count(data) FROM users'), count(data) FROM users;
RESET ROLE;
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
RESET enable_indexscan;
RESET enable_bitmapscan;
RESET enable_indexonlyscan;

-- ---- indexes ----

-- without a tenant in the query, an index finds the rows of those of the role, and only these
CREATE FUNCTION index_cond(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		RETURN QUERY SELECT replace(m[1], '::text', '') FROM regexp_matches(line, '^ *(?:Index Cond|Filter): (.*)') m;
	END LOOP;
END $$;
INSERT INTO users (tenant_id, data) SELECT 't' || i % 200, jsonb_build_object('userName', 'x' || i) FROM generate_series(1, 4000) i;
VACUUM ANALYZE users;
SET ROLE regress_scim_blue;
SELECT index_cond($$SELECT user_name FROM users WHERE user_name = 'beta1'$$);
SELECT user_name FROM users WHERE user_name IN ('beta1', 'acme1', 'gamma1', 'd1');
SELECT index_cond('SELECT count(data) FROM users');
SELECT count(data) FROM users;
SELECT index_cond('SELECT count(data) FROM users WHERE scim_may_use(tenant_id)');
-- a role that may not execute the function of the index condition does without
RESET ROLE;
REVOKE EXECUTE ON FUNCTION scim_my_tenants() FROM PUBLIC;
SET ROLE regress_scim_blue;
SELECT index_cond($$SELECT user_name FROM users WHERE user_name = 'beta1'$$);
SELECT user_name FROM users WHERE user_name = 'beta1';
RESET ROLE;
GRANT EXECUTE ON FUNCTION scim_my_tenants() TO PUBLIC;
SET ROLE regress_scim_blue;
-- no participants of a parallel scan of an index, who could know of different tenants
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET min_parallel_index_scan_size = 0;
RESET ROLE;
BEGIN;
SELECT scim_grant_tenant('delta', 'regress_scim_blue');
SET LOCAL ROLE regress_scim_blue;
SELECT index_cond('SELECT count(tenant_id) FROM users');
SELECT is_parallel('SELECT count(tenant_id) FROM users'), count(tenant_id) FROM users;
ROLLBACK;
SET ROLE regress_scim_blue;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET min_parallel_index_scan_size;
-- where the query names one, or joins by it, the role's are not looked for as well
SELECT index_cond($$SELECT user_name FROM users WHERE tenant_id = 'beta' AND user_name = 'beta1'$$);
SELECT index_cond($$SELECT user_name FROM users WHERE tenant_id IN ('beta', 'acme') AND user_name = 'beta1'$$) ~ 'my_tenants';
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT index_cond($$SELECT u.user_name FROM (VALUES ('beta', 'beta1'), ('acme', 'acme1')) v (t, n) JOIN users u ON u.tenant_id = v.t AND u.user_name = v.n$$) ~ 'my_tenants';
SELECT u.user_name FROM (VALUES ('beta', 'beta1'), ('acme', 'acme1')) v (t, n) JOIN users u ON u.tenant_id = v.t AND u.user_name = v.n;
RESET enable_hashjoin;
RESET enable_mergejoin;
-- a plan that is kept asks anew
PREPARE by_name AS SELECT tenant_id FROM users WHERE user_name = 'acme1';
EXECUTE by_name;
RESET ROLE;
BEGIN;
SELECT scim_grant_tenant('acme', 'regress_scim_blue');
SET LOCAL ROLE regress_scim_blue;
EXECUTE by_name;
ROLLBACK;
SET ROLE regress_scim_blue;
EXECUTE by_name;
-- of many tenants none is looked for by itself: a join would look for all of them, row after row
RESET ROLE;
BEGIN;
INSERT INTO scim_tenant_grants SELECT 'many' || i, 'regress_scim_blue' FROM generate_series(1, 31) i;
SET LOCAL ROLE regress_scim_blue;
SELECT cardinality(scim_my_tenants()), index_cond($$SELECT user_name FROM users WHERE user_name = 'beta1'$$) ~ 'my_tenants';
RESET ROLE;
INSERT INTO scim_tenant_grants VALUES ('many', 'regress_scim_blue');
SET LOCAL ROLE regress_scim_blue;
SELECT cardinality(scim_my_tenants()), index_cond($$SELECT user_name FROM users WHERE user_name = 'beta1'$$) ~ 'my_tenants';
ROLLBACK;
-- nobody's
SET ROLE regress_scim_keeper;
SELECT user_name FROM users WHERE user_name IN ('beta1', 'acme1', 'gamma1', 'd1');
RESET ROLE;
SELECT scim_my_tenants() FROM (SELECT set_config('role', 'regress_scim_keeper', true)) s;

-- ---- columns that are others are not read as what they were ----

BEGIN;
TRUNCATE scim_tenant_grants;
INSERT INTO scim_tenant_grants VALUES ('acme', 'regress_scim_red');
ALTER EXTENSION scimver DROP VIEW scim_own_grants;
DROP VIEW scim_own_grants;
ALTER TABLE scim_tenant_grants DROP CONSTRAINT scim_tenant_grants_tenant_id_check, ALTER tenant_id TYPE int USING 1;
SELECT error('SELECT scim_my_tenants()');
ROLLBACK;

-- ---- the extension comes again: other tables, other grants ----

SET ROLE regress_scim_blue;
SELECT scim_my_tenants();
RESET ROLE;
DROP EXTENSION scimver CASCADE;
CREATE EXTENSION scimver;
SET ROLE regress_scim_blue;
SELECT scim_my_tenants();
RESET ROLE;

\c :regression
DROP DATABASE scimver_granted;
DROP ROLE regress_scim_red, regress_scim_blue, regress_scim_team, regress_scim_keeper;
