-- Policies where rows tell little: rows that are marked as deleted, columns that are no
-- content, parts of a table, groups whose row is only locked, foreign keys of the
-- application's, and triggers made by hand.
SET client_min_messages = warning;
CREATE DATABASE scimver_policy_guards TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_guards_writer;
CREATE ROLE regress_guards_hr;
\set regression :DBNAME
\c scimver_policy_guards
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;

-- what a statement comes to, as the writer; nothing of it stays
CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
	detail text;
BEGIN
	SET LOCAL ROLE regress_guards_writer;
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	WHEN SQLSTATE 'RB000' THEN RETURN count || ' done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN concat_ws(' ', sqlstate, CASE WHEN sqlstate LIKE 'PT%' THEN concat_ws(' ', split_part(sqlerrm, ':', 1), detail::jsonb->>'resource_type', detail::jsonb->>'resource_id', detail::jsonb->>'operation', detail::jsonb->>'attributes') ELSE sqlerrm END);
END $$;
CREATE FUNCTION policy(policy text, type text DEFAULT 'User', tenant text DEFAULT '*') RETURNS void LANGUAGE sql AS $$ SELECT scim_set_policy(tenant, type, policy::jsonb) $$;

-- ---- rows that are marked, and rows that are none ----

CREATE TABLE people (id int PRIMARY KEY, login text, title text, gone bool NOT NULL DEFAULT false, region text DEFAULT 'default');
SELECT scim_register_table('people', 'User', '{"id": "id", "deleted": "gone", "tenant": "region", "attributes": {"userName": "login", "title": "title"}}', '{"enforce": true, "history": true}');
INSERT INTO people VALUES (1, 'u1'), (2, 'u2'), (3, 'u3');
INSERT INTO people VALUES (4, 'u4', 't', false, NULL);
GRANT ALL ON people TO regress_guards_writer;
SELECT scim_get_user('2')#>>'{meta,version}' AS v \gset
UPDATE people SET gone = true WHERE id = 2;
CREATE FUNCTION of_marks(version text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY['UPDATE people SET gone = true WHERE id = 1', 'UPDATE people SET gone = false WHERE id = 2', 'UPDATE people SET gone = true, title = ''x'' WHERE id = 1', 'UPDATE people SET gone = false, title = ''x'' WHERE id = 2',
		'UPDATE people SET title = ''x'' WHERE id = 2', 'UPDATE people SET region = NULL WHERE id = 1', 'UPDATE people SET region = ''default'' WHERE id = 4', 'UPDATE people SET region = ''other'' WHERE id = 1',
		'SELECT scim_delete_user(''1'')', format('SELECT scim_restore(''User'', ''2'', %L)', version), 'DELETE FROM people WHERE id = 2', 'DELETE FROM people WHERE id = 4']) s $$;
SELECT of_marks(:'v');
SELECT policy('{"deny": ["delete"]}');
SELECT of_marks(:'v');
SELECT policy('{"deny": ["create"]}');
SELECT of_marks(:'v');
SELECT policy('{"deny": ["update"]}');
SELECT of_marks(:'v');
SELECT policy('{"review": {"attributes": ["title"], "reviewers": ["regress_guards_hr"]}}');
SELECT of_marks(:'v');
-- what comes back is what it was then, from nothing
UPDATE people SET title = 't' WHERE id = 3;
SELECT scim_get_user('3')#>>'{meta,version}' AS w \gset
UPDATE people SET gone = true WHERE id = 3;
SELECT tries(format('SELECT scim_restore(''User'', ''3'', %L)', :'w'));
SELECT policy('{"may": {"regress_guards_writer": {"operations": ["delete", "create", "restore"], "attributes": ["title"]}}}');
SELECT of_marks(:'v');
SELECT policy(NULL);
DROP TABLE people;

-- ---- columns that change, where the resource does not ----

CREATE TABLE people (id int PRIMARY KEY, login text, data jsonb);
SELECT scim_register_table('people', 'User', '{"id": "id", "data": "data", "attributes": {"userName": "login"}}', '{"enforce": true}');
INSERT INTO people VALUES (1, 'u1', '{"title": "t"}');
GRANT ALL ON people TO regress_guards_writer;
SELECT policy('{"deny": ["update"]}');
SELECT tries(format('UPDATE people SET %s', s)) FROM unnest(ARRAY['data = data || ''{"nickName": null, "emails": []}''', 'data = ''{"title": "x"}''', 'data = NULL', 'id = 2']) s;
SELECT policy('{"review": {"attributes": ["title"], "reviewers": ["regress_guards_hr"]}}');
SELECT tries(format('UPDATE people SET %s', s)) FROM unnest(ARRAY['login = ''x''', 'data = ''{"title": "x"}''', 'data = NULL', 'id = 2']) s;
SELECT policy(NULL);
DROP TABLE people;

-- ---- partitions ----

CREATE TABLE people (id int, region text, login text, note text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE people_a PARTITION OF people FOR VALUES IN ('a');
CREATE TABLE people_b PARTITION OF people FOR VALUES IN ('b');
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "region", "attributes": {"userName": "login"}}', '{"enforce": true}');
INSERT INTO people VALUES (1, 'a', 'u1'), (2, 'b', 'u2');
GRANT ALL ON people, people_a, people_b TO regress_guards_writer;
CREATE FUNCTION of_parts() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest('{INSERT INTO people VALUES (3\, ''a''\, ''u3''),INSERT INTO people_b VALUES (3\, ''b''\, ''u3''),UPDATE people SET login = ''x'' WHERE id = 1,UPDATE people_b SET login = ''x'',UPDATE people SET region = ''b'' WHERE id = 1,UPDATE people SET region = ''a'' WHERE id = 2,
		DELETE FROM people_a,DELETE FROM people_b,TRUNCATE people,TRUNCATE people_a,TRUNCATE people_b}'::text[]) s $$;
SELECT policy('{"deny": ["delete", "update"]}', tenant => 'a');
SELECT of_parts();
SELECT policy('{"deny": ["create"]}', tenant => 'a');
SELECT of_parts();
SELECT policy(NULL, tenant => 'a');
DROP TABLE people;

-- ---- what foreign keys of the application's do ----

CREATE TABLE firms (name text PRIMARY KEY);
CREATE TABLE people (id text PRIMARY KEY, login text, firm text REFERENCES firms ON DELETE CASCADE ON UPDATE CASCADE, manager text REFERENCES people ON DELETE SET NULL);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "title": "firm", "nickName": "manager"}}', '{"enforce": true}');
INSERT INTO firms VALUES ('a'), ('b');
INSERT INTO people VALUES (1, 'u1', 'a', NULL), (2, 'u2', 'b', NULL), (3, 'u3', 'b', '2');
GRANT ALL ON people, firms TO regress_guards_writer;
SELECT policy('{"deny": ["delete"]}');
SELECT tries('DELETE FROM firms WHERE name = ''a'''), tries('UPDATE firms SET name = ''c'' WHERE name = ''a''');
SELECT policy('{"review": {"attributes": ["title", "nickName"], "reviewers": ["regress_guards_hr"]}}');
SELECT tries('DELETE FROM firms WHERE name = ''a'''), tries('UPDATE firms SET name = ''c'' WHERE name = ''a'''), tries('DELETE FROM people WHERE id = ''2''');
SELECT policy(NULL);
DROP TABLE people, firms;

-- ---- groups: whose row is only locked, whose members are summed up, with columns ----

CREATE TABLE people (id int PRIMARY KEY, login text);
CREATE TABLE teams (id int PRIMARY KEY, name text, version text, members bigint, digest bytea);
CREATE TABLE joins (team int NOT NULL, person int, UNIQUE (team, person));
INSERT INTO people VALUES (1, 'u1'), (2, 'u2'), (3, 'u3');
INSERT INTO teams VALUES (11, 't1'), (12, 't2'), (13, 't3');
INSERT INTO joins VALUES (11, 1), (11, 2), (12, 2);
GRANT ALL ON people, teams, joins TO regress_guards_writer;
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
CREATE FUNCTION members_of_teams() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY['INSERT INTO joins VALUES (13, 2)', 'DELETE FROM joins WHERE team = 12', 'UPDATE joins SET team = 13 WHERE team = 12',
		'UPDATE joins SET person = person', 'TRUNCATE joins', 'DELETE FROM people WHERE id = 1', 'DELETE FROM people', 'TRUNCATE people', 'DELETE FROM teams WHERE id = 11', 'UPDATE people SET id = 9 WHERE id = 3',
		'SELECT scim_add_members(''13'', ''{2}'')', 'SELECT scim_add_members(''11'', ''{1}'')', 'SELECT scim_delete_user(''1'')', 'SELECT scim_delete_group(''12'')',
		'WITH d AS (DELETE FROM people WHERE id = 1) DELETE FROM joins WHERE team = 11', 'WITH d AS (DELETE FROM people WHERE id = 2) DELETE FROM joins WHERE team = 12']) s $$;
CREATE FUNCTION as_groups(mapping jsonb, options jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT scim_unregister_table('joins') WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'joins'::regclass AND tgname LIKE '%scimver%');
	SELECT scim_unregister_table('teams') WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'teams'::regclass AND tgname LIKE '%scimver%');
	SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}' || mapping, options);
	SELECT scim_register_members('joins', 'team', 'person') $$;
SELECT policy('{"review": {"attributes": ["members"], "reviewers": ["regress_guards_hr"]}}', 'Group');
SELECT as_groups('{}', '{"enforce": true}');
SELECT members_of_teams();
SELECT as_groups('{"version": "version"}', '{"enforce": true}');
SELECT members_of_teams();
SELECT as_groups('{"version": "version", "memberCount": "members", "memberDigest": "digest"}', '{"enforce": true}');
SELECT members_of_teams();
-- with a foreign key, that takes them along or sets NULL, or in rows of parts
ALTER TABLE joins ADD CONSTRAINT person FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE;
SELECT members_of_teams();
ALTER TABLE joins DROP CONSTRAINT person, ADD CONSTRAINT person FOREIGN KEY (person) REFERENCES people ON DELETE SET NULL;
SELECT members_of_teams();
-- without the option plain SQL is free, and calls are not
SELECT as_groups('{}', '{}');
SELECT members_of_teams();
-- what a policy denies at all
SELECT as_groups('{}', '{"enforce": true}');
SELECT policy('{"deny": ["patch"]}', 'Group');
SELECT members_of_teams();
SELECT policy(NULL, 'Group');
DROP TABLE people, teams, joins;

-- ---- tables with row level security of their own: strangers are told no names ----

CREATE TABLE people (id int PRIMARY KEY DEFAULT 9, region text, login text);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": "region", "attributes": {"userName": "login"}}', '{"enforce": true}');
INSERT INTO people VALUES (1, 'a', 'u1');
GRANT ALL ON people TO regress_guards_writer;
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY theirs ON people USING (region = 'b');
CREATE FUNCTION of_strangers() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY['SELECT scim_create_user(''{"userName": "x"}'', tenant_id => ''a'')', 'SELECT scim_delete_user(''1'', tenant_id => ''a'')', 'INSERT INTO people VALUES (2, ''a'', ''u2'')', 'DELETE FROM people WHERE id = 1']) s $$;
SELECT of_strangers();
SELECT policy('{"deny": ["create", "delete"]}', tenant => 'a');
SELECT of_strangers();
SELECT policy('{"review": {"operations": ["create", "delete"], "reviewers": ["regress_guards_hr"]}}', tenant => 'a');
SELECT of_strangers();
SELECT scim_grant_tenant('a', 'regress_guards_writer');
SELECT of_strangers();
SELECT scim_revoke_tenant('a', 'regress_guards_writer');
SELECT policy(NULL, tenant => 'a');
DROP TABLE people;

-- ---- triggers made by hand: rows of others are no resources ----

SELECT scim_create_table('users', 'User', '{"enforce": true}');
SELECT policy('{"deny": ["create", "update", "delete"]}');
CREATE TABLE spy (tenant_id text DEFAULT 'default', id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
CREATE TRIGGER t BEFORE DELETE ON spy FOR EACH ROW EXECUTE FUNCTION scim_lease_trigger('User');
CREATE TRIGGER u BEFORE UPDATE ON spy FOR EACH ROW EXECUTE FUNCTION scim_row_trigger('User', '{"id": "id", "tenant": "tenant_id", "attributes": {"userName": "name"}}', '{"enforce": true}');
GRANT ALL ON spy TO regress_guards_writer;
SET ROLE regress_guards_writer;
INSERT INTO spy (name) VALUES ('u1');
UPDATE spy SET name = 'u2';
DELETE FROM spy;
RESET ROLE;

DROP OWNED BY regress_guards_writer;
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_policy_guards;
DROP ROLE regress_guards_writer, regress_guards_hr;
