\set ECHO none
-- Bulk requests that are done as a whole, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_atomic.sql
\i :behaviour/end.sql
