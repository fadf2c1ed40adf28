-- The history: what resources were.  Tables that are dumped have no row level
-- security: pg_dump would stop at them.  So the database's owner reads the rows,
-- and everybody else what the view leaves to them.  Nobody but their owner writes
-- them; triggers do so in his place.

-- What rows are looked up by is compared byte by byte, whatever the database's
-- collation; who acted takes no more room than his name has.

-- Without a cache, so that of two changes of a resource, whose row is locked, the
-- later one has the larger number.
CREATE SEQUENCE scim_history_seq AS bigint;

CREATE TABLE scim_history_rows (
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	at timestamptz NOT NULL,
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	resource_type text COLLATE pg_catalog."C" NOT NULL,
	resource_id text COLLATE pg_catalog."C",
	operation text NOT NULL CHECK (operation IN ('create', 'update', 'delete', 'truncate', 'remapped', 'refused')),
	revision bigint,
	version text,
	previous_version text,
	changed text[],
	before jsonb,
	members jsonb,
	actor text NOT NULL,
	agent text,
	tool text,
	application_name text,
	expected_version text,
	error_code text,
	proposal_id uuid,
	trace text,
	principal text,
	PRIMARY KEY (tenant_id, seq)
);
ALTER SEQUENCE scim_history_seq OWNED BY scim_history_rows.seq;
CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WITH (deduplicate_items = off)
	WHERE operation <> 'refused';
CREATE INDEX scim_history_refused ON scim_history_rows (tenant_id, resource_type, resource_id, seq) WITH (deduplicate_items = off)
	WHERE operation = 'refused';
CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq) WITH (deduplicate_items = off);
COMMENT ON TABLE scim_history_rows IS
	'What resources were: a row for each change, with what it replaced; read it by scim_history';
COMMENT ON SEQUENCE scim_history_seq IS
	'Numbers the rows of scim_history_rows: of two changes of a resource, the later one has the larger number';
COMMENT ON COLUMN scim_history_rows.seq IS
	'The order of the changes of one resource from transaction to transaction; within one, versions and revision tell it';
COMMENT ON COLUMN scim_history_rows.xid IS
	'The transaction, as pg_current_xact_id() told it there';
COMMENT ON COLUMN scim_history_rows.at IS
	'What lastModified became; a time by the clock, which may have jumped, and so no order';
COMMENT ON COLUMN scim_history_rows.tenant_id IS
	'The tenant of the resource; of what was refused in another one, that of who asked';
COMMENT ON COLUMN scim_history_rows.resource_type IS
	'Its resource type, such as User; of what is decided Policy or Proposal';
COMMENT ON COLUMN scim_history_rows.resource_id IS
	'Its id, of a policy its resource type; NULL: all resources of the type in the tenant (truncate, remapped), or none was named (refused)';
COMMENT ON COLUMN scim_history_rows.operation IS
	'create, update, delete; truncate: all are gone; remapped: what was before is told by other columns, the chain of versions ends here; refused: nothing was changed';
COMMENT ON COLUMN scim_history_rows.revision IS
	'The revision that the change made; of a delete the one that went';
COMMENT ON COLUMN scim_history_rows.version IS
	'The version that the change made; NULL: the resource is gone';
COMMENT ON COLUMN scim_history_rows.previous_version IS
	'The version that it replaced; NULL: there was none';
COMMENT ON COLUMN scim_history_rows.changed IS
	'The top-level attributes that changed (of an extension its URN, a colon, and the attribute); of a create or delete all that there were; of what was refused those that both had changed';
COMMENT ON COLUMN scim_history_rows.before IS
	'Of an update what these attributes were, null where they were unassigned; of a delete the whole content; never a password, nor members';
COMMENT ON COLUMN scim_history_rows.members IS
	'Members of a group that came and went: {"added": {"User": [ids], "Group": [ids]}, "removed": {...}}; of too many only count and digest of those before';
COMMENT ON COLUMN scim_history_rows.actor IS
	'The role that made the change';
COMMENT ON COLUMN scim_history_rows.agent IS
	'What the client called itself (scimver.agent)';
COMMENT ON COLUMN scim_history_rows.tool IS
	'The tool that an agent called';
COMMENT ON COLUMN scim_history_rows.application_name IS
	'The application_name of the session';
COMMENT ON COLUMN scim_history_rows.expected_version IS
	'The version that was expected: of what was refused; of what was merged, the stale one';
COMMENT ON COLUMN scim_history_rows.error_code IS
	'Why it was refused';
COMMENT ON COLUMN scim_history_rows.proposal_id IS
	'The proposal that was applied by it; NULL: none';
COMMENT ON COLUMN scim_history_rows.trace IS
	'The trace that the call was a part of (scimver.trace): traceparent, and behind a blank tracestate; NULL: none';
COMMENT ON COLUMN scim_history_rows.principal IS
	'Who had entered by a token (scim_tokens.principal); NULL: nobody, the actor tells who it was';

-- What was written stays as it was written, also for the owner and by replication;
-- what is too old is deleted.
CREATE FUNCTION scim_append_only_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_append_only_trigger';
COMMENT ON FUNCTION scim_append_only_trigger() IS
	'Refuses UPDATE and TRUNCATE';
REVOKE EXECUTE ON FUNCTION scim_append_only_trigger() FROM PUBLIC;
CREATE TRIGGER scimver_rows BEFORE UPDATE ON scim_history_rows
	FOR EACH ROW EXECUTE FUNCTION scim_append_only_trigger();
CREATE TRIGGER scimver_truncate BEFORE TRUNCATE ON scim_history_rows
	FOR EACH STATEMENT EXECUTE FUNCTION scim_append_only_trigger();
ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_truncate;

CREATE FUNCTION scim_may_read_history(tenant_id text, resource_type text, resource_id text, seq bigint) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'scim_may_read_history';
COMMENT ON FUNCTION scim_may_read_history(text, text, text, bigint) IS
	'May the current role read that row of the history? What scim_history asks';
GRANT EXECUTE ON FUNCTION scim_may_read_history(text, text, text, bigint) TO PUBLIC;

-- The first condition has it read all registrations before any row is looked at,
-- so that an error of one tells nothing of whose rows are there.
CREATE VIEW scim_history WITH (security_barrier) AS
	SELECT seq, xid, at, tenant_id, resource_type, resource_id, operation, revision, version, previous_version,
		changed, before, members, actor::name AS actor, agent, tool, application_name, expected_version, error_code, proposal_id, trace, principal
	FROM ONLY scim_history_rows WHERE scim_may_read_history(''::text, ''::text, ''::text, 0::bigint) IS NOT NULL AND scim_may_read_history(tenant_id, resource_type, COALESCE(resource_id, ''::text), seq);
COMMENT ON VIEW scim_history IS
	'Of scim_history_rows what the current role may read: the history of resources whose table it may read, in its tenants, and what is decided there';

CREATE TABLE scim_history_pruned (
	tenant_id text COLLATE pg_catalog."C" PRIMARY KEY,
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	snapshot pg_snapshot NOT NULL,
	number bigint,
	at timestamptz NOT NULL
);
COMMENT ON TABLE scim_history_pruned IS
	'How far scim_prune_history has come in each tenant';
COMMENT ON COLUMN scim_history_pruned.tenant_id IS
	'The tenant';
COMMENT ON COLUMN scim_history_pruned.seq IS
	'The last seq that went';
COMMENT ON COLUMN scim_history_pruned.xid IS
	'The last transaction of which rows went';
COMMENT ON COLUMN scim_history_pruned.snapshot IS
	'What the deletes saw: rows of other transactions have not gone';
COMMENT ON COLUMN scim_history_pruned.number IS
	'The last seal whose rows went; NULL: the tenant had none';
COMMENT ON COLUMN scim_history_pruned.at IS
	'When it went';

CREATE PROCEDURE scim_prune_history(keep interval, batch_size int DEFAULT 10000)
	LANGUAGE C
	AS 'MODULE_PATHNAME', 'scim_prune_history';
COMMENT ON PROCEDURE scim_prune_history(interval, int) IS
	'Deletes the history that is older than it is to be kept, the oldest first, in batches that are committed';
REVOKE EXECUTE ON PROCEDURE scim_prune_history(interval, int) FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('scim_history_rows', '');
SELECT pg_catalog.pg_extension_config_dump('scim_history_seq', '');
SELECT pg_catalog.pg_extension_config_dump('scim_history_pruned', '');

-- What a resource was.  It is read with its history under one snapshot.

CREATE FUNCTION scim_get_history(resource_type text, id text, count int DEFAULT 20,
	cursor text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_history';
COMMENT ON FUNCTION scim_get_history(text, text, int, text, text) IS
	'The changes of a resource, a policy (of type Policy, with its resource type as id) or a proposal, the newest first, page by page';

CREATE FUNCTION scim_get_version(resource_type text, id text, version text,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_version';
COMMENT ON FUNCTION scim_get_version(text, text, text, text) IS
	'A resource as it was when it had that version';

CREATE FUNCTION scim_diff(resource_type text, id text, from_version text,
	to_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_diff';
COMMENT ON FUNCTION scim_diff(text, text, text, text, text) IS
	'How two versions of a resource differ (the second NULL: as it is now): {"from", "to", "changes": [{"path", "from", "to"}]}';

CREATE FUNCTION scim_restore(resource_type text, id text, version text,
	expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_restore';
COMMENT ON FUNCTION scim_restore(text, text, text, text, text) IS
	'Makes a resource, be it deleted, what it was when it had that version';

CREATE FUNCTION scim_diff(old_content jsonb, new_content jsonb) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_diff_jsonb';
COMMENT ON FUNCTION scim_diff(jsonb, jsonb) IS
	'How one content of a resource differs from another: {"changes": [{"path", "from", "to"}]}, paths as a patch takes them';
