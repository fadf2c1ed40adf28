-- Keys of calls that are repeated: who may see them, whose they are, and what they let nobody do.
SET client_min_messages = warning;
CREATE DATABASE scimver_repeat_rights TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_crew IN ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_reader;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_auditor;
CREATE ROLE regress_scim_dumper IN ROLE pg_read_all_data;
\set regression :DBNAME
\c scimver_repeat_rights
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
-- what default privileges would give to somebody
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_scim_blind, PUBLIC;
CREATE EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_scim_blind, PUBLIC;
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql RETURN
	regexp_replace(regexp_replace(regexp_replace(answer, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID', 'g'), '[A-Za-z0-9+/]{11}=', 'V', 'g'), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g');
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT told(answer);
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT told(concat_ws(' ', sqlstate, sqlerrm));
END $$;
-- a statement under that key, in a transaction of its own
CREATE FUNCTION keyed(key text, statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('scimver.idempotency_key', key, true);
	RETURN QUERY SELECT asked('SELECT ' || statement);
	PERFORM set_config('scimver.idempotency_key', '', true);
END $$;
CREATE FUNCTION named(name text, tenant text DEFAULT 'red') RETURNS text LANGUAGE sql RETURN
	format('scim_create_user(jsonb_build_object(''userName'', %L), tenant_id => %L) ->> ''userName''', name, tenant);
-- what nobody else may read
CREATE FUNCTION keys() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER AS $$
	SELECT concat_ws(' ', tenant_id, principal, key) FROM scim_idempotency ORDER BY tenant_id, principal, key $$;

-- ---- whose the table is ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname IN ('scim_idempotency', 'scim_idempotency_keys') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE relname IN ('scim_idempotency', 'scim_idempotency_keys') ORDER BY 1;
SELECT proname, proparallel, provolatile, proisstrict, prosecdef, has_function_privilege('regress_scim_blind', oid, 'EXECUTE') FROM pg_proc WHERE proname = 'scim_may_read_key';
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_idempotency'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_idempotency'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_idempotency_keys'::regclass AND attnum > 0;
SELECT extconfig @> ARRAY['scim_idempotency'::regclass::oid] FROM pg_extension WHERE extname = 'scimver';
SET ROLE regress_scim_blind;
SELECT asked('SELECT count(*) FROM scim_idempotency');
SELECT asked('DELETE FROM scim_idempotency');
SELECT asked('INSERT INTO scim_idempotency DEFAULT VALUES');
SELECT asked('SELECT count(*) FROM scim_idempotency_keys');
RESET ROLE;

-- ---- whose a key is ----

SELECT scim_create_table('users', 'User');
SELECT scim_grant_tenant('red', r) FROM unnest('{regress_scim_red,regress_scim_reader,regress_scim_blind,regress_scim_auditor}'::regrole[]) r;
SELECT scim_grant_tenant('blue', 'regress_scim_blue'), scim_grant_tenant('red', 'regress_scim_blue');
REVOKE INSERT, UPDATE ON users FROM regress_scim_reader;
SET ROLE regress_scim_red;
SELECT keyed('k', named('ann'));
SELECT keyed('k', named('ann'));
SET ROLE regress_scim_blue;
-- another role's of the same name says nothing of it
SELECT keyed('k', named('bob'));
SELECT keyed('k', named('bob', 'blue'));
SELECT keyed('k', named('bob', 'green'));
-- in a role, by whatever login; a member of it sees its keys, but has his own
SET SESSION AUTHORIZATION regress_scim_crew;
SET ROLE regress_scim_red;
SELECT keyed('k', named('ann'));
RESET ROLE;
SELECT keyed('k', named('cid'));
RESET SESSION AUTHORIZATION;
SELECT keys();
-- the view: one's own, in tenants where one works
CREATE FUNCTION seen() RETURNS SETOF text LANGUAGE sql AS $$ SELECT told(concat_ws(' ', tenant_id, principal, key, made)) FROM scim_idempotency_keys ORDER BY tenant_id, principal, key $$;
SET ROLE regress_scim_red;
SELECT seen();
SET ROLE regress_scim_crew;
SELECT seen();
SET ROLE regress_scim_blue;
SELECT seen();
SET ROLE regress_scim_reader;
SELECT seen();
SET ROLE regress_scim_dumper;
SELECT seen(), count(*) FROM scim_idempotency;
RESET ROLE;
SELECT count(*) FROM scim_idempotency_keys;

-- ---- who may not write leaves no key ----

SET ROLE regress_scim_reader;
SELECT keyed('r', named('dan'));
SET scimver.only_tenant = 'blue';
SELECT keyed('r', named('dan'));
RESET scimver.only_tenant;
SELECT keyed('r', 'scim_create_user(''{"userName": "dan"}'', tenant_id => ''blue'')');
SET ROLE regress_scim_blind;
SELECT keyed('r', format('scim_patch_user(%L, ''[]'', tenant_id => ''red'')', gen_random_uuid()));
RESET ROLE;
SELECT keys() EXCEPT SELECT unnest('{blue regress_scim_blue k,red regress_scim_blue k,red regress_scim_crew k,red regress_scim_red k}'::text[]);

-- ---- a repetition is read with the rights of now ----

REVOKE INSERT ON users FROM regress_scim_red, regress_scim_blue;
SET ROLE regress_scim_blue;
SELECT keyed('k', named('bob'));
SELECT keyed('k2', named('bob'));
RESET ROLE;
SELECT scim_revoke_tenant('red', 'regress_scim_blue');
SET ROLE regress_scim_blue;
SELECT keyed('k', named('bob'));
SELECT seen();
RESET ROLE;
-- what a policy hides is not there for him
SET ROLE regress_scim_red;
SELECT keyed('k', named('ann'));
RESET ROLE;
CREATE POLICY hides ON users AS RESTRICTIVE FOR SELECT USING (user_name <> 'ann');
SET ROLE regress_scim_red;
SELECT keyed('k', named('ann'));
RESET ROLE;
DROP POLICY hides ON users;
REVOKE SELECT ON users FROM regress_scim_red;
SET ROLE regress_scim_red;
SELECT keyed('k', named('ann'));
RESET ROLE;
SELECT scim_grant_tenant('red', 'regress_scim_red');

-- ---- the code of others ----

-- it writes what it always writes, whatever key its caller has set
CREATE FUNCTION audits() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN scim_create_user('{"userName": "event"}', tenant_id => 'red') ->> 'userName';
CREATE FUNCTION audits_by_key(key text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM set_config('scimver.idempotency_key', key, true);
	RETURN scim_create_user('{"userName": "event"}', tenant_id => 'red') ->> 'userName';
END $$;
CREATE FUNCTION audits_always() RETURNS text LANGUAGE sql SECURITY DEFINER SET scimver.idempotency_key = 'always' RETURN scim_create_user('{"userName": "always"}', tenant_id => 'red') ->> 'userName';
ALTER FUNCTION audits() OWNER TO regress_scim_auditor;
ALTER FUNCTION audits_by_key(text) OWNER TO regress_scim_auditor;
ALTER FUNCTION audits_always() OWNER TO regress_scim_auditor;
SET ROLE regress_scim_red;
SELECT keyed('e', 'audits()');
SELECT keyed('e', 'audits()');
RESET ROLE;
DELETE FROM users WHERE user_name = 'event';
SET ROLE regress_scim_red;
-- by one that it sets itself
SELECT asked('SELECT audits_by_key(''f'')');
SELECT asked('SELECT audits_by_key(''f'')');
SELECT asked('SELECT audits_always()');
SELECT asked('SELECT audits_always()');
RESET ROLE;
SELECT key FROM scim_idempotency WHERE key IN ('e', 'f', 'always') ORDER BY 1;
-- one that was set before SET ROLE is the session's
BEGIN;
SET LOCAL scimver.idempotency_key = 'before';
SET LOCAL ROLE regress_scim_red;
SELECT asked('SELECT ' || named('eve')), asked('SELECT ' || named('eve'));
COMMIT;
SELECT principal FROM scim_idempotency WHERE key = 'before';

-- who is renamed, or comes back under a name, is another one, or that one
ALTER ROLE regress_scim_crew RENAME TO regress_scim_team;
SET ROLE regress_scim_team;
SELECT seen();
SELECT keyed('k', named('cid'));
RESET ROLE;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_repeat_rights;
DROP ROLE regress_scim_red, regress_scim_team, regress_scim_blue, regress_scim_reader, regress_scim_blind, regress_scim_auditor, regress_scim_dumper;
