-- A thousand tenants more, each with 100 users in five groups.
INSERT INTO users (tenant_id, id, data)
	SELECT 'other' || t, md5('user' || i)::uuid, jsonb_build_object('userName', 'user' || i) FROM generate_series(1, 1000) AS t, generate_series(1, 100) AS i;
INSERT INTO groups (tenant_id, id, data)
	SELECT 'other' || t, md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i) FROM generate_series(1, 1000) AS t, generate_series(0, 4) AS i;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id)
	SELECT 'other' || t, md5('group' || i % 5)::uuid, 'User', md5('user' || i)::uuid FROM generate_series(1, 1000) AS t, generate_series(1, 100) AS i;
VACUUM (ANALYZE);
