-- What a registered table cannot do as it is: said when it is registered, as a
-- NOTICE with what can be typed, and by scim_check_table later, until it was.
SET client_min_messages = warning;
CREATE DATABASE scimver_limits TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_limits
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION limits(relation regclass) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT problem || ': ' || detail FROM scim_check_table(relation) $$;
CREATE COLLATION whatever (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN filled AS text NOT NULL;
RESET client_min_messages;

-- a table with all of them; what is mapped, has a default, or is generated, is not told
CREATE TABLE "the people" (id int NOT NULL PRIMARY KEY, login text COLLATE whatever NOT NULL, "full name" text COLLATE whatever, serial serial,
	number int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (2) STORED NOT NULL, "Given" int NOT NULL DEFAULT 0,
	"Salary" int NOT NULL, grade filled, code text UNIQUE, shown int NOT NULL, gone timestamptz,
	boss int REFERENCES "the people" ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
	mail text, UNIQUE (login), UNIQUE ("Given", mail));
CREATE TABLE orders (id int, who int CONSTRAINT "by whom" REFERENCES "the people" ON UPDATE CASCADE, other int REFERENCES "the people" ON DELETE SET NULL,
	third int REFERENCES "the people" ON DELETE CASCADE);
ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES "the people" DEFERRABLE NOT VALID;
CREATE TABLE teams (id text PRIMARY KEY, name text NOT NULL);
CREATE TABLE teams_people (team text REFERENCES teams, person int REFERENCES "the people", "by" text NOT NULL, at timestamptz NOT NULL DEFAULT now(), UNIQUE (team, person));
SELECT scim_register_table('"the people"', 'User', '{"id": "id", "deleted": {"column": "gone", "mode": "read"}, "attributes": {"userName": "login", "displayName": "full name",
	"emails[type eq \"work\"].value": "mail", "userType": {"column": "shown", "mode": "read"}}}');
SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('teams_people', 'team', 'person');
SELECT limits('"the people"');
SELECT limits('teams_people');

-- what was told is typed
CREATE UNIQUE INDEX ON public."the people" ("Given", mail) WHERE gone IS NULL; ALTER TABLE public."the people" DROP CONSTRAINT "the people_Given_mail_key";
CREATE UNIQUE INDEX ON public."the people" (login) WHERE gone IS NULL; ALTER TABLE public."the people" DROP CONSTRAINT "the people_login_key";
ALTER TABLE public."the people" ALTER COLUMN id SET DEFAULT 1, ALTER COLUMN "Salary" SET DEFAULT 2, ALTER COLUMN grade SET DEFAULT '', ALTER COLUMN shown SET DEFAULT 0;
ALTER TABLE public."the people" DROP CONSTRAINT "the people_boss_fkey", ADD CONSTRAINT "the people_boss_fkey" FOREIGN KEY (boss) REFERENCES "the people"(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED; ALTER TABLE public.orders DROP CONSTRAINT "by whom", ADD CONSTRAINT "by whom" FOREIGN KEY (who) REFERENCES "the people"(id) ON UPDATE CASCADE ON DELETE CASCADE; ALTER TABLE public.orders DROP CONSTRAINT later, ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES "the people"(id) ON DELETE CASCADE DEFERRABLE NOT VALID;
ALTER TABLE public."the people" ALTER COLUMN login TYPE text COLLATE "default", ALTER COLUMN "full name" TYPE text COLLATE "default";
ALTER TABLE public.teams_people ALTER COLUMN by SET DEFAULT '';
SELECT limits('"the people"');
SELECT limits('teams_people');
SELECT scim_create_user('{"userName": "ann"}')->>'id' AS id;
SELECT scim_unregister_table('teams'), scim_unregister_table('"the people"');
SELECT scim_register_table('"the people"', 'User', '{"id": "id", "deleted": {"column": "gone", "mode": "read"}, "attributes": {"userName": "login", "displayName": "full name",
	"emails[type eq \"work\"].value": "mail", "userType": {"column": "shown", "mode": "read"}}}');
SELECT scim_unregister_table('"the people"');

-- without an index; with a tenant; where deleting sets a mark, nothing refuses it; what a trigger fills is told all the same
CREATE TABLE accounts (company int, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, off boolean NOT NULL, boss int REFERENCES accounts);
SELECT scim_register_table('accounts', 'User', '{"id": "id", "tenant": "company", "deleted": "off", "attributes": {"userName": "name"}}');
CREATE UNIQUE INDEX ON public.accounts (company, public.scim_fold(name)) WHERE off IS NOT TRUE;
ALTER TABLE public.accounts ALTER COLUMN off SET DEFAULT false;
SELECT limits('accounts');
SELECT scim_create_user('{"userName": "ann"}', tenant_id => '1')->>'id' AS id \gset
SELECT scim_delete_user(:'id', tenant_id => '1');
SELECT scim_create_user('{"userName": "Ann"}', tenant_id => '1')->>'userName' AS again;
SELECT scim_unregister_table('accounts');

-- an index that leaves out what has no value holds the deleted, too; a plain index is dropped, a constraint's with it
CREATE TABLE staff (id uuid PRIMARY KEY, name text, off bigint, password text NOT NULL);
CREATE UNIQUE INDEX names ON staff (name) WHERE name IS NOT NULL AND name <> '';
SELECT scim_register_table('staff', 'User', '{"id": "id", "deleted": {"column": "off", "format": "epoch_seconds"}, "version": "password", "attributes": {"userName": "name"}}');
SELECT limits('staff');

DROP TABLE staff;

-- an empty text is no id, and NULL is no default
CREATE TABLE letters (id varchar(26) NOT NULL DEFAULT '' PRIMARY KEY, name varchar(9) NOT NULL DEFAULT '' UNIQUE, kind filled DEFAULT NULL, size text NOT NULL DEFAULT '');
SELECT scim_register_table('letters', 'User', '{"id": "id", "attributes": {"userName": "name"}}');
SELECT scim_unregister_table('letters');

-- a created table, to which the administrator adds what nothing fills and what refuses deletes
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT limits('users'), limits('groups'), limits('groups_members');
ALTER TABLE users ADD salary int NOT NULL, ADD UNIQUE (id);
CREATE TABLE badges (who uuid REFERENCES users (id));
CREATE TABLE keys (who uuid NOT NULL REFERENCES users (id) ON DELETE SET NULL, other uuid REFERENCES users (id) ON DELETE SET NULL);
ALTER TABLE groups_members ADD "by" text NOT NULL;
SELECT limits('users');
SELECT limits('groups_members');
\c :regression
DROP DATABASE scimver_limits;
