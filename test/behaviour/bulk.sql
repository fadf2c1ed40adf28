-- Bulk requests (RFC 7644 section 3.7): the message, what its operations may be, what is
-- answered.  References: bulk_references.sql; what fails: bulk_errors.sql, bulk_atomic.sql.
\i :behaviour/bulk_words.sql

-- ---- the answer ----

-- as it is
SELECT plain(scim_bulk(message(jsonb_build_array(person('a', 'dan'), op('PUT', u(1), '{"userName": "ada", "title": "two"}'), titled(u(2), 'three'), op('DELETE', u(3)), person('b', 'bob'), op('DELETE', u(9)), op('POST', '/Users')))));
SELECT plain(scim_bulk(message(jsonb_build_array(op('DELETE', u(9))))));
SELECT there();
SELECT anew();
-- as the tests show it: of each method, with what is there and what is not
SELECT bulk(person('a', 'dan', '{"password": "a secret"}'), team('b', 'team', members(the(2), the(3))), op('PUT', u(1), '{"userName": "ada"}'), op('PUT', g(11), '{"displayName": "staff"}'), titled(u(2), 'x'), joined(g(11), the(2)), op('DELETE', u(3)), op('DELETE', g(12)));
SELECT there();
SELECT bulk(op('PUT', u(9), '{"userName": "x"}'), op('PUT', g(9), '{"displayName": "x"}'), titled(u(9), 'x'), joined(g(9), the(2)), op('DELETE', u(9)), op('DELETE', g(9)), op('DELETE', g(1)), op('DELETE', '/Users/nobody'));
-- a result that is there already; the same twice
SELECT bulk(titled(u(2), 'x'), op('PUT', u(1), '{"userName": "ada"}'), joined(g(11), the(2)), titled(u(2), 'y'), titled(u(2), 'x'), op('DELETE', u(2)), op('DELETE', u(2)));
-- what cannot be set is ignored, as ever
SELECT bulk(person('c', 'eve', jsonb_build_object('id', id(77), 'meta', '{"version": "x"}'::jsonb)), op('PUT', u(1), jsonb_build_object('userName', 'ada', 'id', id(77), 'title', 'put')));
SELECT there();
-- a bulkId of other methods comes back; NULL stands for nothing
SELECT entries(scim_bulk(message(jsonb_build_array(titled(u(1), 'z') || '{"bulkId": "p", "version": null}', op('DELETE', u(2)) || '{"bulkId": "d", "data": null}', op('PUT', u(1), '{"userName": "ada"}') || '{"bulkId": null}'), '{"failOnErrors": null}')));
-- versions as the setting says
SET scimver.version_form = 'etag';
SELECT plain(regexp_replace(scim_bulk(message(jsonb_build_array(titled(u(1), 'e'), person('f', 'fay'))))::text, 'W/\\"[A-Za-z0-9+/]{11}=', 'W/\\"V', 'g'));
RESET scimver.version_form;
SET scimver.base_url = 'https://example.org/scim/v2';
SELECT plain(scim_bulk(message(jsonb_build_array(titled(u(1), 'e'), person('g', 'gus'), op('DELETE', g(11))))));
RESET scimver.base_url;
-- one version after the other
SELECT anew();
SELECT bulk(titled(u(1), 'a'), titled(u(1), 'b'), titled(u(1), 'c'), op('DELETE', u(1)));
SELECT scim_get_history('User', the(1))#>>'{entries,0,revision}';
SELECT revision FROM users WHERE id = id(2);
SELECT bulk(titled(u(2), 'a'), titled(u(2), 'b'), titled(u(2), 'b'), titled(u(2), 'c'));
SELECT revision FROM users WHERE id = id(2);

-- ---- the message ----

SELECT anew();
CREATE FUNCTION one() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(op('PUT', u(2), '{"userName": "bob", "title": "changed"}'));
SELECT m, fails(format('SELECT scim_bulk(%L)', m)) FROM unnest(ARRAY['null', '5', '"x"', '{}', '[]', '{"Operations": []}']::jsonb[]) m;
SELECT s, fails(format('SELECT scim_bulk(%L)', message(one(), jsonb_build_object('schemas', s)))) FROM unnest(ARRAY['null', '[]', '"urn:ietf:params:scim:api:messages:2.0:BulkRequest"', '5', '{}', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]', '["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]', '[5]', '[null]']::jsonb[]) s;
SELECT fails(format('SELECT scim_bulk(%L)', message(one()) - 'schemas'));
SELECT o, fails(format('SELECT scim_bulk(%L)', message(o))) FROM unnest(ARRAY['null', '[]', '{}', '5', '"x"', '{"0": {"method": "DELETE"}}']::jsonb[]) o;
SELECT fails(format('SELECT scim_bulk(%L)', message(one()) - 'Operations'));
SELECT f, fails(format('SELECT scim_bulk(%L)', message(one(), jsonb_build_object('failOnErrors', f)))) FROM unnest(ARRAY['0', '-1', '1.5', '"1"', 'true', '[]', '[1]', '{}', '1e30', '-1e30', '2147483648']::jsonb[]) f;
SELECT fails(format('SELECT scim_bulk(%L)', message(one(), m))) FROM unnest(ARRAY['{"atomic": true}', '{"operation": []}', '{"failOnError": 1}', '{"operations": []}', '{"SCHEMAS": []}', '{"": 1}', '{"failonerrors": 1, "failOnErrors": 1}']::jsonb[]) m;
SELECT fails('SELECT scim_bulk(NULL)');
-- nothing was changed
SELECT there();
-- names have no case, and more than one schema may be named; a number is an integer however it is written
SELECT entries(scim_bulk(jsonb_build_object('SCHEMAS', '["urn:x", "urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'operations', jsonb_build_array(jsonb_build_object('METHOD', 'PUT', 'Path', u(2), 'DATA', '{"userName": "bob", "title": "changed"}'::jsonb), jsonb_build_object('method', 'POST', 'PATH', '/Users', 'BULKID', 'z', 'Data', '{"userName": "zoe"}'::jsonb)), 'FailOnErrors', 1)));
SELECT entries(scim_bulk(message(one(), '{"failOnErrors": 1.0}'))), entries(scim_bulk(message(one(), '{"failOnErrors": 2147483647}')));
SELECT entries(scim_bulk(message(one(), '{"schemas": ["URN:IETF:params:scim:api:messages:2.0:bulkrequest"]}')));
-- in SQL an array of operations is one, too
SELECT entries(scim_bulk(one()));
SELECT entries(scim_bulk(jsonb_build_array(op('DELETE', u(2)), op('DELETE', u(3))))), there();
-- a caller that leaves out what has a default, or says NULL
SELECT entries(scim_bulk(one(), NULL, NULL)), entries(scim_bulk(one(), atomic => false)), entries(scim_bulk(tenant_id => 'default', request => one()));

-- ---- operations ----

SELECT anew();
-- each beside one that is done
CREATE FUNCTION tried(o jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_bulk(message(jsonb_build_array(o, titled(u(3), 'done'))));
	shown text[] := ARRAY(SELECT entries(answer));
BEGIN
	RETURN shown[1] || CASE WHEN shown[2] ~ '^PATCH 200 at \S+ V' AND cardinality(shown) = 2 THEN '' ELSE ' AND ' || array_to_string(shown[2:], ' AND ') END;
END $$;
SELECT o, tried(o) FROM unnest(ARRAY['null', '5', '"x"', '[]', '[{}]', '{}', 'true']::jsonb[]) o;
-- method
SELECT m, tried(person('a', 'x') || jsonb_build_object('method', m)) FROM unnest(ARRAY['null', '5', '""', '"post"', '"Put"', '"GET"', '"HEAD"', '"get"', '"OPTIONS"', '"POST "', '["POST"]', '{"POST": 1}', '"<script>"']::jsonb[]) m;
SELECT tried(person('a', 'x') - 'method'), tried(op('GET', u(1))), tried(op('GET', '/Users', NULL, 'g')), tried(op('GET', '/Nothing')), tried(op('HEAD', u(1))), tried('{"method": "GET"}');
-- path
SELECT p, tried(op('DELETE', 'x') || jsonb_build_object('path', p)) FROM unnest(ARRAY['null', '5', '""', '"Users/1"', '"https://example.org/Users/1"', '"/Users/1?count=1"', '"/Users?"', '[]', '{}', 'true', '" /Users"', '"?"']::jsonb[]) p;
SELECT tried(op('DELETE', u(1)) - 'path'), tried(person('a', 'x') - 'path');
-- bulkId
SELECT b, tried(person('a', 'x') || jsonb_build_object('bulkId', b)) FROM unnest(ARRAY['null', '5', '""', '"a b"', '"a/b"', '"ä"', '"a:b"', '"bulkId:a"', '[]', '["a"]', '{}', '"a\nb"', to_jsonb(repeat('x', 65)), '" a"', '"a%20"', '"a+b"']::jsonb[]) b;
SELECT tried(person('a', 'x') - 'bulkId'), tried(titled(u(1), 'x') || '{"bulkId": "a b"}'), tried(op('DELETE', u(1)) || '{"bulkId": ""}'), tried(op('PUT', u(1), '{"userName": "ada"}') || '{"bulkId": 5}');
SELECT there();
SELECT b, tried(person(b, 'p' || n)) FROM unnest(ARRAY['0', 'A.b_c~d-E9', '-', '.', '~', '_', repeat('x', 64)]) WITH ORDINALITY b(b, n);
-- data
SELECT d, tried(person('a', 'x') || jsonb_build_object('data', d)), tried(op('PUT', u(1)) || jsonb_build_object('data', d)), tried(op('PATCH', u(1)) || jsonb_build_object('data', d)), tried(op('DELETE', u(1)) || jsonb_build_object('data', d)) FROM unnest(ARRAY['5', '"x"', '[]', '[{"userName": "x"}]', 'false', '""']::jsonb[]) d;
SELECT tried(person('a', 'x') - 'data'), tried(op('PUT', u(1))), tried(op('PATCH', u(1)) || '{"data": null}'), tried(op('DELETE', u(1), '{}')), tried(op('DELETE', u(1), '{"schemas": []}'));
-- version
SELECT v, tried(op('PUT', u(1), '{"userName": "ada", "title": "v"}') || jsonb_build_object('version', v)), tried(titled(u(1), 'v') || jsonb_build_object('version', v)), tried(op('DELETE', u(1)) || jsonb_build_object('version', v)) FROM unnest(ARRAY['5', '""', '"a b"', '"W/x"', '"W/\"\""', '"\"a"', '"a\""', '"w/\"a\""', '"\"a\", \"b\""', '"\"a b\""', '"W/ \"a\""', '[]', '["a"]', '{}', 'true', to_jsonb(repeat('x', 129)), '"ä"']::jsonb[]) v;
SELECT v, tried(person('a', 'x') || jsonb_build_object('version', v)) FROM unnest(ARRAY['"x"', '"*"', '""', '5', '"W/\"x\""', 'null']::jsonb[]) v;
-- unknown members, doubled ones
SELECT tried(titled(u(1), 'x') || o) FROM unnest(ARRAY['{"location": "/Users/1"}', '{"status": "200"}', '{"": 1}', '{"Method": "PATCH"}', '{"DATA": {}}', '{"nothing": null}']::jsonb[]) o;
-- more than one thing is wrong: the first is told
SELECT tried('{"method": "GET", "path": 5, "bulkId": 5, "nothing": 5}'), tried('{"method": "POST", "path": "/Users", "version": 5, "data": 5}');
SELECT there();

-- ---- where they lead ----

SELECT anew();
SELECT p, tried(op('POST', p, '{"userName": "x"}', 'a')), tried(op('PUT', p, '{"userName": "x"}')), tried(op('DELETE', p)) FROM unnest(ARRAY['/', '/Bulk', '/Bulk/x', '/.search', '/Users/.search', '/Groups/.search', '/Me', '/Me/x', '/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', '/Schemas/x', '/Nothing', '/Nothing/x', '/users', '/Users/x/y', '//Users', '/Users/', '/Users/%2e%2E', '/Users/a%2Fb', '/Users/%zz', '/Users#x']) p;
SELECT tried(patch('/Users', '{"op": "add", "value": {"title": "x"}}')), tried(op('POST', u(1), '{"userName": "x"}', 'a')), tried(op('DELETE', '/Users')), tried(op('PUT', '/Groups', '{}')), tried(patch('/Me', '{"op": "add", "value": {"title": "x"}}')), tried(op('POST', '/Bulk', message(one()), 'a'));
SELECT there();
-- a slash at the end, what is encoded for nothing, and where clients are not so exact
SELECT tried(titled(u(1) || '/', 'slash')), tried(titled(replace(u(1), '/Users/', '/%55sers/'), 'coded'));
SET scimver.profile = 'entra';
SELECT tried(titled(replace(u(1), '/Users/', '/users/'), 'small')), tried(op('POST', '/me', '{}', 'a')), tried(op('POST', '/BULK', '{}', 'a'));
RESET scimver.profile;
-- a table that is not there, a type that comes later
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [{"name": "name", "required": true}, {"name": "owner"}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT tried(op('POST', '/Things', '{"name": "a"}', 'a'));
SELECT make('Thing', 'things');
SELECT scim_bulk(message(jsonb_build_array(op('POST', '/Things', '{"name": "a", "owner": "bulkId:u"}', 't'), person('u', 'una'), op('PUT', '/Things/bulkId:t', '{"name": "b", "owner": "bulkId:u"}')))) AS answer \gset
SELECT e->>'method', e->>'status', e->>'location' ~ '^/(Things|Users)/.' FROM jsonb_array_elements(:'answer'::jsonb->'Operations') e;
SELECT r->>'name', scim_get_user(r->>'owner')->>'userName' FROM jsonb_array_elements(scim_list_resources('Thing')->'Resources') r;
DELETE FROM things;
DROP TABLE things CASCADE;
DELETE FROM scim_resource_types WHERE NOT built_in;
DELETE FROM scim_schemas WHERE NOT built_in;

-- ---- versions ----

SELECT anew();
CREATE FUNCTION with_version(o jsonb, version text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN o || jsonb_build_object('version', version);
-- raw, as either form of an ETag, and any
SELECT bulk(with_version(titled(u(1), 'raw'), v(1)));
SELECT bulk(with_version(titled(u(1), 'weak'), 'W/"' || v(1) || '"'));
SELECT bulk(with_version(titled(u(1), 'strong'), '"' || v(1) || '"'));
SELECT bulk(with_version(titled(u(1), 'any'), '*'), with_version(op('PUT', u(1), '{"userName": "ada", "title": "put"}'), '*'), with_version(op('DELETE', u(3)), '*'), with_version(op('DELETE', u(3)), '*'));
-- stale, and no version of ours; what is there already is no conflict
SELECT bulk(with_version(titled(u(1), 'x'), 'stale'), with_version(op('PUT', u(1), '{"userName": "ada", "title": "x"}'), 'W/"stale"'), with_version(op('DELETE', u(1)), '"stale"'), with_version(titled(u(1), 'put'), 'stale'), with_version(op('DELETE', u(9)), 'stale'));
-- by a version that an operation before it has made stale
SELECT bulk(with_version(titled(u(1), 'first'), v(1)), with_version(titled(u(1), 'second'), v(1)));
SELECT there();
SELECT bulk(with_version(op('PUT', u(1), '{"userName": "ada", "title": "put"}'), v(1)), with_version(op('DELETE', u(2)), v(2)), with_version(op('DELETE', g(11)), v(11, 'Group')));
SELECT there();

-- ---- limits ----

SELECT anew();
SET scimver.max_bulk_operations = 3;
SELECT count(*) FROM bulk(titled(u(1), 'a'), titled(u(1), 'b'), titled(u(1), 'c'));
SELECT fails(format('SELECT scim_bulk(%L)', message(jsonb_build_array(titled(u(1), 'x'), titled(u(1), 'x'), titled(u(1), 'x'), titled(u(1), 'x')))));
SELECT fails(format('SELECT scim_bulk(%L)', jsonb_build_array(1, 2, 3, 4)));
RESET scimver.max_bulk_operations;
SELECT fails(format('SELECT scim_bulk(%L)', message((SELECT jsonb_agg(op('DELETE', '/Users/1')) FROM generate_series(1, n))))) FROM unnest('{1001,10001}'::int[]) n;
SELECT left(fails(format('SELECT scim_bulk(%L)', message(one(), jsonb_build_object('failOnErrors', repeat('x', 2000000))))), 1000);
SELECT octet_length(message(one())::text) AS bytes \gset
SELECT set_config('scimver.max_bulk_bytes', (:bytes - 1)::text, false) IS NOT NULL, replace(fails(format('SELECT scim_bulk(%L)', message(one()))), (:bytes - 1)::text, 'so many');
SELECT set_config('scimver.max_bulk_bytes', :'bytes', false) IS NOT NULL, fails(format('SELECT scim_bulk(%L)', message(one())));
-- bytes, not letters
SELECT replace(fails(format('SELECT scim_bulk(%L)', replace(message(one())::text, 'changed', 'chänged'))), :'bytes', 'so many');
RESET scimver.max_bulk_bytes;
SELECT there();
SELECT (SELECT array_agg(DISTINCT e->>'status') FROM jsonb_array_elements(scim_bulk(message((SELECT jsonb_agg(person('p' || n, 'many' || n)) FROM generate_series(1, 1000) n)))->'Operations') e);
SELECT count(*) FROM users;

-- ---- profiles ----

SELECT anew();
SET scimver.profile = 'entra';
-- no schemas, unknown members, no operations, failOnErrors 0
SELECT entries(scim_bulk('{"failOnErrors": 0, "client": "x"}' || jsonb_build_object('Operations', one()))), entries(scim_bulk(jsonb_build_object('schemas', '["urn:x"]'::jsonb, 'Operations', one())));
SELECT scim_bulk('{}'), scim_bulk('[]'), scim_bulk('{"Operations": []}'), scim_bulk('{"Operations": null}');
SELECT m, fails(format('SELECT scim_bulk(%L)', m)) FROM unnest(ARRAY['5', '{"Operations": 5}', '{"schemas": 5, "Operations": []}', '{"failOnErrors": -1, "Operations": []}', '{"failOnErrors": "x", "Operations": []}']::jsonb[]) m;
SELECT tried(titled(u(1), 'loose') || '{"name": "x", "location": "y"}');
-- data is read by the profile, and the answer is what it says
SELECT bulk(person('a', 'dan', '{"active": "True", "nothing": 1}'), patch(u(1), '{"op": "Replace", "path": "active", "value": "False"}'), renamed(g(11), 'renamed'), op('PUT', g(12), '{"displayName": "crew"}'));
SELECT scim_get_user(the(1))->'active';
RESET scimver.profile;
SELECT scim_set_tenant_profile('default', 'entra');
SELECT scim_bulk('{}'), bulk(renamed(g(11), 'again'));
SELECT scim_set_tenant_profile('default', NULL);
SET scimver.profile = 'nothing';
SELECT fails('SELECT scim_bulk(''{}'')');
RESET scimver.profile;
