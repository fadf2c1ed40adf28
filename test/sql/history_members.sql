-- What the history keeps of groups' members where tables have other shapes than
-- those of history_members_*.sql: groups in groups, ids of any text, members summed
-- up beside a stored version, partitions, marks, tables without foreign keys; and
-- what it does not keep.
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SELECT :'DBNAME' AS regression \gset
CREATE DATABASE scimver_history_members TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_history_members
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE TABLE asked AS SELECT 0::bigint AS seq;
CREATE FUNCTION news() RETURNS SETOF text LANGUAGE sql AS $$
	WITH entries AS (SELECT h.* FROM scim_history_rows h WHERE h.seq > (SELECT seq FROM asked) AND resource_type = 'Group' AND resource_id IS NOT NULL),
		noted AS (UPDATE asked SET seq = (SELECT coalesce(max(h.seq), asked.seq) FROM scim_history_rows h))
	SELECT format('%s %s: %s%s', operation, regexp_replace(resource_id, '^.{33}0*', ''), array_to_string(ARRAY(SELECT unnest(changed) ORDER BY 1), ', '),
		' ' || regexp_replace(regexp_replace(members::text, '(digest": )"[A-Za-z0-9+/]{43}="', '\1"D"'), '0{8}-0000-4000-a000-0*', '', 'g'))
	FROM entries ORDER BY resource_id, seq
$$;
-- does each entry of a group begin where another one ended, and the last one end in what is there?
CREATE FUNCTION broken() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s has no beginning', operation, resource_id) FROM scim_history_rows h WHERE resource_type = 'Group' AND resource_id IS NOT NULL AND operation <> 'create'
		AND NOT EXISTS (SELECT FROM scim_history_rows b WHERE (b.tenant_id, b.resource_type, b.resource_id, b.version) = (h.tenant_id, h.resource_type, h.resource_id, h.previous_version) AND (b.seq < h.seq OR b.xid = h.xid))
	UNION ALL SELECT format('%s is nobody''s end', r->>'id') FROM jsonb_array_elements(scim_list_groups(count => 1000)->'Resources') r
		WHERE NOT EXISTS (SELECT FROM scim_history_rows e WHERE e.resource_type = 'Group' AND e.resource_id = r->>'id' AND e.version = r#>>'{meta,version}')
$$;

-- ---- groups in groups ----

CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 106) n;
SELECT count(*) FROM news();
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(1) FROM generate_series(101, 106) g;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g + 1), 'Group', id(g) FROM generate_series(101, 105) g;
SELECT news();
-- the first of several that one statement deletes takes members of the others along: all are kept
DELETE FROM groups WHERE id IN (id(102), id(103), id(104));
SELECT news();
SELECT scim_delete_group(id(101)::text);
SELECT news();
SELECT broken();
-- a membership, and then the group, in two changes of one transaction
BEGIN;
DELETE FROM groups_members WHERE member_id = id(1) AND group_id = id(105);
DELETE FROM groups WHERE id = id(105);
COMMIT;
SELECT news();
-- all that there is, at once
DELETE FROM groups;
SELECT news();
SELECT broken();

-- ---- more than are kept ----

INSERT INTO groups (id, data) VALUES (id(110), '{"displayName": "G110"}');
SET scimver.history_members = 2;
BEGIN;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(110), 'User', id(n) FROM generate_series(1, 5) n;
-- few of the many differ, but it is not known which until all were seen
UPDATE groups_members SET member_id = CASE WHEN member_id = id(5) THEN id(6) ELSE member_id END;
DELETE FROM groups_members WHERE member_id = id(1);
COMMIT;
SELECT news();
RESET scimver.history_members;
-- the count and the digest are those that the version before was made of
SELECT scim_get_group(id(110)::text)#>>'{meta,version}' AS before, member_count, encode(member_digest, 'base64') AS digest FROM groups WHERE id = id(110) \gset
SET scimver.history_members = 0;
DELETE FROM groups_members WHERE member_id = id(2);
RESET scimver.history_members;
SELECT previous_version = :'before', members = jsonb_build_object('count', :member_count, 'digest', :'digest') FROM scim_history_rows WHERE resource_type = 'Group' ORDER BY seq DESC LIMIT 1;
SELECT count(*) FROM news();
-- only superusers say how many
CREATE ROLE regress_history_members;
SET ROLE regress_history_members;
SET scimver.history_members = 0;
RESET ROLE;
DROP ROLE regress_history_members;

-- ---- nothing is kept ----

SELECT scim_unregister_table('groups');
DROP TABLE groups_members, groups;
SELECT count(*) >= 0 FROM news();
SELECT scim_create_table('groups', 'Group', '{"history": false}');
SELECT scim_create_group(jsonb_build_object('displayName', 'silent', 'members', jsonb_build_array(jsonb_build_object('value', id(1)))))->>'displayName';
DELETE FROM groups_members;
DELETE FROM groups;
SELECT news();
SELECT scim_unregister_table('groups'), scim_unregister_table('users');
DROP TABLE groups_members, groups, users;

-- ---- ids of any text, in a table without foreign keys ----

CREATE TABLE people (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE teams (id text PRIMARY KEY, name text);
CREATE TABLE joins (team text, person text, PRIMARY KEY (team, person));
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "name"}}', '{"history": true}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"history": true}');
SELECT scim_register_members('joins', 'team', 'person');
INSERT INTO people SELECT i, 'n' || row_number() OVER () FROM unnest(ARRAY['"', '\', '{}', '"], "removed": {}', 'a', 'a ', 'A', 'ä', U&'\0061\0308', E'\n', '$1', '%s', 'null', '1', '01', repeat('x', 500)]) i;
INSERT INTO teams VALUES ('t', 'T'), ('"t"', 'T2');
INSERT INTO joins SELECT t.id, p.id FROM teams t, people p;
SELECT resource_id, members->'added'->'User' = (SELECT jsonb_agg(id ORDER BY id COLLATE "C") FROM people) FROM scim_history_rows WHERE resource_id IN ('t', '"t"') AND operation = 'update' ORDER BY resource_id;
DELETE FROM people WHERE id IN ('"', 'a ', E'\n');
SELECT resource_id, members FROM scim_history_rows WHERE resource_id IN ('t', '"t"') AND operation = 'update' AND members ? 'removed' ORDER BY resource_id;
-- both go, and memberships, which nothing but scimver takes along, after them
DELETE FROM teams WHERE id IN ('t', '"t"');
SELECT resource_id, changed, members->'removed'->'User' = (SELECT jsonb_agg(id ORDER BY id COLLATE "C") FROM people), (SELECT count(*) FROM joins) FROM scim_history_rows WHERE operation = 'delete' AND resource_id IN ('t', '"t"') ORDER BY resource_id;
INSERT INTO teams VALUES ('t', 'T');
SELECT scim_add_members('t', ARRAY['1', '01'])->>'displayName';
SELECT scim_delete_group('t');
SELECT operation, changed, members FROM scim_history_rows WHERE resource_type = 'Group' ORDER BY seq DESC LIMIT 3;
SELECT broken();
SELECT count(*) >= 0 FROM news();
-- a row that is no group's
INSERT INTO joins VALUES ('nobody', 'a');
DELETE FROM joins;
SELECT news();

-- ---- a mark ----

SELECT scim_unregister_table('teams');
ALTER TABLE teams ADD gone boolean NOT NULL DEFAULT false;
SELECT scim_register_table('teams', 'Group', '{"id": "id", "deleted": "gone", "attributes": {"displayName": "name"}}', '{"history": true}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT count(*) >= 0 FROM news();
INSERT INTO teams VALUES ('marked', 'M');
INSERT INTO joins VALUES ('marked', 'a'), ('marked', '1');
SELECT news();
SELECT scim_delete_group('marked');
SELECT news();
-- who is in it meanwhile is nobody's to read
INSERT INTO joins VALUES ('marked', 'ä');
DELETE FROM joins WHERE person = 'a';
SELECT news();
UPDATE teams SET gone = false;
SELECT news();
DELETE FROM joins WHERE person = '1';
SELECT news();
SELECT version = scim_get_group('marked')#>>'{meta,version}' FROM scim_history_rows WHERE resource_id = 'marked' ORDER BY seq DESC LIMIT 1;
SELECT scim_unregister_table('teams');
DROP TABLE joins, teams;

-- ---- a stored version, and members that are summed up ----

CREATE TABLE teams (id text PRIMARY KEY, name text, version text);
CREATE TABLE joins (team text REFERENCES teams ON DELETE CASCADE, person text REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person));
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}', '{"history": true}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT count(*) >= 0 FROM news();
INSERT INTO teams VALUES ('s', 'S'), ('t', 'T');
INSERT INTO joins SELECT t.id, p.id FROM teams t, people p WHERE p.id IN ('1', '01');
DELETE FROM joins WHERE team = 's' AND person = '1';
UPDATE teams SET name = 'S2' WHERE id = 's';
SELECT scim_patch_group('s', '[{"op": "add", "path": "members", "value": {"value": "1"}}, {"op": "replace", "path": "displayName", "value": "S3"}]')->>'displayName';
SELECT news();
DELETE FROM teams WHERE id = 's';
SELECT news();
SELECT broken();
-- what there was before is not known
TRUNCATE joins;
SELECT news();
INSERT INTO joins VALUES ('t', '1');
SELECT news();
SELECT scim_unregister_table('teams');
DROP TABLE joins, teams;

-- ---- partitions: their triggers see one row at a time ----

CREATE TABLE teams (id text PRIMARY KEY, name text, version text, members bigint, digest bytea);
CREATE TABLE joins (team text REFERENCES teams ON DELETE CASCADE, person text REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person)) PARTITION BY LIST (person);
CREATE TABLE joins_1 PARTITION OF joins FOR VALUES IN ('1');
CREATE TABLE joins_2 PARTITION OF joins DEFAULT;
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "memberCount": "members", "memberDigest": "digest", "attributes": {"displayName": "name"}}', '{"history": true}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT count(*) >= 0 FROM news();
INSERT INTO teams VALUES ('p', 'P');
INSERT INTO joins SELECT 'p', id FROM people WHERE id IN ('1', '01');
UPDATE joins SET person = 'a' WHERE person = '1';
DELETE FROM joins_2 WHERE person = '01';
SELECT scim_patch_group('p', '[{"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "01"}]}, {"op": "replace", "path": "displayName", "value": "P2"}]')->>'displayName';
SELECT news();
SELECT broken();
TRUNCATE joins_1;
SELECT news();
DELETE FROM teams;
SELECT news();
SELECT broken();
SELECT scim_unregister_table('teams');
DROP TABLE joins, teams;

-- ---- the same where rows are only locked: each is recorded behind the one before it ----

CREATE TABLE teams (id text PRIMARY KEY, name text);
CREATE TABLE joins (team text REFERENCES teams ON DELETE CASCADE, person text REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person)) PARTITION BY LIST (person);
CREATE TABLE joins_1 PARTITION OF joins FOR VALUES IN ('1');
CREATE TABLE joins_2 PARTITION OF joins DEFAULT;
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"history": true}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT count(*) >= 0 FROM news();
INSERT INTO teams VALUES ('l', 'L'), ('m', 'M');
INSERT INTO joins SELECT t.id, p.id FROM teams t, people p WHERE p.id IN ('1', '01', 'a', 'A');
DELETE FROM people WHERE id IN ('a', '01');
SELECT news();
SELECT broken();
-- a trigger of the application's, which comes between: what it did is recorded first, and follows on what its statement did
CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO joins SELECT NEW.team, '\' WHERE NEW.person = '{}';
	RETURN NULL;
END $$;
CREATE TRIGGER another AFTER INSERT ON joins_2 FOR EACH ROW EXECUTE FUNCTION another();
INSERT INTO joins VALUES ('l', '{}'), ('l', '$1');
SELECT broken();
SELECT previous_version IS NULL, jsonb_array_length(members#>'{added,User}') FROM scim_history_rows WHERE resource_id = 'l' ORDER BY seq DESC LIMIT 3;
SELECT scim_unregister_table('teams');
DROP TABLE joins, teams;

-- ---- what replication brings is written by whom it comes from ----

CREATE TABLE teams (id text PRIMARY KEY, name text);
CREATE TABLE joins (team text REFERENCES teams ON DELETE CASCADE, person text REFERENCES people ON DELETE CASCADE, PRIMARY KEY (team, person));
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"history": true, "subscribed": true}');
SELECT scim_register_members('joins', 'team', 'person', '{"subscribed": true}');
INSERT INTO teams VALUES ('r', 'R');
SELECT count(*) >= 0 FROM news();
SET session_replication_role = replica;
INSERT INTO joins VALUES ('r', '1');
DELETE FROM joins;
RESET session_replication_role;
SELECT news();
INSERT INTO joins VALUES ('r', '1');
SELECT news();
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_history_members;
