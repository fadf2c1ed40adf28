-- Filters (RFC 7644 section 3.4.2.2) in SQL on created tables: lookup columns,
-- groups in groups, indexes, row level security.  All else of filters:
-- test/behaviour/filters.sql.
SET client_min_messages = warning;
CREATE DATABASE scimver_filters TEMPLATE template0 ENCODING 'UTF8';
CREATE ROLE regress_scim_filters;
\set regression :DBNAME
\c scimver_filters
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
	{"name": "name", "required": true}, {"name": "exact", "caseExact": true}, {"name": "flag", "type": "boolean"},
	{"name": "level", "type": "integer"}, {"name": "ratio", "type": "decimal"}, {"name": "seen", "type": "dateTime"}, {"name": "key", "type": "binary"},
	{"name": "link", "type": "reference", "referenceTypes": ["external"]},
	{"name": "tags", "multiValued": true}, {"name": "levels", "type": "integer", "multiValued": true}, {"name": "times", "type": "dateTime", "multiValued": true},
	{"name": "part", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "labels", "multiValued": true, "caseExact": true}]},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "made", "type": "dateTime"},
		{"name": "on", "type": "boolean"}, {"name": "labels", "multiValued": true}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group'), scim_create_table('things', 'Thing');

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
CREATE FUNCTION names(type text, filter text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(coalesce(r->>'userName', r->>'name', r->>'displayName'), ' ' ORDER BY r->>'id'), '-')
	FROM jsonb_array_elements(scim_list_resources(type, filter)->'Resources') r $$;
-- each filter, and what it negated finds: together everything, once
CREATE FUNCTION finds(type text, VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT f || ' -> ' || names(type, f) || CASE WHEN
		(SELECT count(DISTINCT n) = count(n) AND count(n) = (scim_list_resources(type)->>'totalResults')::int
		 FROM (SELECT r->>'id' AS n FROM jsonb_array_elements(scim_list_resources(type, f)->'Resources') r
		 	UNION ALL SELECT r->>'id' FROM jsonb_array_elements(scim_list_resources(type, 'not (' || f || ')')->'Resources') r) x)
		THEN '' ELSE ' AND NOT DOES NOT COMPLETE IT' END
	FROM unnest(filters) f $$;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || ' ' || coalesce((detail::jsonb - 'status' - 'error_code' - 'scim_type')::text, '');
END $$;
CREATE FUNCTION refuses(type text, VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT f || ' -> ' || fails(format('SELECT scim_list_resources(%L, %L)', type, f)) FROM unnest(filters) f $$;

SELECT substring(scim_explain_filter('User', f) FROM 'AND (.*)') FROM unnest(ARRAY['userName sw "aZ"', 'userName sw "x\uD7FF"', 'userName sw "y\uDBFF\uDFFF"', 'userName sw "\uDBFF\uDFFF"', 'userName sw ""']) f;

-- ---- users: lookup columns, extensions, meta, id, schemas ----

\set enterprise 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
SET scimver.base_url = 'https://example.com/v2';
INSERT INTO users (id, created, data) VALUES
	(id(1)::uuid, '2026-01-01 00:00Z', '{"userName": "Ann", "externalId": "E1", "displayName": "Ann A", "active": true, "title": "Dr", "password": "secret", "name": {"familyName": "O''Malley"},
		"emails": [{"type": "work", "value": "ann@X.org", "primary": true}, {"type": "home", "value": "ann@home.org"}], "x509Certificates": [{"value": "AQI="}],
		"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "7", "manager": {"value": "M"}}}'),
	(id(2)::uuid, '2026-02-01 00:00Z', '{"userName": "bob", "externalId": "e1", "active": false, "emails": [{"type": "home", "value": "ann@x.org"}, {"type": "work", "value": "bob@x.org"}], "nickName": "", "title": ""}'),
	(id(3)::uuid, '2026-03-01 00:00Z', '{"userName": "cyd"}'),
	(id(4)::uuid, NULL, '{"userName": "odd", "externalId": 5, "displayName": ["x"], "active": "true", "emails": "ann@x.org", "name": "O''Malley", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["employeeNumber"]}');
SELECT finds('User', 'userName eq "ANN"', 'USERNAME Eq "ann"', 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann"', 'userName ne "ann"', 'userName sw "AN"', 'userName co "D"', 'userName ew "B"', 'userName gt "ann"', 'userName le "bob"', 'userName pr');
SELECT finds('User', 'externalId eq "e1"', 'externalId ne "e1"', 'externalId sw "E"', 'externalId pr', 'displayName eq "ANN a"', 'displayName pr', 'active eq true', 'active eq false', 'active ne true', 'active ne false', 'active pr', 'title pr', 'nickName pr', 'nickName eq ""');
SELECT finds('User', 'emails.value eq "ANN@x.org"', 'emails.value ne "ann@x.org"', 'emails.value co "HOME"', 'emails.type eq "work" and emails.value eq "ann@x.org"', 'emails[type eq "work" and value eq "ann@x.org"]', 'emails[value eq "ann@x.org" and not (type eq "home")]',
	'emails[value eq "ann@x.org" or value eq "bob@x.org"]', 'emails[(value eq "bob@x.org" or value eq "ann@x.org") and type eq "work"]', 'emails[value eq "bob@x.org" or type eq "home"]', 'emails[type eq "home" or value eq "bob@x.org"]', 'emails[not (value eq "ann@x.org")]', 'emails[not (value eq "ann@home.org")]', 'emails[value ne "ann@x.org" and type eq "work"]', 'emails[primary eq true]', 'emails pr', 'emails.display pr', 'not (emails[type eq "work" and value co "x.org"])');
SELECT finds('User', 'name.familyName eq "o''malley"', 'name[familyName sw "o"]', 'x509Certificates.value eq "AQI"', :'enterprise' || ':employeeNumber eq "7"', :'enterprise' || ':manager.value eq "m"', :'enterprise' || ':manager pr', :'enterprise' || ':department pr',
	'schemas eq "' || :'enterprise' || '"', 'schemas ne "' || :'enterprise' || '"', 'schemas pr');
SELECT finds('User', 'id eq "' || id(1) || '"', 'id ne "' || id(1) || '"', 'id eq "x"', 'id ne "x"', 'id sw "00000000-"', 'id ew "2"', 'id gt "' || id(2) || '"', 'id pr');
SELECT finds('User', 'meta.resourceType eq "User"', 'meta.resourceType eq "user"', 'meta.created ge "2026-02-01T01:00:00+01:00"', 'meta.created lt "2026-02-01T00:00:00Z"', 'meta.lastModified gt "2020-01-01T00:00:00Z"', 'meta.version pr', 'meta.version eq "x"',
	'meta.location eq "https://example.com/v2/Users/' || id(1) || '"', 'meta.location ew "2"', 'meta pr', 'meta[created eq "2026-01-01T00:00:00Z" and version pr]');
SELECT names('User', 'meta.version eq "' || version || '"') FROM users WHERE id = id(1)::uuid;
SELECT refuses('User', 'password eq "secret"', 'password pr', 'not (password sw "s")', 'userName eq "a" or password co "x"', '_version eq "x"', 'emails[password pr]', 'emails eq "x"', :'enterprise' || ' pr', 'groups[value eq "x"');
SELECT fails('SELECT scim_list_users(''userName eq'')'), fails('SELECT scim_explain_filter(''User'', ''password pr'')'), fails('SELECT scim_explain_filter(''User'', NULL)'), fails('SELECT scim_explain_filter(''Nobody'', ''id pr'')');

-- ---- members and groups ----

INSERT INTO groups (id, data) VALUES (id(101)::uuid, '{"displayName": "Staff"}'), (id(102)::uuid, '{"displayName": "Admins"}'), (id(103)::uuid, '{"displayName": "Empty"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101)::uuid, 'User', id(1)::uuid), (id(101)::uuid, 'User', id(2)::uuid), (id(101)::uuid, 'Group', id(102)::uuid), (id(102)::uuid, 'User', id(2)::uuid);
SELECT finds('Group', 'members.value eq "' || id(2) || '"', 'members.value eq "' || id(102) || '"', 'members.value eq "' || id(3) || '"', 'members.value eq "x"', 'members.value ne "' || id(2) || '"', 'members.value ne "x"', 'members.value sw "0000"', 'members.value ew "' || id(1) || '"',
	'members pr', 'members.value pr', 'members.type eq "group"', 'members.type ne "User"', 'members.display eq "BOB"', 'members.display co "ann"', 'members.$ref ew "Users/' || id(1) || '"', 'members[value eq "' || id(2) || '" and type eq "Group"]',
	'members[type eq "Group" and display sw "adm"]', 'members[value eq "' || id(2) || '"]', 'members[not (type eq "User")]', 'members[value eq "x"]', 'displayName eq "STAFF"');
SELECT finds('User', 'groups.value eq "' || id(101) || '"', 'groups.value eq "' || id(103) || '"', 'groups.value eq "x"', 'groups.value ne "' || id(102) || '"', 'groups.display eq "staff"', 'groups.type eq "direct"', 'groups.type eq "indirect"', 'groups.$ref co "Groups"', 'groups pr',
	'groups[value eq "' || id(102) || '" and display eq "Admins"]', 'groups.value eq "' || id(101) || '" and groups.value eq "' || id(102) || '"', 'groups[value eq "' || id(101) || '" and value eq "' || id(102) || '"]');

-- ---- tenants are apart, whatever the filter says ----

INSERT INTO users (tenant_id, id, data) VALUES ('beta', id(1)::uuid, '{"userName": "beta", "emails": [{"value": "ann@x.org"}]}');
INSERT INTO groups (tenant_id, id, data) VALUES ('beta', id(101)::uuid, '{"displayName": "Beta"}');
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES ('beta', id(101)::uuid, 'User', id(1)::uuid);
SELECT string_agg(r->>'userName', ' ') FROM unnest(ARRAY['emails.value eq "ann@x.org"', 'userName pr or not (userName pr)', 'groups.value eq "' || id(101) || '"', 'groups.display pr', 'id pr or meta pr']) f, jsonb_array_elements(scim_list_users(f, tenant_id => 'beta')->'Resources') r;

-- ---- indexes: for the owner, and for a role under row level security ----

INSERT INTO users (id, data) SELECT gen_random_uuid(), jsonb_build_object('userName', 'u' || n, 'externalId', 'x' || n, 'displayName', 'D' || n, 'active', n % 1000 <> 0, 'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', 'u' || n || '@x.org')))
	FROM generate_series(1, 5000) n;
INSERT INTO groups (data) SELECT jsonb_build_object('displayName', 'G' || n) FROM generate_series(1, 2000) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(103)::uuid, 'User', id FROM users WHERE tenant_id = 'default' AND user_name LIKE 'u%' LIMIT 500;
ANALYZE users, groups, groups_members, things;
SELECT scim_grant_tenant('default', 'regress_scim_filters');
GRANT CREATE ON SCHEMA public TO regress_scim_filters;
-- which indexes the plan reads, and whether it reads a table from end to end
-- (any one of the memberships: since version 18 an index serves without a value for each column)
CREATE FUNCTION reads(type text, filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text[];
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || scim_explain_filter(type, filter) LOOP
		IF line ~ 'Seq Scan on (users|groups)' OR line ~ 'Index' AND line !~ '(Cond|grants)' THEN
			plan := plan || regexp_replace(substring(line FROM 'Seq Scan|users_\w+|groups_\w+'), 'groups_members_\w+', 'groups_members_*');
		END IF;
	END LOOP;
	RETURN rpad(filter, 60) || array_to_string(ARRAY(SELECT DISTINCT unnest(plan) ORDER BY 1), ', ');
END $$;
CREATE FUNCTION all_reads() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT reads('User', f) FROM unnest(ARRAY['userName eq "u77"', 'userName sw "u77"', 'externalId eq "x7"', 'displayName eq "d7"', 'active eq false', 'emails.value eq "u7@x.org"', 'emails[type eq "work" and value eq "u7@x.org"]',
		'emails[value eq "u7@x.org" or value eq "u8@x.org"]', 'id eq "' || id(1) || '"', 'groups.value eq "' || id(102) || '"', 'userName eq "u77" and title pr', 'userName eq "u77" or userName eq "u78"']) f
	UNION ALL SELECT reads('Group', f) FROM unnest(ARRAY['members.value eq "' || id(2) || '"', 'members[value eq "' || id(2) || '" and type pr]']) f
	UNION ALL SELECT reads('User', 'groups[value eq "' || id(102) || '"]') $$;
SELECT all_reads();
SET ROLE regress_scim_filters;
SELECT all_reads();
SELECT names('User', 'userName eq "U77"'), names('User', 'emails[type eq "work" and value eq "u7@x.org"]'), names('Group', 'members.value eq "' || id(2) || '"'), fails('SELECT scim_list_users(''userName eq "u7"'', tenant_id => ''beta'')');
RESET ROLE;
-- what is shown can be run as it is
SELECT scim_explain_filter('User', 'userName eq "it''s \\ \"quoted\"" and active eq true and meta.created gt "2026-01-01T00:00:00Z" and not (id eq "' || id(1) || '")') AS statement \gset
SELECT :'statement';
:statement;
SELECT scim_explain_filter('Thing', 'level gt 1.50 and tags eq "a"');
-- a plan that is kept sees what is written since, and the schema as it is
DO $$ BEGIN FOR i IN 1 .. 10 LOOP PERFORM scim_list_users('userName eq "late"'); END LOOP; END $$;
INSERT INTO users (data) VALUES ('{"userName": "LATE"}');
SELECT names('User', 'userName eq "late"');
-- the search_path of the caller means nothing
CREATE SCHEMA evil;
CREATE FUNCTION evil.strpos(text, text) RETURNS int LANGUAGE sql AS 'SELECT 1/0';
CREATE FUNCTION evil.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT 1/0 = 0';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.equal);
CREATE FUNCTION evil.find(filter text) RETURNS jsonb LANGUAGE sql SET search_path = evil, pg_catalog, public AS $$ SELECT public.scim_list_users(filter, count => 0)->'totalResults' $$;
SELECT evil.find('userName co "late" and emails.type ne "x" and not (groups.display eq "x") and displayName eq null and title eq null');

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_filters;
DROP ROLE regress_scim_filters;
