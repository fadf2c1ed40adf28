# leases.pl: what leases cost writes and reads, and a checkpoint its check; part of
# figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

my ($users, $turns, $count);

# Statements of one kind for so many users, from the first on.
sub calls_for
{
	my ($name, $first, $many) = @_;

	return [ map { sprintf q{EXECUTE %s(md5('user%d')::uuid::text);}, $name, 1 + ($first + $_ * 7919) % $users } 1 .. $many ];
}

sub update_of
{
	my ($table) = @_;
	return "PREPARE $table(text) AS UPDATE $table SET data = data || jsonb_build_object('nickName', to_hex(nextval('bench_changes')))" .
		q{ WHERE tenant_id = 'default' AND id = $1::uuid;};
}

# An UPDATE of the same in tables that leases bind, and that they do not, turn by turn.
sub take_updates
{
	my ($free, $bound) = @_;
	my %taken;

	foreach my $turn (0 .. $turns - 1)
	{
		sql(undef, '-c', "VACUUM $free", '-c', "VACUUM $bound");
		my $each = cpu_in_turns([ 'SET ROLE agent;', update_of($free), update_of($bound) ],
			[ map { [ $_ => calls_for($_, $turn * $count, $count) ] } $free, $bound ], 25);

		push @{ $taken{$_} }, $each->{$_} foreach $free, $bound;
	}
	return [ ratios($taken{$free}, $taken{$bound}) ];
}

sub measure_bound_updates
{
	my ($held) = @_;

	figure("CPU of an UPDATE of one attribute, leases do not bind it / they do, $held", '>=', 0.92, take_updates(qw(free bound)), '', 1);
	figure("... without a history, $held", '>=', undef, take_updates(qw(freeunkept boundunkept)), '');
}

# Somebody holds as many other resources of each type.
sub hold_others
{
	my ($many) = @_;

	sql("INSERT INTO scim_leases (tenant_id, resource_type, resource_id, lease_id, actor, acquired_at, expires_at)
		SELECT 'default', type, gen_random_uuid(), gen_random_uuid(), 'scimver', now(), now() + '1 hour'
		FROM unnest('{Free,Bound,FreeUnkept,BoundUnkept,User}'::text[]) AS type, generate_series(1, $many / 5)");
	sql('VACUUM (ANALYZE) scim_leases');
}

# What it takes to hold a resource and to let it go, beside a write of it.
sub measure_holding
{
	my %taken;

	foreach my $turn (0 .. $turns - 1)
	{
		sql(undef, '-c', 'VACUUM scim_leases', '-c', 'VACUUM users');
		my $each = cpu_in_turns([ 'SET ROLE agent;',
			q{PREPARE hold(text) AS SELECT scim_release_lease((scim_acquire_lease('User', $1) ->> 'lease_id')::uuid);},
			q{PREPARE renew(text) AS SELECT scim_release_lease((scim_renew_lease((scim_acquire_lease('User', $1) ->> 'lease_id')::uuid) ->> 'lease_id')::uuid);},
			q{PREPARE patch(text) AS SELECT scim_patch_user($1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'nickName', 'value', nextval('bench_changes')::text))) IS NOT NULL;} ],
			[ map { [ $_ => calls_for($_, $turn * $count, $count) ] } qw(hold renew patch) ], 25);

		push @{ $taken{$_} }, $each->{$_} foreach keys %$each;
	}
	figure('CPU of scim_acquire_lease and scim_release_lease / scim_patch_user of one attribute', '<=', undef, [ ratios($taken{hold}, $taken{patch}) ], '');
	figure('... acquired and released', '<=', undef, $taken{hold}, 'us');
	figure('... renewed in between', '<=', undef, $taken{renew}, 'us');
}

# ---- reads by tools ----

# Readers whose users were written so often in the last minute, by another than reads; held: by another.
my %read = (cold => 0, warm => 1, hot => 5, hottest => 100, held => 0);
my @readers = sort keys %read;

# Each has users of its own, and writes take place just before the reads.
sub take_reads
{
	my ($each) = @_;
	my (%taken, @writes);
	my %first = map { ($readers[$_] => 1 + $each * $_) } 0 .. $#readers;
	my $last = sub { $first{ $_[0] } + $each - 1 };

	sql(sprintf q{SELECT count(scim_acquire_lease('User', md5('user' || n)::uuid::text, 3600)) FROM generate_series(%d, %d) AS n}, $first{held}, $last->('held'));
	foreach my $turn (1 .. $turns)
	{
		foreach my $name (@readers)
		{
			push @writes, '-c', "SELECT bench_write($first{$name}, " . $last->($name) . ')' foreach 1 .. $read{$name};
		}
		sql(undef, splice @writes);
		sql(undef, '-c', 'VACUUM users', '-c', 'VACUUM scim_history_rows');
		my $read = cpu_in_turns([ 'SET ROLE agent;',
			map({ "PREPARE $_(text) AS SELECT scim_call_tool('scim_get_user', ('{\"user_id\": \"' || \$1 || '\"}')::jsonb) IS NOT NULL;" } @readers),
			q{PREPARE without(text) AS SELECT scim_get_user($1) IS NOT NULL;} ],
			[ map({ my $name = $_; [ $name => [ map { sprintf q{EXECUTE %s(md5('user%d')::uuid::text);}, $name, $first{$name} + $_ % $each } 1 .. $count ] ] } @readers),
				[ without => [ map { sprintf q{EXECUTE without(md5('user%d')::uuid::text);}, $first{cold} + $_ % $each } 1 .. $count ] ] ], 25);

		push @{ $taken{$_} }, $read->{$_} foreach keys %$read;
		check_reads(\%first) if $turn == 1;
	}
	sql('DELETE FROM scim_leases');
	return \%taken;
}

# What a read tells beside the resource is told where it should be, and nowhere else.
sub check_reads
{
	my ($first) = @_;

	foreach my $name (@readers)
	{
		my $told = sql(undef, '-c', 'SET ROLE agent', '-c', "SELECT string_agg(k, ' ') FROM jsonb_object_keys(scim_call_tool('scim_get_user', jsonb_build_object('user_id', md5('user$first->{$name}')::uuid))::jsonb -> 'metadata') AS k WHERE k IN ('contention', 'lease')");
		my $wanted = $name eq 'held' ? 'lease' : $read{$name} >= 3 ? 'contention' : '';

		chomp $told;
		die "a read of what is $name tells '$told', not '$wanted'\n" unless $told eq $wanted;
	}
}

sub measure_reads
{
	my $taken = take_reads(10);

	# before there were leases, a tool's read took so much of one by SQL (median of six runs, by the same statements)
	my $before = 1.6;

	figure("CPU of scim_get_user by tool, cold / before there were leases ($before by SQL)", '<=', 1.01, [ map { $_ / $before } ratios($taken->{cold}, $taken->{without}) ], '', 1);
	figure('... written 5 times in the last minute by another / the same', '<=', 1.2, [ map { $_ / $before } ratios($taken->{hot}, $taken->{without}) ], '', 1);
	figure('... written once / cold', '<=', undef, [ ratios($taken->{warm}, $taken->{cold}) ], '');
	figure('... written 5 times / cold', '<=', undef, [ ratios($taken->{hot}, $taken->{cold}) ], '');
	figure('... written 100 times / cold', '<=', undef, [ ratios($taken->{hottest}, $taken->{cold}) ], '');
	figure('... held by another / cold', '<=', undef, [ ratios($taken->{held}, $taken->{cold}) ], '');
	figure('... cold', '<=', undef, $taken->{cold}, 'us');
}

# ---- checkpoints ----

sub measure_checks
{
	my %taken;

	sql('SELECT bench_see()');
	my @same = map { sql(undef, '-c', 'SET ROLE agent', '-c', "SELECT $_(resources) FROM bench_checkpoint") } qw(scim_check_versions bench_check);

	die 'other answers: ' . substr("@same", 0, 500) . "\n" if $same[0] ne $same[1] || $same[0] !~ /"unchanged": 1000\b/;
	foreach my $turn (1 .. $turns)
	{
		my $each = cpu_in_turns([ 'SET ROLE agent;', map { "PREPARE $_ AS SELECT $_(resources) ->> 'unchanged' = '1000' FROM bench_checkpoint;" } qw(scim_check_versions bench_check) ],
			[ map { my $name = $_; [ $name => [ map { "EXECUTE $name;" } 1 .. 50 ] ] } qw(scim_check_versions bench_check) ], 3);

		push @{ $taken{$_} }, $each->{$_} foreach keys %$each;
	}
	figure('CPU of scim_check_versions of 1,000 unchanged users / the same SELECT by hand', '<=', 1.5, [ ratios($taken{scim_check_versions}, $taken{bench_check}) ], '', 1);
	figure('... scim_check_versions', '<=', undef, $taken{scim_check_versions}, 'us');
}

sub measure_leases
{
	($users, $turns, $count) = $quick ? (2000, 11, 320) : (10_000, 31, 1020);

	make_database('bench_leases', $users, qw(users.sql employees.sql leases.sql));
	measure_reads();
	measure_checks();
	measure_bound_updates('none held');
	hold_others(10_000);
	measure_bound_updates('10,000 others held');
	measure_holding();
	$database = 'postgres';
	sql('DROP DATABASE bench_leases');
}

1;
