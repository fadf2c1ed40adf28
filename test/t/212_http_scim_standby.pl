# SCIM over HTTP and standbys: reads on one, writes that only a primary takes, a promotion, and
# a commit that no standby has.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $first = ScimverHttp->new_node('http_first', allows_streaming => 1);
ScimverHttp->add_role($first, 'entra', 'acme');
my $token = ScimverHttp->token($first, 'entra', 'acme');

sub client
{
	my ($hosts, @args) = @_;
	my $bridge = ScimverHttp->new(conninfo => "dbname=postgres user=bridge $hosts", args => \@args);
	return ($bridge, $bridge->client(token => $token));
}

sub hosts
{
	my (@nodes) = @_;
	return 'host=' . join(',', map { $_->host } @nodes) . ' port=' . join(',', map { $_->port } @nodes);
}

sub title { return { schemas => ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations => [ { op => 'replace', path => 'title', value => $_[0] } ] }; }

sub configure
{
	my ($setting, $value) = @_;
	$first->safe_psql('postgres', "SET synchronous_commit = local; ALTER SYSTEM SET $setting = '$value'");
	$first->reload;
	$first->poll_query_until('postgres', "SELECT current_setting('$setting') = '$value'") or die 'never';
	return;
}

# ---- A commit that waits for a standby that never comes.

my ($bridge, $client) = client(hosts($first), '--timeout', '1');
my $id = $client->request('POST', '/scim/v2/Users', body => { userName => 'ada' })->{json}{id};
my $user = "/scim/v2/Users/$id";
configure('synchronous_standby_names', 'ANY 1 (nobody)');
my $answer = $client->request('PATCH', $user, body => title('waits'));
is($answer->{status}, 503, 'no standby has it: 503');
like($answer->{json}{detail}, qr/\AOUTCOME_UNKNOWN: The write was committed here, not yet on the standby/, '... and what is known');
is($client->request('GET', $user)->{json}{title}, 'waits', '... a read waits for nobody, and shows it');
is($client->request('PATCH', $user, body => title('x'), headers => { 'If-Match' => 'W/"stale"' })->{status}, 412, 'a write that does nothing');
$first->safe_psql('postgres', q{SET synchronous_commit = local;
	CREATE FUNCTION hush() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN PERFORM set_config('client_min_messages', 'error', true); RETURN NEW; END $$;
	CREATE TRIGGER a_hush BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION hush()});
is($client->request('PATCH', $user, body => title('hush'))->{status}, 503, 'a trigger that silences warnings hides nothing');
$first->safe_psql('postgres', 'SET synchronous_commit = local; DROP TRIGGER a_hush ON users');
configure('synchronous_standby_names', '');
is($client->request('PATCH', $user, body => title('done'))->{status}, 200, 'without a standby: 200');
is($bridge->finish, 0, 'exit code');

# ---- A standby, which is promoted.

$first->backup('backup');
my $second = PostgreSQL::Test::Cluster->new('http_second');
$second->init_from_backup($first, 'backup', has_streaming => 1);
$second->start;
my ($standby, $reader) = client(hosts($second));
my ($any, $writer) = client(hosts($first, $second));
is($reader->request('GET', $user)->{json}{title}, 'done', 'a read on a standby');
is($reader->request('HEAD', $user)->{status}, 200, '... HEAD');
is($reader->request('GET', $user, headers => { 'If-None-Match' => $reader->request('GET', $user)->{headers}{etag} })->{status}, 304, '... 304');
is($reader->request('GET', '/scim/v2/Users/nobody')->{status}, 404, '... 404');
is($reader->request('POST', '/scim/v2/Users/.search', body => { schemas => ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter => 'userName eq "ada"' })->{json}{totalResults}, 1, '... a search');
is($reader->request('GET', $user, headers => { Authorization => 'Bearer scimver_' . 'A' x 43 })->{status}, 401, '... a token that is none');
foreach my $request ([ 'PATCH', $user, body => title('x') ], [ 'DELETE', $user ], [ 'POST', '/scim/v2/Users', body => { userName => 'x' } ])
{
	$answer = $reader->request(@$request);
	is($answer->{status}, 503, "$request->[0] on a standby: 503");
	like($answer->{json}{detail}, qr/\AThe database server cannot be written to/, '... why');
	is($answer->{headers}{'retry-after'}, 1, '... Retry-After');
}
is($writer->request('PATCH', $user, body => title('on the first'))->{status}, 200, 'a write on the primary');
$first->wait_for_catchup($second);
$first->stop('fast');
$second->promote;
is($reader->request('PATCH', $user, body => title('promoted'))->{status}, 200, 'it is promoted: its bridge writes');
is($writer->request('PATCH', $user, body => title('found'))->{status}, 200, 'one that knows both finds it');
is($reader->request('GET', $user)->{json}{title}, 'found', 'the writes are there');
$first->enable_streaming($second);
$first->start;
$second->wait_for_catchup($first);
my ($turned, $stale) = client(hosts($first, $second));
is($stale->request('GET', $user)->{status}, 200, 'a bridge that meets the old primary first');
$answer = $stale->request('PATCH', $user, body => title('lost'));
is($answer->{status}, 503, '... is told with its first write');
is($stale->request('PATCH', $user, body => title('there'))->{status}, 200, '... and finds the new one with the next');
is($reader->request('GET', $user)->{json}{title}, 'there', '... where the write is');

# ---- Who may only read is told so, wherever: no other server would help.

my $read_only = ScimverHttp->token($second, 'entra', 'acme', '{"scopes": ["scim", "read_only"]}');
foreach my $round (1, 2)
{
	is($reader->request('PATCH', $user, body => title('x'), headers => { Authorization => "Bearer $read_only" })->{status}, 403, "a token that only reads ($round)");
	is($reader->request('GET', $user, headers => { Authorization => "Bearer $read_only" })->{json}{title}, 'there', '... reads');
}
my ($only, $looking) = client(hosts($second), '--read-only');
is($looking->request('GET', $user)->{status}, 200, '--read-only: a read');
is($looking->request('PATCH', $user, body => title('x'))->{status}, 403, '--read-only: a write');

foreach my $one ($standby, $any, $turned, $only)
{
	is($one->finish, 0, 'exit code');
}
is($only->reports, '', 'nothing to report');
like($standby->stderr, qr/cannot be written to/, 'the log says it');
done_testing();
