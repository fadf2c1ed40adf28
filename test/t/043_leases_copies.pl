# Leases where the server is another one, or begins anew: after a crash what was taken is
# held, until its time; a standby shows it, and goes on with it when it is promoted; what
# logical replication brings is bound by no lease of the subscriber's.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverServer;
use Test::More;

# Commits do not wait for the disk, unless a tool makes them.
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical');
$primary->append_conf('postgresql.conf', "synchronous_commit = off\nmax_prepared_transactions = 2\n");
$primary->start;

my $tables = q{
	SELECT scim_create_table('users', 'User', '{"enforce": true}');
	SELECT scim_create_table('groups', 'Group', '{"enforce": true}');
	SELECT scim_grant_tenant('default', 'clerk');};

sub new_tables
{
	my ($node) = @_;

	new_database($node, 'scim', bare => 1);
	$node->safe_psql('scim', "CREATE ROLE clerk LOGIN; $tables");
	return;
}

new_tables($primary);
$primary->safe_psql('scim', q{
	INSERT INTO users (id, data) SELECT md5(n)::uuid, jsonb_build_object('userName', n) FROM unnest('{held,released,lapsed,undone,prepared,free}'::text[]) n;
	INSERT INTO groups (id, data) VALUES (md5('group')::uuid, '{"displayName": "group"}');
});

sub uuid { return qq{md5('$_[0]')::uuid} }

sub as_clerk
{
	my ($node, $sql) = @_;
	my ($code, $out, $err) = $node->psql('scim', $sql, extra_params => [ '-U', 'clerk' ]);

	return $code == 0 ? $out : $err =~ /\b(LEASE_HELD|LEASE_LOST|USER_NOT_FOUND)\b/ ? $1 : $err;
}

sub acquire
{
	my ($node, $type, $name, $seconds) = @_;
	return as_clerk($node, "SELECT scim_acquire_lease('$type', @{[uuid($name)]}::text, $seconds) ->> 'lease_id'");
}

sub touch
{
	my ($node, $name, $lease) = @_;
	return as_clerk($node, 'SET scimver.lease_id = \'' . ($lease // '') . '\'; UPDATE users SET data = data || jsonb_build_object(\'title\', clock_timestamp()) WHERE id = '
		. uuid($name) . ' RETURNING user_name');
}

sub held
{
	my ($node) = @_;
	return $node->safe_psql('scim', q{SELECT string_agg(coalesce(user_name, 'group'), ' ' ORDER BY user_name) FROM scim_leases_held LEFT JOIN users ON id::text = resource_id});
}

# ---- a crash ----

my %lease = map { $_ => acquire($primary, 'User', $_, 3600) } qw(released);
is(as_clerk($primary, "SELECT scim_release_lease('$lease{released}')"), 't', 'one is released');
$lease{lapsed} = acquire($primary, 'User', 'lapsed', 1);
$primary->safe_psql('scim', qq{
	BEGIN; SET LOCAL ROLE clerk; SELECT scim_acquire_lease('User', @{[uuid('prepared')]}::text, 3600); RESET ROLE; PREPARE TRANSACTION 'taken'});
my $undone = $primary->background_psql('scim', extra_params => [ '-U', 'clerk' ]);
$undone->query_safe("BEGIN; SELECT scim_acquire_lease('User', @{[uuid('undone')]}::text, 3600)");

# The last one is taken by a tool, just before.
my $bridge = ScimverBridge->new(conninfo => $primary->connstr('scim') . ' user=clerk');
$bridge->initialize;
my $taken = $bridge->call('scim_lease', { action => 'acquire', resource_type => 'User', resource_id => $primary->safe_psql('scim', 'SELECT ' . uuid('held')), seconds => 3600 });
$primary->stop('immediate');
$lease{held} = $taken->{content}{lease_id};
$undone->{run}->kill_kill;
$primary->start;

is(held($primary) =~ s/ ?lapsed//r, 'held', 'after a crash: what was taken is held');
is(touch($primary, 'held'), 'LEASE_HELD', '... by its holder');
is(touch($primary, 'held', $lease{held}), 'held', '... who writes');
$primary->poll_query_until('scim', q{SELECT count(*) = 0 FROM scim_leases_held JOIN users ON id::text = resource_id WHERE user_name = 'lapsed'}) or die 'it does not expire';
is(touch($primary, 'lapsed', $lease{lapsed}), 'LEASE_LOST', '... what expires, expires');
is(touch($primary, $_), $_, "... and nothing is left of what was $_") foreach qw(lapsed released undone);
$primary->safe_psql('scim', q{COMMIT PREPARED 'taken'});
is(touch($primary, 'prepared'), 'LEASE_HELD', '... but for what was prepared');
ok($bridge->call('scim_lease', { action => 'renew', lease_id => $lease{held}, seconds => 3600 })->{success}, '... and the bridge goes on with its lease');

# ---- a standby ----

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$lease{group} = acquire($primary, 'Group', 'group', 3600);
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is(held($standby), 'held prepared group', 'a standby shows who holds what');
my $reader = ScimverBridge->new(conninfo => $standby->connstr('scim') . ' user=clerk');
$reader->initialize;
my $seen = $reader->call('scim_get_user', { user_id => $primary->safe_psql('scim', 'SELECT ' . uuid('held')) });
is($seen->{metadata}{lease}{holder}, 'tap', '... to tools, too');
my $read_only = qr/cannot execute .* in a read-only transaction|cannot execute .* during recovery|cannot .* during recovery/;
like(as_clerk($standby, $_), $read_only, '... and cannot change that')
  foreach "SELECT scim_acquire_lease('User', @{[uuid('free')]}::text)", "SELECT scim_renew_lease('$lease{held}')", "SELECT scim_release_lease('$lease{held}')";
$standby->promote;
is(touch($standby, 'held'), 'LEASE_HELD', 'promoted: it is held as it was');
is(touch($standby, 'held', $lease{held}), 'held', '... by its holder');
is(as_clerk($standby, "SELECT scim_release_lease('$lease{held}')"), 't', '... who lets go');
is(touch($standby, 'held'), 'held', '... and then anybody writes');
$_->finish foreach $bridge, $reader;
$standby->stop;

# ---- a subscriber ----

# Applied by a role that is no superuser, and not the tables' owner, and with triggers that
# fire there, too, so that nothing else exempts it.
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->start;
new_tables($subscriber);
$primary->safe_psql('scim', 'CREATE PUBLICATION scim FOR TABLE users, groups, groups_members');
my $options = $subscriber->pg_version >= 16 ? ', password_required = false, run_as_owner = true' : '';
$subscriber->safe_psql('scim', sprintf q{
	CREATE ROLE applier SUPERUSER LOGIN;
	GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON users, groups, groups_members TO applier;
	ALTER TABLE users ENABLE ALWAYS TRIGGER "~~~scimver", ENABLE ALWAYS TRIGGER "~~~scimver_lease", ENABLE ALWAYS TRIGGER "~~~scimver_lease_truncate";
	CREATE SUBSCRIPTION scim CONNECTION $$%s$$ PUBLICATION scim WITH (enabled = false%s);
	ALTER SUBSCRIPTION scim OWNER TO applier;
	ALTER ROLE applier NOSUPERUSER BYPASSRLS;
	ALTER SUBSCRIPTION scim ENABLE}, $primary->connstr('scim'), $options);
$subscriber->wait_for_subscription_sync($primary, 'scim', 'scim');
acquire($subscriber, 'User', $_, 3600) foreach qw(held free released);
acquire($subscriber, 'Group', 'group', 3600);
is(touch($subscriber, 'held'), 'LEASE_HELD', 'subscriber: leases bind who writes there');
my $changes = q{
	UPDATE users SET data = data || '{"title": "brought"}' WHERE user_name = 'held';
	DELETE FROM users WHERE user_name = 'free';
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM groups g, users u WHERE user_name IN ('held', 'lapsed');
	DELETE FROM groups_members WHERE member_id = md5('lapsed')::uuid;};
$primary->safe_psql('scim', $changes);
$primary->wait_for_catchup('scim');
my $rows = q{SELECT id, data, version, revision FROM users ORDER BY 1; SELECT id, version, revision, member_count FROM groups; SELECT * FROM groups_members};
is($subscriber->safe_psql('scim', $rows), $primary->safe_psql('scim', $rows), '... and not what is replicated');
$primary->safe_psql('scim', 'TRUNCATE users CASCADE');
$primary->wait_for_catchup('scim');
is($subscriber->safe_psql('scim', $rows), $primary->safe_psql('scim', $rows), '... nor what is truncated');
done_testing();
