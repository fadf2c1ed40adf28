-- VERSION_MISMATCH that answers: who changed what since, what a merge would come to, and what to do.
\i :behaviour/history_words.sql
-- versions have names: "ada 1" is the first one of Ada's that a test looked at
CREATE TABLE names (version text PRIMARY KEY, name text NOT NULL);
CREATE FUNCTION note(name text, n int, type text DEFAULT 'User') RETURNS text LANGUAGE sql AS $$ INSERT INTO names VALUES (v(n, type), name) RETURNING version $$;
CREATE FUNCTION named(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v names;
BEGIN
	FOR v IN SELECT * FROM names LOOP
		answer := replace(answer, v.version, v.name);
	END LOOP;
	answer := replace(answer, format('"actor": "%s"', current_user), '"actor": "me"');
	RETURN plain(regexp_replace(regexp_replace(answer, '"\d{4}-\d\d-\d\dT[0-9:.]+Z"', '"now"', 'g'), '[A-Za-z0-9+/]{11}=', '?', 'g'));
END $$;
-- the answer, line by line; next_steps are those of the hint
CREATE FUNCTION answer(statement text, OUT detail jsonb, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
	given text;
BEGIN
	EXECUTE statement;
	hint := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS given = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	detail := given;
	-- as jsonb has it, to the byte
	IF given <> detail::text THEN hint := 'written otherwise: ' || given; END IF;
END $$;
CREATE FUNCTION asked(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	a record := answer(statement);
	change jsonb;
	key text;
BEGIN
	FOREACH key IN ARRAY ARRAY['error_code', 'expected_version', 'current_version', 'changed_attributes', 'more_changes'] LOOP
		IF a.detail ? key THEN RETURN NEXT key || ': ' || named(a.detail->>key); END IF;
	END LOOP;
	FOR change IN SELECT c FROM jsonb_array_elements(a.detail->'changes') WITH ORDINALITY t(c, i) ORDER BY i LOOP
		RETURN NEXT 'change: ' || named(change::text);
	END LOOP;
	IF a.detail ? 'merge' THEN RETURN NEXT 'merge: ' || named(((a.detail->'merge') - 'conflicts')::text); END IF;
	FOR change IN SELECT c FROM jsonb_array_elements(a.detail#>'{merge,conflicts}') WITH ORDINALITY t(c, i) ORDER BY i LOOP
		RETURN NEXT 'conflict: ' || named(change::text);
	END LOOP;
	IF a.detail->'next_steps' IS DISTINCT FROM jsonb_build_array(a.hint) THEN RETURN NEXT 'next_steps: ' || coalesce(a.detail->>'next_steps', 'none'); END IF;
	RETURN NEXT 'HINT: ' || a.hint;
END $$;
CREATE FUNCTION update(n int, expected text, data jsonb, options text DEFAULT '', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_update_%s(%L, %L, %L%s)', lower(type), id(n), data, expected, options);
CREATE FUNCTION patch(n int, expected text, operations jsonb, options text DEFAULT '', type text DEFAULT 'User') RETURNS text LANGUAGE sql RETURN
	format('SELECT scim_patch_%s(%L, %L, %L%s)', lower(type), id(n), operations, expected, options);
CREATE FUNCTION write(n int, data jsonb) RETURNS void LANGUAGE sql AS $$ UPDATE users SET data = users.data || write.data WHERE id = id(n) $$;

-- ---- both fit ----

INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "one", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}');
SELECT note('ada 1', 1) AS ada1 \gset
SET scimver.agent = 'the robot';
SELECT t->>'success' FROM scim_call_tool('scim_patch_user', jsonb_build_object('user_id', id(1), 'operations', sets('title', '"two"'))) t;
RESET scimver.agent;
SELECT note('ada 2', 1) AS ada2 \gset
SELECT asked(update(1, :'ada1', '{"userName": "ada", "nickName": "Ada", "title": "one", "emails": [{"type": "work", "value": "w"}]}'));
SELECT asked(patch(1, :'ada1', sets('nickName', '"Ada"')));
SELECT asked(patch(1, :'ada1', sets('emails[type eq "home"].value', '"other"') || '[{"op": "add", "path": "name.givenName", "value": "Ada"}, {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": "1"}]'));
-- (that is true)
SELECT scim_patch_user(id(1)::text, sets('nickName', '"Ada"'), :'ada1', on_conflict => 'merge') - 'id' - 'meta' - 'schemas' AS merged;
SELECT note('ada 3', 1) AS ada3 \gset
-- nothing of mine is left to be done
SELECT asked(update(1, :'ada1', '{"userName": "ada", "title": "one", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}'));

-- ---- both changed the same ----

SELECT asked(update(1, :'ada1', '{"userName": "ada", "title": "three", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}'));
SELECT asked(patch(1, :'ada1', sets('title', '"three"')));
SELECT asked(patch(1, :'ada1', '[{"op": "remove", "path": "title"}]'));
-- whatever a value holds
SELECT asked(patch(1, :'ada1', sets('title', to_jsonb(E'\u0001\u001f\u007f "quoted" \\ / \b\f\n\r\t \u00e4\u20ac\U0001f600'::text))));
-- asked to merge, too; with rules that settle it, or not
SELECT asked(patch(1, :'ada1', sets('title', '"three"'), ', on_conflict => ''merge''')) EXCEPT SELECT asked(patch(1, :'ada1', sets('title', '"three"')));
SELECT asked(patch(1, :'ada1', sets('title', '"three"'), ', merge_rules => ''{"title": "mine"}'''));
SELECT asked(patch(1, :'ada1', sets('title', '"three"'), ', merge_rules => ''{"nickName": "mine"}''')) EXCEPT SELECT asked(patch(1, :'ada1', sets('title', '"three"')));
-- elements of an array, changed, removed and added; who changed an attribute last is named
SELECT write(1, '{"emails": [{"type": "work", "value": "W"}]}');
SET scimver.agent = 'another';
SELECT write(1, '{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "D", "manager": {"value": "2"}}}');
RESET scimver.agent;
SELECT note('ada 4', 1) AS ada4 \gset
SELECT asked(patch(1, :'ada3', sets('emails[type eq "work"].value', '"v"') || sets('emails[type eq "home"].value', '"v"') ||
	'[{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "E"}, {"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": "1"}]'));
-- the path that was shown decides
SELECT asked(patch(1, :'ada3', sets('emails[type eq "work"].value', '"v"'), ', merge_rules => ''{"emails[type eq \"work\"].value": "mine"}'''));

-- ---- what is too much ----

-- more than 10 changes, the newest first
SELECT write(1, jsonb_build_object('title', 'change ' || n)) FROM generate_series(1, 12) n \g /dev/null
SELECT asked(patch(1, :'ada4', sets('nickName', '"x"')));
SELECT (answer(patch(1, :'ada2', sets('nickName', '"x"')))).detail->'more_changes' AS more;
-- a value of 1 kB of JSON is shown, one of a byte more is not, but counted
CREATE FUNCTION lengths(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	merge jsonb := (answer(statement)).detail->'merge';
BEGIN
	RETURN QUERY SELECT key || ': ' || octet_length(value::text) FROM jsonb_each(merge#>'{conflicts,0}') WHERE key IN ('base', 'mine', 'theirs') ORDER BY key;
	RETURN NEXT 'omitted: ' || coalesce((merge->>'omitted_values') || ' ' || (merge#>>'{conflicts,0,omitted}'), 'none');
END $$;
INSERT INTO users (id, data) VALUES (id(2), jsonb_build_object('userName', 'long', 'title', repeat('b', 1022)));
SELECT note('long 1', 2) AS long1 \gset
SELECT write(2, jsonb_build_object('title', repeat('t', 1022)));
SELECT lengths(patch(2, :'long1', sets('title', to_jsonb(repeat('m', 1022)))));
SELECT lengths(patch(2, :'long1', sets('title', to_jsonb(repeat('ä', 511) || 'm'))));
SELECT lengths(patch(2, :'long1', sets('title', to_jsonb(repeat('"', 511)))));
SELECT lengths(patch(2, :'long1', sets('title', to_jsonb(repeat('"', 512)))));
SELECT write(2, jsonb_build_object('title', repeat('t', 1023)));
SELECT lengths(patch(2, :'long1', sets('title', to_jsonb(repeat('m', 100000)))));
-- 20 conflicts, and one more; 50 paths of a side, and one more
CREATE FUNCTION emails(first int, last int, value text) RETURNS jsonb LANGUAGE sql RETURN
	(SELECT jsonb_build_object('emails', coalesce(jsonb_agg(jsonb_build_object('type', 't' || n, 'value', value || n) ORDER BY n), '[]')) FROM generate_series(first, last) n);
CREATE FUNCTION counts(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	merge jsonb := (answer(statement)).detail->'merge';
BEGIN
	RETURN jsonb_strip_nulls(jsonb_build_object('conflicts', jsonb_array_length(merge->'conflicts'), 'last', merge#>'{conflicts,-1,path}', 'mine', jsonb_array_length(merge->'mine'), 'theirs', jsonb_array_length(merge->'theirs'))) ||
		(merge - 'conflicts' - 'mine' - 'theirs');
END $$;
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "many"}'::jsonb || emails(1, 60, 'b'));
SELECT note('many 1', 3) AS many1 \gset
SELECT write(3, emails(1, 60, 't'));
SELECT counts(update(3, :'many1', '{"userName": "many"}'::jsonb || jsonb_build_object('emails', (emails(1, n, 'm')->'emails') || (emails(n + 1, 60, 'b')->'emails')))) FROM unnest('{1,20,21,60}'::int[]) n;
SELECT counts(update(3, :'many1', '{"userName": "many", "title": "x"}'::jsonb || emails(1, 60, 'b')));
INSERT INTO users (id, data) VALUES (id(7), '{"userName": "few"}');
SELECT note('few 1', 7) AS few1 \gset
SELECT write(7, '{"title": "t"}');
SELECT counts(update(7, :'few1', '{"userName": "few"}'::jsonb || emails(1, n, 'm'))) FROM unnest('{50,51}'::int[]) n;
-- a path is no way to show more than a value may
SELECT write(3, jsonb_build_object('emails', jsonb_build_array(jsonb_build_object('value', repeat('e', 2000)))));
SELECT note('many 2', 3) AS many2 \gset
SELECT write(3, jsonb_build_object('emails', jsonb_build_array(jsonb_build_object('value', repeat('e', 2000), 'display', 't')), 'title', 't'));
SELECT counts(update(3, :'many2', jsonb_build_object('userName', 'many', 'title', 'y', 'emails', jsonb_build_array(jsonb_build_object('value', repeat('e', 2000), 'display', 'm')))));
SELECT counts(update(3, :'many2', jsonb_build_object('userName', 'many', 'nickName', 'n', 'emails', jsonb_build_array(jsonb_build_object('value', repeat('e', 2000))))));

-- ---- what nobody is told ----

-- a password: it was changed, that is all; a guess that is right looks like one that is wrong
INSERT INTO users (id, data) VALUES (id(4), '{"userName": "eve"}');
SELECT note('eve 1', 4) AS eve1 \gset
SELECT write(4, '{"password": "the right one"}');
SELECT asked(patch(4, :'eve1', sets('password', '"the wrong one"')));
SELECT asked(patch(4, :'eve1', sets('password', '"the right one"'))) EXCEPT SELECT asked(patch(4, :'eve1', sets('password', '"the wrong one"')));
SELECT asked(update(4, :'eve1', '{"userName": "eve", "password": "the right one"}')) EXCEPT SELECT asked(update(4, :'eve1', '{"userName": "eve", "password": "the wrong one"}'));
SELECT asked(patch(4, :'eve1', sets('title', '"x"')));
-- attributes that are never returned, whole or in part
INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [{"name": "name", "required": true}, {"name": "secret", "returned": "never"},
	{"name": "key", "type": "complex", "subAttributes": [{"name": "name"}, {"name": "pin", "returned": "never"}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT make('Thing', 'things') \g /dev/null
CREATE FUNCTION thing(expected text, data jsonb) RETURNS text LANGUAGE sql RETURN format('SELECT scim_update_resource(%L, %L, %L, %L)', 'Thing', id(31), data, expected);
INSERT INTO things (id, data) VALUES (id(31), '{"name": "t", "secret": "first", "key": {"name": "k", "pin": "1"}}');
SELECT note('thing 1', 31, 'Thing') AS thing1 \gset
UPDATE things SET data = data || '{"secret": "sesame", "key": {"name": "k", "pin": "2"}}';
SELECT asked(thing(:'thing1', '{"name": "t", "secret": "guess", "key": {"name": "k", "pin": "3"}}'));
SELECT secret, pin, a FROM unnest('{sesame,first,guess,""}'::text[]) secret, unnest('{1,2,3}'::text[]) pin, asked(thing(:'thing1', jsonb_build_object('name', 't', 'secret', secret, 'key', jsonb_build_object('name', 'k', 'pin', pin)))) a
	WHERE a NOT IN (SELECT asked(thing(:'thing1', '{"name": "t", "secret": "guess", "key": {"name": "k", "pin": "3"}}')));

-- ---- nothing to merge from, and nothing to merge ----

SELECT asked(patch(1, 'noVersion', sets('title', '"x"')));
SELECT asked(update(1, 'noVersion', '{"userName": "ada"}', ', on_conflict => ''merge'''));
-- deletes, members and restores are told who, and no more
SELECT asked(format('SELECT scim_delete_user(%L, %L)', id(4), :'eve1'));
SELECT asked(format('SELECT scim_delete_user(%L, %L)', id(4), 'noVersion'));
SELECT asked(format('SELECT scim_restore(%L, %L, %L, %L)', 'User', id(1), :'ada2', :'ada4'));
INSERT INTO groups (id, data) VALUES (id(11), '{"displayName": "g"}');
SELECT note('group 1', 11, 'Group') AS group1 \gset
SELECT scim_add_members(id(11)::text, ARRAY[id(1)::text]) \g /dev/null
SELECT note('group 2', 11, 'Group') AS group2 \gset
SELECT asked(format('SELECT scim_%s_members(%L, %L, %L)', what, id(11), ARRAY[id(CASE what WHEN 'add' THEN 3 ELSE 1 END)], :'group1')) FROM unnest('{add,remove}'::text[]) what;
SELECT asked(patch(11, :'group1', sets('displayName', '"G"'), '', 'Group'));
SELECT asked(format('SELECT scim_delete_group(%L, %L)', id(11), :'group1'));
-- what was deleted, and is to come back
DELETE FROM users WHERE id = id(2);
SELECT asked(format('SELECT scim_restore(%L, %L, %L, %L)', 'User', id(2), :'long1', :'long1'));
-- a function of the application's that passes it on loses nothing of it
CREATE FUNCTION passes_on(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN SQLSTATE 'PT412' THEN
	RAISE;
END $$;
SELECT asked(format('SELECT passes_on(%L)', patch(1, :'ada1', sets('title', '"three"')))) EXCEPT SELECT asked(patch(1, :'ada1', sets('title', '"three"')));

-- ---- the history of what was merged ----

INSERT INTO users (id, data) VALUES (id(5), '{"userName": "tom"}');
SELECT note('tom 1', 5) AS tom1 \gset
SELECT scim_changes('now')->>'nextCursor' AS cursor \gset
SELECT write(5, '{"title": "t"}');
SELECT note('tom 2', 5) AS tom2 \gset
SELECT scim_patch_user(id(5)::text, sets('nickName', '"n"'), :'tom1', on_conflict => 'merge') \g /dev/null
SELECT note('tom 3', 5) AS tom3 \gset
-- not where there was nothing to merge, or nothing of it was left to be done
SELECT scim_patch_user(id(5)::text, sets('nickName', '"m"'), :'tom3', on_conflict => 'merge') \g /dev/null
SELECT note('tom 4', 5) AS tom4 \gset
SELECT scim_patch_user(id(5)::text, sets('title', '"t"'), :'tom1', on_conflict => 'merge') \g /dev/null
SELECT scim_update_user(id(5)::text, '{"userName": "tom"}', :'tom1', on_conflict => 'merge') \g /dev/null
SELECT named(jsonb_build_object('changed', e->'changed', 'previous_version', e->'previous_version', 'expected_version', e->'expected_version')::text)
	FROM jsonb_array_elements(scim_get_history('User', id(5)::text)->'entries') WITH ORDINALITY t(e, i) ORDER BY i;
SELECT named(jsonb_build_object('id', e->'resource_id', 'changed', e->'changed', 'expected_version', e->'expected_version')::text)
	FROM jsonb_array_elements(scim_changes(:'cursor')->'changes') WITH ORDINALITY t(e, i) ORDER BY i;
-- a group in which mine is members alone
SELECT scim_patch_group(id(11)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', id(5))))), :'group1', on_conflict => 'merge') \g /dev/null
SELECT named(jsonb_build_object('changed', e->'changed', 'previous_version', e->'previous_version', 'expected_version', e->'expected_version')::text)
	FROM jsonb_array_elements(scim_get_history('Group', id(11)::text)->'entries') WITH ORDINALITY t(e, i) ORDER BY i;
-- what a trigger of the application's writes elsewhere meanwhile is not of the call
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE users SET data = data || '{"displayName": "touched"}' WHERE id = id(1);
	RETURN NULL;
END $$;
CREATE TRIGGER " first" AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION touch();
SELECT scim_patch_user(id(5)::text, sets('locale', '"de"'), :'tom3', on_conflict => 'merge') \g /dev/null
DROP TRIGGER " first" ON users;
SELECT plain(resource_id), revision, changed, named(expected_version) FROM scim_history WHERE expected_version IS NOT NULL OR changed = '{displayName}' ORDER BY seq;
-- it is sealed with the rest
SELECT scim_seal_history() \g /dev/null
SELECT * FROM scim_verify_history('default');
BEGIN;
ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows;
UPDATE scim_history_rows SET expected_version = NULL WHERE expected_version IS NOT NULL;
SELECT count(*) > 0 AS found FROM scim_verify_history('default');
ROLLBACK;

-- ---- who may not read the history ----

CREATE ROLE regress_scim_mismatch;
SELECT scim_grant_tenant('default', 'regress_scim_mismatch');
GRANT ALL ON users, groups, groups_members, names TO regress_scim_mismatch;
SET ROLE regress_scim_mismatch;
SELECT detail ? 'changes' AS told FROM answer(patch(5, :'tom1', sets('title', '"x"')));
RESET ROLE;
-- a policy of the application's could hide what was: then the answer is what it has always been
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON users USING (true);
SET ROLE regress_scim_mismatch;
SELECT regexp_replace(named(detail::text), '"current_version": "[^"]*"', '"current_version": "?"') AS detail, hint FROM answer(patch(5, :'tom1', sets('title', '"x"')));
SELECT regexp_replace(named(detail::text), '"current_version": "[^"]*"', '"current_version": "?"') AS detail, hint FROM answer(format('SELECT scim_delete_user(%L, %L)', id(5), :'tom1'));
-- but for why nothing can be merged, where that was asked
SELECT detail->'changes' AS changes, detail->'merge' AS merge, hint FROM answer(patch(5, :'tom1', sets('title', '"x"'), ', on_conflict => ''merge'''));
RESET ROLE;
DROP POLICY application ON users;
DROP OWNED BY regress_scim_mismatch;
DROP ROLE regress_scim_mismatch;
