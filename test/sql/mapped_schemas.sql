-- A schema that changes under a mapped table: what the mapping names must stay
-- and fit its column, and the rows, as they would be read then, must be allowed.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
CREATE FUNCTION says(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE statement;
EXCEPTION WHEN sqlstate 'PT400' OR sqlstate 'PT409' THEN
	RETURN NEXT sqlerrm;
END $$;
-- a schema with these attributes: what the check of it says, and its registration
CREATE FUNCTION schema(attributes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('id', 'urn:example:Device', 'name', 'Device', 'attributes', attributes);
CREATE FUNCTION checked(attributes jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT says(format('SELECT concat_ws('' | '', tenant_id, id, path, problem) FROM scim_check_schema(%L) ORDER BY 1', schema(attributes)))$$;
CREATE FUNCTION registered(attributes jsonb) RETURNS SETOF text LANGUAGE sql AS $$SELECT says(format('SELECT scim_register_schema(%L) ->> ''id''', schema(attributes)))$$;

SELECT registered('[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]');
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') ->> 'name';
CREATE TABLE devices (org text, key int, sn text, ports int, made date, tag text, rest jsonb, PRIMARY KEY (org, key));
SELECT scim_register_table('devices', 'Device', '{"id": "key", "tenant": "org", "data": "rest", "attributes": {"serial": "sn", "ports": "ports", "made": "made", "tags[type eq \"a\"].value": "tag"}}');
INSERT INTO devices VALUES ('acme', 1, 'S1', 4, '2024-01-01', 'x', '{"color": "red"}'), ('acme', 2, 's1', 5, NULL, '', '{"color": "blue"}'), ('other', 1, 'S1', NULL, NULL, NULL, NULL), ('other', 2, '', 4, NULL, 'y', '{"color": 7}');

-- an attribute with a column is gone, or of another type than the column's; for the one in "data" only the rows count
SELECT checked(a), registered(a) FROM (VALUES (1, '[{"name": "serial", "type": "string", "required": true}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'::jsonb),
	(2, '[{"name": "serial", "type": "boolean"}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'),
	(3, '[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}]}, {"name": "color", "type": "string"}]'),
	(4, '[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'),
	(5, '[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}]')) AS v (i, a) ORDER BY i;
-- a type that the column fits, too, but by which it is read in another way, or another spelling: versions would be others
SELECT checked(a) FROM (VALUES (1, '[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "string"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'::jsonb),
	(2, '[{"name": "SERIAL", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'),
	(3, '[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "Type", "type": "string"}]}, {"name": "color", "type": "string"}]')) AS v (i, a) ORDER BY i;
-- required, canonical, unique: the rows that are not so
SELECT checked(a) FROM (VALUES ('[{"name": "serial", "type": "string", "required": true, "uniqueness": "server"}, {"name": "ports", "type": "integer", "required": true}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'::jsonb)) AS v (a);
SELECT registered(a) FROM (VALUES ('[{"name": "serial", "type": "string", "required": true, "uniqueness": "server"}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}]'::jsonb)) AS v (a);
UPDATE devices SET sn = 'S2' WHERE org = 'acme' AND key = 2;
SELECT registered(a) FROM (VALUES ('[{"name": "serial", "type": "string", "required": true, "uniqueness": "server"}, {"name": "ports", "type": "integer"}, {"name": "made", "type": "dateTime"}, {"name": "tags", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "string"}, {"name": "type", "type": "string"}]}, {"name": "color", "type": "string"}, {"name": "owner", "type": "string"}]'::jsonb)) AS v (a);
SELECT scim_patch_resource('Device', '1', '[{"op": "add", "path": "owner", "value": "ann"}]', tenant_id => 'acme') - 'meta';
SELECT says($$SELECT scim_create_resource('Device', '{"serial": "S1"}', tenant_id => 'acme')::text$$);
SELECT * FROM scim_check_table('devices');
ROLLBACK;
