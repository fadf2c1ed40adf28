-- Tokens: who may give them out, and for what; what they are good for, and until when.  That nothing leads
-- out again of who has entered is in test/t/195_tokens.pl.
SET client_min_messages = warning;
CREATE DATABASE scimver_tokens TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_bridge LOGIN NOINHERIT;
CREATE ROLE regress_scim_client;
CREATE ROLE regress_scim_other;
CREATE ROLE regress_scim_clerk LOGIN;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_above BYPASSRLS;
CREATE ROLE regress_scim_owner;
GRANT regress_scim_client TO regress_scim_bridge, regress_scim_clerk;
GRANT regress_scim_other TO regress_scim_bridge;
\set regression :DBNAME
\c scimver_tokens
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
-- what default privileges would give to somebody
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_scim_blind, PUBLIC;
CREATE EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_scim_blind, PUBLIC;
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql RETURN
	regexp_replace(regexp_replace(regexp_replace(replace(answer, (SELECT rolname FROM pg_roles WHERE oid = 10)::text, 'SUPERUSER'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'ID', 'g'), 'scimver_[A-Za-z0-9_-]{43}', 'TOKEN', 'g'), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g');
CREATE FUNCTION asked(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN told(coalesce(answer, 'NULL'));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN told(concat_ws(' ', sqlstate, sqlerrm, nullif(answer, '')));
END $$;
SELECT scim_create_table('users', 'User') IS NOT NULL, scim_create_table('groups', 'Group') IS NOT NULL;
SELECT scim_grant_tenant('acme', 'regress_scim_client'), scim_grant_tenant('globex', 'regress_scim_other');

-- ---- whose the table is ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname IN ('scim_tokens', 'scim_own_tokens') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE relname IN ('scim_tokens', 'scim_own_tokens') ORDER BY 1;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_tokens'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_own_tokens'::regclass AND attnum > 0;
SELECT extconfig @> ARRAY['scim_tokens'::regclass::oid] FROM pg_extension WHERE extname = 'scimver';
SELECT p.proname, has_function_privilege('regress_scim_blind', p.oid, 'EXECUTE') FROM pg_proc p
	WHERE p.proname ~ '_(token|tokens|bridge|enter|enter_role|left_behind)$' ORDER BY 1;
SET ROLE regress_scim_blind;
SELECT asked('SELECT count(*) FROM scim_tokens'), asked('DELETE FROM scim_tokens'), asked('SELECT count(*) FROM scim_own_tokens');
SELECT asked($$SELECT scim_create_token('regress_scim_blind', 'acme')$$);
RESET ROLE;

-- ---- giving one out ----

SELECT told(made::text), made ->> 'principal' = 'token:' || (made ->> 'id'), (made ->> 'expires_at')::timestamptz - now() BETWEEN '89 days 23 hours' AND '90 days 1 hour'
	FROM scim_create_token('regress_scim_client', 'acme') made;
-- of the token itself nothing is kept
SELECT count(*) FROM scim_tokens t, scim_create_token('regress_scim_client', 'acme') made WHERE t::text LIKE '%' || (made ->> 'token') || '%';
SELECT count(*) = count(DISTINCT digest) AND bool_and(octet_length(digest) = 32) FROM scim_tokens;
DELETE FROM scim_tokens;
CREATE FUNCTION kept() RETURNS text LANGUAGE sql AS $$
	SELECT told(concat_ws(' ', role, tenant_id, principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute, lasts, expires_at - created_at = lasts, created_by, revoked_at IS NULL)) FROM scim_tokens ORDER BY created_at DESC LIMIT 1 $$;
CREATE FUNCTION make(options jsonb, role text DEFAULT 'regress_scim_client', tenant text DEFAULT 'acme') RETURNS text LANGUAGE sql AS $$
	SELECT asked(format('SELECT scim_create_token(%L, %L, %L)', role, tenant, options)) $$;
SELECT make('{}'), kept();
SELECT make('{"subject": {"resource_type": "user", "id": "x7"}, "scopes": ["scim", "read_only"], "tools": ["lean", "scim_bulk"], "profile": "entra", "agent": "Ägent 7", "max_per_minute": 60, "expires": "12 hours"}'), kept();
-- one subject is one principal
SELECT scim_create_token('regress_scim_client', 'acme', '{"subject": {"resource_type": "User", "id": "{00000000-0000-4000-A000-0000000000BB}"}}') ->> 'principal' = 'User/00000000-0000-4000-a000-0000000000bb';
SELECT make('{"expires": "2999-12-31T23:59:59.5+01:00"}');
SELECT extract(epoch FROM expires_at), extract(epoch FROM expires_at - created_at) = extract(epoch FROM lasts) FROM scim_tokens ORDER BY created_at DESC LIMIT 1;
-- for ever, if that is said; tools without scopes are for MCP
SELECT make('{"expires": null}'), kept();
SELECT make('{"tools": ["scim_get_user"]}'), kept();
SELECT make(NULL), kept();
SELECT o, make(o) FROM unnest(ARRAY['5', '[]', '{"scope": ["scim"]}', '{"scopes": "scim"}', '{"scopes": []}', '{"scopes": ["read_only"]}', '{"scopes": ["scim", "write"]}', '{"scopes": ["scim", 5]}',
	'{"tools": ["scim_get_users"]}', '{"tools": [""]}', '{"tools": ["lean,core"]}', '{"tools": []}', '{"profile": "nothing"}', '{"profile": 5}', '{"agent": ""}', '{"agent": "a\nb"}',
	'{"max_per_minute": 0}', '{"max_per_minute": 1.5}', '{"max_per_minute": "60"}', '{"max_per_minute": 1e20}', '{"expires": 90}', '{"expires": "never"}', '{"expires": "8000 years"}', '{"expires": "-1 day"}', '{"expires": ""}', '{"expires": "2001-01-01T00:00:00Z"}',
	'{"subject": "User/5"}', '{"subject": {"resource_type": "User"}}', '{"subject": {"resource_type": "Robot", "id": "5"}}', '{"subject": {"resource_type": "User", "id": 5}}', '{"subject": {"resource_type": "User", "id": "5", "tenant": "x"}}']::jsonb[]) o;
SELECT make(jsonb_build_object('agent', repeat('ä', 64))) ~ 'TOKEN', make(jsonb_build_object('agent', repeat('ä', 64) || 'x')), make(jsonb_build_object('subject', jsonb_build_object('resource_type', 'User', 'id', repeat('x', 2001))));
SELECT make('{}', 'regress_scim_client', ''), make('{}', 'regress_scim_client', NULL), make('{}', NULL), make('{}', '4294967295');

-- ---- who may ----

-- no role that policies do not hold, or that is a bridge's, or whose database it is
SELECT make('{}', current_user);
SELECT make('{}', 'regress_scim_above');
SELECT scim_grant_bridge('regress_scim_bridge'), scim_grant_bridge('regress_scim_bridge');
SELECT make('{}', 'regress_scim_bridge');
-- who writes it, gives out tokens for any role
SELECT make('{}', 'pg_write_all_data');
ALTER DATABASE scimver_tokens OWNER TO regress_scim_owner;
SELECT make('{}', 'regress_scim_owner');
-- a bridge's: nothing but what it needs
SELECT asked($$SELECT scim_grant_bridge('regress_scim_above')$$), asked('SELECT scim_grant_bridge(current_user::regrole)'), asked($$SELECT scim_grant_bridge('4294967295'::oid::regrole)$$);
SELECT p.proname, has_function_privilege('regress_scim_bridge', p.oid, 'EXECUTE') FROM pg_proc p WHERE p.proname ~ '_(token|tokens|bridge|enter|enter_role)$' ORDER BY 1;
SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 'regress_scim_bridge'::regrole ORDER BY 1, 2;
-- whom an administrator lets: for the roles that he has, in their tenants
GRANT EXECUTE ON FUNCTION scim_create_token, scim_rotate_token, scim_revoke_token TO regress_scim_clerk;
SET ROLE regress_scim_clerk;
SELECT make('{}'), make('{}', 'regress_scim_other', 'acme'), make('{}', 'regress_scim_client', 'globex'), make('{}', 'regress_scim_clerk');
SELECT asked($$SELECT scim_grant_bridge('regress_scim_clerk')$$);
SELECT role, tenant_id, told(created_by), count(*) > 0 FROM scim_list_tokens() GROUP BY 1, 2, 3 ORDER BY 3, 1;
RESET ROLE;
SELECT make('{}', 'regress_scim_other', 'globex') ~ 'TOKEN';
SELECT id AS others FROM scim_tokens WHERE role = 'regress_scim_other'::regrole \gset
SET ROLE regress_scim_clerk;
SELECT asked(format('SELECT scim_revoke_token(%L)', :'others')), asked(format('SELECT scim_rotate_token(%L)', :'others'));
SET ROLE regress_scim_client;
SELECT asked(format('SELECT scim_revoke_token(%L)', :'others'));
SELECT count(*) > 0, bool_and(role = 'regress_scim_client'::regrole) FROM scim_own_tokens;
RESET ROLE;

-- ---- entering ----

CREATE FUNCTION digest(token text) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN sha256(token::bytea);
-- a request, and who it was that asked
CREATE FUNCTION ask(token text, method text, path text, body text DEFAULT NULL, query text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT told(concat_ws(' ', status, answer::jsonb ->> 'detail', answer::jsonb ->> 'userName', answer::jsonb ->> 'totalResults', caller - 'token')) FROM scim_http(method, path, query, '{}', convert_to(body, 'UTF8'), sha256(token::bytea)) $$;
CREATE FUNCTION token(options jsonb DEFAULT '{}', role text DEFAULT 'regress_scim_client', tenant text DEFAULT 'acme') RETURNS text LANGUAGE sql RETURN scim_create_token(role::regrole, tenant, options) ->> 'token';
SELECT token() AS token \gset
SELECT token('{"max_per_minute": 60, "subject": {"resource_type": "User", "id": "00000000-0000-4000-a000-000000000001"}}') AS subject \gset
SELECT token('{"scopes": ["scim", "read_only"]}') AS reader \gset
SELECT token('{"scopes": ["mcp"]}') AS agent \gset
SELECT token('{"tools": ["scim_get_user", "scim_create_user"], "scopes": ["mcp", "scim"]}') AS tools \gset
SELECT token('{}', 'regress_scim_other', 'globex') AS other \gset
SELECT asked(format('SELECT count(*) FROM scim_http(''GET'', ''/Users'', NULL, NULL, NULL, digest(%L))', :'token'));
SET SESSION AUTHORIZATION regress_scim_clerk;
SELECT asked(format('SELECT count(*) FROM scim_http(''GET'', ''/Users'', NULL, NULL, NULL, digest(%L))', :'token')), asked(format('SELECT scim_enter(digest(%L))', :'token'));
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'token', 'POST', '/Users', '{"userName": "ada"}');
SELECT ask(:'token', 'GET', '/Users'), current_user, current_setting('scimver.only_tenant') = '', current_setting('scimver.tenant') = '';
SELECT ask(:'other', 'GET', '/Users'), current_user;
SELECT ask('', 'GET', '/Users'), ask('scimver_', 'GET', '/Users'), ask(left(:'token', -1), 'GET', '/Users'), ask(:'token', 'GET', '/Users');
-- the digest of another length, and none at all: the session's own role
SELECT status, answer::jsonb ->> 'detail' FROM scim_http('GET', '/Users', NULL, NULL, NULL, '');
SELECT status, answer::jsonb ->> 'detail', caller FROM scim_http('GET', '/Users', NULL, NULL, NULL, NULL);
-- twice: the same one is the same; another is none
BEGIN;
SELECT scim_enter(digest(:'token'));
SELECT ask(:'token', 'GET', '/Users'), current_user, scim_tenant();
SELECT ask(:'other', 'GET', '/Users');
-- who has entered may not ask for that any more
SELECT asked(format('SELECT scim_enter(digest(%L))', :'other')), asked($$SELECT scim_enter_role('regress_scim_other', 'globex')$$);
COMMIT;
SELECT asked('SELECT scim_enter(NULL)');
SELECT current_user;
-- what is taken back was not entered
BEGIN;
SAVEPOINT s;
SELECT scim_enter(digest(:'token'));
SELECT current_user, scim_tenant();
ROLLBACK TO s;
SELECT current_user, scim_tenant();
SELECT scim_enter(digest(:'other'));
SAVEPOINT s;
SELECT current_user, scim_tenant();
ROLLBACK TO s;
RELEASE s;
SELECT current_user, scim_tenant();
COMMIT;
SELECT current_user, scim_tenant();
-- nor what a part of it was that is taken back; what a part has that stays, was
BEGIN;
SAVEPOINT a;
SAVEPOINT b;
SELECT scim_enter(digest(:'token'));
RELEASE b;
SELECT current_user, scim_tenant();
ROLLBACK TO a;
SELECT current_user, scim_tenant();
SELECT told(caller::text), current_user FROM scim_http('GET', '/Users', NULL, NULL, NULL, NULL);
SAVEPOINT c;
SELECT scim_enter(digest(:'other'));
SAVEPOINT d;
ROLLBACK TO d;
RELEASE c;
SELECT ask(:'other', 'GET', '/Users'), current_user, scim_tenant();
COMMIT;
SELECT current_user, scim_tenant();
BEGIN;
SELECT asked(format('SELECT scim_enter(digest(%L))', :'token'));
SELECT current_user, scim_tenant();
ROLLBACK;
SELECT current_user, scim_tenant();
-- a role without a token, as the bridge does on its own machine
BEGIN;
SELECT scim_enter_role('regress_scim_client', 'acme');
SELECT told(caller::text) FROM scim_http('GET', '/Users', NULL, NULL, NULL, NULL);
ROLLBACK;
SELECT asked($$SELECT scim_enter_role('regress_scim_owner', 'acme')$$), asked($$SELECT scim_enter_role('regress_scim_bridge', 'acme')$$), asked($$SELECT scim_enter_role('regress_scim_client', '')$$), asked($$SELECT scim_enter_role(NULL, 'acme')$$);
-- where the connection is for one tenant
SET scimver.only_tenant = 'globex';
SELECT ask(:'token', 'GET', '/Users');
SELECT ask(:'other', 'GET', '/Users');
RESET scimver.only_tenant;
-- not from within a function that has others' rights
CREATE FUNCTION pg_temp.within(token text) RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT asked(format(''SELECT scim_enter(digest(%L))'', token))';
SELECT pg_temp.within(:'token');

-- ---- what it is for ----

SELECT ask(:'reader', 'GET', '/Users'), ask(:'reader', 'POST', '/Users/.search', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "title pr"}');
SELECT ask(:'reader', 'POST', '/Users', '{"userName": "eve"}'), ask(:'reader', 'DELETE', '/Users/5'), ask(:'reader', 'POST', '/Bulk', '{}'), ask(:'reader', 'PATCH', '/Me', '{}');
SELECT ask(:'agent', 'GET', '/Users'), ask(:'agent', 'GET', '/ServiceProviderConfig');
SELECT ask(:'token', 'GET', '/Nothing');
SELECT ask(:'agent', 'GET', '/Nothing');
CREATE FUNCTION pg_temp.call(token text, tool text, arguments jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT told(concat_ws(' ', c ->> 'error_code', c ->> 'error', c ->> 'userName')) FROM scim_enter(digest(token)), LATERAL (SELECT scim_call_tool(tool, arguments)::jsonb -> 'content') a(c) $$;
SELECT pg_temp.call(:'token', 'scim_create_user', '{"user_data": {"userName": "bob"}}');
SELECT pg_temp.call(:'tools', 'scim_create_user', '{"user_data": {"userName": "cid"}}');
SELECT pg_temp.call(:'tools', 'scim_list_users');
SELECT pg_temp.call(:'agent', 'scim_list_users', '{"tenant_id": "globex"}');
SELECT pg_temp.call(:'agent', 'scim_list_users', '{"tenant_id": "acme"}');
SELECT pg_temp.call(:'reader', 'scim_list_users');
BEGIN;
SELECT scim_enter(digest(:'tools'));
SELECT string_agg(t ->> 'name', ' ') FROM jsonb_array_elements(scim_tools()) t;
SELECT asked($$SELECT set_config('scimver.toolset', '', true)$$), asked($$SELECT set_config('scimver.toolset', 'full', false)$$), asked($$SELECT set_config('scimver.only_tenant', '', true)$$), asked($$SELECT set_config('scimver.tenant', 'globex', true)$$), asked('SET SESSION AUTHORIZATION regress_scim_bridge'), asked('SET LOCAL ROLE regress_scim_other');
-- what asks nobody, changes nothing
RESET scimver.toolset;
RESET scimver.only_tenant;
RESET scimver.tenant;
SELECT string_agg(t ->> 'name', ' ') FROM jsonb_array_elements(scim_tools()) t;
SELECT scim_call_tool('scim_list_users', '{}'::jsonb)::jsonb #>> '{content,error}', scim_tenant(), asked($$SELECT scim_create_user('{"userName": "x"}', tenant_id => 'globex')$$);
ROLLBACK;
RESET SESSION AUTHORIZATION;
SELECT token('{"scopes": ["mcp", "read_only"]}') AS agent_reads \gset
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT pg_temp.call(:'agent_reads', 'scim_create_user', '{"user_data": {"userName": "dan"}}');
BEGIN;
SELECT scim_enter(digest(:'agent_reads'));
SELECT count(*) > 0, bool_and((t #>> '{annotations,readOnlyHint}')::boolean) FROM jsonb_array_elements(scim_tools()) t;
SELECT asked($$SELECT scim_create_user('{"userName": "dan"}')$$), asked('SET transaction_read_only = off');
ROLLBACK;
-- who brings none is told what there is to discover, where that is said
SET scimver.discovery_only = on;
SELECT path, status, answer::jsonb ->> 'detail' FROM unnest('{/ServiceProviderConfig,/ResourceTypes,/Schemas/urn:ietf:params:scim:schemas:core:2.0:User,/Users,/Users/5,/Me,/,/Nothing}'::text[]) path, LATERAL scim_http('GET', path, NULL, NULL, NULL);
SELECT status, answer::jsonb ->> 'detail' FROM scim_http('POST', '/Schemas', NULL, NULL, NULL);
SELECT ask(:'token', 'GET', '/Users');
RESET scimver.discovery_only;

-- ---- /Me ----

SELECT ask(:'token', 'GET', '/Me');
SELECT ask(:'subject', 'GET', '/Me');
RESET SESSION AUTHORIZATION;
INSERT INTO users (tenant_id, id, data) VALUES ('acme', '00000000-0000-4000-a000-000000000001', '{"userName": "zoe"}'), ('globex', '00000000-0000-4000-a000-000000000002', '{"userName": "eve"}');
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'subject', 'GET', '/Me'), ask(:'subject', 'PATCH', '/Me', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "add", "path": "title", "value": "Dr"}]}');
SELECT told(location), told(etag) IS NOT NULL, answer::jsonb ->> 'title' FROM scim_http('GET', '/Me', 'attributes=title', NULL, NULL, digest(:'subject'));
-- in any response, and so in one that refuses
SELECT 'RFC7644-3.11-L3683', bool_and(location = '/Users/00000000-0000-4000-a000-000000000001'), string_agg(status::text, ' ' ORDER BY status) FROM (VALUES ('GET', NULL), ('HEAD', NULL), ('PUT', '{"userName": "zoe"}'), ('PUT', '{'), ('PATCH', '{}'), ('POST', '{}')) m(method, body), LATERAL scim_http(method, '/Me', NULL, NULL, convert_to(body, 'UTF8'), digest(:'subject'));
SELECT ask(:'subject', 'PUT', '/Me', '{"userName": "zoé"}'), ask(:'subject', 'POST', '/Me', '{"userName": "x"}'), ask(:'subject', 'GET', '/Me/5');
SELECT ask(:'subject', 'DELETE', '/Me');
SELECT ask(:'subject', 'GET', '/Me'), ask(:'subject', 'PUT', '/Me', '{"userName": "zoé"}'), ask(:'subject', 'DELETE', '/Me');
RESET SESSION AUTHORIZATION;

-- ---- one token leads to no other ----

GRANT EXECUTE ON FUNCTION scim_create_token, scim_rotate_token, scim_revoke_token TO regress_scim_client;
SET SESSION AUTHORIZATION regress_scim_bridge;
BEGIN;
SELECT scim_enter(digest(:'tools'));
SELECT make('{}'), asked('SELECT scim_rotate_token(id) FROM scim_own_tokens LIMIT 1'), asked('SELECT scim_revoke_token(id) FROM scim_own_tokens LIMIT 1');
COMMIT;
RESET SESSION AUTHORIZATION;
REVOKE EXECUTE ON FUNCTION scim_create_token, scim_rotate_token, scim_revoke_token FROM regress_scim_client;

-- ---- ending ----

SELECT id AS id FROM scim_tokens WHERE digest = digest(:'token') \gset
SELECT asked($$SELECT scim_revoke_token('00000000-0000-4000-a000-000000000001')$$), asked($$SELECT scim_revoke_token(NULL)$$);
-- in the place of one another: both for a while, then the new one
SELECT made ->> 'token' AS new_token, made ->> 'id' AS new_id, told(made::text) AS made, made ->> 'expires_at' AS expires_at FROM scim_rotate_token(:'id', '1 day') made \gset
SELECT :'made', :'expires_at'::timestamptz > now() + interval '89 days';
SELECT role, tenant_id, principal = 'token:' || :'id', scopes, lasts, expires_at > now() + interval '89 days' FROM scim_list_tokens() WHERE id = :'new_id';
SELECT expires_at BETWEEN now() + interval '23 hours' AND now() + interval '1 day' FROM scim_tokens WHERE id = :'id';
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'token', 'GET', '/Users');
SELECT ask(:'new_token', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
SELECT scim_rotate_token(:'id', '0') IS NOT NULL;
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'token', 'GET', '/Users');
SELECT ask(:'new_token', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
SELECT asked(format('SELECT scim_rotate_token(%L)', :'id')), scim_revoke_token(:'id'), scim_revoke_token(:'new_id'), scim_revoke_token(:'new_id');
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'new_token', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
-- one that never ends, and what takes its place
SELECT (scim_rotate_token((scim_create_token('regress_scim_client', 'acme', '{"expires": null}') ->> 'id')::uuid) ->> 'expires_at') IS NULL;
-- roles that became more than tokens may be for, and that are gone
ALTER ROLE regress_scim_other BYPASSRLS;
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'other', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
ALTER ROLE regress_scim_other NOBYPASSRLS;
REVOKE regress_scim_other FROM regress_scim_bridge;
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'other', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
SELECT scim_revoke_tenant('globex', 'regress_scim_other');
DROP ROLE regress_scim_other;
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT ask(:'other', 'GET', '/Users');
RESET SESSION AUTHORIZATION;
-- the next one that is made forgets the tokens of roles that are gone
SELECT count(*) > 0 FROM scim_tokens WHERE role::text = role::oid::text;
SELECT token() IS NOT NULL;
SELECT count(*) FROM scim_tokens WHERE role::text = role::oid::text;
-- who does not keep what is written
CREATE RULE nothing AS ON INSERT TO scim_tokens DO INSTEAD NOTHING;
SELECT make('{}');
DROP RULE nothing ON scim_tokens;
BEGIN READ ONLY;
SELECT make('{}'), asked('SELECT scim_revoke_token(gen_random_uuid())'), asked('SELECT scim_rotate_token(gen_random_uuid())');
ROLLBACK;

ALTER DATABASE scimver_tokens OWNER TO CURRENT_USER;
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_tokens;
DROP ROLE regress_scim_bridge, regress_scim_client, regress_scim_clerk, regress_scim_blind, regress_scim_above, regress_scim_owner;
