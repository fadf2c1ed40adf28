-- What policies keep from being written by scim_ calls: what can be told of the call, what
-- can be told of the row, and whom nothing of it binds.
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(answer, '[A-Za-z0-9+/]{11}=', 'V', 'g'), 'regress_policy_', '', 'g')) $$;
-- what a statement comes to, as the role; nothing of it stays
CREATE FUNCTION tries(role text, statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %s', CASE role WHEN 'me' THEN 'NONE' ELSE 'regress_policy_' || role END);
	EXECUTE statement;
	RAISE SQLSTATE 'RB000';
EXCEPTION
	WHEN SQLSTATE 'RB000' THEN RETURN NEXT 'done';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN NEXT sqlstate || ' ' || told(sqlerrm);
		IF detail <> '' AND sqlerrm ~ '^(POLICY|REVIEW|VERSION_R)' THEN
			RETURN NEXT told((detail::jsonb - 'error_code' - 'status' - 'resource_type')::text);
		END IF;
END $$;
CREATE FUNCTION policy(policy jsonb, type text DEFAULT 'User', tenant text DEFAULT 'default') RETURNS void LANGUAGE sql AS $$ SELECT scim_set_policy(tenant, type, policy) $$;
CREATE FUNCTION version(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN scim_get_resource(type, id(n)::text)#>>'{meta,version}';
-- calls, as texts
CREATE FUNCTION creates(content text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_create_user(%L)', format('{"userName": "new"%s}', content));
CREATE FUNCTION updates(n int, content text DEFAULT '', more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_update_user(%L, %L%s)', id(n), format('{"userName": "u%s"%s}', n, content), more);
CREATE FUNCTION patches(n int, path text, value text, more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_patch_user(%L, %L%s)', id(n), format('[{"op": "replace", "path": "%s", "value": %s}]', path, value), more);
CREATE FUNCTION deletes(n int, more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_delete_user(%L%s)', id(n), more);
CREATE FUNCTION restores(n int, version text, more text DEFAULT '') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_restore(''User'', %L, %L%s)', id(n), version, more);
CREATE ROLE regress_policy_writer;
CREATE ROLE regress_policy_helper IN ROLE regress_policy_writer;
CREATE ROLE regress_policy_second IN ROLE regress_policy_writer;
CREATE ROLE regress_policy_both IN ROLE regress_policy_helper, regress_policy_second;
CREATE ROLE regress_policy_hr IN ROLE regress_policy_writer;
CREATE ROLE regress_policy_boss IN ROLE regress_policy_hr;
CREATE ROLE regress_policy_reader;
CREATE ROLE regress_policy_stranger;
GRANT ALL ON users, groups, groups_members TO regress_policy_writer;
GRANT SELECT ON users, groups, groups_members TO regress_policy_reader;
GRANT ALL ON users, groups, groups_members TO regress_policy_stranger;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_policy_writer, regress_policy_reader}'::text[]) r;
SELECT scim_grant_tenant('other', 'regress_policy_stranger');
REVOKE INSERT, UPDATE, DELETE ON users, groups, groups_members FROM regress_policy_reader;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'active', true, 'title', 't', 'name', '{"givenName": "g", "familyName": "f"}'::jsonb) FROM generate_series(1, 4) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(11, 12) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(11), 'User', id(n) FROM generate_series(1, 2) n;
SELECT version(1) AS v1, version(4) AS v4 \gset
SELECT scim_delete_user(id(4)::text);
SELECT count(*) FROM scim_patch_user(id(1)::text, '[{"op": "replace", "path": "title", "value": "now"}]');

-- ---- deny ----

SELECT policy('{"deny": ["delete", "create"]}');
SELECT tries('writer', deletes(1)), tries('writer', creates());
SELECT tries('writer', updates(1)), tries('writer', patches(1, 'title', '"x"'));
-- a restore is what it does, too
SELECT tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
SELECT policy('{"deny": ["update"]}');
SELECT tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
SELECT tries('writer', patches(1, 'title', '"x"')), tries('writer', updates(1));
SELECT policy('{"deny": ["restore"]}');
SELECT tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
-- superusers and owners, too
SELECT policy('{"deny": ["delete"]}');
SELECT tries('me', deletes(1));
-- plain SQL is free
SELECT tries('writer', format('DELETE FROM users WHERE id = %L', id(1)));
-- who could not do it anyhow is told that alone
SELECT tries('reader', deletes(1)), tries('stranger', deletes(1)), tries('writer', deletes(9)), tries('writer', 'SELECT scim_delete_user(''nobody'')');
SELECT tries('stranger', format('SELECT scim_delete_user(%L, tenant_id => ''other'')', id(1)));
SELECT policy('{"deny": ["create", "patch", "update"]}');
SELECT tries('reader', creates()), tries('stranger', creates()), tries('reader', patches(1, 'title', '"x"')), tries('stranger', updates(1)), tries('writer', updates(9));
-- before any lock, and after the arguments
SELECT tries('writer', patches(1, 'nothing', '"x"')), tries('writer', updates(1, more => ', ''W/"a"'''));

-- ---- require_version ----

SELECT policy('{"require_version": true}');
SELECT tries('writer', updates(1)), tries('writer', updates(1, more => ', ''*''')), tries('writer', patches(1, 'title', '"x"')), tries('writer', deletes(1));
SELECT tries('writer', restores(1, :'v1')), tries('writer', creates());
SELECT tries('writer', deletes(1, format(', %L', version(1)))), tries('writer', updates(1, more => format(', %L', version(1)))), tries('writer', patches(1, 'title', '"x"', format(', %L', version(1))));
SELECT tries('writer', restores(1, :'v1', format(', %L', version(1))));
SELECT tries('writer', updates(9)), tries('reader', updates(1)), tries('stranger', updates(1));

-- ---- review of attributes ----

SELECT policy('{"review": {"attributes": ["active", "name.familyName", "password"], "reviewers": ["regress_policy_hr"], "quorum": 1}}');
SELECT tries('writer', patches(1, 'active', 'false')), tries('writer', patches(1, 'name.familyName', '"x"')), tries('writer', patches(1, 'password', '"secret secret"'));
SELECT tries('writer', patches(1, 'title', '"x"')), tries('writer', patches(1, 'name.givenName', '"x"'));
-- what is sent, and not changed, is none; what is left out, is
SELECT tries('writer', updates(1, ', "active": true, "title": "x", "name": {"familyName": "f"}')), tries('writer', updates(1, ', "title": "x"'));
SELECT tries('writer', patches(1, 'name', '{"familyName": "f", "givenName": "x"}')), tries('writer', format('SELECT scim_patch_user(%L, ''[{"op": "remove", "path": "name"}]'')', id(1)));
-- neither by name: reviewers and superusers are bound as well
SELECT tries('hr', patches(1, 'active', 'false')), tries('me', patches(1, 'active', 'false'));
-- creates and deletes are not, but a restore of what had the attribute
SELECT tries('writer', creates(', "active": false')), tries('writer', deletes(1)), tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
SELECT count(*) FROM scim_patch_user(id(1)::text, '[{"op": "replace", "path": "title", "value": "later"}]');
SELECT policy('{"review": {"attributes": ["title"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', restores(1, :'v1'));
-- all; and nothing
SELECT policy('{"review": {"attributes": ["*"], "reviewers": ["regress_policy_hr"], "quorum": 1}}');
SELECT tries('writer', patches(1, 'title', '"x"')), tries('writer', patches(1, 'title', '"later"')), tries('writer', updates(1, ', "title": "later"'));
-- an extension, and an attribute of one
SELECT policy('{"review": {"attributes": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', patches(1, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"x"')), tries('writer', patches(1, 'title', '"x"'));
SELECT policy('{"review": {"attributes": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', patches(1, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"x"')), tries('writer', patches(1, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division', '"x"'));

-- ---- review of operations ----

SELECT policy('{"review": {"operations": ["create", "delete"], "reviewers": ["regress_policy_hr", "regress_policy_boss"], "quorum": 2}}');
SELECT tries('writer', creates()), tries('writer', deletes(1)), tries('writer', updates(1)), tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
SELECT tries('reader', deletes(1)), tries('stranger', creates()), tries('writer', deletes(9));
SELECT policy('{"review": {"operations": ["update"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', updates(1)), tries('writer', patches(1, 'title', '"x"')), tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));
SELECT policy('{"review": {"operations": ["restore"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', updates(1)), tries('writer', restores(1, :'v1')), tries('writer', restores(4, :'v4'));

-- ---- may ----

SELECT policy('{"may": {"regress_policy_helper": {"operations": ["update", "patch"], "attributes": ["title", "name.givenName"]}, "regress_policy_second": {"operations": ["patch", "create"], "attributes": ["userName", "nickName", "active"]}}}');
-- others are not bound
SELECT tries('writer', patches(1, 'active', 'false')), tries('me', patches(1, 'active', 'false'));
SELECT tries('helper', patches(1, 'title', '"x"')), tries('helper', patches(1, 'active', 'false')), tries('helper', patches(1, 'password', '"secret secret"'));
SELECT tries('helper', patches(1, 'name.givenName', '"x"')), tries('helper', patches(1, 'name.familyName', '"x"')), tries('helper', patches(1, 'name', '{"givenName": "x", "familyName": "f"}'));
SELECT tries('helper', creates()), tries('helper', deletes(1)), tries('helper', restores(1, :'v1'));
SELECT tries('second', creates()), tries('second', creates(', "title": "x"')), tries('second', creates(', "password": "secret secret"')), tries('second', updates(1));
-- who has both may do what either may
SELECT tries('both', format('SELECT scim_patch_user(%L, ''[{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "nickName", "value": "x"}]'')', id(1))), tries('both', creates(', "title": "x"')), tries('both', patches(1, 'locale', '"en"')), tries('both', deletes(1));
-- what changes nothing
SELECT tries('helper', patches(1, 'active', 'true'));
-- another schema is none of the attributes
SELECT policy('{"may": {"regress_policy_helper": {"operations": ["patch", "restore"], "attributes": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}}}');
SELECT tries('helper', patches(1, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"x"')), tries('helper', restores(1, :'v1')), tries('helper', restores(4, :'v4'));

-- ---- exempt ----

SELECT policy('{"deny": ["delete"], "require_version": true, "review": {"attributes": ["*"], "reviewers": ["regress_policy_hr"]}, "exempt": ["regress_policy_hr"]}');
SELECT tries('hr', deletes(1)), tries('boss', patches(1, 'active', 'false')), tries('writer', deletes(1)), tries('me', deletes(1));

-- ---- which policy ----

SELECT policy('{"deny": ["delete"]}', tenant => '*');
SELECT policy('{"deny": ["create"]}');
SELECT tries('writer', deletes(1)), tries('writer', creates());
SELECT policy(NULL);
SELECT tries('writer', deletes(1)), tries('writer', creates());
SELECT policy(NULL, tenant => '*');
SELECT tries('writer', deletes(1)), tries('writer', creates());
-- in the middle of a transaction, and taken back
BEGIN;
SELECT policy('{"deny": ["delete"]}');
SELECT tries('writer', deletes(1));
SAVEPOINT s;
SELECT policy('{"deny": ["create"]}');
SELECT tries('writer', deletes(1)), tries('writer', creates());
ROLLBACK TO s;
SELECT tries('writer', deletes(1)), tries('writer', creates());
ROLLBACK;
SELECT tries('writer', deletes(1));

-- ---- members ----

CREATE FUNCTION members(groups int, function text, VARIADIC members int[]) RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_%s_members(%L, %L)', function, id(groups), (SELECT array_agg(id(m)::text) FROM unnest(members) m));
CREATE FUNCTION of_members() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT tries('writer', s) FROM unnest(ARRAY[members(11, 'add', 3), members(11, 'add', 1), members(11, 'remove', 1), members(11, 'remove', 3),
		format('SELECT scim_patch_group(%L, ''[{"op": "remove", "path": "members"}]'')', id(11)),
		format('SELECT scim_patch_group(%L, ''[{"op": "replace", "path": "displayName", "value": "x"}]'')', id(11)),
		format('SELECT scim_update_group(%L, ''{"displayName": "g11", "members": []}'')', id(11)),
		format('SELECT scim_update_group(%L, ''{"displayName": "x"}'')', id(11)),
		format('SELECT scim_create_group(''{"displayName": "new", "members": [{"value": "%s"}]}'')', id(1)), deletes(1)]) s $$;
SELECT policy('{"review": {"attributes": ["members"], "reviewers": ["regress_policy_hr"]}}', 'Group');
SELECT of_members();
SELECT policy('{"deny": ["patch"]}', 'Group');
SELECT of_members();
SELECT policy('{"require_version": true}', 'Group');
SELECT of_members();
SELECT tries('writer', format('SELECT scim_add_members(%L, %L, %L)', id(11), ARRAY[id(3)], version(11, 'Group')));
SELECT policy('{"may": {"regress_policy_writer": {"operations": ["patch", "create"], "attributes": ["displayName"]}}}', 'Group');
SELECT of_members();
SELECT policy('{"may": {"regress_policy_writer": {"operations": ["patch"], "attributes": ["members"]}}}', 'Group');
SELECT of_members();
-- a restore brings members back
SELECT version(11, 'Group') AS v11 \gset
SELECT count(*) FROM scim_remove_members(id(11)::text, ARRAY[id(1)::text]);
SELECT policy('{"review": {"attributes": ["members"], "reviewers": ["regress_policy_hr"]}}', 'Group');
SELECT tries('writer', format('SELECT scim_restore(''Group'', %L, %L)', id(11), :'v11'));
SELECT policy(NULL, 'Group');
SELECT tries('writer', format('SELECT scim_restore(''Group'', %L, %L)', id(11), :'v11'));

-- ---- leases ----

SELECT policy('{"lease": {"max_seconds": 60}}');
SELECT tries('writer', format('SELECT scim_acquire_lease(''User'', %L, %s)', id(1), n)) FROM (VALUES (60), (61)) v(n);
SELECT tries('stranger', format('SELECT scim_acquire_lease(''User'', %L, 61)', id(1)));
SELECT scim_acquire_lease('User', id(1)::text, 60)->>'lease_id' AS lease \gset
SELECT tries('me', format('SELECT scim_renew_lease(%L, %s)', :'lease', n)) FROM (VALUES (60), (61)) v(n);
SELECT scim_release_lease(:'lease');
-- others hold it: that is said where the row is needed
SELECT policy('{"review": {"attributes": ["active"], "reviewers": ["regress_policy_hr"]}}');
SELECT scim_acquire_lease('User', id(1)::text, 60)->>'lease_id' AS lease \gset
SELECT split_part(tries('writer', patches(1, 'active', 'false')), ':', 1);
SELECT scim_release_lease(:'lease');

-- ---- conflicts and merges ----

SELECT policy('{"on_conflict": "merge"}');
SELECT version(2) AS v2 \gset
SELECT count(*) FROM scim_patch_user(id(2)::text, '[{"op": "replace", "path": "title", "value": "theirs"}]');
SELECT tries('writer', patches(2, 'nickName', '"n"', format(', %L', :'v2'))), tries('writer', patches(2, 'title', '"mine"', format(', %L', :'v2')));
SELECT tries('writer', updates(2, ', "active": true, "title": "t", "nickName": "n", "name": {"familyName": "f", "givenName": "g"}', format(', %L', :'v2')));
-- the call's words before the policy's, each by itself
SELECT tries('writer', patches(2, 'nickName', '"n"', format(', %L, on_conflict => ''fail''', :'v2')));
SELECT tries('writer', patches(2, 'title', '"mine"', format(', %L, merge_rules => ''{"title": "mine"}''', :'v2')));
SELECT policy('{"on_conflict": "merge", "merge_rules": {"title": "mine"}}');
SELECT tries('writer', patches(2, 'title', '"mine"', format(', %L', :'v2'))), tries('writer', patches(2, 'title', '"mine"', format(', %L, merge_rules => ''{}''', :'v2')));
SELECT policy('{"merge_rules": {"title": "mine"}}');
SELECT tries('writer', patches(2, 'title', '"mine"', format(', %L', :'v2'))), tries('writer', patches(2, 'title', '"mine"', format(', %L, on_conflict => ''merge''', :'v2')));
-- without a version there is nothing to merge, which is an error only where it was asked for
SELECT policy('{"on_conflict": "merge"}');
SELECT tries('writer', patches(2, 'title', '"mine"')), tries('writer', patches(2, 'title', '"mine"', ', on_conflict => ''merge''')), tries('writer', members(11, 'add', 3));
-- what was merged is reviewed as what it changes
SELECT policy('{"on_conflict": "merge", "review": {"attributes": ["title"], "reviewers": ["regress_policy_hr"]}}');
SELECT tries('writer', patches(2, 'nickName', '"n"', format(', %L', :'v2'))), tries('writer', updates(2, ', "active": true, "title": "t", "nickName": "n", "name": {"familyName": "f", "givenName": "g"}', format(', %L', :'v2')));
SELECT tries('writer', patches(2, 'title', '"mine"', format(', %L, merge_rules => ''{"title": "mine"}''', :'v2')));

-- ---- what else a call causes ----

-- triggers of the application's write other resources: bound as well, but for the version
SELECT policy('{"require_version": true, "review": {"attributes": ["active"], "reviewers": ["regress_policy_hr"]}}');
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('UPDATE users SET data = data || %L WHERE id = %L', current_setting('my.change'), id(3));
	RETURN NULL;
END $$;
CREATE TRIGGER follow AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION follow();
SET my.change = '{"title": "followed"}';
SELECT tries('writer', patches(1, 'nickName', '"n"', format(', %L', version(1))));
SET my.change = '{"active": false}';
SELECT tries('writer', patches(1, 'nickName', '"n"', format(', %L', version(1))));
SELECT tries('writer', format('UPDATE users SET data = data || ''{"nickName": "n"}'' WHERE id = %L', id(1)));
DROP TRIGGER follow ON users;

-- ---- refusals of tools are on record ----

SELECT policy('{"deny": ["delete"], "review": {"attributes": ["active"], "reviewers": ["regress_policy_hr"]}}');
SELECT scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(1)))->>'error_code', scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', '[{"op": "replace", "path": "active", "value": false}]'::jsonb))->>'error_code';
SELECT told(concat_ws(' ', resource_type, resource_id, operation, tool, error_code)) FROM scim_history WHERE operation = 'refused' ORDER BY seq;

DROP FUNCTION policy CASCADE;
DROP OWNED BY regress_policy_writer, regress_policy_reader, regress_policy_stranger;
