-- Plans that are kept, for each role and table, and not for longer than they are
-- true; who may use a tenant is no statement, so nothing is kept of it.
SET client_min_messages = warning;
CREATE DATABASE scimver_plans TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE regress_scim_plans;
CREATE ROLE regress_scim_plans_too;
\set regression :DBNAME
\c scimver_plans
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA crypto;
CREATE SCHEMA scim;
CREATE SCHEMA other;
CREATE EXTENSION pgcrypto SCHEMA crypto;
CREATE FUNCTION kept(text) RETURNS bigint LANGUAGE sql RETURN
	(SELECT pg_catalog.count(*) FROM pg_catalog.pg_backend_memory_contexts WHERE name = 'CachedPlanSource' AND ident LIKE $1);
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
GRANT USAGE ON SCHEMA scim, other TO PUBLIC;

CREATE EXTENSION scimver SCHEMA scim;
SET search_path = public, scim;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('acme', 'regress_scim_plans'), scim_grant_tenant('acme', 'regress_scim_plans_too');

-- of both tables, by calls of all kinds
SET ROLE regress_scim_plans;
SELECT scim_create_user('{"userName": "ann"}', tenant_id => 'acme')->>'id' AS ann \gset
SELECT scim_create_group(jsonb_build_object('displayName', 'A', 'members', jsonb_build_array(jsonb_build_object('value', :'ann'))), tenant_id => 'acme')->>'id' AS a \gset
SELECT scim_get_user(:'ann', tenant_id => 'acme')->>'userName', scim_get_group(:'a', tenant_id => 'acme')->>'displayName';
SELECT scim_list_users(tenant_id => 'acme')->'totalResults', scim_list_groups(tenant_id => 'acme')->'totalResults';
SELECT error($$SELECT scim_list_users(tenant_id => 'beta')$$), error($$SELECT scim_list_groups(tenant_id => 'beta')$$);
RESET ROLE;
SELECT kept('%grants%');
-- statements on tables are kept for each
SELECT kept('SELECT r.id%FROM public.users AS r WHERE%') > 0, kept('SELECT r.id%FROM public.groups AS r WHERE%') > 0;
-- another role sees other grants
SET ROLE regress_scim_plans_too;
SELECT scim_list_users(tenant_id => 'acme')->'totalResults', scim_list_groups(tenant_id => 'acme')->'totalResults';
SELECT error($$SELECT scim_list_users(tenant_id => 'beta')$$), error($$SELECT scim_list_groups(tenant_id => 'beta')$$);
RESET ROLE;
SELECT scim_revoke_tenant('acme', 'regress_scim_plans');
SET ROLE regress_scim_plans;
SELECT error($$SELECT scim_list_users(tenant_id => 'acme')$$), error($$SELECT scim_list_groups(tenant_id => 'acme')$$);
RESET ROLE;

-- the extension is gone, and comes again elsewhere: its tables are others
DROP EXTENSION scimver CASCADE;
DROP TABLE groups_members, groups, users;
CREATE EXTENSION scimver SCHEMA other;
SET search_path = public, other;
SELECT scim_create_table('users', 'User');
SELECT scim_grant_tenant('acme', 'regress_scim_plans');
SET ROLE regress_scim_plans;
SELECT scim_list_users(tenant_id => 'acme')->'totalResults';
SELECT error($$SELECT scim_list_users(tenant_id => 'beta')$$);
RESET ROLE;
SELECT kept('SELECT r.id%FROM public.users AS r WHERE%') > 0;
-- its schema gets another name
ALTER SCHEMA other RENAME TO elsewhere;
SET search_path = public, elsewhere;
SET ROLE regress_scim_plans;
SELECT scim_list_users(tenant_id => 'acme')->'totalResults';
SELECT error($$SELECT scim_list_users(tenant_id => 'beta')$$);
RESET ROLE;

\c :regression
DROP DATABASE scimver_plans;
DROP ROLE regress_scim_plans, regress_scim_plans_too;
