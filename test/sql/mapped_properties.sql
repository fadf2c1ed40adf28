-- The same resources in a table that scim_create_table made, in one that people
-- had already, and in one without a column for what has none of its own: written
-- by the same calls they read the same, a version is always that of what is
-- read, and what cannot be held is refused and never dropped.
--
-- Person and Worker are User by other names, since a type has one table.  Elements
-- are compared as sets, since those from columns come first.  The generator
-- counts and hashes: every run sees the same.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'Asia/Kathmandu';
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;

-- ---- chance ----

CREATE SEQUENCE chance;
-- a number from 0 to n - 1
CREATE FUNCTION any_of(n bigint) RETURNS int LANGUAGE sql VOLATILE AS
	$$SELECT (('x' || substr(md5('mapped' || nextval('chance')), 1, 8))::bit(32)::bigint % n)::int$$;
CREATE FUNCTION one_of(VARIADIC list text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN list[1 + any_of(array_length(list, 1))]; END$$;
-- the value, or nothing: n times in m
CREATE FUNCTION maybe(n int, m int, value jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN CASE WHEN any_of(m) < n THEN value END; END$$;
CREATE FUNCTION some_text() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN one_of('a', 'A', ' ann ', 'Straße', U&'e\0301', '日本', U&'\+01D49C', '%', 'a\b', 'a"b', 'it''s', E'a\tb', 'null', 'true', '10', '{}', '[]');
END $$;

-- elements each part of which may be missing, with a type that has a column, another one, or none
CREATE FUNCTION some_elements(most int, types text[]) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	list jsonb := '[]';
	preferred int := any_of(most + 2);
BEGIN
	FOR i IN 1..any_of(most + 1) LOOP
		list := list || (SELECT coalesce(jsonb_agg(e), '[]') FROM jsonb_strip_nulls(jsonb_build_object('value', maybe(4, 5, to_jsonb(some_text())), 'display', maybe(1, 3, to_jsonb(some_text())),
			'type', maybe(5, 6, to_jsonb(one_of(VARIADIC types))), 'primary', CASE WHEN i = preferred THEN 'true'::jsonb ELSE maybe(1, 3, 'false') END)) e WHERE e <> '{}');
	END LOOP;
	RETURN list;
END $$;

CREATE FUNCTION some_addresses() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN (SELECT jsonb_agg(e) FROM (SELECT jsonb_strip_nulls(jsonb_build_object('streetAddress', maybe(1, 2, to_jsonb(some_text())), 'locality', maybe(2, 3, to_jsonb(some_text())), 'country', maybe(1, 2, '"DE"'),
		'type', maybe(4, 5, to_jsonb(one_of('work', 'home'))))) AS e FROM generate_series(1, any_of(4))) AS x WHERE e <> '{}');
END $$;

CREATE FUNCTION some_user(n int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object('userName', some_text() || n, 'externalId', maybe(1, 2, to_jsonb(some_text())), 'displayName', maybe(2, 3, to_jsonb(some_text())),
		'title', maybe(2, 3, to_jsonb(some_text())), 'nickName', maybe(1, 2, to_jsonb(some_text())), 'active', maybe(2, 3, to_jsonb(any_of(2) = 0)), 'locale', maybe(1, 3, '"en-US"'),
		'name', maybe(2, 3, jsonb_build_object('givenName', maybe(2, 3, to_jsonb(some_text())), 'familyName', maybe(1, 2, to_jsonb(some_text())), 'middleName', maybe(1, 3, to_jsonb(some_text())))),
		'emails', maybe(4, 5, some_elements(4, '{work,work,home,home,WORK,other}')), 'phoneNumbers', maybe(2, 3, some_elements(3, '{mobile,mobile,work}')),
		'ims', maybe(1, 2, some_elements(2, '{icq}')), 'entitlements', maybe(1, 2, (SELECT jsonb_agg(jsonb_build_object('value', some_text())) FROM generate_series(1, any_of(3)))),
		'roles', maybe(1, 2, some_elements(2, '{chief}')), 'addresses', maybe(2, 3, some_addresses()),
		'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', maybe(2, 3, jsonb_build_object('department', maybe(2, 3, to_jsonb(some_text())), 'employeeNumber', maybe(1, 2, to_jsonb(one_of('1', '2', '10'))),
			'costCenter', maybe(1, 3, to_jsonb(some_text())), 'manager', maybe(1, 2, jsonb_build_object('value', some_text()))))));
END $$;

-- ---- three tables ----

SELECT scim_register_schema(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Schema"]'::jsonb, 'id', 'urn:example:' || name, 'name', name, 'description', name,
	'attributes', (SELECT jsonb_agg(a) FROM jsonb_array_elements(user_attributes) AS a WHERE a ->> 'name' NOT IN ('groups', 'password')))) ->> 'id'
FROM unnest('{Person,Worker}'::text[]) AS name, (SELECT document -> 'attributes' AS user_attributes FROM scim_schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User') AS u;
SELECT scim_register_resource_type(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]'::jsonb, 'id', name, 'name', name, 'endpoint', '/' || name, 'description', name,
	'schema', 'urn:example:' || name, 'schemaExtensions', '[{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]'::jsonb)) ->> 'name' FROM unnest('{Person,Worker}'::text[]) AS name;
SELECT scim_create_table('persons', 'Person');
CREATE TABLE people (person_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), login text NOT NULL UNIQUE, first_name varchar(30) NOT NULL DEFAULT '', last_name text, title text, status char(1), email text, private_email text NOT NULL DEFAULT '',
	mobile text, street text, city text, rights text[], chats jsonb, dept text, number int, boss text, rest jsonb, version text, revision int, created timestamptz, changed timestamp);
SELECT scim_register_table('people', 'User', '{"id": "person_id", "data": "rest", "version": "version", "revision": "revision", "created": "created", "lastModified": "changed", "attributes": {
	"userName": "login", "name.givenName": "first_name", "name.familyName": "last_name", "title": "title", "active": {"column": "status", "values": {"A": true, "D": false}},
	"emails[type eq \"work\"].value": "email", "emails[type eq \"home\"].value": "private_email", "phoneNumbers[type eq \"mobile\"].value": "mobile", "addresses[type eq \"work\"].streetAddress": "street", "addresses[type eq \"work\"].locality": "city",
	"entitlements.value": "rights", "ims": "chats", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "dept",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "number", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": "boss"}}');
CREATE TABLE workers (id bigserial PRIMARY KEY, login text NOT NULL UNIQUE, external text, display text, nick text, first_name text, active boolean, email text, email_primary boolean, rights jsonb, dept text);
SELECT scim_register_table('workers', 'Worker', '{"id": "id", "attributes": {"userName": "login", "externalId": "external", "displayName": "display", "nickName": "nick", "name.givenName": "first_name", "active": "active",
	"emails[type eq \"work\"].value": "email", "emails[type eq \"work\"].primary": "email_primary", "entitlements": "rights", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "dept"}}');

-- ---- what is to hold ----

-- a resource without what is each table's own; elements in one order
CREATE FUNCTION plain(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) = 'array' THEN (SELECT jsonb_agg(e ORDER BY e) FROM jsonb_array_elements(value) AS e) ELSE value END)
	FROM jsonb_each(regexp_replace(resource::text, 'urn:example:(Person|Worker)', 'urn:ietf:params:scim:schemas:core:2.0:User')::jsonb - '{id,meta}'::text[])$$;
-- what a call gives, or its error
CREATE FUNCTION outcome(call text, type text, VARIADIC arguments text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	EXECUTE format('SELECT scim_%s_resource(%L, %s)', call, type, (SELECT string_agg(quote_literal(a), ', ' ORDER BY i) FROM unnest(arguments) WITH ORDINALITY AS u (a, i))) INTO result;
	RETURN result;
EXCEPTION WHEN sqlstate 'PT400' OR sqlstate 'PT409' THEN
	RETURN jsonb_build_object('error', split_part(sqlerrm, ':', 1));
END $$;
CREATE TABLE pair (n int, person text, mapped text);
CREATE TABLE seen (step text, what text);

-- does the same call give the same in both tables, and the version of what is given?
CREATE FUNCTION compare(step text, a jsonb, b jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen VALUES (step, CASE WHEN a ? 'error' OR b ? 'error' THEN CASE WHEN a = b THEN 'the same error, ' || (a ->> 'error') ELSE format('DIFFERENT: %s, %s', a, b) END
		WHEN plain(a) IS DISTINCT FROM plain(b) THEN format('DIFFERENT: %s, %s', a, b)
		WHEN a #>> '{meta,version}' <> scim_version(a) OR b #>> '{meta,version}' <> scim_version(b) THEN format('ANOTHER VERSION: %s, %s', a, b)
		ELSE 'the same' END);
END $$;

CREATE FUNCTION create_both(n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	data jsonb := some_user(n);
	a jsonb := outcome('create', 'Person', data::text);
	b jsonb := outcome('create', 'User', data::text);
BEGIN
	PERFORM compare('create', a, b);
	INSERT INTO pair VALUES (n, a ->> 'id', b ->> 'id');
END $$;

CREATE FUNCTION update_both(pair) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	data text := some_user($1.n)::text;
BEGIN
	PERFORM compare('update', outcome('update', 'Person', $1.person, data), outcome('update', 'User', $1.mapped, data));
	PERFORM compare('read', outcome('get', 'Person', $1.person), outcome('get', 'User', $1.mapped));
END $$;

CREATE FUNCTION some_operation() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	path text := one_of('title', 'nickName', 'active', 'name', 'name.givenName', 'name.middleName', 'emails', 'emails[type eq "work"]', 'emails[type eq "work"].value', 'emails[type eq "home"].primary', 'emails[primary eq true].display',
		'emails[value co "a"]', 'phoneNumbers[type eq "mobile"].value', 'addresses', 'addresses[type eq "work"].country', 'addresses[type eq "work"].locality', 'ims', 'entitlements', 'roles', 'externalId',
		'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager');
	value jsonb := CASE path WHEN 'active' THEN to_jsonb(any_of(2) = 0) WHEN 'name' THEN jsonb_build_object(one_of('givenName', 'middleName'), some_text()) WHEN 'emails' THEN some_elements(2, '{work,home}')
		WHEN 'emails[type eq "work"]' THEN jsonb_build_object('value', some_text(), 'type', one_of('work', 'home')) WHEN 'emails[value co "a"]' THEN jsonb_build_object('display', some_text()) WHEN 'emails[type eq "home"].primary' THEN 'false'
		WHEN 'addresses' THEN coalesce(some_addresses(), '[]') WHEN 'ims' THEN some_elements(2, '{icq}') WHEN 'entitlements' THEN jsonb_build_array(jsonb_build_object('value', some_text())) WHEN 'roles' THEN some_elements(2, '{chief}')
		WHEN 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' THEN jsonb_build_object(one_of('department', 'costCenter'), some_text()) WHEN 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager' THEN jsonb_build_object('value', some_text())
		ELSE to_jsonb(some_text()) END;
	op text := one_of('add', 'replace', 'remove');
BEGIN
	RETURN jsonb_build_object('op', op, 'path', path) || CASE WHEN op = 'remove' THEN '{}' ELSE jsonb_build_object('value', value) END;
END $$;

CREATE FUNCTION patch_both(pair) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	operations text := (SELECT jsonb_agg(some_operation()) FROM generate_series(1, 1 + any_of(3)))::text;
BEGIN
	PERFORM compare('patch', outcome('patch', 'Person', $1.person, operations), outcome('patch', 'User', $1.mapped, operations));
END $$;

SELECT count(create_both(n)) FROM generate_series(1, 200) AS n;
SELECT count(patch_both(pair)) FROM pair, generate_series(1, 3);
SELECT count(update_both(pair)) FROM pair;
SELECT count(patch_both(pair)) FROM pair;
SELECT step, what, count(*) FROM seen GROUP BY step, what ORDER BY 1, 2;
-- what was read is written again: nothing changes, in no column
CREATE TEMPORARY TABLE before AS SELECT ctid AS place, person_id FROM people;
SELECT count(*) FROM people, LATERAL scim_update_user(person_id::text, scim_get_user(person_id::text), version) AS u;
SELECT count(*) FROM people JOIN before ON people.ctid = before.place AND people.person_id = before.person_id;
SELECT * FROM scim_check_table('people');
-- "data" holds nothing that has a column
SELECT string_agg(DISTINCT key COLLATE "C", ' ') FROM people, jsonb_object_keys(rest) AS key;
SELECT count(*) FROM people WHERE rest -> 'name' ?| '{givenName,familyName}' OR rest ?| '{userName,title,active,ims}' OR rest -> 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' ?| '{department,employeeNumber}';
-- and neither plain SQL nor a row without a version makes another version than that of what is read
UPDATE people SET email = CASE any_of(3) WHEN 0 THEN NULL WHEN 1 THEN '' ELSE some_text() END, private_email = CASE any_of(2) WHEN 0 THEN '' ELSE some_text() END, first_name = one_of('', 'x'),
	status = CASE any_of(3) WHEN 0 THEN 'A' WHEN 1 THEN 'X' END, number = any_of(9), rights = CASE any_of(3) WHEN 0 THEN '{a,NULL,"",b}' WHEN 1 THEN '{}' END::text[], chats = CASE any_of(3) WHEN 0 THEN 'null' WHEN 1 THEN '[]' END::jsonb;
SELECT count(*) FROM people WHERE version = scim_version(scim_get_user(person_id::text));
SET session_replication_role = replica;
UPDATE people SET version = NULL, title = some_text(), rest = rest || jsonb_build_object('nickName', one_of('x', 'y')) WHERE any_of(2) = 0;
RESET session_replication_role;
SELECT count(*), count(version) < 150 FROM people, scim_get_user(person_id::text) AS u WHERE u #>> '{meta,version}' = scim_version(u) AND coalesce(version, scim_version(u)) = scim_version(u);
SELECT count(*) FROM people, scim_get_user(person_id::text) AS u, LATERAL scim_patch_user(person_id::text, '[{"op": "replace", "path": "displayName", "value": "patched"}]', u #>> '{meta,version}') AS p
	WHERE p #>> '{meta,version}' = scim_version(p) AND plain(p) - 'displayName' = plain(u) - 'displayName';
SELECT * FROM scim_check_table('people');

-- ---- without a column for the rest ----

-- what is held is read as it was given; the rest is refused
CREATE FUNCTION create_worker(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	data jsonb := some_user(n) - '{title,locale,phoneNumbers,ims,roles,addresses}'::text[];
	result jsonb;
BEGIN
	IF any_of(2) = 0 THEN
		data := data #- '{name,familyName}' #- '{name,middleName}' #- '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User}'
			|| jsonb_build_object('emails', (SELECT jsonb_agg(e - 'display') FROM jsonb_array_elements(data -> 'emails') AS e WHERE e ->> 'type' = 'work' AND e ? 'value'));
	END IF;
	result := outcome('create', 'Worker', data::text);
	RETURN CASE WHEN result ? 'error' THEN result ->> 'error'
		WHEN plain(result) - 'schemas' IS DISTINCT FROM plain(scim_content(jsonb_strip_nulls(data))) - 'schemas' THEN format('DIFFERENT: %s, %s', data, result)
		WHEN result #>> '{meta,version}' <> scim_version(result) THEN 'ANOTHER VERSION' ELSE 'the same' END;
END $$;
SELECT what, count(*) FROM (SELECT create_worker(n) AS what FROM generate_series(1, 200) AS n) AS w GROUP BY what ORDER BY what;
SELECT * FROM scim_check_table('workers');
ROLLBACK;
