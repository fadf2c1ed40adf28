# scimver-mcp: many calls at once, and cancelled ones.
#
# A call is held up by a row lock that another session takes; that it waits is
# seen in pg_stat_activity, so nothing here depends on time.
use strict;
use warnings;
use FindBin;
use POSIX ();
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('pool');
my $conninfo = $node->connstr('postgres');
my %id = map { $_ => $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "$_"}')->>'id'}) } ('held', 'free', 'third');

sub hold
{
	my $session = $node->background_psql('postgres');
	$session->query_safe("BEGIN; SELECT 1 FROM users WHERE id = '$id{held}' FOR UPDATE");
	return $session;
}

sub release { $_[0]->query_safe('COMMIT'); $_[0]->quit; return; }

sub wait_for_waiting
{
	my ($count) = @_;
	$node->poll_query_until('postgres', qq{
		SELECT count(*) = $count FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND application_name LIKE 'scimver-mcp%'}) or die 'no call waits';
	return;
}

sub connections
{
	return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
}

sub update
{
	my ($bridge, $who, $title) = @_;
	return $bridge->start_call('scim_update_user', { user_id => $id{$who}, user_data => { userName => $who, title => $title } });
}

sub title { return $node->safe_psql('postgres', "SELECT data->>'title' FROM users WHERE id = '$id{$_[0]}'"); }

# Connections come on demand.
my $bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--pool', '3' ]);
is($bridge->roundtrip('ping')->{error} ? connections() : 'no answer', 0, 'no connection before one is needed');
$bridge->initialize;
$bridge->call('scim_get_user', { user_id => $id{free} }) for 1 .. 3;
is(connections(), 1, 'one connection for one call after the other');

# A slow call holds nobody up.
my $session = hold();
my $slow = update($bridge, 'held', 'slow');
wait_for_waiting(1);
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'ping while a call waits');
ok($bridge->call('scim_get_user', { user_id => $id{free} })->{success}, 'another call while a call waits');
is(connections(), 2, 'with a connection of its own');
ok($bridge->envelope(update($bridge, 'free', 'quick'))->{success}, 'a write while a call waits');
is_deeply($bridge->{messages}, [], 'the slow call has not been answered');

# The pool's limit: further calls queue, and are answered.
my @held = ($slow, map { update($bridge, 'held', "held $_") } 1 .. 2);
wait_for_waiting(3);
my @queued = map { $bridge->start_call('scim_get_user', { user_id => $id{$_} }) } ('free', 'third');
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'ping while all connections are busy');
is(connections(), 3, 'no more connections than --pool');
release($session);
ok($bridge->envelope($_)->{success}, 'a held call is answered in the end') foreach @held;
ok($bridge->envelope($_)->{success}, 'a queued call is answered in the end') foreach @queued;

# More calls at once than are held in memory: the input waits, none is lost.
my $writer = fork // die "fork: $!";
if ($writer == 0)
{
	$bridge->send_raw(join '', map {
		qq({"jsonrpc":"2.0","id":"many $_","method":"tools/call","params":{"name":"scim_user_exists","arguments":{"user_id":"$id{free}"}}}\n) } 1 .. 3000);
	POSIX::_exit(0);
}
my %answered;
foreach (1 .. 3000)
{
	my $message = $bridge->message;
	$answered{ $message->{id} }++ if $message->{result}{structuredContent}{content}{exists};
}
waitpid $writer, 0;
is(scalar keys %answered, 3000, '3,000 calls at once are all answered');

# A cancelled write is rolled back and not answered; its connection serves on.
$session = hold();
my $cancelled = update($bridge, 'held', 'cancelled');
wait_for_waiting(1);
my $other = update($bridge, 'third', 'not cancelled');
$bridge->notify('notifications/cancelled', { requestId => $cancelled, reason => 'changed my mind' });
ok($bridge->envelope($other)->{success}, 'a cancellation leaves another call alone');
wait_for_waiting(0);
release($session);
is(title('third'), 'not cancelled', 'which took effect');
unlike(title('held'), qr/cancelled/, 'the cancelled write is rolled back');
ok($bridge->call('scim_get_user', { user_id => $id{held} })->{success}, 'the next call works') for 1 .. 4;
is_deeply($bridge->{messages}, [], 'a cancelled call is not answered');

# A cancelled call that was not sent yet is dropped.
$session = hold();
@held = map { update($bridge, 'held', "again $_") } 1 .. 3;
wait_for_waiting(3);
my $dropped = update($bridge, 'third', 'dropped');
my $kept = update($bridge, 'free', 'kept');
$bridge->notify('notifications/cancelled', { requestId => $dropped });
$bridge->notify('notifications/cancelled', { requestId => $dropped });
$bridge->notify('notifications/cancelled', { requestId => "$kept" });    # a string is another id
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'the cancellations have arrived');
release($session);
ok($bridge->envelope($_)->{success}, 'held calls') foreach @held, $kept;
is(title('third'), 'not cancelled', 'a queued call that was cancelled does nothing');
is(title('free'), 'kept', 'the one after it does');
is($bridge->finish, 0, 'exit code');
is_deeply($bridge->{messages}, [], 'the cancelled calls were never answered');

# A cancel never hits another call: rounds of cancelled and other calls on one
# connection.  What was cancelled either was rolled back, unanswered, or it was
# committed and reported; the others all take effect.  The victims hash a
# password, which takes about as long as a cancel request needs.
$bridge = ScimverBridge->new(conninfo => "$conninfo options='-c scimver.password_cost=4'", args => [ '--pool', '1' ]);
$bridge->initialize;
$bridge->call('scim_get_user', { user_id => $id{free} });
my ($harmed, $wrong, $rolled_back) = (0, 0, 0);
foreach my $round (1 .. 300)
{
	my $victim = $bridge->start_call('scim_update_user',
		{ user_id => $id{third}, user_data => { userName => 'third', title => "victim $round", password => "pw $round" } });
	$bridge->notify('notifications/cancelled', { requestId => $victim });
	my $after = $bridge->envelope(update($bridge, 'free', "after $round"));
	$harmed++ unless $after->{success} && $after->{content}{title} eq "after $round";
	my ($reported) = grep { $_->{id} eq $victim } @{ $bridge->{messages} };
	my $there = $bridge->call('scim_get_user', { user_id => $id{third} })->{content}{title} eq "victim $round";
	$wrong++ if $there != !!($reported && $reported->{result}{structuredContent}{success});
	$rolled_back++ unless $there;
	$bridge->{messages} = [];
}
is($harmed, 0, 'no cancel hit the call after the one that was cancelled');
is($wrong, 0, 'a cancelled write is rolled back, or reported');
note("$rolled_back of 300 were rolled back");
is($bridge->finish, 0, 'exit code');

# The end of the input waits for calls under way.
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
$session = hold();
my $last = update($bridge, 'held', 'last');
wait_for_waiting(1);
close $bridge->{in};
delete $bridge->{in};
release($session);
ok($bridge->envelope($last)->{success}, 'a call under way at the end of the input is answered');
is($bridge->finish, 0, 'exit code');
is(title('held'), 'last', 'and took effect');

# SIGTERM: calls that take too long are cancelled, so that nothing stays behind.
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
$session = hold();
my $terminated = update($bridge, 'held', 'terminated');
wait_for_waiting(1);
$bridge->kill('TERM');
my $envelope = $bridge->envelope($terminated);
is($envelope->{content}{error_code}, 'RETRY_LATER', 'SIGTERM: the call is ended and answered');
is($bridge->finish, 0, 'SIGTERM: exit code');
release($session);
wait_for_waiting(0);
is(title('held'), 'last', 'SIGTERM: it did nothing');

done_testing();
