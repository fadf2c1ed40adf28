\set ECHO none
-- VERSION_MISMATCH that answers, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/mismatches.sql
\i :behaviour/end.sql
