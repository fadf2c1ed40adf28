-- The same table five times, which differ by their row trigger:
--   users		ours
--   bare		none
--   nothing_c	one in C that does nothing
--   nothing_pl	one in PL/pgSQL that does nothing
--   hashed		one in PL/pgSQL that keeps a hash of the document's text
-- None of them has its history: what that costs, history.pl tells.
-- :module is the file of the trigger in C, :users how many there are.

CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User', '{"history": false}');
SELECT scim_create_table('groups', 'Group', '{"history": false}');
SELECT scim_grant_tenant('default', 'agent');

CREATE FUNCTION bench_nothing() RETURNS trigger LANGUAGE C AS :'module', 'bench_nothing';
CREATE FUNCTION bench_nothing_pl() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RETURN new;
END $$;
CREATE FUNCTION bench_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	new.version := encode(digest(new.data::text, 'sha256'), 'hex');
	RETURN new;
END $$;

CREATE FUNCTION bench_table(name text, trigger text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE %I (LIKE users INCLUDING ALL) WITH (fillfactor = 80)', name);
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
	EXECUTE format('CREATE POLICY tenant ON %I USING (%s)', name,
		(SELECT replace(pg_get_expr(polqual, polrelid), 'users.', name || '.') FROM pg_policy WHERE polrelid = 'users'::regclass));
	EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO agent', name);
	IF trigger IS NOT NULL THEN
		EXECUTE format('CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION %I()', name, trigger);
	END IF;
END $$;

SELECT bench_table('bare', NULL), bench_table('nothing_c', 'bench_nothing'),
	bench_table('nothing_pl', 'bench_nothing_pl'), bench_table('hashed', 'bench_hash');

INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
INSERT INTO bare (tenant_id, id, data, version, revision, created, last_modified)
	SELECT tenant_id, id, data, version, revision, created, last_modified FROM users;
INSERT INTO nothing_c (tenant_id, id, data, version, revision, created, last_modified)
	SELECT tenant_id, id, data, version, revision, created, last_modified FROM users;
INSERT INTO nothing_pl (tenant_id, id, data, version, revision, created, last_modified)
	SELECT tenant_id, id, data, version, revision, created, last_modified FROM users;
INSERT INTO hashed (tenant_id, id, data, version, revision, created, last_modified)
	SELECT tenant_id, id, data, version, revision, created, last_modified FROM users;

-- Every user is in three groups of about a hundred.
INSERT INTO groups (id, data)
	SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i)
	FROM generate_series(0, greatest(:users * 3 / 100, 3) - 1) AS i;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT md5('group' || (i + k * 7919) % greatest(:users * 3 / 100, 3))::uuid, 'User', md5('user' || i)::uuid
	FROM generate_series(1, :users) AS i, generate_series(0, 2) AS k
	ON CONFLICT DO NOTHING;

VACUUM (ANALYZE);
