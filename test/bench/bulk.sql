-- Bulk requests, and what does the same without one: :users users, in a database whose tables
-- keep a history or not (:history).  Beside what users.sql and employees.sql have made.

SELECT scim_create_table('users', 'User', jsonb_build_object('history', :'history'::boolean)),
	scim_create_table('groups', 'Group', jsonb_build_object('history', :'history'::boolean));
SELECT scim_grant_tenant('default', 'agent');
CREATE SEQUENCE bench_turns;

-- User number i as a directory enters him: 0.5 kB, so that a thousand fit into a bulk.
CREATE FUNCTION bench_joiner(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:schemas:core:2.0:User'), 'externalId', u -> 'externalId',
		'userName', u -> 'userName', 'name', u -> 'name', 'displayName', u -> 'displayName', 'title', u -> 'title', 'active', true,
		'emails', jsonb_build_array(u #> '{emails,0}')) FROM bench_user(i) AS u $$;
INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_joiner(i) FROM generate_series(1, :users) AS i;
INSERT INTO groups (id, data) SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i) FROM generate_series(0, 9) AS i;

-- A thousand operations: what a call and a bulk say of each.
CREATE TABLE bench_operations (
	n int PRIMARY KEY,
	method text NOT NULL,			-- with the type: "POST User"
	id text,
	data jsonb,						-- of a call; of a patch: its operations
	version text					-- that an update expects
);
CREATE TABLE bench_bulk (request jsonb NOT NULL);
ALTER TABLE bench_operations ALTER data SET STORAGE PLAIN;
ALTER TABLE bench_bulk ALTER request SET STORAGE EXTERNAL;
GRANT SELECT ON bench_operations, bench_bulk TO agent;

-- The same as a BulkRequest.
CREATE FUNCTION bench_make_bulk() RETURNS void LANGUAGE sql AS $$
	TRUNCATE bench_bulk;
	INSERT INTO bench_bulk SELECT jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:api:messages:2.0:BulkRequest'),
			'Operations', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('method', split_part(method, ' ', 1),
				'path', '/' || split_part(method, ' ', 2) || 's' || coalesce('/' || id, ''),
				'bulkId', CASE WHEN method LIKE 'POST %' THEN n::text END, 'version', version,
				'data', CASE WHEN method LIKE 'PATCH %' THEN jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:api:messages:2.0:PatchOp'), 'Operations', data) ELSE data END)) ORDER BY n))
		FROM bench_operations $$;

-- A thousand users who are not there yet, as "kind" makes them.
CREATE FUNCTION bench_prepare_creates(kind regproc) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	TRUNCATE bench_operations;
	EXECUTE format('INSERT INTO bench_operations SELECT n, ''POST User'', NULL, %s(1000000 + nextval(''bench_changes'')) FROM generate_series(1, 1000) AS n', kind);
	PERFORM bench_make_bulk();
	RETURN true;
END $$;

-- A thousand operations on the first "users" users, who are patched or replaced once each. Of ten
-- two create a user, three patch one, two replace one (one of them as he is expected to be), one
-- deletes one, two add one to a group; none is like the one before it.
CREATE FUNCTION bench_prepare_mixed(users bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	turn bigint := nextval('bench_turns');
BEGIN
	-- who is deleted, or becomes a member, has not been there before
	INSERT INTO users (id, data) SELECT md5(format('%s in turn %s', n, turn))::uuid, bench_joiner(1000000 + nextval('bench_changes'))
		FROM generate_series(1, 1000) AS n WHERE n * 7 % 10 >= 7;
	TRUNCATE bench_operations;
	INSERT INTO bench_operations
		SELECT n, (ARRAY['POST User', 'POST User', 'PATCH User', 'PATCH User', 'PATCH User', 'PUT User', 'PUT User', 'DELETE User', 'PATCH Group', 'PATCH Group'])[kind + 1],
			CASE WHEN kind < 2 THEN NULL WHEN kind < 7 THEN u.id::text WHEN kind = 7 THEN new_id ELSE md5('group' || n / 10 % 10)::uuid::text END,
			CASE WHEN kind < 2 THEN bench_joiner(1000000 + nextval('bench_changes'))
				WHEN kind < 5 THEN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', 'x' || to_hex(nextval('bench_changes'))))
				WHEN kind < 7 THEN u.data || jsonb_build_object('displayName', 'x' || to_hex(nextval('bench_changes')))
				WHEN kind > 7 THEN jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', new_id)))) END,
			CASE WHEN kind = 6 THEN u.version END
		FROM (SELECT n, n * 7 % 10 AS kind, md5(format('%s in turn %s', n, turn))::uuid::text AS new_id FROM generate_series(1, 1000) AS n) AS o
		JOIN users AS u ON u.tenant_id = 'default' AND u.id = md5('user' || 1 + (turn * 1000 + n) % users)::uuid;
	PERFORM bench_make_bulk();
	RETURN true;
END $$;

-- The same calls one after the other, and with a subtransaction for each, as a bulk has them.
DO $do$
BEGIN
	EXECUTE (SELECT string_agg(format($f$
		CREATE FUNCTION %s() RETURNS boolean LANGUAGE plpgsql AS $$
		DECLARE
			o record;
		BEGIN
			FOR o IN SELECT * FROM bench_operations ORDER BY n LOOP
				%s
				CASE o.method
					WHEN 'POST User' THEN PERFORM scim_create_user(o.data);
					WHEN 'PATCH User' THEN PERFORM scim_patch_user(o.id, o.data);
					WHEN 'PUT User' THEN PERFORM scim_update_user(o.id, o.data, o.version);
					WHEN 'DELETE User' THEN PERFORM scim_delete_user(o.id);
					WHEN 'PATCH Group' THEN PERFORM scim_patch_group(o.id, o.data);
				END CASE;
				%s
			END LOOP;
			RETURN true;
		END $$;$f$, name, before, behind), '')
	FROM (VALUES ('bench_loop', '', ''), ('bench_subtransactions', 'BEGIN', 'EXCEPTION WHEN division_by_zero THEN RETURN false; END;')) AS f (name, before, behind));
END $do$;

VACUUM (ANALYZE);
