-- Functions in the merge_rules of policies.
SET client_min_messages = warning;
CREATE DATABASE scimver_merge_functions TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_writer;
CREATE ROLE regress_scim_setter;
CREATE ROLE regress_scim_keeper;
\set regression :DBNAME
\c scimver_merge_functions
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE EXTENSION scimver CASCADE;
SELECT scim_create_table('users', 'User', '{"enforce": true}');
ALTER TABLE users OWNER TO regress_scim_keeper;
SELECT scim_grant_tenant('default', 'regress_scim_writer'), scim_grant_tenant('default', 'regress_scim_setter');
GRANT ALL ON users TO regress_scim_writer, regress_scim_setter;
GRANT EXECUTE ON FUNCTION scim_set_policy TO regress_scim_setter;
CREATE SCHEMA mine;
GRANT USAGE ON SCHEMA mine TO PUBLIC;
GRANT CREATE ON SCHEMA mine TO PUBLIC;

CREATE FUNCTION error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ' ' || sqlerrm || CASE WHEN detail LIKE '{%' THEN ' ' || coalesce(detail::jsonb ->> 'path', (detail::jsonb -> 'conflicts')::text, '') ELSE '' END;
END $$;
CREATE FUNCTION rules(rules jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT error(format('SELECT scim_set_policy(''default'', ''User'', %L)', jsonb_build_object('on_conflict', 'merge', 'merge_rules', rules))) $$;
-- a user, changed by others and then by a call that knows the first version; what becomes of it
CREATE FUNCTION merged(base jsonb, theirs jsonb, mine jsonb, rules jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made jsonb := scim_create_user('{"userName": "ada"}' || base);
	id text := made ->> 'id';
	result text;
BEGIN
	PERFORM scim_update_user(id, '{"userName": "ada"}' || theirs);
	IF rules IS NULL THEN
		result := error(format('SELECT scim_update_user(%L, %L, %L)', id, '{"userName": "ada"}' || mine, made #>> '{meta,version}'));
	ELSE
		result := error(format('SELECT scim_update_user(%L, %L, %L, merge_rules => %L)', id, '{"userName": "ada"}' || mine, made #>> '{meta,version}', rules));
	END IF;
	IF result = 'no error' THEN
		result := (scim_get_user(id) - 'id' - 'meta' - 'schemas' - 'userName')::text;
	END IF;
	PERFORM scim_delete_user(id);
	RETURN result;
END $$;

-- ---- functions ----

-- what it was given, as it decides
CREATE FUNCTION mine.show(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT to_jsonb(format('base %s, mine %s, theirs %s', base, mine, theirs)) $$;
CREATE FUNCTION mine.none(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN NULL::jsonb;
CREATE FUNCTION mine.null(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN 'null'::jsonb;
CREATE FUNCTION mine.strict(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb STRICT LANGUAGE sql RETURN '"decided"'::jsonb;
CREATE FUNCTION mine.number(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN '1'::jsonb;
CREATE FUNCTION mine.longer(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql
	RETURN CASE WHEN length(mine #>> '{}') >= length(theirs #>> '{}') THEN mine ELSE theirs END;
-- all that either has, once
CREATE FUNCTION mine.all(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_agg(DISTINCT e) FROM jsonb_array_elements(coalesce(mine, '[]') || coalesce(theirs, '[]')) e $$;
CREATE FUNCTION mine.name(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql
	RETURN jsonb_build_object('familyName', mine -> 'familyName', 'givenName', theirs -> 'givenName', 'formatted', 'by function', 'middleName', NULL);
CREATE FUNCTION mine.fails(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no idea' USING ERRCODE = 'P0123'; END $$;

SELECT rules('{"title": {"function": "mine.show"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
-- only where both changed it, otherwise
SELECT merged('{"title": "a"}', '{"title": "a", "nickName": "x"}', '{"title": "c"}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "a", "nickName": "x"}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "b", "nickName": "x"}');
-- what is not there is NULL
SELECT merged('{}', '{"title": "b"}', '{"title": "c"}');
SELECT merged('{"title": "a"}', '{}', '{"title": "c"}');
-- the call's rules take the place of the policy's, and take no functions
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}', '{"title": "mine"}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}', '{"title": {"function": "mine.show"}}');
SELECT error($$SELECT scim_merge('{"title": "a"}', '{"title": "b"}', '{"title": "c"}', '{"title": {"function": "mine.show"}}')$$);
-- nothing comes out: it goes
SELECT rules('{"title": {"function": "mine.none"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c", "nickName": "x"}');
SELECT rules('{"title": {"function": "mine.null"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c", "nickName": "x"}');
-- what is required must not
SELECT rules('{"userName": {"function": "mine.none"}}');
SELECT merged('{"userName": "eve"}', '{"userName": "mallory"}', '{"userName": "trent"}');
-- a strict one is not asked where something is missing: so it is a conflict
SELECT rules('{"title": {"function": "mine.strict"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT merged('{}', '{"title": "b"}', '{"title": "c"}');
-- what the schema does not take is refused
SELECT rules('{"title": {"function": "mine.number"}, "nickName": {"function": "mine.longer"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT merged('{"nickName": "a"}', '{"nickName": "bbb"}', '{"nickName": "cc"}');
-- an error of its own is the write's
SELECT rules('{"title": {"function": "mine.fails"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "a", "nickName": "x"}');

-- ---- what it decides ----

-- an attribute as a whole, also where its parts would fit
SELECT rules('{"name": {"function": "mine.name"}, "name.givenName": "mine"}');
SELECT merged('{"name": {"familyName": "a", "givenName": "b"}}', '{"name": {"familyName": "a", "givenName": "c"}}', '{"name": {"familyName": "d", "givenName": "b"}}');
SELECT rules('{"name": "fail"}');
SELECT merged('{"name": {"familyName": "a", "givenName": "b"}}', '{"name": {"familyName": "a", "givenName": "c"}}', '{"name": {"familyName": "d", "givenName": "b"}}');
-- all values
SELECT rules('{"EMAILS": {"function": "mine.all"}}');
SELECT merged('{"emails": [{"type": "work", "value": "a@example.com"}]}', '{"emails": [{"type": "work", "value": "b@example.com"}]}', '{"emails": [{"type": "work", "value": "c@example.com"}, {"type": "home", "value": "h@example.com"}]}');
-- one part of each, or one of them
SELECT rules('{"emails.value": {"function": "mine.longer"}}');
SELECT merged('{"emails": [{"type": "work", "value": "a@example.com"}]}', '{"emails": [{"type": "work", "value": "bb@example.com"}]}', '{"emails": [{"type": "work", "value": "c@example.com"}, {"type": "home", "value": "h@example.com"}]}');
SELECT rules('{"emails[type eq \"work\"]": {"function": "mine.show"}}');
SELECT merged('{"emails": [{"type": "work", "value": "a@example.com"}]}', '{"emails": [{"type": "work", "value": "b@example.com"}]}', '{"emails": [{"type": "work", "value": "c@example.com"}]}');
-- of an extension, and one as a whole
SELECT rules('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {"function": "mine.longer"}}');
SELECT merged('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "a"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "bbb"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "cc"}}');
CREATE FUNCTION mine.extension(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN jsonb_build_object('department', concat(base ->> 'department', mine ->> 'department', theirs ->> 'department'));
SELECT rules('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"function": "mine.extension"}}');
SELECT merged('{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "a"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "b"}}', '{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "c", "division": "d"}}');
-- * is for what conflicts, where no other rule is; never for a password
SELECT rules('{"*": {"function": "mine.longer"}, "nickName": "mine"}');
SELECT merged('{"title": "a", "nickName": "a", "name": {"familyName": "a", "givenName": "b"}}', '{"title": "bb", "nickName": "bb", "name": {"familyName": "aaa", "givenName": "b"}}', '{"title": "c", "nickName": "c", "name": {"familyName": "d", "givenName": "e"}}');
SELECT merged('{"password": "secret one"}', '{"password": "secret two"}', '{"password": "secret three"}');
-- two primary values: it says nothing of these
SELECT merged('{"emails": [{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "h@example.com"}]}', '{"emails": [{"type": "work", "value": "a@example.com", "primary": true}, {"type": "home", "value": "h@example.com"}]}', '{"emails": [{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "h@example.com", "primary": true}]}');

-- ---- which functions ----

SELECT rules('{"title": {"function": "show"}}');
SELECT rules('{"title": {"function": "a.mine.show"}}');
SELECT rules('{"title": {"function": "mine.nothing"}}');
SELECT rules('{"title": {"function": "nowhere.show"}}');
SELECT rules('{"title": {"function": "mine.\"show"}}');
SELECT rules('{"title": {"function": ""}}');
SELECT rules('{"title": {"function": 1}}');
SELECT rules('{"title": {"function": "mine.show", "more": 1}}');
SELECT rules('{"title": {}}');
SELECT rules('{"nothing": {"function": "mine.show"}}');
SELECT rules('{"password": {"function": "mine.show"}}');
CREATE FUNCTION mine.text(base jsonb, mine jsonb, theirs jsonb) RETURNS text LANGUAGE sql RETURN 'a';
CREATE FUNCTION mine.set(base jsonb, mine jsonb, theirs jsonb) RETURNS SETOF jsonb LANGUAGE sql AS 'SELECT base';
CREATE PROCEDURE mine.procedure(base jsonb, mine jsonb, theirs jsonb) LANGUAGE sql AS '';
CREATE FUNCTION mine.two(base jsonb, mine jsonb) RETURNS jsonb LANGUAGE sql RETURN base;
SELECT rules('{"title": {"function": "mine.text"}}'), rules('{"title": {"function": "mine.set"}}'), rules('{"title": {"function": "mine.procedure"}}'), rules('{"title": {"function": "mine.two"}}');
-- names as SQL has them
CREATE FUNCTION mine."My.Function"(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN mine;
SELECT rules('{"title": {"function": "MINE.\"My.Function\""}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');

-- ---- whose rights ----

CREATE FUNCTION mine.who(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(current_user::text);
SELECT rules('{"title": {"function": "mine.who"}}');
SET ROLE regress_scim_writer;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
-- who may not execute it may not have it decide
RESET ROLE;
REVOKE EXECUTE ON FUNCTION mine.who FROM PUBLIC;
SET ROLE regress_scim_writer;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SET ROLE regress_scim_setter;
SELECT rules('{"title": {"function": "mine.who"}}');
-- who sets policies does not have others run what he has written
CREATE FUNCTION mine.trap(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'a trap for %', current_user; RETURN mine; END $$;
SELECT rules('{"title": {"function": "mine.trap"}}');
-- the owner of the table may
SET ROLE regress_scim_keeper;
CREATE FUNCTION mine.keeper(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(current_user::text);
SET ROLE regress_scim_setter;
SELECT rules('{"title": {"function": "mine.keeper"}}');
SET ROLE regress_scim_writer;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
-- it is looked at again when it is called
RESET ROLE;
ALTER FUNCTION mine.keeper OWNER TO regress_scim_setter;
SET ROLE regress_scim_writer;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SET ROLE regress_scim_setter;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
RESET ROLE;
DROP FUNCTION mine.keeper;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "a", "nickName": "x"}');

-- ---- what it does is no part of the call ----

-- it changes the very row: nothing of that is lost, and nothing is written over it
CREATE FUNCTION mine.writes(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	UPDATE users SET data = data || '{"nickName": "by the function"}';
	RETURN mine;
END $$;
SELECT rules('{"title": {"function": "mine.writes"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
-- and the policy binds it, as any plain SQL
SELECT scim_set_policy('default', 'User', '{"on_conflict": "merge", "merge_rules": {"title": {"function": "mine.writes"}}, "review": {"attributes": ["nickName"], "reviewers": ["regress_scim_setter"]}}') IS NOT NULL;
SET ROLE regress_scim_writer;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
RESET ROLE;
-- it changes the row and changes it back: two entries, and then that of the call
CREATE FUNCTION mine.twice(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	UPDATE users SET data = data || '{"nickName": "by the function"}';
	UPDATE users SET data = data - 'nickName';
	RETURN mine;
END $$;
SELECT rules('{"title": {"function": "mine.twice"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT revision, changed FROM scim_history WHERE resource_type = 'User' ORDER BY seq DESC LIMIT 6;
-- it writes another
CREATE FUNCTION mine.logs(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM scim_create_user(jsonb_build_object('userName', 'made by the function', 'title', mine));
	RETURN mine;
END $$;
SELECT rules('{"title": {"function": "mine.logs"}}');
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');
SELECT data ->> 'userName', data -> 'title', revision FROM users;
SELECT operation, changed FROM scim_history WHERE resource_type = 'User' ORDER BY seq DESC LIMIT 5;
-- where nobody asked for a merge, it is told what it would come to
SELECT scim_set_policy('default', 'User', '{"merge_rules": {"title": {"function": "mine.longer"}}}') IS NOT NULL;
SELECT merged('{"title": "a"}', '{"title": "b"}', '{"title": "c"}');

\c :regression
DROP DATABASE scimver_merge_functions;
DROP ROLE regress_scim_writer, regress_scim_setter, regress_scim_keeper;
