\set ECHO none
-- Lists over HTTP, of tables that people had, with ids of type text.
\set storage mapped
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/http_lists.sql
\i :behaviour/end.sql
