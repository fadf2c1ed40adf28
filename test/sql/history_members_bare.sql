\set ECHO none
-- What the history keeps of members, of tables that people had, which keep nothing of it.
\set storage bare
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_members.sql
\i :behaviour/end.sql
