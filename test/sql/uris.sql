-- URIs of resources (RFC 7644 section 1.2: percent-encoded as RFC 3986 says):
-- meta.location and $ref with any id, shown, compared, sorted and sent back.
-- What is encoded, and the way back: test/unit/uri.c.
SET client_min_messages = warning;
CREATE DATABASE scimver_uris TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_uris
SET client_min_messages = warning;
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SET scimver.base_url = 'https://h/scim/v2';

CREATE TABLE u (id text PRIMARY KEY, login text UNIQUE);
CREATE TABLE g (id text PRIMARY KEY, name text);
CREATE TABLE gm (g text REFERENCES g, u text REFERENCES u, PRIMARY KEY (g, u));
INSERT INTO u SELECT id, 'u' || n FROM unnest(ARRAY['ada lovelace', '50%', '50%25', 'a#frag', 'q?x=1', 'ü@x.org', 'a/b', 'a%2Fb', 'a', 'b/a', 'x:y;z=1,2', '"quoted" \ back', '日本', 'A/B']) WITH ORDINALITY v(id, n);
INSERT INTO g VALUES ('super admin', 'g'), ('a/b', 'h');
INSERT INTO gm SELECT 'super admin', id FROM u;
INSERT INTO gm VALUES ('a/b', 'a/b'), ('a/b', 'a');
SELECT scim_register_table('u', 'User', '{"id": "id", "attributes": {"userName": "login"}}'), scim_register_table('g', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}'), scim_register_members('gm', 'g', 'u');

-- ---- shown ----

SELECT r->>'id', r#>>'{meta,location}' FROM jsonb_array_elements(scim_list_users()->'Resources') r ORDER BY r->>'userName';
-- the same everywhere
CREATE VIEW locations AS SELECT r->>'id' AS id, r->>'userName' AS name, r#>>'{meta,location}' AS location, r#>>'{meta,version}' AS version FROM jsonb_array_elements(scim_list_users()->'Resources') r;
SELECT count(*), bool_and(scim_get_user(id)#>>'{meta,location}' = location), bool_and(scim_get_user(id, known_version => version)#>>'{meta,location}' = location), bool_and(location = 'https://h/scim/v2/Users/' || scim_uri_segment(id)),
	bool_and(EXISTS (SELECT FROM jsonb_array_elements(scim_get_group('super admin')->'members') m WHERE m->>'value' = id AND m->>'$ref' = location)),
	bool_and(EXISTS (SELECT FROM jsonb_array_elements(scim_list_members('super admin')->'Resources') m WHERE m->>'value' = id AND m->>'$ref' = location)),
	bool_and(scim_get_user(id)#>>'{groups,-1,$ref}' = 'https://h/scim/v2/Groups/super%20admin'), bool_and(location ~ '^[A-Za-z0-9._~:/@%-]+$') FROM locations;
SELECT scim_get_user('a/b')->'groups';

-- ---- compared ----

-- each location finds its own resource, and no other; so does each $ref
SELECT count(*), bool_and(scim_list_users(format('meta.location eq "%s"', location))#>>'{Resources,0,id}' = id AND (scim_list_users(format('meta.location eq "%s"', location))->'totalResults')::int = 1),
	bool_and((scim_list_users(format('meta.location ne "%s"', location))->'totalResults')::int = 13), bool_and((scim_list_users(format('not (meta.location eq "%s")', location))->'totalResults')::int = 13),
	bool_and(scim_list_groups(format('members.$ref eq "%s"', location))->'totalResults' = scim_list_groups(format('members.value eq "%s"', replace(replace(id, '\', '\\'), '"', '\"')))->'totalResults'),
	bool_and(scim_list_groups(format('members[$ref eq "%s" and type eq "User"]', location))->'totalResults' = scim_list_groups(format('members.value eq "%s"', replace(replace(id, '\', '\\'), '"', '\"')))->'totalResults') FROM locations;
-- equal is what leads to the same resource, however it is encoded
CREATE FUNCTION found(filter text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(r->>'id', ', ' ORDER BY r->>'userName'), '-') FROM jsonb_array_elements(scim_list_users(filter)->'Resources') r $$;
SELECT uri, found('meta.location eq "https://h/scim/v2/' || uri || '"') FROM unnest(ARRAY['Users/a%2Fb', 'Users/a%2fb', 'Users/%61%2F%62', 'Users/a/b', 'Users/a%252Fb', 'Users/ada%20lovelace', 'Users/ada lovelace', 'Users/ada+lovelace', 'Users/%C3%BC%40x.org', 'Users/ü@x.org', 'Users/50%', 'Users/50%25', 'Users/50%2525',
	'Users/x:y%3Bz=1,2', 'Users/a#frag', 'Users/a?x', 'Users/', 'Users', 'Groups/a%2Fb', 'users/a', 'Users/%00', 'Users/%FF', 'Users/%C3', 'Users/A%2FB']) uri;
SELECT found('meta.location eq "' || uri || '"') FROM unnest(ARRAY['https://H/scim/v2/Users/a', 'http://h/scim/v2/Users/a', '/Users/a', 'a', '']) uri;
-- all else compares the text that is shown
SELECT f, found(f) FROM unnest(ARRAY['meta.location ew "/a%2Fb"', 'meta.location ew "/a/b"', 'meta.location sw "https://h/scim/v2/Users/a%2"', 'meta.location co "%20"', 'meta.location co " "', 'meta.location gt "https://h/scim/v2/Users/q"', 'meta.location pr', 'groups.$ref co "%2F"', 'groups.$ref eq "https://h/scim/v2/Groups/a%2fb"', 'groups[$ref eq "https://h/scim/v2/Groups/a%2Fb" and type eq "direct"]',
	'groups.$ref ne "https://h/scim/v2/Groups/super%20admin"', 'groups.$ref eq "https://h/scim/v2/Users/a%2Fb"']) f;
-- an index serves: the key's
SELECT scim_explain_filter('User', 'meta.location eq "https://h/scim/v2/Users/a%2Fb"');
-- sorted by it, in pages
SELECT string_agg(p.r->>'id', ', ' ORDER BY i) FROM (SELECT scim_list_users(sort_by => 'meta.location', start_index => n, count => 1)#>'{Resources,0}' AS r, n AS i FROM generate_series(1, 14) n) p;
-- in a patch
SELECT jsonb_array_length(scim_patch_group('a/b', '[{"op": "remove", "path": "members[$ref eq \"https://h/scim/v2/Users/a%2fb\"]"}]')->'members');
SELECT scim_patch_group('a/b', '[{"op": "remove", "path": "members[$ref ew \"/Users/a\"]"}]') ? 'members';

-- ---- sent back, as a reference ----

SELECT scim_register_schema('{"id": "urn:x:R/1%20", "name": "R", "attributes": [{"name": "name"}, {"name": "ref", "type": "reference", "referenceTypes": ["User"]}]}')#>>'{meta,location}';
SELECT scim_register_resource_type('{"name": "R", "endpoint": "/Rs", "schema": "urn:x:R/1%20"}')#>>'{meta,location}';
SELECT scim_create_table('rs', 'R');
SELECT count(*), bool_and(scim_create_resource('R', jsonb_build_object('ref', location))->>'ref' = location) FROM locations;
SELECT bool_and(scim_update_user(id, scim_get_user(id), scim_get_user(id)#>>'{meta,version}')#>>'{meta,location}' = location) FROM locations;

-- ---- ids that no encoding helps: clients take them for steps in a path ----

CREATE TABLE v (id varchar(10) PRIMARY KEY, name text);
INSERT INTO v VALUES ('..', 'up'), ('...', 'fine'), ('.', 'here');
SELECT scim_unregister_table('g'), scim_unregister_table('u');
SELECT scim_register_table('v', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT problem, resource_id, detail FROM scim_check_table('v') ORDER BY 2;
SELECT scim_unregister_table('v');
DELETE FROM v WHERE id <> '...';
SELECT scim_register_table('v', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT * FROM scim_check_table('v');

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_uris;
