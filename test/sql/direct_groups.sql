-- A user's groups are read by index, without a statement, where nothing stands in the
-- way, and by a statement elsewhere: which of the two, DEBUG1 says, and both show
-- the same.  (Snapshots and serializable transactions: test/specs/direct_snapshots.spec.)
SET client_min_messages = warning;
CREATE DATABASE scimver_direct TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_reader;
CREATE ROLE regress_scim_narrow;
CREATE ROLE regress_scim_owner;
\set regression :DBNAME
\c scimver_direct
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
-- at DEBUG1 the server says that its caches of names grow, too: before that is shown
DO $$ BEGIN PERFORM to_regproc(quote_ident(proname)) FROM pg_proc; END $$;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('default', 'regress_scim_reader'), scim_grant_tenant('acme', 'regress_scim_reader');
CREATE FUNCTION u(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION g(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid;
-- groups as ids and names, in their order
CREATE FUNCTION briefly(shown jsonb) RETURNS text LANGUAGE sql RETURN
	(SELECT coalesce(string_agg(ltrim(right(value->>'value', 12), '0') || coalesce('=' || (value->>'display'), ''), ' ' ORDER BY i), 'none')
	FROM jsonb_array_elements(CASE WHEN shown ? 'groups' THEN shown->'groups' ELSE '[]' END) WITH ORDINALITY AS v(value, i));
-- those of a user, and with DEBUG1 why they took a statement
CREATE FUNCTION groups_of(id text) RETURNS text LANGUAGE plpgsql SET client_min_messages = debug1 AS $$
BEGIN
	RETURN briefly(scim_get_user(id));
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION groups_of(n int) RETURNS text LANGUAGE sql RETURN groups_of(u(n)::text);

-- ---- created tables ----
INSERT INTO users (id, data) SELECT u(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 4) n;
INSERT INTO users (tenant_id, id, data) VALUES ('acme', u(1), '{"userName": "acme"}'), ('beta', u(1), '{"userName": "beta"}');
INSERT INTO groups (id, data) SELECT g(n), data FROM (VALUES (1, '{"displayName": "One"}'::jsonb), (2, '{"userName": "by the other name"}'),
	(3, '{"displayName": ""}'), (4, '{"displayName": null}'), (5, '{"displayName": 5}'), (6, '{"displayName": {"a": [1]}}'), (7, '{}'), (8, '{"displayName": [true, null]}'),
	(9, jsonb_build_object('displayName', repeat('long ', 2000)))) AS g(n, data);
INSERT INTO groups (tenant_id, id, data) VALUES ('acme', g(1), '{"displayName": "One of acme"}');
-- not in the order of the ids
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g(n), 'User', u(1) FROM generate_series(9, 1, -1) n;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES ('acme', g(1), 'User', u(1));
INSERT INTO groups (id, data) SELECT g(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 205) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g(n), 'User', u(2) FROM generate_series(101, 200) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT g(n), 'User', u(3) FROM generate_series(101, 205) n;
-- a group in a group is no user's
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (g(2), 'Group', g(1));

-- nothing stands in the way: as superuser, and as a role under row level security
SELECT replace(groups_of(1), repeat('long ', 2000), 'long'), groups_of(4);
SET ROLE regress_scim_reader;
SELECT replace(groups_of(1), repeat('long ', 2000), 'long'), groups_of(4), groups_of(99);
SELECT briefly(scim_get_user(u(1)::text, tenant_id => 'acme'));
-- all of them, or 100 and no more
SELECT md5(groups_of(2)) = md5(groups_of(3)), md5(groups_of(3)) = md5((SELECT string_agg(format('%s=G%1$s', n), ' ' ORDER BY n) FROM generate_series(101, 205) n));
SET client_min_messages = debug1;
SELECT right(r->>'id', 1), r->'meta'->'omitted', jsonb_array_length(r->'groups') FROM jsonb_array_elements(scim_list_users()->'Resources') r ORDER BY 1;
SELECT right(r->>'id', 1), r ? 'groups' FROM jsonb_array_elements(scim_list_users(excluded_attributes => '{groups}')->'Resources') r ORDER BY 1;
SELECT r->'meta'->'omitted', jsonb_array_length(r->'groups') FROM scim_update_user(u(2)::text, '{"userName": "u2", "title": "x"}') r;
SELECT r->'meta'->'omitted', jsonb_array_length(r->'groups') FROM scim_update_user(u(3)::text, '{"userName": "u3", "title": "x"}') r;
-- a write, and one of what is there already; a patch that compares
SELECT briefly(scim_patch_user(u(1)::text, '[{"op": "remove", "path": "title"}]')) LIKE '1=One %';
SELECT jsonb_array_length(scim_patch_user(u(1)::text, '[{"op": "add", "path": "nickName", "value": "n"}]')->'groups');
-- what the own transaction wrote, and took back; what a cursor was opened before
BEGIN;
SELECT groups_of(4);
DECLARE before CURSOR FOR SELECT briefly(scim_get_user(u(4)::text));
SAVEPOINT a;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (g(1), 'User', u(4)), (g(2), 'User', u(4));
UPDATE groups SET data = '{"displayName": "Uno"}' WHERE tenant_id = 'default' AND id = g(1);
SELECT groups_of(4);
DECLARE within CURSOR FOR SELECT briefly(scim_get_user(u(4)::text));
DELETE FROM groups_members WHERE tenant_id = 'default' AND user_id = u(4) AND group_id = g(1);
FETCH before;
FETCH within;
SELECT groups_of(4);
ROLLBACK TO a;
SELECT groups_of(4);
ROLLBACK;
RESET ROLE;
RESET client_min_messages;

-- what the memberships of a call are by its end, as its triggers made them
CREATE FUNCTION join_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO groups_members (group_id, member_type, member_id) VALUES (g(2), 'User', NEW.id) ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
CREATE TRIGGER join_two AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION join_two();
BEGIN;
SELECT briefly(scim_update_user(u(4)::text, '{"userName": "u4", "title": "t"}')), briefly(scim_create_user('{"userName": "u5"}'));
ROLLBACK;
DROP TRIGGER join_two ON users;

-- ---- who asks ----
-- the tenant was not granted; and not any more
SET ROLE regress_scim_reader;
SELECT scim_get_user(u(1)::text, tenant_id => 'beta');
RESET ROLE;
CREATE FUNCTION as_reader(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	SET LOCAL ROLE regress_scim_reader;
	result := replace(groups_of(n), repeat('long ', 2000), 'long');
	RESET ROLE;
	RETURN result;
END $$;
-- a role that sees users by a policy of another sort sees no groups of a tenant that it was not granted
CREATE POLICY all_users ON users TO regress_scim_reader USING (true);
SELECT scim_revoke_tenant('default', 'regress_scim_reader');
SELECT as_reader(1);
SELECT scim_grant_tenant('default', 'regress_scim_reader');
DROP POLICY all_users ON users;
SELECT as_reader(1);
-- columns, all that are read, and not all
CREATE FUNCTION as_narrow(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	SET LOCAL ROLE regress_scim_narrow;
	result := replace(groups_of(n), repeat('long ', 2000), 'long');
	RESET ROLE;
	RETURN result;
END $$;
INSERT INTO scim_tenant_grants VALUES ('default', 'regress_scim_narrow');
GRANT SELECT (tenant_id, id, data, version, revision, created, last_modified) ON users TO regress_scim_narrow;
GRANT SELECT (tenant_id, user_id, group_id) ON groups_members TO regress_scim_narrow;
GRANT SELECT (tenant_id, id, data) ON groups TO regress_scim_narrow;
SELECT as_narrow(1);
SELECT format('REVOKE SELECT (%s) ON %s FROM regress_scim_narrow; SELECT as_narrow(1); GRANT SELECT (%1$s) ON %2$s TO regress_scim_narrow', c, t)
	FROM (VALUES ('tenant_id', 'groups_members'), ('user_id', 'groups_members'), ('group_id', 'groups_members'), ('tenant_id', 'groups'), ('id', 'groups'), ('data', 'groups')) AS lacking(c, t) \gexec
SELECT as_narrow(4);
-- rights that come and go with a role's memberships, in a transaction that is taken back
REVOKE SELECT (data) ON groups FROM regress_scim_narrow;
BEGIN;
SELECT as_narrow(1);
GRANT regress_scim_reader TO regress_scim_narrow;
SELECT as_narrow(1);
ROLLBACK;
SELECT as_narrow(1);
GRANT SELECT (data) ON groups TO regress_scim_narrow;
-- row level security that would apply is an error where that was asked for; the function of the policy must be allowed
BEGIN;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SELECT as_reader(4);
SET LOCAL row_security = off;
SELECT as_reader(4), groups_of(4);
SET LOCAL row_security = on;
REVOKE EXECUTE ON FUNCTION scim_may_use FROM PUBLIC;
SELECT as_reader(4), groups_of(4);
ROLLBACK;
-- the function of the policy was replaced, or runs with settings, though no policy changed
SELECT as_reader(1);
BEGIN;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SELECT as_reader(1);
CREATE OR REPLACE FUNCTION scim_may_use(tenant_id text) RETURNS boolean LANGUAGE sql STABLE STRICT RETURN tenant_id <> 'default';
SELECT as_reader(1);
ROLLBACK;
BEGIN;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
SELECT as_reader(1);
ALTER FUNCTION scim_may_use SECURITY DEFINER SET work_mem = '1MB';
SELECT as_reader(1);
ROLLBACK;
-- the owner, whom policies concern if he asks for that
ALTER TABLE groups OWNER TO regress_scim_owner;
ALTER TABLE groups_members OWNER TO regress_scim_owner;
GRANT SELECT ON users TO regress_scim_owner;
CREATE POLICY all_users ON users TO regress_scim_owner USING (true);
SET ROLE regress_scim_owner;
SELECT groups_of(2) LIKE '101=G101 %';
ALTER TABLE groups FORCE ROW LEVEL SECURITY;
SELECT groups_of(2) LIKE '101 102 %';
ALTER TABLE groups_members FORCE ROW LEVEL SECURITY;
SELECT groups_of(2);
-- a foreign key's statement obeys none: what was found in its triggers does not hold outside of them
RESET ROLE;
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id int REFERENCES parents ON DELETE CASCADE);
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING '%', left(groups_of(1), 10);
	RETURN OLD;
END $$;
CREATE TRIGGER look BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION look();
ALTER TABLE parents OWNER TO regress_scim_owner;
ALTER TABLE children OWNER TO regress_scim_owner;
INSERT INTO parents VALUES (1);
INSERT INTO children VALUES (1);
ALTER TABLE groups ALTER data SET STATISTICS -1;
SET ROLE regress_scim_owner;
DELETE FROM parents;
SELECT groups_of(1);
RESET ROLE;
DROP TABLE children, parents;
SET ROLE regress_scim_owner;
ALTER TABLE groups NO FORCE ROW LEVEL SECURITY;
ALTER TABLE groups_members NO FORCE ROW LEVEL SECURITY;
RESET ROLE;
DROP POLICY all_users ON users;
REASSIGN OWNED BY regress_scim_owner TO CURRENT_USER;

-- ---- what stands in the way ----
-- others' policies: permissive, restrictive, of a role, for a command, with a function of the same name, in place of scimver's
CREATE SCHEMA other;
GRANT USAGE ON SCHEMA other TO PUBLIC;
CREATE FUNCTION other.scim_may_use(text) RETURNS boolean LANGUAGE sql STABLE RETURN true;
SELECT format('BEGIN; CREATE POLICY other ON %s; SELECT as_reader(1); ROLLBACK', policy) FROM (VALUES
	(1, $$groups AS RESTRICTIVE USING (data->>'displayName' <> 'One')$$),
	(2, $$groups_members AS RESTRICTIVE FOR SELECT USING (group_id <> g(1))$$),
	(3, $$groups USING (other.scim_may_use(tenant_id))$$),
	(4, $$groups TO regress_scim_owner USING (true)$$),
	(5, $$groups_members FOR DELETE USING (true)$$)) AS v(n, policy) ORDER BY n \gexec
BEGIN;
DROP POLICY scimver_tenant ON groups;
SELECT as_reader(1);
CREATE POLICY scimver_tenant ON groups USING (other.scim_may_use(tenant_id));
SELECT as_reader(1);
DROP POLICY scimver_tenant ON groups;
CREATE POLICY scimver_tenant ON groups USING (scim_may_use(data->>'displayName'));
SELECT as_reader(1);
DROP POLICY scimver_tenant ON groups;
CREATE POLICY scimver_tenant ON groups FOR SELECT USING (scim_may_use(tenant_id));
SELECT as_reader(1);
DROP POLICY scimver_tenant ON groups;
CREATE POLICY scimver_tenant ON groups TO regress_scim_owner USING (scim_may_use(tenant_id));
SELECT as_reader(1);
DROP POLICY scimver_tenant ON groups;
CREATE POLICY scimver_tenant ON groups AS RESTRICTIVE USING (scim_may_use(tenant_id));
SELECT as_reader(1);
DROP POLICY scimver_tenant ON groups;
CREATE POLICY of_any_name ON groups USING (scim_may_use(tenant_id));
SELECT as_reader(1);
ROLLBACK;
-- children
BEGIN;
CREATE TABLE more_groups () INHERITS (groups);
INSERT INTO more_groups (id, data) VALUES (g(500), '{"displayName": "of a child"}');
ALTER TABLE groups_members DROP CONSTRAINT groups_members_tenant_id_group_id_fkey;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (g(500), 'User', u(4));
SELECT as_reader(4);
ROLLBACK;
-- indexes: none, invalid, of some rows only, on an expression
BEGIN;
DROP INDEX groups_members_tenant_id_user_id_group_id_idx;
SELECT as_reader(1);
CREATE INDEX ON groups_members (tenant_id, user_id) WHERE group_id <> g(1);
CREATE INDEX ON groups_members ((tenant_id || ''), user_id);
CREATE INDEX ON groups_members USING hash (user_id);
CREATE INDEX ON groups_members (tenant_id text_pattern_ops, user_id);
SELECT as_reader(1);
CREATE INDEX usable ON groups_members (user_id) INCLUDE (group_id);
SELECT as_reader(1);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'usable'::regclass;
ALTER TABLE groups_members ALTER member_type SET STATISTICS 10;
SELECT as_reader(1);
ROLLBACK;
SELECT as_reader(1);
-- rows, and an index, by which a group is found that nobody has
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM groups WHERE id = g(1) AND tenant_id = 'default';
SELECT as_reader(1);
ROLLBACK;

-- an extension that watches statements gets some to see, and they show the same
CREATE TABLE answers AS SELECT id, resource FROM (SELECT u(n)::text, scim_get_user(u(n)::text) FROM generate_series(1, 4) n UNION ALL SELECT 'list', scim_list_users()) AS a(id, resource);
LOAD 'auto_explain';
SELECT groups_of(4);
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE resource = again) FROM answers JOIN (SELECT u(n)::text, scim_get_user(u(n)::text) FROM generate_series(1, 4) n UNION ALL SELECT 'list', scim_list_users()) AS a(id, again) USING (id);
\c -
SET client_min_messages = warning;
DROP TABLE answers;

-- ---- mapped tables ----
-- memberships without a tenant name groups of all tenants: the tenant is compared in the row
DROP TABLE groups_members, groups, users;
CREATE TABLE people (id bigint PRIMARY KEY, org text NOT NULL, login text);
CREATE TABLE teams (id bigint PRIMARY KEY, org text NOT NULL, name varchar(20));
CREATE TABLE teams_people (team_id bigint, person_id bigint, UNIQUE (team_id, person_id));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('teams_people', 'team_id', 'person_id');
INSERT INTO people SELECT n, 'default', 'p' || n FROM generate_series(1, 3) n;
INSERT INTO teams VALUES (1, 'default', 'One'), (2, 'acme', 'Two of acme'), (3, 'default', NULL), (10, 'default', 'Ten');
-- of no group that there is, and of none
INSERT INTO teams_people VALUES (10, 1), (2, 1), (3, 1), (1, 1), (77, 1), (NULL, 1), (1, NULL);
SELECT groups_of('1');
CREATE INDEX by_person ON teams_people (person_id);
SELECT groups_of('1'), groups_of('2'), groups_of('3');
-- an extension that watches statements gets some to see, and they show the same
CREATE TABLE answers AS SELECT id, resource FROM (SELECT id::text, scim_get_user(id::text) FROM people UNION ALL SELECT 'list', scim_list_users()) AS a(id, resource);
LOAD 'auto_explain';
SELECT groups_of('1');
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE resource = again) FROM answers JOIN (SELECT id::text, scim_get_user(id::text) FROM people UNION ALL SELECT 'list', scim_list_users()) AS a(id, again) USING (id);
\c -
SET client_min_messages = warning;
DROP TABLE answers;
-- a name that takes a cast, and one that takes none
ALTER TABLE teams ALTER name TYPE char(20);
SELECT groups_of('1');
CREATE DOMAIN short AS varchar CHECK (length(value) < 50);
ALTER TABLE teams ALTER name TYPE short;
SELECT groups_of('1');
-- an index that begins with the id, and has the tenant behind it
ALTER TABLE teams ALTER name TYPE text;
SELECT groups_of('1');
ALTER TABLE teams ADD CONSTRAINT of_org UNIQUE (id, org);
ALTER TABLE teams DROP CONSTRAINT teams_pkey;
SELECT groups_of('1');
-- privileges: what is lacking is named, as ever
GRANT SELECT ON people TO regress_scim_narrow;
SET ROLE regress_scim_narrow;
SELECT groups_of('1');
RESET ROLE;
GRANT SELECT ON teams_people TO regress_scim_narrow;
SET ROLE regress_scim_narrow;
SELECT groups_of('1');
RESET ROLE;
GRANT SELECT (id, org, name) ON teams TO regress_scim_narrow;
SET ROLE regress_scim_narrow;
SELECT groups_of('1');
RESET ROLE;
-- where the schema is closed, also to who knows the table
CREATE SCHEMA closed;
ALTER TABLE teams SET SCHEMA closed;
SET ROLE regress_scim_narrow;
SELECT groups_of('1');
RESET ROLE;
GRANT USAGE ON SCHEMA closed TO regress_scim_narrow;
SET ROLE regress_scim_narrow;
SELECT groups_of('1');
RESET ROLE;
DROP TABLE teams_people, closed.teams, people;

-- ids that are text, in another order than that of their bytes; rows that are marked
CREATE TABLE people (id text PRIMARY KEY, login text);
CREATE TABLE teams (id text PRIMARY KEY, name text, gone boolean NOT NULL DEFAULT false);
CREATE TABLE teams_people (team_id text COLLATE "und-x-icu", person_id varchar, PRIMARY KEY (person_id, team_id));
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('teams_people', 'team_id', 'person_id');
INSERT INTO people VALUES ('P', 'p');
INSERT INTO teams VALUES ('a', 'small a'), ('B', 'big b'), ('c', 'small c'), ('Ä', 'umlaut');
INSERT INTO teams_people SELECT id, 'P' FROM teams;
SELECT groups_of('P');
-- an extension that watches statements gets some to see, and they show the same
CREATE TABLE answers AS SELECT id, resource FROM (SELECT id::text, scim_get_user(id::text) FROM people UNION ALL SELECT 'list', scim_list_users()) AS a(id, resource);
LOAD 'auto_explain';
SELECT groups_of('P');
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE resource = again) FROM answers JOIN (SELECT id::text, scim_get_user(id::text) FROM people UNION ALL SELECT 'list', scim_list_users()) AS a(id, again) USING (id);
\c -
SET client_min_messages = warning;
DROP TABLE answers;
-- rows that are marked as deleted
SELECT scim_unregister_table('teams'), scim_register_table('teams', 'Group', '{"id": "id", "deleted": "gone", "attributes": {"displayName": "name"}}'), scim_register_members('teams_people', 'team_id', 'person_id');
UPDATE teams SET gone = true WHERE id = 'a';
SELECT groups_of('P');
DROP TABLE teams_people;
-- partitions
CREATE TABLE teams_people (team_id text, person_id text, PRIMARY KEY (person_id, team_id)) PARTITION BY HASH (person_id);
CREATE TABLE teams_people_1 PARTITION OF teams_people FOR VALUES WITH (MODULUS 1, REMAINDER 0);
SELECT scim_unregister_table('teams'), scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('teams_people', 'team_id', 'person_id');
INSERT INTO teams_people SELECT id, 'P' FROM teams;
SELECT groups_of('P');

\c :regression
DROP DATABASE scimver_direct;
DROP ROLE regress_scim_reader, regress_scim_narrow, regress_scim_owner;
