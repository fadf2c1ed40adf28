-- Patches by the rules of profiles where parts of values are required, immutable or readOnly,
-- which the built-in schemas have hardly any of.
SET client_min_messages = warning;
CREATE DATABASE scimver_profile_parts TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_profile_parts
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
INSERT INTO scim_schemas (position, document) VALUES
	(100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
		{"name": "title"},
		{"name": "serial", "mutability": "readOnly"},
		{"name": "tags", "multiValued": true},
		{"name": "plugs", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value"}, {"name": "kind"}, {"name": "label", "required": true}, {"name": "seen", "mutability": "readOnly"},
			{"name": "marks", "multiValued": true}]},
		{"name": "maker", "type": "complex", "subAttributes": [
			{"name": "value"}, {"name": "place"}, {"name": "born", "mutability": "immutable"}]},
		{"name": "badge", "type": "complex", "subAttributes": [{"name": "value", "required": true}, {"name": "color"}]}]}'),
	(101, '{"id": "urn:example:Extra", "name": "Extra", "attributes": [{"name": "id", "mutability": "readOnly"}, {"name": "note"}]}');
INSERT INTO scim_resource_types (position, document) VALUES
	(100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing", "schemaExtensions": [{"schema": "urn:example:Extra", "required": false}]}');
SELECT scim_create_table('things', 'Thing') \g /dev/null
INSERT INTO scim_profiles (name, rules)
SELECT rule, jsonb_build_object(rule, true) FROM unnest('{create_target,own_read_only,full_replace,unknown_attributes,same_values}'::text[]) rule;
SELECT scim_create_resource('Thing', '{"title": "T", "tags": ["a", "b"], "plugs": [{"value": "1", "kind": "x", "label": "L"}],
	"maker": {"value": "m", "place": "Ulm", "born": "1900"}, "badge": {"value": "b", "color": "red"}, "urn:example:Extra": {"note": "n"}}')->>'id' AS thing \gset
SELECT set_config('test.thing', :'thing', false) \g /dev/null
-- what the patch makes of it, or the error; ~ stands for a double quote; it is taken back
CREATE FUNCTION tries(profile text, operations text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	was jsonb := scim_get_resource('Thing', current_setting('test.thing'));
	made jsonb;
BEGIN
	PERFORM set_config('scimver.profile', profile, true);
	made := scim_patch_resource('Thing', current_setting('test.thing'), replace(operations, '~', '\"')::jsonb);
	RAISE EXCEPTION USING errcode = 'P0099';
EXCEPTION
	WHEN SQLSTATE 'P0099' THEN
		RETURN coalesce((SELECT jsonb_object_agg(key, made->key) FROM jsonb_object_keys(was || made) key WHERE key <> 'meta' AND was->key IS DISTINCT FROM made->key)::text, 'nothing');
	WHEN OTHERS THEN
		RETURN sqlstate || ' ' || sqlerrm;
END $$;
\set ECHO all
-- a value is made with all that it must have, or not at all
SELECT tries('create_target', '[{"op": "add", "path": "plugs[kind eq ~y~].value", "value": "2"}]');
SELECT tries('create_target', '[{"op": "add", "path": "plugs[kind eq ~y~].label", "value": "M"}]');
SELECT tries('create_target', '[{"op": "add", "path": "plugs[kind eq ~y~ and label eq ~M~].value", "value": "2"}]');
SELECT tries('create_target', '[{"op": "replace", "path": "plugs[kind eq ~y~]", "value": {"value": "2", "label": "M"}}]');
-- what is the server's is not made of what a filter says
SELECT tries('create_target', '[{"op": "add", "path": "plugs[seen eq ~s~].label", "value": "M"}]');
-- each of the values that a part is to have
SELECT tries('create_target', '[{"op": "add", "path": "plugs[marks eq ~p~ and marks eq ~q~].label", "value": "M"}]');
SELECT tries('create_target', '[{"op": "add", "path": "plugs[label eq ~M~].marks", "value": ["p", "q"]}]');
-- alternatives are no value, be they of different parts
SELECT tries('create_target', '[{"op": "add", "path": "plugs[kind eq ~y~ or value eq ~2~].label", "value": "M"}]');
-- values without parts: what is given is the value
SELECT tries('rfc', '[{"op": "replace", "path": "tags[value eq ~c~]", "value": "d"}]');
SELECT tries('create_target', '[{"op": "replace", "path": "tags[value eq ~c~]", "value": "d"}]');
SELECT tries('create_target', '[{"op": "replace", "path": "tags[value eq ~a~]", "value": "d"}]');

-- replaced as a whole: what is immutable stays, what is required must be given
SELECT tries('rfc', '[{"op": "replace", "path": "maker", "value": {"value": "n"}}]');
SELECT tries('full_replace', '[{"op": "replace", "path": "maker", "value": {"value": "n"}}]');
SELECT tries('full_replace', '[{"op": "replace", "path": "maker", "value": {"value": "n", "born": "1901"}}]');
SELECT tries('full_replace', '[{"op": "replace", "path": "maker", "value": {"value": "n", "born": "1900"}}]');
SELECT tries('full_replace', '[{"op": "replace", "path": "badge", "value": {"color": "blue"}}]');
SELECT tries('full_replace', '[{"op": "replace", "path": "badge", "value": {"value": "c"}}]');
-- by a filter, as one of many values is: what is immutable must be given again
SELECT tries('full_replace', '[{"op": "replace", "path": "maker[value eq ~m~]", "value": {"value": "n"}}]');

-- id, meta and groups are the resource's own; what else is readOnly must be what is there
SELECT tries('own_read_only', '[{"op": "replace", "value": {"id": "x", "meta": "x", "title": "U"}}]');
SELECT tries('own_read_only', '[{"op": "replace", "value": {"serial": "x", "title": "U"}}]');
SELECT tries('own_read_only', '[{"op": "replace", "value": {"urn:example:Extra": {"id": "x", "note": "o"}}}]');
\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_profile_parts;
