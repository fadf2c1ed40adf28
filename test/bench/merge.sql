-- What is merged: for each of the users, a version that five changes have followed, and
-- what its reader makes of it.  Beside what history.sql has made.

-- about 1.3 kB as jsonb
UPDATE users SET data = data - '{photos,ims,phoneNumbers}'::text[];
SELECT scim_grant_tenant('default', 'agent');

CREATE TABLE bench_mine (
	n int PRIMARY KEY,
	id text NOT NULL,
	base text NOT NULL,				-- the version that was read
	base_data jsonb NOT NULL,		-- what it was
	mine jsonb NOT NULL,			-- and what is made of it: another nickName
	theirs text NOT NULL,			-- the version that is there by now
	theirs_data jsonb NOT NULL,
	mine_now jsonb NOT NULL			-- what is made of that one: the same nickName
);
-- as they are: to read them compressed would be part of all that is compared
ALTER TABLE bench_mine ALTER base_data SET STORAGE PLAIN, ALTER mine SET STORAGE PLAIN,
	ALTER theirs_data SET STORAGE PLAIN, ALTER mine_now SET STORAGE PLAIN;

-- Five changes, of an attribute each, of the users with these numbers; kept: with a history.
CREATE FUNCTION bench_change(first int, last int, kept boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	attribute text;
BEGIN
	PERFORM bench_switch(kept);
	DELETE FROM bench_mine WHERE n BETWEEN first AND last;
	INSERT INTO bench_mine SELECT n, u.id, version, data, data || jsonb_build_object('nickName', lpad(to_hex(nextval('bench_changes')), 8, '0')), '', '{}', '{}'
		FROM generate_series(first, last) AS n JOIN users u ON u.tenant_id = 'default' AND u.id = md5('user' || n)::uuid;
	FOREACH attribute IN ARRAY '{title,userType,locale,timezone,preferredLanguage}'::text[] LOOP
		UPDATE users u SET data = data || jsonb_build_object(attribute, 'x' || to_hex(nextval('bench_changes')))
			FROM bench_mine m WHERE u.tenant_id = 'default' AND u.id = m.id::uuid AND m.n BETWEEN first AND last;
	END LOOP;
	UPDATE bench_mine m SET theirs = u.version, theirs_data = u.data, mine_now = u.data || jsonb_build_object('nickName', m.mine -> 'nickName')
		FROM users u WHERE u.tenant_id = 'default' AND u.id = m.id::uuid AND m.n BETWEEN first AND last;
	PERFORM bench_switch(true);
END $$;

-- So many values, of which each was changed by both: a conflict each.
CREATE FUNCTION bench_values(count int, of text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('emails', jsonb_agg(jsonb_build_object('type', 'type' || i, 'value', of || i))) FROM generate_series(1, count) i $$;
CREATE TABLE bench_many AS SELECT count, bench_values(count, 'base') AS base, bench_values(count, 'mine') AS mine, bench_values(count, 'theirs') AS theirs
	FROM unnest('{1000,10000}'::int[]) count;
VACUUM (ANALYZE);
