-- Writing to a table that people had already, through the functions: what is
-- written to which column, and what the table does not take.
SET client_min_messages = warning;
CREATE DATABASE scimver_mapped_users TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_mapped_users
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.password_cost = 4;

-- what an error says, all of it
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
-- only its SQLSTATE and message, and the attribute
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || CASE WHEN detail LIKE '{%' THEN coalesce(' (' || (detail::jsonb->>'path') || ')', '') ELSE '' END;
END $$;
-- a resource without what differs from run to run
CREATE FUNCTION plain(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN resource - 'meta' - 'schemas';
CREATE FUNCTION version_of(id text) RETURNS text LANGUAGE sql AS $$ SELECT scim_get_user(id)->'meta'->>'version' $$;
-- is what is shown what the version says?
CREATE FUNCTION is_right(resource jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN scim_version(resource) = resource->'meta'->>'version';

-- ---- a table with many columns, of which some are mapped ----

CREATE TABLE departments (code text PRIMARY KEY);
INSERT INTO departments VALUES ('eng'), ('ops');
CREATE TABLE people (employee_no serial PRIMARY KEY, login text NOT NULL UNIQUE, first_name text, last_name varchar(10) NOT NULL DEFAULT 'Doe',
	email text CHECK (email LIKE '%@%'), mobile text, status char(1) DEFAULT 'A' CHECK (status IN ('A', 'D')), dept text REFERENCES departments,
	badge int UNIQUE, salary int NOT NULL DEFAULT 100, upper_login text GENERATED ALWAYS AS (upper(login)) STORED,
	boss int REFERENCES people, created_at timestamptz, updated_at timestamptz, scim_version text, scim_revision bigint);
SELECT scim_register_table('people', 'User', '{"id": "employee_no", "version": "scim_version", "revision": "scim_revision", "created": "created_at", "lastModified": "updated_at",
	"attributes": {"userName": "login", "name.givenName": "first_name", "name.familyName": "last_name", "emails[type eq \"work\"].value": "email",
		"phoneNumbers[type eq \"mobile\"].value": "mobile", "active": {"column": "status", "values": {"A": true, "D": false}}, "nickName": {"column": "upper_login", "mode": "read"},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "dept",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "badge"}}');

-- what has no value takes the application's default, and is told
SELECT plain(r), is_right(r - 'nickName'), r->'schemas' FROM scim_create_user('{"userName": "ann", "name": {"givenName": "Ann"}, "emails": [{"type": "work", "value": "a@x.org"}], "id": "77", "groups": []}') r;
SELECT employee_no, login, first_name, last_name, email, mobile, status, dept, badge, salary, scim_version = version_of('1'), scim_revision, created_at = updated_at FROM people;
-- put: what is left out is cleared; what only the table knows stays
SELECT plain(r), is_right(r - 'nickName') FROM scim_update_user('1', '{"userName": "ann", "name": {"familyName": "Lee"}, "active": false}', version_of('1')) r;
SELECT employee_no, login, first_name, last_name, email, mobile, status, dept, badge, salary, scim_version = version_of('1'), scim_revision, created_at < updated_at FROM people;
-- patch
SELECT plain(r), is_right(r - 'nickName') FROM scim_patch_user('1', '[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "b@x.org"}]}, {"op": "add",
	"value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "eng", "employeeNumber": "5"}}}, {"op": "remove", "path": "active"}]') r;
SELECT email, dept, badge, status, scim_revision FROM people;
SELECT plain(r) FROM scim_patch_user('1', '[{"op": "remove", "path": "emails[type eq \"work\"]"}, {"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "ops"}]', version_of('1')) r;

-- ---- versions ----

SELECT version_of('1') AS first \gset
UPDATE people SET mobile = '+1' WHERE employee_no = 1;
SELECT * FROM fails(format($$SELECT scim_update_user('1', '{"userName": "ann2"}', '%s')$$, :'first')) f WHERE f !~ 'current_version';
SELECT error(format($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "userName", "value": "ann2"}]', '%s')$$, :'first'));
SELECT error(format($$SELECT scim_delete_user('1', '%s')$$, :'first'));
-- what is there already is a success, with whatever version; nothing moves, and nothing is written
SELECT scim_get_user('1') AS whole \gset
SELECT ctid AS place FROM people \gset
SELECT scim_update_user('1', :'whole') = :'whole', scim_update_user('1', :'whole', :'first') = :'whole', scim_update_user('1', :'whole', version_of('1')) = :'whole';
SELECT scim_patch_user('1', '[{"op": "replace", "path": "name.familyName", "value": "Lee"}]', :'first') = :'whole';
SELECT ctid = :'place' FROM people;
SELECT scim_call_tool('scim_update_user', jsonb_build_object('user_id', '1', 'user_data', :'whole'::jsonb, 'expected_version', :'first'))->'metadata'->'unchanged';
-- columns that are not mapped are nobody's content
UPDATE people SET salary = 200;
SELECT version_of('1') = :'whole'::jsonb->'meta'->>'version';

-- ---- only what changes is written ----

CREATE TABLE log (line text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_ARGV[0]); RETURN NEW; END $$;
CREATE TRIGGER on_login AFTER UPDATE OF login ON people FOR EACH ROW EXECUTE FUNCTION note('login');
CREATE TRIGGER on_name BEFORE UPDATE OF first_name, last_name ON people FOR EACH ROW EXECUTE FUNCTION note('name');
CREATE TRIGGER on_dept AFTER UPDATE OF dept ON people FOR EACH ROW EXECUTE FUNCTION note('dept');
SELECT count(*) FROM scim_patch_user('1', '[{"op": "replace", "path": "name.familyName", "value": "Low"}]');
SELECT count(*) FROM scim_update_user('1', (:'whole'::jsonb || '{"userName": "anna"}'::jsonb) - 'nickName', version_of('1'));
TABLE log;
TRUNCATE log;
-- an application's trigger has the last word before ours
CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.first_name := initcap(NEW.first_name); RETURN NEW; END $$;
CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION tidy();
SELECT r->'name', is_right(r - 'nickName') FROM scim_patch_user('1', '[{"op": "replace", "path": "name.givenName", "value": "ANN"}]', version_of('1')) r;
DROP TRIGGER tidy ON people;
DROP TRIGGER on_login ON people;
DROP TRIGGER on_name ON people;
DROP TRIGGER on_dept ON people;

-- ---- what has no column, and what is read only ----

SELECT fails($$SELECT scim_create_user('{"userName": "x", "title": "Dr"}')$$);
SELECT error($$SELECT scim_update_user('1', '{"userName": "anna", "emails": [{"type": "home", "value": "h@x.org"}]}')$$);
SELECT error($$SELECT scim_update_user('1', '{"userName": "anna", "name": {"familyName": "Lee", "middleName": "B"}}')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "add", "path": "phoneNumbers", "value": [{"type": "fax", "value": "1"}]}]')$$);
SELECT error($$SELECT scim_create_user('{"userName": "x", "password": "secret"}')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "password", "value": "secret"}]')$$);
SELECT fails($$SELECT scim_update_user('1', '{"userName": "anna", "nickName": "other"}')$$);
SELECT error($$SELECT scim_create_user('{"userName": "x", "nickName": "X"}')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "nickName", "value": "other"}]')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "remove", "path": "nickName"}]')$$);
-- the value that it has may be sent back, and left out
SELECT plain(scim_patch_user('1', '[{"op": "replace", "path": "nickName", "value": "ANNA"}]'));
SELECT scim_update_user('1', scim_get_user('1')) = scim_get_user('1'), scim_update_user('1', scim_get_user('1') - 'nickName') = scim_get_user('1');

-- ---- what the table does not take ----

SELECT fails($$SELECT scim_create_user('{"userName": "bob", "emails": [{"type": "work", "value": "nonsense"}]}')$$);
SELECT fails($$SELECT scim_update_user('1', '{"userName": "anna", "name": {"familyName": "Lee"}, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "nowhere"}}')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "name.familyName", "value": "much too long"}]')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "value": "five"}]')$$);
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "value": "99999999999"}]')$$);
ALTER TABLE people ALTER first_name SET NOT NULL, ALTER last_name DROP DEFAULT, ALTER badge SET NOT NULL;
SELECT fails($$SELECT scim_create_user('{"userName": "bob"}')$$);
ALTER TABLE people ALTER badge DROP NOT NULL;
ALTER TABLE people ALTER salary DROP DEFAULT;
-- nobody who calls can mend that
SELECT error($$SELECT scim_create_user('{"userName": "bob"}')$$);
ALTER TABLE people ALTER salary SET DEFAULT 100;
SELECT plain(scim_create_user('{"userName": "bob", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "6"}}'));
-- uniqueness: the schema's, and the application's own
SELECT fails($$SELECT scim_create_user('{"userName": "bob"}')$$);
SELECT fails($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "value": "6"}]')$$);
SELECT error($$SELECT scim_update_user('1', '{"userName": "bob"}')$$), error($$SELECT scim_update_user('1', '{"userName": "bob"}', version_of('1'))$$);
CREATE UNIQUE INDEX names ON people (lower(last_name), first_name) WHERE last_name <> '';
SELECT error($$SELECT scim_patch_user(employee_no::text, '[{"op": "add", "value": {"name": {"familyName": "LEE", "givenName": "Ann"}}}]') FROM people WHERE login = 'bob'$$);
DROP INDEX names;
-- still referred to
UPDATE people SET boss = 1 WHERE login = 'bob';
SELECT fails($$SELECT scim_delete_user('1')$$);
UPDATE people SET boss = NULL;
CREATE TABLE logins (login text REFERENCES people (login));
INSERT INTO logins VALUES ('anna');
SELECT error($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "userName", "value": "annb"}]')$$), error($$SELECT scim_delete_user('1')$$);
DROP TABLE logins;
-- exclusion
ALTER TABLE people ADD CONSTRAINT one_mobile EXCLUDE (mobile WITH =);
SELECT error($$SELECT scim_patch_user(employee_no::text, '[{"op": "add", "value": {"phoneNumbers": [{"type": "mobile", "value": "+1"}]}}]') FROM people WHERE login = 'bob'$$);
ALTER TABLE people DROP CONSTRAINT one_mobile;
-- a constraint that can be deferred is no matter of ours
ALTER TABLE people ADD UNIQUE (mobile) DEFERRABLE INITIALLY DEFERRED;
SELECT plain(scim_create_user('{"userName": "cat", "name": {"givenName": "Cat"}}'))->>'userName';
-- tools show the same
SELECT r->'content'->'error_code', r->'content'->'path', r->'content'->'error' FROM scim_call_tool('scim_patch_user',
	'{"user_id": "1", "operations": [{"op": "add", "path": "emails", "value": [{"type": "work", "value": "none"}]}]}') r;
SELECT r->'content'->'error_code', r->'content'->'attribute', r->'content'->'value', r->'content'->'existing_id' FROM scim_call_tool('scim_patch_user',
	'{"user_id": "1", "operations": [{"op": "replace", "path": "userName", "value": "cat"}]}') r;

-- what an application's trigger raises is its own, whatever it says
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF NEW.login = 'check' THEN RAISE check_violation USING MESSAGE = 'no', TABLE = 'people', SCHEMA = 'public', CONSTRAINT = 'people_email_check';
	ELSIF NEW.login = 'unique' THEN INSERT INTO people (login, first_name, last_name) VALUES ('cat', '', '');
	ELSIF NEW.login = 'reference' THEN RAISE foreign_key_violation USING MESSAGE = 'insert or update on table', TABLE = 'people', SCHEMA = 'public', CONSTRAINT = 'people_dept_fkey';
	ELSIF NEW.login = 'number' THEN PERFORM 'x'::int;
	ELSIF NEW.login = 'denied' THEN RAISE insufficient_privilege USING MESSAGE = 'not you';
	ELSIF NEW.login = 'nothing' THEN RETURN NULL;
	END IF;
	RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION refuse();
SELECT error(format($$SELECT scim_create_user('{"userName": "%s"}')$$, w)), error(format($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "userName", "value": "%s"}]')$$, w))
	FROM unnest(ARRAY['check', 'unique', 'reference', 'number', 'denied', 'nothing']) w;
-- after one that was caught, the next is still known for what it is
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	BEGIN PERFORM 'x'::int; EXCEPTION WHEN OTHERS THEN NULL; END;
	RETURN NEW; END $$;
SELECT error($$SELECT scim_patch_user('1', '[{"op": "add", "path": "emails", "value": [{"type": "work", "value": "none"}]}]')$$);
DROP TRIGGER refuse ON people;

-- ---- delete ----

SELECT scim_delete_user('1', version_of('1')), count(*) FROM people;
SELECT error($$SELECT scim_delete_user('1')$$), error($$SELECT scim_update_user('1', '{"userName": "anna"}')$$), error($$SELECT scim_get_user('x')$$), error($$SELECT scim_get_user('01')$$);
DROP TABLE people;

-- ---- a version that is not filled; none at all; and one that never returns ----

CREATE FUNCTION rounds() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	one text;
	read text;
BEGIN
	SELECT scim_list_users()->'Resources'->0->>'id' INTO one;
	read := version_of(one);
	RETURN NEXT plain(scim_update_user(one, '{"userName": "bea"}', read))::text;
	RETURN NEXT error(format($q$SELECT scim_update_user('%s', '{"userName": "eve"}', '%s')$q$, one, read));
	RETURN NEXT error(format($q$SELECT scim_delete_user('%s', '%s')$q$, one, read));
	RETURN NEXT plain(scim_update_user(one, '{"userName": "bea"}', read))::text;
	RETURN NEXT plain(scim_update_user(one, '{"userName": "ann"}', version_of(one)))::text;
	-- the content of before is there again
	RETURN NEXT read = version_of(one);
	RETURN NEXT plain(scim_patch_user(one, '[{"op": "replace", "path": "userName", "value": "dee"}]', version_of(one)))::text;
	PERFORM scim_delete_user(one, version_of(one));
	RETURN NEXT scim_list_users()->>'totalResults';
END $$;
CREATE TABLE people (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, login text UNIQUE, version text);
INSERT INTO people (login) VALUES ('ann');
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login"}}');
SELECT version FROM people;
SELECT rounds();
DROP TABLE people;
CREATE TABLE people (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, login text UNIQUE);
INSERT INTO people (login) VALUES ('ann');
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT rounds();
DROP TABLE people;
CREATE TABLE people (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, login text UNIQUE, version text, revision int);
INSERT INTO people (login) VALUES ('ann');
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "revision": "revision", "attributes": {"userName": "login"}}', '{"version_scheme": "revision"}');
SELECT rounds();
DROP TABLE people;

-- ---- data beside the columns, and a password ----

CREATE TABLE people (id bigserial PRIMARY KEY, login text UNIQUE, version text, crypt text, more jsonb);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "password": "crypt", "data": "more", "attributes": {"userName": "login"}}');
SELECT plain(scim_create_user('{"userName": "ann", "title": "Dr", "password": "secret", "name": {"givenName": "Ann"}}'));
SELECT login, more, crypt = crypt('secret', crypt) FROM people;
SELECT plain(scim_update_user('1', '{"userName": "ann", "title": "Prof"}', version_of('1')));
SELECT login, more, crypt = crypt('secret', crypt) FROM people;
SELECT plain(scim_patch_user('1', '[{"op": "replace", "path": "password", "value": "other"}]', version_of('1')));
SELECT login, more, crypt = crypt('other', crypt), version = version_of('1') FROM people;
SELECT plain(scim_patch_user('1', '[{"op": "remove", "path": "password"}, {"op": "remove", "path": "title"}]'));
SELECT login, more, crypt, is_right(scim_get_user('1')) FROM people;
DROP TABLE people;
-- what is read only stays so beside a password
CREATE TABLE people (id bigserial PRIMARY KEY, login text UNIQUE, version text, crypt text, work text);
INSERT INTO people (login, work) VALUES ('ann', 'a@x.org');
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "password": "crypt", "attributes": {"userName": "login", "emails[type eq \"work\"].value": {"column": "work", "mode": "read"}}}');
SELECT error(format($$SELECT scim_patch_user('1', '[{"op": "replace", "path": "password", "value": "other"}, %s]')$$, op)) FROM unnest(ARRAY['{"op": "remove", "path": "emails"}',
	'{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "b@x.org"}', '{"op": "replace", "path": "userName", "value": "bea"}']) op;
SELECT plain(scim_get_user('1')), crypt = crypt('other', crypt), version = version_of('1') FROM people;
DROP TABLE people;

-- ---- ids ----

-- uuid, with and without a default; text, which nobody makes but an application's trigger
CREATE TABLE people (id uuid PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT length(scim_create_user('{"userName": "ann"}')->>'id');
DROP TABLE people;
CREATE TABLE people (id uuid PRIMARY KEY DEFAULT '00000000-0000-4000-a000-000000000001', login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT plain(scim_create_user('{"userName": "ann"}'));
SELECT plain(scim_update_user('00000000-0000-4000-A000-000000000001', '{"userName": "bea"}'));
SELECT error($$SELECT scim_create_user('{"userName": "bob"}')$$);
DROP TABLE people;
CREATE TABLE people (id text PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
SELECT fails($$SELECT scim_create_user('{"userName": "ann"}')$$);
CREATE FUNCTION make_id() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := coalesce(NEW.id, 'id of ' || NEW.login); RETURN NEW; END $$;
CREATE TRIGGER make_id BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION make_id();
SELECT plain(scim_create_user('{"userName": "ann"}'));
SELECT plain(scim_update_user('id of ann', '{"userName": "bea"}', version_of('id of ann')));
DROP TABLE people;

-- ---- tenants ----

CREATE TABLE orgs (id int PRIMARY KEY);
INSERT INTO orgs VALUES (1), (2);
CREATE TABLE people (org_id int NOT NULL REFERENCES orgs, id serial, login text NOT NULL, PRIMARY KEY (org_id, id), UNIQUE (org_id, login));
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org_id", "attributes": {"userName": "login"}}');
SELECT plain(scim_create_user('{"userName": "ann"}', tenant_id => '1')), plain(scim_create_user('{"userName": "ann"}', tenant_id => '2'));
SELECT fails($$SELECT scim_create_user('{"userName": "ann"}', tenant_id => '1')$$);
SELECT error($$SELECT scim_create_user('{"userName": "ann"}', tenant_id => '3')$$), error($$SELECT scim_create_user('{"userName": "ann"}', tenant_id => 'acme')$$), error($$SELECT scim_create_user('{"userName": "ann"}')$$);
SELECT error($$SELECT scim_update_user('1', '{"userName": "bea"}', NULL, tenant_id => '2')$$), error($$SELECT scim_delete_user('1', NULL, '2')$$);
SELECT plain(scim_update_user('1', '{"userName": "bea"}', NULL, tenant_id => '1'));
SELECT scim_delete_user('2', NULL, '2');
SELECT * FROM people;
DROP TABLE people;
CREATE TABLE people (id serial PRIMARY KEY, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": {"value": "acme"}, "attributes": {"userName": "login"}}');
SELECT plain(scim_create_user('{"userName": "ann"}')), plain(scim_update_user('1', '{"userName": "bea"}', NULL, tenant_id => 'acme'));
SELECT error($$SELECT scim_update_user('1', '{"userName": "bea"}', NULL, tenant_id => 'beta')$$), error($$SELECT scim_create_user('{"userName": "bea"}', tenant_id => 'beta')$$);
DROP TABLE people;

-- ---- rows that are marked as deleted ----

CREATE FUNCTION mark_rounds() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	read text := version_of('1');
BEGIN
	RETURN NEXT error($q$SELECT scim_delete_user('1', 'stale')$q$);
	PERFORM scim_delete_user('1', read);
	RETURN NEXT error($q$SELECT scim_get_user('1')$q$);
	RETURN NEXT error($q$SELECT scim_update_user('1', '{"userName": "x"}')$q$);
	RETURN NEXT error($q$SELECT scim_patch_user('1', '[{"op": "remove", "path": "nickName"}]')$q$);
	RETURN NEXT error($q$SELECT scim_delete_user('1')$q$);
	RETURN NEXT error($q$SELECT scim_create_user('{"userName": "ann"}')$q$);
	RETURN NEXT scim_list_users()->>'totalResults';
END $$;
CREATE TABLE people (id serial PRIMARY KEY, login text UNIQUE, version text, revision bigint, updated_at bigint, delete_at bigint NOT NULL DEFAULT 0);
INSERT INTO people (login, updated_at) VALUES ('ann', 1), ('bob', 1);
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "revision": "revision", "lastModified": {"column": "updated_at", "format": "epoch_milliseconds"},
	"deleted": {"column": "delete_at", "format": "epoch_milliseconds"}, "attributes": {"userName": "login"}}');
SELECT mark_rounds();
SELECT id, login, revision, delete_at > 1000000000000, abs(delete_at - extract(epoch FROM now()) * 1000) < 60000 FROM people ORDER BY id;
-- the mark is outside of the content: who takes it off finds the resource as it was
UPDATE people SET delete_at = 0;
SELECT plain(scim_get_user('1')), version = version_of('1') FROM people WHERE id = 1;
DROP TABLE people;
CREATE TABLE people (id serial PRIMARY KEY, login text UNIQUE, gone boolean);
INSERT INTO people (login) VALUES ('ann'), ('bob');
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "attributes": {"userName": "login"}}');
SELECT mark_rounds();
SELECT * FROM people ORDER BY id;
DROP TABLE people;
-- the application sets the mark, and a delete deletes
CREATE TABLE people (id serial PRIMARY KEY, login text, deleted_at timestamptz);
INSERT INTO people (login, deleted_at) VALUES ('ann', NULL), ('bob', now());
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": {"column": "deleted_at", "mode": "read"}, "attributes": {"userName": "login"}}');
SELECT scim_delete_user('1'), error($$SELECT scim_delete_user('2')$$);
SELECT login FROM people;
DROP TABLE people;

-- ---- partitions ----

CREATE SEQUENCE ids;
CREATE TABLE people (id int DEFAULT nextval('ids'), login text NOT NULL CHECK (login <> 'no'), country text NOT NULL DEFAULT 'de', version text, PRIMARY KEY (country, id), UNIQUE (country, login))
	PARTITION BY LIST (country);
CREATE TABLE people_de PARTITION OF people FOR VALUES IN ('de');
CREATE TABLE people_fr (version text, country text NOT NULL, login text NOT NULL, extra int, id int NOT NULL);
ALTER TABLE people_fr DROP extra, ADD CONSTRAINT people_login_check CHECK (login <> 'no');
ALTER TABLE people ATTACH PARTITION people_fr FOR VALUES IN ('fr');
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "country", "version": "version", "attributes": {"userName": "login"}}');
SELECT plain(scim_create_user('{"userName": "ann"}', tenant_id => 'de')), plain(scim_create_user('{"userName": "bea"}', tenant_id => 'fr'));
SELECT error($$SELECT scim_create_user('{"userName": "no"}', tenant_id => 'de')$$), error($$SELECT scim_update_user(id::text, '{"userName": "no"}', NULL, tenant_id => 'fr') FROM people WHERE login = 'bea'$$), error($$SELECT scim_create_user('{"userName": "x"}', tenant_id => 'uk')$$);
INSERT INTO people (login, country) VALUES ('cat', 'fr');
SELECT error($$SELECT scim_update_user(id::text, '{"userName": "cat"}', NULL, tenant_id => 'fr') FROM people WHERE login = 'bea'$$);
-- lost in the index of a partition
CREATE UNIQUE INDEX ON people_fr (lower(login));
SELECT error($$SELECT scim_update_user(id::text, '{"userName": "CAT"}', NULL, tenant_id => 'fr') FROM people WHERE login = 'bea'$$);
SELECT plain(scim_update_user(id::text, '{"userName": "bee"}', version, tenant_id => 'fr'))->'userName' FROM people WHERE login = 'bea';
DROP TABLE people;

-- instants that no dateTime tells are not shown
CREATE TABLE people (id int PRIMARY KEY, login text, made timestamptz, changed bigint);
SELECT scim_register_table('people', 'User', '{"id": "id", "created": {"column": "made", "mode": "read"}, "lastModified": {"column": "changed", "format": "epoch_seconds", "mode": "read"}, "attributes": {"userName": "login"}}');
INSERT INTO people VALUES (1, 'ann', '0044-03-15 00:00:00+00 BC', 9000000000000), (2, 'bob', '0001-01-01 00:00:00+00', 253402300799), (3, 'cat', 'infinity', 253402300800), (4, 'dan', '10000-01-01', NULL);
SELECT id, (scim_get_user(id::text)->'meta') - '{version,location,resourceType}'::text[] FROM people ORDER BY id;
DROP TABLE people;

-- ---- what is unique, and has no column of its own ----

CREATE TABLE people (id serial PRIMARY KEY, org int DEFAULT 1, "more $2" jsonb);
SET client_min_messages = notice;
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "org", "data": "more $2"}');
SET client_min_messages = warning;
SET scimver.tenant = '1';
SELECT plain(scim_create_user('{"userName": "ann"}')), plain(scim_create_user('{"userName": "bob"}')), plain(scim_create_user('{"userName": "ANN"}', tenant_id => '2'));
SELECT fails($$SELECT scim_create_user('{"userName": "ANN"}')$$), error($$SELECT scim_update_user('2', '{"userName": "Ann"}')$$),
	error($$SELECT scim_patch_user('2', '[{"op": "replace", "path": "userName", "value": "ann"}]')$$);
SELECT plain(scim_update_user('1', '{"userName": "Ann"}')), plain(scim_update_user('2', '{"userName": "bob", "title": "ann"}'));
-- who has it beside another one may have everything else changed
INSERT INTO people ("more $2") VALUES ('{"userName": "BOB"}');
SELECT plain(scim_patch_user('2', '[{"op": "remove", "path": "title"}]')), error($$SELECT scim_patch_user('2', '[{"op": "replace", "path": "userName", "value": "Bob"}]')$$);
DELETE FROM people WHERE id = 4;
-- the index of the hint
CREATE UNIQUE INDEX ON people (org, scim_fold(("more $2" OPERATOR(pg_catalog.->>) 'userName')));
SELECT error($$INSERT INTO people ("more $2") VALUES ('{"userName": "BOB"}')$$), error($$SELECT scim_create_user('{"userName": "BOB"}')$$);
RESET scimver.tenant;
DROP TABLE people;

-- ---- a version that is not filled is computed, in the WHERE of the write too ----

CREATE TABLE people (id serial PRIMARY KEY, login text UNIQUE, version text);
INSERT INTO people (login) VALUES ('ann'), ('bob'), ('cyd');
SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "login"}}');
SELECT version_of('1') AS ann, version_of('2') AS bob, version_of('3') AS cyd \gset
SELECT error($$SELECT scim_update_user('1', '{"userName": "anne"}', 'stale')$$), error($$SELECT scim_delete_user('2', 'stale')$$);
SELECT plain(scim_update_user('1', '{"userName": "anne"}', :'ann')), scim_delete_user('2', :'bob'), plain(scim_patch_user('3', '[{"op": "replace", "path": "userName", "value": "cy"}]', :'cyd'));
SELECT id, login, version = version_of(id::text), version IN (:'ann', :'cyd') FROM people ORDER BY id;
-- the application was there before
UPDATE people SET version = NULL;
SET session_replication_role = replica;
UPDATE people SET version = NULL;
RESET session_replication_role;
SELECT version_of('1') AS ann \gset
UPDATE people SET login = 'anna' WHERE id = 1;
SELECT error(format($$SELECT scim_update_user('1', '{"userName": "x"}', %L)$$, :'ann'));
TABLE people ORDER BY id;
DROP TABLE people;

\c :regression
DROP DATABASE scimver_mapped_users;
