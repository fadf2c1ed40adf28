# scimver-mcp: clients that are told of changes miss none while the database is away,
# or does not take the cursor any more; with notifications of writers and without.
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
use Time::HiRes qw(sleep time);

my $node = ScimverBridge->new_node('live_database');
my $conninfo = $node->connstr('postgres');
my @id = map { $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "user $_"}')->>'id'}) } 0 .. 3;
my $ours = q{application_name LIKE 'scimver-mcp%'};
my $changes = 0;

sub bridge
{
	my (@args) = @_;
	return ScimverBridge->new(conninfo => $conninfo, args => \@args);
}

# Changes of these users, in transactions of their own; the last version of each.
sub change
{
	my ($node, @users) = @_;
	my %last;

	foreach my $user (@users)
	{
		$changes++;
		$last{$user} = $node->safe_psql('postgres', qq{UPDATE users SET data = data || '{"title": "change $changes"}' WHERE id = '$id[$user]' RETURNING version});
	}
	return map { ($_ => $last{$_}) } keys %last;
}

# Until all of these have been told; of each, the last that was told.
sub told_all
{
	my ($bridge, %wanted) = @_;
	my %last;

	while (grep { ($last{$_} // 'nothing') ne $wanted{$_} } keys %wanted)
	{
		my ($user, $version) = told($bridge) =~ m{Users/(\S+) ?(\S*)$} or return 'nothing more';
		my ($number) = grep { $id[$_] eq $user } 0 .. $#id;
		$last{$number} = $version;
	}
	return 'all';
}

sub terminate { $node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE $ours" . ($_[0] // '')); return; }

sub listeners
{
	my ($count) = @_;
	$node->poll_query_until('postgres', "SELECT count(*) = $count FROM pg_stat_activity WHERE $ours AND query LIKE 'LISTEN%'") or die "not $count who listen";
	return;
}

# ---- backends that are terminated, and a server that restarts

foreach my $notify ('off', 'on')
{
	$node->append_conf('postgresql.conf', "scimver.notify = $notify\n");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT current_setting('scimver.notify') = '$notify'") or die 'no such setting';
	my $bridge = bridge('--poll', '50');
	my $id = listen_to($bridge, resources => [ map { uri_of($_) } @id ]);
	acknowledged($bridge, $id);
	is(told_all($bridge, change($node, 0 .. 3)), 'all', "notify $notify: changes are told");
	listeners($notify eq 'on' ? 1 : 0);
	foreach my $round (1 .. 5)
	{
		terminate();
		is(told_all($bridge, change($node, 0, 1, 0)), 'all', "notify $notify: terminated backends miss nothing ($round)");
	}
	foreach my $mode ('fast', 'immediate')
	{
		my %before = change($node, 0, 1, 2);
		$node->stop($mode);
		$node->start;
		is(told_all($bridge, %before, change($node, 2, 3)), 'all', "notify $notify: a restart misses nothing ($mode)");
	}
	listeners($notify eq 'on' ? 1 : 0);
	is($bridge->finish, 0, 'exit code');
	is(finished($bridge, $id), "complete $id", 'it was never ended');
	like($bridge->stderr, qr/^scimver-mcp: changes cannot be asked for: [^\n]+\n(?:.*\n)?scimver-mcp: changes are asked for again$/ms, 'the log says it, once each time');
	unlike($bridge->stderr, qr/during a call/, 'and not as if calls were lost');
}

# ---- notifications are what wakes it, and polls are what goes on without

my $bridge = bridge('--poll', '60000');
my $id = listen_to($bridge, resources => [ uri_of($id[0]) ]);
acknowledged($bridge, $id);
listeners(1);
change($node, 1);    # so that the first poll is over: the next one comes by a notification
sleep(0.5);
my $since = time;
is(told_all($bridge, change($node, 0)), 'all', 'a change is told');
cmp_ok(time - $since, '<', 3, 'long before the next poll');
# with another setting in the writer's session, only a poll tells; and a lost listener is a reason for one
$node->safe_psql('postgres', q{SET scimver.notify = off; UPDATE users SET data = data || '{"title": "quiet"}' WHERE id = '} . $id[0] . q{'});
terminate(q{ AND query LIKE 'LISTEN%'});
like(told($bridge), qr/\Q$id[0]\E/, 'what was not notified is told when the listener is lost');
listeners(1);
$node->safe_psql('postgres', q{ALTER SYSTEM SET scimver.notify = off; SELECT pg_reload_conf()});
$node->append_conf('postgresql.conf', "scimver.notify = off\n");
$node->reload;
is($bridge->finish, 0, 'exit code');

# The setting goes off: it does not listen any more, and polls.
my $polling = bridge('--poll', '50');
$node->safe_psql('postgres', q{ALTER SYSTEM SET scimver.notify = on; SELECT pg_reload_conf()});
$id = listen_to($polling, resources => [ uri_of($id[0]) ]);
acknowledged($polling, $id);
listeners(1);
$node->safe_psql('postgres', q{ALTER SYSTEM SET scimver.notify = off; SELECT pg_reload_conf()});
change($node, 0) for 1 .. 3;
listeners(0);
is(told_all($polling, change($node, 0)), 'all', 'and goes on');

# ---- a cursor that is not taken any more: all is taken for changed

my $other = listen_to($polling, resources => [ map { uri_of($_) } @id[ 2, 3 ] ], tools => 1);
acknowledged($polling, $other);
$node->safe_psql('postgres', q{UPDATE scim_cursor_secret SET secret = sha256(secret) || sha256('other')});
is_deeply([ sort map { told($polling) } 1 .. 3 ], [ sort "$id " . uri_of($id[0]), map { "$other " . uri_of($id[$_]) } 2, 3 ], 'another secret: each is told, without a version');
is(told_all($polling, change($node, 0, 2, 3)), 'all', 'and then what comes');
like($polling->stderr, qr/changes cannot be asked for: INVALID_CURSOR[^\n]+\n.*asked for again/s, 'the log says why');
is($polling->finish, 0, 'exit code');

# ---- a standby, which is promoted

my $first = ScimverBridge->new_node('live_primary', allows_streaming => 1);
@id = map { $first->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "user $_"}')->>'id'}) } 0 .. 3;
$first->backup('backup');
my $second = PostgreSQL::Test::Cluster->new('live_standby');
$second->init_from_backup($first, 'backup', has_streaming => 1);
$second->start;
my $both = ScimverBridge->new(args => [ '--poll', '50' ], conninfo => join ' ', 'dbname=postgres',
	'host=' . join(',', map { $_->host } $first, $second), 'port=' . join(',', map { $_->port } $first, $second));
$id = listen_to($both, resources => [ map { uri_of($_) } @id ], tools => 1);
acknowledged($both, $id);
is(told_all($both, change($first, 0 .. 3)), 'all', 'on the primary');
change($first, 1);    # told, or not any more
$first->wait_for_catchup($second);
$first->stop('immediate');
my $log = '';
$log = $both->stderr until $log =~ /cannot be asked for/;
$second->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'}) or die 'it does not come to the standby';
$second->promote;
my %anew = map { ($_ => '') } 0 .. 3;
is(told_all($both, %anew), 'all', 'promoted: all are told, without a version');
is(told_all($both, change($second, 0 .. 3)), 'all', 'and then what comes');
my $late = listen_to($both, resources => [ uri_of($id[0]) ]);
is_deeply(acknowledged($both, $late), { resourceSubscriptions => [ uri_of($id[0]) ] }, 'others may subscribe');
is($both->finish, 0, 'exit code');
is(finished($both, $_), "complete $_", 'they were never ended') foreach $id, $late;

# A standby that stays one tells nothing of changes; the tools it does tell of.
$first = PostgreSQL::Test::Cluster->new('live_standby_still');
$second->backup('again');
$first->init_from_backup($second, 'again', has_streaming => 1);
$first->start;
my $standby = ScimverBridge->new(args => [ '--poll', '50' ], conninfo => $first->connstr('postgres'));
is($standby->roundtrip('subscriptions/listen', { _meta => \%ScimverBridge::modern_meta, notifications => { resourceSubscriptions => [ uri_of($id[0]) ] } })->{error}{code},
	-32603, 'a standby: resources cannot be watched');
my $tools = listen_to($standby, tools => 1);
acknowledged($standby, $tools);
$standby->roundtrip('tools/list', { _meta => \%ScimverBridge::modern_meta });
$second->safe_psql('postgres', 'DROP TABLE users CASCADE');
is(told($standby), "$tools tools/list_changed", 'a standby: the list of tools can');
is($standby->finish, 0, 'exit code');

done_testing();
