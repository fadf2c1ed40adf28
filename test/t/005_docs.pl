# The documentation says what the code does: every error of the catalogue
# stands in docs/reference.md as it is raised, what the pages on the source name is there,
# and all links lead somewhere.  (That every function and setting is named there,
# script/lint proves.)
use strict;
use warnings;
use Test::More;
use FindBin;
use lib "$FindBin::RealBin/../lint/lib";
use Lint::C;

my $root = "$FindBin::Bin/../..";

sub slurp
{
	my ($path) = @_;
	open(my $file, '<', "$root/$path") or die "$path: $!";
	local $/;
	return <$file>;
}

my $reference = slurp('docs/reference.md');
my $errors = slurp('src/base/errors.c') =~ s/"\n\s*"//gr;	# texts as they are, whatever lines they are broken into
my %documented;

while ($reference =~ /^\| (\w+)(?: \([^|]*\))? \| (PT\d+) \| (\w*) \| [^|]*\| ([^|]+) \|$/mg)
{
	$documented{$1} = "$2 $3 $4";
}

my $count = 0;
while ($errors =~ /\[SCIM_\w+\] = \{"(\w+)", (\d+), (?:"(\w+)"|NULL), (?:true|false),\s*"([^"]*)"\}/g)
{
	is($documented{$1}, "PT$2 " . ($3 // '') . " $4", "$1 is documented as it is raised");
	$count++;
}
cmp_ok($count, '>=', 30, 'the catalogue was read');
is(scalar(keys %documented), $count, 'no error is documented that there is not');

# Situations: each has its row in the table, is raised somewhere, and says something else than its code.
my ($enumerators) = slurp('src/base/errors.h') =~ /^\tSCIM_INTERNAL,\n(.*?)^\} ScimErrorCode;/ms;
my %situation = map { $_ => 1 } $enumerators =~ /^\t(SCIM_\w+)/mg;
my %hint;
$hint{$1} = $2 while $errors =~ /SITUATION\((SCIM_\w+)\) = \{SCIM_\w+,\s*"((?:[^"\\]|\\.)*)"\}/g;
is(join(' ', sort keys %hint), join(' ', sort keys %situation), 'each situation has a hint');
my $raising = join('', map { slurp($_) } grep { !m{^src/base/errors} } map { s{^\Q$root\E/}{}r } glob("$root/src/*/*.c"));
is(join(' ', grep { $raising !~ /\b$_\b/ } sort keys %hint), '', 'each situation is raised');
my %same;
push @{ $same{$_} }, $_ foreach values %hint, $errors =~ /\[SCIM_\w+\] = \{"\w+"[^"]*(?:"\w+", \w+,|NULL, \w+,)?\s*"([^"]*)"\}/g;
is(join(' ', grep { @{ $same{$_} } > 1 } sort keys %same), '', 'no hint stands there twice');

# The README is a front page: what does not fit belongs to a page behind it.
cmp_ok(-s "$root/README.md", '<=', 9000, 'README.md has 9 kB at most');

# The pages on the source: `room/file.c`: `name`, `name` and `name` are functions
# and variables that the file defines; each path alone leads to a file.
my $pairs = 0;
foreach my $page ('docs/architecture.md', 'docs/adding.md')
{
	my $text = slurp($page);

	while ($text =~ /`((?:\w+\/)+\w+\.[ch])`/g)
	{
		(my $file = $1) =~ s{^src/|^(?!test/)}{src/};
		next if $file =~ /NAME/;
		ok(-f "$root/$file", "$page: there is $file");
	}
	while ($text =~ /`((?:test|docs|script|sql)\/[\w\/.-]+)`/g)
	{
		next if $1 =~ /NAME/;
		ok(-e "$root/$1", "$page: there is $1");
	}
	while ($text =~ /`(?:src\/)?(\w+\/\w+\.c)`: ((?:`\w+`(?:, | and | or )?)+)/g)
	{
		my ($file, $names) = ($1, $2);
		my %defined = map { $_->{name} => 1 } grep { $_->{kind} ne 'prototype' && !$_->{extern} } Lint::C::objects(-f "$root/src/$file" ? slurp("src/$file") : '');

		foreach my $name ($names =~ /`(\w+)`/g)
		{
			ok($defined{$name}, "$page: src/$file defines $name");
			$pairs++;
		}
	}
}
cmp_ok($pairs, '>=', 80, 'names were read');

# links, and the headings that they lead to
sub anchors
{
	my %anchor;
	while ($_[0] =~ /^#+ (.*)$/mg)
	{
		(my $name = lc $1) =~ s/[^\w -]//g;
		$anchor{ $name =~ tr/ /-/r } = 1;
	}
	return \%anchor;
}

foreach my $page ('README.md', 'src/README.md', map { s{^\Q$root\E/}{}r } glob("$root/docs/*.md"))
{
	my $text = slurp($page);
	my ($folder) = $page =~ m{^(.*/)?[^/]+$};

	while ($text =~ /\]\((?!\w+:)([\w\/.-]*)(?:#([\w-]+))?\)/g)
	{
		my ($path, $heading) = (length $1 ? ($folder // '') . $1 : $page, $2);
		my $leads = -e "$root/$path";

		$leads &&= anchors(slurp($path))->{$heading} if defined $heading;
		ok($leads, "$page: the link to $path" . (defined $heading ? "#$heading" : '') . ' leads somewhere');
	}
}

done_testing();
