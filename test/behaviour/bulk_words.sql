-- What tests of bulk requests have in common: operations, and what became of them.
\i :behaviour/history_words.sql
-- what bulks made, by bulkId
CREATE TABLE made (id text PRIMARY KEY, name text);
CREATE FUNCTION named(shown text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m made;
BEGIN
	FOR m IN SELECT * FROM made LOOP
		shown := replace(shown, m.id, '@' || m.name);
	END LOOP;
	RETURN plain(shown);
END $$;

-- an operation; what is NULL is left out
CREATE FUNCTION op(method text, path text, data jsonb DEFAULT NULL, bulk_id text DEFAULT NULL, version text DEFAULT NULL) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT jsonb_object_agg(k, v) FROM (VALUES ('method', to_jsonb(method)), ('path', to_jsonb(path)), ('data', data), ('bulkId', to_jsonb(bulk_id)), ('version', to_jsonb(version))) m(k, v) WHERE v IS NOT NULL);
CREATE FUNCTION u(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Users/' || id(n);
CREATE FUNCTION u(x text) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Users/bulkId:' || x;
CREATE FUNCTION g(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Groups/' || id(n);
CREATE FUNCTION g(x text) RETURNS text LANGUAGE sql IMMUTABLE RETURN '/Groups/bulkId:' || x;
CREATE FUNCTION the(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN id(n)::text;
CREATE FUNCTION the(x text) RETURNS text LANGUAGE sql IMMUTABLE RETURN 'bulkId:' || x;
CREATE FUNCTION under(manager text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', jsonb_build_object('manager', jsonb_build_object('value', manager)));
CREATE FUNCTION members(VARIADIC ids text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('members', (SELECT coalesce(jsonb_agg(jsonb_build_object('value', i) ORDER BY n), '[]') FROM unnest(ids) WITH ORDINALITY m(i, n)));
CREATE FUNCTION person(x text, name text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN op('POST', '/Users', jsonb_build_object('userName', name) || more, x);
CREATE FUNCTION team(x text, name text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN op('POST', '/Groups', jsonb_build_object('displayName', name) || more, x);
CREATE FUNCTION patch(path text, VARIADIC operations jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	op('PATCH', path, jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', to_jsonb(operations)));
CREATE FUNCTION titled(path text, title text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN patch(path, jsonb_build_object('op', 'replace', 'path', 'title', 'value', title));
CREATE FUNCTION renamed(path text, name text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	patch(path, jsonb_build_object('op', 'replace', 'path', CASE WHEN path LIKE '/U%' THEN 'userName' ELSE 'displayName' END, 'value', name));
CREATE FUNCTION joined(path text, VARIADIC ids text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN patch(path, jsonb_build_object('op', 'add', 'path', 'members', 'value', members(VARIADIC ids)->'members'));
CREATE FUNCTION message(operations jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'Operations', operations) || more;

-- one entry: V is the version that is there now; an error as its scimType and detail
CREATE FUNCTION entry(e jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	at text := e->>'location';
	stored text;
BEGIN
	BEGIN
		stored := scim_get_resource(CASE WHEN at LIKE '/Users/%' THEN 'User' ELSE 'Group' END, split_part(at, '/', 3))#>>'{meta,version}';
	EXCEPTION WHEN OTHERS THEN NULL;
	END;
	RETURN named(concat_ws(' ', e->>'method', '@' || (e->>'bulkId'), e->>'status', 'at ' || at,
		CASE WHEN e->>'version' = stored THEN 'V' WHEN e->>'version' ~ '^[A-Za-z0-9+/]{11}=$' THEN 'V of then' ELSE e->>'version' END,
		CASE WHEN e ? 'response' THEN concat_ws(': ', e#>>'{response,scimType}', e#>>'{response,detail}') END,
		CASE WHEN e ? 'response' AND (e->'response') - 'scimType' - 'detail' <> jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:Error"]'::jsonb, 'status', e->'status') THEN 'WITH ' || (e->>'response') END,
		CASE WHEN jsonb_typeof(e->'status') <> 'string' OR (e->>'status' LIKE '2%') = (e ? 'response') THEN 'HOW?' END,
		nullif((e - '{method,bulkId,status,location,version,response}'::text[])::text, '{}')));
END $$;
CREATE FUNCTION entries(answer jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO made SELECT DISTINCT ON (1) split_part(e->>'location', '/', 3), e->>'bulkId' FROM jsonb_array_elements(answer->'Operations') e WHERE e->>'method' = 'POST' AND e->>'status' = '201' ON CONFLICT (id) DO UPDATE SET name = excluded.name;
	IF answer - 'Operations' <> '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]}' THEN
		RETURN NEXT plain(answer);
	END IF;
	RETURN QUERY SELECT entry(e) FROM jsonb_array_elements(answer->'Operations') WITH ORDINALITY o(e, n) ORDER BY n;
END $$;
CREATE FUNCTION bulk(VARIADIC operations jsonb[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_bulk(message(to_jsonb(operations)));
BEGIN
	RETURN QUERY SELECT entries(answer);
END $$;
CREATE FUNCTION atomic(VARIADIC operations jsonb[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_bulk(message(to_jsonb(operations)), true);
BEGIN
	RETURN QUERY SELECT entries(answer);
END $$;
-- that ends with so many errors
CREATE FUNCTION until(errors int, VARIADIC operations jsonb[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_bulk(message(to_jsonb(operations), jsonb_build_object('failOnErrors', errors)));
BEGIN
	RETURN QUERY SELECT entries(answer);
END $$;

-- all that is there
CREATE FUNCTION there() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT named(concat_ws(' ', r->>'userName', r->>'title', 'under ' || (r#>>'{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager,value}')))
		FROM jsonb_array_elements(scim_list_users(count => 1000)->'Resources') r ORDER BY named(r->>'userName') COLLATE "C";
	RETURN QUERY SELECT named((r->>'displayName') || ': ' || coalesce((SELECT string_agg(named(m->>'value'), ' ' ORDER BY named(m->>'value') COLLATE "C") FROM jsonb_array_elements(r->'members') m), '-'))
		FROM jsonb_array_elements(scim_list_groups(count => 1000)->'Resources') r ORDER BY r->>'displayName' COLLATE "C";
END $$;
-- what anew() begins with: ada is in staff
CREATE FUNCTION anew() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM groups;
	DELETE FROM users;
	DELETE FROM made;
	INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one"}'), (id(2), '{"userName": "bob"}'), (id(3), '{"userName": "cyd"}');
	INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "staff"}'), (id(12), '{"displayName": "crew"}');
	PERFORM scim_add_members(the(11), ARRAY[the(1)]);
END $$;
SELECT anew();
