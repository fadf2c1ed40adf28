-- Pruning a history that is sealed: whole seals go, and stay behind; what is left can be
-- verified.  (The rows are written by hand here.)
SET client_min_messages = warning;
CREATE DATABASE scimver_audit_prune TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_keeper;
\set regression :DBNAME
\c scimver_audit_prune
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET client_min_messages = notice;
\set VERBOSITY terse
-- rows that are so many days old
CREATE FUNCTION wrote(tenant text, VARIADIC days int[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp() - day * interval '1 day', tenant, 'User', day::text, 'update', current_user FROM unnest(days) WITH ORDINALITY d(day, place) ORDER BY place $$;
-- what is left of each tenant, and of what seal it was, up to which it went; (...): not all of that is gone yet
CREATE FUNCTION kept() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', tenant_id || ':', rows, '| gone', coalesce(CASE WHEN is_whole THEN number::text ELSE '(' || number || ')' END, '-'), '| seals', seals), '; ' ORDER BY tenant_id)
	FROM (SELECT tenant_id, string_agg(resource_id, ' ' ORDER BY seq) AS rows FROM scim_history_rows GROUP BY 1) r FULL JOIN
	(SELECT tenant_id, count(*) AS seals FROM scim_history_seals GROUP BY 1) s USING (tenant_id) LEFT JOIN
	(SELECT p.tenant_id, p.number, p.seq >= s.last_seq AS is_whole FROM scim_history_pruned p LEFT JOIN scim_history_seals s USING (tenant_id, number)) p USING (tenant_id) $$;
CREATE FUNCTION problems(tenant text, from_number bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', coalesce(number::text, '-'), coalesce(seq::text, '-'), problem), ', ' ORDER BY number, seq, problem), 'sound') FROM scim_verify_history(tenant, from_number) $$;

-- ---- without seals: by time alone, and nothing is sealed ----

SELECT wrote('red', 30, 20);
CALL scim_prune_history('25 days');
SELECT kept(), (SELECT number FROM scim_history_pruned WHERE tenant_id = 'red');

-- ---- with seals ----

SELECT scim_seal_history();
SELECT wrote('red', 10, 9);
SELECT scim_seal_history();
SELECT wrote('red', 8, 7), wrote('blue', 9);
SELECT scim_seal_history();
SELECT wrote('red', 6, 5);
SELECT scim_seal_history();
SELECT wrote('red', 4, 3);
SELECT kept();
-- the call seals what is not sealed yet; of the seal of 6 and 5 one is too young
CALL scim_prune_history('5 days 12 hours');
SELECT kept(), problems('red'), problems('blue');
-- what went is no seal's problem, from wherever it is asked; what did not, is
SELECT problems('red', 2), problems('red', 5);
BEGIN;
DELETE FROM scim_history_rows WHERE resource_id = '5';
SELECT problems('red'), problems('red', 2), problems('red', 5);
ROLLBACK;
-- nor is there a way round the hash that the next one goes on from
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows;
UPDATE scim_history_seals SET hash = '' WHERE tenant_id = 'red' AND number = (SELECT number FROM scim_history_pruned WHERE tenant_id = 'red');
UPDATE scim_history_rows SET actor = 'x' WHERE resource_id = '5';
SELECT problems('red');
ROLLBACK;
BEGIN;
UPDATE scim_history_seals SET hash = sha256('x') WHERE tenant_id = 'red' AND number = (SELECT number FROM scim_history_pruned WHERE tenant_id = 'red');
SELECT problems('red');
ROLLBACK;
-- again: nothing more, neither by the same time nor by a longer one
CALL scim_prune_history('5 days 12 hours');
CALL scim_prune_history('8 days');
SELECT kept();
-- nor up to a row that was young, whatever comes behind it
SELECT wrote('red', 1, 40, 50);
SELECT scim_seal_history();
SELECT wrote('red', 60, 70);
SELECT scim_seal_history();
CALL scim_prune_history('4 days 12 hours');
SELECT kept(), problems('red');
CALL scim_prune_history('2 days');
SELECT kept(), problems('red');
-- a row that was put where rows went is found
BEGIN;
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor) VALUES (5, '3', now(), 'red', 'User', 'slipped in', 'update', 'me');
SELECT problems('red'), problems('red', 3);
ROLLBACK;
-- all of it: the seals stay, and it goes on with the next number
CALL scim_prune_history('1 hour');
SELECT kept(), problems('red'), problems('blue'), problems('red', 7);
SELECT scim_history_head('red') ->> 'number';
SELECT wrote('red', 0);
SELECT scim_seal_history();
SELECT kept(), problems('red'), problems('red', 8);

-- ---- a tenant without a seal, where others have some, is sealed first ----

SELECT wrote('green', 9, 8, 1);
CALL scim_prune_history('5 days');
SELECT kept(), problems('green');

-- ---- how ----

-- each batch is a transaction, of so many rows, whatever seals these are of
CREATE TABLE marks (n int GENERATED ALWAYS AS IDENTITY, xid xid8, gone bigint, tenant text);
CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO marks (xid, gone, tenant) SELECT pg_current_xact_id(), count(*), min(tenant_id) FROM old; RETURN NULL; END $$;
CREATE TRIGGER mark AFTER DELETE ON scim_history_rows REFERENCING OLD TABLE AS old FOR EACH STATEMENT EXECUTE FUNCTION mark();
SELECT wrote('black', 9, 8);
SELECT scim_seal_history();
SELECT wrote('black', 7, 6, 5), wrote('white', 4, 3);
SELECT scim_seal_history();
CALL scim_prune_history('3 hours', 4);
SELECT string_agg(gone || ' ' || coalesce(tenant, '-'), ' + ' ORDER BY n) FROM marks GROUP BY xid ORDER BY min(n);
DROP TRIGGER mark ON scim_history_rows;
SELECT kept(), problems('black'), problems('white');

-- interrupted: what went stays gone, and is no problem; the next call goes on with it, however long is to be kept then
SELECT wrote('black', 9, 8, 7);
SELECT scim_seal_history();
SELECT wrote('black', 6, 5, 1);
SELECT scim_seal_history();
SELECT wrote('black', 4);
SELECT scim_seal_history();
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF old.resource_id = '8' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN old; END $$;
CREATE TRIGGER no BEFORE DELETE ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION no();
CALL scim_prune_history('5 hours', 1);
SELECT kept(), problems('black');
DROP TRIGGER no ON scim_history_rows;
-- and excuses no more than that: no row of a seal that it has not come to, nor more rows of the others than there were
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows;
SAVEPOINT s;
UPDATE scim_history_rows SET actor = 'x' WHERE tenant_id = 'black' AND resource_id = '6';
SELECT problems('black');
ROLLBACK TO s;
DELETE FROM scim_history_rows WHERE tenant_id = 'black' AND resource_id = '6';
SELECT problems('black');
ROLLBACK TO s;
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT seq - n, '3', now(), 'black', 'User', 'slipped in', 'update', 'me' FROM (SELECT min(seq) FROM scim_history_rows WHERE tenant_id = 'black') r(seq), generate_series(1, 2) n;
SELECT problems('black');
ROLLBACK;
-- sealing goes on meanwhile
SELECT wrote('black', 3);
SELECT scim_seal_history();
SELECT kept(), problems('black');
CALL scim_prune_history('1 year', 2);
SELECT kept(), problems('black');

-- above READ COMMITTED, and with settings that would have all of the table read
SELECT wrote('black', 3, 2);
SELECT scim_seal_history();
SET default_transaction_isolation = 'serializable';
SET enable_indexscan = off;
CALL scim_prune_history('1 hour', 1);
RESET enable_indexscan;
RESET default_transaction_isolation;
SELECT kept(), problems('black');

-- not where nothing may be written
SET default_transaction_read_only = on;
CALL scim_prune_history('1 hour');
RESET default_transaction_read_only;

-- ---- who calls it: who may prune, may have it sealed first ----

SELECT wrote('black', 9);
SELECT scim_seal_history();
SELECT wrote('black', 2);
GRANT EXECUTE ON PROCEDURE scim_prune_history TO regress_scim_keeper;
SET ROLE regress_scim_keeper;
SELECT scim_seal_history();
CALL scim_prune_history('5 days');
SELECT current_user;
RESET ROLE;
SELECT kept(), problems('black');

-- ---- nothing goes where nobody knows what is sealed ----

DELETE FROM scim_history_sealer;
CALL scim_prune_history('1 hour');
SELECT kept();
-- nor what is nobody's, since the owner has taken its tenant away
DELETE FROM scim_history_seals;
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows, DROP CONSTRAINT scim_history_rows_pkey;
ALTER TABLE scim_history_rows ALTER tenant_id DROP NOT NULL;
UPDATE scim_history_rows SET tenant_id = NULL;
CALL scim_prune_history('1 hour');

\c :regression
DROP DATABASE scimver_audit_prune;
DROP ROLE regress_scim_keeper;
