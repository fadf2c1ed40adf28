-- What MCP clients read, of roles that may not read everything: by grants of tenants, by privileges, by the
-- only tenant of a connection.
\i :behaviour/history_words.sql
\i :behaviour/mcp_words.sql
-- whoever has no tables of his own for this has the policy of others
SELECT NOT has_text AS is_created FROM (SELECT :'has_text'::boolean) t(has_text) \gset
\if :is_created
\else
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE groups_members ENABLE ROW LEVEL SECURITY;
CREATE POLICY scimver_tenant ON users USING (scim_may_use(tenant_id));
CREATE POLICY scimver_tenant ON groups USING (scim_may_use(tenant_id));
CREATE POLICY scimver_tenant ON groups_members USING (scim_may_use(tenant_id));
\endif
CREATE ROLE regress_mcp_red;
CREATE ROLE regress_mcp_none;
SELECT scim_grant_tenant('red', 'regress_mcp_red');
GRANT SELECT ON users, groups, groups_members TO regress_mcp_red, regress_mcp_none;
INSERT INTO users (tenant_id, id, data) VALUES ('red', id(1), '{"userName": "ada"}'), ('red', id(2), '{"userName": "bob"}'), ('blue', id(3), '{"userName": "eve"}');
INSERT INTO groups (tenant_id, id, data) VALUES ('red', id(11), '{"displayName": "reds"}'), ('blue', id(12), '{"displayName": "blues"}');
SELECT scim_propose_change('User', id(1)::text, sets('title', '"x"'), tenant_id => 'red')->>'proposal_id' AS red \gset
SELECT scim_propose_change('User', id(3)::text, sets('title', '"x"'), tenant_id => 'blue')->>'proposal_id' AS blue \gset
CREATE FUNCTION all_uris() RETURNS TABLE (who text, u text) LANGUAGE sql AS $$
	VALUES ('red user', 'scim://red/Users/' || id(1)), ('red group', 'scim://red/Groups/' || id(11)), ('blue user', 'scim://blue/Users/' || id(3)), ('blue user as if red', 'scim://red/Users/' || id(3)), ('blue group', 'scim://blue/Groups/' || id(12)),
		('red proposal', 'scim://red/Proposals/' || current_setting('mcp.red')), ('blue proposal', 'scim://blue/Proposals/' || current_setting('mcp.blue')), ('blue proposal as if red', 'scim://red/Proposals/' || current_setting('mcp.blue')), ('red proposal as if blue', 'scim://blue/Proposals/' || current_setting('mcp.red')), ('red server', 'scim://red/ServerInfo'), ('blue server', 'scim://blue/ServerInfo') $$;
SELECT set_config('mcp.red', :'red', false) <> set_config('mcp.blue', :'blue', false);
CREATE FUNCTION read_all() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	one record;
	answer text;
BEGIN
	FOR one IN SELECT * FROM all_uris() LOOP
		BEGIN
			PERFORM scim_read_resource(one.u);
			answer := 'read';
		EXCEPTION WHEN SQLSTATE 'PT404' THEN
			answer := refusal(one.u);
		END;
		RETURN NEXT one.who || ': ' || answer;
	END LOOP;
END $$;
CREATE FUNCTION watch_all() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(who, ', ' ORDER BY i) FROM (SELECT json_agg(u ORDER BY n)::text, array_agg(who ORDER BY n) FROM (SELECT *, row_number() OVER () FROM all_uris()) a(who, u, n)) g(uris, whose), json_array_elements_text(scim_mcp_watch(uris)->'watched') WITH ORDINALITY w(uri, i), LATERAL (SELECT whose[i]) x(who) WHERE uri IS NOT NULL $$;
CREATE FUNCTION listed() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM every_page() WHERE uri LIKE '%/Proposals/%');

-- ---- who has one tenant ----

SET ROLE regress_mcp_red;
SET scimver.tenant = 'red';
SELECT read_all();
SELECT watch_all(), listed();
SELECT plain(complete('')), complete('', 'tenant'), jsonb_array_length(complete('', endpoint => 'Proposals')->'values');
SELECT complete(left(id(3)::text, n)) FROM generate_series(18, 20) n WHERE complete(left(id(3)::text, n))->'values' ? id(3)::text;
SELECT prompt(1, 'x') ~ 'does not have that version', fails(format('SELECT prompt(3, %L)', 'x'));
-- as if he had another
SET scimver.tenant = 'blue';
SELECT read_all();
SELECT watch_all() IS NULL, listed(), scim_mcp_watch('[]');
SELECT complete(''), complete('', endpoint => 'Groups'), complete('', endpoint => 'Proposals'), complete(id(3)::text, chosen => '{"tenant": "blue"}');
SELECT fails(format('SELECT prompt(3, %L)', 'x'));
-- a connection for one tenant has no other, whoever it is
RESET ROLE;
SET scimver.only_tenant = 'red';
SELECT read_all();
SELECT watch_all(), listed(), plain(complete('')), complete('', 'tenant');
RESET scimver.only_tenant;
SELECT watch_all(), plain(complete(''));
RESET scimver.tenant;
SELECT watch_all() IS NULL, complete('');

-- ---- rights that go while somebody watches ----

SET scimver.tenant = 'red';
SET ROLE regress_mcp_red;
SELECT watched() AS c \gset
SELECT within() AS within \gset
RESET ROLE;
UPDATE users SET data = data || '{"title": "a"}' WHERE tenant_id <> 'odd';
UPDATE groups SET data = data || '{"externalId": "a"}';
SET ROLE regress_mcp_red;
SELECT told(:'c'), within() = :'within' AS same;
RESET ROLE;
-- one type of two: no error, but nothing below it is told of any more
REVOKE SELECT ON groups FROM regress_mcp_red;
SET ROLE regress_mcp_red;
SELECT told(:'c'), within() = :'within' AS same, watch_all();
RESET ROLE;
-- both; a grant is another thing than a privilege
GRANT SELECT ON groups TO regress_mcp_red;
SET ROLE regress_mcp_red;
SELECT told(:'c'), within() = :'within' AS same;
RESET ROLE;
REVOKE SELECT ON users, groups FROM regress_mcp_red;
SET ROLE regress_mcp_red;
SELECT left(fails(format('SELECT scim_mcp_changes(%L)', :'c')), 5), watch_all() IS NULL, scim_mcp_watch('[]')->>'cursor' IS NULL;
SELECT read_all() LIMIT 2;
SELECT complete('');
SELECT scim_mcp_changes(NULL)->'tools' IS NOT NULL;
RESET ROLE;
GRANT SELECT ON users, groups TO regress_mcp_red;
SELECT scim_revoke_tenant('red', 'regress_mcp_red');
SET ROLE regress_mcp_red;
SELECT left(fails(format('SELECT scim_mcp_changes(%L)', :'c')), 5), watch_all() IS NULL, complete('');
SELECT read_all() LIMIT 2;
-- a cursor is of one tenant
SET ROLE regress_mcp_none;
SELECT left(fails(format('SELECT scim_mcp_changes(%L)', :'c')), 5), watch_all() IS NULL, listed();
RESET ROLE;
SET scimver.tenant = 'blue';
SELECT fails(format('SELECT scim_mcp_changes(%L)', :'c'));
RESET scimver.tenant;
-- columns: of ids alone nobody reads a resource, nor watches one
SELECT scim_grant_tenant('red', 'regress_mcp_none');
REVOKE ALL ON users, groups, groups_members FROM regress_mcp_none;
GRANT SELECT (tenant_id, id) ON users TO regress_mcp_none;
SET scimver.tenant = 'red';
SET ROLE regress_mcp_none;
SELECT read_all() LIMIT 2;
SELECT watch_all(), plain(complete(''));
RESET ROLE;
DROP OWNED BY regress_mcp_red, regress_mcp_none;
DROP ROLE regress_mcp_red, regress_mcp_none;
