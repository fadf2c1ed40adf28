-- Proposals as they are read: lists and lines of what was proposed, to whoever may see it.
CREATE ROLE regress_author;
CREATE ROLE regress_boss;
CREATE ROLE regress_other;
SELECT scim_grant_tenant('default', r) FROM unnest('{regress_author,regress_boss,regress_other}'::regrole[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_author, regress_boss, regress_other;
-- the proposals of a list: what each is about, who decides, and whether the caller may
CREATE FUNCTION listed(arguments text DEFAULT '') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	EXECUTE format('SELECT scim_list_proposals(%s)', arguments) INTO answer;
	RETURN QUERY SELECT plain(concat_ws(' ', p ->> 'status', p ->> 'resource_type', p ->> 'resource_id', p -> 'changes', p ->> 'reason', p ->> 'proposer', 'for ' || (p ->> 'agent'), p ->> 'reviewers', p ->> 'approvals', 'of', p ->> 'quorum', CASE WHEN (p ->> 'can_review')::boolean THEN 'mine' END))
		FROM jsonb_array_elements(answer -> 'proposals') WITH ORDINALITY AS a(p, i) ORDER BY i;
END $$;
CREATE FUNCTION propose(type text, id text, operations jsonb, reason text DEFAULT NULL) RETURNS uuid LANGUAGE sql RETURN
	(scim_propose_change(type, id, operations, reason => reason) ->> 'proposal_id')::uuid;
CREATE FUNCTION decide(proposal uuid, decision text, rest jsonb DEFAULT NULL, comment text DEFAULT NULL) RETURNS jsonb LANGUAGE sql RETURN
	scim_review_proposal(proposal, decision, scim_get_proposal(proposal) ->> 'version', comment, rest);
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user ' || n, 'title', 'old') FROM generate_series(1, 3) n;
SELECT scim_patch_user(id(1)::text, '[{"op": "add", "path": "password", "value": "a secret of one"}]') IS NOT NULL;
SELECT scim_create_group('{"displayName": "team"}') ->> 'id' AS team \gset
SELECT scim_add_members(:'team', ARRAY[id(1)::text, id(2)::text]) IS NOT NULL;
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "operations": ["create", "delete"], "reviewers": ["regress_boss"]}}'::jsonb || jsonb_build_object('shared_logins', jsonb_build_array(session_user))) IS NOT NULL;
SELECT scim_set_policy('default', 'Group', jsonb_build_object('shared_logins', jsonb_build_array(session_user))) IS NOT NULL;

SET ROLE regress_author;
SET scimver.agent = 'robot';
SELECT propose('User', id(1)::text, '[{"op": "replace", "path": "title", "value": "first"}]', 'for a reason') AS first \gset
RESET scimver.agent;
SELECT propose('User', id(2)::text, '{"delete": true}') AS second \gset
SELECT propose('User', NULL, '{"create": {"userName": "new", "title": "it"}}') AS third \gset
SELECT propose('Group', :'team', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(3)))))) AS fourth \gset
SELECT listed();
SELECT listed('resource_type => ''Group''');
SELECT listed(format('resource_type => ''User'', id => %L', id(1)));
SET ROLE regress_boss;
SELECT listed('resource_type => ''User''');
SET ROLE regress_other;
SELECT listed('resource_type => ''Group''');
SELECT string_agg(p ->> 'can_review', ' ') FROM jsonb_array_elements(scim_list_proposals() -> 'proposals') AS p;
-- what it was then, without what is never returned, and what is asked for
SELECT plain(p -> 'base'), plain(p -> 'operations'), p ? 'ancestors', p -> 'reviews', p ->> 'base_version' = scim_get_user(id(1)::text) #>> '{meta,version}' FROM scim_get_proposal(:'first') AS p;
SELECT plain(p -> 'base'), p -> 'operations' FROM scim_get_proposal(:'second') AS p;
SELECT p ? 'base', p -> 'operations', p ? 'resource_id' FROM scim_get_proposal(:'third') AS p;
SELECT plain(p -> 'base'), plain(p -> 'operations') FROM scim_get_proposal(:'fourth') AS p;

-- a line of counters, of which each knows those before it
SET ROLE regress_boss;
SELECT decide(:'first', 'counter', '[{"op": "replace", "path": "title", "value": "second"}]', 'rather this') ->> 'status';
SELECT id AS counter FROM scim_proposals WHERE parent = :'first' \gset
RESET ROLE;
GRANT regress_boss TO regress_other;
SET ROLE regress_other;
SELECT decide(:'counter', 'counter', '[{"op": "replace", "path": "title", "value": "third"}]') ->> 'status';
SELECT id AS last FROM scim_proposals WHERE parent = :'counter' \gset
SELECT p ->> 'proposer', a ->> 'proposer', a -> 'changes', a ->> 'status', a ->> 'reason' FROM scim_get_proposal(:'last') AS p, jsonb_array_elements(p -> 'ancestors') WITH ORDINALITY AS x(a, i) ORDER BY i;
SELECT r - 'at' - 'version' - 'login' FROM jsonb_array_elements(scim_get_proposal(:'first') -> 'reviews') AS r;
SELECT listed('resource_type => ''User''');
SET ROLE regress_boss;
SELECT decide(:'last', 'approve', comment => 'well') ->> 'status';
SELECT p ->> 'status', p ->> 'applied_version' = scim_get_user(id(1)::text) #>> '{meta,version}', p ? 'decided_at', p ->> 'approvals', p ->> 'can_review' FROM scim_get_proposal(:'last') AS p;
SELECT listed('''applied''');
SELECT listed('''countered''');

-- a tool sees what the same statement has written, a function what its statement's snapshot shows
SELECT made ->> 'success', told #> '{content,proposals,0,proposal_id}' = made #> '{content,proposal_id}'
	FROM (SELECT scim_call_tool('scim_propose_change', jsonb_build_object('resource_type', 'User', 'resource_id', id(3), 'operations', '[{"op": "replace", "path": "title", "value": "by a tool"}]'::jsonb))::jsonb AS made OFFSET 0) AS m,
	LATERAL (SELECT scim_call_tool('scim_list_proposals', CASE WHEN made IS NOT NULL THEN '{}' END::jsonb)::jsonb AS told OFFSET 0) AS t;
-- who may not read some columns is told that there are proposals, and not what they are about
RESET ROLE;
REVOKE SELECT ON users FROM regress_other;
GRANT SELECT (tenant_id, id) ON users TO regress_other;
REVOKE regress_boss FROM regress_other;
SET ROLE regress_other;
SELECT listed('resource_type => ''User''');
SELECT count(*), count(changes), count(operations), count(base) FROM scim_proposals WHERE resource_type = 'User';
SELECT count(*), count(comment) FROM scim_reviews;
RESET ROLE;
DROP OWNED BY regress_author, regress_boss, regress_other;
DROP ROLE regress_author, regress_boss, regress_other;
