# scimver-mcp --http --tls-cert --tls-key: the same over TLS, by the clients that openssl has.
use strict;
use warnings;
use FindBin;
use IPC::Open2;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir_short();
my $token = 'scimver_' . 'x' x 43;

# A certificate and its key, in files of these names.
sub certify
{
	my ($name, $subject) = @_;
	my $out;

	IPC::Run::run([ 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
			'-subj', "/CN=$subject", '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', "$folder/$name.key", '-out', "$folder/$name.crt" ],
		'>&', \$out) or die "openssl: $out";
	return;
}

# What openssl's client says of a connection on which nothing is sent.
sub session
{
	my ($bridge, @args) = @_;
	my $out = '';

	IPC::Run::run([ 'openssl', 's_client', '-connect', $bridge->{address}, '-CAfile', "$folder/server.crt", @args ], '<', '/dev/null', '>&', \$out);
	return $out;
}

# These bytes there, and what comes back until it is closed.
sub converse
{
	my ($bridge, $bytes, @args) = @_;
	my $pid = open2(my $from, my $to, 'openssl', 's_client', '-quiet', '-connect', $bridge->{address}, '-CAfile', "$folder/server.crt", @args);

	binmode $_ foreach $from, $to;
	local $SIG{PIPE} = 'IGNORE';
	print $to $bytes;
	$to->flush;
	my $answer = do { local $/; <$from> };
	close $to;
	waitpid $pid, 0;
	return $answer;
}

certify('server', 'first');
certify('other', 'other');
sub args { return ('--tls-cert', "$folder/server.crt", '--tls-key', "$folder/server.key"); }
my $bridge = ScimverHttp->new(conninfo => 'host=/nowhere', args => [ args(), '--max-connections', '100' ]);
my $close = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
my $health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

# ---- protocols ----

like(session($bridge), qr/Verify return code: 0 \(ok\)/, 'the certificate is shown');
like(session($bridge, '-tls1_3'), qr/^New, TLSv1.3/m, 'TLS 1.3');
like(session($bridge, '-tls1_2'), qr/^New, TLSv1.2/m, 'TLS 1.2');
like(session($bridge, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'), qr/^New, \(NONE\)/m, 'no TLS 1.1');
like(session($bridge, '-alpn', 'h2,http/1.1'), qr/^ALPN protocol: http\/1.1/m, 'HTTP/1.1 is chosen');
like(session($bridge, '-alpn', 'h2'), qr/no application protocol/, 'who has no other than HTTP/2 is told');
like(session($bridge), qr/^No ALPN negotiated/m, 'who names none is served');

# ---- requests ----

my $answers = converse($bridge, $health x 200 . $close);
is(scalar(() = $answers =~ /HTTP\/1\.1 200 OK/g), 201, 'many on one connection');
my $body = 'x' x 1_000_000;
$answers = converse($bridge, "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 1000000\r\n\r\n$body$close");
is(join(' ', $answers =~ /HTTP\/1\.1 (\d+) [A-Z]/g), '503 200', 'a body of a megabyte');
$answers = converse($bridge, "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nContent-Length: 2000000\r\n\r\n$body$close");
is(join(' ', $answers =~ /HTTP\/1\.1 (\d+) [A-Z]/g), '413', 'one that is too long: the client can read why');
$answers = converse($bridge, "nonsense\r\n\r\n$health");
is(join(' ', $answers =~ /HTTP\/1\.1 (\d+) [A-Z]/g), '400', 'what is refused is the last');

# ---- who speaks no TLS, or nothing ----

{
	my $client = $bridge->client;
	$client->send_raw($health x 10);
	my $n = sysread $client->{socket}, my $bytes, 1 << 20;
	unlike($bytes // '', qr/HTTP/, 'without TLS there is no HTTP');
}
{
	my $brief = ScimverHttp->new(conninfo => 'host=/nowhere', args => [ args(), '--head-timeout', '1' ]);
	my $client = $brief->client;
	ok($client->is_closed, 'who does not begin has the time that a head has');
	is($brief->finish, 0, 'exit code');
}

# ---- other certificates ----

my $pid = open2(my $from, my $to, 'openssl', 's_client', '-quiet', '-connect', $bridge->{address}, '-CAfile', "$folder/server.crt");
my $answer = sub {
	print $to $health;
	$to->flush;
	my $line = <$from>;
	while (<$from>) { last if /^ok$/; }
	return $line;
};
like($answer->(), qr/^HTTP\/1.1 200 /, 'a connection');

# It reads them: the log says what came of it, once more than before.
sub reload
{
	my $before = () = $bridge->stderr =~ /certificates (?:have been|are)/g;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;

	$bridge->kill('HUP');
	while ((() = $bridge->stderr =~ /certificates (?:have been|are)/g) == $before)
	{
		die 'SIGHUP is not heard' if time > $end;
		select undef, undef, undef, 0.02;
	}
	return;
}
certify('server', 'second');
like(session($bridge), qr/^subject=CN = first$/m, 'until SIGHUP, the first certificate');
reload();
like(session($bridge), qr/^subject=CN = second$/m, 'then the other one');
like($answer->(), qr/^HTTP\/1.1 200 /, 'the connection goes on');
kill 'TERM', $pid;
waitpid $pid, 0;
rename "$folder/server.crt", "$folder/kept.crt" or die "rename: $!";
append_to_file("$folder/server.crt", 'nonsense');
reload();
rename "$folder/kept.crt", "$folder/server.crt" or die "rename: $!";
like(session($bridge), qr/^subject=CN = second$/m, 'certificates that cannot be read: those of before');
like($bridge->stderr, qr/cannot use the certificates of --tls-cert: .*\n.*the certificates are those of before$/m, 'which is told');
rename "$folder/server.key", "$folder/kept.key" or die "rename: $!";
rename "$folder/other.key", "$folder/server.key" or die "rename: $!";
reload();
like($bridge->stderr, qr/the key of --tls-key.*\n.*those of before\n\z/, 'so is the key of another one');
like(session($bridge), qr/^subject=CN = second$/m, 'the certificate stays');
is($bridge->finish, 0, 'exit code');

# ---- at the start ----

foreach my $case (
	[ 'no certificate', qr/--tls-cert/, '--tls-cert', "$folder/none", '--tls-key', "$folder/kept.key" ],
	[ 'no key', qr/--tls-key/, '--tls-cert', "$folder/server.crt", '--tls-key', "$folder/none" ],
	[ 'the key of another one', qr/--tls-key/, args() ],
	[ 'a certificate alone', qr/go together/, '--tls-cert', "$folder/server.crt" ],
	# what tokens say
	[ 'a tenant', qr/--tenant/, '--tenant', 'acme' ],
	[ 'a set of tools', qr/--toolset/, '--toolset', 'lean' ],
	[ 'tools', qr/--tools/, '--tools', 'scim_get_user' ])
{
	my ($name, $like, @args) = @$case;
	my $err = '';

	IPC::Run::run([ ScimverBridge::program(), '--http', '127.0.0.1:0', @args, 'host=/nowhere' ], '2>', \$err);
	is($? >> 8, 2, "$name: exit code 2");
	like($err, qr/\Ascimver-mcp: [^\n]*\n\z/, "$name: one line");
	like($err, $like, "$name: why");
}

done_testing();
