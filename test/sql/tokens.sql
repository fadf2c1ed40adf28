-- Tokens: giving them out, what they are for, entering by them, ending them.
SET client_min_messages = warning;
CREATE EXTENSION scimver;
CREATE FUNCTION scim_id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
SELECT scim_create_table('users', 'User');
CREATE ROLE regress_scim_client;
CREATE ROLE regress_scim_other;
CREATE ROLE regress_scim_bridge LOGIN NOINHERIT;
SELECT scim_grant_tenant('acme', 'regress_scim_client');
SELECT scim_grant_bridge('regress_scim_bridge');
GRANT regress_scim_client TO regress_scim_bridge;
CREATE FUNCTION digest(token text) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN sha256(token::bytea);

SELECT created ->> 'token' AS token, created ->> 'id' AS id FROM scim_create_token('regress_scim_client', 'acme') AS created \gset
SELECT :'token' ~ '^scimver_[A-Za-z0-9_-]{43}$' AS is_token;
SET SESSION AUTHORIZATION regress_scim_bridge;
SELECT status, answer::jsonb ->> 'userName' AS user_name, caller - 'token' AS caller
	FROM scim_http('POST', '/Users', NULL, '{}', '{"userName": "ada"}', digest(:'token'));
SELECT status, answer::jsonb ->> 'totalResults' AS total FROM scim_http('GET', '/Users', NULL, '{}', NULL, digest(:'token'));
SELECT current_user, current_setting('scimver.only_tenant') AS only_tenant;
SELECT status, answer::jsonb ->> 'detail' AS detail, caller FROM scim_http('GET', '/Users', NULL, '{}', NULL, digest('scimver_'));
BEGIN;
SELECT scim_enter(digest(:'token'));
SELECT current_user, scim_tenant();
SET ROLE regress_scim_bridge;
ROLLBACK;
SELECT current_user;
BEGIN;
SELECT scim_enter(digest(:'token'));
COMMIT;
SELECT current_user;
SET ROLE regress_scim_client;
RESET ROLE;
RESET SESSION AUTHORIZATION;
