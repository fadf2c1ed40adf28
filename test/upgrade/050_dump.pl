# A dump of 1.0 says CREATE EXTENSION without a version: what is restored has the version of
# the tree, and its tables what they had.  scim_check_table tells what they lack,
# scim_repair_table makes it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('dump');
my $folder = PostgreSQL::Test::Utils::tempdir();
my %tables = (
	created => [ 'users', 'groups', 'boxes', 'crates', q{"Odd ""schema"" $1"."the table's; name %s"} ],
	mapped => [ 'app.people', q{app."the teams' table"} ]);
# rights on functions that have other arguments by now are those of 070_replaced.pl
my $replaced = join ', ', map { my $type = $_; map { "scim_${_}_$type" } qw(update patch) } qw(user group resource);
my $as_made = qq{REVOKE ALL ON FUNCTION $replaced FROM clerk, keeper, "Odd owner; --" CASCADE; GRANT EXECUTE ON FUNCTION $replaced TO PUBLIC};

foreach my $kind ('created', 'mapped')
{
	new_database($node, $kind, old_version());
	set_up($node, $kind, $kind);
	$node->safe_psql($kind, $as_made);
	fill($node, $kind, $kind);
	$node->command_ok([ 'pg_dump', '-f', "$folder/$kind.sql", $node->connstr($kind) ], "$kind: pg_dump");
	new_database($node, "${kind}_restored");
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr("${kind}_restored"), '-f', "$folder/$kind.sql" ], "$kind: restored");
	is($node->safe_psql("${kind}_restored", q{SELECT extversion FROM pg_extension WHERE extname = 'scimver'}), new_version($node), "$kind: the version of the tree");
	is($node->safe_psql("${kind}_restored", 'SELECT s.seq, d.datname FROM scim_history_server s JOIN pg_database d ON d.oid = s.database_oid'), "0|${kind}_restored", "$kind: its history begins there");
	is(resources("${kind}_restored", $kind), resources($kind, $kind), "$kind: resources and versions are as they were");

	foreach my $table (@{ $tables{$kind} })
	{
		my $problems = $node->safe_psql("${kind}_restored", 'SELECT problem, detail FROM scim_check_table(' . literal($table) . q{) WHERE problem <> 'limit' ORDER BY 2});

		if ($kind eq 'mapped')
		{
			is($problems, '', "$table: is right");
			next;
		}
		my $count = $table eq 'crates' ? 6 : 2;
		is(scalar(() = $problems =~ /^trigger\|table .* has no trigger "!!!scimver_history(?:_truncate)?" that fires/mg), $count, "$table: the check tells which triggers it lacks");
		is(scalar(split /\n/, $problems), $count, "$table: and no more");
		is($node->safe_psql("${kind}_restored", 'SELECT scim_repair_table(' . literal($table) . ')'), $count, "$table: repair makes them");
		is($node->safe_psql("${kind}_restored", 'SELECT problem, detail FROM scim_check_table(' . literal($table) . ')'), '', "$table: it is right");
	}

	# a dump knows nothing of the rights on functions that are new
	$node->safe_psql('created_restored', 'GRANT EXECUTE ON FUNCTION scim_history_trigger(), scim_lease_trigger(), scim_call_tool(text, text, text, text) TO clerk') if $kind eq 'created';
	new_database($node, "new_$kind", new_version($node));
	set_up($node, "new_$kind", $kind);
	$node->safe_psql("new_$kind", $as_made);
	fill($node, "new_$kind", $kind);
	same_lines(catalog($node, "${kind}_restored"), catalog($node, "new_$kind"), "$kind: mended, its catalog is that of a new database");
}
$node->safe_psql('created_restored', q{SELECT scim_patch_user(md5('user1')::uuid::text, '[{"op": "add", "path": "title", "value": "kept"}]')});
is($node->safe_psql('created_restored', 'SELECT operation, changed FROM scim_history_rows'), 'update|{title}', 'from then on there is a history');

sub literal { return q{'} . $_[0] =~ s/'/''/gr . q{'} }

sub resources
{
	my ($database, $kind) = @_;

	return $node->safe_psql($database, q{
		SELECT scim_list_users(sort_by => 'userName', count => 1000), scim_list_groups(sort_by => 'displayName', count => 1000);
		SELECT scim_list_members(g ->> 'id', 1000) FROM jsonb_array_elements(scim_list_groups() -> 'Resources') g ORDER BY g ->> 'id';
		SELECT tenant_id, role::text FROM scim_tenant_grants ORDER BY 1, 2;
	});
}

done_testing();
