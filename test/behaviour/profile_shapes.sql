-- What identity providers send, as Entra ID, Okta and others do, and what each of the built-in
-- profiles makes of it: is it what the sender means, which stands beside it as the standards have
-- it?  If not, the error.
BEGIN;
\i :behaviour/profile_attempt.sql

-- what a create, or a filter, comes to by a profile
CREATE FUNCTION attempt_create(profile text, type text, data jsonb, OUT shown jsonb, OUT version text, OUT error text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('scimver.profile', profile, true);
	shown := scim_create_resource(type, data) - 'id' - 'meta';
	-- what it is without its id, which is another each time
	version := scim_version(shown);
	RAISE EXCEPTION USING errcode = 'P0099';
EXCEPTION
	WHEN SQLSTATE 'P0099' THEN NULL;
	WHEN OTHERS THEN
		shown := NULL;
		error := sqlerrm;
END $$;
CREATE FUNCTION attempt_filter(profile text, type text, filter text, OUT shown jsonb, OUT version text, OUT error text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('scimver.profile', profile, true);
	shown := scim_list_resources(type, filter)->'Resources';
	RAISE EXCEPTION USING errcode = 'P0099';
EXCEPTION
	WHEN SQLSTATE 'P0099' THEN NULL;
	WHEN OTHERS THEN
		shown := NULL;
		error := sqlerrm;
END $$;

CREATE TEMP TABLE shapes (n serial, sender text, kind text, type text, sent text, meant text);
-- what is meant is what is sent, unless it is said
INSERT INTO shapes (sender, kind, type, sent, meant) VALUES
	-- Entra ID, users
	('E1', 'patch', 'User', '[{"op": "Replace", "path": "active", "value": "False"}]', '[{"op": "replace", "path": "active", "value": false}]'),
	('E1', 'patch', 'User', '[{"op": "Replace", "value": {"active": "False", "nickName": "B"}}]', '[{"op": "replace", "value": {"active": false, "nickName": "B"}}]'),
	('E1', 'create', 'User', '{"userName": "new", "active": "True"}', '{"userName": "new", "active": true}'),
	('E1', 'create', 'User', '{"userName": "new", "roles": [{"value": "Admin", "primary": "True"}]}', '{"userName": "new", "roles": [{"value": "Admin", "primary": true}]}'),
	('E1', 'patch', 'User', '[{"op": "Add", "path": "ent:employeeNumber", "value": 701984}]', '[{"op": "add", "path": "ent:employeeNumber", "value": "701984"}]'),
	('E2', 'patch', 'User', '[{"op": "Add", "path": "title", "value": "T"}, {"op": "Replace", "path": "nickName", "value": "B"}, {"op": "Remove", "path": "name.givenName"}]', NULL),
	('E2', 'patch', 'User', '[{"op": "Replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}]', NULL),
	('E5', 'patch', 'User', '[{"op": "Replace", "value": {"name.givenName": "Anne", "name.familyName": "Fox"}}]', '[{"op": "replace", "value": {"name": {"givenName": "Anne", "familyName": "Fox"}}}]'),
	('E5', 'patch', 'User', '[{"op": "Replace", "value": {"ent:department": "S", "displayName": "D"}}]', '[{"op": "replace", "value": {"ent": {"department": "S"}, "displayName": "D"}}]'),
	('E5', 'patch', 'User', '[{"op": "Replace", "value": {"emails[type eq ~work~].value": "z@x.org"}}]', '[{"op": "replace", "path": "emails[type eq ~work~].value", "value": "z@x.org"}]'),
	('E5', 'patch', 'User', '[{"op": "Add", "value": {"phoneNumbers[type eq ~mobile~].value": "555", "active": "False"}}]', '[{"op": "add", "value": {"phoneNumbers": [{"type": "mobile", "value": "555"}], "active": false}}]'),
	('E6', 'patch', 'User', '[{"op": "Add", "path": "emails[type eq ~other~].value", "value": "c@x.org"}]', '[{"op": "add", "path": "emails", "value": {"type": "other", "value": "c@x.org"}}]'),
	('E6', 'patch', 'User', '[{"op": "Replace", "path": "phoneNumbers[type eq ~mobile~].value", "value": "555"}]', '[{"op": "add", "path": "phoneNumbers", "value": {"type": "mobile", "value": "555"}}]'),
	('E6', 'patch', 'User', '[{"op": "Add", "path": "addresses[type eq ~work~].locality", "value": "Ulm"}, {"op": "Add", "path": "addresses[type eq ~work~].country", "value": "DE"}]', '[{"op": "add", "path": "addresses", "value": {"type": "work", "locality": "Ulm", "country": "DE"}}]'),
	('E6', 'patch', 'User', '[{"op": "Add", "path": "emails[type eq ~other~]", "value": {"value": "c@x.org"}}]', '[{"op": "add", "path": "emails", "value": {"type": "other", "value": "c@x.org"}}]'),
	('E7', 'filter', 'User', 'emails[type eq "work"].value eq "a@x.org"', 'emails[type eq "work" and value eq "a@x.org"]'),
	('E8', 'patch', 'User', '[{"op": "Add", "path": "ent:manager", "value": "271"}]', '[{"op": "add", "path": "ent:manager", "value": {"value": "271"}}]'),
	('E8', 'create', 'User', '{"userName": "new", "ent": {"manager": "271"}}', '{"userName": "new", "ent": {"manager": {"value": "271"}}}'),
	('E8', 'patch', 'User', '[{"op": "Replace", "path": "ent:manager", "value": ""}]', '[{"op": "remove", "path": "ent:manager"}]'),
	('E8', 'patch', 'User', '[{"op": "Remove", "path": "ent:manager"}]', NULL),
	('E8', 'patch', 'User', '[{"op": "Add", "path": "ent:manager", "value": {"value": "271"}}]', NULL),
	('E9', 'patch', 'User', '[{"op": "Add", "path": "roles[primary eq ~True~].value", "value": "Admin"}]', '[{"op": "add", "path": "roles", "value": {"primary": true, "value": "Admin"}}]'),
	('E9', 'patch', 'User', '[{"op": "Replace", "path": "emails[primary eq ~True~].value", "value": "z@x.org"}]', '[{"op": "replace", "path": "emails[primary eq true].value", "value": "z@x.org"}]'),
	('E10', 'create', 'Group', '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"], "displayName": "new"}', '{"displayName": "new"}'),
	('E10', 'create', 'User', '{"userName": "new", "meta": {"resourceType": "User"}, "roles": []}', '{"userName": "new"}'),
	('E11', 'filter', 'User', 'userName eq "ann"', NULL),
	('E14', 'patch', 'User', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}', '[{"op": "remove", "path": "photos"}]'),
	('E16', 'filter', 'User', '(ActiVe eq true) and meta.lastmodified ge "2001-01-01T00:00:00.0000000Z"', NULL),
	('E16', 'filter', 'User', 'userName sw a', 'userName sw "a"'),
	('E16', 'filter', 'User', 'active eq "True"', 'active eq true'),
	('E17', 'patch', 'User', '[{"op": "Replace", "path": "nickName", "value": ""}]', '[{"op": "remove", "path": "nickName"}]'),
	('E17', 'patch', 'User', '[{"op": "Replace", "path": "nickName", "value": null}]', NULL),
	('E17', 'patch', 'User', '[{"op": "Replace", "path": "nickName"}]', '[{"op": "remove", "path": "nickName"}]'),
	('E17', 'create', 'User', '{"userName": "new", "nickName": "", "name": {"givenName": "N", "middleName": ""}}', '{"userName": "new", "name": {"givenName": "N"}}'),
	('E18', 'patch', 'User', '[{"op": "Replace", "path": "nickName", "value": [{"value": "B"}]}]', '[{"op": "replace", "path": "nickName", "value": "B"}]'),
	('E18', 'patch', 'User', '[{"op": "Add", "path": "ent:manager", "value": [{"value": "271"}]}]', '[{"op": "add", "path": "ent:manager", "value": {"value": "271"}}]'),
	('E18', 'patch', 'User', '[{"op": "Replace", "path": "nickName", "value": "B", "name": "edit"}]', '[{"op": "replace", "path": "nickName", "value": "B"}]'),
	('E18', 'patch', 'User', '{"Operations": [{"op": "Replace", "path": "nickName", "value": "B"}]}', '[{"op": "replace", "path": "nickName", "value": "B"}]'),
	('E', 'patch', 'User', '[{"op": "Remove", "path": "phoneNumbers[type eq ~fax~]"}, {"op": "Remove", "path": "nickName"}]', '[{"op": "remove", "path": "nickName"}]'),
	('E', 'patch', 'User', '[{"op": "Remove", "path": "emails[type eq ~other~].value"}]', '[{"op": "remove", "path": "photos"}]'),
	('E', 'patch', 'User', '[{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:custom:2.0:User:code", "value": "7"}, {"op": "Replace", "path": "nickName", "value": "B"}]', '[{"op": "replace", "path": "nickName", "value": "B"}]'),
	('E', 'create', 'User', '{"userName": "new", "mailNickname": "n"}', '{"userName": "new"}'),
	-- Entra ID, groups
	('E4', 'patch', 'Group', '[{"op": "Remove", "path": "members", "value": [{"value": "#1"}]}]', NULL),
	('E4', 'patch', 'Group', '[{"op": "Remove", "path": "members", "value": [{"value": "#2"}]}]', NULL),
	('E12', 'patch', 'Group', '[{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "#2"}]}]', '[{"op": "add", "path": "members", "value": [{"value": "#2"}]}]'),
	('E12', 'patch', 'Group', '[{"op": "Add", "path": "members", "value": "#2"}]', '[{"op": "add", "path": "members", "value": [{"value": "#2"}]}]'),
	('E12', 'patch', 'Group', '[{"op": "Add", "path": "members", "value": [{"value": "#2", "displayName": "kim"}]}]', '[{"op": "add", "path": "members", "value": [{"value": "#2"}]}]'),
	('E12', 'create', 'Group', '{"displayName": "new", "members": ["#1", "#2"]}', '{"displayName": "new", "members": [{"value": "#1"}, {"value": "#2"}]}'),
	('E', 'patch', 'Group', '[{"op": "Add", "path": "members", "value": [{"value": "#2"}, {"value": "#4"}]}]', '[{"op": "add", "path": "members", "value": [{"value": "#2"}]}]'),
	-- Okta
	('O1', 'patch', 'User', '[{"op": "replace", "value": {"active": false}}]', NULL),
	('O2', 'patch', 'Group', '[{"op": "replace", "value": {"id": "g1", "displayName": "crew"}}]', '[{"op": "replace", "path": "displayName", "value": "crew"}]'),
	('O2', 'patch', 'User', '[{"op": "replace", "value": {"groups": [{"value": "x"}], "meta": {"version": "x"}, "nickName": "B"}}]', '[{"op": "replace", "path": "nickName", "value": "B"}]'),
	('O3', 'patch', 'Group', '[{"op": "add", "path": "members", "value": [{"value": "#2"}]}, {"op": "remove", "path": "members[value eq ~#1~]"}, {"op": "replace", "path": "displayName", "value": "crew"}]', NULL),
	('O3', 'patch', 'Group', '[{"op": "replace", "path": "members", "value": []}]', NULL),
	('O4', 'patch', 'Group', '[{"op": "replace", "path": "members", "value": [{"value": "#3", "display": "lou@x.org"}]}]', '[{"op": "replace", "path": "members", "value": [{"value": "#3", "type": "User"}]}]'),
	('O5', 'filter', 'User', 'userName eq "ann" and active eq true', NULL),
	-- others
	('P24', 'patch', 'User', '[{"op": "remove", "path": "emails", "value": [{"value": "b@x.org"}]}]', '[{"op": "remove", "path": "emails[value eq ~b@x.org~]"}]'),
	('P9', 'patch', 'Group', '[{"op": "remove", "path": "members[value eq ~#2~]"}]', '[{"op": "remove", "path": "members[value eq ~nobody~]"}]'),
	('Authentik', 'patch', 'Group', '[{"op": "add", "path": "members", "value": [{"value": "#1"}]}]', NULL),
	('Python', 'create', 'User', '{"userName": "new", "ent": {"schemas": ["ent"], "department": "R"}}', '{"userName": "new", "ent": {"department": "R"}}'),
	('interop', 'patch', 'User', '[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "a@x.org"}]}]', '[{"op": "remove", "path": "photos"}]'),
	('interop', 'patch', 'User', '[{"op": "replace", "path": "name", "value": {"givenName": "Anne"}}]', '[{"op": "remove", "path": "name.familyName"}, {"op": "add", "path": "name.givenName", "value": "Anne"}]');

CREATE FUNCTION attempt(profile text, kind text, type text, sent text) RETURNS record LANGUAGE sql AS $$
	SELECT CASE kind WHEN 'patch' THEN attempt(profile, type, spelled(named(sent)))
		WHEN 'create' THEN attempt_create(profile, type, spelled(named(sent)))
		ELSE attempt_filter(profile, type, sent) END $$;
-- by what the sender means, or the code of the error
CREATE FUNCTION outcome(profile text, shape shapes) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	wanted record := attempt('rfc', shape.kind, shape.type, coalesce(shape.meant, shape.sent));
	got record := attempt(profile, shape.kind, shape.type, shape.sent);
BEGIN
	RETURN CASE WHEN wanted.error IS NOT NULL THEN 'not meant: ' || wanted.error WHEN got = wanted THEN 'yes' ELSE coalesce(split_part(regexp_replace(got.error, '^PT\d+ ', ''), ':', 1), 'something else') END;
END $$;
\pset fieldsep ' | '
SELECT n, sender, kind, outcome('rfc', s) AS rfc, outcome('entra', s) AS entra, outcome('okta', s) AS okta, outcome('interop', s) AS interop FROM shapes s ORDER BY n;
SELECT count(*), count(*) FILTER (WHERE outcome('rfc', s) = 'yes') AS rfc, count(*) FILTER (WHERE outcome('entra', s) = 'yes') AS entra,
	count(*) FILTER (WHERE outcome('okta', s) = 'yes') AS okta, count(*) FILTER (WHERE outcome('interop', s) = 'yes') AS interop FROM shapes s;
-- the rules of filters alone
SET scimver.filter_mode = lenient;
SELECT count(*) FILTER (WHERE outcome('rfc', s) = 'yes') AS lenient FROM shapes s;
RESET scimver.filter_mode;
ROLLBACK;
