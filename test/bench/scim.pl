# scim.pl: figures of filters, pages, members, COPY and tools that find what
# they need among many users; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database, $rounds);

sub measure_lists
{
	my ($count) = @_;

	foreach my $case ([ name => 'userName eq "x"' ], [ mail => 'emails[type eq "work" and value eq "x"]' ])
	{
		my ($name, $filter) = @$case;

		same_answers(map { "${name}_$_" } qw(function by_hand scan));
		my $r = rates(1, 'off', "${name}_function", "${name}_by_hand");
		figure("Time of scim_list_users, $filter, $count users / indexed SQL by hand", '<=', 1.5,
			[ ratios($r->{"${name}_by_hand"}, $r->{"${name}_function"}) ], '', 1);
		figure("scim_list_users, $filter", '>=', undef, $r->{"${name}_function"}, '/s');
		$r = rates(1, 'off', "${name}_function", "${name}_scan");
		figure('... / a scan without index, in thousandths', '<=', 10, [ map { 1000 * $_ } ratios($r->{"${name}_scan"}, $r->{"${name}_function"}) ], '', 1);
	}
	foreach my $case ([ page => 'by id' ], [ sorted => 'by userName' ])
	{
		my ($name, $order) = @$case;
		my $r = rates(1, 'off', "${name}_first", "${name}_deep");

		figure(sprintf('Time of a page of 100 by cursor, %s, at depth %d / the first page', $order, $count / 2), '<=', 1.5,
			[ ratios($r->{"${name}_first"}, $r->{"${name}_deep"}) ], '', 1);
		figure("Pages of 100 by cursor, $order", '>=', undef, $r->{"${name}_deep"}, '/s');
	}
}

sub measure_parse
{
	my @times = map { run_command('/dev/null', "$env{HELPERS}/parse_filter") / 1000 } 1 .. 5;

	figure('Parse of a filter of three terms', '<=', 5, \@times, 'us', 1);
}

# COPY of a million users, in chunks that come to either table in turns.
sub measure_copy
{
	my ($chunk) = @_;
	my $file = "$env{SERVER}/chunk";
	my %time;

	sql('CREATE TABLE bare (LIKE users INCLUDING ALL) WITH (fillfactor = 80)');
	foreach my $k (0 .. 9)
	{
		my $rows = sprintf 'SELECT %s, md5(%s || i)::uuid, bench_user(i) FROM generate_series(%d, %d) AS i', q{'default'}, q{'user'}, 1001 + $k * $chunk, 1000 + ($k + 1) * $chunk;

		sql("COPY ($rows) TO '$file'");
		foreach my $table ($k % 2 ? qw(users bare) : qw(bare users))
		{
			push @{ $time{$table} }, time_of("COPY $table (tenant_id, id, data) FROM '$file'", 'scimver');
		}
	}
	unlink $file;
	figure('Time of COPY of ' . 10 * $chunk . ' users, with the trigger / without', '<=', undef, [ ratios($time{users}, $time{bare}) ], '');
	figure('COPY, users a second', '>=', undef, [ map { 1000 * $chunk / $_ } @{ $time{users} } ], '/s');
	sql('DROP TABLE bare');
	sql(undef, '-c', 'VACUUM (ANALYZE) users');
}

# Tools by the bridge, for one user and for ten, among a thousand and among a million.
sub measure_tools
{
	my ($large, $small, $count) = @_;
	my %p50;

	sql(undef, '-c', 'ALTER SYSTEM SET fsync = off', '-c', 'SELECT pg_reload_conf()');
	foreach my $round (1 .. ($quick ? 9 : 21))
	{
		foreach my $name ($round % 2 ? ($large, $small) : ($small, $large))
		{
			$database = $name;
			chomp(my $id = sql(q{SELECT md5('user500')::uuid}));
			my $m = decode_json(run_command('/dev/null', "$env{HELPERS}/mcp_latency", conninfo(), "$env{BIN}/scimver-mcp", $id, 400));

			push @{ $p50{$name}{$_} }, $m->{$_}{bridge_p50_us} foreach qw(get update list page);
		}
	}
	sql(undef, '-c', 'ALTER SYSTEM RESET fsync', '-c', 'SELECT pg_reload_conf()');
	foreach my $case ([ get => 'get' ], [ update => 'conditional update' ], [ list => 'filtered list' ], [ page => 'list of 10' ])
	{
		my ($tool, $what) = @$case;

		figure("MCP $what, p50 at $count users / at 1000", '<=', 1.2, [ ratios($p50{$large}{$tool}, $p50{$small}{$tool}) ], '', 1);
		figure("MCP $what at $count users, p50", '<=', undef, $p50{$large}{$tool}, 'us');
	}
	figure("MCP list of 10 of $count users, p50 / get of one", '<=', 8, [ ratios($p50{$large}{page}, $p50{$large}{get}) ], '', 1);
}

# One member more among many users and among a thousand, of groups that hold half of them, or 50,000.
sub measure_added
{
	my ($large, $small, $count) = @_;
	my %rates;

	foreach my $name ($large, $small)
	{
		$database = $name;
		chomp(my $users = sql('SELECT count(*) FROM users'));
		sql(undef, '-v', "users=$users", '-f', "$env{SOURCES}/groups.sql");
	}
	local $rounds = 1;
	foreach my $round (1 .. 9)
	{
		foreach my $name ($round % 2 ? ($large, $small) : ($small, $large))
		{
			$database = $name;
			push @{ $rates{$name} }, @{ rates(1, 'off', 'add_function')->{add_function} };
		}
	}
	figure("Time of scim_add_members of one, $count users / 1000", '<=', 1.2, [ ratios($rates{$small}, $rates{$large}) ], '', 1);
}

sub measure_scim
{
	my $count = $quick ? 20_000 : 200_000;
	my $chunk = $quick ? 10_000 : 100_000;

	measure_parse();
	make_database('bench_scim', $count, qw(users.sql scim.sql));
	measure_lists($count);
	measure_members($count);
	$database = 'postgres';
	sql('DROP DATABASE bench_scim');
	make_database('bench_few', 1000, qw(users.sql scim.sql));
	make_database('bench_many', 1000, qw(users.sql scim.sql));
	measure_copy($chunk);
	measure_tools('bench_many', 'bench_few', 10 * $chunk + 1000);
	measure_added('bench_many', 'bench_few', 10 * $chunk + 1000);
	$database = 'postgres';
	sql('DROP DATABASE bench_many');
}

1;
