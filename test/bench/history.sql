-- Users of whom the history is kept, or not: that is switched by its trigger, so that
-- all else stays the same.

CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
CREATE SEQUENCE bench_changes;

CREATE FUNCTION bench_switch(kept boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE users %s TRIGGER "!!!scimver_history"', CASE WHEN kept THEN 'ENABLE' ELSE 'DISABLE' END);
END $$;

-- Nanoseconds that this backend has been on a processor.
CREATE FUNCTION bench_cpu() RETURNS bigint LANGUAGE sql VOLATILE AS
	$$ SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::bigint $$;

-- What this backend has taken so far: of a processor, and of WAL in bytes.
CREATE FUNCTION bench_taken() RETURNS TABLE (cpu bigint, wal numeric) LANGUAGE sql VOLATILE AS
	$$ SELECT bench_cpu(), pg_current_wal_insert_lsn() - '0/0'::pg_lsn $$;

-- Some users, with a version each that 20 changes have followed.
CREATE FUNCTION bench_then() RETURNS TABLE (id text, version text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 20 LOOP
		UPDATE users SET data = data || jsonb_build_object('nickName', i) WHERE users.id IN (SELECT md5('user' || n)::uuid FROM generate_series(1, 100) AS n);
	END LOOP;
	RETURN QUERY SELECT u.id::text, h->'entries'->19->>'previous_version' FROM users u, scim_get_history('User', u.id::text) AS h
		WHERE u.id IN (SELECT md5('user' || n)::uuid FROM generate_series(1, 100) AS n);
END $$;
VACUUM (ANALYZE);
