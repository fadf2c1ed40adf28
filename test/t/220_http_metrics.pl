# scimver-mcp --http: metrics, the log of requests, answers that are compressed.
use strict;
use warnings;
use Compress::Zlib ();
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('metrics');
ScimverHttp->add_role($node, 'app', 'default');
my $token = ScimverHttp->token($node, 'app', 'default');
my $token_id = $node->safe_psql('postgres', q{SELECT id FROM scim_list_tokens()});
my $metrics_port = PostgreSQL::Test::Cluster::get_free_port();
my $connstr = $node->connstr('postgres') . ' user=bridge';
my $bridge = ScimverHttp->new(conninfo => $connstr, args => [ '--metrics', "127.0.0.1:$metrics_port", '--log-requests' ]);
my $collector = ScimverHttpClient->new(address => "127.0.0.1:$metrics_port");

# All metrics as { name with labels => value }.
sub collect
{
	my $answer = $collector->request('GET', '/metrics');
	die "no metrics: $answer->{status}" unless $answer->{status} == 200;
	return { map { /\A(\S+) ([0-9.]+)\z/ ? ($1 => $2) : () } split /\n/, $answer->{body} };
}

# What these came to meanwhile.
sub came_to
{
	my ($before, @names) = @_;
	my $now = collect();
	return join ' ', map { ($now->{$_} // 0) - ($before->{$_} // 0) } @names;
}

sub requests
{
	my ($route, $status) = @_;
	return qq{scimver_requests_total{transport="http",route="$route",status="$status"}};
}

# ---- what is counted ----

my $answer = $collector->request('GET', '/metrics');
is($answer->{status}, 200, '/metrics');
is($answer->{headers}{'content-type'}, 'text/plain; version=0.0.4; charset=utf-8', 'its type is that of the format');
my %typed = map { /\A# TYPE (\S+) (\S+)\z/ ? ($1 => $2) : () } split /\n/, $answer->{body};
my %expected = (
	(map { $_ => 'counter' } map { "scimver_${_}_total" } qw(requests errors conflicts auth_failures bytes)),
	(map { $_ => 'gauge' } map { "scimver_$_" } qw(pool_size pool_busy pool_waiting connections subscriptions)),
	scimver_request_seconds => 'histogram', scimver_db_seconds => 'histogram');
is_deeply(\%typed, \%expected, 'all of them have their type');
is((grep { !/\A(# (HELP|TYPE) .*|[a-z_]+(\{[a-z]+="[^"\\]*"(,[a-z]+="[^"\\]*")*\})? [0-9.]+)\z/ } split /\n/, $answer->{body}), 0,
	'each line has the form of the format');
is($collector->request('HEAD', '/metrics')->{status}, 200, 'HEAD of it');
$answer = ScimverHttpClient->new(address => "127.0.0.1:$metrics_port")->request('POST', '/metrics', body => 'x');
is("$answer->{status} $answer->{headers}{allow}", '405 GET, HEAD', 'other methods are refused');
is($collector->request('GET', $_)->{status}, 404, "$_ is not there") foreach '/healthz', '/scim/v2/Users', '/metrics/more', '/';

my $client = $bridge->client(token => $token);
is($client->request('GET', '/metrics')->{status}, 404, 'nor are metrics at the main address');

my $before = collect();
my $user = $client->request('POST', '/scim/v2/Users', body => { userName => 'ada', schemas => ['urn:ietf:params:scim:schemas:core:2.0:User'] });
is($user->{status}, 201, 'a user');
my $path = "/scim/v2/Users/$user->{json}{id}";
is($client->request('GET', $path)->{status}, 200, 'is read');
is($client->request('GET', $path)->{status}, 200, 'twice');
is($client->request('GET', '/scim/v2/Users/nobody%22%7D')->{status}, 404, 'another is not there');
is($client->request('DELETE', $path, headers => { 'If-Match' => 'W/"other"' })->{status}, 412, 'a conflict');
is($client->request('GET', '/elsewhere')->{status}, 404, 'a path that is not served');
is(came_to($before, requests('scim', 201), requests('scim', 200), requests('scim', 404), requests('scim', 412), requests('none', 404)),
	'1 2 1 1 1', 'requests are counted by route and status');
is(came_to($before, 'scimver_errors_total{code="USER_NOT_FOUND"}', 'scimver_errors_total{code="VERSION_MISMATCH"}', 'scimver_conflicts_total'), '1 1 1', 'errors by their code');
is(came_to($before, 'scimver_request_seconds_count{transport="http",route="scim"}', 'scimver_request_seconds_bucket{transport="http",route="scim",le="+Inf"}'),
	'5 5', 'and their times');
cmp_ok(came_to($before, 'scimver_db_seconds_count'), '>=', 5, "and the database's");
cmp_ok(came_to($before, 'scimver_request_seconds_sum{transport="http",route="scim"}'), '>=', came_to($before, 'scimver_db_seconds_sum') / 2, 'their sums are seconds');
my $now = collect();
unlike(join(' ', keys %$now), qr/nobody|ada|default|elsewhere|\Q$user->{json}{id}\E|\Q$token_id\E/, 'nothing that a client sent is a label');
is($now->{scimver_pool_size}, 4, 'the size of the pool');
is($now->{scimver_pool_busy} + $now->{scimver_pool_waiting}, 0, 'nobody asks now');
is($now->{scimver_connections}, 2, 'one client, and who collects');
my $second = $bridge->client;
is($second->request('GET', '/healthz')->{status}, 200, 'another one');
is(collect()->{scimver_connections}, 3, 'is counted');
$second->close;
my $attempts = 50 * $PostgreSQL::Test::Utils::timeout_default;
select undef, undef, undef, 0.02 while collect()->{scimver_connections} != 2 && --$attempts > 0;
is(collect()->{scimver_connections}, 2, 'and not any more, when it has gone');

# ---- bytes ----

$before = collect();
$client->request('GET', '/healthz', headers => { 'X-Long' => 'x' x 5000 });
my ($received, $sent) = split / /, came_to($before, 'scimver_bytes_total{direction="received"}', 'scimver_bytes_total{direction="sent"}');
cmp_ok($received, '>', 5000, 'bytes that were received');
cmp_ok($received, '<', 7000, 'and no more');
cmp_ok($sent, '>', 1000, 'bytes that were sent');

# ---- who is refused ----

$before = collect();
my $reader = ScimverHttp->token($node, 'app', 'default', '{"scopes": ["scim", "read_only"]}');
is($bridge->client(token => $reader)->request('DELETE', $path)->{status}, 403, 'a token that only reads');
foreach my $case ([ undef, 401 ], [ 'scimver_short', 401 ], [ 'scimver_' . 'A' x 43, 401 ])
{
	my ($sent_token, $status) = @$case;
	is($bridge->client(token => $sent_token)->request('GET', '/scim/v2/Users')->{status}, $status, 'no token that works');
}
is(came_to($before, map { qq{scimver_auth_failures_total{reason="$_"}} } qw(missing malformed refused forbidden rate)),
	'1 1 1 1 0', 'who is refused is counted by the reason');
is(came_to($before, map { qq{scimver_errors_total{code="$_"}} } qw(INVALID_REQUEST TOKEN_INVALID PERMISSION_DENIED)), '2 1 1', 'and by the code, if it has one');

# ---- bytes that are no request ----

$before = collect();
my $raw = $bridge->client;
$raw->send_raw("GET / HTTP/1.1\nHost: localhost\n\n");
is($raw->answer->{status}, 400, 'no request');
is(came_to($before, requests('none', 400)), 1, 'is counted, too');

# ---- waiting ----

my $session = $node->background_psql('postgres', on_error_stop => 0);
$session->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
my @waiting = map { $bridge->client(token => $token) } 1 .. 3;
$_->send('GET', $path) foreach @waiting;
$attempts = 50 * $PostgreSQL::Test::Utils::timeout_default;
select undef, undef, undef, 0.02 until ($now = collect())->{scimver_pool_busy} == 2 && $now->{scimver_pool_waiting} == 1 or --$attempts < 0;
is("$now->{scimver_pool_busy} $now->{scimver_pool_waiting}", '2 1', 'one token has half of the pool, its next request waits');
$session->query_safe('COMMIT');
$session->quit;
is($_->answer->{status}, 200, 'and is answered') foreach @waiting;

# ---- the log ----

sub log_lines
{
	my @lines = map { /\Ascimver-mcp: ((?:[A-Z]+|-) (?:scim|healthz|readyz|metrics|none) .*)\z/ ? $1 : () } split /\n/, $bridge->stderr;
	return \@lines;
}
my $lines = log_lines();
my @of_scim = grep { / scim / } @$lines;
like($of_scim[0], qr/\APOST scim 201 \d+ \Q$token_id\E\z/, 'a line for a request: method, route, status, microseconds, token');
like($of_scim[4], qr/\ADELETE scim 412 \d+ \Q$token_id\E\z/, 'for another one');
is(scalar(grep { /\A- none 400 \d+ -\z/ } @$lines), 1, 'for bytes that are no request');
is(scalar(grep { /\AGET scim 401 \d+ -\z/ } @$lines), 3, 'for tokens that do not work, which are not named');
is(scalar(grep { !/\A(GET|HEAD|POST|DELETE|-) [a-z]+ \d{3} \d+ (-|[0-9a-f-]{36})\z/ } @$lines), 0, 'that is all that a line says');
unlike($bridge->stderr, qr/\Q$token\E|\Q$reader\E|scimver_short|nobody|userName|elsewhere|other/, 'nothing else of requests is there');

# ---- compressed answers ----

$node->safe_psql('postgres', q{SELECT count(scim_create_user(jsonb_build_object('userName', 'user ' || i))) FROM generate_series(1, 50) i});
my $list = '/scim/v2/Users?count=50&sortBy=userName';
my $plain = $client->request('GET', $list);
ok(!exists $plain->{headers}{'content-encoding'}, 'a list, to who does not say that it takes gzip');
my $packed = $client->request('GET', $list, headers => { 'Accept-Encoding' => 'br, gzip' });
is($packed->{headers}{'content-encoding'}, 'gzip', 'a list, to who does');
is(length $packed->{body}, $packed->{headers}{'content-length'}, 'its length is that of what is sent');
cmp_ok(length $packed->{body}, '<', length($plain->{body}) / 3, 'which is less');
is(Compress::Zlib::memGunzip($packed->{body}), $plain->{body}, 'of the same');
is($packed->{headers}{etag} // '', $plain->{headers}{etag} // '', 'with the same ETag');
like($_->{headers}{vary}, qr/\bAccept-Encoding\b/, 'Vary says so') foreach $plain, $packed;
$answer = $client->request('GET', $list, headers => { 'Accept-Encoding' => 'gzip;q=0, identity' });
ok(!exists $answer->{headers}{'content-encoding'}, 'not to who does not want it');
$answer = $client->request('GET', $path, headers => { 'Accept-Encoding' => 'gzip' });
cmp_ok(length $answer->{body}, '<', 2048, 'what is short');
ok(!exists $answer->{headers}{'content-encoding'}, 'is sent as it is');
$answer = $client->request('POST', '/scim/v2/Users/.search', headers => { 'Accept-Encoding' => 'gzip' },
	body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], count => 50 });
is("$answer->{status} $answer->{headers}{'content-encoding'}", '200 gzip', 'a search');
my @long = map { { value => "ada$_\@example.com", type => "kind $_" } } 1 .. 60;
$answer = $client->request('PATCH', $path, headers => { 'Accept-Encoding' => 'gzip' },
	body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations => [ { op => 'add', path => 'emails', value => \@long } ] });
is($answer->{status}, 200, 'a patch');
cmp_ok(length $answer->{body}, '>', 2048, 'with a long answer');
ok(!exists $answer->{headers}{'content-encoding'}, 'what is written is never compressed');
my $read = $client->request('GET', $path, headers => { 'Accept-Encoding' => 'gzip' });
is($read->{headers}{'content-encoding'}, 'gzip', 'what is read is');
like($read->{headers}{etag}, qr{\AW/"}, 'its ETag is a weak one, as another spelling of the bytes has it, too');
$answer = $client->request('HEAD', $path, headers => { 'Accept-Encoding' => 'gzip' });
is($answer->{status}, 200, 'HEAD of it');
ok(!exists $answer->{headers}{'content-length'} || $answer->{headers}{'content-length'} == $read->{headers}{'content-length'},
	'says no other length than GET does');
is($client->request('GET', $path, headers => { 'Accept-Encoding' => 'gzip', 'If-None-Match' => $read->{headers}{etag} })->{status}, 304, 'and it is known by it');
$answer = $client->request('GET', '/scim/v2/Users?filter=' . 'x' x 3000, headers => { 'Accept-Encoding' => 'gzip' });
is($answer->{status}, 400, 'an error');
ok(!exists $answer->{headers}{'content-encoding'}, 'is not compressed');

is($bridge->finish, 0, 'exit code');

# ---- more clients than may come ----

$bridge = ScimverHttp->new(conninfo => $connstr, args => [ '--max-connections', '1', '--log-requests' ]);
sub turned_away { return scalar(() = $bridge->stderr =~ /^scimver-mcp: - none 503 0 -$/mg); }
# whoever looked whether it listens may be there still
do { $client = $bridge->client; $answer = $client->request('GET', '/healthz') } until defined $answer && $answer->{status} == 200;
my $many = turned_away();
is($bridge->client->answer->{status}, 503, 'one client too many');
is(turned_away() - $many, 1, 'has its line, too');
is($bridge->finish, 0, 'exit code');

# ---- over stdio, without --http ----

my $agent = ScimverBridge->new(conninfo => $node->connstr('postgres'), args => [ '--metrics', $metrics_port, '--log-requests' ]);
$agent->initialize;
$collector = ScimverHttpClient->new(address => "127.0.0.1:$metrics_port");
$before = collect();
sub calls { my ($status) = @_; return qq{scimver_requests_total{transport="stdio",route="tools/call",status="$status"}}; }
ok($agent->call('scim_user_exists', { user_id => $user->{json}{id} })->{success}, 'a call of an agent');
is($agent->call('scim_delete_user', { user_id => $user->{json}{id}, expected_version => 'AAAAAAAAAAAAAAAAAAAAAA' })->{content}{error_code},
	'VERSION_MISMATCH', 'a conflict of an agent');
is($agent->roundtrip('nonsense')->{error}{code}, -32601, 'no method');
is(came_to($before, calls(200), 'scimver_errors_total{code="VERSION_MISMATCH"}', 'scimver_conflicts_total', 'scimver_errors_total{code="INVALID_REQUEST"}'),
	'2 1 1 1', 'calls are counted, and what they were told');
is(came_to($before, 'scimver_subscriptions'), 0, 'no subscription');
$agent->roundtrip('resources/subscribe', { uri => "scim://default/Users/$user->{json}{id}" });
is(came_to($before, 'scimver_subscriptions'), 1, 'one');
like($agent->stderr, qr{^scimver-mcp: - tools/call 200 \d+ -$}m, 'calls have their line in the log');
is($agent->finish, 0, 'exit code');

done_testing();
