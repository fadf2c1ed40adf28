# docs/http.md: "In five minutes", typed as it is printed, and the options of its tables.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverHttp;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $page = slurp_file("$root/docs/http.md");
my ($minutes) = $page =~ /^## In five minutes\n(.*?)^## /ms;
my ($sql) = $minutes =~ /^```sql\n(.*?)^```/ms;
my ($shell) = $minutes =~ /^```sh\n(.*?)^```/ms;
my ($start, $ask) = split /\n/, $shell;

my $node = PostgreSQL::Test::Cluster->new('http_docs');
$node->init;
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE app TEMPLATE template0 ENCODING 'UTF8'");
$node->safe_psql('app', q{CREATE EXTENSION scimver CASCADE; SELECT scim_create_table('users', 'User'); SELECT scim_create_table('groups', 'Group');
	SELECT scim_create_user('{"userName": "ada"}')});
my $shown = $node->safe_psql('app', $sql);
my ($token) = $shown =~ /"token": "(scimver_[\w-]{43})"/;
ok($token, 'the last statement shows a token');

my $port = PostgreSQL::Test::Cluster::get_free_port();
my ($address, $conninfo) = $start =~ /^scimver-mcp --http (\S+) '([^']+)' &$/;
is($address, '127.0.0.1:8080', 'the bridge is started');
$conninfo =~ s{host=\S+}{'host=' . $node->host . ' port=' . $node->port}e;
my $bridge = ScimverHttp->new(port => $port, conninfo => $conninfo);
my ($header, $value, $path) = $ask =~ m{^curl -H "([\w-]+): (Bearer \$TOKEN)" http://127\.0\.0\.1:8080(\S+)$};
ok($path, 'and asked');
$value =~ s/\$TOKEN/$token/;
my $answer = $bridge->client->request('GET', $path, headers => { $header => $value });
is($answer->{status}, 200, 'it answers');
is_deeply([ map { $_->{userName} } @{ JSON::PP::decode_json($answer->{body})->{Resources} } ], ['ada'], 'with the user');
is($bridge->finish, 0, 'exit code');

# What the page says an option is by itself, --help says, too.
my $help = `"@{[ScimverBridge::program()]}" --help`;
my ($where) = $page =~ /^## Where it listens\n(.*?)^## /ms;
my $compared = 0;
while ($where =~ /^\| `(--[\w-]+)[^|]*\| (\d+) \|/mg)
{
	my ($option, $default) = ($1, $2);
	my ($told) = $help =~ /^  \Q$option\E(.*?)(?=^  --|^$)/ms;
	# three timeouts have their defaults in one place
	$told = $help =~ /(default 60, 10 and 30)/ ? $1 : '' if $option =~ /-timeout$/;
	like($told, qr/default[^)]*\b$default\b/, "$option: $default by itself");
	$compared++;
}
cmp_ok($compared, '>=', 6, 'the table was read');

done_testing();
