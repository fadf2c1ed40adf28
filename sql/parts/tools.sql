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

CREATE FUNCTION scim_call_tool(name text, arguments text, request_state text, input_responses text)
	RETURNS json
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'scim_call_tool_text';
COMMENT ON FUNCTION scim_call_tool(text, text, text, text) IS
	'Calls a tool for a client that can ask its user: with on_conflict "ask_user" a stale version may be answered by a question, and the same call with requestState and the responses decides it';

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
