# Decisions while sessions and the server are killed: each proposal is applied exactly once
# or not at all, with the difference that was approved, whatever was acknowledged is there,
# and what was not is whole or not there.  In created tables, and in mapped ones.
#
# SCIMVER_DECISIONS sets the number of proposals, SCIMVER_DECISIONS_SEED what players choose.
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

my $seed = $ENV{SCIMVER_DECISIONS_SEED} || 22;
my $most = $ENV{SCIMVER_DECISIONS} || 200;
note("seed $seed, $most proposals");
srand($seed);

my $node = new_server('decisions_crash', conf => "restart_after_crash = on\n");
ScimverDecisions->add_roles($node);

# One of those who are at it is killed: his session alone, or with it the whole server.
sub strike
{
	my ($all, $signal) = @_;
	my @busy = grep { $_->{call} && ($_->{call}{reviews} || $_->{call}{proposes}) } @{ $all->{players} };

	return 0 unless @busy;
	kill $signal, $busy[ int rand @busy ]{session}{backend};
	return 1;
}

sub scenario
{
	my ($database, $proposals, $strikes, %more) = @_;
	my $all = ScimverDecisions->new(node => $node, database => $database, proposals => $proposals, %more);
	my ($next, $struck) = (100, 0);

	$all->run(sub {
		my ($calls) = @_;
		return if $struck == $strikes || $calls < $next || !strike($all, $struck % 3 == 2 ? 'KILL' : 'TERM');
		$struck++;
		$next = $calls + 40;
	});
	is($struck, $strikes, "$database: sessions and the server were killed");
	cmp_ok(scalar(grep { ($_->{code} // '') eq 'lost' } @{ $all->{calls} }), '>=', $strikes, '... and answers were lost');
	is_decided($all, $database);
	is_much($all, $database);
	return;
}

add_deciders($node, 'scim');
scenario('scim', $most, 12);
is_sound($node, 'scim', 'versions, counts and digests are right');
is_recorded($node, 'scim', '... and all is in the history');
new_database($node, 'mapped', bare => 1);
add_mapped_deciders($node, 'mapped');
scenario('mapped', int($most / 2), 6, readers => 1);

# What lies there goes on after a restart.
my $before = $node->safe_psql('scim', 'SELECT p FROM scim_proposals p ORDER BY id; SELECT r FROM scim_reviews r ORDER BY proposal_id, number');
$node->restart;
is($node->safe_psql('scim', 'SELECT p FROM scim_proposals p ORDER BY id; SELECT r FROM scim_reviews r ORDER BY proposal_id, number'), $before, 'a restart keeps it all');
unlike(slurp_file($node->logfile), qr/deadlock detected|PANIC/, 'no deadlock');
done_testing();
