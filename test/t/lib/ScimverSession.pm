# A session of psql's that runs beside others: it is told something, and asked later
# what came of it.
#
#	my $session = ScimverSession->new(conninfo => $node->connstr('scim'), role => 'ann');
#	$session->start("SELECT scim_get_user('$id')");
#	my $answer = $session->answer;    # {rows => [lines], code => undef, text => ''}
#
# "code" is that of the error, as scimver has it, or the SQLSTATE; "text" is what psql said
# of it.  Of a session that is gone (the server killed it) there is no answer.
package ScimverSession;

use strict;
use warnings;
use Errno qw(EAGAIN EINTR);
use IO::Select;
use POSIX ();
use PostgreSQL::Test::Utils ();

my $END = '---- end of the answer ----';

sub new
{
	my ($class, %options) = @_;
	my $self = bless { %options, buffer => '' }, $class;

	return $self->connect;
}

# A new session in place of one that is gone.
sub connect
{
	my ($self) = @_;

	pipe(my $in_read, my $in_write) or die "pipe: $!";
	pipe(my $out_read, my $out_write) or die "pipe: $!";
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		open(STDIN, '<&', $in_read) or POSIX::_exit(126);
		open(STDOUT, '>&', $out_write) or POSIX::_exit(126);
		open(STDERR, '>&', $out_write) or POSIX::_exit(126);
		exec('psql', '-X', '-q', '-A', '-t', '-d', "$self->{conninfo} user=$self->{role}") or POSIX::_exit(127);
	}
	close $in_read;
	close $out_write;
	$in_write->autoflush(1);
	@$self{qw(in out buffer)} = ($in_write, $out_read, '');
	$self->start(q{\set VERBOSITY verbose
		\set SHOW_CONTEXT never
		SELECT pg_backend_pid()});
	my $answer = $self->answer // die "$self->{role} cannot connect";
	$self->{backend} = $answer->{rows}[0];
	return $self;
}

# Statements, the last one without a semicolon.
sub start
{
	my ($self, $sql) = @_;
	local $SIG{PIPE} = 'IGNORE';

	print { $self->{in} } "$sql;\n\\echo '$END'\n";
	return;
}

# Everything up to the end of what was started; undef: the session is gone.
sub answer
{
	my ($self) = @_;

	while (index($self->{buffer}, "$END\n") < 0)
	{
		my $select = IO::Select->new($self->{out});
		$! = 0;
		if (!$select->can_read($PostgreSQL::Test::Utils::timeout_default))
		{
			next if $! == EINTR;
			die "$self->{role} gets no answer";
		}
		my $n = sysread($self->{out}, $self->{buffer}, 1 << 16, length $self->{buffer});
		next if !defined $n && ($! == EINTR || $! == EAGAIN);
		return $self->gone unless $n;
	}
	my ($text) = split /^\Q$END\E\n/m, $self->{buffer};
	$self->{buffer} = '';
	return $self->leave if ($text //= '') =~ /closed the connection unexpectedly|connection to the server was lost/;    # psql begins another one
	return read_answer($text);
}

sub read_answer
{
	my ($text) = @_;
	my %answer = (text => $text, rows => [ grep { !/^(?:LOCATION|ERROR|DETAIL|HINT|psql|FATAL)/ } split /\n/, $text ]);

	$answer{code} = $2 // $1 if $text =~ /ERROR:  ([0-9A-Z]{5}): (?:([A-Z_]+): )?/;
	return \%answer;
}

sub ask
{
	my ($self, $sql) = @_;
	$self->start($sql);
	return $self->answer;
}

sub leave
{
	my ($self) = @_;

	kill 'KILL', $self->{pid};
	return $self->gone;
}

sub gone
{
	my ($self) = @_;

	waitpid($self->{pid}, 0);
	delete $self->{pid};
	return undef;
}

sub quit
{
	my ($self) = @_;

	close $self->{in};
	$self->gone if $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	$self->leave if $self->{pid};
	return;
}

1;
