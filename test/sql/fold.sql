-- scim_fold, by which text that is not caseExact is compared: what it makes of
-- text, long text, and how long a client's may be.
SET client_min_messages = warning;
CREATE DATABASE scimver_fold_text TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_fold_text
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY sqlstate
CREATE EXTENSION scimver CASCADE;

CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'OK';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlstate, sqlerrm, CASE WHEN detail LIKE '{%' THEN concat_ws(' ', detail::jsonb->>'path', detail::jsonb->>'limit') END);
END $$;

-- ---- what it makes of text ----

SELECT provolatile, proparallel, proisstrict FROM pg_proc WHERE proname = 'scim_fold';
SELECT scim_fold('ADA Lovelace_1 '), scim_fold('ΟΔΥΣΣΕΥΣ'), scim_fold('οδυσσεύς'), scim_fold('Straße ẞ'), scim_fold('Iıİi'), scim_fold(U&'E\0301'), scim_fold(U&'\FF21\FF44\FF41 \FF76\FF9E \FB01 \2168'), scim_fold('') = '', scim_fold(NULL) IS NULL;
-- whether text is stored in the tuple, compressed, or beside it
CREATE TABLE stored (text text);
INSERT INTO stored VALUES ('É'), (repeat('É', 10000)), ((SELECT string_agg(U&'É' || md5(n::text), '') FROM generate_series(1, 1000) n));
SELECT length(text), scim_fold(text) = replace(text, 'É', 'é') FROM stored ORDER BY 1;

-- every character of the planes where something happens: in the server's normal form, and alike in all forms
CREATE TABLE character AS SELECT chr(n) AS c FROM (SELECT generate_series(1, x'D7FF'::int) UNION ALL SELECT generate_series(x'E000'::int, x'FFFF'::int) UNION ALL SELECT generate_series(x'10400'::int, x'104FF'::int)
	UNION ALL SELECT generate_series(x'1D100'::int, x'1D7FF'::int) UNION ALL SELECT generate_series(x'1F100'::int, x'1F2FF'::int) UNION ALL SELECT generate_series(x'2F800'::int, x'2FA1F'::int)) g(n);
SELECT count(*) > 65000, count(*) FILTER (WHERE scim_fold(c) IS NOT NFKC NORMALIZED), count(*) FILTER (WHERE scim_fold(scim_fold(c)) <> scim_fold(c)), count(*) FILTER (WHERE octet_length(scim_fold(c)) > 11 * octet_length(c)),
	count(*) FILTER (WHERE scim_fold(c) NOT IN (SELECT scim_fold(f) FROM unnest(ARRAY[normalize(c, NFC), normalize(c, NFD), normalize(c, NFKC), normalize(c, NFKD)]) f))
FROM character;
-- where it knows a letter as a small one of another, so does ICU, and the other way round: but for the i without a dot
SELECT string_agg(c, ' ') FROM character WHERE ascii(c) NOT BETWEEN x'1C80'::int AND x'1C8F'::int AND greatest(ascii(c), ascii(upper(c COLLATE "und-x-icu"))) < x'A640'::int
	AND scim_fold(c) COLLATE "C" <> ANY (ARRAY[scim_fold(upper(c COLLATE "und-x-icu")) COLLATE "C", scim_fold(lower(c COLLATE "und-x-icu")) COLLATE "C"]);
-- random texts of letters, marks, vowels and syllables: pieces in any order of marks fold as the whole does
CREATE FUNCTION random_text(n int, k int) RETURNS text LANGUAGE sql IMMUTABLE RETURN (
	SELECT string_agg(chr((ARRAY[65, 97, 192, 768, 768, 768, 913, 945, 835, 1456, 2361, 4352, 4449, 4520, 44032, 7680, 7936, 12353, 12441, 65313, 65438])[1 + b % 21] + (b / 21) % (ARRAY[26, 26, 64, 70, 70, 70, 25, 25, 3, 10, 6, 19, 21, 27, 60, 150, 250, 80, 2, 26, 2])[1 + b % 21]), '')
	FROM generate_series(1, 1 + n % 9) i, LATERAL (SELECT ('x' || substr(md5(n || ' ' || k || ' ' || i), 1, 7))::bit(28)::int) r(b));
SELECT count(*), count(*) FILTER (WHERE scim_fold(t) IS NOT NFKC NORMALIZED), count(*) FILTER (WHERE scim_fold(scim_fold(t)) <> scim_fold(t)), count(*) FILTER (WHERE scim_fold(normalize(t, NFD)) <> scim_fold(t) OR scim_fold(normalize(t, NFKC)) <> scim_fold(t)),
	count(*) FILTER (WHERE scim_fold(t || 'Ά' || u) <> scim_fold(t) || scim_fold('Ά' || u))
FROM (SELECT random_text(n, 1), random_text(n, 2) FROM generate_series(1, 10000) n OFFSET 0) s(t, u);

-- ---- what a client sends ----

SELECT scim_create_table('users', 'User');
SELECT scim_create_user('{"userName": "ada", "emails": [{"value": "ada@x.org"}]}')->>'id' AS ada \gset
\set limit 1048576
SELECT error(format('SELECT scim_create_user(%L)', jsonb_build_object('userName', 'grace') || d)) FROM unnest(ARRAY[jsonb_build_object('title', repeat('x', :limit)), jsonb_build_object('title', repeat('x', :limit + 1)), jsonb_build_object('title', repeat('Σ', :limit / 2 + 1)),
	jsonb_build_object('name', jsonb_build_object('givenName', repeat('x', :limit + 1))), jsonb_build_object('emails', jsonb_build_array(jsonb_build_object('value', 'a'), jsonb_build_object('display', repeat('x', :limit + 1)))),
	jsonb_build_object('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('division', repeat('x', :limit + 1)))]) d;
SELECT error(format('SELECT scim_update_user(%L, %L)', :'ada', jsonb_build_object('userName', 'ada', 'title', repeat('x', :limit + 1))));
SELECT error(format('SELECT scim_patch_user(%L, %L)', :'ada', jsonb_build_array(o))) FROM unnest(ARRAY[jsonb_build_object('op', 'add', 'path', 'title', 'value', repeat('x', :limit + 1)), jsonb_build_object('op', 'replace', 'value', jsonb_build_object('title', repeat('x', :limit + 1))),
	jsonb_build_object('op', 'replace', 'path', 'emails[value eq "ada@x.org"].display', 'value', repeat('x', :limit + 1)), jsonb_build_object('op', 'add', 'path', 'emails', 'value', jsonb_build_object('display', repeat('x', :limit + 1))),
	jsonb_build_object('op', 'remove', 'path', 'emails', 'value', jsonb_build_object('display', repeat('x', :limit + 1))), jsonb_build_object('op', 'add', 'path', 'title', 'value', repeat('a', :limit))]) o;
-- what is not folded has no such limit, and what is looked up a smaller one
SELECT error(format('SELECT scim_patch_user(%L, %L)', :'ada', jsonb_build_array(o))) FROM unnest(ARRAY[jsonb_build_object('op', 'add', 'path', 'profileUrl', 'value', 'https://example.com/' || repeat('x', :limit)),
	jsonb_build_object('op', 'add', 'path', 'x509Certificates', 'value', jsonb_build_object('value', repeat('AAAA', :limit / 4 + 1))), jsonb_build_object('op', 'add', 'path', 'displayName', 'value', repeat('x', 2001))]) o;
-- values that are the only ones allowed are compared folded, too
SELECT scim_register_schema('{"id": "urn:example:State", "name": "State", "attributes": [{"name": "state", "canonicalValues": ["ενεργός", "Straße", "open"]}, {"name": "exact", "caseExact": true, "canonicalValues": ["ενεργός"]}]}', '{"canonicalValues": "restrict"}') IS NOT NULL,
	scim_register_resource_type('{"name": "State", "endpoint": "/States", "schema": "urn:example:State"}') IS NOT NULL, scim_create_table('states', 'State');
SELECT d, error(format('SELECT scim_create_resource(''State'', %L)', d)) FROM unnest(ARRAY['{"state": "ΕΝΕΡΓΌΣ"}', '{"state": "ενεργόσ"}', '{"state": "STRASSE"}', '{"state": "ＯＰＥＮ"}', '{"state": "ανενεργός"}', '{"exact": "ΕΝΕΡΓΌΣ"}', '{"exact": "ενεργός"}']) d;
SELECT error(format('SELECT scim_create_resource(''State'', %L)', jsonb_build_object('state', repeat('x', :limit + 1))));
-- a filter is shorter than that
SELECT error(format('SELECT scim_list_users(%L)', 'title eq "' || repeat('x', :limit + 1) || '"'));
SELECT r->'content'->>'error_code', r->'content'->>'path' FROM scim_call_tool('scim_search_users', jsonb_build_object('attribute', 'title', 'value', repeat('x', :limit + 1))) r;
SELECT scim_register_schema('{"id": "urn:example:Note", "name": "Note", "attributes": [{"name": "text"}]}') IS NOT NULL, scim_register_resource_type('{"name": "Note", "endpoint": "/Notes", "schema": "urn:example:Note"}') IS NOT NULL;
CREATE TABLE notes (id serial PRIMARY KEY, note text);
SELECT scim_register_table('notes', 'Note', '{"id": "id", "attributes": {"text": "note"}}');
SELECT error(format('SELECT scim_create_resource(''Note'', %L)', jsonb_build_object('text', t))) FROM unnest(ARRAY[repeat('x', :limit + 1), repeat('Ά', :limit / 2)]) t;

-- ---- what is stored ----

-- 5 MB, and 2 MB that grow to 22 MB
INSERT INTO users (data) VALUES (jsonb_build_object('userName', 'sigma', 'title', repeat('Σςσ ', 714285) || 'Σ', 'emails', jsonb_build_array(jsonb_build_object('display', repeat('Éé', 1250000))))),
	(jsonb_build_object('userName', 'long', 'title', repeat(U&'\FDFA', 666666))), (jsonb_build_object('userName', 'marks', 'title', 'E' || repeat(U&'\0301\0323\0345', 350000)));
SELECT f, (SELECT string_agg(r->>'userName', ' ' ORDER BY r->>'userName') FROM jsonb_array_elements(scim_list_users(f, attributes => '{userName}')->'Resources') r) FROM unnest(ARRAY['userName pr', 'title co "Σ Σ"', 'title ew " ς" or title sw "x"', 'title sw "Ẹ" and title ew "ι"',
	'title co "صلى الله"', 'emails[display sw "É"]']) f;
SELECT r->>'userName' FROM jsonb_array_elements(scim_list_users(sort_by => 'title', attributes => '{userName}')->'Resources') r;
-- what else there is of such a resource can be changed, and its own filters find it
SELECT jsonb_array_length(scim_patch_user((SELECT id::text FROM users WHERE user_name = 'sigma'), '[{"op": "add", "path": "nickName", "value": "s"}, {"op": "replace", "path": "emails[display co \"ÉÉ\"].type", "value": "work"}]')->'emails'), (SELECT octet_length(data->>'title') FROM users WHERE user_name = 'sigma');
-- the same in a table of the application's
INSERT INTO notes (note) VALUES (repeat('Σςσ ', 714285)), ('ΑΣ');
SELECT f, scim_list_resources('Note', f, count => 0)->'totalResults' FROM unnest(ARRAY['text co "σΣΣ "', 'text sw "ασ"', 'text pr']) f;

-- ---- folded by an older scimver ----

CREATE OR REPLACE FUNCTION scim_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT pg_catalog.lower(value COLLATE "C")';
INSERT INTO users (data) VALUES ('{"userName": "ΟΔΥΣΣΕΥΣ"}') RETURNING user_name, version AS old_version \gset
CREATE OR REPLACE FUNCTION scim_fold(value text) RETURNS text LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS '$libdir/scimver', 'scim_fold';
SELECT :'user_name', scim_list_users('userName eq "οδυσσευς"', count => 0)->'totalResults';
UPDATE users SET data = data;
SELECT user_name, version = :'old_version', revision, scim_list_users('userName eq "οδυσσευς"', count => 0)->'totalResults' FROM users WHERE data->>'userName' = 'ΟΔΥΣΣΕΥΣ';

-- ---- it can be cancelled, and no statement goes on behind it ----

CREATE TABLE much (n int, text text);
INSERT INTO much VALUES (1, repeat('Σ', 20000000)), (2, 'a' || repeat(U&'\0301\0323', 10000000)), (3, repeat(U&'\1161', 13333333));
CREATE SEQUENCE afterwards;
SET statement_timeout = '20ms';
SELECT length(scim_fold(text)), nextval('afterwards') FROM much WHERE n = 1;
SELECT length(scim_fold(text)), nextval('afterwards') FROM much WHERE n = 2;
SELECT length(scim_fold(text)), nextval('afterwards') FROM much WHERE n = 3;
RESET statement_timeout;
SELECT is_called FROM afterwards;

\c :regression
DROP DATABASE scimver_fold_text;
