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
