-- Who reads what was changed since, in which tenants; what is not kept any more.
SET client_min_messages = warning;
CREATE ROLE regress_one_tenant;
CREATE ROLE regress_groups_only;
CREATE ROLE regress_nobody;
CREATE DATABASE scimver_changes TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_changes
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', SQLSTATE, SQLERRM, CASE WHEN SQLSTATE LIKE 'PT%' THEN detail::jsonb - 'status' - 'error_code' - 'scim_type' END, CASE WHEN SQLERRM LIKE 'EXPIRED%' THEN hint END);
END $$;
CREATE FUNCTION feed(INOUT cursor text, tenant text DEFAULT NULL, size int DEFAULT 1000, type text DEFAULT NULL, OUT changes jsonb) LANGUAGE plpgsql AS $$
DECLARE
	page jsonb;
BEGIN
	changes := '[]';
	LOOP
		page := scim_changes(cursor, size, type, tenant);
		cursor := page->>'nextCursor';
		changes := changes || (page->'changes');
		EXIT WHEN NOT (page->'more')::boolean;
	END LOOP;
END $$;
-- how many of what
CREATE FUNCTION counts(changes jsonb) RETURNS text LANGUAGE sql RETURN
	(SELECT coalesce(string_agg(what || ' ' || n, ', ' ORDER BY what), 'nothing') FROM (SELECT concat_ws(' ', e->>'resource_type', e->>'operation') AS what, count(*) AS n FROM jsonb_array_elements(changes) e GROUP BY 1) c);
-- of all of a tenant, and of each type; each at pages of one, too
CREATE FUNCTION sees(role regrole, tenant text) RETURNS TABLE (of text, what text) LANGUAGE plpgsql AS $$
DECLARE
	one_by_one text;
BEGIN
	FOREACH of IN ARRAY ARRAY['*', 'User', 'Group'] LOOP
		EXECUTE format('SET LOCAL ROLE %s', role);
		BEGIN
			what := (SELECT counts(changes) FROM feed('', tenant, 1000, nullif(of, '*')));
			one_by_one := (SELECT counts(changes) FROM feed('', tenant, 1, nullif(of, '*')));
			what := CASE WHEN what = one_by_one THEN what ELSE format('THEY DIFFER: %s; %s', what, one_by_one) END;
		EXCEPTION WHEN SQLSTATE 'PT403' THEN
			what := SQLERRM;
		END;
		RESET ROLE;
		RETURN NEXT;
	END LOOP;
END $$;

SELECT fails('SELECT scim_changes()');
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('mine', 'regress_one_tenant');
GRANT SELECT ON groups, groups_members TO regress_groups_only;
SELECT scim_grant_tenant('mine', 'regress_groups_only');
REVOKE SELECT ON users FROM regress_groups_only;
INSERT INTO users (tenant_id, id, data) SELECT t, ('00000000-0000-4000-a000-00000000000' || n)::uuid, jsonb_build_object('userName', t || n) FROM unnest(ARRAY['mine', 'theirs']) t, generate_series(1, 3) n;
INSERT INTO groups (tenant_id, id, data) SELECT t, ('00000000-0000-4000-a000-00000000000' || n)::uuid, jsonb_build_object('displayName', t || n) FROM unnest(ARRAY['mine', 'theirs']) t, generate_series(4, 5) n;
UPDATE users SET data = data || '{"title": "other"}' WHERE tenant_id = 'mine';
SELECT has_function_privilege('regress_nobody', 'scim_changes(text, int, text, text)', 'EXECUTE');

-- ---- tenants and roles ----

SELECT * FROM sees(current_user::regrole, 'mine');
SELECT * FROM sees(current_user::regrole, 'theirs');
SELECT * FROM sees(current_user::regrole, 'none');
SELECT * FROM sees('regress_one_tenant', 'mine');
SELECT * FROM sees('regress_one_tenant', 'theirs');
SELECT * FROM sees('regress_groups_only', 'mine');
SELECT * FROM sees('regress_nobody', 'mine');
SET ROLE regress_nobody;
SELECT fails('SELECT scim_changes(tenant_id => ''mine'')'), fails('SELECT scim_changes(''now'', tenant_id => ''mine'')'), fails('SELECT scim_changes(resource_type => ''Group'', tenant_id => ''mine'')');
RESET ROLE;
-- rights are those of when it is read: a cursor gives none
SELECT scim_changes('', 2, NULL, 'mine')->>'nextCursor' AS mine, scim_changes('', 2, NULL, 'theirs')->>'nextCursor' AS theirs \gset
SET ROLE regress_groups_only;
SELECT counts(changes) FROM feed(:'mine', 'mine');
SELECT fails(format('SELECT scim_changes(%L, tenant_id => %L)', :'theirs', 'theirs')), fails(format('SELECT scim_changes(%L, tenant_id => %L)', :'theirs', 'mine'));
RESET ROLE;
BEGIN;
SELECT scim_revoke_tenant('mine', 'regress_one_tenant');
SET LOCAL ROLE regress_one_tenant;
SELECT fails(format('SELECT scim_changes(%L, tenant_id => %L)', :'mine', 'mine'));
ROLLBACK;
-- policies of the application's: nobody can tell what they would have hidden
CREATE POLICY own ON users AS RESTRICTIVE USING (data->>'userName' <> 'mine2');
SELECT * FROM sees('regress_one_tenant', 'mine');
DROP POLICY own ON users;
-- settings: the tenant, and the only one
SET scimver.tenant = 'mine';
SELECT counts(changes) FROM feed('');
SET scimver.only_tenant = 'theirs';
SELECT counts(changes) FROM feed('');
SELECT fails('SELECT scim_changes(tenant_id => ''mine'')');
RESET scimver.tenant;
RESET scimver.only_tenant;
-- what was refused is never shown, nor what is no operation
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	VALUES (nextval('scim_history_seq'), pg_current_xact_id(), now(), 'mine', 'User', 'x', 'refused', 'me'), (nextval('scim_history_seq'), pg_current_xact_id(), now(), 'mine', 'Device', 'x', 'update', 'me'),
		(nextval('scim_history_seq'), pg_current_xact_id(), now(), 'mine', 'Nothing', 'x', 'update', 'me'), (nextval('scim_history_seq'), pg_current_xact_id(), now(), 'mine', 'User', 'y', 'delete', 'me');
SELECT counts(changes) FROM feed('', 'mine');
SELECT counts(changes) FROM feed('', 'mine', 1);

-- ---- another mapping: what was before is not told, but that there is one ----

SELECT cursor AS before FROM feed('', 'mine') \gset
SELECT cursor AS before_users FROM feed('', 'mine', 1000, 'User') \gset
UPDATE users SET data = data || '{"title": "the last of the old"}' WHERE tenant_id = 'mine' AND id::text LIKE '%1';
SELECT scim_unregister_table('users');
SELECT counts(changes) FROM feed(:'before', 'mine');
SELECT fails(format('SELECT scim_changes(%L, 10, ''User'', ''mine'')', :'before_users'));
SELECT scim_register_table('users', 'User', '{}');
UPDATE users SET data = data || '{"title": "the first of the new"}' WHERE tenant_id = 'mine' AND id::text LIKE '%1';
SELECT counts(changes), (SELECT count(*) FROM jsonb_array_elements(changes) e WHERE NOT e ? 'resource_id') AS of_all FROM feed(:'before', 'mine');
SELECT counts(changes) FROM feed(:'before_users', 'mine', 1, 'User');
SELECT * FROM sees('regress_one_tenant', 'mine');

-- ---- very many that are not the reader's: a page ends early ----

INSERT INTO groups (tenant_id, id, data) VALUES ('many', '00000000-0000-4000-a000-000000000004', '{"displayName": "before them"}');
SELECT cursor AS before FROM feed('', 'many', 1000, 'Group') \gset
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT nextval('scim_history_seq'), pg_current_xact_id(), now(), 'many', 'Device', n::text, 'update', 'me' FROM generate_series(1, 100001) n;
UPDATE groups SET data = data || '{"externalId": "behind them"}' WHERE tenant_id = 'many';
SELECT p - 'nextCursor' AS page, p->>'nextCursor' AS next FROM scim_changes(:'before', 10, 'Group', 'many') p \gset
SELECT :'page' AS page, p->'more' AS more, counts(p->'changes') FROM scim_changes(:'next', 10, 'Group', 'many') p;
SELECT counts(changes) FROM feed('', 'many', 10, 'Group');

-- ---- very many of one resource, in one transaction, each leading to the one before it ----

CREATE FUNCTION wrote(tenant text, many int) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, actor)
		SELECT nextval('scim_history_seq'), pg_current_xact_id(), now(), tenant, 'User', 'x', 'update', 'v' || many - n + 1, 'v' || many - n, 'me' FROM generate_series(1, many) n $$;
SELECT wrote('long', 10000), wrote('longer', 10001);
SELECT tenant, jsonb_array_length(changes) AS changes, changes->0->'version' AS first, changes->-1->'version' AS last, (SELECT count(DISTINCT e->'seq') FROM jsonb_array_elements(changes) e) AS seqs
	FROM unnest('{long,longer}'::text[]) tenant, feed('', tenant, 1000);
SET scimver.max_page_size = 100000;
SELECT tenant, changes->0->'version' AS first, changes->-1->'version' AS last FROM unnest('{long,longer}'::text[]) tenant, feed('', tenant, 100000);
RESET scimver.max_page_size;

-- ---- transactions that lead back to where they began: what was before them is not looked for without end ----

DO $$ BEGIN
	FOR n IN 1 .. 600 LOOP
		BEGIN
			CREATE TEMPORARY TABLE takes_an_xid ();
			RAISE EXCEPTION 'undone';
		EXCEPTION WHEN raise_exception THEN
			NULL;
		END;
	END LOOP;
END $$;
-- the first makes v0; then each goes to v1 and back, of which the way back was written first
CREATE FUNCTION led_back(tenant text, revision bigint) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, actor, revision)
		SELECT nextval('scim_history_seq'), (pg_current_xact_id()::text::bigint - 601 + t)::text::xid8, now(), tenant, 'User', 'x', CASE t WHEN 0 THEN 'create' ELSE 'update' END, 'v' || w, CASE t WHEN 0 THEN NULL ELSE 'v' || 1 - w END, 'me', revision * seq
			FROM (SELECT t, w, row_number() OVER (ORDER BY t, w) AS seq FROM generate_series(0, 600) t, generate_series(0, least(t, 1)) w) rows ORDER BY seq $$;
SELECT led_back('back', NULL), led_back('back by revision', 1);
SELECT tenant, counts(changes), (SELECT count(*) FROM jsonb_array_elements(changes) WITH ORDINALITY AS e(e, place) WHERE place % 2 = 0 AND e->>'version' = 'v1') AS put_in_order, changes = (SELECT f.changes FROM feed('', tenant, 101) f) AS in_pieces
	FROM unnest('{back,back by revision}'::text[]) tenant, feed('', tenant);

-- ---- what is not kept any more ----

CREATE FUNCTION pruned(last bigint, last_xid text DEFAULT '3', seen pg_snapshot DEFAULT pg_current_snapshot()) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_pruned (tenant_id, seq, xid, snapshot, at) VALUES ('mine', last, last_xid::xid8, seen, now()) ON CONFLICT (tenant_id) DO UPDATE SET seq = last, xid = last_xid::xid8, snapshot = seen $$;
CREATE FUNCTION goes_on(at_rest text, in_round text, in_first_round text, behind text) RETURNS TABLE (what text, says text) LANGUAGE sql AS $$
	SELECT what, left(fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', c)), 70) FROM (VALUES ('at rest', at_rest), ('in a round', in_round), ('in the first', in_first_round), ('behind', behind), ('all', ''), ('now', 'now')) AS t(what, c) $$;
SELECT cursor AS at_rest FROM feed('', 'mine') \gset
SELECT last_value AS read FROM scim_history_seq \gset
UPDATE users SET data = data || '{"title": "1"}' WHERE tenant_id = 'mine';
SELECT scim_changes(:'at_rest', 1, NULL, 'mine')->>'nextCursor' AS in_round, scim_changes('', 1, NULL, 'mine')->>'nextCursor' AS in_first_round, scim_changes('now', 1, NULL, 'mine')->>'nextCursor' AS behind, scim_changes('', 1, NULL, 'theirs')->>'nextCursor' AS of_theirs \gset
SELECT xid AS xid, (xid::text::bigint - 1)::text AS xid_before FROM scim_history_rows WHERE seq = :read + 1 \gset
-- what was read has gone, by a reader at rest and in a round
BEGIN;
SELECT pruned(:read);
SELECT * FROM goes_on(:'at_rest', :'in_round', :'in_first_round', :'behind');
SELECT pruned(:read + 1, :'xid_before');
SELECT * FROM goes_on(:'at_rest', :'in_round', :'in_first_round', :'behind');
-- of the transaction that is being read
SELECT pruned(:read + 1, :'xid');
SELECT * FROM goes_on(:'at_rest', :'in_round', :'in_first_round', :'behind');
-- what was not read
SELECT pruned(:read + 2, :'xid_before');
SELECT * FROM goes_on(:'at_rest', :'in_round', :'in_first_round', :'behind');
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''theirs'')', :'of_theirs'));
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
ROLLBACK;
-- a round that began after it went
BEGIN;
SELECT pruned(:read + 1, :'xid');
SELECT scim_changes('', 1, NULL, 'mine')->>'nextCursor' AS in_first_round \gset
-- it is still before that one, where rows stayed that were not committed then
SELECT jsonb_array_length(scim_changes(:'in_first_round', 1, NULL, 'mine')->'changes') AS goes_on;
SELECT fails(format('SELECT scim_changes(%L, 1, NULL, ''mine'')', scim_changes(scim_changes('', 7, NULL, 'mine')->>'nextCursor', 3, NULL, 'mine')->>'nextCursor'));
ROLLBACK;
-- what a reader had not seen, though it has read what is behind that
BEGIN;
UPDATE users SET data = data || '{"title": "2"}' WHERE tenant_id = 'mine' AND id::text LIKE '%1';
SELECT pg_current_xact_id() AS own, (pg_current_xact_id()::text::bigint - 1)::text AS own_before, cursor AS at_rest FROM feed('', 'mine') \gset
COMMIT;
SELECT last_value AS last FROM scim_history_seq \gset
BEGIN;
SELECT pruned(:last, :'own_before');
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
SELECT pruned(:last, :'own', format('%s:%s:', :'own', :'own')::pg_snapshot);
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
SELECT pruned(:last, :'own');
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
ROLLBACK;
SELECT counts(changes) FROM feed(:'at_rest', 'mine');
-- a row of it that lacks what each has; without its key, it is found as well
BEGIN;
ALTER TABLE scim_history_pruned ALTER snapshot DROP NOT NULL;
ALTER TABLE scim_history_pruned DROP CONSTRAINT scim_history_pruned_pkey;
INSERT INTO scim_history_pruned (tenant_id, seq, xid, snapshot, at) VALUES ('theirs', 1, '3', pg_current_snapshot(), now());
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''theirs'')', :'of_theirs')), fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
UPDATE scim_history_pruned SET seq = 1000000;
SELECT left(fails(format('SELECT scim_changes(%L, 10, NULL, ''theirs'')', :'of_theirs')), 70), fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
UPDATE scim_history_pruned SET snapshot = NULL;
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''theirs'')', :'of_theirs')), fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
ROLLBACK;

-- ---- cursors of other times and places ----

-- the sequence was set back
BEGIN;
SELECT setval('scim_history_seq', :last - 1);
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
ROLLBACK;
SELECT setval('scim_history_seq', :last);
-- what is behind all that is written is not waited for
INSERT INTO users (tenant_id, id, data) VALUES ('other', '00000000-0000-4000-a000-000000000001', '{"userName": "o"}');
SELECT pg_switch_wal() \g /dev/null
SELECT scim_changes('now') - 'nextCursor';
-- whose transactions the history has is not known any more: what is there is there
SELECT counts(changes) AS before FROM feed('', 'mine') \gset
BEGIN;
UPDATE scim_history_server SET system_identifier = 1;
SELECT fails(format('SELECT scim_changes(%L, 10, NULL, ''mine'')', :'at_rest'));
SELECT counts(changes) = :'before' AS same FROM feed('', 'mine');
ROLLBACK;

-- ---- without revisions: what a transaction led away from, and back to ----

SELECT scim_unregister_table('users'), scim_unregister_table('groups');
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, title text);
SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "name", "title": "title"}}', '{"history": true}');
CREATE FUNCTION patch(id int, value text) RETURNS text LANGUAGE sql AS $$
	SELECT scim_patch_user(id::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', value)))->>'title' $$;
-- the titles that changes led to, in their order, at pages of any size
CREATE FUNCTION titles(since text) RETURNS TABLE (titles text, sizes bigint) LANGUAGE sql AS $$
	SELECT titles, count(*) FROM generate_series(1, 12) size, LATERAL (SELECT string_agg(scim_get_version('User', e->>'resource_id', e->>'version')->>'title', ' ' ORDER BY i) AS titles
		FROM feed(since, NULL, size), jsonb_array_elements(changes) WITH ORDINALITY AS t(e, i)) t GROUP BY 1 $$;
INSERT INTO people VALUES (1, 'ada', 'A');
SELECT scim_changes('now')->>'nextCursor' AS now \gset
WITH a AS (UPDATE people SET title = 'B' WHERE id = 1 RETURNING id) SELECT patch(id, 'A') FROM a;
SELECT * FROM titles(:'now');
SELECT scim_changes('now')->>'nextCursor' AS now \gset
WITH a AS (UPDATE people SET title = 'B' WHERE id = 1 RETURNING id) SELECT patch(id, 'C'), patch(id, 'B'), patch(id, 'D') FROM a;
SELECT * FROM titles(:'now');
-- the way that is begun with the first would miss what leads away and back
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
WITH a AS (UPDATE people SET title = 'S' WHERE id = 1 RETURNING id) SELECT patch(id, 'E'), patch(id, 'S'), patch(id, 'F') FROM a;
WITH a AS (UPDATE people SET title = 'S' WHERE id = 1 RETURNING id) SELECT patch(id, 'G') FROM a;
COMMIT;
SELECT * FROM titles(:'now');
-- what was before is told by the transaction before, whose last entry is not what it led to
SELECT scim_changes('now')->>'nextCursor' AS now \gset
WITH a AS (UPDATE people SET title = 'S' WHERE id = 1 RETURNING id) SELECT patch(id, 'G') FROM a;
WITH a AS (UPDATE people SET title = 'S' WHERE id = 1 RETURNING id) SELECT patch(id, 'G'), patch(id, 'S'), patch(id, 'G') FROM a;
SELECT * FROM titles(:'now');
-- what was deleted, and is there again
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
DELETE FROM people;
INSERT INTO people VALUES (1, 'ada', 'G');
COMMIT;
SELECT size, jsonb_path_query_array(changes, '$[*].operation') FROM generate_series(1, 3) size, feed(:'now', NULL, size);
-- something is missing: the pieces
SELECT scim_changes('now')->>'nextCursor' AS now \gset
BEGIN;
SELECT patch(1, 'H');
ALTER TABLE people DISABLE TRIGGER "!!!scimver_history";
UPDATE people SET title = 'unseen' WHERE id = 1;
ALTER TABLE people ENABLE TRIGGER "!!!scimver_history";
WITH a AS (UPDATE people SET title = 'I' WHERE id = 1 RETURNING id) SELECT patch(id, 'J') FROM a;
COMMIT;
SELECT size, array_agg((e->>'seq')::bigint - (changes->0->>'seq')::bigint ORDER BY i) AS places FROM generate_series(1, 3) size, feed(:'now', NULL, size), jsonb_array_elements(changes) WITH ORDINALITY AS t(e, i) GROUP BY 1 ORDER BY 1;
SELECT fails('SELECT scim_changes(tenant_id => ''other'')');
-- two tables with one tenant each
CREATE TABLE teams (id int PRIMARY KEY, title text);
SELECT scim_register_table('teams', 'Group', '{"id": "id", "tenant": {"value": "theirs"}, "attributes": {"displayName": "title"}}', '{"history": true}');
INSERT INTO teams VALUES (1, 'one');
SELECT counts(changes) FROM feed(:'now');
SELECT counts(changes) FROM feed('', 'theirs');
SELECT fails('SELECT scim_changes(tenant_id => ''other'')');
GRANT SELECT ON teams TO regress_groups_only;
SET ROLE regress_groups_only;
SELECT counts(changes) FROM feed('');
RESET ROLE;

\set ECHO none
\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_changes;
DROP ROLE regress_one_tenant, regress_groups_only, regress_nobody;
