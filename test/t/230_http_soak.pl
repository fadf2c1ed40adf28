# 500 clients over HTTP, of whom 100 are slow and 20 vanish in the middle of a body: the good
# ones are answered as if nobody else was there (test/load/soak.c).  SCIMVER_SOAK_SECONDS: how
# long (30); with SCIMVER_SOAK_GATES, what the others cost them, and memory, must be within
# limits, too.  script/soak is the same, and longer.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverHttp;
use Test::More;

my $seconds = $ENV{SCIMVER_SOAK_SECONDS} || 30;
my $gates = $ENV{SCIMVER_SOAK_GATES};
my ($good, $slow, $vanishing) = (380, 100, 20);
my $folder = PostgreSQL::Test::Utils::tempdir();

my ($built, $errors) = run_command([ 'make', '-s', '-C', $folder, '-f', "$FindBin::RealBin/../load/Makefile", 'soak' ]);
is($errors, '', 'it is built without a warning');

my $node = ScimverHttp->new_node('soak', conf => "synchronous_commit = off\n");
ScimverHttp->add_role($node, 'worker', 'acme');
$node->safe_psql('postgres', qq{
	INSERT INTO users (tenant_id, data)
		SELECT 'acme', jsonb_build_object('userName', 'good.' || i, 'displayName', repeat('Somebody ', 40), 'nickName', repeat('x', 1000))
		FROM generate_series(1, $good) AS i;
	ANALYZE users;});

sub write_file
{
	my ($name, $text) = @_;

	append_to_file("$folder/$name", "$text\n");
	return "$folder/$name";
}

my $ids = write_file('ids', $node->safe_psql('postgres', 'SELECT id FROM users ORDER BY random()'));
my $tokens = write_file('tokens', join "\n", map { ScimverHttp->token($node, 'worker', 'acme') } 1 .. 8);
my $bridge = ScimverHttp->new(conninfo => $node->connstr('postgres') . ' user=bridge', args => [ '--max-per-address', '1000' ]);

sub resident_kb { return slurp_file("/proc/$bridge->{pid}/status") =~ /^VmRSS:\s*(\d+)/m ? $1 : die 'the bridge is gone'; }

# What was counted, and the memory of the bridge after a fifth of the time and at its end.
sub soak
{
	my @clients = @_;
	my %memory;

	open(my $out, '-|', "$folder/soak", '-i', $ids, '-t', $tokens, $bridge->{address}, @clients) or die "soak: $!";
	while (my $line = <$out>)
	{
		return { %{ decode_json($line) }, memory => \%memory } if $line =~ /\A\{/;
		chomp $line;
		$memory{$line} = resident_kb();
	}
	die 'soak says nothing';
}

my $alone = soak(int($seconds / 3) || 1, $good, 0, 0);
my $beside = soak($seconds, $good, $slow, $vanishing);

foreach my $run ([ 'alone', $alone ], [ 'beside bad ones', $beside ])
{
	my ($name, $counts) = @$run;

	is($counts->{wrong}, 0, "$name: each answer is what it should be");
	cmp_ok($counts->{answered}, '>=', $good, '... and each good client has some');
}
cmp_ok($beside->{slow_done}, '>', 0, 'who is slow, but in time, is answered');
cmp_ok($beside->{slow_late}, '>', 0, 'who is too slow is told so');
cmp_ok($beside->{vanished}, '>', 0, 'some vanish');
is($node->safe_psql('postgres', q{SELECT count(*) FROM users WHERE data ->> 'userName' NOT LIKE 'good.%'}), 0, '... and nothing of theirs is there');
is($bridge->client->request('GET', '/healthz')->{status}, 200, 'it goes on');

my $ratio = $beside->{p99_us} / $alone->{p99_us};
note(sprintf 'p50 %.1f ms, p99 %.1f ms; beside bad ones p50 %.1f ms, p99 %.1f ms: %.2f times', (map { $_ / 1000 } @{$alone}{qw(p50_us p99_us)}, @{$beside}{qw(p50_us p99_us)}), $ratio);
note(encode_json($_)) foreach $alone, $beside;
if ($gates)
{
	cmp_ok($ratio, '<=', 2, 'p99 of the good ones beside bad ones / alone');
	cmp_ok($beside->{memory}{end}, '<=', $beside->{memory}{fifth} * 1.05 + 1024, 'memory is flat');
}
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');
done_testing();
