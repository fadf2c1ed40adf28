# front.pl: requests over HTTP, to scimver-mcp --http, beside the same calls by pgbench on as
# many connections as the bridge has; part of figures.pl, whose subs it calls.
use strict;
use warnings;
use HTTP::Tiny;
use IO::Socket::INET;
use IPC::Open2;

our (%env, $quick, $database);

my $pool = 4;	# of the bridge: its default
my $users = 10_000;
my ($rounds, $seconds) = $quick ? (3, 1) : (9, 3);

# ---- servers ----

my %running;	# by process id

# Perl waits for them when it ends, but for those who are to become another program.
my $self = $$;
END { kill 'TERM', keys %running if $$ == $self }

# A server that says where it serves, at 127.0.0.1, in a line of its output; it ends with stop_service.
sub start_service
{
	my ($name, @command) = @_;
	my $pid = open(my $out, '-|') // die "fork: $!";

	if ($pid == 0)
	{
		open(STDIN, '<', '/dev/null') or die "$!";
		open(STDERR, '>&', \*STDOUT) or die "$!";
		exec @command or die "$command[0]: $!";
	}
	my @said;
	while (my $line = <$out>)
	{
		push @said, $line;
		next unless $line =~ /(127\.0\.0\.1:\d+)/;
		$running{$pid} = 1;
		return { name => $name, pid => $pid, out => $out, address => $1 };
	}
	close $out;
	die "$name does not serve:\n@said";
}

sub stop_service
{
	my ($service) = @_;

	kill 'TERM', $service->{pid};
	delete $running{ $service->{pid} };
	close $service->{out};
}

sub start_front
{
	my @options = @_;

	return start_service('scimver-mcp', 'bash', '-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', 'bash', "$env{BIN}/scimver-mcp", '--http', '127.0.0.1:0', '--pool', $pool, '--seal', 0,
		@options, conninfo() =~ s/user=agent/user=scim_bridge/r);
}

# A file of lines, which a query gives.
sub lines_file
{
	my ($name, $query) = @_;
	my $file = "$env{SERVER}/$name";

	open(my $out, '>', $file) or die "$file: $!";
	print $out sql($query);
	close $out or die "$file: $!";
	return $file;
}

# ---- who asks ----

# What so many clients are answered in a second, and how long it takes: see rate.c.
sub front_rate
{
	my ($service, $clients, $way, @path) = @_;
	my @options = map { ("-$_", $service->{$_}) } grep { defined $service->{$_} } qw(b i t);

	return decode_json(run_command('/dev/null', "$env{HELPERS}/load/rate", @options, $service->{address}, $clients, $seconds, $way, @path));
}

# Transactions a second by pgbench, on so many connections.
sub pgbench
{
	my ($script, $clients) = @_;
	my $said = run_command('/dev/null', "$env{BIN}/pgbench", '-n', '-M', 'prepared', '-c', $clients, '-T', $seconds,
		'-D', "users=$users", '-D', 'known=0', '-f', "$env{SOURCES}/$script.pgbench", '-h', $env{HOST}, '-p', $env{PORT}, '-U', 'agent', $database);

	return $said =~ /^tps = ([\d.]+)/m ? $1 : die "pgbench says $said";
}

# Both in turns, round by round: {per_second}, {p99_us} and their like of each.
sub in_turns
{
	my ($count, %ways) = @_;
	my @names = sort keys %ways;
	my %found;

	foreach my $round (1 .. $count)
	{
		foreach my $name ($round % 2 ? @names : reverse @names)
		{
			my $m = $ways{$name}->();

			$m = { per_second => $m } unless ref $m;
			push @{ $found{$name}{$_} }, $m->{$_} foreach keys %$m;
		}
	}
	return \%found;
}

# ---- figures ----

sub measure_calls
{
	my ($front) = @_;

	foreach my $way (qw(get patch))
	{
		my $what = $way eq 'get' ? 'GET of a user' : 'conditional PATCH';

		foreach my $clients (1, 8, 64)
		{
			my $connections = $clients < $pool ? $clients : $pool;
			my $found = in_turns($rounds, http => sub { front_rate($front, $clients, $way) }, pgbench => sub { pgbench("front_$way", $connections) });

			figure("HTTP, $what, $clients clients: requests / calls by pgbench -M prepared, $connections connections", '>=', 0.8,
				[ ratios($found->{http}{per_second}, $found->{pgbench}{per_second}) ], '', 1);
			figure('... requests', '>=', undef, $found->{http}{per_second}, '/s');
			figure('... p99', '<=', undef, $found->{http}{p99_us}, 'us');
			figure('... processor time of who asks, a request', '<=', undef, $found->{http}{own_us}, 'us');
		}
	}
}

sub measure_token
{
	my ($front) = @_;
	my $without = { %{ start_front('--insecure-loopback', 'agent', 'default') }, i => $front->{i} };
	my $found = in_turns($rounds, with => sub { front_rate($front, 8, 'get') }, without => sub { front_rate($without, 8, 'get') });

	figure('HTTP, GET of a user, 8 clients, time with a token / without', '<=', 1.1, [ ratios($found->{without}{per_second}, $found->{with}{per_second}) ], '', 1);
	stop_service($without);
}

# Of times in one client: the round trip to the database is one that pgbench makes.
sub measure_discovery
{
	my ($front) = @_;
	my $found = in_turns($rounds,
		seen => sub { front_rate($front, 1, 'seen', '/Schemas') },
		health => sub { front_rate($front, 1, 'path', '/healthz') },
		trip => sub { pgbench('select', 1) });
	my %took = map { my $name = $_; ($name => [ map { 1e6 / $_ } @{ $found->{$name}{per_second} } ]) } keys %$found;

	figure('HTTP, GET /Schemas with If-None-Match, time / that of /healthz and of a round trip to the database', '<=', 1.2,
		[ map { $took{seen}[$_] / ($took{health}[$_] + $took{trip}[$_]) } 0 .. $rounds - 1 ], '', 1);
	figure("... $_", '<=', undef, $took{$_}, 'us') foreach qw(seen health trip);
}

sub create
{
	my ($front, $count, $way, $name) = @_;
	return decode_json(run_command('/dev/null', "$env{HELPERS}/load/create", '-t', $front->{t}, $front->{address}, $count, $way, $name))->{seconds};
}

sub measure_front_bulk
{
	my ($front) = @_;
	my $count = 1000;
	my $round = 0;
	my $found = in_turns($rounds,
		bulk => sub { create($front, $count, 'bulk', 'bulk' . ++$round) },
		posts => sub { create($front, $count, 'posts', 'posts' . ++$round) });

	figure("HTTP, time of a bulk of $count creates / $count POSTs on one connection", '<=', 0.25, [ ratios($found->{bulk}{per_second}, $found->{posts}{per_second}) ], '', 1);
}

sub resident_kb
{
	my ($pid) = @_;

	open(my $status, '<', "/proc/$pid/status") or die "$pid: $!";
	my ($kb) = map { /^VmRSS:\s*(\d+)/ } <$status>;
	return $kb;
}

# Each has asked once; the clients keep them until their input ends.
sub measure_idle
{
	my ($tokens) = @_;
	my $count = $quick ? 2000 : 10_000;
	my $front = start_front('--max-connections', $count + 100, '--max-per-address', $count + 100, '--idle-timeout', 3600);
	my @client = ("$env{HELPERS}/load/idle", '-t', $tokens, $front->{address});

	# what is made once is there before
	hold_connections(sub { }, @client, 100, '/Users?count=1');
	my $before = resident_kb($front->{pid});
	my $after;
	hold_connections(sub { $after = resident_kb($front->{pid}) }, @client, $count, '/Users?count=1');
	figure("HTTP, memory of the bridge for each of $count connections that nobody uses", '<=', 8, [ ($after - $before) / $count ], 'kB', 1);
	stop_service($front);
}

sub hold_connections
{
	my ($meanwhile, @client) = @_;
	my $pid = open2(my $out, my $in, 'bash', '-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', 'bash', @client);

	die "idle is not ready\n" unless (<$out> // '') eq "ready\n";
	$meanwhile->();
	close $in;
	waitpid $pid, 0;
	die "a connection was closed\n" if $?;
}

# ---- servers of others, with the same users in memory ----

sub free_port { return IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')->sockport }

sub start_peers
{
	my $port = free_port();
	my @peers = (
		{ %{ start_service('scim2-server', "$env{PEERS_HTTP}/python/bin/scim2-server", '--port', $port, '--bearer-token', 'secret') }, b => '/v2', version => '0.8.3' },
		{ %{ start_service('scimmy-routers', 'node', "$env{PEERS_HTTP}/scimmy.mjs", 'secret') }, b => '/scim/v2', version => '1.3.2' });
	my $tokens = lines_file('peer_tokens', q{SELECT 'secret'});

	return map { { %$_, t => $tokens, i => fill($_) } } @peers;
}

# The users of ours, as we show them; the file with the ids that they get.
sub fill
{
	my ($peer) = @_;
	my $http = HTTP::Tiny->new(default_headers => { 'Content-Type' => 'application/scim+json', Authorization => 'Bearer secret' });
	my $file = "$env{SERVER}/$peer->{name}.ids";

	open(my $ids, '>', $file) or die "$file: $!";
	foreach my $user (split /\n/, sql(q{SELECT data FROM users WHERE tenant_id = 'default' AND id IN (SELECT md5('user' || i)::uuid FROM generate_series(1, 200) AS i)}))
	{
		my $answer = $http->post("http://$peer->{address}$peer->{b}/Users", { content => $user });
		die "$peer->{name}: $answer->{status} $answer->{content}\n" unless $answer->{status} == 201;
		print $ids decode_json($answer->{content})->{id}, "\n";
	}
	close $ids or die "$file: $!";
	return $file;
}

sub measure_front_peers
{
	my %files = make_front_database();
	my $front = { %{ start_front() }, %files };

	foreach my $peer (start_peers())
	{
		foreach my $way (qw(get patch))
		{
			foreach my $clients (1, 8, 64)
			{
				my $found = in_turns($rounds, ours => sub { front_rate($front, $clients, $way) }, theirs => sub { front_rate($peer, $clients, $way) });
				my $what = ($way eq 'get' ? 'GET of a user' : 'PATCH') . ", $clients clients";

				figure("HTTP, $what: requests a second, scimver-mcp / $peer->{name} $peer->{version}", '>=', 3, [ ratios($found->{ours}{per_second}, $found->{theirs}{per_second}) ], '', 1);
				figure('... p99', '<=', 0.5, [ ratios($found->{ours}{p99_us}, $found->{theirs}{p99_us}) ], '', 1);
			}
		}
		stop_service($peer);
	}
	stop_service($front);
	drop_front_database();
}

# ---- all of it ----

sub make_front_database
{
	make_database('bench_front', $users, qw(users.sql front.sql));
	# the bridge insists on synchronous_commit; what a disk takes for that is not what is measured
	sql(undef, '-c', 'ALTER SYSTEM SET fsync = off', '-c', 'SELECT pg_reload_conf()');
	return (i => lines_file('ids', q{SELECT md5('user' || i)::uuid FROM generate_series(1, 10000) AS i}), t => lines_file('tokens', 'SELECT token FROM bench_tokens'));
}

sub drop_front_database
{
	$database = 'postgres';
	sql(undef, '-c', 'ALTER SYSTEM RESET fsync', '-c', 'SELECT pg_reload_conf()', '-c', 'DROP DATABASE bench_front WITH (FORCE)');
}

sub measure_front
{
	my %files = make_front_database();
	my $front = { %{ start_front() }, %files };

	$_->($front) foreach \&measure_calls, \&measure_token, \&measure_discovery, \&measure_front_bulk;
	stop_service($front);
	measure_idle($files{t});
	drop_front_database();
}

1;
