# A storm on groups whose table has no columns for count and digest of their
# members: memberships by plain SQL, members by functions and tools on condition
# of a version, names, groups that go and come again with the same id, in READ
# COMMITTED and REPEATABLE READ.  Each client notes what it was told was done;
# afterwards that is what there is.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $clients = 8;
my $transactions = 200;			# of each client, in each database
my %shapes = (
	plain => [ '', '' ],
	versioned => [ 'version text, revision int', '"version": "version", "revision": "revision",' ],
	revised => [ 'revision int, changed timestamptz', '"revision": "revision", "lastModified": "changed",' ]);

my $node = PostgreSQL::Test::Cluster->new('group_sums');
$node->init;
$node->append_conf('postgresql.conf', "deadlock_timeout = '20ms'\nfsync = off\nscimver.max_attempts = 0");
$node->start;

# People up to 20 come and go by plain SQL; each one above 1000 is put into one
# group once, by a call on condition of a version, so that no version comes again.
my $tables = q{
	CREATE TABLE people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
	CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
	CREATE TABLE joins (person int, team int, PRIMARY KEY (person, team));
	CREATE INDEX ON joins (team);
	INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 20) n UNION ALL SELECT n, 'p' || n FROM generate_series(1001, 4000) n;
};
my $keys = q{
	ALTER TABLE joins ADD FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE, ADD FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE;
};

# What was done, in the transaction that did it: "moves" are effective statements
# since the group came, "lives" how many they were when it went, "kept" the members
# above 1000, "acks" the versions on condition of which something was done.  What
# each client was told is in "told".
my $writers = q{
	CREATE SEQUENCE fresh;
	CREATE TABLE moves (team int);
	CREATE TABLE lives (team int, revision int, moves int);
	CREATE TABLE kept (team int, person int);
	CREATE TABLE acks (team int, expected text);
	CREATE TABLE told (what text, outcome text);

	CREATE FUNCTION version_of(team int) RETURNS text LANGUAGE sql AS
		$$ SELECT scim_get_group(team::text) #>> '{meta,version}' $$;

	-- plain SQL: some members, of which some are there; some that go; one in place of another
	CREATE FUNCTION come(team int, first int, number int) RETURNS text LANGUAGE sql AS $$
		WITH came AS (INSERT INTO joins SELECT first + n, team FROM generate_series(0, number) n ON CONFLICT DO NOTHING RETURNING 1)
		INSERT INTO moves SELECT team WHERE EXISTS (SELECT FROM came);
		SELECT 'done' $$;
	CREATE FUNCTION go(team int, first int, number int) RETURNS text LANGUAGE sql AS $$
		WITH gone AS (DELETE FROM joins j WHERE j.team = $1 AND person BETWEEN first AND first + number RETURNING 1)
		INSERT INTO moves SELECT team WHERE EXISTS (SELECT FROM gone);
		SELECT 'done' $$;
	CREATE FUNCTION swap(team int, first int, number int) RETURNS text LANGUAGE sql AS $$
		WITH swapped AS (UPDATE joins j SET person = first + number WHERE j.team = $1 AND person = first RETURNING 1)
		INSERT INTO moves SELECT team WHERE EXISTS (SELECT FROM swapped);
		SELECT 'done' $$;

	-- the group's row: another name, or the same
	CREATE FUNCTION rename(team int, first int, number int) RETURNS text LANGUAGE sql AS $$
		UPDATE teams SET name = name WHERE id = team;
		WITH named AS (UPDATE teams SET name = 'named ' || nextval('fresh') WHERE id = team RETURNING 1)
		INSERT INTO moves SELECT team FROM named;
		SELECT 'done' $$;

	-- a group goes, and another comes with its id: at once, or when it is missed
	CREATE FUNCTION add_group(team int, first int, number int) RETURNS text LANGUAGE sql AS $$
		INSERT INTO teams (id, name) SELECT team, 'new ' || nextval('fresh') ON CONFLICT (id) DO NOTHING;
		SELECT 'done' $$;
	CREATE FUNCTION renew(team int, first int, number int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		expected text := version_of(team);
		revision int;
	BEGIN
		IF number % 2 = 0 THEN
			DELETE FROM teams t WHERE id = team RETURNING (to_jsonb(t) ->> 'revision')::int INTO revision;
			IF NOT FOUND THEN
				RETURN 'missed';
			END IF;
		ELSE
			PERFORM scim_delete_group(team::text, expected);
			INSERT INTO acks VALUES (team, expected);
		END IF;
		WITH gone AS (DELETE FROM moves m WHERE m.team = $1 RETURNING 1)
		INSERT INTO lives SELECT team, revision, count(*) FROM gone HAVING revision IS NOT NULL;
		DELETE FROM kept k WHERE k.team = $1;
		IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'joins'::regclass AND contype = 'f') THEN
			PERFORM add_group(team, first, number);
		END IF;
		RETURN 'done';
	END $$;

	-- on condition of a version, each something different
	CREATE FUNCTION put(team int, first int, number int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		expected text := version_of(team);
		n int := nextval('fresh');
	BEGIN
		PERFORM scim_update_group(team::text, jsonb_build_object('displayName', 'put ' || n,
			'members', jsonb_build_array(jsonb_build_object('value', first::text), jsonb_build_object('value', (1000 + n)::text))), expected);
		INSERT INTO acks VALUES (team, expected);
		INSERT INTO moves VALUES (team);
		DELETE FROM kept k WHERE k.team = $1;
		INSERT INTO kept VALUES (team, 1000 + n);
		RETURN 'done';
	END $$;
	CREATE FUNCTION modify(team int, first int, number int) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		expected text := version_of(team);
		n int := nextval('fresh');
		answer jsonb := scim_call_tool('scim_modify_group_members', jsonb_build_object('group_id', team::text, 'expected_version', expected,
			'add', jsonb_build_array((1000 + n)::text), 'remove', jsonb_build_array(first::text)));
	BEGIN
		IF NOT (answer ->> 'success')::bool THEN
			RETURN answer #>> '{content,error_code}';
		END IF;
		INSERT INTO acks VALUES (team, expected);
		INSERT INTO moves VALUES (team);
		INSERT INTO kept VALUES (team, 1000 + n);
		RETURN 'done';
	END $$;

	-- what may happen to a writer; anything else ends the client
	CREATE FUNCTION attempt(what text, team int, first int, number int) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		outcome text;
	BEGIN
		BEGIN
			EXECUTE format('SELECT %I($1, $2, $3)', what) INTO outcome USING team, first, number;
		EXCEPTION WHEN SQLSTATE 'PT412' OR SQLSTATE 'PT404' OR serialization_failure OR deadlock_detected OR foreign_key_violation OR unique_violation THEN
			outcome := sqlstate;
		END;
		INSERT INTO told VALUES (what, outcome);
	END $$;
};

# One transaction of a client.
sub script
{
	my ($what) = @_;

	return qq{
\\set team random(1, 4)
\\set first random(1, 15)
\\set number random(1, 4)
\\set level random(1, 4)
\\if :level = 1
BEGIN ISOLATION LEVEL REPEATABLE READ;
\\else
BEGIN;
\\endif
SELECT attempt('$what', :team, :first, :number);
COMMIT;
};
}

my %weights = (come => 6, go => 4, swap => 3, rename => 4, renew => 2, add_group => 2, put => 6, modify => 6);

sub fill_database
{
	my ($database, $shape, $foreign_keys) = @_;
	my ($columns, $mapping) = @{ $shapes{$shape} };

	new_database($node, $database, bare => 1);
	$node->safe_psql($database, $tables . ($foreign_keys ? $keys : '') . join('', map { "ALTER TABLE teams ADD $_;" } split(/, /, $columns)) . qq{
		SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
		SELECT scim_register_table('teams', 'Group', '{"id": "id", $mapping "attributes": {"displayName": "name"}}');
		SELECT scim_register_members('joins', 'team', 'person');
		INSERT INTO teams (id, name) SELECT n, 'team ' || n FROM generate_series(1, 4) n;
	} . $writers);
}

# All of it is there, and nothing else.
sub is_counted
{
	my ($database, $name) = @_;

	is($node->safe_psql($database, q{SELECT problem, resource_id, detail FROM scim_check_table('teams') WHERE problem NOT IN ('limit', 'index')}),
		'', "$name: the check finds nothing");
	is($node->safe_psql($database, q{
			SELECT t.id, v, j FROM teams t, to_jsonb(t) j, scim_get_group(t.id::text) g, CAST(g #>> '{meta,version}' AS text) v
			WHERE v IS DISTINCT FROM scim_version(g) OR (j ? 'version' AND v IS DISTINCT FROM j ->> 'version')}),
		'', "$name: versions are those of what is shown, and the stored ones");
	is($node->safe_psql($database, q{
			SELECT j ->> 'id', j ->> 'revision', count(m) FROM teams t CROSS JOIN to_jsonb(t) j LEFT JOIN moves m ON m.team = t.id
			WHERE j ? 'revision' GROUP BY j HAVING (j ->> 'revision')::int <> 1 + count(m)
			UNION ALL SELECT 'gone ' || team, revision::text, moves FROM lives WHERE revision <> 1 + moves}),
		'', "$name: revisions are what was acknowledged");
	is($node->safe_psql($database, q{
			(TABLE kept EXCEPT SELECT team, person FROM joins) UNION ALL (SELECT team, person FROM joins WHERE person > 1000 EXCEPT TABLE kept)}),
		'', "$name: no member that was acknowledged is lost, and none is there that was not");
	is($node->safe_psql($database, 'SELECT team, expected, count(*) FROM acks GROUP BY 1, 2 HAVING count(*) > 1'),
		'', "$name: one winner a version");
}

sub storm
{
	my ($shape, $foreign_keys) = @_;
	my $database = $shape . ($foreign_keys ? '_keys' : '');
	my $name = $shape . ($foreign_keys ? ', with foreign keys' : ', without foreign keys');

	fill_database($database, $shape, $foreign_keys);
	$node->pgbench("-n -c $clients -j 2 -t $transactions --random-seed=7 " . $database,
		0, [qr/actually processed: @{[$clients * $transactions]}\//], [qr/^/], "$name: the storm",
		{ map { ("046_${database}_$_\@$weights{$_}" => script($_)) } sort keys %weights });
	is($node->safe_psql($database, 'SELECT count(*) FROM told'), $clients * $transactions, "$name: every transaction was told something");
	is($node->safe_psql($database, q{SELECT DISTINCT what FROM told WHERE outcome = 'done' ORDER BY 1}), join("\n", sort keys %weights),
		"$name: writes of every kind succeeded");
	is($node->safe_psql($database, q{SELECT DISTINCT outcome FROM told WHERE outcome IN ('PT412', 'VERSION_MISMATCH') ORDER BY 1}),
		"PT412\nVERSION_MISMATCH", "$name: and stale ones were refused");
	is($node->safe_psql($database, q{SELECT DISTINCT outcome FROM told WHERE what = 'modify' AND outcome NOT IN ('done', 'VERSION_MISMATCH', 'GROUP_NOT_FOUND', 'RETRY_LATER', 'PT404')}),
		'', "$name: the tool's errors are those of the others");
	$node->safe_psql($database, 'SELECT add_group(n, 0, 0) FROM generate_series(1, 4) n');
	is_counted($database, $name);
}

storm('plain', 0);
storm('versioned', 0);
storm('versioned', 1);
storm('revised', 1);

done_testing();
