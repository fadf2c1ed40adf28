# A database that stays at 1.0 works with the library of the version in the tree.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('stays');

foreach my $kind ('created', 'mapped')
{
	new_database($node, $kind, old_version());
	set_up($node, $kind, $kind);
	fill($node, $kind, $kind);
	isnt(rows($node, $kind), '', "$kind: tables are made and filled");
	is($node->safe_psql($kind, q{SELECT extversion FROM pg_extension WHERE extname = 'scimver'}), old_version(), "$kind: of the version before");
	my $catalog = catalog($node, $kind);
	my $id = $kind eq 'created' ? q{md5('user1')::uuid::text} : q{'1'};
	my $group = $kind eq 'created' ? q{md5('group1')::uuid::text} : q{'1'};
	my $other = $kind eq 'created' ? q{md5('user3')::uuid::text} : q{'3'};

	is($node->safe_psql($kind, qq{
		SELECT scim_update_user($id, '{"userName": "again"}', scim_get_user($id) #>> '{meta,version}') ->> 'userName';
		SELECT scim_patch_user($id, '[{"op": "replace", "path": "userName", "value": "and again"}]') ->> 'userName';
		SELECT scim_add_members($group, ARRAY[$id]) IS NOT NULL, scim_remove_members($group, ARRAY[$id]) IS NOT NULL;
		SELECT scim_delete_user($other) IS NULL;
		SELECT scim_list_users('userName eq "and again"') ->> 'totalResults';
		SELECT scim_call_tool('scim_get_user', jsonb_build_object('user_id', $id)) -> 'success', scim_call_tool('scim_server_info', '{}'::jsonb) -> 'success';
		SELECT count(*) > 3 FROM jsonb_array_elements(scim_tools());
	}), "again\nand again\nt|t\nf\n1\ntrue|true\nt", "$kind: writes, lists and tools");
	foreach my $call (qq{scim_update_user($id, '{"userName": "x"}', 'stale')}, qq{scim_patch_user($id, '[{"op": "replace", "path": "userName", "value": "x"}]', 'stale')},
		qq{scim_delete_user($id, 'stale')}, qq{scim_update_group($group, '{"displayName": "x"}', 'stale')}, qq{scim_add_members($group, ARRAY[$id], 'stale')})
	{
		my ($code, $out, $err) = $node->psql($kind, "SELECT $call");
		like($err, qr/VERSION_MISMATCH/, "$kind: a stale version is refused: $call");
	}
	is($node->safe_psql($kind, qq{SELECT answer #>> '{content,error_code}', answer #> '{content,current,userName}' FROM scim_call_tool('scim_update_user',
		jsonb_build_object('user_id', $id, 'expected_version', 'stale', 'user_data', '{"userName": "x"}'::jsonb)) answer}),
		'VERSION_MISMATCH|"and again"', "$kind: so it is by a tool");
	is($node->safe_psql($kind, q{SELECT count(*) FROM jsonb_array_elements(scim_tools()) tool WHERE tool ->> 'name' ~ 'history|restore|version|changes|lease|propos'}), '0',
		"$kind: no tool is listed that needs what is not there");
	foreach my $tool ('scim_get_history', 'scim_restore', 'scim_changes')
	{
		is($node->safe_psql($kind, qq{SELECT scim_call_tool('$tool', jsonb_build_object('resource_type', 'User', 'resource_id', $id, 'version', 'stale')) ->> 'success'}), 'false',
			"$kind: nor does one work: $tool");
	}
	like($node->safe_psql($kind, qq{SELECT scim_call_tool('scim_lease', jsonb_build_object('action', 'acquire', 'resource_type', 'User', 'resource_id', $id))}),
		qr/"success":false.*"sqlstate":"55000"/, "$kind: a lease is refused, and nothing else goes wrong");
	foreach my $call (qq{'scim_propose_change', jsonb_build_object('resource_type', 'User', 'resource_id', $id, 'operations', '[{"op": "replace", "path": "userName", "value": "another"}]'::jsonb)},
		q{'scim_list_proposals', '{}'}, q{'scim_review_proposal', '{"proposal_id": "12345678-1234-8234-9234-123456789012", "decision": "approve", "expected_version": "stale"}'})
	{
		like($node->safe_psql($kind, "SELECT scim_call_tool($call)"), qr/"success":false.*"sqlstate":"55000"/, "$kind: so are proposals: $call");
	}
	is($node->safe_psql($kind, qq{SET scimver.lease_id = '12345678-1234-8234-9234-123456789012'; SELECT scim_patch_user($id, '[{"op": "replace", "path": "userName", "value": "named"}]') ->> 'userName'}),
		'named', "$kind: nor does naming one keep anybody from writing");
	my ($code, $out, $err) = $node->psql($kind, "SET scimver.profile = 'entra'; SELECT scim_get_user($id)");
	like($err, qr/INVALID_ARGUMENT: there is no profile "entra"/, "$kind: there is no profile but rfc");
	is($node->safe_psql($kind, qq{SET scimver.profile = 'rfc'; SELECT scim_get_user($id) ->> 'userName'}), 'named', "$kind: ... which is");
	my $tables = $kind eq 'created' ? [ 'users', 'groups', 'boxes', 'crates' ] : [ 'app.people', q{app."the teams' table"} ];
	foreach my $table (@$tables)
	{
		is($node->safe_psql($kind, 'SELECT problem, detail FROM scim_check_table($$' . $table . q{$$) WHERE problem <> 'limit'}), '', "$kind: $table is right");
		is($node->safe_psql($kind, 'SELECT scim_repair_table($$' . $table . '$$)'), '0', "$kind: $table has nothing to be mended");
	}
	same_lines(catalog($node, $kind), $catalog, "$kind: nothing was made meanwhile");

	# tables are registered as they were by 1.0
	$node->safe_psql($kind, q{
		CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL);
		SELECT scim_register_schema('{"id": "urn:example:Thing", "name": "Thing", "attributes": [{"name": "name", "type": "string", "required": true}]}');
		SELECT scim_register_resource_type('{"name": "Thing", "endpoint": "/Things", "schema": "urn:example:Thing"}');
		SELECT scim_register_table('things', 'Thing', '{"id": "id", "attributes": {"name": "name"}}');
		INSERT INTO things VALUES (1, 'one');
		CALL scim_backfill('things');
		ALTER TABLE things RENAME COLUMN name TO title;
		SELECT scim_patch_resource('Thing', '1', '[{"op": "replace", "path": "name", "value": "two"}]');
		SELECT scim_unregister_table('things');
	});
	is($node->safe_psql($kind, 'SELECT title FROM things'), 'two', "$kind: a table is registered, renamed, and registered no more");
	is($node->safe_psql($kind, q{DROP EXTENSION scimver CASCADE; SELECT count(*) FROM pg_extension WHERE extname = 'scimver'}), '0', "$kind: and the extension dropped");
}
done_testing();
