# A checkout as the rules see it: its files, their text, and findings in them.
package Lint::Tree;

use strict;
use warnings;
use Cwd ();
use File::Find ();

# What builds and tests leave behind, and what is not ours.
my $LEFT_BEHIND = qr/^(?:\.git|\.scimver|node_modules|\.venv|__pycache__|tmp_check|results|output_iso|isolation|found|corpus|\w+_corpus)$/;

sub new
{
	my ($class, $root) = @_;
	my $self = bless { root => Cwd::abs_path($root) // die("no such folder: $root\n"), text => {} }, $class;
	my @files;

	File::Find::find(
		{
			no_chdir => 1,
			preprocess => sub { sort grep { $_ !~ $LEFT_BEHIND } @_ },
			wanted => sub { push @files, substr($_, length("$self->{root}/")) if -f || (-l && !-d) },
		},
		$self->{root});
	$self->{files} = \@files;
	return $self;
}

sub path
{
	my ($self, $file) = @_;
	return "$self->{root}/$file";
}

# Those whose path matches, in order; links without an end, too.
sub files
{
	my ($self, $pattern) = @_;
	return grep { $_ =~ $pattern } @{ $self->{files} };
}

sub has
{
	my ($self, $file) = @_;
	return -e $self->path($file);
}

# Does git have it?  No, where there is no git, or no repository.
sub is_in_git
{
	my ($self, $file) = @_;
	return unless $self->has('.git');
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0)
	{
		delete @ENV{ grep { /^GIT_/ } keys %ENV };
		open(STDERR, '>', '/dev/null') or die "/dev/null: $!\n";
		exec 'git', '-c', 'safe.directory=*', '-C', $self->{root}, 'ls-files', '--', $file or exit 1;
	}
	my @files = <$out>;
	close $out;
	return @files > 0;
}

# All that a file says; of one that is not there, nothing.
sub text
{
	my ($self, $file) = @_;

	return $self->{text}{$file} //= do
	{
		local $/;
		open(my $in, '<:raw', $self->path($file)) or return '';
		<$in> // '';
	};
}

sub lines
{
	my ($self, $file) = @_;
	return split /\n/, $self->text($file);
}

# In which line of the text is a position?
sub line_at
{
	my ($text, $position) = @_;
	return 1 + (substr($text, 0, $position) =~ tr/\n//);
}

# All matches of a pattern with one group, each with its line: [what, line].
sub matches
{
	my ($self, $file, $pattern) = @_;
	my $text = $self->text($file);
	my @found;

	push @found, [ $1, line_at($text, $-[1]) ] while $text =~ /$pattern/g;
	return @found;
}

# What a script or make prints, as words; it runs in the checkout.
sub words_of
{
	my ($self, @command) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!\n";

	if ($pid == 0)
	{
		delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
		chdir $self->{root} or die "$self->{root}: $!\n";
		exec @command or die "$command[0]: $!\n";
	}
	my @words = map { split } <$out>;
	close $out or die "lint: cannot run @command\n";
	return @words;
}

sub finding
{
	my ($file, $line, $text) = @_;
	return "$file:$line: $text";
}

1;
