# Two clients in one process of the bridge: test/bridge/two_sessions.c, built here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $folder = "$FindBin::RealBin/../bridge";
my $pg_config = $ENV{PG_CONFIG} // 'pg_config';

my ($built, $errors) = run_command([ 'make', '-s', '-j2', '-C', $folder, "PG_CONFIG=$pg_config", 'two_sessions' ]);
is($errors, '', 'it is built without a warning');

my $node = ScimverBridge->new_node('sessions');
$node->safe_psql('postgres', q{
	SELECT scim_create_user(jsonb_build_object('userName', name, 'title', 'secret of ' || name)) FROM unnest('{ada,bob,held}'::text[]) name;
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			NEW.data = NEW.data || jsonb_build_object('nickName',
				concat(current_setting('scimver.agent', true), ', ', current_setting('application_name')));
			RETURN NEW;
		END $$;
	CREATE TRIGGER a_note BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();});

# as clients start it: nothing of ours arrives
delete local @ENV{ grep { /^PG/ && $_ ne 'PG_TEST_TIMEOUT_DEFAULT' } keys %ENV };
my $status = IPC::Run::run([ "$folder/two_sessions", '--pool', '2', $node->connstr('postgres') ], '>', \my $out, '2>', \my $err);
foreach my $line (split /\n/, $out)
{
	if ($line =~ /^(not )?ok \d+ - (.*)/) { ok(!$1, $2); }
	else { note($line); }
}
ok($status, 'exit code');
like($out, qr/^1\.\.\d+$/m, 'it came to its end');
# what a client that goes had asked for is cancelled (57014), if it is still under way
like($err, qr/\A(?:scimver-mcp: (?:cannot write to a socket: [^\n]+|\w+: the database answered with SQLSTATE 57014)\n)+\z/,
	'nothing to report but clients that went');

done_testing();
