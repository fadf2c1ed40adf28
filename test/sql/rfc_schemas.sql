-- What RFC 7643 sections 5 to 7 and RFC 7644 section 4 require of schemas,
-- resource types and the configuration (docs/rfc-requirements.md).
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
-- with a resource type that was not there from the start
SELECT scim_register_schema('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:params:scim:schemas:test:2.0:Thing", "name": "Thing", "description": "Anything", "attributes": [{"name": "label", "type": "string"}]}') ->> 'name';
SELECT scim_register_resource_type('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": "Thing", "name": "Thing", "endpoint": "/Things", "schema": "urn:example:params:scim:schemas:test:2.0:Thing",
	"schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]}') ->> 'name';
CREATE VIEW resource_types AS SELECT t FROM jsonb_array_elements(scim_get_schemas() -> 'resource_types') t;
CREATE VIEW schemas AS SELECT s FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') s;

-- ---- resource types (RFC 7643 section 6) ----

SELECT 'RFC7643-6-L1619' AS requirement, t ->> 'name', t ->> 'endpoint', t -> 'schemas', t #>> '{meta,resourceType}', length(t #>> '{meta,version}') FROM resource_types;
SELECT 'RFC7643-6-L1641', t ->> 'name', count(s) FROM resource_types LEFT JOIN schemas ON s ->> 'id' = t ->> 'schema' GROUP BY 2 ORDER BY 2;
SELECT 'RFC7643-6-L1650', t ->> 'name', e ->> 'schema', count(s) FROM resource_types, jsonb_array_elements(t -> 'schemaExtensions') e LEFT JOIN schemas ON s ->> 'id' = e ->> 'schema' GROUP BY 2, 3 ORDER BY 2;
-- nothing else is accepted
SELECT 'RFC7643-6-L1619', says($$SELECT scim_register_resource_type('{"endpoint": "/Xs", "schema": "urn:example:params:scim:schemas:test:2.0:Thing"}')$$);
SELECT 'RFC7643-6-L1641', says($$SELECT scim_register_resource_type('{"name": "X", "endpoint": "/Xs", "schema": "urn:example:params:scim:schemas:test:2.0:None"}')$$);
SELECT 'RFC7643-6-L1650', says($$SELECT scim_register_resource_type('{"name": "X", "endpoint": "/Xs", "schema": "urn:example:params:scim:schemas:test:2.0:Thing", "schemaExtensions": [{"schema": "urn:example:params:scim:schemas:test:2.0:None", "required": false}]}')$$);

-- ---- schemas (RFC 7643 section 7) ----

SELECT 'RFC7643-7-L1691', s ->> 'id', s #>> '{meta,location}', length(s #>> '{meta,version}') FROM schemas;
SELECT 'RFC7643-7-L1691', says($$SELECT scim_register_schema('{"name": "X", "attributes": [{"name": "a", "type": "string"}]}')$$), says($$SELECT scim_register_schema('{"id": "no urn", "name": "X", "attributes": [{"name": "a", "type": "string"}]}')$$);
SELECT 'RFC7643-7-L1700', count(*) = count(s ->> 'name') FROM schemas;
SELECT 'RFC7644-4-L4098', string_agg(s ->> 'name', ' ' ORDER BY s ->> 'name') FROM schemas;
-- the messages have no schemas
SELECT 'RFC7644-3.1-L439', count(*) FROM schemas WHERE s ->> 'id' LIKE 'urn:ietf:params:scim:api:%';

-- ---- the configuration (RFC 7643 section 5) ----

SELECT 'RFC7644-4-L4068', c -> 'schemas', c -> 'patch', c -> 'filter' -> 'supported', c -> 'sort', c -> 'etag', c -> 'bulk', c -> 'changePassword', jsonb_typeof(c -> 'authenticationSchemes'), c #>> '{meta,resourceType}' FROM scim_service_provider_config() c;
ROLLBACK;
