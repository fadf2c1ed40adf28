\set ECHO none
-- What a write tells beside the resource, of tables that people had, with ids of type text.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/reports.sql
\i :behaviour/end.sql
