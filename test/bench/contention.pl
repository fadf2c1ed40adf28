# contention.pl: many agents at one resource (test/bench/contention.c); part of figures.pl,
# whose subs it calls.
use strict;
use warnings;
use JSON::PP;

our (%env, $quick, $database);

my @ways = qw(immediate advice merge lease);
my %title = (immediate => 'immediate retry', advice => 'as advised', merge => 'merge', lease => 'lease');

sub make_contention_database
{
	$database = 'postgres';
	sql(undef, '-c', 'DROP DATABASE IF EXISTS bench_contention WITH (FORCE)', '-c', 'CREATE DATABASE bench_contention',
		'-c', 'ALTER DATABASE bench_contention SET synchronous_commit = off');
	$database = 'bench_contention';
	sql(undef, '-f', "$env{SOURCES}/contention.sql");
}

# So many agents for so many seconds, of which each goes the same way.
sub contend
{
	my ($way, $agents, $think, $seconds) = @_;
	# who tries again at once is not stopped by CONFLICT_STORM: this is how it goes without all that
	my $options = $way eq 'immediate' ? '-c scimver.max_attempts=0' : undef;

	return decode_json(run_command('/dev/null', "$env{HELPERS}/contention", conninfo($options), $way, $agents, $think, $seconds));
}

sub measure_ways
{
	my ($agents, $think, $seconds) = @_;

	foreach my $way (@ways)
	{
		my $found = contend($way, $agents, $think, $seconds);
		my $where = "$agents agents, think $think ms, $title{$way}";
		my $successes = $found->{successes} || 1;

		# merges are never refused, and who holds the resource is not
		figure("Attempts per success ($where)", '<=', $way =~ /merge|lease/ ? 1.1 : undef, [ $found->{attempts} / $successes ], '', $way =~ /merge|lease/);
		figure('... successes', '>=', undef, [ $found->{successes} / $found->{seconds} ], '/s');
		figure('... calls of tools per success', '<=', undef, [ $found->{calls} / $successes ], '');
		figure('... increments lost', '<=', 0, [ $found->{wrong} ], 'times', 1);
	}
}

# What is forecast for a write that takes so long, and how often others wrote meanwhile.
sub measure_forecast
{
	my ($resources, $warm_up, $seconds) = $quick ? (60, 60, 60) : (100, 120, 120);

	say_now('writing at random for ' . ($warm_up + $seconds) . ' seconds');
	foreach my $line (split /\n/, run_command('/dev/null', "$env{HELPERS}/contention", conninfo(), 'forecast', $resources, $warm_up, $seconds))
	{
		my $found = decode_json($line);

		figure(sprintf('Forecast of %.2f, came %.2f: others write within %g s (4 writers, %g/s)', @{$found}{qw(forecast came seconds rate)}),
			'<=', 0.1, [ abs($found->{forecast} - $found->{came}) ], '', 1);
	}
}

sub measure_contention
{
	my @agents = $env{AGENTS} ? ($env{AGENTS}) : $quick ? (2, 16) : (2, 8, 64);

	make_contention_database();
	foreach my $think (20, 2000)
	{
		my $seconds = $env{SECONDS} || ($think < 1000 ? 5 : 40) / ($quick ? 2 : 1);

		measure_ways($_, $think, $seconds) foreach @agents;
	}
	measure_forecast();
	$database = 'postgres';
	sql('DROP DATABASE bench_contention');
}

1;
