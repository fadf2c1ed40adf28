\set ECHO none
-- Calls of tools that are repeated, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/tools_repeats.sql
\i :behaviour/end.sql
