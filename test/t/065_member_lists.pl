# Lists of members: however little the planner knows of a group's size, they are
# compared with its members by a hash, and never each with each.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('member_lists', conf => "autovacuum = off\n");

# On tables of which there are no statistics: plans are made for groups of one member.
my $calls = q{
	INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'u' || n) FROM generate_series(1, 400) n;
	INSERT INTO groups (id, data) VALUES (id(1001), '{"displayName": "g"}');
	CREATE FUNCTION refs(low int, high int) RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_agg(jsonb_build_object('value', id(n)) ORDER BY md5(n::text)) FROM generate_series(low, high) n $$;
	LOAD 'auto_explain';
	SET auto_explain.log_min_duration = 0;
	SET auto_explain.log_nested_statements = on;
	SET auto_explain.log_level = notice;
	SET client_min_messages = notice;
	SELECT scim_update_group(id(1001)::text, jsonb_build_object('displayName', 'g', 'members', refs(1, 400))) IS NOT NULL;
	SELECT scim_update_group(id(1001)::text, jsonb_build_object('displayName', 'h', 'members', refs(1, 400))) IS NOT NULL;
	SELECT scim_update_group(id(1001)::text, jsonb_build_object('displayName', 'h', 'members', refs(1, 300))) IS NOT NULL;
	SELECT scim_patch_group(id(1001)::text, jsonb_build_array(jsonb_build_object('op', 'remove', 'path', 'members', 'value', refs(201, 400)))) IS NOT NULL;
	SELECT scim_patch_group(id(1001)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(101, 300))), 'stale') IS NOT NULL;
	SELECT scim_patch_group(id(1001)::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members', 'value', refs(1, 200))), 'stale') IS NOT NULL;
	SELECT 'left: ' || count(*) FROM groups_members;
};

foreach my $storage ('created', 'mapped')
{
	new_database($node, $storage, bare => 1);
	$node->safe_psql($storage, slurp_file("$FindBin::RealBin/../behaviour/$storage.sql"));
	my ($status, $out, $err) = $node->psql($storage, $calls, on_error_stop => 0);
	like($out, qr/^left: 200$/m, "$storage: lists did what they say");
	my @plans = grep { /^Query Text: (DELETE|SELECT)\b.*\bgroups_members AS t\b/m } split /^NOTICE: .*plan:$|^psql:.*NOTICE: .*plan:$/m, $err;
	cmp_ok(scalar @plans, '>=', 8, '... by ' . @plans . ' statements that compare them with members');
	is(join("\n", grep { !/hashed SubPlan/ || /Nested Loop|Join/ } @plans), '', '... each by a hash');
}

$node->stop;
done_testing();
