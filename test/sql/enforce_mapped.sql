\set ECHO none
-- Option enforce of tables that people had.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\set options '{"enforce": true}'
\i :behaviour/begin.sql
\i :behaviour/enforce.sql
\i :behaviour/end.sql
