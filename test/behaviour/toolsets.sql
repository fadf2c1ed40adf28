-- Sets of tools: what scimver.toolset lists and lets be called, what a list takes of a model's room,
-- and that no text names a tool that the caller has not.
\i :behaviour/history_words.sql
SET scimver.max_attempts = 0;
-- what is listed with that setting
CREATE FUNCTION listed(toolset text) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('scimver.toolset', toolset, false); RETURN scim_tools(); END $$;
CREATE FUNCTION names(toolset text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(t ->> 'name', ' ' ORDER BY n) FROM jsonb_array_elements(listed(toolset)) WITH ORDINALITY x(t, n) $$;
-- what a model is shown of it, in bytes
CREATE FUNCTION shown_bytes(toolset text) RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(octet_length(regexp_replace((t - '{title,annotations,outputSchema}'::text[])::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g'))) FROM jsonb_array_elements(listed(toolset)) t $$;
-- the tools, of all there are, that a text names, and that are not listed with that setting
CREATE TABLE every AS SELECT t ->> 'name' AS tool FROM jsonb_array_elements(scim_tools()) t;
CREATE FUNCTION named(shown text) RETURNS SETOF text LANGUAGE sql AS $$ SELECT m[1] FROM regexp_matches(shown, '\m(scim_[a-z_]+)', 'g') m WHERE m[1] IN (SELECT tool FROM every) $$;
CREATE FUNCTION strangers(toolset text, shown text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT n, ' ') FROM named(shown) n WHERE n NOT IN (SELECT t ->> 'name' FROM jsonb_array_elements(listed(toolset)) t) $$;
CREATE FUNCTION code(tool text, arguments jsonb) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' | ', c ->> 'error_code', c ->> 'path', c ->> 'error') FROM CAST(scim_call_tool(tool, arguments)::jsonb -> 'content' AS jsonb) c $$;

-- ---- what is listed ----

SELECT names('lean');
SELECT names('core');
SELECT names('full') = names('') AS all_of_them, count(*) > 25 AS more_than_core FROM every;
SELECT names('lean,scim_get_history');
SELECT names(E' scim_bulk ,\n lean,,scim_get_user,') = names('lean') || ' scim_bulk' AS in_one_order, names('core,lean') = names('core') AS a_set_in_another, names(' , ') = names('') AS nothing_named;
SELECT names('scim_list_groups, scim_get_user');
-- each tool alone
SELECT count(*), bool_and(names(tool) = tool) FROM every;
-- what names nothing: an error of the list that names it; a call goes on by what there is
SELECT fails($$SELECT listed('lean,corr,scim_get_users,scim_get_user')$$), fails($$SELECT listed('full, Lean')$$), fails($$SELECT listed(E'a\tb ü')$$), fails($$SELECT listed('scim_')$$);
SELECT set_config('scimver.toolset', 'nothing', false), code('scim_get_user', '{"user_id": "x"}');
SELECT set_config('scimver.toolset', 'nothing, scim_get_user', false), code('scim_get_user', '{"user_id": "x"}'), code('scim_get_group', '{"group_id": "x"}');

-- ---- what is not, is as if it were not there ----

CREATE FUNCTION answer(tool text, toolset text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('scimver.toolset', toolset, false);
	RETURN replace(scim_call_tool(tool, '{"user_id": "x"}'::jsonb)::text || scim_call_tool(tool, 'no JSON'::text), substr(tool, 6), 'TOOL'); END $$;
SELECT answer('scim_update_user', 'lean');
SELECT t.s, count(*), count(*) FILTER (WHERE answer(tool, t.s) = answer('scim_nonsense', t.s)) AS refused, count(*) FILTER (WHERE answer(tool, t.s) LIKE '%unknown tool%' <> (' ' || names(t.s) || ' ' NOT LIKE '% ' || tool || ' %')) AS wrong
	FROM unnest('{lean,core,full,"scim_bulk,scim_list_users"}'::text[]) t(s), every GROUP BY t.s ORDER BY t.s COLLATE "C";
-- as the setting is now, whatever it was
SELECT answer('scim_delete_user', s) ~ 'unknown' FROM unnest('{lean,scim_get_user,core,lean,scim_get_user,""}'::text[]) s;

-- ---- how much of it ----

SELECT t.s, shown_bytes(t.s) <= t.most AS fits, shown_bytes(t.s) > t.most / 2 AS has_something FROM (VALUES ('lean', 12000), ('core', 26000), ('full', 40000)) t(s, most);
SELECT count(*) FILTER (WHERE t #> '{inputSchema,properties,user_data,properties,emails,items,properties}' ? 'value') AS all_attributes FROM jsonb_array_elements(listed('lean')) t;

-- ---- no text names another ----

-- the list, and the instructions
CREATE TABLE sets AS SELECT unnest('{lean,core,full,"lean,scim_get_history","core,scim_review_proposal","scim_get_user,scim_patch_user"}'::text[] || ARRAY(SELECT tool FROM every)) AS name;
CREATE FUNCTION instructions(toolset text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('scimver.toolset', toolset, false); RETURN scim_instructions(); END $$;
SELECT count(*), string_agg(strangers(name, listed(name)::text), ' ') AS in_lists, string_agg(strangers(name, instructions(name)), ' ') AS in_instructions FROM sets;
SELECT count(DISTINCT n) > 8 AS in_full FROM named(instructions('full') || (SELECT string_agg(t ->> 'description', ' ') FROM jsonb_array_elements(listed('full')) t)) n;
-- how not to overwrite others is told in each
SELECT s.name, count(*) AS write, bool_and(t ->> 'description' ~ 'expected_version.*VERSION_MISMATCH.*current_version') AS told, instructions(s.name) ~ 'expected_version.*VERSION_MISMATCH.*current_version' AS in_instructions
	FROM sets s, LATERAL jsonb_array_elements(listed(s.name)) t WHERE s.name IN ('lean', 'core', 'full') AND t #> '{inputSchema,properties}' ? 'expected_version' AND t ->> 'name' !~ 'propos' GROUP BY s.name ORDER BY s.name COLLATE "C";
SELECT instructions('lean');
SELECT instructions('scim_get_user');
SELECT t ->> 'description', t #>> '{inputSchema,properties,user_data,description}' FROM jsonb_array_elements(listed('scim_search_users,scim_restore,scim_update_user')) t;
SELECT t #> '{inputSchema,properties,resource_type}' FROM jsonb_array_elements(listed('scim_changes')) t;

-- answers: calls that fail in all ways, and some that show a part
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'active', true) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}'), (id(12), '{"displayName": "h"}');
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(100, 299) n;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(12), 'User', id(n) FROM generate_series(100, 299) n UNION ALL SELECT id(11), 'User', id(1);
RESET scimver.toolset;
SELECT v(1) AS v1, v(11, 'Group') AS g11 \gset
SELECT v(2) AS v2 \gset
SELECT v(3) AS v3 \gset
-- 1: changed; 2: too large to be shown; 3: deleted; 4: keeps changing; 5: held; 6: to be reviewed
SELECT count(scim_patch_user(id(1)::text, sets('title', '"theirs"'))), count(scim_patch_user(id(2)::text, sets('nickName', to_jsonb(repeat('x', 40000)))));
SELECT scim_delete_user(id(3)::text);
SELECT count(scim_patch_group(id(11)::text, sets('displayName', '"theirs"')));
SET scimver.agent = 'dave';
SELECT v(4) AS v4 \gset
SELECT count(scim_patch_user(id(4)::text, sets('title', to_jsonb(t)))) FROM unnest('{a,b,c,d,e}'::text[]) t;
SET scimver.agent = 'erin';
SELECT count(scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id(4), 'operations', sets('title', '"f"'), 'expected_version', :'v4'))) FROM generate_series(1, 6);
SELECT count(scim_acquire_lease('User', id(5)::text)) FROM unnest('{1}'::int[]);
SELECT scim_set_policy('default', 'User', jsonb_build_object('deny', '["update"]'::jsonb, 'review', jsonb_build_object('attributes', '["roles"]'::jsonb, 'operations', '["create"]'::jsonb, 'reviewers', jsonb_build_array(current_user)))) IS NOT NULL;
CREATE TABLE calls (n serial, tool text, arguments jsonb);
INSERT INTO calls (tool, arguments) VALUES
	('scim_get_user', jsonb_build_object('user_id', id(99))), ('scim_get_group', jsonb_build_object('group_id', id(99))),
	('scim_get_user', jsonb_build_object('user_id', id(2))), ('scim_get_user', jsonb_build_object('user_id', id(2), 'attributes', '["userName"]'::jsonb)),
	('scim_get_group', jsonb_build_object('group_id', id(12))), ('scim_list_users', '{}'), ('scim_list_users', '{"filter": "nonsense eq"}'), ('scim_list_users', '{"cursor": "*", "attributes": ["userName"], "count": 1}'), ('scim_list_groups', '{}'),
	('scim_search_users', '{"attribute": "nonsense", "value": 1}'), ('scim_search_groups', '{"attribute": "displayName", "value": 1}'), ('scim_list_group_members', jsonb_build_object('group_id', id(99))),
	('scim_create_user', '{"user_data": {"active": true}}'), ('scim_create_user', '{"user_data": {"userName": "u1"}}'), ('scim_create_user', '{"user_data": []}'), ('scim_create_user', '{"user_data": {"userName": "new"}, "on_conflict": "propose"}'),
	('scim_create_group', jsonb_build_object('group_data', jsonb_build_object('displayName', 'x', 'members', jsonb_build_array(jsonb_build_object('value', id(99)))))),
	('scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "u1", "title": "mine"}'::jsonb, 'expected_version', :'v1')),
	('scim_update_user', jsonb_build_object('user_id', id(2), 'user_data', '{"userName": "u2", "nickName": "mine"}'::jsonb, 'expected_version', :'v2')),
	('scim_update_group', jsonb_build_object('group_id', id(11), 'group_data', '{"displayName": "mine"}'::jsonb, 'expected_version', :'g11')),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"mine"'), 'expected_version', :'v1')),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('locale', '"en"'), 'expected_version', :'v1')),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"mine"'), 'expected_version', 'stale')),
	('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('nickName', '"mine"'), 'expected_version', :'v2')),
	('scim_patch_user', jsonb_build_object('user_id', id(2), 'operations', sets('nickName', '"mine"'), 'expected_version', 'stale')),
	('scim_patch_user', jsonb_build_object('user_id', id(4), 'operations', sets('title', '"f"'), 'expected_version', :'v4')),
	('scim_patch_user', jsonb_build_object('user_id', id(5), 'operations', sets('title', '"mine"'))),
	('scim_patch_user', jsonb_build_object('user_id', id(5), 'operations', sets('title', '"mine"'), 'lease_id', gen_random_uuid())),
	('scim_patch_user', jsonb_build_object('user_id', id(6), 'operations', sets('roles', '[{"value": "admin"}]'))),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('groups', '[]'))),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('nonsense', '1'))),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('active', '"no"'))),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('emails[type eq "x"].value', '"a"'))),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', '[{"op": "none"}]'::jsonb)),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"x"'), 'expected_version', 'W/"x"')),
	('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"mine"'), 'on_conflict', 'merge', 'expected_version', :'v1', 'merge_rules', '{"title": "counter"}'::jsonb)),
	('scim_patch_user', '{"user_id": 1, "nonsense": 2}'), ('scim_patch_user', NULL),
	('scim_patch_group', jsonb_build_object('group_id', id(11), 'operations', sets('displayName', '"mine"'), 'expected_version', :'g11')),
	('scim_patch_group', jsonb_build_object('group_id', id(12), 'operations', sets('displayName', '"mine"'), 'expected_version', 'stale')),
	('scim_patch_group', jsonb_build_object('group_id', id(11), 'operations', jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(99))))))),
	('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(99)))),
	('scim_modify_group_members', jsonb_build_object('group_id', id(11), 'add', jsonb_build_array(id(2)), 'expected_version', :'g11')),
	('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', :'v1')), ('scim_delete_user', jsonb_build_object('user_id', id(5))),
	('scim_get_history', jsonb_build_object('resource_type', 'User', 'resource_id', id(2), 'version', 'stale')), ('scim_get_history', jsonb_build_object('resource_type', 'User', 'resource_id', id(2), 'version', :'v2')),
	('scim_restore', jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'version', :'v1')), ('scim_restore', jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'version', :'v1', 'expected_version', :'v1')),
	('scim_restore', jsonb_build_object('resource_type', 'User', 'resource_id', id(3), 'version', :'v3', 'lease_id', gen_random_uuid())),
	('scim_changes', '{"count": 1}'), ('scim_changes', '{"cursor": "x"}'), ('scim_lease', '{"action": "acquire"}'), ('scim_lease', jsonb_build_object('action', 'renew', 'lease_id', gen_random_uuid())),
	('scim_propose_change', jsonb_build_object('resource_type', 'User', 'resource_id', id(1), 'operations', sets('title', '"mine"'))),
	('scim_propose_change', jsonb_build_object('resource_type', 'User', 'resource_id', id(99), 'operations', sets('title', '"mine"'))),
	('scim_list_proposals', jsonb_build_object('proposal_id', gen_random_uuid())), ('scim_review_proposal', jsonb_build_object('proposal_id', gen_random_uuid(), 'decision', 'approve', 'expected_version', 'x')),
	('scim_bulk', '{"request": [{"method": "GET"}]}'), ('scim_bulk', '{"request": "x"}'), ('scim_get_schemas', '{"resource_type": "nonsense"}'), ('scim_get_schemas', '{}'), ('scim_server_info', '{}'), ('scim_server_info', '{"x": 1}');
-- what an answer tells to do, and all that it says beside what is stored; whatever was done is undone
CREATE FUNCTION said(toolset text, tool text, arguments jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE a jsonb;
BEGIN
	PERFORM set_config('scimver.toolset', toolset, false);
	BEGIN
		a := scim_call_tool(tool, arguments);
		RAISE EXCEPTION USING ERRCODE = 'ZZ001';
	EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
	END;
	RETURN jsonb_build_array(coalesce(a #> '{content,next_steps}', '[]') || (SELECT coalesce(jsonb_agg(v), '[]') FROM jsonb_each(a -> 'metadata') x(k, v) WHERE k IN ('how_to_go_on', 'partial', 'proposed')), a -> 'metadata');
END $$;
-- no sentence
CREATE FUNCTION is_maimed(step text) RETURNS boolean LANGUAGE sql AS $$ SELECT step !~ '[.]$' OR step ~ '[,;: .][.]' OR length(translate(step, '(', '')) <> length(translate(step, ')', '')) $$;
CREATE FUNCTION had(toolset text, tool text) RETURNS boolean LANGUAGE sql AS $$ SELECT ' ' || names(toolset) || ' ' LIKE '% ' || tool || ' %' $$;
SELECT s.name, count(*) > 20 AS calls, sum(jsonb_array_length(said -> 0)) > 20 AS steps, sum((SELECT count(*) FROM named(said::text))) > 20 AS named,
	string_agg(n || ': ' || strangers(s.name, said::text), ' ' ORDER BY n) AS strangers, string_agg(n::text, ' ') FILTER (WHERE EXISTS (SELECT FROM jsonb_array_elements_text(said -> 0) step WHERE is_maimed(step))) AS maimed
	FROM (VALUES ('lean'), ('core'), ('full')) s(name), calls c, LATERAL said(s.name, c.tool, c.arguments) said WHERE had(s.name, c.tool) GROUP BY s.name ORDER BY s.name COLLATE "C";
-- also where there is nothing but the tool itself
SELECT count(*), string_agg(n || ': ' || strangers(tool, said::text), ' ' ORDER BY n) AS strangers, string_agg(n::text, ' ') FILTER (WHERE EXISTS (SELECT FROM jsonb_array_elements_text(said -> 0) step WHERE is_maimed(step))) AS maimed FROM calls c, LATERAL said(c.tool, c.tool, c.arguments) said;
-- what they come to, where they are others
SELECT s.name, c.tool, s.steps FROM calls c, LATERAL (SELECT t AS name, plain((said(t, c.tool, c.arguments) -> 0)::text) AS steps FROM unnest('{lean,core}'::text[]) t WHERE had(t, c.tool)) s
	WHERE s.steps <> plain((said('full', c.tool, c.arguments) -> 0)::text) ORDER BY s.name COLLATE "C", c.n;

-- who tries on and on
SET scimver.max_attempts = 3;
SELECT t, said(t, tool, arguments) -> 0 FROM calls, unnest('{lean,core}'::text[]) t WHERE arguments ->> 'user_id' = id(4)::text;
SET scimver.max_attempts = 0;

-- ---- more than there is room for, and resource types of other names ----

RESET scimver.toolset;
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial"}]}') ->> 'id', scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') ->> 'name';
SELECT names('lean') ~ 'resource', names('core') ~ '_resource\M', names('') ~ 'scim_patch_resource', names('scim_list_resources'), names('scim_get_user,scim_patch_resource');
CREATE FUNCTION budgets() RETURNS TABLE (toolset text, fits boolean) LANGUAGE sql AS $$ SELECT s, shown_bytes(s) <= most FROM (VALUES ('lean', 12000), ('core', 26000), ('full', 40000), ('lean,core', 26000), ('lean,scim_get_history', 40000)) t(s, most) $$;
SELECT * FROM budgets();
CREATE FUNCTION grow(attributes int) RETURNS text LANGUAGE sql AS $$
	SELECT scim_register_schema(jsonb_set(document, '{attributes}', document->'attributes' || (SELECT jsonb_agg(CASE n % 3
		WHEN 0 THEN jsonb_build_object('name', 'attribute' || n, 'type', 'complex', 'subAttributes', (SELECT jsonb_agg(jsonb_build_object('name', 'part' || i)) FROM generate_series(1, 8) i))
		ELSE jsonb_build_object('name', 'attribute' || n) END) FROM generate_series(1, attributes) n))) ->> 'id'
	FROM (SELECT jsonb_set(document, '{attributes}', (SELECT jsonb_agg(a) FROM jsonb_array_elements(document->'attributes') a WHERE a->>'name' NOT LIKE 'attribute%')) FROM scim_schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User') s(document) $$;
SELECT grow(20);
SELECT * FROM budgets() WHERE NOT fits;
SELECT grow(400);
SELECT * FROM budgets() WHERE NOT fits;
SELECT count(scim_register_resource_type(jsonb_build_object('name', 'Many' || repeat('x', 40) || n, 'endpoint', '/Many' || n, 'schema', 'urn:example:Device'))) FROM generate_series(1, 200) n;
SELECT * FROM budgets() WHERE NOT fits;
SELECT count(*), string_agg(strangers(name, listed(name)::text), ' ') AS in_lists FROM sets;
RESET scimver.toolset;
