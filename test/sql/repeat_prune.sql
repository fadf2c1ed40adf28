-- CALL scim_prune_history: keys of calls that are old go with the history, also where no table
-- has one; then the call is done anew.
SET client_min_messages = warning;
CREATE DATABASE scimver_repeat_prune TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_keeper;
\set regression :DBNAME
\c scimver_repeat_prune
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User', '{"history": false}');
SET client_min_messages = notice;
\set VERBOSITY terse
-- so many keys, each a day younger than the one before, the last of them a day old
CREATE FUNCTION keyed(tenant text, days int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_idempotency (tenant_id, principal, key, digest, made, at) SELECT tenant, current_user, day::text, '\x00', '{}', clock_timestamp() - day * interval '1 day' FROM generate_series(days, 1, -1) day $$;
CREATE FUNCTION kept() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s: %s, the oldest %s', tenant_id, count, oldest), ', ' ORDER BY tenant_id), 'nothing')
	FROM (SELECT tenant_id, count(*), (array_agg(key ORDER BY at))[1] AS oldest FROM scim_idempotency GROUP BY 1) k $$;

-- nothing to do, of keys or at all
CALL scim_prune_history('1 hour');
SELECT keyed('red', 10), keyed('blue', 5), keyed('', 7);
CALL scim_prune_history('15 days');
SELECT kept();
-- in one batch, in several, and with one key in each
CALL scim_prune_history('8 days 12 hours', 1000000);
SELECT kept();
CALL scim_prune_history('4 days 12 hours', 4);
SELECT kept();
CALL scim_prune_history('3 days 12 hours', 1);
SELECT kept();
SELECT count(*) FROM scim_history_rows;
-- with rows of the history, to the same time; and whoever may call it need not write, nor read, anything
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp() - day * interval '1 day', 'red', 'User', day::text, 'update', current_user FROM generate_series(4, 1, -1) day;
GRANT EXECUTE ON PROCEDURE scim_prune_history TO regress_scim_keeper;
SET ROLE regress_scim_keeper;
CALL scim_prune_history('36 hours');
RESET ROLE;
SELECT kept(), string_agg(resource_id, ' ') FROM scim_history_rows;
-- it is found by an index, however few keys there are
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT ctid FROM scim_idempotency WHERE at < now() - interval '1 day' ORDER BY at LIMIT 10;
RESET enable_seqscan;

-- what is forgotten is done anew
CREATE FUNCTION patched() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('scimver.idempotency_key', 'mine', true);
	RETURN scim_patch_user(id::text, '[{"op": "add", "path": "title", "value": "mine"}]') ->> 'title' FROM users;
END $$;
INSERT INTO users (data) VALUES ('{"userName": "ann"}');
SELECT patched();
UPDATE users SET data = data || '{"title": "others"}';
SELECT patched();
CALL scim_prune_history('1 hour');
SELECT patched();
UPDATE scim_idempotency SET at = at - interval '61 minutes' WHERE key = 'mine';
CALL scim_prune_history('1 hour');
SELECT patched();
-- the table is gone: what is old of the history went, and that is told
DROP OWNED BY regress_scim_keeper;
ALTER TABLE scim_idempotency RENAME TO elsewhere;
CALL scim_prune_history('23 hours');
SELECT count(*) FROM scim_history_rows;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_repeat_prune;
DROP ROLE regress_scim_keeper;
