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

foreach my $kind ('created', 'mapped')
{
	new_database($node, $kind, old_version());
	set_up($node, $kind, $kind);
	fill($node, $kind, $kind);
	my $rows = rows($node, $kind);
	my $answers = answers($kind);
	like($rows, qr/user5|User5/i, "$kind: there are rows");

	update($node, $kind);
	is($node->safe_psql($kind, q{SELECT extversion FROM pg_extension WHERE extname = 'scimver'}), $new, "$kind: updated");
	same_lines(rows($node, $kind, new_tables($kind)), $rows, "$kind: no row was written");
	is(answers($kind), $answers, "$kind: what functions and views answer is the same");

	new_database($node, "new_$kind", $new);
	set_up($node, "new_$kind", $kind);
	fill($node, "new_$kind", $kind);
	same_lines(catalog($node, $kind), catalog($node, "new_$kind"), "$kind: the catalog is that of a new database");
	same_lines(own_rows($kind), own_rows("new_$kind"), "$kind: so are the rows that the extension comes with, and the grants");
}

sub own_rows
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT 'schema', * FROM scim_schemas ORDER BY id;
		SELECT 'type', * FROM scim_resource_types ORDER BY name;
		SELECT 'grant', * FROM scim_tenant_grants ORDER BY tenant_id, role::text});
}

# The tables of the extension that are new since.
sub new_tables
{
	my ($database) = @_;

	return split /\n/, $node->safe_psql($database, qq{
		SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'scimver' AND c.relname LIKE 'scim_history%'});
}

sub answers
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SELECT scim_list_users(sort_by => 'userName', count => 1000), scim_list_groups(sort_by => 'displayName', count => 1000);
		SELECT scim_list_members(g ->> 'id', 1000) FROM jsonb_array_elements(scim_list_groups() -> 'Resources') g ORDER BY g ->> 'id';
		SELECT resource FROM app.one_user ORDER BY resource ->> 'id';
		SELECT scim_tools(), scim_instructions();
	});
}

done_testing();
