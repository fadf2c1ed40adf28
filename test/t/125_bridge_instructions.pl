# scimver-mcp: what clients are told on how to use the tools comes from the
# database; nobody waits long for it, and a neutral sentence stands in for it.
#
# How long anything takes is never looked at: a database that does not answer
# would keep a client that waits for it for ever.
use strict;
use warnings;
use FindBin;
use IO::Socket::UNIX;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('instructions');
my $conninfo = $node->connstr('postgres');
my $real = $node->safe_psql('postgres', 'SELECT scim_instructions()');
my $neutral = q{Each tool's description says how to use it, and each failure what to do next.};
my %modern = (_meta => \%ScimverBridge::modern_meta);

sub discover { return $_[0]->roundtrip('server/discover', \%modern)->{result}; }

# Both ways to ask say the neutral sentence; of the modern one nothing is to be kept.
sub are_neutral
{
	my ($bridge, $name) = @_;
	my $answer = $bridge->initialize->{result};
	my $discovered = discover($bridge);

	is($answer->{instructions}, $neutral, "$name: initialize says the neutral sentence");
	is($answer->{protocolVersion}, '2025-11-25', "$name: and what it says besides");
	is($discovered->{instructions}, $neutral, "$name: server/discover, too");
	is($discovered->{ttlMs}, 0, "$name: which is not to be kept");
	return;
}

sub are_real
{
	my ($bridge, $name) = @_;
	my $discovered = discover($bridge);

	is($discovered->{instructions}, $real, "$name: the database's");
	cmp_ok($discovered->{ttlMs}, '>', 0, "$name: which are to be kept");
	return;
}

# They are the database's, word for word, and asked for once.
my $bridge = ScimverBridge->new(conninfo => $conninfo);
is($bridge->initialize->{result}{instructions}, $real, 'initialize says what the database says');
are_real($bridge, 'server/discover');
like($real, qr/expected_version.*VERSION_MISMATCH.*content\.current/s, 'that is the rule for writes');
$node->safe_psql('postgres', q{
	ALTER FUNCTION scim_instructions() RENAME TO real_instructions;
	CREATE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS $$ SELECT E'of this\\n"database"' $$;});
are_real($bridge, 'asked for again');
my $other = ScimverBridge->new(conninfo => $conninfo);
is($other->initialize->{result}{instructions}, qq{of this\n"database"}, 'another process asks anew');
is($_->finish, 0, 'exit code') foreach $bridge, $other;
is($_->stderr, '', 'nothing to report') foreach $bridge, $other;

# Without the function: an older extension.  What it can do works.
$node->safe_psql('postgres', 'DROP FUNCTION scim_instructions()');
$bridge = ScimverBridge->new(conninfo => $conninfo);
are_neutral($bridge, 'without the function');
ok($bridge->call('scim_list_users', {})->{success}, 'without the function: calls work');
like($bridge->stderr, qr/scim_instructions: the database answered with SQLSTATE 42883$/m, 'without the function: the log says so');

# The function fails, or says nothing.
$node->safe_psql('postgres', q{CREATE FUNCTION scim_instructions() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'never shown'; END $$});
are_neutral($bridge, 'an error');
$node->safe_psql('postgres', q{CREATE OR REPLACE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS 'SELECT NULL'});
are_neutral($bridge, 'NULL');
$node->safe_psql('postgres', q{CREATE OR REPLACE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS $$ SELECT '' $$});
are_neutral($bridge, 'an empty text');
# what no client takes: a line over 10 MiB, and what is no UTF-8
$node->safe_psql('postgres', q{CREATE OR REPLACE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS $$ SELECT repeat('"', 10000000) $$});
are_neutral($bridge, 'a text that is too long');
$node->safe_psql('postgres', q{
	CREATE CAST (bytea AS text) WITHOUT FUNCTION;
	CREATE OR REPLACE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS $$ SELECT '\xff'::bytea::text $$;});
are_neutral($bridge, 'no UTF-8');
$node->safe_psql('postgres', 'DROP FUNCTION scim_instructions(); ALTER FUNCTION real_instructions() RENAME TO scim_instructions');
are_real($bridge, 'when it is there again');
is($bridge->finish, 0, 'exit code');

# Unreachable, and then there.
my $folder = PostgreSQL::Test::Utils::tempdir_short();
my $here = "host=$folder/here port=" . $node->port . ' dbname=postgres';
$bridge = ScimverBridge->new(conninfo => $here);
are_neutral($bridge, 'unreachable');
symlink $node->host, "$folder/here" or die "symlink: $!";
is(discover($bridge)->{instructions}, $real, 'unreachable no more');
is($bridge->finish, 0, 'exit code');

# A server that accepts and never answers.  What was sent meanwhile is answered
# behind, in order, and the process ends with its input.
my $mute = PostgreSQL::Test::Utils::tempdir_short();
my $listener = IO::Socket::UNIX->new(Local => "$mute/.s.PGSQL.1", Listen => 5) or die "socket: $!";
my $hanging = "host=$mute port=1 dbname=x connect_timeout=3600";
$bridge = ScimverBridge->new(conninfo => $hanging, args => [ '--timeout', '86400' ]);
are_neutral($bridge, 'a server that never answers');
is($bridge->finish, 0, 'exit code');
$bridge = ScimverBridge->new(conninfo => $hanging, args => [ '--timeout', '86400' ]);
my $initialize = $bridge->request('initialize', { protocolVersion => '2025-11-25' });
my @pings = map { $bridge->request('ping') } 1 .. 3;
my $last = $bridge->request('server/discover', \%modern);
is($bridge->finish, 0, 'the input ends while it waits: exit code');
is_deeply([ map { $_->{id} } @{ $bridge->{messages} } ], [ $initialize, @pings, $last ], 'all is answered, in order');
is($bridge->{messages}[0]{result}{instructions}, $neutral, 'with the neutral sentence');

# A statement that waits: here for a lock on what says where the extension is.
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; LOCK TABLE pg_catalog.pg_extension IN ACCESS EXCLUSIVE MODE');
$bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--timeout', '86400', '--pool', '1' ]);
are_neutral($bridge, 'a statement that waits');
$session->query_safe('COMMIT');
$session->quit;
# the look went on, and its connection serves on
ok($bridge->call('scim_list_users', {})->{success}, 'a call when it waits no more');
are_real($bridge, 'what it brought is kept');
is($bridge->finish, 0, 'exit code');

done_testing();
