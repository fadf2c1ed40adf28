-- What requests in HTTP and profiles cost: :users users, and what is called.
-- Beside what users.sql and employees.sql have made.

SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
SELECT scim_grant_tenant('default', 'agent');
VACUUM ANALYZE users;

-- What is called, for the user that has the number.
CREATE TABLE bench_calls (
	n int PRIMARY KEY,
	id text NOT NULL,
	path text NOT NULL,
	data text NOT NULL,				-- of an update: another nickName
	body bytea NOT NULL,			-- the same
	version text NOT NULL,			-- that the update expects
	headers jsonb NOT NULL,			-- the same
	created text NOT NULL,			-- somebody new
	operations text NOT NULL,		-- of a patch: another title
	filter text NOT NULL
);
ALTER TABLE bench_calls ALTER data SET STORAGE PLAIN, ALTER body SET STORAGE PLAIN, ALTER created SET STORAGE PLAIN;
GRANT SELECT ON bench_calls TO agent;

CREATE FUNCTION bench_prepare(first bigint, many bigint) RETURNS void LANGUAGE sql AS $$
	DELETE FROM bench_calls;
	INSERT INTO bench_calls SELECT n, id, '/Users/' || id, data, convert_to(data, 'UTF8'), version,
			jsonb_build_object('if-match', 'W/"' || version || '"', 'content-type', 'application/scim+json', 'accept', 'application/scim+json'),
			bench_user(1000000 + nextval('bench_changes'))::text, operations, filter
		FROM (SELECT row_number() OVER (ORDER BY md5(id || 'x')) AS n, id, (data || jsonb_build_object('nickName', to_hex(nextval('bench_changes'))))::text AS data, version,
				jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', 'x' || to_hex(nextval('bench_changes'))),
					jsonb_build_object('op', 'replace', 'path', 'emails[type eq "home"].value', 'value', 'x' || to_hex(nextval('bench_changes')) || '@example.com'))::text AS operations,
				format('userName eq "%s" and active eq true or emails[type eq "work" and value eq "%s"]', data ->> 'userName', data #>> '{emails,0,value}') AS filter
			FROM (SELECT id::text AS id, data, version FROM users WHERE tenant_id = 'default'
				AND id IN (SELECT md5('user' || i)::uuid FROM generate_series(first, first + many - 1) AS i)) AS u) AS c $$;
