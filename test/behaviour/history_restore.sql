-- Resources are brought back to what they were.
\i :behaviour/history_words.sql
CREATE FUNCTION shown(resource jsonb) RETURNS text LANGUAGE sql RETURN plain((resource - 'meta' - 'schemas')::text) || ' ' || coalesce(plain(resource->'meta'->>'omitted'), '');
CREATE FUNCTION restore(n int, version text, expected text DEFAULT NULL, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN shown(scim_restore(type, id(n)::text, version, expected));
CREATE FUNCTION last(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN (SELECT (e->>'operation') || ' ' || (e->>'revision') || ' ' || (e->>'changed') FROM (SELECT scim_get_history(type, id(n)::text, 1)->'entries'->0) AS t(e));

-- what is there
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one"}');
SELECT v(1) AS v1 \gset
SELECT scim_patch_user(id(1)::text, sets('password', '"a secret"')) \g /dev/null
SELECT password_hash AS hash FROM users WHERE id = id(1) \gset
SELECT scim_update_user(id(1)::text, '{"userName": "eve", "nickName": "n"}') \g /dev/null
SELECT v(1) AS v3 \gset
SELECT restore(1, :'v1'), last(1);
SELECT last(1), password_hash = :'hash' AS password_stays FROM users WHERE id = id(1);
-- the same again changes nothing, also with a stale version; nor does the version of now
SELECT restore(1, :'v1'), restore(1, :'v1', :'v3');
SELECT restore(1, v(1), 'stale'), last(1);
-- on condition of a version
SELECT fails(format('SELECT scim_restore(%L, %L, %L, %L)', 'User', id(1), :'v3', :'v3'));
SELECT restore(1, :'v3', v(1)), last(1);
SELECT last(1);

-- what was deleted comes back: with its id, above its revision, as old as it was, without groups
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) \g /dev/null
SELECT created AS made, revision AS revision FROM users WHERE id = id(1) \gset
SELECT v(1) AS deleted \gset
SELECT scim_delete_user(id(1)::text) \g /dev/null
SELECT fails(format('SELECT scim_restore(%L, %L, %L, %L)', 'User', id(1), :'v1', :'v1'));
BEGIN;
SELECT restore(1, :'v1', :'deleted');
SELECT restore(1, :'v1');
ROLLBACK;
SELECT restore(1, :'deleted');
SELECT last(1), created = :'made' AS as_old, last_modified > :'made' AS modified_now, revision - :revision AS above, password_hash, v(1) = scim_version(scim_get_user(id::text)) AS right FROM users WHERE id = id(1);
SELECT scim_get_version('User', id(1)::text, :'deleted')->'title';
SELECT shown(scim_get_group(id(11)::text));
-- however often it comes back, it is as old as it was
SELECT v(1) AS again \gset
DELETE FROM users WHERE id = id(1);
SELECT restore(1, :'again');
SELECT created = :'made' AS as_old FROM users WHERE id = id(1);
DELETE FROM users WHERE id = id(1);
SELECT scim_get_version('User', id(1)::text, :'again')->'meta'->>'created' = scim_get_version('User', id(1)::text, :'v1')->'meta'->>'created' AS as_old;
SELECT restore(1, :'again');
-- another has its name by now
SELECT v(1) AS v1 \gset
DELETE FROM users WHERE id = id(1);
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "EVE"}');
SELECT fails(format('SELECT scim_restore(%L, %L, %L)', 'User', id(1), :'v1'));
SELECT scim_update_user(id(2)::text, '{"userName": "other"}') \g /dev/null
SELECT restore(1, :'v1');
-- and of one that is there
SELECT v(2) AS other \gset
SELECT scim_update_user(id(2)::text, '{"userName": "third"}') \g /dev/null
SELECT scim_update_user(id(1)::text, '{"userName": "Other"}') \g /dev/null
SELECT fails(format('SELECT scim_restore(%L, %L, %L)', 'User', id(2), :'other'));

-- groups: members come back, but for those who are gone
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(3, 6) n;
SELECT scim_patch_group(id(11)::text, sets('members', jsonb_build_array(jsonb_build_object('value', id(3)), jsonb_build_object('value', id(4)), jsonb_build_object('value', id(5))))) \g /dev/null
SELECT v(11, 'Group') AS three \gset
SELECT scim_update_group(id(11)::text, jsonb_build_object('displayName', 'h', 'members', jsonb_build_array(jsonb_build_object('value', id(6)), jsonb_build_object('value', id(5))))) \g /dev/null
SELECT v(11, 'Group') AS two \gset
DELETE FROM users WHERE id = id(4);
SELECT restore(11, :'three', NULL, 'Group');
SELECT last(11, 'Group'), v(11, 'Group') = scim_version(scim_get_group(id(11)::text)) AS right;
DELETE FROM users WHERE id = id(6);
DELETE FROM groups WHERE id = id(11);
SELECT restore(11, :'two', NULL, 'Group');
SELECT last(11, 'Group'), v(11, 'Group') = scim_version(scim_get_group(id(11)::text)) AS right, count(*) AS members FROM groups_members;
-- nobody knows who they were: those of now stay, and of a group that is gone there are none
SELECT v(11, 'Group') AS one \gset
SET scimver.history_members = 0;
SELECT scim_update_group(id(11)::text, jsonb_build_object('displayName', 'i', 'members', jsonb_build_array(jsonb_build_object('value', id(3))))) \g /dev/null
RESET scimver.history_members;
SELECT restore(11, :'one', NULL, 'Group');
SET scimver.history_members = 0;
DELETE FROM groups WHERE id = id(11);
RESET scimver.history_members;
SELECT restore(11, :'one', NULL, 'Group');

-- in a trigger: what the call that it fires in has just done is undone, and both are told
CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_restore('User', NEW.id::text, OLD.version);
	RETURN NULL;
END $$;
CREATE TRIGGER undo AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.data->>'title' = 'forbidden') EXECUTE FUNCTION undo();
SELECT scim_patch_user(id(3)::text, sets('title', '"forbidden"')) \g /dev/null
SELECT shown(scim_get_user(id(3)::text)), last(3), v(3) = scim_version(scim_get_user(id(3)::text)) AS right, scim_get_history('User', id(3)::text)->'complete' AS complete;
UPDATE users SET data = data || '{"title": "forbidden"}' WHERE id = id(3);
SELECT shown(scim_get_user(id(3)::text)), last(3), v(3) = scim_version(scim_get_user(id(3)::text)) AS right, scim_get_history('User', id(3)::text)->'complete' AS complete;
DROP TRIGGER undo ON users;
DROP FUNCTION undo();

-- who may not write may not restore; bad input
CREATE ROLE regress_restorer;
GRANT SELECT ON users, groups, groups_members TO regress_restorer;
SELECT v(1) AS now \gset
SET ROLE regress_restorer;
SET scimver.tenant = 'default';
SELECT fails(format('SELECT scim_restore(%L, %L, %L)', 'User', id(1), :'v1')) ~ '^(42501|PT403|PT404)' AS refused;
SELECT fails(format('SELECT scim_restore(%L, %L, %L)', 'User', id(1), :'now')) ~ '^(42501|PT403|PT404)' AS refused;
RESET ROLE;
DROP OWNED BY regress_restorer;
DROP ROLE regress_restorer;
SELECT fails(format('SELECT scim_restore(%L, %L, %s)', 'User', id(1), arguments)) FROM unnest(ARRAY['''neverWas''', 'NULL', '''W/"a"''', '''a'', ''b c''']) arguments;
SELECT fails(format('SELECT scim_restore(%L, %L, %L)', 'User', id(99), 'a')), fails('SELECT scim_restore(''User'', ''no id'', ''a'')');
