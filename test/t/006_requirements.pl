# docs/rfc-requirements.md: all requirements of RFC 7643 and RFC 7644 are in
# the table, and what it says is met stands, by number, in the test that it
# names and in that test's expected output.
use strict;
use warnings;
use Test::More;
use FindBin;

my $root = "$FindBin::Bin/../..";

sub slurp
{
	my ($path) = @_;
	open(my $file, '<', "$root/$path") or die "$path: $!";
	local $/;
	return <$file>;
}

my @numbers = grep { !/^#/ } split /\n/, slurp('test/data/rfc/requirements.txt');
my %state;
my $table = slurp("docs/rfc-requirements.md");

while ($table =~ /^\| ([\w.-]+) \| [A-Z ]+ \| [^|]+ \| ([^|]+) \|$/mg)
{
	ok(!exists $state{$1}, "$1 stands there once");
	$state{$1} = $2;
}
is(scalar(@numbers), 161, 'the numbers were read');
is(join(' ', sort keys %state), join(' ', sort @numbers), 'all requirements, and no others, are in the table');

my %text;
foreach my $number (sort keys %state)
{
	my $state = $state{$number};

	next if $state =~ /^(?:belongs to HTTP|not applicable): \S/;
	like($state, qr/^met: `test\/sql\/\w+\.sql`/, "$number: met, and where, or why not");
	foreach my $test ($state =~ /`(test\/sql\/\w+\.sql)`/g)
	{
		(my $output = $test) =~ s{test/sql/(\w+)\.sql}{expected/$1.out};
		$text{$_} //= slurp($_) foreach $test, $output;
		like($text{$test}, qr/'\Q$number\E'/, "$number stands in $test");
		like($text{$output}, qr/^\Q$number\E\|/m, "$number stands in what it says");
	}
}
done_testing();
