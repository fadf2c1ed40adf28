-- Whatever writes to a registered table, version, revision, created and
-- last_modified are right afterwards.
SET client_min_messages = warning;
CREATE DATABASE scimver_trigger TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_trigger
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

-- ids that are the same every time
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;

-- what a client reads of each row, and with the password's crypt string, which is part of the version
CREATE VIEW state AS
	SELECT id, data->>'userName' AS name, version, revision, created, last_modified,
		scim_version(scim_get_user(id::text, tenant_id => tenant_id) || jsonb_strip_nulls(jsonb_build_object('password', password_hash))) AS right_version
	FROM users;

-- runs a statement, and tells what it did to version, revision and times of each user that it touched
CREATE FUNCTION does(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM state;
	EXECUTE statement;
	RETURN QUERY SELECT coalesce(a.name, b.name) || ': ' || CASE
			WHEN a.id IS NULL THEN 'gone'
			WHEN b.id IS NULL THEN format('new, revision %s, %s, %s', a.revision,
				CASE WHEN a.created = a.last_modified THEN 'created now' ELSE 'created before' END,
				CASE WHEN a.version = a.right_version THEN 'version right' ELSE 'VERSION WRONG' END)
			ELSE format('revision +%s, %s, %s, %s, %s', a.revision - b.revision,
				CASE WHEN a.version = b.version THEN 'same version' ELSE 'new version' END,
				CASE WHEN a.last_modified = b.last_modified THEN 'not modified' WHEN a.last_modified > b.last_modified THEN 'modified' ELSE 'BEFORE' END,
				CASE WHEN a.created IS NOT DISTINCT FROM b.created THEN 'created kept' ELSE 'CREATED MOVED' END,
				CASE WHEN a.version = a.right_version THEN 'version right' ELSE 'VERSION WRONG' END) END
		FROM state a FULL JOIN before b USING (id)
		WHERE a IS NULL OR b IS NULL OR (a.version, a.revision, a.last_modified, a.created, a.right_version)
			IS DISTINCT FROM (b.version, b.revision, b.last_modified, b.created, b.right_version)
		ORDER BY 1;
	IF NOT FOUND THEN
		RETURN NEXT 'nothing';
	END IF;
	DROP TABLE before;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT sqlstate || ' ' || sqlerrm;
END $$;

-- ---- INSERT ----

SELECT does($$INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ann"}'), (id(2), '{"userName": "bob", "active": true}')$$);
SELECT tenant_id, data, revision, version, password_hash IS NULL, user_name FROM users ORDER BY id;

-- revision, created and last_modified are kept when they are given; a version never is
SET timezone = 'UTC';
INSERT INTO users (id, data, version, revision, created, last_modified)
	VALUES (id(3), '{"userName": "eve"}', 'mine', 7, '2001-02-03 04:05:06Z', '2002-02-03 04:05:06.789Z');
INSERT INTO users (id, data, created) VALUES (id(4), '{"userName": "old"}', '2001-02-03 04:05:06Z');
SELECT name, version = right_version, revision, created, last_modified FROM state WHERE id IN (id(3), id(4)) ORDER BY id;
SELECT scim_get_user(id(3)::text);

-- COPY, with a list of columns and without
COPY users (id, data) FROM stdin;
00000000-0000-4000-a000-000000000005	{"userName": "copied", "name": {"givenName": "\\u00c9"}}
\.
COPY users FROM stdin;
default	00000000-0000-4000-a000-000000000006	{"userName": "copied whole"}	given	3	2001-02-03 04:05:06Z	2001-02-03 04:05:07Z	\N
\.
SELECT name, version = right_version, revision, last_modified - created FROM state WHERE id = id(6)
	UNION ALL SELECT name, version = right_version, revision, last_modified - created FROM state WHERE id = id(5);

-- INSERT ... SELECT, and a CTE that inserts
SELECT does($$WITH new AS (INSERT INTO users (id, data) SELECT id(10 + i), jsonb_build_object('userName', 'cte' || i) FROM generate_series(1, 2) i RETURNING *)
	SELECT count(*) FROM new$$);
-- RETURNING shows what was stored
DELETE FROM users WHERE id IN (id(11), id(12)) RETURNING version = scim_version(scim_content(data || jsonb_build_object('id', id)));

-- ---- UPDATE ----

SELECT does($$UPDATE users SET data = data || '{"nickName": "a"}' WHERE id = id(1)$$);

-- what changes nothing moves nothing: the same, in another order, another spelling of a number, unassigned attributes
SELECT does($$UPDATE users SET data = data$$);
SELECT does($$UPDATE users SET data = '{"nickName": "a", "userName": "ann", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"x": null, "y": [], "z": {"a": {}}}' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"n": 1}' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"n": 1.00}' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"]}' WHERE id = id(1)$$);

-- each statement moves a row by one, also twice in a transaction
BEGIN;
SELECT does($$UPDATE users SET data = data || '{"n": 2}' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"n": 3}' WHERE id = id(1)$$);
COMMIT;

-- content that returns has its version back; the revision goes on
SELECT version AS before, revision AS before_revision FROM users WHERE id = id(2) \gset
UPDATE users SET data = data || '{"active": false}' WHERE id = id(2);
SELECT version <> :'before' FROM users WHERE id = id(2);
UPDATE users SET data = data || '{"active": true}' WHERE id = id(2);
SELECT version = :'before', revision - :before_revision FROM users WHERE id = id(2);

-- nobody else sets version, revision, created, last_modified
SELECT does($$UPDATE users SET version = 'mine', revision = 99, created = '2001-01-01', last_modified = '2099-01-01' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET version = NULL, revision = NULL, created = NULL, last_modified = NULL WHERE id = id(1)$$);
SELECT does($$UPDATE users SET data = data || '{"n": 4}', version = 'mine', revision = 99, created = '2001-01-01', last_modified = '2099-01-01' WHERE id = id(1)$$);

-- a row that was modified in the future stays so: the time never goes back
INSERT INTO users (id, data, last_modified) VALUES (id(13), '{"userName": "future"}', '2999-01-01Z');
UPDATE users SET data = data || '{"n": 1}' WHERE id = id(13);
SELECT revision, last_modified, version = right_version FROM state WHERE id = id(13);
DELETE FROM users WHERE id = id(13);

-- the id is content, the tenant is not
SELECT version AS before, revision AS before_revision FROM users WHERE id = id(1) \gset
UPDATE users SET id = id(99) WHERE id = id(1);
SELECT version <> :'before', version = right_version, revision - :before_revision FROM state WHERE id = id(99);
UPDATE users SET id = id(1) WHERE id = id(99);
SELECT version = :'before', version = right_version, revision - :before_revision FROM state WHERE id = id(1);
SELECT does($$UPDATE users SET tenant_id = 'other' WHERE id = id(1)$$);
SELECT does($$UPDATE users SET tenant_id = 'default' WHERE id = id(1)$$);

-- UPDATE ... FROM, ON CONFLICT, MERGE, CTEs
SELECT does($$UPDATE users u SET data = u.data || jsonb_build_object('title', v.title)
	FROM (VALUES (id(1), 'one'), (id(2), 'two')) v(id, title) WHERE u.id = v.id$$);
SELECT does($$INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ann", "title": "conflict"}'), (id(14), '{"userName": "fresh"}')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data, version = excluded.version, revision = 99$$);
SELECT does($$INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ann"}') ON CONFLICT DO NOTHING$$);
-- the statement for servers that have MERGE (15), and another that does the same
CREATE FUNCTION merge(statement text, without text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 150000 THEN statement ELSE without END $$;
SELECT does(merge($$MERGE INTO users u USING (VALUES (id(1), 'merged'), (id(14), NULL), (id(15), 'inserted')) v(id, title) ON u.tenant_id = 'default' AND u.id = v.id
	WHEN MATCHED AND v.title IS NULL THEN DELETE
	WHEN MATCHED THEN UPDATE SET data = u.data || jsonb_build_object('title', v.title)
	WHEN NOT MATCHED THEN INSERT (tenant_id, id, data) VALUES ('default', v.id, jsonb_build_object('userName', 'merged', 'title', v.title))$$,
	$$UPDATE users SET data = data || '{"title": "merged"}' WHERE id = id(1); DELETE FROM users WHERE id = id(14);
	INSERT INTO users (tenant_id, id, data) VALUES ('default', id(15), '{"userName": "merged", "title": "inserted"}')$$));
SELECT does($$WITH changed AS (UPDATE users SET data = data || '{"title": "cte"}' WHERE id = id(1) RETURNING *), gone AS (DELETE FROM users WHERE id = id(15) RETURNING *)
	SELECT count(*) FROM changed, gone$$);
PREPARE change AS UPDATE users SET data = data || jsonb_build_object('title', $1::text) WHERE id = id(1);
SELECT does($$EXECUTE change('one')$$) UNION ALL SELECT does($$EXECUTE change('one')$$) UNION ALL SELECT does($$EXECUTE change('two')$$);
DEALLOCATE change;

-- what fails leaves everything as it was
SELECT does($$UPDATE users SET data = data || '{"userName": "ann"}' WHERE id = id(2)$$);
SELECT does($$UPDATE users SET data = data || ('{"n": 1' || repeat('0', 400) || '}')::jsonb WHERE id = id(2)$$);

-- an update of anything else leaves the row to HOT
CREATE VIEW updates AS SELECT pg_stat_get_xact_tuples_updated('users'::regclass) AS all, pg_stat_get_xact_tuples_hot_updated('users'::regclass) AS hot;
VACUUM FULL users;
BEGIN;
SELECT "all", hot FROM updates \gset
UPDATE users SET data = data || '{"title": "hot"}' WHERE id = id(1);
SELECT "all" - :all, hot - :hot FROM updates;
COMMIT;
DROP VIEW updates;

-- ---- the document ----

-- id, meta, _version, groups, and for groups members, belong elsewhere
INSERT INTO users (id, data) VALUES (id(20), '{"userName": "strip", "id": "x", "meta": {"version": "x"}, "_version": "x", "groups": [1], "members": [1], "nested": {"id": 1, "meta": 2}}');
SELECT data, state.version = right_version FROM users JOIN state USING (id) WHERE id = id(20);
SELECT does($$UPDATE users SET data = data || '{"id": "y", "meta": {"version": "y"}, "_version": "y", "groups": [2]}' WHERE id = id(20)$$);
SELECT data FROM users WHERE id = id(20);
INSERT INTO groups (id, data) VALUES (id(50), '{"displayName": "strip", "id": "x", "meta": 1, "_version": "x", "members": [{"value": "x"}], "groups": [1]}');
SELECT data, version = scim_version(scim_get_group(id::text)) FROM groups;

-- the core URN is always among the schemas
INSERT INTO users (id, data) VALUES
	(id(21), '{"userName": "schemas none"}'), (id(22), '{"userName": "schemas null", "schemas": null}'), (id(23), '{"userName": "schemas empty", "schemas": []}'),
	(id(24), '{"userName": "schemas other", "schemas": ["urn:x", 1]}'), (id(25), '{"userName": "schemas there", "schemas": ["urn:x", "urn:ietf:params:scim:schemas:core:2.0:User"]}');
SELECT data->'schemas', state.version = right_version FROM users JOIN state USING (id) WHERE name LIKE 'schemas%' ORDER BY id;
SELECT does($$UPDATE users SET data = data - 'schemas' WHERE id = id(21)$$);
SELECT does($$INSERT INTO users (data) VALUES ('{"userName": "x", "schemas": "urn:x"}')$$);
SELECT does($$INSERT INTO users (data) VALUES ('{"userName": "x", "schemas": {}}')$$);

-- a document is an object
SELECT does(format('INSERT INTO users (data) VALUES (%L)', d)) FROM unnest(ARRAY['[]', '[{}]', '1', '"a"', 'null', 'true']) d;
SELECT does($$UPDATE users SET data = '[]' WHERE id = id(1)$$);
SELECT does($$INSERT INTO users (data) VALUES (NULL)$$);
SELECT does($$UPDATE users SET data = NULL WHERE id = id(1)$$);
SELECT does($$INSERT INTO users (id, data) VALUES (NULL, '{}')$$);
SELECT does($$INSERT INTO users (tenant_id, data) VALUES (NULL, '{}')$$);

-- plain SQL may store a document that no client could send: nothing is lost, and it has a version
SELECT does($$INSERT INTO users (id, data) VALUES (id(26), '{"userName": {"not": "text"}, "": 1, "unknown": [[]]}')$$);

-- ---- passwords ----

-- a password in clear text, however it is spelled, is crypted and removed
INSERT INTO users (id, data) VALUES (id(30), '{"userName": "pw1", "password": "secret"}'), (id(31), '{"userName": "pw2", "PassWord": "s\u00e9cret"}'),
	(id(32), '{"userName": "pw3", "password": null}');
SELECT name, data ? 'password' OR data ? 'PassWord', password_hash LIKE '$2a$04$%', password_hash = crypt('secret', password_hash), state.version = right_version
FROM users JOIN state USING (id) WHERE name LIKE 'pw%' ORDER BY name;
SELECT scim_get_user(id(30)::text) - 'meta';

-- it is part of the version, and changes the row each time that it is set
SELECT does($$UPDATE users SET data = data || '{"password": "other"}' WHERE id = id(30)$$);
SELECT does($$UPDATE users SET data = data || '{"password": "other"}' WHERE id = id(30)$$);
SELECT password_hash = crypt('other', password_hash), data FROM users WHERE id = id(30);
SELECT does($$UPDATE users SET data = data || '{"password": null}' WHERE id = id(30)$$);
SELECT does($$UPDATE users SET password_hash = password_hash WHERE id = id(30)$$);
SELECT does($$UPDATE users SET password_hash = '$2a$04$abc' WHERE id = id(30)$$);
SELECT does($$UPDATE users SET password_hash = NULL WHERE id = id(30)$$);
SELECT version = scim_version(scim_get_user(id::text)) FROM users WHERE id = id(30);

-- what cannot be one is refused, without being shown
SELECT does(format('UPDATE users SET data = data || %L WHERE id = id(30)', jsonb_build_object('password', p))) FROM unnest(ARRAY['""', '1', '[]', '{}']::jsonb[]) p;
SELECT does(format('UPDATE users SET data = data || %L WHERE id = id(30)', jsonb_build_object('password', repeat('x', 73))));
SELECT does(format('UPDATE users SET data = data || %L WHERE id = id(30)', jsonb_build_object('password', repeat('x', 72))));

-- a group has no password: there it is an attribute like others
INSERT INTO groups (id, data) VALUES (id(51), '{"displayName": "g", "password": "p"}');
SELECT data, version = scim_version(scim_get_group(id::text)) FROM groups WHERE id = id(51);

-- ---- versions that are missing ----

-- rows that were loaded with triggers off have none; any update fills it in, and moves nothing else
SET session_replication_role = replica;
INSERT INTO users (id, data, revision, last_modified) VALUES (id(40), '{"userName": "null1"}', 5, '2001-01-01Z'), (id(41), '{"userName": "null2"}', NULL, NULL),
	(id(42), '{"userName": "null3", "id": "x", "meta": {}}', NULL, NULL);
INSERT INTO groups (id, data) VALUES (id(52), '{"displayName": "null"}');
SET session_replication_role = origin;
SELECT data->>'userName', version, revision FROM users WHERE id IN (id(40), id(41), id(42)) ORDER BY id;
-- readers compute it
SELECT scim_get_user(id(40)::text)->'meta'->>'version' = scim_version(scim_get_user(id(40)::text)),
	scim_get_group(id(52)::text)->'meta'->>'version' = scim_version(scim_get_group(id(52)::text));
UPDATE users SET data = data WHERE id = id(40);
UPDATE users SET revision = 77 WHERE id = id(41);
UPDATE users SET data = data || '{"active": true}' WHERE id = id(42);
SELECT name, version = right_version, revision, last_modified IS NULL OR last_modified = '2001-01-01Z' FROM state WHERE id IN (id(40), id(41)) ORDER BY id;
SELECT name, state.version = right_version, state.revision, state.last_modified IS NOT NULL, data FROM state JOIN users USING (id) WHERE id = id(42);
UPDATE groups SET data = data WHERE id = id(52);
SELECT version = scim_version(scim_get_group(id::text)), revision FROM groups WHERE id = id(52);

-- with triggers off, what is given is stored: that is how subscribers and full dumps keep versions
SET session_replication_role = replica;
INSERT INTO users (id, data, version) VALUES (id(43), '{"userName": "replica"}', 'given');
SET session_replication_role = origin;
SELECT version, revision FROM users WHERE id = id(43);

-- ---- other triggers ----

-- ours runs last, and sees the row as it will be stored
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.data := NEW.data || '{"title": "stamped"}'; RETURN NEW; END $$;
CREATE TRIGGER zzz BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION stamp();
SELECT does($$INSERT INTO users (id, data) VALUES (id(60), '{"userName": "stamp"}')$$);
SELECT does($$UPDATE users SET data = data - 'title' WHERE id = id(60)$$);
SELECT does($$UPDATE users SET revision = 1 WHERE id = id(1)$$);
SELECT data->>'title' FROM users WHERE id IN (id(1), id(60));
DROP TRIGGER zzz ON users;
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER skip BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION skip();
SELECT does($$UPDATE users SET data = data - 'title' WHERE id = id(60)$$);
DROP TRIGGER skip ON users;
-- an AFTER trigger that writes to the same row
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.data->>'nickName' IS DISTINCT FROM 'again' THEN UPDATE users SET data = data || '{"nickName": "again"}' WHERE id = NEW.id; END IF; RETURN NULL; END $$;
CREATE TRIGGER again AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION again();
SELECT does($$UPDATE users SET data = data || '{"title": "x", "nickName": "y"}' WHERE id = id(60)$$);
DROP TRIGGER again ON users;
-- a call moves the revision of its own row once, and knows it from those of the same id of another tenant and table
INSERT INTO users (tenant_id, id, data) SELECT t, id(61), '{"userName": "same id"}' FROM unnest('{default,other}'::text[]) t;
INSERT INTO groups (id, data) VALUES (id(61), '{"displayName": "same id"}');
CREATE FUNCTION others() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	UPDATE users SET data = data || '{"title": "of the other tenant"}' WHERE tenant_id = 'other' AND id = NEW.id;
	UPDATE groups SET data = data || '{"displayName": "of the other table"}' WHERE id = NEW.id;
	UPDATE users SET data = data || '{"title": "own"}' WHERE tenant_id = 'default' AND id = NEW.id;
	RETURN NULL; END $$;
CREATE TRIGGER others AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.data->>'nickName' = 'x' AND NOT NEW.data ? 'title') EXECUTE FUNCTION others();
SELECT scim_patch_user(id(61)::text, '[{"op": "add", "path": "nickName", "value": "x"}]')->>'nickName';
SELECT tenant_id, data->>'title', revision FROM users WHERE id = id(61) UNION ALL SELECT 'group', data->>'displayName', revision FROM groups WHERE id = id(61) ORDER BY 1;
DELETE FROM users WHERE id = id(61);
DELETE FROM groups WHERE id = id(61);
DROP TRIGGER others ON users;
DROP FUNCTION stamp, skip, again, others;

-- the trigger functions are nobody's to call
SELECT does('SELECT scim_row_trigger()');
SELECT does('SELECT scim_members_trigger()');
CREATE TABLE plain (id int);
SELECT does('CREATE TRIGGER t AFTER INSERT ON plain FOR EACH ROW EXECUTE FUNCTION scim_row_trigger(''User'', ''{}''); INSERT INTO plain VALUES (1)');
SELECT does('CREATE TRIGGER t BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION scim_members_trigger(''Group'', ''{}''); INSERT INTO plain VALUES (1)');
DROP TABLE plain;

-- ---- all of it ----

SELECT count(*), count(*) FILTER (WHERE version IS DISTINCT FROM right_version) FROM state WHERE id <> id(43);

-- ---- other names, other columns ----

-- renamed, moved, with more columns and others gone: still the same table, in the same session
SELECT does($$UPDATE users SET data = data || '{"n": 10}' WHERE id = id(1)$$);
CREATE SCHEMA "Other place";
ALTER TABLE users ADD COLUMN note text DEFAULT 'x', ADD COLUMN gone int DEFAULT 1;
ALTER TABLE users DROP COLUMN gone;
ALTER TABLE users RENAME TO "All users";
SELECT scim_patch_user(id(1)::text, '[{"op": "add", "path": "title", "value": "renamed"}]')->>'title';
ALTER TABLE "All users" SET SCHEMA "Other place";
SELECT scim_patch_user(id(1)::text, '[{"op": "add", "path": "title", "value": "moved"}]')->>'title';
ALTER SCHEMA "Other place" RENAME TO elsewhere;
SELECT scim_patch_user(id(1)::text, '[{"op": "add", "path": "title", "value": "schema renamed"}]')->>'title';
ALTER TABLE elsewhere."All users" SET SCHEMA public;
ALTER TABLE "All users" RENAME TO users;
SELECT does($$UPDATE users SET data = data || '{"n": 11}' WHERE id = id(1)$$);
-- a column of ours is followed by its new name, and cannot be dropped
ALTER TABLE users RENAME COLUMN last_modified TO changed_at;
SELECT scim_patch_user(id(1)::text, '[{"op": "add", "path": "title", "value": "column renamed"}]') -> 'title';
ALTER TABLE users RENAME COLUMN changed_at TO last_modified;
SELECT does($$UPDATE users SET data = data || '{"n": 12}' WHERE id = id(1)$$);
SELECT does($$ALTER TABLE users DROP COLUMN revision CASCADE$$);

-- ---- options: versions that never return ----

DROP TABLE groups_members, groups, users CASCADE;
SELECT scim_create_table('users', 'User', '{"version_scheme": "revision"}');
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ann"}');
CREATE TEMP TABLE seen AS SELECT version, revision FROM users;
UPDATE users SET data = data || '{"active": true}';
INSERT INTO seen SELECT version, revision FROM users;
UPDATE users SET data = data - 'active';
INSERT INTO seen SELECT version, revision FROM users;
-- A, B, A: three versions; each is the hash of content and revision
SELECT count(DISTINCT version), array_agg(revision ORDER BY revision) FROM seen;
SELECT version = encode(substring(digest(convert_to(scim_canonical(jsonb_build_object('content', scim_content(scim_get_user(id::text)), 'revision', revision)), 'UTF8'), 'sha256') FOR 8), 'base64'), version
FROM users;
-- what changes nothing keeps it
UPDATE users SET data = data, revision = 99, version = 'x';
UPDATE users SET data = data || '{"x": null}';
SELECT users.version = seen.version, users.revision FROM users, seen WHERE seen.revision = 3;
SELECT scim_update_user(id(1)::text, '{"userName": "ann"}', (SELECT version FROM users))->'meta'->>'version' = (SELECT version FROM seen WHERE revision = 3);
SELECT scim_update_user(id(1)::text, '{"userName": "ann", "title": "x"}', (SELECT version FROM users))->'title';
SELECT version = scim_get_user(id::text)->'meta'->>'version', revision FROM users;
-- a missing version is that with the revision that is there, or of 1
SET session_replication_role = replica;
INSERT INTO users (id, data, revision) SELECT id(n), jsonb_build_object('userName', n::text, 'schemas', ARRAY['urn:ietf:params:scim:schemas:core:2.0:User']), CASE WHEN n = 2 THEN 9 END
FROM generate_series(2, 3) n;
SET session_replication_role = origin;
SELECT scim_get_user(id::text)->'meta'->>'version' = encode(substring(digest(convert_to(scim_canonical(jsonb_build_object('content', scim_content(scim_get_user(id::text)), 'revision', coalesce(revision, 1))), 'UTF8'), 'sha256') FOR 8), 'base64')
FROM users ORDER BY id;
CREATE TEMP TABLE shown AS SELECT id, scim_get_user(id::text)->'meta'->>'version' AS version FROM users;
UPDATE users SET data = data;
SELECT users.version = shown.version, revision FROM users JOIN shown USING (id) ORDER BY id;
\c :regression
DROP DATABASE scimver_trigger;
