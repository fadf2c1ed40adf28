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
