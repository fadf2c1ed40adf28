# Decisions over real connections: 200 proposals on 20 users and some groups, of whom four
# teams decide, two of them on each, while others write other attributes, and one whom the
# policy does not bind the same.  Each is applied exactly once, with the difference that
# was approved, or it is left open with its reason.  In created tables, and in mapped ones.
#
# SCIMVER_DECISIONS sets the number of proposals, SCIMVER_DECISIONS_SEED what players choose
# (though not in which order the server takes them).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverDecided;
use ScimverDecisions;
use ScimverServer;
use Test::More;

my $seed = $ENV{SCIMVER_DECISIONS_SEED} || 21;
my $most = $ENV{SCIMVER_DECISIONS} || 200;
note("seed $seed, $most proposals");
srand($seed);

my $node = new_server('decisions');
ScimverDecisions->add_roles($node);

sub scenario
{
	my ($database, $proposals, %more) = @_;
	my $all = ScimverDecisions->new(node => $node, database => $database, proposals => $proposals, %more);

	$all->run;
	is_decided($all, $database);
	is_much($all, $database);
	return;
}

add_deciders($node, 'scim');
scenario('scim', $most);
is_sound($node, 'scim', 'versions, counts and digests are right');
is_recorded($node, 'scim', '... and all is in the history');

new_database($node, 'mapped', bare => 1);
add_mapped_deciders($node, 'mapped');
scenario('mapped', int($most / 2), readers => 1);

# Above READ COMMITTED some are told to try again (40001).
new_database($node, 'isolated');
add_deciders($node, 'isolated');
$node->safe_psql('postgres', q{ALTER DATABASE isolated SET default_transaction_isolation = 'repeatable read'});
scenario('isolated', int($most / 2), isolated => 1);

unlike(slurp_file($node->logfile), qr/deadlock detected/, 'no deadlock');
done_testing();
