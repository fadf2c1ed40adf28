# http.pl: what a request in HTTP costs beside the call that it leads to, and what a
# profile costs whose rules nobody needs; part of figures.pl, whose subs it calls.
use strict;
use warnings;

our (%env, $quick, $database);

# Calls on the user of a number, each true if it came out as it should.
my %request = (
	get => q{scim_get_user(id)::text <> '' FROM bench_calls},
	http_get => q{h.status = 200 AND h.answer <> '' FROM bench_calls, scim_http('GET', path, NULL, '{"accept": "application/scim+json"}', NULL) AS h},
	update => q{scim_update_user(id, data::jsonb, version)::text <> '' FROM bench_calls},
	http_update => q{h.status = 200 AND h.answer <> '' FROM bench_calls, scim_http('PUT', path, NULL, headers, body) AS h},
	get_only => q{scim_get_user(id) IS NOT NULL FROM bench_calls},
	schemas => q{scim_get_schemas() IS NOT NULL FROM bench_calls},
	http_schemas => q{h.status = 200 AND h.answer <> '' FROM bench_calls, scim_http('GET', '/Schemas', NULL, NULL, NULL) AS h},
	http_config => q{h.status = 200 AND h.answer <> '' FROM bench_calls, scim_http('GET', '/ServiceProviderConfig', NULL, NULL, NULL) AS h});
my %call = (
	enter => q{scim_create_user(created::jsonb) IS NOT NULL FROM bench_calls},
	replace => q{scim_update_user(id, data::jsonb) IS NOT NULL FROM bench_calls},
	patch => q{scim_patch_user(id, operations::jsonb) IS NOT NULL FROM bench_calls},
	filter => q{(scim_list_users(filter) ->> 'totalResults') = '1' FROM bench_calls});
my @requests = qw(get get_only http_get update http_update schemas http_schemas http_config);
my @profiles = qw(rfc entra);
my @calls = sort keys %call;

sub prepared
{
	my ($calls, @names) = @_;
	return ('SET ROLE agent;', map { "PREPARE $_(int) AS SELECT $calls->{$_} WHERE n = \$1;" } @names);
}

# One turn: each kind has users of its own, and comes at another place than before.
sub take_kinds
{
	my ($turn, $count, $users, $prepare, @kinds) = @_;
	my $many = $count * @kinds;
	my @calls;

	sql(undef, '-c', 'VACUUM users', '-c', sprintf 'SELECT bench_prepare(%d, %d)', 1 + ($turn * $many) % ($users - $many + 1), $many);
	foreach my $place (0 .. $#kinds)
	{
		my ($name, $statement, $before) = @{ $kinds[ ($turn + $place) % @kinds ] };
		push @calls, [ $name => [ map { "EXECUTE $statement($_);" } $place * $count + 1 .. ($place + 1) * $count ], $before ];
	}
	return cpu_in_turns($prepare, \@calls, 25);
}

sub take_all
{
	my ($turns, $count, $users, $prepare, @kinds) = @_;
	my %taken;

	foreach my $turn (0 .. $turns - 1)
	{
		my $each = take_kinds($turn, $count, $users, $prepare, @kinds);
		push @{ $taken{$_} }, $each->{$_} foreach keys %$each;
	}
	return \%taken;
}

sub measure_requests
{
	my $taken = take_all(@_, [ prepared(\%request, @requests) ], map { [ $_, $_ ] } @requests);

	figure('CPU of scim_http, GET of a user / scim_get_user', '<=', 1.15, [ ratios($taken->{http_get}, $taken->{get}) ], '', 1);
	figure('... a conditional PUT / scim_update_user', '<=', 1.15, [ ratios($taken->{http_update}, $taken->{update}) ], '', 1);
	figure('... GET /Schemas / scim_get_user', '<=', 2, [ ratios($taken->{http_schemas}, $taken->{get}) ], '', 1);
	figure('... GET /ServiceProviderConfig / scim_get_user', '<=', 2, [ ratios($taken->{http_config}, $taken->{get}) ], '', 1);
	# neither as text, which the server makes of it
	figure('CPU of scim_get_schemas() / scim_get_user', '<=', 2, [ ratios($taken->{schemas}, $taken->{get_only}) ], '', 1);
	figure("... $_", '<=', undef, $taken->{$_}, 'us') foreach @requests;
}

# What is sent is strict: the rules of a profile are asked, and none is needed.
sub measure_profiles
{
	my $taken = take_all(@_, [ prepared(\%call, @calls) ], map { my $call = $_; map { [ "${call}_$_", $call, "SET scimver.profile = $_;" ] } @profiles } @calls);

	figure("CPU of scim_$_->[0], strict input, profile entra / rfc", '<=', 1.05, [ ratios($taken->{"$_->[1]_entra"}, $taken->{"$_->[1]_rfc"}) ], '', 1)
		foreach [ create_user => 'enter' ], [ update_user => 'replace' ], [ patch_user => 'patch' ], [ list_users => 'filter' ];
}

sub measure_http
{
	my ($users, $turns, $count) = $quick ? (4000, 11, 320) : (20_000, 31, 1020);

	make_database('bench_http', $users, qw(users.sql employees.sql http.sql));
	measure_requests($turns, $count, $users);
	measure_profiles($turns, $count, $users);
	$database = 'postgres';
	sql('DROP DATABASE bench_http');
}

1;
