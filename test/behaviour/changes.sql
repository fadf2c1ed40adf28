-- What was changed since is read, page by page: each change once, those of a resource in their order.
\i :behaviour/history_words.sql
-- all that comes behind a cursor, in pages of that size; and the cursor behind it
CREATE FUNCTION feed(INOUT cursor text, size int DEFAULT 100, type text DEFAULT NULL, OUT changes jsonb) LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
BEGIN
	changes := '[]';
	LOOP
		page := scim_changes(cursor, size, type);
		cursor := page->>'nextCursor';
		changes := changes || (page->'changes');
		ASSERT jsonb_array_length(page->'changes') <= size AND cursor IS NOT NULL;
		EXIT WHEN NOT (page->'more')::boolean;
		ASSERT jsonb_array_length(page->'changes') = size;
	END LOOP;
END $$;
-- a line for each change
CREATE FUNCTION lines(changes jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', e->>'resource_type', coalesce(plain(e->>'resource_id'), 'all'), e->>'operation', e->'revision', e->'changed', e->>'tool')
	FROM jsonb_array_elements(changes) WITH ORDINALITY AS t(e, i) ORDER BY i $$;
-- each leads from what the one before of its resource has led to, and no revision goes down
CREATE FUNCTION linked(changes jsonb) RETURNS boolean LANGUAGE sql RETURN
	(SELECT bool_and(i = first OR (e->>'previous_version' IS NOT DISTINCT FROM before->>'version' AND coalesce((e->'revision')::int >= (before->'revision')::int, true)))
	FROM (SELECT e, i, lag(e) OVER resource AS before, first_value(i) OVER resource AS first FROM jsonb_array_elements(changes) WITH ORDINALITY AS t(e, i)
		WINDOW resource AS (PARTITION BY e->>'resource_type', e->>'resource_id' ORDER BY i)) AS steps);
-- the same however the pages are cut, each seq once, and as many as there are behind the cursor
CREATE FUNCTION same(since text, of_type text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s sizes of pages, %s', count(*), CASE WHEN count(DISTINCT f.changes) = 1 AND bool_and(f.changes = whole.changes) AND bool_and(linked(f.changes))
			AND (SELECT count(DISTINCT e->'seq') = count(*) FROM jsonb_array_elements(whole.changes) e) THEN 'the same' ELSE 'THEY DIFFER' END)
	FROM feed(since, 1000, of_type) whole, generate_series(1, jsonb_array_length(whole.changes) + 1) size, feed(since, size, of_type) f GROUP BY whole.changes $$;

-- nothing yet
SELECT lines(changes) FROM feed('');
SELECT scim_changes('now') - 'nextCursor', scim_changes() ? 'nextCursor' AS next;
SELECT scim_changes('now')->>'nextCursor' AS now \gset

-- entries are those of the history
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one"}');
SELECT scim_patch_user(id(1)::text, sets('title', '"two"')) \g /dev/null
SELECT scim_call_tool('scim_update_user', jsonb_build_object('user_id', id(1), 'expected_version', v(1), 'user_data', jsonb_build_object('userName', 'ada', 'title', 'three')))->'success' AS done;
SELECT v(1) AS v3 \gset
DELETE FROM users WHERE id = id(1);
SELECT scim_restore('User', id(1)::text, :'v3') \g /dev/null
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) \g /dev/null
SELECT lines(changes) FROM feed(:'now');
SELECT count(*) AS changes, bool_and(h->'entries' @> jsonb_build_array(e - 'seq' - 'resource_type' - 'resource_id')) AS "of the history", bool_and(jsonb_typeof(e->'revision') = 'number') AS numbers
	FROM feed(''), jsonb_array_elements(changes) e, scim_get_history(e->>'resource_type', e->>'resource_id') h;
SELECT lines(changes) FROM feed('', type => 'group');
SELECT same(''), same(:'now'), same('', 'User');
SELECT p - 'nextCursor' - 'changes', lines(p->'changes') FROM scim_changes(count => 2) p;
SELECT p - 'nextCursor' - 'changes', lines(p->'changes') FROM scim_changes(NULL, 7) p LIMIT 1;
-- after them, nothing, and the cursor stays
SELECT cursor AS all_read FROM feed('') \gset
SELECT p - 'nextCursor' AS nothing, p->>'nextCursor' = :'all_read' AS same FROM scim_changes(:'all_read') p;
-- a cursor can be asked again
SELECT (scim_changes(:'now', 3)->'changes') = (scim_changes(:'now', 3)->'changes') AS again;

-- what is rolled back never comes, with a savepoint or without; what is one's own comes after the commit
BEGIN;
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "undone"}');
ROLLBACK;
BEGIN;
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "eve", "title": "0"}');
SAVEPOINT a;
UPDATE users SET data = data || '{"title": "undone"}' WHERE id = id(3);
ROLLBACK TO a;
SAVEPOINT b;
UPDATE users SET data = data || '{"title": "1"}' WHERE id = id(3);
RELEASE b;
SELECT p - 'nextCursor' FROM scim_changes(:'all_read') p;
SELECT cursor AS inside FROM feed(:'all_read') \gset
COMMIT;
SELECT lines(changes) FROM feed(:'all_read');
SELECT lines(changes) FROM feed(:'inside');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT lines(changes) FROM feed(:'inside');
UPDATE users SET data = data || '{"title": "2"}' WHERE id = id(3);
SELECT lines(changes) FROM feed(:'inside');
SELECT cursor AS inside FROM feed(:'inside') \gset
COMMIT;
SELECT lines(changes) FROM feed(:'inside');
BEGIN READ ONLY;
SELECT lines(changes) FROM feed(:'inside');
COMMIT;

-- ---- the order in a transaction: nested writes come into the history before those around them ----

SELECT scim_changes('now')->>'nextCursor' AS now \gset
WITH outer_one AS (UPDATE users SET data = data || '{"title": "3"}' WHERE id = id(3) RETURNING id)
SELECT scim_patch_user(id::text, sets('nickName', '"4"'))->>'nickName' FROM outer_one;
SELECT array_agg(revision ORDER BY seq) AS as_they_came FROM scim_history_rows WHERE resource_id = id(3)::text AND revision > 3;
SELECT lines(changes) FROM feed(:'now');
SELECT same(:'now');
-- seq is the entry's own
SELECT (changes->0->>'seq')::bigint > (changes->1->>'seq')::bigint AS "by revision" FROM feed(:'now');
-- of many at once, far from each other, with others between
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'title', 'old') FROM generate_series(21, 26) n;
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
UPDATE users SET data = data || '{"title": "before"}' WHERE num(id::text) IN (21, 22, 23);
WITH outer_one AS (UPDATE users SET data = data || '{"title": "around"}' WHERE num(id::text) BETWEEN 21 AND 26 RETURNING id)
SELECT count(scim_patch_user(id::text, sets('nickName', '"within"'))) FROM outer_one;
UPDATE users SET data = data || '{"title": "after"}' WHERE num(id::text) IN (21, 22, 26);
COMMIT;
SELECT array_agg(revision ORDER BY seq) AS as_they_came FROM scim_history_rows WHERE resource_id = id(21)::text;
SELECT lines(changes) FROM feed(:'now');
SELECT same(:'now');
-- also from within a trigger, on what is new, and deleted at once
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.data->>'title' = 'touch' THEN
		UPDATE users SET data = data || '{"title": "touched"}' WHERE id = NEW.id;
		UPDATE users SET data = data || '{"title": "touched again"}' WHERE id = NEW.id;
	ELSIF NEW.data->>'title' = 'delete' THEN
		DELETE FROM users WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER " first" AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
INSERT INTO users (id, data) VALUES (id(31), '{"userName": "u31", "title": "touch"}'), (id(32), '{"userName": "u32", "title": "delete"}'), (id(33), '{"userName": "u33", "title": "plain"}');
UPDATE users SET data = data || '{"title": "touch"}' WHERE num(id::text) = 31;
UPDATE users SET data = data || '{"title": "touch"}' WHERE num(id::text) = 33;
INSERT INTO users (id, data) VALUES (id(32), '{"userName": "u32", "title": "plain"}');
UPDATE users SET data = data || '{"title": "delete"}' WHERE num(id::text) = 31;
COMMIT;
DROP TRIGGER " first" ON users;
SELECT lines(changes) FROM feed(:'now');
SELECT same(:'now');
-- there and back, and there again: only revisions tell
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
WITH outer_one AS (UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(3) RETURNING id) SELECT count(scim_patch_user(id::text, sets('title', '"B"'))) FROM outer_one;
WITH outer_one AS (UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(3) RETURNING id) SELECT count(scim_patch_user(id::text, sets('title', '"B"'))) FROM outer_one;
WITH outer_one AS (UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(3) RETURNING id) SELECT count(scim_patch_user(id::text, sets('title', '"B"'))) FROM outer_one;
COMMIT;
SELECT array_agg(e->'revision' ORDER BY i) AS revisions FROM feed(:'now'), jsonb_array_elements(changes) WITH ORDINALITY AS t(e, i);
SELECT same(:'now');
-- the whole of it, and of the type
SELECT same('', 'User');

-- ---- all of a type ----

SELECT cursor AS before FROM feed('') \gset
\o /dev/null
TRUNCATE groups_members, groups, users;
\o
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "after"}'), (id(2), '{"userName": "behind it"}');
SELECT lines(changes) FROM feed(:'before');
SELECT count(*) FROM feed(:'before'), jsonb_array_elements(changes) e WHERE NOT e ? 'resource_id';
-- ---- bad input ----

SELECT scim_changes('now', resource_type => 'User')->>'nextCursor' AS users_now, scim_changes('now', tenant_id => 'other')->>'nextCursor' AS other_now \gset
SELECT what, fails(format('SELECT scim_changes(%L)', cursor)) FROM (VALUES ('forged', 'forged'), ('NOW', 'NOW'), ('of a type', :'users_now'), ('of a tenant', :'other_now'),
	('cut', left(:'before', -4)), ('changed', overlay(:'before' PLACING CASE WHEN substr(:'before', 40, 1) = 'A' THEN 'B' ELSE 'A' END FROM 40)), ('longer', :'before' || 'AAAA')) AS t(what, cursor);
SELECT fails(format('SELECT scim_changes(%L, resource_type => ''Group'')', :'users_now')), fails(format('SELECT scim_changes(%L, resource_type => ''User'', tenant_id => ''other'')', :'users_now'));
SELECT scim_list_users(count => 1, cursor => '')->>'nextCursor' AS of_list \gset
SELECT fails(format('SELECT scim_changes(%L)', :'of_list')), fails(format('SELECT scim_list_users(cursor => %L)', :'before')), fails(format('SELECT scim_changes(%L, resource_type => ''uSER'')', :'users_now'));
SELECT fails(format('SELECT scim_changes(count => %s)', n)) FROM unnest(ARRAY['0', '-1', '-2147483648', '2147483647', 'NULL']) n;
SELECT fails('SELECT scim_changes(resource_type => ''Nothing'')'), fails('SELECT scim_changes(resource_type => '''')'), fails('SELECT scim_changes(tenant_id => '''')');
SET scimver.max_page_size = 2;
SELECT jsonb_array_length(p->'changes') AS changes, p->'more' AS more FROM scim_changes(count => 1000) p;
RESET scimver.max_page_size;
