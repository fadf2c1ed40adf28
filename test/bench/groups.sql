-- A group of ten and a large one: up to 50,000, of the first half of all users.
INSERT INTO groups (id, data) VALUES
	('00000000-0000-4000-8000-000000000010', '{"displayName": "Ten"}'),
	('00000000-0000-4000-8000-000000050000', '{"displayName": "Half of all"}');
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT '00000000-0000-4000-8000-000000000010', 'User', id FROM (SELECT id FROM users WHERE tenant_id = 'default' ORDER BY id LIMIT 10) AS first;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT '00000000-0000-4000-8000-000000050000', 'User', id FROM (SELECT id FROM users WHERE tenant_id = 'default' ORDER BY id LIMIT least(:users / 2, 50000)) AS half;

-- The same table, with the same policy, without triggers and foreign keys.
CREATE TABLE bare_members (LIKE groups_members INCLUDING ALL);
ALTER TABLE bare_members ENABLE ROW LEVEL SECURITY;
SELECT format('CREATE POLICY tenant ON bare_members USING (%s)',
	replace(pg_get_expr(polqual, polrelid), 'groups_members.', 'bare_members.')) FROM pg_policy WHERE polrelid = 'groups_members'::regclass
\gexec
GRANT SELECT, INSERT, UPDATE, DELETE ON bare_members TO agent;
INSERT INTO bare_members (tenant_id, group_id, member_type, member_id) SELECT tenant_id, group_id, member_type, member_id FROM groups_members;

VACUUM (ANALYZE) groups, groups_members, bare_members;
