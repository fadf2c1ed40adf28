-- Lookup columns: made for any resource type, unique where the schema says so,
-- used under row level security, added on demand.
SET client_min_messages = warning;
CREATE DATABASE scimver_lookups TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_lookups
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\pset null NULL
CREATE EXTENSION scimver CASCADE;

CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN
	('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
-- the error of a statement, with what its detail says of the attribute
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	IF detail LIKE '{"%' THEN
		RETURN sqlerrm || ' ' || (detail::jsonb - 'status' - 'scim_type' - 'error_code');
	END IF;
	RETURN sqlerrm;
END $$;
-- since version 17 a plan says what of a subplan a condition needs
CREATE FUNCTION plan(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		RETURN NEXT regexp_replace(regexp_replace(line, 'EXISTS\((SubPlan \d+)\)', '(\1)'), '\(ANY \(\w+ = \((hashed SubPlan \d+)\)\.col1\)\)', '(\1)');
	END LOOP;
END $$;
CREATE VIEW lookups AS
	SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type, l.collname,
		replace(regexp_replace(pg_get_expr(d.adbin, d.adrelid), '\s+', ' ', 'g'), '::text', '') AS generated, col_description(c.oid, a.attnum) AS comment
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		LEFT JOIN pg_collation l ON l.oid = a.attcollation
	WHERE c.relkind = 'r' AND a.attgenerated <> '' AND NOT a.attisdropped AND c.relname <> 'groups_members';

-- ---- a table for any resource type ----

INSERT INTO scim_schemas (position, document) VALUES
(101, '{"id": "urn:example:Agent", "name": "Agent", "attributes": [
	{"name": "agentName", "required": true, "uniqueness": "server"},
	{"name": "serial-No", "type": "integer", "uniqueness": "global"},
	{"name": "key", "type": "complex", "subAttributes": [{"name": "keyID", "caseExact": true, "uniqueness": "server"}, {"name": "number", "type": "decimal", "uniqueness": "server"}]},
	{"name": "home", "type": "reference", "referenceTypes": ["external"], "uniqueness": "server"},
	{"name": "version", "caseExact": true}, {"name": "xmin"}, {"name": "tags", "multiValued": true}, {"name": "codes", "multiValued": true, "caseExact": true},
	{"name": "since", "type": "dateTime"}, {"name": "weight", "type": "decimal"}, {"name": "active", "type": "boolean"}, {"name": "cert", "type": "binary"},
	{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "XMLName"}, {"name": "primary", "type": "boolean"}, {"name": "labels", "multiValued": true}]}]}'),
(102, '{"id": "urn:example:ext:Agent", "name": "AgentExtension", "attributes": [
	{"name": "badgeNo", "uniqueness": "server"}, {"name": "agent-Name", "uniqueness": "server"}, {"name": "boss", "type": "complex", "subAttributes": [{"name": "$ref", "type": "reference", "referenceTypes": ["Agent"]}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES
(101, '{"name": "Agent", "endpoint": "/Agents", "schema": "urn:example:Agent", "schemaExtensions": [{"schema": "urn:example:ext:Agent", "required": false}]}');
SELECT scim_create_table('agents', 'Agent');
SELECT attname, type, collname, generated, comment FROM lookups ORDER BY attnum;
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'agents'::regclass ORDER BY 1;
-- what no index can keep unique is refused: one of many values
SELECT error(format('SELECT scim_register_schema(%L)', document)) FROM unnest(ARRAY[
'{"id": "urn:example:Many", "name": "Many", "attributes": [{"name": "codes", "multiValued": true, "uniqueness": "server"}]}',
'{"id": "urn:example:Parts", "name": "Parts", "attributes": [{"name": "parts", "type": "complex", "multiValued": true, "subAttributes": [{"name": "value", "uniqueness": "global"}]}]}']) document;

-- names that are taken, reserved, too long
INSERT INTO scim_schemas (position, document) VALUES (103, jsonb_build_object('id', 'urn:example:Odd', 'name', 'Odd', 'attributes',
	(SELECT jsonb_agg(jsonb_build_object('name', a, 'uniqueness', 'server')) FROM unnest(ARRAY['data', 'tenantId', 'last-modified', 'lastModified', 'select', 'ctid', 'x' || repeat('y', 61), 'x' || repeat('y', 62), 'x' || repeat('y', 80), 'x' || repeat('y', 90)]) a)));
INSERT INTO scim_resource_types (position, document) VALUES (103, '{"name": "Odd", "endpoint": "/Odds", "schema": "urn:example:Odd"}');
SELECT scim_create_table('odds', 'Odd');
SELECT attname, comment FROM lookups WHERE relname = 'odds' ORDER BY attnum;
SELECT error($$SELECT scim_create_resource('Odd', '{"data": "D", "tenantId": "T", "select": "S"}')$$), error($$SELECT scim_create_resource('Odd', '{"select": "s"}')$$) ~ 'select "s" is taken';
SELECT data_2, tenant_id_2, "select" FROM odds;
DROP TABLE odds;

-- ---- unique ----

INSERT INTO agents (id, data) VALUES (id(1), '{"agentName": "One", "serial-No": 7, "key": {"keyID": "kX", "number": 1e3}, "home": "https://example.com/A",
	"urn:example:ext:Agent": {"badgeNo": "B1", "agent-Name": "eins"}}');
INSERT INTO agents (id, data) VALUES (id(2), '{"agentName": "Two"}');
INSERT INTO agents (tenant_id, id, data) SELECT 'other', id(3), data FROM agents WHERE id = id(1);
SELECT agent_name, serial_no, key_key_id, key_number, home, badge_no, agent_name_2 FROM agents ORDER BY id;
CREATE VIEW taken AS SELECT n, data FROM (VALUES (1, '{"agentName": "ONE"}'::jsonb), (2, '{"serial-No": 7}'), (3, '{"key": {"keyID": "kX"}}'), (4, '{"key": {"number": 1000.00}}'),
	(5, '{"home": "https://example.com/A"}'), (6, '{"urn:example:ext:Agent": {"badgeNo": "b1"}}'), (7, '{"urn:example:ext:Agent": {"agent-Name": "EINS"}}'),
	(8, '{"key": {"keyID": "kx", "number": 1000.01}, "home": "https://example.com/a"}')) t(n, data);
-- every way to take a value that is taken: the same error, with the attribute, the value, and who has it
SELECT n, error(format('SELECT scim_create_resource(''Agent'', %L)', '{"agentName": "New"}'::jsonb || data)) FROM taken WHERE n < 8 ORDER BY n;
SELECT n, error(format('SELECT scim_update_resource(''Agent'', id(2)::text, %L)', '{"agentName": "Two"}'::jsonb || data)) FROM taken WHERE n < 8 ORDER BY n;
SELECT n, error(format('SELECT scim_patch_resource(''Agent'', id(2)::text, %L)', jsonb_build_array(jsonb_build_object('op', 'add', 'value', data)))) FROM taken ORDER BY n;
-- a resource may take its own values again, in another spelling, and those of another tenant
SELECT error($$SELECT scim_patch_resource('Agent', id(1)::text, '[{"op": "replace", "path": "agentName", "value": "ONE"}, {"op": "replace", "path": "urn:example:ext:Agent:badgeNo", "value": "b1"}]')$$);
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "Two"}', tenant_id => 'other')$$);
-- plain SQL: PostgreSQL's own
SELECT error(format('UPDATE agents SET data = data || %L WHERE id = id(2)', data)) FROM taken WHERE n < 8 ORDER BY n;
-- who has it is said to whom it may be: here a policy hides the row, and the index finds it, by whatever name it has
CREATE ROLE lookups_clerk;
SELECT scim_grant_tenant('default', 'lookups_clerk');
CREATE POLICY hidden ON agents AS RESTRICTIVE FOR SELECT TO lookups_clerk USING (id <> id(1));
GRANT SELECT ON taken TO lookups_clerk;
SET ROLE lookups_clerk;
SELECT n, error(format('SELECT scim_patch_resource(''Agent'', id(2)::text, %L)', jsonb_build_array(jsonb_build_object('op', 'add', 'value', data)))) FROM taken WHERE n IN (1, 6) ORDER BY n;
RESET ROLE;
ALTER INDEX agents_tenant_id_badge_no_idx RENAME TO badges;
SET ROLE lookups_clerk;
SELECT n, error(format('SELECT scim_patch_resource(''Agent'', id(2)::text, %L)', jsonb_build_array(jsonb_build_object('op', 'add', 'value', data)))) FROM taken WHERE n = 6 ORDER BY n;
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "one"}')$$);
RESET ROLE;
DROP POLICY hidden ON agents;
-- another trigger takes the value: ours sees the row as it will be stored
CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.data := jsonb_set(NEW.data, '{urn:example:ext:Agent}', '{"badgeNo": "B1"}'); RETURN NEW; END $$;
CREATE TRIGGER steal BEFORE UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION steal();
SELECT error($$SELECT scim_patch_resource('Agent', id(2)::text, '[{"op": "add", "path": "since", "value": "2024-01-01T00:00:00Z"}]')$$);
DROP TRIGGER steal ON agents;
-- ---- indexes on demand ----

CREATE TABLE versions AS SELECT id, version, revision, last_modified FROM agents;
SET client_min_messages = notice;
SELECT scim_create_index('Agent', 'Since');
SELECT scim_create_index('agent', 'since');
SELECT scim_create_index('Agent', 'urn:example:Agent:tags');
SELECT scim_create_index('Agent', 'parts.value');
SELECT scim_create_index('Agent', 'meta.created');
SELECT scim_create_index('Agent', 'meta.lastModified');
SELECT scim_create_index('Agent', 'meta.lastModified');
SET client_min_messages = warning;
SELECT path, scim_create_index('Agent', path) FROM unnest('{id,agentName,urn:example:ext:Agent:badgeNo,weight,codes,parts.XMLName,parts.labels,version,xmin,schemas,urn:example:ext:Agent:boss.$ref,externalId,active}'::text[]) path;
SELECT attname, type, collname, generated, comment FROM lookups WHERE attnum > 15 ORDER BY attnum;
SELECT error(format('SELECT scim_create_index(''Agent'', %L)', path)) FROM unnest('{cert,key,parts,parts.primary,meta,meta.version,nothing,"",urn:example:ext:Agent,parts[value eq \"x\"].value}'::text[]) path;
SELECT error($$SELECT scim_create_index('User', 'title')$$);
SELECT error($$SELECT scim_create_index('Nothing', 'title')$$);
SELECT scim_create_index(NULL, 'title');
-- nothing of the resources changed
SELECT count(*) FROM agents JOIN versions USING (id, version, revision, last_modified);
SELECT version = scim_version(scim_get_resource('Agent', id::text, tenant_id => tenant_id)) FROM agents ORDER BY id;
-- new columns can be read by whom the table was granted to, and are filled by what comes
SET ROLE lookups_clerk;
SELECT scim_create_resource('Agent', '{"agentName": "Three", "tags": ["A", "b"], "codes": ["A", "b"], "since": "2024-01-01T00:00:00+01:00", "weight": 1.50, "active": false, "version": "V", "xmin": "X",
	"parts": [{"value": "P1", "XMLName": "N", "labels": ["L", "M"]}, {"value": "p2"}, {"primary": true}]}') ->> 'agentName';
SELECT tags, codes, since AT TIME ZONE 'UTC', weight, active, version_2, xmin_2, parts, parts_xml_name, parts_labels, schemas, parts @= 'p1' FROM agents WHERE agent_name = 'three';
SELECT error($$SELECT scim_create_index('Agent', 'key.number')$$);
RESET ROLE;
SELECT proname FROM pg_proc WHERE proname = 'scim_create_index' AND has_function_privilege('lookups_clerk', oid, 'EXECUTE');
GRANT EXECUTE ON FUNCTION scim_create_index TO lookups_clerk;
SET ROLE lookups_clerk;
SELECT error($$SELECT scim_create_index('Agent', 'parts.labels')$$), error($$SELECT scim_create_index('Agent', 'meta.created')$$);
RESET ROLE;
DROP INDEX agents_tenant_id_weight_id_idx;
SET ROLE lookups_clerk;
SELECT error($$SELECT scim_create_index('Agent', 'weight')$$);
RESET ROLE;
-- the column is there, its index is not
SELECT scim_create_index('Agent', 'weight');

-- ---- what does not fit into an index ----

BEGIN;
SELECT n, octet_length(x), error(format('SELECT scim_create_resource(''Agent'', %L)', jsonb_build_object('agentName', 'fits' || n || i) || replace(d, 'X', 'c' || x)::jsonb)) AS create,
	error(format('SELECT scim_patch_resource(''Agent'', id(2)::text, %L)', jsonb_build_array(jsonb_build_object('op', 'add', 'value', replace(d, 'X', 'p' || x)::jsonb)))) AS patch
FROM unnest(ARRAY['{"agentName": "X"}', '{"key": {"keyID": "X"}}', '{"urn:example:ext:Agent": {"badgeNo": "X"}}', '{"tags": ["a", "X"]}']) WITH ORDINALITY AS t(d, n),
	(VALUES (1, repeat('x', 1999)), (2, repeat('x', 2000)), (3, repeat('x', 1000000)), (4, repeat(U&'\FDFA', 60)), (5, repeat(U&'\FDFA', 61))) v(i, x) WHERE n <> 2 OR i < 4 ORDER BY n, i;
-- what fits does so uncompressed, too
SELECT error(format('SELECT scim_create_resource(''Agent'', %L)', jsonb_build_object('agentName', n, 'codes', jsonb_build_array(n)))) FROM (SELECT left(string_agg(md5(i::text), ''), 2000) AS n FROM generate_series(1, 63) i) t;
ROLLBACK;

-- ---- mappings follow lookup columns ----

ALTER TABLE agents RENAME COLUMN tags TO "Tag {list}";
ALTER TABLE agents RENAME COLUMN agent_name TO data_name;
SELECT error('ALTER TABLE agents DROP COLUMN "Tag {list}" CASCADE');
SELECT error('ALTER TABLE agents DROP COLUMN data_name');
SELECT scim_explain_filter('Agent', 'tags eq "A" and agentName eq "Three"');
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "ONE"}')$$);
SELECT scim_create_index('Agent', 'tags');
-- without the trigger nobody holds them
BEGIN;
DROP TRIGGER "~~~scimver" ON agents;
ALTER TABLE agents DROP COLUMN "Tag {list}";
ROLLBACK;

-- ---- HOT ----

DROP INDEX agents_tenant_id_last_modified_id_idx;
CREATE FUNCTION updates(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	updated bigint := pg_stat_get_xact_tuples_updated('agents'::regclass);
	hot bigint := pg_stat_get_xact_tuples_hot_updated('agents'::regclass);
BEGIN
	EXECUTE statement;
	RETURN format('%s of %s updates are HOT', pg_stat_get_xact_tuples_hot_updated('agents'::regclass) - hot, pg_stat_get_xact_tuples_updated('agents'::regclass) - updated);
END $$;
VACUUM FULL agents;
SELECT updates($$UPDATE agents SET data = data || '{"cert": "AA=="}' WHERE id = id(1)$$);
SELECT updates($$UPDATE agents SET data = data || '{"key": {"keyID": "kX", "number": 1000, "other": 1}}' WHERE id = id(1)$$);
SELECT updates($$UPDATE agents SET data = data || '{"weight": 3}' WHERE id = id(1)$$);
VACUUM FULL agents;
SELECT scim_create_index('Agent', 'meta.lastModified');
SELECT updates($$UPDATE agents SET data = data || '{"cert": "BB=="}' WHERE id = id(1)$$);

-- ---- tables follow their schemas ----

CREATE FUNCTION change(attribute jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT error(format('SELECT scim_register_schema(%L)', document || jsonb_build_object('attributes',
		(SELECT jsonb_agg(a || attribute) FILTER (WHERE a ->> 'name' = attribute ->> 'name') || jsonb_agg(a) FILTER (WHERE a ->> 'name' <> attribute ->> 'name') FROM jsonb_array_elements(document -> 'attributes') a))))
	FROM scim_schemas WHERE id = 'urn:example:Agent' $$;
CREATE VIEW agent_lookups AS SELECT attname, type, collname, generated FROM lookups WHERE relname = 'agents';
CREATE VIEW agent_indexes AS SELECT replace(pg_get_indexdef(indexrelid), ' ON public.agents USING', '') AS index FROM pg_index WHERE indrelid = 'agents'::regclass;
CREATE TEMP TABLE lookups_before AS SELECT * FROM agent_lookups;
CREATE TEMP TABLE indexes_before AS SELECT * FROM agent_indexes;
-- what was changed since the last time
CREATE FUNCTION changes() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY (SELECT '- ' || b::text FROM lookups_before b EXCEPT SELECT '- ' || a::text FROM agent_lookups a) UNION ALL (SELECT '+ ' || a::text FROM agent_lookups a EXCEPT SELECT '+ ' || b::text FROM lookups_before b) ORDER BY 1;
	RETURN QUERY (SELECT '- ' || b::text FROM indexes_before b EXCEPT SELECT '- ' || a::text FROM agent_indexes a) UNION ALL (SELECT '+ ' || a::text FROM agent_indexes a EXCEPT SELECT '+ ' || b::text FROM indexes_before b) ORDER BY 1;
	DELETE FROM lookups_before; INSERT INTO lookups_before SELECT * FROM agent_lookups;
	DELETE FROM indexes_before; INSERT INTO indexes_before SELECT * FROM agent_indexes;
END $$;
DELETE FROM versions; INSERT INTO versions SELECT id, version, revision, last_modified FROM agents;
-- nothing that concerns a lookup
SELECT change('{"name": "agentName", "description": "Another"}');
SELECT * FROM changes();
-- another caseExact, of one value and of many
SELECT change('{"name": "agentName", "caseExact": true}');
SELECT change('{"name": "codes", "caseExact": false}');
SELECT * FROM changes();
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "two"}')$$), error($$SELECT scim_create_resource('Agent', '{"agentName": "Two"}')$$);
SELECT scim_list_resources('Agent', 'codes eq "B"') -> 'totalResults', scim_list_resources('Agent', 'agentName eq "TWO"') -> 'totalResults';
-- no longer unique, unique again: but two have the same by now
SELECT change('{"name": "agentName", "uniqueness": "none"}');
SELECT * FROM changes();
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "Two"}')$$);
SELECT left(change('{"name": "agentName", "uniqueness": "server"}'), 58);
-- an index cannot be forced
SELECT left(error(format('SELECT scim_register_schema(%L, force => true)', jsonb_set(document, '{attributes,0,uniqueness}', '"server"'))), 58) FROM scim_schemas WHERE id = 'urn:example:Agent' AND document->'attributes'->0->>'name' = 'agentName';
SELECT * FROM changes();
SELECT change('{"name": "agentName", "caseExact": false}');
SELECT * FROM changes();
DELETE FROM agents WHERE data_name = 'two' AND id <> id(2) AND tenant_id = 'default';
SELECT change('{"name": "agentName", "uniqueness": "server"}');
SELECT * FROM changes();
-- becomes unique
SELECT change('{"name": "version", "uniqueness": "server"}');
SELECT * FROM changes();
-- another type, where no resource has the attribute
UPDATE agents SET data = data - 'weight' - 'xmin';
SELECT change('{"name": "weight", "type": "string"}'), change('{"name": "xmin", "type": "dateTime"}');
SELECT * FROM changes();
-- an attribute that is new, and others that go, with their columns
UPDATE agents SET data = data - 'tags';
SELECT error(format('SELECT scim_register_schema(%L)', document || jsonb_build_object('attributes',
	(SELECT jsonb_agg(a) FROM jsonb_array_elements(document -> 'attributes') a WHERE a ->> 'name' NOT IN ('xmin', 'tags')) || '[{"name": "displayName"}, {"name": "xmin-2", "uniqueness": "global"}]')))
FROM scim_schemas WHERE id = 'urn:example:Agent';
SELECT * FROM changes();
SELECT count(*) FROM agents JOIN versions USING (id, revision, last_modified) WHERE id IN (id(2));
SELECT count(*) FROM agents WHERE version <> scim_version(scim_get_resource('Agent', id::text, tenant_id => tenant_id));
-- lookups work as they are now
SELECT scim_create_resource('Agent', '{"agentName": "Four", "xmin-2": "X", "version": "W"}') ->> 'agentName';
SELECT error($$SELECT scim_create_resource('Agent', '{"agentName": "Five", "xmin-2": "x"}')$$) ~ 'xmin-2 "x" is taken', error($$SELECT scim_create_resource('Agent', '{"agentName": "Five", "version": "W"}')$$) ~ 'version "W" is taken';
SET ROLE lookups_clerk;
SELECT display_name, xmin_2_2 FROM agents WHERE data_name = 'four';
RESET ROLE;

-- ---- the operator ----

SELECT a, v, a @= v, v = ANY (a) FROM unnest(ARRAY['{}', '{a}', '{A,a}', '{NULL,a}', '{NULL}', '{{b,c},{d,a}}', '[5:6]={b,a}', '{"",b}']) t, unnest(ARRAY['a', '']) v, CAST(t AS text[]) a
WHERE (a @= v) IS DISTINCT FROM coalesce(v = ANY (a), false);
SELECT NULL::text[] @= 'a', ARRAY['a'] @= NULL;
-- long values, compressed and out of line
CREATE TABLE long (a text[]);
INSERT INTO long SELECT array_agg(repeat(n::text, 2000) || CASE WHEN i = 7 THEN md5(n::text) ELSE '' END) FROM generate_series(1, 20) i, generate_series(1, 3) n GROUP BY i;
SELECT count(*) FILTER (WHERE a @= repeat('2', 2000)), count(*) FILTER (WHERE a @= (repeat('2', 2000) || md5('2'))), count(*) FILTER (WHERE a @= '2') FROM long;
SELECT amvalidate(oid) FROM pg_opclass WHERE opcname = 'scim_values_ops';
SELECT opr.oprname, p.proleakproof, p.provolatile, p.proparallel FROM pg_operator opr JOIN pg_proc p ON p.oid = opr.oprcode WHERE opr.oprname = '@=';
-- the functions under the columns raise no error, whatever they are given
SELECT d, scim_folded_values(d, 'a'), scim_folded_values(d, 'a.b'), scim_exact_values(d, 'a'), scim_exact_values(d, 'a.b'), scim_boolean(d -> 'a'), scim_number(d -> 'a')
FROM unnest(ARRAY['{}', '[]', '1', '"S"', '{"a": "S"}', '{"a": ["S", 1, null, ["T"], {"b": "U"}, {"b": ["V", ["W"], {"b": "X"}]}]}', '{"a": {"b": ["V", "W"]}}', '[{"a": "S"}]',
	'{"a": true}', '{"a": false}', '{"a": 1.50}', '{"a": "true"}', '{"a": null}', '{"a": [true]}']::jsonb[]) d;
SELECT scim_exact_values('{"a": "S", "": {"": "T"}}', p) FROM unnest(ARRAY['', '.', 'a.', '.a', 'a.b.c']) p;
-- very many values
SELECT cardinality(scim_folded_values(d, 'a')), (scim_folded_values(d, 'a'))[100000], scim_folded_values(d, 'a') @= 'v77777' FROM (SELECT jsonb_build_object('a', jsonb_agg('V' || n ORDER BY n)) FROM generate_series(1, 100000) n) t(d);

-- ---- indexes are used, under row level security ----

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (tenant_id, id, data) SELECT CASE WHEN n % 10 = 0 THEN 'other' ELSE 'default' END, id(n),
	jsonb_build_object('userName', 'User' || n, 'externalId', 'E' || n, 'displayName', 'Name ' || n % 3000, 'active', n % 500 <> 0, 'title', 'T' || n,
		'emails', jsonb_build_array(jsonb_build_object('value', 'User' || n || '@example.com', 'type', 'work'), jsonb_build_object('value', 'U' || n || '@home.example')))
	FROM generate_series(1, 20000) n;
SELECT scim_create_index('User', 'title'), scim_create_index('User', 'groups.value'), scim_create_index('Group', 'members.value');
VACUUM ANALYZE users;
SET ROLE lookups_clerk;
SET enable_seqscan = off;
SELECT filter, plan(scim_explain_filter('User', filter)) FROM unnest(ARRAY['userName eq "user77"', 'externalId eq "E77"', 'emails.value eq "USER77@example.com"', 'displayName eq "name 77"', 'active eq false', 'title sw "t1234"']) filter;
-- and chosen, whatever may be scanned
RESET enable_seqscan;
SELECT filter, scan FROM unnest(ARRAY['userName eq "user77"', 'externalId eq "E77"', 'emails.value eq "USER77@example.com"', 'displayName eq "name 77"', 'active eq false', 'title sw "t1234"']) filter, plan(scim_explain_filter('User', filter)) scan
WHERE scan ~ 'users';
SELECT count(*) FROM users WHERE emails @= 'user77@example.com' UNION ALL SELECT count(*) FROM users WHERE emails @= 'user70@example.com';
RESET ROLE;

\c :regression
DROP DATABASE scimver_lookups;
DROP ROLE lookups_clerk;
