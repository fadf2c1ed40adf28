-- Members in merged writes: a set, in which each side's coming and going stands.  Of
-- each case: who was a member, what others did then, and what a write with the version
-- of before does; first without on_conflict, for the merge that it names, then with.
CREATE FUNCTION refs(VARIADIC numbers int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	(SELECT coalesce(jsonb_agg(jsonb_build_object('value', id(n)::text) ORDER BY i), '[]') FROM unnest(numbers) WITH ORDINALITY u(n, i));
CREATE FUNCTION whole(name text, VARIADIC members int[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('displayName', name, 'members', refs(VARIADIC members));
CREATE FUNCTION patch(VARIADIC operations jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN to_jsonb(operations);
CREATE FUNCTION add(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(VARIADIC members));
CREATE FUNCTION remove(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'remove', 'path', 'members', 'value', refs(VARIADIC members));
CREATE FUNCTION exactly(VARIADIC members int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'replace', 'path', 'members', 'value', refs(VARIADIC members));
CREATE FUNCTION remove_all() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN '{"op": "remove", "path": "members"}'::jsonb;
CREATE FUNCTION remove_those(filter text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'remove', 'path', format('members[%s]', filter));
CREATE FUNCTION rename(name text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
	jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', name);
-- what others do to group 101
CREATE FUNCTION joins(VARIADIC members int[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), 'User', id(n) FROM unnest(members) n $$;
CREATE FUNCTION leaves(VARIADIC members int[]) RETURNS void LANGUAGE sql AS $$
	DELETE FROM groups_members WHERE group_id = id(101) AND member_id = ANY (SELECT id(n) FROM unnest(members) n) $$;
CREATE FUNCTION renamed(name text) RETURNS void LANGUAGE sql AS $$
	SELECT scim_patch_group(id(101)::text, patch(rename(name))) $$;
CREATE FUNCTION emptied() RETURNS void LANGUAGE sql AS $$ TRUNCATE groups_members $$;
CREATE FUNCTION reborn() RETURNS void LANGUAGE sql AS $$
	DELETE FROM groups WHERE id = id(101);
	INSERT INTO groups (id, data) VALUES (id(101), '{"displayName": "G"}') $$;
CREATE FUNCTION forgotten() RETURNS void LANGUAGE sql AS $$
	DELETE FROM scim_history_rows WHERE resource_id = id(101)::text $$;
CREATE FUNCTION deleted(n int) RETURNS void LANGUAGE sql AS $$ SELECT scim_delete_user(id(n)::text) $$;

CREATE FUNCTION stored() RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(num(member_id::text)::text, ' ' ORDER BY num(member_id::text)), 'nobody') FROM groups_members WHERE group_id = id(101) $$;
CREATE FUNCTION version_now() RETURNS text LANGUAGE sql RETURN scim_get_group(id(101)::text)#>>'{meta,version}';
-- whatever is not as it should be: of what is stored, and of what the history says
CREATE FUNCTION faults() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	h record;
	r jsonb;
BEGIN
	IF scim_version(scim_get_group(id(101)::text)) <> version_now() THEN RETURN ', but the version is wrong'; END IF;
	IF EXISTS (SELECT FROM scim_check_table('groups') WHERE problem NOT IN ('limit', 'index')) THEN RETURN ', but the table is not in order'; END IF;
	FOR h IN SELECT version FROM scim_history_rows WHERE resource_id = id(101)::text AND version IS NOT NULL ORDER BY seq DESC LIMIT 4 LOOP
		r := scim_get_version('Group', id(101)::text, h.version);
		IF NOT coalesce(r#>'{meta,omitted}', '[]') ? 'members' AND scim_version(r) <> h.version THEN RETURN ', but the history is wrong'; END IF;
	END LOOP;
	RETURN '';
END $$;
CREATE FUNCTION writes(mine jsonb, expected text, on_conflict text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN jsonb_typeof(mine) = 'array' THEN scim_patch_group(id(101)::text, mine, expected, on_conflict => on_conflict)
		ELSE scim_update_group(id(101)::text, mine, expected, on_conflict => on_conflict) END $$;
-- the sides of a merge that would be clean, or why it would not
CREATE FUNCTION sides(merge jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	CASE WHEN (merge->>'clean')::bool THEN format('mine %s, theirs %s', merge->>'mine', merge->>'theirs')
	WHEN merge ? 'conflicts' THEN format('conflicts %s', jsonb_path_query_array(merge, '$.conflicts[*].path')) ELSE merge::text END;
CREATE FUNCTION tried(mine jsonb, expected text, on_conflict text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	before text := version_now();
	written jsonb;
BEGIN
	written := writes(mine, expected, on_conflict);
	RETURN CASE WHEN written#>>'{meta,version}' = before THEN 'unchanged: ' ELSE '' END || stored() || ' in ' || (written->>'displayName') || faults();
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN CASE sqlstate WHEN 'PT412' THEN sides(detail::jsonb->'merge') ELSE plain(sqlerrm) END;
END $$;
CREATE PROCEDURE merges(base int[], theirs text, mine jsonb, INOUT result text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
	expected text;
	untried text;
BEGIN
	PERFORM scim_update_group(id(101)::text, whole('G', VARIADIC base));
	COMMIT;
	expected := version_now();
	EXECUTE 'SELECT ' || replace(theirs, '~', '''');
	COMMIT;
	untried := tried(mine, expected, NULL);
	COMMIT;
	result := tried(mine, expected, 'merge');
	COMMIT;
	result := CASE WHEN untried = result THEN '' ELSE untried || ': ' END || result;
END $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'displayName', 'User ' || n) FROM generate_series(1, 30) n;
INSERT INTO groups (id, data) SELECT id(n), jsonb_build_object('displayName', 'G' || n) FROM generate_series(101, 102) n;

-- ---- who comes and who goes ----

CALL merges('{1,2,3}', 'joins(4)', patch(add(5)));
CALL merges('{1,2,3}', 'joins(4)', patch(add(5), rename('mine')));
CALL merges('{1,2,3}', 'renamed(~theirs~)', patch(add(5)));
CALL merges('{1,2,3}', 'leaves(1)', patch(add(5)));
CALL merges('{1,2,3}', 'joins(4)', patch(remove(1)));
CALL merges('{1,2,3}', 'joins(4), leaves(2)', patch(remove(1), add(5)));
CALL merges('{}', 'joins(4)', patch(add(5)));
CALL merges('{1}', 'leaves(1)', patch(rename('mine')));
-- both did the same, beside another change
CALL merges('{1,2,3}', 'joins(4, 6)', patch(add(4, 5)));
CALL merges('{1,2,3}', 'leaves(1, 2)', patch(remove(1), rename('mine')));
CALL merges('{1,2,3}', 'leaves(1), joins(4)', patch(remove(1), add(4)));
-- who was there is not added, who was not is not removed: what others did stands
CALL merges('{1,2,3}', 'leaves(1)', patch(add(1)));
CALL merges('{1,2,3}', 'leaves(1)', patch(add(1, 5)));
CALL merges('{1,2,3}', 'joins(4)', patch(remove(4)));
CALL merges('{1,2,3}', 'joins(4)', patch(remove(4, 3)));
-- who came and went, or went and came, moved not at all
CALL merges('{1,2,3}', 'joins(4), leaves(4), renamed(~theirs~)', patch(add(4)));
CALL merges('{1,2,3}', 'leaves(1), joins(1), renamed(~theirs~)', patch(remove(1)));
CALL merges('{1,2,3}', 'leaves(1), joins(1), leaves(1)', patch(add(1), rename('mine')));
-- by calls of others
CALL merges('{1,2,3}', 'scim_add_members(id(101)::text, ARRAY[id(4)]::text[]), scim_remove_members(id(101)::text, ARRAY[id(1)]::text[])', patch(add(5)));
CALL merges('{1,2,3}', 'scim_update_group(id(101)::text, whole(~theirs~, 3, 4))', patch(add(5)));
-- nothing of the sort
CALL merges('{1,2,3}', 'joins(4)', patch(rename('mine')));
CALL merges('{1,2,3}', 'joins(4)', '{"displayName": "mine"}');
CALL merges('{1,2,3}', 'joins(4), renamed(~theirs~)', patch(add(5), rename('mine')));

-- ---- all who are to be members ----

CALL merges('{1,2,3}', 'joins(4)', whole('mine', 1, 2, 3));
CALL merges('{1,2,3}', 'joins(4)', whole('G', 1, 2, 3));
CALL merges('{1,2,3}', 'joins(4), leaves(2)', whole('G', 2, 3, 5));
CALL merges('{1,2,3}', 'renamed(~theirs~)', whole('G', 2, 3, 5));
CALL merges('{1,2,3}', 'joins(4)', whole('G'));
CALL merges('{1,2,3}', 'leaves(1, 2)', whole('mine'));
CALL merges('{1,2,3}', 'leaves(1, 2, 3)', whole('G', 1, 2, 3, 4));
CALL merges('{1,2,3}', 'joins(4)', patch(exactly(2, 5)));
CALL merges('{1,2,3}', 'joins(4)', patch(exactly(2, 5), add(6), remove(5)));
CALL merges('{1,2,3}', 'joins(4)', patch(remove_all()));
CALL merges('{1,2,3}', 'joins(4), leaves(1)', patch(remove_all(), add(1)));

-- ---- whom a filter means: those of then ----

CALL merges('{1,2,3}', 'joins(4)', patch(remove_those('type eq "User"')));
CALL merges('{1,2,3}', 'joins(4)', patch(remove_those(format('value ne "%s"', id(1)))));
CALL merges('{1,2,3}', 'joins(4), leaves(2)', patch(remove_those('display eq "User 2" or display eq "User 3" or display eq "User 4"')));
CALL merges('{1,2,3}', 'joins(4)', patch(remove_those('display eq "User 4"')));
CALL merges('{1,2,3}', 'leaves(1)', patch(remove_those('display ew "1"'), add(5)));
CALL merges('{1,2,3}', 'leaves(1)', patch(add(5), rename('mine'), remove_those('not (display pr)')));
CALL merges('{1,2,3}', 'joins(4)', patch(exactly(5, 6), remove_those(format('value eq "%s" and type eq "User"', id(5)))));

-- ---- who is gone altogether ----

-- a member of then: others' removal stands
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'gone' || n) FROM generate_series(41, 48) n;
CALL merges('{1,2,41}', 'deleted(41)', patch(add(41, 5)));
CALL merges('{1,2,42}', 'deleted(42)', whole('mine', 1, 2, 42));
CALL merges('{1,2,43}', 'deleted(43)', whole('G', 2, 43, 5));
CALL merges('{1,2,44}', 'deleted(44)', patch(remove(44), rename('mine')));
CALL merges('{1,2,45}', 'deleted(45)', patch(exactly(45, 5)));
-- who never was one does not exist
CALL merges('{1,2,3}', 'deleted(46), joins(4)', patch(add(46)));
CALL merges('{1,2,3}', 'deleted(47), joins(4)', whole('mine', 1, 2, 3, 47));
CALL merges('{1,2,3}', 'joins(4)', patch(add(5, 999)));
CALL merges('{1,2,3}', 'joins(4)', '[{"op": "add", "path": "members", "value": [{"value": "no id"}]}]');
-- nor where there is nothing to be merged
SELECT tried(patch(add(5, 999)), version_now(), 'merge');
SELECT tried(whole('G', 999), version_now(), 'merge');
SELECT tried(patch(add(1), add(48)), version_now(), 'merge');

-- ---- nobody can tell ----

-- more moved than are kept: what leaves members alone, or leaves them as they were, is merged all the same
SET scimver.history_members = 2;
CALL merges('{1,2}', 'joins(4, 5, 6)', patch(add(7)));
CALL merges('{1,2}', 'joins(4, 5, 6)', patch(remove(1)));
CALL merges('{1,2}', 'joins(4, 5, 6)', whole('mine', 1));
CALL merges('{1,2}', 'joins(4, 5, 6)', patch(remove_those('display eq "User 1"')));
CALL merges('{1,2}', 'joins(4, 5, 6)', whole('mine', 1, 2));
CALL merges('{1,2}', 'joins(4, 5, 6)', patch(rename('mine')));
-- so is all where everybody who moved is back
CALL merges('{1,2}', 'joins(4, 5, 6), leaves(4, 5, 6), renamed(~theirs~)', patch(add(7)));
CALL merges('{1,2}', 'joins(4, 5, 6), leaves(4, 5, 6), renamed(~theirs~)', whole('G', 2, 3));
RESET scimver.history_members;
-- who went with all the others is not kept
CALL merges('{1,2,3}', 'emptied(), joins(4)', patch(add(5)));
CALL merges('{1,2,3}', 'emptied(), joins(4)', patch(rename('mine')));
-- what moved before the base is of no interest
CALL merges('{1,2,3,4,5,6}', 'joins(7), leaves(1)', patch(add(8), remove(2)));
-- a group of before, which was deleted and made anew
CALL merges('{1,2,3}', 'reborn(), joins(1, 4)', patch(add(5, 2), remove(4, 1)));
CALL merges('{1,2,3}', 'reborn(), joins(1, 4)', whole('G', 2, 3, 5));
-- the base is no longer there
CALL merges('{1,2,3}', 'joins(4), forgotten()', patch(add(5)));
CALL merges('{1,2,3}', 'joins(4), forgotten()', whole('mine', 1, 2, 3));

-- ---- any two changes of any members come out as sets do ----

CREATE FUNCTION a_few() RETURNS int[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT n FROM generate_series(1, 12) n WHERE random() < 0.4) $$;
CREATE FUNCTION minus(a int[], b int[]) RETURNS int[] LANGUAGE sql IMMUTABLE RETURN ARRAY(SELECT unnest(a) EXCEPT SELECT unnest(b));
CREATE FUNCTION sorted(a int[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN coalesce((SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT DISTINCT unnest(a) n) q), 'nobody');
CREATE FUNCTION numbers(filter text) RETURNS int[] LANGUAGE sql IMMUTABLE RETURN ARRAY(SELECT n FROM generate_series(1, 12) n WHERE n::text LIKE filter);
CREATE TABLE failures (round int, said text);
CREATE PROCEDURE tries(round int) LANGUAGE plpgsql AS $$
DECLARE
	base int[] := a_few();
	theirs int[] := base;
	mine int[];
	a int[] := a_few();
	b int[] := a_few();
	expected text;
	write jsonb;
	written text;
BEGIN
	PERFORM scim_update_group(id(101)::text, whole('G', VARIADIC base));
	COMMIT;
	expected := version_now();
	FOR i IN 1 .. 1 + floor(random() * 4) LOOP
		CASE floor(random() * 4)
		WHEN 0 THEN PERFORM joins(VARIADIC minus(a, theirs)); theirs := theirs || minus(a, theirs);
		WHEN 1 THEN PERFORM leaves(VARIADIC b); theirs := minus(theirs, b);
		WHEN 2 THEN theirs := a_few(); PERFORM scim_update_group(id(101)::text, whole('T' || i, VARIADIC theirs));
		ELSE PERFORM renamed('T' || i);
		END CASE;
		IF random() < 0.5 THEN COMMIT; END IF;
		a := a_few();
		b := a_few();
	END LOOP;
	COMMIT;
	CASE floor(random() * 5)
	WHEN 0 THEN mine := a; write := whole('G', VARIADIC a);
	WHEN 1 THEN mine := minus(base, b) || minus(a, b); write := patch(add(VARIADIC a), remove(VARIADIC b));
	WHEN 2 THEN mine := minus(base, b) || a; write := patch(remove(VARIADIC b), add(VARIADIC a));
	WHEN 3 THEN mine := minus(base, numbers('%1')) || a; write := patch(remove_those('display ew "1"'), add(VARIADIC a));
	ELSE mine := minus(b, a); write := patch(exactly(VARIADIC b), remove(VARIADIC a));
	END CASE;
	BEGIN
		PERFORM writes(write, expected, 'merge');
		written := stored() || faults();
	EXCEPTION WHEN OTHERS THEN
		written := sqlerrm;
	END;
	COMMIT;
	theirs := minus(theirs || minus(mine, base), minus(base, mine));
	IF written <> sorted(theirs) THEN
		INSERT INTO failures VALUES (round, format('%s became %s, not %s, of %s', base, written, sorted(theirs), plain(write::text)));
	END IF;
	COMMIT;
END $$;
DO $$ BEGIN
	FOR round IN 1 .. 100 LOOP
		CALL tries(round);
	END LOOP;
END $$;
SELECT * FROM failures;

-- ---- of a large group no more members are looked at than are named ----

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'many' || n) FROM generate_series(1001, 4000) n;
SELECT scim_update_group(id(101)::text, whole('large', VARIADIC ARRAY(SELECT generate_series(1001, 4000))))->>'displayName';
SELECT version_now() AS version \gset
SELECT joins(1, 2), leaves(1001);
ANALYZE groups_members;
-- so many memberships does a write read (it shows a hundred and one of them)
CREATE FUNCTION reads(mine jsonb, expected text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := (SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'groups_members');
	name text := writes(mine, expected, 'merge')->>'displayName';
	read bigint := (SELECT seq_tup_read + idx_tup_fetch - before FROM pg_stat_xact_user_tables WHERE relname = 'groups_members');
BEGIN
	RETURN format('%s: %s', name, CASE WHEN read < 500 THEN 'few' WHEN read >= 3000 THEN 'all' ELSE read::text END);
END $$;
SELECT reads(patch(add(3, 4), remove(1002, 1)), :'version');
SELECT reads(patch(rename('mine')), :'version');
SELECT reads(whole('mine', VARIADIC ARRAY(SELECT generate_series(1001, 3999))), :'version');
SELECT count(*), count(*) FILTER (WHERE member_id IN (id(1), id(2), id(3), id(4))), count(*) FILTER (WHERE member_id IN (id(1001), id(1002), id(4000))) FROM groups_members WHERE group_id = id(101);
SELECT 'in order' || faults();

-- ---- the history has the version that was named ----

SELECT scim_update_group(id(102)::text, whole('G'))#>>'{meta,version}' AS version \gset
SELECT scim_add_members(id(102)::text, ARRAY[id(1)]::text[])->>'displayName';
SELECT scim_patch_group(id(102)::text, patch(add(2)), :'version', on_conflict => 'merge')->>'displayName';
SELECT operation, changed, plain(members::text), expected_version = :'version' AS expected FROM scim_history_rows WHERE resource_id = id(102)::text ORDER BY seq DESC LIMIT 2;
