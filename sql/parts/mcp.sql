-- What MCP clients read beside tools: resources, prompts, completions, and what changed.

CREATE FUNCTION scim_mcp_resources(cursor text DEFAULT NULL) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_resources';
COMMENT ON FUNCTION scim_mcp_resources(text) IS
	'What MCP clients find listed to be read: schemas, the server and, page by page, open proposals: {"resources", "nextCursor"}';

CREATE FUNCTION scim_mcp_resource_templates() RETURNS json
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_mcp_resource_templates';
COMMENT ON FUNCTION scim_mcp_resource_templates() IS
	'Of what MCP clients make the URIs of resources: {"resourceTemplates"}';

CREATE FUNCTION scim_read_resource(uri text) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_read_resource';
COMMENT ON FUNCTION scim_read_resource(text) IS
	'What a URI leads to that scim_mcp_resources lists, or that was made of a template: {"contents"}';

CREATE FUNCTION scim_mcp_watch(uris text) RETURNS json
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_mcp_watch';
COMMENT ON FUNCTION scim_mcp_watch(text) IS
	'Which of the resources (a JSON array of URIs) can be watched, and from where on: {"watched", "cursor"}';

CREATE FUNCTION scim_mcp_changes(cursor text DEFAULT NULL) RETURNS json
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_mcp_changes';
COMMENT ON FUNCTION scim_mcp_changes(text) IS
	'What has changed behind a cursor of scim_mcp_watch, and whether the tools are others: {"updated", "under", "within", "cursor", "more", "tools", "notify"}';

CREATE FUNCTION scim_mcp_prompts() RETURNS json
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'scim_mcp_prompts';
COMMENT ON FUNCTION scim_mcp_prompts() IS
	'The prompts that MCP clients offer to people: {"prompts"}';

CREATE FUNCTION scim_mcp_prompt(name text, arguments text DEFAULT NULL) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_prompt';
COMMENT ON FUNCTION scim_mcp_prompt(text, text) IS
	'A prompt with its arguments (a JSON object of strings) filled in: {"description", "messages"}';

CREATE FUNCTION scim_mcp_complete(params text) RETURNS json
	LANGUAGE C STABLE
	AS 'MODULE_PATHNAME', 'scim_mcp_complete';
COMMENT ON FUNCTION scim_mcp_complete(text) IS
	'What an argument of a template or a prompt can be, of its beginning (parameters of completion/complete, as JSON): {"completion"}';
