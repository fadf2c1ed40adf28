# docs/clients.md: it has the clients of script/clients, in the versions that their lock files
# install, and says what each set of tools costs.  (What it says of them is compared with what
# they do where they are run: test/frameworks/run.)
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $frameworks = "$root/test/frameworks";
my $page = slurp_file("$root/docs/clients.md");
my %documented = $page =~ /^\| `([\w-]+)` \| (\d[\w.]*) \| (?:2025-11-25|2026-07-28) \| (?:yes|no) \| (?:yes|no) \| /mg;

# The first of the files that there are: a variant has that of what it is one of.
sub file_of
{
	my ($folder, $name, $ending) = @_;
	my @parts = split /-/, $name;

	foreach my $length (reverse 1 .. @parts)
	{
		foreach my $joint ('-', '_')
		{
			my $path = "$folder/" . join($joint, @parts[ 0 .. $length - 1 ]) . $ending;
			return $path if -e $path;
		}
	}
	return;
}

# The version that a client's lock file has of the package that its adapter names.
sub locked
{
	my ($name) = @_;

	if (my $adapter = file_of("$frameworks/npm", $name, '.mjs'))
	{
		my ($package) = slurp_file($adapter) =~ /installed\("([^"]+)"\)/;
		return decode_json(slurp_file(file_of("$frameworks/npm", $name, '') . '/package-lock.json'))->{packages}{"node_modules/$package"}{version};
	}
	if (my $adapter = file_of("$frameworks/python/adapters", $name, '.py'))
	{
		my ($package) = slurp_file($adapter) =~ /^PACKAGE = "([^"]+)"/m;
		return (slurp_file(file_of("$frameworks/python/requirements", $name, '.txt')) =~ /^\Q$package\E==([\w.]+)/m)[0];
	}
	return (slurp_file("$frameworks/go/$name/go.mod") =~ m{/\Q$name\E v([\w.]+)}m)[0];
}

my $names = `$frameworks/run --names`;
my @names = split ' ', $names;
cmp_ok(scalar @names, '>=', 18, 'the clients are listed');
is(join(' ', sort keys %documented), join(' ', sort @names), 'docs/clients.md has them all, and no others');
is($documented{$_}, locked($_), "$_: its version") foreach @names;

# What a model is shown of each set: name, description and inputSchema, in tokens of four bytes.
my $node = new_server('clients');
my %limit = (lean => 3000, core => 6500, full => 10000);
foreach my $set (sort keys %limit)
{
	my $tools = decode_json($node->safe_psql('scim', "SET scimver.toolset = '$set'; SELECT scim_tools()"));
	my $bytes = 0;
	$bytes += $_ foreach map { my $tool = $_; length JSON::PP->new->utf8->encode({ map { $_ => $tool->{$_} } 'name', 'description', 'inputSchema' }) } @$tools;
	my $tokens = int(($bytes / 4 + 99) / 100) * 100;
	like($page, qr/^\| `$set` \| ${\scalar @$tools} \| \Q${\commas($tokens)}\E \|/m, "what $set costs: " . @$tools . " tools, $tokens tokens");
	cmp_ok($bytes / 4, '<=', $limit{$set}, '... which is within its limit');
}

sub commas { return scalar reverse(join(',', unpack('(A3)*', reverse $_[0]))); }

done_testing();
