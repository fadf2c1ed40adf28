# The history and replication: a standby shows it, and goes on with it when it is
# promoted; a logical subscriber writes none, has what is published of it, and
# begins with its own first write.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $primary = new_server('primary', allows_streaming => 'logical');
$primary->safe_psql('scim', q{CREATE ROLE agent LOGIN; SELECT scim_grant_tenant('other', 'agent')});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# Two subscribers: of the tables alone, and of the history as well.
my $subscriber = new_server('subscriber', allows_streaming => 'logical');
new_database($subscriber, 'archive');
my %published = (scim => 'users, groups, groups_members', archive => 'users, groups, groups_members, scim_history_rows');
foreach my $database (sort keys %published)
{
	$primary->safe_psql('scim', "CREATE PUBLICATION $database FOR TABLE $published{$database}");
	$subscriber->safe_psql($database, sprintf("CREATE SUBSCRIPTION $database CONNECTION \$\$%s\$\$ PUBLICATION $database", $primary->connstr('scim')));
	$subscriber->wait_for_subscription_sync($primary, $database, $database);
}

sub follow
{
	$primary->wait_for_catchup($_) foreach sort keys %published;
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('flush'));
	return;
}

my $rows = q{SELECT tenant_id, seq, xid, at, resource_type, resource_id, operation, revision, version, previous_version, changed, before, members, actor, agent
	FROM scim_history_rows ORDER BY 1, 2};
my $user = q{md5('user3')::uuid::text};

fill($primary, 'scim');
$primary->safe_psql('scim', qq{
	SELECT scim_patch_user($user, '[{"op": "replace", "path": "title", "value": "First"}]', tenant_id => 'other');
	SELECT scim_patch_user($user, '[{"op": "replace", "path": "title", "value": "Second"}]', tenant_id => 'other');
	SELECT scim_delete_user(md5('user4')::uuid::text, tenant_id => 'other');
});
follow();

# A standby shows it as the primary does, to each role.
my $history = qq{SELECT scim_get_history('User', $user, tenant_id => 'other')};
my $versions = qq{SELECT scim_get_version('User', $user, e ->> 'version', 'other') FROM jsonb_array_elements(scim_get_history('User', $user, tenant_id => 'other') -> 'entries') e};
my @as_agent = (extra_params => [ '-U', 'agent' ]);
cmp_ok($primary->safe_psql('scim', 'SELECT count(*) FROM scim_history_rows'), '>', 250, 'there is a history');
is($standby->safe_psql('scim', $rows), $primary->safe_psql('scim', $rows), 'standby: it has the same');
like($primary->safe_psql('scim', $history), qr/"complete": true/, 'primary: it is whole');
foreach my $query ($history, $versions, 'SELECT tenant_id, seq FROM scim_history ORDER BY 1, 2', q{SELECT scim_get_history('User', md5('user4')::uuid::text, tenant_id => 'other')})
{
	is($standby->safe_psql('scim', $query, @as_agent), $primary->safe_psql('scim', $query, @as_agent), 'standby: it says the same');
}
is($standby->safe_psql('scim', 'SELECT DISTINCT tenant_id FROM scim_history', @as_agent), 'other', 'standby: tenants are kept apart');
my ($code, $out, $err) = $standby->psql('scim', q{SELECT scim_get_history('User', md5('user5')::uuid::text)}, @as_agent);
like($err, qr/TENANT_FORBIDDEN/, 'standby: in functions, too');
($code, $out, $err) = $standby->psql('scim', q{CALL scim_prune_history('1 day')});
like($err, qr/cannot execute scim_prune_history during recovery/, 'standby: nothing is pruned there');

# A subscriber writes none, and has what is published.
is($subscriber->safe_psql('scim', 'SELECT count(*) FROM scim_history_rows'), '0', 'subscriber: it writes none');
is(everything($subscriber, q(scim)) =~ s/\n?^grant.*//mgr, everything($primary, q(scim)) =~ s/\n?^grant.*//mgr, 'subscriber: of the same changes');
is($subscriber->safe_psql('archive', $rows), $primary->safe_psql('scim', $rows), 'subscriber: it has what is published of it');

# What is pruned goes there, too; but for that, nothing can be changed there either.
$primary->safe_psql('scim', q{
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor) VALUES (0, '1', now() - interval '2 days', 'default', 'Device', 'remapped', 'old')});
follow();
is($subscriber->safe_psql('archive', 'SELECT count(*) FROM scim_history_rows WHERE seq = 0'), '1', 'subscriber: an old row came');
$primary->safe_psql('scim', q{CALL scim_prune_history('1 day')});
follow();
is($subscriber->safe_psql('archive', $rows), $primary->safe_psql('scim', $rows), 'subscriber: and went');

# The subscribers become writers.  Of the tables alone, there is nothing to be done: the history
# begins with the first change, which knows what it replaced.
my $version = qq{(SELECT version FROM users WHERE id::text = $user AND tenant_id = 'other')};
my $before = $primary->safe_psql('scim', "SELECT $version");
$subscriber->safe_psql($_, "DROP SUBSCRIPTION $_") foreach sort keys %published;
my $patch = qq{SELECT scim_patch_user($user, '[{"op": "replace", "path": "title", "value": "Third"}]', tenant_id => 'other') ->> 'title'};
is($subscriber->safe_psql('scim', $patch), 'Third', 'subscriber that writes: it does');
is($subscriber->safe_psql('scim', qq{SELECT previous_version, operation, before ->> 'title' FROM scim_history_rows}), "$before|update|Second",
	'subscriber that writes: what was replaced is kept');
is($subscriber->safe_psql('scim', qq{SELECT scim_get_version('User', $user, '$before', 'other') ->> 'title'}), 'Second', '... and can be read');
like($subscriber->safe_psql('scim', $history), qr/"complete": false/, '... but nothing of before');

# With the history, its rows have numbers that the sequence knows nothing of: it is set first.
$subscriber->safe_psql('archive', q{SELECT setval('scim_history_seq', max(seq)) FROM scim_history_rows});
is($subscriber->safe_psql('archive', $patch), 'Third', 'subscriber with the history that writes: it does');
is($subscriber->safe_psql('archive', qq{SELECT jsonb_array_length(scim_get_history('User', $user, tenant_id => 'other') -> 'entries')}), 4,
	'... and its history is one with what came');
is($subscriber->safe_psql('archive', qq{SELECT string_agg(v ->> 'title', ' ' ORDER BY v #>> '{meta,lastModified}') FROM ($versions) s(v)}), 'First Second Third',
	'... in all versions');

# A standby that is promoted goes on as it is.
my $kept = $standby->safe_psql('scim', $rows);
$standby->promote;
is($standby->safe_psql('scim', $patch), 'Third', 'promoted: it writes');
my $longer = $standby->safe_psql('scim', $rows);
is(substr($longer, 0, length($kept)), $kept, 'promoted: all rows are there');
like(substr($longer, length($kept)), qr/\A\nother\|.*\z/, 'promoted: and one more, behind all others of its tenant');
like($standby->safe_psql('scim', $history), qr/"complete": true/, 'promoted: the history is one');
is($standby->safe_psql('scim', qq{SELECT string_agg(v ->> 'title', ' ' ORDER BY v #>> '{meta,lastModified}') FROM ($versions) s(v)}), 'First Second Third',
	'promoted: in all versions');
$standby->safe_psql('scim', q{CALL scim_prune_history('1 day')});
done_testing();
