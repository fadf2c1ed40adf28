-- Users: the operations of resources.sql, with the type User filled in.

CREATE FUNCTION scim_create_user(data jsonb,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_create_user';
COMMENT ON FUNCTION scim_create_user(jsonb, text[], text[], text) IS
	'Creates a user; returns it with id and meta';

CREATE FUNCTION scim_get_user(id text,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, indirect_groups boolean DEFAULT false, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_user';
COMMENT ON FUNCTION scim_get_user(text, text[], text[], text, boolean, text) IS
	'The user with that id, or not_modified if it still has the known version; or its NOT_FOUND';

CREATE FUNCTION scim_update_user(id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_user';
COMMENT ON FUNCTION scim_update_user(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a user, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_user(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_user';
COMMENT ON FUNCTION scim_patch_user(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a user (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_delete_user(id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_user';
COMMENT ON FUNCTION scim_delete_user(text, text, text) IS
	'Deletes a user, if it still has the expected version';

CREATE FUNCTION scim_list_users(filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, include_total boolean DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_users';
COMMENT ON FUNCTION scim_list_users(text, text, text, int, int, text, text[], text[], text, boolean, text) IS
	'A ListResponse with a page of users: filtered, sorted, by start_index or by cursor';
