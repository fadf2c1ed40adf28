-- What nobody saw: versions of then are never told of another content, and a history
-- that misses something is not called complete.
SET scimver.password_cost = 4;
CREATE FUNCTION v(n int) RETURNS text LANGUAGE sql RETURN scim_get_user(id(n)::text)->'meta'->>'version';
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION password(n int, value text) RETURNS void LANGUAGE sql AS $$ SELECT scim_patch_user(id(n)::text, sets('password', to_jsonb(value))) $$;
CREATE FUNCTION title(n int, value text) RETURNS void LANGUAGE sql AS $$ UPDATE users SET data = data || jsonb_build_object('title', value) WHERE id = id(n) $$;
CREATE FUNCTION unseen_title(n int, value text) RETURNS void LANGUAGE sql SET session_replication_role = replica AS $$
	UPDATE users SET data = data || jsonb_build_object('title', value) WHERE id = id(n) $$;
CREATE FUNCTION was(n int, version text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN coalesce(scim_get_version('User', id(n)::text, version)->>'title', 'no title');
EXCEPTION WHEN SQLSTATE 'PT404' THEN
	RETURN 'nobody can tell';
END $$;
CREATE FUNCTION restored(n int, version text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN scim_restore('User', id(n)::text, version)->>'title';
EXCEPTION WHEN SQLSTATE 'PT404' THEN
	RETURN 'not restored';
END $$;
-- a line for each change, with a link to the one before; and whether that is all
CREATE FUNCTION lines(n int) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', e->>'operation', e->>'revision', e->'changed', CASE WHEN e ? 'previous_version' THEN 'linked' END)
	FROM jsonb_array_elements(scim_get_history('User', id(n)::text)->'entries') WITH ORDINALITY AS t(e, i)
	UNION ALL SELECT 'complete: ' || (scim_get_history('User', id(n)::text)->>'complete') $$;

-- behind other passwords all that was seen comes back: without one, with one, another, without again
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "0"}');
SELECT v(1) AS v0 \gset
SELECT title(1, '1');
SELECT v(1) AS v1 \gset
SELECT password(1, 'first'), title(1, '2');
SELECT v(1) AS v2 \gset
SELECT password(1, 'second'), title(1, '3');
SELECT v(1) AS v3 \gset
UPDATE users SET password_hash = NULL WHERE id = id(1);
SELECT title(1, '4');
SELECT was(1, :'v0'), was(1, :'v1'), was(1, :'v2'), was(1, :'v3');
SELECT lines(1);
-- a life before, too
SELECT password(1, 'third');
SELECT v(1) AS v4 \gset
DELETE FROM users WHERE id = id(1);
SELECT was(1, :'v0'), was(1, :'v1'), was(1, :'v2'), was(1, :'v3'), was(1, :'v4');

-- written with triggers off, before a password is changed: what was there is not known, what is newer is
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "bob", "title": "seen"}');
SELECT password(2, 'first');
SELECT v(2) AS v1 \gset
SELECT unseen_title(2, 'unseen');
SELECT password(2, 'second'), title(2, 'seen again');
SELECT v(2) AS v2 \gset
SELECT password(2, 'third');
SELECT was(2, :'v1'), was(2, :'v2'), lines(2);
-- the same with a change of something else in between
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "eve", "title": "seen", "password": "first"}');
SELECT v(3) AS v1 \gset
SELECT unseen_title(3, 'unseen');
UPDATE users SET data = data || '{"nickName": "n"}' WHERE id = id(3);
SELECT password(3, 'second');
SELECT was(3, :'v1'), lines(3);
-- the first password
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "tom", "title": "seen"}');
SELECT v(4) AS v1 \gset
SELECT unseen_title(4, 'unseen'), password(4, 'first');
SELECT was(4, :'v1');
-- before that password: nobody looked, but the version itself tells
INSERT INTO users (id, data) VALUES (id(5), '{"userName": "kim", "title": "seen"}');
SELECT v(5) AS v1 \gset
SELECT unseen_title(5, 'unseen');
UPDATE users SET data = data || '{"nickName": "n"}' WHERE id = id(5);
SELECT v(5) AS v2 \gset
SELECT password(5, 'first');
SELECT was(5, :'v1'), was(5, :'v2');
-- after the password was changed
INSERT INTO users (id, data) VALUES (id(6), '{"userName": "joe", "title": "seen"}');
SELECT v(6) AS v1 \gset
SELECT password(6, 'first'), unseen_title(6, 'unseen');
SELECT was(6, :'v1');
-- of what is deleted, neither does it come back
SELECT v(6) AS v2 \gset
DELETE FROM users WHERE id = id(6);
SELECT was(6, :'v2'), lines(6);
SELECT restored(6, :'v2');
-- what was written unseen and can be no content is not in the way
INSERT INTO users (id, data) VALUES (id(7), '{"userName": "ann", "password": "first"}');
SELECT unseen_title(7, 'x');
SET session_replication_role = replica;
UPDATE users SET data = data || jsonb_build_object('number', ('1' || repeat('0', 500))::numeric) WHERE id = id(7);
RESET session_replication_role;
UPDATE users SET data = data - 'number' WHERE id = id(7);
SELECT lines(7);

-- the history was off while the content went and came back: revisions tell
INSERT INTO users (id, data) VALUES (id(11), '{"userName": "u11", "title": "A"}');
ALTER TABLE users DISABLE TRIGGER "!!!scimver_history";
SELECT title(11, 'B'), title(11, 'A');
ALTER TABLE users ENABLE TRIGGER "!!!scimver_history";
SELECT lines(11);
SELECT title(11, 'C');
SELECT lines(11);
-- taken out of the midst of it by the owner; of two lives as well
INSERT INTO users (id, data) VALUES (id(12), '{"userName": "u12", "title": "A"}');
SELECT title(12, 'B'), title(12, 'A'), title(12, 'C');
SELECT lines(12);
DELETE FROM scim_history_rows WHERE resource_id = id(12)::text AND revision IN (2, 3);
SELECT lines(12);
INSERT INTO users (id, data) VALUES (id(13), '{"userName": "u13", "title": "A"}');
SELECT title(13, 'B');
DELETE FROM users WHERE id = id(13);
INSERT INTO users (id, data) VALUES (id(13), '{"userName": "u13", "title": "B"}');
DELETE FROM users WHERE id = id(13);
DELETE FROM scim_history_rows WHERE seq IN (SELECT seq FROM scim_history_rows WHERE resource_id = id(13)::text ORDER BY seq OFFSET 2 LIMIT 2);
SELECT lines(13);
-- nothing is missing where a trigger calls for the same resource within a call
INSERT INTO users (id, data) VALUES (id(14), '{"userName": "u14", "title": "A"}');
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.data->>'title' = 'B' AND NEW.data->>'nickName' IS NULL THEN
		PERFORM scim_patch_user(NEW.id::text, sets('nickName', '"called"'));
		UPDATE users SET data = data || '{"displayName": "plain"}' WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION follow();
SELECT scim_patch_user(id(14)::text, sets('title', '"B"')) - 'meta' - 'schemas' - 'id';
DROP TRIGGER follow ON users;
SELECT title(14, 'C');
SELECT lines(14);
-- what cannot be told as one change is told as two: an extension that was none in between
INSERT INTO users (id, data) VALUES (id(15), '{"userName": "u15", "title": "A", "urn:example:x": {"a": 1}}');
SELECT v(15) AS v1 \gset
CREATE OR REPLACE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE users SET data = data || '{"urn:example:x": "none"}' WHERE id = NEW.id;
		UPDATE users SET data = data || '{"urn:example:x": {"b": 2}}' WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION follow();
SELECT scim_patch_user(id(15)::text, sets('title', '"B"'))->'urn:example:x';
DROP TRIGGER follow ON users;
SELECT lines(15);
SELECT scim_get_version('User', id(15)::text, :'v1') - 'meta' - 'schemas' - 'id';

-- pages: whether it is complete is said on each of them, until something of it is pruned
INSERT INTO users (id, data) VALUES (id(16), '{"userName": "u16"}');
SELECT title(16, n::text) FROM generate_series(1, 4) n \g /dev/null
CREATE TABLE pages (page jsonb);
CREATE FUNCTION turn() RETURNS text LANGUAGE sql AS $$
	INSERT INTO pages SELECT scim_get_history('User', id(16)::text, 2, (SELECT page->>'nextCursor' FROM pages WHERE page->>'nextCursor' IS NOT NULL ORDER BY (page->'entries'->0->>'revision')::int LIMIT 1));
	SELECT concat_ws(' ', (SELECT string_agg(e->>'revision', ',') FROM jsonb_array_elements(page->'entries') e), page->'complete') FROM pages ORDER BY (page->'entries'->0->>'revision')::int LIMIT 1 $$;
SELECT turn() \; SELECT turn() \; SELECT turn();
DELETE FROM pages WHERE (page->'entries'->0->>'revision')::int < 5;
DELETE FROM scim_history_rows WHERE resource_id = id(16)::text AND operation = 'create';
SELECT turn();
-- in a transaction, a link of which is missing, too
BEGIN;
INSERT INTO users (id, data) VALUES (id(17), '{"userName": "u17"}');
SELECT title(17, n::text) FROM generate_series(1, 8) n \g /dev/null
DELETE FROM scim_history_rows WHERE resource_id = id(17)::text AND revision = 6;
COMMIT;
CREATE FUNCTION by_pages(size int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
	found text := '';
BEGIN
	LOOP
		page := scim_get_history('User', id(17)::text, size, page->>'nextCursor');
		found := found || (SELECT string_agg(e->>'revision', ',') FROM jsonb_array_elements(page->'entries') e) || ' ' || (page->>'complete') || '; ';
		EXIT WHEN page->'nextCursor' IS NULL;
	END LOOP;
	RETURN found;
END $$;
SELECT by_pages(1), by_pages(3), by_pages(100);

-- a call that has written the resource before it deletes it: what it was before the call
INSERT INTO users (id, data) VALUES (id(18), '{"userName": "u18", "title": "A"}');
SELECT v(18) AS v1 \gset
CREATE OR REPLACE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE users SET data = data || '{"nickName": "new"}' WHERE id = NEW.id;
		DELETE FROM users WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION follow();
SELECT scim_patch_user(id(18)::text, sets('title', '"B"')) IS NOT NULL AS done;
DROP TRIGGER follow ON users;
SELECT lines(18);
SELECT scim_get_version('User', id(18)::text, :'v1') - 'meta' - 'schemas' - 'id';

-- the same content in several lives, and again and again, in one transaction, with calls in between: no way through it loses what was before
INSERT INTO users (id, data) VALUES (id(19), '{"userName": "u19", "title": "A"}');
SELECT v(19) AS v1 \gset
SELECT title(19, 'B');
CREATE OR REPLACE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		PERFORM scim_patch_user(NEW.id::text, sets('displayName', '"1"'));
		UPDATE users SET data = data - 'displayName' WHERE id = NEW.id;
		PERFORM scim_patch_user(NEW.id::text, sets('nickName', '"2"'));
		UPDATE users SET data = data - 'nickName' WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION follow();
BEGIN;
SELECT scim_patch_user(id(19)::text, sets('title', '"C"')) IS NOT NULL AS done;
DELETE FROM users WHERE id = id(19);
INSERT INTO users (id, data) VALUES (id(19), '{"userName": "u19", "title": "C"}');
SELECT scim_patch_user(id(19)::text, sets('title', '"D"')) IS NOT NULL AS done;
SELECT title(19, 'C');
COMMIT;
SELECT was(19, :'v1'), count(*) FROM lines(19);
-- nor one that leaves steps over that led away and back: here a delete and a creation, which the first step, as it came last, seems to follow on
DROP TRIGGER follow ON users;
INSERT INTO users (id, data) VALUES (id(20), '{"userName": "u20", "title": "R"}');
SELECT v(20) AS v1 \gset
SELECT title(20, 'S');
BEGIN;
SELECT title(20, 'A');
SELECT title(20, 'B');
COMMIT;
CREATE FUNCTION forge(entry scim_history_rows, fields jsonb) RETURNS bigint LANGUAGE sql AS $$
	INSERT INTO scim_history_rows SELECT (jsonb_populate_record(entry, fields || jsonb_build_object('seq', nextval('scim_history_seq')))).* RETURNING seq $$;
SELECT count(forge(r, fields)) FROM scim_history_rows r, LATERAL (VALUES
	(jsonb_build_object('operation', 'delete', 'previous_version', r.version, 'version', NULL)),
	(jsonb_build_object('operation', 'create', 'previous_version', NULL, 'revision', 4))) f(fields) WHERE resource_id = id(20)::text AND revision = 3;
WITH first AS (DELETE FROM scim_history_rows WHERE resource_id = id(20)::text AND revision = 3 AND operation = 'update' RETURNING scim_history_rows AS r) SELECT count(forge(r, '{}')) FROM first;
SELECT was(20, :'v1'), lines(20);
-- of what leads nowhere, nothing is taken for that
DELETE FROM scim_history_rows WHERE resource_id = id(20)::text AND operation = 'delete';
SELECT was(20, :'v1'), lines(20);
