-- Made by make, of parts/database.sql parts/versions.sql parts/schemas.sql parts/built_in.sql parts/filters.sql parts/tenants.sql parts/rights.sql parts/triggers.sql parts/tables.sql parts/resources.sql parts/users.sql parts/groups.sql parts/tools.sql: change those, not this.

-- The database: this is for CREATE EXTENSION alone, and for databases in UTF8.

\echo Use "CREATE EXTENSION scimver CASCADE" to load this file. \quit

DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'scimver needs a database in UTF8, this one is in %',
			pg_catalog.current_setting('server_encoding')
			USING ERRCODE = 'feature_not_supported',
				HINT = pg_catalog.format('Make one, and CREATE EXTENSION there: CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C'';',
					pg_catalog.concat(pg_catalog.current_database(), '_utf8'));
	END IF;
END $$;

-- Versions: any client in any language can compute them (src/core).

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

CREATE FUNCTION scim_row_version(relation regclass, content record) RETURNS text
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_row_version';
COMMENT ON FUNCTION scim_row_version(regclass, record) IS
	'The version of a row of a registered table that has no column for it; content: ROW() of its columns in the order of the mapping';

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

-- The schemas and resource types that are always there: RFC 7643 section 8.7.
--
-- Where that section's JSON and the RFC's text differ, the text (and its errata)
-- is followed: displayName is required of a group, members have "display",
-- addresses have "primary", authenticationSchemes have "type", there is "etag",
-- schemaExtensions are many.  A member's "value" is required here, as a member
-- without one means nothing; "pagination" is of RFC 9865.  What a document leaves
-- out is the default of section 2.2.

INSERT INTO scim_schemas (position, built_in, document) VALUES
(1, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "name": "User",
	"description": "A person''s account", "attributes": [
	{"name": "userName", "required": true, "uniqueness": "server", "description": "The name to sign in with; unique"},
	{"name": "name", "type": "complex", "description": "The parts of the person''s name", "subAttributes": [
		{"name": "formatted", "description": "The whole name, as it is written"},
		{"name": "familyName", "description": "Family name"},
		{"name": "givenName", "description": "Given name"},
		{"name": "middleName", "description": "Middle names"},
		{"name": "honorificPrefix", "description": "What stands before the name, such as Dr."},
		{"name": "honorificSuffix", "description": "What stands after the name, such as III"}]},
	{"name": "displayName", "description": "The name to show"},
	{"name": "nickName", "description": "What the person is called"},
	{"name": "profileUrl", "type": "reference", "referenceTypes": ["external"], "description": "URL of the person''s profile page"},
	{"name": "title", "description": "Job title"},
	{"name": "userType", "description": "How the person belongs to the organization, such as Employee or Contractor"},
	{"name": "preferredLanguage", "description": "Preferred language, such as en-US"},
	{"name": "locale", "description": "Locale for dates, numbers and currency, such as en-US"},
	{"name": "timezone", "description": "Time zone, such as Europe/Berlin"},
	{"name": "active", "type": "boolean", "description": "May the account be used?"},
	{"name": "password", "mutability": "writeOnly", "returned": "never", "description": "Clear text, to set a new password; never returned"},
	{"name": "emails", "type": "complex", "multiValued": true, "description": "E-mail addresses", "subAttributes": [
		{"name": "value", "description": "E-mail address"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "canonicalValues": ["work", "home", "other"], "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "phoneNumbers", "type": "complex", "multiValued": true, "description": "Phone numbers", "subAttributes": [
		{"name": "value", "description": "Phone number"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "canonicalValues": ["work", "home", "mobile", "fax", "pager", "other"], "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "ims", "type": "complex", "multiValued": true, "description": "Instant messaging addresses", "subAttributes": [
		{"name": "value", "description": "Address in the messaging service"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "canonicalValues": ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"], "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "photos", "type": "complex", "multiValued": true, "description": "Photos", "subAttributes": [
		{"name": "value", "type": "reference", "referenceTypes": ["external"], "description": "URL of the photo"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "canonicalValues": ["photo", "thumbnail"], "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "addresses", "type": "complex", "multiValued": true, "description": "Postal addresses", "subAttributes": [
		{"name": "formatted", "description": "The whole address, as on a letter; may have line breaks"},
		{"name": "streetAddress", "description": "Street, house number, post box; may have line breaks"},
		{"name": "locality", "description": "City"},
		{"name": "region", "description": "State or region"},
		{"name": "postalCode", "description": "Postal code"},
		{"name": "country", "description": "Country, as an ISO 3166-1 alpha-2 code such as US"},
		{"name": "type", "canonicalValues": ["work", "home", "other"], "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "groups", "type": "complex", "multiValued": true, "mutability": "readOnly", "description": "The groups that the user is in; changed through the groups", "subAttributes": [
		{"name": "value", "mutability": "readOnly", "description": "The group''s id"},
		{"name": "$ref", "type": "reference", "mutability": "readOnly", "referenceTypes": ["User", "Group"], "description": "The group''s URI"},
		{"name": "display", "mutability": "readOnly", "description": "The group''s name"},
		{"name": "type", "mutability": "readOnly", "canonicalValues": ["direct", "indirect"], "description": "Member itself, or through another group"}]},
	{"name": "entitlements", "type": "complex", "multiValued": true, "description": "What the user has", "subAttributes": [
		{"name": "value", "description": "The entitlement"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "roles", "type": "complex", "multiValued": true, "description": "What the user is", "subAttributes": [
		{"name": "value", "description": "The role"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]},
	{"name": "x509Certificates", "type": "complex", "multiValued": true, "description": "Certificates issued to the user", "subAttributes": [
		{"name": "value", "type": "binary", "description": "An X.509 certificate: DER, in base64"},
		{"name": "display", "description": "The value as shown to people"},
		{"name": "type", "description": "What the value is used for"},
		{"name": "primary", "type": "boolean", "description": "Is this the preferred value? True for one value at most"}]}
]}'),
(2, true, '{"id": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "name": "EnterpriseUser",
	"description": "A user''s place in an organization", "attributes": [
	{"name": "employeeNumber", "description": "The organization''s identifier for the person"},
	{"name": "costCenter", "description": "Cost center"},
	{"name": "organization", "description": "Organization"},
	{"name": "division", "description": "Division"},
	{"name": "department", "description": "Department"},
	{"name": "manager", "type": "complex", "description": "The person''s manager", "subAttributes": [
		{"name": "value", "description": "The manager''s id"},
		{"name": "$ref", "type": "reference", "referenceTypes": ["User"], "description": "The manager''s URI"},
		{"name": "displayName", "mutability": "readOnly", "description": "The manager''s name"}]}
]}'),
(3, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:Group", "name": "Group",
	"description": "A group of users and groups", "attributes": [
	{"name": "displayName", "required": true, "description": "The group''s name"},
	{"name": "members", "type": "complex", "multiValued": true, "description": "Users and groups in the group", "subAttributes": [
		{"name": "value", "required": true, "mutability": "immutable", "description": "The member''s id"},
		{"name": "$ref", "type": "reference", "mutability": "immutable", "referenceTypes": ["User", "Group"], "description": "The member''s URI"},
		{"name": "type", "mutability": "immutable", "canonicalValues": ["User", "Group"], "description": "The member''s resource type"},
		{"name": "display", "mutability": "readOnly", "description": "The member''s name"}]}
]}'),
(4, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig", "name": "ServiceProviderConfig",
	"description": "What a server can do", "attributes": [
	{"name": "documentationUri", "type": "reference", "mutability": "readOnly", "referenceTypes": ["external"], "description": "URL of documentation for people"},
	{"name": "patch", "type": "complex", "required": true, "mutability": "readOnly", "description": "Changes of parts of a resource", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"}]},
	{"name": "bulk", "type": "complex", "required": true, "mutability": "readOnly", "description": "Many operations in one request", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"},
		{"name": "maxOperations", "type": "integer", "required": true, "mutability": "readOnly", "description": "Most operations in a request"},
		{"name": "maxPayloadSize", "type": "integer", "required": true, "mutability": "readOnly", "description": "Most bytes in a request"}]},
	{"name": "filter", "type": "complex", "required": true, "mutability": "readOnly", "description": "Lists of the resources that a filter selects", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"},
		{"name": "maxResults", "type": "integer", "required": true, "mutability": "readOnly", "description": "Most resources in an answer"}]},
	{"name": "changePassword", "type": "complex", "required": true, "mutability": "readOnly", "description": "Setting a password", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"}]},
	{"name": "sort", "type": "complex", "required": true, "mutability": "readOnly", "description": "Sorted lists", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"}]},
	{"name": "etag", "type": "complex", "required": true, "mutability": "readOnly", "description": "Versions of resources", "subAttributes": [
		{"name": "supported", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Does it work?"}]},
	{"name": "pagination", "type": "complex", "mutability": "readOnly", "description": "How lists are read page by page", "subAttributes": [
		{"name": "cursor", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Do cursors work?"},
		{"name": "index", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Do startIndex and count work?"},
		{"name": "defaultPaginationMethod", "mutability": "readOnly", "canonicalValues": ["cursor", "index"], "description": "What is used where a client does not say"},
		{"name": "defaultPageSize", "type": "integer", "mutability": "readOnly", "description": "Resources in a page where a client does not say"},
		{"name": "maxPageSize", "type": "integer", "mutability": "readOnly", "description": "Most resources in a page"},
		{"name": "cursorTimeout", "type": "integer", "mutability": "readOnly", "description": "Seconds for which a cursor is good"}]},
	{"name": "authenticationSchemes", "type": "complex", "multiValued": true, "required": true, "mutability": "readOnly", "description": "How clients show who they are", "subAttributes": [
		{"name": "type", "required": true, "mutability": "readOnly", "canonicalValues": ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"], "description": "The scheme"},
		{"name": "name", "required": true, "mutability": "readOnly", "description": "Its name, as people know it"},
		{"name": "description", "required": true, "mutability": "readOnly", "description": "What it is"},
		{"name": "specUri", "type": "reference", "mutability": "readOnly", "referenceTypes": ["external"], "description": "URL of its specification"},
		{"name": "documentationUri", "type": "reference", "mutability": "readOnly", "referenceTypes": ["external"], "description": "URL of documentation for people"},
		{"name": "primary", "type": "boolean", "mutability": "readOnly", "description": "Is this the preferred scheme?"}]}
]}'),
(5, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:ResourceType", "name": "ResourceType",
	"description": "What a resource type is made of", "attributes": [
	{"name": "id", "mutability": "readOnly", "description": "The same as the name"},
	{"name": "name", "required": true, "mutability": "readOnly", "description": "The name, as in meta.resourceType"},
	{"name": "description", "mutability": "readOnly", "description": "What the resources are"},
	{"name": "endpoint", "type": "reference", "required": true, "mutability": "readOnly", "referenceTypes": ["uri"], "description": "Where the resources are, relative to the base URL"},
	{"name": "schema", "type": "reference", "required": true, "mutability": "readOnly", "referenceTypes": ["uri"], "description": "URN of the core schema"},
	{"name": "schemaExtensions", "type": "complex", "multiValued": true, "mutability": "readOnly", "description": "The extensions", "subAttributes": [
		{"name": "schema", "type": "reference", "required": true, "mutability": "readOnly", "referenceTypes": ["uri"], "description": "URN of the extension"},
		{"name": "required", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Must every resource have it?"}]}
]}'),
(6, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:Schema", "name": "Schema",
	"description": "What a schema is made of", "attributes": [
	{"name": "id", "required": true, "mutability": "readOnly", "description": "The URN"},
	{"name": "name", "mutability": "readOnly", "description": "The name"},
	{"name": "description", "mutability": "readOnly", "description": "What the schema is for"},
	{"name": "attributes", "type": "complex", "multiValued": true, "required": true, "mutability": "readOnly", "description": "The attributes", "subAttributes": [
		{"name": "name", "required": true, "caseExact": true, "mutability": "readOnly", "description": "The name"},
		{"name": "type", "required": true, "mutability": "readOnly", "canonicalValues": ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"], "description": "What a value is"},
		{"name": "multiValued", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Are there more values than one?"},
		{"name": "description", "caseExact": true, "mutability": "readOnly", "description": "What it means"},
		{"name": "required", "type": "boolean", "mutability": "readOnly", "description": "Must it have a value?"},
		{"name": "canonicalValues", "multiValued": true, "caseExact": true, "mutability": "readOnly", "description": "Values that are suggested"},
		{"name": "caseExact", "type": "boolean", "mutability": "readOnly", "description": "Does case count where values are compared?"},
		{"name": "mutability", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["readOnly", "readWrite", "immutable", "writeOnly"], "description": "Who may write it, and when"},
		{"name": "returned", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["always", "never", "default", "request"], "description": "When it is in an answer"},
		{"name": "uniqueness", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["none", "server", "global"], "description": "Can two resources have the same value?"},
		{"name": "referenceTypes", "multiValued": true, "caseExact": true, "mutability": "readOnly", "description": "What a reference may lead to: resource types, external, uri"},
		{"name": "subAttributes", "type": "complex", "multiValued": true, "mutability": "readOnly", "description": "The parts of a complex attribute", "subAttributes": [
			{"name": "name", "required": true, "caseExact": true, "mutability": "readOnly", "description": "The name"},
			{"name": "type", "required": true, "mutability": "readOnly", "canonicalValues": ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"], "description": "What a value is"},
			{"name": "multiValued", "type": "boolean", "required": true, "mutability": "readOnly", "description": "Are there more values than one?"},
			{"name": "description", "caseExact": true, "mutability": "readOnly", "description": "What it means"},
			{"name": "required", "type": "boolean", "mutability": "readOnly", "description": "Must it have a value?"},
			{"name": "canonicalValues", "multiValued": true, "caseExact": true, "mutability": "readOnly", "description": "Values that are suggested"},
			{"name": "caseExact", "type": "boolean", "mutability": "readOnly", "description": "Does case count where values are compared?"},
			{"name": "mutability", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["readOnly", "readWrite", "immutable", "writeOnly"], "description": "Who may write it, and when"},
			{"name": "returned", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["always", "never", "default", "request"], "description": "When it is in an answer"},
			{"name": "uniqueness", "caseExact": true, "mutability": "readOnly", "canonicalValues": ["none", "server", "global"], "description": "Can two resources have the same value?"},
			{"name": "referenceTypes", "multiValued": true, "caseExact": true, "mutability": "readOnly", "description": "What a reference may lead to: resource types, external, uri"}]}]}
]}');

INSERT INTO scim_resource_types (position, built_in, document) VALUES
(1, true, '{"name": "User", "endpoint": "/Users", "description": "A person''s account",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:User", "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]}'),
(2, true, '{"name": "Group", "endpoint": "/Groups", "description": "A group of users and groups",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:Group", "schemaExtensions": []}');

-- Filters: what they call, in queries and in the indexes that serve them (src/query).

-- Lookup columns

CREATE FUNCTION scim_fold(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_fold';
COMMENT ON FUNCTION scim_fold(text) IS
	'How text that is not caseExact is compared: full case folding and NFKC of Unicode 15.0, the same on every server';

CREATE FUNCTION scim_folded_values(object jsonb, path text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_folded_values';
COMMENT ON FUNCTION scim_folded_values(jsonb, text) IS
	'The strings of a multi-valued attribute (or attribute.sub-attribute) of an object, folded: for its lookup column';

CREATE FUNCTION scim_exact_values(object jsonb, path text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_exact_values';
COMMENT ON FUNCTION scim_exact_values(jsonb, text) IS
	'The strings of a multi-valued attribute (or attribute.sub-attribute) of an object, as they are';

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

CREATE FUNCTION scim_boolean(value jsonb) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_boolean';
COMMENT ON FUNCTION scim_boolean(jsonb) IS
	'The value, if it is true or false; else NULL';

CREATE FUNCTION scim_number(value jsonb) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_number';
COMMENT ON FUNCTION scim_number(jsonb) IS
	'The value, if it is a number; else NULL';

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

-- Attributes of which a mapped table has parts in a document and parts in columns

CREATE FUNCTION scim_joined_attribute(relation regclass, attribute text, content record) RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_joined_attribute';
COMMENT ON FUNCTION scim_joined_attribute(regclass, text, record) IS
	'An attribute of a row of a mapped table, put together of the document and the mapped columns in the record';

-- What comes of a filter

CREATE FUNCTION scim_explain_filter(resource_type text, filter text) RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_explain_filter';
COMMENT ON FUNCTION scim_explain_filter(text, text) IS
	'The SQL that a filter becomes, with literals in place of parameters, ready for EXPLAIN';

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

-- Rights on the extension's own tables: what nobody reads, and who reads the rest.

-- Cursors: whoever knows the secret can forge one, so nobody reads it.  Row level
-- security without a policy keeps pg_read_all_data from it; it is not dumped.

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

-- Who reads the tables of all parts: nobody else, whatever default privileges say,
-- and nobody but their owner writes, until that is granted.  The database's owner
-- can dump them.

DO $$
DECLARE
	given record;
BEGIN
	FOR given IN
		SELECT c.oid::regclass AS relation, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS role
		FROM pg_catalog.pg_class c, LATERAL pg_catalog.aclexplode(c.relacl) a
		WHERE a.grantee <> c.relowner AND c.oid = ANY ('{scim_schemas, scim_resource_types, scim_tenant_grants,
			scim_own_grants, scim_cursor_secret}'::regclass[])
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM %s', given.relation, given.role);
	END LOOP;
END $$;
GRANT SELECT ON scim_schemas, scim_resource_types, scim_own_grants TO PUBLIC;
GRANT SELECT ON scim_tenant_grants TO pg_database_owner;

-- Triggers.  That of a table makes it a registered one, so only who may register
-- may call these: functions of other roles will write to the table.

CREATE FUNCTION scim_row_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_row_trigger';
COMMENT ON FUNCTION scim_row_trigger() IS
	'Keeps version, revision, created and last_modified of a registered table (resource type, mapping, options)';
REVOKE EXECUTE ON FUNCTION scim_row_trigger() FROM PUBLIC;

CREATE FUNCTION scim_members_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_members_trigger';
COMMENT ON FUNCTION scim_members_trigger() IS
	'Moves the versions of the groups whose memberships a statement changed (resource type, mapping, options)';
REVOKE EXECUTE ON FUNCTION scim_members_trigger() FROM PUBLIC;

CREATE FUNCTION scim_delete_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_trigger';
COMMENT ON FUNCTION scim_delete_trigger() IS
	'Removes the memberships of users and groups that are deleted, where no foreign key does (resource type)';
REVOKE EXECUTE ON FUNCTION scim_delete_trigger() FROM PUBLIC;

CREATE FUNCTION scim_ddl_trigger() RETURNS event_trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_ddl_trigger';
COMMENT ON FUNCTION scim_ddl_trigger() IS
	'Keeps registrations true: follows renamed columns and new children of registered tables, refuses what they would not survive';
-- ALTER VIEW ... RENAME COLUMN renames columns of tables, too, and ALTER TYPE those of its typed tables
CREATE EVENT TRIGGER scimver_rename ON ddl_command_end
	WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER TYPE',
		'CREATE TABLE', 'CREATE FOREIGN TABLE', 'CREATE SCHEMA', 'IMPORT FOREIGN SCHEMA')
	EXECUTE FUNCTION scim_ddl_trigger();
-- columns and indexes go with types, functions, collations and operator classes, too
CREATE EVENT TRIGGER scimver_drop ON sql_drop
	EXECUTE FUNCTION scim_ddl_trigger();

-- Tables: made, registered, checked and mended (src/admin).  Who registers a table
-- decides what functions of other roles write to.

CREATE FUNCTION scim_create_table(name text, resource_type text, options jsonb DEFAULT '{}') RETURNS regclass
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_create_table';
COMMENT ON FUNCTION scim_create_table(text, text, jsonb) IS
	'Makes a table for a resource type, with lookup columns, indexes, triggers and row level security; options: unique_id, version_scheme, validate';
REVOKE EXECUTE ON FUNCTION scim_create_table(text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION scim_register_table(relation regclass, resource_type text, mapping jsonb, options jsonb DEFAULT '{}') RETURNS void
	LANGUAGE C VOLATILE STRICT
	AS 'MODULE_PATHNAME', 'scim_register_table';
COMMENT ON FUNCTION scim_register_table(regclass, text, jsonb, jsonb) IS
	'Registers a table that exists; mapping: its columns, for the id, the tenant, ..., and for attributes (or {}: those of a created table); options: version_scheme, validate, add_columns, subscribed';
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
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, include_total boolean DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_resources';
COMMENT ON FUNCTION scim_list_resources(text, text, text, text, int, int, text, text[], text[], text, boolean, text) IS
	'A ListResponse with a page of resources: filtered, sorted, by start_index or by cursor';

CREATE FUNCTION scim_uri_segment(id text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_uri_segment';
COMMENT ON FUNCTION scim_uri_segment(text) IS
	'The id as it stands in meta.location and $ref: percent-encoded, one segment of a path (RFC 3986)';

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
	attributes text[] DEFAULT NULL, excluded_attributes text[] DEFAULT NULL,
	known_version text DEFAULT NULL, include_total boolean DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_list_users';
COMMENT ON FUNCTION scim_list_users(text, text, text, int, int, text, text[], text[], text, boolean, text) IS
	'A ListResponse with a page of users: filtered, sorted, by start_index or by cursor';

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

-- What agents see: the tools (src/tools), and what the server has and can do.

CREATE FUNCTION scim_tools() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_tools';
COMMENT ON FUNCTION scim_tools() IS
	'The tools for AI agents: an array of MCP Tool objects, in a fixed order';

CREATE FUNCTION scim_instructions() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_instructions';
COMMENT ON FUNCTION scim_instructions() IS
	'How AI agents use the tools: the instructions that an MCP server gives its clients';

CREATE FUNCTION scim_call_tool(name text, arguments jsonb) RETURNS json
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_jsonb';
COMMENT ON FUNCTION scim_call_tool(text, jsonb) IS
	'Calls a tool; errors that the caller can mend are answers, not raised';

CREATE FUNCTION scim_call_tool(name text, arguments text) RETURNS json
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_text';
COMMENT ON FUNCTION scim_call_tool(text, text) IS
	'Calls a tool with arguments as JSON text; text that is no JSON is answered, not raised';

CREATE FUNCTION scim_get_schemas() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_get_schemas';
COMMENT ON FUNCTION scim_get_schemas() IS
	'The resource types and their schemas (RFC 7643 sections 6 and 7), as the registered tables have them';

CREATE FUNCTION scim_server_info() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'scim_server_info';
COMMENT ON FUNCTION scim_server_info() IS
	'What is installed and what it can do: version, tenant, resource types, features, limits; for superusers also warnings of settings that log passwords';

CREATE FUNCTION scim_service_provider_config() RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_service_provider_config';
COMMENT ON FUNCTION scim_service_provider_config() IS
	'What works in this database, as a ServiceProviderConfig (RFC 7643 section 5, RFC 9865)';
