-- A group of ten and a large one: up to 50,000, of the first half of all users.
INSERT INTO groups (id, data) VALUES
	('00000000-0000-4000-8000-000000000010', '{"displayName": "Ten"}'),
	('00000000-0000-4000-8000-000000050000', '{"displayName": "Half of all"}');
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT '00000000-0000-4000-8000-000000000010', 'User', id FROM (SELECT id FROM users ORDER BY id LIMIT 10) AS first;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT '00000000-0000-4000-8000-000000050000', 'User', id FROM (SELECT id FROM users ORDER BY id LIMIT least(:users / 2, 50000)) AS half;

VACUUM (ANALYZE) groups, groups_members;
