\set ECHO none
-- The prompt and the completions of MCP, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mcp_prompts.sql
\i :behaviour/end.sql
