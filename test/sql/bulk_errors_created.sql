\set ECHO none
-- Bulk requests that fail in part, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_errors.sql
\i :behaviour/end.sql
