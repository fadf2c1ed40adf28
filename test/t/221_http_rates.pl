# scimver-mcp --http: wrong tokens, and tokens that are used too often.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('rates');
ScimverHttp->add_role($node, 'app', 'default');
my $token = ScimverHttp->token($node, 'app', 'default');
my $unseen = ScimverHttp->token($node, 'app', 'default');
my $limited = ScimverHttp->token($node, 'app', 'default', '{"max_per_minute": 5}');
my $connstr = $node->connstr('postgres') . ' user=bridge';
my $bridge = ScimverHttp->new(conninfo => $connstr, args => [ '--trusted-proxy', '127.0.0.1/32' ]);
my $path = '/scim/v2/ResourceTypes';

# A token of the right form that nobody has.
sub wrong { my ($number) = @_; return sprintf 'scimver_%043d', $number; }

# The answer to a request by that token, from an address that the proxy names.
sub ask
{
	my ($client, $sent, $from) = @_;
	return $client->request('GET', $path, headers => { Authorization => "Bearer $sent", defined $from ? ('X-Forwarded-For' => $from) : () });
}


# ---- 10,000 wrong tokens ----

my $client = $bridge->client;
is(ask($client, $token, '192.0.2.1')->{status}, 200, 'a token that works');
my %statuses;
my $first_429;
my $refused;
foreach my $i (1 .. 10_000)
{
	my $answer = ask($client, wrong($i), '192.0.2.1');
	$statuses{ $answer->{status} }++;
	next unless $answer->{status} == 429;
	$first_429 //= $i;
	$refused = $answer;
}
is_deeply(\%statuses, { 401 => 20, 429 => 9980 }, '10,000 wrong tokens: 20 are looked up');
is($first_429, 21, 'the first 20');
cmp_ok($refused->{headers}{'retry-after'}, '>', 0, 'Retry-After');
cmp_ok($refused->{headers}{'retry-after'}, '<=', 65, 'of a minute');
is($refused->{json}{status}, '429', 'in the form of SCIM');
like($refused->{headers}{'content-type'}, qr{\Aapplication/scim\+json}, 'and of its type');
is(ask($client, $token, '192.0.2.1')->{status}, 200, 'the token that has worked works');
is(ask($client, $unseen, '192.0.2.1')->{status}, 429, 'one that was never seen is one of the wrong ones');
is(ask($client, $unseen, '192.0.2.2')->{status}, 200, 'from elsewhere it works');
is(ask($client, $unseen, '192.0.2.1')->{status}, 200, 'and from then on from there, too');
is(ask($client, wrong(1), '192.0.2.2')->{status}, 401, 'other addresses are not concerned');
is(ask($client, wrong(1))->{status}, 401, 'nor is the proxy itself');
is(ask($client, 'scimver_short', '192.0.2.1')->{status}, 401, 'what does not look like a token is told so, without being looked up');
is($client->request('POST', '/scim/v2/Users', headers => { Authorization => 'Bearer ' . wrong(5), 'X-Forwarded-For' => '192.0.2.1', Expect => '100-continue', 'Content-Length' => 100 })->{status},
	429, 'a body is not asked for');

# ---- IPv6 ----

$client = $bridge->client;
is(join(' ', map { ask($client, wrong($_), "2001:db8:1:1::$_")->{status} } 1 .. 22), join(' ', (401) x 20, 429, 429), 'IPv6 is counted by networks');
is(ask($client, wrong(1), '2001:db8:1:2::1')->{status}, 401, 'another network');

# ---- a token that is revoked ----

is(ask($client, wrong(1), '192.0.2.1')->{status}, 429, 'the address is full still');
$node->safe_psql('postgres', q{SELECT scim_revoke_token(id) FROM scim_list_tokens() WHERE max_per_minute IS NULL});
is(ask($client, $token, '192.0.2.1')->{status}, 401, 'a token that has worked is looked up: it was revoked');
is(ask($client, $token, '192.0.2.1')->{status}, 429, 'then it is one of the others');

# ---- a token with a limit ----

is(join(' ', map { ask($client, $limited, "198.51.100.$_")->{status} } 1 .. 8), '200 200 200 200 200 429 429 429', 'max_per_minute');
my $answer = ask($client, $limited, '198.51.100.9');
cmp_ok($answer->{headers}{'retry-after'}, '>', 0, 'Retry-After');
like($answer->{json}{detail}, qr/more often/, 'and why');
is($client->request('GET', '/healthz')->{status}, 200, 'the connection goes on');
is($bridge->finish, 0, 'exit code');

# ---- a Unix socket ----

my $socket = PostgreSQL::Test::Utils::tempdir_short() . '/http.sock';
$bridge = ScimverHttp->new(conninfo => $connstr, address => "unix:$socket");
$client = $bridge->client;
is(join(' ', map { ask($client, wrong($_))->{status} } 1 .. 30), join(' ', (401) x 30), 'who comes by a Unix socket is not counted');
is(join(' ', map { ask($client, wrong($_), '192.0.2.1')->{status} } 1 .. 22), join(' ', (401) x 20, 429, 429), 'whom a proxy names there is counted');
is(ask($client, wrong(1))->{status}, 401, 'the proxy is not');
is($bridge->finish, 0, 'exit code');

done_testing();
