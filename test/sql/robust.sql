-- Tables and rows that are not as scimver would have made them, and roles that
-- may less than others: no crash, no leak, no stale version.
SET client_min_messages = warning;
CREATE DATABASE scimver_robust TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_robust
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
CREATE ROLE scimver_robust_a;
CREATE ROLE scimver_robust_none;
CREATE FUNCTION u(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- ---- registering a table that others filled ----

CREATE TABLE people (tenant_id text NOT NULL, id uuid NOT NULL, data jsonb NOT NULL, version text, revision bigint,
	created timestamptz, last_modified timestamptz, password_hash text,
	PRIMARY KEY (tenant_id, id));
INSERT INTO people (tenant_id, id, data, version) VALUES ('a', u(1), '{"userName": "ann"}', 'old'), ('b', u(2), '{"userName": "bob"}', 'old');
SELECT scim_grant_tenant('a', 'scimver_robust_a');
SELECT fails($$SELECT scim_register_table('pg_catalog.pg_views', 'User', '{}')$$);
CREATE TEMPORARY TABLE passing (LIKE people);
SELECT fails($$SELECT scim_register_table('passing', 'User', '{}')$$);
SELECT fails($$SELECT scim_create_table('pg_temp.users', 'User')$$);
CREATE TABLE parted (LIKE people) PARTITION BY LIST (tenant_id);
SELECT fails($$SELECT scim_register_table('parted', 'User', '{}')$$);
SELECT scim_register_table('people', 'User', '{}');
-- tenants are kept apart
SET ROLE scimver_robust_a;
SELECT data->>'userName' FROM people;
SELECT fails(format($$SELECT scim_get_user('%s', tenant_id => 'b')$$, u(2)));
SELECT fails(format($$SELECT scim_patch_user('%s', '[{"op": "add", "path": "title", "value": "x"}]', NULL, tenant_id => 'b')$$, u(2)));
RESET ROLE;
-- versions of before are forgotten: what was written without the trigger is seen
SELECT scim_get_user(u(1)::text, tenant_id => 'a')->'meta'->>'version' AS read \gset
DROP TRIGGER "~~~scimver" ON people;
UPDATE people SET data = data || '{"title": "by hand"}' WHERE id = u(1);
SELECT scim_register_table('people', 'User', '{}');
SELECT fails(format($$SELECT scim_update_user('%s', '{"userName": "ann"}', '%s', tenant_id => 'a')$$, u(1), :'read'));
DROP TABLE people;

-- a group table whose members were counted by nobody: they are counted
CREATE TABLE teams (tenant_id text NOT NULL, id uuid NOT NULL, data jsonb NOT NULL, version text, revision bigint,
	created timestamptz, last_modified timestamptz, member_count bigint, member_digest bytea,
	PRIMARY KEY (tenant_id, id));
CREATE TABLE teams_members (tenant_id text NOT NULL, group_id uuid NOT NULL, member_type text NOT NULL, member_id uuid NOT NULL,
	user_id uuid GENERATED ALWAYS AS (CASE WHEN member_type = 'User' THEN member_id END) STORED,
	subgroup_id uuid GENERATED ALWAYS AS (CASE WHEN member_type = 'Group' THEN member_id END) STORED,
	PRIMARY KEY (tenant_id, group_id, member_type, member_id));
SELECT scim_create_table('users', 'User');
INSERT INTO users (id, data) VALUES (u(1), '{"userName": "ann"}');
INSERT INTO teams VALUES ('default', u(9), '{"displayName": "nine"}');
INSERT INTO teams_members VALUES ('default', u(9), 'User', u(1));
-- a session that has read users before shows their groups afterwards
SELECT scim_get_user(u(1)::text)->'groups';
SELECT scim_register_table('teams', 'Group', '{}');
SELECT member_count, version = scim_version(scim_get_group(id::text)) FROM teams;
DELETE FROM teams_members;
UPDATE teams SET data = data || '{"externalId": "9"}';
INSERT INTO teams_members VALUES ('default', u(9), 'User', u(1));
SELECT scim_get_user(u(1)::text)->'groups'->0->>'display', member_count, scim_version(scim_get_group(id::text)) = version FROM teams;
-- and memberships go with the user
SELECT scim_delete_user(u(1)::text);
SELECT count(*), (SELECT member_count FROM teams) FROM teams_members;

-- ---- a group that a trigger keeps from following its members ----

INSERT INTO users (id, data) VALUES (u(1), '{"userName": "ann"}');
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER stay BEFORE UPDATE ON teams FOR EACH ROW EXECUTE FUNCTION stay();
SELECT fails(format($$INSERT INTO teams_members VALUES ('default', '%s', 'User', '%s')$$, u(9), u(1)));
DROP TRIGGER stay ON teams;

-- ---- rows that came without a version, which cannot be filled ----

SET session_replication_role = replica;
INSERT INTO users (id, data) VALUES (u(2), '{"userName": "nov"}');
INSERT INTO users (id, data, version, revision) VALUES (u(3), '{"userName": "pat", "Password": "TopSecret"}', 'abc', 1);
RESET session_replication_role;
CREATE TRIGGER stay BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stay();
SELECT fails(format($$SELECT scim_patch_user('%s', '[{"op": "add", "path": "title", "value": "x"}]', 'abc')$$, u(2)));
SELECT fails(format($$SELECT scim_update_user('%s', '{"userName": "nov"}', 'abc')$$, u(2)));
SELECT fails(format($$SELECT scim_delete_user('%s')$$, u(2)));
DROP TRIGGER stay ON users;
SELECT length(scim_get_user(u(2)::text)->'meta'->>'version');
-- a password in clear text is not shown, whatever else the row says
SELECT scim_get_user(u(3)::text)::text ~* 'topsecret|password';

-- ---- passwords ----

-- not in PostgreSQL's own words about the row either
SELECT fails($$INSERT INTO users (id, data) VALUES (NULL, '{"userName": "q", "password": "TopSecret"}')$$);

DO $$
DECLARE
	said text;
BEGIN
	INSERT INTO users (id, data) VALUES (NULL, '{"userName": "q", "password": "TopSecret"}');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
	RAISE WARNING 'the password is told: %', said ~ 'TopSecret';
END $$;
-- of two spellings, the one with a value counts
INSERT INTO users (id, data) VALUES (u(4), '{"userName": "two", "PASSWORD": "abc", "password": null}') RETURNING password_hash IS NOT NULL, data;

-- an upsert's password is that of the document that is written, be it new or not
CREATE FUNCTION has_password(n int, password text) RETURNS boolean LANGUAGE sql RETURN
	(SELECT crypt(password, password_hash) = password_hash FROM users WHERE id = u(n));
INSERT INTO users (id, data) VALUES (u(5), '{"userName": "up", "password": "old"}'), (u(6), '{"userName": "by", "password": "other"}');
INSERT INTO users (id, data) VALUES (u(5), '{"userName": "up", "password": "new"}')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data;
SELECT has_password(5, 'new'), has_password(6, 'other');
INSERT INTO users (id, data) VALUES (u(5), '{"userName": "up", "title": "x", "password": "newer"}'), (u(6), '{"userName": "by"}'), (u(7), '{"userName": "fresh"}')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data;
SELECT has_password(5, 'newer'), has_password(6, 'other'), has_password(7, 'newer');
UPDATE users SET data = data || '{"title": "x"}' WHERE id IN (u(5), u(6));
SELECT has_password(5, 'newer'), has_password(6, 'other');
-- but of that command alone, in the same transaction and in another
BEGIN;
INSERT INTO users (id, data) VALUES (u(8), '{"userName": "cleared", "password": "gone"}');
UPDATE users SET password_hash = NULL WHERE id = u(8);
UPDATE users SET data = data WHERE id = u(8);
SELECT password_hash IS NULL FROM users WHERE id = u(8);
DELETE FROM users WHERE id = u(8);
COMMIT;
INSERT INTO users (id, data) VALUES (u(8), '{"userName": "cleared", "password": "gone"}');
UPDATE users SET password_hash = NULL WHERE id = u(8);
UPDATE users SET data = data WHERE id = u(8);
SELECT password_hash IS NULL FROM users WHERE id = u(8);
DELETE FROM users WHERE id = u(8);
-- two upserts in one command; and one that fails, which is caught
WITH up AS (INSERT INTO users (id, data) VALUES (u(5), '{"userName": "up", "password": "first"}')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data RETURNING id)
INSERT INTO users (id, data) SELECT u(6), '{"userName": "by", "password": "second"}' FROM up
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data;
SELECT has_password(5, 'first'), has_password(6, 'second');
DO $$ BEGIN
	BEGIN
		INSERT INTO users (id, data) VALUES (u(5), '{"userName": "up", "password": "third"}'), (NULL, '{"userName": "null"}')
			ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data;
	EXCEPTION WHEN not_null_violation THEN NULL;
	END;
	UPDATE users SET data = data WHERE id = u(5);
END $$;
SELECT has_password(5, 'first');
DROP FUNCTION has_password;

-- ---- who may not delete learns nothing ----

GRANT USAGE ON SCHEMA public TO scimver_robust_none;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SET ROLE scimver_robust_none;
SELECT fails(format($$SELECT scim_delete_user('%s', 'bogus')$$, u(4)));
RESET ROLE;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
SELECT scim_grant_tenant('default', 'scimver_robust_a');
CREATE POLICY hidden ON users AS RESTRICTIVE USING (user_name <> 'two');
SET ROLE scimver_robust_a;
SELECT fails(format($$SELECT scim_delete_user('%s', 'bogus')$$, u(4)));
RESET ROLE;

-- ---- other people's DDL ----

CREATE TABLE other (a int);
CREATE INDEX other_index ON other ((a + 1));
ALTER TABLE other_index RENAME COLUMN expr TO renamed;
CREATE VIEW other_view AS SELECT a FROM other;
ALTER TABLE other_view RENAME COLUMN a TO b;
ALTER TABLE other DROP COLUMN a CASCADE;

-- a column of a table of resources that is renamed where it is inherited from
BEGIN;
CREATE TABLE parent (data jsonb NOT NULL, user_name text COLLATE "C" GENERATED ALWAYS AS (scim_fold(data ->> 'userName')) STORED);
ALTER TABLE users INHERIT parent;
ALTER TABLE parent RENAME COLUMN data TO document;
SELECT scim_create_user('{"userName": "renamed"}') ->> 'userName' AS name;
SELECT document ->> 'userName' AS name FROM users WHERE user_name = 'renamed';
ROLLBACK;
-- a table of the extension that somebody altered
BEGIN;
ALTER TABLE scim_schemas RENAME COLUMN document TO text;
SELECT fails('SELECT scim_list_users()');
ROLLBACK;
SELECT scim_list_users(count => 0) -> 'itemsPerPage' AS shown;

-- ---- tables that somebody dropped, types that somebody deleted ----

INSERT INTO users (id, data) VALUES (u(50), '{"userName": "fifty"}');
INSERT INTO teams (tenant_id, id, data) VALUES ('default', u(51), '{"displayName": "fifty"}');
SELECT scim_add_members(u(51)::text, ARRAY[u(50)::text]) -> 'members' -> 0 ->> 'display' AS display;
BEGIN;
DROP TABLE teams_members;
SELECT fails(format($$SELECT scim_get_group('%s')$$, u(51)));
SELECT fails(format($$SELECT scim_add_members('%s', ARRAY['%s'])$$, u(51), u(50)));
SELECT fails(format($$SELECT scim_patch_group('%s', '[{"op": "remove", "path": "members"}]')$$, u(51)));
SELECT fails($$SELECT scim_create_group('{"displayName": "x", "members": [{"value": "x"}]}')$$);
SELECT fails($$SELECT scim_list_users(filter => 'groups.value pr')$$);
SELECT scim_delete_group(u(51)::text);
ROLLBACK;
BEGIN;
DELETE FROM scim_resource_types WHERE name = 'Group';
SELECT fails(format($$SELECT scim_list_members('%s')$$, u(51)));
SELECT fails(format($$SELECT scim_add_members('%s', ARRAY['%s'])$$, u(51), u(50)));
SELECT scim_get_user(u(50)::text) -> 'groups' AS groups;
ROLLBACK;

-- ---- revisions that somebody gave ----

DROP TABLE teams_members, teams, users;
SELECT scim_create_table('users', 'User', '{"version_scheme": "revision"}');
INSERT INTO users (id, data, revision) VALUES (u(1), '{"userName": "a"}', -10);
CREATE TABLE seen AS SELECT version FROM users;
UPDATE users SET data = data || '{"title": "b"}';
INSERT INTO seen SELECT version FROM users;
UPDATE users SET data = data - 'title';
INSERT INTO seen SELECT version FROM users;
SELECT count(DISTINCT version) FROM seen;

-- ---- many roles do not fill the memory with plans ----

DO $$
BEGIN
	FOR i IN 1..120 LOOP
		EXECUTE format('CREATE ROLE scimver_robust_%s', i);
		PERFORM scim_grant_tenant('default', format('scimver_robust_%s', i)::regrole);
		EXECUTE format('SET LOCAL ROLE scimver_robust_%s', i);
		PERFORM scim_get_user(u(1)::text), scim_list_users(count => 1),
			scim_patch_user(u(1)::text, '[{"op": "add", "path": "title", "value": "x"}]'), scim_list_users(count => 0);
		RESET ROLE;
		EXECUTE format('DROP OWNED BY scimver_robust_%s', i);
		EXECUTE format('DROP ROLE scimver_robust_%s', i);
	END LOOP;
END $$;
SELECT scim_get_user(u(1)::text)->>'title';

DROP OWNED BY scimver_robust_a, scimver_robust_none;
\c postgres
DROP DATABASE scimver_robust;
DROP ROLE scimver_robust_a, scimver_robust_none;
