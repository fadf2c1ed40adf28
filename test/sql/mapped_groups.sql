-- Groups and join tables that people had already: whoever writes to the join
-- table moves the versions of its groups, and only of those that it changed.
SET client_min_messages = warning;
CREATE DATABASE scimver_mapped_groups TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_mapped_groups
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;

CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || CASE WHEN detail LIKE '{%' THEN ' ' || (detail::jsonb - 'error_code' - 'status' - 'scim_type')::text ELSE '' END;
END $$;

-- count and digest of users' ids, by other means: a plain sum of SHA-256 modulo 2^256
CREATE FUNCTION digest(ids text[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	sum numeric := 0;
	term numeric;
	hash bytea;
	digest bytea := decode(repeat('00', 32), 'hex');
BEGIN
	FOR hash IN SELECT sha256(convert_to(format('{"type":"User","value":"%s"}', id), 'UTF8')) FROM unnest(ids) id LOOP
		term := 0;
		FOR i IN 0..31 LOOP term := term * 256 + get_byte(hash, i); END LOOP;
		sum := sum + term;
	END LOOP;
	FOR i IN REVERSE 31..0 LOOP
		digest := set_byte(digest, i, mod(sum, 256)::int);
		sum := div(sum, 256);
	END LOOP;
	RETURN digest;
END $$;

-- What each shape of tables below says of its groups in the view "shape":
-- tenant, id, name, version and revision as stored, members as they are in the
-- join table, known_count and known_digest as kept, place of the row.
CREATE FUNCTION state(OUT tenant text, OUT id text, OUT name text, OUT version text, OUT revision bigint, OUT members text, OUT place text, OUT "right" boolean)
	RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	s record;
	r jsonb;
BEGIN
	FOR s IN EXECUTE 'SELECT * FROM shape ORDER BY tenant, id' LOOP
		r := scim_get_group(s.id, tenant_id => s.tenant);
		tenant := s.tenant; id := s.id; name := s.name; revision := s.revision; place := s.place;
		version := r->'meta'->>'version';
		members := (SELECT string_agg(m->>'value', ' ' ORDER BY m->>'value') FROM jsonb_array_elements(r->'members') m);
		"right" := version = scim_version(r) AND (s.version IS NULL OR s.version = version)
			AND members IS NOT DISTINCT FROM array_to_string(nullif(s.members, '{}'), ' ')
			AND (s.known_count IS NULL OR (s.known_count, s.known_digest) = (cardinality(s.members), digest(s.members)))
			AND (scim_list_members(s.id, tenant_id => s.tenant)->>'totalResults')::int = cardinality(s.members);
		RETURN NEXT;
	END LOOP;
END $$;

-- runs a statement, and tells which groups it moved
CREATE FUNCTION does(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM state();
	EXECUTE statement;
	RETURN QUERY SELECT coalesce(a.name, b.name) || ': ' || CASE
			WHEN a.id IS NULL THEN 'gone'
			WHEN b.id IS NULL THEN 'new, ' || coalesce('members ' || a.members, 'no members')
			ELSE concat_ws(', ', CASE WHEN a.version = b.version THEN 'same version' ELSE 'new version' END,
				'revision +' || (a.revision - b.revision), CASE WHEN a.place = b.place THEN 'row untouched' END, coalesce('members ' || a.members, 'no members')) END
			|| CASE WHEN NOT a."right" THEN ', WRONG' ELSE '' END
		FROM state() a FULL JOIN before b USING (tenant, id) WHERE a IS DISTINCT FROM b OR NOT a."right" ORDER BY 1;
	IF NOT FOUND THEN
		RETURN NEXT 'nothing';
	END IF;
	DROP TABLE before;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT sqlstate || ' ' || sqlerrm;
END $$;

-- the same for each shape: groups 101 to 104, users 1 to 9
CREATE TABLE statements (n int GENERATED ALWAYS AS IDENTITY, statement text);
INSERT INTO statements (statement) VALUES
	-- groups of which nothing is known yet: what several triggers of a statement see is counted once
	($$INSERT INTO joins (team, person, note) VALUES ('104', '8', 'and 6'), ('104', '9', NULL)$$),
	($$WITH d AS (DELETE FROM joins WHERE team = '101' AND person = '1'), i AS (INSERT INTO joins (team, person) VALUES ('101', '7'), ('102', '7')) SELECT$$),
	($$DELETE FROM joins WHERE team = '104' OR person = '7'; INSERT INTO joins (team, person) VALUES ('101', '1')$$),
	-- plain SQL
	($$INSERT INTO joins (team, person) VALUES ('101', '3')$$),
	($$INSERT INTO joins (team, person) SELECT t, p FROM unnest('{101,102,103}'::ids) t, unnest('{4,5}'::ids) p$$),
	($$INSERT INTO joins (team, person) VALUES ('101', '4'), ('103', '1') ON CONFLICT DO NOTHING$$),
	($$INSERT INTO joins (team, person) VALUES ('101', '4'), ('104', '1') ON CONFLICT (team, person) DO UPDATE SET note = 'again'$$),
	($$UPDATE joins SET note = 'all'$$),
	($$UPDATE joins SET team = '104' WHERE team = '103' AND person = '4'$$),
	($$UPDATE joins SET person = '6' WHERE team = '104' AND person = '1'$$),
	($$UPDATE joins SET person = person WHERE team = '104'$$),
	($$DELETE FROM joins WHERE person = '5'$$),
	($$DELETE FROM joins WHERE person = '9'$$),
	-- a statement with several parts
	($$WITH d AS (DELETE FROM joins WHERE team = '101' AND person = '1'), i AS (INSERT INTO joins (team, person) VALUES ('101', '7'), ('102', '7')) SELECT$$),
	-- what does not count
	($$INSERT INTO joins (team, person) VALUES (NULL, '1'), ('101', NULL)$$),
	($$UPDATE joins SET team = NULL WHERE person = '7'$$),
	($$DELETE FROM joins WHERE team IS NULL OR person IS NULL$$),
	-- a user that is not there is a member all the same
	($$INSERT INTO joins (team, person) VALUES ('102', '77')$$),
	-- a group that is not there is none's, until it comes
	($$INSERT INTO joins (team, person) VALUES ('105', '1'), ('102', '3')$$),
	($$INSERT INTO teams (id, name) VALUES ('105', 'fifth')$$),
	($$INSERT INTO joins (team, person) VALUES ('105', '2')$$),
	($$UPDATE teams SET id = '106' WHERE id = '105'$$),
	($$UPDATE joins SET team = '106' WHERE team = '105'$$),
	($$DELETE FROM teams WHERE id = '106'$$),
	($$INSERT INTO teams (id, name) VALUES ('106', 'sixth')$$),
	($$DELETE FROM joins WHERE team = '106' AND person = '1'; INSERT INTO joins (team, person) VALUES ('106', '3')$$),
	-- the group itself
	($$UPDATE teams SET name = 'new name' WHERE id = '101'$$),
	($$UPDATE teams SET name = name$$),
	-- cascades
	($$DELETE FROM people WHERE id = '4'$$),
	($$DELETE FROM teams WHERE id = '106'$$),
	-- functions
	($$SELECT scim_add_members('101', '{1,2,3,4}')$$),
	($$SELECT scim_add_members('101', '{1,2,8}')$$),
	($$SELECT scim_add_members('101', '{1,2,8}')$$),
	($$SELECT scim_remove_members('101', '{2,9,no id}')$$),
	($$SELECT scim_add_members('101', '{77}')$$),
	($$SELECT scim_add_members('101', '{101}')$$),
	($$SELECT scim_patch_group('102', '[{"op": "add", "path": "members", "value": [{"value": "9"}]}, {"op": "replace", "path": "displayName", "value": "patched"}]')$$),
	($$SELECT scim_patch_group('102', '[{"op": "remove", "path": "members[value eq \"9\"]"}]')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put", "members": [{"value": "1"}, {"value": "9"}]}', 'wrong')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put", "members": [{"value": "1"}, {"value": "9"}]}', scim_get_group('102')->'meta'->>'version')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put", "members": [{"value": "1"}, {"value": "9"}]}', 'wrong')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put again"}')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put again", "members": []}')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put again", "members": [{"value": "1", "type": "Group"}]}')$$),
	($$SELECT scim_update_group('102', '{"displayName": "put again", "members": [{"value": "1", "type": "User"}]}')$$),
	($$SELECT scim_delete_user('1')$$),
	($$SELECT scim_delete_group('104')$$),
	-- the table of groups may be written to while its memberships are
	($$SELECT scim_add_members('103', '{2}'), scim_add_members('101', '{2}')$$),
	-- two statements of which one is within the other
	($$INSERT INTO joins (team, person, note) VALUES ('101', '9', 'and 6'), ('103', '9', NULL)$$),
	($$TRUNCATE joins$$),
	($$INSERT INTO joins (team, person) VALUES ('101', '2')$$);
CREATE FUNCTION inner_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.note = 'and 6' THEN
		INSERT INTO joins (team, person) VALUES (NEW.team, '6');
	END IF;
	RETURN NEW;
END $$;
CREATE FUNCTION run_all() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	s text;
BEGIN
	CREATE TRIGGER inner_statement BEFORE INSERT ON joins FOR EACH ROW EXECUTE FUNCTION inner_statement();
	FOR s IN SELECT statement FROM statements ORDER BY n LOOP
		RETURN NEXT s;
		RETURN QUERY SELECT '    ' || d FROM does(s) d;
	END LOOP;
END $$;
CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO people (id, login) SELECT n::text::id, 'u' || n FROM generate_series(1, 9) n;
	INSERT INTO teams (id, name) SELECT n::text::id, 'team ' || n FROM generate_series(101, 104) n;
	INSERT INTO joins (team, person) SELECT t, p FROM unnest('{101,102,104}'::ids) t, unnest('{1,2}'::ids) p;
END $$;

-- ---- numbers, nothing but keys: nothing is kept, members are summed up ----

CREATE DOMAIN id AS int;
CREATE DOMAIN ids AS int[];
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE, email text);
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE joins (n serial PRIMARY KEY, team int, person int, note text, UNIQUE (person, team));
CREATE FUNCTION cascade() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'people' THEN DELETE FROM joins WHERE person = OLD.id; ELSE DELETE FROM joins WHERE team = OLD.id; END IF;
	RETURN OLD;
END $$;
CREATE TRIGGER cascade AFTER DELETE ON people FOR EACH ROW EXECUTE FUNCTION cascade();
CREATE TRIGGER cascade AFTER DELETE ON teams FOR EACH ROW EXECUTE FUNCTION cascade();
CREATE VIEW shape AS
	SELECT 'default' AS tenant, g.id::text, g.name, NULL AS version, NULL::bigint AS revision,
		ARRAY(SELECT person::text COLLATE "C" FROM joins WHERE team = g.id AND person IS NOT NULL ORDER BY 1) AS members, NULL::bigint AS known_count, NULL::bytea AS known_digest, g.ctid::text AS place
	FROM teams g;
SELECT fill();
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "emails[type eq \"work\"].value": "email"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE '~%' ORDER BY 1, 2;
SELECT name, members, "right" FROM state();
SELECT run_all();
COPY joins (team, person) FROM stdin;
101	3
102	3
\.
SELECT name, members, "right" FROM state();
SELECT scim_get_user('3')->'groups';
-- another join table in place of one that is gone
DROP TABLE joins CASCADE;
CREATE TABLE joins (team int, person int, PRIMARY KEY (team, person));
SELECT scim_register_members('joins', 'team', 'person');
INSERT INTO joins VALUES ('101', '3');
SELECT scim_version(r) = r->'meta'->>'version', jsonb_path_query_array(r, '$.members[*].value') FROM scim_get_group('101') r;
SELECT scim_unregister_table('teams'), scim_unregister_table('people');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '~%';
DROP TABLE joins, teams, people CASCADE;
DROP DOMAIN id, ids;

-- ---- text, tenants, and columns for everything ----

CREATE DOMAIN id AS text;
CREATE DOMAIN ids AS text[];
SET scimver.tenant = 'a';
CREATE TABLE people (org varchar(20) NOT NULL DEFAULT 'a', id text NOT NULL, login text NOT NULL, PRIMARY KEY (id, org));
CREATE TABLE teams (org varchar(20) NOT NULL DEFAULT 'a', id text NOT NULL, name text, hash varchar(20), n int, changed timestamptz, members bigint, digest bytea, UNIQUE (org, id));
CREATE TABLE joins (person text, org varchar(20) NOT NULL DEFAULT 'a', team text, note text, UNIQUE (team, person, org),
	FOREIGN KEY (org, team) REFERENCES teams (org, id) ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY (org, person) REFERENCES people (org, id) ON DELETE CASCADE);
ALTER TABLE joins ALTER org SET DEFAULT 'a';
CREATE VIEW shape AS
	SELECT g.org::text AS tenant, g.id, g.name, g.hash::text AS version, g.n::bigint AS revision,
		ARRAY(SELECT person COLLATE "C" FROM joins j WHERE j.team = g.id AND j.org = g.org AND person IS NOT NULL ORDER BY 1) AS members, g.members AS known_count, g.digest AS known_digest, g.ctid::text AS place
	FROM teams g;
SELECT fill();
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "tenant": "org", "version": "hash", "revision": "n", "lastModified": "changed", "memberCount": "members", "memberDigest": "digest", "attributes": {"displayName": "name"}}');
-- versions that were stored when nobody knew of the memberships
UPDATE teams SET name = 'stored' WHERE id = '102';
SELECT name, hash IS NULL AS unfilled, n, members, digest FROM teams ORDER BY id;
SELECT scim_register_members('joins', 'team', 'person', '{"tenant": "org"}');
SELECT name, hash IS NULL AS unfilled, n, members FROM teams ORDER BY id;
-- the same ids in another tenant
INSERT INTO people (org, id, login) SELECT 'b', id, login FROM people;
INSERT INTO teams (org, id, name) SELECT 'b', id, 'b ' || name FROM teams;
INSERT INTO joins (org, team, person) VALUES ('b', '101', '1'), ('b', '103', '5');
SELECT * FROM (SELECT tenant, id, name, revision, members, "right" FROM state()) s;
SELECT run_all();
SELECT does($$UPDATE joins SET org = 'b' WHERE person = '2'$$);
SELECT does($$INSERT INTO joins (org, team, person) VALUES ('b', '102', '3')$$);
-- without its memberships a group has none, and with them again, all
SELECT scim_unregister_table('joins');
SELECT org, name, n, members, hash = scim_version(scim_get_group(id, tenant_id => org)) AS "right", scim_get_group(id, tenant_id => org)->'members' AS shown FROM teams WHERE id <= '102' ORDER BY 1, 2;
DELETE FROM joins WHERE person = '3';
SELECT scim_register_members('joins', 'team', 'person', '{"tenant": "org"}');
SELECT tenant, name, revision, members, "right" FROM state();
SELECT scim_unregister_table('teams'), scim_unregister_table('people');
DROP TABLE joins, teams, people CASCADE;
RESET scimver.tenant;

-- ---- partitions; a version's column and nothing else ----

CREATE TABLE people (id text PRIMARY KEY, login text NOT NULL);
CREATE TABLE teams (id text NOT NULL, name text, version text, PRIMARY KEY (id)) PARTITION BY LIST (id);
CREATE TABLE teams_1 PARTITION OF teams FOR VALUES IN ('101', '102');
CREATE TABLE teams_2 PARTITION OF teams DEFAULT;
CREATE TABLE joins (note text, person text REFERENCES people ON DELETE CASCADE, team text, UNIQUE (team, person)) PARTITION BY LIST (team);
CREATE TABLE joins_1 PARTITION OF joins FOR VALUES IN ('101', '103');
CREATE TABLE joins_2 (team text, note text, gone int, person text);
ALTER TABLE joins_2 DROP gone;
ALTER TABLE joins ATTACH PARTITION joins_2 DEFAULT;
ALTER TABLE joins ADD FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE ON UPDATE CASCADE;
CREATE VIEW shape AS
	SELECT 'default' AS tenant, g.id, g.name, g.version, NULL::bigint AS revision,
		ARRAY(SELECT person COLLATE "C" FROM joins j WHERE j.team = g.id AND person IS NOT NULL ORDER BY 1) AS members, NULL::bigint AS known_count, NULL::bytea AS known_digest, g.tableoid::regclass || g.ctid::text AS place
	FROM teams g;
SELECT fill();
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('joins', 'team', 'person');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '~%' ORDER BY 1, 2;
SELECT run_all();
SELECT does($$INSERT INTO joins_1 (team, person) VALUES ('101', '3'), ('101', '5'), ('103', '5')$$);
SELECT does($$INSERT INTO joins_2 (team, person) VALUES ('102', '3')$$);
SELECT does($$DELETE FROM joins_1 WHERE person = '3'$$);
-- (a group that moves to another partition keeps its memberships since 15; before, the server deletes the old row with all that hangs on it)
SELECT does(CASE WHEN current_setting('server_version_num')::int >= 150000 THEN $$UPDATE teams SET id = '107' WHERE id = '101'$$ ELSE
	$$INSERT INTO teams (id, name) SELECT '107', name FROM teams WHERE id = '101'; UPDATE joins SET team = '107' WHERE team = '101'; DELETE FROM teams WHERE id = '101'$$ END);
SELECT does($$UPDATE joins SET team = '102' WHERE team = '107'$$);
SELECT does($$UPDATE teams SET id = '101' WHERE id = '107'; INSERT INTO joins (team, person) VALUES ('101', '6')$$);
SELECT does($$TRUNCATE joins_1$$);
SELECT does($$CREATE TABLE joins_3 PARTITION OF joins FOR VALUES IN ('107'); INSERT INTO teams (id, name) VALUES ('107', 'seven'); INSERT INTO joins_3 (team, person) VALUES ('107', '5')$$);
SELECT does($$TRUNCATE teams CASCADE$$);
SELECT does($$INSERT INTO teams (id, name) VALUES ('107', 'seven')$$);
SELECT * FROM scim_check_table('teams');

SELECT scim_unregister_table('teams'), scim_unregister_table('people');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE '~%';
DROP TABLE joins, teams, people CASCADE;

-- ---- users that are marked as deleted; all of it made and registered in one transaction ----

BEGIN;
CREATE TABLE people (id text PRIMARY KEY, login text NOT NULL, gone bigint NOT NULL DEFAULT 0);
CREATE TABLE teams (id text PRIMARY KEY, name text, version text, gone bigint NOT NULL DEFAULT 0);
CREATE TABLE joins (team text, person text, PRIMARY KEY (team, person));
CREATE VIEW shape AS
	SELECT 'default' AS tenant, g.id, g.name, g.version, NULL::bigint AS revision,
		ARRAY(SELECT person COLLATE "C" FROM joins j WHERE j.team = g.id ORDER BY 1) AS members, NULL::bigint AS known_count, NULL::bytea AS known_digest, g.ctid::text AS place
	FROM teams g WHERE g.gone = 0;
SELECT fill();
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": {"column": "gone", "format": "epoch_milliseconds"}, "attributes": {"userName": "login"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "deleted": {"column": "gone", "format": "epoch_milliseconds"}, "attributes": {"displayName": "name"}}');
SELECT scim_register_members('joins', 'team', 'person');
INSERT INTO joins (team, person) VALUES ('101', '4'), ('103', '4');
DELETE FROM joins WHERE team = '104' AND person = '1' OR person = '4';
SELECT name, members, "right" FROM state();
COMMIT;
SELECT does($$SELECT scim_add_members('101', '{3}')$$);
SELECT does($$SELECT scim_delete_user('2')$$);
SELECT scim_get_group('101')->'members';
SELECT does($$SELECT scim_add_members('103', '{2}')$$);
SELECT does($$SELECT scim_add_members('102', '{5}')$$);
SELECT does($$SELECT scim_delete_group('102')$$);
-- a mark keeps nothing from being counted, for the day that it is taken off
INSERT INTO joins VALUES ('102', '3'), ('102', '4');
DELETE FROM joins WHERE person = '1';
SELECT does($$UPDATE teams SET gone = 0 WHERE id = '102'$$);
SELECT does($$UPDATE people SET gone = 0$$);

-- ---- roles: triggers act as the owner of the groups, whatever its policies say ----

CREATE ROLE scimver_joiner;
GRANT SELECT, INSERT, DELETE ON joins TO scimver_joiner;
GRANT SELECT ON people, teams TO scimver_joiner;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE joins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY no_teams ON teams USING (false);
CREATE POLICY some_members ON joins USING (person <> '9');
CREATE ROLE scimver_owner;
GRANT CREATE ON SCHEMA public TO scimver_owner;
ALTER TABLE teams OWNER TO scimver_owner;
ALTER TABLE joins OWNER TO scimver_owner;
INSERT INTO joins VALUES ('101', '9');
SET ROLE scimver_joiner;
SELECT count(*) FROM teams;
INSERT INTO joins VALUES ('101', '5'), ('104', '5');
DELETE FROM joins WHERE team = '103';
SELECT error($$SELECT scim_register_members('joins', 'team', 'person')$$);
RESET ROLE;
SELECT tenant, name, members, "right" FROM state();
DROP POLICY no_teams ON teams;
CREATE POLICY all_teams ON teams USING (true);
SET ROLE scimver_joiner;
-- who may not see a member is shown the others; the version is that of all
SELECT jsonb_path_query_array(scim_get_group('101'), '$.members[*].value'), scim_list_members('101')->'totalResults';
SELECT error($$SELECT scim_add_members('101', '{6}')$$);
RESET ROLE;
-- and a trigger that suppresses the write keeps the membership out
CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER suppress BEFORE UPDATE ON teams FOR EACH ROW EXECUTE FUNCTION suppress();
SELECT error($$INSERT INTO joins VALUES ('101', '8')$$);
DROP TRIGGER suppress ON teams;
-- what the join table's own triggers, rules and indexes skip is told, and nothing of it done
CREATE FUNCTION skipped() RETURNS TABLE (add text, remove text, replace text, patch text) LANGUAGE sql AS $$
	SELECT error('SELECT scim_add_members(''101'', ''{8}'')'), error('SELECT scim_remove_members(''101'', ''{5}'')'),
		error('SELECT scim_update_group(''101'', ''{"displayName": "other", "members": []}'')'),
		error('SELECT scim_patch_group(''101'', ''[{"op": "replace", "path": "displayName", "value": "other"}, {"op": "add", "path": "members", "value": [{"value": "8"}]}]'')') $$;
CREATE TRIGGER suppress BEFORE INSERT OR DELETE ON joins FOR EACH ROW EXECUTE FUNCTION suppress();
SELECT * FROM skipped();
DROP TRIGGER suppress ON joins;
CREATE RULE skip AS ON INSERT TO joins DO INSTEAD NOTHING;
SELECT error('SELECT scim_add_members(''101'', ''{8,5}'')');
DROP RULE skip ON joins;
DELETE FROM joins WHERE person = '8';
INSERT INTO joins VALUES ('102', '8');
CREATE UNIQUE INDEX one_team ON joins (person) WHERE person = '8';
SELECT error('SELECT scim_add_members(''101'', ''{8}'')');
DROP INDEX one_team;
SELECT jsonb_path_query_array(scim_add_members('101', '{8,5}'), '$.members[*].value'), jsonb_path_query_array(scim_remove_members('101', '{8,7}'), '$.members[*].value');
SELECT scim_unregister_table('joins');

-- ---- join tables that are none ----

CREATE FUNCTION refused(definition text, "group" text, member text, options jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE ' || definition;
	RETURN error(format('SELECT scim_register_members(''t'', %L, %L, %L)', "group", member, options));
END $$;
CREATE FUNCTION undo() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	kind "char" := (SELECT relkind FROM pg_class WHERE oid = to_regclass('t'));
BEGIN
	EXECUTE CASE kind WHEN 'v' THEN 'DROP VIEW t' ELSE 'DROP TABLE t CASCADE' END;
END $$;
CREATE TABLE definitions (n int GENERATED ALWAYS AS IDENTITY, definition text, "group" text DEFAULT 'team', member text DEFAULT 'person', options jsonb DEFAULT '{}');
INSERT INTO definitions (definition) VALUES
	('TABLE t (team text, person text)'),
	('TABLE t (team text, person text, UNIQUE (team, person) DEFERRABLE)'),
	('TABLE t (team text, person text, role text, UNIQUE (team, person, role))'),
	('TABLE t (team text, person text, UNIQUE (person))'),
	('TABLE t (team text, person text); CREATE UNIQUE INDEX ON t (team, person) WHERE team > '''''),
	('TABLE t (team text, person text); CREATE UNIQUE INDEX ON t (team, lower(person))'),
	('TABLE t (team int, person text, PRIMARY KEY (team, person))'),
	('TABLE t (team text, person uuid, PRIMARY KEY (team, person))'),
	('TABLE t (team text, person money, PRIMARY KEY (team, person))'),
	('TABLE t (team text, persons text, PRIMARY KEY (team, persons))'),
	('TABLE t (team text, base text, person text GENERATED ALWAYS AS (base) STORED, PRIMARY KEY (team, person))'),
	('VIEW t AS SELECT * FROM joins'),
	('TABLE t (team text, person text, PRIMARY KEY (team, person)); CREATE TABLE t_child () INHERITS (t)'),
	('TABLE t_parent (team text, person text); CREATE TABLE t (PRIMARY KEY (team, person)) INHERITS (t_parent)'),
	('TABLE t_root (team text, person text, PRIMARY KEY (team, person)) PARTITION BY HASH (team); CREATE TABLE t PARTITION OF t_root FOR VALUES WITH (MODULUS 1, REMAINDER 0)'),
	('TEMP TABLE t (team text, person text, PRIMARY KEY (team, person))');
INSERT INTO definitions (definition, member) VALUES ('TABLE t (team text, person text, PRIMARY KEY (team, person))', 'team');
INSERT INTO definitions (definition, options) VALUES
	('TABLE t (org text, team text, person text, PRIMARY KEY (team, person))', '{"tenant": "org"}'),
	('TABLE t (team text, person text, PRIMARY KEY (team, person))', '{"tenants": "org"}'),
	('TABLE t (team text, person text, PRIMARY KEY (team, person))', '{"subscribed": 1}'),
	('TABLE t (team text, person text, PRIMARY KEY (team, person))', '[]');
SELECT definition, E'\n    ' || refused(definition, "group", member, options), undo() FROM definitions ORDER BY n;
SELECT error($$SELECT scim_register_members('people', 'id', 'login')$$);
-- what replication brings must reach the groups' own trigger, too
SELECT error($$SELECT scim_register_members('joins', 'team', 'person', '{"subscribed": true}')$$);
SELECT scim_unregister_table('teams');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}', '{"subscribed": true}');
SELECT scim_register_members('joins', 'team', 'person', '{"subscribed": true}');
SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE '~%' ORDER BY 1, 2;
SELECT error($$SELECT scim_register_members('joins', 'team', 'person')$$);
SET session_replication_role = replica;
SELECT does($$INSERT INTO joins VALUES ('101', '6')$$);
RESET session_replication_role;
SELECT scim_unregister_table('teams');
SELECT error($$SELECT scim_register_members('joins', 'team', 'person')$$);
SELECT scim_unregister_table('people');

-- ---- rows of memberships and groups that name nobody: columns that may be NULL ----

CREATE TABLE crew (id text PRIMARY KEY, org text, login text);
CREATE TABLE bands (id int PRIMARY KEY, org text, name text, version text, members bigint, digest bytea);
CREATE TABLE plays (band int, who text, UNIQUE (band, who));
CREATE FUNCTION bands() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', b.id, org, jsonb_path_query_array(g, '$.members[*].value'), version = scim_version(g)) FROM bands b, scim_get_group(b.id::text, tenant_id => org) g WHERE org IS NOT NULL ORDER BY b.id $$;
-- the same with the count in the groups' table, and without
CREATE PROCEDURE nobody(mapping jsonb) LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE crew, bands, plays;
	INSERT INTO crew VALUES ('a', 'x', 'ann'), ('b', 'x', 'bob'), ('c', NULL, 'cyd');
	INSERT INTO bands VALUES (1, 'x', 'one'), (2, NULL, 'two');
	INSERT INTO plays VALUES (1, 'a'), (1, NULL), (NULL, 'b'), (2, 'a');
	PERFORM scim_register_table('crew', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}'), scim_register_table('bands', 'Group', mapping);
	PERFORM scim_register_members('plays', 'band', 'who');
END $$;
SELECT '{"id": "id", "tenant": "org", "version": "version", "memberCount": "members", "memberDigest": "digest", "attributes": {"displayName": "name"}}' AS mapping \gset
CALL nobody(:'mapping');
CALL scim_backfill('bands');
SELECT bands();
INSERT INTO plays VALUES (1, NULL), (2, 'b'), (3, 'b');
SELECT bands();
-- a band that gets a tenant has the members that the join table says, and loses them with it
BEGIN;
INSERT INTO plays VALUES (2, NULL), (2, 'c');
UPDATE bands SET org = 'x' WHERE id = 2;
SELECT bands();
COMMIT;
INSERT INTO bands VALUES (3, NULL, 'three');
UPDATE bands SET org = 'x', name = 'tres' WHERE id = 3;
SELECT bands();
UPDATE bands SET org = NULL WHERE id = 1;
SELECT * FROM scim_check_table('bands');
SELECT scim_repair_table('bands');
TRUNCATE plays;
SELECT bands();
UPDATE bands SET org = 'x' WHERE id = 1;
SELECT bands();
DELETE FROM bands;
SELECT scim_unregister_table('bands'), scim_unregister_table('crew');
-- and once more, with a version alone
CALL nobody('{"id": "id", "tenant": "org", "version": "version", "attributes": {"displayName": "name"}}');
CALL scim_backfill('bands');
SELECT bands();
INSERT INTO plays VALUES (1, NULL), (2, 'b'), (3, 'b');
SELECT bands();
BEGIN;
INSERT INTO plays VALUES (2, NULL), (2, 'c');
UPDATE bands SET org = 'x' WHERE id = 2;
SELECT bands();
COMMIT;
INSERT INTO bands VALUES (3, NULL, 'three');
UPDATE bands SET org = 'x', name = 'tres' WHERE id = 3;
SELECT bands();
UPDATE bands SET org = NULL WHERE id = 1;
SELECT * FROM scim_check_table('bands');
SELECT scim_repair_table('bands');
TRUNCATE plays;
SELECT bands();
UPDATE bands SET org = 'x' WHERE id = 1;
SELECT bands();
DELETE FROM bands;
SELECT scim_unregister_table('bands'), scim_unregister_table('crew');
DROP TABLE crew, bands, plays;

-- ---- groups of which nothing is kept in their row: it is locked as its owner does, and not written ----

CREATE TABLE crew (id int PRIMARY KEY, login text);
CREATE TABLE bands (id int NOT NULL UNIQUE, name text, rest text);
CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
INSERT INTO crew VALUES (1, 'ann');
INSERT INTO bands SELECT n, 'band ' || n, repeat('x', 700) FROM generate_series(1, 40) n;
CREATE FUNCTION secret(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN upper($1); END';
REVOKE EXECUTE ON FUNCTION secret FROM PUBLIC;
CREATE INDEX ON bands (secret(name));
SELECT scim_register_table('crew', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('bands', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
GRANT INSERT ON plays TO scimver_joiner;
CREATE TABLE places AS SELECT id, ctid AS place FROM bands;
SET ROLE scimver_joiner;
INSERT INTO plays SELECT n, 1 FROM generate_series(1, 20) n;
RESET ROLE;
SELECT count(*), count(*) FILTER (WHERE b.ctid = p.place) AS unwritten FROM bands b JOIN places p USING (id);
SELECT count(*), sum(jsonb_array_length(g->'members')), bool_and(g #>> '{meta,version}' = scim_version(g)) FROM bands b, scim_get_group(b.id::text) g;
DROP TABLE places;
SET enable_seqscan = off;
SELECT id FROM bands WHERE secret(name) = 'BAND 7';
RESET enable_seqscan;
-- MERGE (where servers have it, from 15 on): all that it does is counted once
CREATE FUNCTION merge(statement text, without text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 150000 THEN statement ELSE without END $$;
INSERT INTO crew VALUES (2, 'bob'), (3, 'cyd');
SELECT error(merge($$MERGE INTO plays p USING (VALUES (1, 1, 'd'), (1, 2, 'i'), (2, 1, 'u'), (3, 1, 'd'), (31, 3, 'i')) v(band, who, what) ON p.band = v.band AND p.who = v.who
	WHEN MATCHED AND what = 'd' THEN DELETE
	WHEN MATCHED THEN UPDATE SET who = 3
	WHEN NOT MATCHED THEN INSERT VALUES (v.band, v.who)$$,
	$$DELETE FROM plays WHERE band IN (1, 3); UPDATE plays SET who = 3 WHERE band = 2; INSERT INTO plays VALUES (1, 2), (31, 3)$$));
SELECT b.id, jsonb_path_query_array(g, '$.members[*].value'), g #>> '{meta,version}' = scim_version(g) FROM bands b, scim_get_group(b.id::text) g WHERE b.id IN (1, 2, 3, 4, 31) ORDER BY 1;
SELECT * FROM scim_check_table('bands');
-- a subscriber follows memberships, whether or not he could follow an UPDATE of the group: there is none
SET client_min_messages = error;
CREATE PUBLICATION scimver_bands FOR TABLE bands;
SELECT error($$UPDATE bands SET name = 'x'$$), error($$INSERT INTO plays VALUES (30, 1)$$);
DROP PUBLICATION scimver_bands;
SET client_min_messages = warning;
DROP TABLE crew, bands, plays;

-- ---- memberships that tell no tenant ----

CREATE TABLE staff (id int PRIMARY KEY, org int, login text);
CREATE TABLE squads (id int PRIMARY KEY, org text, name text);
CREATE TABLE places (squad int, who int, PRIMARY KEY (squad, who));
SELECT scim_register_table('staff', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}');
SELECT scim_register_table('squads', 'Group', '{"id": "id", "tenant": "org", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('places', 'squad', 'who');
INSERT INTO staff VALUES (1, 1, 'ann'), (2, 2, 'secret'), (3, 1, 'bob');
INSERT INTO squads VALUES (1, '1', 'ours'), (2, '2', 'hidden');
-- who wrote these did not ask
INSERT INTO places VALUES (1, 1), (1, 2), (2, 1);
SET scimver.tenant = '1';
-- what another tenant's are called is not told, nor to be found out
SELECT scim_get_group('1')->'members', scim_list_members('1')->'Resources';
SELECT scim_get_user('1')->'groups', scim_get_user('1', indirect_groups => true)->'groups';
SELECT f, scim_list_users(f)->'totalResults' FROM unnest(ARRAY['groups.display eq "ours"', 'groups.display eq "hidden"', 'groups[display sw "h"]']) f;
SELECT f, scim_list_groups(f)->'totalResults' FROM unnest(ARRAY['members.display eq "ann"', 'members.display eq "secret"', 'members[value eq "2" and display pr]']) f;
SELECT error($$SELECT scim_add_members('1', '{2}')$$), error($$SELECT scim_get_group('2')$$);
RESET scimver.tenant;
SELECT * FROM scim_check_table('squads');
-- another mapping of the users has to suit them
SELECT scim_unregister_table('staff');
ALTER TABLE staff ALTER login SET NOT NULL, ADD UNIQUE (login), ADD UNIQUE (org, id);
SELECT error($$SELECT scim_register_table('staff', 'User', '{"id": "login", "tenant": "org", "attributes": {"userName": {"column": "login", "mode": "read"}}}')$$);
ALTER TABLE staff DROP CONSTRAINT staff_pkey;
SELECT error($$SELECT scim_register_table('staff', 'User', '{"id": "id", "tenant": "org", "attributes": {"userName": "login"}}')$$);
DROP TABLE staff, squads, places;

-- ---- tables that take the names of others that were dropped ----

CREATE PROCEDURE band() LANGUAGE plpgsql AS $$
BEGIN
	CREATE TABLE bands (id int PRIMARY KEY, name text);
	CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
	INSERT INTO bands VALUES (1, 'Ann');
	PERFORM scim_register_table('bands', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('plays', 'band', 'who');
END $$;
CREATE TABLE crew (id int PRIMARY KEY, login text);
INSERT INTO crew VALUES (1, 'ann');
SELECT scim_register_table('crew', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
CALL band();
INSERT INTO plays VALUES (1, 1);
SELECT g->'members', g #>> '{meta,version}' = scim_version(g) FROM scim_get_group('1') g;
DROP TABLE bands, plays;
CALL band();
SELECT g->'members', g #>> '{meta,version}' = scim_version(g) FROM scim_get_group('1') g;
DROP TABLE crew, bands, plays;

-- ---- what it costs is said by who registers the table ----

SET client_min_messages = notice;
CREATE TABLE bands (id int PRIMARY KEY, name text);
SELECT scim_register_table('bands', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_unregister_table('bands');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"add_columns": true}');
SET client_min_messages = warning;
DROP TABLE bands;

-- ---- a version that was not kept while triggers were off is found and mended ----

CREATE TABLE crew (id int PRIMARY KEY, login text);
CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
INSERT INTO crew VALUES (1, 'ann'), (2, 'bob');
CREATE TABLE bands (id int PRIMARY KEY, name text, version text, n int);
SELECT scim_register_table('crew', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "version": "version", "revision": "n", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
INSERT INTO bands (id, name) SELECT n, 'band ' || n FROM generate_series(1, 3) n;
INSERT INTO plays VALUES (1, 1), (2, 1);
SET session_replication_role = replica;
INSERT INTO plays VALUES (1, 2);
UPDATE bands SET version = NULL WHERE id = 2;
RESET session_replication_role;
SELECT problem, resource_id FROM scim_check_table('bands') WHERE problem <> 'limit';
SELECT scim_repair_table('bands');
SELECT problem, resource_id FROM scim_check_table('bands') WHERE problem <> 'limit';
CALL scim_backfill('bands');
SELECT id, n, version = scim_version(g), jsonb_path_query_array(g, '$.members[*].value') FROM bands, scim_get_group(id::text) g ORDER BY id;
-- a group is written and its members are, by one statement, and within another one
WITH u AS (UPDATE bands SET name = 'renamed' WHERE id = 3), i AS (INSERT INTO plays VALUES (3, 1)) SELECT;
WITH i AS (INSERT INTO plays VALUES (3, 2) RETURNING band), u AS (UPDATE bands SET name = 'with two' FROM i WHERE id = band) SELECT;
SELECT id, n, version = scim_version(g), jsonb_path_query_array(g, '$.members[*].value') FROM bands, scim_get_group(id::text) g ORDER BY id;
DROP TABLE crew, bands, plays;

-- ---- a foreign table that became a child has rows with ids of new groups: there is nobody to wait for ----

CREATE EXTENSION file_fdw;
CREATE SERVER abroad FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE bands_abroad (id int NOT NULL, name text, version text) SERVER abroad OPTIONS (program 'echo 1,far,', format 'csv');
CREATE TABLE crew (id int PRIMARY KEY, login text);
CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
INSERT INTO crew VALUES (1, 'ann');
CREATE TABLE bands (id int PRIMARY KEY, name text, version text);
SELECT scim_register_table('crew', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
INSERT INTO plays VALUES (1, 1);
ALTER FOREIGN TABLE bands_abroad INHERIT bands;
INSERT INTO bands VALUES (1, 'near'), (2, 'two');
SELECT tableoid::regclass, id, name, version IS NOT NULL FROM bands ORDER BY id, name;
ALTER FOREIGN TABLE bands_abroad NO INHERIT bands;
SELECT id, g->'displayName', jsonb_path_query_array(g, '$.members[*].value'), version = scim_version(g) FROM bands, scim_get_group(id::text) g ORDER BY id;
DROP FOREIGN TABLE bands_abroad;
DROP TABLE crew, bands, plays;

-- ---- TRUNCATE of memberships, where a revision and lastModified are all that is kept ----

CREATE TABLE crew (id int PRIMARY KEY, login text);
CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
INSERT INTO crew VALUES (1, 'ann');
CREATE TABLE bands (id int PRIMARY KEY, name text, n int, changed timestamptz);
INSERT INTO bands VALUES (1, 'one', 1, '2020-01-01'), (2, 'two', 1, '2020-01-01');
SELECT scim_register_table('crew', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "revision": "n", "lastModified": "changed", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
INSERT INTO plays VALUES (1, 1);
SELECT id, n, changed > '2020-01-01' AS moved, g->'members', g #>> '{meta,version}' = scim_version(g) FROM bands, scim_get_group(id::text) g ORDER BY id;
DELETE FROM plays;
INSERT INTO plays VALUES (1, 1);
UPDATE plays SET who = who;
SELECT id, n FROM bands ORDER BY id;
-- nobody can tell who had members: all have changed
TRUNCATE plays;
SELECT id, n, changed > '2020-01-01' AS moved, g->'members', g #>> '{meta,version}' = scim_version(g) FROM bands, scim_get_group(id::text) g ORDER BY id;
-- who has some when they are unregistered is known
INSERT INTO plays VALUES (2, 1);
SELECT scim_unregister_table('plays');
SELECT id, n, g->'members', g #>> '{meta,version}' = scim_version(g) FROM bands, scim_get_group(id::text) g ORDER BY id;
DROP TABLE crew, bands, plays;

-- tables that are each of one tenant: a group of another tenant than its member's has no name there
CREATE TABLE crew (id int PRIMARY KEY, login text);
CREATE TABLE bands (id int PRIMARY KEY, name text);
CREATE TABLE plays (band int, who int, PRIMARY KEY (band, who));
INSERT INTO crew VALUES (1, 'ann'), (2, 'bob');
INSERT INTO bands VALUES (1, 'one');
INSERT INTO plays VALUES (1, 1);
SELECT scim_register_table('crew', 'User', '{"id": "id", "tenant": {"value": "sea"}, "attributes": {"userName": "login"}}');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "tenant": {"value": "land"}, "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
SELECT scim_get_user('1')->'groups', scim_get_group('1')->'displayName', scim_update_user('1', '{"userName": "eve"}')->'groups';
-- nor can others of that tenant be added to it
SELECT scim_add_members('1', ARRAY['2'])->'members';
SELECT scim_unregister_table('bands');
SELECT scim_register_table('bands', 'Group', '{"id": "id", "tenant": {"value": "sea"}, "attributes": {"displayName": "name"}}');
SELECT scim_register_members('plays', 'band', 'who');
SELECT scim_get_user('1')->'groups', scim_update_user('1', '{"userName": "ann"}')->'groups';
SELECT scim_get_user('1', tenant_id => 'land');
DROP TABLE crew, bands, plays;

\c :regression
DROP DATABASE scimver_mapped_groups;
DROP ROLE scimver_joiner, scimver_owner;
