# decisions.pl: what a policy costs writes, and what it takes to approve a proposal; part
# of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

# Calls on the employee of a number, each true if it came out as it should.
my $update = q{SELECT scim_update_resource('%s', id, data) ->> 'nickName' = data ->> 'nickName' FROM bench_calls WHERE n = $1};
my %call = (
	free => sprintf($update, 'Free'),
	bound => sprintf($update, 'Bound'),
	unreviewed => sprintf($update, 'Reviewed'),
	patch => q{SELECT scim_patch_resource('Free', id, operations, version) ->> 'title' = operations #>> '{0,value}' FROM bench_calls WHERE n = $1},
	propose => q{SELECT scim_propose_change('Bound', id, operations) ->> 'status' = 'open' FROM bench_calls WHERE n = $1},
	approve => q{SELECT scim_review_proposal(proposal, 'approve', changes) ->> 'status' = 'applied' FROM bench_calls WHERE n = $1});

sub take_calls_of
{
	my ($count, @calls) = @_;

	return cpu_in_turns([ 'SET ROLE agent;', map { "PREPARE $_(int) AS $call{$_};" } @calls ],
		[ map { my $name = $_; [ $name => [ map { "EXECUTE $name($_);" } 1 .. $count ] ] } @calls ], 25);
}

# Who comes first pays more, by more than what is to be told apart.
sub in_turn
{
	my ($turn, @calls) = @_;
	return map { $calls[ ($turn + $_) % @calls ] } 0 .. $#calls;
}

# Turn by turn: updates first, then patches and approvals of what they have left.
sub take_decisions
{
	my ($users, $turns, $count) = @_;
	my %taken;

	foreach my $turn (0 .. $turns - 1)
	{
		my $first = 1 + ($turn * $count) % ($users - $count + 1);
		my $each;

		sql(undef, map { ('-c', "VACUUM $_") } qw(free bound reviewed scim_history_rows scim_proposal_rows scim_review_rows));
		sql("SELECT bench_prepare($first, $count)");
		$each = take_calls_of($count, in_turn($turn, qw(free bound unreviewed)));
		push @{ $taken{$_} }, $each->{$_} foreach keys %$each;
		sql("SELECT bench_prepare($first, $count)");
		sql(undef, '-c', 'SET ROLE bench_author', '-c', 'SELECT bench_propose()');
		$each = take_calls_of($count, in_turn($turn, qw(patch propose approve)));
		push @{ $taken{$_} }, $each->{$_} foreach keys %$each;
	}
	return \%taken;
}

sub measure_decisions
{
	my ($users, $turns, $count) = $quick ? (2000, 11, 320) : (10_000, 31, 1020);
	my $taken;

	make_database('bench_decisions', $users, qw(users.sql employees.sql decisions.sql));
	$taken = take_decisions($users, $turns, $count);
	figure('CPU of scim_update_resource, no policy / a policy without review', '>=', 0.97, [ ratios($taken->{free}, $taken->{bound}) ], '', 1);
	figure('... no policy / under review, of no reviewed attribute', '>=', 0.93, [ ratios($taken->{free}, $taken->{unreviewed}) ], '', 1);
	figure('CPU of an approval that applies a proposal / a conditional patch of the same', '<=', 4, [ ratios($taken->{approve}, $taken->{patch}) ], '', 1);
	figure('... of scim_propose_change / the same', '<=', undef, [ ratios($taken->{propose}, $taken->{patch}) ], '');
	figure('... approved and applied', '<=', undef, $taken->{approve}, 'us');
	$database = 'postgres';
	sql('DROP DATABASE bench_decisions');
	sql('DROP ROLE bench_author, bench_helpdesk, bench_admin');
}

1;
