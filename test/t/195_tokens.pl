# Who has entered by a token gets nowhere else: code that runs for him, as triggers, defaults and
# functions of merges do, tries to become another role, to leave something behind in the session
# that others use next, or to be told what is sent to the bridge.  Each is refused, or told by
# scim_left_behind, so that the session can be closed; or the transaction fails.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('tokens');
$node->init(allows_streaming => 1);
$node->start;
$node->safe_psql('postgres', q{
	CREATE ROLE bridge LOGIN NOINHERIT; CREATE ROLE client; CREATE ROLE other; CREATE ROLE boss SUPERUSER;
	GRANT client, other TO bridge});

my $id = '00000000-0000-4000-a000-000000000001';

# An application's table, whose owner runs code in each of the places.
new_database($node, 'scim', bare => 1);
$node->safe_psql('scim', qq{
	CREATE SCHEMA evil; CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA evil, app TO client, other;
	CREATE TABLE app.todo (place text, statement text);
	CREATE TABLE app.seen (place text, who text, setting text);
	GRANT SELECT ON app.todo TO client, other; GRANT INSERT ON app.seen TO client, other;
	CREATE FUNCTION app.attack(place text) RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE
		statement text := (SELECT t.statement FROM app.todo t WHERE t.place = attack.place);
	BEGIN
		IF statement IS NOT NULL THEN
			EXECUTE statement;
			INSERT INTO app.seen VALUES (place, current_user, current_setting('scimver.only_tenant'));
		END IF;
		RETURN 'attacked';
	END \$\$;
	CREATE TABLE users (tenant_id text NOT NULL DEFAULT scim_tenant(), id uuid DEFAULT gen_random_uuid(), user_name text NOT NULL, title text, version text,
		note text DEFAULT app.attack('default'), PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, user_name));
	CREATE FUNCTION app.attack_by_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM app.attack(TG_ARGV[0]); RETURN NEW; END';
	CREATE TRIGGER attack BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION app.attack_by_trigger('trigger');
	CREATE TRIGGER attack_after AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION app.attack_by_trigger('after');
	CREATE CONSTRAINT TRIGGER attack_deferred AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.attack_by_trigger('deferred');
	CREATE FUNCTION app.pick(base jsonb, mine jsonb, theirs jsonb) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN PERFORM app.attack(''merge''); RETURN mine; END';
	SELECT scim_register_table('users', 'User', '{"id": "id", "tenant": "tenant_id", "version": "version", "attributes": {"userName": "user_name", "title": "title"}}', '{"history": true}');
	SELECT scim_set_policy('acme', 'User', '{"on_conflict": "merge", "merge_rules": {"title": {"function": "app.pick"}}}');
	GRANT SELECT, INSERT, UPDATE, DELETE ON users TO client, other;
	INSERT INTO users (tenant_id, id, user_name) VALUES ('acme', '$id', 'ada');
	SELECT scim_grant_tenant('acme', 'client'); SELECT scim_grant_tenant('globex', 'other');
	SELECT scim_grant_bridge('bridge');
	CREATE FUNCTION digest(token text) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN sha256(token::bytea)});

sub token
{
	my ($role, $tenant, $options) = @_;

	return $node->safe_psql('scim', "SELECT scim_create_token('$role', '$tenant', '@{[ $options // '{}' ]}') ->> 'token'");
}

my ($token, $others) = (token('client', 'acme'), token('other', 'globex'));

# What a bridge's session says of these statements: lines; of errors ERROR and the text.
sub session
{
	my (@statements) = @_;
	my ($code, $out, $err) = $node->psql('scim', join("\n", map { "$_;" } @statements), extra_params => [ '-U', 'bridge' ], on_error_stop => 0);

	return ($out, join "\n", grep { /ERROR|FATAL/ } split /\n/, $err);
}

# A request, as the bridge asks it: settings first, and behind it what is left behind.
sub request
{
	my ($method, $path, $body, $headers, $by) = @_;

	return "SELECT 'answer', h.status, h.answer::jsonb ->> 'detail', coalesce(public.scim_left_behind(), '-') FROM (SELECT set_config('scimver.trace', '', true), public.digest('@{[ $by // $token ]}') AS token OFFSET 0) s"
		. " CROSS JOIN LATERAL public.scim_http('$method', '$path', NULL, '@{[ $headers // '{}' ]}', convert_to(@{[ defined $body ? qq{'$body'} : 'NULL' ]}, 'UTF8'), s.token) h";
}

my $after = q{SELECT 'after', current_user, session_user, current_setting('search_path'), current_setting('scimver.only_tenant') = '', (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), coalesce(public.scim_left_behind(), '-')};
my $own = q{after|bridge|bridge|"$user", public|t|0|-};

my $stale = $node->safe_psql('scim', "SELECT version FROM users");
my $count = 0;

# The request that gets to each of the places.
my %requests = (
	default => sub { request('POST', '/Users', qq{{"userName": "user @{[ ++$count ]}"}}) },
	merge => sub {
		$node->safe_psql('scim', "DELETE FROM app.todo WHERE place = 'none'; SET session_replication_role = origin; UPDATE users SET title = 'theirs @{[ ++$count ]}' WHERE id = '$id'");
		return request('PUT', "/Users/$id", qq{{"userName": "ada", "title": "mine $count"}}, qq{{"if-match": "W/\\"$stale\\""}});
	},
	map { my $place = $_; $place => sub { request('PUT', "/Users/$id", qq{{"userName": "ada", "title": "@{[ ++$count ]}"}}) } } qw(trigger after deferred));

sub attack
{
	my ($place, $statement) = @_;

	$node->safe_psql('scim', q{TRUNCATE app.todo; TRUNCATE app.seen});
	my $request = $requests{$place}->();
	$node->safe_psql('scim', "INSERT INTO app.todo VALUES ('$place', \$todo\$$statement\$todo\$)");
	my ($out, $err) = session($request, $after);
	$node->safe_psql('scim', 'TRUNCATE app.todo');
	return ($out, $err, $node->safe_psql('scim', 'SELECT * FROM app.seen'));
}

# They are got to at all.
foreach my $place (sort keys %requests)
{
	my ($out, $err, $seen) = attack($place, 'SELECT 1');

	like($out, qr/^answer\|20[01]\|\|-\n\Q$own\E$/, "$place: a request goes its way ($err)");
	is($seen, "$place|client|acme", "$place: its code runs as the role of the token, in its tenant");
}

# ---- what is refused ----

my %refused = (
	'SET ROLE other' => 'cannot set parameter "role"',
	'SET LOCAL ROLE other' => 'cannot set parameter "role"',
	'RESET ROLE' => 'cannot set parameter "role"',
	q{SELECT set_config('role', 'other', true)} => 'cannot set parameter "role"',
	q{SELECT set_config('role', 'none', false)} => 'cannot set parameter "role"',
	'SET SESSION AUTHORIZATION DEFAULT' => 'cannot set parameter "session_authorization"',
	q{CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET role = 'other' RETURN 1; SELECT pg_temp.f()} => 'cannot set parameter "role"',
	q{SELECT set_config('scimver.only_tenant', 'globex', true)} => 'stays as it is behind a token',
	q{SET scimver.tenant = 'globex'} => 'stays as it is behind a token',
	"SELECT scim_enter(digest('$others'))" => 'permission denied for function scim_enter',
	q{SELECT scim_enter_role('other', 'globex')} => 'permission denied for function scim_enter_role',
	'PREPARE ask(bytea) AS SELECT $1' => 'PREPARE is refused behind a token',
	'DEALLOCATE ALL' => 'DEALLOCATE ALL is refused behind a token',
	'DISCARD PLANS' => 'DISCARD PLANS is refused behind a token',
	'LISTEN scimver' => 'LISTEN is refused behind a token',
	'UNLISTEN *' => 'UNLISTEN is refused behind a token',
	q{LOAD 'plpgsql'} => 'LOAD is refused behind a token',
	'DECLARE c CURSOR WITH HOLD FOR SELECT 1' => 'DECLARE CURSOR is refused behind a token',
	# who was told what is left behind, answers for it
	'SELECT scim_left_behind()' => 'permission denied for function scim_left_behind');

# An error of the application's code is logged, where the client is not told what it says.
foreach my $place (sort keys %requests)
{
	foreach my $statement (sort keys %refused)
	{
		my $offset = -s $node->logfile;
		my ($out, $err, $seen) = attack($place, "DO \$do\$ BEGIN EXECUTE \$ex\$$statement\$ex\$; EXCEPTION WHEN OTHERS THEN RAISE LOG 'caught: %', sqlerrm; END \$do\$");

		like(slurp_file($node->logfile, $offset), qr/caught: .*\Q$refused{$statement}\E/, "$place: $statement is refused");
		is($seen, "$place|client|acme", '... and who goes on, is who he was');
		like("$out$err", qr/^answer\|20[01]\|\|-\n\Q$own\E$/, '... and so is the session');
	}
	# nobody catches it: the request fails
	my ($out, $err) = attack($place, 'SET ROLE other');
	if ($place eq 'deferred') { like($err, qr/cannot set parameter "role"/, "$place: what nobody catches fails the transaction"); }
	else { like($out, qr/^answer\|403\|/, "$place: what nobody catches is answered"); }
	like($out, qr/\Q$own\E$/, '... and the session is its own again');
}

# ---- what is told ----

my %told = (
	'SET search_path = evil, public' => 'setting search_path',
	q{SELECT set_config('search_path', 'evil', false)} => 'setting search_path',
	'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY' => 'setting default_transaction_read_only',
	q{SET scimver.profile = 'entra'; SET LOCAL scimver.profile = 'rfc'} => 'setting scimver.profile',
	q{SET my.own = 'x'} => 'setting my.own',
	# of a bridge's session, if it has set them itself
	'SET statement_timeout = 1000000' => 'setting statement_timeout',
	q{SET application_name = 'x'} => 'setting application_name',
	# at its default now, until the transaction ends
	q{SET search_path = evil; SET LOCAL search_path TO DEFAULT} => 'setting search_path',
	'CREATE TEMPORARY TABLE users (x int)' => 'temporary tables',
	'CREATE TEMPORARY TABLE users (x int) ON COMMIT DROP' => 'temporary tables',
	'CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql RETURN 1' => 'temporary tables',
	'CREATE TEMPORARY TABLE users (x int); SET search_path = evil' => 'setting search_path, temporary tables');

foreach my $place (sort keys %requests)
{
	foreach my $statement (sort keys %told)
	{
		my ($out, $err) = attack($place, $statement);

		if ($place eq 'deferred')
		{
			like($err, qr/PERMISSION_DENIED: the transaction would leave behind: \Q$told{$statement}\E/, "$place: $statement fails the transaction");
			# (a schema of temporary tables goes with the transaction that made it)
			is($out, $own, '... and leaves nothing behind');
		}
		else
		{
			like($out, qr/^answer\|20[01]\|\|\Q$told{$statement}\E\n/, "$place: $statement is told ($err)");
			like($out, qr/\|\Q$told{$statement}\E$/, '... and so it is by the next one in the session')
				unless $told{$statement} =~ /statement_timeout|application_name/;
		}
	}
	# what ends with the transaction is nobody's business, nor what a bridge sets itself
	foreach my $statement ('SET LOCAL search_path = evil, public', q{SELECT set_config('my.own', 'x', true)}, 'SET search_path = evil; RESET search_path', 'SET LOCAL statement_timeout = 1000000', 'DECLARE c CURSOR FOR SELECT 1',
		'SELECT pg_advisory_lock(7), pg_try_advisory_lock_shared(8)')
	{
		my ($out, $err) = attack($place, $statement);

		like("$out$err", qr/^answer\|20[01]\|\|-\n\Q$own\E$/, "$place: $statement ends with the transaction");
	}
}

{
	my ($out, $err) = attack('trigger', 'SELECT pg_advisory_lock(7); SELECT 1/0');
	like("$out$err", qr/^answer\|400\|.*\n\Q$own\E$/, 'a lock of the session, and an error');
}

# What is set by a bridge for its session, is its own.
{
	my ($out, $err) = session('SET statement_timeout = 7000000', request('GET', '/Users'), $after, 'SHOW statement_timeout');
	is("$out$err", "answer|200||-\n$own\n7000s", "a bridge's time limit");
}

# Who enters by hand, and has set something before, is not in the way of himself.
my ($out, $err) = session('SET search_path = public', 'CREATE TEMPORARY TABLE mine (x int)', request('GET', '/Users'), $after);
like($out, qr/^answer\|200\|\|setting search_path, temporary tables\nafter\|bridge\|bridge\|public\|t\|0\|setting search_path, temporary tables$/, 'what was there before is told, too');
($out, $err) = session('SET search_path = public', 'BEGIN', "SELECT scim_enter(digest('$token'))", 'COMMIT', "SELECT current_user");
is("$out$err", "\nbridge", '... and is nothing that a transaction leaves behind');
($out, $err) = session('BEGIN', "SELECT scim_enter(digest('$token'))", 'SET search_path = public', 'COMMIT', $after);
like($err, qr/would leave behind: setting search_path/, 'what it sets itself is');
is($out, "\n$own", '... and is taken back');

# Nor is what a bridge sets for its session.
($out, $err) = session('SET statement_timeout = 1000000', q{SET application_name = 'bridge'}, request('GET', '/Users'), $after);
is("$out$err", "answer|200||-\n$own", "a bridge's own settings");

# What was prepared before, stays what it was.
($out, $err) = session("PREPARE ask AS SELECT 'ours', session_user", request('GET', '/Users'), 'EXECUTE ask');
like($out, qr/^answer\|200\|\|-\nours\|bridge$/, "a bridge's prepared statement");

# ---- who only reads ----

# Before PostgreSQL 16 RESET would do; nobody who writes by himself is asked for the setting.
my $reader = token('client', 'acme', '{"scopes": ["scim", "mcp", "read_only"]}');
foreach my $statement ('RESET transaction_read_only', 'SET LOCAL transaction_read_only TO DEFAULT', q{SELECT set_config('transaction_read_only', NULL, true)})
{
	foreach my $write (q{INSERT INTO users (user_name) VALUES ('x')}, 'CREATE TABLE evil.made (x int)', q{SELECT scim_create_user('{"userName": "x"}')})
	{
		($out, $err) = session('BEGIN', "SELECT scim_enter(digest('$reader'))", 'SELECT count(*) FROM users', 'SAVEPOINT a', $statement, 'ROLLBACK TO a', $statement, $write, 'COMMIT');
		like($err, qr/in a read-only transaction|aborted/, "$statement leads nobody to $write");
	}
}
($out, $err) = session('BEGIN', "SELECT scim_enter(digest('$reader'))", q{SELECT count(*) FROM users, LATERAL (SELECT set_config('transaction_read_only', NULL, true), scim_create_user(jsonb_build_object('userName', 'x'))) w}, 'COMMIT');
like($err, qr/in a read-only transaction|cannot be reset/, '... nor in the same statement');

# ---- who goes on in a transaction ----

# subtransactions; two phases; a cursor; a function that is SECURITY DEFINER in between
($out, $err) = session('BEGIN', "SELECT scim_enter(digest('$token'))", 'SAVEPOINT a', 'SET ROLE other', 'ROLLBACK TO a', 'SELECT current_user, scim_tenant()', 'SELECT 1/0', 'ROLLBACK TO a', 'SELECT current_user, scim_tenant()',
	'RESET ROLE', 'ROLLBACK', $after);
is($out, "\nclient|acme\nclient|acme\n$own", 'an error in a savepoint leads nobody out');
is($node->safe_psql('scim', 'SHOW max_prepared_transactions'), '0', 'no transaction in two phases');
$node->safe_psql('scim', q{CREATE FUNCTION app.definer() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN current_user; GRANT EXECUTE ON FUNCTION app.definer() TO client});
($out, $err) = session('BEGIN', "SELECT scim_enter(digest('$token'))", 'SELECT app.definer() <> current_user, current_user', 'SET ROLE other', 'COMMIT', $after);
like("$out\n$err", qr/^\nt\|client\n\Q$own\E\n.*cannot set parameter "role"/s, 'behind a function with the rights of another');
my $procedure = q{CREATE PROCEDURE app.commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; INSERT INTO app.seen VALUES ('procedure', current_user, current_setting('scimver.only_tenant')); END $$};
$node->safe_psql('scim', "$procedure; GRANT INSERT ON app.seen TO bridge; TRUNCATE app.seen; GRANT USAGE ON SCHEMA app TO bridge");
$node->safe_psql('scim', q{CREATE PROCEDURE app.enters(token bytea) LANGUAGE plpgsql AS $$ BEGIN PERFORM scim_enter(token); CALL app.commits(); END $$});
($out, $err) = session("CALL app.enters(digest('$token'))", $after);
is("$out$err", $own, 'a commit within a procedure');
is($node->safe_psql('scim', 'SELECT * FROM app.seen'), 'procedure|bridge|', '... ends what was entered');

# by parallel workers, who know the role, and what it was narrowed to
($out, $err) = session('SET force_parallel_mode = on', 'BEGIN', "SELECT scim_enter(digest('$token'))", 'SELECT count(*), min(current_user), min(scim_tenant()) FROM users', 'COMMIT', 'RESET force_parallel_mode', $after);
like($out, qr/^\n\d+\|client\|acme\n\Q$own\E$/, "parallel workers ($err)");

# ---- dump and restore ----

my $before = $node->safe_psql('scim', 'SELECT * FROM scim_tokens ORDER BY id');
my $file = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';

new_database($node, 'restored', empty => 1);
$node->safe_psql('scim', q{CREATE ROLE gone; SELECT scim_grant_tenant('acme', 'gone'); SELECT scim_create_token('gone', 'acme'); SELECT scim_revoke_tenant('acme', 'gone'); DROP OWNED BY gone; DROP ROLE gone});
$node->command_ok([ 'pg_dump', '--no-sync', '-f', $file, $node->connstr('scim') ], 'a dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $file ], '... is restored');
is($node->safe_psql('restored', 'SELECT * FROM scim_tokens ORDER BY id'), $before, '... with all tokens but those of roles that are gone');
unlike(slurp_file($file), qr/\Q$token\E/, '... none of which stands in it');
is($node->safe_psql('restored', request('GET', '/Users'), extra_params => [ '-U', 'bridge' ]), 'answer|200||-', '... and they are good there, too');
$node->safe_psql('restored', 'SELECT scim_revoke_token(id) FROM scim_tokens');
like($node->safe_psql('restored', request('GET', '/Users'), extra_params => [ '-U', 'bridge' ]), qr/^answer\|401\|/, '... until all are revoked');

# ---- a standby ----

$node->backup('standby');
my $standby = PostgreSQL::Test::Cluster->new('tokens_standby');
$standby->init_from_backup($node, 'standby', has_streaming => 1);
$standby->start;
is($standby->safe_psql('scim', request('GET', '/Users'), extra_params => [ '-U', 'bridge' ]), 'answer|200||-', 'a standby knows the tokens');
like($standby->safe_psql('scim', request('POST', '/Users', '{"userName": "x"}'), extra_params => [ '-U', 'bridge' ]), qr/^answer\|[45]0\d\|/, '... and writes nothing');
$node->safe_psql('scim', "SELECT scim_revoke_token(id) FROM scim_tokens WHERE digest = digest('$token')");
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
like($standby->safe_psql('scim', request('GET', '/Users'), extra_params => [ '-U', 'bridge' ]), qr/^answer\|401\|/, '... nor one that was revoked');

done_testing();
