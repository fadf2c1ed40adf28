\set ECHO none
-- Random proposals, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/reviews_random.sql
\i :behaviour/end.sql
