# The feed of changes where a spec does not reach: beside a writer in another database,
# with a cursor that is newer than the reader's snapshot, and 100,000 transactions
# behind.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverFeed;
use ScimverServer;
use Test::More;

# Nobody but the test gives out xids.
my $node = new_server('changes', conf => "autovacuum = off\nfsync = off\n");
new_database($node, 'other');
add_writing($node, $_) foreach 'scim', 'other';

# How many one was told of who goes no further than the oldest transaction that runs.
sub by_xmin
{
	return $node->safe_psql('scim', q{SELECT count(*) FROM scim_history_rows WHERE xid < pg_snapshot_xmin(pg_current_snapshot())});
}

# A writer in another database.
my $feed = ScimverFeed->new($node, 'scim');
my $elsewhere = $node->background_psql('other');
write_users($node, 'scim', 'a');
is($feed->read, 'a', 'a change is told');
$elsewhere->query_safe('BEGIN; ' . written('x'));
write_users($node, 'scim', 'b');
is($feed->read, 'b', 'another one, while somebody writes in another database');
is(by_xmin(), '1', '... of which nobody is told who waits for him');
write_users($node, 'scim', 'c');
is($feed->read, 'c', '... and the next one');
is(by_xmin(), '1', '... nor of that');
$elsewhere->query_safe('COMMIT');
is($feed->read, '', 'what he wrote is not told here');
is(by_xmin(), '3', '... and those who waited are told all');
is(ScimverFeed->new($node, 'other')->read, 'x', '... there it is');
$elsewhere->quit;

# With a cursor that is newer than the snapshot, all is as it was, and the cursor, too.
my $session = $node->background_psql('scim');
my $repeatable = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1';
$session->query_safe($repeatable);
write_users($node, 'scim', 'd', 'e', 'f');
is($feed->read, 'd e f', 'some are told');
write_users($node, 'scim', 'g');
my $older = $feed->beside(session => $session);
is($older->read, '', 'a snapshot of before has nothing new for that cursor');
is($older->{cursor}, $feed->{cursor}, '... which stays');
$session->query_safe('COMMIT');
is($older->read, 'g', '... and goes on afterwards');
is($feed->read, 'g', '... as it does elsewhere');

# In the middle of what it is told.
write_users($node, 'scim', 'h', 'i', 'j');
$session->query_safe($repeatable);
write_users($node, 'scim', 'k', 'l');
is(scalar $feed->page(2), 2, 'a page of two');
ok($feed->{more}, '... of more');
$older = $feed->beside(session => $session);
is($older->read, '', 'a snapshot of before does not have all of that');
$session->query_safe('COMMIT');
is($older->read, 'j k l', '... and goes on afterwards');
is($feed->read, 'j k l', '... as it does elsewhere');
is($feed->wrong, '', 'by now, all came once');

# Two that have written very much in another tenant, and now and then here: one is in
# the list of the snapshot, one has begun later, and behind it one that wrote little.
my %bulk = map { $_ => $node->background_psql('scim') } 'listed', 'later', 'last';
my $elsewhere_in_bulk = q{INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, resource_id, operation, actor)
	SELECT nextval('scim_history_seq'), x, now(), 'other', 'User', 'x', 'update', 'me' FROM (SELECT pg_current_xact_id() AS x) q, generate_series(1, 3000)};
sub write_bulk
{
	my ($which) = @_;
	$bulk{$which}->query_safe('BEGIN');
	$bulk{$which}->query_safe("$elsewhere_in_bulk; " . written("$which$_")) foreach 1 .. 3;
	$bulk{$which}->query_safe($elsewhere_in_bulk);
	return;
}
write_bulk('listed');
write_users($node, 'scim', 'y');
write_bulk('later');
$bulk{last}->query_safe('BEGIN; ' . written('last'));
is($feed->read, 'y', 'beside two that write much for others');
$bulk{$_}->query_safe('COMMIT') foreach 'later', 'last';
is($feed->read, 'later1 later2 later3 last', 'of one, its own is told, and of one behind it');
$bulk{listed}->query_safe('COMMIT');
is($feed->read(2), 'listed1 listed2 listed3', 'of the other one, too');
is($feed->wrong, '', 'by now, all came once');
$_->quit foreach values %bulk;

# 100,000 transactions, of which every hundredth writes; and three that are open all the
# time.  The snapshot before them lists one as running: one has begun later and has
# written, one has an xid alone.
my %open = map { $_ => $node->background_psql('scim') } 'listed', 'later', 'idle';
$node->safe_psql('scim', q{
	CREATE PROCEDURE pass() LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1 .. 50000 LOOP
			PERFORM CASE WHEN i % 100 = 0 THEN write('u' || i % 7000) END, pg_current_xact_id();
			COMMIT;
		END LOOP;
	END $$});
sub xid { return $node->safe_psql('scim', 'SELECT pg_snapshot_xmax(pg_current_snapshot())'); }

$open{listed}->query_safe('BEGIN; ' . written('listed'));
write_users($node, 'scim', 'm');
$open{later}->query_safe('BEGIN; ' . written('later'));
$open{idle}->query_safe('BEGIN; SELECT pg_current_xact_id()');
is($feed->read, 'm', 'of those that are open, none is told');
my $in_pages = $feed->beside;
my $first = $node->safe_psql('scim', 'SELECT last_value - 2 FROM scim_history_seq');
my $anew = ScimverFeed->new($node, 'scim', session => $session);
$session->query_safe($repeatable);
my $shown = $session->query_safe('SELECT count(*) FROM scim_history_rows WHERE tenant_id = $$default$$');
my $xid = xid();

$node->safe_psql('scim', 'CALL pass()');
$open{later}->query_safe(written('later too') . '; COMMIT');
$open{idle}->query_safe(written('idle') . '; COMMIT');
is($node->safe_psql('scim', 'SELECT count(*) FROM users WHERE user_name IN (SELECT unnest(ARRAY[$$later$$, $$later too$$, $$idle$$]))'), '3', 'those are committed');
my $between = $feed->beside;
like($between->read(777), qr/\Alater u100 .* later too idle\z/, 'behind 50,000 transactions: all, and the late one first');
$node->safe_psql('scim', 'CALL pass()');
$open{listed}->query_safe(written('listed too') . '; COMMIT');
cmp_ok(xid() - $xid, '>', 100_000, 'there were 100,000');

like($between->read, qr/\Alisted u100 .* listed too\z/, 'behind 50,000 more: those, and again the late one first');
is($between->wrong("seq >= $first AND resource_id <> user_id('m')::text"), '', '... all came once, and in order');
like($feed->read, qr/\Alisted later u100 .* later too idle u100 .* listed too\z/, 'behind 100,000, all at once: two late ones');
is($feed->wrong, '', '... all came once, and in order');
like($in_pages->read(10), qr/\Alisted later u100 .* listed too\z/, 'in pages of ten: the same');
is($in_pages->wrong("seq >= $first AND resource_id <> user_id('m')::text"), '', '... all came once, and in order');

# A snapshot of before all these shows none of them, however many xids it knows nothing of.
is(scalar(split ' ', $anew->read(10)), $shown, 'a snapshot of before all these: what it shows');
is($anew->read, '', '... and no more');
$session->query_safe('COMMIT');
like($anew->read(100), qr/\Alisted later u100 .* listed too\z/, '... but afterwards');
is($anew->wrong, '', '... all came once, and in order');
$_->quit foreach $session, values %open;
done_testing();
