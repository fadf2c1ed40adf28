\set ECHO none
-- What MCP clients read of tables whose ids are no uuids, and how much completions look at.
SET client_min_messages = warning;
\set regression :DBNAME
CREATE DATABASE scimver_mcp_ids TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_mcp_ids
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION complete(value text, endpoint text DEFAULT 'Users') RETURNS text LANGUAGE sql RETURN
	(SELECT concat_ws(' ', string_agg(v, ' ' ORDER BY i), CASE WHEN c->>'hasMore' = 'true' THEN '...' END) FROM (SELECT scim_mcp_complete(json_build_object('ref', json_build_object('type', 'ref/resource', 'uri', format('scim://{tenant}/%s/{id}', endpoint)), 'argument', json_build_object('name', 'id', 'value', value))::text)->'completion') a(c), json_array_elements_text(c->'values') WITH ORDINALITY t(v, i) GROUP BY c->>'hasMore');
-- rows that a completion looks at by the key, or one after the other
CREATE FUNCTION looks_at(relation regclass, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before record;
	behind record;
BEGIN
	SELECT seq_tup_read, idx_scan FROM pg_stat_xact_user_tables WHERE relid = relation INTO before;
	PERFORM complete(value);
	SELECT seq_tup_read, idx_scan FROM pg_stat_xact_user_tables WHERE relid = relation INTO behind;
	RETURN format('%s rows, %s', behind.seq_tup_read - coalesce(before.seq_tup_read, 0), CASE WHEN behind.idx_scan > coalesce(before.idx_scan, 0) THEN 'by the key' ELSE 'without the key' END);
END $$;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION anew(id_type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF to_regclass('people') IS NOT NULL THEN
		PERFORM scim_unregister_table('people');
		DROP TABLE people;
	END IF;
	EXECUTE format('CREATE TABLE people (id %s PRIMARY KEY, name text NOT NULL UNIQUE, gone boolean NOT NULL DEFAULT false)', id_type);
	PERFORM scim_register_table('people', 'User', '{"id": "id", "tenant": {"value": "acme"}, "deleted": "gone", "attributes": {"userName": {"column": "name"}}}', '{"history": true}');
END $$;
\set ECHO all

-- ---- numbers: those that begin with the digits, the shortest first ----

SELECT anew('bigint');
INSERT INTO people SELECT n, 'p' || n FROM unnest('{0,1,2,9,10,11,12,19,100,119,120,129,130,1199,1200,1299,12345,-1,-12,-120,-13,9223372036854775807,922337203685477580,-9223372036854775808}'::bigint[]) n;
SELECT v, complete(v) FROM unnest('{1,12,120,0,00,01,-,-1,-12,-0,9,92233720368547758,9223372036854775807,9223372036854775808,99999999999999999999,-9223372036854775808,-9223372036854775809,1x,+1," 1",--1}'::text[]) v;
SELECT complete('');
UPDATE people SET gone = true WHERE id IN (12, 120);
SELECT complete('12');
SELECT anew('smallint');
INSERT INTO people SELECT n, 'p' || n FROM unnest('{3,32,327,3276,32767,-32768,-3,-32}'::smallint[]) n;
SELECT v, complete(v) FROM unnest('{3,327,3276,32767,32768,327670,-3,-3276,-32768,-32769}'::text[]) v;

-- a table of one tenant: it is the tenant of its URIs, whatever that of the session is called
SELECT scim_read_resource('scim://acme/Users/32')->'contents'->0->>'uri', scim_mcp_watch('["scim://acme/Users/32", "scim://default/Users/32", "scim://acme/Users/032"]')->'watched';
SELECT fails('SELECT scim_read_resource(''scim://default/Users/32'')'), fails('SELECT scim_read_resource(''scim://acme/Users/032'')');
SET scimver.tenant = 'other';
SELECT fails('SELECT scim_read_resource(''scim://acme/Users/32'')'), scim_mcp_watch('["scim://acme/Users/32"]'), complete('3');
RESET scimver.tenant;
-- what is marked as deleted is not there, and told of
SELECT scim_mcp_watch('[]')->>'cursor' AS c \gset
UPDATE people SET gone = true WHERE id = 32;
SELECT fails('SELECT scim_read_resource(''scim://acme/Users/32'')'), scim_mcp_changes(:'c')->'updated';
-- what is registered anew is to be read anew
SELECT scim_mcp_watch('[]')->>'cursor' AS c \gset
SELECT scim_unregister_table('people') \g /dev/null
SELECT fails(format('SELECT scim_mcp_changes(%L)', :'c'));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": {"value": "acme"}, "attributes": {"userName": {"column": "name"}}}', '{"history": true}') \g /dev/null
SELECT scim_mcp_changes(:'c')->'under';

-- ---- how much is looked at ----

SELECT anew('bigint');
INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 5000) n;
VACUUM ANALYZE people;
SELECT looks_at('people', v) FROM unnest('{12,4999,"",-}'::text[]) v;
SELECT anew('uuid');
INSERT INTO people SELECT md5(n::text)::uuid, 'p' || n FROM generate_series(1, 5000) n;
VACUUM ANALYZE people;
SELECT looks_at('people', v), array_length(string_to_array(complete(v), ' '), 1) = (SELECT count(*) FROM people WHERE id::text LIKE lower(v) || '%') FROM unnest('{ab,ac,C4CA4238-a0b9}'::text[]) v;
SELECT complete('c4ca4238a'), complete('c4ca4238-a0b9-2382-0dcc-509a6f75849b'), complete('C4CA4238-A0B9-2382-0DCC-509A6F75849Bx'), complete('{c4ca');
SELECT anew('text');
INSERT INTO people SELECT md5(n::text), 'p' || n FROM generate_series(1, 5000) n;
VACUUM ANALYZE people;
SELECT looks_at('people', v), array_length(string_to_array(complete(v), ' '), 1) = (SELECT count(*) FROM people WHERE starts_with(id, v)) FROM unnest('{ab,ac}'::text[]) v;
-- what goes by another collation is looked through, and found all the same; unless an index goes by bytes
SELECT anew('text COLLATE "und-x-icu"');
INSERT INTO people SELECT md5(n::text), 'p' || n FROM generate_series(1, 5000) n;
VACUUM ANALYZE people;
SELECT array_length(string_to_array(complete(v), ' '), 1) = (SELECT count(*) FROM people WHERE starts_with(id, v)) FROM unnest('{ab,ac}'::text[]) v;
CREATE INDEX ON people (id COLLATE "C");
ANALYZE people;
SELECT looks_at('people', v) FROM unnest('{ab,ac}'::text[]) v;
-- of as many beginnings as there are, each finds what begins so
SELECT anew('text');
INSERT INTO people SELECT id, 'p' || n FROM unnest(ARRAY['a', 'a%', 'a%b', 'a_', 'a\', 'ab', 'az', 'b', 'ü', 'üx', E'\uFFFF', E'\U0010FFFF', E'\U0010FFFFa', E'\uD7FF', E'\uE000', 'A']) WITH ORDINALITY t(id, n);
SELECT count(*), bool_and(complete(v) = (SELECT string_agg(id, ' ' ORDER BY id COLLATE "C") FROM people WHERE starts_with(id, v))) FROM (SELECT left(id, i) FROM people, generate_series(1, 3) i UNION SELECT '') t(v);

-- ---- a type that has the endpoint of what is no resource ----

SELECT scim_propose_change('User', 'a', '{"delete": true}')->>'proposal_id' AS proposal \gset
SELECT scim_mcp_watch(json_build_array('scim://acme/Proposals/' || :'proposal')::text)->>'watched' IS NOT NULL AS is_watched, scim_read_resource('scim://acme/Proposals/' || :'proposal') IS NOT NULL AS is_read;
SELECT scim_register_schema('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:Offer", "name": "Offer", "attributes": [{"name": "price", "type": "string"}]}') \g /dev/null
SELECT scim_register_resource_type('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "Offer", "endpoint": "/Proposals", "schema": "urn:example:Offer"}') \g /dev/null
SELECT scim_create_table('offers', 'Offer') \g /dev/null
SELECT id AS offer FROM scim_create_resource('Offer', '{"price": "1"}', tenant_id => 'acme') r, LATERAL (SELECT r->>'id') i(id) \gset
SET scimver.tenant = 'acme';
SELECT (scim_read_resource('scim://acme/Proposals/' || :'offer')->'contents'->0->>'text')::jsonb->'price', fails('SELECT scim_read_resource(''scim://acme/Proposals/' || :'proposal' || ''')') ~ 'RESOURCE_NOT_FOUND';
SELECT r->>'uriTemplate', r->>'name' FROM json_array_elements(scim_mcp_resource_templates()->'resourceTemplates') r;
SELECT count(*) FROM json_array_elements(scim_mcp_resources()->'resources') r WHERE r->>'uri' ~ 'Proposals';
SELECT scim_mcp_watch('[]')->>'cursor' AS c \gset
SELECT scim_review_proposal(:'proposal', 'withdraw', scim_get_proposal(:'proposal')->>'version') \g /dev/null
DELETE FROM offers;
SELECT replace(scim_mcp_changes(:'c')->>'updated', :'offer', 'offer');
\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_mcp_ids;
