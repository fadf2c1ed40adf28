# seals.pl: what writers keep of their rate while the history is sealed, and what a
# refusal on record costs; part of figures.pl, whose subs it calls.
use strict;
use warnings;
use Time::HiRes qw(sleep);

our (%env, $quick, $database);

# Seals, and once a second again, for so many seconds.
sub seal_for
{
	my ($seconds) = @_;
	my $file = "$env{SERVER}/seal.sql";

	open(my $out, '>', $file) or die "$file: $!";
	print $out 'SELECT scim_seal_history(); SELECT pg_sleep(1);' x $seconds, "\n";
	close $out or die "$file: $!";
	sql(undef, '-f', $file);
	unlink $file;
}

# The rate of writers whose commits wait for the disk, in windows with a sealer and without.
sub measure_sealing
{
	my ($users, $seconds, $windows) = $quick ? (10_000, 5, 5) : (100_000, 10, 15);
	my (%rate, @pair);

	make_database('bench_seals', $users, qw(users.sql history.sql));
	my $writers = start_writers($users, 8);
	sleep(2);
	foreach my $window (1 .. $windows)
	{
		foreach my $sealed ($window % 2 ? (0, 1) : (1, 0))
		{
			# what was written before is no part of it
			sql('SELECT scim_seal_history()');
			push @{ $rate{$sealed} }, (rate_during(sub { $sealed ? seal_for($seconds) : sleep($seconds) }))[0];
		}
	}
	kill 'TERM', $writers;
	waitpid($writers, 0);
	figure('Rate of eight writers, sync on, sealed every second / never sealed', '>=', 0.9, [ ratios($rate{1}, $rate{0}) ], '', 1);
	figure('... changes, sealed', '>=', undef, $rate{1}, '/s');
	sql('SELECT scim_seal_history()');
	die "the seals do not hold\n" if sql(q{SELECT * FROM scim_verify_history('default')}) =~ /\S/;
}

# How many entries a second are sealed and verified, when there are many.
sub measure_seals
{
	my $entries = $quick ? 100_000 : 1_000_000;
	my (@sealed, @verified);

	measure_sealing();
	foreach my $round (1 .. 5)
	{
		my $users = $quick ? 10_000 : 100_000;

		sql(q{UPDATE users SET data = data || jsonb_build_object('nickName', to_hex(nextval('bench_changes')))}) foreach 1 .. $entries / $users;
		push @sealed, 1000 * $entries / time_of('SELECT scim_seal_history()', 'scimver');
		push @verified, 1000 * $entries / time_of(q{SELECT * FROM scim_verify_history('default', (scim_history_head('default') ->> 'number')::bigint)}, 'scimver');
	}
	figure("scim_seal_history of $entries entries, entries", '>=', undef, \@sealed, '/s');
	figure('scim_verify_history of them, entries', '>=', undef, \@verified, '/s');
	$database = 'postgres';
	sql('DROP DATABASE bench_seals');
	measure_refusals();
}

my %refused = (
	VERSION_MISMATCH => q{scim_call_tool('scim_update_user', jsonb_build_object('user_id', $1::text, 'expected_version', 'AAAAAAAAAAA=', 'user_data', jsonb_build_object('userName', $1::text)))},
	UNIQUENESS => q{scim_call_tool('scim_create_user', jsonb_build_object('user_data', jsonb_build_object('userName', (SELECT data ->> 'userName' FROM users WHERE tenant_id = 'default' AND id = $1))))});

# Processor time and WAL of so many refusals, in the database.
sub take_refusals
{
	my ($code, $count, $users) = @_;
	my $file = "$env{SERVER}/refusals.sql";
	my $taken = 'SELECT * FROM bench_taken();';
	my $refuse = sub { sprintf q{EXECUTE refuse(md5('user%d')::uuid);}, 1 + $_[0] * 7919 % $users };

	open(my $out, '>', $file) or die "$file: $!";
	print $out join "\n", 'SET synchronous_commit = off;', "PREPARE refuse(uuid) AS SELECT $refused{$code} #>> '{content,error_code}' = '$code';",
		map({ $refuse->($_) } 1 .. 20), $taken, map({ $refuse->(20 + $_) } 1 .. $count), $taken, '';
	close $out or die "$file: $!";
	my @lines = split /\n/, sql(undef, '-f', $file);
	die "a call was not refused with $code\n" if grep { $_ ne 't' && !/\|/ } @lines;
	my ($before, $after) = map { [ split /\|/ ] } grep { /\|/ } @lines;

	unlink $file;
	return ($after->[0] - $before->[0], $after->[1] - $before->[1]);
}

# Refusals by a tool, of a table that keeps its history, and of one that does not.
sub measure_refusals
{
	my ($users, $count, $turns) = $quick ? (10_000, 1000, 7) : (100_000, 5000, 15);
	my @databases = qw(bench_refused bench_refused_off);

	make_database($_, $users, qw(users.sql history.sql)) foreach @databases;
	sql(undef, '-v', "users=$users", '-f', "$env{SOURCES}/refusals.sql");
	foreach my $code (sort keys %refused)
	{
		my %taken;

		foreach my $turn (1 .. $turns)
		{
			foreach my $name ($turn % 2 ? @databases : reverse @databases)
			{
				$database = $name;
				my ($cpu, $wal) = take_refusals($code, $count, $users);
				push @{ $taken{$name}{cpu} }, $cpu;
				push @{ $taken{$name}{wal} }, $wal;
			}
		}
		my ($on, $off) = @taken{@databases};
		figure("CPU of a tool's $code, recorded / not recorded", '<=', 1.3, [ ratios($on->{cpu}, $off->{cpu}) ], '', $code eq 'VERSION_MISMATCH');
		figure('... recorded less not recorded', '<=', undef, [ map { ($on->{cpu}[$_] - $off->{cpu}[$_]) / 1000 / $count } 0 .. $turns - 1 ], 'us');
		figure('... WAL of it', '<=', undef, [ map { ($on->{wal}[$_] - $off->{wal}[$_]) / $count } 0 .. $turns - 1 ], 'bytes');
	}
	$database = 'bench_refused';
	my $recorded = sql(q{SELECT count(*) FROM scim_history_rows WHERE operation = 'refused'});
	die "of refusals $recorded are on record\n" if $recorded != 2 * $turns * ($count + 20);
	$database = 'postgres';
	sql("DROP DATABASE $_") foreach @databases;
}

1;
