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

-- Two ways of a call, for the same user one after the other, so that whatever else
-- the machine does meets both: the time that each hundred calls take in the middle,
-- the second way's / the first one's.
CREATE FUNCTION bench_ratios(call text, tenants text[], roles text[]) RETURNS SETOF float8 LANGUAGE plpgsql AS $$
DECLARE
	ids uuid[] := ARRAY(SELECT id FROM users WHERE tenant_id = tenants[1] ORDER BY id);
	times float8[] := '{}';
	others float8[] := '{}';
	began timestamptz;
	took float8;
BEGIN
	FOR i IN 1..cardinality(ids) LOOP
		FOR k IN 1..2 LOOP
			-- each comes first in turns
			PERFORM set_config('role', roles[1 + (i + k) % 2], true);
			began := clock_timestamp();
			EXECUTE 'SELECT ' || call USING ids[i]::text, tenants[1 + (i + k) % 2];
			took := extract(epoch FROM clock_timestamp() - began);
			IF (i + k) % 2 = 0 THEN times := times || took; ELSE others := others || took; END IF;
		END LOOP;
		IF i % 100 = 0 THEN
			RETURN NEXT (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(others) AS t) /
				(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
			times := '{}';
			others := '{}';
		END IF;
	END LOOP;
	RESET ROLE;
END $$;
