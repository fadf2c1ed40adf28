# How far a bulk or a long list is (scimver.progress): a client hears of it while the statement
# runs, not after it; and however long it takes, ten times a second at most.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;
use Time::HiRes qw(time);

my $operations = 4000;
my $node = new_server('progress', conf => "fsync = off\n");

new_database($node, 'progress', bare => 1);
$node->safe_psql('progress', q{
	SELECT scim_create_table('users', 'User');
	INSERT INTO users (data) SELECT jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 3) n;
	-- the second of three waits for whoever holds the lock
	CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.data ->> 'title' = '2' THEN
			PERFORM pg_advisory_xact_lock(1);
		END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER waits AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION waits();
	CREATE FUNCTION three() RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_agg(jsonb_build_object('method', 'PATCH', 'path', '/Users/' || id, 'data', jsonb_build_object('schemas', '["urn:ietf:params:scim:api:messages:2.0:PatchOp"]'::jsonb,
			'Operations', jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'title', 'value', n::text))))) FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users WHERE data ->> 'userName' LIKE 'u%') u $$;
	CREATE FUNCTION many(n int) RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_agg(jsonb_build_object('method', 'POST', 'path', '/Users', 'bulkId', 'b' || i, 'data', jsonb_build_object('userName', 'n' || i) || CASE i % 4 WHEN 0 THEN '{"password": "Correct-horse-9"}' ELSE '{}' END::jsonb)) FROM generate_series(1, n) i $$;
});

# What psql says while it runs the statements.
sub start
{
	my ($said, @statements) = @_;

	return IPC::Run::start([ 'psql', '-XAtq', '-v', 'VERBOSITY=terse', '-d', $node->connstr('progress'), map { ('-c', $_) } @statements ], '>', \my $out, '2>', $said,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
}

sub told { my ($said) = @_; return map { [ split ' ', $_ ] } $said =~ /^INFO:  (\d+ \d+)$/mg; }

# ---- while it runs ----

my $holder = $node->background_psql('progress');
$holder->query_safe('SELECT pg_advisory_lock(1)');
my $said = '';
my $harness = start(\$said, 'SET scimver.progress = on', 'SELECT scim_bulk(three())');
$harness->pump until $said =~ /^INFO:  1 3$/m;
is($node->safe_psql('progress', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), 1, 'the first is told while the second waits') or diag($said);
is_deeply([ told($said) ], [ [ 1, 3 ] ], '... and nothing else');
$holder->query_safe('SELECT pg_advisory_unlock(1)');
$harness->finish;
is_deeply((told($said))[-1], [ 3, 3 ], '... the last when all are done');
$holder->quit;

# ---- not more often than ten times a second ----

my $begun = time;
$said = '';
start(\$said, 'SET scimver.progress = on', 'SET scimver.password_cost = 4', "SET scimver.max_bulk_operations = $operations", "SELECT scim_bulk(many($operations)) IS NULL")->finish;
my $seconds = time - $begun;
my @told = told($said);

is(scalar(@told), scalar(grep { $_->[1] == $operations } @told), 'each says how many there are');
is((grep { $told[$_][0] <= $told[ $_ - 1 ][0] } 1 .. $#told), 0, '... and more than the one before');
is($told[-1][0], $operations, '... up to the end');
cmp_ok(scalar(@told), '>', 2, sprintf('... of %.1f seconds, more than the first and the last', $seconds));
cmp_ok(scalar(@told), '<=', 2 + 8 * $seconds, '... and ten a second at most');

# ---- for who wants to know ----

$said = '';
start(\$said, 'SELECT scim_bulk(three()) IS NULL', 'SELECT scim_list_users(count => 1000) IS NULL')->finish;
is($said, '', 'nobody else is told');

done_testing();
