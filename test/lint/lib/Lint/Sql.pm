# Rules on what SQL sees: settings, functions and what else the extension's script makes,
# and the parts that make builds that script of.
package Lint::Sql;

use strict;
use warnings;
use Lint::C;
use Lint::Tree;

my $SETTINGS = 'src/base/settings.c';
my $OPTIONS = 'src/bridge/command_line.c';
my $REFERENCE = 'docs/reference.md';

# Findings where names, of [name, line], are not the same as others, or not in their order.
sub same_names
{
	my ($file, $have, $other_file, $want, $order) = @_;
	my (%have, @findings);

	push @findings, map { Lint::Tree::finding($other_file, $_->[1], "$_->[0] does not stand in $file: write it there") }
		grep { my $name = $_->[0]; !grep { $_->[0] eq $name } @$have } @$want;
	foreach my $place (@$have)
	{
		my ($name, $line) = @$place;

		push @findings, Lint::Tree::finding($file, $line, "there is no $name in $other_file: take it out") unless grep { $_->[0] eq $name } @$want;
		push @findings, Lint::Tree::finding($file, $line, "$name stands there twice: once is enough") if $have{$name}++;
	}
	return @findings if @findings;
	foreach my $i (0 .. $#$have)
	{
		next if $have->[$i][0] eq $want->[$i][0];
		return Lint::Tree::finding($file, $have->[$i][1], "$have->[$i][0] is not in its place, $want->[$i][0] is to stand there: keep $order");
	}
	return;
}

sub settings
{
	my ($tree) = @_;
	my @settings = $tree->matches($SETTINGS, qr/(?:Define\w+Variable|define\w*)\("(scimver\.\w+)",/);
	my @sorted = sort { $a->[0] cmp $b->[0] } @settings;
	my @options = grep { $_->[0] !~ /^--(?:help|version)$/ } map { [ "--$_->[0]", $_->[1] ] } $tree->matches($OPTIONS, qr/^\t\{"([\w-]+)",/m);
	my $order = "the order of $OPTIONS";

	return (
		same_names($SETTINGS, \@settings, $SETTINGS, \@sorted, 'them sorted'),
		same_names($REFERENCE, [ $tree->matches($REFERENCE, qr/^\| `(scimver\.\w+)` \|/m) ], $SETTINGS, \@sorted, 'them sorted'),
		same_names($REFERENCE, [ $tree->matches($REFERENCE, qr/^\| `(--[\w-]+)[^|]*\|/m) ], $OPTIONS, \@options, $order),
		same_names($OPTIONS, [ grep { $_->[0] !~ /^--(?:help|version)$/ } $tree->matches($OPTIONS, qr/^"  (--[\w-]+)/m) ],
			$OPTIONS, \@options, $order));
}

# What stands in the parentheses that a text begins with, split at commas.
sub arguments_of
{
	my ($text) = @_;
	my ($inner) = $text =~ s/'[^']*'/''/gr =~ /^(\((?:[^()]++|(?1))*\))/;
	return split /,(?![^(]*\))/, substr($inner // '()', 1, -1);
}

# The types of parameters, without names and defaults.
sub types_of
{
	my ($text) = @_;
	my @types;

	foreach my $argument (arguments_of($text))
	{
		my @words = split ' ', $argument =~ s/\s+(?:DEFAULT|=)\s.*//sr;

		# what is returned is no part of the signature
		next if $words[0] =~ /^OUT$/i;
		push @types, $words[-1];
	}
	return @types;
}

# The parts of the extension's script.  Scripts of versions that were released, and
# those that lead from one to the next, stay as they are.
sub part_files
{
	my ($tree) = @_;
	return $tree->files(qr{^sql/parts/[^/]+\.sql$});
}

sub parts
{
	my ($tree) = @_;
	my ($listed) = $tree->matches('Makefile', qr/^SQL_PARTS\s*=\s*(.*)$/m);
	my ($made) = $tree->matches('scimver.control', qr/^default_version = '(.*)'$/m);

	die "lint: the Makefile has no line SQL_PARTS\n" unless defined $listed;
	die "lint: scimver.control has no line default_version\n" unless defined $made;
	my ($parts, $line) = @$listed;
	my (%count, @findings);

	$count{"sql/parts/$_.sql"}++ foreach split ' ', $parts;
	foreach my $file (sort keys %count)
	{
		push @findings, Lint::Tree::finding('Makefile', $line, "there is no $file: take it out of SQL_PARTS") unless $tree->has($file);
		push @findings, Lint::Tree::finding('Makefile', $line, "$file stands in SQL_PARTS twice: once is enough") if $count{$file} > 1;
	}
	foreach my $file (grep { !m{^sql/scimver--[^/]+\.sql(?:\.new)?$} } $tree->files(qr{^sql/}))
	{
		push @findings, Lint::Tree::finding($file, 1, "make does not build it in: name it in the Makefile's SQL_PARTS") unless $count{$file};
	}
	push @findings, map { Lint::Tree::finding($_, 1, 'it does not begin with a comment: say what is in it') }
		grep { $tree->text($_) !~ /\A-- \S/ } part_files($tree);
	return (@findings, made_script($tree, "sql/scimver--$made->[0].sql"));
}

# What make writes is no file of the repository, until its version is released and another is made.
sub made_script
{
	my ($tree, $made) = @_;
	my @ignored = $tree->matches('.gitignore', qr{^/(sql/scimver--[^/]+\.sql)$}m);
	my @findings = map { Lint::Tree::finding('.gitignore', $_->[1], "make does not write $_->[0]: take it out") } grep { $_->[0] ne $made } @ignored;

	push @findings, Lint::Tree::finding('.gitignore', 1, "make writes $made: name it here") unless grep { $_->[0] eq $made } @ignored;
	push @findings, Lint::Tree::finding($made, 1, 'make writes it, and git has it: git rm --cached') if $tree->is_in_git($made);
	return @findings;
}

# What the parts create, but what goes with a table: { kind, name,
# types (of functions), text (to the end of the statement), file, line }.
sub created
{
	my ($tree) = @_;
	my $kinds = join '|', 'FUNCTION', 'PROCEDURE', 'AGGREGATE', 'TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE', 'TYPE', 'DOMAIN', 'CAST',
		'OPERATOR(?: CLASS| FAMILY)?';
	my @created;

	foreach my $file (part_files($tree))
	{
		my $text = $tree->text($file);

		while ($text =~ /^CREATE (?:OR REPLACE )?($kinds) ([^\s(]+)\s*(.*?;)$/msg)
		{
			push @created, { kind => $1, name => $2, text => $3, types => [ types_of($3) ], file => $file, line => Lint::Tree::line_at($text, $-[0]) };
		}
	}
	return @created;
}

# The beginning of the COMMENT that an object needs, as a pattern.
sub comment_on
{
	my ($object) = @_;
	my ($kind, $name) = @$object{qw(kind name)};
	my $types = join ',\s*', map { quotemeta } @{ $object->{types} };

	return qr/^COMMENT ON $kind \Q$name\E\s*\($types\)\s+IS\b/m if $kind =~ /^(?:FUNCTION|PROCEDURE|AGGREGATE)$/;
	return qr/^COMMENT ON $kind \Q$name\E\b/m if $kind ne 'OPERATOR';
	return qr/^COMMENT ON OPERATOR \Q$name\E\s*\(/m;
}

# How the reference names an object, as a pattern; nothing: it need not.  What PostgreSQL
# alone calls is internal.  One line tells of scim_get_user and scim_get_group.
sub documented_as
{
	my ($object) = @_;
	my $name = $object->{name};

	return qr/^\| (?:`\w+`, )*`\Q$name\E`/m if $object->{kind} =~ /^(?:TABLE|VIEW)$/;
	return unless $object->{kind} =~ /^(?:FUNCTION|PROCEDURE)$/;
	return if $object->{text} =~ /\bRETURNS (?:trigger|event_trigger)\b/ || grep { $_ eq 'internal' } @{ $object->{types} };
	my $for_users = $name =~ s/_(?:group|resource)(s?)$/_user$1/r;
	return qr/`(?:\Q$name\E|\Q$for_users\E)[(`]/;
}

sub functions
{
	my ($tree) = @_;
	my $reference = $tree->text($REFERENCE);
	my $script = join "\n", map { $tree->text($_) } part_files($tree);
	my @findings;

	foreach my $object (created($tree))
	{
		my ($kind, $name, $file, $line) = @$object{qw(kind name file line)};
		my ($comment, $documented) = (comment_on($object), documented_as($object));

		push @findings, Lint::Tree::finding($file, $line, "\L$kind\E $name has no COMMENT ON $kind: say what it is") unless $script =~ $comment;
		push @findings, Lint::Tree::finding($file, $line, "\L$kind\E $name does not stand in $REFERENCE: document it")
			if defined $documented && $reference !~ $documented;
	}
	return @findings;
}

# The C functions that SQL can call: by name [file, line]; and patterns of those that a macro makes.
sub c_functions
{
	my ($tree) = @_;
	my (%functions, @made);

	foreach my $file ($tree->files(qr{^src/.*\.c$}))
	{
		my $code = Lint::C::without_comments($tree->text($file));

		$functions{$1} = [ $file, Lint::Tree::line_at($code, $-[1]) ] while $code =~ /^(?:PG_FUNCTION_INFO_V1|SCIM_FUNCTION)\((\w+)[,)]/mg;
		push @made, qr/^$1\w+$/ while $code =~ /\((scim_\w+)##/g;
	}
	return (\%functions, @made);
}

sub is_sql_function
{
	my ($tree, $name) = @_;
	my ($c_functions, @made) = @{ $tree->{c_functions} //= [ c_functions($tree) ] };

	return $c_functions->{$name} || grep { $name =~ $_ } @made;
}

# May a C function have this name for that SQL function?  One of several of the
# name may say in addition of which type an argument is.
sub may_be_called
{
	my ($c_name, $function, $is_overloaded) = @_;
	my $name = $function->{name};

	return 1 if $c_name eq $name;
	return $is_overloaded && grep { $c_name eq "${name}_" . s/\W//gr } @{ $function->{types} };
}

sub names
{
	my ($tree) = @_;
	my ($c_functions) = c_functions($tree);
	my @functions = grep { $_->{kind} =~ /^(?:FUNCTION|PROCEDURE)$/ } created($tree);
	my (%count, %used, @findings);

	$count{ $_->{name} }++ foreach @functions;
	foreach my $function (@functions)
	{
		my ($c_name) = $function->{text} =~ /\bAS 'MODULE_PATHNAME'(?:, '(\w+)')?/;
		my ($name, $file, $line) = @$function{qw(name file line)};

		next unless $function->{text} =~ /\bLANGUAGE C\b/;
		$c_name //= $name;
		$used{$c_name} = 1;
		push @findings, Lint::Tree::finding($file, $line, "$name is $c_name in C: call it $name" . ($count{$name} > 1 ? ' or NAME_TYPE, of one of its arguments' : ''))
			unless may_be_called($c_name, $function, $count{$name} > 1);
		push @findings, Lint::Tree::finding($file, $line, "there is no $c_name in C (PG_FUNCTION_INFO_V1): write it")
			unless is_sql_function($tree, $c_name);
	}
	# an upgrade script makes some for itself, and drops them
	foreach my $script ($tree->files(qr{^sql/scimver--[^/]+--[^/]+\.sql$}))
	{
		$used{ $_->[0] } = 1 foreach $tree->matches($script, qr/\bAS 'MODULE_PATHNAME', '(\w+)'/);
	}
	push @findings, map { Lint::Tree::finding(@{ $c_functions->{$_} }, "no SQL function is $_: take it out") }
		grep { !$used{$_} && /^scim_/ } sort keys %$c_functions;
	return @findings;
}

1;
