# grants.pl: what it costs a role that others have its tenant, too, and that it has
# others; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our ($quick, $database);

my %call = (
	scim_get_user => q{scim_get_user(id::text, tenant_id => tenant_id)},
	scim_update_user => q{scim_update_user(id::text, data || jsonb_build_object('nickName', clock_timestamp()), tenant_id => tenant_id)});

# The times of a call for all users of a tenant, as each of several roles, in turns.
sub times_of_call
{
	my ($call, @cases) = @_;
	my %time;

	foreach my $round (1 .. ($quick ? 9 : 25))
	{
		foreach my $case ($round % 2 ? @cases : reverse @cases)
		{
			my ($name, $tenant, $role) = @$case;

			push @{ $time{$name} }, time_of("SELECT count($call{$call}) FROM users WHERE tenant_id = '$tenant'", $role);
		}
	}
	return \%time;
}

sub measure_grants
{
	make_database('bench_grants', $quick ? 300 : 1000, qw(users.sql grants.sql));
	foreach my $call (sort keys %call)
	{
		my $time = times_of_call($call, [ alone => 'alone', 'agent' ], [ crowded => 'crowded', 'agent' ]);

		figure("Time of $call, 1000 other roles granted in the tenant before / none", '<=', 1.1, [ ratios($time->{crowded}, $time->{alone}) ], '', 1);
		$time = times_of_call($call, map { [ $_ => 'alone', "agent_$_" ] } 1, 10, 1000);
		figure("Time of $call, role of $_ tenants / of one", '<=', 1.1, [ ratios($time->{$_}, $time->{1}) ], '', 1) foreach 10, 1000;
	}
	$database = 'postgres';
	sql('DROP DATABASE bench_grants');
}

1;
