# scimver-mcp: what no other attempt mends is not retryable, and says what the
# administrator has to do; when that is done, the same process goes on.
use strict;
use warnings;
use FindBin;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('refused', allows_streaming => 1);
my $server = 'host=' . $node->host . ' port=' . $node->port;
my $folder = PostgreSQL::Test::Utils::tempdir_short();
my $superuser = getpwuid($<);

# The first lines of pg_hba.conf; all else is trusted.
sub allow
{
	my ($lines) = @_;

	unlink $node->data_dir . '/pg_hba.conf';
	$node->append_conf('pg_hba.conf', "$lines\nlocal all all trust\n");
	$node->reload;
	# a new session sees the rules that its predecessors were told of
	$node->poll_query_until('postgres', q{SELECT pg_conf_load_time() >= (pg_stat_file('pg_hba.conf')).modification});
	return;
}

sub bridge
{
	my ($conninfo) = @_;
	my $bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--pool', '1' ]);

	$bridge->initialize;
	return $bridge;
}

# A read, a write and the list of tools have the same reason.
sub is_refused
{
	my ($bridge, $code, $reason, $name) = @_;
	my $read = $bridge->call('scim_server_info', {})->{content};
	my $write = $bridge->call('scim_create_user', { user_data => { userName => 'nobody' } })->{content};
	my $list = $bridge->roundtrip('tools/list')->{error};

	is($read->{error_code}, $code, "$name: $code");
	ok(!$read->{retryable}, "$name: not retryable");
	like($read->{error}, $reason, "$name: the reason");
	like($read->{next_steps}[0], qr/^Ask the administrator: /, "$name: whom to ask");
	is_deeply($write, $read, "$name: the same for a write");
	is($list->{code}, -32603, "$name: tools/list is -32603");
	like($list->{message}, $reason, "$name: tools/list has the reason");
	return;
}

sub is_served
{
	my ($bridge, $name) = @_;

	ok($bridge->call('scim_server_info', {})->{success}, "$name: mended, and the same process goes on");
	is($bridge->finish, 0, "$name: exit code");
	return;
}

$node->safe_psql('postgres', q{
	CREATE ROLE agent LOGIN PASSWORD 'right';
	CREATE ROLE idle;
	CREATE ROLE peer LOGIN;
	SELECT scim_grant_tenant('default', role) FROM unnest('{agent,idle,peer}'::regrole[]) AS role;});

# ---- What does not exist, or does not go.

my $setup = 'INTERNAL';
my $bridge = bridge("$server dbname=nope");
is_refused($bridge, $setup, qr/3D000: database "nope" does not exist$/, 'unknown database');
unlike($bridge->stderr, qr/LOCATION/, 'the log has the reason alone');
$node->safe_psql('postgres', 'CREATE DATABASE nope');
is_refused($bridge, $setup, qr/^The extension scimver is not installed in this database\./, 'no extension');
$node->safe_psql('nope', 'CREATE EXTENSION scimver CASCADE');
is_served($bridge, 'unknown database');

$bridge = bridge("$server dbname=ascii");
$node->safe_psql('postgres', q{CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'});
is_refused($bridge, $setup, qr/scimver is not installed/, 'a database in another encoding');
$node->safe_psql('postgres', q{DROP DATABASE ascii WITH (FORCE)});
$node->safe_psql('postgres', q{CREATE DATABASE ascii TEMPLATE template0 ENCODING 'MULE_INTERNAL' LOCALE 'C'});
is_refused($bridge, $setup, qr/ENCODING|encoding|conversion/, 'one that cannot be converted');
$node->safe_psql('postgres', q{DROP DATABASE ascii});
$node->safe_psql('postgres', q{CREATE DATABASE ascii TEMPLATE nope});
is_served($bridge, 'a database in another encoding');

$node->safe_psql('nope', q{SELECT 1});
$node->safe_psql('postgres', q{ALTER DATABASE nope ALLOW_CONNECTIONS false});
$bridge = bridge("$server dbname=nope");
is_refused($bridge, $setup, qr/55000: /, 'a database that takes no connections');
$node->safe_psql('postgres', q{ALTER DATABASE nope ALLOW_CONNECTIONS true});
is_served($bridge, 'a database that takes no connections');

append_to_file("$folder/services", "[other]\ndbname=postgres\n");
{
	# ~/.pg_service.conf is read anew by each attempt
	local $ENV{HOME} = $folder;
	$bridge = bridge("$server service=none");
}
is_refused($bridge, $setup, qr/definition of service "none" not found$/, 'unknown service');
append_to_file("$folder/.pg_service.conf", "[none]\ndbname=postgres\nuser=agent\n");
is_served($bridge, 'unknown service');

foreach my $case (
	[ 'port that is no number', "host=$folder port=abc", qr/"abc"/ ],
	[ 'port that is none', "host=$folder port=99999", qr/invalid port number: "99999"$/ ],
	[ 'wrong sslmode', "$server sslmode=maybe", qr/invalid sslmode value: "maybe"$/ ],
	[ 'ports that are no hosts', "host=a,b port=1,2,3", qr/could not match 3 port numbers to 2 hosts$/ ],
	[ 'unknown host', 'host=nosuchhost.invalid', qr/could not translate host name|Temporary/ ],
	[ 'password that is no port', 'postgresql://agent:sec/ret@db/x', qr/invalid integer value "\.\.\."/ ],
	[ 'unknown startup option', "$server options='-c nonsense=1'", qr/42704: .*"nonsense"/ ])
{
	my ($name, $conninfo, $reason) = @$case;

	$bridge = bridge($conninfo =~ /^postgresql:/ ? $conninfo : "$conninfo dbname=postgres");
	if ($name eq 'unknown host')
	{
		# without a server of names it is another matter
		my $answer = $bridge->call('scim_server_info', {})->{content};
		is($answer->{error_code}, $bridge->stderr =~ /Temporary failure/ ? 'RETRY_LATER' : $setup, $name);
	}
	else
	{
		is_refused($bridge, $setup, $reason, $name);
	}
	unlike($bridge->stderr, qr/sec|ret@/, "$name: no password in the log");
	is($bridge->finish, 0, "$name: exit code");
}

# A folder that is missing is another thing than a server that is.
my $socket = $node->host . '/.s.PGSQL.' . $node->port;
$bridge = bridge("host=$folder/nowhere port=" . $node->port . ' dbname=postgres');
is_refused($bridge, $setup, qr/No such file or directory/, 'no such folder');
mkdir "$folder/nowhere" or die "mkdir: $!";
is($bridge->call('scim_server_info', {})->{content}{error_code}, 'RETRY_LATER', 'a folder without a socket');
symlink $socket, "$folder/nowhere/.s.PGSQL." . $node->port or die "symlink: $!";
is_served($bridge, 'no such folder');

# ---- Who may not come in.

my $login = 'PERMISSION_DENIED';
$bridge = bridge("$server dbname=postgres user=nobody1");
is_refused($bridge, $login, qr/28000: role "nobody1" does not exist$/, 'unknown role');
$node->safe_psql('postgres', q{CREATE ROLE nobody1 LOGIN});
is_served($bridge, 'unknown role');

$bridge = bridge("$server dbname=postgres user=idle");
is_refused($bridge, $login, qr/28000: role "idle" is not permitted to log in$/, 'a role that may not log in');
$node->safe_psql('postgres', q{ALTER ROLE idle LOGIN});
is_served($bridge, 'a role that may not log in');

$node->safe_psql('postgres', q{REVOKE CONNECT ON DATABASE nope FROM PUBLIC});
$bridge = bridge("$server dbname=nope user=idle");
is_refused($bridge, $login, qr/42501: permission denied for database "nope"/, 'no CONNECT');
$node->safe_psql('postgres', q{GRANT CONNECT ON DATABASE nope TO idle});
is_served($bridge, 'no CONNECT');

allow('local all agent scram-sha-256');
my $pgpass = "$folder/.pgpass";
append_to_file($pgpass, "*:*:*:agent:wrong\n");
chmod 0600, $pgpass or die "chmod: $!";
{
	local $ENV{HOME} = $folder;
	$bridge = bridge("$server dbname=postgres user=agent");
}
is_refused($bridge, $login, qr/28P01: password authentication failed for user "agent"/, 'wrong password');
unlink $pgpass;
is_refused($bridge, $login, qr/no password supplied$/, 'no password');
append_to_file($pgpass, "*:*:*:agent:right\n");
chmod 0600, $pgpass or die "chmod: $!";
is_served($bridge, 'wrong password');
unlike($bridge->stderr, qr/wrong|right/, 'wrong password: not in the log');

allow("local all agent reject");
$bridge = bridge("$server dbname=postgres user=agent");
is_refused($bridge, $login, qr/28000: pg_hba\.conf rejects connection/, 'pg_hba.conf');
allow('');
is_served($bridge, 'pg_hba.conf');

allow('local all peer peer');
$bridge = bridge("$server dbname=postgres user=peer");
is_refused($bridge, $login, qr/28000: Peer authentication failed for user "peer"$/, 'peer authentication');
$node->append_conf('pg_ident.conf', "agents $superuser peer\n");
allow('local all peer peer map=agents');
is_served($bridge, 'peer authentication');

# ---- What another attempt may mend.

$node->safe_psql('postgres', q{ALTER ROLE nobody1 CONNECTION LIMIT 0});
$bridge = bridge("$server dbname=postgres user=nobody1");
my $answer = $bridge->call('scim_server_info', {})->{content};
is("$answer->{error_code} $answer->{error}", 'RETRY_LATER The database cannot be reached; nothing was sent to it.', 'too many connections');
ok($answer->{retryable}, 'too many connections: retryable');
$node->safe_psql('postgres', q{ALTER ROLE nobody1 CONNECTION LIMIT -1});
ok($bridge->call('scim_server_info', {})->{success}, 'too many connections: fewer');
$node->stop;
is($bridge->call('scim_server_info', {})->{content}{error_code}, 'RETRY_LATER', 'no server');

# It starts, as far as everybody else can tell: a standby that takes no connections.
$node->append_conf('postgresql.conf', "hot_standby = off\n");
append_to_file($node->data_dir . '/standby.signal', '');
$node->start;
is($bridge->call('scim_server_info', {})->{content}{error_code}, 'RETRY_LATER', 'a server that starts');
like($bridge->stderr, qr/57P03/, 'it was one');
$node->stop('immediate');
unlink $node->data_dir . '/standby.signal';
# or pg_ctl takes it for started as soon as it recovers
$node->append_conf('postgresql.conf', "hot_standby = on\n");
$node->start;
is_served($bridge, 'a server that starts');

# A server that accepts and never answers, asked by attempts that overlap: one begins
# with the handshake, which does not wait for its end, the other later with a call.
my $mute = PostgreSQL::Test::Utils::tempdir_short();
my $listener = IO::Socket::UNIX->new(Local => "$mute/.s.PGSQL.1", Listen => 128) or die "socket: $!";
my $hanging = ScimverBridge->new(conninfo => "host=$mute port=1 dbname=x connect_timeout=6", args => [ '--pool', '2' ]);
$hanging->initialize;
sleep 1;
is($hanging->call('scim_list_users', {})->{content}{error_code}, 'RETRY_LATER', 'attempts that overlap: the call is told');
is($hanging->finish, 0, 'attempts that overlap: exit code');

done_testing();
