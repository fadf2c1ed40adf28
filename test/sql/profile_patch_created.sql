\set ECHO none
-- Patches by the rules of profiles, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_patch.sql
\i :behaviour/end.sql
