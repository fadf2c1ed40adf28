-- Values as clients send them (docs/reference.md, Profiles), in documents that make
-- resources or take the place of one: what each switch lets in, and that it is refused
-- without that switch.
BEGIN;

-- a profile for each switch, of the same name, and one that has them all
INSERT INTO scim_profiles (name, rules)
	SELECT name, jsonb_build_object(name, true) FROM unnest('{filter,coerce,path_keys,create_target,remove_absent,simple_complex,empty_clears,loose_envelope,member_forms,unknown_attributes,own_read_only,same_values,group_patch_204,full_replace}'::text[]) name;
INSERT INTO scim_profiles (name, rules)
	SELECT 'all', jsonb_object_agg(name, true) || '{"absent_members": "skip"}' FROM scim_profiles WHERE NOT built_in AND name <> 'full_replace';
INSERT INTO scim_profiles (name, rules) SELECT 'but_' || one.name, whole.rules - one.name FROM scim_profiles one, scim_profiles whole WHERE whole.name = 'all' AND whole.rules ? one.name;

-- the resource that the document makes, with the version that it would have without id; or the error with its path
CREATE FUNCTION made(profile text, type text, document jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	made jsonb;
	detail text;
BEGIN
	PERFORM set_config('scimver.profile', profile, true);
	made := scim_create_resource(type, document);
	PERFORM set_config('scimver.profile', '', true);
	PERFORM scim_delete_resource(type, made->>'id');
	RETURN made - 'id' - 'meta' || jsonb_build_object('version', scim_version(made - 'id'));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN to_jsonb(sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), ''));
END $$;

-- What "loose" means by the switch alone, and what is said without it.  An update understands the
-- same, and so do all switches together; all but this one do not, or "others" says how.
CREATE FUNCTION means(switch text, type text, loose jsonb, strict jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	named jsonb := CASE type WHEN 'User' THEN '{"userName": "ann"}' ELSE '{"displayName": "Ops"}' END;
	wanted jsonb := made('rfc', type, named || strict);
	got jsonb := made(switch, type, named || loose);
	refused jsonb := made('rfc', type, named || loose);
	updated jsonb;
	id text;
BEGIN
	RETURN NEXT CASE WHEN got = wanted THEN 'understood' ELSE 'OTHERWISE ' || got::text END;
	RETURN NEXT CASE WHEN jsonb_typeof(refused) = 'string' THEN plain(refused #>> '{}') WHEN refused = wanted THEN 'always' ELSE 'otherwise ' || plain(refused - 'schemas' - 'version') END;
	IF made('all', type, named || loose) IS DISTINCT FROM wanted THEN
		RETURN NEXT 'ALL ' || made('all', type, named || loose)::text;
	END IF;
	IF made('but_' || switch, type, named || loose) IS DISTINCT FROM refused THEN
		RETURN NEXT 'others: ' || plain(made('but_' || switch, type, named || loose));
	END IF;
	id := scim_create_resource(type, named || (CASE type WHEN 'User' THEN '{"nickName": "x"}' ELSE '{"externalId": "x"}' END)::jsonb)->>'id';
	PERFORM set_config('scimver.profile', switch, true);
	updated := scim_update_resource(type, id, named || loose);
	PERFORM set_config('scimver.profile', '', true);
	IF to_jsonb(scim_version(updated - 'id')) IS DISTINCT FROM wanted->'version' THEN
		RETURN NEXT 'UPDATE ' || updated::text;
	END IF;
	PERFORM scim_delete_resource(type, id);
END $$;

-- ---- coerce (E1) ----

SELECT * FROM means('coerce', 'User', '{"active": "False"}', '{"active": false}');
SELECT * FROM means('coerce', 'User', '{"active": "tRUE"}', '{"active": true}');
-- in sub-attributes, elements and extensions
SELECT * FROM means('coerce', 'User', '{"emails": [{"value": "a@x.org", "primary": "True"}, {"value": "b@x.org", "primary": "false"}]}', '{"emails": [{"value": "a@x.org", "primary": true}, {"value": "b@x.org", "primary": false}]}');
SELECT * FROM means('coerce', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": 701984, "manager": {"value": 26}}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "701984", "manager": {"value": "26"}}}');
-- a number as JSON has it
SELECT * FROM means('coerce', 'User', '{"title": 1.50, "nickName": -1e3, "externalId": 0}', '{"title": "1.50", "nickName": "-1000", "externalId": "0"}');
-- of a password nothing is shown: that it was taken
SELECT made('coerce', 'User', '{"userName": "ann", "password": 123456}') ? 'userName' AS coerced, made('rfc', 'User', '{"userName": "ann", "password": 123456}') AS strict;

-- no other words, no other types, no number that is longer than any may be
SELECT made('coerce', 'User', jsonb_build_object('userName', 'ann') || value) FROM jsonb_array_elements('[{"active": "yes"}, {"active": " true"}, {"active": "0"}, {"active": 1}, {"active": ""}, {"title": true}, {"profileUrl": 7}, {"active": ["true"]}, {"title": 1e400}]');

-- integers and decimals, of a schema of its own
SELECT count(scim_register_schema('{"id": "urn:x:Gauge", "name": "Gauge", "attributes": [{"name": "size", "type": "integer"}, {"name": "weight", "type": "decimal"}, {"name": "counts", "type": "integer", "multiValued": true}, {"name": "words", "multiValued": true},
	{"name": "word"}, {"name": "since", "type": "dateTime"}, {"name": "part", "type": "complex", "subAttributes": [{"name": "value", "type": "integer", "required": true}, {"name": "on", "type": "boolean"}]}, {"name": "box", "type": "complex", "subAttributes": [{"name": "width", "type": "decimal"}]}]}'));
SELECT count(scim_register_resource_type('{"name": "Gauge", "endpoint": "/Gauges", "schema": "urn:x:Gauge"}'));
SELECT make('Gauge', 'gauges');
CREATE FUNCTION gauge(switch text, loose jsonb, strict jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN got = made('rfc', 'Gauge', strict) THEN 'understood' ELSE 'OTHERWISE ' || got::text END || ', ' || (made('rfc', 'Gauge', loose) #>> '{}') FROM made(switch, 'Gauge', loose) got $$;
SELECT gauge('coerce', '{"size": "42"}', '{"size": 42}');
SELECT gauge('coerce', '{"weight": "-1.50e1"}', '{"weight": -15.0}');
SELECT gauge('coerce', '{"counts": ["1", 2, "3"]}', '{"counts": [1, 2, 3]}');
SELECT gauge('coerce', '{"words": ["a", 2]}', '{"words": ["a", "2"]}');
SELECT gauge('coerce', '{"part": {"value": "7", "on": "TRUE"}}', '{"part": {"value": 7, "on": true}}');
SELECT made('coerce', 'Gauge', value) FROM jsonb_array_elements('[{"size": "1.5"}, {"size": "1.0"}, {"size": "0x10"}, {"size": " 1"}, {"size": "NaN"}, {"weight": "Infinity"}, {"weight": "1_000"}, {"weight": "1e400"}, {"size": "01"}, {"since": 20260101}]');

-- ---- simple_complex (E8, E18) ----

SELECT * FROM means('simple_complex', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "271"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "271"}}}');
SELECT * FROM means('simple_complex', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": [{"value": "271"}]}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "271"}}}');
SELECT * FROM means('simple_complex', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": ["271"]}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "271"}}}');
SELECT * FROM means('simple_complex', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": [{"VALUE": "271", "$ref": "../Users/271"}]}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "271", "$ref": "../Users/271"}}}');
SELECT * FROM means('simple_complex', 'User', '{"displayName": [{"$ref": null, "value": "Ann"}]}', '{"displayName": "Ann"}');
SELECT * FROM means('simple_complex', 'User', '{"displayName": {"value": "Ann"}, "active": [{"value": true}]}', '{"displayName": "Ann", "active": true}');
SELECT * FROM means('simple_complex', 'User', '{"emails": ["a@x.org", {"value": "b@x.org", "type": "work"}]}', '{"emails": [{"value": "a@x.org"}, {"value": "b@x.org", "type": "work"}]}');
-- "" clears a complex
SELECT * FROM means('simple_complex', 'User', '{"name": ""}', '{}');
SELECT * FROM means('simple_complex', 'User', '{"emails": "", "roles": ["", "Guide"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": ""}}', '{"roles": [{"value": "Guide"}]}');
SELECT gauge('simple_complex', '{"part": 7, "words": [{"value": "a"}, "b"]}', '{"part": {"value": 7}, "words": ["a", "b"]}');
SELECT made('all', 'Gauge', '{"part": "7", "size": [{"value": "42"}], "words": [{"value": 1}]}') = made('rfc', 'Gauge', '{"part": {"value": 7}, "size": 42, "words": ["1"]}') AS both;
-- what does not say enough stays refused: of two, of none that is a value, JSON in a string, one for many
SELECT made('simple_complex', 'User', '{"userName": "ann"}' || value) FROM jsonb_array_elements('[{"name": "Ann"}, {"name": [{"givenName": "Ann"}]}, {"displayName": [{"value": "a"}, {"value": "b"}]}, {"displayName": [{"value": "a", "type": "x"}]}, {"displayName": ["Ann"]},
	{"displayName": {"value": {"value": "x"}}}, {"displayName": {"value": "a", "Value": "b"}}, {"emails": "a@x.org"}, {"emails": [["a@x.org"]]}, {"emails": [[{"value": "a@x.org"}]]}, {"roles": ["{\"value\": \"x\"}"]}, {"roles": [1]}, {"roles": [true]},
	{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": [["271"]]}}, {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": ["271", "272"]}}]');
-- required parts are asked for
SELECT made('simple_complex', 'Gauge', '{"part": {"on": true}}');

-- ---- empty_clears (E17) ----

SELECT * FROM means('empty_clears', 'User', '{"active": "", "title": "", "name": {"givenName": "Ann", "familyName": ""}, "emails": "", "password": ""}', '{"name": {"givenName": "Ann"}}');
SELECT * FROM means('empty_clears', 'User', '{"name": {"givenName": "", "familyName": ""}, "schemas": "", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": ""}, "department": ""}}', '{}');
SELECT * FROM means('empty_clears', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ""}', '{}');
-- a text that is empty is one by the standard, and stored
SELECT * FROM means('empty_clears', 'User', '{"nickName": ""}', '{}');
SELECT gauge('empty_clears', '{"words": ["", "a"], "size": ""}', '{"words": ["a"]}');
SELECT made('all', 'User', '{"userName": "ann", "displayName": [{"value": ""}], "roles": [{"value": ""}]}') = made('rfc', 'User', '{"userName": "ann"}') AS both;
-- what is required is not cleared, and a blank is no empty text
SELECT made('empty_clears', 'User', '{"userName": ""}'), made('rfc', 'User', '{"userName": ""}'), made('empty_clears', 'User', '{"userName": "ann", "active": " "}');

-- ---- loose_envelope (E10) ----

SELECT * FROM means('loose_envelope', 'Group', '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"], "meta": {"resourceType": "Group"}}', '{}');
SELECT made('loose_envelope', 'Group', '{"displayName": "Ops", "schemas": [7]}'), made('loose_envelope', 'Group', '{"displayName": "Ops", "schemas": "urn:x"}');

-- ---- unknown_attributes ----

SELECT * FROM means('unknown_attributes', 'User', '{"favourite": "tea", "urn:x:none": {"a": 1}, "name": {"givenName": "Ann", "nick": null}, "emails": [{"value": "a@x.org", "kind": [1]}], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"shoe": 42}}',
	'{"name": {"givenName": "Ann"}, "emails": [{"value": "a@x.org"}]}');
-- they do not fill in what is required, and two spellings of a known name stay two
SELECT made('unknown_attributes', 'User', '{"user": "ann"}'), made('unknown_attributes', 'User', '{"userName": "ann", "username": "bob"}');

-- ---- "schemas" in an extension's object: in every profile, its own URN alone ----

SELECT * FROM means('coerce', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"], "department": "R&D"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D"}}');
SELECT * FROM means('coerce', 'User', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"Schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}}', '{}');
SELECT made('rfc', 'User', jsonb_build_object('userName', 'ann', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('schemas', value)))
	FROM jsonb_array_elements('["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", [], null, [1], ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"]]');
SELECT made('rfc', 'User', '{"userName": "ann", "name": {"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}}');

-- ---- member_forms (E12) ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user' || n) FROM generate_series(1, 2) n;
SELECT id(1) AS one, id(2) AS two \gset
SELECT * FROM means('member_forms', 'Group', jsonb_build_object('members', :'one'), jsonb_build_object('members', jsonb_build_array(jsonb_build_object('value', :'one'))));
SELECT * FROM means('member_forms', 'Group', jsonb_build_object('members', jsonb_build_array(:'one', :'two', :'one')), jsonb_build_object('members', jsonb_build_array(jsonb_build_object('value', :'one'), jsonb_build_object('value', :'two'))));
SELECT * FROM means('member_forms', 'Group', jsonb_build_object('members', jsonb_build_object('value', :'one')), jsonb_build_object('members', jsonb_build_array(jsonb_build_object('value', :'one'))));
SELECT * FROM means('member_forms', 'Group', jsonb_build_object('members', jsonb_build_array(jsonb_build_object('value', :'one', 'DisplayName', 'One', '$ref', NULL))), jsonb_build_object('members', jsonb_build_array(jsonb_build_object('value', :'one'))));
-- $ref null, and members without type (O4), in every profile
SELECT made('rfc', 'Group', jsonb_build_object('displayName', 'Ops', 'members', jsonb_build_array(jsonb_build_object('value', :'one', '$ref', NULL))))->'version' = made('rfc', 'Group', jsonb_build_object('displayName', 'Ops', 'members', jsonb_build_array(jsonb_build_object('value', :'one', 'type', 'User'))))->'version' AS same;
SELECT made('member_forms', 'Group', jsonb_build_object('displayName', 'Ops', 'members', value)) FROM jsonb_array_elements('["", [""], [7], [null], [[]], "[\"x\"]", [{"name": "x"}], {"displayName": "One"}]');
SELECT plain(made('all', 'Group', '{"displayName": "Ops", "members": [7, {"value": 8}]}') - 'version');
SELECT made('all', 'Group', '{"displayName": "Ops", "members": ""}') = made('rfc', 'Group', '{"displayName": "Ops"}') AS cleared;
SELECT made('unknown_attributes', 'Group', jsonb_build_object('displayName', 'Ops', 'members', jsonb_build_array(jsonb_build_object('value', :'one', 'name', 'One'))))->'members'->0->>'type';

-- ---- same_values ----

SELECT * FROM means('same_values', 'User', '{"emails": [{"value": "a@x.org", "type": "work"}, {"value": "b@x.org"}, {"value": "A@x.org", "type": "Work", "primary": true, "display": "A"}, {"value": "b@x.org"}, {"value": "a@x.org"}]}',
	'{"emails": [{"value": "A@x.org", "type": "Work", "primary": true, "display": "A"}, {"value": "b@x.org"}, {"value": "a@x.org"}]}');
-- one primary value that is sent twice is one
SELECT * FROM means('same_values', 'User', '{"emails": [{"value": "a@x.org", "primary": true}, {"value": "a@x.org", "primary": true}]}', '{"emails": [{"value": "a@x.org", "primary": true}]}');
SELECT made('same_values', 'User', '{"userName": "ann", "emails": [{"value": "a@x.org", "primary": true}, {"value": "b@x.org", "primary": true}]}');
-- what is caseExact is, values without "value" all stay
SELECT made('same_values', 'User', '{"userName": "ann", "x509Certificates": [{"value": "AAAA"}, {"value": "aaaa"}], "addresses": [{"type": "work", "locality": "Ulm"}, {"type": "work", "locality": "Bonn"}], "roles": [{"type": "x"}, {"type": "x"}]}') - 'schemas' - 'version';
-- understood first, then compared
SELECT made('all', 'User', '{"userName": "ann", "roles": ["Guide", {"value": "guide"}, 7, {"value": "7"}]}') - 'schemas' - 'version';

-- ---- the profiles that are built in ----

SELECT profile, jsonb_typeof(made(profile, 'User', '{"userName": "ann"}' || sent)) = 'object' AS taken, sent
	FROM unnest('{rfc,interop,entra,okta}'::text[]) profile, jsonb_array_elements('[{"active": "False"}, {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "271"}}, {"name": ""}, {"active": ""}, {"schemas": ["urn:x"]}, {"shoe": 42}, {"emails": [{"value": "a", "primary": true}, {"value": "a", "primary": true}]}]') sent;
SELECT profile, jsonb_typeof(made(profile, 'Group', jsonb_build_object('displayName', 'Ops', 'members', jsonb_build_array(:'one')))) = 'object' AS taken FROM unnest('{rfc,interop,entra,okta}'::text[]) profile;
ROLLBACK;
