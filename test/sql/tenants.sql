-- Tenants: what a role that owns nothing may do, with a grant and without,
-- through the functions and in plain SQL.  The extension lives in a schema of
-- its own, and the caller's search_path is hostile.
SET client_min_messages = warning;
CREATE DATABASE scimver_tenants TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE regress_scim_none;
CREATE ROLE regress_scim_acme;
CREATE ROLE regress_scim_both;
CREATE ROLE regress_scim_team;
CREATE ROLE regress_scim_inherits IN ROLE regress_scim_team;
CREATE ROLE regress_scim_noinherit NOINHERIT IN ROLE regress_scim_team;
CREATE ROLE regress_scim_bypass BYPASSRLS;
CREATE ROLE regress_scim_owner;
\set regression :DBNAME
\c scimver_tenants
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA crypto;
CREATE SCHEMA scim;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA scim TO PUBLIC;
CREATE EXTENSION pgcrypto SCHEMA crypto;
CREATE EXTENSION scimver SCHEMA scim;

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	'00000000-0000-4000-a000-' || pg_catalog.lpad(n::text, 12, '0');
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
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::pg_catalog.text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM public.fails(statement) e LIMIT 1) f';
GRANT CREATE ON SCHEMA public TO PUBLIC;
SET search_path = app, public, scim;

-- a grant from before the tables are made gives the privileges on them, too
SELECT scim_grant_tenant('acme', 'regress_scim_acme');
SELECT scim_create_table('users', 'User');
SELECT scim_grant_tenant('acme', 'regress_scim_both');
SELECT scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('beta', 'regress_scim_both');
-- repeating it is harmless
SELECT scim_grant_tenant('beta', 'regress_scim_both');
SELECT tenant_id, role FROM scim_tenant_grants ORDER BY 1, role::text COLLATE "C";
GRANT USAGE ON SCHEMA app TO PUBLIC;
SELECT error($$SELECT scim_grant_tenant('', 'regress_scim_acme')$$), error($$SELECT scim_grant_tenant('acme', 'regress_nobody')$$), error($$SELECT scim_grant_tenant('acme', 0::regrole)$$);

INSERT INTO users (tenant_id, id, data) VALUES ('acme', id(1)::uuid, '{"userName": "ann", "password": "secret"}'), ('acme', id(2)::uuid, '{"userName": "bob"}'),
	('beta', id(1)::uuid, '{"userName": "Ann"}'), ('beta', id(3)::uuid, '{"userName": "eve"}'), ('default', id(4)::uuid, '{"userName": "ann"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('acme', id(101)::uuid, '{"displayName": "A"}'), ('beta', id(102)::uuid, '{"displayName": "B"}');
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES ('acme', id(101)::uuid, 'User', id(1)::uuid), ('beta', id(102)::uuid, 'User', id(1)::uuid);

-- ---- the same names and ids in two tenants: different resources ----

SELECT scim_get_user(id(1), tenant_id => 'acme')->>'userName', scim_get_user(id(1), tenant_id => 'beta')->>'userName', scim_get_user(id(1), tenant_id => 'acme')->'groups'->0->>'display', scim_get_user(id(1), tenant_id => 'beta')->'groups'->0->>'display';
SELECT error('SELECT scim_get_user(id(1))'), error('SELECT scim_get_user(id(2), tenant_id => ''beta'')');
SELECT scim_list_users(tenant_id => t)->'totalResults' FROM unnest(ARRAY['acme', 'beta', 'default', 'nowhere']) t;
SELECT scim_create_user('{"userName": "zoe"}', tenant_id => 'acme')->>'userName', scim_create_user('{"userName": "ZOE"}', tenant_id => 'beta')->>'userName';
SELECT error($$SELECT scim_create_user('{"userName": "Zoe"}', tenant_id => 'acme')$$);
DELETE FROM users WHERE user_name = 'zoe';
-- a member of another tenant does not exist
SELECT error($$SELECT scim_update_group(id(101), jsonb_build_object('displayName', 'A', 'members', jsonb_build_array(jsonb_build_object('value', id(3)))), NULL, tenant_id => 'acme')$$);
-- a delete in one leaves the other alone
SELECT scim_delete_user(id(1), NULL, 'beta');
SELECT tenant_id, member_count, revision FROM groups ORDER BY 1;
SELECT scim_get_user(id(1), tenant_id => 'acme')->>'userName';

-- ---- which tenant a call works in ----

SET scimver.tenant = 'beta';
SELECT scim_tenant(), scim_get_user(id(3))->>'userName', scim_get_user(id(2), tenant_id => 'acme')->>'userName';
INSERT INTO users (id, data) VALUES (id(5)::uuid, '{"userName": "session"}') RETURNING tenant_id;
SET scimver.tenant = '';
SELECT scim_tenant(), scim_get_user(id(4))->>'userName';
-- only_tenant narrows further, for everybody
SET scimver.only_tenant = 'beta';
SELECT scim_tenant(), scim_get_user(id(3))->>'userName', scim_get_user(id(3), tenant_id => 'beta')->>'userName';
SELECT fails($$SELECT scim_get_user(id(2), tenant_id => 'acme')$$);
SET scimver.tenant = 'acme';
SELECT scim_tenant();
RESET scimver.tenant;
RESET scimver.only_tenant;
DELETE FROM users WHERE id = id(5)::uuid;

-- ---- a role without any grant ----

SET ROLE regress_scim_none;
SELECT fails($$SELECT scim_get_user(id(1), tenant_id => 'acme')$$);
SELECT error(s) FROM unnest(ARRAY['SELECT scim_create_user(''{"userName": "x"}'')', 'SELECT scim_update_user(id(1), ''{"userName": "x"}'', NULL, tenant_id => ''acme'')', 'SELECT scim_patch_user(id(1), ''[{"op": "remove", "path": "title"}]'', NULL, tenant_id => ''acme'')',
	'SELECT scim_delete_user(id(1), NULL, ''acme'')', 'SELECT scim_list_users(tenant_id => ''acme'')', 'SELECT * FROM users', 'UPDATE users SET data = data', 'TRUNCATE users']) s;
-- it sees nothing of the grants, and gives itself none
SELECT count(*) FROM scim_own_grants;
SELECT error('SELECT count(*) FROM scim_tenant_grants'), error('SELECT count(*) FROM scim_cursor_secret');
SELECT error('INSERT INTO scim_own_grants VALUES (''acme'', ''regress_scim_none'')'), error('UPDATE scim_own_grants SET tenant_id = ''acme'''), error('DELETE FROM scim_own_grants');
SELECT error(s) FROM unnest(ARRAY['SELECT scim_grant_tenant(''acme'', ''regress_scim_none'')', 'SELECT scim_revoke_tenant(''acme'', ''regress_scim_acme'')', 'INSERT INTO scim_tenant_grants VALUES (''acme'', ''regress_scim_none'')',
	'UPDATE scim_tenant_grants SET role = ''regress_scim_none''', 'DELETE FROM scim_tenant_grants', 'SELECT scim_create_table(''x'', ''User'')', 'SELECT scim_register_table(''users'', ''User'', ''{}'')']) s;
-- what needs no table is everybody's
SELECT scim_version('{}'), scim_canonical('{"b": 1, "a": 2}'), scim_tenant();
-- privileges without a grant: no rows, and TENANT_FORBIDDEN
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_scim_none;
SET ROLE regress_scim_none;
SELECT count(*) FROM users;
SELECT fails($$SELECT scim_get_user(id(1), tenant_id => 'acme')$$);
SELECT error(s) FROM unnest(ARRAY['SELECT scim_create_user(''{"userName": "x"}'')', 'SELECT scim_update_user(id(1), ''{"userName": "x"}'', NULL, tenant_id => ''acme'')', 'SELECT scim_patch_user(id(1), ''[{"op": "remove", "path": "title"}]'', NULL, tenant_id => ''acme'')',
	'SELECT scim_delete_user(id(1), NULL, ''acme'')', 'SELECT scim_list_users(tenant_id => ''acme'')', 'SELECT scim_get_group(id(101), tenant_id => ''acme'')', 'INSERT INTO users (tenant_id, data) VALUES (''acme'', ''{"userName": "x"}'')']) s;
UPDATE users SET data = '{"userName": "stolen"}';
DELETE FROM users;
RESET ROLE;
REVOKE ALL ON users, groups, groups_members FROM regress_scim_none;
SELECT count(*) FROM users WHERE data->>'userName' = 'stolen';

-- ---- a role with one grant ----

SET ROLE regress_scim_acme;
SELECT tenant_id, role FROM scim_own_grants;
SELECT tenant_id, data->>'userName' AS name FROM users ORDER BY 1, 2;
SELECT tenant_id, data->>'displayName' FROM groups;
SELECT count(*) FROM groups_members;
SELECT scim_get_user(id(2), tenant_id => 'acme')->>'userName', scim_list_users(tenant_id => 'acme')->'totalResults';
SELECT error(s) FROM unnest(ARRAY['SELECT scim_get_user(id(3), tenant_id => ''beta'')', 'SELECT scim_get_user(id(99), tenant_id => ''beta'')', 'SELECT scim_get_user(''no id'', tenant_id => ''beta'')', 'SELECT scim_list_users(tenant_id => ''beta'')', 'SELECT scim_list_users()', 'SELECT scim_create_user(''{"userName": "x"}'', tenant_id => ''beta'')',
	'SELECT scim_update_user(id(3), ''{"userName": "x"}'', NULL, tenant_id => ''beta'')', 'SELECT scim_delete_user(id(3), NULL, ''beta'')', 'SELECT scim_get_user(id(3), tenant_id => ''acme'')', 'SELECT scim_delete_user(id(3), NULL, ''acme'')']) s;
-- everything works there, memberships included: those are written by the owner's rights, for the granted tenant
SET scimver.tenant = 'acme';
SELECT scim_create_user('{"userName": "new", "password": "x", "title": "t"}') - 'id' - 'meta';
SELECT scim_update_group(id(101), jsonb_build_object('displayName', 'A', 'members', jsonb_build_array(jsonb_build_object('value', id(1)), jsonb_build_object('value', id(2)))))->'members'->1->>'display';
SELECT scim_patch_group(id(101), jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(1))))), version) IS NOT NULL FROM groups;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101)::uuid, 'User', id(1)::uuid);
SELECT member_count, revision, version = scim_version(scim_get_group(id::text)) FROM groups;
SELECT scim_delete_user(id(2));
SELECT member_count, revision, version = scim_version(scim_get_group(id::text)) FROM groups;
-- plain SQL stays within the tenant
UPDATE users SET data = data || '{"active": true}';
SELECT error($$UPDATE users SET tenant_id = 'beta' WHERE id = id(1)::uuid$$), error($$INSERT INTO users (tenant_id, data) VALUES ('beta', '{"userName": "x"}')$$),
	error($$INSERT INTO groups_members VALUES ('beta', id(102)::uuid, 'User', id(3)::uuid)$$);
-- crypt strings are written, never read
SELECT error('SELECT password_hash FROM users'), error('SELECT * FROM users'), error('SELECT count(*) FROM users WHERE password_hash LIKE ''x%'''), error('SELECT users FROM users'), error('COPY users TO STDOUT');
SELECT error('UPDATE users SET password_hash = password_hash'), error('UPDATE users SET data = data RETURNING password_hash'), error('SELECT to_jsonb(u) FROM users u');
UPDATE users SET password_hash = NULL WHERE id = id(1)::uuid;
SELECT scim_update_user(id(1), '{"userName": "ann", "password": "other"}') ? 'password';
-- what else the role may not do
SELECT error(s) FROM unnest(ARRAY['TRUNCATE users', 'ALTER TABLE users DISABLE ROW LEVEL SECURITY', 'DROP TRIGGER "~~~scimver" ON users', 'ALTER TABLE users DISABLE TRIGGER "~~~scimver"', 'SET session_replication_role = replica']) s;
RESET scimver.tenant;
RESET ROLE;
SELECT tenant_id, data->>'userName' AS name, data->>'active' AS active, password_hash = crypto.crypt('other', password_hash) AS other, version = scim_version(scim_get_user(id::text, tenant_id => tenant_id) || jsonb_strip_nulls(jsonb_build_object('password', password_hash))) FROM users ORDER BY 1, 2;

-- ---- two grants, inherited ones, none by mere membership ----

SET ROLE regress_scim_both;
SELECT tenant_id, count(*) FROM users GROUP BY 1 ORDER BY 1;
SELECT scim_get_user(id(1), tenant_id => 'acme')->>'userName', scim_get_user(id(3), tenant_id => 'beta')->>'userName', error('SELECT scim_list_users()');
RESET ROLE;
SELECT scim_grant_tenant('beta', 'regress_scim_team');
SET ROLE regress_scim_inherits;
SELECT tenant_id, role FROM scim_own_grants;
SELECT tenant_id, data->>'userName' FROM users;
SELECT scim_get_user(id(3), tenant_id => 'beta')->>'userName';
SET ROLE regress_scim_noinherit;
SELECT count(*) FROM scim_own_grants;
SELECT error('SELECT count(*) FROM users'), error('SELECT scim_get_user(id(3), tenant_id => ''beta'')');
-- the role counts, not the session: saved plans are kept for each
SET ROLE regress_scim_acme;
SELECT count(*), scim_list_users(tenant_id => 'acme')->'totalResults' FROM users;
SET ROLE regress_scim_team;
SELECT count(*), scim_list_users(tenant_id => 'beta')->'totalResults', error('SELECT scim_list_users(tenant_id => ''acme'')') FROM users;
SET ROLE regress_scim_acme;
SELECT error('SELECT scim_list_users(tenant_id => ''beta'')');
RESET ROLE;
-- who bypasses row level security needs privileges only
GRANT SELECT (tenant_id, id, data, version, revision, created, last_modified) ON users TO regress_scim_bypass;
GRANT SELECT ON groups, groups_members TO regress_scim_bypass;
SET ROLE regress_scim_bypass;
SELECT scim_get_user(id(3), tenant_id => 'beta')->>'userName', scim_get_user(id(1), tenant_id => 'acme')->>'userName';
RESET ROLE;

-- ---- revoke ----

SELECT scim_revoke_tenant('acme', 'regress_scim_both');
SET ROLE regress_scim_both;
SELECT tenant_id, count(*) FROM users GROUP BY 1 ORDER BY 1;
SELECT error('SELECT scim_get_user(id(1), tenant_id => ''acme'')'), scim_get_user(id(3), tenant_id => 'beta')->>'userName';
RESET ROLE;
-- with the last one go the privileges; what was not granted is harmless
SELECT scim_revoke_tenant('beta', 'regress_scim_both'), scim_revoke_tenant('gamma', 'regress_scim_both'), scim_revoke_tenant('gamma', 'regress_scim_acme');
SET ROLE regress_scim_both;
SELECT error('SELECT id FROM users'), error('SELECT scim_get_user(id(3), tenant_id => ''beta'')');
SET ROLE regress_scim_acme;
SELECT count(*) FROM users;
RESET ROLE;

-- ---- who reads scimver's own tables ----

-- a function that tells what it is shown is shown no other's grant
SELECT scim_grant_tenant('secret', 'regress_scim_both');
CREATE FUNCTION tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE WARNING 'saw %', $1; RETURN true; END $$;
SET ROLE regress_scim_acme;
SELECT tenant_id FROM scim_own_grants WHERE tell(tenant_id);
SELECT tenant_id FROM scim_own_grants WHERE tell(role::text);
SELECT count(*) FROM pg_stats WHERE tablename IN ('scim_tenant_grants', 'scim_cursor_secret');
RESET ROLE;
SELECT scim_revoke_tenant('secret', 'regress_scim_both');
-- pg_read_all_data dumps all but the secret
GRANT pg_read_all_data TO regress_scim_none;
SET ROLE regress_scim_none;
SELECT count(*) > 0 FROM scim_tenant_grants;
SELECT count(*) FROM scim_cursor_secret;
RESET ROLE;
REVOKE pg_read_all_data FROM regress_scim_none;
-- it is as the script says, whatever default privileges there are
CREATE FUNCTION rights() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', relname, CASE WHEN relrowsecurity THEN 'row level security' END, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, a.privilege_type)
	FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) a ON a.grantee <> c.relowner WHERE c.relnamespace = 'scim'::regnamespace AND relkind IN ('r', 'v') ORDER BY 1 $$;
SELECT rights();
BEGIN;
DROP EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA scim GRANT ALL ON TABLES TO regress_scim_none WITH GRANT OPTION;
CREATE EXTENSION scimver SCHEMA scim;
SELECT rights();
ROLLBACK;

-- ---- an owner that is no superuser ----

-- who may insert and delete, and read nothing, grants and revokes
GRANT INSERT, DELETE ON scim_tenant_grants TO regress_scim_owner;
GRANT ALL ON users, groups, groups_members TO regress_scim_owner WITH GRANT OPTION;
SET ROLE regress_scim_owner;
SELECT scim_grant_tenant('gamma', 'regress_scim_both'), scim_grant_tenant('delta', 'regress_scim_both');
SELECT scim_revoke_tenant('gamma', 'regress_scim_both'), error('SELECT count(*) FROM scim_tenant_grants'), count(*) FROM scim_own_grants;
-- while one is left, the privileges stay, though the caller sees none of them
SELECT has_any_column_privilege('regress_scim_both', 'users', 'SELECT');
SELECT scim_revoke_tenant('delta', 'regress_scim_both');
SELECT has_any_column_privilege('regress_scim_both', 'users', 'SELECT');
RESET ROLE;
REVOKE ALL ON users, groups, groups_members FROM regress_scim_owner;
REVOKE DELETE ON scim_tenant_grants FROM regress_scim_owner;
SELECT scim_grant_tenant('delta', 'regress_scim_both');
SET ROLE regress_scim_owner;
SELECT error($$SELECT scim_revoke_tenant('delta', 'regress_scim_both')$$);
RESET ROLE;
-- what one makes is granted to all that have a tenant; tables of others stay as they are
GRANT EXECUTE ON FUNCTION scim_create_table, scim_register_table, scim_row_trigger, scim_members_trigger, scim_history_trigger TO regress_scim_owner;
DROP TABLE groups_members, groups;
REVOKE ALL ON users FROM regress_scim_both;
GRANT REFERENCES ON users TO regress_scim_owner;
SET ROLE regress_scim_owner;
SELECT error($$SELECT scim_create_table('public.groups', 'Group')$$);
SELECT has_any_column_privilege('regress_scim_both', 'users', 'SELECT'), has_any_column_privilege('regress_scim_both', 'public.groups', 'SELECT');
DROP TABLE public.groups_members, public.groups;
RESET ROLE;
SELECT scim_revoke_tenant('delta', 'regress_scim_both');
DROP TABLE users;
GRANT SELECT, INSERT, DELETE ON scim_tenant_grants TO regress_scim_owner;
CREATE SCHEMA own AUTHORIZATION regress_scim_owner;
GRANT USAGE ON SCHEMA own TO PUBLIC;
SET search_path = own, public, scim;
SET ROLE regress_scim_owner;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT tableowner FROM pg_tables WHERE schemaname = 'own';
SELECT scim_grant_tenant('gamma', 'regress_scim_both');
-- row level security does not hold for the owner
SELECT scim_create_user('{"userName": "owner"}')->>'userName';
SET ROLE regress_scim_both;
SELECT scim_create_user('{"userName": "both"}', tenant_id => 'gamma')->>'userName';
SELECT scim_create_group(jsonb_build_object('displayName', 'G', 'members', (SELECT jsonb_agg(jsonb_build_object('value', id)) FROM users)), tenant_id => 'gamma')->'members'->0->>'display';
SELECT count(*) FROM users;
SELECT scim_delete_user(id::text, version, 'gamma') FROM users;
SELECT member_count FROM groups;
RESET ROLE;

-- ---- hostile names ----

-- whatever a caller puts in front of the path is never called by ours: neither operators nor functions nor tables
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA evil TO PUBLIC;
CREATE FUNCTION evil.boom() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'a hostile object was used'; END $$;
CREATE FUNCTION evil.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.eq(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.eq(bigint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.eq(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.get(jsonb, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.eq);
CREATE OPERATOR evil.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = evil.eq);
CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.eq);
CREATE OPERATOR evil.<> (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = evil.eq);
CREATE OPERATOR evil.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = evil.get);
CREATE FUNCTION evil.scim_fold(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.scim_tenant() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.pg_has_role(oid, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.pg_has_role(regrole, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.crypt(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'known' $$;
CREATE FUNCTION evil.gen_salt(text, int) RETURNS text LANGUAGE sql AS $$ SELECT 'known' $$;
CREATE FUNCTION evil.gen_random_uuid() RETURNS uuid LANGUAGE plpgsql AS 'BEGIN RETURN evil.boom(); END';
CREATE FUNCTION evil.unnest(uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS 'BEGIN PERFORM evil.boom(); END';
CREATE FUNCTION evil.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS 'BEGIN PERFORM evil.boom(); END';
CREATE FUNCTION evil.concat(VARIADIC "any") RETURNS text LANGUAGE internal AS 'text_concat';
CREATE AGGREGATE evil.count(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '666');
CREATE TABLE evil.users (x int);
CREATE TABLE evil.groups (x int);
CREATE TABLE evil.groups_members (x int);
CREATE TABLE evil.scim_own_grants AS SELECT 'default' AS tenant_id, 'regress_scim_both'::regrole AS role;
CREATE TABLE evil.scim_tenant_grants AS SELECT 'default' AS tenant_id, 'regress_scim_both'::regrole AS role;
CREATE TYPE evil.text AS ENUM ('evil');
CREATE TYPE evil.uuid AS ENUM ('evil');
GRANT SELECT ON ALL TABLES IN SCHEMA evil TO PUBLIC;
-- every operation, from creating the tables on
DROP TABLE own.groups_members, own.groups, own.users;
SET search_path = evil, pg_catalog;
SELECT scim.scim_create_table('own.users', 'User'), scim.scim_create_table('own.groups', 'Group'), scim.scim_grant_tenant('gamma', 'regress_scim_both');
SET scimver.password_cost = 4;
SET ROLE regress_scim_both;
SET scimver.tenant = 'gamma';
CREATE FUNCTION evil.run() RETURNS SETOF pg_catalog.text LANGUAGE plpgsql AS $$
DECLARE
	u jsonb;
	g jsonb;
BEGIN
	u := scim.scim_create_user('{"userName": "Ann", "password": "secret", "emails": [{"value": "A@x.org"}]}');
	u := scim.scim_update_user(u->'id'#>>'{}', '{"userName": "ann2", "password": "secret"}', u->'meta'->'version'#>>'{}');
	u := scim.scim_patch_user(u->'id'#>>'{}', '[{"op": "add", "path": "title", "value": "T"}]', u->'meta'->'version'#>>'{}');
	g := scim.scim_create_group(pg_catalog.jsonb_build_object('displayName', 'G', 'members', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('value', u->'id'))));
	g := scim.scim_update_group(g->'id'#>>'{}', '{"displayName": "G", "members": []}', g->'meta'->'version'#>>'{}');
	g := scim.scim_patch_group(g->'id'#>>'{}', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('op', 'add', 'path', 'members', 'value', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('value', u->'id')))));
	RETURN NEXT (scim.scim_get_user(u->'id'#>>'{}') - 'id' - 'meta')#>>'{groups,0,display}';
	RETURN NEXT (scim.scim_list_users()->'totalResults')::pg_catalog.text;
	RETURN NEXT (scim.scim_call_tool('scim_search_users', '{"attribute": "userName", "value": "ANN2"}'::jsonb)->'content'->'totalResults')::pg_catalog.text;
	PERFORM scim.scim_delete_user(u->'id'#>>'{}', u->'meta'->'version'#>>'{}');
	RETURN NEXT (scim.scim_get_group(g->'id'#>>'{}') ? 'members')::pg_catalog.text;
	PERFORM scim.scim_delete_group(g->'id'#>>'{}');
END $$;
SELECT evil.run();
-- plain SQL runs the triggers, policies, defaults and generated columns
INSERT INTO own.users (data) VALUES ('{"userName": "plain", "password": "secret"}');
INSERT INTO own.groups (data) VALUES ('{"displayName": "plain"}');
RESET ROLE;
SELECT password_hash OPERATOR(pg_catalog.~~) '$2a$04$%' FROM own.users;
SET ROLE regress_scim_both;
INSERT INTO own.groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM own.groups g, own.users u;
UPDATE own.users SET data = '{"userName": "plain2"}';
UPDATE own.groups_members SET member_type = member_type;
DELETE FROM own.users;
SELECT member_count, revision FROM own.groups;
RESET ROLE;
SELECT pg_catalog.count(*) FROM own.users;
-- no path at all
SET search_path = '';
SET ROLE regress_scim_both;
SELECT evil.run();
-- the same in pg_temp, which comes first where it is not named
CREATE TEMP TABLE users (x int);
CREATE TEMP TABLE scim_own_grants AS SELECT 'default' AS tenant_id, 'regress_scim_both'::regrole AS role;
CREATE TEMP TABLE scim_tenant_grants AS SELECT 'default' AS tenant_id, 'regress_scim_both'::regrole AS role;
SELECT evil.run();
SELECT public.error('SELECT scim.scim_list_users(tenant_id => ''default'')');
RESET ROLE;
SET search_path = evil, pg_catalog;
SELECT scim.scim_revoke_tenant('gamma', 'regress_scim_both');
SET ROLE regress_scim_both;
SELECT public.error('SELECT scim.scim_list_users(tenant_id => ''gamma'')');
RESET ROLE;

SET search_path = public;
\c :regression
DROP DATABASE scimver_tenants;
DROP ROLE regress_scim_none, regress_scim_acme, regress_scim_both, regress_scim_team, regress_scim_inherits, regress_scim_noinherit, regress_scim_bypass, regress_scim_owner;
