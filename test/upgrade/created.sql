-- What a database has when it is updated: the same statements in one of 1.0 and in a new
-- one.  The roles are there (Upgrade.pm).

SET client_min_messages = warning;

-- created tables, plain; of other owners, in another schema, with names as nobody should choose
SELECT scim_create_table('users', 'User');
SELECT scim_create_table('groups', 'Group');
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [
	{"name": "serial", "type": "string", "required": true, "caseExact": true, "uniqueness": "server"},
	{"name": "size", "type": "integer"}, {"name": "secret", "type": "string", "returned": "never"}]}')->>'id';
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}')->>'name';
SELECT scim_register_resource_type('{"name": "Box", "endpoint": "/Boxes", "schema": "urn:example:Device"}')->>'name';
SELECT scim_register_resource_type('{"name": "Crate", "endpoint": "/Crates", "schema": "urn:example:Device"}')->>'name';
CREATE SCHEMA "Odd ""schema"" $1";
GRANT USAGE, CREATE ON SCHEMA "Odd ""schema"" $1" TO "Odd owner; --";
SELECT scim_create_table('"Odd ""schema"" $1"."the table''s; name %s"', 'Device');
ALTER TABLE "Odd ""schema"" $1"."the table's; name %s" OWNER TO "Odd owner; --";
GRANT TRIGGER ON "Odd ""schema"" $1"."the table's; name %s" TO clerk;
CREATE TRIGGER " first" AFTER INSERT OR UPDATE ON "Odd ""schema"" $1"."the table's; name %s"
	FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
DROP TRIGGER " first" ON "Odd ""schema"" $1"."the table's; name %s";

-- with children, one of which another role owns, and one has a child
SELECT scim_create_table('crates', 'Crate', '{"version_scheme": "revision"}');
CREATE TABLE more_crates () INHERITS (crates);
CREATE TABLE "Odd ""schema"" $1".even_more_crates () INHERITS (more_crates);
ALTER TABLE "Odd ""schema"" $1".even_more_crates OWNER TO "Odd owner; --";
SELECT scim_create_table('boxes', 'Box');

-- a table of an application's, registered
CREATE SCHEMA app;
CREATE TABLE app.people (id int PRIMARY KEY, login text NOT NULL UNIQUE, mail text);
SELECT scim_register_resource_type('{"name": "Person", "endpoint": "/People", "schema": "urn:example:Device"}')->>'name';
SELECT scim_register_table('app.people', 'Person', '{"id": "id", "attributes": {"serial": "login"}}');

-- roles: tenants, the right to call, tables that were opened by hand
SELECT scim_grant_tenant('default', 'clerk'), scim_grant_tenant('other', 'clerk');
SELECT scim_grant_tenant('a', 'keeper');
GRANT INSERT ON scim_tenant_grants TO keeper;
DO $$
DECLARE
	f regprocedure;
BEGIN
	REVOKE EXECUTE ON FUNCTION scim_delete_user, scim_get_user FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION scim_create_table(text, text, jsonb), scim_update_user TO keeper WITH GRANT OPTION;
	FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid
		WHERE e.extname = 'scimver' AND p.prorettype <> 'event_trigger'::regtype AND EXISTS (SELECT FROM old_functions o WHERE o.name = p.proname)
	LOOP
		EXECUTE format('GRANT EXECUTE ON %s %s TO clerk', CASE WHEN f = 'scim_backfill(regclass,integer)'::regprocedure THEN 'PROCEDURE' ELSE 'FUNCTION' END, f);
	END LOOP;
	-- who may make the row trigger may make those of the history, and of leases, once there are any
	IF to_regprocedure('scim_history_trigger()') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION scim_history_trigger(), scim_lease_trigger() TO clerk;
	END IF;
END $$;

-- those that have other arguments by now: a right that was passed on, one that PUBLIC lost
SELECT format('GRANT USAGE ON SCHEMA %s TO keeper', extnamespace::regnamespace) FROM pg_extension WHERE extname = 'scimver' \gexec
SET ROLE keeper;
GRANT EXECUTE ON FUNCTION scim_update_user TO "Odd owner; --";
RESET ROLE;
REVOKE EXECUTE ON FUNCTION scim_update_group, scim_patch_resource FROM PUBLIC;

-- views, rules, defaults and indexes that depend on the extension's functions, views and operators
CREATE VIEW app.one_user AS SELECT u.id, scim_get_user(u.id::text) AS resource, scim_version(u.data) AS version FROM users u;
CREATE VIEW app.listed AS SELECT scim_list_users(sort_by => 'userName', count => 3) AS answer, scim_list_groups('displayName pr') AS groups;
CREATE VIEW app.mine AS SELECT tenant_id, role FROM scim_own_grants;
CREATE VIEW app.problems AS SELECT problem, detail FROM scim_check_table('users');
CREATE VIEW app.about AS SELECT scim_call_tool('scim_server_info', '{}'::text) -> 'success' AS success, scim_get_schemas() IS NOT NULL AS schemas;
CREATE MATERIALIZED VIEW app.folded AS SELECT scim_fold(login) AS login, scim_canonical(to_jsonb(p)) AS canonical FROM app.people p;
CREATE INDEX ON app.people (scim_fold(mail));
CREATE FUNCTION app.enrol(text, text) RETURNS jsonb LANGUAGE sql
BEGIN ATOMIC
	SELECT scim_add_members($1, ARRAY[$2]);
END;
