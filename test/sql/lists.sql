-- Lists (RFC 7644 section 3.4.2, RFC 9865) of created tables: what is large,
-- groups in groups, pages that are read off indexes.  All else of lists:
-- test/behaviour/lists.sql.
SET client_min_messages = warning;
CREATE DATABASE scimver_lists TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_lists
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
	{"name": "name", "required": true}, {"name": "exact", "caseExact": true}, {"name": "flag", "type": "boolean"}, {"name": "secret", "returned": "never"}, {"name": "code", "uniqueness": "server"},
	{"name": "level", "type": "integer"}, {"name": "ratio", "type": "decimal"}, {"name": "seen", "type": "dateTime"}, {"name": "key", "type": "binary"}, {"name": "tags", "multiValued": true},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "primary", "type": "boolean"}, {"name": "labels", "multiValued": true}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group'), scim_create_table('things', 'Thing');

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
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

-- ---- order by what only created tables have: groups in groups; versions, which ids are a part of ----

INSERT INTO users (id, data) VALUES (id(1)::uuid, '{"userName": "ann"}'), (id(2)::uuid, '{"userName": "Bob"}'), (id(3)::uuid, '{"userName": "cyd"}');
INSERT INTO groups (id, data) VALUES (id(101)::uuid, '{"displayName": "S"}'), (id(102)::uuid, '{"displayName": "A"}'), (id(103)::uuid, '{"displayName": "E"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101)::uuid, 'User', id(2)::uuid), (id(101)::uuid, 'Group', id(102)::uuid), (id(102)::uuid, 'User', id(1)::uuid), (id(102)::uuid, 'User', id(3)::uuid);
SELECT sorted('User', 'meta.version', 'groups.value', 'groups.display');
SELECT sorted('Group', 'members.value', 'members.display', 'members.type', 'displayName');
SELECT jsonb_agg(r ORDER BY n) FROM jsonb_array_elements(scim_list_groups(attributes => '{members.value}')->'Resources') WITH ORDINALITY AS u(r, n);

-- ---- an answer that is too large; a page of large documents that are not shown ----

INSERT INTO things (tenant_id, id, data) SELECT 'large', id(n)::uuid, jsonb_build_object('name', 'n' || n, 'exact', repeat(md5(n::text), 40000)) FROM generate_series(1, 60) n;
SELECT fails('SELECT scim_list_resources(''Thing'', tenant_id => ''large'')');
SELECT length(scim_list_resources('Thing', tenant_id => 'large', count => 20)::text) > 20 * 32 * 40000, jsonb_array_length(scim_list_resources('Thing', tenant_id => 'large', attributes => '{name}')->'Resources');
-- sorted by what is very long: the cursor holds it
SELECT replace(walk('Thing', 25, 'name sw "n1"', 'exact'), ' |', '') = names(scim_list_resources('Thing', 'name sw "n1"', 'exact')) FROM set_config('scimver.tenant', 'large', false);
RESET scimver.tenant;

-- ---- indexes: a page is read off them ----

INSERT INTO users (tenant_id, data) SELECT 'plan', jsonb_build_object('userName', 'u' || n, 'displayName', CASE WHEN n % 2 = 0 THEN 'D' || n % 100 END) FROM generate_series(1, 5000) n;
ANALYZE users;
CREATE FUNCTION buffers(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE statement;
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT json) ' || statement INTO plan;
	RETURN (plan->0->'Plan'->>'Shared Hit Blocks')::bigint + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
END $$;
SET scimver.tenant = 'plan';
DO $$
DECLARE
	path text;
	direction text;
	place text;
BEGIN
	FOREACH path IN ARRAY ARRAY['id', 'userName', 'displayName'] LOOP
		FOREACH direction IN ARRAY ARRAY['ascending', 'descending'] LOOP
			place := '';
			FOR i IN 1 .. 4 LOOP
				IF buffers(format('SELECT scim_list_users(NULL, %L, %L, count => 10, cursor => %L, attributes => ''{userName}'')', path, direction, place)) > 100 THEN
					RAISE WARNING 'page % by % % reads too much', i, path, direction;
				END IF;
				place := scim_list_users(NULL, path, direction, count => 1000, cursor => place, attributes => '{id}')->>'nextCursor';
			END LOOP;
		END LOOP;
	END LOOP;
END $$;
RESET scimver.tenant;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_lists;
