\set ECHO none
-- Leases, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/leases.sql
\i :behaviour/end.sql
