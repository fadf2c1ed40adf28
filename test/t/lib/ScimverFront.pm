# A program that stands before scimver-mcp as others put it: nginx or HAProxy, with a log of
# what it took and what it handed on.
#
#	my $front = ScimverFront->new('nginx', $configuration, log => $file);
#	my ($taken) = $front->outcome($bytes);
#
# The environment says where the program is: SCIMVER_NGINX, SCIMVER_HAPROXY; else it is looked
# for in the PATH and in /usr/sbin.
package ScimverFront;

use strict;
use warnings;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttpClient;

my %arguments = (
	nginx => sub { return ('-p', $_[0], '-e', "$_[0]/error.log", '-c', "$_[0]/configuration") },
	haproxy => sub { return ('-db', '-f', "$_[0]/configuration") });

sub program
{
	my ($name) = @_;
	my $variable = 'SCIMVER_' . uc $name;
	my ($found) = grep { defined && -x } $ENV{$variable}, map { "$_/$name" } split(/:/, $ENV{PATH}), '/usr/sbin';

	return $found // die "there is no $name: $variable can say where it is";
}

# In the configuration PORT stands for where it listens, FOLDER for what is its own; what it
# writes to standard output is its log.
sub new
{
	my ($class, $name, $configuration) = @_;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $folder = "$PostgreSQL::Test::Utils::tmp_check/front_$name";
	my $self = bless { address => "127.0.0.1:$port", log_file => "$folder/log" }, $class;
	my @command = (program($name), $arguments{$name}->($folder));

	mkdir $folder or die "$folder: $!";
	PostgreSQL::Test::Utils::append_to_file("$folder/configuration", $configuration =~ s/\bPORT\b/$port/gr =~ s/\bFOLDER\b/$folder/gr);
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		open(STDIN, '<', '/dev/null') or POSIX::_exit(126);
		open(STDOUT, '>', $self->{log_file}) or POSIX::_exit(126);
		open(STDERR, '>', "$folder/stderr") or POSIX::_exit(126);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	$self->wait_until("$name listens", sub { return ScimverHttpClient::open_socket($self->{address}) });
	return $self;
}

# What others do is seen in their logs only: look until it is so.
sub wait_until
{
	my ($self, $what, $is_so) = @_;
	my $attempts = 50 * $PostgreSQL::Test::Utils::timeout_default;

	until ($is_so->())
	{
		die "it ended before that: $what" if waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid};
		return 0 if --$attempts == 0;
		select undef, undef, undef, 0.02;
	}
	return 1;
}

# All that it answers to these bytes, and by which port they came.
sub answers
{
	my ($self, $bytes) = @_;
	my $client = ScimverHttpClient->new(address => $self->{address});
	my $port = $client->{socket}->sockport;

	$client->send_raw($bytes);
	1 while $client->more;
	return ($port, $client->{buffer});
}

# What its log says of a connection: [ method, "-" or to whom it was handed on, status ], of each request.
sub taken
{
	my ($self, $port) = @_;
	my $log = PostgreSQL::Test::Utils::slurp_file($self->{log_file});

	return map { [ split ' ' ] } $log =~ /^$port (\S+ \S+ \S+)\n/mg;
}

sub finish
{
	my ($self) = @_;
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
	delete $self->{pid};
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	return unless defined $self->{pid};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
