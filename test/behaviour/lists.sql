-- Lists (RFC 7644 section 3.4.2, RFC 9865): order, pages by index and by cursor,
-- limits, versions, projection.  What only created tables have (indexes for each
-- order, groups in groups): test/sql/lists.sql.
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
	{"name": "name", "required": true}, {"name": "exact", "caseExact": true}, {"name": "flag", "type": "boolean"}, {"name": "secret", "returned": "never"}, {"name": "code", "uniqueness": "server"},
	{"name": "level", "type": "integer"}, {"name": "ratio", "type": "decimal"}, {"name": "seen", "type": "dateTime"}, {"name": "key", "type": "binary"}, {"name": "tags", "multiValued": true},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "primary", "type": "boolean"}, {"name": "labels", "multiValued": true}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT make('Thing', 'things');

CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || ' ' || CASE WHEN detail LIKE '{%' THEN (detail::jsonb - 'status' - 'error_code')::text ELSE detail END;
END $$;
CREATE FUNCTION names(list jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(r->>'userName', r->>'name', r->>'displayName'), ' ' ORDER BY n), '-') FROM jsonb_array_elements(list->'Resources') WITH ORDINALITY AS u(r, n) $$;
-- the pages of a list by cursor, each as its names
CREATE FUNCTION walk(type text, count int, filter text DEFAULT NULL, sort_by text DEFAULT NULL, sort_order text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
	pages text[];
	place text := '';
BEGIN
	LOOP
		page := scim_list_resources(type, filter, sort_by, sort_order, cursor => place, count => walk.count);
		pages := pages || names(page);
		place := page->>'nextCursor';
		EXIT WHEN place IS NULL OR cardinality(pages) > 1000;
	END LOOP;
	RETURN array_to_string(pages, ' | ');
END $$;
-- one order three ways: as a whole, by pages of an index, by cursors of any size
CREATE FUNCTION sorted(type text, VARIADIC paths text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT rpad(p || ' ' || left(o, 4), 24) || whole || CASE WHEN
			(SELECT bool_and(replace(walk(type, c, NULL, p, o), ' |', '') = whole) FROM unnest(ARRAY[1, 2, 3, 7, 100]) c) AND
			(SELECT string_agg(names(scim_list_resources(type, NULL, p, o, s, 2)), ' ' ORDER BY s) = whole FROM generate_series(1, (scim_list_resources(type)->>'totalResults')::int, 2) s)
		THEN '' ELSE ' AND OTHERWISE IN PAGES' END
	FROM unnest(paths) p, unnest(ARRAY['ascending', 'descending']) o, LATERAL (SELECT names(scim_list_resources(type, NULL, p, o)) AS whole) w $$;

INSERT INTO things (id, data) VALUES
	(id(1), '{"name": "one", "exact": "b", "flag": true, "secret": "x", "code": "C2", "level": 10, "ratio": 1.5, "seen": "2026-01-01T00:00:00Z", "key": "AQ==", "tags": ["z", "a"], "parts": [{"value": "p"}, {"value": "a", "primary": true, "size": 2, "labels": ["l2"]}]}'),
	(id(2), '{"name": "Two", "exact": "B", "flag": false, "code": "c1", "level": 9, "ratio": 1.50, "seen": "2026-01-01T02:00:00+02:00", "key": "//8=", "tags": ["B"], "parts": [{"value": "b", "size": 10, "primary": false, "labels": ["l1"]}, {"value": "0"}]}'),
	(id(3), '{"name": "three", "exact": "a", "flag": true, "level": -1, "ratio": 1e2, "seen": "2025-12-31T23:59:59.999999Z", "key": "AA==", "tags": [], "parts": [{"size": 1, "primary": true}, {"value": "x", "size": 0}]}'),
	(id(4), '{"name": "four"}'), (id(5), '{"name": "Ünal", "code": "c0"}'),
	(id(6), '{"name": "odd", "exact": null, "flag": "yes", "level": "9", "ratio": [1], "seen": "never", "key": 5, "tags": {"a": 1}, "parts": ["x", {"value": "y"}], "code": null}'),
	(id(7), '{"name": "four", "level": 9, "seen": "2026-01-01T00:00:00"}');

-- ---- order: every type, both ways, the same in pages ----

SELECT sorted('Thing', 'id', 'name', 'exact', 'flag', 'level', 'ratio', 'seen', 'key', 'tags', 'parts.value', 'parts.size', 'parts.primary', 'parts.labels', 'code', 'urn:example:Thing:LEVEL', 'meta.resourceType', 'meta.location', 'schemas');
SELECT names(scim_list_resources('Thing')), names(scim_list_resources('Thing', sort_order => 'DESCENDING')), names(scim_list_resources('Thing', sort_by => 'name', sort_order => 'Descending'));
SELECT fails(format('SELECT scim_list_resources(''Thing'', sort_by => %L, sort_order => %L)', b, o)) FROM (VALUES ('nonsense', 'ascending'), ('parts', 'ascending'), ('parts[value eq "a"].size', NULL), ('parts[', NULL), ('meta', NULL), ('', NULL), ('secret', NULL), ('name', 'up'), (NULL, 'up'), ('name', '')) v (b, o);
SELECT fails('SELECT scim_list_users(sort_by => ''password'')'), fails('SELECT scim_list_users(sort_by => ''urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'')'), fails('SELECT scim_list_users(sort_by => ''_version'')');

INSERT INTO users (id, created, data) VALUES (id(1), '2026-03-01Z', '{"userName": "ann", "externalId": "b", "displayName": "Z", "active": true, "emails": [{"value": "z@x"}, {"value": "B@x", "primary": true}], "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "2"}}}'),
	(id(2), '2026-01-01Z', '{"userName": "Bob", "active": false, "emails": [{"value": "c@x"}], "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}}}'), (id(3), '2026-02-01Z', '{"userName": "cyd", "externalId": "B", "displayName": "a"}');
INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "S"}'), (id(102), '{"displayName": "A"}'), (id(103), '{"displayName": "E"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101), 'User', id(2)), (id(102), 'User', id(1)), (id(102), 'User', id(3));
SELECT sorted('User', 'userName', 'externalId', 'displayName', 'active', 'emails.value', 'meta.created', 'groups.value', 'groups.display', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value');
SELECT sorted('Group', 'members.value', 'members.display', 'members.type', 'displayName');

-- ---- by index: exact totals, limits ----

INSERT INTO users (tenant_id, id, data) SELECT 'many', id(n), jsonb_build_object('userName', 'u' || lpad(n::text, 4, '0'), 'displayName', CASE WHEN n % 3 > 0 THEN 'D' || n % 7 END, 'title', repeat('x', n % 5)) FROM generate_series(1, 250) n;
SET scimver.tenant = 'many';
CREATE FUNCTION page(filter text, sort_by text, start_index int, count int) RETURNS text LANGUAGE sql AS $$
	SELECT (l - 'Resources' - 'schemas' - 'version')::text || ' ' || jsonb_array_length(l->'Resources') || ' ' || coalesce(l#>>'{Resources,0,userName}', '-') FROM scim_list_users(filter, sort_by, NULL, start_index, count) l $$;
SELECT page(f, b, s, c) FROM (VALUES (NULL, NULL, 1, 100), (NULL, NULL, 201, 100), (NULL, NULL, 251, 100), (NULL, NULL, 1000000, 100), (NULL, NULL, 0, 250), (NULL, NULL, -5, 1000), (NULL, NULL, 1, 0), (NULL, NULL, 1, -1), (NULL, NULL, NULL, NULL), (NULL, NULL, 2147483647, 2147483647),
	('displayName pr', NULL, 1, 10), ('displayName pr', 'displayName', 167, 10), ('displayName pr', 'displayName', 168, 10), (NULL, 'displayName', 160, 10), (NULL, 'displayName', 167, 1), (NULL, 'displayName', 168, 1), (NULL, 'displayName', 240, 100), (NULL, 'displayName', 251, 1),
	('userName eq "u0007"', NULL, 1, 10), ('userName eq "u0007"', NULL, 2, 10), ('userName eq "nobody"', NULL, 1, 10), ('userName eq "nobody"', 'displayName', 5, 10)) v (f, b, s, c);
SET scimver.max_page_size = 10;
SELECT page(NULL, NULL, 1, 100), page(NULL, 'title', 245, 100);
-- by cursor, only a count that nobody asked for is cut
SELECT scim_list_users(cursor => '')->'itemsPerPage', fails('SELECT scim_list_users(cursor => '''', count => 11)'), fails('SELECT scim_list_users(cursor => '''', count => 0)');
RESET scimver.max_page_size;
SET scimver.max_results = 100;
SELECT fails('SELECT scim_list_users()'), fails('SELECT scim_list_users(count => 0)'), fails('SELECT scim_list_users(cursor => '''')'), fails('SELECT scim_list_users(cursor => '''', include_total => true)');
SELECT page('userName le "u0100"', NULL, 1, 2), fails('SELECT scim_list_users(''userName le "u0101"'', count => 2)'), fails('SELECT scim_list_users(''userName le "u0101"'', count => 200)');
RESET scimver.max_results;
SELECT fails(format('SET scimver.%s', s)) FROM unnest(ARRAY['max_page_size = 0', 'max_page_size = 100001', 'max_results = -1']) s;

-- ---- by cursor ----

SELECT jsonb_pretty(l - 'Resources' - 'version' || jsonb_build_object('nextCursor', l->>'nextCursor' ~ '^[A-Za-z0-9_-]+$')) FROM scim_list_users(cursor => '', count => 3) l;
SELECT l - 'Resources' - 'version' - 'nextCursor' FROM scim_list_users(cursor => '', count => 3, include_total => true) l;
-- a page that ends with the list has no cursor, whether it is full or not
SELECT l->'itemsPerPage', l ? 'nextCursor' FROM unnest(ARRAY[249, 250, 251]) c, scim_list_users(cursor => '', count => c) l;
SELECT l->'itemsPerPage', l ? 'nextCursor', l ? 'totalResults' FROM scim_list_users('userName eq "nobody"', cursor => '', sort_by => 'displayName') l;
-- the whole of it, in every order and size: each once, as in one page
SELECT b, o, bool_and(replace(walk('User', c, NULL, b, o), ' |', '') = names(scim_list_users(sort_by => b, sort_order => o, count => 1000)))
	FROM unnest(ARRAY[NULL, 'userName', 'displayName', 'title', 'meta.created', 'meta.lastModified', 'id']) b, unnest(ARRAY[NULL, 'descending']) o, unnest(ARRAY[1, 7, 83, 84, 166, 167, 249, 250]) c GROUP BY 1, 2 ORDER BY 1, 2;
SELECT walk('User', 4, 'userName gt "u0240"', 'displayName'), walk('User', 4, 'userName gt "u0240"', 'displayName', 'descending');
-- the count may change from page to page
SELECT names(scim_list_users(cursor => scim_list_users(cursor => '', count => 2)->>'nextCursor', count => 3)), names(scim_list_users(cursor => scim_list_users(cursor => '', count => 2)->>'nextCursor', count => 1, start_index => 100));
SELECT fails(format('SELECT scim_list_users(cursor => '''', count => %s)', c)) FROM unnest(ARRAY[0, -1, 1001]) c;
-- good for its list alone
SELECT scim_list_users('userName gt "u0100"', 'userName', cursor => '', count => 2)->>'nextCursor' AS cursor \gset
SELECT names(scim_list_users('userName gt "u0100"', 'userName', cursor => :'cursor', count => 2)), names(scim_list_users('userName gt "u0100"', 'USERNAME', 'Ascending', cursor => :'cursor', count => 2, attributes => '{userName}', include_total => true));
CREATE FUNCTION resumes(statement text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT fails(replace(statement, '<list>', 'SELECT scim_list_')) $$;
SELECT what, resumes(format(statement, :'cursor')) FROM (VALUES
	('other filter', '<list>users(''userName gt "u0101"'', ''userName'', cursor => %L)'), ('no filter', '<list>users(NULL, ''userName'', cursor => %L)'), ('other order', '<list>users(''userName gt "u0100"'', ''displayName'', cursor => %L)'),
	('other direction', '<list>users(''userName gt "u0100"'', ''userName'', ''descending'', cursor => %L)'), ('no order', '<list>users(''userName gt "u0100"'', cursor => %L)'),
	('other tenant', '<list>users(''userName gt "u0100"'', ''userName'', cursor => %L, tenant_id => ''default'')'), ('other type', '<list>groups(''displayName gt "u0100"'', ''displayName'', cursor => %L)')) v (what, statement);
SELECT fails(format('SELECT scim_list_users(''userName gt "u0100"'', ''userName'', cursor => %L)', c)) FROM unnest(ARRAY[' ', 'x', 'a' || :'cursor', :'cursor' || 'a', left(:'cursor', -1), overlay(:'cursor' PLACING CASE substr(:'cursor', 40, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM 40), upper(:'cursor'), repeat('A', 100000)]) c;
SELECT fails(format('SELECT scim_list_users(cursor => %L)', scim_list_members(id(102)::text, 1, tenant_id => 'default')->>'nextCursor'));
SET scimver.cursor_timeout = 1;
SELECT pg_sleep(2.1);
SELECT resumes(format('<list>users(''userName gt "u0100"'', ''userName'', cursor => %L)', :'cursor'));
RESET scimver.cursor_timeout;
-- rows that go, come, and change their value while the list is read
SELECT scim_list_users(sort_by => 'userName', cursor => '', count => 100)->>'nextCursor' AS cursor \gset
DELETE FROM users WHERE tenant_id = 'many' AND (user_name = 'u0100' OR user_name = 'u0101');
INSERT INTO users (tenant_id, data) VALUES ('many', '{"userName": "u0050a"}'), ('many', '{"userName": "u0102a"}');
SELECT names(scim_list_users(sort_by => 'userName', cursor => :'cursor', count => 3));
-- ---- what is shown ----

RESET scimver.tenant;
SELECT plain(l->'Resources') FROM scim_list_users(attributes => '{userName}') l;
SELECT plain(jsonb_agg(r - 'meta' - 'schemas' ORDER BY n)) FROM jsonb_array_elements(scim_list_users('groups pr', excluded_attributes => '{emails, groups.display}')->'Resources') WITH ORDINALITY AS u(r, n);
SELECT plain(jsonb_agg(r ORDER BY n)) FROM jsonb_array_elements(scim_list_groups(attributes => '{members.value}')->'Resources') WITH ORDINALITY AS u(r, n);
SELECT fails('SELECT scim_list_users(attributes => ''{nonsense}'')'), fails('SELECT scim_list_users(attributes => ''{title}'', excluded_attributes => ''{name}'')');
-- the page is the same whatever is shown: the filter sees what is not
SELECT scim_list_users('title eq null', attributes => '{id}')->'version' = scim_list_users('title eq null')->'version';
-- a large group is left out of lists, and says so
WITH u AS (INSERT INTO users (tenant_id, data) SELECT 'crowd', jsonb_build_object('userName', 'c' || n) FROM generate_series(1, 101) n RETURNING id), g AS (INSERT INTO groups (tenant_id, id, data) VALUES ('crowd', id(1), '{"displayName": "Crowd"}')) SELECT count(*) FROM u;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) SELECT tenant_id, id(1), 'User', id FROM users WHERE tenant_id = 'crowd';
SELECT r ? 'members', r->'meta'->'omitted' FROM jsonb_array_elements(scim_list_groups(tenant_id => 'crowd')->'Resources') r;

-- ---- tools count up to 1,000, unless asked ----

CREATE FUNCTION tool(name text, arguments text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT scim_call_tool(name, arguments::jsonb || '{"tenant_id": "count"}')::jsonb $$;
CREATE FUNCTION total(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	concat_ws(' ', coalesce(answer#>>'{content,error_code}', answer#>>'{content,not_modified}'), answer#>>'{metadata,total_is}', answer#>>'{content,totalResults}', '| ' || (answer#>>'{content,itemsPerPage}'), 'next ' || (answer#>>'{metadata,next_start_index}'));
CREATE FUNCTION enrol(first int, last int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO users (tenant_id, id, data) SELECT 'count', id(n), jsonb_build_object('userName', 'u' || n, 'nickName', CASE WHEN n % 2 > 0 THEN 'odd' END, 'title', 'T') FROM generate_series(first, last) n $$;
-- arguments, a search, and what the SQL function counts
CREATE FUNCTION totals() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT a || ' -> ' || total(tool('scim_list_users', a)) FROM unnest(ARRAY[
		'{"count": 1}', '{"count": 0}', '{"count": 0, "include_total": true}', '{"count": 0, "include_total": false}', '{"count": 1, "include_total": true}',
		'{"count": 0, "filter": "title eq \"t\""}', '{"count": 0, "filter": "title eq \"t\"", "include_total": true}', '{"count": 0, "filter": "nickName eq \"odd\""}', '{"count": 0, "sort_by": "userName"}',
		'{"count": 1, "cursor": "*"}', '{"count": 1, "cursor": "*", "include_total": true}',
		'{"count": 1, "start_index": 999}', '{"count": 1, "start_index": 1000}', '{"count": 1, "start_index": 1001}', '{"count": 2, "start_index": 999}', '{"count": 1, "start_index": 1002}']) a
	UNION ALL SELECT 'search -> ' || total(tool('scim_search_users', '{"attribute": "title", "value": "T", "count": 1}'))
	UNION ALL SELECT 'resources -> ' || total(tool('scim_list_resources', '{"resource_type": "User", "count": 1}'))
	UNION ALL SELECT 'SQL -> ' || (scim_list_users(tenant_id => 'count', count => 0) ->> 'totalResults') $$;
SELECT enrol(1, 999);
SELECT totals();
SELECT tool('scim_list_users', '{"count": 1}')#>>'{metadata,version}' AS before \gset
SELECT enrol(1000, 1000);
SELECT totals();
SELECT tool('scim_list_users', '{"count": 1}')#>>'{metadata,version}' AS version, tool('scim_list_users', '{"count": 1, "include_total": true}')#>>'{metadata,version}' AS exact \gset
SELECT enrol(1001, 1001);
SELECT totals();
-- the version is of what is shown: whether there are more, but not how many
SELECT total(tool('scim_list_users', jsonb_build_object('count', 1, 'known_version', v)::text)) FROM unnest(ARRAY[:'before', :'version']) v;
SELECT :'version' = :'exact' AS same, tool('scim_list_users', '{"count": 1}')#>>'{metadata,version}' AS version, tool('scim_list_users', '{"count": 1, "include_total": true}')#>>'{metadata,version}' AS exact \gset
SELECT :'same', :'version' <> :'exact';
SELECT enrol(1002, 2450);
SELECT totals();
SELECT total(tool('scim_list_users', jsonb_build_object('count', 1, 'known_version', :'version')::text)), total(tool('scim_list_users', jsonb_build_object('count', 1, 'include_total', true, 'known_version', :'exact')::text));
-- page by page to the end, each once; in orders, too, in which some have no value
CREATE FUNCTION pages(arguments jsonb, OUT pages int, OUT ids bigint, OUT right_order boolean, OUT totals text) LANGUAGE plpgsql AS $$
DECLARE
	place int := 1;
	answer jsonb;
	seen text[] := '{}';
	said text[] := '{}';
BEGIN
	pages := 0;
	WHILE place IS NOT NULL LOOP
		answer := tool('scim_list_users', (arguments || jsonb_build_object('start_index', place, 'attributes', '["userName"]'::jsonb))::text);
		seen := seen || ARRAY(SELECT r->>'userName' FROM jsonb_array_elements(answer#>'{content,Resources}') WITH ORDINALITY u(r, n) ORDER BY n);
		said := said || concat_ws(' ', answer#>>'{metadata,total_is}', answer#>>'{content,totalResults}');
		place := answer#>>'{metadata,next_start_index}';
		pages := pages + 1;
	END LOOP;
	SELECT count(DISTINCT s) INTO ids FROM unnest(seen) s;
	right_order := seen = ARRAY(SELECT r->>'userName' FROM generate_series(0, 2) p, jsonb_array_elements(scim_list_users(arguments->>'filter', arguments->>'sort_by', arguments->>'sort_order', p * 1000 + 1, 1000, tenant_id => 'count')->'Resources') WITH ORDINALITY u(r, n) ORDER BY p, n);
	SELECT string_agg(s || CASE WHEN n > 1 THEN ' x ' || n ELSE '' END, ', ' ORDER BY i) INTO totals FROM (SELECT s, count(*) AS n, min(i) AS i FROM unnest(said) WITH ORDINALITY t(s, i) GROUP BY s) t;
END $$;
SELECT a, p.* FROM unnest(ARRAY['{"count": 200}', '{"count": 175}', '{"count": 175, "include_total": true}', '{"count": 200, "sort_by": "nickName"}', '{"count": 175, "sort_by": "nickName", "sort_order": "descending"}', '{"count": 150, "filter": "nickName eq \"odd\""}']::jsonb[]) a, pages(a) p;
-- pages that are cut to fit lead on as well
UPDATE users SET data = data || jsonb_build_object('displayName', repeat('x', 2000)) WHERE tenant_id = 'count' AND id IN (SELECT id(n) FROM generate_series(951, 1150) n);
SELECT total(a), total(tool('scim_list_users', jsonb_build_object('count', 200, 'start_index', a#>'{metadata,next_start_index}')::text)) FROM tool('scim_list_users', '{"count": 200, "start_index": 951}') a;
-- max_results: what is refused is refused; so far is counted
SELECT m, set_config('scimver.max_results', m, false) IS NULL AS failed, total(tool('scim_list_users', '{"count": 1}')) AS first, total(tool('scim_list_users', '{"count": 0}')) AS none, total(tool('scim_list_users', '{"count": 50, "start_index": 2401}')) AS last,
	total(tool('scim_list_users', '{"count": 1, "cursor": "*"}')) AS by_cursor, total(tool('scim_list_users', '{"count": 1, "filter": "nickName eq \"odd\""}')) AS filtered, total(tool('scim_search_users', '{"attribute": "title", "value": "t"}')) AS searched
	FROM unnest(ARRAY['1000', '1224', '1225', '2449', '2450', '5000']) m;
RESET scimver.max_results;
-- row level security: what is not seen is not counted
SELECT 'regress_scim_' || :'storage' || '_counter' AS counter \gset
CREATE ROLE :counter;
GRANT SELECT (tenant_id, id, version, revision, created, last_modified, data, user_name) ON users TO :counter;
GRANT SELECT ON groups, groups_members TO :counter;
SELECT scim_grant_tenant('count', :'counter');
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON users FOR SELECT TO :counter USING (tenant_id = 'count');
CREATE POLICY few ON users AS RESTRICTIVE FOR SELECT TO :counter USING (num(id::text) <= current_setting('count.most')::int);
SET ROLE :counter;
SELECT m, set_config('count.most', m, false) IS NULL AS failed, total(tool('scim_list_users', '{"count": 1}')), total(tool('scim_list_users', '{"count": 1, "include_total": true}')) FROM unnest(ARRAY['999', '1000', '1001']) m;
RESET ROLE;
SELECT scim_revoke_tenant('count', :'counter');
DROP POLICY theirs ON users;
DROP POLICY few ON users;
DROP OWNED BY :counter;
DROP ROLE :counter;
DELETE FROM users WHERE tenant_id = 'count';

-- ---- known_version ----

SELECT scim_list_users()->>'version' AS version \gset
SELECT scim_list_users(known_version => :'version') = jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:ListResponse"]'::jsonb, 'not_modified', true, 'version', :'version');
SELECT scim_list_users(known_version => 'AAAAAAAAAAA=') ? 'Resources', scim_list_users(count => 1, known_version => :'version') ? 'Resources', scim_list_users(cursor => '', known_version => :'version') ? 'Resources', fails('SELECT scim_list_users(known_version => ''W/"x"'')');
SELECT scim_list_users(cursor => '', count => 2)->>'version' AS page \gset
SELECT scim_list_users(cursor => '', count => 2, known_version => :'page') ? 'not_modified';
UPDATE users SET data = data || '{"title": "New"}' WHERE tenant_id = 'default' AND id = id(3);
SELECT scim_list_users(known_version => :'version') ? 'Resources', scim_list_users(cursor => '', count => 2, known_version => :'page') ? 'not_modified';
-- another page behind it is news, too
DELETE FROM users WHERE tenant_id = 'default' AND id = id(3);
SELECT scim_list_users(cursor => '', count => 2, known_version => :'page') ? 'Resources';

