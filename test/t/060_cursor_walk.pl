# Walks by cursor over 20,000 users, and over them and 5,000 groups at once, while others
# insert, delete and update: nobody that stood all the time is missed or seen twice.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $users = 20_000;
my $groups = 5_000;
my $node = new_server('walk');

# Those who stay; about a quarter has no displayName, and half share one with many.
# Those who come and go ("guests") have names that fall in between.
$node->safe_psql('scim', qq{
	CREATE SEQUENCE guest;
	CREATE FUNCTION person(name text) RETURNS jsonb LANGUAGE sql VOLATILE AS \$\$
		SELECT jsonb_strip_nulls(jsonb_build_object('userName', name, 'title', 'x', 'displayName', CASE (random() * 2)::int WHEN 0 THEN NULL WHEN 1 THEN left(name, 2) ELSE upper(name) END)) \$\$;
	INSERT INTO users (data) SELECT person(md5(i::text) || '-stays') FROM generate_series(1, $users) AS i;
	INSERT INTO users (data) SELECT person(md5(nextval('guest')::text) || '-guest') FROM generate_series(1, 2000) AS i;
	INSERT INTO groups (data) SELECT jsonb_build_object('displayName', left(md5(i::text), 3)) FROM generate_series(1, $groups) AS i;
	CREATE TABLE stays AS SELECT id::text, data ->> 'displayName' IS NULL AS unnamed, true AS is_user FROM users WHERE user_name LIKE '%-stays'
		UNION ALL SELECT id::text, false, false FROM groups;
	CREATE TABLE seen (walk int, page int, id text);
	CREATE INDEX ON seen (walk, id);

	-- each page is a statement with a snapshot of its own; a guest at its end is
	-- deleted, so that the next page begins after nobody, and so are guests at its
	-- beginning, so that who counts from the first user misses some
	CREATE FUNCTION walk(walk int, sort_by text, sort_order text, size int, filter text, by_cursor boolean, search boolean DEFAULT false) RETURNS int LANGUAGE plpgsql VOLATILE AS \$\$
	DECLARE
		answer jsonb;
		cursor text := CASE WHEN by_cursor THEN '' END;
		page int := 0;
	BEGIN
		LOOP
			answer := CASE WHEN search THEN
				scim_search(jsonb_strip_nulls(jsonb_build_object('schemas', jsonb_build_array('urn:ietf:params:scim:api:messages:2.0:SearchRequest'),
					'filter', filter, 'sortBy', sort_by, 'sortOrder', sort_order, 'count', size, 'cursor', cursor, 'startIndex', 1 + page * size, 'attributes', ARRAY['id'])))
			ELSE scim_list_users(filter => filter, sort_by => sort_by, sort_order => sort_order, count => size, cursor => cursor,
				start_index => 1 + CASE WHEN by_cursor THEN 0 ELSE page * size END, attributes => '{id}') END;
			INSERT INTO seen SELECT walk, page, e ->> 'id' FROM jsonb_array_elements(answer -> 'Resources') e;
			EXIT WHEN CASE WHEN by_cursor THEN NOT answer ? 'nextCursor' ELSE (answer ->> 'itemsPerPage')::int < size END;
			cursor := answer ->> 'nextCursor';
			page := page + 1;
			ASSERT page < 1000, 'the walk has no end';
			DELETE FROM users WHERE user_name LIKE '%-guest' AND id IN ((answer -> 'Resources' -> -1 ->> 'id')::uuid,
				(answer -> 'Resources' -> 0 ->> 'id')::uuid, (answer -> 'Resources' -> 1 ->> 'id')::uuid, (answer -> 'Resources' -> 2 ->> 'id')::uuid);
		END LOOP;
		RETURN page + 1;
	END \$\$;
	ANALYZE;
});

# What was wrong with a walk: those of who should be in it, missed, and any that was seen twice.
sub judge
{
	my ($walk, $wanted) = @_;
	return $node->safe_psql('scim', qq{
		SELECT (SELECT count(*) FROM stays WHERE $wanted AND NOT EXISTS (SELECT FROM seen WHERE walk = $walk AND seen.id = stays.id)),
			(SELECT count(*) FROM (SELECT id FROM seen WHERE walk = $walk GROUP BY id HAVING count(*) > 1) AS twice)});
}

# Others, so many times a second, until the walks have ended.
sub churn
{
	my ($name, $rate, $script) = @_;
	my $file = $node->basedir . "/$name.sql";

	append_to_file($file, $script);
	my ($out, $err) = ('', '');
	return IPC::Run::start([ 'pgbench', '--no-vacuum', '--client=2', "--rate=$rate", '--time=300', '--file', $file, $node->connstr('scim') ], '>', \$out, '2>', \$err);
}

my @churn = (
	churn('insert', 100, q{INSERT INTO users (data) SELECT person(md5(nextval('guest')::text) || '-guest') FROM generate_series(1, 4);}),
	churn('delete', 150, q{DELETE FROM users WHERE id IN (SELECT id FROM users WHERE user_name > (SELECT md5(random()::text)) AND user_name LIKE '%-guest' ORDER BY user_name LIMIT 4);}),
	churn('update', 100, q{UPDATE users SET data = data || jsonb_build_object('title', random()::text) WHERE id IN (SELECT id FROM users WHERE user_name > (SELECT md5(random()::text)) ORDER BY user_name LIMIT 4);}));

my $before = $node->safe_psql('scim', 'SELECT last_value FROM guest');
my $walk = 0;
foreach my $case (
	[ 'userName', 'ascending', 500, undef, 'is_user' ], [ 'userName', 'descending', 317, undef, 'is_user' ],
	[ 'displayName', 'ascending', 211, undef, 'is_user' ], [ 'displayName', 'descending', 500, undef, 'is_user' ],
	[ 'id', 'ascending', 100, undef, 'is_user' ], [ undef, undef, 500, undef, 'is_user' ],
	[ 'meta.created', 'descending', 500, undef, 'is_user' ],
	[ 'userName', 'ascending', 100, 'userName ew "-stays" and not (displayName pr)', 'unnamed' ],
	[ 'displayName', 'ascending', 317, undef, 'true', 'search' ], [ 'displayName', 'descending', 500, undef, 'true', 'search' ],
	[ 'id', 'ascending', 500, undef, 'true', 'search' ], [ undef, undef, 500, undef, 'true', 'search' ],
	[ 'userName', 'descending', 500, 'userName ew "-stays" and not (displayName pr)', 'unnamed', 'search' ])
{
	my ($sort_by, $sort_order, $size, $filter, $wanted, $search) = @$case;
	my $name = join ' ', map { $_ // 'nothing' } $sort_by, $sort_order, "count $size", 'filter', $filter, $search // 'list';
	my @sql = map { defined $_ ? "'$_'" : 'NULL' } $sort_by, $sort_order, $size, $filter;

	$walk++;
	my $pages = $node->safe_psql('scim', "SELECT walk($walk, $sql[0], $sql[1], $size, $sql[3], true, " . ($search ? 'true' : 'false') . ')');
	my $stay = $node->safe_psql('scim', "SELECT count(*) FROM stays WHERE $wanted");
	cmp_ok($pages, '>=', $stay / $size, "$name: pages");
	is(judge($walk, $wanted), '0|0', '... nobody missed, nobody twice');
}

# A test that cannot fail is none.
$node->safe_psql('scim', "SELECT walk(99, 'userName', 'ascending', 500, NULL, false)");
isnt(judge(99, 'is_user'), '0|0', 'by start_index, some are missed');

cmp_ok($node->safe_psql('scim', 'SELECT last_value FROM guest') - $before, '>', 1000, 'others were at work all the time');
foreach my $run (@churn)
{
	ok($run->pumpable, 'they had no error');
	$run->kill_kill(grace => 5);
}
is($node->safe_psql('scim', 'SELECT count(*) FROM users JOIN stays ON users.id::text = stays.id'), $users, 'who stays is there');
done_testing();
