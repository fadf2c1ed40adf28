\set ECHO none
-- Bulk requests over HTTP, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_http.sql
\i :behaviour/end.sql
