-- Seals: the history cannot be changed any more without its being seen.

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
