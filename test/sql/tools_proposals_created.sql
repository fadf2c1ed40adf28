\set ECHO none
-- Agents and proposals, of tables that scimver makes.
\set storage created
\set options '{"history": true}'
\set agent regress_tools_proposals_created_agent
\set reviewers regress_tools_proposals_created_hr
\set ann regress_tools_proposals_created_ann
\set bob regress_tools_proposals_created_bob
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :agent;
CREATE ROLE :reviewers;
CREATE ROLE :ann IN ROLE :reviewers;
CREATE ROLE :bob IN ROLE :reviewers;
\i :behaviour/begin.sql
\i :behaviour/tools_proposals.sql
\i :behaviour/end.sql
DROP ROLE :ann, :bob, :reviewers, :agent;
