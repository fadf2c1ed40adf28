# Schemas and resource types that were registered or changed survive a dump, in
# whatever way it is made, and are obeyed where they were restored.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('schemas');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $registered = q{
	SELECT scim_register_schema('{"id": "urn:example:Device", "name": "Device", "attributes": [
		{"name": "label", "required": true}, {"name": "serial", "uniqueness": "server", "mutability": "immutable"},
		{"name": "kind", "canonicalValues": ["lamp", "lock"]}]}', '{"canonicalValues": "restrict"}');
	SELECT scim_register_schema('{"id": "urn:example:Badge", "name": "Badge", "attributes": [{"name": "badge"}]}');
	SELECT scim_register_resource_type('{"name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device"}');
	SELECT scim_register_schema(jsonb_set(document, '{attributes,100}', '{"name": "shoeSize", "type": "decimal"}'), '{"restrict": ["emails.type"]}')
		FROM scim_schemas WHERE id = 'urn:ietf:params:scim:schemas:core:2.0:User' AND built_in;
	SELECT scim_register_resource_type(jsonb_set(document, '{schemaExtensions,100}', '{"schema": "urn:example:Badge", "required": false}'))
		FROM scim_resource_types WHERE name = 'User' AND built_in;
};
my $device = q{SELECT scim_create_resource('Device', '{"label": "x", "kind": "lamp", "serial": "S%d"}')};

$node->safe_psql('scim', $registered);
$node->safe_psql('scim', q{
	SELECT scim_create_table('devices', 'Device', '{"validate": true}');
	SELECT scim_create_user('{"userName": "ann", "shoeSize": 42, "urn:example:Badge": {"badge": "7"}, "emails": [{"value": "a@x.org", "type": "work"}]}');
	} . sprintf($device, 1));

sub all_of_it
{
	return $node->safe_psql($_[0], q{
		SELECT scim_get_schemas();
		SELECT id, options, version, position, built_in FROM scim_schemas ORDER BY id, built_in;
		SELECT name, version, position, built_in FROM scim_resource_types ORDER BY name, built_in;
		SELECT id, data, version FROM devices ORDER BY 1;
		SELECT id, data, version FROM users ORDER BY 1});
}

sub is_refused
{
	my ($database, $sql, $error, $name) = @_;
	my ($code, $out, $err) = $node->psql($database, $sql);

	like($err, $error, $name);
}

my $before = all_of_it('scim');

sub is_restored
{
	my ($database, $name) = @_;

	is(all_of_it($database), $before, "$name: schemas and resources are as they were");
	is_refused($database, sprintf($device, 1), qr/UNIQUENESS: serial/, "$name: what is unique is");
	is_refused($database, q{SELECT scim_create_resource('Device', '{"label": "x", "kind": "oven"}')}, qr/kind must be one of lamp, lock/,
		"$name: restricted values are");
	is_refused($database, q{INSERT INTO devices (data) VALUES ('{"label": 1}')}, qr/label must be a string/, "$name: the trigger validates");
	is_refused($database, q{SELECT scim_create_user('{"userName": "b", "emails": [{"value": "b", "type": "boat"}]}')},
		qr/emails\[0\].type must be one of/, "$name: the changed built-in schema holds");
	$node->safe_psql($database, sprintf($device, 2));
	$node->safe_psql($database, q{SELECT scim_register_schema('{"id": "urn:example:Later", "name": "Later", "attributes": [{"name": "later"}]}')});
	is($node->safe_psql($database, q{SELECT count(*) FROM scim_schemas WHERE position = (SELECT max(position) FROM scim_schemas)}), '1',
		"$name: what is registered then comes last");
}

new_database($node, 'whole', empty => 1);
$node->command_ok([ 'pg_dump', '-f', "$folder/whole.sql", $node->connstr('scim') ], 'pg_dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('whole'), '-f', "$folder/whole.sql" ], 'restored');
is_restored('whole', 'whole');

new_database($node, 'parallel', empty => 1);
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/custom", $node->connstr('scim') ], 'pg_dump -Fc');
$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr('parallel'), "$folder/custom" ], 'pg_restore -j 2');
is_restored('parallel', 'parallel');

# The data alone, where nothing was registered: rows of built-in schemas are in nobody's way.
for my $how ([], ['--disable-triggers'])
{
	my $name = @$how ? 'data_without' : 'data_with';

	new_database($node, $name, bare => 1);
	$node->command_ok([ 'pg_dump', '--data-only', @$how, '-t', 'scim_schemas', '-t', 'scim_resource_types', '-f', "$folder/$name.sql",
			$node->connstr('scim') ], "pg_dump --data-only @$how");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($name), '-f', "$folder/$name.sql" ], 'restored');
	is($node->safe_psql($name, 'SELECT scim_get_schemas()'), $node->safe_psql('scim', 'SELECT scim_get_schemas()'),
		"@$how: the same schemas");
}

done_testing();
