\set ECHO none
-- Members in changes that become proposals, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/propose_members.sql
\i :behaviour/end.sql
