-- Calls of tools that are refused are on record, and nothing of it is in what resources were.
\i :behaviour/history_words.sql
SET scimver.agent = 'Claude';
-- so many calls are refused here
SET scimver.max_attempts = 0;
SET application_name = 'psql';
-- what was recorded since it was asked last; whatever is in it is named, but what is not the same each time
CREATE TABLE asked (seq bigint);
INSERT INTO asked VALUES (0);
CREATE TABLE named (version text PRIMARY KEY, name text);
CREATE FUNCTION refused() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	since bigint := (SELECT seq FROM asked);
BEGIN
	UPDATE asked SET seq = (SELECT coalesce(max(h.seq), 0) FROM scim_history h);
	RETURN QUERY SELECT concat_ws(' ', h.tenant_id, h.resource_type, coalesce(plain(h.resource_id), '-'), h.tool, h.error_code,
			'expected ' || coalesce((SELECT name FROM named WHERE version = h.expected_version), h.expected_version), 'both ' || array_to_string(h.changed, ','),
			CASE WHEN h.at > now() - interval '1 hour' AND h.xid <= pg_current_xact_id() AND h.actor = current_user AND h.agent = 'Claude' AND h.application_name = 'psql'
				AND num_nulls(h.revision, h.version, h.previous_version, h.before, h.members) = 5 THEN 'ok' END)
		FROM scim_history h WHERE h.operation = 'refused' AND h.seq > since ORDER BY h.seq;
END $$;
CREATE FUNCTION code(name text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT coalesce(a #>> '{content,error_code}', 'done') FROM (SELECT scim_call_tool(name, arguments)::jsonb) c(a) $$;

INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one"}'), (id(2), '{"userName": "bob"}');
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
INSERT INTO named VALUES (v(1), 'ada 1'), (v(11, 'Group'), 'g 1');
SELECT v(1) AS ada1, v(11, 'Group') AS g1 \gset
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"two"'), 'expected_version', :'ada1'));
SELECT code('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(1))));
INSERT INTO named VALUES (v(1), 'ada 2');
SELECT v(1) AS ada2 \gset
-- what was done is not refused
SELECT * FROM refused();

-- ---- what is recorded ----

SELECT code('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('password', '"a secret that was refused"'), 'expected_version', :'ada1')),
	code('scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "a name that was refused"}'::jsonb, 'expected_version', :'ada1')),
	code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'ada1')),
	code('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(2)), 'expected_version', :'g1')),
	code('scim_restore', jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'version', :'ada1', 'expected_version', :'ada1'));
SELECT * FROM refused();
SELECT code('scim_create_user', '{"user_data": {"userName": "Bob", "password": "a secret that was refused"}}'),
	code('scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "BOB"}'::jsonb)),
	code('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('userName', '"bob"'), 'expected_version', :'ada2'));
SELECT * FROM refused();
SET scimver.require_version = on;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1))), code('scim_delete_user', jsonb_build_object('user_id', id(99)));
SELECT * FROM refused();
RESET scimver.require_version;
-- reads, too; in the caller's own tenant, not in the one that he named
SET scimver.only_tenant = 'default';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'beta')), code('scim_list_users', '{"tenant_id": "beta"}'),
	code('scim_get_history', jsonb_build_object('resource_type', 'Group', 'resource_id', id(11), 'tenant_id', 'beta')),
	code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'beta', 'expected_version', :'ada1'));
SELECT * FROM refused();
RESET scimver.only_tenant;
-- of a call that names a forbidden tenant, and fails by something else, too
SET scimver.only_tenant = 'gamma';
SET scimver.require_version = on;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'beta'));
SELECT * FROM refused();
RESET scimver.only_tenant;
RESET scimver.require_version;
-- in the tenant of the call
SELECT code('scim_create_user', '{"user_data": {"userName": "x"}, "tenant_id": "alpha"}'), code('scim_create_user', '{"user_data": {"userName": "x"}, "tenant_id": "alpha"}');
SELECT * FROM refused();

-- ---- what is not ----

SELECT code('scim_get_user', jsonb_build_object('user_id', id(99))), code('scim_create_user', '{"user_data": {"title": "x"}}'), code('scim_create_user', '{"user_data": {"userName": 7}}'),
	code('scim_get_user', '{}'), code('scim_get_nothing', '{}'), code('scim_delete_user', '{"user_id": "1", "expected_version": "*"}'),
	code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', 'a b')), code('scim_list_users', '{"filter": "userName is x"}');
-- as it is gone meanwhile, that is the answer
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(3), 'expected_version', :'ada1'));
-- where nothing may be written
BEGIN READ ONLY;
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"x"'), 'expected_version', :'ada1')), code('scim_get_user', '{"user_id": "1", "tenant_id": ""}');
SET LOCAL scimver.only_tenant = 'default';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'beta'));
COMMIT;
-- SQL raises: what it wrote goes with it
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('title', '"x"'), :'ada1'));
BEGIN;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'ada1'));
SELECT count(*) FROM scim_history WHERE operation = 'refused' AND seq > (SELECT seq FROM asked);
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'ada1'));
ROLLBACK TO s;
COMMIT;
SELECT * FROM refused();
-- it stands with what else the transaction did, and without
BEGIN;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'ada1'));
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('title', '"x"')));
COMMIT;
SELECT * FROM refused();

-- ---- bad input ----

-- what is named is kept if it could be meant
SET scimver.only_tenant = 'default';
SELECT code('scim_get_user', jsonb_build_object('user_id', named, 'tenant_id', 'beta')) FROM unnest(ARRAY['no id', repeat('long', 1000), 'ä', '%s%n']) named;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'beta', 'expected_version', named)) FROM unnest(ARRAY['a b', repeat('long', 1000), 'a secret that was refused, too']) named;
RESET scimver.only_tenant;
SELECT * FROM refused();
SET scimver.tenant = 'tenants';
SET scimver.require_version = on;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', named)) FROM unnest(ARRAY['', 'ä''"', repeat('long', 1000)]) named;
SELECT set_config('scimver.tenant', repeat('long', 1000), false) IS NOT NULL, code('scim_delete_user', jsonb_build_object('user_id', id(1)));
RESET scimver.tenant;
RESET scimver.require_version;
SELECT * FROM refused();
SELECT count(*) FROM scim_history_rows h WHERE h::text LIKE '%that was refused%';

-- ---- what resources were does not depend on it ----

CREATE FUNCTION told() RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(scim_get_history(type, id(n)::text) || jsonb_build_object('since', fails(format('SELECT scim_delete_resource(%L, %L, %L)', type, id(n), 'neverWas')))) FROM (VALUES ('User', 1), ('User', 2), ('Group', 11)) r(type, n) $$;
CREATE TABLE before AS SELECT told() AS told, pg_relation_size('scim_history_resource') AS size;
SELECT e->>'operation', e->>'tool', h->'complete' FROM scim_get_history('User', id(1)::text) h, jsonb_array_elements(h->'entries') e;
SELECT count(*) FROM generate_series(1, 500) n WHERE code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', 'neverWas' || n)) = 'VERSION_MISMATCH';
SELECT count(*) FROM generate_series(1, 500) n WHERE code('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'ada', 'title', n::text))) = 'UNIQUENESS';
SELECT told = told() AS same, size = pg_relation_size('scim_history_resource') AS no_larger FROM before;
SELECT count(*) FROM refused();
SELECT scim_restore('User', id(1)::text, :'ada1')->>'title', scim_get_version('User', id(1)::text, :'ada2')->>'title';
SELECT h->'complete', jsonb_array_length(h->'entries') FROM scim_get_history('User', id(1)::text) h;
TRUNCATE groups CASCADE;
SELECT operation, coalesce(plain(resource_id), '-') FROM scim_history WHERE resource_type = 'Group' AND operation <> 'refused' ORDER BY seq DESC LIMIT 2;

-- ---- where nothing is kept of a type, nor is that ----

SELECT scim_unregister_table('groups');
SELECT scim_call_tool('scim_delete_group', jsonb_build_object('group_id', id(11)))::jsonb #>> '{content,error_code}';
SET scimver.require_version = on;
SELECT code('scim_delete_group', jsonb_build_object('group_id', id(11)));
SELECT * FROM refused();
RESET scimver.require_version;
