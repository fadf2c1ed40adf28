-- Sentences of docs/reference.md, docs/existing-tables.md and docs/limits.md that are easily read otherwise.
SET client_min_messages = warning;
CREATE DATABASE scimver_sentences TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_sentences
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');

-- What a statement says: its value, or the error.
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; detail text;
BEGIN
	EXECUTE statement INTO result;
	RETURN coalesce(result, '(null)');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLERRM || coalesce(' ' || (detail::jsonb ->> 'path'), '');
END $$;
CREATE FUNCTION finds(filter text) RETURNS text LANGUAGE sql AS $$
	SELECT filter || ' -> ' || says(format('SELECT string_agg(u ->> ''userName'', '' '' ORDER BY u ->> ''userName'')
		FROM jsonb_array_elements(scim_list_users(%L, attributes => ''{userName}'') -> ''Resources'') AS u', filter));
$$;

-- ---- "x eq null is not (x pr), x ne null is x pr", of complex attributes, too
SELECT scim_create_user(u) ->> 'userName' FROM jsonb_array_elements('[{"userName": "bare"},
	{"userName": "full", "name": {"givenName": "Ada"}, "emails": [{"type": "work", "value": "a@x"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "1"}}}]') AS u;
SELECT finds(x || ' eq null') = replace(finds(format('not (%s pr)', x)), format('not (%s pr)', x), x || ' eq null') AS same,
	finds(x || ' ne null') = replace(finds(x || ' pr'), x || ' pr', x || ' ne null') AS same, finds(x || ' eq null'), finds(x || ' ne null')
FROM unnest(ARRAY['name', 'emails', 'emails.value', 'groups', 'meta', 'title', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager']) AS x;
SELECT finds(x) FROM unnest(ARRAY['name gt null', 'emails co null', 'name eq "x"', 'emails eq null and userName eq "bare"']) AS x;

-- ---- "pr: something is there", of whatever type; it has no value to be compared
INSERT INTO users (data) VALUES ('{"userName": "wrong", "active": "yes", "name": "text", "emails": "text", "addresses": [5], "title": 7,
	"phoneNumbers": [{"value": "1", "primary": "yes"}]}');
INSERT INTO users (data) VALUES ('{"userName": "hollow", "title": "", "name": {}, "emails": [{}], "addresses": [{"type": ""}], "nickName": null}');
SELECT finds(x || ' pr') FROM unnest(ARRAY['active', 'name', 'emails', 'addresses', 'title', 'nickName', 'phoneNumbers.primary']) AS x;
SELECT finds(x) FROM unnest(ARRAY['active eq true', 'active eq false', 'active ne true', 'name.givenName pr', 'emails.value pr', 'phoneNumbers[primary eq true]',
	'phoneNumbers[primary ne true]', 'title eq "7"']) AS x;

-- ---- a filter on a single complex attribute: replace sets what is given, as without it; on a multi-valued one it puts the value in the place
SELECT scim_create_user('{"userName": "patched", "name": {"givenName": "Ada", "familyName": "King"},
	"emails": [{"type": "work", "value": "a@x", "display": "A"}, {"type": "home", "value": "b@x", "display": "B"}]}') ->> 'id' AS id \gset
CREATE FUNCTION patched(id text, op text, path text, value jsonb, attribute text) RETURNS text LANGUAGE sql AS $$
	SELECT op || ' ' || path || ' -> ' || says(format('SELECT scim_patch_user(%L, %L) -> %L', id,
		jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('op', op, 'path', path, 'value', value))), attribute));
$$;
SELECT patched(:'id', 'replace', 'name[givenName eq "ADA"]', '{"familyName": "Lovelace"}', 'name');
SELECT patched(:'id', 'add', 'name[givenName eq "Ada"]', '{"formatted": "Ada L."}', 'name');
SELECT patched(:'id', 'replace', 'name[givenName eq "Bob"]', '{"familyName": "x"}', 'name');
SELECT patched(:'id', 'replace', 'emails[type eq "work"]', '{"value": "c@x"}', 'emails');
SELECT patched(:'id', 'add', 'emails[type eq "home"]', '{"value": "d@x"}', 'emails');
SELECT patched(:'id', 'remove', 'name[givenName eq "Ada"]', NULL, 'name');

-- ---- after force: an update is right as a whole, a patch need not mend what it does not name, but what is required has to be there
SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial"}, {"name": "note"}]}') ->> 'id';
SELECT scim_register_resource_type('{"name": "Badge", "endpoint": "/Badges", "schema": "urn:example:Badge"}') ->> 'id';
SELECT scim_create_table('badges', 'Badge');
SELECT scim_create_resource('Badge', '{"serial": "A"}') ->> 'id' AS typed \gset
SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial", "type": "integer"}, {"name": "note"}]}', force => true) ->> 'id';
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "add", "path": "note", "value": "patched"}]'') - ''meta'' - ''id''', :'typed'));
SELECT says(format('SELECT scim_update_resource(''Badge'', %L, ''{"serial": "A", "note": "whole"}'') - ''meta'' - ''id''', :'typed'));
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "add", "path": "serial", "value": "B"}]'') - ''meta'' - ''id''', :'typed'));
SELECT says(format('UPDATE badges SET data = data || ''{"note": "plain"}'' WHERE id = %L RETURNING data', :'typed'));
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "replace", "path": "serial", "value": 5}]'') - ''meta'' - ''id''', :'typed'));
SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial", "type": "integer"}, {"name": "note"}, {"name": "must", "required": true}]}', force => true) ->> 'id';
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "add", "path": "note", "value": "again"}]'') - ''meta'' - ''id''', :'typed'));
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "add", "path": "must", "value": "be"}]'') - ''meta'' - ''id''', :'typed'));
-- with "validate", plain SQL is checked, too, and whole
SELECT scim_unregister_table('badges');
SELECT scim_register_table('badges', 'Badge', '{}', '{"validate": true}');
SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial", "type": "boolean"}, {"name": "note"}, {"name": "must", "required": true}]}', force => true) ->> 'id';
SELECT says(format('UPDATE badges SET data = data || ''{"note": "plain again"}'' WHERE id = %L RETURNING data', :'typed'));
SELECT says(format('SELECT scim_patch_resource(''Badge'', %L, ''[{"op": "add", "path": "note", "value": "patched again"}]'') - ''meta'' - ''id''', :'typed'));

-- ---- in an upsert, excluded.version is that of the row that is inserted, whatever the statement says
SELECT id AS id, version AS version FROM users WHERE user_name = 'full' \gset
SELECT says(format('INSERT INTO users (id, data, version) VALUES (%1$L, ''{"userName": "full", "title": "upserted"}'', %2$L)
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data WHERE users.version = excluded.version RETURNING data ->> ''title''', :'id', :'version')) AS by_excluded;
SELECT says(format('INSERT INTO users (id, data) VALUES (%1$L, ''{"userName": "full", "title": "upserted"}'')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data WHERE users.version = %2$L RETURNING data ->> ''title''', :'id', :'version')) AS by_value;
SELECT says(format('INSERT INTO users (id, data) VALUES (%1$L, ''{"userName": "full", "title": "again"}'')
	ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data WHERE users.version = %2$L RETURNING data ->> ''title''', :'id', :'version')) AS by_value_that_is_stale;

-- ---- tables that you already have: filters in paths compare as the schema says, lists as the column does
DROP TABLE groups_members, groups, users;
CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE, email text, v text);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "v", "attributes": {"userName": "login",
	"emails[type eq \"work\"].value": {"column": "email", "compare": "exact"}}}');
INSERT INTO people VALUES (1, 'ada', 'Ada@X.org');
SELECT finds(x) FROM unnest(ARRAY['emails.value eq "Ada@X.org"', 'emails.value eq "ada@x.org"', 'emails[value eq "ada@x.org"]']) AS x;
SELECT patched('1', 'replace', 'emails[value eq "ada@x.org"].value', '"new@x.org"', 'emails');
SELECT v AS version FROM people \gset
SELECT says(format('INSERT INTO people VALUES (1, ''ada'', ''up@x.org'', %L) ON CONFLICT (id) DO UPDATE SET email = excluded.email WHERE people.v = excluded.v RETURNING email', :'version')) AS by_excluded;
SELECT says(format('INSERT INTO people VALUES (1, ''ada'', ''up@x.org'') ON CONFLICT (id) DO UPDATE SET email = excluded.email WHERE people.v = %L RETURNING email', :'version')) AS by_value;
\c :regression
DROP DATABASE scimver_sentences;
