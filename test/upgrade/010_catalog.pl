# A database of 1.0 that is updated has the catalog of a new one: every object of the
# extension, and all that stands on it.  Rows and versions are as they were.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('catalog');
my $new = new_version($node);
my $history_triggers = q{SELECT count(*) FROM pg_trigger WHERE tgfoid IN (SELECT oid FROM pg_proc WHERE proname = 'scim_history_trigger')};
# of a function that has other arguments by now; dumps do not tell it
my $other_owner = 'ALTER FUNCTION scim_patch_group OWNER TO keeper';

foreach my $database ('created', 'mapped', 'elsewhere')
{
	my $kind = $database eq 'elsewhere' ? 'created' : $database;
	my %options = (elsewhere => $database eq 'elsewhere');

	new_database($node, $database, old_version(), %options);
	set_up($node, $database, $kind);
	$node->safe_psql($database, $other_owner);
	fill($node, $database, $kind);
	my $rows = rows($node, $database);
	my $answers = answers($database);
	my @tools = tools($database);
	like($rows, qr/User5/, "$database: there are rows");
	is($node->safe_psql($database, $history_triggers), '0', "$database: and no triggers of the history");

	update($node, $database);
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'scimver'}), $new, "$database: updated");
	same_lines(rows($node, $database, new_tables($database)), $rows, "$database: no row was written");
	is(answers($database), $answers, "$database: what functions and views answer is the same");
	my %there = map { $_ => 1 } tools($database);
	is(join(' ', grep { !$there{$_} } @tools), '', "$database: no tool is gone");

	new_database($node, "new_$database", $new, %options);
	set_up($node, "new_$database", $kind);
	$node->safe_psql("new_$database", $other_owner);
	fill($node, "new_$database", $kind);
	same_lines(catalog($node, $database), catalog($node, "new_$database"), "$database: the catalog is that of a new database");
	like(own_rows($database), qr/^server\|t\|t\|0$/m, "$database: the history is this server's and this database's");
	same_lines(own_rows($database), own_rows("new_$database"), "$database: so are the rows that the extension comes with, and the grants");
	is($node->safe_psql($database, $history_triggers), $kind eq 'created' ? '14' : '0', "$database: created tables have triggers of the history by now");
}

sub own_rows
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT 'schema', * FROM scim_schemas ORDER BY id;
		SELECT 'type', * FROM scim_resource_types ORDER BY name;
		SELECT 'grant', * FROM scim_tenant_grants ORDER BY tenant_id, role::text;
		SELECT 'profile', * FROM scim_profiles ORDER BY name;
		SELECT 'server', s.system_identifier = c.system_identifier, d.datname = current_database(), s.seq
			FROM scim_history_server s, pg_control_system() c, pg_database d WHERE d.oid = s.database_oid});
}

# The tables of the extension that are new since.
sub new_tables
{
	my ($database) = @_;

	return split /\n/, $node->safe_psql($database, qq{
		SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'scimver' AND c.relname ~ '^scim_(history|leases|policy|proposal|review|profiles|tenant_profiles|idempotency|tokens)'});
}

sub answers
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT scim_list_users(sort_by => 'userName', count => 1000), scim_list_groups(sort_by => 'displayName', count => 1000);
		SELECT scim_list_members(g ->> 'id', 1000) FROM jsonb_array_elements(scim_list_groups() -> 'Resources') g ORDER BY g ->> 'id';
		SELECT resource FROM app.one_user ORDER BY resource ->> 'id';
	});
}

sub tools
{
	my ($database) = @_;
	return split /\n/, $node->safe_psql($database, q{SELECT tool ->> 'name' FROM jsonb_array_elements(scim_tools()) tool});
}

done_testing();
