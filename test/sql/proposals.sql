-- Proposals as they are read: lists, pages, one with its reviews; who sees that there are
-- some, and who sees what they are about.
SET client_min_messages = warning;
CREATE DATABASE scimver_proposals TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_columns;
CREATE ROLE regress_scim_blind;
CREATE ROLE regress_scim_reviewer;
CREATE ROLE regress_scim_peer IN ROLE regress_scim_reviewer;
\set regression :DBNAME
\c scimver_proposals
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
-- what default privileges would give to somebody
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO regress_scim_blind, PUBLIC;
CREATE EXTENSION scimver CASCADE;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM regress_scim_blind, PUBLIC;
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	IF answer <> '' THEN
		RETURN NEXT answer;
	END IF;
END $$;

-- ---- whose the tables are ----

SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
	FROM pg_class c, aclexplode(c.relacl) a WHERE c.relname ~ '^scim_(proposal|review|polic)' AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT relname, relrowsecurity, reloptions FROM pg_class WHERE relname ~ '^scim_(proposal|review|polic)' AND relkind IN ('r', 'v') ORDER BY 1;
SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid IN ('scim_proposal_rows'::regclass, 'scim_review_rows'::regclass) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL;
-- what the views leave out
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_proposal_rows'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_proposals'::regclass AND attnum > 0;
SELECT attname FROM pg_attribute WHERE attrelid = 'scim_review_rows'::regclass AND attnum > 0 EXCEPT SELECT attname FROM pg_attribute WHERE attrelid = 'scim_reviews'::regclass AND attnum > 0;
SELECT extconfig @> ARRAY['scim_proposal_rows'::regclass::oid, 'scim_review_rows'::regclass::oid] FROM pg_extension WHERE extname = 'scimver';
SELECT p.proname, p.proparallel, p.provolatile, p.prosecdef FROM pg_proc p WHERE proname ~ '_proposals?$' ORDER BY 1;
SET ROLE regress_scim_blind;
SELECT asked('SELECT count(*) FROM scim_proposal_rows');
SELECT asked('DELETE FROM scim_proposal_rows');
SELECT asked('UPDATE scim_proposals SET status = ''applied''');
SELECT asked('INSERT INTO scim_review_rows DEFAULT VALUES');
SELECT asked('SELECT count(*) FROM scim_proposals');
SELECT asked('SELECT count(*) FROM scim_reviews');
RESET ROLE;

-- ---- where no table is ----

SELECT asked('SELECT scim_list_proposals()');
SELECT asked('SELECT scim_get_proposal(''00000000-0000-4000-a000-000000000001'')');

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_red'), scim_grant_tenant('blue', 'regress_scim_blue'), scim_grant_tenant('red', 'regress_scim_columns'),
	scim_grant_tenant('red', 'regress_scim_blind'), scim_grant_tenant('red', 'regress_scim_reviewer');
REVOKE SELECT ON users FROM regress_scim_columns;
GRANT SELECT (tenant_id, id) ON users TO regress_scim_columns;
REVOKE SELECT ON users FROM regress_scim_blind;
REVOKE ALL ON groups FROM regress_scim_columns, regress_scim_blind;

-- As if they had been made then: number n, n minutes after the first of January.
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION propose(n int, options jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_proposal_rows SELECT * FROM jsonb_populate_record(NULL::scim_proposal_rows, jsonb_build_object('id', id(n), 'tenant_id', 'red', 'resource_type', 'User', 'resource_id', id(n % 2),
		'operations', '[{"op": "replace", "path": "title", "value": "secret"}]'::jsonb, 'base_version', 'AAAAAAAAAAA=', 'base', '{"title": "old"}'::jsonb,
		'changes', '[{"path": "title", "from": "old", "to": "secret"}]'::jsonb, 'version', 'BBBBBBBBBBB=', 'reason', 'a secret reason', 'proposer', 'regress_scim_red', 'login', 'somebody',
		'depth', 0, 'status', 'open', 'created_at', '2026-01-01Z'::timestamptz + n * interval '1 minute', 'expires_at', '2099-01-01Z'::timestamptz) || options) $$;
CREATE FUNCTION review(n int, number int, decision text, by text, options jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_review_rows SELECT * FROM jsonb_populate_record(NULL::scim_review_rows, jsonb_build_object('proposal_id', id(n), 'number', number, 'decision', decision, 'version', 'BBBBBBBBBBB=',
		'comment', 'a secret comment', 'reviewer', by, 'login', by, 'at', '2026-01-02Z'::timestamptz + number * interval '1 minute', 'counts', true) || options) $$;
SELECT propose(n) FROM generate_series(1, 5) AS n;
SELECT propose(6, '{"resource_type": "Group"}'), propose(7, '{"tenant_id": "blue"}'), propose(8, '{"expires_at": "2026-01-08Z"}'),
	propose(9, '{"status": "rejected", "decided_at": "2026-01-09Z", "expires_at": "2026-01-08Z"}'),
	propose(10, '{"status": "applied", "applied_version": "CCCCCCCCCCC=", "decided_at": "2026-01-09Z"}'),
	propose(11, '{"status": "countered"}'), propose(12, '{"resource_id": null, "base": null, "base_version": null, "operations": {"create": {"userName": "new"}}, "changes": [{"to": {"userName": "new"}}]}'),
	propose(13, jsonb_build_object('parent', id(11), 'depth', 1, 'agent', 'robot', 'proposer', 'regress_scim_reviewer', 'conflicts', '[{"path": "title", "mine": "secret"}]'::jsonb));
SELECT review(11, 1, 'approve', 'regress_scim_blue', '{"counts": false}'), review(11, 2, 'counter', 'regress_scim_reviewer', '{"agent": "robot"}');

-- The numbers of a page, and whether there is another one; the rest of the arguments as they are called.
CREATE FUNCTION page(arguments text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	EXECUTE format('SELECT scim_list_proposals(%s)', arguments) INTO answer;
	RETURN NEXT concat_ws(' ', (SELECT string_agg(right(p ->> 'proposal_id', 2), ' ' ORDER BY i) FROM jsonb_array_elements(answer -> 'proposals') WITH ORDINALITY a(p, i)), CASE WHEN answer ? 'nextCursor' THEN '...' END);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS arguments = PG_EXCEPTION_DETAIL;
	RETURN NEXT concat_ws(' ', sqlstate, sqlerrm, arguments);
END $$;
-- All pages of so many.
CREATE FUNCTION pages(count int, arguments text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	cursor text;
	answer jsonb;
BEGIN
	LOOP
		EXECUTE format('SELECT scim_list_proposals(%s, count => %s, cursor => %L)', arguments, count, cursor) INTO answer;
		RETURN NEXT (SELECT string_agg(right(p ->> 'proposal_id', 2), ' ' ORDER BY i) FROM jsonb_array_elements(answer -> 'proposals') WITH ORDINALITY a(p, i));
		cursor := answer ->> 'nextCursor';
		EXIT WHEN cursor IS NULL;
	END LOOP;
END $$;

-- ---- lists ----

SET scimver.tenant = 'red';
SET ROLE regress_scim_red;
SELECT page();
SELECT status, page(format('%L', status)) FROM unnest('{open,expired,applied,rejected,countered,withdrawn,failed,Open,"",x}'::text[]) AS status;
SELECT page('NULL');
SELECT type, page(format('NULL, %L', type)) FROM unnest('{User,Group,group,Device}'::text[]) AS type;
SELECT page('NULL, ''User'', id(1)::text'), page('NULL, ''User'', upper(id(1)::text)'), page('NULL, ''User'', ''none'''), page('NULL, NULL, id(1)::text'), page('NULL, ''User'', ''''');
-- pages: each once, whatever comes meanwhile; of the same instant by id
SELECT pages(2, '''open''');
SELECT pages(2, 'NULL');
SELECT pages(1, '''open'', ''User'', id(1)::text');
RESET ROLE;
SELECT propose(20 + n, jsonb_build_object('created_at', '2026-01-01 00:04Z')) FROM generate_series(1, 3) AS n;
SET ROLE regress_scim_red;
SELECT pages(2, '''open''');
SELECT scim_list_proposals(count => 2) ->> 'nextCursor' AS cursor \gset
RESET ROLE;
SELECT propose(30), propose(31, '{"created_at": "2026-01-01 00:00Z"}');
SET ROLE regress_scim_red;
SELECT page(format('cursor => %L', :'cursor'));
-- good for no other list
SELECT page(format('NULL, cursor => %L', :'cursor')), page(format('resource_type => ''User'', cursor => %L', :'cursor')), page(format('cursor => %L', 'x' || :'cursor'));
SELECT page(format('cursor => %L', '')), page('count => 0'), page('count => -1'), page('count => 1000000'), page('count => 1');
RESET ROLE;
DELETE FROM scim_proposal_rows WHERE id >= id(20);

-- ---- what is shown ----

SET ROLE regress_scim_red;
SELECT jsonb_pretty(p) FROM jsonb_array_elements(scim_list_proposals(count => 1) -> 'proposals') AS p;
SELECT p - 'ancestors' - 'reviews' - (SELECT array_agg(k) FROM jsonb_object_keys(scim_list_proposals(count => 1) #> '{proposals,0}') AS k) AS beside FROM scim_get_proposal(id(13)) AS p;
SELECT jsonb_pretty(scim_get_proposal(id(11)));
SELECT jsonb_array_length(p -> 'ancestors'), p #>> '{ancestors,0,proposal_id}' = id(11)::text, p #> '{ancestors,0}' = q - '{reviews,ancestors,operations,base}'::text[] FROM scim_get_proposal(id(13)) AS p, scim_get_proposal(id(11)) AS q;
SELECT p -> 'changes', p -> 'operations', p ? 'base', p ? 'resource_id' FROM scim_get_proposal(id(12)) AS p;
SELECT n, p ->> 'status', p ->> 'can_review', p ->> 'decided_at', p ->> 'applied_version' FROM unnest('{1,8,9,10}'::int[]) AS n, scim_get_proposal(id(n)) AS p;

-- ---- rights ----

-- another tenant's is not there, as what never was
SELECT asked(format('SELECT scim_get_proposal(%L)', id(7)));
SELECT asked(format('SELECT scim_get_proposal(%L)', id(99)));
SELECT page('tenant_id => ''blue''');
SET scimver.only_tenant = 'blue';
SELECT page(), page('tenant_id => ''red''');
SELECT asked(format('SELECT scim_get_proposal(%L)', id(1)));
RESET scimver.only_tenant;
SELECT count(*), count(changes), count(reason), count(base), count(operations), string_agg(DISTINCT status, ' ') FROM scim_proposals;
SELECT count(*), count(comment) FROM scim_reviews;
-- who may read some columns of the table hears that there are proposals, and of whom
SET ROLE regress_scim_columns;
SELECT page(), page('NULL, ''User'''), page('NULL, ''Group''');
SELECT jsonb_pretty(scim_get_proposal(id(11)));
SELECT scim_get_proposal(id(13)) ?| '{changes,base,operations,reason,conflicts}', scim_get_proposal(id(13))::text ~ 'secret', scim_list_proposals()::text ~ 'secret';
SELECT count(*), count(changes), count(reason), count(base), count(operations), count(conflicts) FROM scim_proposals;
SELECT count(*), count(comment) FROM scim_reviews;
-- who may read none, nothing
SET ROLE regress_scim_blind;
SELECT page(), page('NULL, ''User''');
SELECT asked(format('SELECT scim_get_proposal(%L)', id(1)));
SELECT count(*) FROM scim_proposals;
SELECT count(*) FROM scim_reviews;
SET ROLE regress_scim_blue;
SELECT page();
SET scimver.tenant = 'blue';
SELECT page('NULL');
SELECT right(id::text, 2) FROM scim_proposals;
SELECT count(*) FROM scim_reviews;
SELECT asked(format('SELECT scim_get_proposal(%L)', id(1)));
-- what is not the view's to tell: an error of one row tells nothing of others'
CREATE FUNCTION pg_temp.leak(uuid) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'seen %', right($1::text, 2); RETURN true; END $$;
SELECT count(*) FROM scim_proposals WHERE pg_temp.leak(id);
RESET ROLE;
SET scimver.tenant = 'red';

-- policies of others hide rows, and so what proposals are about
CREATE POLICY others ON users USING (false);
SET ROLE regress_scim_red;
SELECT page(), page('NULL, ''User''');
SELECT scim_get_proposal(id(13)) ?| '{changes,base,operations,reason,conflicts}';
SELECT count(*), count(changes) FROM scim_proposals;
RESET ROLE;
DROP POLICY others ON users;

-- a view of somebody who may does not lend his eyes to who asks by it
CREATE FUNCTION shown_by_owner() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$ SELECT page() $$;
ALTER FUNCTION shown_by_owner OWNER TO regress_scim_blue;
SET ROLE regress_scim_red;
SELECT shown_by_owner();
RESET ROLE;

-- ---- who decides ----

-- by the policy of now: two of the reviewers, who are not the proposer
SELECT scim_set_policy('red', 'User', '{"review": {"attributes": ["title"], "reviewers": ["regress_scim_reviewer"], "quorum": 2}}') IS NOT NULL;
SELECT review(4, 1, 'approve', 'regress_scim_reviewer'), review(4, 2, 'approve', 'regress_scim_blue'), review(4, 3, 'approve', 'regress_scim_peer', '{"counts": false}'),
	review(3, 1, 'approve', 'regress_scim_peer', '{"version": "AAAAAAAAAAA="}'), review(13, 1, 'approve', 'regress_scim_reviewer');
CREATE FUNCTION decides() RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws(' ', right(p ->> 'proposal_id', 2), p ->> 'approvals', 'of', p ->> 'quorum', p ->> 'reviewers', p ->> 'can_review')
	FROM jsonb_array_elements(scim_list_proposals('open', 'User') -> 'proposals') AS p WHERE right(p ->> 'proposal_id', 2) IN ('13', '04', '03') $$;
SET ROLE regress_scim_red;
SELECT decides();
SET ROLE regress_scim_reviewer;
SELECT decides();
SET ROLE regress_scim_peer;
SELECT decides();
-- of other types, who may write them
SELECT p ->> 'can_review', p -> 'reviewers', p -> 'quorum' FROM scim_get_proposal(id(6)) AS p;
RESET ROLE;
-- a superuser has no role that was not granted to him
SELECT decides();
-- what is over nobody reviews
SET ROLE regress_scim_reviewer;
SELECT n, p -> 'can_review', p -> 'reviewers' FROM unnest('{8,9,10,11}'::int[]) AS n, scim_get_proposal(id(n)) AS p;
RESET ROLE;
SELECT scim_set_policy('red', 'User', NULL) IS NULL;

-- ---- as a snapshot has it, and in parallel ----

BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT page();
SELECT propose(40);
SELECT page();
ROLLBACK;
BEGIN READ ONLY;
SELECT page(), scim_get_proposal(id(11)) ->> 'status';
COMMIT;
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT page(), scim_get_proposal(id(11)) ->> 'status';
SELECT count(*) FROM scim_proposals;
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- ---- mapped tables ----

-- of one tenant, whatever the session says; and of tenants that have more than one spelling
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "name", "type": "string"}]}'),
	scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}'),
	scim_register_schema('{"id": "urn:example:Site", "name": "Site", "attributes": [{"name": "name", "type": "string"}]}'),
	scim_register_resource_type('{"name": "Site", "endpoint": "/Sites", "schema": "urn:example:Site"}')
	\g /dev/null
CREATE TABLE devices (id int PRIMARY KEY, name text);
CREATE TABLE sites (tenant uuid, id int, name text, PRIMARY KEY (tenant, id));
SELECT scim_register_table('devices', 'Device', '{"id": "id", "tenant": {"value": "plant"}, "attributes": {"name": "name"}}'),
	scim_register_table('sites', 'Site', '{"id": "id", "tenant": "tenant", "attributes": {"name": "name"}}');
GRANT SELECT ON devices TO regress_scim_blue;
GRANT SELECT ON sites TO regress_scim_red;
SELECT propose(51, '{"tenant_id": "plant", "resource_type": "Device", "resource_id": "1"}'), propose(52, '{"tenant_id": "0000000a-0000-4000-a000-000000000000", "resource_type": "Site", "resource_id": "1"}'),
	propose(53, '{"tenant_id": "0000000a-0000-4000-a000-000000000000"}');
SET ROLE regress_scim_blue;
RESET scimver.tenant;
SELECT page('resource_type => ''Device'''), page('resource_type => ''Device'', id => ''01'''), page('resource_type => ''Device'', tenant_id => ''plant'''), page('resource_type => ''Device'', tenant_id => ''blue'''), page('tenant_id => ''plant''');
SELECT scim_get_proposal(id(51)) ->> 'tenant_id', (SELECT string_agg(right(id::text, 2), ' ' ORDER BY id) FROM scim_proposals);
SET ROLE regress_scim_red;
SELECT page('resource_type => ''Site'', tenant_id => ''{0000000A-0000-4000-a000-000000000000}'''), page('resource_type => ''Site'', tenant_id => ''0000000b-0000-4000-a000-000000000000'''), page('resource_type => ''Device'', tenant_id => ''plant''');
SET scimver.only_tenant = '0000000A-0000-4000-A000-000000000000';
SELECT page('resource_type => ''Site'''), page();
SELECT asked(format('SELECT scim_get_proposal(%L) ->> ''tenant_id''', id(52)));
RESET scimver.only_tenant;
SET scimver.tenant = 'red';
SELECT asked(format('SELECT scim_get_proposal(%L)', id(51)));
-- who reads all tenants of a table sees by that nothing of the tenants of others
SELECT asked(format('SELECT scim_get_proposal(%L)', id(7)));
SELECT page('tenant_id => ''blue''');
SELECT asked(format('SELECT scim_get_proposal(%L)', id(53)));
SELECT right(id::text, 2), tenant_id FROM scim_proposals WHERE tenant_id <> 'red';
RESET ROLE;
DELETE FROM scim_proposal_rows WHERE id > id(50);
SELECT scim_unregister_table('devices'), scim_unregister_table('sites');

-- ---- what hands have left ----

-- a line that leads in a circle, or into another tenant, ends
UPDATE scim_proposal_rows SET parent = id(13) WHERE id = id(11);
SELECT jsonb_array_length(scim_get_proposal(id(13)) -> 'ancestors');
UPDATE scim_proposal_rows SET parent = id(7) WHERE id = id(11);
SELECT jsonb_array_length(scim_get_proposal(id(13)) -> 'ancestors');
UPDATE scim_proposal_rows SET parent = id(99) WHERE id = id(11);
SELECT jsonb_array_length(scim_get_proposal(id(13)) -> 'ancestors');
-- of instants that no answer can tell
UPDATE scim_proposal_rows SET expires_at = 'infinity', created_at = '-infinity' WHERE id = id(5);
SELECT p -> 'expires_at', p -> 'created_at', p ->> 'status' FROM scim_get_proposal(id(5)) AS p;
SELECT pages(3, '''open''');
-- of a type that has no table any more
DROP TABLE groups_members, groups;
SET ROLE regress_scim_red;
SELECT page('NULL'), page('NULL, ''Group''');
SELECT scim_get_proposal(id(6)) ?| '{changes,base,operations,reason,conflicts}';
SELECT count(*), count(changes) FROM scim_proposals WHERE resource_type = 'Group';
RESET ROLE;
-- other columns than it was made with are not read as those
ALTER TABLE scim_proposal_rows ALTER depth TYPE bigint;
SELECT page();
SELECT asked(format('SELECT scim_get_proposal(%L)', id(1)));

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_proposals;
DROP ROLE regress_scim_red, regress_scim_blue, regress_scim_columns, regress_scim_blind, regress_scim_reviewer, regress_scim_peer;
