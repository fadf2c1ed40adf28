\set ECHO none
-- Principals, of tables that scimver made.
\set storage created
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/principals.sql
\i :behaviour/end.sql
