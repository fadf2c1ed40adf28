# The feed of changes and a crash: what was told is there afterwards, also of commits
# that did not wait for the disk; and whoever was told goes on from there.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverFeed;
use ScimverServer;
use Test::More;

# Nothing comes to the disk by itself, for as long as that can be put off.
my $node = new_server('changes_crash', conf => "autovacuum = off\nwal_writer_delay = 10s\nwal_writer_flush_after = 1GB\nbgwriter_lru_maxpages = 0\n"
	. "checkpoint_timeout = 1h\n");
add_writing($node, 'scim');
$node->safe_psql('scim', q{ALTER DATABASE scim SET synchronous_commit = off; CHECKPOINT});

sub crash
{
	$node->stop('immediate');
	$node->start;
	return;
}

# Each is a transaction; more than the sequence gives out without a word to the disk.
my @names = map { "u$_" } 1 .. 40;
sub write_some
{
	write_each($node, 'scim', @names);
	return;
}

# What was told.
my $feed = ScimverFeed->new($node, 'scim');
write_some();
is($feed->read, "@names", 'some changes are told');
crash();
is($node->safe_psql('scim', 'SELECT count(*) FROM users'), '40', 'after a crash they are there');
is($feed->wrong, '', '... each of them');
is($feed->read, '', '... and are not told again');
write_users($node, 'scim', 'a');
is($feed->read, 'a', '... what comes is told');

# Changes of another tenant are told nobody here; their numbers and xids come again, if they are lost.
write_users($node, 'scim', 'b');
is($feed->read, 'b', 'a change');
$node->safe_psql('scim', join ";\n", map { "INSERT INTO users (tenant_id, data) VALUES ('other', jsonb_build_object('userName', '$_'))" } @names);
is($feed->read, '', 'of others nothing is told');
crash();
write_some();
is($feed->read, "@names", 'after a crash what comes is told');
is($feed->wrong, '', '... all came once, and in order');

# The same for whoever begins now.
write_some();
my $now = ScimverFeed->new($node, 'scim', cursor => 'now');
is($now->read, '', 'from now on: nothing');
crash();
my $last = $node->safe_psql('scim', 'SELECT max(seq) FROM scim_history_rows');
write_some();
is($now->read, "@names", 'after a crash what comes is told');
is($now->wrong("seq > $last"), '', '... all came once, and in order');
$feed->read;

# xids of transactions that have written nothing are known to nobody after it: that they
# were running when something was told is no matter.
my @sessions = map { $node->background_psql('scim') } 1 .. 5;
$_->query_safe('BEGIN; SELECT pg_current_xact_id()') foreach @sessions;
write_users($node, 'scim', 'c');
my @later = map { $node->background_psql('scim') } 1 .. 5;
$_->query_safe('BEGIN; SELECT pg_current_xact_id()') foreach @later;
is($feed->read, 'c', 'a change, while others run');
$now->read;
$node->stop('immediate');
eval { $_->quit } foreach @sessions, @later;
$node->start;
is($feed->read, '', 'after a crash: nothing new');
write_some();
is($feed->read, "@names", '... and then what comes');
is($feed->wrong, '', '... all came once, and in order');
write_some();
is($now->read, "@names @names", '... and for whoever asks later');
done_testing();
