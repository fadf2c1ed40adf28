# scimver-mcp and standbys: a commit that no standby has, and a server that is
# no primary (any more).
use strict;
use warnings;
use FindBin;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $first = ScimverBridge->new_node('first', allows_streaming => 1);
my $id = $first->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "held"}')->>'id'});
my $ours = q{application_name LIKE 'scimver-mcp%'};
my $not_replicated = 'OUTCOME_UNKNOWN The write was committed here, not yet on the standby: its wait for the standby was ended.';
my $demoted = 'RETRY_LATER The database server cannot be written to: it is a standby, or has become read-only.';
my $read_only = 'PERMISSION_DENIED this connection may only read';

sub bridge
{
	my ($connection, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $connection, args => \@args);
	$bridge->initialize;
	return $bridge;
}

sub update
{
	my ($bridge, $title) = @_;
	return $bridge->start_call('scim_update_user', { user_id => $id, user_data => { userName => 'held', title => $title } });
}

# What an answer says: its title, or its error.
sub told
{
	my ($envelope) = @_;
	my $content = $envelope->{content};
	return $envelope->{success} ? "done: $content->{title}" : "$content->{error_code} $content->{error}";
}

sub write_as { return told($_[0]->envelope(update($_[0], $_[1]))); }

sub title { return $_[0]->safe_psql('postgres', "SELECT data->>'title' FROM users WHERE id = '$id'"); }

sub configure
{
	my ($node, $setting) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $setting");
	$node->reload;
	my ($name, $value) = $setting =~ /^(\w+) = '(.*)'$/ or die $setting;
	$node->poll_query_until('postgres', "SELECT current_setting('$name') = '$value'") or die "never: $setting";
	return;
}

# ---- A commit that waits for a standby that never comes.

sub while_it_waits
{
	my ($bridge, $title, $what) = @_;
	my $call = update($bridge, $title);
	$first->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND $ours")
	  or die 'no commit waits';
	ref $what ? $what->($call) : $first->safe_psql('postgres', "SELECT $what(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND $ours");
	return told($bridge->envelope($call));
}

my $bridge = bridge($first->connstr('postgres'), '--pool', '1');
my $limited = bridge($first->connstr('postgres'), '--timeout', '1');
is(write_as($bridge, 'before'), 'done: before', 'without a standby: done');
configure($first, q{synchronous_standby_names = 'ANY 1 (nobody)'});
is(write_as($limited, 'limited'), $not_replicated, '--timeout ends the wait');
is(title($first), 'limited', 'it is committed here');
is(while_it_waits($bridge, 'cancelled', 'pg_cancel_backend'), $not_replicated, 'somebody cancels it');
is(while_it_waits($bridge, 'terminated', 'pg_terminate_backend'), $not_replicated, 'somebody terminates its backend');
is(while_it_waits($bridge, 'taken back', sub { $bridge->notify('notifications/cancelled', { requestId => $_[0] }) }),
	$not_replicated, 'its client cancels it: too late, so it is told');
is(title($first), 'taken back', 'it is committed here');

# A read waits for nobody.  A write that is refused may wait (it has locked a
# row), but what is answered is as sure as ever.
is($bridge->call('scim_get_user', { user_id => $id })->{content}{title}, 'taken back', 'a read');
is($limited->call('scim_update_user', { user_id => $id, user_data => { userName => 'held' }, expected_version => 'stale' })->{content}{error_code},
	'VERSION_MISMATCH', 'a write that does nothing');

# No setting of a role's or of a trigger's hides the warning.
$first->safe_psql('postgres', q{
	SET synchronous_commit = local;
	CREATE ROLE quiet LOGIN; ALTER ROLE quiet SET client_min_messages = error;
	SELECT scim_grant_tenant('default', 'quiet');
	CREATE FUNCTION hush() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM set_config('client_min_messages', 'error', NEW.data->>'title' = 'hush here'); RETURN NEW; END $$;});
my $quiet = bridge($first->connstr('postgres') . ' user=quiet', '--timeout', '1');
is(write_as($quiet, 'quiet'), $not_replicated, 'a role that hears no warnings');
$first->safe_psql('postgres', q{SET synchronous_commit = local;
	CREATE TRIGGER a_hush BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION hush()});
is(write_as($limited, $_), $not_replicated, "a trigger that silences warnings ($_)") foreach 'hush here', 'hush for ever', 'hush again';
$first->safe_psql('postgres', 'SET synchronous_commit = local; DROP TRIGGER a_hush ON users');
is(write_as($limited, 'still there'), $not_replicated, 'and had silenced the session');

# The same words of somebody else's are only words.
$first->safe_psql('postgres', q{SET synchronous_commit = local;
	CREATE FUNCTION "SyncRepWaitForLSN"() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE WARNING 'canceling wait for synchronous replication due to user request'; RETURN NEW; END $$;
	CREATE TRIGGER a_warning BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION "SyncRepWaitForLSN"();});
configure($first, q{synchronous_standby_names = ''});
is(write_as($bridge, 'after'), 'done: after', 'a warning counts for its own call, and by its source');
is(write_as($limited, 'after that'), 'done: after that', 'with the other bridge, too');
$first->safe_psql('postgres', 'DROP TRIGGER a_warning ON users');
is($_->finish, 0, 'exit code') foreach $bridge, $limited, $quiet;

# ---- A server that is a standby, or becomes one.

$first->backup('backup');
my $second = PostgreSQL::Test::Cluster->new('second');
$second->init_from_backup($first, 'backup', has_streaming => 1);
$second->start;

sub hosts
{
	my (@nodes) = @_;
	return join ' ', 'dbname=postgres', 'host=' . join(',', map { $_->host } @nodes), 'port=' . join(',', map { $_->port } @nodes);
}

# A standby only: reads work.  That it is promoted takes no new bridge.
my $standby = bridge(hosts($second));
is($standby->call('scim_get_user', { user_id => $id })->{content}{userName}, 'held', 'a read on a standby');
is(write_as($standby, 'x'), $demoted, 'a write on a standby') for 1 .. 2;
is(told($standby->envelope(update($standby, 'after that'))), $demoted, 'not even one that finds its result there');
is($standby->call('scim_get_user', { user_id => $id })->{content}{userName}, 'held', 'a read on a standby, again');
my $reader = bridge(hosts($second), '--read-only');
ok($reader->call('scim_list_users', {})->{success}, '--read-only on a standby');

# The primary becomes a standby of what was its standby, while bridges are at work.
my $any = bridge(hosts($first, $second));
my $strict = bridge(hosts($first, $second) . ' target_session_attrs=read-write');
is(write_as($any, 'any'), 'done: any', 'a write on the primary');
is(write_as($strict, 'strict'), 'done: strict', 'a write on the primary, that must be one');
$first->wait_for_catchup($second);
$first->stop('fast');
$second->promote;
$first->enable_streaming($second);
$first->start;
is(write_as($standby, 'promoted'), 'done: promoted', 'the standby is promoted: its bridge writes');
is(write_as($strict, 'strict again'), 'done: strict again', 'a connection string that demands the primary');
is(write_as($any, 'lost'), $demoted, 'one that takes any meets the old primary');
isnt(title($second), 'lost', 'nothing was done');
is(write_as($any, 'found'), 'done: found', 'the next call finds the new one');
is(title($second), 'found', 'the write is there');

# A primary that takes no more writes, its connections staying open: every one
# of the pool's is closed.
my $pool = bridge(hosts($second, $first) . ' target_session_attrs=read-write', '--pool', '3');
$pool->call('scim_get_user', { user_id => $id });
my $session = $second->background_psql('postgres');
$session->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
my @reads = map { $pool->start_call('scim_get_user', { user_id => $id }) } 1 .. 3;
$second->poll_query_until('postgres', "SELECT count(*) = 3 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours") or die 'no calls wait';
$session->query_safe('COMMIT');
$session->quit;
ok($pool->envelope($_)->{success}, 'a read') foreach @reads;
is(write_as($any, 'second'), 'done: second', 'a write there');
$second->wait_for_catchup($first);
configure($second, q{default_transaction_read_only = 'on'});
$first->promote;
is(write_as($any, 'fenced'), $demoted, 'a primary that became read-only');
is(write_as($any, 'any found'), 'done: any found', 'the next call finds the other');
is(write_as($pool, 'fenced'), $demoted, 'the same for a pool of connections');
is(write_as($pool, "pool $_"), "done: pool $_", 'none of them is used any more') for 1 .. 4;
is(title($first), 'pool 4', 'the writes are there');
is(title($second), 'second', 'and not where they were refused');

# A host that does not even refuse is passed over the next time.
my $mute = PostgreSQL::Test::Utils::tempdir_short();
my $listener = IO::Socket::UNIX->new(Local => "$mute/.s.PGSQL.1", Listen => 1) or die "socket: $!";
my $patient = ScimverBridge->new(conninfo => "dbname=postgres host=$mute," . $first->host . ' port=1,' . $first->port . ' connect_timeout=1');
# modern: without a handshake, which would meet that host first
is(told($patient->envelope($patient->request('tools/call', {
		_meta => \%ScimverBridge::modern_meta, name => 'scim_update_user',
		arguments => { user_id => $id, user_data => { userName => 'held', title => 'x' } } }))), 'RETRY_LATER The database cannot be reached; nothing was sent to it.', 'a host that does not answer');
$patient->initialize;
is(write_as($patient, 'other host'), 'done: other host', 'the next call finds the other');

# ---- A database of which nobody may write anything is no standby: no call helps.

$first->safe_psql('postgres', q{CREATE ROLE visitor LOGIN; ALTER ROLE visitor SET default_transaction_read_only = on;
	SELECT scim_grant_tenant('default', 'visitor')});
my $visitor = bridge(hosts($first) . ' user=visitor');
is(write_as($visitor, 'x'), $read_only, 'a role that only reads') for 1 .. 2;
$first->safe_psql('postgres', q{CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '25006'; END $$;
	CREATE TRIGGER a_refusal BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION refuse();});
is(write_as($any, 'x'), $read_only, "a trigger's own 25006") for 1 .. 2;
$first->safe_psql('postgres', q{DROP TRIGGER a_refusal ON users; ALTER ROLE visitor RESET default_transaction_read_only});
is(write_as($any, 'end'), 'done: end', 'without it: done');

is($_->finish, 0, 'exit code') foreach $standby, $reader, $any, $strict, $pool, $patient, $visitor;
like($any->stderr, qr/cannot be written to/, 'the log says so');
is($visitor->stderr, '', 'but not of others');

done_testing();
