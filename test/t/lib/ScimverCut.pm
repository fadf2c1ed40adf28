# Stands between the bridge and a server, hands on what both send, and cuts it where a test
# wants that: what the server answered then never arrives.
package ScimverCut;

use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();
use PostgreSQL::Test::Utils ();

sub new
{
	my ($class, $node) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir_short();
	my $self = bless { folder => $folder, node => $node }, $class;
	my $listener = IO::Socket::UNIX->new(Local => "$folder/.s.PGSQL.1", Listen => 64) or die "socket: $!";
	my ($ask, $asked) = map { [ _pipe() ] } 1, 2;

	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		_serve($listener, $node->host . '/.s.PGSQL.' . $node->port, $ask->[0], $asked->[1]);
		POSIX::_exit(0);
	}
	($self->{ask}, $self->{asked}) = ($ask->[1], $asked->[0]);
	return $self;
}

sub _pipe
{
	pipe(my $read, my $write) or die "pipe: $!";
	return ($read, $write);
}

sub connstr { return "host=$_[0]{folder} port=1 dbname=postgres"; }

sub _order
{
	my ($self, $letter) = @_;
	syswrite($self->{ask}, $letter) == 1 or die "pipe: $!";
	sysread($self->{asked}, my $done, 1) == 1 or die 'it has ended';
	return;
}

# From now on no answer is handed on; until one was held back; what there is ends, and what
# comes is handed on again.
sub hold_answers { $_[0]->_order('h'); return; }
sub held { $_[0]->_order('w'); return; }
sub cut { $_[0]->_order('c'); return; }

# The process: pairs of sockets.
sub _serve
{
	my ($listener, $server, $orders, $done) = @_;
	my $select = IO::Select->new($listener, $orders);
	my (%peer, %answers);
	my ($holding, $holds, $waited) = (0, 0, 0);

	while (1)
	{
		foreach my $ready ($select->can_read)
		{
			if ($ready == $listener)
			{
				my $client = $listener->accept or next;
				my $behind = IO::Socket::UNIX->new(Peer => $server);
				if (!$behind) { close $client; next; }
				@peer{ $client, $behind } = ($behind, $client);
				$answers{$behind} = 1;
				$select->add($client, $behind);
			}
			elsif ($ready == $orders)
			{
				return unless sysread($orders, my $letter, 1);
				$waited = 1, next if $letter eq 'w' && !$holds;
				($holding, $holds) = (1, 0) if $letter eq 'h';
				if ($letter eq 'c')
				{
					foreach my $socket ($select->handles)
					{
						next unless $peer{$socket};
						$select->remove($socket);
						close $socket;
					}
					(%peer, %answers) = ();
					$holding = 0;
				}
				syswrite($done, '.');
			}
			elsif (my $other = $peer{$ready})
			{
				if (!sysread($ready, my $bytes, 1 << 16))
				{
					foreach my $socket ($ready, $other)
					{
						$select->remove($socket);
						delete $peer{$socket};
						delete $answers{$socket};
						close $socket;
					}
				}
				elsif ($holding && $answers{$ready})
				{
					$holds = 1;
					syswrite($done, '.') if $waited;
					$waited = 0;
				}
				else { syswrite($other, $bytes); }
			}
		}
	}
	return;
}

sub finish
{
	my ($self) = @_;
	local $?;

	return unless $self->{pid};
	close $self->{ask};
	CORE::kill('KILL', $self->{pid});
	waitpid($self->{pid}, 0);
	delete $self->{pid};
	return;
}

sub DESTROY { $_[0]->finish; return; }

1;
