# SCIM over HTTP when something is amiss: the database ends or stands still, connections are
# lost, tokens and roles go, clients leave.  Each gets one right status; then it goes on.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverCut;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('http_failures');
ScimverHttp->add_role($node, 'entra', 'acme');
ScimverHttp->add_role($node, 'okta', 'other');
my $token = ScimverHttp->token($node, 'entra', 'acme');
my $other_token = ScimverHttp->token($node, 'okta', 'other');
my $conninfo = $node->connstr('postgres') . ' user=bridge';
my $ours = q{usename = 'bridge'};

my $bridge = ScimverHttp->new(conninfo => $conninfo);
my $client = $bridge->client(token => $token);
my $id = $client->request('POST', '/scim/v2/Users', body => { userName => 'held' })->{json}{id};
my $user = "/scim/v2/Users/$id";

sub patch { return { schemas => ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations => [ { op => 'replace', path => 'title', value => $_[0] } ] }; }

sub title { return $node->safe_psql('postgres', "SELECT data->>'title' FROM users WHERE id = '$id'"); }

sub waiting
{
	my ($count) = @_;
	$node->poll_query_until('postgres', "SELECT count(*) = $count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours") or die "never $count";
	return;
}

# Whoever waits for a lock loses his connection.
sub terminate
{
	my $pids = $node->safe_psql('postgres', "SELECT string_agg(pg_terminate_backend(pid)::text || pid, ' ') FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours");
	$pids =~ s/\D+/,/g;
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid IN (0$pids)") or die 'it does not end';
	return;
}

sub lock_of
{
	my ($statement) = @_;
	my $session = $node->background_psql('postgres');
	$session->query_safe("BEGIN; $statement");
	return $session;
}

sub release
{
	my ($session) = @_;
	$session->query_safe('COMMIT');
	$session->quit;
	return;
}

sub is_unavailable
{
	my ($answer, $detail, $what) = @_;
	is($answer->{status}, 503, "$what: 503");
	like($answer->{headers}{'retry-after'} // '', qr/\A\d+\z/, "$what: Retry-After");
	like($answer->{json}{detail}, $detail, "$what: why");
	return;
}

# ---- The server goes, and comes back.

$node->restart;
is($client->request('PATCH', $user, body => patch('after a restart'))->{status}, 200, 'the first write after a restart');
$node->restart;
is($client->request('GET', $user)->{status}, 200, 'the first read after one');
$node->stop;
is_unavailable($client->request('GET', $user), qr/\AThe database cannot be reached; nothing was sent to it\.\z/, 'a read without a server');
is_unavailable($client->request('DELETE', $user), qr/nothing was sent/, 'a write without a server');
$node->start;
is($client->request('GET', $user)->{json}{title}, 'after a restart', 'with a server again, nothing was deleted');

# ---- The extension is not where it was: that is found out, and nobody is told.

foreach my $names ('public RENAME TO moved', 'moved RENAME TO public')
{
	$node->safe_psql('postgres', "ALTER SCHEMA $names");
	is($client->request('GET', $user)->{status}, 200, "a read ($names)");
	is($client->request('PATCH', $user, body => patch('after a restart'))->{status}, 200, "a write ($names)");
}

# ---- The connection ends below a request.

my $all = 'LOCK TABLE users IN ACCESS EXCLUSIVE MODE';
foreach my $method ('GET', 'HEAD')
{
	my $lock = lock_of($all);
	$client->send($method, $user);
	waiting(1);
	terminate();
	waiting(1);
	release($lock);
	is($client->answer->{status}, 200, "$method is asked again");
}
my $lock = lock_of($all);
$client->send('POST', '/scim/v2/Users/.search', body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] });
waiting(1);
terminate();
waiting(1);
terminate();
is_unavailable($client->answer, qr/\AThe connection to the database was lost before the answer came\.\z/, 'a search is asked again once');
$client->send('PATCH', $user, body => patch('lost'));
waiting(1);
terminate();
is_unavailable($client->answer, qr/\AOUTCOME_UNKNOWN: The connection to the database was lost/, 'a write is not');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours"), 0, '... and nobody tries it');
release($lock);
is(title(), 'after a restart', '... it was not done');

# It ends between the commit and the answer.
my $cut = ScimverCut->new($node);
my $behind = ScimverHttp->new(conninfo => $cut->connstr . ' user=bridge');
my $unlucky = $behind->client(token => $token);
is($unlucky->request('GET', $user)->{status}, 200, 'a read by way of what will cut it');
is($unlucky->request('PATCH', $user, body => patch('after a restart'))->{status}, 200, '... and a write, so that all is prepared');
$cut->hold_answers;
$unlucky->send('POST', '/scim/v2/Users', body => { userName => 'committed' });
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM users WHERE user_name = 'committed'}) or die 'it is not done';
$cut->cut;
is_unavailable($unlucky->answer, qr/\AOUTCOME_UNKNOWN: /, 'a write that was committed, and whose answer was lost');
is($unlucky->request('GET', '/scim/v2/Users?filter=userName%20eq%20%22committed%22')->{json}{totalResults}, 1, '... it was done once');
is($unlucky->request('GET', $user)->{status}, 200, '... nobody lost anything');
$cut->hold_answers;
$unlucky->send('GET', $user);
$cut->held;
$cut->cut;
is($unlucky->answer->{status}, 200, 'a read whose answer was lost is asked again');
is($behind->finish, 0, 'exit code');
$cut->finish;

# ---- It stands still, longer than --timeout.

my $patient = ScimverHttp->new(conninfo => $conninfo, args => [ '--timeout', '1', '--pool', '2' ]);
$lock = lock_of($all);
my @clients = map { $patient->client(token => $token) } 1 .. 6;
$_->send('PATCH', $user, body => patch('late')) foreach @clients;
my @answers = map { $_->answer } @clients;
is_unavailable($_, qr/\A(The call was ended, because it took longer than the limit|No connection to the database became free within the limit; nothing was sent to it): 1 second\.\z/,
	'all of it is busy') foreach @answers;
cmp_ok(scalar(grep { $_->{json}{detail} =~ /ended/ } @answers), '>=', 1, '... some had a connection');
cmp_ok(scalar(grep { $_->{json}{detail} =~ /became free/ } @answers), '>=', 3, '... others never got one');
release($lock);
is($clients[0]->request('GET', $user)->{json}{title}, 'after a restart', '... nothing was done, and it goes on');
is($patient->finish, 0, 'exit code');

# ---- One token's slow requests leave connections to others.

my $shared = ScimverHttp->new(conninfo => $conninfo, args => [ '--max-per-address', '1000' ]);
$lock = lock_of("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
@clients = map { $shared->client(token => $token) } 1 .. 100;
$clients[$_]->send('PATCH', $user, body => patch("slow $_")) foreach 0 .. 99;
waiting(2);
my $quick = $shared->client(token => $other_token);
foreach my $round (1 .. 20)
{
	is($quick->request('POST', '/scim/v2/Users', body => { userName => "quick $round" })->{status}, 201, "others are served ($round)");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND $ours"), 2, '... as it has half of the pool');
release($lock);
is(join(' ', sort map { $_->answer->{status} } @clients), join(' ', (200) x 100), 'they are all answered');
is($shared->finish, 0, 'exit code');

# Clients that leave while they wait for a connection, of which this token has one.
my $narrow = ScimverHttp->new(conninfo => $conninfo, args => [ '--pool', '2' ]);
my ($holder, $reader, $writer) = map { $narrow->client(token => $token) } 1 .. 3;
is($holder->request('GET', $user)->{status}, 200, 'a read, which is prepared');
$lock = lock_of("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
$holder->send('PATCH', $user, body => patch('slow'));
waiting(1);
my $offset = -s $node->logfile;
$reader->send('GET', '/scim/v2/Users/left-in-the-queue');
$writer->send('POST', '/scim/v2/Users', body => { userName => 'left in the queue' });
$quick = $narrow->client(token => $other_token);
$quick->request('GET', '/scim/v2/Users?count=0');
$_->close foreach $reader, $writer;
$quick->request('GET', '/scim/v2/Users?count=0');
release($lock);
is($holder->answer->{status}, 200, 'who waited for the lock');
is($holder->request('GET', '/scim/v2/Users?filter=userName%20eq%20%22left%20in%20the%20queue%22')->{json}{totalResults}, 1,
	'a write is done whose client left it in the queue');
unlike(slurp_file($node->logfile, $offset), qr{/Users/left-in-the-queue}, '... a read is not even asked');
is($narrow->finish, 0, 'exit code');

# ---- Tokens and roles that go, on a connection that stays.

my $gone = ScimverHttp->token($node, 'entra', 'acme');
my $keeping = $bridge->client(token => $gone);
is($keeping->request('GET', $user)->{status}, 200, 'a token');
$node->safe_psql('postgres', q{SELECT scim_revoke_token(id) FROM scim_tokens ORDER BY created_at DESC LIMIT 1});
my $answer = $keeping->request('GET', $user);
is($answer->{status}, 401, '... is revoked: with the next request');
like($answer->{headers}{'www-authenticate'}, qr/error="invalid_token"/, '... which says so');
is($keeping->request('GET', $user, headers => { Authorization => "Bearer $token" })->{status}, 200, '... and the connection stays');

ScimverHttp->add_role($node, 'leaver', 'acme');
$gone = ScimverHttp->token($node, 'leaver', 'acme');
$keeping = $bridge->client(token => $gone);
is($keeping->request('GET', $user)->{status}, 200, 'a role');
$node->safe_psql('postgres', q{REVOKE leaver FROM bridge});
is($keeping->request('GET', $user)->{status}, 403, '... that the bridge may not be any more');
$node->safe_psql('postgres', q{GRANT leaver TO bridge});
is($keeping->request('GET', $user)->{status}, 200, '... and may again');
$node->safe_psql('postgres', q{SELECT scim_revoke_tenant('acme', 'leaver'); DROP OWNED BY leaver; DROP ROLE leaver});
is($keeping->request('GET', $user)->{status}, 401, '... is dropped');
is($client->request('GET', $user)->{status}, 200, 'others go on');

# ---- Clients that leave: what reads is cancelled, what writes is done.

foreach my $how ('close', 'end_sending')
{
	$lock = lock_of($all);
	my $leaver = $bridge->client(token => $token);
	$leaver->send('GET', $user);
	waiting(1);
	$leaver->$how;
	waiting(0);
	release($lock);
	$lock = lock_of("SELECT 1 FROM users WHERE id = '$id' FOR UPDATE");
	$leaver = $bridge->client(token => $token);
	$leaver->send('PATCH', $user, body => patch("left by $how"));
	waiting(1);
	$leaver->$how;
	is($client->request('GET', $user)->{status}, 200, "others are answered ($how)");
	waiting(1);
	release($lock);
	$node->poll_query_until('postgres', "SELECT data->>'title' = 'left by $how' FROM users WHERE id = '$id'") or fail('it is not done');
	is(title(), "left by $how", "a write is done whose client has left ($how)");
}

is($bridge->finish, 0, 'exit code');
unlike($bridge->stderr, qr/after a restart|left by|held|\Q$id\E|\Q$token\E/, 'no data in the log');
done_testing();
