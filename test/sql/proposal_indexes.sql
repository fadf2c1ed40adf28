-- Proposals and reviews whose owner has taken their indexes away, or has made others, are found all the same.
\set VERBOSITY terse
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE DATABASE scimver_proposal_indexes TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_proposal_indexes
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
CREATE ROLE regress_scim_indexes;
GRANT ALL ON users TO regress_scim_indexes;
SELECT scim_grant_tenant('default', 'regress_scim_indexes');
SELECT scim_set_policy('default', 'User', format('{"review": {"attributes": ["active"], "reviewers": ["regress_scim_indexes"]}, "shared_logins": [%s]}', to_json(session_user))::jsonb) ? 'review';
SELECT scim_propose_change('User', scim_create_user('{"userName": "anna", "active": true}') ->> 'id', '[{"op": "replace", "path": "active", "value": false}]') ->> 'proposal_id' AS id \gset
SET ROLE regress_scim_indexes;
SELECT scim_review_proposal(:'id', 'approve', scim_get_proposal(:'id') ->> 'version') ->> 'status';
RESET ROLE;
ALTER TABLE scim_review_rows DROP CONSTRAINT scim_review_rows_pkey, ADD PRIMARY KEY (number);
ALTER TABLE scim_proposal_rows DROP CONSTRAINT scim_proposal_rows_pkey CASCADE, ADD PRIMARY KEY (version, id);
SELECT scim_get_proposal(:'id') ->> 'status', jsonb_array_length(scim_get_proposal(:'id') -> 'reviews');
ALTER TABLE scim_review_rows DROP CONSTRAINT scim_review_rows_pkey;
ALTER TABLE scim_proposal_rows DROP CONSTRAINT scim_proposal_rows_pkey CASCADE;
SELECT scim_get_proposal(:'id') ->> 'status', jsonb_array_length(scim_get_proposal(:'id') -> 'reviews');
\c :regression
DROP DATABASE scimver_proposal_indexes;
DROP ROLE regress_scim_indexes;
