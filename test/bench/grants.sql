-- Two tenants with the same :users users, each in three groups of about a hundred:
-- one that only agents use, and one that was granted to a thousand other roles
-- before; and agents that have 1, 10 and 1000 tenants.

CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

SELECT format('DROP ROLE IF EXISTS %I; CREATE ROLE %1$I', role)
	FROM (SELECT 'bench_other' || i FROM generate_series(1, 1000) AS i UNION ALL VALUES ('agent_1'), ('agent_10'), ('agent_1000')) AS r (role) \gexec
INSERT INTO scim_tenant_grants SELECT 'crowded', ('bench_other' || i)::regrole FROM generate_series(1, 1000) AS i;
SELECT scim_grant_tenant('crowded', 'agent'), scim_grant_tenant('alone', 'agent');
SELECT scim_grant_tenant('alone', ('agent_' || n)::regrole) FROM unnest('{1,10,1000}'::int[]) AS n;
INSERT INTO scim_tenant_grants SELECT 'other' || i, ('agent_' || n)::regrole FROM unnest('{10,1000}'::int[]) AS n, generate_series(2, n) AS i;

INSERT INTO users (tenant_id, id, data)
	SELECT tenant, md5('user' || i)::uuid, bench_user(i) FROM unnest('{alone,crowded}'::text[]) AS tenant, generate_series(1, :users) AS i;
INSERT INTO groups (tenant_id, id, data)
	SELECT tenant, md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i)
	FROM unnest('{alone,crowded}'::text[]) AS tenant, generate_series(0, :users * 3 / 100 - 1) AS i;
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id)
	SELECT tenant, md5('group' || (i + k * 7919) % (:users * 3 / 100))::uuid, 'User', md5('user' || i)::uuid
	FROM unnest('{alone,crowded}'::text[]) AS tenant, generate_series(1, :users) AS i, generate_series(0, 2) AS k
	ON CONFLICT DO NOTHING;
VACUUM (ANALYZE);
