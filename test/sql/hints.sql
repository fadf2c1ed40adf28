-- What an error tells to do next, of each pair of error and operation that can
-- meet: can that be done there, by who reads it?  Reviewed by eye.
SET client_min_messages = warning;
CREATE DATABASE scimver_hints TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_hints
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;

-- a pair: the words in braces are ids and versions of the resources that are there
CREATE TABLE pairs (n int GENERATED ALWAYS AS IDENTITY, operation text NOT NULL, statement text NOT NULL);
CREATE TABLE words (word text PRIMARY KEY, value text);
-- of SQL the message and the hint; of a tool the text and next_steps
CREATE FUNCTION hint(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	hint text;
BEGIN
	EXECUTE statement INTO answer;
	IF NOT statement LIKE '%scim_call_tool(%' OR answer::jsonb->'success' = 'true' THEN
		RETURN NEXT 'no error';
		RETURN;
	END IF;
	RETURN NEXT format('%s: %s', answer::jsonb#>>'{content,error_code}', answer::jsonb#>>'{content,error}');
	RETURN NEXT '    ' || (answer::jsonb#>>'{content,next_steps,0}');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN NEXT CASE WHEN sqlstate LIKE 'PT%' THEN sqlerrm ELSE sqlstate || ' ' || sqlerrm END;
	RETURN NEXT '    ' || coalesce(nullif(hint, ''), '(none)');
END $$;
CREATE FUNCTION show() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	pair record;
	word record;
	line text;
BEGIN
	FOR pair IN SELECT * FROM pairs ORDER BY n LOOP
		FOR word IN SELECT * FROM words LOOP
			pair.statement := replace(pair.statement, '{' || word.word || '}', word.value);
		END LOOP;
		FOR line IN SELECT hint(pair.statement) LOOP
			FOR word IN SELECT * FROM words LOOP
				line := replace(line, word.value, '{' || word.word || '}');
			END LOOP;
			RETURN NEXT CASE WHEN line LIKE '    %' THEN line ELSE pair.operation || ': ' || line END;
		END LOOP;
	END LOOP;
	TRUNCATE pairs;
END $$;

-- ---- what is wrong with a call, whatever the table ----
SELECT scim_create_table('users', 'User') IS NULL, scim_create_table('groups', 'Group') IS NULL;
INSERT INTO words SELECT 'ann', scim_create_user('{"userName": "ann"}')->>'id';
INSERT INTO words SELECT 'ben', scim_create_user('{"userName": "ben"}')->>'id';
INSERT INTO words SELECT 'staff', scim_create_group('{"displayName": "staff"}')->>'id';
INSERT INTO words SELECT 'inner', scim_create_group(jsonb_build_object('displayName', 'inner', 'members',
	jsonb_build_array(jsonb_build_object('value', (SELECT value FROM words WHERE word = 'ann')))))->>'id';
INSERT INTO words SELECT 'cyn', scim_create_user('{"userName": "cyn", "title": "a"}')->>'id';
INSERT INTO words SELECT 'cyn 1', version FROM users WHERE user_name = 'cyn';
UPDATE users SET data = data || '{"title": "b"}' WHERE user_name = 'cyn';
INSERT INTO words SELECT 'nobody', '00000000-0000-0000-0000-000000000000';
SELECT count(*) FROM words w, scim_add_members((SELECT value FROM words WHERE word = 'staff'), ARRAY[w.value]) WHERE word = 'inner';

INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "ann"}')$$),
('create', $$SELECT scim_create_user('{}')$$),
('create', $$SELECT scim_create_user('[]')$$),
('create', $$SELECT scim_create_user(NULL)$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": "yes"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "nick": "y"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "password": ""}')$$),
('create', $$SELECT scim_create_user(jsonb_build_object('userName', repeat('x', 2500)))$$),
('create', $$SELECT scim_create_user('{"userName": "x"}', tenant_id => '')$$),
('create', $$SELECT scim_create_group('{"displayName": "x", "members": [{"value": "{nobody}"}]}')$$),
('create', $$SELECT scim_create_group('{"displayName": "x", "members": [{"value": 7}]}')$$),
('create', $$SELECT scim_create_resource('Device', '{}')$$),
('get', $$SELECT scim_get_user('{nobody}')$$),
('get', $$SELECT scim_get_group('{nobody}')$$),
('get', $$SELECT scim_get_user('{ann}', attributes => '{nick}')$$),
('get', $$SELECT scim_get_user('{ann}', attributes => '{userName}', excluded_attributes => '{active}')$$),
('get', $$SELECT scim_call_tool('scim_get_user', '{"user_id": "{ann}", "known_version": "W/\"x\""}')$$),
('get', $$SELECT scim_call_tool('scim_get_user', '{"user": "{ann}"}')$$),
('update', $$SELECT scim_update_user('{nobody}', '{"userName": "x"}')$$),
('update', $$SELECT scim_update_user('{ben}', '{"userName": "ann"}')$$),
('update', $$SELECT scim_update_user('{ben}', '{"userName": "x"}', 'stale')$$),
('update', $$SELECT scim_update_user('{ben}', '{"userName": "x"}', 'W/"x"')$$),
('update', $$SELECT scim_call_tool('scim_update_user', '{"user_id": "{ben}", "user_data": {"userName": "x"}, "expected_version": "stale"}')$$),
('update', $$SELECT scim_update_group('{inner}', '{"displayName": "inner", "members": [{"value": "{staff}"}]}')$$),
('patch', $$SELECT scim_patch_user('{nobody}', '[{"op": "replace", "path": "active", "value": true}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "active", "value": true}]', 'stale')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "change", "path": "active", "value": true}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '{"op": "replace", "path": "active", "value": true}')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "nick", "value": true}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "active", "value": "yes"}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "remove", "path": "userName"}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "meta.created", "value": "x"}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "add", "path": "groups", "value": [{"value": "{staff}"}]}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "emails[type eq \"x\"].value", "value": "y"}]')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "remove"}]')$$),
('patch', $$SELECT scim_patch_group('{staff}', '[{"op": "add", "path": "members", "value": [{"value": "{nobody}"}]}]')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', on_conflict => 'win')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', on_conflict => 'merge')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', merge_rules => '[]')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', merge_rules => '{"title": "ours"}')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', merge_rules => '{"nick": "mine"}')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', on_conflict => 'merge', merge_rules => '{"title": "max"}')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "title", "value": "c"}]', '{cyn 1}', on_conflict => 'merge')$$),
('merge', $$SELECT scim_patch_user('{cyn}', '[{"op": "add", "path": "nickName", "value": "c"}]', '{cyn 1}')$$),
('merge', $$SELECT scim_update_user('{cyn}', '{"userName": "cyn", "title": "c"}', '{cyn 1}')$$),
('merge', $$SELECT scim_merge('{"n": "a"}', '{"n": "b"}', '{"n": "c"}', '{"n": "counter"}')$$),
('merge', $$SELECT scim_merge('{}', '{}', '{}', '7')$$),
('merge', $$SELECT scim_call_tool('scim_patch_user', '{"user_id": "{cyn}", "operations": [{"op": "add", "path": "title", "value": "c"}], "expected_version": "{cyn 1}", "on_conflict": "win"}')$$),
('merge', $$SELECT scim_call_tool('scim_patch_user', '{"user_id": "{cyn}", "operations": [{"op": "add", "path": "title", "value": "c"}], "expected_version": "{cyn 1}", "merge_rules": {"title": "ours"}}')$$),
('merge', $$SELECT scim_call_tool('scim_patch_user', '{"user_id": "{cyn}", "operations": [{"op": "add", "path": "title", "value": "c"}], "expected_version": "{cyn 1}"}')$$),
('merge', $$SELECT scim_call_tool('scim_update_user', '{"user_id": "{cyn}", "user_data": {"userName": "cyn", "title": "c"}, "expected_version": "{cyn 1}", "on_conflict": "merge"}')$$),
('merge', $$SELECT scim_call_tool('scim_update_user', '{"user_id": "{cyn}", "user_data": {"userName": "cyn", "title": "a", "nickName": "c"}, "expected_version": "{cyn 1}"}')$$),
('delete', $$SELECT scim_delete_user('{nobody}')$$),
('delete', $$SELECT scim_delete_user('{ben}', 'stale')$$),
('delete', $$SELECT scim_delete_user('{ben}', 'W/"x"')$$),
('delete', $$SELECT scim_call_tool('scim_delete_user', '{"user_id": "{ben}", "expected_version": "stale"}')$$),
('list', $$SELECT scim_list_users('nick eq "x"')$$),
('list', $$SELECT scim_list_users('userName eq')$$),
('list', $$SELECT scim_list_users('password eq "x"')$$),
('list', $$SELECT scim_list_users(sort_by => 'emails[type eq "x"]')$$),
('list', $$SELECT scim_list_users(sort_by => 'password')$$),
('list', $$SELECT scim_list_users(sort_by => 'userName', sort_order => 'up')$$),
('list', $$SELECT scim_list_users(count => -1)$$),
('list', $$SELECT scim_list_users(cursor => 'x')$$),
('list', $$SELECT scim_list_users(cursor => '', count => 0)$$),
('list', $$SELECT scim_list_resources('Device')$$),
('list', $$SELECT scim_list_users(tenant_id => '')$$),
('list', $$SELECT scim_call_tool('scim_list_users', '{"known_version": "x y"}')$$),
('search', $$SELECT scim_call_tool('scim_search_users', '{"attribute": "nick", "value": "x"}')$$),
('add members', $$SELECT scim_add_members('{nobody}', '{"{ben}"}')$$),
('add members', $$SELECT scim_add_members('{staff}', '{"{nobody}"}')$$),
('add members', $$SELECT scim_add_members('{staff}', '{"{staff}"}')$$),
('add members', $$SELECT scim_add_members('{inner}', '{"{staff}"}')$$),
('add members', $$SELECT scim_add_members('{staff}', NULL)$$),
('add members', $$SELECT scim_add_members('{staff}', '{"{ben}"}', 'stale')$$),
('add members', $$SELECT scim_call_tool('scim_modify_group_members', '{"group_id": "{staff}", "add": ["{nobody}"]}')$$),
('add members', $$SELECT scim_call_tool('scim_modify_group_members', '{"group_id": "{staff}", "add": ["{ben}"], "expected_version": "stale"}')$$),
('add members', $$SELECT scim_call_tool('scim_modify_group_members', '{"group_id": "{staff}"}')$$),
('remove members', $$SELECT scim_remove_members('{nobody}', '{"{ben}"}')$$),
('remove members', $$SELECT scim_remove_members('{staff}', '{"{inner}"}', 'stale')$$),
('remove members', $$SELECT scim_remove_members('{staff}', '{NULL}')$$),
('list members', $$SELECT scim_list_members('{nobody}')$$),
('list members', $$SELECT scim_list_members('{staff}', count => 0)$$),
('list members', $$SELECT scim_list_members('{staff}', cursor => 'x')$$),
('version', $$SELECT scim_version('[]')$$),
('version', $$SELECT scim_version(('{"x": 1' || repeat('0', 500) || '}')::jsonb)$$),
('create table', $$SELECT scim_create_table('more', 'User')$$),
('create table', $$SELECT scim_create_table('more', 'Device')$$),
('create table', $$SELECT scim_create_table('more', 'Group', '{"colour": "red"}')$$),
('create index', $$SELECT scim_create_index('User', 'emails[type eq "work"].value')$$),
('create index', $$SELECT scim_create_index('User', 'name')$$),
('create index', $$SELECT scim_create_index('User', 'nick')$$),
('register', $$SELECT scim_register_table('words', 'User', '{"id": "word"}')$$),
('register', $$SELECT scim_register_table('users', 'User', '{}')$$),
('register members', $$SELECT scim_register_members('words', 'word', 'value')$$),
('unregister', $$SELECT scim_unregister_table('words')$$),
('check', $$SELECT scim_check_table('words')$$),
('repair', $$SELECT scim_repair_table('words')$$),
('backfill', $$CALL scim_backfill('words')$$),
('register schema', $$SELECT scim_register_schema('[]')$$),
('register schema', $$SELECT scim_register_schema('{"id": "x", "name": "X", "attributes": []}')$$),
('register schema', $$SELECT scim_register_schema('{"id": "urn:x:y", "name": "X", "colour": 1, "attributes": []}')$$),
('register schema', $$SELECT scim_register_schema('{"id": "urn:x:y", "name": "X", "attributes": [{"name": "a", "type": "text"}]}')$$),
('register type', $$SELECT scim_register_resource_type('{"name": "X", "endpoint": "/Xs", "schema": "urn:x:y"}')$$),
('unregister schema', $$SELECT scim_unregister_schema('urn:x:y')$$),
('unregister schema', $$SELECT scim_unregister_schema('urn:ietf:params:scim:schemas:core:2.0:User')$$),
('unregister type', $$SELECT scim_unregister_resource_type('Device')$$),
('unregister type', $$SELECT scim_unregister_resource_type('User')$$),
('grant', $$SELECT scim_grant_tenant('', 'pg_monitor'::regrole)$$);
SELECT show();

-- ---- what others decide ----
SELECT scim_set_policy('default', 'User', '{"deny": ["delete"], "review": {"attributes": ["active"], "operations": ["create"], "reviewers": ["pg_monitor"]}, "lease": {"max_seconds": 9}}') IS NULL,
	scim_set_policy('default', 'Group', '{"require_version": true, "review": {"attributes": ["*"], "reviewers": ["pg_monitor"]}, "may": {"pg_monitor": {"operations": ["patch"], "attributes": ["displayName"]}}}') IS NULL;
INSERT INTO words SELECT 'proposal', scim_propose_change('User', value, '[{"op": "add", "path": "active", "value": true}]')->>'proposal_id' FROM words WHERE word = 'ben';
INSERT INTO words SELECT 'proposal 1', version FROM scim_proposals;
INSERT INTO words SELECT 'withdrawn', scim_propose_change('User', value, '[{"op": "add", "path": "active", "value": false}]')->>'proposal_id' FROM words WHERE word = 'ben';
INSERT INTO words SELECT 'withdrawn 1', version FROM words w, scim_proposals p WHERE w.word = 'withdrawn' AND p.id = w.value::uuid;
SELECT scim_review_proposal(p.id, 'withdraw', p.version)->>'status' FROM words w, scim_proposals p WHERE w.word = 'withdrawn' AND p.id = w.value::uuid;
INSERT INTO words SELECT 'staff 1', version FROM words w, scim_history h WHERE w.word = 'staff' AND h.resource_id = w.value AND h.operation = 'create';
INSERT INTO pairs (operation, statement) VALUES
('set policy', $$SELECT scim_set_policy('default', 'User', '{"allow": []}')$$),
('set policy', $$SELECT scim_set_policy('default', 'User', '{"may": {"pg_monitor": {"attributes": ["title"]}}}')$$),
('set policy', $$SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["emails.value"], "reviewers": ["pg_monitor"]}}')$$),
('set policy', $$SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["active"], "reviewers": ["who"]}}')$$),
('set policy', $$SELECT scim_set_policy('default', 'User', NULL, 'stale')$$),
('set policy', $$SELECT scim_set_policy('default', 'Device', '{}')$$),
('create', $$SELECT scim_create_user('{"userName": "x"}')$$),
('create', $$SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "x"}}')$$),
('create', $$SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "x", "password": "y"}, "on_conflict": "propose"}')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "add", "path": "active", "value": true}]')$$),
('patch', $$SELECT scim_call_tool('scim_patch_user', '{"user_id": "{ben}", "operations": [{"op": "add", "path": "active", "value": true}]}')$$),
('patch', $$SELECT scim_patch_group('{staff}', '[{"op": "add", "path": "externalId", "value": "x"}]')$$),
('delete', $$SELECT scim_delete_user('{ben}')$$),
('delete', $$SELECT scim_call_tool('scim_delete_user', '{"user_id": "{ben}"}')$$),
('delete', $$SELECT scim_call_tool('scim_delete_user', '{"user_id": "{ben}", "on_conflict": "merge"}')$$),
('restore', $$SELECT scim_call_tool('scim_restore', '{"resource_type": "Group", "resource_id": "{staff}", "version": "{staff 1}"}')$$),
('lease', $$SELECT scim_acquire_lease('User', '{ben}')$$),
('propose', $$SELECT scim_propose_change('User', '{ben}', '[{"op": "remove", "path": "active"}]')$$),
('propose', $$SELECT scim_propose_change('User', '{ben}', '[{"op": "add", "path": "password", "value": "x"}]')$$),
('propose', $$SELECT scim_propose_change('User', '{ben}', '{"create": {"userName": "x"}}')$$),
('propose', $$SELECT scim_propose_change('User', NULL, '{"delete": true}')$$),
('propose', $$SELECT scim_propose_change('User', '{ben}', '{"delete": true}', reason => repeat('x', 1001))$$),
('propose', $$SELECT scim_propose_change('User', '{nobody}', '{"delete": true}')$$),
('list proposals', $$SELECT scim_list_proposals('done')$$),
('list proposals', $$SELECT scim_list_proposals(id => '{ben}')$$),
('list proposals', $$SELECT scim_list_proposals(cursor => 'x')$$),
('get proposal', $$SELECT scim_get_proposal('{nobody}')$$),
('review', $$SELECT scim_review_proposal('{nobody}', 'approve', 'x')$$),
('review', $$SELECT scim_review_proposal('{proposal}', 'agree', '{proposal 1}')$$),
('review', $$SELECT scim_review_proposal('{proposal}', 'counter', '{proposal 1}')$$),
('review', $$SELECT scim_review_proposal('{proposal}', 'approve', NULL)$$),
('review', $$SELECT scim_review_proposal('{proposal}', 'approve', '{proposal 1}')$$),
('review', $$SELECT scim_review_proposal('{proposal}', 'withdraw', 'stale')$$),
('review', $$SELECT scim_review_proposal('{withdrawn}', 'withdraw', '{withdrawn 1}')$$),
('review', $$SELECT scim_call_tool('scim_review_proposal', '{"proposal_id": "{proposal}", "decision": "approve", "expected_version": "{proposal 1}"}')$$),
('review', $$SELECT scim_call_tool('scim_review_proposal', '{"proposal_id": "{proposal}", "decision": "withdraw", "expected_version": "stale"}')$$),
('review', $$SELECT scim_call_tool('scim_review_proposal', '{"proposal_id": "{withdrawn}", "decision": "withdraw", "expected_version": "{withdrawn 1}"}')$$);
SELECT show();
SELECT scim_set_policy('default', 'User', NULL) IS NULL, scim_set_policy('default', 'Group', NULL) IS NULL;

-- ---- rights ----
CREATE ROLE scimver_hints_agent;
GRANT ALL ON pairs, words TO scimver_hints_agent;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO scimver_hints_agent;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
INSERT INTO pairs (operation, statement) VALUES
('tenant', $$SELECT scim_list_users(tenant_id => 'other')$$),
('tenant', $$SELECT scim_create_user('{"userName": "x"}', tenant_id => 'other')$$),
('check', $$SELECT scim_check_table('users')$$);
SET ROLE scimver_hints_agent;
SELECT show();
RESET ROLE;
REVOKE DELETE ON users FROM scimver_hints_agent;
SELECT scim_grant_tenant('default', 'scimver_hints_agent');
REVOKE DELETE ON users FROM scimver_hints_agent;
INSERT INTO pairs (operation, statement) VALUES ('delete', $$SELECT scim_delete_user('{ben}')$$),
	('delete', $$SELECT scim_call_tool('scim_delete_user', '{"user_id": "{ben}"}')$$);
SET ROLE scimver_hints_agent;
SELECT show();
RESET ROLE;
INSERT INTO pairs (operation, statement) VALUES ('tenant', $$SELECT scim_list_users(tenant_id => 'other')$$);
SET scimver.only_tenant = 'default';
SELECT show();
RESET scimver.only_tenant;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "x"}')$$),
('update', $$SELECT scim_update_user('{ben}', '{"userName": "x"}')$$),
('patch', $$SELECT scim_patch_user('{ben}', '[{"op": "replace", "path": "userName", "value": "x"}]')$$),
('delete', $$SELECT scim_delete_user('{ben}')$$);
SELECT show();
DROP TRIGGER refuse ON users;
DROP TABLE groups_members, groups, users;
DROP OWNED BY scimver_hints_agent;
DROP ROLE scimver_hints_agent;

-- ---- a table that people had already ----
TRUNCATE words;
CREATE TABLE departments (name text PRIMARY KEY);
CREATE DOMAIN short AS text CHECK (length(value) < 5);
CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, login text NOT NULL UNIQUE, nick varchar(5), title short,
	department text REFERENCES departments, active boolean NOT NULL, number int UNIQUE, shown text, gone timestamptz,
	twice int GENERATED ALWAYS AS (number * 2) STORED,
	cost int NOT NULL DEFAULT 0 CHECK (cost < 10), CHECK (nick <> 'nick'));
CREATE TABLE teams (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE teams_people (team int REFERENCES teams ON DELETE CASCADE, person int REFERENCES people, by text NOT NULL DEFAULT 'x' CHECK (by <> ''),
	UNIQUE (team, person));
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login", "nickName": "nick",
	"title": "title", "active": "active", "userType": {"column": "shown", "mode": "read"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "number"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('teams_people', 'team', 'person');
INSERT INTO people (login, active, gone, number) VALUES ('ann', true, NULL, NULL), ('ben', true, NULL, NULL), ('old', true, now(), 7);
INSERT INTO teams (name) VALUES ('staff');
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "x"}')$$),
('create', $$SELECT scim_create_user('{"userName": "ann", "active": true}')$$),
('create', $$SELECT scim_create_user('{"userName": "old", "active": true}')$$),
('create', $$SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "old", "active": true}}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "7"}}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "nickName": "too long"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "nickName": "nick"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "title": "too long"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "locale": "en"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "password": "secret"}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "none"}}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "2000000000"}}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true}', tenant_id => 'other')$$),
('update', $$SELECT scim_update_user('2', '{"userName": "old", "active": true}')$$),
('update', $$SELECT scim_update_user('2', '{"userName": "ben", "active": true, "userType": "x"}')$$),
('update', $$SELECT scim_update_user('3', '{"userName": "x", "active": true}')$$),
('patch', $$SELECT scim_patch_user('2', '[{"op": "replace", "path": "userName", "value": "old"}]')$$),
('patch', $$SELECT scim_patch_user('2', '[{"op": "remove", "path": "active"}]')$$),
('patch', $$SELECT scim_patch_user('2', '[{"op": "add", "path": "userType", "value": "x"}]')$$),
('patch', $$SELECT scim_patch_user('2', '[{"op": "add", "path": "locale", "value": "x"}]')$$),
('delete', $$SELECT scim_delete_user('3')$$),
('list', $$SELECT scim_list_users(tenant_id => 'other')$$),
('list', $$SELECT scim_list_users('active eq true and locale pr')$$),
('list', $$SELECT scim_list_users(sort_by => 'locale')$$),
('list', $$SELECT scim_call_tool('scim_search_users', '{"attribute": "locale", "value": "de"}')$$),
('patch', $$SELECT scim_patch_user('2', '[{"op": "remove", "path": "emails[display pr]"}]')$$),
('add members', $$SELECT scim_add_members('1', '{3}')$$),
('add members', $$SELECT scim_add_members('1', '{nobody}')$$),
('patch', $$SELECT scim_patch_group('1', '[{"op": "add", "path": "members", "value": [{"type": "Group", "value": "1"}]}]')$$),
('register', $$SELECT scim_register_table('people', 'User', '{"id": "id"}')$$),
('register', $$SELECT scim_register_table('departments', 'User', '{"id": "name"}')$$),
('register members', $$SELECT scim_register_members('teams_people', 'team', 'person')$$),
('create index', $$SELECT scim_create_index('User', 'locale')$$);
SELECT show();

-- ---- what nothing fills, of either table ----
ALTER TABLE people ADD salary int, ADD grade short DEFAULT 'high';
UPDATE people SET salary = 1;
ALTER TABLE people ALTER salary SET NOT NULL;
ALTER TABLE teams_people ALTER by DROP DEFAULT;
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "x", "active": true}')$$),
('create', $$SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "x", "active": true}}')$$),
('add members', $$SELECT scim_add_members('1', '{1}')$$),
('add members', $$SELECT scim_call_tool('scim_modify_group_members', '{"group_id": "1", "add": ["1"]}')$$),
('create', $$SELECT scim_create_group('{"displayName": "x", "members": [{"value": "1"}]}')$$);
SELECT show();
ALTER TABLE people ALTER salary SET DEFAULT 1, ALTER cost SET DEFAULT 11;
ALTER TABLE teams_people ALTER by SET DEFAULT '';
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "x", "active": true}')$$),
('add members', $$SELECT scim_add_members('1', '{1}')$$);
SELECT show();
ALTER TABLE people ALTER cost SET DEFAULT 1, ADD exact int GENERATED ALWAYS AS (1 / (length(login) - 1)) STORED, ADD code short;
ALTER TABLE people ALTER code SET DEFAULT 'abc' || 'def';
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "xyz", "active": true}')$$);
SELECT show();
ALTER TABLE people ALTER code DROP DEFAULT;
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_user('{"userName": "xyz", "active": true}')$$),
('create', $$SELECT scim_create_user('{"userName": "x", "active": true}')$$);
SELECT show();

-- ---- memberships that nobody registered ----
SELECT scim_unregister_table('teams_people');
INSERT INTO pairs (operation, statement) VALUES
('create', $$SELECT scim_create_group('{"displayName": "x", "members": [{"value": "1"}]}')$$),
('patch', $$SELECT scim_patch_group('1', '[{"op": "add", "path": "members", "value": {"value": "1"}}]')$$),
('add members', $$SELECT scim_add_members('1', '{1}')$$),
('add members', $$SELECT scim_call_tool('scim_modify_group_members', '{"group_id": "1", "add": ["1"]}')$$),
('list members', $$SELECT scim_list_members('1')$$);
SELECT show();
\c :regression
DROP DATABASE scimver_hints;
