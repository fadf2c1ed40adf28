\set ECHO none
-- What of resources nobody saw, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_unseen.sql
\i :behaviour/end.sql
