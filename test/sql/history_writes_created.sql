\set ECHO none
-- What the history keeps of writes, of tables that scimver made.
\set storage created
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
SELECT current_setting('server_version_num')::int >= 150000 AS has_merge \gset
\i :behaviour/history_writes.sql
\i :behaviour/end.sql
