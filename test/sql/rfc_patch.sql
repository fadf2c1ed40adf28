-- What RFC 7644 section 3.5.2 requires of PATCH (docs/rfc-requirements.md).
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
INSERT INTO users (id, data, created, last_modified) VALUES (id(1)::uuid, '{"userName": "ann", "title": "A", "name": {"givenName": "Ann", "familyName": "Lee"}, "emails": [{"value": "a@x.org", "type": "work", "primary": true}, {"value": "b@x.org", "type": "home"}, {"value": "c@x.org", "type": "home"}]}',
	'2024-06-01T12:00:00Z', '2024-06-01T12:00:00Z');
INSERT INTO groups (id, data) VALUES (id(7)::uuid, '{"displayName": "staff"}');
CREATE TABLE start AS SELECT data FROM users;
-- an operation on the user as at the start: what of it is shown then, or the error; and whether the row is as it was
CREATE FUNCTION patched(operations text, shown text[] DEFAULT '{title,name,emails}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	before users;
BEGIN
	UPDATE users SET data = start.data FROM start;
	before := (SELECT u FROM users u WHERE id = id(1)::uuid);
	answer := says(format('SELECT jsonb_strip_nulls(jsonb_object_agg(k, v -> k)) FROM scim_patch_user(id(1), %L) v, unnest(%L::text[]) k', operations, shown));
	RETURN answer || CASE WHEN (SELECT u FROM users u WHERE id = id(1)::uuid) IS NOT DISTINCT FROM before THEN ' (unchanged)' ELSE '' END;
END $$;

-- ---- the message ----

-- it is supported, and says so
SELECT 'RFC7644-3.5-L1609' AS requirement, patched('[{"op": "replace", "path": "title", "value": "B"}]', '{title}'), scim_service_provider_config() #>> '{patch,supported}';
SELECT 'RFC7644-3.5.2-L1805', patched('{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "path": "title", "value": "B"}]}', '{title}'),
	patched('{"Operations": [{"op": "replace", "path": "title", "value": "B"}]}'), patched('{"schemas": ["urn:x"], "Operations": [{"op": "replace", "path": "title", "value": "B"}]}');
SELECT 'RFC7644-3.5.2-L1808', patched('{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}'), patched('{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}'), patched('[]');
SELECT 'RFC7644-3.5.2-L1810', patched('[{"path": "title", "value": "B"}]'), patched('[{"op": "move", "path": "title", "value": "B"}]'), patched('[{"op": "add", "OP": "remove", "path": "title", "value": "B"}]'), patched('[{"op": ["add"], "path": "title", "value": "B"}]');

-- ---- what it must keep to ----

SELECT 'RFC7644-3.5.2-L1886', patched('[{"op": "replace", "path": "title", "value": 5}]'), patched('[{"op": "replace", "path": "shoeSize", "value": "5"}]'), patched('[{"op": "replace", "path": "active", "value": "yes"}]'), patched('[{"op": "add", "path": "emails", "value": "x"}]');
SELECT 'RFC7644-3.5.2-L1888', patched('[{"op": "replace", "path": "id", "value": "x"}]'), patched('[{"op": "add", "path": "groups", "value": {"value": "x"}}]'), patched('[{"op": "replace", "path": "meta.version", "value": "x"}]'), patched('[{"op": "add", "value": {"meta": {"created": "2001-01-01T00:00:00Z"}}}]');
SELECT 'RFC7644-3.5.2-L1927', patched('[{"op": "add", "path": "emails", "value": {"value": "d@x.org", "primary": true}}]', '{emails}');
SELECT 'RFC7644-3.5.2-L1927', patched('[{"op": "replace", "path": "emails[value eq \"b@x.org\"].primary", "value": true}]', '{emails}'), patched('[{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]', '{emails}');
-- a later operation fails: the earlier ones have not been
SELECT 'RFC7644-3.5.2-L1931', patched('[{"op": "replace", "path": "title", "value": "B"}, {"op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x"}]');
SELECT 'RFC7644-3.5.2-L1933', patched('[{"op": "replace", "path": "title", "value": "B"}, {"op": "remove", "path": "userName"}]'), scim_get_user(id(1)) ->> 'title';
-- operations see what those before them did
SELECT patched('[{"op": "add", "path": "emails", "value": {"value": "d@x.org", "type": "other"}}, {"op": "replace", "path": "emails[type eq \"other\"].value", "value": "e@x.org"}, {"op": "remove", "path": "emails[type eq \"home\"]"}]', '{emails}');
SELECT scim_patch_user(id(1), '[{"op": "replace", "path": "title", "value": "C"}]') AS patched \gset
SELECT 'RFC7644-3.5.2-L1939', scim_get_user(id(1)) = :'patched'::jsonb, :'patched'::jsonb ->> 'title';

-- ---- add ----

SELECT 'RFC7644-3.5.2.1-L1972', patched('[{"op": "add", "path": "title"}]'), patched('[{"op": "add"}]'), patched('[{"op": "replace", "path": "title"}]');
SELECT 'RFC7644-3.5.2.1-L1988', patched('[{"op": "add", "path": "name", "value": {"middleName": "M"}}]', '{name}'), patched('[{"op": "add", "path": "name", "value": "M"}]');
SELECT 'RFC7644-3.5.2.1-L2004', patched('[{"op": "add", "path": "emails", "value": [{"type": "home", "value": "b@x.org"}]}]', '{title}'), patched('[{"op": "add", "path": "title", "value": "A"}]', '{title}'),
	patched('[{"op": "add", "value": {"name": {"givenName": "Ann"}}}]', '{title}');

-- ---- remove ----

SELECT 'RFC7644-3.5.2.2-L2146', patched('[{"op": "remove", "path": "title"}, {"op": "remove", "path": "name.givenName"}]', '{title,name}');
SELECT 'RFC7644-3.5.2.2-L2151', patched('[{"op": "remove", "path": "emails"}]'), patched('[{"op": "remove", "path": "emails[value pr]"}]');
SELECT 'RFC7644-3.5.2.2-L2167', patched('[{"op": "remove", "path": "userName"}]'), patched('[{"op": "remove", "path": "meta"}]'), patched('[{"op": "remove", "path": "groups"}]'), says($$SELECT scim_patch_group(id(7), '[{"op": "remove", "path": "displayName"}]')$$);
SELECT patched('[{"op": "remove"}]'), patched('[{"op": "remove", "path": "emails[type eq \"fax\"]"}]'), patched('[{"op": "remove", "path": "emails[type eq \"home\"].type"}]', '{emails}');

-- ---- replace ----

SELECT 'RFC7644-3.5.2.3-L2376', patched('[{"op": "replace", "path": "nickName", "value": "N"}, {"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "D"}]',
	'{nickName,schemas,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User}');
SELECT 'RFC7644-3.5.2.3-L2387', patched('[{"op": "replace", "path": "emails[type eq \"home\"].display", "value": "H"}]', '{emails}'), patched('[{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "w@x.org", "type": "work"}}]', '{emails}');
SELECT 'RFC7644-3.5.2.3-L2396', patched('[{"op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x"}]'), patched('[{"op": "replace", "path": "emails[type eq \"fax\"]", "value": {"value": "x"}}]');
ROLLBACK;
