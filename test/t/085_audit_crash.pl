# A crash in the middle of writes and seals: what is there afterwards is sound, and
# sealing goes on with what was not sealed yet.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('audit_crash');
my $writer = build_helper('crash');

# Beside the writers: one who is slow, so that rows come late, or never; and one who seals all the time.
my $slow = q{
	DO $$ BEGIN
		LOOP
			UPDATE users SET data = data || jsonb_build_object('title', clock_timestamp()) WHERE id = md5('user1')::uuid;
			PERFORM pg_sleep(0.02);
			UPDATE users SET data = data || jsonb_build_object('title', clock_timestamp()) WHERE id = md5('user2')::uuid;
			IF random() < 0.2 THEN ROLLBACK; ELSE COMMIT; END IF;
		END LOOP;
	END $$};
my $sealer = q{DO $$ BEGIN LOOP PERFORM scim_seal_history(); COMMIT; END LOOP; END $$};

my $problems = q{SELECT t, v.* FROM unnest('{default,other}'::text[]) t, scim_verify_history(t) v ORDER BY 1, 2, 3 LIMIT 10};
my $rows = 'SELECT count(*) FROM scim_history_rows';
my $sealed = 'SELECT coalesce(sum(row_count), 0) FROM scim_history_seals';
my $late = 'SELECT count(*) FROM scim_history_seals WHERE NOT isempty(late)';

sub run_beside
{
	my ($statement) = @_;
	my ($out, $err) = ('', '');
	return IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('scim'), '-c', $statement ], '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
}

# Writers go on until the server is gone, which is not before so many seals have been made.
sub crash
{
	my ($out, $err) = ('', '');
	my $seals = $node->safe_psql('scim', 'SELECT count(*) FROM scim_history_seals');
	my @others = map { run_beside($_) } $slow, $sealer;
	my $writers = IPC::Run::start([ $writer, $node->connstr('scim'), 8, 30 ], '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));

	IPC::Run::pump $writers until $out =~ /^ready$/m || !$writers->pumpable;
	$node->poll_query_until('scim', "SELECT count(*) >= $seals + 20 FROM scim_history_seals");
	$node->stop('immediate');
	$_->finish foreach $writers, @others;
	is($err, '', 'nothing else went wrong');
	$node->start;
	return;
}

fill($node, 'scim');
foreach my $commit ('on', 'on', 'off')
{
	$node->safe_psql('postgres', "ALTER DATABASE scim SET synchronous_commit = $commit");
	crash();
	is($node->safe_psql('scim', $problems), '', "synchronous_commit $commit: after the crash it is sound");
	is_recorded($node, 'scim', '... and all is there');
	my $unsealed = $node->safe_psql('scim', $rows) - $node->safe_psql('scim', $sealed);
	is($node->safe_psql('scim', 'SELECT scim_seal_history()'), $unsealed, '... what was not sealed is');
	is($node->safe_psql('scim', $sealed), $node->safe_psql('scim', $rows), '... so that all is, and once');
	is($node->safe_psql('scim', $problems), '', '... and sound');
}
cmp_ok($node->safe_psql('scim', $late), '>', 0, 'some seals had rows that came late');
my $number = $node->safe_psql('scim', q{SELECT min(number) FROM scim_history_seals WHERE tenant_id = 'default' AND NOT isempty(late)});
is($node->safe_psql('scim', qq{
	BEGIN;
	DELETE FROM scim_history_rows WHERE tenant_id = 'default' AND seq = (SELECT lower(late) FROM scim_history_seals WHERE tenant_id = 'default' AND number = $number);
	$problems; ROLLBACK}), "default|$number||missing", 'one of them that is gone is found');
done_testing();
