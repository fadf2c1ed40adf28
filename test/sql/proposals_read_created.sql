\set ECHO none
-- Proposals as they are read, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/proposals_read.sql
\i :behaviour/end.sql
