-- scim_merge as a function: its shape, what it is declared as, NULLs, errors, sizes.
-- (What it makes of contents: merge_cases.sql.)
SET client_min_messages = warning;
CREATE DATABASE scimver_merge TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_merge
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || ' ' || detail;
END $$;

\echo # the shape
SELECT scim_merge('{"title": "Guide", "nickName": "A"}', '{"title": "Captain", "nickName": "A"}', '{"title": "Guide", "nickName": "B"}');
SELECT scim_merge('{"title": "Guide"}', '{"title": "Captain"}', '{}');
SELECT scim_merge('{}', '{}', '{}');
-- by name, and with rules
SELECT scim_merge(base => '{"title": "Guide"}', mine => '{"title": "Captain"}', theirs => '{"title": "Pilot"}', rules => '{"title": "mine"}');
SELECT scim_merge(theirs => '{"title": "Pilot"}', mine => '{"title": "Captain"}', base => '{"title": "Guide"}');
SELECT provolatile, proisstrict, proparallel, pronargdefaults, prosecdef FROM pg_proc WHERE oid = 'scim_merge(jsonb, jsonb, jsonb, jsonb)'::regprocedure;

\echo # NULL: nothing is known
SELECT scim_merge(NULL, '{}', '{}') IS NULL, scim_merge('{}', NULL, '{}') IS NULL, scim_merge('{}', '{}', NULL) IS NULL, scim_merge('{}', '{}', '{}', NULL) IS NULL;

\echo # paths come in the order of keys in jsonb, of values in that of theirs, then of mine
SELECT jsonb_pretty(scim_merge('{}', '{"b": 1, "a": 1, "name": {"z": 1, "y": 1}, "ccc": 1, "dd": 1}', '{"b": 2, "a": 1, "dd": 2, "ccc": 2, "name": {"y": 2, "zz": 2}}') - 'merged');

\echo # what has no content
SELECT v, fails(format('SELECT scim_merge(%L, ''{}'', ''{}'')', v)), fails(format('SELECT scim_merge(''{}'', %L, ''{}'')', v)), fails(format('SELECT scim_merge(''{}'', ''{}'', %L)', v))
	FROM unnest(ARRAY['null', '1', '"a"', '[]', 'true', '[{}]']) v;
SELECT fails('SELECT scim_merge(''{}'', ''{"a": 1e400}'', ''{}'')');
SELECT fails('SELECT scim_merge(''{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}'', ''{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "members": [1]}'', ''{}'')');

\echo # rules that are none, or decide nothing
SELECT r, fails(format('SELECT scim_merge(''{"title": "a"}'', ''{"title": "b"}'', ''{"title": "c"}'', %L)', r))
	FROM unnest(ARRAY['null', '[]', '"mine"', '{"title": "ours"}', '{"title": null}', '{"*": {"function": "f"}}', '{"": "mine"}', '{"a[": "mine"}', '{"TITLE": "counter"}', '{"*": "max"}', '{"title": "min", "*": "mine"}']) r;
-- they are read though nothing conflicts
SELECT fails('SELECT scim_merge(''{}'', ''{}'', ''{}'', ''{"title": "ours"}'')');

\echo # the same in parallel workers, and in an index
CREATE TABLE pairs AS SELECT i, jsonb_build_object('n', i % 7, 's', i::text) AS base, jsonb_build_object('n', i % 5, 's', i::text) AS mine, jsonb_build_object('n', i % 7, 's', 'x') AS theirs FROM generate_series(1, 20000) i;
ALTER TABLE pairs SET (parallel_workers = 2);
ANALYZE pairs;
CREATE INDEX ON pairs ((scim_merge(base, mine, theirs)->'merged'->'n'));
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS off) SELECT count(*) FROM pairs WHERE scim_merge(base, mine, theirs)->'conflicts' = '[]';
SELECT count(*), count(*) FILTER (WHERE scim_merge(base, mine, theirs)->'conflicts' = '[]') FROM pairs;
SELECT count(*) = (SELECT count(*) FROM pairs WHERE i % 5 = 3) FROM pairs WHERE scim_merge(base, mine, theirs)->'merged'->'n' = '3';

\echo # large: 10,000 values against 10,000, told by type, by value, by themselves
CREATE FUNCTION many(first int, last int, value text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object(
		'emails', jsonb_agg(jsonb_build_object('type', 't' || i, 'value', value || i) ORDER BY i),
		'photos', jsonb_agg(jsonb_build_object('value', i, 'display', value) ORDER BY i),
		'tags', jsonb_agg(i ORDER BY i), 'lines', jsonb_agg(jsonb_build_object('street', i) ORDER BY i))
	FROM generate_series(first, last) i $$;
SELECT key, jsonb_array_length(value) FROM jsonb_each(scim_merge(many(1, 5000, 'a'), many(1, 10000, 'a'), many(1, 5000, 'a') || '{"title": "x"}')->'merged') WHERE key <> 'title' ORDER BY key;
SELECT jsonb_array_length(m->'merged'->'emails'), jsonb_array_length(m->'merged'->'photos'), jsonb_array_length(m->'merged'->'tags'), jsonb_array_length(m->'merged'->'lines'),
	jsonb_array_length(m->'mine'), jsonb_array_length(m->'theirs'), jsonb_array_length(m->'conflicts')
	FROM scim_merge('{}', many(1, 10000, 'a'), many(5001, 15000, 'a')) m;
-- each of 10,000 emails and 10,000 photos a conflict
SELECT jsonb_array_length(m->'conflicts'), m->'conflicts'->4999 FROM scim_merge(many(1, 10000, 'a'), many(1, 10000, 'b'), many(5001, 15000, 'c') - 'photos') m;
-- all alike
SELECT jsonb_array_length(scim_merge(jsonb_build_object('tags', array_fill(1, ARRAY[10000])), jsonb_build_object('tags', array_fill(1, ARRAY[12000])), jsonb_build_object('tags', array_fill(1, ARRAY[9000])))->'merged'->'tags');

\echo # deep: as far as the stack
SELECT length(scim_merge(format('{"a": %s1%s}', repeat('{"a": ', 1000), repeat('}', 1000))::jsonb, format('{"a": %s2%s}', repeat('{"a": ', 1000), repeat('}', 1000))::jsonb,
	format('{"a": %s1%s, "b": 1}', repeat('{"a": ', 1000), repeat('}', 1000))::jsonb)->'mine'->>0);
CREATE TABLE deep AS SELECT format('{"a": %s1%s}', repeat(a, 1000), repeat(b, 1000))::jsonb AS a, format('{"a": %s2%s}', repeat(a, 1000), repeat(b, 1000))::jsonb AS b
	FROM (VALUES ('[', ']'), ('{"a": ', '}')) v(a, b);
SELECT length((scim_merge(a, b, a)->'merged')::text) FROM deep;
-- each level a conflict that a rule might decide: not cubic
CREATE FUNCTION levels(n int, v text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN (repeat(format('{"v": "%s", "a": ', v), n) || 1 || repeat('}', n))::jsonb;
SET statement_timeout = '20s';
SELECT jsonb_array_length(scim_merge(levels(3000, 'a'), levels(3000, 'b'), levels(3000, 'c'), '{"a.a": "fail", "a.v": "mine"}')->'conflicts');
RESET statement_timeout;
SET max_stack_depth = '100kB';
SELECT split_part(fails(format('SELECT scim_merge(a, b, a) FROM deep WHERE ctid = %L', ctid)), ' ', 1) FROM deep;
\c :regression
DROP DATABASE scimver_merge;
