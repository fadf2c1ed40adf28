\set ECHO none
-- Questions to the user of a client, of tables that scimver makes.
\set storage created
\set role regress_consult_created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :role;
\i :behaviour/begin.sql
\i :behaviour/consult.sql
\i :behaviour/end.sql
DROP ROLE :role;
