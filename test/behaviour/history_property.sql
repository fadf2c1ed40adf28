-- Whatever changes resources, every version that was ever there comes back, until
-- something cuts the history.  What is changed is random, but the same each time.
SET scimver.password_cost = 4;
-- all that was ever there
CREATE TABLE seen (type text, id text, version text, content jsonb, PRIMARY KEY (type, id, version));
CREATE FUNCTION content(resource jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	resource - 'meta' - 'groups' || CASE WHEN resource ? 'members'
		THEN jsonb_build_object('members', (SELECT jsonb_agg(m - 'display' ORDER BY m->>'value') FROM jsonb_array_elements(resource->'members') m)) ELSE '{}' END;
CREATE FUNCTION see() RETURNS void LANGUAGE sql AS $$
	INSERT INTO seen SELECT type, resource->>'id', resource->'meta'->>'version', content(resource)
	FROM (SELECT 'User', scim_get_user(id::text) FROM users UNION ALL SELECT 'Group', scim_get_group(id::text) FROM groups) r(type, resource)
	ON CONFLICT DO NOTHING $$;
CREATE FUNCTION pick(n int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * n)::int';
CREATE FUNCTION word() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT (ARRAY['one', 'two', 'drei', 'vier''', 'fünf "5"'])[pick(5)] $$;
CREATE FUNCTION extended(attributes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', attributes,
	'schemas', '["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]'::jsonb);
CREATE FUNCTION value() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT (ARRAY[jsonb_build_object('title', word()), jsonb_build_object('name', jsonb_build_object('givenName', word(), 'familyName', word())),
		jsonb_build_object('emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', word()), jsonb_build_object('type', 'home', 'value', 'h'))),
		extended(jsonb_build_object('department', word())), extended(jsonb_build_object('costCenter', word(), 'division', 'd')),
		jsonb_build_object('active', pick(2) = 1), jsonb_build_object('nickName', word(), 'title', word())])[pick(7)] $$;
CREATE FUNCTION whole(n int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT jsonb_build_object('userName', 'u' || n) || value() || value() $$;

-- One change; n is a user's number, g a group's.
CREATE FUNCTION change(kind int, n int, g int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	u text := id(n)::text;
	v text;
BEGIN
	CASE kind
		WHEN 1 THEN PERFORM scim_patch_user(u, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', value())));
		WHEN 2 THEN PERFORM scim_patch_user(u, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', (ARRAY['title', 'name', 'emails', 'nickName'])[pick(4)])));
		WHEN 3 THEN PERFORM scim_update_user(u, whole(n));
		WHEN 4 THEN UPDATE users SET data = data || value() WHERE id = id(n);
		WHEN 5 THEN UPDATE users SET data = data || value();
		WHEN 6 THEN INSERT INTO users (id, data) VALUES (id(n), whole(n)) ON CONFLICT (tenant_id, id) DO UPDATE SET data = excluded.data;
		WHEN 7 THEN INSERT INTO users (id, data) VALUES (id(n), whole(n)) ON CONFLICT DO NOTHING;
		WHEN 8 THEN DELETE FROM users WHERE id = id(n);
		WHEN 9 THEN PERFORM scim_delete_user(u);
		WHEN 10 THEN PERFORM scim_patch_user(u, '[{"op": "replace", "path": "password", "value": "a new secret"}]');
		WHEN 11 THEN
			UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(n);
			PERFORM see();
			UPDATE users SET data = data || '{"title": "B"}' WHERE id = id(n);
			PERFORM see();
			UPDATE users SET data = data || '{"title": "A"}' WHERE id = id(n);
		WHEN 12 THEN EXECUTE format('WITH a AS (UPDATE users SET data = data || %L WHERE id = %L RETURNING id) SELECT scim_patch_user(id::text, %L) FROM a',
			value(), u, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', value())));
		WHEN 13 THEN
			BEGIN
				UPDATE users SET data = data || value();
				DELETE FROM groups WHERE id = id(g);
				RAISE division_by_zero;
			EXCEPTION WHEN division_by_zero THEN NULL;
			END;
		WHEN 14 THEN
			SELECT s.version INTO v FROM seen s WHERE type = 'User' AND s.id = u ORDER BY random() LIMIT 1;
			PERFORM scim_restore('User', u, v);
		WHEN 15 THEN INSERT INTO groups (id, data) VALUES (id(g), jsonb_build_object('displayName', word())) ON CONFLICT DO NOTHING;
		WHEN 16 THEN PERFORM scim_add_members(id(g)::text, ARRAY[u]);
		WHEN 17 THEN PERFORM scim_remove_members(id(g)::text, ARRAY[u]);
		WHEN 18 THEN INSERT INTO groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM groups g, users u WHERE random() < 0.4 ON CONFLICT DO NOTHING;
		WHEN 19 THEN DELETE FROM groups_members WHERE member_id = id(n);
		WHEN 20 THEN PERFORM scim_update_group(id(g)::text, jsonb_build_object('displayName', word(), 'members',
			(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id)), '[]') FROM users WHERE random() < 0.5)));
		WHEN 21 THEN DELETE FROM groups WHERE id = id(g);
		WHEN 22 THEN PERFORM scim_patch_group(id(g)::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', word()),
			jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', u)))));
		WHEN 23 THEN PERFORM scim_create_user(jsonb_build_object('userName', 'x' || pick(1000000)) || value()) WHERE (SELECT count(*) FROM users) < 12;
		WHEN 24 THEN
			SELECT s.version INTO v FROM seen s WHERE type = 'Group' AND s.id = id(g)::text ORDER BY random() LIMIT 1;
			PERFORM scim_restore('Group', id(g)::text, v);
	END CASE;
END $$;
-- Several of them, some in one transaction; what cannot be done is none.
CREATE PROCEDURE change(changes int) LANGUAGE plpgsql AS $$
DECLARE
	done int := 0;
BEGIN
	WHILE done < changes LOOP
		BEGIN
			PERFORM change(pick(24), pick(6), 10 + pick(3));
			done := done + 1;
		EXCEPTION WHEN SQLSTATE 'PT404' OR SQLSTATE 'PT400' OR SQLSTATE 'PT409' OR null_value_not_allowed THEN NULL;
		END;
		PERFORM see();
		IF pick(3) = 1 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;

-- What of that does not come back, or is another one.
CREATE FUNCTION try(s seen) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	was jsonb := scim_get_version(s.type, s.id, s.version);
BEGIN
	IF was->'meta'->>'version' <> s.version THEN
		RETURN 'another version';
	ELSIF was->'meta'->'omitted' IS NOT NULL THEN
		RETURN CASE WHEN content(was) = s.content - 'members' THEN 'without members' ELSE 'other content without members' END;
	END IF;
	RETURN CASE WHEN content(was) = s.content THEN 'as it was' ELSE 'other content' END;
EXCEPTION WHEN SQLSTATE 'PT404' THEN
	RETURN SQLERRM;
END $$;
SELECT setseed(0.17);
CALL change(300);
TRUNCATE users CASCADE;
DELETE FROM seen WHERE type = 'User';
CALL change(300);
-- a group has a member then, whatever was changed
DO $$
BEGIN
	PERFORM change(7, 1, 11);
	PERFORM change(15, 1, 11);
	PERFORM change(16, 1, 11);
	PERFORM see();
END $$;
TRUNCATE groups_members;
COPY users (data) FROM STDIN;
{"userName": "copied", "title": "by COPY"}
{"userName": "copied too", "nickName": "by COPY"}
\.
SELECT see();
CALL change(1400);
CREATE TABLE tried AS SELECT s.*, try(s) AS what FROM seen s;
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE what NOT IN ('as it was', 'without members')) AS lost FROM tried;
SELECT type, what FROM tried WHERE what NOT IN ('as it was', 'without members') LIMIT 5;
-- members of users' versions there are none, and of groups' not before the memberships were emptied
SELECT DISTINCT type, what FROM tried ORDER BY 1, 2;
-- what the history says of itself
SELECT type, bool_and(h->>'complete' = 'true' OR h->'entries' @> '[{"operation": "truncate"}]') AS whole
FROM (SELECT DISTINCT type, id FROM seen) s, scim_get_history(type, id, 1000) h GROUP BY 1 ORDER BY 1;

-- What two versions differ in, done as a patch to the one, gives the other.
CREATE FUNCTION operations(changes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN (
	SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('op', CASE WHEN NOT c ? 'to' THEN 'remove' WHEN c->>'path' = 'members' AND NOT c ? 'from' THEN 'add' ELSE 'replace' END,
		'path', c->'path')) || CASE WHEN c ? 'to' THEN jsonb_build_object('value', c->'to') ELSE '{}' END ORDER BY i), '[]')
	FROM jsonb_array_elements(changes) WITH ORDINALITY AS t(c, i));
CREATE FUNCTION try_diff(a seen, b seen) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	diff jsonb := scim_diff(a.type, a.id, a.version, b.version);
	changes jsonb := diff->'changes';
	was jsonb;
	result text;
BEGIN
	BEGIN
		was := scim_restore(a.type, a.id, a.version);
		IF was->'meta'->>'omitted' ~ 'members' OR diff ? 'omitted' THEN
			result := 'without members';
		ELSIF content(was) <> a.content THEN
			result := 'restored as another';
		ELSIF changes = '[]' THEN
			result := CASE WHEN a.content = b.content THEN 'no changes' ELSE 'no changes?' END;
		ELSE
			result := CASE WHEN content(scim_patch_resource(a.type, a.id, operations(changes))) = b.content THEN 'the other' ELSE 'another' END;
		END IF;
		-- nothing of it stays
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END;
	RETURN result;
EXCEPTION WHEN SQLSTATE 'PT400' OR SQLSTATE 'PT404' OR SQLSTATE 'PT409' THEN
	RETURN CASE WHEN SQLERRM ~ '^INVALID_VALUE: member .* does not exist$' THEN 'without members' ELSE SQLERRM END;
END $$;
CREATE TABLE pairs AS SELECT (a).type, try_diff(a, b) AS what
	FROM (SELECT s, row_number() OVER (PARTITION BY type ORDER BY random()) FROM seen s) AS first(a, i),
		LATERAL (SELECT s FROM seen s WHERE s.type = (a).type AND s.id = (a).id ORDER BY random() LIMIT 1) AS second(b) WHERE i <= 200;
SELECT type, what FROM pairs WHERE what NOT IN ('the other', 'no changes', 'without members') LIMIT 5;
SELECT type, count(*) FILTER (WHERE what = 'the other') > 3 AS tried FROM pairs GROUP BY 1 ORDER BY 1;
