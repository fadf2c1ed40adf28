-- chat.sql's tables, registered: times in milliseconds, a mark instead of a
-- delete, columns for versions that registration adds, and an attribute of the
-- application's own.
SELECT scim_register_schema('{"id": "urn:example:params:scim:schemas:chat:2.0:User", "name": "ChatUser",
	"attributes": [{"name": "failedAttempts", "type": "integer"}]}') IS NOT NULL AS schema;
SELECT scim_register_resource_type('{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
	"schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "required": false},
		{"schema": "urn:example:params:scim:schemas:chat:2.0:User", "required": false}]}') IS NOT NULL AS type;
-- what the application sees to alone: names differ, whatever their case
CREATE UNIQUE INDEX users_username_lower ON users (lower(username));
SELECT scim_register_table('users', 'User', '{
	"id": "id",
	"created": {"column": "createat", "format": "epoch_milliseconds"},
	"lastModified": {"column": "updateat", "format": "epoch_milliseconds"},
	"deleted": {"column": "deleteat", "format": "epoch_milliseconds"},
	"attributes": {
		"userName": "username",
		"externalId": "authdata",
		"nickName": "nickname",
		"name.givenName": "firstname",
		"name.familyName": "lastname",
		"title": "position",
		"locale": "locale",
		"emails[type eq \"work\"].value": "email",
		"roles.value": {"column": "roles", "mode": "read"},
		"urn:example:params:scim:schemas:chat:2.0:User:failedAttempts": "failedattempts"}}',
	'{"add_columns": true}');
SELECT scim_register_table('channels', 'Group', '{
	"id": "id",
	"created": {"column": "createat", "format": "epoch_milliseconds"},
	"lastModified": {"column": "updateat", "format": "epoch_milliseconds"},
	"deleted": {"column": "deleteat", "format": "epoch_milliseconds"},
	"attributes": {"displayName": "displayname"}}',
	'{"add_columns": true}');
SELECT scim_register_members('channelmembers', 'channelid', 'userid');

-- So that users and channels can be made through scimver: the application makes its ids itself.
ALTER TABLE users ALTER id SET DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 26);
ALTER TABLE channels ALTER id SET DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 26);
