# existing.pl: figures of a table that an application had before, with columns of
# its own; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

# A membership of a group of a table that has a column for the version, without columns for members and with them.
sub measure_team
{
	my ($large) = @_;

	sql(q{SELECT bench_register_teams('{}')});
	sql(q{CALL scim_backfill('teams', 10)});
	my $r = rates(1, 'off', qw(team_add team_sum));
	figure("Time of a membership in a group of $large without columns for members / summing $large rows by hand (1 client, sync off)", '<=', undef, [ ratios($r->{team_sum}, $r->{team_add}) ], '');
	sql(q{SELECT scim_unregister_table('teams')});
	sql(q{SELECT bench_register_teams('{"add_columns": true}')});
	sql(q{CALL scim_backfill('teams', 10)});
	$r = rates(1, 'off', qw(team_add team_add_bare));
	figure("Time of a membership in a group of $large with these columns / bare INSERT (1 client, sync off)", '<=', undef, [ ratios($r->{team_add_bare}, $r->{team_add}) ], '');
}

sub measure_existing
{
	make_database('bench_existing', $quick ? 10_000 : 100_000, qw(users.sql existing.sql));
	foreach my $sync ('off', 'on')
	{
		foreach my $clients (1, 2, 8)
		{
			my $where = sprintf '%d client%s, sync %s', $clients, $clients > 1 ? 's' : '', $sync;
			my $gate = $clients == 1;
			my $r = rates($clients, $sync, qw(staff_change staff_change_bare));

			figure("UPDATE of a table of 15 columns, our trigger / none ($where)", '>=', 0.8, [ ratios($r->{staff_change}, $r->{staff_change_bare}) ], '', $gate);
			figure("... our trigger ($where)", '>=', undef, $r->{staff_change}, '/s');
			$r = rates($clients, $sync, qw(staff_function staff_save staff_by_hand));

			# a document replaces all attributes, as an ORM's save() writes all columns; only one of them changes
			figure("scim_update_user / the application's UPDATE of the same columns ($where)", '>=', 0.8, [ ratios($r->{staff_function}, $r->{staff_save}) ], '', $gate);
			figure("... / its UPDATE of the column that changes ($where)", '>=', undef, [ ratios($r->{staff_function}, $r->{staff_by_hand}) ], '');
			figure("... scim_update_user ($where)", '>=', undef, $r->{staff_function}, '/s');
		}
	}
	# nothing added to the table: what is not stored is computed
	sql(q{SELECT scim_unregister_table('staff')});
	sql(q{SELECT bench_register('{}')});
	my $r = rates(1, 'off', qw(staff_change staff_change_bare));
	figure('UPDATE without columns of ours, our trigger / none (1 client, sync off)', '>=', undef, [ ratios($r->{staff_change}, $r->{staff_change_bare}) ], '');
	$r = rates(1, 'off', qw(staff_function staff_change_bare));
	figure("scim_update_user without columns of ours / UPDATE of a table without trigger (1 client, sync off)", '>=', undef, [ ratios($r->{staff_function}, $r->{staff_change_bare}) ], '');
	measure_team($quick ? 5_000 : 10_000);
	$database = 'postgres';
	sql('DROP DATABASE bench_existing');
}

1;
