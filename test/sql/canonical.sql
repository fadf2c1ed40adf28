-- Versions: the canonical form (RFC 8785, and where it is left on purpose),
-- the content, and an independent witness of both, written in SQL and hashed
-- by pgcrypto.  In a database whose locale is Turkish, as that is where text
-- functions that look at the locale go wrong first.
SET client_min_messages = warning;
SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 THEN 'LOCALE_PROVIDER icu ICU_LOCALE ''tr''' ELSE '' END AS turkish \gset
CREATE DATABASE scimver_canonical TEMPLATE template0 ENCODING 'UTF8' :turkish;
\set regression :DBNAME
\c scimver_canonical
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\pset format unaligned
\pset tuples_only on

-- the error that a statement ends in
CREATE FUNCTION error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || split_part(sqlerrm, E'\n', 1);
END $$;

-- ---- the published vectors ----

\set folder `echo "${PG_ABS_SRCDIR:-test}"`
\setenv folder :folder/data/jcs
\set input `cat "$folder/input/arrays.json"`
\set output `cat "$folder/output/arrays.json"`
SELECT 'arrays', scim_canonical(:'input') = :'output';
\set input `cat "$folder/input/french.json"`
\set output `cat "$folder/output/french.json"`
SELECT 'french', scim_canonical(:'input') = :'output';
\set input `cat "$folder/input/structures.json"`
\set output `cat "$folder/output/structures.json"`
SELECT 'structures', scim_canonical(:'input') = :'output';
\set input `cat "$folder/input/unicode.json"`
\set output `cat "$folder/output/unicode.json"`
SELECT 'unicode', scim_canonical(:'input') = :'output';
\set input `cat "$folder/input/weird.json"`
\set output `cat "$folder/output/weird.json"`
SELECT 'weird', scim_canonical(:'input') = :'output';

-- the one departure: the first number of "values" has more digits than a double holds, and is written in full
\set input `cat "$folder/input/values.json"`
\set output `cat "$folder/output/values.json"`
SELECT 'values', scim_canonical(:'input') = :'output',
	scim_canonical(:'input') = replace(:'output', '333333333.3333333,', '333333333.33333329,');

-- ---- numbers ----

-- as ECMAScript writes them (RFC 8785 appendix B)
SELECT n, scim_canonical(n::jsonb) FROM unnest(ARRAY[
	'0', '-0', '0.0', '-0e10', '5e-324', '-5e-324', '1.7976931348623157e308', '-1.7976931348623157e308',
	'9007199254740992', '-9007199254740992', '295147905179352830000', '9.999999999999997e22', '1e23',
	'1.0000000000000001e23', '5.684341886080802e-14', '25000000000000000000000', '999999999999999700000', '999999999999999900000', '1e21', '9.999999999999997e-7',
	'0.000001', '1e-7', '333333333.3333332', '333333333.33333325', '1.00', '100e-2', '123.4560', '0.1']) n;

-- what a double does not hold is written in full, so that it differs from its neighbours
SELECT n, scim_canonical(n::jsonb) FROM unnest(ARRAY[
	'9007199254740993', '1234567890123456789012', '2.4054121452366341e-11', '5.6843418860808015e-14',
	'0.1000000000000000055511151231257827', '1.00000000000000000000000100', '123456789012345678901234567890e-40']) n;
SELECT n, length(scim_canonical(n::jsonb)), scim_canonical(n::jsonb) = trim_scale(n::numeric)::text
FROM unnest(ARRAY['4.9e-324', '1e-325', '1.7976931348623158e308', '1e309', '-1e309', '1e131071', '1e-16383']) n;

-- a number of a resource has at most 400 digits
SELECT n, error_of(format('SELECT scim_version(%L)', format('{"n": [{"deep": %s}]}', n)))
FROM unnest(ARRAY['1e399', '-1e399', '-1e-399', '1e400', '-1e400', '1e-400', '1e131071']) n;
SELECT error_of('SELECT scim_content(''{"n": 1e400}'')');

-- ---- strings and keys ----

-- only what must be escaped is; the shortest escapes, lower-case hex
SELECT scim_canonical(jsonb_build_array(string_agg(chr(c), '' ORDER BY c))) FROM generate_series(1, 41) c;
SELECT scim_canonical('["\"\\\/\u007f\u0080\u2028\u20ac\ud83d\ude00"]') =
	'["\"\\/' || chr(127) || chr(128) || chr(8232) || chr(8364) || chr(128512) || '"]';

-- keys in the order of UTF-16 units: beyond the BMP (surrogates D800...) before U+E000...; prefixes first
SELECT string_agg(to_hex(ascii(c)), ' ' ORDER BY i) FROM regexp_matches(
	scim_canonical('{"\uffee": 1, "\ud83d\ude00": 2, "\ue000": 3, "\ud7ff": 4, "z": 5, "\u00e4": 6, "zz": 7, "Z": 8, "": 9}'),
	'"(.?)z?":', 'g') WITH ORDINALITY m(c0, i), LATERAL (SELECT coalesce(nullif(c0[1], ''), '-') AS c) x;

-- neither the order nor the spelling of the input matters; arrays keep their order; Turkish letters are just letters
SELECT scim_canonical('{"b": [3, 1, 2], "a": {"I": 1, "i": 2, "\u0130": 3, "\u0131": 4}}');
SELECT scim_canonical('  {"a" : 1.0 , "b":"\u0041"}') = scim_canonical('{"b":"A","a":1}');
SELECT scim_canonical('null'), scim_canonical('true'), scim_canonical('"a"'), scim_canonical('[]'), scim_canonical('{}'), scim_canonical('[[],{}]');
SELECT scim_canonical(NULL) IS NULL, scim_content(NULL) IS NULL, scim_version(NULL) IS NULL;
SELECT scim_fold('TITLE'), scim_fold('I' || chr(223)), scim_fold(chr(65321));

-- more than a few keys, in every length
SELECT scim_canonical(object)::jsonb = object,
	(SELECT array_agg(key ORDER BY key COLLATE "C") = array_agg(key ORDER BY at)
	 FROM (SELECT m[1] AS key, at FROM regexp_matches(scim_canonical(object), '"([k0-9]+)":', 'g') WITH ORDINALITY r(m, at)) k)
FROM (SELECT jsonb_object_agg(repeat('k', i % 7) || i, i) AS object FROM generate_series(1, 500) i) o;

-- ---- depth ----

-- nesting that the stack does not hold is an error, not a crash
CREATE FUNCTION arrays(depth int) RETURNS jsonb LANGUAGE sql RETURN (repeat('[', depth) || repeat(']', depth))::jsonb;
CREATE FUNCTION objects(depth int) RETURNS jsonb LANGUAGE sql RETURN (repeat('{"a":', depth) || '1' || repeat('}', depth))::jsonb;
SELECT length(scim_canonical(arrays(400))), length(scim_canonical(objects(400))), length(scim_version(objects(400))), scim_content(objects(400)) = objects(400);
CREATE TABLE deep AS SELECT arrays(2000), objects(2000);
SET max_stack_depth = '100kB';
SELECT error_of(format('SELECT %s FROM deep', f)) FROM unnest(ARRAY['scim_canonical(arrays)', 'scim_canonical(objects)', 'scim_version(objects)', 'scim_content(objects)']) f;
RESET max_stack_depth;
DROP TABLE deep;

-- ---- the content ----

\set user urn:ietf:params:scim:schemas:core:2.0:User
\set group urn:ietf:params:scim:schemas:core:2.0:Group

-- meta and _version are left out at the top, and nowhere else
SELECT scim_content('{"a": 1, "meta": {"version": "x"}, "_version": "x", "b": {"meta": 1, "_version": 2}}');

-- null, [] and objects left empty are left out of objects at every depth; arrays keep their elements
SELECT scim_content('{"a": null, "b": [], "c": {}, "d": {"e": {"f": null, "g": []}}, "h": [null, {}, [], {"i": null}, {"j": {"k": []}}], "l": ["", 0, false], "m": ""}');
SELECT scim_content('{"a": {"b": {"c": {"d": null}}}, "schemas": []}'), scim_content('{}');
SELECT scim_version('{"a": {"b": [], "c": {"d": null}}}') = scim_version('{}');

-- schemas is a set, sorted by bytes; what is no array of strings stays as it is
SELECT scim_content('{"schemas": ["b", "urn:a", "B", "urn:A", "b", "\u00e4", "urn:a", "b:"]}');
SELECT scim_content('{"schemas": "b"}'), scim_content('{"schemas": ["b", 1, "a"]}'), scim_content('{"schemas": null}');
SELECT scim_version('{"schemas": ["b", "a", "b"]}') = scim_version('{"schemas": ["a", "b"]}');

-- groups of a user are other rows' business; those of anything else are content
SELECT scim_content(jsonb_build_object('schemas', ARRAY['x', :'user'], 'groups', '[{"value": "1"}]'::jsonb)),
	scim_content(jsonb_build_object('schemas', ARRAY[:'group'], 'groups', '[{"value": "1"}]'::jsonb)),
	scim_content('{"groups": [1]}');

-- members of a group are a set of (type, value); nothing else of them counts
SELECT scim_content(jsonb_build_object('schemas', ARRAY[:'group'], 'members', '[{"type": "User", "value": "1"}, {"type": "Group", "value": "2"}]'::jsonb));
SELECT count(DISTINCT scim_version(jsonb_build_object('schemas', ARRAY[:'group'], 'members', m::jsonb))) FROM unnest(ARRAY[
	'[{"type": "User", "value": "1"}, {"type": "Group", "value": "2"}]',
	'[{"value": "2", "type": "Group"}, {"value": "1", "type": "User"}]',
	'[{"type": "Group", "value": "2", "display": "two", "$ref": "x/2"}, {"type": "User", "value": "1", "display": null}]']) m;
SELECT count(DISTINCT scim_version(jsonb_build_object('schemas', ARRAY[:'group'], 'members', m::jsonb))) FROM unnest(ARRAY[
	'[{"type": "User", "value": "1"}]', '[{"type": "Group", "value": "1"}]', '[{"value": "1"}]', '[{"type": "User"}]',
	'[{"type": "User", "value": "1"}, {"type": "User", "value": "1"}]', '[{}]', '[]']) m;

-- no members, no entry; members of anything else are content
SELECT count(DISTINCT scim_version(g)) FROM (VALUES
	(jsonb_build_object('schemas', ARRAY[:'group'])), (jsonb_build_object('schemas', ARRAY[:'group'], 'members', '[]'::jsonb)),
	(jsonb_build_object('schemas', ARRAY[:'group'], 'members', NULL))) v(g);
SELECT scim_content('{"members": [{"value": "1"}]}');
SELECT scim_content(jsonb_build_object('schemas', ARRAY[:'user'], 'members', '[{"value": "1"}]'::jsonb));

-- the order of a large set does not matter, and one member more does
SELECT count(DISTINCT scim_version(jsonb_build_object('schemas', ARRAY[:'group'], 'members', m)))
FROM (SELECT jsonb_agg(jsonb_build_object('type', 'User', 'value', md5(i::text)::uuid) ORDER BY md5(seed || '/' || i)) AS m
	  FROM generate_series(1, 5) seed, generate_series(1, 1000) i GROUP BY seed) lists;
SELECT count(DISTINCT scim_version(jsonb_build_object('schemas', ARRAY[:'group'], 'members', m)))
FROM (SELECT jsonb_agg(jsonb_build_object('type', 'User', 'value', md5(i::text)::uuid)) AS m
	  FROM generate_series(1, 20) size, generate_series(1, size) i GROUP BY size) lists;

-- what is no resource
SELECT error_of(format('SELECT %s(%L)', f, j)) FROM unnest(ARRAY['scim_version', 'scim_content']) f, unnest(ARRAY['[]', '1', 'null', '"a"']) j;
SELECT error_of(format('SELECT scim_version(%L)', jsonb_build_object('schemas', ARRAY[:'group'], 'members', '["1"]'::jsonb)));

-- ---- versions that never change ----

-- computed elsewhere: base64 of the first 8 bytes of SHA-256
SELECT scim_version('{}') = encode(substring(sha256('{}') FOR 8), 'base64'), scim_version('{}');
SELECT scim_version('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819c223-7f76-453a-919d-413861904646", "userName": "bjensen", "active": true, "emails": [{"value": "bjensen@example.com", "primary": true}], "meta": {"resourceType": "User"}}');

-- of 0 to 300 characters and of many, here and in two parallel workers, as the server's own sha256() has it
CREATE TABLE sized AS SELECT jsonb_build_object('userName', repeat('a', n)) AS resource
FROM (SELECT generate_series(0, 300) UNION ALL SELECT unnest(ARRAY[1600, 4096, 65536, 1000003])) AS sizes (n);
ALTER TABLE sized SET (parallel_workers = 2);
PREPARE compare AS SELECT count(*), count(*) FILTER (WHERE
	scim_version(resource) = encode(substring(sha256(convert_to(scim_canonical(resource), 'UTF8')) FOR 8), 'base64')) AS same FROM sized;
SET max_parallel_workers_per_gather = 0;
EXECUTE compare;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET parallel_leader_participation = off;
DISCARD PLANS;
EXPLAIN (COSTS OFF) EXECUTE compare;
EXECUTE compare;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET parallel_leader_participation;
DEALLOCATE compare;
DROP TABLE sized;

-- no setting of the session has a say
CREATE TABLE sample AS SELECT '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "2819c223-7f76-453a-919d-413861904646", "userName": "I\u0130i\u0131",
	"n": [1.5, 1e-7, 1e30, 0.1, 123456789.123456789], "date": "2011-05-13T04:42:34Z", "interval": "1 day"}'::jsonb AS resource;
CREATE FUNCTION versions_under_settings() RETURNS TABLE (combinations bigint, versions bigint, forms bigint) LANGUAGE plpgsql AS $$
DECLARE
	found text[];
	texts text[];
	combination record;
BEGIN
	FOR combination IN SELECT * FROM
		unnest(ARRAY['UTC', 'America/Los_Angeles']) timezone,
		unnest(ARRAY['ISO, DMY', 'SQL, MDY', 'German, YMD']) datestyle,
		unnest(ARRAY['postgres', 'iso_8601']) intervalstyle,
		unnest(ARRAY['-15', '0', '3']) extra_float_digits,
		unnest(ARRAY['C', 'POSIX']) locale,
		unnest(ARRAY['hex', 'escape']) bytea_output
	LOOP
		PERFORM set_config('TimeZone', combination.timezone, true), set_config('DateStyle', combination.datestyle, true),
			set_config('IntervalStyle', combination.intervalstyle, true),
			set_config('extra_float_digits', combination.extra_float_digits, true),
			set_config('lc_numeric', combination.locale, true), set_config('lc_monetary', combination.locale, true),
			set_config('lc_time', combination.locale, true), set_config('lc_messages', combination.locale, true),
			set_config('bytea_output', combination.bytea_output, true);
		found := found || (SELECT scim_version(resource) FROM sample);
		texts := texts || (SELECT scim_canonical(resource) FROM sample);
	END LOOP;
	RETURN QUERY SELECT count(*), count(DISTINCT v), count(DISTINCT t) FROM unnest(found, texts) u(v, t);
END $$;
SELECT * FROM versions_under_settings();
SELECT scim_version(resource), scim_canonical(resource) FROM sample;
DROP TABLE sample;

-- ---- an independent witness ----

-- how UTF-16 writes a text
CREATE FUNCTION utf16(t text) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN
	(SELECT decode(coalesce(string_agg(CASE WHEN c < 65536 THEN lpad(to_hex(c), 4, '0')
			ELSE to_hex(55296 + (c - 65536) / 1024) || to_hex(56320 + (c - 65536) % 1024) END, '' ORDER BY i), ''), 'hex')
	 FROM string_to_table(t, NULL) WITH ORDINALITY s(ch, i), LATERAL (SELECT ascii(ch) AS c) a);

-- the exact value of a double that is not negative
CREATE FUNCTION exact(f float8) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN
	(SELECT (CASE WHEN e = 0 THEN m ELSE m + 2::numeric ^ 52 END)
		* CASE WHEN k >= 0 THEN 2::numeric ^ k ELSE 5::numeric ^ -k * ('1e' || k)::numeric END
	 FROM (SELECT ('x' || encode(float8send(f), 'hex'))::bit(64)::bigint AS bits) b,
		LATERAL (SELECT (bits >> 52) & 2047 AS e, (bits & ((1::bigint << 52) - 1))::numeric AS m) p,
		LATERAL (SELECT greatest(e, 1) - 1075 AS k) q);

-- The number of all digits; or ECMAScript's exponent, from 1e21 on and below
-- 1e-6, if the number is the shortest that reads back as its double, and no
-- other of that length is closer.  (float8out leaves out the ends of the
-- interval that reads back, so it is no witness: it writes 2.5e22 otherwise.)
CREATE FUNCTION witness_number(n numeric) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	plain text := trim_scale(n);
	digits text := ltrim(translate(plain, '-.', ''), '0');
	size int := floor(log(abs(n)));	-- of the first digit
	unit numeric;					-- of the last digit
	f float8;
BEGIN
	size := size + CASE WHEN abs(n) >= ('1e' || size + 1)::numeric THEN 1 WHEN abs(n) < ('1e' || size)::numeric THEN -1 ELSE 0 END;
	digits := rtrim(digits, '0');
	IF size BETWEEN -6 AND 20 OR length(digits) > 17 THEN
		RETURN plain;
	END IF;
	n := abs(n);
	unit := ('1e' || size - length(digits) + 1)::numeric;
	BEGIN
		f := n::float8;
		IF (length(digits) > 1 AND (f = (n - n % (10 * unit))::float8 OR f = (n - n % (10 * unit) + 10 * unit)::float8))
			OR (f = (n - unit)::float8 AND abs(exact(f) - (n - unit)) < abs(exact(f) - n))
			OR (f = (n + unit)::float8 AND abs(exact(f) - (n + unit)) < abs(exact(f) - n)) THEN
			RETURN plain;
		END IF;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		RETURN plain;
	END;
	RETURN CASE WHEN left(plain, 1) = '-' THEN '-' ELSE '' END || left(digits, 1)
		|| CASE WHEN length(digits) > 1 THEN '.' ELSE '' END || substr(digits, 2)
		|| 'e' || CASE WHEN size > 0 THEN '+' ELSE '' END || size;
END $$;

CREATE FUNCTION witness_canonical(v jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	CASE jsonb_typeof(v)
		WHEN 'object' THEN
			RETURN '{' || coalesce((SELECT string_agg(to_json(key) || ':' || witness_canonical(value), ',' ORDER BY utf16(key))
									FROM jsonb_each(v)), '') || '}';
		WHEN 'array' THEN
			RETURN '[' || coalesce((SELECT string_agg(witness_canonical(value), ',' ORDER BY i)
									FROM jsonb_array_elements(v) WITH ORDINALITY e(value, i)), '') || ']';
		WHEN 'number' THEN RETURN CASE WHEN v = '0' THEN '0' ELSE witness_number((v #>> '{}')::numeric) END;
		WHEN 'string' THEN RETURN to_json(v #>> '{}');
		ELSE RETURN v;
	END CASE;
END $$;

CREATE FUNCTION witness_hash(v jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN
	digest(convert_to(witness_canonical(v), 'UTF8'), 'sha256');

-- the sum of the members' hashes modulo 2^256, as a plain number
CREATE FUNCTION witness_digest(members jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	sum numeric := 0;
	term numeric;
	member jsonb;
	hash bytea;
	bytes bytea := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
	FOR member IN SELECT value FROM jsonb_array_elements(members) LOOP
		hash := witness_hash(jsonb_strip_nulls(jsonb_build_object('type', member->'type', 'value', member->'value')));
		term := 0;
		FOR i IN 0..31 LOOP
			term := term * 256 + get_byte(hash, i);
		END LOOP;
		sum := sum + term;
	END LOOP;
	FOR i IN REVERSE 31..0 LOOP
		bytes := set_byte(bytes, i, mod(sum, 256)::int);
		sum := div(sum, 256);
	END LOOP;
	RETURN encode(bytes, 'base64');
END $$;

CREATE FUNCTION witness_pruned(v jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	CASE jsonb_typeof(v)
		WHEN 'object' THEN
			RETURN coalesce((SELECT jsonb_object_agg(key, kept) FROM (SELECT key, witness_pruned(value) AS kept FROM jsonb_each(v)) e
							 WHERE kept NOT IN ('null', '[]', '{}')), '{}');
		WHEN 'array' THEN
			RETURN coalesce((SELECT jsonb_agg(witness_pruned(value) ORDER BY i) FROM jsonb_array_elements(v) WITH ORDINALITY e(value, i)), '[]');
		ELSE RETURN v;
	END CASE;
END $$;

CREATE FUNCTION witness_content(resource jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	content jsonb := resource - 'meta' - '_version';
BEGIN
	IF content->'schemas' ? 'urn:ietf:params:scim:schemas:core:2.0:User' THEN
		content := content - 'groups';
	END IF;
	IF content->'schemas' ? 'urn:ietf:params:scim:schemas:core:2.0:Group' AND jsonb_array_length(content->'members') > 0 THEN
		content := jsonb_set(content, '{members}', jsonb_build_object('count', jsonb_array_length(content->'members'),
																	  'digest', witness_digest(content->'members')));
	END IF;
	IF content ? 'schemas' THEN
		content := jsonb_set(content, '{schemas}', (SELECT coalesce(jsonb_agg(DISTINCT value COLLATE "C"), '[]')
													FROM jsonb_array_elements_text(content->'schemas')));
	END IF;
	RETURN witness_pruned(content);
END $$;

CREATE FUNCTION witness_version(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	encode(substring(witness_hash(witness_content(resource)) FOR 8), 'base64');

-- chance that is the same every time: 0 <= chance < n
CREATE FUNCTION chance(seed text, n int) RETURNS int LANGUAGE sql IMMUTABLE RETURN
	(('x' || left(md5(seed), 8))::bit(32)::bigint % n)::int;

CREATE FUNCTION any_text(seed text) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(string_agg(CASE chance(seed || 'kind' || i, 8)
			WHEN 0 THEN chr(1 + chance(seed || i, 31)) WHEN 1 THEN (ARRAY['"', '\', '/', chr(127)])[1 + chance(seed || i, 4)]
			WHEN 2 THEN chr(128 + chance(seed || i, 1920)) WHEN 3 THEN chr(2048 + chance(seed || i, 53248))
			WHEN 4 THEN chr(57344 + chance(seed || i, 8000)) WHEN 5 THEN chr(65536 + chance(seed || i, 100000))
			ELSE chr(32 + chance(seed || i, 95)) END, ''), '')
	 FROM generate_series(1, chance(seed || 'length', 12)) i);

CREATE FUNCTION any_number(seed text) RETURNS numeric LANGUAGE sql IMMUTABLE RETURN
	(CASE WHEN chance(seed || 'sign', 3) = 0 THEN '-' ELSE '' END
	 || left(translate(md5(seed), 'abcdef', '123456'), 1 + chance(seed || 'length', 22))
	 || 'e' || (CASE chance(seed || 'size', 4) WHEN 0 THEN chance(seed || 'e', 640) - 335
				ELSE chance(seed || 'e', 40) - 25 END))::numeric;

CREATE FUNCTION any_value(seed text, depth int) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	CASE chance(seed, CASE WHEN depth > 4 THEN 5 ELSE 9 END)
		WHEN 0 THEN RETURN 'null';
		WHEN 1 THEN RETURN to_jsonb(chance(seed || 'b', 2) = 1);
		WHEN 2 THEN RETURN to_jsonb(any_number(seed));
		WHEN 3, 4 THEN RETURN to_jsonb(any_text(seed));
		WHEN 5 THEN RETURN coalesce((SELECT jsonb_agg(any_value(seed || i, depth + 1)) FROM generate_series(1, chance(seed || 'n', 5)) i), '[]');
		ELSE RETURN coalesce((SELECT jsonb_object_agg(any_text(seed || 'k' || i), any_value(seed || i, depth + 1))
							  FROM generate_series(1, chance(seed || 'n', 8)) i), '{}');
	END CASE;
END $$;

-- any JSON value
WITH generated AS MATERIALIZED (SELECT any_value('value' || i, 0) AS v FROM generate_series(1, 250) i)
SELECT count(*), count(*) FILTER (WHERE scim_canonical(v) <> witness_canonical(v)) AS wrong,
	count(DISTINCT v) = count(DISTINCT scim_canonical(v)) AS one_to_one
FROM generated;
-- strings, and the keys of objects of few and of many, of each length, where one
-- character at each place is another
WITH placed AS MATERIALIZED (
	SELECT size, place, c, overlay(repeat('m', size) PLACING c FROM place FOR 1) AS t
	FROM generate_series(1, 20) size, generate_series(1, size) place,
		unnest(ARRAY['a', 'z', ' ', '"', '\', chr(1), chr(31), chr(127), 'é', '世', '😀', '']) c),
generated (kind, v) AS MATERIALIZED (
	SELECT 'string', to_jsonb(t) FROM placed
	UNION ALL SELECT 'of one length', jsonb_object_agg(t, 1) FROM placed GROUP BY size, c
	UNION ALL SELECT 'of one place', jsonb_object_agg(t, 1) FROM placed GROUP BY place, c
	UNION ALL SELECT 'of all', jsonb_object_agg(t, 1) FROM placed)
SELECT kind, count(*), count(*) FILTER (WHERE scim_canonical(v) <> witness_canonical(v)) AS wrong
FROM generated GROUP BY kind ORDER BY kind;
SELECT count(*), count(*) FILTER (WHERE scim_canonical(to_jsonb(n)) <> witness_number(n)) AS wrong
FROM (SELECT nullif(any_number('number' || i), 0) AS n FROM generate_series(1, 3000) i
	  -- powers of two, where the interval that reads back is not symmetrical, and their neighbours
	  UNION ALL SELECT (2::float8 ^ k)::text::numeric FROM generate_series(-1074, 1023) k
	  UNION ALL SELECT ((2::float8 ^ k)::text::numeric + ('1e' || floor(log(2::numeric ^ abs(k))) * sign(k) - 16)::numeric) FROM generate_series(-900, 1000) k) generated;

-- resources: what plain SQL stores, what a client reads, and what the witness says
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
INSERT INTO users (id, data)
SELECT md5('user' || i)::uuid,
	coalesce((SELECT jsonb_object_agg(any_text('u' || i || 'k' || k), any_value('u' || i || '/' || k, 1))
			  FROM generate_series(1, chance('u' || i, 8)) k), '{}')
	|| jsonb_build_object('userName', i || any_text('u' || i))
	|| CASE chance('s' || i, 3) WHEN 0 THEN '{"schemas": ["zzz", "urn:a", "zzz", "Urn:b"]}'
		WHEN 1 THEN '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}' ELSE '{}' END::jsonb
FROM generate_series(1, 200) i;
INSERT INTO groups (id, data)
SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', any_text('g' || i), any_text('gk' || i), any_value('g' || i, 1))
FROM generate_series(1, 60) i;
INSERT INTO groups_members (group_id, member_type, member_id)
SELECT DISTINCT md5('group' || g)::uuid, 'User', md5('user' || 1 + chance('member' || g || '.' || i, 200))::uuid
FROM generate_series(1, 60) g, generate_series(1, chance('size' || g, 30)) i
UNION
SELECT md5('group' || g)::uuid, 'Group', md5('group' || 1 + (g + i) % 60)::uuid
FROM generate_series(1, 60) g, generate_series(1, chance('subs' || g, 4)) i;

CREATE TABLE read AS
	SELECT 'users' AS what, version, scim_get_user(id::text) AS resource FROM users
	UNION ALL SELECT 'groups', version, scim_get_group(id::text) FROM groups;
SELECT what, count(*), count(*) FILTER (WHERE resource ? 'groups') AS in_groups, count(*) FILTER (WHERE resource ? 'members') AS with_members,
	count(*) FILTER (WHERE scim_version(resource) <> version) AS stored_wrong,
	count(*) FILTER (WHERE resource->'meta'->>'version' <> version) AS shown_wrong,
	count(*) FILTER (WHERE witness_version(resource) <> version) AS witness_disagrees,
	count(*) FILTER (WHERE scim_content(resource) <> witness_content(resource)) AS content_wrong,
	count(*) FILTER (WHERE scim_content(scim_content(resource)) <> scim_content(resource)) AS content_not_idempotent,
	count(*) FILTER (WHERE scim_version(scim_content(resource)) <> version) AS content_has_other_version,
	count(*) FILTER (WHERE witness_canonical(scim_content(resource)) <> scim_canonical(scim_content(resource))) AS canonical_wrong,
	count(DISTINCT version) = count(*) AS all_differ
FROM read GROUP BY what ORDER BY what DESC;

-- after changes the versions are those of what is there then
UPDATE users SET data = data || '{"nickName": "x"}' WHERE user_name LIKE '1%';
DELETE FROM groups_members WHERE member_id::text < '4';
SELECT count(*), count(*) FILTER (WHERE witness_version(scim_get_user(id::text)) <> version) AS users_wrong FROM users WHERE data ? 'nickName';
SELECT count(*), count(*) FILTER (WHERE witness_version(scim_get_group(id::text)) <> version) AS groups_wrong FROM groups;

\c :regression
DROP DATABASE scimver_canonical;
