-- Members that do not exist: refused, or by the rule "absent_members" left out, in every write of a group that takes a document or operations.
INSERT INTO scim_profiles (name, rules) VALUES ('skip', '{"absent_members": "skip"}'), ('refuse', '{"absent_members": "refuse"}');
CREATE FUNCTION members(VARIADIC ids int[]) RETURNS jsonb LANGUAGE sql RETURN (SELECT jsonb_agg(jsonb_build_object('value', id(n)::text)) FROM unnest(ids) n);
CREATE FUNCTION whole(VARIADIC ids int[]) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('displayName', 'g', 'members', members(VARIADIC ids));
CREATE FUNCTION add(VARIADIC ids int[]) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('op', 'add', 'path', 'members', 'value', members(VARIADIC ids));
CREATE FUNCTION exactly(VARIADIC ids int[]) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('op', 'replace', 'path', 'members', 'value', members(VARIADIC ids));
CREATE FUNCTION version_now(n int DEFAULT 11) RETURNS text LANGUAGE sql RETURN scim_get_group(id(n)::text) #>> '{meta,version}';
CREATE FUNCTION who(answer jsonb) RETURNS text LANGUAGE sql RETURN
	coalesce((SELECT string_agg(num(m ->> 'value')::text, ' ' ORDER BY num(m ->> 'value')) FROM jsonb_array_elements(answer -> 'members') m), 'nobody');
-- what a group's write answers, who is in the group then, and whether its version is that of what can be read
CREATE FUNCTION asked(statement text, n int DEFAULT 11) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
	said text;
BEGIN
	BEGIN
		EXECUTE statement INTO answer;
		said := who(answer);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
		said := plain(sqlerrm) || coalesce(' at ' || (answer ->> 'path'), '');
	END;
	RETURN format('%s, in %s%s', said, who(scim_get_group(id(n)::text)), CASE WHEN scim_version(scim_get_group(id(n)::text)) <> version_now(n) THEN ', but the version is wrong' END);
END $$;
CREATE FUNCTION patch(VARIADIC operations jsonb[]) RETURNS text LANGUAGE sql RETURN format('SELECT scim_patch_group(%L, %L)', id(11), to_jsonb(operations));
CREATE FUNCTION put(data jsonb) RETURNS text LANGUAGE sql RETURN format('SELECT scim_update_group(%L, %L)', id(11), data);
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
-- 90 and more do not exist; nor does, in this tenant, who is in another
SELECT scim_create_user('{"userName": "elsewhere"}', tenant_id => 'red') ->> 'id' AS elsewhere \gset

-- ---- refused, as ever ----

SELECT asked(patch(add(1, 90)));
SET scimver.profile = 'refuse';
SELECT asked(patch(add(1, 90)));
SELECT asked(put(whole(1, 90)));
SELECT asked(format('SELECT scim_create_group(%L)', whole(90)));

-- ---- left out ----

SET scimver.profile = 'skip';
SELECT asked(patch(add(1, 90)));
SELECT asked(patch(add(90)));
SELECT asked(patch(add(91, 2, 90, 2, 91)));
SELECT asked(patch('{"op": "add", "path": "members", "value": [{"value": "no id"}, {"value": "4"}]}'));
SELECT asked(patch(jsonb_build_object('op', 'add', 'value', jsonb_build_object('members', members(90, 3)))));
SELECT asked(patch(exactly(4, 90)));
SELECT asked(put(whole(90, 5, 1)));
SELECT asked(put(whole(5, 1)));
-- it is the same group as without them, so nothing changes
SELECT version_now() AS before \gset
SELECT asked(put(whole(90, 5, 1))), version_now() = :'before';
SELECT asked(patch(add(90), add(91))), version_now() = :'before';
SELECT asked(format('SELECT scim_update_group(%L, %L, %L)', id(11), whole(5, 90, 1), 'stale')), version_now() = :'before';
-- of all, nobody is left
SELECT asked(put(whole(90, 91)));
SELECT asked(patch(exactly(90)));
-- what one operation adds, another may take; filters look at who is there
SELECT asked(patch(add(1, 2, 90), format('{"op": "remove", "path": "members[value eq \"%s\"]"}', id(90))::jsonb));
SELECT asked(patch(add(3, 90), format('{"op": "remove", "path": "members[value ne \"%s\"]"}', id(3))::jsonb));
SELECT asked(patch(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', :'elsewhere'), jsonb_build_object('value', id(1)::text)))));
-- made with some
SELECT who(scim_create_group(whole(1, 90, 2)));
SELECT who(scim_create_group(whole(90)));
-- a group that is not there is told
SELECT asked(format('SELECT scim_patch_group(%L, %L)', id(99), jsonb_build_array(add(90, 1))));
-- ids that stand by themselves are no document
SELECT asked(format('SELECT scim_add_members(%L, %L)', id(11), ARRAY[id(90)]::text[]));
SELECT asked(format('SELECT scim_add_members(%L, %L)', id(11), ARRAY[id(2)]::text[]));
-- nor is what a group was: who is gone is told by restore itself
SELECT version_now() AS before \gset
SELECT scim_delete_user(id(2)::text);
SELECT asked(format('SELECT scim_restore(''Group'', %L, %L)', id(11), :'before'));

-- ---- merged ----

SELECT asked(put(whole(1, 3)));
CREATE FUNCTION merged(write text, others jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before text := version_now();
BEGIN
	PERFORM scim_patch_group(id(11)::text, others);
	RETURN asked(regexp_replace(write, '\)$', format(', %L, on_conflict => ''merge'')', before)));
END $$;
SELECT merged(patch(add(90, 4)), jsonb_build_array(add(5)));
SELECT merged(put(whole(1, 3, 4, 5, 90, 6)), jsonb_build_array(add(7)));
-- who was a member when it was read, and is gone since
SELECT version_now() AS before \gset
SELECT scim_delete_user(id(7)::text);
SELECT asked(format('SELECT scim_update_group(%L, %L, %L, on_conflict => ''merge'')', id(11), whole(1, 3, 4, 5, 7, 91, 8), :'before'));
-- nobody left to be added: what the others did stands
SELECT merged(patch(add(90)), '[{"op": "replace", "path": "displayName", "value": "G"}]');
SELECT scim_get_group(id(11)::text) ->> 'displayName';
SET scimver.profile = 'refuse';
SELECT merged(patch(add(90, 9)), jsonb_build_array(add(9)));

-- ---- proposed ----

SET scimver.profile = 'skip';
CREATE ROLE regress_scim_reviewer;
CREATE ROLE regress_scim_proposer;
SELECT scim_grant_tenant('default', 'regress_scim_proposer'), scim_grant_tenant('default', 'regress_scim_reviewer');
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_scim_proposer, regress_scim_reviewer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO regress_scim_reviewer;
SELECT scim_set_policy('default', 'Group', '{"review": {"attributes": ["members"], "operations": ["create"], "reviewers": ["regress_scim_reviewer"]}}') IS NOT NULL;
CREATE FUNCTION proposed(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	EXECUTE statement INTO answer;
	RETURN CASE WHEN answer ? 'changes' THEN coalesce((SELECT string_agg(num(m.id)::text, ' ' ORDER BY num(m.id)) FROM (SELECT jsonb_path_query(answer -> 'changes', 'strict $.**.value') #>> '{}') m(id)), 'nobody') ELSE 'written ' || who(answer) END;
EXCEPTION WHEN OTHERS THEN RETURN plain(sqlerrm);
END $$;
SET SESSION AUTHORIZATION regress_scim_proposer;
SELECT proposed(regexp_replace(patch(add(90, 6, 9)), '\)$', ', on_conflict => ''propose'')'));
SELECT proposed(regexp_replace(patch(add(90)), '\)$', ', on_conflict => ''propose'')'));
SELECT proposed(format('SELECT scim_propose_change(''Group'', NULL, %L)', jsonb_build_object('create', whole(90, 9))));
SELECT proposed(format('SELECT scim_propose_change(''Group'', NULL, %L)', jsonb_build_object('create', whole(90))));
SELECT proposed(format('SELECT scim_propose_change(''Group'', %L, %L)', id(11), jsonb_build_array(add(90, 6))));
RESET SESSION AUTHORIZATION;
-- what was approved is what is written: who approves it needs no such profile
SET scimver.profile = 'refuse';
SET SESSION AUTHORIZATION regress_scim_reviewer;
SELECT count(*) AS open, bool_and(scim_review_proposal(id, 'approve', version) ->> 'status' = 'applied') AS applied FROM (SELECT * FROM scim_proposals WHERE status = 'open' ORDER BY created_at OFFSET 0) p;
RESET SESSION AUTHORIZATION;
SELECT who(g) FROM jsonb_array_elements(scim_list_groups() -> 'Resources') g ORDER BY who(g) COLLATE "C";
SELECT problem FROM scim_check_table('groups') WHERE problem NOT IN ('limit', 'index');
SELECT scim_set_policy('default', 'Group', NULL) IS NULL;
DROP OWNED BY regress_scim_reviewer, regress_scim_proposer;
DROP ROLE regress_scim_reviewer, regress_scim_proposer;
