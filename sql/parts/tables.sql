-- Tables: made, registered, checked and mended (src/admin).  Who registers a table
-- decides what functions of other roles write to.

CREATE FUNCTION scim_create_table(name text, resource_type text, options jsonb DEFAULT '{}') RETURNS regclass
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_create_table';
COMMENT ON FUNCTION scim_create_table(text, text, jsonb) IS
	'Makes a table for a resource type, with lookup columns, indexes, triggers and row level security; options: unique_id, version_scheme, validate, history';
REVOKE EXECUTE ON FUNCTION scim_create_table(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_register_table(relation regclass, resource_type text, mapping jsonb, options jsonb DEFAULT '{}') RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_table';
COMMENT ON FUNCTION scim_register_table(regclass, text, jsonb, jsonb) IS
	'Registers a table that exists; mapping: its columns, for the id, the tenant, ..., and for attributes (or {}: those of a created table); options: version_scheme, validate, history, add_columns, subscribed';
REVOKE EXECUTE ON FUNCTION scim_register_table(regclass, text, jsonb, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_unregister_table(relation regclass, options jsonb DEFAULT '{}') RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_unregister_table';
COMMENT ON FUNCTION scim_unregister_table(regclass, jsonb) IS
	'Ends the registration of a table, and leaves the table as it was; options: keep_columns';
REVOKE EXECUTE ON FUNCTION scim_unregister_table(regclass, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_register_members(relation regclass, group_column text, member_column text, options jsonb DEFAULT '{}') RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_members';
COMMENT ON FUNCTION scim_register_members(regclass, text, text, jsonb) IS
	'Registers the join table of registered users and groups: every statement on it moves the versions of its groups; options: tenant (its column), subscribed';
REVOKE EXECUTE ON FUNCTION scim_register_members(regclass, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_create_index(resource_type text, path text) RETURNS text
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_create_index';
COMMENT ON FUNCTION scim_create_index(text, text) IS
	'Makes the index that filters and sorting by an attribute path need; returns its name';
REVOKE EXECUTE ON FUNCTION scim_create_index(text, text) FROM PUBLIC;

CREATE FUNCTION scim_check_table(relation regclass)
	RETURNS TABLE (problem text, tenant_id text, resource_id text, stored text, computed text, detail text)
	LANGUAGE C STABLE STRICT
	AS 'MODULE_PATHNAME', 'scim_check_table';
COMMENT ON FUNCTION scim_check_table(regclass) IS
	'What is wrong with a registered table: versions, members, content, mapping, indexes, triggers; nothing: it is sound';

CREATE FUNCTION scim_repair_table(relation regclass) RETURNS bigint
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_repair_table';
COMMENT ON FUNCTION scim_repair_table(regclass) IS
	'Mends versions, counts and digests of members, and triggers of a registered table; returns how many. scim_check_table tells what is left';
REVOKE EXECUTE ON FUNCTION scim_repair_table(regclass) FROM PUBLIC;

CREATE PROCEDURE scim_backfill(relation regclass, batch_size int DEFAULT 1000)
	LANGUAGE C
	AS 'MODULE_PATHNAME', 'scim_backfill';
COMMENT ON PROCEDURE scim_backfill(regclass, int) IS
	'Fills versions, revisions, counts and digests that rows of before the registration lack, in batches that are committed';
REVOKE EXECUTE ON PROCEDURE scim_backfill(regclass, int) FROM PUBLIC;
