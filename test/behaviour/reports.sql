-- What a write tells beside the resource: what of it was ignored, which members
-- came and went, and after a mismatch where what was wanted differs from what is
-- stored.  (Of the mapped storage, no two ids differ but by case.)
CREATE FUNCTION call(tool text, arguments jsonb, expected text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_call_tool(tool, arguments || CASE WHEN expected IS NULL THEN '{}' ELSE jsonb_build_object('expected_version', expected) END) $$;
SET scimver.max_attempts = 0;
-- no more of an answer than that
CREATE FUNCTION report(a jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN plain(jsonb_strip_nulls(jsonb_build_object(
	'error', a#>'{content,error_code}', 'differing', a#>'{content,differing_paths}', 'ignored', a#>'{metadata,ignored}', 'unchanged', a#>'{metadata,unchanged}',
	'added', a#>'{content,added}', 'removed', a#>'{content,removed}', 'count', a#>'{content,member_count}')));
CREATE FUNCTION created(data jsonb) RETURNS text LANGUAGE sql AS $$ SELECT report(call('scim_create_user', jsonb_build_object('user_data', data))) $$;
CREATE FUNCTION updated(n int, data jsonb, expected text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT report(call('scim_update_user', jsonb_build_object('user_id', id(n), 'user_data', data), expected)) $$;
CREATE FUNCTION patched(n int, expected text, VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql AS $$
	SELECT report(call('scim_patch_user', jsonb_build_object('user_id', id(n), 'operations', operations), expected)) $$;
CREATE FUNCTION set_group(n int, data jsonb, expected text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT report(call('scim_update_group', jsonb_build_object('group_id', id(n), 'group_data', data), expected)) $$;
CREATE FUNCTION ids(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(id(n) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION refs(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION modified(n int, add jsonb, remove jsonb, expected text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT report(call('scim_modify_group_members', jsonb_build_object('group_id', id(n), 'add', add, 'remove', remove), expected)) $$;
CREATE FUNCTION members(n int) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(num(member_id::text)::text, ' ' ORDER BY num(member_id::text)), 'nobody') FROM groups_members WHERE group_id = id(n) $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 103) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(n) FROM (VALUES (101, 1), (102, 1), (101, 2)) m(g, n);

-- ---- ignored ----

-- what was read is sent back: only a _version that is no condition is
SELECT call('scim_get_user', jsonb_build_object('user_id', id(1)))->'content' AS read \gset
SELECT updated(1, :'read', :'read'::jsonb->>'_version'), updated(1, :'read');
SELECT updated(1, :'read'::jsonb || '{"title": "x"}', :'read'::jsonb->>'_version'), updated(1, :'read'::jsonb || '{"title": "y"}');
SELECT call('scim_get_group', jsonb_build_object('group_id', id(101)))->'content' AS read \gset
SELECT set_group(101, :'read', :'read'::jsonb->>'_version'), set_group(101, :'read'::jsonb || '{"externalId": "x"}');
SELECT set_group(101, :'read'::jsonb || jsonb_build_object('id', id(102))), set_group(101, :'read'::jsonb || '{"_version": null}');
-- of a new user, all of it; meta is nobody's to claim
SELECT created(jsonb_build_object('userName', 'new', 'id', id(7), 'meta', '{"version": "x"}'::jsonb, '_version', 'x', 'groups', refs(101)));
SELECT created('{"userName": "none", "id": null, "groups": [], "GROUPS": null}'), created('{"userName": "none", "id": null, "groups": []}');
-- an id
SELECT v, updated(2, jsonb_build_object('userName', 'u2', 'id', v)) FROM unnest(ARRAY['7', '""', 'true', '{"a": 1}', '[]', 'null']::jsonb[]) v;
SELECT updated(2, jsonb_build_object('userName', 'u2', 'id', id(2))), updated(2, jsonb_build_object('userName', 'u2', 'ID', id(3)));
-- a user's groups are a set of ids, whatever else is said of them
SELECT name, updated(1, jsonb_build_object('userName', 'u1', 'title', name, 'groups', value)) FROM (VALUES
	('as ids', refs(101, 102)), ('in another order, and twice', refs(102, 101, 102)), ('as strings', ids(101, 102)), ('with another name', '[]'::jsonb || jsonb_build_object('VALUE', id(101), 'display', 'x') || refs(102)),
	('one less', refs(101)), ('one more', refs(101, 102, 103)), ('others', refs(101, 103)), ('one that goes through another', refs(101, 102) || jsonb_build_object('value', id(103), 'type', 'indirect')),
	('none', '[]'), ('null', 'null'), ('no array', '"x"'), ('no ids', '[7]'), ('no value', '[{"display": "G101"}, {"display": "G102"}]'), ('no id of any group', '[{"value": "x"}]')) v(name, value);
SELECT updated(1, jsonb_build_object('userName', 'u1', 'groups', '[]'::jsonb, 'id', id(2))), updated(1, jsonb_build_object('userName', 'u1', 'groups', NULL, '_version', 'x'));
SELECT updated(3, jsonb_build_object('userName', 'u3', 'groups', call('scim_get_user', jsonb_build_object('user_id', id(1)))#>'{content,groups}'));
-- parts of a complex attribute that are readOnly, in any spelling of its name
SELECT v, updated(4, '{"userName": "u4"}'::jsonb || v) FROM unnest(ARRAY['{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "1", "displayName": "Boss"}}}',
	'{"URN:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"MANAGER": {"DISPLAYNAME": "Boss"}}}',
	'{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"displayName": null}}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {}}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": null}']::jsonb[]) v;
-- with nothing to write, or with an old version
SELECT call('scim_get_user', jsonb_build_object('user_id', id(5)))#>>'{content,_version}' AS old \gset
SELECT updated(5, '{"userName": "u5", "title": "x"}', :'old'), updated(5, jsonb_build_object('userName', 'u5', 'title', 'x', 'id', id(6)), :'old'), updated(5, '{"userName": "u5", "title": "x", "_version": "x"}', :'old'), updated(5, '{"userName": "u5", "title": "x", "_version": "x"}');

-- ---- members ----

SELECT modified(103, ids(3, 1, 3, 2, 3), '[]'), members(103);
SELECT modified(103, ids(2, 4, 4, 1), ids(3, 5, 3)), members(103);
SELECT modified(103, ids(2, 4), ids(3, 5)), members(103);
SELECT modified(103, ids(2, 4), ids(3), 'stale'), members(103);
SELECT modified(103, '[]', '[]'), modified(103, '[]', '["", "nobody''s"]'), modified(103, '["nobody''s"]', '[]');
SELECT modified(103, '[]', ids(1, 2, 4)), members(103);
-- without members in it, and in a version that is the group's
SELECT call('scim_modify_group_members', jsonb_build_object('group_id', id(103), 'add', ids(5))) AS a \gset
SELECT plain(:'a'::jsonb->'content'), :'a'::jsonb#>>'{content,_version}' = version AND :'a'::jsonb#>>'{metadata,version}' = version FROM groups WHERE id = id(103);
SELECT plain(r - 'Resources' - 'schemas'), r->>'version' = scim_get_group(id(103)::text)#>>'{meta,version}' FROM scim_list_members(id(103)::text) r;
SELECT a#>>'{content,version}' = version AND a#>>'{metadata,version}' = version FROM call('scim_list_group_members', jsonb_build_object('group_id', id(103))) a, groups WHERE id = id(103);
-- hundreds
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1000, 1299) n;
CREATE FUNCTION several(first int, last int, step int DEFAULT 1) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN ids(VARIADIC ARRAY(SELECT n FROM generate_series(first, last, step) n ORDER BY md5(n::text)));
CREATE FUNCTION summary(a jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN concat_ws(' ', a#>>'{content,error_code}', a#>>'{content,member_count}',
	(SELECT format('+%s (%s to %s)', count(*), min(num(m)), max(num(m))) FROM jsonb_array_elements_text(a#>'{content,added}') m), (SELECT format('-%s (%s to %s)', count(*), min(num(m)), max(num(m))) FROM jsonb_array_elements_text(a#>'{content,removed}') m));
SELECT summary(call('scim_modify_group_members', jsonb_build_object('group_id', id(103), 'add', several(1000, 1199))));
SELECT summary(call('scim_modify_group_members', jsonb_build_object('group_id', id(103), 'add', several(1150, 1299), 'remove', several(1000, 1149, 2))));
SELECT summary(call('scim_modify_group_members', jsonb_build_object('group_id', id(103), 'add', several(1150, 1299), 'remove', several(1000, 1149, 2), 'expected_version', 'stale')));

-- ---- where a stale write differs; what is stored is too large to be shown itself ----

UPDATE users SET data = data || jsonb_build_object('nickName', repeat('n', 9000), 'displayName', 'Six', 'name', '{"givenName": "S", "familyName": "F"}'::jsonb, 'emails', '[{"value": "a@b", "type": "work"}, {"value": "c@d"}]'::jsonb) WHERE id = id(6);
SELECT call('scim_get_user', jsonb_build_object('user_id', id(6), 'excluded_attributes', '["meta", "id"]'::jsonb))->'content' AS six \gset
CREATE FUNCTION differs(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT updated(6, call('scim_get_user', jsonb_build_object('user_id', id(6), 'excluded_attributes', '["meta", "id"]'::jsonb))->'content' || changes, 'stale') $$;
SELECT v, differs(v) FROM unnest(ARRAY['{"displayName": "Other"}', '{"name": {"givenName": "S", "familyName": "G"}}', '{"name": {"givenName": "S"}}', '{"name": null}', '{"name": {}}', '{"emails": [{"value": "c@d"}, {"value": "a@b", "type": "work"}]}', '{"emails": []}',
	'{"nickName": "n", "title": "t", "userName": "u66"}', '{"phoneNumbers": [], "photos": null, "title": null}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "1", "displayName": "x"}}}', '{"password": "Secret-1"}', '{"password": "Secret-1", "title": "t"}',
	'{"userName": "U6"}', '{"groups": [{"value": "x"}], "displayName": "Other"}']::jsonb[]) v;
-- a password counts, but is not named; and nothing was written
SELECT differs('{"password": "Secret-1"}'), call('scim_get_user', jsonb_build_object('user_id', id(6)))#>>'{content,_version}' = :'six'::jsonb->>'_version';
UPDATE users SET data = data || '{"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "1"}}}' WHERE id = id(6);
SELECT v, differs('{"title": "t"}' || jsonb_build_object('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', v)) FROM unnest(ARRAY['{"department": "D", "manager": {"value": "1"}}', '{"department": "E", "manager": {"value": "2"}}', '{"manager": {"value": "1"}, "division": "E"}', '{"department": "D"}']::jsonb[]) v;
-- patches: what they would make, and what suits nothing that is there
SELECT p, patched(6, 'stale', VARIADIC p) FROM (VALUES
	(ARRAY['{"op": "replace", "path": "displayName", "value": "Other"}', '{"op": "remove", "path": "name.familyName"}']::jsonb[]),
	(ARRAY['{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y"}']::jsonb[]),
	(ARRAY['{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x@y"}', '{"op": "add", "path": "title", "value": "t"}']::jsonb[]),
	(ARRAY['{"op": "replace", "value": {"id": "x", "title": "t"}}']::jsonb[]),
	(ARRAY['{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": "2"}']::jsonb[]),
	(ARRAY['{"op": "replace", "path": "displayName", "value": "Six"}']::jsonb[]),
	(ARRAY['{"op": "replace", "path": "displayName", "value": "Six"}', '{"op": "replace", "path": "password", "value": "Secret-1"}']::jsonb[])) v(p);
-- groups, and their members
SELECT set_group(103, '{"displayName": "G103"}', 'stale'), set_group(103, '{"displayName": "Other", "externalId": "x", "members": []}', 'stale');
SELECT set_group(103, jsonb_build_object('displayName', 'Other', 'members', (SELECT jsonb_agg(jsonb_build_object('value', member_id)) FROM groups_members WHERE group_id = id(103))), 'stale');
SELECT modified(103, ids(5, 6), '[]', 'stale'), modified(103, '[]', ids(5, 6), 'stale'), modified(103, ids(5), ids(6), 'stale');
SELECT report(call('scim_patch_group', jsonb_build_object('group_id', id(103), 'expected_version', 'stale', 'operations', o))) FROM (VALUES
	(jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(6)))), (jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members[value eq "' || id(5) || '"]'), '{"op": "replace", "path": "displayName", "value": "Other"}'::jsonb)),
	(jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(5)), '{"op": "replace", "path": "displayName", "value": "G103"}'::jsonb))) v(o);
