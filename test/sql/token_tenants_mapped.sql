\set ECHO none
-- Tokens are for one tenant, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/token_tenants.sql
\i :behaviour/end.sql
