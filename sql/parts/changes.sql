-- What changed since: a feed of the history, by cursors that hold snapshots.

-- Whose transactions the xids of the history are.  What was there when it was restored
-- into this server was all committed before, whatever its xids say.
CREATE TABLE scim_history_server (
	system_identifier bigint NOT NULL,
	database_oid oid NOT NULL,
	seq bigint NOT NULL
);
COMMENT ON TABLE scim_history_server IS
	'The server and the database whose transactions wrote the history; if it is another one than this, the history was restored';
COMMENT ON COLUMN scim_history_server.system_identifier IS
	'What pg_control_system() says of the server';
COMMENT ON COLUMN scim_history_server.database_oid IS
	'The oid of the database';
COMMENT ON COLUMN scim_history_server.seq IS
	'Rows up to that one came from elsewhere: their xids mean nothing here';
INSERT INTO scim_history_server
	SELECT c.system_identifier, d.oid, 0 FROM pg_catalog.pg_control_system() AS c, pg_catalog.pg_database AS d
	WHERE d.datname = pg_catalog.current_database();

SELECT pg_catalog.pg_extension_config_dump('scim_history_server', '');

CREATE FUNCTION scim_changes(cursor text DEFAULT '', count int DEFAULT 100,
	resource_type text DEFAULT NULL, tenant_id text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C VOLATILE
	AS 'MODULE_PATHNAME', 'scim_changes';
COMMENT ON FUNCTION scim_changes(text, int, text, text) IS
	'What was changed since the cursor ('''': all that is kept, ''now'': nothing yet), each change once and in order: {"changes", "nextCursor", "more"}';
