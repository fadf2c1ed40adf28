-- Policies: what a document may say, and what each mistake is told.
SET client_min_messages = warning;
CREATE DATABASE scimver_policies TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_hr;
CREATE ROLE regress_scim_admin;
CREATE ROLE regress_scim_clerk IN ROLE regress_scim_hr;
CREATE ROLE regress_scim_web LOGIN;
\set regression :DBNAME
\c scimver_policies
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	IF answer <> '' THEN RETURN NEXT (answer::jsonb - '{status,scim_type,error_code}'::text[])::text; END IF;
END $$;
-- as it is refused, or the document as it is shown, which is then removed
CREATE FUNCTION policy(document text, type text DEFAULT 'User') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT asked(format('SELECT scim_set_policy(''red'', %L, %L) - ''_version''', type, document));
	PERFORM scim_set_policy('red', type, NULL);
END $$;

-- ---- what there is to say ----

SELECT policy('{}');
SELECT policy('{"require_version": true, "on_conflict": "merge", "merge_rules": {"title": "mine", "*": "theirs"}}');
SELECT policy('{"deny": ["delete", "create", "delete"], "lease": {"max_seconds": 3600}, "exempt": ["regress_scim_hr"]}');
SELECT policy('{"review": {"attributes": ["active", "NAME.familyname", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "operations": ["delete"], "reviewers": ["regress_scim_hr"], "quorum": 2, "expires_seconds": 60}, "shared_logins": ["regress_scim_web"]}');
SELECT policy('{"review": {"attributes": ["*", "password"], "reviewers": ["regress_scim_hr", "regress_scim_hr"]}}');
SELECT policy('{"review": {"attributes": ["members"], "reviewers": ["regress_scim_hr"]}}', 'Group');
SELECT policy('{"may": {"regress_scim_clerk": {"operations": ["update", "patch"], "attributes": ["title", "phoneNumbers"]}, "regress_scim_web": {"operations": []}}}');

-- ---- mistakes ----

SELECT policy('null');
SELECT policy('[]');
SELECT policy('"{\"deny\": []}"');
SELECT policy('{"Deny": ["delete"]}');
SELECT policy('{"review": {"reviewer": ["regress_scim_hr"]}}');
SELECT policy('{"lease": {"seconds": 1}}');
SELECT policy('{"may": {"regress_scim_hr": {"operation": ["update"]}}}');
SELECT policy('{"require_version": "true"}');
SELECT policy('{"require_version": null}');
SELECT policy('{"on_conflict": "propose"}');
SELECT policy('{"on_conflict": true}');
SELECT policy('{"merge_rules": ["mine"]}');
SELECT policy('{"merge_rules": {"title": "yours"}}');
SELECT policy('{"merge_rules": {"shoeSize": "mine"}}');
SELECT policy('{"deny": "delete"}');
SELECT policy('{"deny": {"delete": true}}');
SELECT policy('{"deny": ["Delete"]}');
SELECT policy('{"deny": [["delete"]]}');
SELECT policy('{"review": true}');
SELECT policy('{"review": {}}');
SELECT policy('{"review": {"attributes": ["active"]}}');
SELECT policy('{"review": {"attributes": ["active"], "reviewers": []}}');
SELECT policy('{"review": {"attributes": ["active"], "reviewers": ["regress_scim_hr", "regress_scim_nobody"]}}');
SELECT policy('{"review": {"attributes": ["active"], "reviewers": [""]}}');
SELECT policy(format('{"review": {"attributes": ["active"], "reviewers": ["regress_scim_hr%s"]}}', repeat('x', 100)));
SELECT policy('{"review": {"attributes": "active", "reviewers": ["regress_scim_hr"]}}');
SELECT policy('{"review": {"operations": ["delete", "approve"], "reviewers": ["regress_scim_hr"]}}');
-- a quorum is of two at most: the role itself, and the one that has it
SELECT policy('{"review": {"reviewers": ["regress_scim_hr"], "quorum": 3}}');
SELECT policy('{"review": {"reviewers": ["regress_scim_hr", "regress_scim_admin"], "quorum": 3}}');
SELECT policy(format('{"review": {"reviewers": ["regress_scim_hr"], "quorum": %s}}', q)) FROM unnest('{0,-1,1.5,1e3,2.0,2147483648,"\"1\"","null",9999999999999999999999999,1e200}'::text[]) q;
SELECT policy(format('{"review": {"reviewers": ["regress_scim_hr"], "expires_seconds": %s}}', q)) FROM unnest('{0,2147483647,2147483648,"\"1\""}'::text[]) q;
SELECT policy(format('{"lease": {"max_seconds": %s}}', q)) FROM unnest('{0,1,[]}'::text[]) q;
SELECT policy('{"lease": 60}');
SELECT policy('{"may": ["regress_scim_hr"]}');
SELECT policy('{"may": {"regress_scim_nobody": {"operations": ["update"]}}}');
SELECT policy('{"may": {"regress_scim_hr": {"attributes": ["title"]}}}');
SELECT policy('{"may": {"regress_scim_hr": {"operations": ["update"], "attributes": ["shoeSize"]}}}');
SELECT policy('{"exempt": "regress_scim_hr"}');
SELECT policy('{"exempt": ["regress_scim_nobody"]}');
SELECT policy('{"exempt": [7]}');
SELECT policy('{"shared_logins": ["regress_scim_nobody"]}');

-- ---- paths ----

SELECT path, policy(format('{"review": {"attributes": [%s], "reviewers": ["regress_scim_hr"]}}', to_json(path))) FROM unnest('{
	shoeSize,"",title.long,name,name.givenName,emails,emails.value,"emails[type eq \"work\"]",
	id,meta,meta.version,groups,schemas,_version,externalId,password,members,
	department,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName,
	urn:ietf:params:scim:schemas:core:2.0:User,urn:ietf:params:scim:schemas:core:2.0:User:title,urn:ietf:params:scim:schemas:core:2.0:Group:members}'::text[]) path;
SELECT policy('{"review": {"attributes": ["members.value"], "reviewers": ["regress_scim_hr"]}}', 'Group');

-- ---- size ----

SELECT length(policy(jsonb_build_object('exempt', (SELECT array_agg('regress_scim_hr'::text) FROM generate_series(1, 3000)))::text));
SELECT policy(jsonb_build_object('exempt', (SELECT array_agg('regress_scim_hr'::text) FROM generate_series(1, 4000)))::text);
SELECT policy(jsonb_build_object(repeat('x', 1000000), true)::text);
SELECT policy((repeat('[', 5000) || repeat(']', 5000)));

-- ---- set, read, set again ----

SELECT scim_set_policy('green', 'USER', '{"deny": ["create"]}') ->> '_version' AS v1 \gset
SELECT :'v1' = scim_get_policy('green', 'User') ->> '_version' AS same, scim_get_policy('green', 'user') - '_version', scim_get_policy('blue', 'User'), scim_get_policy('*', 'User');
SELECT :'v1' = encode(substr(sha256(convert_to(scim_canonical('{"deny": ["create"]}'), 'UTF8')), 1, 8), 'base64') AS is_hash_of_document;
SELECT tenant_id, resource_type, policy, version = :'v1', last_modified <= clock_timestamp() FROM scim_policy_rows;
-- what was shown can be sent back, and what is there already is no change, whatever was expected
SELECT scim_set_policy('green', 'User', scim_get_policy('green', 'User')) ->> '_version' = :'v1' AS unchanged;
SELECT scim_set_policy('green', 'User', '{"deny": ["create"]}', 'stale') ->> '_version' = :'v1' AS unchanged;
SELECT asked($$SELECT scim_set_policy('green', 'User', '{"deny": []}', 'W/"1"')$$);
SELECT replace(asked($$SELECT scim_set_policy('green', 'User', '{"deny": []}', 'stale')$$), :'v1', 'V1');
SELECT replace(asked($$SELECT scim_set_policy('green', 'User', NULL, 'stale')$$), :'v1', 'V1');
-- of what is not set, there is no version to tell
SELECT asked($$SELECT scim_set_policy('blue', 'User', '{"deny": []}', 'stale')$$);
SELECT scim_set_policy('green', 'User', '{"deny": ["delete"]}', :'v1') ->> '_version' AS v2 \gset
SELECT scim_set_policy('blue', 'User', '{"deny": ["create"]}', '*') - '_version';
-- removed, once or twice
SELECT scim_set_policy('green', 'User', NULL, :'v2'), scim_set_policy('green', 'User', NULL, 'stale'), scim_get_policy('green', 'User');
SELECT tenant_id, resource_type FROM scim_policy_rows;
-- each change is one entry
SELECT tenant_id, resource_type, resource_id, operation, version = :'v1' AS v1, version = :'v2' AS v2, previous_version = :'v1' AS from_v1, previous_version = :'v2' AS from_v2 FROM scim_history WHERE resource_type = 'Policy' AND tenant_id = 'green' ORDER BY seq;
-- what is taken back was never set
BEGIN;
SELECT scim_set_policy('green', 'User', '{"deny": ["update"]}') - '_version';
SAVEPOINT before;
SELECT scim_set_policy('green', 'User', '{"deny": ["patch"]}') - '_version';
ROLLBACK TO before;
SELECT scim_get_policy('green', 'User') - '_version';
ROLLBACK;
SELECT scim_get_policy('green', 'User');

-- ---- what becomes of what it names ----

CREATE ROLE regress_scim_leaves IN ROLE regress_scim_admin;
CREATE ROLE regress_scim_gone;
SELECT scim_set_policy('red', 'User', '{"review": {"attributes": ["active"], "reviewers": ["regress_scim_admin", "regress_scim_gone"], "quorum": 2}}') IS NOT NULL,
	scim_set_policy('*', 'User', '{"exempt": ["regress_scim_gone"]}') IS NOT NULL, scim_set_policy('green', 'User', '{"may": {"regress_scim_gone": {"operations": ["create"]}}}') IS NOT NULL,
	scim_set_policy('blue', 'User', '{"review": {"reviewers": ["regress_scim_admin"], "quorum": 2}}') IS NOT NULL, scim_set_policy('red', 'Group', '{"exempt": ["regress_scim_hr"]}') IS NOT NULL;
SELECT * FROM scim_check_table('users');
DROP ROLE regress_scim_gone, regress_scim_leaves;
SELECT problem, tenant_id, detail FROM scim_check_table('users') ORDER BY tenant_id COLLATE "C", detail COLLATE "C";
SELECT * FROM scim_check_table('groups');
-- a role of that name is one again
CREATE ROLE regress_scim_gone;
SELECT problem, tenant_id, detail FROM scim_check_table('users') ORDER BY tenant_id COLLATE "C", detail COLLATE "C";
-- it is shown as it was set, and cannot be set like that again, neither elsewhere nor there
DROP ROLE regress_scim_gone;
SELECT scim_get_policy('green', 'User') - '_version';
SELECT asked($$SELECT scim_set_policy('yellow', 'User', scim_get_policy('green', 'User'))$$);
SELECT asked($$SELECT scim_set_policy('green', 'User', scim_get_policy('green', 'User')) - '_version'$$);
SELECT scim_set_policy('red', 'User', NULL), scim_set_policy('*', 'User', NULL), scim_set_policy('green', 'User', NULL);
-- attributes, too, can go
SELECT scim_register_schema('{"id": "urn:example:params:extra", "name": "Extra", "attributes": [{"name": "badge", "type": "string"}, {"name": "desk", "type": "string"}]}') IS NOT NULL;
SELECT scim_register_resource_type(jsonb_set(document, '{schemaExtensions}', document -> 'schemaExtensions' || '{"schema": "urn:example:params:extra", "required": false}')) IS NOT NULL FROM scim_resource_types WHERE name = 'User';
SELECT scim_set_policy('red', 'User', '{"may": {"regress_scim_hr": {"operations": ["update"], "attributes": ["urn:example:params:extra:badge", "title"]}}}') IS NOT NULL;
SELECT scim_register_schema('{"id": "urn:example:params:extra", "name": "Extra", "attributes": [{"name": "desk", "type": "string"}]}') IS NOT NULL;
SELECT problem, tenant_id, detail FROM scim_check_table('users') ORDER BY tenant_id COLLATE "C", detail COLLATE "C";
-- what the owner of the table writes by hand is one, too
SELECT asked($$INSERT INTO scim_policy_rows VALUES ('yellow', 'User', '{"review": {}}', 'v', now())$$);
SELECT asked($$UPDATE scim_policy_rows SET policy = '{"denied": ["create"]}' WHERE resource_type = 'User'$$);
INSERT INTO scim_policy_rows VALUES ('yellow', 'Device', '{"of": "a type that is to come"}', 'v', now());
ALTER TABLE scim_policy_rows DISABLE TRIGGER scimver_rows;
UPDATE scim_policy_rows SET policy = '{"denied": ["create"]}' WHERE tenant_id = 'red' AND resource_type = 'User';
SELECT problem, tenant_id, detail FROM scim_check_table('users') ORDER BY tenant_id COLLATE "C", detail COLLATE "C";
ALTER TABLE scim_policy_rows ENABLE ALWAYS TRIGGER scimver_rows;
DELETE FROM scim_policy_rows;
SELECT * FROM scim_check_table('users');

-- ---- of what there is not ----

SELECT asked($$SELECT scim_set_policy('red', 'Device', '{}')$$);
SELECT asked($$SELECT scim_get_policy('red', 'Policy')$$);
SELECT asked($$SELECT scim_set_policy('', 'User', '{}')$$);
SELECT asked($$SELECT scim_set_policy(NULL, 'User', '{}')$$);
SELECT asked($$SELECT scim_set_policy('red', NULL, '{}')$$);
SET default_transaction_read_only = on;
SELECT asked($$SELECT scim_set_policy('red', 'User', '{}')$$);
RESET default_transaction_read_only;

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_policies;
DROP ROLE regress_scim_hr, regress_scim_admin, regress_scim_clerk, regress_scim_web;
