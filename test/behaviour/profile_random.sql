-- Loose spellings of random users and groups, and of changes of them, are stored as the strict
-- ones are, and have their versions: whatever of all rules was made use of.
\i :behaviour/random.sql
INSERT INTO scim_profiles (name, rules) SELECT 'all', rules - 'group_patch_204' FROM scim_profiles WHERE name = 'entra';
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'member' || n) FROM generate_series(1, 8) n;
CREATE FUNCTION ent() RETURNS text LANGUAGE sql IMMUTABLE RETURN 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
-- how often each way was taken
CREATE TABLE taken (way text PRIMARY KEY, times int NOT NULL DEFAULT 1);
CREATE FUNCTION take(way text, chance float DEFAULT 0.4) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF random() >= chance THEN RETURN false; END IF;
	INSERT INTO taken VALUES (way) ON CONFLICT ON CONSTRAINT taken_pkey DO UPDATE SET times = taken.times + 1;
	RETURN true;
END $$;
-- the value of an attribute that is not multi-valued
CREATE FUNCTION loose_value(value jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF jsonb_typeof(value) = 'boolean' AND take('boolean') THEN RETURN to_jsonb(initcap(value::text)); END IF;
	IF jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^[1-9][0-9]*$' AND take('number') THEN RETURN (value #>> '{}')::jsonb; END IF;
	IF jsonb_typeof(value) = 'string' AND take('listed', 0.2) THEN RETURN jsonb_build_array(jsonb_build_object('value', value)); END IF;
	RETURN value;
END $$;
CREATE FUNCTION loose_parts(object jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) IN ('object', 'array') THEN value ELSE loose_value(value) END), '{}')
		|| CASE WHEN take('unknown part', 0.1) THEN '{"nonsense": [1]}' ELSE '{}' END::jsonb FROM jsonb_each(object) $$;
CREATE FUNCTION loose_values("values" jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	loose jsonb := (SELECT jsonb_agg(loose_parts(v)) FROM jsonb_array_elements("values") v);
BEGIN
	-- the first once more, with less in it
	IF "values"->0 ? 'value' AND take('twice', 0.3) THEN RETURN loose || jsonb_build_array(("values"->0) - 'display' - 'primary'); END IF;
	RETURN loose;
END $$;
CREATE FUNCTION loose_extension(object jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	loose jsonb := loose_parts(object - 'manager');
BEGIN
	IF object->'manager' ? '$ref' THEN loose := loose || jsonb_build_object('manager', object->'manager');
	ELSIF object ? 'manager' THEN
		loose := loose || jsonb_build_object('manager', CASE WHEN take('manager') THEN object #> '{manager,value}' WHEN take('manager listed') THEN jsonb_build_array(object->'manager') ELSE object->'manager' END);
	ELSIF take('no manager') THEN loose := loose || '{"manager": ""}';
	END IF;
	IF take('schemas in it', 0.3) THEN loose := loose || jsonb_build_object('schemas', jsonb_build_array(ent())); END IF;
	RETURN loose;
END $$;
CREATE FUNCTION loose_person(person jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	loose jsonb := (SELECT jsonb_object_agg(key, CASE WHEN key = ent() THEN loose_extension(value) WHEN jsonb_typeof(value) = 'array' THEN loose_values(value)
		WHEN jsonb_typeof(value) = 'object' THEN loose_parts(value) WHEN key = 'userName' THEN value ELSE loose_value(value) END) FROM jsonb_each(person));
BEGIN
	IF take('unknown', 0.3) THEN loose := loose || '{"nonsense": {"a": 1}, "urn:example:nonsense": {"b": 2}}'; END IF;
	IF NOT loose ? 'nickName' AND take('empty', 0.3) THEN loose := loose || '{"nickName": ""}'; END IF;
	IF NOT loose ? 'schemas' AND take('unknown schema', 0.3) THEN loose := loose || '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "http://example.org/User"]}'; END IF;
	RETURN loose;
END $$;
-- members that are ids, or have names; or who is not there
CREATE FUNCTION loose_members(members jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	loose jsonb := (SELECT coalesce(jsonb_agg(CASE WHEN take('id') THEN m->'value' WHEN take('names') THEN m || '{"displayName": "x", "$ref": null}' ELSE m END), '[]') FROM jsonb_array_elements(members) m);
BEGIN
	IF take('absent', 0.3) THEN RETURN loose || jsonb_build_array(jsonb_build_object('value', id(99))); END IF;
	RETURN loose;
END $$;
-- as it is stored: id and meta are another's each time
CREATE FUNCTION stored(type text, id text) RETURNS jsonb LANGUAGE sql AS $$ SELECT scim_get_resource(type, id) - 'id' - 'meta' $$;
CREATE FUNCTION by(profile text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('scimver.profile', profile, true) $$;
CREATE TABLE tried (what text, strict jsonb, loose jsonb, good boolean);
CREATE FUNCTION compare(what text, strict jsonb, loose jsonb, one jsonb, other jsonb) RETURNS void LANGUAGE sql AS $$
	INSERT INTO tried VALUES (what, strict, loose, one = other AND scim_version(one) = scim_version(other)) $$;
-- created, replaced, and changed by patches
CREATE FUNCTION try(type text, one jsonb, other jsonb, loose_one jsonb, loose_other jsonb, patch jsonb, loose_patch jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	strict_id text;
	loose_id text;
	shown jsonb[];
BEGIN
	PERFORM by('rfc');
	strict_id := scim_create_resource(type, one)->>'id';
	shown := ARRAY[stored(type, strict_id)];
	PERFORM scim_update_resource(type, strict_id, other);
	shown := shown || stored(type, strict_id);
	PERFORM scim_patch_resource(type, strict_id, patch);
	shown := shown || stored(type, strict_id);
	PERFORM scim_delete_resource(type, strict_id);
	PERFORM by('all');
	loose_id := scim_create_resource(type, loose_one)->>'id';
	PERFORM compare('create ' || type, one, loose_one, shown[1], stored(type, loose_id));
	PERFORM scim_update_resource(type, loose_id, loose_other);
	PERFORM compare('update ' || type, other, loose_other, shown[2], stored(type, loose_id));
	PERFORM scim_patch_resource(type, loose_id, loose_patch);
	PERFORM compare('patch ' || type, patch, loose_patch, shown[3], stored(type, loose_id));
	PERFORM scim_delete_resource(type, loose_id);
EXCEPTION WHEN OTHERS THEN
	INSERT INTO tried VALUES (sqlerrm, jsonb_build_array(one, other, patch), jsonb_build_array(loose_one, loose_other, loose_patch), false);
END $$;
-- equal pairs are stored once by one profile alone: there are none to begin with
CREATE FUNCTION distinct_pairs(person jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT person - 'ims' || CASE WHEN person ? 'ims' THEN jsonb_build_object('ims', (SELECT jsonb_agg(v ORDER BY i) FROM (SELECT DISTINCT ON (v->>'type', v->>'value') v, i
		FROM jsonb_array_elements(person->'ims') WITH ORDINALITY e(v, i) ORDER BY v->>'type', v->>'value', i) d)) ELSE '{}' END $$;
-- what a patch of the person to another would set: as values, as keys that are paths, with other words
CREATE FUNCTION loose_operations(person jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	loose jsonb := person - 'name' - ent();
BEGIN
	loose := (SELECT coalesce(jsonb_object_agg(key, loose_value(value)), '{}') FROM jsonb_each(loose) WHERE jsonb_typeof(value) NOT IN ('array', 'object'));
	IF take('paths') THEN
		loose := loose || coalesce((SELECT jsonb_object_agg('name.' || key, loose_value(value)) FROM jsonb_each(person->'name')), '{}')
			|| coalesce((SELECT jsonb_object_agg(ent() || ':' || key, CASE WHEN key = 'manager' THEN value ELSE loose_value(value) END) FROM jsonb_each(person->ent())), '{}');
	ELSE
		loose := loose || jsonb_build_object('name', loose_parts(person->'name'));
		IF person ? ent() THEN loose := loose || jsonb_build_object(ent(), person->ent()); END IF;
	END IF;
	IF take('readOnly') THEN loose := loose || jsonb_build_object('id', 'x', 'meta', '{"version": "x"}'::jsonb, 'groups', '[{"value": "x"}]'::jsonb); END IF;
	loose := jsonb_build_array(jsonb_build_object('op', 'Replace', 'value', loose) || CASE WHEN take('words') THEN '{"name": "edit"}' ELSE '{}' END::jsonb);
	IF take('nothing there') THEN loose := loose || '[{"op": "Remove", "path": "entitlements[type eq \"x\"]"}]'; END IF;
	IF take('envelope') THEN RETURN jsonb_build_object('Operations', loose, 'more', 1); END IF;
	RETURN loose;
END $$;
CREATE FUNCTION try_person(one jsonb, other jsonb, third jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT try('User', one, other, loose_person(one), loose_person(other),
		jsonb_build_array(jsonb_build_object('op', 'replace', 'value', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(third) WHERE jsonb_typeof(value) <> 'array'))), loose_operations(third)) $$;
CREATE FUNCTION try_team(one jsonb, other jsonb, third jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT try('Group', one, other, one || jsonb_build_object('members', loose_members(one->'members')), other || jsonb_build_object('members', loose_members(other->'members')),
		jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', third->'members')), jsonb_build_array(jsonb_build_object('op', 'Add', 'path', 'members', 'value', loose_members(third->'members')))) $$;
SELECT try_person(distinct_pairs(person()), distinct_pairs(person()), person()) FROM (SELECT setseed(0.22)) s, generate_series(1, 150) \g /dev/null
SELECT try_team(team(), team(), team()) FROM (SELECT setseed(0.22)) s, generate_series(1, 60) \g /dev/null
SELECT what, count(*), count(*) FILTER (WHERE good IS NOT TRUE) AS bad, count(*) FILTER (WHERE strict <> loose) > count(*) / 2 AS loose FROM tried GROUP BY what ORDER BY what;
SELECT * FROM tried WHERE good IS NOT TRUE LIMIT 2;
-- each way was taken
SELECT string_agg(way, ', ' ORDER BY way) AS ways, min(times) > 5 AS often FROM taken;
