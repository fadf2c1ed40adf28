# Logical replication: a subscriber with scimver installed has the same
# versions, counts and digests, while the publisher changes and afterwards.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $publisher = new_server('publisher', allows_streaming => 'logical');
my $subscriber = new_server('subscriber', allows_streaming => 'logical');

# What both must have in common.
sub is_same
{
	my ($name) = @_;

	$publisher->wait_for_catchup('scim');
	is(everything($subscriber, 'scim'), everything($publisher, 'scim'), "$name: both have the same");
	is_sound($subscriber, 'scim', "$name: and it is right");
}

fill($publisher, 'scim');
$publisher->safe_psql('scim', 'CREATE PUBLICATION scim FOR TABLE users, groups, groups_members');
my $connection = $publisher->connstr('scim');
$subscriber->safe_psql('scim', "CREATE SUBSCRIPTION scim CONNECTION \$\$$connection\$\$ PUBLICATION scim");
$subscriber->wait_for_subscription_sync($publisher, 'scim', 'scim');
is_same('first copy');

# Everything that changes a version.
$publisher->safe_psql('scim', q{
	UPDATE users SET data = data || '{"title": "plain"}' WHERE data ->> 'title' = 'T1';
	SELECT scim_update_user(id::text, data || '{"title": "called"}', version) FROM users
		WHERE tenant_id = 'default' AND data ->> 'title' = 'T2';
	SELECT scim_create_user('{"userName": "new", "password": "secret"}');
	SELECT scim_create_group(jsonb_build_object('displayName', 'New', 'members',
		jsonb_build_array(jsonb_build_object('value', md5('user50')::uuid), jsonb_build_object('value', md5('group2')::uuid))));
});
is_same('users');
$publisher->safe_psql('scim', q{
	INSERT INTO groups_members (group_id, member_type, member_id)
		SELECT md5('group' || i % 9 + 1)::uuid, 'User', md5('user' || i)::uuid FROM generate_series(150, 200) AS i ON CONFLICT DO NOTHING;
	DELETE FROM groups_members WHERE member_id IN (SELECT md5('user' || i)::uuid FROM generate_series(31, 40) AS i);
	SELECT scim_patch_group(md5('group4')::uuid::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members',
		'value', jsonb_build_array(jsonb_build_object('value', md5('user1')::uuid)))));
	SELECT scim_update_group(md5('group5')::uuid::text, jsonb_build_object('displayName', 'Five', 'members',
		jsonb_build_array(jsonb_build_object('value', md5('user60')::uuid))));
	UPDATE groups_members SET member_id = md5('user61')::uuid WHERE group_id = md5('group5')::uuid;
});
is_same('memberships');
$publisher->safe_psql('scim', q{
	SELECT scim_delete_user(md5('user100')::uuid::text);
	DELETE FROM users WHERE id = md5('user101')::uuid;
	SELECT scim_delete_group(md5('group3')::uuid::text);
	UPDATE users SET id = md5('moved')::uuid WHERE tenant_id = 'other' AND id = md5('user3')::uuid;
});
is_same('deletes, and what cascades');
$publisher->safe_psql('scim', 'TRUNCATE groups_members');
is_same('truncated memberships');

# The subscriber holds the stored values for its own writes, too.
$subscriber->safe_psql('scim', 'ALTER SUBSCRIPTION scim DISABLE');
$subscriber->safe_psql('scim', q{
	SELECT scim_update_user(id::text, data || '{"title": "here"}', version) FROM users WHERE tenant_id = 'default';
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT md5('group5')::uuid, 'User', id FROM users WHERE tenant_id = 'default';
});
is_sound($subscriber, 'scim', 'writes on the subscriber are right');
done_testing();
