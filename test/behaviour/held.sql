-- Calls on what others hold: refused, whatever they would do, and whether the table has the
-- option enforce or not.  Plain SQL is nobody's to refuse here.
CREATE FUNCTION told(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlstate, split_part(sqlerrm, ':', 1), CASE WHEN sqlstate LIKE 'PT%' THEN concat_ws(' ', detail::jsonb->>'resource_type', num(detail::jsonb->>'resource_id')) END);
END $$;
-- the same, and nothing stays
CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	answer := told(statement);
	RAISE SQLSTATE 'RB000' USING MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'RB000' THEN
	RETURN sqlerrm;
END $$;
CREATE FUNCTION acquire(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$ SELECT scim_acquire_lease(type, id(n)::text, 600)->>'lease_id' $$;
CREATE FUNCTION v(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$ SELECT scim_get_resource(type, id(n)::text)#>>'{meta,version}' $$;
CREATE FUNCTION sets(path text, value text) RETURNS text LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value))::text $$;
CREATE FUNCTION updates(n int, data text, further text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT tries(format('SELECT scim_update_user(%L, %L%s)', id(n), data, further)) $$;
CREATE FUNCTION patches(n int, operations text, further text DEFAULT '') RETURNS text LANGUAGE sql AS $$ SELECT tries(format('SELECT scim_patch_user(%L, %L%s)', id(n), operations, further)) $$;
CREATE FUNCTION at(version text) RETURNS text LANGUAGE sql AS $$ SELECT format(', %L', version) $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 4) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(11, 13) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(u) FROM (VALUES (11, 1), (12, 2)) m(g, u);
SELECT v(1) AS v0 \gset
SELECT scim_patch_user(id(1)::text, sets('title', 'one')::jsonb) \g /dev/null
SELECT v(1) AS v1 \gset
SELECT scim_get_user(id(1)::text) AS ada \gset

-- ---- updates and patches ----

SELECT acquire(1) AS lease \gset
SELECT updates(1, '{"userName": "eve"}'), updates(2, '{"userName": "eve"}');
SELECT updates(1, '{"userName": "eve"}', at(:'v1')), patches(1, sets('title', 'two')), patches(1, sets('title', 'two'), at(:'v1'));
SELECT patches(1, sets('password', 'a secret')), updates(1, '{"userName": "u1", "title": "one", "password": "a secret"}');
-- before it is told that a version is stale, and before a merge is tried
SELECT updates(1, '{"userName": "eve"}', at(:'v0')), patches(1, sets('title', 'two'), at(:'v0'));
SELECT updates(1, '{"userName": "eve"}', format(', %L, on_conflict => ''merge''', :'v0')), patches(1, sets('nickName', 'n'), format(', %L, on_conflict => ''merge''', :'v0'));
-- what is there already is no write
SELECT updates(1, :'ada'), updates(1, :'ada', at(:'v0')), patches(1, sets('title', 'one')), patches(1, sets('title', 'one'), at(:'v0'));
-- what is none is told first
SELECT updates(1, '{"userName": 1}'), updates(1, '{"userName": "eve"}', ', ''W/"V"'''), updates(9, '{"userName": "eve"}'), patches(1, '[{"op": "add"}]');

-- ---- deletes and restores ----

SELECT tries(format('SELECT scim_delete_user(%L%s)', id(1), further)) FROM unnest(ARRAY['', at(:'v1'), at(:'v0')]) further;
SELECT tries(format('SELECT scim_delete_user(%L)', id(n))) FROM unnest('{2,9}'::int[]) n;
SELECT tries(format('SELECT scim_restore(''User'', %L, %L%s)', id(1), :'v0', further)) FROM unnest(ARRAY['', at(:'v1'), at(:'v0')]) further;
SELECT tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v1'));

-- ---- by who holds it ----

SET scimver.lease_id = :'lease';
SELECT updates(1, '{"userName": "eve"}'), updates(1, '{"userName": "eve"}', at(:'v0')), patches(1, sets('title', 'two')), patches(1, sets('nickName', 'n'), format(', %L, on_conflict => ''merge''', :'v0'));
SELECT tries(format('SELECT scim_delete_user(%L)', id(1))), tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v0'));
SELECT updates(2, '{"userName": "eve"}');
-- the lease stays when the resource goes: nobody else brings it back meanwhile
BEGIN;
SELECT told(format('SELECT scim_delete_user(%L)', id(1)));
SELECT tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v0'));
SET LOCAL scimver.lease_id = '';
SELECT tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v0'));
UPDATE scim_leases SET expires_at = clock_timestamp();
SELECT tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v0'));
ROLLBACK;

-- ---- ended ----

UPDATE scim_leases SET expires_at = clock_timestamp();
SELECT updates(1, '{"userName": "eve"}'), updates(1, '{"userName": "eve"}', at(:'v0')), patches(1, sets('title', 'two')), patches(1, sets('nickName', 'n'), format(', %L, on_conflict => ''merge''', :'v0'));
SELECT tries(format('SELECT scim_delete_user(%L)', id(1))), tries(format('SELECT scim_restore(''User'', %L, %L)', id(1), :'v0'));
SELECT updates(1, :'ada'), updates(2, '{"userName": "eve"}');
RESET scimver.lease_id;
SELECT updates(1, '{"userName": "eve"}'), updates(1, '{"userName": "eve"}', at(:'v0')), tries(format('SELECT scim_delete_user(%L)', id(1)));

-- ---- groups ----

SELECT v(11, 'Group') AS v0 \gset
SELECT scim_patch_group(id(11)::text, sets('displayName', 'team')::jsonb) \g /dev/null
SELECT v(11, 'Group') AS v1 \gset
SELECT acquire(11, 'Group') AS lease \gset
CREATE FUNCTION changes(operation text, n int, users int[], further text DEFAULT '') RETURNS text LANGUAGE sql AS
	$$ SELECT tries(format('SELECT scim_%s_members(%L, %L%s)', operation, id(n), (SELECT array_agg(id(u)::text) FROM unnest(users) u), further)) $$;
CREATE FUNCTION replaces(n int, users int[], further text DEFAULT '') RETURNS text LANGUAGE sql AS
	$$ SELECT tries(format('SELECT scim_update_group(%L, %L%s)', id(n), jsonb_build_object('displayName', 'team', 'members', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(u))), '[]') FROM unnest(users) u)), further)) $$;
SELECT changes('add', 11, '{2}'), changes('add', 11, '{2}', at(:'v1')), changes('add', 11, '{2}', at(:'v0')), changes('add', 12, '{1}');
SELECT changes('remove', 11, '{1}'), changes('remove', 11, '{1}', at(:'v1')), changes('remove', 11, '{1}', at(:'v0')), changes('remove', 12, '{2}');
SELECT changes('add', 11, '{1}'), changes('add', 11, '{1}', at(:'v0')), changes('remove', 11, '{2}'), changes('add', 11, '{9}');
SELECT replaces(11, '{1,2}'), replaces(11, '{1,2}', at(:'v0')), replaces(11, '{1,2}', format(', %L, on_conflict => ''merge''', :'v0')), replaces(11, '{1}'), replaces(11, '{1}', at(:'v0'));
SELECT tries(format('SELECT scim_patch_group(%L, %L)', id(11), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(2)))))));
SELECT tries(format('SELECT scim_delete_group(%L)', id(11))), tries(format('SELECT scim_restore(''Group'', %L, %L)', id(11), :'v0'));
-- who is in it, cannot be deleted
SELECT tries(format('SELECT scim_delete_user(%L)', id(n))) FROM unnest('{1,2}'::int[]) n;
SET scimver.lease_id = :'lease';
SELECT changes('add', 11, '{2}'), changes('remove', 11, '{1}'), replaces(11, '{1,2}'), tries(format('SELECT scim_delete_user(%L)', id(1))), tries(format('SELECT scim_delete_group(%L)', id(11)));
UPDATE scim_leases SET expires_at = clock_timestamp();
SELECT changes('add', 11, '{2}'), changes('remove', 11, '{1}'), changes('add', 11, '{2}', at(:'v0')), replaces(11, '{1,2}'), tries(format('SELECT scim_delete_user(%L)', id(1))), tries(format('SELECT scim_delete_group(%L)', id(11)));
SELECT changes('add', 11, '{1}'), changes('add', 12, '{1}'), changes('remove', 12, '{2}');
RESET scimver.lease_id;
SELECT changes('add', 11, '{2}'), tries(format('SELECT scim_delete_user(%L)', id(1)));

-- ---- what calls cause ----

-- triggers of the application's write in calls, too, by whatever leases these name
SELECT acquire(3) AS lease \gset
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id = id(2) THEN
		UPDATE users SET data = data || '{"nickName": "after 2"}' WHERE id = id(3);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION follow();
SELECT updates(2, '{"userName": "eve"}'), updates(4, '{"userName": "eve"}');
SELECT tries('UPDATE users SET data = ''{"title": "t"}'' WHERE id = ' || quote_literal(id(2)));
SET scimver.lease_id = :'lease';
SELECT updates(2, '{"userName": "eve"}');
RESET scimver.lease_id;
DROP TRIGGER follow ON users;

-- ---- plain SQL ----

SELECT tries('UPDATE users SET data = ''{"title": "t"}'' WHERE id = ' || quote_literal(id(3))), tries('DELETE FROM users'), tries('TRUNCATE users CASCADE');
SELECT acquire(11, 'Group') AS lease \gset
SELECT tries('DELETE FROM groups_members'), tries('TRUNCATE groups_members'), tries('DELETE FROM groups');
-- not even by who names a lease that is lost
SET scimver.lease_id = :'lease';
SELECT scim_release_lease(:'lease');
SELECT tries('DELETE FROM groups_members'), tries('DELETE FROM groups');
\set ECHO none
