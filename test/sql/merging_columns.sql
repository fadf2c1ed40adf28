-- Writes that are merged, of tables whose columns hold attributes in their own way:
-- numbers with a scale, instants, read-only ones; rows that are marked as deleted;
-- versions that are computed, or count revisions; partitions.
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SELECT scim_register_schema('{"id": "urn:example:2.0:Part", "name": "Part", "attributes": [{"name": "name", "required": true}, {"name": "weight", "type": "decimal"}, {"name": "seen", "type": "dateTime"},
	{"name": "stock", "type": "integer"}, {"name": "shelf"}, {"name": "note"}, {"name": "tags", "multiValued": true}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Part", "endpoint": "/Parts", "schema": "urn:example:2.0:Part"}') IS NOT NULL;
CREATE FUNCTION v() RETURNS text LANGUAGE sql AS $$ SELECT scim_get_resource('Part', 'a')#>>'{meta,version}' $$;
CREATE FUNCTION shown(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN resource - 'meta' - 'schemas' - 'id';
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlerrm, detail::jsonb->>'path', coalesce(detail::jsonb#>>'{merge,reason}',
		(SELECT string_agg((c - 'changed_by')::text, ' ' ORDER BY i) FROM jsonb_array_elements(detail::jsonb#>'{merge,conflicts}') WITH ORDINALITY AS t(c, i)), detail::jsonb->>'merge'));
END $$;
CREATE FUNCTION merge(version text, mine jsonb, rules jsonb DEFAULT NULL, on_conflict text DEFAULT 'merge') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_typeof(mine) = 'array' THEN
		RETURN shown(scim_patch_resource('Part', 'a', mine, version, on_conflict => on_conflict, merge_rules => rules));
	END IF;
	RETURN shown(scim_update_resource('Part', 'a', mine || '{"name": "n"}', version, on_conflict => on_conflict, merge_rules => rules));
END $$;

-- ---- what columns make of values; what scimver only reads; marks ----

CREATE TABLE parts (id text PRIMARY KEY, name text, weight numeric(8, 2), seen timestamptz, stock int NOT NULL DEFAULT 0, shelf text, note text, tags text[], gone boolean NOT NULL DEFAULT false);
SELECT scim_register_table('parts', 'Part', '{"id": "id", "deleted": "gone", "attributes": {"name": "name", "weight": "weight", "seen": "seen", "stock": "stock", "shelf": {"column": "shelf", "mode": "read"}, "note": "note", "tags": "tags"}}', '{"history": true}');
INSERT INTO parts VALUES ('a', 'n', 1.5, '2020-01-01T00:00:00Z', 5, 'left', 'x', '{p,q}');
-- what the base has in other words is no change of mine
SELECT v() AS v1 \gset
UPDATE parts SET note = 'y';
SELECT merge(:'v1', '{"weight": 1.50, "seen": "2020-01-01T01:00:00+01:00", "stock": 5, "note": "x", "tags": ["q", "p"]}');
-- theirs, though mine says it again in other words
UPDATE parts SET weight = 2, seen = '2021-01-01T00:00:00Z';
SELECT merge(:'v1', '{"weight": 1.500, "seen": "2020-01-01T00:00:00.000Z", "stock": 6, "note": "x", "tags": ["p", "q"]}');
-- what no column holds is refused as in any write
SELECT v() AS v2 \gset
UPDATE parts SET stock = 7;
SELECT merge(:'v2', sets('weight', '2.001'));
SELECT fails(format('SELECT merge(%L, %L)', :'v2', sets('stock', '8')));
SELECT fails(format('SELECT merge(%L, %L)', :'v2', sets('weight', '"heavy"')));
SELECT merge(:'v2', sets('stock', '8'), '{"stock": "counter"}');
SELECT merge(:'v2', '[{"op": "remove", "path": "tags[value eq \"p\"]"}, {"op": "add", "path": "tags", "value": ["r"]}]');
-- only read: left out, sent back as it is, as another, and changed meanwhile, which makes no version
SELECT v() AS v3 \gset
UPDATE parts SET note = 'z';
SELECT merge(:'v3', '{"weight": 3, "seen": "2021-01-01T00:00:00Z", "stock": 8, "note": "y", "tags": ["q", "r"]}');
SELECT merge(:'v3', '{"weight": 4, "seen": "2021-01-01T00:00:00Z", "stock": 8, "note": "y", "shelf": "left", "tags": ["q", "r"]}', '{"weight": "mine"}');
SELECT fails(format('SELECT merge(%L, %L)', :'v3', '{"weight": 4, "shelf": "right"}'));
SELECT fails(format('SELECT merge(%L, %L)', :'v3', sets('shelf', '"right"')));
SELECT fails(format('SELECT merge(%L, %L)', :'v3', '[{"op": "remove", "path": "shelf"}]'));
SELECT merge(:'v3', sets('shelf', '"left"') || sets('seen', '"2022-01-01T00:00:00Z"'));
-- nothing is written but what is merged
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'column written'; RETURN NEW; END $$;
CREATE TRIGGER told BEFORE UPDATE OF note, weight, seen ON parts FOR EACH ROW EXECUTE FUNCTION told();
SELECT v() AS v4 \gset
ALTER TABLE parts DISABLE TRIGGER told;
UPDATE parts SET note = 'theirs';
ALTER TABLE parts ENABLE TRIGGER told;
SELECT merge(:'v4', sets('stock', '9'));
SELECT merge(:'v4', sets('seen', '"2023-01-01T00:00:00Z"'));
DROP TRIGGER told ON parts;
-- marked as deleted: gone; brought back: another life
SELECT v() AS v5 \gset
SELECT scim_delete_resource('Part', 'a');
SELECT fails(format('SELECT merge(%L, %L)', :'v5', sets('note', '"n"')));
UPDATE parts SET gone = false, note = 'back';
SELECT fails(format('SELECT merge(%L, %L)', :'v5', sets('stock', '1')));
-- rights on some columns only: none is written but mine
CREATE ROLE regress_merging;
GRANT USAGE ON SCHEMA public TO regress_merging;
GRANT SELECT, UPDATE (stock) ON parts TO regress_merging;
SELECT v() AS v6 \gset
UPDATE parts SET note = 'theirs again';
SET ROLE regress_merging;
SELECT merge(:'v6', sets('stock', '11'));
SELECT fails(format('SELECT merge(%L, %L)', :'v6', sets('weight', '11')));
RESET ROLE;
-- who may not read the history, for a policy of the application's, is told that nothing can be merged; without on_conflict nothing of it
ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY one ON parts USING (id = 'a');
SET ROLE regress_merging;
SELECT fails(format('SELECT merge(%L, %L)', :'v6', sets('stock', '12')));
SELECT fails(format('SELECT merge(%L, %L, NULL, NULL)', :'v6', sets('stock', '12')));
RESET ROLE;
DROP OWNED BY regress_merging;
SELECT scim_unregister_table('parts');
DROP TABLE parts;

-- ---- a mapping that is another one now ----

CREATE TABLE parts (id text PRIMARY KEY, name text, note text, stock int, data jsonb NOT NULL DEFAULT '{}', version text);
SELECT scim_register_table('parts', 'Part', '{"id": "id", "data": "data", "version": "version", "attributes": {"name": "name", "note": "note"}}', '{"history": true}');
INSERT INTO parts (id, name, note) VALUES ('a', 'n', 'x');
SELECT v() AS v1 \gset
UPDATE parts SET note = 'y';
SELECT scim_unregister_table('parts');
SELECT scim_register_table('parts', 'Part', '{"id": "id", "data": "data", "version": "version", "attributes": {"name": "name", "note": "note", "stock": "stock"}}', '{"history": true}');
SELECT fails(format('SELECT merge(%L, %L)', :'v1', sets('stock', '1')));
-- no history any more
SELECT v() AS v2 \gset
UPDATE parts SET note = 'z';
SELECT merge(:'v2', sets('stock', '1'));
SELECT scim_unregister_table('parts');
SELECT scim_register_table('parts', 'Part', '{"id": "id", "data": "data", "version": "version", "attributes": {"name": "name", "note": "note", "stock": "stock"}}', '{"history": false}');
SELECT fails(format('SELECT merge(%L, %L)', :'v2', sets('stock', '2')));
SELECT fails(format('SELECT merge(%L, %L, NULL, NULL)', :'v2', sets('stock', '2')));
SELECT scim_unregister_table('parts');
DROP TABLE parts;

-- ---- versions that count revisions ----

CREATE TABLE parts (id text PRIMARY KEY, name text, data jsonb NOT NULL DEFAULT '{}', version text, revision bigint);
SELECT scim_register_table('parts', 'Part', '{"id": "id", "data": "data", "version": "version", "revision": "revision", "attributes": {"name": "name"}}', '{"history": true, "version_scheme": "revision"}');
INSERT INTO parts (id, name, data) VALUES ('a', 'n', '{"note": "x", "stock": 5}');
SELECT v() AS v1 \gset
-- there and back: another version, and nothing of theirs to be merged
UPDATE parts SET data = data || '{"note": "y"}';
UPDATE parts SET data = data || '{"note": "x"}';
SELECT merge(:'v1', sets('note', '"z"'));
UPDATE parts SET data = data || '{"stock": 6}';
SELECT merge(:'v1', sets('stock', '6'), '{"stock": "counter"}');
SELECT revision FROM parts;
SELECT operation, revision, array_to_string(changed, ','), expected_version = :'v1' FROM scim_history_rows WHERE resource_type = 'Part' AND resource_id = 'a' AND revision IS NOT NULL ORDER BY seq;
SELECT scim_unregister_table('parts');
DROP TABLE parts;

-- ---- partitions ----

CREATE TABLE parts (id text, name text, note text, stock int, version text, PRIMARY KEY (id)) PARTITION BY LIST (id);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
CREATE TABLE parts_others PARTITION OF parts DEFAULT;
SELECT scim_register_table('parts', 'Part', '{"id": "id", "version": "version", "attributes": {"name": "name", "note": "note", "stock": "stock"}}', '{"history": true}');
INSERT INTO parts VALUES ('a', 'n', 'x', 5);
SELECT v() AS v1 \gset
UPDATE parts SET note = 'y';
SELECT merge(:'v1', sets('stock', '6'));
SELECT fails(format('SELECT merge(%L, %L)', :'v1', sets('note', '"z"')));
SELECT merge(:'v1', '{"note": "z", "stock": 5}', '{"*": "mine"}');
SELECT scim_unregister_table('parts');
DROP TABLE parts;

-- ---- what fits on the row of now, and not on the base ----

-- nobody asked for a merge: it is a mismatch, as ever; who did is told why there is none
CREATE TABLE people (id text PRIMARY KEY, login text NOT NULL, mail text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "emails[type eq \"work\"].value": "mail"}}', '{"history": true}');
INSERT INTO people VALUES ('a', 'u', 'w');
SELECT scim_get_user('a')#>>'{meta,version}' AS v1 \gset
UPDATE people SET mail = NULL;
\set adds '[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "x"}]}]'
SELECT fails(format('SELECT scim_patch_user(''a'', %L, %L)', :'adds', :'v1'));
SELECT fails(format('SELECT scim_patch_user(''a'', %L, %L, on_conflict => ''merge'')', :'adds', :'v1'));
SELECT mail IS NULL FROM people;
SELECT scim_unregister_table('people');
DROP TABLE people;
DROP EXTENSION scimver CASCADE;
DROP FUNCTION merge(text, jsonb, jsonb, text), fails(text), sets(text, jsonb), shown(jsonb), v(), told();
DROP ROLE regress_merging;
