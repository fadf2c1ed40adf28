-- Proposals in the history: each step, but nothing of what they are about; and the change
-- itself says what proposal it was of.
SET client_min_messages = warning;
CREATE DATABASE scimver_proposal_history TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_hr;
CREATE ROLE regress_scim_clerk;
CREATE ROLE regress_scim_grace IN ROLE regress_scim_hr;
CREATE ROLE regress_scim_hal IN ROLE regress_scim_hr;
CREATE ROLE regress_scim_blind;
\set regression :DBNAME
\c scimver_proposal_history
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', role) FROM unnest('{regress_scim_hr,regress_scim_clerk,regress_scim_blind}'::regrole[]) role;
-- who may read groups alone
REVOKE ALL ON users FROM regress_scim_blind;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || regexp_replace(sqlerrm, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '#');
END $$;
-- all sessions are of one login here, which is no person
CREATE FUNCTION policy(quorum int) RETURNS void LANGUAGE sql AS $$
	SELECT scim_set_policy('red', 'User', jsonb_build_object('shared_logins', jsonb_build_array(session_user),
		'review', jsonb_build_object('attributes', '["title"]'::jsonb, 'operations', '["delete", "create"]'::jsonb, 'reviewers', '["regress_scim_hr"]'::jsonb, 'quorum', quorum))) $$;
SELECT policy(2);
SET scimver.tenant = 'red';
CREATE FUNCTION plain(value jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(value::text, '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', '#', 'g'), '"[A-Za-z0-9+/]{11}="', '"V"', 'g')::jsonb $$;
CREATE VIEW entries AS SELECT resource_type, operation, array_to_string(changed, ' ') AS changed, plain(before) AS before, actor, proposal_id IS NOT NULL AS of_proposal FROM scim_history
	WHERE resource_type <> 'Policy' ORDER BY seq;
GRANT SELECT ON entries TO PUBLIC;

SET ROLE regress_scim_clerk;
SELECT error($$SELECT scim_create_user('{"userName": "ada", "title": "Countess of Lovelace"}')$$);
RESET ROLE;
INSERT INTO users (tenant_id, data) VALUES ('red', '{"userName": "ada", "title": "Countess of Lovelace"}') RETURNING id AS ada \gset

-- ---- proposed, and applied by the second approval ----

SET ROLE regress_scim_clerk;
SELECT p ->> 'proposal_id' AS proposal, p ->> 'version' AS version FROM scim_patch_user(:'ada', '[{"op": "replace", "path": "title", "value": "Programmer"}, {"op": "add", "path": "nickName", "value": "Ada"}]', on_conflict => 'propose') p \gset
SET ROLE regress_scim_grace;
SELECT scim_review_proposal(:'proposal', 'approve', :'version', 'a secret comment') ->> 'status';
SET ROLE regress_scim_hal;
SELECT scim_review_proposal(:'proposal', 'approve', :'version') ->> 'status';
RESET ROLE;
SELECT * FROM entries;
-- the change is of the proposal
SELECT resource_type, resource_id = :'ada', version = (SELECT applied_version FROM scim_proposals) AS applied FROM scim_history WHERE proposal_id = :'proposal';
SELECT h.resource_id = :'ada' AS ada, p.proposer, array_agg(r.reviewer ORDER BY r.reviewer) AS approved
FROM scim_history h JOIN scim_proposals p ON p.id = h.proposal_id JOIN scim_reviews r ON r.proposal_id = p.id
WHERE r.decision = 'approve' AND r.counts GROUP BY h.resource_id, p.proposer;
-- its history, and the feed
SELECT e ->> 'operation', e ->> 'actor', e -> 'changed' FROM jsonb_array_elements(scim_get_history('Proposal', :'proposal') -> 'entries') e;
SELECT scim_get_history('proposal', :'proposal') -> 'complete';
SELECT plain(c - 'at' - 'seq') FROM jsonb_array_elements(scim_changes() -> 'changes') c WHERE c ->> 'resource_type' = 'Proposal' OR c ? 'proposal_id';
SELECT (e ->> 'proposal_id')::uuid = :'proposal' FROM jsonb_array_elements(scim_get_history('User', :'ada', 1) -> 'entries') e;
SELECT count(*) FROM jsonb_array_elements(scim_changes(resource_type => 'Proposal') -> 'changes');
-- nothing of what it is about, nor what was said of it
SELECT count(*) FROM scim_history_rows h WHERE resource_type = 'Proposal' AND (h::text ~ 'Programmer|Countess|secret');

-- ---- create, delete, and what else becomes of one ----

SET ROLE regress_scim_clerk;
SELECT p ->> 'proposal_id' AS creation, p ->> 'version' AS version FROM scim_propose_change('User', NULL, '{"create": {"userName": "bob"}}', reason => 'a secret reason') p \gset
SET ROLE regress_scim_grace;
SELECT scim_review_proposal(:'creation', 'approve', :'version') ->> 'status';
SET ROLE regress_scim_hal;
SELECT scim_review_proposal(:'creation', 'approve', :'version') ->> 'status';
SET ROLE regress_scim_clerk;
SELECT p ->> 'proposal_id' AS deletion, p ->> 'version' AS version FROM scim_propose_change('User', :'ada', '{"delete": true}') p \gset
SET ROLE regress_scim_grace;
SELECT scim_review_proposal(:'deletion', 'approve', :'version') ->> 'status';
SET ROLE regress_scim_hal;
SELECT scim_review_proposal(:'deletion', 'approve', :'version') ->> 'status';
RESET ROLE;
SELECT operation, proposal_id = :'creation' AS creation, proposal_id = :'deletion' AS deletion FROM scim_history WHERE resource_type = 'User' ORDER BY seq;
SELECT e ->> 'operation', e -> 'changed' FROM jsonb_array_elements(scim_get_history('Proposal', :'deletion') -> 'entries') e;
-- a restore of it is no change of the proposal
SELECT scim_set_policy('red', 'User', NULL) IS NULL;
SELECT version AS last FROM scim_history WHERE resource_id = :'ada' AND version IS NOT NULL ORDER BY seq DESC LIMIT 1 \gset
SELECT scim_restore('User', :'ada', :'last') ->> 'userName';
SELECT proposal_id FROM scim_history WHERE resource_id = :'ada' ORDER BY seq DESC LIMIT 1;
SET ROLE regress_scim_clerk;
SELECT p ->> 'proposal_id' AS withdrawn, p ->> 'version' AS version FROM scim_propose_change('User', :'ada', '[{"op": "remove", "path": "title"}]') p \gset
SELECT scim_review_proposal(:'withdrawn', 'withdraw', :'version') ->> 'status';
RESET ROLE;
SELECT e ->> 'operation', e -> 'changed' FROM jsonb_array_elements(scim_get_history('Proposal', :'withdrawn') -> 'entries') e;

-- ---- rights ----

-- who works in the tenant sees that there are proposals
SET ROLE regress_scim_blind;
SELECT DISTINCT resource_type FROM scim_history WHERE resource_type <> 'Policy';
SELECT jsonb_array_length(scim_get_history('Proposal', :'proposal') -> 'entries') > 0;
SELECT error(format('SELECT scim_get_history(''Proposal'', %L, tenant_id => ''blue'')', :'proposal'));
SELECT error(format('SELECT scim_changes(resource_type => ''Proposal'', tenant_id => ''blue'')'));
RESET ROLE;
SELECT scim_revoke_tenant('red', 'regress_scim_blind') IS NOT NULL;
SET ROLE regress_scim_blind;
SELECT count(*) FROM scim_history WHERE resource_type = 'Proposal';
SELECT error(format('SELECT scim_get_history(''Proposal'', %L)', :'proposal'));
RESET ROLE;
-- another tenant's is not there
SELECT error(format('SELECT scim_get_history(''Proposal'', %L, tenant_id => ''blue'')', :'proposal'));
SELECT error(format('SELECT scim_changes(resource_type => ''Proposal'', tenant_id => ''blue'')'));

-- ---- sealed ----

SELECT scim_seal_history() > 0;
SELECT * FROM scim_verify_history('red');
ALTER TABLE scim_history_rows DISABLE TRIGGER USER;
UPDATE scim_history_rows SET proposal_id = NULL WHERE proposal_id = :'creation';
SELECT problem FROM scim_verify_history('red');

\c :regression
DROP DATABASE scimver_proposal_history;
DROP ROLE regress_scim_grace, regress_scim_hal, regress_scim_hr, regress_scim_clerk, regress_scim_blind;
