-- The way of an application's tables through scimver, the same for each: what a
-- DBA and an agent do one after another, by functions and by tools, and what of it
-- goes wrong.  Whoever includes it says
--	users, groups, members: the tables; group_column, member_column
--	users_mapping, groups_mapping
--	member, referenced: ids of users, one with memberships, one to which something else refers; group
--	one, two: documents of users that can be made once mend was run; taken: one whose userName there is
--	patch, wrong: operations on a user that will do, and that will not
--	mend_users, mend_groups, mend_members: what the application changes when it was told
SELECT try('register users', format('SELECT scim_register_table(%L, ''User'', %L)', :'users', :'users_mapping'));
SELECT try('register groups', format('SELECT scim_register_table(%L, ''Group'', %L)', :'groups', :'groups_mapping'));
SELECT try('register members', format('SELECT scim_register_members(%L, %L, %L)', :'members', :'group_column', :'member_column'));
CALL scim_backfill(:'users');
CALL scim_backfill(:'groups');
SELECT problem, resource_id, detail FROM scim_check_table(:'users') UNION SELECT problem, resource_id, detail FROM scim_check_table(:'groups')
	UNION SELECT problem, resource_id, detail FROM scim_check_table(:'members') ORDER BY 1, 2, 3;

-- users: before the application has been mended, and after
SELECT asked('create', 'scim_create_user', jsonb_build_object('user_data', :'one'::jsonb));
:mend_users
SELECT asked('create, mended', 'scim_create_user', jsonb_build_object('user_data', :'one'::jsonb), true);
SELECT asked('create, two', 'scim_create_user', jsonb_build_object('user_data', :'two'::jsonb), true);
SELECT asked('create, without a userName', 'scim_create_user', jsonb_build_object('user_data', :'one'::jsonb - 'userName'));
SELECT asked('create, nothing', 'scim_create_user', '{"user_data": {}}');
SELECT asked('create, taken', 'scim_create_user', jsonb_build_object('user_data', :'taken'::jsonb));
SELECT asked('create, long', 'scim_create_user', jsonb_build_object('user_data', :'one'::jsonb || jsonb_build_object('userName', repeat('long', 100))));
SELECT asked('get', 'scim_get_user', jsonb_build_object('user_id', :'member'));
SELECT asked('update', 'scim_update_user', jsonb_build_object('user_id', :'member', 'user_data', scim_get_user(:'member'), 'expected_version', version(scim_get_user(:'member'))));
SELECT asked('update, taken', 'scim_update_user', jsonb_build_object('user_id', :'member', 'user_data', :'taken'::jsonb));
SELECT asked('update, bare', 'scim_update_user', jsonb_build_object('user_id', :'member', 'user_data', jsonb_build_object('userName', scim_get_user(:'member') -> 'userName')));
SELECT asked('patch', 'scim_patch_user', jsonb_build_object('user_id', :'member', 'operations', :'patch'::jsonb));
SELECT asked('patch, ' || (o ->> 'op') || ' ' || coalesce(o ->> 'path', '') || coalesce(' ' || left(o ->> 'value', 20), ''), 'scim_patch_user', jsonb_build_object('user_id', :'member', 'operations', jsonb_build_array(o)))
	FROM jsonb_array_elements(:'wrong') AS o;

-- groups
SELECT asked('create group', 'scim_create_group', '{"group_data": {"displayName": "Pioneers"}}');
:mend_groups
SELECT asked('create group, mended', 'scim_create_group', '{"group_data": {"displayName": "Pioneers"}}', true);
SELECT asked('create group, taken', 'scim_create_group', jsonb_build_object('group_data', jsonb_build_object('displayName', scim_get_group(:'group') -> 'displayName')));
SELECT asked('create group, nothing', 'scim_create_group', '{"group_data": {}}');
SELECT scim_list_users('userName eq "' || (:'one'::jsonb ->> 'userName') || '"') #>> '{Resources,0,id}' AS made,
	scim_list_users('userName eq "' || (:'two'::jsonb ->> 'userName') || '"') #>> '{Resources,0,id}' AS made_too \gset
SELECT asked('add a member', 'scim_patch_group', jsonb_build_object('group_id', :'group', 'operations',
	jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', :'made'))))));
:mend_members
SELECT asked('add a member, mended', 'scim_patch_group', jsonb_build_object('group_id', :'group', 'operations',
	jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', :'made'))))), true);
SELECT asked('add nobody', 'scim_patch_group', jsonb_build_object('group_id', :'group', 'operations', '[{"op": "add", "path": "members", "value": [{"value": "0"}]}]'::jsonb));
SELECT asked('replace the members', 'scim_update_group', jsonb_build_object('group_id', :'group', 'group_data',
	jsonb_build_object('displayName', 'Renamed', 'members', jsonb_build_array(jsonb_build_object('value', :'member'), jsonb_build_object('value', :'made'))),
	'expected_version', version(scim_get_group(:'group'))));
SELECT asked('add a user as a group', 'scim_patch_group', jsonb_build_object('group_id', :'group', 'operations',
	jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', jsonb_build_array(jsonb_build_object('value', :'member', 'type', 'Group'))))));
SELECT try('plain membership', format('INSERT INTO %s (%I, %I) VALUES (%L, %L)', :'members', :'group_column', :'member_column', :'group', :'made_too'));
SELECT members(scim_get_group(:'group')) AS members;

-- deletes: of whom something else knows, of a member, of one that the application deletes, of a group
SELECT asked('delete, referenced', 'scim_delete_user', jsonb_build_object('user_id', :'referenced'));
SELECT asked('delete', 'scim_delete_user', jsonb_build_object('user_id', :'made', 'expected_version', version(scim_get_user(:'made'))), true);
SELECT try('plain delete', format('DELETE FROM %s WHERE %I::text = %L', :'users', :'users_mapping'::jsonb ->> 'id', :'made_too'));
SELECT members(scim_get_group(:'group')) AS members, version(scim_get_group(:'group')) = scim_version(scim_get_group(:'group')) AS true;
SELECT asked('delete group', 'scim_delete_group', jsonb_build_object('group_id', :'group'), true);
SELECT asked('delete, gone', 'scim_delete_group', jsonb_build_object('group_id', :'group'));
SELECT format('SELECT %I::text AS orphan FROM %s WHERE %I NOT IN (SELECT %I FROM %s) OR %I NOT IN (SELECT %I FROM %s)', :'member_column', :'members',
	:'member_column', :'users_mapping'::jsonb ->> 'id', :'users', :'group_column', :'groups_mapping'::jsonb ->> 'id', :'groups') \gexec
SELECT problem, resource_id, stored, computed FROM scim_check_table(:'users') WHERE problem IN ('version', 'members') UNION ALL
	SELECT problem, resource_id, stored, computed FROM scim_check_table(:'groups') WHERE problem IN ('version', 'members');
SELECT try('unregister groups', format('SELECT scim_unregister_table(%L)', :'groups'));
SELECT try('unregister users', format('SELECT scim_unregister_table(%L)', :'users'));
-- what was told by function and by tool is of the catalogue (plain SQL has PostgreSQL's own errors)
SELECT what, said FROM tried WHERE (error !~ '^[A-Z][A-Z_]{5}' OR error = 'INTERNAL') AND what NOT LIKE 'plain %' ORDER BY no;
