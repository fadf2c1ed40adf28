\set ECHO none
-- Members that do not exist, in tables that people had, with columns for all that scimver keeps.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/absent_members.sql
\i :behaviour/end.sql
