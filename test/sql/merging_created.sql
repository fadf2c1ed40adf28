\set ECHO none
-- Writes that are merged, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/merging.sql
\i :behaviour/end.sql
