\set ECHO none
-- Option enforce of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\set options '{"enforce": true}'
\i :behaviour/begin.sql
\i :behaviour/enforce.sql
\i :behaviour/end.sql
