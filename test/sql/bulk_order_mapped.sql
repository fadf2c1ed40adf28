\set ECHO none
-- The order of the operations of bulk requests, of tables that people had, with ids of type text.
\set storage mapped
\set options '{"history": true}'
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
\i :behaviour/bulk_order.sql
\i :behaviour/end.sql
