package HttpHeads;

# Connections of HTTP clients, and what must come of them: test/data/http_heads.txt,
# which says how it is written.
use strict;
use warnings;

my %bytes = (r => "\r", n => "\n", t => "\t", '\\' => '\\');

# The bytes that a text stands for.
sub expand
{
	my ($text) = @_;

	$text =~ s/<(\d+) \* (.*?)>/join '', map { my $n = $_; $2 =~ s!#!$n!gr } 0 .. $1 - 1/ge;
	$text =~ s/\\(?:x([0-9a-f]{2})|(.))/defined $1 ? chr hex $1 : $bytes{$2}/ge;
	return $text;
}

# All cases: name, section, bytes, and the lines of what is expected.
sub cases
{
	my ($file) = @_;
	my ($section, @cases);

	open(my $in, '<', $file) or die "$file: $!";
	while (my $line = <$in>)
	{
		chomp $line;
		next if $line =~ /^(#|$)/;
		if ($line =~ /^== (.*)/) { $section = $1 }
		elsif ($line =~ /^= (.*)/)
		{
			push @cases, { name => $1, section => $section, bytes => '', expected => [] };
		}
		elsif ($line =~ /^> (.*)/) { $cases[-1]{bytes} .= expand($1) }
		else { push @{ $cases[-1]{expected} }, $line }
	}
	close $in;
	return @cases;
}

# One file a case, for http_head_fuzz: behind two bytes, which say how it is read.
sub write_corpus
{
	my ($file, $folder) = @_;
	my $number = 0;

	for my $case (grep { length $_->{bytes} < 2000 } cases($file))
	{
		open(my $out, '>:raw', "$folder/" . ++$number) or die "$folder: $!";
		print $out "\x05\xff", $case->{bytes};
		close $out or die "$folder: $!";
	}
	return;
}

1;
