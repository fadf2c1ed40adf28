-- Users and groups, with nothing beside them, for figures of filters, pages and
-- members: :users of them, each in one group of about a hundred.

CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('default', 'agent');

INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, bench_user(i) FROM generate_series(1, :users) AS i;
INSERT INTO groups (id, data)
	SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', 'Team ' || i) FROM generate_series(0, greatest(:users / 100, 1) - 1) AS i;
INSERT INTO groups_members (group_id, member_type, member_id)
	SELECT md5('group' || i % greatest(:users / 100, 1))::uuid, 'User', md5('user' || i)::uuid FROM generate_series(1, :users) AS i;
VACUUM (ANALYZE);

-- Cursors to the first page, and to the one in the middle.
CREATE TABLE bench_cursor (place text PRIMARY KEY, cursor text);
GRANT SELECT ON bench_cursor TO agent;
CREATE FUNCTION bench_walk(sort_by text, pages int, size int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	place text := '';
BEGIN
	FOR i IN 1..pages LOOP
		place := scim_list_users(sort_by => sort_by, count => size, cursor => place, attributes => '{id}') ->> 'nextCursor';
	END LOOP;
	RETURN place;
END $$;
INSERT INTO bench_cursor VALUES ('first', ''), ('id', bench_walk(NULL, :users / 2000, 1000)), ('userName', bench_walk('userName', :users / 2000, 1000));
