\set ECHO none
-- What MCP clients of roles read, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mcp_rights.sql
\i :behaviour/end.sql
