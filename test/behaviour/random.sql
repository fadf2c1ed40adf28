-- Random users and groups, of which the values are few, so that they are often alike.
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
