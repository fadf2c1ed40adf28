-- What agents see of policies and proposals: scim_propose_change, scim_list_proposals, scim_review_proposal,
-- on_conflict propose, and what failures tell them to do.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
-- what differs by run has a name: #?, THEN, V, C for a cursor; roles by what they are
CREATE TABLE names AS SELECT role, name FROM (VALUES (:'agent', 'agent'), (:'reviewers', 'hr'), (:'ann', 'ann'), (:'bob', 'bob')) n(role, name);
GRANT SELECT ON names TO PUBLIC;
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n record;
BEGIN
	FOR n IN SELECT * FROM names LOOP
		answer := replace(answer, n.role, n.name);
	END LOOP;
	RETURN regexp_replace(regexp_replace(regexp_replace(regexp_replace(plain(answer),
		'[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}', '#?', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'(next_?[cC]ursor)":"[^"]+"', '\1":"C"', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g');
END $$;
CREATE FUNCTION call(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS 'SELECT scim_call_tool(tool, arguments)::text';
CREATE FUNCTION try(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS 'SELECT told(call(tool, arguments))';
-- how it ended, and what to do next
CREATE FUNCTION steps(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', coalesce(a #>> '{content,error_code}', 'done'), told(a #>> '{content,next_steps}'), told(a #>> '{metadata,proposed}'), told(a #>> '{metadata,rebased}'), told(a #>> '{metadata,conflicts}')) FROM CAST(call(tool, arguments) AS jsonb) a $$;
-- an error in one line
CREATE FUNCTION wrong(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' | ', coalesce(c ->> 'error_code', 'done'), c ->> 'path', told(c ->> 'error'), c ->> 'limit') FROM CAST(call(tool, arguments)::jsonb -> 'content' AS jsonb) c $$;
CREATE FUNCTION patch(n int, operations jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('user_id', id(n), 'operations', operations) || more $$;
CREATE FUNCTION propose(n int, operations jsonb, more jsonb DEFAULT '{}', type text DEFAULT 'User') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('resource_type', type, 'resource_id', id(n), 'operations', operations) || more $$;
-- the newest proposal, by what the answer says
CREATE FUNCTION proposal(answer text) RETURNS text LANGUAGE sql AS $$ SELECT answer::jsonb #>> '{content,proposal_id}' $$;
-- to decide on it as it is
CREATE FUNCTION decide(proposal text, decision text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('proposal_id', proposal, 'decision', decision, 'expected_version', call('scim_list_proposals', jsonb_build_object('proposal_id', proposal))::jsonb #>> '{content,version}') || more $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'active', true) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(11), 'User', id(1));
GRANT ALL ON users, groups, groups_members TO :agent, :reviewers;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :agent, :reviewers;
SELECT count(scim_grant_tenant('default', r::regrole)) FROM unnest(ARRAY[:'agent', :'reviewers']) r;
SELECT scim_set_policy('default', 'User', jsonb_build_object('deny', '["update"]'::jsonb, 'review', jsonb_build_object('attributes', '["active", "title", "roles"]'::jsonb, 'operations', '["create", "delete"]'::jsonb, 'reviewers', jsonb_build_array(:'reviewers'), 'quorum', 1))) IS NOT NULL,
	scim_set_policy('default', 'Group', jsonb_build_object('review', jsonb_build_object('attributes', '["members"]'::jsonb, 'reviewers', jsonb_build_array(:'reviewers')))) IS NOT NULL;

-- ---- what has to be reviewed ----

SET SESSION AUTHORIZATION :agent;
SET scimver.agent = 'robot';
SELECT try('scim_patch_user', patch(1, sets('active', 'false')));
SELECT tool, steps(tool, arguments) FROM (VALUES
	(1, 'scim_create_user', '{"user_data": {"userName": "new"}}'::jsonb),
	(2, 'scim_delete_user', jsonb_build_object('user_id', id(2))),
	(3, 'scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(3)))),
	(4, 'scim_restore', jsonb_build_object('resource_type', 'Group', 'resource_id', id(11), 'version', (SELECT version FROM scim_history WHERE resource_id = id(11)::text AND operation = 'create'))),
	(5, 'scim_patch_resource', jsonb_build_object('resource_type', 'User') || patch(1, sets('title', '"x"')) - 'user_id' || jsonb_build_object('resource_id', id(1))),
	(6, 'scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "u1"}'::jsonb))) w(n, tool, arguments) ORDER BY n;
-- done as the answers say: it becomes a proposal, where it has to; nothing is written
SELECT call('scim_patch_user', patch(1, sets('active', 'false'), '{"on_conflict": "propose"}')) AS a \gset
SELECT told(:'a');
SELECT proposal(:'a') AS p1 \gset
SELECT try('scim_patch_user', patch(1, sets('nickName', '"n"'), '{"on_conflict": "propose", "attributes": ["nickName", "active"]}'));
SELECT told(a), proposal(a) AS of FROM call('scim_create_user', '{"user_data": {"userName": "new", "title": "t"}, "on_conflict": "Propose"}') a \gset created_
SELECT :'created_told';
SELECT told(a), proposal(a) AS of FROM call('scim_delete_user', jsonb_build_object('user_id', id(2), 'on_conflict', 'propose')) a \gset deleted_
SELECT :'deleted_told';
SELECT try('scim_propose_change', propose(11, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(3))))), '{"reason": "She works there"}', 'Group'));
SELECT count(*), count(*) FILTER (WHERE user_name = 'new') AS created FROM users;

-- ---- what waits ----

SELECT told(jsonb_agg(p -> 'changes' ORDER BY n)::text) FROM jsonb_array_elements(call('scim_list_proposals', '{}')::jsonb #> '{content,proposals}') WITH ORDINALITY p(p, n);
SELECT try('scim_list_proposals', '{"count": 1, "resource_type": "User"}');
SELECT a #> '{metadata,next_cursor}' IS NOT NULL AS more, told((a #> '{content,proposals,0,changes}')::text) FROM CAST(call('scim_list_proposals', '{"count": 1, "resource_type": "User"}') AS jsonb) first, LATERAL CAST(call('scim_list_proposals', jsonb_build_object('count', 1, 'resource_type', 'User', 'cursor', first #> '{metadata,next_cursor}')) AS jsonb) a;
SELECT jsonb_array_length(call('scim_list_proposals', l)::jsonb #> '{content,proposals}') FROM unnest(ARRAY['{"status": "any"}', '{"status": "applied"}', '{"status": "OPEN"}', '{"status": "", "cursor": "*"}', '{"resource_type": "Group"}', '{"count": 0}']::jsonb[]) WITH ORDINALITY l(l, n) ORDER BY n;
SELECT jsonb_array_length(call('scim_list_proposals', jsonb_build_object('resource_type', 'User', 'resource_id', id(1)))::jsonb #> '{content,proposals}');
SELECT try('scim_list_proposals', jsonb_build_object('proposal_id', upper(:'p1')));

-- ---- deciding ----

-- not who proposed it, and not who is no reviewer
SELECT try('scim_review_proposal', decide(:'p1', 'approve'));
SET SESSION AUTHORIZATION :ann;
SET scimver.agent = '';
-- what was read is named; what is there, is not approved unread
SELECT try('scim_review_proposal', decide(:'p1', 'approve', '{"expected_version": "AAAAAAAAAAA="}'));
SELECT call('scim_review_proposal', decide(:'p1', 'counter', jsonb_build_object('comment', 'Only the title', 'operations', sets('title', '"On leave"')))) AS a \gset
SELECT told(:'a');
SELECT :'a'::jsonb #>> '{content,counter,proposal_id}' AS p2 \gset
SELECT try('scim_review_proposal', decide(:'p2', 'approve'));
SET SESSION AUTHORIZATION :bob;
SELECT try('scim_review_proposal', decide(:'p2', 'approve', '{"comment": "Good"}'));
SELECT try('scim_review_proposal', decide(:'p2', 'approve'));
SELECT try('scim_review_proposal', decide(:'created_of', 'reject', '{"comment": "Who?"}'));
SELECT try('scim_review_proposal', decide(:'deleted_of', 'approve'));
-- the proposer sees what came of it
SET SESSION AUTHORIZATION :agent;
SELECT status, try('scim_list_proposals', jsonb_build_object('proposal_id', id)) FROM scim_proposals WHERE status IN ('countered', 'rejected') ORDER BY status COLLATE "C";
SELECT try('scim_review_proposal', decide(id::text, 'withdraw')) FROM scim_proposals WHERE resource_type = 'Group';
SELECT scim_get_user(id(1)::text) ->> 'title' AS title, (SELECT count(*) FROM users WHERE id = id(2)) AS not_deleted;
-- and in what changed
SELECT told(concat_ws(' ', c ->> 'resource_type', c ->> 'operation', c ->> 'resource_id', c ->> 'actor', c -> 'changed', c -> 'proposal_id')) FROM jsonb_array_elements(call('scim_changes', '{"count": 100}')::jsonb #> '{content,changes}') WITH ORDINALITY x(c, n)
	WHERE c ->> 'operation' <> 'create' OR c ->> 'resource_type' = 'Proposal' ORDER BY n;
-- refusals are on record
RESET SESSION AUTHORIZATION;
SELECT resource_type, tool, error_code, count(*) FROM scim_history WHERE operation = 'refused' AND error_code ~ 'POLICY|REVIEW' GROUP BY 1, 2, 3 ORDER BY tool COLLATE "C", resource_type COLLATE "C", error_code COLLATE "C";

-- ---- what moved ----

-- another attribute: it is applied; the same: it is not, and says so; a part of it: it has to be approved anew
SET SESSION AUTHORIZATION :agent;
SELECT proposal(call('scim_propose_change', propose(3, sets('title', '"a"')))) AS p3, proposal(call('scim_propose_change', propose(4, sets('title', '"a"')))) AS p4,
	proposal(call('scim_propose_change', propose(5, sets('title', '"a"') || sets('active', 'false')))) AS p5, proposal(call('scim_propose_change', propose(6, sets('title', '"a"'), jsonb_build_object('expected_version', v(6))))) AS p6 \gset
RESET SESSION AUTHORIZATION;
UPDATE users SET data = data || '{"nickName": "moved"}' WHERE id = id(3);
UPDATE users SET data = data || '{"title": "b"}' WHERE id = id(4);
UPDATE users SET data = data || '{"title": "a"}' WHERE id = id(5);
DELETE FROM users WHERE id = id(6);
SET SESSION AUTHORIZATION :bob;
SELECT steps('scim_review_proposal', decide(p, 'approve')), told((call('scim_list_proposals', jsonb_build_object('proposal_id', p))::jsonb -> 'content') ->> 'status') FROM unnest(ARRAY[:'p3', :'p4', :'p5', :'p6']) WITH ORDINALITY p(p, n) ORDER BY n;
SELECT steps('scim_review_proposal', decide(:'p5', 'approve')), told((call('scim_list_proposals', jsonb_build_object('proposal_id', :'p5'))::jsonb -> 'content') ->> 'status');
-- what conflicts becomes a proposal, against what is there now
SET SESSION AUTHORIZATION :agent;
SELECT v(7) AS v7 \gset
SELECT call('scim_patch_user', patch(7, sets('nickName', '"theirs"')))::jsonb -> 'success' AS theirs;
SELECT try('scim_patch_user', patch(7, sets('nickName', '"mine"'), jsonb_build_object('on_conflict', 'propose', 'expected_version', :'v7')));
SELECT try('scim_patch_user', patch(7, sets('locale', '"en"'), jsonb_build_object('on_conflict', 'propose', 'expected_version', :'v7', 'attributes', '["locale"]'::jsonb)));

-- ---- wrong arguments ----

SELECT n, wrong('scim_propose_change', a) FROM (VALUES (1, '{}'::jsonb), (2, propose(7, '[]')), (3, propose(7, '{}')), (4, propose(7, '{"delete": false}')), (5, propose(7, '{"op": "add"}')), (6, propose(7, '"x"')), (7, propose(7, sets('nickName', '"theirs"'))),
	(8, propose(7, sets('password', '"secret"'))), (9, propose(7, sets('nonsense', '1'))), (10, propose(99, sets('title', '"x"'))), (11, propose(7, sets('title', '"x"'), jsonb_build_object('reason', repeat('r', 1001)))),
	(12, propose(7, sets('title', '"x"'), '{"expected_version": "*"}')), (13, '{"resource_type": "User", "operations": [{"op": "add", "path": "title", "value": "x"}]}'),
	(14, propose(7, '{"create": {"userName": "x"}}')), (15, '{"resource_type": "User", "operations": {"create": {"userName": "x", "password": "secret"}}}'), (16, '{"resource_type": "Robot", "operations": []}'), (17, propose(7, '{"delete": true, "create": {"userName": "x"}}'))) w(n, a) ORDER BY n;
-- what stands for nothing is left out
SELECT told(call('scim_propose_change', propose(7, '{"delete": true, "create": null}', '{"reason": "", "expected_version": null}'))::jsonb #>> '{content,error_code}'), told((call('scim_propose_change', propose(7, '{"delete": true, "create": null}', '{"reason": ""}'))::jsonb -> 'content') ->> 'status'),
	told((call('scim_propose_change', '{"resource_type": "User", "resource_id": "", "operations": {"delete": false, "create": {"userName": "x"}}}')::jsonb -> 'content') ->> 'status');
-- versions need not be named, whatever the setting says
SET scimver.require_version = on;
SELECT wrong('scim_patch_user', patch(7, sets('title', '"x"'))), wrong('scim_propose_change', propose(7, sets('title', '"y"')));
RESET scimver.require_version;
SELECT n, wrong('scim_list_proposals', a) FROM (VALUES (1, '{"status": "closed"}'::jsonb), (2, '{"proposal_id": "none"}'), (3, '{"proposal_id": "00000000-0000-0000-0000-000000000000"}'), (4, '{"proposal_id": "00000000-0000-0000-0000-000000000000", "status": "open"}'),
	(5, '{"resource_id": "x"}'), (6, '{"cursor": "x"}'), (7, '{"count": -1}'), (8, '{"resource_type": "Robot"}')) w(n, a) ORDER BY n;
-- what is created by an approval has an id then
SELECT id AS pc FROM scim_proposals WHERE status = 'open' AND resource_id IS NULL \gset
SET SESSION AUTHORIZATION :bob;
SELECT try('scim_review_proposal', decide(:'pc', 'approve'));
SELECT a #>> '{content,status}' AS status, scim_get_user(a #>> '{content,resource_id}') ->> 'userName' AS created FROM CAST(call('scim_list_proposals', jsonb_build_object('proposal_id', :'pc')) AS jsonb) a;
SET SESSION AUTHORIZATION :agent;
SELECT proposal(call('scim_propose_change', propose(8, sets('title', '"a"')))) AS p8 \gset
SET SESSION AUTHORIZATION :ann;
SELECT n, wrong('scim_review_proposal', a) FROM (VALUES (1, '{}'::jsonb), (2, decide(:'p8', 'agree')), (3, decide(:'p8', 'approve') - 'expected_version'), (4, decide(:'p8', 'approve', '{"expected_version": ""}')), (5, decide(:'p8', 'approve', '{"expected_version": "*"}')),
	(6, decide(:'p8', 'counter')), (7, decide(:'p8', 'counter', '{"operations": []}')), (8, decide(:'p8', 'counter', jsonb_build_object('operations', sets('password', '"secret"')))), (9, decide(:'p8', 'approve', jsonb_build_object('operations', sets('title', '"b"')))),
	(10, decide(:'p8', 'approve', jsonb_build_object('comment', repeat('c', 1001)))), (11, decide(:'p8', 'withdraw')), (12, decide(:'p8', 'approve', '{"proposal_id": "x"}')), (13, decide(:'p8', 'approve', '{"proposal_id": "00000000-0000-0000-0000-000000000000"}'))) w(n, a) ORDER BY n;
-- where another holds it, nothing is applied, and the approval not kept
RESET SESSION AUTHORIZATION;
SELECT scim_acquire_lease('User', id(8)::text, 600) IS NOT NULL AS held;
SET SESSION AUTHORIZATION :ann;
SELECT steps('scim_review_proposal', decide(:'p8', 'approve')), told((call('scim_list_proposals', jsonb_build_object('proposal_id', :'p8'))::jsonb #> '{content,reviews}')::text);
-- unless it is the reviewer's, who names it
RESET SESSION AUTHORIZATION;
DELETE FROM scim_leases;
SET SESSION AUTHORIZATION :ann;
SELECT scim_acquire_lease('User', id(8)::text, 600) ->> 'lease_id' AS lease \gset
SELECT steps('scim_review_proposal', decide(:'p8', 'approve'));
SELECT call('scim_review_proposal', decide(:'p8', 'approve', jsonb_build_object('lease_id', :'lease')))::jsonb #>> '{content,status}' AS status, scim_release_lease(:'lease') AS held;
RESET SESSION AUTHORIZATION;
-- a connection that only reads
BEGIN READ ONLY;
SELECT wrong('scim_review_proposal', decide(:'p8', 'reject')), wrong('scim_propose_change', propose(9, sets('title', '"x"')));
COMMIT;

-- ---- tenants ----

SELECT scim_create_user('{"userName": "u1"}', tenant_id => 'other') ->> 'id' AS other \gset
SELECT proposal(call('scim_propose_change', jsonb_build_object('resource_type', 'User', 'resource_id', :'other', 'operations', sets('title', '"x"'), 'tenant_id', 'other'))) AS po \gset
-- where the connection is for one tenant alone, another's is not there
SET scimver.only_tenant = 'default';
SELECT wrong('scim_list_proposals', jsonb_build_object('proposal_id', :'po')), wrong('scim_review_proposal', jsonb_build_object('proposal_id', :'po', 'decision', 'reject', 'expected_version', 'AAAAAAAAAAA=')),
	jsonb_path_exists(call('scim_list_proposals', '{"status": "any", "count": 100}')::jsonb, '$.content.proposals[*] ? (@.proposal_id == $po)', jsonb_build_object('po', :'po')) AS listed;
RESET scimver.only_tenant;

-- ---- what is too large ----

-- the changes of a proposal are the last to go, and what is missing is named
SELECT proposal(a) AS large, octet_length(a) < 34000 AS fits, jsonb_array_length(a::jsonb #> '{content,changes}') > 1 AS shown, a::jsonb #>> '{content,more_changes}' AS more, a::jsonb #> '{metadata,omitted}' AS omitted, a::jsonb #>> '{metadata,how_to_go_on}' AS how
	FROM call('scim_propose_change', propose(9, (SELECT jsonb_agg(sets(p, to_jsonb(repeat('x', 9000))) -> 0) FROM unnest('{title,nickName,displayName,locale,userType}'::text[]) p))) a \gset
SELECT :'fits' AS fits, :'shown' AS shown, :'more' AS more, :'omitted' AS omitted, :'how' AS how;
SELECT octet_length(a) < 34000 AS fits, a::jsonb #> '{content,changes}' IS NOT NULL AS changes, a::jsonb #> '{metadata,omitted}' AS omitted FROM call('scim_list_proposals', jsonb_build_object('proposal_id', :'large')) a;
SELECT octet_length(a) < 34000 AS fits, a::jsonb #> '{metadata,omitted}' AS omitted FROM call('scim_list_proposals', '{"resource_type": "User"}') a;

-- ---- what the server says of itself ----

SELECT told(t -> 'policy' #>> '{}') FROM jsonb_array_elements(call('scim_server_info', '{}')::jsonb #> '{content,resource_types}') t;
SELECT call('scim_server_info', '{}')::jsonb #> '{content,limits}';
