# scimver-mcp: a right that is revoked ends the subscriptions that it allowed.
use strict;
use warnings;
use FindBin;
use JSON::PP ();
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverLive;
use Test::More;
use Time::HiRes qw(time);

my $node = ScimverBridge->new_node('live_rights');
$node->safe_psql('postgres', q{
	CREATE ROLE agent LOGIN;
	GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO agent;
	SELECT scim_grant_tenant(t, 'agent') FROM unnest('{default,acme}'::text[]) t});
my %id = map { $_ => $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "$_"}')->>'id'}) } qw(ada);
$id{team} = $node->safe_psql('postgres', q{SELECT scim_create_group('{"displayName": "team"}')->>'id'});
my ($user, $group) = ("scim://default/Users/$id{ada}", "scim://default/Groups/$id{team}");

sub bridge
{
	my (@args) = @_;
	return ScimverBridge->new(conninfo => $node->connstr('postgres') . ' user=agent', args => \@args);
}

sub change
{
	my ($table, $id, $attribute) = @_;
	return $node->safe_psql('postgres', qq{UPDATE $table SET data = data || jsonb_build_object('externalId', random()::text) WHERE id = '$id' RETURNING version});
}

# What ends within five seconds.
sub ends
{
	my ($what, $bridge, $id) = @_;
	my $since = time;

	is(finished($bridge, $id), "complete $id", "$what: it has ended");
	cmp_ok(time - $since, '<', 5, "$what: within five seconds");
	return;
}

my $log_line = qr/\A(?:scimver-mcp: subscriptions have ended: the role may not be told of changes any more\n)*\z/;

# ---- one right of several

my $bridge = bridge();
$bridge->initialize;
my ($users, $groups, $both) = map { my $id = listen_to($bridge, resources => $_); acknowledged($bridge, $id); $id } [$user], [$group], [ $user, $group ];
$bridge->roundtrip('resources/subscribe', { uri => $_ }) foreach $user, $group;
$node->safe_psql('postgres', 'REVOKE SELECT ON users FROM agent');
ends('one type', $bridge, $users);
ends('one type of two', $bridge, $both);
change('users', $id{ada});
my $version = change('groups', $id{team});
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort "$groups $group $version", "$group $version" ], 'the other type: goes on');
my $again = listen_to($bridge, resources => [ $user, $group ]);
is_deeply(acknowledged($bridge, $again), { resourceSubscriptions => [$group] }, 'anew: what is left');
is($bridge->roundtrip('resources/subscribe', { uri => $user })->{error}{code}, -32002, 'legacy: not any more');

# ---- all of them

my $tools = listen_to($bridge, tools => 1);
acknowledged($bridge, $tools);
$node->safe_psql('postgres', q{SELECT scim_revoke_tenant('default', 'agent')});
ends('the tenant', $bridge, $_) foreach $groups, $again;
change('groups', $id{team});
my $nothing = listen_to($bridge, resources => [ $user, $group ]);
is_deeply(acknowledged($bridge, $nothing), { resourceSubscriptions => [] }, 'anew: nothing is left');
$node->safe_psql('postgres', q{SELECT scim_grant_tenant('default', 'agent'); GRANT SELECT ON users TO agent});
my $back = listen_to($bridge, resources => [$user]);
is_deeply(acknowledged($bridge, $back), { resourceSubscriptions => [$user] }, 'the right is back');
$version = change('users', $id{ada});
is(told($bridge), "$back $user $version", 'and so is what is told');

# ---- not even that may be asked

$node->safe_psql('postgres', 'REVOKE EXECUTE ON FUNCTION scim_mcp_changes(text) FROM PUBLIC');
ends('the function', $bridge, $back);
ends('the function, for tools', $bridge, $tools);
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION scim_mcp_changes(text) TO PUBLIC');

# ---- the tenant of the command line

my $acme = bridge('--tenant', 'acme');
my $foreign = listen_to($acme, resources => [$user]);
is_deeply(acknowledged($acme, $foreign), { resourceSubscriptions => [] }, "another tenant's is refused, though the role may work there");
my $own_id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "own"}', tenant_id => 'acme')->>'id'});
my $own = listen_to($acme, resources => ["scim://acme/Users/$own_id"]);
is_deeply(acknowledged($acme, $own), { resourceSubscriptions => ["scim://acme/Users/$own_id"] }, 'its own is not');
change('users', $id{ada});
$version = change('users', $own_id);
is(told($acme), "$own scim://acme/Users/$own_id $version", 'nor told of');

# ---- while notifications are listened to

$node->append_conf('postgresql.conf', "scimver.notify = on\n");
$node->reload;
my $listening = bridge();
my $heard = listen_to($listening, resources => [$user]);
acknowledged($listening, $heard);
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'agent' AND query LIKE 'LISTEN%'}) or die 'nobody listens';
$node->safe_psql('postgres', 'REVOKE SELECT ON users FROM agent');
ends('while it listens', $listening, $heard);

foreach my $each ($bridge, $acme, $listening)
{
	is($each->finish, 0, 'exit code');
	like($each->stderr, $log_line, 'nothing else to report');
}

done_testing();
