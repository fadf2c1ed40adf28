-- Bulk requests over HTTP: POST /Bulk.
\i :behaviour/bulk_words.sql
-- versions are ETags there: shown as they are in SQL
CREATE FUNCTION ask(body text, headers jsonb DEFAULT NULL, query text DEFAULT NULL, method text DEFAULT 'POST') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	a jsonb;
BEGIN
	r := scim_http(method, '/Bulk', query, headers, convert_to(body, 'UTF8'));
	a := r.answer;
	RETURN NEXT concat_ws(' ', r.status, nullif(r.content_type, 'application/scim+json'), r.etag, 'at ' || r.location, 'allow ' || r.allow, 'applied ' || r.preference, 'retry ' || r.retry_after, r.caller,
		CASE WHEN NOT a ? 'Operations' THEN concat_ws(': ', a->>'scimType', a->>'detail') END);
	IF a ? 'Operations' THEN
		RETURN QUERY SELECT CASE WHEN a::text ~ '"version": "[^W]' THEN 'RAW ' ELSE '' END || t FROM entries(regexp_replace(a::text, '"W/\\"([A-Za-z0-9+/]{11}=)\\""', '"\1"', 'g')::jsonb) t;
	END IF;
END $$;
CREATE FUNCTION of(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN message(to_jsonb(operations))::text;

SELECT plain(regexp_replace(r::text, 'W/\\\\+""[A-Za-z0-9+/]{11}=', 'W/V', 'g')) FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(of(person('a', 'ann'), titled(u(1), 'x'), op('DELETE', u(9))), 'UTF8')) r;
SELECT ask(of(person('b', 'ben'), op('PUT', u(1), '{"userName": "ada"}'), titled(u('b'), 'x'), op('DELETE', u(3)), titled(u(9), 'x'), joined(g(11), the('b'))));
SELECT there();
-- errors alone are a success of the request
SELECT ask(of(op('DELETE', u(9)))), ask(of('5'));
SELECT ask(message(jsonb_build_array(op('DELETE', u(9)), op('DELETE', u(8)), titled(u(1), 'never')), '{"failOnErrors": 2}')::text);

-- ---- all or nothing ----

SELECT p, ask(of(titled(u(1), 'lost'), op('DELETE', u(9))), jsonb_build_object('prefer', p)) FROM unnest(ARRAY['atomic', 'Atomic', 'respond-async, atomic', 'atomic; x=y', 'atomic, atomic', 'return=minimal, atomic']) p;
SELECT there();
SELECT p, ask(of(titled(u(1), 'kept' || n), op('DELETE', u(9))), jsonb_build_object('prefer', p)) FROM unnest(ARRAY['', 'return=minimal', 'return=representation', 'atomically', 'x=atomic', 'atomic=false', 'handling=strict']) WITH ORDINALITY p(p, n);
SELECT ask(of(titled(u(1), 'all'), person('c', 'cat')), '{"prefer": "atomic"}');
-- elsewhere it says nothing
SELECT status, preference FROM scim_http('PATCH', u(1), NULL, '{"prefer": "atomic"}', convert_to(titled(u(1), 'single')->>'data', 'UTF8'));

-- ---- the request ----

SELECT b, ask(b) FROM unnest(ARRAY['', ' ', '{', '[]', 'null', '5', '{}', '{"Operations": []}', '[{"method": "DELETE", "path": "/Users/1"}]', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]}', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [], "x": 1}',
	'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [5], "failOnErrors": 0}', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "\u0000"}}]}']) b;
SELECT ask(NULL), ask(of(titled(u(1), 'x')), '{"content-type": "text/plain"}'), ask(of(titled(u(1), 'x')), '{"accept": "text/html"}');
SELECT status, answer FROM scim_http('POST', '/Bulk', NULL, NULL, '\x7b22ff227d');
SELECT m, ask(of(titled(u(1), 'x')), NULL, NULL, m) FROM unnest('{GET,HEAD,PUT,PATCH,DELETE}'::text[]) m;
SELECT status, answer::jsonb->>'detail' FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(of(titled(u(1), 'x')), 'UTF8'), '\x00');
SELECT there();
SELECT ask(of(titled(u(1), 'json')), '{"content-type": "application/json", "accept": "application/json"}');
-- conditions are those of operations; what else stands there is nobody's
SELECT ask(of(titled(u(1), 'x')), '{"if-match": "\"stale\""}'), ask(of(titled(u(1), 'y')), '{"if-none-match": "*"}'), ask(of(titled(u(1), 'z')), NULL, 'attributes=title&x=y'), ask(of(titled(u(1), 'z')), '{"if-match": "malformed"}');
SELECT ask(of(titled(u(1), 'seen') || jsonb_build_object('version', 'W/"' || v(1) || '"'), titled(u(1), 'stale') || jsonb_build_object('version', 'W/"' || v(1) || '"')));

-- ---- limits ----

SELECT octet_length(of(titled(u(1), 'x'))) AS bytes \gset
SELECT set_config('scimver.max_bulk_bytes', :'bytes', false) IS NOT NULL;
SELECT ask(of(titled(u(1), 'x'))), replace(ask(of(titled(u(1), 'x')) || ' '), :'bytes', 'so many');
RESET scimver.max_bulk_bytes;
SELECT set_config('scimver.max_body', (:bytes - 1)::text, false) IS NOT NULL;
SELECT replace(ask(of(titled(u(1), 'x'))), (:bytes - 1)::text, 'so many');
SELECT set_config('scimver.max_body', :'bytes', false) IS NOT NULL;
SELECT ask(of(titled(u(1), 'x')));
RESET scimver.max_body;
SET scimver.max_bulk_operations = 2;
SELECT ask(of(titled(u(1), 'x'), titled(u(1), 'y'))), ask(of(titled(u(1), 'x'), titled(u(1), 'y'), titled(u(1), 'z')));
RESET scimver.max_bulk_operations;
SELECT answer FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to(message((SELECT jsonb_agg(op('DELETE', '/Users/' || n)) FROM generate_series(1, 1001) n))::text, 'UTF8'));
SELECT there();
-- what may be sent is what the configuration says
CREATE FUNCTION config() RETURNS jsonb LANGUAGE sql AS $$ SELECT answer::jsonb->'bulk' FROM scim_http('GET', '/ServiceProviderConfig', NULL, NULL, NULL) $$;
SELECT config();
SET scimver.max_bulk_operations = 20;
SET scimver.max_bulk_bytes = 5000;
SELECT config();
SET scimver.max_body = 4000;
SELECT config();
RESET scimver.max_bulk_operations;
RESET scimver.max_bulk_bytes;
RESET scimver.max_body;

-- ---- profiles, tenants ----

SET scimver.profile = 'okta';
SELECT ask('{"Operations": []}'), ask('{}'), ask('[]'), ask('{"Operations": [{"method": "POST", "path": "/Users", "bulkId": "o", "data": {"userName": "ola", "active": "true"}}]}');
SET scimver.profile = 'entra';
SELECT ask(of(renamed(g(11), 'entra'), titled(u(1), 'entra')));
RESET scimver.profile;
SET scimver.tenant = 'red';
SELECT ask(of(titled(u(1), 'x'), person('r', 'ada'), titled(u('r'), 'red')));
RESET scimver.tenant;
SELECT there();

-- ---- what was refused is on record ----

SELECT anew();
SELECT set_config('test.seq', coalesce(max(seq), 0)::text, false) IS NOT NULL FROM scim_history;
CREATE FUNCTION refused() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' ', resource_type, coalesce(plain(resource_id), '-'), error_code, 'expected ' || expected_version, tool, 'both ' || array_to_string(changed, ',')) FROM scim_history WHERE operation = 'refused' AND seq > current_setting('test.seq')::bigint ORDER BY seq;
	PERFORM set_config('test.seq', (SELECT max(seq)::text FROM scim_history), false);
END $$;
SELECT count(*) FROM (SELECT scim_http('PATCH', u(1), NULL, '{"if-match": "\"stale\""}', convert_to(titled(u(1), 'x')->>'data', 'UTF8')), scim_http('POST', '/Users', NULL, NULL, convert_to('{"userName": "bob"}', 'UTF8'))) single;
SELECT refused();
SELECT ask(of(titled(u(1), 'x') || '{"version": "stale"}', person('a', 'bob'), titled(u(2), 'done'), op('DELETE', u(1)) || '{"version": "W/\"stale\""}', renamed(u(2), 'ada'), op('DELETE', u(9)), '5'));
SELECT refused();
SELECT ask(of(titled(u(2), 'lost'), titled(u(1), 'x') || '{"version": "stale"}', person('a', 'bob')), '{"prefer": "atomic"}');
SELECT refused();
SELECT ask(of(person('c', 'cat'), person('a', 'bob'), person('b', 'ada')));
SELECT refused();
-- of what the bulk made: by the id that it got
SELECT ask(of(person('d', 'dan'), titled(u('d'), 'x') || '{"version": "stale"}'));
SELECT refused();
-- in SQL, too, as nothing is raised
SELECT bulk(titled(u(1), 'x') || '{"version": "stale"}');
SELECT refused();
