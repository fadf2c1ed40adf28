-- Filters and sorting on the columns of tables that people had already: the same
-- answers as a created table gives for the same resources, and the application's
-- own indexes in use.
SET client_min_messages = warning;
CREATE DATABASE scimver_mapped_filters TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_mapped_filters
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE EXTENSION citext;

-- ---- the same answers ----

-- Two tables that people had, without and with a document beside the columns;
-- what is read of them is put into a created table of the same schema.
INSERT INTO scim_schemas (position, document) VALUES
(101, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [
	{"name": "name", "required": true}, {"name": "exact", "caseExact": true}, {"name": "nick"}, {"name": "flag", "type": "boolean"}, {"name": "state"}, {"name": "kind"},
	{"name": "number"}, {"name": "uid"}, {"name": "address"}, {"name": "code"}, {"name": "day"}, {"name": "moment"},
	{"name": "level", "type": "integer"}, {"name": "ratio", "type": "decimal"}, {"name": "weight", "type": "decimal"},
	{"name": "seen", "type": "dateTime"}, {"name": "left", "type": "dateTime"}, {"name": "born", "type": "dateTime"}, {"name": "since", "type": "dateTime"}, {"name": "until", "type": "dateTime"},
	{"name": "told", "type": "dateTime"}, {"name": "key", "type": "binary"}, {"name": "lock", "type": "binary"}, {"name": "link", "type": "reference", "referenceTypes": ["external"]},
	{"name": "tags", "multiValued": true}, {"name": "levels", "type": "integer", "multiValued": true}, {"name": "notes", "multiValued": true},
	{"name": "part", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}, {"name": "labels", "multiValued": true}, {"name": "extra"}]},
	{"name": "whole", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "size", "type": "decimal"}]},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "size", "type": "decimal"}, {"name": "primary", "type": "boolean"}, {"name": "display"}]},
	{"name": "lines", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}]},
	{"name": "docs", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "primary", "type": "boolean"}]},
	{"name": "other"}]}'),
(102, '{"id": "urn:example:ext:Thing", "name": "ThingExtension", "attributes": [{"name": "dept"}, {"name": "boss", "type": "complex", "subAttributes": [{"name": "value"}, {"name": "rank", "type": "integer"}]}, {"name": "spare"}]}'),
(103, '{"id": "urn:example:ext:More", "name": "More", "attributes": [{"name": "word"}, {"name": "bits", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}]}]}');
INSERT INTO scim_resource_types (position, document)
SELECT n + 100, jsonb_build_object('name', type, 'endpoint', '/' || type || 's', 'schema', 'urn:example:Thing', 'schemaExtensions',
	'[{"schema": "urn:example:ext:Thing", "required": false}, {"schema": "urn:example:ext:More", "required": false}]'::jsonb)
FROM unnest(ARRAY['Bare', 'BareCopy', 'Rich', 'RichCopy']) WITH ORDINALITY t(type, n);

CREATE TYPE kind AS ENUM ('Intern', 'worker', 'BOSS');
CREATE DOMAIN short AS varchar(20);
CREATE DOMAIN kind_of AS kind;
CREATE TABLE bare (
	id int PRIMARY KEY, name text NOT NULL, exact varchar(30), nick short, flag bool, state char(1), kind kind_of, number int, uid uuid, address inet, code numeric, day date, moment timestamptz,
	level smallint, ratio numeric(10,3), weight real, seen timestamptz, "left" timestamp, born date, since bigint, until numeric, told text, key bytea, lock text, link text,
	tags text[], levels int[], notes jsonb, part_value text, part_size float8, part_labels text[], whole jsonb,
	part_a text, part_a_size numeric, part_b varchar(50), line text, docs text[], dept text, boss text, rank bigint, word text, bits json);
CREATE TABLE rich (LIKE bare INCLUDING ALL, extra jsonb);
SELECT scim_register_table('bare', 'Bare', mapping), scim_register_table('rich', 'Rich', mapping || '{"data": "extra"}') FROM (SELECT '{"id": "id", "attributes": {
	"name": "name", "exact": "exact", "nick": "nick", "flag": "flag", "state": {"column": "state", "values": {"A": "Active", "D": "done", "X": null}}, "kind": "kind", "number": "number", "uid": "uid", "address": "address", "code": "code", "day": "day", "moment": "moment",
	"level": "level", "ratio": "ratio", "weight": "weight", "seen": "seen", "left": "left", "born": "born", "since": {"column": "since", "format": "epoch_seconds"}, "until": {"column": "until", "format": "epoch_milliseconds"},
	"told": "told", "key": "key", "lock": "lock", "link": "link", "tags": "tags", "levels": "levels", "notes": "notes", "part.value": "part_value", "part.size": "part_size", "part.labels": "part_labels", "whole": "whole",
	"parts[type eq \"a\"].value": "part_a", "parts[type eq \"a\"].size": "part_a_size", "parts[type eq \"b\" and primary eq true].value": "part_b", "lines.value": "line", "docs.value": "docs",
	"urn:example:ext:Thing:dept": "dept", "urn:example:ext:Thing:boss.value": {"column": "boss", "mode": "read"}, "urn:example:ext:Thing:boss.rank": "rank", "urn:example:ext:More:word": "word", "urn:example:ext:More:bits": "bits"}}'::jsonb AS mapping) m;

-- one of the values, or none; the same whenever it is run
CREATE FUNCTION pick(n int, salt text, VARIADIC choices text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	choices[1 + (('x' || substr(md5(n || salt), 1, 7))::bit(28)::int % cardinality(choices))];
INSERT INTO bare
SELECT n, pick(n, 'name', 'Ann', 'ann', 'Bob', 'Änne', 'a_b', 'a%b', 'a\b', 'zoe') || n % 40, pick(n, 'exact', 'Ab', 'aB', 'ab', '', NULL, 'abc'), pick(n, 'nick', 'Nick', 'NICK', '', NULL, 'ﬁne', 'FINE', 'x'),
	pick(n, 'flag', 't', 'f', NULL)::bool, pick(n, 'state', 'A', 'D', 'X', 'Z', NULL), pick(n, 'kind', 'Intern', 'worker', 'BOSS', NULL)::kind, pick(n, 'number', '7', '77', '-7', '700', NULL)::int,
	pick(n, 'uid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', NULL)::uuid, pick(n, 'address', '10.0.0.1', '10.1.0.0/16', '::1', 'fe80::abcd/64', NULL)::inet,
	pick(n, 'code', '1', '1.0', '1.50', '-3', NULL)::numeric, pick(n, 'day', '2024-02-29', '0001-01-01', 'infinity', '2024-02-28 BC', NULL)::date, pick(n, 'moment', '2024-01-01 12:00:00.5+02', '2024-01-01 12:00:00Z', '-infinity', NULL)::timestamptz,
	pick(n, 'level', '1', '2', '-3', '10', NULL)::smallint, pick(n, 'ratio', '0.5', '1.5', '-2', '100', 'NaN', NULL)::numeric, pick(n, 'weight', '0.1', '0.5', '3e10', 'NaN', 'Infinity', '-Infinity', NULL)::real,
	pick(n, 'seen', '2026-01-01 00:00:00Z', '2026-01-01 00:00:00.000001Z', '2025-06-30 12:00:00Z', 'infinity', NULL)::timestamptz, pick(n, 'left', '2026-01-01', '2025-06-30 12:00:00', '-infinity', NULL)::timestamp,
	pick(n, 'born', '2026-01-01', '2025-06-30', 'infinity', '1999-12-31', NULL)::date, pick(n, 'since', '1767225600', '1751284800', '0', '-5', '999999999999', NULL)::bigint, pick(n, 'until', '1767225600000', '1767225600000.5', '-1', 'NaN', NULL)::numeric,
	pick(n, 'told', '2026-01-01T00:00:00Z', '2026-01-01T02:00:00+02:00', '', NULL), decode(pick(n, 'key', '0102', '', 'ff', NULL), 'hex'), pick(n, 'lock', 'AQI=', 'AQI', '', NULL), pick(n, 'link', 'https://example.com/A', 'https://example.com/a', NULL),
	string_to_array(pick(n, 'tags', 'Red,blue', 'RED', 'green,', '', NULL), ','), string_to_array(pick(n, 'levels', '1,2', '10', NULL), ',')::int[], pick(n, 'notes', '["One", "two"]', '["ONE"]', '[]', NULL)::jsonb,
	pick(n, 'part_value', 'P', 'p', 'q', '', NULL), pick(n, 'part_size', '1', '1.5', 'NaN', NULL)::float8, string_to_array(pick(n, 'labels', 'L', 'l,M', NULL), ','), pick(n, 'whole', '{"value": "W", "size": 2}', '{"size": 3}', '{}', NULL)::jsonb,
	pick(n, 'a', 'x@example.com', 'X@Example.com', 'y@example.com', '', NULL), pick(n, 'a_size', '1', '2', NULL)::numeric, pick(n, 'b', 'x@example.com', 'z@example.com', NULL, NULL), pick(n, 'line', '+1', '+2', NULL), string_to_array(pick(n, 'docs', 'd1,D2', 'd2', NULL), ','),
	pick(n, 'dept', 'Sales', 'SALES', 'it', NULL), pick(n, 'boss', 'b1', 'B2', NULL), pick(n, 'rank', '1', '2', NULL)::bigint, pick(n, 'word', 'W', 'v', NULL, NULL), pick(n, 'bits', '[{"value": "v", "type": "t"}, {"value": "w"}]', '[{"value": "V"}]', '[{"value": "\u0000"}]', '[]', NULL)::json
FROM generate_series(1, 120) n;
INSERT INTO rich
SELECT b.*, pick(id, 'extra', NULL, '{"other": "O"}', '{"parts": [{"type": "a", "primary": true}, {"type": "a", "value": "x@example.com"}, {"type": "z", "value": "y@example.com", "primary": true}]}', '{"parts": [{"type": "b", "display": "B"}, {"size": 2}]}',
	'{"parts": [{"value": "q"}], "docs": [{"value": "d2", "primary": true}, {"value": "d9"}], "lines": [{"type": "l"}, {"value": "+1", "type": "k"}]}', '{"part": {"extra": "E"}, "urn:example:ext:Thing": {"spare": "S", "boss": {"rank": 9}}}', '{"name": "not this one", "part": {"value": "nor this"}}')::jsonb
FROM bare b;
SELECT scim_create_table('bare_copy', 'BareCopy'), scim_create_table('rich_copy', 'RichCopy');
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
INSERT INTO bare_copy (id, data) SELECT id((r->>'id')::int), r - 'id' - 'meta' FROM jsonb_array_elements(scim_list_resources('Bare', count => 1000)->'Resources') r;
INSERT INTO rich_copy (id, data) SELECT id((r->>'id')::int), r - 'id' - 'meta' FROM jsonb_array_elements(scim_list_resources('Rich', count => 1000)->'Resources') r;
SELECT count(*) FROM bare_copy;
SELECT count(*), count(DISTINCT data) FROM rich_copy;

CREATE FUNCTION ids(type text, filter text, sort_by text DEFAULT NULL, sort_order text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(right(r->>'id', 12)::int::text, ' ' ORDER BY n), '')
	FROM jsonb_array_elements(scim_list_resources(type, filter, sort_by, sort_order, count => 1000, attributes => '{name}')->'Resources') WITH ORDINALITY t(r, n) $$;
-- the same by cursor, page by page, each page under other settings
CREATE FUNCTION pages(type text, sort_by text, sort_order text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb := '{"nextCursor": ""}';
	found text[] = '{}';
BEGIN
	FOR i IN 0..100 LOOP
		PERFORM set_config('DateStyle', (ARRAY['ISO', 'German', 'SQL, DMY'])[1 + i % 3], true), set_config('TimeZone', (ARRAY['UTC', 'Asia/Kolkata', 'America/New_York'])[1 + i % 3], true),
			set_config('extra_float_digits', (i % 3)::text, true), set_config('bytea_output', (ARRAY['hex', 'escape'])[1 + i % 2], true);
		page := scim_list_resources(type, NULL, sort_by, sort_order, count => 31, cursor => page->>'nextCursor', attributes => '{name}');
		found := found || ARRAY(SELECT right(r->>'id', 12)::int::text FROM jsonb_array_elements(page->'Resources') WITH ORDINALITY t(r, n) ORDER BY n);
		EXIT WHEN NOT page ? 'nextCursor';
	END LOOP;
	RETURN array_to_string(found, ' ');
END $$;

-- of all combinations every so-manieth; with 1 all of them, which takes a minute
\set part 9
CREATE TABLE filters (filter text, simple boolean);
INSERT INTO filters SELECT format('%s %s "%s"', a, o, v), true
FROM unnest(ARRAY['name', 'exact', 'nick', 'state', 'kind', 'number', 'uid', 'address', 'code', 'day', 'moment', 'link', 'tags', 'notes', 'part.value', 'part.labels', 'part.extra', 'whole.value', 'parts.value', 'parts.type', 'parts.display', 'lines.value', 'lines.type',
		'docs.value', 'other', 'urn:example:ext:Thing:dept', 'urn:example:ext:Thing:boss.value', 'urn:example:ext:Thing:spare', 'urn:example:ext:More:word', 'urn:example:ext:More:bits.value']) a,
	unnest(ARRAY['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']) o,
	unnest(ARRAY['', 'a', 'AB', 'x@example.com', 'W', '7', 'FINE', '1.0', 'DONE', 'D2', '+1', '_', '%', '\\', 'a\\b1', 'INTERN', 'worker', 'red', 'sales', 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1', '10.1.0.0/16', '2024-02-29', '2024-01-01T10:00:00.5Z', 'https://example.com/a', 'n']) v
WHERE (o NOT IN ('gt', 'ge', 'lt', 'le') OR v IN ('', 'AB', '7', 'n', '10.0.0.1', 'W')) AND ('x' || substr(md5(a || o || v), 1, 2))::bit(8)::int % :part = 0;
INSERT INTO filters SELECT format('%s %s %s', a, o, v), true
FROM unnest(ARRAY['level', 'ratio', 'weight', 'levels', 'part.size', 'whole.size', 'parts.size', 'urn:example:ext:Thing:boss.rank']) a, unnest(ARRAY['eq', 'ne', 'gt', 'ge', 'lt', 'le']) o,
	unnest(ARRAY['1', '1.5', '0.1', '0.10000000001', '-2.5', '2', '1e30', '-1e30', '1e300', '30000000000', '40000']) v WHERE ('x' || substr(md5(a || o || v), 1, 2))::bit(8)::int % :part = 0;
INSERT INTO filters SELECT format('%s %s "%s"', a, o, v), true
FROM unnest(ARRAY['seen', 'left', 'born', 'since', 'until', 'told']) a, unnest(ARRAY['eq', 'ne', 'gt', 'ge', 'lt', 'le']) o,
	unnest(ARRAY['2026-01-01T00:00:00Z', '2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00.0005Z', '2025-06-30T11:00:00Z', '1969-12-31T23:59:55Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) v;
INSERT INTO filters SELECT format('%s %s %s', a, o, v), true FROM unnest(ARRAY['flag', 'parts.primary', 'docs.primary']) a, unnest(ARRAY['eq', 'ne']) o, unnest(ARRAY['true', 'false']) v;
INSERT INTO filters SELECT format('%s %s "%s"', a, o, v), true FROM unnest(ARRAY['key', 'lock']) a, unnest(ARRAY['eq', 'ne']) o, unnest(ARRAY['AQI=', 'AQI', '_w==', '']) v;
INSERT INTO filters SELECT a || ' pr', true FROM unnest(ARRAY['name', 'exact', 'nick', 'flag', 'state', 'kind', 'number', 'uid', 'address', 'code', 'day', 'moment', 'level', 'ratio', 'weight', 'seen', 'left', 'born', 'since', 'until', 'told', 'key', 'lock', 'link',
	'tags', 'levels', 'notes', 'part', 'part.value', 'part.size', 'part.labels', 'part.extra', 'whole', 'whole.size', 'parts', 'parts.value', 'parts.type', 'parts.size', 'parts.primary', 'parts.display', 'lines', 'lines.value', 'lines.type', 'docs', 'docs.value', 'docs.primary', 'other',
	'urn:example:ext:Thing:dept', 'urn:example:ext:Thing:boss', 'urn:example:ext:Thing:boss.value', 'urn:example:ext:Thing:boss.rank', 'urn:example:ext:Thing:spare', 'urn:example:ext:More:word', 'urn:example:ext:More:bits', 'urn:example:ext:More:bits.type', 'schemas', 'meta.created', 'meta', 'id']) a
	WHERE a <> 'meta.created';
INSERT INTO filters SELECT f, false FROM unnest(ARRAY[
	'parts[type eq "a"]', 'parts[type eq "A" and value eq "X@example.com"]', 'parts[value eq "x@example.com"]', 'parts[value eq "x@example.com" and size eq 2]', 'parts[type eq "b" and value sw "X"]', 'parts[primary eq true]', 'parts[primary eq true and value pr]',
	'parts[primary ne true]', 'parts[not (primary eq true)]', 'parts[type eq "a" and not (value pr)]', 'parts[not (type eq "b")]', 'parts[display pr]', 'parts[display eq "b" and primary eq true]', 'parts[size gt 1 or value ew ".com"]', 'parts[size ge 2]',
	'parts[value ne "x@example.com"]', 'parts[not (value co "x" or size pr)]', 'parts[type eq "a" and primary eq true and value eq "y@example.com"]', 'parts[type eq "z"]', 'parts[type pr]', 'not (parts[type eq "a"])', 'parts[value eq ""]',
	'lines[value eq "+1"]', 'lines[type eq "l"]', 'lines[type eq "k" and value eq "+1"]', 'lines[not (type pr)]', 'lines[value ne "+1"]', 'docs[value eq "D2"]', 'docs[value eq "d2" and primary eq true]', 'docs[not (value eq "d2")]', 'docs[value sw "d"]',
	'tags[value eq "RED"]', 'tags[not (value eq "red")]', 'tags[value co "e"]', 'levels[value gt 1]', 'levels[value eq 1]', 'notes[value eq "one"]', 'notes[value sw "t"]',
	'part[value eq "P" and size eq 1.5]', 'part[not (value eq "p")]', 'part[labels eq "M"]', 'part[extra pr]', 'part[not (extra pr)]', 'whole[value eq "w"]', 'whole[not (value pr)]',
	'urn:example:ext:Thing:boss[rank ge 1 and value eq "b2"]', 'urn:example:ext:More:bits[value eq "V" and type eq "t"]', 'urn:example:ext:More:bits[not (type pr)]',
	'schemas eq "urn:example:ext:Thing"', 'schemas eq "urn:example:ext:More"', 'schemas ne "urn:example:Thing"', 'schemas[value eq "urn:example:ext:More"]', 'id eq "7"',
	'name sw "ann" and (nick eq "nick" or not (flag eq true))', 'level gt 1 and level lt 10 or ratio le 1.5', 'not (seen gt "2025-12-31T00:00:00Z") and state eq "active"', 'parts.value eq "x@example.com" and parts.type eq "b"']) f
	WHERE f NOT LIKE 'id %';
SELECT count(*) > 900 FROM filters;

-- each filter, and what it negated finds, by the statement that is explained; both lists are empty
CREATE FUNCTION found(type text, filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format($sql$SELECT coalesce(string_agg(n::text, ' ' ORDER BY n), '') FROM (SELECT right(id::text, 12)::int FROM (%s) r) r(n)$sql$, scim_explain_filter(type, filter)) INTO result;
	RETURN result;
EXCEPTION WHEN sqlstate 'PT400' THEN
	GET STACKED DIAGNOSTICS result = PG_EXCEPTION_DETAIL;
	RETURN 'no place: ' || (result::jsonb ->> 'path');
END $$;
CREATE FUNCTION compare(type text, filter text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	mapped text := found(type, filter);
	created text := found(type || 'Copy', filter);
	negated text := found(type, 'not (' || filter || ')');
BEGIN
	-- what no column is there for is refused, and nobody has it
	IF mapped LIKE 'no place: %' AND type = 'Bare' AND found('BareCopy', substr(mapped, 11) || ' pr') = '' THEN
		RETURN NULL;
	ELSIF mapped <> created THEN
		RETURN format('%s: %s -> %s instead of %s', type, filter, left(mapped, 60), left(created, 60));
	ELSIF cardinality(string_to_array(mapped, ' ')) + cardinality(string_to_array(negated, ' ')) <> 120 THEN
		RETURN format('%s: not (%s) does not complete it', type, filter);
	END IF;
	RETURN NULL;
END $$;
ALTER TABLE filters ADD placeless boolean;
UPDATE filters SET placeless = found('Bare', filter) LIKE 'no place: %';
SELECT string_agg(DISTINCT found('Bare', filter), '; ') FROM filters WHERE placeless;
SELECT count(*) > 300 FROM filters WHERE NOT placeless AND found('Bare', filter) NOT IN ('', found('Bare', 'name pr'));
SELECT result FROM filters, unnest(ARRAY['Bare', 'Rich']) type, compare(type, filter) result WHERE result IS NOT NULL ORDER BY 1;
-- and by lists, whose statements have parameters
SELECT filter FROM (SELECT filter, placeless, row_number() OVER () AS n FROM filters WHERE simple) f WHERE n % 50 = 0 AND (CASE WHEN NOT placeless THEN ids('Bare', filter) <> ids('BareCopy', filter) END OR ids('Rich', filter) <> ids('RichCopy', filter))
UNION ALL SELECT filter FROM filters WHERE NOT simple AND (CASE WHEN NOT placeless THEN ids('Bare', filter) <> ids('BareCopy', filter) END OR ids('Rich', filter) <> ids('RichCopy', filter));

CREATE TABLE sorts AS SELECT * FROM unnest(ARRAY['name', 'exact', 'nick', 'flag', 'state', 'kind', 'number', 'uid', 'address', 'code', 'day', 'moment', 'level', 'ratio', 'weight', 'seen', 'left', 'born', 'since', 'until', 'told', 'key', 'lock', 'link',
	'tags', 'levels', 'notes', 'part.value', 'part.size', 'part.labels', 'part.extra', 'whole.size', 'parts.value', 'parts.type', 'parts.size', 'parts.primary', 'lines.value', 'lines.type', 'docs.value', 'other',
	'urn:example:ext:Thing:dept', 'urn:example:ext:Thing:boss.value', 'urn:example:ext:Thing:boss.rank', 'urn:example:ext:Thing:spare', 'urn:example:ext:More:word', 'urn:example:ext:More:bits.value', 'schemas', 'id']) sort_by, unnest(ARRAY['Ascending', 'Descending']) sort_order;
ALTER TABLE sorts ADD placeless boolean;
UPDATE sorts SET placeless = found('Bare', sort_by || ' pr') LIKE 'no place: %';
SELECT count(DISTINCT ids('Bare', NULL, sort_by, sort_order)) > 70 FROM sorts WHERE NOT placeless;
SELECT type, sort_by, sort_order, left(mapped, 50), left(created, 50), left(paged, 50)
FROM (SELECT * FROM sorts, unnest(ARRAY['Bare', 'Rich']) type WHERE type = 'Rich' OR NOT placeless OFFSET 0) s, ids(type, NULL, sort_by, sort_order) mapped, ids(type || 'Copy', NULL, sort_by, sort_order) created, coalesce(CASE WHEN type = 'Bare' OR sort_by IN ('parts.value', 'part.extra') THEN pages(type, sort_by, sort_order) END, mapped) paged
WHERE mapped <> created OR mapped <> paged ORDER BY 1, 2, 3;

-- ---- the application's own indexes ----

CREATE TABLE people (id serial PRIMARY KEY, org int NOT NULL, login varchar(40) NOT NULL, email text, private citext, nick citext, status smallint NOT NULL, shift char(1), joined bigint NOT NULL, kind kind, title text, aliases text[], notes text,
	made date, gone boolean, extra text);
CREATE UNIQUE INDEX people_login ON people (org, login);
CREATE INDEX people_email ON people (lower(email));
CREATE INDEX people_private ON people (private);
CREATE INDEX people_status ON people (status);
CREATE INDEX people_joined ON people (joined);
CREATE INDEX people_kind ON people (kind);
CREATE INDEX people_title ON people (scim_fold(title) text_pattern_ops);
CREATE INDEX people_aliases ON people USING gin (aliases);
SET client_min_messages = notice;
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "created": "made", "lastModified": {"column": "joined", "format": "epoch_seconds", "mode": "read"}, "deleted": "gone", "attributes": {
	"userName": "login", "emails[type eq \"work\"].value": "email", "emails[type eq \"home\"].value": "private", "nickName": "nick", "active": {"column": "status", "mode": "read", "values": {"1": true, "2": true, "3": false}},
	"userType": "kind", "title": {"column": "title", "compare": "fold"}, "ims.value": {"column": "aliases", "compare": "exact"}, "displayName": "notes",
	"x509Certificates[type eq \"x\"].display": "extra", "locale": {"column": "shift", "values": {"D": "day", "N": "night"}}}}');
SET client_min_messages = warning;
INSERT INTO people (org, login, email, private, nick, status, shift, joined, kind, title, aliases, notes, made, gone)
SELECT 1 + n % 2, 'User' || n, 'Work' || n || '@example.com', 'Home' || n || '@example.com', (ARRAY['Ann', 'ann', 'Bob', 'BOB'])[1 + n % 4] || n % 50, 1 + n / 2 % 3, (ARRAY['D', 'N', NULL])[1 + n % 3], 1700000000 + n, (ARRAY['Intern', 'worker', NULL])[1 + n % 3]::kind,
	'Title ' || n % 50, ARRAY['a' || n, 'b' || n], 'Note ' || n, date '2026-01-01' + n, n % 11 = 0 FROM generate_series(1, 2000) n;
ANALYZE people;
SET scimver.tenant = '2';
SET enable_seqscan = off;
CREATE FUNCTION plan(filter text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	RETURN NEXT filter || ' -> ' || (scim_list_users(filter, count => 0)->>'totalResults');
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || scim_explain_filter('User', filter) LOOP
		RETURN NEXT '  ' || regexp_replace(line, 'EXISTS\((SubPlan \d+)\)', '(\1)');	-- as before version 17
	END LOOP;
END $$;
-- unique and exact, lower(), citext, codes, enum, folded; any of several columns; the same element
SELECT plan(f) FROM unnest(ARRAY['userName eq "User7"', 'userName eq "user7"', 'emails.value eq "WORK7@example.com"', 'emails[type eq "work" and value eq "work7@EXAMPLE.com"]', 'emails[type eq "home" and value eq "HOME7@example.com"]', 'emails[type eq "home" and value eq "work7@example.com"]',
	'userType eq "INTERN" and active eq false', 'active eq false', 'title eq "TITLE 7"', 'title sw "TITLE 4"', 'ims.value eq "b7"', 'ims[value eq "b7"]', 'userName eq "User7" or emails.value eq "home9@example.com"', 'userName eq "a name of more than the forty characters that a login has"']) f;
-- numbers of seconds, days
CREATE INDEX people_made ON people (made);
SELECT plan(f) FROM unnest(ARRAY['meta.created gt "2031-06-20T12:00:00Z"', 'meta.created ge "2031-06-21T00:00:00Z"', 'meta.created eq "2031-06-21T00:00:00Z"', 'meta.created eq "2031-06-21T12:00:00Z"',
	'meta.lastModified gt "2023-11-14T22:46:38.5Z"', 'meta.lastModified ge "2023-11-14T22:46:38Z" and meta.lastModified lt "2023-11-14T22:46:39.001Z"', 'meta.lastModified eq "2023-11-15T00:46:39+02:00"', 'meta.lastModified eq "2023-11-14T22:46:39.5Z"']) f;
-- deleted ones are not there
SELECT plan(f) FROM unnest(ARRAY['userName eq "User11"', 'userName eq "User10"', 'userName eq "User13"', 'id eq "11"', 'not (userName pr)']) f;
SELECT scim_list_users(count => 0)->'totalResults', count(*) FROM people WHERE org = 2 AND NOT gone;

-- without a version column the version is computed; the same is found by it
SELECT scim_list_users(format('meta.version eq "%s"', scim_get_user('13')#>>'{meta,version}'))#>>'{Resources,0,userName}';
-- a column of citext has operators of its own, in pages too
CREATE FUNCTION walk(sort_by text, sort_order text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	page jsonb := '{"nextCursor": ""}';
	found text[] = '{}';
	whole text;
BEGIN
	WHILE page ? 'nextCursor' LOOP
		page := scim_list_users(NULL, sort_by, sort_order, count => 83, cursor => page->>'nextCursor');
		found := found || ARRAY(SELECT r->>'id' FROM jsonb_array_elements(page->'Resources') WITH ORDINALITY t(r, n) ORDER BY n);
	END LOOP;
	EXECUTE format('SELECT string_agg(id::text, '','' ORDER BY %s %3$s NULLS %2$s, id %3$s) FROM people WHERE org = 2 AND NOT gone', CASE sort_by WHEN 'nickName' THEN 'nick' WHEN 'userName' THEN 'login' WHEN 'userType' THEN 'kind::text COLLATE "C"' WHEN 'active' THEN 'status < 3' ELSE 'made' END,
		CASE sort_order WHEN 'ascending' THEN 'LAST' ELSE 'FIRST' END, CASE sort_order WHEN 'ascending' THEN 'ASC' ELSE 'DESC' END) INTO whole;
	RETURN concat(sort_by, ' ', sort_order, ': ', cardinality(found), ' ', array_to_string(found, ',') = whole);
END $$;
SELECT walk(s, o) FROM unnest(ARRAY['nickName', 'userName', 'active', 'meta.created']) s, unnest(ARRAY['ascending', 'descending']) o;

-- ---- indexes on demand ----

SET client_min_messages = notice;
SELECT scim_create_index('User', p) FROM unnest(ARRAY['userName', 'emails.value', 'title', 'displayName', 'nickName', 'ims.value', 'locale', 'meta.created', 'id']) p;
SELECT scim_create_index('User', p) FROM unnest(ARRAY['displayName', 'nickName']) p;
SELECT scim_create_index('User', 'name.givenName');
SELECT scim_create_index('User', 'meta.version');
SET client_min_messages = warning;
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'people'::regclass AND indexrelid::regclass::text ~ '_idx' ORDER BY 1;
SELECT plan(f) FROM unnest(ARRAY['displayName eq "NOTE 7"', 'nickName eq "ANN7"', 'locale eq "night" and nickName eq "x"']) f;

-- ---- what the function that puts elements together is given ----

SELECT scim_joined_attribute('people', 'emails', ROW(NULL::jsonb));
SELECT scim_joined_attribute('bare_copy', 'emails', ROW(NULL::jsonb));

-- a collation that takes different texts for the same: what is equal is found by its parts (see fold_mapped.sql)
CREATE COLLATION same (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE crowd (id text PRIMARY KEY, name text COLLATE same UNIQUE);
SELECT scim_register_table('crowd', 'Group', '{"id": "id", "attributes": {"displayName": {"column": "name", "compare": "exact"}}}');
INSERT INTO crowd VALUES ('a', 'Staff'), ('b', 'People');
RESET scimver.tenant;
SELECT scim_joined_attribute('crowd', 'displayName', ROW(NULL, name)), scim_joined_attribute('crowd', 'meta', ROW(NULL, name)) FROM crowd WHERE id = 'a';
SELECT scim_joined_attribute('crowd', 'displayName.x', ROW(NULL, NULL));
SELECT f, scim_list_groups(f)#>>'{Resources,0,displayName}' FROM unnest(ARRAY['displayName eq "STAFF"', 'displayName sw "Sta"', 'displayName sw "sta"', 'displayName co "eop"', 'displayName gt "people"']) f;

-- ---- memberships: of users and groups that are not marked as deleted ----

SELECT scim_unregister_table('people'), scim_unregister_table('crowd');
CREATE TABLE u (id bigint PRIMARY KEY, login text, gone timestamptz);
CREATE TABLE g (id int PRIMARY KEY, name text, gone timestamptz);
CREATE TABLE m (gid int REFERENCES g ON DELETE CASCADE, uid bigint REFERENCES u ON DELETE CASCADE, PRIMARY KEY (gid, uid));
SELECT scim_register_table('u', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login"}}');
SELECT scim_register_table('g', 'Group', '{"id": "id", "deleted": "gone", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('m', 'gid', 'uid');
INSERT INTO u SELECT n, 'u' || n FROM generate_series(1, 6) n;
INSERT INTO g SELECT n, 'g' || n FROM generate_series(1, 4) n;
INSERT INTO m VALUES (1, 1), (1, 2), (2, 2), (2, 3), (3, 4);
UPDATE u SET gone = now() WHERE id = 3;
UPDATE g SET gone = now() WHERE id = 3;
SELECT f, (SELECT string_agg(r->>'id', ' ' ORDER BY r->>'id') FROM jsonb_array_elements(scim_list_groups(f)->'Resources') r)
FROM unnest(ARRAY['members.value eq "2"', 'members.value eq "x"', 'members pr', 'not (members pr)', 'members[value eq "2" and type eq "User"]', 'members.display eq "U1"', 'members.display eq "u3"', 'members.type eq "user"', 'members.$ref ew "/Users/2"',
	'members.value ne "1"', 'displayName eq "G1"', 'members.display pr', 'meta.version pr']) f;
SELECT f, (SELECT string_agg(r->>'id', ' ' ORDER BY r->>'id') FROM jsonb_array_elements(scim_list_users(f)->'Resources') r)
FROM unnest(ARRAY['groups.value eq "1"', 'groups.display eq "G2"', 'groups.type eq "direct" and groups.value eq "2"', 'groups[value eq "2" and display eq "g2"]', 'not (groups.value eq "1")', 'groups.display eq "g3"']) f;

\c :regression
DROP DATABASE scimver_mapped_filters;
