-- What many clients and frameworks need of tools and answers: schemas that all
-- of them can convert, answers of which the beginning is enough, arguments of
-- those that can leave out nothing.  In a database of its own.
SET client_min_messages = warning;
CREATE DATABASE scimver_frameworks TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_frameworks
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');
SET scimver.password_cost = 4;
SET scimver.max_attempts = 0;

-- all schemas in the tools, at any depth, with the way to each
CREATE FUNCTION schemas() RETURNS TABLE (way text, node jsonb) LANGUAGE sql AS $$
	WITH RECURSIVE all_of(way, node) AS (
		SELECT t->>'name' || ' ' || part, t->part FROM jsonb_array_elements(scim_tools()) t, unnest(ARRAY['inputSchema', 'outputSchema']) part
		UNION ALL
		SELECT way || '/' || step, child FROM all_of, LATERAL (
			SELECT key, value FROM jsonb_each(node->'properties')
			UNION ALL SELECT '[]', node->'items' WHERE node ? 'items'
			UNION ALL SELECT 'anyOf', c FROM jsonb_array_elements(node->'anyOf') c) AS x(step, child))
	SELECT * FROM all_of $$;
-- what one client or other cannot take: no rows
CREATE FUNCTION odd() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT way || ': ' || problem FROM schemas(), LATERAL (VALUES
		('no type', num_nonnulls(node->'type', node->'anyOf') <> 1),
		('a list of types', jsonb_typeof(node->'type') = 'array'),
		('an unknown type', node->>'type' NOT IN ('string', 'number', 'integer', 'boolean', 'object', 'array')),
		('a choice of what is no single type', node ? 'anyOf' AND (SELECT count(*) FILTER (WHERE jsonb_typeof(c->'type') = 'string') <> count(*) OR count(*) < 2 FROM jsonb_array_elements(node->'anyOf') c)),
		('an object without properties', node->>'type' = 'object' AND coalesce(node->'properties', '{}') = '{}' AND way <> 'scim_server_info inputSchema' AND way NOT LIKE '%outputSchema/%'),
		('an object that may not hold what was read', way ~ '_data' AND node->>'type' = 'object' AND (node->'additionalProperties') IS DISTINCT FROM 'true'),
		('a result of which not all is handed on', way ~ 'outputSchema/' AND node->>'type' = 'object' AND (node ? 'properties' OR (node->'additionalProperties') IS DISTINCT FROM 'true')),
		('an array of nobody knows what', node->>'type' = 'array' AND NOT node ? 'items'),
		('a property that looks like a reference', node->'properties' ? '$ref'),
		('a property that cannot be a field', EXISTS (SELECT FROM jsonb_object_keys(node->'properties') k WHERE k LIKE '\_%')),
		('a property that is required and not there', NOT coalesce(node->'properties', '{}') ?& ARRAY(SELECT jsonb_array_elements_text(node->'required')))
		) AS v(problem, applies) WHERE applies $$;
-- what a model is shown, in bytes
CREATE FUNCTION shown_bytes() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(octet_length(regexp_replace((t - '{title,annotations,outputSchema}'::text[])::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g')))
	FROM jsonb_array_elements(scim_tools()) t $$;
CREATE FUNCTION properties(tool text, VARIADIC way text[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(p, ' ') FROM jsonb_array_elements(scim_tools()) t, jsonb_object_keys(t->'inputSchema' #> way) p WHERE t->>'name' = tool $$;

--
-- the list
--
SELECT * FROM odd();
SELECT count(*) > 400 AS looked_at FROM schemas();
SELECT count(*), shown_bytes() <= 40000 AS budget FROM jsonb_array_elements(scim_tools());
SELECT properties('scim_create_user', 'properties', 'user_data', 'properties', 'emails', 'items', 'properties'),
	properties('scim_update_user', 'properties', 'user_data', 'properties', 'name', 'properties'),
	properties('scim_update_user', 'properties', 'user_data', 'properties', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', 'properties', 'manager', 'properties');
SELECT node FROM schemas() WHERE way IN ('scim_patch_user inputSchema/operations', 'scim_list_users inputSchema/sort_order', 'scim_search_users inputSchema/value') ORDER BY way;
-- how not to overwrite others stands where a model always sees it
SELECT t->>'name', t->>'description' LIKE '%expected_version%VERSION_MISMATCH%current_version%' AND t->>'description' NOT LIKE '%{%'
	FROM jsonb_array_elements(scim_tools()) t WHERE t #> '{inputSchema,properties}' ? 'expected_version' AND t->>'name' !~ 'propos';
SELECT count(*) FROM jsonb_array_elements(scim_tools()) t WHERE NOT (t #>> '{annotations,readOnlyHint}')::bool AND NOT t #> '{inputSchema,properties}' ? 'expected_version' AND t->>'name' !~ '^scim_(create_|lease$|bulk$)';

-- a connection for one tenant has no use for others, and one that must name versions is told so
SET scimver.only_tenant = 'default';
SELECT count(*) FROM schemas() WHERE way LIKE '%tenant_id';
SELECT * FROM odd();
RESET scimver.only_tenant;
SELECT count(*) > 10 FROM schemas() WHERE way LIKE '%tenant_id';
SET scimver.require_version = on;
SELECT count(*), bool_and(node->'required' ? 'expected_version') FROM schemas() WHERE node->'properties' ? 'expected_version' AND way !~ 'propos';
-- but for proposals: what is proposed is no write, and who reviews must have read
SELECT way, node->'required' ? 'expected_version' FROM schemas() WHERE way ~ 'propos.*inputSchema$' AND node->'properties' ? 'expected_version' ORDER BY way COLLATE "C";
RESET scimver.require_version;
SELECT count(*), bool_or(node->'required' ? 'expected_version') FROM schemas() WHERE node->'properties' ? 'expected_version' AND way !~ 'propos';

-- schemas of all kinds, and more of them than there is room for
SELECT scim_register_schema('{"id": "urn:example:Odd", "name": "Odd", "attributes": [
	{"name": "type"}, {"name": "properties", "type": "complex", "subAttributes": [{"name": "items"}, {"name": "required", "required": true}]},
	{"name": "only", "type": "complex", "subAttributes": [{"name": "$ref", "type": "reference", "referenceTypes": ["external"]}]},
	{"name": "server", "type": "complex", "subAttributes": [{"name": "says", "mutability": "readOnly"}]},
	{"name": "given", "type": "complex", "mutability": "readOnly", "subAttributes": [{"name": "value"}]},
	{"name": "bytes", "type": "binary", "caseExact": true}, {"name": "when", "type": "dateTime", "multiValued": true},
	{"name": "ratio", "type": "decimal"}, {"name": "counts", "type": "integer", "multiValued": true}]}') ->> 'id',
	scim_register_schema('{"id": "urn:example:Silent", "name": "Silent", "attributes": [{"name": "x", "mutability": "readOnly"}]}') ->> 'id';
SELECT scim_register_resource_type('{"name": "Odd", "endpoint": "/Odds", "schema": "urn:example:Odd"}') ->> 'name';
SELECT scim_register_resource_type(document || '{"schemaExtensions": [{"schema": "urn:example:Odd", "required": false}, {"schema": "urn:example:Silent", "required": false}]}') ->> 'name' FROM scim_resource_types WHERE name = 'Group';
SELECT * FROM odd();
SELECT string_agg(t->>'name', ' '), shown_bytes() <= 40000 AS budget FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' LIKE '%\_resource%';
SELECT properties('scim_create_group', 'properties', 'group_data', 'properties'), properties('scim_create_group', 'properties', 'group_data', 'properties', 'urn:example:Odd', 'properties'),
	properties('scim_create_resource', 'properties', 'resource_data', 'properties');
-- 30 and 45 attributes with parts: their names; 90: once; 500: only what is required
CREATE FUNCTION grow(attributes int) RETURNS text LANGUAGE sql AS $$
	SELECT scim_register_schema(jsonb_set(document, '{attributes}', document->'attributes' || (SELECT jsonb_agg(CASE n % 3
		WHEN 0 THEN jsonb_build_object('name', 'attribute' || n, 'type', 'complex', 'multiValued', n % 2 = 0, 'subAttributes', (SELECT jsonb_agg(jsonb_build_object('name', 'part' || i)) FROM generate_series(1, 8) i))
		ELSE jsonb_build_object('name', 'attribute' || n) END) FROM generate_series(1, attributes) n))) ->> 'id'
	FROM (SELECT jsonb_set(document, '{attributes}', (SELECT jsonb_agg(a) FROM jsonb_array_elements(document->'attributes') a WHERE a->>'name' NOT LIKE 'attribute%')) FROM scim_schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User') s(document) $$;
CREATE FUNCTION detail() RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', shown_bytes() <= 40000, properties('scim_create_user', 'properties', 'user_data', 'properties', 'attribute3', 'properties'),
		array_length(string_to_array(properties('scim_create_user', 'properties', 'user_data', 'properties'), ' '), 1), array_length(string_to_array(properties('scim_update_user', 'properties', 'user_data', 'properties'), ' '), 1)) $$;
SELECT grow(30);
SELECT * FROM odd();
SELECT detail();
SELECT grow(45);
SELECT * FROM odd();
SELECT detail();
SELECT grow(90);
SELECT * FROM odd();
SELECT detail();
SELECT grow(500);
SELECT * FROM odd();
SELECT detail(), properties('scim_create_user', 'properties', 'user_data', 'properties');
-- what is required of a user, or the names of resource types, are too many in themselves
SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:Many', 'name', 'Many', 'attributes', (SELECT jsonb_agg(jsonb_build_object('name', 'required' || repeat('x', 40) || n, 'required', true)) FROM generate_series(1, 300) n)))->>'id';
SELECT document AS before FROM scim_resource_types WHERE name = 'User' \gset
SELECT scim_register_resource_type(:'before'::jsonb || '{"schemaExtensions": [{"schema": "urn:example:Many", "required": true}]}') IS NOT NULL;
SELECT * FROM odd();
SELECT shown_bytes() <= 40000, properties('scim_create_user', 'properties', 'user_data', 'properties');
SELECT scim_register_resource_type(:'before') IS NOT NULL;
SELECT count(scim_register_resource_type(jsonb_build_object('name', 'Many' || repeat('x', 40) || n, 'endpoint', '/Many' || n, 'schema', 'urn:example:Many'))) FROM generate_series(1, 700) n;
SELECT * FROM odd();
SELECT shown_bytes() <= 40000, node FROM schemas() WHERE way = 'scim_get_schemas inputSchema/resource_type';
SELECT count(scim_unregister_resource_type('Many' || repeat('x', 40) || n)) FROM generate_series(1, 700) n;
SELECT grow(1);
SELECT scim_unregister_resource_type('Odd');

--
-- what a call need not name
--
CREATE FUNCTION call(name text, arguments jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT scim_call_tool(name, arguments)';
CREATE FUNCTION says(answer jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', answer->>'success', answer->'content'->>'error_code', answer->'content'->>'path', answer->'content'->>'error', answer #>> '{content,next_steps,0}') $$;
SELECT call('scim_create_user', '{"user_data": {"userName": "ada", "title": "Countess"}}') #>> '{content,id}' AS ada \gset
SELECT call('scim_create_group', '{"group_data": {"displayName": "Staff"}}') #>> '{content,id}' AS staff \gset

-- each optional parameter of each tool, as null and as ""
CREATE FUNCTION minimal(tool text, ada text, staff text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_object_agg(p, CASE p WHEN 'user_id' THEN to_jsonb(ada) WHEN 'group_id' THEN to_jsonb(staff) WHEN 'attribute' THEN '"userName"' WHEN 'value' THEN '"ada"'
		WHEN 'operations' THEN '[{"op": "add", "path": "externalId", "value": "x"}]' WHEN 'user_data' THEN '{"userName": "ada", "externalId": "x"}' WHEN 'group_data' THEN '{"displayName": "Staff", "externalId": "x"}'
		WHEN 'resource_type' THEN '"User"' WHEN 'resource_id' THEN to_jsonb(ada) WHEN 'version' THEN (SELECT to_jsonb(version) FROM scim_history WHERE resource_id = ada AND operation = 'create')
		WHEN 'proposal_id' THEN '"00000000-0000-0000-0000-000000000000"' WHEN 'decision' THEN '"approve"' WHEN 'expected_version' THEN '"stale"' WHEN 'request' THEN '[{"method": "DELETE", "path": "/Users/nobody"}]' END), '{}')
	FROM jsonb_array_elements(scim_tools()) t, jsonb_array_elements_text(t #> '{inputSchema,required}') p WHERE t->>'name' = tool $$;
CREATE FUNCTION optional(tool text, ada text, staff text, otherwise jsonb) RETURNS TABLE (parameter text, same boolean) LANGUAGE plpgsql AS $$
DECLARE
	given jsonb := minimal(tool, ada, staff) || CASE tool WHEN 'scim_modify_group_members' THEN '{"add": []}' ELSE '{}' END::jsonb;
	plain text;
BEGIN
	PERFORM call(tool, given);
	plain := mask(call(tool, given));
	FOR parameter IN SELECT p FROM jsonb_array_elements(scim_tools()) t, jsonb_object_keys(t #> '{inputSchema,properties}') p WHERE t->>'name' = tool AND NOT given ? p AND p <> 'expected_version' LOOP
		same := mask(call(tool, given || jsonb_build_object(parameter, otherwise))) = plain;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE FUNCTION mask(answer jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(answer #- '{content,time}' #>> '{}', '"(id|value|proposal_id)": "[0-9a-f-]{36}"|"(expires_at)": "[^"]+"', '"\1\2"', 'g') $$;
SELECT count(*) > 80 AS tried, bool_and(same) AS same, string_agg(tool || ' ' || parameter, ', ') FILTER (WHERE NOT same) AS but FROM (SELECT t->>'name', o FROM jsonb_array_elements(scim_tools()) t, (VALUES ('null'::jsonb), ('""')) v(o) WHERE t->>'name' NOT LIKE '%delete%' AND t->>'name' NOT LIKE '%create%') x(tool, o),
	optional(tool, :'ada', :'staff', o);
SELECT says(call('scim_create_user', '{"user_data": {"userName": "bob"}, "tenant_id": "", "attributes": null}'));
SELECT says(call('scim_delete_user', jsonb_build_object('user_id', id, 'tenant_id', ''))), call('scim_delete_user', jsonb_build_object('user_id', id, 'tenant_id', null)) #>> '{content,error_code}' FROM users WHERE user_name = 'bob';
-- answers no larger than asked for
SELECT (SELECT string_agg(k, ' ') FROM jsonb_object_keys(a->'content') k), a->'metadata' ? 'partial' FROM call('scim_create_user', '{"user_data": {"userName": "bob", "title": "Mr", "nickName": "B"}, "attributes": ["title"]}') a;
SELECT says(call('scim_get_user', jsonb_build_object('user_id', :'ada', 'attributes', '[]'::jsonb, 'excluded_attributes', '[]'::jsonb, 'known_version', '', 'tenant_id', '')));
SELECT says(call('scim_modify_group_members', jsonb_build_object('group_id', :'staff', 'add', '', 'remove', '')));
SELECT jsonb_array_length(a #> '{content,Resources}'), a->'metadata' ? 'next_cursor' FROM call('scim_list_users', '{"cursor": "*", "count": 1, "filter": ""}') a;
SELECT a #>> '{content,totalResults}' FROM call('scim_list_group_members', jsonb_build_object('group_id', :'staff', 'cursor', '*')) a;
-- the parts of an operation, too
SELECT says(a), a #>> '{content,title}', a #>> '{content,nickName}' FROM unnest(ARRAY['[{"op": "add", "path": "", "value": {"title": "Dame", "nickName": "A"}}]', '[{"op": "remove", "path": "nickName", "value": ""}]',
	'[{"op": "Remove", "path": "nickName", "value": null}]', '[{"op": "replace", "path": "title", "value": ""}]', '[{"op": "add", "path": null, "value": {"title": "Countess"}}]', '[{"op": "remove", "path": ""}]', '[{"op": "add", "path": "x"}, ""]']) o,
	call('scim_patch_user', jsonb_build_object('user_id', :'ada', 'operations', o::jsonb)) a;
-- what is required is not left out by "", nor is a value that is searched for
SELECT says(call('scim_get_user', '{"user_id": ""}')), says(call('scim_get_user', '{"user_id": null}'));
SELECT a #>> '{content,totalResults}' FROM call('scim_search_users', '{"attribute": "title", "value": ""}') a;

-- but a version, which decides about others' work, is named or it is not
SELECT v, says(call(tool, minimal(tool, :'ada', :'staff') || jsonb_build_object('expected_version', v))) FROM unnest('{scim_update_user,scim_delete_user}'::text[]) tool, jsonb_array_elements('[null, "", "*", "W/\"x\"", 5]') v;
SELECT count(*), bool_and(a #>> '{content,error_code}' = 'INVALID_VERSION_FORMAT') FROM jsonb_array_elements(scim_tools()) t, jsonb_array_elements('[null, "", "*"]') v,
	call(t->>'name', minimal(t->>'name', :'ada', :'staff') || jsonb_build_object('expected_version', v)) a WHERE t #> '{inputSchema,properties}' ? 'expected_version';
-- and where it must be named, it is asked for before anything else is looked at
SET scimver.require_version = on;
SELECT t->>'name', says(call(t->>'name', minimal(t->>'name', :'ada', :'staff') - 'expected_version')) FROM jsonb_array_elements(scim_tools()) t WHERE t #> '{inputSchema,properties}' ? 'expected_version' AND t->>'name' !~ 'propos';
SELECT says(call('scim_patch_user', minimal('scim_patch_user', :'ada', :'staff') || jsonb_build_object('expected_version', version))) FROM users WHERE id = :'ada';
-- no answer advises to leave it out
SELECT count(*) FROM jsonb_array_elements(scim_tools()) t, unnest('{null,"\"\"","\"stale\""}'::jsonb[]) v,
	call(t->>'name', minimal(t->>'name', :'ada', :'staff') || CASE t->>'name' WHEN 'scim_modify_group_members' THEN jsonb_build_object('add', jsonb_build_array(:'ada')) ELSE '{}' END || jsonb_build_object('expected_version', v)) a
	WHERE t #> '{inputSchema,properties}' ? 'expected_version' AND t->>'name' !~ 'propos' AND (a #>> '{content,error_code}' NOT IN ('INVALID_VERSION_FORMAT', 'VERSION_MISMATCH') OR a #>> '{content,next_steps}' ~ 'without|leave it out|or none');
SELECT says(call('scim_create_user', '{"user_data": {"userName": "eve"}}')), scim_update_user(:'ada', '{"userName": "ada", "title": "Lady"}') ->> 'title' AS in_sql;
RESET scimver.require_version;

-- a string that holds JSON, wherever an object or array is wanted
SELECT tool, says(call(tool, jsonb_build_object('user_id', :'ada', 'group_id', :'staff') - CASE WHEN tool LIKE '%user' THEN 'group_id' ELSE 'user_id' END || a::jsonb)) FROM (VALUES
	('scim_update_user', '{"user_data": "{\"userName\": \"ada\"}"}'), ('scim_update_user', '{"user_data": {"userName": "ada", "name": "{\"givenName\": \"A\"}"}}'),
	('scim_update_user', '{"user_data": {"userName": "ada", "emails": "[{\"value\": \"a@x\"}]"}}'), ('scim_update_user', '{"user_data": {"userName": "ada", "emails": ["{\"value\": \"a@x\"}"]}}'),
	('scim_update_user', '{"user_data": {"userName": "ada", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "{\"department\": \"x\"}"}}'),
	('scim_patch_user', '{"operations": "[]"}'), ('scim_patch_user', '{"operations": {"op": "remove", "path": "title"}}'), ('scim_patch_user', '{"operations": ["{\"op\": \"remove\", \"path\": \"title\"}"]}'),
	('scim_patch_user', '{"operations": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": "[{}]"}}'),
	('scim_patch_user', '{"operations": [{"op": "add", "value": "{\"title\": \"x\"}"}]}'), ('scim_patch_user', '{"operations": [{"op": "add", "path": "name", "value": "{\"givenName\": \"x\"}"}]}'),
	('scim_patch_user', '{"operations": [{"op": "replace", "path": "emails", "value": "[{\"value\": \"x\"}]"}]}'), ('scim_patch_user', '{"operations": [{"op": "replace", "path": "emails[type eq \"work\"]", "value": "{\"value\": \"x\"}"}]}'),
	('scim_patch_group', '{"operations": [{"op": "add", "path": "members", "value": "[{\"value\": \"x\"}]"}]}'), ('scim_update_group', '{"group_data": {"displayName": "x", "members": ["{\"value\": \"x\"}"]}}'),
	('scim_modify_group_members', '{"add": "[\"x\"]"}'), ('scim_get_user', '{"attributes": "[\"title\"]"}'),
	('scim_update_user', '{"user_data": {"userName": "ada", "schemas": "[\"urn:ietf:params:scim:schemas:core:2.0:User\"]"}}'), ('scim_patch_user', '{"operations": [{"op": "add", "path": "schemas", "value": "[\"urn:ietf:params:scim:schemas:core:2.0:User\"]"}]}'),
	('scim_get_user', '{"attributes": "title"}'), ('scim_update_user', '{"user_data": "[draft] no JSON"}')) c(tool, a);
SELECT says(call('scim_get_user', '"{}"')), says(call('scim_get_user', '[]'));
SELECT call('scim_patch_user', jsonb_build_object('user_id', :'ada', 'operations', '[{"op": "add", "path": "title", "value": "{\"a\": 1}"}]'::jsonb)) #>> '{content,title}' AS a_text_may_hold_json;

--
-- answers begin with what matters
--
CREATE FUNCTION raw(name text, arguments jsonb) RETURNS text LANGUAGE sql AS 'SELECT scim_call_tool(name, arguments)::text';
SELECT left(raw('scim_get_user', jsonb_build_object('user_id', :'ada')), 100) ~ '^{"success":true,"metadata":{"operation":"get_user",';
SELECT raw(t, a) = raw(t, a::text::jsonb) AND raw(t, a) = scim_call_tool(t, a::text)::text FROM (VALUES ('scim_get_user', jsonb_build_object('user_id', :'ada'))) v(t, a);
-- escapes, and what jsonb would have made of it
SELECT raw('scim_patch_user', jsonb_build_object('user_id', :'ada', 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'title', 'value', E'a"\\/\b\f\n\r\t\x01\x1f\x7f ä😀'))))::jsonb #>> '{content,title}' = E'a"\\/\b\f\n\r\t\x01\x1f\x7f ä😀' AS same;

-- every write tool's mismatch, small and large: all that is needed in the first kilobyte, 8 kB at most
CREATE FUNCTION mismatch(tool text, ada text, staff text) RETURNS TABLE (bytes text, first text, last text, code_at boolean, version_at boolean, steps text) LANGUAGE sql AS $$
	SELECT CASE WHEN octet_length(a) > 8192 THEN 'too many' WHEN octet_length(a) < 3000 THEN 'few' ELSE 'many' END,
		(SELECT string_agg(k, ' ') FROM (SELECT k FROM json_object_keys(a::json->'content') k LIMIT 8) x), (SELECT (array_agg(k))[count(*)] FROM json_object_keys(a::json->'content') k),
		position('"error_code":"VERSION_MISMATCH"' in a) BETWEEN 1 AND 500, position('"current_version":"' in a) BETWEEN 1 AND 1000, a::json #>> '{content,next_steps,0}'
	FROM raw(tool, minimal(tool, ada, staff) || CASE tool WHEN 'scim_modify_group_members' THEN jsonb_build_object('add', jsonb_build_array(ada)) ELSE '{}' END || '{"expected_version": "stale"}') a $$;
CREATE FUNCTION writers() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT t->>'name' FROM jsonb_array_elements(scim_tools()) t WHERE t #> '{inputSchema,properties}' ? 'expected_version' AND t->>'name' !~ 'propos' $$;
UPDATE users SET data = data - 'externalId';
UPDATE groups SET data = data - 'externalId';
SELECT tool, m.* FROM writers() tool, mismatch(tool, :'ada', :'staff') m;
UPDATE users SET data = data || jsonb_build_object('title', repeat('t', 15000)) WHERE id = :'ada';
UPDATE groups SET data = data || jsonb_build_object('externalId', repeat('e', 9000)) WHERE id = :'staff';
SELECT tool, m.* FROM writers() tool, mismatch(tool, :'ada', :'staff') m;
-- where the limit is: shown whole, or not at all
SELECT (json_each(counts)).* FROM (SELECT json_object_agg(shape, n) FROM (
	SELECT concat_ws(' ', CASE WHEN octet_length(a) > 8192 THEN 'too large' END, a::json #>> '{metadata,omitted}', length(a::json #>> '{content,current,title}') = n) AS shape, count(*) AS n
	FROM generate_series(7000, 8300, 20) n, LATERAL (SELECT scim_update_user(:'ada', jsonb_build_object('userName', 'ada', 'title', repeat('t', n)))) u,
		LATERAL (SELECT raw('scim_delete_user', jsonb_build_object('user_id', :'ada', 'expected_version', 'stale')) FROM (SELECT u) AS after) r(a) GROUP BY 1) s) x(counts);
-- the step can be followed: what fits into no answer is there for who asks for it
SELECT scim_patch_user(:'ada', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'photos', 'value', (SELECT jsonb_agg(jsonb_build_object('value', 'https://x/' || n)) FROM generate_series(1, 1500) n)))) IS NOT NULL;
SELECT attributes, jsonb_array_length(a #> '{content,photos}'), a #> '{metadata,omitted}', a #> '{metadata,how_to_go_on}' FROM unnest(ARRAY['[]', '["photos"]', '["title", "photos.value"]']::jsonb[]) attributes, call('scim_get_user', jsonb_build_object('user_id', :'ada', 'attributes', attributes)) a;
SELECT a #> '{content,differing_paths}', a #>> '{content,next_steps,0}' FROM call('scim_patch_user', jsonb_build_object('user_id', :'ada', 'expected_version', 'stale', 'operations', '[{"op": "add", "path": "photos", "value": [{"value": "https://y/"}]}]'::jsonb)) a;
SELECT scim_patch_user(:'ada', '[{"op": "remove", "path": "photos"}]') IS NOT NULL;
-- what plain SQL put into a document may have names that are long
UPDATE users SET data = data || jsonb_build_object('nickName', repeat('n', 9000), repeat('k', 5000), 1, repeat('l', 6000), 2) WHERE id = :'ada';
SELECT octet_length(a) <= 8192, length(a::json #>> '{content,differing_paths,1}'), json_array_length(a::json #> '{content,differing_paths}'), a::json #>> '{metadata,omitted}' FROM raw('scim_update_user', jsonb_build_object('user_id', :'ada', 'expected_version', 'stale', 'user_data', '{"userName": "ada"}'::jsonb)) a;
UPDATE users SET data = data - ARRAY[repeat('k', 5000), repeat('l', 6000)] WHERE id = :'ada';
-- control characters take six bytes each, in names too; the code stands in the first kilobyte all the same
SELECT bool_and(octet_length(a) <= 8192), bool_and(octet_length(split_part(a, '"error_code":"', 1)) < 1000), count(*) FROM (VALUES (repeat(E'\x01', 5000)), (repeat('😀', 5000)), (repeat('\', 5000))) v(s), LATERAL (VALUES
	(raw('scim_get_user', jsonb_build_object('user_id', s))), (raw(s, '{}')), (raw('scim_get_user', jsonb_build_object(s, 1))), (raw('scim_list_users', jsonb_build_object('filter', s))),
	(raw('scim_list_users', jsonb_build_object('filter', 'userName eq ' || s))), (raw('scim_update_user', jsonb_build_object('user_id', s, 'expected_version', s, 'user_data', '{"userName": "x"}'::jsonb))),
	(raw('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'x', 'active', s)))), (raw('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'x', s, s)))),
	(raw('scim_patch_user', jsonb_build_object('user_id', :'ada', 'operations', jsonb_build_array(jsonb_build_object('op', s)))))) r(a);

--
-- where attributes are stored, and what time it is
--
SELECT a #> '{content,resource_types,0}' ? 'mapping' AS mapped, (a #>> '{content,time}')::timestamptz BETWEEN now() - interval '1 hour' AND clock_timestamp() AS time FROM call('scim_server_info', '{}') a;
SELECT scim_unregister_table('groups');
SELECT scim_unregister_table('users');
DROP TABLE groups_members, groups, users;
CREATE TABLE people (nr int PRIMARY KEY, login text NOT NULL UNIQUE, mail text, gone boolean);
CREATE TABLE teams (nr int PRIMARY KEY, label text NOT NULL);
CREATE TABLE staff (team int REFERENCES teams, person int REFERENCES people, PRIMARY KEY (team, person));
SELECT scim_register_table('people', 'User', '{"id": "nr", "deleted": "gone", "attributes": {"userName": "login", "emails[type eq \"work\"].value": "mail"}}');
SELECT scim_register_table('teams', 'Group', '{"id": "nr", "attributes": {"displayName": "label"}}');
SELECT scim_register_members('staff', 'team', 'person');
SELECT t->>'table', t->'mapping', t->>'members_table', t->'members_mapping' FROM call('scim_server_info', '{}') a, jsonb_array_elements(a #> '{content,resource_types}') t;
ALTER TABLE people RENAME mail TO address;
SELECT t->'mapping' FROM call('scim_server_info', '{}') a, jsonb_array_elements(a #> '{content,resource_types}') t LIMIT 1;
SELECT * FROM odd();
-- a mapping that is too large for an answer is left out, named, and shown in SQL; the others stay
SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:Wide', 'name', 'Wide', 'attributes', (SELECT jsonb_agg(jsonb_build_object('name', 'attributeWithALongName' || n)) FROM generate_series(1, 900) n))) IS NOT NULL,
	scim_register_resource_type('{"name": "Wide", "endpoint": "/Wide", "schema": "urn:example:Wide"}') IS NOT NULL;
DO $$ BEGIN EXECUTE (SELECT format('CREATE TABLE wide (nr int PRIMARY KEY, %s)', string_agg('column' || n || ' text', ', ')) FROM generate_series(1, 900) n); END $$;
SELECT scim_register_table('wide', 'Wide', jsonb_build_object('id', 'nr', 'attributes', (SELECT jsonb_object_agg('attributeWithALongName' || n, 'column' || n) FROM generate_series(1, 900) n)));
SELECT octet_length(a::text) < 32768, a #> '{metadata,omitted}', a #>> '{metadata,how_to_go_on}', (SELECT jsonb_agg(ARRAY[t->>'name', (t ? 'mapping')::text, (t ? 'members_mapping')::text, (s ? 'mapping')::text])
	FROM jsonb_array_elements(a #> '{content,resource_types}') WITH ORDINALITY r(t, i) JOIN jsonb_array_elements(scim_server_info()->'resource_types') WITH ORDINALITY q(s, j) ON i = j) FROM call('scim_server_info', '{}') a;

\c postgres
DROP DATABASE scimver_frameworks;
