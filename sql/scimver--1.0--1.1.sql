-- From 1.0 to 1.1: what sql/parts has now and had not in 1.0, by hand.  script/test upgrade
-- compares what comes of it with CREATE EXTENSION.

\echo Use "ALTER EXTENSION scimver UPDATE" to load this file. \quit

-- The history (sql/parts/history.sql).

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

-- The feed of changes (sql/parts/changes.sql).

-- Whose transactions the xids of the history are.  What was there when it was restored
-- into this server was all committed before, whatever its xids say.
CREATE TABLE scim_history_server (
	system_identifier bigint NOT NULL,
	database_oid oid NOT NULL,
	seq bigint NOT NULL
);
COMMENT ON TABLE scim_history_server IS
	'The server and the database whose transactions wrote the history; if it is another one than this, the history was restored';
COMMENT ON COLUMN scim_history_server.system_identifier IS
	'What pg_control_system() says of the server';
COMMENT ON COLUMN scim_history_server.database_oid IS
	'The oid of the database';
COMMENT ON COLUMN scim_history_server.seq IS
	'Rows up to that one came from elsewhere: their xids mean nothing here';
INSERT INTO scim_history_server
	SELECT c.system_identifier, d.oid, 0 FROM pg_catalog.pg_control_system() AS c, pg_catalog.pg_database AS d
	WHERE d.datname = pg_catalog.current_database();

SELECT pg_catalog.pg_extension_config_dump('scim_history_server', '');

CREATE FUNCTION scim_changes(cursor text DEFAULT '', count int DEFAULT 100,
	resource_type text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_changes';
COMMENT ON FUNCTION scim_changes(text, int, text, text) IS
	'What was changed since the cursor ('''': all that is kept, ''now'': nothing yet), each change once and in order: {"changes", "nextCursor", "more"}';

-- Seals (sql/parts/audit.sql).

CREATE TABLE scim_history_seals (
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	number bigint NOT NULL,
	last_seq bigint NOT NULL,
	late int8multirange NOT NULL,
	row_count bigint NOT NULL,
	hash bytea NOT NULL,
	sealed_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, number)
);
CREATE INDEX scim_history_late ON scim_history_seals (tenant_id, number) WHERE NOT pg_catalog.isempty(late);
COMMENT ON TABLE scim_history_seals IS
	'Seals of the history: each is of the rows that were new in its tenant when it was made, and of the seal before';
COMMENT ON COLUMN scim_history_seals.tenant_id IS
	'The tenant';
COMMENT ON COLUMN scim_history_seals.number IS
	'1, 2, 3, ... in the tenant';
COMMENT ON COLUMN scim_history_seals.last_seq IS
	'The seal is of the rows of the tenant behind the last_seq of the seal before, up to this one, but for those that a later seal has as late';
COMMENT ON COLUMN scim_history_seals.late IS
	'And of these, which are older and were committed only then';
COMMENT ON COLUMN scim_history_seals.row_count IS
	'How many rows these are';
COMMENT ON COLUMN scim_history_seals.hash IS
	'SHA-256 of the hash before it (of the first one: of nothing), of the number (8 bytes, big-endian), and of the SHA-256 of each row, in the order of seq';
COMMENT ON COLUMN scim_history_seals.sealed_at IS
	'When it was made, by the clock';

-- What the last call of scim_seal_history saw.
CREATE TABLE scim_history_sealer (
	system_identifier bigint NOT NULL,
	database_oid oid NOT NULL,
	floor bigint NOT NULL,
	snapshot pg_snapshot NOT NULL,
	seq bigint NOT NULL,
	next_xid xid8 NOT NULL
);
COMMENT ON TABLE scim_history_sealer IS
	'How far the history is sealed: one row, or none yet';
COMMENT ON COLUMN scim_history_sealer.system_identifier IS
	'The server, as in scim_history_server';
COMMENT ON COLUMN scim_history_sealer.database_oid IS
	'The database';
COMMENT ON COLUMN scim_history_sealer.floor IS
	'Rows up to that one are sealed, whatever their xids say';
COMMENT ON COLUMN scim_history_sealer.snapshot IS
	'Of the others, what this snapshot shows';
COMMENT ON COLUMN scim_history_sealer.seq IS
	'Nothing behind it is sealed';
COMMENT ON COLUMN scim_history_sealer.next_xid IS
	'What is not, up to there, is of transactions before this one';

CREATE FUNCTION scim_seal_history() RETURNS bigint
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_seal_history';
COMMENT ON FUNCTION scim_seal_history() IS
	'Seals what is new in the history of all tenants, and returns how many rows that were; 0, too, while another session does so';
REVOKE EXECUTE ON FUNCTION scim_seal_history() FROM PUBLIC;

CREATE FUNCTION scim_verify_history(tenant_id text, from_number bigint DEFAULT 1)
	RETURNS TABLE (number bigint, seq bigint, problem text)
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_verify_history';
COMMENT ON FUNCTION scim_verify_history(text, bigint) IS
	'What is wrong with the sealed history of the tenant, from the seal of that number on: no row, if nothing is';
REVOKE EXECUTE ON FUNCTION scim_verify_history(text, bigint) FROM PUBLIC;

CREATE FUNCTION scim_history_head(tenant_id text) RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_history_head';
COMMENT ON FUNCTION scim_history_head(text) IS
	'The last seal of the tenant, to be kept elsewhere: {"number", "hash", "sealed_at"}; NULL: there is none';
REVOKE EXECUTE ON FUNCTION scim_history_head(text) FROM PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('scim_history_seals', '');
SELECT pg_catalog.pg_extension_config_dump('scim_history_sealer', '');

-- Leases: who holds a resource for a while, so that nobody else writes it.  The table
-- is written by its functions, in its owner's place; there is no row level security, as
-- it is dumped (sql/parts/history.sql).  Who knows a lease_id, and has the role that
-- took it, is the holder: so nobody but the database's owner reads those.

CREATE TABLE scim_leases (
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	resource_type text COLLATE pg_catalog."C" NOT NULL,
	resource_id text COLLATE pg_catalog."C" NOT NULL,
	lease_id uuid NOT NULL,
	actor text NOT NULL,
	principal text,
	agent text,
	purpose text CHECK (pg_catalog.char_length(purpose) OPERATOR(pg_catalog.<=) 200),
	acquired_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, resource_type, resource_id)
);
CREATE UNIQUE INDEX scim_leases_id ON scim_leases (lease_id);
COMMENT ON TABLE scim_leases IS
	'Who holds which resource: a row for each, until another lease takes its place, or it is released; read it by scim_leases_held';
COMMENT ON COLUMN scim_leases.tenant_id IS
	'The tenant of the resource';
COMMENT ON COLUMN scim_leases.resource_type IS
	'Its resource type, such as User';
COMMENT ON COLUMN scim_leases.resource_id IS
	'Its id';
COMMENT ON COLUMN scim_leases.lease_id IS
	'What the holder names in his writes (scimver.lease_id); whoever knows it, and has the role, is the holder';
COMMENT ON COLUMN scim_leases.actor IS
	'The role that took it';
COMMENT ON COLUMN scim_leases.principal IS
	'Who had entered by a token, and alone is the holder; NULL: nobody';
COMMENT ON COLUMN scim_leases.agent IS
	'What the client called itself (scimver.agent)';
COMMENT ON COLUMN scim_leases.purpose IS
	'What it is for, as the holder said';
COMMENT ON COLUMN scim_leases.acquired_at IS
	'When it was taken';
COMMENT ON COLUMN scim_leases.expires_at IS
	'When it ends by the clock, whatever becomes of its holder';

CREATE FUNCTION scim_may_read_lease(tenant_id text, resource_type text) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'scim_may_read_lease';
COMMENT ON FUNCTION scim_may_read_lease(text, text) IS
	'May the current role see who holds resources of the type in the tenant? What scim_leases_held asks';
GRANT EXECUTE ON FUNCTION scim_may_read_lease(text, text) TO PUBLIC;

CREATE VIEW scim_leases_held WITH (security_barrier) AS
	SELECT tenant_id, resource_type, resource_id, coalesce(agent, principal, actor) AS holder, actor::name AS actor, principal, agent, purpose, acquired_at, expires_at
	FROM ONLY scim_leases WHERE scim_may_read_lease('', '') IS NOT NULL AND scim_may_read_lease(tenant_id, resource_type)
		AND expires_at OPERATOR(pg_catalog.>) pg_catalog.clock_timestamp();
COMMENT ON VIEW scim_leases_held IS
	'The leases that are in force, of resources whose table the current role may read, in its tenants';

SELECT pg_catalog.pg_extension_config_dump('scim_leases', '');

CREATE FUNCTION scim_acquire_lease(resource_type text, id text, seconds int DEFAULT 60,
	purpose text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_acquire_lease';
COMMENT ON FUNCTION scim_acquire_lease(text, text, int, text, text) IS
	'Holds a resource for so many seconds, so that nobody writes it who does not name the lease: {"lease_id", "expires_at", "version"}; else LEASE_HELD';

CREATE FUNCTION scim_renew_lease(lease_id uuid, seconds int DEFAULT 60) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_renew_lease';
COMMENT ON FUNCTION scim_renew_lease(uuid, int) IS
	'Holds on for so many seconds from now: {"lease_id", "expires_at", "version"}; LEASE_LOST if the lease is not in force any more';

CREATE FUNCTION scim_release_lease(lease_id uuid) RETURNS boolean
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_release_lease';
COMMENT ON FUNCTION scim_release_lease(uuid) IS
	'Ends a lease; false: it was not in force any more, which is no error';

-- Policies: what may not be changed alone, or not at all.  The table is written by its
-- function, in its owner's place; there is no row level security, as it is dumped
-- (sql/parts/history.sql).  Whoever may read resources of the type in the tenant may
-- know what binds him there, by the view.

CREATE TABLE scim_policy_rows (
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	resource_type text COLLATE pg_catalog."C" NOT NULL,
	policy jsonb NOT NULL,
	version text NOT NULL,
	last_modified timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, resource_type)
);
COMMENT ON TABLE scim_policy_rows IS
	'Policies, one for a resource type in a tenant; written by scim_set_policy; read it by scim_policies';
COMMENT ON COLUMN scim_policy_rows.tenant_id IS
	'The tenant; *: all tenants that have none of their own for the type';
COMMENT ON COLUMN scim_policy_rows.resource_type IS
	'The resource type, such as User';
COMMENT ON COLUMN scim_policy_rows.policy IS
	'The document, as scim_set_policy was given it';
COMMENT ON COLUMN scim_policy_rows.version IS
	'Its version, by the form of contents (scim_canonical)';
COMMENT ON COLUMN scim_policy_rows.last_modified IS
	'When it was set';

-- What sessions keep of policies is read again after each change, also one that is
-- replicated, as with scim_tenant_grants (sql/parts/tenants.sql).
CREATE FUNCTION scim_policies_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_policies_trigger';
COMMENT ON FUNCTION scim_policies_trigger() IS
	'Refuses what is no policy, and has all sessions read the policies again';
REVOKE EXECUTE ON FUNCTION scim_policies_trigger() FROM PUBLIC;
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_policy_rows
	FOR EACH ROW EXECUTE FUNCTION scim_policies_trigger();
ALTER TABLE scim_policy_rows ENABLE ALWAYS TRIGGER scimver_rows;

CREATE FUNCTION scim_may_read_policy(tenant_id text, resource_type text) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'scim_may_read_policy';
COMMENT ON FUNCTION scim_may_read_policy(text, text) IS
	'May the current role see the policy for the type in the tenant? What scim_policies asks';
GRANT EXECUTE ON FUNCTION scim_may_read_policy(text, text) TO PUBLIC;

CREATE VIEW scim_policies WITH (security_barrier) AS
	SELECT tenant_id, resource_type, policy, version, last_modified
	FROM ONLY scim_policy_rows WHERE scim_may_read_policy('', '') IS NOT NULL AND scim_may_read_policy(tenant_id, resource_type);
COMMENT ON VIEW scim_policies IS
	'The policies of the resource types and tenants whose resources the current role may read, and those of all tenants (*)';

SELECT pg_catalog.pg_extension_config_dump('scim_policy_rows', '');

CREATE FUNCTION scim_set_policy(tenant text, resource_type text, policy jsonb,
	expected_version text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_set_policy';
COMMENT ON FUNCTION scim_set_policy(text, text, jsonb, text) IS
	'Sets the policy for a resource type in a tenant (*: in all that have none of their own), if it still has the expected version; NULL removes it; returns it with its _version';
REVOKE EXECUTE ON FUNCTION scim_set_policy(text, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION scim_get_policy(tenant text, resource_type text) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_policy';
COMMENT ON FUNCTION scim_get_policy(text, text) IS
	'The policy that was set for a resource type in a tenant, or for all tenants (*), with its _version; NULL: none was';

-- Proposals: changes that wait for people to decide, and what these said.  The tables
-- are written by their functions, in their owner's place; there is no row level security,
-- as they are dumped (sql/parts/history.sql).  Who could write them could approve himself.

CREATE TABLE scim_proposal_rows (
	id uuid PRIMARY KEY,
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	resource_type text COLLATE pg_catalog."C" NOT NULL,
	resource_id text COLLATE pg_catalog."C",
	operations jsonb NOT NULL,
	base_version text,
	base jsonb,
	changes jsonb NOT NULL,
	version text NOT NULL,
	reason text,
	proposer text NOT NULL,
	login text NOT NULL,
	principal text,
	agent text,
	parent uuid,
	depth int NOT NULL DEFAULT 0,
	status text NOT NULL CHECK (status IN ('open', 'applied', 'rejected', 'countered', 'withdrawn', 'failed')),
	conflicts jsonb,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	decided_at timestamptz,
	applied_version text
);
CREATE INDEX scim_proposals_newest ON scim_proposal_rows (tenant_id, created_at, id);
CREATE INDEX scim_proposals_resource ON scim_proposal_rows (tenant_id, resource_type, resource_id, created_at, id);
CREATE INDEX scim_proposals_open ON scim_proposal_rows (tenant_id, created_at, id) WHERE status OPERATOR(pg_catalog.=) 'open';
COMMENT ON TABLE scim_proposal_rows IS
	'Proposals: changes that wait for a decision, or got one; read it by scim_proposals';
COMMENT ON COLUMN scim_proposal_rows.id IS
	'What scim_review_proposal is told';
COMMENT ON COLUMN scim_proposal_rows.tenant_id IS
	'The tenant of the resource';
COMMENT ON COLUMN scim_proposal_rows.resource_type IS
	'Its resource type, such as User';
COMMENT ON COLUMN scim_proposal_rows.resource_id IS
	'Its id; NULL: it is to be created';
COMMENT ON COLUMN scim_proposal_rows.operations IS
	'What was asked for: operations of a patch, {"update": {...}}, {"create": {...}} or {"delete": true}';
COMMENT ON COLUMN scim_proposal_rows.base_version IS
	'The version of the resource that the changes are made of; NULL: it is to be created';
COMMENT ON COLUMN scim_proposal_rows.base IS
	'The content that it had then, without members, password and what is never returned';
COMMENT ON COLUMN scim_proposal_rows.changes IS
	'The difference that is proposed, as scim_diff shows it: what is approved, and nothing else';
COMMENT ON COLUMN scim_proposal_rows.version IS
	'The version of the changes: who reviews names what he has seen';
COMMENT ON COLUMN scim_proposal_rows.reason IS
	'Why, as the proposer said';
COMMENT ON COLUMN scim_proposal_rows.proposer IS
	'The role that proposed it';
COMMENT ON COLUMN scim_proposal_rows.login IS
	'The session_user of that role, who is the same person under whatever role';
COMMENT ON COLUMN scim_proposal_rows.principal IS
	'Who had entered by a token, who is the same person by whatever token; NULL: nobody';
COMMENT ON COLUMN scim_proposal_rows.agent IS
	'What the client called itself (scimver.agent)';
COMMENT ON COLUMN scim_proposal_rows.parent IS
	'The proposal that this one was made to counter; NULL: none';
COMMENT ON COLUMN scim_proposal_rows.depth IS
	'How many proposals it has before it in that line';
COMMENT ON COLUMN scim_proposal_rows.status IS
	'open (behind expires_at: expired), applied, rejected, countered, withdrawn; failed: the resource is gone';
COMMENT ON COLUMN scim_proposal_rows.conflicts IS
	'What kept it from being applied, when that was last tried: {path, base, mine, theirs} for each attribute that others had changed otherwise; NULL: nothing';
COMMENT ON COLUMN scim_proposal_rows.created_at IS
	'When it was proposed';
COMMENT ON COLUMN scim_proposal_rows.expires_at IS
	'When it can be decided no longer, by the clock';
COMMENT ON COLUMN scim_proposal_rows.decided_at IS
	'When it was applied, or closed';
COMMENT ON COLUMN scim_proposal_rows.applied_version IS
	'The version that the resource got by it; of a delete the one that it had';

CREATE TABLE scim_review_rows (
	proposal_id uuid NOT NULL REFERENCES scim_proposal_rows ON DELETE CASCADE,
	number int NOT NULL,
	decision text NOT NULL CHECK (decision IN ('approve', 'reject', 'counter', 'withdraw')),
	version text NOT NULL,
	comment text,
	reviewer text NOT NULL,
	login text NOT NULL,
	principal text,
	agent text,
	at timestamptz NOT NULL,
	counts boolean NOT NULL,
	PRIMARY KEY (proposal_id, number)
);
COMMENT ON TABLE scim_review_rows IS
	'What was decided of proposals, and by whom, each in its order; read it by scim_reviews';
COMMENT ON COLUMN scim_review_rows.proposal_id IS
	'The proposal';
COMMENT ON COLUMN scim_review_rows.number IS
	'From 1 on in the order in which they were decided';
COMMENT ON COLUMN scim_review_rows.decision IS
	'approve, reject, counter or (the proposer) withdraw';
COMMENT ON COLUMN scim_review_rows.version IS
	'The version of the changes that it is about';
COMMENT ON COLUMN scim_review_rows.comment IS
	'What the reviewer said of it';
COMMENT ON COLUMN scim_review_rows.reviewer IS
	'The role that decided';
COMMENT ON COLUMN scim_review_rows.login IS
	'The session_user of that role, who is the same person under whatever role';
COMMENT ON COLUMN scim_review_rows.principal IS
	'Who had entered by a token; NULL: nobody';
COMMENT ON COLUMN scim_review_rows.agent IS
	'What the client called itself (scimver.agent)';
COMMENT ON COLUMN scim_review_rows.at IS
	'When';
COMMENT ON COLUMN scim_review_rows.counts IS
	'False: it counts no longer, as the changes are others since, or its reviewer has decided again';

CREATE FUNCTION scim_may_read_proposal(tenant_id text, resource_type text, contents boolean) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'scim_may_read_proposal';
COMMENT ON FUNCTION scim_may_read_proposal(text, text, boolean) IS
	'May the current role see that there are proposals for the type in the tenant, or also their contents? What scim_proposals and scim_reviews ask';
GRANT EXECUTE ON FUNCTION scim_may_read_proposal(text, text, boolean) TO PUBLIC;

-- What a proposal is about is for whoever may read the history of the type; that it is
-- there, for whoever works in the tenant.
CREATE VIEW scim_proposals WITH (security_barrier) AS
	SELECT id, tenant_id, resource_type, resource_id,
		CASE WHEN scim_may_read_proposal(tenant_id, resource_type, true) THEN operations END AS operations, base_version,
		CASE WHEN scim_may_read_proposal(tenant_id, resource_type, true) THEN base END AS base,
		CASE WHEN scim_may_read_proposal(tenant_id, resource_type, true) THEN changes END AS changes, version,
		CASE WHEN scim_may_read_proposal(tenant_id, resource_type, true) THEN reason END AS reason,
		proposer::name AS proposer, login::name AS login, principal, agent, parent,
		CASE WHEN status OPERATOR(pg_catalog.=) 'open' AND expires_at OPERATOR(pg_catalog.<=) pg_catalog.clock_timestamp() THEN 'expired' ELSE status END AS status,
		CASE WHEN scim_may_read_proposal(tenant_id, resource_type, true) THEN conflicts END AS conflicts,
		created_at, expires_at, decided_at, applied_version
	FROM ONLY scim_proposal_rows WHERE scim_may_read_proposal('', '', false) IS NOT NULL AND scim_may_read_proposal(tenant_id, resource_type, false);
COMMENT ON VIEW scim_proposals IS
	'The proposals in the tenants of the current role; what they are about, where it may read the history of the resource type';
CREATE VIEW scim_reviews WITH (security_barrier) AS
	SELECT r.proposal_id, r.number, r.decision, r.version,
		CASE WHEN scim_may_read_proposal(p.tenant_id, p.resource_type, true) THEN r.comment END AS comment,
		r.reviewer::name AS reviewer, r.login::name AS login, r.principal, r.agent, r.at, r.counts
	FROM ONLY scim_review_rows AS r JOIN ONLY scim_proposal_rows AS p ON p.id OPERATOR(pg_catalog.=) r.proposal_id
	WHERE scim_may_read_proposal('', '', false) IS NOT NULL AND scim_may_read_proposal(p.tenant_id, p.resource_type, false);
COMMENT ON VIEW scim_reviews IS
	'What was decided of the proposals that scim_proposals shows the current role';

SELECT pg_catalog.pg_extension_config_dump('scim_proposal_rows', '');
SELECT pg_catalog.pg_extension_config_dump('scim_review_rows', '');

CREATE FUNCTION scim_propose_change(resource_type text, id text, operations jsonb, expected_version text DEFAULT NULL,
	reason text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_propose_change';
COMMENT ON FUNCTION scim_propose_change(text, text, jsonb, text, text, text) IS
	'Proposes a change that people are to decide: operations of a patch, {"delete": true} or, with id NULL, {"create": {...}}';

CREATE FUNCTION scim_review_proposal(id uuid, decision text, expected_version text,
	comment text DEFAULT NULL, operations jsonb DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_review_proposal';
COMMENT ON FUNCTION scim_review_proposal(uuid, text, text, text, jsonb) IS
	'Decides on a proposal, of which expected_version is the version that was read: approve, reject, counter (with other operations), withdraw; the approval that reaches the quorum applies it';

CREATE FUNCTION scim_list_proposals(status text DEFAULT 'open', resource_type text DEFAULT NULL, id text DEFAULT NULL,
	count int DEFAULT 20, cursor text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_proposals';
COMMENT ON FUNCTION scim_list_proposals(text, text, text, int, text, text) IS
	'The proposals of a tenant, the newest first, page by page: {"proposals", "nextCursor"}; status NULL: of any status; id: of that resource';

CREATE FUNCTION scim_get_proposal(id uuid) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_proposal';
COMMENT ON FUNCTION scim_get_proposal(uuid) IS
	'A proposal, with its reviews and the proposals that it counters';

-- Profiles: by which rules the input of clients is understood, and which tenant has
-- which.  There is no row level security, as they are dumped (sql/parts/tenants.sql).

CREATE TABLE scim_profiles (
	name text COLLATE pg_catalog."C" NOT NULL PRIMARY KEY,
	rules jsonb NOT NULL,
	built_in boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE scim_profiles IS
	'Profiles: what clients may send beyond RFC 7644, by name; add others with INSERT';
COMMENT ON COLUMN scim_profiles.name IS
	'What scimver.profile and scim_set_tenant_profile name';
COMMENT ON COLUMN scim_profiles.rules IS
	'The rules that are on, such as {"coerce": true}; none: RFC 7644 alone';
COMMENT ON COLUMN scim_profiles.built_in IS
	'Is it always there, and always the same?';

-- No foreign key leads from here: a parallel restore may bring this table first.
CREATE TABLE scim_tenant_profiles (
	tenant_id text COLLATE pg_catalog."C" NOT NULL PRIMARY KEY CHECK (tenant_id <> ''),
	profile text COLLATE pg_catalog."C" NOT NULL
);
COMMENT ON TABLE scim_tenant_profiles IS
	'The profile of each tenant that has not rfc; written by scim_set_tenant_profile';

-- What sessions keep of both is read again after each change, also one that is
-- replicated, as with scim_tenant_grants.
CREATE FUNCTION scim_profiles_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_profiles_trigger';
COMMENT ON FUNCTION scim_profiles_trigger() IS
	'Refuses what is no profile, and has all sessions read the profiles again';
REVOKE EXECUTE ON FUNCTION scim_profiles_trigger() FROM PUBLIC;
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_profiles
	FOR EACH ROW EXECUTE FUNCTION scim_profiles_trigger();
CREATE TRIGGER scimver_table AFTER TRUNCATE ON scim_profiles
	FOR EACH STATEMENT EXECUTE FUNCTION scim_profiles_trigger();
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_tenant_profiles
	FOR EACH ROW EXECUTE FUNCTION scim_profiles_trigger();
ALTER TABLE scim_profiles ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_profiles ENABLE ALWAYS TRIGGER scimver_table;
ALTER TABLE scim_tenant_profiles ENABLE ALWAYS TRIGGER scimver_rows;

INSERT INTO scim_profiles (name, built_in, rules) VALUES
	('rfc', true, '{}'),
	('interop', true, '{"filter": true, "same_values": true, "full_replace": true}'),
	('entra', true, '{"filter": true, "coerce": true, "path_keys": true, "create_target": true,
		"remove_absent": true, "simple_complex": true, "empty_clears": true, "loose_envelope": true,
		"member_forms": true, "unknown_attributes": true, "own_read_only": true,
		"absent_members": "skip", "same_values": true, "group_patch_204": true}'),
	('okta', true, '{"coerce": true, "create_target": true, "remove_absent": true,
		"loose_envelope": true, "member_forms": true, "unknown_attributes": true,
		"own_read_only": true, "absent_members": "skip", "same_values": true}');

SELECT pg_catalog.pg_extension_config_dump('scim_profiles', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('scim_tenant_profiles', '');

CREATE FUNCTION scim_set_tenant_profile(tenant text, profile text) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_set_tenant_profile';
COMMENT ON FUNCTION scim_set_tenant_profile(text, text) IS
	'Sets by which profile the input of a tenant''s clients is understood, where scimver.profile names none; NULL: by rfc';

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

-- Repeated calls: what a client has named by a key is done once (src/operation/once.c).
-- The table is written by those calls, in its owner's place; there is no row level
-- security, as it is dumped (sql/parts/history.sql).

CREATE TABLE scim_idempotency (
	tenant_id text COLLATE pg_catalog."C" NOT NULL,
	principal text COLLATE pg_catalog."C" NOT NULL,
	key text COLLATE pg_catalog."C" NOT NULL,
	digest bytea NOT NULL,
	made jsonb,
	at timestamptz NOT NULL,
	PRIMARY KEY (tenant_id, principal, key)
);
CREATE INDEX scim_idempotency_at ON scim_idempotency (at);
COMMENT ON TABLE scim_idempotency IS
	'The keys by which clients named calls, so that each is done once; pruned with the history; read it by scim_idempotency_keys';
COMMENT ON COLUMN scim_idempotency.tenant_id IS
	'The tenant that the call was for';
COMMENT ON COLUMN scim_idempotency.principal IS
	'The role that called, whose key it is; of who had entered by a token, the principal';
COMMENT ON COLUMN scim_idempotency.key IS
	'What the client called it: scimver.idempotency_key, or of a tool idempotency_key';
COMMENT ON COLUMN scim_idempotency.digest IS
	'SHA-256 of what was called and its arguments, in canonical form; crypted like a password, where these may hold one';
COMMENT ON COLUMN scim_idempotency.made IS
	'What it wrote: {"resource_type", "id"}, {"proposal_id"}, of a bulk {"Operations"} with the status of each';
COMMENT ON COLUMN scim_idempotency.at IS
	'When, by the clock';

CREATE FUNCTION scim_may_read_key(tenant_id text, principal text) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10
	AS 'MODULE_PATHNAME', 'scim_may_read_key';
COMMENT ON FUNCTION scim_may_read_key(text, text) IS
	'Is it a key of the current role, or of who has entered by a token, in a tenant where it works? What scim_idempotency_keys asks';
GRANT EXECUTE ON FUNCTION scim_may_read_key(text, text) TO PUBLIC;

CREATE VIEW scim_idempotency_keys WITH (security_barrier) AS
	SELECT tenant_id, principal, key, made, at
	FROM ONLY scim_idempotency WHERE scim_may_read_key('', '') IS NOT NULL AND scim_may_read_key(tenant_id, principal);
COMMENT ON VIEW scim_idempotency_keys IS
	'The keys of the current role, and what was done under each: so whoever lost the answer learns whether his call was done';

SELECT pg_catalog.pg_extension_config_dump('scim_idempotency', '');

-- Tokens (sql/parts/tokens.sql): by which clients of the bridge come in, and as whom.  The table is written by its
-- functions, in its owner's place; there is no row level security, as it is dumped
-- (sql/parts/history.sql).  Who reads it learns no token, but whose there are: so that is the
-- database's owner, and the role of a bridge (scim_grant_bridge).

CREATE TABLE scim_tokens (
	id uuid PRIMARY KEY,
	digest bytea NOT NULL CHECK (pg_catalog.octet_length(digest) OPERATOR(pg_catalog.=) 32),
	role regrole NOT NULL,
	tenant_id text COLLATE pg_catalog."C" NOT NULL CHECK (tenant_id OPERATOR(pg_catalog.<>) ''),
	principal text COLLATE pg_catalog."C" NOT NULL,
	subject_type text,
	subject_id text,
	scopes text[] NOT NULL,
	tools text[],
	profile text,
	agent text,
	max_per_minute int,
	created_by text NOT NULL,
	created_at timestamptz NOT NULL,
	lasts interval,
	expires_at timestamptz,
	revoked_at timestamptz
);
CREATE UNIQUE INDEX scim_tokens_digest ON scim_tokens (digest);
COMMENT ON TABLE scim_tokens IS
	'Tokens that were given out, without their secrets; written by scim_create_token; read it by scim_list_tokens()';
COMMENT ON COLUMN scim_tokens.id IS
	'What scim_revoke_token and scim_rotate_token are told, and logs tell';
COMMENT ON COLUMN scim_tokens.digest IS
	'SHA-256 of the token';
COMMENT ON COLUMN scim_tokens.role IS
	'The role that calls with it run as';
COMMENT ON COLUMN scim_tokens.tenant_id IS
	'The only tenant that they work in';
COMMENT ON COLUMN scim_tokens.principal IS
	'Who that is, as the history, proposals and reviews have it: the subject (User/<id>), or token:<id>; of a token that took the place of another, what that had';
COMMENT ON COLUMN scim_tokens.subject_type IS
	'The resource type of the subject, which /Me stands for; NULL: there is none';
COMMENT ON COLUMN scim_tokens.subject_id IS
	'Its id';
COMMENT ON COLUMN scim_tokens.scopes IS
	'What it is good for: scim, mcp; read_only: for nothing that writes';
COMMENT ON COLUMN scim_tokens.tools IS
	'The tools, and sets of tools, that there are by MCP; NULL: all';
COMMENT ON COLUMN scim_tokens.profile IS
	'The profile by which input is understood; NULL: the tenant''s';
COMMENT ON COLUMN scim_tokens.agent IS
	'What the client is called in the history; NULL: as it calls itself';
COMMENT ON COLUMN scim_tokens.max_per_minute IS
	'So many requests a minute does a bridge let through; NULL: any number';
COMMENT ON COLUMN scim_tokens.created_by IS
	'The role that created it';
COMMENT ON COLUMN scim_tokens.created_at IS
	'When';
COMMENT ON COLUMN scim_tokens.lasts IS
	'So long was it made for, and is what takes its place; NULL: for ever';
COMMENT ON COLUMN scim_tokens.expires_at IS
	'When it ends by the clock; NULL: never';
COMMENT ON COLUMN scim_tokens.revoked_at IS
	'When it was revoked; NULL: it was not';

CREATE VIEW scim_own_tokens WITH (security_barrier) AS
	SELECT id, role, tenant_id, principal, subject_type, subject_id, scopes, tools, profile, agent, max_per_minute,
		created_by::name AS created_by, created_at, lasts, expires_at, revoked_at
	FROM ONLY scim_tokens WHERE pg_catalog.pg_has_role(role, 'USAGE');
COMMENT ON VIEW scim_own_tokens IS
	'The tokens of the roles that the current role has, itself or by inheritance';

SELECT pg_catalog.pg_extension_config_dump('scim_tokens',
	'WHERE role::pg_catalog.oid IN (SELECT oid FROM pg_catalog.pg_roles)');

CREATE FUNCTION scim_create_token(role regrole, tenant text, options jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_create_token';
COMMENT ON FUNCTION scim_create_token(regrole, text, jsonb) IS
	'Creates a token by which clients of the bridge work as the role in the tenant: {"token", "id", "principal", "expires_at"}; nobody is told the token again';
REVOKE EXECUTE ON FUNCTION scim_create_token(regrole, text, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_list_tokens() RETURNS SETOF scim_own_tokens
	LANGUAGE SQL STABLE
	BEGIN ATOMIC
		SELECT * FROM scim_own_tokens ORDER BY created_at, id;
	END;
COMMENT ON FUNCTION scim_list_tokens() IS
	'The tokens of the roles that the current role has, the oldest first';

CREATE FUNCTION scim_rotate_token(id uuid, overlap interval DEFAULT '1 hour') RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_rotate_token';
COMMENT ON FUNCTION scim_rotate_token(uuid, interval) IS
	'Creates a token for the same, and as long, in the place of one that ends when that time is over: {"token", "id", "principal", "expires_at"}';
REVOKE EXECUTE ON FUNCTION scim_rotate_token(uuid, interval) FROM PUBLIC;

CREATE FUNCTION scim_revoke_token(id uuid) RETURNS boolean
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_revoke_token';
COMMENT ON FUNCTION scim_revoke_token(uuid) IS
	'Ends a token now; false: it had ended before';
REVOKE EXECUTE ON FUNCTION scim_revoke_token(uuid) FROM PUBLIC;

CREATE FUNCTION scim_grant_bridge(role regrole) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_grant_bridge';
COMMENT ON FUNCTION scim_grant_bridge(regrole) IS
	'Lets a role look up tokens, and enter by them, as the bridge does';
REVOKE EXECUTE ON FUNCTION scim_grant_bridge(regrole) FROM PUBLIC;

-- Entering: restricted, as parallel workers know nothing of it.

CREATE FUNCTION scim_enter(token bytea) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_enter';
COMMENT ON FUNCTION scim_enter(bytea) IS
	'Has the rest of the transaction run as the role, and in the tenant, of a token (its SHA-256): nothing in it leads out again';
REVOKE EXECUTE ON FUNCTION scim_enter(bytea) FROM PUBLIC;

CREATE FUNCTION scim_enter_role(role regrole, tenant text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_enter_role';
COMMENT ON FUNCTION scim_enter_role(regrole, text) IS
	'The same without a token: for a bridge that serves its own machine alone';
REVOKE EXECUTE ON FUNCTION scim_enter_role(regrole, text) FROM PUBLIC;

CREATE FUNCTION scim_left_behind() RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_left_behind';
COMMENT ON FUNCTION scim_left_behind() IS
	'What the session keeps of this transaction, or of one before, that a bridge''s must not: a role, a setting, temporary tables; NULL: nothing';
-- Not for code that runs behind a token: who was told of what is left behind, answers for it.
REVOKE EXECUTE ON FUNCTION scim_left_behind() FROM PUBLIC;

-- Triggers (sql/parts/triggers.sql).

CREATE FUNCTION scim_lease_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_lease_trigger';
COMMENT ON FUNCTION scim_lease_trigger() IS
	'Refuses DELETE and TRUNCATE of resources that others hold, in tables with the option enforce (resource type)';
REVOKE EXECUTE ON FUNCTION scim_lease_trigger() FROM PUBLIC;

CREATE FUNCTION scim_history_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_history_trigger';
COMMENT ON FUNCTION scim_history_trigger() IS
	'Keeps what resources were, in scim_history_rows (resource type)';
REVOKE EXECUTE ON FUNCTION scim_history_trigger() FROM PUBLIC;

-- Tables (sql/parts/tables.sql): an option more.

COMMENT ON FUNCTION scim_create_table(text, text, jsonb) IS
	'Makes a table for a resource type, with lookup columns, indexes, triggers and row level security; options: unique_id, version_scheme, validate, history';
COMMENT ON FUNCTION scim_register_table(regclass, text, jsonb, jsonb) IS
	'Registers a table that exists; mapping: its columns, for the id, the tenant, ..., and for attributes (or {}: those of a created table); options: version_scheme, validate, history, add_columns, subscribed';

-- Versions (sql/parts/versions.sql).

CREATE FUNCTION scim_merge(base jsonb, mine jsonb, theirs jsonb, rules jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_merge';
COMMENT ON FUNCTION scim_merge(jsonb, jsonb, jsonb, jsonb) IS
	'Two changes of one content put together: {"merged", "mine", "theirs", "conflicts"}; rules: {"<path>": "fail", "mine", "theirs", "counter", "max" or "min"}';

-- Users, groups, resources (sql/parts/users.sql, ...): what becomes of a conflict.
-- The new functions get the owner and the rights of those of 1.0, which go
-- (src/admin/upgrade.c).

CREATE FUNCTION scim_update_resource(resource_type text, id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_resource';
COMMENT ON FUNCTION scim_update_resource(text, text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a resource, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_resource(resource_type text, id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_resource';
COMMENT ON FUNCTION scim_patch_resource(text, text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a resource (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_update_user(id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_user';
COMMENT ON FUNCTION scim_update_user(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a user, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_user(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_user';
COMMENT ON FUNCTION scim_patch_user(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a user (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_update_group(id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_group';
COMMENT ON FUNCTION scim_update_group(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a group, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_group(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_group';
COMMENT ON FUNCTION scim_patch_group(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a group (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_replace_functions(old regprocedure[], new regprocedure[]) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_replace_functions';
SELECT scim_replace_functions('{
		"scim_update_resource(text,text,jsonb,text,text[],text[],text)",
		"scim_patch_resource(text,text,jsonb,text,text[],text[],text)",
		"scim_update_user(text,jsonb,text,text[],text[],text)",
		"scim_patch_user(text,jsonb,text,text[],text[],text)",
		"scim_update_group(text,jsonb,text,text[],text[],text)",
		"scim_patch_group(text,jsonb,text,text[],text[],text)"}'::regprocedure[], '{
		"scim_update_resource(text,text,jsonb,text,text[],text[],text,jsonb,text)",
		"scim_patch_resource(text,text,jsonb,text,text[],text[],text,jsonb,text)",
		"scim_update_user(text,jsonb,text,text[],text[],text,jsonb,text)",
		"scim_patch_user(text,jsonb,text,text[],text[],text,jsonb,text)",
		"scim_update_group(text,jsonb,text,text[],text[],text,jsonb,text)",
		"scim_patch_group(text,jsonb,text,text[],text[],text,jsonb,text)"}'::regprocedure[]);
DROP FUNCTION scim_replace_functions(regprocedure[], regprocedure[]);

-- A list of all types (sql/parts/resources.sql).

CREATE FUNCTION scim_search(request jsonb, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_search';
COMMENT ON FUNCTION scim_search(jsonb, text) IS
	'A ListResponse with a page of resources of all types, as a SearchRequest asks for them (RFC 7644 section 3.4.3)';

-- SCIM over HTTP (src/rest): a request in, an answer out.

CREATE FUNCTION scim_http(method text, path text, query text, headers jsonb, body bytea, token bytea DEFAULT NULL,
	OUT status int, OUT content_type text, OUT etag text, OUT location text, OUT allow text, OUT preference text,
	OUT retry_after int, OUT error_code text, OUT caller jsonb, OUT answer text) RETURNS record
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_http';
COMMENT ON FUNCTION scim_http(text, text, text, jsonb, bytea, bytea) IS
	'Answers a request of SCIM over HTTP (RFC 7644); errors that the client can mend are answers, not raised';

CREATE FUNCTION scim_bulk(request jsonb, atomic boolean DEFAULT false, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_bulk';
COMMENT ON FUNCTION scim_bulk(jsonb, boolean, text) IS
	'Does the operations of a BulkRequest (RFC 7644, section 3.7); returns the BulkResponse. atomic: the first error undoes all of them';

-- Tools (sql/parts/tools.sql): for clients that can ask their user.

CREATE FUNCTION scim_call_tool(name text, arguments text, request_state text, input_responses text)
	RETURNS json
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_text';
COMMENT ON FUNCTION scim_call_tool(text, text, text, text) IS
	'Calls a tool for a client that can ask its user: with on_conflict "ask_user" a stale version may be answered by a question, and the same call with requestState and the responses decides it';

-- Who may call the shorter form, and nobody else, may call this one (src/admin/upgrade.c).

CREATE FUNCTION scim_hand_over_rights(old regprocedure, new regprocedure) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_hand_over_rights';
SELECT scim_hand_over_rights('scim_call_tool(text,text)'::regprocedure, 'scim_call_tool(text,text,text,text)'::regprocedure);
DROP FUNCTION scim_hand_over_rights(regprocedure, regprocedure);

-- Rights on what is new (sql/parts/rights.sql).  What is older keeps those that it has
-- by now: a GRANT or REVOKE here would take them for the extension's own, and dumps
-- would leave them out.

DO $$
DECLARE
	given record;
BEGIN
	FOR given IN
		SELECT c.oid::regclass AS relation, CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::oid THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role
		FROM pg_catalog.pg_class c, LATERAL pg_catalog.aclexplode(c.relacl) a
		WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner AND c.oid OPERATOR(pg_catalog.=) ANY ('{scim_history_rows, scim_history_seq, scim_history_pruned,
			scim_history_server, scim_history_seals, scim_history_sealer, scim_history,
			scim_leases, scim_leases_held, scim_conflict_stats, scim_policy_rows, scim_policies,
			scim_proposal_rows, scim_proposals, scim_review_rows, scim_reviews, scim_profiles, scim_tenant_profiles,
			scim_idempotency, scim_idempotency_keys, scim_tokens, scim_own_tokens}'::regclass[]::oid[])
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', given.relation::text, given.role);
	END LOOP;
END $$;
GRANT SELECT ON scim_history, scim_leases_held, scim_conflict_stats, scim_policies, scim_proposals, scim_reviews,
	scim_profiles, scim_idempotency_keys, scim_own_tokens TO PUBLIC;
GRANT SELECT ON scim_history_rows, scim_history_seq, scim_history_pruned,
	scim_history_server, scim_history_seals, scim_history_sealer, scim_leases,
	scim_policy_rows, scim_proposal_rows, scim_review_rows, scim_tenant_profiles, scim_idempotency, scim_tokens TO pg_database_owner;

-- What MCP clients read beside tools: resources, prompts, completions, and what changed.

CREATE FUNCTION scim_mcp_resources(cursor text DEFAULT NULL) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_resources';
COMMENT ON FUNCTION scim_mcp_resources(text) IS
	'What MCP clients find listed to be read: schemas, the server and, page by page, open proposals: {"resources", "nextCursor"}';

CREATE FUNCTION scim_mcp_resource_templates() RETURNS json
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_mcp_resource_templates';
COMMENT ON FUNCTION scim_mcp_resource_templates() IS
	'Of what MCP clients make the URIs of resources: {"resourceTemplates"}';

CREATE FUNCTION scim_read_resource(uri text) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_read_resource';
COMMENT ON FUNCTION scim_read_resource(text) IS
	'What a URI leads to that scim_mcp_resources lists, or that was made of a template: {"contents"}';

CREATE FUNCTION scim_mcp_watch(uris text) RETURNS json
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_mcp_watch';
COMMENT ON FUNCTION scim_mcp_watch(text) IS
	'Which of the resources (a JSON array of URIs) can be watched, and from where on: {"watched", "cursor"}';

CREATE FUNCTION scim_mcp_changes(cursor text DEFAULT NULL) RETURNS json
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_mcp_changes';
COMMENT ON FUNCTION scim_mcp_changes(text) IS
	'What has changed behind a cursor of scim_mcp_watch, and whether the tools are others: {"updated", "under", "within", "cursor", "more", "tools", "notify"}';

CREATE FUNCTION scim_mcp_prompts() RETURNS json
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_mcp_prompts';
COMMENT ON FUNCTION scim_mcp_prompts() IS
	'The prompts that MCP clients offer to people: {"prompts"}';

CREATE FUNCTION scim_mcp_prompt(name text, arguments text DEFAULT NULL) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_prompt';
COMMENT ON FUNCTION scim_mcp_prompt(text, text) IS
	'A prompt with its arguments (a JSON object of strings) filled in: {"description", "messages"}';

CREATE FUNCTION scim_mcp_complete(params text) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_complete';
COMMENT ON FUNCTION scim_mcp_complete(text) IS
	'What an argument of a template or a prompt can be, of its beginning (parameters of completion/complete, as JSON): {"completion"}';

-- What the schemas and types that are always there are for, in the words of RFC 7643.

UPDATE scim_schemas s SET document = pg_catalog.jsonb_set(s.document, '{description}', pg_catalog.to_jsonb(said.description))
FROM (VALUES
	('urn:ietf:params:scim:schemas:core:2.0:User', 'User Account'),
	('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'Enterprise User'),
	('urn:ietf:params:scim:schemas:core:2.0:Group', 'Group'),
	('urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig', 'Schema for representing the service provider''s configuration'),
	('urn:ietf:params:scim:schemas:core:2.0:ResourceType', 'Specifies the schema that describes a SCIM resource type'),
	('urn:ietf:params:scim:schemas:core:2.0:Schema', 'Specifies the schema that describes a SCIM schema')) said (id, description)
WHERE s.built_in AND s.id OPERATOR(pg_catalog.=) said.id;
UPDATE scim_resource_types t SET document = pg_catalog.jsonb_set(t.document, '{description}', pg_catalog.to_jsonb(said.description))
FROM (VALUES ('User', 'User Account'), ('Group', 'Group')) said (name, description)
WHERE t.built_in AND t.name OPERATOR(pg_catalog.=) said.name;

-- Tables that scim_create_table made have their history from now on: they get the triggers
-- that it makes by now (src/admin/upgrade.c).  Nobody else is to call this.

CREATE FUNCTION scim_begin_history() RETURNS bigint
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_begin_history';
SELECT scim_begin_history();
DROP FUNCTION scim_begin_history();
