-- PATCH (RFC 7644 section 3.5.2): what each operation makes of a resource, or
-- the error with its path.  P-numbers: the cases of section 3.5.2 as they are
-- numbered in this test.
BEGIN;

-- The parts of a resource that a patch can change, after the operations; "unchanged" if the version is.
CREATE FUNCTION patched(type text, before jsonb, operations jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	old jsonb;
	new jsonb;
	detail text;
BEGIN
	old := scim_create_resource(type, before);
	new := scim_patch_resource(type, old->>'id', operations);
	PERFORM scim_delete_resource(type, new->>'id');
	RETURN CASE WHEN new = old THEN 'unchanged' ELSE (new - 'id' - 'meta')::text END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;

-- ann is patched; what is the same in all cases is not shown
CREATE FUNCTION ann(VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	after text := patched('User', '{"userName": "ann", "nickName": "A", "name": {"givenName": "Ann", "familyName": "Lee"},
		"emails": [{"value": "a@x.org", "type": "work", "primary": true}, {"value": "b@x.org"}]}', to_jsonb(operations));
BEGIN
	RETURN CASE WHEN after ~ '^\{' THEN (after::jsonb - 'userName' - 'schemas')::text ELSE after END;
END $$;

-- eve has the enterprise extension; the URNs are shortened
CREATE FUNCTION eve(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql AS $$
	SELECT replace(patched('User', '{"userName": "eve",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R", "manager": {"value": "m", "$ref": "../Users/m"}}}',
		replace(to_jsonb(operations)::text, 'urn:ent', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0')::jsonb),
		'urn:ietf:params:scim:schemas:extension:enterprise:2.0', 'urn:ent')
$$;

-- ---- add ----

-- P1: without path, each attribute of the value is added (names have no case)
SELECT ann('{"op": "add", "value": {"nickname": "B", "name": {"middleName": "M"}, "emails": [{"value": "c@x.org"}]}}');
-- P2: a single value is replaced, or created
SELECT ann('{"op": "add", "path": "nickName", "value": "B"}');
SELECT ann('{"op": "Add", "path": "TITLE", "value": "T"}');
-- P3: to a complex attribute, the given sub-attributes are added
SELECT ann('{"op": "add", "path": "name", "value": {"givenName": "Anne"}}');
SELECT ann('{"op": "add", "path": "name.middleName", "value": "M"}');
SELECT ann('{"op": "add", "path": "name", "value": "Ann"}');
-- P4: to a multi-valued attribute, values are appended: one, or several
SELECT ann('{"op": "add", "path": "emails", "value": {"value": "c@x.org"}}');
SELECT ann('{"op": "add", "path": "emails", "value": [{"value": "c@x.org"}, {"value": "d@x.org"}]}');
SELECT ann('{"op": "add", "path": "phoneNumbers", "value": {"value": "555"}}');
-- P4: what is there already changes nothing
SELECT ann('{"op": "add", "path": "nickName", "value": "A"}');
SELECT ann('{"op": "add", "path": "emails", "value": {"PRIMARY": true, "type": "work", "value": "a@x.org"}}');
SELECT ann('{"op": "add", "path": "emails", "value": [{"value": "c@x.org"}, {"value": "b@x.org"}, {"value": "c@x.org"}]}');
-- P4: not even lastModified
INSERT INTO users (data, created, last_modified) VALUES ('{"userName": "old", "nickName": "O"}', '2001-01-01 00:00Z', '2001-01-01 00:00Z');
SELECT scim_patch_user(id::text, '[{"op": "add", "path": "nickName", "value": "O"}]')->'meta'->'lastModified' FROM users;
SELECT scim_patch_user(id::text, '[{"op": "add", "path": "nickName", "value": "P"}]')->'meta'->>'lastModified' > '2002' FROM users;
-- P6: add and replace need a value
SELECT ann('{"op": "add", "path": "nickName"}');
SELECT ann('{"op": "replace", "path": "nickName"}');
-- nothing is added by null or []
SELECT ann('{"op": "add", "path": "nickName", "value": null}', '{"op": "add", "path": "emails", "value": []}',
	'{"op": "add", "value": {"userName": null}}');

-- ---- remove ----

-- P7: without path
SELECT ann('{"op": "remove"}');
-- P8: a single value, a part of it, all values of many; what is not there
SELECT ann('{"op": "remove", "path": "nickName"}');
SELECT ann('{"op": "remove", "path": "name.givenName"}');
SELECT ann('{"op": "remove", "path": "name.givenName"}', '{"op": "remove", "path": "name.familyName"}');
SELECT ann('{"op": "remove", "path": "emails"}');
SELECT ann('{"op": "remove", "path": "title"}');
-- P10: what is required or readOnly
SELECT ann('{"op": "remove", "path": "userName"}');
SELECT ann('{"op": "remove", "path": "schemas"}');
SELECT ann('{"op": "remove", "path": "groups"}');
SELECT patched('Group', '{"displayName": "g"}', '[{"op": "remove", "path": "displayName"}]');
-- also when a later operation would set it again
SELECT ann('{"op": "remove", "path": "userName"}', '{"op": "add", "path": "userName", "value": "ann"}');
-- P24 (more in patch_values): a value lists some of many values; elsewhere it is refused, as ignoring it would remove more than was meant
SELECT ann('{"op": "remove", "path": "emails", "value": [{"value": "a@x.org"}]}');
SELECT ann('{"op": "remove", "path": "nickName", "value": "B"}');
SELECT ann('{"op": "remove", "path": "name", "value": {"givenName": "Ann"}}');
SELECT eve('{"op": "remove", "path": "urn:ent:User", "value": {"department": "R"}}');

-- ---- replace ----

-- P11: without path, each attribute of the value is replaced
SELECT ann('{"op": "replace", "value": {"nickName": "B", "active": false, "name": {"givenName": "Anne"}, "emails": [{"value": "c@x.org"}]}}');
SELECT ann('{"op": "replace", "value": {}}');
-- P12: a multi-valued attribute is replaced as a whole, by an array
SELECT ann('{"op": "replace", "path": "emails", "value": [{"value": "c@x.org"}]}');
SELECT ann('{"op": "replace", "path": "emails", "value": {"value": "c@x.org"}}');
-- P13: of a complex attribute, what is not given stays
SELECT ann('{"op": "replace", "path": "name", "value": {"givenName": "Anne"}}');
SELECT ann('{"op": "replace", "path": "name", "value": {"givenName": null}}');
SELECT ann('{"op": "replace", "path": "name", "value": {}}');
-- P14: what is absent is added
SELECT ann('{"op": "replace", "path": "title", "value": "T"}');
SELECT ann('{"op": "replace", "path": "addresses", "value": [{"country": "US"}]}');
-- null and [] remove
SELECT ann('{"op": "replace", "path": "name", "value": null}', '{"op": "replace", "path": "emails", "value": []}');
SELECT ann('{"op": "replace", "path": "userName", "value": null}');
SELECT ann('{"op": "replace", "path": "userName", "value": ""}');
-- the same value changes nothing
SELECT ann('{"op": "replace", "path": "emails", "value": [{"value": "a@x.org", "type": "work", "primary": true}, {"value": "b@x.org"}]}');

-- ---- P17: one primary value ----

SELECT ann('{"op": "add", "path": "emails", "value": {"value": "c@x.org", "primary": true}}');
SELECT ann('{"op": "add", "path": "emails", "value": {"value": "c@x.org", "primary": true}}',
	'{"op": "add", "path": "emails", "value": {"value": "d@x.org", "primary": true}}');
SELECT ann('{"op": "add", "path": "emails", "value": [{"value": "c@x.org", "primary": true}, {"value": "d@x.org", "primary": true}]}');
SELECT ann('{"op": "replace", "path": "emails", "value": [{"value": "c@x.org", "primary": true}, {"value": "d@x.org", "primary": true}]}');

-- ---- P18: what a client may not change ----

SELECT ann('{"op": "replace", "path": "id", "value": "x"}');
SELECT ann('{"op": "add", "path": "meta.version", "value": "x"}');
SELECT ann('{"op": "replace", "path": "_version", "value": "x"}');
SELECT ann('{"op": "add", "path": "groups.value", "value": "x"}');
SELECT eve('{"op": "replace", "path": "urn:ent:User:manager.displayName", "value": "Boss"}');
SELECT patched('Group', '{"displayName": "g"}', '[{"op": "replace", "path": "members.value", "value": "x"}]');

-- ---- P19: extensions ----

-- a path into an extension adds its URN to schemas
SELECT patched('User', '{"userName": "ann"}',
	'[{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department", "value": "R"}]');
SELECT eve('{"op": "replace", "path": "urn:ent:User:manager.value", "value": "n"}');
SELECT eve('{"op": "add", "path": "urn:ent:User:manager", "value": {"value": "n", "displayName": "ignored"}}');
SELECT eve('{"op": "add", "path": "urn:ent:User", "value": {"division": "D"}}');
SELECT eve('{"op": "replace", "value": {"urn:ent:USER": {"department": "S"}}}');
SELECT eve('{"op": "add", "path": "urn:ent:User:department", "value": "R"}');
-- with the last attribute, or the extension as a whole, the URN goes
SELECT eve('{"op": "remove", "path": "urn:ent:User:department"}');
SELECT eve('{"op": "remove", "path": "urn:ent:User:department"}', '{"op": "remove", "path": "urn:ent:User:manager.value"}',
	'{"op": "remove", "path": "urn:ent:User:manager.$ref"}');
SELECT eve('{"op": "remove", "path": "urn:ent:User"}');
SELECT eve('{"op": "replace", "value": {"urn:ent:User": null}}');
SELECT eve('{"op": "remove", "path": "urn:ent:User"}', '{"op": "add", "path": "urn:ent:User:division", "value": "D"}');
-- the URN of the core schema may stand in front of its attributes
SELECT ann('{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "value": "Anne"}');

-- ---- P20: operations on schemas ----

SELECT patched('User', '{"userName": "ann"}',
	'[{"op": "add", "path": "schemas", "value": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}]');
SELECT ann('{"op": "add", "path": "schemas", "value": ["urn:example:User"]}');
-- what is in use stays, and so does the core schema
SELECT eve('{"op": "replace", "path": "schemas", "value": ["urn:ietf:params:scim:schemas:core:2.0:User"]}');
SELECT eve('{"op": "replace", "path": "schemas", "value": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}');
SELECT ann('{"op": "replace", "path": "schemas", "value": []}');

-- ---- P21: paths that lead nowhere ----

SELECT ann('{"op": "add", "path": "shoeSize", "value": 43}');
SELECT ann('{"op": "add", "path": "name.first", "value": "Ann"}');
SELECT ann('{"op": "add", "path": "nickName.value", "value": "A"}');
SELECT ann('{"op": "add", "path": "", "value": "A"}');
SELECT ann('{"op": "add", "path": "name.", "value": "A"}');
SELECT ann('{"op": "add", "path": "department", "value": "R"}');
SELECT ann('{"op": "add", "path": "urn:example:User:department", "value": "R"}');
SELECT ann('{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User", "value": {}}');
SELECT ann('{"op": "add", "value": {"shoeSize": 43}}');
SELECT ann('{"op": "add", "path": "name", "value": {"first": "Ann"}}');
-- in a value without path, keys are names
SELECT ann('{"op": "replace", "value": {"name.givenName": "Anne"}}');
SELECT eve('{"op": "replace", "value": {"urn:ent:User:department": "S"}}');
-- which of the values?
SELECT ann('{"op": "replace", "path": "emails.value", "value": "c@x.org"}');
SELECT ann('{"op": "remove", "path": "emails.primary"}');

-- ---- P22: wrong types ----

SELECT ann('{"op": "add", "path": "nickName", "value": 5}');
SELECT ann('{"op": "add", "path": "nickName", "value": {}}');
SELECT ann('{"op": "replace", "path": "active", "value": "True"}');
SELECT ann('{"op": "add", "path": "emails", "value": "c@x.org"}');
SELECT ann('{"op": "add", "path": "emails", "value": [{"value": "c@x.org"}, {"value": 7}]}');
SELECT eve('{"op": "replace", "path": "urn:ent:User:manager", "value": "n"}');

-- ---- P23: what the server assigns, in a value without path ----

-- is ignored when it is what is there
SELECT scim_create_user('{"userName": "bob"}')->>'id' AS bob \gset
SELECT scim_create_group(jsonb_build_object('displayName', 'bobs', 'members', jsonb_build_array(jsonb_build_object('value', :'bob')))) IS NOT NULL;
SELECT scim_patch_user(:'bob', jsonb_build_array(jsonb_build_object('op', 'replace', 'value',
	scim_get_user(:'bob') || jsonb_build_object('nickName', 'B', '_version', scim_get_user(:'bob')->'meta'->'version'))))->>'nickName';
SELECT scim_patch_user(:'bob', jsonb_build_array(jsonb_build_object('op', 'replace', 'value',
	jsonb_build_object('ID', :'bob', 'meta', '{"resourceType": "User"}'::jsonb, 'nickName', 'C'))))->>'nickName';
-- else it is refused, also when some of the groups are given, or one twice
SELECT scim_create_group(jsonb_build_object('displayName', 'more', 'members', jsonb_build_array(jsonb_build_object('value', :'bob')))) IS NOT NULL;
SELECT jsonb_array_length(scim_get_user(:'bob')->'groups');
CREATE FUNCTION replaced(id text, value jsonb) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	RETURN scim_patch_user(id, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', value)));
EXCEPTION WHEN OTHERS THEN RETURN sqlerrm; END $$;
SELECT replaced(:'bob', jsonb_build_object('groups', jsonb_build_array(scim_get_user(:'bob')->'groups'->0)));
SELECT replaced(:'bob', jsonb_build_object('groups', scim_get_user(:'bob')->'groups' || jsonb_build_array(scim_get_user(:'bob')->'groups'->0)));
SELECT scim_patch_user(:'bob', jsonb_build_array(jsonb_build_object('op', 'replace', 'value',
	jsonb_build_object('groups', jsonb_build_array(scim_get_user(:'bob')->'groups'->1, scim_get_user(:'bob')->'groups'->0))))) = scim_get_user(:'bob');
SELECT ann('{"op": "replace", "value": {"id": "x"}}');
SELECT ann('{"op": "replace", "value": {"meta": {"version": "x"}}}');
SELECT ann('{"op": "replace", "value": {"_version": "x"}}');
SELECT ann('{"op": "replace", "value": {"groups": [{"value": "x"}]}}');
SELECT ann('{"op": "replace", "value": {"groups": []}}');

-- ---- the form of a patch ----

SELECT patched('User', '{"userName": "ann"}', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
	"Operations": [{"op": "add", "path": "title", "value": "T"}]}')::jsonb->'title';
SELECT patched('User', '{"userName": "ann"}', '{"SCHEMAS": ["urn:ietf:params:scim:api:messages:2.0:PATCHOP"],
	"operations": [{"OP": "REPLACE", "Path": "title", "VALUE": "T"}]}')::jsonb->'title';
SELECT operations, patched('User', '{"userName": "ann"}', operations) FROM (VALUES (1, '[]'::jsonb), (2, '"add"'), (3, '[1]'), (4, '{}'),
	(5, '{"Operations": [{"op": "add", "path": "title", "value": "T"}]}'),
	(6, '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}'),
	(7, '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}'),
	(8, '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "add", "path": "title", "value": "T"}], "x": 1}'),
	(9, '[{"path": "title", "value": "T"}]'), (10, '[{"op": "move", "path": "title"}]'), (11, '[{"op": ["add"], "path": "title", "value": "T"}]'),
	(12, '[{"op": "add", "OP": "remove", "path": "title", "value": "T"}]'), (13, '[{"op": "add", "path": "title", "value": "T", "from": "x"}]'),
	(14, '[{"op": "add", "path": 5, "value": "T"}]'), (15, '[{"op": "add", "value": "T"}]'), (16, '[{"op": "add", "value": null}]'),
	(17, '[{"op": "add", "value": {"title": "T", "TITLE": "U"}}]')) v(i, operations) ORDER BY i;

-- ---- each operation sees what those before it did; a failure undoes them all ----

SELECT ann('{"op": "remove", "path": "emails"}', '{"op": "add", "path": "emails", "value": {"value": "c@x.org"}}',
	'{"op": "add", "path": "nickName", "value": "B"}', '{"op": "replace", "path": "nickName", "value": "C"}');
DO $$ BEGIN
	PERFORM scim_patch_user(id::text, '[{"op": "add", "path": "title", "value": "T"}, {"op": "add", "path": "shoeSize", "value": 43}]')
	FROM users WHERE user_name = 'bob';
EXCEPTION WHEN SQLSTATE 'PT400' THEN NULL; END $$;
SELECT scim_get_user(:'bob') ? 'title';
-- there and back again: the content is what it was
SELECT ann('{"op": "add", "path": "title", "value": "T"}', '{"op": "remove", "path": "title"}');

-- ---- passwords ----

SELECT ann('{"op": "add", "path": "password", "value": "correct horse"}');
SELECT scim_patch_user(:'bob', '[{"op": "add", "path": "password", "value": "first"}, {"op": "replace", "value": {"password": "second"}}]') ? 'password';
SELECT password_hash = crypt('second', password_hash) FROM users WHERE user_name = 'bob';
SELECT scim_patch_user(:'bob', '[{"op": "remove", "path": "password"}]') ? 'password';
SELECT password_hash IS NULL FROM users WHERE user_name = 'bob';
SELECT ann('{"op": "replace", "path": "password", "value": {"value": "correct horse"}}');
SELECT ann('{"op": "replace", "path": "password", "value": ""}');
SELECT patched('Group', '{"displayName": "g"}', '[{"op": "add", "path": "password", "value": "x"}]');

-- ---- members ----

-- the names of a group's members, after the operations, in which mia, noa and eli stand for their ids
SELECT count(scim_create_user(jsonb_build_object('userName', name))) FROM unnest('{mia,noa,eli}'::text[]) name;
CREATE FUNCTION members(before text[], VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	change text := to_jsonb(operations);
	made text;
	old jsonb;
	new jsonb;
	detail text;
BEGIN
	SELECT scim_create_group(jsonb_build_object('displayName', 'g', 'members', coalesce(jsonb_agg(jsonb_build_object('value', id)), '[]')))
	INTO old FROM users WHERE user_name = ANY (before);
	SELECT string_agg(coalesce(id::text, part), '"' ORDER BY i)
	INTO change FROM unnest(string_to_array(change, '"')) WITH ORDINALITY p(part, i) LEFT JOIN users ON user_name = part;
	new := scim_patch_group(old->>'id', change::jsonb);
	SELECT string_agg(user_name, ' ' ORDER BY user_name) INTO made FROM users
	WHERE id::text IN (SELECT value->>'value' FROM jsonb_array_elements(new->'members'));
	RETURN coalesce(made, '(none)') || CASE WHEN new = old THEN ', unchanged' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;

-- add: an array or one object, with or without path; twice is once
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "noa"}, {"value": "eli", "type": "User"}]}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": {"value": "noa", "$ref": null, "display": "N"}}');
SELECT members('{mia}', '{"op": "add", "value": {"members": [{"value": "noa"}]}}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "mia"}, {"value": "mia"}]}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": []}');
-- P24: remove with a list removes those, whether they are there or not; an empty list removes none
SELECT members('{mia,noa}', '{"op": "remove", "path": "members", "value": [{"value": "mia"}]}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members", "value": {"value": "mia"}}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members", "value": [{"value": "eli"}, {"value": "nobody"}]}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members", "value": []}');
-- P8: without a list, all of them
SELECT members('{mia,noa}', '{"op": "remove", "path": "members"}');
-- P12: replace
SELECT members('{mia,noa}', '{"op": "replace", "path": "members", "value": [{"value": "noa"}, {"value": "eli"}]}');
SELECT members('{mia,noa}', '{"op": "replace", "value": {"members": []}}');
SELECT members('{mia,noa}', '{"op": "replace", "path": "members", "value": [{"value": "noa"}, {"value": "mia"}]}');
-- one after the other
SELECT members('{mia}', '{"op": "add", "path": "members", "value": {"value": "noa"}}', '{"op": "remove", "path": "members", "value": {"value": "noa"}}');
SELECT members('{mia}', '{"op": "remove", "path": "members", "value": {"value": "mia"}}', '{"op": "add", "path": "members", "value": {"value": "mia"}}');
SELECT members('{mia}', '{"op": "remove", "path": "members"}', '{"op": "add", "path": "members", "value": [{"value": "noa"}, {"value": "eli"}]}',
	'{"op": "remove", "path": "members", "value": [{"value": "eli"}]}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "noa"}, {"value": "eli"}]}',
	'{"op": "remove", "path": "members", "value": [{"value": "mia"}, {"value": "noa"}]}');
-- what is no member
SELECT members('{mia}', '{"op": "add", "path": "members", "value": ["noa"]}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": "noa"}');
SELECT members('{mia}', '{"op": "replace", "path": "members", "value": {"value": "noa"}}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "noa", "since": "May"}]}');

-- ---- a resource as read, sent back in a patch with its version, when that is no longer the current one ----

CREATE FUNCTION sent_back(title text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := scim_create_user('{"userName": "zoe"}');
BEGIN
	PERFORM scim_patch_user(before->>'id', '[{"op": "add", "path": "nickName", "value": "Z"}]');
	RETURN scim_patch_user(before->>'id', jsonb_build_array(jsonb_build_object('op', 'add', 'value',
		before || jsonb_build_object('title', title))), before->'meta'->>'version')->>'title';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlerrm;
END $$;
-- the stale version is the reason, not the meta that came with it
SELECT sent_back('T');
ROLLBACK;
