-- Conflicts that the user of a client decides: on_conflict "ask_user", and what he may say.
SET scimver.max_attempts = 0;
SET scimver.password_cost = 4;
SET scimver.agent = 'assistant';
SELECT set_config('behaviour.role', :'role', false) IS NULL;
-- what differs by run has a name: S, V, THEN, me
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(regexp_replace(replace(replace(plain(answer), current_setting('behaviour.role'), 'hr'), session_user, 'me'), '"retry_after_ms":\d+', '"retry_after_ms":"<ms>"'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'), '"requestState":"[^"]+"', '"requestState":"S"'), '[A-Za-z0-9+/]{11}=', 'V', 'g') $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql AS 'SELECT version FROM users WHERE users.id = id(n)';
CREATE FUNCTION others(n int, data jsonb) RETURNS void LANGUAGE sql AS 'UPDATE users SET data = users.data || others.data WHERE users.id = id(n)';
CREATE FUNCTION stored(n int) RETURNS text LANGUAGE sql AS $$ SELECT concat(data - 'schemas' - 'userName', ' ', revision) FROM users WHERE users.id = id(n) $$;
-- a call of a tool with another version than the one that is there
CREATE FUNCTION update(n int, expected text, data jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('user_id', id(n), 'expected_version', expected,
	'user_data', jsonb_build_object('userName', 'u' || n) || data, 'on_conflict', 'ask_user') || more $$;
CREATE FUNCTION patch(n int, expected text, operations jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('user_id', id(n), 'expected_version', expected, 'operations', operations, 'on_conflict', 'ask_user') || more $$;
CREATE FUNCTION sets(path text, value jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('op', 'replace', 'path', path, 'value', value)) $$;
-- the call, as a client makes it that can ask; and again, with what its user says
CREATE FUNCTION asked(tool text, arguments jsonb, state text DEFAULT NULL, responses jsonb DEFAULT NULL) RETURNS json LANGUAGE sql AS
	'SELECT scim_call_tool(tool, arguments::text, state, responses::text)';
CREATE FUNCTION state(question json) RETURNS text LANGUAGE sql AS $$ SELECT question #>> '{input_required,requestState}' $$;
CREATE FUNCTION says(action text, content jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('decision', jsonb_strip_nulls(jsonb_build_object('action', action, 'content', content))) $$;
CREATE FUNCTION decides(decision text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT says('accept', jsonb_build_object('decision', decision) || more) $$;
-- what the user sees; how a call ended
CREATE FUNCTION form(question json) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT told(question #>> '{input_required,inputRequests,decision,params,message}') UNION ALL
	SELECT told(format('%s %s: %s', key, value -> 'enum', value ->> 'description')) FROM json_each(question #> '{input_required,inputRequests,decision,params,requestedSchema,properties}') $$;
CREATE FUNCTION brief(answer json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN answer -> 'input_required' IS NOT NULL THEN 'asked ' || (answer #> '{input_required,inputRequests,decision,params,requestedSchema,properties,decision,enum}')::text
	ELSE told(concat_ws(' | ', CASE WHEN (answer ->> 'success')::bool THEN 'done' END, answer #>> '{metadata,decision}', answer #>> '{content,error_code}', answer #>> '{content,path}', answer #>> '{content,error}',
		answer #>> '{metadata,merged}', 'unchanged ' || (answer #>> '{metadata,unchanged}'), 'proposal ' || CASE WHEN answer #>> '{content,proposal_id}' IS NOT NULL THEN answer #>> '{content,status}' END)) END $$;
CREATE FUNCTION steps(answer json) RETURNS text LANGUAGE sql AS $$ SELECT told(answer #>> '{content,next_steps}') $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'title', 'Guide', 'nickName', 'N', 'locale', 'en') FROM generate_series(1, 19) n;

-- ---- a question, and each answer to it ----

SELECT version(1) AS v \gset
SELECT others(1, '{"title": "Director", "locale": "de", "timezone": "UTC"}');
SELECT update(1, :'v', '{"title": "Chief", "nickName": "M", "locale": "fr"}') AS a \gset
SELECT asked('scim_update_user', :'a') AS q \gset
SELECT told(:'q');
SELECT brief(asked('scim_update_user', :'a', state(:'q'), says('decline'))), brief(asked('scim_update_user', :'a', state(:'q'), says('cancel'))), stored(1);
SELECT steps(asked('scim_update_user', :'a', state(:'q'), says('decline')));
SELECT told(asked('scim_update_user', :'a', state(:'q'), decides('keep_current'))::text), stored(1);
-- some of each; what else others changed stays
SELECT brief(asked('scim_update_user', :'a', state(:'q'), decides('choose', '{"title": "theirs", "locale": "mine"}'))), stored(1);
-- the same once more finds what it made, and asks what others have changed since; what is there already is not asked
SELECT brief(asked('scim_update_user', :'a', state(:'q'), decides('choose', '{"title": "theirs", "locale": "mine"}'))), stored(1);
SELECT asked('scim_update_user', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_update_user', :'a', state(:'q'), decides('apply_mine'))), stored(1);
SELECT brief(asked('scim_update_user', :'a', state(:'q'), decides('apply_mine'))), stored(1);
SELECT brief(asked('scim_update_user', :'a', state(:'q'), decides('keep_current'))), stored(1);
-- what a decision has no use for is not looked at
SELECT version(2) AS v \gset
SELECT others(2, '{"title": "Director"}');
SELECT patch(2, :'v', sets('title', '"Chief"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), '{"decision": {"action": "accept", "content": {"decision": "apply_mine", "title": "neither", "more": 1}, "_meta": {}}, "another": []}')), stored(2);

-- ---- others come in between ----

SELECT version(3) AS v \gset
SELECT others(3, '{"title": "Director"}');
SELECT patch(3, :'v', sets('title', '"Chief"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT others(3, '{"title": "President", "nickName": "P"}');
SELECT asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine')) AS q2 \gset
SELECT form(:'q2');
SELECT state(:'q') = state(:'q2') AS same, told(:'q2'::json #>> '{otherwise,metadata}'), stored(3);
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides(d, '{"title": "mine"}'))), stored(3) FROM unnest(ARRAY['choose', 'propose']) d;
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), says('decline')));
SELECT brief(asked('scim_patch_user', :'a', state(:'q2'), decides('choose', '{"title": "mine"}'))), stored(3);
-- it was the expected one again: what was decided on is no more, and nothing is written that nobody saw
SELECT version(4) AS v \gset
SELECT others(4, '{"title": "Director"}');
SELECT patch(4, :'v', sets('title', '"Chief"')) AS a, update(4, :'v', '{"title": "Chief"}') AS b, jsonb_build_object('user_id', id(4), 'expected_version', :'v', 'on_conflict', 'ask_user') AS c \gset
SELECT asked('scim_patch_user', :'a') AS qa, asked('scim_update_user', :'b') AS qb, asked('scim_delete_user', :'c') AS qc \gset
SELECT others(4, '{"title": "Guide"}');
SELECT brief(asked('scim_patch_user', :'a', state(:'qa'), r)), brief(asked('scim_update_user', :'b', state(:'qb'), r)), brief(asked('scim_delete_user', :'c', state(:'qc'), r)), stored(4)
	FROM unnest(ARRAY[decides('apply_mine'), decides('propose'), says('decline')]) r;
SELECT steps(asked('scim_patch_user', :'a', state(:'qa'), decides('apply_mine')));
-- what was seen is there again: that is what was decided on
SELECT others(4, '{"title": "Director"}');
SELECT brief(asked('scim_patch_user', :'a', state(:'qa'), decides('apply_mine'))), stored(4);

-- ---- what fits together is asked all the same ----

SELECT version(5) AS v \gset
SELECT others(5, '{"title": "Director"}');
SELECT patch(5, :'v', sets('nickName', '"M"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('choose'))), stored(5);
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine'))), stored(5);
-- rules of the call decide first, and are not asked
SELECT version(5) AS v \gset
SELECT others(5, '{"title": "Boss", "nickName": "B"}');
SELECT patch(5, :'v', sets('nickName', '"C"') || sets('title', '"Chief"'), '{"merge_rules": {"title": "theirs"}}') AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine'))), stored(5);

-- ---- proposals ----

SELECT version(6) AS v \gset
SELECT others(6, '{"title": "Director"}');
SELECT patch(6, :'v', sets('title', '"Chief"')) AS a, jsonb_build_object('user_id', id(6), 'expected_version', :'v', 'on_conflict', 'ask_user') AS b \gset
SELECT asked('scim_patch_user', :'a') AS q, asked('scim_delete_user', :'b') AS qb \gset
SELECT asked('scim_patch_user', :'a', state(:'q'), decides('propose')) AS p, asked('scim_delete_user', :'b', state(:'qb'), decides('propose')) AS d \gset
SELECT brief(:'p'), told(:'p'::json #>> '{content,changes}'), told(:'p'::json #>> '{content,conflicts}'), brief(:'d'), told(:'d'::json #>> '{content,changes}'), stored(6);
-- the same answer makes no second
SELECT asked('scim_patch_user', :'a', state(:'q'), decides('propose')) #>> '{content,proposal_id}' = :'p'::json #>> '{content,proposal_id}' AS same,
	asked('scim_delete_user', :'b', state(:'qb'), decides('propose')) #>> '{content,proposal_id}' = :'d'::json #>> '{content,proposal_id}' AS same, (SELECT count(*) FROM scim_proposals);

-- ---- deletes ----

SELECT version(7) AS v \gset
SELECT others(7, '{"title": "Director"}');
SELECT jsonb_build_object('user_id', id(7), 'expected_version', :'v', 'on_conflict', 'ask_user') AS a \gset
SELECT asked('scim_delete_user', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_delete_user', :'a', state(:'q'), says('decline'))), brief(asked('scim_delete_user', :'a', state(:'q'), decides('keep_current'))), stored(7);
SELECT others(7, '{"title": "President"}');
SELECT asked('scim_delete_user', :'a', state(:'q'), decides('apply_mine')) AS q2 \gset
SELECT brief(:'q2');
SELECT told(asked('scim_delete_user', :'a', state(:'q2'), decides('apply_mine'))::text), stored(7);
SELECT brief(asked('scim_delete_user', :'a', state(:'q2'), r)) FROM unnest(ARRAY[decides('apply_mine'), decides('keep_current'), says('decline')]) r;

-- ---- groups, and resources of any type ----

CREATE FUNCTION named(n int) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
	RETURN concat_ws(' ', scim_get_group(id(n)::text) ->> 'displayName', (SELECT string_agg(plain(member_id::text), ' ' ORDER BY num(member_id::text)) FROM groups_members WHERE group_id = id(n))); END $$;
INSERT INTO groups (id, data) VALUES (id(31), '{"displayName": "g"}');
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(31), 'User', id(1)), (id(31), 'User', id(2));
SELECT version AS v FROM groups WHERE id = id(31) \gset
UPDATE groups SET data = data || '{"displayName": "h"}' WHERE id = id(31);
INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(31), 'User', id(3));
SELECT jsonb_build_object('group_id', id(31), 'expected_version', :'v', 'on_conflict', 'ask_user', 'group_data', jsonb_build_object('displayName', 'i', 'members', jsonb_build_array(jsonb_build_object('value', id(1)), jsonb_build_object('value', id(4))))) AS a \gset
SELECT asked('scim_update_group', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_update_group', :'a', state(:'q'), decides('choose', '{"displayName": "theirs"}'))), named(31);
SELECT jsonb_build_object('resource_type', 'Group', 'resource_id', id(31), 'expected_version', :'v', 'on_conflict', 'ask_user', 'operations', sets('displayName', '"j"')) AS a \gset
SELECT asked('scim_patch_resource', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_patch_resource', :'a', state(:'q'), decides('apply_mine'))), named(31);

-- ---- passwords: by name alone ----

SELECT version(8) AS v \gset
SELECT scim_patch_user(id(8)::text, sets('password', '"of others"')) IS NOT NULL;
SELECT patch(8, :'v', sets('password', '"of mine"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT form(:'q');
SELECT position('of mine' in :'q') + position('of others' in :'q') AS told;
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('propose')));
CREATE FUNCTION opens(n int, password text) RETURNS bool LANGUAGE sql AS 'SELECT password_hash = crypt(opens.password, password_hash) FROM users WHERE users.id = id(n)';
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('choose', '{"password": "theirs"}'))), opens(8, 'of others');
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('choose', '{"password": "mine"}'))), opens(8, 'of mine');
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine'))), opens(8, 'of mine');

-- ---- policies and leases bind who was asked, too ----

SELECT version(9) AS v \gset
SELECT others(9, '{"title": "Director"}');
SELECT patch(9, :'v', sets('title', '"Chief"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT scim_set_policy('default', 'User', jsonb_build_object('review', jsonb_build_object('attributes', '["title"]'::jsonb, 'reviewers', jsonb_build_array(:'role')))) IS NOT NULL;
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine'))), brief(asked('scim_patch_user', :'a', state(:'q'), decides('keep_current'))), stored(9);
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('propose'))), stored(9);
SELECT scim_set_policy('default', 'User', NULL) IS NULL;
GRANT ALL ON users, groups, groups_members TO :role;
SELECT scim_grant_tenant('default', :'role');
SET SESSION AUTHORIZATION :role;
SELECT scim_acquire_lease('User', id(9)::text, 60) IS NOT NULL;
RESET SESSION AUTHORIZATION;
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), r)), stored(9) FROM unnest(ARRAY[decides('apply_mine'), decides('keep_current'), says('decline')]) r;
DELETE FROM scim_leases;

-- ---- states that are of no question to the call ----

SELECT version(10) AS v \gset
SELECT others(10, '{"title": "Director"}');
SELECT patch(10, :'v', sets('title', '"Chief"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT state(:'q') AS s \gset
SELECT brief(asked('scim_patch_user', :'a', s, decides('apply_mine'))) FROM unnest(ARRAY['', 'x', left(:'s', -1), :'s' || 'A', overlay(:'s' placing CASE substr(:'s', 40, 1) WHEN 'A' THEN 'B' ELSE 'A' END from 40), repeat('A', 100), state(asked('scim_delete_user', jsonb_build_object('user_id', id(10), 'expected_version', :'v', 'on_conflict', 'ask_user')))]) s;
SELECT steps(asked('scim_patch_user', :'a', 'x', decides('apply_mine')));
-- other arguments: each of them counts, in whatever order and spelling they stand
SELECT key, brief(asked('scim_patch_user', :'a'::jsonb || other, :'s', decides('apply_mine'))) FROM (VALUES ('value', jsonb_build_object('operations', sets('title', '"Boss"'))), ('id', jsonb_build_object('user_id', id(11))), ('version', jsonb_build_object('expected_version', version(10))),
	('one more', '{"attributes": ["title"]}'), ('way', '{"on_conflict": "merge"}')) o(key, other) ORDER BY key;
SELECT brief(asked('scim_patch_user', :'a'::jsonb - 'expected_version', :'s', decides('apply_mine')));
-- another tool, tenant, role
SELECT tool, brief(asked(tool, '{}', :'s', decides('apply_mine'))) FROM unnest(ARRAY['scim_server_info', 'scim_list_users', 'no_tool']) tool;
SELECT brief(asked('scim_patch_resource', :'a'::jsonb - 'user_id' || jsonb_build_object('resource_type', 'User', 'resource_id', id(10)), :'s', decides('apply_mine')));
SELECT brief(asked('scim_patch_user', :'a'::jsonb || '{"tenant_id": "other"}', :'s', decides('apply_mine')));
SET scimver.tenant = 'other';
SELECT brief(asked('scim_patch_user', :'a', :'s', decides('apply_mine')));
RESET scimver.tenant;
SET SESSION AUTHORIZATION :role;
SELECT brief(asked('scim_patch_user', :'a', :'s', decides('apply_mine')));
RESET SESSION AUTHORIZATION;
-- signed as the server does it, of another time: 15 minutes are its own arithmetic
CREATE FUNCTION base64url(bytes bytea) RETURNS text LANGUAGE sql AS $$ SELECT rtrim(translate(encode(bytes, 'base64'), E'+/\n', '-_'), '=') $$;
CREATE FUNCTION bytes(state text) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(translate(state, '-_', '+/') || repeat('=', (4 - length(state) % 4) % 4), 'base64') $$;
CREATE FUNCTION aged(state text, kind text, seconds bigint) RETURNS text LANGUAGE sql AS $$
	SELECT base64url(substr(hmac(convert_to(kind, 'UTF8') || '\x00' || signed, secret, 'sha256'), 1, 16) || signed) FROM scim_cursor_secret,
	CAST(int8send(('x' || encode(substr(bytes(state), 17, 8), 'hex'))::bit(64)::bigint - seconds) || substr(bytes(state), 25) AS bytea) signed $$;
SELECT format('"consult""default""%s""scim_patch_user""%s"', current_user::regrole::oid, encode(sha256(convert_to(scim_canonical(:'a'), 'UTF8')), 'base64')) AS kind \gset
SELECT aged(:'s', :'kind', 0) = :'s' AS "signed as the server does";
SELECT brief(asked('scim_patch_user', :'a', aged(:'s', :'kind', 901 + 60), decides('apply_mine'))), stored(10);
SELECT brief(asked('scim_patch_user', :'a', aged(:'s', :'kind', 900 - 60), says('decline'))), stored(10);

-- ---- answers that are none ----

SELECT brief(scim_call_tool('scim_patch_user', :'a', :'s', r)) FROM unnest(ARRAY[NULL, '', '{', 'null', '[]', '{}', '"x"', '{"decision": null}', '{"decision": "apply_mine"}', '{"decision": {}}', '{"decision": {"action": "maybe"}}', '{"decision": {"action": 1}}', '{"decision": {"action": "accept"}}',
	'{"decision": {"action": "accept", "content": []}}', '{"decision": {"action": "accept", "content": {}}}', '{"decision": {"action": "accept", "content": {"decision": "keep"}}}', '{"decision": {"action": "accept", "content": {"decision": 1}}}',
	'{"decision": {"action": "accept", "content": {"decision": "choose"}}}', '{"decision": {"action": "accept", "content": {"decision": "choose", "title": "both"}}}', '{"decision": {"action": "accept", "content": {"decision": "choose", "Title": "mine", "*": "mine"}}}', E'{"decision": "\\u0000"}']) WITH ORDINALITY x(r, n) ORDER BY n;
SELECT steps(scim_call_tool('scim_patch_user', :'a', :'s', '{}')), stored(10);
SELECT brief(scim_call_tool('scim_patch_user', :'a', NULL, '{}')), stored(10);
-- after all that it is as good as before
SELECT brief(asked('scim_patch_user', (:'a'::jsonb - 'operations') || jsonb_build_object('operations', :'a'::jsonb -> 'operations'), :'s', decides('apply_mine'))), stored(10);

-- ---- where nobody can be asked, and where there is nothing to be asked ----

SELECT version(12) AS v \gset
SELECT others(12, '{"title": "Director"}');
SELECT patch(12, :'v', sets('title', '"Chief"')) AS a \gset
SELECT brief(scim_call_tool('scim_patch_user', :'a'::text)), steps(scim_call_tool('scim_patch_user', :'a'::jsonb));
SELECT brief(asked('scim_patch_user', :'a'::jsonb || jsonb_build_object('on_conflict', way))) FROM unnest(ARRAY['fail', 'merge', 'ASK_USER', 'ask']) way;
SELECT brief(asked('scim_create_user', '{"user_data": {"userName": "n"}, "on_conflict": "ask_user"}')), brief(asked('scim_modify_group_members', jsonb_build_object('group_id', id(31), 'add', '[]'::jsonb, 'on_conflict', 'ask_user')));
SELECT brief(asked('scim_patch_user', :'a'::jsonb || jsonb_build_object('expected_version', version(12)))), stored(12);
SELECT brief(asked('scim_patch_user', :'a'::jsonb - 'expected_version' || jsonb_build_object('operations', sets('title', '"Any"')))), stored(12);
SELECT brief(asked('scim_patch_user', :'a'::jsonb || jsonb_build_object('user_id', id(99))));
-- a question is a refusal, once; and refusals without end are braked, not answers
SELECT count(*), count(DISTINCT version) FROM scim_history WHERE operation = 'refused' AND resource_id = id(1)::text;
SET scimver.max_attempts = 2;
SELECT version(13) AS v \gset
SELECT others(13, '{"title": "Director"}');
SELECT patch(13, :'v', sets('title', '"Chief"')) AS a \gset
SELECT asked('scim_patch_user', :'a') AS q \gset
SELECT brief(asked('scim_patch_user', :'a'));
SELECT brief(asked('scim_patch_user', :'a'));
SELECT brief(asked('scim_patch_user', :'a', state(:'q'), decides('apply_mine'))), stored(13);
SET scimver.max_attempts = 0;

-- ---- what the form holds ----

SELECT scim_register_schema(jsonb_build_object('id', 'urn:example:Device', 'name', 'Device', 'attributes', (SELECT jsonb_agg(jsonb_build_object('name', name) || more) FROM (
		SELECT 'a' || n AS name, '{}'::jsonb AS more FROM generate_series(1, 24) n UNION ALL SELECT 'decision', '{}' UNION ALL SELECT 'secret', '{"returned": "never"}' UNION ALL SELECT 'serial', '{"mutability": "immutable"}'
		UNION ALL SELECT 'ports', '{"type": "complex", "multiValued": true, "subAttributes": [{"name": "value"}, {"name": "type"}, {"name": "primary", "type": "boolean"}]}') a))) IS NOT NULL,
	scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}') IS NOT NULL; SELECT make('Device', 'devices');
CREATE FUNCTION device(n int, expected text, data jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('resource_type', 'Device', 'resource_id', id(n), 'expected_version', expected, 'resource_data', data, 'on_conflict', 'ask_user') || more $$;
CREATE FUNCTION device_has(n int) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT (data - 'schemas')::text FROM devices WHERE id = id(n) $$;
-- an attribute that has the name of the decision; values that are long, or look like more than a value
INSERT INTO devices (id, data) VALUES (id(41), '{"decision": "a", "a1": "b", "a2": "c"}');
SELECT version AS v FROM devices WHERE id = id(41) \gset
UPDATE devices SET data = jsonb_build_object('decision', 'b', 'a1', repeat('long ', 30), 'a2', E'line\n"2"') WHERE id = id(41);
SELECT device(41, :'v', jsonb_build_object('decision', 'c', 'a1', repeat('x', 2000))) AS a \gset
SELECT asked('scim_update_resource', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', '{"a1": "theirs", "a2": "mine"}')));
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', '{"a1": "theirs", "a2": "mine", "decision (attribute)": "mine"}'))), device_has(41);
-- parts of one attribute are decided together; of many the first are told
INSERT INTO devices (id, data) VALUES (id(42), (SELECT jsonb_build_object('ports', jsonb_agg(jsonb_build_object('type', 't' || n, 'value', 'a'))) FROM generate_series(1, 5) n));
SELECT version AS v FROM devices WHERE id = id(42) \gset
UPDATE devices SET data = replace(data::text, '"a"', '"b"')::jsonb || '{"a1": "x"}' WHERE id = id(42);
SELECT device(42, :'v', (SELECT jsonb_build_object('ports', jsonb_agg(jsonb_build_object('type', 't' || n, 'value', 'c', 'primary', n = 1))) FROM generate_series(1, 4) n)) AS a \gset
SELECT asked('scim_update_resource', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', '{"ports": "mine"}'))), device_has(42);
-- more than twenty: the rest is decided together
INSERT INTO devices (id, data) SELECT id(m), (SELECT jsonb_object_agg('a' || n, 'a') FROM generate_series(1, 24) n) FROM generate_series(43, 44) m;
SELECT version AS v FROM devices WHERE id = id(43) \gset
UPDATE devices SET data = replace(data::text, '"a"', '"b"')::jsonb WHERE id IN (id(43), id(44));
SELECT device(43, :'v', (SELECT jsonb_object_agg('a' || n, 'c') FROM generate_series(1, 24) n)) AS a \gset
SELECT asked('scim_update_resource', :'a') AS q \gset
SELECT count(*), (array_agg(f))[2], string_agg(f, ' ' ORDER BY f) FILTER (WHERE f LIKE '*%') FROM form(:'q') f;
SELECT jsonb_object_agg(key, 'theirs') AS theirs FROM json_object_keys(:'q'::json #> '{input_required,inputRequests,decision,params,requestedSchema,properties}') key WHERE key LIKE 'a%' \gset
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', :'theirs'))), octet_length(:'q'::json #>> '{input_required,requestState}') < 1000;
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', :'theirs'::jsonb || '{"*": "mine", "a2": "mine"}'))) LIKE 'done | choose |%', (SELECT string_agg(key, ' ' ORDER BY key) FROM jsonb_each_text(device_has(43)::jsonb) WHERE value = 'c');
SELECT device(44, :'v', (SELECT jsonb_object_agg('a' || n, 'c') FROM generate_series(1, 24) n)) AS a \gset
SELECT state(asked('scim_update_resource', :'a')) AS s \gset
SELECT brief(asked('scim_update_resource', :'a', :'s', decides('apply_mine'))) LIKE 'done | apply_mine |%', (SELECT count(*) FROM jsonb_each_text(device_has(44)::jsonb) WHERE value = 'c');
-- what is never returned has no value here, and is in no proposal; what others set of it does not go by itself
INSERT INTO devices (id, data) VALUES (id(45), '{"secret": "s1", "serial": "1"}');
SELECT version AS v FROM devices WHERE id = id(45) \gset
UPDATE devices SET data = data || '{"secret": "s2"}' WHERE id = id(45);
SELECT device(45, :'v', '{"secret": "s3", "serial": "1"}') AS a \gset
SELECT asked('scim_update_resource', :'a') AS q \gset
SELECT form(:'q');
SELECT (:'q'::jsonb #- '{input_required,requestState}')::text ~ '\ms[123]\M' AS told, brief(asked('scim_update_resource', :'a', state(:'q'), decides('propose')));
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('choose', '{"secret": "theirs"}'))), device_has(45);
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('apply_mine'))), device_has(45);
SELECT brief(asked('scim_update_resource', :'a', state(:'q'), decides('apply_mine'))), brief(asked('scim_update_resource', :'a', state(:'q'), says('decline')));
-- who may not read the history is not told what others changed; the change is made to what he saw
INSERT INTO devices (id, data) VALUES (id(46), '{"a1": "a", "a2": "a"}');
SELECT version AS v FROM devices WHERE id = id(46) \gset
UPDATE devices SET data = data || '{"a1": "b", "a3": "b"}' WHERE id = id(46);
GRANT ALL ON devices TO :role;
ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON devices USING (true);
SET SESSION AUTHORIZATION :role;
SELECT jsonb_build_object('resource_type', 'Device', 'resource_id', id(46), 'expected_version', :'v', 'on_conflict', 'ask_user', 'operations', sets('a1', '"c"')) AS a \gset
SELECT asked('scim_patch_resource', :'a') AS q \gset
SELECT form(:'q');
SELECT brief(asked('scim_patch_resource', :'a', state(:'q'), decides('apply_mine'))), device_has(46);
RESET SESSION AUTHORIZATION;
-- what must not change does not, whoever says so: it is refused before anybody is asked, or by the write
INSERT INTO devices (id, data) VALUES (id(47), '{"a1": "a"}');
SELECT version AS v FROM devices WHERE id = id(47) \gset
UPDATE devices SET data = data || '{"serial": "2"}' WHERE id = id(47);
SELECT device(47, :'v', '{"a1": "c", "serial": "1"}') AS a \gset
SELECT asked('scim_update_resource', :'a') AS q \gset
SELECT brief(:'q'), CASE WHEN state(:'q') IS NOT NULL THEN brief(asked('scim_update_resource', :'a', state(:'q'), decides('apply_mine'))) END, device_has(47);

-- ---- no history: what others changed cannot be told ----

SELECT set_config('behaviour.options', '{"history": false}', false);
SELECT scim_register_schema('{"id": "urn:example:Quiet", "name": "Quiet", "attributes": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}') IS NOT NULL, scim_register_resource_type('{"name": "Quiet", "endpoint": "/Quiets", "schema": "urn:example:Quiet"}') IS NOT NULL; SELECT make('Quiet', 'quiets');
CREATE FUNCTION quiet_has(n int) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT (data - 'schemas')::text FROM quiets WHERE id = id(n) $$;
INSERT INTO quiets (id, data) SELECT id(n), '{"a": "a", "b": "a", "c": "a"}' FROM generate_series(51, 53) n;
SELECT version AS v FROM quiets WHERE id = id(51) \gset
UPDATE quiets SET data = data || '{"a": "b", "c": "b"}';
SELECT jsonb_build_object('resource_type', 'Quiet', 'resource_id', id(51), 'expected_version', :'v', 'on_conflict', 'ask_user', 'resource_data', '{"a": "d", "b": "d", "c": "a"}'::jsonb) AS a,
	jsonb_build_object('resource_type', 'Quiet', 'resource_id', id(52), 'expected_version', :'v', 'on_conflict', 'ask_user', 'operations', sets('a', '"d"')) AS b,
	jsonb_build_object('resource_type', 'Quiet', 'resource_id', id(53), 'expected_version', :'v', 'on_conflict', 'ask_user') AS c \gset
SELECT asked('scim_update_resource', :'a') AS qa, asked('scim_patch_resource', :'b') AS qb, asked('scim_delete_resource', :'c') AS qc \gset
SELECT form(:'qa');
SELECT form(:'qb');
SELECT form(:'qc');
-- what cannot be signed is not asked: the mismatch, as if nobody could be
BEGIN;
DELETE FROM scim_cursor_secret;
SELECT brief(asked('scim_delete_resource', :'c'));
ROLLBACK;
SELECT brief(asked('scim_update_resource', :'a', state(:'qa'), decides('keep_current'))), quiet_has(51);
SELECT brief(asked('scim_update_resource', :'a', state(:'qa'), decides('propose'))), quiet_has(51);
SELECT brief(asked('scim_update_resource', :'a', state(:'qa'), decides('apply_mine'))), brief(asked('scim_patch_resource', :'b', state(:'qb'), decides('apply_mine'))), quiet_has(51), quiet_has(52);
SELECT brief(asked('scim_update_resource', :'a', state(:'qa'), decides('apply_mine'))), brief(asked('scim_patch_resource', :'b', state(:'qb'), decides('apply_mine'))), quiet_has(51), quiet_has(52);
UPDATE quiets SET data = data || '{"c": "e"}';
SELECT brief(asked('scim_update_resource', :'a', state(:'qa'), decides('apply_mine'))), brief(asked('scim_patch_resource', :'b', state(:'qb'), decides('apply_mine'))), brief(asked('scim_delete_resource', :'c', state(:'qc'), decides('apply_mine'))), quiet_has(51), quiet_has(52), quiet_has(53);
