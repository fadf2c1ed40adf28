# Sessions that are connected while their database is updated go on: plans that they keep,
# prepared statements, PL/pgSQL, a transaction that began before, a bridge.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib", "$FindBin::RealBin/../t/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;
use Upgrade;

my $node = new_cluster('sessions');
new_database($node, 'db', old_version());
set_up($node, 'db', 'created');
fill($node, 'db', 'created');
$node->safe_psql('db', q{
	CREATE FUNCTION app.title(who text, title text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		r jsonb;
	BEGIN
		r := scim_get_user(who);
		r := scim_update_user(who, r || jsonb_build_object('title', title), r #>> '{meta,version}');
		UPDATE users SET data = data || '{"nickName": "n"}' WHERE id = who::uuid;
		RETURN scim_get_user(who) ->> 'title';
	END $$;
	GRANT USAGE ON SCHEMA app TO clerk;
});

# What each session does before and after; the result tells by whom and when.
my @steps = (
	q{EXECUTE get(md5('user1')::uuid::text)},
	q{EXECUTE list('userName sw "User1"')},
	q{EXECUTE change(md5('user' || :n)::uuid::text, '[{"op": "replace", "path": "title", "value": ":name :moment"}]')},
	q{SELECT app.title(md5('user' || :n)::uuid::text, ':name :moment')},
	q{SELECT scim_patch_group(md5('group1')::uuid::text, '[{"op": "replace", "path": "displayName", "value": ":name :moment"}]') ->> 'displayName'},
	q{SELECT scim_add_members(md5('group2')::uuid::text, ARRAY[md5('user' || :n)::uuid::text]) ->> 'displayName'},
	q{SELECT scim_call_tool('scim_get_user', jsonb_build_object('user_id', md5('user2')::uuid)) -> 'success'},
	q{SELECT scim_call_tool('scim_update_user', jsonb_build_object('user_id', md5('user3')::uuid, 'user_data', '{"userName": "User3", "title": ":name :moment"}'::jsonb)) -> 'success'},
	q{SELECT scim_create_user('{"userName": ":name :moment"}') ->> 'userName'},
	q{INSERT INTO groups_members (group_id, member_type, member_id) SELECT md5('group3')::uuid, 'User', id FROM users WHERE user_name = scim_fold(':name :moment') RETURNING member_type},
	q{SELECT scim_delete_user(id::text) IS NULL FROM users WHERE user_name = scim_fold(':name :moment')},
	q{SELECT role FROM scim_own_grants WHERE tenant_id = 'other'},
);
my $prepare = q{PREPARE get (text) AS SELECT scim_get_user($1) ->> 'userName'; PREPARE list (text) AS SELECT scim_list_users($1) ->> 'totalResults';
	PREPARE change (text, jsonb) AS SELECT scim_patch_user($1, $2, NULL, tenant_id => 'default') ->> 'title'};
my %answers;

sub take_steps
{
	my ($session, $name, $moment) = @_;
	my %n = (superuser => 11, clerk => 12, old => 13);
	my @answers;

	foreach my $step (@steps)
	{
		my $sql = $step =~ s/:name/$name/gr =~ s/:moment/$moment/gr =~ s/:n\b/$n{$name}/gr;

		push @answers, $session->query_safe($sql);
	}
	return join "\n", @answers;
}

my %session = map { $_ => $node->background_psql('db') } 'superuser', 'clerk', 'old';
$session{clerk}->query_safe('SET ROLE clerk');
foreach my $name (sort keys %session)
{
	$session{$name}->query_safe($prepare);
	$answers{$name} = take_steps($session{$name}, $name, 'before');
	is($answers{$name}, join("\n", 'User1', '11', "$name before", "$name before", "$name before", 'Group 2', 'true', 'true', "$name before", 'User', 'f', 'clerk'),
		"$name: what it does before");
}
$session{old}->query_safe(q{BEGIN ISOLATION LEVEL REPEATABLE READ; EXECUTE get(md5('user4')::uuid::text)});
my $bridge = ScimverBridge->new(conninfo => $node->connstr('db'));
$bridge->initialize;
ok($bridge->call('scim_get_schemas', {})->{success}, 'a bridge, before');

update($node, 'db');

# first the one whose snapshot is of before: what others change meanwhile it may not
foreach my $name ('old', 'clerk', 'superuser')
{
	is(take_steps($session{$name}, $name, 'after'), $answers{$name} =~ s/\bbefore\b/after/gr, "$name: all goes on as before");
	$session{$name}->query_safe('COMMIT') if $name eq 'old';
}
is($session{old}->query_safe('SELECT extversion FROM pg_extension WHERE extname = \'scimver\''), new_version($node), 'the session sees the new version');
is($session{old}->query_safe(q{SELECT count(*) FROM (SELECT scim_set_tenant_profile('default', 'entra')) s; SELECT scim_list_users('userName sw User1') ->> 'totalResults'; SELECT count(*) FROM (SELECT scim_set_tenant_profile('default', NULL)) s}),
	"1\n11\n1", '... and has its profiles');
my $got = $bridge->call('scim_get_user', { user_id => $node->safe_psql('db', q{SELECT md5('user3')::uuid}) });
is($got->{content}{title}, 'superuser after', 'the bridge reads what was written after');
ok($bridge->call('scim_server_info', {})->{success}, 'and goes on');
is($bridge->finish, 0, 'its end');
$_->quit foreach values %session;
is($node->safe_psql('db', q{SELECT problem, detail FROM scim_check_table('users') UNION ALL SELECT problem, detail FROM scim_check_table('groups')}), '',
	'in the end all is right');

done_testing();
