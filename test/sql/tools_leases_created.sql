\set ECHO none
-- Agents and leases, of tables that scimver makes.
\set storage created
\set role regress_tools_leases_created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :role;
\i :behaviour/begin.sql
\i :behaviour/tools_leases.sql
\i :behaviour/end.sql
DROP ROLE :role;
