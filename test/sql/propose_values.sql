-- What proposals hold of values: what is never returned, of extensions, of columns that hold
-- attributes in their own way; counters, and the one tenant of a connection.
SET client_min_messages = warning;
CREATE DATABASE scimver_propose_values TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_propose_values
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on

CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
-- the changes, or the error's code and path, or what was written
CREATE FUNCTION asked(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
	detail jsonb;
BEGIN
	EXECUTE statement INTO answer;
	RETURN coalesce(answer->>'changes', 'written ' || (answer - '{meta,id,schemas}'::text[])::text);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlerrm, detail->>'path');
END $$;
CREATE FUNCTION patch(type text, id text, operations jsonb, rest text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	asked(format('SELECT scim_patch_resource(%L, %L, %L, on_conflict => ''propose''%s)', type, id, operations, rest));
CREATE FUNCTION propose(type text, id text, operations jsonb, rest text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	asked(format('SELECT scim_propose_change(%L, %L, %L%s)', type, id, operations, rest));
CREATE ROLE regress_hr;

-- ---- what is never returned ----

SELECT scim_register_schema('{"id": "urn:example:2.0:Lock", "name": "Lock", "attributes": [
	{"name": "displayName"}, {"name": "opened", "type": "integer"}, {"name": "secret", "returned": "never"}, {"name": "place", "mutability": "immutable"},
	{"name": "keys", "type": "complex", "multiValued": true, "subAttributes": [{"name": "type"}, {"name": "value"}, {"name": "pin", "returned": "never"}]}]}') IS NOT NULL;
SELECT scim_register_schema('{"id": "urn:example:2.0:Vault", "name": "Vault", "attributes": [{"name": "code", "returned": "never"}, {"name": "depth", "type": "integer"}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Lock", "endpoint": "/Locks", "schema": "urn:example:2.0:Lock",
	"schemaExtensions": [{"schema": "urn:example:2.0:Vault", "required": false}]}') IS NOT NULL;
SELECT scim_create_table('locks', 'Lock');
SELECT scim_create_resource('Lock', '{"displayName": "front", "opened": 1, "secret": "s", "place": "here", "keys": [{"value": "a", "pin": "1"}], "urn:example:2.0:Vault": {"code": "c", "depth": 5}}')->>'id' AS lock \gset
SELECT scim_set_policy('*', 'Lock', '{"review": {"attributes": ["displayName", "opened", "urn:example:2.0:Vault"], "reviewers": ["regress_hr"]}}') IS NOT NULL;
SELECT propose('Lock', :'lock', sets('displayName', '"back"'));
-- whether a guess was right is not told, as it is refused
SELECT propose('Lock', :'lock', sets('secret', '"s"')), propose('Lock', :'lock', sets('secret', '"t"')), propose('Lock', :'lock', '[{"op": "remove", "path": "secret"}]');
SELECT propose('Lock', :'lock', '[{"op": "add", "value": {"displayName": "back", "secret": "s"}}]'), propose('Lock', :'lock', sets('keys', '[{"value": "b", "pin": "1"}]'));
SELECT propose('Lock', :'lock', sets('urn:example:2.0:Vault:code', '"c"')), propose('Lock', :'lock', sets('urn:example:2.0:Vault:depth', '6'));
SELECT propose('Lock', :'lock', '[{"op": "add", "value": {"urn:example:2.0:Vault": {"code": "d"}}}]');
SELECT propose('Lock', NULL, '{"create": {"displayName": "new", "secret": "s"}}'), propose('Lock', NULL, '{"create": {"displayName": "new", "keys": [{"value": "k", "pin": "2"}]}}');
SELECT propose('Lock', NULL, '{"create": {"displayName": "new", "urn:example:2.0:Vault": {"code": "d"}}}');
SELECT propose('Lock', :'lock', '{"delete": true}');
-- a write that need not be reviewed may set it; one that must, and sets it, is refused
SELECT patch('Lock', :'lock', sets('secret', '"u"')), patch('Lock', :'lock', '[{"op": "add", "value": {"opened": 2, "secret": "v"}}]');
SELECT patch('Lock', :'lock', sets('opened', '2'));
SELECT count(*) AS all, count(*) FILTER (WHERE p::text ~ 'secret|pin|code') AS told FROM scim_proposal_rows p;
SELECT data->>'secret' AS secret, data->'keys'->0->>'pin' AS pin, data->'urn:example:2.0:Vault'->>'code' AS code FROM locks;
-- a replacement leaves out what nobody reads
SELECT asked(format('SELECT scim_update_resource(''Lock'', %L, ''{"displayName": "other", "place": "here"}'', on_conflict => ''propose'')', :'lock'));
-- what is immutable
SELECT propose('Lock', :'lock', sets('place', '"there"')), asked(format('SELECT scim_update_resource(''Lock'', %L, ''{"displayName": "other", "place": "there"}'', on_conflict => ''propose'')', :'lock'));
SELECT asked(format('SELECT scim_update_resource(''Lock'', %L, ''{"displayName": "other"}'', on_conflict => ''propose'')', :'lock'));

-- ---- what columns make of values ----

SELECT scim_register_schema('{"id": "urn:example:2.0:Part", "name": "Part", "attributes": [{"name": "name", "required": true}, {"name": "weight", "type": "decimal"}, {"name": "seen", "type": "dateTime"},
	{"name": "stock", "type": "integer"}, {"name": "shelf"}, {"name": "note"}, {"name": "tags", "multiValued": true}]}') IS NOT NULL;
SELECT scim_register_resource_type('{"name": "Part", "endpoint": "/Parts", "schema": "urn:example:2.0:Part"}') IS NOT NULL;
CREATE TABLE parts (id text PRIMARY KEY, name text, weight numeric(8, 2), seen timestamptz, stock int NOT NULL DEFAULT 0, shelf text, note varchar(5), tags text[], gone boolean NOT NULL DEFAULT false);
SELECT scim_register_table('parts', 'Part', '{"id": "id", "deleted": "gone", "attributes": {"name": "name", "weight": "weight", "seen": "seen", "stock": "stock", "shelf": {"column": "shelf", "mode": "read"}, "note": "note", "tags": "tags"}}', '{"history": true}');
INSERT INTO parts VALUES ('a', 'n', 1.5, '2020-01-01T00:00:00Z', 5, 'left', 'x', '{p,q}');
SELECT scim_set_policy('*', 'Part', '{"review": {"attributes": ["*"], "operations": ["delete", "create"], "reviewers": ["regress_hr"]}}') IS NOT NULL;
SELECT patch('Part', 'a', sets('weight', '1.50')), patch('Part', 'a', sets('weight', '1.504')), patch('Part', 'a', sets('weight', '1.506'));
SELECT patch('Part', 'a', sets('seen', '"2020-01-01T01:00:00+01:00"')), patch('Part', 'a', sets('seen', '"2020-01-01T01:00:00Z"'));
SELECT patch('Part', 'a', sets('stock', '6')), patch('Part', 'a', '[{"op": "remove", "path": "tags"}]'), patch('Part', 'a', sets('tags', '["q", "r"]'));
-- what they cannot hold, and what is not to be written
SELECT patch('Part', 'a', sets('note', '"too long"')), propose('Part', 'a', sets('note', '"too long"')), propose('Part', 'a', sets('shelf', '"right"')), patch('Part', 'a', sets('shelf', '"right"'));
SELECT propose('Part', 'a', '[{"op": "remove", "path": "shelf"}]'), propose('Part', 'a', sets('shelf', '"left"'));
SELECT propose('Part', NULL, '{"create": {"name": "b", "note": "too long"}}'), propose('Part', NULL, '{"create": {"name": "b", "weight": 1}}');
SELECT propose('Part', 'a', '{"delete": true}');
SELECT id, base, base_version = (SELECT scim_get_resource('Part', 'a')#>>'{meta,version}') AS of_now FROM (SELECT 1 AS id, base, base_version FROM scim_proposals WHERE operations ? 'delete' AND resource_type = 'Part') p;
UPDATE parts SET gone = true;
SELECT propose('Part', 'a', sets('stock', '6')), propose('Part', 'a', '{"delete": true}');
UPDATE parts SET gone = false;

-- ---- versions are what anybody can compute ----

SELECT count(*) AS all, count(*) FILTER (WHERE version = encode(substring(sha256(convert_to(scim_canonical(changes), 'UTF8')) FOR 8), 'base64')) AS same FROM scim_proposals;
-- the same difference has the same version, whatever was asked for
SELECT count(DISTINCT p->>'version') FROM (SELECT scim_propose_change('Part', 'a', sets('stock', '6')) UNION ALL SELECT scim_propose_change('Part', 'a', '[{"op": "add", "value": {"stock": 6}}]')) AS t(p);

-- ---- counters ----

CREATE FUNCTION counter(n int, OUT depth int, OUT error text) LANGUAGE plpgsql AS $$
DECLARE
	last scim_proposals := (SELECT p FROM scim_proposals p WHERE resource_type = 'Lock' AND status = 'open' ORDER BY created_at DESC LIMIT 1);
BEGIN
	EXECUTE format('SET LOCAL SESSION AUTHORIZATION regress_%s', CASE n % 2 WHEN 0 THEN 'ann' ELSE 'bob' END);
	PERFORM scim_review_proposal(last.id, 'counter', last.version, operations => sets('opened', to_jsonb(n + 10)));
	RESET SESSION AUTHORIZATION;
	depth := (SELECT max(r.depth) FROM scim_proposal_rows r);
EXCEPTION WHEN OTHERS THEN
	error := sqlerrm;
END $$;
CREATE ROLE regress_ann IN ROLE regress_hr;
CREATE ROLE regress_bob IN ROLE regress_hr;
SELECT scim_grant_tenant('default', 'regress_hr');
SELECT propose('Lock', :'lock', sets('opened', '9'));
SELECT max(depth) FROM generate_series(1, 20) n, counter(n);
SELECT counter(21), counter(21);
SELECT status, count(*), count(DISTINCT parent) AS parents FROM scim_proposals WHERE resource_type = 'Lock' AND (changes->0->>'path') = 'opened' AND (changes->0->>'to')::int > 8 GROUP BY status ORDER BY status;

-- ---- the one tenant of a connection ----

SELECT scim_propose_change('Lock', NULL, '{"create": {"displayName": "blue"}}', tenant_id => 'blue') - '{version,proposal_id,expires_at}'::text[];
SELECT id AS blue FROM scim_proposals WHERE tenant_id = 'blue' \gset
SET scimver.only_tenant = 'red';
SELECT asked(format('SELECT scim_propose_change(''Lock'', NULL, ''{"create": {"displayName": "x"}}'', tenant_id => ''blue'')'));
SELECT left(asked(format('SELECT scim_get_proposal(%L)', :'blue')), 18);
RESET scimver.only_tenant;
SELECT tenant_id, count(*) FROM scim_proposals WHERE tenant_id <> 'default' GROUP BY 1;

SET client_min_messages = warning;
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_propose_values;
DROP ROLE regress_ann, regress_bob, regress_hr;
