# prune.pl: what writers keep of their rate while a tenth of the history is deleted;
# part of figures.pl, whose subs it calls.
use strict;
use warnings;
use Time::HiRes qw(time sleep);

our (%env, $quick, $database);

# Writers that go on until they are stopped; how many changes they have made, a sequence tells.
sub start_writers
{
	my ($users, $count) = @_;
	my $file = "$env{SERVER}/prune_writers.sql";
	my $pid;

	open(my $out, '>', $file) or die "$file: $!";
	print $out "\\set n random(1, $users)\n",
		"UPDATE users SET data = data || jsonb_build_object('nickName', to_hex(nextval('bench_changes'))) WHERE tenant_id = 'default' AND id = md5('user' || :n)::uuid;\n";
	close $out or die "$file: $!";
	$pid = fork() // die "fork: $!";
	return $pid if $pid;
	open(STDOUT, '>', '/dev/null') or die "/dev/null: $!";
	open(STDERR, '>', '/dev/null') or die "/dev/null: $!";
	exec("$env{BIN}/pgbench", '-n', '-c', $count, '-T', 36_000, '-f', $file, '-h', $env{HOST}, '-p', $env{PORT}, '-U', 'scimver', $database) or die "pgbench: $!";
}

# Their rate while that runs, and how long it took.
sub rate_during
{
	my ($run) = @_;
	my $changes = q{SELECT last_value FROM bench_changes};
	my ($before, $began) = (sql($changes), time);

	$run->();
	my $taken = time - $began;
	return ((sql($changes) - $before) / $taken, $taken);
}

sub measure_prune
{
	my ($users, $entries, $rounds) = $quick ? (10_000, 1_000_000, 5) : (100_000, 10_000_000, 5);
	my $part = $entries / 10 / $rounds;
	my ($taken, @alone, @during, @deleted) = (5);

	make_database('bench_prune', $users, qw(users.sql history.sql));
	say_now("making a history of $entries changes");
	sql(undef, '-v', "users=$users", '-v', "entries=$entries", '-f', "$env{SOURCES}/prune.sql");
	my $writers = start_writers($users, 4);
	sleep(5);
	foreach my $round (1 .. $rounds)
	{
		my $first = $round * $part - $entries + 1;

		push @alone, (rate_during(sub { sleep($taken > 2 ? $taken : 2) }))[0];
		(my $rate, $taken) = rate_during(sub { sql("CALL bench_prune($first)") });
		push @during, $rate;
		push @deleted, $part / $taken;
	}
	kill 'TERM', $writers;
	waitpid($writers, 0);
	die "the history is not what was to be left\n" if sql('SELECT min(seq) FROM scim_history_rows') != $rounds * $part - $entries + 1;
	figure('Rate of four writers, while a tenth of ' . $entries . ' entries of the history is deleted / alone', '>=', 0.8, [ ratios(\@during, \@alone) ], '', 1);
	figure('... entries deleted', '>=', undef, \@deleted, '/s');
	$database = 'postgres';
	sql('DROP DATABASE bench_prune');
}

1;
