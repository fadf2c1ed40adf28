-- Who is told of changes of users: the role that is measured, and a hundred others.

GRANT USAGE ON SEQUENCE bench_changes TO agent;
SELECT scim_grant_tenant('default', 'agent');
SELECT format('CREATE ROLE %I LOGIN', role) FROM (SELECT 'bench_live_' || i AS role FROM generate_series(1, 100) AS i) r
	WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
SELECT count(scim_grant_tenant('default', ('bench_live_' || i)::regrole)) FROM generate_series(1, 100) AS i;
GRANT SELECT ON users TO PUBLIC;
