-- Writes that are merged with what was changed since the version that they expect.
SET scimver.password_cost = 4;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql AS $$ SELECT scim_get_user(id(n)::text)#>>'{meta,version}' $$;
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value));
CREATE FUNCTION removes(path text) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_array(jsonb_build_object('op', 'remove', 'path', path));
CREATE FUNCTION content(resource jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN plain(resource - 'id' - 'meta' - 'userName' - 'groups' - '_version'
	- CASE WHEN resource->'schemas' = '["urn:ietf:params:scim:schemas:core:2.0:User"]' THEN 'schemas' ELSE '' END);
-- what an error says of the merge, without who and when
CREATE FUNCTION of_merge(detail jsonb) RETURNS text LANGUAGE sql IMMUTABLE RETURN
	coalesce(detail#>>'{merge,reason}', (SELECT string_agg((c - 'changed_by')::text, ' ' ORDER BY i) FROM jsonb_array_elements(detail#>'{merge,conflicts}') WITH ORDINALITY AS t(c, i)),
		detail->>'merge', detail->>'path');
CREATE FUNCTION fails(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlstate, plain(sqlerrm), CASE WHEN detail LIKE '{%' THEN of_merge(detail::jsonb) END);
END $$;
-- What somebody does meanwhile, and what comes next of it: an object replaces the user, an array patches him.
CREATE FUNCTION change(id text, what jsonb, expected text DEFAULT NULL, on_conflict text DEFAULT NULL, rules jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_typeof(what) = 'array' THEN
		RETURN scim_patch_user(id, what, expected, on_conflict => on_conflict, merge_rules => rules);
	END IF;
	RETURN scim_update_user(id, what || '{"userName": "u"}', expected, on_conflict => on_conflict, merge_rules => rules);
END $$;
-- A user is as "base", becomes "theirs", and "mine" is made of the base: what becomes of it, then what both sides
-- changed, and that nothing but mine was changed, and all of it in one step that the history tells.
CREATE FUNCTION merged(base jsonb, theirs jsonb, mine jsonb, rules jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made jsonb := scim_create_user(base || '{"userName": "u"}');
	user_id text := made->>'id';
	v text := made#>>'{meta,version}';
	now jsonb;
	answer jsonb;
	entry scim_history_rows;
	result text;
BEGIN
	now := change(user_id, theirs);
	answer := scim_call_tool('scim_' || CASE jsonb_typeof(mine) WHEN 'array' THEN 'patch' ELSE 'update' END || '_user', jsonb_build_object('user_id', user_id, 'expected_version', v, 'on_conflict', 'merge')
		|| CASE jsonb_typeof(mine) WHEN 'array' THEN jsonb_build_object('operations', mine) ELSE jsonb_build_object('user_data', mine || '{"userName": "u"}') END
		|| CASE WHEN rules IS NULL THEN '{}' ELSE jsonb_build_object('merge_rules', rules) END);
	SELECT * INTO entry FROM scim_history_rows WHERE resource_id = user_id AND operation <> 'refused' ORDER BY seq DESC LIMIT 1;
	result := CASE WHEN answer->'success' = 'true' THEN content(answer->'content') ELSE concat_ws(' ', answer#>>'{content,error_code}', of_merge(answer->'content')) END
		|| E'\n    ' || concat_ws(' ', 'mine ' || (answer#>>'{metadata,merged,mine}'), 'theirs ' || (answer#>>'{metadata,merged,theirs}'), 'base ' || nullif(answer#>>'{metadata,merged,base_version}' = v, true),
		CASE WHEN answer#>'{metadata,unchanged}' = 'true' THEN 'unchanged' END, 'changed ' || array_to_string(entry.changed, ', '),
		CASE WHEN entry.expected_version = v THEN 'merged' WHEN entry.expected_version IS NOT NULL THEN 'merged from another' END);
	IF answer->'success' = 'false' AND scim_get_user(user_id) - 'meta' <> now - 'meta' THEN
		result := result || ' BUT WAS WRITTEN';
	END IF;
	PERFORM scim_delete_user(user_id);
	RETURN result;
END $$;

-- ---- what fits ----

SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('nickName', '"n"'));
SELECT merged('{"title": "a"}', sets('title', '"b"'), '{"title": "a", "nickName": "n"}');
-- the same by both, one of it more
SELECT merged('{"title": "a"}', sets('title', '"b"'), '{"title": "b", "nickName": "n"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), '{"title": "b"}');
-- by both the same, and nothing more: there already
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"b"'));
-- mine is what it was: theirs stands
SELECT merged('{"title": "a"}', sets('title', '"b"'), '{"title": "a"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"a"'));
-- what mine leaves out, it removes
SELECT merged('{"title": "a", "nickName": "n"}', sets('title', '"b"'), '{"title": "a"}');
SELECT merged('{"title": "a", "nickName": "n"}', '{"title": "a"}', sets('title', '"b"'));
SELECT merged('{"name": {"givenName": "g", "familyName": "f"}}', sets('name.givenName', '"h"'), '{"name": {"givenName": "g", "familyName": "i"}}');
SELECT merged('{"emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}', sets('emails[type eq "work"].value', '"x"'), sets('emails[type eq "home"].value', '"y"'));
SELECT merged('{"emails": [{"type": "work", "value": "w"}]}', removes('emails'), '{"emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}');
-- filters mean what was read: which is not there any more
SELECT merged('{"emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}', removes('emails[type eq "work"]'), removes('emails[value eq "w"]'));
SELECT merged('{"emails": [{"type": "work", "value": "w", "display": "d"}]}', sets('emails[type eq "work"].value', '"x"'), sets('emails[value eq "w"].display', '"e"'));
-- extensions
SELECT merged('{}', sets('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', '"d"'), sets('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter', '"c"'));
SELECT merged('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "d"}}', sets('title', '"b"'), '{}');

-- ---- what does not ----

SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"c"'));
SELECT merged('{"title": "a", "nickName": "n"}', sets('title', '"b"'), '{"title": "c"}');
SELECT merged('{"title": "a"}', removes('title'), sets('title', '"c"'));
SELECT merged('{"title": "a"}', sets('title', '"b"'), '{}');
SELECT merged('{"name": {"givenName": "g", "familyName": "f"}}', sets('name.givenName', '"h"'), removes('name'));
SELECT merged('{"emails": [{"type": "work", "value": "w"}]}', removes('emails[type eq "work"]'), sets('emails[type eq "work"].value', '"x"'));
SELECT merged('{"emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]}', sets('emails[type eq "work"].primary', 'true'), sets('emails[type eq "home"].primary', 'true'));
-- a patch that does not suit what was read is an error of its own, and is there nothing to remove, then there was nothing
SELECT merged('{"title": "a"}', sets('emails', '[{"type": "work", "value": "w"}]'), sets('emails[type eq "work"].value', '"x"'));
SELECT merged('{"title": "a"}', sets('title', '"b"'), removes('nickName'));

-- ---- rules ----

SELECT merged('{"title": "a", "nickName": "n"}', '{"title": "b", "nickName": "o"}', '{"title": "c", "nickName": "p"}', '{"title": "mine"}');
SELECT merged('{"title": "a", "nickName": "n"}', '{"title": "b", "nickName": "o"}', '{"title": "c", "nickName": "p"}', '{"title": "mine", "*": "theirs"}');
SELECT merged('{"title": "a", "nickName": "n"}', '{"title": "b", "nickName": "o"}', '{"title": "c", "nickName": "p"}', '{"*": "mine", "nickName": "fail"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"c"'), '{"*": "theirs"}');
SELECT merged('{"title": "a"}', removes('title'), sets('title', '"c"'), '{"TITLE": "mine"}');
SELECT merged('{"title": "a"}', removes('title'), sets('title', '"c"'), '{"title": "theirs"}');
SELECT merged('{"emails": [{"type": "work", "value": "w"}]}', sets('emails[type eq "work"].value', '"x"'), sets('emails[type eq "work"].value', '"y"'), '{"emails.value": "mine"}');
SELECT merged('{"emails": [{"type": "work", "value": "w"}]}', sets('emails[type eq "work"].value', '"x"'), sets('emails[type eq "work"].value', '"y"'), '{"emails[type eq \"work\"].value": "mine"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"c"'), '{"title": "counter"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('title', '"c"'), '{"*": "max"}');
SELECT merged('{"title": "a"}', sets('title', '"b"'), sets('nickName', '"c"'), '{"title": "counter"}');

-- ---- passwords ----

SELECT merged('{"password": "the first one"}', sets('title', '"b"'), sets('password', '"the second one"'));
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), sets('title', '"b"'));
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), sets('password', '"the third one"'));
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), sets('password', '"the second one"'));
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), '{"password": "the third one", "title": "b"}', '{"password": "mine"}');
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), '{"password": "the third one", "title": "b"}', '{"*": "theirs"}');
SELECT merged('{"password": "the first one"}', sets('password', '"the second one"'), '{"password": "the third one"}', '{"password": "max"}');
SELECT merged('{"title": "a"}', sets('password', '"the first one"'), removes('password'));
-- whose it is
SELECT scim_create_user('{"userName": "secretive", "password": "the first one"}')->>'id' AS secretive \gset
SELECT scim_get_user(:'secretive')#>>'{meta,version}' AS before \gset
SELECT scim_patch_user(:'secretive', sets('password', '"the second one"')) IS NOT NULL;
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', :'secretive', sets('password', '"the third one"'), :'before'));
SELECT password_hash = crypt('the second one', password_hash) FROM users WHERE id::text = :'secretive';
SELECT scim_patch_user(:'secretive', sets('password', '"the third one"'), :'before', on_conflict => 'merge', merge_rules => '{"password": "theirs"}')->>'userName';
SELECT password_hash = crypt('the second one', password_hash) FROM users WHERE id::text = :'secretive';
SELECT scim_patch_user(:'secretive', sets('password', '"the third one"'), :'before', on_conflict => 'merge', merge_rules => '{"password": "mine"}')->>'userName';
SELECT password_hash = crypt('the third one', password_hash) FROM users WHERE id::text = :'secretive';
-- the base, before two passwords, is what it was
SELECT content(scim_patch_user(:'secretive', sets('title', '"t"'), :'before', on_conflict => 'merge'));
SELECT password_hash = crypt('the third one', password_hash) FROM users WHERE id::text = :'secretive';

-- ---- asked in vain ----

INSERT INTO users (id, data) VALUES (id(1), '{"userName": "ada", "title": "a"}');
SELECT version(1) AS v1 \gset
-- before any lock, before anything of the resource
CREATE FUNCTION asks(rules jsonb, on_conflict text DEFAULT 'merge', expected text DEFAULT 'someVersion') RETURNS text LANGUAGE sql AS $$
	SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => %L, merge_rules => %L)', id(404), sets('title', '"x"'), expected, on_conflict, rules)) $$;
SELECT asks(NULL, 'overwrite');
SELECT asks(NULL, 'MERGE');
SELECT asks(NULL, '');
SELECT asks(NULL, 'merge', NULL);
SELECT asks(NULL, 'merge', '*');
SELECT asks(NULL, 'merge', 'W/"x"');
SELECT asks('[]');
SELECT asks('"mine"');
SELECT asks('null');
SELECT asks('{"title": "ours"}');
SELECT asks('{"title": {"function": "public.f"}}');
SELECT asks('{"title": null}');
SELECT asks('{"shoeSize": "mine"}');
SELECT asks('{"emails.shoeSize": "mine"}');
SELECT asks('{"": "mine"}');
SELECT asks('{"title": "ours"}', 'fail');
SELECT asks('{"title": "ours"}', NULL, NULL);
SELECT asks('{"title": "mine"}');
SELECT fails(format('SELECT scim_update_user(%L, ''{"userName": "x"}'', on_conflict => ''merge'')', id(1)));
SELECT fails(format('SELECT scim_update_user(%L, ''{"userName": "x"}'', %L, on_conflict => ''merge'', merge_rules => ''{"x": "mine"}'')', id(1), :'v1'));

-- ---- nothing to be merged ----

-- the version is the one that is expected: as without
SELECT content(scim_patch_user(id(1)::text, sets('title', '"b"'), :'v1', on_conflict => 'merge'));
SELECT content(scim_update_user(id(1)::text, '{"userName": "ada", "title": "c"}', version(1), on_conflict => 'merge', merge_rules => '{"title": "theirs"}'));
SELECT expected_version IS NULL FROM scim_history_rows WHERE resource_id = id(1)::text ORDER BY seq DESC LIMIT 2;
-- a call that is merged, made again: it is there, whatever else was changed
SELECT version(1) AS v2 \gset
SELECT content(scim_patch_user(id(1)::text, sets('nickName', '"n"')));
SELECT content(scim_patch_user(id(1)::text, sets('title', '"d"'), :'v2', on_conflict => 'merge'));
SELECT version(1) AS v3 \gset
SELECT content(scim_patch_user(id(1)::text, sets('title', '"d"'), :'v2', on_conflict => 'merge')), version(1) = :'v3' AS same;
SELECT content(scim_update_user(id(1)::text, '{"userName": "ada", "title": "d"}', :'v2', on_conflict => 'merge')), version(1) = :'v3' AS same;
-- what comes of the merge is there already: nothing is written
SELECT xmin AS x, ctid AS c FROM users WHERE id = id(1) \gset
SELECT content(scim_update_user(id(1)::text, '{"userName": "ada", "title": "c"}', :'v2', on_conflict => 'merge')), version(1) = :'v3' AS same;
SELECT xmin = :'x' AND ctid = :'c' AS same_row FROM users WHERE id = id(1);
-- what the history does not know
SELECT fails(format('SELECT scim_patch_user(%L, %L, ''neverWas'', on_conflict => ''merge'')', id(1), sets('title', '"x"')));
SELECT fails(format('SELECT scim_patch_user(%L, %L, ''neverWas'')', id(1), sets('title', '"x"')));
-- it was somebody else's, by version and by tenant
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "bob", "title": "b"}');
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('title', '"x"'), version(2)));
SELECT scim_create_user('{"userName": "ada", "title": "theirs"}', tenant_id => 'theirs')#>>'{meta,version}' AS theirs \gset
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('title', '"x"'), :'theirs'));
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'', tenant_id => ''theirs'')', id(1), sets('title', '"x"'), :'v1'));
-- of the life before that
SELECT version(2) AS v4 \gset
DELETE FROM users WHERE id = id(2);
INSERT INTO users (id, data) VALUES (id(2), '{"userName": "bob", "title": "c"}');
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(2), sets('nickName', '"x"'), :'v4'));
-- gone
DELETE FROM users WHERE id = id(2);
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(2), sets('nickName', '"x"'), :'v4'));
-- from before what triggers did not see
SET session_replication_role = replica;
UPDATE users SET data = data || '{"displayName": "unseen"}' WHERE id = id(1);
RESET session_replication_role;
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('locale', '"de"'), :'v2'));
UPDATE users SET data = data - 'displayName' WHERE id = id(1);

-- ---- the answer without a merge tells what one would come to ----

SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('locale', '"de"'), :'v2'));
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('title', '"x"'), :'v2'));
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, merge_rules => ''{"title": "mine"}'')', id(1), sets('title', '"x"'), :'v2'));
SELECT fails(format('SELECT scim_update_user(%L, ''{"userName": "ada", "title": "x"}'', %L, on_conflict => ''fail'')', id(1), :'v2'));
-- it does not suit what was read
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('emails[type eq "work"].value', '"x"'), :'v2'));

-- ---- what comes out must be a resource ----

SELECT version(1) AS v5 \gset
INSERT INTO users (id, data) VALUES (id(3), '{"userName": "taken"}');
SELECT scim_patch_user(id(1)::text, sets('nickName', '"m"'))->>'nickName';
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('userName', '"taken"'), :'v5'));
SELECT content(scim_get_user(id(1)::text));

-- ---- what a client that was told to reads and sends back whole ----

INSERT INTO groups (id, data) VALUES (id(20), '{"displayName": "G"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(20), 'User', id(1));
SELECT scim_get_user(id(1)::text) AS read \gset
SELECT jsonb_array_length(:'read'::jsonb->'groups');
SELECT scim_patch_user(id(1)::text, sets('title', '"e"'))->>'title';
SELECT content(scim_update_user(id(1)::text, :'read'::jsonb || '{"nickName": "k"}', :'read'::jsonb#>>'{meta,version}', on_conflict => 'merge'));
SELECT content(scim_patch_user(id(1)::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'value', :'read'::jsonb || '{"locale": "de"}')), :'read'::jsonb#>>'{meta,version}', on_conflict => 'merge',
	merge_rules => '{"nickName": "theirs"}'));
-- what it says of itself is compared with what was read
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), jsonb_build_array(jsonb_build_object('op', 'replace', 'value', jsonb_set(:'read', '{meta,version}', '"x"'))), :'read'::jsonb#>>'{meta,version}'));

-- ---- in triggers ----

-- of a call that has changed the resource itself
CREATE FUNCTION inner_write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	PERFORM scim_patch_user(NEW.id::text, '[{"op": "replace", "path": "displayName", "value": "inner"}]', TG_ARGV[0], on_conflict => 'merge');
	RETURN NULL;
END $$;
SELECT version(1) AS v6 \gset
SELECT format('CREATE TRIGGER inner_write AFTER UPDATE ON users FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION inner_write(%L)', :'v6') AS statement \gset
:statement;
SELECT scim_patch_user(id(1)::text, sets('title', '"outer"'))->>'title';
SELECT content(scim_get_user(id(1)::text));
DROP TRIGGER inner_write ON users;
SELECT operation, array_to_string(changed, ', '), expected_version = :'v6' AS merged FROM scim_history_rows WHERE resource_id = id(1)::text ORDER BY seq DESC LIMIT 2;
SELECT count(*) FROM scim_get_version('User', id(1)::text, :'v6') v WHERE v->>'title' <> 'outer';
-- a trigger that makes something else of what is written
CREATE FUNCTION nick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.data := NEW.data || '{"nickName": "always"}'; RETURN NEW; END $$;
CREATE TRIGGER nick BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nick();
SELECT content(scim_patch_user(id(1)::text, sets('locale', '"fr"'), :'v6', on_conflict => 'merge'));
DROP TRIGGER nick ON users;
-- or nothing
CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER skip BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION skip();
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('timezone', '"z"'), :'v6'));
DROP TRIGGER skip ON users;

-- ---- another type: numbers, dates, what is immutable, the server's, or never returned ----

INSERT INTO scim_schemas (position, document) VALUES (100, '{"id": "urn:example:Thing", "name": "Thing", "attributes": [{"name": "name", "required": true}, {"name": "visits", "type": "integer"}, {"name": "weight", "type": "decimal"},
	{"name": "seen", "type": "dateTime"}, {"name": "serial", "mutability": "immutable"}, {"name": "state", "mutability": "readOnly"}, {"name": "secret", "returned": "never"},
	{"name": "maker", "type": "complex", "subAttributes": [{"name": "name", "required": true}, {"name": "place"}]}, {"name": "key", "type": "complex", "subAttributes": [{"name": "name"}, {"name": "pin", "returned": "never"}]}]}');
INSERT INTO scim_resource_types (position, document) VALUES (100, '{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
SELECT make('Thing', 'things');
-- The same as above of a thing: what it is then, or what was refused.  "theirs" is written by plain SQL, as the server does.
CREATE FUNCTION things(base jsonb, theirs jsonb, mine jsonb, rules jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v text;
	detail text;
	answer jsonb;
BEGIN
	DELETE FROM things;
	INSERT INTO things (id, data) VALUES (id(50), base || '{"name": "t"}');
	SELECT scim_get_resource('Thing', id(50)::text)#>>'{meta,version}' INTO v;
	UPDATE things SET data = jsonb_strip_nulls(data || theirs);
	IF jsonb_typeof(mine) = 'array' THEN
		answer := scim_patch_resource('Thing', id(50)::text, mine, v, on_conflict => 'merge', merge_rules => rules);
	ELSE
		answer := scim_update_resource('Thing', id(50)::text, mine || '{"name": "t"}', v, on_conflict => 'merge', merge_rules => rules);
	END IF;
	RETURN (SELECT (data - 'schemas' - 'name')::text FROM things) || CASE WHEN answer - 'meta' <> scim_get_resource('Thing', id(50)::text) - 'meta' THEN ' BUT TOLD ANOTHER' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', sqlerrm, of_merge(detail::jsonb));
END $$;
SELECT things('{"visits": 5}', '{"visits": 6}', '{"visits": 6}', '{"visits": "counter"}');
SELECT things('{"visits": 5}', '{"visits": 6}', sets('visits', '6'), '{"visits": "counter"}');
SELECT things('{"visits": 5}', '{"visits": 6}', '{"visits": 6}', '{"visits": "max"}');
SELECT things('{"visits": 5}', '{"visits": 8}', '{"visits": 2}', '{"*": "counter"}');
SELECT things('{}', '{"visits": 1}', '{"visits": 1}', '{"visits": "counter"}');
SELECT things('{"visits": 5}', '{"visits": null}', '{"visits": 6}', '{"visits": "counter"}');
SELECT things('{"weight": 1.50}', '{"weight": 1.75}', '{"weight": 1.6}', '{"weight": "counter"}');
SELECT things('{"weight": 1.5}', '{"state": "new"}', '{"weight": 1.50}');
SELECT things('{"visits": 5}', '{"visits": 8}', '{"visits": 2}', '{"visits": "min"}');
SELECT things('{"seen": "2020-01-01T00:00:00Z"}', '{"seen": "2020-01-02T00:00:00Z"}', '{"seen": "2020-01-02T00:30:00+01:00"}', '{"seen": "max"}');
SELECT things('{"seen": "2020-01-01T00:00:00Z"}', '{"seen": "2020-01-02T00:00:00Z"}', '{"seen": "2020-01-02T00:30:00+01:00"}', '{"seen": "min"}');
SELECT things('{"visits": 5}', '{"visits": 6}', '{"visits": 6}');
-- a call that counts, made again, counts again; one that does not count is there
SELECT things('{"visits": 5}', '{"visits": 6}', '{"visits": 6}', '{"visits": "counter"}');
SELECT previous_version AS base FROM scim_history_rows WHERE resource_type = 'Thing' ORDER BY seq DESC LIMIT 1 OFFSET 1 \gset
SELECT scim_update_resource('Thing', id(50)::text, '{"name": "t", "visits": 6}', :'base', on_conflict => 'merge', merge_rules => '{"visits": "counter"}')->'visits';
SELECT scim_update_resource('Thing', id(50)::text, '{"name": "t", "visits": 8}', :'base', on_conflict => 'merge', merge_rules => '{"visits": "max"}')->'visits';
-- immutable: kept where it is left out, set by one, by both
SELECT things('{"serial": "s"}', '{"visits": 1}', '{"weight": 2}');
SELECT things('{"serial": "s"}', '{"visits": 1}', '{"serial": "t"}');
SELECT things('{"serial": "s"}', '{"visits": 1}', sets('serial', '"t"'));
SELECT things('{"serial": "s"}', '{"visits": 1}', removes('serial'));
SELECT things('{}', '{"serial": "s"}', '{"weight": 2}');
SELECT things('{}', '{"serial": "s"}', '{"weight": 2, "serial": "s"}');
SELECT things('{}', '{"serial": "s"}', '{"weight": 2, "serial": "t"}');
SELECT things('{}', '{"serial": "s"}', sets('serial', '"t"'));
SELECT things('{}', '{"serial": "s"}', '{"weight": 2, "serial": "t"}', '{"serial": "theirs"}');
SELECT things('{}', '{"serial": "s"}', '{"weight": 2, "serial": "t"}', '{"serial": "mine"}');
-- the server's: what mine sends is ignored, what it leaves out was not removed
SELECT things('{"state": "new"}', '{"state": "old"}', '{"weight": 2}');
SELECT things('{"state": "new"}', '{"state": "old"}', '{"weight": 2, "state": "new"}');
-- required in what is merged, if in neither
SELECT things('{"maker": {"name": "m", "place": "p"}}', '{"maker": {"name": "m", "place": "q"}}', '{}', '{"maker.place": "theirs"}');
-- what plain SQL wrote, and the schema does not know, is nobody's to judge
SELECT things('{"odd": {"a": 1, "b": 1}}', '{"odd": {"a": 2, "b": 1}}', sets('visits', '1'));
SELECT things('{"schemas": ["urn:x", "urn:example:Thing"]}', '{"schemas": ["urn:y", "urn:x", "urn:example:Thing"]}', sets('visits', '1'));
-- never returned: as a whole, and nothing tells whether it was guessed
SELECT things('{"secret": "a"}', '{"visits": 1}', '{"secret": "b"}');
SELECT things('{"secret": "a"}', '{"visits": 1}', '{"secret": "a"}');
SELECT things('{"secret": "a"}', '{"secret": "b"}', '{"secret": "b"}');
SELECT things('{"secret": "a"}', '{"secret": "b"}', '{"secret": "c"}');
SELECT things('{"secret": "a"}', '{"secret": "b"}', '{"secret": "c"}', '{"secret": "mine"}');
SELECT things('{"secret": "a"}', '{"secret": "b"}', '{"secret": "c"}', '{"*": "theirs"}');
SELECT things('{"secret": "a"}', '{"secret": "b"}', sets('visits', '1'));
SELECT things('{}', '{"secret": "b"}', sets('visits', '1'));
SELECT things('{"key": {"name": "k", "pin": "1"}}', '{"key": {"name": "k", "pin": "2"}}', '{"key": {"name": "l", "pin": "1"}}');
SELECT things('{"key": {"name": "k", "pin": "1"}}', '{"visits": 1}', '{"key": {"name": "l", "pin": "1"}}');

-- ---- far back ----

SELECT version(1) AS v7 \gset
DO $$ BEGIN FOR i IN 1 .. 1000 LOOP UPDATE users SET data = data || jsonb_build_object('timezone', 'z' || i) WHERE id = id(1); END LOOP; END $$;
SELECT scim_patch_user(id(1)::text, sets('locale', '"it"'), :'v7', on_conflict => 'merge')->>'locale';
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('locale', '"es"'), :'v7'));
-- not kept any more
SELECT version(1) AS v8 \gset
UPDATE users SET data = data || '{"timezone": "pruned"}' WHERE id = id(1);
DELETE FROM scim_history_rows WHERE resource_id = id(1)::text;
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L, on_conflict => ''merge'')', id(1), sets('locale', '"es"'), :'v8'));
SELECT fails(format('SELECT scim_patch_user(%L, %L, %L)', id(1), sets('locale', '"es"'), :'v8'));
SELECT content(scim_patch_user(id(1)::text, sets('locale', '"it"'), :'v8', on_conflict => 'merge'));
-- what a patch is compared with is of then, also where nobody asks for a merge, wherever in the history that is
SELECT scim_create_user('{"userName": "often", "nickName": "o"}')->>'id' AS often \gset
\set ECHO none
SELECT format('UPDATE users SET data = data || jsonb_build_object(''title'', repeat(''t'', 900) || %s) WHERE data->>''nickName'' = ''o''', i) FROM generate_series(1, 60) i \gexec
\set ECHO all
SELECT DISTINCT fails(format('SELECT scim_patch_user(%L, %L, %L)', :'often', jsonb_build_array(jsonb_build_object('op', 'add', 'value', scim_get_version('User', :'often', version) || '{"locale": "it"}')), version)), count(*)
	FROM scim_history WHERE resource_id = :'often' AND revision BETWEEN 2 AND 51 GROUP BY 1;
-- what is large and was changed often is not all held at once
CREATE FUNCTION most_memory() RETURNS bigint LANGUAGE sql AS $$ SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+) kB'))[1]::bigint / 1024 $$;
SELECT scim_create_user(jsonb_build_object('userName', 'large', 'title', repeat('a', 900000), 'nickName', 'n'))->>'id' AS large \gset
SELECT scim_get_user(:'large')#>>'{meta,version}' AS v9 \gset
DO $$ BEGIN FOR i IN 1 .. 200 LOOP UPDATE users SET data = data || jsonb_build_object('title', repeat(chr(97 + i % 26), 900000 - i), 'locale', 'l' || i) WHERE data->>'nickName' = 'n'; END LOOP; END $$;
SELECT most_memory() AS before \gset
SELECT length(u->>'title'), u->>'locale', u->>'timezone' FROM scim_patch_user(:'large', sets('timezone', '"z"'), :'v9', on_conflict => 'merge') u;
SELECT md5(u->>'title') = md5(repeat('a', 900000)), u ? 'locale' FROM scim_get_version('User', :'large', :'v9') u;
SELECT c->>'path', length(c->>'from'), length(c->>'to') FROM scim_diff('User', :'large', :'v9') d, jsonb_array_elements(d->'changes') c ORDER BY 1;
SELECT most_memory() - :before < 150 AS bounded;
