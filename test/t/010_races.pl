# Races over real connections: test/bench/race.c, whose judge finds what must
# not happen.  SCIMVER_RACE_ROUNDS sets the number of rounds (default 2000).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $rounds = $ENV{SCIMVER_RACE_ROUNDS} || 2000;
my $node = new_server('races');
my $race = build_helper('race');
my $conninfo = $node->connstr('scim');

# Runs a scenario; returns what it counted.
sub race
{
	my ($scenario, $count) = @_;
	my ($out, $err);

	IPC::Run::run([ $race, $conninfo, 8, $count, $scenario ], '>', \$out, '2>', \$err);
	diag($err) if $err && $scenario !~ /^(?:naive|unlocked)$/;
	return $out ? decode_json($out) : { wrong => 'no answer' };
}

my %said = (
	update => 'exactly one winner a round, whose write is there',
	delete => 'an update or the delete, never both',
	create => 'one of one userName',
	toggle => 'no mismatch with current = expected',
	counter => 'a counter ends at the sum',
	merged => 'all that fits is merged, and nothing else is touched',
	tally => 'an integer ends at the sum, by reading and trying again',
	counts => 'an integer ends at the sum, by the rule "counter", without an error',
	patches => 'unconditional patches of eight attributes all survive',
	members => 'no member is lost',
	ring => 'of groups that are put into one another all but one, which would close the ring',
	storm => 'all calls against all: no deadlock, no wrong digest');

my %shorter = (counter => 8, tally => 4, counts => 4, merged => 4);

foreach my $scenario (sort keys %said)
{
	# those who try again do so until each has counted in each round
	my $count = int($rounds / ($shorter{$scenario} // 1));
	my $found = race($scenario, $count);

	is($found->{wrong}, 0, "$scenario, $count rounds: $said{$scenario}");
	cmp_ok($found->{successes} // 0, '>', $count / 2, '... and writes succeeded');
}

# A test that cannot fail is none: a version checked in one statement and
# written in the next loses updates, and the judge sees it.
my $found = race('naive', 100);
cmp_ok($found->{wrong}, '>', 0, 'check, then write: more than one winner is found');
$found = race('unlocked', 100);
cmp_ok($found->{wrong}, '>', 0, 'read, merge, then write: lost changes are found');

# Above READ COMMITTED the loser's error may be PostgreSQL's own 40001; still
# there is one winner.
$node->safe_psql('postgres', q{ALTER DATABASE scim SET default_transaction_isolation = 'repeatable read'});
foreach my $scenario (qw(update delete create counter tally))
{
	is(race($scenario, 100)->{wrong}, 0, "REPEATABLE READ, $scenario: $said{$scenario}");
}

is($node->safe_psql('scim', "SELECT deadlocks FROM pg_stat_database WHERE datname = 'scim'"), '0', 'no deadlock at all');
done_testing();
