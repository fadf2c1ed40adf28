-- Patches as clients send them, by rfc and by a profile that has the one rule: what it makes
-- must be what the standards' own form, beside it, makes by rfc, down to the version.
INSERT INTO scim_profiles (name, rules)
SELECT rule, jsonb_build_object(rule, true) FROM unnest('{filter,coerce,path_keys,create_target,remove_absent,simple_complex,empty_clears,loose_envelope,member_forms,unknown_attributes,own_read_only,same_values,full_replace}'::text[]) rule;
-- several at once
INSERT INTO scim_profiles (name, rules) SELECT string_agg(r, '+'), jsonb_object_agg(r, true) FROM unnest('{path_keys,unknown_attributes}'::text[]) r;
INSERT INTO scim_profiles (name, rules) SELECT string_agg(r, '+'), jsonb_object_agg(r, true) FROM unnest('{path_keys,own_read_only}'::text[]) r;
INSERT INTO scim_profiles (name, rules) SELECT string_agg(r, '+'), jsonb_object_agg(r, true) FROM unnest('{create_target,coerce}'::text[]) r;

BEGIN;
\i :behaviour/profile_attempt.sql
CREATE FUNCTION short(shown text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	replace(replace(plain(shown), 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'ent'), '"', '');
-- what ann, or the team, has beyond what they had
CREATE FUNCTION changed(type text, shown jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(short((SELECT jsonb_object_agg(key, shown->key) FROM jsonb_object_keys(before || shown) key WHERE before->key IS DISTINCT FROM shown->key)::text), 'nothing')
	FROM (SELECT scim_get_resource(type, current_setting(CASE type WHEN 'User' THEN 'test.ann' ELSE 'test.team' END)) - 'id' - 'meta' - 'schemas' - 'userName' AS before) b $$;

-- by rfc, by the rule; and what the standards' form makes, unless it is the same
CREATE FUNCTION tries(type text, rule text, sent text, strict text DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	by_rfc record := attempt('rfc', type, spelled(sent));
	by_rule record := attempt(rule, type, spelled(sent));
	wanted record;
BEGIN
	RETURN NEXT 'rfc: ' || coalesce(short(by_rfc.error), changed(type, by_rfc.shown));
	RETURN NEXT rule || ': ' || coalesce(short(by_rule.error), changed(type, by_rule.shown));
	IF strict IS NOT NULL THEN
		wanted := attempt('rfc', type, spelled(strict));
		IF wanted IS DISTINCT FROM by_rule OR wanted.error IS NOT NULL THEN
			RETURN NEXT 'but wanted: ' || coalesce(short(wanted.error), changed(type, wanted.shown)) || ' ' || wanted.version;
		END IF;
	END IF;
END $$;
CREATE FUNCTION ann(rule text, sent text, strict text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$ SELECT tries('User', rule, '[' || sent || ']', '[' || strict || ']') $$;
CREATE FUNCTION team(rule text, sent text, strict text DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries('Group', rule, named('[' || sent || ']'), named('[' || strict || ']')) $$;

-- ---- coerce ----

SELECT ann('coerce', '{"op": "Replace", "path": "active", "value": "False"}', '{"op": "replace", "path": "active", "value": false}');
SELECT ann('coerce', '{"op": "replace", "path": "active", "value": "no"}');
SELECT ann('coerce', '{"op": "replace", "value": {"active": "FALSE", "nickName": 7}}', '{"op": "replace", "value": {"active": false, "nickName": "7"}}');
SELECT ann('coerce', '{"op": "add", "path": "name.middleName", "value": 12.50}', '{"op": "add", "path": "name.middleName", "value": "12.50"}');
SELECT ann('coerce', '{"op": "add", "path": "emails", "value": [{"value": "c@x.org", "primary": "True"}]}', '{"op": "add", "path": "emails", "value": [{"value": "c@x.org", "primary": true}]}');
SELECT ann('coerce', '{"op": "replace", "path": "emails[type eq ~home~].primary", "value": "true"}', '{"op": "replace", "path": "emails[type eq ~home~].primary", "value": true}');
SELECT ann('coerce', '{"op": "add", "path": "ent:department", "value": 5}', '{"op": "add", "path": "ent:department", "value": "5"}');
-- in the filters of paths
SELECT ann('coerce', '{"op": "replace", "path": "emails[primary eq ~True~].value", "value": "z@x.org"}', '{"op": "replace", "path": "emails[primary eq true].value", "value": "z@x.org"}');
SELECT ann('coerce', '{"op": "replace", "path": "emails[primary eq ~yes~].value", "value": "z@x.org"}');
-- those that a remove lists
SELECT ann('coerce', '{"op": "remove", "path": "emails", "value": [{"primary": "true"}]}', '{"op": "remove", "path": "emails", "value": [{"primary": true}]}');

-- ---- path_keys ----

SELECT ann('path_keys', '{"op": "Replace", "value": {"name.givenName": "Anne", "ent:department": "S", "emails[type eq ~work~].value": "z@x.org", "nickName": "B"}}',
	'{"op": "replace", "value": {"nickName": "B", "name": {"givenName": "Anne"}, "ent": {"department": "S"}}}, {"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}');
-- names first, then paths, in the order of jsonb: the shorter one first
SELECT ann('path_keys', '{"op": "add", "value": {"name.familyName": "Fox", "name": {"familyName": "Ox", "middleName": "M"}, "name.givenName": "G"}}',
	'{"op": "add", "value": {"name": {"familyName": "Fox", "middleName": "M", "givenName": "G"}}}');
-- in the object of an extension, a key leads on from there
SELECT ann('path_keys', '{"op": "replace", "value": {"ent": {"manager.value": "n", "division": "D"}}}', '{"op": "replace", "value": {"ent": {"manager": {"value": "n"}, "division": "D"}}}');
SELECT ann('path_keys', '{"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:nickName": "B"}}', '{"op": "replace", "value": {"nickName": "B"}}');
-- what leads nowhere, or is no path, is one here too
SELECT ann('path_keys', '{"op": "replace", "value": {"name.first": "A"}}');
SELECT ann('path_keys', '{"op": "replace", "value": {"emails[type eq": "A"}}');
SELECT ann('path_keys', '{"op": "replace", "value": {"emails[type eq ~other~].value": "A"}}');
SELECT ann('path_keys', '{"op": "replace", "value": {"nicName": "A"}}');
SELECT ann('path_keys', '{"op": "replace", "value": {"meta.version": "A"}}');
SELECT ann('path_keys+own_read_only', '{"op": "replace", "value": {"meta.version": "A", "nickName": "B"}}', '{"op": "replace", "value": {"nickName": "B"}}');
SELECT ann('path_keys+unknown_attributes', '{"op": "replace", "value": {"name.first": "A", "urn:x:custom:code": 1, "emails[type eq ~work~].code": 1, "nickName": "B", "ent": {"a.b": 1, "c": 2}}}', '{"op": "replace", "value": {"nickName": "B"}}');

-- ---- create_target ----

SELECT ann('create_target', '{"op": "Add", "path": "emails[type eq ~other~].value", "value": "c@x.org"}', '{"op": "add", "path": "emails", "value": [{"type": "other", "value": "c@x.org"}]}');
SELECT ann('create_target', '{"op": "replace", "path": "phoneNumbers[type eq ~work~ and primary eq true].value", "value": "555"}', '{"op": "add", "path": "phoneNumbers", "value": [{"type": "work", "primary": true, "value": "555"}]}');
-- two operations on the same value
SELECT ann('create_target', '{"op": "add", "path": "addresses[type eq ~work~].locality", "value": "Ulm"}, {"op": "add", "path": "addresses[type eq ~work~].country", "value": "DE"}, {"op": "replace", "path": "addresses[type eq ~work~].locality", "value": "Bonn"}',
	'{"op": "add", "path": "addresses", "value": {"type": "work", "locality": "Bonn", "country": "DE"}}');
-- the value as a whole: what is given goes over what the filter says
SELECT ann('create_target', '{"op": "add", "path": "emails[type eq ~other~]", "value": {"value": "c@x.org"}}', '{"op": "add", "path": "emails", "value": [{"type": "other", "value": "c@x.org"}]}');
SELECT ann('create_target', '{"op": "replace", "path": "emails[type eq ~other~ and display eq ~C~]", "value": {"value": "c@x.org", "type": "work"}}', '{"op": "add", "path": "emails", "value": [{"type": "work", "display": "C", "value": "c@x.org"}]}');
SELECT ann('create_target', '{"op": "replace", "path": "emails[value eq ~c@x.org~].value", "value": "d@x.org"}', '{"op": "add", "path": "emails", "value": [{"value": "d@x.org"}]}');
-- the primary value that is made takes the place of the one that was
SELECT ann('create_target', '{"op": "add", "path": "emails[type eq ~other~ and primary eq true].value", "value": "c@x.org"}', '{"op": "add", "path": "emails", "value": [{"type": "other", "primary": true, "value": "c@x.org"}]}');
SELECT ann('create_target+coerce', '{"op": "add", "path": "roles[primary eq ~True~].value", "value": "Admin"}', '{"op": "add", "path": "roles", "value": [{"primary": true, "value": "Admin"}]}');
-- where one matches, it is that one that is changed
SELECT ann('create_target', '{"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}', '{"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}');
-- what says no value
SELECT ann('create_target', '{"op": "add", "path": "emails[type sw ~o~].value", "value": "c@x.org"}');
SELECT ann('create_target', '{"op": "add", "path": "emails[type eq ~x~ or type eq ~y~].value", "value": "c@x.org"}');
SELECT ann('create_target', '{"op": "add", "path": "emails[type eq ~x~ and type eq ~y~].value", "value": "c@x.org"}');
SELECT ann('create_target', '{"op": "add", "path": "emails[type eq ~x~ and not (display pr)].value", "value": "c@x.org"}');
-- nothing is made to be removed, nor a second value of one that is not multi-valued
SELECT ann('create_target', '{"op": "remove", "path": "emails[type eq ~other~]"}');
SELECT ann('create_target', '{"op": "replace", "path": "emails[type eq ~other~].value", "value": null}');
SELECT ann('create_target', '{"op": "add", "path": "name[familyName eq ~Fox~].givenName", "value": "F"}');
SELECT ann('create_target', '{"op": "remove", "path": "name"}, {"op": "add", "path": "name[familyName eq ~Fox~].givenName", "value": "F"}', '{"op": "replace", "path": "name", "value": {"familyName": "Fox", "givenName": "F"}}');
-- in an extension that is not there yet
SELECT ann('create_target', '{"op": "remove", "path": "ent"}, {"op": "add", "path": "ent:manager[value eq ~n~].$ref", "value": "../Users/n"}', '{"op": "replace", "value": {"ent": null}}, {"op": "add", "path": "ent:manager", "value": {"value": "n", "$ref": "../Users/n"}}');

-- ---- remove_absent ----

SELECT ann('remove_absent', '{"op": "remove", "path": "emails[type eq ~other~]"}, {"op": "remove", "path": "emails[type eq ~home~]"}', '{"op": "remove", "path": "emails[type eq ~home~]"}');
SELECT ann('remove_absent', '{"op": "remove", "path": "photos[type eq ~other~].value"}', '{"op": "remove", "path": "photos"}');
SELECT ann('remove_absent', '{"op": "replace", "path": "emails[type eq ~other~].value", "value": null}', '{"op": "remove", "path": "photos"}');
SELECT ann('remove_absent', '{"op": "add", "path": "emails[type eq ~other~].value", "value": "c@x.org"}');
SELECT ann('remove_absent', '{"op": "remove"}');

-- ---- simple_complex ----

SELECT ann('simple_complex', '{"op": "Add", "path": "ent:manager", "value": "271"}', '{"op": "add", "path": "ent:manager", "value": {"value": "271"}}');
SELECT ann('simple_complex', '{"op": "replace", "path": "ent:manager", "value": [{"value": "271"}]}', '{"op": "replace", "path": "ent:manager", "value": {"value": "271"}}');
SELECT ann('simple_complex', '{"op": "replace", "value": {"ent": {"manager": "271"}}}', '{"op": "replace", "path": "ent:manager", "value": {"value": "271"}}');
SELECT ann('simple_complex', '{"op": "replace", "path": "ent:manager", "value": ""}', '{"op": "remove", "path": "ent:manager"}');
SELECT ann('simple_complex', '{"op": "replace", "path": "nickName", "value": [{"value": "B"}]}', '{"op": "replace", "path": "nickName", "value": "B"}');
SELECT ann('simple_complex', '{"op": "replace", "path": "emails[type eq ~work~].value", "value": [{"value": "z@x.org"}]}', '{"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}');
SELECT ann('simple_complex', '{"op": "add", "path": "emails", "value": "c@x.org"}', '{"op": "add", "path": "emails", "value": {"value": "c@x.org"}}');
SELECT ann('simple_complex', '{"op": "replace", "path": "emails", "value": ["c@x.org"]}', '{"op": "replace", "path": "emails", "value": [{"value": "c@x.org"}]}');
SELECT ann('simple_complex', '{"op": "remove", "path": "emails", "value": ["a@x.org"]}', '{"op": "remove", "path": "emails", "value": [{"value": "a@x.org"}]}');
SELECT ann('simple_complex', '{"op": "replace", "path": "name", "value": "Ann"}');

-- ---- empty_clears ----

SELECT ann('empty_clears', '{"op": "replace", "path": "nickName", "value": ""}', '{"op": "remove", "path": "nickName"}');
SELECT ann('empty_clears', '{"op": "replace", "path": "nickName"}', '{"op": "remove", "path": "nickName"}');
SELECT ann('empty_clears', '{"op": "replace", "value": {"nickName": "", "name": {"givenName": ""}, "ent": {"department": ""}}}', '{"op": "replace", "value": {"nickName": null, "name": {"givenName": null}, "ent": {"department": null}}}');
SELECT ann('empty_clears', '{"op": "replace", "path": "emails", "value": ""}', '{"op": "remove", "path": "emails"}');
SELECT ann('empty_clears', '{"op": "replace", "path": "emails[type eq ~work~].display", "value": ""}', '{"op": "remove", "path": "emails[type eq ~work~].display"}');
SELECT ann('empty_clears', '{"op": "replace", "path": "active", "value": ""}', '{"op": "remove", "path": "active"}');
SELECT ann('empty_clears', '{"op": "replace", "path": "ent", "value": ""}', '{"op": "remove", "path": "ent"}');
SELECT ann('empty_clears', '{"op": "add", "path": "nickName", "value": ""}', '{"op": "add", "path": "nickName", "value": null}');
SELECT ann('empty_clears', '{"op": "add", "path": "nickName"}');
SELECT ann('empty_clears', '{"op": "replace"}');
SELECT ann('empty_clears', '{"op": "replace", "path": "userName", "value": ""}');
SELECT ann('empty_clears', '{"op": "replace", "path": "userName"}');
SELECT team('empty_clears', '{"op": "replace", "path": "displayName", "value": ""}');
-- a remove that lists "" removes nothing else for it
SELECT team('empty_clears', '{"op": "remove", "path": "members", "value": ""}');

-- ---- loose_envelope ----

SELECT ann('loose_envelope', '{"op": "replace", "path": "nickName", "value": "B", "name": "editName"}', '{"op": "replace", "path": "nickName", "value": "B"}');
SELECT tries('User', 'loose_envelope', '{"Operations": [{"op": "replace", "path": "nickName", "value": "B"}], "requestId": 1}', '[{"op": "replace", "path": "nickName", "value": "B"}]');
SELECT tries('User', 'loose_envelope', '{"schemas": ["urn:x"], "Operations": [{"op": "replace", "path": "nickName", "value": "B"}]}', '[{"op": "replace", "path": "nickName", "value": "B"}]');
SELECT tries('User', 'loose_envelope', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}', '[{"op": "remove", "path": "photos"}]');
SELECT tries('User', 'loose_envelope', '[]', '[{"op": "remove", "path": "photos"}]');
SELECT ann('loose_envelope', '{"op": "add", "path": "schemas", "value": ["http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"]}', '{"op": "remove", "path": "photos"}');
-- a resource that was sent as a patch is none
SELECT tries('User', 'loose_envelope', '{"userName": "eve"}');
SELECT tries('User', 'loose_envelope', '{"Operations": null}');
SELECT tries('User', 'loose_envelope', '{"Operations": {"op": "remove", "path": "nickName"}}');
SELECT tries('User', 'loose_envelope', '{"schemas": "urn:x", "Operations": []}');
SELECT ann('loose_envelope', '{"op": "move", "path": "nickName"}');
-- a list that is misspelled is not taken for none
SELECT team('loose_envelope', '{"op": "remove", "path": "members", "values": [{"value": "#1"}]}');
SELECT ann('loose_envelope', '{"op": "remove", "path": "emails", "val": [{"type": "work"}]}');
SELECT ann('loose_envelope', '{"op": "remove", "path": "nickName", "name": "edit"}', '{"op": "remove", "path": "nickName"}');
SELECT ann('loose_envelope', '{"op": "remove", "path": "emails[type eq ~work~]", "name": "edit"}', '{"op": "remove", "path": "emails[type eq ~work~]"}');

-- ---- member_forms ----

SELECT team('member_forms', '{"op": "add", "path": "members", "value": "#2"}', '{"op": "add", "path": "members", "value": [{"value": "#2"}]}');
SELECT team('member_forms', '{"op": "add", "path": "members", "value": ["#2", {"value": "#3", "$ref": null, "displayName": "Lou"}]}', '{"op": "add", "path": "members", "value": [{"value": "#2"}, {"value": "#3"}]}');
SELECT team('member_forms', '{"op": "replace", "path": "members", "value": {"value": "#2"}}', '{"op": "replace", "path": "members", "value": [{"value": "#2"}]}');
SELECT team('member_forms', '{"op": "remove", "path": "members", "value": "#1"}', '{"op": "remove", "path": "members", "value": [{"value": "#1"}]}');
SELECT team('member_forms', '{"op": "replace", "value": {"members": ["#3"]}}', '{"op": "replace", "value": {"members": [{"value": "#3"}]}}');

-- ---- unknown_attributes ----

SELECT ann('unknown_attributes', '{"op": "replace", "value": {"nickName": "B", "code": 1, "name": {"first": "A", "givenName": "Anne"}, "ent": {"code": 2, "department": "S"}}}', '{"op": "replace", "value": {"nickName": "B", "name": {"givenName": "Anne"}, "ent": {"department": "S"}}}');
SELECT ann('unknown_attributes', '{"op": "add", "path": "code", "value": 1}, {"op": "replace", "path": "name.first", "value": 1}, {"op": "remove", "path": "urn:x:1.0:User:code"}', '{"op": "remove", "path": "photos"}');
SELECT ann('unknown_attributes', '{"op": "add", "path": "emails", "value": {"value": "c@x.org", "code": 1}}', '{"op": "add", "path": "emails", "value": {"value": "c@x.org"}}');
SELECT ann('unknown_attributes', '{"op": "add", "path": "emails[type eq ~work~].code", "value": 1}', '{"op": "remove", "path": "photos"}');
SELECT ann('unknown_attributes', '{"op": "add", "path": "emails[type eq ~work~]", "value": {"code": 1, "display": "W"}}', '{"op": "add", "path": "emails[type eq ~work~]", "value": {"display": "W"}}');
SELECT ann('unknown_attributes', '{"op": "remove", "path": "emails", "value": [{"code": 1, "type": "work"}]}', '{"op": "remove", "path": "emails", "value": [{"type": "work"}]}');
-- what leads to an attribute is not unknown, but no name either
SELECT ann('unknown_attributes', '{"op": "replace", "value": {"name.givenName": "Anne"}}');
SELECT ann('unknown_attributes', '{"op": "replace", "value": {"emails[type eq ~work~].value": "z@x.org"}}');
-- what would choose nobody knows which values, and what is no path
SELECT ann('unknown_attributes', '{"op": "remove", "path": "emails[code eq 1]"}');
SELECT ann('unknown_attributes', '{"op": "remove", "path": "emails["}');
SELECT ann('unknown_attributes', '{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User", "value": {}}');

-- ---- own_read_only ----

SELECT ann('own_read_only', '{"op": "replace", "value": {"id": "g1", "meta": {"version": "x"}, "groups": [{"value": "x"}], "nickName": "B"}}', '{"op": "replace", "value": {"nickName": "B"}}');
SELECT team('own_read_only', '{"op": "replace", "value": {"id": "g1", "displayName": "crew"}}', '{"op": "replace", "value": {"displayName": "crew"}}');
SELECT ann('own_read_only', '{"op": "replace", "path": "id", "value": "g1"}');

-- ---- same_values ----

SELECT ann('same_values', '{"op": "add", "path": "emails", "value": [{"type": "work", "value": "a@x.org"}]}', '{"op": "remove", "path": "photos"}');
SELECT ann('same_values', '{"op": "add", "path": "emails", "value": [{"type": "home", "value": "b@x.org", "primary": true}]}', '{"op": "replace", "path": "emails[type eq ~home~].primary", "value": true}');
SELECT ann('same_values', '{"op": "add", "path": "emails", "value": [{"type": "other", "value": "c@x.org", "display": "C"}, {"type": "other", "value": "c@x.org"}]}', '{"op": "add", "path": "emails", "value": [{"type": "other", "value": "c@x.org", "display": "C"}]}');
SELECT ann('same_values', '{"op": "replace", "path": "emails", "value": [{"type": "other", "value": "c@x.org"}, {"type": "other", "value": "c@x.org"}]}', '{"op": "replace", "path": "emails", "value": [{"type": "other", "value": "c@x.org"}]}');
SELECT ann('same_values', '{"op": "replace", "path": "emails[type eq ~home~]", "value": {"type": "work", "value": "a@x.org", "display": "W"}}', '{"op": "remove", "path": "emails[type eq ~home~]"}, {"op": "replace", "path": "emails[type eq ~work~].display", "value": "W"}');

-- ---- full_replace ----

SELECT ann('full_replace', '{"op": "replace", "path": "name", "value": {"givenName": "Anne"}}', '{"op": "remove", "path": "name"}, {"op": "add", "path": "name", "value": {"givenName": "Anne"}}');
SELECT ann('full_replace', '{"op": "replace", "path": "ent:manager", "value": {"value": "n"}}', '{"op": "remove", "path": "ent:manager"}, {"op": "add", "path": "ent:manager", "value": {"value": "n"}}');
SELECT ann('full_replace', '{"op": "replace", "path": "name[familyName eq ~Lee~]", "value": {"givenName": "Anne"}}', '{"op": "remove", "path": "name.familyName"}, {"op": "add", "path": "name.givenName", "value": "Anne"}');
SELECT ann('full_replace', '{"op": "replace", "path": "name", "value": {}}', '{"op": "remove", "path": "name"}');
SELECT ann('full_replace', '{"op": "add", "path": "name", "value": {"givenName": "Anne"}}', '{"op": "add", "path": "name", "value": {"givenName": "Anne"}}');
SELECT ann('full_replace', '{"op": "replace", "path": "ent", "value": {"division": "D"}}', '{"op": "replace", "path": "ent", "value": {"division": "D"}}');
SELECT ann('full_replace', '{"op": "replace", "value": {"nickName": "B"}}');
SELECT ann('full_replace', '{"op": "add", "value": {"nickName": "B"}}');

-- ---- by all rules ----

-- "schemas" in the object of an extension that says what it is
SELECT ann('rfc', '{"op": "replace", "path": "ent", "value": {"schemas": ["ent"], "department": "S"}}', '{"op": "replace", "path": "ent:department", "value": "S"}');
SELECT ann('rfc', '{"op": "add", "value": {"ent": {"SCHEMAS": ["ent"], "department": "S"}}}', '{"op": "replace", "path": "ent:department", "value": "S"}');
SELECT ann('rfc', '{"op": "add", "value": {"ent": {"schemas": ["urn:x"], "department": "S"}}}');
-- a list of members to remove is never all of them
SELECT team('rfc', '{"op": "Remove", "path": "members", "value": [{"value": "#2"}]}', '{"op": "remove", "path": "members[value eq ~x~]"}');
SELECT team('rfc', '{"op": "replace", "value": {"members": []}}', '{"op": "remove", "path": "members"}');
ROLLBACK;
DELETE FROM scim_profiles WHERE NOT built_in;
