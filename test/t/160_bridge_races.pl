# Races over several bridge processes: N bridges write the same user with the
# version that all of them read, each something different.  Exactly one of them
# wins a round; nobody's acknowledged write is lost.
#
# SCIMVER_RACE_ROUNDS sets the number of rounds (default 2000).
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $rounds = $ENV{SCIMVER_RACE_ROUNDS} || 2000;
# who loses a hundred rounds goes on all the same
my $node = ScimverBridge->new_node('races', conf => "scimver.max_attempts = 0\n");
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "prize"}')->>'id'});
my @bridges = map { ScimverBridge->new(conninfo => $conninfo) } 1 .. 8;

foreach my $bridge (@bridges)
{
	$bridge->initialize;
	$bridge->call('scim_get_user', { user_id => $id });
}

# Conditional updates: one winner, and what is there is the winner's.
my (%winners, $lost, $other);
foreach my $round (1 .. $rounds)
{
	my $version = $bridges[0]->call('scim_get_user', { user_id => $id })->{metadata}{version};
	my @calls = map { [ $_, $bridges[$_]->start_call('scim_update_user',
			{ user_id => $id, user_data => { userName => 'prize', title => "$round by $_" }, expected_version => $version }) ] }
	  0 .. $#bridges;
	my @won;
	foreach my $call (@calls)
	{
		my $envelope = $bridges[ $call->[0] ]->envelope($call->[1]);
		if ($envelope->{success}) { push @won, $call->[0] }
		elsif ($envelope->{content}{error_code} ne 'VERSION_MISMATCH'
			|| $envelope->{content}{current_version} eq $version) { $other++ }
	}
	$winners{ scalar @won }++;
	my $title = $bridges[-1]->call('scim_get_user', { user_id => $id })->{content}{title};
	$lost++ unless @won && $title eq "$round by $won[0]";
}
is_deeply(\%winners, { 1 => $rounds }, "$rounds rounds: exactly one winner in each");
is($lost, undef, 'the winner of each round is what is there');
is($other, undef, 'all others got VERSION_MISMATCH with a version that is not theirs');

# A counter that all of them increment: read, conditional write, merge and try
# again.  Each signs its write: two that want the very same content both find
# it there, and both succeed.
my $each = 50;
$bridges[0]->call('scim_update_user', { user_id => $id, user_data => { userName => 'prize', title => '0' } });
my %left = map { $_ => $each } 0 .. $#bridges;
my %call = map { $_ => [ 'read', $bridges[$_]->start_call('scim_get_user', { user_id => $id }) ] } keys %left;
while (%call)
{
	foreach my $n (sort keys %call)
	{
		my ($what, $number) = @{ $call{$n} };
		my $envelope = $bridges[$n]->envelope($number);
		my ($current, $version) = ($envelope->{content}, $envelope->{metadata}{version});
		if ($what eq 'write' && $envelope->{success})
		{
			if (--$left{$n} == 0) { delete $call{$n}; next; }
		}
		elsif ($what eq 'write')
		{
			die $bridges[$n]->encode($envelope) unless $envelope->{content}{error_code} eq 'VERSION_MISMATCH';
			($current, $version) = @{ $envelope->{content} }{ 'current', 'current_version' };
		}
		$call{$n} = [ 'write', $bridges[$n]->start_call('scim_update_user',
			{ user_id => $id, expected_version => $version, user_data =>
				{ userName => 'prize', title => '' . ($current->{title} + 1), nickName => "agent $n" } }) ];
	}
}
is($bridges[0]->call('scim_get_user', { user_id => $id })->{content}{title}, $each * @bridges,
	'a counter that all increment ends at the sum');

is($_->finish, 0, 'exit code') foreach @bridges;
done_testing();
