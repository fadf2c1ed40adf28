-- Members in merged writes where it is not plain who is a member: groups in groups,
-- ids that a user and a group share, and memberships that people's tables hold twice.
SET client_min_messages = warning;
CREATE DATABASE scimver_merging_groups TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_merging_groups
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
\o /dev/null
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
\o
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION refs(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)) ORDER BY i), '[]') FROM unnest(members) WITH ORDINALITY u(n, i));
CREATE FUNCTION add(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(VARIADIC members)));
CREATE FUNCTION remove(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members', 'value', refs(VARIADIC members)));
CREATE FUNCTION whole(members jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object('displayName', 'G101', 'members', members);
CREATE FUNCTION refs_of(type text, VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT jsonb_agg(jsonb_build_object('value', id(n), 'type', type)) FROM unnest(members) n);
CREATE FUNCTION version_now(g int DEFAULT 101) RETURNS text LANGUAGE sql RETURN scim_get_group(id(g)::text)#>>'{meta,version}';
CREATE FUNCTION stored() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(member_type || ' ' || right(member_id::text, 3)::int, ', ' ORDER BY member_type DESC, member_id), 'nobody') FROM groups_members WHERE group_id = id(101) $$;
-- group 101 has those members; others do that; then mine
CREATE FUNCTION merged(types text, base int[], theirs text, mine jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	expected text;
	detail text;
BEGIN
	DELETE FROM groups_members;
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), t, id(n) FROM unnest(string_to_array(types, ',')) t, unnest(base) n;
	expected := version_now();
	EXECUTE theirs;
	IF jsonb_typeof(mine) = 'array' THEN
		PERFORM scim_patch_group(id(101)::text, mine, expected, on_conflict => 'merge');
	ELSE
		PERFORM scim_update_group(id(101)::text, mine, expected, on_conflict => 'merge');
	END IF;
	RETURN stored() || CASE WHEN scim_version(scim_get_group(id(101)::text)) <> version_now() THEN ', but the version is wrong' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN format('%s %s%s', sqlstate, regexp_replace(sqlerrm, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-0*', '#', 'g'), ' ' || (detail::jsonb->>'merge'));
END $$;
CREATE FUNCTION joins(type text, VARIADIC members int[]) RETURNS text LANGUAGE sql RETURN
	format('INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), %L, id(n) FROM unnest(%L::int[]) n', type, members);
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 109) n;

-- ---- groups in groups ----

SELECT merged('Group', '{102}', joins('Group', 103), add(104, 1));
SELECT merged('Group', '{102,103}', 'DELETE FROM groups_members WHERE member_id = id(103)', remove(102));
SELECT merged('Group', '{102,103}', joins('User', 1), whole(refs(103, 104)));
SELECT merged('Group', '{102,103}', joins('User', 1), '[{"op": "remove", "path": "members[type eq \"Group\"]"}]');
-- a circle that only both together make
SELECT merged('Group', '{}', 'SELECT scim_add_members(id(102)::text, ARRAY[id(101)]::text[]), scim_add_members(id(101)::text, ARRAY[id(1)]::text[])', add(102));
SELECT merged('Group', '{}', 'SELECT scim_add_members(id(103)::text, ARRAY[id(101)]::text[]), scim_add_members(id(102)::text, ARRAY[id(103)]::text[]), scim_add_members(id(101)::text, ARRAY[id(1)]::text[])', add(102));
SELECT merged('Group', '{}', joins('User', 1), add(101));
-- a group that is gone was a member
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'gone' || n) FROM generate_series(121, 122) n;
SELECT merged('Group', '{102,121}', 'SELECT scim_delete_group(id(121)::text)', whole(refs(102, 121)));
SELECT merged('Group', '{102,122}', 'DELETE FROM groups WHERE id = id(122)', add(122, 103));

-- ---- who is hidden from the caller is no less a member ----

CREATE ROLE regress_merging_groups;
\o /dev/null
SELECT scim_grant_tenant('default', 'regress_merging_groups');
\o
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_merging_groups;
CREATE POLICY hide ON users AS RESTRICTIVE USING (user_name <> 'u9');
SET ROLE regress_merging_groups;
SELECT merged('User', '{1,9}', joins('User', 2), whole(refs(1, 9, 3)));
SELECT merged('User', '{1,9}', 'DELETE FROM groups_members WHERE member_id = id(9)', whole(refs(1, 9, 3)));
SELECT merged('User', '{1,9}', joins('User', 2), whole(refs(1, 3)));
SELECT merged('User', '{1,9}', joins('User', 2), remove(9));
SELECT merged('User', '{1,9}', 'DELETE FROM groups_members WHERE member_id = id(9)', add(9, 3));
-- but he cannot be added
SELECT merged('User', '{1}', joins('User', 2), add(9, 3));
SELECT merged('User', '{1}', joins('User', 9), add(9, 3));
RESET ROLE;
DROP POLICY hide ON users;
DROP OWNED BY regress_merging_groups;
DROP ROLE regress_merging_groups;

-- ---- a user and a group have the same id ----

INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(1, 9) n;
-- they are told apart where the type is told
SELECT merged('User', '{1}', joins('Group', 2), whole(refs_of('User', 1, 2)));
SELECT merged('User', '{1}', joins('Group', 1), whole(refs_of('User', 1, 2)));
SELECT merged('User', '{1}', joins('Group', 2), add(1, 3));
-- a removal is by id: it is not to take along who has come meanwhile, nor who stays
SELECT merged('User', '{1}', joins('Group', 1), remove(1));
SELECT merged('User', '{1,2}', joins('Group', 1), whole(refs_of('User', 2)));
SELECT merged('User', '{1,2}', joins('Group', 3), whole(refs_of('User', 2) || refs_of('Group', 1)));
SELECT merged('User,Group', '{1}', joins('User', 2), whole(refs_of('User', 1)));
-- where all of them were there, it takes all
SELECT merged('User,Group', '{1,2}', joins('User', 3), remove(1));
DROP TABLE groups_members, groups, users;

-- ---- a table, and one that inherits it, both hold a membership ----

CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE joins (person int, team int, PRIMARY KEY (team, person));
\o /dev/null
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"history": true}'), scim_register_members('joins', 'team', 'person');
\o
CREATE TABLE more () INHERITS (joins);
INSERT INTO people SELECT n, 'u' || n FROM generate_series(1, 9) n;
INSERT INTO teams VALUES (101, 'team');
-- the one holds those of "base", the other those of "again"; then these come to that one, and go
CREATE FUNCTION twice(base int[], again int[], come int[], go int[], mine jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	expected text;
	detail text;
BEGIN
	DELETE FROM joins;
	INSERT INTO joins SELECT n, 101 FROM unnest(base) n;
	INSERT INTO more SELECT n, 101 FROM unnest(again) n;
	expected := scim_get_group('101')#>>'{meta,version}';
	INSERT INTO more SELECT n, 101 FROM unnest(come) n;
	DELETE FROM more WHERE person = ANY (go);
	IF jsonb_typeof(mine) = 'array' THEN
		PERFORM scim_patch_group('101', mine, expected, on_conflict => 'merge');
	ELSE
		PERFORM scim_update_group('101', mine, expected, on_conflict => 'merge');
	END IF;
	RETURN (SELECT coalesce(string_agg(person::text, ' ' ORDER BY person), 'nobody') FROM joins)
		|| CASE WHEN scim_version(scim_get_group('101')) <> scim_get_group('101')#>>'{meta,version}' THEN ', but the version is wrong' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN format('%s %s%s', sqlstate, sqlerrm, ' ' || (detail::jsonb->>'merge'));
END $$;
CREATE FUNCTION refs(VARIADIC members text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN (SELECT jsonb_agg(jsonb_build_object('value', m)) FROM unnest(members) m);
CREATE FUNCTION op(op text, VARIADIC members text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', op, 'path', 'members', 'value', refs(VARIADIC members)));
-- one of two goes: he is a member still
SELECT twice('{1,2}', '{1}', '{3}', '{1}', op('add', '1', '4'));
SELECT twice('{1,2}', '{1}', '{3}', '{1}', op('remove', '1'));
SELECT twice('{1,2}', '{1}', '{3}', '{1}', jsonb_build_object('displayName', 'team', 'members', refs('1', '2')));
SELECT twice('{1,2}', '{1}', '{3}', '{1}', jsonb_build_object('displayName', 'team', 'members', refs('2', '4')));
-- one comes again: he was one already
SELECT twice('{1,2}', '{}', '{1,3}', '{}', op('add', '1', '4'));
SELECT twice('{1,2}', '{}', '{1,3}', '{}', op('remove', '1'));
SELECT twice('{1,2}', '{}', '{1,3}', '{}', jsonb_build_object('displayName', 'team', 'members', refs('1', '2')));
SELECT twice('{1,2}', '{}', '{1,3}', '{}', jsonb_build_object('displayName', 'team', 'members', refs('2', '4')));
-- both of two go
SELECT twice('{}', '{1,1,2}', '{3}', '{1}', op('add', '1', '4'));
SELECT twice('{}', '{1,1,2}', '{3}', '{1}', jsonb_build_object('displayName', 'team', 'members', refs('1', '2', '4')));
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_merging_groups;
