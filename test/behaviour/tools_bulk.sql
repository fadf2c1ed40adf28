-- What agents do by scim_bulk: what they need not say, whose profile holds, what they are refused,
-- and answers that are too large.
\i :behaviour/bulk_words.sql
SET scimver.max_attempts = 0;
CREATE FUNCTION call(request jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT scim_call_tool('scim_bulk', jsonb_build_object('request', request) || more)::jsonb $$;
-- how it ended: what metadata says, then each entry; or the error
CREATE FUNCTION try(request jsonb, more jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := call(request, more);
BEGIN
	IF NOT (answer->>'success')::boolean THEN
		RETURN NEXT plain(concat_ws(' | ', answer#>>'{content,error_code}', answer#>>'{content,path}', answer#>>'{content,error}', answer#>>'{content,limit}', answer#>>'{content,next_steps}'));
		RETURN;
	END IF;
	RETURN NEXT answer->>'metadata';
	RETURN QUERY SELECT entries(answer->'content');
END $$;
CREATE FUNCTION ops(VARIADIC operations jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN to_jsonb(operations);
CREATE FUNCTION title(n int, title text, version text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT op('PATCH', u(n), jsonb_build_object('Operations', sets('title', to_jsonb(title))), version => version) $$;
CREATE FUNCTION leased(n int) RETURNS text LANGUAGE sql AS
	$$ SELECT scim_call_tool('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', id(n)))::jsonb #>> '{content,lease_id}' $$;
GRANT ALL ON users, groups, groups_members, made TO :agent, :reviewers;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO :agent, :reviewers;
SELECT count(scim_grant_tenant('default', r::regrole)) FROM unnest(ARRAY[:'agent', :'reviewers']) r;

-- ---- what is done ----

SELECT try(ops(team('t', 'new', members(the('x'), the(2))), person('x', 'dan', under(the('y'))), person('y', 'eve'), title(1, 'two'), op('DELETE', u(3)), person('z', 'ada')));
SELECT there();
-- the envelope, and what stands where
SELECT string_agg(k, ' ') FROM json_object_keys(scim_call_tool('scim_bulk', jsonb_build_object('request', ops(title(1, 'two'))))) k;
SELECT named((call(ops(op('DELETE', u(3)))) -> 'content')::text);
-- one and all
SELECT try(ops(person('x', 'fay'), person('z', 'ada')), '{"atomic": true}');
SELECT try(ops(person('x', 'fay'), title(1, 'three')), '{"atomic": true}');
SELECT there();
-- a message, with what only that can say; it need not say what it is
SELECT try(message(ops(title(1, 'four'))));
SELECT try(jsonb_build_object('Operations', ops(op('DELETE', u(3)), op('DELETE', u(3)), title(1, 'five')), 'failOnErrors', 1));
SELECT try(jsonb_build_object('schemas', '["urn:x"]'::jsonb, 'Operations', ops(title(1, 'five'))));
-- in the history
SELECT tool, count(*) FROM scim_history GROUP BY 1 ORDER BY 1;

-- ---- what need not be said ----

SELECT anew();
-- of a PATCH the operations, without what they are, or alone
SELECT try(ops(op('PATCH', u(1), jsonb_build_object('Operations', sets('title', '"a"'))), op('PATCH', u(2), sets('title', '"b"')), op('PATCH', u(3), '[]'), op('PATCH', u(3), '{"schemas": ["urn:x"], "Operations": []}'), op('PATCH', u(3), '{"op": "add"}'), op('PATCH', u(3), '"x"')));
-- "" and null, for those who can leave nothing out; not a version
SELECT try(ops(person('x', 'dan') || '{"version": ""}', title(1, 'c') || '{"bulkId": "", "version": null}', op('DELETE', u(3)) || '{"data": {}, "bulkId": null}', op('DELETE', u(2)) || '{"data": "", "version": ""}', title(2, 'c') || '{"version": ""}', title(2, 'd') || '{"version": "*"}', person('', 'eve')));
SELECT try(ops(title(1, 'e')), '{"atomic": "", "tenant_id": "", "lease_id": null}');
SELECT there();

-- ---- what is no request ----

SELECT n, try(r) FROM (VALUES (1, '[]'::jsonb), (2, '{}'), (3, '"[]"'), (4, 'null'), (5, '5'), (6, '{"method": "DELETE", "path": "/Users/x"}'), (7, '{"Operations": "[]"}'), (8, '{"Operations": [], "failOnErrors": 0}'), (9, '{"operations": [{"method": "GET", "path": "/Users"}], "failonerrors": 0}'), (10, '{"Operations": [1], "x": 1}')) w(n, r);
SELECT try('["x", {}, null]');
SELECT try(ops(title(1, 'f')), '{"atomic": "yes"}');
SELECT try(ops(title(1, 'f')), '{"user_id": "x"}');
SELECT try((SELECT jsonb_agg(title(1, 'g')) FROM generate_series(1, 1001)));
SELECT try(ops(title(1, repeat('x', 1048576))));
-- to the byte of what was sent, though a PATCH need not say what it is
SELECT octet_length(ops(title(1, 'of so many bytes'))::text) AS bytes \gset
SELECT set_config('scimver.max_bulk_bytes', (:bytes - 1)::text, false) IS NOT NULL;
SELECT replace(try(ops(title(1, 'of so many bytes'))), (:bytes - 1)::text, 'so many');
SELECT set_config('scimver.max_bulk_bytes', :'bytes', false) IS NOT NULL;
SELECT try(ops(title(1, 'of so many bytes')));
RESET scimver.max_bulk_bytes;
SET scimver.max_bulk_operations = 2;
SELECT try(ops(title(1, 'f'), title(1, 'g'), title(1, 'h')));
SELECT try(ops(title(1, 'f'), title(1, 'one of two')));
RESET scimver.max_bulk_operations;
SET scimver.only_tenant = 'default';
SELECT try(ops(title(1, 'h'), op('DELETE', '/Users/nobody')), '{"tenant_id": "other"}');
RESET scimver.only_tenant;
SELECT there();

-- ---- versions ----

SELECT anew();
SELECT v(1) AS before \gset
SELECT try(ops(title(1, 'a', :'before'), title(1, 'b', :'before'), op('PUT', u(2), '{"userName": "bob", "title": "c"}', version => 'W/"' || v(2) || '"'), op('DELETE', u(3), version => 'stale')));
-- where they must be named: of what is there
SET scimver.require_version = on;
SELECT try(ops(title(1, 'c'), op('PUT', u(2), '{"userName": "bob"}'), op('DELETE', u(3)), op('DELETE', u(3), version => '*'), title(2, 'd', v(2)), person('x', 'dan'), op('PATCH', u('x'), jsonb_build_object('Operations', sets('title', '"new"')))));
SELECT try(ops(title(2, 'e', v(2)), title(1, 'c')), '{"atomic": true}');
SELECT try(jsonb_build_object('Operations', ops(title(1, 'c'), title(2, 'e')), 'failOnErrors', 1));
-- SQL need not
SELECT bulk(title(1, 'c') || jsonb_build_object('data', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb, 'Operations', sets('title', '"c"'))));
RESET scimver.require_version;
SELECT there();
-- each refusal is on record once
SELECT named(resource_id), error_code, tool, count(*) FROM scim_history WHERE operation = 'refused' GROUP BY resource_id, error_code, tool ORDER BY named(resource_id) COLLATE "C";

-- ---- policies ----

SELECT anew();
-- the profile that the policy of the type names holds for its resources, also where one statement makes them
SELECT scim_set_policy('default', 'User', '{"profile": "entra"}') IS NOT NULL;
SELECT try(ops(person('x', 'dan', '{"active": "True"}'), person('y', 'eve', '{"active": "False"}'), op('PATCH', u(1), '[{"op": "Replace", "path": "active", "value": "False"}]'), team('t', 'new', '{"x": 1}')));
SELECT r ->> 'userName', r -> 'active' FROM jsonb_array_elements(scim_list_users() -> 'Resources') r ORDER BY 1;
SHOW scimver.profile;
SELECT bulk(person('v', 'fay', '{"active": "True"}'), person('w', 'gus', '{"active": "True"}'));
-- what others decide on is refused by itself
SELECT scim_set_policy('default', 'User', jsonb_build_object('deny', '["create"]'::jsonb, 'review', jsonb_build_object('attributes', '["active"]'::jsonb, 'reviewers', jsonb_build_array(:'reviewers'), 'quorum', 1))) IS NOT NULL;
SET SESSION AUTHORIZATION :agent;
SET scimver.agent = 'robot';
SELECT replace(t, :'reviewers', 'hr') FROM try(ops(title(2, 'a'), op('PATCH', u(2), sets('active', 'true')), person('v', 'fay'), person('w', 'gus'), joined(g(12), the(2)))) t;
RESET SESSION AUTHORIZATION;
RESET scimver.agent;
SELECT agent, operation, error_code, tool, named(resource_id) FROM scim_history WHERE agent = 'robot' ORDER BY operation, error_code, named(resource_id) COLLATE "C";
SELECT scim_set_policy('default', 'User', NULL) IS NULL;

-- ---- leases ----

SELECT anew();
SELECT leased(1) AS one, leased(2) AS two \gset
SELECT regexp_replace(replace(t, '"' || current_user || '"', '"me"'), '\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN') FROM try(ops(title(1, 'a'), title(3, 'a'))) t;
SELECT try(ops(title(1, 'b'), title(2, 'b'), title(3, 'b')), jsonb_build_object('lease_id', :'one' || ',' || :'two'));
-- beside those of the session
SET scimver.lease_id = :'one';
SELECT try(ops(title(1, 'c'), title(2, 'c')), jsonb_build_object('lease_id', :'two'));
SELECT current_setting('scimver.lease_id') = :'one';
RESET scimver.lease_id;
SELECT try(ops(title(1, 'd')), '{"lease_id": "x"}');

-- ---- answers that are too large ----

-- what is done goes first, what failed is kept
CREATE FUNCTION shape(request jsonb, more jsonb DEFAULT '{}') RETURNS TABLE (fits boolean, full_up boolean, metadata jsonb, more jsonb, shown bigint, statuses jsonb, keys text) LANGUAGE sql AS $$
	WITH one AS MATERIALIZED (SELECT scim_call_tool('scim_bulk', jsonb_build_object('request', request) || shape.more)::text AS a), entries AS (SELECT e FROM one, jsonb_array_elements(a::jsonb #> '{content,Operations}') e)
	SELECT octet_length(a) < 32768, octet_length(a) > 30000, (a::jsonb -> 'metadata') - 'how_to_go_on', (a::jsonb -> 'content') - '{schemas,Operations}'::text[], (SELECT count(*) FROM entries),
		(SELECT jsonb_object_agg(status, n) FROM (SELECT e ->> 'status' AS status, count(*) AS n FROM entries GROUP BY 1) c), (SELECT string_agg(DISTINCT k, ' ') FROM entries, jsonb_object_keys(e) k WHERE e ->> 'status' LIKE '2%') FROM one $$;
SELECT anew();
SELECT fits, metadata, more, shown, statuses, keys FROM shape((SELECT jsonb_agg(person('b' || n, 'user' || n)) FROM generate_series(1, 100) n));
SELECT fits, full_up, metadata, (more ->> 'more_succeeded')::int + shown = 1000 AS counted, statuses ? '201' AS made, statuses -> '409' AS failed, keys
	FROM shape((SELECT jsonb_agg(person('c' || n, CASE WHEN n > 980 THEN 'user1' ELSE 'more' || n END)) FROM generate_series(1, 1000) n));
SELECT fits, full_up, metadata, (more ->> 'more_undone')::int + shown = 1000 AS counted, statuses - '424' AS failed
	FROM shape((SELECT jsonb_agg(person('d' || n, CASE WHEN n = 1000 THEN 'user1' ELSE 'not' || n END)) FROM generate_series(1, 1000) n), '{"atomic": true}');
SELECT fits, full_up, metadata, (more ->> 'more_failed')::int + shown = 1000 AS counted, more - 'more_failed', statuses - '404' AS others
	FROM shape((SELECT jsonb_agg(op('DELETE', '/Users/' || repeat('x', 300))) FROM generate_series(1, 1000)));
SELECT call((SELECT jsonb_agg(op('DELETE', u(n + 1000))) FROM generate_series(1, 999) n)) #>> '{metadata,how_to_go_on}';
SELECT count(*) FROM users;
