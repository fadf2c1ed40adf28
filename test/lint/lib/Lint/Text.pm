# Rules on texts, whatever they say.
package Lint::Text;

use strict;
use warnings;
use Encode ();
use Lint::Tree;

my $WIDTH = 100;
my $TAB = 4;

sub columns
{
	my ($line) = @_;
	my $columns = 0;

	foreach my $part (split /(\t)/, Encode::decode('UTF-8', $line))
	{
		$columns = $part eq "\t" ? $columns + $TAB - $columns % $TAB : $columns + length $part;
	}
	return $columns;
}

sub width
{
	my ($tree) = @_;
	my @findings;

	foreach my $file ($tree->files(qr{^(?:src|test)/.*\.[ch]$}))
	{
		my $number = 0;

		foreach my $line ($tree->lines($file))
		{
			$number++;
			next if length $line <= $WIDTH / $TAB;
			my $columns = columns($line);
			push @findings, Lint::Tree::finding($file, $number, "$columns columns: break the line, $WIDTH are enough") if $columns > $WIDTH;
		}
	}
	return @findings;
}

# What people write: not what tests expect or are fed with.
my $WRITTEN = qr{(?:^|/)(?:Makefile|[^/.]+|[^/]+\.(?:c|h|sql|spec|pl|pm|py|mk|sh|md|mjs|grammar|control))$};
my $FED = qr{^(?:expected|test/expected|test/data/jcs|test/data/rfc)/|^LICENSE$};

sub endings
{
	my ($tree) = @_;
	my @findings;

	foreach my $file (grep { $_ !~ $FED && ($_ !~ m{(?:^|/)[^/.]+$} || $tree->text($_) =~ /\A#/) } $tree->files($WRITTEN))
	{
		my ($text, $number) = ($tree->text($file), 0);

		foreach my $line (split /\n/, $text)
		{
			$number++;
			push @findings, Lint::Tree::finding($file, $number, 'the line ends with CR: write LF alone') if $line =~ /\r$/;
			push @findings, Lint::Tree::finding($file, $number, 'blanks at the end of the line: take them out') if $line =~ /[ \t]\r?$/;
		}
		push @findings, Lint::Tree::finding($file, $number, 'the last line has no end: write one') if $text =~ /[^\n]\z/;
	}
	return @findings;
}

# What begins with "#!" is there to be run, and nothing else is.
sub executable
{
	my ($tree) = @_;
	my @findings;

	foreach my $file ($tree->files(qr{^(?:script|sql|src|test|docs|expected|\.ci)/}))
	{
		my $is_executable = -x $tree->path($file) && !-l $tree->path($file);
		my $is_script = $tree->text($file) =~ /\A#!/;

		next if !$is_executable == !$is_script || $tree->text($file) =~ /\A\x7fELF/;
		push @findings, Lint::Tree::finding($file, 1,
			$is_script ? 'it begins with "#!" and is not executable: chmod +x' : 'it is executable and no script: chmod -x');
	}
	return @findings;
}

1;
