# scimver-mcp --http and the role that it has itself; requests without a token, where that is
# what the command line says.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('http_alone');
ScimverHttp->add_role($node, 'entra', 'acme');
my $token = ScimverHttp->token($node, 'entra', 'acme');

# ---- A role that could do something by itself does not serve.

sub refuses
{
	my ($user, $reason, @args) = @_;
	my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . " user=$user", args => \@args, ends => 1);
	is($bridge->wait_exit, 2, "$user: exit code");
	like($bridge->reports, qr/\Ascimver-mcp: the role of --http must be able to do nothing by itself: $reason\n\z/, "$user: why");
	return;
}

my $superuser = getpwuid($>);
$node->safe_psql('postgres', q{
	CREATE ROLE unbound LOGIN NOINHERIT BYPASSRLS;
	CREATE ROLE reader LOGIN NOINHERIT; GRANT SELECT ON users TO reader;
	CREATE ROLE column_reader LOGIN NOINHERIT; GRANT SELECT (id) ON groups TO column_reader;
	CREATE ROLE remover LOGIN NOINHERIT; GRANT DELETE ON groups TO remover;
	CREATE ROLE heir LOGIN INHERIT; GRANT entra TO heir;
	CREATE ROLE "Set up" LOGIN NOINHERIT; GRANT entra TO "Set up"; ALTER ROLE "Set up" SET role = entra;});
refuses($superuser, "$superuser is a superuser");
refuses('unbound', 'row level security does not bind unbound');
refuses('reader', 'reader has rights of its own on users');
refuses('column_reader', 'column_reader has rights of its own on groups');
refuses('remover', 'remover has rights of its own on groups');
refuses('heir', 'heir has rights of its own on \w+');
refuses("'Set up'", 'entra has rights of its own on \w+');
refuses('reader', 'reader has rights of its own on users', '--insecure-loopback', 'entra', 'acme');

# The database is away when it starts: it is asked when it is there.
$node->stop;
my $early = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=reader');
my $answer = $early->client(token => $token)->request('GET', '/scim/v2/Users');
is($answer->{status}, 503, 'without a database: 503');
is($answer->{headers}{'retry-after'}, 1, '... Retry-After');
$node->start;
my $asking = $early->client(token => $token);
$asking->send('GET', '/scim/v2/Users');
is($early->wait_exit, 2, 'when it is there, the role is looked at');
like($early->stderr, qr/reader has rights of its own on users/, '... and found to be none for that');

my $client;
my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge');
is($bridge->client(token => $token)->request('GET', '/scim/v2/Users')->{status}, 200, 'one that can do nothing serves');
is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');

# ---- A database where there is nothing to be served, or not yet.

$node->safe_psql('postgres', 'CREATE DATABASE bare; CREATE DATABASE older');
$node->safe_psql('older', q{SET client_min_messages = warning; CREATE EXTENSION scimver VERSION '1.0' CASCADE});
foreach my $case ([ 'bare', 'The extension scimver is not installed in this database.' ], [ 'older', 'The extension scimver in this database is of a version that cannot do that.' ])
{
	my ($database, $detail) = @$case;
	my $waiting = ScimverHttp->new(conninfo => $node->connstr($database) . ' user=bridge');
	my $asking = $waiting->client(token => $token);
	$answer = $asking->request('GET', '/scim/v2/Users');
	is("$answer->{status} $answer->{json}{detail}", "503 $detail", "$database: 503");
	$node->safe_psql($database, q{SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS scimver CASCADE; ALTER EXTENSION scimver UPDATE; SELECT scim_grant_bridge('bridge')});
	is($asking->request('GET', '/scim/v2/Users')->{status}, 401, '... until it is there');
	is($waiting->finish, 0, 'exit code');
}
$node->safe_psql('postgres', 'CREATE ROLE naked LOGIN NOINHERIT; GRANT entra TO naked');
$bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=naked');
$client = $bridge->client(token => $token);
$answer = $client->request('GET', '/scim/v2/Users');
is("$answer->{status} $answer->{json}{detail}", '403 The database role of this server may not do that.', 'a role that scim_grant_bridge was not called for');
is($bridge->finish, 0, 'exit code');
is($bridge->reports, "scimver-mcp: scim_http: the database answered with SQLSTATE 42501\n", '... and the log says so');

# ---- --insecure-loopback: who sits at this machine needs no token.

my @loopback = ('--insecure-loopback', 'entra', 'acme', '--trusted-proxy', '127.0.0.1');
foreach my $address ('0.0.0.0:1', '[::]:1', 'localhost.example.com:1', 'unix:/tmp/none')
{
	my $open = ScimverHttp->new(address => $address, conninfo => $node->connstr('postgres') . ' user=bridge', args => \@loopback, ends => 1);
	is($open->wait_exit, 2, "$address: exit code");
	like($open->stderr, qr/--insecure-loopback goes with/, "$address: why");
}
$node->safe_psql('postgres', q{CREATE ROLE stranger; CREATE ROLE free BYPASSRLS; GRANT free TO bridge});
foreach my $case ([ 'No "body"', 'there is no role "No ""body"""' ], [ 'stranger', 'stranger is not granted to bridge' ], [ 'free', 'row level security does not bind free' ])
{
	my ($role, $reason) = @$case;
	my $wrong = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => [ '--insecure-loopback', $role, 'acme' ], ends => 1);
	is($wrong->wait_exit, 2, "$role: exit code");
	is($wrong->reports, "scimver-mcp: --insecure-loopback: $reason\n", "$role: why");
}
$bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => \@loopback);
$client = $bridge->client;
$answer = $client->request('POST', '/scim/v2/Users', body => { userName => 'ada' });
is($answer->{status}, 201, 'without a token');
is($node->safe_psql('postgres', 'SELECT tenant_id FROM users'), 'acme', '... in its tenant');
foreach my $host ('localhost', 'LOCALHOST:8080', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:8080')
{
	is($client->request('GET', '/scim/v2/Users', headers => { Host => $host })->{status}, 200, "Host: $host");
}
foreach my $host ('evil.example.com', 'localhost.evil.example.com', '127.0.0.1.evil.example.com', 'evil.example.com:8080', '127.0.0.2', '[::2]', '')
{
	$answer = $client->request('GET', '/scim/v2/Users', headers => { Host => $host });
	$client = $bridge->client if $answer->{status} == 400;
	like($answer->{status}, $host eq '' ? qr/40[03]/ : qr/403/, "Host: $host");
}
foreach my $origin ('http://localhost', 'http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:5173')
{
	is($client->request('GET', '/scim/v2/Users', headers => { Origin => $origin })->{status}, 200, "Origin: $origin");
}
foreach my $origin ('http://evil.example.com', 'null', 'http://localhost.evil.example.com', 'http://localhost@evil.example.com', 'file://', 'localhost',
	[ 'http://localhost', 'http://evil.example.com' ])
{
	$answer = $client->request('GET', '/scim/v2/Users', headers => { Origin => $origin });
	is($answer->{status}, 403, 'Origin: ' . (ref $origin ? "@$origin" : $origin));
	like($answer->{json}{detail}, qr/this machine/, '... says why');
}
foreach my $field ([ 'X-Forwarded-For' => '192.0.2.1' ], [ 'X-Forwarded-For' => '127.0.0.1' ], [ 'X-Forwarded-Host' => 'localhost' ], [ 'x-forwarded-proto' => 'http' ],
	[ Forwarded => 'for=192.0.2.1' ], [ Via => '1.1 front' ], [ 'X-Real-IP' => '192.0.2.1' ])
{
	is($client->request('GET', '/scim/v2/Users', headers => {@$field})->{status}, 403, "@$field: a proxy's clients may be anywhere, if it is trusted or not");
}
is($client->request('GET', '/scim/v2/Users', headers => { Authorization => "Bearer $token", 'X-Forwarded-For' => '192.0.2.1' })->{status}, 200, 'a token is taken all the same');
is($client->request('GET', '/scim/v2/Users', headers => { Authorization => 'Bearer scimver_' . 'A' x 43 })->{status}, 401, '... and never ignored');
is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');

# ---- --open-discovery: what there is may be known to anybody, what is in it not.

$bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => ['--open-discovery']);
$client = $bridge->client;
foreach my $path ('/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User')
{
	is($client->request('GET', "/scim/v2$path")->{status}, 200, "$path without a token");
}
foreach my $case ([ 'GET', '/Users' ], [ 'GET', '/' ], [ 'POST', '/Users', body => { userName => 'x' } ], [ 'POST', '/.search', body => {} ], [ 'GET', '/Me' ],
	[ 'POST', '/Bulk', body => {} ], [ 'GET', '/Nothing' ])
{
	my ($method, $path, @body) = @$case;
	$answer = $client->request($method, "/scim/v2$path", @body);
	is($answer->{status}, 401, "$method $path: not without a token");
	is($answer->{headers}{'www-authenticate'}, 'Bearer realm="scimver"', '... and how to bring one');
}
is($client->request('GET', '/scim/v2/ServiceProviderConfig', headers => { Authorization => 'Bearer scimver_' . 'A' x 43 })->{status}, 401, 'a token is never ignored');
is($client->request('GET', '/scim/v2/Users', headers => { Authorization => "Bearer $token" })->{json}{totalResults}, 1, 'with one, all is as ever');
is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');
done_testing();
