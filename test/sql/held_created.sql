\set ECHO none
-- Calls on what others hold, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/held.sql
\i :behaviour/end.sql
