-- What RFC 7643 and RFC 7644 require of HTTP (docs/rfc-requirements.md): methods,
-- statuses, headers, and lists of all types.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
CREATE TYPE http_answer AS (status int, content_type text, etag text, location text, answer jsonb);
CREATE FUNCTION http(method text, path text, body text DEFAULT NULL, query text DEFAULT NULL, headers jsonb DEFAULT NULL) RETURNS http_answer LANGUAGE sql AS $$
	SELECT status, content_type, etag, location, answer::jsonb FROM scim_http(method, path, query, headers, convert_to(body, 'UTF8'))
$$;
INSERT INTO users (id, data, created) VALUES (id(1)::uuid, '{"userName": "ann", "title": "A"}', '2024-06-01T12:00:00Z'), (id(2)::uuid, '{"userName": "bob"}', '2024-06-01T12:00:00Z');
INSERT INTO groups (id, data, created) VALUES (id(7)::uuid, '{"displayName": "staff"}', '2024-06-01T12:00:00Z');

-- ---- versions ----

SELECT 'RFC7643-3.1-L940' AS requirement, a.etag, a.etag = a.answer -> 'meta' ->> 'version' FROM http('GET', '/Users/' || id(1)) a;
SELECT 'RFC7644-3.14-L3967', a.etag = 'W/"' || (scim_get_user(id(1)) -> 'meta' ->> 'version') || '"' FROM http('GET', '/Users/' || id(1)) a;

-- ---- methods and statuses ----

SELECT 'RFC7644-3.3-L602', a.status FROM http('POST', '/Users', '{"userName": "cyd"}') a;
SELECT 'RFC7644-3.3-L605', a.location = a.answer -> 'meta' ->> 'location', a.location = '/Users/' || (a.answer ->> 'id') FROM http('POST', '/Users', '{"userName": "dan"}') a;
SELECT 'RFC7644-3.5-L1607', a.status, a.answer - 'meta' FROM http('PUT', '/Users/' || id(1), '{"userName": "ann", "title": "B"}') a;
SELECT 'RFC7644-3.5-L1609', a.status, a.answer ->> 'title' FROM http('PATCH', '/Users/' || id(1), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "title", "value": "C"}]}') a;
SELECT 'RFC7644-3.5.2-L1939', a.status, a.answer IS NOT NULL, b.status, b.answer IS NULL
	FROM http('PATCH', '/Users/' || id(1), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "title", "value": "D"}]}') a,
	http('PATCH', '/Users/' || id(1), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "title", "value": "E"}]}', NULL, '{"prefer": "return=minimal"}') b;
SELECT 'RFC7644-3.6-L2657', a.status, a.answer IS NULL FROM http('DELETE', '/Users/' || id(2)) a;

-- ---- lists ----

SELECT 'RFC7644-3.4.2-L847', a.status, a.answer -> 'totalResults' FROM http('GET', '/Users', NULL, 'filter=userName%20eq%20%22nobody%22') a;
SELECT 'RFC7644-3.4.2.1-L918', a.status, jsonb_path_query_array(a.answer, '$.Resources[*].meta.resourceType'), b.answer -> 'totalResults'
	FROM http('GET', '/', NULL, 'filter=title%20pr%20or%20displayName%20eq%20%22staff%22') a, http('GET', '/', NULL, 'filter=meta.resourceType%20eq%20%22Group%22') b;
SELECT 'RFC7644-3.4.3-L1476', a.status, b.status, b.answer ->> 'scimType'
	FROM http('POST', '/.search', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 0}') a, http('POST', '/Users/.search', '{"count": 0}') b;

-- ---- what is accepted, and discovery ----

SELECT 'RFC7644-3.8-L3551', a.status, a.content_type, b.status, b.content_type FROM http('GET', '/Users/' || id(1), NULL, NULL, '{"accept": "application/scim+json"}') a, http('GET', '/Users/' || id(1), NULL, NULL, '{"accept": "application/json"}') b;
SELECT 'RFC7644-4-L4125', a.status, a.answer = b.answer FROM http('GET', '/Schemas', NULL, 'sortBy=id&count=1&startIndex=2') a, http('GET', '/Schemas') b;

-- ---- bulk requests ----

CREATE FUNCTION bulk(more jsonb, VARIADIC operations jsonb[]) RETURNS http_answer LANGUAGE sql AS $$
	SELECT http('POST', '/Bulk', (jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'Operations', to_jsonb(operations)) || more)::text)
$$;
SELECT 'RFC7644-3.7-L2775', a.status, a.answer -> 'schemas' FROM bulk('{}', '{"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "Alice"}}') a;
SELECT 'RFC7644-3.7-L2779', a.status, jsonb_path_query_array(a.answer, '$.Operations[*].status'), jsonb_path_query_array(b.answer, '$.Operations[*].status')
	FROM bulk('{}', '{"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": "ALICE"}}', '{"method": "DELETE", "path": "/Users/0"}', '{"method": "POST", "path": "/Users", "bulkId": "2", "data": {"userName": "eve"}}') a,
	bulk('{"failOnErrors": 1}', '{"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": "ALICE"}}', '{"method": "DELETE", "path": "/Users/0"}', '{"method": "POST", "path": "/Users", "bulkId": "2", "data": {"userName": "fay"}}') b;
CREATE TEMPORARY TABLE entries AS SELECT e FROM bulk('{}', '{"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "gus"}}', '{"method": "POST", "path": "/Users", "bulkId": "ytrewq", "data": {"userName": "guy"}}') a, jsonb_array_elements(a.answer -> 'Operations') e;
SELECT 'RFC7644-3.7-L2789', e ->> 'bulkId', e ->> 'status', r ->> 'userName', e ->> 'version' = 'W/"' || (r #>> '{meta,version}') || '"' FROM entries, scim_get_user(split_part(e ->> 'location', '/', 3)) r ORDER BY 2;
-- the group is to hold a user who is made behind it; a name is taken as it comes free
SELECT 'RFC7644-3.7-L2796', jsonb_path_query_array(a.answer, '$.Operations[*].status') FROM bulk('{}', '{"method": "POST", "path": "/Groups", "bulkId": "ytrewq", "data": {"displayName": "Tour Guides", "members": [{"type": "User", "value": "bulkId:qwerty"}]}}',
	'{"method": "PATCH", "path": "/Users/00000000-0000-4000-a000-000000000001", "data": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "userName", "value": "hal"}]}}', '{"method": "POST", "path": "/Users", "bulkId": "qwerty", "data": {"userName": "ann"}}') a;
SELECT 'RFC7644-3.7-L2796', m ->> 'display' FROM jsonb_array_elements(scim_list_groups('displayName eq "Tour Guides"') #> '{Resources,0,members}') m;
SELECT 'RFC7644-3.7.1-L2814', jsonb_path_query_array(a.answer, '$.Operations[*].status') FROM bulk('{}', '{"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ida", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "bulkId:b"}}}}',
	'{"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "jay", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "bulkId:a"}}}}') a;
-- a circle of groups is tried, and answered with 409
SELECT 'RFC7644-3.7.1-L2814', jsonb_path_query_array(a.answer, '$.Operations[*].status') FROM bulk('{}', '{"method": "POST", "path": "/Groups", "bulkId": "qwerty", "data": {"displayName": "Group A", "members": [{"type": "Group", "value": "bulkId:ytrewq"}]}}', '{"method": "POST", "path": "/Groups", "bulkId": "ytrewq", "data": {"displayName": "Group B", "members": [{"type": "Group", "value": "bulkId:qwerty"}]}}') a;
SELECT 'RFC7644-3.7.3-L3201', e ->> 'method', e ->> 'status', e ->> 'location' ~ '^/Users/.', e #>> '{response,detail}' FROM bulk('{}', '{"method": "POST", "path": "/Users", "bulkId": "1", "data": {"userName": "kim"}}', '{"method": "POST", "path": "/Users", "bulkId": "2", "data": {}}', '{"method": "PUT", "path": "/Users/00000000-0000-4000-a000-000000000001", "version": "W/\"3694e05e9dff591\"", "data": {"userName": "x"}}',
	'{"method": "DELETE", "path": "/Users/00000000-0000-4000-a000-000000000001"}') a, jsonb_array_elements(a.answer -> 'Operations') WITH ORDINALITY o (e, n) ORDER BY n;
SELECT 'RFC7644-3.7.3-L3206', a.answer -> 'Operations' FROM bulk('{}', '{"method": "DELETE", "path": "/Users/0"}') a;
SELECT 'RFC7644-3.7.4-L3495', a.answer -> 'bulk' FROM http('GET', '/ServiceProviderConfig') a;
SELECT 'RFC7644-3.7.4-L3499', a.status, a.answer FROM http('POST', '/Bulk', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'Operations', (SELECT jsonb_agg('{"method": "DELETE", "path": "/Users/0"}'::jsonb) FROM generate_series(1, 1001)))::text) a;
SET scimver.max_bulk_bytes = 1000;
SELECT 'RFC7644-3.7.4-L3499', a.status, a.answer FROM bulk(jsonb_build_object('failOnErrors', repeat('1', 1000)::numeric), '{"method": "DELETE", "path": "/Users/0"}') a;

ROLLBACK;
