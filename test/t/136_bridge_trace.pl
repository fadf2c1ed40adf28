# scimver-mcp: what a client says that its request is a part of (_meta.traceparent and
# tracestate) reaches the database, and the log of what failed; nothing else does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('trace');
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "ada"}') ->> 'id'});
my $parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
my $other = '00-11111111111111111111111111111111-2222222222222222-00';

$node->safe_psql('postgres', q{
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			NEW.data = NEW.data || jsonb_build_object('nickName', concat('<', current_setting('scimver.trace', true), '>'));
			IF NEW.data ->> 'title' = 'broken' THEN
				RAISE EXCEPTION USING ERRCODE = 'XX001', MESSAGE = 'secret';
			ELSIF NEW.data ->> 'title' = 'lost' THEN
				PERFORM pg_terminate_backend(pg_backend_pid());
			END IF;
			RETURN NEW;
		END $$;
	CREATE TRIGGER a_note BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note();});

my $bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--pool', '1' ]);
my $title = 0;
$bridge->initialize;

sub call
{
	my ($meta, $is) = @_;
	my $call = $bridge->request('tools/call', { name => 'scim_update_user', _meta => $meta,
		arguments => { user_id => $id, user_data => { userName => 'ada', title => $is // 'title ' . ++$title } } });
	return $bridge->envelope($call);
}

sub trace_is
{
	my ($meta, $trace, $what) = @_;
	is(call($meta)->{content}{nickName}, "<$trace>", $what);
	is(call({ %ScimverBridge::modern_meta, %$meta })->{content}{nickName}, "<$trace>", "modern: $what");
	return;
}

trace_is({ traceparent => $parent }, $parent, 'a traceparent');
trace_is({}, '', 'the next call has none');
trace_is({ traceparent => $parent, tracestate => 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7' }, "$parent congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", 'with a tracestate');
trace_is({ traceparent => $parent, tracestate => 'x' x 512 }, "$parent " . 'x' x 512, 'the longest');
trace_is({ traceparent => $parent, tracestate => $_ }, $parent, 'a tracestate that is none')
  foreach 'x' x 513, '', "a\nb", "a\0b", "a\x7f", "\x{e9}", 1, ['a'], {}, undef;
trace_is({ tracestate => 'congo=1' }, '', 'a tracestate alone');
trace_is({ traceparent => "01-11111111111111111111111111111111-2222222222222222-00-more" },
	'01-11111111111111111111111111111111-2222222222222222-00', 'a later form, as far as it is known');
foreach my $wrong (
	'', 'x', uc $parent, substr($parent, 0, 54), "$parent ", "$parent-more", " $parent", "$parent\n", "$parent\0", 'ff' . substr($parent, 2),
	'00-00000000000000000000000000000000-b7ad6b7169203331-01', '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
	'00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01',
	"'; DROP TABLE users; --", 'x' x 1_000_000, 1, [$parent], { traceparent => $parent }, undef)
{
	trace_is({ traceparent => $wrong, tracestate => 'a=1' }, '', 'a traceparent that is none: ' . substr(ScimverBridge->encode($wrong), 0, 60));
}
$bridge->send_raw(qq[{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":"scim_update_user","_meta":{"traceparent":"\\u0030\\u0030@{[
	substr($parent, 2)]}"},"arguments":{"user_id":"$id","user_data":{"userName":"ada","title":"spelled"}}}}\n]);
is($bridge->envelope('s')->{content}{nickName}, "<$parent>", 'the same in another spelling');
is($bridge->stderr, '', 'nothing is logged of what does not fail');

# What failed.
is(call({ traceparent => $parent, tracestate => 'secret=1' }, 'broken')->{success}, JSON::PP::false, 'a call that fails');
call({}, 'broken');
call({ traceparent => "x\n$parent" }, 'broken');
is(call({ traceparent => $other }, 'lost')->{content}{error_code}, 'OUTCOME_UNKNOWN', 'a call whose connection is ended');
is($bridge->finish, 0, 'exit code');
my @log = split /\n/, $bridge->stderr;
is_deeply([ @log[0 .. 2] ], [
	"scimver-mcp: scim_update_user: the database answered with SQLSTATE XX001 ($parent)",
	('scimver-mcp: scim_update_user: the database answered with SQLSTATE XX001') x 2 ], 'the log has it, and nothing that is none');
like($log[3], qr/ \(\Q$other\E\)\z/, 'of each call its own');
is(scalar @log, 4, 'nothing else is logged');

# Whatever else is asked has it too: the server's log has the parameters.
$node->safe_psql('postgres', "ALTER SYSTEM SET log_statement = 'all'");
$node->reload;
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
my %params = ('tools/list' => {}, 'resources/list' => {}, 'resources/templates/list' => {}, 'resources/read' => { uri => "scim://default/Users/$id" },
	'prompts/list' => {}, 'prompts/get' => { name => 'resolve_conflict' },
	'tools/call' => { name => 'scim_get_user', arguments => { user_id => $id } },
	'completion/complete' => { ref => { type => 'ref/prompt', name => 'resolve_conflict' }, argument => { name => 'id', value => '' } });
foreach my $method (sort keys %params)
{
	my $offset = -s $node->logfile;
	$bridge->roundtrip($method, { %{ $params{$method} }, _meta => { traceparent => $parent } });
	like(slurp_file($node->logfile, $offset), qr/\$7 = '\Q$parent\E'/, "$method: the database has it");
}
is($bridge->finish, 0, 'exit code');

done_testing();
