-- Tools for resource types that were registered: the generic ones, and the
-- list that follows the schemas.  In a database of its own.
SET client_min_messages = warning;
CREATE DATABASE scimver_tools_types TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_tools_types
\pset format unaligned
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');

CREATE FUNCTION mask(answer jsonb) RETURNS jsonb LANGUAGE sql RETURN
  regexp_replace(regexp_replace(regexp_replace(answer::text,
    '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'g'),
    '[0-9A-Za-z+/]{11}=', '<version>', 'g'),
    '[0-9-]{10}T[0-9:.]{8,15}Z', '<time>', 'g')::jsonb;
-- a call of a generic tool about devices
CREATE FUNCTION device(operation text, arguments jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT scim_call_tool('scim_' || operation, '{"resource_type": "Device"}' || arguments)::jsonb
$$;
CREATE FUNCTION failure(answer jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', answer->>'success', answer->'content'->>'error_code', answer->'content'->>'path', answer->'content'->>'error')
$$;
CREATE FUNCTION types_listed() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(DISTINCT (t->'inputSchema'->'properties'->'resource_type'->'enum')::text, ' / ') || ' in ' ||
         count(t->'inputSchema'->'properties'->'resource_type'->'enum')
    FROM jsonb_array_elements(scim_tools()) t
$$;

--
-- a type that nobody knew when this was compiled
--
SELECT types_listed(), failure(device('list_resources'));
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [
  {"name": "displayName", "required": true}, {"name": "serial", "caseExact": true, "uniqueness": "server"},
  {"name": "active", "type": "boolean"}, {"name": "installed", "type": "dateTime"},
  {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "integer"}, {"name": "type"}]},
  {"name": "log", "returned": "request"}]}')->'id' AS schema;
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}')->'name' AS type;
SELECT types_listed(), failure(device('list_resources'));
SELECT scim_create_table('devices', 'Device');
SELECT device('create_resource', '{"resource_data": {"displayName": "Lamp", "serial": "a1", "installed": "2026-01-01T00:00:00Z",
  "ports": [{"value": 1, "type": "usb"}], "log": "long"}}') AS created \gset
SELECT mask(:'created');
SELECT :'created'::jsonb->'content'->>'id' AS lamp, :'created'::jsonb->'metadata'->>'version' AS version \gset
SELECT mask(device('create_resource', '{"resource_data": {"displayName": "Other", "serial": "a1"}}')) AS taken;
SELECT failure(device('create_resource', d)) FROM unnest(ARRAY['{"resource_data": {"serial": "a2"}}', '{"resource_data": {"displayName": "x", "active": "yes"}}',
  '{"resource_data": {"displayName": "x", "ports": [{"value": 1.5}]}}', '{"resource_data": {"displayName": "x", "userName": "x"}}', '{"device_data": {}}']::jsonb[]) d;
SELECT mask(device('patch_resource', jsonb_build_object('resource_id', :'lamp', 'expected_version', :'version',
  'operations', '[{"op": "replace", "path": "ports[type eq \"usb\"].value", "value": 2}]'::jsonb)))->'content'->'ports' AS patched;
SELECT a->'content'->>'error_code' AS stale, a->'content'->'current'->'ports' AS current, a->'content'->'next_steps' AS next_steps, a->'metadata' ? 'partial' AS partial
  FROM device('update_resource', jsonb_build_object('resource_id', :'lamp', 'expected_version', :'version', 'resource_data', '{"displayName": "x"}'::jsonb)) a;
SELECT device('get_resource', jsonb_build_object('resource_id', :'lamp', 'attributes', '["log"]'::jsonb))->'content'->'log' AS asked_for;
SELECT count(device('create_resource', jsonb_build_object('resource_data', jsonb_build_object('displayName', 'd' || n, 'serial', 's' || n, 'active', n % 2 = 0))))
  FROM generate_series(1, 5) n;
SELECT a, jsonb_path_query_array(r, '$.content.Resources[*].serial') AS serials, r->'metadata' ? 'next_cursor' AS more FROM unnest(ARRAY[
  '{"filter": "serial sw \"s\" and active eq true", "sort_by": "serial", "sort_order": "descending"}', '{"filter": "ports[value gt 1]"}',
  '{"filter": "installed lt \"2026-01-01T01:00:00+01:30\""}', '{"cursor": "*", "count": 2, "sort_by": "serial"}']::jsonb[]) a, device('list_resources', a) r;
SELECT mask(device('list_resources', '{"filter": "serial eq \"s1\"", "attributes": ["serial"]}'));
SELECT failure(device('list_resources', a)) FROM unnest(ARRAY['{"filter": "userName pr"}', '{"filter": "active co \"x\""}', '{"sort_by": "ports"}']::jsonb[]) a;
SELECT mask(device('delete_resource', jsonb_build_object('resource_id', :'lamp')));
SELECT mask(device('get_resource', jsonb_build_object('resource_id', :'lamp')))->'content'->>'error_code' AS gone;
SELECT a->'content'->'resource_types'->0->'name' AS type, jsonb_path_query_array(a, '$.content.schemas[*].attributes[*].name') AS attributes
  FROM device('get_schemas') a;

--
-- the types change under a call
--
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM scim_register_resource_type('{"name": "Gadget", "endpoint": "/Gadgets", "schema": "urn:example:Device"}');
  PERFORM scim_call_tool('scim_list_users', '{}'), scim_tools();
  RETURN NULL;
END $$;
CREATE TRIGGER meddle AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT mask(scim_call_tool('scim_create_resource', '{"resource_type": "User", "resource_data": {"userName": "ada"}}')::jsonb), types_listed();
SELECT types_listed();
DROP TRIGGER meddle ON users;
BEGIN;
SELECT scim_unregister_resource_type('Gadget');
SELECT types_listed();
SELECT failure(scim_call_tool('scim_list_resources', '{"resource_type": "Gadget"}'::jsonb)::jsonb);
ROLLBACK;
SELECT types_listed();
SELECT failure(scim_call_tool('scim_list_resources', '{"resource_type": "Gadget"}'::jsonb)::jsonb);

--
-- however many there are, the list stays small
--
CREATE FUNCTION detail() RETURNS TABLE (small boolean, tools int, enums bigint, attributes bigint, parts_of_name bigint) LANGUAGE sql AS $$
  SELECT sum(octet_length(regexp_replace((t - '{title,annotations,outputSchema}'::text[])::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g'))) <= 40000,
         jsonb_array_length(scim_tools()), count(t->'inputSchema'->'properties'->'resource_type'->'enum'),
         max((SELECT count(*) FROM jsonb_object_keys(t #> '{inputSchema,properties,user_data,properties}'))),
         max((SELECT count(*) FROM jsonb_object_keys(t #> '{inputSchema,properties,user_data,properties,name,properties}'))) FROM jsonb_array_elements(scim_tools()) t
$$;
SELECT * FROM detail();
SELECT count(scim_register_resource_type(jsonb_build_object('name', 'Gadget' || n, 'endpoint', '/Gadgets' || n, 'schema', 'urn:example:Device')))
  FROM generate_series(1, 20) n;
SELECT * FROM detail();
SELECT scim_register_schema(jsonb_set(document, '{attributes}', document->'attributes' ||
         (SELECT jsonb_agg(jsonb_build_object('name', 'attribute' || n)) FROM generate_series(1, 90) n)))->>'id' AS schema
  FROM scim_schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User';
SELECT * FROM detail();

\c postgres
DROP DATABASE scimver_tools_types;
