# scimver-mcp --timeout: a call that takes too long ends, and its answer says
# what became of it.
#
# Calls are held up by locks or by a stopped process; how long anything takes is
# never looked at.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('timeout', conf => "max_connections = 60\n");
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "held"}')->>'id'});
my $ours = q{application_name LIKE 'scimver-mcp%'};
my $ask_for_less = qr/^Ask for less: a smaller count, a narrower filter, fewer attributes/;

sub bridge
{
	my ($connection, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $connection, args => [ '--timeout', '1', @args ]);
	$bridge->initialize;
	return $bridge;
}

sub until_true { $node->poll_query_until('postgres', "SELECT $_[0]") or die "never: $_[0]"; return; }

# What this session does goes on until it is released.
sub hold
{
	my $session = $node->background_psql('postgres');
	$session->query_safe("BEGIN; $_[0]");
	return $session;
}

sub release { $_[0]->query_safe('COMMIT'); $_[0]->quit; return; }

sub update
{
	my ($bridge, $title) = @_;
	return $bridge->start_call('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => $title } });
}

sub title { return $node->safe_psql('postgres', "SELECT coalesce(data->>'title', '') FROM users WHERE id = '$id'"); }

sub backends { return split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE $ours ORDER BY backend_start"); }

# A write and a read that take too long: nothing was done, the connection serves on.
my $bridge = bridge($conninfo, '--pool', '1');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'a call within the limit');
my @before = backends();
my $session = hold("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
is_deeply($bridge->envelope(update($bridge, 'late')),
	{   success => JSON::PP::false,
		content => {
			error => 'The call was ended, because it took longer than the limit: 1 second.',
			error_code => 'RETRY_LATER', retryable => JSON::PP::true,
			next_steps => ['Nothing was changed: make the same call again in a moment.'] },
		metadata => { operation => 'update_user' } },
	'a write that takes too long');
release($session);
is(title(), '', 'it did nothing');
$session = hold('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
my $content = $bridge->call('scim_list_users', {})->{content};
is("$content->{error_code} $content->{error}", 'RETRY_LATER The call was ended, because it took longer than the limit: 1 second.',
	'a read that takes too long');
like($content->{next_steps}[0], $ask_for_less, 'it is told to ask for less');
release($session);
ok($bridge->envelope(update($bridge, 'in time'))->{success}, 'the next call');
is(title(), 'in time', 'takes effect');
is_deeply([ backends() ], \@before, 'on the same connection');

# Before the call's statement there are others, which may take too long as well.
$session = hold('LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
my $other = bridge($conninfo);
$content = $other->call('scim_delete_user', { user_id => $id })->{content};
is("$content->{error_code} $content->{error}", 'RETRY_LATER The call was ended, because it took longer than the limit: 1 second.',
	'a lookup that takes too long');
like($other->roundtrip('tools/list')->{error}{message}, qr/longer than the limit: 1 second/, 'tools/list, too');
release($session);
ok($other->call('scim_user_exists', { user_id => $id })->{content}{exists}, 'nothing was deleted, and calls work again');
is($other->finish, 0, 'exit code');

# The server knows the limit: a statement ends though its bridge is gone.
$session = hold("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
$other = bridge($conninfo);
update($other, 'orphan');
until_true("count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
$other->kill('KILL');
$other->wait_exit;
until_true("count(*) = 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
release($session);
is(title(), 'in time', 'the statement of a bridge that was killed ends by itself');
is($bridge->finish, 0, 'exit code');

# Other limits: a lower one of the role stays and is named, a higher one or none gives way.
$node->safe_psql('postgres', q{
	CREATE ROLE quick LOGIN; ALTER ROLE quick SET statement_timeout = '500ms';
	CREATE ROLE patient LOGIN; ALTER ROLE patient SET statement_timeout = '1h';
	GRANT CREATE ON SCHEMA public TO patient;
	SELECT scim_grant_tenant('default', 'quick'); SELECT scim_grant_tenant('default', 'patient');
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN NEW.data = NEW.data || jsonb_build_object('nickName', current_setting('statement_timeout')); RETURN NEW; END $$;
	CREATE TRIGGER a_note BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();});
foreach my $case ([ 'quick', '500ms', '0.5 seconds.' ], [ 'patient', '1s', '1 second.' ])
{
	my ($role, $setting, $limit) = @$case;
	$other = bridge("$conninfo user=$role");
	is($other->envelope(update($other, $role))->{content}{nickName}, $setting, "$role: statement_timeout of a call");
	$session = hold('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
	like($other->call('scim_get_user', { user_id => $id })->{content}{error}, qr/longer than the limit: \Q$limit\E$/, "$role: the limit");
	release($session);
	is($other->finish, 0, 'exit code');
}
$node->safe_psql('postgres', 'DROP TRIGGER a_note ON users');

# Somebody else's cancel is none of ours.
$other = ScimverBridge->new(conninfo => $conninfo);
$other->initialize;
$session = hold("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
my $call = update($other, 'cancelled');
until_true("count(pg_cancel_backend(pid)) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
is($other->envelope($call)->{content}{error}, 'The database interrupted the call.', "an administrator's cancel is not taken for the limit");
release($session);
is($other->finish, 0, 'exit code');

# statement_timeout does not reach the COMMIT, the bridge's own timer does.
$node->safe_psql('postgres', q{
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER wait AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.data->>'title' = 'waits') EXECUTE FUNCTION wait();});
$bridge = bridge($conninfo, '--pool', '2');
$session = hold('SELECT pg_advisory_xact_lock(1)');
$content = $bridge->envelope(update($bridge, 'waits'))->{content};
is("$content->{error_code} $content->{error}", 'RETRY_LATER The call was ended, because it took longer than the limit: 1 second.',
	'a COMMIT that takes too long, but is rolled back');
release($session);
isnt(title(), 'waits', 'nothing was done');

# Near the limit: whatever comes first, the answer is what happened.
$node->safe_psql('postgres', q{
	CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep((NEW.data->>'title')::float); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nap();});
$other = bridge($conninfo, '--pool', '40');
my %calls = map { $_ => $other->start_call('scim_create_user', { user_data => { userName => "race $_", title => '' . (0.3 + $_ / 50) } }) } 1 .. 40;
my %said = map { $_ => $other->envelope($calls{$_}) } keys %calls;
is_deeply([ sort grep { $said{$_}{success} } keys %said ],
	[ sort split /\n/, $node->safe_psql('postgres', q{SELECT substr(user_name, 6) FROM users WHERE user_name LIKE 'race %'}) ],
	'what is answered as done is there, and nothing else');
is_deeply([ grep { !$said{$_}{success} && $said{$_}{content}{error_code} ne 'RETRY_LATER' } keys %said ], [], 'all else is RETRY_LATER');
note(scalar(grep { $_->{success} } values %said) . ' of 40 were done');
is($other->finish, 0, 'exit code');
$node->safe_psql('postgres', 'DROP TRIGGER nap ON users');

# A server that does not answer at all, nor to a cancel.  The write is done later:
# nobody could have known.
$bridge->call('scim_get_user', { user_id => $id });
$session = hold("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
my $write = update($bridge, 'unknown');
until_true("count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
my ($writing) = split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
kill 'STOP', $writing;
my $read = $bridge->start_call('scim_get_user', { user_id => $id });
ok($bridge->envelope($read)->{success}, 'another call goes on');
my ($reading) = grep { $_ != $writing } backends();
kill 'STOP', $reading;
$read = $bridge->start_call('scim_get_user', { user_id => $id });
$content = $bridge->envelope($write)->{content};
is("$content->{error_code} $content->{error}", 'OUTCOME_UNKNOWN The database gave no answer within the limit: 1 second.', 'a write without any answer');
like($content->{next_steps}[0], qr/read the resource/, 'what to do');
$content = $bridge->envelope($read)->{content};
is("$content->{error_code} $content->{error}", 'RETRY_LATER The database gave no answer within the limit: 1 second.', 'a read without any answer');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'both connections are replaced');
kill 'CONT', $reading, $writing;
until_true("count(*) = 0 FROM pg_stat_activity WHERE pid IN ($reading, $writing)");
release($session);
like($bridge->stderr, qr/does not answer/, 'the log says so');
is($bridge->finish, 0, 'exit code');

# A statement of which a part was never sent is never done, though the server
# goes on later.
$bridge = bridge($conninfo, '--pool', '1');
$bridge->call('scim_get_user', { user_id => $id });
my ($deaf) = backends();
kill 'STOP', $deaf;
$content = $bridge->call('scim_create_user', { user_data => { userName => 'half', title => 'x' x 3_000_000 } })->{content};
is("$content->{error_code} $content->{error}", 'RETRY_LATER The call was ended, because it took longer than the limit: 1 second.',
	'a server that does not read');
kill 'CONT', $deaf;
until_true("count(*) = 0 FROM pg_stat_activity WHERE pid = $deaf");
is($node->safe_psql('postgres', q{SELECT count(*) FROM users WHERE user_name = 'half'}), '0', 'nothing is done later');

# A cancel request that does not come back costs a connection, but no place in the pool.
is($bridge->finish, 0, 'exit code');
$bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--pool', '1' ]);
$bridge->initialize;
$bridge->call('scim_get_user', { user_id => $id });
$session = hold("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
$call = update($bridge, 'given up');
until_true("count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
my $postmaster = $node->{_pid};
kill 'STOP', $postmaster;
$bridge->notify('notifications/cancelled', { requestId => $call });
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'the cancellation has arrived');
release($session);
$call = $bridge->start_call('scim_user_exists', { user_id => $id });
my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;
until ($bridge->stderr =~ /does not come back/ || --$attempts == 0) { select undef, undef, undef, 0.1 }
kill 'CONT', $postmaster;
cmp_ok($attempts, '>', 0, 'the connection is closed');
ok($bridge->envelope($call)->{content}{exists}, 'the next call has another connection');
is($bridge->finish, 0, 'exit code');

# The end of the process waits for nobody for ever, and still tells what it knows.
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
ok($bridge->envelope(update($bridge, 'first'))->{success}, 'a write');
my ($last) = backends();
kill 'STOP', $last;
$call = update($bridge, 'last');
$bridge->kill('TERM');
is($bridge->envelope($call)->{content}{error_code}, 'OUTCOME_UNKNOWN', 'SIGTERM, and no answer of the database');
is($bridge->finish, 0, 'exit code');
kill 'CONT', $last;

done_testing();
