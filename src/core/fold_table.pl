# fold_table.pl: makes fold_table.h, what scim_fold makes of each character, of
# the Unicode Character Database.
#
#	perl src/core/fold_table.pl [FOLDER] > src/core/fold_table.h
#
# FOLDER (/usr/share/unicode, of Debian's package unicode-data) holds
# UnicodeData.txt, CaseFolding.txt and DerivedNormalizationProps.txt.
#
# With another version of Unicode texts fold to something else: what is stored
# folded has to be made anew then (docs/reference.md).
use strict;
use warnings;

my $folder = $ARGV[0] // '/usr/share/unicode';

# A block of the table; entries below SEQUENCES are classes, or one of these.
my $block = 1 << 5;
my ($joins, $sequences) = (255, 256);

# COMBINING GREEK YPOGEGRAMMENI, the only mark that folds to a letter: as a mark
# it has its place among others, so it becomes one when these are in order.
my $iota_below = 0x345;

# by character: combining class; canonical and compatibility decomposition, full
# case folding (lists of characters); what is not composed again
my (%class, %canonical, %compatible, %case, %excluded);
my %version;

# ---- the database ----

# Calls a function with the fields of each line, and keeps the version that stands in the first.
sub read_file
{
	my ($name, $take) = @_;

	open my $in, '<', "$folder/$name" or die "$folder/$name: $!\n";
	while (<$in>)
	{
		$version{$name} = $1 if /^# \w+-([0-9.]+)\.txt/;
		s/\s*(#.*)?\n//;
		$take->(split /\s*;\s*/) if /;/;
	}
	close $in;
}

sub characters { map { hex } split / /, $_[0] }

read_file('UnicodeData.txt', sub {
	my ($character, $class, $decomposition) = (hex $_[0], @_[3, 5]);

	$class{$character} = $class if $class > 0;
	return unless length($decomposition // '');
	my $kind = $decomposition =~ s/^<\w+> // ? \%compatible : \%canonical;
	$kind->{$character} = [ characters($decomposition) ];
});
read_file('CaseFolding.txt', sub {
	my ($character, $status, $folded) = @_;

	$case{ hex $character } = [ characters($folded) ] if $status =~ /[CF]/;
});
read_file('DerivedNormalizationProps.txt', sub {
	my ($range, $property) = @_;
	my ($first, $last) = map { hex } split /\.\./, $range;

	return if $property ne 'Full_Composition_Exclusion';
	$excluded{$_} = 1 foreach $first .. $last // $first;
});

my $unicode = $version{'CaseFolding.txt'};
die "the files are of different versions\n" if $unicode ne $version{'DerivedNormalizationProps.txt'};

# ---- what becomes of a character ----

sub decompose
{
	my ($character, @kinds) = @_;
	my ($parts) = grep { defined } map { $_->{$character} } @kinds;

	return $parts ? map { decompose($_, @kinds) } @$parts : $character;
}

sub fold_case
{
	my ($character) = @_;

	return $character == $iota_below ? $character : @{ $case{$character} // [$character] };
}

# Decomposed and folded, until neither changes anything.
sub fold
{
	my @before = @_;
	my @after = map { fold_case($_) } map { decompose($_, \%canonical, \%compatible) } @before;

	return "@before" eq "@after" ? @after : fold(@after);
}

my %folded;
foreach my $character (keys %canonical, keys %compatible, keys %case)
{
	my @characters = fold($character);

	$folded{$character} = \@characters if "@characters" ne $character;
}

# Two that become one: of the folded ones, so that what is composed is folded.
my @pairs;
foreach my $character (sort { $a <=> $b } keys %canonical)
{
	my ($first, $second) = @{ $canonical{$character} };

	next if $excluded{$character} || !defined $second || $second == $iota_below;
	next if join(' ', fold($character)) ne join(' ', decompose($character, \%canonical));
	push @pairs, [ $first, $second, $character ];
}

# ---- what fold.c relies on ----

sub bytes
{
	my ($character) = @_;

	return $character < 0x80 ? 1 : $character < 0x800 ? 2 : $character < 0x10000 ? 3 : 4;
}

sub sum { my $sum = 0; $sum += $_ foreach @_; return $sum }

# ASCII is changed, and combines, in one way only.
foreach my $character (0 .. 0x7F)
{
	my $wanted = chr($character) =~ /[A-Z]/ ? ord(lc chr $character) : $character;

	die "ASCII folds in another way\n" if join(' ', fold($character)) ne $wanted || $class{$character};
}
# No mark folds, but for the one; no letter folds to a mark at its start.
foreach my $character (keys %case)
{
	next if $character == $iota_below;
	die sprintf("U+%04X folds to or from a mark\n", $character) if $class{$character} || $class{ $case{$character}[0] };
}
# What the one mark becomes combines with nothing, and no mark comes behind it.
my $iota = $case{$iota_below}[0];
die "marks come behind U+0345\n" if grep { $_ > $class{$iota_below} } values %class;
die "iota combines\n" if grep { $_->[1] == $iota || ($_->[0] == $iota && !$class{ $_->[1] }) } @pairs;
# What is composed takes no more room than its parts, so that the growth of single characters is that of any text.
foreach my $pair (@pairs)
{
	die "composing lets text grow\n" if bytes($pair->[2]) > bytes($pair->[0]) + bytes($pair->[1]);
}
my $growth = 1;
foreach my $character (keys %folded)
{
	my $bytes = sum(map { bytes($_) } @{ $folded{$character} });

	while ($bytes > $growth * bytes($character)) { $growth++ }
}

# ---- the table ----

# What a character is in the table: see fold.c.
my %entry;
my (%place, @sequences);

# Sequences lie one behind the other; the last character of each is negative.
foreach my $character (sort { $a <=> $b } keys %folded)
{
	my @sequence = @{ $folded{$character} };

	$sequence[-1] *= -1;
	if (!defined $place{"@sequence"})
	{
		$place{"@sequence"} = $sequences + @sequences;
		push @sequences, @sequence;
	}
	$entry{$character} = $place{"@sequence"};
}
$entry{$_} //= $class{$_} foreach keys %class;
# vowels and final consonants of Hangul, which are composed by arithmetic
$entry{$_} //= $joins foreach 0x1161 .. 0x1175, 0x11A8 .. 0x11C2, map { $_->[1] } @pairs;

# The blocks that differ.
my (%seen, @blocks, @entries);
my ($last) = sort { $b <=> $a } keys %entry;
for (my $start = 0; $start <= $last; $start += $block)
{
	my @block = map { $entry{$_} // 0 } $start .. $start + $block - 1;

	if (!defined $seen{"@block"})
	{
		$seen{"@block"} = @entries / $block;
		push @entries, @block;
	}
	push @blocks, $seen{"@block"};
}

# ---- C ----

sub array
{
	my ($type, $name, @values) = @_;
	my @lines = ('');

	foreach my $value (map { "$_, " } @values)
	{
		push @lines, '' if length($lines[-1]) + length($value) > 96;
		$lines[-1] .= $value;
	}
	return join("\n", "static const $type $name\[] = {", (map { s/ $//r } map { "\t$_" } @lines), "};\n");
}

my $pairs = array('FoldPair', 'fold_pairs',
	map { '{' . join(', ', @$_) . '}' } sort { $a->[1] <=> $b->[1] || $a->[0] <=> $b->[0] } @pairs);

print <<"HEADER";
/*
 * fold_table.h
 *		What scim_fold makes of each character.  Made by fold_table.pl of the
 *		Unicode Character Database $unicode (https://www.unicode.org/terms_of_use.html).
 */
#ifndef SCIM_CORE_FOLD_TABLE_H
#define SCIM_CORE_FOLD_TABLE_H

/* So many times its bytes a text has when it is folded, at most. */
#define FOLD_GROWTH $growth

/* Entries: a combining class, or one of these. */
#define FOLD_JOINS $joins		/* no mark, and combines with what is before it */
#define FOLD_SEQUENCES $sequences	/* from here on: a place in fold_sequences, and this */

#define FOLD_BLOCK $block
#define FOLD_BLOCKS ${\ scalar @blocks}	/* in the characters behind them, all entries are 0 */
#define FOLD_PAIRS ${\ scalar @pairs}

typedef struct FoldPair
{
	uint32		first;
	uint32		second;
	uint32		composed;
} FoldPair;

HEADER
print array('uint16', 'fold_blocks', @blocks), "\n";
print array('uint16', 'fold_entries', @entries), "\n";
print "/* The last character of each is negative. */\n", array('int32', 'fold_sequences', @sequences), "\n";
print "/* In the order of the second, then of the first. */\n$pairs\n";
print "#endif\t\t\t\t\t\t\t/* SCIM_CORE_FOLD_TABLE_H */\n";
