-- PATCH (RFC 7644 section 3.5.2) of members that are groups, chosen by a filter;
-- all else of patches on values: test/behaviour/patch_values.sql.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

SELECT count(scim_create_user(jsonb_build_object('userName', name))) FROM unnest('{mia,noa,eli}'::text[]) name;
SELECT scim_create_group('{"displayName": "inner"}') IS NOT NULL;
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
	CREATE TEMP TABLE named ON COMMIT DROP AS SELECT id::text, user_name AS name FROM users UNION ALL SELECT id::text, display_name FROM groups WHERE display_name = 'inner';
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

SELECT members('{mia,noa,inner}', '{"op": "remove", "path": "members[type eq ~group~]"}');
SELECT members('{mia,noa,inner}', '{"op": "remove", "path": "members[type eq ~User~ and value ne ~noa~]"}');
SELECT members('{mia,noa,inner}', '{"op": "remove", "path": "members[not (value eq ~mia~)]"}');
SELECT members('{mia}', '{"op": "add", "path": "members", "value": [{"value": "noa"}, {"value": "eli"}, {"value": "inner"}]}', '{"op": "add", "path": "members", "value": [{"value": "inner"}, {"value": "eli"}, {"value": "noa"}]}', '{"op": "remove", "path": "members[type eq ~Group~]"}');
SELECT members('{mia,inner}', '{"op": "add", "path": "members", "value": {"value": "noa"}}', '{"op": "remove", "path": "members[type eq ~User~]"}');
ROLLBACK;
