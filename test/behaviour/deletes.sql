-- Users and groups that are deleted: their memberships go with them, whoever
-- deletes them, and who gets their id is in no group; what else refers to them
-- is in the way, or goes as its own foreign key says.
CREATE FUNCTION memberships() RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(string_agg(num(member_id::text) || ' in ' || num(group_id::text), ', ' ORDER BY num(group_id::text), num(member_id::text)), 'none') FROM groups_members $$;
CREATE FUNCTION groups_of(n int) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_path_query_array(scim_get_user(id(n)::text), '$.groups[*].display') $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql AS
	$$ SELECT scim_get_group(id(n)::text)#>>'{meta,version}' $$;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'nothing';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', sqlstate || ' ' || plain(sqlerrm), CASE WHEN sqlstate LIKE 'PT%' THEN plain(detail) END, hint);
END $$;
CREATE FUNCTION fresh() RETURNS void LANGUAGE sql AS $$
	DELETE FROM groups_members; DELETE FROM users; DELETE FROM groups;
	INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
	INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(11, 13) n;
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(u) FROM (VALUES (11, 1), (11, 2), (12, 1), (13, 3)) m(g, u) $$;

-- ---- users ----

SELECT fresh();
SELECT version(11) AS v, version(13) AS other \gset
SELECT scim_delete_user(id(1)::text);
SELECT memberships(), version(11) <> :'v' AS moved, version(13) = :'other' AS other_same;
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "heir"}');
SELECT groups_of(1);
SELECT * FROM scim_check_table('groups');
SELECT fresh();
SELECT version(11) AS v, version(13) AS other \gset
DELETE FROM users WHERE id = id(1);
SELECT memberships(), version(11) <> :'v' AS moved, version(13) = :'other' AS other_same;
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "heir"}');
SELECT groups_of(1);
SELECT * FROM scim_check_table('groups');
-- many in one statement; of a WITH, too
SELECT fresh();
DELETE FROM users WHERE id IN (id(1), id(3), id(4));
SELECT memberships();
SELECT fresh();
WITH gone AS (DELETE FROM users WHERE id IN (id(2), id(3)) RETURNING id) SELECT count(*) FROM gone;
SELECT memberships();
SELECT * FROM scim_check_table('groups');
-- with a version: that of before, and no other
SELECT fresh();
SELECT scim_get_user(id(1)::text)#>>'{meta,version}' AS v \gset
SELECT split_part(fails(format('SELECT scim_delete_user(%L, ''AAAAAAAAAAA='')', id(1))), E'\n', 1), memberships();
SELECT scim_delete_user(id(1)::text, :'v');
SELECT memberships();

-- ---- groups ----

SELECT fresh();
SELECT version(11) AS v \gset
SELECT split_part(fails(format('SELECT scim_delete_group(%L, ''AAAAAAAAAAA='')', id(11))), E'\n', 1), memberships();
SELECT scim_delete_group(id(11)::text, :'v');
SELECT memberships(), groups_of(1);
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "heir"}');
SELECT scim_get_group(id(11)::text)->'members' AS members;
SELECT * FROM scim_check_table('groups');
SELECT fresh();
DELETE FROM groups WHERE id IN (id(11), id(13));
SELECT memberships(), groups_of(1), groups_of(3);
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "heir"}');
SELECT scim_get_group(id(11)::text)->'members' AS members;
SELECT * FROM scim_check_table('groups');
-- tools say which version was deleted
SELECT fresh();
SELECT version(11) AS v \gset
SELECT x#>'{content,deleted}' AS deleted, x#>>'{metadata,version}' = :'v' AS right FROM CAST(scim_call_tool('scim_delete_group', jsonb_build_object('group_id', id(11))) AS jsonb) AS x;
SELECT memberships();

-- ---- what else refers to them ----

SELECT fresh();
CREATE TABLE orders AS SELECT tenant_id, id AS buyer, 1 AS number FROM users WHERE false;
ALTER TABLE orders ALTER tenant_id SET DEFAULT scim_tenant(), ADD PRIMARY KEY (number),
	ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id);
INSERT INTO orders (buyer, number) VALUES (id(1), 1), (id(2), 2);
SELECT fails(format('SELECT scim_delete_user(%L)', id(1)));
SELECT memberships();
SELECT x - 'resource_id' FROM jsonb_extract_path(CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(1))) AS jsonb), 'content') AS x;
SELECT fails(format('DELETE FROM users WHERE id = %L', id(1)));
SELECT memberships();
SELECT scim_delete_user(id(3)::text);
SELECT memberships();
-- of a RESTRICT as of NO ACTION
ALTER TABLE orders DROP CONSTRAINT buyer_fkey, ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id) ON DELETE RESTRICT;
SELECT fails(format('SELECT scim_delete_user(%L)', id(1)));
-- its own actions
ALTER TABLE orders DROP CONSTRAINT buyer_fkey, ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
SELECT scim_delete_user(id(1)::text);
SELECT number, num(buyer::text) AS buyer FROM orders;
ALTER TABLE orders DROP CONSTRAINT buyer_fkey, ALTER tenant_id DROP NOT NULL, ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id) ON DELETE SET NULL;
SELECT scim_delete_user(id(2)::text);
SELECT number, num(buyer::text) AS buyer FROM orders;
-- who refers to what would go along
DELETE FROM orders;
ALTER TABLE orders DROP CONSTRAINT buyer_fkey, ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
SELECT fresh();
INSERT INTO orders (tenant_id, buyer, number) VALUES ('default', id(1), 1);
CREATE TABLE invoices (number int CONSTRAINT billed REFERENCES orders);
INSERT INTO invoices VALUES (1);
SELECT fails(format('SELECT scim_delete_user(%L)', id(1)));
SELECT memberships();
DROP TABLE invoices, orders;
-- to a group: no "active" to be set
CREATE TABLE projects AS SELECT tenant_id, id AS team FROM groups WHERE id = id(12);
ALTER TABLE projects ADD CONSTRAINT team_fkey FOREIGN KEY (tenant_id, team) REFERENCES groups (tenant_id, id) DEFERRABLE;
SELECT fails(format('SELECT scim_delete_group(%L)', id(12)));
SELECT memberships();
DROP TABLE projects;
-- a foreign key that is asked at the end of the transaction: by tools at once, as a COMMIT could not answer
CREATE TABLE orders AS SELECT tenant_id, id AS buyer FROM users WHERE id = id(1);
ALTER TABLE orders ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
SELECT x - 'resource_id' FROM jsonb_extract_path(CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(1))) AS jsonb), 'content') AS x;
SELECT fails(format('SELECT scim_delete_user(%L); SET CONSTRAINTS ALL IMMEDIATE', id(1)));
-- one of the same name that cannot be deferred is in nobody's way, and what the transaction has set stays
CREATE TABLE visits AS SELECT * FROM orders WITH NO DATA;
ALTER TABLE visits ADD CONSTRAINT buyer_fkey FOREIGN KEY (tenant_id, buyer) REFERENCES users (tenant_id, id);
BEGIN;
SELECT jsonb_extract_path(CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(3))) AS jsonb), 'success');
ROLLBACK;
DROP TABLE visits;
BEGIN;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT jsonb_extract_path(CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(3))) AS jsonb), 'success');
SELECT fails(format('SELECT scim_delete_user(%L)', id(1)));
ROLLBACK;
BEGIN;
SELECT jsonb_extract_path(CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(3))) AS jsonb), 'success');
SELECT scim_delete_user(id(1)::text);
DELETE FROM orders;
COMMIT;
SELECT memberships();
DROP TABLE orders;
SELECT * FROM scim_check_table('groups');
\set ECHO none
