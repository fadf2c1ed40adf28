-- A history of :entries changes, a second after one another, beside what history.sql has made.

DROP INDEX scim_history_resource, scim_history_xid;
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, revision, version, previous_version, changed, before, actor, agent, application_name)
	SELECT n - :entries, '1', now() - (:entries - n + 86400) * interval '1 second', 'default', 'User', md5('user' || n % :users)::uuid, 'update', n / :users + 1,
		left(md5(n::text), 12), left(md5((n - 1)::text), 12), '{nickName}', '{"nickName": "0123456789"}', 'agent', 'an agent', 'bench'
	FROM generate_series(1, :entries) AS n;
CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq);
CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq);

-- Deletes what is older than that row, however long the call takes to begin.
CREATE PROCEDURE bench_prune(first bigint) LANGUAGE plpgsql AS $$
DECLARE
	keep interval := clock_timestamp() - (SELECT at FROM scim_history_rows WHERE tenant_id = 'default' AND seq = first) + interval '0.5 seconds';
BEGIN
	CALL scim_prune_history(keep);
END $$;
VACUUM (ANALYZE);
