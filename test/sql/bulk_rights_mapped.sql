\set ECHO none
-- Bulk requests of roles, in tenants, by policies, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_rights.sql
\i :behaviour/end.sql
