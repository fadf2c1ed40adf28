-- Resources of any type: the operations (src/operation), and their URIs.

CREATE FUNCTION scim_create_resource(resource_type text, data jsonb,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_create_resource';
COMMENT ON FUNCTION scim_create_resource(text, jsonb, text[], text[], text) IS
	'Creates a resource; returns it with id and meta';

CREATE FUNCTION scim_get_resource(resource_type text, id text,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, indirect_groups boolean DEFAULT false, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_get_resource';
COMMENT ON FUNCTION scim_get_resource(text, text, text[], text[], text, boolean, text) IS
	'The resource with that id, or not_modified if it still has the known version; or its NOT_FOUND';

CREATE FUNCTION scim_update_resource(resource_type text, id text, data jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_resource';
COMMENT ON FUNCTION scim_update_resource(text, text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Replaces a resource, if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_patch_resource(resource_type text, id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	on_conflict text DEFAULT NULL, merge_rules jsonb DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_resource';
COMMENT ON FUNCTION scim_patch_resource(text, text, jsonb, text, text[], text[], text, jsonb, text) IS
	'Changes attributes of a resource (RFC 7644 section 3.5.2), if it still has the expected version; else VERSION_MISMATCH, or (on_conflict => ''merge'') merges the change with what is there';

CREATE FUNCTION scim_delete_resource(resource_type text, id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_resource';
COMMENT ON FUNCTION scim_delete_resource(text, text, text, text) IS
	'Deletes a resource, if it still has the expected version';

CREATE FUNCTION scim_list_resources(resource_type text, filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, include_total boolean DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_resources';
COMMENT ON FUNCTION scim_list_resources(text, text, text, text, int, int, text, text[], text[], text, boolean, text) IS
	'A ListResponse with a page of resources: filtered, sorted, by start_index or by cursor';

CREATE FUNCTION scim_search(request jsonb, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_search';
COMMENT ON FUNCTION scim_search(jsonb, text) IS
	'A ListResponse with a page of resources of all types, as a SearchRequest asks for them (RFC 7644 section 3.4.3)';

CREATE FUNCTION scim_uri_segment(id text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_uri_segment';
COMMENT ON FUNCTION scim_uri_segment(text) IS
	'The id as it stands in meta.location and $ref: percent-encoded, one segment of a path (RFC 3986)';
