-- web.sql's tables, registered. They get no column: versions are computed, the
-- count and digest of members stand in scimver's own table. The password is the
-- application's, in a form of its own, and is not mapped.
SELECT scim_register_table('auth_user', 'User', '{
	"id": "id",
	"created": "date_joined",
	"attributes": {
		"userName": "username",
		"name.givenName": "first_name",
		"name.familyName": "last_name",
		"emails[type eq \"work\"].value": "email",
		"active": "is_active",
		"userType": {"column": "is_staff", "values": {"true": "Staff", "false": "Visitor"}}}}');
SELECT scim_register_table('auth_group', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
SELECT scim_register_members('auth_user_groups', 'group_id', 'user_id');

-- So that users can be made through scimver: what it does not know, or is not told, needs a default.
ALTER TABLE auth_user ALTER password SET DEFAULT '!', ALTER is_superuser SET DEFAULT false, ALTER is_staff SET DEFAULT false, ALTER is_active SET DEFAULT true;
