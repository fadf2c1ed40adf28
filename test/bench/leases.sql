-- What leases cost: two types that differ only in that leases bind plain SQL at the one,
-- with a history and without; users who are read by tools; a checkpoint of 1,000 of them.
-- Beside what employees.sql has made; :users of each.

SELECT bench_employees('Free', '{}', :users), bench_employees('Bound', '{"enforce": true}', :users),
	bench_employees('FreeUnkept', '{"history": false}', :users), bench_employees('BoundUnkept', '{"enforce": true, "history": false}', :users);

SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
SELECT scim_grant_tenant('default', 'agent');

-- Nobody has written the users for an hour.
ALTER TABLE users DISABLE TRIGGER USER;
UPDATE users SET created = created - interval '1 hour', last_modified = last_modified - interval '1 hour';
ALTER TABLE users ENABLE TRIGGER USER;

-- Users of whom each has been written so often just now, by another; bench_reads tells which.
CREATE FUNCTION bench_write(first int, last int) RETURNS void LANGUAGE sql AS $$
	UPDATE users SET data = data || jsonb_build_object('nickName', to_hex(nextval('bench_changes')))
		WHERE tenant_id = 'default' AND id IN (SELECT md5('user' || n)::uuid FROM generate_series(first, last) AS n) $$;

-- What 1,000 of them are when it is asked.
CREATE TABLE bench_checkpoint (resources jsonb NOT NULL);
GRANT SELECT ON bench_checkpoint TO agent;
CREATE FUNCTION bench_see() RETURNS void LANGUAGE sql AS $$
	DELETE FROM bench_checkpoint;
	INSERT INTO bench_checkpoint SELECT scim_get_versions('User', array_agg(id::text)) -> 'resources'
		FROM (SELECT id FROM users ORDER BY id LIMIT 1000) AS seen $$;

-- The same by hand, for one type whose rows say their versions.
CREATE FUNCTION bench_check(resources jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'unchanged', count(*) FILTER (WHERE u.version = given.version),
		'changed', coalesce(jsonb_agg(jsonb_build_object('resource_type', given.resource_type, 'id', given.id, 'version', given.version,
			'current_version', u.version)) FILTER (WHERE u.version <> given.version), '[]'),
		'gone', coalesce(jsonb_agg(jsonb_build_object('resource_type', given.resource_type, 'id', given.id, 'version', given.version))
			FILTER (WHERE u.id IS NULL AND given.version IS NOT NULL), '[]'),
		'appeared', coalesce(jsonb_agg(jsonb_build_object('resource_type', given.resource_type, 'id', given.id, 'current_version', u.version))
			FILTER (WHERE given.version IS NULL AND u.id IS NOT NULL), '[]'))
	FROM jsonb_to_recordset(resources) AS given (resource_type text, id text, version text)
		LEFT JOIN users AS u ON u.tenant_id = 'default' AND u.id = given.id::uuid
	WHERE given.resource_type = 'User' $$;
VACUUM (ANALYZE);
