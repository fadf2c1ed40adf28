# The rule on tests: each is run, and knows what to expect.
package Lint::Tests;

use strict;
use warnings;
use Lint::Tree;

sub tests
{
	my ($tree) = @_;
	return (run_by_make($tree), run_by_script($tree), expected($tree), behaviour($tree), unit($tree), fuzzers($tree));
}

# What a variable of a Makefile is.
sub variable
{
	my ($tree, $folder, $name) = @_;
	return $tree->words_of('make', '-s', '--no-print-directory', '-C', $folder, 'PG_CONFIG=:',
		"--eval=lint-variable: ; \@echo \$($name)", 'lint-variable');
}

sub base
{
	my ($file) = @_;
	return $file =~ m{([^/]+)\.\w+$} ? $1 : $file;
}

# Findings on files that are not in a list, by name.
sub missing
{
	my ($text, $listed, @files) = @_;
	my %listed = map { $_ => 1 } @$listed;

	return map { Lint::Tree::finding($_, 1, $text) } grep { !$listed{ base($_) } } @files;
}

sub run_by_make
{
	my ($tree) = @_;
	my @findings;

	foreach my $kind ([ 'sql', 'REGRESS' ], [ 'specs', 'ISOLATION' ])
	{
		my ($folder, $variable) = @$kind;

		push @findings, missing("make does not run it: it is not in $variable of the Makefile",
			[ variable($tree, '.', $variable) ], $tree->files(qr{^test/$folder/.*[^/]$}));
	}
	return @findings;
}

# script/test has its own list, see names() in script/suite.sh.
sub run_by_script
{
	my ($tree) = @_;
	my @findings;

	foreach my $kind ([ 'sql', 'sql' ], [ 'specs', 'spec' ], [ 't', 'pl' ], [ 'upgrade', 'pl' ])
	{
		my ($folder, $ending) = @$kind;
		my @names = $tree->words_of('bash', '-c', 'copy=. && . script/suite.sh && names "$0" "$1"', $folder, $ending);
		my @files = grep { !m{^test/(?:t|upgrade)/lib/[^/]+\.pm$} && !m{^test/upgrade/\w+(?:\.sql)?$} } $tree->files(qr{^test/$folder/});

		push @findings, missing("script/test does not run it: tests lie in test/$folder itself and end with .$ending", \@names, @files);
	}
	return @findings;
}

# pg_regress and pg_isolation_regress share a folder; NAME_1.out is another answer for NAME.
sub expected
{
	my ($tree) = @_;
	my (%test, @findings);

	foreach my $file ($tree->files(qr{^test/(?:sql/[^/]+\.sql|specs/[^/]+\.spec)$}))
	{
		my $name = base($file);

		push @findings, Lint::Tree::finding($file, 1, "$test{$name} has the same name, and the same expected output: give it another") if $test{$name};
		push @findings, Lint::Tree::finding($file, 1, "there is no expected/$name.out: write down what it should print") unless $tree->has("expected/$name.out");
		$test{$name} = $file;
	}
	foreach my $file ($tree->files(qr{^expected/}))
	{
		my ($name) = $file =~ m{^expected/([^/]+)\.out$};

		push @findings, Lint::Tree::finding($file, 1, 'no test prints it: take it out')
			unless defined $name && ($test{$name} || $test{ $name =~ s/_\d$//r });
	}
	return @findings;
}

# The files of test/behaviour are included, some by the name of a storage.
sub behaviour
{
	my ($tree) = @_;
	my %included;

	foreach my $file ($tree->files(qr{^test/(?:sql|behaviour)/[^/]+\.sql$}))
	{
		my ($storage) = $tree->text($file) =~ /^\\set storage (\w+)$/m;

		$included{$_} = 1 foreach $tree->text($file) =~ m{^\\i :behaviour/(\w+)\.sql$}mg;
		$included{$storage} = 1 if defined $storage;
	}
	return missing('no test of test/sql includes it: include it, or take it out', [ keys %included ], $tree->files(qr{^test/behaviour/}));
}

sub unit
{
	my ($tree) = @_;
	my @makefiles = $tree->files(qr{^test/unit/[^/]+\.mk$});
	my @included = map { base($_) } variable($tree, 'test/unit', 'MAKEFILE_LIST');
	my $all = join '', map { $tree->text($_) } @makefiles;
	my @findings = missing('test/unit/Makefile does not include it', \@included, @makefiles);

	foreach my $file (@makefiles)
	{
		push @findings, Lint::Tree::finding($file, 1, 'nothing of it is run: add a target to "check"')
			unless $tree->text($file) =~ /^check:[^\n]*\S/m;
	}
	foreach my $file ($tree->files(qr{^test/unit/[^/]+\.(?:c|txt)$}))
	{
		my ($name) = $file =~ m{([^/]+)$};
		push @findings, Lint::Tree::finding($file, 1, 'no .mk of test/unit names it: have it run, or take it out') unless $all =~ /(?<![\w.])\Q$name\E(?![\w.])/;
	}
	return @findings;
}

# X_fuzz.c is a fuzzer, unless it has a header: then fuzzers share it.
sub fuzzers
{
	my ($tree) = @_;
	my @sources = grep { !$tree->has(s/\.c$/.h/r) } $tree->files(qr{^test/fuzz/\w+_fuzz\.c$});
	my @made = variable($tree, 'test/fuzz', 'FUZZERS');
	my ($run) = $tree->text('script/fuzz') =~ /^all=\((.*)\)$/m;
	my @documented = $tree->text('docs/testing.md') =~ /^\| `(\w+_fuzz)` \|/mg;

	return (
		missing('make does not run it: name it in FUZZERS of test/fuzz/Makefile', \@made, @sources),
		missing('script/fuzz does not run it: name it in "all"', [ split ' ', $run // '' ], @sources),
		missing('docs/testing.md has no line on it: say what it looks for', \@documented, @sources));
}

1;
