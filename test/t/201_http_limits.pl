# scimver-mcp --http: what is bounded: time, connections, requests that wait, answers that
# wait.  The database is one that never answers: a socket at which nobody lets anybody in.
use strict;
use warnings;
use Errno qw(EAGAIN ECONNRESET EPIPE);
use FindBin;
use IO::Socket::INET;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Socket qw(SO_LINGER SOL_SOCKET);
use Test::More;

my $database = IO::Socket::INET->new(Listen => 100, LocalAddr => '127.0.0.1') or die "listen: $!";
my $conninfo = 'host=127.0.0.1 port=' . $database->sockport;
my $token = 'scimver_' . 'x' x 43;
my $health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
my $scim = "GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\n\r\n";
my $post = "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\n";
my $deadline = $PostgreSQL::Test::Utils::timeout_default;

sub bridge
{
	my (@args) = @_;
	return ScimverHttp->new(conninfo => $conninfo, args => [ '--timeout', '3600', @args ]);
}

# Try until it is so; between two attempts something is asked, and answered.
sub becomes
{
	my ($name, $so) = @_;
	my $end = time + $deadline;

	until ($so->())
	{
		return fail($name) if time > $end;
	}
	return pass($name);
}

# ---- time ----

my $bridge = bridge('--idle-timeout', '1', '--head-timeout', '1', '--body-timeout', '1');
my $client = $bridge->client;
ok($client->is_closed, 'who sends nothing: it is closed');
$client = $bridge->client;
$client->request('GET', '/healthz');
ok($client->is_closed, 'who sends nothing more: the same');
$client = $bridge->client;
$client->send_raw("GET /healthz HTTP/1.1\r\n");
my $answer = $client->answer;
is("$answer->{status} $answer->{headers}{connection} $answer->{json}{status}", '408 close 408', 'half a head');
ok($client->is_closed, 'and it is closed');
$client = $bridge->client;
$client->send_raw("${post}Content-Length: 10\r\n\r\n12345");
$answer = $client->answer;
is("$answer->{status} $answer->{json}{schemas}[0]", '408 urn:ietf:params:scim:api:messages:2.0:Error', 'half a body');
ok($client->is_closed, 'and it is closed');
$client = $bridge->client;
$client->send_raw("${post}Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
is($client->answer->{status}, 408, 'half of one in chunks');

# Bytes that come one by one have no more time than others.
foreach my $begin ("GET /healthz HTTP/1.1\r\nX: ", "${post}Content-Length: 100000\r\n\r\n")
{
	my $trickle = $bridge->client;
	my $other = $bridge->client;
	my $sent = 0;

	$trickle->send_raw($begin);
	becomes('a trickle is ended',
		sub {
			$trickle->send_raw('x') if $sent++ < 900;
			$other->request('GET', '/healthz');
			return IO::Select->new($trickle->{socket})->can_read(0);
		});
	is($trickle->answer->{status}, 408, 'by 408');
}

# A body has more time while it comes fast enough: the one that was begun later is ended first.
my $slow = $bridge->client;
$slow->send_raw("${post}Content-Length: 3001\r\n\r\n" . 'x' x 3000);
my $stuck = $bridge->client;
$stuck->send_raw("${post}Content-Length: 3001\r\n\r\n" . 'x' x 10);
is($stuck->answer->{status}, 408, 'a body that does not come');
ok(!IO::Select->new($slow->{socket})->can_read(0), 'one that came with 1 kB a second has its time');
is($slow->answer->{status}, 408, 'and no more');
is($bridge->finish, 0, 'exit code');

# ---- connections ----

$bridge = bridge('--max-connections', '5', '--max-per-address', '3');
my @clients;
foreach (1 .. 3)
{
	push @clients, $bridge->client;
	is($clients[-1]->request('GET', '/healthz')->{status}, 200, 'as many as may be of one address');
}
$client = $bridge->client;
$client->send_raw($health);
$answer = $client->answer;
is("$answer->{status} $answer->{headers}{connection} $answer->{headers}{'retry-after'}", '503 close 1', 'one more is turned away');
ok($client->is_closed, 'and closed');

sub from
{
	my ($address) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => $bridge->{address}, LocalAddr => $address) or die "connect: $!";
	return bless { socket => $socket, headers => {}, host => 'a', buffer => '' }, 'ScimverHttpClient';
}
push @clients, map { from($_) } '127.0.0.2', '127.0.0.3';
is($_->request('GET', '/healthz')->{status}, 200, 'other addresses') foreach @clients[ 3, 4 ];
is(from('127.0.0.4')->answer->{status}, 503, 'as many as may be of all');
$clients[3]->close;
becomes('one goes, another one comes', sub { return from('127.0.0.4')->request('GET', '/healthz')->{status} == 200 });
$clients[0]->close;
becomes('the same of one address', sub { return $bridge->client->request('GET', '/healthz')->{status} == 200 });
is($bridge->finish, 0, 'exit code');
$bridge = bridge('--max-per-address', '1', '--trusted-proxy', '10.0.0.0/8,127.0.0.0/24');
@clients = map { $bridge->client } 1 .. 3;
is($_->request('GET', '/healthz')->{status}, 200, 'by a proxy many come') foreach @clients;
is($bridge->finish, 0, 'exit code');

# ---- bodies ----

$bridge = bridge('--max-body', '100000');
my $witness = $bridge->client;

# Send all but the end of a body, as long as that; the status of an answer, if there is one by then.
sub half_a_body
{
	my ($length) = @_;
	my $one = $bridge->client;

	$one->send_raw("${post}Content-Length: 100000\r\n\r\n" . 'x' x $length);
	$witness->request('GET', '/healthz') foreach 1 .. 30;
	return ($one, IO::Select->new($one->{socket})->can_read(0) ? $one->answer->{status} : 'none');
}
my (@bodies, @answers);
foreach (1 .. 66)
{
	my ($one, $status) = half_a_body(99_000);
	push @bodies, $one;
	push @answers, $status;
}
is_deeply(\@answers, [ ('none') x 64, 503, 503 ], 'so many large bodies are taken at once, and no more');
is((half_a_body(65_000))[1], 'none', 'a small one is');
$bodies[0]->close;
becomes('one goes, another one is taken', sub { return (half_a_body(99_000))[1] eq 'none' });
@bodies = ();
is($bridge->finish, 0, 'exit code');

# ---- clients that go while they wait ----

$bridge = bridge('--max-connections', '2', '--max-per-address', '2');

# Is one of two places free again?
sub leaves
{
	my ($how) = @_;
	my $other = $bridge->client;

	$other->request('GET', '/healthz');
	becomes("a client that waits and $how is seen", sub { return $bridge->client->request('GET', '/healthz')->{status} == 200 });
	$other->close;
	becomes('so is one that does not wait', sub {
			my @both = map { $bridge->client } 1 .. 2;
			return !grep { $_->request('GET', '/healthz')->{status} != 200 } @both;
		});
}

sub reset_it { setsockopt($_[0], SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) or die "setsockopt: $!"; }

foreach my $sent ($scim, $scim . $health x 10, $scim . $health x 1000)
{
	my $what = length $sent;

	$client = $bridge->client;
	$client->send_raw($sent);
	$client->close;
	leaves("closes, after $what bytes,");
	$client = $bridge->client;
	$client->send_raw($sent);
	reset_it($client->{socket});
	$client->close;
	leaves("is reset, after $what bytes,");
	$client = $bridge->client;
	$client->send_raw($sent);
	$client->end_sending;
	ok($client->is_closed, "one that sends no more, after $what bytes, is closed");
	leaves('sends no more');
}

is($bridge->finish, 0, 'exit code');

# ---- requests that wait, answers that wait ----

my $folder = PostgreSQL::Test::Utils::tempdir_short();
$bridge = ScimverHttp->new(conninfo => $conninfo, address => "unix:$folder/s", args => [ '--timeout', '3600', '--idle-timeout', '2' ]);
my $other = $bridge->client;

# Send it again and again, until nothing more is taken: how often.
sub fill
{
	my ($socket, $request) = @_;
	my ($sent, $refused) = (0, 0);
	my $all = $request x 1000;

	$socket->blocking(0);
	while ($refused < 300)
	{
		my $n = syswrite $socket, $all, length($all) - $sent % length $request, $sent % length $request;

		die "write: $!" if !defined $n && $! != EAGAIN;
		$refused = defined $n ? 0 : $refused + 1;
		$sent += $n // 0;
		last if $sent > 20_000_000;
		$other->request('GET', '/healthz');
	}
	$socket->blocking(1);
	return $sent;
}

sub rss
{
	my ($kb) = slurp_file("/proc/$bridge->{pid}/status") =~ /^VmRSS:\s+(\d+)/m;
	return $kb;
}

$client = $bridge->client;
$client->send_raw($scim);
$other->request('GET', '/healthz') foreach 1 .. 10;
my $before = rss();

# No more memory than that many kB.
sub keeps
{
	my ($most) = @_;

  SKIP:
	{
		skip 'the memory of a sanitizer', 1 if ($ENV{SCIMVER_MCP} // '') =~ /asan/;
		cmp_ok(rss() - $before, '<', $most, 'and little is kept');
	}
	return;
}
cmp_ok(fill($client->{socket}, $health), '<', 2_000_000, 'behind a request that waits, few are read');
keeps(1000);
$client->close;
$client = $bridge->client;
my $sent = fill($client->{socket}, $health);
cmp_ok($sent, '<', 2_000_000, 'of a client that does not read, few requests are taken');
keeps(4000);
$client->send_raw(substr $health, $sent % length $health) if $sent % length $health;
my $expected = int(($sent + length($health) - 1) / length $health);
my $answered = 0;
$answered += $client->answer->{status} == 200 while $answered < $expected;
is($answered, $expected, 'when it reads, all are answered');
is($client->request('GET', '/healthz')->{status}, 200, 'and it goes on');
fill($client->{socket}, $health);
becomes('one that never reads is closed', sub {
		local $SIG{PIPE} = 'IGNORE';
		$other->request('GET', '/healthz');
		$client->{socket}->blocking(0);
		my $n = syswrite $client->{socket}, 'x';
		return !defined $n && ($! == EPIPE || $! == ECONNRESET);
	});
is($bridge->finish, 0, 'exit code');

$bridge = ScimverHttp->new(conninfo => $conninfo, address => "unix:$folder/s");
$other = $bridge->client;
$other->request('GET', '/healthz') foreach 1 .. 10;

# Who sends no more, and reads late, is answered all the same.
{
	my $late = $bridge->client;
	my $read = 0;

	$late->send_raw($health x 2000);
	$late->end_sending;
	$other->request('GET', '/healthz') foreach 1 .. 300;
	while (my $answer = $late->answer) { $read += $answer->{status} == 200; }
	is($read, 2000, 'half-closed: what was answered waits');
}

# Many who do not read: what they leave unread is bounded for all together.
$before = rss();
my @deaf = map { $bridge->client } 1 .. 90;
foreach my $one (@deaf)
{
	# who has read nothing for a while may have been closed by now
	eval { fill($one->{socket}, $health) };
}
keeps(75_000);
is($other->request('GET', '/healthz')->{status}, 200, 'who reads is served');
@deaf = ();
is($bridge->finish, 0, 'exit code');

done_testing();
