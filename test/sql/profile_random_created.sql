\set ECHO none
-- Loose and strict spellings of random resources, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_random.sql
\i :behaviour/end.sql
