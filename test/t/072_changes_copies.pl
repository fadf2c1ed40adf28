# The feed of changes where the history is a copy: on a standby, which refuses; on one
# that is promoted and lacks what was told; after a recovery to a point in time, a
# restore into another server, and in a copy of the database.  Cursors from before
# are refused there, and whoever begins anew is told all, once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverFeed;
use ScimverServer;
use Test::More;

my $primary = new_server('changes_primary', allows_streaming => 1, has_archiving => 1, conf => "autovacuum = off\nmax_prepared_transactions = 2\n");
my @early = map { "e$_" } 1 .. 5;
my @some = map { "s$_" } 1 .. 5;
my @lost = map { "l$_" } 1 .. 40;	# more than a sequence gives out at once
my @anew = map { "n$_" } 1 .. 5;

# Refused with that, whatever is asked for.
sub is_refused
{
	my ($feed, $expected, $name) = @_;
	my ($error, $state, $hint) = $feed->error;

	like("$state $error\n$hint", $expected, $name);
	return;
}

# Some xids go by: to some rows theirs are in the past of another server, to some in its future.
add_writing($primary, 'scim');
write_each($primary, 'scim', @early);
$primary->safe_psql('scim', q{
	CREATE PROCEDURE pass(count int) LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1 .. count LOOP
			PERFORM pg_current_xact_id();
			COMMIT;
		END LOOP;
	END $$;
	CALL pass(5000)});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('changes_standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "archive_mode = off\n");
$standby->start;
write_each($primary, 'scim', @some);

# One has read all, one is in the middle of a page, one has read a little, and one begins now.
sub read_parts
{
	my ($node, $database) = @_;
	my %feed = map { $_ => ScimverFeed->new($node, $database) } 'at rest', 'in the middle', 'early';

	$feed{'at rest'}->read;
	$feed{early}->page(3);
	$feed{'in the middle'}->page(7);
	$feed{now} = ScimverFeed->new($node, $database, cursor => 'now');
	$feed{now}->read;
	return %feed;
}

# The same cursors there.
sub are_refused
{
	my ($node, $database, $name, $expected, %feed) = @_;
	foreach my $which (sort keys %feed)
	{
		is_refused($feed{$which}->at($node, $database), $expected, "$name: a cursor of before ($which)");
	}
	return;
}

my $expired = qr/\APT400 EXPIRED_CURSOR: .*\n.*'now'/;

# Whoever begins anew is told what is there, and then what comes.
sub begins_anew
{
	my ($node, $database, $name, @names) = @_;
	my $feed = ScimverFeed->new($node, $database);
	my $in_pages = ScimverFeed->new($node, $database);
	my $now = ScimverFeed->new($node, $database, cursor => 'now');

	is($feed->read, "@names", "$name: whoever begins anew is told all that is there");
	is($now->read, '', "$name: whoever begins now, nothing");
	$in_pages->page(2);
	my $open = $node->background_psql($database);
	$open->query_safe('BEGIN; ' . written('open'));
	write_each($node, $database, @anew);
	is($now->read, "@anew", "$name: and then what comes");
	is($feed->read(2), "@anew", "$name: each of them");
	$open->query_safe('COMMIT');
	$open->quit;
	is($feed->read(1), 'open', "$name: and what comes late");
	is($now->read, 'open', "$name: each of them");
	$in_pages->read(3) foreach 'what there was', 'what came since';
	is($_->wrong, '', "$name: all came once, and in order") foreach $feed, $in_pages;
	return;
}

# ---- a standby
my %feed = read_parts($primary, 'scim');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));
my $ask_primary = qr/\A55000 .*standby.*\n.*primary/;
are_refused($standby, 'scim', 'standby', $ask_primary, %feed);
is_refused(ScimverFeed->new($standby, 'scim'), $ask_primary, 'standby: whoever begins');
is_refused(ScimverFeed->new($standby, 'scim', cursor => 'now'), $ask_primary, 'standby: now');
is_refused(ScimverFeed->new($standby, 'scim', cursor => 'none'), $ask_primary, 'standby: no cursor at all');
# a checkpoint has versions there, but no cursor
sub checkpoint
{
	my ($node) = @_;
	return $node->safe_psql('scim', q{SELECT scim_get_versions('User', array_agg(id::text ORDER BY id)) FROM users});
}
my $primary_point = checkpoint($primary);
(my $without_cursor = $primary_point) =~ s/"cursor": "[^"]+"/"cursor": null/;
is(checkpoint($standby), $without_cursor, 'standby: a checkpoint has no cursor');
is($standby->safe_psql('scim', "SELECT scim_check_versions('$primary_point') - 'unchanged'"), '{"gone": [], "changed": [], "appeared": []}', 'standby: a check of it');
# what MCP clients read is there, and whether the tools are others; what changed is not told
my $uri = $primary->safe_psql('scim', q{SELECT 'scim://default/Users/' || id FROM users ORDER BY id LIMIT 1});
is($standby->safe_psql('scim', "SELECT scim_read_resource('$uri')->'contents'->0->>'uri'"), $uri, 'standby: a resource is read by its URI');
cmp_ok($standby->safe_psql('scim', q{SELECT json_array_length(scim_mcp_resources()->'resources')}), '>', 1, 'standby: resources are listed');
is($standby->safe_psql('scim', q{SELECT scim_mcp_changes()}), $primary->safe_psql('scim', q{SELECT scim_mcp_changes()}), 'standby: the digest of the tools is that of the primary');
like(($standby->psql('scim', $_))[2], qr/RETRY_LATER: .*standby/, "standby: $_") foreach q{SELECT scim_mcp_watch('[]')}, q{SELECT scim_mcp_changes('x')};

# ---- a dump
my $folder = PostgreSQL::Test::Utils::tempdir();
$primary->command_ok([ 'pg_dump', '-f', "$folder/scim.sql", $primary->connstr('scim') ], 'pg_dump');
my $second = PostgreSQL::Test::Cluster->new('changes_second');
$second->init;
$second->append_conf('postgresql.conf', "autovacuum = off\n");
$second->start;
new_database($second, $_, empty => 1) foreach 'scim', 'busy';
$second->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $second->connstr($_), '-f', "$folder/scim.sql" ], 'psql -f') foreach 'scim', 'busy';
sub whose
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, q{SELECT string_agg(CASE WHEN s.system_identifier = c.system_identifier AND database_oid = d.oid THEN 'this' ELSE 'other' END, ' ' ORDER BY s.seq)
		FROM scim_history_server s, pg_control_system() c, pg_database d WHERE datname = current_database()});
}

my $secret = $primary->safe_psql('scim', 'SELECT secret FROM scim_cursor_secret');
like(whose($second, 'scim'), qr/other/, 'restored: whose transactions these are is not decided');
my ($code, $out, $err) = $second->psql('scim', "\\set VERBOSITY verbose\nBEGIN READ ONLY; SELECT scim_changes()");
like($err, qr/ERROR:  25006: .*HINT:  /s, 'restored: who may not write does not decide it');
are_refused($second, 'scim', 'restored', qr/\APT400 INVALID_CURSOR: /, %feed);
# The secret by which cursors are signed is in no dump; who brings it along,
$second->safe_psql('scim', "UPDATE scim_cursor_secret SET secret = '$secret'");
are_refused($second, 'scim', 'restored, with the secret', $expired, %feed);
begins_anew($second, 'scim', 'restored', @early, @some);
is(whose($second, 'scim'), 'this', 'restored: it is decided');
my $decided = $second->safe_psql('scim', 'SELECT ctid, xmin, seq FROM scim_history_server');
are_refused($second, 'scim', 'restored, and used since', $expired, %feed);
is($second->safe_psql('scim', 'SELECT ctid, xmin, seq FROM scim_history_server'), $decided, 'restored: once');
is($second->safe_psql('scim', q{BEGIN READ ONLY; SELECT jsonb_array_length(scim_changes() -> 'changes')}), '16', 'restored: then who may not write may read');

# Whoever decides waits for those who write, so that what they write is found by its xid;
# and of two, one for the other.
my $writer = $second->background_psql('busy');
my @readers = map { $second->background_psql('busy') } 1 .. 2;
$writer->query_safe('BEGIN; ' . written('w'));
$_->query_until(qr/asked/, "\\echo asked\nSELECT scim_changes() IS NOT NULL;\n") foreach @readers;
$second->poll_query_until('busy', q{SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'busy'}) or die 'nobody waits';
like(whose($second, 'busy'), qr/other/, 'restored, beside a writer: it is not decided before he is done');
$writer->query_safe('COMMIT');
$_->query_safe('SELECT 1') foreach @readers;
is(whose($second, 'busy'), 'this', 'restored, beside a writer: then it is, once');
begins_anew($second, 'busy', 'restored, beside a writer', @early, @some, 'w');
$_->quit foreach $writer, @readers;
$second->stop;

# ---- a copy of the database
$primary->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE scim');
are_refused($primary, 'copy', 'copy', $expired, %feed);
begins_anew($primary, 'copy', 'copy', @early, @some);
is(whose($primary, 'copy'), 'this', 'copy: it is decided');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));

# ---- what neither the standby nor the recovery will have
$standby->stop;
$primary->safe_psql('scim', q{SELECT pg_create_restore_point('before')});
write_each($primary, 'scim', @lost);
is($feed{'at rest'}->read, "@lost", 'more is told');
$feed{'in the middle'}->page(1);
my %before = %feed;
my %after = read_parts($primary, 'scim');
my ($seq, $xid) = split /\|/, $primary->safe_psql('scim', 'SELECT last_value, pg_snapshot_xmax(pg_current_snapshot()) FROM scim_history_seq');
$primary->safe_psql('scim', 'SELECT pg_switch_wal()');
$primary->stop;

# Numbers and xids come again, and whoever goes by them alone would not be told.
sub has_come_back
{
	my ($node, $name) = @_;

	are_refused($node, 'scim', "$name, of before", $expired, %before);
	are_refused($node, 'scim', "$name, of what is lost", $expired, %after);
	begins_anew($node, 'scim', $name, @early, @some);
	cmp_ok($node->safe_psql('scim', q{SELECT max(seq) FROM scim_history_rows}), '<=', $seq, "$name: numbers came again");
	cmp_ok($node->safe_psql('scim', q{SELECT pg_snapshot_xmax(pg_current_snapshot())}), '<=', $xid, "$name: xids did");
	$node->safe_psql('scim', 'CALL pass(200)');
	write_each($node, 'scim', @lost);
	are_refused($node, 'scim', "$name, and used since", $expired, %before, %after);
	$node->stop;
	return;
}

$standby->start;
$standby->promote;
has_come_back($standby, 'promoted');

my $recovered = PostgreSQL::Test::Cluster->new('changes_recovered');
$recovered->init_from_backup($primary, 'base', has_restoring => 1, standby => 0);
$recovered->append_conf('postgresql.conf', "recovery_target_name = 'before'\nrecovery_target_action = promote\narchive_mode = off\n");
$recovered->start;
$recovered->poll_query_until('scim', 'SELECT NOT pg_is_in_recovery()') or die 'the recovery does not end';
has_come_back($recovered, 'recovered');

# The primary itself goes on, if it comes back.
$primary->start;
is($feed{'at rest'}->read, '', 'the primary: cursors go on');
is($feed{'at rest'}->wrong, '', '... and all came once, and in order');
done_testing();
