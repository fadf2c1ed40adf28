# scimver-mcp: the protocol in both eras, per message, on one connection.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('protocol');
my $conninfo = $node->connstr('postgres');
my %meta = %ScimverBridge::modern_meta;

# The error code of an answer, or what it is instead.
sub code { return $_[0]{error} ? $_[0]{error}{code} : 'a result'; }

my $bridge = ScimverBridge->new(conninfo => $conninfo);

# Before any handshake: only initialize, and what says that it is modern.
foreach my $method ('ping', 'tools/list', 'tools/call', 'server/discover', 'nonsense')
{
	my $answer = $bridge->roundtrip($method, {});
	is(code($answer), -32602, "no handshake, no _meta: $method is -32602");
	like($answer->{error}{message}, qr/protocolVersion.*clientCapabilities/, 'and says what is missing');
}

# The modern era needs no handshake.
my $discover = $bridge->roundtrip('server/discover', { _meta => \%meta })->{result};
is_deeply($discover->{supportedVersions}, ['2026-07-28'], 'discover lists the modern version only');
is($discover->{resultType}, 'complete', 'discover: resultType');
ok($discover->{ttlMs} >= 0 && $discover->{cacheScope} =~ /\A(public|private)\z/, 'discover: ttlMs and cacheScope');
is($discover->{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'scimver-mcp', 'discover: serverInfo in _meta');
my $capabilities = { tools => { listChanged => JSON::PP::true }, resources => { subscribe => JSON::PP::true, listChanged => JSON::PP::false }, prompts => {}, completions => {} };
is_deeply($discover->{capabilities}, $capabilities, 'discover: capabilities');
like($discover->{instructions}, qr/expected_version.*VERSION_MISMATCH.*content\.current/s, 'discover: instructions hold the rule');

my $modern_list = $bridge->roundtrip('tools/list', { _meta => \%meta })->{result};
is($modern_list->{resultType}, 'complete', 'modern tools/list: resultType');
is($modern_list->{cacheScope}, 'private', 'modern tools/list: cacheScope');
cmp_ok($modern_list->{ttlMs}, '>=', 0, 'modern tools/list: ttlMs');
is_deeply([ map { $_->{name} } @{ $modern_list->{tools} } ],
	[ split /\n/, $node->safe_psql('postgres', q{SELECT t->>'name' FROM jsonb_array_elements(scim_tools()) t}) ],
	'modern tools/list: the tools of the database, in its order');

my $created = $bridge->roundtrip('tools/call',
	{ _meta => { %meta, 'io.modelcontextprotocol/clientInfo' => { name => 'modern', version => '1' }, progressToken => 7 },
		name => 'scim_create_user', arguments => { user_data => { userName => 'ann' } } })->{result};
is($created->{resultType}, 'complete', 'modern tools/call: resultType');
ok(!$created->{isError}, 'modern tools/call: no error');
is($created->{structuredContent}{content}{userName}, 'ann', 'modern tools/call: structuredContent');
is_deeply($bridge->decode($created->{content}[0]{text}), $created->{structuredContent}, 'modern tools/call: the same as text');
is($created->{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'scimver-mcp', 'modern tools/call: serverInfo');
my $id = $created->{structuredContent}{content}{id};

foreach my $method ('initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'nonsense')
{
	is(code($bridge->roundtrip($method, { _meta => \%meta })), -32601, "modern: $method is -32601");
}
foreach my $case (
	[ 'protocolVersion is missing', { 'io.modelcontextprotocol/clientCapabilities' => {} } ],
	[ 'clientCapabilities is missing', { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28' } ],
	[ 'protocolVersion is a number', { %meta, 'io.modelcontextprotocol/protocolVersion' => 1 } ],
	[ 'protocolVersion is null', { %meta, 'io.modelcontextprotocol/protocolVersion' => undef } ],
	[ 'clientCapabilities is an array', { %meta, 'io.modelcontextprotocol/clientCapabilities' => [] } ],
	[ 'clientInfo is a string', { %meta, 'io.modelcontextprotocol/clientInfo' => 'x' } ])
{
	is(code($bridge->roundtrip('tools/list', { _meta => $case->[1] })), -32602, "modern: $case->[0]: -32602");
}
foreach my $version ('2025-11-25', '1999-01-01', 'DRAFT')
{
	my $answer = $bridge->roundtrip('tools/list', { _meta => { %meta, 'io.modelcontextprotocol/protocolVersion' => $version } });
	is(code($answer), -32022, "modern: version $version is -32022");
	is_deeply($answer->{error}{data}, { supported => ['2026-07-28'], requested => $version }, 'and says what is supported');
}
is(code($bridge->roundtrip('ping', {})), -32602, 'modern requests are no handshake');

# The legacy era.
foreach my $case (
	[ '2025-11-25', '2025-11-25' ], [ '2025-06-18', '2025-06-18' ], [ '2024-11-05', '2024-11-05' ],
	[ '2025-03-26', '2025-11-25' ], [ '2026-07-28', '2025-11-25' ], [ '1.0', '2025-11-25' ])
{
	my $result = $bridge->initialize(protocolVersion => $case->[0])->{result};
	is($result->{protocolVersion}, $case->[1], "initialize with $case->[0] is answered with $case->[1]");
	is($result->{serverInfo}{name}, 'scimver-mcp', 'serverInfo');
	is_deeply($result->{capabilities}, $capabilities, 'capabilities');
	is($result->{instructions}, $discover->{instructions}, 'instructions');
}
foreach my $case (
	[ 'no params', undef ], [ 'no protocolVersion', {} ], [ 'protocolVersion is a number', { protocolVersion => 20251125 } ],
	[ 'capabilities is a string', { protocolVersion => '2025-11-25', capabilities => 'all' } ],
	[ 'clientInfo is an array', { protocolVersion => '2025-11-25', clientInfo => [] } ])
{
	is(code($bridge->roundtrip('initialize', $case->[1])), -32602, "initialize: $case->[0]: -32602");
}
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'ping is answered with an empty result');
my $list = $bridge->roundtrip('tools/list')->{result};
is_deeply($list, { tools => $modern_list->{tools} }, 'legacy tools/list: the same tools and nothing of the modern era');
my $got = $bridge->roundtrip('tools/call', { name => 'scim_get_user', arguments => { user_id => $id }, _meta => { progressToken => 'p' } })->{result};
is_deeply([ sort keys %$got ], [ 'content', 'isError', 'structuredContent' ], 'legacy tools/call: nothing of the modern era');
is($got->{structuredContent}{content}{userName}, 'ann', 'legacy tools/call: the user');
foreach my $method ('server/discover', 'logging/setLevel', 'subscriptions/listen', 'resources/', 'tools/', 'TOOLS/LIST', '')
{
	is(code($bridge->roundtrip($method, {})), -32601, "legacy: '$method' is -32601");
}

# Both on one connection: the handshake does not pin the era.
is($bridge->roundtrip('server/discover', { _meta => \%meta })->{result}{resultType}, 'complete', 'modern after the handshake');
is(code($bridge->roundtrip('ping', { _meta => \%meta })), -32601, 'modern ping after the handshake is -32601');

# tools/call and tools/list: what is malformed is -32602 ...
foreach my $case (
	[ 'no params', undef ], [ 'params is an array', [] ], [ 'params is a string', 'x' ], [ 'params is null', JSON::PP::null ],
	[ 'no name', { arguments => {} } ], [ 'name is a number', { name => 1 } ], [ 'name is null', { name => undef } ],
	[ 'name is unknown', { name => 'scim_drop_user' } ], [ 'name is empty', { name => '' } ],
	[ 'name holds a NUL', { name => "scim_get_user\0" } ],
	[ 'arguments is an array', { name => 'scim_get_user', arguments => [] } ],
	[ 'arguments is a string', { name => 'scim_get_user', arguments => '{}' } ],
	[ 'arguments is a number', { name => 'scim_get_user', arguments => 1 } ],
	[ '_meta is a string', { name => 'scim_get_user', _meta => 'x' } ],
	[ '_meta is null', { name => 'scim_get_user', _meta => undef } ])
{
	my $message = { jsonrpc => '2.0', id => $bridge->{next_id}++, method => 'tools/call' };
	$message->{params} = $case->[1] if defined $case->[1];
	$bridge->send_message($message);
	is(code($bridge->answer($message->{id})), -32602, "tools/call: $case->[0]: -32602");
}

# A tool that is unknown is named: as a JSON string, and cut.
foreach my $case (
	[ '"nonsense"', '"nonsense"' ], [ '""', '""' ], [ '"SCIM_GET_USER"', '"SCIM_GET_USER"' ],
	[ '"n\u006fnsense \"\\\/\u00e9\ud83d\ude00"', qq("nonsense \\"\\\\/\x{e9}\x{1f600}") ],
	[ '"scim_get_user\u0000"', '"scim_get_user\u0000"' ], [ '"\u0000"', '"\u0000"' ],
	[ '"a\n\u001b[31m\u0085"', qq("a\\n\\u001b[31m\x{85}") ],
	[ '"scim_get_user\ud800"', qq("scim_get_user\\\\ud800") ], [ '"\udc00\ud800\""', qq("\\\\udc00\\\\ud800\\\\\\"") ],
	[ '"' . 'x' x 200 . '"', '"' . 'x' x 200 . '"' ],
	[ '"' . 'x' x 201 . '"', '"' . 'x' x 200 . '..."' ],
	[ qq("\xf0\x9f\x98\x80) . "\xc3\xa9" x 10_000 . '"', qq("\x{1f600}) . "\x{e9}" x 199 . '..."' ],
	[ '"' . '\u0000' x 10_000 . '"', '"' . '\u0000' x 200 . '..."' ],
	[ '"' . '\ud800' x 10_000 . '"', '"' . qq(\\\\ud800) x 33 . qq(\\\\u...") ])
{
	my ($sent, $shown) = @$case;
	$bridge->send_raw(qq({"jsonrpc":"2.0","id":"unknown","method":"tools/call","params":{"name":$sent,"arguments":{}}}\n));
	my $line = $bridge->line;
	is_deeply($bridge->decode($line),
		{ jsonrpc => '2.0', id => 'unknown', error => { code => -32602, message => "Unknown tool: $shown; tools/list names the tools" } },
		'an unknown tool is named: ' . substr($sent, 0, 40));
	cmp_ok(length $line, '<=', 8192, 'in a short line');
}
is(code($bridge->roundtrip('tools/list', { cursor => 'x' })), -32602, 'tools/list: a cursor that nobody gave is -32602');
is(code($bridge->roundtrip('tools/list', { cursor => 5 })), -32602, 'tools/list: a cursor that is a number is -32602');

# ... and what a model can mend is a result.
foreach my $case (
	[ 'no arguments', { name => 'scim_get_user' } ],
	[ 'arguments is null', { name => 'scim_get_user', arguments => undef } ],
	[ 'an unknown argument', { name => 'scim_get_user', arguments => { id => 'x' } } ],
	[ 'an argument of another type', { name => 'scim_get_user', arguments => { user_id => 1 } } ])
{
	my $result = $bridge->roundtrip('tools/call', $case->[1])->{result};
	ok($result->{isError}, "tools/call: $case->[0]: isError");
	is($result->{structuredContent}{content}{error_code}, 'INVALID_ARGUMENT', 'and INVALID_ARGUMENT');
}

# The main job.
my $version = $got->{structuredContent}{metadata}{version};
my $won = $bridge->call('scim_update_user', { user_id => $id, user_data => { userName => 'ann', title => 'one' }, expected_version => $version });
ok($won->{success}, 'an update with the version that was read');
my $stale = $bridge->call('scim_update_user', { user_id => $id, user_data => { userName => 'ann', title => 'two' }, expected_version => $version });
ok(!$stale->{success}, 'an update with a stale version');
is($stale->{content}{error_code}, 'VERSION_MISMATCH', 'VERSION_MISMATCH');
is($stale->{content}{current}{title}, 'one', 'with the current state');
my $again = $bridge->call('scim_update_user',
	{ user_id => $id, user_data => { %{ $stale->{content}{current} }, nickName => 'two' }, expected_version => $stale->{content}{current_version} });
ok($again->{success}, 'merged and tried again');
is($again->{content}{title}, 'one', 'nothing of the other agent is lost');

# Notifications are never answered, whatever they are.
$bridge->notify('nonsense');
$bridge->notify('notifications/cancelled');
$bridge->notify('notifications/cancelled', []);
$bridge->notify('notifications/cancelled', { requestId => { } });
$bridge->notify('notifications/cancelled', { requestId => 'not there' });
$bridge->notify('tools/call', { name => 'scim_delete_user', arguments => { user_id => $id } });
$bridge->send_message({ jsonrpc => '2.0', id => 4711, result => {} });
$bridge->send_message({ jsonrpc => '2.0', id => 4712, error => { code => 1, message => 'x' } });
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'the next request works');
is_deeply($bridge->{messages}, [], 'and nothing was answered before it');
ok($bridge->call('scim_user_exists', { user_id => $id })->{content}{exists}, 'a notification calls no tool');

SKIP: {
	my $memory = $bridge->memory // skip 'the memory is not its own alone', 1;
	cmp_ok($memory, '<', 10 * 1024, 'at rest it takes less than 10 MB');
}
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');
done_testing();
