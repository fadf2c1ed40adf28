# Rules on how the files of src/ hang together: rooms, circles, includes.
package Lint::Rooms;

use strict;
use warnings;
use Lint::C;
use Lint::Tree;

# Who may have circles, and why: in the checkout, see there.
my $CIRCLES = 'test/lint/circles';

# The pages that show the rooms in a table, and the one that also draws them.
my $PLAN = 'docs/architecture.md';
my @TABLES = ($PLAN, 'src/README.md');

# A folder's number in the order of the rooms, which the Makefile has; bridge stands apart.
sub order
{
	my ($tree) = @_;
	my ($rooms) = $tree->text('Makefile') =~ /^ROOMS\s*=\s*(.*)$/m;
	my $number = 0;

	die "lint: the Makefile has no line ROOMS\n" unless defined $rooms;
	return { map { $_ => ++$number } split ' ', $rooms };
}

sub rooms
{
	my ($tree) = @_;
	my $order = order($tree);
	my @findings;

	foreach my $file ($tree->files(qr{^src/.*\.[ch]$}))
	{
		my ($room) = $file =~ m{^src/([^/]+)/[^/]+$};

		next if $file eq 'src/scimver.c';
		if (!defined $room || !($room eq 'bridge' || $order->{$room}))
		{
			push @findings, Lint::Tree::finding($file, 1, "it is in no room, so nobody builds it: move it into one, or name the room in the Makefile's ROOMS");
			next;
		}
		foreach my $include (Lint::C::includes($tree->text($file)))
		{
			my $wrong = wrong_include($tree, $order, $room, $include) // next;
			push @findings, Lint::Tree::finding($file, $include->{line}, $wrong);
		}
	}
	foreach my $room (sort keys %$order)
	{
		push @findings, Lint::Tree::finding('Makefile', 1, "there is no room src/$room: take it out of ROOMS")
			unless $tree->files(qr{^src/$room/[^/]+\.c$});
	}
	return (@findings, shown($tree, $order));
}

# The rooms as pages show them: the lowest first, bridge behind them; a drawing
# has the lowest at the bottom.
sub shown
{
	my ($tree, $order) = @_;
	my @rooms = ((sort { $order->{$a} <=> $order->{$b} } keys %$order), 'bridge');
	my ($drawing) = $tree->matches($PLAN, qr/^```\n(.*?)^```$/ms);
	my ($block, $start) = $drawing ? @$drawing : ('', 1);
	my $line = $start - 1;
	my @boxes;

	foreach (split /\n/, $block)
	{
		$line++;
		push @boxes, [ $1, $line ] if /\| (\w+) +\|/;
	}
	return (
		same_rooms($PLAN, 'drawing', \@boxes, reverse @rooms),
		map { same_rooms($_, 'table', [ table_of_rooms($tree, $_) ], @rooms) } @TABLES);
}

# The first column of the table of rooms: [room, line].
sub table_of_rooms
{
	my ($tree, $page) = @_;
	my ($number, $inside) = (0, 0);
	my @found;

	foreach ($tree->lines($page))
	{
		$number++;
		$inside = /^\| room \|/ || ($inside && /^\|/);
		push @found, [ $1, $number ] if $inside && /^\| `(\w+)` \|/;
	}
	return @found;
}

# The first thing that is wrong with the rooms that a page shows, if anything is.
sub same_rooms
{
	my ($page, $what, $shown, @rooms) = @_;

	foreach my $room (@rooms)
	{
		my ($name, $line) = @{ shift @$shown // [ '', 1 ] };

		next if $name eq $room;
		return Lint::Tree::finding($page, $line, "the $what of rooms " . ($name eq '' ? 'ends' : "has $name") . " where $room is to stand: keep to ROOMS of the Makefile");
	}
	return map { Lint::Tree::finding($page, $_->[1], "the $what of rooms has $_->[0] once too often: keep to ROOMS of the Makefile") } @$shown;
}

# What is wrong with an include in a room: nothing, mostly.
sub wrong_include
{
	my ($tree, $order, $room, $include) = @_;
	my $name = $include->{name};
	my ($other) = $name =~ m{^([^/]+)/[^/]+$};

	if ($room eq 'bridge')
	{
		return if $include->{quoted} && $name !~ m{/} && $tree->has("src/bridge/$name");
		return if !$include->{quoted} && !$tree->has("src/$name");
		return "bridge includes $name: it may only include its own headers (\"...\") and the system's (<...>)";
	}
	return "$name is not named from src/: write \"room/file.h\"" if $name =~ m{(?:^|/)\.\./} || $tree->has("src/$room/$name");
	return unless $tree->has("src/$name") && defined $other;
	return if $order->{$other} && $order->{$other} <= $order->{$room};
	return "room $room includes $name, which is no room below it: move down what it needs from there, or this up";
}

# What the files of each room include of the same room: {room}{file}{other} is
# where, [path, line].  A .c and its .h are one file.
sub neighbours
{
	my ($tree) = @_;
	my %graph;

	foreach my $file ($tree->files(qr{^src/[^/]+/[^/]+\.[ch]$}))
	{
		my ($room, $name) = $file =~ m{^src/([^/]+)/([^/]+)\.[ch]$};

		$graph{$room}{$name} //= {};
		foreach my $include (Lint::C::includes($tree->text($file)))
		{
			my $pattern = $room eq 'bridge' ? qr{^([^/]+)\.h$} : qr{^\Q$room\E/([^/]+)\.h$};

			next unless $include->{name} =~ $pattern && $1 ne $name;
			$graph{$room}{$name}{$1} //= [ $file, $include->{line} ] if $tree->has("src/$room/$1.h");
		}
	}
	return \%graph;
}

# The shortest ways from a file to all that it leads to: {other} is the file before.
sub ways
{
	my ($graph, $start) = @_;
	my (%before, @next);

	@next = ($start);
	while (defined(my $file = shift @next))
	{
		foreach my $other (sort keys %{ $graph->{$file} })
		{
			next if $before{$other};
			$before{$other} = $file;
			push @next, $other;
		}
	}
	return \%before;
}

# The circles of a room: files that all lead to each other, in order.
sub circles_of
{
	my ($graph) = @_;
	my %ways = map { $_ => ways($graph, $_) } keys %$graph;
	my (%seen, @circles);

	foreach my $file (sort keys %$graph)
	{
		next if $seen{$file} || !$ways{$file}{$file};
		my @circle = grep { $ways{$file}{$_} && $ways{$_}{$file} } sort keys %$graph;
		$seen{$_} = 1 foreach @circle;

		my @round = ($file);
		unshift @round, $ways{$file}{ $round[0] } while @round == 1 || $round[0] ne $file;
		push @circles, { files => "@circle", round => join(' -> ', @round), at => $graph->{$file}{ $round[1] } };
	}
	return @circles;
}

sub circles
{
	my ($tree) = @_;
	my $graph = neighbours($tree);
	my ($line, %allowed, @findings) = (0);

	foreach ($tree->lines($CIRCLES))
	{
		$line++;
		next if /^(?:#|$)/;
		if (/^src\/(\w+): (\w[\w ]*\w) -- \S/)
		{
			$allowed{"$1: " . join(' ', sort split ' ', $2)} = $line;
			next;
		}
		push @findings, Lint::Tree::finding($CIRCLES, $line, 'write "src/room: its files -- the reason"');
	}
	foreach my $room (sort keys %$graph)
	{
		foreach my $circle (circles_of($graph->{$room}))
		{
			next if delete $allowed{"$room: $circle->{files}"};
			push @findings, Lint::Tree::finding(@{ $circle->{at} },
				"a circle, of $circle->{files} ($circle->{round}): move what they share into a file below them");
		}
	}
	foreach my $gone (sort keys %allowed)
	{
		push @findings, Lint::Tree::finding($CIRCLES, $allowed{$gone}, "there is no such circle (any more): take the line out");
	}
	return @findings;
}

# Each block of includes is sorted by bytes, <...> before "...".
sub includes
{
	my ($tree) = @_;
	my @findings;

	foreach my $file ($tree->files(qr{^src/.*\.[ch]$}))
	{
		my %seen;
		my $last = { line => 0, key => '' };

		foreach my $include (Lint::C::includes($tree->text($file)))
		{
			my ($name, $line) = @$include{qw(name line)};
			my $key = $include->{key} = ($include->{quoted} ? 1 : 0) . $name;

			push @findings, Lint::Tree::finding($file, $line, "$name is included twice: once is enough") if $seen{$key}++;
			push @findings, Lint::Tree::finding($file, $line, "$name is not in its place: sort the block by bytes, <...> before \"...\"")
				if $line == $last->{line} + 1 && $key lt $last->{key};
			$last = $include;
		}
	}
	return @findings;
}

1;
