# The feed of changes, read by consumers who keep nothing but what it tells them, while
# writers do what makes a feed lose changes (test/bench/feed.c).  script/bench --feed is
# the same, and longer.  SCIMVER_FEED_WRITES sets the number of writes (default 1500).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $writes = $ENV{SCIMVER_FEED_WRITES} || 1500;
my $node = new_server('feed', conf => "max_prepared_transactions = 20\nsynchronous_commit = off\n");
my $feed = build_helper('feed');

# Runs writers and consumers in a database; what the judge says of each, by name.
sub feed
{
	my ($database, @consumers) = @_;
	my ($out, $err);

	IPC::Run::run([ $feed, $node->connstr($database), 8, $writes, 0, @consumers ], '>', \$out, '2>', \$err);
	diag($err) if $err;
	return map { $_->{consumer} => $_ } map { decode_json($_) } split /\n/, $out;
}

my @judged = (
	missed => 'every change came',
	twice => 'each came once',
	backwards => 'no revision came after a higher one',
	broken => 'each followed on the version before',
	wrong => 'what is told is what the tables have');
my @ours = qw(all users groups other repeatable joined);
my %found = feed('scim', @ours, qw(sealer by_seq by_xid));

foreach my $consumer (@ours)
{
	cmp_ok($found{$consumer}{changes} // 0, '>', 50, "$consumer: changes came");
	for (my $i = 0; $i < @judged; $i += 2)
	{
		is($found{$consumer}{ $judged[$i] }, 0, "... $judged[ $i + 1 ]");
	}
}
cmp_ok($found{sealer}{changes} // 0, '>', $writes / 2, 'sealer: changes were sealed');
is($found{sealer}{missed}, 0, '... all that there are, once');
is($found{sealer}{wrong}, 0, '... and verified, also meanwhile');
is_sound($node, 'scim', 'versions, counts and digests are right');

# A test that cannot fail is none: what others build loses, and the judge sees it.
cmp_ok($found{by_seq}{missed}, '>', 0, 'behind the last seq, of what is finished: changes are missed');
cmp_ok($found{by_xid}{backwards}, '>', 0, 'in the order of transactions: revisions go backwards');

# What is pruned is gone for whoever has not read it: he is told so, and begins anew.
my @kept = qw(all users groups other repeatable joined slow);
new_database($node, 'pruned');
%found = feed('pruned', @kept, 'pruner');
foreach my $consumer (@kept)
{
	is(join(' ', map { $found{$consumer}{$_} // 'none' } qw(twice backwards broken wrong)), '0 0 0 0', "while it is pruned, $consumer: nothing is missed unsaid");
}
cmp_ok($found{slow}{expired}, '>', 0, '... but said to who is slow');

# ... and, as it depends on who overlaps whom, tries again
my $missed = 0;
for (my $try = 1; $try <= 10 && !$missed; $try++)
{
	new_database($node, "try$try");
	my %tried = feed("try$try", 'by_snapshot');
	$missed = $tried{by_snapshot}{missed};
}
cmp_ok($missed, '>', 0, 'by snapshots as they are: changes of the youngest transactions are missed');
done_testing();
