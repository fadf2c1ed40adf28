\set ECHO none
-- Refusals on record, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/refusals.sql
\i :behaviour/end.sql
