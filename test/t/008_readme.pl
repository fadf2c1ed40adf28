# README.md and the pages that go on with its session, docs/sql.md and
# docs/agents.md, typed as they are printed: the lines for the shell (on a server
# with Debian's pg_hba.conf), the statements, with the answers that stand below
# them, and the blocks of an MCP client's configuration.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my @pages = qw(README.md docs/sql.md docs/agents.md);
my %blocks;			# of a language: { page, typed, answer }, in their order

foreach my $page (@pages)
{
	my $text = slurp_file("$root/$page");

	push @{ $blocks{$1} }, { page => $page, typed => $2, answer => $3 }
	  while $text =~ /^```(\w+)\n(.*?)^```\n(?:```\n(.*?)^```\n)?/msg;
}
is(join(' ', sort keys %blocks), 'json sh sql', 'languages that are typed');

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

# What would change this machine is only tried: Debian's packages, where they are
# those of the page, and a build, which was made for this run before.
my $stand_in = <<'BASH';
sudo() { [ "$1" != -u ] || shift 2; "$@"; }
apt-get()
{
	[ "$1" = install ] && grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release || return 0
	command apt-get --simulate "$@"
}
make() { command make --dry-run "$@" >/dev/null; }
BASH

sub in_shell
{
	my ($block) = @_;
	local %ENV = (%ENV, HOME => $home, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres');
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'bash', '-ec', "cd '$root'\n$stand_in" . here($block->{typed}) ], '<', \'', '>', \$out, '2>', \$err);
	is($? >> 8, 0, "$block->{page}: the lines for the shell work") or diag($err);
	return $out;
}

my ($install, $peer_lines, $password_lines) = @{ $blocks{sh} };
in_shell($install);
is($node->safe_psql('postgres', q{SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'app'}), 'UTF8', 'the database is there');

# What is missing on a bare machine is what the scripts install there.
my ($listed) = $install->{typed} =~ /--no-install-recommends (.*)/;
my ($needed) = slurp_file("$root/script/lib.sh") =~ /packages=\((gcc .*?)\)/;
is(join(' ', sort grep { !/^postgresql-/ } split ' ', $listed), join(' ', sort split ' ', $needed), 'packages that the build needs');

# ---- the statements, in one session

# Without what is another one each time, and blanks, which the pages use to be read.
sub comparable
{
	my ($text) = @_;

	$text =~ s/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/ID/g;
	$text =~ s/\d{4}-\d\d-\d\dT[\d:.]+Z/TIME/g;
	$text =~ s/\s//g;
	return $text;
}

# Does the answer hold what is printed?  Its versions are others, as ids are part of
# them: each stands for the same one wherever it is printed.
my %stands_for;

sub holds
{
	my ($answer, $printed) = map { comparable($_) } @_;
	my $version = qr{[A-Za-z0-9+/]{11}=};
	my @printed = $printed =~ /($version)/g;
	my $pattern = join "($version)", map { quotemeta } split /$version/, $printed, -1;
	my @found = $answer =~ /$pattern/ or return 0;

	foreach my $i (0 .. $#printed)
	{
		$stands_for{ $printed[$i] } //= $found[$i];
		return 0 if $stands_for{ $printed[$i] } ne $found[$i];
	}
	return 1;
}

my $mark = '==== the end of a block ====';
my $script = join '', map { "\\warn '$mark'\n$_->{typed}" } @{ $blocks{sql} };
my $out;
IPC::Run::run([ 'psql', '-X', '-q', '-P', 'pager=off', '-P', 'footer=off', '-d', $node->connstr('app') ], '<', \$script, '>&', \$out);
my (undef, @answers) = split /^\Q$mark\E\n/m, $out;
is(scalar @answers, scalar @{ $blocks{sql} }, 'all statements ran');

my ($compared, @errors) = 0;
foreach my $i (0 .. $#answers)
{
	my $block = $blocks{sql}[$i];
	my ($first) = $block->{typed} =~ /^(.*)$/m;

	push @errors, $answers[$i] =~ /^.*ERROR:  ((?:LEASE|REVIEW|NOT_A)_\w+|.*)/mg;
	next unless defined $block->{answer};
	$compared++;
	ok(holds($answers[$i], $block->{answer}), "$block->{page}: the answer to $first") or diag("$answers[$i]\ndoes not have\n$block->{answer}");
}
cmp_ok($compared, '>=', 5, 'answers were compared');
is(scalar(keys %{ { reverse %stands_for } }), scalar(keys %stands_for), 'and different versions stand for different ones');
is_deeply(\@errors, [ ('VERSION_MISMATCH: Version mismatch: resource was modified') x 2, qw(LEASE_HELD LEASE_LOST REVIEW_REQUIRED NOT_A_REVIEWER) ],
	'the statements work, the second writer is told, who does not hold it, or not any more, and who does not decide');
is($node->safe_psql('app', q{SELECT count(*) FROM scim_check_table('users')}), '0', 'what is there is sound');
like(($node->psql('app', 'SET ROLE agent; SELECT * FROM users'))[2], qr/permission denied/, 'who is granted a tenant names columns');

# ---- the client's configuration

my ($start, $peer, $password, @more) = map { JSON::PP->new->decode($_->{typed})->{mcpServers}{scimver} } @{ $blocks{json} };
is(scalar @more, 0, 'three blocks of configuration');
is($start->{command}, '/path/to/scimver/script/start', 'the first has the script (script/test demo runs it)');

sub asked
{
	my ($server) = @_;
	local $ENV{HOME} = $home;
	my $bridge = ScimverBridge->new(args => [ map { here($_) } @{ $server->{args} } ]);

	$bridge->initialize;
	my $content = $bridge->call('scim_list_users', {})->{content};
	is($bridge->finish, 0, 'exit code');
	return $content->{error_code} // "$content->{totalResults} users";
}

is(asked($_), 'PERMISSION_DENIED', 'as Debian is, the role may not come in') foreach $peer, $password;
like(in_shell($peer_lines), qr/^scimver-mcp [\d.]+$/m, 'and the last line finds the command');
is(asked($peer), '2 users', 'with the lines for peer authentication it may');
in_shell($password_lines);
is(asked($password), '2 users', 'and so it may with a password');
foreach my $server ($peer, $password)
{
	like($server->{command}, qr{^/usr/lib/postgresql/\d+/bin/scimver-mcp$}, 'the command is the path on Debian');
	is(JSON::PP->new->encode([ grep { /sesame/ } @{ $server->{args} } ]), '[]', 'no password in it');
}

done_testing();
