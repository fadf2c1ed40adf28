-- Lists over HTTP (RFC 7644 sections 3.4.2, 3.4.3): by the query of the URI, by a
-- SearchRequest, of a type and of all; ETags of pages, and of what is in them.
-- An answer: status, its ETag as a letter if it has one, and of a list the numbers, the names
-- with "!" where meta.version is no W/"v" of the version that is stored, "~" where it is not
-- there and "-" where meta is not, and what else there is.
CREATE FUNCTION shown(resource jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat(coalesce(resource->>'userName', resource->>'displayName', '#'), CASE WHEN NOT resource ? 'meta' THEN '-' WHEN NOT resource->'meta' ? 'version' THEN '~' WHEN resource #>> '{meta,version}' <>
		'W/"' || (scim_get_resource(coalesce(resource #>> '{meta,resourceType}', 'User'), resource->>'id') #>> '{meta,version}') || '"' THEN '!' END, CASE WHEN resource ? '_version' THEN ' with _version' END) $$;
CREATE FUNCTION body(answer jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN answer IS NULL THEN 'no body' WHEN answer->>'schemas' LIKE '%:Error"]' THEN concat_ws(': ', answer->>'scimType', answer->>'detail')
		ELSE concat_ws(' ', 'total', answer->>'totalResults', 'from', answer->>'startIndex', 'of', answer->>'itemsPerPage',
		(SELECT '(' || coalesce(string_agg(shown(r), ' ' ORDER BY n), '') || ')' FROM jsonb_array_elements(answer->'Resources') WITH ORDINALITY u(r, n)),
		CASE WHEN answer ? 'nextCursor' THEN 'more' END,
		nullif((answer - '{schemas,totalResults,startIndex,itemsPerPage,Resources,nextCursor}'::text[])::text, '{}')) END $$;
CREATE FUNCTION ask(method text, path text, query text DEFAULT NULL, headers jsonb DEFAULT NULL, body text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', r.status, CASE WHEN r.etag ~ '^W/"[A-Za-z0-9+/]{11}="$' THEN 'etag' ELSE r.etag END, nullif(r.content_type, 'application/scim+json'), r.location, body(r.answer::jsonb))
	FROM scim_http(method, path, query, headers, convert_to(body, 'UTF8')) r $$;
CREATE FUNCTION list(query text DEFAULT NULL, path text DEFAULT '/Users') RETURNS text LANGUAGE sql AS $$ SELECT ask('GET', path, query) $$;
CREATE FUNCTION search(members jsonb DEFAULT '{}', path text DEFAULT '/Users/.search') RETURNS text LANGUAGE sql AS $$
	SELECT ask('POST', path, NULL, NULL, ('{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}' || members)::text) $$;
CREATE FUNCTION etag(path text, query text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$ SELECT etag FROM scim_http('GET', path, query, NULL, NULL) $$;
CREATE FUNCTION given(name text, value text) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object(name, value);
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "x", "emails": [{"value": "ada@example.org", "type": "work"}]}'), (id(2), '{"userName": "Bob", "title": "x"}'), (id(3), '{"userName": "cyd & co"}');
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "staff"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(1)), (id(11), 'User', id(2));

-- ---- the query ----

SELECT list(), list('', '/Groups'), list(NULL, '/Users/');
SELECT ask('HEAD', '/Users'), ask('HEAD', '/Users', 'count=x');
SELECT q, list(q) FROM unnest(ARRAY['count=2', 'count=1&startIndex=3', 'startIndex=4', 'startIndex=0', 'startIndex=-5', 'count=0', 'count=-1', 'count=99999999999999999999', 'startIndex=99999999999999999999',
	'count=x', 'count=1.5', 'count=1e2', 'count=0x1', 'count=%201', 'startIndex=one', 'count=1&count=2', 'count=', 'count',
	'filter=userName%20eq%20%22ADA%22', 'filter=userName+sw+%22cyd+%26%22', 'filter=title%20eq%20"x"', 'filter=userName%20eq%20%22nobody%22', 'filter=nothing%20pr', 'filter=userName%20eq', 'filter=userName%20eq%20%22%ff%22', 'filter=%zz', 'filter=a%00', 'filter=',
	'sortBy=userName&sortOrder=descending', 'sortBy=userName&sortOrder=upwards', 'sortBy=nothing', 'sortOrder=ascending',
	'attributes=title', 'attributes=meta.version,userName', 'attributes=meta.created', 'excludedAttributes=meta', 'excludedAttributes=userName,title', 'attributes=nothing', 'attributes=title&excludedAttributes=emails',
	'Count=1', 'FILTER=userName%20pr', 'unknown=1&&=&x']) q;
-- the positions of errors in filters
SELECT ask('GET', '/Users', 'filter=userName%20eq%20%22a%22%20and%20nothing%20pr');
-- by cursor: each page leads to the next one
SELECT list('cursor=&count=2'), list('cursor&count=3'), list('cursor=nonsense'), list('cursor=&count=0'), list('cursor=&count=x'), list('cursor=&count=1001');
SELECT list('count=2&cursor=' || (answer::jsonb->>'nextCursor')), list('count=2&sortBy=userName&cursor=' || (answer::jsonb->>'nextCursor')) FROM scim_http('GET', '/Users', 'cursor=&count=2', NULL, NULL);
-- a limit, and a tenant that nobody has
SET scimver.max_results = 2;
SELECT list();
RESET scimver.max_results;
SET scimver.tenant = 'other';
SELECT list();
RESET scimver.tenant;

-- ---- SearchRequests ----

SELECT search(), search('{"count": 1}', '/Groups/.search'), search('{}', '/Users/.search/');
SELECT q, search(q::jsonb) FROM unnest(ARRAY['{"count": 1, "startIndex": 2}', '{"filter": "userName eq \"bob\""}', '{"FILTER": "userName eq \"bob\"", "unknown": 1}', '{"filter": 1}', '{"filter": "nothing pr"}', '{"filter": null}',
	'{"sortBy": "userName", "sortOrder": "descending"}', '{"sortBy": 1}', '{"count": "1"}', '{"count": 1.5}', '{"startIndex": true}', '{"attributes": ["title"]}', '{"attributes": "title"}', '{"attributes": [1]}', '{"excludedAttributes": ["meta"]}',
	'{"attributes": ["title"], "excludedAttributes": ["emails"]}', '{"cursor": "", "count": 2}', '{"cursor": "x"}', '{"schemas": []}', '{"schemas": null}', '{"schemas": "x"}', '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}']) q;
SELECT coalesce(b, 'none'), ask('POST', '/Users/.search', NULL, NULL, b) FROM unnest(ARRAY[NULL, '', '[]', 'null', '{', '"x"', '{}']) b;
-- the query of the URI is none of a search
SELECT ask('POST', '/Users/.search', 'count=x&attributes=a&excludedAttributes=b', NULL, '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 1}');

-- ---- all types ----

SELECT list('sortBy=meta.created', '/') IS NOT NULL, list('filter=meta.resourceType%20eq%20"Group"', '/'), list('filter=userName%20sw%20"a"%20or%20displayName%20pr', '/'), list('count=x', '/'), list('filter=nothing%20pr', '/');
SELECT search('{"filter": "userName eq \"bob\""}', '/.search'), search('{"schemas": []}', '/.search'), search('{"count": 0}', '/.search');

-- ---- versions ----

SELECT etag('/Users') AS users, etag('/Users', 'count=1') AS first, etag('/', 'count=2') AS root \gset
SELECT :'users' <> :'first', :'users' = etag('/Users'), :'users' = etag('/Users', 'attributes=userName') AS of_what_is_stored;
SELECT list, h, ask('GET', '/Users', NULL, given(h, list)) FROM unnest(ARRAY[:'users', trim('W/' FROM :'users'), '"x", ' || :'users', '"x"', '*', '"no version", ' || :'users', :'first', '"' || repeat('x', 200) || '"', 'x', '']) list, unnest('{if-none-match,if-match}'::text[]) h;
SELECT ask('HEAD', '/Users', NULL, given('if-none-match', :'users')), ask('GET', '/Users', 'count=1', given('if-none-match', :'first')), ask('GET', '/', 'count=2', given('if-none-match', :'root')), ask('GET', '/', 'count=2', given('if-match', '"x"'));
SELECT ask('GET', '/Users', NULL, given('if-none-match', :'users') || given('if-match', :'users')), ask('GET', '/Users', NULL, given('if-none-match', :'users') || given('if-match', '"x"'));
SELECT ask('POST', '/Users/.search', NULL, given('if-none-match', :'users'), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}'), ask('POST', '/Users/.search', NULL, given('if-match', '"x"'), '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}');
-- what changes in a page is another version; what changes elsewhere is none
SELECT scim_patch_user(id(3)::text, '[{"op": "replace", "path": "title", "value": "y"}]') IS NOT NULL;
SELECT ask('GET', '/Users', NULL, given('if-none-match', :'users')), ask('GET', '/Users', 'count=1', given('if-none-match', :'first'));
-- a statement that wrote sees it
SELECT scim_patch_user(id(3)::text, '[{"op": "replace", "path": "title", "value": "z"}]') #>> '{title}', list('filter=title%20eq%20"z"');

-- ---- the form of versions ----

-- whatever the session has: HTTP shows ETags, parameters and SQL's own list are as they were
SELECT list_raw #>> '{Resources,0,meta,version}' = v AS raw FROM (SELECT scim_list_users() AS list_raw, scim_get_user(id(1)::text) #>> '{meta,version}' AS v) x;
SELECT scim_get_user(id(1)::text) #>> '{meta,version}' AS v, scim_list_users()->>'version' AS page \gset
SET scimver.version_form = etag;
SELECT scim_get_user(id(1)::text) #>> '{meta,version}' = 'W/"' || :'v' || '"' AS get, scim_list_users() #>> '{Resources,0,meta,version}' = 'W/"' || :'v' || '"' AS list, scim_list_users()->>'version' = :'page' AS page,
	scim_version(scim_get_user(id(1)::text)) = :'v' AS content, scim_get_user(id(1)::text, known_version => :'v')->>'not_modified' AS known, scim_list_users(known_version => :'page')->>'not_modified' AS known_page,
	scim_patch_user(id(1)::text, '[{"op": "replace", "path": "title", "value": "x"}]', :'v') #>> '{meta,version}' = 'W/"' || :'v' || '"' AS patch;
SELECT scim_call_tool('scim_get_user', jsonb_build_object('user_id', id(1)))::jsonb #>> '{content,meta,version}' = :'v' AS tool, scim_call_tool('scim_get_user', jsonb_build_object('user_id', id(1)))::jsonb #>> '{metadata,version}' = :'v' AS metadata;
SELECT answer::jsonb #>> '{Resources,0,meta,version}' = 'W/"' || :'v' || '"' AS list, etag = 'W/"' || :'page' || '"' AS page FROM scim_http('GET', '/Users', NULL, NULL, NULL);
SELECT answer::jsonb #>> '{meta,version}' = 'W/"' || :'v' || '"' AS get, etag = 'W/"' || :'v' || '"' AS header FROM scim_http('GET', '/Users/' || id(1), NULL, NULL, NULL);
-- a resource as it was read can be sent back as the value of a patch, in either form, whatever the session has; another version cannot
CREATE FUNCTION sent_back(value jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', status, body(CASE WHEN status <> 200 THEN answer::jsonb END)) FROM scim_http('PATCH', '/Users/' || id(1), NULL, NULL,
		convert_to(jsonb_build_object('schemas', '{urn:ietf:params:scim:api:messages:2.0:PatchOp}'::text[], 'Operations', jsonb_build_array(jsonb_build_object('op', 'replace', 'value', value)))::text, 'UTF8')) $$;
SELECT sent_back(answer::jsonb), sent_back(jsonb_set(answer::jsonb, '{meta,version}', to_jsonb(:'v'::text))), sent_back(jsonb_set(answer::jsonb, '{meta,version}', '"W/\"x\""')), sent_back(jsonb_set(answer::jsonb, '{meta,version}', '"\"\""')) FROM scim_http('GET', '/Users/' || id(1), NULL, NULL, NULL);
RESET scimver.version_form;
SELECT sent_back(answer::jsonb), sent_back(jsonb_set(answer::jsonb, '{meta,version}', to_jsonb(:'v'::text))), sent_back(jsonb_set(answer::jsonb, '{meta,version}', '"W/\"x\""')), sent_back(jsonb_set(answer::jsonb, '{meta,version}', '"\"\""')) FROM scim_http('GET', '/Users/' || id(1), NULL, NULL, NULL);

-- ---- with the rule "filter" ----

SET scimver.profile = entra;
SELECT list('Count=1&FILTER=userName%20pr'), list('ATTRIBUTES=emails%5Btype%20eq%20%22work%22%5D&count=1'), list('filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22ada@example.org%22'), list('count=1', '/USERS'),
	ask('POST', '/users/.search', NULL, NULL, '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 1}'), list($$filter=DisplayName%20eq%20'staff'$$, '/');
SELECT answer::jsonb #> '{Resources,0,emails}' FROM scim_http('GET', '/Users', 'attributes=emails[type%20eq%20"work"]&count=1', NULL, NULL);
RESET scimver.profile;
