-- What must hold of any resource, filter and patch, for generated ones.
--
-- Filters against a slow, obvious evaluator: generated filters are trees; one
-- function writes a tree as a filter's text, another says of a resource as it
-- is shown whether the tree is true of it.  What the lists find by the text must
-- be what the evaluator says.
--
-- A patch, then its inverse: the version is what it was.  A patch that fails
-- leaves everything as it was.
--
-- The generator counts and hashes: every run sees the same.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'America/Los_Angeles';
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SET scimver.max_page_size = 1000;

-- ---- chance ----

CREATE SEQUENCE chance;
-- a number from 0 to n - 1
CREATE FUNCTION any_of(n bigint) RETURNS int LANGUAGE sql VOLATILE AS
	$$SELECT (('x' || substr(md5('scim' || nextval('chance')), 1, 8))::bit(32)::bigint % n)::int$$;
CREATE FUNCTION one_of(VARIADIC list text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN list[1 + any_of(array_length(list, 1))]; END$$;
-- the value, or nothing: n times in m
CREATE FUNCTION maybe(n int, m int, value jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS
	$$BEGIN RETURN CASE WHEN any_of(m) < n THEN value END; END$$;

-- text with case, letters that folding changes, and what LIKE, JSON and ranges treat as special
CREATE FUNCTION some_text() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN one_of('', 'a', 'A', 'ann', 'ANN', 'Ann Smith', ' ann', 'smith', 'z', 'Z', 'ä', 'Ä', 'ß', 'SS', 'Straße', 'STRASSE', 'fi',
		U&'\FB01', U&'e\0301', U&'\00E9', U&'\00C9', U&'\0130', 'i', 'ΑΣ', 'ας', 'ασ', '日本', U&'\+01D49C', U&'\FF21nn', '%', '_', 'a%', 'a_b', 'a\b', '\', 'a"b', 'it''s',
		E'a\tb', E'a\nb', 'null', 'true', '1', '10', '2', U&'x\+10FFFF', U&'\+10FFFF', U&'\D7FF', U&'a\FFFF', 'and', 'a)', 'work', 'home', 'WORK', 'b@x.org', 'B@X.org', 'c@y.org');
END $$;

CREATE FUNCTION some_instant() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN format('20%s-%s-%sT%s:%s:%s%s%s', one_of('23', '24'), one_of('01', '12', '06'), one_of('01', '28'), one_of('00', '10', '12', '23'), one_of('00', '30'), one_of('00', '59'),
		one_of('', '', '.5', '.500', '.123456', '.1234560'), one_of('Z', 'Z', '', '+02:00', '-05:30', '+14:00', '-00:00'));
END $$;

CREATE FUNCTION some_uri() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN one_of('https://example.com/a', 'https://example.com/A', 'HTTPS://example.com/a', 'https://example.com/a%20b', 'urn:x:1', 'https://example.com/', 'http://example.org/~b_c');
END $$;

CREATE FUNCTION some_binary() RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN one_of('AAEC', 'AAED', 'AA==', 'AA', '+/8A', 'TWFu', '+/8', 'twfu'); END $$;

CREATE FUNCTION some_number() RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN one_of('0', '1', '-1', '1.0', '1.50', '2', '10', '1e2', '100', '0.1', '9007199254740993', '9007199254740992', '-0.0', '12345678901234567890.5', '1e-7')::numeric;
END $$;

-- ---- resources ----

\set enterprise '''urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'''
\set thing '''urn:example:params:scim:schemas:test:2.0:Thing'''

-- elements of a multi-valued attribute, each part of which may be missing
CREATE FUNCTION some_elements(most int, kind text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	list jsonb := '[]';
	preferred int := any_of(most + 2);
BEGIN
	FOR i IN 1..any_of(most + 1) LOOP
		list := list || (SELECT coalesce(jsonb_agg(e), '[]') FROM jsonb_strip_nulls(jsonb_build_object(
			'value', CASE kind WHEN 'binary' THEN to_jsonb(some_binary()) WHEN 'reference' THEN to_jsonb(some_uri()) ELSE maybe(9, 10, to_jsonb(some_text())) END,
			'display', maybe(1, 3, to_jsonb(some_text())),
			'type', maybe(2, 3, to_jsonb(one_of('work', 'home', 'WORK', ''))),
			'primary', CASE WHEN i = preferred THEN 'true'::jsonb ELSE maybe(1, 3, 'false') END)) e WHERE e <> '{}');
	END LOOP;
	RETURN list;
END $$;

CREATE FUNCTION some_user(n int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	data jsonb := jsonb_build_object(
		'userName', some_text() || n,
		'externalId', maybe(1, 2, to_jsonb(some_text())), 'displayName', maybe(2, 3, to_jsonb(some_text())), 'title', maybe(2, 3, to_jsonb(some_text())),
		'nickName', maybe(1, 2, to_jsonb(some_text())), 'active', maybe(2, 3, to_jsonb(any_of(2) = 0)), 'profileUrl', maybe(1, 2, to_jsonb(some_uri())),
		'name', maybe(2, 3, jsonb_build_object('givenName', some_text(), 'familyName', maybe(1, 2, to_jsonb(some_text())))),
		'emails', maybe(4, 5, some_elements(3, 'text')), 'phoneNumbers', maybe(1, 2, some_elements(2, 'text')), 'roles', maybe(1, 2, some_elements(2, 'text')),
		'photos', maybe(1, 2, some_elements(2, 'reference')), 'x509Certificates', maybe(1, 2, some_elements(2, 'binary')),
		'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', maybe(2, 3, jsonb_build_object('department', maybe(2, 3, to_jsonb(some_text())),
			'employeeNumber', one_of('1', '2', '10', 'E-7'), 'manager', maybe(1, 2, jsonb_build_object('value', some_text())))));
BEGIN
	-- half of them with nulls and empty arrays, which are no values
	RETURN CASE any_of(2) WHEN 0 THEN jsonb_strip_nulls(data) ELSE data END;
END $$;

CREATE FUNCTION some_thing(n int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'name', some_text() || n, 'exact', maybe(2, 3, to_jsonb(some_text())), 'size', maybe(2, 3, to_jsonb(trunc(some_number()))), 'price', maybe(2, 3, to_jsonb(some_number())),
		'on', maybe(2, 3, to_jsonb(any_of(2) = 0)), 'made', maybe(3, 4, to_jsonb(some_instant())), 'raw', maybe(2, 3, to_jsonb(some_binary())), 'home', maybe(2, 3, to_jsonb(some_uri())),
		'words', maybe(2, 3, to_jsonb(ARRAY(SELECT some_text() FROM generate_series(1, any_of(4))))),
		'sizes', maybe(2, 3, to_jsonb(ARRAY(SELECT some_number() FROM generate_series(1, any_of(3))))),
		'times', maybe(2, 3, to_jsonb(ARRAY(SELECT some_instant() FROM generate_series(1, any_of(3))))),
		'parts', maybe(3, 4, (SELECT jsonb_agg(jsonb_build_object('label', some_text(), 'exact', maybe(2, 3, to_jsonb(some_text())), 'weight', maybe(2, 3, to_jsonb(some_number())),
			'since', maybe(2, 3, to_jsonb(some_instant())), 'used', maybe(2, 3, to_jsonb(any_of(2) = 0)))) FROM generate_series(1, any_of(3))))));
END $$;

SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
INSERT INTO users (id, data, created) SELECT md5('u' || n)::uuid, some_user(n), timestamptz '2024-01-01Z' + n * interval '1 hour' FROM generate_series(1, 120) n;
INSERT INTO groups (id, created, data) SELECT md5('g' || n)::uuid, timestamptz '2024-01-01Z' + n * interval '1 hour', jsonb_strip_nulls(jsonb_build_object('displayName', some_text() || n, 'externalId', maybe(1, 2, to_jsonb(some_text())))) FROM generate_series(1, 40) n;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT DISTINCT md5('g' || 1 + any_of(40))::uuid, 'User', md5('u' || 1 + any_of(120))::uuid FROM generate_series(1, 120);
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT DISTINCT md5('g' || n)::uuid, 'Group', md5('g' || n + 1 + any_of(40 - n))::uuid FROM generate_series(1, 39, 3) n;

CREATE FUNCTION attribute(name text, type text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('name', name, 'type', type, 'description', name) || more;
SELECT scim_register_schema(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Schema"]'::jsonb, 'id', :thing, 'name', 'Thing', 'description', 'One of each', 'attributes', jsonb_build_array(
	attribute('name', 'string', '{"required": true, "uniqueness": "server"}'), attribute('exact', 'string', '{"caseExact": true}'), attribute('size', 'integer'), attribute('price', 'decimal'), attribute('on', 'boolean'),
	attribute('made', 'dateTime'), attribute('raw', 'binary', '{"caseExact": true}'), attribute('home', 'reference', '{"caseExact": true, "referenceTypes": ["uri"]}'), attribute('words', 'string', '{"multiValued": true}'),
	attribute('sizes', 'decimal', '{"multiValued": true}'), attribute('times', 'dateTime', '{"multiValued": true}'),
	attribute('parts', 'complex', jsonb_build_object('multiValued', true, 'subAttributes', jsonb_build_array(attribute('label', 'string'), attribute('exact', 'string', '{"caseExact": true}'),
		attribute('weight', 'decimal'), attribute('since', 'dateTime'), attribute('used', 'boolean'))))))) ->> 'id';
SELECT scim_register_resource_type(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]'::jsonb, 'id', 'Thing', 'name', 'Thing', 'endpoint', '/Things', 'description', 'Things', 'schema', :thing)) ->> 'name';
SELECT scim_create_table('things', 'Thing');
INSERT INTO things (id, data) SELECT md5('t' || n)::uuid, some_thing(n) FROM generate_series(1, 100) n;
ANALYZE;

-- ---- what may be asked ----

-- keys: the way from the resource to the attribute; kind: which operators it has; parent: it may stand in a value path of that attribute
CREATE TABLE attribute_of (type text, keys text[], kind text, exact boolean);
-- (ids are uuids here, which are compared in any case)
INSERT INTO attribute_of VALUES
	('User', '{userName}', 'string', false), ('User', '{displayName}', 'string', false), ('User', '{title}', 'string', false), ('User', '{nickName}', 'string', false),
	('User', '{externalId}', 'string', true), ('User', '{id}', 'string', false), ('User', '{active}', 'boolean', NULL), ('User', '{profileUrl}', 'reference', true),
	('User', '{schemas}', 'reference', true), ('User', '{meta,created}', 'instant', NULL), ('User', '{meta,lastModified}', 'instant', NULL), ('User', '{meta,resourceType}', 'string', true),
	('User', '{meta,version}', 'string', true), ('User', '{meta,location}', 'reference', true),
	('User', '{name}', 'complex', NULL), ('User', '{name,givenName}', 'string', false), ('User', '{name,familyName}', 'string', false),
	('User', ARRAY[:enterprise, 'department'], 'string', false), ('User', ARRAY[:enterprise, 'employeeNumber'], 'string', false),
	('User', ARRAY[:enterprise, 'manager'], 'complex', NULL), ('User', ARRAY[:enterprise, 'manager', 'value'], 'string', false),
	('User', '{photos}', 'complex', NULL), ('User', '{photos,value}', 'reference', true), ('User', '{photos,type}', 'string', false), ('User', '{photos,primary}', 'boolean', NULL),
	('User', '{x509Certificates}', 'complex', NULL), ('User', '{x509Certificates,value}', 'binary', true), ('User', '{x509Certificates,type}', 'string', false),
	('User', '{groups}', 'complex', NULL), ('User', '{groups,value}', 'string', false), ('User', '{groups,display}', 'string', false), ('User', '{groups,type}', 'string', false),
	('Group', '{displayName}', 'string', false), ('Group', '{externalId}', 'string', true), ('Group', '{id}', 'string', false), ('Group', '{meta,created}', 'instant', NULL),
	('Group', '{members}', 'complex', NULL), ('Group', '{members,value}', 'string', false), ('Group', '{members,type}', 'string', false), ('Group', '{members,display}', 'string', false),
	('Thing', '{name}', 'string', false), ('Thing', '{exact}', 'string', true), ('Thing', '{size}', 'number', NULL), ('Thing', '{price}', 'number', NULL), ('Thing', '{on}', 'boolean', NULL),
	('Thing', '{made}', 'instant', NULL), ('Thing', '{raw}', 'binary', true), ('Thing', '{home}', 'reference', true), ('Thing', '{words}', 'string', false), ('Thing', '{sizes}', 'number', NULL), ('Thing', '{times}', 'instant', NULL),
	('Thing', '{parts}', 'complex', NULL), ('Thing', '{parts,label}', 'string', false), ('Thing', '{parts,exact}', 'string', true), ('Thing', '{parts,weight}', 'number', NULL),
	('Thing', '{parts,since}', 'instant', NULL), ('Thing', '{parts,used}', 'boolean', NULL);
INSERT INTO attribute_of SELECT 'User', ARRAY[a] || k, CASE k WHEN '{primary}' THEN 'boolean' WHEN '{}' THEN 'complex' ELSE 'string' END, false
	FROM unnest('{emails,phoneNumbers,roles}'::text[]) a, (VALUES ('{}'::text[]), ('{value}'), ('{type}'), ('{display}'), ('{primary}')) k (k);

-- the resources as they are shown
CREATE TABLE resource AS
	SELECT 'User' AS type, id::text, scim_get_user(id::text) AS shown FROM users UNION ALL
	SELECT 'Group', id::text, scim_get_group(id::text) FROM groups UNION ALL
	SELECT 'Thing', id::text, scim_get_resource('Thing', id::text) FROM things;

-- ---- the evaluator ----

-- the values that stand at the end of a way; arrays are all of their elements
CREATE FUNCTION found_at(value jsonb, keys text[]) RETURNS SETOF jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF value IS NULL OR value = 'null' THEN
		RETURN;
	ELSIF jsonb_typeof(value) = 'array' THEN
		RETURN QUERY SELECT f FROM jsonb_array_elements(value) e, found_at(e, keys) f;
	ELSIF keys = '{}' THEN
		RETURN NEXT value;
	ELSE
		RETURN QUERY SELECT found_at(value -> keys[1], keys[2:]);
	END IF;
END $$;

CREATE FUNCTION not_empty(value jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN CASE jsonb_typeof(value) WHEN 'object' THEN EXISTS (SELECT FROM jsonb_each(value) e WHERE not_empty(e.value))
		WHEN 'array' THEN EXISTS (SELECT FROM jsonb_array_elements(value) e WHERE not_empty(e))
		WHEN 'string' THEN value <> '""' WHEN 'null' THEN false ELSE true END;
END $$;

CREATE FUNCTION instant(value text) RETURNS timestamptz LANGUAGE sql STABLE RETURN
	CASE WHEN value ~ '(Z|[+-]\d\d:\d\d)$' THEN value ELSE value || 'Z' END::timestamptz;
CREATE FUNCTION bytes(value text) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN
	decode(rpad(translate(value, '-_=', '+/'), (length(translate(value, '=', '')) + 3) / 4 * 4, '='), 'base64');
CREATE FUNCTION folded(value text, exact boolean) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	CASE WHEN exact THEN value ELSE translate(replace(lower(normalize(value, NFKC) COLLATE "und-x-icu"), 'ß', 'ss'), 'ς', 'σ') END COLLATE "C";

CREATE FUNCTION compares(op text, a anyelement, b anyelement) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	$$SELECT CASE op WHEN 'eq' THEN a = b WHEN 'gt' THEN a > b WHEN 'ge' THEN a >= b WHEN 'lt' THEN a < b WHEN 'le' THEN a <= b END$$;

-- one value against the one in the filter; "ne" is asked as "eq"
CREATE FUNCTION fits(kind text, exact boolean, op text, value jsonb, wanted jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
	a text := value #>> '{}';
	b text := wanted #>> '{}';
BEGIN
	IF kind = 'boolean' THEN RETURN a = b; END IF;
	IF kind = 'number' THEN RETURN compares(op, a::numeric, b::numeric); END IF;
	IF kind = 'instant' THEN RETURN compares(op, instant(a), instant(b)); END IF;
	IF kind = 'binary' THEN RETURN bytes(a) = bytes(b); END IF;
	a := folded(a, exact);
	b := folded(b, exact);
	RETURN CASE op WHEN 'co' THEN strpos(a, b) > 0 WHEN 'sw' THEN left(a, length(b)) = b WHEN 'ew' THEN right(a, length(b)) = b OR b = '' ELSE compares(op, a COLLATE "C", b COLLATE "C") END;
END $$;

CREATE FUNCTION holds(f jsonb, resource jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
	keys text[] := ARRAY(SELECT jsonb_array_elements_text(f -> 'keys'));
	op text := f ->> 'op';
BEGIN
	CASE op
		WHEN 'and' THEN RETURN holds(f -> 'a', resource) AND holds(f -> 'b', resource);
		WHEN 'or' THEN RETURN holds(f -> 'a', resource) OR holds(f -> 'b', resource);
		WHEN 'not' THEN RETURN NOT holds(f -> 'a', resource);
		WHEN 'in' THEN RETURN EXISTS (SELECT FROM found_at(resource, keys) e WHERE holds(f -> 'a', e));
		WHEN 'pr' THEN RETURN EXISTS (SELECT FROM found_at(resource, keys) e WHERE not_empty(e));
		ELSE NULL;
	END CASE;
	IF f -> 'value' = 'null' THEN
		RETURN (op = 'ne') = EXISTS (SELECT FROM found_at(resource, keys) e WHERE not_empty(e));
	END IF;
	IF op = 'ne' THEN
		RETURN NOT EXISTS (SELECT FROM found_at(resource, keys))
			OR EXISTS (SELECT FROM found_at(resource, keys) e WHERE NOT fits(f ->> 'kind', (f -> 'exact')::boolean, 'eq', e, f -> 'value'));
	END IF;
	RETURN EXISTS (SELECT FROM found_at(resource, keys) e WHERE fits(f ->> 'kind', (f -> 'exact')::boolean, op, e, f -> 'value'));
END $$;

-- ---- the generator ----

-- what to compare with: mostly something that is there, or a part of it
CREATE FUNCTION some_value(wanted_type text, way text[], kind text) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	there text := (SELECT f #>> '{}' FROM resource r, found_at(r.shown, way) f WHERE r.type = wanted_type ORDER BY md5(f::text || any_of(1000)) LIMIT 1);
BEGIN
	IF any_of(20) = 0 THEN RETURN 'null'; END IF;
	IF kind = 'boolean' THEN RETURN to_jsonb(any_of(2) = 0); END IF;
	IF kind = 'number' THEN RETURN to_jsonb(coalesce(CASE any_of(2) WHEN 0 THEN there::numeric END, some_number())); END IF;
	IF kind = 'instant' THEN RETURN to_jsonb(coalesce(CASE any_of(2) WHEN 0 THEN there END, some_instant())); END IF;
	IF kind = 'binary' THEN RETURN to_jsonb(some_binary()); END IF;
	RETURN to_jsonb(CASE any_of(6) WHEN 0 THEN some_text() WHEN 1 THEN upper(there) WHEN 2 THEN left(there, 1 + any_of(3)) WHEN 3 THEN right(there, 1 + any_of(3))
		WHEN 4 THEN substr(there, 2, 2) ELSE coalesce(there, some_text()) END);
END $$;

-- a comparison; inside of a value path only with the attributes below it
CREATE FUNCTION some_comparison(wanted_type text, inside text[]) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	depth int := coalesce(array_length(inside, 1), 0);
	list attribute_of[] := ARRAY(SELECT a FROM attribute_of a WHERE a.type = wanted_type AND a.keys[:depth] = inside AND array_length(a.keys, 1) > depth ORDER BY a.keys);
	a attribute_of := list[1 + any_of(array_length(list, 1))];
	op text := CASE WHEN a.kind = 'complex' OR any_of(8) = 0 THEN 'pr' WHEN a.kind IN ('boolean', 'binary') THEN one_of('eq', 'ne')
		WHEN a.kind IN ('number', 'instant') THEN one_of('eq', 'ne', 'gt', 'ge', 'lt', 'le') ELSE one_of('eq', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le') END;
	value jsonb := coalesce(some_value(wanted_type, a.keys, a.kind), '"x"');
BEGIN
	RETURN jsonb_build_object('keys', a.keys[depth + 1:], 'kind', a.kind, 'exact', coalesce(a.exact, false), 'value', CASE WHEN op <> 'pr' THEN value END,
		'op', CASE WHEN value = 'null' AND op <> 'pr' THEN one_of('eq', 'ne') ELSE op END);
END $$;

CREATE FUNCTION some_filter(wanted_type text, depth int, inside text[] DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	ways jsonb[];
	choice int := CASE WHEN depth = 0 THEN 9 ELSE any_of(7) END;
BEGIN
	CASE choice
		WHEN 0, 1 THEN RETURN jsonb_build_object('op', 'and', 'a', some_filter(wanted_type, depth - 1, inside), 'b', some_filter(wanted_type, depth - 1, inside));
		WHEN 2, 3 THEN RETURN jsonb_build_object('op', 'or', 'a', some_filter(wanted_type, depth - 1, inside), 'b', some_filter(wanted_type, depth - 1, inside));
		WHEN 4 THEN RETURN jsonb_build_object('op', 'not', 'a', some_filter(wanted_type, depth - 1, inside));
		WHEN 5, 6 THEN
			IF inside = '{}' THEN
				ways := ARRAY(SELECT to_jsonb(a.keys) FROM attribute_of a WHERE a.type = wanted_type AND a.kind = 'complex' ORDER BY a.keys);
				ways[1] := ways[1 + any_of(array_length(ways, 1))];
				RETURN jsonb_build_object('op', 'in', 'keys', ways[1], 'a', some_filter(wanted_type, depth - 1, ARRAY(SELECT jsonb_array_elements_text(ways[1]))));
			END IF;
		ELSE NULL;
	END CASE;
	RETURN some_comparison(wanted_type, inside);
END $$;

-- ---- the text ----

-- letters in either case, as names and operators may have
CREATE FUNCTION spelled(name text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN RETURN CASE any_of(6) WHEN 0 THEN upper(name) WHEN 1 THEN lower(name) ELSE name END; END $$;

CREATE FUNCTION path_text(wanted_type text, keys text[], inside boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	core text := CASE wanted_type WHEN 'Thing' THEN 'urn:example:params:scim:schemas:test:2.0:Thing' ELSE 'urn:ietf:params:scim:schemas:core:2.0:' || wanted_type END;
BEGIN
	IF keys[1] LIKE 'urn:%' THEN RETURN spelled(keys[1] || ':' || array_to_string(keys[2:], '.')); END IF;
	RETURN CASE WHEN NOT inside AND any_of(8) = 0 AND keys[1] NOT IN ('id', 'externalId', 'meta', 'schemas') THEN core || ':' ELSE '' END || spelled(array_to_string(keys, '.'));
END $$;

-- a JSON string, sometimes with letters as \u
CREATE FUNCTION value_text(value jsonb) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF jsonb_typeof(value) <> 'string' OR any_of(4) <> 0 THEN RETURN value::text; END IF;
	RETURN '"' || (SELECT coalesce(string_agg(CASE WHEN n > 65535 THEN '\u' || to_hex(55296 + (n - 65536) / 1024) || '\u' || to_hex(56320 + (n - 65536) % 1024) ELSE '\u' || lpad(to_hex(n), 4, '0') END, '' ORDER BY i), '')
		FROM (SELECT i, ascii(substr(value #>> '{}', i, 1)) AS n FROM generate_series(1, length(value #>> '{}')) i) letters) || '"';
END $$;

-- parentheses where precedence needs them, and sometimes where it does not
CREATE FUNCTION filter_text(wanted_type text, f jsonb, around text DEFAULT '', inside boolean DEFAULT false) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	op text := f ->> 'op';
	said text;
BEGIN
	said := CASE
		WHEN op IN ('and', 'or') THEN filter_text(wanted_type, f -> 'a', op, inside) || ' ' || spelled(op) || ' ' || filter_text(wanted_type, f -> 'b', op, inside)
		WHEN op = 'not' THEN spelled('not') || one_of('', ' ') || '(' || filter_text(wanted_type, f -> 'a', '', inside) || ')'
		ELSE path_text(wanted_type, ARRAY(SELECT jsonb_array_elements_text(f -> 'keys')), inside) ||
			CASE op WHEN 'in' THEN '[' || filter_text(wanted_type, f -> 'a', '', true) || ']' WHEN 'pr' THEN ' ' || spelled('pr') ELSE ' ' || spelled(op) || ' ' || value_text(f -> 'value') END END;
	RETURN CASE WHEN (around = 'and' AND op = 'or') OR any_of(8) = 0 THEN '(' || said || ')' ELSE said END;
END $$;

-- ---- the comparison ----

CREATE FUNCTION found_by(type text, filter text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_list_resources(type, filter => filter, count => 1000, attributes => '{id}');
	ids text[] := ARRAY(SELECT e ->> 'id' FROM jsonb_array_elements(answer -> 'Resources') e);
BEGIN
	RETURN CASE WHEN array_length(ids, 1) IS DISTINCT FROM nullif((answer ->> 'totalResults')::int, 0) THEN ARRAY['totalResults: ' || (answer ->> 'totalResults')] ELSE ids END;
EXCEPTION WHEN OTHERS THEN
	RETURN ARRAY[sqlstate || ' ' || sqlerrm];
END $$;

CREATE TABLE filter (n serial, type text, tree jsonb, text text, found text[]);
INSERT INTO filter (type, tree) SELECT type, some_filter(type, n % 5) FROM (VALUES ('User', 160), ('Group', 60), ('Thing', 120)) t (type, many), generate_series(1, many) n;
UPDATE filter SET text = filter_text(type, tree);
-- with the indexes, and without
UPDATE filter SET found = found_by(type, text) WHERE n % 2 = 0;
SET LOCAL enable_seqscan = off;
UPDATE filter SET found = found_by(type, text) WHERE n % 2 = 1;
RESET enable_seqscan;

CREATE TABLE pair AS SELECT n, type, text, id, holds(tree, shown) AS expected, id = ANY (found) AS given, found, shown FROM filter JOIN resource USING (type);

SELECT CASE WHEN count(*) > 10000 THEN 'more than 10,000 pairs' ELSE count(*) || ' pairs' END, count(*) FILTER (WHERE expected IS NULL) || ' without an answer',
	count(*) FILTER (WHERE expected IS DISTINCT FROM given) || ' differences', CASE WHEN avg(expected::int) BETWEEN 0.2 AND 0.8 THEN 'many of either kind' ELSE 'true: ' || avg(expected::int) END FROM pair;
-- the first of them
SELECT text, 'expected ' || expected, CASE WHEN found[1] ~ '^[0-9a-f]{8}-' OR found = '{}' THEN shown::text ELSE found[1] END
FROM (SELECT DISTINCT ON (n) * FROM pair WHERE expected IS DISTINCT FROM given ORDER BY n, id) d ORDER BY length(text) LIMIT 10;
-- every operator stood in a filter that was true of something
SELECT string_agg(DISTINCT op, ' ' ORDER BY op) FROM filter JOIN pair USING (n), LATERAL (SELECT jsonb_path_query(tree, 'strict $.**.op') #>> '{}' AS op) o WHERE expected;

-- ---- a patch, and its inverse ----

CREATE TABLE patched AS SELECT n, scim_create_user(jsonb_strip_nulls(some_user(1000 + n))) ->> 'id' AS id FROM generate_series(1, 60) n;

CREATE FUNCTION some_part() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object('value', one_of('', 'x', 'y') || any_of(1000), 'type', maybe(2, 3, to_jsonb(one_of('work', 'home'))), 'primary', maybe(1, 4, to_jsonb(any_of(2) = 0)),
		'display', maybe(1, 4, to_jsonb(some_text()))));
END $$;

-- one operation of any kind that RFC 7644 section 3.5.2 has
CREATE FUNCTION some_operation() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	enterprise text := 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
	single text := one_of('title', 'nickName', 'displayName', 'externalId', 'name.givenName', 'NAME.familyName', enterprise || ':department', enterprise || ':manager.value');
	plural text := one_of('emails', 'phoneNumbers', 'roles');
	choice int := any_of(13);
BEGIN
	RETURN CASE
		WHEN choice < 2 THEN jsonb_build_object('op', one_of('add', 'replace', 'Replace'), 'path', single, 'value', some_text() || 'x')
		WHEN choice = 2 THEN jsonb_build_object('op', 'remove', 'path', single)
		WHEN choice = 3 THEN jsonb_build_object('op', one_of('add', 'replace'), 'path', 'active', 'value', any_of(2) = 0)
		WHEN choice = 4 THEN jsonb_build_object('op', 'add', 'path', plural, 'value', CASE any_of(2) WHEN 0 THEN some_part() ELSE jsonb_build_array(some_part(), some_part() - 'primary') END)
		WHEN choice = 5 THEN jsonb_build_object('op', 'replace', 'path', plural, 'value', CASE any_of(4) WHEN 0 THEN '[]' ELSE jsonb_build_array(some_part(), some_part() - 'primary') END)
		WHEN choice = 6 THEN jsonb_build_object('op', 'remove', 'path', one_of('name', plural, enterprise, enterprise || ':manager'))
		WHEN choice = 7 THEN jsonb_build_object('op', 'remove', 'path', plural || one_of('[type eq "work"]', '[value sw "x" or not (type pr)]', '[primary eq true]', '[type eq "home"].display', '[value pr].type'))
		WHEN choice = 8 THEN jsonb_build_object('op', 'replace', 'path', plural || one_of('[type eq "work"].value', '[type ne "home"].display', '[not (primary eq true)].type'), 'value', 'z')
		WHEN choice = 9 THEN jsonb_build_object('op', one_of('add', 'replace'), 'path', plural || one_of('[type eq "work"]', '[value pr]'), 'value', some_part())
		WHEN choice = 10 THEN jsonb_build_object('op', one_of('add', 'replace'), 'path', 'name', 'value', jsonb_build_object(one_of('givenName', 'familyName'), some_text() || 'x'))
		WHEN choice = 11 THEN jsonb_build_object('op', one_of('add', 'replace'), 'value', jsonb_build_object('title', some_text() || 'x', 'name', '{"givenName": "G"}'::jsonb, plural, jsonb_build_array(some_part())))
		ELSE jsonb_build_object('op', one_of('add', 'replace'), 'path', enterprise, 'value', jsonb_build_object(one_of('department', 'costCenter'), some_text() || 'x')) END;
END $$;

-- what makes the one of the other again, attribute by attribute
CREATE FUNCTION inverse(before jsonb, after jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(operation), '[]') FROM (SELECT before || after AS both_of) x, jsonb_object_keys(both_of) k,
		LATERAL (SELECT jsonb_build_object('op', 'remove', 'path', k) WHERE after ? k AND (NOT before ? k OR jsonb_typeof(before -> k) = 'object')
			UNION ALL SELECT jsonb_build_object('op', 'replace', 'path', k, 'value', before -> k) WHERE before ? k) o (operation)
	WHERE k NOT IN ('id', 'meta', 'schemas', 'groups') AND (before -> k) IS DISTINCT FROM (after -> k)
$$;

CREATE TABLE patch (n serial, id text, operations jsonb, error text, wrong text, inverse jsonb);

CREATE FUNCTION there_and_back(user_id text, operations jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := scim_get_user(user_id);
	row_before users := (SELECT u FROM users u WHERE u.id = user_id::uuid);
	after jsonb;
	again jsonb;
	back jsonb;
	error text;
	wrong text;
	row_after users;
BEGIN
	BEGIN
		after := scim_patch_user(user_id, operations, before -> 'meta' ->> 'version');
	EXCEPTION WHEN OTHERS THEN
		error := split_part(sqlerrm, ':', 1);
	END;
	row_after := (SELECT u FROM users u WHERE u.id = user_id::uuid);
	IF error IS NOT NULL THEN
		wrong := CASE WHEN row_before IS DISTINCT FROM row_after THEN 'failed, and changed the row' WHEN error NOT IN ('NO_TARGET', 'INVALID_VALUE') THEN error END;
	ELSIF after IS DISTINCT FROM scim_get_user(user_id) THEN
		wrong := 'returned is not what is read';
	ELSIF scim_version(after) IS DISTINCT FROM after -> 'meta' ->> 'version' THEN
		wrong := 'the version is not that of the content';
	ELSIF after - 'meta' = before - 'meta' AND row_before IS DISTINCT FROM row_after THEN
		wrong := 'changed nothing, and wrote';
	ELSIF after - 'meta' <> before - 'meta' AND (row_after.version = row_before.version OR row_after.revision <> row_before.revision + 1) THEN
		wrong := 'changed, and version or revision did not move by one';
	ELSE
		back := inverse(before, after);
		IF back <> '[]' THEN
			again := scim_patch_user(user_id, back, after -> 'meta' ->> 'version');
			wrong := CASE WHEN again -> 'meta' ->> 'version' <> before -> 'meta' ->> 'version' THEN 'another version' WHEN again - 'meta' <> before - 'meta' THEN 'another content' END;
		END IF;
	END IF;
	INSERT INTO patch (id, operations, error, wrong, inverse) VALUES (user_id, operations, error, wrong, back);
EXCEPTION WHEN OTHERS THEN
	INSERT INTO patch (id, operations, wrong, inverse) VALUES (user_id, operations, sqlerrm, back);
END $$;

-- several rounds: every other one leaves its patch in place, so that the users change
DO $$
DECLARE
	p record;
BEGIN
	FOR i IN 1..8 LOOP
		FOR p IN SELECT * FROM patched ORDER BY n LOOP
			PERFORM there_and_back(p.id, (SELECT jsonb_agg(some_operation()) FROM generate_series(1, 1 + any_of(3))));
			BEGIN
				PERFORM scim_patch_user(p.id, jsonb_build_array(some_operation()));
			EXCEPTION WHEN SQLSTATE 'PT400' THEN NULL;
			END;
		END LOOP;
	END LOOP;
END $$;
SELECT count(*) || ' patches', count(wrong) || ' wrong', CASE WHEN count(*) FILTER (WHERE error IS NULL AND inverse <> '[]') > 200 THEN 'more than 200 there and back' ELSE 'too few changed anything' END,
	CASE WHEN count(error) > 50 THEN 'many refused' ELSE 'too few refused' END FROM patch;
SELECT wrong, operations, inverse FROM patch WHERE wrong IS NOT NULL ORDER BY length(operations::text) LIMIT 10;

-- members: what is added and taken away again, one way or the other, is as if it had not been
CREATE FUNCTION members_there_and_back(g text, VARIADIC ids text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := scim_get_group(g);
	fresh text[] := ARRAY(SELECT i FROM unnest(ids) i EXCEPT SELECT e ->> 'value' FROM jsonb_array_elements(before -> 'members') e);
	listed jsonb := (SELECT jsonb_agg(jsonb_build_object('value', i)) FROM unnest(fresh) i);
	way int := any_of(4);
BEGIN
	IF fresh = '{}' THEN RETURN NULL; END IF;
	IF any_of(2) = 0 THEN PERFORM scim_add_members(g, fresh || fresh); ELSE PERFORM scim_patch_group(g, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', listed))); END IF;
	IF scim_get_group(g) -> 'meta' ->> 'version' = before -> 'meta' ->> 'version' THEN RETURN 'adding does not move the version'; END IF;
	CASE way
		WHEN 0 THEN PERFORM scim_remove_members(g, fresh);
		WHEN 1 THEN PERFORM scim_patch_group(g, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members', 'value', listed)));
		WHEN 2 THEN PERFORM scim_patch_group(g, (SELECT jsonb_agg(jsonb_build_object('op', 'remove', 'path', format('members[value eq "%s"]', i))) FROM unnest(fresh) i));
		ELSE PERFORM scim_update_group(g, '{"members": []}' || before);
	END CASE;
	RETURN CASE WHEN scim_get_group(g) -> 'meta' ->> 'version' <> before -> 'meta' ->> 'version' THEN 'way ' || way || ': another version' END;
END $$;
SELECT count(*) || ' groups', count(wrong) || ' wrong', min(wrong) FROM (
	SELECT members_there_and_back(md5('g' || 1 + any_of(40))::uuid::text, VARIADIC ARRAY(SELECT md5('u' || 1 + any_of(120))::uuid::text FROM generate_series(1, 1 + any_of(4)) k WHERE n > 0)) AS wrong
	FROM generate_series(1, 100) n) m;
ROLLBACK;
