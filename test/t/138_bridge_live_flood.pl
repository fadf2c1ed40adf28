# scimver-mcp: a flood of changes while nobody reads its standard output: it goes on, in
# little memory, and tells what there is when it is read.
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

my ($users, $listens) = (1000, 20);
my $node = ScimverBridge->new_node('live_flood', conf => "log_statement = none\nsynchronous_commit = off\n");
$node->safe_psql('postgres', qq{INSERT INTO users (data) SELECT jsonb_build_object('userName', 'user ' || n) FROM generate_series(1, $users) n});
my @uris = map { uri_of($_) } split /\n/, $node->safe_psql('postgres', 'SELECT id FROM users ORDER BY id');
my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres'), args => [ '--poll', '20', '--pool', '1', '--toolset', 'full' ]);
my @ids = map { my $id = listen_to($bridge, resources => \@uris, tools => 1); acknowledged($bridge, $id); $id } 1 .. $listens;

sub change_all
{
	$node->safe_psql('postgres', q{UPDATE users SET data = data || jsonb_build_object('title', gen_random_uuid())});
	return;
}

# until the bridge has asked for all of it: its statements are those of one connection
sub wait_for_polls
{
	$node->safe_psql('postgres', 'SELECT pg_stat_force_next_flush()');
	$node->poll_query_until('postgres', q{SELECT max(query_start) > clock_timestamp() - interval '1 second' AND min(state) = 'idle'
		FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'}) or die 'no polls';
	select undef, undef, undef, 0.3;
	return;
}

change_all() for 1 .. 3;
wait_for_polls();
my $early = $bridge->memory;
# a request that comes meanwhile waits, as its answer would
my $call = $bridge->request('tools/list', { _meta => \%ScimverBridge::modern_meta });
change_all() for 1 .. 20;
$node->safe_psql('postgres', q{SELECT scim_register_schema('{"id": "urn:example:Building", "name": "Building", "attributes": [{"name": "label", "type": "string"}]}');
	SELECT scim_register_resource_type('{"name": "Building", "endpoint": "/Buildings", "schema": "urn:example:Building"}')});
wait_for_polls();
SKIP:
{
	my $late = $bridge->memory // skip 'the memory is not its own alone', 2;
	cmp_ok($late, '<', $early + 4096, 'it takes no more memory as it goes on');
	cmp_ok($late, '<', 24 * 1024, 'and that is little');
	note(sprintf '%d kB after %d notifications, %d kB after %d', $early, 3 * $users * $listens, $late, 23 * $users * $listens);
}

# what it tells when it is read: of each subscription and resource the last version at the end
my %version = map { my ($id, $version) = split /\|/; (uri_of($id) => $version) } split /\n/, $node->safe_psql('postgres', 'SELECT id, version FROM users');
my (%last, %tools, $wrong);
my $missing = $users * $listens;
my $lines = 0;
while ($missing > 0)
{
	my ($id, $what, $version) = split / /, told($bridge);

	$lines++;
	if ($what eq 'tools/list_changed') { $tools{$id}++; next; }
	my $was = $last{"$id $what"} // '';
	$missing-- if $was ne $version{$what} && $version eq $version{$what};
	$missing++ if $was eq $version{$what} && $version ne $version{$what};
	$last{"$id $what"} = $version;
}
is(scalar keys %last, $users * $listens, 'all are told');
cmp_ok($lines, '<', 5 * $users * $listens, 'but not of all that was meanwhile');
note("$lines lines");
ok($bridge->answer($call)->{result}{tools}, 'what was asked meanwhile is answered');
is(scalar keys %tools, $listens, 'each is told of the tools');
change_all();
%version = map { my ($id, $version) = split /\|/; (uri_of($id) => $version) } split /\n/, $node->safe_psql('postgres', 'SELECT id, version FROM users');
my $told = 0;
while ($told < $users * $listens)
{
	my ($id, $what, $version) = split / /, told($bridge);
	$told += ($version // '') eq ($version{$what} // 'none');
}
is($told, $users * $listens, 'and it goes on');
is($bridge->finish, 0, 'exit code');
is(finished($bridge, $_), "complete $_", 'all were there to the end') foreach @ids[ 0, -1 ];
is($bridge->stderr, '', 'nothing to report');

done_testing();
