# bulk.pl: what a bulk of a thousand operations costs beside the same without a bulk; part of
# figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

my ($users, $turns, $rounds) = $quick ? (5000, 3, 2) : (20_000, 5, 3);
my $warm = 1;

# An answer has a "response" where something went wrong.
my $bulk = q{SELECT strpos(scim_bulk(request)::text, '"response"') = 0 FROM bench_bulk;};

# Ways to do a thousand operations, which stand in bench_operations and in bench_bulk.
my %way = (
	bulk => [$bulk],
	insert => ['INSERT INTO users (data) SELECT data FROM bench_operations ORDER BY n;'],
	loop => ['SELECT bench_loop();'],
	subtransactions => ['SELECT bench_subtransactions();'],
	calls => [ map { "EXECUTE enter($_);" } 1 .. 1000 ]);
my @ways_to_create = qw(insert bulk loop subtransactions calls);

# A job is [name, [ways], what is to be done]: nobody's operations are another's.
my @create = (create => \@ways_to_create, q{SELECT bench_prepare_creates('bench_joiner');});
my @create_large = (create_large => [qw(insert bulk loop)], q{SELECT bench_prepare_creates('bench_user');});
my @mixed = (mixed => [qw(loop bulk subtransactions)], "SELECT bench_prepare_mixed($users);");

# A session that does a job in each of its ways, turn by turn: by way, microseconds on a
# processor of each turn.  The first turns make plans and what is cached, and are not counted.
sub take_job
{
	my ($turns, $job, $ways, $prepare) = @_;
	my $file = "$env{SERVER}/bulk_session.sql";
	my %taken;

	open(my $out, '>', $file) or die "$file: $!";
	print $out "SET synchronous_commit = off;\nSET scimver.max_bulk_bytes = '16MB';\nSET ROLE agent;\n",
		"PREPARE enter(int) AS SELECT scim_create_user(data)::text <> '' FROM bench_operations WHERE n = \$1;\n";
	foreach my $turn (0 .. $warm + $turns - 1)
	{
		foreach my $way (map { $ways->[ ($turn + $_) % @$ways ] } 0 .. $#$ways)
		{
			print $out join "\n", $prepare, "SELECT '$way|' || bench_cpu();", @{ $way{$way} }, "SELECT '$way|' || bench_cpu();", '';
		}
	}
	close $out or die "$file: $!";
	my @lines = split /\n/, sql(undef, '-f', $file);

	unlink $file;
	die "$job: not all of it was done\n" if grep { $_ ne 't' && !/\|/ } @lines;
	my @marks = map { [ split /\|/ ] } grep { /\|/ } @lines;
	while (my ($begin, $end) = splice @marks, 0, 2)
	{
		push @{ $taken{ $begin->[0] } }, ($end->[1] - $begin->[1]) / 1000;
	}
	splice @$_, 0, $warm foreach values %taken;
	return \%taken;
}

# Jobs in tables without a history and with one, session by session: by job, whether there is
# a history, and way.
sub take_jobs
{
	my %taken;

	foreach my $round (1 .. $rounds)
	{
		foreach my $kept ($round % 2 ? (0, 1) : (1, 0))
		{
			$database = "bench_bulk_$kept";
			sql('VACUUM (ANALYZE) users, groups, groups_members');
			foreach my $job (\@create, \@create_large, \@mixed)
			{
				my $each = take_job($turns, @$job);

				push @{ $taken{ $job->[0] }[$kept]{$_} }, @{ $each->{$_} } foreach keys %$each;
			}
		}
	}
	return \%taken;
}

sub measure_jobs
{
	my $taken = take_jobs();
	my %of = map { ($_ => $taken->{$_}[0]) } keys %$taken;
	my %kept = map { ($_ => $taken->{$_}[1]) } keys %$taken;
	my $create = $of{create};

	figure('CPU of 1000 creates by a bulk / INSERT ... SELECT of the same with the trigger', '<=', 2.5, [ ratios($create->{bulk}, $create->{insert}) ], '', 1);
	figure('... by a loop of scim_create_user', '<=', undef, [ ratios($create->{loop}, $create->{insert}) ], '');
	figure('... by such a loop, with a subtransaction for each', '<=', undef, [ ratios($create->{subtransactions}, $create->{insert}) ], '');
	figure('... by a call each', '<=', undef, [ ratios($create->{calls}, $create->{insert}) ], '');
	figure('... by a bulk, of users of 1.6 kB', '<=', 2.5, [ ratios($of{create_large}{bulk}, $of{create_large}{insert}) ], '', 1);
	figure('... by a loop, of users of 1.6 kB', '<=', undef, [ ratios($of{create_large}{loop}, $of{create_large}{insert}) ], '');
	figure('... by a bulk, with history', '<=', 2.5, [ ratios($kept{create}{bulk}, $kept{create}{insert}) ], '', 1);
	figure('CPU of 1000 mixed operations by a bulk / the same calls in a loop', '<=', 1.3, [ ratios($of{mixed}{bulk}, $of{mixed}{loop}) ], '', 1);
	figure('... with history', '<=', 1.3, [ ratios($kept{mixed}{bulk}, $kept{mixed}{loop}) ], '', 1);
	figure('... by a loop, with a subtransaction for each', '<=', undef, [ ratios($of{mixed}{subtransactions}, $of{mixed}{loop}) ], '');
	figure('CPU of a bulk of 1000 creates, without history / with it', '>=', 0.7, [ ratios($create->{bulk}, $kept{create}{bulk}) ], '', 1);
	figure('... of 1000 mixed operations, without history / with it', '>=', 0.7, [ ratios($of{mixed}{bulk}, $kept{mixed}{bulk}) ], '', 1);
	figure('CPU of a bulk of 1000 creates', '<=', undef, [ map { $_ / 1000 } @{ $create->{bulk} } ], 'ms');
	figure('CPU of a bulk of 1000 mixed operations', '<=', undef, [ map { $_ / 1000 } @{ $of{mixed}{bulk} } ], 'ms');
}

# A table that was empty is filled by bulks: the last of them against the first.
sub measure_filling
{
	my $bulks = $quick ? 40 : 100;
	my $many = $bulks / 4;
	my $taken = take_job($bulks - $warm, 'filling', ['bulk'], $create[2])->{bulk};

	figure('CPU of a bulk of 1000 creates, last quarter of ' . $bulks * 1000 . ' users / first', '<=', 1.1,
		[ ratios([ @$taken[ -$many .. -1 ] ], [ @$taken[ 0 .. $many - 1 ] ]) ], '', 1);
}

sub make_bulk_database
{
	my ($name, $count, $history) = @_;

	make_database($name, 0, qw(users.sql employees.sql));
	sql(undef, '-v', "users=$count", '-v', "history=$history", '-f', "$env{SOURCES}/bulk.sql");
}

sub measure_bulk
{
	my @databases = qw(bench_bulk_0 bench_bulk_1 bench_bulk_empty);

	make_bulk_database('bench_bulk_0', $users, 'false');
	make_bulk_database('bench_bulk_1', $users, 'true');
	measure_jobs();
	make_bulk_database('bench_bulk_empty', 0, 'false');
	measure_filling();
	$database = 'postgres';
	sql("DROP DATABASE $_") foreach @databases;
}

1;
