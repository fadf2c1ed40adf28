-- scim_merge: the cases of test/data/merge.txt, which says how they read, and what
-- holds for each of them besides.  (What holds for all: a unit test; the function's
-- shape: merge.sql.)
SET client_min_messages = warning;
CREATE DATABASE scimver_merge_cases TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_merge_cases
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '

\set folder `echo "${PG_ABS_SRCDIR:-test}"`
\setenv folder :folder/data
\set text `cat "$folder/merge.txt"`

-- ---- reading ----

-- <3 * X>: XXX; <1..3 X$>: X1, X2, X3
CREATE FUNCTION written_out(text text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text[];
BEGIN
	LOOP
		found := regexp_match(text, '<(\d+) \* ([^<>]*)>');
		EXIT WHEN found IS NULL;
		text := replace(text, format('<%s * %s>', found[1], found[2]), repeat(found[2], found[1]::int));
	END LOOP;
	LOOP
		found := regexp_match(text, '<(\d+)\.\.(\d+) ([^<>]*)>');
		EXIT WHEN found IS NULL;
		text := replace(text, format('<%s..%s %s>', found[1], found[2], found[3]),
			(SELECT string_agg(replace(found[3], '$', i::text), ', ' ORDER BY i) FROM generate_series(found[1]::int, found[2]::int) i));
	END LOOP;
	RETURN text;
END $$;

CREATE TABLE lines AS
	SELECT number, line, count(*) FILTER (WHERE line LIKE '= %') OVER so_far AS place,
		max(number) FILTER (WHERE line LIKE '== %') OVER so_far AS section,
		regexp_match(line, '^(base|mine|theirs|rules|merged|by mine|by theirs|conflict|error) +(.*)$') AS parts
	FROM regexp_split_to_table(:'text', '\n') WITH ORDINALITY l(line, number) WHERE line <> '' AND line NOT LIKE '#%'
	WINDOW so_far AS (ORDER BY number);
CREATE TABLE cases AS
	SELECT place, min(number) AS number, min(section) AS section, max(substr(line, 3)) FILTER (WHERE line LIKE '= %') AS name,
		jsonb_object_agg(parts[1], written_out(parts[2])) FILTER (WHERE parts[1] <> 'conflict') AS said,
		array_agg(written_out(parts[2]) ORDER BY number) FILTER (WHERE parts[1] = 'conflict') AS conflicts
	FROM lines WHERE line NOT LIKE '== %' GROUP BY place;
-- nothing that was not understood, or said twice
SELECT number, line FROM lines WHERE line NOT LIKE '= %' AND line NOT LIKE '== %' AND parts IS NULL ORDER BY number;
SELECT place, parts[1] FROM lines WHERE parts[1] <> 'conflict' GROUP BY place, parts[1] HAVING count(*) > 1 ORDER BY place;
SELECT number, name FROM cases WHERE name IS NULL OR NOT said ?& '{base,mine,theirs}' OR NOT said ?| '{merged,error}' ORDER BY number;

-- ---- what is wanted, and what comes ----

-- a side that is another one's
CREATE FUNCTION side(said jsonb, key text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(said->>(said->>key), nullif(said->>key, '?'))::jsonb $$;
CREATE FUNCTION in_order(list jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(element ORDER BY element->>'path', element), '[]') FROM jsonb_array_elements(list) element $$;

-- PATH: BASE | MINE | THEIRS
CREATE FUNCTION conflict(line text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('path', split_part(line, ': ', 1)) || coalesce(jsonb_object_agg(key, value::jsonb) FILTER (WHERE value <> '-'), '{}')
	FROM unnest('{base,mine,theirs}'::text[], string_to_array(substr(line, length(split_part(line, ': ', 1)) + 3), ' | ')) AS v(key, value) $$;
CREATE FUNCTION paths(list text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT in_order(coalesce(jsonb_agg(path), '[]')) FROM regexp_split_to_table(list, ', ') path $$;
CREATE FUNCTION wanted(said jsonb, conflicts text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN said ? 'error' THEN jsonb_build_object('error', said->'error')
		-- a group's members are wanted as they are
		ELSE jsonb_build_object('merged', CASE WHEN said->>'merged' LIKE '%"members"%' THEN side(said, 'merged') ELSE scim_content(side(said, 'merged')) END, 'mine', paths(said->>'by mine'), 'theirs', paths(said->>'by theirs'),
			'conflicts', in_order((SELECT coalesce(jsonb_agg(conflict(line)), '[]') FROM unnest(conflicts) line))) END $$;

-- the same of a call; an error: its code, and the path if it has one
CREATE FUNCTION merged(base jsonb, mine jsonb, theirs jsonb, rules jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
	detail text;
BEGIN
	result := scim_merge(base, mine, theirs, rules);
	IF result - '{merged,mine,theirs,conflicts}'::text[] <> '{}' OR NOT result ?& '{merged,mine,theirs,conflicts}' THEN
		RETURN jsonb_build_object('error', format('another shape: %s', result));
	END IF;
	RETURN result || jsonb_build_object('mine', in_order(result->'mine'), 'theirs', in_order(result->'theirs'), 'conflicts', in_order(result->'conflicts'));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN jsonb_build_object('error', split_part(SQLERRM, ':', 1) || coalesce(' ' || (CASE WHEN detail LIKE '{%' THEN detail END::jsonb->>'path'), ''));
END $$;
-- what the other one sees
CREATE FUNCTION swapped(result jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN result ? 'error' THEN result
		ELSE jsonb_build_object('mine', result->'theirs', 'theirs', result->'mine', 'conflicts', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(c
			|| jsonb_build_object('mine', c->'theirs', 'theirs', c->'mine')) ORDER BY c->>'path'), '[]') FROM jsonb_array_elements(result->'conflicts') c)) END $$;

CREATE TABLE results AS
	SELECT c.*, wanted(said, conflicts), merged(base, mine, theirs, rules) AS got, merged(base, theirs, mine, rules) AS other, NOT rules @@ '$.* != "fail"' AS fails, base, mine, theirs, rules
	FROM cases c, LATERAL (SELECT side(said, 'base') AS base, side(said, 'mine') AS mine, side(said, 'theirs') AS theirs, coalesce(said->>'rules', '{}')::jsonb AS rules) sides;

-- ---- judgement ----

-- what of an error is not said is not judged, nor is "?"
CREATE FUNCTION fits(key text, said jsonb, wanted jsonb, got jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT wanted->key IS NOT DISTINCT FROM got->key OR '?' IN (said->>key, said->>('by ' || key))
		OR key = 'error' AND said->>key NOT LIKE '% %' AND said->>key = split_part(got->>key, ' ', 1) $$;
-- each case that fails, in the words of the table
SELECT format(E'line %s: %s\n\t%s wanted: %s\n\t%s got:    %s', r.number, name, key, r.wanted->>key, key, r.got->>key)
	FROM results r, unnest('{merged,mine,theirs,conflicts,error}'::text[]) key
	WHERE NOT coalesce(fits(key, said, wanted, got), false) ORDER BY r.number;
\echo # with the sides swapped
SELECT format(E'line %s: %s\n\t%s\n\t%s', number, name, swapped(got), other - 'merged') FROM results
	WHERE fails AND swapped(got) <> other - 'merged' ORDER BY number;
\echo # what comes out is a content, and its own
SELECT format('line %s: %s: %s', number, name, got->'merged') FROM results
	WHERE said->>'merged' <> '?' AND NOT got ? 'error' AND NOT got->'merged' @? '$.members' AND scim_content(got->'merged')::text <> (got->'merged')::text ORDER BY number;
\echo # with the base, and with itself, each side stays
SELECT format('line %s: %s: %s', number, name, x.side)
	FROM results r, LATERAL (VALUES (mine), (theirs)) x(side)
	WHERE NOT got ? 'error' AND (scim_content(x.side) IS DISTINCT FROM scim_merge(base, x.side, base, rules)->'merged'
		OR scim_content(x.side) IS DISTINCT FROM scim_merge(base, base, x.side, rules)->'merged'
		OR fails AND scim_content(x.side) IS DISTINCT FROM scim_merge(base, x.side, x.side, rules)->'merged')
		AND NOT mine @? '$.members' ORDER BY number;

\echo # of each section: cases, of these with conflicts, with rules, errors
\pset fieldsep ' | '
SELECT (SELECT substr(line, 4) FROM lines WHERE lines.number = r.section), count(*), count(conflicts), count(said->'rules'), count(said->'error')
	FROM results r GROUP BY section ORDER BY section;
SELECT count(*) AS cases, count(*) FILTER (WHERE fails) AS swapped, count(*) >= 120 AS enough FROM results;
\c :regression
DROP DATABASE scimver_merge_cases;
