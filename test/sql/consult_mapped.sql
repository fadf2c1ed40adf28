\set ECHO none
-- Questions to the user of a client, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set role regress_consult_mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :role;
\i :behaviour/begin.sql
\i :behaviour/consult.sql
\i :behaviour/end.sql
DROP ROLE :role;
