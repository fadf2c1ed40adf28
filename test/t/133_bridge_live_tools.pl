# scimver-mcp: clients that are told when the list of tools changes, in both eras.
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

my $node = ScimverBridge->new_node('live_tools');
my $conninfo = $node->connstr('postgres');
my %meta = %ScimverBridge::modern_meta;
my $schema = q{{"id": "urn:example:Building", "name": "Building", "attributes": [{"name": "label", "type": "string"}]}};

# full: only there tools name resource types
sub bridge
{
	my (@args) = @_;
	return ScimverBridge->new(conninfo => $conninfo, args => [ '--toolset', 'full', '--poll', '20', @args ]);
}

# The whole list, to be compared.
sub list_of
{
	my ($bridge, @meta) = @_;
	return $bridge->encode($bridge->roundtrip('tools/list', {@meta})->{result}{tools});
}

my $modern = bridge();
my $list = list_of($modern, _meta => \%meta);
my $tools = listen_to($modern, tools => 1);
acknowledged($modern, $tools);
my $others = listen_to($modern, resources => [ uri_of('1') ]);
acknowledged($modern, $others);

# one that has cached the list elsewhere
my $unlisted = bridge();
my $cached = listen_to($unlisted, tools => 1);
acknowledged($unlisted, $cached);
$unlisted->roundtrip('tools/list', { _meta => \%meta });

my $legacy = bridge();
$legacy->initialize;
is(list_of($legacy), $list, 'the same list for both eras');
my $silent = bridge();
$silent->initialize;
$silent->call('scim_server_info', {});

sub change_tools
{
	my ($what, $sql) = @_;

	$node->safe_psql('postgres', $sql);
	is(told($modern), "$tools tools/list_changed", "$what: modern, only where it was asked for");
	is(told($unlisted), "$cached tools/list_changed", "$what: one that asks for nothing else");
	is(told($legacy), 'tools/list_changed', "$what: legacy, as it has listed them");
	my $now = list_of($modern, _meta => \%meta);
	isnt($now, $list, "$what: it is another list");
	is(list_of($legacy), $now, "$what: to legacy clients, too");
	$list = $now;
	return;
}

$node->safe_psql('postgres', "SELECT scim_register_schema('$schema')");
change_tools('a type comes', q{SELECT scim_register_resource_type('{"name": "Building", "endpoint": "/Buildings", "schema": "urn:example:Building"}')});
change_tools('it goes', q{SELECT scim_unregister_resource_type('Building')});
change_tools('a table goes', q{DROP TABLE users CASCADE});
change_tools('it comes', q{SELECT scim_create_table('users', 'User')});

# A change of data is none of the tools.
my $user = $node->safe_psql('postgres', q{INSERT INTO users (id, data) VALUES ('00000000-0000-4000-8000-000000000001', '{"userName": "new"}') RETURNING version});
my $more = listen_to($modern, resources => [ uri_of('00000000-0000-4000-8000-000000000001') ]);
acknowledged($modern, $more);
my $version = $node->safe_psql('postgres', q{UPDATE users SET data = data || '{"title": "x"}' RETURNING version});
is(told($modern), "$more " . uri_of('00000000-0000-4000-8000-000000000001') . " $version", 'nothing was told in between');
$modern->notify('notifications/cancelled', { requestId => $_ }) foreach $tools, $more;
$node->safe_psql('postgres', q{DROP TABLE users CASCADE});
is(told($legacy), 'tools/list_changed', 'another change');
is(told($unlisted), "$cached tools/list_changed", 'another change');

foreach my $each ($modern, $unlisted, $legacy, $silent)
{
	is($each->finish, 0, 'exit code');
	is(scalar(grep { $_->{method} } @{ $each->{messages} }), 0, 'nothing more was told');
	is($each->stderr, '', 'nothing to report');
}

done_testing();
