\set ECHO none
-- Checkpoints, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/checkpoints.sql
\i :behaviour/end.sql
