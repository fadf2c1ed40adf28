\set ECHO none
-- Calls on what others hold, of tables that people had.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\set options '{"history": true}'
\i :behaviour/begin.sql
\i :behaviour/held.sql
\i :behaviour/end.sql
