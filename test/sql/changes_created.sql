\set ECHO none
-- What was changed since, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/changes.sql
\i :behaviour/end.sql
