-- Whose transactions the history's xids are: after a restore into another server, or as a
-- copy of the database, whoever asks first decides that what is there is seen by all.
SET client_min_messages = warning;
CREATE DATABASE regress_changes_server TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_reader;
\set regression :DBNAME
\c regress_changes_server
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN format('%s %s (%s)', sqlstate, sqlerrm, hint);
END $$;
-- the seqs of what is new to a reader
CREATE FUNCTION news(cursor text DEFAULT '') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_path_query_array(scim_changes(cursor), '$.changes[*].seq') $$;
-- what is decided: for whom, and of how many rows
CREATE FUNCTION decided() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s, %s, %s', CASE WHEN s.system_identifier = c.system_identifier THEN 'this server' ELSE 'another one' END,
		CASE WHEN s.database_oid = (SELECT oid FROM pg_database WHERE datname = current_database()) THEN 'this database' ELSE 'another one' END, s.seq)
	FROM scim_history_server s, pg_control_system() c ORDER BY s.seq $$;
-- as it would be after a restore: xids of a server that has run for long, and of one that has not
CREATE FUNCTION restored() RETURNS void LANGUAGE sql AS $$
	ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
	UPDATE scim_history_rows SET xid = CASE WHEN seq % 2 = 0 THEN '9223372036854775000' ELSE '3' END::xid8;
	ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_rows, ENABLE ALWAYS TRIGGER scimver_truncate;
	UPDATE scim_history_server SET system_identifier = 1, database_oid = 1 $$;
-- what is written at once: one user
CREATE FUNCTION wrote(name text) RETURNS void LANGUAGE sql AS $$ INSERT INTO users (data) VALUES (jsonb_build_object('userName', name)) $$;

-- ---- where it was made ----

SELECT decided();
BEGIN READ ONLY;
SELECT news();
COMMIT;
SELECT wrote('ann'), wrote('ben');
SELECT news();
SELECT decided();

-- ---- rows of another server ----

SELECT restored();
SELECT decided();
-- a transaction that may not write cannot note it
BEGIN READ ONLY;
SELECT says($$SELECT scim_changes('now')$$);
ROLLBACK;
SELECT decided();
-- whoever asks; he needs no right to the tables
SELECT scim_grant_tenant('default', 'regress_scim_reader');
SET ROLE regress_scim_reader;
SELECT says('SELECT * FROM scim_history_server'), says('LOCK scim_history_rows IN SHARE MODE');
SELECT news();
RESET ROLE;
SELECT decided();
-- nor is it asked again, and what follows is of this server
SELECT scim_changes('now') ->> 'nextCursor' AS now \gset
SELECT wrote('cid');
BEGIN READ ONLY;
SELECT news(), news(:'now');
COMMIT;
SELECT decided();

-- ---- another database of the same server: a copy of it ----

UPDATE scim_history_server SET database_oid = 1;
SELECT news(), decided();
\c :regression
CREATE DATABASE regress_changes_copy TEMPLATE regress_changes_server;
\c regress_changes_copy
SELECT decided();
SELECT says(format('SELECT scim_changes(%L)', :'now'));
SELECT news(), decided();
\c regress_changes_server
\set VERBOSITY terse
SELECT news(), decided();

-- ---- more rows, or none ----

-- what the script has written, and what was dumped
INSERT INTO scim_history_server VALUES (1, 1, 2);
SELECT news(), decided();
-- two that say the same: nothing to decide, also where nothing can be written
INSERT INTO scim_history_server SELECT system_identifier, database_oid, 1 FROM scim_history_server;
BEGIN READ ONLY;
SELECT news();
COMMIT;
SELECT decided();
DELETE FROM scim_history_server;
BEGIN READ ONLY;
SELECT says($$SELECT scim_changes('now')$$);
ROLLBACK;
SELECT news(), decided();
-- rows that nobody but their owner could write
BEGIN;
ALTER TABLE scim_history_server ALTER seq DROP NOT NULL, ALTER database_oid DROP NOT NULL, ALTER system_identifier DROP NOT NULL;
UPDATE scim_history_server SET seq = NULL;
SELECT news(), decided();
UPDATE scim_history_server SET database_oid = NULL;
SELECT news(), decided();
UPDATE scim_history_server SET system_identifier = NULL;
SELECT news(), decided();
ROLLBACK;

-- ---- the transaction has written itself ----

SELECT restored();
BEGIN;
SELECT wrote('dan');
-- its own is not seen before it is committed
SELECT news(), decided();
SELECT scim_changes('now') ->> 'nextCursor' AS now \gset
SAVEPOINT s;
SELECT wrote('eve');
SELECT news(), news(:'now');
COMMIT;
SELECT news(), news(:'now');
-- and what is decided goes with it
SELECT restored();
BEGIN;
SELECT wrote('fay'), news();
ROLLBACK;
SELECT decided();
-- in one statement
WITH w AS MATERIALIZED (SELECT wrote('gil')) SELECT count(*), news() FROM w;
SELECT news(), decided();

-- ---- what its owner makes of it ----

-- the change is undone
CREATE FUNCTION after(change text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN
	BEGIN
		EXECUTE change;
		RETURN NEXT says('SELECT news(current_setting(''test.cursor''))');
		RAISE SQLSTATE 'UNDO0';
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
END $$;
SELECT set_config('test.cursor', scim_changes('now') ->> 'nextCursor', false) IS NOT NULL;
SELECT wrote('hal');
CREATE FUNCTION suppresses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SELECT after('ALTER SEQUENCE scim_history_seq CACHE 10');
SELECT after('ALTER SEQUENCE scim_history_seq INCREMENT 2');
SELECT after('ALTER SEQUENCE scim_history_seq CYCLE');
SELECT after('ALTER SEQUENCE scim_history_seq RENAME TO other_seq');
SELECT after('ALTER TABLE scim_history_server RENAME TO other_server');
SELECT after('ALTER TABLE scim_history_server RENAME TO other_server; CREATE TABLE scim_history_server (LIKE other_server)');
SELECT after('ALTER TABLE scim_history_server DROP COLUMN database_oid');
SELECT after('ALTER TABLE scim_history_server ALTER seq TYPE int');
SELECT after('ALTER TABLE scim_history_server ADD COLUMN note text; DELETE FROM scim_history_server');
SELECT after('DELETE FROM scim_history_server; CREATE TRIGGER t BEFORE INSERT ON scim_history_server FOR EACH ROW EXECUTE FUNCTION suppresses()');
SELECT after('DELETE FROM scim_history_server; ALTER TABLE scim_history_server ENABLE ROW LEVEL SECURITY');
SELECT after('ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_pkey');
SELECT after('DROP INDEX scim_history_xid');
SELECT after('DROP INDEX scim_history_xid; CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq DESC)');
SELECT after('DROP INDEX scim_history_xid; CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq)');

-- ---- end ----

\c :regression
DROP DATABASE regress_changes_copy;
DROP DATABASE regress_changes_server;
DROP ROLE regress_scim_reader;
