# Rules on the extension's scripts: what was released stays as it was, and an update makes
# what a new database has.
package Lint::Versions;

use strict;
use warnings;
use Digest::SHA ();
use Lint::Tree;

my $FROZEN = 'test/upgrade/frozen';

sub default_version
{
	my ($tree) = @_;
	my ($found) = $tree->matches('scimver.control', qr/^default_version = '(.*)'$/m);

	die "lint: scimver.control has no line default_version\n" unless defined $found;
	return $found->[0];
}

# The scripts that nobody changes any more: those of other versions than the one that make
# writes, and those that lead from one of them to another.
sub frozen_scripts
{
	my ($tree) = @_;
	my $made = default_version($tree);

	return grep { !/--\Q$made\E\.sql$/ } $tree->files(qr{^sql/scimver--[^/]+\.sql$});
}

# $FROZEN has lines as sha256sum prints them.
sub frozen
{
	my ($tree) = @_;
	my %sum = map { $_ => Digest::SHA::sha256_hex($tree->text($_)) } frozen_scripts($tree);
	my (%listed, @findings);

	foreach my $line ($tree->matches($FROZEN, qr/^([0-9a-f]{64}  \S+)$/m))
	{
		my ($sum, $file) = split ' ', $line->[0];

		$listed{$file} = 1;
		push @findings, Lint::Tree::finding($FROZEN, $line->[1], "there is no $file of another version: take it out, or bring it back") unless $sum{$file};
		push @findings, Lint::Tree::finding($file, 1, 'it was released, and is not what it was: take the change back, and write it into the script that leads on')
			if $sum{$file} && $sum{$file} ne $sum;
	}
	push @findings, map { Lint::Tree::finding($_, 1, "$FROZEN does not have it: sha256sum $_ >>$FROZEN, once it is released") }
		grep { !$listed{$_} } sort keys %sum;
	return @findings;
}

# From each version that was released a script leads to the next, in the end to the one
# that make writes.
sub leads_on
{
	my ($tree) = @_;
	my $made = default_version($tree);
	my (%to, @findings);

	foreach my $file ($tree->files(qr{^sql/scimver--[^/]+--[^/]+\.sql$}))
	{
		my ($from, $to) = $file =~ /--(.+)--(.+)\.sql$/;

		$to{$from} = $to;
		push @findings, Lint::Tree::finding($file, 1, 'it does not stop psql: \echo Use "ALTER EXTENSION scimver UPDATE" to load this file. \quit')
			unless $tree->text($file) =~ /^\\echo .* \\quit$/m;
	}
	foreach my $file (grep { !/--.*--/ } frozen_scripts($tree))
	{
		my ($version) = $file =~ /--(.+)\.sql$/;
		my %seen;

		$version = $to{$version} while $version ne $made && defined $to{$version} && !$seen{$version}++;
		push @findings, Lint::Tree::finding($file, 1, "no script leads from it to $made: write sql/scimver--$version--$made.sql") if $version ne $made;
	}
	return @findings;
}

# The statements of a script, each [text, line], without comments and what is for psql.
sub statements
{
	my ($text) = @_;
	my @statements;

	$text =~ s/^([ \t]*(?:--|\\).*)$/' ' x length $1/mge;
	while ($text =~ /\G(?:\s++|--[^\n]*+)*+((?:--[^\n]*+|\$\$.*?\$\$|'(?:[^']++|'')*+'|[^;'\$-]++|-(?!-)|\$(?!\$))++;)/sg)
	{
		my ($statement, $line) = ($1, Lint::Tree::line_at($text, $-[1]));

		push @statements, [ $statement =~ s/--[^\n]*//gr =~ s/\s+/ /gr, $line ];
	}
	return @statements;
}

# What a statement makes or says something of; nothing: it is for the upgrade script to say
# in words of its own, as rights are, which are not to be given to what was there before.
sub subject
{
	my ($statement) = @_;
	my $kinds = join '|', 'FUNCTION', 'PROCEDURE', 'AGGREGATE', 'TABLE', 'COLUMN', '(?:UNIQUE )?INDEX', '(?:MATERIALIZED )?VIEW', 'SEQUENCE',
		'(?:EVENT )?TRIGGER', 'POLICY', 'TYPE', 'DOMAIN', 'CAST', 'OPERATOR(?: CLASS| FAMILY)?';

	return $1 if $statement =~ /^(?:CREATE (?:OR REPLACE )?|COMMENT ON |ALTER |REVOKE EXECUTE ON )(?:$kinds) ([\w.@=]+)/;
	return $1 if $statement =~ /^SELECT pg_catalog\.pg_extension_config_dump\('(\w+)'/;
	return;
}

# Do the scripts that lead to the version of the tree have what the parts have since?  By
# the text, as they run where no server does; script/test upgrade compares catalogs.
sub upgrades
{
	my ($tree, @parts) = @_;
	my $made = default_version($tree);
	my ($script) = grep { /--[^-]+--\Q$made\E\.sql$/ } $tree->files(qr{^sql/scimver--[^/]+\.sql$});
	return leads_on($tree) unless defined $script;
	my ($from) = $script =~ /--(.+)--/;
	my %old = map { $_->[0] => 1 } statements($tree->text("sql/scimver--$from.sql"));
	my %subjects = map { (subject($_) // '') => 1 } keys %old;
	my $upgrade = $tree->text($script);
	my %new = map { s/^CREATE OR REPLACE /CREATE /r => 1 } map { $_->[0] } statements($upgrade);
	my @findings;

	foreach my $file ($tree->files(qr{^sql/parts/[^/]+\.sql$}))
	{
		foreach my $statement (statements($tree->text($file)))
		{
			my ($text, $line) = @$statement;
			my $subject = subject($text);

			next if !defined $subject || $old{$text} || $new{ $text =~ s/^CREATE OR REPLACE /CREATE /r };
			# of what is older, what it was is altered: in which words, the script says
			next if $subjects{$subject} && $upgrade =~ /^ALTER \w+ \Q$subject\E\b/m;
			push @findings, Lint::Tree::finding($file, $line, "$script does not have this of $subject: write it there, too");
		}
	}
	return (leads_on($tree), @findings);
}

1;
