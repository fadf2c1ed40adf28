\set ECHO none
-- Members that do not exist, in tables that scimver made.
\set storage created
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/absent_members.sql
\i :behaviour/end.sql
