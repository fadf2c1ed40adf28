-- Tables of an application that refer to a created table: by its id alone, where
-- an option keeps ids apart across tenants, or with the tenant, as its key is.
SET client_min_messages = warning;
CREATE DATABASE scimver_unique_id TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_unique_id
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;

SELECT fails($$SELECT scim_create_table('users', 'User', '{"unique_id": "yes"}')$$);
SELECT scim_create_table('users', 'User', '{"unique_id": true}'), scim_create_table('groups', 'Group');
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'u' AND conrelid = 'users'::regclass;
INSERT INTO users (tenant_id, id, data) SELECT CASE WHEN n < 4 THEN 'default' ELSE 'other' END, id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 6) n;
SELECT fails($$INSERT INTO users (tenant_id, id, data) VALUES ('other', id(1), '{"userName": "again"}')$$);
SELECT fails('CREATE TABLE projects (team uuid REFERENCES groups (id))');

-- by the id alone
CREATE TABLE orders (number int PRIMARY KEY, buyer uuid REFERENCES users (id));
CREATE TABLE carts (number int PRIMARY KEY, buyer uuid REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE reviews (number int PRIMARY KEY, author uuid REFERENCES users (id) ON DELETE SET NULL);
CREATE TABLE visits (number int PRIMARY KEY, visitor uuid DEFAULT id(6) REFERENCES users (id) ON DELETE SET DEFAULT);
INSERT INTO orders VALUES (1, id(1)), (4, id(4));
INSERT INTO carts SELECT n, id(n) FROM generate_series(1, 5) n;
INSERT INTO reviews SELECT n, id(n) FROM generate_series(1, 5) n;
INSERT INTO visits SELECT n, id(n) FROM generate_series(1, 5) n;
SELECT fails('SELECT scim_delete_user(id(1)::text)');
SELECT fails($$SELECT scim_delete_user(id(4)::text, tenant_id => 'other')$$);
SELECT fails('DELETE FROM users WHERE id = id(1)');
SELECT scim_delete_user(id(2)::text);
SELECT scim_delete_user(id(5)::text, tenant_id => 'other');
DELETE FROM users WHERE id = id(3);
SELECT (SELECT string_agg(number::text, ' ' ORDER BY number) FROM carts) AS carts,
	(SELECT string_agg(number::text, ' ' ORDER BY number) FROM reviews WHERE author IS NULL) AS nobodys_reviews,
	(SELECT string_agg(number::text, ' ' ORDER BY number) FROM visits WHERE visitor = id(6)) AS visits_of_default;
-- the one that may not go can be made inactive
SELECT scim_patch_user(id(1)::text, '[{"op": "replace", "path": "active", "value": false}]') -> 'active';

-- with the tenant, as the key is
CREATE TABLE invoices (number int PRIMARY KEY, tenant_id text NOT NULL DEFAULT scim_tenant(), payer uuid, FOREIGN KEY (tenant_id, payer) REFERENCES users);
INSERT INTO invoices VALUES (1, 'other', id(6));
SELECT fails($$INSERT INTO invoices VALUES (2, 'default', id(6))$$);
DELETE FROM visits;
SELECT fails($$SELECT scim_delete_user(id(6)::text, tenant_id => 'other')$$);

-- registered anew it is the same
SELECT scim_unregister_table('users');
SELECT scim_register_table('users', 'User', '{}');
SELECT fails('SELECT scim_delete_user(id(1)::text)');
SELECT * FROM scim_check_table('users') WHERE problem <> 'limit';
\c :regression
DROP DATABASE scimver_unique_id;
