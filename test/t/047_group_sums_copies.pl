# Groups whose table has no columns for count and digest of their members, in
# other places: on a subscriber, which has the tables of the application and
# nothing else, and after a dump and restore.  Versions are equal everywhere.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $tables = q{
	CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
	CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
	CREATE TABLE joins (person int REFERENCES people ON DELETE CASCADE, team int REFERENCES teams ON DELETE CASCADE, PRIMARY KEY (person, team));
	CREATE INDEX ON joins (team);
};
my $rows = q{
	INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 30) n;
	INSERT INTO teams (id, name) SELECT n, 'team ' || n FROM generate_series(101, 106) n;
	INSERT INTO joins SELECT p, t FROM generate_series(1, 20) p, generate_series(101, 105) t WHERE (p * t) % 3 > 0;
};
my %shapes = (
	plain => [ '', '' ],
	versioned => [ 'ALTER TABLE teams ADD version text, ADD revision int;', '"version": "version", "revision": "revision",' ],
	revised => [ 'ALTER TABLE teams ADD revision int, ADD changed timestamptz;', '"revision": "revision", "lastModified": "changed",' ]);

# What the application does; nothing of it knows of scimver.
my @application = (
	memberships => q{
		INSERT INTO joins SELECT n, 106 FROM generate_series(1, 9) n;
		DELETE FROM joins WHERE person BETWEEN 5 AND 9;
		UPDATE joins SET team = 106 WHERE team = 101 AND person = 11;
		WITH gone AS (DELETE FROM joins WHERE team = 102 AND person < 4), come AS (INSERT INTO joins VALUES (25, 102), (26, 102)) SELECT;
	},
	groups => q{
		UPDATE teams SET name = 'renamed' WHERE id = 103;
		INSERT INTO teams (id, name) VALUES (107, 'new');
		INSERT INTO joins VALUES (1, 107), (2, 107);
		BEGIN;
		DELETE FROM teams WHERE id = 104;
		INSERT INTO teams (id, name) VALUES (104, 'anew');
		INSERT INTO joins VALUES (3, 104);
		COMMIT;
		DELETE FROM teams WHERE id = 105;
		DELETE FROM people WHERE id = 2;
	});

my $publisher = PostgreSQL::Test::Cluster->new('sums_publisher');
my $subscriber = PostgreSQL::Test::Cluster->new('sums_subscriber');
foreach my $node ($publisher, $subscriber)
{
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', 'fsync = off');
	$node->start;
}

sub registration
{
	my ($shape, $options) = @_;
	my ($columns, $mapping) = @{ $shapes{$shape} };

	return qq{
		SET client_min_messages = warning;
		$columns
		SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}', '$options');
		SELECT scim_register_table('teams', 'Group', '{"id": "id", $mapping "attributes": {"displayName": "name"}}', '$options');
		SELECT scim_register_members('joins', 'team', 'person', '$options');
	};
}

sub subscribe
{
	my ($database, $name) = @_;
	my $connection = $publisher->connstr($database);

	$publisher->safe_psql($database, "CREATE PUBLICATION $name FOR TABLE people, teams, joins");
	$subscriber->safe_psql($database, "CREATE SUBSCRIPTION $name CONNECTION \$\$$connection\$\$ PUBLICATION $name");
	$subscriber->wait_for_subscription_sync($publisher, $name, $database);
}

# Groups as clients read them, and what is stored of them.
sub groups
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, q{SET timezone = 'UTC'; SELECT scim_get_group(id::text), to_jsonb(t) FROM teams t ORDER BY id});
}

sub is_right
{
	my ($node, $database, $name) = @_;

	is($node->safe_psql($database, q{
			SELECT t.id, v, j FROM teams t, to_jsonb(t) j, scim_get_group(t.id::text) g, CAST(g #>> '{meta,version}' AS text) v
			WHERE v IS DISTINCT FROM scim_version(g) OR (j ? 'version' AND v IS DISTINCT FROM j ->> 'version');
			SELECT problem, resource_id, detail FROM scim_check_table('teams') WHERE problem NOT IN ('limit', 'index');
		}), '', "$name: versions are right, and the check finds nothing");
}

# The copy has what the publisher has in the shape's database.
sub is_same
{
	my ($node, $database, $shape, $when) = @_;

	is(groups($node, $database), groups($publisher, $shape), "$database, $when: both have the same");
	is_right($node, $database, "$database, $when");
}

# Writes where the copy is: they begin where the original was.
sub goes_on
{
	my ($node, $database, $name) = @_;

	$node->safe_psql($database, q{
		INSERT INTO joins VALUES (21, 101), (21, 103), (22, 103);
		DELETE FROM joins WHERE team = 103 AND person = 10;
		SELECT scim_patch_group('102', '[{"op": "replace", "path": "displayName", "value": "patched"}]', scim_get_group('102') #>> '{meta,version}');
		SELECT scim_add_members('102', '{21,22}', scim_get_group('102') #>> '{meta,version}');
		UPDATE teams SET name = 'plain' WHERE id = 101;
	});
	is_right($node, $database, "$name, then written to");
	my ($code, $out, $err) = $node->psql($database, q{SELECT scim_delete_group('102', 'stale')});
	like($err, qr/VERSION_MISMATCH/, "$name: a stale version is refused");
}

# ---- published: what is stored comes along, what is computed is computed there ----

sub publish
{
	my ($shape) = @_;

	new_database($_, $shape, bare => 1) for ($publisher, $subscriber);
	$publisher->safe_psql($shape, $tables . registration($shape, '{}') . $rows);
	$subscriber->safe_psql($shape, $tables . registration($shape, '{}'));
	subscribe($shape, $shape);
	is_same($subscriber, $shape, $shape, 'first copy');
	for (my $i = 0; $i < @application; $i += 2)
	{
		$publisher->safe_psql($shape, $application[ $i + 1 ]);
		$publisher->wait_for_catchup($shape);
		is_same($subscriber, $shape, $shape, $application[$i]);
	}
}

# A subscriber that was in its publisher's place for a while, and is again what it was.
sub stand_in
{
	my ($shape) = @_;

	$subscriber->safe_psql($shape, qq{
		ALTER SUBSCRIPTION $shape DISABLE;
		INSERT INTO joins VALUES (30, 101), (30, 106);
		DELETE FROM joins WHERE person = 30;
		ALTER SUBSCRIPTION $shape ENABLE;
	});
	is_right($subscriber, $shape, "$shape, writes on the subscriber");
	$publisher->safe_psql($shape, q{INSERT INTO joins VALUES (27, 101), (27, 106); UPDATE teams SET name = 'later' WHERE id = 106});
	$publisher->wait_for_catchup($shape);
	is_same($subscriber, $shape, $shape, 'after writes on the subscriber');
	$subscriber->safe_psql($shape, "ALTER SUBSCRIPTION $shape DISABLE");
	goes_on($subscriber, $shape, "$shape, on the subscriber");
}

# ---- subscribed: the publisher has no scimver ----

sub follow
{
	my ($shape) = @_;
	my $database = "${shape}_followed";
	my $plain = q{TABLE people ORDER BY 1; SELECT id, name FROM teams ORDER BY 1; TABLE joins ORDER BY 1, 2};

	new_database($publisher, $database, empty => 1);
	new_database($subscriber, $database, bare => 1);
	$publisher->safe_psql($database, $tables . $rows);
	$subscriber->safe_psql($database, $tables . registration($shape, '{"subscribed": true}'));
	subscribe($database, $database);
	is_right($subscriber, $database, "$database, first copy");
	for (my $i = 0; $i < @application; $i += 2)
	{
		$publisher->safe_psql($database, $application[ $i + 1 ]);
		$publisher->wait_for_catchup($database);
		is($subscriber->safe_psql($database, $plain), $publisher->safe_psql($database, $plain), "$database, $application[$i]: both have the same");
		is_right($subscriber, $database, "$database, $application[$i]");
	}
}

# ---- dumped and restored ----

my $folder = PostgreSQL::Test::Utils::tempdir();

sub restore
{
	my ($shape, $way, @options) = @_;
	my $database = "${shape}_$way";
	my $file = "$folder/$database.sql";

	new_database($publisher, $database, empty => 1);
	$publisher->command_ok([ 'pg_dump', '--no-publications', @options, '-f', $file, $publisher->connstr($shape) ], "$database: pg_dump");
	$publisher->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $publisher->connstr($database), '-f', $file ], "$database: psql");
	is_same($publisher, $database, $shape, 'restored');
	goes_on($publisher, $database, $database);
}

foreach my $shape (sort keys %shapes)
{
	publish($shape);
	stand_in($shape);
	restore($shape, 'copied');
	restore($shape, 'inserted', '--inserts');
	follow($shape);
}

done_testing();
