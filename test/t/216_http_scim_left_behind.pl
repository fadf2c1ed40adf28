# SCIM over HTTP and code of the application's that runs in a request: what it changes of the
# session meets no other request, as the connection is closed behind it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $node = ScimverHttp->new_node('http_left_behind');
ScimverHttp->add_role($node, "entra$_", "tenant$_") foreach 1, 2;
my @token = map { ScimverHttp->token($node, "entra$_", "tenant$_") } 1, 2;

# Does what a user's title says, when he is written, and what his nickname says, at the commit.
$node->safe_psql('postgres', q{
	CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
	GRANT TEMPORARY ON DATABASE postgres TO PUBLIC;
	CREATE FUNCTION evil.act(what text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		IF what = 'sets search_path' THEN PERFORM set_config('search_path', 'evil', false);
		ELSIF what = 'sets it for itself' THEN PERFORM set_config('search_path', 'evil', true);
		ELSIF what = 'sets work_mem' THEN SET work_mem = '1MB';
		ELSIF what = 'makes a table' THEN CREATE TEMPORARY TABLE users (id text);
		ELSIF what = 'sets the role' THEN PERFORM set_config('role', 'entra2', false);
		ELSIF what = 'sets the role for itself' THEN PERFORM set_config('role', 'entra2', true);
		ELSIF what = 'resets the role' THEN RESET ROLE;
		ELSIF what = 'sets the tenant' THEN PERFORM set_config('scimver.only_tenant', 'tenant2', false);
		ELSIF what = 'enters again' THEN PERFORM scim_enter('\x00'::bytea);
		END IF;
	END $$;
	CREATE FUNCTION evil.act_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.act(NEW.data ->> 'title'); RETURN NEW; END $$;
	CREATE FUNCTION evil.act_later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.act(NEW.data ->> 'nickName'); RETURN NULL; END $$;
	CREATE TRIGGER a_now BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION evil.act_now();
	CREATE CONSTRAINT TRIGGER a_later AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil.act_later();});

my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => [ '--pool', '1' ]);
my ($client, $other) = map { $bridge->client(token => $_) } @token;
my $users = 0;

sub backend { return $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE usename = 'bridge'}); }

sub lines { return scalar(() = $bridge->reports =~ /\n/g); }

is($client->request('GET', '/scim/v2/Users?count=0')->{status}, 200, 'a connection is there');
foreach my $case (
	# what; at once: status, is the connection closed, lines of the log; at the commit: the same
	[ 'does nothing', 201, 0, 0, 201, 0, 0 ],
	[ 'sets it for itself', 201, 0, 0, 201, 0, 0 ],
	[ 'sets search_path', 201, 1, 1, 403, 0, 0 ],
	[ 'sets work_mem', 201, 1, 1, 403, 0, 0 ],
	[ 'makes a table', 201, 1, 1, 403, 0, 0 ],
	[ 'sets the role', 403, 0, 0, 403, 0, 1 ],
	[ 'sets the role for itself', 403, 0, 0, 403, 0, 1 ],
	[ 'resets the role', 403, 0, 0, 403, 0, 1 ],
	[ 'sets the tenant', 403, 0, 0, 403, 0, 1 ],
	[ 'enters again', 403, 0, 0, 403, 0, 1 ])
{
	my ($what, @wanted) = @$case;
	foreach my $attribute ('title', 'nickName')
	{
		my ($status, $closed, $reported) = splice @wanted, 0, 3;
		my $when = $attribute eq 'title' ? 'at once' : 'at the commit';
		my ($backend, $lines) = (backend(), lines());
		my $answer = $client->request('POST', '/scim/v2/Users', body => { userName => "$what $when", $attribute => $what });

		is($answer->{status}, $status, "$what $when: status");
		$users++ if $status == 201;
		unlike($answer->{body}, qr/evil|entra2|tenant2/, "$what $when: nothing of others is told");
		is(lines() - $lines, $reported, "$what $when: what is in the log");
		is($client->request('GET', '/scim/v2/Users?count=0')->{json}{totalResults}, $users, "$what $when: the next one sees its own");
		is($other->request('GET', '/scim/v2/Users?count=0')->{json}{totalResults}, 0, "$what $when: ... others theirs");
		$closed ? isnt(backend(), $backend, "$what $when: the connection is closed") : is(backend(), $backend, "$what $when: the connection stays");
	}
}
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT tenant_id, ' ') FROM users}), 'tenant1', 'nothing was written elsewhere');
like($bridge->reports, qr/^scimver-mcp: scim_http: what a request changed would outlive it \(setting search_path\): its connection is closed$/m, 'the log says what');
like($bridge->reports, qr/outlive it \(temporary tables\)/, '... and of temporary tables');
unlike($bridge->reports, qr/userName|at once|at the commit/, '... and nothing of the request');
is($bridge->finish, 0, 'exit code');
done_testing();
