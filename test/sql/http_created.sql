\set ECHO none
-- SCIM over HTTP, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/http.sql
\i :behaviour/end.sql
