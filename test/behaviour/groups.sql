-- Groups: the functions on them, and memberships, whoever writes those.  Members
-- are users; groups in groups: test/sql/groups.sql.
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
	RETURN NEXT sqlstate || ' ' || plain(sqlerrm);
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN plain(detail::jsonb) ELSE plain(detail) END;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';

-- count and digest of a group, counted anew by other means: a plain sum of SHA-256 modulo 2^256
CREATE FUNCTION recount(tenant text, id text, OUT count bigint, OUT digest bytea) LANGUAGE plpgsql AS $$
DECLARE
	sum numeric := 0;
	term numeric;
	hash bytea;
BEGIN
	count := 0;
	FOR hash IN SELECT sha256(convert_to(format('{"type":"%s","value":"%s"}', member_type, member_id), 'UTF8'))
		FROM groups_members WHERE tenant_id = tenant AND group_id::text = recount.id
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
	SELECT id, scim_get_group(id::text, tenant_id => tenant_id)->>'displayName' AS name, version, revision, last_modified, member_count,
		version = scim_version(scim_get_group(id::text, tenant_id => tenant_id)) AND (member_count, member_digest) = (SELECT r.count, r.digest FROM recount(tenant_id, id::text) r) AS "right"
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
	RETURN NEXT sqlstate || ' ' || plain(sqlerrm);
END $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN scim_get_group(id(n)::text)->'meta'->>'version'; END $$;

INSERT INTO users (id, data, created) SELECT id(n), jsonb_build_object('userName', 'u' || n), '2024-06-01 12:00Z' FROM generate_series(1, 9) n;
UPDATE users SET data = data || '{"displayName": "The First"}' WHERE id = id(1);

-- ---- create and get ----

-- a member's type, $ref and display are derived; members are a set
CREATE TEMP TABLE made AS SELECT scim_create_group(a_group('Made', 2, 1, 2) || jsonb_build_object('externalId', 'x', 'id', id(9), 'meta', '{"version": "x"}'::jsonb)) AS r;
SELECT plain(r - 'id' - 'meta') FROM made;
SELECT scim_get_group(r->>'id') = r, scim_get_resource('Group', r->>'id') = r, r->'meta'->>'version' = scim_version(r), r->'meta'->>'location' = '/Groups/' || (r->>'id'),
	r->'meta'->>'created' = r->'meta'->>'lastModified' FROM made;
SELECT name, revision, member_count, "right" FROM state;
-- a user's groups are read from the memberships, and are no part of its version
SELECT scim_get_user(id(1)::text)->'groups' = jsonb_build_array(jsonb_build_object('value', r->'id', '$ref', '/Groups/' || (r->>'id'), 'display', 'Made', 'type', 'direct')) FROM made;
SELECT revision, version = scim_version(scim_get_user(id::text)) FROM users WHERE id = id(1);
SELECT scim_delete_group(r->>'id') FROM made;
SELECT count(*) FROM groups_members;
SELECT scim_get_user(id(1)::text) ? 'groups';

INSERT INTO groups (id, data, created) SELECT id(n), jsonb_build_object('displayName', 'G' || n), '2024-06-01 12:00Z' FROM generate_series(101, 105) n;
SELECT plain(scim_get_group(id(101)::text));

-- ---- members of a call ----

-- one call moves version and revision once, whatever it changes
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101 new', 1, 2, 3))$$);
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 2, 3, 4, 5))$$);
SELECT members(scim_get_group(id(101)::text));
SELECT plain(scim_get_group(id(101)::text)->'members'->0), scim_get_group(id(101)::text)->'meta' ? 'version';

-- it is there already: nothing moves, also with a stale version
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 5, 4, 3, 2))$$);
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 5, 4, 3, 2), 'stale')$$);
SELECT does($$SELECT scim_update_group(id(101)::text, scim_get_group(id(101)::text), version(101))$$);
SELECT fails($$SELECT scim_update_group(id(101)::text, a_group('G101', 5, 4, 3), 'stale')$$);
SELECT does($$SELECT scim_update_group(id(101)::text, a_group('G101', 5, 4, 3), version(101))$$);

-- members left out are kept; [] and null clear them
SELECT does($$SELECT scim_update_group(id(101)::text, '{"displayName": "G101 kept"}')$$);
SELECT does($$SELECT scim_update_group(id(101)::text, '{"displayName": "G101 kept"}')$$);
SELECT does($$SELECT scim_update_group(id(101)::text, '{"displayName": "G101", "members": []}')$$);
SELECT scim_get_group(id(101)::text) ? 'members', scim_get_group(id(101)::text)->'meta'->>'version' = scim_version(jsonb_build_object('id', id(101), 'displayName', 'G101', 'schemas', ARRAY['urn:ietf:params:scim:schemas:core:2.0:Group']));
SELECT does($$SELECT scim_patch_group(id(101)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(1, 2))))$$);
SELECT does($$SELECT scim_update_group(id(101)::text, '{"displayName": "G101", "members": null}')$$);

-- patch: add, remove, replace
CREATE FUNCTION patch(n int, op text, members jsonb, expected text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_patch_group(id(n)::text, jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('op', op, 'path', 'members', 'value', members))), expected) $$;
SELECT does($$SELECT patch(101, 'add', refs(1, 2))$$);
SELECT does($$SELECT patch(101, 'add', refs(2, 3, 4))$$);
SELECT does($$SELECT patch(101, 'add', refs(2, 3, 4))$$);
SELECT does($$SELECT patch(101, 'add', refs(1), 'stale')$$);
SELECT does($$SELECT patch(101, 'remove', refs(1, 9))$$);
SELECT does($$SELECT patch(101, 'remove', refs(1, 9))$$);
SELECT does($$SELECT patch(101, 'replace', refs(3, 4, 5))$$);
SELECT members(scim_get_group(id(101)::text));
SELECT does($$SELECT patch(101, 'add', refs(6), 'stale')$$);
SELECT does($$SELECT patch(101, 'remove', NULL, version(101))$$);
-- the name and members in one call, unconditionally
SELECT does($$SELECT scim_patch_group(id(101)::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', jsonb_build_object('displayName', 'G101 both', 'members', refs(1)))))$$);
SELECT does($$SELECT scim_update_group(id(101)::text, '{"displayName": "G101", "members": []}')$$);

-- members that cannot be
SELECT fails($$SELECT scim_create_group(a_group('x', 1, 99))$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": [{"value": "no uuid"}]}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": [{"value": ""}]}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": [{"display": "x"}]}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": ["x"]}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": {"value": "x"}}')$$);
SELECT error($$SELECT scim_update_group(id(101)::text, a_group('G101', 99))$$);
SELECT error($$SELECT patch(101, 'add', refs(99))$$);
-- a failed call leaves nothing behind
SELECT does($$SELECT scim_create_group(a_group('x', 1, 99))$$);
SELECT does($$SELECT patch(101, 'add', refs(1, 2, 99))$$);
SELECT count(*) FROM groups_members;

-- displayName is not unique
SELECT does($$SELECT scim_create_group('{"displayName": "G101"}')$$);
DELETE FROM groups WHERE lower(display_name) = 'g101' AND id <> id(101);

-- ---- many members ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'many' || n) FROM generate_series(1000, 1149) n;
CREATE FUNCTION sizes(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN format('%s members, omitted: %s', coalesce(jsonb_array_length(r->'members'), 0), coalesce(r->'meta'->>'omitted', 'none'));
-- write functions and lists show up to 100, and name what they leave out; nothing is cut; a get shows all
SELECT sizes(scim_update_group(id(104)::text, a_group('G104', VARIADIC ARRAY(SELECT generate_series(1000, 1099)))));
SELECT sizes(patch(104, 'add', refs(1100)));
SELECT sizes(scim_get_group(id(104)::text)), version(104) = scim_version(scim_get_group(id(104)::text));
SELECT sizes(scim_update_group(id(104)::text, '{"displayName": "G104"}')), sizes(patch(104, 'add', refs(1100)));
SELECT sizes(scim_create_group(a_group('Big', VARIADIC ARRAY(SELECT generate_series(1000, 1149)))));
SELECT g->>'displayName', sizes(g) FROM jsonb_array_elements(scim_list_groups()->'Resources') g ORDER BY 1;
-- meta.omitted is meta: what was read can be sent back, and keeps the members
SELECT does($$SELECT scim_update_group(g->>'id', g) FROM jsonb_array_elements(scim_list_groups()->'Resources') g$$);
SELECT sizes(patch(104, 'remove', refs(1100)));
SELECT does($$SELECT scim_update_group(id(104)::text, a_group('G104', VARIADIC ARRAY(SELECT generate_series(1050, 1149))))$$);
SELECT does($$DELETE FROM groups WHERE lower(display_name) = 'big'$$);

-- ---- many groups ----

-- write functions and lists show a user's groups up to 100, and name them beyond; a get shows all
INSERT INTO users (id, data) VALUES (id(2000), '{"userName": "busy"}');
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'M' || n) FROM generate_series(3001, 3105) n;
CREATE FUNCTION join_groups(first int, last int) RETURNS void LANGUAGE sql AS 'INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(n), ''User'', id(2000) FROM generate_series(first, last) n';
CREATE FUNCTION in_groups(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN format('%s groups, omitted: %s', coalesce(jsonb_array_length(r->'groups'), 0), coalesce(r->'meta'->>'omitted', 'none'));
CREATE FUNCTION retitle(title text, expected text DEFAULT NULL, attributes text[] DEFAULT NULL, excluded text[] DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_patch_user(id(2000)::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', title)), expected, attributes => attributes, excluded_attributes => excluded) $$;
CREATE FUNCTION busy() RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN scim_get_user(id(2000)::text); END $$;
CREATE FUNCTION writes(title text) RETURNS TABLE (function text, shown text) LANGUAGE sql AS $$
	VALUES ('get', in_groups(busy())),
		('update', in_groups(scim_update_user(id(2000)::text, jsonb_build_object('userName', 'busy', 'title', title)))),
		('the same again', in_groups(scim_update_user(id(2000)::text, jsonb_build_object('userName', 'busy', 'title', title)))),
		('on condition', in_groups(scim_update_user(id(2000)::text, jsonb_build_object('userName', 'busy', 'title', title || ' 2'), busy()->'meta'->>'version'))),
		('the same again', in_groups(scim_update_user(id(2000)::text, jsonb_build_object('userName', 'busy', 'title', title || ' 2'), busy()->'meta'->>'version'))),
		('stale, but there', in_groups(scim_update_user(id(2000)::text, jsonb_build_object('userName', 'busy', 'title', title || ' 2'), 'stale'))),
		('patch', in_groups(retitle(title || ' 3'))),
		('the same again', in_groups(retitle(title || ' 3'))),
		('stale, but there', in_groups(retitle(title || ' 3', 'stale'))),
		('list', in_groups(scim_list_users('userName eq "busy"')->'Resources'->0)),
		('get, indirect too', in_groups(scim_get_user(id(2000)::text, indirect_groups => true))) $$;
CREATE FUNCTION tool(name text, arguments jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_call_tool('scim_' || name, arguments || jsonb_build_object('user_id', id(2000)))::jsonb $$;
CREATE FUNCTION refused() RETURNS text LANGUAGE sql AS $$
	SELECT format('%s of %s groups shown, omitted: %s, %s', coalesce(jsonb_array_length(a->'content'->'current'->'groups'), 0), jsonb_array_length(busy()->'groups'), coalesce(a->'metadata'->>'omitted', 'none'),
		CASE WHEN (a->'content'->'current') - '{groups, _version, meta}'::text[] = busy() - '{groups, meta}'::text[] AND a->'content'->'current_version' = busy()->'meta'->'version' AND octet_length(a::text) < 8192 THEN 'right' ELSE a::text END)
	FROM tool('update_user', '{"expected_version": "stale", "user_data": {"userName": "busy", "title": "lost"}}') a $$;
SELECT join_groups(3001, 3003);
SELECT refused();
SELECT join_groups(3004, 3100);
SELECT * FROM writes('100');
SELECT refused();
SELECT busy()->'groups' = (SELECT jsonb_agg(jsonb_build_object('value', id(n), '$ref', '/Groups/' || id(n), 'display', 'M' || n, 'type', 'direct') ORDER BY n) FROM generate_series(3001, 3100) n) AS right, retitle('right')->'groups' = busy()->'groups' AS same;
SELECT join_groups(3101, 3101);
SELECT * FROM writes('101');
SELECT refused();
SELECT join_groups(3102, 3105);
SELECT * FROM writes('105');
-- where attributes names them: as with members
SELECT r ? 'groups', r->'meta' FROM (VALUES (retitle('a', attributes => '{groups}')), (retitle('b', attributes => '{groups.value, meta.resourceType}')), (retitle('c', attributes => '{title, meta.resourceType}')), (retitle('d', excluded => '{groups}') #- '{meta,location}' #- '{meta,version}' #- '{meta,created}' #- '{meta,lastModified}')) v(r);
SELECT jsonb_array_length(scim_get_user(id(2000)::text, attributes => '{groups.value}')->'groups');
-- a version is none of groups
SELECT scim_get_user(id(2000)::text, known_version => busy()->'meta'->>'version')->'not_modified', scim_list_users('userName eq "busy"')->'version' = scim_list_users('userName eq "busy"', excluded_attributes => '{groups}')->'version';

-- the whole as a get shows it can be sent back, and so can what came without its groups
SELECT scim_update_user(id(2000)::text, r, r->'meta'->>'version') #- '{meta,omitted}' = r - 'groups', busy() = r FROM busy() r;
SELECT in_groups(u), u->>'title', scim_update_user(id(2000)::text, u, u->'meta'->>'version') = u FROM scim_update_user(id(2000)::text, busy() || '{"title": "sent back"}') u;
SELECT scim_update_user(id(2000)::text, u) = u FROM jsonb_array_elements(scim_list_users('userName eq "busy"')->'Resources') u;
-- a patch compares with all of them
CREATE FUNCTION merge(value jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT scim_patch_user(id(2000)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'value', value))) $$;
SELECT in_groups(merge(jsonb_build_object('title', 'merged', 'groups', busy()->'groups'))), busy()->>'title';
SELECT error($$SELECT merge(jsonb_build_object('title', 'x', 'groups', (busy()->'groups') - 0))$$);
-- tools: the same, and what was ignored is told
SELECT call, jsonb_array_length(a->'content'->'groups') AS groups, a->'metadata'->'omitted' AS omitted, a->'metadata'->'ignored' AS ignored FROM (VALUES
	('get', tool('get_user')),
	('update', tool('update_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'busy', 'title', 'tool')))),
	('all groups sent', tool('update_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'busy', 'groups', busy()->'groups')))),
	('one missing', tool('update_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'busy', 'groups', (busy()->'groups') - 0)))),
	('patch', tool('patch_user', '{"operations": [{"op": "replace", "path": "title", "value": "tool 2"}], "attributes": ["groups"]}'))) v(call, a);
SELECT a->'metadata'->'how_to_go_on' FROM tool('patch_user', '{"operations": [{"op": "replace", "path": "title", "value": "tool 3"}], "attributes": ["groups"]}') a;
SELECT jsonb_array_length(a->'content'->'Resources'->0->'groups') AS groups, a->'metadata'->'omitted' AS omitted FROM CAST(scim_call_tool('scim_list_users', '{"filter": "userName eq \"busy\""}') AS jsonb) a;
SELECT refused();
DELETE FROM groups WHERE id IN (SELECT id(n) FROM generate_series(3001, 3105) n);
DELETE FROM users WHERE user_name = 'busy';

-- ---- deletes ----

-- a user takes its memberships along; each group that held it moves once, others not at all
SELECT does($$SELECT scim_update_group(id(n)::text, a_group('G' || n, 2, 3)) FROM generate_series(101, 103) n$$);
SELECT does($$SELECT scim_delete_user(id(2)::text)$$);
SELECT does($$DELETE FROM users WHERE id = id(3)$$);
-- several users in one statement: each group still moves once for each of them at most, and the sum is right
SELECT does($$SELECT scim_update_group(id(n)::text, a_group('G' || n, 4, 5, 6, 7)) FROM generate_series(101, 103) n$$);
SELECT name, member_count, "right" FROM state WHERE id IN (id(101), id(102), id(103)) ORDER BY id;
DELETE FROM users WHERE id IN (id(4), id(5));
SELECT name, member_count, "right" FROM state WHERE id IN (id(101), id(102), id(103)) ORDER BY id;
-- a group, with its members
SELECT does($$SELECT scim_delete_group(id(101)::text, version(101))$$);
SELECT fails($$SELECT scim_delete_group(id(101)::text)$$);
SELECT error($$SELECT scim_get_group(id(101)::text)$$), error($$SELECT scim_update_group(id(101)::text, '{"displayName": "x"}')$$);
SELECT error($$SELECT scim_delete_group(id(102)::text, 'stale')$$);
SELECT does($$SELECT scim_update_group(id(102)::text, a_group('G102', 6, 7))$$);
SELECT does($$DELETE FROM groups WHERE id = id(102)$$);
SELECT count(*) FROM groups_members WHERE group_id = id(102);

-- ---- plain SQL on memberships ----

TRUNCATE groups_members;
INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "G101"}'), (id(102), '{"displayName": "G102"}');
UPDATE groups SET data = data;
SELECT name, member_count, "right" FROM state ORDER BY name;
CREATE FUNCTION add(g int, u int) RETURNS text LANGUAGE sql IMMUTABLE RETURN format('INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(%s), ''User'', id(%s))', g, u);

SELECT does(add(101, 1));
-- a statement moves each group that it changes once, and no other
SELECT does($$INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(u) FROM generate_series(102, 103) g, generate_series(6, 9) u$$);
-- the tenant is the session's by default
SELECT tenant_id, num(group_id::text), member_type, num(member_id::text) FROM groups_members WHERE group_id = id(101);
SELECT does($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(1)), (id(101), 'User', id(6)), (id(102), 'User', id(6)) ON CONFLICT DO NOTHING$$);
SELECT does($$UPDATE groups_members SET member_id = id(7) WHERE group_id = id(101) AND member_id = id(6)$$);
-- from one group into another
SELECT does($$UPDATE groups_members SET group_id = id(102) WHERE group_id = id(101) AND member_id = id(1)$$);
-- what changes nothing moves nothing
SELECT does($$UPDATE groups_members SET group_id = group_id$$);
SELECT does($$DELETE FROM groups_members WHERE false$$);
SELECT does($$WITH gone AS (DELETE FROM groups_members WHERE group_id = id(102) AND member_id = id(1) RETURNING *) INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), 'User', member_id FROM gone$$);
SELECT does($$DELETE FROM groups_members WHERE member_id = id(6)$$);
-- (one that deletes and inserts is two changes)
-- the statement for servers that have MERGE (15), and another that does the same
CREATE FUNCTION merge(statement text, without text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 150000 THEN statement ELSE without END $$;
SELECT does(merge($$MERGE INTO groups_members m USING (VALUES (id(1)), (id(8))) v(id) ON m.tenant_id = 'default' AND m.group_id = id(101) AND m.member_type = 'User' AND m.member_id = v.id
	WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (group_id, member_type, member_id) VALUES (id(101), 'User', v.id)$$,
	$$DELETE FROM groups_members WHERE group_id = id(101) AND member_id = id(1); INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(8))$$));
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(105), 'User', id(1)), (id(105), 'User', id(6));
SELECT name, revision, member_count, "right" FROM state WHERE id = id(105);
-- added and removed again: the version is back, the revision is not
SELECT version(105) AS before \gset
SELECT does(add(105, 7));
SELECT does($$DELETE FROM groups_members WHERE group_id = id(105) AND member_id = id(7)$$);
SELECT version(105) = :'before';

-- what cannot be a membership
SELECT error(add(101, 99));
SELECT error(add(999, 1));
SELECT error(add(101, 8));
SELECT error($$INSERT INTO groups_members VALUES ('other', id(101), 'User', id(1))$$);
SELECT does(add(101, 99));

-- only the membership triggers write count and digest
SELECT does($$UPDATE groups SET member_count = 99, member_digest = '\x00'$$);
SELECT does($$UPDATE groups SET member_count = 99, member_digest = '\x00', data = data || '{"externalId": "e"}' WHERE id = id(101)$$);
SELECT does($$INSERT INTO groups (id, data, member_count, member_digest) VALUES (id(120), '{"displayName": "G120"}', 99, '\x01')$$);
SELECT does($$DELETE FROM groups WHERE id = id(120)$$);
-- also if they are named in a statement that changes memberships with the group in a CTE
SELECT does($$WITH m AS (INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(103), 'User', id(1)) RETURNING 1) UPDATE groups SET member_count = 5 WHERE id = id(103) AND EXISTS (SELECT FROM m)$$);

-- a group and its members in one statement's transaction, deferred by nothing
BEGIN;
INSERT INTO groups (id, data) VALUES (id(121), '{"displayName": "G121"}');
SELECT does(add(121, 1));
SELECT does(add(121, 6));
ROLLBACK;

-- a tenant of its own, with the same ids
INSERT INTO users (tenant_id, id, data) VALUES ('other', id(1), '{"userName": "u1"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('other', id(101), '{"displayName": "other G101"}');
INSERT INTO groups_members VALUES ('other', id(101), 'User', id(1));
SELECT tenant_id, member_count, version = scim_version(scim_get_group(id::text, tenant_id => tenant_id)), (member_count, member_digest) = (SELECT r.count, r.digest FROM recount(tenant_id, id::text) r) FROM groups WHERE id = id(101) ORDER BY 1;
DELETE FROM users WHERE tenant_id = 'other';
SELECT tenant_id, member_count, version = scim_version(scim_get_group(id::text, tenant_id => tenant_id)) FROM groups WHERE id = id(101) ORDER BY 1;
DELETE FROM groups WHERE tenant_id = 'other';

-- a user's id changes only without memberships; a group's neither
SELECT error($$UPDATE users SET id = id(88) WHERE id = id(1)$$);
SELECT error($$UPDATE groups SET id = id(188) WHERE id = id(101)$$);

-- with triggers off, groups are loaded with their counts, and memberships move nothing
SET session_replication_role = replica;
SELECT does(replace(add(104, 1), 'VALUES (', $$VALUES (id(104), 'User', id(7)), ($$));
SET session_replication_role = origin;
DELETE FROM groups WHERE id = id(104);

-- all memberships at once
SELECT does('TRUNCATE groups_members');
SELECT does('TRUNCATE groups_members');
SELECT count(*), count(*) FILTER (WHERE NOT "right"), sum(member_count) FROM state;
SELECT does(add(101, 1));
SELECT does('TRUNCATE users CASCADE');
SELECT count(*), count(*) FILTER (WHERE NOT "right"), sum(member_count) FROM state;

