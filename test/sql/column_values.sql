-- Values of columns that people have, as JSON values of attributes, and back:
-- which SCIM type fits on which type of column, every type both ways, whatever
-- the session's settings, and what a column would change refused with its path.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
CREATE EXTENSION citext;

-- what a statement gives, or its error with the path
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN CASE WHEN sqlstate LIKE 'PT%' THEN concat_ws(' @ ', sqlerrm, detail::jsonb ->> 'path') ELSE sqlstate || ' ' || sqlerrm END;
END $$;

CREATE FUNCTION attribute(name text, type text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('name', name, 'type', type, 'description', name) || more;
CREATE FUNCTION register(name text, attributes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT scim_register_schema(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Schema"]'::jsonb,
		'id', 'urn:example:' || name, 'name', name, 'description', name, 'attributes', attributes)) ->> 'id';
	SELECT scim_register_resource_type(jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]'::jsonb, 'id', name, 'name', name,
		'endpoint', '/' || name || 's', 'description', name, 'schema', 'urn:example:' || name, 'schemaExtensions', '[]'::jsonb)) ->> 'name'$$;

-- ---- which SCIM type fits on which type of column ----

SELECT register('Probe', jsonb_build_array(attribute('string', 'string'), attribute('boolean', 'boolean'), attribute('decimal', 'decimal'), attribute('integer', 'integer'),
	attribute('dateTime', 'dateTime'), attribute('binary', 'binary', '{"caseExact": true}'), attribute('reference', 'reference', '{"caseExact": true, "referenceTypes": ["uri"]}'),
	attribute('complex', 'complex', jsonb_build_object('subAttributes', jsonb_build_array(attribute('part', 'string')))),
	attribute('strings', 'string', '{"multiValued": true}'), attribute('integers', 'integer', '{"multiValued": true}'),
	attribute('complexes', 'complex', jsonb_build_object('multiValued', true, 'subAttributes', jsonb_build_array(attribute('value', 'string'), attribute('type', 'string'))))));

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN short AS varchar(5) CHECK (value <> 'never');
CREATE DOMAIN shorter AS short CHECK (length(value) < 4) NOT NULL;
CREATE DOMAIN small AS int CHECK (value < 10);

-- why a column of that type cannot hold the attribute; NULL: it can
CREATE FUNCTION mismatch(column_type text, mapped text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE probes (id int PRIMARY KEY, c %s)', column_type);
	PERFORM scim_register_table('probes', 'Probe', jsonb_build_object('id', 'id', 'attributes', mapped::jsonb));
	RAISE EXCEPTION 'fits' USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlstate <> 'ZZ000' THEN replace(sqlerrm, 'INVALID_MAPPING: column "c" of table "probes" ', '') END;
END $$;

SELECT rpad('', 28) || string_agg(a, ' ' ORDER BY i) FROM unnest('{string,boolean,decimal,integer,dateTime,binary,reference,complex,strings,complexes,complexes.value}'::text[]) WITH ORDINALITY AS a (a, i);
SELECT rpad(t, 28) || string_agg(rpad(CASE WHEN mismatch(t, format('{"%s": "c"}', a)) IS NULL THEN '+' ELSE '-' END, length(a)), ' ' ORDER BY i)
FROM unnest('{text,varchar(3),char(3),name,citext,mood,short,bool,smallint,int,bigint,small,numeric,"numeric(4,1)",real,float8,date,timestamp,timestamptz(0),uuid,inet,cidr,bytea,json,jsonb,
	text[],"varchar(3)[]",citext[],int[],mood[],short[],jsonb[],"\"char\"",money,interval,time,point,xml,int4range,pair,tsvector,bit(3),oid,regclass,pg_lsn}'::text[]) WITH ORDINALITY AS t (t, j),
	unnest('{string,boolean,decimal,integer,dateTime,binary,reference,complex,strings,complexes,complexes.value}'::text[]) WITH ORDINALITY AS a (a, i)
GROUP BY t, j ORDER BY j;

-- and why not
SELECT a || ': ' || mismatch(t, format('{"%s": "c"}', a)) FROM (VALUES (1, 'string', 'bool'), (2, 'boolean', 'int'), (3, 'decimal', 'text'), (4, 'integer', 'float8'), (5, 'dateTime', 'bigint'), (6, 'binary', 'uuid'),
	(7, 'reference', 'bytea'), (8, 'complex', 'text'), (9, 'string', 'money'), (10, 'strings', 'text'), (11, 'string', 'text[]'), (12, 'strings', 'jsonb[]')) AS v (i, a, t) ORDER BY i;
SELECT mismatch(t, m) FROM (VALUES (1, 'int', '{"string": {"column": "c", "format": "epoch_seconds"}}'), (2, 'text', '{"dateTime": {"column": "c", "format": "epoch_seconds"}}'),
	(3, 'smallint', '{"dateTime": {"column": "c", "format": "epoch_seconds"}}'), (4, 'int', '{"dateTime": {"column": "c", "format": "epoch_milliseconds"}}'),
	(5, 'int', '{"dateTime": {"column": "c", "format": "epoch_seconds"}}'), (6, 'int', '{"boolean": {"column": "c", "values": {"x": true}}}'),
	(7, 'varchar(1)', '{"boolean": {"column": "c", "values": {"on": true}}}'), (8, 'mood', '{"boolean": {"column": "c", "values": {"angry": true}}}'),
	(9, 'int', '{"boolean": {"column": "c", "values": {"1": "yes"}}}'), (10, 'int', '{"boolean": {"column": "c", "values": {"1": true, "0": false}}}'),
	(11, 'jsonb', '{"string": {"column": "c", "values": {"a": "b"}}}'), (12, 'text[]', '{"complexes[type eq \"a\"].value": "c"}')) AS v (i, t, m) ORDER BY i;

-- ---- every type both ways ----

SELECT register('Sample', (SELECT jsonb_agg(attribute(n, t, m::jsonb)) FROM (VALUES
	('text', 'string', '{}'), ('varchar', 'string', '{}'), ('char', 'string', '{}'), ('name', 'string', '{}'), ('citext', 'string', '{}'), ('mood', 'string', '{}'), ('short', 'string', '{}'), ('shorter', 'string', '{}'),
	('intText', 'string', '{}'), ('numericText', 'string', '{}'), ('dateText', 'string', '{}'), ('timeText', 'string', '{}'), ('uuid', 'string', '{}'), ('uuidExact', 'string', '{"caseExact": true}'), ('inet', 'string', '{}'), ('cidr', 'string', '{}'),
	('boolean', 'boolean', '{}'), ('onOff', 'boolean', '{}'), ('level', 'string', '{}'), ('yesNo', 'string', '{}'),
	('smallint', 'integer', '{}'), ('int', 'integer', '{}'), ('bigint', 'integer', '{}'), ('small', 'integer', '{}'), ('numeric', 'decimal', '{}'), ('price', 'decimal', '{}'), ('thousands', 'decimal', '{}'), ('float4', 'decimal', '{}'), ('float8', 'decimal', '{}'), ('count', 'decimal', '{}'),
	('date', 'dateTime', '{}'), ('timestamp', 'dateTime', '{}'), ('timestamptz', 'dateTime', '{}'), ('timestamptz0', 'dateTime', '{}'), ('timeAsText', 'dateTime', '{}'), ('seconds', 'dateTime', '{}'), ('milliseconds', 'dateTime', '{}'), ('fine', 'dateTime', '{}'),
	('bytea', 'binary', '{"caseExact": true}'), ('base64', 'binary', '{"caseExact": true}'), ('uri', 'reference', '{"caseExact": true, "referenceTypes": ["uri"]}'),
	('json', 'complex', '{"subAttributes": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}'), ('jsonb', 'complex', '{"subAttributes": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}'),
	('texts', 'string', '{"multiValued": true}'), ('ints', 'integer', '{"multiValued": true}'), ('moods', 'string', '{"multiValued": true}'), ('shorts', 'string', '{"multiValued": true}'), ('flags', 'boolean', '{"multiValued": true}'), ('dates', 'dateTime', '{"multiValued": true}'))
	AS v (n, t, m)));

CREATE TABLE samples (id serial PRIMARY KEY, version text, ctext text, cvarchar varchar(5), cchar char(5), cname name, ccitext citext, cmood mood, cshort short, cshorter shorter DEFAULT '',
	cint_text int, cnumeric_text numeric(6,2), cdate_text date, ctime_text timestamp, cuuid uuid, cuuid_exact uuid, cinet inet, ccidr cidr,
	cboolean boolean, con_off smallint, clevel int, cyes_no boolean,
	csmallint smallint, cint int, cbigint bigint, csmall small, cnumeric numeric, cprice numeric(6,2), cthousands numeric, cfloat4 real, cfloat8 float8, ccount int,
	cdate date, ctimestamp timestamp, ctimestamptz timestamptz, ctimestamptz0 timestamptz(0), ctime_as_text text, cseconds int, cmilliseconds bigint, cfine numeric,
	cbytea bytea, cbase64 text, curi text, cjson json, cjsonb jsonb, ctexts text[], cints int[], cmoods mood[], cshorts short[], cflags bool[], cdates date[] NOT NULL DEFAULT '{}');
SELECT scim_register_table('samples', 'Sample', jsonb_build_object('id', 'id', 'version', 'version', 'attributes', '{"text": "ctext", "varchar": "cvarchar", "char": "cchar", "name": "cname", "citext": "ccitext", "mood": "cmood", "short": "cshort", "shorter": "cshorter",
	"intText": "cint_text", "numericText": "cnumeric_text", "dateText": "cdate_text", "timeText": "ctime_text", "uuid": "cuuid", "uuidExact": "cuuid_exact", "inet": "cinet", "cidr": "ccidr",
	"boolean": "cboolean", "onOff": {"column": "con_off", "values": {"1": true, "0": false, "2": null}}, "level": {"column": "clevel", "values": {"10": "low", "20": "high"}}, "yesNo": {"column": "cyes_no", "values": {"t": "yes", "f": "no"}},
	"smallint": "csmallint", "int": "cint", "bigint": "cbigint", "small": "csmall", "numeric": "cnumeric", "price": "cprice", "thousands": "cthousands", "float4": "cfloat4", "float8": "cfloat8", "count": "ccount",
	"date": "cdate", "timestamp": "ctimestamp", "timestamptz": "ctimestamptz", "timestamptz0": "ctimestamptz0", "timeAsText": "ctime_as_text",
	"seconds": {"column": "cseconds", "format": "epoch_seconds"}, "milliseconds": {"column": "cmilliseconds", "format": "epoch_milliseconds"}, "fine": {"column": "cfine", "format": "epoch_seconds"},
	"bytea": "cbytea", "base64": "cbase64", "uri": "curi", "json": "cjson", "jsonb": "cjsonb", "texts": "ctexts", "ints": "cints", "moods": "cmoods", "shorts": "cshorts", "flags": "cflags", "dates": "cdates"}'::jsonb));

INSERT INTO samples VALUES (1, NULL, 'Straße "x"', 'abcde', 'ab', 'a name', 'CiText', 'ok', 'abcde', 'abc', -12, 12.50, '2024-02-29', '1999-12-31 23:59:59.5', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	'10.1.2.3/8', '2001:db8::/32', true, 1, 20, false, -32768, 2147483647, 9223372036854775807, 9, 123456789012345678901234567890.000100, 1234.50, 12000, 0.1, 0.1, 7,
	'2024-02-29', '2024-02-29 12:00:00.000001', '2024-02-29 12:00:00+05:30', '2024-02-29 12:00:00-08', '2024-02-29T12:00:00+01:00', 1709208000, 1709208000123, 1709208000.000001,
	'\x00ff10', 'AAEC', 'https://example.com/a', '{"a": 1, "b": "x"}', '{"b": "y", "a": 2}', '{a,NULL,"",b}', '{{1,2},{3,4}}', '{sad,happy}', '{abc,de}', '{t,f}', '{2024-01-01,infinity,2024-01-02}');
-- what is none: NULL, empty text, blanks, codes without a value, infinity, what no dateTime or JSON number is
INSERT INTO samples (id) VALUES (2);
INSERT INTO samples (id, ctext, cvarchar, cchar, cname, ccitext, cshorter, con_off, clevel, cnumeric, cfloat8, cdate, ctimestamp, ctimestamptz, cmilliseconds, cfine, cdate_text, cbytea, cbase64, cjson, cjsonb, ctexts, cints)
	VALUES (3, '', '', '  ', '', '', '', 2, 11, 'NaN', 'infinity', 'infinity', '-infinity', '10000-01-01', 9223372036854775807, 'NaN', '0044-03-15 BC', '', '', 'null', '{}', '{NULL,""}', '{}');
INSERT INTO samples (id, con_off, cnumeric, cfloat4, cfloat8, cseconds, cmilliseconds, cfine, ctimestamptz, cdate, cinet, ctimestamp)
	VALUES (4, 0, 0.00, 1e30, 5e-324, -1, -1, -0.5, '0001-01-01 00:00:00+00', '9999-12-31', '::ffff:1.2.3.4', '2000-01-01');

SET DateStyle = 'German'; SET TimeZone = 'Asia/Kathmandu'; SET extra_float_digits = -10; SET bytea_output = 'escape'; SET IntervalStyle = 'sql_standard';
CREATE TEMPORARY TABLE shown (id int, shown jsonb, version text);
INSERT INTO shown SELECT id, scim_get_resource('Sample', id::text) - '{id,meta,schemas}'::text[], scim_get_resource('Sample', id::text) #>> '{meta,version}' FROM samples;
-- numbers beyond what any content has
INSERT INTO samples (id, cnumeric, cfine, cthousands) VALUES (5, '1e401', '1e131000', '1e399');
SELECT scim_get_resource('Sample', '5') - '{id,meta,schemas,thousands}'::text[], length(scim_get_resource('Sample', '5') ->> 'thousands');
DELETE FROM samples WHERE id = 5;
UPDATE samples SET version = NULL;
RESET DateStyle; RESET TimeZone; RESET extra_float_digits; RESET bytea_output; RESET IntervalStyle;
SET DateStyle = 'SQL, MDY'; SET TimeZone = 'America/Los_Angeles'; SET extra_float_digits = 3;
SELECT key || ': ' || value FROM shown, jsonb_each(shown) WHERE id = 1 ORDER BY key COLLATE "C";
SELECT id, shown FROM shown WHERE id > 1 ORDER BY id;
-- the same under other settings, and the version is of what is read
SELECT count(*) FROM shown JOIN samples USING (id) WHERE shown = scim_get_resource('Sample', id::text) - '{id,meta,schemas}'::text[]
	AND samples.version = shown.version AND samples.version = scim_version(scim_get_resource('Sample', id::text));

-- ---- what is read is written as it was ----

SELECT setval('samples_id_seq', 10);
SELECT scim_create_resource('Sample', shown) ->> 'id' FROM shown ORDER BY id;
SELECT n.id, array_agg(k.key || ' ' || k.value || ' <> ' || (to_jsonb(n) ->> k.key) ORDER BY k.key COLLATE "C") FILTER (WHERE k.value IS DISTINCT FROM to_jsonb(n) ->> k.key)
FROM samples AS o JOIN samples AS n ON n.id = o.id + 10, jsonb_each_text(to_jsonb(o) - '{id,version}'::text[]) AS k GROUP BY n.id ORDER BY n.id;
-- an array of a domain that we wrote can be compared with one that the application wrote
SELECT o.cshorts = n.cshorts FROM samples AS o JOIN samples AS n ON n.id = o.id + 10 WHERE o.id = 1;
-- the same content again is no change, and neither is an instant in another zone, or base64 without padding
CREATE TEMPORARY TABLE before AS SELECT ctid AS place, * FROM samples;
SELECT scim_update_resource('Sample', id::text, scim_get_resource('Sample', id::text)) ->> 'id' FROM generate_series(1, 4) AS id ORDER BY id;
SELECT scim_patch_resource('Sample', '1', '[{"op": "replace", "path": "timestamptz", "value": "2024-02-29T12:00:00+05:30"}, {"op": "replace", "path": "seconds", "value": "2024-02-29T14:00:00+02:00"},
	{"op": "replace", "path": "bytea", "value": "AP8Q"}, {"op": "replace", "path": "numeric", "value": 123456789012345678901234567890.0001}]') ->> 'id';
SELECT count(*) FROM samples JOIN before USING (id) WHERE samples.ctid = before.place;
-- one column is written, and no other
SELECT scim_patch_resource('Sample', '3', '[{"op": "replace", "path": "text", "value": "a text"}]') ->> 'text';
SELECT a - '{version,ctext}'::text[] = b - '{version,ctext}'::text[], a ->> 'ctext' FROM (SELECT to_jsonb(s) AS a, to_jsonb(b) - 'place' AS b FROM samples AS s JOIN before AS b USING (id) WHERE id = 3) AS x;
-- what takes no NULL has an empty text or array for none, and a code may stand for none
SELECT scim_update_resource('Sample', '11', '{"int": 1}') - '{id,meta,schemas}'::text[];
SELECT cshorter = '', cdates, con_off, cint FROM samples WHERE id = 11;

-- ---- what a column would change is refused ----

CREATE FUNCTION sets(path text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	answer := says(format('SELECT scim_patch_resource(''Sample'', ''1'', %L) -> %L', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value::jsonb)), path));
	RETURN path || ' ' || value || ' -> ' || answer;
END $$;
SELECT sets(path, value) FROM (VALUES
	(1, 'varchar', '"abcdef"'), (2, 'varchar', '"ab   "'), (3, 'varchar', '"ab     "'), (4, 'varchar', '"äöüßé"'), (5, 'char', '"abcdef"'), (6, 'char', '"ab "'), (7, 'char', '"äö"'), (8, 'name', to_jsonb(repeat('x', 64))::text), (9, 'name', '"n"'),
	(10, 'mood', '"angry"'), (11, 'mood', '"OK"'), (12, 'mood', '"sad"'), (13, 'short', '"never"'), (14, 'short', '"toolong"'), (15, 'shorter', '"abcd"'), (16, 'shorter', '"ab"'), (17, 'citext', '"CITEXT"'),
	(20, 'intText', '"012"'), (21, 'intText', '"12.0"'), (22, 'intText', '"2147483648"'), (23, 'intText', '" 1"'), (24, 'intText', '"7"'), (25, 'numericText', '"1.5"'), (26, 'numericText', '"1.50"'), (27, 'numericText', '"10000.00"'), (28, 'numericText', '"1e3"'),
	(29, 'dateText', '"2024-02-30"'), (30, 'dateText', '"29.02.2024"'), (31, 'dateText', '"2023-02-28"'), (32, 'timeText', '"2024-01-01T00:00:00"'), (33, 'timeText', '"2024-01-01T00:00:00Z"'),
	(34, 'uuid', '"x"'), (35, 'uuid', '"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12"'), (36, 'uuid', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12"'), (37, 'inet', '"10.1.2.3/33"'), (38, 'inet', '"10.1.2.3/32"'), (39, 'inet', '"example.com"'), (40, 'inet', '"::1"'), (41, 'cidr', '"10.1.2.3/8"'), (42, 'cidr', '"10.0.0.0/8"'), (43, 'cidr', '"10/8"'),
	(50, 'onOff', 'false'), (51, 'level', '"middle"'), (52, 'level', '"HIGH"'), (53, 'level', '"low"'), (53, 'level', '"LOW"'), (54, 'yesNo', '"maybe"'), (55, 'yesNo', '"yes"'),
	(60, 'smallint', '32768'), (61, 'smallint', '-32768'), (62, 'int', '2147483648'), (63, 'bigint', '9223372036854775808'), (64, 'bigint', '-9223372036854775808'), (65, 'small', '10'), (66, 'small', '-5'), (67, 'count', '1.5'), (68, 'count', '2.0'),
	(70, 'price', '1.234'), (71, 'price', '1.230'), (72, 'price', '9999.99'), (73, 'price', '10000'), (74, 'float4', '0.123456789'), (75, 'float4', '16777217'), (76, 'float4', '0.25'), (77, 'float8', '0.12345678901234567890'), (78, 'float8', '1e400'), (79, 'float8', '1e300'), (80, 'float8', '9007199254740993'),
	(90, 'date', '"2024-02-29T00:00:01Z"'), (91, 'date', '"2024-03-01T02:00:00+02:00"'), (92, 'date', '"0000-01-01T00:00:00Z"'), (93, 'timestamp', '"2024-01-01T00:00:00.1234567Z"'), (94, 'timestamp', '"2024-01-01T00:00:00.1234560Z"'), (95, 'timestamptz0', '"2024-01-01T00:00:00.5Z"'), (96, 'timestamptz0', '"2024-01-01T00:00:00.0Z"'),
	(97, 'timeAsText', '"2024-01-01T00:00:00+02:00"'), (98, 'seconds', '"2024-01-01T00:00:00.5Z"'), (99, 'seconds', '"2040-01-01T00:00:00Z"'), (100, 'seconds', '"2030-01-01T00:00:00+01:00"'), (101, 'milliseconds', '"2024-01-01T00:00:00.0001Z"'), (102, 'milliseconds', '"2040-01-01T00:00:00.001Z"'), (103, 'fine', '"2040-01-01T00:00:00.000001Z"'),
	(110, 'bytea', '"AA"'), (111, 'base64', '"AA"'), (112, 'json', '{"a": 5}'), (113, 'texts', '["x", "y"]'), (114, 'ints', '[1, 2147483648]'), (115, 'moods', '["sad", "mad"]'), (116, 'shorts', '["never"]'), (117, 'flags', '[true]'), (118, 'dates', '["2024-01-01T12:00:00Z"]')) AS v (i, path, value) ORDER BY i;
SELECT samples.version = scim_version(scim_get_resource('Sample', '1')) FROM samples WHERE id = 1;
-- an error of a domain's check that is not the value's fault is told as it is
CREATE FUNCTION broken(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '55000'; END$$;
ALTER DOMAIN short ADD CONSTRAINT broken CHECK (broken(value)) NOT VALID;
SELECT sets('short', '"ab"');
-- a table with columns that take no NULL and have no text
CREATE TABLE strict (id serial PRIMARY KEY, number int NOT NULL, flag boolean NOT NULL DEFAULT true, title text NOT NULL, mood mood NOT NULL DEFAULT 'ok');
SELECT scim_register_table('strict', 'Probe', '{"id": "id", "attributes": {"integer": "number", "boolean": "flag", "string": "title", "reference": {"column": "mood", "mode": "read"}}}');
SELECT says($$SELECT scim_create_resource('Probe', '{"string": "x"}')$$), says($$SELECT scim_create_resource('Probe', '{"integer": 1}') - '{meta,schemas}'::text[]$$);
SELECT says($$SELECT scim_update_resource('Probe', id::text, '{"integer": 2}') FROM strict$$), says($$SELECT scim_update_resource('Probe', id::text, '{"integer": 2, "boolean": false, "reference": "ok"}') - '{meta,schemas}'::text[] FROM strict$$),
	says($$SELECT scim_update_resource('Probe', id::text, '{"integer": 2, "boolean": false, "reference": "sad"}') FROM strict$$), says($$SELECT scim_create_resource('Probe', '{"integer": 1, "decimal": 2}')$$);
SELECT * FROM strict;
ROLLBACK;
