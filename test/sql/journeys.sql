-- Five applications' tables, each from registration to the end of it, with what
-- goes wrong on the way: whoever writes is told by scimver's own errors, of which
-- each says what to do (see test/data/existing).
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set regression :DBNAME
CREATE DATABASE journey_web TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE journey_chat TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE journey_hr TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE journey_desk TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE journey_school TEMPLATE template0 ENCODING 'UTF8';
\set ECHO none

\echo
\echo ---- a web framework: serial ids, text that is never NULL, foreign keys that are checked at the commit ----
\c journey_web
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\i test/data/existing/journey_helpers.sql
\i test/data/existing/web.sql
CREATE TABLE log (no serial PRIMARY KEY, who int NOT NULL REFERENCES auth_user);
INSERT INTO log (who) VALUES (3);
\set users auth_user
\set groups auth_group
\set members auth_user_groups
\set group_column group_id
\set member_column user_id
\set users_mapping '{"id": "id", "created": "date_joined", "attributes": {"userName": "username", "name.givenName": "first_name", "name.familyName": "last_name", "emails[type eq \\"work\\"].value": "email", "active": "is_active", "userType": {"column": "is_staff", "values": {"true": "Staff", "false": "Visitor"}}}}'
\set groups_mapping '{"id": "id", "attributes": {"displayName": "name"}}'
\set member 2
\set referenced 3
\set group 1
\set one '{"userName": "linus", "active": true, "userType": "Visitor"}'
\set two '{"userName": "margaret", "active": true, "userType": "Staff"}'
\set taken '{"userName": "grace", "active": true, "userType": "Staff"}'
\set patch '[{"op": "replace", "path": "name.givenName", "value": "Augusta"}]'
\set wrong '[{"op": "remove", "path": "active"}, {"op": "add", "path": "nickName", "value": "Countess"}, {"op": "replace", "path": "userType", "value": "Boss"}, {"op": "replace", "path": "active", "value": "maybe"}, {"op": "add", "path": "emails", "value": [{"type": "home", "value": "a@b.c"}]}, {"op": "replace", "path": "name.familyName", "value": 7}]'
\set mend_users 'ALTER TABLE auth_user ALTER password SET DEFAULT \'!\', ALTER is_superuser SET DEFAULT false;'
\set mend_groups ''
\set mend_members ''
\i test/data/existing/journey.sql

\echo
\echo ---- a chat server: ids of its own, milliseconds, rows that are marked as deleted ----
\c journey_chat
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\i test/data/existing/journey_helpers.sql
\i test/data/existing/chat.sql
\set users users
\set groups channels
\set members channelmembers
\set group_column channelid
\set member_column userid
\set users_mapping '{"id": "id", "created": {"column": "createat", "format": "epoch_milliseconds"}, "lastModified": {"column": "updateat", "format": "epoch_milliseconds"}, "deleted": {"column": "deleteat", "format": "epoch_milliseconds"}, "attributes": {"userName": "username", "nickName": "nickname", "locale": "locale", "emails[type eq \\"work\\"].value": "email", "roles.value": {"column": "roles", "mode": "read"}}}'
\set groups_mapping '{"id": "id", "created": {"column": "createat", "format": "epoch_milliseconds"}, "deleted": {"column": "deleteat", "format": "epoch_milliseconds"}, "attributes": {"displayName": "displayname"}}'
\set member u2bbbbbbbbbbbbbbbbbbbbbbbb
\set referenced u1aaaaaaaaaaaaaaaaaaaaaaaa
\set group c1dddddddddddddddddddddddd
\set one '{"userName": "linus", "emails": [{"type": "work", "value": "linus@example.org"}]}'
\set two '{"userName": "margaret"}'
\set taken '{"userName": "gone"}'
\set patch '[{"op": "replace", "path": "nickName", "value": "Amazing"}]'
\set wrong '[{"op": "add", "path": "roles", "value": [{"value": "admin"}]}, {"op": "add", "path": "locale", "value": "en-US-x"}, {"op": "add", "path": "title", "value": "t"}, {"op": "replace", "path": "emails[type eq \\"work\\"].value", "value": "gone@example.org"}, {"op": "remove", "path": "emails[type eq \\"home\\"]"}]'
\set mend_users 'ALTER TABLE users ALTER id SET DEFAULT left(replace(gen_random_uuid()::text, \'-\', \'\'), 26);'
\set mend_groups 'ALTER TABLE channels ALTER id SET DEFAULT left(replace(gen_random_uuid()::text, \'-\', \'\'), 26);'
\set mend_members ''
\i test/data/existing/journey.sql

\echo
\echo ---- a personnel department: codes, enums, domains, checks; divisions with a head ----
\c journey_hr
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\i test/data/existing/journey_helpers.sql
\i test/data/existing/hr.sql
CREATE TABLE divisions (division_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(20) NOT NULL, head uuid REFERENCES employees (person_id),
	opened date NOT NULL DEFAULT current_date, EXCLUDE (name WITH =));
CREATE TABLE division_employees (division uuid REFERENCES divisions ON DELETE CASCADE, employee uuid REFERENCES employees (person_id) ON DELETE CASCADE, share numeric DEFAULT 1 CHECK (share <= 1), PRIMARY KEY (division, employee));
INSERT INTO divisions VALUES ('10000000-0000-4000-8000-000000000001', 'Research', '00000000-0000-4000-8000-000000000003');
INSERT INTO division_employees VALUES ('10000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001'), ('10000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002');
\set users employees
\set groups divisions
\set members division_employees
\set group_column division
\set member_column employee
\set users_mapping '{"id": "person_id", "version": "scim_version", "lastModified": "changed_at", "created": {"column": "hired", "mode": "read"}, "attributes": {"userName": "login", "name.familyName": "family_name", "displayName": {"column": "full_name", "mode": "read"}, "active": {"column": "status", "values": {"A": true, "X": false}}, "userType": {"column": "contract", "values": {"permanent": "Employee", "external": "Contractor"}}, "emails[type eq \\"work\\"].value": "mail", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": "reports_to"}}'
\set groups_mapping '{"id": "division_id", "attributes": {"displayName": "name"}}'
\set member 00000000-0000-4000-8000-000000000002
\set referenced 00000000-0000-4000-8000-000000000003
\set group 10000000-0000-4000-8000-000000000001
\set one '{"userName": "linus", "name": {"familyName": "Torvalds"}, "active": true, "userType": "Employee"}'
\set two '{"userName": "margaret", "name": {"familyName": "Hamilton"}, "active": true, "userType": "Employee"}'
\set taken '{"userName": "ALovelace", "name": {"familyName": "Lovelace"}, "active": true, "userType": "Employee"}'
\set patch '[{"op": "replace", "path": "userType", "value": "Contractor"}]'
\set wrong '[{"op": "remove", "path": "name.familyName"}, {"op": "replace", "path": "emails[type eq \\"work\\"].value", "value": "nowhere"}, {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": {"value": "00000000-0000-4000-8000-00000000000f"}}, {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "value": {"value": "nobody"}}, {"op": "replace", "path": "userType", "value": "Temporary"}, {"op": "replace", "path": "displayName", "value": "x"}, {"op": "remove", "path": "userType"}]'
\set mend_users 'ALTER TABLE employees ALTER company SET DEFAULT \'NEW\', ALTER personnel_no ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 1000);'
\set mend_groups ''
\set mend_members ''
\i test/data/existing/journey.sql

\echo
\echo ---- a help desk: text ids whose default is empty, no foreign keys of memberships ----
\c journey_desk
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\i test/data/existing/journey_helpers.sql
\i test/data/existing/desk.sql
\set users agents
\set groups teams
\set members team_agents
\set group_column team
\set member_column agent
\set users_mapping '{"id": "id", "attributes": {"userName": "login", "displayName": "full_name", "emails[type eq \\"work\\"].value": "mail", "active": "enabled"}}'
\set groups_mapping '{"id": "id", "attributes": {"displayName": "title"}}'
\set member AL
\set referenced GH
\set group first
\set one '{"userName": "linus", "displayName": "Linus"}'
\set two '{"userName": "margaret", "displayName": "Margaret", "active": false}'
\set taken '{"userName": "GRACE"}'
\set patch '[{"op": "replace", "path": "displayName", "value": "Augusta Ada King"}]'
\set wrong '[{"op": "replace", "path": "userName", "value": "other"}, {"op": "remove", "path": "userName"}, {"op": "replace", "path": "displayName", "value": ""}, {"op": "remove", "path": "active"}, {"op": "add", "path": "members", "value": "x"}, {"op": "replace", "path": "id", "value": "x"}]'
\set mend_users 'ALTER TABLE agents ALTER id SET DEFAULT gen_random_uuid();'
\set mend_groups 'ALTER TABLE teams ALTER id SET DEFAULT gen_random_uuid();'
\set mend_members ''
\i test/data/existing/journey.sql

\echo
\echo ---- a school: memberships that say more than who and where ----
\c journey_school
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
\i test/data/existing/journey_helpers.sql
\i test/data/existing/school.sql
\set users person
\set groups course
\set members enrolment
\set group_column course
\set member_column person
\set users_mapping '{"id": "person_id", "attributes": {"userName": "account", "name.familyName": "surname"}}'
\set groups_mapping '{"id": "course_id", "attributes": {"displayName": "label"}}'
\set member 1
\set referenced 3
\set group 2
\set one '{"userName": "linus", "name": {"familyName": "Torvalds"}}'
\set two '{"userName": "margaret", "name": {"familyName": "Hamilton"}}'
\set taken '{"userName": "grace", "name": {"familyName": "Hopper"}}'
\set patch '[{"op": "replace", "path": "name.familyName", "value": "King"}]'
\set wrong '[{"op": "replace", "path": "userName", "value": "Ada"}, {"op": "replace", "path": "userName", "value": "emmy"}, {"op": "remove", "path": "name"}, {"op": "add", "path": "active", "value": true}, {"op": "replace", "path": "name.familyName", "value": "A surname that has more letters than thirty"}]'
\set mend_users ''
\set mend_groups 'ALTER TABLE course ALTER room SET DEFAULT \'?\';'
\set mend_members 'ALTER TABLE enrolment ALTER enrolled_by SET DEFAULT current_user, ALTER part SET DEFAULT \'pupil\';'
\i test/data/existing/journey.sql

\c :regression
DROP DATABASE journey_web;
DROP DATABASE journey_chat;
DROP DATABASE journey_hr;
DROP DATABASE journey_desk;
DROP DATABASE journey_school;
