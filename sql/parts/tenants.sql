-- Tenants.  Tables that are dumped have no row level security: pg_dump would stop
-- at them.  So who may read the grants, reads all of them, and everybody else
-- his own, by the view.  Policies ask scim_may_use.

CREATE TABLE scim_tenant_grants (
	tenant_id text NOT NULL CHECK (tenant_id <> ''),
	role regrole NOT NULL,
	PRIMARY KEY (tenant_id, role)
);
COMMENT ON TABLE scim_tenant_grants IS
	'Which role may work in which tenant; written by scim_grant_tenant and scim_revoke_tenant';
CREATE VIEW scim_own_grants WITH (security_barrier) AS
	SELECT tenant_id, role FROM scim_tenant_grants WHERE pg_catalog.pg_has_role(role, 'USAGE');
COMMENT ON VIEW scim_own_grants IS
	'Of scim_tenant_grants what the current role has, itself or by inheritance';
SELECT pg_catalog.pg_extension_config_dump('scim_tenant_grants',
	'WHERE role::pg_catalog.oid IN (SELECT oid FROM pg_catalog.pg_roles)');

-- What sessions keep of the grants is read again after each change, also one that
-- is replicated: apply workers fire no triggers for statements.  TRUNCATE tells by
-- itself, as it changes the table's file or builds its index anew.
CREATE FUNCTION scim_grants_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_grants_trigger';
COMMENT ON FUNCTION scim_grants_trigger() IS
	'Has all sessions read the grants of tenants again';
REVOKE EXECUTE ON FUNCTION scim_grants_trigger() FROM PUBLIC;
CREATE TRIGGER scimver_rows AFTER INSERT OR UPDATE OR DELETE ON scim_tenant_grants
	FOR EACH ROW EXECUTE FUNCTION scim_grants_trigger();
ALTER TABLE scim_tenant_grants ENABLE ALWAYS TRIGGER scimver_rows;

-- Restricted, as the participants of a parallel scan of an index each evaluate the
-- array that they share out: if they knew of different grants, rows would come twice.
CREATE FUNCTION scim_my_tenants() RETURNS text[]
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 10
	AS 'MODULE_PATHNAME', 'scim_my_tenants';
COMMENT ON FUNCTION scim_my_tenants() IS
	'The tenants that the current role may work in';

CREATE FUNCTION scim_may_use_support(internal) RETURNS internal
	LANGUAGE C STRICT
	AS 'MODULE_PATHNAME', 'scim_may_use_support';
COMMENT ON FUNCTION scim_may_use_support(internal) IS
	'Tells the planner how many rows scim_may_use leaves, and of an index that finds them';

-- Its errors do not depend on the tenant, so it may be asked before what another
-- policy, or a view, hides.
CREATE FUNCTION scim_may_use(tenant_id text) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE LEAKPROOF SUPPORT scim_may_use_support
	AS 'MODULE_PATHNAME', 'scim_may_use';
COMMENT ON FUNCTION scim_may_use(text) IS
	'May the current role work in the tenant? What policies of created tables ask';
GRANT EXECUTE ON FUNCTION scim_may_use(text), scim_my_tenants() TO PUBLIC;

CREATE FUNCTION scim_tenant() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_tenant';
COMMENT ON FUNCTION scim_tenant() IS
	'The tenant of calls and rows that name none: scimver.only_tenant, else scimver.tenant, else default';

CREATE FUNCTION scim_grant_tenant(tenant text, role regrole) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_grant_tenant';
COMMENT ON FUNCTION scim_grant_tenant(text, regrole) IS
	'Lets a role work in a tenant, with the privileges on the tables (password hashes excepted)';

CREATE FUNCTION scim_revoke_tenant(tenant text, role regrole) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_revoke_tenant';
COMMENT ON FUNCTION scim_revoke_tenant(text, regrole) IS
	'Takes a tenant from a role; with the last one go the privileges on the tables';
