\set ECHO none
-- What MCP clients of roles read, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mcp_rights.sql
\i :behaviour/end.sql
