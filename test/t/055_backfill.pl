# scim_backfill under writers, ended in between and called again; and what it
# does when others hold what it needs.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $bench = "$FindBin::RealBin/../bench";
my $rows = 10_000;
my $node = new_server('backfill');
my $program = build_helper('backfill');

sub sql { my ($sql, $database) = @_; return $node->safe_psql($database // 'people', $sql) }

# A database with the table of so many rows.
sub make_table
{
	my ($count) = @_;

	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS people');
	new_database($node, 'people', bare => 1);
	$node->psql('people', slurp_file("$bench/backfill.sql"), extra_params => [ '-v', "rows=$count" ], on_error_die => 1);
}

# ---- killed and called again, under writers ----

make_table($rows);
my ($out, $err);
IPC::Run::run([ $program, $node->connstr('people'), 4, 50, 200 ], '>', \$out, '2>', \$err);
is($err, '', 'writers and backfill met no error');
my $found = $out ? decode_json($out) : { wrong => 'no answer' };
is($found->{wrong}, 0, 'every row is filled and right, and every acknowledged update is there');
is($found->{terminated}, 1, 'the backfill was terminated half-way, and called again');
cmp_ok($found->{writes}, '>', 50, 'others wrote meanwhile');
note($out);

# ---- a row that somebody holds ----

sql(q{SET session_replication_role = replica; UPDATE people SET scim_version = NULL});
my ($say, $said, $wrong) = ("BEGIN; UPDATE people SET title = 'held' WHERE id = 5000 RETURNING 'has it';\n", '', '');
my $holder = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('people') ], '<', \$say, '>', \$said, '2>', \$wrong);
IPC::Run::pump $holder until $said =~ /has it/ || !$holder->pumpable;
my (undef, undef, $stderr) = $node->psql('people', q{SET lock_timeout = '200ms'; CALL scim_backfill('people', 100)});
like($stderr, qr/canceling statement due to lock timeout/, 'lock_timeout is honoured');
is(sql('SELECT count(scim_version) FROM people'), 4900, '... and the batches before are there');
$say = "COMMIT;\n";
$holder->finish;
like(($node->psql('people', q{CALL scim_backfill('people', 100)}))[2], qr/5099 rows filled$/m,
	'called again, it fills the rest, but for what its writer has filled');

# ---- above READ COMMITTED, among writers ----

sql(q{SET session_replication_role = replica; UPDATE people SET scim_version = NULL});
sql(q{ALTER DATABASE people SET default_transaction_isolation = 'repeatable read'});
my $writer = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('people'), '-c', q{
	DO $$ BEGIN FOR i IN 1 .. 3000 LOOP UPDATE people SET logins = logins + 1 WHERE id = 1 + i * 7919 % 10000; COMMIT; END LOOP; END $$} ],
	'>', \$said, '2>', \$wrong);
like(($node->psql('people', q{CALL scim_backfill('people', 200)}))[2], qr/rows filled$/m, 'REPEATABLE READ: batches that meet a concurrent change are tried again');
$writer->finish;
is(sql('SELECT count(*) FROM people WHERE scim_version IS NULL'), 0, '... and all is filled');
is(sql(q{SELECT count(*) FROM scim_check_table('people') WHERE problem <> 'limit'}), 0, '... and right');

# ---- groups, whose members come and go meanwhile ----

sql(q{
	INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, jsonb_build_object('userName', 'user' || i) FROM generate_series(1, 100) AS i;
	INSERT INTO groups (id, data) SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', 'group' || i) FROM generate_series(1, 500) AS i;
	INSERT INTO groups_members SELECT 'default', md5('group' || g)::uuid, 'User', md5('user' || u)::uuid FROM generate_series(1, 500) AS g, generate_series(1, 40) AS u;
	SET session_replication_role = replica;
	UPDATE groups SET version = NULL, member_count = 0, member_digest = decode(repeat('00', 32), 'hex');
}, 'scim');
$writer = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('scim'), '-c', q{
	DO $$ BEGIN FOR i IN 1 .. 1000 LOOP
		INSERT INTO groups_members VALUES ('default', md5('group' || 1 + i * 31 % 500)::uuid, 'User', md5('user' || 41 + i % 60)::uuid) ON CONFLICT DO NOTHING;
		COMMIT;
		DELETE FROM groups_members WHERE group_id = md5('group' || 1 + i * 17 % 500)::uuid AND member_id = md5('user' || 1 + i % 40)::uuid;
		COMMIT;
	END LOOP; END $$} ], '>', \$said, '2>', \$wrong);
$node->psql('scim', q{CALL scim_backfill('groups', 100)});
$node->psql('scim', q{SELECT scim_repair_table('groups')});
$writer->finish;
is($wrong, '', 'memberships were written meanwhile');
is($node->safe_psql('scim', q{SELECT * FROM scim_check_table('groups')}), '', 'every count and digest is right');
is_sound($node, 'scim', '... by another reckoning, too');

$node->stop;
done_testing();
