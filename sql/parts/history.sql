-- The history: what resources were.  Tables that are dumped have no row level
-- security: pg_dump would stop at them.  So the database's owner reads the rows,
-- and everybody else what the view leaves to them.

-- Without a cache, so that of two changes of a resource, whose row is locked, the
-- later one has the larger number.
CREATE SEQUENCE scim_history_seq AS bigint;

CREATE TABLE scim_history_rows (
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	at timestamptz NOT NULL,
	tenant_id text NOT NULL,
	resource_type text NOT NULL,
	resource_id text,
	operation text NOT NULL CHECK (operation IN ('create', 'update', 'delete', 'truncate', 'remapped', 'refused')),
	revision bigint,
	version text,
	previous_version text,
	changed text[],
	before jsonb,
	members jsonb,
	actor name NOT NULL,
	agent text,
	tool text,
	application_name text,
	expected_version text,
	error_code text,
	PRIMARY KEY (tenant_id, seq)
);
ALTER SEQUENCE scim_history_seq OWNED BY scim_history_rows.seq;
CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq);
CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq);
COMMENT ON TABLE scim_history_rows IS
	'What resources were: a row for each change, with what it replaced; read it by scim_history';

CREATE FUNCTION scim_diff(old_content jsonb, new_content jsonb) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_diff_contents';
COMMENT ON FUNCTION scim_diff(jsonb, jsonb) IS
	'How one content of a resource differs from another: {"changes": [{"path", "from", "to"}]}, paths as a patch takes them';
