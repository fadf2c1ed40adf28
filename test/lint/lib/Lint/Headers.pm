# The rule on headers: who defines something declares it, once and there.
package Lint::Headers;

use strict;
use warnings;
use Lint::C;
use Lint::Sql;
use Lint::Tree;

my $CONVENTIONAL = qr/^(?:_PG_init|main)$/;		# called from outside without a header

sub headers
{
	my ($tree) = @_;
	my @files = $tree->files(qr{^src/.*\.[ch]$});
	my @bridge = grep { m{^src/bridge/} } @files;
	my @extension = grep { !m{^src/bridge/} } @files;
	my @tests = $tree->files(qr{^test/.*\.[ch]$});

	return ((map { form($tree, $_) } @files), program($tree, \@extension, \@tests), program($tree, \@bridge, \@tests));
}

# The comment that names the file, and the guard.
sub form
{
	my ($tree, $file) = @_;
	my ($folder, $name) = $file =~ m{^src/(?:(.*)/)?([^/]+)$};
	my $text = $tree->text($file);
	my @findings;

	push @findings, Lint::Tree::finding($file, 1, "begin with the comment that names the file: \"/*\", \" * $name\", \" *<TAB><TAB>What it is.\"")
		unless $text =~ m{\A/\*\n \* \Q$name\E\n \*\t\t\S};
	if ($name =~ /^(\w+)\.h$/)
	{
		my $guard = uc(join '_', ($folder // '') eq 'bridge' ? () : 'SCIM', $folder // (), $1) . '_H';

		push @findings, Lint::Tree::finding($file, 1, "its guard is $guard: #ifndef, #define, and at the end #endif with the name in a comment")
			unless $text =~ m{^#ifndef $guard\n#define $guard\n.*^\#endif\s+/\* $guard \*/\n\z}ms;
	}
	return @findings;
}

# How often files speak of a word: {word}{file}.
sub words_of
{
	my ($tree, @files) = @_;
	my %words;

	foreach my $file (@files)
	{
		$words{$_}{$file}++ foreach Lint::C::code($tree->text($file)) =~ /\w+/g;
	}
	return \%words;
}

# What the files of a program declare and define, by name, of each [file, line] where;
# and findings on how they do.
sub names_of
{
	my ($tree, @files) = @_;
	my (%declared, %defined, @findings);

	foreach my $file (@files)
	{
		my $is_header = $file =~ /\.h$/;

		foreach my $object (Lint::C::objects($tree->text($file)))
		{
			my ($name, $where) = ($object->{name}, [ $file, $object->{line} ]);

			next if $object->{static} || $name =~ $CONVENTIONAL;
			if ($is_header)
			{
				push @{ $declared{$name} }, $where;
				push @findings, Lint::Tree::finding(@$where, "$name is declared without extern: write it") unless $object->{extern};
			}
			elsif ($object->{extern} || $object->{kind} eq 'prototype')
			{
				push @findings, Lint::Tree::finding(@$where, "$name is declared in a .c: include the header of who defines it");
			}
			else
			{
				push @{ $defined{$name} }, $where;
			}
		}
	}
	return (\%declared, \%defined, @findings);
}

# The files of a program, and the tests that may use what is in them.
sub program
{
	my ($tree, $files, $tests) = @_;
	my ($declared, $defined, @findings) = names_of($tree, @$files);
	my $words = words_of($tree, @$files, @$tests);

	foreach my $name (sort keys %$declared)
	{
		my ($file) = map { $_->[0] } @{ $defined->{$name} // [] };

		push @findings, map { declaration($_, $name, $file) } @{ $declared->{$name} };
	}
	foreach my $name (sort keys %$defined)
	{
		my ($file, $line) = @{ $defined->{$name}[0] };
		my %declares;

		$declares{ $_->[0] }++ foreach @{ $declared->{$name} // [] };
		# a header may speak of it in a macro, too
		my ($user) = grep { $_ ne $file && $words->{$name}{$_} > ($declares{$_} // 0) } sort keys %{ $words->{$name} };
		my $header = $file =~ s/\.c$/.h/r;

		push @findings, Lint::Tree::finding($file, $line, "$name is used in $user: declare it in $header") if defined $user && !%declares;
		push @findings, Lint::Tree::finding($file, $line, "$name is used nowhere else: make it static" . (%declares ? ', and take it out of the header' : ''))
			unless defined $user || Lint::Sql::is_sql_function($tree, $name);
	}
	return @findings;
}

# What is wrong with a declaration there, of what that file defines.
sub declaration
{
	my ($where, $name, $file) = @_;

	return Lint::Tree::finding(@$where, "nobody defines $name: take it out") unless defined $file;
	my $header = $file =~ s/\.c$/.h/r;
	return $where->[0] eq $header ? () : Lint::Tree::finding(@$where, "$name is defined in $file: declare it in $header");
}

1;
