\set ECHO none
-- Agents and bulk requests, of tables that scimver makes.
\set storage created
\set options '{"history": true}'
\set agent regress_tools_bulk_created_agent
\set reviewers regress_tools_bulk_created_hr
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :agent;
CREATE ROLE :reviewers;
\i :behaviour/begin.sql
\i :behaviour/tools_bulk.sql
\i :behaviour/end.sql
DROP ROLE :reviewers, :agent;
