# SCIM over HTTP by scimver-mcp: the life of a user, what headers say, whose tenant it is,
# and what is refused before the database is asked.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $error_urn = 'urn:ietf:params:scim:api:messages:2.0:Error';
my $node = ScimverHttp->new_node('http_scim');
ScimverHttp->add_role($node, "entra$_", "tenant$_") foreach 1, 2;
my @token = map { ScimverHttp->token($node, "entra$_", "tenant$_") } 1, 2;
my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge');
my $client = $bridge->client(token => $token[0]);

# An answer is an error of SCIM with that status.
sub is_error
{
	my ($answer, $status, $detail, $what) = @_;
	is($answer->{status}, $status, "$what: status");
	is_deeply($answer->{json}{schemas}, [$error_urn], "$what: an error of SCIM");
	is($answer->{json}{status}, $status, "$what: which says its status");
	like($answer->{json}{detail}, $detail, "$what: detail");
	like($answer->{headers}{'content-type'}, qr{\Aapplication/scim\+json}, "$what: type");
	return;
}

# ---- The life of a user, on one connection.

my $answer = $client->request('POST', '/scim/v2/Users', body => { schemas => ['urn:ietf:params:scim:schemas:core:2.0:User'], userName => 'ada' });
is($answer->{status}, 201, 'POST: created');
my $id = $answer->{json}{id};
my $etag = $answer->{headers}{etag};
is($answer->{headers}{location}, "http://localhost/scim/v2/Users/$id", '... Location');
is($answer->{json}{meta}{location}, $answer->{headers}{location}, '... which meta has, too');
is($answer->{json}{meta}{version}, $etag, '... ETag');
is($answer->{headers}{'content-type'}, 'application/scim+json', '... type');
is($answer->{headers}{'content-length'}, length $answer->{body}, '... length');

my $user = "/scim/v2/Users/$id";
$answer = $client->request('GET', $user);
is($answer->{status}, 200, 'GET');
is($answer->{json}{userName}, 'ada', '... the user');
is($answer->{headers}{etag}, $etag, '... the same version');
my $as_json = $client->request('GET', $user, headers => { Accept => 'application/json' });
is($as_json->{headers}{'content-type'}, 'application/json', 'application/json, if that is what is accepted');
is($client->request('GET', "$user?attributes=nickName")->{json}{userName}, undef, 'a query is handed on');
is($client->request('GET', '/scim/v2/Users?filter=userName%20eq%20%22ada%22')->{json}{totalResults}, 1, '... percent-encoded as it is');

$answer = $client->request('HEAD', $user);
is("$answer->{status} $answer->{headers}{etag}", "200 $etag", 'HEAD');
is($client->request('GET', $user, headers => { 'If-None-Match' => $etag })->{status}, 304, 'If-None-Match: 304, without a body');
is($client->request('GET', $user, headers => { 'If-None-Match' => 'W/"other"' })->{status}, 200, '... if that is its version');
is($client->request('GET', $user, headers => { 'if-none-match' => [ 'W/"a"', $etag ] })->{status}, 304, 'several lines of a header are one');

my %title = (schemas => ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations => [ { op => 'replace', path => 'title', value => 'Countess' } ]);
is_error($client->request('PATCH', $user, body => \%title, headers => { 'If-Match' => 'W/"stale"' }), 412, qr/./, 'PATCH, another version');
$answer = $client->request('PATCH', $user, body => \%title, headers => { 'If-Match' => [ 'W/"stale"', $etag ] });
is($answer->{status}, 200, 'PATCH, one of two versions');
isnt($answer->{headers}{etag}, $etag, '... another version');
$etag = $answer->{headers}{etag};
$answer = $client->request('PUT', $user, body => { schemas => ['urn:ietf:params:scim:schemas:core:2.0:User'], userName => 'ada', displayName => "\x{c3}\x{a9}\"\\\n" }, headers => { 'If-Match' => $etag });
is($answer->{status}, 200, 'PUT');
is($answer->{json}{displayName}, $client->request('GET', $user)->{json}{displayName}, '... and what was put');
is($client->request('PUT', $user, body => { userName => 'ada' }, headers => { Prefer => 'return=minimal' })->{status}, 204, 'Prefer: 204, without a body');
$answer = $client->request('PUT', $user, body => { userName => 'ada', title => 'x' }, headers => { Prefer => 'return=representation' });
is($answer->{headers}{'preference-applied'}, 'return=representation', 'Preference-Applied');
is($client->request('POST', '/scim/v2/Users/.search', body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter => 'userName eq "ada"' })->{json}{totalResults}, 1, 'a search by POST');
is_error($client->request('POST', '/scim/v2/Users', body => { userName => 'ada' }), 409, qr/./, 'a userName that is taken');
is($client->request('POST', '/scim/v2/Users', body => { userName => 'ada' })->{json}{scimType}, 'uniqueness', '... scimType');
is_error($client->request('POST', '/scim/v2/Users', body => '{"userName": }'), 400, qr/not valid JSON/, 'a body that is no JSON');
is_error($client->request('POST', '/scim/v2/Users', body => "{\"userName\": \"\xff\"}"), 400, qr/UTF-8/, 'one that is no UTF-8');
is_error($client->request('POST', '/scim/v2/Users', body => "{\"userName\": \"\0\"}"), 400, qr/NUL/, 'one with a NUL');
is_error($client->request('POST', '/scim/v2/Users', body => 'x', headers => { 'Content-Type' => 'text/plain' }), 415, qr/./, 'a body of another type');
is_error($client->request('POST', '/scim/v2/Users', body => '{}', headers => { 'Content-Type' => [ 'application/json', 'text/plain' ] }), 415, qr/./, 'one of two types');
is_error($client->request('GET', '/scim/v2/Nothing'), 404, qr/./, 'an endpoint that is not there');
$answer = $client->request('DELETE', '/scim/v2/Users');
is_error($answer, 405, qr/./, 'a method that is not there');
is($answer->{headers}{allow}, 'GET, HEAD, POST', '... Allow');
is($client->request('DELETE', $user, headers => { 'If-Match' => '*' })->{status}, 204, 'DELETE');
is_error($client->request('GET', $user), 404, qr/./, '... and it is gone');
is($client->request('HEAD', $user)->{status}, 404, '... for HEAD, too');
is($client->request('GET', '/scim/v2/ServiceProviderConfig')->{json}{etag}{supported}, JSON::PP::true, 'discovery');

# ---- Many at once over one connection are answered one after the other.

$client->send('POST', '/scim/v2/Users', body => { userName => "user $_" }) foreach 1 .. 20;
$client->send('GET', '/scim/v2/Users?count=0');
is(join(' ', map { $client->answer->{json}{userName} } 1 .. 20), join(' ', map { "user $_" } 1 .. 20), 'pipelined requests, in their order');
is($client->answer->{json}{totalResults}, 20, '... each after the one before');

# ---- Tenants: a token has one.

my $other = $bridge->client(token => $token[1]);
is($other->request('GET', '/scim/v2/Users')->{json}{totalResults}, 0, 'another token, another tenant');
my $first = $client->request('GET', '/scim/v2/Users?count=1')->{json}{Resources}[0];
is_error($other->request('GET', "/scim/v2/Users/$first->{id}"), 404, qr/./, '... where that user is not');
is_error($other->request('DELETE', "/scim/v2/Users/$first->{id}"), 404, qr/./, '... and cannot be deleted');
is($other->request('POST', '/scim/v2/Users', body => { userName => 'user 1' })->{status}, 201, 'the same name there');
is($node->safe_psql('postgres', q{SELECT string_agg(tenant_id || ' ' || n, ', ' ORDER BY tenant_id) FROM (SELECT tenant_id, count(*) n FROM users GROUP BY 1) t}),
	'tenant1 20, tenant2 1', 'every user is where he belongs');
foreach my $round (1 .. 20)
{
	# one connection of the bridge's serves both in turn
	is(join(' ', map { $_->request('GET', '/scim/v2/Users?count=0')->{json}{totalResults} } $client, $other), '20 1', "in turns ($round)");
}

# ---- What only reads runs so: by a policy that shows rows to nobody else.

$node->safe_psql('postgres', q{CREATE POLICY only_readers ON users AS RESTRICTIVE FOR SELECT USING (current_setting('transaction_read_only') = 'on')});
is($client->request($_, "/scim/v2/Users/$first->{id}")->{status}, 200, "$_ only reads") foreach 'GET', 'HEAD';
is($client->request('POST', '/scim/v2/Users/.search', body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] })->{json}{totalResults}, 20, '... and a search by POST');
is($client->request('DELETE', "/scim/v2/Users/$first->{id}")->{status}, 404, '... what writes does not');
$node->safe_psql('postgres', 'DROP POLICY only_readers ON users');

# ---- Tokens that are none, before the database is asked and behind it.

my $challenge = 'Bearer realm="scimver"';
my $nobody = $bridge->client;
$answer = $nobody->request('GET', '/scim/v2/Users');
is_error($answer, 401, qr/token is required/, 'no token');
is($answer->{headers}{'www-authenticate'}, $challenge, '... and how to bring one');
is_error($nobody->request('GET', "/scim/v2/Users?access_token=$token[0]"), 401, qr/token is required/, 'a token in the query is none');
is_error($nobody->request('GET', '/scim/v2/ServiceProviderConfig'), 401, qr/token is required/, 'discovery, too, wants one');
is_error($nobody->request('GET', '/scim/v2/Users', headers => { Authorization => 'Basic YTpi' }), 401, qr/token is required/, 'another scheme');
is($nobody->request('GET', '/scim/v2/Users', headers => { Authorization => "bEARER   $token[0]" })->{status}, 200, 'the scheme has no case');
my $unknown = 'scimver_' . 'A' x 43;
foreach my $wrong ("Bearer", "Bearer $token[0]x", 'Bearer ' . substr($token[0], 0, -1), "Bearer $token[0] $token[0]", "Bearer \U$token[0]", "Bearer $unknown",
	'Bearer scimver_' . 'A' x 42 . '=')
{
	$answer = $nobody->request('GET', '/scim/v2/Users', headers => { Authorization => $wrong });
	is_error($answer, 401, qr/token/, $wrong =~ /$unknown/ ? 'a token that nobody knows' : 'no token');
	is($answer->{headers}{'www-authenticate'}, "$challenge, error=\"invalid_token\"", '... and what is wrong');
}
is_error($nobody->request('GET', '/scim/v2/Users', headers => { Authorization => [ "Bearer $token[0]", "Bearer $token[1]" ] }), 400, qr/one Authorization/, 'two tokens');
ok($nobody->is_closed, '... closes the connection');

# ---- What must not reach the database.

foreach my $case ([ "/scim/v2/Users/\xc3\xa9", {}, 'a target that is not ASCII' ], [ "/scim/v2/Users?filter=\xe9", {}, 'a query that is not' ],
	[ '/scim/v2/Users', { 'If-Match' => "W/\"\xff\"" }, 'a header that is no UTF-8' ])
{
	my ($target, $headers, $what) = @$case;
	my $bad = $bridge->client(token => $token[0]);
	$answer = $bad->request('GET', $target, headers => $headers);
	is($answer->{status}, 400, $what);
	ok($bad->is_closed, '... closes the connection');
}
is($client->request('GET', '/scim/v2/Users?count=0', headers => { 'X-Other' => "\xff" })->{status}, 200, 'one that is not handed on may be anything');

# ---- Where it is reached by: the database's own, else what its client says.

is($client->request('GET', "/scim/v2/Users/$first->{id}", headers => { Host => 'scim.example.com:8443' })->{json}{meta}{location},
	"http://scim.example.com:8443/scim/v2/Users/$first->{id}", 'by Host');
$node->safe_psql('postgres', q{ALTER DATABASE postgres SET scimver.base_url = 'https://id.example.com/scim'});
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = 'bridge'});
is($client->request('GET', "/scim/v2/Users/$first->{id}")->{json}{meta}{location}, "https://id.example.com/scim/Users/$first->{id}", 'by the database');
$node->safe_psql('postgres', q{ALTER DATABASE postgres RESET scimver.base_url});
my $based = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => [ '--scim-base', '/', '--trusted-proxy', '127.0.0.1/32' ]);
my $behind = $based->client(token => $token[0], headers => { 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'public.example.com', 'X-Forwarded-For' => '192.0.2.1' });
is($behind->request('GET', "/Users/$first->{id}")->{json}{meta}{location}, "https://public.example.com/Users/$first->{id}", 'by what a proxy says');
is($behind->request('GET', '/scim/v2/Users')->{status}, 404, '--scim-base: elsewhere');
$behind = $based->client(token => $token[0]);
is($behind->request('GET', "/Users/$first->{id}", headers => { Host => 'x_y.example' })->{json}{meta}{location}, "http://x_y.example/Users/$first->{id}", 'a proxy that says nothing');
$behind->send_raw("GET /Users/$first->{id} HTTP/1.0\r\nAuthorization: Bearer $token[0]\r\nConnection: keep-alive\r\n\r\n");
is($behind->answer->{json}{meta}{location}, "/Users/$first->{id}", 'nobody says anything');
is($based->finish, 0, 'exit code');

is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');
done_testing();
