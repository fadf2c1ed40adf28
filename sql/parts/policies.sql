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
