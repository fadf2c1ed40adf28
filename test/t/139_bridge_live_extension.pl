# scimver-mcp: the extension is dropped and made again while clients are subscribed: each is
# told that all may have changed, or that it is told no more; and may subscribe anew.
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

my $node = ScimverBridge->new_node('live_extension');
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "ada"}') ->> 'id'});
my $uri = uri_of($id);
my %meta = %ScimverBridge::modern_meta;
my $changes = 0;

my $register = q{SELECT scim_register_table('users', 'User', '{}', '{"history": true}');};
my $building = q{SELECT scim_register_schema('{"id": "urn:example:Building", "name": "Building", "attributes": [{"name": "label", "type": "string"}]}');
	SELECT scim_register_resource_type('{"name": "Building", "endpoint": "/Buildings", "schema": "urn:example:Building"}');};
my $grant = q{SELECT scim_grant_tenant('default', 'clerk');};

$node->safe_psql('postgres', "CREATE ROLE clerk LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups TO clerk; $grant $building");

# In one transaction; a poll may meet it, and then one of the two is ended by the database.
sub transaction
{
	my (@statements) = @_;
	my ($code, $error);

	do { ($code, undef, $error) = $node->psql('postgres', join(' ', @statements), extra_params => ['-1'], on_error_stop => 1) } while $code && $error =~ /deadlock/;
	die $error if $code;
	return;
}

sub change { return $node->safe_psql('postgres', qq{UPDATE users SET data = data || '{"title": "change @{[ ++$changes ]}"}' WHERE id = '$id' RETURNING version}); }

# A modern client that watches the user and the tools, another that watches the tools, a
# legacy one, and one of a role with rights of its own.
my @bridges = map { ScimverBridge->new(conninfo => $_, args => [ '--poll', '20' ]) } ($conninfo) x 3, "$conninfo user=clerk";
my ($modern, $tools, $legacy, $clerk) = @bridges;
my (%listen, $version);

sub subscribe
{
	my ($bridge, %wanted) = @_;
	$listen{$bridge} = listen_to($bridge, %wanted);
	is_deeply(acknowledged($bridge, $listen{$bridge})->{resourceSubscriptions}, $wanted{resources}, 'a subscription begins');
	return;
}

sub all_are_told
{
	my ($when) = @_;
	$version = change();
	is(told($modern), "$listen{$modern} $uri $version", "$when: a change is told");
	is(told($legacy), "$uri $version", "$when: in the legacy era");
	is(told($clerk), "$listen{$clerk} $uri $version", "$when: to another role");
	return;
}

$_->initialize foreach @bridges;
subscribe($modern, resources => [$uri], tools => 1);
subscribe($tools, tools => 1);
subscribe($clerk, resources => [$uri]);
is_deeply($legacy->roundtrip('resources/subscribe', { uri => $uri })->{result}, {}, 'in the legacy era, too');
all_are_told('at first');

# In one transaction: nobody sees that it was gone; what was watched is there, and may have
# changed. A resource type has gone with it, and so the tools are others.
transaction('DROP EXTENSION scimver CASCADE; CREATE EXTENSION scimver;', $register, $grant);
is_deeply([ sort(told($modern), told($modern)) ], [ sort "$listen{$modern} $uri", "$listen{$modern} tools/list_changed" ], 'made anew: all is taken for changed');
is(told($tools), "$listen{$tools} tools/list_changed", 'the tools are others');
is(told($legacy), $uri, 'legacy: all is taken for changed');
is(told($clerk), "$listen{$clerk} $uri", 'for another role, too');
all_are_told('made anew');
ok($_->call('scim_get_user', { user_id => $id })->{success}, 'calls go on') foreach $modern, $legacy, $clerk;

# Without the grant that the extension knew: a right that is gone.
transaction('DROP EXTENSION scimver CASCADE; CREATE EXTENSION scimver;', $register);
is(finished($clerk, $listen{$clerk}), "complete $listen{$clerk}", 'without its grant: the subscription of that role ends');
is(told($modern), "$listen{$modern} $uri", 'of others all is taken for changed');
is(told($legacy), $uri, 'and in the legacy era');
is($clerk->call('scim_get_user', { user_id => $id })->{content}{error_code}, 'TENANT_FORBIDDEN', 'its calls are refused');
$node->safe_psql('postgres', $grant);
subscribe($clerk, resources => [$uri]);
all_are_told('granted anew');

# It is gone for a while: nobody is told, and nothing is answered that is not so.
transaction('DROP EXTENSION scimver CASCADE;');
foreach my $bridge (@bridges)
{
	is($bridge->call('scim_get_user', { user_id => $id })->{content}{error_code}, 'INTERNAL', 'gone: calls fail');
	like($bridge->roundtrip('subscriptions/listen', { _meta => \%meta, notifications => { resourceSubscriptions => [$uri] } })->{error}{message}, qr/not installed/,
		'gone: no subscription begins');
}
like($legacy->roundtrip('resources/subscribe', { uri => "$uri-other" })->{error}{message}, qr/not installed/, 'nor in the legacy era');
is_deeply([ map { @{ $_->{messages} } } @bridges ], [], 'nothing is told meanwhile');
like($_->stderr, qr/changes cannot be asked for: (?!.*changes are asked for again)/s, 'the log has it') foreach $modern, $legacy, $clerk;

# It is there again, and the table is not registered: nothing of it can be watched.
transaction('CREATE EXTENSION scimver;', $grant, $building);
is(finished($_, $listen{$_}), "complete $listen{$_}", 'there again without the table: the subscription ends') foreach $modern, $clerk;
is(told($tools), "$listen{$tools} tools/list_changed", 'that to the tools goes on');
subscribe($modern, resources => []);
is_deeply(acknowledged($modern, listen_to($modern, resources => [$uri])), { resourceSubscriptions => [] }, 'and another is not honoured');
is($legacy->roundtrip('resources/subscribe', { uri => $uri })->{error}{code}, -32002, 'nor in the legacy era');
$node->safe_psql('postgres', $register);
is(told($tools), "$listen{$tools} tools/list_changed", 'there again with the table: the tools are others');
subscribe($modern, resources => [$uri]);
subscribe($clerk, resources => [$uri]);
is_deeply($legacy->roundtrip('resources/subscribe', { uri => $uri })->{result}, {}, 'a legacy client begins anew');
all_are_told('there again');

is($_->finish, 0, 'exit code') foreach @bridges;
is(finished($_, $listen{$_}), "complete $listen{$_}", 'the end of the process ends the rest') foreach $modern, $tools, $clerk;
is_deeply([ grep { $_->{method} } map { @{ $_->{messages} } } @bridges ], [], 'and nothing else was told');

done_testing();
