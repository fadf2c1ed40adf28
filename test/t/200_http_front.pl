# scimver-mcp --http: what comes over a connection, request by request.  There is no
# database here: whoever needs one waits, or is told so.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', args => [ '--max-body', '100000' ]);
my $token = 'scimver_' . 'x' x 43;
my $health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

# What is answered to these bytes, and then the connection is closed.
sub answers
{
	my ($bytes) = @_;
	my $client = $bridge->client;
	my @answers;

	$client->send_raw($bytes);
	while (my $answer = $client->answer) { push @answers, $answer; }
	return @answers;
}

sub statuses { return join ' ', map { $_->{status} } answers(@_); }

# ---- answers ----

my $client = $bridge->client;
my $answer = $client->request('GET', '/healthz');
is("$answer->{status} $answer->{body}", "200 ok\n", 'an answer');
like(delete $answer->{headers}{date}, qr/\A\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\z/, 'with its date');
is_deeply($answer->{headers},
	{   'content-type' => 'text/plain; charset=utf-8', 'content-length' => 3, 'cache-control' => 'private, no-cache',
		'vary' => 'Authorization, Accept, Accept-Encoding', 'x-content-type-options' => 'nosniff' },
	'and these headers');
is($client->request('GET', '/healthz')->{status}, 200, 'the connection is kept');
$answer = $client->request('HEAD', '/healthz');
is("$answer->{status} $answer->{headers}{'content-length'} $answer->{body}", '200 3 ', 'HEAD: the same without the body');
$answer = $client->request('GET', '/nothing');
is("$answer->{status} $answer->{headers}{'content-type'}", '404 application/json', 'no route');
is_deeply($answer->{json}, { status => 404, detail => 'Nothing is served at this path.' }, 'its body');
is($client->request('GET', '/healthz')->{status}, 200, 'and the connection is kept');
$answer = $client->request('POST', '/scim/v2/Users', body => 'x' x 100_001);
is_deeply([ $answer->{status}, $answer->{json}{schemas}[0] ], [ 401, 'urn:ietf:params:scim:api:messages:2.0:Error' ],
	'a token is asked for before the body is too long');
$client = $bridge->client(token => $token);
$answer = $client->request('POST', '/scim/v2/Users', body => 'x' x 100_000);
is($answer->{status}, 503, 'a body as long as may be arrives');
is($client->request('GET', '/healthz')->{status}, 200, 'and the connection is kept');
$answer = $client->request('POST', '/scim/v2/Users', body => 'x' x 100_001);
is_deeply([ $answer->{status}, $answer->{headers}{connection}, $answer->{json}{schemas}[0] ],
	[ 413, 'close', 'urn:ietf:params:scim:api:messages:2.0:Error' ], 'one that is longer does not');
ok($client->is_closed, 'and the connection is closed');

# ---- how long a connection is kept ----

$client = $bridge->client;
$client->send_raw("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n$health");
is($client->answer->{headers}{connection}, 'close', 'a client that wants it closed is told');
ok($client->is_closed, 'and it is');
$client = $bridge->client;
$client->send_raw("GET /healthz HTTP/1.0\r\n\r\n");
is($client->answer->{headers}{connection}, 'close', 'HTTP/1.0');
ok($client->is_closed, 'is closed');
$client = $bridge->client;
$client->send_raw("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
is($client->answer->{headers}{connection}, 'keep-alive', 'unless its client asks: then it is told');
is($client->request('GET', '/healthz')->{status}, 200, 'that it is kept');

# ---- many requests at once ----

is(statuses($health x 1000 . "GET /healthz HTTP/1.0\r\n\r\n"), join(' ', (200) x 1001), 'a thousand in one piece');
is(statuses("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\nPOST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n" .
		"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n....." . "DELETE /scim/v2/Users/1 HTTP/1.1\r\nHost: a\r\n\r\n" . "GET /healthz HTTP/1.0\r\n\r\n"),
	'200 404 405 401 200', 'in their order; a body that nobody wants is passed over');
$client = $bridge->client(token => $token);
$client->send_raw("POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nTransfer-Encoding: chunked\r\n\r\n" .
	join('', map { sprintf "%x\r\n%s\r\n", $_, 'x' x $_ } 1 .. 400) . "0\r\n\r\n$health");
is($client->answer->{status}, 503, 'a body in chunks');
is($client->answer->{status}, 200, 'and what stands behind it');
is(statuses("POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nTransfer-Encoding: chunked\r\n\r\n" .
		sprintf("%x\r\n%s\r\n", 60_000, 'x' x 60_000) x 2 . "0\r\n\r\n$health"), '413', 'chunks that are too long together');

# ---- one in many pieces ----

$client = $bridge->client(token => $token);
my $whole = "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 10\r\n\r\n0123456789$health";
$client->send_raw($_) foreach split //, $whole;
is($client->answer->{status}, 503, 'byte by byte');
is($client->answer->{status}, 200, 'and the one behind it');
$client = $bridge->client;
my $unwanted = "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789";
my $other = $bridge->client;
foreach my $case ([ $unwanted, '405 200', 1 .. length("$unwanted$health") - 1 ], [ $whole, '503 200', map { length($whole) - length($health) + $_ } -11, -10, -1, 0 ])
{
	my ($bytes, $expected, @places) = @$case;
	$bytes .= $health if $bytes eq $unwanted;
	foreach my $at (@places)
	{
		$client->send_raw(substr($bytes, 0, $at));
		# another connection is answered: by then the first piece has been read
		$other->request('GET', '/healthz');
		$client->send_raw(substr($bytes, $at));
		my $statuses = join ' ', map { $client->answer->{status} } 1 .. 2;
		fail("in two pieces, at byte $at: $statuses") if $statuses ne $expected;
	}
}
pass('in two pieces, wherever it is broken');

# ---- what is refused is the last ----

foreach my $case (
	[ 400, 'no request', "nonsense\r\n\r\n" ],
	[ 400, 'two lengths', "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx" ],
	[ 400, 'length and chunks', "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx" ],
	[ 400, 'no host', "GET /healthz HTTP/1.1\r\n\r\n" ],
	[ 400, 'a bare line feed', "GET /healthz HTTP/1.1\nHost: a\n\n" ],
	[ 400, 'a chunk that is none', "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" ],
	[ 413, 'too long a body', "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 100001\r\n\r\n" ],
	[ 413, 'one beyond all numbers', "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 99999999999999999999999\r\n\r\n" ],
	[ 401, 'chunks that nobody wants', "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" ],
	[ 401, 'much that nobody wants', "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n" . 'x' x 65_537 ],
	[ 414, 'too long a target', 'GET /' . 'x' x 16_384 . " HTTP/1.1\r\nHost: a\r\n\r\n" ],
	[ 417, 'another expectation', "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: money\r\n\r\n" ],
	[ 431, 'too many fields', "GET /healthz HTTP/1.1\r\nHost: a\r\n" . "X: y\r\n" x 64 . "\r\n" ],
	[ 431, 'too long fields', "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " . 'y' x 16_384 . "\r\n\r\n" ],
	[ 501, 'an unknown method', "BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n" ],
	[ 505, 'another version', "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n" ])
{
	my ($status, $name, $bytes) = @$case;
	my @answers = answers("$health$bytes$health");
	is(join(' ', map { $_->{status} } @answers), "200 $status", $name);
	is($answers[-1]{headers}{connection}, 'close', 'and the client is told that it is closed');
	is($answers[-1]{json}{status}, $status, 'with a body');
}

# ---- Expect ----

# Does the client have to send its body?  What it is told, and then.
sub expecting
{
	my ($length, @headers) = @_;
	my $one = $bridge->client;

	$one->send_raw(join("\r\n", 'POST /scim/v2/Users HTTP/1.1', 'Host: a', 'Expect: 100-continue', "Content-Length: $length", @headers, '', ''));
	my $first = $one->answer;
	return $first->{status} unless $first->{status} == 100;
	$one->send_raw('x' x $length);
	return "$first->{status} " . $one->answer->{status};
}
is(expecting(10, "Authorization: Bearer $token"), '100 503', 'a body is asked for');
is(expecting(10), '401', 'not without a token');
is(expecting(100_001, "Authorization: Bearer $token"), '413', 'nor if it is too long');
is(expecting(0, "Authorization: Bearer $token"), '503', 'nor if there is none');
is(statuses("POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nAuthorization: Bearer $token\r\n" .
		"Connection: close\r\n\r\n{}"), '503', 'nor if it is there');

# ---- a client that sends no more ----

$client = $bridge->client;
$client->send_raw($health x 3);
$client->end_sending;
is(join(' ', map { $client->answer->{status} } 1 .. 3), '200 200 200', 'half-closed: what was answered arrives');
ok($client->is_closed, 'then it is closed');
$client = $bridge->client;
$client->send_raw("GET /healthz HTTP/1.1\r\nHost:");
$client->end_sending;
ok($client->is_closed, 'half a head: it is closed');

unlike($bridge->stderr, qr/^(?!scimver-mcp: cannot connect to the database)/m, 'nothing to report of clients');
is($bridge->finish, 0, 'exit code');

done_testing();
