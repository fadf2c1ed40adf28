# scimver-mcp through a PgBouncer in transaction pooling mode: no setting of a
# call stays on a server connection, none is missing on another.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverLive;
use ScimverPooler;
use Test::More;

plan skip_all => ScimverPooler::missing() if ScimverPooler::missing();

my $node = ScimverBridge->new_node('pgbouncer', conf => "scimver.max_attempts = 0\n");
my $user = getpwuid($>);

# one server connection for all: whatever a call leaves behind, the next one meets
my $pooler = ScimverPooler->new($node, users => [$user],
	databases => { shared => "user=$user pool_size=1", two => "user=$user pool_size=2" });
my $connstr = $pooler->connstr('shared') . " user=$user";

sub bridge
{
	my ($dbname, $name, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $pooler->connstr($dbname) . " user=$user", args => \@args);
	$bridge->initialize(clientInfo => { name => $name, version => '1' });
	return $bridge;
}

my $acme = bridge('shared', 'acme', '--tenant', 'acme');
my $plain = bridge('shared', 'plain');
my $reader = bridge('shared', 'reader', '--read-only');
foreach my $round (1 .. 20)
{
	$acme->call('scim_create_user', { user_data => { userName => "acme $round" } })->{success} or fail('a write in acme');
	$plain->call('scim_create_user', { user_data => { userName => "plain $round" } })->{success} or fail('a write in default');
	$reader->call('scim_list_users', {})->{content}{totalResults} == $round or fail('a read in default');
}
is($acme->call('scim_list_users', { tenant_id => 'default' })->{content}{error_code}, 'TENANT_FORBIDDEN', '--tenant holds');
is($plain->call('scim_list_users', { tenant_id => 'acme' })->{content}{totalResults}, 20, 'and does not stay for others');
is($node->safe_psql('postgres', q{SELECT string_agg(tenant_id || ' ' || n, ', ' ORDER BY tenant_id)
	FROM (SELECT tenant_id, count(*) n FROM users GROUP BY 1) t}), 'acme 20, default 20', 'every write is where it belongs');

# Seals come through it, too, of all tenants, and leave nothing behind.
my $sealer = bridge('shared', 'sealer', '--tenant', 'acme', '--seal', '1');
$node->poll_query_until('postgres', q{SELECT max(seq) = (SELECT max(last_seq) FROM scim_history_seals) FROM scim_history_rows}) or die 'nothing is sealed';
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT tenant_id, ', ' ORDER BY tenant_id) FROM scim_history_seals}), 'acme, default', 'seals');
ok($plain->call('scim_create_user', { user_data => { userName => 'after a seal' } })->{success}, 'a write behind them');
is($node->safe_psql('postgres', q{SELECT tenant_id FROM users WHERE user_name = 'after a seal'}), 'default', 'is where it belongs');
is($sealer->finish, 0, 'exit code');
is($sealer->stderr, '', 'nothing to report');

# Several connections of several bridges over two of the server's.
my @bridges = map { bridge('two', "agent $_") } 1 .. 3;
my $id = $plain->call('scim_create_user', { user_data => { userName => 'prize' } })->{content}{id};
my %winners;
foreach my $round (1 .. 50)
{
	my $version = $plain->call('scim_get_user', { user_id => $id })->{metadata}{version};
	my @calls = map { [ $_, $_->start_call('scim_update_user',
			{ user_id => $id, user_data => { userName => 'prize', title => "$round $_" }, expected_version => $version }) ] } @bridges;
	$winners{ scalar grep { $_->[0]->envelope($_->[1])->{success} } @calls }++;
}
is_deeply(\%winners, { 1 => 50 }, '50 rounds: exactly one winner in each');

# A lease is whose who names it, whatever connection his calls get; in SQL, for a transaction.
my $lease = $bridges[0]->call('scim_lease', { action => 'acquire', resource_type => 'User', resource_id => $id })->{content}{lease_id};
my %names = (0 => { lease_id => $lease }, 1 => {}, 2 => {});
my %held;
foreach my $round (1 .. 20)
{
	my @calls = map { [ $_, $bridges[$_]->start_call('scim_patch_user',
			{ user_id => $id, operations => [ { op => 'replace', path => 'title', value => "$round by $_" } ], %{ $names{$_} } }) ] } 0 .. 2;
	$held{ join ' ', map { $bridges[ $_->[0] ]->envelope($_->[1])->{content}{error_code} // 'done' } @calls }++;
}
is_deeply(\%held, { 'done LEASE_HELD LEASE_HELD' => 20 }, '20 rounds: only the holder writes');
my $patch = qq{SELECT scim_patch_user('$id', '[{"op": "replace", "path": "title", "value": "%s"}]') ->> 'title'};
is((run_command([ 'psql', '-XAtqc', "BEGIN; SET LOCAL scimver.lease_id = '$lease'; " . sprintf("$patch; COMMIT", 'first'), $connstr ]))[0], 'first', 'SET LOCAL names it');
like((run_command([ 'psql', '-XAtqc', sprintf($patch, 'second'), $connstr ]))[1], qr/LEASE_HELD/, '... and nobody else does by that');
ok($bridges[0]->call('scim_lease', { action => 'release', lease_id => $lease })->{success}, 'it is released');
ok($bridges[1]->call('scim_patch_user', { user_id => $id, operations => [ { op => 'remove', path => 'title' } ] })->{success}, '... and then others write');

# A cancel through it, too, leaves others alone.
my $held = $node->background_psql('postgres');
$held->query_safe("BEGIN; SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
my $cancelled = $bridges[0]->start_call('scim_update_user', { user_id => $id, user_data => { userName => 'prize', title => 'cancelled' } });
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}) or die 'no call waits';
$bridges[0]->notify('notifications/cancelled', { requestId => $cancelled });
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}) or die 'the call still waits';
$held->query_safe('COMMIT');
$held->quit;
isnt($bridges[0]->call('scim_get_user', { user_id => $id })->{content}{title}, 'cancelled', 'a cancelled write is rolled back');

# It refuses startup options, and a statement_timeout would stay for others: the
# bridge needs neither to keep to its limit.
my ($said, $refusal) = run_command([ 'psql', '-XAtqc', 'SELECT 1', "$connstr options='-c statement_timeout=1s'" ]);
like($refusal, qr/startup parameter/, 'pgbouncer refuses options');
my $limited = bridge('two', 'limited', '--timeout', '1');
$held = $node->background_psql('postgres');
$held->query_safe("BEGIN; SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
my $late = $limited->call('scim_update_user', { user_id => $id, user_data => { userName => 'prize', title => 'late' } });
is($late->{content}{error}, 'The call was ended, because it took longer than the limit: 1 second.', '--timeout ends a write');
$held->query_safe('COMMIT; BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
like($limited->call('scim_list_users', {})->{content}{next_steps}[0], qr/^Ask for less/, '--timeout ends a read');
$held->query_safe('COMMIT');
$held->quit;
isnt($limited->call('scim_get_user', { user_id => $id })->{content}{title}, 'late', 'the write is rolled back');
foreach my $dbname ('shared', 'two')
{
	(my $other = $connstr) =~ s/dbname=\w+/dbname=$dbname/;
	is((run_command([ 'psql', '-XAtqc', 'SHOW statement_timeout', $other ]))[0], '0', "no limit stays behind ($dbname)");
}
is($limited->finish, 0, 'exit code');

# Changes are told through it: nothing can be listened to there, so they are asked for.
$node->append_conf('postgresql.conf', "scimver.notify = on\n");
$node->reload;
my $live = bridge('shared', 'live', '--poll', '50');
my $listen = listen_to($live, resources => [ uri_of($id) ], tools => 1);
is_deeply(acknowledged($live, $listen)->{resourceSubscriptions}, [ uri_of($id) ], 'a subscription');
foreach my $round (1 .. 20)
{
	$acme->call('scim_create_user', { user_data => { userName => "acme again $round" } })->{success} or fail('a write in acme');
	my $version = $node->safe_psql('postgres', qq{UPDATE users SET data = data || '{"title": "round $round"}' WHERE id = '$id' RETURNING version});
	is(told($live), "$listen " . uri_of($id) . " $version", "a change is told ($round)");
}
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'}) or die 'somebody listens';
is($live->finish, 0, 'exit code');
like($live->stderr, qr/\Ascimver-mcp: notifications are not listened to: a pooler [^\n]+\n\z/, 'the log says so, once');
$node->append_conf('postgresql.conf', "scimver.notify = off\n");
$node->reload;

# What it does not know, or does not take, no other call mends.
foreach my $wanted ('nope', "shared options='-c nonsense=1'")
{
	my $bridge = ScimverBridge->new(conninfo => $pooler->connstr($wanted) . " user=$user");

	$bridge->initialize;
	my $content = $bridge->call('scim_list_users', {})->{content};
	is("$content->{error_code} " . ($content->{retryable} ? 1 : 0), 'INTERNAL 0', $wanted);
	is($bridge->finish, 0, 'exit code');
}

foreach my $bridge ($acme, $plain, $reader, @bridges)
{
	is($bridge->finish, 0, 'exit code');
	is($bridge->stderr, '', 'nothing to report');
}
done_testing();
