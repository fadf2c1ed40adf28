# The rule on storages: what differs between them is a function or a fact of theirs.
package Lint::Storages;

use strict;
use warnings;
use Lint::C;
use Lint::Tree;

# Who may ask all the same, and why: in the checkout, see there.
my $ASKED = 'test/lint/storages';

# So many files at most: or storages are chosen everywhere once more.
my $MOST = 9;

sub storages
{
	my ($tree) = @_;
	my ($line, %allowed, @findings) = (0);

	foreach ($tree->lines($ASKED))
	{
		$line++;
		next if /^(?:#|$)/;
		if (/^(src\/\S+\.[ch]): (\d+) -- \S/)
		{
			$allowed{$1} = { line => $line, count => $2 };
			next;
		}
		push @findings, Lint::Tree::finding($ASKED, $line, 'write "src/room/file.c: how often -- the reason"');
	}
	push @findings, Lint::Tree::finding($ASKED, 1, "more than $MOST files ask: find the function or the fact that they lack") if keys %allowed > $MOST;
	foreach my $file ($tree->files(qr{^src/.*\.[ch]$}))
	{
		my $code = Lint::C::code($tree->text($file));
		my @lines;

		push @lines, Lint::Tree::line_at($code, $-[0]) while $code =~ /\bstorage->created\b/g;
		next unless @lines;
		my $allowed = delete $allowed{$file};
		push @findings, Lint::Tree::finding($file, $lines[0],
			"it asks " . @lines . " times who made the table: give ScimStorage the function or fact that is meant, or say how often and why in $ASKED")
			if @lines != ($allowed ? $allowed->{count} : 0);
	}
	foreach my $gone (sort keys %allowed)
	{
		push @findings, Lint::Tree::finding($ASKED, $allowed{$gone}{line}, "$gone does not ask (any more): take the line out");
	}
	return @findings;
}

1;
