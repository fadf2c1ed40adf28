-- Calls of tools that are named by idempotency_key, so that they can be repeated.
-- what differs by run has a name: V, THEN, PROPOSAL
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(answer,
		'"proposal_id":"[^"]*"', '"proposal_id":"PROPOSAL"', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g')) $$;
CREATE FUNCTION call(tool text, arguments jsonb, key text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT scim_call_tool(tool, CASE WHEN key IS NULL THEN arguments ELSE arguments || jsonb_build_object('idempotency_key', key) END)::text $$;
-- the whole answer, and how much it left in the history
CREATE FUNCTION try(tool text, arguments jsonb, key text DEFAULT NULL) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := (SELECT count(*) FROM scim_history);
BEGIN
	RETURN NEXT told(call(tool, arguments, key));
	RETURN NEXT 'wrote ' || (SELECT count(*) FROM scim_history) - before;
END $$;
-- how it ended
CREATE FUNCTION code(tool text, arguments jsonb, key text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' | ', coalesce(a #>> '{content,error_code}', 'done'), 'repeated: ' || (a #>> '{metadata,repeated}'), told(a #>> '{content,error}'), a #>> '{content,path}', a #>> '{content,next_steps}') FROM CAST(call(tool, arguments, key) AS jsonb) a $$;
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION person(name text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('user_data', jsonb_build_object('userName', name)) || more;
CREATE FUNCTION title(n int, title text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('user_id', id(n), 'operations', sets('title', to_jsonb(title))) || more;
CREATE FUNCTION made() RETURNS SETOF text LANGUAGE sql AS $$ SELECT told(concat_ws(' ', tenant_id, key, replace(made::text, '": ', '":'))) FROM scim_idempotency ORDER BY key COLLATE "C" $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 5) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');

-- ---- which tools take one ----

SELECT t ->> 'name', t #> '{inputSchema,properties,idempotency_key}', (t #> '{inputSchema,required}') ? 'idempotency_key' FROM jsonb_array_elements(scim_tools()) t WHERE t #> '{inputSchema,properties}' ? 'idempotency_key';
SELECT code('scim_update_user', '{"user_id": "x", "user_data": {}}', 'k');
SELECT code('scim_create_user', person('x', '{"idempotency_key": 7}'));
SELECT code('scim_create_user', person('x', jsonb_build_object('idempotency_key', repeat('k', 65))));
SELECT code('scim_create_user', person('x', '{"idempotency_key": ["k"]}'));
SELECT code('scim_bulk', jsonb_build_object('request', '[]'::jsonb, 'idempotency_key', repeat('k', 65)));
-- null and "" stand for none
SELECT code('scim_create_user', person('kim', '{"idempotency_key": null}')), code('scim_create_user', person('lou', '{"idempotency_key": ""}')), count(*) FROM scim_idempotency;

-- ---- create ----

SELECT try('scim_create_user', person('ann'), 'k1');
SELECT try('scim_create_user', person('ann'), 'k1');
SELECT made();
-- as it is now
SELECT code('scim_patch_user', jsonb_build_object('user_id', (SELECT id FROM users WHERE user_name = 'ann'), 'operations', sets('title', '"Boss"')));
SELECT try('scim_create_user', person('ann'), 'k1');
-- what stands for nothing is no part of the call; nor how its text is written
SELECT code('scim_create_user', person('ann', '{"attributes": [], "on_conflict": null, "tenant_id": ""}'), 'k1');
SELECT code('scim_create_user', person('ann', '{"tenant_id": "default"}'), 'k1');
SELECT scim_call_tool('scim_create_user', '{ "idempotency_key": "\u006b1", "user_data":{"userName":"ann"} }'::text)::jsonb #> '{metadata,repeated}';
-- other arguments, another tool
SELECT code('scim_create_user', person('bob'), 'k1');
SELECT code('scim_create_user', person('ann', '{"attributes": ["title"]}'), 'k1');
SELECT code('scim_create_group', '{"group_data": {"displayName": "ann"}}', 'k1');
-- deleted since
SELECT code('scim_delete_user', jsonb_build_object('user_id', (SELECT id FROM users WHERE user_name = 'ann')));
SELECT code('scim_create_user', person('ann'), 'k1');
SELECT try('scim_create_user', person('ann'), 'k2');

-- ---- what fails leaves none ----

SELECT code('scim_create_user', person('u1'), 'f1');
SELECT code('scim_patch_user', title(99, 'x'), 'f1');
SELECT code('scim_patch_user', title(1, 'x', '{"expected_version": "stale"}'), 'f1');
SELECT count(*) FROM scim_idempotency WHERE key = 'f1';
SELECT code('scim_patch_user', title(1, 'x'), 'f1'), code('scim_patch_user', title(1, 'x'), 'f1');

-- ---- patch ----

SELECT try('scim_patch_user', title(2, 'one'), 'p1');
SELECT code('scim_patch_user', title(2, 'two'));
SELECT try('scim_patch_user', title(2, 'one'), 'p1');
-- with a version
SELECT scim_get_user(id(3)::text) #>> '{meta,version}' AS v \gset
SELECT code('scim_patch_user', title(3, 'one', jsonb_build_object('expected_version', :'v')), 'p2'), code('scim_patch_user', title(3, 'one', jsonb_build_object('expected_version', :'v')), 'p2');
SELECT try('scim_patch_user', title(3, 'one', jsonb_build_object('expected_version', :'v')), 'p2');
-- as little is shown as was asked for
SELECT try('scim_patch_user', title(4, 'one', '{"attributes": ["title"]}'), 'p3');
SELECT try('scim_patch_user', title(4, 'one', '{"attributes": ["title"]}'), 'p3');
-- it does not free from naming a version
SET scimver.require_version = on;
SELECT code('scim_patch_user', title(4, 'one', '{"attributes": ["title"]}'), 'p3');
RESET scimver.require_version;

-- ---- members ----

SELECT try('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(1), id(2))), 'm1');
SELECT code('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'remove', jsonb_build_array(id(1))));
SELECT try('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(1), id(2))), 'm1');
SELECT try('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(3)), 'attributes', '["displayName"]'::jsonb), 'm2');
SELECT try('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(3)), 'attributes', '["displayName"]'::jsonb), 'm2');

-- ---- bulk ----

CREATE FUNCTION ops(VARIADIC operations jsonb[]) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('request', to_jsonb(operations));
CREATE FUNCTION post(name text, bulk_id text) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('method', 'POST', 'path', '/Users', 'bulkId', bulk_id, 'data', jsonb_build_object('userName', name));
SELECT try('scim_bulk', ops(post('una', 'a'), post('u1', 'b')), 'b1');
SELECT try('scim_bulk', ops(post('una', 'a'), post('u1', 'b')), 'b1');
SELECT code('scim_bulk', ops(post('una', 'a')), 'b1');
SELECT code('scim_bulk', ops(post('una', 'a'), post('u1', 'b')) || '{"atomic": true}', 'b1');
-- of which nothing was done, is tried again
SELECT try('scim_bulk', ops(post('uno', 'a'), post('u1', 'b')) || '{"atomic": true}', 'b2');
SELECT count(*) FROM scim_idempotency WHERE key = 'b2';
SELECT code('scim_bulk', '{"request": {"x": 1}}', 'b2');
SELECT try('scim_bulk', ops(post('uno', 'a')) || '{"atomic": true}', 'b2');

-- ---- proposals ----

CREATE ROLE regress_scim_proposer;
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "reviewers": ["pg_monitor"]}}') IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON users, groups, groups_members TO regress_scim_proposer;
SELECT scim_grant_tenant('default', 'regress_scim_proposer');
SET ROLE regress_scim_proposer;
SELECT plain((a -> 'metadata') - 'conditional_update'::text), a #>> '{content,status}' FROM CAST(call('scim_patch_user', title(5, 'Chief', '{"on_conflict": "propose"}'), 'd1') AS jsonb) a;
SELECT plain((a -> 'metadata') - 'conditional_update'::text), a #>> '{content,status}' FROM CAST(call('scim_patch_user', title(5, 'Chief', '{"on_conflict": "propose"}'), 'd1') AS jsonb) a;
SELECT count(scim_review_proposal(id, 'withdraw', version)) FROM scim_proposals;
SELECT plain((a -> 'metadata') - 'conditional_update'::text), a #>> '{content,status}' FROM CAST(call('scim_patch_user', title(5, 'Chief', '{"on_conflict": "propose"}'), 'd1') AS jsonb) a;
SELECT count(*) FROM scim_proposals;
RESET ROLE;
SELECT scim_set_policy('default', 'User', NULL);

-- ---- with the setting ----

BEGIN;
SET LOCAL scimver.idempotency_key = 's1';
SELECT code('scim_create_user', person('sam')), code('scim_create_user', person('sam'));
-- the argument goes before it; a read, a write without such an argument do without
SELECT code('scim_create_user', person('sue'), 's2'), code('scim_get_user', jsonb_build_object('user_id', id(1))), code('scim_delete_user', jsonb_build_object('user_id', id(4)));
SELECT code('scim_create_user', person('sue'));
COMMIT;
SELECT made();

-- what a trigger calls within a call has none; by an argument it can have one of its own, but not that of the call
CREATE TABLE heard (what text);
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO heard VALUES (code('scim_patch_user', title(1, 'n'), NEW.data ->> 'profileUrl'));
	RETURN NULL;
END $$;
CREATE TRIGGER tells AFTER UPDATE ON users FOR EACH ROW WHEN (NEW.data ? 'profileUrl' AND NOT OLD.data ? 'profileUrl') EXECUTE FUNCTION tells();
CREATE FUNCTION nested(url text) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('user_id', id(2), 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'value', jsonb_build_object('nickName', 'n', 'profileUrl', url))));
SELECT code('scim_patch_user', nested('urn:x:i1'), 'o1'), code('scim_patch_user', nested('urn:x:i1'), 'o1');
SELECT * FROM heard;
-- one that calls itself under its own key
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', '[{"op": "remove", "path": "profileUrl"}]'::jsonb));
SELECT code('scim_patch_user', nested('urn:x:i2'), 'urn:x:i2');
SELECT * FROM heard;
SELECT key FROM scim_idempotency WHERE key IN ('urn:x:i1', 'o1') ORDER BY 1;
DROP OWNED BY regress_scim_proposer;
DROP ROLE regress_scim_proposer;
