-- Input that nobody should send: each has one clear error, or is taken as it
-- is, and after an error nothing is changed.
SET client_min_messages = warning;
CREATE DATABASE scimver_bad_input TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\set regression :DBNAME
\c scimver_bad_input
\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');

CREATE FUNCTION id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || lpad(n::text, 12, '0');
INSERT INTO users (id, data) SELECT id(n)::uuid, jsonb_build_object('userName', 'user' || n, 'emails', jsonb_build_array(jsonb_build_object('value', n || '@x.org', 'type', 'work'))) FROM generate_series(1, 3) n;
INSERT INTO groups (id, data) SELECT id(n)::uuid, jsonb_build_object('displayName', 'group' || n) FROM generate_series(11, 14) n;
SELECT jsonb_array_length(scim_add_members(id(11), ARRAY[id(12)]) -> 'members'), jsonb_array_length(scim_add_members(id(12), ARRAY[id(13), id(1)]) -> 'members');

-- all that is stored
CREATE FUNCTION everything() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat((SELECT string_agg(u::text, '|' ORDER BY u.id) FROM users u), (SELECT string_agg(g::text, '|' ORDER BY g.id) FROM groups g),
		(SELECT string_agg(m::text, '|' ORDER BY m::text) FROM groups_members m), (SELECT string_agg(s::text, '|' ORDER BY s.id) FROM scim_schemas s), (SELECT string_agg(t::text, '|' ORDER BY t.name) FROM scim_resource_types t)))
$$;
CREATE TABLE start AS SELECT everything() AS everything;

-- a statement's error, or its answer; what an answer changed is taken back
CREATE FUNCTION says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
BEGIN
	EXECUTE statement INTO answer;
	RAISE EXCEPTION USING ERRCODE = 'TAKEB', MESSAGE = coalesce(left(answer, 200), 'NULL');
EXCEPTION
	WHEN SQLSTATE 'TAKEB' THEN RETURN sqlerrm;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
		RETURN left(concat_ws(' ', sqlstate, CASE WHEN sqlstate = '54000' THEN left(sqlerrm, 18) ELSE sqlerrm END, CASE WHEN detail LIKE '{%' THEN nullif((detail::jsonb - '{status,scim_type,error_code}'::text[])::text, '{}') END), 260);
END $$;
-- the same by a tool, which answers its errors: there a change would stay
CREATE FUNCTION tool(name text, arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb := scim_call_tool(name, arguments);
BEGIN
	RETURN left(concat_ws(' ', coalesce(answer -> 'content' ->> 'error_code', 'done'), answer -> 'content' ->> 'error'), 200);
END $$;

-- ---- a NUL character ----

SELECT says($$SELECT scim_create_user('{"userName": "a\u0000b"}')$$);
SELECT tool('scim_create_user', '{"user_data": {"userName": "a\u0000b"}}');
SELECT tool('scim_patch_user', format('{"user_id": "%s", "operations": [{"op": "add", "path": "title", "value": "\u0000"}]}', id(1)));
SELECT says($$SELECT scim_list_users('userName eq "a\u0000"')$$), says($$SELECT scim_list_users('emails[value co "\u0000"]')$$);
SELECT says(format($$SELECT scim_patch_user(id(1), %L)$$, '[{"op": "remove", "path": "emails[value eq \"a\\u0000\"]"}]'));
-- nor half of a character
SELECT tool('scim_create_user', '{"user_data": {"userName": "\ud800"}}'), says($$SELECT scim_list_users('userName eq "\ud800"')$$), says($$SELECT scim_list_users('userName eq "\ude00\ud83d"')$$);
SELECT everything = everything() FROM start;

-- ---- a megabyte ----

-- a long value is as good as a short one, and is found again; what an index cannot hold has an error
CREATE FUNCTION long_text(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT left(string_agg(md5(i::text), ''), n) FROM generate_series(1, n / 32 + 1) i$$;
SELECT a, says(format($$SELECT length(scim_create_user(jsonb_build_object('userName', 'long', %1$L, long_text(1000000))) ->> %1$L)$$, a)) FROM unnest('{title,nickName,displayName,externalId,userName}'::text[]) WITH ORDINALITY t (a, i) ORDER BY i;
SELECT says($$SELECT length(scim_create_user(jsonb_build_object('userName', 'long', 'emails', jsonb_build_array(jsonb_build_object('value', long_text(1000000))))) #>> '{emails,0,value}')$$);
SELECT says($$SELECT length(scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'title', 'value', long_text(1000000)))) ->> 'title')$$),
	says($$SELECT scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', long_text(1000000), 'value', 'x')))$$);
SELECT tool('scim_update_user', jsonb_build_object('user_id', id(1), 'user_data', jsonb_build_object('userName', long_text(1000000)))::text),
	tool('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', long_text(1000000)), jsonb_build_object('op', 'remove')))::text);
SELECT says($$SELECT scim_get_user(long_text(1000000))$$), says($$SELECT scim_get_user(id(1), tenant_id => long_text(1000000))$$), says($$SELECT scim_update_user(id(1), '{"userName": "x"}', long_text(1000000))$$);
SELECT everything = everything() FROM start;

-- ---- ten thousand ----

CREATE FUNCTION many_emails(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT jsonb_agg(jsonb_build_object('value', i || '@x.org', 'type', CASE WHEN i % 2 = 0 THEN 'work' ELSE 'home' END)) FROM generate_series(1, n) i$$;
SELECT says($$SELECT jsonb_array_length(scim_create_user(jsonb_build_object('userName', 'many', 'emails', many_emails(10000))) -> 'emails')$$);
SELECT says($$SELECT jsonb_array_length(scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'emails', 'value', many_emails(10000)))) -> 'emails')$$);
SELECT says($$SELECT jsonb_array_length(scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'emails', 'value', many_emails(10000)), '{"op": "remove", "path": "emails[type eq \"work\"]"}'::jsonb)) -> 'emails')$$);
SELECT says($$SELECT scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'emails', 'value', many_emails(10000) || '[{"value": 7}]')))$$);
SELECT says($$SELECT scim_patch_user(id(1), (SELECT jsonb_agg(jsonb_build_object('op', 'add', 'path', 'title', 'value', i::text)) FROM generate_series(1, 10000) i)) ->> 'title'$$);
SELECT says($$SELECT scim_add_members(id(14), ARRAY(SELECT id(n) FROM generate_series(1, 10000) n))$$), says($$SELECT scim_remove_members(id(12), ARRAY(SELECT id(n) FROM generate_series(2, 10000) n)) #>> '{members,0,value}'$$);
SELECT everything = everything() FROM start;

-- ---- filters ----

CREATE FUNCTION filters() RETURNS TABLE (what text, filter text) LANGUAGE sql AS $$ VALUES
	('a string of 100 kB', 'userName eq "' || repeat('x', 100000) || '"'), ('100 kB of terms', 'title pr' || repeat(' or title pr', 8333)), ('100 kB of blanks', repeat(' ', 100000)), ('100 kB of a name', repeat('x', 100000) || ' pr'),
	('10,000 parentheses', repeat('(', 10000) || 'title pr' || repeat(')', 10000)), ('10,000 that nobody closes', repeat('(', 10000)), ('10,000 times not', repeat('not (', 10000) || 'title pr' || repeat(')', 10000)), ('65 parentheses', repeat('(', 65) || 'title pr' || repeat(')', 65)),
	('10,000 brackets', repeat('emails[', 10000)), ('257 terms', 'title pr' || repeat(' and title pr', 256)), ('256 terms', 'title pr' || repeat(' and title pr', 255)), ('a number of 10,000 digits', 'meta.created gt ' || repeat('9', 10000)), ('nothing but quotes', repeat('"', 1001)) $$;
SELECT what, says(format('SELECT scim_list_users(%L) ->> ''totalResults''', filter)), says(format($q$SELECT scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'remove', 'path', %L)))$q$, 'emails[' || filter || ']')) FROM filters();
SELECT says($$SELECT scim_list_users(sort_by => repeat('x', 100000))$$), says($$SELECT scim_list_users(attributes => ARRAY[repeat('name.', 10000)])$$), says($$SELECT scim_list_users(cursor => repeat('A', 100000))$$);
SELECT everything = everything() FROM start;

-- ---- JSON that is deep ----

CREATE FUNCTION deep(n int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT (repeat('[', n) || repeat(']', n))::jsonb$$;
SELECT says($$SELECT scim_create_user(jsonb_build_object('userName', 'deep', 'name', deep(2000)))$$), says($$SELECT scim_patch_user(id(1), jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'name', 'value', deep(2000))))$$),
	says($$SELECT scim_patch_user(id(1), deep(2000))$$), says($$SELECT scim_register_schema(deep(2000))$$);

-- ---- groups in circles ----

SELECT says('SELECT scim_add_members(id(13), ARRAY[id(11)])'), says('SELECT scim_add_members(id(13), ARRAY[id(12)])'), says('SELECT scim_add_members(id(14), ARRAY[id(14)])');
SELECT says(format($$SELECT scim_patch_group(id(13), '[{"op": "add", "path": "members", "value": [{"value": "%s"}, {"value": "%s"}]}]')$$, id(1), id(11)));
SELECT says(format($$SELECT scim_update_group(id(13), '{"displayName": "x", "members": [{"value": "%s"}]}')$$, id(11))), says($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(13)::uuid, 'Group', id(11)::uuid)$$);
SELECT says($$INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(13)::uuid, 'Group', id(14)::uuid), (id(14)::uuid, 'Group', id(11)::uuid)$$);
SELECT tool('scim_patch_group', format('{"group_id": "%s", "operations": [{"op": "replace", "path": "displayName", "value": "x"}, {"op": "add", "path": "members", "value": {"value": "%s"}}]}', id(13), id(11)));
SELECT everything = everything() FROM start;

-- ---- every function, every argument: NULL, and what else it should not be ----

-- arguments that are in order, by name
CREATE TABLE good (name text, value text);
INSERT INTO good VALUES ('resource_type', '''User'''), ('id', 'id(1)'), ('group_id', 'id(11)'), ('data', '''{"userName": "x", "displayName": "x"}'''), ('operations', '''[{"op": "add", "path": "externalId", "value": "x"}]'''), ('members', 'ARRAY[id(2)]'),
	('attributes', '''{externalId}'''), ('filter', '''externalId pr'''), ('sort_by', '''externalId'''), ('path', '''externalId'''), ('start_index', '1'), ('count', '10'), ('name', '''scim_server_info'''), ('arguments', '''{}'''),
	('tenant', '''default'''), ('role', '''pg_monitor'''), ('relation', '''users'''), ('mapping', '''{}'''), ('options', '''{}'''), ('attribute', '''emails'''), ('value', '''{"x": 1}'''), ('resource', '''{"x": 1}'''),
	('document', '''{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:x:a", "name": "A", "attributes": [{"name": "a", "type": "string"}]}''');
CREATE TABLE odd (type text, value text);
INSERT INTO odd VALUES ('text', ''''''), ('text', '''x'''), ('text', 'repeat(''x'', 10000)'), ('text', '''%s%n"''''\'''), ('text', 'E''\n'''), ('text', 'U&''\FEFF'''), ('text', '''W/"x"'''), ('text', '''*'''), ('integer', '-2147483648'), ('integer', '2147483647'), ('integer', '0'),
	('jsonb', '''null'''), ('jsonb', '''1'''), ('jsonb', '''1e100000'''), ('jsonb', '''[]'''), ('jsonb', '''{}'''), ('jsonb', '''[null]'''), ('jsonb', '''"x"'''), ('jsonb', '''{"": {"": []}}'''), ('jsonb', 'deep(1000)'), ('jsonb', 'jsonb_build_object(repeat(''k'', 10000), 1)'),
	('text[]', '''{}'''), ('text[]', '''{NULL}'''), ('text[]', '''{"",x}'''), ('text[]', '''{{a,b},{c,d}}'''), ('text[]', '''[5:6]={a,b}'''), ('text[]', 'array_fill(''x''::text, ARRAY[10000])');

-- calls with one argument that is not
CREATE FUNCTION odd_calls() RETURNS TABLE (call text) LANGUAGE sql AS $$
	WITH argument AS (
		SELECT p.oid, p.proname, a.i, a.name, format_type(a.type, NULL) AS type, coalesce(CASE WHEN p.proname ~ 'group' AND a.name = 'id' THEN 'id(11)' WHEN p.proname ~ 'table' AND a.name = 'name' THEN '''made''' END, good.value, 'NULL') || '::' || format_type(a.type, NULL) AS good
		FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'scimver',
			unnest(p.proargtypes::oid[], p.proargnames) WITH ORDINALITY a (type, name, i) LEFT JOIN good USING (name)
		WHERE p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND p.provariadic = 0 AND 'internal'::regtype <> ALL (p.proargtypes::oid[]))
	SELECT format('SELECT %I(%s)', b.proname, string_agg(CASE WHEN a.i = b.i THEN v.value || '::' || a.type ELSE a.good END, ', ' ORDER BY a.i))
	FROM argument b JOIN argument a USING (oid), LATERAL (SELECT value FROM odd WHERE odd.type = b.type UNION ALL SELECT 'NULL') v
	GROUP BY b.oid, b.proname, b.i, v.value
$$;
SELECT count(*) > 500 FROM odd_calls();
-- each gives an answer or an error of ours, or PostgreSQL's own for what is no value of a type (class 22), no name of a table (42602), or too much (54)
SELECT said, call FROM (SELECT call, says(call) AS said FROM odd_calls() OFFSET 0) c WHERE said ~ '^[0-9A-Z]{5} ' AND said !~ '^(PT|22|54|42602)' ORDER BY call;
SELECT everything = everything() FROM start;
\c postgres
DROP DATABASE scimver_bad_input;
