# docs/existing-tables.md, done: its statements run in their order, on the tables
# of test/data/existing/web.sql, and every answer is the one that stands there.
#
# With SCIMVER_WRITE_ANSWERS=FILE the page is written anew, to FILE, with what was answered.
use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $page = slurp_file("$root/docs/existing-tables.md");
my $node = PostgreSQL::Test::Cluster->new('walkthrough');

$node->init;
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE app TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
$node->safe_psql('app', slurp_file("$root/test/data/existing/web.sql"));

# A statement, and the answer below it.
my $pair = qr/^```sql\n(.*?)^```\n^```\n(.*?)^```\n/ms;
my @blocks;
push @blocks, { statements => $1, answer => $2 } while $page =~ /$pair/g;
cmp_ok(scalar @blocks, '>=', 10, 'the page was read');

# one session for all of them, as a reader has
my $mark = '==== the end of a block ====';
my $script = "SET timezone = 'UTC';\n" . join('', map { "\\warn '$mark'\n$_->{statements}" } @blocks);
my $out;
IPC::Run::run([ 'psql', '-X', '-q', '-P', 'pager=off', '-P', 'footer=off', '-d', $node->connstr('app') ], '<', \$script, '>&', \$out);
my (undef, @answers) = split /^\Q$mark\E\n/m, $out;
is(scalar @answers, scalar @blocks, 'all statements ran');

# As it stands on the page: without psql's marks of broken lines, blanks at the
# ends of lines, and rules and headings as wide as the longest line.
sub tidy
{
	my ($text) = @_;
	$text =~ s/[ \t]+\+?$//mg;
	$text =~ s/^ {30,}(\w+)$/ $1/mg;
	$text =~ s/^-{60,}$/'-' x 60/mge;
	$text =~ s/\n{2,}/\n\n/g;
	$text =~ s/\A\n+|\n+\z//g;
	return length $text ? "$text\n" : '';
}

foreach my $i (0 .. $#blocks)
{
	my ($first) = $blocks[$i]{statements} =~ /^(.*)$/m;
	is(tidy($answers[$i] // ''), tidy($blocks[$i]{answer}), "the answer to $first");
}
if ($ENV{SCIMVER_WRITE_ANSWERS})
{
	my $i = 0;
	$page =~ s/$pair/"```sql\n$1```\n```\n" . tidy($answers[$i++]) . "```\n"/ge;
	open(my $file, '>', $ENV{SCIMVER_WRITE_ANSWERS}) or die $!;
	print $file $page;
	close $file;
}
done_testing();
