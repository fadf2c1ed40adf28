# Leases and the plain SQL of an application, as a role that does not own its tables:
# COPY, what foreign keys cascade, TRUNCATE, what an ORM says over connections that it
# keeps, another tenant's lease.  A statement that meets what others hold changes nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('enforced');
$node->init;
$node->start;
$node->safe_psql('postgres', q{CREATE ROLE app; CREATE ROLE clerk LOGIN; ALTER ROLE clerk SET search_path = app, public});

# ---- an application's tables ----

new_database($node, 'app', bare => 1);
$node->safe_psql('app', q{
	CREATE SCHEMA app AUTHORIZATION app;
	SET ROLE app; SET search_path = app, public;
	CREATE TABLE departments (id text PRIMARY KEY, name text);
	CREATE TABLE people (id text PRIMARY KEY, login text NOT NULL UNIQUE, title text, notes text,
		department text REFERENCES departments ON DELETE CASCADE ON UPDATE CASCADE,
		office text REFERENCES departments ON DELETE SET NULL);
	CREATE TABLE teams (id text PRIMARY KEY, name text NOT NULL, department text REFERENCES departments ON DELETE CASCADE);
	CREATE TABLE joins (team text REFERENCES teams ON DELETE CASCADE, person text REFERENCES people ON DELETE CASCADE ON UPDATE CASCADE, PRIMARY KEY (team, person));
	GRANT USAGE ON SCHEMA app TO clerk;
	GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA app TO clerk;
	RESET ROLE;
	SELECT scim_register_table('people', 'User', '{"id": "id", "attributes": {"userName": "login", "title": "title",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department", "locale": "office"}}', '{"enforce": true, "history": true}');
	SELECT scim_register_table('teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}', '{"enforce": true, "history": true}');
	SELECT scim_register_members('joins', 'team', 'person');
	SET ROLE app;
	INSERT INTO departments VALUES ('d1', 'one'), ('d2', 'two'), ('d3', 'three'), ('o1', 'office');
	INSERT INTO people (id, login, department, office) VALUES ('held', 'held', 'd1', 'o1'), ('free', 'free', 'd2', NULL), ('member', 'member', 'd3', NULL);
	INSERT INTO teams VALUES ('held', 'held team', 'd3'), ('free', 'free team', NULL);
	INSERT INTO joins VALUES ('held', 'member'), ('free', 'held');
});

my @as_clerk = (extra_params => [ '-U', 'clerk' ]);
my $everything = q{SET search_path = app, public; SELECT * FROM departments ORDER BY 1; SELECT * FROM people ORDER BY 1; SELECT * FROM teams ORDER BY 1; SELECT * FROM joins ORDER BY 1, 2};
my %lease = map { $_->[0] => $node->safe_psql('app', "SELECT scim_acquire_lease('$_->[0]', '$_->[1]', 3600) ->> 'lease_id'", @as_clerk) } [ 'User', 'held' ], [ 'Group', 'held' ];

# The code of the error, or "done".
sub try_as
{
	my ($role, $sql) = @_;
	my $user = $role eq 'clerk' ? 'clerk' : $node->safe_psql('postgres', 'SELECT current_user');
	my ($code, $out, $err) = $node->psql('app', ($role eq 'app' ? 'SET ROLE app; SET search_path = app, public; ' : 'SET search_path = app, public; ') . $sql, extra_params => [ '-U', $user ]);

	return $code == 0 ? 'done' : $err =~ /\b(LEASE_HELD|LEASE_LOST)\b/ ? $1 : $err;
}

# What meets a lease of somebody else, and where: of the clerk who does not name it.
my @bound = (
	[ 'User', 'an UPDATE', q{UPDATE people SET title = 'x' WHERE id = 'held'} ],
	[ 'User', '... of all', q{UPDATE people SET title = 'x'} ],
	[ 'User', '... from another table', q{UPDATE people SET title = d.name FROM departments d WHERE department = d.id} ],
	[ 'User', '... of the key', q{UPDATE people SET id = 'other' WHERE id = 'held'} ],
	[ 'User', 'an INSERT that updates', q{INSERT INTO people (id, login) VALUES ('held', 'x') ON CONFLICT (id) DO UPDATE SET title = 'x'} ],
	[ 'User', 'a DELETE', q{DELETE FROM people WHERE id = 'held'} ],
	[ 'User', 'TRUNCATE', q{TRUNCATE people CASCADE} ],
	[ 'User', '... that cascades', q{TRUNCATE departments CASCADE} ],
	[ 'User', 'a DELETE that cascades', q{DELETE FROM departments WHERE id = 'd1'} ],
	[ 'User', '... that sets NULL', q{DELETE FROM departments WHERE id = 'o1'} ],
	[ 'User', 'an UPDATE that cascades', q{UPDATE departments SET id = 'd9' WHERE id = 'd1'} ],
	[ 'Group', 'an UPDATE of a group', q{UPDATE teams SET name = 'x' WHERE id = 'held'} ],
	[ 'Group', 'a DELETE of a group', q{DELETE FROM teams WHERE id = 'held'} ],
	[ 'Group', '... that cascades', q{DELETE FROM departments WHERE id = 'd3'} ],
	[ 'Group', 'COPY of members', qq{COPY joins FROM STDIN;\nfree\tfree\nheld\tfree\n\\.\n} ],
	[ 'Group', 'an INSERT of members', q{INSERT INTO joins SELECT 'held', id FROM people WHERE id <> 'member'} ],
	[ 'Group', 'a DELETE of members', q{DELETE FROM joins} ],
	[ 'Group', '... that cascades from users', q{DELETE FROM people WHERE id = 'member'} ],
	[ 'Group', 'a member that moves', q{UPDATE joins SET team = 'free' WHERE team = 'held'} ],
	[ 'Group', 'a key that cascades to members', q{UPDATE people SET id = 'renamed' WHERE id = 'member'} ],
	[ 'Group', 'TRUNCATE of members', q{TRUNCATE joins} ]);
push @bound, [ 'User', 'MERGE', q{MERGE INTO people USING departments d ON department = d.id WHEN MATCHED THEN UPDATE SET title = d.name} ] if $node->pg_version >= 15;

my $before = $node->safe_psql('app', $everything);
foreach (@bound)
{
	my ($type, $name, $sql) = @$_;

	is(try_as('clerk', $sql), 'LEASE_HELD', "$name: LEASE_HELD");
	is($node->safe_psql('app', $everything), $before, '... and nothing is changed');
	is(try_as('app', "BEGIN; $sql; ROLLBACK"), 'done', '... but not for the owner');
	is(try_as('clerk', "BEGIN; SET LOCAL scimver.lease_id = '$lease{User}, $lease{Group}'; $sql; ROLLBACK"), 'done', '... nor for who names it');
}

# What changes nothing of a resource that is held.
is(try_as('clerk', $_->[1]), 'done', "$_->[0]: is not bound") foreach (
	[ 'a column that is no attribute', q{UPDATE people SET notes = 'x' WHERE id = 'held'} ],
	[ 'the same value', q{UPDATE people SET title = title, login = login} ],
	[ 'a lock', q{BEGIN; SELECT FROM people WHERE id = 'held' FOR UPDATE; COMMIT} ],
	[ 'COPY of new rows', qq{COPY people (id, login) FROM STDIN;\nc1\tc1\nc2\tc2\n\\.\n} ],
	[ 'COPY of members elsewhere', qq{COPY joins FROM STDIN;\nfree\tc1\nfree\tc2\n\\.\n} ],
	[ 'a member of what nobody holds, who is held', q{DELETE FROM joins WHERE team = 'free' AND person = 'held'} ],
	[ 'what nobody holds', q{UPDATE people SET title = 'x' WHERE id <> 'held'} ]);

# ---- an ORM ----

# Connections that are kept: one whose role names its leases in transactions only, the other
# that of a stranger, or of another pool.
my ($session, $stranger) = map { $node->background_psql('app', @as_clerk, on_error_stop => 0) } 1 .. 2;
$_->query_safe(q{PREPARE save(text, text) AS UPDATE people SET title = $1 WHERE id = $2 RETURNING id, title}) foreach $session, $stranger;

sub says
{
	my ($connection, $sql) = @_;
	my $out = $connection->query($sql);
	my $err = $connection->{stderr};

	$connection->{stderr} = '';
	return $err =~ /\b(LEASE_HELD|LEASE_LOST)\b/ ? $1 : $err =~ /ERROR/ ? $err : $out;
}

foreach my $round (1, 2)    # plans are kept, and whose lease it is is asked each time
{
	is(says($session, "BEGIN; SET LOCAL scimver.lease_id = '$lease{User}'; EXECUTE save('a$round', 'held'); COMMIT"), "held|a$round", "ORM $round: the holder saves");
	is(says($session, "EXECUTE save('b', 'held')"), 'LEASE_HELD', '... and outside of that transaction does not');
	is(says($stranger, "EXECUTE save('b', 'held')"), 'LEASE_HELD', '... nor does anybody else');
	is(says($stranger, "EXECUTE save('b$round', 'free')"), "free|b$round", '... but what nobody holds');
}
is(says($session, 'SHOW scimver.lease_id'), '', 'nothing of it stays with the connection');
is(says($stranger, q{BEGIN; SAVEPOINT s; EXECUTE save('c', 'held')}), 'LEASE_HELD', 'a savepoint');
is(says($stranger, q{ROLLBACK TO s; EXECUTE save('c', 'free'); COMMIT}), 'free|c', '... outlives a refusal');

# It is lost while a transaction holds on to it.
says($session, "BEGIN; SET LOCAL scimver.lease_id = '$lease{User}'; EXECUTE save('d', 'free')");
is($node->safe_psql('app', "SELECT scim_release_lease('$lease{User}')", @as_clerk), 't', 'the lease is released');
is(says($session, q{EXECUTE save('d', 'held')}), 'LEASE_LOST', '... and a transaction that names it is told so');
says($session, 'ROLLBACK');
is(says($stranger, q{EXECUTE save('e', 'held')}), 'held|e', '... while others write');
$_->quit foreach $session, $stranger;

# ---- tenants ----

# The same id in two tenants, of which the clerk has both, and "one" the other alone.
$node->safe_psql('postgres', q{CREATE ROLE one LOGIN});
new_database($node, 'tenants', bare => 1);
$node->safe_psql('tenants', q{
	SELECT scim_create_table('users', 'User', '{"enforce": true}');
	SELECT scim_create_table('groups', 'Group', '{"enforce": true}');
	SELECT scim_grant_tenant('acme', 'clerk'), scim_grant_tenant('beta', 'clerk'), scim_grant_tenant('beta', 'one');
	GRANT TRUNCATE ON users, groups_members TO clerk, one;
	INSERT INTO users (tenant_id, id, data) SELECT t, md5('user')::uuid, '{"userName": "user"}' FROM unnest('{acme,beta}'::text[]) t;
});
my $user = q{md5('user')::uuid};
my $acme = $node->safe_psql('tenants', "SELECT scim_acquire_lease('User', $user\::text, 3600, 'private', 'acme') ->> 'lease_id'", @as_clerk);

sub write_as
{
	my ($role, $lease, $tenant) = @_;
	my ($code, $out, $err) = $node->psql('tenants', "SET scimver.lease_id = '$lease'; UPDATE users SET data = data || jsonb_build_object('title', clock_timestamp()) WHERE tenant_id = '$tenant' RETURNING 'done'", extra_params => [ '-U', $role ]);
	return $code == 0 ? $out : $err =~ /\b(LEASE_HELD|LEASE_LOST)\b/ ? $1 : $err;
}

is(write_as('clerk', '', 'acme'), 'LEASE_HELD', "a tenant's lease holds its user");
is(write_as('clerk', '', 'beta'), 'done', '... not that of another one with the same id');
is(write_as('clerk', $acme, 'beta'), 'done', '... and does not matter there, whoever names it');
is(write_as('one', $acme, 'beta'), 'done', '... a stranger neither');
is(write_as('one', $acme, 'acme'), '', '... who sees no row there');
is(write_as('clerk', $acme, 'acme'), 'done', '... but where it is of');
my ($code, $out, $err) = $node->psql('tenants', 'TRUNCATE users CASCADE', extra_params => [ '-U', 'one' ]);
like($err, qr/LEASE_HELD/, 'what goes at once goes in all tenants');
unlike($err, qr/private|clerk|acme|@{[$node->safe_psql('tenants', "SELECT $user")]}/, '... and a stranger is not told who holds what');
is($node->safe_psql('tenants', "BEGIN; SET LOCAL scimver.lease_id = '$acme'; TRUNCATE users CASCADE; SELECT count(*) FROM users; ROLLBACK", @as_clerk), '0', '... while the holder may');
($code, $out, $err) = $node->psql('tenants', "SELECT scim_acquire_lease('User', $user\::text, 60, NULL, 'acme')", extra_params => [ '-U', 'one' ]);
like($err, qr/TENANT_FORBIDDEN/, 'a stranger takes none there');
unlike($err, qr/private|clerk/, '... and is not told who did');
is($node->safe_psql('tenants', "SELECT scim_renew_lease('$acme')", @as_clerk) ne '', 1, 'the holder renews it');
($code, $out, $err) = $node->psql('tenants', "SELECT scim_renew_lease('$acme')", extra_params => [ '-U', 'one' ]);
like($err, qr/LEASE_LOST/, '... a stranger who knows it does not');
is($node->safe_psql('tenants', "SELECT scim_release_lease('$acme')", extra_params => [ '-U', 'one' ]), 'f', '... nor releases it');
is($node->safe_psql('tenants', 'SELECT tenant_id FROM scim_leases_held', @as_clerk), 'acme', 'it is seen');
is($node->safe_psql('tenants', 'SELECT count(*) FROM scim_leases_held', extra_params => [ '-U', 'one' ]), '0', '... by no stranger');
done_testing();
