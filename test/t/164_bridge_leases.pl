# Leases of agents, over bridge processes of their own.  8 agents that take a lease for
# each step count to the sum of their steps; without leases they do not.  A holder that
# is stopped until its lease has expired, and goes on, is told so, and changes nothing:
# what its successors did stands.
#
# SCIMVER_LEASE_STEPS sets how often each agent counts (default 500).
use strict;
use warnings;
use FindBin;
use IO::Select;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $steps = $ENV{SCIMVER_LEASE_STEPS} || 500;
my $node = ScimverBridge->new_node('leases', conf => "log_statement = none\n");

sub new_bridge
{
	my ($name) = @_;
	my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres') . " application_name='$name'", args => [ '--pool', '1' ]);

	$bridge->initialize(clientInfo => { name => $name, version => '1' });
	return $bridge;
}

sub new_user
{
	my ($name) = @_;
	return $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "$name", "title": "0"}') ->> 'id'});
}

sub title_of
{
	my ($user) = @_;
	return $node->safe_psql('postgres', "SELECT data ->> 'title' FROM users WHERE id = '$user'");
}

# ---- 8 agents that count ----

my (@agents, @waiting);

sub check
{
	my ($right, $answer) = @_;

	die 'unforeseen: ' . ScimverBridge->encode($answer) unless $right;
	return;
}

sub ask
{
	my ($agent, $next, $tool, %arguments) = @_;

	@{$agent}{qw(next number)} = ($next, $agent->{bridge}->start_call($tool, \%arguments));
	return;
}

sub acquire
{
	my ($agent) = @_;
	return ask($agent, \&read_count, 'scim_lease', action => 'acquire', resource_type => 'User', resource_id => $agent->{counter},
		seconds => 600, purpose => 'to count');
}

# Whoever is refused waits until somebody lets go.
sub read_count
{
	my ($agent, $envelope) = @_;
	my $content = $envelope->{content};

	if (!$envelope->{success})
	{
		check($content->{error_code} eq 'LEASE_HELD' && $content->{holder} =~ /^agent \d$/ && $content->{purpose} eq 'to count', $envelope);
		check($content->{retry_after_ms} > 300_000 && $content->{retry_after_ms} <= 600_000, $envelope);
		push @waiting, $agent;
		return;
	}
	$agent->{lease} = { lease_id => $content->{lease_id} };
	$agent->{version} = $content->{version};
	return ask($agent, \&write_next, 'scim_get_user', user_id => $agent->{counter}, attributes => [ 'userName', 'title' ]);
}

# Half of them by a patch.  Whoever holds it has been told what he holds.
sub write_next
{
	my ($agent, $envelope) = @_;
	my $next = { title => '' . ($envelope->{content}{title} + 1) };
	my %target = (user_id => $agent->{counter}, %{ $agent->{lease} // {} });

	check(!$agent->{leases} || $envelope->{metadata}{version} eq $agent->{version}, $envelope);
	return ask($agent, \&release, 'scim_patch_user', %target, operations => [ { op => 'replace', value => $next } ]) if $agent->{patches};
	return ask($agent, \&release, 'scim_update_user', %target, user_data => { userName => $envelope->{content}{userName}, %$next });
}

sub release
{
	my ($agent, $envelope) = @_;

	check($envelope->{success}, $envelope);
	return go_on($agent) unless $agent->{leases};
	return ask($agent, \&go_on, 'scim_lease', action => 'release', %{ $agent->{lease} });
}

# One of those who wait tries again, beside whoever has let go.
sub go_on
{
	my ($agent, $envelope) = @_;

	check(!$envelope || $envelope->{success}, $envelope);
	acquire(shift @waiting) if @waiting;
	begin($agent) if --$agent->{left};
	return;
}

sub begin
{
	my ($agent) = @_;

	return acquire($agent) if $agent->{leases};
	return ask($agent, \&write_next, 'scim_get_user', user_id => $agent->{counter}, attributes => [ 'userName', 'title' ]);
}

# The agents with a call under way: those whose answer is there, at least one.
sub answered
{
	my @asked = grep { $_->{next} } @agents;
	my @read = grep { @{ $_->{bridge}{messages} } || length $_->{bridge}{buffer} } @asked;

	return @read if @read;
	my %ready = map { fileno $_ => 1 } IO::Select->new(map { $_->{bridge}{out} } @asked)->can_read($PostgreSQL::Test::Utils::timeout_default);
	return grep { $ready{ fileno $_->{bridge}{out} } } @asked;
}

# All of them at once, each with one call under way; returns what was counted.
sub count_together
{
	my ($name, $leases, $left) = @_;
	my $counter = new_user($name);

	%$_ = (%$_, counter => $counter, leases => $leases, left => $left) foreach @agents;
	begin($_) foreach @agents;
	while (grep { $_->{left} } @agents)
	{
		my @ready = answered();
		foreach my $agent (@ready)
		{
			my $next = delete $agent->{next};
			$next->($agent, $agent->{bridge}->envelope($agent->{number}));
		}
		# all may have been refused by one who has let go meanwhile
		if (!grep { $_->{next} } @agents) { acquire($_) foreach splice @waiting; }
		die 'nobody answers' unless @ready;
	}
	return title_of($counter);
}

@agents = map { { bridge => new_bridge("agent $_"), patches => $_ % 2 } } 1 .. 8;
is(count_together('counter', 1, $steps), 8 * $steps, "8 agents that hold it count to the sum of their steps");
is($node->safe_psql('postgres', 'SELECT count(*) FROM scim_leases'), '0', '... and nothing is left');
@agents = map { { bridge => $_->{bridge}, patches => $_->{patches} } } @agents;
cmp_ok(count_together('lossy', 0, 50), '<', 400, 'without leases they lose some');
is($_->{bridge}->finish, 0, 'exit code') foreach @agents;

# ---- a holder that sleeps too long ----

sub take
{
	my ($bridge, $type, $id, $seconds) = @_;
	my $envelope = $bridge->call('scim_lease', { action => 'acquire', resource_type => $type, resource_id => $id, seconds => $seconds });

	die ScimverBridge->encode($envelope) unless $envelope->{success};
	return $envelope->{content};
}

sub wait_until_expired
{
	my ($expires_at) = @_;
	$node->poll_query_until('postgres', "SELECT clock_timestamp() > '$expires_at'") or die 'it does not expire';
	return;
}

# The process of the server that the bridge talks to, when it waits for a call.
sub backend_of
{
	my ($name) = @_;
	my $pid = "SELECT pid FROM pg_stat_activity WHERE application_name = '$name' AND state = 'idle' AND wait_event = 'ClientRead'";

	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($pid) a") or die 'no backend';
	return $node->safe_psql('postgres', $pid);
}

my $group = $node->safe_psql('postgres', q{SELECT scim_create_group('{"displayName": "held"}') ->> 'id'});
my $successor = new_bridge('successor');
$successor->call('scim_get_user', { user_id => new_user('anybody') });

# Calls on the resource of that id, and of a user's name.
sub update_user { my ($id, $name) = @_; return ('scim_update_user', { user_id => $id, user_data => { userName => $name, title => 'sleeper' } }); }

sub patch_user { my ($id) = @_; return ('scim_patch_user', { user_id => $id, operations => [ { op => 'replace', path => 'title', value => 'sleeper' } ] }); }

sub delete_user { my ($id) = @_; return ('scim_delete_user', { user_id => $id }); }

sub add_member
{
	my ($id, $name) = @_;
	return ('scim_patch_group', { group_id => $id, operations => [ { op => 'add', path => 'members', value => [ { value => new_user("member $name") } ] } ] });
}

# What the holder is to do when it wakes up, and what has become of the resource: nobody
# took it, a successor holds it, or has written and let go.
my @plans = (
	[ 'free', 'an update, and nobody took it', 'User', \&update_user ],
	[ 'held', 'an update, and it is held by a successor', 'User', \&update_user ],
	[ 'done', 'a patch, and a successor has written and let go', 'User', \&patch_user ],
	[ 'done', 'a delete, and a successor has written and let go', 'User', \&delete_user ],
	[ 'free', 'a member, and nobody took it', 'Group', \&add_member ]);

sub succeed
{
	my ($plan) = @_;
	my $lease = take($successor, $plan->{type}, $plan->{id}, 600)->{lease_id};

	$successor->call('scim_patch_user', { user_id => $plan->{id}, lease_id => $lease, operations => [ { op => 'replace', path => 'title', value => 'successor' } ] })->{success}
	  or die 'the successor does not write';
	$successor->call('scim_lease', { action => 'release', lease_id => $lease }) unless $plan->{fate} eq 'held';
	return;
}

# What the group's version says of its members, what the user's title says of writers.
sub state_of
{
	my ($plan) = @_;
	return $node->safe_psql('postgres', $plan->{type} eq 'User' ? "SELECT data ->> 'title' FROM users WHERE id = '$plan->{id}'" : "SELECT version FROM groups WHERE id = '$plan->{id}'");
}

# It is stopped before the call is read: by the bridge, or by the server.
foreach my $what ('bridge', 'backend')
{
	my $sleeper = new_bridge("sleeper $what");
	my @planned = map { { fate => $_->[0], name => $_->[1], type => $_->[2], call => $_->[3], user => "$what $_->[1]" } } @plans;

	foreach my $plan (@planned)
	{
		$plan->{id} = $plan->{type} eq 'Group' ? $group : new_user($plan->{user});
		@{$plan}{qw(tool arguments)} = $plan->{call}->($plan->{id}, $plan->{user});
	}
	$_->{lease} = take($sleeper, $_->{type}, $_->{id}, 1) foreach @planned;
	my $pid = $what eq 'bridge' ? $sleeper->{pid} : backend_of("sleeper $what");
	kill 'STOP', $pid;
	$_->{number} = $sleeper->start_call($_->{tool}, { %{ $_->{arguments} }, lease_id => $_->{lease}{lease_id} }) foreach @planned;
	wait_until_expired($_->{lease}{expires_at}) foreach @planned;
	succeed($_) foreach grep { $_->{fate} ne 'free' } @planned;
	my %before = map { $_->{name} => state_of($_) } @planned;
	kill 'CONT', $pid;
	foreach my $plan (@planned)
	{
		my $content = $sleeper->envelope($plan->{number})->{content};
		is(join(' ', $content->{error_code} // 'done', $content->{lease_id} // ''), "LEASE_LOST $plan->{lease}{lease_id}", "$what stopped: $plan->{name}: LEASE_LOST");
		is(state_of($plan), $before{ $plan->{name} }, '... and nothing is changed');
	}

	# It reads again, takes another lease, and goes on; what it has lost stays lost.
	my $plan = $planned[0];
	my $renewed = $sleeper->call('scim_lease', { action => 'renew', lease_id => $plan->{lease}{lease_id} });
	is($renewed->{content}{error_code}, 'LEASE_LOST', "$what stopped: what has expired cannot be renewed");
	ok($sleeper->call('scim_lease', { action => 'release', lease_id => $plan->{lease}{lease_id} })->{success}, '... and is released all the same');
	my $lease = take($sleeper, 'User', $plan->{id}, 600)->{lease_id};
	is($sleeper->call($plan->{tool}, { %{ $plan->{arguments} }, lease_id => $plan->{lease}{lease_id} })->{content}{error_code}, 'LEASE_LOST',
		'... nor used while it has another one');
	ok($sleeper->call($plan->{tool}, { %{ $plan->{arguments} }, lease_id => $lease })->{success}, '... which it writes with');
	is($sleeper->call($planned[1]{tool}, $planned[1]{arguments})->{content}{error_code}, 'LEASE_HELD', '... as its successor does, of what that has taken');
	is($sleeper->finish, 0, 'exit code');
}
is($successor->finish, 0, 'exit code');

done_testing();
