# Two clients in one process of the bridge: test/bridge/two_sessions.c, built here.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverProgram;
use Test::More;

build_program('two_sessions');
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

my $err = run_program('two_sessions', '--pool', '2', $node->connstr('postgres'));
# what a client that goes had asked for is cancelled (57014), if it is still under way
like($err, qr/\A(?:scimver-mcp: (?:cannot write to a socket: [^\n]+|\w+: the database answered with SQLSTATE 57014)\n)+\z/,
	'nothing to report but clients that went');

done_testing();
