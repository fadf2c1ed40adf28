# merge.pl: what merging costs, and a mismatch that tells what a merge would come to; part
# of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database, $rounds);

my $patch = q{jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'nickName', 'value', mine -> 'nickName'))};
my $tool = q{scim_call_tool('scim_update_user', jsonb_build_object('user_id', id, 'expected_version', base, 'user_data', mine))};

# Calls for a user in bench_mine, each true if it came out as it should.
my $merged = q{-> 'nickName' = mine -> 'nickName'};
my %call = (
	update => "scim_update_user(id, mine_now, theirs) $merged",
	patch => "scim_patch_user(id, $patch, theirs) $merged",
	merged_update => "scim_update_user(id, mine, base, on_conflict => 'merge') $merged",
	merged_patch => "scim_patch_user(id, $patch, base, on_conflict => 'merge') $merged",
	mismatch => qq{($tool)::jsonb #> '{content,merge,clean}' = 'true'},
	# what is kept begins behind the five changes: there is nothing to tell of them
	mismatch_untold => qq{($tool)::jsonb #>> '{content,error_code}' = 'VERSION_MISMATCH'});
my @calls = sort keys %call;

# What calls of all kinds take of a processor, in microseconds each.
sub take_calls
{
	my ($first, $count) = @_;
	my $run = sub { my ($name) = @_; [ map { "EXECUTE $name($_);" } $first->{$name} .. $first->{$name} + $count - 1 ] };

	return cpu_in_turns([ map { "PREPARE $_(int) AS SELECT $call{$_} FROM bench_mine WHERE n = \$1;" } @calls ], [ map { [ $_ => $run->($_) ] } @calls ], 25);
}

# Round by round, users who had five changes since they were read, and none before.
sub take_merges
{
	my ($turns, $count) = @_;
	my %taken;

	foreach my $turn (0 .. $turns - 1)
	{
		my %first = map { ($calls[$_] => 1 + $count * ($turn * @calls + $_)) } 0 .. $#calls;

		foreach my $name (@calls)
		{
			my $kept = $name eq 'mismatch_untold' ? 'false' : 'true';

			sql("SELECT bench_change($first{$name}, $first{$name} + $count - 1, $kept)");
		}
		sql(undef, '-c', 'VACUUM users', '-c', 'VACUUM bench_mine');
		my $taken = take_calls(\%first, $count);
		push @{ $taken{$_} }, $taken->{$_} foreach @calls;
		check_users($_, $first{$_}, $count) foreach @calls;
	}
	return \%taken;
}

# Are these users now as the calls should have made them?
sub check_users
{
	my ($name, $first, $count) = @_;
	my $wanted = $name =~ /mismatch/ ? 'theirs_data' : 'mine_now';
	my $other = sql("SELECT count(*) FROM bench_mine m JOIN users u ON u.id = m.id::uuid WHERE n >= $first AND n < $first + $count AND u.data <> $wanted");

	die "$name: $other users are not as they should be\n" if $other != 0;
}

# scim_merge of two who changed different attributes, and of two who changed the same, in microseconds.
sub take_merge_alone
{
	my ($turns, $times) = @_;
	my $merge = q{SELECT count(scim_merge(base_data, mine, theirs_data)) FROM (SELECT * FROM bench_mine ORDER BY n LIMIT 100) m, generate_series(1, %d)};
	my @taken;

	foreach my $turn (1 .. $turns)
	{
		my @lines = split /\n/, sql(undef, '-c', sprintf($merge, 1), '-c', 'SELECT bench_cpu()', '-c', sprintf($merge, $times), '-c', 'SELECT bench_cpu()');

		push @taken, ($lines[3] - $lines[1]) / 1000 / 100 / $times;
	}
	return \@taken;
}

# scim_merge of so many values with as many, in milliseconds.
sub take_merge_of_many
{
	my ($count, $times) = @_;
	my $merge = "SELECT count(scim_merge(base, mine, theirs)) FROM bench_many, generate_series(1, %d) WHERE count = $count";
	my @lines = split /\n/, sql(undef, '-c', sprintf($merge, 1), '-c', 'SELECT bench_cpu()', '-c', sprintf($merge, $times), '-c', 'SELECT bench_cpu()');

	return ($lines[3] - $lines[1]) / 1000 / 1000 / $times;
}

sub measure_merge
{
	my ($count, $turns) = $quick ? (320, 11) : (1020, 21);
	my $users = $turns * @calls * $count;
	my ($taken, $r);

	make_database('bench_merge', $users, qw(users.sql history.sql merge.sql));
	$taken = take_merges($turns, $count);
	figure('CPU of a merged update, base 5 changes back / conditional patch of the same', '<=', 1.3, [ ratios($taken->{merged_update}, $taken->{patch}) ], '', 1);
	figure('... / conditional update of the same', '<=', 2.5, [ ratios($taken->{merged_update}, $taken->{update}) ], '', 1);
	figure('... merged patch / conditional patch of the same', '<=', undef, [ ratios($taken->{merged_patch}, $taken->{patch}) ], '');
	figure('... merged update', '<=', undef, $taken->{merged_update}, 'us');
	figure("CPU of a tool's VERSION_MISMATCH, 5 changes and the merge told / nothing kept of them", '<=', 1.5, [ ratios($taken->{mismatch}, $taken->{mismatch_untold}) ], '', 1);
	figure('... told', '<=', undef, $taken->{mismatch}, 'us');
	figure('CPU of scim_merge of two users of ' . sql('SELECT avg(pg_column_size(mine))::int FROM bench_mine') =~ s/\s+//r . ' bytes', '<=', 25, take_merge_alone($turns, $quick ? 100 : 300), 'us', 1);
	my @many = map { [ take_merge_of_many(1000, 100), take_merge_of_many(10000, 10) ] } 1 .. 5;
	figure('CPU of scim_merge of 10,000 values with 10,000, each a conflict', '<=', 100, [ map { $_->[1] } @many ], 'ms', 1);
	figure('... / ten times that of 1,000 with 1,000', '<=', 2, [ map { $_->[1] / $_->[0] / 10 } @many ], '', 1);
	# what is to be told apart is less than what a slice differs from another
	local $rounds = $quick ? 31 : 61;
	$r = rates(1, 'off', qw(update_fail update_merge));
	figure('scim_update_user without a conflict, on_conflict merge / fail', '>=', 0.98, [ ratios($r->{update_merge}, $r->{update_fail}) ], '', 1);
	$database = 'postgres';
	sql('DROP DATABASE bench_merge');
}

1;
