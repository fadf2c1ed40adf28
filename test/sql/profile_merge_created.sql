\set ECHO none
-- Merges and proposals by profiles, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_merge.sql
\i :behaviour/end.sql
