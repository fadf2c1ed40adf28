\set ECHO none
-- How far a call is that takes long (scimver.progress): messages of level INFO, by psql's verbose form.
\set storage created
\set behaviour `echo "${PG_ABS_SRCDIR:-test}/behaviour"`
\i :behaviour/begin.sql
CREATE FUNCTION op(method text, n int, data jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('method', method, 'path', '/Users' || CASE method WHEN 'POST' THEN '' ELSE '/' || id(n) END, 'bulkId', CASE method WHEN 'POST' THEN 'b' || n END, 'data', data)) $$;
CREATE FUNCTION counted(answer jsonb) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(status || ' ' || count, ', ' ORDER BY status) FROM (SELECT o ->> 'status' AS status, count(*) FROM jsonb_array_elements(answer -> 'Operations') o GROUP BY 1) c $$;
INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 150) n;
-- off, nothing is said
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 149), op('DELETE', 150))));
SET scimver.progress = on;
-- two operations: the first, and the last; one: that
\set VERBOSITY sqlstate
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 144))));
\set VERBOSITY terse
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 147), op('DELETE', 148))));
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 146))));
SELECT counted(scim_bulk('[]'));
-- what fails is handled, too; where a bulk ends early, it says how far it came
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 999), op('DELETE', 145))));
SELECT counted(scim_bulk(jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'failOnErrors', 1, 'Operations', jsonb_build_array(op('DELETE', 133), op('DELETE', 999), op('DELETE', 143)))));
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 143), op('DELETE', 142)), atomic => true));
-- what is created by one statement comes at once, 200 of them
SELECT counted(scim_bulk((SELECT jsonb_agg(op('POST', n, jsonb_build_object('userName', 'n' || n))) FROM generate_series(1, 20) n)));
SELECT counted(scim_bulk((SELECT jsonb_agg(op('POST', n, jsonb_build_object('userName', 'm' || n))) FROM generate_series(1, 250) n)));
SELECT scim_call_tool('scim_bulk', jsonb_build_object('request', jsonb_build_array(op('DELETE', 141), op('DELETE', 140)))) #>> '{content,Operations,1,status}';
SELECT status FROM scim_http('POST', '/Bulk', '', '{"content-type": "application/scim+json"}', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]'::jsonb, 'Operations', jsonb_build_array(op('DELETE', 139), op('DELETE', 138)))::text::bytea);
-- lists: of more than a portion of 100, portion by portion; of fewer there is nothing to be said
SELECT jsonb_array_length(scim_list_users(count => 150) -> 'Resources');
SELECT jsonb_array_length(scim_list_users(count => 100) -> 'Resources');
SELECT jsonb_array_length(scim_list_users(cursor => '', count => 120) -> 'Resources');
-- of several in a statement, what is told only ever grows; the next statement begins anew
SELECT jsonb_array_length(scim_list_users(count => 120) -> 'Resources'), jsonb_array_length(scim_list_users(count => 110) -> 'Resources'), jsonb_array_length(scim_list_users(count => 130) -> 'Resources');
SELECT jsonb_array_length(scim_list_users(count => 101) -> 'Resources');
-- what runs inside of a work has no progress of its own, nor adds to it
CREATE FUNCTION lists() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM scim_list_users(count => 120), scim_list_users(count => 50); RETURN OLD; END $$;
CREATE TRIGGER lists AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION lists();
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 137), op('DELETE', 136))));
DROP TRIGGER lists ON users;
-- an error inside leaves nothing behind
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'XX000'; END $$;
CREATE TRIGGER fails BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION fails();
SELECT counted(scim_bulk(jsonb_build_array(op('DELETE', 134))));
SELECT jsonb_array_length(scim_list_users(count => 101) -> 'Resources');
RESET scimver.progress;
SELECT jsonb_array_length(scim_list_users(count => 101) -> 'Resources');
\i :behaviour/end.sql
