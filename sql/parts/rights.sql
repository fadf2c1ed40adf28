-- Rights on the extension's own tables: what nobody reads, and who reads the rest.

-- Cursors: whoever knows the secret can forge one, so nobody reads it.  Row level
-- security without a policy keeps pg_read_all_data from it; it is not dumped.

CREATE TABLE scim_cursor_secret (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	secret bytea NOT NULL CHECK (pg_catalog.octet_length(secret) >= 32)
);
COMMENT ON TABLE scim_cursor_secret IS
	'The key that cursors are signed with; made anew with the extension, not dumped. A new one makes all cursors invalid';
ALTER TABLE scim_cursor_secret ENABLE ROW LEVEL SECURITY;
INSERT INTO scim_cursor_secret (secret) VALUES (pg_catalog.sha256(
	pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) ||
	pg_catalog.uuid_send(pg_catalog.gen_random_uuid())));

-- Who reads the tables of all parts: nobody else, whatever default privileges say,
-- and nobody but their owner writes, until that is granted.  The database's owner
-- can dump them.

DO $$
DECLARE
	given record;
BEGIN
	FOR given IN
		SELECT c.oid::regclass AS relation, CASE WHEN a.grantee OPERATOR(pg_catalog.=) 0::oid THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role
		FROM pg_catalog.pg_class c, LATERAL pg_catalog.aclexplode(c.relacl) a
		WHERE a.grantee OPERATOR(pg_catalog.<>) c.relowner AND c.oid OPERATOR(pg_catalog.=) ANY ('{scim_schemas, scim_resource_types, scim_tenant_grants,
			scim_own_grants, scim_cursor_secret, scim_history_rows, scim_history_seq, scim_history_pruned,
			scim_history_server, scim_history_seals, scim_history_sealer, scim_history,
			scim_leases, scim_leases_held, scim_conflict_stats, scim_policy_rows, scim_policies,
			scim_proposal_rows, scim_proposals, scim_review_rows, scim_reviews, scim_profiles, scim_tenant_profiles,
			scim_idempotency, scim_idempotency_keys, scim_tokens, scim_own_tokens}'::regclass[]::oid[])
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', given.relation::text, given.role);
	END LOOP;
END $$;
GRANT SELECT ON scim_schemas, scim_resource_types, scim_own_grants, scim_history, scim_leases_held, scim_conflict_stats,
	scim_policies, scim_proposals, scim_reviews, scim_profiles, scim_idempotency_keys, scim_own_tokens TO PUBLIC;
GRANT SELECT ON scim_tenant_grants, scim_history_rows, scim_history_seq, scim_history_pruned,
	scim_history_server, scim_history_seals, scim_history_sealer, scim_leases,
	scim_policy_rows, scim_proposal_rows, scim_review_rows, scim_tenant_profiles, scim_idempotency, scim_tokens TO pg_database_owner;
