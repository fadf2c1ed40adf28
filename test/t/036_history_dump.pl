# Dump and restore of the history: whoever dumps it, it is whole, with its sequence
# and what was pruned; and goes on where it was.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('history_dump');
my $folder = PostgreSQL::Test::Utils::tempdir();

# Rows that are old, and pruned; then changes of every kind, a password among them.
$node->safe_psql('scim', q{
	CREATE ROLE keeper LOGIN;
	CREATE ROLE backup LOGIN IN ROLE pg_read_all_data;
	ALTER DATABASE scim OWNER TO keeper;
	INSERT INTO scim_history_rows (seq, xid, at, tenant_id, resource_type, operation, actor)
		SELECT nextval('scim_history_seq'), pg_current_xact_id(), now() - interval '2 days', t, 'Device', 'remapped', 'old' FROM unnest('{default,other}'::text[]) t, generate_series(1, 3);
});
$node->safe_psql('scim', q{CALL scim_prune_history('1 day')});
fill($node, 'scim');
$node->safe_psql('scim', q{
	SET scimver.agent = 'agent "x"';
	SELECT scim_update_user(id::text, data || '{"title": "called"}', version) FROM users WHERE id = md5('user77')::uuid AND tenant_id = 'default';
	SELECT scim_patch_user(md5('user6')::uuid::text, '[{"op": "replace", "path": "password", "value": "secret word"}]');
	SELECT scim_delete_user(md5('user6')::uuid::text);
	DELETE FROM groups WHERE id = md5('group4')::uuid;
	TRUNCATE groups_members;
});

# All of it, as text.
sub history
{
	return $node->safe_psql($_[0], q{
		SELECT r.*, extract(epoch FROM at) FROM scim_history_rows r ORDER BY tenant_id, seq;
		SELECT tenant_id, seq, extract(epoch FROM at) FROM scim_history_pruned ORDER BY 1;
		SELECT last_value, is_called FROM scim_history_seq});
}

# Does the history end, for each resource, with what is stored, link by link?
my $broken = q{
	WITH entries AS (
		SELECT *, lead(previous_version) OVER w AS next_from, lead(operation) OVER w AS next_operation, row_number() OVER (PARTITION BY tenant_id, resource_type, resource_id ORDER BY seq DESC) AS back
		FROM scim_history_rows WHERE resource_id IS NOT NULL AND operation IN ('create', 'update', 'delete') WINDOW w AS (PARTITION BY tenant_id, resource_type, resource_id ORDER BY seq)),
	stored AS (SELECT 'User' AS type, tenant_id, id::text, version FROM users UNION ALL SELECT 'Group', tenant_id, id::text, version FROM groups)
	SELECT 'link', tenant_id, resource_type, resource_id, operation FROM entries WHERE next_operation IS NOT NULL AND version IS DISTINCT FROM next_from
	UNION ALL
	SELECT 'end', s.tenant_id, type, id, operation FROM stored s LEFT JOIN entries e ON e.tenant_id = s.tenant_id AND resource_type = type AND resource_id = id AND back = 1 WHERE e.version IS DISTINCT FROM s.version};

# What is written afterwards follows on what is there.
sub goes_on
{
	my ($database, $name) = @_;

	$node->safe_psql($database, q{
		UPDATE users SET data = data || '{"title": "after"}' WHERE id = md5('user77')::uuid;
		SELECT scim_create_user('{"userName": "new"}');
		INSERT INTO groups_members (group_id, member_type, member_id) SELECT md5('group1')::uuid, 'User', md5('user' || n)::uuid FROM generate_series(50, 60) n;
	});
	is($node->safe_psql($database, $broken), '', "$name: what is written afterwards follows on it");
	my ($code, $out, $err) = $node->psql($database, q{UPDATE scim_history_rows SET actor = 'me'});
	like($err, qr/PERMISSION_DENIED: table scim_history_rows is never updated/, "$name: and it is append-only");
}

sub restore
{
	my ($database, $file) = @_;
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $file ], "psql -f restores $database");
}

is($node->safe_psql('scim', $broken), '', 'what is dumped is right');
my $before = history('scim');
cmp_ok($node->safe_psql('scim', 'SELECT count(*) FROM scim_history_rows'), '>', 250, 'and there is something');
like($before, qr/^default\|[1-6]\|/m, 'and something was pruned');

# The whole database.
new_database($node, 'whole', empty => 1);
$node->command_ok([ 'pg_dump', '-f', "$folder/whole.sql", $node->connstr('scim') ], 'pg_dump');
unlike(slurp_file("$folder/whole.sql"), qr/secret word/, 'no password is in it');
like(slurp_file("$folder/whole.sql"), qr/\$2[aby]\$/, 'a crypted one is');
restore('whole', "$folder/whole.sql");
is(history('whole'), $before, 'whole: the history is as it was');
goes_on('whole', 'whole');

# By those who may not read tables under row level security: the history is whole.
foreach my $role ('keeper', 'backup')
{
	new_database($node, $role, empty => 1);
	$node->command_ok([ 'pg_dump', '-U', $role, '-T', 'users', '-T', 'groups', '-T', 'groups_members', '-f', "$folder/$role.sql", $node->connstr('scim') ],
		"pg_dump as $role");
	unlike(slurp_file("$folder/$role.sql"), qr/\$2[aby]\$/, 'none is in the history');
	restore($role, "$folder/$role.sql");
	is(history($role), $before, "$role: the history is as it was");
}

# The data alone, with triggers off.
new_database($node, 'data');
$node->command_ok([ 'pg_dump', '--data-only', '--disable-triggers', '-f', "$folder/data.sql", $node->connstr('scim') ],
	'pg_dump --data-only --disable-triggers');
restore('data', "$folder/data.sql");
is(history('data'), $before, 'data only: the history is as it was');
goes_on('data', 'data only');

# With triggers on it counts as writing, and begins a history of its own: what it writes is true.
sub is_written
{
	my ($database, $name) = @_;

	is($node->safe_psql($database, q{SELECT count(*) FROM users}), $node->safe_psql('scim', q{SELECT count(*) FROM users}), "$name: the rows are there");
	is($node->safe_psql($database, q{SELECT DISTINCT actor = current_user, at > now() - interval '1 hour', agent IS NULL FROM scim_history_rows}), 't|t|t',
		"$name: their history is that of the restore");
	is($node->safe_psql($database, $broken), '', "$name: and true");
	goes_on($database, $name);
}

# The one that there was is left out
new_database($node, 'written');
$node->command_ok([ 'pg_dump', '--data-only', '-T', 'scim_history*', '-f', "$folder/written.sql", $node->connstr('scim') ], 'pg_dump --data-only -T');
restore('written', "$folder/written.sql");
is_written('written', 'data only, triggers on');

# or refused as a whole, with an error; in one transaction nothing is half done.
new_database($node, 'refused');
$node->command_ok([ 'pg_dump', '--data-only', '-f', "$folder/refused.sql", $node->connstr('scim') ], 'pg_dump --data-only');
my ($stdout, $stderr) = run_command([ 'psql', '-X', '-q', '-d', $node->connstr('refused'), '-f', "$folder/refused.sql" ]);
like($stderr, qr/duplicate key value violates unique constraint "scim_history_rows_pkey"/, 'with the history: that is refused');
is_written('refused', 'with the history');
new_database($node, 'stopped');
$node->command_fails([ 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('stopped'), '-f', "$folder/refused.sql" ],
	'with the history, in one transaction: all is');
is($node->safe_psql('stopped', q{SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM scim_history_rows)}), '0', 'and nothing is there');

done_testing();
