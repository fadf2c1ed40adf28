-- Profiles: which one is in force, what a row may be, and who may say so.
SET client_min_messages = warning;
CREATE DATABASE scimver_profiles TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_client;
CREATE ROLE regress_scim_dba;
CREATE ROLE regress_scim_other_schema;
\set regression :DBNAME
\c scimver_profiles
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User', '{"history": true}'), scim_create_table('groups', 'Group');
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	fields text;
	hint text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS fields = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	IF fields LIKE '{%' THEN
		RETURN NEXT (fields::jsonb - '{status,scim_type,error_code}'::text[])::text;
		RETURN NEXT hint;
	END IF;
END $$;
SELECT scim_create_user('{"userName": "ann"}', tenant_id => tenant) ->> 'userName' FROM unnest('{default,red,blue}'::text[]) tenant;
-- by which rules a call is understood: what the rule "filter" lets in is found, or refused
CREATE FUNCTION understood(tenant text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN 'lenient, ' || (scim_list_users(filter => 'userName sw A', tenant_id => tenant) ->> 'totalResults');
EXCEPTION WHEN OTHERS THEN
	RETURN CASE WHEN sqlerrm LIKE 'INVALID_FILTER%' THEN 'strict' ELSE sqlerrm END;
END $$;

-- ---- what is built in ----

SELECT name, built_in, rules FROM scim_profiles ORDER BY name;
SELECT asked($$DELETE FROM scim_profiles WHERE name = 'okta'$$);
SELECT asked($$UPDATE scim_profiles SET rules = '{"coerce": true}' WHERE name = 'rfc'$$);
SELECT asked($$UPDATE scim_profiles SET built_in = false WHERE name = 'entra'$$);
SELECT asked($$UPDATE scim_profiles SET name = 'Entra' WHERE name = 'entra'$$);
SELECT asked($$TRUNCATE scim_profiles CASCADE$$);
SELECT asked($$INSERT INTO scim_profiles (name, rules, built_in) VALUES ('mine', '{}', true)$$);
SELECT asked($$INSERT INTO scim_profiles (name, rules) VALUES ('rfc', '{}')$$);
-- not for a replica either
SET session_replication_role = replica;
SELECT asked($$DELETE FROM scim_profiles WHERE name = 'okta'$$);
RESET session_replication_role;
SELECT count(*) FROM scim_profiles;

-- ---- what a row may be ----

SELECT asked($$INSERT INTO scim_profiles (name, rules) VALUES ('mine', '{"filter": true, "coerce": false, "absent_members": "refuse"}') RETURNING name$$);
SELECT asked($$UPDATE scim_profiles SET built_in = true WHERE name = 'mine'$$);
SELECT asked(format('UPDATE scim_profiles SET rules = %L WHERE name = ''mine''', rules)) FROM unnest(ARRAY[
	'[]', 'null', '"filter"', '{"Filter": true}', '{"filters": true}', '{"": true}',
	'{"filter": "true"}', '{"filter": 1}', '{"filter": null}', '{"filter": {"on": true}}',
	'{"absent_members": true}', '{"absent_members": "Skip"}', '{"absent_members": null}', '{"absent_members": ["skip"]}',
	format('{"%s": true}', repeat('x', 1000))]) WITH ORDINALITY AS r(rules, n) ORDER BY n;
SELECT asked($$UPDATE scim_profiles SET name = '' WHERE name = 'mine'$$);
SELECT asked($$UPDATE scim_profiles SET name = NULL WHERE name = 'mine'$$);
SELECT asked($$UPDATE scim_profiles SET rules = NULL WHERE name = 'mine'$$);
-- each rule by itself, and all of them
SELECT asked(format('UPDATE scim_profiles SET rules = %L WHERE name = ''mine'' RETURNING rules', jsonb_build_object(key, value)))
	FROM jsonb_each((SELECT jsonb_object_agg(e.key, e.value) FROM scim_profiles p, jsonb_each(p.rules) e WHERE built_in)) ORDER BY key COLLATE "C";
SELECT name, rules FROM scim_profiles WHERE NOT built_in;
UPDATE scim_profiles SET rules = '{"filter": true}' WHERE name = 'mine';

-- ---- which one is in force ----

SELECT understood(), scim_server_info() ->> 'profile';
SET scimver.profile = 'entra';
SELECT understood(), scim_server_info() ->> 'profile';
SET scimver.profile = 'okta';
SELECT understood();
SET scimver.profile = 'mine';
SELECT understood();
-- a name is as it is
SET scimver.profile = 'RFC';
SELECT understood(), scim_server_info() ->> 'profile';
SELECT asked($$SELECT scim_get_user(id::text) FROM users LIMIT 1$$);
SELECT asked($$SELECT scim_create_user('{"userName": "bob"}')$$);
SET scimver.profile = ' rfc';
SELECT understood();
SET scimver.profile = '';
SELECT understood(), scim_server_info() ->> 'profile';
-- the other setting means its one rule, whatever is in force
SET scimver.filter_mode = lenient;
SELECT understood(), scim_server_info() ->> 'profile';
SET scimver.profile = 'okta';
SELECT understood();
RESET scimver.filter_mode;
SELECT understood();
RESET scimver.profile;

-- the tenant's
SELECT asked($$SELECT scim_set_tenant_profile('red', 'entra')$$);
SELECT tenant, understood(tenant) FROM unnest('{default,red,blue}'::text[]) tenant;
SET scimver.tenant = 'red';
SELECT understood(), scim_server_info() ->> 'profile';
-- the setting goes before it, and rfc is one to be named
SET scimver.profile = 'rfc';
SELECT understood(), scim_server_info() ->> 'profile';
RESET scimver.profile;
RESET scimver.tenant;
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
SELECT understood('red');
SELECT asked($$SELECT scim_set_tenant_profile('red', 'entra')$$);
-- a change counts from its statement on, and no more once it is taken back
BEGIN;
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
SELECT understood('red');
SAVEPOINT s;
SELECT asked($$SELECT scim_set_tenant_profile('red', 'mine')$$);
SELECT understood('red');
UPDATE scim_profiles SET rules = '{}' WHERE name = 'mine';
SELECT understood('red');
ROLLBACK TO s;
SELECT understood('red');
ROLLBACK;
SELECT understood('red');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT understood('red');
UPDATE scim_profiles SET rules = '{}' WHERE name = 'mine';
SELECT asked($$SELECT scim_set_tenant_profile('red', 'mine')$$);
SELECT understood('red');
COMMIT;
SELECT understood('red');
UPDATE scim_profiles SET rules = '{"filter": true}' WHERE name = 'mine';
SELECT understood('red');
-- as long as a tenant has it, it stays
SELECT asked($$UPDATE scim_profiles SET name = 'ours' WHERE name = 'mine'$$);
SELECT asked($$DELETE FROM scim_profiles WHERE name = 'mine'$$);
SELECT understood('red');
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
UPDATE scim_profiles SET name = 'ours' WHERE name = 'mine';
-- again: there is nothing to be taken
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
TABLE scim_tenant_profiles;
SELECT understood('red');
DELETE FROM scim_profiles WHERE name = 'ours' RETURNING name;
SET scimver.profile = 'ours';
SELECT understood();
INSERT INTO scim_profiles (name, rules) VALUES ('ours', '{"filter": true}');
SELECT understood();
RESET scimver.profile;

-- mistakes
SELECT asked($$SELECT scim_set_tenant_profile('red', 'nope')$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', '')$$);
SELECT asked($$SELECT scim_set_tenant_profile('', 'rfc')$$);
SELECT asked($$SELECT scim_set_tenant_profile(NULL, 'rfc')$$);
-- by hand, it is told by the tenant's calls
BEGIN;
INSERT INTO scim_tenant_profiles VALUES ('red', 'nope');
SELECT understood('red'), understood('blue');
ROLLBACK;
SELECT asked($$INSERT INTO scim_tenant_profiles VALUES ('', 'rfc')$$);
SELECT asked($$SELECT scim_profiles_trigger()$$);

-- of many tenants: what is kept is bounded, and as it should be
SELECT count(scim_set_tenant_profile('many ' || n, CASE n % 2 WHEN 0 THEN 'entra' ELSE 'rfc' END)) FROM generate_series(1, 1100) n;
SELECT count(*) FILTER (WHERE understood('many ' || n) = CASE n % 2 WHEN 0 THEN 'lenient, 0' ELSE 'strict' END) FROM generate_series(1, 1100) n;
SELECT count(*) FILTER (WHERE understood('many ' || n) = CASE n % 2 WHEN 0 THEN 'lenient, 0' ELSE 'strict' END) FROM generate_series(1, 1100) n;
TRUNCATE scim_tenant_profiles;
SELECT understood('many 2'), understood('many 1100');

-- ---- a policy's, of tools' calls ----

SELECT asked($$SELECT scim_set_policy('red', 'User', '{"profile": "entra"}') - '_version'$$);
SELECT asked($$SELECT scim_set_policy('red', 'User', '{"profile": "nope"}')$$);
SELECT asked($$SELECT scim_set_policy('red', 'User', '{"profile": true}')$$);
CREATE FUNCTION tool_understood(tenant text, type text DEFAULT 'users') RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(c #>> '{content,error_code}', 'lenient, ' || (c #>> '{content,totalResults}'))
	FROM CAST(scim_call_tool('scim_list_' || type, jsonb_build_object('tenant_id', tenant, 'filter', CASE type WHEN 'users' THEN 'userName' ELSE 'displayName' END || ' sw A')) AS jsonb) c $$;
SELECT tool_understood('red'), tool_understood('blue'), tool_understood('red', 'groups'), understood('red');
SHOW scimver.profile;
-- it goes before the session's and the tenant's, also where it says rfc
SET scimver.profile = 'entra';
SELECT asked($$SELECT scim_set_policy('red', 'User', '{"profile": "rfc"}') - '_version'$$);
SELECT tool_understood('red'), tool_understood('blue'), understood('red');
SHOW scimver.profile;
RESET scimver.profile;
-- an error of the call sets it back, too
SELECT asked($$SELECT scim_set_policy('red', 'User', '{"profile": "ours"}') - '_version'$$);
SELECT scim_call_tool('scim_get_user', '{"tenant_id": "red", "user_id": "x"}')::jsonb #>> '{content,error_code}';
SHOW scimver.profile;
SELECT tool_understood('red'), understood('red');
-- what a trigger of the application sets stays set
CREATE FUNCTION sets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('regress.seen', current_setting('scimver.profile'), false);
	RETURN NULL;
END $$;
CREATE TRIGGER sets AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION sets();
SELECT scim_call_tool('scim_create_user', '{"tenant_id": "red", "user_data": {"userName": "cy"}}')::jsonb -> 'success';
SHOW regress.seen;
SHOW scimver.profile;
DROP TRIGGER sets ON users;
-- one that is gone is told, and keeps nobody from setting it right
DELETE FROM scim_profiles WHERE name = 'ours';
SELECT tool_understood('red');
SELECT scim_call_tool('scim_list_users', '{"tenant_id": "red"}')::jsonb #> '{content,next_steps}';
SELECT asked($$SELECT scim_create_user('{"userName": "dan"}', tenant_id => 'red') ->> 'userName'$$);
SELECT asked($$SELECT scim_set_policy('red', 'User', NULL)$$);
SELECT tool_understood('red');
SET scimver.profile = 'okta';
SELECT scim_call_tool('scim_server_info', '{}')::jsonb #>> '{content,profile}';
RESET scimver.profile;

-- ---- what was stored, or approved, is no input ----

SELECT scim_create_user('{"userName": "eva", "title": "", "nickName": "e"}') ->> 'id' AS eva \gset
SELECT scim_get_user(:'eva') #>> '{meta,version}' AS before \gset
SELECT scim_patch_user(:'eva', '[{"op": "remove", "path": "title"}]') -> 'title';
SELECT scim_propose_change('User', :'eva', '[{"op": "add", "path": "title", "value": ""}]') ->> 'proposal_id' AS proposal \gset
SET scimver.profile = 'entra';
CREATE ROLE regress_scim_approver;
SELECT scim_grant_tenant('default', 'regress_scim_approver');
GRANT SELECT, UPDATE ON users TO regress_scim_approver;
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "reviewers": ["regress_scim_approver"]}}') IS NOT NULL;
SET SESSION AUTHORIZATION regress_scim_approver;
SELECT scim_review_proposal(:'proposal', 'approve', scim_get_proposal(:'proposal') ->> 'version') ->> 'status';
RESET SESSION AUTHORIZATION;
SELECT scim_get_user(:'eva') -> 'title', scim_get_user(:'eva') #>> '{meta,version}' = :'before';
SELECT scim_set_policy('default', 'User', NULL);
SELECT scim_patch_user(:'eva', '[{"op": "remove", "path": "title"}]') -> 'title';
SELECT scim_restore('User', :'eva', :'before') -> 'title';
-- as an input it is
SELECT scim_patch_user(:'eva', '[{"op": "replace", "path": "title", "value": ""}]') -> 'title';
RESET scimver.profile;
DROP OWNED BY regress_scim_approver;
DROP ROLE regress_scim_approver;

-- ---- who may ----

SELECT scim_grant_tenant('red', 'regress_scim_client');
SELECT scim_set_tenant_profile('red', 'entra');
SET ROLE regress_scim_client;
SELECT count(*) FROM scim_profiles;
SELECT asked($$TABLE scim_tenant_profiles$$);
SELECT asked($$INSERT INTO scim_profiles (name, rules) VALUES ('mine', '{}')$$);
SELECT asked($$DELETE FROM scim_profiles$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
-- the tenant's is in force all the same, and a client may choose another
SELECT understood('red');
SET scimver.tenant = 'red';
SELECT scim_server_info() ->> 'profile';
RESET scimver.tenant;
SET scimver.profile = 'rfc';
SELECT understood('red');
RESET scimver.profile;
RESET ROLE;
-- INSERT and UPDATE set, DELETE takes; none of them needs SELECT
GRANT INSERT ON scim_tenant_profiles TO regress_scim_dba;
SET ROLE regress_scim_dba;
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
RESET ROLE;
GRANT UPDATE ON scim_tenant_profiles TO regress_scim_dba;
SET ROLE regress_scim_dba;
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
SELECT asked($$SELECT scim_set_tenant_profile('green', 'okta')$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
RESET ROLE;
REVOKE INSERT, UPDATE ON scim_tenant_profiles FROM regress_scim_dba;
GRANT DELETE ON scim_tenant_profiles TO regress_scim_dba;
SET ROLE regress_scim_dba;
SELECT asked($$SELECT scim_set_tenant_profile('red', NULL)$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
RESET ROLE;
TABLE scim_tenant_profiles;
REVOKE DELETE ON scim_tenant_profiles FROM regress_scim_dba;
-- what others have in the way of names is not asked
CREATE SCHEMA other AUTHORIZATION regress_scim_other_schema;
CREATE FUNCTION other.equals(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'asked'; END $$;
CREATE OPERATOR other.= (LEFTARG = text, RIGHTARG = text, FUNCTION = other.equals);
CREATE TABLE other.scim_profiles (name text, rules jsonb, built_in boolean);
CREATE TABLE other.scim_tenant_profiles (tenant_id text, profile text);
SET search_path = other, pg_catalog, public;
SELECT public.scim_set_tenant_profile('green', NULL), public.scim_set_tenant_profile('red', 'entra');
SELECT count(*) FROM public.scim_tenant_profiles;
SELECT public.scim_list_users(filter => 'userName sw A', tenant_id => 'red') -> 'totalResults';
RESET search_path;
DROP SCHEMA other CASCADE;
-- the table's owner may have put something on it
CREATE FUNCTION keeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keeps BEFORE INSERT OR UPDATE ON scim_tenant_profiles FOR EACH ROW EXECUTE FUNCTION keeps();
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
DROP TRIGGER keeps ON scim_tenant_profiles;

-- ---- tables that their owner takes away ----

ALTER TABLE scim_tenant_profiles RENAME TO elsewhere;
SELECT asked($$SELECT understood('red')$$);
SELECT asked($$SELECT scim_set_tenant_profile('red', 'okta')$$);
ALTER TABLE elsewhere RENAME TO scim_tenant_profiles;
SELECT understood('red');
ALTER TABLE scim_profiles RENAME COLUMN rules TO elsewhere;
SELECT understood('red');
ALTER TABLE scim_profiles RENAME COLUMN elsewhere TO rules;
SELECT understood('red');
ALTER TABLE scim_profiles ALTER COLUMN name TYPE varchar;
SELECT asked($$SELECT understood('red')$$);
ALTER TABLE scim_profiles ALTER COLUMN name TYPE text;
SELECT understood('red');
-- what was written past the trigger is told by whom it concerns
INSERT INTO scim_profiles (name, rules) VALUES ('odd', '{}');
ALTER TABLE scim_profiles DISABLE TRIGGER scimver_rows;
UPDATE scim_profiles SET rules = '{"odd": true}' WHERE name = 'odd';
ALTER TABLE scim_profiles ENABLE ALWAYS TRIGGER scimver_rows;
SELECT understood('red'), understood('blue');
SELECT asked($$SELECT scim_set_tenant_profile('blue', 'odd')$$);
SET scimver.profile = 'odd';
SELECT understood('red');
RESET scimver.profile;

-- ---- the extension goes, and comes back ----

DROP EXTENSION scimver CASCADE;
DROP TABLE users, groups, groups_members;
CREATE EXTENSION scimver;
SELECT scim_create_table('users', 'User');
SELECT understood('red');
SELECT count(*) FROM scim_profiles;
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_profiles;
DROP ROLE regress_scim_client, regress_scim_dba, regress_scim_other_schema;
