-- Ids of new resources: a table that makes none, or an empty one, gets no
-- resource that nobody could name.
SET client_min_messages = warning;
CREATE DATABASE scimver_new_ids TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_new_ids
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE ROLE scimver_new_ids_clerk;
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
	RETURN NEXT '  ' || hint;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;

CREATE TABLE people (id text PRIMARY KEY DEFAULT '', login text, org text);
CREATE TABLE teams (id varchar(20) PRIMARY KEY DEFAULT '', title text);
CREATE TABLE teams_people (team varchar(20) REFERENCES teams, person text REFERENCES people, PRIMARY KEY (team, person));
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "title"}}'),
	scim_register_members('teams_people', 'team', 'person');
GRANT SELECT, INSERT, UPDATE, DELETE ON people, teams, teams_people TO scimver_new_ids_clerk;
SET ROLE scimver_new_ids_clerk;
-- an empty default
SELECT fails($$SELECT scim_create_user('{"userName": "ann"}')$$);
SELECT fails($$SELECT scim_create_user('{"userName": "ann", "id": "a"}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x", "members": []}')$$);
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "ann"}}'::jsonb) #>> '{content,error_code}';
-- even if the application has such a row
INSERT INTO people (login) VALUES ('the nameless');
SELECT error($$SELECT scim_create_user('{"userName": "ann"}')$$);
SELECT count(*) FROM people;
RESET ROLE;
SELECT problem, resource_id, regexp_replace(detail, '\(\d+,\d+\)', '(place)') FROM scim_check_table('people') WHERE problem = 'content';
DELETE FROM people;
-- NULL, and none
ALTER TABLE people ALTER id SET DEFAULT NULL;
ALTER TABLE teams ALTER id DROP DEFAULT;
SET ROLE scimver_new_ids_clerk;
SELECT fails($$SELECT scim_create_user('{"userName": "ann"}')$$);
SELECT error($$SELECT scim_create_group('{"displayName": "x"}')$$);
RESET ROLE;
-- by a domain, an expression
CREATE DOMAIN code AS text DEFAULT '';
ALTER TABLE teams_people DROP CONSTRAINT teams_people_person_fkey;
ALTER TABLE people ALTER id TYPE code, ALTER id DROP DEFAULT;
SELECT error($$SELECT scim_create_user('{"userName": "ann"}')$$);
ALTER TABLE people ALTER id SET DEFAULT rtrim('  ');
SELECT error($$SELECT scim_create_user('{"userName": "ann"}')$$);
ALTER TABLE people ALTER id SET DEFAULT ' ';
SELECT error($$SELECT scim_create_user('{"userName": "ann"}') ->> 'id'$$), error($$SELECT scim_get_user(' ') ->> 'userName'$$);
-- a trigger makes it, or takes it away
ALTER TABLE people ALTER id DROP DEFAULT;
CREATE FUNCTION make_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 'id of ' || NEW.login; RETURN NEW; END $$;
CREATE TRIGGER make_id BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION make_id();
SELECT error($$SELECT scim_create_user('{"userName": "bob"}') ->> 'id'$$);
CREATE OR REPLACE FUNCTION make_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := ''; RETURN NEW; END $$;
SELECT error($$SELECT scim_create_user('{"userName": "cat"}') ->> 'id'$$);
-- one that writes another row of the table first: that is not the call's
CREATE OR REPLACE FUNCTION make_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.login <> 'shadow' THEN
		INSERT INTO people VALUES ('', 'shadow');
		NEW.id := 'id of ' || NEW.login;
	END IF;
	RETURN NEW;
END $$;
SELECT error($$SELECT scim_create_user('{"userName": "dan"}') ->> 'id'$$);
SELECT id, login FROM people ORDER BY login;
DROP TRIGGER make_id ON people;
DELETE FROM people;
-- without our trigger, what has no id is not shown as if it had one
SET session_replication_role = replica;
SELECT error($$SELECT scim_create_user('{"userName": "eve"}')$$);
RESET session_replication_role;
-- numbers and uuids
SELECT scim_unregister_table('teams_people'), scim_unregister_table('teams'), scim_unregister_table('people');
DROP TABLE teams_people, teams, people;
CREATE TABLE people (id int PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT error($$SELECT scim_create_user('{"userName": "ann"}')$$);
ALTER TABLE people ALTER id ADD GENERATED ALWAYS AS IDENTITY;
SELECT error($$SELECT scim_create_user('{"userName": "ann"}') ->> 'id'$$);
SELECT scim_unregister_table('people');
DROP TABLE people;
-- a table that scim_create_table made, whose default somebody took
SELECT scim_create_table('users', 'User');
ALTER TABLE users ALTER id DROP DEFAULT;
SELECT error($$SELECT scim_create_user('{"userName": "ann"}')$$);

\c :regression
DROP DATABASE scimver_new_ids;
DROP ROLE scimver_new_ids_clerk;
