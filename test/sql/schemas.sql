-- Schemas as data: Device (RFC 9944) and two definitions of Agent are registered, and obeyed.
SET client_min_messages = warning;
CREATE DATABASE scimver_schemas TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_schemas
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;

CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN (detail::jsonb - 'status' - 'scim_type' - 'error_code')::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
-- the message, and the path
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || CASE WHEN detail LIKE '{%' THEN coalesce(' @ ' || (detail::jsonb->>'path'), '') || coalesce(' = ' || (detail::jsonb->>'value'), '') ELSE '' END;
END $$;
-- what a client sees of a resource, without what differs from run to run
CREATE FUNCTION plain(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT resource - 'id' - 'meta' - 'schemas' $$;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
-- the schemas that hold: a row that was registered takes the place of a built-in one
CREATE VIEW schemas AS SELECT DISTINCT ON (id) * FROM scim_schemas ORDER BY id, built_in;
CREATE VIEW types AS SELECT DISTINCT ON (name) * FROM scim_resource_types ORDER BY name, built_in;
GRANT SELECT ON schemas, types TO PUBLIC;
CREATE TABLE documents (name text PRIMARY KEY, document jsonb);
CREATE FUNCTION document(text) RETURNS jsonb LANGUAGE sql STABLE AS 'SELECT document FROM documents WHERE name = $1';

-- ---- what comes with the extension ----

SELECT id, version, built_in, options FROM scim_schemas ORDER BY position;
SELECT name, version, built_in FROM scim_resource_types ORDER BY position;
-- they are as clients read them; the version is that of the document
SELECT bool_and(d = s.document || jsonb_build_object('meta', jsonb_build_object('resourceType', 'Schema', 'location', '/Schemas/' || id, 'version', version))) AS shown,
	bool_and(version = scim_version(d)) AS versions
FROM scim_schemas s JOIN jsonb_array_elements(scim_get_schemas()->'schemas') d ON d->>'id' = s.id;
SELECT jsonb_pretty(scim_get_schemas()->'resource_types'->0);
-- all that can be discovered has a version, which moves with it
SELECT d->'meta'->>'version' = scim_version(d - 'time') AS version FROM (VALUES (scim_get_schemas()), (scim_server_info())) v(d);
SELECT scim_get_schemas()->'meta'->>'version' AS schemas_before \gset
-- what the server can do is described by a schema of its own
SELECT jsonb_pretty(scim_service_provider_config() #- '{meta,version}');
SET scimver.max_page_size = 50; SET scimver.cursor_timeout = 60; SET scimver.base_url = 'https://example.com/v2';
SELECT c->'filter', c->'pagination', c->'meta'->>'location', c->'meta'->>'version' = scim_version(c) FROM scim_service_provider_config() c;
RESET scimver.max_page_size; RESET scimver.cursor_timeout; RESET scimver.base_url;
-- each of its attributes is one of the schema, and what is required is there
SELECT key FROM jsonb_object_keys(scim_service_provider_config()) key
WHERE key NOT IN ('schemas', 'meta') AND NOT EXISTS (SELECT FROM scim_schemas, jsonb_array_elements(document->'attributes') a WHERE id LIKE '%ServiceProviderConfig' AND a->>'name' = key);
SELECT a->>'name' FROM scim_schemas, jsonb_array_elements(document->'attributes') a WHERE id LIKE '%ServiceProviderConfig' AND (a->'required')::boolean AND NOT scim_service_provider_config() ? (a->>'name');

-- ---- Device of RFC 9944, with its extension for Wi-Fi Easy Connect ----

INSERT INTO documents VALUES ('Device', '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
	"id": "urn:ietf:params:scim:schemas:core:2.0:Device", "name": "Device", "description": "Device account", "attributes": [
	{"name": "displayName", "type": "string", "multiValued": false, "description": "Name of the device, as people read it",
		"required": false, "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"},
	{"name": "active", "type": "boolean", "multiValued": false, "description": "May the device be used?",
		"required": true, "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"},
	{"name": "mudUrl", "type": "reference", "multiValued": false, "description": "URL of the manufacturer usage description (RFC 8520)",
		"required": false, "caseExact": false, "referenceTypes": ["external"], "mutability": "readWrite", "returned": "default", "uniqueness": "none"},
	{"name": "groups", "type": "complex", "multiValued": true, "description": "Groups that the device is in",
		"required": false, "mutability": "readOnly", "returned": "default", "subAttributes": [
		{"name": "value", "type": "string", "mutability": "readOnly", "description": "Id of the group"},
		{"name": "$ref", "type": "reference", "referenceTypes": ["Group"], "mutability": "readOnly", "description": "URI of the group"},
		{"name": "display", "type": "string", "mutability": "readOnly", "description": "Name of the group"},
		{"name": "type", "type": "string", "canonicalValues": ["direct", "indirect"], "mutability": "readOnly"}]}]}'),
('DPP', '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
	"id": "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device", "name": "dppExtension", "description": "Device extension schema for DPP", "attributes": [
	{"name": "dppVersion", "type": "integer", "multiValued": false, "description": "Version of DPP", "required": true,
		"mutability": "readWrite", "returned": "default", "uniqueness": "none"},
	{"name": "bootstrappingMethod", "type": "string", "multiValued": true, "description": "How the key reaches the server", "required": false,
		"caseExact": true, "mutability": "readWrite", "returned": "default", "uniqueness": "none"},
	{"name": "bootstrapKey", "type": "string", "multiValued": false, "description": "Public key, in base64", "required": true,
		"caseExact": true, "mutability": "writeOnly", "returned": "never", "uniqueness": "none"},
	{"name": "deviceMacAddress", "type": "string", "multiValued": false, "description": "MAC address", "required": false,
		"caseExact": false, "mutability": "immutable", "returned": "default", "uniqueness": "server"},
	{"name": "classChannel", "type": "string", "multiValued": true, "description": "Channels", "required": false,
		"caseExact": false, "mutability": "readWrite", "returned": "request", "uniqueness": "none"},
	{"name": "serialNumber", "type": "string", "multiValued": false, "description": "Number on the device", "required": false,
		"caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none"}]}'),
('DeviceType', '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": "Device", "name": "Device", "endpoint": "/Devices",
	"description": "Device account", "schema": "urn:ietf:params:scim:schemas:core:2.0:Device", "schemaExtensions": [
	{"schema": "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device", "required": false}]}');

SELECT error($$SELECT scim_register_resource_type(document('DeviceType'))$$);
SELECT s - 'attributes', jsonb_array_length(s->'attributes') FROM scim_register_schema(document('Device')) s;
SELECT error($$SELECT scim_register_resource_type(document('DeviceType'))$$);
SELECT s - 'attributes' FROM scim_register_schema(document('DPP')) s;
SELECT scim_register_resource_type(document('DeviceType'));
-- what was left out has its default; references are case exact
SELECT jsonb_path_query(scim_get_schemas(), '$.schemas[*] ? (@.name == "Device").attributes[*] ? (@.name == "mudUrl" || @.name == "active")');
SELECT jsonb_path_query_array(scim_get_schemas(), '$.*[*].name');
SELECT scim_get_schemas()->'meta'->>'version' <> :'schemas_before' AS another_version;
-- what was read can be sent back; nothing changes
SELECT scim_register_schema(s)->'meta' = s->'meta' FROM jsonb_path_query(scim_get_schemas(), '$.schemas[*] ? (@.name == "Device")') s;
SELECT scim_register_resource_type(t) = t FROM jsonb_path_query(scim_get_schemas(), '$.resource_types[*] ? (@.name == "Device")') t;

SELECT scim_create_table('devices', 'Device');
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'devices'::regclass AND attgenerated <> '' ORDER BY attnum;
INSERT INTO devices (id, data) VALUES (id(1), '{"displayName": "door", "active": true}');
SELECT plain(scim_create_resource('device', '{"DISPLAYNAME": "lamp", "active": false, "mudUrl": "https://example.com/lamp.json", "groups": [{"value": "x"}],
	"urn:ietf:params:scim:schemas:extension:dpp:2.0:device": {"dppversion": 2, "bootstrapKey": "MDkw", "bootstrappingMethod": ["QR"], "deviceMacAddress": "2C:54:91:88:C9:E2", "classChannel": ["81/1"]}}'));
SELECT data->'urn:ietf:params:scim:schemas:extension:dpp:2.0:Device'->>'bootstrapKey' AS stored, version = scim_version(scim_get_resource('Device', id::text)) AS without_the_key, data->'schemas' FROM devices WHERE data->>'displayName' = 'lamp';
SELECT plain(scim_get_resource('Device', id::text, attributes => '{urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:classChannel, displayName}')) FROM devices WHERE data->>'displayName' = 'lamp';
SELECT scim_list_resources('Device', 'active eq false and urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:deviceMacAddress eq "2c:54:91:88:c9:e2"')->'totalResults';
-- nothing shows the key: no attribute that is named, no filter
SELECT plain(scim_get_resource('Device', id::text, attributes => '{urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:bootstrapKey}')) FROM devices WHERE data->>'displayName' = 'lamp';
SELECT error($$SELECT scim_list_resources('Device', 'urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:bootstrapKey sw "M"')$$);
SELECT error($$SELECT scim_list_resources('Device', sort_by => 'urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:bootstrapKey')$$);
-- a change of it is a change
SELECT revision FROM devices WHERE data->>'displayName' = 'lamp';
SELECT plain(scim_patch_resource('Device', id::text, '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:bootstrapKey", "value": "bmV3"}]')) FROM devices WHERE data->>'displayName' = 'lamp';
SELECT revision FROM devices WHERE data->>'displayName' = 'lamp';

-- ---- what each characteristic refuses ----

CREATE FUNCTION device(more jsonb) RETURNS text LANGUAGE sql AS $$ SELECT error(format('SELECT scim_create_resource(''Device'', %L)', '{"active": true}'::jsonb || more)) $$;
CREATE FUNCTION dpp(more jsonb) RETURNS text LANGUAGE sql AS $$ SELECT device(jsonb_build_object('urn:ietf:params:scim:schemas:extension:dpp:2.0:Device', '{"dppVersion": 1, "bootstrapKey": "MDkw"}'::jsonb || more)) $$;
SELECT error($$SELECT scim_create_resource('Device', '{"displayName": "x"}')$$);
SELECT device('{"active": "true"}'), device('{"displayName": 1}'), device('{"colour": "red"}');
SELECT device('{"mudUrl": "/relative"}');
SELECT device('{"mudUrl": "https://example.com/a b"}');
SELECT device('{"mudUrl": "https://example.com/ä"}');
SELECT device('{"mudUrl": "https://example.com/%zz"}');
SELECT device('{"mudUrl": "1https://example.com/"}');
SELECT dpp('{"dppVersion": 1.5}'), dpp('{"dppVersion": null}'), dpp('{"bootstrappingMethod": "QR"}');
SELECT dpp('{"bootstrapKey": 1}');
SELECT dpp('{"deviceMacAddress": "2c:54:91:88:C9:e2"}');
SELECT dpp('{"classChannel": ["a", 2]}');
-- a long value is cut in the error, a large one is not said
SELECT length((regexp_match(device(jsonb_build_object('mudUrl', repeat('x y', 1000))), '= (.*)$'))[1]) AS shown;
SELECT device(jsonb_build_object('displayName', jsonb_build_object('a', repeat('x', 1000)))), device('{"displayName": {"a": "x"}}');

-- readOnly: what SQL stored stays, and what a client sends is ignored
UPDATE devices SET data = data || '{"groups": [{"value": "g1", "display": "G"}]}' WHERE id = id(1);
SELECT plain(scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "door", "groups": [{"value": "g2"}]}'));
SELECT error($$SELECT scim_patch_resource('Device', id(1)::text, '[{"op": "remove", "path": "groups"}]')$$);
SELECT revision, plain(scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "door"}', 'stale')) IS NOT NULL AS harmless FROM devices WHERE id = id(1);
UPDATE devices SET data = data - 'groups' WHERE id = id(1);
-- immutable: set once; a PUT that leaves it out keeps it
SELECT plain(scim_update_resource('Device', id::text, '{"active": true, "displayName": "door", "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 1, "bootstrapKey": "MDkw", "deviceMacAddress": "00:00:00:00:00:01"}}')) FROM devices WHERE id = id(1);
SELECT error($$SELECT scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "door", "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 1, "bootstrapKey": "MDkw", "deviceMacAddress": "00:00:00:00:00:02"}}')$$);
SELECT error($$SELECT scim_patch_resource('Device', id(1)::text, '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:deviceMacAddress", "value": "00:00:00:00:00:02"}]')$$);
SELECT error($$SELECT scim_patch_resource('Device', id(1)::text, '[{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device:deviceMacAddress"}]')$$);
SELECT plain(scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "gate", "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 2, "bootstrapKey": "MDkw"}}'));
-- the extension as a whole, too, unless it has more that is required; and what is repeated with a stale version is there already
SELECT error($$SELECT scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "gate"}')$$);
SELECT scim_register_schema(jsonb_set(jsonb_set(document('DPP'), '{attributes,0,required}', 'false'), '{attributes,2,required}', 'false'))->>'name';
SELECT plain(scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "gate"}'));
SELECT data->'schemas' FROM devices WHERE id = id(1);
SELECT revision, plain(scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "gate"}', 'stale')) IS NOT NULL AS harmless FROM devices WHERE id = id(1);
SELECT error($$SELECT scim_update_resource('Device', id(1)::text, '{"active": true, "displayName": "other"}', 'stale')$$);
SELECT scim_register_schema(document('DPP'), force => true)->>'name';
-- plain SQL may do as it likes, as the option says
UPDATE devices SET data = jsonb_set(data, '{urn:ietf:params:scim:schemas:extension:dpp:2.0:Device,deviceMacAddress}', '"00:00:00:00:00:03"') WHERE id = id(1);

-- ---- option validate: the trigger checks whoever writes ----

DROP TABLE devices;
SELECT error($$SELECT scim_create_table('devices', 'Device', '{"validate": "yes"}')$$);
SELECT scim_create_table('devices', 'Device', '{"validate": true, "version_scheme": "content"}');
INSERT INTO devices (id, data) VALUES (id(1), '{"displayName": "door", "active": true}');
SELECT error($$INSERT INTO devices (data) VALUES ('{"displayName": "door"}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": "yes"}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": true, "mudurl": "https://example.com"}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": true, "groups": [{"value": 1}]}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": true, "schemas": ["urn:x"]}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": true, "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 1, "bootstrapKey": "x"}}')$$);
SELECT error($$INSERT INTO devices (data) VALUES ('{"active": true, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device", "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device"], "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 1}}')$$);
INSERT INTO devices (id, data) VALUES (id(2), '{"active": true, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device", "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device"], "urn:ietf:params:scim:schemas:extension:dpp:2.0:Device": {"dppVersion": 1, "bootstrapKey": "x", "deviceMacAddress": "a"}}');
SELECT error($$UPDATE devices SET data = jsonb_set(data, '{urn:ietf:params:scim:schemas:extension:dpp:2.0:Device,deviceMacAddress}', '"b"') WHERE id = id(2)$$);
SELECT error($$UPDATE devices SET data = data #- '{urn:ietf:params:scim:schemas:extension:dpp:2.0:Device,deviceMacAddress}' WHERE id = id(2)$$);
SELECT error($$UPDATE devices SET data = data || '{"displayName": ["x"]}' WHERE id = id(1)$$);
UPDATE devices SET data = data || '{"displayName": "y"}' WHERE id = id(1);
SELECT plain(scim_patch_resource('Device', id(1)::text, '[{"op": "add", "path": "mudUrl", "value": "urn:x:y"}]'));
SELECT count(*), bool_and(version = scim_version(scim_get_resource('Device', id::text) || jsonb_strip_nulls(jsonb_build_object('urn:ietf:params:scim:schemas:extension:dpp:2.0:Device', data->'urn:ietf:params:scim:schemas:extension:dpp:2.0:Device')))) AS "right" FROM devices;

-- ---- a change is checked against what is there ----

INSERT INTO devices (id, data) SELECT id(n), jsonb_build_object('active', true, 'displayName', 'device ' || n) FROM generate_series(10, 250) n;
CREATE FUNCTION changed(name text, path text, value jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT jsonb_set(document(name), path::text[], value) $$;
SELECT count(*), count(DISTINCT id), min(path), min(problem) FROM scim_check_schema(changed('Device', '{attributes,0,type}', '"integer"'));
SELECT * FROM scim_check_schema(changed('Device', '{attributes,0,canonicalValues}', '["y"]'), '{"canonicalValues": "restrict"}') ORDER BY id LIMIT 2;
SELECT count(*) FROM scim_check_schema(changed('Device', '{attributes,0,canonicalValues}', '["y"]'));
SELECT * FROM scim_check_schema(changed('Device', '{attributes,0}', '{"name": "label"}')) ORDER BY id LIMIT 1;
CREATE FUNCTION invalid(statement text) RETURNS TABLE (message text, told int, count bigint, first jsonb, hint text) LANGUAGE plpgsql AS $$
DECLARE
	detail jsonb;
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY SELECT sqlstate || ' ' || sqlerrm, jsonb_array_length(detail->'invalid'), (detail->>'invalid_count')::bigint, detail->'invalid'->0, hint;
END $$;
SELECT * FROM invalid($$SELECT scim_register_schema(changed('Device', '{attributes,0,type}', '"integer"'))$$);
SELECT * FROM invalid($$SELECT scim_register_schema(changed('Device', '{attributes,2,required}', 'true'))$$);
SELECT version = scim_version(document) AND document->'attributes'->0->>'type' = 'string' AS unchanged FROM scim_schemas WHERE id LIKE '%:Device' AND position = 7;
-- a resource type as well: what is required of all devices is not there
SELECT * FROM invalid($$SELECT scim_register_resource_type(changed('DeviceType', '{schemaExtensions,0,required}', 'true'))$$);
SELECT * FROM invalid($$SELECT scim_register_resource_type(changed('DeviceType', '{schemaExtensions}', '[]'))$$);
-- forced: the resources stay as they are, and their next write mends them
SET client_min_messages = notice;
SELECT scim_register_resource_type(changed('DeviceType', '{schemaExtensions,0,required}', 'true'), force => true)->'schemaExtensions';
SET client_min_messages = warning;
SELECT device('{"displayName": "new"}');
SELECT error($$SELECT scim_patch_resource('Device', id(10)::text, '[{"op": "replace", "path": "displayName", "value": "new"}]')$$);
SELECT error($$UPDATE devices SET data = data || '{"displayName": "new"}' WHERE id = id(10)$$);
SELECT plain(scim_get_resource('Device', id(10)::text));
-- what was wrong before is not held against another change
SELECT count(*) FROM scim_check_schema(changed('Device', '{attributes,0,description}', '"Label"'));
SELECT scim_register_resource_type(document('DeviceType'))->'schemaExtensions';
-- uniqueness: the values must differ, force or not; then there is an index
UPDATE devices SET data = data || '{"displayName": "DEVICE 10"}' WHERE id = id(20);
SELECT id, path, problem FROM scim_check_schema(changed('Device', '{attributes,0,uniqueness}', '"server"')) ORDER BY id;
SELECT message, count, hint FROM invalid($$SELECT scim_register_schema(changed('Device', '{attributes,0,uniqueness}', '"server"'), force => true)$$);
UPDATE devices SET data = data - 'displayName' WHERE id = id(20);
SELECT s->'attributes'->0->>'uniqueness' FROM scim_register_schema(changed('Device', '{attributes,0,uniqueness}', '"server"')) s;
SELECT device('{"displayName": "Device 11"}');
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'devices'::regclass AND pg_get_indexdef(indexrelid) LIKE '%display_name%' ORDER BY 1;
SELECT scim_register_schema(document('Device'))->'attributes'->0->>'uniqueness';
SELECT device('{"displayName": "Device 11"}');
-- caseExact: the column is made anew
SELECT scim_register_schema(changed('Device', '{attributes,0,caseExact}', 'true'))->'attributes'->0->'caseExact';
SELECT scim_list_resources('Device', 'displayName eq "device 11"')->'totalResults', scim_list_resources('Device', 'displayName eq "Device 11"')->'totalResults', scim_list_resources('Device', 'displayName eq "DEVICE 11"')->'totalResults';
SELECT count(*) FROM devices WHERE version <> scim_version(scim_get_resource('Device', id::text)) AND NOT data ? 'urn:ietf:params:scim:schemas:extension:dpp:2.0:Device';

-- ---- restricted values ----

SELECT error($$SELECT scim_register_schema(document('Device'), '{"restrict": ["displayName"]}')$$);
SELECT error($$SELECT scim_register_schema(document('Device'), '{"restrict": "groups.type"}')$$);
SELECT error($$SELECT scim_register_schema(document('Device'), '{"canonicalValues": "always"}')$$);
SELECT error($$SELECT scim_register_schema(document('Device'), '{"canonicalvalues": "restrict", "other": 1}')$$);
SELECT error($$SELECT scim_register_schema(document('Device'), '[]')$$);
SELECT scim_create_table('users', 'User');
SELECT scim_create_user('{"userName": "ann", "emails": [{"value": "a@x.org", "type": "boat"}], "phoneNumbers": [{"value": "1", "type": "boat"}]}')->'emails';
CREATE FUNCTION user_schema() RETURNS jsonb LANGUAGE sql AS $$ SELECT document FROM schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User' $$;
SELECT path, problem FROM scim_check_schema(user_schema(), '{"restrict": ["EMAILS.type"]}');
SELECT scim_delete_user(id::text) FROM users;
SELECT scim_register_schema(user_schema(), '{"restrict": ["EMAILS.type"]}')->'meta'->>'version' = version AS same_version FROM schemas WHERE position = 1;
SELECT version, built_in, options FROM scim_schemas WHERE position = 1 ORDER BY built_in;
SELECT error($$SELECT scim_create_user('{"userName": "ann", "emails": [{"value": "a@x.org", "type": "boat"}]}')$$);
SELECT plain(scim_create_user('{"userName": "ann", "emails": [{"value": "a@x.org", "type": "WORK"}], "phoneNumbers": [{"value": "1", "type": "boat"}]}'));
SELECT error($$SELECT scim_patch_user(id::text, '[{"op": "add", "path": "emails", "value": [{"value": "b@x.org", "type": "boat"}]}]') FROM users$$);
SELECT scim_register_schema(user_schema(), '{"canonicalValues": "suggest"}')->'meta'->>'version' = version FROM schemas WHERE position = 1;
SELECT error($$SELECT scim_patch_user(id::text, '[{"op": "add", "path": "emails", "value": [{"value": "b@x.org", "type": "boat"}]}]') FROM users$$);

-- references to resources have not the endpoint of another type
SELECT error(format($$SELECT scim_create_user(jsonb_build_object('userName', %s, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('manager', jsonb_build_object('value', '1', '$ref', %L))))$$, quote_literal('u' || n), ref))
FROM unnest(ARRAY['https://example.com/v2/Devices/1', '../Groups/1?x=/Users/1', 'devices/1', 'https://example.com/v2/Users/1', 'Users/1', '/people/1', '1', 'urn:uuid:1', ':x', 'a:b/c d']) WITH ORDINALITY r(ref, n);

-- ---- two definitions of Agent: whichever is registered holds ----

INSERT INTO documents VALUES ('Agent abbey', '{"id": "urn:ietf:params:scim:schemas:core:2.0:Agent", "name": "Agent", "description": "An AI agent", "attributes": [
	{"name": "name", "required": true, "uniqueness": "server"}, {"name": "displayName"}, {"name": "active", "type": "boolean"},
	{"name": "description"}, {"name": "agentType"}, {"name": "subject"},
	{"name": "entitlements", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]},
	{"name": "roles", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]},
	{"name": "groups", "type": "complex", "multiValued": true, "mutability": "readOnly", "subAttributes": [{"name": "value", "mutability": "readOnly"}, {"name": "$ref", "type": "reference", "referenceTypes": ["Group"], "mutability": "readOnly"}]},
	{"name": "applications", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["AgenticApplication"]}, {"name": "display"}]},
	{"name": "x509Certificates", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "type": "binary"}]},
	{"name": "protocols", "type": "complex", "multiValued": true, "subAttributes": [{"name": "type", "required": true, "canonicalValues": ["A2A", "OpenAPI", "MCP-Server"]}, {"name": "specificationUrl", "type": "reference", "referenceTypes": ["external"]}]},
	{"name": "parent", "type": "complex", "subAttributes": [{"name": "value", "mutability": "immutable"}, {"name": "$ref", "type": "reference", "referenceTypes": ["Agent"]}]},
	{"name": "owners", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "required": true}, {"name": "$ref", "type": "reference", "referenceTypes": ["User", "Group"]}, {"name": "displayName", "mutability": "readOnly"}]}]}'),
('Agent wzdk', '{"id": "urn:ietf:params:scim:schemas:core:2.0:Agent", "name": "Agent", "description": "An agent", "attributes": [
	{"name": "agentUserName", "required": true, "uniqueness": "server"}, {"name": "displayName"}, {"name": "description"}, {"name": "active", "type": "boolean"},
	{"name": "owners", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User", "Group"]}, {"name": "display"}]}]}'),
('AgentType', '{"name": "Agent", "endpoint": "Agents", "schema": "urn:ietf:params:scim:schemas:core:2.0:Agent"}');
SELECT scim_register_schema(document('Agent abbey'))->'meta'->>'version' AS abbey;
SELECT scim_register_resource_type(document('AgentType'));
SELECT scim_create_table('agents', 'Agent');
SELECT attname FROM pg_attribute WHERE attrelid = 'agents'::regclass AND attgenerated <> '' ORDER BY attnum;
SELECT plain(scim_create_resource('Agent', '{"name": "bot", "active": true, "protocols": [{"type": "MCP-Server", "specificationUrl": "https://example.com/mcp"}], "parent": {"value": "1"}, "owners": [{"value": "u1", "$ref": "Users/u1"}]}'));
SELECT error($$SELECT scim_create_resource('Agent', '{"name": "BOT"}')$$);
SELECT error($$SELECT scim_create_resource('Agent', '{"name": "b", "protocols": [{"specificationUrl": "https://example.com"}]}')$$);
SELECT error($$SELECT scim_create_resource('Agent', '{"name": "b", "owners": [{"value": "d1", "$ref": "Devices/d1"}]}')$$);
SELECT error($$SELECT scim_create_resource('Agent', '{"name": "b", "agentUserName": "x"}')$$);
-- parts of a single complex value are immutable; without it, nothing is there to keep
SELECT error($$SELECT scim_patch_resource('Agent', id::text, '[{"op": "replace", "path": "parent.value", "value": "2"}]') FROM agents$$);
SELECT plain(scim_update_resource('Agent', id::text, '{"name": "bot", "active": true, "parent": {"$ref": "Agents/1"}}')) FROM agents;
SELECT plain(scim_update_resource('Agent', id::text, '{"name": "bot", "active": true}')) FROM agents;
-- the other definition: not while there are agents of the first
SELECT message, told, first - 'id' FROM invalid($$SELECT scim_register_schema(document('Agent wzdk'))$$);
SELECT scim_delete_resource('Agent', id::text) FROM agents;
SELECT scim_register_schema(document('Agent wzdk'))->'meta'->>'version' AS wzdk;
SELECT plain(scim_create_resource('Agent', '{"agentUserName": "bot", "owners": [{"value": "u1"}]}'));
SELECT error($$SELECT scim_create_resource('Agent', '{"name": "b"}')$$);
SELECT error($$SELECT scim_create_resource('Agent', '{"agentUserName": "Bot"}')$$);
SELECT attname FROM pg_attribute WHERE attrelid = 'agents'::regclass AND attgenerated <> '' ORDER BY attnum;

-- ---- documents that are refused ----

CREATE FUNCTION schema_of(attributes text) RETURNS text LANGUAGE sql AS $$ SELECT error(format('SELECT scim_register_schema(%L)', format('{"id": "urn:x:s", "name": "S", "attributes": [%s]}', attributes))) $$;
SELECT error(format('SELECT scim_register_schema(%L)', d)) FROM unnest(ARRAY['[]', '"x"', '{}', '{"id": 1}', '{"id": "", "attributes": []}', '{"id": "urn:x:s"}', '{"id": "urn:x:s", "attributes": {}}',
	'{"id": "urn:x:s", "attributes": [], "extra": 1}', '{"id": "urn:x:s", "ID": "urn:x:s", "attributes": []}', '{"id": "urn:x:s", "attributes": [], "schemas": ["urn:x:y"]}', '{"id": "urn:x:s", "attributes": [], "name": 1}',
	'{"id": "urn:ietf:params:scim:api:messages:2.0:PatchOp", "attributes": []}', '{"id": "http://example.com/s", "attributes": []}', '{"id": "urn:x:", "attributes": []}', '{"id": "urn::s", "attributes": []}', '{"id": "urn:x:a b", "attributes": []}', '{"id": "urn:x:a[b]", "attributes": []}', '{"id": "urn:x", "attributes": []}', '{"id": "urn:x:s:", "attributes": []}']) WITH ORDINALITY u(d, n) ORDER BY n;
SELECT schema_of(a) FROM unnest(ARRAY['1', '{}', '{"name": null}', '{"name": ""}', '{"name": "a b"}', '{"name": "1a"}', '{"name": "$a"}', '{"name": "ä"}', '{"name": "_version"}', '{"name": "a.b"}', '{"name": "a:b"}',
	'{"name": "a", "type": "text"}', '{"name": "a", "type": 1}', '{"name": "a", "multiValued": "no"}', '{"name": "a", "required": 1}', '{"name": "a", "description": []}', '{"name": "a", "mutability": "writable"}',
	'{"name": "a", "returned": "sometimes"}', '{"name": "a", "uniqueness": "local"}', '{"name": "a", "pattern": "x"}', '{"name": "a"}, {"name": "A"}',
	'{"name": "a", "type": "complex"}', '{"name": "a", "type": "complex", "subAttributes": []}', '{"name": "a", "subAttributes": [{"name": "b"}]}',
	'{"name": "a", "type": "complex", "subAttributes": [{"name": "b", "type": "complex", "subAttributes": [{"name": "c"}]}]}', '{"name": "a", "type": "complex", "subAttributes": [{"name": "b"}, {"name": "B"}]}', '{"name": "a", "type": "complex", "subAttributes": [{"name": "b"}, {"name": "c", "type": "x"}]}',
	'{"name": "a", "type": "boolean", "caseExact": true}', '{"name": "a", "type": "dateTime", "caseExact": true}', '{"name": "a", "type": "boolean", "uniqueness": "server"}', '{"name": "a", "type": "dateTime", "uniqueness": "global"}', '{"name": "a", "type": "binary", "uniqueness": "server"}',
	'{"name": "a", "type": "complex", "uniqueness": "server", "subAttributes": [{"name": "b"}]}', '{"name": "a", "multiValued": true, "uniqueness": "server"}', '{"name": "a", "type": "complex", "multiValued": true, "subAttributes": [{"name": "b", "uniqueness": "server"}]}',
	'{"name": "a", "canonicalValues": "x"}', '{"name": "a", "canonicalValues": [1]}', '{"name": "a", "canonicalValues": ["x", "x"]}', '{"name": "a", "type": "integer", "canonicalValues": ["1"]}',
	'{"name": "a", "referenceTypes": ["User"]}', '{"name": "a", "type": "reference", "referenceTypes": [""]}', '{"name": "a", "mutability": "writeOnly", "returned": "always"}', '{"NAME": "a", "name": "b"}']) WITH ORDINALITY u(a, n) ORDER BY n;
SELECT length(error(format('SELECT scim_register_schema(%L)', jsonb_build_object('id', 'urn:x:s', 'attributes', (SELECT jsonb_agg(jsonb_build_object('name', 'a' || n)) FROM generate_series(1, 1001) n))))) AS too_many;
-- keywords and member names have no case; null is absent; what is writeOnly is never returned
SELECT scim_register_schema('{"ID": "urn:x:s", "Attributes": [{"Name": "a", "Type": "STRING", "mutability": "writeonly", "returned": "request", "uniqueness": null},
	{"name": "b", "type": "boolean", "caseExact": false, "uniqueness": "none", "canonicalValues": [], "subAttributes": []}]}')->'attributes';

-- the schemas of a type: no attribute twice, no ambiguous paths
CREATE FUNCTION type_of(document jsonb) RETURNS text LANGUAGE sql AS $$ SELECT error(format('SELECT scim_register_resource_type(%L)', '{"name": "T", "endpoint": "/Ts", "schema": "urn:x:s"}'::jsonb || document)) $$;
SELECT scim_register_schema('{"id": "urn:x:s:b", "name": "B", "attributes": [{"name": "c"}]}')->'id', scim_register_schema('{"id": "urn:x:e", "name": "E", "attributes": [{"name": "A"}]}')->'id',
	scim_register_schema('{"id": "urn:x:f", "name": "F", "attributes": [{"name": "externalid"}]}')->'id', scim_register_schema('{"id": "urn:x:g", "name": "G", "attributes": [{"name": "g"}, {"name": "c", "type": "complex", "subAttributes": [{"name": "d"}]}]}')->'id',
	scim_register_schema('{"id": "urn:x:g:c.d", "name": "H", "attributes": [{"name": "h"}]}')->'id';
SELECT type_of('{"schemaExtensions": [{"schema": "urn:x:e", "required": false}]}');
SELECT type_of('{"schema": "urn:x:f"}');
SELECT type_of('{"schemaExtensions": [{"schema": "URN:X:S:B"}]}');
SELECT type_of('{"schemaExtensions": [{"schema": "urn:x:g"}, {"schema": "urn:x:g:c.d"}]}');
SELECT type_of('{"schemaExtensions": [{"schema": "urn:x:s"}]}');
SELECT type_of('{"schemaExtensions": [{"schema": "urn:x:none"}]}');
SELECT type_of('{"schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:core:2.0:User"}]}');
SELECT type_of(d) FROM unnest(ARRAY['{"schema": "urn:ietf:params:scim:schemas:core:2.0:Schema"}', '{"schema": "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}', '{"schema": "urn:ietf:params:scim:schemas:core:2.0:User"}', '{"schema": null}', '{"name": "a b"}', '{"name": "$ref"}', '{"name": "a$b"}', '{"name": "device"}', '{"name": "GROUP", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group"}',
	'{"name": "Group"}', '{"endpoint": "devices"}', '{"endpoint": "/a/b"}', '{"endpoint": "/"}', '{"endpoint": "/schemas"}', '{"endpoint": "x?y"}', '{"endpoint": null}', '{"schemaExtensions": {}}', '{"schemaExtensions": ["urn:x:e"]}', '{"schemaExtensions": [{"schema": "urn:x:g", "required": "no"}]}', '{"schemaExtensions": [{"required": true}]}', '{"colour": 1}', '{"schemas": ["urn:x:s"]}']::jsonb[]) WITH ORDINALITY u(d, n) ORDER BY n;
-- a schema that is in use cannot come to claim another's attribute either
SELECT type_of('{"schemaExtensions": [{"schema": "urn:x:g", "required": true}]}');
SELECT error($$SELECT scim_register_schema('{"id": "urn:x:g", "name": "G", "attributes": [{"name": "g"}, {"name": "B", "type": "boolean"}]}')$$);
SELECT error($$SELECT scim_register_schema('{"id": "URN:x:g", "name": "G", "attributes": [{"name": "g"}]}')$$);
-- what scimver relies on stays
SELECT error(format('SELECT scim_register_schema(%L)', jsonb_set(document, '{attributes,1,subAttributes,0,name}', '"id"'))) FROM schemas WHERE id LIKE '%core:2.0:Group';
SELECT error(format('SELECT scim_register_schema(%L)', document #- '{attributes,1}')) FROM schemas WHERE id LIKE '%core:2.0:Group';
SELECT error(format('SELECT scim_register_schema(%L)', jsonb_set(document, '{attributes,11,returned}', '"default"') || '{"attributes": []}')) FROM schemas WHERE id LIKE '%core:2.0:User';
SELECT error(format('SELECT scim_register_schema(%L)', document)) FROM schemas WHERE id LIKE '%core:2.0:Schema';
-- but a user may get an attribute, and an extension of his own
SELECT error(format('SELECT scim_register_schema(%L)', jsonb_set(document, '{attributes,100}', '{"name": "shoeSize", "type": "decimal"}'))) FROM schemas WHERE id LIKE '%core:2.0:User';
SELECT error(format('SELECT scim_register_resource_type(%L)', jsonb_set(document, '{schemaExtensions,100}', '{"schema": "urn:x:e", "required": false}'))) FROM types WHERE name = 'User';
SELECT plain(scim_create_user('{"userName": "bob", "SHOESIZE": 42.5, "urn:x:e": {"a": "x"}}'));

-- ---- taking away ----

SELECT error(format('SELECT scim_unregister_schema(%L)', u)) FROM unnest(ARRAY['urn:x:none', 'urn:x:e', 'urn:x:g', 'urn:ietf:params:scim:schemas:core:2.0:Schema', 'URN:X:F']) u;
SELECT error(format('SELECT scim_unregister_resource_type(%L)', t)) FROM unnest(ARRAY['None', 'Device', 'Group', 't']) t;
DROP TABLE agents;
SELECT scim_unregister_resource_type('Agent');
SELECT scim_unregister_schema('urn:ietf:params:scim:schemas:core:2.0:Agent');
SELECT jsonb_path_query_array(scim_get_schemas(), '$.*[*].name');
SELECT error($$SELECT scim_create_resource('Agent', '{}')$$);

-- ---- lifetimes ----

-- a rolled back registration was never there, also in parts
BEGIN;
SELECT error(format('SELECT scim_register_schema(%L)', user_schema() || '{"description": "changed"}'));
SAVEPOINT one;
SELECT scim_register_schema('{"id": "urn:x:later", "name": "L", "attributes": [{"name": "later"}]}')->>'id';
SELECT scim_register_resource_type('{"name": "Later", "endpoint": "/Laters", "schema": "urn:x:later"}')->>'name';
SELECT scim_create_table('laters', 'Later');
SELECT plain(scim_create_resource('Later', '{"later": "x"}'));
ROLLBACK TO one;
SELECT error($$SELECT scim_create_resource('Later', '{"later": "x"}')$$);
SELECT d->>'description' FROM jsonb_array_elements(scim_get_schemas()->'schemas') d WHERE d->>'name' = 'User';
ROLLBACK;
SELECT d->>'description' FROM jsonb_array_elements(scim_get_schemas()->'schemas') d WHERE d->>'name' = 'User';
-- by the way of plain SQL, too: the row is brought into its form, and known at once
BEGIN;
UPDATE scim_schemas SET document = jsonb_set(document, '{attributes,100}', '{"name": "hatSize"}'), version = 'nonsense' WHERE position = 1 AND NOT built_in;
SELECT version = scim_version(document) AS version, document->'attributes'->-1->>'mutability' AS filled_in FROM schemas WHERE position = 1;
SELECT scim_create_user('{"userName": "eve", "hatSize": "M"}')->>'hatSize';
SELECT error($$UPDATE scim_schemas SET document = '{}' WHERE position = 1$$);
SELECT error($$INSERT INTO scim_schemas (document, position) VALUES ('{"id": "URN:X:E", "attributes": []}', 99)$$);
TRUNCATE scim_resource_types;
SELECT error($$SELECT scim_get_user('x')$$);
ROLLBACK;
SELECT error($$SELECT scim_create_user('{"userName": "eve", "hatSize": "M"}')$$);
-- many types
SELECT count(scim_register_schema(jsonb_build_object('id', 'urn:many:' || n, 'name', 'M' || n, 'attributes', '[{"name": "a", "required": true}]'::jsonb))) FROM generate_series(1, 20) n;
SELECT count(scim_register_resource_type(jsonb_build_object('name', 'M' || n, 'endpoint', 'Ms' || n, 'schema', 'urn:many:' || n))) FROM generate_series(1, 20) n;
SELECT count(scim_create_table('m' || n, 'M' || n)) FROM generate_series(1, 20) n;
SELECT count(scim_create_resource('m' || n, jsonb_build_object('a', n::text))->>'id'), string_agg(error(format('SELECT scim_create_resource(%L, ''{}'')', 'M' || n)), '' ORDER BY n) FILTER (WHERE n = 20) FROM generate_series(1, 20) n;
SELECT sum((scim_list_resources('M' || n)->'totalResults')::int) FROM generate_series(1, 20) n;

-- ---- rights ----

CREATE ROLE scimver_librarian;
SET ROLE scimver_librarian;
SELECT count(*) > 0 AS readable FROM scim_schemas;
SELECT error($$SELECT scim_register_schema('{"id": "urn:x:r", "attributes": []}')$$);
SELECT error($$SELECT * FROM scim_check_schema('{"id": "urn:x:r", "attributes": []}')$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION scim_register_schema, scim_check_schema TO scimver_librarian;
SET ROLE scimver_librarian;
SELECT error($$SELECT scim_register_schema('{"id": "urn:x:r", "attributes": []}')$$);
SELECT error($$SELECT * FROM scim_check_schema('{"id": "urn:x:r", "attributes": []}')$$);
-- rows that the caller may not see cannot be checked
SELECT error(format('SELECT * FROM scim_check_schema(%L)', document)) FROM schemas WHERE id LIKE '%core:2.0:Device';
RESET ROLE;
REVOKE ALL ON FUNCTION scim_register_schema, scim_check_schema FROM scimver_librarian;
DROP ROLE scimver_librarian;

-- the extension comes and goes within a session
DROP EXTENSION scimver CASCADE;
CREATE EXTENSION scimver;
SELECT jsonb_path_query_array(scim_get_schemas(), '$.*[*].name');
SELECT error($$SELECT scim_create_table('devices', 'Device')$$);

\c :regression
DROP DATABASE scimver_schemas;
