\set ECHO none
-- Agents and leases, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set role regress_tools_leases_mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :role;
\i :behaviour/begin.sql
\i :behaviour/tools_leases.sql
\i :behaviour/end.sql
DROP ROLE :role;
