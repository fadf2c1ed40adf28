-- The trace that a call is a part of (scimver.trace) stands in the history: of changes, however they were
-- made, and of what was refused; what is none is left out, and fails no call.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
\set parent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
-- what was recorded since it was asked last
CREATE TABLE asked (seq bigint);
INSERT INTO asked VALUES (0);
CREATE FUNCTION recorded() RETURNS TABLE (type text, id text, operation text, tool text, trace text) LANGUAGE plpgsql AS $$
DECLARE since bigint := (SELECT seq FROM asked);
BEGIN
	UPDATE asked SET seq = (SELECT coalesce(max(h.seq), 0) FROM scim_history h);
	RETURN QUERY SELECT h.resource_type, plain(h.resource_id), h.operation, h.tool, h.trace FROM scim_history h WHERE h.seq > since ORDER BY h.seq;
END $$;
CREATE FUNCTION code(name text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(a #>> '{content,error_code}', 'done') FROM CAST(scim_call_tool(name, arguments) AS jsonb) a $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT count(*), count(trace) FROM recorded();

-- by functions, by tools, by plain SQL, by the memberships of a group; refused
SET scimver.trace = :'parent';
SELECT v(1) AS v1 \gset
SELECT scim_patch_user(id(1)::text, sets('title', '"one"')) ->> 'title', code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('title', '"two"'))),
	code('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"three"'), 'expected_version', :'v1'));
UPDATE users SET data = data || '{"title": "sql"}' WHERE id = id(3);
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(1));
DELETE FROM users WHERE id = id(3);
SELECT * FROM recorded();
-- with its state, up to 512 characters; for the transaction alone
BEGIN;
SELECT set_config('scimver.trace', :'parent' || ' rojo=00f067aa0ba902b7, congo=' || repeat('t', 482), true) IS NOT NULL;
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('title', '"four"')));
COMMIT;
SELECT left(trace, 60), length(trace) FROM recorded();
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('title', '"five"')));
SELECT trace FROM recorded();
-- what is none
CREATE TABLE texts (n serial, text text);
INSERT INTO texts (text) VALUES (''), ('x'), (upper(:'parent')), (:'parent' || '-more'), ('ff' || substr(:'parent', 3)), ('00-' || repeat('0', 32) || substr(:'parent', 36)), (left(:'parent', 36) || repeat('0', 16) || '-01'), (left(:'parent', 54)),
	(:'parent' || ' ' || repeat('t', 513)), (:'parent' || ' a=ü'), (:'parent' || E' a=\n'), (:'parent' || E'\n'), (:'parent' || ' '), ('fe' || substr(:'parent', 3) || '-more'), (repeat('0', 100000));
CREATE FUNCTION with_trace(n int, text text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	PERFORM set_config('scimver.trace', text, false); RETURN code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('title', to_jsonb('t' || n)))); END $$;
SELECT DISTINCT with_trace(n, text) FROM texts;
SELECT n, left(trace, 80) AS trace FROM (SELECT row_number() OVER () AS n, trace FROM recorded()) r WHERE trace IS NOT NULL;
RESET scimver.trace;

-- ---- who reads it ----

SELECT e ->> 'version' = v(1) AS now, e ->> 'trace', (SELECT string_agg(k, ' ') FROM jsonb_object_keys(e) k) FROM jsonb_array_elements(scim_get_history('User', id(1)::text) -> 'entries') e;
SELECT c ->> 'operation', plain(c ->> 'resource_id'), c ->> 'trace' FROM jsonb_array_elements(scim_changes() -> 'changes') c WHERE c ? 'trace' LIMIT 5;
SELECT e ->> 'trace' FROM jsonb_array_elements(scim_call_tool('scim_get_history', jsonb_build_object('resource_type', 'User', 'resource_id', id(1)))::jsonb #> '{content,entries}') e;
SELECT col_description('scim_history_rows'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'scim_history_rows'::regclass AND attname = 'trace';

-- ---- it is sealed ----

SELECT scim_seal_history() > 0;
CREATE FUNCTION problems() RETURNS TABLE (problem text) LANGUAGE sql AS $$ SELECT v::text FROM scim_verify_history('default') v $$;
SELECT count(*) FROM problems();
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
UPDATE scim_history_rows SET trace = replace(trace, '4bf9', '4bf8') WHERE resource_id = id(1)::text AND operation = 'update' AND seq = (SELECT min(seq) FROM scim_history_rows WHERE trace IS NOT NULL);
SELECT count(*) FROM problems();
ROLLBACK;
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER ALL;
UPDATE scim_history_rows SET trace = NULL WHERE seq = (SELECT min(seq) FROM scim_history_rows WHERE trace IS NOT NULL);
SELECT count(*) FROM problems();
ROLLBACK;
SELECT count(*) FROM problems();
