-- Root search as its surroundings change: indexes, types that come and go, roles and tenants.
-- What it finds, and in which order: test/behaviour/search.sql.
SET client_min_messages = warning;
\set regression :DBNAME
CREATE DATABASE scimver_search TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_search
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION request(members jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}' || members $$;
CREATE FUNCTION found(members jsonb DEFAULT '{}', tenant text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(r->>'userName', r->>'displayName', r->>'serial'), ' ' ORDER BY n), '-') FROM jsonb_array_elements(scim_search(request(members), tenant)->'Resources') WITH ORDINALITY AS u(r, n) $$;
\set ECHO all

-- ---- types come and go ----

SELECT fails('SELECT scim_search(request(''{}''))');
SELECT scim_create_table('users', 'User');
INSERT INTO users (tenant_id, data) VALUES ('default', '{"userName": "ann", "displayName": "x"}'), ('acme', '{"userName": "bob"}');
SELECT found(), fails('SELECT scim_search(request(''{"filter": "members pr"}''))'), fails('SELECT scim_search(request(''{"filter": "serial pr"}''))');
SELECT scim_create_table('groups', 'Group');
INSERT INTO groups (data) VALUES ('{"displayName": "staff"}');
SELECT found(), found('{"filter": "members pr or userName pr"}');
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial", "required": true}, {"name": "displayName"}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}');
-- a type without a table is none
SELECT found(), fails('SELECT scim_search(request(''{"filter": "serial pr"}''))');
CREATE TABLE devices (id int PRIMARY KEY, serial text NOT NULL, seen date);
SELECT scim_register_table('devices', 'Device', '{"id": "id", "attributes": {"serial": "serial"}}');
INSERT INTO devices VALUES (9, 's9'), (10, 's10'), (11, 's11');
SELECT found(), found('{"sortBy": "serial"}'), found('{"filter": "serial sw \"s1\" or userName eq \"ann\""}');
-- defined, and no table has it; or one of them has
SELECT found('{"filter": "displayName pr"}'), found('{"filter": "not (displayName pr)"}'), found('{"sortBy": "displayName"}'), found('{"filter": "meta.created pr", "sortBy": "meta.created"}');
SELECT fails('SELECT scim_search(request(''{"filter": "externalId eq \"x\" and meta.resourceType eq \"Device\""}''))');
-- what a column orders in a way of its own stays in it
SELECT found('{"sortBy": "id", "filter": "serial pr"}'), found('{"sortBy": "id", "sortOrder": "descending", "filter": "serial pr"}');
-- a walk goes on, whatever types there are
SELECT scim_search(request('{"cursor": "", "count": 2}'))->>'nextCursor' AS plain, scim_search(request('{"cursor": "", "count": 2, "sortBy": "displayName"}'))->>'nextCursor' AS sorted, scim_search(request('{"cursor": "", "count": 4, "sortBy": "displayName"}'))->>'nextCursor' AS missing \gset
SELECT found(jsonb_build_object('cursor', :'plain')), found(jsonb_build_object('cursor', :'sorted', 'sortBy', 'displayName')), found(jsonb_build_object('cursor', :'missing', 'sortBy', 'displayName'));
BEGIN;
SELECT scim_unregister_table('devices');
SELECT found(jsonb_build_object('cursor', :'plain')), found(jsonb_build_object('cursor', :'sorted', 'sortBy', 'displayName')), found(jsonb_build_object('cursor', :'missing', 'sortBy', 'displayName'));
ROLLBACK;
INSERT INTO scim_resource_types (position, document) VALUES (101, '{"name": "Aaa", "endpoint": "/Aaas", "schema": "urn:example:Device"}');
SELECT scim_create_table('aaas', 'Aaa');
INSERT INTO aaas (data) VALUES ('{"serial": "a", "displayName": "a"}');
SELECT found(), found(jsonb_build_object('cursor', :'plain')), found(jsonb_build_object('cursor', :'sorted', 'sortBy', 'displayName'));
SELECT scim_unregister_table('aaas');

-- ---- tenants: a table without a column for them holds one ----

SELECT found('{}', 'acme'), found('{}', 'default'), found('{}', 'nobody'), fails('SELECT scim_search(request(''{}''), '''')');
SET scimver.only_tenant = 'acme';
SELECT found(), fails('SELECT scim_search(request(''{}''), ''default'')');
RESET scimver.only_tenant;

-- ---- roles: what they may not read is not there ----

CREATE ROLE regress_scim_search;
SET ROLE regress_scim_search;
SELECT fails('SELECT scim_search(request(''{}''))');
RESET ROLE;
GRANT SELECT ON devices TO regress_scim_search;
SET ROLE regress_scim_search;
SELECT found(), found('{"filter": "userName pr or serial eq \"s9\""}'), found('{"filter": "meta.resourceType eq \"User\""}'), found('{"attributes": ["userName", "serial"]}'), fails('SELECT scim_search(request(''{"filter": "nonsense pr"}''))');
-- nor has anything a value by which only that could be sorted
SELECT found('{"sortBy": "userName"}'), found('{"sortBy": "emails.value", "sortOrder": "descending"}'), fails('SELECT scim_search(request(''{"sortBy": "nonsense"}''))'), fails('SELECT scim_search(request(''{"sortBy": "name"}''))'), fails('SELECT scim_search(request(''{"sortBy": "password"}''))');
-- a type that they may read, of tenants that were not granted
RESET ROLE;
GRANT SELECT ON users TO regress_scim_search;
SET ROLE regress_scim_search;
SELECT found(), found('{"filter": "userName pr"}'), fails('SELECT scim_search(request(''{}''), ''acme'')');
RESET ROLE;
SELECT scim_grant_tenant('acme', 'regress_scim_search');
SET ROLE regress_scim_search;
SELECT found('{}', 'acme'), found();
RESET ROLE;
-- a schema that they may not look into
CREATE SCHEMA hidden;
ALTER TABLE devices SET SCHEMA hidden;
SET ROLE regress_scim_search;
SELECT found('{}', 'acme'), fails('SELECT scim_search(request(''{}''))'), fails('SELECT scim_list_resources(''Device'')');
RESET ROLE;
ALTER TABLE hidden.devices SET SCHEMA public;

-- ---- indexes: a page is read off those of each type ----

INSERT INTO users (tenant_id, data) SELECT 'plan', jsonb_build_object('userName', 'u' || n, 'displayName', CASE WHEN n % 2 = 0 THEN 'D' || n % 100 END) FROM generate_series(1, 5000) n;
INSERT INTO groups (tenant_id, data) SELECT 'plan', jsonb_build_object('displayName', 'D' || n % 100) FROM generate_series(1, 5000) n;
ANALYZE users, groups;
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
	asked jsonb;
	place text;
BEGIN
	FOREACH path IN ARRAY ARRAY[NULL, 'id', 'userName', 'displayName'] LOOP
		FOREACH direction IN ARRAY ARRAY['ascending', 'descending'] LOOP
			place := '';
			asked := request(jsonb_strip_nulls(jsonb_build_object('sortBy', path, 'sortOrder', direction, 'attributes', ARRAY['userName'])));
			FOR i IN 1 .. 8 LOOP
				IF buffers(format('SELECT scim_search(%L)', asked || jsonb_build_object('count', 10, 'cursor', place))) > 200 THEN
					RAISE WARNING 'page % by % % reads too much', i, path, direction;
				END IF;
				place := scim_search(asked || jsonb_build_object('count', 1000, 'cursor', place))->>'nextCursor';
			END LOOP;
		END LOOP;
	END LOOP;
	-- of what a filter leaves, and of what the type leaves
	IF buffers(format('SELECT scim_search(%L)', request('{"filter": "userName eq \"u77\" or displayName eq \"D77\" and userName pr"}'))) > 300 THEN
		RAISE WARNING 'a filter reads too much';
	END IF;
	IF buffers(format('SELECT scim_search(%L)', request('{"filter": "meta.resourceType eq \"User\" and userName eq \"u77\""}'))) > 50 THEN
		RAISE WARNING 'one type reads too much';
	END IF;
END $$;
SELECT scim_search(request('{"count": 0}'))->'totalResults', scim_search(request('{"sortBy": "displayName", "startIndex": 7499, "count": 2, "attributes": ["id"]}'))->'itemsPerPage';
-- the same rows, in pages of an index and by cursors
CREATE FUNCTION walk(asked jsonb, by_cursor boolean) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
	ids text[];
	place text := '';
	start int := 1;
BEGIN
	LOOP
		page := scim_search(asked || CASE WHEN by_cursor THEN jsonb_build_object('cursor', place) ELSE jsonb_build_object('startIndex', start) END);
		ids := ids || ARRAY(SELECT r->>'id' FROM jsonb_array_elements(page->'Resources') WITH ORDINALITY u(r, n) ORDER BY n);
		start := start + (page->>'itemsPerPage')::int;
		place := page->>'nextCursor';
		EXIT WHEN CASE WHEN by_cursor THEN place IS NULL ELSE start > (page->>'totalResults')::int END OR cardinality(ids) > 20000;
	END LOOP;
	RETURN ids;
END $$;
SELECT path, direction, count(*), cardinality(a), (SELECT count(DISTINCT i) FROM unnest(a) i), a = b FROM unnest(ARRAY['displayName', 'userName', 'id']) path, unnest(ARRAY['ascending', 'descending']) direction,
	LATERAL (SELECT request(jsonb_build_object('sortBy', path, 'sortOrder', direction, 'count', 997, 'attributes', ARRAY['id']))) r (asked), LATERAL walk(asked, true) a, LATERAL walk(asked, false) b GROUP BY path, direction, a, b ORDER BY 1, 2;
RESET scimver.tenant;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_search;
DROP ROLE regress_scim_search;
