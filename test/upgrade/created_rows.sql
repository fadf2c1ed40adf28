-- Resources in the tables of created.sql, changed a few times.

INSERT INTO users (id, data) SELECT md5('user' || n)::uuid, jsonb_build_object('userName', 'User' || n, 'title', 'T' || n % 3,
	'emails', jsonb_build_array(jsonb_build_object('value', n || '@example.com', 'type', 'work'))) FROM generate_series(1, 20) n;
INSERT INTO users (tenant_id, id, data) SELECT 'other', md5('user' || n)::uuid, jsonb_build_object('userName', 'User' || n) FROM generate_series(1, 3) n;
INSERT INTO groups (id, data) SELECT md5('group' || n)::uuid, jsonb_build_object('displayName', 'Group ' || n) FROM generate_series(1, 4) n;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT md5('group' || (1 + n % 3))::uuid, 'User', md5('user' || n)::uuid FROM generate_series(1, 20) n;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (md5('group4')::uuid, 'Group', md5('group1')::uuid);
SELECT scim_patch_user(md5('user5')::uuid::text, '[{"op": "replace", "path": "password", "value": "secret"}]') IS NOT NULL;
UPDATE users SET data = data || '{"nickName": "changed"}' WHERE data ->> 'title' = 'T2';
DELETE FROM groups_members WHERE member_id = md5('user7')::uuid;
SELECT scim_create_resource('Device', '{"serial": "1", "size": 3, "secret": "s"}') IS NOT NULL;
INSERT INTO boxes (tenant_id, data) VALUES ('a', '{"serial": "1"}'), ('b', '{"serial": "2"}');
INSERT INTO crates (data) VALUES ('{"serial": "1"}');
INSERT INTO more_crates (data) VALUES ('{"serial": "2"}');
INSERT INTO "Odd ""schema"" $1".even_more_crates (data) VALUES ('{"serial": "3"}');
INSERT INTO app.people SELECT n, 'Person' || n, n || '@example.com' FROM generate_series(1, 3) n;
REFRESH MATERIALIZED VIEW app.folded;
