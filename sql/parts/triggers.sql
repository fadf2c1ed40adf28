-- Triggers.  That of a table makes it a registered one, so only who may register
-- may call these: functions of other roles will write to the table.

CREATE FUNCTION scim_row_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_row_trigger';
COMMENT ON FUNCTION scim_row_trigger() IS
	'Keeps version, revision, created and last_modified of a registered table (resource type, mapping, options)';
REVOKE EXECUTE ON FUNCTION scim_row_trigger() FROM PUBLIC;

CREATE FUNCTION scim_members_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_members_trigger';
COMMENT ON FUNCTION scim_members_trigger() IS
	'Moves the versions of the groups whose memberships a statement changed (resource type, mapping, options)';
REVOKE EXECUTE ON FUNCTION scim_members_trigger() FROM PUBLIC;

CREATE FUNCTION scim_delete_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_delete_trigger';
COMMENT ON FUNCTION scim_delete_trigger() IS
	'Removes the memberships of users and groups that are deleted, where no foreign key does (resource type)';
REVOKE EXECUTE ON FUNCTION scim_delete_trigger() FROM PUBLIC;

CREATE FUNCTION scim_history_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_history_trigger';
COMMENT ON FUNCTION scim_history_trigger() IS
	'Keeps what resources were, in scim_history_rows (resource type)';
REVOKE EXECUTE ON FUNCTION scim_history_trigger() FROM PUBLIC;

CREATE FUNCTION scim_lease_trigger() RETURNS trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_lease_trigger';
COMMENT ON FUNCTION scim_lease_trigger() IS
	'Refuses DELETE and TRUNCATE of resources that others hold, in tables with the option enforce (resource type)';
REVOKE EXECUTE ON FUNCTION scim_lease_trigger() FROM PUBLIC;

CREATE FUNCTION scim_ddl_trigger() RETURNS event_trigger
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_ddl_trigger';
COMMENT ON FUNCTION scim_ddl_trigger() IS
	'Keeps registrations true: follows renamed columns and new children of registered tables, refuses what they would not survive';
-- ALTER VIEW ... RENAME COLUMN renames columns of tables, too, and ALTER TYPE those of its typed tables
CREATE EVENT TRIGGER scimver_rename ON ddl_command_end
	WHEN TAG IN ('ALTER TABLE', 'ALTER FOREIGN TABLE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'ALTER TYPE',
		'CREATE TABLE', 'CREATE FOREIGN TABLE', 'CREATE SCHEMA', 'IMPORT FOREIGN SCHEMA')
	EXECUTE FUNCTION scim_ddl_trigger();
-- columns and indexes go with types, functions, collations and operator classes, too
CREATE EVENT TRIGGER scimver_drop ON sql_drop
	EXECUTE FUNCTION scim_ddl_trigger();
