# A sealed history that is dumped and restored, into another server, and into another
# database of the same, copied, and replicated: it can be verified there, what was done to
# it is found there, and it goes on there.  What the other server has done since has smaller or
# larger transaction numbers than the seals know of.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $conf = "max_prepared_transactions = 10\nautovacuum = off\n";
my $node = new_server('audit', conf => $conf, allows_streaming => 1);
my $folder = PostgreSQL::Test::Utils::tempdir();

# What is wrong, as one line: number, whose row (if that is known), problem.
my $problems = q{
	CREATE FUNCTION problems(tenant text, from_number bigint DEFAULT 1) RETURNS text LANGUAGE sql AS $$
		SELECT coalesce(string_agg(concat_ws(' ', coalesce(v.number::text, '-'), coalesce(v.seq::text, '-'), v.problem), ', ' ORDER BY v.number, v.seq, v.problem), 'sound')
		FROM scim_verify_history(tenant, from_number) v $$};
$node->safe_psql('scim', $problems);

sub seal
{
	return $_[0]->safe_psql($_[1], 'SELECT scim_seal_history()');
}

# One change for each number, in a transaction of its own.
sub change
{
	my ($server, $database, $title, @numbers) = @_;
	$server->safe_psql($database, qq{UPDATE users SET data = data || '{"title": "$title"}' WHERE id = md5('user$_')::uuid AND tenant_id = 'default'}) foreach @numbers;
	return;
}

# A change that stays open, under that name.
sub change_later
{
	my ($name, $number) = @_;
	$node->safe_psql('scim', qq{BEGIN; UPDATE users SET data = data || '{"title": "$name"}' WHERE id = md5('user$number')::uuid AND tenant_id = 'default'; PREPARE TRANSACTION '$name'});
	return;
}

fill($node, 'scim');
$node->safe_psql('scim', q{
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor)
		SELECT nextval('scim_history_seq'), pg_current_xact_id(), now() - interval '2 days', 'old', 'Device', 'remapped', 'old' FROM generate_series(1, 3)});
change_later('first', 100);
change_later('second', 101);
change_later('third', 102);
change($node, 'scim', 'a', 1 .. 5);
seal($node, 'scim');
change($node, 'scim', 'b', 1 .. 5);
seal($node, 'scim');
$node->safe_psql('scim', q{COMMIT PREPARED 'first'});
change($node, 'scim', 'c', 1 .. 5);
seal($node, 'scim');
# What is dumped besides: one that came late, and one that is just new, both not sealed yet; one is never dumped.
$node->safe_psql('scim', q{COMMIT PREPARED 'second'});
change($node, 'scim', 'd', 6);
my $late = q{SELECT string_agg(number || ': ' || row_count || ' ' || (SELECT sum(upper(l) - lower(l)) FROM unnest(late) l), ', ' ORDER BY number) FROM scim_history_seals WHERE tenant_id = 'default' AND NOT isempty(late)};
my $unsealed = q{SELECT count(*) - (SELECT sum(row_count) FROM scim_history_seals) FROM scim_history_rows};
is($node->safe_psql('scim', $late), '3: 6 1', 'a seal has a row that came late');
is($node->safe_psql('scim', $unsealed), '2', 'two rows are not sealed');
is($node->safe_psql('scim', q{SELECT problems('default'), problems('default', 3), problems('other')}), 'sound|sound|sound', 'it is sound');
my $heads = q{SELECT scim_history_head('default'), scim_history_head('other')};
my $head = $node->safe_psql('scim', $heads);
$node->command_ok([ 'pg_dump', '-f', "$folder/scim.sql", $node->connstr('scim') ], 'pg_dump');

# Each is undone again.
my $seq_of = sub { qq{(SELECT seq FROM scim_history_rows WHERE tenant_id = 'default' AND resource_id = md5('user$_[0]')::uuid::text ORDER BY seq DESC LIMIT 1 OFFSET $_[1])} };
my $insert = q{INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor)};
# What was done, to rows of which seal, what is said: "%s" is the seq of the row that was put there.
my @done = (
	[ 'update', sub { 'UPDATE scim_history_rows SET actor = \'nobody\' WHERE seq = ' . $seq_of->(3, 1) }, '2 - changed' ],
	[ 'update of a late one', sub { 'UPDATE scim_history_rows SET actor = \'nobody\' WHERE seq = ' . $seq_of->(100, 0) }, '3 - changed' ],
	[ 'delete', sub { 'DELETE FROM scim_history_rows WHERE seq = ' . $seq_of->(3, 2) }, '1 - missing' ],
	[ 'delete of a late one', sub { 'DELETE FROM scim_history_rows WHERE seq = ' . $seq_of->(100, 0) }, '3 - missing' ],
	[ 'swap', sub { sprintf q{UPDATE scim_history_rows r SET before = o.before, at = o.at FROM scim_history_rows o WHERE (r.seq, o.seq) IN ((%1$s, %2$s), (%2$s, %1$s))}, $seq_of->(3, 0), $seq_of->(4, 1) }, '2 - changed, 3 - changed' ],
	[ 'insert, as if it had been sealed', sub { "$insert VALUES (-1, '3', now(), 'default', 'Device', 'remapped', 'me')" }, '1 - added' ],
	[ 'insert', sub { "$insert VALUES (-1, pg_current_xact_id(), now(), 'default', 'Device', 'remapped', 'me')" }, qr/^1 (-|-1) added$/ ],
	[ 'a seal', sub { q{UPDATE scim_history_seals SET hash = sha256('x') WHERE tenant_id = 'default' AND number = 2} }, '2 - broken' ],
	[ 'a seal that went', sub { q{DELETE FROM scim_history_seals WHERE tenant_id = 'default' AND number = 2} }, '2 - broken' ]);

sub tamper
{
	my ($server, $database, $name) = @_;

	foreach my $done (@done)
	{
		my ($what, $statement, $problem) = @$done;
		my $found = $server->safe_psql($database, sprintf q{BEGIN; ALTER TABLE scim_history_rows DISABLE TRIGGER ALL; %s; SELECT problems('default'); ROLLBACK}, $statement->());
		ref $problem ? like($found, $problem, "$name: $what is found") : is($found, $problem, "$name: $what is found");
	}
	is($server->safe_psql($database, q{SELECT problems('default'), problems('other')}), 'sound|sound', "$name: and when it is undone, it is sound");
	return;
}

sub is_verifiable
{
	my ($server, $database, $name) = @_;

	new_database($server, $database, empty => 1);
	$server->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $server->connstr($database), '-f', "$folder/scim.sql" ], "$name: it is restored");
	is($server->safe_psql($database, $heads), $head, "$name: the seals are the same");
	is($server->safe_psql($database, q{SELECT problems('default'), problems('default', 3), problems('other')}), 'sound|sound|sound', "$name: it is sound");
	tamper($server, $database, "$name, at once");

	# New ones, before they are sealed; then these, and what was dumped without a seal.
	change($server, $database, 'new', 20 .. 25);
	is($server->safe_psql($database, q{SELECT problems('default'), problems('default', 3)}), 'sound|sound', "$name: with new rows");
	tamper($server, $database, "$name, with new rows");
	is(seal($server, $database), '8', "$name: they are sealed, and what came with the dump");
	is($server->safe_psql($database, $late), '3: 6 1, 4: 8 1', "$name: one of them had come late");
	is($server->safe_psql($database, q{SELECT problems('default'), problems('default', 4), problems('other')}), 'sound|sound|sound', "$name: it is sound");
	tamper($server, $database, "$name, sealed there");
	change($server, $database, 'newer', 30);
	is(seal($server, $database), '1', "$name: and so on");
	is($server->safe_psql($database, $unsealed), '0', "$name: all is sealed, and once");
	is($server->safe_psql($database, q{SELECT problems('default'), problems('other')}), 'sound|sound', "$name: it is sound");
	is($server->safe_psql($database, q{BEGIN; UPDATE scim_history_seals SET hash = sha256('x') WHERE tenant_id = 'default' AND number = 4; SELECT problems('default'); ROLLBACK}), '4 - broken', "$name: what is done to what was sealed there, too");

	# What was sealed elsewhere is pruned there.
	$server->safe_psql($database, q{CALL scim_prune_history('1 day')});
	is($server->safe_psql($database, q{SELECT count(*) FROM scim_history_rows WHERE tenant_id = 'old'}), '0', "$name: what is old is pruned");
	is($server->safe_psql($database, q{SELECT number, xid FROM scim_history_pruned}), '1|0', "$name: ... of transactions that mean nothing there");
	is($server->safe_psql($database, q{SELECT problems('default'), problems('other'), problems('old')}), 'sound|sound|sound', "$name: ... and what is left is sound");
	return;
}

# Another server, whose transaction numbers are smaller; then larger ones.
my $other = new_server('other', conf => $conf);
my $last = $node->safe_psql('scim', 'SELECT next_xid FROM scim_history_sealer');
cmp_ok($other->safe_psql('postgres', 'SELECT pg_current_xact_id()'), '<', $last, 'another server has smaller transaction numbers');
is_verifiable($other, 'smaller', 'smaller');
$other->safe_psql('postgres', q{DO $$ BEGIN FOR i IN 1 .. 3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$});
cmp_ok($other->safe_psql('postgres', 'SELECT pg_current_xact_id()'), '>', $last, 'and then larger ones');
is_verifiable($other, 'larger', 'larger');

# The same server has the same system identifier: another database of it.
is_verifiable($node, 'beside', 'beside');

# Where it came from, all goes on, too.
$node->safe_psql('scim', q{COMMIT PREPARED 'third'});
is(seal($node, 'scim'), '3', 'where it came from: the others are sealed');
is($node->safe_psql('scim', $late), '3: 6 1, 4: 3 2', '... two of them late');
is($node->safe_psql('scim', q{SELECT problems('default'), problems('other')}), 'sound|sound', '... and it is sound');

# A copy of the database.
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE scim');
is($node->safe_psql('copied', q{SELECT problems('default'), problems('other')}), 'sound|sound', 'copied: it is sound');
change($node, 'copied', 'copied', 1);
is($node->safe_psql('copied', q{SELECT problems('default'), problems('other')}), 'sound|sound', '... with new rows');
is(seal($node, 'copied'), '1', '... they are sealed');
is($node->safe_psql('copied', q{SELECT problems('default'), problems('other')}), 'sound|sound', '... and it is sound');

# A standby verifies it; with all that it has, also when it was promoted before the last seal came.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
change_later('fourth', 110);
change($node, 'scim', 'e', 7 .. 9);
seal($node, 'scim');
$node->safe_psql('scim', q{COMMIT PREPARED 'fourth'});
change($node, 'scim', 'f', 7 .. 9);
$node->wait_for_catchup($standby, 'replay', $node->lsn('flush'));
is($standby->safe_psql('scim', q{SELECT problems('default'), problems('other')}), 'sound|sound', 'a standby: it is sound');
$node->stop('immediate');
$standby->promote;
change($standby, 'scim', 'g', 7 .. 9);
is($standby->safe_psql('scim', q{SELECT problems('default'), problems('other')}), 'sound|sound', '... promoted, with new rows');
tamper($standby, 'scim', 'promoted');
is(seal($standby, 'scim'), '7', '... they are sealed, and those that the primary had not sealed');
is($standby->safe_psql('scim', q{SELECT problems('default'), problems('other')}), 'sound|sound', '... and it is sound');
done_testing();
