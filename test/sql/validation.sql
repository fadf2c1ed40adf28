-- What create and update accept, what they store of it, and what they say
-- otherwise (RFC 7643 sections 2, 3, 4, 7).
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

-- What is stored of a new resource, without what the server adds; or the error, with its path.
CREATE FUNCTION made(type text, data jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made jsonb;
	detail text;
BEGIN
	made := scim_create_resource(type, data);
	PERFORM scim_delete_resource(type, made->>'id');
	RETURN made - 'id' - 'meta';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;

-- The same for a user called ann, without what is the same in all of them.
CREATE FUNCTION ann(data jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made text := made('User', '{"userName": "ann"}' || data);
BEGIN
	RETURN CASE WHEN made LIKE 'PT%' THEN made ELSE (made::jsonb - 'userName' - 'schemas')::text END;
END $$;

-- ---- the schemas (RFC 7643 section 8.7.1) ----

-- every attribute, with all of its characteristics
SELECT format('%s%s%s %s%s%s%s %s %s %s%s%s',
	CASE WHEN part IS NULL THEN '' ELSE '  ' END, CASE WHEN part IS NULL THEN '' ELSE attribute->>'name' || '.' END,
	a->>'name', a->>'type',
	CASE WHEN (a->>'multiValued')::bool THEN ' multiValued' END,
	CASE WHEN (a->>'required')::bool THEN ' required' END,
	CASE WHEN (a->>'caseExact')::bool THEN ' caseExact' END,
	a->>'mutability', a->>'returned', coalesce(a->>'uniqueness', '-'),
	' ' || (a->>'canonicalValues'), ' -> ' || (a->>'referenceTypes'))
FROM jsonb_array_elements(scim_get_schemas()->'schemas') WITH ORDINALITY s(schema, i),
	jsonb_array_elements(schema->'attributes') WITH ORDINALITY t(attribute, j),
	LATERAL (SELECT attribute AS a, NULL::jsonb AS part, 0 AS k
			 UNION ALL
			 SELECT value, value, ordinality FROM jsonb_array_elements(attribute->'subAttributes') WITH ORDINALITY) x
ORDER BY i, j, k;

-- what surrounds them; no nulls, and a description everywhere
SELECT schema - 'attributes' FROM jsonb_array_elements(scim_get_schemas()->'schemas') WITH ORDINALITY s(schema, i) ORDER BY i;
SELECT jsonb_path_exists(scim_get_schemas(), '$.** ? (@ == null)') AS nulls,
	jsonb_path_exists(scim_get_schemas(), '$.schemas[*].**.attributes[*] ? (!(exists (@.description)))') AS undescribed;

-- ---- names (RFC 7643 section 2.1) ----

-- names have no case, and are stored as the schema spells them
SELECT ann('{"NICKNAME": "A", "name": {"givenname": "Ann"}, "Emails": [{"VALUE": "a@x.org", "Type": "work"}]}');
-- an unknown attribute, on each level
SELECT ann('{"shoeSize": 43}');
SELECT ann('{"name": {"first": "Ann"}}');
SELECT ann('{"emails": [{"value": "a@x.org"}, {"address": "b@x.org"}]}');
SELECT ann('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"salary": 1}}');
SELECT made('Group', '{"displayName": "g", "userName": "ann"}');
-- a name too long to be repeated
SELECT ann(jsonb_build_object(repeat('ä', 500), 1));
-- one name in two spellings
SELECT ann('{"nickName": "A", "nickname": "B"}');
SELECT ann('{"nickName": "A", "nickname": null}');
SELECT ann('{"name": {"givenName": "A", "GivenName": "B"}}');
SELECT ann('{"ID": 1, "id": 2}');

-- ---- types (RFC 7643 section 2.3) ----

SELECT made('User', '[]');
SELECT made('User', '"ann"');
SELECT ann('{"nickName": 5}');
SELECT ann('{"nickName": ["A"]}');
SELECT ann('{"active": "true"}');
SELECT ann('{"active": 1}');
SELECT ann('{"active": false}');
SELECT ann('{"name": "Ann"}');
SELECT ann('{"emails": {"value": "a@x.org"}}');
SELECT ann('{"emails": ["a@x.org"]}');
SELECT ann('{"emails": [{"value": "a@x.org"}, {"value": 7}]}');
SELECT ann('{"externalId": 701984}');
-- references are not empty; binaries are base64, with or without padding
SELECT ann('{"profileUrl": ""}');
SELECT ann('{"x509Certificates": [{"value": "MII="}, {"value": "MII"}, {"value": "+/8A"}]}');
SELECT ann('{"x509Certificates": [{"value": "MI*="}]}');
SELECT ann('{"x509Certificates": [{"value": "MIIAA"}]}');
-- canonical values are suggestions (section 7)
SELECT ann('{"emails": [{"value": "a@x.org", "type": "boat"}]}');
-- an empty string is a value, and a long one is as good as a short one
SELECT ann('{"nickName": ""}');
SELECT length(ann(jsonb_build_object('nickName', repeat('x', 1000000))));
-- a number of any length is no string
SELECT ann(('{"nickName": ' || repeat('9', 401) || '}')::jsonb);

-- ---- unassigned (RFC 7643 section 2.5) ----

-- null, [] and {} are the same as absent, at every depth
SELECT ann('{"nickName": null, "emails": [], "name": {}, "title": "T"}');
SELECT ann('{"name": {"givenName": null, "familyName": []}, "emails": [null, {}, {"value": null}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": null}}}');

-- ---- required attributes ----

SELECT made('User', '{}');
SELECT made('User', '{"userName": null}');
SELECT made('User', '{"userName": ""}');
SELECT made('Group', '{}');
SELECT made('Group', '{"displayName": ""}');

-- ---- what the server assigns is ignored (RFC 7643 section 7, readOnly) ----

SELECT ann('{"id": "mine", "meta": {"version": "x"}, "_version": "y", "groups": "none", "nickName": "A",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m", "displayName": "Boss"}}}');

-- ---- one primary value (RFC 7643 section 2.4) ----

SELECT ann('{"emails": [{"value": "a@x.org", "primary": true}, {"value": "b@x.org", "primary": false}]}');
SELECT ann('{"emails": [{"value": "a@x.org", "primary": true}, {"value": "b@x.org", "primary": true}]}');

-- ---- schemas (RFC 7643 section 3) ----

-- filled in, with the extensions that are there
SELECT made('User', '{"userName": "ann"}');
SELECT made('User', '{"userName": "ann", "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": {"department": "R"}}');
-- spelled as the schema spells them, and once
SELECT made('User', '{"userName": "ann", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:USER", "urn:ietf:params:scim:schemas:core:2.0:User"]}');
-- an extension that is named need not have a value
SELECT made('User', '{"userName": "ann", "schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}');
SELECT ann('{"schemas": ["urn:example:User"]}');
SELECT ann('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}');
SELECT ann('{"schemas": "urn:ietf:params:scim:schemas:core:2.0:User"}');
SELECT ann('{"schemas": [1]}');
SELECT ann('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "R"}');
SELECT ann('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "m"}}');
SELECT ann('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": 7}}}');

-- ---- passwords: 1 to 72 bytes, never shown ----

SELECT ann('{"password": "correct horse"}');
SELECT ann(jsonb_build_object('password', repeat('ä', 36)));
SELECT ann(jsonb_build_object('password', repeat('ä', 36) || 'x'));
SELECT ann('{"password": ""}');
SELECT ann('{"password": ["correct horse"]}');
SELECT ann('{"password": null}');

-- ---- members (RFC 7643 section 4.2) ----

SELECT made('Group', '{"displayName": "g", "members": {"value": "x"}}');
SELECT made('Group', '{"displayName": "g", "members": ["x"]}');
SELECT made('Group', '{"displayName": "g", "members": [null]}');
SELECT made('Group', '{"displayName": "g", "members": [{"type": "User"}]}');
SELECT made('Group', '{"displayName": "g", "members": [{"value": ""}]}');
SELECT made('Group', '{"displayName": "g", "members": [{"value": 7}]}');
SELECT made('Group', '{"displayName": "g", "members": [{"value": "x", "type": "Robot"}]}');
SELECT made('Group', '{"displayName": "g", "members": [{"value": "x", "since": "May"}]}');
SELECT made('Group', '{"displayName": "g", "members": []}');

-- one member twice is one, whatever its spelling; $ref and display are the server's to say
SELECT scim_create_user('{"userName": "mia"}')->>'id' AS mia \gset
SELECT jsonb_array_length(scim_create_group(jsonb_build_object('displayName', 'g', 'members', jsonb_build_array(
	jsonb_build_object('value', :'mia', '$ref', null, 'display', 5), jsonb_build_object('VALUE', upper(:'mia'), 'type', 'USER'))))->'members');

-- ---- update checks the same, and a whole resource as read can be sent back ----

SELECT scim_update_user(:'mia', '{"userName": "mia", "nickname": "M", "emails": []}') - 'id' - 'meta' - 'groups';
SELECT scim_update_user(:'mia', scim_get_user(:'mia') || '{"_version": "x"}') = scim_get_user(:'mia');
DO $$ BEGIN PERFORM scim_update_user(id::text, '{"nickName": "M"}') FROM users; END $$;
ROLLBACK;
