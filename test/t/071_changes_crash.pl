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

my $node = new_server('changes_crash', conf => "autovacuum = off\ncheckpoint_timeout = 1h\nbgwriter_lru_maxpages = 0\n");
add_writing($node, 'scim');
$node->safe_psql('scim', 'ALTER DATABASE scim SET synchronous_commit = off');

# From now on nothing comes to the disk, unless somebody waits for it.
sub hold_back
{
	kill 'STOP', $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'});
	return;
}

sub crash
{
	$node->stop('immediate');
	$node->start;
	hold_back();
	return;
}

# Each is a transaction; more than the sequence gives out without a word to the disk.
my @names = map { "u$_" } 1 .. 40;
sub write_some
{
	write_each($node, 'scim', @names);
	return;
}

# What was told; and that all this is lost, unless.
hold_back();
write_some();
crash();
cmp_ok($node->safe_psql('scim', 'SELECT count(*) FROM users'), '<', 40, 'what nobody was told is lost in a crash');
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

# What is written up to the end of a page, or of a file, ends before the header of the next one,
# of which the server says that it is the end.
$node->safe_psql('scim', 'SELECT pg_switch_wal()');
is($now->beside(cursor => 'now')->read, '', 'at the beginning of a file: nothing is asked for that is not there');
is($node->safe_psql('scim', q{
	CREATE FUNCTION written() RETURNS bigint LANGUAGE sql AS $$ SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint $$;
	-- so many bytes are written, with all that a message has besides
	CREATE FUNCTION fill(length bigint) RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE
		before bigint := written();
	BEGIN
		PERFORM pg_logical_emit_message(false, '', repeat('x', length::int));
		RETURN written() - before;
	END $$;
	CREATE FUNCTION at_page() RETURNS boolean LANGUAGE plpgsql AS $$
	DECLARE
		page int := current_setting('wal_block_size');
		header int := 24;
		more bigint;
	BEGIN
		FOR i IN 1 .. 1000 LOOP
			PERFORM fill(2000) WHERE page - written() % page < 2000;
			more := fill(1000) - 1000;
			PERFORM fill(page - written() % page - more);
			IF written() % page = header THEN
				PERFORM scim_changes('now');
				RETURN written() % page = header;
			END IF;
		END LOOP;
		RETURN false;
	END $$;
	SELECT at_page()}), 't', 'at the beginning of a page: nothing is, either');
done_testing();
