# instructions.pl: how many instructions calls take, by callgrind, which do not
# depend on what else the machine does; part of figures.pl, whose subs it calls.
#
# A single-user backend reads the statements of one database from a file, line by
# line: each is prepared and runs a few times, until nothing is planned any more,
# and then as often as is counted.  Between these parts is a call of bench_mark(),
# before which callgrind writes what it has counted since the last one.
use strict;
use warnings;

our (%env, $database, $template);

my $folder = "$env{SERVER}/instructions";	# of a server of its own, on the next port: see script/bench
my ($warm, $count) = (12, 200);		# calls before those that are counted, and these, unless a case says others

# What is counted in which database: ways of rate_ways.c, for users of a tenant, from
# the first on.  Who writes takes users whom nobody has written: the versions are those
# of before, and the pages of the table are alike for all ways.
my @databases = (
	{ name => 'bench', users => 2000, files => [qw(users.sql tables.sql other_groups.sql)], cases => [
		map({ { way => "change_$_" } } qw(users bare nothing_c nothing_pl hashed)),
		{ way => 'get_function', first => 1750 }, { way => 'get_by_hand', first => 1750 },
		{ way => 'update_function', first => 250 }, { way => 'update_by_hand', first => 500 }, { way => 'update_by_hand_same', first => 750 },
		{ way => 'patch_function', first => 1000 }, { way => 'patch_by_hand', first => 1250 }, { way => 'patch_by_hand_same', first => 1500 },
		{ way => 'list_function', warm => 7, count => 5 } ] },
	{ name => 'bench_existing', users => 1000, files => [qw(users.sql existing.sql)], cases => [
		{ way => 'staff_function' }, { way => 'staff_save', first => 250 }, { way => 'staff_by_hand', first => 500 } ] },
	{ name => 'bench_grants', users => 300, files => [qw(users.sql grants.sql groups.sql instructions.sql)], cases => [
		map({ my $tenant = $_; map { { way => $_, tenant => $tenant, count => 100 } } qw(get_function update_function) } qw(alone crowded)),
		{ way => 'name_function', tenant => 'alone', first => 150, count => 100 }, { way => 'add_function', first => 4000, count => 100 },
		{ way => 'get_function', tenant => 'hundred', count => 40 }, { way => 'get_function', tenant => 'thousands', warm => 1, count => 2 },
		{ way => 'add_many_function', warm => 2, count => 2 }, { way => 'add_many_bare', warm => 2, count => 2 } ] },
	{ name => 'bench_tenants', template => 'bench_grants', among => 'among 1,000 tenants', files => [qw(other_tenants.sql)], cases => [
		map({ { way => $_, tenant => 'alone', count => 100 } } qw(get_function update_function)),
		{ way => 'name_function', tenant => 'alone', first => 150, count => 100 }, { way => 'add_function', first => 4000, count => 100 } ] });

# ---- what the backend reads ----

# The statements of a way, PREPARE first, with what is in the database now.
sub statements_of
{
	my ($case) = @_;
	my $superuser = conninfo() =~ s/user=agent/user=scimver/r;

	return split /\n/, run_command('/dev/null', "$env{HELPERS}/rate", $superuser, 'input', $case->{tenant} // 'default', $case->{first} // 0,
		($case->{warm} // $warm) + ($case->{count} // $count), $case->{way});
}

# Its lines, and its parts, each of which ends with a mark: [name, calls, characters]; what has no name does not count.
sub input_of
{
	my ($d) = @_;
	my @lines = ('SET ROLE agent', 'PREPARE mark AS SELECT bench_mark()');
	my @parts;
	my $part = sub {
		my ($name, @calls) = @_;

		push @lines, @calls, 'EXECUTE mark';
		push @parts, [ $name, scalar @calls, length join '', @calls ];
	};

	$part->(undef) foreach 1 .. 10;
	$part->('nothing');
	# comments: what it takes to read lines, which a backend that has a client does not do
	$part->('short', ('-- ' . 'x' x 7) x 100);
	$part->('long', ('-- ' . 'x' x 2007) x 100);
	foreach my $case (@{ $d->{cases} })
	{
		my ($prepare, @calls) = statements_of($case);

		push @lines, $prepare;
		$part->(undef, splice @calls, 0, $case->{warm} // $warm);
		$part->(join(' ', grep { defined } @$case{qw(way tenant)}, $d->{among}), @calls);
		push @lines, "DEALLOCATE $case->{way}";
	}
	return { lines => \@lines, parts => \@parts };
}

# ---- what callgrind counts ----

# Runs the lines in a backend; what callgrind wrote at the end of each part.
sub run_input
{
	my ($input) = @_;
	my ($name, $counted) = ("$folder/input", "$folder/counted.$database");

	open(my $file, '>', $name) or die "$name: $!";
	print $file "$_\n" foreach @{ $input->{lines} };
	close $file;
	my $report = run_command($name, 'sh', '-c', 'exec 3>&1 >"$0/output" 2>&3; exec "$@"', $folder, split(' ', $env{AS}),
		'valgrind', '--tool=callgrind', "--callgrind-out-file=$counted", '--dump-before=bench_mark', "$env{BIN}/postgres", '--single',
		'-D', "$folder/data", '-F', $database);
	die $report if $report =~ /ERROR|FATAL|PANIC/;

	check_rows(@{ $input->{lines} });
	return map { slurp("$counted.$_") } 1 .. @{ $input->{parts} };
}

# A conditional write that finds no row is no error, and takes less: each statement that shows rows must have shown one.
sub check_rows
{
	my ($shows, $statements) = (1, 0);

	foreach my $line (@_)
	{
		$shows = $line =~ /RETURNING|AS SELECT/ if $line =~ /^PREPARE/;
		$statements++ if $line eq 'EXECUTE mark' || $shows && $line =~ /^EXECUTE/;
	}
	# a line below the names of the columns, and one below each row
	my $found = () = slurp("$folder/output") =~ /^\t----$/mg;
	die "$database: $found lines below names and rows of $statements statements\n" unless $found == 2 * $statements;
}

sub slurp
{
	my ($name) = @_;

	open(my $file, '<', $name) or die "$name: $!";
	local $/;
	return <$file>;
}

sub total { return $_[0] =~ /^(?:totals|summary): (\d+)/m ? $1 : die "no count in callgrind's file\n" }

# What a function took, with all that it calls.
sub total_of
{
	my ($counted, $function) = @_;
	my ($id) = $counted =~ /^c?fn=(\(\d+\)) \Q$function\E$/m or die "no $function in callgrind's file\n";
	my $sum = 0;

	$sum += $1 while $counted =~ /^cfn=\Q$id\E.*\ncalls=.*\n\S+ (\d+)$/mg;
	return $sum;
}

# How many instructions one call takes: by way, and tenant if the case names one, and among what.
sub instructions
{
	my ($input) = @_;
	my @counted = run_input($input);
	my (%total, %each);

	foreach my $k (0 .. $#counted)
	{
		my ($name, $calls, $characters) = @{ $input->{parts}[$k] };

		next unless defined $name;
		$total{$name} = total($counted[$k]);
		next if $name =~ /^(?:nothing|short|long)$/;
		my $reading = $characters * ($total{long} - $total{short}) / (100 * 2000);
		$each{$name} = ($total{$name} - $total{nothing} - $reading) / $calls;
		$each{hashes} = total_of($counted[$k], 'scim_sha256') / $calls if $name eq 'change_users';
	}
	return %each;
}

# ---- figures ----

# Fills the databases and prepares what is to be read; then the server is stopped: callgrind's backend is one of its own.
sub prepare_inputs
{
	local $env{PORT} = $env{PORT} + 1;
	my @inputs;

	foreach my $d (@databases)
	{
		local $template = $d->{template} // $template;
		make_database($d->{name}, $d->{users} // 0, @{ $d->{files} });
		sql("CREATE OR REPLACE FUNCTION bench_mark() RETURNS void LANGUAGE C AS '$env{SERVER}/nothing.so', 'bench_mark'");
		compare_answers() if $d->{name} eq 'bench';
		push @inputs, input_of($d);
	}
	run_command('/dev/null', split(' ', $env{AS}), "$env{BIN}/pg_ctl", '-D', "$folder/data", '-m', 'fast', '-w', 'stop');
	return @inputs;
}

sub compare_instructions
{
	my ($what, $sign, $limit, $each, $x, $y) = @_;

	figure("Instructions of $what", $sign, $limit, [ $each->{$x} / $each->{$y} ], '', defined $limit);
}

sub measure_instructions
{
	my @inputs = prepare_inputs();
	my %each;

	foreach my $k (0 .. $#inputs)
	{
		$database = $databases[$k]{name};
		say_now("instructions of calls in $database");
		%each = (%each, instructions($inputs[$k]));
	}
	my $trigger = $each{change_users} - $each{change_nothing_c};

	figure('Instructions of our trigger for an update of a user, above one that does nothing', '<=', 75_000, [ $trigger ], 'instr', 1);
	# many processors have instructions for it, which make this part smaller; callgrind has none
	figure('... of which SHA-256, without a processor that has instructions for it', '<=', undef, [ delete $each{hashes} ], 'instr');
	figure('... / what the pgcrypto trigger adds', '<=', 0.6, [ $trigger / ($each{change_hashed} - $each{change_nothing_c}) ], '', 1);
	compare_instructions(@$_[0 .. 2], \%each, @$_[3, 4]) foreach (
		[ 'scim_update_user / UPDATE by hand', '<=', 1.4, qw(update_function update_by_hand) ],
		[ 'scim_update_user / UPDATE by hand, RETURNING the same', '<=', undef, qw(update_function update_by_hand_same) ],
		[ 'scim_get_user / SELECT by hand of the same', '<=', 1 / 1.2, qw(get_function get_by_hand) ],
		[ 'scim_patch_user of one attribute / UPDATE by hand of it, RETURNING the same', '<=', 0.95, qw(patch_function patch_by_hand_same) ],
		[ 'scim_patch_user of one attribute / UPDATE by hand of it', '<=', undef, qw(patch_function patch_by_hand) ],
		[ "mapped scim_update_user / the application's UPDATE of the same columns", '<=', 2.2, qw(staff_function staff_save) ],
		[ "mapped scim_update_user / the application's UPDATE of the column that changes", '<=', undef, qw(staff_function staff_by_hand) ],
		[ 'scim_get_user, 100 groups / 3', '<=', 4, 'get_function hundred', 'get_function alone' ],
		[ 'scim_get_user, 5,000 groups / 3', '<=', undef, 'get_function thousands', 'get_function alone' ],
		map({ [ "$_->[0], 1000 other roles granted in the tenant before / none", '<=', 1.1, "$_->[1] crowded", "$_->[1] alone" ] }
			[ 'scim_get_user', 'get_function' ], [ 'scim_update_user', 'update_function' ]),
		map({ [ "$_->[0], among 100,000 users of 1,000 other tenants / none", '<=', 1.2, "$_->[1] among 1,000 tenants", $_->[1] ] }
			[ 'scim_get_user', 'get_function alone' ], [ 'scim_update_user', 'update_function alone' ],
			[ 'scim_list_users, userName eq "x"', 'name_function alone' ], [ 'scim_add_members of one', 'add_function' ]),
		[ 'scim_add_members of 1,000 / bare INSERT, no triggers', '<=', undef, qw(add_many_function add_many_bare) ]);
	figure("... $_", '<=', undef, [ $each{$_} ], 'instr') foreach sort keys %each;
}

1;
