-- What MCP clients read beside tools: resources by their URIs, and what of them changed.
\i :behaviour/history_words.sql
\i :behaviour/mcp_words.sql

-- ---- URIs ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user ' || n) FROM unnest(ARRAY[1, 2, 100, 101]) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "team"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) \g /dev/null
SELECT plain(uri(id(1)::text)), plain(uri(id(11)::text, 'Groups'));
SELECT content(uri(id(1)::text)), content(uri(id(11)::text, 'Groups'));
-- what is read is the resource as any caller gets it, with the version that a write expects
SELECT e->>'text' IS NOT NULL AND (e->>'text')::jsonb - '_version' = scim_get_user(id(1)::text) AS same, (e->>'text')::jsonb->>'_version' = v(1) AND e->'_meta'->>'scimver/version' = v(1) AS version
	FROM json_array_elements(scim_read_resource(uri(id(1)::text))->'contents') e;
SET scimver.version_form = etag;
SELECT e->'_meta'->>'scimver/version' ~ '^[A-Za-z0-9+/]{11}=$' FROM unnest(ARRAY[uri(id(1)::text), 'scim://default/ServerInfo', 'scim://default/Schemas/urn:ietf:params:scim:schemas:core:2.0:User']) u, json_array_elements(scim_read_resource(u)->'contents') e;
RESET scimver.version_form;
-- the same whatever is encoded that need not be, and in any case of the scheme: the answer has the one form
SELECT plain(scim_read_resource(u)->'contents'->0->>'uri') FROM unnest(ARRAY['SCIM' || substr(uri(id(1)::text), 5), replace(uri(id(1)::text), 'default', '%64efault'), replace(uri(id(1)::text), 'Users', '%55sers')]) u;

-- what is too large is left out, and named
INSERT INTO users (id, data) VALUES (id(5), jsonb_build_object('userName', 'large', 'title', repeat('x', 200000), 'nickName', repeat('y', 100000)));
SELECT length(e->>'text') BETWEEN 100000 AND 262144, e->'_meta'->'scimver/omitted', (e->>'text')::jsonb ? 'nickName', e->'_meta'->>'scimver/version' = v(5) FROM json_array_elements(scim_read_resource(uri(id(5)::text))->'contents') e;
DELETE FROM users WHERE id = id(5);
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'member ' || n) FROM generate_series(1001, 3622) n;
SELECT scim_add_members(id(11)::text, (SELECT array_agg(id(n)::text) FROM generate_series(1001, 3622) n)) \g /dev/null
SELECT e->'_meta'->'scimver/omitted', (e->>'text')::jsonb - 'id' - 'meta' - '_version' FROM json_array_elements(scim_read_resource(uri(id(11)::text, 'Groups'))->'contents') e;
DELETE FROM users USING generate_series(1001, 3622) n WHERE id = id(n);

-- ids and tenants that a URI has to have encoded: what is read, watched and told of is in one form
SET scimver.tenant = 'a/b: 100% @ü';
INSERT INTO users (id, data) SELECT odd(n), jsonb_build_object('userName', 'odd ' || n) FROM generate_series(1, 6) n;
SELECT bool_and(odd_uri ~ '^scim://a%2Fb%3A%20100%25%20%40%C3%BC/Users/[A-Za-z0-9._~:@%-]+$') AS encoded, bool_and(scim_read_resource(odd_uri)->'contents'->0->>'uri' = odd_uri) AS "in one form",
	bool_and((scim_read_resource(odd_uri)->'contents'->0->>'text')::jsonb->>'id' = odd(n)::text) AS "what it names" FROM generate_series(1, 6) n, uri(odd(n)::text) odd_uri;
SELECT scim_mcp_watch((SELECT json_agg(uri(odd(n)::text) ORDER BY n)::text FROM generate_series(1, 6) n)) AS watched \gset
UPDATE users SET data = data || '{"title": "x"}' WHERE tenant_id = scim_tenant();
SELECT (:'watched'::json->'watched')::jsonb = (SELECT jsonb_agg(uri(odd(n)::text) ORDER BY n) FROM generate_series(1, 6) n) AS "are watched",
	(SELECT jsonb_agg(u->'uri' ORDER BY u->>'uri') FROM json_array_elements(scim_mcp_changes(:'watched'::json->>'cursor')->'updated') u) = (SELECT jsonb_agg(uri(odd(n)::text) ORDER BY uri(odd(n)::text)) FROM generate_series(1, 6) n) AS "are told of";
RESET scimver.tenant;

-- ---- what is not there ----

-- whatever the reason, the error is the same but for the URI
SELECT fails(format('SELECT scim_read_resource(%L)', uri(id(9)::text)));
SELECT refusal(u), count(*) FROM refused() u GROUP BY 1;
SELECT fails('SELECT scim_read_resource(NULL)');

-- ---- what is listed ----

SELECT r->>'uri', r->>'name', r->>'mimeType' FROM json_array_elements(scim_mcp_resources()->'resources') r;
SELECT r->>'uriTemplate', r->>'name', r->>'mimeType' FROM json_array_elements(scim_mcp_resource_templates()->'resourceTemplates') r;
SELECT bool_and(r->>'title' <> '' AND r->>'description' <> '') FROM (SELECT json_array_elements(scim_mcp_resources()->'resources') UNION ALL SELECT json_array_elements(scim_mcp_resource_templates()->'resourceTemplates')) t(r);
-- all that is listed can be read
SELECT count(*), bool_and(scim_read_resource(r->>'uri')->'contents'->0->>'uri' = r->>'uri') FROM json_array_elements(scim_mcp_resources()->'resources') r;
SELECT (e->>'text')::jsonb->>'tenant', (e->>'text')::jsonb->'resource_types'->0->>'name', e->>'mimeType' FROM json_array_elements(scim_read_resource('scim://default/ServerInfo')->'contents') e;
SELECT (e->>'text')::jsonb->>'id', e->>'uri' FROM json_array_elements(scim_read_resource('scim://default/Schemas/URN:ietf:params:scim:schemas:core:2.0:group')->'contents') e;
-- proposals, page by page: the newest first
SELECT count(scim_propose_change('User', id(n)::text, sets('title', to_jsonb('secret ' || n)), reason => 'a secret reason')) FROM generate_series(1, 2) n, generate_series(1, 60);
SELECT (scim_propose_change('User', NULL, '{"create": {"userName": "new"}}')->>'proposal_id') AS last \gset
SELECT pages, count(*) AS listed, count(DISTINCT uri) AS uris, bool_or(title LIKE '%secret%' OR description LIKE '%secret%') AS told FROM every_page() GROUP BY pages;
SELECT title, regexp_replace(description, '[0-9T:.Z-]{27}', '?') = format('Waits for a decision until ?; proposed by %s', current_user) FROM every_page() WHERE uri LIKE '%/Proposals/' || :'last';
SELECT (e->>'text')::jsonb->>'proposal_id' = :'last', (e->>'text')::jsonb->'version' = (e->'_meta'->'scimver/version')::jsonb, e->>'mimeType' FROM json_array_elements(scim_read_resource('scim://default/Proposals/' || upper(:'last'))->'contents') e;
SELECT fails('SELECT scim_mcp_resources(''x'')');
SELECT fails(format('SELECT scim_read_resource(%L)', 'scim://red/Proposals/' || :'last')) ~ 'RESOURCE_NOT_FOUND';

-- ---- what is watched ----

SELECT plain(replace(scim_mcp_watch(json_build_array(uri(id(1)::text), upper(uri(id(1)::text)), uri(id(9)::text), uri(id(1)::text, 'Groups'), 'scim://red/Users/x', 'scim://default/Users', 'scim://default/ServerInfo', 'scim://default/Proposals/' || upper(:'last'), 'x', '', 7, NULL, json_build_object('a', 1))::text)->>'watched', :'last', 'last')) AS watched;
SELECT scim_mcp_watch('[]')->>'watched', scim_mcp_watch('[]')->>'cursor' IS NOT NULL;
SELECT fails(format('SELECT scim_mcp_watch(%L)', w)) FROM unnest(ARRAY['[', '{}', '"a"', '["\u0000"]', NULL]) w;
SELECT watched() AS c \gset
SELECT told(:'c');
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "eve"}');
SELECT scim_patch_user(id(3)::text, sets('title', '"a"')) \g /dev/null
SELECT scim_patch_user(id(3)::text, sets('title', '"b"')) \g /dev/null
SELECT v(3) AS v3 \gset
DELETE FROM users WHERE id = id(3);
SELECT scim_add_members(id(11)::text, ARRAY[id(2)::text]) \g /dev/null
SELECT told(:'c');
SELECT u->>'version' = :'v3' FROM json_array_elements(scim_mcp_changes(:'c')->'updated') WITH ORDINALITY t(u, i) WHERE i = 3;
-- what a write does not change is told to nobody, nor what is rolled back; a decision on a proposal is
SELECT watched() AS c \gset
BEGIN;
UPDATE users SET data = data || '{"title": "undone"}';
ROLLBACK;
SELECT scim_update_user(id(2)::text, '{"userName": "user 2"}') \g /dev/null
SELECT scim_review_proposal(:'last', 'withdraw', scim_get_proposal(:'last')->>'version') \g /dev/null
SELECT replace(told(:'c'), plain(:'last'), 'last');
-- all of a type
SELECT watched() AS c \gset
TRUNCATE groups CASCADE;
SELECT told(:'c');
-- in a transaction that only reads; what is told once is not told from the next cursor on
SELECT watched() AS c \gset
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "tim"}');
BEGIN READ ONLY;
SELECT told(:'c'), told(scim_mcp_changes(:'c')->>'cursor'), scim_mcp_changes(:'c')->>'more', told(watched());
COMMIT;
-- a burst comes in several answers
SELECT watched() AS c \gset
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'many ' || n) FROM generate_series(1001, 3500) n;
SELECT i, json_array_length(a->'updated'), a->>'more' FROM bursts(:'c') WITH ORDINALITY t(a, i);
DELETE FROM users USING generate_series(1001, 3500) n WHERE id = id(n);
SELECT fails('SELECT scim_mcp_changes(''x'')');
SELECT fails(format('SELECT scim_mcp_changes(%L)', scim_changes('now', resource_type => 'User')->>'nextCursor'));

-- ---- whether the tools are others ----

SELECT scim_mcp_changes(NULL)::jsonb - 'tools', scim_mcp_changes(NULL)->>'tools' ~ '^[0-9a-f]{16}$';
SELECT tools() AS first \gset
SELECT tools() = :'first' AS same;
SET scimver.notify = on;
SELECT tools() = :'first' AS same, scim_mcp_changes(NULL)->'notify';
RESET scimver.notify;
SET scimver.only_tenant = 'default';
SELECT tools() = :'first' AS same;
RESET scimver.only_tenant;
SET scimver.require_version = on;
SELECT tools() = :'first' AS same;
RESET scimver.require_version;
SELECT tools() = :'first' AS same;
SELECT scim_register_schema('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:Device", "name": "Device", "attributes": [{"name": "serial", "type": "string"}]}') \g /dev/null
SELECT scim_register_resource_type('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') \g /dev/null
SELECT tools() = :'first' AS same;
SELECT tools() AS second \gset
SELECT make('Device', 'devices');
SELECT r->>'uriTemplate' FROM json_array_elements(scim_mcp_resource_templates()->'resourceTemplates') r WHERE r->>'name' = 'Device';
SELECT watched() AS c \gset
INSERT INTO devices (id, data) VALUES (id(1), '{"serial": "s"}');
SELECT told(:'c'), content(uri(id(1)::text, 'Devices'));
SELECT scim_unregister_table('devices') \g /dev/null
DROP TABLE devices;
SELECT scim_unregister_resource_type('Device');
SELECT tools() = :'second' AS second, tools() = :'first' AS first;
SELECT content(uri(id(1)::text, 'Devices'));
SELECT fails(format('SELECT scim_read_resource(%L)', uri(id(1)::text, 'Devices')));
-- it is the digest of what is listed, in each session
SELECT tools() AS here \gset
\c
SET client_min_messages = warning;
SELECT tools() = :'here' AS same;
-- sets of tools; a setting that names none of them is no error of who watches
SELECT set_config('scimver.toolset', t, false), tools() = :'here' AS same FROM unnest(ARRAY['lean', 'full', 'nothing', '', 'lean', 'scim_get_user']) t;
SELECT fails('SELECT scim_tools()') ~ 'nothing', tools() = :'here' FROM set_config('scimver.toolset', 'nothing', false);
RESET scimver.toolset;
SELECT tools() = :'here' AS same;
