\set ECHO none
-- Members in merged writes, of tables that people had, which keep nothing of it.
\set storage bare
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/merging_members.sql
\i :behaviour/end.sql
