-- What agents see: the list of tools, calls, and the answers to everything
-- that can go wrong.  In a database of its own, as a database has one table
-- for each resource type.
SET client_min_messages = warning;
CREATE DATABASE scimver_tools TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c scimver_tools
\pset format unaligned
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
SET scimver.password_cost = 4;

-- what differs from run to run
CREATE FUNCTION mask(answer jsonb) RETURNS jsonb LANGUAGE sql RETURN
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(answer::text,
    '"retry_after_ms": \d+', '"retry_after_ms": 0', 'g'),
    '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'g'),
    '[0-9A-Za-z+/]{11}=', '<version>', 'g'),
    '[0-9-]{10}T[0-9:.]{8,15}Z', '<time>', 'g')::jsonb;

CREATE FUNCTION call(name text, arguments jsonb) RETURNS jsonb LANGUAGE sql AS
  'SELECT scim_call_tool(name, arguments)::jsonb';
CREATE FUNCTION try(name text, arguments jsonb) RETURNS jsonb LANGUAGE sql AS
  'SELECT mask(scim_call_tool(name, arguments)::jsonb)';

-- bytes of an answer, and of what a model is shown of a tool, without the blanks that jsonb writes
CREATE FUNCTION bytes(answer jsonb) RETURNS int LANGUAGE sql RETURN
  octet_length(regexp_replace(answer::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g'));
CREATE FUNCTION shown(tool jsonb) RETURNS jsonb LANGUAGE sql RETURN
  jsonb_build_object('name', tool->'name', 'description', tool->'description', 'inputSchema', tool->'inputSchema');

-- a failure in one line
CREATE FUNCTION failure(answer jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' | ', answer->>'success', answer->'content'->>'error_code', answer->'content'->>'path',
                   mask(to_jsonb(answer->'content'->>'error')) #>> '{}', answer->'content'->>'retryable',
                   CASE WHEN jsonb_array_length(answer->'content'->'next_steps') = 1 THEN 'with a next step' END)
$$;
CREATE FUNCTION fails(name text, arguments jsonb) RETURNS text LANGUAGE sql AS
  'SELECT failure(scim_call_tool(name, arguments)::jsonb)';
CREATE FUNCTION fails(name text, arguments text) RETURNS text LANGUAGE sql AS
  'SELECT failure(scim_call_tool(name, arguments)::jsonb)';

-- two users and a group with fixed ids
CREATE TABLE known (name text PRIMARY KEY, id text);
INSERT INTO known VALUES ('ada', '00000000-0000-4000-a000-000000000001'),
  ('bob', '00000000-0000-4000-a000-000000000002'), ('staff', '00000000-0000-4000-a000-000000000003'),
  ('nobody', '00000000-0000-4000-a000-000000000009');
CREATE FUNCTION id(name text) RETURNS text LANGUAGE sql STABLE AS
  'SELECT id FROM known WHERE known.name = id.name';
INSERT INTO users (tenant_id, id, data) VALUES
  ('default', id('ada')::uuid, '{"userName": "ada", "name": {"givenName": "Ada"}, "active": true}'),
  ('default', id('bob')::uuid, '{"userName": "bob", "emails": [{"value": "bob@example.com", "type": "work"}]}');
INSERT INTO groups (tenant_id, id, data) VALUES ('default', id('staff')::uuid, '{"displayName": "Staff"}');
INSERT INTO groups_members (tenant_id, group_id, member_type, member_id) VALUES
  ('default', id('staff')::uuid, 'User', id('bob')::uuid);

--
-- the list
--
SELECT t.n, t.tool->>'name' AS name, t.tool->>'title' AS title,
       (SELECT string_agg(p || CASE WHEN t.tool->'inputSchema'->'required' ? p THEN '!' ELSE '' END, ' ' ORDER BY p)
          FROM jsonb_object_keys(t.tool->'inputSchema'->'properties') p) AS parameters
  FROM jsonb_array_elements(scim_tools()) WITH ORDINALITY AS t(tool, n);
SELECT t->>'name' AS name, (t->'annotations'->>'readOnlyHint')::bool AS read_only,
       (t->'annotations'->>'destructiveHint')::bool AS destructive,
       (t->'annotations'->>'idempotentHint')::bool AS idempotent,
       (t->'annotations'->>'openWorldHint')::bool AS open_world
  FROM jsonb_array_elements(scim_tools()) t;
SELECT t->>'name' AS name, t->>'description' AS description FROM jsonb_array_elements(scim_tools()) t;
SELECT DISTINCT (SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys(t) k) AS keys, t->'outputSchema' AS output,
       t->'inputSchema'->'type' AS input
  FROM jsonb_array_elements(scim_tools()) t;
-- a model pays for it in every conversation: at most 10,000 tokens of 4 bytes
SELECT sum(bytes(shown(t))) <= 40000 AS small FROM jsonb_array_elements(scim_tools()) t;
-- names and types only, and no mark of the catalogue left
SELECT count(*) FROM jsonb_path_query(scim_tools(), '$.**.description') d
 WHERE d #>> '{}' ~ '\{\w+\}' OR length(d #>> '{}') > 400;
SELECT t->'inputSchema'->'properties'->'user_data' AS user_data
  FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' = 'scim_update_user';
SELECT t->'inputSchema'->'properties'->'user_data' AS user_data
  FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' = 'scim_create_user';
SELECT DISTINCT t->'inputSchema'->'properties'->'resource_type' AS resource_type
  FROM jsonb_array_elements(scim_tools()) t WHERE t->'inputSchema'->'properties' ? 'resource_type';
SELECT t->'inputSchema'->'properties'->'group_data' AS group_data
  FROM jsonb_array_elements(scim_tools()) t WHERE t->>'name' = 'scim_create_group';
SELECT scim_tools() = scim_tools() AS fixed, scim_tools()::text = scim_tools()::text AS same_text;

--
-- every tool, going well
--
SELECT call('scim_create_user', '{"user_data": {"userName": "eve", "password": "not to be seen"}}') AS created \gset
SELECT mask(:'created');
SELECT :'created'::jsonb->'content'->>'id' AS eve, :'created'::jsonb->'metadata'->>'version' AS version \gset
SELECT :'created'::jsonb->'content'->>'_version' = :'version' AND :'created'::jsonb->'content'->'meta'->>'version' = :'version'
   AND :'created'::jsonb->'metadata'->>'resource_id' = :'eve' AS one_version;
SELECT try('scim_get_user', jsonb_build_object('user_id', id('ada')));
SELECT try('scim_update_user', jsonb_build_object('user_id', :'eve', 'expected_version', :'version',
  'user_data', '{"userName": "eve", "displayName": "Eve"}'::jsonb)) - 'content' AS updated;
SELECT try('scim_patch_user', jsonb_build_object('user_id', :'eve',
  'operations', '[{"op": "replace", "path": "displayName", "value": "Evelyn"}]'::jsonb))->'content'->>'displayName' AS patched;
SELECT try('scim_patch_user', jsonb_build_object('user_id', :'eve', 'operations',
  '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "add", "path": "title", "value": "Dr."}]}'::jsonb))->'content'->>'title' AS patched;
SELECT call('scim_get_user', jsonb_build_object('user_id', :'eve'))->'metadata'->>'version' AS version \gset
SELECT try('scim_delete_user', jsonb_build_object('user_id', :'eve', 'expected_version', :'version'));
SELECT mask(:'created') ->'metadata' AS answer, scim_call_tool('scim_user_exists', jsonb_build_object('user_id', :'eve'))::jsonb->'content' AS then;
SELECT try('scim_list_users', '{}');
SELECT try('scim_list_users', NULL) = try('scim_list_users', '{"start_index": null, "count": null, "tenant_id": null}') AS null_is_absent;
SELECT try('scim_list_users', '{"start_index": 2, "count": 1}')->'content'->'Resources'->0->>'userName' AS second,
       try('scim_list_users', '{"count": 1}')->'metadata' AS more,
       try('scim_list_users', '{"start_index": 1.0, "count": 0}') AS only_counted;
SELECT try('scim_list_users', '{"start_index": -3, "count": -3}')->'content' AS below;
SELECT try('scim_search_users', '{"attribute": "userName", "value": "ADA"}')->'content'->'Resources'->0->>'userName' AS by_user_name,
       try('scim_search_users', '{"attribute": "active", "value": true}')->'content'->'totalResults' AS by_active,
       try('scim_search_users', '{"attribute": "emails", "value": "bob@example.com"}')->'content'->'Resources'->0->>'userName' AS by_email,
       try('scim_search_users', '{"attribute": "externalId", "value": "x"}')->'content' AS by_external_id;
SELECT try('scim_user_exists', jsonb_build_object('user_id', id('ada')));
SELECT try('scim_user_exists', jsonb_build_object('user_id', id('nobody')))->'content' AS nobody,
       try('scim_user_exists', '{"user_id": "no id"}') AS no_id;
SELECT try('scim_create_group', jsonb_build_object('group_data', jsonb_build_object('displayName', 'Crew',
  'members', jsonb_build_array(jsonb_build_object('value', id('ada')))))) - 'metadata' AS created;
SELECT try('scim_get_group', jsonb_build_object('group_id', id('staff')));
SELECT try('scim_update_group', jsonb_build_object('group_id', id('staff'), 'group_data', '{"displayName": "All"}'::jsonb))->'content'->'members' AS kept;
SELECT try('scim_patch_group', jsonb_build_object('group_id', id('staff'), 'operations', jsonb_build_array(
  jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id('ada')))))))->'content'->'members' AS added;
SELECT try('scim_list_groups', '{}')->'content'->'totalResults' AS groups,
       try('scim_search_groups', '{"attribute": "displayName", "value": "crew"}')->'content'->'totalResults' AS found,
       try('scim_group_exists', jsonb_build_object('group_id', id('staff')))->'content' AS there;
SELECT jsonb_path_query_array(call('scim_get_schemas', '{}'), '$.content.schemas[*].id') AS schemas,
       call('scim_get_schemas', '{}')->'content' <@ scim_get_schemas() AS as_in_sql,
       octet_length(call('scim_get_schemas', '{}')::text) < 32768 AS fits;
SELECT jsonb_path_query_array(call('scim_get_schemas', '{"resource_type": "group"}'), '$.content.*[*].name') AS of_groups;
SELECT jsonb_path_query(scim_get_schemas(), '$.schemas[*].attributes[*] ? (@.name == "userName" || @.name == "password" || @.name == "members")');
SELECT call('scim_server_info', '{}')->'content' = scim_server_info() AS as_in_sql,
       scim_server_info()->>'version' = extversion AS version FROM pg_extension WHERE extname = 'scimver';
SELECT jsonb_pretty(scim_server_info() - 'version' - 'meta' - 'time');

--
-- reading parts, and reading again: the version is always there
--
SELECT try('scim_get_user', jsonb_build_object('user_id', id('ada'), 'attributes', '["USERNAME"]'::jsonb)) AS named;
SELECT try('scim_get_user', jsonb_build_object('user_id', id('ada'), 'excluded_attributes', '["meta", "name.givenName", "active"]'::jsonb))->'content' AS others;
SELECT a, r->'content'->>'_version' = version AND r->'metadata'->>'version' = version AS has_version, r->'metadata' ? 'partial' AS partial
  FROM users, unnest(ARRAY['{}', '{"attributes": []}', '{"attributes": ["meta.created"]}', '{"attributes": ["_version"]}',
    '{"excluded_attributes": []}', '{"excluded_attributes": ["_version"]}', '{"excluded_attributes": ["meta"]}']::jsonb[]) a,
    call('scim_get_user', a || jsonb_build_object('user_id', id)) r
 WHERE id = id('ada')::uuid;
SELECT mask(call('scim_get_user', jsonb_build_object('user_id', id, 'known_version', version, 'attributes', '["name"]'::jsonb))) AS known
  FROM users WHERE id = id('ada')::uuid;
SELECT try('scim_get_user', jsonb_build_object('user_id', id('ada'), 'known_version', 'another'))->'content'->>'userName' AS another;
SELECT a, fails('scim_get_user', a || jsonb_build_object('user_id', id('ada'))) FROM unnest(ARRAY['{"attributes": ["nonsense"]}',
  '{"attributes": ["name"], "excluded_attributes": ["emails"]}', '{"attributes": "userName"}', '{"attributes": ["userName", null]}',
  '{"known_version": "W/\"x\""}', '{"known_version": 1}']::jsonb[]) a;
SELECT fails('scim_get_group', jsonb_build_object('group_id', id('staff'), 'indirect_groups', true));
SELECT call('scim_create_group', jsonb_build_object('group_data', jsonb_build_object('displayName', 'Around staff',
  'members', jsonb_build_array(jsonb_build_object('value', id('staff'))))))->'content'->>'id' AS around \gset
SELECT g->>'display' AS group, g->>'type' AS type, i AS indirect_groups FROM unnest(ARRAY[false, true]) i,
       jsonb_array_elements(call('scim_get_user', jsonb_build_object('user_id', id('bob'), 'indirect_groups', i))->'content'->'groups') g ORDER BY i, 1;
SELECT call('scim_delete_group', jsonb_build_object('group_id', :'around'))->'success' AS removed;
SELECT try('scim_delete_group', jsonb_build_object('group_id', id('staff')))->'content' AS deleted;

--
-- the generic tools: the same operations, with the type named by the call
--
SELECT call('scim_create_resource', '{"resource_type": "user", "resource_data": {"userName": "gen"}}') AS created \gset
SELECT mask(:'created');
SELECT :'created'::jsonb->'content'->>'id' AS gen, :'created'::jsonb->'metadata'->>'version' AS version \gset
SELECT try('scim_get_resource', jsonb_build_object('resource_type', 'User', 'resource_id', :'gen')) =
       jsonb_set(try('scim_get_user', jsonb_build_object('user_id', :'gen')), '{metadata,operation}', '"get_resource"') AS same;
SELECT try('scim_get_resource', jsonb_build_object('resource_type', 'Group', 'resource_id', :'gen'));
SELECT try('scim_update_resource', jsonb_build_object('resource_type', 'User', 'resource_id', :'gen', 'expected_version', :'version',
  'resource_data', '{"userName": "gen", "title": "A"}'::jsonb))->'metadata' AS updated;
SELECT mask(call('scim_patch_resource', jsonb_build_object('resource_type', 'User', 'resource_id', :'gen', 'expected_version', :'version',
  'operations', '[{"op": "replace", "path": "title", "value": "B"}]'::jsonb)));
SELECT try('scim_list_resources', '{"resource_type": "User", "count": 0}')->'content'->'totalResults' = to_jsonb(count(*)) AS listed FROM users;
SELECT try('scim_delete_resource', jsonb_build_object('resource_type', 'USER', 'resource_id', :'gen'));
SELECT fails('scim_list_resources', '{"resource_type": "Toaster"}'::jsonb), fails('scim_list_resources', '{"resource_type": null}'::jsonb),
       fails('scim_get_resource', '{"resource_type": "User", "user_id": "x"}'::jsonb);

--
-- lists: filters, sorting, cursors, what is shown
--
CREATE FUNCTION names(answer jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN answer->>'success' = 'true' THEN coalesce((SELECT string_agg(r->>'userName', ' ' ORDER BY n)
           FROM jsonb_array_elements(answer->'content'->'Resources') WITH ORDINALITY AS e(r, n)), '') ELSE failure(answer) END
$$;
SELECT count(call('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', n, 'title', 'L',
  'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', n || '@l.org')))))) FROM unnest('{l3,l1,l4,l2}'::text[]) n;
SELECT a, names(call('scim_list_users', a)) FROM unnest(ARRAY[
  '{"filter": "userName eq \"ADA\""}', '{"filter": "emails[type eq \"work\" and value co \"@L.org\"] and not (userName eq \"l4\")", "sort_by": "userName"}',
  '{"filter": "title eq \"L\"", "sort_by": "userName", "sort_order": "Descending", "count": 2}',
  '{"filter": "title eq \"L\"", "sort_by": "emails.value", "start_index": 2, "count": 2}',
  '{"filter": "meta.lastModified gt \"2999-01-01T00:00:00Z\""}', '{"filter": null, "count": 0}']::jsonb[]) a;
SELECT mask(call('scim_list_users', '{"filter": "userName eq \"l1\"", "attributes": ["emails.value"]}')) AS chosen;
SELECT mask(call('scim_list_users', '{"filter": "userName eq \"l1\"", "excluded_attributes": ["emails", "meta", "title"]}'))->'content'->'Resources' AS others;
SELECT mask(call('scim_list_resources', '{"resource_type": "User", "filter": "title eq \"L\"", "sort_by": "userName", "count": 1, "cursor": "*"}'))
  #- '{content,nextCursor}' #- '{metadata,next_cursor}' AS first_page;
-- a walk; totalResults when it is wanted
WITH RECURSIVE page(n, answer) AS (
  SELECT 1, call('scim_list_users', '{"filter": "title eq \"L\"", "sort_by": "userName", "count": 3, "include_total": true, "cursor": "*"}')
  UNION ALL
  SELECT n + 1, call('scim_list_users', jsonb_build_object('filter', 'title eq "L"', 'sort_by', 'userName', 'cursor', answer->'metadata'->'next_cursor'))
    FROM page WHERE answer->'metadata' ? 'next_cursor' AND n < 9)
SELECT n, names(answer), answer->'content'->'totalResults' AS total, answer->'content'->'nextCursor' = answer->'metadata'->'next_cursor' AS both FROM page;
-- nothing new
SELECT call('scim_list_users', '{"filter": "title eq \"L\""}')->'metadata'->>'version' AS version \gset
SELECT mask(call('scim_list_users', jsonb_build_object('filter', 'title eq "L"', 'known_version', :'version'))) AS known;
SELECT names(call('scim_list_users', jsonb_build_object('filter', 'title eq "L"', 'sort_by', 'userName', 'count', 3, 'known_version', :'version'))) AS another;
SELECT a, fails('scim_list_users', a) FROM unnest(ARRAY[
  '{"filter": "userName eq \"a\" and"}', '{"filter": "userName = \"a\""}', '{"filter": "nonsense pr"}', '{"filter": "active gt true"}', '{"filter": ""}', '{"filter": 1}',
  '{"filter": "password pr"}', '{"sort_by": "nonsense"}', '{"sort_by": "name"}', '{"sort_by": "userName", "sort_order": "up"}',
  '{"cursor": "x"}', '{"cursor": "*", "count": 0}', '{"cursor": 1}', '{"include_total": 1}', '{"attributes": ["nonsense"]}',
  '{"attributes": [], "excluded_attributes": []}', '{"known_version": "a b"}']::jsonb[]) a;
SELECT call('scim_list_users', '{"filter": "userName eq \"ä€😀\" and nonsense eq 1"}') AS with_position;
SELECT call('scim_list_users', '{"filter": "userName eq \"a\" and "}')->'content'->'at' AS at_the_end;
SELECT a, r->'content'->'totalResults' AS total, names(r) FROM unnest(ARRAY[
  '{"attribute": "title", "value": "l", "count": 0}', '{"attribute": "urn:ietf:params:scim:schemas:core:2.0:User:username", "value": "L2"}', '{"attribute": "emails.type", "value": "work", "count": 0}',
  '{"attribute": "userName", "value": "\" or userName pr or userName eq \""}', '{"attribute": "userName pr or userName", "value": "x"}',
  '{"attribute": "emails[type eq \"work\"].value", "value": "x"}', '{"attribute": "name", "value": "x"}', '{"attribute": "active", "value": "x"}']::jsonb[]) a, call('scim_search_users', a) r;
SET scimver.max_results = 3;
SELECT call('scim_list_users', '{"filter": "title eq \"L\""}');
SELECT names(call('scim_list_users', '{"filter": "title eq \"L\" and userName gt \"l2\"", "sort_by": "userName"}')) AS fewer;
RESET scimver.max_results;
SET scimver.max_page_size = 3;
SELECT names(r) AS page, r->'metadata' ? 'next_cursor' AS more FROM call('scim_list_users', '{"filter": "title eq \"L\"", "sort_by": "userName", "cursor": "*"}') r;
SELECT names(r) AS page, r->'metadata'->'next_start_index' AS more FROM call('scim_list_users', '{"filter": "title eq \"L\"", "sort_by": "userName", "count": 50}') r;
RESET scimver.max_page_size;
SELECT count(call('scim_delete_user', jsonb_build_object('user_id', id))) FROM users WHERE data->>'title' = 'L';

--
-- members of a group
--
SELECT call('scim_create_group', '{"group_data": {"displayName": "Deltas"}}')->'content'->>'id' AS deltas \gset
SELECT version AS empty FROM groups WHERE id = :'deltas' \gset
SELECT mask(call('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', jsonb_build_array(id('ada'), id('bob'), id('ada')))));
SELECT mask(call('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', jsonb_build_array(id('bob')),
  'remove', jsonb_build_array(id('nobody')), 'expected_version', 'stale')))->'metadata' AS there_already;
SELECT try('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', '[]'::jsonb))->'metadata'->'unchanged' AS nothing_to_do;
SELECT call('scim_create_group', '{"group_data": {"displayName": "Inner"}}')->'content'->>'id' AS inner \gset
SELECT revision AS before FROM groups WHERE id = :'deltas' \gset
SELECT call('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', jsonb_build_array(:'inner'), 'remove', jsonb_build_array(id('ada')), 'attributes', '["members"]'::jsonb)) AS both \gset
SELECT jsonb_path_query_array(:'both', '$.content.members[*].type') AS types, :'both'::jsonb->'metadata'->>'version' = version AS version, revision - :before AS moved
  FROM groups WHERE id = :'deltas';
-- all or nothing
SELECT fails('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', jsonb_build_array(id('ada'), id('nobody')), 'remove', jsonb_build_array(id('bob'))));
SELECT fails('scim_modify_group_members', jsonb_build_object('group_id', :'inner', 'add', jsonb_build_array(:'deltas'), 'remove', jsonb_build_array(id('bob'))));
SELECT a->'content'->'current'->'members'->0 ? 'value' AS current, failure(a) FROM call('scim_modify_group_members', jsonb_build_object('group_id', :'deltas',
  'add', jsonb_build_array(id('ada')), 'expected_version', :'empty')) a;
SELECT a, fails('scim_modify_group_members', a || jsonb_build_object('group_id', coalesce(a->>'group_id', :'deltas'))) FROM unnest(ARRAY[
  '{}', '{"add": null, "remove": null}', '{"add": "x"}', '{"add": ["x"]}', '{"add": [1]}', '{"remove": {}}', '{"group_id": "x", "add": []}', '{"remove": ["x"]}']::jsonb[]) a;
SELECT fails('scim_modify_group_members', jsonb_build_object('group_id', :'deltas', 'add', jsonb_build_array(id('bob')), 'remove', jsonb_build_array(id('ada'), upper(id('bob')))));
SELECT revision - :before AS moved, member_count FROM groups WHERE id = :'deltas';
SELECT try('scim_list_group_members', jsonb_build_object('group_id', :'deltas'));
SELECT a, fails('scim_list_group_members', a || jsonb_build_object('group_id', coalesce(a->>'group_id', :'deltas'))) FROM unnest(ARRAY[
  '{"count": 0}', '{"count": -1}', '{"cursor": "x"}', '{"group_id": "x"}', '{"start_index": 1}']::jsonb[]) a;
SELECT count(call('scim_delete_group', jsonb_build_object('group_id', id))) FROM groups WHERE id IN (:'deltas', :'inner');

--
-- unchanged: the wanted content is there already, also with a stale version
--
SELECT try('scim_update_user', jsonb_build_object('user_id', id('ada'), 'expected_version', 'stale',
  'user_data', '{"userName": "ada", "name": {"givenName": "Ada"}, "active": true}'::jsonb)) - 'content' AS unchanged;
SELECT try('scim_patch_user', jsonb_build_object('user_id', id('ada'),
  'operations', '[{"op": "replace", "path": "active", "value": true}]'::jsonb))->'metadata'->'unchanged' AS unchanged;
-- what was read can be sent back as it is
SELECT try('scim_update_user', jsonb_build_object('user_id', id('ada'),
  'user_data', call('scim_get_user', jsonb_build_object('user_id', id('ada')))->'content'))->'metadata'->'unchanged' AS unchanged;

--
-- arguments
--
SELECT failure(scim_call_tool('scim_frobnicate', '{}'::jsonb)::jsonb), failure(scim_call_tool(NULL, NULL::jsonb)::jsonb),
       failure(scim_call_tool(repeat('ä', 5000), '{}'::jsonb)::jsonb) ~ '^false . INVALID_ARGUMENT . name . unknown tool .ä{200}\.\.\.' AS clipped;
-- what is escaped in a string, and what stands beside it, in each place of one
SELECT count(*), bool_and(call(name, '{}') #>> '{metadata,operation}' = name) AS same
FROM (SELECT repeat('x', before) || chr(c) || repeat('ä', behind) AS name
	FROM unnest(ARRAY[1, 8, 31, 32, 33, 34, 35, 91, 92, 93, 127, 128, 160, 162, 220, 9731]) c, generate_series(0, 17) before, generate_series(0, 9) behind) n;
SELECT scim_call_tool('SCIM_GET_USER', '{}'::jsonb)::jsonb->'metadata' AS metadata;
SELECT a, failure(scim_call_tool('scim_server_info', a::jsonb)::jsonb) FROM unnest(ARRAY['[]', '1', 'null', NULL, '"x"', '[{}]']) a;
SELECT fails('scim_server_info', '{"x": 1}'::jsonb);
-- every parameter of every tool, with values of every type but its own
SELECT p AS parameter, string_agg(DISTINCT t->>'name', ' ') AS tools,
       string_agg(DISTINCT fails(t->>'name', jsonb_build_object(p, v)), ' / ') AS answers
  FROM jsonb_array_elements(scim_tools()) t, jsonb_object_keys(t->'inputSchema'->'properties') p,
       jsonb_array_elements('[1.5, "s", true, [1], {}]') v
 WHERE jsonb_typeof(v) <> coalesce(replace(t->'inputSchema'->'properties'->p->>'type', 'integer', 'number'), 'any')
   AND p <> 'value' AND (p, jsonb_typeof(v)) <> ('operations', 'object')
 GROUP BY 1 ORDER BY 1;
SELECT v, fails('scim_update_user', jsonb_build_object('user_id', id('ada'), 'user_data', '{"userName": "ada"}'::jsonb, 'expected_version', v))
  FROM jsonb_array_elements('[null, 1, true, [], {}, "", "*", "W/\"abc123\"", "\"abc\"", "a b", "ä"]') v;
SELECT v, fails('scim_update_user', jsonb_build_object('user_id', id('ada'), 'user_data', v))
  FROM jsonb_array_elements('[null, 1, [], "x", "", "{\"userName\": \"ada\"}", " [] ", "{broken}"]') v;
SELECT v, fails('scim_patch_user', jsonb_build_object('user_id', id('ada'), 'operations', v))
  FROM jsonb_array_elements('[null, 1, [], {}, [1], "x", "[{\"op\": \"remove\", \"path\": \"title\"}]", ["{\"op\": \"remove\", \"path\": \"title\"}"]]') v;
SELECT left(v::text, 20) AS v, fails('scim_list_users', jsonb_build_object('count', v))
  FROM jsonb_array_elements('[0.5, 1e400, -1e400, 2147483648, "1", true, []]') v;
SELECT call('scim_list_users', '{"count": 2147483647, "start_index": 2147483647}')->'content' AS content;
SELECT v, fails('scim_search_users', jsonb_build_object('attribute', 'userName', 'value', v))
  FROM jsonb_array_elements('[null, 1, [], {}]') v;
SELECT fails('scim_get_user', '{}'::jsonb), fails('scim_get_user', '{"user_id": null}'::jsonb);
SELECT fails('scim_get_user', jsonb_build_object('user_id', id('ada'), 'User_Id', 1));
SELECT fails('scim_get_schemas', '{"resource_type": "Toaster"}'::jsonb);

-- as text: what is no JSON is an answer too, and is not repeated
SELECT failure(scim_call_tool('scim_get_user', a)::jsonb) FROM unnest(ARRAY[
  '', '{', '{"user_id": "secret"', 'nonsense', '{"user_id": "\u0000"}', '{"user_id": "\ud800"}', '{"user_id": "\udc00x"}',
  '{"user_id": 1e200000}', repeat('[', 100000), '{"user_id": "x"} {}']) a;
SELECT scim_call_tool('scim_create_user', '{"user_data": {"password": "secret", }}'::text)::jsonb::text ~ 'secret' AS leaked;
SELECT failure(scim_call_tool('scim_get_user', NULL::text)::jsonb), scim_call_tool('scim_server_info', NULL::text)::jsonb->'success' AS null_is_none;

--
-- errors of the store
--
SELECT mask(scim_call_tool('scim_get_user', jsonb_build_object('user_id', id('nobody')))::jsonb);
SELECT fails('scim_get_user', '{"user_id": "no id"}'::jsonb);
SELECT fails('scim_update_group', jsonb_build_object('group_id', id('nobody'), 'group_data', '{"displayName": "x"}'::jsonb));
SELECT fails('scim_delete_group', jsonb_build_object('group_id', id('nobody')));
SELECT mask(scim_call_tool('scim_create_user', '{"user_data": {"userName": "ADA"}}'::jsonb)::jsonb);
SELECT fails('scim_create_user', a) FROM unnest(ARRAY[
  '{"user_data": {}}', '{"user_data": {"userName": 1}}', '{"user_data": {"userName": "x", "nonsense": 1}}',
  '{"user_data": {"userName": "x", "USERNAME": "y"}}', '{"user_data": {"userName": "x", "schemas": ["urn:x"]}}',
  '{"user_data": {"userName": "x", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}}',
  '{"group_data": {}}']::jsonb[]) a;
SELECT fails('scim_create_group', '{"group_data": {"displayName": "x", "members": [{"value": "00000000-0000-4000-a000-000000000009"}]}}'::jsonb);
SELECT fails('scim_patch_user', jsonb_build_object('user_id', id('ada'), 'operations', o)) FROM unnest(ARRAY[
  '[{"op": "replace", "path": "nonsense", "value": 1}]', '[{"op": "replace", "path": "name[", "value": 1}]',
  '[{"op": "remove"}]', '[{"op": "replace", "path": "id", "value": "x"}]', '[{"op": "remove", "path": "userName"}]',
  '[{"op": "explode"}]', '[{"op": "replace", "path": "active", "value": "yes"}]']::jsonb[]) o;
SELECT fails('scim_search_users', '{"attribute": "password", "value": "x"}'::jsonb);
SELECT fails('scim_search_users', '{"attribute": "nonsense", "value": "x"}'::jsonb);

-- a mismatch brings the current state, read afterwards
UPDATE users SET data = data || '{"title": "Countess"}' WHERE id = id('ada')::uuid;
SELECT mask(scim_call_tool('scim_update_user', jsonb_build_object('user_id', id('ada'), 'expected_version', 'b2xkIG9uZSE=',
  'user_data', '{"userName": "ada"}'::jsonb))::jsonb);
SELECT a->'content'->>'current_version' = u.version AND a->'content'->'current'->>'_version' = u.version AS true_version
  FROM users u, CAST(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id('ada'), 'expected_version', 'stale')) AS jsonb) a
 WHERE u.id = id('ada')::uuid;
SELECT fails('scim_patch_user', jsonb_build_object('user_id', id('ada'), 'expected_version', 'stale',
  'operations', '[{"op": "add", "path": "title", "value": "Lady"}]'::jsonb));
-- to be merged and sent again: with what stands in the answer, it succeeds
WITH stale AS (SELECT call('scim_update_user', jsonb_build_object('user_id', id('ada'), 'expected_version', 'stale',
       'user_data', '{"userName": "ada", "nickName": "A."}'::jsonb))->'content' AS c)
SELECT try('scim_update_user', jsonb_build_object('user_id', id('ada'), 'expected_version', c->'current_version',
       'user_data', c->'current' || '{"nickName": "A."}')) FROM stale;

--
-- errors of the server: its words stay in the server
--
CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.data ? 'nickName' AND length(NEW.data->>'nickName') = 5 THEN
    RAISE EXCEPTION 'VERSION_MISMATCH: secret % of %', NEW.data, TG_TABLE_NAME USING ERRCODE = NEW.data->>'nickName', DETAIL = 'secret';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER boom AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION boom();
CREATE FUNCTION explode(sqlstate text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id('bob'), 'operations',
    jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'nickName', 'value', sqlstate))))::jsonb
$$;
SELECT s AS sqlstate, failure(explode(s)), explode(s)::text ~ 'secret' AS leaked
  FROM unnest('{22012,22P02,23502,23505,23514,25006,40001,40P01,42501,42P01,54001,54000,55P03,55006,57P03,08006,53100,58030,P0001,PT412,0A000}'::text[]) s;
SELECT explode('P0001');
-- not to be swallowed; the statement that called is not logged, and the transaction can go on
DO $$
DECLARE s text;
BEGIN
  FOREACH s IN ARRAY '{57014,57P01,57P02,53200,XX000,XX001}'::text[] LOOP
    BEGIN
      PERFORM explode(s);
      RAISE WARNING '% was swallowed', s;
    EXCEPTION WHEN query_canceled OR OTHERS THEN
      RAISE WARNING '% came through as %', s, SQLSTATE;
    END;
  END LOOP;
END $$;
SELECT call('scim_get_user', jsonb_build_object('user_id', id('bob')))->'content' ? 'nickName' AS half_done;
-- a mismatch that a trigger brings about is told, but it is about something else
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM scim_update_user(id('bob'), '{"userName": "bob"}', 'stale');
  RETURN NULL;
END $$;
CREATE TRIGGER meddle AFTER INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT mask(scim_call_tool('scim_create_user', '{"user_data": {"userName": "meddler"}}'::jsonb)::jsonb);
SELECT mask(scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id('ada'),
  'expected_version', version, 'operations', '[{"op": "add", "path": "title", "value": "Dr."}]'::jsonb))::jsonb)
  FROM users WHERE id = id('ada')::uuid;
DROP TRIGGER meddle ON users;
-- what fails leaves nothing, what went before stays
BEGIN;
SELECT call('scim_patch_user', jsonb_build_object('user_id', id('bob'), 'operations', '[{"op": "add", "path": "title", "value": "Mr."}]'::jsonb))->'success' AS success;
SELECT explode('40001')->'success' AS success;
SELECT call('scim_create_user', '{"user_data": {"userName": "ada"}}')->'success' AS success;
COMMIT;
SELECT data->>'title' AS title, data ? 'nickName' AS half_done FROM users WHERE id = id('bob')::uuid;
DROP TRIGGER boom ON users;

--
-- large answers: left out whole, named, and how to go on
--
INSERT INTO users (tenant_id, id, data)
  SELECT 'large', ('00000000-0000-4000-b000-' || lpad(n::text, 12, '0'))::uuid,
         jsonb_build_object('userName', 'u' || n, 'title', repeat('t', CASE n WHEN 40 THEN 40000 ELSE 3000 END))
    FROM generate_series(1, 50) n;
SELECT call('scim_list_users', '{"tenant_id": "large"}') AS page \gset
SELECT bytes(:'page') BETWEEN 28000 AND 33000 AS about_32k, :'page'::jsonb->'metadata' AS metadata,
       :'page'::jsonb->'content'->'itemsPerPage' AS items, jsonb_array_length(:'page'::jsonb->'content'->'Resources') AS shown,
       :'page'::jsonb->'content'->'totalResults' AS total;
-- page by page, nobody is missed
WITH RECURSIVE page(n, answer) AS (
  SELECT 1, call('scim_list_users', '{"tenant_id": "large"}')
  UNION ALL
  SELECT n + 1, call('scim_list_users', jsonb_build_object('tenant_id', 'large', 'start_index', answer->'metadata'->'next_start_index', 'count', 1000))
    FROM page WHERE answer->'metadata' ? 'next_start_index' AND n < 50)
SELECT count(*) AS pages, max(bytes(answer)) < 33000 AS all_fit,
       sum(jsonb_array_length(answer->'content'->'Resources')) AS users,
       (SELECT count(DISTINCT r->>'userName') FROM page, jsonb_array_elements(answer->'content'->'Resources') r) AS different
  FROM page;
-- by cursor: what did not fit comes with the next page
WITH RECURSIVE page(n, answer) AS (
  SELECT 1, call('scim_list_users', '{"tenant_id": "large", "cursor": "*", "count": 30, "sort_by": "userName"}')
  UNION ALL
  SELECT n + 1, call('scim_list_users', jsonb_build_object('tenant_id', 'large', 'cursor', answer->'metadata'->'next_cursor', 'count', 30, 'sort_by', 'userName'))
    FROM page WHERE answer->'metadata' ? 'next_cursor' AND n < 60)
SELECT count(*) AS pages, max(bytes(answer)) < 33000 AS all_fit,
       sum(jsonb_array_length(answer->'content'->'Resources')) AS users, bool_and(answer->'content'->'itemsPerPage' = to_jsonb(jsonb_array_length(answer->'content'->'Resources'))) AS counted,
       (SELECT count(DISTINCT r->>'userName') FROM page, jsonb_array_elements(answer->'content'->'Resources') r) AS different,
       (array_agg((answer->'metadata') - 'next_cursor' ORDER BY n))[1] AS first, (array_agg(answer->'metadata' ORDER BY n DESC))[1] AS last
  FROM page;
SELECT call('scim_list_users', jsonb_build_object('tenant_id', 'large', 'cursor', '*', 'count', 30, 'known_version', a->'metadata'->'version'))->'content'->'not_modified' AS known
  FROM call('scim_list_users', '{"tenant_id": "large", "cursor": "*", "count": 30}') a;
SELECT call('scim_list_users', '{"tenant_id": "large", "start_index": 40}')->'metadata' AS metadata;
SELECT mask(call('scim_get_user', '{"tenant_id": "large", "user_id": "00000000-0000-4000-b000-000000000040"}'));
SELECT bytes(a) < 33000 AS fits, a->'content'->'current' ? 'title' AS title, a->'metadata' AS metadata
  FROM call('scim_delete_user', '{"tenant_id": "large", "user_id": "00000000-0000-4000-b000-000000000040", "expected_version": "stale"}') a;
-- characters that JSON text escapes count as what they become
UPDATE users SET data = data || jsonb_build_object('title', repeat(E'\x01', 6000))
 WHERE tenant_id = 'large' AND id = '00000000-0000-4000-b000-000000000041';
SELECT bytes(a) < 33000 AS fits, a->'metadata'->'omitted' AS omitted
  FROM call('scim_get_user', '{"tenant_id": "large", "user_id": "00000000-0000-4000-b000-000000000041"}') a;
-- an error repeats no long text
SELECT bytes(a) < 6000 AS fits FROM call('scim_get_user', jsonb_build_object('user_id', repeat('x', 1000000))) a
UNION ALL SELECT bytes(a) < 6000 FROM call('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'x', repeat('n', 100000), 1))) a
UNION ALL SELECT bytes(a) < 6000 FROM call('scim_delete_user', jsonb_build_object('user_id', id('ada'), 'expected_version', repeat('v', 100000))) a
UNION ALL SELECT bytes(a) < 6000 FROM call('scim_delete_user', jsonb_build_object('user_id', id('ada'), 'expected_version', jsonb_build_array(repeat('v', 100000)))) a;
-- a group with many members
SELECT call('scim_create_group', jsonb_build_object('tenant_id', 'large', 'group_data', jsonb_build_object('displayName', 'many',
  'members', (SELECT jsonb_agg(jsonb_build_object('value', id)) FROM users WHERE tenant_id = 'large'))))->'content'->>'id' AS many \gset
INSERT INTO users (tenant_id, data) SELECT 'large', jsonb_build_object('userName', 'v' || n) FROM generate_series(1, 300) n;
SELECT a->'content' ? 'members' AS members, a->'metadata'->'omitted' AS omitted, a->'metadata'->'truncated' AS truncated
  FROM call('scim_patch_group', jsonb_build_object('tenant_id', 'large', 'group_id', :'many', 'operations', jsonb_build_array(
    jsonb_build_object('op', 'add', 'path', 'members', 'value', (SELECT jsonb_agg(jsonb_build_object('value', id)) FROM users WHERE tenant_id = 'large'))))) a;
SET scimver.base_url = 'https://scim.a-rather-long-name.example.org/tenants/large/scim/v2';
WITH RECURSIVE page(n, answer) AS (
  SELECT 1, call('scim_list_group_members', jsonb_build_object('tenant_id', 'large', 'group_id', :'many', 'count', 1000))
  UNION ALL
  SELECT n + 1, call('scim_list_group_members', jsonb_build_object('tenant_id', 'large', 'group_id', :'many', 'cursor', answer->'metadata'->'next_cursor', 'count', 1000))
    FROM page WHERE answer->'metadata' ? 'next_cursor' AND n < 60)
SELECT count(*) AS pages, max(bytes(answer)) < 33000 AS all_fit, sum(jsonb_array_length(answer->'content'->'Resources')) AS members,
       (SELECT count(DISTINCT r->>'value') FROM page, jsonb_array_elements(answer->'content'->'Resources') r) AS different,
       min((answer->'content'->>'totalResults')::int) AS total, (array_agg(answer->'metadata'->'omitted'))[1]->>0 ~ '^Resources\[1[56]\d\.\.199\]$' AS omitted
  FROM page;
RESET scimver.base_url;
SELECT mask(call('scim_get_group', jsonb_build_object('tenant_id', 'large', 'group_id', :'many')));
SELECT mask(call('scim_get_group', jsonb_build_object('tenant_id', 'large', 'group_id', :'many', 'attributes', '["members"]'::jsonb)));
SELECT call('scim_get_group', jsonb_build_object('tenant_id', 'large', 'group_id', :'many', 'excluded_attributes', '["members"]'::jsonb))->'metadata' ? 'omitted' AS omitted;
SELECT call('scim_list_groups', '{"tenant_id": "large"}')->'metadata'->'omitted' AS omitted;

--
-- passwords are written and never seen
--
SELECT call('scim_create_user', '{"user_data": {"userName": "mallory", "password": "hunter2hunter2"}}')->'content'->>'id' AS mallory \gset
SELECT bool_or(a::text ~ 'hunter2|password|\$2') AS seen FROM unnest(ARRAY[
  call('scim_get_user', jsonb_build_object('user_id', :'mallory')),
  call('scim_list_users', '{}'),
  call('scim_update_user', jsonb_build_object('user_id', :'mallory', 'user_data', '{"userName": "mallory", "password": "hunter2hunter3"}'::jsonb)),
  call('scim_patch_user', jsonb_build_object('user_id', :'mallory', 'operations', '[{"op": "add", "path": "title", "value": "x"}]'::jsonb)),
  call('scim_search_users', '{"attribute": "userName", "value": "mallory"}'),
  call('scim_update_user', jsonb_build_object('user_id', :'mallory', 'expected_version', 'stale', 'user_data', '{"userName": "mallory", "password": "hunter2hunter4"}'::jsonb))]) a;
SELECT bool_or(a::text ~ 'hunter2') AS seen FROM unnest(ARRAY[
  call('scim_create_user', '{"user_data": {"userName": "x", "password": ["hunter2"]}}'),
  call('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', 'x', 'password', repeat('hunter2', 20)))),
  call('scim_create_user', '{"password": "hunter2"}'),
  call('scim_create_user', '{"user_data": "hunter2"}'),
  call('scim_patch_user', jsonb_build_object('user_id', :'mallory', 'operations', '[{"op": "add", "path": "password", "value": {"hunter2": 1}}]'::jsonb)),
  scim_call_tool('scim_create_user', '{"user_data": {"userName": "x", "password": "hunter2\u0000"}}'::text)::jsonb]) a;

--
-- read-only transactions, roles, tenants
--
BEGIN READ ONLY;
SELECT fails('scim_create_user', '{"user_data": {"userName": "r"}}'::jsonb);
SELECT fails('scim_delete_user', jsonb_build_object('user_id', id('ada')));
SELECT fails('scim_update_user', jsonb_build_object('user_id', id('ada'), 'user_data', '{"userName": "r"}'::jsonb));
SELECT fails('scim_modify_group_members', jsonb_build_object('group_id', g.id, 'add', jsonb_build_array(id('ada')))),
       call('scim_list_group_members', jsonb_build_object('group_id', g.id))->'success' AS lists FROM groups g WHERE tenant_id = 'default' LIMIT 1;
SELECT call('scim_get_user', jsonb_build_object('user_id', id('ada')))->'success' AS reads,
       call('scim_list_users', '{"cursor": "*", "count": 1}')->'metadata' ? 'next_cursor' AS lists, call('scim_user_exists', jsonb_build_object('user_id', id('ada')))->'success' AS asks;
COMMIT;

CREATE ROLE regress_scimver_agent;
GRANT SELECT ON known TO regress_scimver_agent;
SET ROLE regress_scimver_agent;
SELECT t AS tool, fails(t, a) FROM (VALUES
  ('scim_get_user', jsonb_build_object('user_id', id('ada'))), ('scim_list_users', '{}'),
  ('scim_create_user', '{"user_data": {"userName": "z"}}'), ('scim_delete_user', jsonb_build_object('user_id', id('ada')))) c(t, a);
RESET ROLE;
SELECT scim_grant_tenant('large', 'regress_scimver_agent');
SET ROLE regress_scimver_agent;
SELECT t AS tool, fails(t, a) FROM (VALUES
  ('scim_get_user', jsonb_build_object('user_id', id('ada'))), ('scim_list_users', '{"tenant_id": "default"}'),
  ('scim_user_exists', jsonb_build_object('user_id', id('ada'))),
  ('scim_create_user', '{"user_data": {"userName": "z"}}'), ('scim_delete_user', jsonb_build_object('user_id', id('ada')))) c(t, a);
SELECT call('scim_modify_group_members', jsonb_build_object('tenant_id', 'large', 'group_id', :'many',
  'remove', '["00000000-0000-4000-b000-000000000001"]'::jsonb))->'metadata' ? 'unchanged' AS unchanged;
SELECT call('scim_list_users', jsonb_build_object('tenant_id', 'large', 'count', 1, 'filter', 'userName pr', 'cursor', a->'metadata'->'next_cursor'))->'content'->'itemsPerPage' AS second_page
  FROM call('scim_list_users', '{"tenant_id": "large", "count": 1, "cursor": "*", "filter": "userName pr"}') a;
SELECT fails('scim_list_users', jsonb_build_object('tenant_id', 'default', 'count', 1, 'filter', 'userName pr', 'cursor', a->'metadata'->'next_cursor'))
  FROM call('scim_list_users', '{"tenant_id": "large", "count": 1, "cursor": "*", "filter": "userName pr"}') a;
SELECT fails(t, a) FROM (VALUES ('scim_list_users', '{"tenant_id": "default", "filter": "userName pr", "cursor": "*"}'::jsonb),
  ('scim_list_group_members', jsonb_build_object('tenant_id', 'default', 'group_id', :'many')),
  ('scim_modify_group_members', jsonb_build_object('tenant_id', 'default', 'group_id', :'many', 'add', '[]'::jsonb))) c(t, a);
SELECT call('scim_list_users', '{"tenant_id": "large", "count": 0}')->'content'->'totalResults' AS users,
       call('scim_create_user', '{"tenant_id": "large", "user_data": {"userName": "z"}}')->'success' AS creates;
SET scimver.tenant = 'large';
SELECT call('scim_list_users', '{"count": 0}')->'content'->'totalResults' AS users, scim_server_info()->>'tenant' AS tenant;
SET scimver.only_tenant = 'large';
SELECT fails('scim_list_users', '{"tenant_id": "default"}'::jsonb), call('scim_list_users', '{"count": 0}')->'success' AS own;
RESET ROLE;
RESET scimver.tenant;
RESET scimver.only_tenant;
SELECT scim_revoke_tenant('large', 'regress_scimver_agent');

--
-- calls in one statement: the later see what the earlier wrote
--
SELECT scim_call_tool('scim_create_user', '{"user_data": {"userName": "in-one-statement"}}'::jsonb)::jsonb->'content'->>'userName' AS created,
       scim_call_tool('scim_list_users', '{"filter": "userName eq \"in-one-statement\""}'::jsonb)::jsonb->'content'->'totalResults' AS found,
       scim_call_tool('scim_search_users', '{"attribute": "userName", "value": "in-one-statement"}'::jsonb)::jsonb->'content'->'totalResults' AS searched;

--
-- without tables
--
DROP TABLE groups_members, groups, users CASCADE;
SELECT fails('scim_list_users', '{}'::jsonb), fails('scim_user_exists', '{"user_id": "x"}'::jsonb);
SELECT scim_server_info()->'resource_types'->0->'table' AS registered, octet_length(scim_tools()::text) > 0 AS listed;

\c postgres
DROP DATABASE scimver_tools;
DROP OWNED BY regress_scimver_agent;
DROP ROLE regress_scimver_agent;
