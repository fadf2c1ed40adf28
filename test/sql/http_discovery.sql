\set ECHO none
-- Discovery over HTTP (RFC 7644 section 4), and what a session keeps of it.
SET client_min_messages = warning;
\set regression :DBNAME
CREATE DATABASE scimver_http_discovery TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_http_discovery
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
-- An answer: status, its ETag as a word where it has one, an error's text, of a list its numbers and ids
CREATE FUNCTION body(answer jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN answer IS NULL THEN 'no body' WHEN answer->>'schemas' LIKE '%:Error"]' THEN concat_ws(': ', answer->>'scimType', answer->>'detail')
		WHEN answer ? 'Resources' THEN concat_ws(' ', answer->>'totalResults', answer->>'startIndex', answer->>'itemsPerPage', (SELECT string_agg(r->>'name', ' ' ORDER BY n) FROM jsonb_array_elements(answer->'Resources') WITH ORDINALITY u(r, n)),
			nullif((answer - '{schemas,totalResults,startIndex,itemsPerPage,Resources}'::text[])::text, '{}'))
		ELSE coalesce(answer->>'id', 'document') || ' at ' || (answer #>> '{meta,location}') END $$;
CREATE FUNCTION ask(method text, path text, query text DEFAULT NULL, headers jsonb DEFAULT NULL, body text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', r.status, CASE WHEN r.etag ~ '^W/"[A-Za-z0-9+/]{11}="$' THEN 'etag' ELSE r.etag END, nullif(r.content_type, 'application/scim+json'), r.location, 'allow ' || r.allow, body(r.answer::jsonb))
	FROM scim_http(method, path, query, headers, convert_to(body, 'UTF8')) r $$;
CREATE FUNCTION answer(path text) RETURNS jsonb LANGUAGE sql AS $$ SELECT answer::jsonb FROM scim_http('GET', path, NULL, NULL, NULL) $$;
CREATE FUNCTION etag(path text) RETURNS text LANGUAGE sql AS $$ SELECT etag FROM scim_http('GET', path, NULL, NULL, NULL) $$;
-- what SQL tells, with its versions as HTTP has them
CREATE FUNCTION tagged(document jsonb) RETURNS jsonb LANGUAGE sql RETURN jsonb_set(document, '{meta,version}', to_jsonb('W/"' || (document #>> '{meta,version}') || '"'));
-- the names of the attributes of a schema
CREATE FUNCTION names(schema text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(a->>'name', ' ') FROM jsonb_array_elements(answer('/Schemas/' || schema)->'attributes') a $$;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlstate, detail);
END $$;
\set user urn:ietf:params:scim:schemas:core:2.0:User
\set ECHO all

-- ---- what there is ----

SELECT path, ask('GET', path), ask('HEAD', path) FROM unnest(ARRAY['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/ResourceTypes/GROUP', '/ResourceTypes/Nobody', '/ResourceTypes/', '/Schemas', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
	'/Schemas/URN:ietf:params:scim:schemas:core:2.0:group', '/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Aextension%3Aenterprise%3A2.0%3AUser', '/Schemas/User', '/Schemas/x%22y']) path;
-- the same as in SQL
SELECT (SELECT jsonb_agg(tagged(s)) FROM jsonb_array_elements(scim_get_schemas()->'schemas') s) = answer('/Schemas')->'Resources' AS schemas, (SELECT jsonb_agg(tagged(t)) FROM jsonb_array_elements(scim_get_schemas()->'resource_types') t) = answer('/ResourceTypes')->'Resources' AS types,
	tagged(scim_service_provider_config()) = answer('/ServiceProviderConfig') AS config;
SELECT bool_and(s = answer('/Schemas/' || (s->>'id'))) FROM jsonb_array_elements(answer('/Schemas')->'Resources') s;
SELECT bool_and(s #>> '{meta,version}' = etag('/Schemas/' || (s->>'id'))) FROM jsonb_array_elements(answer('/Schemas')->'Resources') s;
SELECT s->>'name', s->>'description' FROM jsonb_array_elements(answer('/Schemas')->'Resources') s;
SELECT jsonb_pretty(answer('/ServiceProviderConfig') - 'meta');
-- parameters are ignored, but for a filter
SELECT path, q, ask('GET', path, q) FROM unnest(ARRAY['/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) path, unnest(ARRAY['filter=id%20pr', 'filter=', 'count=x&startIndex=y&sortBy=z&sortOrder=a&attributes=id&excludedAttributes=id&cursor=x', 'Filter=x', 'filter=%zz']) q;
SELECT ask('GET', '/Schemas/x', 'filter=x'), ask('GET', '/ResourceTypes/User', 'filter=x');
-- nothing is written there
SELECT path, string_agg(ask(method, path, NULL, NULL, '{'), ', ') FROM unnest(ARRAY['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', '/Schemas/x']) path, unnest('{POST,PUT,PATCH,DELETE,OPTIONS}'::text[]) method GROUP BY path ORDER BY path;

-- ---- versions ----

SELECT path, ask('GET', path, NULL, jsonb_build_object('if-none-match', etag(path))) AS known, ask('GET', path, NULL, '{"if-none-match": "\"x\", *"}') AS malformed, ask('GET', path, NULL, '{"if-none-match": "*"}') AS any,
	ask('GET', path, NULL, '{"if-none-match": "\"x\""}') AS other, ask('GET', path, NULL, '{"if-match": "\"x\""}') AS stale, ask('GET', path, NULL, jsonb_build_object('if-match', '"x", ' || etag(path))) AS held, ask('HEAD', path, NULL, jsonb_build_object('if-none-match', etag(path))) AS head
FROM unnest(ARRAY['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group']) path;
SELECT ask('GET', '/Schemas/x', NULL, '{"if-none-match": "*"}');
-- in SQL as the setting says, and the version of the whole stays what it is
SELECT scim_get_schemas() #>> '{meta,version}' AS v, scim_get_schemas() AS raw, answer('/Schemas') AS http \gset
SET scimver.version_form = etag;
SELECT scim_get_schemas() #>> '{meta,version}', bool_and(s #>> '{meta,version}' ~ '^W/"[A-Za-z0-9+/]{11}="$') FROM jsonb_array_elements(scim_get_schemas()->'schemas') s;
SELECT scim_service_provider_config() = answer('/ServiceProviderConfig') AS config, answer('/Schemas') = :'http' AS http, scim_call_tool('scim_get_schemas', '{}'::jsonb)::jsonb #>> '{content,schemas,0,meta,version}' AS tool, scim_server_info() #>> '{meta,version}' ~ '^W/' AS info;
RESET scimver.version_form;
SELECT scim_get_schemas() = :'raw';
SET scimver.version_form = weak;

-- ---- authenticationSchemes ----

SELECT value, fails(format('SET scimver.authentication_schemes = %L', value)) FROM unnest(ARRAY['', '[]', '{}', 'null', '"x"', '1', '[', '[1]', '[[]]', '[{}]', '[{"type": "oauth2", "name": "x"}]', '[{"type": "oauth2", "name": "x", "description": ""}]', '[{"type": 1, "name": "x", "description": "y"}]',
	'[{"type": "oauth2", "name": "x", "description": "y", "other": 1}]', '[{"type": "oauth2", "name": "x", "description": "y", "specUri": "here"}]', '[{"type": "oauth2", "name": "x", "description": "y", "documentationUri": 1}]', '[{"type": "oauth2", "name": "x", "description": "y", "primary": "true"}]',
	'[{"type": "a", "name": "x", "description": "y", "primary": true}, {"type": "b", "name": "x", "description": "y", "primary": true}]', '[{"type": "a", "name": "\u0000", "description": "y"}]', '[{"type": "a", "name": "x", "description": "y"}] x', repeat('[', 100000)]) WITH ORDINALITY u(value, n) WHERE length(value) < 1000 OR fails(format('SET scimver.authentication_schemes = %L', value)) <> '22023 It is no JSON.' ORDER BY n;
SHOW scimver.authentication_schemes;
SET scimver.authentication_schemes = '[{"type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "RFC 6750", "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true}, {"type": "httpbasic", "name": "Basic", "description": "RFC 7617", "documentationUri": "https://example.com/help", "primary": false}]';
SELECT jsonb_pretty(answer('/ServiceProviderConfig')->'authenticationSchemes'), scim_service_provider_config()->'authenticationSchemes' = answer('/ServiceProviderConfig')->'authenticationSchemes';
SET scimver.authentication_schemes = '[{';
SELECT jsonb_array_length(answer('/ServiceProviderConfig')->'authenticationSchemes');
RESET scimver.authentication_schemes;
SELECT answer('/ServiceProviderConfig')->'authenticationSchemes';

-- ---- what is kept is what is so ----

-- settings
SET scimver.max_page_size = 50;
SET scimver.cursor_timeout = 60;
SET scimver.base_url = 'https://example.com/v2';
SELECT answer('/ServiceProviderConfig') #>> '{filter,maxResults}', answer('/ServiceProviderConfig')->'pagination', answer('/ServiceProviderConfig') #>> '{meta,location}', answer('/ResourceTypes/User') #>> '{meta,location}', scim_get_schemas() #>> '{schemas,0,meta,location}';
RESET scimver.max_page_size;
RESET scimver.cursor_timeout;
RESET scimver.base_url;
SELECT answer('/ServiceProviderConfig') #>> '{filter,maxResults}', answer('/ResourceTypes/User') #>> '{meta,location}', scim_get_schemas() #>> '{schemas,0,meta,location}';
-- a schema and a type, within a transaction that is rolled back, and for good
SELECT etag('/Schemas') AS schemas, etag('/ResourceTypes') AS types \gset
BEGIN;
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Agent", "name": "Agent", "attributes": [{"name": "name", "required": true}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Agent", "endpoint": "/Agents", "schema": "urn:example:Agent"}');
SELECT ask('GET', '/Schemas'), ask('GET', '/ResourceTypes'), ask('GET', '/Schemas/urn:example:Agent'), jsonb_array_length(scim_get_schemas()->'schemas'), etag('/Schemas') <> :'schemas';
ROLLBACK;
SELECT ask('GET', '/Schemas'), ask('GET', '/ResourceTypes'), ask('GET', '/Schemas/urn:example:Agent'), jsonb_array_length(scim_get_schemas()->'schemas'), etag('/Schemas') = :'schemas', etag('/ResourceTypes') = :'types';
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Agent", "name": "Agent", "attributes": [{"name": "name", "required": true}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Agent", "endpoint": "/Agents", "schema": "urn:example:Agent"}');
SELECT ask('GET', '/Schemas'), ask('GET', '/ResourceTypes'), names('urn:example:Agent'), ask('GET', '/ResourceTypes/agent');
-- a table that is registered, and changes: no schema, type or setting does
CREATE TYPE app_kind AS ENUM ('bot', 'tool');
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, login text NOT NULL, nick text, kind app_kind);
SELECT answer('/ServiceProviderConfig')->'changePassword', names(:'user') LIKE '%emails%';
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "nickName": "nick", "userType": "kind"}}');
SELECT answer('/ServiceProviderConfig')->'changePassword', names(:'user'), (SELECT a->'canonicalValues' FROM jsonb_array_elements(answer('/Schemas/urn:ietf:params:scim:schemas:core:2.0:User')->'attributes') a WHERE a->>'name' = 'userType');
ALTER TYPE app_kind ADD VALUE 'robot' BEFORE 'tool';
SELECT a->'canonicalValues' FROM jsonb_array_elements(answer('/Schemas/urn:ietf:params:scim:schemas:core:2.0:User')->'attributes') a WHERE a->>'name' = 'userType';
SELECT a->'canonicalValues' FROM jsonb_array_elements(scim_get_schemas() #> '{schemas,0,attributes}') a WHERE a->>'name' = 'userType';
ALTER TABLE people ALTER kind SET NOT NULL;
CREATE UNIQUE INDEX ON people (scim_fold(nick));
SELECT a->'name', a->'required', a->'uniqueness' FROM jsonb_array_elements(answer('/Schemas/urn:ietf:params:scim:schemas:core:2.0:User')->'attributes') a WHERE a->>'name' IN ('nickName', 'userType');
SELECT scim_unregister_table('people');
SELECT answer('/ServiceProviderConfig')->'changePassword', names(:'user') LIKE '%emails%';
-- the same for every role
CREATE ROLE regress_scimver_discovers;
SELECT md5(scim_get_schemas()::text) AS all, etag('/Schemas') AS schemas \gset
SET ROLE regress_scimver_discovers;
SELECT md5(scim_get_schemas()::text) = :'all', etag('/Schemas') = :'schemas', ask('GET', '/ServiceProviderConfig');
RESET ROLE;
DROP ROLE regress_scimver_discovers;
\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_http_discovery;
