-- PATCH (RFC 7644 section 3.5.2) on values that a filter chooses, or a list:
-- the result of each operation, or the error with its path.  P-numbers as in
-- patch.sql, which has the rest of them.
BEGIN;

-- "unchanged" is: the version, lastModified, everything
CREATE FUNCTION patched(before jsonb, operations jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	old jsonb;
	new jsonb;
	detail text;
BEGIN
	INSERT INTO users (data, created, last_modified) VALUES (before, '2001-01-01 00:00Z', '2001-01-01 00:00Z');
	SELECT scim_get_user(id::text) INTO old FROM users WHERE lower(user_name) = lower(before->>'userName');
	new := scim_patch_user(old->>'id', operations);
	PERFORM scim_delete_user(new->>'id');
	IF new->'meta'->'version' = old->'meta'->'version' AND new <> old OR new->'meta'->'version' <> old->'meta'->'version'
		AND new->'meta'->'lastModified' = old->'meta'->'lastModified' THEN
		RETURN 'version and lastModified disagree';
	END IF;
	RETURN CASE WHEN new = old THEN 'unchanged' ELSE (new - 'id' - 'meta' - 'userName' - 'schemas')::text END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '') ||
		coalesce(' : ' || (detail::jsonb->>'position'), '');
END $$;

-- ann has three e-mail addresses, the first of them primary, and a name; ~ stands for a double quote in a path
CREATE FUNCTION ann(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql AS $$
	SELECT replace(patched('{"userName": "ann", "name": {"givenName": "Ann", "familyName": "Lee"},
		"emails": [{"value": "a@x.org", "type": "work", "primary": true}, {"value": "b@x.org", "type": "home"}, {"value": "c@x.org", "type": "Home", "display": "C"}]}',
		replace(to_jsonb(operations)::text, '~', '\"')::jsonb), '"', '')
$$;

-- ---- P5: add, with a value filter ----

-- what is given is merged into each value that matches; with a sub-attribute, that is set
SELECT ann('{"op": "add", "path": "emails[type eq ~work~]", "value": {"display": "A"}}');
SELECT ann('{"op": "add", "path": "emails[type eq ~home~]", "value": {"display": "H"}}');
SELECT ann('{"op": "add", "path": "emails[type eq ~work~].display", "value": "A"}');
SELECT ann('{"op": "add", "path": "EMAILS[Type EQ ~WORK~].Display", "value": "A"}');
SELECT ann('{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:emails[value ew ~@x.org~ and not (primary eq true)].type", "value": "other"}');
-- what is there already changes nothing, nor does null
SELECT ann('{"op": "add", "path": "emails[type eq ~work~].value", "value": "a@x.org"}');
SELECT ann('{"op": "add", "path": "emails[type eq ~work~]", "value": {"value": "a@x.org", "primary": true}}');
SELECT ann('{"op": "add", "path": "emails[type eq ~work~].display", "value": null}');
-- no match
SELECT ann('{"op": "add", "path": "emails[type eq ~other~].value", "value": "d@x.org"}');
SELECT ann('{"op": "add", "path": "emails[type eq ~other~]", "value": {"value": "d@x.org"}}');
SELECT ann('{"op": "add", "path": "phoneNumbers[type eq ~work~].value", "value": "555"}');
-- P6: a value is needed
SELECT ann('{"op": "add", "path": "emails[type eq ~work~].value"}');

-- ---- P9: remove, with a value filter ----

SELECT ann('{"op": "remove", "path": "emails[type eq ~home~]"}');
SELECT ann('{"op": "remove", "path": "emails[primary eq true]"}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~home~ and display pr].display"}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~home~].type"}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~work~].display"}');
-- none left: unassigned; a value of which nothing is left goes as well
SELECT ann('{"op": "remove", "path": "emails[value pr]"}');
SELECT patched('{"userName": "x", "phoneNumbers": [{"type": "work"}, {"value": "1"}]}', '[{"op": "remove", "path": "phoneNumbers[type eq \"work\"].type"}]');
SELECT patched('{"userName": "x", "phoneNumbers": [{"type": "work"}]}', '[{"op": "remove", "path": "phoneNumbers[type eq \"work\"].type"}]');
-- no match
SELECT ann('{"op": "remove", "path": "emails[type eq ~other~]"}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~other~].value"}');
SELECT ann('{"op": "remove", "path": "ims[value pr]"}');

-- ---- P15: replace, with a value filter ----

-- the values that match are replaced; with a sub-attribute, only that
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": {"value": "n@x.org"}}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~].value", "value": "n@x.org"}');
SELECT ann('{"op": "replace", "path": "emails[value eq ~b@x.org~ or value eq ~a@x.org~].display", "value": "AB"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~]", "value": {"primary": true, "value": "a@x.org", "type": "work"}}');
-- null removes
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": null}');
SELECT ann('{"op": "replace", "path": "emails[display pr].display", "value": null}');
-- P16: no match
SELECT ann('{"op": "replace", "path": "emails[type eq ~other~].value", "value": "d@x.org"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~other~]", "value": {"value": "d@x.org"}}');
SELECT ann('{"op": "replace", "path": "addresses[type eq ~work~].locality", "value": "Rome"}');
-- P22: the value must be one of the attribute
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": [{"value": "n@x.org"}]}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": "n@x.org"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": {"mail": "n@x.org"}}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~].value", "value": 5}');
SELECT ann('{"op": "add", "path": "emails[type eq ~home~]", "value": {"primary": "yes"}}');

-- ---- a complex attribute of one value is a list of one, or none ----

SELECT ann('{"op": "replace", "path": "name[familyName eq ~lee~].givenName", "value": "Anne"}');
SELECT ann('{"op": "replace", "path": "name[familyName eq ~lee~]", "value": {"givenName": "Anne", "familyName": null}}');
SELECT ann('{"op": "add", "path": "name[familyName eq ~lee~]", "value": {"middleName": "M"}}');
SELECT ann('{"op": "remove", "path": "name[familyName eq ~lee~]"}');
SELECT ann('{"op": "remove", "path": "name[familyName eq ~lee~].givenName"}');
SELECT ann('{"op": "remove", "path": "name[familyName eq ~Ray~]"}');

-- ---- P17: one primary value ----

SELECT ann('{"op": "replace", "path": "emails[value eq ~b@x.org~].primary", "value": true}');
SELECT ann('{"op": "add", "path": "emails[value eq ~b@x.org~]", "value": {"primary": true}}');
SELECT ann('{"op": "replace", "path": "emails[value eq ~b@x.org~]", "value": {"value": "n@x.org", "primary": true}}');
SELECT ann('{"op": "replace", "path": "emails[value eq ~a@x.org~].primary", "value": true}');
SELECT ann('{"op": "replace", "path": "emails[value eq ~a@x.org~].primary", "value": false}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~].primary", "value": true}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~home~]", "value": {"value": "n@x.org", "primary": true}}');
SELECT ann('{"op": "replace", "path": "emails[primary eq true].primary", "value": false}', '{"op": "replace", "path": "emails[type eq ~work~].primary", "value": true}');

-- ---- P21: what is wrong with a path ----

SELECT ann('{"op": "replace", "path": "emails[type eq ~work~", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[type eq work].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[kind eq ~work~].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[primary gt true].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[emails.type eq ~work~].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~]value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~].", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~].mail", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~].value.x", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails.type[value eq ~work~]", "value": "x"}');
SELECT ann('{"op": "replace", "path": "mails[type eq ~work~].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "nickName[value eq ~A~]", "value": "x"}');
SELECT ann('{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department eq ~A~]", "value": {}}');
SELECT ann('{"op": "replace", "path": "password[value eq ~A~]", "value": "x"}');
SELECT ann('{"op": "replace", "path": "schemas[value sw ~urn:~]", "value": "x"}');
SELECT ann('{"op": "add", "path": "groups[value eq ~A~].display", "value": "x"}');
-- lenient: what real clients send in brackets
SET LOCAL scimver.filter_mode = lenient;
SELECT ann('{"op": "replace", "path": "emails[type eq work].value", "value": "x"}');
SELECT ann('{"op": "replace", "path": "emails[ primary eq ~True~ ].value", "value": "x"}');
RESET scimver.filter_mode;

-- ---- P24: remove, with a list ----

SELECT ann('{"op": "remove", "path": "emails", "value": [{"value": "b@x.org"}, {"value": "c@x.org", "type": "home"}, {"value": "d@x.org"}]}');
SELECT ann('{"op": "remove", "path": "emails", "value": {"primary": true}}');
SELECT ann('{"op": "remove", "path": "emails", "value": [{"type": "Home", "display": "C"}, {"type": "home", "display": "C"}, {"type": "work"}]}');
SELECT ann('{"op": "remove", "path": "emails", "value": []}');
SELECT ann('{"op": "remove", "path": "emails", "value": [{}]}');
SELECT ann('{"op": "remove", "path": "emails", "value": ["b@x.org"]}');
SELECT ann('{"op": "remove", "path": "emails", "value": [{"mail": "b@x.org"}]}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~work~]", "value": [{"value": "a@x.org"}]}');
SELECT patched('{"userName": "x", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}',
	'[{"op": "remove", "path": "schemas", "value": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}]');
SELECT patched('{"userName": "x", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}',
	'[{"op": "remove", "path": "schemas[value ew \"enterprise:2.0:User\"]"}]');

-- ---- several operations: each sees what those before it did; a failure undoes them all ----

SELECT ann('{"op": "replace", "path": "emails[type eq ~work~].type", "value": "other"}', '{"op": "add", "path": "emails[type eq ~other~].display", "value": "O"}');
SELECT ann('{"op": "add", "path": "emails", "value": {"value": "d@x.org", "type": "other"}}', '{"op": "remove", "path": "emails[type ne ~other~]"}',
	'{"op": "add", "path": "emails", "value": {"value": "d@x.org", "type": "other"}}');
SELECT ann('{"op": "remove", "path": "emails[type eq ~work~]"}', '{"op": "remove", "path": "emails[type eq ~work~]"}');
-- there and back again
SELECT ann('{"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}', '{"op": "replace", "path": "emails[type eq ~work~].value", "value": "a@x.org"}');
SELECT scim_create_user('{"userName": "bob", "emails": [{"value": "b@x.org", "type": "work"}]}')->>'id' AS bob \gset
SELECT scim_get_user(:'bob') AS bob_before \gset
CREATE FUNCTION again(id text, expected text, VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	RETURN scim_patch_user(id, to_jsonb(operations), expected)->'emails';
EXCEPTION WHEN OTHERS THEN RETURN left(sqlerrm, 60); END $$;
SELECT again(:'bob', NULL, '{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "c@x.org"}', '{"op": "remove", "path": "emails[type eq \"home\"]"}');
SELECT scim_get_user(:'bob') = :'bob_before';

-- with a version that is no longer the current one, that is the reason; what is there already is a success
SELECT scim_get_user(:'bob')->'meta'->>'version' AS stale \gset
SELECT scim_patch_user(:'bob', '[{"op": "remove", "path": "emails[type eq \"work\"].value"}]', :'stale')->'emails';
SELECT again(:'bob', :'stale', '{"op": "remove", "path": "emails[type eq \"work\"].value"}');
SELECT again(:'bob', :'stale', '{"op": "remove", "path": "emails[value pr]"}');
SELECT again(:'bob', NULL, '{"op": "remove", "path": "emails[value pr]"}');

-- ---- groups: members that a filter chooses ----

SELECT count(scim_create_user(jsonb_build_object('userName', name))) FROM unnest('{mia,noa,eli}'::text[]) name;
-- the members' names after the operations, in which names stand for ids
CREATE FUNCTION members(before text[], VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	change text := replace(to_jsonb(operations)::text, '~', '\"');
	made text;
	old jsonb;
	new jsonb;
	detail text;
	one record;
BEGIN
	CREATE TEMP TABLE named ON COMMIT DROP AS SELECT id::text, user_name AS name FROM users;
	SELECT scim_create_group(jsonb_build_object('displayName', 'g', 'members', coalesce(jsonb_agg(jsonb_build_object('value', id)), '[]')))
	INTO old FROM named WHERE name = ANY (before);
	FOR one IN SELECT * FROM named LOOP
		change := replace(change, '"' || one.name || '\"', '"' || one.id || '\"');
		change := replace(change, '"' || one.name || '"', '"' || one.id || '"');
	END LOOP;
	new := scim_patch_group(old->>'id', change::jsonb);
	SELECT string_agg(name, ' ' ORDER BY name) INTO made FROM named WHERE id IN (SELECT value->>'value' FROM jsonb_array_elements(new->'members'));
	DROP TABLE named;
	RETURN coalesce(made, '(none)') || CASE WHEN new = old THEN ', unchanged' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;

-- P9: by id; who is no member is no error
SELECT members('{mia,noa,eli}', '{"op": "remove", "path": "members[value eq ~mia~]"}');
SELECT members('{mia,noa,eli}', '{"op": "remove", "path": "members[value eq ~mia~ or value eq ~eli~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[value eq ~eli~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[value eq ~nobody~]"}');
SELECT members('{mia}', '{"op": "remove", "path": "members[value eq ~mia~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[value eq ~mia~]"}', '{"op": "add", "path": "members", "value": {"value": "mia"}}');
SELECT members('{mia,noa}', '{"op": "add", "path": "members", "value": {"value": "eli"}}', '{"op": "remove", "path": "members[value eq ~eli~]"}');
-- by anything else
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[type eq ~group~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[type eq ~User~ and value ne ~noa~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[not (value eq ~mia~)]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[type eq ~Group~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[value pr]"}', '{"op": "add", "path": "members", "value": [{"value": "eli"}]}');
SELECT members('{mia,noa}', '{"op": "add", "path": "members", "value": [{"value": "eli"}]}', '{"op": "remove", "path": "members[value ne ~noa~]"}');
SELECT members('{mia,noa}', '{"op": "replace", "path": "members", "value": [{"value": "eli"}, {"value": "mia"}]}', '{"op": "remove", "path": "members[value ne ~eli~]"}');
SELECT members('{mia,noa}', '{"op": "remove", "path": "members[value ne ~noa~]"}', '{"op": "add", "path": "members", "value": [{"value": "mia"}]}');
SELECT members('{}', '{"op": "remove", "path": "members[type eq ~User~]"}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "noa"}, {"value": "eli"}]}', '{"op": "add", "path": "members", "value": [{"value": "eli"}, {"value": "noa"}]}', '{"op": "remove", "path": "members[type eq ~Group~]"}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": {"value": "noa"}}', '{"op": "remove", "path": "members[type eq ~User~]"}');
-- members are added and removed, never changed
SELECT members('{mia}', '{"op": "replace", "path": "members[value eq ~mia~].value", "value": "noa"}');
SELECT members('{mia}', '{"op": "add", "path": "members[value eq ~mia~]", "value": {"display": "M"}}');
SELECT members('{mia}', '{"op": "remove", "path": "members[value eq ~mia~].display"}');
SELECT members('{mia}', '{"op": "remove", "path": "members[since eq ~May~]"}');
SELECT members('{mia}', '{"op": "remove", "path": "members[value eq ~mia~]", "value": []}');

-- ---- another type: values in an extension, P18: immutable attributes ----

SELECT scim_register_schema('{"id": "urn:example:Crate", "name": "Crate", "attributes": [
	{"name": "label", "required": true}, {"name": "code", "mutability": "immutable"}, {"name": "colours", "multiValued": true, "mutability": "immutable"},
	{"name": "maker", "type": "complex", "subAttributes": [{"name": "name"}, {"name": "number", "mutability": "immutable"}]}]}')->>'id';
SELECT scim_register_schema('{"id": "urn:example:Parts:1.0", "name": "Parts", "attributes": [
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "required": true}, {"name": "weight", "type": "decimal"},
		{"name": "checked", "type": "dateTime"}, {"name": "serial", "mutability": "immutable"}, {"name": "tags", "multiValued": true}, {"name": "primary", "type": "boolean"}]},
	{"name": "marks", "multiValued": true, "type": "integer"}]}')->>'id';
SELECT scim_register_resource_type('{"name": "Crate", "endpoint": "/Crates", "schema": "urn:example:Crate",
	"schemaExtensions": [{"schema": "urn:example:Parts:1.0", "required": false}]}')->>'name';
SELECT make('Crate', 'crates');
-- a crate, after the operations; the URN of its parts is X
CREATE FUNCTION crate(VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	old jsonb;
	new jsonb;
	detail text;
BEGIN
	old := scim_create_resource('Crate', '{"label": "b", "code": "1", "maker": {"name": "m", "number": "7"}, "urn:example:Parts:1.0": {"marks": [1, 2, 3],
		"parts": [{"value": "p", "weight": 1.5, "checked": "2020-01-01T00:00:00Z", "serial": "s"}, {"value": "q", "weight": 2, "primary": true, "tags": ["t"]}]}}');
	new := scim_patch_resource('Crate', old->>'id', replace(replace(to_jsonb(operations)::text, '~', '\"'), 'X:', 'urn:example:Parts:1.0:')::jsonb);
	RETURN CASE WHEN new = old THEN 'unchanged' ELSE replace((new - 'id' - 'meta' - 'label')::text, 'urn:example:Parts:1.0', 'X') END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;
SELECT crate('{"op": "replace", "path": "X:parts[weight gt 1.7].weight", "value": 3}');
SELECT crate('{"op": "replace", "path": "X:parts[checked eq ~2020-01-01T01:00:00+01:00~].weight", "value": 3}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~q~].tags", "value": ["t", "u"]}');
SELECT crate('{"op": "add", "path": "X:parts[tags eq ~T~].tags", "value": "t"}');
SELECT crate('{"op": "remove", "path": "X:parts[tags pr].tags"}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~p~]", "value": {"tags": ["v"], "primary": true}}');
SELECT crate('{"op": "remove", "path": "X:parts[weight ge 1.5]"}', '{"op": "remove", "path": "X:marks[value le 3]"}');
SELECT crate('{"op": "replace", "path": "X:marks[value ge 2]", "value": 9}');
SELECT crate('{"op": "remove", "path": "X:marks", "value": [2, 5]}');
SELECT crate('{"op": "remove", "path": "X:parts[weight gt 5]"}');
SELECT crate('{"op": "replace", "path": "X:parts[value eq ~p~]", "value": {"weight": 3}}');
SELECT crate('{"op": "remove", "path": "X:parts[value eq ~p~].value"}');
SELECT crate('{"op": "remove", "path": "urn:example:Parts:1.0"}', '{"op": "add", "path": "X:parts[value eq ~p~].weight", "value": 1}');
-- P18: set while there is no value, the same value, another value, removed; also by a value as a whole
SELECT crate('{"op": "add", "path": "colours", "value": ["red"]}');
SELECT crate('{"op": "add", "path": "colours", "value": ["red"]}', '{"op": "add", "path": "colours", "value": ["blue"]}');
SELECT crate('{"op": "add", "path": "colours", "value": ["red"]}', '{"op": "replace", "path": "colours[value eq ~red~]", "value": "blue"}');
SELECT crate('{"op": "add", "path": "colours", "value": ["red"]}', '{"op": "remove", "path": "colours", "value": ["red"]}');
SELECT crate('{"op": "replace", "path": "code", "value": "1"}');
SELECT crate('{"op": "replace", "path": "code", "value": "2"}');
SELECT crate('{"op": "replace", "value": {"code": "2"}}');
SELECT crate('{"op": "remove", "path": "code"}');
SELECT crate('{"op": "remove", "path": "code"}', '{"op": "add", "path": "code", "value": "1"}');
SELECT crate('{"op": "replace", "path": "maker", "value": {"name": "n", "number": "7"}}');
SELECT crate('{"op": "replace", "path": "maker", "value": {"number": "8"}}');
SELECT crate('{"op": "remove", "path": "maker.number"}');
SELECT crate('{"op": "replace", "path": "maker[name eq ~m~].number", "value": "8"}');
SELECT crate('{"op": "remove", "path": "maker"}');
SELECT crate('{"op": "add", "path": "colours", "value": []}', '{"op": "add", "path": "maker.number", "value": "7"}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~q~].serial", "value": "t"}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~p~].serial", "value": "s"}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~p~].serial", "value": "t"}');
SELECT crate('{"op": "add", "path": "X:parts[value eq ~p~]", "value": {"serial": "t"}}');
SELECT crate('{"op": "replace", "path": "X:parts[value eq ~p~]", "value": {"value": "p"}}');
SELECT crate('{"op": "replace", "path": "X:parts[value eq ~p~]", "value": {"value": "p", "serial": "t"}}');
SELECT crate('{"op": "remove", "path": "X:parts[value eq ~p~].serial"}');
SELECT crate('{"op": "remove", "path": "X:parts[value eq ~p~]"}');
ROLLBACK;
