-- The schemas and resource types that are always there: RFC 7643 section 8.7.
--
-- Where that section's JSON and the RFC's text differ, the text (and its errata)
-- is followed: displayName is required of a group, members have "display",
-- addresses have "primary", authenticationSchemes have "type", there is "etag",
-- schemaExtensions are many.  A member's "value" is required here, as a member
-- without one means nothing; "pagination" is of RFC 9865.  What a document leaves
-- out is the default of section 2.2.  What schemas and types are for is said in the words
-- of that section, which clients look for; what attributes mean, in our own.

INSERT INTO scim_schemas (position, built_in, document) VALUES
(1, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "name": "User",
	"description": "User Account", "attributes": [
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
	"description": "Enterprise User", "attributes": [
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
	"description": "Group", "attributes": [
	{"name": "displayName", "required": true, "description": "The group''s name"},
	{"name": "members", "type": "complex", "multiValued": true, "description": "Users and groups in the group", "subAttributes": [
		{"name": "value", "required": true, "mutability": "immutable", "description": "The member''s id"},
		{"name": "$ref", "type": "reference", "mutability": "immutable", "referenceTypes": ["User", "Group"], "description": "The member''s URI"},
		{"name": "type", "mutability": "immutable", "canonicalValues": ["User", "Group"], "description": "The member''s resource type"},
		{"name": "display", "mutability": "readOnly", "description": "The member''s name"}]}
]}'),
(4, true, '{"id": "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig", "name": "ServiceProviderConfig",
	"description": "Schema for representing the service provider''s configuration", "attributes": [
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
	"description": "Specifies the schema that describes a SCIM resource type", "attributes": [
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
	"description": "Specifies the schema that describes a SCIM schema", "attributes": [
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
(1, true, '{"name": "User", "endpoint": "/Users", "description": "User Account",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:User", "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false}]}'),
(2, true, '{"name": "Group", "endpoint": "/Groups", "description": "Group",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:Group", "schemaExtensions": []}');
