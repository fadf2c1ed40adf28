-- What the history keeps of groups' members, whoever moves them: who came and who
-- went, a row for each change of a group, and none where nothing changed.
CREATE FUNCTION refs(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)::text) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION a_group(name text, VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('displayName', name, 'members', refs(VARIADIC members));
CREATE FUNCTION remove(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'remove', 'path', format('members[value eq "%s"]', id(n)));
CREATE FUNCTION add(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(VARIADIC members));
CREATE FUNCTION rename(name text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', name);
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
-- what has come into the history of groups since this was asked last
CREATE TABLE asked AS SELECT 0::bigint AS seq;
CREATE FUNCTION news() RETURNS SETOF text LANGUAGE sql AS $$
	WITH entries AS (SELECT h.* FROM scim_history_rows h WHERE h.seq > (SELECT seq FROM asked) AND resource_type = 'Group'),
		noted AS (UPDATE asked SET seq = (SELECT coalesce(max(h.seq), asked.seq) FROM scim_history_rows h))
	SELECT format('%s %s: %s%s', operation, plain(to_jsonb(resource_id)::text), array_to_string(ARRAY(SELECT unnest(changed) ORDER BY 1), ', '),
		' ' || plain(regexp_replace(members::text, '(digest": )"[A-Za-z0-9+/]{43}="', '\1"D"'))) || CASE WHEN actor <> 'postgres' THEN ' by ' || actor ELSE '' END
	FROM entries ORDER BY resource_id, seq
$$;
-- Where the history leads from a group as it is now, or was when it was deleted:
-- each version is that of the content that the change behind it is taken from.
CREATE FUNCTION way(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	e scim_history_rows;
	r jsonb;
	last bigint := 9223372036854775807;
	steps int := 0;
BEGIN
	SELECT * INTO e FROM scim_history_rows WHERE resource_type = 'Group' AND resource_id = id(n)::text ORDER BY seq DESC LIMIT 1;
	IF e.operation = 'delete' THEN
		r := e.before || jsonb_build_object('id', id(n)::text, 'members', '[]'::jsonb);
	ELSE
		r := scim_get_group(id(n)::text);
		SELECT * INTO e FROM scim_history_rows WHERE resource_type = 'Group' AND resource_id = id(n)::text AND version = scim_version(r) ORDER BY seq DESC LIMIT 1;
	END IF;
	LOOP
		IF e.operation IS NULL THEN RETURN steps || ' steps, to nothing'; END IF;
		IF e.operation = 'create' THEN RETURN steps || ' steps, to the creation'; END IF;
		IF e.members ? 'count' THEN RETURN steps || ' steps, to ' || (e.members->>'count') || ' members'; END IF;
		r := r || CASE WHEN e.operation = 'update' THEN coalesce(e.before, '{}') ELSE '{}' END || jsonb_build_object('members', (
			SELECT coalesce(jsonb_agg(m), '[]') FROM (
				SELECT jsonb_build_object('type', x->>'type', 'value', x->>'value') FROM jsonb_array_elements(coalesce(r->'members', '[]')) x
				EXCEPT SELECT jsonb_build_object('type', t, 'value', v) FROM jsonb_each(coalesce(e.members->'added', '{}')) a(t, vs), jsonb_array_elements_text(vs) v
				UNION ALL SELECT jsonb_build_object('type', t, 'value', v) FROM jsonb_each(coalesce(e.members->'removed', '{}')) a(t, vs), jsonb_array_elements_text(vs) v) u(m)));
		IF scim_version(r) IS DISTINCT FROM e.previous_version THEN RETURN steps || ' steps, to another version'; END IF;
		steps := steps + 1;
		last := e.seq;
		SELECT * INTO e FROM scim_history_rows WHERE resource_type = 'Group' AND resource_id = id(n)::text AND version = scim_version(r) AND seq < last ORDER BY seq DESC LIMIT 1;
	END LOOP;
END $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 104) n;
SELECT news();

-- ---- statements on memberships: a row for each group ----

INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), 'User', id(n) FROM generate_series(1, 3) n;
SELECT news();
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(n) FROM generate_series(102, 103) g, generate_series(1, 2) n;
SELECT news();
DELETE FROM groups_members WHERE member_id = id(2);
SELECT news();
UPDATE groups_members SET group_id = id(102) WHERE group_id = id(101) AND member_id = id(3);
SELECT news();
UPDATE groups_members SET member_id = id(4) WHERE group_id = id(102) AND member_id = id(3);
SELECT news();
-- nothing changes: there is no row
UPDATE groups_members SET member_id = member_id;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(1)) ON CONFLICT DO NOTHING;
DELETE FROM groups_members WHERE member_id = id(9);
SELECT news();
-- one after the other, and taken back
BEGIN;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(5));
SAVEPOINT s;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(6));
ROLLBACK TO s;
DELETE FROM groups_members WHERE group_id = id(101) AND member_id = id(1);
COMMIT;
SELECT news();
BEGIN;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(6));
ROLLBACK;
SELECT news();
SELECT way(n) FROM generate_series(101, 104) n;

-- ---- calls: one row, whatever they do ----

SELECT scim_create_group(a_group('made', 1, 2, 3))->>'id' AS made \gset
SELECT regexp_replace(news(), '(create) "[^"]*"', '\1');
SELECT scim_patch_group(id(101)::text, jsonb_build_array(rename('renamed'), add(6, 7), remove(5)))->>'displayName';
SELECT news();
SELECT scim_add_members(id(101)::text, ARRAY[id(8), id(7)]::text[])->>'displayName';
SELECT scim_remove_members(id(101)::text, ARRAY[id(8), id(9)]::text[])->>'displayName';
SELECT news();
SELECT scim_update_group(id(101)::text, a_group('updated', 7, 1, 2))->>'displayName';
SELECT news();
SELECT scim_update_group(id(101)::text, a_group('updated', 1, 2, 7))->>'displayName';
SELECT scim_patch_group(id(101)::text, jsonb_build_array(add(1, 2)))->>'displayName';
SELECT news();
SELECT scim_patch_group(id(101)::text, jsonb_build_array(add(3), remove(3), rename('again')))->>'displayName';
SELECT news();
SELECT scim_update_group(id(101)::text, '{"displayName": "again", "members": []}')->>'displayName';
SELECT news();
SELECT way(101);
-- a call that fails leaves nothing
SELECT fails(format('SELECT scim_patch_group(%L, %L)', id(101), jsonb_build_array(rename('no'), add(1, 999))));
SELECT news();

-- ---- a member is deleted: he has left, by whoever deleted him ----

INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(n) FROM generate_series(101, 104) g, generate_series(6, 9) n ON CONFLICT DO NOTHING;
SELECT count(*) FROM news();
CREATE ROLE regress_history_members SUPERUSER;
SET ROLE regress_history_members;
SELECT scim_delete_user(id(6)::text);
SELECT news();
DELETE FROM users WHERE id IN (id(7), id(8));
RESET ROLE;
SELECT news();
DROP ROLE regress_history_members;
SELECT way(n) FROM generate_series(101, 104) n;

-- ---- whatever is done, in any order, by statements and calls, some of it taken back: it leads back to the creation ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(20, 40) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(110, 115) n;
CREATE FUNCTION anything() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	g int := 110 + floor(random() * 6);
	n int := 20 + floor(random() * 21);
	m int := 20 + floor(random() * 21);
BEGIN
	CASE floor(random() * 9)
	WHEN 0 THEN
		INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(x), 'User', id(y) FROM generate_series(110, g) x, generate_series(n, n + 3) y WHERE y <= 40 ON CONFLICT DO NOTHING;
	WHEN 1 THEN
		DELETE FROM groups_members WHERE member_id IN (id(n), id(m));
	WHEN 2 THEN
		UPDATE groups_members SET member_id = id(m) WHERE member_id = id(n);
	WHEN 3 THEN
		UPDATE groups_members SET group_id = id(g) WHERE member_id IN (id(n), id(m)) AND group_id = id(110 + floor(random() * 6)::int);
	WHEN 4 THEN
		PERFORM scim_patch_group(id(g)::text, jsonb_build_array(rename('g' || n), add(n, m), remove(m), add(20, n)));
	WHEN 5 THEN
		PERFORM scim_update_group(id(g)::text, a_group('g' || m, VARIADIC ARRAY(SELECT generate_series(least(n, m), greatest(n, m)))));
	WHEN 6 THEN
		PERFORM scim_remove_members(id(g)::text, ARRAY[id(n), id(m)]::text[]);
		PERFORM scim_delete_user(id(n)::text);
		INSERT INTO users (id, data) VALUES (id(n), jsonb_build_object('userName', 'u' || n));
	WHEN 7 THEN
		DELETE FROM groups WHERE id IN (id(g), id(115));
		INSERT INTO groups (id, data) SELECT id(x), '{"displayName": "again"}' FROM unnest(ARRAY[g, 115]) x GROUP BY x;
	ELSE
		UPDATE groups SET data = jsonb_build_object('displayName', 'p' || n) WHERE id IN (id(g), id(110));
	END CASE;
	IF random() < 0.1 THEN
		RAISE 'taken back' USING ERRCODE = 'P0009';
	END IF;
END $$;
DO $$
BEGIN
	FOR i IN 1 .. 200 LOOP
		BEGIN
			PERFORM anything();
		EXCEPTION WHEN unique_violation OR SQLSTATE 'P0009' THEN
			NULL;
		END;
		COMMIT;
	END LOOP;
END $$;
SELECT DISTINCT regexp_replace(way(n), '^\d+', 'n') FROM generate_series(110, 115) n;
SELECT count(*) > 200 FROM news();
DELETE FROM groups WHERE id NOT IN (id(101), id(102), id(103), id(104));
SELECT count(*) FROM news();

-- ---- a group is deleted: its members are kept, as they were ----

SELECT scim_delete_group(id(101)::text);
SELECT news(), way(101);
DELETE FROM groups WHERE id = id(102);
SELECT news(), way(102);
-- it comes again, and goes without any
INSERT INTO groups (id, data) VALUES (id(102), '{"displayName": "G102"}');
DELETE FROM groups WHERE id = id(102);
SELECT news();

-- ---- more than are kept: how many there were ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(11, 19) n;
SET scimver.history_members = 4;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(103), 'User', id(n) FROM generate_series(11, 14) n;
SELECT news();
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(104), 'User', id(n) FROM generate_series(11, 15) n;
SELECT news();
SELECT way(103), way(104);
SELECT scim_patch_group(id(103)::text, jsonb_build_array(rename('with many'), add(15, 16, 17, 18, 19)))->>'displayName';
SELECT news();
-- what comes after is kept again
DELETE FROM groups_members WHERE group_id = id(103) AND member_id = id(11);
SELECT way(103);
SELECT scim_delete_group(id(104)::text);
SELECT news();
SET scimver.history_members = 0;
DELETE FROM groups_members WHERE group_id = id(103) AND member_id = id(12);
UPDATE groups SET data = '{"displayName": "without"}' WHERE id = id(103);
SELECT scim_create_group(a_group('made', 1))->>'displayName';
SELECT regexp_replace(news(), '(create) "[^"]*"', '\1');
RESET scimver.history_members;

-- ---- all memberships at once ----

DELETE FROM groups WHERE id <> id(103);
SELECT count(*) FROM news();
TRUNCATE groups_members;
SELECT news();
SELECT way(103);
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(103), 'User', id(9));
SELECT news();
SELECT way(103);
-- several parts of one statement
WITH a AS (INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(103), 'User', id(2))), b AS (DELETE FROM groups_members WHERE member_id = id(9))
	INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(103), 'User', id(3));
SELECT news();
SELECT scim_get_group(id(103)::text)->'members' @> refs(2, 3), way(103);
DELETE FROM groups_members WHERE member_id = id(2);
SELECT news(), way(103);
-- a group and its memberships in one statement
WITH gone AS (DELETE FROM groups WHERE id = id(103)) DELETE FROM groups_members WHERE group_id = id(103);
SELECT news(), way(103);
