\set ECHO none
-- Merges and proposals by profiles, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_merge.sql
\i :behaviour/end.sql
