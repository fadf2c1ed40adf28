\set ECHO none
-- Values by profiles, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_values.sql
\i :behaviour/end.sql
