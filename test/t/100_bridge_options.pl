# scimver-mcp: options, exit codes, and what it does without a database.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $program = ScimverBridge->program;

sub run_program
{
	my @command = ($program, @_);
	my ($out, $err) = ('', '');
	IPC::Run::run(\@command, '<', '/dev/null', '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

my ($code, $out, $err) = run_program('--help');
is($code, 0, '--help exits with 0');
like($out, qr/^Usage:/m, '--help shows the usage');
like($out, qr/^Exit codes:/m, '--help documents the exit codes');
like($out, qr/^  --timeout SECONDS .*\n.*\(1 to 86400, default 30\)/m, '--help documents --timeout');
like($out, qr/^  --seal SECONDS .*\n.*\(1 to 86400, default 10; 0: never\)/m, '--help documents --seal');
like($out, qr/^  --toolset SET .*\bcore \(the default\)/ms, '--help documents --toolset');
like($out, qr/^  --poll MS .*\n.*\(10 to 60000, default 250\)/m, '--help documents --poll');
is($err, '', '--help leaves standard error alone');
my $reference = slurp_file("$FindBin::RealBin/../../docs/reference.md");
my @options = grep { !/^--(help|version)$/ } $out =~ /^  (--[\w-]+)/mg;
cmp_ok(scalar @options, '>=', 5, '--help lists the options');
ok((grep { $_ eq '--require-version' } @options), '--help documents --require-version');
like($reference, qr/^\| `\Q$_\E[` ]/m, "$_ is documented") foreach @options;

my $control = slurp_file("$FindBin::RealBin/../../scimver.control");
my ($version) = $control =~ /^default_version = '(.*)'/m;
($code, $out, $err) = run_program('--version');
is($code, 0, '--version exits with 0');
is($out, "scimver-mcp $version\n", '--version is that of the control file');

foreach my $case (
	[ 'unknown option', '--nonsense' ],
	[ 'option without its value', '--tenant' ],
	[ 'option with a value that takes none', '--require-version=on' ],
	[ 'beginning of two options', '--re' ],
	[ 'empty tenant', '--tenant', '' ],
	[ 'tenant that is no UTF-8', '--tenant', "\xff" ],
	[ 'pool of 0', '--pool', '0' ],
	[ 'pool of 65', '--pool', '65' ],
	[ 'pool that is no number', '--pool', '4x' ],
	[ 'pool beyond long', '--pool', '99999999999999999999' ],
	[ 'timeout of 0', '--timeout', '0' ],
	[ 'timeout below 0', '--timeout', '-1' ],
	[ 'timeout that is no number', '--timeout', 'abc' ],
	[ 'timeout with a unit', '--timeout', '30s' ],
	[ 'timeout with a fraction', '--timeout', '1.5' ],
	[ 'empty timeout', '--timeout', '' ],
	[ 'timeout of more than a day', '--timeout', '86401' ],
	[ 'timeout beyond long', '--timeout', '99999999999999999999' ],
	[ 'timeout without its value', '--timeout' ],
	[ 'toolset that there is not', '--toolset', 'large' ],
	[ 'empty toolset', '--toolset', '' ],
	[ 'no tools', '--tools', '' ],
	[ 'tools with a blank', '--tools', 'scim_get_user, scim_get_group' ],
	[ 'poll of 9', '--poll', '9' ],
	[ 'poll of more than a minute', '--poll', '60001' ],
	[ 'poll with a unit', '--poll', '250ms' ],
	[ 'seal below 0', '--seal', '-1' ],
	[ 'seal that is no number', '--seal', 'never' ],
	[ 'seal with a unit', '--seal', '10s' ],
	[ 'seal with a fraction', '--seal', '0.5' ],
	[ 'empty seal', '--seal', '' ],
	[ 'seal of more than a day', '--seal', '86401' ],
	[ 'seal beyond long', '--seal', '99999999999999999999' ],
	[ 'seal without its value', '--seal' ],
	[ 'two connection strings', 'dbname=a', 'dbname=b' ],
	[ 'broken connection string', 'host=x nonsense=1 password=secret' ],
	[ 'broken URI', 'postgresql://[::1/x' ])
{
	my ($name, @args) = @$case;
	($code, $out, $err) = run_program(@args);
	is($code, 2, "$name: exit code 2");
	is($out, '', "$name: nothing on standard output");
	like($err, qr/\Ascimver-mcp: [^\n]+\n\z/, "$name: one line on standard error");
	unlike($err, qr/secret/, "$name: no password on standard error");
}

($code, $out, $err) = run_program();
is($code, 0, 'no input at all: exit code 0');
is($out . $err, '', 'no input at all: silence');
foreach my $seconds (0, 1, 86400)
{
	($code, $out, $err) = run_program('--seal', $seconds);
	is("$code $out$err", '0 ', "--seal $seconds");
}

# Without a database: a folder without a socket.
my $nowhere = PostgreSQL::Test::Utils::tempdir_short() . '/nowhere';
mkdir $nowhere or die "mkdir: $!";
my $bridge = ScimverBridge->new(conninfo => "host=$nowhere dbname=x password=secret");
is($bridge->initialize->{result}{protocolVersion}, '2025-11-25', 'without a database: initialize answers');
is_deeply($bridge->roundtrip('ping')->{result}, {}, 'without a database: ping answers');
ok($bridge->roundtrip('server/discover', { _meta => \%ScimverBridge::modern_meta })->{result},
	'without a database: server/discover answers');
my $list = $bridge->roundtrip('tools/list');
is($list->{error}{code}, -32603, 'without a database: tools/list is -32603');
like($list->{error}{message}, qr/nowhere/, 'tools/list says why');
my $first = $bridge->call('scim_get_user', { user_id => 'x' });
is($first->{content}{error_code}, 'RETRY_LATER', 'without a database: a read is RETRY_LATER');
is_deeply($bridge->call('scim_delete_user', { user_id => 'x' }),
	{   success => JSON::PP::false,
		content => {
			error => 'The database cannot be reached; nothing was sent to it.',
			error_code => 'RETRY_LATER', retryable => JSON::PP::true,
			next_steps => ['Nothing was changed: make the same call again in a moment.'] },
		metadata => { operation => 'delete_user' } },
	'without a database: a write is RETRY_LATER, in the envelope of the tools');
my $raw = $bridge->roundtrip('tools/call', { name => 'scim_get_user', arguments => {} });
ok($raw->{result}{isError}, 'isError is true');
is_deeply($bridge->decode($raw->{result}{content}[0]{text}), $raw->{result}{structuredContent},
	'the text is the same JSON');
like($raw->{result}{content}[0]{text}, qr/\A\{"success":false,"metadata":\{"operation":"get_user"\},"content":\{"error_code":"RETRY_LATER","error":"/,
	'what matters stands first in it');
foreach my $name ("scim_" . "\x{e9}" x 100_000, "\x01" x 100_000, '"\\' x 100_000)
{
	my $result = $bridge->roundtrip('tools/call', { name => $name, arguments => {} })->{result};
	cmp_ok(length $result->{content}[0]{text}, '<=', 8192, 'a name of 100,000 characters makes no large error');
	my $operation = $name =~ s/\Ascim_//r;
	is($result->{structuredContent}{metadata}{operation}, substr($operation, 0, 200) . '...', 'it is cut');
}
is($bridge->finish, 0, 'without a database: the end of input is exit code 0');
like($bridge->stderr, qr/\A(scimver-mcp: [^\n]+\n)+\z/, 'one line for each message');
unlike($bridge->stderr, qr/secret/, 'no password in them');

# Calls that wait when the input ends are answered before it exits.
$bridge = ScimverBridge->new(conninfo => "host=$nowhere dbname=x");
$bridge->initialize;
my $id = $bridge->start_call('scim_get_user', {});
is($bridge->finish, 0, 'end of input with a call under way: exit code 0');
is($bridge->envelope($id)->{content}{error_code}, 'RETRY_LATER', 'and the call was answered');

# Attempts to connect have pauses between them, whatever is asked meanwhile.
$bridge = ScimverBridge->new(conninfo => "host=$nowhere dbname=x");
$bridge->initialize;
my @calls = map { $bridge->start_call('scim_get_user', {}) } 1 .. 200;
is(scalar(grep { $bridge->envelope($_)->{content}{error_code} eq 'RETRY_LATER' } @calls), 200, '200 calls at once are told to retry');
my $attempts = () = $bridge->stderr =~ /cannot connect/g;
cmp_ok($attempts, '<', 100, 'which is not 200 attempts to connect');
is($bridge->finish, 0, 'exit code');

# A last line without its newline is a line.
$bridge = ScimverBridge->new(conninfo => 'dbname=x');
$bridge->send_raw('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}');
$bridge->finish;
is($bridge->answer(1)->{result}{protocolVersion}, '2025-06-18', 'last line without newline');

# Some clients put a byte order mark before the first line, whole or in two reads; nowhere else is it one.
my $initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}';
foreach my $parts ([ "\xef\xbb\xbf$initialize\n" ], [ "\xef\xbb", "\xbf$initialize\n" ], [ "\xef\xbb\xbf$initialize" ], [ "\xef\xbb\xbf\n$initialize\n" ])
{
	$bridge = ScimverBridge->new(conninfo => 'dbname=x');
	$bridge->send_raw($_) foreach @$parts;
	close $bridge->{in};
	delete $bridge->{in};
	is($bridge->answer(1)->{result}{protocolVersion}, '2025-11-25', 'a byte order mark before the first line is skipped');
	is($bridge->finish, 0, 'and nothing is wrong');
	is_deeply($bridge->{messages}, [], 'one answer');
}
foreach my $lines ("$initialize\n\xef\xbb\xbf", "\xef\xbb\xbf\xef\xbb\xbf", "\xef\xbb")
{
	$bridge = ScimverBridge->new(conninfo => 'dbname=x');
	$bridge->send_raw("$lines$initialize\n");
	$bridge->finish;
	is($bridge->{messages}[-1]{error}{code}, -32700, 'a mark at another place, another one, half of one');
}

$bridge = ScimverBridge->new(conninfo => 'dbname=x');
$bridge->send_raw('{"jsonrpc":"2.0","id":1,"method":"initi');
is($bridge->finish, 0, 'end of input in mid-line: exit code 0');
is($bridge->{messages}[0]{error}{code}, -32700, 'end of input in mid-line: -32700');

foreach my $signal ('TERM', 'INT')
{
	$bridge = ScimverBridge->new(conninfo => 'dbname=x');
	$bridge->initialize;
	$bridge->kill($signal);
	is($bridge->wait_exit, 0, "SIG$signal: exit code 0");
}

# The client stops reading: that ends it, and not by a signal.
$bridge = ScimverBridge->new(conninfo => 'dbname=x');
$bridge->roundtrip('ping');
close $bridge->{out};
$bridge->send_message({ jsonrpc => '2.0', id => 9, method => 'ping' });
is($bridge->wait_exit, 1, 'standard output closed: exit code 1');
like($bridge->stderr, qr/\Ascimver-mcp: cannot write to standard output: [^\n]+\n\z/,
	'standard output closed: one line says so');

# Regular files serve as well as pipes.
my $requests = "$PostgreSQL::Test::Utils::tmp_check/requests.jsonl";
append_to_file($requests, qq({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}\n)
	  . qq({"jsonrpc":"2.0","id":2,"method":"ping"}\n));
($out, $err) = ('', '');
IPC::Run::run([ $program, 'dbname=x' ], '<', $requests, '>', "$requests.out", '2>', \$err);
like(slurp_file("$requests.out"), qr/"id":1.*2024-11-05.*\n.*"id":2,"result":\{\}/, 'from file to file');

done_testing();
