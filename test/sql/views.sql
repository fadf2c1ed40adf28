-- What is shown of a resource (RFC 7644 sections 3.4.2.5 and 3.9), reads that
-- know the version, and expected_version '*'.
SET client_min_messages = warning;
CREATE DATABASE scimver_views TEMPLATE template0 ENCODING 'UTF8';
\set regression :DBNAME
\c scimver_views
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group');

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
CREATE FUNCTION fails(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT sqlstate || ' ' || sqlerrm;
	RETURN NEXT '  ' || CASE WHEN detail LIKE '{%' THEN detail::jsonb::text ELSE detail END;
END $$;
CREATE FUNCTION error(statement text) RETURNS text LANGUAGE sql AS 'SELECT string_agg(e, '''') FROM (SELECT e FROM fails(statement) e LIMIT 1) f';
-- a user as it is shown, without what it always has and the values of meta that time makes
CREATE FUNCTION shows(resource jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT resource - 'id' - 'schemas' || CASE WHEN resource ? 'meta' THEN jsonb_build_object('meta', (SELECT jsonb_agg(k ORDER BY k) FROM jsonb_object_keys(resource -> 'meta') k)) ELSE '{}' END $$;
CREATE FUNCTION picks(VARIADIC names text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT shows(scim_get_user(id(1), names)) $$;
CREATE FUNCTION without(VARIADIC names text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT shows(scim_get_user(id(1), excluded_attributes => names)) $$;
\set enterprise 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
\set core 'urn:ietf:params:scim:schemas:core:2.0:User'

INSERT INTO users (id, data) VALUES (id(1)::uuid, '{"userName": "ann", "externalId": "e1", "active": true, "password": "secret", "title": "T", "nickName": "A", "name": {"givenName": "Ann", "familyName": "B"},
	"emails": [{"value": "a@example.com", "type": "work", "primary": true}, {"value": "b@example.com"}, {"type": "home"}], "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "m", "$ref": "/Users/m"}}}'), (id(2)::uuid, '{"userName": "bob"}');
INSERT INTO groups (id, data) VALUES (id(101)::uuid, '{"displayName": "G"}'), (id(102)::uuid, '{"displayName": "H"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(101)::uuid, 'User', id(1)::uuid), (id(101)::uuid, 'User', id(2)::uuid), (id(102)::uuid, 'Group', id(101)::uuid);

-- ---- attributes: what is always returned, and what is named ----

SELECT scim_get_user(id(1), '{userName}');
SELECT scim_get_user(id(1), '{}') = scim_get_user(id(1), '{id, schemas, SCHEMAS}');
SELECT picks('title', 'nickName', 'active', 'externalId'), picks('name'), picks('name.givenName'), picks('name.givenName', 'name'), picks('name.middleName');
SELECT picks('emails'), picks('emails.value'), picks('emails.type', 'emails.primary'), picks('emails.display');
SELECT picks('groups'), picks('groups.display', 'groups.type');
SELECT picks('meta'), picks('meta.version', 'meta.location'), picks('_version');
-- in any case, with the URN of the core schema, of an extension, of an attribute in it
SELECT picks('USERNAME', 'NAME.GivenName', 'Meta.VERSION'), picks(:'core' || ':title', lower(:'core') || ':Name.familyname');
SELECT picks(:'enterprise'), picks(:'enterprise' || ':department'), picks(upper(:'enterprise') || ':MANAGER.value'), picks(:'enterprise' || ':division');
-- never what is never returned
SELECT picks('password'), picks('password', 'title'), scim_get_user(id(1)) ? 'password';
-- twice is once
SELECT picks('title', 'title', 'TITLE');

-- ---- excluded_attributes: of what is returned by default ----

SELECT without('name', 'emails', 'groups', 'meta', :'enterprise');
SELECT without('id', 'schemas', 'meta', 'groups', 'emails', :'enterprise') = picks('userName', 'externalId', 'active', 'title', 'nickName', 'name'), scim_get_user(id(1), excluded_attributes => '{id, schemas, meta}') ?& '{id, schemas}';
SELECT without('NAME.givenname', 'emails.value', 'groups.$ref', 'groups.display', 'meta.version', 'meta.created', :'enterprise' || ':manager.$ref', :'enterprise' || ':department');
SELECT without('name.givenName', 'name.familyName') ? 'name', without('emails.value', 'emails.type', 'emails.primary') ? 'emails', without(:'enterprise' || ':department', :'enterprise' || ':manager') ? :'enterprise';
SELECT shows(scim_get_user(id(1), excluded_attributes => '{}')) = shows(scim_get_user(id(1))), without('password', 'timezone') = shows(scim_get_user(id(1)));

-- ---- errors ----

SELECT fails(format('SELECT scim_get_user(id(1), attributes => %L, excluded_attributes => %L)', a, e)) FROM (VALUES ('{title}', '{name}'), ('{}', '{}')) v(a, e);
SELECT fails(format('SELECT scim_get_user(id(1), attributes => ARRAY[%L])', a)) FROM unnest(ARRAY['nonsense', '', ' title', 'title.x', 'name.nonsense', 'name.givenName.x', 'members', 'emails[type eq "work"]', 'emails[type eq "work"].value',
	'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:core:2.0:Group:displayName', :'enterprise' || ':userName', 'title,name']) a;
SELECT error(format('SELECT scim_get_user(id(1), excluded_attributes => ARRAY[%L])', a)) FROM unnest(ARRAY['nonsense', 'members', 'name.nonsense', NULL]) a;
-- a value filter is what some clients send
SET scimver.filter_mode = lenient;
SELECT picks('emails[type eq "work"]') = picks('emails'), picks('emails[type eq "work"].value');
RESET scimver.filter_mode;
-- they come before anything is written
SELECT error($$SELECT scim_update_user(id(1), '{"userName": "x"}', attributes => '{nonsense}')$$), error($$SELECT scim_create_user('{"userName": "x"}', excluded_attributes => '{nonsense}')$$), error($$SELECT scim_patch_user(id(1), '[{"op": "remove", "path": "title"}]', attributes => '{nonsense}')$$);
SELECT count(*), min(revision), max(revision) FROM users;

-- ---- groups ----

SELECT scim_get_group(id(101), '{displayName}'), scim_get_group(id(101), '{members.display}') - 'schemas', scim_get_group(id(101), excluded_attributes => '{members.$ref, members.display, meta}') - 'schemas';
SELECT scim_get_group(id(101), excluded_attributes => '{members, meta}'), shows(scim_get_group(id(102), '{members}'));

-- ---- every write answers so, and every function of the generic ones ----

SELECT scim_create_user('{"userName": "carl", "title": "C", "password": "secret"}', '{title, password}') - 'id';
SELECT shows(scim_create_user('{"userName": "dora"}', excluded_attributes => '{meta}'));
SELECT scim_update_user(id(2), '{"userName": "bob", "title": "B"}', NULL, '{title}'), scim_update_user(id(2), '{"userName": "bob", "title": "B"}', 'stale', '{title, groups.display}');
SELECT scim_patch_user(id(2), '[{"op": "add", "path": "nickName", "value": "b"}]', '*', '{nickName}'), scim_patch_user(id(2), '[{"op": "add", "path": "nickName", "value": "b"}]', 'stale', excluded_attributes => '{meta, groups}');
-- groups that are not shown are compared all the same
SELECT scim_patch_user(id(2), jsonb_build_array(jsonb_build_object('op', 'add', 'value', jsonb_build_object('title', 'BB', 'groups', scim_get_user(id(2))->'groups'))), attributes => '{title}');
SELECT error($$SELECT scim_patch_user(id(2), '[{"op": "add", "value": {"groups": []}}]', attributes => '{title}')$$);
SELECT scim_create_group('{"displayName": "I"}', '{displayName}') - 'id', scim_update_group(id(102), '{"displayName": "HH"}', attributes => '{members.value}'), scim_patch_group(id(102), '[{"op": "remove", "path": "members"}]', excluded_attributes => '{meta}');
SELECT scim_create_resource('User', '{"userName": "emil"}', '{userName}') - 'id', scim_get_resource('user', id(2), '{userName}'), scim_update_resource('User', id(2), '{"userName": "bob"}', NULL, '{userName}'), scim_patch_resource('User', id(2), '[{"op": "add", "path": "title", "value": "x"}]', NULL, NULL, '{meta, groups}');

-- ---- what is returned always, never, or on request, as any schema may say ----

SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:Thing', 'name', 'Thing', 'attributes', (SELECT jsonb_agg(jsonb_build_object('name', r, 'type', 'string', 'returned', r)) FROM unnest(ARRAY['default', 'always', 'never', 'request']) r) || jsonb_build_array(
	jsonb_build_object('name', 'part', 'type', 'complex', 'subAttributes', (SELECT jsonb_agg(jsonb_build_object('name', r, 'type', 'string', 'returned', r)) FROM unnest(ARRAY['default', 'always', 'never', 'request']) r)),
	jsonb_build_object('name', 'secrets', 'type', 'complex', 'multiValued', true, 'returned', 'never', 'subAttributes', jsonb_build_array(jsonb_build_object('name', 'value', 'type', 'string')))))) -> 'id';
SELECT scim_register_resource_type('{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}') -> 'name', scim_create_table('things', 'Thing');
SELECT id AS thing FROM (SELECT scim_create_resource('Thing', '{"default": "d", "always": "a", "never": "n", "request": "r", "part": {"default": "d", "always": "a", "never": "n", "request": "r"}, "secrets": [{"value": "s"}]}') ->> 'id' AS id) x \gset
CREATE FUNCTION thing(VARIADIC names text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT scim_get_resource('Thing', (SELECT id::text FROM things), names) - 'id' - 'schemas' - 'meta' $$;
CREATE FUNCTION thing_without(VARIADIC names text[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT scim_get_resource('Thing', (SELECT id::text FROM things), excluded_attributes => names) - 'id' - 'schemas' - 'meta' $$;
SELECT scim_get_resource('Thing', :'thing') - 'id' - 'meta', scim_get_resource('Thing', :'thing', '{}') - 'id' - 'schemas';
SELECT thing('default'), thing('request'), thing('never', 'secrets', 'secrets.value');
SELECT thing('part'), thing('part.default'), thing('part.request', 'part.never'), thing('part.never'), thing('part', 'part.request');
SELECT thing_without('always', 'default'), thing_without('part.always', 'part.default'), thing_without('part', 'never', 'request');
-- what is never returned is stored, and part of the version
SELECT data -> 'never', data -> 'secrets' FROM things;
SELECT version AS before FROM things \gset
SELECT scim_patch_resource('Thing', :'thing', '[{"op": "replace", "path": "never", "value": "other"}]') - 'id' - 'schemas' - 'meta';
SELECT version <> :'before' FROM things;
SELECT scim_get_resource('Thing', :'thing', known_version => (SELECT version FROM things)) -> 'not_modified', version = scim_get_resource('Thing', :'thing') #>> '{meta,version}' FROM things;

-- ---- the version is that of the whole resource ----

SELECT count(DISTINCT v), bool_and(v = version) FROM users, LATERAL (VALUES (scim_get_user(id::text)), (scim_get_user(id::text, '{meta}')), (scim_get_user(id::text, '{meta.version}')), (scim_get_user(id::text, excluded_attributes => '{userName, emails}'))) r(r), LATERAL (SELECT r #>> '{meta,version}') v(v) WHERE id = id(1)::uuid;
SELECT bool_and(v = version) FROM groups, LATERAL (VALUES (scim_get_group(id::text)), (scim_get_group(id::text, '{meta}')), (scim_get_group(id::text, excluded_attributes => '{members}'))) r(r), LATERAL (SELECT r #>> '{meta,version}') v(v) WHERE id = id(101)::uuid;

-- ---- attributes that the schema does not know, which plain SQL has put there ----

UPDATE users SET data = data || '{"shoeSize": 43, "name": {"givenName": "Bob", "shoe": true}}' WHERE id = id(2)::uuid;
SELECT shows(scim_get_user(id(2), excluded_attributes => '{title, name.givenName, groups, meta}')), shows(scim_get_user(id(2), '{title, name}')), shows(scim_get_user(id(2), '{name.givenName}'));

-- ---- known_version ----

SELECT scim_get_user(id(1)) #>> '{meta,version}' AS version, scim_get_group(id(101)) #>> '{meta,version}' AS group_version \gset
SELECT scim_get_user(id(1), known_version => :'version') = jsonb_build_object('id', id(1), 'meta', jsonb_build_object('resourceType', 'User', 'version', :'version', 'location', '/Users/' || id(1)), 'not_modified', true);
-- whatever else was asked for
SELECT scim_get_user(id(1), '{title}', known_version => :'version', indirect_groups => true) = scim_get_user(id(1), known_version => :'version'), scim_get_group(id(101), known_version => :'group_version') -> 'not_modified', scim_get_resource('User', id(1), known_version => :'version') -> 'not_modified';
SELECT shows(scim_get_user(id(1), '{title, groups.display}', known_version => 'other')), scim_get_user(id(1), known_version => NULL) ? 'not_modified';
SELECT fails(format('SELECT scim_get_user(id(%s), known_version => %L)', n, v)) FROM (VALUES (1, 'W/"x"'), (1, ''), (1, '*'), (9, '"x"'), (9, 'x')) v(n, v);
SELECT error(format('SELECT scim_get_user(id(1), ''{nonsense}'', known_version => %L)', :'version'));
UPDATE users SET data = data || '{"title": "new"}' WHERE id = id(1)::uuid;
SELECT scim_get_user(id(1), '{title}', known_version => :'version');
-- a version that is not filled yet is computed
SET session_replication_role = replica;
UPDATE users SET version = NULL WHERE id = id(2)::uuid;
RESET session_replication_role;
SELECT scim_get_user(id(2), known_version => scim_get_user(id(2)) #>> '{meta,version}') -> 'not_modified', (SELECT version IS NULL FROM users WHERE id = id(2)::uuid);

-- ---- expected_version '*': it must exist ----

SELECT error(s) FROM unnest(ARRAY['SELECT scim_update_user(id(9), ''{"userName": "x"}'', ''*'')', 'SELECT scim_patch_user(id(9), ''[{"op": "add", "path": "title", "value": "x"}]'', ''*'')', 'SELECT scim_delete_user(id(9), ''*'')', 'SELECT scim_delete_group(id(9), ''*'')',
	'SELECT scim_update_user(id(1), ''{"userName": "ann"}'', ''* '')', 'SELECT scim_update_user(id(1), ''{"userName": "ann"}'', ''*'')', 'SELECT scim_delete_resource(''User'', id(1), ''*'')']) s;
SELECT error('SELECT scim_get_user(id(1))');

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_views;
