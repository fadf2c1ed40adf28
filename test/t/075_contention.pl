# What scim_contention foretells comes true: of resources that four writers write at a
# Poisson rate, the history is put in as it would be, and what comes then is counted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

# Resources of each rate: their mean says what the forecast is worth.
my $resources = 400;

my $node = new_server('contention', conf => "autovacuum = off\nfsync = off\n");
my $session = $node->background_psql('scim');
$session->query_safe(q{
	SELECT setseed(0.2);
	CREATE TABLE coming (id uuid, seconds float8, writer int);
	CREATE INDEX ON coming (id, seconds);
	-- users whose writes, so many a second, began so many seconds ago; created: so were they themselves
	CREATE FUNCTION live(prefix text, many int, rate float8, began float8, created boolean) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		start timestamptz := clock_timestamp() - make_interval(secs => began);
	BEGIN
		INSERT INTO users (id, data) SELECT md5(prefix || i)::uuid, jsonb_build_object('userName', prefix || i) FROM generate_series(1, many) i;
		DELETE FROM scim_history_rows WHERE operation = 'create';
		IF created THEN
			INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, actor)
				SELECT nextval('scim_history_seq'), pg_current_xact_id(), start, 'default', 'User', md5(prefix || i)::uuid, 'create', 'AAAAAAAAAAA=', current_user FROM generate_series(1, many) i;
		END IF;
		CREATE TEMP TABLE writes AS
			SELECT md5(prefix || i)::uuid AS id, sum(-ln(1 - random()) / rate) OVER (PARTITION BY i ORDER BY j) AS seconds, 1 + floor(4 * random())::int AS writer
			FROM generate_series(1, many) i, generate_series(1, (1.5 * rate * (began + 20))::int + 30) j;
		INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, version, previous_version, changed, actor, agent)
			SELECT nextval('scim_history_seq'), pg_current_xact_id(), start + make_interval(secs => seconds), 'default', 'User', id, 'update', 'AAAAAAAAAAA=', 'AAAAAAAAAAA=', '{title}', current_user, 'writer ' || writer
			FROM (SELECT * FROM writes WHERE seconds <= began ORDER BY seconds) w;
		INSERT INTO coming SELECT id, seconds - began, writer FROM writes WHERE seconds > began;
		DROP TABLE writes;
	END $$;
	-- of a write that takes so long: how probable it was said to be disturbed, and how many were; by whom but the writer (0: anybody)
	CREATE FUNCTION judged(prefix text, many int, own int, OUT seconds int, OUT told numeric, OUT counted numeric) RETURNS SETOF record LANGUAGE sql AS $$
		WITH forecasts AS MATERIALIZED (
			SELECT id, (scim_contention('User', id::text)->>'writes_per_minute')::float8 / 60 AS rate FROM (SELECT md5(prefix || i)::uuid AS id FROM generate_series(1, many) i) ids)
		SELECT s, round(avg(1 - exp(-rate * s))::numeric, 3), round(avg((EXISTS (SELECT FROM coming c WHERE c.id = f.id AND c.writer <> own AND c.seconds <= s))::int), 3)
		FROM forecasts f, unnest(ARRAY[1, 5, 20]) s GROUP BY s ORDER BY s $$;
});

# Is what is told within 0.1 of what is counted?
sub is_right
{
	my ($prefix, $own, $name) = @_;
	my $rows = $session->query_safe("SELECT * FROM judged('$prefix', $resources, $own)");

	foreach my $row (split /\n/, $rows)
	{
		my ($seconds, $told, $counted) = split /\|/, $row;
		ok(abs($told - $counted) < 0.1, "$name, $seconds seconds: told $told, counted $counted");
	}
}

sub live
{
	my ($prefix, $rate, $began, $created) = @_;
	$session->query_safe("SELECT live('$prefix', $resources, $rate, $began, $created)");
}

# From hardly ever to more often than a hundred rows tell of, by who is none of the writers.
foreach my $rate (0.005, 0.02, 0.1, 0.5, 2)
{
	my $began = 130 / $rate < 900 ? 130 / $rate : 900;

	live("old $rate ", $rate, $began, 'false');
	is_right("old $rate ", 0, "$rate writes a second");
}

# One of the four has three others.
$session->query_safe(q{SET scimver.agent = 'writer 3'});
is_right('old 0.1 ', 3, 'one of four writers, 0.1 writes a second');
$session->query_safe(q{RESET scimver.agent});

# What was made a short while ago.
foreach my $began (30, 60)
{
	live("new $began ", 0.4, $began, 'true');
	is_right("new $began ", 0, "made $began seconds ago, 0.4 writes a second");
}
$session->quit;
done_testing();
