-- Option enforce: what others hold, plain SQL does not write either, whatever it does;
-- but the table's owner.
CREATE FUNCTION tries(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
	detail text;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	-- nothing stays
	WHEN SQLSTATE 'RB000' THEN RETURN count || ' done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN concat_ws(' ', sqlstate, split_part(sqlerrm, ':', 1), CASE WHEN sqlstate LIKE 'PT%' THEN concat_ws(' ', detail::jsonb->>'resource_type', num(detail::jsonb->>'resource_id')) END);
END $$;
CREATE FUNCTION acquire(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$ SELECT scim_acquire_lease(type, id(n)::text, 600)->>'lease_id' $$;
CREATE FUNCTION as_of(n int) RETURNS text LANGUAGE sql AS $$ SELECT concat('WHERE id = ', quote_literal(id(n))) $$;
-- expired, or in force again
CREATE FUNCTION expire(seconds int DEFAULT 0) RETURNS void LANGUAGE sql AS $$ UPDATE scim_leases SET expires_at = clock_timestamp() + seconds * interval '1 second' $$;
CREATE ROLE regress_enforce_owner;
CREATE ROLE regress_enforce_deputy IN ROLE regress_enforce_owner;
CREATE ROLE regress_enforce_holder;
CREATE ROLE regress_enforce_writer;
ALTER TABLE users ADD note text;
ALTER TABLE groups ADD note text;
ALTER TABLE users OWNER TO regress_enforce_owner;
ALTER TABLE groups OWNER TO regress_enforce_owner;
GRANT CREATE ON SCHEMA public TO regress_enforce_owner;
GRANT ALL ON users, groups, groups_members TO regress_enforce_owner, regress_enforce_holder, regress_enforce_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_enforce_owner, regress_enforce_holder, regress_enforce_writer}'::text[]) r;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(11, 13) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(u) FROM (VALUES (11, 1), (12, 2)) m(g, u);

-- ---- a user ----

SET ROLE regress_enforce_holder;
SELECT acquire(1) AS lease \gset
SET ROLE regress_enforce_writer;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(2));
SELECT tries('UPDATE users SET password_hash = ''$2a$04$......................ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE'' ' || as_of(1));
SELECT tries(format('UPDATE users SET id = %L ', id(4)) || as_of(1));
SELECT tries('UPDATE users SET tenant_id = ''other'' ' || as_of(1));
SELECT tries('DELETE FROM users ' || as_of(1));
SELECT tries('DELETE FROM users ' || as_of(3));
SELECT tries('DELETE FROM users');
SELECT tries('TRUNCATE users CASCADE');
SELECT tries(format('INSERT INTO users (id, data) VALUES (%L, ''{"userName": "eve", "title": "t"}'') ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data', id(n))) FROM (VALUES (1), (2), (5)) AS v(n);
SELECT tries(format('WITH moved AS (UPDATE users SET data = data || ''{"title": "t"}'' WHERE id IN (%L, %L) RETURNING id) SELECT count(*) FROM moved', id(1), id(2)));
-- what changes nothing of the resource; and what locks its row
SELECT tries('UPDATE users SET note = ''n'''), tries('UPDATE users SET data = data, version = ''V''');
SELECT tries('SELECT 1 FROM users ' || as_of(1) || ' FOR UPDATE');
-- by another statement of the same transaction, a function, a view
BEGIN;
UPDATE users SET data = '{"userName": "two"}' WHERE id = id(2);
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
ROLLBACK;
RESET ROLE;
CREATE VIEW all_users AS SELECT * FROM users;
ALTER VIEW all_users OWNER TO regress_enforce_owner;
GRANT ALL ON all_users TO regress_enforce_writer;
CREATE FUNCTION rename(n int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE users SET data = '{"userName": "eve"}' WHERE id = id(n) $$;
ALTER FUNCTION rename OWNER TO regress_enforce_owner;
SET ROLE regress_enforce_writer;
SELECT tries('UPDATE all_users SET data = ''{"userName": "eve"}'' ' || as_of(1));
SELECT tries('SELECT rename(1)'), tries('SELECT rename(2)');

-- ---- who may ----

-- who holds it, and says so; nobody else who does, and not the same role, if it does not
SET scimver.lease_id = :'lease';
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
SET ROLE regress_enforce_holder;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1)), tries('DELETE FROM users ' || as_of(1)), tries('TRUNCATE users CASCADE');
RESET scimver.lease_id;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
-- the table's owner: it is his; and his deputies, who are members of the role; and superusers
SET ROLE regress_enforce_owner;
SELECT tries('UPDATE users SET data = data || ''{"title": "t"}'''), tries('DELETE FROM users'), tries('TRUNCATE users CASCADE');
SET ROLE regress_enforce_deputy;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
RESET ROLE;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
-- but not by calls, which bind all
SET ROLE regress_enforce_owner;
SELECT tries(format('SELECT scim_update_user(%L, ''{"userName": "eve"}'')', id(1)));
-- what replication brings was written where the leases are
RESET ROLE;
SET session_replication_role = replica;
SELECT tries(format('SELECT scim_delete_user(%L)', id(1)));
RESET session_replication_role;

-- ---- ended ----

SELECT expire();
SET ROLE regress_enforce_writer;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1)), tries('DELETE FROM users'), tries('TRUNCATE users CASCADE');
-- who thinks that he holds it still is told, also when nobody else does; of others' resources his lease says nothing
SET ROLE regress_enforce_holder;
SET scimver.lease_id = :'lease';
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1)), tries('DELETE FROM users ' || as_of(1)), tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(2));
SELECT tries('UPDATE users SET note = ''n''');
-- nor is the old one as good as the new one
SELECT acquire(1) AS next \gset
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
SELECT set_config('scimver.lease_id', :'lease' || ', ' || :'next', false) IS NULL;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
SELECT scim_release_lease(:'next');
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));
RESET scimver.lease_id;
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' ' || as_of(1));

-- ---- a group, by its members ----

SELECT acquire(11, 'Group') AS lease \gset
SET ROLE regress_enforce_writer;
CREATE FUNCTION pg_temp.adds(g int, u int) RETURNS text LANGUAGE sql AS
	$$ SELECT tries(format('INSERT INTO groups_members (group_id, member_type, member_id) VALUES (%L, ''User'', %L)', id(g), id(u))) $$;
SELECT pg_temp.adds(11, 3), pg_temp.adds(12, 3);
SELECT tries(format('DELETE FROM groups_members WHERE group_id = %L', id(11))), tries(format('DELETE FROM groups_members WHERE group_id = %L', id(12)));
SELECT tries('DELETE FROM groups_members'), tries('TRUNCATE groups_members');
SELECT tries(format('UPDATE groups_members SET group_id = %L WHERE group_id = %L', id(a), id(b))) FROM (VALUES (11, 12), (12, 11), (13, 12)) AS v(a, b);
SELECT tries(format('UPDATE groups_members SET member_id = %L WHERE group_id = %L', id(3), id(g))) FROM (VALUES (11), (12)) AS v(g);
SELECT tries('UPDATE groups_members SET member_id = member_id');
-- what takes them along
SELECT tries('DELETE FROM users ' || as_of(1)), tries('DELETE FROM users ' || as_of(2)), tries('TRUNCATE users CASCADE');
SELECT tries('DELETE FROM groups ' || as_of(11)), tries('DELETE FROM groups ' || as_of(12)), tries('TRUNCATE groups CASCADE');
SELECT tries('UPDATE groups SET data = ''{"displayName": "x"}'' ' || as_of(11)), tries('UPDATE groups SET note = ''n''');
SELECT tries(format('SELECT scim_delete_user(%L)', id(1))), tries(format('SELECT scim_delete_user(%L)', id(2)));
-- who holds it, and the owner of the groups; who owns the memberships is not
SET ROLE regress_enforce_holder;
SET scimver.lease_id = :'lease';
SELECT tries('DELETE FROM groups_members'), tries('DELETE FROM users ' || as_of(1)), tries('TRUNCATE groups_members');
RESET scimver.lease_id;
RESET ROLE;
ALTER TABLE groups_members OWNER TO regress_enforce_writer;
SET ROLE regress_enforce_writer;
SELECT tries('DELETE FROM groups_members'), tries('TRUNCATE groups_members');
SET ROLE regress_enforce_owner;
SELECT tries('DELETE FROM groups_members'), tries('DELETE FROM users ' || as_of(1)), tries('TRUNCATE groups_members');
-- the one who may not read groups is not told which one it is, nor whose
RESET ROLE;
REVOKE SELECT ON groups FROM regress_enforce_writer;
SET ROLE regress_enforce_writer;
SELECT tries('DELETE FROM groups_members');
RESET ROLE;
SELECT expire();
SET ROLE regress_enforce_writer;
SELECT tries('DELETE FROM groups_members'), tries('TRUNCATE groups_members');

-- ---- other tenants ----

RESET ROLE;
DELETE FROM scim_leases;
GRANT SELECT ON groups TO regress_enforce_writer;
INSERT INTO users (tenant_id, id, data) SELECT 'other', id(1), '{"userName": "u1"}';
SELECT scim_grant_tenant('other', 'regress_enforce_writer');
SET scimver.tenant = 'other';
SET ROLE regress_enforce_writer;
SELECT acquire(1) AS lease \gset
RESET scimver.tenant;
SET ROLE regress_enforce_holder;
SET scimver.lease_id = :'lease';
SELECT tries('UPDATE users SET data = ''{"userName": "eve"}'' WHERE tenant_id = ''default'' AND id = ' || quote_literal(id(1))), tries('DELETE FROM users WHERE tenant_id = ''default''');
RESET scimver.lease_id;
-- a TRUNCATE is of all tenants
SELECT left(tries('TRUNCATE users CASCADE'), 21);
SET ROLE regress_enforce_writer;
SELECT tries('TRUNCATE users CASCADE');
RESET ROLE;
DROP VIEW all_users;
DROP FUNCTION rename;
SELECT scim_revoke_tenant('default', r::regrole) FROM unnest('{regress_enforce_owner, regress_enforce_holder, regress_enforce_writer}'::text[]) r;
SELECT scim_revoke_tenant('other', 'regress_enforce_writer');
REASSIGN OWNED BY regress_enforce_owner, regress_enforce_writer TO CURRENT_USER;
DROP OWNED BY regress_enforce_owner, regress_enforce_holder, regress_enforce_writer, regress_enforce_deputy;
DROP ROLE regress_enforce_owner, regress_enforce_deputy, regress_enforce_holder, regress_enforce_writer;
\set ECHO none
