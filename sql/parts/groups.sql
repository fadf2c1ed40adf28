-- Groups: the operations of resources.sql, with the type Group filled in, and their
-- members.

CREATE FUNCTION scim_create_group(data jsonb,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_create_group';
COMMENT ON FUNCTION scim_create_group(jsonb, text[], text[], text) IS
	'Creates a group; returns it with id and meta';

CREATE FUNCTION scim_get_group(id text,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_group';
COMMENT ON FUNCTION scim_get_group(text, text[], text[], text, text) IS
	'The group with that id, or not_modified if it still has the known version; or its NOT_FOUND';

CREATE FUNCTION scim_update_group(id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_group';
COMMENT ON FUNCTION scim_update_group(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a group, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_group(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_group';
COMMENT ON FUNCTION scim_patch_group(text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a group (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_delete_group(id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_group';
COMMENT ON FUNCTION scim_delete_group(text, text, text) IS
	'Deletes a group, if it still has the expected version';

CREATE FUNCTION scim_list_groups(filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, include_total boolean DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_groups';
COMMENT ON FUNCTION scim_list_groups(text, text, text, int, int, text, text[], text[], text, boolean, text) IS
	'A ListResponse with a page of groups: filtered, sorted, by start_index or by cursor';

CREATE FUNCTION scim_add_members(group_id text, members text[], expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_add_members';
COMMENT ON FUNCTION scim_add_members(text, text[], text, text[], text[], text) IS
	'Adds members, by their ids, to a group; whoever is a member already stays one';

CREATE FUNCTION scim_remove_members(group_id text, members text[], expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_remove_members';
COMMENT ON FUNCTION scim_remove_members(text, text[], text, text[], text[], text) IS
	'Removes members, by their ids, from a group; whoever is none is no error';

CREATE FUNCTION scim_list_members(group_id text, count int DEFAULT 100, cursor text DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_members';
COMMENT ON FUNCTION scim_list_members(text, int, text, text) IS
	'A ListResponse with a page of the members of a group, ordered by type and id; nextCursor leads on';
