\set ECHO none
-- Forecasts, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/contention.sql
\i :behaviour/end.sql
