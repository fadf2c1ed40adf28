-- Tables that people have: three applications, each registered, read, changed
-- by its agents and by itself, and left as it was. See test/data/existing.
SET client_min_messages = warning;
CREATE DATABASE scimver_web TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE scimver_chat TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE scimver_hr TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME

-- ---- a web framework: serial ids, no column of ours ----

\c scimver_web
SET client_min_messages = warning;
SET timezone = 'Asia/Kolkata';
\pset format unaligned
\pset tuples_only on
\set ECHO none
\i test/data/existing/helpers.sql
\i test/data/existing/web.sql
\set ECHO all
CREATE EXTENSION scimver CASCADE;
INSERT INTO ddl_before SELECT ddl();
SELECT stored('auth_user') AS users_stored, stored('auth_group') AS groups_stored, stored('auth_user_groups') AS members_stored \gset
SET client_min_messages = notice;
\i test/data/existing/web_register.sql
SET client_min_messages = warning;

-- nothing of what is stored was touched, and what copies whole tables still does
SELECT stored('auth_user') = :'users_stored', stored('auth_group') = :'groups_stored', stored('auth_user_groups') = :'members_stored';
SELECT count(*) FROM pg_attribute WHERE attrelid = 'auth_user'::regclass AND attnum > 0;
COPY auth_group FROM stdin;
90	copied
\.
SELECT shown(scim_get_group('90'));
DELETE FROM auth_group WHERE id = 90;
CALL scim_backfill('auth_user');
CALL scim_backfill('auth_group');
SELECT * FROM scim_check_table('auth_user');
SELECT * FROM scim_check_table('auth_group');
SELECT * FROM scim_check_table('auth_user_groups');

-- get: what is empty is not there; the password is nowhere; the version is that of what is shown
SELECT shown(scim_get_user('2'));
SELECT shown(scim_get_user('1'));
SELECT version(r) = scim_version(r), version(r) ~ '^[A-Za-z0-9+/]{11}=$' FROM scim_get_user('2') AS r;
SELECT shown(scim_get_group('1'));
SELECT version(r) = scim_version(r) FROM scim_get_group('1') AS r;
SELECT fails(format('SELECT scim_get_user(%L)', id)) FROM unnest('{02,x,99999999999999999999}'::text[]) AS id;

-- lists and filters, each a plain predicate on a column
SELECT found(f, 'userName') FROM unnest(ARRAY['userName eq "ada"', 'userName sw "g"', 'name.familyName eq "hopper"', 'emails[type eq "work" and value eq "ADA@example.org"]',
	'emails pr', 'active eq false', 'userType eq "Staff"', 'name.givenName pr and not (active eq false)', 'groups.value eq "2"', 'meta.created lt "2020-01-01T00:00:00Z"', 'id eq "3"']) AS f;
SELECT scim_explain_filter('User', 'userName eq "ada" and active eq true');
SELECT scim_list_users(sort_by => 'userName', count => 2, attributes => '{userName}') -> 'Resources';
SELECT scim_list_members('1') -> 'Resources';

-- an agent's conditional update, and one that comes too late
SELECT version(scim_get_user('2')) AS v \gset
SELECT shown(scim_update_user('2', '{"userName": "ada", "name": {"givenName": "Augusta Ada", "familyName": "King"}, "active": true, "userType": "Staff",
	"emails": [{"type": "work", "value": "ada@example.org"}]}', :'v'));
SELECT fails(format('SELECT scim_update_user(''2'', %L, %L)', '{"userName": "ada", "active": false}', :'v')) LIMIT 1;
TABLE auth_user ORDER BY id;
SELECT * FROM scim_check_table('auth_user');

-- the application writes in between: the agent is told
SELECT version(scim_get_user('2')) AS v \gset
UPDATE auth_user SET last_login = '2026-11-21 09:00:00+00' WHERE id = 2;
SELECT version(scim_get_user('2')) = :'v' AS "what is not mapped does not move it";
UPDATE auth_user SET first_name = 'Ada' WHERE id = 2;
SELECT fails(format('SELECT scim_patch_user(''2'', %L, %L)', '[{"op": "replace", "path": "active", "value": false}]', :'v')) LIMIT 1;
SELECT version(scim_get_user('2')) AS v \gset
SELECT shown(scim_patch_user('2', '[{"op": "replace", "path": "active", "value": false}, {"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "emails"}]', :'v'));
SELECT first_name = '', email = '', is_active FROM auth_user WHERE id = 2;

-- what has no column is refused by name, and what a column cannot hold, too
SELECT fails(format('SELECT scim_patch_user(''2'', %L)', o)) FROM unnest(ARRAY[
	'[{"op": "add", "path": "nickName", "value": "Countess"}]',
	'[{"op": "add", "path": "emails", "value": [{"type": "home", "value": "a@b.c"}]}]',
	'[{"op": "add", "path": "password", "value": "secret"}]',
	'[{"op": "replace", "path": "userType", "value": "Manager"}]',
	'[{"op": "replace", "path": "userName", "value": "grace"}]']) AS o;
SELECT fails(format('SELECT scim_patch_user(''2'', jsonb_build_array(jsonb_build_object(''op'', ''replace'', ''path'', ''name.givenName'', ''value'', repeat(''x'', 151))))'));

-- create and delete
SELECT shown(scim_create_user('{"userName": "linus", "active": true, "emails": [{"type": "work", "value": "linus@example.org"}]}')) - 'meta' AS made \gset
SELECT :'made';
SELECT id, password, is_superuser, username, first_name, email, is_staff, is_active, date_joined BETWEEN now() - interval '1 minute' AND now() AS joined
	FROM auth_user WHERE username = 'linus';
SELECT scim_delete_user(:'made'::jsonb ->> 'id');
-- who is deleted leaves the groups first, whatever the application's own foreign keys say of that
BEGIN;
SELECT scim_delete_user('3');
SELECT count(*) FROM auth_user_groups WHERE user_id = 3;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

-- memberships, from both sides
SELECT version(scim_get_group('1')) AS v, version(scim_get_group('2')) AS other \gset
INSERT INTO auth_user_groups (user_id, group_id) VALUES (3, 1), (4, 1);
SELECT version(r) = :'v' AS same, version(r) = scim_version(r), jsonb_array_length(r -> 'members') FROM scim_get_group('1') AS r;
SELECT version(scim_get_group('2')) = :'other' AS other_same;
SELECT fails(format('SELECT scim_remove_members(''1'', ''{4}'', %L)', :'v')) LIMIT 1;
SELECT jsonb_path_query_array(scim_remove_members('1', '{3,4}'), '$.members[*].value');
SELECT version(scim_get_group('1')) = :'v' AS returned;
SELECT jsonb_path_query_array(scim_add_members('3', '{2,3}'), '$.members[*].value');
SELECT user_id, group_id FROM auth_user_groups ORDER BY 2, 1;
DELETE FROM auth_user_groups WHERE user_id = 3;
SELECT scim_get_user('3') -> 'groups' AS none, jsonb_path_query_array(scim_get_user('2'), '$.groups[*].display');
SELECT fails('SELECT scim_add_members(''3'', ''{77}'')');
SELECT shown(scim_update_group('3', '{"displayName": "somebody"}')) #- '{members,0,$ref}';
SELECT * FROM scim_check_table('auth_user') UNION ALL SELECT * FROM scim_check_table('auth_group');

-- ... and it is gone again
SELECT scim_unregister_table('auth_user'), scim_unregister_table('auth_group');
ALTER TABLE auth_user ALTER password DROP DEFAULT, ALTER is_superuser DROP DEFAULT, ALTER is_staff DROP DEFAULT, ALTER is_active DROP DEFAULT;
SELECT '-' || l FROM (SELECT line FROM ddl_before EXCEPT SELECT ddl()) AS gone (l) UNION ALL SELECT '+' || l FROM (SELECT ddl() EXCEPT SELECT line FROM ddl_before) AS come (l);
SELECT fails('SELECT scim_get_user(''2'')') LIMIT 1;
DROP EXTENSION scimver;
UPDATE auth_user SET first_name = 'Ada' WHERE id = 2 RETURNING username;

-- ---- a chat server: text ids, milliseconds, rows that are marked as deleted ----

\c scimver_chat
SET client_min_messages = warning;
SET timezone = 'America/St_Johns';
\pset format unaligned
\pset tuples_only on
\set ECHO none
\i test/data/existing/helpers.sql
\i test/data/existing/chat.sql
\set ECHO all
CREATE EXTENSION scimver CASCADE;
INSERT INTO ddl_before SELECT ddl();
CREATE TEMP TABLE rows_before AS SELECT ctid AS place, xmin AS since, * FROM users;
SET client_min_messages = notice;
\i test/data/existing/chat_register.sql
SET client_min_messages = warning;
-- two columns more, and nothing rewritten
SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 25;
SELECT count(*) FROM users AS u JOIN rows_before AS b ON u.ctid = b.place AND u.xmin = b.since WHERE u.scim_version IS NULL;

-- versions are computed until they are filled
SELECT version(scim_get_user('u2bbbbbbbbbbbbbbbbbbbbbbbb')) AS v \gset
SET client_min_messages = notice;
CALL scim_backfill('users', 2);
CALL scim_backfill('channels');
SET client_min_messages = warning;
SELECT scim_version = :'v', scim_revision, updateat FROM users WHERE id = 'u2bbbbbbbbbbbbbbbbbbbbbbbb';
SELECT * FROM scim_check_table('users') UNION ALL SELECT * FROM scim_check_table('channels') UNION ALL SELECT * FROM scim_check_table('channelmembers');

SELECT shown(scim_get_user('u2bbbbbbbbbbbbbbbbbbbbbbbb'));
SELECT version(r) = scim_version(r - 'roles') AS "what is read-only is outside" FROM scim_get_user('u2bbbbbbbbbbbbbbbbbbbbbbbb') AS r;
SELECT shown(scim_get_group('c1dddddddddddddddddddddddd'));

-- who is marked as deleted is nobody: in no function, list, filter
SELECT fails('SELECT scim_get_user(''u3cccccccccccccccccccccccc'')') LIMIT 1;
SELECT fails('SELECT scim_patch_user(''u3cccccccccccccccccccccccc'', ''[{"op": "add", "path": "nickName", "value": "n"}]'')') LIMIT 1;
SELECT fails('SELECT scim_get_group(''c3ffffffffffffffffffffffff'')') LIMIT 1;
SELECT found(f, 'userName') FROM unnest(ARRAY[NULL, 'userName eq "gone"', 'userName eq "ADA"', 'emails.value eq "ada@EXAMPLE.org"', 'nickName pr',
	'urn:example:params:scim:schemas:chat:2.0:User:failedAttempts gt 2', 'meta.lastModified lt "2020-01-01T00:00:00Z"', 'externalId eq "grace-1"', 'roles.value co "admin"']) AS f;
SELECT fails('SELECT scim_add_members(''c2eeeeeeeeeeeeeeeeeeeeeeee'', ''{u3cccccccccccccccccccccccc}'')') LIMIT 1;
SELECT scim_explain_filter('User', 'userName eq "Ada"');

-- an agent's update moves the application's own updateat, in its milliseconds
SELECT version(scim_get_user('u1aaaaaaaaaaaaaaaaaaaaaaaa')) AS v \gset
SELECT shown(scim_patch_user('u1aaaaaaaaaaaaaaaaaaaaaaaa', '[{"op": "replace", "path": "nickName", "value": "Countess"},
	{"op": "add", "path": "urn:example:params:scim:schemas:chat:2.0:User:failedAttempts", "value": 7}]', :'v')) #- '{meta,lastModified}';
SELECT nickname, failedattempts, scim_version <> :'v' AS moved, scim_revision, to_timestamp(updateat / 1000.0) BETWEEN now() - interval '1 minute' AND clock_timestamp() AS now
	FROM users WHERE username = 'ada';
SELECT fails(format('SELECT scim_patch_user(''u1aaaaaaaaaaaaaaaaaaaaaaaa'', %L)', o)) FROM unnest(ARRAY[
	'[{"op": "replace", "path": "urn:example:params:scim:schemas:chat:2.0:User:failedAttempts", "value": 3000000000}]',
	'[{"op": "add", "path": "roles", "value": [{"value": "admin"}]}]',
	'[{"op": "add", "path": "locale", "value": "en-US-x"}]',
	'[{"op": "add", "path": "displayName", "value": "Ada"}]']) AS o;

-- the application's writes: what is mapped moves the version, what is not does not
SELECT scim_version AS v, scim_revision AS r, updateat AS u FROM users WHERE username = 'ada' \gset
UPDATE users SET props = '{"theme": "dark"}', notifyprops = '{}' WHERE username = 'ada' RETURNING scim_version = :'v', scim_revision = :r, updateat = :u;
UPDATE users SET failedattempts = failedattempts + 1 WHERE username = 'ada' RETURNING scim_version = :'v', scim_revision - :r;
INSERT INTO users (id, createat, updateat, deleteat, username) VALUES ('u4gggggggggggggggggggggggg', 1700000000000, 1700000000001, 0, 'alan'), ('u1aaaaaaaaaaaaaaaaaaaaaaaa', 1, 1, 0, 'other')
	ON CONFLICT (id) DO UPDATE SET locale = 'fr' RETURNING username, createat, updateat = 1700000000001 AS application_s, scim_revision, locale;
SELECT version(scim_get_user(id)) = scim_version, scim_version(scim_get_user(id) - 'roles') = scim_version FROM users WHERE deleteat = 0 ORDER BY id;
SELECT version(r) = scim_version(r - 'roles') FROM scim_get_user('u4gggggggggggggggggggggggg') AS r;

-- deleting sets the mark; taking the mark off brings the resource back as it was
SELECT version(scim_get_user('u4gggggggggggggggggggggggg')) AS v \gset
SELECT scim_add_members('c2eeeeeeeeeeeeeeeeeeeeeeee', '{u4gggggggggggggggggggggggg}') ->> 'displayName';
SELECT scim_delete_user('u4gggggggggggggggggggggggg', :'v');
SELECT username, deleteat BETWEEN 1000 * extract(epoch FROM now() - interval '1 minute') AND 1000 * extract(epoch FROM clock_timestamp()) FROM users WHERE id = 'u4gggggggggggggggggggggggg';
SELECT fails('SELECT scim_get_user(''u4gggggggggggggggggggggggg'')') LIMIT 1;
SELECT fails('SELECT scim_delete_user(''u4gggggggggggggggggggggggg'')') LIMIT 1;
SELECT scim_get_group('c2eeeeeeeeeeeeeeeeeeeeeeee') -> 'members' AS "who is marked stays a member";
SELECT scim_update_group('c2eeeeeeeeeeeeeeeeeeeeeeee', g, version(g)) = g AS "and what was read can be sent back" FROM scim_get_group('c2eeeeeeeeeeeeeeeeeeeeeeee') AS g;
SELECT fails('SELECT scim_add_members(''c1dddddddddddddddddddddddd'', ''{u4gggggggggggggggggggggggg}'')') LIMIT 1;
UPDATE users SET deleteat = 0 WHERE id = 'u4gggggggggggggggggggggggg';
SELECT version(scim_get_user('u4gggggggggggggggggggggggg')) = :'v' AS back;

-- channel members: what else stands in the row is no business of the group's version
SELECT scim_version AS v, scim_revision AS r FROM channels WHERE name = 'release' \gset
UPDATE channelmembers SET msgcount = msgcount + 1, lastviewedat = 5 WHERE channelid = 'c2eeeeeeeeeeeeeeeeeeeeeeee';
SELECT scim_version = :'v', scim_revision - :r FROM channels WHERE name = 'release';
DELETE FROM channelmembers WHERE userid = 'u4gggggggggggggggggggggggg';
INSERT INTO channelmembers (channelid, userid, roles) VALUES ('c2eeeeeeeeeeeeeeeeeeeeeeee', 'u2bbbbbbbbbbbbbbbbbbbbbbbb', '');
SELECT scim_version = :'v', scim_revision - :r, scim_version = version(scim_get_group(id)), scim_version = scim_version(scim_get_group(id)) FROM channels WHERE name = 'release';
UPDATE channelmembers SET userid = 'u4gggggggggggggggggggggggg' WHERE userid = 'u2bbbbbbbbbbbbbbbbbbbbbbbb' AND channelid = 'c2eeeeeeeeeeeeeeeeeeeeeeee';
SELECT scim_version = :'v' AS returned, scim_revision - :r FROM channels WHERE name = 'release';
SELECT jsonb_path_query_array(scim_get_user('u4gggggggggggggggggggggggg'), '$.groups[*].display');
SELECT * FROM scim_check_table('users') UNION ALL SELECT * FROM scim_check_table('channels') UNION ALL SELECT * FROM scim_check_table('channelmembers');

-- damage, found and mended
SET session_replication_role = replica;
UPDATE users SET nickname = 'behind our back' WHERE username = 'grace';
DELETE FROM channelmembers WHERE channelid = 'c1dddddddddddddddddddddddd' AND userid LIKE 'u1%';
RESET session_replication_role;
SELECT problem, resource_id, stored = computed AS same FROM scim_check_table('users') UNION ALL SELECT problem, resource_id, stored = computed FROM scim_check_table('channels') ORDER BY 2, 1;
SELECT scim_repair_table('users'), scim_repair_table('channels');
SELECT * FROM scim_check_table('users') UNION ALL SELECT * FROM scim_check_table('channels');

SELECT scim_unregister_table('users'), scim_unregister_table('channels');
ALTER TABLE users ALTER id DROP DEFAULT;
DROP INDEX users_username_lower;
ALTER TABLE channels ALTER id DROP DEFAULT;
SELECT '-' || l FROM (SELECT line FROM ddl_before EXCEPT SELECT ddl()) AS gone (l) UNION ALL SELECT '+' || l FROM (SELECT ddl() EXCEPT SELECT line FROM ddl_before) AS come (l);
DROP EXTENSION scimver;

-- ---- a personnel department: a key of two columns ----

\c scimver_hr
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set ECHO none
\i test/data/existing/helpers.sql
\i test/data/existing/hr.sql
\set ECHO all
CREATE EXTENSION scimver CASCADE;
INSERT INTO ddl_before SELECT ddl();

-- half a key is none, two columns are no id, and a row has one id
SELECT fails(format('SELECT scim_register_table(''employees'', ''User'', %L)', m)) FROM unnest(ARRAY[
	'{"id": "personnel_no", "attributes": {"userName": "login"}}',
	'{"id": ["company", "personnel_no"], "attributes": {"userName": "login"}}']) AS m;
-- what else is wrong, by column and reason
SELECT fails(format('SELECT scim_register_table(''employees'', ''User'', %L)', m)) FROM unnest(ARRAY[
	'{"attributes": {"userName": "login"}}',
	'{"id": "person_id", "attributes": {"userName": "nobody"}}',
	'{"id": "person_id", "attributes": {"user": "login"}}',
	'{"id": "person_id", "attributes": {"userName": "login", "username": "mail"}}',
	'{"id": "person_id", "attributes": {"userName": "login", "active": "salary"}}',
	'{"id": "person_id", "attributes": {"userName": "login", "displayName": "full_name"}}',
	'{"id": "person_id", "attributes": {"userName": "login", "active": {"column": "status", "values": {"A": true, "D": true}}}}',
	'{"id": "person_id", "deleted": "login", "attributes": {"userName": "login"}}',
	'{"id": "person_id", "colour": "red", "attributes": {"userName": "login"}}']) AS m;
CREATE TRIGGER "~~~~late" BEFORE UPDATE ON employees FOR EACH ROW EXECUTE FUNCTION employees_tidy();
SELECT fails('SELECT scim_register_table(''employees'', ''User'', ''{"id": "person_id", "attributes": {"userName": "login"}}'')');
DROP TRIGGER "~~~~late" ON employees;
CREATE VIEW staff AS SELECT * FROM employees;
SELECT fails('SELECT scim_register_table(''staff'', ''User'', ''{"id": "person_id", "attributes": {"userName": "login"}}'')');
DROP VIEW staff;
SELECT ddl() EXCEPT SELECT line FROM ddl_before;

-- the two together are a tenant and an id, if a company is a tenant; each company then has its own ids
BEGIN;
SELECT scim_register_table('employees', 'User', '{"tenant": "company", "id": "personnel_no", "attributes": {"userName": "login", "name.familyName": "family_name"}}');
SELECT scim_get_user('1', tenant_id => 'BETA') #>> '{name,familyName}', scim_get_user('1', tenant_id => 'ACME') #>> '{name,familyName}';
SELECT scim_list_users(tenant_id => 'ACME') -> 'totalResults';
ROLLBACK;

-- the surrogate is accepted
SELECT scim_register_table('employees', 'User', '{
	"id": "person_id", "tenant": {"value": "acme group"},
	"version": "scim_version", "lastModified": "changed_at", "created": {"column": "hired", "mode": "read"}, "data": "scim_extra",
	"attributes": {
		"userName": "login",
		"name.familyName": "family_name",
		"name.givenName": "given_name",
		"displayName": {"column": "full_name", "mode": "read"},
		"active": {"column": "status", "values": {"A": true, "L": true, "X": false}, "mode": "read"},
		"userType": {"column": "contract", "values": {"permanent": "Employee", "temporary": "Temporary", "external": "Contractor"}},
		"emails[type eq \"work\"].value": "mail",
		"phoneNumbers[type eq \"mobile\"].value": "mobile",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "cost_center",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": "reports_to"}}');
CALL scim_backfill('employees', 1);
TABLE employees_log;
SELECT person_id, login, scim_version, changed_at FROM employees ORDER BY person_id;
SELECT * FROM scim_check_table('employees');
SELECT shown(scim_get_user('00000000-0000-4000-8000-000000000002'));
SELECT shown(scim_get_user('00000000-0000-4000-8000-000000000003')), scim_tenant();
SELECT fails('SELECT scim_get_user(''00000000-0000-4000-8000-000000000002'', tenant_id => ''other'')');
SELECT found(f, 'name.familyName') FROM unnest(ARRAY['userName eq "GHOPPER"', 'active eq true', 'displayName eq "grace hopper"', 'userType eq "Contractor"',
	'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "00000000-0000-4000-8000-000000000001"',
	'emails[type eq "work" and value ew "acme.example"] or not (userName pr)']) AS f;

-- an agent's update: only what changes is written, ours is the version of the row as the application's trigger makes it, and its log sees it all
DELETE FROM employees_log;
SELECT version(scim_get_user('00000000-0000-4000-8000-000000000002')) AS v \gset
SELECT shown(scim_patch_user('00000000-0000-4000-8000-000000000002', '[{"op": "add", "path": "phoneNumbers", "value": [{"type": "mobile", "value": "+49 171 2"}]},
	{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Compilers"},
	{"op": "add", "path": "title", "value": "Rear Admiral"}]', :'v')) #- '{meta,lastModified}';
SELECT * FROM employees_log;
SELECT scim_extra, mobile, department, scim_version = scim_version(scim_get_user(person_id::text) - 'displayName' - 'active') FROM employees WHERE login = 'ghopper';
SELECT shown(scim_patch_user('00000000-0000-4000-8000-000000000002', '[{"op": "replace", "path": "userName", "value": "  Rear.Admiral "}]')) -> 'userName';
SELECT fails(format('SELECT scim_patch_user(''00000000-0000-4000-8000-000000000002'', %L)', o)) FROM unnest(ARRAY[
	'[{"op": "replace", "path": "displayName", "value": "Amazing Grace"}]',
	'[{"op": "replace", "path": "userName", "value": "ALOVELACE"}]',
	'[{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "nowhere"}]',
	'[{"op": "remove", "path": "name.familyName"}]',
	'[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": "00000000-0000-4000-8000-00000000000f"}]',
	'[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "value": "123456789"}]']) AS o;

-- the nightly import, and a foreign key that reaches into other rows
SELECT scim_version AS v FROM employees WHERE company = 'ACME' AND personnel_no = 2 \gset
CREATE TEMP TABLE import (company text, no integer, family text, given text);
COPY import FROM stdin;
ACME	1	King	Ada
ACME	9	Turing	Alan
\.
INSERT INTO employees (company, personnel_no, family_name, given_name) SELECT * FROM import
	ON CONFLICT (company, personnel_no) DO UPDATE SET family_name = excluded.family_name, given_name = excluded.given_name;
SELECT found('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr or displayName eq "Alan Turing"', 'name.familyName');
UPDATE employees SET person_id = '00000000-0000-4000-8000-000000000007', reports_to = NULL WHERE personnel_no = 9;
UPDATE employees SET reports_to = '00000000-0000-4000-8000-000000000007' WHERE personnel_no = 2;
SELECT scim_version <> :'v' AS moved FROM employees WHERE personnel_no = 2;
DELETE FROM employees WHERE personnel_no = 9;
SELECT scim_get_user('00000000-0000-4000-8000-000000000002') #> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager}' AS none, version(r) = scim_version(r - 'displayName' - 'active')
	FROM scim_get_user('00000000-0000-4000-8000-000000000002') AS r;
SELECT * FROM scim_check_table('employees');

-- a mapped column that is renamed is followed, one that is dropped is refused
ALTER TABLE employees RENAME COLUMN mobile TO mobile_phone;
UPDATE employees SET mobile_phone = '+49 171 3' WHERE personnel_no = 2;
SELECT version(r) = scim_version(r - 'displayName' - 'active') FROM scim_get_user('00000000-0000-4000-8000-000000000002') AS r;
SELECT scim_get_user('00000000-0000-4000-8000-000000000002') -> 'phoneNumbers';
SELECT fails('ALTER TABLE employees DROP COLUMN mobile_phone');
ALTER TABLE employees DROP COLUMN salary;
ALTER TABLE employees RENAME COLUMN mobile_phone TO mobile;
ALTER TABLE employees ADD COLUMN salary numeric(10, 2);
SELECT * FROM scim_check_table('employees');

-- created through scimver, where the application wants a key of its own
SELECT fails($$SELECT scim_create_user('{"userName": "eve", "name": {"familyName": "Eve"}}')$$) LIMIT 1;
ALTER TABLE employees ALTER company SET DEFAULT 'NEW', ALTER personnel_no ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 1000);
SELECT shown(scim_create_user('{"userName": "Eve", "name": {"familyName": "Eve"}}')) - 'id' #- '{meta,created}' #- '{meta,lastModified}';
SELECT company, personnel_no, login, contract, hired = current_date, changed_at > now() AT TIME ZONE 'UTC' - interval '1 minute' FROM employees WHERE family_name = 'Eve';
SELECT * FROM scim_check_table('employees');
ALTER TABLE employees ALTER company DROP DEFAULT, ALTER personnel_no DROP IDENTITY;

SELECT scim_unregister_table('employees');
SELECT '-' || l FROM (SELECT line FROM ddl_before EXCEPT SELECT ddl()) AS gone (l) UNION ALL SELECT '+' || l FROM (SELECT ddl() EXCEPT SELECT line FROM ddl_before) AS come (l);
DROP EXTENSION scimver;

\c :regression
DROP DATABASE scimver_web;
DROP DATABASE scimver_chat;
DROP DATABASE scimver_hr;
