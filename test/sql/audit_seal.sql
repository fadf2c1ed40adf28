-- scim_seal_history: what is new in the history of each tenant is sealed, by a hash that
-- anybody can compute.  (The rows are written by hand here.)
SET client_min_messages = warning;
CREATE DATABASE scimver_audit_seal TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_sealer;
CREATE ROLE regress_scim_other;
\set regression :DBNAME
\c scimver_audit_seal
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;

-- the next rows of the tenant
CREATE FUNCTION wrote(tenant text, count int DEFAULT 1) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, revision, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp(), tenant, 'User', n::text, 'update', n, current_user FROM generate_series(1, count) n $$;
-- one that has a seq from before: of a transaction that had begun when it was sealed, and not ended
CREATE FUNCTION wrote_late(tenant text, VARIADIC seqs bigint[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor)
	SELECT late, (next_xid::text::bigint - 1)::text::xid8, clock_timestamp(), tenant, 'User', 'update', 'late' FROM unnest(seqs) late, scim_history_sealer $$;
-- The form of a row, by what PostgreSQL itself knows of JSON.
CREATE FUNCTION member(name text, value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT format('"%s":%s', name, value) WHERE value IS NOT NULL $$;
CREATE FUNCTION form(r scim_history_rows) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT '{' || concat_ws(',', member('actor', to_json(r.actor)::text), member('agent', to_json(r.agent)::text), member('application_name', to_json(r.application_name)::text),
		member('at', to_char(r.at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\""')), member('before', scim_canonical(r.before)), member('changed', replace(array_to_json(r.changed)::text, ', ', ',')),
		member('error_code', to_json(r.error_code)::text), member('expected_version', to_json(r.expected_version)::text), member('members', scim_canonical(r.members)),
		member('operation', to_json(r.operation)::text), member('previous_version', to_json(r.previous_version)::text), member('principal', to_json(r.principal)::text), member('resource_id', to_json(r.resource_id)::text),
		member('resource_type', to_json(r.resource_type)::text), member('revision', r.revision::text), member('seq', r.seq::text), member('tenant_id', to_json(r.tenant_id)::text),
		member('tool', to_json(r.tool)::text), member('trace', to_json(r.trace)::text), member('version', to_json(r.version)::text)) || '}' $$;
CREATE FUNCTION digest_of(form text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(form, 'UTF8')) $$;
-- The rows of a seal: those behind the seal before, without what later ones have as late, and what it has so itself.
CREATE FUNCTION rows_of(tenant text, number bigint) RETURNS SETOF scim_history_rows LANGUAGE sql STABLE AS $$
	SELECT r.* FROM scim_history_rows r, scim_history_seals s LEFT JOIN scim_history_seals b ON b.tenant_id = s.tenant_id AND b.number = s.number - 1
	WHERE s.tenant_id = tenant AND s.number = rows_of.number AND r.tenant_id = tenant AND (r.seq <@ s.late OR (r.seq <= s.last_seq AND (b.last_seq IS NULL OR r.seq > b.last_seq)
		AND NOT EXISTS (SELECT FROM scim_history_seals l WHERE l.tenant_id = tenant AND l.number > s.number AND r.seq <@ l.late))) $$;
-- What each seal has: how many rows, which of them late, and whether its hash is theirs.
CREATE FUNCTION seals(which text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT concat_ws(' ', s.tenant_id, s.number || ':', s.row_count, 'up to', s.last_seq, CASE WHEN NOT isempty(s.late) THEN 'late: ' || s.late END,
		CASE WHEN (s.row_count, s.hash) IS DISTINCT FROM (SELECT (count(*), sha256(coalesce(b.hash, '') || int8send(s.number) || string_agg(digest_of(form(r)), '' ORDER BY r.seq))) FROM rows_of(s.tenant_id, s.number) r) THEN 'WRONG' END)
	FROM scim_history_seals s LEFT JOIN scim_history_seals b ON b.tenant_id = s.tenant_id AND b.number = s.number - 1
	WHERE s.tenant_id = coalesce(which, s.tenant_id) ORDER BY s.tenant_id, s.number $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- ---- the form ----

-- nothing, yet
SELECT scim_seal_history();
SELECT seals();
SELECT scim_history_head('gold') IS NULL;
-- each column, by hand; whatever the session's settings are
INSERT INTO scim_history_rows VALUES (nextval('scim_history_seq'), pg_current_xact_id(), '2026-02-03 04:05:06.007+01', 'gold', 'User', E'a"b\\c/d\te', 'update', 7, 'v2', 'v1',
	ARRAY['name', NULL, 'nickName'], '{"name": {"z": 1, "ä": 2, "a": [1.50, 1e3, 0.0000001, null, true, {}]}, "nickName": "Zoë\u0001"}', '{"added": {"User": ["x"]}}',
	'ann', 'an agent', 'scim_patch', 'psql', 'v0', 'VERSION_MISMATCH', NULL, 'a trace', 'User/7');
-- and no more than there must be
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (nextval('scim_history_seq'), pg_current_xact_id(), '1999-12-31 23:59:59.999999+00', 'gold', 'Group', 'refused', '');
SET DateStyle = 'German, DMY'; SET TimeZone = 'Asia/Tokyo'; SET extra_float_digits = -10;
SELECT scim_seal_history();
RESET DateStyle; RESET TimeZone; RESET extra_float_digits;
SELECT hash = sha256(int8send(1)
	|| digest_of('{"actor":"ann","agent":"an agent","application_name":"psql","at":"2026-02-03T03:05:06.007000Z","before":{"name":{"a":[1.5,1000,1e-7,null,true,{}],"z":1,"ä":2},"nickName":"Zoë\u0001"},"changed":["name",null,"nickName"],"error_code":"VERSION_MISMATCH","expected_version":"v0","members":{"added":{"User":["x"]}},"operation":"update","previous_version":"v1","principal":"User/7","resource_id":"a\"b\\c/d\te","resource_type":"User","revision":7,"seq":1,"tenant_id":"gold","tool":"scim_patch","trace":"a trace","version":"v2"}')
	|| digest_of('{"actor":"","at":"1999-12-31T23:59:59.999999Z","operation":"refused","resource_type":"Group","seq":2,"tenant_id":"gold"}'))
	FROM scim_history_seals WHERE tenant_id = 'gold' AND number = 1;
-- what is sealed does not depend on xids, and the hash of the seal before is in the next one
SELECT hash FROM scim_history_seals WHERE tenant_id = 'gold';
SELECT scim_history_head('gold') - 'sealed_at', (scim_history_head('gold') ->> 'sealed_at')::timestamptz = sealed_at, sealed_at BETWEEN now() - interval '1 hour' AND clock_timestamp() FROM scim_history_seals WHERE tenant_id = 'gold';
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (nextval('scim_history_seq'), pg_current_xact_id(), '2000-01-01 00:00+00', 'gold', 'User', 'truncate', 'ann');
SELECT scim_seal_history();
SELECT s.hash = sha256(b.hash || int8send(2) || digest_of('{"actor":"ann","at":"2000-01-01T00:00:00.000000Z","operation":"truncate","resource_type":"User","seq":3,"tenant_id":"gold"}'))
	FROM scim_history_seals s, scim_history_seals b WHERE s.tenant_id = 'gold' AND s.number = 2 AND b.tenant_id = 'gold' AND b.number = 1;
SELECT scim_history_head('gold') = scim_history_head('gold') || '{"number": 2}', scim_history_head('gold') ->> 'hash' = encode(hash, 'hex') FROM scim_history_seals WHERE tenant_id = 'gold' AND number = 2;
SELECT seals('gold');

-- ---- what is new ----

SELECT wrote('red', 3), wrote('blue', 2), wrote('red', 1), wrote('ä "q"', 1);
SELECT scim_seal_history();
SELECT seals('red'), seals('blue'), seals('ä "q"');
-- again: nothing, and what was seen stays as it is noted
SELECT sealer::text AS noted FROM scim_history_sealer sealer \gset
SELECT scim_seal_history();
SELECT sealer::text = :'noted' FROM scim_history_sealer sealer;
-- and so it has no xid, nor a lock that a sealer would meet
BEGIN;
SELECT scim_seal_history(), pg_current_xact_id_if_assigned() IS NULL, (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode <> 'AccessShareLock' AND relation = 'scim_history_server'::regclass);
COMMIT;
SELECT wrote('blue', 1);
SELECT scim_seal_history();
SELECT sealer::text = :'noted' FROM scim_history_sealer sealer;
SELECT seals('red'), seals('blue');
-- what the transaction itself wrote is not committed yet, be it in a savepoint; then it is sealed, once
BEGIN;
SELECT wrote('red', 1);
SAVEPOINT s;
SELECT wrote('red', 1);
RELEASE s;
SELECT scim_seal_history();
SELECT scim_seal_history();
COMMIT;
SELECT scim_seal_history();
SELECT scim_seal_history();
SELECT seals('red');
-- what was rolled back is not there, nor is a seal that was
BEGIN;
SELECT wrote('red', 1);
ROLLBACK;
SELECT wrote('red', 1);
BEGIN;
SELECT scim_seal_history();
ROLLBACK;
SELECT count(*) FROM scim_history_seals WHERE tenant_id = 'red';
SELECT scim_seal_history();
SELECT seals('red');

-- ---- what comes late ----

SELECT max(nextval('scim_history_seq')) AS seq FROM generate_series(1, 9) \gset
SELECT wrote('red', 2), wrote('blue', 1);
SELECT scim_seal_history();
-- late alone; late and new; one tenant's are not another's
SELECT wrote_late('red', :seq - 2);
SELECT scim_seal_history();
SELECT wrote_late('red', :seq - 7, :seq - 6, :seq - 5, :seq - 3), wrote_late('blue', :seq - 4, :seq), wrote('red', 1);
SELECT scim_seal_history();
SELECT wrote_late('green', :seq - 8);
SELECT scim_seal_history();
SELECT seals();
SELECT t, v FROM unnest(ARRAY['red', 'blue', 'green', 'gold']) t, scim_verify_history(t) v;
-- what has been put there by other means, in a transaction that began only after the last seal, does not come late: it is nobody's
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (:seq - 1, pg_current_xact_id(), now(), 'red', 'User', 'update', 'late');
SELECT scim_seal_history();
SELECT wrote('red', 1);
SELECT scim_seal_history();
DELETE FROM scim_history_rows WHERE tenant_id = 'red' AND seq = :seq - 1;
SELECT seals('red');

-- ---- odd rows ----

SELECT wrote_late('odd', 9007199254740993);
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor, revision, changed, before, members) VALUES
	(9223372036854775806, pg_current_xact_id(), '2026-01-01', 'odd', '', 'create', 'ann', -9223372036854775808, '{}', '{}', '[]'),
	(9223372036854775805, pg_current_xact_id(), '2026-01-01', 'odd', '', 'create', 'ann', 0, '{NULL}', 'null', '"\u2028"'),
	(9223372036854775807, pg_current_xact_id(), '0001-01-01 00:00:00+00', 'odd', repeat('long', 500), 'create', repeat('ö', 100000), 0, ARRAY['"', '\', ','], '123456789012345678901234567890.5', (SELECT jsonb_agg(n) FROM generate_series(1, 10000) n));
SELECT scim_seal_history();
SELECT seals('odd');
-- the last number that there is comes late
INSERT INTO scim_history_seals SELECT tenant_id, 2, 9223372036854775807, '{}', 0, '', now() FROM scim_history_seals WHERE tenant_id = 'odd';
DELETE FROM scim_history_rows WHERE tenant_id = 'odd' AND seq = 9223372036854775807;
SELECT wrote_late('odd', 9223372036854775807);
SELECT scim_seal_history();
SELECT number, late FROM scim_history_seals WHERE tenant_id = 'odd' ORDER BY 1;
-- numbers that the sequence has not given out would be new again after a restore
DELETE FROM scim_history_rows WHERE tenant_id = 'odd';
DELETE FROM scim_history_seals WHERE tenant_id = 'odd';
-- what has no other form than itself: arrays of other shapes, and instants that RFC 3339 cannot write
CREATE FUNCTION shape(names text[], at timestamptz) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor, changed) VALUES (9223372036854775807, pg_current_xact_id(), at, 'shapes', 'User', 'create', 'ann', names) $$;
CREATE TABLE shapes (n int GENERATED ALWAYS AS IDENTITY, names text[], at timestamptz, hash bytea);
INSERT INTO shapes (names, at) VALUES ('{a,b}', '2026-01-01'), ('{{a,b}}', '2026-01-01'), ('{{a},{b}}', '2026-01-01'), ('[0:1]={a,b}', '2026-01-01'), ('{a,NULL}', '2026-01-01'), ('{a,"null"}', '2026-01-01'),
	(NULL, 'infinity'), (NULL, '-infinity'), (NULL, '0001-01-01 BC'), (NULL, '4713-01-01 BC'), (NULL, '0002-01-01 BC'), (NULL, '0001-01-01'), (NULL, '12026-01-01'), (NULL, '294276-12-31'), (NULL, '2026-01-01');
CREATE PROCEDURE seal_shapes() LANGUAGE plpgsql AS $$
DECLARE
	s shapes;
BEGIN
	FOR s IN SELECT * FROM shapes ORDER BY n LOOP
		PERFORM shape(s.names, s.at);
		COMMIT;
		PERFORM scim_seal_history();
		UPDATE shapes SET hash = (SELECT h.hash FROM scim_history_seals h WHERE h.tenant_id = 'shapes') WHERE n = s.n;
		DELETE FROM scim_history_rows WHERE tenant_id = 'shapes';
		DELETE FROM scim_history_seals WHERE tenant_id = 'shapes';
		COMMIT;
	END LOOP;
END $$;
CALL seal_shapes();
SELECT count(*), count(hash), count(DISTINCT hash) FROM shapes;

-- ---- who calls it ----

SELECT wrote('red', 1), wrote('blue', 1);
GRANT EXECUTE ON FUNCTION scim_seal_history, scim_history_head TO regress_scim_sealer;
SET ROLE regress_scim_other;
SELECT error('SELECT scim_seal_history()'), error('SELECT scim_history_head(''red'')');
SELECT error('SELECT FROM scim_history_seals'), error('SELECT FROM scim_history_sealer');
RESET ROLE;
-- who has tables and operators of the same names in front gets nothing of it; and whoever may not read the tables seals all of them
CREATE SCHEMA mine;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
CREATE TABLE mine.scim_history_rows (LIKE scim_history_rows);
CREATE TABLE mine.scim_history_seals (LIKE scim_history_seals);
CREATE TABLE mine.scim_history_sealer (LIKE scim_history_sealer);
CREATE TABLE mine.scim_history_server (LIKE scim_history_server);
GRANT ALL ON ALL TABLES IN SCHEMA mine TO PUBLIC;
CREATE FUNCTION mine.never(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE FUNCTION mine.never(xid8, xid8) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE FUNCTION mine.never(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE FUNCTION mine.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE OPERATOR mine.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.never);
CREATE OPERATOR mine.= (LEFTARG = xid8, RIGHTARG = xid8, FUNCTION = mine.never);
CREATE OPERATOR mine.>= (LEFTARG = xid8, RIGHTARG = xid8, FUNCTION = mine.never);
CREATE OPERATOR mine.< (LEFTARG = xid8, RIGHTARG = xid8, FUNCTION = mine.never);
CREATE OPERATOR mine.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = mine.never);
SET ROLE regress_scim_sealer;
SET search_path = mine, public, pg_catalog;
SELECT scim_seal_history();
SELECT (scim_history_head('red')) OPERATOR(pg_catalog.->>) 'number', pg_catalog.count(*) FROM mine.scim_history_seals;
RESET search_path;
SELECT current_user;
SELECT error('SELECT FROM scim_history_seals'), error('SELECT FROM scim_history_rows');
RESET ROLE;
SELECT count(*) FROM seals() s WHERE s LIKE '%WRONG%';
DROP SCHEMA mine CASCADE;
-- the head is of the tenant that the connection is for
SET scimver.only_tenant = 'blue';
SELECT scim_history_head('blue') ->> 'number', error('SELECT scim_history_head(''red'')');
RESET scimver.only_tenant;
SELECT scim_history_head(NULL) IS NULL, scim_history_head('nobody') IS NULL, error('SELECT scim_history_head('''')');

-- ---- how ----

-- by indexes, also where settings forbid it: what is new is all that is looked at, and of other seals the last ones
SELECT wrote('red', 2), wrote('blue', 1);
SET enable_indexscan = off; SET enable_indexonlyscan = off;
BEGIN;
SELECT r.seq_scan, r.idx_tup_fetch, s.seq_scan AS seals_seq_scan, s.idx_tup_fetch AS seals_idx_tup_fetch FROM pg_stat_xact_user_tables r, pg_stat_xact_user_tables s WHERE r.relname = 'scim_history_rows' AND s.relname = 'scim_history_seals' \gset
SELECT scim_seal_history();
SELECT r.seq_scan - :seq_scan, r.idx_tup_fetch - :idx_tup_fetch, s.seq_scan - :seals_seq_scan, s.idx_tup_fetch - :seals_idx_tup_fetch FROM pg_stat_xact_user_tables r, pg_stat_xact_user_tables s WHERE r.relname = 'scim_history_rows' AND s.relname = 'scim_history_seals';
COMMIT;
RESET enable_indexscan; RESET enable_indexonlyscan;
SELECT wrote('red', 1), wrote('blue', 1);
-- inside REPEATABLE READ: what its snapshot shows
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT scim_seal_history();
SELECT wrote('red', 1);
SELECT scim_seal_history();
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT scim_seal_history();
COMMIT;
-- not where nothing may be written
SELECT wrote('red', 1);
BEGIN READ ONLY;
SELECT error('SELECT scim_seal_history()'), scim_history_head('red') ->> 'number';
COMMIT;
SELECT scim_seal_history();
SELECT count(*) FROM seals() s WHERE s LIKE '%WRONG%';
-- a seal has 100,000 rows at most, be they late
SELECT min(nextval('scim_history_seq')) AS many FROM generate_series(1, 100001) \gset
SELECT wrote('many', 2);
SELECT scim_seal_history();
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) SELECT :many + n, (next_xid::text::bigint - 1)::text::xid8, '2026-01-01', 'many', 'User', 'update', 'me' FROM generate_series(1, 100000) n, scim_history_sealer;
SELECT wrote('many', 1);
SELECT scim_seal_history();
SELECT number, row_count, last_seq - :many, (SELECT sum(upper(r) - lower(r)) FROM unnest(late) r) FROM scim_history_seals WHERE tenant_id = 'many' ORDER BY number;
SELECT s.hash = sha256(b.hash || int8send(3) || digest_of(form(r))) FROM scim_history_seals s, scim_history_seals b, scim_history_rows r
	WHERE s.tenant_id = 'many' AND s.number = 3 AND b.tenant_id = 'many' AND b.number = 2 AND r.tenant_id = 'many' AND r.seq = s.last_seq;
DELETE FROM scim_history_rows WHERE tenant_id = 'many';
DELETE FROM scim_history_seals WHERE tenant_id = 'many';
-- nor does a call take more than 200,000, but for the rest of a transaction: what comes behind it waits for the next one, whatever its seq
SELECT max(nextval('scim_history_seq')) AS many FROM generate_series(1, 9) \gset
CREATE FUNCTION wrote_at(tenant text, seqs bigint[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) SELECT seq, pg_current_xact_id(), '2026-01-01', tenant, 'User', 'update', 'me' FROM unnest(seqs) seq $$;
SELECT wrote('many', 1);
SELECT wrote('many', 200001);
SELECT wrote('many', 2);
SELECT wrote_at('many', ARRAY[:many - 5]);
SELECT scim_seal_history();
SELECT v FROM scim_verify_history('many') v;
SELECT scim_seal_history();
SELECT scim_seal_history();
SELECT number, row_count, last_seq - :many, late = int8multirange(int8range(:many - 5, :many - 4)) FROM scim_history_seals WHERE tenant_id = 'many' ORDER BY number;
SELECT v FROM scim_verify_history('many') v;
DELETE FROM scim_history_rows WHERE tenant_id = 'many';
DELETE FROM scim_history_seals WHERE tenant_id = 'many';


-- ---- after a restore ----

-- one row of a transaction that was running when the old server sealed for the last time, and one of after that
SELECT scim_seal_history();
BEGIN;
SELECT wrote('red', 1);
SELECT scim_seal_history();
COMMIT;
SELECT wrote('red', 1);
BEGIN;
SELECT wrote('red', 1), wrote('blue', 1);
SELECT scim_seal_history();
COMMIT;
SELECT wrote('blue', 1);
-- to the old server these xids were of long ago
UPDATE scim_history_server SET system_identifier = 1;
UPDATE scim_history_sealer SET system_identifier = 1;
SELECT scim_seal_history();
SELECT r.floor = (SELECT seq FROM scim_history_server) AND r.floor = (SELECT last_value FROM scim_history_seq) AND r.system_identifier = (SELECT system_identifier FROM pg_control_system()) FROM scim_history_sealer r;
SELECT scim_seal_history();
-- then it goes on as before
SELECT wrote('red', 1);
SELECT scim_seal_history();
SELECT count(*) FROM scim_history_rows r WHERE r.tenant_id IN ('red', 'blue') AND NOT EXISTS (SELECT FROM scim_history_seals s, rows_of(s.tenant_id, s.number) o WHERE s.tenant_id = r.tenant_id AND o.seq = r.seq);
SELECT count(*) FROM seals() s WHERE s LIKE '%WRONG%';
SELECT t, v FROM unnest(ARRAY['red', 'blue', 'green', 'gold']) t, scim_verify_history(t) v;

-- ---- an owner who changes things ----

SELECT wrote('red', 1);
-- what was sealed
\set VERBOSITY default
BEGIN; INSERT INTO scim_history_sealer SELECT * FROM scim_history_sealer; SELECT scim_seal_history(); ROLLBACK;
\set VERBOSITY terse
BEGIN; DELETE FROM scim_history_sealer; SELECT scim_seal_history(); ROLLBACK;
BEGIN; ALTER TABLE scim_history_sealer ALTER snapshot DROP NOT NULL; UPDATE scim_history_sealer SET snapshot = NULL; SELECT scim_seal_history(); ROLLBACK;
BEGIN; ALTER TABLE scim_history_sealer ALTER snapshot TYPE text; UPDATE scim_history_sealer SET snapshot = '1:x'; SELECT scim_seal_history(); ROLLBACK;
BEGIN; ALTER TABLE scim_history_sealer DROP snapshot; SELECT scim_seal_history(); ROLLBACK;
BEGIN; ALTER TABLE scim_history_sealer RENAME TO other; SELECT scim_seal_history(); ROLLBACK;
-- seals
\set VERBOSITY default
BEGIN; ALTER TABLE scim_history_seals ALTER last_seq DROP NOT NULL; UPDATE scim_history_seals SET last_seq = NULL WHERE tenant_id = 'red'; SELECT scim_seal_history(); ROLLBACK;
\set VERBOSITY terse
BEGIN; ALTER TABLE scim_history_seals ALTER hash DROP NOT NULL; UPDATE scim_history_seals SET hash = NULL WHERE tenant_id = 'red'; SELECT scim_history_head('red'); ROLLBACK;
BEGIN; UPDATE scim_history_seals SET hash = '' WHERE tenant_id = 'red'; SELECT scim_seal_history(), scim_history_head('red') ->> 'hash' ~ '^[0-9a-f]{64}$'; ROLLBACK;
-- statements that go nowhere
CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
BEGIN; CREATE TRIGGER nothing BEFORE INSERT ON scim_history_seals FOR EACH ROW EXECUTE FUNCTION nothing(); SELECT scim_seal_history(); ROLLBACK;
BEGIN; CREATE TRIGGER nothing BEFORE UPDATE ON scim_history_sealer FOR EACH ROW EXECUTE FUNCTION nothing(); SELECT scim_seal_history(); ROLLBACK;
BEGIN; CREATE TRIGGER nothing BEFORE INSERT OR UPDATE ON scim_history_sealer FOR EACH ROW EXECUTE FUNCTION nothing(); SELECT scim_seal_history(); ROLLBACK;
-- rows: columns of his own change nothing; those without tenant, seq or xid are nobody's
BEGIN; ALTER EXTENSION scimver DROP VIEW scim_history; DROP VIEW scim_history; ALTER TABLE scim_history_rows ALTER at TYPE text; SELECT scim_seal_history(); ROLLBACK;
BEGIN; ALTER EXTENSION scimver DROP VIEW scim_history; DROP VIEW scim_history; ALTER TABLE scim_history_rows DROP agent; SELECT scim_seal_history(); ROLLBACK;
BEGIN;
ALTER TABLE scim_history_rows ADD mine text DEFAULT 'mine';
SELECT scim_seal_history();
SELECT count(*) FROM seals() s WHERE s LIKE '%WRONG%';
ROLLBACK;
ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_pkey;
ALTER TABLE scim_history_rows ALTER tenant_id DROP NOT NULL, ALTER seq DROP NOT NULL, ALTER xid DROP NOT NULL, ALTER at DROP NOT NULL, ALTER resource_type DROP NOT NULL, ALTER operation DROP NOT NULL, ALTER actor DROP NOT NULL;
INSERT INTO scim_history_rows (seq, xid, tenant_id) VALUES (nextval('scim_history_seq'), pg_current_xact_id(), NULL), (NULL, pg_current_xact_id(), 'red'), (nextval('scim_history_seq'), NULL, 'red'), (nextval('scim_history_seq'), pg_current_xact_id(), 'empty');
SELECT scim_seal_history();
SELECT seals('empty');
SELECT hash = sha256(int8send(1) || digest_of(format('{"seq":%s,"tenant_id":"empty"}', last_seq))) FROM scim_history_seals WHERE tenant_id = 'empty';
-- the same where all rows are looked at
DELETE FROM scim_history_seals;
DELETE FROM scim_history_sealer;
SELECT scim_seal_history() = count(*) FROM scim_history_rows WHERE tenant_id IS NOT NULL AND seq IS NOT NULL AND xid IS NOT NULL;
SELECT count(*) FROM scim_history_seals WHERE tenant_id = 'empty';

\c :regression
DROP DATABASE scimver_audit_seal;
DROP ROLE regress_scim_sealer, regress_scim_other;
