-- scim_diff of two contents: what differs, in paths that a patch takes.  (That a
-- patch of it makes the one of the other: diff_created, diff_mapped, and a unit test.)
SET client_min_messages = warning;
CREATE DATABASE scimver_diff TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_diff
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;

-- the changes, one a line: path: from -> to
CREATE FUNCTION diff(a jsonb, b jsonb) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s: %s -> %s', coalesce(change->>'path', '(none)'), coalesce(change->>'from', '-'), coalesce(change->>'to', '-'))
		|| coalesce(' and ' || nullif((change - '{path,from,to}'::text[])::text, '{}'), '')
	FROM jsonb_array_elements(scim_diff(a, b)->'changes') WITH ORDINALITY c(change, i) ORDER BY i $$;
CREATE FUNCTION fails(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	EXECUTE command;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || ' ' || detail;
END $$;
\set user '"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]'
\set both '"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]'
\set enterprise '"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"'
\set group '"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]'

\echo # the shape
SELECT scim_diff('{"title": "Guide", "nickName": "Ada"}', '{"title": "Captain", "userName": "ada"}');
SELECT scim_diff('{}', '{}'), scim_diff('{"title": "Guide"}', '{"title": "Guide"}');
SELECT provolatile, proisstrict, proparallel FROM pg_proc WHERE oid = 'scim_diff(jsonb, jsonb)'::regprocedure;
SELECT scim_diff(NULL::jsonb, '{}') IS NULL, scim_diff('{}', NULL::jsonb) IS NULL;

\echo # what makes no difference in a version is none
SELECT * FROM diff('{"a": null, "b": [], "c": {"d": null}, "e": 1.0, "f": {"g": {}, "h": 1}, "schemas": ["b", "a", "b"]}', '{"e": 1, "f": {"h": 1.00}, "schemas": ["a", "b"]}');
-- in arrays it is one
SELECT * FROM diff('{"a": [null, 1]}', '{"a": [[], 1]}');
SELECT * FROM diff('{"a": [null, 1]}', '{"a": [1]}');

\echo # what no patch changes, or nobody reads
SELECT * FROM diff(format('{%s, "id": "1", "meta": {"version": "a"}, "_version": "a", "groups": [{"value": "1"}], "password": "one"}', :'user')::jsonb,
	format('{%s, "id": "2", "meta": {"version": "b"}, "_version": "b", "groups": [], "password": "two"}', :'user')::jsonb);
SELECT * FROM diff('{"groups": [{"value": "1"}], "members": [{"value": "1"}]}', '{}');

\echo # complex attributes: by their parts, where both have some
SELECT * FROM diff('{"name": {"givenName": "Ada", "familyName": "King", "formatted": "Ada King"}}', '{"name": {"givenName": "Ada", "familyName": "Lovelace", "middleName": "B."}}');
SELECT * FROM diff('{"name": {"givenName": "Ada"}}', '{"name": {}}');
SELECT * FROM diff('{}', '{"name": {"givenName": "Ada", "familyName": null}}');

\echo # an extension
SELECT * FROM diff(format('{%s, %s: {"department": "A", "costCenter": "1", "manager": {"value": "1"}}}', :'both', :'enterprise')::jsonb,
	format('{%s, %s: {"department": "B", "division": "x", "manager": {"value": "2"}}}', :'both', :'enterprise')::jsonb);
SELECT * FROM diff(format('{%s}', :'user')::jsonb, format('{%s, %s: {"department": "B"}}', :'both', :'enterprise')::jsonb);
SELECT * FROM diff(format('{%s, %s: {"department": "B"}}', :'both', :'enterprise')::jsonb, format('{%s}', :'user')::jsonb);
-- its URN stays: a patch, which takes it out with the attributes, puts it in again
SELECT * FROM diff(format('{%s, %s: {"department": "B"}}', :'both', :'enterprise')::jsonb, format('{%s}', :'both')::jsonb);
SELECT * FROM diff(format('{%s, %s: {}}', :'user', :'enterprise')::jsonb, format('{%s}', :'user')::jsonb);

\echo # many values: by type, by value, else as a whole
CREATE TABLE emails (name text, data jsonb);
INSERT INTO emails SELECT name, jsonb_build_object('emails', data::jsonb) FROM (VALUES
	('two', '[{"type": "work", "value": "a@x", "primary": true}, {"type": "home", "value": "b@x"}]'),
	('another value', '[{"type": "work", "value": "A@x", "primary": true}, {"type": "home", "value": "b@x"}]'),
	('another primary', '[{"type": "work", "value": "a@x"}, {"type": "home", "value": "b@x", "primary": true}]'),
	('another type', '[{"type": "work", "value": "a@x", "primary": true}, {"type": "other", "value": "b@x"}]'),
	('without the first', '[{"type": "home", "value": "b@x"}]'),
	('without the last', '[{"type": "work", "value": "a@x", "primary": true}]'),
	('one more', '[{"type": "work", "value": "a@x", "primary": true}, {"type": "home", "value": "b@x"}, {"type": "other", "value": "c@x"}]'),
	('another order', '[{"type": "home", "value": "b@x"}, {"type": "work", "value": "a@x", "primary": true}]'),
	('another case', '[{"type": "Work", "value": "a@x", "primary": true}, {"type": "home", "value": "b@x"}]'),
	('a display', '[{"type": "work", "value": "a@x", "primary": true, "display": "A"}, {"type": "home", "value": "b@x"}]'),
	('none', '[]')) v(name, data);
SELECT b.name, d.* FROM emails a, emails b, LATERAL diff(a.data, b.data) WITH ORDINALITY d(change, i) WHERE a.name = 'two' ORDER BY b.name COLLATE "C", i;
-- back
SELECT a.name, d.* FROM emails a, emails b, LATERAL diff(a.data, b.data) WITH ORDINALITY d(change, i) WHERE b.name = 'two' ORDER BY a.name COLLATE "C", i;
-- two of a type are told by their values; alike in both: as a whole
SELECT * FROM diff('{"emails": [{"type": "work", "value": "a"}, {"type": "work", "value": "b"}]}', '{"emails": [{"type": "work", "value": "a", "display": "A"}, {"type": "home", "value": "b"}]}');
SELECT * FROM diff('{"emails": [{"type": "work", "value": "a"}, {"type": "Work", "value": "A"}]}', '{"emails": [{"type": "work", "value": "a", "display": "A"}, {"type": "Work", "value": "A"}]}');
SELECT * FROM diff('{"emails": [{"type": "stra\u00dfe", "value": "a"}, {"type": "STRASSE", "value": "A"}]}', '{"emails": [{"type": "stra\u00dfe", "value": "a", "display": "A"}, {"type": "STRASSE", "value": "A"}]}');
-- URIs and times may be equal to others that read otherwise
SELECT * FROM diff('{"photos": [{"value": "http://x/1"}, {"value": "http://x/2"}]}', '{"photos": [{"value": "http://x/1", "display": "1"}, {"value": "http://x/2"}]}');
-- text that must be quoted
SELECT * FROM diff('{"ims": [{"type": "a\"]\\\u0001 \u00e9", "value": "1"}]}', '{"ims": [{"type": "a\"]\\\u0001 \u00e9", "value": "2"}]}');
-- strings, numbers, arrays of arrays
SELECT * FROM diff('{"tags": ["a", "b"]}', '{"tags": ["a"]}');
SELECT * FROM diff('{"tags": [[1, [2]], {"a": [3]}]}', '{"tags": [[1, [2.0]], {"a": [4]}]}');
SELECT * FROM diff('{"tags": [{"type": "a", "parts": [1]}]}', '{"tags": [{"type": "a", "parts": [1, 2]}]}');
SELECT * FROM diff('{"tags": [{"type": 1, "value": true}]}', '{"tags": [{"type": 1, "value": false}]}');
-- too many to be told one by one
SELECT count(*), min(left(diff, 20)) FROM diff(
	(SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('value', i))) FROM (SELECT 'a' || i FROM generate_series(1, 100) i) g(i)),
	(SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('value', i, 'display', i))) FROM (SELECT 'a' || i FROM generate_series(1, 100) i) g(i)));

\echo # another kind of value
SELECT * FROM diff('{"title": "x", "name": {"a": 1}, "emails": [1]}', '{"title": ["x"], "name": "a", "emails": {"a": 1}}');

\echo # a group: members are a set
SELECT * FROM diff(format('{%s, "displayName": "A", "members": [{"type": "User", "value": "1", "display": "x"}, {"type": "User", "value": "2"}, {"type": "Group", "value": "3"}]}', :'group')::jsonb,
	format('{%s, "displayName": "B", "members": [{"type": "Group", "value": "3", "$ref": "x"}, {"type": "User", "value": "4", "display": "y"}, {"type": "User", "value": "1"}, {"value": "\"5"}]}', :'group')::jsonb);
SELECT * FROM diff(format('{%s, "members": [{"type": "User", "value": "1"}]}', :'group')::jsonb, format('{%s, "members": []}', :'group')::jsonb);
SELECT * FROM diff(format('{%s}', :'group')::jsonb, format('{%s, "members": [{"type": "User", "value": "1"}]}', :'group')::jsonb);
-- another type of the same; twice the same; no id: as a whole
SELECT * FROM diff(format('{%s, "members": [{"type": "User", "value": "1"}]}', :'group')::jsonb, format('{%s, "members": [{"type": "Group", "value": "1"}]}', :'group')::jsonb);
SELECT * FROM diff(format('{%s, "members": [{"value": "1"}, {"value": "1"}]}', :'group')::jsonb, format('{%s, "members": [{"value": "1"}]}', :'group')::jsonb);
SELECT * FROM diff(format('{%s, "members": [{"type": "User"}]}', :'group')::jsonb, format('{%s, "members": []}', :'group')::jsonb);
-- where many go, many at once
SELECT count(*), min(length(change->>'path')), max(length(change->>'path')), sum(jsonb_array_length(change->'from'))
	FROM (SELECT jsonb_array_elements(scim_diff(jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:schemas:core:2.0:Group'),
		'members', (SELECT jsonb_agg(jsonb_build_object('value', i::text)) FROM generate_series(1000, 1250) i)), format('{%s}', :'group')::jsonb)->'changes') AS change) c;

\echo # names that no path takes: with what holds them
SELECT * FROM diff('{"": 1, "a b": {"c": 1}, "x": 1, "a.b": 1, "a[b": 1, "1a": 1, "a:b": 1, "\u00e9": 1, "$ref": 1}', '{"": 2, "a b": {"c": 2}, "x": 2, "a:b": {"c": 1}, "\u00e9": null, "$ref": 2}');
SELECT * FROM diff('{"name": {"a b": 1, "c": 1}}', '{"name": {"d e": 2, "c": 2}}');
SELECT * FROM diff(format('{%s: {"a b": 1, "c": 1}}', :'enterprise')::jsonb, format('{%s: {"": 2, "c": 2}}', :'enterprise')::jsonb);
SELECT * FROM diff('{"emails": [{"type": "work", "a b": 1}]}', '{"emails": [{"type": "work", "a b": 2}]}');
SELECT * FROM diff('{"urn:x": {"a": 1}, "urn:x:y": {"a": 1}, "urn:x:z": 1, "urn:x:[": {"a": 1}, "urn:x:v": {"a": 1}}',
	'{"urn:x": {"a": 2}, "urn:x:y": {"a": 2}, "urn:x:z": {"a": 2}, "urn:x:[": {"a": 2}, "urn:x:v": []}');

\echo # what has no content
SELECT v, fails(format('SELECT scim_diff(%L::jsonb, ''{}'')', v)), fails(format('SELECT scim_diff(''{}'', %L::jsonb)', v))
	FROM unnest(ARRAY['null', '1', '"a"', '[]', 'true', '[{}]']) v;
SELECT fails(format('SELECT scim_diff(''{}'', ''{"a": 1e400}'')'));
SELECT fails(format('SELECT scim_diff(%L, ''{}'')', format('{%s, "members": [1]}', :'group')));

\echo # large: in proportion
CREATE FUNCTION large(what text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:schemas:core:2.0:Group'),
		'emails', (SELECT jsonb_agg(jsonb_build_object('type', 'type' || i, 'value', CASE i WHEN 15000 THEN what ELSE 'value' || i END)) FROM generate_series(1, 20000) i),
		'members', (SELECT jsonb_agg(jsonb_build_object('type', 'User', 'value', CASE i WHEN 15000 THEN what ELSE md5(i::text) END)) FROM generate_series(1, 20000) i))
		|| (SELECT jsonb_object_agg('a' || i, CASE i WHEN 15000 THEN what ELSE 'b' END) FROM generate_series(1, 20000) i) $$;
SELECT * FROM diff(large('A'), large('B'));
\c :regression
DROP DATABASE scimver_diff;
