-- Refusals on record: in whose record they stand, who reads them there, and what
-- happens where they cannot be written.  The extension lives in a schema of its own,
-- and the caller's search_path is hostile.
SET client_min_messages = warning;
CREATE DATABASE scimver_refusals TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
CREATE ROLE regress_scim_none;
CREATE ROLE regress_scim_red;
CREATE ROLE regress_scim_blue;
CREATE ROLE regress_scim_reader;
CREATE ROLE regress_scim_keeper;
\set regression :DBNAME
\c scimver_refusals
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
\set VERBOSITY terse
CREATE SCHEMA scim;
CREATE SCHEMA app;
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA scim, app, hostile TO PUBLIC;
CREATE EXTENSION pgcrypto;
CREATE EXTENSION scimver SCHEMA scim;
CREATE FUNCTION hostile.differ(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'somebody else''s operator'; END $$;
CREATE OPERATOR hostile.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.differ);
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.differ);
CREATE FUNCTION app.id(n int) RETURNS text LANGUAGE sql IMMUTABLE RETURN '00000000-0000-4000-a000-' || pg_catalog.lpad(n::text, 12, '0');
-- what a call says; and what is on record since it was asked last, whoever wrote it
CREATE FUNCTION app.code(name text, arguments jsonb) RETURNS text LANGUAGE plpgsql SET search_path = hostile, scim, pg_catalog AS $$
BEGIN
	RETURN coalesce((scim_call_tool(name, arguments)::jsonb) #>> '{content,error_code}', 'done');
END $$;
CREATE TABLE app.asked AS SELECT 0::bigint AS seq;
CREATE FUNCTION app.refused() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER SET search_path = scim, app AS $$
DECLARE
	since bigint := (SELECT seq FROM asked);
BEGIN
	UPDATE asked SET seq = (SELECT max(r.seq) FROM scim_history_rows r);
	RETURN QUERY SELECT concat_ws(' ', tenant_id, resource_type, ltrim(right(resource_id, 12), '0'), tool, error_code, 'by ' || actor)
		FROM scim_history_rows WHERE operation = 'refused' AND seq > since ORDER BY seq;
END $$;
SET search_path = app, scim, public;
SELECT scim_create_table('users', 'User');
SELECT scim_grant_tenant('red', r::regrole) FROM unnest(ARRAY['regress_scim_red', 'regress_scim_reader']) r;
SELECT scim_grant_tenant('blue', 'regress_scim_blue'), scim_grant_tenant('sky', 'regress_scim_blue');
REVOKE INSERT, UPDATE, DELETE ON users FROM regress_scim_reader;
INSERT INTO users (tenant_id, id, data) SELECT t, id(1)::uuid, '{"userName": "ann"}' FROM unnest(ARRAY['red', 'blue', 'default']) t;

-- ---- in whose record ----

-- what was granted to the caller, and else nobody's
SET ROLE regress_scim_red;
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'blue')), code('scim_get_user', jsonb_build_object('user_id', id(1)));
SELECT code('scim_patch_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red', 'expected_version', 'x', 'operations', '[{"op": "remove", "path": "title"}]'::jsonb));
SET scimver.tenant = 'blue';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1))), code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'sky'));
SET scimver.only_tenant = 'blue';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1))), code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red'));
RESET scimver.only_tenant;
SET scimver.require_version = on;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'blue'));
RESET scimver.require_version;
RESET ROLE;
SELECT * FROM refused();
-- of several the one that calls work in
SET ROLE regress_scim_blue;
SET scimver.tenant = 'sky';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red'));
SET scimver.tenant = 'blue';
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red'));
RESET scimver.tenant;
RESET ROLE;
SELECT * FROM refused();
-- who was granted nothing cannot choose
SET ROLE regress_scim_none;
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red')), code('scim_create_user', '{"user_data": {"userName": "x"}}');
SET scimver.tenant = 'red';
SELECT code('scim_list_users', '{}');
RESET scimver.tenant;
RESET ROLE;
GRANT SELECT, DELETE ON users TO regress_scim_none;
SET ROLE regress_scim_none;
SELECT code('scim_get_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red')), code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red'));
RESET ROLE;
REVOKE ALL ON users FROM regress_scim_none;
SELECT * FROM refused();
-- rights that are missing in a tenant that was granted
SET ROLE regress_scim_reader;
SELECT code('scim_create_user', '{"user_data": {"userName": "x"}, "tenant_id": "red"}'), code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red')), code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'blue'));
RESET ROLE;
SELECT * FROM refused();

-- ---- who reads it ----

CREATE FUNCTION seen() RETURNS TABLE (tenant text, count bigint) LANGUAGE sql SET search_path = scim AS $$ SELECT tenant_id, count(*) FROM scim_history WHERE operation = 'refused' GROUP BY 1 ORDER BY 1 $$;
SET ROLE regress_scim_red;
SELECT * FROM seen();
SET ROLE regress_scim_blue;
SELECT * FROM seen();
SET ROLE regress_scim_none;
SELECT * FROM seen();
-- and who writes: nobody but so
SET search_path = scim;
INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor, error_code) VALUES (0, '1', now(), 'red', 'User', 'refused', 'me', 'UNIQUENESS');
RESET ROLE;
SET search_path = app, scim, public;

-- ---- where it cannot be written ----

CREATE FUNCTION answer() RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(scim_call_tool('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', 'x'))::text, '"(attempts|retry_after_ms)":\d+,', '', 'g') $$;
SELECT answer() AS before \gset
SELECT * FROM refused();
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no, says %', current_user; END $$;
CREATE TRIGGER no BEFORE INSERT ON scim_history_rows FOR EACH ROW WHEN (NEW.operation = 'refused') EXECUTE FUNCTION no();
SELECT answer() = :'before';
UPDATE users SET data = data || '{"title": "1"}' WHERE tenant_id = 'default';
DROP TRIGGER no ON scim_history_rows;
ALTER TABLE scim_history_rows ADD CONSTRAINT no CHECK (operation <> 'refused') NOT VALID;
SELECT answer() LIKE '%VERSION_MISMATCH%';
ALTER TABLE scim_history_rows DROP CONSTRAINT no;
CREATE INDEX no ON scim_history_rows ((1 / (length(expected_version) - 4)));
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'expected_version', 'four'));
DROP INDEX no;
ALTER SEQUENCE scim_history_seq RENAME TO gone;
SELECT answer() LIKE '%VERSION_MISMATCH%';
ALTER SEQUENCE gone RENAME TO scim_history_seq;
SELECT * FROM refused();
SELECT operation, tool FROM scim_history_rows WHERE operation <> 'refused' ORDER BY seq DESC LIMIT 1;
-- a trigger that lets it pass: it is written as the owner would
CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.tool := NEW.tool || ', seen by ' || CASE WHEN current_user = 'regress_scim_keeper' THEN 'the keeper' ELSE 'another' END; RETURN NEW; END $$;
CREATE TRIGGER passes BEFORE INSERT ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION passes();
ALTER TABLE scim_history_rows OWNER TO regress_scim_keeper;
GRANT CREATE ON SCHEMA scim TO regress_scim_keeper;
SET ROLE regress_scim_red;
SELECT code('scim_delete_user', jsonb_build_object('user_id', id(1), 'tenant_id', 'red', 'expected_version', 'x'));
RESET ROLE;
SELECT * FROM refused();
DROP TRIGGER passes ON scim_history_rows;

-- ---- a table of another mapping: what was refused before is not shown, be there nothing else ----

SELECT scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_red');
SET ROLE regress_scim_red;
SELECT code('scim_get_group', jsonb_build_object('group_id', id(11), 'tenant_id', 'blue'));
RESET ROLE;
SELECT * FROM refused();
SELECT scim_unregister_table('groups');
DROP TABLE groups, groups_members CASCADE;
SELECT scim_create_table('groups', 'Group');
SELECT scim_grant_tenant('red', 'regress_scim_red');
SELECT tenant_id, operation FROM scim_history_rows WHERE resource_type = 'Group' ORDER BY seq;
SET ROLE regress_scim_red;
SELECT count(*) FROM scim_history WHERE resource_type = 'Group' AND operation = 'refused';
RESET ROLE;

-- ---- types of which nothing is kept ----

SELECT scim_unregister_table('groups');
DROP TABLE groups, groups_members CASCADE;
SELECT scim_create_table('groups', 'Group', '{"history": false}');
SET scimver.require_version = on;
SELECT code('scim_delete_group', jsonb_build_object('group_id', id(11)));
RESET scimver.require_version;
SELECT * FROM refused();

-- ---- a table without a column for tenants: what all of its rows belong to ----

SELECT scim_unregister_table('groups'), scim_unregister_table('users');
CREATE TABLE people (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, login text NOT NULL UNIQUE);
SELECT scim_register_table('people', 'User', '{"id": "id", "tenant": {"value": "green"}, "attributes": {"userName": "login"}}', '{"history": true}');
GRANT SELECT ON people TO regress_scim_none;
SELECT code('scim_create_user', '{"user_data": {"userName": "x"}}'), code('scim_create_user', '{"user_data": {"userName": "x"}}'), code('scim_get_user', '{"user_id": "1", "tenant_id": "red"}');
SET ROLE regress_scim_none;
SELECT code('scim_delete_user', '{"user_id": "1"}'), code('scim_delete_user', '{"user_id": "1", "tenant_id": "green"}'), code('scim_delete_user', '{"user_id": "1", "tenant_id": "red"}');
-- a connection that works in another is never there, and writes into no other record, but its own
SET scimver.tenant = 'blue';
SELECT code('scim_get_user', '{"user_id": "1"}'), code('scim_delete_user', '{"user_id": "1", "tenant_id": "green"}');
RESET ROLE;
GRANT SELECT ON people TO regress_scim_blue;
SET ROLE regress_scim_blue;
SELECT code('scim_get_user', '{"user_id": "1"}');
RESET scimver.tenant;
RESET ROLE;
SELECT * FROM refused();

-- ---- a table without a policy: who has no right to it has no tenant there ----

SELECT scim_unregister_table('people');
CREATE TABLE members (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, tenant text NOT NULL, login text NOT NULL);
SELECT scim_register_table('members', 'User', '{"id": "id", "tenant": "tenant", "attributes": {"userName": "login"}}', '{"history": true}');
SET ROLE regress_scim_none;
SELECT code('scim_get_user', '{"user_id": "1", "tenant_id": "red"}');
SET scimver.tenant = 'red';
SELECT code('scim_get_user', '{"user_id": "1"}');
RESET scimver.tenant;
RESET ROLE;
GRANT SELECT (login) ON members TO regress_scim_none;
SET ROLE regress_scim_none;
SELECT code('scim_delete_user', '{"user_id": "1", "tenant_id": "red"}');
RESET ROLE;
SELECT * FROM refused();

\c :regression
SET client_min_messages = warning;
DROP DATABASE scimver_refusals;
DROP ROLE regress_scim_none, regress_scim_red, regress_scim_blue, regress_scim_reader, regress_scim_keeper;
