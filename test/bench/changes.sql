-- A history of :entries changes, beside what history.sql has made, and cursors of the
-- feed into it: to its middle, and to its end.

SELECT scim_grant_tenant('default', 'agent');
GRANT SELECT ON scim_history_rows TO agent;
CREATE TABLE bench_cursor (place text PRIMARY KEY, cursor text, seq bigint);
GRANT SELECT ON bench_cursor TO agent;

-- Transactions that seem to have made them, one after the other: each of the
-- 10,000 changes behind the middle is of one of its own, and what comes then is all of a
-- single one, of another user each.
CREATE TABLE bench_xid AS SELECT pg_current_xact_id()::text::bigint AS first;
CREATE PROCEDURE bench_pass(transactions int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. transactions LOOP
		PERFORM pg_current_xact_id();
		COMMIT;
	END LOOP;
END $$;
SET synchronous_commit = off;
CALL bench_pass(20000);

CREATE FUNCTION bench_changed(before bigint, entries bigint, firsts bigint, transactions bigint, users bigint) RETURNS void LANGUAGE sql AS $$
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, revision, version, previous_version, changed, before, actor, agent, application_name)
		SELECT nextval('scim_history_seq'), (first + firsts + n * transactions / entries)::text::xid8,
			now() - (10000000 - before - n) * interval '1 second', 'default', 'User', md5(CASE transactions WHEN 0 THEN 'bulk' || n ELSE 'user' || n % users END)::uuid::text, 'update', (before + n) / users + 2,
			left(md5((before + n)::text), 12), left(md5((before + n - users)::text), 12), '{nickName}', '{"nickName": "0123456789"}', 'agent', 'an agent', 'bench'
		FROM generate_series(1, entries) AS n, bench_xid;
$$;
DROP INDEX scim_history_resource, scim_history_xid;
SELECT bench_changed(0, :entries / 2, 0, 9999, :users);
INSERT INTO bench_cursor SELECT 'middle', scim_changes('now', tenant_id => 'default') ->> 'nextCursor', last_value FROM scim_history_seq;
INSERT INTO bench_cursor SELECT 'middle of type', scim_changes('now', resource_type => 'User', tenant_id => 'default') ->> 'nextCursor';
SELECT bench_changed(:entries / 2, 10000, 10000, 9999, :users);
INSERT INTO bench_cursor SELECT 'bulk', scim_changes('now', tenant_id => 'default') ->> 'nextCursor', last_value FROM scim_history_seq;
SELECT bench_changed(:entries / 2 + 10000, :entries / 2 - 10000, 19999, 0, :users);
CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WITH (deduplicate_items = off) WHERE operation <> 'refused';
CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq) WITH (deduplicate_items = off);

-- And one who polls, and has read all.
INSERT INTO bench_cursor SELECT 'end', scim_changes('now', tenant_id => 'default') ->> 'nextCursor', last_value FROM scim_history_seq;
VACUUM (ANALYZE);
