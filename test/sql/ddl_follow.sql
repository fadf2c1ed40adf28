-- All the commands by which a registered table can change, whatever they are
-- called: followed or refused.
SET client_min_messages = warning;
CREATE DATABASE scimver_ddl_follow TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_ddl_follow
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || detail;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION mapping(relation regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tgname || ' ' || (SELECT string_agg(key || '=' || coalesce(value ->> 'column', value #>> '{}'), ' ' ORDER BY key)
			FROM jsonb_each((m || coalesce(m -> 'attributes', '{}')) - 'attributes'))
		FROM pg_trigger, LATERAL (SELECT split_part(encode(tgargs, 'escape'), '\000', 2)::jsonb) AS a (m)
		WHERE tgrelid = relation AND tgnargs > 1 ORDER BY tgname $$;

-- ---- renaming, by whatever command ----

CREATE TYPE person AS (id int, login text, nick text, version text);
CREATE TABLE people OF person (id PRIMARY KEY);
CREATE TABLE people_2 (PRIMARY KEY (id)) INHERITS (people);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login", "nickName": "nick"}}');
INSERT INTO people VALUES (1, 'ann', 'a');
SELECT scim_get_user('1') ->> 'nickName';
ALTER TYPE person RENAME ATTRIBUTE nick TO nickname CASCADE;
SELECT mapping('people') UNION ALL SELECT mapping('people_2');
UPDATE people SET nickname = 'b';
SELECT r ->> 'nickName', version = scim_version(r) FROM scim_get_user('1') AS r, people;
-- a column of the type goes, and of the tables with it
SELECT says('ALTER TYPE person DROP ATTRIBUTE nickname CASCADE'), says('ALTER TYPE person ALTER ATTRIBUTE version TYPE int CASCADE'), says('ALTER TYPE person ADD ATTRIBUTE more text CASCADE');
SELECT mapping('people') UNION ALL SELECT mapping('people_2');
ALTER TABLE people NOT OF;
ALTER VIEW people RENAME COLUMN nickname TO "by view";
ALTER MATERIALIZED VIEW people RENAME COLUMN login TO name;
ALTER FOREIGN TABLE people RENAME COLUMN version TO v;
SELECT mapping('people') UNION ALL SELECT mapping('people_2');
UPDATE people SET name = 'bob';
SELECT r ->> 'userName', v = scim_version(r) FROM scim_get_user('1') AS r, people;
DO $$ BEGIN ALTER TABLE people RENAME "by view" TO nick; END $$;
SELECT says('ALTER TABLE ONLY people RENAME nick TO n'), says('ALTER TABLE people_2 RENAME nick TO n');
ALTER TABLE IF EXISTS people RENAME nick TO n;
ALTER TABLE IF EXISTS nothing RENAME nick TO n;
SELECT mapping('people') UNION ALL SELECT mapping('people_2');
DROP TABLE people_2;
ALTER TYPE people RENAME ATTRIBUTE id TO key;
-- views and indexes have columns of their own
CREATE VIEW n AS SELECT * FROM people;
ALTER VIEW n RENAME COLUMN name TO login;
ALTER TABLE n RENAME COLUMN v TO w;
ALTER INDEX people_pkey RENAME TO pk;
ALTER TABLE pk RENAME COLUMN id TO login;
ALTER TABLE n ALTER COLUMN login SET DEFAULT 'x';
SELECT mapping('people');
DROP VIEW n;

-- ---- what goes with something else ----

DROP TABLE people CASCADE;
CREATE DOMAIN nickname AS text;
CREATE SCHEMA types CREATE VIEW nothing AS SELECT 1 AS a;
CREATE EXTENSION citext SCHEMA types;
CREATE TABLE people (id int PRIMARY KEY, name types.citext, nick nickname);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "name", "nickName": "nick"}}');
SELECT says('DROP DOMAIN nickname CASCADE'), says('DROP EXTENSION citext CASCADE'), says('DROP SCHEMA types CASCADE');
SELECT mapping('people');
DROP TABLE people;
-- the index of ids goes with its operator class
CREATE OPERATOR CLASS own_ops FOR TYPE int4 USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int4, int4);
CREATE TABLE people (key int NOT NULL, name text);
CREATE UNIQUE INDEX by_own ON people (key own_ops);
SELECT scim_register_table('people', 'User', '{"id": "key", "attributes": {"userName": "name"}}');
SELECT says('DROP OPERATOR CLASS own_ops USING btree CASCADE'), says('DROP OPERATOR FAMILY own_ops USING btree CASCADE'), says('DROP INDEX by_own');
CREATE UNIQUE INDEX by_key ON people (key);
SELECT says('DROP OPERATOR FAMILY own_ops USING btree CASCADE'), says('DROP INDEX by_key');

-- ---- indexes of others are others' matter ----

CREATE ROLE ddl_other;
CREATE SCHEMA other AUTHORIZATION ddl_other;
ALTER EVENT TRIGGER scimver_drop DISABLE;
DROP INDEX by_key;
ALTER EVENT TRIGGER scimver_drop ENABLE;
SET ROLE ddl_other;
BEGIN;
CREATE TABLE other.t (a int PRIMARY KEY, b int);
CREATE INDEX ON other.t (b);
DROP INDEX other.t_b_idx;
DROP TABLE other.t;
SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'people'::regclass;
COMMIT;
RESET ROLE;
SELECT problem, detail FROM scim_check_table('people');
SELECT says('ALTER TABLE people ADD more text');
CREATE UNIQUE INDEX by_key ON people (key);
ALTER TABLE people ADD more text;

-- ---- foreign tables ----

CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE FOREIGN TABLE abroad (key int NOT NULL, name text, more text) SERVER nowhere;
ALTER FOREIGN TABLE abroad INHERIT people;
SELECT mapping('abroad');
ALTER TABLE people RENAME name TO login;
SELECT mapping('abroad');
ALTER FOREIGN TABLE abroad NO INHERIT people;
SELECT mapping('abroad');
CREATE FOREIGN TABLE far () INHERITS (people) SERVER nowhere;
SELECT mapping('far');
DROP FOREIGN TABLE abroad, far;
-- several tables at once
CREATE SCHEMA app CREATE TABLE one (PRIMARY KEY (key)) INHERITS (public.people) CREATE TABLE two (a int) CREATE TABLE three () INHERITS (one);
SELECT mapping('app.one') UNION ALL SELECT mapping('app.two') UNION ALL SELECT mapping('app.three');
ALTER TABLE app.three NO INHERIT app.one, INHERIT public.people;
SELECT mapping('app.three');
ALTER TABLE app.three NO INHERIT public.people;
SELECT mapping('app.three');
DROP SCHEMA app CASCADE;
-- these inherit nothing
CREATE TABLE like_people (LIKE people INCLUDING ALL);
CREATE TABLE as_people AS TABLE people;
SELECT * INTO into_people FROM people;
CREATE MATERIALIZED VIEW view_people AS TABLE people;
ALTER MATERIALIZED VIEW view_people RENAME COLUMN login TO name;
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('like_people'::regclass, 'as_people'::regclass, 'into_people'::regclass);
CREATE TEMP TABLE temp_people () INHERITS (people);
SELECT mapping('temp_people');
ALTER TABLE temp_people NO INHERIT people;
SELECT mapping('temp_people');
DROP TABLE people CASCADE;

-- ---- partitions, of which the server says less ----

CREATE TABLE users (id int, region text, login text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE users_a PARTITION OF users FOR VALUES IN ('a') PARTITION BY RANGE (id);
CREATE TABLE users_b (LIKE users);
CREATE TABLE users_c (LIKE users);
CREATE TABLE users_a1 (LIKE users);
SELECT scim_register_table('users', 'User', '{"id": "id", "tenant": "region", "attributes": {"userName": "login"}}');
BEGIN;
ALTER TABLE users ATTACH PARTITION users_b FOR VALUES IN ('b');
ALTER TABLE users_a ATTACH PARTITION users_a1 FOR VALUES FROM (0) TO (10);
SAVEPOINT s;
ALTER TABLE users ATTACH PARTITION users_c FOR VALUES IN ('c');
ROLLBACK TO s;
ALTER TABLE users DETACH PARTITION users_b;
ALTER TABLE users ATTACH PARTITION users_b FOR VALUES IN ('b');
ALTER TABLE users ATTACH PARTITION users_c FOR VALUES IN ('c');
ALTER TABLE users DETACH PARTITION users_c;
SELECT c, (SELECT count(*) FROM mapping(c)) FROM unnest('{users_a,users_a1,users_b,users_c}'::regclass[]) AS c;
COMMIT;
ALTER TABLE users DETACH PARTITION users_b CONCURRENTLY;
SELECT count(*) FROM mapping('users_b');
DROP TABLE users_b, users_c;
-- memberships in them
CREATE TABLE teams (id int PRIMARY KEY, name text);
CREATE TABLE joins (team int, member int, PRIMARY KEY (team, member)) PARTITION BY RANGE (member);
CREATE TABLE joins_1 PARTITION OF joins FOR VALUES FROM (0) TO (10);
CREATE TABLE joins_2 (LIKE joins);
INSERT INTO joins_2 VALUES (1, 11), (1, 12);
INSERT INTO teams VALUES (1, 'one'), (2, 'two');
DROP TABLE users;
CREATE TABLE users (id int PRIMARY KEY, login text);
SELECT scim_register_table('users', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('joins', 'team', 'member');
INSERT INTO joins VALUES (1, 1), (2, 1);
SELECT id, jsonb_array_length(coalesce(r->'members', '[]')), r->'meta'->>'version' = scim_version(r) FROM teams, scim_get_group(id::text) r ORDER BY 1;
ALTER TABLE joins ATTACH PARTITION joins_2 FOR VALUES FROM (10) TO (20);
SELECT id, jsonb_array_length(coalesce(r->'members', '[]')), r->'meta'->>'version' = scim_version(r) FROM teams, scim_get_group(id::text) r ORDER BY 1;
ALTER TABLE joins DETACH PARTITION joins_2;
SELECT id, jsonb_array_length(coalesce(r->'members', '[]')), r->'meta'->>'version' = scim_version(r) FROM teams, scim_get_group(id::text) r ORDER BY 1;
SELECT count(*) FROM mapping('joins_2');
SELECT * FROM scim_check_table('teams');
-- the same where they are counted in columns, and where a version alone tells
ALTER TABLE teams ADD version text, ADD n int, ADD count bigint, ADD digest bytea;
CREATE FUNCTION counted() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', id, count, n, version = scim_version(r)) FROM teams, scim_get_group(id::text) r ORDER BY id $$;
SELECT scim_unregister_table('teams'), scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "revision": "n", "memberCount": "count", "memberDigest": "digest", "attributes": {"displayName": "name"}}'),
	scim_register_members('joins', 'team', 'member');
DELETE FROM joins;
CALL scim_backfill('teams');
SELECT counted();
ALTER TABLE joins ATTACH PARTITION joins_2 FOR VALUES FROM (10) TO (20);
SELECT counted();
TRUNCATE joins_2;
SELECT counted();
INSERT INTO joins VALUES (2, 12);
ALTER TABLE joins DETACH PARTITION joins_2;
SELECT counted();
UPDATE teams SET count = NULL, digest = NULL;
SELECT scim_unregister_table('teams'), scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "revision": "n", "attributes": {"displayName": "name"}}'),
	scim_register_members('joins', 'team', 'member');
ALTER TABLE joins ATTACH PARTITION joins_2 FOR VALUES FROM (10) TO (20);
SELECT counted();
TRUNCATE joins_2;
SELECT counted();
INSERT INTO joins VALUES (2, 12);
ALTER TABLE joins DETACH PARTITION joins_2;
SELECT counted();
SELECT * FROM scim_check_table('teams');
DROP FUNCTION counted;
DROP TABLE users, teams, joins, joins_2;

-- ---- what no row can do without ----

SELECT scim_create_table('users', 'User');
SELECT fails('ALTER TABLE users ALTER data DROP NOT NULL');
SELECT says('ALTER TABLE users DROP CONSTRAINT users_pkey, ALTER tenant_id DROP NOT NULL'), says('ALTER TABLE users DROP CONSTRAINT users_pkey, ALTER id DROP NOT NULL');
CREATE TABLE users_child (PRIMARY KEY (tenant_id, id)) INHERITS (users);
SELECT says('ALTER TABLE ONLY users ALTER data DROP NOT NULL');
-- version 18 refuses by itself what is inherited
SELECT says('ALTER TABLE users_child ALTER data DROP NOT NULL') ~ '^(PT400 INVALID_MAPPING: column "data" of table "users_child" must be NOT NULL|42P16 )';
-- before anything else is asked for
ALTER EVENT TRIGGER scimver_rename DISABLE;
ALTER TABLE users ALTER data DROP NOT NULL;
ALTER EVENT TRIGGER scimver_rename ENABLE;
SELECT problem, detail FROM scim_check_table('users');
SELECT says('ALTER TABLE users ADD more int'), says('ALTER TABLE users ALTER data SET NOT NULL, ADD more int');
DROP TABLE users CASCADE;
-- registering a table that looks like a created one
CREATE TABLE users (tenant_id text NOT NULL DEFAULT 'default', id uuid NOT NULL, data jsonb, version text, revision bigint, created timestamptz, last_modified timestamptz, password_hash text,
	PRIMARY KEY (tenant_id, id));
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$);
ALTER TABLE users ADD CONSTRAINT has_data CHECK (data IS NOT NULL);
SELECT says($$SELECT scim_register_table('users', 'User', '{}')$$);
ALTER TABLE users ALTER data SET NOT NULL, DROP CONSTRAINT has_data;
SELECT scim_register_table('users', 'User', '{}');
SELECT says('ALTER TABLE users ALTER data DROP NOT NULL');
SELECT scim_unregister_table('users');
ALTER TABLE users ALTER data DROP NOT NULL;
DROP TABLE users;
-- a mapped row without a document has what is in its columns
CREATE TABLE users (id int PRIMARY KEY, login text, more jsonb NOT NULL DEFAULT '{}');
SELECT scim_register_table('users', 'User', '{"id": "id", "data": "more", "attributes": {"userName": "login"}}', '{"add_columns": true}');
ALTER TABLE users ALTER more DROP NOT NULL;
INSERT INTO users VALUES (1, 'ann', NULL);
SELECT r -> 'userName', r - 'meta' ? 'more', scim_version = scim_version(r) FROM scim_get_user('1') AS r, users;
SELECT scim_list_users('userName sw "a"') -> 'totalResults';
SELECT * FROM scim_check_table('users');
SELECT says('ALTER TABLE users DROP CONSTRAINT users_pkey, ADD UNIQUE (id), ALTER id DROP NOT NULL');

\c :regression
DROP DATABASE scimver_ddl_follow;
DROP ROLE ddl_other;
