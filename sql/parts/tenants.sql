-- Tenants.  Tables that are dumped have no row level security: pg_dump would stop
-- at them.  So who may read the grants, reads all of them, and everybody else
-- his own, by the view, which policies ask, too.

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
