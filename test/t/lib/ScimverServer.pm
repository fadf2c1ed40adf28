# Servers with tables of users and groups, for tests of what is stored.
package ScimverServer;

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_server new_database add_recount build_helper everything is_sound is_recorded fill);

my $bench = "$FindBin::RealBin/../bench";

# A server that is up, with a database "scim" that has the tables.
sub new_server
{
	my ($name, %options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(%options);
	$node->append_conf('postgresql.conf', $options{conf}) if $options{conf};
	$node->start;
	new_database($node, 'scim');
	return $node;
}

# A database with the extension, and unless bare the tables and what recounts them.
sub new_database
{
	my ($node, $name, %options) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	return if $options{empty};
	$node->safe_psql($name, q{SET client_min_messages = warning; CREATE EXTENSION scimver CASCADE});
	$node->safe_psql($name, q{
		SELECT scim_create_table('users', 'User');
		SELECT scim_create_table('groups', 'Group');
	}) unless $options{bare};
	add_recount($node, $name) unless $options{bare};
}

sub add_recount
{
	my ($node, $database) = @_;
	$node->safe_psql($database, slurp_file("$bench/recount.sql"));
}

# Compiles a program of test/bench, or of another folder; returns its path.
sub build_helper
{
	my ($name, $folder) = @_;
	my $program = "$PostgreSQL::Test::Utils::tmp_check/$name";
	chomp(my @flags = map { scalar `pg_config $_` } '--includedir', '--libdir');

	system_or_bail($ENV{CC} || 'cc', '-O2', '-o', $program, glob(($folder // $bench) . "/$name*.c"),
		"-I$flags[0]", "-L$flags[1]", '-lpq', '-pthread');
	return $program;
}

# All that is stored, as text.
sub everything
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, q{
		SELECT 'user', tenant_id, id, data, version, revision, extract(epoch FROM created), extract(epoch FROM last_modified), password_hash
		FROM users ORDER BY tenant_id, id;
		SELECT 'group', tenant_id, id, data, version, revision, extract(epoch FROM created), extract(epoch FROM last_modified), member_count, member_digest
		FROM groups ORDER BY tenant_id, id;
		SELECT 'member', * FROM groups_members ORDER BY tenant_id, group_id, member_type, member_id;
		SELECT 'grant', tenant_id, role FROM scim_tenant_grants ORDER BY tenant_id, role::text;
	});
}

# Every version, digest and count is the recomputed one, by an independent reckoning.
sub is_sound
{
	my ($node, $database, $name) = @_;
	is($node->safe_psql($database, 'SELECT problem FROM recount()'), '', $name);
}

# The history of every resource leads from what it is now, revision by revision,
# to where it was made; of those that are gone, from their end.
sub is_recorded
{
	my ($node, $database, $name) = @_;
	is($node->safe_psql($database, q{
		WITH rows AS (
			SELECT 'User' AS resource_type, tenant_id, id::text AS resource_id, version, revision FROM users
			UNION ALL SELECT 'Group', tenant_id, id::text, version, revision FROM groups),
		steps AS (
			SELECT resource_type, tenant_id, resource_id, operation, revision, version,
				previous_version IS NOT DISTINCT FROM lag(version) OVER lives AND revision = row_number() OVER lives
					- CASE operation WHEN 'delete' THEN 1 ELSE 0 END AS follows,
				lead(seq) OVER lives IS NULL AS is_last
			FROM scim_history_rows WHERE resource_id IS NOT NULL AND resource_type IN ('User', 'Group')
			WINDOW lives AS (PARTITION BY resource_type, tenant_id, resource_id ORDER BY seq))
		SELECT resource_type, resource_id, 'does not follow' FROM steps WHERE NOT follows
		UNION ALL SELECT resource_type, resource_id, 'is another now' FROM rows FULL JOIN (SELECT * FROM steps WHERE is_last AND operation <> 'delete') s
			USING (resource_type, tenant_id, resource_id)
			WHERE (rows.version, rows.revision) IS DISTINCT FROM (s.version, s.revision)
	}), '', $name);
}

# Some users and groups, in two tenants, changed a few times.
sub fill
{
	my ($node, $database) = @_;
	$node->safe_psql($database, q{
		INSERT INTO users (id, data) SELECT md5('user' || i)::uuid, jsonb_build_object('userName', 'User' || i, 'title', 'T' || i % 7,
			'active', i % 3 = 0, 'emails', jsonb_build_array(jsonb_build_object('value', i || '@example.com', 'type', 'work')))
			FROM generate_series(1, 200) AS i;
		INSERT INTO users (tenant_id, id, data) SELECT 'other', md5('user' || i)::uuid, jsonb_build_object('userName', 'User' || i)
			FROM generate_series(1, 20) AS i;
		INSERT INTO groups (id, data) SELECT md5('group' || i)::uuid, jsonb_build_object('displayName', 'Group ' || i)
			FROM generate_series(1, 10) AS i;
		INSERT INTO groups_members (group_id, member_type, member_id)
			SELECT md5('group' || (1 + i * k % 9))::uuid, 'User', md5('user' || i)::uuid
			FROM generate_series(1, 200) AS i, generate_series(1, 3) AS k ON CONFLICT DO NOTHING;
		INSERT INTO groups_members (group_id, member_type, member_id)
			SELECT md5('group10')::uuid, 'Group', md5('group' || i)::uuid FROM generate_series(1, 3) AS i;
		UPDATE users SET data = data || '{"nickName": "changed"}' WHERE data ->> 'title' = 'T3';
		DELETE FROM groups_members WHERE member_id IN (SELECT md5('user' || i)::uuid FROM generate_series(1, 30) AS i);
		SELECT scim_patch_user(md5('user5')::uuid::text, '[{"op": "replace", "path": "password", "value": "secret"}]');
	});
}

1;
