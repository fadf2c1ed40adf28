\set ECHO none
-- Members by their ids, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/members.sql
\i :behaviour/end.sql
