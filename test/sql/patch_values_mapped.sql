\set ECHO none
-- PATCH of values that a filter chooses, of tables that people had, with ids of type text.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/patch_values.sql
\i :behaviour/end.sql
