\set ECHO none
-- Calls that are repeated, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/repeats.sql
\i :behaviour/end.sql
