-- Members in changes that become proposals.
-- what differs by run has a name: PROPOSAL, THEN, V
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$ SELECT
	plain(regexp_replace(regexp_replace(regexp_replace(answer,
		'[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-(?:[89b]|a(?!000))[0-9a-f]{3}-[0-9a-f]{12}', 'PROPOSAL', 'g'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'),
		'(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{11}=', 'V', 'g')) $$;
-- the changes that it proposes, or that it was done
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
	detail text;
BEGIN
	EXECUTE statement INTO answer;
	RETURN NEXT coalesce(told((answer->'changes')::text) || ' ' || coalesce(told((answer->'conflicts')::text), ''), 'written');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT told(concat_ws(' ', sqlstate, sqlerrm, detail));
END $$;
CREATE FUNCTION members(VARIADIC ids int[]) RETURNS jsonb LANGUAGE sql RETURN (SELECT jsonb_agg(jsonb_build_object('value', id(n))) FROM unnest(ids) n);
CREATE FUNCTION op(op text, path text, value jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('op', op, 'path', path, 'value', value)));
CREATE FUNCTION patch(operations jsonb, rest text DEFAULT ', on_conflict => ''propose''', n int DEFAULT 11) RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_patch_group(%L, %L%s)', id(n), operations, rest);
CREATE FUNCTION update(data jsonb, rest text DEFAULT ', on_conflict => ''propose''', n int DEFAULT 11) RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_update_group(%L, %L%s)', id(n), data, rest);
CREATE FUNCTION propose(operations jsonb, rest text DEFAULT '', n int DEFAULT 11) RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_propose_change(''Group'', %L, %L%s)', id(n)::text, operations, rest);
CREATE FUNCTION version_now() RETURNS text LANGUAGE sql RETURN scim_get_group(id(11)::text)#>>'{meta,version}';
CREATE FUNCTION at(version text) RETURNS text LANGUAGE sql RETURN format(', expected_version => %L', version);
CREATE FUNCTION now_members(n int DEFAULT 11) RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws(': ', g->>'displayName', (SELECT string_agg(plain(m->>'value'), ' ' ORDER BY m->>'value') FROM jsonb_array_elements(g->'members') m)) FROM scim_get_group(id(n)::text) g $$;
CREATE FUNCTION kept() RETURNS SETOF text LANGUAGE sql AS $$ SELECT
	told(concat_ws(' ', operations, 'of', base - '{schemas,id}'::text[], status)) FROM scim_proposals ORDER BY created_at DESC LIMIT 1 $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 9) n;
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}'), (id(12), '{"displayName": "h"}');
SELECT scim_add_members(id(11)::text, ARRAY[id(1), id(2), id(3)]::text[]) IS NOT NULL;
CREATE ROLE regress_hr;
SELECT scim_set_policy('*', 'Group', '{"review": {"attributes": ["members"], "reviewers": ["regress_hr"]}}') IS NOT NULL;

-- ---- who comes, and who goes ----

SELECT asked(patch(op('add', 'members', members(4, 2, 5)), ''));
SELECT asked(patch(op('add', 'members', members(4, 2, 5))));
SELECT kept();
SELECT asked(patch(op('remove', 'members', members(1, 9, 3))));
SELECT asked(patch(op('remove', format('members[value eq "%s"]', id(2)))));
SELECT asked(patch(op('remove', format('members[value ne "%s"]', id(2)))));
SELECT asked(patch(op('remove', 'members')));
SELECT asked(patch(op('replace', 'members', members(3, 6))));
SELECT asked(update(jsonb_build_object('displayName', 'g', 'members', members(6, 1))));
SELECT asked(patch(op('add', 'members', members(4)) || op('replace', 'displayName', '"G"')));
SELECT now_members();
-- the same members, or none of them, are no change; nor need a name be reviewed
SELECT asked(patch(op('add', 'members', members(3, 1))));
SELECT asked(patch(op('replace', 'members', members(3, 2, 1))));
SELECT asked(patch(op('remove', 'members', members(9))));
SELECT asked(update(jsonb_build_object('displayName', 'gg', 'members', members(2, 1, 3))));
SELECT asked(update('{"displayName": "ggg"}'));
SELECT now_members();
SELECT asked(propose(op('add', 'members', members(1))));
-- who is not there, and what nobody can be
SELECT asked(patch(op('add', 'members', members(99))));
SELECT asked(propose(op('add', 'members', members(4, 99))));
SELECT asked(propose(op('add', 'members', members(11))));
-- other functions have no word for it
SELECT asked(format('SELECT scim_add_members(%L, %L)', id(11), ARRAY[id(4)]));

-- ---- made of another version ----

SELECT version_now() AS v \gset
SELECT scim_set_policy('*', 'Group', NULL);
SELECT scim_add_members(id(11)::text, ARRAY[id(4)]::text[]) IS NOT NULL, scim_remove_members(id(11)::text, ARRAY[id(1)]::text[]) IS NOT NULL;
SELECT scim_set_policy('*', 'Group', '{"review": {"attributes": ["members"], "reviewers": ["regress_hr"]}}') IS NOT NULL;
-- whom others took out, and who was a member then, does not come back
SELECT asked(patch(op('add', 'members', members(1, 5)), ', on_conflict => ''propose''' || at(:'v')));
SELECT asked(patch(op('replace', 'members', members(1, 2, 5)), ', on_conflict => ''propose''' || at(:'v')));
SELECT asked(propose(op('remove', 'members', members(1, 2, 4)), at(:'v')));
SELECT asked(update(jsonb_build_object('displayName', 'other', 'members', members(1, 2, 3)), ', on_conflict => ''propose''' || at(:'v')));
SELECT now_members();

-- ---- new ones, and what goes ----

SELECT asked(format('SELECT scim_propose_change(''Group'', NULL, %L)', jsonb_build_object('create', jsonb_build_object('displayName', 'new', 'members', members(3, 1)))));
SELECT kept();
SELECT asked(format('SELECT scim_propose_change(''Group'', NULL, %L)', jsonb_build_object('create', jsonb_build_object('displayName', 'new', 'members', members(99)))));
SELECT asked(propose('{"delete": true}'));
SELECT kept();
SELECT count(*) FROM groups;

-- ---- many ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1001, 1250) n;
SELECT jsonb_array_length(c), c->0->>'path' AS path, jsonb_array_length(c->0->'to') AS come
	FROM (SELECT scim_propose_change('Group', id(12)::text, op('add', 'members', (SELECT jsonb_agg(jsonb_build_object('value', id(n))) FROM generate_series(1001, 1250) n)))->'changes' AS c) p;
INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(12), 'User', id(n) FROM generate_series(1001, 1250) n;
SELECT jsonb_array_length(c), jsonb_array_length(c->0->'from') AS go, jsonb_array_length(c->2->'from') AS go_last
	FROM (SELECT scim_propose_change('Group', id(12)::text, op('remove', 'members'))->'changes' AS c) p;
-- and are applied: nobody is a member then but who came meanwhile
GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO regress_hr;
SELECT scim_grant_tenant('default', 'regress_hr');
CREATE FUNCTION approve_last() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	p scim_proposals;
BEGIN
	SELECT * INTO p FROM scim_proposals ORDER BY created_at DESC LIMIT 1;
	SET LOCAL SESSION AUTHORIZATION regress_hr;
	RETURN NEXT scim_review_proposal(p.id, 'approve', p.version) - '{proposal_id,version,applied_version}'::text[];
	RESET SESSION AUTHORIZATION;
	RETURN NEXT p.changes = (SELECT scim_diff('Group', id(12)::text, v[2], v[1])->'changes'
		FROM (SELECT array_agg(h.version ORDER BY seq DESC) AS v FROM scim_history h WHERE resource_id = id(12)::text) h);
END $$;
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(12), 'User', id(9));
SELECT approve_last();
SELECT now_members(12);
SELECT jsonb_array_length(scim_propose_change('Group', id(12)::text, op('add', 'members', (SELECT jsonb_agg(jsonb_build_object('value', id(n))) FROM generate_series(1001, 1250) n)))->'changes'->0->'to') AS come;
SELECT approve_last();
DROP OWNED BY regress_hr;
DROP ROLE regress_hr;
