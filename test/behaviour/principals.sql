-- Who it was, where the role and the login are the same for many: the principal of a token stands in the
-- history, in what changed, in proposals, reviews, leases and keys, and four eyes are two principals.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
CREATE ROLE regress_principal_staff;
CREATE ROLE regress_principal_hr;
CREATE ROLE regress_principal_bridge LOGIN NOINHERIT IN ROLE regress_principal_staff, regress_principal_hr;
SELECT scim_grant_tenant('default', r) FROM unnest('{regress_principal_staff,regress_principal_hr}'::regrole[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_principal_staff, regress_principal_hr;
SELECT :'storage' = 'mapped' AS is_mapped \gset
\if :is_mapped
GRANT USAGE ON SEQUENCE next_id TO PUBLIC;
\endif
SELECT scim_grant_bridge('regress_principal_bridge');
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["active"], "reviewers": ["regress_principal_hr", "regress_principal_staff"], "quorum": 2}}') IS NOT NULL;
INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "active": true}');
CREATE FUNCTION token(role text, who text, options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS $$
	SELECT sha256((scim_create_token(('regress_principal_' || role)::regrole, 'default', options || jsonb_build_object('subject', jsonb_build_object('resource_type', 'User', 'id', who))) ->> 'token')::bytea) $$;
SELECT token('staff', 'ann') AS ann, token('staff', 'ann') AS ann2, token('hr', 'ann') AS ann_hr, token('staff', 'bob') AS bob, token('hr', 'cid', '{"agent": "desk"}') AS cid \gset
-- a statement by a token, in a transaction of its own
CREATE FUNCTION by(token bytea, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM scim_enter(token);
	EXECUTE 'SELECT ' || statement INTO answer;
	RETURN plain(coalesce(answer, 'NULL'));
EXCEPTION WHEN SQLSTATE 'PT403' OR SQLSTATE 'PT409' OR SQLSTATE 'PT412' OR SQLSTATE 'PT423' OR SQLSTATE 'PT400' THEN
	RETURN regexp_replace(plain(sqlerrm), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN');
END $$;
SET SESSION AUTHORIZATION regress_principal_bridge;

-- ---- the history ----

SELECT by(:'ann', format($$scim_patch_user(%L, sets('title', '"a"')) ->> 'title'$$, id(1)));
SELECT by(:'bob', format($$scim_patch_user(%L, sets('title', '"b"')) ->> 'title'$$, id(1)));
SELECT by(:'cid', format($$scim_patch_user(%L, sets('title', '"c"')) ->> 'title'$$, id(1)));
SELECT by(:'ann', format($$scim_patch_user(%L, sets('title', '"d"'), 'stale')$$, id(1)));
SELECT by(:'ann', format($$scim_call_tool('scim_patch_user', jsonb_build_object('user_id', %L, 'operations', sets('title', '"d"'), 'expected_version', 'stale'))::jsonb #>> '{content,error_code}'$$, id(1)));
RESET SESSION AUTHORIZATION;
SELECT actor, principal, agent, operation, error_code FROM scim_history WHERE actor LIKE 'regress%' ORDER BY seq;
SELECT e ->> 'actor' = current_user, e ->> 'principal', e ->> 'agent' FROM jsonb_array_elements(scim_get_history('User', id(1)::text) -> 'entries') WITH ORDINALITY x(e, n) ORDER BY n;
SELECT e ->> 'principal' FROM jsonb_array_elements(scim_changes() -> 'changes') WITH ORDINALITY x(e, n) ORDER BY n;
SELECT writes, writers FROM scim_conflict_stats WHERE resource_type = 'User';
-- without a token: nobody
UPDATE users SET data = data || '{"nickName": "x"}';
SELECT actor = current_user, principal FROM scim_history ORDER BY seq DESC LIMIT 1;

-- ---- four eyes ----

CREATE FUNCTION proposal() RETURNS uuid LANGUAGE sql SECURITY DEFINER AS $$ SELECT id FROM scim_proposal_rows ORDER BY created_at DESC LIMIT 1 $$;
CREATE FUNCTION decide(decision text) RETURNS text LANGUAGE sql AS $$ SELECT a ->> 'status' FROM scim_review_proposal(proposal(), decision, scim_get_proposal(proposal()) ->> 'version') a $$;
SET SESSION AUTHORIZATION regress_principal_bridge;
SELECT by(:'ann', format($$scim_propose_change('User', %L, sets('active', 'false'))->>'status'$$, id(1)));
-- himself, by whatever token and role
SELECT by(:'ann', $$decide('approve')$$);
SELECT by(:'ann2', $$decide('approve')$$);
SELECT by(:'ann_hr', $$decide('approve')$$);
-- others, whose role, or login, is the same: each once
SELECT by(:'bob', $$decide('approve')$$);
SELECT by(:'bob', $$decide('approve')$$);
SELECT by(:'bob', $$(SELECT concat_ws(' ', p ->> 'proposer', p ->> 'principal', p ->> 'approvals', p ->> 'can_review') FROM scim_get_proposal(proposal()) p)$$);
SELECT by(:'ann', $$(SELECT concat_ws(' ', p ->> 'approvals', p ->> 'can_review') FROM scim_get_proposal(proposal()) p)$$);
SELECT by(:'cid', $$decide('approve')$$);
RESET SESSION AUTHORIZATION;
SELECT proposer, login, principal FROM scim_proposals;
SELECT reviewer, login, principal, agent, decision, counts FROM scim_reviews ORDER BY number;
SELECT e ->> 'operation', e ->> 'principal', e ->> 'actor' FROM jsonb_array_elements(scim_get_history('Proposal', proposal()::text) -> 'entries') WITH ORDINALITY x(e, n) ORDER BY n;
SELECT scim_get_user(id(1)::text) ->> 'active', (SELECT principal FROM scim_history WHERE resource_type = 'User' ORDER BY seq DESC LIMIT 1);
-- without a token on one side, role and login tell, as ever
SET SESSION AUTHORIZATION regress_principal_bridge;
SET ROLE regress_principal_staff;
SELECT scim_propose_change('User', id(1)::text, sets('active', 'true')) ->> 'status';
RESET ROLE;
SELECT by(:'bob', $$decide('approve')$$);
SELECT by(:'cid', $$decide('approve')$$);
RESET SESSION AUTHORIZATION;

-- ---- leases ----

SET SESSION AUTHORIZATION regress_principal_bridge;
SELECT by(:'ann', format($$scim_acquire_lease('User', %L) ? 'lease_id'$$, id(1)));
RESET SESSION AUTHORIZATION;
SELECT lease_id AS lease FROM scim_leases \gset
SELECT holder, actor, principal, agent FROM scim_leases_held;
SET SESSION AUTHORIZATION regress_principal_bridge;
-- whoever has the same role, and knows the lease, is not who took it; nor is who has no token
SELECT by(:'bob', format($$scim_renew_lease(%L)$$, :'lease')) ~ '^LEASE_LOST';
SELECT by(:'bob', format($$scim_release_lease(%L)$$, :'lease'));
SELECT by(:'bob', format($$scim_acquire_lease('User', %L)$$, id(1)));
SET ROLE regress_principal_staff;
SELECT scim_release_lease(:'lease');
RESET ROLE;
SELECT by(:'ann2', format($$scim_renew_lease(%L) ? 'lease_id'$$, :'lease'));
SELECT by(:'ann_hr', format($$scim_release_lease(%L)$$, :'lease'));
SELECT by(:'ann2', format($$scim_release_lease(%L)$$, :'lease'));
RESET SESSION AUTHORIZATION;

-- ---- keys of calls ----

CREATE FUNCTION keyed(name text) RETURNS text LANGUAGE sql AS $$ SELECT scim_create_user(jsonb_build_object('userName', name)) ->> 'userName' FROM set_config('scimver.idempotency_key', 'k', true) $$;
SET SESSION AUTHORIZATION regress_principal_bridge;
SELECT by(:'ann', $$keyed('x')$$);
SELECT by(:'ann2', $$keyed('x')$$);
SELECT by(:'ann', $$keyed('y')$$);
SELECT by(:'bob', $$keyed('y')$$);
SELECT by(:'bob', $$(SELECT string_agg(principal, ' ') FROM scim_idempotency_keys)$$);
SET ROLE regress_principal_staff;
SELECT count(*) FROM scim_idempotency_keys;
RESET ROLE;
RESET SESSION AUTHORIZATION;
SELECT principal, key FROM scim_idempotency ORDER BY 1;

SELECT scim_revoke_tenant('default', r) FROM unnest('{regress_principal_staff,regress_principal_hr}'::regrole[]) r;
DROP OWNED BY regress_principal_staff, regress_principal_hr, regress_principal_bridge;
DROP ROLE regress_principal_staff, regress_principal_hr, regress_principal_bridge;
