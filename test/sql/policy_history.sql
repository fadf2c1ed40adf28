-- What was decided, in the history: each change of a policy can be seen, compared and
-- brought back, and steps of a proposal can be seen.
SET client_min_messages = warning;
CREATE DATABASE scimver_policy_history TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_worker;
CREATE ROLE regress_scim_setter;
CREATE ROLE regress_scim_stranger;
CREATE ROLE regress_scim_hr;
\set regression :DBNAME
\c scimver_policy_history
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_worker'), scim_grant_tenant('red', 'regress_scim_setter'), scim_grant_tenant('blue', 'regress_scim_stranger');
REVOKE ALL ON groups, groups_members FROM regress_scim_worker;
GRANT EXECUTE ON FUNCTION scim_set_policy TO regress_scim_setter;
-- the message, and what the detail has beside the code
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || CASE WHEN detail LIKE '{%' THEN ' ' || (detail::jsonb - 'status' - 'scim_type' - 'error_code')::text ELSE '' END;
END $$;
-- versions in the order in which they came
CREATE FUNCTION versions(type text, tenant text DEFAULT 'red') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT version FROM scim_history_rows WHERE resource_type = 'Policy' AND resource_id = type AND tenant_id = tenant AND version IS NOT NULL ORDER BY seq $$;
CREATE VIEW entries AS SELECT tenant_id, resource_type, resource_id, operation, changed, before, actor, previous_version IS NOT NULL AS had_version, version IS NOT NULL AS has_version, revision, proposal_id
	FROM scim_history ORDER BY seq;
GRANT SELECT ON entries TO PUBLIC;

-- ---- recorded ----

SELECT scim_set_policy('red', 'User', '{"deny": ["delete"]}') ->> '_version' AS first \gset
SELECT scim_set_policy('red', 'User', '{"deny": ["delete"]}') ->> '_version' = :'first' AS unchanged;
SELECT scim_set_policy('red', 'user', '{"deny": ["create", "delete"], "exempt": []}', :'first') ->> '_version' AS second \gset
SELECT scim_set_policy('red', 'User', '{"require_version": true, "exempt": ["regress_scim_hr"]}') ->> '_version' AS third \gset
SELECT scim_set_policy('red', 'User', NULL) IS NULL;
SELECT scim_set_policy('red', 'User', NULL) IS NULL;
SELECT scim_set_policy('red', 'User', '{"deny": ["delete"]}') ->> '_version' = :'first' AS the_same_again;
SELECT scim_set_policy('*', 'User', '{"require_version": true}') IS NOT NULL, scim_set_policy('blue', 'User', '{}') IS NOT NULL,
	scim_set_policy('red', 'Group', '{"lease": {"max_seconds": 60}}') IS NOT NULL;
SELECT * FROM entries;
-- the version of an entry is that of the policy
SELECT array_agg(version) = (SELECT array_agg(v) FROM unnest(ARRAY[:'first', :'second', :'third', :'first']) v) FROM (SELECT versions('User')) v(version);

-- ---- read ----

SELECT e ->> 'operation', e -> 'changed' FROM jsonb_array_elements(scim_get_history('Policy', 'User', tenant_id => 'red') -> 'entries') e;
SELECT scim_get_history('policy', 'user', tenant_id => 'red') - 'entries';
-- page by page, and all of it
WITH RECURSIVE pages AS (
	SELECT scim_get_history('Policy', 'User', 2, tenant_id => 'red') AS page
	UNION ALL SELECT scim_get_history('Policy', 'User', 2, page ->> 'nextCursor', 'red') FROM pages WHERE page ? 'nextCursor')
SELECT jsonb_array_length(page -> 'entries'), page -> 'complete' FROM pages;
SELECT scim_get_version('Policy', 'User', :'second', 'red') - '_version', scim_get_version('Policy', 'User', :'second', 'red') ->> '_version' = :'second';
SELECT scim_get_version('Policy', 'User', :'first', 'red') = scim_get_policy('red', 'User');
SELECT scim_get_history('Policy', 'User', tenant_id => '*') #>> '{entries,0,operation}';
-- what is compared, key by key; an empty list is not nothing
SELECT scim_diff('Policy', 'User', :'second', :'third', 'red') -> 'changes';
SELECT scim_diff('Policy', 'User', :'second', NULL, 'red') -> 'changes';
SELECT scim_diff('Policy', 'User', :'first', :'first', 'red') -> 'changes';
SELECT d ->> 'from' = :'second', d ->> 'to' = :'first' FROM scim_diff('policy', 'user', :'second', NULL, 'red') d;
-- the feed has them, of its tenant; and those of all tenants are those of the tenant *
SELECT c ->> 'resource_type', c ->> 'resource_id', c ->> 'operation' FROM jsonb_array_elements(scim_changes(tenant_id => 'red') -> 'changes') c;
SELECT count(*) FROM jsonb_array_elements(scim_changes(resource_type => 'Policy', tenant_id => 'red') -> 'changes') c;
SELECT count(*) FROM jsonb_array_elements(scim_changes(resource_type => 'User', tenant_id => 'red') -> 'changes') c;
SELECT c ->> 'resource_id' FROM jsonb_array_elements(scim_changes(resource_type => 'policy', tenant_id => '*') -> 'changes') c;

-- ---- within one transaction, to and fro ----

BEGIN;
SELECT scim_set_policy('green', 'User', '{"deny": ["create"]}') IS NOT NULL;
SELECT scim_set_policy('green', 'User', '{"deny": ["delete"]}') IS NOT NULL;
SELECT scim_set_policy('green', 'User', '{"deny": ["create"]}') IS NOT NULL;
SELECT scim_set_policy('green', 'User', NULL) IS NULL;
SELECT scim_set_policy('green', 'User', '{"deny": ["delete"]}') IS NOT NULL;
-- also before it is committed
SELECT scim_get_version('Policy', 'User', version, 'green') -> 'deny' FROM versions('User', 'green') version;
COMMIT;
SELECT scim_get_version('Policy', 'User', version, 'green') -> 'deny' FROM versions('User', 'green') version;
SELECT h -> 'complete', jsonb_array_length(h -> 'entries') FROM scim_get_history('Policy', 'User', tenant_id => 'green') h;
-- what was rolled back was not
BEGIN;
SELECT scim_set_policy('green', 'User', '{"deny": ["create", "delete"]}') IS NOT NULL;
ROLLBACK;
SELECT count(*) FROM versions('User', 'green');

-- ---- brought back ----

SELECT error(format('SELECT scim_restore(''Policy'', ''User'', %L, %L, ''red'')', :'second', :'third'));
SELECT scim_restore('Policy', 'User', :'second', :'first', 'red') - '_version';
SELECT scim_get_policy('red', 'User') ->> '_version' = :'second';
SELECT scim_restore('Policy', 'User', :'second', tenant_id => 'red') ->> '_version' = :'second';
-- and what was removed
SELECT scim_set_policy('red', 'User', NULL) IS NULL;
SELECT scim_restore('Policy', 'user', :'third', tenant_id => 'red') - '_version';
SELECT operation, changed FROM entries WHERE tenant_id = 'red' AND resource_id = 'User' OFFSET 5;
-- a role that it names and that is gone: it cannot come back
SELECT scim_set_policy('red', 'User', '{}') IS NOT NULL;
DROP ROLE regress_scim_hr;
SELECT error(format('SELECT scim_restore(''Policy'', ''User'', %L, tenant_id => ''red'')', :'third'));
SELECT scim_get_version('Policy', 'User', :'third', 'red') -> 'exempt';

-- ---- rights ----

SET ROLE regress_scim_worker;
-- those of the types that he may read, in his tenants; and those of all tenants
SELECT DISTINCT tenant_id, resource_id FROM scim_history WHERE resource_type = 'Policy' ORDER BY 1, 2;
SELECT DISTINCT tenant_id, resource_type FROM scim_policies ORDER BY 1, 2;
SELECT DISTINCT c ->> 'resource_id' FROM jsonb_array_elements(scim_changes(tenant_id => 'red') -> 'changes') c;
SELECT scim_get_history('Policy', 'User', tenant_id => 'red') -> 'complete', scim_get_history('Policy', 'User', tenant_id => '*') -> 'complete';
SELECT error('SELECT scim_get_history(''Policy'', ''User'', tenant_id => ''blue'')');
SELECT error('SELECT scim_get_history(''Policy'', ''Group'', tenant_id => ''red'')');
SELECT error('SELECT scim_changes(resource_type => ''Policy'', tenant_id => ''blue'')');
-- who may not set one may not bring one back
SELECT error(format('SELECT scim_restore(''Policy'', ''User'', %L, tenant_id => ''red'')', :'second'));
SET ROLE regress_scim_setter;
SELECT scim_restore('Policy', 'User', :'second', tenant_id => 'red') - '_version';
SELECT error(format('SELECT scim_restore(''Policy'', ''User'', %L, tenant_id => ''blue'')', :'second'));
SELECT DISTINCT tenant_id, resource_id FROM scim_history WHERE resource_type = 'Policy' ORDER BY 1, 2;
SET ROLE regress_scim_stranger;
SELECT DISTINCT tenant_id, resource_id FROM scim_history WHERE resource_type = 'Policy' ORDER BY 1, 2;
SELECT error(format('SELECT scim_get_version(''Policy'', ''User'', %L, ''red'')', :'second'));
SELECT error(format('SELECT scim_diff(''Policy'', ''User'', %L, %L, ''red'')', :'first', :'second'));
RESET ROLE;

-- ---- bad input ----

SELECT error('SELECT scim_get_history(''Policy'', ''Device'', tenant_id => ''red'')');
SELECT error('SELECT scim_get_history(''Policy'', ''User'', tenant_id => ''grey'')');
SELECT error('SELECT scim_get_history(''Policy'', ''User'', 0, tenant_id => ''red'')');
SELECT error('SELECT scim_get_history(''Policy'', ''User'', 2, ''x'', ''red'')');
SELECT error('SELECT scim_get_version(''Policy'', ''User'', ''x'', ''red'')');
SELECT error('SELECT scim_get_version(''Policy'', ''User'', ''AAAAAAAAAAA='', ''red'')');
SELECT error('SELECT scim_diff(''Policy'', ''User'', ''AAAAAAAAAAA='', NULL, ''red'')');
SELECT error('SELECT scim_diff(''Policy'', ''User'', ''AAAAAAAAAAA='', NULL, ''grey'')');
SELECT error('SELECT scim_restore(''Policy'', ''User'', ''AAAAAAAAAAA='', tenant_id => ''red'')');
SELECT error('SELECT scim_get_history(''Proposal'', ''none'', tenant_id => ''red'')');
SELECT error('SELECT scim_get_version(''Proposal'', ''none'', ''AAAAAAAAAAA='', ''red'')');
SELECT error('SELECT scim_get_resource(''Policy'', ''User'')');
-- names that are kept
SELECT error(format('SELECT scim_register_resource_type(%L)', jsonb_build_object('name', name, 'endpoint', '/' || name, 'schema', 'urn:ietf:params:scim:schemas:core:2.0:User')))
	FROM unnest('{Policy,proposal,POLICY}'::text[]) name;

-- ---- sealed, and pruned ----

ALTER TABLE scim_history_rows DISABLE TRIGGER USER;
UPDATE scim_history_rows SET at = at - interval '1 day';
SELECT scim_seal_history() > 0;
SELECT tenant, p.* FROM unnest('{*,red,blue,green}'::text[]) tenant, scim_verify_history(tenant) p;
-- also the proposal that an entry is of
UPDATE scim_history_rows SET proposal_id = '00000000-0000-4000-a000-000000000001' WHERE tenant_id = 'blue';
SELECT problem FROM scim_verify_history('blue');
UPDATE scim_history_rows SET proposal_id = NULL WHERE tenant_id = 'blue';
SELECT problem FROM scim_verify_history('blue');
UPDATE scim_history_rows SET before = '{"deny": ["create"]}' WHERE tenant_id = 'red' AND version = :'second' AND operation = 'update' AND before ->> 'deny' = '["delete"]';
-- what somebody has changed is not given out
SELECT error(format('SELECT scim_get_version(''Policy'', ''User'', %L, ''red'')', version)) FROM versions('User') WITH ORDINALITY v(version, n) WHERE n = 1;
SELECT scim_get_version('Policy', 'User', :'second', 'red') - '_version';
ALTER TABLE scim_history_rows ENABLE TRIGGER USER;
ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_truncate;
CALL scim_prune_history('2 hours');
SELECT tenant_id, count(*) FROM scim_history GROUP BY 1 ORDER BY 1;
SELECT scim_get_history('Policy', 'User', tenant_id => 'red');
SELECT error(format('SELECT scim_get_version(''Policy'', ''User'', %L, ''red'')', :'first'));
-- what it is now needs no history
SELECT scim_get_version('Policy', 'User', :'second', 'red') - '_version';

-- ---- a resource type that had the name before ----

SELECT scim_register_schema('{"id": "urn:example:Polly", "name": "Polly", "attributes": [{"name": "displayName", "type": "string", "multiValued": false, "mutability": "readWrite", "returned": "default", "uniqueness": "none", "description": "a name"}]}') ->> 'id';
SELECT scim_register_resource_type('{"name": "Polly", "endpoint": "/Polly", "schema": "urn:example:Polly"}') ->> 'name';
UPDATE scim_resource_types SET name = 'Policy', document = document || '{"name": "Policy"}' WHERE name = 'Polly';
SELECT scim_create_table('pollies', 'Policy');
SELECT scim_create_resource('Policy', '{"displayName": "a parrot"}', tenant_id => 'blue') ->> 'id' AS polly \gset
-- its history is that of resources, for who may read these
SELECT e ->> 'operation', e -> 'changed' FROM jsonb_array_elements(scim_get_history('Policy', :'polly', tenant_id => 'blue') -> 'entries') e;
SELECT error('SELECT scim_get_version(''Policy'', ''User'', ''AAAAAAAAAAA='', ''red'')');
REVOKE ALL ON pollies FROM regress_scim_stranger;
SET ROLE regress_scim_stranger;
SELECT count(*) FROM scim_history WHERE resource_type = 'Policy';
RESET ROLE;
-- it can be changed still
SELECT scim_register_resource_type('{"name": "Policy", "endpoint": "/Polly", "schema": "urn:example:Polly", "description": "a bird"}') ->> 'description';

\c :regression
DROP DATABASE scimver_policy_history;
DROP ROLE regress_scim_worker, regress_scim_setter, regress_scim_stranger;
