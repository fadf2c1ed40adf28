# scimver-mcp: the database fails under writes, and what is said of them is what was
# committed; the same call again is done once. Of calls with an idempotency_key, and of such
# as a user was asked for, in both eras.
#
# Where each call is when that happens is no chance: it waits for rows that a prepared
# transaction holds, so that nothing is committed; or for a standby that there is not, and
# then it is committed, and not answered yet.
use strict;
use warnings;
use FindBin;
use JSON::PP ();
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverAsked;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('outcomes', conf => "scimver.max_attempts = 0\nsynchronous_commit = local\nmax_prepared_transactions = 2\nmax_connections = 50\n", allows_streaming => 1);
my $conninfo = $node->connstr('postgres') . " options='-c synchronous_commit=on'";
my $made = 0;

sub value { return $node->safe_psql('postgres', $_[0]); }

sub set
{
	my ($name, $value) = @_;
	$node->append_conf('postgresql.conf', "$name = '$value'\n");
	return;
}

# ---- calls: what is called, how often it was written, and how another writer takes it back

sub user
{
	my $name = 'user' . ++$made;
	return (value(qq{SELECT scim_create_user('{"userName": "$name", "title": "first"}') ->> 'id'}), $name);
}

sub group { return value(qq{SELECT scim_create_group('{"displayName": "group @{[ ++$made ]}"}') ->> 'id'}); }

# How often the user was written after the test had done so.
sub writes_of_user
{
	my ($id) = @_;
	my $others = value("SELECT revision FROM users WHERE id = '$id'");
	return sub { return value("SELECT revision - $others FROM users WHERE id = '$id'"); }
}

sub undo_of_user
{
	my ($id) = @_;
	return sub { value(qq{UPDATE users SET data = data || '{"title": "later"}' WHERE id = '$id'}); };
}

sub groups_of
{
	my ($id) = @_;
	return sub { return value("SELECT count(*) FROM groups_members WHERE member_id = '$id'"); }
}

sub patched { return [ { op => 'add', path => 'title', value => 'mine' } ]; }

my %calls = (
	'a patch' => sub {
		my ($id) = user();
		return (tool => 'scim_patch_user', arguments => { user_id => $id, operations => patched() }, writes => writes_of_user($id),
			undo => undo_of_user($id));
	},
	'a create' => sub {
		my ($id) = user();
		return (tool => 'scim_create_group', arguments => { group_data => { displayName => "made $made", members => [ { value => $id } ] } }, writes => groups_of($id));
	},
	'a change of members' => sub {
		my ($id) = user();
		my $group = group();
		my $before = value("SELECT revision FROM groups WHERE id = '$group'");
		return (tool => 'scim_modify_group_members', arguments => { group_id => $group, add => [$id] },
			writes => sub { return value("SELECT revision - $before FROM groups WHERE id = '$group'"); },
			undo => sub { value("DELETE FROM groups_members WHERE group_id = '$group'"); });
	},
	'a bulk' => sub {
		my ($id) = user();
		return (tool => 'scim_bulk', arguments => { request => [ { method => 'PATCH', path => "/Users/$id", data => patched() } ] }, writes => writes_of_user($id),
			undo => undo_of_user($id));
	});

# What the user is asked for: a stale version.
sub conflict
{
	my ($name, %arguments) = @_;
	my $id = $arguments{user_id};
	my $version = value("SELECT version FROM users WHERE id = '$id'");

	value(qq{UPDATE users SET data = data || '{"title": "theirs"}' WHERE id = '$id'});
	return (tool => $name, arguments => { %arguments, expected_version => $version, on_conflict => 'ask_user' }, writes => writes_of_user($id), asks => 1);
}

my %conflicts = (
	'a patch that was asked for' => sub {
		my ($id) = user();
		return conflict('scim_patch_user', user_id => $id, operations => patched());
	},
	'an update that was asked for' => sub {
		my ($id, $name) = user();
		return conflict('scim_update_user', user_id => $id, user_data => { userName => $name, title => 'mine' });
	});

# All of them, each with a bridge of its own; whose user is asked, is asked.
sub begin
{
	my @all;

	foreach my $name (sort keys %calls)
	{
		push @all, { name => $name, era => $_, key => 1, $calls{$name}->() } foreach 'legacy', 'modern';
	}
	foreach my $era ('legacy', 'modern')
	{
		push @all, { name => $_, era => $era, $conflicts{$_}->() } foreach sort keys %conflicts;
		push @all, { name => 'a patch with a key that was asked for', era => $era, key => 1, $conflicts{'a patch that was asked for'}->() };
	}
	foreach my $call (@all)
	{
		my $client = $call->{client} = ScimverAsked->new($call->{era}, conninfo => $conninfo);

		$call->{arguments}{idempotency_key} = 'key ' . ++$made if $call->{key};
		$call->{name} = "$call->{era}: $call->{name}";
		if ($call->{asks}) { $client->call(@$call{ 'tool', 'arguments' })->{asked} or die "$call->{name}: nobody is asked"; }
		else { $client->call('scim_server_info', {})->{success} or die $call->{name}; }
	}
	return @all;
}

# The call, or the answer to what was asked for it.
sub send_call
{
	my ($call) = @_;

	if ($call->{asks}) { $call->{client}->start_answer(decides('apply_mine')); }
	else { $call->{client}->start(@$call{ 'tool', 'arguments' }); }
	return;
}

# The same again, until it ends: whoever is asked anew decides as before.
sub repeat_call
{
	my ($call) = @_;
	my $client = $call->{client};

	if ($call->{asks} && $call->{era} eq 'modern') { $client->start_answer(decides('apply_mine')); }
	else { $client->start(@$call{ 'tool', 'arguments' }); }
	my $outcome = $client->outcome;
	$outcome = $client->answer(decides('apply_mine')) while $outcome->{asked};
	return $outcome;
}

# ---- where they wait, and what fails then

my $ours = q{FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'};

my %places = (
	'nothing committed' => {
		hold => sub { value(q{BEGIN; SELECT FROM users FOR UPDATE; SELECT FROM groups FOR UPDATE; PREPARE TRANSACTION 'held'}); },
		waiting => q{wait_event_type = 'Lock'},
		release => sub { value(q{ROLLBACK PREPARED 'held'}); } },
	# a question outlives the restart
	'all committed' => {
		hold => sub { set('synchronous_standby_names', 'nobody'); $node->restart; },
		waiting => q{wait_event = 'SyncRep'},
		committed => 1,
		end => sub { set('synchronous_standby_names', ''); },
		release => sub { $node->reload; } });

my %failures = (
	'terminated' => sub { value("SELECT pg_terminate_backend(pid) $ours"); },
	'a fast restart' => sub { $node->stop('fast'); $node->start; },
	'a crash' => sub { $node->stop('immediate'); $node->start; });

foreach my $where (sort keys %places)
{
	my $place = $places{$where};

	foreach my $failure (sort keys %failures)
	{
		my @calls = begin();
		my $written = $place->{committed} // 0;
		my $count = @calls;

		$place->{hold}->();
		send_call($_) foreach @calls;
		$node->poll_query_until('postgres', "SELECT count(*) = $count $ours AND $place->{waiting}") or die "$where: they do not wait: " . value("SELECT string_agg(concat_ws(' ', state, wait_event, application_name, left(query, 20)), '; ') $ours");
		$place->{end}->() if $place->{end};
		$failures{$failure}->();
		foreach my $call (@calls)
		{
			my $outcome = $call->{client}->outcome;
			is($outcome->{content}{error_code}, 'OUTCOME_UNKNOWN', "$failure, $where: $call->{name}: nobody knows") or diag explain $outcome;
			is($call->{writes}->(), $written, 'and so it is');
		}
		$place->{release}->();
		foreach my $call (@calls)
		{
			my $writes = 1;
			if ($call->{undo} && $written)
			{
				$call->{undo}->();
				$writes++;
			}
			my $outcome = repeat_call($call);
			ok($outcome->{success}, "$failure, $where: $call->{name}: the same again") or diag explain $outcome;
			is($outcome->{metadata}{repeated} // JSON::PP::false, $call->{key} && $written ? JSON::PP::true : JSON::PP::false, 'it says whether it was done before');
			is($call->{writes}->(), $writes, 'it is done once');
			is($call->{client}{bridge}->finish, 0, 'exit code');
			unlike($call->{client}{bridge}->stderr, qr/mine|key \d/, 'no data in the log');
		}
	}
}

done_testing();
