\set ECHO none
-- Bulk requests of roles, in tenants, by policies, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_rights.sql
\i :behaviour/end.sql
