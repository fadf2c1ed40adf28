# grants.pl: what it costs a role that others have its tenant, too, and that it has
# others; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our ($quick, $database);

my %call = (
	scim_get_user => 'scim_get_user($1, tenant_id => $2)',
	scim_update_user => q{scim_update_user($1, jsonb_build_object('userName', $1, 'title', clock_timestamp()), tenant_id => $2)});

# How much longer a call takes as a role that has a tenant than as one that has another.
sub measure_call
{
	my ($what, $call, $tenants, $roles) = @_;
	my @ratios = map { split "\n", sql("SELECT bench_ratios(\$\$$call{$call}\$\$, '{$tenants}', '{$roles}')") } 1 .. ($quick ? 3 : 5);

	figure("Time of $call, $what", '<=', 1.1, \@ratios, '', 1);
}

sub measure_grants
{
	make_database('bench_grants', $quick ? 300 : 1000, qw(users.sql grants.sql));
	foreach my $call (sort keys %call)
	{
		measure_call('1000 other roles granted in the tenant before / none', $call, 'alone,crowded', 'agent,agent');
		measure_call("role of $_ tenants / of one", $call, 'alone,alone', "agent_1,agent_$_") foreach 10, 1000;
	}
	$database = 'postgres';
	sql('DROP DATABASE bench_grants');
}

1;
