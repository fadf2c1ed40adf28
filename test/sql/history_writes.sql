-- What the history keeps of tables that are not like others: without versions,
-- with a mark, in partitions, with children; and how its rows are stored where
-- something stands in the way.
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE DATABASE regress_history_writes TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c regress_history_writes
SET client_min_messages = warning;
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE TABLE asked AS SELECT 0::bigint AS seq;
-- what has come since this was asked last, and whether it follows on what was there
CREATE FUNCTION news() RETURNS SETOF text LANGUAGE sql AS $$
	WITH noted AS (UPDATE asked SET seq = (SELECT coalesce(max(h.seq), asked.seq) FROM scim_history_rows h) RETURNING 1)
	SELECT told FROM (SELECT seq, concat_ws(' ', operation, tenant_id || '/' || resource_type || coalesce('/' || resource_id, ''), 'r' || revision, array_to_string(changed, ', '), before::text, members::text,
		CASE WHEN previous_version IS NOT NULL AND previous_version IS DISTINCT FROM lag(version) OVER (PARTITION BY tenant_id, resource_type, resource_id ORDER BY seq) THEN 'DOES NOT FOLLOW' END) AS told
		FROM scim_history_rows) t WHERE t.seq > (SELECT a.seq FROM asked a) ORDER BY t.seq
$$;

-- ---- nothing of scimver's in the table: versions are computed ----

CREATE TABLE bare (id int PRIMARY KEY, login text NOT NULL UNIQUE, title text, unmapped text, extra jsonb);
SELECT scim_register_table('bare', 'User', '{"id": "id", "data": "extra", "attributes": {"userName": "login", "title": "title"}}', '{"history": true}');
INSERT INTO bare VALUES (1, 'ada', 'Boss', NULL, NULL), (2, 'bob', NULL, NULL, '{"nickName": "B"}');
SELECT news();
UPDATE bare SET title = 'Guide', extra = '{"nickName": "A"}' WHERE id = 1;
UPDATE bare SET unmapped = 'x';
UPDATE bare SET title = title;
UPDATE bare SET extra = '{"nickName": "B", "emails": []}' WHERE id = 2;
SELECT news();
SELECT scim_patch_user('1', '[{"op": "replace", "path": "title", "value": "Chief"}]')->>'title';
SELECT scim_delete_user('2');
SELECT news();
-- each version is that of then
SELECT count(*) FROM scim_history_rows h WHERE resource_id = '1' AND version = scim_get_user('1')#>>'{meta,version}';
-- a password beside columns, where there is none for it
CREATE TABLE beside (id int PRIMARY KEY, login text, extra jsonb);
SELECT scim_unregister_table('bare');
SELECT scim_register_table('beside', 'User', '{"id": "id", "data": "extra", "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO beside VALUES (3, 'eve', '{"Password": "clear", "nickName": "E"}');
UPDATE beside SET extra = '{"PASSWORD": "clear, too", "nickName": "E"}';
DELETE FROM beside;
SELECT count(*) FROM scim_history_rows h WHERE h::text ~ 'clear';
SELECT changed FROM scim_history_rows WHERE resource_id = '3' ORDER BY seq;
SELECT scim_unregister_table('beside');
SELECT news();

-- ---- rows that have no version: they are in nobody's way ----

CREATE TABLE odd (id int PRIMARY KEY, login text, extra jsonb);
SELECT scim_register_table('odd', 'User', '{"id": "id", "data": "extra", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT news();
INSERT INTO odd VALUES (1, 'ada', '{"n": 1e500}'), (2, 'bob', '{"n": [1, {"m": 1e-450}]}'), (3, 'cy', '{"n": 1}');
UPDATE odd SET login = login || '!';
UPDATE odd SET extra = NULL WHERE id = 1;
UPDATE odd SET extra = '{"n": 1e500}' WHERE id = 3;
DELETE FROM odd;
SELECT news();
SELECT scim_unregister_table('odd');

-- ---- rows that are marked as deleted ----

CREATE TABLE marked (id int PRIMARY KEY, login text, gone boolean, at timestamptz, version text);
SELECT scim_register_table('marked', 'User', '{"id": "id", "version": "version", "deleted": "gone", "lastModified": "at", "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO marked VALUES (1, 'ada', NULL), (2, 'bob', false), (3, 'cy', true);
SELECT news();
UPDATE marked SET gone = true WHERE id = 1;
UPDATE marked SET login = 'ada, gone' WHERE id = 1;
UPDATE marked SET gone = true WHERE id = 3;
UPDATE marked SET gone = NULL WHERE id = 2;
DELETE FROM marked WHERE id = 3;
SELECT news();
UPDATE marked SET gone = false WHERE id = 1;
UPDATE marked SET gone = true, login = 'bobby' WHERE id = 2;
SELECT scim_delete_user('1');
SELECT news();
DELETE FROM marked WHERE id = 1;
SELECT news();
SELECT scim_unregister_table('marked');
SELECT count(*) FROM news();
CREATE TABLE epoch (id int PRIMARY KEY, login text, gone int);
SELECT scim_register_table('epoch', 'User', '{"id": "id", "deleted": {"column": "gone", "format": "epoch_seconds"}, "attributes": {"userName": "login"}}', '{"history": true}');
INSERT INTO epoch VALUES (1, 'ada', 0), (2, 'bob', 1000);
UPDATE epoch SET gone = 1000 - gone;
SELECT news();
SELECT scim_unregister_table('epoch');

-- ---- the revision is part of the version ----

CREATE TABLE counted (id int PRIMARY KEY, login text, title text, version text, revision int);
SELECT scim_register_table('counted', 'User', '{"id": "id", "version": "version", "revision": "revision", "attributes": {"userName": "login", "title": "title"}}', '{"history": true, "version_scheme": "revision"}');
INSERT INTO counted VALUES (1, 'ada', 'A');
UPDATE counted SET title = 'B';
UPDATE counted SET title = 'A';
SELECT news();
SELECT count(DISTINCT version) FROM scim_history_rows WHERE resource_id = '1' AND version IN (SELECT version FROM scim_history_rows ORDER BY seq DESC LIMIT 3);
SELECT scim_unregister_table('counted');

-- ---- partitions ----

CREATE TABLE parts (tenant_id text, id int, login text, version text, revision bigint, updated timestamptz, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
-- columns in another order
CREATE TABLE parts_b (gone text, revision bigint, version text, login text, id int NOT NULL, updated timestamptz, tenant_id text NOT NULL);
ALTER TABLE parts_b DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION parts_b FOR VALUES IN ('b');
CREATE TABLE parts_c PARTITION OF parts FOR VALUES IN ('c', 'd');
SELECT scim_register_table('parts', 'User', '{"id": "id", "tenant": "tenant_id", "version": "version", "revision": "revision", "lastModified": "updated", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT news();
INSERT INTO parts (tenant_id, id, login) SELECT t, n, 'u' || n FROM generate_series(1, 2) n, unnest('{a, b}'::text[]) t;
UPDATE parts SET login = 'a' WHERE tenant_id = 'a' AND id = 1;
UPDATE parts_b SET login = 'b' WHERE id = 1;
SELECT news();
-- a row that moves has another tenant
UPDATE parts SET tenant_id = 'c' WHERE id = 1 AND tenant_id = 'a';
SELECT news();
-- or is dropped on its way
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER refuse BEFORE INSERT ON parts_c FOR EACH ROW EXECUTE FUNCTION refuse();
UPDATE parts SET tenant_id = 'c' WHERE id = 2 AND tenant_id = 'a';
SELECT news();
DROP TRIGGER refuse ON parts_c;
SELECT scim_patch_user('2', '[{"op": "replace", "path": "userName", "value": "patched"}]', tenant_id => 'b')->>'userName';
DELETE FROM parts_b WHERE id = 2;
INSERT INTO parts_c (tenant_id, id, login) VALUES ('d', 3, 'direct');
SELECT news();
TRUNCATE parts_b;
TRUNCATE parts_c;
SELECT news();
INSERT INTO parts (tenant_id, id, login) SELECT t, 4, 'u' FROM unnest('{a, b, c, d}'::text[]) t;
TRUNCATE parts;
SELECT news();
SELECT scim_unregister_table('parts');
SELECT news();

-- ---- children ----

CREATE TABLE parent (id int PRIMARY KEY, login text);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
SELECT scim_register_table('parent', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '{"history": true}');
SELECT news();
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (2, 'child');
UPDATE parent SET login = login || '!';
DELETE FROM parent WHERE id = 2;
SELECT news();
SELECT scim_unregister_table('parent');

-- ---- a table without its history ----

CREATE TABLE without (id int PRIMARY KEY, login text);
SELECT scim_register_table('without', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
INSERT INTO without VALUES (1, 'none');
SELECT scim_patch_user('1', '[{"op": "replace", "path": "userName", "value": "of it"}]')->>'userName';
-- a trigger that is made by hand keeps none either
CREATE TRIGGER own AFTER INSERT OR UPDATE OR DELETE ON without FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
UPDATE without SET login = 'by hand';
SELECT news();
-- nor does one of a table that is registered by none, or for another type
CREATE TABLE unregistered (LIKE without);
CREATE TRIGGER own AFTER INSERT OR UPDATE OR DELETE ON unregistered FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
CREATE TRIGGER own_truncate BEFORE TRUNCATE ON unregistered EXECUTE FUNCTION scim_history_trigger('User');
INSERT INTO unregistered VALUES (1, 'forged');
TRUNCATE unregistered;
SELECT news();
SELECT fails('SELECT scim_history_trigger()');
CREATE TRIGGER late BEFORE INSERT ON unregistered FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
SELECT fails($$ INSERT INTO unregistered VALUES (1, 'before') $$);
CREATE ROLE regress_history_nobody;
GRANT CREATE ON SCHEMA public TO regress_history_nobody;
SET ROLE regress_history_nobody;
CREATE TABLE of_his_own (id int, login text);
CREATE TRIGGER own AFTER INSERT ON of_his_own FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
RESET ROLE;
DROP TABLE of_his_own;
REVOKE CREATE ON SCHEMA public FROM regress_history_nobody;
DROP ROLE regress_history_nobody;
SELECT scim_unregister_table('without');

-- ---- what stands in the way of rows that are put there directly ----

SELECT scim_create_table('users', 'User');
CREATE FUNCTION touched(n int) RETURNS bigint LANGUAGE sql AS $$
	INSERT INTO users AS u (id, data) VALUES ('00000000-0000-4000-a000-00000000000a', jsonb_build_object('userName', 'a', 'title', 't' || n)) ON CONFLICT (tenant_id, id) DO UPDATE SET data = EXCLUDED.data;
	SELECT count(*) FROM scim_history_rows WHERE resource_id = '00000000-0000-4000-a000-00000000000a';
$$;
SELECT touched(1);
-- a second trigger that is made by hand writes nothing once more, the first one being off writes all
CREATE TRIGGER twice AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION scim_history_trigger('User');
SELECT touched(0);
ALTER TABLE users DISABLE TRIGGER "!!!scimver_history";
SELECT touched(1);
ALTER TABLE users ENABLE TRIGGER "!!!scimver_history";
DROP TRIGGER twice ON users;
DELETE FROM scim_history_rows WHERE revision > 1;
-- a trigger of its owner's
CREATE TABLE seen (actor name, role name, operation text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (NEW.actor, current_user, NEW.operation); RETURN NEW; END';
CREATE TRIGGER see BEFORE INSERT ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION see();
CREATE ROLE regress_history_owner;
GRANT INSERT ON seen TO regress_history_owner;
SELECT touched(2), (SELECT count(*) FROM seen);
SELECT * FROM seen;
DROP TRIGGER see ON scim_history_rows;
SELECT touched(3), (SELECT count(*) FROM seen);
-- nothing, as it is made: a row that is put there asks for no privilege of the owner's, a statement does
BEGIN;
CREATE EXTENSION IF NOT EXISTS amcheck;
ALTER TABLE scim_history_rows OWNER TO regress_history_owner;
REVOKE INSERT ON scim_history_rows FROM regress_history_owner;
SELECT fails('SELECT touched(4)');
SELECT scim_call_tool('scim_delete_user', '{"user_id": "00000000-0000-4000-a000-00000000000a", "expected_version": "AAAAAAAAAAA="}'::jsonb)::jsonb #> '{content,attempts}';
SELECT count(*) FROM scim_history_rows WHERE operation = 'refused';
SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = 'scim_history_rows'::regclass;
CREATE INDEX of_updates ON scim_history_rows (at) WHERE operation = 'update';
SELECT fails('SELECT touched(5)');
ROLLBACK;
-- a constraint, an index with an expression, one that is asked later, a column
ALTER TABLE scim_history_rows ADD CONSTRAINT no_seven CHECK (revision <> 7);
SELECT touched(4);
SELECT fails('SELECT touched(5)');
ALTER TABLE scim_history_rows DROP CONSTRAINT no_seven;
SELECT touched(5);
CREATE INDEX by_day ON scim_history_rows (date_trunc('day', at AT TIME ZONE 'UTC')) WHERE operation = 'update';
SELECT touched(6);
SET enable_seqscan = off;
SELECT count(*) FROM scim_history_rows WHERE date_trunc('day', at AT TIME ZONE 'UTC') > '2000-01-01' AND operation = 'update' AND resource_id = '00000000-0000-4000-a000-00000000000a';
RESET enable_seqscan;
DROP INDEX by_day;
ALTER TABLE scim_history_rows ADD UNIQUE (seq) DEFERRABLE INITIALLY DEFERRED;
SELECT touched(7);
ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_seq_key;
ALTER TABLE scim_history_rows ADD COLUMN note text DEFAULT 'noted';
SELECT touched(8), (SELECT count(*) FROM scim_history_rows WHERE note = 'noted') > 0;
ALTER TABLE scim_history_rows DROP COLUMN note;
SELECT touched(9);
-- row level security is not the owner's
ALTER TABLE scim_history_rows OWNER TO regress_history_owner;
ALTER TABLE scim_history_rows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT touched(10);
ALTER TABLE scim_history_rows DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
SELECT touched(11);
-- an index that comes and goes
CREATE INDEX by_actor ON scim_history_rows (actor);
SELECT touched(12);
SET enable_seqscan = off;
SELECT count(*) FROM scim_history_rows WHERE actor = current_user AND resource_id = '00000000-0000-4000-a000-00000000000a';
RESET enable_seqscan;
DROP INDEX by_actor;
SELECT touched(13);
CREATE EXTENSION IF NOT EXISTS amcheck;
SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = 'scim_history_rows'::regclass;
ALTER TABLE scim_history_rows OWNER TO CURRENT_USER;
REVOKE ALL ON seen FROM regress_history_owner;
DROP ROLE regress_history_owner;
\c :regression
SET client_min_messages = warning;
DROP DATABASE regress_history_writes;
