-- Members of a group by their ids: sent back as read, replaced, added, removed by
-- list, filter, function and tool; none is lost, none is taken for another.  (Of
-- the mapped storage, no two ids differ but by case.)
CREATE FUNCTION refs(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
-- the members of a group: as a resource shows them, and as the table has them
CREATE FUNCTION shown(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(string_agg(num(m->>'value')::text, ' ' ORDER BY num(m->>'value')), 'nobody') FROM jsonb_array_elements(coalesce(r->'members', '[]')) m);
CREATE FUNCTION stored(g int) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(num(member_id::text)::text, ' ' ORDER BY num(member_id::text)), 'nobody') FROM groups_members WHERE group_id = id(g) $$;
CREATE FUNCTION fresh(VARIADIC members int[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
	DELETE FROM groups_members WHERE group_id = id(101);
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), 'User', id(n) FROM unnest(members) n;
END $$;
-- ~ stands for a double quote in a filter, #n for an id
CREATE FUNCTION text_of(operations jsonb[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	change text := replace(to_jsonb(operations)::text, '~', '\"');
BEGIN
	FOR n IN REVERSE 20 .. 1 LOOP
		change := replace(change, '#' || n, id(n)::text);
	END LOOP;
	RETURN change;
END $$;
-- what operations make of the members 1 to 5
CREATE FUNCTION patched(VARIADIC operations jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM fresh(1, 2, 3, 4, 5);
	result := shown(scim_patch_group(id(101)::text, text_of(operations)));
	RETURN result || CASE WHEN result <> stored(101) THEN ', but stored are ' || stored(101) ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || plain(sqlerrm);
END $$;
SET scimver.base_url = 'https://h/v2';
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 20) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 102) n;

-- ---- what was read is sent back ----

SELECT fresh(VARIADIC ARRAY(SELECT generate_series(1, 20)));
SELECT scim_get_group(id(101)::text) AS g, scim_get_group(id(101)::text)#>>'{meta,version}' AS v \gset
SELECT shown(scim_update_group(id(101)::text, :'g', :'v')), stored(101), scim_get_group(id(101)::text)#>>'{meta,version}' = :'v';
SELECT shown(scim_update_group(id(101)::text, :'g'::jsonb || '{"externalId": "x"}', :'v')), stored(101);
SELECT scim_get_group(id(101)::text)#>>'{meta,version}' AS v \gset
SELECT shown(scim_patch_group(id(101)::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', scim_get_group(id(101)::text))), :'v')), stored(101), scim_get_group(id(101)::text)#>>'{meta,version}' = :'v';

-- ---- the same list in create, update and patch ----

SELECT shown(scim_create_group(jsonb_build_object('displayName', 'new', 'members', refs(1, 2, 3, 2, 1))));
SELECT shown(scim_update_group(id(101)::text, jsonb_build_object('displayName', 'G101', 'members', refs(2, 1)))), stored(101);
SELECT patched('{"op": "add", "path": "members", "value": [{"value": "#6"}, {"value": "#7"}, {"value": "#6"}]}');
SELECT patched('{"op": "add", "path": "members", "value": {"value": "#6"}}', '{"op": "add", "path": "members", "value": {"value": "#7"}}');
SELECT patched('{"op": "replace", "path": "members", "value": [{"value": "#1"}, {"value": "#2"}]}');
SELECT patched('{"op": "replace", "value": {"members": [{"value": "#8"}, {"value": "#9"}]}}');
SELECT patched('{"op": "remove", "path": "members", "value": [{"value": "#1"}, {"value": "#2"}, {"value": "#8"}]}');
SELECT patched('{"op": "remove", "path": "members", "value": {"value": "#2"}}');
-- one that comes and another that goes, in one patch, in either order
SELECT patched('{"op": "add", "path": "members", "value": {"value": "#6"}}', '{"op": "remove", "path": "members[value eq ~#5~]"}');
SELECT patched('{"op": "remove", "path": "members[value eq ~#5~]"}', '{"op": "add", "path": "members", "value": {"value": "#6"}}');
SELECT patched('{"op": "remove", "path": "members", "value": [{"value": "#1"}]}', '{"op": "add", "path": "members", "value": [{"value": "#2"}, {"value": "#1"}]}', '{"op": "remove", "path": "members", "value": [{"value": "#2"}]}');

-- ---- filters in a patch ----

SELECT patched('{"op": "remove", "path": "members[type eq ~User~]"}');
SELECT patched('{"op": "remove", "path": "members[value eq ~#1~ or value eq ~#3~]"}');
SELECT patched('{"op": "remove", "path": "members[value eq ~#1~ and type eq ~User~]"}');
SELECT patched('{"op": "remove", "path": "members[value ne ~#1~]"}');
SELECT patched('{"op": "remove", "path": "members[not (value eq ~#1~ or value eq ~#2~)]"}');
SELECT patched('{"op": "remove", "path": "members[value ge ~#3~ and value lt ~#5~]"}');
SELECT patched('{"op": "remove", "path": "members[value sw ~#3~ and type pr]"}');
SELECT patched('{"op": "remove", "path": "members[value co ~#3~ and value ew ~#3~ and value pr]"}');
SELECT patched('{"op": "remove", "path": "members[display eq ~U2~]"}');
SELECT patched('{"op": "remove", "path": "members[$ref eq ~https://h/v2/Users/#4~]"}', '{"op": "remove", "path": "members[$ref eq ~https://h/v2/Groups/#3~]"}', '{"op": "remove", "path": "members[$ref eq ~https://h/v2/Users/#17~]"}');
SELECT patched('{"op": "remove", "path": "members[$ref sw ~https://h/v2/Users/#4~]"}');
-- also of those that came before in the patch; one after the other
SELECT patched('{"op": "add", "path": "members", "value": [{"value": "#6"}, {"value": "#7"}]}', '{"op": "remove", "path": "members[value gt ~#2~ and value le ~#6~]"}', '{"op": "add", "path": "members", "value": {"value": "#4"}}');
SELECT patched('{"op": "add", "path": "members", "value": {"value": "#6"}}', '{"op": "remove", "path": "members[$ref eq ~https://h/v2/Users/#6~ or $ref eq ~https://h/v2/Users/#1~]"}');
SELECT patched('{"op": "add", "path": "members", "value": [{"value": "#1"}]}', '{"op": "remove", "path": "members", "value": [{"value": "#2"}, {"value": "#6"}]}', '{"op": "remove", "path": "members[display sw ~u1~]"}', '{"op": "add", "path": "members", "value": [{"value": "#9"}]}');
SELECT patched('{"op": "replace", "path": "members", "value": [{"value": "#8"}, {"value": "#9"}]}', '{"op": "remove", "path": "members[value eq ~#8~ and type eq ~User~]"}');

-- ---- filters of lists ----

SELECT fresh(1, 3);
CREATE FUNCTION groups_found(VARIADIC filters text[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT f || ' -> ' || (scim_list_groups(text_of(ARRAY[to_jsonb(f)])->>0)->>'totalResults') FROM unnest(filters) f $$;
SELECT groups_found('members.value eq ~#1~', 'members.value eq ~#2~', 'members[value eq ~#3~]', 'members.value eq ~#1~ and members.value eq ~#3~', 'members[value eq ~#2~ and type eq ~User~]', 'members[value sw ~#4~]', 'members.$ref eq ~https://h/v2/Users/#3~', 'members.$ref eq ~https://h/v2/Users/#4~', 'members[$ref eq ~https://h/v2/Users/#3~ and display eq ~u3~]');
SELECT n, scim_list_users('groups.value eq "' || id(n) || '"')->'totalResults' AS found, scim_list_users('groups.$ref eq "https://h/v2/Groups/' || id(n) || '"')->'totalResults' AS by_ref, scim_list_users('id eq "' || id(n - 100) || '"')#>>'{Resources,0,userName}' AS id_eq,
	scim_list_users('meta.location eq "https://h/v2/Users/' || id(n - 100) || '"')#>>'{Resources,0,userName}' AS location FROM generate_series(101, 102) n;

-- ---- functions and tools ----

SELECT fresh(1, 2, 3);
SELECT shown(scim_remove_members(id(101)::text, ARRAY[id(1), id(2)]::text[])), stored(101);
SELECT shown(scim_add_members(id(101)::text, ARRAY[id(2), id(4), id(2)]::text[])), stored(101);
SELECT shown(scim_call_tool('scim_update_group', jsonb_build_object('group_id', id(101), 'group_data', jsonb_build_object('displayName', 'G101', 'members', refs(1, 2, 4))))::jsonb->'content'), stored(101);
SELECT plain(scim_call_tool('scim_modify_group_members', jsonb_build_object('group_id', id(101), 'add', ARRAY[id(5), id(6)], 'remove', ARRAY[id(4)]))::jsonb->'content'), stored(101);
SELECT scim_call_tool('scim_modify_group_members', jsonb_build_object('group_id', id(101), 'add', ARRAY[id(1), id(9)], 'remove', ARRAY[id(8), id(9)]))::jsonb#>>'{content,error}', stored(101);
SELECT scim_call_tool('scim_user_exists', jsonb_build_object('user_id', id(n)))::jsonb#>>'{content,exists}' FROM unnest(ARRAY[20, 21]) n;
SELECT * FROM scim_check_table('groups');

-- ---- many: the members of a patch with and without a filter are those that sets say ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1000, 1999) n;
CREATE FUNCTION every(step int, first int DEFAULT 1000) RETURNS int[] LANGUAGE sql IMMUTABLE RETURN ARRAY(SELECT n FROM generate_series(first, 1999, step) n ORDER BY md5(n::text));
SELECT fresh(VARIADIC every(2));
SELECT scim_patch_group(id(101)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(VARIADIC every(3))),
	jsonb_build_object('op', 'remove', 'path', 'members', 'value', refs(VARIADIC every(5))), jsonb_build_object('op', 'remove', 'path', 'members[display ew "4"]'),
	jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(VARIADIC every(70, 1007))))) IS NOT NULL;
SELECT count(*), bool_and(wanted IS NOT DISTINCT FROM is_there) FROM (SELECT n % 70 = 27 OR ((n % 2 = 0 AND n % 10 <> 4 OR (n - 1000) % 3 = 0 AND n % 2 = 1) AND n % 5 <> 0) AS wanted, EXISTS (SELECT FROM groups_members WHERE group_id = id(101) AND member_id = id(n)) AS is_there FROM generate_series(1000, 1999) n) x WHERE wanted OR is_there;
SELECT * FROM scim_check_table('groups');
