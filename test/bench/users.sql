-- A function that makes user number i: about 1.6 kB as jsonb, 60 keys, all of
-- what a directory knows about an employee.

CREATE FUNCTION bench_user(i bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT jsonb_build_object(
	'schemas', '["urn:ietf:params:scim:schemas:core:2.0:User",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]'::jsonb,
	'externalId', 'hr-' || lpad(i::text, 9, '0'),
	'userName', format('%s.%s.%s@example.com', lower(given), lower(family), i),
	'name', jsonb_build_object(
		'formatted', format('%s %s. %s', given, chr(65 + (i % 26)::int), family),
		'familyName', family, 'givenName', given, 'middleName', chr(65 + (i % 26)::int) || '.'),
	'displayName', given || ' ' || family,
	'nickName', lpad(to_hex(i * 2654435761 % 4294967296), 8, '0'),
	'title', (ARRAY['Engineer', 'Senior Engineer', 'Account Manager', 'Tour Guide', 'Head of Sales'])[1 + i % 5],
	'userType', (ARRAY['Employee', 'Contractor', 'Intern'])[1 + i % 3],
	'preferredLanguage', (ARRAY['en-US', 'de-DE', 'fr-FR', 'ja-JP'])[1 + i % 4],
	'locale', (ARRAY['en-US', 'de-DE', 'fr-FR', 'ja-JP'])[1 + i % 4],
	'timezone', (ARRAY['America/Los_Angeles', 'Europe/Berlin', 'Europe/Paris', 'Asia/Tokyo'])[1 + i % 4],
	'active', i % 20 <> 0,
	'emails', jsonb_build_array(
		jsonb_build_object('value', format('%s.%s.%s@example.com', lower(given), lower(family), i), 'type', 'work', 'primary', true),
		jsonb_build_object('value', format('%s%s@mail.example.net', lower(given), i), 'type', 'home')),
	'phoneNumbers', jsonb_build_array(
		jsonb_build_object('value', '+1-555-' || lpad((i % 10000000)::text, 7, '0'), 'type', 'work'),
		jsonb_build_object('value', '+49-171-' || lpad((i * 7 % 10000000)::text, 7, '0'), 'type', 'mobile')),
	'ims', jsonb_build_array(
		jsonb_build_object('value', lower(given) || i, 'type', 'xmpp')),
	'roles', jsonb_build_array(
		jsonb_build_object('value', (ARRAY['staff', 'lead'])[1 + i % 2], 'primary', true)),
	'addresses', jsonb_build_array(
		jsonb_build_object('type', 'work', 'streetAddress', (100 + i % 900) || ' City Plaza',
			'locality', 'Hollywood', 'region', 'CA', 'postalCode', (90000 + i % 1000)::text, 'country', 'US', 'primary', true),
		jsonb_build_object('type', 'home', 'streetAddress', (1 + i % 250) || ' Müllerstraße',
			'locality', 'Berlin', 'region', 'BE', 'postalCode', (10000 + i % 4000)::text, 'country', 'DE')),
	'photos', jsonb_build_array(
		jsonb_build_object('value', 'https://photos.example.com/' || i || '.jpg', 'type', 'photo')),
	'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object(
		'employeeNumber', i::text, 'costCenter', (4000 + i % 200)::text, 'organization', 'Universal Studios',
		'division', 'Theme Park', 'department', (ARRAY['Tours', 'Sales', 'Research', 'Operations'])[1 + i % 4],
		'manager', jsonb_build_object('value', md5('user' || i / 10)::uuid::text)))
FROM (SELECT
	(ARRAY['Barbara', 'Ada', 'Grace', 'Linus', 'Margaret', 'Alan', 'Edsger', 'Katherine'])[1 + i % 8],
	(ARRAY['Jensen', 'Lovelace', 'Hopper', 'Hamilton', 'Johnson', 'Turing', 'Dijkstra'])[1 + i % 7]) AS names (given, family)
$$;

-- How many keys a document has, at every depth.
CREATE FUNCTION bench_keys(document jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
WITH RECURSIVE node (value) AS (
	SELECT document
	UNION ALL
	SELECT child.value FROM node, LATERAL (
		SELECT value FROM jsonb_each(CASE jsonb_typeof(node.value) WHEN 'object' THEN node.value END)
		UNION ALL
		SELECT value FROM jsonb_array_elements(CASE jsonb_typeof(node.value) WHEN 'array' THEN node.value END)) AS child)
SELECT sum((SELECT count(*) FROM jsonb_object_keys(CASE jsonb_typeof(value) WHEN 'object' THEN value END)))::bigint FROM node
$$;
