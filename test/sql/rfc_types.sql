-- What RFC 7643 and RFC 7644 require of attribute types and characteristics,
-- requirement by requirement (docs/rfc-requirements.md), shown on a resource
-- type that is nothing but data.
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;

-- what a statement gives, or its error with the scimType and the path
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	IF sqlstate NOT LIKE 'PT%' THEN RETURN sqlstate || ' ' || sqlerrm; END IF;
	RETURN concat_ws(' ', sqlstate, coalesce(detail::jsonb ->> 'scim_type', split_part(sqlerrm, ':', 1)), '@ ' || (detail::jsonb ->> 'path'));
END $$;

CREATE FUNCTION attribute(name text, type text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('name', name, 'type', type, 'description', name) || more;
CREATE FUNCTION schema(name text, VARIADIC attributes jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:Schema"]'::jsonb, 'id', 'urn:example:params:scim:schemas:test:2.0:' || name,
		'name', name, 'description', name, 'attributes', to_jsonb(attributes));
CREATE FUNCTION resource_type(name text, VARIADIC extensions jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('schemas', '["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]'::jsonb, 'id', name, 'name', name, 'endpoint', '/' || name || 's', 'description', name,
		'schema', 'urn:example:params:scim:schemas:test:2.0:' || name, 'schemaExtensions', to_jsonb(extensions));

SELECT scim_register_schema(schema('Thing', attribute('name', 'string', '{"required": true}'), attribute('size', 'integer'), attribute('price', 'decimal'), attribute('on', 'boolean'), attribute('made', 'dateTime'),
	attribute('raw', 'binary', '{"caseExact": true}'), attribute('home', 'reference', '{"caseExact": true, "referenceTypes": ["uri"]}'),
	attribute('place', 'complex', jsonb_build_object('subAttributes', jsonb_build_array(attribute('city', 'string'), attribute('floor', 'integer')))),
	attribute('words', 'string', '{"multiValued": true}'), attribute('tags', 'complex', jsonb_build_object('multiValued', true, 'subAttributes', jsonb_build_array(
		attribute('value', 'string'), attribute('type', 'string'), attribute('primary', 'boolean')))),
	attribute('serial', 'string', '{"mutability": "immutable"}'), attribute('secret', 'string', '{"mutability": "writeOnly", "returned": "never"}'), attribute('state', 'string', '{"mutability": "readOnly"}'),
	attribute('code', 'string', '{"returned": "always"}'), attribute('hidden', 'string', '{"returned": "never"}'), attribute('history', 'string', '{"returned": "request"}'),
	attribute('exact', 'string', '{"caseExact": true}'), attribute('loose', 'string'))) ->> 'name';
SELECT scim_register_schema(schema('Extra', attribute('color', 'string', '{"required": true}'), attribute('depth', 'integer'))) ->> 'name';
SELECT scim_register_resource_type(resource_type('Thing', '{"schema": "urn:example:params:scim:schemas:test:2.0:Extra", "required": false}')) ->> 'name';
SELECT scim_create_table('things', 'Thing');

-- what is there of a thing that is made of this, without what the server adds and every thing has
CREATE FUNCTION thing(data jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	id text := scim_create_resource('Thing', '{"name": "t"}' || data) ->> 'id';
BEGIN
	RETURN scim_get_resource('Thing', id) - '{id,meta,name}'::text[];
END $$;
CREATE FUNCTION made(data text) RETURNS text LANGUAGE sql AS $$SELECT says(format('SELECT thing(%L) - ''schemas''', data))$$;
-- the names of those that a filter finds
CREATE FUNCTION found(filter text) RETURNS text LANGUAGE sql AS $$SELECT says(format($q$SELECT string_agg(r ->> 'name', ' ' ORDER BY r ->> 'name')
	FROM jsonb_array_elements(scim_list_resources('Thing', filter => %L) -> 'Resources') r$q$, filter))$$;

-- ---- types (RFC 7643 section 2.3) ----

SELECT 'RFC7643-2.3.4-L521' AS requirement, made(format('{"size": %s}', n)) FROM unnest('{1,-7,0,12345678901234567890,1.5,1.0,"\"1\""}'::text[]) WITH ORDINALITY n (n, i) ORDER BY i;
SELECT 'RFC7643-2.3.5-L527', made(format('{"made": "%s"}', d)) FROM unnest('{2024-02-29T10:00:00Z,2024-02-29T10:00:00.1234567+02:00,2024-02-29T10:00:00,2024-02-29,10:00:00Z,2023-02-29T10:00:00Z,2024-02-29 10:00:00Z,2024-02-29T25:00:00Z}'::text[])
	WITH ORDINALITY d (d, i) ORDER BY i;
SELECT 'RFC7643-2.3.5-L531', made(format('{"made": %s}', d)) FROM unnest('{1709200800,"\"2024-2-29T10:00:00Z\"","\"2024-02-29T10:00Z\"","\"2024-02-29T10:00:00+0200\"","\"2024-02-29T10:00:00+15:00\"","\"now\"","\"\""}'::text[]) WITH ORDINALITY d (d, i) ORDER BY i;
SELECT 'RFC7643-2.3.6-L537', made(format('{"raw": "%s"}', d)) FROM unnest('{AAEC,AA==,AA,-_8=,A,AA*=,A A=,äöü=}'::text[]) WITH ORDINALITY d (d, i) ORDER BY i;
SELECT 'RFC7643-2.3.7-L552', made(format('{"home": "%s"}', d)) FROM unnest('{https://example.com/a?b#c,../Things/1,urn:x:1,"a b","a<b>","",%zz}'::text[]) WITH ORDINALITY d (d, i) ORDER BY i;
-- order is of no account
SELECT 'RFC7643-2.3.8-L592', scim_version(thing('{"size": 1, "loose": "a", "place": {"city": "B", "floor": 2}}')) = scim_version(thing('{"place": {"floor": 2, "city": "B"}, "loose": "a", "size": 1}'));
-- complex attributes hold no complex ones; there are no types but those of the RFC; names are ATTRNAMEs
SELECT 'RFC7643-2.3.8-L595', says(format('SELECT scim_register_schema(%L)', schema('Nested', attribute('a', 'complex', jsonb_build_object('subAttributes', jsonb_build_array(attribute('b', 'complex', '{"subAttributes": []}')))))));
SELECT 'RFC7643-2.3-L443', says(format('SELECT scim_register_schema(%L)', schema('Money', attribute('a', 'money'))));
SELECT 'RFC7643-2.1-L369', says(format('SELECT scim_register_schema(%L)', schema('Bad', attribute(n, 'string')))) FROM unnest('{1a,a b,a.b,a:b,ä,""}'::text[]) WITH ORDINALITY n (n, i) ORDER BY i;
SELECT 'RFC7643-2.1-L369', made('{"a b": 1}');
-- values with sub-attributes are objects, and nothing else is
SELECT 'RFC7643-2.4-L608', made('{"tags": ["a"]}'), made('{"words": [{"value": "a"}]}'), says(format('SELECT scim_register_schema(%L)', schema('Half', attribute('a', 'string', jsonb_build_object('subAttributes', jsonb_build_array(attribute('b', 'string')))))));
-- one primary at most, on whichever way it came
SELECT 'RFC7643-2.4-L634', made('{"tags": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}'), made('{"tags": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]}');
-- values come back as they were given
SELECT made('{"tags": [{"value": "a", "type": "x"}, {"value": "a", "type": "x"}]}');
-- what is unassigned, null or empty is the same
SELECT 'RFC7643-2.5-L682', count(DISTINCT scim_version(thing(d))), count(*) FROM unnest('{"{}","{\"loose\": null}","{\"tags\": []}","{\"tags\": null, \"place\": {\"city\": null}}","{\"words\": []}"}'::jsonb[]) d;

-- ---- round trips ----

SELECT 'EXTRA-TYPE-INT', made('{"size": 42}'), made('{"size": -9007199254740993}');
SELECT 'EXTRA-TYPE-BOOL', made('{"on": true}'), made('{"on": false}'), made('{"on": "true"}'), made('{"on": 1}');
SELECT 'EXTRA-TYPE-DT', made('{"made": "2008-01-23T04:56:22.5Z"}');
SELECT 'EXTRA-TYPE-BIN', made('{"raw": "TWFu/+8="}');
SELECT 'EXTRA-TYPE-REF', made('{"home": "https://example.com/~a%20b"}');
SELECT 'EXTRA-TYPE-COMPLEX', made('{"place": {"city": "Bern", "floor": 3}}'), made('{"place": {"city": 3}}'), made('{"place": "Bern"}');
SELECT 'EXTRA-MV-ROUNDTRIP', made('{"words": ["b", "a", "B", ""]}'), made('{"tags": [{"value": "b"}, {"value": "a", "type": "x", "primary": true}]}');
SELECT 'EXTRA-EXT-ROUNDTRIP', made('{"urn:example:params:scim:schemas:test:2.0:Extra": {"color": "red", "depth": 2}}');
-- extension attributes stand below their URN, and nowhere else
SELECT 'EXTRA-EXT-CONTAINER', thing('{"urn:example:params:scim:schemas:test:2.0:Extra": {"color": "red"}}') ? 'urn:example:params:scim:schemas:test:2.0:Extra', made('{"color": "red"}');
SELECT 'RFC7643-3.3-L981', made('{"urn:example:params:scim:schemas:test:2.0:Extra": {"loose": "a", "color": "x"}}'), made('{"urn:example:params:scim:schemas:test:2.0:Other": {"color": "red"}}');
SELECT 'EXTRA-EXT-SCHEMAS', thing('{"urn:example:params:scim:schemas:test:2.0:Extra": {"color": "red"}}') -> 'schemas', thing('{}') -> 'schemas';
-- a sub-attribute that is required is so where its parent is there
SELECT 'RFC7643-6-L1655', made('{"urn:example:params:scim:schemas:test:2.0:Extra": {"depth": 1}}');

-- a required extension, with its required attributes
SELECT scim_register_schema(schema('Gadget', attribute('name', 'string'))) ->> 'name';
SELECT scim_register_resource_type(resource_type('Gadget', '{"schema": "urn:example:params:scim:schemas:test:2.0:Extra", "required": true}')) ->> 'name';
SELECT scim_create_table('gadgets', 'Gadget');
SELECT 'RFC7643-6-L1655', says($$SELECT scim_create_resource('Gadget', '{"name": "g"}')$$),
	says($$SELECT scim_create_resource('Gadget', '{"name": "g", "urn:example:params:scim:schemas:test:2.0:Extra": {"depth": 1}}')$$),
	says($$SELECT scim_create_resource('Gadget', '{"name": "g", "urn:example:params:scim:schemas:test:2.0:Extra": {"color": "red"}}') ->> 'name'$$);
SELECT 'RFC7643-6-L1655', says(format($$SELECT scim_update_resource('Gadget', %L, '{"name": "g"}')$$, id)),
	says(format($$SELECT scim_patch_resource('Gadget', %L, '[{"op": "remove", "path": "urn:example:params:scim:schemas:test:2.0:Extra"}]')$$, id)),
	says(format($$SELECT scim_patch_resource('Gadget', %L, '[{"op": "remove", "path": "urn:example:params:scim:schemas:test:2.0:Extra:color"}]')$$, id)) FROM gadgets;

-- ---- mutability (RFC 7643 section 7) ----

DELETE FROM things;
SELECT scim_create_resource('Thing', '{"name": "one", "serial": "s1", "secret": "S", "state": "mine", "code": "c", "hidden": "H", "history": "h", "exact": "Ab", "loose": "Ab"}') ->> 'id' AS one \gset
SELECT scim_create_resource('Thing', '{"name": "two", "code": "c2", "exact": "aB", "loose": "aB", "place": {"city": "Bern"}}') ->> 'id' AS two \gset

-- returned on request: only when it is named
SELECT 'RFC7644-3.9-L3596', scim_get_resource('Thing', :'one') ? 'history', scim_get_resource('Thing', :'one', attributes => '{history}') - 'id' - 'schemas';

-- immutable: set when it is made, or while it has no value, and then never again
SELECT 'EXTRA-MUT-IMMUTABLE', scim_get_resource('Thing', :'one') ->> 'serial',
	says(format($$SELECT scim_update_resource('Thing', %L, '{"name": "one", "serial": "s2"}')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "replace", "path": "serial", "value": "s2"}]')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "replace", "path": "serial", "value": "s1"}]') ->> 'serial'$$, :'one'));
SELECT 'RFC7643-7-L1766', says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "add", "value": {"serial": "s2"}}]')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "remove", "path": "serial"}]')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "add", "path": "serial", "value": "late"}]') ->> 'serial'$$, :'two')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "add", "path": "serial", "value": "later"}]')$$, :'two'));
SELECT 'RFC7644-3.5.1-L1660', says(format($$SELECT scim_update_resource('Thing', %L, '{"name": "two", "serial": "later"}')$$, :'two')),
	says(format($$SELECT scim_update_resource('Thing', %L, '{"name": "two", "serial": "late", "code": "c2", "exact": "aB", "loose": "aB", "place": {"city": "Bern"}}') ->> 'serial'$$, :'two'));

-- writeOnly: stored, and in no answer
SELECT 'EXTRA-MUT-WRITEONLY', (SELECT data ->> 'secret' FROM things WHERE id = :'one'), scim_get_resource('Thing', :'one') ? 'secret',
	scim_patch_resource('Thing', :'one', '[{"op": "replace", "path": "secret", "value": "T"}]') ? 'secret';
SELECT 'EXTRA-MUT-WRITEONLY', data ->> 'secret' FROM things WHERE id = :'one';
SELECT 'RFC7643-7-L1769', says(format($$SELECT scim_get_resource('Thing', %L, attributes => '{secret,name}') - 'meta' - 'id' - 'schemas'$$, :'one')),
	scim_list_resources('Thing')::text ~ 'secret', scim_update_resource('Thing', :'one', scim_get_resource('Thing', :'one') || '{"secret": "U"}')::text ~ 'secret';

-- readOnly: what clients send is ignored in create and update, and refused in a patch
SELECT 'EXTRA-MUT-READONLY', scim_get_resource('Thing', :'one') ? 'state', scim_update_resource('Thing', :'one', scim_get_resource('Thing', :'one') || '{"state": "mine"}') ? 'state';
SELECT 'RFC7643-7-L1759', says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "add", "path": "state", "value": "x"}]')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "remove", "path": "meta.created"}]')$$, :'one')),
	says(format($$SELECT scim_patch_resource('Thing', %L, '[{"op": "replace", "path": "id", "value": "x"}]')$$, :'one'));

-- ---- returned ----

SELECT 'EXTRA-RET-ALWAYS', scim_get_resource('Thing', :'one', excluded_attributes => '{code,id,name}') - 'meta' - 'schemas' - 'id', scim_get_resource('Thing', :'one', excluded_attributes => '{id}') ? 'id',
	scim_get_resource('Thing', :'one', attributes => '{loose}') - 'id' - 'schemas';
SELECT 'EXTRA-RET-NEVER', scim_get_resource('Thing', :'one') ? 'hidden', scim_get_resource('Thing', :'one', attributes => '{hidden}') ? 'hidden', scim_list_resources('Thing', attributes => '{hidden}')::text ~ 'hidden',
	scim_patch_resource('Thing', :'one', '[{"op": "replace", "path": "hidden", "value": "I"}]', attributes => '{hidden}') ? 'hidden', found('hidden eq "I"'), found('secret pr');
-- what is not shown is part of the version all the same, and what is asked for is not
SELECT count(DISTINCT v) FROM (VALUES (scim_get_resource('Thing', :'one') -> 'meta' ->> 'version'), (scim_get_resource('Thing', :'one', attributes => '{meta}') -> 'meta' ->> 'version'),
	(scim_patch_resource('Thing', :'one', '[{"op": "replace", "path": "hidden", "value": "J"}]') -> 'meta' ->> 'version')) v (v);

-- ---- caseExact ----

SELECT 'EXTRA-CASE-EXACT', found('exact eq "Ab"'), found('exact eq "AB"'), found('exact sw "a"'), found('exact co "B"');
SELECT 'EXTRA-CASE-INSENSITIVE', found('loose eq "AB"'), found('loose sw "A"'), found('LOOSE ew "b"');
SELECT 'RFC7643-7-L1748', found('exact eq "aB" and loose eq "ab"');
SELECT 'RFC7643-7-L1750', scim_get_resource('Thing', :'one') ->> 'exact', scim_get_resource('Thing', :'two') ->> 'exact', scim_get_resource('Thing', :'two') ->> 'loose';

-- ---- multi-valued: setting a primary takes it from the others ----

SELECT scim_create_resource('Thing', '{"name": "three", "tags": [{"value": "a", "primary": true}, {"value": "b"}]}') ->> 'id' AS three \gset
SELECT 'EXTRA-MV-COMPLEX-PRIMARY', made('{"tags": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}'),
	scim_patch_resource('Thing', :'three', '[{"op": "add", "path": "tags", "value": {"value": "c", "primary": true}}]') -> 'tags';
ROLLBACK;
