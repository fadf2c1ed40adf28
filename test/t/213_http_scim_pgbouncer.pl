# SCIM over HTTP through a PgBouncer in transaction pooling mode, with one connection to the
# server for all: no token's role stays on it, and none is missing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use ScimverPooler;
use Test::More;

plan skip_all => ScimverPooler::missing() if ScimverPooler::missing();

my $node = ScimverHttp->new_node('http_pgbouncer');
ScimverHttp->add_role($node, "entra$_", "tenant$_") foreach 1, 2;
my @token = map { ScimverHttp->token($node, "entra$_", "tenant$_") } 1, 2;

# Those that keep prepared statements are asked for that, too (1.21 and later).
foreach my $statements (0, 100)
{
	next if $statements && !ScimverPooler::keeps_statements();
	my $pooler = ScimverPooler->new($node, users => ['bridge'], databases => { shared => 'user=bridge pool_size=1' },
		settings => $statements ? "max_prepared_statements = $statements\n" : '');
	my $conninfo = $pooler->connstr('shared') . ' user=bridge';
	my $bridge = ScimverHttp->new(conninfo => $conninfo);
	my @client = map { $bridge->client(token => $_) } @token;

	# both at once, over and over
	foreach my $round (1 .. 20)
	{
		$client[$_]->send('POST', '/scim/v2/Users', body => { userName => "$statements user $round" }) foreach 0, 1;
		is($client[$_]->answer->{status}, 201, "a write ($round)") foreach 0, 1;
		$client[$_]->send('GET', '/scim/v2/Users?filter=' . "userName%20sw%20%22$statements%20%22&count=0") foreach 0, 1;
		is($client[$_]->answer->{json}{totalResults}, $round, "a read ($round)") foreach 0, 1;
	}
	is($node->safe_psql('postgres', qq{SELECT string_agg(tenant_id || ' ' || n, ', ' ORDER BY tenant_id)
		FROM (SELECT tenant_id, count(*) n FROM users WHERE user_name LIKE '$statements %' GROUP BY 1) t}), 'tenant1 20, tenant2 20', 'every write is where it belongs');

	# what the next one on that connection to the server meets
	my ($left) = run_command([ 'psql', '-XAtqc', q{SELECT current_user, current_setting('role'), current_setting('scimver.only_tenant', true),
		current_setting('scimver.tenant', true), current_setting('transaction_read_only'), current_setting('statement_timeout'), scim_left_behind() IS NULL}, $conninfo ]);
	is($left, 'bridge|none|||off|0|t', 'nothing of a request stays on it');

	# what a trigger would leave behind on it is refused, as nobody could close that connection
	foreach my $what (q{PERFORM set_config('search_path', 'evil', false)}, 'CREATE TEMPORARY TABLE users (id text)')
	{
		$node->safe_psql('postgres', qq{CREATE OR REPLACE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN $what; RETURN NEW; END \$\$;
			CREATE TRIGGER a_trigger BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION act()});
		is($client[0]->request('POST', '/scim/v2/Users', body => { userName => "$statements leaves" })->{status}, 403, "$what: refused");
		$node->safe_psql('postgres', 'DROP TRIGGER a_trigger ON users');
		is((run_command([ 'psql', '-XAtqc', q{SELECT current_setting('search_path'), to_regclass('pg_temp.users') IS NULL}, $conninfo ]))[0], '"$user", public|t', '... and undone');
		is($client[$_]->request('GET', '/scim/v2/Users?count=0')->{json}{totalResults}, 20, '... and it goes on') foreach 0, 1;
	}

	# a token that is none; one that is revoked in the middle
	is($client[0]->request('GET', '/scim/v2/Users', headers => { Authorization => 'Bearer scimver_' . 'A' x 43 })->{status}, 401, 'a token that nobody knows');
	my $gone = ScimverHttp->token($node, 'entra1', 'tenant1');
	my $leaver = $bridge->client(token => $gone);
	is($leaver->request('GET', '/scim/v2/Users?count=0')->{status}, 200, 'another token');
	$node->safe_psql('postgres', q{SELECT scim_revoke_token(id) FROM scim_tokens ORDER BY created_at DESC LIMIT 1});
	is($leaver->request('GET', '/scim/v2/Users?count=0')->{status}, 401, '... which is revoked');

	# one that is cancelled leaves the others alone
	my $id = $client[0]->request('GET', '/scim/v2/Users?count=1')->{json}{Resources}[0]{id};
	my $lock = $node->background_psql('postgres');
	$lock->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
	$leaver = $bridge->client(token => $token[0]);
	$leaver->send('GET', "/scim/v2/Users/$id");
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}) or die 'it does not wait';
	$client[1]->send('GET', '/scim/v2/Groups?count=0');
	$leaver->close;
	is($client[1]->answer->{status}, 200, 'a client that leaves makes room for others');
	$lock->query_safe('COMMIT');
	$lock->quit;
	is($client[1]->request('GET', "/scim/v2/Users?count=0")->{status}, 200, '... and takes nobody along');

	is($bridge->finish, 0, 'exit code');
	is($bridge->reports, '', 'nothing to report');
}
done_testing();
