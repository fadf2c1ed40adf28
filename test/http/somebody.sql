-- One user and one group: Okta's first requests expect a list that is not empty.
SELECT scim_create_group(jsonb_build_object('displayName', 'Engineers', 'members',
	jsonb_build_array(jsonb_build_object('value', scim_create_user('{"userName": "grace"}') ->> 'id'))));
