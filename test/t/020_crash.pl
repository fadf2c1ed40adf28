# A crash in the middle of writes: what was acknowledged is there afterwards,
# and every version, count and digest is right.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('crash');
my $program = build_helper('crash');

# Writers go on until the server is gone; returns what they were told.
sub crash
{
	my ($out, $err) = ('', '');
	my $writers = IPC::Run::start([ $program, $node->connstr('scim'), 8, 50 ], '>', \$out, '2>', \$err,
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

	IPC::Run::pump $writers until $out =~ /^ready$/m || !$writers->pumpable;
	$node->stop('immediate');
	$writers->finish;
	is($err, '', 'nothing else went wrong');
	return map { decode_json($_) } grep { /^\{/ } split /\n/, $out;
}

# Is a number what it was acknowledged to be, or what was being written?
sub is_either
{
	my ($number, $fact) = @_;
	return $number == $fact->{is} || $number == $fact->{or};
}

# Brings the server back; returns how many writes were acknowledged, and which are not there.
sub look_after
{
	my (@facts) = @_;
	my ($writes, @lost) = (0);

	$node->start;
	my %nick = map { split /\|/, $_, 2 } split /\n/, $node->safe_psql('scim', q{SELECT id, data ->> 'nickName' FROM users});
	my %version = map { split /\|/ } split /\n/, $node->safe_psql('scim', 'SELECT id, version FROM users');
	my %member = map { $_ => 1 } split /\n/, $node->safe_psql('scim', q{SELECT group_id || ' ' || member_id FROM groups_members});
	foreach my $fact (@facts)
	{
		my $right;

		if ($fact->{user})
		{
			my $now = $nick{ $fact->{user} } // -1;
			$writes += $fact->{is};
			$right = is_either($now, $fact) && ($now != $fact->{is} || $version{ $fact->{user} } eq $fact->{version});
		}
		elsif ($fact->{member}) { $right = is_either($member{"$fact->{group} $fact->{member}"} // 0, $fact) }
		else
		{
			my ($now) = split / /, $nick{ $fact->{counter} } // -1;
			$writes += $fact->{is};
			$right = $now >= $fact->{is} && $now <= $fact->{or};
		}
		push @lost, encode_json($fact) unless $right;
	}
	return ($writes, @lost);
}

foreach my $round (1 .. 3)
{
	my ($writes, @lost) = look_after(crash());

	cmp_ok($writes, '>', 500, "crash $round: writes were acknowledged");
	is("@lost", '', '... and all of them are there');
	is_sound($node, 'scim', '... with the right versions, counts and digests');
	is_recorded($node, 'scim', '... and every change in the history');
}

# The same with commits that do not wait for the disk: acknowledged writes are
# lost, and this test sees it.
$node->safe_psql('postgres', 'ALTER DATABASE scim SET synchronous_commit = off');
my $seen = 0;
for (my $try = 1; $try <= 10 && !$seen; $try++)
{
	my ($writes, @lost) = look_after(crash());
	$seen = @lost;
}
cmp_ok($seen, '>', 0, 'without synchronous_commit, lost writes are found');
is_sound($node, 'scim', '... what is there is right even then');
is_recorded($node, 'scim', '... and is what the history has');
$node->safe_psql('postgres', 'ALTER DATABASE scim RESET synchronous_commit');

# A clean restart keeps everything, and writes go on.
my $before = everything($node, 'scim');
$node->restart;
is(everything($node, 'scim'), $before, 'a restart keeps everything');
$node->safe_psql('scim', q{
	SELECT scim_update_user(id::text, data || '{"title": "after"}', version) FROM users;
	INSERT INTO groups_members (group_id, member_type, member_id)
		SELECT g.id, 'User', u.id FROM groups g, users u ON CONFLICT DO NOTHING;
});
is_sound($node, 'scim', 'writes after the restart are right');
is_recorded($node, 'scim', '... and in the history');
done_testing();
