# scimver-mcp --seal: the history is sealed while clients are served, who notice
# nothing of it, whatever becomes of a seal.
#
# A seal is held up by a lock that another session takes; that it waits is seen in
# pg_stat_activity.  That something is left undone shows where another bridge does
# it, or where the bridge has asked whether it may.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('seal', allows_streaming => 1);
my $conninfo = $node->connstr('postgres');
my $ours = q{application_name LIKE 'scimver-mcp%'};
my $held = "$ours AND wait_event_type = 'Lock' AND query LIKE '%scim_seal_history()%'";
my $users = 0;

sub bridge
{
	my ($connection, $name, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $connection, args => \@args);
	$bridge->initialize(clientInfo => { name => $name, version => '1' });
	return $bridge;
}

sub sql { return $node->safe_psql('postgres', $_[0]); }
sub until_true { $node->poll_query_until('postgres', "SELECT $_[0]") or die "never: $_[0]"; return; }
sub create { return $_[0]->call('scim_create_user', { user_data => { userName => 'user ' . ++$users } })->{success}; }

# A change by whatever way, and a seal of it.
sub change { sql("INSERT INTO users (data) VALUES ('{\"userName\": \"user " . ++$users . "\"}')"); return; }

sub until_sealed
{
	until_true('max(seq) = (SELECT max(last_seq) FROM scim_history_seals) FROM scim_history_rows');
	return;
}

sub until_changed_and_sealed { change(); until_sealed(); return; }

sub until_logged
{
	my ($bridge, $pattern) = @_;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;

	until ($bridge->stderr =~ $pattern)
	{
		die "never: $pattern in " . $bridge->stderr if --$attempts == 0;
		select undef, undef, undef, 0.1;
	}
	return;
}

# It has asked whether it may seal, since this function was called.
sub until_asked
{
	my ($name) = @_;
	my $now = sql('SELECT clock_timestamp()');

	until_true("count(*) = 1 FROM pg_stat_activity WHERE application_name = 'scimver-mcp: $name'
		AND state = 'idle' AND query LIKE '%pg_catalog.has_function_privilege(%' AND state_change > '$now'");
	return;
}

# The sealer comes to nothing while this session holds its tables.
sub hold
{
	my $session = $node->background_psql('postgres');

	$session->query_safe("BEGIN; $_[0]");
	return $session;
}

sub hold_seals { return hold('LOCK TABLE scim_history_server, scim_history_sealer, scim_history_seals IN ACCESS EXCLUSIVE MODE'); }
sub hold_user { return hold(q{SELECT 1 FROM users WHERE user_name = 'user 1' FOR UPDATE}); }
sub release { $_[0]->query_safe('COMMIT'); $_[0]->quit; return; }

# A seal of theirs waits.
sub until_held { change(); until_true("count(*) = 1 FROM pg_stat_activity WHERE $held"); return; }

# ---- It seals what its client wrote, and what anybody wrote.

my $silent = ScimverBridge->new(conninfo => $conninfo, args => [ '--seal', '1' ]);
$silent->roundtrip('ping');
my $never = bridge($conninfo, 'never', '--seal', '0');
my $reader = bridge($conninfo, 'reader', '--read-only', '--seal', '1');
ok(create($never), 'a client writes');
ok($reader->call('scim_list_users', {})->{success}, 'another reads');
my $bridge = bridge($conninfo, 'sealer', '--seal', '1', '--tenant', 'acme', '--require-version');
until_sealed();
ok(create($bridge), 'a third writes') for 1 .. 3;
until_sealed();
until_changed_and_sealed() for 1 .. 2;
is(sql(q{SELECT string_agg(DISTINCT tenant_id, ' ' ORDER BY tenant_id) FROM scim_history_seals}), 'acme default', 'of all tenants, whatever --tenant says');
is(sql(q{SELECT count(*), sum(row_count) FROM scim_history_rows, (SELECT sum(row_count) AS row_count FROM scim_history_seals) s
	GROUP BY s.row_count HAVING count(*) = s.row_count}) =~ /^\d+\|\d+$/ ? 'once' : 'no', 'once', 'each change is sealed once');
is(sql(q{SELECT * FROM scim_verify_history('default') UNION ALL SELECT * FROM scim_verify_history('acme')}), '', 'the seals are sound');
is(sql(q{SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'never|reader' AND query ~ 'seal'}), 0, 'not with --seal 0, nor with --read-only');
is(sql(q{SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'never|reader'}), 2, 'which are there');
is(sql(q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'scimver-mcp'}), 0, 'nor is a connection opened for it');
$silent->initialize;
ok(create($silent), 'its first call');
until_sealed();
is($_->finish, 0, 'exit code') foreach $never, $reader, $silent;
is($silent->stderr, '', 'nothing to report');

# What holds in a call that writes holds here: no client's settings, but that of a commit.
sql(q{CREATE ROLE hasty LOGIN SUPERUSER; ALTER ROLE hasty SET synchronous_commit = off;
	CREATE TABLE settings (of_seal text);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			INSERT INTO public.settings VALUES (concat_ws(',', current_setting('synchronous_commit'), current_setting('application_name'),
				current_setting('scimver.agent'), current_setting('scimver.tenant', true), current_setting('scimver.only_tenant', true)));
			RETURN NEW;
		END $$;
	CREATE TRIGGER note BEFORE INSERT ON scim_history_seals FOR EACH ROW EXECUTE FUNCTION note();});
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');
$bridge = bridge("$conninfo user=hasty", 'hasty', '--seal', '1', '--tenant', 'acme');
until_changed_and_sealed();
is(sql('SELECT DISTINCT of_seal FROM settings'), 'local,scimver-mcp,,,', 'the settings of a seal');
sql('DROP TRIGGER note ON scim_history_seals');
is($bridge->finish, 0, 'exit code');

# ---- Without EXECUTE it says so once, and clients are served.  A GRANT needs no restart.

sql(q{CREATE ROLE agent LOGIN; SELECT scim_grant_tenant('default', 'agent')});
my $denied = qr/\Ascimver-mcp: the history is not sealed: that takes EXECUTE on scim_seal_history\(\)[^\n]*\n\z/;
$bridge = bridge("$conninfo user=agent", 'agent', '--seal', '1');
change();
my $seals = sql('SELECT count(*) FROM scim_history_seals');
until_logged($bridge, $denied);
until_asked('agent') for 1 .. 2;
ok(create($bridge), 'a role without EXECUTE writes');
is(sql('SELECT count(*) FROM scim_history_seals'), $seals, 'nothing is sealed');
sql('GRANT EXECUTE ON FUNCTION scim_seal_history() TO agent');
until_sealed();
ok(create($bridge), 'it is granted: a write');
until_sealed();
like($bridge->stderr, $denied, 'one line, all in all');
is($bridge->finish, 0, 'exit code');

# Transactions that only read, and an extension without the function: nothing at all.
# A function of that name that is not the extension's is nobody's business.
$seals = sql('SELECT count(*) FROM scim_history_seals');
change();
$bridge = bridge("$conninfo user=agent options='-c default_transaction_read_only=on'", 'visitor', '--seal', '1');
until_asked('visitor') for 1 .. 2;
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'transactions that only read: nothing to report');
sql(q{ALTER EXTENSION scimver DROP FUNCTION scim_seal_history();
	ALTER FUNCTION scim_seal_history() RENAME TO the_real_one;
	CREATE TABLE trapped (by text);
	CREATE FUNCTION scim_seal_history() RETURNS bigint LANGUAGE sql AS 'INSERT INTO trapped VALUES (current_user) RETURNING 0::bigint'});
$bridge = bridge($conninfo, 'older', '--seal', '1');
until_asked('older') for 1 .. 2;
ok(create($bridge), 'an older extension: a write');
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'an older extension: nothing to report');
is(sql('SELECT count(*) FROM trapped'), 0, "nobody else's function is called");
is(sql('SELECT count(*) FROM scim_history_seals'), $seals, 'nothing is sealed');
sql(q{DROP FUNCTION scim_seal_history(); ALTER FUNCTION the_real_one() RENAME TO scim_seal_history;
	ALTER EXTENSION scimver ADD FUNCTION scim_seal_history()});

# ---- No call waits for a seal.

# A call that takes long: seals and other calls go on beside it.
$bridge = bridge($conninfo, 'busy', '--seal', '1', '--pool', '2');
my $id = sql(q{SELECT id FROM users WHERE user_name = 'user 1'});
my $user = hold_user();
my $slow = $bridge->start_call('scim_update_user', { user_id => $id, user_data => { userName => 'user 1', title => 'slow' } });
until_true("count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
ok(create($bridge), 'a call beside a slow one');
until_sealed();
until_changed_and_sealed();
ok(create($bridge), 'and beside seals');

# A seal that takes long, with the last connection: it gives way.
my $lock = hold_seals();
until_held();
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'a call when a seal has the last connection') for 1 .. 2;
is_deeply($bridge->{messages}, [], 'the slow call still waits');
release($user);
ok($bridge->envelope($slow)->{success}, 'it is answered in the end');
is($bridge->stderr, '', 'that a seal gives way is nothing to report');

# One at a time, whatever connections are free.
my $clock = bridge("$conninfo options='-c default_transaction_read_only=on'", 'clock', '--seal', '1');
until_held();
until_asked('clock') for 1 .. 3;
is(sql("SELECT count(*) FROM pg_stat_activity WHERE $held"), 1, 'a seal that takes longer than from one to the next');
is($clock->finish, 0, 'exit code');
release($lock);
until_changed_and_sealed();
is($bridge->finish, 0, 'exit code');

# With one connection for all.
$bridge = bridge($conninfo, 'narrow', '--seal', '1', '--pool', '1');
$lock = hold_seals();
foreach my $round (1 .. 3)
{
	until_held();
	ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'a call when a seal has the only connection');
}
until_logged($bridge, qr/\Ascimver-mcp: the history is not sealed: calls have waited [^\n]+\n\z/);
release($lock);
until_sealed();
until_logged($bridge, qr/\A[^\n]+\nscimver-mcp: the history is sealed again\n\z/);
is($bridge->finish, 0, 'exit code');

# ---- What goes wrong is told once, until it goes well again.

$bridge = bridge($conninfo, 'unlucky', '--seal', '1', '--timeout', '1');
sql('ALTER TABLE scim_history_seals ADD CONSTRAINT nothing_more CHECK (false) NOT VALID');
change();
my $before = -s $node->logfile;
until_logged($bridge, qr/\Ascimver-mcp: the history is not sealed: the database answered with SQLSTATE 23514\n\z/);
my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;
until ((() = slurp_file($node->logfile, $before) =~ /violates check constraint "nothing_more"/g) >= 3)
{
	die 'it is not tried again' if --$attempts == 0;
	select undef, undef, undef, 0.1;
}
ok(create($bridge), 'a write while seals fail');
sql('ALTER TABLE scim_history_seals DROP CONSTRAINT nothing_more');
until_sealed();
until_logged($bridge, qr/\A[^\n]+\nscimver-mcp: the history is sealed again\n\z/);

# One that takes longer than --timeout.
$lock = hold_seals();
change();
until_logged($bridge, qr/\A(?:[^\n]+\n){2}scimver-mcp: the history is not sealed: it takes longer than --timeout allows\n\z/);
release($lock);
until_sealed();

# Its connection is lost, or the server restarts.  The next call opens another.
$lock = hold_seals();
until_held();
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE $held");
until_true("count(*) = 0 FROM pg_stat_activity WHERE $ours");
release($lock);
ok(create($bridge), 'a call after a seal has lost its connection');
until_sealed();
$node->restart;
change();
ok(create($bridge), 'a call after a restart of the server');
until_sealed();
is($bridge->finish, 0, 'exit code');

# ---- The end of the process waits for no seal.

foreach my $end ('end of input', 'TERM', 'INT')
{
	# what waits until the limit would wait for longer than this test may take
	$bridge = bridge($conninfo, 'last', '--seal', '1', '--timeout', '86400');
	$lock = hold_seals();
	until_held();
	$bridge->kill($end) if $end ne 'end of input';
	is($bridge->finish, 0, "$end while a seal is under way: exit code 0");
	is($bridge->stderr, '', 'nothing to report');
	is(sql("SELECT count(*) FROM pg_stat_activity WHERE $held"), 1, 'it is still under way');
	release($lock);
	until_true("count(*) = 0 FROM pg_stat_activity WHERE $ours");
}

# ---- A standby seals nothing, until it is promoted.

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('seal_standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
change();
$node->wait_for_catchup($standby);
$node->stop;
$node = $standby;
$bridge = bridge($node->connstr('postgres'), 'standby', '--seal', '1');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'a read on a standby');
until_asked('standby') for 1 .. 2;
is($bridge->stderr, '', 'a standby: nothing to report');
$standby->promote;
until_sealed();
until_changed_and_sealed();
is(sql(q{SELECT * FROM scim_verify_history('default') UNION ALL SELECT * FROM scim_verify_history('acme')}), '', 'the seals are sound');
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'promoted: nothing to report');

done_testing();
