# A PgBouncer in transaction pooling mode before a server, on a Unix socket of its own.
package ScimverPooler;

use strict;
use warnings;
use File::Spec;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $started = 0;

sub program
{
	my ($program) = grep { -x } $ENV{SCIMVER_PGBOUNCER} // (), map { "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin', '/usr/local/sbin';
	return $program;
}

# Why there can be none; undef: there can.
sub missing
{
	return 'pgbouncer is not installed (package pgbouncer)' unless program();
	return 'pgbouncer does not run as root' if $> == 0;
	return undef;
}

# users => [ ... ]; databases => { name => how many connections to the server }; settings => lines
# of its configuration.
sub new
{
	my ($class, $node, %options) = @_;
	my $self = bless { sockets => PostgreSQL::Test::Utils::tempdir_short(), port => PostgreSQL::Test::Cluster::get_free_port() }, $class;
	my $folder = File::Spec->rel2abs("$PostgreSQL::Test::Utils::tmp_check/pgbouncer_$$" . '_' . ++$started);

	mkdir $folder or die "mkdir: $!";
	append_to_file("$folder/users", qq{"$_" ""\n}) foreach @{ $options{users} };
	append_to_file("$folder/ini", "[databases]\n" . join('', map {
		"$_ = host=" . $node->host . ' port=' . $node->port . " dbname=postgres $options{databases}{$_}\n" } sort keys %{ $options{databases} }));
	append_to_file("$folder/ini", <<"INI" . ($options{settings} // ''));
[pgbouncer]
listen_addr =
unix_socket_dir = $self->{sockets}
listen_port = $self->{port}
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
logfile = $folder/log
pidfile = $folder/pid
INI
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		exec { program() } program(), '-q', "$folder/ini" or POSIX::_exit(127);
	}
	$self->wait_until_it_listens($options{users}[0], (sort keys %{ $options{databases} })[0]);
	return $self;
}

sub wait_until_it_listens
{
	my ($self, $user, $database) = @_;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;

	until (run_log([ 'psql', '-XAtq', '-c', 'SELECT 1', $self->connstr($database) . " user=$user" ]))
	{
		die 'pgbouncer does not listen' if --$attempts == 0 || waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid};
		select undef, undef, undef, 0.1;
	}
	return;
}

sub connstr { return "host=$_[0]{sockets} port=$_[0]{port} dbname=$_[1]"; }

# Can it keep prepared statements by their names (1.21 and later)?
sub keeps_statements
{
	my ($version) = run_command([ program(), '--version' ]);
	return $version =~ /PgBouncer (\d+)\.(\d+)/ && ($1 > 1 || $2 >= 21);
}

sub DESTROY
{
	my ($self) = @_;
	local $?;

	return unless $self->{pid};
	kill 'INT', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
