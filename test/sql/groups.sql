-- Groups of created tables: groups in groups, what their membership table holds,
-- the scheme of revisions.  All else of groups: test/behaviour/groups.sql.
SET client_min_messages = warning;
CREATE DATABASE scimver_groups TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_groups
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
-- either table may be made first: the second call adds the foreign key
SELECT scim_create_table('groups', 'Group');
SELECT scim_create_table('users', 'User');
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'groups_members'::regclass AND contype IN ('p', 'f') ORDER BY conname;

-- users are 1, 2, ...; groups 101, 102, ...
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION num(id text) RETURNS int LANGUAGE sql IMMUTABLE RETURN right(id, 12)::int;

-- a list of members as a client sends it
CREATE FUNCTION refs(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION a_group(name text, VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('displayName', name, 'members', refs(VARIADIC members));
-- the members of a resource, in short
CREATE FUNCTION members(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT string_agg(left(m->>'type', 1) || num(m->>'value'), ' ' ORDER BY m->>'type' DESC, m->>'value') FROM jsonb_array_elements(resource->'members') m);

CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';

-- count and digest of a group, counted anew by other means: a plain sum of SHA-256 modulo 2^256
CREATE FUNCTION recount(tenant text, id uuid, OUT count bigint, OUT digest bytea) LANGUAGE plpgsql AS $$
DECLARE
	sum numeric := 0;
	term numeric;
	hash bytea;
BEGIN
	count := 0;
	FOR hash IN SELECT sha256(convert_to(format('{"type":"%s","value":"%s"}', member_type, member_id), 'UTF8'))
		FROM groups_members WHERE tenant_id = tenant AND group_id = recount.id
	LOOP
		term := 0;
		FOR i IN 0..31 LOOP term := term * 256 + get_byte(hash, i); END LOOP;
		sum := sum + term;
		count := count + 1;
	END LOOP;
	digest := decode(repeat('00', 32), 'hex');
	FOR i IN REVERSE 31..0 LOOP
		digest := set_byte(digest, i, mod(sum, 256)::int);
		sum := div(sum, 256);
	END LOOP;
END $$;

CREATE VIEW state AS
	SELECT id, data->>'displayName' AS name, version, revision, last_modified, member_count,
		version = scim_version(scim_get_group(id::text, tenant_id => tenant_id)) AND (member_count, member_digest) = (SELECT r.count, r.digest FROM recount(tenant_id, id) r) AS "right"
	FROM groups;

-- runs a statement, and tells which groups it touched, and how
CREATE FUNCTION does(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE before ON COMMIT DROP AS SELECT * FROM state;
	EXECUTE statement;
	RETURN QUERY SELECT coalesce(a.name, b.name) || ': ' || CASE
			WHEN a.id IS NULL THEN 'gone'
			WHEN b.id IS NULL THEN format('new, revision %s, %s members', a.revision, a.member_count)
			ELSE format('revision +%s, %s, %s, %s members', a.revision - b.revision, CASE WHEN a.version = b.version THEN 'same version' ELSE 'new version' END,
				CASE WHEN a.last_modified = b.last_modified THEN 'not modified' ELSE 'modified' END, a.member_count) END
			|| CASE WHEN NOT a."right" THEN ', WRONG' ELSE '' END
		FROM state a FULL JOIN before b USING (id) WHERE a IS DISTINCT FROM b ORDER BY 1;
	IF NOT FOUND THEN
		RETURN NEXT 'nothing';
	END IF;
	DROP TABLE before;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN scim_get_group(id(n)::text)->'meta'->>'version'; END $$;

INSERT INTO users (id, data, created) SELECT id(n), jsonb_build_object('userName', 'u' || n), '2024-06-01 12:00Z' FROM generate_series(1, 9) n;
UPDATE users SET data = data || '{"displayName": "The First"}' WHERE id = id(1);

INSERT INTO groups (id, data, created) SELECT id(n), jsonb_build_object('displayName', 'G' || n), '2024-06-01 12:00Z' FROM generate_series(101, 105) n;
CREATE FUNCTION patch(n int, op text, members jsonb, expected text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_patch_group(id(n)::text, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('op', op, 'path', 'members', 'value', members))), expected) $$;

-- ---- groups in groups ----

-- the type is that of the resource that the id names; what the client says of $ref and display is not stored
SELECT does($$SELECT scim_update_group(id(102)::text, jsonb_build_object('displayName', 'G102', 'members', jsonb_build_array(
	jsonb_build_object('value', id(101), 'display', 'wrong', '$ref', 'wrong'), jsonb_build_object('value', id(1)))))$$);
SELECT jsonb_pretty(scim_get_group(id(102)::text)->'members');
SELECT does($$SELECT scim_update_group(id(103)::text, a_group('G103', 102))$$);
-- a cycle is refused; members are direct ones
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 103))$$);
SELECT members(scim_get_group(id(n)::text)) FROM generate_series(101, 103) n;
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 1))$$);
SELECT does($$SELECT patch(102, 'remove', refs(101))$$);

-- what is derived is no part of a version: a user's or group's new name moves no group that holds it
SELECT does($$SELECT scim_update_user(id(1)::text, '{"userName": "u1", "displayName": "Renamed"}')$$);
SELECT scim_get_group(id(101)::text)->'members'->0->>'display', scim_get_group(id(101)::text)->'meta'->>'version' = scim_version(scim_get_group(id(101)::text));
SELECT does($$SELECT scim_patch_group(id(102)::text, '[{"op": "replace", "path": "displayName", "value": "G102 renamed"}]')$$);
SELECT scim_get_group(id(103)::text)->'members'->0->>'display';

-- where a user and a group share an id, the client's type decides, and the user without one
INSERT INTO groups (id, data) VALUES (id(9), '{"displayName": "Nine"}');
SELECT members(patch(101, 'add', jsonb_build_array(jsonb_build_object('value', id(9), 'type', 'Group')))), members(patch(102, 'add', refs(9)));
SELECT does($$DELETE FROM groups WHERE id = id(9)$$);
SELECT does($$SELECT patch(102, 'remove', refs(9))$$);

-- a group that is a member
SELECT does($$SELECT scim_update_group(id(n)::text, a_group('G' || n, 101)) FROM generate_series(102, 103) n$$);
SELECT does($$SELECT scim_delete_group(id(101)::text, version(101))$$);
SELECT fails($$SELECT scim_delete_group(id(101)::text)$$);
SELECT error($$SELECT scim_get_group(id(101)::text)$$), error($$SELECT scim_update_group(id(101)::text, '{"displayName": "x"}')$$);
SELECT error($$SELECT scim_delete_group(id(102)::text, 'stale')$$);
-- the whole group, with its members and in its groups
SELECT does($$SELECT scim_update_group(id(102)::text, a_group('G102', 6, 7, 103))$$);
SELECT does($$DELETE FROM groups WHERE id = id(102)$$);
SELECT count(*) FROM groups_members WHERE id(102) IN (group_id, member_id);

-- ---- plain SQL on memberships ----

TRUNCATE groups_members;
INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "G101"}'), (id(102), '{"displayName": "G102"}');
CREATE FUNCTION add(g int, u int) RETURNS text LANGUAGE sql IMMUTABLE RETURN format('INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(%s), ''User'', id(%s))', g, u);
SELECT does(add(101, 1));
SELECT does($$INSERT INTO groups_members VALUES ('default', id(101), 'Group', id(102))$$);
-- the tenant is the session's by default; two columns are generated
SELECT tenant_id, num(group_id::text), member_type, num(member_id::text), num(user_id::text), num(subgroup_id::text) FROM groups_members WHERE group_id = id(101) ORDER BY member_type;
COPY groups_members (group_id, member_type, member_id) FROM stdin;
00000000-0000-4000-a000-000000000105	User	00000000-0000-4000-a000-000000000001
00000000-0000-4000-a000-000000000105	User	00000000-0000-4000-a000-000000000006
00000000-0000-4000-a000-000000000105	Group	00000000-0000-4000-a000-000000000101
\.
SELECT name, revision, member_count, "right" FROM state WHERE id = id(105);
-- what cannot be a membership
SELECT error(add(101, 99));
SELECT error($$INSERT INTO groups_members VALUES ('default', id(101), 'User', id(102))$$);
SELECT error($$INSERT INTO groups_members VALUES ('default', id(101), 'Device', id(1))$$);
SELECT error($$INSERT INTO groups_members VALUES ('default', id(101), 'user', id(1))$$);
SELECT error($$INSERT INTO groups_members VALUES ('default', id(101), NULL, id(1))$$);

-- a group does not become its own member
SELECT error($$SELECT scim_update_group(id(101)::text, a_group('G101', 101))$$);
SELECT error($$SELECT patch(101, 'add', refs(101))$$);
TRUNCATE users CASCADE;

-- ---- the scheme of revisions: one call still moves a group once, and the version is the stored one ----

DROP TABLE groups_members, groups CASCADE;
SELECT scim_create_table('groups', 'Group', '{"version_scheme": "revision"}');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "G101"}');
CREATE FUNCTION check_scheme() RETURNS text LANGUAGE sql AS $$
	SELECT revision || ' ' || (version = scim_get_group(id::text)->'meta'->>'version') || ' ' ||
		(version = encode(substring(sha256(convert_to(scim_canonical(jsonb_build_object('content', scim_content(scim_get_group(id::text)), 'revision', revision)), 'UTF8')) FOR 8), 'base64')) FROM groups $$;
SELECT check_scheme();
SELECT scim_update_group(id(101)::text, a_group('G101 new', 1, 2))->'meta'->>'version' AS written \gset
SELECT version = :'written' FROM groups;
SELECT check_scheme();
SELECT patch(101, 'add', refs(3))->>'displayName';
SELECT check_scheme();
DELETE FROM groups_members WHERE member_id = id(3);
SELECT check_scheme();
SELECT scim_delete_user(id(2)::text);
SELECT check_scheme();
SELECT scim_update_group(id(101)::text, a_group('G101 new', 1), 'stale')->>'displayName';
SELECT check_scheme();

\c :regression
DROP DATABASE scimver_groups;
