\set ECHO none
-- Agents and bulk requests, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set agent regress_tools_bulk_mapped_agent
\set reviewers regress_tools_bulk_mapped_hr
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :agent;
CREATE ROLE :reviewers;
\i :behaviour/begin.sql
\i :behaviour/tools_bulk.sql
\i :behaviour/end.sql
DROP ROLE :reviewers, :agent;
