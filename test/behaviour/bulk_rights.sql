-- Bulk requests of roles that may not do everything, in tenants, by policies, against leases.
\i :behaviour/bulk_words.sql
CREATE ROLE regress_bulk;
SELECT scim_grant_tenant('default', 'regress_bulk');
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_bulk;
GRANT SELECT, INSERT, UPDATE, DELETE ON made TO regress_bulk;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO regress_bulk;
CREATE FUNCTION all_of(x text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT bulk(person(x, x), person(x || '2', x || '2', under(the(x))), op('PUT', u(1), jsonb_build_object('userName', 'ada', 'title', x)), titled(u(2), x), joined(g(11), the(x), the(2)), team('t' || x, 't' || x, members(the(1))), op('DELETE', u(3)), op('DELETE', g(12))) $$;

-- ---- rights ----

SET ROLE regress_bulk;
SELECT all_of('x');
SELECT there();
RESET ROLE;
SELECT anew();
REVOKE INSERT ON users, groups FROM regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
SELECT there();
RESET ROLE;
SELECT anew();
GRANT INSERT ON users, groups TO regress_bulk;
REVOKE UPDATE ON users, groups FROM regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
SELECT there();
RESET ROLE;
SELECT anew();
GRANT UPDATE ON users, groups TO regress_bulk;
REVOKE DELETE ON users, groups FROM regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
SELECT there();
RESET ROLE;
SELECT anew();
GRANT DELETE ON users, groups TO regress_bulk;
REVOKE INSERT ON groups_members FROM regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
SELECT there();
RESET ROLE;
SELECT anew();
REVOKE ALL ON users, groups, groups_members FROM regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
RESET ROLE;
SELECT there();
GRANT SELECT ON users, groups, groups_members TO regress_bulk;
SET ROLE regress_bulk;
SELECT all_of('x');
SELECT atomic(titled(u(1), 'x'), person('a', 'ann'));
RESET ROLE;
SELECT there();
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_bulk;

-- ---- tenants ----

SELECT count(*) FROM jsonb_array_elements(scim_bulk(jsonb_build_array(person('r', 'ada', '{"title": "red"}'), person('s', 'sue', under(the('r'))), team('t', 'reds', members(the('r')))), tenant_id => 'red')->'Operations') e WHERE e->>'status' = '201';
SELECT tenant_id, count(*) FROM users GROUP BY 1 ORDER BY 1;
-- what is in another is not there
SELECT entries(scim_bulk(jsonb_build_array(titled(u(1), 'x'), op('DELETE', u(1)), team('u', 'u', members(the(1)))), tenant_id => 'red'));
SET scimver.tenant = 'red';
SELECT bulk(person('v', 'val'), titled(u(2), 'x'));
RESET scimver.tenant;
SET ROLE regress_bulk;
SELECT entries(scim_bulk(jsonb_build_array(titled(u(1), 'x'), person('w', 'wes')), tenant_id => 'red'));
SELECT fails(format('SELECT scim_bulk(%L, tenant_id => '''')', jsonb_build_array(titled(u(1), 'x'))));
SET scimver.tenant = 'red';
SELECT bulk(titled(u(1), 'x'), person('w', 'wes'));
SELECT e->>'method', e->>'status' FROM jsonb_array_elements(scim_bulk(jsonb_build_array(titled(u(1), 'x'), person('w', 'wes')), tenant_id => 'default')->'Operations') e;
RESET scimver.tenant;
RESET ROLE;
-- each by the profile of the tenant that is named, also where the session's has another
SELECT scim_set_tenant_profile('red', 'entra');
SELECT e->>'method', e->>'status' FROM jsonb_array_elements(scim_bulk(jsonb_build_array(person('x', 'xan', '{"active": "True", "nothing": 1}'), renamed(g('y'), 'Y'), team('y', 'y')), tenant_id => 'red')->'Operations') e;
SET scimver.tenant = 'red';
SELECT e->>'method', e->>'status' FROM jsonb_array_elements(scim_bulk(jsonb_build_array(person('x', 'xan', '{"active": "True", "nothing": 1}'), renamed(g('y'), 'Y'), team('y', 'y')), tenant_id => 'default')->'Operations') e;
RESET scimver.tenant;
SELECT scim_set_tenant_profile('red', NULL);
DELETE FROM groups;
DELETE FROM users;

-- ---- policies ----

SELECT anew();
SELECT scim_set_policy('default', 'User', '{"deny": ["create"]}') IS NOT NULL;
SELECT all_of('x');
SELECT there();
SELECT anew();
SELECT scim_set_policy('default', 'User', '{"require_version": true}') IS NOT NULL;
SELECT bulk(titled(u(1), 'x'), titled(u(1), 'x') || '{"version": "*"}', titled(u(1), 'x') || '{"version": "stale"}', titled(u(1), 'x') || jsonb_build_object('version', v(1)), op('DELETE', u(2)), op('DELETE', u(3)) || jsonb_build_object('version', v(3)), person('a', 'ann'));
SELECT there();
SELECT anew();
SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["title"], "reviewers": ["pg_read_all_data"]}}') IS NOT NULL;
SELECT bulk(titled(u(1), 'x'), person('a', 'ann', '{"title": "x"}'), person('b', 'ben'), op('PUT', u(2), '{"userName": "bob", "nickName": "b"}'));
SELECT there();
-- a policy that merges
SELECT scim_set_policy('default', 'User', '{"on_conflict": "merge"}') IS NOT NULL;
SELECT v(1) AS seen \gset
SELECT scim_patch_user(the(1), sets('nickName', '"n"')) IS NOT NULL;
SELECT bulk(titled(u(1), 'merged') || jsonb_build_object('version', :'seen'));
SELECT r->>'title', r->>'nickName' FROM scim_get_user(the(1)) r;
-- nor anybody who is exempt
SELECT scim_set_policy('default', 'User', '{"deny": ["create", "delete"], "require_version": true, "exempt": ["regress_bulk"]}') IS NOT NULL;
SET ROLE regress_bulk;
SELECT bulk(person('v', 'vic'), person('w', 'wes'), titled(u(1), 'exempt'), op('DELETE', u('w')));
RESET ROLE;
SELECT bulk(person('x', 'xan'), titled(u(1), 'x'), op('DELETE', u(3)) || jsonb_build_object('version', v(3)));
-- that of one type binds no other
SELECT scim_set_policy('default', 'User', NULL), scim_set_policy('default', 'Group', '{"deny": ["patch"]}') IS NOT NULL;
SELECT bulk(joined(g(11), the(2)), titled(u(1), 'x'), op('DELETE', u(1)));
SELECT there();
SELECT scim_set_policy('default', 'Group', NULL);

-- ---- leases ----

SELECT anew();
SELECT scim_acquire_lease('User', the(2), 60) IS NOT NULL, scim_acquire_lease('Group', the(11), 60) IS NOT NULL;
SET ROLE regress_bulk;
SELECT regexp_replace(b, 'held by [^;]* until .*', 'held by ...') FROM bulk(titled(u(1), 'x'), titled(u(2), 'x'), op('DELETE', u(2)), joined(g(11), the(3)), titled(u(3), 'x')) b;
RESET ROLE;
SELECT set_config('scimver.lease_id', string_agg(lease_id::text, ','), false) IS NOT NULL FROM scim_leases;
SELECT bulk(titled(u(2), 'held'), joined(g(11), the(3)));
RESET scimver.lease_id;
SELECT count(scim_release_lease(lease_id)) FROM scim_leases;
SELECT there();
DROP OWNED BY regress_bulk;
DROP ROLE regress_bulk;
