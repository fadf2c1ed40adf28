# Dump and restore of leases: by the superuser and by the database's owner, restored
# by either, and copied as a template.  A lease that was in force goes on in the hand of its
# holder, until its time; one whose time has come meanwhile is expired there.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('leases_dump');
my $folder = PostgreSQL::Test::Utils::tempdir();

# The keeper's database and tables, in which leases bind plain SQL, too; clerks write there.
$node->safe_psql('postgres', q{CREATE ROLE keeper LOGIN; CREATE ROLE clerk LOGIN; CREATE ROLE other LOGIN});
new_database($node, 'source', bare => 1);
$node->safe_psql('source', q{
	ALTER DATABASE source OWNER TO keeper;
	GRANT CREATE ON SCHEMA public TO keeper;
	GRANT EXECUTE ON FUNCTION scim_create_table, scim_row_trigger, scim_members_trigger, scim_history_trigger, scim_lease_trigger TO keeper;
	GRANT INSERT ON scim_tenant_grants TO keeper;
	SET ROLE keeper;
	SELECT scim_create_table('users', 'User', '{"enforce": true}');
	SELECT scim_create_table('groups', 'Group', '{"enforce": true}');
	SELECT scim_grant_tenant('default', 'clerk'), scim_grant_tenant('default', 'other');
	INSERT INTO users (id, data) SELECT md5(n)::uuid, jsonb_build_object('userName', n) FROM unnest('{held,lapsed,free}'::text[]) n;
	INSERT INTO groups (id, data) VALUES (md5('group')::uuid, '{"displayName": "group"}');
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT md5('group')::uuid, 'User', id FROM users;
});

sub id { return qq{md5('$_[0]')::uuid} }

# As that role, in a session that names these leases; the code of the error, or "done".
sub try_as
{
	my ($role, $database, $leases, $sql) = @_;
	my ($code, $out, $err) = $node->psql($database, "SET scimver.lease_id = '$leases'; $sql", extra_params => [ '-U', $role ]);

	return $code == 0 ? 'done' : $err =~ /\b(LEASE_HELD|LEASE_LOST)\b/ ? $1 : $err;
}

sub acquire
{
	my ($type, $name, $seconds) = @_;
	my $lease = $node->safe_psql('source', "SET scimver.agent = 'agent x'; SELECT l ->> 'lease_id' FROM scim_acquire_lease('$type', @{[id($name)]}::text, $seconds, 'to be dumped') l",
		extra_params => [ '-U', 'clerk' ]);

	return $lease;
}

my %leases = (held => acquire('User', 'held', 3600), group => acquire('Group', 'group', 3600), lapsed => acquire('User', 'lapsed', 1));
my $all = q{SELECT l.*, extract(epoch FROM expires_at) FROM scim_leases l ORDER BY resource_type, resource_id};
my $held = q{SELECT resource_type, resource_id, holder, actor, purpose FROM scim_leases_held ORDER BY 1};
my $triggers = q{SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname};

# What stands there binds whom it should, and nobody else; each step leaves what the next one needs.
sub is_in_force
{
	my ($database, $name) = @_;
	my $write = sub { "UPDATE users SET data = data || jsonb_build_object('title', '$_[1]') WHERE id = " . id($_[0]) };
	my $patch = sub { 'SELECT scim_patch_user(' . id($_[0]) . qq{::text, '[{"op": "replace", "path": "title", "value": "$_[1]"}]')} };
	my @steps = (
		[ 'other', '', $write->('held', 1), 'LEASE_HELD', 'plain SQL of others' ],
		[ 'other', '', $patch->('held', 1), 'LEASE_HELD', 'a function, called by others' ],
		[ 'other', '', 'DELETE FROM users WHERE id = ' . id('held'), 'LEASE_HELD', 'a delete of others' ],
		[ 'other', '', 'DELETE FROM users WHERE id = ' . id('free'), 'LEASE_HELD', 'what moves a group that is held' ],
		[ 'other', $leases{held}, $write->('held', 1), 'LEASE_HELD', 'another role that knows the lease' ],
		[ 'other', '', $patch->('free', 1), 'done', 'what nobody holds' ],
		[ 'keeper', '', $write->('held', 1), 'done', 'plain SQL of the owner' ],
		[ 'clerk', "$leases{held}, $leases{lapsed}", $write->('held', 2), 'done', 'the holder' ],
		[ 'clerk', "$leases{held}, $leases{lapsed}", $write->('lapsed', 1), 'LEASE_LOST', 'whoever names what has expired' ],
		[ 'clerk', $leases{lapsed}, "SELECT scim_renew_lease('$leases{lapsed}')", 'LEASE_LOST', 'whoever would renew it' ],
		[ 'other', '', $patch->('lapsed', 2), 'done', 'what has expired' ],
		[ 'clerk', '', "SELECT scim_renew_lease('$leases{held}')", 'done', 'the holder who renews' ],
		[ 'other', '', $write->('held', 3), 'LEASE_HELD', 'others, then' ],
		[ 'clerk', '', "SELECT scim_release_lease('$leases{held}'), scim_release_lease('$leases{group}')", 'done', 'the holder who lets go' ],
		[ 'other', '', $write->('held', 4), 'done', 'others, then' ],
		[ 'other', '', 'DELETE FROM users WHERE id = ' . id('held'), 'done', 'a delete, then' ],
		[ 'clerk', $leases{held}, 'SELECT scim_acquire_lease(\'User\', ' . id('free') . '::text)', 'done', 'another lease' ]);

	is(try_as($_->[0], $database, $_->[1], $_->[2]), $_->[3], "$name: $_->[4]") foreach @steps;
	return;
}

# A copy is what it was; then, as time goes by, binds.
sub is_copied
{
	my ($database, $name, %before) = @_;

	is($node->safe_psql($database, $_), $before{$_}, "$name: as it was") foreach sort keys %before;
	is($node->safe_psql($database, q{SELECT c::text, problem FROM unnest('{users,groups}'::regclass[]) c, scim_check_table(c)}), '', "$name: and sound");
	is_in_force($database, $name);
	$node->safe_psql('postgres', "DROP DATABASE $database");
	return;
}

my @dumps;
foreach my $role ('keeper', $node->safe_psql('postgres', 'SELECT current_user'))
{
	my $file = "$folder/$role";
	$node->command_ok([ 'pg_dump', '-U', $role, '-Fc', '-f', $file, $node->connstr('source') ], "pg_dump as $role");
	push @dumps, [ $role, $file ];
}
my %before = map { $_ => $node->safe_psql('source', $_) } $all, $triggers;
like($before{$all}, qr/^(.*to be dumped.*\n?){3}$/, 'there is something to be dumped');
like($before{$triggers}, qr/scim_lease_trigger/, 'and what enforces it');
$node->poll_query_until('source', q{SELECT clock_timestamp() > min(expires_at) FROM scim_leases}) or die 'nothing expires';
$before{$held} = $node->safe_psql('source', $held);
is($before{$held} =~ s/\n/; /r, join('; ', map { "$_->[0]|" . $node->safe_psql('source', 'SELECT ' . id($_->[1])) . '|agent x|clerk|to be dumped' } [ 'Group', 'group' ], [ 'User', 'held' ]),
	'one of them is not in force any more');

foreach (@dumps)
{
	my ($role, $file) = @$_;
	new_database($node, 'restored', empty => 1);
	$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr('restored'), $file ], "pg_restore of the dump of $role");
	is_copied('restored', "dumped by $role", %before);
}

# Only the owner of the database sees the ids of leases, whoever restores it.
my ($code, $out, $err) = $node->psql('source', 'SELECT lease_id FROM scim_leases', extra_params => [ '-U', 'clerk' ]);
like($err, qr/permission denied for table scim_leases/, 'who writes does not read the ids of leases');

$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE source');
is_copied('copied', 'copied', %before);
is_in_force('source', 'the source');
done_testing();
