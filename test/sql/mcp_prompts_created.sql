\set ECHO none
-- The prompt and the completions of MCP, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mcp_prompts.sql
\i :behaviour/end.sql
