-- Tables that an application has, registered for users and groups: the same statements in a
-- database of 1.0 that is to be updated and in a new one.

SET client_min_messages = warning;

CREATE SCHEMA app AUTHORIZATION "Odd owner; --";
SET ROLE "Odd owner; --";
CREATE TABLE app.people (id int PRIMARY KEY, login text NOT NULL UNIQUE, mail text, gone boolean NOT NULL DEFAULT false);
CREATE TABLE app."the teams' table" (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE app.joins (person int REFERENCES app.people ON DELETE CASCADE, team int REFERENCES app."the teams' table", PRIMARY KEY (team, person));
RESET ROLE;
SELECT scim_register_table('app.people', 'User', '{"id": "id", "attributes": {"userName": "login", "emails[type eq \"work\"].value": "mail"}}',
	'{"add_columns": true}');
SELECT scim_register_table('app."the teams'' table"', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('app.joins', 'team', 'person');
GRANT SELECT, INSERT, UPDATE, DELETE ON app.people, app."the teams' table", app.joins TO clerk;
GRANT USAGE ON SCHEMA app TO clerk;
CREATE VIEW app.one_user AS SELECT scim_get_user(id::text) AS resource FROM app.people;
