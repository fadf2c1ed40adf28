-- Leases: taken, held on to, let go, ended by the clock; and what is refused.
-- what differs by run has a name: LEASE, THEN, V; and all of a time to come is 1
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(answer, '"' || current_user || '"', '"me"'),
		'[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}', 'LEASE', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g'),
		'retry_after_ms": [1-9]\d*', 'retry_after_ms": 1', 'g')) $$;
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT told(answer);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || told(sqlerrm);
	IF answer <> '' THEN RETURN NEXT told(answer); END IF;
END $$;
CREATE FUNCTION acquire(n int, options text DEFAULT '', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_acquire_lease(%L, %L%s)', type, id(n), options);
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql RETURN scim_get_user(id(n)::text)#>>'{meta,version}';
CREATE FUNCTION leases() RETURNS SETOF text LANGUAGE sql AS $$ SELECT
	told(concat_ws(' ', tenant_id, resource_type, resource_id, lease_id, to_json(actor), 'for ' || agent, ': ' || purpose, CASE WHEN expires_at > clock_timestamp() THEN 'in force' ELSE 'over' END))
	FROM scim_leases ORDER BY tenant_id COLLATE "C", resource_type COLLATE "C", resource_id::text COLLATE "C" $$;
CREATE FUNCTION let_end() RETURNS void LANGUAGE sql AS $$ UPDATE scim_leases SET expires_at = clock_timestamp() $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 4) n;
INSERT INTO groups (id, data) VALUES (id(5), '{"displayName": "g"}');

-- ---- taken ----

SELECT asked(acquire(1));
SELECT leases();
-- others, and the same role, are told who and how long
SELECT asked(acquire(1));
SET scimver.agent = 'the robot';
SELECT asked(acquire(2, ', 10, ''to rename u2'''));
RESET scimver.agent;
SELECT asked(acquire(2));
SELECT asked(acquire(5, type => 'Group'));
SELECT leases();
SELECT * FROM (SELECT told(concat_ws(' ', tenant_id, resource_type, resource_id, holder, to_json(actor), agent, purpose)) FROM scim_leases_held) h ORDER BY 1;
-- the version is that of the resource; the time, that of the clock, not of the transaction
BEGIN;
SELECT now() AS began \gset
SELECT scim_acquire_lease('User', id(3)::text, 30) AS lease \gset
SELECT (:'lease'::jsonb)->>'version' = version(3) AS same_version, expires_at > :'began'::timestamptz + '30 seconds' AND expires_at <= clock_timestamp() + '30 seconds' AS by_clock, ((:'lease'::jsonb)->>'expires_at')::timestamptz = expires_at AS told_time, expires_at - acquired_at AS lasts
	FROM scim_leases WHERE lease_id = ((:'lease'::jsonb)->>'lease_id')::uuid;
-- what is taken back was never there
ROLLBACK;
SELECT count(*) FROM scim_leases WHERE resource_id = id(3)::text;
BEGIN;
SAVEPOINT before;
SELECT asked(acquire(3));
ROLLBACK TO before;
SELECT asked(acquire(3));
COMMIT;
-- the resource is as it was, and its history
SELECT count(*) FROM scim_history WHERE operation <> 'create';
DELETE FROM scim_leases;

-- ---- ids of leases ----

-- the first half tells the resource, whatever is spelled; the second is random
CREATE FUNCTION first(lease jsonb) RETURNS text LANGUAGE sql RETURN left(lease->>'lease_id', 18);
SELECT scim_acquire_lease('User', id(1)::text) AS lease \gset
DELETE FROM scim_leases;
SELECT scim_acquire_lease('User', id(1)::text) AS again \gset
SELECT scim_acquire_lease('User', id(2)::text) AS other \gset
SELECT first(:'lease') = first(:'again') AS same_first, (:'lease'::jsonb)->'lease_id' = (:'again'::jsonb)->'lease_id' AS same, first(:'lease') = first(:'other') AS others;
SELECT substr((:'lease'::jsonb)->>'lease_id', 15, 1) AS version, substr((:'lease'::jsonb)->>'lease_id', 20, 1) ~ '[89ab]' AS variant;
DELETE FROM scim_leases;

-- ---- held on to, let go ----

SELECT scim_acquire_lease('User', id(1)::text, 5)->>'lease_id' AS lease \gset
SELECT asked(format('SELECT scim_renew_lease(%L, 100)', :'lease'));
SELECT expires_at - clock_timestamp() BETWEEN '90 seconds' AND '100 seconds' AS renewed, acquired_at < expires_at - '100 seconds'::interval AS acquired_before FROM scim_leases;
-- a shorter time is one, too; 60 seconds if none is said
SELECT asked(format('SELECT scim_renew_lease(%L, 1)', :'lease'));
SELECT expires_at - clock_timestamp() <= '1 second' AS shorter FROM scim_leases;
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT expires_at - clock_timestamp() BETWEEN '50 seconds' AND '60 seconds' AS a_minute FROM scim_leases;
-- the version is that of now
UPDATE users SET data = '{"userName": "u1", "title": "new"}' WHERE id = id(1);
SELECT scim_renew_lease(:'lease')->>'version' = version(1) AS version_of_now;
SELECT scim_release_lease(:'lease');
SELECT leases();
SELECT scim_release_lease(:'lease');
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT asked(acquire(1));
-- the old one is not the new one's key
SELECT scim_release_lease(:'lease');
SELECT leases();
DELETE FROM scim_leases;

-- ---- ended by the clock ----

SELECT scim_acquire_lease('User', id(1)::text, 5, 'the first')->>'lease_id' AS lease \gset
SELECT let_end();
SELECT count(*) FROM scim_leases_held;
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT asked(acquire(1));
SELECT leases();
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT scim_release_lease(:'lease');
SELECT leases();
SELECT lease_id AS lease FROM scim_leases \gset
SELECT let_end();
SELECT scim_release_lease(:'lease');
SELECT leases();
-- in a transaction that began before: now() would have it that it is in force
SELECT scim_acquire_lease('User', id(1)::text, 5)->>'lease_id' AS lease \gset
BEGIN;
SELECT let_end();
SELECT expires_at > now() AS in_force_by_now FROM scim_leases;
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT asked(acquire(1));
COMMIT;
DELETE FROM scim_leases;
-- the database's owner may end one
SELECT asked(acquire(1));
DELETE FROM scim_leases;
SELECT asked(acquire(1));
DELETE FROM scim_leases;

-- ---- in a transaction that keeps its snapshot ----

BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT scim_acquire_lease('User', id(1)::text)->>'lease_id' AS lease \gset
SELECT asked(acquire(1));
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT scim_release_lease(:'lease');
SELECT asked(acquire(1));
SELECT let_end();
SELECT asked(acquire(1));
SELECT count(*) FROM scim_leases;
COMMIT;
DELETE FROM scim_leases;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT asked(acquire(1));
SELECT asked(acquire(1));
ROLLBACK;
BEGIN READ ONLY;
SELECT asked(acquire(1));
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT asked(format('SELECT scim_release_lease(%L)', :'lease'));
ROLLBACK;

-- ---- of what is gone ----

SELECT scim_acquire_lease('User', id(4)::text)->>'lease_id' AS lease \gset
DELETE FROM users WHERE id = id(4);
SELECT asked(acquire(4));
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT leases();
SELECT scim_release_lease(:'lease');
SELECT leases();
-- of a type that has no table any more
SELECT scim_acquire_lease('User', id(1)::text)->>'lease_id' AS lease \gset
BEGIN;
SELECT FROM scim_unregister_table('groups_members');
SELECT FROM scim_unregister_table('users');
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SAVEPOINT s;
SELECT scim_release_lease(:'lease');
ROLLBACK TO s;
-- or another one, that cannot hold it
SELECT FROM scim_unregister_table('groups');
CREATE TABLE people (id int PRIMARY KEY, tenant int, login text);
SELECT FROM scim_register_table('people', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}');
SELECT asked(format('SELECT scim_renew_lease(%L)', :'lease'));
SELECT scim_release_lease(:'lease');
ROLLBACK;
SELECT leases();
DELETE FROM scim_leases;

-- ---- bad input ----

SELECT asked(acquire(1, ', 0'));
SELECT asked(acquire(1, ', -1'));
SELECT asked(acquire(1, ', 1000000000'));
SELECT asked(acquire(1, ', 3601'));
SELECT asked(acquire(1, ', 2147483647'));
SET scimver.max_lease = 10;
SELECT asked(acquire(1, ', 11'));
SELECT asked(acquire(1));
SELECT asked(acquire(1, ', 10'));
SELECT asked(format('SELECT scim_renew_lease(%L, 11)', lease_id)) FROM scim_leases;
SELECT asked(format('SELECT scim_renew_lease(%L, 0)', lease_id)) FROM scim_leases;
RESET scimver.max_lease;
DELETE FROM scim_leases;
-- NULL is as if it were left out
SELECT asked(acquire(1, ', NULL, NULL, NULL'));
SELECT expires_at - acquired_at AS lasts, purpose FROM scim_leases;
DELETE FROM scim_leases;
SELECT asked(acquire(1, ', 5, repeat(''x'', 10240)'));
SELECT asked(acquire(1, ', 5, repeat(''ü'', 201)'));
SELECT asked(acquire(1, ', 5, repeat(''ü'', 200)'));
SELECT char_length(purpose) FROM scim_leases;
DELETE FROM scim_leases;
SELECT asked(acquire(1, E', 5, E''one\\ntwo'''));
SELECT asked(acquire(1, E', 5, E''a\\u0085b'''));
SELECT asked(acquire(1, ', 5, '''''));
SELECT purpose IS NULL AS no_purpose FROM scim_leases;
DELETE FROM scim_leases;
SELECT asked('SELECT scim_acquire_lease(NULL, NULL)');
SELECT asked(format('SELECT scim_acquire_lease(''User'', NULL)'));
SELECT asked('SELECT scim_acquire_lease(''Toaster'', ''1'')');
SELECT asked('SELECT scim_acquire_lease(''User'', ''nobody'')');
SELECT asked('SELECT scim_acquire_lease(''User'', '''')');
SELECT asked(acquire(999));
SELECT asked(acquire(1, type => 'Group'));
SELECT asked(acquire(1, ', 5, NULL, '''''));
SELECT asked('SELECT scim_renew_lease(NULL)');
SELECT asked('SELECT scim_release_lease(NULL)');
SELECT asked('SELECT scim_renew_lease(''none'')');
SELECT asked('SELECT scim_renew_lease(''00000000-0000-8000-8000-000000000000'')');
SELECT asked('SELECT scim_release_lease(''00000000-0000-8000-8000-000000000000'')');

-- ---- naming them ----

SELECT set_config('scimver.lease_id', '', false) AS none, set_config('scimver.lease_id', ' ', false) AS blank;
SELECT asked(format('SELECT set_config(''scimver.lease_id'', %L, false)', text)) FROM unnest(ARRAY[
	'f33bb8de-969f-89e6-9169-8209eacbf9de', 'F33BB8DE969F89E691698209EACBF9DE', '{f33bb8de-969f-89e6-9169-8209eacbf9de}',
	'f33bb8de-969f-89e6-9169-8209eacbf9de,f33bb8de-969f-89e6-9169-8209eacbf9de', ' f33bb8de-969f-89e6-9169-8209eacbf9de , f33bb8de-969f-89e6-9169-8209eacbf9de ', 'f33bb8de-969f-89e6-9169-8209eacbf9de f33bb8de-969f-89e6-9169-8209eacbf9de',
	'none', ',', 'f33bb8de-969f-89e6-9169-8209eacbf9de,', ',f33bb8de-969f-89e6-9169-8209eacbf9de', 'f33bb8de-969f-89e6-9169-8209eacbf9de,,f33bb8de-969f-89e6-9169-8209eacbf9de',
	'f33bb8de-969f-89e6-9169-8209eacbf9d', 'f33bb8de-969f-89e6-9169-8209eacbf9de0', 'f33bb8de969f89e691698209eacbf9def33bb8de969f89e691698209eacbf9de', '{f33bb8de-969f-89e6-9169-8209eacbf9de', 'f33bb8de-969f-89e6-9169-8209eacbf9de}']) WITH ORDINALITY t(text, i);
SET scimver.lease_id = 'f33bb8de-969f-89e6-9169-8209eacbf9de', 'f33bb8de-969f-89e6-8000-8209eacbf9de';
SHOW scimver.lease_id;
-- a hundred of them
SELECT asked(format('SELECT length(set_config(''scimver.lease_id'', array_to_string(array_fill(''f33bb8de-969f-89e6-9169-8209eacbf9de''::text, ARRAY[%s]), '',''), false))', count)) FROM unnest('{100,101}'::int[]) count;
RESET scimver.lease_id;
-- and whoever asks for all settings does not see them
SELECT name FROM pg_settings WHERE name LIKE 'scimver.%lease%' ORDER BY 1;
