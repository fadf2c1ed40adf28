# history.pl: what the history costs who writes; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

my $another = q{to_hex(nextval('bench_changes'))};
my %change = (
	update => "UPDATE users SET data = data || jsonb_build_object('nickName', $another) WHERE tenant_id = 'default' AND id = \$1",
	patch => "SELECT scim_patch_user(\$1::text, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'nickName', 'value', $another))) IS NULL",
	all => "UPDATE users SET data = data || jsonb_build_object('nickName', $another) WHERE \$1 IS NOT NULL");

# A session that makes so many changes, each in a transaction, and tells what these took.
sub session_of
{
	my ($change, $count, $users) = @_;
	my $id = sub { sprintf 'EXECUTE change(md5(\'user%d\')::uuid);', 1 + $_[0] * 7919 % $users };
	my $taken = 'SELECT * FROM bench_taken();';

	return join "\n", 'SET synchronous_commit = off;', "PREPARE change(uuid) AS $change{$change};",
		# plans and what is cached are made first
		$change eq 'all' ? ("UPDATE users SET data = data || '{}' WHERE id = md5('user1')::uuid;") : map({ $id->($_) } 1 .. 20),
		$taken, map({ $id->(20 + $_) } 1 .. $count), $taken, '';
}

# What that takes with the history and without, round by round.
sub take_history
{
	my ($rounds, @session) = @_;
	my $file = "$env{SERVER}/history_session.sql";
	my %taken;

	open(my $out, '>', $file) or die "$file: $!";
	print $out session_of(@session);
	close $out or die "$file: $!";
	foreach my $round (1 .. $rounds)
	{
		foreach my $kept ($round % 2 ? qw(false true) : qw(true false))
		{
			sql("SELECT bench_switch($kept)");
			sql('VACUUM users');
			my ($before, $after) = map { [ split /\|/ ] } grep { /\|/ } split /\n/, sql(undef, '-f', $file);

			push @{ $taken{$kept}{cpu} }, $after->[0] - $before->[0];
			push @{ $taken{$kept}{wal} }, $after->[1] - $before->[1];
		}
	}
	unlink $file;
	return \%taken;
}

my %read = (
	get => 'SELECT scim_get_user($1) IS NULL AND $2 IS NULL',
	version => q{SELECT scim_get_version('User', $1, $2) IS NULL});

# What reading so many users takes, as they are and as they were, round by round.
sub take_reading
{
	my ($rounds, $count) = @_;
	my $file = "$env{SERVER}/history_session.sql";
	my (%taken, @then);

	sql('SELECT bench_switch(true)');
	@then = map { [ split /\|/ ] } grep { /\|/ } split /\n/, sql('SELECT * FROM bench_then()');
	foreach my $round (1 .. $rounds)
	{
		foreach my $read ($round % 2 ? qw(get version) : qw(version get))
		{
			my @reads = map { sprintf q{EXECUTE read('%s', '%s');}, @{ $then[ $_ % @then ] } } 1 .. $count;
			my $taken = 'SELECT * FROM bench_taken();';

			open(my $out, '>', $file) or die "$file: $!";
			print $out join "\n", "PREPARE read(text, text) AS $read{$read};", @reads[ 0 .. 19 ], $taken, @reads, $taken, '';
			close $out or die "$file: $!";
			my ($before, $after) = map { [ split /\|/ ] } grep { /\|/ } split /\n/, sql(undef, '-f', $file);

			push @{ $taken{$read} }, $after->[0] - $before->[0];
		}
	}
	unlink $file;
	return \%taken;
}

sub measure_history
{
	my ($users, $count, $rounds) = $quick ? (10_000, 2000, 7) : (100_000, 5000, 15);
	my $taken;

	make_database('bench_history', $users, qw(users.sql history.sql));
	# images of pages depend on when the last checkpoint was
	sql(undef, '-c', 'ALTER SYSTEM SET full_page_writes = off', '-c', 'SELECT pg_reload_conf()');
	$taken = take_history($rounds, 'update', $count, $users);
	figure('CPU of an UPDATE of one attribute, without history / with it', '>=', 0.75, [ ratios($taken->{false}{cpu}, $taken->{true}{cpu}) ], '', 1);
	figure('... WAL, with it less without', '<=', 600, [ map { ($taken->{true}{wal}[$_] - $taken->{false}{wal}[$_]) / $count } 0 .. $rounds - 1 ], 'bytes', 1);
	$taken = take_history($rounds, 'patch', $count, $users);
	figure('CPU of scim_patch_user of one attribute, without history / with it', '>=', undef, [ ratios($taken->{false}{cpu}, $taken->{true}{cpu}) ], '');
	$taken = take_reading($rounds, $count);
	figure('CPU of scim_get_version 20 changes back / scim_get_user', '<=', 3, [ ratios($taken->{version}, $taken->{get}) ], '');
	$taken = take_history($quick ? 5 : 7, 'all', 1, $users);
	figure("CPU of an UPDATE of $users rows, without history / with it", '>=', 0.7, [ ratios($taken->{false}{cpu}, $taken->{true}{cpu}) ], '', 1);
	sql(undef, '-c', 'ALTER SYSTEM RESET full_page_writes', '-c', 'SELECT pg_reload_conf()');
	$database = 'postgres';
	sql('DROP DATABASE bench_history');
}

1;
