-- What moved meanwhile, and whether a write will be disturbed: checkpoints, and a
-- forecast.

CREATE FUNCTION scim_get_versions(resource_type text, ids text[], tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_get_versions';
COMMENT ON FUNCTION scim_get_versions(text, text[], text) IS
	'A checkpoint: the versions of so many resources under one snapshot, and the cursor of scim_changes there: {"resources": [{"resource_type", "id", "version"}], "cursor"}';

CREATE FUNCTION scim_check_versions(resources jsonb, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_check_versions';
COMMENT ON FUNCTION scim_check_versions(jsonb, text) IS
	'What became of the resources of a checkpoint: {"unchanged", "changed", "gone", "appeared"}';

CREATE FUNCTION scim_contention(resource_type text, id text, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_contention';
COMMENT ON FUNCTION scim_contention(text, text, text) IS
	'How often others write a resource, how probable it is that they do while a write is prepared, and what to do then';

CREATE FUNCTION scim_recent_history(since timestamptz) RETURNS TABLE (tenant_id text, resource_type text, resource_id text,
	operation text, error_code text, actor text, agent text, principal text, at timestamptz)
	LANGUAGE C STABLE STRICT
	AS 'MODULE_PATHNAME', 'scim_recent_history';
COMMENT ON FUNCTION scim_recent_history(timestamptz) IS
	'What scim_history shows the current role of what was written since then, without a look at all the rest';
GRANT EXECUTE ON FUNCTION scim_recent_history(timestamptz) TO PUBLIC;

CREATE VIEW scim_conflict_stats AS
	SELECT tenant_id, resource_type, resource_id,
		pg_catalog.count(*) FILTER (WHERE operation OPERATOR(pg_catalog.<>) 'refused') AS writes,
		pg_catalog.count(*) FILTER (WHERE operation OPERATOR(pg_catalog.=) 'refused') AS refusals,
		pg_catalog.count(DISTINCT (actor, agent, principal)) AS writers,
		pg_catalog.max(at) AS last_at
	FROM scim_recent_history(pg_catalog.statement_timestamp() OPERATOR(pg_catalog.-) '1 hour'::interval)
	WHERE resource_id IS NOT NULL AND (operation OPERATOR(pg_catalog.<>) 'refused'
		OR error_code OPERATOR(pg_catalog.=) ANY (ARRAY['VERSION_MISMATCH', 'LEASE_HELD', 'LEASE_LOST', 'CONFLICT_STORM']))
	GROUP BY tenant_id, resource_type, resource_id;
COMMENT ON VIEW scim_conflict_stats IS
	'Of each resource that was written in the last hour, or for the sake of others refused to be: how often, and by how many who wrote it or were to';
