# C, read as far as the rules need it: includes, and what stands at file scope.
package Lint::C;

use strict;
use warnings;

sub blank
{
	my ($text) = @_;
	return $text =~ s/[^\n]/ /gr;
}

my $COMMENT = qr{/\*.*?\*/|//[^\n]*}s;
my $STRING = qr{"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'}s;
my $BLOCK = qr/(\{(?:[^{}]++|(?1))*\})/;

# The text with blanks for comments; lines stay.
sub without_comments
{
	my ($text) = @_;
	return $text =~ s/($COMMENT)|($STRING)/defined $1 ? blank($1) : $2/ger;
}

# And for what strings hold.
sub code
{
	my ($text) = @_;
	return $text =~ s/($COMMENT)|($STRING)/blank($&)/ger;
}

# Each #include: { name, line, quoted }.
sub includes
{
	my ($text) = @_;
	my $line = 0;
	my @includes;

	foreach (split /\n/, without_comments($text))
	{
		$line++;
		push @includes, { name => $2, line => $line, quoted => $1 eq '"' } if /^\s*#\s*include\s*(["<])([^">]+)[">]/;
	}
	return @includes;
}

# What stands at file scope: code with blanks for directives and for what braces
# hold, and a NUL where the body of a function ends.
sub file_scope
{
	my ($text) = @_;
	my $code = code($text);

	$code =~ s/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/blank($&)/gem;
	$code =~ s/\)\s*\K$BLOCK/blank(substr($&, 1)) . "\0"/ge;
	$code =~ s/$BLOCK/blank($&)/ge;
	return $code;
}

# Where in a declaration is the name of the function or variable?
sub name_in
{
	my ($head, $is_body) = @_;

	return $-[1] if $is_body && $head =~ /(\w+)\s*(\((?:[^()]++|(?2))*\))\s*$/;
	$head =~ s/=.*//s;
	return if $head =~ /^\s*(?:struct|union|enum)\s+\w+\s*$/ || $head =~ /\btypedef\b/;
	return $-[1] if $head =~ /^[\w\s*]*?\w[\s*]+(\w+)\s*\(/;
	return $-[1] if $head =~ /^[\w\s*]*?\w[\s*]+(\w+)\s*(?:\[[^\]]*\]\s*)*$/;
	return;
}

# The functions and variables at file scope: { name, line, kind, static, extern };
# kind is "body" (of a function), "prototype" or "variable".
sub objects
{
	my ($text) = @_;
	my $code = file_scope($text);
	my @objects;

	while ($code =~ /([^;\0]*)([;\0])/g)
	{
		my ($head, $start, $is_body) = ($1, $-[1], $2 eq "\0");
		my $at = name_in($head, $is_body) // next;
		my ($name, $parameters) = substr($head, $at) =~ /^(\w+)\s*(\(?)/;

		push @objects,
			{
				name => $name,
				line => 1 + (substr($code, 0, $start + $at) =~ tr/\n//),
				kind => $is_body ? 'body' : $parameters ? 'prototype' : 'variable',
				static => scalar($head =~ /\bstatic\b/),
				extern => scalar($head =~ /\bextern\b/),
			};
	}
	return @objects;
}

1;
