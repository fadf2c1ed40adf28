\echo Use "CREATE EXTENSION scimver CASCADE" to load this file. \quit

DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'scimver needs a database in UTF8, this one is in %',
			pg_catalog.current_setting('server_encoding');
	END IF;
	IF pg_catalog.to_regcollation('pg_catalog."und-x-icu"') IS NULL THEN
		RAISE EXCEPTION 'scimver needs a server that was built with ICU';
	END IF;
END $$;

-- Versions: any client in any language can compute them (src/core)

CREATE FUNCTION scim_canonical(value jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_canonical';
COMMENT ON FUNCTION scim_canonical(jsonb) IS
	'The canonical form of any JSON value (RFC 8785; numbers that a double cannot hold in full)';

CREATE FUNCTION scim_content(resource jsonb) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_content';
COMMENT ON FUNCTION scim_content(jsonb) IS
	'What of a resource, as a client reads it, enters its version';

CREATE FUNCTION scim_version(resource jsonb) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_version';
COMMENT ON FUNCTION scim_version(jsonb) IS
	'The version of a resource: base64 of 8 bytes of SHA-256 of the canonical form of its content';

-- Lookup columns

CREATE FUNCTION scim_fold(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_fold';
COMMENT ON FUNCTION scim_fold(text) IS
	'How text that is not caseExact is compared: lower(normalize(value, NFKC) COLLATE "und-x-icu")';

CREATE FUNCTION scim_folded_values(data jsonb, VARIADIC path text[]) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_folded_values';
COMMENT ON FUNCTION scim_folded_values(jsonb, text[]) IS
	'The strings that a path of keys leads to, through lists, folded: for the lookup column of a multi-valued attribute';

CREATE FUNCTION scim_exact_values(data jsonb, VARIADIC path text[]) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_exact_values';
COMMENT ON FUNCTION scim_exact_values(jsonb, text[]) IS
	'The strings that a path of keys leads to, through lists, as they are';

-- How filters compare.  None of these raises an error for what is stored.

CREATE FUNCTION scim_datetime(value text) RETURNS timestamptz
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_datetime';
COMMENT ON FUNCTION scim_datetime(text) IS
	'The instant of an xsd:dateTime, in UTC if it names no zone; NULL if it is none';

CREATE FUNCTION scim_binary(value text) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_binary';
COMMENT ON FUNCTION scim_binary(text) IS
	'The bytes of base64 or base64url, with or without padding; NULL if it is neither';

CREATE FUNCTION scim_is_assigned(value jsonb) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_is_assigned';
COMMENT ON FUNCTION scim_is_assigned(jsonb) IS
	'Is there a value that is not empty ("", null, [], {}), at any depth?';

-- The operator for lookups of multi-valued attributes.  It is leakproof, so that
-- its index serves under row level security, which @> of arrays does not.

CREATE FUNCTION scim_has_value(attribute_values text[], value text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF
	AS 'MODULE_PATHNAME', 'scim_has_value';
COMMENT ON FUNCTION scim_has_value(text[], text) IS
	'Is one of the elements the value, byte for byte?';

CREATE OPERATOR @= (
	LEFTARG = text[], RIGHTARG = text, FUNCTION = scim_has_value,
	RESTRICT = eqsel, JOIN = contjoinsel
);
COMMENT ON OPERATOR @= (text[], text) IS
	'One of the elements is the value';

CREATE FUNCTION scim_value_query(text[], internal, int2, internal, internal, internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_value_query';
COMMENT ON FUNCTION scim_value_query(text[], internal, int2, internal, internal, internal, internal) IS
	'What an index of scim_values_ops is searched for';

CREATE FUNCTION scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_value_consistent';
COMMENT ON FUNCTION scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal) IS
	'Does what an index of scim_values_ops found match?';

CREATE OPERATOR CLASS scim_values_ops FOR TYPE text[] USING gin AS
	OPERATOR 1 @= (text[], text),
	FUNCTION 1 bttextcmp(text, text),
	FUNCTION 2 ginarrayextract(anyarray, internal, internal),
	FUNCTION 3 scim_value_query(text[], internal, int2, internal, internal, internal, internal),
	FUNCTION 4 scim_value_consistent(internal, int2, text[], int4, internal, internal, internal, internal),
	STORAGE text;
COMMENT ON OPERATOR CLASS scim_values_ops USING gin IS
	'Indexes for @= on the lookup columns of multi-valued attributes';
COMMENT ON OPERATOR FAMILY scim_values_ops USING gin IS
	'Indexes for @= on the lookup columns of multi-valued attributes';

-- Tenants

CREATE TABLE scim_tenant_grants (
	tenant_id text NOT NULL CHECK (tenant_id <> ''),
	role regrole NOT NULL,
	PRIMARY KEY (tenant_id, role)
);
COMMENT ON TABLE scim_tenant_grants IS
	'Which role may work in which tenant; written by scim_grant_tenant and scim_revoke_tenant';
ALTER TABLE scim_tenant_grants ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_grants ON scim_tenant_grants FOR SELECT
	USING (pg_catalog.pg_has_role(role, 'USAGE'));
CREATE POLICY granting ON scim_tenant_grants FOR INSERT WITH CHECK (true);
CREATE POLICY revoking ON scim_tenant_grants FOR DELETE USING (true);
GRANT SELECT ON scim_tenant_grants TO PUBLIC;
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

-- Cursors: whoever knows the secret can forge one, so nobody reads it (row level
-- security without a policy: not even who has default privileges on new tables)

CREATE TABLE scim_cursor_secret (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	secret bytea NOT NULL CHECK (pg_catalog.octet_length(secret) >= 32)
);
COMMENT ON TABLE scim_cursor_secret IS
	'The key that cursors are signed with; made anew with the extension, not dumped. A new one makes all cursors invalid';
ALTER TABLE scim_cursor_secret ENABLE ROW LEVEL SECURITY;
INSERT INTO scim_cursor_secret (secret) VALUES (pg_catalog.sha256(
	pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) ||
	pg_catalog.uuid_send(pg_catalog.gen_random_uuid())));

-- Tables.  A trigger makes a table a registered one, so only who may register
-- may call these: functions of other roles will write to the table.

CREATE FUNCTION scim_row_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_row_trigger';
COMMENT ON FUNCTION scim_row_trigger() IS
	'Keeps version, revision, created and last_modified of a registered table (resource type, mapping, options)';

CREATE FUNCTION scim_members_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_members_trigger';
COMMENT ON FUNCTION scim_members_trigger() IS
	'Moves the versions of the groups whose memberships a statement changed (resource type, mapping)';

CREATE FUNCTION scim_ddl_trigger() RETURNS event_trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_ddl_trigger';
COMMENT ON FUNCTION scim_ddl_trigger() IS
	'Follows a renamed column of a registered table, and refuses to drop one';
CREATE EVENT TRIGGER scimver_rename ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
	EXECUTE FUNCTION scim_ddl_trigger();
CREATE EVENT TRIGGER scimver_drop ON sql_drop WHEN TAG IN ('ALTER TABLE')
	EXECUTE FUNCTION scim_ddl_trigger();

CREATE FUNCTION scim_create_table(name text, resource_type text, options jsonb DEFAULT '{}') RETURNS regclass
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_create_table';
COMMENT ON FUNCTION scim_create_table(text, text, jsonb) IS
	'Makes a table for a resource type (User, Group), with indexes, triggers and row level security; options: version_scheme';

CREATE FUNCTION scim_register_table(relation regclass, resource_type text, mapping jsonb, options jsonb DEFAULT '{}') RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_table';
COMMENT ON FUNCTION scim_register_table(regclass, text, jsonb, jsonb) IS
	'Registers a table that has the columns of a created one; mapping: {}';

REVOKE EXECUTE ON FUNCTION scim_row_trigger(), scim_members_trigger(),
	scim_create_table(text, text, jsonb), scim_register_table(regclass, text, jsonb, jsonb) FROM PUBLIC;

-- Operations: for any resource type, and with User and Group filled in

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
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_resource';
COMMENT ON FUNCTION scim_update_resource(text, text, jsonb, text, text[], text[], text) IS
	'Replaces a resource, if it still has the expected version; VERSION_MISMATCH otherwise';

CREATE FUNCTION scim_patch_resource(resource_type text, id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_resource';
COMMENT ON FUNCTION scim_patch_resource(text, text, jsonb, text, text[], text[], text) IS
	'Changes attributes of a resource (RFC 7644 section 3.5.2), if it still has the expected version';

CREATE FUNCTION scim_delete_resource(resource_type text, id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_resource';
COMMENT ON FUNCTION scim_delete_resource(text, text, text, text) IS
	'Deletes a resource, if it still has the expected version';

CREATE FUNCTION scim_list_resources(resource_type text, filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_resources';
COMMENT ON FUNCTION scim_list_resources(text, text, text, text, int, int, text, text[], text[], text) IS
	'A ListResponse with a page of resources, ordered by id';

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
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_user';
COMMENT ON FUNCTION scim_update_user(text, jsonb, text, text[], text[], text) IS
	'Replaces a user, if it still has the expected version; VERSION_MISMATCH otherwise';

CREATE FUNCTION scim_patch_user(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_user';
COMMENT ON FUNCTION scim_patch_user(text, jsonb, text, text[], text[], text) IS
	'Changes attributes of a user (RFC 7644 section 3.5.2), if it still has the expected version';

CREATE FUNCTION scim_delete_user(id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_user';
COMMENT ON FUNCTION scim_delete_user(text, text, text) IS
	'Deletes a user, if it still has the expected version';

CREATE FUNCTION scim_list_users(filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_users';
COMMENT ON FUNCTION scim_list_users(text, text, text, int, int, text, text[], text[], text) IS
	'A ListResponse with a page of users, ordered by id';

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
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_update_group';
COMMENT ON FUNCTION scim_update_group(text, jsonb, text, text[], text[], text) IS
	'Replaces a group, if it still has the expected version; VERSION_MISMATCH otherwise';

CREATE FUNCTION scim_patch_group(id text, operations jsonb, expected_version text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_patch_group';
COMMENT ON FUNCTION scim_patch_group(text, jsonb, text, text[], text[], text) IS
	'Changes attributes of a group (RFC 7644 section 3.5.2), if it still has the expected version';

CREATE FUNCTION scim_delete_group(id text, expected_version text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_group';
COMMENT ON FUNCTION scim_delete_group(text, text, text) IS
	'Deletes a group, if it still has the expected version';

CREATE FUNCTION scim_list_groups(filter text DEFAULT NULL, sort_by text DEFAULT NULL,
	sort_order text DEFAULT NULL, start_index int DEFAULT 1, count int DEFAULT 100, cursor text DEFAULT NULL,
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_groups';
COMMENT ON FUNCTION scim_list_groups(text, text, text, int, int, text, text[], text[], text) IS
	'A ListResponse with a page of groups, ordered by id';

-- What agents see (src/tools).

CREATE FUNCTION scim_tools() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_tools';
COMMENT ON FUNCTION scim_tools() IS
	'The tools for AI agents: an array of MCP Tool objects, in a fixed order';

CREATE FUNCTION scim_call_tool(name text, arguments jsonb) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_jsonb';
COMMENT ON FUNCTION scim_call_tool(text, jsonb) IS
	'Calls a tool; errors that the caller can mend are answers, not raised';

CREATE FUNCTION scim_call_tool(name text, arguments text) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_text';
COMMENT ON FUNCTION scim_call_tool(text, text) IS
	'Calls a tool with arguments as JSON text; text that is no JSON is answered, not raised';

CREATE FUNCTION scim_get_schemas() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_get_schemas';
COMMENT ON FUNCTION scim_get_schemas() IS
	'The resource types and their schemas (RFC 7643 sections 6 and 7)';

CREATE FUNCTION scim_server_info() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_server_info';
COMMENT ON FUNCTION scim_server_info() IS
	'What is installed and what it can do: version, tenant, resource types, features, limits';
