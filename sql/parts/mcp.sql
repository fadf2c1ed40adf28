-- What MCP clients read beside tools: resources, prompts, completions, and what changed.

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
