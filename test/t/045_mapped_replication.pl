# Tables that people had already, in other places: published to a subscriber
# that has the stored values, subscribed from a publisher that has no scimver,
# dumped and restored.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $tables = q{
	CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE, mail text, status text NOT NULL DEFAULT 'A', updated timestamptz);
	CREATE TABLE teams (id text PRIMARY KEY, title text NOT NULL);
	CREATE TABLE teams_people (team text REFERENCES teams ON UPDATE CASCADE ON DELETE CASCADE, person int REFERENCES people ON DELETE CASCADE,
		PRIMARY KEY (team, person));
};
my $columns = q{
	ALTER TABLE people ADD version text, ADD revision bigint;
	ALTER TABLE teams ADD version text, ADD revision bigint, ADD members bigint, ADD digest bytea;
};
my $people = q{
	INSERT INTO people (id, login, mail) SELECT i, 'p' || i, 'p' || i || '@example.com' FROM generate_series(1, 100) AS i;
	INSERT INTO teams (id, title) SELECT 't' || i, 'Team ' || i FROM generate_series(1, 9) AS i;
	INSERT INTO teams_people SELECT 't' || (1 + i * k % 9), i FROM generate_series(1, 100) AS i, generate_series(1, 3) AS k ON CONFLICT DO NOTHING;
};

sub registration
{
	my ($options, $state) = @_;

	return qq{
		SELECT scim_register_table('people', 'User', '{"id": "id", "version": "version", "revision": "revision", "lastModified": "updated",
			"attributes": {"userName": "login", "emails[type eq \\"work\\"].value": "mail",
				"active": {"column": "status", "values": {"A": true, "D": false}}}}', '$options');
		SELECT scim_register_table('teams', 'Group', '{"id": "id", "version": "version", "revision": "revision",
			"attributes": {"displayName": "title"}}'::jsonb || '$state', '$options');
		SELECT scim_register_members('teams_people', 'team', 'person', '$options');
	};
}
my $state_columns = '{"memberCount": "members", "memberDigest": "digest"}';

# All that is stored.
sub stored
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, q{
		SET timezone = 'UTC';
		SELECT id, login, mail, status, updated, version, revision FROM people ORDER BY id;
		SELECT id, title, version, revision FROM teams ORDER BY id;
		SELECT team, person FROM teams_people ORDER BY 1, 2;
	});
}

# What a client reads has the version that is stored, everywhere.
sub is_right
{
	my ($node, $database, $name) = @_;

	is($node->safe_psql($database, q{
			SELECT 'person', id FROM people WHERE version IS DISTINCT FROM scim_version(scim_get_user(id::text));
			SELECT 'team', id FROM teams WHERE version IS DISTINCT FROM scim_version(scim_get_group(id));
		}), '', "$name: every version is that of its resource");
}

# Statements of an application; nothing of them knows of scimver.
my @application = (
	users => q{
		UPDATE people SET mail = 'new' || id || '@example.com' WHERE id % 7 = 0;
		UPDATE people SET status = 'D', updated = now() WHERE id % 10 = 0;
		UPDATE people SET login = login;
		INSERT INTO people (id, login) VALUES (1001, 'new');
		DELETE FROM people WHERE id = 99;
	},
	memberships => q{
		INSERT INTO teams_people SELECT 't9', id FROM people WHERE id < 20 ON CONFLICT DO NOTHING;
		DELETE FROM teams_people WHERE person BETWEEN 20 AND 30;
		UPDATE teams_people SET team = 't1' WHERE team = 't2' AND person = 1;
		UPDATE teams_people SET person = 1001 WHERE team = 't3' AND person = 2;
	},
	groups => q{
		UPDATE teams SET title = 'Renamed' WHERE id = 't4';
		UPDATE teams SET id = 't40' WHERE id = 't4';
		INSERT INTO teams VALUES ('t50', 'Fifty');
		INSERT INTO teams_people VALUES ('t50', 1), ('t50', 3);
		DELETE FROM teams WHERE id = 't5';
	});

# ---- published: the stored values come along ----

my $publisher = PostgreSQL::Test::Cluster->new('publisher');
$publisher->init(allows_streaming => 'logical');
$publisher->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
# groups are not copied beside memberships, which would not be seen (docs/existing-tables.md, Limits)
$subscriber->append_conf('postgresql.conf', 'max_sync_workers_per_subscription = 1');
$subscriber->start;

sub subscribe
{
	my ($database, $name) = @_;
	my $connection = $publisher->connstr($database);

	$publisher->safe_psql($database, "CREATE PUBLICATION $name FOR TABLE people, teams, teams_people");
	$subscriber->safe_psql($database, "CREATE SUBSCRIPTION $name CONNECTION \$\$$connection\$\$ PUBLICATION $name");
	$subscriber->wait_for_subscription_sync($publisher, $name, $database);
}

new_database($_, 'published', bare => 1) for ($publisher, $subscriber);
$publisher->safe_psql('published', $tables . $columns . registration('{}', $state_columns) . $people);
$subscriber->safe_psql('published', $tables . $columns . registration('{}', $state_columns));
subscribe('published', 'published');
is(stored($subscriber, 'published'), stored($publisher, 'published'), 'published: the first copy is the same');
is_right($subscriber, 'published', 'published, first copy');

for (my $i = 0; $i < @application; $i += 2)
{
	$publisher->safe_psql('published', $application[ $i + 1 ]);
	$publisher->wait_for_catchup('published');
	is_right($publisher, 'published', "published, $application[$i], where they were written");
	is(stored($subscriber, 'published'), stored($publisher, 'published'), "published, $application[$i]: both have the same");
	is_right($subscriber, 'published', "published, $application[$i], on the subscriber");
}
$publisher->safe_psql('published', q{
	SELECT scim_patch_user('3', '[{"op": "replace", "path": "userName", "value": "called"}]', (SELECT version FROM people WHERE id = 3));
	SELECT scim_patch_group('t1', '[{"op": "add", "path": "members", "value": [{"value": "1001"}]}]');
});
$publisher->wait_for_catchup('published');
is(stored($subscriber, 'published'), stored($publisher, 'published'), 'published, calls: both have the same');
is_right($subscriber, 'published', 'published, calls');

# the subscriber goes on by itself
$subscriber->safe_psql('published', 'ALTER SUBSCRIPTION published DISABLE');
my $revision = $subscriber->safe_psql('published', 'SELECT revision FROM people WHERE id = 5');
$subscriber->safe_psql('published', q{
	UPDATE people SET mail = 'here@example.com' WHERE id = 5;
	INSERT INTO teams_people SELECT 't6', id FROM people ON CONFLICT DO NOTHING;
});
is($subscriber->safe_psql('published', 'SELECT revision FROM people WHERE id = 5'), $revision + 1, 'its own writes move the revision on');
is_right($subscriber, 'published', 'writes on the subscriber');

# ---- subscribed: the publisher has no scimver ----

new_database($_, 'plain', empty => 1) for ($publisher, $subscriber);
$publisher->safe_psql('plain', $tables . $people);
$subscriber->safe_psql('plain', q{SET client_min_messages = warning; CREATE EXTENSION scimver CASCADE});
$subscriber->safe_psql('plain', $tables . $columns . registration('{"subscribed": true}', $state_columns));
subscribe('plain', 'plain');
my $unlike = q{SELECT id, login, mail, status FROM people ORDER BY id; SELECT id, title FROM teams ORDER BY id; SELECT * FROM teams_people ORDER BY 1, 2};
is($subscriber->safe_psql('plain', $unlike), $publisher->safe_psql('plain', $unlike), 'subscribed: the first copy is the same');
is_right($subscriber, 'plain', 'subscribed, first copy');
for (my $i = 0; $i < @application; $i += 2)
{
	$publisher->safe_psql('plain', $application[ $i + 1 ]);
	$publisher->wait_for_catchup('plain');
	is($subscriber->safe_psql('plain', $unlike), $publisher->safe_psql('plain', $unlike), "subscribed, $application[$i]: both have the same");
	is_right($subscriber, 'plain', "subscribed, $application[$i]");
}

# ---- dumped and restored ----

my $folder = PostgreSQL::Test::Utils::tempdir();

sub restored
{
	my ($database, $name, @options) = @_;

	new_database($publisher, "${database}_again", empty => 1);
	$publisher->command_ok([ 'pg_dump', @options, '-f', "$folder/$name.sql", $publisher->connstr($database) ], "$name: pg_dump");
	$publisher->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $publisher->connstr("${database}_again"), '-f', "$folder/$name.sql" ],
		"$name: psql");
	my $triggers = q{SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1};
	is($publisher->safe_psql("${database}_again", $triggers), $publisher->safe_psql($database, $triggers), "$name: the registration is the same");
	is(stored($publisher, "${database}_again"), stored($publisher, $database), "$name: so is all that is stored");
	is_right($publisher, "${database}_again", $name);
	$publisher->safe_psql("${database}_again", $application[1] =~ s/\(1001, 'new'\)/(1002, 'newer')/r);
	$publisher->safe_psql("${database}_again", $application[3]);
	is_right($publisher, "${database}_again", "$name, then written to");
	my ($code, $out, $err) = $publisher->psql("${database}_again", q{SELECT scim_update_user('3', '{"userName": "x", "active": true}', 'stale')});
	like($err, qr/VERSION_MISMATCH/, "$name: a stale version is refused");
}

restored('published', 'columns', '--no-publications');
# counts and digests that stand in scimver's own table
new_database($publisher, 'state', bare => 1);
$publisher->safe_psql('state', $tables . q{ALTER TABLE people ADD version text, ADD revision bigint; ALTER TABLE teams ADD version text, ADD revision bigint;}
	. registration('{}', '{}') . $people . $application[1] . $application[3]);
is_right($publisher, 'state', 'in the state table, what is dumped');
restored('state', 'state');
$publisher->safe_psql('postgres', 'DROP DATABASE state_again');
restored('state', 'inserts', '--inserts');

done_testing();
