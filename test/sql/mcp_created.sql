\set ECHO none
-- What MCP clients read beside tools, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mcp.sql
\i :behaviour/end.sql
