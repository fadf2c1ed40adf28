\set ECHO none
-- Sets of tools, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/toolsets.sql
\i :behaviour/end.sql
