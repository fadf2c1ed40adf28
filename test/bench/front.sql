-- What the bridge serves over HTTP: :users users, a role that works, one that only logs in, and
-- tokens.  Beside what users.sql has made.

CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
SELECT scim_grant_tenant('default', 'agent');
VACUUM ANALYZE users;

SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'scim_bridge') AS missing \gset
\if :missing
CREATE ROLE scim_bridge LOGIN NOINHERIT;
\endif
SELECT current_setting('server_version_num')::int >= 160000 AS has_options \gset
\if :has_options
GRANT agent TO scim_bridge WITH INHERIT FALSE, SET TRUE;
\else
GRANT agent TO scim_bridge;
\endif
SELECT scim_grant_bridge('scim_bridge');
CREATE TABLE bench_tokens AS
	SELECT scim_create_token('agent', 'default', '{"scopes": ["scim"]}') ->> 'token' AS token FROM generate_series(1, 8);
