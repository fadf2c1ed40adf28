\set ECHO none
-- What identity providers send, by each profile, of tables that people had, with ids of type text.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/profile_shapes.sql
\i :behaviour/end.sql
