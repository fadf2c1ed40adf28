-- Changes that become proposals: which ones do, and what they hold.
-- what differs by run has a name: PROPOSAL, THEN, V
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(answer,
		'[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-(?:[89b]|a(?!000))[0-9a-f]{3}-[0-9a-f]{12}', 'PROPOSAL', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'[A-Za-z0-9+/]{11}=', 'V', 'g')) $$;
CREATE FUNCTION by(who text, statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE format('SET LOCAL SESSION AUTHORIZATION regress_%s', who);
	EXECUTE statement INTO answer;
	RESET SESSION AUTHORIZATION;
	IF answer LIKE '{"id%' OR answer LIKE '{"meta%' THEN
		answer := 'written: ' || (answer::jsonb - '{id,meta,schemas}'::text[])::text;
	ELSIF answer LIKE '{%' THEN
		answer := (answer::jsonb - '{proposal_id,expires_at,reviewers,quorum}'::text[])::text;
	END IF;
	RETURN NEXT told(answer);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT told(concat_ws(' ', sqlstate, sqlerrm, detail));
END $$;
CREATE FUNCTION version(n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN scim_get_resource(type, id(n)::text)#>>'{meta,version}';
CREATE FUNCTION set(path text, value jsonb) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION patch(n int, operations jsonb, rest text DEFAULT ', on_conflict => ''propose''', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_patch_resource(%L, %L, %L%s)', type, id(n), operations, rest);
CREATE FUNCTION update(n int, data jsonb, rest text DEFAULT ', on_conflict => ''propose''', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_update_resource(%L, %L, %L%s)', type, id(n), data, rest);
CREATE FUNCTION propose(n int, operations jsonb, rest text DEFAULT '', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_propose_change(%L, %L, %L%s)', type, id(n)::text, operations, rest);
CREATE FUNCTION at(version text) RETURNS text LANGUAGE sql RETURN format(', expected_version => %L', version);
-- what is kept of the last one
CREATE FUNCTION kept() RETURNS SETOF text LANGUAGE sql AS $$ SELECT
	told(concat_ws(' ', resource_type, resource_id, operations, 'of', base_version, base - '{schemas,id}'::text[], 'for', reason, 'by', proposer, login, agent, status, conflicts, decided_at, applied_version))
	FROM scim_proposals ORDER BY created_at DESC LIMIT 1 $$;
CREATE ROLE regress_agent;
CREATE ROLE regress_reader;
CREATE ROLE regress_stranger;
CREATE ROLE regress_hr;
SELECT scim_grant_tenant('default', r::regrole) FROM unnest('{regress_agent, regress_reader, regress_hr}'::text[]) r;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_agent, regress_hr;
REVOKE INSERT, UPDATE, DELETE ON users, groups, groups_members FROM regress_reader;
GRANT SELECT ON users, groups, groups_members TO regress_reader;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'title', 'boss', 'active', true) FROM generate_series(1, 9) n;
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["active", "name.familyName", "userName"], "operations": ["delete", "create"], "reviewers": ["regress_hr"], "quorum": 1, "expires_seconds": 60}, "may": {"regress_agent": {"operations": ["update", "patch", "delete", "create"], "attributes": ["active", "title", "name", "userName", "emails"]}}}') IS NOT NULL;

-- ---- what must be reviewed ----

SELECT by('agent', patch(1, set('active', 'false'), ''));
SELECT by('agent', patch(1, set('active', 'false')));
SELECT kept();
SELECT scim_get_user(id(1)::text)->'active' AS active, (SELECT count(*) FROM scim_history WHERE resource_type = 'User' AND resource_id = id(1)::text) AS entries;
-- what need not is done, and so is what changes nothing of it
SELECT by('agent', patch(1, set('title', '"chief"')));
SELECT by('agent', patch(1, set('active', 'true')));
SELECT by('agent', update(1, '{"userName": "u1", "title": "captain", "active": true}'));
-- all of a write, or nothing
SELECT by('agent', patch(1, '[{"op": "replace", "path": "title", "value": "king"}, {"op": "replace", "path": "name.familyName", "value": "K"}]'));
SELECT by('agent', update(1, '{"userName": "u1", "title": "queen"}'));
SELECT kept();
SELECT by('hr', format('SELECT scim_get_user(%L)', id(1)));
-- it is expired by the policy's clock, and told so
SELECT by('agent', 'SELECT (expires_at - created_at)::text FROM scim_proposals ORDER BY created_at DESC LIMIT 1');
-- exempt, he need not
SELECT scim_set_policy('default', 'User', scim_get_policy('default', 'User') || '{"exempt": ["regress_hr"]}') IS NOT NULL;
SELECT by('hr', patch(1, set('active', 'false')));

-- ---- what stays an error ----

SELECT by('agent', patch(2, set('nickName', '"x"')));
SELECT by('agent', patch(2, '[{"op": "replace", "path": "nickName", "value": "x"}, {"op": "replace", "path": "active", "value": false}]'));
SELECT by('agent', patch(2, set('active', '"maybe"')));
SELECT by('agent', patch(77, set('active', 'false')));
SELECT by('reader', patch(2, set('active', 'false')));
SELECT by('stranger', patch(2, set('active', 'false')));
SELECT by('agent', patch(2, set('active', 'false'), ', on_conflict => ''purpose'''));
SELECT by('agent', patch(2, set('active', 'false'), ', on_conflict => ''propose'', expected_version => ''AAAAAAAAAAA='''));
SELECT lease->>'lease_id' AS lease FROM scim_acquire_lease('User', id(2)::text) lease \gset
SELECT left(told, 40) FROM by('agent', patch(2, set('active', 'false'))) told;
SELECT scim_release_lease(:'lease');
SELECT count(*) FROM scim_proposals WHERE resource_id = id(2)::text;

-- ---- conflicts ----

SELECT version(3) AS v \gset
SELECT by('agent', patch(3, '[{"op": "add", "value": {"title": "theirs", "emails": [{"value": "a@x", "type": "work"}]}}]', ''));
-- clean: it is merged
SELECT by('agent', patch(3, set('name', '{"givenName": "G"}'), ', on_conflict => ''propose''' || at(:'v')));
-- and decided on, if it must be reviewed
SELECT by('agent', patch(3, set('active', 'false'), ', on_conflict => ''propose''' || at(:'v')));
SELECT kept();
-- others changed the same: mine is proposed, of what is there now
SELECT by('agent', patch(3, set('title', '"mine"'), ', on_conflict => ''propose''' || at(:'v')));
SELECT kept();
SELECT by('agent', update(3, '{"userName": "u3", "title": "mine", "active": true}', ', on_conflict => ''propose''' || at(:'v')));
-- both made the same of it
SELECT by('agent', patch(3, set('title', '"theirs"'), ', on_conflict => ''propose''' || at(:'v')));
-- a rule decides: then nobody need
SELECT by('agent', patch(3, set('title', '"mine"'), ', on_conflict => ''propose'', merge_rules => ''{"title": "mine"}''' || at(:'v')));
SELECT by('agent', format('SELECT scim_get_user(%L)', id(3)));

-- ---- proposed, whatever the policy ----

SET scimver.agent = 'the desk';
SELECT by('agent', propose(4, set('title', '"x"'), ', reason => ''she asked for it'''));
RESET scimver.agent;
SELECT kept();
-- who may read may propose, of what the policy forbids as well
SELECT by('reader', propose(4, set('nickName', '"nick"')));
SELECT by('agent', propose(4, set('nickName', '"nick"')));
SELECT by('stranger', propose(4, set('title', '"x"')));
SELECT lease->>'lease_id' AS lease FROM scim_acquire_lease('User', id(4)::text) lease \gset
SELECT by('reader', propose(4, '{"Operations": [{"op": "remove", "path": "title"}], "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}'));
SELECT scim_release_lease(:'lease');
SELECT by('reader', propose(4, '{"delete": true}'));
SELECT kept();
SELECT by('reader', format('SELECT scim_propose_change(%L, NULL, %L)', 'User', '{"create": {"userName": "new", "emails": [{"value": "n@x"}]}}'));
SELECT kept();
-- a stale version is merged, or overrides what others wrote, and says so
SELECT by('reader', propose(3, set('nickName', '"nick"'), at(:'v')));
SELECT by('reader', propose(3, set('title', '"mine too"'), at(:'v')));
SELECT by('reader', propose(3, '{"delete": true}', at(:'v')));
-- nothing was written
SELECT by('reader', format('SELECT scim_get_user(%L)', id(4)));
-- without a policy
SELECT scim_set_policy('default', 'User', NULL);
SELECT told(answer::text) FROM scim_propose_change('User', id(4)::text, set('title', '"y"')) answer;
SELECT (expires_at - created_at)::text FROM scim_proposals ORDER BY created_at DESC LIMIT 1;
-- a conflict is a proposal without one, too
SELECT by('agent', patch(3, set('title', '"mine again"'), ', on_conflict => ''propose''' || at(:'v')));

-- ---- what is none ----

SELECT by('agent', propose(5, set('title', '"boss"')));
SELECT by('agent', propose(5, '[]'));
SELECT by('agent', propose(5, set('password', '"secret word"')));
SELECT by('agent', propose(5, '[{"op": "add", "value": {"title": "x", "password": "secret word"}}]'));
SELECT by('agent', format('SELECT scim_propose_change(%L, NULL, %L)', 'User', '{"create": {"userName": "n", "password": "secret word"}}'));
SELECT by('agent', propose(5, '{"create": {"userName": "n"}}'));
SELECT by('agent', propose(5, '{"update": {"userName": "n"}}'));
SELECT by('agent', propose(5, '{"delete": false}'));
SELECT by('agent', propose(5, '{"delete": true, "create": {}}'));
SELECT by('agent', propose(5, '7'));
SELECT by('agent', format('SELECT scim_propose_change(%L, NULL, %L)', 'User', set('title', '"x"')));
SELECT by('agent', format('SELECT scim_propose_change(%L, NULL, %L)', 'User', '{"create": {"title": "x"}}'));
SELECT by('agent', format('SELECT scim_propose_change(%L, NULL, %L)', 'Thing', '{"create": {"title": "x"}}'));
SELECT by('agent', propose(77, set('title', '"x"')));
SELECT by('agent', propose(77, '{"delete": true}'));
SELECT by('agent', propose(5, set('title', '"x"'), ', tenant_id => ''other'''));
SELECT by('agent', propose(5, set('title', '"x"'), ', tenant_id => '''''));
SELECT by('agent', propose(5, set('title', '"x"'), format(', reason => %L', repeat('ä', 1001))));
SELECT left(told, 30) FROM by('agent', propose(5, set('title', '"x"'), format(', reason => %L', repeat('ä', 1000)))) told;
SELECT by('agent', propose(5, set('title', '"x"'), at('x')));
SELECT by('agent', propose(5, set('title', '"x"'), at('AAAAAAAAAAA=')));
SELECT by('agent', propose(5, set('groups', '[]')));
SELECT by('agent', propose(5, set('none', '1')));
SELECT by('agent', 'SELECT scim_propose_change(''User'', ''x'', NULL)');
BEGIN READ ONLY;
SELECT by('agent', propose(5, set('title', '"z"')));
ROLLBACK;

-- ---- each is in the history ----

SELECT operation, told(changed::text), before IS NULL AS anew, CASE WHEN actor = current_user THEN 'me' ELSE actor END, count(*) FROM scim_history WHERE resource_type = 'Proposal' GROUP BY 1, 2, 3, 4 ORDER BY 4, 5;
RESET SESSION AUTHORIZATION;
DROP OWNED BY regress_agent, regress_reader, regress_stranger, regress_hr;
DROP ROLE regress_agent, regress_reader, regress_stranger, regress_hr;
