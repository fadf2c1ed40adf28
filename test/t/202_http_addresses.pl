# scimver-mcp --http: where it listens, and how it ends.
use strict;
use warnings;
use FindBin;
use IO::Socket::INET;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir_short();
my $token = 'scimver_' . 'x' x 43;

# It ends at once, by the code for wrong options.
sub refuses
{
	my ($name, $like, @args) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ ScimverBridge::program(), @args, 'host=/nowhere' ], '<', '/dev/null', '>', \$out, '2>', \$err,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	is($? >> 8, 2, "$name: exit code 2");
	like($err, $like, "$name: why");
	is(() = $err =~ /\n/g, 1, "$name: in one line");
	return;
}

# ---- addresses ----

foreach my $address ('', ':', '127.0.0.1:', ':8080', 'localhost:8080', '127.0.0.1:x', '127.0.0.1:65536', '::1:8080', '[::1]', '[::1]x:80', '1.2.3:80', '127.0.0.1:80 ')
{
	refuses("address \"$address\"", qr/\Ascimver-mcp: cannot listen at /, '--http', $address);
}
my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
refuses('an address that is taken', qr/Address already in use/, '--http', '127.0.0.1:' . $taken->sockport);
refuses('metrics there', qr/Address already in use/, '--metrics', '127.0.0.1:' . $taken->sockport);
refuses("a proxy \"$_\"", qr/--trusted-proxy/, '--http', '127.0.0.1:0', '--trusted-proxy', $_)
  foreach '', 'x', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', '10.0.0.0/8,', '[::1]';
{
	my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', address => PostgreSQL::Test::Cluster::get_free_port());

	is($bridge->client->request('GET', '/healthz')->{status}, 200, 'a port alone is one of 127.0.0.1');
	ok(!IO::Socket::INET->new(PeerAddr => "127.0.0.2:$bridge->{address}"), 'and of no other address');
	is($bridge->finish, 0, 'exit code');
}
SKIP:
{
	my $port = PostgreSQL::Test::Cluster::get_free_port();

	skip 'no IPv6', 1 unless eval { require IO::Socket::IP; IO::Socket::IP->new(Listen => 1, LocalHost => '::1') };
	my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', address => "[::1]:$port", ends => 1);
	my $socket;
	until ($socket = IO::Socket::IP->new(PeerHost => '::1', PeerPort => $port)) { select undef, undef, undef, 0.02; }
	my $client = bless { socket => $socket, headers => {}, host => '[::1]', buffer => '' }, 'ScimverHttpClient';
	is($client->request('GET', '/healthz')->{status}, 200, 'IPv6');
	ok(!IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port"), 'and IPv6 alone');
	is($bridge->finish, 0, 'exit code');
}

# The system chooses a port: it is told.
{
	my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', address => '127.0.0.1:0', ends => 1);
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	my $where;

	until (-e $bridge->{stderr_file} && (($where) = $bridge->stderr =~ m{^scimver-mcp: serving HTTP at http://(127\.0\.0\.1:\d+)$}m))
	{
		die 'no port' if time > $end;
		select undef, undef, undef, 0.02;
	}
	is(ScimverHttpClient->new(address => $where)->request('GET', '/healthz')->{status}, 200, 'a port that the system chooses');
	is($bridge->finish, 0, 'exit code');
}

# ---- more connections than there can be ----

refuses('too few open files', qr/100000 connections take \d+ open files, the limit is \d+/, '--http', '127.0.0.1:0', '--max-connections', '100000')
  if do { chomp(my $limit = `sh -c 'ulimit -Hn'`); $limit ne 'unlimited' && $limit < 100_000 };
{
	# as many as the hard limit lets in
	my $out = '';
	IPC::Run::run([ 'sh', '-c', 'ulimit -Sn 64; exec "$@"', 'sh', ScimverBridge::program(), '--http', "unix:$folder/x/y", '--max-connections', '200', 'host=/nowhere' ],
		'2>', \$out);
	like($out, qr/No such file/, 'the soft limit is raised');
}

# ---- Unix sockets ----

{
	my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', address => "unix:$folder/s");
	is($bridge->client->request('GET', '/healthz')->{status}, 200, 'a Unix socket');
	is(sprintf('%o', (stat "$folder/s")[2] & 07777), '660', 'whose group may connect');
	refuses('one that is in use', qr/Address already in use/, '--http', "unix:$folder/s");
	is($bridge->client->request('GET', '/healthz')->{status}, 200, 'it still is');
	$bridge->kill('KILL');
	$bridge->wait_exit;
	ok(-S "$folder/s", 'one is left behind');
	$bridge = ScimverHttp->new(conninfo => 'host=/nowhere', address => "unix:$folder/s");
	is($bridge->client->request('GET', '/healthz')->{status}, 200, 'and replaced');
	is($bridge->finish, 0, 'exit code');
	ok(!-e "$folder/s", 'in the end it is removed');
}
append_to_file("$folder/file", 'x');
refuses('a file', qr/Address already in use/, '--http', "unix:$folder/file");
is(slurp_file("$folder/file"), 'x', 'which is left alone');
refuses('no path', qr/the path is too long, or there is none/, '--http', 'unix:');
refuses('a long path', qr/the path is too long/, '--http', 'unix:/' . 'x' x 200);
refuses('a folder that is not there', qr/No such file/, '--http', "unix:$folder/x/y");
refuses('a second address that is taken', qr/Address already in use/, '--http', "unix:$folder/s", '--metrics', '127.0.0.1:' . $taken->sockport);
ok(!-e "$folder/s", 'the first one leaves no socket');

# ---- the end ----

# A database that never answers, until it goes.
my $database = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1') or die "listen: $!";
my $conninfo = 'host=127.0.0.1 port=' . $database->sockport;
my $bridge = ScimverHttp->new(conninfo => $conninfo, args => [ '--timeout', '3600' ]);
is($bridge->client->request('GET', '/healthz')->{status}, 200, 'a client');
is($bridge->finish, 0, 'SIGTERM, and nothing runs: it ends');

$bridge = ScimverHttp->new(conninfo => $conninfo, args => [ '--timeout', '3600' ]);
my ($running, $idle, $half) = map { $bridge->client(token => $token) } 1 .. 3;
$idle->request('GET', '/healthz');
$half->send_raw("POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 2\r\n\r\n{");
$running->send('GET', '/scim/v2/Users');
my $lobby = $database->accept or die "accept: $!";	# by now it runs
$bridge->kill('TERM');
{
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while ($bridge->socket) { die 'it goes on listening' if time > $end; }
}
pass('SIGTERM: nobody is let in');
my $answer = $idle->request('GET', '/readyz');
is("$answer->{status} $answer->{headers}{connection}", '503 close', 'who is here learns by /readyz that it ends');
ok($idle->is_closed, 'and is closed');
$half->send_raw('}');
close $database;
close $lobby;
is($_->answer->{headers}{connection}, 'close', 'what runs is answered') foreach $running, $half;
is($bridge->wait_exit, 0, 'then it ends');

$database = IO::Socket::INET->new(Listen => 10, LocalAddr => '127.0.0.1') or die "listen: $!";
$bridge = ScimverHttp->new(conninfo => 'host=127.0.0.1 port=' . $database->sockport, args => [ '--timeout', '3600' ]);
$running = $bridge->client(token => $token);
$running->send('GET', '/scim/v2/Users');
$lobby = $database->accept or die "accept: $!";
$bridge->kill('TERM');
{
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while ($bridge->socket) { die 'it goes on listening' if time > $end; }
}
$bridge->kill('TERM');
is($bridge->wait_exit, 0, 'a second SIGTERM ends it at once');

done_testing();
