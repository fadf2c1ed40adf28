# scimver-mcp: crash and restart of the server, loss of connections, kill -9.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

# synchronous_commit is off in the server: an acknowledged write must be there all the same.
my $node = ScimverBridge->new_node('crash', conf => "synchronous_commit = off\n");
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "held"}')->>'id'});

sub waiting
{
	$node->poll_query_until('postgres',
		q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'scimver-mcp%'})
	  or die 'no call waits';
	return;
}

# kill -9 of the bridge in the middle of a write: nothing half done.
my $session = $node->background_psql('postgres');
$session->query_safe("BEGIN; SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
my $bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
$bridge->start_call('scim_create_group', { group_data => { displayName => 'whole',
	members => [ { value => $id } ] } });
waiting();
$bridge->kill('KILL');
is($bridge->wait_exit, -9, 'the bridge is killed');
$session->query_safe('COMMIT');
$session->quit;
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
is($node->safe_psql('postgres', q{SELECT count(*) FROM groups g WHERE member_count <>
	(SELECT count(*) FROM groups_members m WHERE m.group_id = g.id) OR version <> scim_version(scim_get_group(id::text))}), '0',
	'kill -9 of the bridge leaves nothing half done');

# A connection ends below a call: a write is unknown, a read can be repeated.  (The
# bridge asks for the tools before: on a new connection that waits for the lock as
# well, and no write is sent before it is answered.)
sub ended_below
{
	my ($tool, $arguments) = @_;
	my $lock = $node->background_psql('postgres');
	$lock->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
	my $call = $bridge->start_call($tool, $arguments);
	waiting();
	$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND application_name LIKE 'scimver-mcp%'});
	my $envelope = $bridge->envelope($call);
	$lock->query_safe('COMMIT');
	$lock->quit;
	return $envelope->{content}{error_code};
}
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
is(ended_below('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => 'x' } }), 'RETRY_LATER',
	'a write is RETRY_LATER as long as the tools are not known');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'now they are');
is(ended_below('scim_get_user', { user_id => $id }), 'RETRY_LATER', 'a read whose connection ends is RETRY_LATER');
is(ended_below('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => 'x' } }), 'OUTCOME_UNKNOWN',
	'a write whose connection ends is OUTCOME_UNKNOWN');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'the next call has a new connection');

# A restart between calls: the idle connection is seen to be gone, so even a
# write is only sent over a living one.
$node->restart;
ok($bridge->call('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => 'after restart' } })->{success},
	'the first write after a restart works');

# The same when the end of the connection and the next call are seen at once.
my $refused = 0;
foreach my $round (1 .. 10)
{
	$bridge->kill('STOP');
	$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
	$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
	my $call = $bridge->start_call('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => "round $round" } });
	$bridge->kill('CONT');
	$refused++ unless $bridge->envelope($call)->{success};
}
is($refused, 0, 'nothing is sent over a connection that is known to have ended');

$node->stop('fast');
is($bridge->call('scim_delete_user', { user_id => $id })->{content}{error_code}, 'RETRY_LATER', 'without a server: RETRY_LATER');
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'without a server: ping');
is($bridge->roundtrip('tools/list')->{error}{code}, -32603, 'without a server: tools/list is -32603');
$node->start;
ok($bridge->call('scim_user_exists', { user_id => $id })->{content}{exists}, 'with the server again: the call works, and nothing was deleted');
is($bridge->finish, 0, 'exit code');

# The server crashes while bridges write.  Every acknowledged write is there
# afterwards; of one that was not, the answer never says more than it knows.
my $rounds = 3;
foreach my $round (1 .. $rounds)
{
	my @bridges = map { ScimverBridge->new(conninfo => $conninfo) } 1 .. 3;
	my (%sent, %acknowledged, %denied, %unknown, @lines);
	foreach my $n (0 .. $#bridges)
	{
		$bridges[$n]->initialize;
		$bridges[$n]->call('scim_get_user', { user_id => $id });
		foreach my $i (1 .. 400)
		{
			my $name = "r$round-b$n-$i";
			my $number = $bridges[$n]{next_id}++;
			$sent{$n}{$number} = $name;
			$lines[$n] .= $bridges[$n]->encode({ jsonrpc => '2.0', id => $number, method => 'tools/call',
				params => { name => 'scim_create_user', arguments => { user_data => { userName => $name } } } }) . "\n";
		}
	}

	# all at once, so that most of them wait when the server goes
	$bridges[$_]->send_raw($lines[$_]) foreach 0 .. $#bridges;

	my $read = sub {
		my ($n) = @_;
		my $message = $bridges[$n]->message or return 0;
		my $name = delete $sent{$n}{ $message->{id} } or die 'an answer that nobody waits for';
		my $envelope = $message->{result}{structuredContent};
		if ($envelope->{success}) { $acknowledged{$name} = 1 }
		elsif ($envelope->{content}{error_code} eq 'OUTCOME_UNKNOWN') { $unknown{$name} = 1 }
		elsif ($envelope->{content}{error_code} eq 'RETRY_LATER') { $denied{$name} = 1 }
		else { die $bridges[$n]->encode($envelope) }
		return 1;
	};
	foreach my $n (0 .. $#bridges) { $read->($n) for 1 .. 5; }
	kill 'QUIT', $node->{_pid};    # as pg_ctl stop -m immediate does, but at once
	$node->stop('immediate', fail_ok => 1);
	foreach my $n (0 .. $#bridges) { 1 while %{ $sent{$n} } && $read->($n); }
	is(scalar(map { %{ $sent{$_} } } keys %sent), 0, "crash $round: every call was answered");
	$node->start;

	my %there = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', 'SELECT user_name FROM users');
	is_deeply([ grep { !$there{$_} } sort keys %acknowledged ], [], "crash $round: every acknowledged write is there");
	is_deeply([ grep { $there{$_} } sort keys %denied ], [], "crash $round: nothing is there of what was said not to have been sent");
	cmp_ok(scalar keys %denied, '>', 0, "crash $round: it came in the middle");
	note(sprintf '%d acknowledged, %d unknown (%d of them there), %d not sent',
		scalar keys %acknowledged, scalar keys %unknown, scalar(grep { $there{$_} } keys %unknown), scalar keys %denied);
	foreach my $other (@bridges)
	{
		ok($other->call('scim_get_user', { user_id => $id })->{success}, "crash $round: the same bridge goes on");
		is($other->finish, 0, "crash $round: exit code");
		unlike($other->stderr, qr/r$round-b/, "crash $round: no data in the log");
	}
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM users WHERE version <> scim_version(scim_get_user(id::text))'), '0',
	'every version is right');

done_testing();
