-- Tables that look like those of scim_create_table, made by somebody else: what
-- is not as scim_create_table has it is refused, or made, and nobody's code runs
-- with the rights of whoever registers.
SET client_min_messages = warning;
CREATE DATABASE scimver_look_alikes TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE scimver_look_alikes_mallory;
\set regression :DBNAME
\c scimver_look_alikes
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
GRANT CREATE ON SCHEMA public TO scimver_look_alikes_mallory;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', sqlstate || ' ' || sqlerrm, hint);
END $$;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION problems(VARIADIC tables regclass[]) RETURNS SETOF text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', r, problem, detail) FROM unnest(tables) r, scim_check_table(r) $$;

-- ---- triggers of somebody's run as the table's owner ----

CREATE TABLE ran (who name, what text);
GRANT INSERT ON ran TO scimver_look_alikes_mallory;
SET ROLE scimver_look_alikes_mallory;
CREATE TABLE users (tenant_id text NOT NULL, id uuid NOT NULL, data jsonb NOT NULL, version text, revision bigint,
	created timestamptz, last_modified timestamptz, password_hash text, PRIMARY KEY (tenant_id, id));
INSERT INTO users (tenant_id, id, data) VALUES ('default', id(1), '{"userName": "ann"}');
CREATE FUNCTION runs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO ran VALUES (current_user, concat_ws('' '', TG_WHEN, TG_OP)); RETURN NEW; END';
CREATE TRIGGER before BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION runs();
CREATE TRIGGER after AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION runs();
RESET ROLE;
SELECT scim_register_table('users', 'User', '{}');
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}', '{"version_scheme": "revision"}');
SELECT who, what, count(*) FROM ran GROUP BY 1, 2 ORDER BY 1, 2;
SELECT problems('users');
SELECT current_user = session_user;
SELECT scim_unregister_table('users');
DROP TRIGGER before ON users;
DROP TRIGGER after ON users;

-- ---- rules ----

CREATE RULE diverted AS ON UPDATE TO users DO INSTEAD INSERT INTO ran VALUES (current_user, 'rule');
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$);
DROP RULE diverted ON users;

-- ---- lookup columns that are none ----

SELECT scim_register_table('users', 'User', '{}');
SELECT scim_unregister_table('users');
-- as a dump has them
DO $$ BEGIN
	EXECUTE (SELECT format('ALTER TABLE users DROP COLUMN user_name, ADD COLUMN user_name text COLLATE "C" GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, adrelid))
		FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 'users'::regclass AND attname = 'user_name');
END $$;
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$);
SELECT scim_list_users('userName eq "ANN"') -> 'totalResults';
SELECT scim_unregister_table('users');
-- of something else, of nothing, in another order
ALTER TABLE users DROP COLUMN user_name, ADD COLUMN user_name text COLLATE "C" GENERATED ALWAYS AS (data ->> 'userName') STORED;
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$);
ALTER TABLE users DROP COLUMN user_name, ADD COLUMN user_name text COLLATE "C";
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$);
ALTER TABLE users DROP COLUMN user_name, ADD COLUMN user_name text GENERATED ALWAYS AS (scim_fold(data ->> 'userName')) STORED;
SELECT fails($$SELECT scim_register_table('users', 'User', '{}')$$) ~ 'must be generated as scim_create_table has it';
-- as the hint says
ALTER TABLE public.users DROP COLUMN user_name, ADD COLUMN user_name text COLLATE pg_catalog."C" GENERATED ALWAYS AS (public.scim_fold((data OPERATOR(pg_catalog.->>) 'userName'))) STORED;
SELECT scim_register_table('users', 'User', '{}');
SELECT scim_list_users('userName eq "ANN"') -> 'totalResults';
SELECT problems('users');

-- ---- children ----

SELECT scim_unregister_table('users');
CREATE TABLE guests (PRIMARY KEY (tenant_id, id)) INHERITS (users);
INSERT INTO guests (tenant_id, id, data) VALUES ('default', id(2), '{"userName": "bob"}');
SELECT scim_register_table('users', 'User', '{}');
INSERT INTO guests (tenant_id, id, data) VALUES ('default', id(3), '{"userName": "eve"}');
SELECT count(*), count(version) FROM users;
SELECT problems('users');
DROP TABLE guests;

-- ---- memberships of somebody else ----

SELECT scim_create_table('groups', 'Group');
INSERT INTO groups (tenant_id, id, data) VALUES ('default', id(11), '{"displayName": "admins"}');
SELECT scim_unregister_table('groups');
ALTER TABLE groups_members RENAME TO admin_members;
GRANT SELECT ON admin_members TO scimver_look_alikes_mallory;
GRANT REFERENCES ON groups TO scimver_look_alikes_mallory;
SET ROLE scimver_look_alikes_mallory;
CREATE TABLE groups_members (LIKE admin_members INCLUDING GENERATED, PRIMARY KEY (tenant_id, group_id, member_type, member_id),
	FOREIGN KEY (tenant_id, group_id) REFERENCES groups ON DELETE CASCADE);
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES ('default', id(11), 'User', id(1));
RESET ROLE;
SELECT replace(fails($$SELECT scim_register_table('groups', 'Group', '{}')$$), 'OWNER TO ' || quote_ident(current_user), 'OWNER TO me');
-- nor found by its foreign key, be it the first
ALTER TABLE groups_members RENAME TO mine;
ALTER TABLE admin_members DROP CONSTRAINT groups_members_tenant_id_group_id_fkey, DROP CONSTRAINT groups_members_tenant_id_subgroup_id_fkey;
SELECT fails($$SELECT scim_register_table('groups', 'Group', '{}')$$);
ALTER TABLE admin_members RENAME TO groups_members;
-- columns of users and of groups that are not what they are taken for
ALTER TABLE groups_members DROP COLUMN user_id, ADD COLUMN user_id uuid;
SELECT fails($$SELECT scim_register_table('groups', 'Group', '{}')$$);
ALTER TABLE public.groups_members DROP COLUMN user_id, ADD COLUMN user_id uuid GENERATED ALWAYS AS (CASE WHEN member_type OPERATOR(pg_catalog.=) 'User' THEN member_id END) STORED;
CREATE RULE diverted AS ON DELETE TO groups_members DO INSTEAD NOTHING;
SELECT fails($$SELECT scim_register_table('groups', 'Group', '{}')$$);
DROP RULE diverted ON groups_members;
SELECT fails($$SELECT scim_register_table('groups', 'Group', '{}')$$);
SELECT scim_get_group(id(11)::text) -> 'members' IS NULL AS nobody;
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) ->> 'displayName';
SELECT scim_get_user(id(1)::text) -> 'groups' -> 0 ->> 'display';
SELECT scim_delete_user(id(1)::text);
SELECT count(*) FROM groups_members;

\c :regression
DROP DATABASE scimver_look_alikes;
DROP ROLE scimver_look_alikes_mallory;
