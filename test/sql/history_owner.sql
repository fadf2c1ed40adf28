-- What the owner of the history's table makes of it: what is recorded and read goes
-- on, or says what is wrong; nothing goes unrecorded in silence.
SET client_min_messages = warning;
CREATE DATABASE regress_history_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c regress_history_owner
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT scim_create_table('users', 'User');
INSERT INTO users (id, data) VALUES ('00000000-0000-4000-a000-000000000001', '{"userName": "ann"}');
SELECT version AS v1 FROM users \gset
UPDATE users SET data = data || '{"title": "1"}';
-- all that writes and reads it, after a change that its owner makes, which is undone
CREATE FUNCTION after(change text) RETURNS TABLE (who text, says text) LANGUAGE plpgsql AS $$ BEGIN
	BEGIN
		EXECUTE change;
		who := 'write'; says := fails('UPDATE users SET data = data || ''{"title": "2"}'''); RETURN NEXT;
		who := 'read'; says := fails('SELECT scim_get_history(''User'', ''00000000-0000-4000-a000-000000000001'')'); RETURN NEXT;
		who := 'mark'; says := fails('ALTER TABLE users RENAME data TO document'); RETURN NEXT;
		who := 'view'; says := fails('SELECT * FROM scim_history'); RETURN NEXT;
		RAISE SQLSTATE 'UNDO0';
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
END $$;
-- a call that is refused, twice: the attempts that are counted, after a change that is undone
CREATE FUNCTION stale() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', t #>> '{content,error_code}', t #>> '{content,attempts}') FROM CAST(scim_call_tool('scim_delete_user', '{"user_id": "00000000-0000-4000-a000-000000000001", "expected_version": "stale"}'::jsonb) AS jsonb) t $$;
CREATE FUNCTION refused_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	says text;
BEGIN
	BEGIN
		EXECUTE change;
		says := stale();
		says := concat_ws(', ', says, stale());
		RAISE SQLSTATE 'UNDO0';
	EXCEPTION WHEN SQLSTATE 'UNDO0' THEN
	END;
	RETURN says;
END $$;
CREATE SCHEMA other;
CREATE FUNCTION other.unlike(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR other.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = other.unlike);
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

-- ---- elsewhere ----

SELECT * FROM after('ALTER TABLE scim_history_rows RENAME TO other_rows');
SELECT * FROM after('ALTER TABLE scim_history_rows SET SCHEMA other');
SELECT * FROM after('ALTER SEQUENCE scim_history_seq RENAME TO other_seq');
SELECT * FROM after('ALTER TABLE scim_history_rows RENAME TO other_rows; CREATE TABLE scim_history_rows (LIKE other_rows)');

-- ---- the index by which it is read ----

SELECT * FROM after('DROP INDEX scim_history_resource');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq DESC) WHERE operation <> ''refused''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation = ''create''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation <> ''create''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation <> ''refused'' AND actor <> ''x''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE actor <> ''refused''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation <> ''refused'' COLLATE nocase');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation OPERATOR(other.<>) ''refused''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq)');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id COLLATE nocase, resource_type, resource_id, seq) WHERE operation <> ''refused''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_id, resource_type, seq) WHERE operation <> ''refused''');
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON users (version)');
-- the same once more, and without the other ones
SELECT * FROM after('DROP INDEX scim_history_resource; CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation <> ''refused''');
SELECT * FROM after('ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_pkey; DROP INDEX scim_history_xid');
-- whatever a session finds first
SELECT * FROM after('SET LOCAL search_path = other, public, pg_catalog; REINDEX INDEX scim_history_resource');

-- ---- the index by which refusals are counted: without it, nobody counts ----

SELECT refused_after('SELECT 1');
SELECT refused_after('DROP INDEX scim_history_refused');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation <> ''refused''');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation OPERATOR(other.<>) ''refused''');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq)');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq DESC) WHERE operation = ''refused''');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON users (version)');
SELECT refused_after('DROP INDEX scim_history_refused; CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WHERE operation = ''refused''');
-- rows that only he could write: without what each has; of long ago, of the last minute, of the future
SELECT refused_after('ALTER TABLE scim_history_rows ALTER operation DROP NOT NULL, ALTER at DROP NOT NULL, ALTER xid DROP NOT NULL, ALTER actor DROP NOT NULL;
	INSERT INTO scim_history_rows (seq, tenant_id, resource_type, resource_id, operation, error_code)
	SELECT nextval(''scim_history_seq''), ''default'', ''User'', ''00000000-0000-4000-a000-000000000001'', ''refused'', ''VERSION_MISMATCH''');
SELECT at, e, refused_after(format('INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor, error_code)
	SELECT nextval(''scim_history_seq''), ''3'', now() + interval %L, ''default'', ''User'', ''00000000-0000-4000-a000-000000000001'', ''refused'', current_user, %L', at, e))
	FROM (VALUES ('-2 minutes', 'VERSION_MISMATCH'), ('-30 s', 'VERSION_MISMATCH'), ('-30 s', 'CONFLICT_STORM'), ('-30 s', NULL), ('1 day', 'VERSION_MISMATCH')) v (at, e);
SELECT refused_after(format('INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor, error_code)
	SELECT nextval(''scim_history_seq''), ''3'', %L, ''default'', ''User'', ''00000000-0000-4000-a000-000000000001'', ''refused'', current_user, ''VERSION_MISMATCH''', at)) FROM (VALUES ('infinity'), ('-infinity')) v (at);

-- ---- columns (the view has to let them go first) ----

SELECT format('CREATE OR REPLACE VIEW scim_history AS SELECT %s', string_agg(format('NULL::%s%s AS %I', format_type(atttypid, atttypmod), CASE WHEN attcollation <> 0 THEN ' COLLATE ' || attcollation::regcollation END, attname), ', ' ORDER BY attnum)) AS let_go
	FROM pg_attribute WHERE attrelid = 'scim_history'::regclass AND attnum > 0 \gset
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
SELECT * FROM after(:'let_go' || '; ALTER TABLE scim_history_rows DROP COLUMN before');
SELECT * FROM after(:'let_go' || '; ALTER TABLE scim_history_rows ALTER version TYPE bytea USING ''\x00''');
SELECT * FROM after(:'let_go' || '; DROP INDEX scim_history_resource, scim_history_refused; ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_operation_check, ALTER operation TYPE bigint USING 5');
SELECT * FROM after(:'let_go' || '; ALTER TABLE scim_history_rows ALTER tenant_id TYPE bigint USING 5');
SELECT * FROM after('ALTER TABLE scim_history_rows RENAME version TO previous; ALTER TABLE scim_history_rows RENAME previous_version TO version; ALTER TABLE scim_history_rows RENAME previous TO previous_version');
-- what does no harm
SELECT * FROM after('ALTER TABLE scim_history_rows ADD COLUMN note text NOT NULL DEFAULT ''noted''');
ALTER TABLE scim_history_rows ENABLE TRIGGER ALL;

-- ---- what a row that is put there directly would pass by ----

-- a condition under the name of the extension's
SELECT * FROM after($$ ALTER TABLE scim_history_rows DROP CONSTRAINT scim_history_rows_operation_check;
	ALTER TABLE scim_history_rows ADD CONSTRAINT scim_history_rows_operation_check CHECK (operation <> 'update') NOT VALID $$);
-- times by the second
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
:let_go;
ALTER TABLE scim_history_rows ALTER at TYPE timestamptz(0);
UPDATE users SET data = data || '{"title": "3"}';
SELECT operation, at = date_trunc('second', at) FROM scim_history_rows ORDER BY seq DESC LIMIT 1;
ROLLBACK;

-- ---- rows that nobody but he could write: they lead nowhere ----

BEGIN;
ALTER TABLE scim_history_rows ALTER operation DROP NOT NULL, ALTER at DROP NOT NULL, ALTER xid DROP NOT NULL, ALTER actor DROP NOT NULL;
INSERT INTO scim_history_rows (seq, tenant_id, resource_type, resource_id, version, previous_version)
	SELECT nextval('scim_history_seq'), 'default', 'User', id::text, version, 'other' FROM users;
SELECT jsonb_array_length(h -> 'entries'), h -> 'complete' FROM scim_get_history('User', '00000000-0000-4000-a000-000000000001') h;
SELECT scim_get_version('User', '00000000-0000-4000-a000-000000000001', :'v1') ? 'title', fails($$SELECT scim_get_version('User', '00000000-0000-4000-a000-000000000001', 'other')$$);
ROLLBACK;

-- a delete that kept nothing, a change of what was not there, values that are none
CREATE FUNCTION forge(operation text, version text, previous text, before jsonb) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, before, actor)
	VALUES (nextval('scim_history_seq'), '3', now(), 'default', 'User', '00000000-0000-4000-a000-000000000002', operation, version, previous, before, 'x') $$;
CREATE FUNCTION readers() RETURNS TABLE (says text) LANGUAGE sql AS $$
	SELECT fails(format(call, '''User'', ''00000000-0000-4000-a000-000000000002'', ''first''')) FROM unnest(ARRAY['SELECT scim_get_version(%s)', 'SELECT scim_diff(%s, ''second'')', 'SELECT scim_restore(%s)']) call $$;
SELECT forge('update', 'second', 'first', '{"title": "x"}'), forge('delete', NULL, 'second', NULL);
SELECT * FROM readers();
SELECT forge('update', 'third', 'first', '{"title": "x"}'), forge('delete', NULL, 'third', '[1]');
SELECT * FROM readers();
SELECT forge('update', NULL, 'first', '{"title": "x"}');
SELECT * FROM readers();
SELECT forge('update', 'fourth', 'first', '["title"]'), forge('delete', NULL, 'fourth', '{"userName": "x"}');
SELECT * FROM readers();
SELECT forge('update', NULL, 'first', '{"title": "x"}'), forge('create', 'fifth', NULL, NULL), forge('delete', NULL, 'fifth', '{"userName": "x"}');
SELECT * FROM readers();

-- a time before all times, and sums of members that are none: a stale write is refused, and what is read is what can be told
SELECT scim_create_table('groups', 'Group');
INSERT INTO groups (id, data) VALUES ('00000000-0000-4000-a000-000000000003', '{"displayName": "g"}');
SELECT version AS g1 FROM groups \gset
UPDATE groups SET data = data || '{"displayName": "h"}';
CREATE FUNCTION stale_after(change text, version text) RETURNS TABLE (says text, reads text) LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE 'UPDATE scim_history_rows SET ' || change || ' WHERE resource_type = ''Group'' AND operation = ''update''';
	says := fails(format('SELECT scim_patch_group(''00000000-0000-4000-a000-000000000003'', ''[{"op": "add", "path": "externalId", "value": "x"}]'', %L)', version));
	reads := concat_ws(', ', fails('SELECT scim_get_history(''Group'', ''00000000-0000-4000-a000-000000000003'')'),
		split_part(fails(format('SELECT scim_get_version(''Group'', ''00000000-0000-4000-a000-000000000003'', %L)', version)), ':', 1));
	RETURN NEXT;
END $$;
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
SELECT change, t.* FROM unnest(ARRAY['at = ''infinity''', 'at = ''-infinity''', 'members = ''[]''', 'members = ''{"count": 0, "digest": "!!"}''', format('members = ''{"count": 0, "digest": "%s"}''', repeat('!', 44)),
	format('members = ''{"count": 1e300, "digest": "%s="}''', repeat('A', 43)), format('members = ''{"count": -1, "digest": "%s="}''', repeat('A', 43)), format('members = ''{"count": 0, "digest": "%s="}''', repeat('A', 43))]) change, stale_after(change, :'g1') t;
ROLLBACK;

-- ---- and all is as it was ----

SELECT * FROM after('SELECT 1');
\c :regression
DROP DATABASE regress_history_owner;
