# scimver-mcp --http: /healthz and /readyz, with the database there and away.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('health');
my $connstr = $node->connstr('postgres') . ' user=bridge';
my $bridge = ScimverHttp->new(conninfo => $connstr, args => [ '--pool', '1', '--timeout', '3600' ]);
my $client = $bridge->client;

sub status { my ($path) = @_; return $client->request('GET', $path)->{status}; }

# Until the answer is that one: what the server does meanwhile takes its time.
sub becomes
{
	my ($path, $wanted, $name) = @_;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;
	my $status;

	select undef, undef, undef, 0.1 while ($status = status($path)) != $wanted && --$attempts > 0;
	return is($status, $wanted, $name);
}

my $answer = $client->request('GET', '/healthz');
is("$answer->{status} $answer->{body}", "200 ok\n", '/healthz');
like($answer->{headers}{'content-type'}, qr{\Atext/plain}, 'as text');
$answer = $client->request('GET', '/readyz');
is("$answer->{status} $answer->{body}", "200 ok\n", '/readyz');
foreach my $path ('/healthz', '/readyz')
{
	$answer = $client->request('HEAD', $path);
	is("$answer->{status} $answer->{body}", '200 ', "HEAD of $path");
	$answer = $bridge->client->request('POST', $path, body => 'x');
	is("$answer->{status} $answer->{headers}{allow}", '405 GET, HEAD', "POST to $path");
	is($answer->{json}{status}, 405, 'with a body that says so');
	is($client->request('GET', "$path/x")->{status}, 404, 'nothing is below it');
	is($client->request('GET', $path, headers => { Authorization => 'Bearer nonsense' })->{status}, 200, 'no token is needed, nor read');
}

# ---- the database is away ----

is(status('/readyz'), 200, 'a moment before');
$node->stop('immediate');
is(status('/readyz'), 503, 'without the database: not ready');
$answer = $client->request('GET', '/readyz');
is("$answer->{status} $answer->{body}", "503 not ready: the database does not answer\n", 'still');
unlike($answer->{body}, qr/socket|port|host|connection/i, 'nothing of how it is reached is told');
is(status('/healthz'), 200, 'but alive');
my $before = () = $bridge->stderr =~ /\n/g;
status('/readyz') foreach 1 .. 3;
my $after = () = $bridge->stderr =~ /\n/g;
is($after - $before, 0, 'who asks again and again is told, not the log');
$node->start;
becomes('/readyz', 200, 'when it is back: ready');

# ---- many who ask ask once ----

$node->safe_psql('postgres', 'ALTER SYSTEM SET log_statement = \'all\'');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('log_statement') = 'all'}) or die 'no log_statement';
sub questions { my ($from) = @_; return scalar(() = PostgreSQL::Test::Utils::slurp_file($node->logfile, $from) =~ /SELECT 'ready'/g); }
my $offset = -s $node->logfile;
is(join(' ', map { status('/readyz') } 1 .. 50), join(' ', (200) x 50), '50 times');
cmp_ok(questions($offset), '<', 50, 'is not to be asked 50 times');
my @clients = map { $bridge->client } 1 .. 20;
$_->send('GET', '/readyz') foreach @clients;
is_deeply([ grep { $_->answer->{status} != 200 } @clients ], [], '20 at once are told');

# ---- all connections are busy ----

my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('BEGIN; LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
becomes('/readyz', 503, 'the database does not answer within five seconds');
is(status('/healthz'), 200, 'alive all the same');
$session->query_safe('COMMIT');
$session->quit;
becomes('/readyz', 200, 'and it answers again');

# ---- the extension is not there ----

$node->safe_psql('postgres', 'DROP EXTENSION scimver CASCADE');
becomes('/readyz', 503, 'without the extension: not ready');

# ---- the process is to end ----

$session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('BEGIN; LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
my $waiting = $bridge->client;
$waiting->send('GET', '/readyz');
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'bridge' AND wait_event_type = 'Lock'}) or die 'nobody waits';
is(status('/healthz'), 200, 'one asks, and another one is there');
$bridge->kill('TERM');
$answer = $client->request('GET', '/readyz');
is("$answer->{status} $answer->{body}", "503 not ready: the process is to end\n", 'it is to end: not ready');
$session->query_safe('COMMIT');
$session->quit;
is($waiting->answer->{status}, 503, 'who asked before is told so, too');
is($bridge->wait_exit, 0, 'exit code');

done_testing();
