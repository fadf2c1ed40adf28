-- Versions that are seen together, and what became of them.
\i :behaviour/history_words.sql
-- versions have names: what a test looked at; the newest of the same is the one that is told
CREATE TABLE names (version text PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION note(name text, n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$
	INSERT INTO names VALUES (v(n, type), name) ON CONFLICT (version) DO UPDATE SET name = excluded.name RETURNING version $$;
CREATE FUNCTION named(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v names;
BEGIN
	FOR v IN SELECT * FROM names LOOP
		answer := replace(answer, v.version, v.name);
	END LOOP;
	RETURN plain(regexp_replace(replace(answer, format('"%s"', current_user), '"me"'), '[A-Za-z0-9+/]{11}=', '?', 'g'));
END $$;
CREATE FUNCTION ids(VARIADIC n int[]) RETURNS text[] LANGUAGE sql RETURN ARRAY(SELECT id(i)::text FROM unnest(n) WITH ORDINALITY u(i, place) ORDER BY place);
-- a checkpoint, and a check, line by line
CREATE FUNCTION point(checkpoint jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT named(r::text) FROM jsonb_array_elements(checkpoint->'resources') WITH ORDINALITY AS t(r, i) ORDER BY i $$;
CREATE FUNCTION told(answer jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s keys, unchanged: %s', (SELECT count(*) FROM jsonb_object_keys(answer)), answer->'unchanged') UNION ALL
	(SELECT key || ': ' || named(r::text) FROM unnest(ARRAY['changed', 'gone', 'appeared']) WITH ORDINALITY k(key, o), jsonb_array_elements(answer->key) WITH ORDINALITY AS t(r, i) ORDER BY o, i) $$;
CREATE FUNCTION news(cursor text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', e->>'resource_type', plain(e->>'resource_id'), e->>'operation', e->'changed') FROM scim_changes(cursor) c, jsonb_array_elements(c->'changes') WITH ORDINALITY AS t(e, i) ORDER BY i $$;
CREATE FUNCTION write(n int, data jsonb) RETURNS void LANGUAGE sql AS $$ UPDATE users SET data = users.data || write.data WHERE id = id(n) $$;

-- ---- what is there ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 6) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT note('u' || n, n) FROM generate_series(1, 6) n \g /dev/null
SELECT note('g', 11, 'Group') \g /dev/null
-- in the order of the ids, each as often as it is named; null: there is none, or can be none
SELECT c - 'resources' - 'cursor' AS rest, jsonb_typeof(c->'cursor') AS cursor, point(c) FROM scim_get_versions('User', ids(3, 1, 99, 1) || 'no id'::text || ids(2)) c;
SELECT point(scim_get_versions('Group', ids(11, 1)));
-- a type is known by its name in any case, and told by its own
SELECT point(scim_get_versions('user', ids(1)));
SELECT scim_get_versions('User', '{}') - 'cursor';
-- each is the version that a read shows
SELECT count(*), bool_and(r->>'version' = scim_get_user(r->>'id')->'meta'->>'version') FROM jsonb_array_elements(scim_get_versions('User', ids(1, 2, 3, 4, 5, 6))->'resources') r;

-- ---- what became of it ----

SELECT scim_get_versions('User', ids(1, 2, 3, 4, 5, 6, 7, 8)) AS users \gset
SELECT scim_get_versions('Group', ids(11)) AS groups \gset
SELECT (:'users'::jsonb->'resources') || (:'groups'::jsonb->'resources') AS all \gset
-- nothing: what was not there, and is not, has not changed either
SELECT scim_check_versions(:'users'), scim_check_versions(:'all');
SELECT news(:'users'::jsonb->>'cursor');
SET scimver.agent = 'one';
SELECT scim_patch_user(id(1)::text, sets('title', '"t"')) \g /dev/null
SET scimver.agent = 'two';
SELECT scim_patch_user(id(1)::text, sets('nickName', '"n"')) \g /dev/null
SELECT scim_patch_user(id(1)::text, sets('title', '"T"')) \g /dev/null
RESET scimver.agent;
SELECT write(2, '{"title": "plain"}'), note('u1 now', 1), note('u2 now', 2) \g /dev/null
DELETE FROM users WHERE id = id(3);
INSERT INTO users (id, data) VALUES (id(7), '{"userName": "u7"}');
SELECT note('u7', 7), scim_add_members(id(11)::text, ids(4)), note('g now', 11, 'Group') \g /dev/null
-- who changed what, each once, the last one first; mixed types; an array, or all of what was given
SELECT told(scim_check_versions(:'all'));
SELECT told(scim_check_versions(:'users')) EXCEPT SELECT told(scim_check_versions(:'all'));
SELECT news(:'users'::jsonb->>'cursor');
-- as it is given: in that order, and as often; other members are no matter
SELECT told(scim_check_versions(jsonb_build_array(jsonb_build_object('resource_type', 'user', 'id', id(2), 'version', u->1->'version', 'seq', 5),
	jsonb_build_object('resource_type', 'Group', 'id', id(11), 'version', (:'groups'::jsonb)#>>'{resources,0,version}'),
	u->2, u->0, u->2, jsonb_build_object('resource_type', 'User', 'id', id(7)), jsonb_build_object('resource_type', 'User', 'id', 'no id', 'version', 'x'))))
	FROM CAST(:'users'::jsonb->'resources' AS jsonb) u;
-- the same resource, then and now
SELECT told(scim_check_versions((:'users'::jsonb->'resources'->0) || (scim_get_versions('User', ids(1))->'resources')));
-- what came back as it was is what was seen
SELECT write(2, '{"title": null}'), scim_remove_members(id(11)::text, ids(4)), scim_patch_user(id(1)::text, '[{"op": "remove", "path": "title"}, {"op": "remove", "path": "nickName"}]') \g /dev/null
SELECT told(scim_check_versions(:'all'));
-- a version that the history does not have, of what was deleted and made anew, and of what was never its own
SELECT scim_delete_user(id(4)::text);
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "another"}');
SELECT told(scim_check_versions(jsonb_build_array(u->3, (u->0) || '{"version": "never"}'))) FROM CAST(:'users'::jsonb->'resources' AS jsonb) u;

-- ---- which snapshot ----

-- a check has that of its statement, a checkpoint and a tool a new one
SELECT scim_patch_user(id(5)::text, sets('title', '"in one"'))->>'title' AS title, scim_check_versions(:'users'::jsonb->'resources'->4 || '[]')->'unchanged' AS unchanged, v(5) AS before,
	point(scim_get_versions('User', ids(5))) AS then \gset
SELECT :'title', :'unchanged', :'before' = :'users'::jsonb#>>'{resources,4,version}' AS before, (:'then'::jsonb)->>'version' <> :'before' AS then;
-- one's own writes are in the versions, and come behind the cursor after the commit
BEGIN;
SELECT write(6, '{"title": "mine"}'), note('u6 now', 6) \g /dev/null
SELECT point(c), c->>'cursor' AS cursor FROM scim_get_versions('User', ids(6)) c \gset
SELECT :'point';
SELECT told(scim_check_versions(:'users'::jsonb->'resources'->5 || '[]'));
COMMIT;
SELECT news(:'cursor');
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT point(scim_get_versions('User', ids(6))), told(scim_check_versions(:'users'::jsonb->'resources'->5 || '[]'));
COMMIT;

-- ---- versions that are not stored ----

SELECT scim_get_versions('User', ids(1, 2, 5, 6)) - 'cursor' AS stored, scim_get_versions('Group', ids(11)) - 'cursor' AS group_stored \gset
SET session_replication_role = replica;
UPDATE users SET version = NULL WHERE id IN (id(1), id(5));
UPDATE groups SET version = NULL;
RESET session_replication_role;
SELECT scim_get_versions('User', ids(1, 2, 5, 6)) - 'cursor' = :'stored' AS users, scim_get_versions('Group', ids(11)) - 'cursor' = :'group_stored' AS groups, scim_check_versions(:'stored')->'unchanged' AS unchanged;
-- and by statements, where an extension watches them
LOAD 'auto_explain';
SELECT scim_get_versions('User', ids(1, 2, 5, 6)) - 'cursor' = :'stored' AS users, scim_get_versions('Group', ids(11)) - 'cursor' = :'group_stored' AS groups, scim_check_versions(:'stored')->'unchanged' AS unchanged;
SELECT point(scim_get_versions('User', ids(3, 1, 99, 1) || 'no id'::text || ids(2)));
SELECT told(scim_check_versions(:'users'));
-- nobody has filled them
SELECT count(*) AS unfilled FROM users WHERE version IS NULL;
