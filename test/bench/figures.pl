# figures.pl FIGURES...: measures and prints what script/bench is asked for.
#
# Everything is a ratio of ways that ran in alternation, round by round, in one
# run: each round gives one ratio, and the figure is their median.  What
# script/bench has set up comes in the environment (BENCH_...).
use strict;
use warnings;
use FindBin;
use JSON::PP;

$| = 1;
our %env = map { $_ => $ENV{"BENCH_$_"} // '' } qw(HOST PORT BIN HELPERS SERVER SOURCES AS QUICK JSON ROUNDS WRITERS AGENTS RACES SECONDS PEERS_RUST PEERS_MCP PEERS_HTTP);
our $quick = $env{QUICK};
our $database;
our $template = 'template1';	# what databases are made of
my $users = $quick ? 10_000 : 100_000;
our ($rounds, $slice) = $quick ? (9, 60) : (25, 120);
my @figures;

require "$FindBin::RealBin/scim.pl";
require "$FindBin::RealBin/existing.pl";
require "$FindBin::RealBin/grants.pl";
require "$FindBin::RealBin/history.pl";
require "$FindBin::RealBin/merge.pl";
require "$FindBin::RealBin/leases.pl";
require "$FindBin::RealBin/decisions.pl";
require "$FindBin::RealBin/http.pl";
require "$FindBin::RealBin/front.pl";
require "$FindBin::RealBin/bulk.pl";
require "$FindBin::RealBin/contention.pl";
require "$FindBin::RealBin/prune.pl";
require "$FindBin::RealBin/changes.pl";
require "$FindBin::RealBin/seals.pl";
require "$FindBin::RealBin/feed.pl";
require "$FindBin::RealBin/live.pl";
require "$FindBin::RealBin/instructions.pl";
require "$FindBin::RealBin/peers.pl";

# ---- running things ----

sub say_now { print STDERR "# @_\n" }

sub run_command
{
	my ($input, @command) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!";

	if ($pid == 0)
	{
		open(STDIN, '<', $input) or die "$input: $!";
		exec(@command) or die "$command[0]: $!";
	}
	my $answer = join '', <$out>;
	close $out or die "$command[0] failed\n";
	return $answer;
}

sub sql
{
	my ($sql, @arguments) = @_;
	local $ENV{PGOPTIONS} = '-c client_min_messages=warning';
	return run_command('/dev/null', "$env{BIN}/psql", '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', $env{HOST},
		'-p', $env{PORT}, '-U', 'scimver', '-d', $database, @arguments, $sql ? ('-c', $sql) : ());
}

# A database with the tables and so many users, made by files of SQL.
sub make_database
{
	my ($name, $count, @files) = @_;

	$database = 'postgres';
	sql(undef, '-c', "DROP DATABASE IF EXISTS $name WITH (FORCE)", '-c', "CREATE DATABASE $name TEMPLATE $template");
	$database = $name;
	say_now("making $name with $count users");
	sql(undef, '-v', "users=$count", '-v', "module=$env{SERVER}/nothing.so",
		map { ('-f', "$env{SOURCES}/$_") } @files ? @files : qw(users.sql tables.sql));
}

sub conninfo
{
	my ($options) = @_;
	return "host=$env{HOST} port=$env{PORT} dbname=$database user=agent" . ($options ? " options='$options'" : '');
}

# ---- figures ----

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return @sorted % 2 ? $sorted[$#sorted / 2] : ($sorted[@sorted / 2 - 1] + $sorted[@sorted / 2]) / 2;
}

sub ratios { my ($x, $y) = @_; return map { $x->[$_] / $y->[$_] } 0 .. $#$x }

# figure(what, sign, limit, values, unit, gate): measured is the median of the values.
sub figure
{
	my ($what, $sign, $limit, $values, $unit, $gate) = @_;
	my @sorted = sort { $a <=> $b } @$values;
	my $measured = median(@sorted);
	my $ok = !defined $limit || ($sign eq '>=' ? $measured >= $limit : $measured <= $limit);

	push @figures, {
		figure => $what, sign => $sign, limit => $limit, unit => $unit, gate => $gate ? JSON::PP::true : JSON::PP::false,
		measured => $measured + 0, from => $sorted[ @sorted / 4 ] + 0, to => $sorted[ 3 * @sorted / 4 ] + 0,
		samples => scalar @sorted, ok => $ok ? JSON::PP::true : JSON::PP::false };
	printf STDERR "#   %-76s %s\n", $what, shown($measured, $unit);
}

sub shown
{
	my ($number, $unit) = @_;
	return $unit eq '' ? sprintf('%.2f', $number) : abs($number) >= 1000 || $unit eq 'rounds' ? sprintf('%.0f %s', $number, $unit) : sprintf('%.1f %s', $number, $unit);
}

sub verdict
{
	my ($f) = @_;
	return '' unless defined $f->{limit};
	return 'ok' if $f->{ok};
	return 'MISSED' if $f->{limit} == 0;
	return sprintf('MISSED by %.0f %%', 100 * abs($f->{measured} - $f->{limit}) / $f->{limit});
}

sub print_table
{
	my ($width) = sort { $b <=> $a } 78, map { length $_->{figure} } @figures;

	printf "%-*s %-12s %-22s %s\n", $width, 'figure (median)', 'limit', 'measured (quartiles)', '';
	foreach my $f (@figures)
	{
		my $limit = defined $f->{limit} ? "$f->{sign} " . shown($f->{limit}, $f->{unit}) =~ s/\.0 / /r : 'reported';
		my $measured = $f->{unit} eq '' ? sprintf('%.2f (%.2f-%.2f)', @{$f}{qw(measured from to)}) : shown($f->{measured}, $f->{unit});
		printf "%-*s %-12s %-22s %s\n", $width, $f->{figure}, $limit, $measured, verdict($f);
	}
	my @missed = grep { $_->{gate} && !$_->{ok} } @figures;
	printf "%d figures, %d of them gates; %d gates missed\n", scalar @figures, scalar(grep { $_->{gate} } @figures), scalar @missed;
	return scalar @missed;
}

# ---- rates ----

# rates(clients, options, way...): for each way its rates, round by round.
sub rates
{
	my ($clients, $sync, @ways) = @_;

	# commits that wait for the disk are few: a slice must hold enough of them
	return decode_json(run_command('/dev/null', "$env{HELPERS}/rate", conninfo("-c synchronous_commit=$sync"), $clients, $rounds,
		$sync eq 'on' ? 3 * $slice : $slice, @ways));
}

# What calls of several kinds take of a processor, in one session and in small blocks that alternate,
# so that whatever else the machine does meets all alike: by kind, microseconds each.  A kind
# is [name, [statements], before], as many of each; the first twenty make plans and what is cached, and
# are not counted, nor is "before", if there is one: what is said before each block.  A statement that
# answers must answer "t".
sub cpu_in_turns
{
	my ($prepare, $kinds, $block) = @_;
	my ($file, $warm, $count) = ("$env{SERVER}/session.sql", 20, scalar @{ $kinds->[0][1] });
	my @session = ('SET synchronous_commit = off;', @$prepare, map { ($_->[2] // '', @{ $_->[1] }[ 0 .. $warm - 1 ]) } @$kinds);
	my %taken;

	for (my $from = $warm; $from + $block <= $count; $from += $block)
	{
		push @session, $_->[2] // '', "SELECT '$_->[0]|' || bench_cpu();", @{ $_->[1] }[ $from .. $from + $block - 1 ], "SELECT '$_->[0]|' || bench_cpu();" foreach @$kinds;
	}
	open(my $out, '>', $file) or die "$file: $!";
	print $out join "\n", @session, '';
	close $out or die "$file: $!";
	my @lines = split /\n/, sql(undef, '-f', $file);

	unlink $file;
	die "a call does not come out as it should\n" if grep { $_ ne 't' && !/\|/ } @lines;
	my @marks = map { [ split /\|/ ] } grep { /\|/ } @lines;
	while (my ($begin, $end) = splice @marks, 0, 2)
	{
		$taken{ $begin->[0] } += ($end->[1] - $begin->[1]) / 1000;
	}
	my $blocks = int(($count - $warm) / $block);
	return { map { ($_ => $taken{$_} / ($block * $blocks)) } keys %taken };
}

# The ways must answer the same, or what they take cannot be compared: but for the version of a list, which is ours alone.
sub same_answers
{
	my @ways = @_;
	my ($first, @others) = map { my $a = decode_json($_); delete $a->{version}; JSON::PP->new->canonical->encode($a) }
		split /\n/, run_command('/dev/null', "$env{HELPERS}/rate", conninfo(), 'answers', @ways);

	die "@ways: other answers:\n$first\n$_\n" foreach grep { $_ ne $first } @others;
}

# What is said to return the same does so.
sub compare_answers
{
	same_answers("$_->[0]_function", "$_->[0]_by_hand$_->[1]") foreach [ get => '' ], [ update => '_same' ], [ patch => '_same' ];
}

sub measure_rates
{
	compare_answers();
	foreach my $sync ('off', 'on')
	{
		foreach my $clients (1, 2, 8)
		{
			my $where = sprintf '%d client%s, sync %s', $clients, $clients > 1 ? 's' : '', $sync;
			my $gate = $clients == 1;
			my $r = rates($clients, $sync, map { "change_$_" } qw(users bare hashed nothing_c nothing_pl));

			figure("UPDATE, our trigger / none ($where)", '>=', $gate ? 0.78 : 0.68, [ ratios($r->{change_users}, $r->{change_bare}) ], '', $gate);
			# where both wait for the disk, they are alike
			figure("UPDATE, ours / pgcrypto in PL/pgSQL ($where)", '>=', $sync eq 'off' ? 1.1 : undef,
				[ ratios($r->{change_users}, $r->{change_hashed}) ], '', $gate && $sync eq 'off');
			figure("UPDATE, ours / one in C that does nothing ($where)", '>=', undef, [ ratios($r->{change_users}, $r->{change_nothing_c}) ], '');
			figure("UPDATE, our trigger ($where)", '>=', undef, $r->{change_users}, '/s');
			$r = rates($clients, $sync, map { "same_$_" } qw(users nothing_c nothing_pl));
			figure("UPDATE that changes nothing, ours / one that does nothing ($where)", '>=', 0.95, [ ratios($r->{same_users}, $r->{same_nothing_c}) ], '', $gate);
			$r = rates($clients, $sync, qw(update_function update_by_hand update_by_hand_same));
			figure("scim_update_user / UPDATE by hand ($where)", '>=', 0.85, [ ratios($r->{update_function}, $r->{update_by_hand}) ], '', $gate);
			figure("scim_update_user / by hand, RETURNING the same ($where)", '>=', 1.1, [ ratios($r->{update_function}, $r->{update_by_hand_same}) ], '', $gate);
			figure("scim_update_user ($where)", '>=', undef, $r->{update_function}, '/s');
			$r = rates($clients, $sync, qw(patch_function patch_by_hand patch_by_hand_same));
			figure("scim_patch_user of one attribute / UPDATE by hand of it, RETURNING the same ($where)", '>=', undef, [ ratios($r->{patch_function}, $r->{patch_by_hand_same}) ], '');
			figure("scim_patch_user of one attribute / UPDATE by hand of it ($where)", '>=', undef, [ ratios($r->{patch_function}, $r->{patch_by_hand}) ], '');
			next if $sync eq 'on';
			$r = rates($clients, $sync, qw(get_function get_by_hand));
			figure("scim_get_user / SELECT by hand of the same ($where)", '>=', 1.2, [ ratios($r->{get_function}, $r->{get_by_hand}) ], '', $gate);
			figure("scim_get_user ($where)", '>=', undef, $r->{get_function}, '/s');
		}
	}
	figure('HOT share of all these updates of users', '>=', 99,
		[ sql(q{SELECT 100.0 * n_tup_hot_upd / n_tup_upd FROM pg_stat_user_tables WHERE relname = 'users'}) ], '%', 1);
}

# ---- members ----

sub measure_members
{
	my ($count) = @_;

	sql(undef, '-v', 'users=' . ($count // $users), '-f', "$env{SOURCES}/groups.sql");
	my $large = sql(q{SELECT max(member_count) FROM groups}) + 0;
	my $r = rates(1, 'off', qw(add_small add_large patch_small patch_large));

	figure("Time of INSERT of one member, group of $large / of 10", '<=', 1.5, [ ratios($r->{add_small}, $r->{add_large}) ], '', 1);
	figure("Time of scim_patch_group that adds one, group of $large / of 10", '<=', 1.5, [ ratios($r->{patch_small}, $r->{patch_large}) ], '', 1);
	$r = rates(1, 'off', qw(add_many_bare add_many_function));
	figure("Time of scim_add_members of 1000, group of $large / bare INSERT of them, no triggers", '<=', undef, [ ratios($r->{add_many_bare}, $r->{add_many_function}) ], '');
	figure('... members', '>=', undef, [ map { 1000 * $_ } @{ $r->{add_many_function} } ], '/s');
	foreach my $sync ('on', 'off')
	{
		$r = rates(1, $sync, qw(add_bare add_function remove_bare remove_function));
		figure("Time of scim_add_members, group of $large / bare INSERT, no triggers (sync $sync)", '<=', 2, [ ratios($r->{add_bare}, $r->{add_function}) ], '', $sync eq 'on');
		figure("Time of scim_remove_members, group of $large / bare DELETE, no triggers (sync $sync)", '<=', 2, [ ratios($r->{remove_bare}, $r->{remove_function}) ], '', $sync eq 'on');
	}
}

# ---- many rows at once ----

sub time_of
{
	my ($sql, $role) = @_;
	my $timing = sql(undef, '-c', '\timing on', '-c', 'SET ROLE ' . ($role // 'agent'), '-c', $sql);
	my ($last) = $timing =~ /Time: ([\d.]+) ms[^\n]*\s*\z/ or die "no time in $timing";
	return $last;
}

sub measure_load
{
	my ($chunks, $chunk) = $quick ? (10, 10_000) : (10, 100_000);
	my (@ours, @bare);

	make_database('bench_load', 1000);
	say_now('making ' . $chunks * $chunk . ' users to load');
	sql(undef, '-c', 'TRUNCATE users, groups CASCADE', '-c', 'TRUNCATE bare');
	sql('CREATE UNLOGGED TABLE source AS SELECT i, bench_user(i) AS data FROM generate_series(1, ' . $chunks * $chunk . ') AS i;
		CREATE INDEX ON source (i); GRANT SELECT ON source TO agent; ANALYZE source');
	foreach my $k (0 .. $chunks - 1)
	{
		my $from = sprintf 'SELECT %s, data FROM source WHERE i > %d AND i <= %d', q{'default'}, $k * $chunk, ($k + 1) * $chunk;
		my %take = (users => \@ours, bare => \@bare);

		foreach my $table ($k % 2 ? qw(users bare) : qw(bare users))
		{
			push @{ $take{$table} }, time_of("INSERT INTO $table (tenant_id, data) $from");
		}
	}
	figure('Time of INSERT ... SELECT of ' . $chunks * $chunk . ' users, with the trigger / without', '<=', 1.85, [ ratios(\@ours, \@bare) ], '', 1);
	figure('INSERT ... SELECT, users a second', '>=', undef, [ map { 1000 * $chunk / $_ } @ours ], '/s');
	$database = 'postgres';
	sql('DROP DATABASE bench_load');
}

# ---- the bridge ----

sub measure_bridge
{
	my @databases = (bench => $users, bench_small => 1000);
	my (%p50, %added, @start, @resident);

	make_database('bench_small', 1000);

	# the bridge insists on synchronous_commit; what a disk takes for that is not what is measured
	$database = 'postgres';
	sql(undef, '-c', 'ALTER SYSTEM SET fsync = off', '-c', 'SELECT pg_reload_conf()');
	foreach my $round (1 .. ($quick ? 5 : 9))
	{
		foreach my $name ($round % 2 ? qw(bench bench_small) : qw(bench_small bench))
		{
			$database = $name;
			chomp(my $id = sql('SELECT id FROM users ORDER BY id OFFSET (SELECT count(*) * 3 / 4 FROM users) LIMIT 1'));
			my $m = decode_json(run_command('/dev/null', "$env{HELPERS}/mcp_latency", conninfo(),
				"$env{BIN}/scimver-mcp", $id, $quick ? 500 : 2000));

			foreach my $tool ('get', 'update')
			{
				push @{ $added{$name}{$tool} }, $m->{$tool}{added_p50_us};
				push @{ $p50{$name}{$tool} }, $m->{$tool}{bridge_p50_us};
			}
			push @start, $m->{start_to_first_answer_ms};
			push @resident, $m->{resident_kb} / 1024;
		}
	}
	$database = 'bench';
	sql(undef, '-c', 'ALTER SYSTEM RESET fsync', '-c', 'SELECT pg_reload_conf()');
	foreach my $tool ('get', 'update')
	{
		my $what = $tool eq 'get' ? 'get' : 'conditional update';

		figure("MCP $what over stdio, p50 above the same call by libpq", '<=', 60, $added{bench}{$tool}, 'us', 1);
		figure("MCP $what, p50 at $users users / at 1000", '<=', 1.2, [ ratios($p50{bench}{$tool}, $p50{bench_small}{$tool}) ], '', 1);
		figure("MCP $what over stdio, p50", '<=', undef, $p50{bench}{$tool}, 'us');
	}
	figure('Bridge, start to first answer', '<=', 50, \@start, 'ms', 1);
	figure('Bridge at rest, resident', '<=', 10, \@resident, 'MB', 1);
}

# ---- races ----

# Nobody crashes there, so that commits need not wait for the disk.
sub make_race_database
{
	my ($name) = @_;

	$database = 'postgres';
	sql(undef, '-c', "DROP DATABASE IF EXISTS $name WITH (FORCE)", '-c', "CREATE DATABASE $name",
		'-c', "ALTER DATABASE $name SET synchronous_commit = off");
	$database = $name;
	sql(undef, '-c', 'CREATE EXTENSION scimver CASCADE', '-c', q{SELECT scim_create_table('users', 'User'), scim_create_table('groups', 'Group')},
		'-f', "$env{SOURCES}/recount.sql");
}

# What a race counted, see race.c; it exits with 1 if anything was wrong.
sub race
{
	my ($scenario, $writers, $count) = @_;
	my $superuser = conninfo() =~ s/user=agent/user=scimver/r;
	my $pid = open(my $out, '-|', "$env{HELPERS}/race", $superuser, $writers, $count, $scenario) // die "race: $!";
	my $found = decode_json(scalar(<$out>) // '{}');

	close $out;
	return $found;
}

my %no_ways = (naive => 'check and write in two statements', unlocked => 'read, merge and write without a lock');

sub measure_races
{
	my $races = $env{ROUNDS} || ($quick ? 2000 : 20_000);

	make_race_database('bench_race');
	foreach my $scenario (split ' ', $env{RACES})
	{
		my $is_wrong = $no_ways{$scenario};
		my $count = $scenario =~ /^(?:counter|tally)$/ ? int($races / 8) || 1 : $is_wrong && !$env{ROUNDS} ? 200 : $races;
		my $found = race($scenario, $env{WRITERS}, $count);

		if ($is_wrong)
		{
			figure("Race, $is_wrong (no way of ours): wrong in $count rounds", '>=', 1, [ $found->{wrong} ], 'times', 1);
			next;
		}
		figure("Race, $scenario: wrong in $count rounds of $env{WRITERS} writers", '<=', 0, [ $found->{wrong} // 'inf' ], 'times', 1);
	}
}

# ---- filling what was there before ----

sub measure_backfill
{
	my $rows = $quick ? 100_000 : 1_000_000;

	$database = 'postgres';
	sql(undef, '-c', 'DROP DATABASE IF EXISTS bench_backfill WITH (FORCE)', '-c', 'CREATE DATABASE bench_backfill');
	$database = 'bench_backfill';
	say_now("making a table of $rows rows");
	sql(undef, '-c', 'CREATE EXTENSION scimver CASCADE', '-v', "rows=$rows", '-f', "$env{SOURCES}/backfill.sql");
	(my $superuser = conninfo()) =~ s/user=agent/user=scimver/;
	my $found = decode_json(run_command('/dev/null', "$env{HELPERS}/backfill", $superuser, 4, 1000, 10_000));
	my $what = "scim_backfill of $found->{rows} rows, 4 writers, terminated half-way and called again";

	figure("$what: rows not filled or not right, updates lost", '<=', 0, [ $found->{terminated} ? $found->{wrong} : 'inf' ], 'times', 1);
	figure('... rows', '>=', undef, [ $found->{rate} ], '/s');
	figure('... updates of the writers', '>=', undef, [ $found->{writes_per_second} ], '/s');
	figure('... and before it began', '>=', undef, [ $found->{writes_per_second_alone} ], '/s');
	figure('... longest update of a writer', '<=', undef, [ $found->{longest_ms} ], 'ms');
	figure('... and before it began', '<=', undef, [ $found->{longest_ms_alone} ], 'ms');
}

# ---- what was asked for ----

my %measure = (
	rates => sub { make_database('bench', $users); measure_rates() },
	members => sub { measure_members() },
	bridge => \&measure_bridge,
	scim => \&measure_scim,
	existing => \&measure_existing,
	grants => \&measure_grants,
	history => \&measure_history,
	merge => \&measure_merge,
	leases => \&measure_leases,
	decisions => \&measure_decisions,
	http => \&measure_http,
	front => \&measure_front,
	bulk => \&measure_bulk,
	contention => \&measure_contention,
	prune => \&measure_prune,
	changes => \&measure_changes,
	seals => \&measure_seals,
	feed => \&measure_feed,
	live => \&measure_live,
	load => \&measure_load,
	instructions => \&measure_instructions,
	race => \&measure_races,
	peers => \&measure_peers,
	backfill => \&measure_backfill);

foreach my $name (@ARGV)
{
	say_now($name);
	$database = 'bench';
	$measure{$name}->();
}
my $missed = print_table();
if ($env{JSON})
{
	chomp(my $version = run_command('/dev/null', "$env{BIN}/postgres", '--version'));
	open(my $file, '>', $env{JSON}) or die "$env{JSON}: $!";
	print $file JSON::PP->new->pretty->canonical->encode({ postgres => $version, quick => $quick ? JSON::PP::true : JSON::PP::false,
		cores => $ENV{BENCH_CORES} + 0, processor => $ENV{BENCH_PROCESSOR}, figures => \@figures });
	close $file or die "$env{JSON}: $!";
}
exit($missed > 0);
