-- A schema that changes under a mapped table: what the mapping names must stay
-- and fit its column, and the rows, as they would be read then, must be allowed.
-- Columns that are read only are shown, and are no content.
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

-- ---- what is read only is shown, and is no content ----

CREATE TABLE people (id serial PRIMARY KEY, login text, first_name text, addresses text[], numbers text[], rest jsonb, dept text, version text);
SELECT says($$SELECT scim_register_table('people', 'User', '{"id": "id", "data": "rest", "version": "version", "attributes": {"userName": {"column": "login", "mode": "read"}, "name.givenName": "first_name", "emails.value": "addresses",
	"phoneNumbers.value": {"column": "numbers", "mode": "read"}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {"column": "dept", "mode": "read"}}}')::text$$);
INSERT INTO people (login, first_name, addresses, numbers, dept) VALUES ('bob', 'Bob', '{a,b}', '{1,2}', 'Sales');
SELECT scim_get_user('1') - 'meta';
SELECT version = scim_version(scim_get_user('1') - '{userName,phoneNumbers,schemas,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User}'::text[] || '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}') FROM people;
-- it moves no version, and may be sent back as it was read
CREATE TEMPORARY TABLE before AS SELECT version FROM people;
UPDATE people SET numbers = '{3}', dept = 'Staff';
SELECT scim_update_user('1', scim_get_user('1')) #>> '{meta,version}' = version FROM before;
SELECT scim_update_user('1', jsonb_set(scim_get_user('1'), '{emails,0,primary}', 'true')) - 'meta', rest FROM people;
SELECT rest FROM people;
SELECT scim_update_user('1', '{"name": {"givenName": "Bo"}, "userName": "bob"}') - 'meta';
-- another value is refused
SELECT says(format('SELECT scim_patch_user(''1'', %L)::text', o)) FROM (VALUES (1, '[{"op": "replace", "path": "userName", "value": "ann"}]'::jsonb), (2, '[{"op": "add", "path": "phoneNumbers", "value": [{"value": "9"}]}]'),
	(3, '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "x"}]')) AS v (i, o) ORDER BY i;
SELECT says($$SELECT scim_create_user('{"userName": "ann"}')::text$$);
-- the rest of the extension is the client's
SELECT scim_patch_user('1', '[{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "value": "7"}]') - 'meta';
SELECT rest, version = scim_version(scim_content(scim_get_user('1')) - '{userName,phoneNumbers}'::text[] #- '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,department}') FROM people;

-- ---- rows without a tenant are no resources ----

SELECT scim_unregister_table('devices');
SELECT registered('[{"name": "serial", "type": "string", "required": true}, {"name": "ports", "type": "integer"}]');
CREATE TABLE things (org text, key int PRIMARY KEY, sn text, ports int);
SELECT scim_register_table('things', 'Device', '{"id": "key", "tenant": "org", "attributes": {"serial": "sn", "ports": "ports"}}');
INSERT INTO things VALUES (NULL, 1, 'S1'), (NULL, 2, 's1'), (NULL, 3, NULL), ('acme', 4, 'S1'), ('acme', 5, 's1'), ('acme', 6, NULL), ('other', 7, 'S1');
UPDATE things SET ports = 1 WHERE key NOT IN (3, 6);
SELECT checked('[{"name": "serial", "type": "string", "required": true, "uniqueness": "server"}, {"name": "ports", "type": "integer", "required": true}]');
ROLLBACK;
