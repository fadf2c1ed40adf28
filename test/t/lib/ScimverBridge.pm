# Drives one scimver-mcp over pipes.
#
#	my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres'));
#	$bridge->initialize;
#	my $result = $bridge->call('scim_get_user', { user_id => $id });
#	is($bridge->finish, 0, 'exit code');
#
# The program is $SCIMVER_MCP, or the installed one.  Reading waits for what is
# to come, and gives up only after a long time, with the end of the test.
package ScimverBridge;

use strict;
use warnings;
use Config;
use Errno qw(EAGAIN EINTR);
use Fcntl;
use IO::Select;
use JSON::PP ();
use POSIX ();
use PostgreSQL::Test::Utils ();

my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;
my $started = 0;

our %modern_meta = (
	'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
	'io.modelcontextprotocol/clientCapabilities' => {});

sub program
{
	return $ENV{SCIMVER_MCP} if $ENV{SCIMVER_MCP};
	chomp(my $bindir = `pg_config --bindir`);
	return "$bindir/scimver-mcp";
}

sub new
{
	my ($class, %options) = @_;
	my $self = bless {
		next_id => 1,
		buffer => '',
		messages => [],
		stderr_file => "$PostgreSQL::Test::Utils::tmp_check/bridge_$$" . "_" . ++$started . ".err",
	}, $class;
	my @args = @{ $options{args} // [] };

	# nothing happens by itself, and there are all tools, unless the test is about that
	unshift @args, '--seal', '0' unless grep { $_ eq '--seal' } @args;
	unshift @args, '--toolset', 'full' unless $options{own_tools} || grep { /\A--tool/ } @args;
	my @command = (program(), @args);
	push @command, $options{conninfo} if defined $options{conninfo};
	pipe(my $in_read, my $in_write) or die "pipe: $!";
	pipe(my $out_read, my $out_write) or die "pipe: $!";
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		# as clients do it: nothing of ours arrives
		%ENV = map { $_ => $ENV{$_} } grep { defined $ENV{$_} }
		  ('HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'ASAN_OPTIONS', 'UBSAN_OPTIONS');
		open(STDIN, '<&', $in_read) or POSIX::_exit(126);
		open(STDOUT, '>&', $out_write) or POSIX::_exit(126);
		open(STDERR, '>', $self->{stderr_file}) or POSIX::_exit(126);
		$SIG{PIPE} = 'DEFAULT';
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	close $in_read;
	close $out_write;
	$in_write->autoflush(1);
	$self->{in} = $in_write;
	$self->{out} = $out_read;
	return $self;
}

# Bytes, as they are.
sub send_raw
{
	my ($self, $bytes) = @_;
	my $at = 0;
	local $SIG{PIPE} = 'IGNORE';

	while ($at < length $bytes)
	{
		my $n = syswrite($self->{in}, $bytes, length($bytes) - $at, $at);
		next if !defined $n && $! == EINTR;
		return 0 unless defined $n;
		$at += $n;
	}
	return 1;
}

sub send_message
{
	my ($self, $message) = @_;
	return $self->send_raw($JSON->encode($message) . "\n");
}

# A request; returns its id.
sub request
{
	my ($self, $method, $params) = @_;
	my $id = $self->{next_id}++;
	my $message = { jsonrpc => '2.0', id => $id, method => $method };

	$message->{params} = $params if defined $params;
	$self->send_message($message);
	return $id;
}

sub notify
{
	my ($self, $method, $params) = @_;
	my $message = { jsonrpc => '2.0', method => $method };

	$message->{params} = $params if defined $params;
	$self->send_message($message);
	return;
}

# The next line, raw; undef at the end.
sub line
{
	my ($self) = @_;

	while ((my $end = index($self->{buffer}, "\n")) < 0)
	{
		my $select = IO::Select->new($self->{out});
		$! = 0;
		if (!$select->can_read($PostgreSQL::Test::Utils::timeout_default))
		{
			next if $! == EINTR;    # a child's signal is no silence
			die "scimver-mcp sends nothing: " . $self->stderr;
		}
		my $n = sysread($self->{out}, $self->{buffer}, 1 << 20, length $self->{buffer});
		next if !defined $n && ($! == EINTR || $! == EAGAIN);
		return undef unless $n;
	}
	my $line = substr($self->{buffer}, 0, index($self->{buffer}, "\n") + 1, '');
	chomp $line;
	return $line;
}

sub message
{
	my ($self) = @_;
	my $line = $self->line;
	return undef unless defined $line;
	my $message = eval { $JSON->decode($line) };
	die "no JSON on standard output: $line" unless ref $message eq 'HASH';
	return $message;
}

# The answer to one request, in whatever order answers come.
sub answer
{
	my ($self, $id) = @_;

	foreach my $i (0 .. $#{ $self->{messages} })
	{
		my $message = $self->{messages}[$i];
		next unless defined $message->{id} && $message->{id} eq $id;
		splice @{ $self->{messages} }, $i, 1;
		return $message;
	}
	while (defined(my $message = $self->message))
	{
		return $message if defined $message->{id} && $message->{id} eq $id;
		push @{ $self->{messages} }, $message;
	}
	return undef;
}

# The next message of ours by that method: a request, or a notification.
sub told
{
	my ($self, $method) = @_;

	foreach my $i (0 .. $#{ $self->{messages} })
	{
		my $message = $self->{messages}[$i];
		next unless ($message->{method} // '') eq $method;
		splice @{ $self->{messages} }, $i, 1;
		return $message;
	}
	while (defined(my $message = $self->message))
	{
		return $message if ($message->{method} // '') eq $method;
		push @{ $self->{messages} }, $message;
	}
	return undef;
}

# A response to a request of the bridge's: result => ..., or error => ...
sub respond
{
	my ($self, $id, %body) = @_;
	$self->send_message({ jsonrpc => '2.0', id => $id, %body });
	return;
}

sub roundtrip
{
	my ($self, $method, $params) = @_;
	return $self->answer($self->request($method, $params));
}

sub initialize
{
	my ($self, %params) = @_;
	my $answer = $self->roundtrip('initialize',
		{   protocolVersion => '2025-11-25', capabilities => {},
			clientInfo => { name => 'tap', version => '1' }, %params });

	$self->notify('notifications/initialized');
	return $answer;
}

# Send a tools/call; returns its id.
sub start_call
{
	my ($self, $tool, $arguments) = @_;
	return $self->request('tools/call', { name => $tool, arguments => $arguments });
}

# The envelope of a tools/call that was started; undef when the bridge ended.
sub envelope
{
	my ($self, $id) = @_;
	my $answer = $self->answer($id);

	return undef unless defined $answer;
	die "no tool result: " . $JSON->encode($answer) unless $answer->{result};
	return $answer->{result}{structuredContent};
}

sub call
{
	my ($self, $tool, $arguments) = @_;
	return $self->envelope($self->start_call($tool, $arguments));
}

# No more input; the rest of the output is kept.  Returns the exit code.
sub finish
{
	my ($self) = @_;

	close $self->{in} if $self->{in};
	delete $self->{in};
	while (defined(my $message = $self->message)) { push @{ $self->{messages} }, $message; }
	return $self->wait_exit;
}

sub wait_exit
{
	my ($self) = @_;

	return $self->{status} if defined $self->{status};
	waitpid($self->{pid}, 0);
	$self->{status} = $? & 127 ? -($? & 127) : $? >> 8;
	return $self->{status};
}

sub kill
{
	my ($self, $signal) = @_;
	CORE::kill($signal, $self->{pid});
	return;
}

# What it takes of memory, in kB; undef where that is not its own alone, as a sanitizer takes some.
sub memory
{
	my ($self) = @_;
	my $process = "/proc/$self->{pid}";

	return undef if !-r "$process/status" || PostgreSQL::Test::Utils::slurp_file("$process/maps") =~ /libasan/;
	PostgreSQL::Test::Utils::slurp_file("$process/status") =~ /^VmRSS:\s+(\d+) kB/m or die 'no VmRSS';
	return $1;
}

sub stderr
{
	my ($self) = @_;
	return PostgreSQL::Test::Utils::slurp_file($self->{stderr_file});
}

sub encode { return $JSON->encode($_[1]); }
sub decode { return $JSON->decode($_[1]); }

# A server with the extension and its tables, in database postgres.
sub new_node
{
	my ($class, $name, %options) = @_;
	require PostgreSQL::Test::Cluster;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ], allows_streaming => $options{allows_streaming});
	$node->append_conf('postgresql.conf', $options{conf}) if $options{conf};
	$node->start;
	$node->safe_psql('postgres', q{
		CREATE EXTENSION scimver CASCADE;
		SELECT scim_create_table('users', 'User');
		SELECT scim_create_table('groups', 'Group');});
	return $node;
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	return if defined $self->{status};
	CORE::kill('KILL', $self->{pid});
	waitpid($self->{pid}, 0);
	return;
}

1;
