\set ECHO none
-- Traces in the history, of tables that scimver makes.
\set storage created
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/traces.sql
\i :behaviour/end.sql
