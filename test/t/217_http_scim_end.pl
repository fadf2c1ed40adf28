# Answers of scimver-mcp --http that are not read yet: at its end all of them are waited for;
# too many are not kept.  SIGHUP is no end.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('http_end');
ScimverHttp->add_role($node, 'entra', 'acme');
my $token = ScimverHttp->token($node, 'entra', 'acme');
my $conninfo = $node->connstr('postgres') . ' user=bridge';
my $folder = PostgreSQL::Test::Utils::tempdir_short();

# A user of so many kilobytes.
sub add_user
{
	my ($name, $kilobytes) = @_;
	$node->safe_psql('postgres', qq{
		SET scimver.tenant = 'acme';
		SELECT scim_create_user(jsonb_build_object('userName', '$name', 'x509Certificates', jsonb_build_array(jsonb_build_object('value', repeat('QUJD', 256 * $kilobytes)))));});
	return;
}

# a socket takes 200 kB or so; a client with a megabyte unread has its next request wait
foreach my $kilobytes (700, 3000)
{
	add_user("of_$kilobytes", $kilobytes);
	my $bridge = ScimverHttp->new(conninfo => $conninfo, address => "unix:$folder/s", args => ['--log-requests']);
	my $client = $bridge->client(token => $token);
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;

	$client->send('GET', "/scim/v2/Users?filter=userName%20eq%20%22of_$kilobytes%22");
	while ($bridge->stderr !~ /^scimver-mcp: GET scim 200 /m) { die 'it is not answered' if time > $end; }
	$bridge->kill('TERM');
	while ($bridge->socket) { die 'it goes on listening' if time > $end; }
	my $answer = $client->answer;
	is($answer->{json}{totalResults}, 1, "$kilobytes kB that were not read at SIGTERM: all come");
	ok($client->is_closed, '... then the connection is closed');
	is($bridge->wait_exit, 0, '... and the process ends');
	unlike($bridge->stderr, qr/not answered in time/, '... for which nobody had to wait');
}

# Answers that nobody reads are no more than 64 MiB together, in the long run.
{
	my $bridge = ScimverHttp->new(conninfo => $conninfo, address => "unix:$folder/s", args => ['--log-requests']);
	my @clients = map { $bridge->client(token => $token) } 1 .. 30;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;

	$_->send('GET', '/scim/v2/Users?filter=userName%20eq%20%22of_3000%22') foreach @clients;
	while ((() = $bridge->stderr =~ /^scimver-mcp: GET scim 200 /mg) < @clients) { die 'not all are answered' if time > $end; }
	my $reader = $bridge->client(token => $token);
	until ($bridge->stderr =~ /clients do not read their answers, which are too many: \d+ connections are closed/)
	{
		die 'nobody is closed' if time > $end;
		$reader->request('GET', '/scim/v2/Users?count=0')->{status} == 200 or die 'one that reads is not answered';
	}
	my @whole;
	foreach my $client (@clients)
	{
		while (length $client->{buffer} < 3_072_000) { last unless $client->more; }
		push @whole, $client if length $client->{buffer} >= 3_072_000;
	}
	# more may have been closed, had nobody begun to read
	cmp_ok(scalar @whole, '<', 30, '30 answers of 3 MB that nobody reads: some are not kept');
	cmp_ok(scalar @whole, '>=', 15, '... most are');
	is($bridge->finish, 0, 'exit code');
}

my $bridge = ScimverHttp->new(conninfo => $conninfo);
$bridge->kill('HUP');
is($bridge->client->request('GET', '/healthz')->{status}, 200, 'SIGHUP without certificates: it goes on');
is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');

done_testing();
