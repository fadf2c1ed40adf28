\set ECHO none
-- What of resources nobody saw, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_unseen.sql
\i :behaviour/end.sql
