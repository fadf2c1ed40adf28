\set ECHO none
-- Agents and proposals, of tables that people had.
\set storage mapped
\set options '{"history": true}'
\set agent regress_tools_proposals_mapped_agent
\set reviewers regress_tools_proposals_mapped_hr
\set ann regress_tools_proposals_mapped_ann
\set bob regress_tools_proposals_mapped_bob
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
CREATE ROLE :agent;
CREATE ROLE :reviewers;
CREATE ROLE :ann IN ROLE :reviewers;
CREATE ROLE :bob IN ROLE :reviewers;
\i :behaviour/begin.sql
\i :behaviour/tools_proposals.sql
\i :behaviour/end.sql
DROP ROLE :ann, :bob, :reviewers, :agent;
