-- What both storages begin with: a type with two attributes that are unique.
SET client_min_messages = warning;
CREATE EXTENSION scimver CASCADE;
SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [
	{"name": "serial", "required": true, "caseExact": true, "uniqueness": "server"},
	{"name": "tag", "caseExact": true, "uniqueness": "server"}, {"name": "note", "caseExact": true}]}');
SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}');
-- Every second round is by somebody whom row level security binds.
DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'race_agent') THEN CREATE ROLE race_agent; END IF;
END $$;
CREATE SCHEMA race;
GRANT USAGE ON SCHEMA race TO race_agent;
ALTER DEFAULT PRIVILEGES IN SCHEMA race GRANT SELECT ON TABLES TO race_agent;
