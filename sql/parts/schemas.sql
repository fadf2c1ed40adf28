-- Schemas and resource types.  The tables are written by the functions that
-- register; the trigger brings documents into their form, and lets every
-- session know of a change.  position: their order.  What built_in.sql inserts is
-- built_in, and stays: a row that is not, with the same id, takes its place, so
-- that a dump carries it and a restore finds no other in its way.

CREATE TABLE scim_schemas (
	id text NOT NULL,
	document jsonb NOT NULL,
	options jsonb NOT NULL DEFAULT '{}',
	version text NOT NULL,
	position int NOT NULL,
	built_in boolean NOT NULL DEFAULT false,
	PRIMARY KEY (id, built_in)
);
COMMENT ON TABLE scim_schemas IS
	'The schemas (RFC 7643 section 7); written by scim_register_schema and scim_unregister_schema';
CREATE UNIQUE INDEX ON scim_schemas (pg_catalog.lower(id COLLATE "C"), built_in);

CREATE TABLE scim_resource_types (
	name text NOT NULL,
	document jsonb NOT NULL,
	version text NOT NULL,
	position int NOT NULL,
	built_in boolean NOT NULL DEFAULT false,
	PRIMARY KEY (name, built_in)
);
COMMENT ON TABLE scim_resource_types IS
	'The resource types (RFC 7643 section 6); written by scim_register_resource_type and scim_unregister_resource_type';
CREATE UNIQUE INDEX ON scim_resource_types (pg_catalog.lower(name COLLATE "C"), built_in);

CREATE FUNCTION scim_schemas_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_schemas_trigger';
COMMENT ON FUNCTION scim_schemas_trigger() IS
	'Brings the document of a schema or resource type into its form, and lets all sessions know of it';
REVOKE EXECUTE ON FUNCTION scim_schemas_trigger() FROM PUBLIC;

CREATE TRIGGER scimver_rows BEFORE INSERT OR UPDATE OR DELETE ON scim_schemas
	FOR EACH ROW EXECUTE FUNCTION scim_schemas_trigger();
CREATE TRIGGER scimver_truncate BEFORE TRUNCATE ON scim_schemas
	FOR EACH STATEMENT EXECUTE FUNCTION scim_schemas_trigger();
CREATE TRIGGER scimver_rows BEFORE INSERT OR UPDATE OR DELETE ON scim_resource_types
	FOR EACH ROW EXECUTE FUNCTION scim_schemas_trigger();
CREATE TRIGGER scimver_truncate BEFORE TRUNCATE ON scim_resource_types
	FOR EACH STATEMENT EXECUTE FUNCTION scim_schemas_trigger();
ALTER TABLE scim_schemas ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_schemas ENABLE ALWAYS TRIGGER scimver_truncate;
ALTER TABLE scim_resource_types ENABLE ALWAYS TRIGGER scimver_rows;
ALTER TABLE scim_resource_types ENABLE ALWAYS TRIGGER scimver_truncate;
SELECT pg_catalog.pg_extension_config_dump('scim_schemas', 'WHERE NOT built_in');
SELECT pg_catalog.pg_extension_config_dump('scim_resource_types', 'WHERE NOT built_in');

-- Who may call these writes the tables of schemas, and every writer obeys them.

CREATE FUNCTION scim_register_schema(document jsonb, options jsonb DEFAULT '{}', force boolean DEFAULT false) RETURNS jsonb
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_schema';
COMMENT ON FUNCTION scim_register_schema(jsonb, jsonb, boolean) IS
	'Adds or replaces a schema (RFC 7643 section 7), unless resources would become invalid; force: even then';
REVOKE EXECUTE ON FUNCTION scim_register_schema(jsonb, jsonb, boolean) FROM PUBLIC;

CREATE FUNCTION scim_register_resource_type(document jsonb, force boolean DEFAULT false) RETURNS jsonb
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_resource_type';
COMMENT ON FUNCTION scim_register_resource_type(jsonb, boolean) IS
	'Adds or replaces a resource type (RFC 7643 section 6), unless resources would become invalid; force: even then';
REVOKE EXECUTE ON FUNCTION scim_register_resource_type(jsonb, boolean) FROM PUBLIC;

CREATE FUNCTION scim_unregister_schema(id text) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_unregister_schema';
COMMENT ON FUNCTION scim_unregister_schema(text) IS
	'Takes away a schema that no resource type has';
REVOKE EXECUTE ON FUNCTION scim_unregister_schema(text) FROM PUBLIC;

CREATE FUNCTION scim_unregister_resource_type(name text) RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_unregister_resource_type';
COMMENT ON FUNCTION scim_unregister_resource_type(text) IS
	'Takes away a resource type that has no table';
REVOKE EXECUTE ON FUNCTION scim_unregister_resource_type(text) FROM PUBLIC;

CREATE FUNCTION scim_check_schema(document jsonb, options jsonb DEFAULT '{}')
	RETURNS TABLE (resource_type text, tenant_id text, id text, path text, problem text)
	LANGUAGE C STABLE STRICT
	AS 'MODULE_PATHNAME', 'scim_check_schema';
COMMENT ON FUNCTION scim_check_schema(jsonb, jsonb) IS
	'The resources that would become invalid if the schema were registered';
REVOKE EXECUTE ON FUNCTION scim_check_schema(jsonb, jsonb) FROM PUBLIC;
