-- scim_diff of two contents, done as a patch, makes the one of the other: of
-- random users and groups, one way and back.
CREATE FUNCTION patch(changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(CASE
		WHEN NOT change ? 'to' THEN jsonb_build_object('op', 'remove', 'path', change->'path')
		WHEN change->>'path' = 'members' AND NOT change ? 'from' THEN jsonb_build_object('op', 'add', 'path', 'members', 'value', change->'to')
		ELSE jsonb_build_object('op', 'replace', 'path', change->'path', 'value', change->'to') END ORDER BY i)
	FROM jsonb_array_elements(changes) WITH ORDINALITY c(change, i) $$;
\i :behaviour/random.sql
CREATE TABLE tried (type text, there jsonb, back jsonb, good boolean);
-- from one to the other by an update, back by a patch, and there by another
CREATE FUNCTION try(type text, one jsonb, other jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	a jsonb := scim_create_resource(type, one);
	b jsonb := scim_update_resource(type, a->>'id', other);
	there jsonb := scim_diff(a, b)->'changes';
	back jsonb := scim_diff(b, a)->'changes';
	good boolean := (there = '[]') = (a #> '{meta,version}' = b #> '{meta,version}') AND (there = '[]') = (back = '[]');
BEGIN
	IF there <> '[]' THEN
		good := good AND scim_patch_resource(type, a->>'id', patch(back)) #> '{meta,version}' = a #> '{meta,version}';
		good := good AND scim_patch_resource(type, a->>'id', patch(there)) #> '{meta,version}' = b #> '{meta,version}';
	END IF;
	INSERT INTO tried VALUES (type, there, back, good);
	PERFORM scim_delete_resource(type, a->>'id');
END $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'member' || n) FROM generate_series(1, 8) n;
SELECT count(try('User', person(), person())) FROM (SELECT setseed(0.17)) s, generate_series(1, 200);
SELECT count(try('Group', team(), team())) FROM (SELECT setseed(0.17)) s, generate_series(1, 50);
SELECT type, count(*) FROM tried WHERE good GROUP BY type ORDER BY type;
SELECT * FROM tried WHERE NOT good LIMIT 3;
-- of all kinds there were some
SELECT count(*) FILTER (WHERE path ~ '\[type eq .*\]\.') > 10 AS by_type, count(*) FILTER (WHERE path ~ '\[value eq .*\]\.') > 5 AS by_value,
	count(*) FILTER (WHERE path ~ '^emails\[.*\]$') > 10 AS gone, count(*) FILTER (WHERE path ~ 'primary$') > 10 AS primaries, count(*) FILTER (WHERE path = 'emails' AND change ? 'from') > 10 AS whole,
	count(*) FILTER (WHERE path ~ 'User:manager.value$') > 10 AS parts, count(*) FILTER (WHERE path ~ '2.0:User$') > 10 AS extensions, count(*) FILTER (WHERE path ~ '^members\[') > 50 AS members
	FROM tried, jsonb_array_elements(there) AS change, LATERAL (SELECT change->>'path') p(path);
