# README.md, typed as it is printed: the statements of its sessions, the lines
# that let an agent's role in where the server has Debian's pg_hba.conf, and the
# blocks of an MCP client's configuration.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $readme = slurp_file("$FindBin::RealBin/../../README.md");
my ($typed) = $readme =~ /\A(.*?)^## Roles/ms or die 'README.md has no section "Roles"';

# The blocks of a language, in their order.
sub blocks
{
	my ($language) = @_;
	return $typed =~ /^```\Q$language\E\n(.*?)^```$/msg;
}

# A server as Debian sets it up, and its folder of sockets and port in place of Debian's.
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\n");
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all postgres peer\nlocal all all peer\nhost all all 127.0.0.1/32 scram-sha-256\n");
$node->start;
my $home = PostgreSQL::Test::Utils::tempdir_short();

sub here
{
	my ($text) = @_;
	my ($folder, $sockets, $port) = ($node->data_dir, $node->host, $node->port);

	$text =~ s{/etc/postgresql/\d+/main}{$folder}g;
	$text =~ s{host=/var/run/postgresql}{host=$sockets port=$port}g;
	$text =~ s{host=localhost}{host=localhost port=$port}g;
	$text =~ s{localhost:5432}{localhost:$port}g;
	# nobody is here to be asked
	$text =~ s{'\\password agent'.*}{"ALTER ROLE agent PASSWORD 'sesame'"}g;
	return $text;
}

sub in_shell
{
	my ($lines) = @_;
	local %ENV = (%ENV, HOME => $home, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres');
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'bash', '-ec', 'sudo() { [ "$1" != -u ] || shift 2; "$@"; }' . "\n" . here($lines) ], '>', \$out, '2>', \$err);
	is($? >> 8, 0, 'the lines for the shell work') or diag($err);
	return $out;
}

# ---- the statements

my ($install, @shell) = blocks('sh');
my ($createdb) = $install =~ /^(.*createdb.*)$/m;
in_shell($createdb);
my $statements = join '', blocks('sql');
my ($code, $out, $err) = $node->psql('app', $statements, on_error_stop => 0);
my @errors = $err =~ /^.*ERROR:  (.*)$/mg;
is_deeply(\@errors, ['VERSION_MISMATCH: Version mismatch: resource was modified'], 'the statements work, and the second writer is told')
  or diag($err);
like($out, qr/"countess\@example\.com".*"ada\@home\.example"/, 'the patch');
like($out, qr/"serial": "B-17"/, 'the resource type of its own');
is($node->safe_psql('app', q{SELECT count(*) FROM scim_check_table('users')}), '0', 'what is there is sound');

# ---- tables that people had already

my ($own) = $readme =~ /^## Tables that you already have\n(.*?)^## /ms or die 'README.md has no section on them';
$node->safe_psql('postgres', q{CREATE DATABASE web TEMPLATE template0 ENCODING 'UTF8'});
$node->safe_psql('web', 'CREATE EXTENSION scimver CASCADE; ' . slurp_file("$FindBin::RealBin/../data/existing/web.sql"));
($code, $out, $err) = $node->psql('web', $own =~ /^```sql\n(.*?)^```$/ms, on_error_stop => 0);
is_deeply([ $err =~ /^.*ERROR:  (.*)$/mg ], ['VERSION_MISMATCH: Version mismatch: resource was modified'], 'the application moves the version, and the patch is told')
  or diag($err);
is($node->safe_psql('web', q{SELECT email, is_active FROM auth_user WHERE id = 2}), 'countess@example.org|t', 'and changes nothing');

# ---- the client's configuration

my @servers = grep { $_->{command} =~ /scimver-mcp$/ } map { JSON::PP->new->decode($_)->{mcpServers}{scimver} } blocks('json');
is(scalar @servers, 2, 'two blocks have the bridge as command');

sub asked
{
	my ($server) = @_;
	local $ENV{HOME} = $home;
	my $bridge = ScimverBridge->new(args => [ map { here($_) } @{ $server->{args} } ]);

	$bridge->initialize;
	my $content = $bridge->call('scim_list_users', {})->{content};
	is($bridge->finish, 0, 'exit code');
	return $content->{error_code} // "$content->{totalResults} user";
}

my ($peer, $password) = @servers;
is(asked($_), 'PERMISSION_DENIED', 'as Debian is, the role may not come in') foreach $peer, $password;
like(in_shell($shell[0]), qr/^scimver-mcp [\d.]+$/m, 'and the last line finds the command');
is(asked($peer), '1 user', 'with the lines for peer authentication it may');
in_shell($shell[1]);
is(asked($password), '1 user', 'and so it may with a password');
foreach my $server (@servers)
{
	like($server->{command}, qr{^/usr/lib/postgresql/\d+/bin/scimver-mcp$}, 'the command is the path on Debian');
	is(JSON::PP->new->encode([ grep { /sesame/ } @{ $server->{args} } ]), '[]', 'no password in it');
}

done_testing();
