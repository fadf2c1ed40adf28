-- A token is for one tenant: whoever has it for red gets nothing of blue, though its role may work in both,
-- by whatever he sends: ids, filters, cursors, bulks, members, arguments of tools, leases, proposals, texts
-- that look like statements.
\i :behaviour/history_words.sql
-- whoever has no tables of his own for this has the policy of others
SELECT :'storage' = 'mapped' AS is_mapped \gset
\if :is_mapped
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE groups_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY scimver_tenant ON users USING (scim_may_use(tenant_id));
CREATE POLICY scimver_tenant ON groups USING (scim_may_use(tenant_id));
CREATE POLICY scimver_tenant ON groups_members USING (scim_may_use(tenant_id));
GRANT USAGE ON SEQUENCE next_id TO PUBLIC;
\endif
CREATE ROLE regress_tokens_both;
SELECT scim_grant_tenant('red', 'regress_tokens_both'), scim_grant_tenant('blue', 'regress_tokens_both');
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_tokens_both;
INSERT INTO users (tenant_id, id, data) VALUES ('red', id(1), '{"userName": "ada"}'), ('blue', id(2), '{"userName": "eve"}'), ('blue', id(3), '{"userName": "bob"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('red', id(11), '{"displayName": "reds"}'), ('blue', id(12), '{"displayName": "blues"}');
CREATE FUNCTION token(tenant text, options jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql AS $$ SELECT sha256((scim_create_token('regress_tokens_both', tenant, options) ->> 'token')::bytea) $$;
SELECT token('red') AS red, token('blue') AS blue, token('red', format('{"subject": {"resource_type": "User", "id": "%s"}}', id(2))::jsonb) AS strange \gset
CREATE FUNCTION ask(token bytea, method text, path text, body text DEFAULT NULL, query text DEFAULT NULL, headers jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT plain(concat_ws(' ', status, location, coalesce(a ->> 'detail', a ->> 'userName', a ->> 'displayName'), 'of ' || (a ->> 'totalResults'), (SELECT string_agg(coalesce(r ->> 'userName', r ->> 'displayName'), ' ' ORDER BY r ->> 'userName') FROM jsonb_array_elements(a -> 'Resources') r),
		(SELECT string_agg(concat_ws(' ', o ->> 'status', o #>> '{response,detail}'), '; ' ORDER BY n) FROM jsonb_array_elements(a -> 'Operations') WITH ORDINALITY x(o, n)), caller ->> 'tenant'))
		FROM scim_http(method, path, query, headers, convert_to(body, 'UTF8'), token) h, LATERAL (SELECT h.answer::jsonb) x(a) $$;
CREATE FUNCTION ops(VARIADIC operations text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [' || array_to_string(operations, ', ') || ']}';
CREATE FUNCTION masked(t text) RETURNS text LANGUAGE sql IMMUTABLE RETURN regexp_replace(t, '"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|#\?)"', 'ID', 'g');
CREATE FUNCTION call(token bytea, tool text, arguments jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	c jsonb;
BEGIN
	IF current_user <> 'regress_tokens_both' THEN
		PERFORM scim_enter(token);
	END IF;
	c := scim_call_tool(tool, arguments)::jsonb -> 'content';
	RETURN masked(plain(concat_ws(' ', c ->> 'error_code', c ->> 'error', c ->> 'userName', 'of ' || (c ->> 'totalResults'), jsonb_array_length(c -> 'proposals') || ' proposals', jsonb_array_length(c -> 'changes') || ' changes')));
END $$;
CREATE FUNCTION blue() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT plain(concat_ws(' ', (SELECT string_agg(concat_ws(' ', id, data), '; ' ORDER BY id) FROM users WHERE tenant_id = 'blue'), (SELECT string_agg(concat_ws(' ', id, data), '; ' ORDER BY id) FROM groups WHERE tenant_id = 'blue'), (SELECT count(*) FROM groups_members))) $$;
SELECT blue() AS before \gset

-- ---- over HTTP ----

SELECT ask(:'red', 'GET', '/Users/' || id(1)), ask(:'red', 'GET', '/Users');
SELECT ask(:'blue', 'GET', '/Users');
SELECT ask(:'red', m.method, m.path, m.body) FROM (VALUES ('GET', '/Users/' || id(2), NULL), ('PUT', '/Users/' || id(2), '{"userName": "mine"}'), ('PATCH', '/Users/' || id(2), ops('{"op": "add", "path": "title", "value": "x"}')), ('DELETE', '/Users/' || id(2), NULL),
	('GET', '/Groups/' || id(12), NULL), ('DELETE', '/Groups/' || id(12), NULL)) m(method, path, body);
SELECT ask(:'red', 'PATCH', '/Users/' || id(2), ops('{"op": "add", "path": "title", "value": "x"}'), NULL, jsonb_build_object('if-match', format('W/"%s"', (SELECT version FROM users WHERE id = id(2)))));
SELECT f, ask(:'red', 'GET', '/Users', NULL, 'filter=' || f) FROM unnest(ARRAY['userName%20eq%20%22eve%22', 'userName%20pr', 'id%20eq%20%22' || id(2) || '%22', 'not%20(userName%20eq%20%22ada%22)', 'userName%20co%20%22%22%20or%20userName%20pr',
	'userName%20eq%20%22x%27)%20OR%20true%20--%22', 'userName%20eq%20%22%24%24%3B%20SET%20ROLE%20postgres%3B%22']) WITH ORDINALITY x(f, n) WHERE f !~ id(2)::text ORDER BY n;
SELECT ask(:'red', 'GET', '/Users', NULL, format('filter=id%%20eq%%20%%22%s%%22', id(2)));
SELECT answer::jsonb ->> 'nextCursor' AS cursor FROM scim_http('GET', '/Users', 'cursor=&count=1', NULL, NULL, :'blue') \gset
SELECT ask(:'blue', 'GET', '/Users', NULL, 'count=1&cursor=' || :'cursor');
SELECT ask(:'red', 'GET', '/Users', NULL, 'count=1&cursor=' || :'cursor');
SELECT ask(:'red', 'POST', '/Bulk', jsonb_build_object('schemas', '{urn:ietf:params:scim:api:messages:2.0:BulkRequest}'::text[], 'Operations', jsonb_build_array(
	jsonb_build_object('method', 'DELETE', 'path', '/Users/' || id(2)), jsonb_build_object('method', 'PUT', 'path', '/Users/' || id(3), 'data', '{"userName": "mine"}'::jsonb),
	jsonb_build_object('method', 'PATCH', 'path', '/Groups/' || id(12), 'data', ops('{"op": "remove", "path": "members"}')::jsonb),
	jsonb_build_object('method', 'PATCH', 'path', '/Groups/' || id(11), 'data', ops(format('{"op": "add", "path": "members", "value": [{"value": "%s"}]}', id(2)))::jsonb)))::text);
SELECT ask(:'red', 'POST', '/Groups', jsonb_build_object('displayName', 'mixed', 'members', jsonb_build_array(jsonb_build_object('value', id(2))))::text);
SELECT ask(:'red', 'POST', '/Users', '{"userName": "eve"}') ~ '^201 ', ask(:'red', 'POST', '/Users', '{"userName": "eva", "tenant_id": "blue"}') ~ '^400 ', ask(:'red', 'POST', '/Users', '{"userName": "x''); SET ROLE postgres; --"}') ~ '^201 ';
SELECT tenant_id, count(*) FROM users WHERE scim_get_user(id::text, tenant_id => tenant_id) ->> 'userName' IN ('eve', 'x''); SET ROLE postgres; --') GROUP BY 1 ORDER BY 1;
SELECT ask(:'red', 'GET', p) FROM unnest('{"/Users/%27;SET%20ROLE%20postgres;--","/blue/Users","/../blue/Users","/Users/..%2Fblue","/Users?tenant_id=blue"}'::text[]) p;
SELECT ask(:'red', 'GET', '/Users', NULL, 'tenant_id=blue&tenant=blue&scimver.only_tenant=blue', '{"x-tenant": "blue", "accept": "application/json; role=postgres"}') = ask(:'red', 'GET', '/Users');
SELECT ask(:'strange', 'GET', '/Me'), ask(:'strange', 'DELETE', '/Me');

-- ---- by tools ----

SELECT call(:'red', t.tool, t.arguments) FROM (VALUES ('scim_get_user', jsonb_build_object('user_id', id(1))), ('scim_get_user', jsonb_build_object('user_id', id(2))), ('scim_get_user', jsonb_build_object('user_id', id(2), 'tenant_id', 'blue')),
	('scim_list_users', '{"tenant_id": "blue"}'), ('scim_search_users', '{"attribute": "userName", "value": "bob"}'), ('scim_delete_user', jsonb_build_object('user_id', id(2))), ('scim_delete_user', jsonb_build_object('user_id', id(2), 'tenant_id', 'blue')),
	('scim_create_user', '{"user_data": {"userName": "x"}, "tenant_id": "blue"}'), ('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(2)))), ('scim_get_history', jsonb_build_object('resource_type', 'User', 'resource_id', id(2), 'tenant_id', 'blue')),
	('scim_changes', '{"tenant_id": "blue"}')) t(tool, arguments);
SELECT plain(scim_propose_change('User', id(2)::text, sets('title', '"x"'), tenant_id => 'blue') ->> 'status'), scim_acquire_lease('User', id(3)::text, tenant_id => 'blue') ? 'lease_id';
SELECT id AS proposal, version FROM scim_proposal_rows \gset
SELECT lease_id AS lease FROM scim_leases \gset
SELECT call(:'red', 'scim_list_proposals'), call(:'red', 'scim_list_proposals', '{"tenant_id": "blue"}'), call(:'red', 'scim_list_proposals', jsonb_build_object('proposal_id', :'proposal')), call(:'red', 'scim_review_proposal', jsonb_build_object('proposal_id', :'proposal', 'decision', 'approve', 'expected_version', :'version'));
SELECT call(:'blue', 'scim_list_proposals');
BEGIN;
SELECT scim_enter(:'red');
SELECT masked(fails(format('SELECT scim_renew_lease(%L)', :'lease'))) ~ 'LEASE_LOST', fails($$SELECT scim_get_user('x', tenant_id => 'blue')$$), scim_release_lease(:'lease');
SELECT fails(format('SELECT scim_read_resource(%L)', 'scim://blue/Users/' || id(2)));
ROLLBACK;
SELECT count(*) FROM scim_leases_held;

SELECT blue() = :'before';
-- whose it was is on record
SELECT DISTINCT tenant_id, actor, principal LIKE 'token:%' FROM scim_history WHERE actor LIKE 'regress%' ORDER BY 1, 2, 3;
SELECT scim_revoke_tenant('red', 'regress_tokens_both'), scim_revoke_tenant('blue', 'regress_tokens_both');
DROP OWNED BY regress_tokens_both;
DROP ROLE regress_tokens_both;
