-- Foreign keys that are asked at the end of the transaction: tools ask them at
-- once, whoever owns them and whatever their names, and ask nothing else.
SET client_min_messages = warning;
CREATE DATABASE scimver_deferred TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE scimver_deferred_clerk;
CREATE ROLE scimver_deferred_seller;
\set regression :DBNAME
\c scimver_deferred
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User', '{"unique_id": true}'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('default', 'scimver_deferred_clerk');
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION removes(n int) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', x ->> 'success', x #>> '{content,error_code}', x #>> '{content,relation}', x #>> '{content,constraint}')
	FROM CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(n))) AS jsonb) AS x $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
CREATE SCHEMA shop AUTHORIZATION scimver_deferred_seller;
GRANT REFERENCES ON users TO scimver_deferred_seller;

-- ---- in a schema that the caller may not look into ----

SET ROLE scimver_deferred_seller;
CREATE TABLE shop.orders (buyer uuid CONSTRAINT buyer REFERENCES public.users (id) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO shop.orders VALUES (id(1));
SET ROLE scimver_deferred_clerk;
SELECT removes(1), removes(2);

-- a row that refers to nobody yet is asked for at the end, and what would be asked behind it, too
RESET ROLE;
BEGIN;
INSERT INTO shop.orders VALUES (id(99));
SELECT removes(7), removes(1);
ROLLBACK;

-- ---- others of the same name ----

SET ROLE scimver_deferred_seller;
CREATE TABLE shop.carts (buyer uuid CONSTRAINT buyer REFERENCES public.users (id) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO shop.carts VALUES (id(3));
CREATE TABLE shop.parted (buyer uuid CONSTRAINT "buy""er" REFERENCES public.users (id) DEFERRABLE INITIALLY DEFERRED) PARTITION BY LIST (buyer);
CREATE TABLE shop.part PARTITION OF shop.parted DEFAULT;
INSERT INTO shop.parted VALUES (id(4));
SET ROLE scimver_deferred_clerk;
SELECT removes(1), removes(3), removes(4);
-- one that cannot be deferred; one that is asked at once
RESET ROLE;
CREATE TABLE shop.bills (buyer uuid CONSTRAINT buyer REFERENCES users (id));
SELECT removes(5);
DROP TABLE shop.bills;
CREATE TABLE shop.bills (buyer uuid CONSTRAINT buyer REFERENCES users (id) DEFERRABLE);
BEGIN;
SELECT removes(6);
INSERT INTO shop.bills VALUES (id(99));
ROLLBACK;
DROP TABLE shop.bills;
-- somebody's trigger, which waits
CREATE TABLE shop.notes (note text);
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''as %'', current_user; END';
CREATE CONSTRAINT TRIGGER buyer AFTER INSERT ON shop.notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tells();
BEGIN;
INSERT INTO shop.notes VALUES ('x');
SELECT removes(6);
ROLLBACK;

\c :regression
DROP DATABASE scimver_deferred;
DROP ROLE scimver_deferred_clerk, scimver_deferred_seller;
