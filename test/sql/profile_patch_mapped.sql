\set ECHO none
-- Patches by the rules of profiles, of tables that people had, with ids of type text.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_patch.sql
\i :behaviour/end.sql
