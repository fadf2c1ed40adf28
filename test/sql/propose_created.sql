\set ECHO none
-- Changes that become proposals, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/propose.sql
\i :behaviour/end.sql
