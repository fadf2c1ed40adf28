-- SCIM over HTTP (RFC 7644): where requests go, headers, conditions, statuses, bodies of
-- errors.  Lists and discovery: test/behaviour/http_lists.sql, test/sql/http_discovery.sql.
\i :behaviour/history_words.sql
CREATE FUNCTION etag(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN 'W/"' || v(n, type) || '"';
CREATE FUNCTION user_(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Users/' || id(n);
CREATE FUNCTION group_(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Groups/' || id(n);
CREATE FUNCTION ops(VARIADIC operations text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [' || array_to_string(operations, ', ') || ']}';
CREATE FUNCTION set_title(title text) RETURNS text LANGUAGE sql IMMUTABLE RETURN ops(format('{"op": "replace", "path": "title", "value": "%s"}', title));
-- a resource without what is not the same each time; an error as its scimType and detail
CREATE FUNCTION body(answer jsonb, etag text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN answer->>'schemas' LIKE '%:Error"]' THEN concat_ws(': ', answer->>'scimType', answer->>'detail') || CASE WHEN answer->'status' IS DISTINCT FROM NULL AND num_nonnulls(answer - '{schemas,status,scimType,detail}'::text[]) = 1 AND answer - '{schemas,status,scimType,detail}'::text[] <> '{}' THEN ' AND MORE' ELSE '' END
		WHEN answer ? 'meta' THEN (answer - 'schemas' || jsonb_build_object('meta', (answer->'meta') - '{created,lastModified}'::text[] || CASE WHEN answer#>>'{meta,version}' = etag THEN '{"version": "that"}' ELSE '{}' END::jsonb))::text
		ELSE (answer - '{schemas,created_at,expires_at,expected_version,base_version}'::text[])::text END $$;
-- status and all that is not NULL; "etag" is that of what is stored now
CREATE FUNCTION ask(method text, path text, body text DEFAULT NULL, headers jsonb DEFAULT NULL, query text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r record;
	at text;
	stored text;
BEGIN
	r := scim_http(method, path, query, headers, convert_to(body, 'UTF8'));
	at := coalesce(r.location, path);
	BEGIN
		stored := scim_get_resource(CASE WHEN at LIKE '/Users/%' THEN 'User' ELSE 'Group' END, split_part(at, '/', 3))#>>'{meta,version}';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	RETURN plain(concat_ws(' ', r.status, nullif(r.content_type, 'application/scim+json'), CASE WHEN r.etag = 'W/"' || stored || '"' THEN 'etag' ELSE r.etag END, 'at ' || r.location, 'allow ' || r.allow,
		'applied ' || r.preference, 'retry ' || r.retry_after, r.caller, body(r.answer::jsonb, r.etag)));
END $$;
CREATE FUNCTION if(name text, value text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object(name, value);
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one", "emails": [{"value": "ada@example.org", "type": "work"}]}'), (id(2), '{"userName": "bob"}');
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "staff"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) IS NOT NULL;

-- ---- one resource ----

SELECT ask('POST', '/Users', '{"userName": "cyd", "id": "x", "meta": {"version": "W/\"x\""}}');
SELECT ask('GET', user_(1));
SELECT ask('HEAD', user_(1));
SELECT ask('PUT', user_(2), '{"userName": "bob", "title": "two"}');
SELECT ask('PATCH', user_(2), set_title('three'));
SELECT ask('PUT', group_(11), format('{"displayName": "crew", "members": [{"value": "%s"}, {"value": "%s"}]}', id(1), id(2)));
SELECT ask('PATCH', group_(11), ops(format('{"op": "remove", "path": "members[value eq \"%s\"]"}', id(1))));
SELECT ask('DELETE', group_(11)), ask('GET', group_(11)), ask('DELETE', group_(11));
INSERT INTO groups (id, data) VALUES (id(12), '{"displayName": "staff"}');
-- what is stored is as ever
SELECT plain(scim_get_user(id(2)::text) - 'meta');

-- ---- where requests go ----

CREATE TABLE methods (n int, method text);
INSERT INTO methods SELECT ordinality, m FROM unnest('{GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS,TRACE,get,""}'::text[]) WITH ORDINALITY u(m);
CREATE TABLE places (n int, place text);
INSERT INTO places SELECT ordinality, p FROM unnest(ARRAY['/', '/.search', '/Users', '/Users/.search', user_(9), '/Groups', '/Me', '/Bulk', '/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', '/Schemas/x']) WITH ORDINALITY u(p);
-- without a body: what needs one says so
SELECT plain(place), string_agg(CASE WHEN method = '' THEN '-' ELSE method END || ' ' || r.status, ', ' ORDER BY m.n), string_agg(DISTINCT r.allow, ' AND ') FROM places p, methods m, scim_http(method, place, NULL, NULL, NULL) r GROUP BY p.n, place ORDER BY p.n;
SELECT ask(method, '/Users', '{', '{"content-type": "text/plain"}') FROM methods WHERE method IN ('OPTIONS', 'PUT');
SELECT ask('GET', p, NULL, NULL, 'count=0&filter=userName%20eq%20%22nobody%22') FROM unnest(ARRAY['', '/']) p;
SELECT p, ask('GET', p) FROM unnest(ARRAY['Users', '/Nothing', '/users', '/USERS/x', '/me', '/schemas', '/Users/.', '/Users/..', '/Users/../Groups', '/Users/%2e%2E', '/Users/a%2Fb', '/Users/a%2fb', '/Users/a%00', '/Users/%00', '/Users/a%ff', '/Users/a%',
	'/Users/a%4', '/Users/a%zz', '/Users/a?b', '/Users/a#b', '/Users/x/y', '/Users//x', '//Users', '//', '/Users//', '/Bulk/x', '/Me/x', '/ServiceProviderConfig/x', '/Schemas/x/y', '/.search/x', '/%', '/Users/%E2%82%AC', '/Users/a%20b', '/Users/' || repeat('x', 300)]) p;
-- a slash at the end, and what is encoded for nothing
SELECT ask('GET', user_(2) || '/', NULL, NULL, 'attributes=userName'), regexp_replace(ask('GET', '/%55sers/' || replace(replace(id(2)::text, '0', '%30'), 'A', '%41'), NULL, NULL, 'attributes=userName'), 'W/"[^"]*"', 'its etag');
-- a type that comes later
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [{"name": "name", "required": true}]}');
SELECT ask('POST', '/Things', '{"name": "a"}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT ask('POST', '/Things', '{"name": "a"}');
SELECT make('Thing', 'things');
SELECT left(ask('POST', '/Things', '{"name": "a"}'), 3);
DELETE FROM things;
DROP TABLE things CASCADE;
-- ids as people have them: the URI that a resource is said to have leads to it
CREATE TABLE odd (id text PRIMARY KEY, data jsonb NOT NULL DEFAULT '{}', version text);
SELECT scim_register_table('odd', 'Thing', '{"id": "id", "data": "data", "version": "version"}');
INSERT INTO odd (id, data) SELECT i, '{"name": "a"}' FROM unnest(ARRAY['a b', 'a%b', '%2F', '%00', '%2e%2e', 'a+b', 'a..b', '...', 'a?b#c', 'a;v=1,c', 'a"b', 'a\b', ' x ', E'a\tb\n', 'ü€', '😀', 'Me', 'Bulk', 'Schemas', 'A', 'a']) i;
CREATE FUNCTION leads(type text) RETURNS TABLE (id text, at text, got int, patched int) LANGUAGE sql AS $$
	SELECT to_json(r->>'id')::text, r#>>'{meta,location}', CASE WHEN g.answer::jsonb - 'meta' = r - 'meta' AND g.answer::jsonb#>>'{meta,location}' = r#>>'{meta,location}' THEN g.status ELSE -g.status END, p.status
	FROM jsonb_array_elements(scim_list_resources(type)->'Resources') r, scim_http('GET', r#>>'{meta,location}', NULL, NULL, NULL) g,
		scim_http('PATCH', r#>>'{meta,location}', 'attributes=name', NULL, convert_to(ops('{"op": "replace", "path": "name", "value": "b"}'), 'UTF8')) p ORDER BY r->>'id' COLLATE "C" $$;
SELECT * FROM leads('Thing');
SELECT count(*) FROM odd WHERE data->>'name' = 'b';
-- those to which no path leads: they are found, and not changed
DELETE FROM odd;
INSERT INTO odd (id, data) SELECT i, '{"name": "a"}' FROM unnest(ARRAY['a/b', '/', '.search', '.', '..']) i;
SELECT * FROM leads('Thing');
SELECT ask('GET', '/Things', NULL, NULL, 'filter=id+eq+%22a/b%22&attributes=name'), ask('DELETE', '/Things/a%2Fb'), ask('DELETE', '/Things/.search'), count(*) FROM odd;
SELECT scim_unregister_table('odd');
DROP TABLE odd;
CREATE TABLE odd (id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, data jsonb NOT NULL DEFAULT '{}', version text);
SELECT scim_register_table('odd', 'Thing', '{"id": "id", "data": "data", "version": "version"}');
SELECT ask('POST', '/Things', '{"name": "a"}', NULL, 'attributes=name');
INSERT INTO odd (id, data) SELECT i, '{"name": "a"}' FROM unnest('{0,-5,9223372036854775807}'::bigint[]) i;
SELECT * FROM leads('Thing');
SELECT i, ask('DELETE', '/Things/' || i) FROM unnest('{00,+0,-0,%200,0x0,1e0,a,9223372036854775808,99999999999999999999999,%30}'::text[]) i;
SELECT scim_unregister_table('odd');
DROP TABLE odd;
DELETE FROM scim_resource_types WHERE NOT built_in;
SELECT ask('POST', '/Things', '{"name": "a"}');
-- tokens that there are not
SELECT status, etag, answer FROM scim_http('GET', user_(1), NULL, NULL, NULL, '\x00');
SELECT status, answer FROM scim_http('DELETE', user_(1), NULL, NULL, NULL, '');
SELECT status, caller, answer FROM scim_http(NULL, NULL, NULL, NULL, NULL);

-- ---- headers ----

SELECT a, ask('GET', user_(2), NULL, if('accept', a), 'attributes=userName') FROM unnest(ARRAY['application/scim+json', 'application/json', 'APPLICATION/JSON; charset=utf-8', '*/*', 'application/*', 'text/html, */*;q=0.1', 'text/html', 'application/xml, text/*', 'application/json, application/scim+json', 'application/scim+json;q=0.5, application/json',
	'*/*, application/scim+json;q=0', 'application/scim+json;q=0, application/json;q=0', 'application/json;q=x', 'application/json;q=1.5', 'application/*;q=0.2, application/json;q=0.9', '', ' , ', 'application', 'text/plain;x="a, application/json"', 'application/json;x="\"";q=0.3']) a;
SELECT c, ask('PUT', user_(2), '{"userName": "bob", "title": "two"}', if('content-type', c), 'attributes=userName') FROM unnest(ARRAY['application/scim+json', 'application/json', 'Application/JSON;charset=UTF-8', 'application/scim+json ; charset="utf-8"', '', 'text/plain', 'application/xml', 'application/json-patch+json', 'application/x-www-form-urlencoded', 'json', ';']) c;
SELECT p, ask('PUT', user_(2), '{"userName": "bob", "title": "two"}', if('prefer', p)) FROM unnest(ARRAY['return=minimal', 'return=representation', 'Return = "minimal"', 'respond-async, return=minimal; x=y', 'return=representation, return=minimal', 'return=all', 'return', 'handling=lenient', '', ',;=']) p;
SELECT ask('PATCH', user_(2), set_title('four'), '{"prefer": "return=minimal"}'), ask('PATCH', user_(2), set_title('five'), '{"prefer": "return=minimal"}', 'attributes=title'), ask('PATCH', user_(2), set_title('six'), '{"prefer": "return=minimal"}', 'excludedAttributes=meta');
SELECT ask('POST', '/Users', '{"userName": "dan"}', '{"prefer": "return=minimal"}');
SELECT ask('GET', user_(2), NULL, '{"prefer": "return=minimal"}', 'attributes=userName');
-- names in any case, others, none; errors in the type that is taken
SELECT ask('GET', user_(2), NULL, '{"Accept": "application/json", "host": 5, "if-match": null}', 'attributes=userName'), ask('GET', user_(9), NULL, '{"accept": "application/json"}'), ask('GET', '/Nothing', NULL, '{"accept": "application/json"}'), ask('GET', '/Nothing', NULL, '{"accept": "text/html"}');
SELECT h, ask('GET', user_(2), NULL, h) FROM unnest(ARRAY['[]', '"x"', 'null', '{"accept": 5}', '{"if-match": ["x"]}', '{"if-none-match": true}']::jsonb[]) h;

-- ---- conditions ----

SELECT ask('GET', user_(1), NULL, if('if-none-match', etag(1))), ask('HEAD', user_(1), NULL, if('if-none-match', etag(1))), ask('GET', user_(1), NULL, if('if-none-match', '"x", ' || replace(etag(1), 'W/', ''))), ask('GET', user_(1), NULL, if('if-none-match', '*')), ask('GET', user_(9), NULL, if('if-none-match', '*'));
SELECT ask('GET', user_(1), NULL, if('if-none-match', t), 'attributes=userName') FROM unnest(ARRAY['W/"x"', '"not-one-of-ours!"', '"a","b"']) t;
SELECT ask('GET', user_(1), NULL, if('if-match', t), 'attributes=userName') FROM unnest(ARRAY['*', etag(1), '"x" , ' || etag(1), 'W/"x"', '"not-one-of-ours!"']) t;
SELECT ask('GET', user_(1), NULL, if('if-match', '"x"') || if('if-none-match', etag(1))), ask('GET', user_(1), NULL, if('if-match', etag(1)) || if('if-none-match', etag(1))), ask('GET', user_(9), NULL, if('if-match', '*'));
-- malformed, on whatever
SELECT t, ask('GET', user_(1), NULL, if('if-none-match', t)) FROM unnest(ARRAY['', 'x', 'W/x', 'w/"x"', '"x', 'x"', '"x" "y"', '*, "x"', '"x", *', ',', '"a b"', 'W/ "x"', '"x"y', (SELECT string_agg('"t' || n || '"', ', ') FROM generate_series(1, 101) n)]) t;
SELECT ask('PUT', user_(1), '{"userName": "x"}', if('if-match', 'x')), ask('PATCH', user_(1), set_title('x'), if('if-match', '"x')), ask('DELETE', user_(1), NULL, if('if-none-match', 'x')), ask('POST', '/Users', '{"userName": "x"}', if('if-match', 'x')), ask('DELETE', user_(1), NULL, if('if-match', (SELECT string_agg('"t' || n || '"', ', ') FROM generate_series(1, 200) n)));
SELECT ask('GET', user_(1), NULL, if('if-match', ' , ' || (SELECT string_agg('"t' || n || '"', ',,') FROM generate_series(1, 99) n) || ', ' || etag(1) || ' ,'), 'attributes=userName');
-- writes
CREATE FUNCTION writes(headers jsonb, n int DEFAULT 1) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT ask('PUT', user_(n), '{"userName": "ada", "title": "put"}', headers, 'attributes=title') UNION ALL
	SELECT ask('PATCH', user_(n), set_title('patch'), headers, 'attributes=title') UNION ALL
	SELECT ask('DELETE', user_(n), NULL, headers) $$;
SELECT writes(if('if-match', 'W/"x"'));
SELECT writes(if('if-match', '"no-version-of-ours!"'));
SELECT writes(if('if-match', '"x", W/"y"'));
SELECT writes(if('if-none-match', '*'));
SELECT writes(if('if-none-match', etag(1)));
SELECT writes(if('if-match', etag(1)) || if('if-none-match', etag(1)));
SELECT writes(if('if-match', '"x"') || if('if-none-match', '"x"'));
SELECT writes(h, 9) FROM unnest(ARRAY[if('if-match', '*'), if('if-match', '"x"'), if('if-match', '"no-version-of-ours!"'), if('if-match', '"x", "y"'), if('if-none-match', '*'), if('if-none-match', '"x"')]) h;
SELECT plain(scim_get_user(id(1)::text)->>'title');
SELECT ask('PUT', user_(1), '{"userName": "ada", "title": "a"}', if('if-match', '*'), 'attributes=title');
SELECT ask('PUT', user_(1), '{"userName": "ada", "title": "b"}', if('if-match', etag(1)), 'attributes=title');
SELECT ask('PUT', user_(1), '{"userName": "ada", "title": "c"}', if('if-match', replace(etag(1), 'W/', '')), 'attributes=title');
SELECT ask('PUT', user_(1), '{"userName": "ada", "title": "d"}', if('if-match', '"x", ' || etag(1)), 'attributes=title');
SELECT ask('PATCH', user_(1), set_title('e'), if('if-none-match', '"x", "not-one-of-ours!"'), 'attributes=title');
SELECT ask('PATCH', user_(1), set_title('f'), if('if-match', '*') || if('if-none-match', '"x"'), 'attributes=title');
SELECT ask('PATCH', user_(1), set_title('g'), if('if-match', etag(1)) || if('if-none-match', '"x"'), 'attributes=title');
-- what is there already is no conflict
SELECT ask('PUT', user_(1), '{"userName": "ada", "title": "g"}', if('if-match', h), 'attributes=title'), ask('PATCH', user_(1), set_title('g'), if('if-match', h), 'attributes=title') FROM unnest(ARRAY['"x"', '"x", "y"', '"not-one-of-ours!", "y"', '"not-one-of-ours!"']) h;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(20, 25) n;
SELECT ask('DELETE', user_(20), NULL, if('if-match', etag(20))), ask('DELETE', user_(21), NULL, if('if-match', '"x", ' || etag(21))), ask('DELETE', user_(22), NULL, if('if-match', '*')), ask('DELETE', user_(23), NULL, if('if-none-match', '"x"')), ask('DELETE', user_(23));

-- ---- statuses ----

SELECT answer FROM scim_http('GET', '/Users/nobody', NULL, NULL, NULL);
SELECT answer FROM scim_http('POST', '/Users', NULL, NULL, convert_to('{"userName": "ada"}', 'UTF8'));
SELECT ask('POST', '/Users', b) FROM unnest(ARRAY['[]', 'null', '""', '5', '', ' ', '{', '{}', '{"userName": 5}', '{"userName": "x", "nothing": 1}', '{"userName": "x\u0000"}', '{"userName": "\ud800"}', '{"userName": "x", "active": "True"}', '{"userName": 1e999999}', '{"schemas": ["urn:x"], "userName": "x"}', repeat('[', 100000)]) b;
SELECT ask('PATCH', user_(1), b) FROM unnest(ARRAY['[]', 'null', '""', '', '{}', replace(ops('5'), '5', ''), ops('5'), ops('{"op": "remove"}'), ops('{"op": "replace", "path": "nothing", "value": 1}'), ops('{"op": "replace", "path": "id", "value": "x"}'), ops('{"op": "replace", "path": "emails[type eq", "value": "x"}'), ops('{"op": "replace", "path": "emails[type eq \"none\"].value", "value": "x"}')]) b;
SELECT status, answer FROM (VALUES ('\x7b00227d'::bytea), ('\x7b22757365724e616d65223a22ff227d'), ('\xefbbbf7b7d'), ('\x'), (NULL), (convert_to(repeat(' ', 2000000), 'UTF8'))) b (body), scim_http('POST', '/Users', NULL, NULL, body);
SET scimver.max_body = 20;
SELECT ask('PUT', user_(9), '{"userName": "x"}   '), ask('PUT', user_(9), '{"userName": "x"}    '), ask('DELETE', user_(9), repeat(' ', 30));
RESET scimver.max_body;
-- what reads is refused where it is too long, what writes is not
SET scimver.max_answer = 1024;
SELECT ask('PUT', user_(24), '{"userName": "u24", "displayName": "' || repeat('x', 2000) || '"}') ~ '^200', regexp_replace(ask('GET', user_(24)), ' [0-9]+ bytes', ''), ask('HEAD', user_(24)), ask('GET', user_(24), NULL, NULL, 'attributes=userName'), left(ask('POST', '/Users/.search', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName eq \"u24\""}'), 3);
RESET scimver.max_answer;
SELECT q, ask('GET', user_(2), NULL, NULL, q) FROM unnest(ARRAY['attributes=userName', 'attributes=USERNAME,%20title', 'attributes=', 'excludedAttributes=userName%2Cmeta,schemas', 'attributes=nothing', 'attributes=id&excludedAttributes=title', 'Attributes=title&excludedattributes=title&x=y', 'attributes=title&attributes=userName', 'attributes=id,,id', 'attributes=emails%5Btype+eq+%22work%22%5D',
	'attributes=%zz', 'attributes=%00', 'attributes=%ff', 'at%zz=x', '%61ttributes=id', '&&=&', 'attributes', 'x=' || repeat('y', 65536)]) q
	WHERE length(q) < 100;
SELECT ask('GET', user_(2), NULL, NULL, 'attributes=id&x=' || repeat('y', 65536)), left(ask('GET', user_(2), NULL, NULL, 'attributes=' || repeat('y', 65536)), 50);
-- an error of the application's is nobody's business
CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a secret' USING ERRCODE = current_setting('test.code'); END $$;
CREATE TRIGGER breaks BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION breaks();
SELECT c, ask('PUT', user_(1), '{"userName": "ada"}') FROM unnest('{P0001,42501,23505,40001,40P01,55P03,22012,54000,25006,08006,57P03,PT404,42P01}'::text[]) c, set_config('test.code', c, false);
-- the server's own are passed on
SET test.code = 'XX001';
SELECT fails(format('SELECT ask(''PUT'', %L, ''{"userName": "ada"}'')', user_(1)));
DROP TRIGGER breaks ON users;
-- a policy, a lease, a proposal
SELECT scim_set_policy('default', 'User', '{"require_version": true, "deny": ["delete"]}') IS NOT NULL;
SELECT ask('PUT', user_(1), '{"userName": "ada"}'), ask('DELETE', user_(1), NULL, if('if-match', etag(1)));
-- what names no version of the client's is none that the policy requires
SELECT h, ask('PATCH', user_(1), set_title('blind'), h) FROM unnest(ARRAY[if('if-match', '*'), if('if-none-match', '"x"'), if('if-match', '*') || if('if-none-match', '"x"'), if('if-match', '"no-version-of-ours!"'), if('if-match', '"x", "y"')]) h;
SELECT ask('PATCH', user_(1), set_title('seen'), if('if-match', '"x", ' || etag(1)), 'attributes=title');
SELECT ask('PATCH', user_(1), set_title('g'), if('if-match', etag(1)) || if('if-none-match', '"x"'), 'attributes=title');
SELECT scim_set_policy('default', 'User', '{"require_version": true}') IS NOT NULL;
SELECT ask('DELETE', user_(1)), ask('DELETE', user_(1), NULL, if('if-none-match', '"x"'));
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "reviewers": ["pg_read_all_data"]}}') IS NOT NULL;
SELECT ask('PATCH', user_(1), set_title('chief'));
SELECT scim_set_policy('default', 'User', NULL);
SELECT scim_acquire_lease('User', id(2)::text, 60) IS NOT NULL;
SELECT retry_after BETWEEN 1 AND 60, status, answer::jsonb ->> 'detail' LIKE '%held%' FROM scim_http('PUT', user_(2), NULL, NULL, convert_to('{"userName": "bob"}', 'UTF8'));
SELECT count(scim_release_lease(lease_id)) FROM scim_leases;
-- tenants
SET scimver.tenant = 'red';
SELECT ask('GET', user_(1)), left(ask('POST', '/Users', '{"userName": "ada"}'), 3);
RESET scimver.tenant;
CREATE ROLE regress_http;
SET ROLE regress_http;
SELECT left(ask('GET', user_(1)), 3), left(ask('PUT', user_(1), '{"userName": "ada"}'), 3);
RESET ROLE;
DROP ROLE regress_http;
-- what was refused is on record, and nothing else
SELECT resource_type, coalesce(plain(resource_id), '-'), error_code, CASE WHEN length(expected_version) = 12 THEN 'V' ELSE expected_version END, tool, count(*) FROM scim_history WHERE operation = 'refused' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4;

-- ---- profiles ----

SET scimver.profile = 'entra';
SELECT plain(a.answer), b.status FROM scim_http('GET', '/users/' || id(1), 'ATTRIBUTES=userName', NULL, NULL) a, scim_http('PATCH', '/USERS/' || id(1), NULL, NULL, convert_to(ops('{"op": "Replace", "path": "active", "value": "False"}'), 'UTF8')) b;
SELECT ask('GET', '/me'), ask('PUT', '/serviceproviderconfig');
CREATE FUNCTION rename(to_name text, headers jsonb DEFAULT NULL, query text DEFAULT NULL) RETURNS text LANGUAGE sql RETURN ask('PATCH', group_(12), ops(format('{"op": "replace", "path": "displayName", "value": "%s"}', to_name)), headers, query);
SELECT rename('a'), rename('b', '{"prefer": "return=representation"}'), rename('c', '{"prefer": "return=minimal"}'), rename('d', NULL, 'attributes=displayName'), rename('e', NULL, 'excludedAttributes=members,meta');
SELECT ask('PATCH', user_(1), replace(ops('5'), '5', '')), ask('PATCH', user_(1), replace(ops('5'), '5', ''), NULL, 'attributes=title');
SELECT left(ask('PATCH', user_(1), set_title('h')), 8), ask('PUT', group_(12), '{"displayName": "f"}', NULL, 'attributes=displayName');
SET scimver.profile = 'nothing';
SELECT ask('GET', user_(1));
RESET scimver.profile;
SELECT rename('g', NULL, 'attributes=displayName'), left(rename('h'), 3);

-- ---- versions: in HTTP always as ETags, beside it as the setting says ----

SET scimver.version_form = 'etag';
SELECT ask('GET', user_(1), NULL, if('if-none-match', 'W/"' || (SELECT version FROM users WHERE id = id(1)) || '"')) = '304 W/"' || version || '"', (scim_get_user(id(1)::text)#>>'{meta,version}') = 'W/"' || version || '"' FROM users WHERE id = id(1);
RESET scimver.version_form;
SELECT answer::jsonb#>>'{meta,version}' = r.etag, r.etag = etag(1), answer::jsonb ? '_version' FROM scim_http('GET', user_(1), 'attributes=_version,meta.version', NULL, NULL) r;

-- ---- codes: for who counts errors, not for clients ----

CREATE FUNCTION code(method text, path text, body text DEFAULT NULL, headers jsonb DEFAULT NULL, query text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', status, error_code) FROM scim_http(method, path, query, headers, convert_to(body, 'UTF8')) $$;
SELECT code('GET', user_(1)), code('GET', user_(9)), code('GET', '/Users', NULL, NULL, 'filter=x'), code('GET', user_(1), NULL, if('if-match', 'W/"x"')),
	code('PUT', user_(1), '{"userName": "ada"}', if('if-match', 'W/"x"')), code('DELETE', user_(2), NULL, if('if-none-match', '*')), code('POST', '/Users', '{"userName": "ada"}'), code('POST', '/Users', '{');
-- what is no error of the catalogue has none
SELECT code('GET', '/Things'), code('PUT', '/Users'), code('PUT', user_(1), ''), code('POST', '/Users', '{}', '{"content-type": "text/plain"}'), code('GET', user_(1), NULL, '{"accept": "text/html"}');
SELECT status, error_code FROM scim_http('GET', user_(1), NULL, NULL, NULL, '\x00');
