-- CALL scim_prune_history: the oldest go first, tenant by tenant, in batches that
-- are committed, for whoever may call it.  (The rows are written by hand here.)
SET client_min_messages = warning;
CREATE DATABASE scimver_history_prune TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_keeper;
CREATE ROLE regress_scim_other;
\set regression :DBNAME
\c scimver_history_prune
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET client_min_messages = notice;
\set VERBOSITY terse
-- so many rows, each a day younger than the one before, the last of them a day old
CREATE FUNCTION wrote(tenant text, days int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp() - day * interval '1 day', tenant, 'User', day::text, 'update', current_user FROM generate_series(days, 1, -1) day $$;
-- how many are left of each tenant, from which day on; and what is remembered
CREATE FUNCTION kept() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s: %s since %s', tenant_id, count, since), ', ' ORDER BY tenant_id), 'nothing')
	FROM (SELECT tenant_id, count(*), (array_agg(resource_id ORDER BY seq))[1] AS since FROM scim_history_rows GROUP BY 1) k $$;
CREATE FUNCTION remembered() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s: %s', tenant_id, seq), ', ' ORDER BY tenant_id) FROM scim_history_pruned WHERE at BETWEEN now() - interval '1 hour' AND clock_timestamp() $$;

-- nothing to do
CALL scim_prune_history('1 hour');
SELECT kept(), remembered();

-- the largest batch there is, the smallest, and one that ends between tenants
SELECT wrote('red', 10), wrote('blue', 5), wrote('green', 20);
CALL scim_prune_history('15 days 12 hours', 1000000);
SELECT kept(), remembered();
CALL scim_prune_history('8 days 12 hours', 1);
SELECT kept(), remembered();
CALL scim_prune_history('4 days 12 hours', batch_size => 4);
SELECT kept(), remembered();
-- again: nothing more
CALL scim_prune_history('4 days 12 hours');
SELECT kept(), remembered();
-- up to the first one that is young: what is behind it stays until it goes, however old; a row of before comes with the next call
SELECT wrote('red', 6);
CALL scim_prune_history('3 days 12 hours');
SELECT kept(), remembered();
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor) VALUES (1, '1', now() - interval '30 days', 'red', 'User', 'late', 'update', 'me');
SELECT kept();
CALL scim_prune_history('3 days 12 hours');
SELECT kept(), remembered();
CALL scim_prune_history(interval '1 month');
CALL scim_prune_history('60 minutes');
SELECT kept(), remembered();
-- names of tenants are of any kind
SELECT wrote('', 2), wrote('a''b "c"', 2), wrote('ä', 2), wrote(repeat('long', 300), 2);
CALL scim_prune_history('36 hours', 3);
SELECT count(*), min(resource_id), max(resource_id) FROM scim_history_rows;
SELECT count(*) FROM scim_history_pruned;
CALL scim_prune_history('1 hour');

-- ---- bad input ----

\set VERBOSITY default
CALL scim_prune_history('59 minutes 59 seconds');
\set VERBOSITY terse
CALL scim_prune_history('-1 year');
CALL scim_prune_history('0');
-- what a month is depends on the day: not an hour of the past, whichever it is
CALL scim_prune_history('1 mon -31 days');
CALL scim_prune_history(NULL);
CALL scim_prune_history('1 day', NULL);
CALL scim_prune_history('1 day', 0);
CALL scim_prune_history('1 day', -1);
CALL scim_prune_history('1 day', 1000001);
BEGIN;
CALL scim_prune_history('1 day');
ROLLBACK;
CREATE FUNCTION within() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL scim_prune_history('1 day'); END $$;
SELECT within();

-- ---- who calls it ----

SELECT wrote('red', 3);
CREATE SCHEMA mine;
GRANT ALL ON SCHEMA mine TO regress_scim_other;
GRANT EXECUTE ON PROCEDURE scim_prune_history TO regress_scim_keeper;
SET ROLE regress_scim_other;
CALL scim_prune_history('1 day');
-- who has a table and operators of the same name in front gets nothing of it
CREATE TABLE mine.scim_history_rows (tenant_id text, seq bigint, at timestamptz);
INSERT INTO mine.scim_history_rows VALUES ('red', 1, '2000-01-01');
CREATE FUNCTION mine.never(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE OPERATOR mine.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.never);
CREATE OPERATOR mine.> (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.never);
RESET ROLE;
GRANT ALL ON SCHEMA mine TO PUBLIC;
GRANT ALL ON mine.scim_history_rows TO PUBLIC;
SET ROLE regress_scim_keeper;
SET search_path = mine, public, pg_catalog;
CALL scim_prune_history('36 hours', 1);
SELECT pg_catalog.count(*) FROM mine.scim_history_rows;
RESET search_path;
-- and is still the caller, who may not do it by DELETE; also after an error in the middle, and from a procedure
SELECT current_user;
DELETE FROM scim_history_rows;
RESET ROLE;
SELECT kept();
CALL scim_prune_history('1 hour');
SELECT wrote('red', 3);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF old.resource_id = '2' THEN RAISE EXCEPTION 'not this one, says %', current_user = 'regress_scim_keeper'; END IF; RETURN old; END $$;
CREATE TRIGGER no BEFORE DELETE ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION no();
SET ROLE regress_scim_keeper;
CALL scim_prune_history('36 hours', 1);
SELECT current_user;
DELETE FROM scim_history_rows;
RESET ROLE;
DROP TRIGGER no ON scim_history_rows;
-- the batches of before stand
SELECT string_agg(resource_id, ' ' ORDER BY seq) FROM scim_history_rows;
CREATE PROCEDURE daily() LANGUAGE plpgsql AS $$ BEGIN CALL scim_prune_history('36 hours'); RAISE NOTICE '%', current_user; COMMIT; CALL scim_prune_history('1 hour', 1); END $$;
SET ROLE regress_scim_keeper;
CALL daily();
RESET ROLE;
SELECT kept();

-- ---- how ----

-- each batch is a transaction, and sets one mark for a tenant
CREATE TABLE marks (n int GENERATED ALWAYS AS IDENTITY, xid xid8, gone bigint);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO marks (xid, gone) SELECT pg_current_xact_id(), count(*) FROM old; RETURN NULL; END $$;
CREATE TRIGGER mark AFTER DELETE ON scim_history_rows REFERENCING OLD TABLE AS old FOR EACH STATEMENT EXECUTE FUNCTION mark();
SELECT wrote('red', 7), wrote('blue', 4), wrote('green', 2);
CALL scim_prune_history('1 hour', 5);
SELECT string_agg(gone::text, ' + ' ORDER BY n) FROM marks GROUP BY xid ORDER BY min(n);
DROP TRIGGER mark ON scim_history_rows;
-- above READ COMMITTED, and with settings that would have all of the table read
SELECT wrote('red', 3);
SET default_transaction_isolation = 'repeatable read';
SET enable_indexscan = off;
CALL scim_prune_history('1 hour', 1);
RESET enable_indexscan;
RESET default_transaction_isolation;
SELECT kept();
-- not where nothing may be written
SELECT wrote('red', 1);
SET default_transaction_read_only = on;
CALL scim_prune_history('1 hour');
RESET default_transaction_read_only;
SELECT kept();

\c :regression
DROP DATABASE scimver_history_prune;
DROP ROLE regress_scim_keeper, regress_scim_other;
