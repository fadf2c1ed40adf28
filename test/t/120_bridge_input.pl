# scimver-mcp: bad input over stdio.  The right error each time, no crash, and
# the next call works; what has to pass unharmed does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('input');
my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres'));
my $pings = 0;

$bridge->initialize;

# The next call works, and no other answer is there.
sub next_works
{
	my ($name) = @_;
	my $id = 'ping ' . ++$pings;
	$bridge->send_message({ jsonrpc => '2.0', id => $id, method => 'ping' });
	my $answer = $bridge->message;
	is($answer->{id}, $id, "$name: the next call works");
	return;
}

# A line, the error that it gets, and the id of that as JSON text.
sub refused
{
	my ($name, $line, $code, $id) = @_;
	$bridge->send_raw("$line\n");
	my $raw = $bridge->line;
	my $answer = $bridge->decode($raw);
	is($answer->{error} ? $answer->{error}{code} : $raw, $code, "$name: $code");
	$id //= 'null';
	like($raw, qr/"id":\Q$id\E,/, "$name: id $id");
	next_works($name);
	return;
}

# A call of scim_create_user whose arguments are given as text; its answer.
sub created
{
	my ($arguments) = @_;
	$bridge->send_raw(qq({"jsonrpc":"2.0","id":"create","method":"tools/call","params":{"name":"scim_create_user","arguments":$arguments}}\n));
	my $answer = $bridge->answer('create');
	die $bridge->encode($answer) unless $answer->{result};
	return $answer->{result}{structuredContent};
}

sub created_code
{
	my ($name, $arguments, $code) = @_;
	is(created($arguments)->{content}{error_code}, $code, "$name: $code");
	next_works($name);
	return;
}

# What is no JSON.
refused('no JSON', 'hello', -32700);
refused('a comma too many', '{"jsonrpc":"2.0","id":1,"method":"ping",}', -32700);
refused('a missing brace', '{"jsonrpc":"2.0","id":1,"method":"ping"', -32700);
refused('a brace too many', '{"jsonrpc":"2.0","id":1,"method":"ping"}}', -32700);
refused('two messages in a line', '{"jsonrpc":"2.0","id":1,"method":"ping"} {"jsonrpc":"2.0","id":2,"method":"ping"}', -32700);
refused('single quotes', "{'jsonrpc':'2.0'}", -32700);
refused('a bad word', '{"jsonrpc":"2.0","id":1,"method":"ping","x":tru}', -32700);
refused('a bad number', '{"jsonrpc":"2.0","id":01,"method":"ping"}', -32700);
refused('a bad escape', '{"jsonrpc":"2.0","id":"\x","method":"ping"}', -32700);
refused('a control character in a string', qq({"jsonrpc":"2.0","id":"\x01","method":"ping"}), -32700);
refused('a NUL byte', qq({"jsonrpc":"2.0","id":1,"method":"pi\0ng"}), -32700);
refused('nothing but a NUL byte', "\0", -32700);
refused('invalid UTF-8', qq({"jsonrpc":"2.0","id":1,"method":"\xff"}), -32700);
refused('overlong UTF-8', qq({"jsonrpc":"2.0","id":1,"method":"\xc0\xaf"}), -32700);
refused('a surrogate in UTF-8', qq({"jsonrpc":"2.0","id":1,"method":"\xed\xa0\x80"}), -32700);
refused('a byte order mark', qq(\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}), -32700);
refused('arguments without an end', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":"}}}', -32700);
refused('arguments closed by a bracket', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":1]}}', -32700);
refused('100,000 open brackets', '[' x 100_000, -32700);
refused('100,000 open braces', '{"a":' x 100_000, -32700);
refused('100,000 nested in a member', '{"jsonrpc":"2.0","id":1,"x":' . ('[' x 100_000) . (']' x 99_999) . '}', -32700);

# What is JSON, and no request.
refused('an empty batch', '[]', -32600);
refused('a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600);
refused('100,000 nested arrays', '[' x 100_000 . ']' x 100_000, -32600);
refused('a string', '"ping"', -32600);
refused('a number', '1', -32600);
refused('null', 'null', -32600);
refused('an empty object', '{}', -32600);
refused('no jsonrpc', '{"id":1,"method":"ping"}', -32600, '1');
refused('jsonrpc 1.0', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, '1');
refused('jsonrpc as a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600, '1');
refused('no method', '{"jsonrpc":"2.0","id":"a"}', -32600, '"a"');
refused('method as a number', '{"jsonrpc":"2.0","id":1,"method":1}', -32600, '1');
refused('method as null', '{"jsonrpc":"2.0","id":1,"method":null}', -32600, '1');
refused('method as an object', '{"jsonrpc":"2.0","id":1,"method":{}}', -32600, '1');
refused('id null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600);
refused('id true', '{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600);
refused('id as an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600);
refused('id as an array', '{"jsonrpc":"2.0","id":[1],"method":"ping"}', -32600);
refused('id with a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600);
refused('id with an exponent', '{"jsonrpc":"2.0","id":1e2,"method":"ping"}', -32600);
refused('id of 2 MiB', '{"jsonrpc":"2.0","id":"' . 'x' x (2 * 1024 * 1024) . '","method":"ping"}', -32600);
refused('id twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32600);
refused('method twice', '{"jsonrpc":"2.0","id":1,"method":"ping","\u006dethod":"ping"}', -32600);
refused('arguments twice', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{},"arguments":{}}}', -32600);
refused('params as a string', '{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32602, '1');
refused('params as an array', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602, '1');
refused('_meta that names a thing twice',
	'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"a","io.modelcontextprotocol/protocolVersion":"b"}}}', -32602, '1');
refused('a tool name with a lone surrogate', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}', -32602, '1');
refused('a tool name of 9 MiB', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' . 'x' x (9 * 1024 * 1024) . '"}}', -32602, '1');
refused('a method with a lone surrogate', '{"jsonrpc":"2.0","id":1,"method":"\udfff"}', -32601, '1');
refused('a method of 1 MiB', '{"jsonrpc":"2.0","id":1,"method":"' . 'x' x (1024 * 1024) . '"}', -32601, '1');

# A line over 10 MiB: refused, skipped, forgotten.
my $limit = 10 * 1024 * 1024;
my $ping = '{"jsonrpc":"2.0","id":"long","method":"ping"}';
refused('a line of 10 MiB and a byte', $ping . ' ' x ($limit + 1 - length $ping), -32600);
refused('a line of 40 MiB', '{"x":"' . 'y' x (4 * $limit) . '"}', -32600);
$bridge->send_raw($ping . ' ' x ($limit - length $ping) . "\n");
is($bridge->message->{id}, 'long', 'a line of 10 MiB is none too long');

# Blank lines and line ends of other systems are no messages.
$bridge->send_raw("\n   \n\t\n\r\n");
$bridge->send_raw(qq({"jsonrpc":"2.0","id":"crlf","method":"ping"}\r\n));
is($bridge->message->{id}, 'crlf', 'blank lines are passed over, CRLF is a line end');

# Ids come back byte for byte.
foreach my $id ('0', '-1', '1.0', '12345678901234567890123456789012345678901234567890', '9007199254740993',
	'""', '"a\u0041\/\n"', '"\ud83d\ude00"', '"\ud800"', qq("\xc3\xa9\xf0\x9f\x98\x80"), '"' . 'x' x 100_000 . '"')
{
	$bridge->send_raw(qq( {"method" : "ping", "id" : $id , "jsonrpc":"2.0"} \n));
	is($bridge->line, qq({"jsonrpc":"2.0","id":$id,"result":{}}), 'id ' . substr($id, 0, 40));
}

# Members in any order, with escapes in their names, and with others between.
$bridge->send_raw('{"params":{"arguments":{"user_data":{"userName":"order"}},"x":[{"arguments":{}}],"n\u0061me":"scim_create_user"},"y":{"id":5},"method":"tools\/call","id":"order","jsonrpc":"2.0"}' . "\n");
is($bridge->answer('order')->{result}{structuredContent}{content}{userName}, 'order', 'members in any order');

# Inside arguments the database answers.
created_code('broken JSON', '{"user_data":}', 'INVALID_SYNTAX');
created_code('brackets that do not match inside', '{"user_data":[{]}}', 'INVALID_SYNTAX');
created_code('a lone surrogate', '{"user_data":{"userName":"\ud800"}}', 'INVALID_SYNTAX');
created_code('an escaped NUL', '{"user_data":{"userName":"\u0000"}}', 'INVALID_SYNTAX');
created_code('a NUL byte', qq({"user_data":{"userName":"a\0b"}}), 'INVALID_SYNTAX');
created_code('invalid UTF-8', qq({"user_data":{"userName":"\xff"}}), 'INVALID_SYNTAX');
created_code('a number beyond all', '{"user_data":{"userName":"huge","x":1e200000}}', 'INVALID_VALUE');
created_code('100,000-deep nesting', '{"user_data":' . '[' x 100_000 . ']' x 100_000 . '}', 'TOO_LARGE');
created_code('a user that is a string', '{"user_data":"x"}', 'INVALID_ARGUMENT');

# 9 MB pass.
my $long = 'z' x 9_000_000;
my $envelope = created(qq({"user_data":{"userName":"long"},"nonsense":"$long"}));
is($envelope->{content}{error_code}, 'INVALID_ARGUMENT', 'a line of 9 MB reaches the database');
next_works('a line of 9 MB');

is($bridge->finish, 0, 'exit code');
like($bridge->stderr, qr/\A(scimver-mcp: [^\n]*\n)*\z/, 'whole lines on standard error');
unlike($bridge->stderr, qr/userName|zzz/, 'no arguments and no data in them');

# A client that sends much and reads nothing: the bridge stops reading too.
$bridge = ScimverBridge->new(conninfo => $node->connstr('postgres'));
$bridge->initialize;
my $request = qq({"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25"}}\n);
my $batch = $request x 200;
my $sent = 0;
fcntl($bridge->{in}, Fcntl::F_SETFL, Fcntl::O_NONBLOCK) or die $!;
while (IO::Select->new($bridge->{in})->can_write(2))
{
	my $n = syswrite($bridge->{in}, $batch, length($batch) - $sent % length $request, $sent % length $request);
	last if !defined $n && !$!{EAGAIN};
	$sent += $n // 0;
	last if $sent > 100_000_000;
}
cmp_ok($sent, '<', 20_000_000, 'a client that reads nothing is not read without end');
SKIP:
{
	my $memory = $bridge->memory // skip 'the memory is not its own alone', 1;
	cmp_ok($memory, '<', 40_000, 'nor does it cost memory without end');
}
fcntl($bridge->{in}, Fcntl::F_SETFL, 0) or die $!;
my $expected = int($sent / length $request);
my $answers = 0;
$answers++ while $answers < $expected && defined $bridge->line;
is($answers, $expected, 'every request is answered in the end');
close $bridge->{in};
delete $bridge->{in};
is($bridge->finish, 0, 'exit code');

done_testing();
