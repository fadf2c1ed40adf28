-- scim_diff of two contents, done as a patch, makes the one of the other: of
-- random users and groups, one way and back.
CREATE FUNCTION patch(changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(CASE
		WHEN NOT change ? 'to' THEN jsonb_build_object('op', 'remove', 'path', change->'path')
		WHEN change->>'path' = 'members' AND NOT change ? 'from' THEN jsonb_build_object('op', 'add', 'path', 'members', 'value', change->'to')
		ELSE jsonb_build_object('op', 'replace', 'path', change->'path', 'value', change->'to') END ORDER BY i)
	FROM jsonb_array_elements(changes) WITH ORDINALITY c(change, i) $$;
-- one of the values; NULL, too
CREATE FUNCTION one(VARIADIC "values" text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT "values"[1 + floor(random() * (cardinality("values") + 1))] $$;
CREATE FUNCTION many(parts text[]) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', coalesce(kind, 'none'), 'value', coalesce(one('a', 'b', 'ä"]', 'x:y'), 'none'), 'display', one('x', 'y'),
		'primary', CASE WHEN i = chosen THEN true WHEN random() < 0.2 THEN false END)))
	FROM (SELECT floor(random() * 5) AS chosen) c, unnest(parts) WITH ORDINALITY p(kind, i) WHERE random() < 0.7 $$;
CREATE FUNCTION person() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('userName', coalesce(one('ada', 'Ada', 'grace'), 'joan'), 'title', one('Guide', 'Captain'), 'active', one('true', 'false')::boolean,
		'externalId', one('1', '2'), 'locale', one('de', 'en'), 'name', jsonb_build_object('givenName', one('Ada', 'Grace'), 'familyName', one('King', 'Hopper'), 'formatted', one('A K')),
		'emails', many('{work,home,other}'), 'phoneNumbers', many('{work,mobile,fax,"\"]"}'), 'ims', many('{a,b,a,c}'),
		'photos', (SELECT jsonb_agg(jsonb_build_object('value', 'https://x/' || n)) FROM generate_series(1, 3) n WHERE random() < 0.5),
		'addresses', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', kind, 'locality', one('Ulm', 'Bonn'), 'country', one('DE', 'FR'))))
			FROM unnest('{work,home}'::text[]) kind WHERE random() < 0.7),
		'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', CASE WHEN random() < 0.8 THEN jsonb_build_object('department', one('A', 'B'), 'costCenter', one('1', '2'),
			'manager', jsonb_build_object('value', one('26118915', '701984'), '$ref', one('../Users/1'))) END)) $$;
CREATE FUNCTION team() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('displayName', coalesce(one('A', 'B'), 'C'), 'members', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n))), '[]') FROM generate_series(1, 8) n WHERE random() < 0.5)) $$;
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
