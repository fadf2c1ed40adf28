-- Resource types that differ in nothing but what is under test: employees, who have what
-- users have but a password and groups.  Beside what users.sql has made.

CREATE EXTENSION scimver CASCADE;
SELECT scim_register_schema((SELECT s - 'meta' || jsonb_build_object('id', 'urn:example:Employee', 'attributes',
		(SELECT jsonb_agg(a) FROM jsonb_array_elements(s -> 'attributes') AS a WHERE a ->> 'name' NOT IN ('password', 'groups')))
	FROM jsonb_array_elements(scim_get_schemas() -> 'schemas') AS s WHERE s ->> 'id' = 'urn:ietf:params:scim:schemas:core:2.0:User'));
CREATE FUNCTION bench_employees(type text, options jsonb, count bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_register_resource_type(jsonb_build_object('name', type, 'endpoint', '/' || type, 'schema', 'urn:example:Employee'));
	PERFORM scim_create_table(lower(type), type, options);
	EXECUTE format('INSERT INTO %I (id, data) SELECT md5(''user'' || i)::uuid, bench_user(i) - ''{schemas,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User}''::text[]
		FROM generate_series(1, $1) AS i', lower(type)) USING count;
END $$;

CREATE SEQUENCE bench_changes;
GRANT USAGE ON SEQUENCE bench_changes TO agent;

-- Nanoseconds that this backend has been on a processor, whoever asks.
CREATE FUNCTION bench_cpu() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER AS
	$$ SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::bigint $$;
