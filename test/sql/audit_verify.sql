-- scim_verify_history: what was done to the sealed history is found, with the seal
-- that it was done to.  (What comes late is in test/specs/audit_late.spec.)
SET client_min_messages = warning;
CREATE DATABASE scimver_audit_verify TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_auditor;
\set regression :DBNAME
\c scimver_audit_verify
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
\set VERBOSITY terse
-- what is wrong, as one line; nothing: sound
CREATE FUNCTION problems(tenant text, from_number bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', coalesce(number::text, '-'), coalesce(place, '-'), problem), ', ' ORDER BY number, place, problem), 'sound')
	FROM (SELECT number, CASE WHEN seq IS NOT NULL THEN coalesce((SELECT resource_id FROM scim_history_rows r WHERE r.tenant_id = tenant AND r.seq = v.seq), 'none') END AS place, problem
		FROM scim_verify_history(tenant, from_number) v) p $$;
-- the row of that name
CREATE FUNCTION seq_of(name text) RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT seq FROM scim_history_rows WHERE resource_id = name AND tenant_id = 'red' $$;
-- rows of two tenants in turn, so that each has gaps where the other one is
CREATE FUNCTION wrote(names text[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, revision, version, changed, before, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp(), tenant, 'User', name, 'update', 2, 'v' || name, '{title,active}', jsonb_build_object('title', name, 'active', true), current_user
	FROM unnest(names) WITH ORDINALITY n(name, place), unnest('{red,blue}'::text[]) t(tenant) ORDER BY place, tenant DESC $$;

-- ---- nothing there, nothing sealed yet ----

SELECT problems('red');
SELECT wrote('{a,b,c}');
SELECT problems('red'), problems('none');
SELECT scim_seal_history();
SELECT wrote('{d,e,f}');
SELECT problems('red'), problems('blue');
SELECT scim_seal_history();
SELECT wrote('{g,h,i}');
SELECT scim_seal_history();
SELECT wrote('{j}');
SELECT scim_seal_history();
SELECT wrote('{pending}');
SELECT number, row_count, isempty(late), octet_length(hash) FROM scim_history_seals WHERE tenant_id = 'red' ORDER BY number;
SELECT problems('red'), problems('red', 2), problems('red', 4), problems('blue'), problems('none');
-- inside and outside of transactions, at every level, also read-only
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT problems('red');
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT problems('red');
COMMIT;
-- whatever the session's settings
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
SET extra_float_digits = -15;
SET bytea_output = 'escape';
SELECT problems('red');
RESET ALL;

-- ---- what the owner does to rows, with triggers off ----

CREATE FUNCTION tamper(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
	EXECUTE statement;
	RETURN NEXT problems('red');
	RETURN NEXT 'from 3: ' || problems('red', 3);
	RETURN NEXT 'blue: ' || problems('blue');
	RAISE EXCEPTION 'undo' USING ERRCODE = 'UND00';
EXCEPTION WHEN SQLSTATE 'UND00' THEN
	NULL;
END $$;
-- without, there is no way
UPDATE scim_history_rows SET actor = 'nobody' WHERE seq = seq_of('e');
SET session_replication_role = replica;
UPDATE scim_history_rows SET actor = 'nobody' WHERE seq = seq_of('e');
RESET session_replication_role;
-- update: each column
SELECT c.name, tamper(format('UPDATE scim_history_rows SET %I = %s WHERE seq = seq_of(''e'')', c.name, c.value)) FROM (VALUES
	('at', 'at + interval ''1 microsecond'''), ('resource_type', '''Device'''), ('operation', '''create'''), ('revision', '3'), ('version', 'NULL'), ('previous_version', ''''''),
	('changed', '''{active,title}'''), ('before', 'before || ''{"active": false}'''), ('members', '''{}'''), ('actor', '''nobody'''), ('agent', '''x'''), ('tool', '''x'''),
	('application_name', '''x'''), ('expected_version', '''x'''), ('error_code', '''x'''), ('trace', '''x'''), ('principal', '''x''')) c(name, value);
-- its transaction's number means nothing after a restore, and is not sealed
SELECT tamper('UPDATE scim_history_rows SET xid = ''3'' WHERE seq = seq_of(''e'')');
-- its place: out of its seal into another one, into a gap of its own
SELECT tamper('UPDATE scim_history_rows SET seq = seq_of(''h'') + 1 WHERE tenant_id = ''red'' AND seq = seq_of(''e'')');
SELECT tamper('UPDATE scim_history_rows SET seq = seq + 1 WHERE tenant_id = ''red'' AND seq = seq_of(''e'')');
SELECT tamper('UPDATE scim_history_rows SET tenant_id = ''blue'', seq = 0 WHERE tenant_id = ''red'' AND seq = seq_of(''e'')');
-- delete: one, all of a seal, all
SELECT tamper('DELETE FROM scim_history_rows WHERE seq = seq_of(''e'')');
SELECT tamper('DELETE FROM scim_history_rows WHERE tenant_id = ''red'' AND resource_id IN (''g'', ''h'', ''i'')');
SELECT tamper('DELETE FROM scim_history_rows');
-- swap: two rows of a seal, of two seals
CREATE FUNCTION swap(one text, other text) RETURNS void LANGUAGE sql AS $$
	UPDATE scim_history_rows r SET resource_id = o.resource_id, version = o.version, before = o.before, at = o.at FROM scim_history_rows o
	WHERE r.tenant_id = 'red' AND o.tenant_id = 'red' AND (r.resource_id, o.resource_id) IN ((one, other), (other, one)) $$;
SELECT tamper('SELECT swap(''d'', ''f'')');
SELECT tamper('SELECT swap(''b'', ''h'')');
-- insert: into a gap, by a new transaction; by one of before, or of later, as its number says
CREATE FUNCTION slip_in(seq bigint, xid xid8 DEFAULT pg_current_xact_id()) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor) VALUES (seq, xid, now(), 'red', 'User', 'slipped in', 'update', 'nobody') $$;
SELECT tamper('SELECT slip_in(seq_of(''e'') + 1)');
SELECT tamper('SELECT slip_in(seq_of(''e'') + 1, ''3'')');
SELECT tamper('SELECT slip_in(seq_of(''e'') + 1, ''9223372036854775807'')');
-- before the first, and behind the last
SELECT tamper('SELECT slip_in(-5)');
SELECT tamper('SELECT slip_in(-5, ''3'')');
SELECT tamper('SELECT slip_in(seq_of(''j'') + 1)');
SELECT tamper('SELECT slip_in(seq_of(''j'') + 1, ''3'')');
SELECT tamper('SELECT slip_in(seq_of(''pending'') + 1, ''3'')');
-- several at once: each with its seal
SELECT tamper('UPDATE scim_history_rows SET actor = ''x'' WHERE seq IN (seq_of(''a''), seq_of(''b''), seq_of(''i''), seq_of(''j''))');
SELECT tamper('UPDATE scim_history_rows SET actor = ''x'' WHERE seq IN (seq_of(''d''), seq_of(''g'')); DELETE FROM scim_history_rows WHERE seq = seq_of(''j'')');
-- what is not sealed yet is not
SELECT tamper('UPDATE scim_history_rows SET actor = ''x'' WHERE seq = seq_of(''pending'')');
-- a row of another seal in the place of one that went: the count is the same
SELECT tamper('DELETE FROM scim_history_rows WHERE seq = seq_of(''e''); SELECT slip_in(seq_of(''d'') + 1, ''3'')');
-- rows are no rows of ours any more
SELECT tamper('ALTER TABLE scim_history_rows ALTER actor DROP NOT NULL; UPDATE scim_history_rows SET actor = NULL WHERE seq = seq_of(''e'')');
SELECT tamper('ALTER TABLE scim_history_rows ALTER xid DROP NOT NULL; UPDATE scim_history_rows SET xid = NULL WHERE seq = seq_of(''e'')');
SELECT tamper('ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_operation_check; UPDATE scim_history_rows SET operation = ''else'' WHERE seq = seq_of(''e'')');
-- sealing does not make good what was done
BEGIN;
SELECT slip_in(seq_of('e') + 1);
COMMIT;
SELECT wrote('{k}');
SELECT problems('red');
SELECT scim_seal_history();
SELECT problems('red'), problems('red', 3);
DELETE FROM scim_history_rows WHERE resource_id = 'slipped in';
SELECT problems('red'), problems('blue');

-- ---- to seals ----

SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red'' AND number = 1');
SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red'' AND number = 5');
SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red''');
-- with a row of it, or of the next one
SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red'' AND number = 2; UPDATE scim_history_rows SET actor = ''x'' WHERE seq = seq_of(''e'')');
SELECT tamper('UPDATE scim_history_seals SET hash = sha256(''x'') WHERE tenant_id = ''red'' AND number = 2; UPDATE scim_history_rows SET actor = ''x'' WHERE seq = seq_of(''h'')');
SELECT tamper('UPDATE scim_history_seals SET last_seq = seq_of(''e'') WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET last_seq = seq_of(''g'') WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET last_seq = 0 WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET last_seq = 1000000 WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET row_count = 4 WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET row_count = -1 WHERE tenant_id = ''red'' AND number = 2');
-- rows of its own, of an earlier one, of a later one, of none, of all
SELECT tamper('UPDATE scim_history_seals SET late = int8multirange(int8range(seq_of(''e''), seq_of(''e''), ''[]'')) WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET late = int8multirange(int8range(seq_of(''b''), seq_of(''b''), ''[]'')) WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET late = int8multirange(int8range(seq_of(''b''), seq_of(''b''), ''[]'')) WHERE tenant_id = ''red'' AND number = 3');
SELECT tamper('UPDATE scim_history_seals SET late = int8multirange(int8range(seq_of(''h''), seq_of(''h''), ''[]'')) WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET late = ''{(,)}'' WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET late = ''{[-9223372036854775808,0]}'' WHERE tenant_id = ''red'' AND number = 3');
SELECT tamper('UPDATE scim_history_seals SET number = 9223372036854775807 WHERE tenant_id = ''red'' AND number = 3');
-- gone: one, two, the first, the last, all
SELECT tamper('DELETE FROM scim_history_seals WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('DELETE FROM scim_history_seals WHERE tenant_id = ''red'' AND number IN (2, 3)');
SELECT tamper('DELETE FROM scim_history_seals WHERE tenant_id = ''red'' AND number = 1');
SELECT tamper('DELETE FROM scim_history_seals WHERE tenant_id = ''red'' AND number = 5');
SELECT tamper('UPDATE scim_history_seals SET number = 7 WHERE tenant_id = ''red'' AND number = 5');
BEGIN;
DELETE FROM scim_history_seals WHERE tenant_id = 'red';
SELECT problems('red'), problems('blue');
ROLLBACK;
-- and with its rows: nobody says what was between
SELECT tamper('DELETE FROM scim_history_seals WHERE tenant_id = ''red'' AND number = 2; DELETE FROM scim_history_rows WHERE tenant_id = ''red'' AND resource_id IN (''d'', ''e'', ''f'')');
-- twice
SELECT tamper('ALTER TABLE scim_history_seals DROP CONSTRAINT scim_history_seals_pkey; INSERT INTO scim_history_seals SELECT * FROM scim_history_seals WHERE tenant_id = ''red'' AND number = 2');
-- NULL, where nothing is
SELECT c.name, tamper(format('ALTER TABLE scim_history_seals DROP CONSTRAINT IF EXISTS scim_history_seals_pkey; ALTER TABLE scim_history_seals ALTER %1$I DROP NOT NULL; UPDATE scim_history_seals SET %1$I = NULL WHERE tenant_id = ''red'' AND number = 2', c.name))
FROM unnest('{number,last_seq,late,row_count,hash,sealed_at}'::text[]) c(name);
SELECT c.name, tamper(format('ALTER TABLE scim_history_seals ALTER %1$I DROP NOT NULL; UPDATE scim_history_seals SET %1$I = NULL WHERE tenant_id = ''red'' AND number = 5', c.name))
FROM unnest('{last_seq,late,row_count,hash,sealed_at}'::text[]) c(name);
SELECT tamper('UPDATE scim_history_seals SET hash = '''' WHERE tenant_id = ''red'' AND number = 2');
SELECT tamper('UPDATE scim_history_seals SET hash = hash || hash WHERE tenant_id = ''red'' AND number = 2');
-- what the sealer saw
SELECT tamper('DELETE FROM scim_history_sealer');
-- nothing waits for a seal whose transaction has an xid that none had yet
SELECT tamper('UPDATE scim_history_sealer SET next_xid = ''9223372036854775807''; SELECT slip_in(seq_of(''e'') + 1, ''9223372036854775806'')');
SELECT tamper('SELECT slip_in(seq_of(''k'') + 1000, ''9223372036854775806'')');
-- what was pruned, as nobody has: nothing yet, some of the first seal, all of two, more than there is
CREATE FUNCTION say_pruned(up_to text, number bigint) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_pruned SELECT 'red', coalesce(seq_of(up_to), 0), '0', pg_current_snapshot(), number, now() $$;
CREATE FUNCTION change_all() RETURNS void LANGUAGE sql AS $$ UPDATE scim_history_rows SET actor = 'x' WHERE tenant_id = 'red' $$;
SELECT tamper('SELECT say_pruned(NULL, 4)');
SELECT tamper('SELECT say_pruned(NULL, 4), change_all()');
SELECT tamper('SELECT say_pruned(''a'', 4), change_all()');
SELECT tamper('SELECT say_pruned(''a'', 4), change_all(); DELETE FROM scim_history_rows WHERE seq = seq_of(''a'')');
SELECT tamper('SELECT say_pruned(''a'', 4), slip_in(seq_of(''a'') + 1, ''3'')');
SELECT tamper('SELECT say_pruned(''f'', 2), change_all()');
SELECT tamper('SELECT say_pruned(NULL, 1000), change_all()');
SELECT tamper('SELECT say_pruned(NULL, 9223372036854775807), change_all()');
BEGIN;
SELECT say_pruned('f', 2);
DELETE FROM scim_history_rows WHERE tenant_id = 'red';
DELETE FROM scim_history_seals WHERE tenant_id = 'red';
SELECT problems('red');
ROLLBACK;
-- the least number that there is
SELECT tamper('SELECT slip_in(-9223372036854775808, ''3'')');
-- a child's rows are none of the history, so that nobody is shown them, and none is sealed
CREATE TABLE child () INHERITS (scim_history_rows);
INSERT INTO child (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT seq, xid, now(), 'red', 'User', 'child', 'update', 'nobody' FROM (VALUES (seq_of('e') + 1, '3'::xid8), (1000, pg_current_xact_id())) c(seq, xid);
SELECT count(*) FROM scim_history WHERE resource_id = 'child';
SELECT scim_seal_history();
SELECT problems('red');
DROP TABLE child;
-- when it was made is no part of a seal's hash
SELECT tamper('UPDATE scim_history_seals SET sealed_at = sealed_at - interval ''1 year''');
SELECT problems('red'), problems('blue');

-- ---- bad input ----

\set VERBOSITY default
SELECT * FROM scim_verify_history('red', 0);
\set VERBOSITY terse
SELECT * FROM scim_verify_history('red', -1);
SELECT * FROM scim_verify_history('red', 6);
SELECT * FROM scim_verify_history('red', NULL);
SELECT * FROM scim_verify_history('none', 2);
SELECT * FROM scim_verify_history('none', 1);
SELECT * FROM scim_verify_history(NULL);
SELECT scim_verify_history('red');

-- ---- who asks ----

SET ROLE regress_scim_auditor;
SELECT * FROM scim_verify_history('red');
RESET ROLE;
CREATE SCHEMA mine;
GRANT ALL ON SCHEMA mine TO PUBLIC;
GRANT EXECUTE ON FUNCTION scim_verify_history TO regress_scim_auditor;
SET ROLE regress_scim_auditor;
-- nothing of his own is asked
CREATE TABLE mine.scim_history_seals (tenant_id text, number bigint);
CREATE FUNCTION mine.never(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'called as %', current_user; END $$;
CREATE OPERATOR mine.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.never);
SET search_path = mine, public, pg_catalog;
SELECT * FROM public.scim_verify_history('red');
SELECT * FROM public.scim_verify_history('red', 9);
RESET search_path;
-- nor of another tenant than the only one of the connection
SET scimver.only_tenant = 'blue';
SELECT * FROM scim_verify_history('red');
SELECT * FROM scim_verify_history('blue');
RESET scimver.only_tenant;
SELECT * FROM scim_verify_history('');
SELECT current_user;
SELECT count(*) FROM scim_history_rows;
SELECT count(*) FROM scim_history_seals;
RESET ROLE;
BEGIN;
UPDATE scim_history_seals SET hash = sha256('x') WHERE tenant_id = 'red' AND number = 2;
SET ROLE regress_scim_auditor;
SELECT * FROM scim_verify_history('red');
ROLLBACK;
-- row level security that the owner has put on does not hide a row from it
BEGIN;
ALTER TABLE scim_history_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE scim_history_rows FORCE ROW LEVEL SECURITY;
ALTER TABLE scim_history_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE scim_history_seals FORCE ROW LEVEL SECURITY;
SET ROLE regress_scim_auditor;
SELECT * FROM scim_verify_history('red');
ROLLBACK;

\c :regression
DROP DATABASE scimver_audit_verify;
DROP ROLE regress_scim_auditor;
