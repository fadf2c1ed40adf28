# 32 writers over HTTP who have read the same version: one of them writes, the others are told
# (412); with UPDATEs of a DBA's in between.  SCIMVER_HTTP_ROUNDS: how many rounds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $rounds = $ENV{SCIMVER_HTTP_ROUNDS} // 100;
my $node = ScimverHttp->new_node('http_races', conf => "scimver.max_attempts = 0\n");
my @tokens;
foreach my $role (map { "writer$_" } 1 .. 4)
{
	ScimverHttp->add_role($node, $role, 'acme');
	push @tokens, ScimverHttp->token($node, $role, 'acme');
}
my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => [ '--pool', '8' ]);
my @clients = map { $bridge->client(token => $tokens[ $_ % 4 ]) } 1 .. 32;
my $id = $clients[0]->request('POST', '/scim/v2/Users', body => { userName => 'prize' })->{json}{id};
my $user = "/scim/v2/Users/$id";
my $dba = $node->background_psql('postgres');

sub revision { return $dba->query_safe("SELECT revision FROM users WHERE id = '$id'"); }

my (%statuses, %winners);
foreach my $round (1 .. $rounds)
{
	my $etag = $clients[0]->request('GET', $user)->{headers}{etag};
	my $before = revision();
	my $interferes = $round % 4 == 0;
	my $when = $round % 8 == 0 ? 0 : 4;    # before all of them, or while some are under way

	foreach my $n (0 .. $#clients)
	{
		$dba->query_safe(qq{UPDATE users SET data = data || '{"title": "$round by the DBA"}' WHERE id = '$id'}) if $interferes && $n == $when;
		$clients[$n]->send($n % 2 ? 'PUT' : 'PATCH', $user, headers => { 'If-Match' => $etag },
			body => $n % 2 ? { userName => 'prize', title => "$round by $n" }
			: { schemas => ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations => [ { op => 'replace', path => 'title', value => "$round by $n" } ] });
	}
	my @answers = map { $_->answer } @clients;
	my $won = grep { $_->{status} == 200 } @answers;
	$statuses{ $_->{status} }++ foreach @answers;
	$winners{ ($interferes ? 'beside a DBA ' : '') . $won }++;
	my $stored = revision() - $before;
	my $told = $won + ($interferes ? 1 : 0);
	fail("round $round: $stored writes, of which $told were told") if $stored != $told;
}
is_deeply([ sort keys %statuses ], [ 200, 412 ], 'each is written or refused');
is($winners{1}, $rounds - int($rounds / 4), "$rounds rounds: exactly one winner in each");
is(($winners{'beside a DBA 0'} // 0) + ($winners{'beside a DBA 1'} // 0), int($rounds / 4), '... at most one beside a DBA');
cmp_ok($winners{'beside a DBA 0'} // 0, '>', 0, '... who came first');
note(join ', ', map { "$_: $winners{$_}" } sort keys %winners);
is($node->safe_psql('postgres', q{SET scimver.tenant = 'acme'; SELECT count(*) FROM users WHERE version <> scim_version(scim_get_user(id::text))}), 0, 'every version is right');
$dba->quit;
is($bridge->finish, 0, 'exit code');
is($bridge->reports, '', 'nothing to report');
done_testing();
