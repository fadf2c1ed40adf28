-- From 1.0 to 1.1: what sql/parts has now and had not in 1.0, by hand.  script/test upgrade
-- compares what comes of it with CREATE EXTENSION.

\echo Use "ALTER EXTENSION scimver UPDATE" to load this file. \quit

-- The history (sql/parts/history.sql).

CREATE SEQUENCE scim_history_seq AS bigint;

CREATE TABLE scim_history_rows (
	seq bigint NOT NULL,
	xid xid8 NOT NULL,
	at timestamptz NOT NULL,
	tenant_id text NOT NULL,
	resource_type text NOT NULL,
	resource_id text,
	operation text NOT NULL CHECK (operation IN ('create', 'update', 'delete', 'truncate', 'remapped', 'refused')),
	revision bigint,
	version text,
	previous_version text,
	changed text[],
	before jsonb,
	members jsonb,
	actor name NOT NULL,
	agent text,
	tool text,
	application_name text,
	expected_version text,
	error_code text,
	PRIMARY KEY (tenant_id, seq)
);
ALTER SEQUENCE scim_history_seq OWNED BY scim_history_rows.seq;
CREATE INDEX scim_history_resource ON scim_history_rows (tenant_id, resource_type, resource_id, seq);
CREATE INDEX scim_history_xid ON scim_history_rows (xid, seq);
COMMENT ON TABLE scim_history_rows IS
	'What resources were: a row for each change, with what it replaced; read it by scim_history';

-- Triggers (sql/parts/triggers.sql).

CREATE FUNCTION scim_history_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_history_trigger';
COMMENT ON FUNCTION scim_history_trigger() IS
	'Keeps what resources were, in scim_history_rows (resource type)';
REVOKE EXECUTE ON FUNCTION scim_history_trigger() FROM PUBLIC;

-- Rights on what is new (sql/parts/rights.sql).  What is older keeps those that it has
-- by now: a GRANT or REVOKE here would take them for the extension's own, and dumps
-- would leave them out.

DO $$
DECLARE
	given record;
BEGIN
	FOR given IN
		SELECT c.oid::regclass AS relation, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role
		FROM pg_catalog.pg_class c, LATERAL pg_catalog.aclexplode(c.relacl) a
		WHERE a.grantee <> c.relowner AND c.oid = ANY ('{scim_history_rows}'::regclass[])
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', given.relation, given.role);
	END LOOP;
END $$;
GRANT SELECT ON scim_history_rows TO pg_database_owner;

-- Tables that scim_create_table made have their history from now on: they get the triggers
-- that it makes by now (src/admin/upgrade.c).  Nobody else is to call this.

CREATE FUNCTION scim_begin_history() RETURNS bigint
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_begin_history';
SELECT scim_begin_history();
DROP FUNCTION scim_begin_history();
