# changes.pl: what reading the feed of changes costs, and that it costs the same however
# long the history is; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database, $rounds, $slice);

# Pages by hand and ours have the same changes, or what they take cannot be compared.
sub compare_changes
{
	my $cursor = q{(SELECT cursor FROM bench_cursor WHERE place = 'middle')};
	my $page = sprintf q{SELECT md5((scim_changes(%s, 1000, NULL, 'default') -> 'changes')::text)}, $cursor;
	my $by_hand = q{SELECT md5(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('seq', seq, 'resource_type', resource_type, 'resource_id', resource_id,
		'operation', operation, 'version', version, 'previous_version', previous_version, 'revision', revision,
		'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor, 'agent', agent, 'changed', changed)) ORDER BY seq)::text)
		FROM (SELECT * FROM scim_history_rows WHERE tenant_id = 'default' AND seq > (SELECT seq FROM bench_cursor WHERE place = 'middle') ORDER BY seq LIMIT 1000) AS rows};

	die "a page of the feed is not what the history has\n" if sql($page) ne sql($by_hand);
	die "there is something new\n" if sql(q{SELECT scim_changes(cursor) -> 'changes' FROM bench_cursor WHERE place = 'end'}) !~ /^\[\]$/;
}

# A page in two histories, in turns.
sub compare_lengths
{
	my (@databases) = @_;
	my ($turns, %taken) = $rounds;

	# a slice is short for what takes some milliseconds
	local ($rounds, $slice) = (1, 5 * $slice);
	foreach my $turn (1 .. $turns)
	{
		foreach my $name ($turn % 2 ? @databases : reverse @databases)
		{
			$database = $name;
			push @{ $taken{$name} }, rates(1, 'off', 'changes_function')->{changes_function}[0];
		}
	}
	return ratios(@taken{ reverse @databases });
}

sub measure_changes
{
	my ($users, $small, $large) = $quick ? (10_000, 100_000, 1_000_000) : (100_000, 100_000, 10_000_000);
	my %entries = (bench_changes => $large, bench_changes_few => $small);

	foreach my $name (sort keys %entries)
	{
		make_database($name, $users, qw(users.sql history.sql));
		say_now("making a history of $entries{$name} changes");
		sql(undef, '-v', "users=$users", '-v', "entries=$entries{$name}", '-f', "$env{SOURCES}/changes.sql");
		compare_changes();
	}
	figure("Time of scim_changes of 1000, of $large / of $small", '<=', 1.3, [ compare_lengths(qw(bench_changes bench_changes_few)) ], '', 1);
	$database = 'bench_changes';
	my $r = rates(1, 'off', qw(changes_function changes_of_type changes_bulk changes_rows changes_by_hand));
	figure("Time of scim_changes of 1000, of $large / SELECT by hand of the same JSON", '<=', 1.6, [ ratios($r->{changes_by_hand}, $r->{changes_function}) ], '', 1);
	figure("Time of scim_changes of 1000, of $large / SELECT of the same rows", '<=', undef, [ ratios($r->{changes_rows}, $r->{changes_function}) ], '');
	figure("Time of scim_changes of 1000 of a type, of $large / of all types", '<=', undef, [ ratios($r->{changes_function}, $r->{changes_of_type}) ], '');
	figure("Time of scim_changes of 1000 in a transaction of many / of as many transactions", '<=', undef, [ ratios($r->{changes_function}, $r->{changes_bulk}) ], '');
	figure('... changes', '>=', undef, [ map { 1000 * $_ } @{ $r->{changes_function} } ], '/s');
	$r = rates(1, 'off', qw(changes_none get_function));
	figure('Time of scim_changes that finds nothing / scim_get_user', '<=', 2, [ ratios($r->{get_function}, $r->{changes_none}) ], '', 1);
	figure('... polls', '>=', undef, $r->{changes_none}, '/s');
	$database = 'postgres';
	sql("DROP DATABASE $_") foreach sort keys %entries;
}

1;
