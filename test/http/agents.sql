-- Types for AI agents, of draft-abbey-scim-agent-extension-00: schemas and types are rows.
SELECT scim_register_schema('{
	"id": "urn:ietf:params:scim:schemas:core:2.0:Agent", "name": "Agent", "description": "AI agent",
	"attributes": [
		{"name": "name", "required": true, "uniqueness": "server"},
		{"name": "displayName"},
		{"name": "active", "type": "boolean"},
		{"name": "description"},
		{"name": "agentType"},
		{"name": "subject", "mutability": "readOnly"},
		{"name": "entitlements", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value"}, {"name": "display"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]},
		{"name": "roles", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value"}, {"name": "display"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]},
		{"name": "x509Certificates", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value", "type": "binary"}, {"name": "display"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]},
		{"name": "applications", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["AgenticApplication"]}, {"name": "display"}]},
		{"name": "protocols", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "type"}, {"name": "specificationUrl", "type": "reference", "referenceTypes": ["external"]}]},
		{"name": "parent", "type": "complex", "subAttributes": [
			{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["Agent"]}, {"name": "display"}]},
		{"name": "owners", "type": "complex", "multiValued": true, "subAttributes": [
			{"name": "value"}, {"name": "$ref", "type": "reference", "referenceTypes": ["User", "Group"]}, {"name": "display"}]}
	]}');
SELECT scim_register_schema('{
	"id": "urn:ietf:params:scim:schemas:core:2.0:AgenticApplication", "name": "AgenticApplication",
	"description": "Application that agents belong to",
	"attributes": [
		{"name": "name", "required": true, "uniqueness": "server"},
		{"name": "displayName"},
		{"name": "description"},
		{"name": "active", "type": "boolean"}
	]}');
SELECT scim_register_resource_type('{"name": "Agent", "endpoint": "/Agents",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:Agent"}'),
	scim_register_resource_type('{"name": "AgenticApplication", "endpoint": "/AgenticApplications",
	"schema": "urn:ietf:params:scim:schemas:core:2.0:AgenticApplication"}');
SELECT scim_create_table('agents', 'Agent'), scim_create_table('agentic_applications', 'AgenticApplication');
-- As entra, but for the answer to a PATCH of a group: this suite wants 200, Microsoft's 204.
INSERT INTO scim_profiles (name, rules)
	SELECT 'entra_200', rules - 'group_patch_204' FROM scim_profiles WHERE name = 'entra';
