# scimver-mcp: a call for which the client's user is asked, in both eras: what is sent
# and kept, whatever the client does.
#
# A stand-in takes the place of scim_call_tool(name, arguments, request_state,
# input_responses): it asks where "title" says so, and answers with what it was given.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Time::HiRes ();
use Test::More;

my $node = ScimverBridge->new_node('consult');
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "ada"}') ->> 'id'});
my %form = (elicitation => {});
my $params = '{"mode": "form", "message": "Which \u00e9?",
	"requestedSchema": {"type": "object", "properties": {"decision": {"type": "string", "enum": ["mine", "theirs"]}}}}';
my $otherwise = '{"success": false, "metadata": {"operation": "update_user"}, "content": {"error_code": "VERSION_MISMATCH"}}';

$node->safe_psql('postgres', qq[
	DO \$\$
		BEGIN
			IF to_regprocedure('scim_call_tool(text, text, text, text)') IS NOT NULL THEN
				ALTER EXTENSION scimver DROP FUNCTION scim_call_tool(text, text, text, text);
				DROP FUNCTION scim_call_tool(text, text, text, text);
			END IF;
		END \$\$;
	CREATE TABLE asked (title text, transaction xid8 DEFAULT pg_current_xact_id());
	CREATE FUNCTION scim_call_tool(name text, arguments text, request_state text, input_responses text) RETURNS json LANGUAGE plpgsql AS \$\$
		DECLARE
			title text := arguments::json -> 'user_data' ->> 'title';
			ask json := json_build_object('decision', json_build_object('method', 'elicitation/create', 'params', '$params'::json));
		BEGIN
			INSERT INTO asked VALUES (title);
			IF title = 'two questions' THEN
				ask := json_build_object('one', ask -> 'decision', 'two', ask -> 'decision');
			ELSIF title = 'another method' THEN
				ask := json_build_object('decision', json_build_object('method', 'sampling/createMessage', 'params', '{}'::json));
			ELSIF title = 'no params' THEN
				ask := '{"decision": {"method": "elicitation/create"}}';
			ELSIF title = 'no object' THEN
				ask := '[]';
			ELSIF title = 'no otherwise' THEN
				RETURN json_build_object('input_required', json_build_object('inputRequests', ask, 'requestState', 's'));
			ELSIF title = 'no state' THEN
				RETURN json_build_object('input_required', json_build_object('inputRequests', ask), 'otherwise', '$otherwise'::json);
			ELSIF title IS NULL THEN
				RETURN scim_call_tool(name, arguments);
			ELSIF request_state IS NOT NULL AND input_responses NOT LIKE '%again%' THEN
				RETURN json_build_object('success', true, 'metadata', '{}'::json,
					'content', json_build_object('state', request_state, 'responses', input_responses));
			END IF;
			RETURN json_build_object('input_required', json_build_object('inputRequests', ask,
				'requestState', coalesce(request_state, '') || 's"é'), 'otherwise', '$otherwise'::json);
		END \$\$;
	ALTER EXTENSION scimver ADD FUNCTION scim_call_tool(text, text, text, text)]);

sub bridge
{
	my ($capabilities, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $conninfo, args => \@args);
	$bridge->initialize(capabilities => $capabilities);
	return $bridge;
}

sub arguments { return { user_id => $id, user_data => { userName => 'ada', title => $_[0] } }; }

# A call for which the user is asked; returns its id, and the request of the bridge's.
sub ask
{
	my ($bridge, $title) = @_;
	my $call = $bridge->start_call('scim_update_user', arguments($title // 'ask'));
	return ($call, $bridge->told('elicitation/create'));
}

sub meta
{
	my ($capabilities, %more) = @_;
	return { %ScimverBridge::modern_meta, 'io.modelcontextprotocol/clientCapabilities' => $capabilities, %more };
}

sub is_otherwise { is_deeply($_[0], ScimverBridge->decode($otherwise), $_[1]); return; }
sub asked { return $node->safe_psql('postgres', 'SELECT count(*) FROM asked'); }

sub is_at_rest
{
	my ($bridge, $what) = @_;
	ok($bridge->call('scim_get_user', { user_id => $id })->{success}, "$what: other calls go on");
	is(scalar @{ $bridge->{messages} }, 0, "$what: nothing else was sent");
	return;
}

# Legacy: a request of the bridge's, during which the call takes no connection.
my $bridge = bridge(\%form, '--pool', '1');
my ($call, $request) = ask($bridge);
is_deeply($request->{params}, ScimverBridge->decode($params), 'legacy: the question');
like($request->{id}, qr/\Ascimver-\d+\z/, 'the id is one of our own');
is($request->{jsonrpc}, '2.0', 'it is a message');
is_at_rest($bridge, 'while the user thinks');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity
	WHERE application_name LIKE 'scimver-mcp%' AND (state <> 'idle' OR backend_xmin IS NOT NULL)}), '0', 'no transaction waits');
$bridge->send_raw(qq[{"jsonrpc":"2.0","result":{"action":"accept", "content" : {"n":1.0e1,"e":"\\u00e9"}},"id":"$request->{id}"}\n]);
my $envelope = $bridge->envelope($call);
is($envelope->{content}{state}, 's"é' =~ s/é/\x{e9}/r, 'requestState comes back');
is($envelope->{content}{responses}, '{"decision":{"action":"accept", "content" : {"n":1.0e1,"e":"\u00e9"}}}', 'the answer goes on byte for byte');
is_at_rest($bridge, 'after the answer');

# Its id is the client's own, and may be the same as one of ours.
$bridge->send_raw(qq[{"jsonrpc":"2.0","id":"scimver-2","method":"tools/call","params":{"name":"scim_update_user","arguments":@{[
	ScimverBridge->encode(arguments('ask'))]}}}\n]);
$request = $bridge->told('elicitation/create');
is($request->{id}, 'scimver-2', 'an id of ours may be one of the client\'s');
$bridge->respond('scimver-2', result => { action => 'accept' });
ok($bridge->answer('scimver-2')->{result}{structuredContent}{success}, 'each is taken for what it is');

# A no goes on as well; all that is no answer does not.
foreach my $action ('decline', 'cancel')
{
	($call, $request) = ask($bridge);
	$bridge->respond($request->{id}, result => { action => $action });
	is($bridge->envelope($call)->{content}{responses}, qq[{"decision":{"action":"$action"}}], "the database hears of a $action");
}
my $before = asked();
my %no = (
	'another action' => [ result => { action => 'Accept' } ],
	'an error' => [ error => { code => -32601, message => 'Method not found' } ],
	'an error, and a result' => [ error => { code => -1, message => '' }, result => { action => 'accept' } ],
	'no action' => [ result => {} ],
	'an action that is no text' => [ result => { action => ['accept'] } ],
	'no object' => [ result => 'accept' ],
	'null' => [ result => undef ]);
foreach my $what (sort keys %no)
{
	($call, $request) = ask($bridge);
	$bridge->respond($request->{id}, @{ $no{$what} });
	is_otherwise($bridge->envelope($call), "legacy: $what");
}
is(asked() - $before, scalar keys %no, 'the database is not asked again');

# Responses that nobody has asked for, or not any more.
($call, $request) = ask($bridge);
$bridge->respond($_, result => { action => 'accept' }) foreach 'scimver-1', 'scimver-999', 'scimver-', 1, $call, $request->{id} . ' ';
$bridge->send_raw(qq[{"jsonrpc":"2.0","result":{"action":"accept"}}\n]);
is_at_rest($bridge, 'responses to nothing');
$bridge->send_raw(qq[{"jsonrpc":"2.0","id":"\\u0073cimver-@{[$request->{id} =~ /(\d+)/]}","result":{"\\u0061ction":"\\u0061ccept"}}\n]);
ok($bridge->envelope($call)->{success}, 'an id is the same in another spelling');

# Whoever asks anew each time ends after the fifth.
($call, $request) = ask($bridge);
foreach my $round (2 .. 5)
{
	$bridge->respond($request->{id}, result => { action => 'accept', content => { decision => 'again' } });
	my $next = $bridge->told('elicitation/create');
	isnt($next->{id}, $request->{id}, "question $round");
	$request = $next;
}
$bridge->respond($request->{id}, result => { action => 'accept', content => { decision => 'again' } });
is_otherwise($bridge->envelope($call), 'no sixth question');

# Questions that cannot be asked.
is_otherwise($bridge->call('scim_update_user', arguments($_)), "legacy: $_") foreach 'two questions', 'another method', 'no params', 'no object', 'no state';
is($bridge->call('scim_update_user', arguments('no otherwise'))->{content}{error_code}, 'OUTCOME_UNKNOWN', 'without an envelope it is no answer');

# The client gives up.
($call, $request) = ask($bridge);
$bridge->notify('notifications/cancelled', { requestId => $call });
is($bridge->told('notifications/cancelled')->{params}{requestId}, $request->{id}, 'a cancelled call: its question is withdrawn');
$bridge->respond($request->{id}, result => { action => 'accept' });
is_at_rest($bridge, 'a cancelled call');

# A tool that reads, and one of which nothing is to be asked.
ok($bridge->call('scim_update_user', { user_id => $id, user_data => { userName => 'ada' } })->{success}, 'a call without a question');
is_at_rest($bridge, 'at the end');
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, "scimver-mcp: scim_update_user did not return a tool's result\n", 'what is reported');

# A client that cannot be asked is not: the statement is the one without.
$before = asked();
foreach my $capabilities ({}, { elicitation => { url => {} } }, { elicitation => JSON::PP::true }, { sampling => {} })
{
	my $other = bridge($capabilities);
	ok($other->call('scim_update_user', arguments('ask'))->{success}, 'no question for ' . $other->encode($capabilities));
	$other->send_message({ jsonrpc => '2.0', id => 77, method => 'tools/call', params => {
		_meta => meta($capabilities), name => 'scim_update_user', arguments => arguments('ask') } });
	ok($other->answer(77)->{result}{structuredContent}{success}, 'nor in the modern era');
	is($other->finish, 0, 'exit code');
}
is(asked(), $before, 'nothing was asked');
foreach my $capabilities ({ elicitation => { form => {} } }, { elicitation => { form => {}, url => {} } })
{
	my $other = bridge($capabilities);
	($call, $request) = ask($other);
	$other->respond($request->{id}, result => { action => 'accept' });
	ok($other->envelope($call)->{success}, 'a question for ' . $other->encode($capabilities));
}

# No answer within --timeout; one that comes later is nobody's.
$bridge = bridge(\%form, '--timeout', '1');
($call, $request) = ask($bridge);
is_otherwise($bridge->envelope($call), 'no answer in time');
is($bridge->told('notifications/cancelled')->{params}{requestId}, $request->{id}, 'the question is withdrawn');
$bridge->respond($request->{id}, result => { action => 'accept' });
is_at_rest($bridge, 'an answer that comes too late');

# A client that never answers: what waits is limited, the rest ends at once.
my $flood = '';
$flood .= ScimverBridge->encode({ jsonrpc => '2.0', id => $_, method => 'tools/call',
	params => { name => 'scim_update_user', arguments => arguments('ask') } }) . "\n" foreach 5001 .. 6000;
$bridge->send_raw($flood);
my ($questions, $answers, $withdrawn, $most) = (0, 0, 0, 0);
while ($answers < 1000)
{
	my $message = $bridge->message;
	if (($message->{method} // '') eq 'elicitation/create') { $questions++; }
	elsif (($message->{method} // '') eq 'notifications/cancelled') { $withdrawn++; }
	elsif ($message->{result}{structuredContent}{content}{error_code} eq 'VERSION_MISMATCH') { $answers++; }
	$most = $questions - $withdrawn if $questions - $withdrawn > $most;
}
is($answers, 1000, '1000 calls that are never answered end');
is($most, 100, 'no more than so many wait at once');
is($withdrawn, $questions, 'each of which was withdrawn');
is_at_rest($bridge, 'after the flood');
SKIP:
{
	my $memory = $bridge->memory // skip 'the memory is not its own alone', 1;
	cmp_ok($memory, '<', 30_000, 'it costs no memory without end');
}
is($bridge->finish, 0, 'exit code');

# The same with long arguments, and with time to answer: others are not kept waiting.
$bridge = bridge(\%form);
my $long = arguments('ask');
$long->{user_data}{nickName} = 'x' x (1 << 20);
my @calls = map { $bridge->start_call('scim_update_user', $long) } 1 .. 60;
is_deeply([ map { $_->{error_code} } map { $bridge->envelope($_)->{content} } @calls[40 .. 59] ], [ ('VERSION_MISMATCH') x 20 ],
	'what is too much is not asked');
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'other calls go on');
$questions = grep { ($_->{method} // '') eq 'elicitation/create' } @{ $bridge->{messages} };
cmp_ok($questions, '>=', 10, 'what is not too much is');
cmp_ok($questions, '<=', 16, 'so many');
SKIP:
{
	my $memory = $bridge->memory // skip 'the memory is not its own alone', 1;
	cmp_ok($memory, '<', 60_000, 'it costs no memory without end');
}

# The end of the input, and a signal: what waits ends at once, in order.
sub ends
{
	my ($other, $what, $end) = @_;
	my ($first) = ask($other);
	my ($second) = ask($other);
	my $since = Time::HiRes::time();

	$end->();
	is_otherwise($other->envelope($_), "$what: a call that waits ends") foreach $first, $second;
	is($other->finish, 0, "$what: exit code");
	cmp_ok(Time::HiRes::time() - $since, '<', 20, "$what: nobody waits for an answer");
	is($other->stderr, '', "$what: nothing to report");
	return;
}
$bridge = bridge(\%form);
ends($bridge, 'end of input', sub { close delete $bridge->{in}; });
$bridge = bridge(\%form);
ends($bridge, 'SIGTERM', sub { $bridge->kill('TERM'); });

# A question that comes when the input has ended is not asked any more.
$bridge = bridge(\%form);
$bridge->call('scim_get_user', { user_id => $id });
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; LOCK TABLE asked');
$call = $bridge->start_call('scim_update_user', arguments('ask'));
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE relation = 'asked'::regclass AND NOT granted});
close delete $bridge->{in};
$session->query_safe('COMMIT');
$session->quit;
is_otherwise($bridge->envelope($call), 'a question after the end of the input');
is($bridge->finish, 0, 'exit code');

# Modern: a result, of which nothing is kept.
sub modern
{
	my ($more, $capabilities) = @_;
	return $bridge->request('tools/call', { _meta => meta($capabilities // \%form), name => 'scim_update_user', arguments => arguments('ask'), %$more });
}
$bridge = ScimverBridge->new(conninfo => $conninfo);
$call = modern({});
my $line = $bridge->line;
my $result = $bridge->decode($line)->{result};
is_deeply([ sort keys %$result ], [ '_meta', 'inputRequests', 'requestState', 'resultType' ], 'modern: what the result has');
is($result->{resultType}, 'input_required', 'resultType');
is($result->{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'scimver-mcp', 'serverInfo');
is_deeply($result->{inputRequests}, { decision => { method => 'elicitation/create', params => ScimverBridge->decode($params) } }, 'inputRequests');
is(index($line, '"message": "Which \u00e9?", '), index($line, '"message"'), 'as the database spells them, in one line');
is($result->{requestState}, "s\"\x{e9}", 'requestState');
$call = modern({ requestState => $result->{requestState}, inputResponses => { decision => { action => 'accept', content => { n => 1 } } } });
$envelope = $bridge->envelope($call);
is($envelope->{content}{state}, $result->{requestState}, 'the call comes again: requestState');
is($envelope->{content}{responses}, '{"decision":{"action":"accept","content":{"n":1}}}', 'inputResponses');
my $again = { requestState => 'x', inputResponses => { decision => 'again' } };
is($bridge->answer(modern($again))->{result}{resultType}, 'input_required', 'asked again, as often as the client likes') foreach 1 .. 7;
is_otherwise($bridge->envelope(modern($again, {})), 'a client that cannot be asked any more');
foreach my $wrong ('"a\u0000b"', '"\ud800"', '1', 'null', '{}')
{
	$bridge->send_raw(qq[{"jsonrpc":"2.0","id":"wrong","method":"tools/call","params":{"name":"scim_update_user","requestState":$wrong,"_meta":@{[
		ScimverBridge->encode(meta(\%form))]}}}\n]);
	is($bridge->answer('wrong')->{error}{code}, -32602, "requestState $wrong is -32602");
}
is($bridge->answer(modern({ requestState => 's', inputResponses => $_ }))->{error}{code}, -32602, 'inputResponses must be an object')
  foreach [], 'x', 1, undef;
is($bridge->answer(modern({ arguments => arguments($_) }))->{result}{structuredContent}{content}{error_code}, 'VERSION_MISMATCH', "modern: $_")
  foreach 'no object', 'no state';
is($bridge->finish, 0, 'exit code');
is_deeply($bridge->{messages}, [], 'a modern client gets no request');

# A legacy client has no such members.
$bridge = bridge(\%form);
$call = $bridge->request('tools/call', { name => 'scim_update_user', arguments => arguments('ask'), requestState => 1, inputResponses => 2 });
$request = $bridge->told('elicitation/create');
$bridge->respond($request->{id}, result => { action => 'accept' });
is($bridge->envelope($call)->{content}{state}, "s\"\x{e9}", 'legacy: requestState is none of the client\'s');
is($bridge->finish, 0, 'exit code');

# An extension that is too old, or another's function of that name: as without a question.
$node->safe_psql('postgres', q{ALTER EXTENSION scimver DROP FUNCTION scim_call_tool(text, text, text, text)});
$before = asked();
$bridge = bridge(\%form);
ok($bridge->call('scim_update_user', arguments('ask'))->{success}, 'a function that is not the extension\'s is not called');
is(asked(), $before, 'nobody asked');
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');

done_testing();
