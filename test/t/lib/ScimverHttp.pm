# One scimver-mcp --http, and clients of it that speak HTTP by hand: bytes as they are.
#
#	my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge');
#	my $client = $bridge->client(token => $token);
#	my $answer = $client->request('GET', '/scim/v2/Users');
#	is($answer->{status}, 200, 'a list');
#	is($bridge->finish, 0, 'exit code');
#
# Reading waits for what is to come, and gives up only after a long time, with the end of
# the test.
package ScimverHttp;

use strict;
use warnings;
use POSIX ();
use PostgreSQL::Test::Utils ();
use ScimverBridge;
use ScimverHttpClient;

my $started = 0;

# port => N, else one that is free; address => --http as it is.
sub new
{
	my ($class, %options) = @_;
	require PostgreSQL::Test::Cluster;
	my $port = $options{port} // PostgreSQL::Test::Cluster::get_free_port();
	my $self = bless {
		port => $port,
		address => $options{address} // "127.0.0.1:$port",
		stderr_file => "$PostgreSQL::Test::Utils::tmp_check/http_$$" . "_" . ++$started . ".err",
	}, $class;
	my @command = (ScimverBridge::program(), '--http', $self->{address}, '--seal', '0', @{ $options{args} // [] });
	push @command, $options{conninfo} if defined $options{conninfo};
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		# as a service: nothing of ours arrives
		%ENV = map { $_ => $ENV{$_} } grep { defined $ENV{$_} }
		  ('HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'ASAN_OPTIONS', 'UBSAN_OPTIONS');
		open(STDIN, '<', '/dev/null') or POSIX::_exit(126);
		open(STDOUT, '>', '/dev/null') or POSIX::_exit(126);
		open(STDERR, '>', $self->{stderr_file}) or POSIX::_exit(126);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	$self->wait_until_it_listens unless $options{ends};
	return $self;
}

# There is no sign of that but a connection.
sub wait_until_it_listens
{
	my ($self) = @_;
	my $attempts = 50 * $PostgreSQL::Test::Utils::timeout_default;

	until ($self->socket)
	{
		die "scimver-mcp ended: " . $self->stderr if waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid};
		die 'scimver-mcp does not listen' if --$attempts == 0;
		select undef, undef, undef, 0.02;
	}
	return;
}

sub socket { return ScimverHttpClient::open_socket($_[0]->{address}); }

# A connection of its own: ScimverHttpClient says what can be told of it.
sub client
{
	my ($self, %options) = @_;
	return ScimverHttpClient->new(address => $self->{address}, %options);
}

# Ask it to end, as a service manager does; returns the exit code.
sub finish
{
	my ($self) = @_;
	$self->kill('TERM');
	return $self->wait_exit;
}

sub wait_exit
{
	my ($self) = @_;

	return $self->{status} if defined $self->{status};
	local $SIG{ALRM} = sub { die 'scimver-mcp does not end: ' . $self->stderr };
	alarm $PostgreSQL::Test::Utils::timeout_default;
	waitpid($self->{pid}, 0);
	alarm 0;
	$self->{status} = $? & 127 ? -($? & 127) : $? >> 8;
	return $self->{status};
}

sub kill
{
	my ($self, $signal) = @_;
	CORE::kill($signal, $self->{pid});
	return;
}

sub stderr { return PostgreSQL::Test::Utils::slurp_file($_[0]->{stderr_file}); }

# The same without where it serves.
sub reports { return $_[0]->stderr =~ s/^scimver-mcp: serving HTTP[^\n]*\n//mr; }

# A server with the extension and its tables, and a role "bridge" that may do nothing by itself.
sub new_node
{
	my ($class, $name, %options) = @_;
	my $node = ScimverBridge->new_node($name, %options);

	$node->safe_psql('postgres', q{
		CREATE ROLE bridge LOGIN NOINHERIT;
		SELECT scim_grant_bridge('bridge');});
	return $node;
}

# A role that may work in a tenant, and by way of the bridge.
sub add_role
{
	my ($class, $node, $role, $tenant) = @_;
	my $with = $node->pg_version >= 16 ? 'WITH INHERIT FALSE, SET TRUE' : '';

	$node->safe_psql('postgres', qq{
		CREATE ROLE $role NOLOGIN;
		SELECT scim_grant_tenant('$tenant', '$role');
		GRANT SELECT, INSERT, UPDATE, DELETE ON groups_members TO $role;
		GRANT $role TO bridge $with;});
	return;
}

# A token, as it is sent.
sub token
{
	my ($class, $node, $role, $tenant, $options) = @_;
	return $node->safe_psql('postgres', sprintf(q{SELECT scim_create_token('%s', '%s', '%s') ->> 'token'}, $role, $tenant, $options // '{}'));
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
