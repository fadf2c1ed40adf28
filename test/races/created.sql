-- Where the races are run: tables that scimver makes.
SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group'), scim_create_table('devices', 'Device');
SELECT scim_grant_tenant('default', 'race_agent');

-- What there is, of each type: what has to be unique, what the last write left as its mark, and the version.
CREATE VIEW race.now AS
	SELECT 'User' AS type, id::text AS id, data ->> 'userName' AS name, NULL AS other, data ->> 'nickName' AS mark, version FROM users
	UNION ALL SELECT 'Group', id::text, data ->> 'displayName', NULL, data ->> 'externalId', version FROM groups
	UNION ALL SELECT 'Device', id::text, data ->> 'serial', data ->> 'tag', data ->> 'note', version FROM devices;
CREATE FUNCTION race.may_nest() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
