\set ECHO none
-- Resources brought back, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_restore.sql
\i :behaviour/end.sql
