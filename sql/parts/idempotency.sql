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
