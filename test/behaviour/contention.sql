-- A forecast: how often others write a resource, and what that advises.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
CREATE FUNCTION set_agent(agent text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('scimver.agent', agent, false); END $$;
-- what is told, with probabilities to one digit; the seconds of a reason are those since the resource was made
CREATE FUNCTION told(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c->>'writes', 'by', c->>'writers', 'conflicts', c->>'conflicts', 'p', round((c#>>'{conflict_probability,10}')::numeric, 1), round((c#>>'{conflict_probability,60}')::numeric, 1),
			round((c#>>'{conflict_probability,300}')::numeric, 1), c->>'advice') || ': ' || regexp_replace(c->>'reason', 'in \d+ seconds', 'in n seconds')
		FROM scim_contention(type, id(n)::text) c $$;
CREATE FUNCTION patch(n int, path text, value text, agent text) RETURNS void LANGUAGE sql AS $$ SELECT set_agent(agent), scim_patch_user(id(n)::text, sets(path, to_jsonb(value))), set_agent('me') $$;
-- a write, a refusal, or what it is said to be, so many seconds ago
CREATE FUNCTION past(n int, seconds numeric, agent text DEFAULT 'other', changed text[] DEFAULT '{title}', error text DEFAULT NULL, operation text DEFAULT 'update', tenant text DEFAULT 'default') RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, changed, actor, agent, error_code)
		VALUES (nextval('scim_history_seq'), pg_current_xact_id(), clock_timestamp() - make_interval(secs => seconds), tenant, 'User', id(n), CASE WHEN error IS NULL THEN operation ELSE 'refused' END,
			'AAAAAAAAAAA=', 'AAAAAAAAAAA=', changed, current_user, agent, error) $$;
SELECT set_agent('me');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user' || n) FROM generate_series(1, 20) n;
INSERT INTO groups (id, data) VALUES (id(50), '{"displayName": "g"}');

-- who made it is nobody's trouble, nor is what one writes oneself
SELECT set_agent('other');
SELECT told(1);
SELECT jsonb_object_agg(key, value) FROM jsonb_each(scim_contention('user', id(1)::text)) WHERE key NOT IN ('reason');
SELECT set_agent('me');
SELECT patch(1, 'title', 'one', 'me'), patch(1, 'title', 'two', 'me');
SELECT told(1);
-- others: agents of one role, and other roles; what they changed
SELECT patch(1, 'title', 'three', 'other');
SELECT told(1);
SELECT patch(1, 'title', 'four', 'third'), patch(1, 'nickName', 'five', 'other'), patch(1, 'title', 'five', '');
SELECT told(1);
SELECT set_agent('other'), scim_update_user(id(1)::text, format('{"userName": "user1", "nickName": "%s", "title": "%s"}', i, i)::jsonb) IS NOT NULL FROM generate_series(1, 5) i;
SELECT set_agent('me');
SELECT told(1);
-- members are one attribute, be they many; of plain SQL each row is a write
SELECT set_agent('other'), scim_add_members(id(50)::text, ARRAY[id(1)::text, id(2)::text]) IS NOT NULL;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(50), 'User', id(3));
SELECT set_agent('me');
SELECT told(50, 'Group');

-- what was long ago counts less, and what was before the window not at all
DELETE FROM scim_history_rows WHERE resource_type = 'User';
-- the figures are those of a rate, as far as the time that a test takes lets tell
CREATE FUNCTION figures(n int, rate float8) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c->>'writes', c->>'advice',
			CASE WHEN abs(perminute - 60 * rate) <= 0.01 + 0.02 * 60 * rate THEN 'as reckoned' ELSE 'not ' || 60 * rate || ' but ' || perminute END,
			(SELECT bool_and(abs(value::float8 - (1 - exp(-perminute / 60 * key::int))) < 0.02) FROM jsonb_each_text(c->'conflict_probability')))
		FROM scim_contention('User', id(n)::text) c, LATERAL (SELECT (c->>'writes_per_minute')::float8) AS f(perminute) $$;
-- of writes so many seconds ago, in so many seconds
CREATE FUNCTION rate(seconds float8, VARIADIC ages float8[]) RETURNS float8 LANGUAGE sql RETURN (SELECT coalesce(sum(exp(-age / 200)), 0) / (200 * (1 - exp(-seconds / 200))) FROM unnest(ages) AS age);
SELECT past(2, 1000), past(2, 601), past(3, 601), past(3, 580), past(4, 300), past(5, 60), past(6, 0), past(6, 100);
SELECT figures(2, rate(600, VARIADIC '{}')), figures(3, rate(600, 580)), figures(4, rate(600, 300)), figures(5, rate(600, 60)), figures(6, rate(600, 0, 100));
-- from its creation on, if that is in the window; just made, as if it were ten seconds old
SELECT past(7, 200, operation => 'create'), past(7, 100), past(7, 50, 'me'), past(8, 3, operation => 'create'), past(8, 2), past(8, 1);
SELECT figures(7, rate(200, 100)), figures(8, rate(10, 2, 1));
-- no more than a hundred rows: the oldest begins the time that is known
SELECT count(*) FROM (SELECT past(9, 210 - 2 * i, CASE WHEN i % 2 = 0 THEN 'other' ELSE 'me' END) FROM generate_series(1, 105) i) t;
SELECT figures(9, rate(198, VARIADIC ARRAY(SELECT 2.0 * i FROM generate_series(1, 98) i WHERE i % 2 = 1))), regexp_replace(scim_contention('User', id(9)::text)->>'reason', 'in (19[89]|20\d) seconds', 'in about 200 seconds');
SELECT past(20, 50);
SELECT count(*) FROM (SELECT past(20, 50 - i / 2.0, 'me') FROM generate_series(1, 99) i) t;
SELECT figures(20, 0);
-- clocks jump: what is to come is not looked at, but for a little
SELECT past(10, -3600), past(10, -30), past(10, -200);
SELECT figures(10, rate(600, 0));

-- ---- conflicts ----

-- a third of the attempts, and at least three; attempts are anybody's writes, and stale versions
SELECT past(12, 10 + i, CASE WHEN i = 1 THEN 'me' ELSE 'other' END) FROM generate_series(1, 5) i;
SELECT told(12);
SELECT past(12, i, 'me', error => 'VERSION_MISMATCH') FROM generate_series(1, 2) i;
SELECT told(12);
SELECT past(12, 3, 'other', error => 'VERSION_MISMATCH');
SELECT told(12);
-- other refusals are no attempts; nor does a stale version alone make a conflict
SELECT past(12, 1, 'other', error => e) FROM unnest('{LEASE_HELD,LEASE_LOST,CONFLICT_STORM,UNIQUENESS,PERMISSION_DENIED}'::text[]) e;
SELECT told(12);
SELECT past(12, 1, 'other', NULL, 'VERSION_MISMATCH');
SELECT told(12);
-- of many refusals the last hundred, and the writes of that time
SELECT count(*) FROM (SELECT past(13, 300 + i) FROM generate_series(1, 50) i) t;
SELECT count(*) FROM (SELECT past(13, 250 - 2 * i, error => 'VERSION_MISMATCH', changed => CASE WHEN i > 85 THEN ARRAY['title'] END) FROM generate_series(1, 120) i) t;
SELECT told(13);

-- who writes by tools, and is refused, leaves the names of what both had changed
CREATE FUNCTION tool(agent text, name text, arguments jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	PERFORM set_agent(agent);
	answer := scim_call_tool(name, arguments);
	PERFORM set_agent('me');
	RETURN coalesce(answer#>>'{content,error_code}', 'done');
END $$;
SELECT v(14) AS read \gset
SELECT patch(14, 'title', 'theirs', 'other'), patch(14, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', 'theirs', 'third');
-- of a whole resource all that is otherwise; of a patch what it names; what fits together, or is merged, is none
SELECT tool('first', 'scim_update_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read', 'user_data', '{"userName": "user14", "title": "mine", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "mine"}}'::jsonb)),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read', 'operations', sets('title', '"mine"'))),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read', 'operations', sets('title', '"mine"'), 'on_conflict', 'merge')),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read', 'operations', sets('nickName', '"mine"'))),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(14), 'expected_version', 'AAAAAAAAAAA=', 'operations', sets('title', '"mine"'))),
	tool('first', 'scim_delete_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read')),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(14), 'expected_version', :'read', 'operations', sets('title', '"mine"'), 'on_conflict', 'merge', 'merge_rules', '{"title": "mine"}'::jsonb));
SELECT tool, changed FROM scim_history WHERE operation = 'refused' AND resource_id = id(14)::text ORDER BY seq;
SELECT told(14);
-- of a group, and of what is never shown
SELECT v(50, 'Group') AS read, v(15) AS user \gset
SELECT scim_patch_group(id(50)::text, sets('displayName', '"theirs"')) IS NOT NULL, patch(15, 'password', 'one', 'other');
SELECT tool('first', 'scim_patch_group', jsonb_build_object('group_id', id(50), 'expected_version', :'read', 'operations', sets('displayName', '"mine"'))),
	tool('first', 'scim_patch_user', jsonb_build_object('user_id', id(15), 'expected_version', :'user', 'operations', sets('password', '"a secret of two"')));
SELECT tool, changed FROM scim_history WHERE operation = 'refused' AND error_code = 'VERSION_MISMATCH' AND resource_id IN (id(50)::text, id(15)::text) ORDER BY seq;

-- ---- what there is not ----

SELECT fails(format('SELECT scim_contention(%s)', a)) FROM unnest(ARRAY[format('''User'', %L', id(99)), '''User'', ''what is no id''', '''User'', NULL', 'NULL, ''1''', '''Nothing'', ''1''', format('''Group'', %L', id(1)), format('''User'', %L, ''beta''', id(1))]) a;
SELECT scim_delete_user(id(16)::text);
SELECT fails(format('SELECT scim_contention(''User'', %L)', id(16)));
-- within the transaction that writes; where nothing may be written
BEGIN;
SELECT patch(17, 'title', 'one', 'other');
SELECT (scim_contention('User', id(17)::text)->'writes');
ROLLBACK;
BEGIN READ ONLY;
SELECT (scim_contention('User', id(17)::text)->'writes');
ROLLBACK;
