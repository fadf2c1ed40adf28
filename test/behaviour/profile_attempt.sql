-- Users, a group, and what a patch makes of them by a profile.
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "eve"}'), (id(2), '{"userName": "kim"}'), (id(3), '{"userName": "lou"}');
SELECT scim_create_user('{"userName": "ann", "nickName": "A", "active": true, "name": {"givenName": "Ann", "familyName": "Lee"},
	"emails": [{"value": "a@x.org", "type": "work", "primary": true, "display": "A"}, {"value": "b@x.org", "type": "home"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R", "manager": {"value": "m", "$ref": "../Users/m"}}}')->>'id' AS ann \gset
SELECT scim_create_group(jsonb_build_object('displayName', 'team', 'members', jsonb_build_array(jsonb_build_object('value', id(1)))))->>'id' AS team \gset
SELECT set_config('test.ann', :'ann', false), set_config('test.team', :'team', false) \g /dev/null

-- what a patch makes, by a profile, and its version; it is taken back
CREATE FUNCTION attempt(profile text, type text, operations jsonb, OUT shown jsonb, OUT version text, OUT error text) LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM set_config('scimver.profile', profile, true);
	shown := scim_patch_resource(type, current_setting(CASE type WHEN 'User' THEN 'test.ann' ELSE 'test.team' END), operations);
	version := shown->'meta'->>'version';
	shown := shown - 'id' - 'meta' - 'schemas' - 'userName';
	RAISE EXCEPTION USING errcode = 'P0099';
EXCEPTION
	WHEN SQLSTATE 'P0099' THEN NULL;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		shown := NULL;
		error := sqlstate || ' ' || sqlerrm || coalesce(' @ ' || (detail::jsonb->>'path'), '');
END $$;

-- ~ stands for a double quote in a path, ent: for the extension's URN
CREATE FUNCTION spelled(operations text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	regexp_replace(replace(operations, '~', '\"'), '"ent([:"])', '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\1', 'g')::jsonb;
-- #1 is an id
CREATE FUNCTION named(operations text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT replace(replace(replace(replace(operations, '#1', id(1)::text), '#2', id(2)::text), '#3', id(3)::text), '#4', id(4)::text));
