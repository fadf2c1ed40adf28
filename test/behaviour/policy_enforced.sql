-- Policies with the option enforce: plain SQL is bound as calls are, whatever it does; but
-- the table's owner is not.
CREATE FUNCTION tries(statement text, role text DEFAULT 'writer') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	count bigint;
	detail text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %s', CASE role WHEN 'me' THEN 'NONE' ELSE 'regress_policy_' || role END);
	EXECUTE statement;
	GET DIAGNOSTICS count = ROW_COUNT;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	-- nothing stays
	WHEN SQLSTATE 'RB000' THEN RETURN NEXT count || ' done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN NEXT concat_ws(' ', sqlstate, sqlerrm, CASE WHEN sqlstate LIKE 'PT%' THEN plain(((detail::jsonb - 'error_code' - 'status') - '{reviewers,quorum,roles,path}'::text[])::text) END);
END $$;
CREATE FUNCTION policy(policy jsonb, type text DEFAULT 'User', tenant text DEFAULT 'default') RETURNS void LANGUAGE sql AS $$ SELECT scim_set_policy(tenant, type, policy) $$;
CREATE FUNCTION as_of(n int, "column" text DEFAULT 'id') RETURNS text LANGUAGE sql AS $$ SELECT format(' WHERE %I = %L', "column", id(n)) $$;
CREATE FUNCTION changes(n int, content text) RETURNS text LANGUAGE sql AS $$ SELECT format('UPDATE users SET data = data || %L%s', content, as_of(n)) $$;
CREATE FUNCTION comes(n int, content text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$ SELECT format('INSERT INTO users (id, data) VALUES (%L, %L)', id(n), '{"userName": "new"}'::jsonb || content::jsonb) $$;
CREATE ROLE regress_policy_owner;
CREATE ROLE regress_policy_writer;
CREATE ROLE regress_policy_hr;
CREATE ROLE regress_policy_stranger;
ALTER TABLE users ADD note text;
ALTER TABLE users OWNER TO regress_policy_owner;
ALTER TABLE groups OWNER TO regress_policy_owner;
GRANT ALL ON users, groups, groups_members TO regress_policy_owner, regress_policy_hr, regress_policy_writer, regress_policy_stranger;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_policy_owner, regress_policy_hr, regress_policy_writer}'::text[]) r;
SELECT scim_grant_tenant('other', r::regrole) FROM unnest('{regress_policy_stranger, regress_policy_writer}'::text[]) r;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'active', true, 'title', 't', 'name', '{"givenName": "g", "familyName": "f"}'::jsonb) FROM generate_series(1, 4) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(11, 13) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(g), 'User', id(u) FROM (VALUES (11, 1), (11, 2), (12, 2)) m(g, u);

-- ---- attributes ----

SELECT policy('{"review": {"attributes": ["active", "name.familyName", "password"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries(changes(1, '{"active": false}'));
SELECT tries(changes(1, '{"title": "x"}'));
SELECT tries(changes(1, '{"active": true, "title": "x"}'));
SELECT tries(changes(1, '{"ACTIVE": false}'));
SELECT tries(changes(1, '{"name": {"givenName": "x", "familyName": "f"}}'));
SELECT tries(changes(1, '{"name": {"givenName": "g", "familyname": "f"}}'));
SELECT tries(changes(1, '{"name": null}'));
SELECT tries(changes(1, '{"password": "secret secret"}'));
SELECT tries('UPDATE users SET password_hash = ''$2a$04$......................ABCDEFGHIJKLMNOPQRSTUVWXYZABCDE''' || as_of(1));
SELECT tries('UPDATE users SET data = data - ''active''');
SELECT tries('UPDATE users SET note = ''n'''), tries('UPDATE users SET data = data, version = ''V'''), tries('UPDATE users SET data = data || ''{"nickName": null}''');
SELECT tries(format('INSERT INTO users (id, data) VALUES (%L, ''{"userName": "u1", "active": false}'') ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data', id(1)));
SELECT tries(format('WITH moved AS (UPDATE users SET data = data || ''{"active": false}'' WHERE id = %L RETURNING id) SELECT count(*) FROM moved', id(1)));
-- whoever it is, but the owner; by functions and views, too
SELECT tries(changes(1, '{"active": false}'), 'hr');
SELECT tries(changes(1, '{"active": false}'), 'owner'), tries(changes(1, '{"active": false}'), 'me');
SELECT tries(format('SELECT scim_patch_user(%L, ''[{"op": "replace", "path": "active", "value": false}]'')', id(1)), 'owner');
CREATE FUNCTION deactivate(n int) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ UPDATE users SET data = data || '{"active": false}' WHERE id = id(n) $$;
CREATE VIEW users_now AS SELECT * FROM users;
GRANT ALL ON users_now TO PUBLIC;
SELECT tries('SELECT deactivate(1)');
SELECT tries('UPDATE users_now SET data = data || ''{"active": false}''');
SELECT tries('DO $do$ BEGIN UPDATE users SET data = data || ''{"active": false}''; EXCEPTION WHEN division_by_zero THEN NULL; END $do$');
-- where the transaction began before, it goes by what there is when it writes
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM users;
SELECT policy('{"deny": ["update"]}');
SELECT tries(changes(1, '{"title": "x"}'));
ROLLBACK;

-- ---- operations ----

CREATE FUNCTION of_operations() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY[comes(9), changes(1, '{"title": "x"}'), 'DELETE FROM users' || as_of(4), 'TRUNCATE users CASCADE',
		'UPDATE users SET tenant_id = ''other''' || as_of(4), format('UPDATE users SET id = %L', id(9)) || as_of(4), comes(9) || ' ON CONFLICT DO NOTHING']) s $$;
SELECT policy('{"deny": ["create"]}');
SELECT of_operations();
SELECT policy('{"deny": ["update"]}');
SELECT of_operations();
SELECT policy('{"deny": ["delete"]}');
SELECT of_operations();
-- another tenant's, when it moves there
SELECT policy(NULL);
SELECT policy('{"deny": ["create", "delete"]}', tenant => 'other');
SELECT of_operations();
INSERT INTO users (tenant_id, id, data) VALUES ('other', id(5), '{"userName": "u5"}');
SELECT tries('TRUNCATE users CASCADE');
DELETE FROM users WHERE id = id(5);
SELECT policy(NULL, tenant => 'other');
SELECT policy('{"review": {"operations": ["delete", "create"], "reviewers": ["regress_policy_hr"]}}');
SELECT of_operations();
SELECT policy('{"require_version": true}');
SELECT of_operations();
CREATE FUNCTION hint_for(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	SET LOCAL ROLE regress_policy_writer;
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END $$;
SELECT hint_for(changes(1, '{"title": "x"}'));
SELECT policy('{"may": {"regress_policy_writer": {"operations": ["create", "update"], "attributes": ["userName", "title"]}}}');
SELECT of_operations();
SELECT tries(comes(9, '{"title": "x"}')), tries(comes(9, '{"active": true}')), tries(changes(1, '{"active": false}'));
SELECT tries(comes(9, '{"active": true}'), 'hr');

-- ---- strangers are told nothing ----

SELECT policy('{"deny": ["create", "update", "delete"]}');
SELECT tries(comes(9), 'stranger'), tries(changes(1, '{"title": "x"}'), 'stranger'), tries('DELETE FROM users', 'stranger');
SELECT tries('TRUNCATE users CASCADE', 'stranger');
SELECT policy(NULL);
SELECT tries(comes(9), 'stranger');

-- ---- members ----

CREATE FUNCTION of_members() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries(s) FROM unnest(ARRAY[format('INSERT INTO groups_members (group_id, member_type, member_id) VALUES (%L, ''User'', %L)', id(12), id(1)),
		'DELETE FROM groups_members' || as_of(12, 'group_id'), 'DELETE FROM groups_members', 'TRUNCATE groups_members',
		format('UPDATE groups_members SET member_id = %L', id(3)) || as_of(12, 'group_id'), format('UPDATE groups_members SET group_id = %L', id(13)) || as_of(12, 'group_id'),
		'UPDATE groups_members SET member_id = member_id', 'UPDATE groups SET data = data || ''{"displayName": "x"}''' || as_of(13),
		-- what follows, nobody decided of the group
		'DELETE FROM users' || as_of(2), 'DELETE FROM users', format('SELECT scim_delete_user(%L)', id(2)), 'DELETE FROM groups' || as_of(12), format('SELECT scim_delete_group(%L)', id(12))]) s $$;
SELECT of_members();
SELECT policy('{"review": {"attributes": ["members"], "reviewers": ["regress_policy_hr"]}}', 'Group');
SELECT of_members();
-- who goes beside those that are deleted does not follow
SELECT tries(format('WITH u AS (DELETE FROM users WHERE id = %L), m AS (DELETE FROM groups_members WHERE member_id = %L) SELECT 1', id(1), id(2)));
SELECT tries(format('WITH u AS (DELETE FROM users WHERE id = %L), m AS (DELETE FROM groups_members WHERE member_id = %1$L) SELECT 1', id(1)));
CREATE FUNCTION ride_along() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM groups_members; RETURN NULL; END $$;
CREATE TRIGGER ride_along AFTER DELETE ON users FOR EACH STATEMENT EXECUTE FUNCTION ride_along();
SELECT tries('DELETE FROM users' || as_of(1)), tries(format('SELECT scim_delete_user(%L)', id(1)));
DROP TRIGGER ride_along ON users;
SELECT policy('{"deny": ["patch"]}', 'Group');
SELECT of_members();
SELECT policy('{"require_version": true}', 'Group');
SELECT of_members();
SELECT policy('{"may": {"regress_policy_writer": {"operations": ["patch"], "attributes": ["displayName"]}}}', 'Group');
SELECT of_members();
SELECT tries('DELETE FROM groups_members', 'hr'), tries('DELETE FROM groups_members', 'owner');
SELECT policy(NULL, 'Group');

DROP FUNCTION policy CASCADE;
REASSIGN OWNED BY regress_policy_owner TO CURRENT_USER;
DROP OWNED BY regress_policy_owner, regress_policy_writer, regress_policy_hr, regress_policy_stranger;
