-- Root search (RFC 7644 sections 3.4.2.1, 3.4.3): the request, filters and orders over types that
-- do not have the same attributes, pages by index and by cursor, versions, projection.  Roles,
-- tenants, types that come and go: test/sql/search.sql.
INSERT INTO scim_schemas (position, document) VALUES
	(100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
		{"name": "displayName"}, {"name": "active"}, {"name": "level", "type": "integer"}, {"name": "seen", "type": "dateTime"}, {"name": "secret", "returned": "never"}, {"name": "name"},
		{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}]}]}'),
	(101, '{"id": "urn:example:Box", "name": "Box", "attributes": [{"name": "displayName", "caseExact": true}, {"name": "level", "type": "decimal"}, {"name": "seen"}, {"name": "parts", "multiValued": true}]}');
INSERT INTO scim_resource_types (position, document) VALUES
	(100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}'),
	(101, '{"name": "Box", "endpoint": "/Boxes", "schema": "urn:example:Box"}');
SELECT make('Thing', 'things'), make('Box', 'boxes');

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
CREATE FUNCTION request(members jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:api:messages:2.0:SearchRequest')) || jsonb_strip_nulls(members) $$;
CREATE FUNCTION names(list jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(left(r#>>'{meta,resourceType}', 1) || num(r->>'id'), ' ' ORDER BY n), '-') FROM jsonb_array_elements(list->'Resources') WITH ORDINALITY AS u(r, n) $$;
CREATE FUNCTION found(filter text, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT names(l) || ' ' || (l->>'totalResults') FROM scim_search(request(jsonb_build_object('filter', filter) || more)) l $$;
-- the pages by cursor, each as its names
CREATE FUNCTION walk(count int, filter text DEFAULT NULL, sort_by text DEFAULT NULL, sort_order text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
	pages text[];
	place text := '';
BEGIN
	LOOP
		page := scim_search(request(jsonb_build_object('filter', filter, 'sortBy', sort_by, 'sortOrder', sort_order, 'cursor', place, 'count', walk.count)));
		pages := pages || names(page);
		place := page->>'nextCursor';
		EXIT WHEN place IS NULL OR cardinality(pages) > 1000;
	END LOOP;
	RETURN array_to_string(pages, ' | ');
END $$;
-- one order three ways: as a whole, by pages of an index, by cursors of any size
CREATE FUNCTION sorted(filter text, VARIADIC paths text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT rpad(p || ' ' || left(o, 4), 24) || whole || CASE WHEN
			(SELECT bool_and(replace(walk(c, filter, p, o), ' |', '') = whole) FROM unnest(ARRAY[1, 2, 3, 7, 100]) c) AND
			(SELECT bool_and(pages = whole) FROM (VALUES (1), (2), (3), (7)) v (n), LATERAL
				(SELECT string_agg(names(scim_search(request(jsonb_build_object('filter', filter, 'sortBy', p, 'sortOrder', o, 'startIndex', s, 'count', n)))), ' ' ORDER BY s) AS pages
				FROM generate_series(1, greatest((scim_search(request(jsonb_build_object('filter', filter)))->>'totalResults')::int, 1), n) s) w)
		THEN '' ELSE ' AND OTHERWISE IN PAGES' END
	FROM unnest(paths) p, unnest(ARRAY['ascending', 'descending']) o, LATERAL (SELECT names(scim_search(request(jsonb_build_object('filter', filter, 'sortBy', p, 'sortOrder', o)))) AS whole) w $$;

INSERT INTO users (id, created, data) VALUES
	(id(1), '2026-03-01Z', '{"userName": "ann", "displayName": "Ann", "active": true, "emails": [{"value": "a@x", "type": "work"}], "name": {"familyName": "A"}}'),
	(id(2), '2026-01-01Z', '{"userName": "Bob", "displayName": "cc", "active": false}'),
	(id(3), '2026-02-01Z', '{"userName": "cyd", "externalId": "same"}');
INSERT INTO groups (id, created, data) VALUES (id(11), '2026-02-15Z', '{"displayName": "bb"}'), (id(12), '2025-12-31Z', '{"displayName": "CC", "externalId": "same"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(1));
INSERT INTO things (id, created, data) VALUES
	(id(21), '2026-02-01Z', '{"displayName": "cc", "level": 10, "seen": "2026-01-01T02:00:00+02:00", "active": "yes", "name": "n", "parts": [{"value": "p", "size": 2}]}'),
	(id(22), '2026-01-05Z', '{"level": 9, "externalId": "same", "seen": "2025-01-01T00:00:00Z"}'),
	(id(23), '2026-01-06Z', '{"displayName": "Zz"}');
INSERT INTO boxes (id, created, data) VALUES
	(id(31), '2026-01-07Z', '{"displayName": "CC", "level": 9.5, "seen": "2026-01-01T00:00:00Z", "parts": ["p", "q"]}'),
	(id(32), '2026-03-07Z', '{"displayName": "cc", "level": -1}');

-- ---- the request ----

SELECT fails(format('SELECT scim_search(%L)', request)) FROM (VALUES ('[]'), ('"x"'), ('{}'), ('{"schemas": "urn:ietf:params:scim:api:messages:2.0:SearchRequest"}'), ('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}'),
	('{"schemas": ["URN:ietf:params:scim:api:messages:2.0:searchrequest", 7], "other": {"x": 1}, "count": null, "attributes": []}')) v (request);
SELECT fails('SELECT scim_search(NULL)');
SELECT fails(format('SELECT scim_search(%L)', request(members::jsonb))) FROM (VALUES ('{"filter": 1}'), ('{"sortBy": ["id"]}'), ('{"sortOrder": true}'), ('{"sortOrder": "up"}'), ('{"count": "1"}'), ('{"count": 1.5}'), ('{"startIndex": true}'), ('{"cursor": 1}'), ('{"cursor": "x"}'),
	('{"attributes": "id"}'), ('{"attributes": [1]}'), ('{"excludedAttributes": {}}'), ('{"attributes": ["id"], "excludedAttributes": ["meta"]}'), ('{"FILTER": "id pr", "filter": "id pr"}'), ('{"filter": ""}')) v (members);
SELECT l - 'Resources' - 'version', names(l) FROM unnest(ARRAY['{"COUNT": 2.0, "StartIndex": 3}', '{"count": 1e30}', '{"count": -1}', '{"startIndex": -1e30, "count": 1}', '{"startIndex": 1e30}', '{"cursor": "", "count": 10}']::jsonb[]) m, scim_search(request(m)) l;

-- ---- all of it: by type, then id ----

SELECT found(NULL), found(NULL, '{"sortOrder": "descending"}');
SELECT walk(3), walk(1, 'meta.resourceType ne "User"');

-- ---- filters: what a type does not define has no value there ----

SELECT rpad(f, 60) || found(f) FROM unnest(ARRAY['userName pr', 'not (userName pr)', 'userName eq null', 'userName ne null', 'userName eq "ANN"', 'userName ne "ann"', 'not (userName eq "ann")', 'userName sw "b" or displayName sw "b"',
	'displayName eq "cc"', 'displayName eq "CC"', 'displayName pr and userName ne "x"', 'externalId eq "same"', 'id pr', format('id eq "%s"', id(12)), 'level gt 9', 'level eq 9.5', 'level lt 9 or userName eq "bob"',
	'emails[type eq "work"]', 'not (emails[type eq "work"])', 'emails.value co "x"', 'parts[value eq "p"]', 'parts[value eq "p" and size gt 1]', 'parts[not (size gt 1)]', 'parts eq "q"', 'parts.size eq 2', format('members.value eq "%s"', id(1)), format('groups.value eq "%s"', id(11)),
	'urn:example:Box:displayName eq "cc"', 'urn:ietf:params:scim:schemas:core:2.0:User:active eq true', 'meta.created gt "2026-02-01T00:00:00Z"']) f;
-- a comparison that suits in one type only matches in no other
SELECT rpad(f, 60) || found(f) FROM unnest(ARRAY['active eq true', 'active ne true', 'not (active eq true)', 'active eq "yes"', 'active sw "y"', 'active pr', 'seen gt "2025-06-01T00:00:00Z"', 'seen sw "2026"', 'name.familyName eq "a"', 'name eq "n"', 'name pr', 'level eq null', 'level gt 9 and active eq true']) f;
-- the type
SELECT rpad(f, 60) || found(f) FROM unnest(ARRAY['meta.resourceType eq "User"', 'meta.resourceType eq "user"', 'meta.resourceType ne "User" and meta.resourceType ne "Box"', 'not (meta.resourceType eq "User")', 'meta.resourceType sw "T" or userName eq "bob"', 'meta.resourceType co "o"', 'meta.resourceType ew "p"', 'meta.resourceType gt "Group"', 'meta.resourceType ge "Group"', 'meta.resourceType lt "Group"', 'meta.resourceType le "Group"', 'meta.resourceType pr', 'meta.resourceType eq null',
	'meta[resourceType eq "Thing" and version pr]', 'meta.resourceType eq "User" and displayName eq "cc"', '(meta.resourceType eq "User" and active eq false) or (meta.resourceType eq "Thing" and level gt 9)', 'meta.resourceType eq "Thing" and userName pr', 'meta.resourceType eq "None"']) f;
-- what no type defines, or nothing can answer
SELECT fails(format('SELECT scim_search(%L)', request(jsonb_build_object('filter', f)))) FROM unnest(ARRAY['nonsense eq 1', 'userName eq "ann" or nonsense pr', 'meta.resourceType eq "User" and nonsense pr', 'name.nonsense pr', 'level eq "x"', 'active gt true', 'displayName[value eq "x"]', 'emails[nonsense eq 1]', 'urn:example:Nothing:x pr', 'displayName eq', 'secret eq "x"', 'password pr', 'department eq "x"', 'emails eq "x"']) f;
SET scimver.filter_mode = lenient;
SELECT rpad(f, 60) || found(f) FROM unnest(ARRAY['emails co "x"', 'level eq "9.5"', 'ACTIVE eq "True"', 'displayName eq cc', 'department eq null and userName eq ann']) f;
RESET scimver.filter_mode;

-- ---- orders, in pages of any kind ----

SELECT sorted(NULL, 'displayName', 'userName', 'level', 'seen', 'active', 'name', 'meta.created', 'meta.resourceType', 'externalId', 'parts.size', 'members.value', 'meta.location');
SELECT sorted('meta.resourceType ne "Thing" and meta.created lt "2026-03-01T00:00:00Z"', 'displayName', 'id');
SELECT sorted('meta.resourceType eq "None"', 'displayName');
SELECT replace(walk(2, NULL, 'id'), ' |', '') = names(scim_search(request('{"sortBy": "id"}'))), (SELECT string_agg(r->>'id', ' ' ORDER BY n) = string_agg(r->>'id', ' ' ORDER BY r->>'id' COLLATE "C") FROM jsonb_array_elements(scim_search(request('{"sortBy": "id"}'))->'Resources') WITH ORDINALITY u(r, n));
SELECT fails(format('SELECT scim_search(%L)', request(jsonb_build_object('sortBy', b)))) FROM unnest(ARRAY['nonsense', 'emails', 'meta', 'password', 'secret', 'parts[value eq "x"]', '']) b;

-- ---- of one type, it is the list of that type ----

CREATE FUNCTION listed(type text, filter text, sort_by text, sort_order text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN names(scim_list_resources(type, filter, sort_by, sort_order));
EXCEPTION WHEN SQLSTATE 'PT400' THEN
	RETURN NULL;
END $$;
SELECT type, count(listed), count(*) FILTER (WHERE listed <> '-') > 20 AS tells, count(*) FILTER (WHERE listed <> names(scim_search(request(jsonb_build_object('filter', format('meta.resourceType eq "%s" and (%s)', type, filter), 'sortBy', path, 'sortOrder', direction))))) AS differ
FROM unnest(ARRAY['User', 'Group', 'Thing', 'Box']) type, unnest(ARRAY['userName ne "ann"', 'not (displayName pr)', 'displayName co "c"', 'level ge 9', 'level ne 9 and not (active eq true)', 'active pr or seen pr', 'seen lt "2026-01-01T00:00:00Z"', 'parts[value eq "p"]', 'not (parts[value eq "p"] or externalId eq "same")', 'meta.created ge "2026-02-01T00:00:00Z"', 'members pr', 'groups pr', 'id pr']) filter,
	unnest(ARRAY[NULL, 'displayName', 'level', 'seen', 'active', 'meta.created', 'id', 'externalId', 'members.value']) path, unnest(ARRAY['ascending', 'descending']) direction, listed(type, filter, path, direction) GROUP BY type ORDER BY type;

-- ---- cursors ----

SELECT l ? 'nextCursor', l ? 'totalResults' FROM unnest(ARRAY['{"cursor": "", "count": 10}', '{"cursor": "", "count": 9}']::jsonb[]) m, scim_search(request(m)) l;
SELECT scim_search(request('{"cursor": "", "count": 2, "sortBy": "displayName"}'))->>'nextCursor' AS cursor, scim_list_users(cursor => '', count => 1)->>'nextCursor' AS other \gset
SELECT fails(format('SELECT scim_search(%L)', request(m || jsonb_build_object('cursor', c)))) FROM (VALUES ('{}'::jsonb, :'cursor'), ('{"sortBy": "level"}', :'cursor'), ('{"sortBy": "displayName", "sortOrder": "descending"}', :'cursor'), ('{"sortBy": "displayName", "filter": "id pr"}', :'cursor'), ('{}', :'other'), ('{"sortBy": "displayName", "count": 0}', :'cursor')) v (m, c);
SELECT fails(format('SELECT scim_search(%L, ''another'')', request(jsonb_build_object('sortBy', 'displayName', 'cursor', :'cursor')))), fails(format('SELECT scim_list_users(cursor => %L)', :'cursor'));

-- ---- limits, versions ----

SET scimver.max_results = 9;
SELECT fails(format('SELECT scim_search(%L)', request(m))) FROM unnest(ARRAY['{}', '{"count": 0}', '{"filter": "meta.resourceType ne \"Thing\""}', '{"startIndex": 9, "count": 1}']::jsonb[]) m;
RESET scimver.max_results;
SET scimver.max_page_size = 4;
SELECT names(l), l->'itemsPerPage', l->'totalResults' FROM scim_search(request('{"startIndex": 2}')) l;
RESET scimver.max_page_size;
SELECT scim_search(request('{}'))->>'version' AS version, scim_search(request('{"sortBy": "displayName"}'))->>'version' AS sorted \gset
SELECT :'version' = scim_search(request('{"attributes": ["id"]}'))->>'version' AS same, :'version' <> :'sorted' AS different;
UPDATE boxes SET data = '{"displayName": "CC"}' WHERE id = id(31);
SELECT :'version' <> scim_search(request('{}'))->>'version' AS changed;

-- ---- what is shown ----

SELECT plain(r) FROM jsonb_array_elements(scim_search(request('{"attributes": ["userName", "level", "urn:example:Box:displayName", "parts.value"], "count": 20}'))->'Resources') r;
SELECT plain(r) FROM jsonb_array_elements(scim_search(request('{"excludedAttributes": ["meta", "displayName", "members"], "filter": "meta.resourceType eq \"Group\" or level gt 9"}'))->'Resources') r;
SELECT bool_and(r = scim_get_resource(r#>>'{meta,resourceType}', r->>'id')) FROM jsonb_array_elements(scim_search(request('{}'))->'Resources') r;
SELECT fails(format('SELECT scim_search(%L)', request(m))) FROM unnest(ARRAY['{"attributes": ["id", "nonsense"]}', '{"excludedAttributes": ["name.nonsense"]}', '{"attributes": ["emails[type eq \"work\"]"]}']::jsonb[]) m;
-- nobody has a value of it
SELECT scim_search(request('{}'), 'empty') - 'version';
