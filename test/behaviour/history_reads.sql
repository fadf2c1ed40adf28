-- What resources were is read: their changes, versions of then, differences.
\i :behaviour/history_words.sql
-- a line for each change, "?" where there is no version; what is not the same each time is named where it is right
CREATE FUNCTION lines(history jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', e->>'operation', e->>'revision', e->'changed', e->>'tool', CASE WHEN e->>'actor' = current_user AND (e->>'at')::timestamptz > now() - interval '1 hour' THEN 'ok' END)
	FROM jsonb_array_elements(history->'entries') WITH ORDINALITY AS t(e, i) ORDER BY i $$;
CREATE FUNCTION linked(history jsonb) RETURNS boolean LANGUAGE sql RETURN
	(SELECT bool_and(e->>'version' IS NOT DISTINCT FROM coalesce(before, e->>'version')) FROM (SELECT e, lag(e->>'previous_version') OVER (ORDER BY i) AS before
		FROM jsonb_array_elements(history->'entries') WITH ORDINALITY AS t(e, i)) AS entries);
CREATE FUNCTION shown(resource jsonb) RETURNS text LANGUAGE sql RETURN plain(resource - 'meta' - 'schemas') || ' ' || (SELECT string_agg(key, ',' ORDER BY key) FROM jsonb_object_keys(resource->'meta') key);

-- a user's changes
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}');
SELECT v(1) AS v1 \gset
SELECT scim_patch_user(id(1)::text, sets('title', '"two"'))->'meta'->>'version' AS v2 \gset
SELECT scim_patch_user(id(1)::text, sets('password', '"a secret"'))->'meta'->>'version' AS v3 \gset
SELECT scim_patch_user(id(1)::text, sets('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"d"'))->'meta'->>'version' AS v4 \gset
UPDATE users SET data = data || '{"emails": [{"type": "work", "value": "other"}, {"type": "home", "value": "h"}]}' WHERE id = id(1);
SELECT v(1) AS v5 \gset
SELECT lines(scim_get_history('User', id(1)::text)), linked(scim_get_history('User', id(1)::text));
SELECT h - 'entries' FROM scim_get_history('user', id(1)::text) h;
-- as it was; what was before the password is told by the links of the chain alone
SELECT shown(scim_get_version('User', id(1)::text, version)) FROM unnest(ARRAY[:'v1', :'v2', :'v3', :'v4', :'v5']) version;
SELECT scim_get_version('User', id(1)::text, v(1)) = scim_get_user(id(1)::text) AS now,
	scim_get_version('User', id(1)::text, :'v2')->'meta'->>'created' = scim_get_user(id(1)::text)->'meta'->>'created' AS created,
	scim_get_version('User', id(1)::text, :'v2')->'meta'->>'lastModified' < scim_get_version('User', id(1)::text, :'v4')->'meta'->>'lastModified' AS modified;
-- the differences
SELECT d->'changes', d->>'from' = :'v1' AND d->>'to' = v(1) AS named FROM scim_diff('User', id(1)::text, :'v1') d;
SELECT d->'changes' FROM scim_diff('User', id(1)::text, :'v4', :'v2') d;
SELECT d->'changes' FROM scim_diff('User', id(1)::text, :'v2', :'v3') d;
SELECT d->'changes' FROM scim_diff('User', id(1)::text, :'v5', :'v5') d;
-- a stale version is told what was changed since, of a delete, too; one that is none is told nothing
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('title', '"x"'), :'v1'));
SELECT fails(format('SELECT scim_update_user(%L, %L, %L)', id(1), '{"userName": "x"}', :'v4'));
SELECT fails(format('SELECT scim_delete_user(%L, %L)', id(1), :'v3'));
SELECT fails(format('SELECT scim_delete_user(%L, %L)', id(1), 'noVersion'));
SELECT e->'error_code' AS code, e->'changed_attributes' AS changed FROM scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'v3')) t, LATERAL (SELECT t->'content') AS c(e);

-- pages
SELECT p->'nextCursor' IS NOT NULL AS more, p->'complete' AS complete, lines(p) FROM scim_get_history('User', id(1)::text, 2) p;
SELECT p->'nextCursor' IS NOT NULL AS more, p->'complete' AS complete, lines(p) FROM scim_get_history('User', id(1)::text, 2, scim_get_history('User', id(1)::text, 2)->>'nextCursor') p;
SELECT lines(scim_get_history('User', id(1)::text, 1000000, '')) = lines(scim_get_history('User', id(1)::text)) AS same LIMIT 1;
SELECT fails(format('SELECT scim_get_history(%L, %L, %s)', 'User', id(1), n)) FROM unnest(ARRAY['0', '-1', 'NULL, ''forged''']) n;
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "bob"}');
UPDATE users SET data = data || '{"title": "x"}' WHERE id = id(2);
SELECT fails(format('SELECT scim_get_history(%L, %L, 1, %L)', 'User', id(2), scim_get_history('User', id(1)::text, 1)->>'nextCursor'));

-- what is not there, and bad input
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(2), :'v1'));
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(1), version)) FROM unnest(ARRAY['neverWas', 'W/"abc"', '', NULL]) version;
SELECT fails(format('SELECT scim_diff(%L, %L, %s)', 'User', id(1), versions)) FROM unnest(ARRAY['''neverWas''', '''' || :'v1' || ''', ''neverWas''', '''a b''', '''a'', ''b c''']) versions;
SELECT fails(format('SELECT scim_get_%s(%L, %L, %L)', what, 'User', id(99), '1')) FROM unnest(ARRAY['history', 'version']) what;
SELECT fails('SELECT scim_get_history(''User'', ''what is no id'')'), fails('SELECT scim_get_history(''Nothing'', ''1'')');

-- nested writes come into the history before the outer ones
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "eve", "title": "0"}');
SELECT v(3) AS before \gset
WITH outer_one AS (UPDATE users SET data = data || '{"title": "1"}' WHERE id = id(3) RETURNING id)
SELECT scim_patch_user(id::text, sets('nickName', '"2"'))->>'nickName' FROM outer_one;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE users SET data = data || jsonb_build_object('displayName', 'by ' || TG_NAME) WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER " first" AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION touch();
UPDATE users SET data = data || '{"title": "3"}' WHERE id = id(3);
DROP TRIGGER " first" ON users;
-- A, B, A in one transaction
BEGIN;
UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(3);
UPDATE users SET data = data || '{"title": "B"}' WHERE id = id(3);
UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(3);
UPDATE users SET data = data || '{"title": "B"}' WHERE id = id(3);
COMMIT;
SELECT array_agg(revision ORDER BY seq) AS as_they_came FROM scim_history_rows WHERE resource_id = id(3)::text;
SELECT lines(h), linked(h), h->'complete' AS complete FROM scim_get_history('User', id(3)::text) h;
-- (and page by page the same)
CREATE FUNCTION same_by_pages() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	all_entries jsonb := scim_get_history('User', id(3)::text)->'entries';
	page jsonb;
	entries jsonb := '[]';
BEGIN
	LOOP
		page := scim_get_history('User', id(3)::text, 1, page->>'nextCursor');
		entries := entries || (page->'entries');
		EXIT WHEN page->'nextCursor' IS NULL;
	END LOOP;
	RETURN entries = all_entries;
END $$;
SELECT same_by_pages();
SELECT shown(scim_get_version('User', id(3)::text, :'before'));

-- of what is deleted, and comes back with its id
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "tom", "title": "first life"}');
SELECT v(4) AS first \gset
UPDATE users SET data = data || '{"title": "still the first"}' WHERE id = id(4);
SELECT v(4) AS second \gset
DELETE FROM users WHERE id = id(4);
SELECT lines(h), h - 'entries' AS rest FROM scim_get_history('User', id(4)::text) h;
SELECT shown(scim_get_version('User', id(4)::text, :'first'));
SELECT fails(format('SELECT scim_diff(%L, %L, %L)', 'User', id(4), :'first'));
SELECT (scim_diff('User', id(4)::text, :'first', :'second'))->'changes';
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "tom", "title": "second life"}');
SELECT lines(h), linked(h), h->'complete' AS complete FROM scim_get_history('User', id(4)::text) h;
SELECT shown(scim_get_version('User', id(4)::text, :'first')), (scim_diff('User', id(4)::text, :'first'))->'changes';

-- groups: who their members were
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text, id(2)::text]) \g /dev/null
SELECT v(11, 'Group') AS two \gset
SELECT scim_remove_members(id(11)::text, ARRAY[id(1)::text]) \g /dev/null
SELECT scim_add_members(id(11)::text, ARRAY[id(3)::text]) \g /dev/null
SELECT v(11, 'Group') AS other_two \gset
SELECT shown(scim_get_version('Group', id(11)::text, version)) FROM unnest(ARRAY[:'two', :'other_two']) version;
SELECT plain((scim_diff('Group', id(11)::text, :'two'))->'changes');
-- too many to be kept: the version is proven, but has no members
SET scimver.history_members = 1;
SELECT scim_patch_group(id(11)::text, sets('members', jsonb_build_array(jsonb_build_object('value', id(4))))) \g /dev/null
RESET scimver.history_members;
SELECT shown(scim_get_version('Group', id(11)::text, :'two')), scim_get_version('Group', id(11)::text, :'two')->'meta'->'omitted' AS omitted;
SELECT d - 'from' - 'to' FROM scim_diff('Group', id(11)::text, :'two') d;
-- deleted, with its members
SELECT v(11, 'Group') AS last \gset
DELETE FROM groups WHERE id = id(11);
SELECT shown(scim_get_version('Group', id(11)::text, :'last')), lines(scim_get_history('Group', id(11)::text, 1));

-- what cuts the history: writes that it did not see
SELECT v(2) AS seen \gset
SET session_replication_role = replica;
UPDATE users SET version = 'AAAAAAAAAAA=', data = data || '{"title": "unseen"}' WHERE id = id(2);
RESET session_replication_role;
UPDATE users SET data = data || '{"nickName": "n"}' WHERE id = id(2);
SELECT h->'complete' AS complete, linked(h), lines(h) FROM scim_get_history('User', id(2)::text) h;
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(2), :'seen'));
-- what was tampered with
BEGIN;
SELECT scim_patch_user(id(1)::text, sets('nickName', '"n"')) \g /dev/null
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows;
UPDATE scim_history_rows SET before = '{"nickName": "forged"}' WHERE resource_id = id(1)::text AND changed = '{nickName}';
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(1), :'v5'));
ROLLBACK;
-- what was pruned: what is newer stays whole
DELETE FROM scim_history_rows WHERE resource_id = id(3)::text AND revision < 4;
SELECT h->'complete' AS complete, linked(h), lines(h) FROM scim_get_history('User', id(3)::text) h;
SELECT shown(scim_get_version('User', id(3)::text, e->>'previous_version')) FROM scim_get_history('User', id(3)::text) h, LATERAL (SELECT h->'entries'->-1) AS oldest(e);
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(3), :'before'));
-- TRUNCATE: what was is listed, and does not come back
TRUNCATE users CASCADE;
SELECT h->'complete' AS complete, lines(h) FROM scim_get_history('User', id(2)::text, 2) h;
SELECT fails(format('SELECT scim_get_version(%L, %L, %L)', 'User', id(2), :'seen'));
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "bob"}');
SELECT h->'complete' AS complete, lines(h) FROM scim_get_history('User', id(2)::text, 3) h;
