\set ECHO none
-- scim_diff and PATCH, of tables that scimver made.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/diff.sql
\i :behaviour/end.sql
