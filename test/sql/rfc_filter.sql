-- What RFC 7644 section 3.4.2 requires of filters, sorting, pages and of the
-- attributes that an answer has (docs/rfc-requirements.md).
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
INSERT INTO users (id, data, created) VALUES
	(id(1)::uuid, '{"userName": "bjensen", "displayName": "b", "externalId": "Ab", "active": true, "title": "T", "emails": [{"value": "bj@x.org", "type": "work"}, {"value": "b@home.org", "type": "home"}], "x509Certificates": [{"value": "AAEC"}]}', '2024-06-01T12:00:00Z'),
	(id(2)::uuid, '{"userName": "Ajensen", "displayName": "C", "externalId": "aB", "active": false, "emails": [{"value": "aj@y.org", "type": "work"}, {"value": "a@x.org", "type": "home"}]}', '2024-06-02T12:00:00Z'),
	(id(3)::uuid, '{"userName": "carl", "displayName": "a", "title": ""}', '2024-06-03T12:00:00Z');
-- who is found, by the last digit of the id, in the order of the answer
CREATE FUNCTION found(filter text DEFAULT NULL, sort_by text DEFAULT NULL, sort_order text DEFAULT NULL) RETURNS text LANGUAGE sql AS
	$$SELECT says(format($q$SELECT string_agg(right(r ->> 'id', 1), '' ORDER BY i) FROM jsonb_array_elements(scim_list_users(%L, %L, %L) -> 'Resources') WITH ORDINALITY l (r, i)$q$, filter, sort_by, sort_order))$$;

-- ---- filters ----

SELECT 'RFC7644-3.4.2.2-L944' AS requirement, found(''), found(' '), found('()');
SELECT 'RFC7644-3.4.2.2-L1001', found('active gt true'), found('active le false'), found('x509Certificates.value gt "AAEC"'), found('x509Certificates.value eq "AAEC"');
-- figure 1, case by case, and what is not in it
SELECT 'RFC7644-3.4.2.2-L1127', f, found(f) FROM unnest(ARRAY['userName eq "bjensen"', 'USERNAME EQ "bjensen"', 'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b"', 'title pr', 'title ne null', 'not (title pr)', 'active eq true', 'externalId eq null',
	'userName eq "carl" or active eq true and emails.type eq "home"', '(userName eq "carl" or active eq true) and emails.type eq "home"', 'emails[type eq "work" and value co "@x.org"]', 'emails.type eq "work" and emails.value co "@x.org"',
	'emails[not (type eq "work")]', 'meta.created ge "2024-06-02T14:00:00+02:00"', 'userName eq "\u0062jensen"', 'schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"']) WITH ORDINALITY t (f, i) ORDER BY i;
SELECT 'RFC7644-3.4.2.2-L1127', f, found(f) FROM unnest(ARRAY['userName', 'userName eq', 'userName eq bjensen', 'userName eq ''bjensen''', 'userName eq "bjensen', 'userName  eq "b"', 'userName eq "b" and', 'and userName eq "b"', '(userName eq "b"', 'userName eq "b")', 'not userName pr',
	'emails[type eq "work"', 'emails[type eq "work"].value eq "x"', 'emails[emails[type pr]]', 'userName eq "b" xor title pr', 'userName eq 01', '1userName pr', 'userName eq "\x"', 'userName pr true', 'userName eq "a" "b"']) WITH ORDINALITY t (f, i) ORDER BY i;
SELECT 'RFC7644-3.4.2.2-L1197', found('emails eq "bj@x.org"'), found('name co "x"'), found('emails.value eq "bj@x.org"'), found('emails pr');
SELECT 'RFC7644-3.4.2.2-L1208', found('userName like "b"'), found('userName regex "b"'), found('userName = "b"'), found('shoeSize eq "1"'), found('active eq "true"'), found('meta.created gt "yesterday"'), found('meta.created co "2024"');
SELECT 'RFC7644-3.4.2.2-L1217', found('userName eq "BJENSEN"'), found('userName co "JENS"'), found('externalId eq "ab"'), found('externalId eq "aB"'), found('externalId sw "A"'), found('userName gt "AJENSEN"'), found('emails.value ew "X.ORG"');
-- of a uuid every spelling is the same value; ids that are texts are exact: ids.sql
INSERT INTO groups (id, data) VALUES ('00000000-0000-4000-a000-00000000000b', '{"displayName": "b"}');
SELECT jsonb_array_length(scim_add_members('00000000-0000-4000-a000-00000000000b', ARRAY[id(1), id(2)]) -> 'members');
SELECT 'RFC7644-3.4.2.2-L1217', f, found(f) FROM unnest('{eq,ne,gt,le,co,sw,ew}'::text[]) op, LATERAL (SELECT format('groups.value %s "00000000-0000-4000-A000-00000000000B"', op) AS f) t;
SELECT 'RFC7644-3.4.2.2-L1217', f, says(format('SELECT scim_list_groups(%L) ->> ''totalResults''', f)) FROM unnest('{eq,ne,sw}'::text[]) op, LATERAL (SELECT format('id %s "00000000-0000-4000-A000-00000000000B"', op) AS f) t;
SELECT 'RFC7643-7-L1748', found('externalId co "b"'), found('displayName eq "B"');

-- ---- lists ----

SELECT 'RFC7644-3.4.2-L817', r -> 'schemas', r ?& '{totalResults,Resources,startIndex,itemsPerPage}' FROM scim_list_users() r;
SELECT 'RFC7644-3.1-L436', bool_and(s LIKE 'urn:ietf:params:scim:api:messages:2.0:%') FROM jsonb_array_elements_text(scim_list_users() -> 'schemas') s;
SELECT 'RFC7644-3.4.2-L847', scim_list_users('userName eq "nobody"');
SET scimver.max_results = 2;
SELECT 'RFC7644-3.4.2.1-L912', says('SELECT scim_list_users()'), found('userName co "jensen"');
RESET scimver.max_results;
SELECT 'RFC7644-3.4.2.4-L1358', scim_list_users(start_index => n) ->> 'startIndex', jsonb_array_length(scim_list_users(start_index => n) -> 'Resources') FROM unnest('{0,-5,1,2,9}'::int[]) WITH ORDINALITY t (n, i) ORDER BY i;
SELECT 'RFC7644-3.4.2.4-L1363', jsonb_array_length(scim_list_users(count => n) -> 'Resources'), scim_list_users(count => n) ->> 'totalResults' FROM unnest('{0,-1,1,2,3,4}'::int[]) WITH ORDINALITY t (n, i) ORDER BY i;

-- ---- sorting ----

SELECT 'RFC7644-3.4.2.3-L1319', found(NULL, 'userName'), found(NULL, 'userName', 'ascending'), found(NULL, 'userName', 'descending'), found(NULL, 'userName', 'upwards');
-- as the type has it: without case, with case, by time; nothing goes last, and first when descending
SELECT 'RFC7644-3.4.2.3-L1321', found(NULL, 'displayName'), found(NULL, 'externalId'), found(NULL, 'externalId', 'descending'), found(NULL, 'meta.created', 'descending'), found(NULL, 'active'), found(NULL, 'emails.value'), found(NULL, 'name');

-- ---- attributes ----

SELECT 'RFC7644-3.4.2.5-L1438', r - 'id' - 'schemas' FROM (VALUES (scim_get_user(id(1), attributes => '{userName,emails.value}')), (scim_get_user(id(1), excluded_attributes => '{meta,emails,x509Certificates,active}')),
	(scim_list_users('userName eq "carl"', attributes => '{displayName}') #> '{Resources,0}'), (scim_update_user(id(3), '{"userName": "carl", "displayName": "a"}', attributes => '{userName}')),
	(scim_patch_user(id(3), '[{"op": "add", "path": "title", "value": "x"}]', attributes => '{title}')), (scim_create_user('{"userName": "dora", "displayName": "d"}', attributes => '{displayName}'))) v (r);
SELECT 'RFC7644-3.4.2.5-L1449', scim_get_user(id(3), excluded_attributes => '{id,schemas,userName,meta,title,displayName}');
SELECT 'RFC7644-3.9-L3596', scim_get_user(id(3), attributes => '{displayName}'), scim_get_user(id(3), attributes => '{urn:ietf:params:scim:schemas:core:2.0:User:TITLE}') ->> 'title', says($$SELECT scim_get_user(id(3), attributes => '{shoeSize}')$$),
	says($$SELECT scim_get_user(id(3), attributes => '{title}', excluded_attributes => '{title}')$$);
ROLLBACK;
