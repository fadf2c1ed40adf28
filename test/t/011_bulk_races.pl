# Two bulks that want the same in opposite orders, and single calls beside them: no
# deadlock, nothing half done, and each entry is true (test/races).  script/races is the
# same, and longer.  SCIMVER_BULK_ROUNDS sets the number of rounds (default 500, of which
# two fifths are on mapped tables), SCIMVER_BULK_SEED what is asked for.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $rounds = $ENV{SCIMVER_BULK_ROUNDS} || 500;
my $seed = $ENV{SCIMVER_BULK_SEED} || 1;
my $folder = "$FindBin::RealBin/../races";
my $node = new_server('bulk_races', conf => "deadlock_timeout = 100ms\nsynchronous_commit = off\n");
my $races = build_helper('races', $folder);

# Rounds in a database of their own; what was counted.
sub race
{
	my ($database, $storage, $count, $way) = @_;
	my ($out, $err);

	new_database($node, $database, empty => 1);
	$node->safe_psql($database, join "\n", map { slurp_file("$folder/$_.sql") } 'begin', $storage, 'rounds', 'judge');
	IPC::Run::run([ $races, $node->connstr($database), $count, $seed, $way ], '>', \$out, '2>', \$err);
	diag($err) if $way eq 'bulk' && $err =~ /^# round \S+:|^races:/m;
	return $out ? decode_json($out) : { rounds => 0, wrong => 'no answer', deadlocks => 'unknown' };
}

sub is_true
{
	my ($storage, $count) = @_;
	my $found = race($storage, $storage, $count, 'bulk');
	my %bulk = %{ $found->{tally}{bulk} // {} };
	my %single = map { %$_ } values %{ $found->{tally}{single} // {} };

	is($found->{rounds}, $count, "$storage: all rounds were run");
	is($found->{deadlocks}, 0, '... no deadlock');
	is($found->{wrong}, 0, '... nothing is there but what was told as done, and all of that');
	# nothing of it is true because nothing happened
	cmp_ok($bulk{POST}{201} // 0, '>', $count, '... bulks created');
	cmp_ok($bulk{PATCH}{200} // 0, '>', $count, '... and changed');
	cmp_ok($bulk{POST}{409} // 0, '>', $count / 4, '... and lost races');
	cmp_ok($bulk{PATCH}{424} // 0, '>', $count / 4, '... and were undone');
	cmp_ok($found->{single_calls} // 0, '>', $count, '... single calls were answered meanwhile');
	cmp_ok($single{409} // 0, '>', 0, '... and lost races, too');
	return;
}

is_true('created', int($rounds * 3 / 5));
add_recount($node, 'created');
is_sound($node, 'created', '... versions, counts and digests are right');
is_true('mapped', int($rounds * 2 / 5));

# A test that cannot fail is none: the same operations without the locks of bulks.
my $found = race('by_hand', 'created', 10, 'by_hand');
cmp_ok($found->{deadlocks}, '>', 0, 'one operation after the other, as they come: there are deadlocks');
cmp_ok($found->{wrong}, '>', 0, '... which the judge sees');
done_testing();
