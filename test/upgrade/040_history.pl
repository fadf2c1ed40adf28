# Created tables have their history from the update on, whoever owns them and wherever they
# lie; mapped ones have none.  An update beside writers waits for them, and loses none.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('history');

foreach my $kind ('created', 'mapped')
{
	new_database($node, $kind, old_version());
	set_up($node, $kind, $kind);
	fill($node, $kind, $kind);
}

# An update that is taken back leaves nothing.
my $catalog = catalog($node, 'created');
$node->safe_psql('created', 'BEGIN; ALTER EXTENSION scimver UPDATE; ROLLBACK');
same_lines(catalog($node, 'created'), $catalog, 'rolled back: nothing is there');

# Somebody is writing: the update waits until that is done, and who comes after it is recorded.
my $user = $node->safe_psql('created', q{SELECT md5('user1')::uuid});
my $writer = $node->background_psql('created');
my $later = $node->background_psql('created');
$writer->query_safe("BEGIN; SELECT scim_patch_user('$user', '[{\"op\": \"add\", \"path\": \"title\", \"value\": \"meanwhile\"}]') IS NULL");
my $updater = $node->background_psql('created', on_error_stop => 0);
$updater->query_until(qr/begun/, "\\echo begun\nALTER EXTENSION scimver UPDATE;\n\\echo updated\n");
ok($node->poll_query_until('created', q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'ALTER EXTENSION')}),
	'the update waits for who writes');
$writer->query_safe('COMMIT');
$updater->query_until(qr/updated/, '');
$updater->quit;
is($node->safe_psql('created', q{SELECT extversion FROM pg_extension WHERE extname = 'scimver'}), new_version($node), 'then it is done');
is($node->safe_psql('created', 'SELECT count(*) FROM scim_history_rows'), '0', 'no entry is of before');

# version(TABLE, WHERE): the stored version
sub version
{
	my ($table, $where) = @_;
	return $node->safe_psql('created', "SELECT version FROM $table WHERE $where");
}

# What was kept since the last call.
my $seq = 0;

sub kept
{
	my $kept = $node->safe_psql('created', qq{
		SELECT tenant_id, resource_type, operation, previous_version, version, actor, changed FROM scim_history_rows WHERE seq > $seq ORDER BY seq});

	$seq = $node->safe_psql('created', 'SELECT coalesce(max(seq), 0) FROM scim_history_rows');
	return $kept;
}

# Tables as they are named in created.sql, an UPDATE of each by SQL, with the versions of before and after.
my %type = ('users' => 'User', 'groups' => 'Group', 'crates' => 'Crate', 'more_crates' => 'Crate', 'boxes' => 'Box',
	q{"Odd ""schema"" $1"."the table's; name %s"} => 'Device', q{"Odd ""schema"" $1".even_more_crates} => 'Crate');
foreach my $table (sort keys %type)
{
	my ($id, $tenant, $before) = split /\|/, $node->safe_psql('created', "SELECT id, tenant_id, version FROM ONLY $table ORDER BY id, tenant_id LIMIT 1");
	my $where = "id = '$id' AND tenant_id = '$tenant'";

	$node->safe_psql('created', "UPDATE $table SET data = data || '{\"externalId\": \"x\"}' WHERE $where");
	is(kept(), "$tenant|$type{$table}|update|$before|" . version($table, $where) . '|' . user() . '|{externalId}', "$table: an UPDATE is kept, from the version of before");
}

sub user { return $node->safe_psql('postgres', 'SELECT current_user') }

# By functions, as a role of a tenant, in a session that was there before.
my $before = version('users', "id = '$user' AND tenant_id = 'default'");
$later->query_safe('SET ROLE clerk');
$later->query_safe("SELECT scim_patch_user('$user', '[{\"op\": \"add\", \"path\": \"nickName\", \"value\": \"later\"}]') IS NULL");
is(kept(), "default|User|update|$before|" . version('users', "id = '$user' AND tenant_id = 'default'") . '|clerk|{nickName}', 'a function, by a session of before');
my $group = version('groups', q{id = md5('group4')::uuid});
$later->query_safe(q{SELECT scim_add_members(md5('group4')::uuid::text, ARRAY[md5('user1')::uuid::text]) IS NULL});
is(kept(), "default|Group|update|$group|" . version('groups', q{id = md5('group4')::uuid}) . '|clerk|{members}', 'a membership');
$later->query_safe(q{SELECT scim_delete_user(md5('user19')::uuid::text)});
like(kept(), qr/^default\|User\|delete\|.*\|clerk\|/m, 'a delete');
$node->safe_psql('created', 'TRUNCATE boxes');
like(kept(), qr/^a\|Box\|truncate\|/m, 'a TRUNCATE');

# What was before the first entry is the version of before the update.
my $was = $node->safe_psql('created', qq{SELECT previous_version FROM scim_history_rows WHERE resource_id = '$user' AND tenant_id = 'default' ORDER BY seq LIMIT 1});
is($later->query_safe("SELECT scim_version(scim_get_version('User', '$user', '$was')), jsonb_array_length(scim_get_history('User', '$user') -> 'entries'), scim_get_history('User', '$user') -> 'complete'"),
	"$was|1|false", 'the version of before the update is read, the chain does not reach the creation');
is($later->query_safe("SELECT scim_restore('User', '$user', '$was') #>> '{meta,version}'"), $was, 'and brought back');
isnt($later->query_safe('SELECT count(*) FROM scim_history'), '0', 'a role sees its own, by the view');
is($later->query_safe(q{SELECT count(*) FROM scim_history WHERE resource_type = 'Device'}), '0', 'and nothing of tables that it may not read');

# What changed since the update is in the feed, what is refused on record, and all is sealed.
my $kept_rows = $node->safe_psql('created', q{SELECT count(*) FROM scim_history_rows WHERE tenant_id = 'default'});
is($node->safe_psql('created', q{SELECT jsonb_array_length(answer -> 'changes'), answer -> 'more' FROM scim_changes('', 1000, NULL, 'default') answer}),
	"$kept_rows|false", 'the feed has all that was kept');
is($later->query_safe(qq{SELECT scim_call_tool('scim_patch_user', '{"user_id": "$user", "expected_version": "stale", "operations": [{"op": "remove", "path": "title"}]}') #>> '{content,error_code}'}),
	'VERSION_MISMATCH', 'a tool, with a stale version');
is($node->safe_psql('created', q{SELECT operation, actor, tool, error_code FROM scim_history_rows ORDER BY seq DESC LIMIT 1}),
	'refused|clerk|scim_patch_user|VERSION_MISMATCH', '... which is on record');
is($node->safe_psql('created', q{SELECT scim_seal_history() = (SELECT count(*) FROM scim_history_rows), scim_seal_history()}), 't|0', 'all is sealed');
is($node->safe_psql('created', q{SELECT t, v.* FROM (SELECT DISTINCT tenant_id FROM scim_history_rows) t, scim_verify_history(t.tenant_id) v}), '', '... and sound');
$_->quit foreach $writer, $later;
is($node->safe_psql('created', q{SELECT r, problem, detail FROM unnest('{users,groups,boxes,crates}'::regclass[]) r, scim_check_table(r)}), '', 'all tables are right');

# An application's own tables.
update($node, 'mapped');
$node->safe_psql('mapped', q{UPDATE app.people SET mail = 'x@example.com' WHERE id = 1; SELECT scim_delete_user('2')});
is($node->safe_psql('mapped', q{SELECT count(*) FROM scim_history_rows}), '0', 'mapped tables: nothing is kept');
is($node->safe_psql('mapped', q{SELECT problem, detail FROM scim_check_table('app.people') WHERE problem <> 'limit'}), '', 'and nothing is missing');

# Who is no superuser does not update.
$node->safe_psql('postgres', q{CREATE ROLE nobody LOGIN});
new_database($node, 'others', old_version());
my ($code, $out, $err) = $node->psql('others', 'SET ROLE nobody; ALTER EXTENSION scimver UPDATE');
like($err, qr/must be owner of extension scimver/, 'a role without rights does not update');
$node->safe_psql('postgres', q{ALTER DATABASE others OWNER TO dba});
($code, $out, $err) = $node->psql('others', q{SET ROLE dba; ALTER EXTENSION scimver UPDATE});
like($err, qr/must be owner of extension scimver/, 'nor the owner of the database');

done_testing();
