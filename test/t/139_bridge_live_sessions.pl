# Hundreds of clients in one process of the bridge, who are told of changes:
# test/bridge/live_sessions.c, built here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverProgram;
use Test::More;

build_program('live_sessions');
my $node = ScimverBridge->new_node('live_sessions', conf => "synchronous_commit = off\nlog_statement = none\n");
$node->safe_psql('postgres', q{INSERT INTO users (id, data)
	SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, jsonb_build_object('userName', 'user ' || n) FROM generate_series(0, 999) n});
my $err = run_program('live_sessions', '--poll', '100', $node->connstr('postgres'));
like($err, qr/\A(?:scimver-mcp: cannot write to a socket: [^\n]+\n)*\z/, 'nothing to report but clients that went');

done_testing();
