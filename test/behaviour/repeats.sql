-- Calls that are named by scimver.idempotency_key, so that they can be repeated: SQL.
-- what differs by run has a name: V, THEN, PROPOSAL
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(answer,
		'"proposal_id": "[^"]*"', '"proposal_id": "PROPOSAL"', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g')) $$;
-- a statement as a transaction under that key, and how much it left in the history
CREATE FUNCTION keyed(key text, statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := (SELECT count(*) FROM scim_history);
	answer text;
	detail text;
BEGIN
	PERFORM set_config('scimver.idempotency_key', key, true);
	EXECUTE 'SELECT ' || statement INTO answer;
	PERFORM set_config('scimver.idempotency_key', '', true);
	RETURN NEXT concat_ws(' ', told(answer), 'wrote ' || (SELECT count(*) FROM scim_history) - before);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT concat_ws(' ', sqlstate, told(sqlerrm), told(detail));
END $$;
-- how one ends, in a transaction that goes on
CREATE FUNCTION tries(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || statement INTO answer;
	RETURN NEXT answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN NEXT concat_ws(' | ', sqlstate, told(sqlerrm), hint);
END $$;
CREATE FUNCTION made() RETURNS SETOF text LANGUAGE sql AS $$ SELECT
	told(concat_ws(' ', tenant_id, principal = current_user, key, length(digest), made, 'at ' || CASE WHEN at BETWEEN now() - interval '1 min' AND clock_timestamp() THEN 'now' ELSE at::text END)) FROM scim_idempotency ORDER BY key COLLATE "C" $$;
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION create_user(name text, more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('scim_create_user(jsonb_build_object(''userName'', %L)%s) #- ''{meta}''', name, more);
CREATE FUNCTION patch_user(n int, title text, more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('scim_patch_user(%L, %L%s) #- ''{meta}''', id(n), sets('title', to_jsonb(title)), more);
CREATE FUNCTION version(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN scim_get_resource(type, id(n)::text)#>>'{meta,version}';
CREATE FUNCTION revision(n int) RETURNS bigint LANGUAGE sql RETURN (SELECT revision FROM users WHERE id = id(n));
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 5) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');

-- ---- a create ----

SELECT keyed('k1', create_user('ann'));
SELECT keyed('k1', create_user('ann'));
SELECT count(*) FROM users WHERE user_name = 'ann';
SELECT made();
-- it is shown as it is now, whoever changed it
SELECT id AS ann FROM users WHERE user_name = 'ann' \gset
SELECT scim_patch_user(:'ann', sets('title', '"Boss"')) ->> 'title';
SELECT keyed('k1', create_user('ann'));
-- what is called is told by the values of its arguments, not by how they are written, or by which of the functions
SELECT keyed('k1', $$scim_create_resource(resource_type => 'user', tenant_id => 'default', data => '{ "userName" : "a\u006en" }') #- '{meta}'$$);
SELECT keyed('k1', create_user('bob'));
SELECT keyed('k1', create_user('ann', ', attributes => ''{title}'''));
SELECT keyed('k1', patch_user(1, 'x'));
-- the key is the role's, and the tenant's
SET scimver.tenant = 'other';
SELECT keyed('k1', create_user('ann'));
RESET scimver.tenant;
SELECT keyed('k1', create_user('ann', ', tenant_id => ''other'''));
SELECT tenant_id, count(*) FROM users WHERE user_name = 'ann' GROUP BY 1 ORDER BY 1;
-- without one, as ever
SELECT keyed('', create_user('ann'));
SELECT keyed(NULL, create_user('kim'));
-- no longer than that, in characters
SELECT keyed(repeat('k', 64), create_user('len'));
SELECT keyed(repeat('ü', 64), create_user('lon'));
SELECT keyed(repeat('k', 65), create_user('lun'));
SELECT length(key), octet_length(key) FROM scim_idempotency WHERE length(key) > 10 ORDER BY 2;

-- ---- deleted since ----

SELECT scim_delete_user(:'ann');
SELECT keyed('k1', create_user('ann'));
SELECT keyed('k1', create_user('bob'));
BEGIN;
SET LOCAL scimver.idempotency_key = 'k1';
SELECT tries(create_user('ann'));
SELECT tries(create_user('bob'));
SET LOCAL scimver.idempotency_key = '0123456789012345678901234567890123456789012345678901234567890123456789';
SELECT tries(create_user('bob'));
COMMIT;
-- made again under another one
SELECT keyed('k2', create_user('ann'));
DELETE FROM scim_idempotency;

-- ---- what fails leaves no key ----

SELECT keyed('f1', create_user('u1'));
SELECT keyed('f1', 'scim_create_user(''[]'')');
SELECT keyed('f1', patch_user(99, 'x'));
SELECT keyed('f1', patch_user(1, 'x', ', expected_version => ''stale'''));
SELECT keyed('f1', 'scim_create_resource(''Nobody'', ''{}'')');
SELECT count(*) FROM scim_idempotency;
SELECT keyed('f1', patch_user(1, 'x'));
-- nor does what is taken back
BEGIN;
SET LOCAL scimver.idempotency_key = 'f2';
SAVEPOINT s;
SELECT scim_create_user('{"userName": "zoe"}') ->> 'userName';
ROLLBACK TO s;
SELECT count(*) FROM scim_idempotency WHERE key = 'f2';
SELECT scim_create_user('{"userName": "zoe"}') ->> 'userName';
ROLLBACK;
SELECT count(*) FROM scim_idempotency WHERE key = 'f2';

-- ---- a patch ----

SELECT revision(2) AS r \gset
SELECT keyed('p1', patch_user(2, 'one'));
SELECT scim_patch_user(id(2)::text, sets('title', '"two"')) ->> 'title';
-- what others wrote since stays
SELECT keyed('p1', patch_user(2, 'one'));
SELECT revision(2) - :r AS moved;
-- with a version, which is another one since: it was done
SELECT version(3) AS v \gset
SELECT keyed('p2', patch_user(3, 'one', format(', expected_version => %L', :'v')));
SELECT keyed('p2', patch_user(3, 'one', format(', expected_version => %L', :'v')));
SELECT keyed('p2', patch_user(3, 'one', format(', expected_version => %L', version(3))));
-- what is added twice without a key is added once with one
SELECT keyed('p3', format('scim_patch_user(%L, %L) -> ''emails''', id(4), '[{"op": "add", "path": "emails", "value": [{"value": "a@x.org", "type": "work"}]}]'));
SELECT scim_patch_user(id(4)::text, '[{"op": "remove", "path": "emails"}]') -> 'emails';
SELECT keyed('p3', format('scim_patch_user(%L, %L) -> ''emails''', id(4), '[{"op": "add", "path": "emails", "value": [{"value": "a@x.org", "type": "work"}]}]'));
-- what changes nothing is done, too
SELECT keyed('p4', patch_user(3, 'one'));
SELECT keyed('p4', patch_user(3, 'one'));
-- an update, and a delete, are no such calls
SELECT keyed('p5', format('scim_update_user(%L, %L) ->> ''title''', id(5), '{"userName": "u5", "title": "x"}'));
SELECT keyed('p5', format('scim_delete_user(%L)', id(5)));
SELECT made();
DELETE FROM scim_idempotency;

-- ---- members ----

SELECT keyed('m1', format('scim_add_members(%L, ARRAY[%L]) -> ''members''', id(11), id(1))) ~ 'wrote 1';
SELECT scim_remove_members(id(11)::text, ARRAY[id(1)::text]) -> 'members';
SELECT keyed('m1', format('scim_add_members(%L, ARRAY[%L]) -> ''members''', id(11), id(1)));
SELECT keyed('m1', format('scim_remove_members(%L, ARRAY[%L]) -> ''members''', id(11), id(1)));
SELECT keyed('m2', format('scim_remove_members(%L, ARRAY[%L]) -> ''members''', id(11), id(1)));
SELECT keyed('m3', format('scim_patch_group(%L, ''[{"op": "add", "path": "members", "value": [{"value": "%s"}]}]'') -> ''displayName''', id(11), id(2)));
SELECT keyed('m3', format('scim_patch_group(%L, ''[{"op": "add", "path": "members", "value": [{"value": "%s"}]}]'') -> ''displayName''', id(11), id(2)));
SELECT made();
DELETE FROM scim_idempotency;

-- ---- two calls in one transaction ----

BEGIN;
SET LOCAL scimver.idempotency_key = 't1';
SELECT scim_create_user('{"userName": "tom"}') ->> 'userName', scim_create_user('{"userName": "tom"}') ->> 'userName';
SELECT tries($$scim_create_user('{"userName": "tim"}')$$);
SET LOCAL scimver.idempotency_key = 't2';
SELECT scim_create_user('{"userName": "tim"}') ->> 'userName';
COMMIT;
SELECT current_setting('scimver.idempotency_key') AS key, count(*) FROM scim_idempotency;
DELETE FROM scim_idempotency;

-- what triggers call is part of the call that they run in, and of the statement
CREATE TABLE told (name text);
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO told VALUES (scim_patch_user(id(1)::text, sets('nickName', to_jsonb(TG_OP || TG_NARGS))) ->> 'nickName');
	RETURN NULL;
END $$;
CREATE TRIGGER tells AFTER INSERT ON groups FOR EACH ROW EXECUTE FUNCTION tells();
SELECT keyed('t3', $$scim_create_group('{"displayName": "told"}') ->> 'displayName'$$);
SELECT keyed('t3', $$scim_create_group('{"displayName": "told"}') ->> 'displayName'$$);
SELECT * FROM told;
SELECT keyed('t4', 'count(*) FROM (SELECT 1) q');
BEGIN;
SET LOCAL scimver.idempotency_key = 't4';
INSERT INTO groups (data) VALUES ('{"displayName": "by hand"}');
INSERT INTO groups (data) VALUES ('{"displayName": "by hand"}');
COMMIT;
SELECT * FROM told;
SELECT made();
DROP TRIGGER tells ON groups;
DELETE FROM scim_idempotency;

-- ---- what may hold a password ----

SET scimver.password_cost = 4;
CREATE FUNCTION with_password(password text) RETURNS text LANGUAGE sql RETURN
	format('scim_create_user(jsonb_build_object(''userName'', ''pat'', ''password'', %L)) ->> ''userName''', password);
SELECT keyed('s1', with_password('horse'));
SELECT keyed('s1', with_password('horse'));
SELECT keyed('s1', with_password('house'));
SELECT keyed('s2', format('scim_patch_user(%L, %L) ->> ''userName''', id(1), sets('PassWord', '"horse"')));
SELECT keyed('s2', format('scim_patch_user(%L, %L) ->> ''userName''', id(1), sets('PassWord', '"horse"')));
-- it is kept as passwords are: nobody tries them one by one
SELECT key, convert_from(digest, 'UTF8') ~ '^\$2a\$04\$.{53}$' AS crypted FROM scim_idempotency ORDER BY key;
DELETE FROM scim_idempotency;

-- ---- proposals ----

SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "reviewers": ["pg_monitor"]}}') IS NOT NULL;
CREATE FUNCTION propose(n int, title text) RETURNS text LANGUAGE sql RETURN
	format('j->>''status'' || '' '' || (j->''changes'') FROM scim_patch_user(%L, %L, on_conflict => ''propose'') j', id(n), sets('title', to_jsonb(title)));
CREATE ROLE regress_scim_proposer;
GRANT SELECT, INSERT, UPDATE ON users, groups, groups_members TO regress_scim_proposer;
SELECT scim_grant_tenant('default', 'regress_scim_proposer');
SET ROLE regress_scim_proposer;
SELECT keyed('d1', propose(2, 'Chief'));
SELECT keyed('d1', propose(2, 'Chief'));
SELECT count(*) FROM scim_proposals;
SELECT count(scim_review_proposal(id, 'withdraw', version)) FROM scim_proposals;
SELECT keyed('d1', propose(2, 'Chief'));
SELECT keyed('d1', propose(3, 'Chief'));
RESET ROLE;
SELECT told(made::text) FROM scim_idempotency;
DELETE FROM scim_idempotency;
SELECT scim_set_policy('default', 'User', NULL);

-- ---- bulk ----

CREATE FUNCTION bulk(more text DEFAULT '', VARIADIC operations jsonb[] DEFAULT '{}') RETURNS text LANGUAGE sql RETURN
	format('string_agg(concat_ws('' '', e->>''status'', e->>''method'', e->>''bulkId'', e->>''location'', e->>''version'', e#>>''{response,scimType}'', e#>>''{response,detail}''), ''; '') FROM jsonb_array_elements(scim_bulk(%L%s)->''Operations'') e', operations, more);
CREATE FUNCTION bulk_of(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql RETURN
	replace(bulk(''), quote_literal('{}'), quote_literal(to_jsonb(operations)));
CREATE FUNCTION atomic_of(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql RETURN
	replace(bulk(', atomic => true'), quote_literal('{}'), quote_literal(to_jsonb(operations)));
CREATE FUNCTION post(name text, bulk_id text) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('method', 'POST', 'path', '/Users', 'bulkId', bulk_id, 'data', jsonb_build_object('userName', name));
CREATE FUNCTION retitle(n int, title text) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('method', 'PATCH', 'path', '/Users/' || id(n), 'data', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', sets('title', to_jsonb(title))));
SELECT keyed('b1', bulk_of(post('una', 'a'), retitle(2, 'bulk'), post('u1', 'b'), retitle(99, 'x')));
SELECT keyed('b1', bulk_of(post('una', 'a'), retitle(2, 'bulk'), post('u1', 'b'), retitle(99, 'x')));
SELECT made();
SELECT keyed('b1', bulk_of(post('una', 'a')));
SELECT keyed('b1', atomic_of(post('una', 'a'), retitle(2, 'bulk'), post('u1', 'b'), retitle(99, 'x')));
-- the version is that of then: who writes by it overwrites nothing
SELECT scim_patch_user(id(2)::text, sets('title', '"others"')) ->> 'title';
BEGIN;
SET LOCAL scimver.idempotency_key = 'b1';
SELECT version(2) <> (scim_bulk(jsonb_build_array(post('una', 'a'), retitle(2, 'bulk'), post('u1', 'b'), retitle(99, 'x'))) #>> '{Operations,1,version}') AS of_then;
COMMIT;
-- of which nothing was done, is not kept: it is tried again
SELECT keyed('b2', bulk_of(retitle(99, 'x')));
SELECT keyed('b2', atomic_of(post('uno', 'a'), retitle(99, 'x')));
SELECT keyed('b2', 'scim_bulk(''{"x": 1}'')');
SELECT count(*) FROM scim_idempotency WHERE key = 'b2';
SELECT keyed('b2', atomic_of(post('uno', 'a'), retitle(2, 'y')));
SELECT keyed('b2', atomic_of(post('uno', 'a'), retitle(2, 'y')));
-- what was not processed is not answered
SELECT keyed('b3', replace(bulk(''), quote_literal('{}'), quote_literal(jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'failOnErrors', 1, 'Operations', jsonb_build_array(retitle(2, 'z'), post('u1', 'b'), post('udo', 'c'))))));
SELECT keyed('b3', replace(bulk(''), quote_literal('{}'), quote_literal(jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'failOnErrors', 1, 'Operations', jsonb_build_array(retitle(2, 'z'), post('u1', 'b'), post('udo', 'c'))))));
DELETE FROM scim_idempotency;

-- ---- read-only transactions ----

BEGIN READ ONLY;
SET LOCAL scimver.idempotency_key = 'r1';
SELECT scim_get_user(id(1)::text) ->> 'userName';
SELECT scim_list_users(count => 0) ->> 'totalResults' > '0';
SELECT tries($$scim_create_user('{"userName": "ro"}')$$);
ROLLBACK;
-- the owner of the table can put a trigger there that keeps nothing: then nothing is written
CREATE FUNCTION drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER drops BEFORE INSERT ON scim_idempotency FOR EACH ROW EXECUTE FUNCTION drops();
SELECT keyed('o1', create_user('oda'));
DROP TRIGGER drops ON scim_idempotency;
ALTER TABLE scim_idempotency RENAME TO elsewhere;
SELECT keyed('o1', create_user('oda'));
SELECT keyed('', create_user('ida'));
ALTER TABLE elsewhere RENAME TO scim_idempotency;
SELECT keyed('o1', create_user('oda'));
DROP OWNED BY regress_scim_proposer;
DROP ROLE regress_scim_proposer;
