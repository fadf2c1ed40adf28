# What is read of a resource is of one moment: a user with its groups, a group with
# its members, a list with both, while others move users from group to group and
# give groups other names.  A user's displayName always says the name of the one
# group that it is in, as each transaction leaves it; so an answer that says
# something else is a mix of two moments.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $clients = 8;
my $transactions = 500;			# of each client, on each storage
my ($users, $groups) = (6, 3);	# id(1) ... and id(101) ...

my $node = PostgreSQL::Test::Cluster->new('one_snapshot');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nautovacuum = off");
$node->start;

my $tables = qq{
	INSERT INTO groups (id, data) SELECT id(100 + n), jsonb_build_object('displayName', 'g' || n) FROM generate_series(1, $groups) n;
	INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n, 'displayName', 'u' || n || ' of g1') FROM generate_series(1, $users) n;
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT id(101), 'User', id(n) FROM generate_series(1, $users) n;
	CREATE TABLE seen (what text, agrees boolean, answer jsonb);
	CREATE TABLE written (what text);
	CREATE SEQUENCE fresh;

	-- Writers come one after the other, readers when they like: each statement of
	-- theirs sees all that was committed, as they are in READ COMMITTED.
	CREATE FUNCTION name_of(place int) RETURNS text LANGUAGE sql AS
		\$\$ SELECT scim_get_group(id(place)::text, attributes => '{displayName}') ->> 'displayName' \$\$;
	CREATE FUNCTION to_name(name text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
		\$\$ SELECT jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', name)) \$\$;
	CREATE FUNCTION move_by_sql(person int, place int) RETURNS void LANGUAGE plpgsql AS \$\$
	BEGIN
		PERFORM pg_advisory_xact_lock(1);
		UPDATE groups_members SET group_id = id(place) WHERE member_id = id(person);
		UPDATE users SET data = data || jsonb_build_object('displayName', 'u' || person || ' of ' || name_of(place)) WHERE id = id(person);
		INSERT INTO written VALUES ('move_by_sql');
	END \$\$;
	CREATE FUNCTION move_by_call(person int, place int) RETURNS void LANGUAGE plpgsql AS \$\$
	BEGIN
		PERFORM pg_advisory_xact_lock(1);
		PERFORM scim_patch_user(id(person)::text, to_name('u' || person || ' of ' || name_of(place)));
		PERFORM scim_remove_members(group_id::text, ARRAY[id(person)::text]) FROM groups_members WHERE member_id = id(person);
		PERFORM scim_add_members(id(place)::text, ARRAY[id(person)::text]);
		INSERT INTO written VALUES ('move_by_call');
	END \$\$;
	CREATE FUNCTION rename(person int, place int) RETURNS void LANGUAGE plpgsql AS \$\$
	DECLARE
		name text;
	BEGIN
		PERFORM pg_advisory_xact_lock(1);
		name := 'g' || place || ' ' || nextval('fresh');
		PERFORM scim_patch_user(u ->> 'value', to_name(split_part(u ->> 'display', ' ', 1) || ' of ' || name))
			FROM jsonb_array_elements(scim_get_group(id(place)::text) -> 'members') u;
		PERFORM scim_patch_group(id(place)::text, to_name(name));
		INSERT INTO written VALUES ('rename');
	END \$\$;

	-- What must be true of an answer.
	CREATE FUNCTION user_agrees(u jsonb) RETURNS boolean LANGUAGE sql AS \$\$
		SELECT count(*) = 1 AND bool_and(u ->> 'displayName' = (u ->> 'userName') || ' of ' || (g ->> 'display')) FROM jsonb_array_elements(u -> 'groups') g \$\$;
	CREATE FUNCTION group_agrees(g jsonb) RETURNS boolean LANGUAGE sql AS \$\$
		SELECT g ? 'displayName' AND count(*) = count(*) FILTER (WHERE split_part(m ->> 'display', ' of ', 2) = g ->> 'displayName') FROM jsonb_array_elements(g -> 'members') m \$\$;
	-- of a list of all users: each is there, and who is in the same group says so
	CREATE FUNCTION users_agree(page jsonb) RETURNS boolean LANGUAGE sql AS \$\$
		SELECT count(*) = $users AND bool_and(user_agrees(u)) AND count(DISTINCT u #>> '{groups,0,value}') = count(DISTINCT u #>> '{groups,0,display}')
			FROM jsonb_array_elements(page -> 'Resources') u \$\$;
	-- of all groups: each user is in one of them
	CREATE FUNCTION groups_agree(page jsonb) RETURNS boolean LANGUAGE sql AS \$\$
		SELECT count(*) = $groups AND bool_and(group_agrees(g)) AND sum(jsonb_array_length(coalesce(g -> 'members', '[]'))) = $users
			FROM jsonb_array_elements(page -> 'Resources') g \$\$;
	-- of those that a filter finds, whatever it says of them
	CREATE FUNCTION found_agree(page jsonb, place text) RETURNS boolean LANGUAGE sql AS \$\$
		SELECT (page ->> 'totalResults')::int = count(*) FILTER (WHERE user_agrees(u) AND u #>> '{groups,0,value}' = place) FROM jsonb_array_elements(page -> 'Resources') u \$\$;
	CREATE FUNCTION tool(name text, arguments jsonb) RETURNS jsonb LANGUAGE sql AS
		\$\$ SELECT scim_call_tool(name, arguments)::jsonb -> 'content' \$\$;
};

# Readers: what each makes of its answer "a", and where that comes from.
my %readers = (
	get_user => [ 'user_agrees(a)', 'scim_get_user(id(:person)::text)' ],
	get_user_tool => [ 'user_agrees(a)', q{tool('scim_get_user', jsonb_build_object('user_id', id(:person)))} ],
	get_users => [ 'users_agree(a)', "(SELECT jsonb_build_object('Resources', jsonb_agg(scim_get_user(id(n)::text))) FROM generate_series(1, $users) n)" ],
	list_users => [ 'users_agree(a)', q{scim_list_users('userName sw "u"')} ],
	list_users_tool => [ 'users_agree(a)', q{tool('scim_list_users', '{"filter": "displayName co \" of \""}')} ],
	find_users => [ 'found_agree(a, id(:place)::text)', q{scim_list_users(format('groups.value eq "%s"', id(:place)))} ],
	find_users_tool => [ 'found_agree(a, id(:place)::text)', q{tool('scim_list_users', jsonb_build_object('filter', format('groups.value eq "%s"', id(:place))))} ],
	get_group => [ 'group_agrees(a)', 'scim_get_group(id(:place)::text)' ],
	get_group_tool => [ 'group_agrees(a)', q{tool('scim_get_group', jsonb_build_object('group_id', id(:place), 'attributes', '["displayName", "members"]'::jsonb))} ],
	list_groups => [ 'groups_agree(a)', 'scim_list_groups()' ],
	list_groups_tool => [ 'groups_agree(a)', q{tool('scim_list_groups', '{"attributes": ["displayName", "members"]}')} ]);

my $chosen = "\\set person random(1, $users)\n\\set place random(101, @{[100 + $groups]})\n";

sub reader
{
	my ($what, $level) = @_;
	my ($agrees, $answer) = @{ $readers{$what} };

	# several times in one statement: who took a snapshot for a part of an answer alone has several chances to be caught
	return "${chosen}BEGIN ISOLATION LEVEL $level;\n"
		. "INSERT INTO seen SELECT '$what, $level', $agrees, a FROM (SELECT $answer AS a FROM generate_series(1, 5) OFFSET 0) AS answer;\n"
		. "COMMIT;\n";
}

# Who asks twice: for the name of a user or of a group, and then for its groups or members.
my %naive = (
	naive_user => [ 'user_agrees', 'scim_get_user(id(:person)::text, attributes => %s)', '{userName,groups}' ],
	naive_group => [ 'group_agrees', 'scim_get_group(id(:place)::text, attributes => %s)', '{members}' ]);

sub naive
{
	my ($what, $level) = @_;
	my ($agrees, $call, $rest) = @{ $naive{$what} };
	my ($first, $second) = map { sprintf $call, "'$_'" } '{displayName}', $rest;

	return "${chosen}BEGIN ISOLATION LEVEL $level;\n"
		. "SELECT $first ->> 'displayName' AS name \\gset\n"
		. "INSERT INTO seen SELECT '$what, $level', $agrees(a), a FROM (SELECT $second || jsonb_build_object('displayName', :name::text) AS a OFFSET 0) AS answer;\n"
		. "COMMIT;\n";
}

foreach my $storage ('created', 'mapped')
{
	my %scripts = map { ("048_${storage}_$_\@8" => "${chosen}SELECT $_(:person, :place);\n") } qw(move_by_sql move_by_call rename);
	my %levels = (committed => 'READ COMMITTED', repeatable => 'REPEATABLE READ');

	foreach my $level (sort keys %levels)
	{
		$scripts{"048_${storage}_${_}_$level\@2"} = reader($_, $levels{$level}) foreach sort keys %readers;
		$scripts{"048_${storage}_${_}_$level\@4"} = naive($_, $levels{$level}) foreach sort keys %naive;
	}
	new_database($node, $storage, bare => 1);
	$node->safe_psql($storage, slurp_file("$FindBin::RealBin/../behaviour/$storage.sql"));
	$node->safe_psql($storage, $tables);
	$node->pgbench("-n -M extended -c $clients -j 2 -t $transactions --random-seed=7 $storage",
		0, [qr/actually processed: @{[$clients * $transactions]}\//], [qr/^/], "$storage: readers and writers", \%scripts);

	is($node->safe_psql($storage, q{SELECT string_agg(DISTINCT what, ' ' ORDER BY what) FROM written}), 'move_by_call move_by_sql rename',
		"$storage: writers of every kind were at work");
	my %mixes = map { split /\|/ } split /\n/, $node->safe_psql($storage, q{SELECT what, count(*) FILTER (WHERE agrees IS NOT TRUE) FROM seen GROUP BY what});
	is(scalar keys %mixes, 2 * (keys(%readers) + keys(%naive)), "$storage: so were readers of every kind");
	# a test that cannot fail is none
	cmp_ok(delete $mixes{"$_, READ COMMITTED"}, '>', 0, "$storage: $_, who asks in two statements, sees mixes") foreach sort keys %naive;
	is_deeply([ grep { $mixes{$_} } sort keys %mixes ], [], "$storage: nobody else does, nor who asks twice in one snapshot")
		or diag($node->safe_psql($storage, q{SELECT DISTINCT ON (what) what, answer FROM seen WHERE agrees IS NOT TRUE AND what !~ '^naive.*READ COMMITTED'}));
}

$node->stop;
done_testing();
