-- One version of a row: what is read, what a conditional write asks for, what
-- the trigger stores, what the check of a table finds right and what repair and
-- backfill write are the same, whatever revision a row came with.
SET client_min_messages = warning;
CREATE DATABASE scimver_versions TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_versions
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;

-- a table without a column for the version, with the revision in it; ours are not the only revisions
CREATE TABLE people (id int PRIMARY KEY, login text, secret text, rev int);
INSERT INTO people VALUES (1, 'none', NULL, NULL), (2, 'zero', NULL, 0), (3, 'minus', NULL, -3), (4, 'five', NULL, 5);
SELECT scim_register_table('people', 'User', '{"id": "id", "revision": "rev",
	"attributes": {"userName": "login"}}', '{"version_scheme": "revision"}');
CREATE VIEW found AS SELECT problem, resource_id, stored, computed FROM scim_check_table('people')
	WHERE problem NOT IN ('limit', 'index');

CREATE FUNCTION hashed(resource jsonb, secret text, rev int) RETURNS text LANGUAGE sql AS $$
	SELECT encode(substr(sha256(format('{"content":%s,"revision":%s}',
		scim_canonical(scim_content(resource || jsonb_strip_nulls(jsonb_build_object('password', secret)))),
		coalesce(nullif(rev, 0), 1))::bytea), 1, 8), 'base64') $$;
CREATE VIEW people_versions AS
	SELECT p.id, rev, v.read = hashed(v.resource, secret, rev) AS hashed, v.read = v.asked AS asked, v.read = v.listed AS listed
	FROM people p, LATERAL (SELECT scim_get_user(p.id::text) #>> '{meta,version}' AS read, scim_get_user(p.id::text) AS resource,
		scim_row_version('people', ROW(p.id, NULL::jsonb, NULL::text, p.rev, NULL::timestamptz, NULL::timestamptz, p.login)) AS asked,
		scim_list_users(format('id eq "%s"', p.id)) #>> '{Resources,0,meta,version}' AS listed) v;
SELECT * FROM people_versions ORDER BY id;
SELECT id, scim_update_user(id::text, scim_get_user(id::text) || '{"displayName": null}', scim_get_user(id::text) #>> '{meta,version}') IS NOT NULL FROM people ORDER BY id;
UPDATE people SET login = login || '!';
SELECT * FROM people_versions ORDER BY id;
SELECT * FROM found;

-- the same with a column for it, and passwords: what is loaded without triggers is filled in as it is read
SELECT scim_unregister_table('people');
ALTER TABLE people ADD v text;
UPDATE people SET secret = 'crypt' WHERE id IN (2, 4);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "v", "revision": "rev", "password": "secret",
	"attributes": {"userName": "login"}}', '{"version_scheme": "revision"}');
SELECT * FROM people_versions ORDER BY id;
SET session_replication_role = replica;
INSERT INTO people VALUES (5, 'loaded', 'crypt', -7), (6, 'loaded too', NULL, NULL);
RESET session_replication_role;
CREATE TEMP TABLE before AS SELECT id, scim_get_user(id::text) #>> '{meta,version}' AS version FROM people;
SELECT * FROM found;
CALL scim_backfill('people');
SELECT id, rev, v = version AS kept FROM people JOIN before USING (id) ORDER BY id;
SELECT * FROM found;
-- by the trigger
INSERT INTO people VALUES (7, 'inserted', 'crypt', -7);
UPDATE people SET secret = 'other' WHERE id IN (3, 5);
SELECT id, rev, v = hashed(scim_get_user(id::text), secret, rev) AS right FROM people ORDER BY id;
SELECT * FROM found;
-- by repair
SET session_replication_role = replica;
UPDATE people SET v = 'wrong' WHERE id IN (5, 7);
RESET session_replication_role;
SELECT problem, resource_id, stored FROM found ORDER BY 2;
SELECT scim_repair_table('people');
SELECT id, v = hashed(scim_get_user(id::text), secret, rev) AS right FROM people WHERE id IN (5, 7) ORDER BY id;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_versions;
