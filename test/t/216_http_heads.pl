# The connections of test/data/http_heads.txt, with a running scimver-mcp: what is served is
# served in its order, what is refused is refused with its status, and nothing behind it is read.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use HttpHeads;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

# A case up to that long is sent byte by byte, too.
my $short = 400;

my $node = ScimverHttp->new_node('http_heads');
ScimverHttp->add_role($node, 'somebody', 'default');
my $bridge = ScimverHttp->new(
	conninfo => $node->connstr('postgres') . ' user=bridge',
	args => [ '--scim-base', '/', '--insecure-loopback', 'somebody', 'default', '--log-requests' ]);
my $answered = 0;

# What an answer is: refused with a status of the parser's, or served, whatever that came to.
sub kind
{
	my ($answer) = @_;

	return 'closed' unless defined $answer;
	return $answer->{status} if $answer->{status} == 100 || $answer->{status} =~ /\A(?:413|414|417|431|501|505)\z/;
	return 400 if $answer->{status} == 400 && $answer->{json}{detail} eq 'The request is not well-formed HTTP.';
	return 200;
}

# What comes of the bytes, in pieces of these lengths (of the last one again and again):
# one word for each answer, "closed" or "open" behind them.
sub outcome
{
	my ($case, @lengths) = @_;
	my $client = $bridge->client;
	my $awaited = grep { /\A\d/ } @{ $case->{expected} };
	my $at = 0;
	my @words;

	setsockopt($client->{socket}, IPPROTO_TCP, TCP_NODELAY, 1) or die "setsockopt: $!";
	$client->{methods} = [ map { /\bmethod=(\S+)/ ? $1 : 'GET' } @{ $case->{expected} } ];
	while ($at < length $case->{bytes})
	{
		my $piece = substr $case->{bytes}, $at, @lengths > 1 ? shift @lengths : $lengths[0];
		last unless $client->send_raw($piece);
		$at += length $piece;
	}
	$awaited++ if grep { /\Amore.*continue=1/ } @{ $case->{expected} };
	while (@words < $awaited)
	{
		push @words, kind($client->answer);
		last if $words[-1] eq 'closed';
		pop @words if $words[-1] eq '100' && !grep { /\Amore/ } @{ $case->{expected} };
	}
	$answered += grep { /\A[2-5]/ } @words;

	# what would come next: an answer to what stands behind them, or one to one request more
	my $end = grep({ /\A(?:closed|4|5)/ } @{ $case->{expected} }) ? 'closed' : 'open';
	if (grep { /\Amore/ } @{ $case->{expected} }) { $client->end_sending }
	elsif ($end eq 'open')
	{
		$client->send('GET', '/healthz', headers => { Connection => 'close' });
		my $next = $client->answer;
		push @words, 'not that of healthz' unless defined $next && $next->{body} eq "ok\n";
		$answered++ if defined $next;
	}
	my $rest = $client->answer;
	$answered++ if defined $rest;
	return join ' ', @words, defined $rest ? "then $rest->{status}" : $end;
}

# The same, of what is expected.
sub expected
{
	my ($case) = @_;
	my $all = join "\n", @{ $case->{expected} };
	my @words = $all =~ /^(\d+)/mg;

	push @words, 100 if $all =~ /^more.*continue=1/m;
	return join ' ', @words, $all =~ /^(?:closed|4|5)/m ? 'closed' : 'open';
}

my @cases = HttpHeads::cases("$FindBin::RealBin/../data/http_heads.txt");
cmp_ok(scalar @cases, '>', 250, 'there are cases');
foreach my $case (@cases)
{
	my $expected = expected($case);
	my $what = "$case->{section}: $case->{name}";

	is(outcome($case, length $case->{bytes}), $expected, $what);
	is(outcome($case, 1), $expected, "$what, byte by byte") if length $case->{bytes} <= $short;
}

# ---- Split in two, at every byte.

foreach my $name ('chunked body', 'trailer Content-Length', 'three requests with and without bodies', 'the second is refused, the third is never seen', 'bare LF hides CL')
{
	my ($case) = grep { $_->{name} eq $name } @cases;
	my $expected = expected($case);
	my $last = length($case->{bytes}) - 1;
	my @wrong = grep { outcome($case, $_, length $case->{bytes}) ne $expected } 1 .. $last;

	is("@wrong", '', "$name, in two pieces, wherever it is cut");
}

# ---- Many at once, on one connection.

my $request = "GET /Users HTTP/1.1\r\nHost: localhost\r\n\r\n";
my $many = $bridge->client;
$many->send_raw($request x 300);
is(scalar(grep { kind($many->answer) eq '200' } 1 .. 300), 300, 'three hundred requests, one behind the other');
$many->end_sending;
ok($many->is_closed, '... and no answer more');

is($bridge->finish, 0, 'exit code');
is(scalar(() = $bridge->stderr =~ /^scimver-mcp: \S+ (?:scim|none|healthz|readyz) \d+ \d+ /mg), $answered + 300, 'what it says it answered is what came');
done_testing();
