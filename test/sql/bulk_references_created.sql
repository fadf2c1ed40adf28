\set ECHO none
-- References within bulk requests, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_references.sql
\i :behaviour/end.sql
