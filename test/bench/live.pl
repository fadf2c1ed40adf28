# live.pl: how soon clients of the bridge are told of changes, and what that costs; part
# of figures.pl, whose subs it calls.
use strict;
use warnings;
use IPC::Open2;
use JSON::PP;
use Time::HiRes qw(sleep time);

our (%env, $quick, $database);

my ($poll, $subscribers, $resources) = (250, 200, 1000);

# ---- a client ----

sub start_live
{
	my ($role, @args) = @_;
	my $bridge = { buffer => '', next_id => 0 };

	$bridge->{pid} = open2($bridge->{out}, $bridge->{in}, "$env{BIN}/scimver-mcp", '--seal', '0', '--poll', $poll, @args, conninfo() =~ s/user=agent/user=$role/r);
	return $bridge;
}

sub stop_live
{
	my ($bridge) = @_;

	close $bridge->{in};
	1 while sysread $bridge->{out}, my $rest, 1 << 20;
	waitpid $bridge->{pid}, 0;
	die "scimver-mcp ended with $?\n" if $?;
}

sub live_line
{
	my ($bridge) = @_;

	while ((my $end = index $bridge->{buffer}, "\n") < 0)
	{
		sysread $bridge->{out}, $bridge->{buffer}, 1 << 20, length $bridge->{buffer} or die "scimver-mcp ended\n";
	}
	return substr $bridge->{buffer}, 0, index($bridge->{buffer}, "\n") + 1, '';
}

# Send a message; with an id it is a request.
sub tell_live
{
	my ($bridge, $method, $params, @id) = @_;
	my $line = encode_json({ jsonrpc => '2.0', @id, method => $method, params => $params }) . "\n";

	while (length $line) { substr $line, 0, syswrite($bridge->{in}, $line) // die("scimver-mcp: $!\n"), ''; }
}

sub ask_live
{
	my ($bridge, $method, $params) = @_;
	my %meta = ('io.modelcontextprotocol/protocolVersion' => '2026-07-28', 'io.modelcontextprotocol/clientCapabilities' => {});

	tell_live($bridge, $method, { _meta => \%meta, %$params }, id => ++$bridge->{next_id});
	return live_line($bridge);
}

# The URIs of so many users, the first ones.
sub uris_of { my ($count) = @_; return split /\n/, sql(qq{SELECT 'scim://default/Users/' || md5('user' || n)::uuid FROM generate_series(1, $count) n}) }

# Subscribe so often to so many users.
sub subscribe_live
{
	my ($bridge, $often, $count) = @_;
	my @uris = uris_of($count);

	foreach (1 .. $often)
	{
		my $line = ask_live($bridge, 'subscriptions/listen', { notifications => { resourceSubscriptions => \@uris } });

		die 'not acknowledged: ' . substr($line, 0, 500) . "\n" unless $line =~ /acknowledged.*\Q$uris[-1]\E/;
	}
}

sub memory_of
{
	my ($pid, $which) = @_;
	open(my $status, '<', "/proc/$pid/status") or die "/proc: $!";
	return join('', <$status>) =~ /^$which:\s+(\d+) kB/m ? $1 / 1024 : die "no $which\n";
}

# ---- from a commit to what is told of it ----

# A hundred changes a second of these users, for so long; returns the process.
sub pace_writers
{
	my ($seconds) = @_;
	my $file = "$env{SERVER}/live_writers.sql";

	open(my $out, '>', $file) or die "$file: $!";
	print $out "\\set n random(1, $resources)\n", "UPDATE users SET data = data || jsonb_build_object('nickName', to_hex(nextval('bench_changes'))) WHERE tenant_id = 'default' AND id = md5('user' || :n)::uuid;\n";
	close $out or die "$file: $!";
	my $pid = fork() // die "fork: $!";
	return $pid if $pid;
	open(STDOUT, '>', '/dev/null') or die "/dev/null: $!";
	open(STDERR, '>', '/dev/null') or die "/dev/null: $!";
	# so that the time in the history is that of the commit, but for what it takes to write a row
	$ENV{PGOPTIONS} = '-c synchronous_commit=off';
	exec("$env{BIN}/pgbench", '-n', '-c', 2, '-R', 100, '-T', $seconds, '-f', $file, '-h', $env{HOST}, '-p', $env{PORT}, '-U', 'scimver', $database) or die "pgbench: $!";
}

# What comes, with the time at which it came, until the writers have ended and nothing comes any more.
sub read_live
{
	my ($bridge, $writers) = @_;
	my $reads = '';
	my ($ended, $last, @chunks) = (0, time);

	vec($reads, fileno($bridge->{out}), 1) = 1;
	until ($ended && time - $last > 2)
	{
		if (select(my $ready = $reads, undef, undef, 0.1))
		{
			sysread $bridge->{out}, my $chunk, 1 << 20 or die "scimver-mcp ended\n";
			push @chunks, [ $last = time, $chunk ];
		}
		$ended ||= waitpid($writers, 1) == $writers;
	}
	return @chunks;
}

# Milliseconds from each change to each line that tells of it, sorted; how many subscribers were
# not told of the last change of a resource; and how often one that was behind was told of
# several changes of a resource by one line, with the last version.
sub delays
{
	my ($first, @chunks) = @_;
	my ($rest, %at, %last, %told, @delays) = ('');

	foreach (split /\n/, sql("SELECT resource_id, version, extract(epoch FROM at) FROM scim_history_rows WHERE seq > $first ORDER BY seq"))
	{
		my ($id, $version, $at) = split /\|/;

		$at{"$id $version"} = $at;
		$last{$id} = $version;
	}

	foreach my $chunk (@chunks)
	{
		my ($time, $text) = ($chunk->[0], $rest . $chunk->[1]);
		while ($text =~ m{\G\{[^\n]*?Users/([-0-9a-f]+)"[^\n]*?subscriptionId":(\d+)[^\n]*?version":"([^"]+)"[^\n]*\n}gc)
		{
			my $at = $at{"$1 $3"} // die "told of what was not\n";

			push @delays, 1000 * ($time - $at) unless $told{"$2 $1 $3"}++;
		}
		$rest = substr $text, pos($text) // 0;
	}
	my %final = map { ("$_ $last{$_}" => 1) } keys %last;
	my $final = grep { $final{ s/^\d+ //r } } keys %told;

	return ($subscribers * %last - $final, $subscribers * %at - %told, sort { $a <=> $b } @delays);
}

sub measure_delays
{
	my $seconds = $quick ? 10 : 30;
	my (@p50, @p99, @longest, @resident, @peak, $missing, $joined, $changes);

	foreach my $round (1 .. ($quick ? 1 : 5))
	{
		my $bridge = start_live('agent');

		subscribe_live($bridge, $subscribers, $resources);
		push @resident, memory_of($bridge->{pid}, 'VmRSS');
		my $first = sql('SELECT max(seq) FROM scim_history_rows') + 0;
		my @chunks = read_live($bridge, pace_writers($seconds));

		push @peak, memory_of($bridge->{pid}, 'VmHWM');
		my ($missed, $together, @delays) = delays($first, @chunks);
		$missing += $missed;
		$joined += $together;
		$changes += @delays / $subscribers;
		push @p50, $delays[ @delays / 2 ];
		push @p99, $delays[ 0.99 * @delays ];
		push @longest, $delays[-1];
		stop_live($bridge);
	}
	my $what = "$subscribers subscribers of $resources resources, 100 writes/s, --poll $poll";

	figure("Live, $what: commit to notification, p99", '<=', $poll + 20, \@p99, 'ms', 1);
	figure('... p50', '<=', undef, \@p50, 'ms');
	figure('... longest', '<=', undef, \@longest, 'ms');
	figure(sprintf('... last changes of a resource missed, of %.0f notifications', $changes * $subscribers), '<=', 0, [$missing], 'times', 1);
	figure('... told together with a later one of the same resource', '<=', undef, [$joined], 'times');
	figure("Live, bridge with $subscribers subscribers of $resources resources, resident", '<=', 16, \@resident, 'MB', 1);
	figure('... most, while it tells them', '<=', undef, \@peak, 'MB');
}

# ---- what it costs who writes ----

# Read what comes for so long, and forget it.
sub forget_during
{
	my ($bridge, $seconds) = @_;
	my ($reads, $end) = ('', time + $seconds);

	vec($reads, fileno($bridge->{out}), 1) = 1;
	while ((my $left = $end - time) > 0)
	{
		next unless select(my $ready = $reads, undef, undef, $left);
		sysread $bridge->{out}, my $chunk, 1 << 20 or die "scimver-mcp ended\n";
	}
}

# How many changes there were, and when that was.
sub changes_now { return split /\|/, sql('SELECT last_value, extract(epoch FROM clock_timestamp()) FROM bench_changes') }

# The rate of the writers in a window, while these are subscribed to, if they are.
sub window_rate
{
	my ($bridge, $seconds, @uris) = @_;

	if (@uris)
	{
		my $line = ask_live($bridge, 'subscriptions/listen', { notifications => { resourceSubscriptions => \@uris } });
		$line = live_line($bridge) until $line =~ /acknowledged/;
	}
	my ($before, $since) = changes_now();
	forget_during($bridge, $seconds);
	my ($changes, $now) = changes_now();

	tell_live($bridge, 'notifications/cancelled', { requestId => $bridge->{next_id} }) if @uris;
	return ($changes - $before) / ($now - $since);
}

# Windows are short and stand in fours, so that whatever else makes the writers faster or slower
# for a while does so in both kinds of them; and what a disk takes is not what is measured.
sub measure_live_rate
{
	my ($users) = @_;
	my ($seconds, $fours) = $quick ? (2, 12) : (2, 60);
	my @uris = uris_of($resources);
	my (@ratios, @with);

	sql(undef, '-d', 'postgres', '-c', 'ALTER SYSTEM SET fsync = off', '-c', 'SELECT pg_reload_conf()');
	my $writers = start_writers($users, 8);
	my $bridge = start_live('agent');

	window_rate($bridge, $seconds);
	foreach my $four (1 .. $fours)
	{
		my @rates = (0, 0);

		$rates[$_] += window_rate($bridge, $seconds, $_ ? @uris : ()) / 2 foreach $four % 2 ? (0, 1, 1, 0) : (1, 0, 0, 1);
		push @ratios, $rates[1] / $rates[0];
		push @with, $rates[1];
	}
	kill 'TERM', $writers;
	waitpid($writers, 0);
	stop_live($bridge);
	sql(undef, '-d', 'postgres', '-c', 'ALTER SYSTEM RESET fsync', '-c', 'SELECT pg_reload_conf()');
	figure("Rate of eight writers, a subscriber of $resources of $users resources / none", '>=', 0.97, \@ratios, '', 1);
	figure('... changes, with a subscriber', '>=', undef, \@with, '/s');
}

# ---- what it costs the server ----

# Processor time of these processes so far, in milliseconds.
sub cpu_of
{
	my $ticks = 0;

	foreach my $pid (@_)
	{
		open(my $stat, '<', "/proc/$pid/stat") or die "/proc: $!";
		my @fields = split ' ', (<$stat> =~ s/.*\) //r);
		$ticks += $fields[11] + $fields[12];
	}
	return 10 * $ticks;
}

sub measure_polls
{
	my $seconds = $quick ? 5 : 20;

	foreach my $roles (1, 10, 100)
	{
		my @bridges = map { my $bridge = start_live("bench_live_$_"); subscribe_live($bridge, 1, 1); $bridge } 1 .. $roles;

		sleep(2);
		my @backends = split /\n/, sql(q{SELECT pid FROM pg_stat_activity WHERE usename LIKE 'bench_live_%'});
		my @processes = map { $_->{pid} } @bridges;
		die @backends . " connections of $roles roles\n" if @backends != $roles;
		my ($server, $ours, $began) = (cpu_of(@backends), cpu_of(@processes), time);

		sleep($seconds);
		my $taken = time - $began;
		figure("Live, $roles role" . ($roles > 1 ? 's' : '') . ", a bridge each, nothing changes: CPU of the server a second", '<=', undef, [ (cpu_of(@backends) - $server) / $taken ], 'ms');
		figure('... of the bridges', '<=', undef, [ (cpu_of(@processes) - $ours) / $taken ], 'ms');
		stop_live($_) foreach @bridges;
	}
}

sub measure_tools_list
{
	my $bridge = start_live('agent', '--toolset', 'full');
	my @taken;

	foreach my $round (-50 .. ($quick ? 500 : 2000))
	{
		my $began = time;

		ask_live($bridge, 'tools/list', {}) =~ /"tools":\[\{/ or die "no list of tools\n";
		push @taken, 1000 * (time - $began) if $round > 0;
	}
	stop_live($bridge);
	figure('MCP tools/list of full over stdio, p50', '<=', 2, \@taken, 'ms', 1);
}

sub measure_live
{
	my $users = $quick ? 10_000 : 100_000;

	make_database('bench_live', $users, qw(users.sql history.sql live.sql));
	measure_tools_list();
	measure_delays();
	measure_polls();
	measure_live_rate($users);
	$database = 'postgres';
	sql('DROP DATABASE bench_live');
}

1;
