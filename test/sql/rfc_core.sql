-- What RFC 7643 and RFC 7644 require of resources, users and groups: common
-- attributes, create, replace, delete (docs/rfc-requirements.md).
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS scimver CASCADE;
SET scimver.password_cost = 4;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

-- what a statement gives, or its error with the scimType and the path
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN coalesce(answer, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	IF sqlstate NOT LIKE 'PT%' THEN RETURN sqlstate || ' ' || sqlerrm; END IF;
	RETURN concat_ws(' ', sqlstate, coalesce(detail::jsonb ->> 'scim_type', split_part(sqlerrm, ':', 1)), '@ ' || (detail::jsonb ->> 'path'));
END $$;
CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
-- a user that is made of this, with whatever the server says; or without what it adds
CREATE FUNCTION made(data jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	id text;
BEGIN
	DELETE FROM users WHERE user_name = 'made';
	id := scim_create_user('{"userName": "made"}' || data) ->> 'id';
	RETURN scim_get_user(id);
END $$;
CREATE FUNCTION user_of(data text) RETURNS text LANGUAGE sql AS $$SELECT says(format('SELECT made(%L) - ''{id,meta,userName}''::text[]', data))$$;
INSERT INTO users (id, data, created) VALUES (id(1)::uuid, '{"userName": "ann", "externalId": "X1", "title": "A", "password": "secret"}', '2024-06-01T12:00:00Z'), (id(2)::uuid, '{"userName": "bob"}', '2024-06-01T12:00:00Z');
INSERT INTO groups (id, data, created) VALUES (id(7)::uuid, '{"displayName": "staff"}', '2024-06-01T12:00:00Z');
\set enterprise '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D"}}'

-- ---- schemas ----

SELECT 'RFC7643-2.1-L366' AS requirement, made('{}') -> 'schemas', user_of('[]'), user_of('"ann"');
SELECT 'RFC7643-2.1-L369', user_of('{"nick name": "A"}'), user_of('{"NICKNAME": "A"}');
SELECT 'RFC7643-3-L709', user_of('{"schemas": []}'), jsonb_array_length(scim_get_user(id(1)) -> 'schemas'), jsonb_array_length(scim_get_group(id(7)) -> 'schemas');
SELECT 'RFC7643-3-L711', user_of('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x:unknown"]}'), user_of('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}');
SELECT 'RFC7643-3-L713', user_of('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"]}'),
	user_of('{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "URN:ietf:params:scim:schemas:core:2.0:user"]}');
SELECT 'RFC7643-3-L714', scim_version('{"schemas": ["b", "a"], "userName": "x"}') = scim_version('{"schemas": ["a", "b"], "userName": "x"}'),
	says(format('SELECT made(%L) -> ''schemas''', '{"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:User"]}'::jsonb || :'enterprise'));
SELECT 'RFC7643-3.3-L976', made('{}') -> 'schemas' ->> 0;
SELECT 'RFC7643-3.3-L981', made(:'enterprise') - '{id,meta,userName}'::text[];

-- ---- common attributes ----

SELECT 'RFC7643-3.1-L852', r ?& '{schemas,id,meta}', r -> 'meta' ?& '{resourceType,created,lastModified,location,version}' FROM (VALUES (scim_get_user(id(1))), (scim_get_group(id(7)))) v (r);
DELETE FROM users WHERE user_name = 'made';
SELECT 'RFC7643-3.1-L855', r ?& '{id,meta}' FROM scim_create_user('{"userName": "made"}') r;
SELECT 'RFC7643-3.1-L866', count(*) = 3 AND bool_and(length(scim_get_user(id::text) ->> 'id') = 36) FROM users;
-- over all types: a user's id is no group's; nor can a row have an id that there is
SELECT 'RFC7643-3.1-L867', says('SELECT scim_get_group(id(1))'), says($$INSERT INTO users (id, data) VALUES (id(1)::uuid, '{"userName": "twin"}')$$),
	(SELECT count(DISTINCT scim_create_group('{"displayName": "g"}') ->> 'id') FROM generate_series(1, 20));
SELECT 'RFC7643-3.1-L868', scim_update_user(id(1), scim_get_user(id(1)) || '{"userName": "Ann", "title": "B"}') ->> 'id' = id(1);
SELECT 'RFC7643-3.1-L868', scim_get_user(id(1)) ->> 'title', (SELECT count(*) FROM users WHERE user_name = 'ann');
SELECT 'RFC7643-3.1-L872', made(jsonb_build_object('id', id(9))) ->> 'id' <> id(9), scim_update_user(id(1), scim_get_user(id(1)) || jsonb_build_object('id', id(9))) ->> 'id' = id(1),
	says($$SELECT scim_patch_user(id(1), '[{"op": "replace", "path": "id", "value": "x"}]')$$);
SELECT 'RFC7643-3.1-L873', bool_or(id::text ~* 'bulkId'), says($$INSERT INTO users (id, data) VALUES ('bulkId', '{"userName": "bulk"}')$$) FROM users;
SELECT 'RFC7643-3.1-L890', scim_get_user(id(2)) ? 'externalId', scim_get_user(id(1)) ->> 'externalId';
-- one in each tenant, read by nobody else
SELECT scim_grant_tenant('other', current_user::regrole);
SELECT 'RFC7643-3.1-L891', scim_create_user('{"userName": "ann", "externalId": "X1"}', tenant_id => 'other') ->> 'externalId', jsonb_path_query_array(scim_list_users('externalId eq "X1"'), '$.Resources[*].id');
SELECT 'RFC7643-3.1-L911', r -> 'meta' ->> 'resourceType', r #>> '{meta,created}' LIKE '2001%', scim_update_user(r ->> 'id', r || '{"meta": {"created": "2001-01-01T00:00:00Z", "version": "x"}}') -> 'meta' = r -> 'meta'
	FROM made('{"meta": {"resourceType": "Group", "created": "2001-01-01T00:00:00Z", "version": "W/\"x\"", "location": 7}}') r;
SELECT 'RFC7643-3.1-L920', scim_get_user(id(2)) -> 'meta' ->> 'created', scim_datetime(scim_get_user(id(2)) -> 'meta' ->> 'created') = created FROM users WHERE id = id(2)::uuid;
SELECT 'RFC7643-3.1-L925', r #>> '{meta,created}' = r #>> '{meta,lastModified}' FROM scim_get_user(id(2)) r;
SET scimver.base_url = 'https://example.com/scim/v2';
SELECT 'RFC7643-2.3.7-L555', scim_get_user(id(2)) #>> '{meta,location}', scim_create_group(jsonb_build_object('displayName', 'h', 'members', jsonb_build_array(jsonb_build_object('value', id(2))))) #>> '{members,0,$ref}';
RESET scimver.base_url;
SELECT 'RFC7644-3.3.1-L712', scim_get_user(id(1)) #>> '{meta,resourceType}', scim_get_group(id(7)) #>> '{meta,resourceType}';

-- ---- users ----

SELECT 'RFC7643-4.1.1-L1035', says($$SELECT scim_create_user('{}')$$), says($$SELECT scim_create_user('{"userName": ""}')$$), says($$SELECT scim_create_user('{"userName": null}')$$),
	says($$SELECT scim_update_user(id(1), '{"title": "A"}')$$), says($$SELECT scim_patch_user(id(1), '[{"op": "remove", "path": "userName"}]')$$);
SELECT 'RFC7643-4.1.1-L1186', r::text ~* 'secret|password|\$2' FROM (VALUES (scim_get_user(id(1))), (scim_list_users()), (scim_patch_user(id(1), '[{"op": "replace", "path": "password", "value": "secret2"}]')),
	(scim_update_user(id(1), '{"userName": "ann", "externalId": "X1", "password": "secret3"}'))) v (r);
SELECT 'RFC7643-4.1.1-L1222', scim_get_user(id(1), attributes => '{password,userName}') - 'id' - 'schemas', says($$SELECT scim_list_users('password eq "secret3"')$$), says($$SELECT scim_list_users(sort_by => 'password')$$);
SELECT 'RFC7643-9.2-L5117', password_hash = crypt('secret3', password_hash), data::text ~ 'secret', password_hash ~ 'secret' FROM users WHERE id = id(1)::uuid;
SELECT 'RFC7643-4.1.2-L1378', user_of('{"x509Certificates": [{"value": "MIIB"}]}'), user_of('{"x509Certificates": [{"value": "-----BEGIN CERTIFICATE-----"}]}');
-- userName has no case and no width (UsernameCaseMapped maps both), passwords have both
SELECT 'RFC7644-5-L4214', says(format($$SELECT scim_create_user('{"userName": "%s"}')$$, n)), scim_list_users(format('userName eq "%s"', n)) ->> 'totalResults' FROM unnest(ARRAY['ANN', U&'\FF21nn']) n;
SELECT 'RFC7644-5-L4214', password_hash = crypt('Secret3', password_hash) FROM users WHERE id = id(1)::uuid;

-- ---- groups ----

SELECT scim_patch_group(id(7), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_object('value', id(1))))) -> 'members';
SELECT 'RFC7643-4.1.2-L1351', scim_get_user(id(1)) -> 'groups';
SELECT 'RFC7643-4.1.2-L1354', jsonb_array_length(scim_update_user(id(1), scim_get_user(id(1)) || '{"groups": []}') -> 'groups'), says($$SELECT scim_patch_user(id(1), '[{"op": "remove", "path": "groups"}]')$$),
	scim_patch_group(id(7), format('[{"op": "remove", "path": "members[value eq \"%s\"]"}]', id(1))::jsonb) ? 'members';
SELECT 'RFC7643-4.1.2-L1354', scim_get_user(id(1)) ? 'groups';
SELECT 'RFC7643-2.4-L612', r -> 'members' FROM scim_create_group(jsonb_build_object('displayName', 'i', 'members', jsonb_build_array(jsonb_build_object('value', id(1), 'display', 'no', 'type', 'User'), jsonb_build_object('value', id(7))))) r;

-- ---- create (RFC 7644 section 3.3) ----

SELECT 'RFC7644-3.3-L584', r ? 'groups', r #> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,manager}'
	FROM made('{"groups": [{"value": "x"}], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m", "displayName": "Boss"}}}') r;
DELETE FROM users WHERE user_name = 'made';
SELECT scim_create_user('{"userName": "made"}') AS made \gset
SELECT 'RFC7644-3.3-L603', scim_get_user(:'made'::jsonb ->> 'id') = :'made'::jsonb, :'made'::jsonb ->> 'userName';
SELECT 'RFC7644-3.3-L605', r #>> '{meta,location}' = '/Users/' || (r ->> 'id') FROM scim_get_user(id(1)) r;
SELECT 'RFC7644-3.3-L625', says($$SELECT scim_create_user('{"userName": "Ann"}')$$), says($$SELECT scim_update_user(id(2), '{"userName": "Ann"}')$$);

-- ---- replace (RFC 7644 section 3.5.1) ----

SELECT 'RFC7644-3.2-L490', says($$SELECT scim_update_user(id(9), '{"userName": "new"}')$$);
SELECT 'RFC7644-3.5.1-L1637', says($$SELECT scim_update_group(id(9), '{"displayName": "new"}')$$), (SELECT count(*) FROM users WHERE user_name = 'new');
SELECT 'RFC7644-3.5.1-L1644', scim_update_user(id(2), '{"userName": "bobby", "title": "T", "nickName": "N", "password": "pw"}') - 'id' - 'meta' - 'schemas' - 'groups';
SELECT 'RFC7644-3.5.1-L1644', password_hash = crypt('pw', password_hash) FROM users WHERE id = id(2)::uuid;
SELECT scim_update_user(id(2), '{"userName": "bobby", "nickName": "M"}') - 'id' - 'meta' - 'schemas' - 'groups';
SELECT 'RFC7644-3.5.1-L1644', password_hash = crypt('pw', password_hash) FROM users WHERE id = id(2)::uuid;
SELECT 'RFC7644-3.5.1-L1665', scim_update_user(id(2), jsonb_build_object('userName', 'bobby', 'id', id(9), 'meta', 'x', 'groups', 1)) ->> 'id' = id(2);
SELECT 'RFC7644-3.5.1-L1667', says($$SELECT scim_update_user(id(2), '{"nickName": "N"}')$$), says($$SELECT scim_update_group(id(7), '{}')$$), scim_get_user(id(2)) ->> 'userName';

-- ---- delete (RFC 7644 section 3.6) ----

SELECT scim_delete_user(id(2));
SELECT 'RFC7644-3.6-L2642', says('SELECT scim_get_user(id(2))'), says($$SELECT scim_update_user(id(2), '{"userName": "bobby"}')$$), says($$SELECT scim_patch_user(id(2), '[{"op": "remove", "path": "title"}]')$$), says('SELECT scim_delete_user(id(2))');
SELECT 'RFC7644-3.6-L2644', scim_list_users('userName eq "bobby"') ->> 'totalResults', scim_list_users()::text ~ id(2), says($$SELECT scim_create_user('{"userName": "Bobby"}') ->> 'userName'$$);

-- ---- errors, encoding, access ----

CREATE FUNCTION told(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN detail::jsonb;
END $$;
SELECT 'RFC7644-3.12-L3707', told('SELECT scim_get_user(id(9))'), told($$SELECT scim_create_user('{"userName": 1}')$$);
SELECT 'RFC7644-3.8-L3537', current_setting('server_encoding'), made(jsonb_build_object('userName', 'utf', 'title', U&'\00E4\65E5\+01F600')) ->> 'title' = U&'\00E4\65E5\+01F600';
CREATE ROLE scimver_rfc_nobody;
SET LOCAL ROLE scimver_rfc_nobody;
SELECT 'RFC7644-2-L311', says('SELECT scim_get_user(id(1))'), says('SELECT scim_list_users()');
RESET ROLE;
SELECT scim_grant_tenant('other', 'scimver_rfc_nobody');
SET LOCAL ROLE scimver_rfc_nobody;
SELECT 'RFC7644-2-L311', says('SELECT scim_get_user(id(1))'), says($$SELECT scim_list_users(tenant_id => 'other') ->> 'totalResults'$$);
ROLLBACK;
