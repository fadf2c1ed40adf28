\set ECHO none
-- Versions of then after random changes, of tables that scimver makes.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/history_property.sql
\i :behaviour/end.sql
