# Who can dump a database: its owner and pg_read_all_data, whoever made the
# extension; tables that scim_create_table made, their owner and BYPASSRLS.  What
# they dump is whole.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('dump_roles');
my $folder = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', q{
	CREATE ROLE keeper LOGIN;
	CREATE ROLE backup LOGIN IN ROLE pg_read_all_data;
	CREATE ROLE bypassing LOGIN BYPASSRLS IN ROLE pg_read_all_data;
	CREATE ROLE nobody LOGIN;
	CREATE ROLE clerk LOGIN;
});

# A database of the keeper's, with an extension that a superuser made.
sub keepers_database
{
	my ($name, $sql) = @_;

	new_database($node, $name, bare => 1);
	$node->safe_psql($name, "ALTER DATABASE $name OWNER TO keeper; $sql");
}

sub dump_as
{
	my ($role, $database, @options) = @_;
	my $file = "$folder/$database.$role" . join('', @options);

	$node->command_ok([ 'pg_dump', @options, '-U', $role, '-f', $file, $node->connstr($database) ],
		"pg_dump @options of $database as $role");
	return $file;
}

sub fails_as
{
	my ($role, $database, $error) = @_;

	$node->command_fails_like([ 'pg_dump', '-U', $role, '-f', '/dev/null', $node->connstr($database) ], $error,
		"pg_dump of $database as $role is refused");
}

# Restores the dump as superuser, and compares what the queries give.
sub is_restored
{
	my ($file, $database, $queries) = @_;

	new_database($node, 'restored', empty => 1);
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $file ],
		"it is restored");
	is($node->safe_psql('restored', $queries), $node->safe_psql($database, $queries), "and everything is as it was");
	unlike(slurp_file($file), qr/^COPY .*scim_cursor_secret/m, "but for the cursors' secret, which is not in it");
	isnt($node->safe_psql('restored', 'SELECT secret FROM scim_cursor_secret'),
		$node->safe_psql($database, 'SELECT secret FROM scim_cursor_secret'), 'and is made anew');
	$node->safe_psql('postgres', 'DROP DATABASE restored');
}

# ---- the extension alone ----

keepers_database('alone', '');
for my $role (qw(keeper backup bypassing))
{
	dump_as($role, 'alone', @$_) for ([], ['--enable-row-security']);
}

# ---- everything that scimver keeps in tables of its own ----

keepers_database('mapped', q{
	CREATE SCHEMA app AUTHORIZATION keeper;
	SET ROLE keeper;
	CREATE TABLE app.people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
	CREATE TABLE app.teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
	CREATE TABLE app.joins (person int REFERENCES app.people ON DELETE CASCADE, team int REFERENCES app.teams ON DELETE CASCADE, PRIMARY KEY (person, team));
	INSERT INTO app.people SELECT n, 'u' || n FROM generate_series(1, 9) n;
	INSERT INTO app.teams SELECT n, 'team ' || n FROM generate_series(101, 103) n;
	RESET ROLE;
	SELECT scim_register_table('app.people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
	SELECT scim_register_table('app.teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
	SELECT scim_register_members('app.joins', 'team', 'person');
	INSERT INTO app.joins VALUES (1, 101), (2, 101), (1, 103);
	SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "serial"}]}');
	SELECT scim_register_resource_type('{"name": "Badge", "endpoint": "/Badges", "schema": "urn:example:Badge"}');
	SELECT scim_grant_tenant('default', 'clerk'), scim_grant_tenant('other', 'clerk');
});
my $kept = q{
	SELECT tenant_id, role FROM scim_tenant_grants ORDER BY 1;
	SELECT id, document FROM scim_schemas WHERE NOT built_in;
	SELECT name, document FROM scim_resource_types WHERE NOT built_in;
	SELECT id, jsonb_array_length(coalesce(g -> 'members', '[]')), g #>> '{meta,version}' = scim_version(g), g #>> '{meta,version}' FROM app.teams, scim_get_group(id::text) g ORDER BY 1;
	SELECT problem, detail FROM scim_check_table('app.teams');
};
like($node->safe_psql('mapped', $kept), qr/\nother\|clerk\nurn:example:Badge\|.*\nBadge\|.*\n101\|2\|t\|/s, 'what is to be kept is there');
for my $role (qw(keeper backup bypassing))
{
	is_restored(dump_as($role, 'mapped', @$_), 'mapped', $kept) for ([], ['--enable-row-security']);
}
my $part = slurp_file(dump_as('keeper', 'mapped', '-n', 'app'));
like($part, qr/^COPY app\.people/m, 'a dump of a schema has its tables');
unlike($part, qr/^COPY .*scim_|^CREATE EXTENSION/m, 'and neither the extension nor what stands in its tables');
fails_as('nobody', 'mapped', qr/permission denied/);

# ---- tables that scim_create_table made ----

my $make = q{
	GRANT CREATE ON SCHEMA public TO keeper;
	GRANT EXECUTE ON FUNCTION scim_create_table, scim_row_trigger, scim_members_trigger, scim_history_trigger TO keeper;
	GRANT INSERT ON scim_tenant_grants TO keeper;
	%s
	SELECT scim_create_table('users', 'User');
	SELECT scim_create_table('groups', 'Group');
	SELECT scim_grant_tenant('default', 'clerk');
	INSERT INTO users (tenant_id, data) VALUES ('default', '{"userName": "ann", "password": "secret"}'), ('other', '{"userName": "bob"}');
	INSERT INTO groups (data) VALUES ('{"displayName": "all"}');
	INSERT INTO groups_members (group_id, member_type, member_id) SELECT g.id, 'User', u.id FROM groups g, users u WHERE u.tenant_id = g.tenant_id;
};
my $rows = q{
	SELECT tenant_id, id, data, version, revision, password_hash FROM users ORDER BY 1, 2;
	SELECT id, data, version, revision, member_count, member_digest FROM groups;
	SELECT * FROM groups_members;
	SELECT tenant_id, role FROM scim_tenant_grants;
	SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1;
	SELECT relname, relacl, relrowsecurity FROM pg_class WHERE relname IN ('users', 'groups', 'groups_members') ORDER BY 1;
	SELECT problem, detail FROM scim_check_table('users') UNION ALL SELECT problem, detail FROM scim_check_table('groups');
	SET ROLE clerk;
	SELECT tenant_id, user_name FROM users;
};
keepers_database('keepers', sprintf($make, 'SET ROLE keeper;'));
is_restored(dump_as('keeper', 'keepers'), 'keepers', $rows);
is_restored(dump_as('bypassing', 'keepers'), 'keepers', $rows);
fails_as('backup', 'keepers', qr/affected by row-level security policy for table "(users|groups|groups_members)"/);
fails_as('clerk', 'keepers', qr/permission denied/);

keepers_database('others', sprintf($make, ''));
is_restored(dump_as('bypassing', 'others'), 'others', $rows);
fails_as('keeper', 'others', qr/permission denied for table (users|groups|groups_members)/);
fails_as('backup', 'others', qr/affected by row-level security policy for table "(users|groups|groups_members)"/);

done_testing();
