-- Large resources: whatever the size, what is read is what is stored, byte for
-- byte, and its version is right.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SELECT scim_create_table('users', 'User');
-- every length around those at which a buffer grows
INSERT INTO users (data)
	SELECT jsonb_build_object('userName', n || '-' || pad, 'title', repeat('t', n), 'nickName', repeat('n', pad),
		'emails', jsonb_build_array(jsonb_build_object('value', n || '@x.org', 'primary', true)), 'active', true)
	FROM (SELECT generate_series(850, 1050) AS n
		UNION ALL SELECT (2 ^ k)::int + d FROM generate_series(11, 17) AS k, generate_series(-200, 20, 20) AS d) AS sizes,
		generate_series(0, 3) AS pad;
INSERT INTO users (data)
	SELECT jsonb_build_object('userName', 'large', 'title', repeat('t', 6000000), 'name', jsonb_build_object('givenName', repeat('ä', 700000)));
SELECT count(*), bool_and(scim_get_user(id::text) - 'id' - 'meta' = data), bool_and(scim_version(scim_get_user(id::text)) = version)
	FROM users;
-- and so it is with what is sent (no single text of more than 1 MB: see fold.sql), and what tools make of it
SELECT bool_and(scim_update_user(id::text, scim_get_user(id::text)) - 'meta' = scim_get_user(id::text) - 'meta') FROM users WHERE user_name <> 'large';
SELECT octet_length(data::text) > 7000000, scim_update_user(id::text, data) - 'id' - 'meta' = data
	FROM (SELECT id, data || jsonb_build_object('title', repeat('t', 1000000), 'name', jsonb_build_object('givenName', repeat('ä', 500000)), 'profileUrl', 'https://example.com/' || repeat('u', 5000000)) AS data FROM users WHERE user_name = 'large') u;
SELECT bool_and(length(scim_call_tool('scim_get_user', jsonb_build_object('user_id', id))::text) < 40000) FROM users;
-- ten thousand e-mails
SELECT jsonb_array_length(scim_create_user(jsonb_build_object('userName', 'many', 'emails',
	(SELECT jsonb_agg(jsonb_build_object('value', n || '@x.org')) FROM generate_series(1, 10000) AS n))) -> 'emails');
ROLLBACK;
