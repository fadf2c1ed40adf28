-- What instructions.pl counts beside two tenants of which one was granted to many
-- (grants.sql), and a group without members (groups.sql): users in 100 and in 5,000
-- groups, and users who can become members.

SELECT scim_grant_tenant(tenant, 'agent') FROM unnest('{hundred,thousands,default}'::text[]) AS tenant;
INSERT INTO users (tenant_id, id, data)
	SELECT tenant, md5('user' || i)::uuid, bench_user(i)
	FROM (VALUES ('hundred', 60), ('thousands', 3), ('default', 4200)) AS t (tenant, many), generate_series(1, many) AS i;
INSERT INTO groups (tenant_id, id, data)
	SELECT tenant, md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i)
	FROM (VALUES ('hundred', 100), ('thousands', 5000)) AS t (tenant, many), generate_series(1, many) AS i;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id)
	SELECT tenant_id, g.id, 'User', u.id FROM users AS u JOIN groups AS g USING (tenant_id) WHERE tenant_id IN ('hundred', 'thousands');
VACUUM (ANALYZE);
