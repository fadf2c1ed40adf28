-- Checking a registered table, mending it, and filling what its rows lack.
SET client_min_messages = warning;
CREATE DATABASE scimver_maintenance TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_maintenance
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');

-- ids that are the same every time
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
-- what the check finds, in a form that does not depend on the hashes of passwords
CREATE FUNCTION problems(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', problem, tenant_id, right(resource_id, 3), stored, CASE WHEN problem = 'members' THEN computed WHEN computed IS NOT NULL THEN 'computed' END, detail)
	FROM scim_check_table(relation) ORDER BY 1 $$;

INSERT INTO users (id, data) SELECT id(i), jsonb_build_object('userName', 'user' || i) FROM generate_series(1, 20) i;
INSERT INTO users (tenant_id, id, data) SELECT 'acme', id(i), jsonb_build_object('userName', 'user' || i) FROM generate_series(1, 20) i;
UPDATE users SET password_hash = 'a crypt string' WHERE id = id(3);
INSERT INTO groups (id, data) SELECT id(100 + i), jsonb_build_object('displayName', 'group' || i) FROM generate_series(1, 4) i;
INSERT INTO groups_members SELECT 'default', id(100 + g), 'User', id(u) FROM generate_series(1, 3) g, generate_series(1, 5 * g) u;
INSERT INTO groups_members VALUES ('default', id(104), 'Group', id(101));

-- ---- a sound table ----

SELECT problems('users');
SELECT problems('groups');
SELECT problems('groups_members');
SELECT scim_repair_table('users'), scim_repair_table('groups'), scim_repair_table('groups_members');

-- ---- versions, counts and digests ----

CREATE TABLE before AS SELECT tenant_id, id, version, revision, last_modified FROM users;
SET session_replication_role = replica;
UPDATE users SET version = 'moved by hand' WHERE (tenant_id, id) IN (('default', id(1)), ('acme', id(2)));
UPDATE users SET data = data || '{"nickName": "new"}' WHERE tenant_id = 'default' AND id = id(4);
UPDATE users SET password_hash = 'other' WHERE tenant_id = 'default' AND id = id(3);
UPDATE users SET version = NULL, revision = NULL WHERE tenant_id = 'default' AND id = id(5);
UPDATE users SET data = '"no object"' WHERE tenant_id = 'default' AND id = id(6);
UPDATE groups SET member_count = 6 WHERE id = id(101);
UPDATE groups SET member_digest = '\x00' WHERE id = id(102);
DELETE FROM groups_members WHERE group_id = id(103) AND member_id = id(1);
UPDATE groups SET version = 'moved too' WHERE id IN (id(103), id(104));
RESET session_replication_role;
SELECT problems('users');
SELECT problems('groups');
SELECT count(*) FROM scim_check_table('groups_members');
-- what the check computes is what a client reads
SELECT bool_and(c.computed = scim_version(scim_get_user(resource_id, tenant_id => c.tenant_id))) FROM scim_check_table('users') c WHERE problem = 'version' AND right(resource_id, 1) <> '3';
SELECT scim_repair_table('users'), scim_repair_table('groups');
SELECT problems('users');
SELECT problems('groups');
-- nobody changed the resource now: revision and last_modified stay
SELECT right(u.id::text, 3), u.revision - b.revision, u.last_modified = b.last_modified, u.version = b.version FROM users u JOIN before b USING (tenant_id, id)
	WHERE (u.version, u.revision, u.last_modified) IS DISTINCT FROM (b.version, b.revision, b.last_modified) ORDER BY u.id;
SELECT scim_repair_table('users');
UPDATE users SET data = '{"userName": "user6"}' WHERE id = id(6) AND tenant_id = 'default';
SELECT problems('users');
-- and whoever is not repairing cannot write them
UPDATE users SET version = 'x', revision = 9;
UPDATE groups SET member_count = 9, member_digest = '\x01';
SELECT problems('users') UNION ALL SELECT problems('groups');

-- ---- triggers ----

ALTER TABLE users DISABLE TRIGGER "~~~scimver";
ALTER TABLE groups ENABLE ALWAYS TRIGGER "~~~scimver";
ALTER TABLE groups_members ENABLE REPLICA TRIGGER "~~~scimver_members_insert";
DROP TRIGGER "~~~scimver_members_delete" ON groups_members;
DROP TRIGGER "~~~scimver_members_truncate" ON groups_members;
DELETE FROM groups_members WHERE group_id = id(103) AND member_id = id(2);
UPDATE users SET data = data || '{"title": "unseen"}' WHERE id = id(7);
SELECT problems('users');
SELECT problems('groups');
SELECT scim_repair_table('users'), scim_repair_table('groups');
SELECT problems('users') UNION ALL SELECT problems('groups');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgname LIKE '~~~scimver%' ORDER BY tgrelid, tgname;
DELETE FROM groups_members WHERE group_id = id(103) AND member_id = id(3);
SELECT member_count FROM groups WHERE id = id(103);

ALTER TRIGGER "~~~scimver" ON users RENAME TO other;
SELECT problems('users');
SELECT scim_repair_table('users');
SELECT problems('users');
BEGIN;
DROP TRIGGER "~~~scimver_members_insert" ON groups_members;
DROP TRIGGER "~~~scimver_members_delete" ON groups_members;
DROP TRIGGER "~~~scimver_members_update" ON groups_members;
DROP TRIGGER "~~~scimver_members_truncate" ON groups_members;
SELECT problems('groups');
SELECT scim_repair_table('groups');
ROLLBACK;

-- one that would change the row after ours saw it
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "~~~z" BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~~~zz" AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nothing();
CREATE TRIGGER "~~~zzz" BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION nothing();
SELECT problems('users');
SELECT scim_repair_table('users');
DROP TRIGGER "~~~z" ON users;
DROP TRIGGER "~~~zz" ON users;
DROP TRIGGER "~~~zzz" ON users;

ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER EVENT TRIGGER scimver_drop DISABLE;
SELECT problems('users');
SELECT scim_repair_table('users');
SELECT problems('users');

-- ---- indexes and columns ----

BEGIN;
DROP INDEX users_tenant_id_user_name_idx, users_tenant_id_external_id_id_idx, users_emails_idx;
ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;
SELECT problems('users');
ROLLBACK;
BEGIN;
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER TABLE users ALTER COLUMN version TYPE varchar(2) USING NULL;
SELECT problems('users');
ROLLBACK;
BEGIN;
ALTER EVENT TRIGGER scimver_drop DISABLE;
ALTER TABLE users DROP COLUMN active, ADD COLUMN active text;
SELECT problems('users');
ROLLBACK;
BEGIN;
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER EVENT TRIGGER scimver_drop DISABLE;
ALTER TABLE users DROP COLUMN created, DROP COLUMN emails;
SELECT problems('users');
-- it is in nobody's way
ALTER EVENT TRIGGER scimver_drop ENABLE;
CREATE TABLE bystander (x int);
CREATE INDEX bystander_x ON bystander (x);
DROP INDEX bystander_x;
SAVEPOINT broken;
SELECT scim_repair_table('users');
ROLLBACK TO broken;
ROLLBACK;
BEGIN;
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER EVENT TRIGGER scimver_drop DISABLE;
ALTER TABLE groups_members DROP COLUMN member_type CASCADE;
ALTER EVENT TRIGGER scimver_drop ENABLE;
ALTER EVENT TRIGGER scimver_rename ENABLE;
SELECT problems('groups');
ROLLBACK;
BEGIN;
DROP TRIGGER "~~~scimver" ON groups;
SELECT problems('groups_members');
SAVEPOINT missing;
SELECT problems('groups');
ROLLBACK;

-- ---- who may ----

CREATE ROLE regress_maintenance;
SELECT scim_grant_tenant('default', 'regress_maintenance');
SET ROLE regress_maintenance;
SELECT problems('users');
SELECT scim_repair_table('users');
CALL scim_backfill('users');
RESET ROLE;
GRANT EXECUTE ON PROCEDURE scim_backfill TO regress_maintenance;
GRANT EXECUTE ON FUNCTION scim_repair_table TO regress_maintenance;
SET ROLE regress_maintenance;
SELECT scim_repair_table('users');
CALL scim_backfill('users');
RESET ROLE;
REVOKE ALL ON PROCEDURE scim_backfill FROM regress_maintenance;
REVOKE ALL ON FUNCTION scim_repair_table FROM regress_maintenance;
SELECT problems('before');
SELECT scim_repair_table('before');
SELECT scim_check_table(0);

-- ---- backfill ----

SET client_min_messages = notice;
CALL scim_backfill('users');
SET session_replication_role = replica;
UPDATE users SET version = NULL, revision = NULL, data = data - 'schemas';
UPDATE groups SET version = NULL;
RESET session_replication_role;
SELECT problems('users') UNION ALL SELECT problems('groups');
CALL scim_backfill('users', 7);
SELECT count(version), count(revision), count(data->'schemas') FROM users;
CALL scim_backfill('groups_members', 1);
SELECT problems('users') UNION ALL SELECT problems('groups');
CALL scim_backfill('users', 7);

-- the same without any trigger
CREATE TABLE fired (n int);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO fired VALUES (1); RETURN NEW; END $$;
CREATE TRIGGER note BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();
SET session_replication_role = replica;
UPDATE users SET version = NULL, data = data - 'schemas' || '{"password": "in clear text"}' WHERE id = id(3);
UPDATE users SET version = NULL, data = data - 'schemas' WHERE id <> id(3);
CALL scim_backfill('users', 100);
RESET session_replication_role;
SELECT count(*) FROM fired;
SELECT problems('users');
-- what only the trigger can do is done by the next write
SELECT data ? 'password' FROM users WHERE id = id(3);
UPDATE users SET data = data || '{"title": "Mx"}' WHERE id = id(3);
SELECT data ? 'password', left(password_hash, 4) FROM users WHERE id = id(3);
SELECT problems('users');

-- one that changes what is written
SET session_replication_role = replica;
UPDATE users SET version = NULL WHERE id <= id(2);
RESET session_replication_role;
CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.id = id(1) THEN NEW.data := NEW.data || '{"title": "set by a trigger"}'; RETURN NEW; END IF;
	RETURN NULL; END $$;
CALL scim_backfill('users');
DROP TRIGGER note ON users;
SELECT tenant_id, right(id::text, 3), version IS NULL, revision, data->'title' FROM users WHERE id <= id(2) ORDER BY id, tenant_id;
CALL scim_backfill('users');
SELECT problems('users');

-- rows that cannot be written
SET session_replication_role = replica;
UPDATE users SET version = NULL WHERE id <= id(8);
UPDATE users SET data = '[]' WHERE id = id(2) AND tenant_id = 'acme';
RESET session_replication_role;
ALTER TABLE users ADD CONSTRAINT no_five CHECK (id <> id(5)) NOT VALID;
CALL scim_backfill('users');
ALTER TABLE users DROP CONSTRAINT no_five;
SELECT count(*) FROM users WHERE version IS NULL;
UPDATE users SET data = '{"userName": "user2"}' WHERE id = id(2);
CALL scim_backfill('users');
SELECT problems('users');

-- it commits, and says so where it cannot
BEGIN;
CALL scim_backfill('users');
ROLLBACK;
CREATE FUNCTION in_a_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL scim_backfill('users'); END $$;
SELECT in_a_function();
DO $$ BEGIN CALL scim_backfill('users'); END $$;
CALL scim_backfill('users', 0);
CALL scim_backfill('users', NULL);
CALL scim_backfill(NULL);
CALL scim_backfill('before');
CALL scim_backfill(0);

-- above READ COMMITTED, too
SET default_transaction_isolation = 'serializable';
SET session_replication_role = replica;
UPDATE users SET version = NULL;
RESET session_replication_role;
CALL scim_backfill('users', 9);
SELECT problems('users');
RESET default_transaction_isolation;

-- versions with the revision in them
DROP TABLE groups_members, groups, users;
SELECT scim_create_table('users', 'User', '{"version_scheme": "revision"}');
INSERT INTO users (id, data) SELECT id(i), jsonb_build_object('userName', 'user' || i) FROM generate_series(1, 9) i;
UPDATE users SET data = data || '{"title": "Mx"}' WHERE id <= id(5);
DROP TABLE before;
CREATE TABLE before AS SELECT id, version, revision FROM users;
SET session_replication_role = replica;
UPDATE users SET version = 'moved by hand' WHERE id IN (id(1), id(6));
UPDATE users SET version = NULL WHERE id IN (id(2), id(7));
RESET session_replication_role;
SELECT problems('users');
SELECT scim_repair_table('users');
CALL scim_backfill('users');
SELECT problems('users');
SELECT count(*), bool_and(u.version = b.version AND u.revision = b.revision) FROM users u JOIN before b USING (id);

-- ---- tables that people have ----

DROP TABLE users;
CREATE TABLE people (id int NOT NULL, org text NOT NULL, login text NOT NULL, first_name text, extra jsonb,
	shown text GENERATED ALWAYS AS (upper(login)) STORED, PRIMARY KEY (org, id), UNIQUE (login, org));
CREATE TABLE teams (id bigint NOT NULL, org text NOT NULL, name text NOT NULL, changed timestamptz, PRIMARY KEY (id, org));
CREATE TABLE team_people (person int NOT NULL, org text NOT NULL, team bigint NOT NULL, UNIQUE (person, org, team));
INSERT INTO people (id, org, login, first_name) SELECT i, org, 'login' || i, 'Name' || i FROM generate_series(1, 30) i, unnest(ARRAY['a', 'b']) org;
INSERT INTO teams SELECT i, org, 'team' || i, '2001-01-01' FROM generate_series(1, 30) i, unnest(ARRAY['a', 'b', 'c']) org;
INSERT INTO team_people SELECT p, org, t FROM generate_series(1, 30) p, unnest(ARRAY['a', 'b']) org, generate_series(1, 30) t WHERE p % t < 3 AND ascii(org) % 2 <= t % 2;
SET client_min_messages = warning;
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "data": "extra", "attributes": {"userName": "login", "name.givenName": "first_name", "nickName": {"column": "shown", "mode": "read"}}}', '{"add_columns": true}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "lastModified": "changed", "attributes": {"displayName": "name"}}', '{"add_columns": true}');
SELECT scim_register_members('team_people', 'team', 'person', '{"tenant": "org"}');
SET client_min_messages = notice;
-- before the backfill everything is computed, and right
SELECT problems('people') UNION ALL SELECT problems('teams');
CALL scim_backfill('people', 7);
CALL scim_backfill('team_people', 140);
SELECT problems('people') UNION ALL SELECT problems('teams');
SELECT count(scim_version), min(scim_revision), max(scim_revision) FROM people;
SELECT count(scim_version), min(scim_revision), max(scim_revision), max(changed) = '2001-01-01' FROM teams;
SELECT count(scim_member_count), sum(scim_member_count) = (SELECT count(*) FROM team_people) FROM teams;
CALL scim_backfill('people');
CALL scim_backfill('teams');
SET session_replication_role = replica;
UPDATE people SET first_name = 'Other' WHERE id = 3 AND org = 'b';
UPDATE people SET extra = '{"title": "Dr"}' WHERE id = 4 AND org = 'a';
UPDATE people SET login = 'login five' WHERE id = 5 AND org = 'a';
UPDATE teams SET scim_version = 'wrong' WHERE id = 1 AND org = 'b';
DELETE FROM team_people WHERE org = 'a' AND team = 3;
UPDATE teams SET scim_member_count = 100 WHERE org = 'a' AND id = 2;
UPDATE teams SET scim_member_digest = NULL WHERE org = 'a' AND id = 5;
RESET session_replication_role;
SELECT problems('people');
SELECT problems('teams');
SELECT scim_repair_table('people'), scim_repair_table('team_people');
SELECT problems('people') UNION ALL SELECT problems('teams');
CALL scim_backfill('teams');
SELECT problems('teams');
SELECT max(scim_revision), max(changed) = '2001-01-01' FROM teams;
DELETE FROM team_people WHERE org = 'a';
SELECT problems('teams');

-- triggers and indexes
ALTER TABLE teams DISABLE TRIGGER "~~~scimver_delete";
DROP TRIGGER "~~~scimver_delete_truncate" ON teams;
ALTER TABLE team_people DISABLE TRIGGER USER;
SELECT problems('teams');
SELECT scim_repair_table('teams');
SELECT problems('teams');
ALTER TABLE people DROP CONSTRAINT people_login_org_key;
SELECT problems('people');
SET session_replication_role = replica;
ALTER TABLE people DROP COLUMN first_name;
RESET session_replication_role;
SELECT problems('people');
SELECT scim_unregister_table('people'), scim_unregister_table('teams');

-- partitions and children, which can be written to by themselves
DROP TABLE people, teams, team_people;
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
CREATE TABLE guests (PRIMARY KEY (id)) INHERITS (people);
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE teams_1 PARTITION OF teams FOR VALUES FROM (1) TO (10);
CREATE TABLE teams_2 PARTITION OF teams FOR VALUES FROM (10) TO (20);
CREATE TABLE team_people (team int, person int, PRIMARY KEY (team, person)) PARTITION BY RANGE (team);
CREATE TABLE team_people_1 PARTITION OF team_people FOR VALUES FROM (1) TO (10);
CREATE TABLE team_people_2 PARTITION OF team_people FOR VALUES FROM (10) TO (20);
INSERT INTO people SELECT i, 'login' || i FROM generate_series(1, 9) i;
INSERT INTO guests SELECT i, 'login' || i FROM generate_series(10, 19) i;
INSERT INTO teams SELECT i, 'team' || i FROM generate_series(1, 19) i;
INSERT INTO team_people SELECT t, p FROM generate_series(1, 19) t, generate_series(1, 19) p WHERE p % t < 2;
SET client_min_messages = warning;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '{"add_columns": true}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"add_columns": true}');
SELECT scim_register_members('team_people', 'team', 'person');
SET client_min_messages = notice;
SELECT problems('people') UNION ALL SELECT problems('teams');
CALL scim_backfill('guests', 4);
CALL scim_backfill('teams_1', 100);
SELECT problems('people') UNION ALL SELECT problems('teams');
ALTER TABLE guests DISABLE TRIGGER "~~~scimver";
ALTER TABLE teams_2 DISABLE TRIGGER "~~~scimver";
ALTER TABLE team_people_1 DISABLE TRIGGER "~~~scimver_members_row";
DROP TRIGGER "~~~scimver_members_truncate" ON team_people_2;
UPDATE guests SET login = 'guest' WHERE id = 11;
UPDATE teams SET name = 'eleven' WHERE id = 11;
TRUNCATE team_people_1;
SELECT problems('people');
SELECT problems('teams_2');
SELECT scim_repair_table('people'), scim_repair_table('team_people_1');
SELECT problems('people') UNION ALL SELECT problems('teams');
DROP TRIGGER "~~~scimver" ON guests;
SELECT problems('people');
SELECT scim_repair_table('people');
SELECT problems('people');
UPDATE guests SET login = 'guest again' WHERE id = 11;
SELECT scim_revision FROM people WHERE id = 11;

-- what a trigger writes meanwhile is no part of the repair
ALTER TABLE teams_2 DISABLE TRIGGER "~~~scimver";
UPDATE teams SET name = 'twelve' WHERE id = 12;
ALTER TABLE teams_2 ENABLE TRIGGER "~~~scimver";
SELECT scim_member_count AS before, scim_revision AS revision FROM teams WHERE id = 13 \gset
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE teams SET scim_member_count = 99 WHERE id = 13;
	UPDATE teams SET name = 'meddled' WHERE id = 14;
	RETURN NULL; END $$;
CREATE TRIGGER meddle AFTER UPDATE ON teams_2 FOR EACH ROW WHEN (NEW.id = 12) EXECUTE FUNCTION meddle();
SELECT scim_repair_table('teams');
SELECT scim_member_count = :before, scim_revision = :revision FROM teams WHERE id = 13;
SELECT id, scim_revision FROM teams WHERE id IN (12, 14) ORDER BY id;
SELECT problems('people') UNION ALL SELECT problems('teams');

\c :regression
DROP DATABASE scimver_maintenance;
DROP ROLE regress_maintenance;
