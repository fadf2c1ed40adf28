# The connections of test/data/http_heads.txt through nginx and HAProxy: they and scimver-mcp
# see the same requests, in the same order.  What one takes for a body, or for the end of a
# request, and the other does not, lets a client put words into others' mouths.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../t/lib";
use HttpHeads;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverFront;
use ScimverHttp;
use Test::More;

# Behind each case: where it is a request, it is the last one.
my $last = "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

my $node = ScimverHttp->new_node('http_fronts');
ScimverHttp->add_role($node, 'somebody', 'default');
my $bridge = ScimverHttp->new(
	conninfo => $node->connstr('postgres') . ' user=bridge',
	args => [ '--scim-base', '/', '--insecure-loopback', 'somebody', 'default', '--log-requests' ]);
my $known = 0;

# Requests that the bridge has answered since it was asked last: [ method, status ].
sub answered
{
	# its line is written behind its answer: of those before this one it is there
	$bridge->client->request('HEAD', '/healthz');
	my @lines = $bridge->stderr =~ /^scimver-mcp: (\S+ (?!healthz)\S+ \d+) \d+ \S+\n/mg;
	my @new = map { [ (split ' ')[ 0, 2 ] ] } @lines[ $known .. $#lines ];

	$known = @lines;
	return @new;
}

# Are these the requests that were handed on, but for those that never came as a whole?
sub are_handed_on
{
	my ($answered, @handed_on) = @_;

	foreach my $one (@$answered)
	{
		my $other;

		do { $other = shift @handed_on }
		  while (defined $other
			&& (($one->[0] ne '-' && $one->[0] ne $other->[0]) || ($one->[1] != 499 && $one->[1] != $other->[2])));
		return 0 unless defined $other;
	}
	return 1;
}

sub in_words { return join ', ', map { join ' ', @$_ } @_; }

# One case: both tell the same.
sub check
{
	my ($front, $case, $what) = @_;
	my ($port, $answers) = $front->answers($case->{bytes} . $last);
	my @answered = answered();
	my $all_served = !grep { !/\A200/ } @{ $case->{expected} };
	my (@taken, @handed_on);

	# a front's log may come behind its answer
	$front->wait_until(
		'its log',
		sub {
			@taken = $front->taken($port);
			@handed_on = grep { $_->[1] =~ /\A127/ } @taken;
			return are_handed_on(\@answered, @handed_on);
		});
	ok(are_handed_on(\@answered, @handed_on), $what)
	  or diag("answered by the bridge: " . in_words(@answered) . "; handed on: " . in_words(@handed_on));
	my $count = () = $answers =~ m{^HTTP/1\.[01] [2-5]\d\d }mg;
	cmp_ok($count, '<=', @taken, "$what: no answer more than requests") or diag($answers);
	cmp_ok(scalar @answered, '<=', 1 + @{ $case->{expected} }, "$what: no request more than was sent") if $all_served;
	return scalar @answered;
}

# Where the bridge is, and for nginx, what we tell people to write.
sub configuration
{
	my ($file) = @_;
	my ($documented) = slurp_file("$FindBin::RealBin/../../docs/http.md") =~ /^```nginx\n(.*?)^```\n/ms;

	$documented =~ s/unix:[^;]*/127.0.0.1:BRIDGE/ or die 'no address';
	$documented =~ s/listen 443 ssl;/listen 127.0.0.1:PORT;/ or die 'no port';
	$documented =~ s/^\s*ssl_certificate.*\n//mg or die 'no certificate';
	$documented =~ s{location /scim/v2/}{location /} or die 'no path';
	return slurp_file("$FindBin::RealBin/$file") =~ s/^DOCUMENTED\n/$documented/mr =~ s/BRIDGE/$bridge->{port}/gr;
}

my @cases = HttpHeads::cases("$FindBin::RealBin/../data/http_heads.txt");
foreach my $name ('nginx', 'haproxy')
{
	my $front = ScimverFront->new($name, configuration($name eq 'nginx' ? 'nginx.conf' : 'haproxy.cfg'));
	my $passed = 0;

	$passed += check($front, $_, "$name: $_->{section}: $_->{name}") foreach @cases;
	cmp_ok($passed, '>', @cases / 2, "$name: requests do come to the bridge");
	$front->finish;
}
is($bridge->finish, 0, 'exit code');
done_testing();
