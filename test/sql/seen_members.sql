-- Who may become a member: whom the caller sees.  Scimver's own policy needs no
-- statement to be obeyed; with any other, or where a statement would be refused,
-- the caller's statement tells.
SET client_min_messages = warning;
CREATE DATABASE scimver_seen_members TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_seen_members
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE SCHEMA staff;
CREATE SCHEMA elsewhere;
SET search_path = staff, public;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
CREATE ROLE scimver_seen_agent;
CREATE ROLE scimver_seen_other;
GRANT USAGE ON SCHEMA staff, elsewhere TO PUBLIC;
SELECT scim_grant_tenant('red', 'scimver_seen_agent'), scim_grant_tenant('red', 'scimver_seen_other');
CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
INSERT INTO users (tenant_id, id, data) SELECT tenant, id(n)::uuid, jsonb_build_object('userName', name)
FROM (VALUES ('red', 1, 'one'), ('red', 2, 'two'), ('blue', 3, 'three')) AS u (tenant, n, name);
INSERT INTO groups (tenant_id, id, data) VALUES ('red', id(11)::uuid, '{"displayName": "eleven"}'), ('blue', id(12)::uuid, '{"displayName": "twelve"}');

-- what becomes of adding each of the users, and both of the tenant, to group 11; nothing stays
CREATE FUNCTION added(members text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING errcode = 'ZZZZZ', message = jsonb_array_length(scim_add_members(id(11), members)->'members') || ' added';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlstate <> 'ZZZZZ' THEN sqlstate || ' ' ELSE '' END || sqlerrm;
END $$;
CREATE FUNCTION try(role text DEFAULT 'scimver_seen_agent') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET ROLE %I', role);
	RETURN QUERY SELECT added(ARRAY[id(1)]) UNION ALL SELECT added(ARRAY[id(2)]) UNION ALL SELECT added(ARRAY[id(3)]) UNION ALL SELECT added(ARRAY[id(1), id(2)]);
	RESET ROLE;
END $$;
SET scimver.tenant = 'red';

-- the policy as it is made
SELECT * FROM try();
-- one more
CREATE POLICY no_two ON users AS RESTRICTIVE USING (user_name <> 'two');
SELECT * FROM try();
DROP POLICY no_two ON users;
CREATE POLICY everybody ON users USING (true);
SELECT * FROM try();
DROP POLICY everybody ON users;
-- one of the same name that asks more, or others
ALTER POLICY scimver_tenant ON users USING (public.scim_may_use(tenant_id) AND user_name <> 'two');
SELECT * FROM try();
ALTER POLICY scimver_tenant ON users USING (public.scim_may_use(user_name));
SELECT * FROM try();
ALTER POLICY scimver_tenant ON users USING (public.scim_may_use('red'));
SELECT * FROM try();
CREATE FUNCTION elsewhere.scim_may_use(tenant_id text) RETURNS boolean LANGUAGE sql STABLE RETURN tenant_id = 'blue';
ALTER POLICY scimver_tenant ON users USING (elsewhere.scim_may_use(tenant_id));
SELECT * FROM try();
ALTER POLICY scimver_tenant ON users USING (public.scim_may_use(tenant_id));
-- one for other roles, or other commands, or none
ALTER POLICY scimver_tenant ON users TO scimver_seen_other;
SELECT * FROM try();
SELECT * FROM try('scimver_seen_other');
DROP POLICY scimver_tenant ON users;
SELECT * FROM try();
CREATE POLICY scimver_tenant ON users AS RESTRICTIVE USING (public.scim_may_use(tenant_id));
SELECT * FROM try();
DROP POLICY scimver_tenant ON users;
CREATE POLICY scimver_tenant ON users FOR UPDATE USING (public.scim_may_use(tenant_id));
SELECT * FROM try();
DROP POLICY scimver_tenant ON users;
CREATE POLICY scimver_tenant ON users USING (public.scim_may_use(tenant_id));
SELECT * FROM try();

-- refused: row security is off, the policy's function, the schema, the columns of the key
SET row_security = off;
SELECT * FROM try();
RESET row_security;
REVOKE EXECUTE ON FUNCTION scim_may_use(text) FROM PUBLIC;
SELECT * FROM try();
GRANT EXECUTE ON FUNCTION scim_may_use(text) TO PUBLIC;
ALTER FUNCTION scim_may_use(text) SET work_mem = '1MB';
SELECT * FROM try();
ALTER FUNCTION scim_may_use(text) RESET work_mem;
ALTER TABLE users SET SCHEMA elsewhere;
REVOKE USAGE ON SCHEMA elsewhere FROM PUBLIC;
SELECT * FROM try();
GRANT USAGE ON SCHEMA elsewhere TO PUBLIC;
SELECT * FROM try();
REVOKE SELECT ON elsewhere.users FROM scimver_seen_agent;
GRANT SELECT (tenant_id, data) ON elsewhere.users TO scimver_seen_agent;
SELECT * FROM try();
GRANT SELECT (id) ON elsewhere.users TO scimver_seen_agent;
SELECT * FROM try();

-- the grants as they are when it is asked
BEGIN;
SAVEPOINT before;
SELECT scim_revoke_tenant('red', 'scimver_seen_agent');
SELECT * FROM try() LIMIT 1;
ROLLBACK TO before;
SELECT * FROM try() LIMIT 1;
COMMIT;

\c :regression
DROP DATABASE scimver_seen_members;
DROP ROLE scimver_seen_agent, scimver_seen_other;
