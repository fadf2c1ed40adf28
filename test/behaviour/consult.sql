-- Conflicts that the user of a client decides: on_conflict "ask_user".
SET scimver.max_attempts = 0;
SET scimver.password_cost = 4;
SET scimver.agent = 'assistant';
-- what differs by run has a name: V, THEN, me
CREATE FUNCTION told(answer text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(regexp_replace(regexp_replace(replace(plain(answer), current_user, 'me'),
		'\d{4}-\d\d-\d\dT[0-9:.]+Z', 'THEN', 'g'), '"requestState":"[^"]+"', '"requestState":"S"'), '[A-Za-z0-9+/]{11}=', 'V', 'g') $$;
CREATE FUNCTION version(n int) RETURNS text LANGUAGE sql AS 'SELECT version FROM users WHERE users.id = id(n)';
CREATE FUNCTION others(n int, data jsonb) RETURNS void LANGUAGE sql AS 'UPDATE users SET data = users.data || others.data WHERE users.id = id(n)';
-- the call, as a client makes it that can ask; and what its user says then
CREATE FUNCTION asked(tool text, arguments jsonb, state text DEFAULT NULL, responses jsonb DEFAULT NULL) RETURNS json LANGUAGE sql AS
	'SELECT scim_call_tool(tool, arguments::text, state, responses::text)';
CREATE FUNCTION state(question json) RETURNS text LANGUAGE sql AS $$ SELECT question #>> '{input_required,requestState}' $$;
CREATE FUNCTION says(action text, content jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('decision', jsonb_strip_nulls(jsonb_build_object('action', action, 'content', content))) $$;
CREATE FUNCTION decides(decision text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT says('accept', jsonb_build_object('decision', decision) || more) $$;

INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'title', 'Guide', 'nickName', 'N') FROM generate_series(1, 9) n;
SELECT version(1) AS v1 \gset
SELECT others(1, '{"title": "Director", "locale": "de"}');
SELECT jsonb_build_object('user_id', id(1), 'user_data', '{"userName": "u1", "title": "Chief", "nickName": "M"}'::jsonb, 'expected_version', :'v1', 'on_conflict', 'ask_user') AS a \gset
SELECT asked('scim_update_user', :'a') AS q \gset
SELECT told(:'q');
SELECT told(asked('scim_update_user', :'a', state(:'q'), says('decline'))::text);
SELECT told(asked('scim_update_user', :'a', state(:'q'), decides('keep_current'))::text);
SELECT told(asked('scim_update_user', :'a', state(:'q'), decides('apply_mine'))::text);
SELECT told(asked('scim_update_user', :'a', state(:'q'), decides('apply_mine'))::text);
SELECT data FROM users WHERE id = id(1);
