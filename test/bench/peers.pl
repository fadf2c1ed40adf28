# peers.pl: others beside our own: what is lost where the check and the write are two
# steps, and what a call through another MCP server costs; servers of SCIM, by front.pl;
# part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

# A round is lost if two writers are told that theirs, made for the same version, is stored.
sub lost
{
	my ($who, $found, @limit) = @_;
	my $refused = $found->{neither} ? ", in $found->{neither} neither stored" : '';

	figure("Lost in $found->{rounds} rounds of $found->{writers} writers$refused: $who", '<=', $limit[0], [ $found->{lost} ], 'rounds', scalar @limit);
}

sub measure_two_steps
{
	my $count = $quick ? 200 : 2000;
	my $calls = $quick ? 20 : 200;

	make_race_database();
	my $ours = race('update', 2, $count);

	$ours->{lost} = 'inf' if !defined $ours->{wrong} || $ours->{wrong} > 0;
	lost('scimver in SQL', { rounds => $count, writers => 2, %$ours }, 0);
	lost('SELECT the version, compare, UPDATE', race('naive', 2, $count));
	if ($env{PEERS_RUST})
	{
		foreach my $line (split "\n", run_command('/dev/null', $env{PEERS_RUST}, $count))
		{
			my $found = decode_json($line);

			lost("$found->{name} $found->{version}, $found->{way}", $found);
		}
	}
	return unless $env{PEERS_MCP};
	foreach my $line (split "\n", run_command('/dev/null', "$env{PEERS_MCP}/node_modules/.bin/node", "$env{PEERS_MCP}/race.mjs", $calls,
			"$env{PEERS_MCP}/work", "$env{BIN}/scimver-mcp", conninfo() =~ s/user=agent/user=scimver/r))
	{
		my $found = decode_json($line);

		lost("$found->{name} $found->{version}, $found->{way}", $found, $found->{name} eq 'scimver-mcp' ? 0 : ());
	}
}

# ---- another MCP server that calls SQL ----

# A configuration of the toolbox, which has one tool: what the bridge calls for it, with the same arguments.
sub make_toolbox
{
	my $config = "$env{PEERS_MCP}/tools.yaml";

	open(my $file, '>', $config) or die "$config: $!";
	print $file <<~"YAML";
		sources:
		  bench:
		    kind: postgres
		    host: localhost
		    port: $env{PORT}
		    database: $database
		    user: agent
		    password: none
		    queryParams:
		      host: $env{HOST}
		tools:
		  scim_get_user:
		    kind: postgres-sql
		    source: bench
		    description: Get a user.
		    statement: SELECT scim_call_tool('scim_get_user', \$1)
		    parameters:
		      - name: arguments
		        type: string
		        description: The arguments of the tool.
		YAML
	close $file or die "$config: $!";
	return $config;
}

sub measure_toolbox
{
	my $package = "$env{PEERS_MCP}/node_modules/\@toolbox-sdk/server-linux-x64";
	my $toolbox = "$package/bin/toolbox";
	my $calls = $quick ? 500 : 3000;
	my (%server, %found);

	# npm has left it out where there is none for the machine
	return unless -x $toolbox;
	my ($version) = run_command("$package/package.json", 'cat') =~ /"version": *"([^"]+)"/;
	make_database('bench_peers', 1000);
	chomp(my $id = sql('SELECT id FROM users ORDER BY id LIMIT 1'));
	my $arguments = encode_json({ user_id => $id });
	%server = (
		ours => [ $arguments, "$env{BIN}/scimver-mcp", conninfo() ],
		toolbox => [ encode_json({ arguments => $arguments }), $toolbox, '--stdio', '--config', make_toolbox(), '--disable-reload',
			'--disable-version-check', '--log-level', 'error' ]);
	foreach my $round (1 .. 5)
	{
		foreach my $flight (1, 8, 64)
		{
			foreach my $name ($round % 2 ? qw(ours toolbox) : qw(toolbox ours))
			{
				my ($with, @command) = @{ $server{$name} };
				my $m = decode_json(run_command('/dev/null', "$env{HELPERS}/mcp_rate", $calls, $flight, 'scim_get_user', $with, @command));

				push @{ $found{$flight}{$name}{$_} }, $m->{$_} foreach keys %$m;
			}
		}
	}
	foreach my $case ([ 1, 1.3 ], [ 8, 1.8 ], [ 64, 2 ])
	{
		my ($flight, $limit) = @$case;
		my ($ours, $theirs) = @{ $found{$flight} }{qw(ours toolbox)};

		figure("MCP get over stdio, $flight in flight, calls a second: scimver-mcp / toolbox $version", '>=', $limit,
			[ ratios($ours->{calls_per_second}, $theirs->{calls_per_second}) ], '', 1);
		figure('... scimver-mcp', '>=', undef, $ours->{calls_per_second}, '/s');
		figure('... CPU time of the server for a call: toolbox / scimver-mcp', '>=', 8, [ ratios($theirs->{cpu_us}, $ours->{cpu_us}) ], '', 1);
		figure('... scimver-mcp', '<=', undef, $ours->{cpu_us}, 'us');
		figure('... resident memory: toolbox / scimver-mcp', '>=', undef, [ ratios($theirs->{resident_kb}, $ours->{resident_kb}) ], '');
		figure('... scimver-mcp', '<=', undef, [ map { $_ / 1024 } @{ $ours->{resident_kb} } ], 'MB');
	}
	$database = 'postgres';
	sql('DROP DATABASE bench_peers');
}

sub measure_peers
{
	measure_two_steps();
	measure_toolbox() if $env{PEERS_MCP};
	measure_front_peers() if $env{PEERS_HTTP};
}

1;
