# Dump and restore: whatever the way, versions, digests, revisions, timestamps,
# triggers and grants are kept, and writes go on where they were.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('dump');
my $folder = PostgreSQL::Test::Utils::tempdir();
fill($node, 'scim');
$node->safe_psql('scim', q{
	CREATE ROLE clerk;
	SELECT scim_grant_tenant('default', 'clerk');
});
is_sound($node, 'scim', 'what is dumped is right');
my $before = everything($node, 'scim');
my $triggers = triggers('scim');
my $rights = rights('scim');

# Our triggers with their arguments: the registration.
sub triggers
{
	return $node->safe_psql($_[0], q{
		SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '~~~scimver%' ORDER BY 1});
}

sub rights
{
	return $node->safe_psql($_[0], q{
		SELECT relname, relacl, relrowsecurity, (SELECT array_agg(attname || attacl::text ORDER BY attname) FROM pg_attribute
			WHERE attrelid = c.oid AND attacl IS NOT NULL) FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1;
		SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2});
}

# Writes by SQL, by functions and by a granted role, and what they find.
sub writes_work
{
	my ($database, $name) = @_;
	my $user = 'md5(\'user77\')::uuid';

	$node->safe_psql($database, qq{
		SET ROLE clerk;
		UPDATE users SET data = data || '{"title": "plain"}' WHERE id = $user;
		SELECT scim_update_user($user\::text, data || '{"title": "called"}', version) FROM users WHERE id = $user;
		SELECT scim_patch_group(md5('group4')::uuid::text, jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members',
			'value', jsonb_build_array(jsonb_build_object('value', md5('user1')::uuid)))));
		SELECT scim_delete_user(md5('user100')::uuid::text);
		RESET ROLE;
	});
	is($node->safe_psql($database, "SELECT revision FROM users WHERE id = $user"),
		2 + $node->safe_psql('scim', "SELECT revision FROM users WHERE id = $user"), "$name: writes move the revision on");
	my ($code, $out, $err) = $node->psql($database, qq{SELECT scim_update_user($user\::text, '{"userName": "x"}', 'stale')});
	like($err, qr/VERSION_MISMATCH/, "$name: a stale version is refused");
	is($node->safe_psql($database, q{SET ROLE clerk; SELECT count(*) FROM users WHERE tenant_id = 'other'}), '0',
		"$name: tenants are kept apart");
	is_sound($node, $database, "$name: after the writes, all is right");
}

sub is_restored
{
	my ($database, $name) = @_;

	is(everything($node, $database), $before, "$name: everything is as it was");
	is(triggers($database), $triggers, "$name: so are the triggers");
	is(rights($database), $rights, "$name: and the rights");
	writes_work($database, $name);
}

sub restore
{
	my ($database, $file) = @_;
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $file ], "psql -f restores $database");
}

# The whole database, as text.
new_database($node, 'whole', empty => 1);
$node->command_ok([ 'pg_dump', '-f', "$folder/whole.sql", $node->connstr('scim') ], 'pg_dump');
restore('whole', "$folder/whole.sql");
is_restored('whole', 'whole');

# The same with INSERT statements, which fire no other triggers than COPY.
new_database($node, 'inserts', empty => 1);
$node->command_ok([ 'pg_dump', '--inserts', '-f', "$folder/inserts.sql", $node->connstr('scim') ], 'pg_dump --inserts');
restore('inserts', "$folder/inserts.sql");
is_restored('inserts', 'inserts');

# Custom format, restored by two jobs at once.
new_database($node, 'parallel', empty => 1);
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/custom", $node->connstr('scim') ], 'pg_dump -Fc');
$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr('parallel'), "$folder/custom" ], 'pg_restore -j 2');
is_restored('parallel', 'parallel');

# The data alone, into tables that were made anew: with triggers off.
new_database($node, 'data');
$node->command_ok([ 'pg_dump', '--data-only', '--disable-triggers', '-f', "$folder/data.sql", $node->connstr('scim') ],
	'pg_dump --data-only --disable-triggers');
restore('data', "$folder/data.sql");
is(everything($node, 'data'), $before, 'data only: everything is as it was');
is(triggers('data'), $triggers, 'data only: triggers are on again');
# privileges on tables are no data; granting again is harmless
$node->safe_psql('data', q{SELECT scim_grant_tenant('default', 'clerk')});
is(rights('data'), $rights, 'data only: granted again, rights are as they were');
writes_work('data', 'data only');

# With triggers on it counts as writing: what the members of a group are is right, and its revision is another one.
# (It begins a history of its own, so the one that there was is left out: 036_history_dump.pl.)
new_database($node, 'written');
$node->command_ok([ 'pg_dump', '--data-only', '-T', 'scim_history*', '-f', "$folder/written.sql", $node->connstr('scim') ], 'pg_dump --data-only');
restore('written', "$folder/written.sql");
is_sound($node, 'written', 'data only, triggers on: all is right');
my $groups = q{SELECT tenant_id, id, version, member_count, member_digest FROM groups ORDER BY 1, 2};
is($node->safe_psql('written', $groups), $node->safe_psql('scim', $groups), 'data only, triggers on: groups have their members');
my $revisions = q{SELECT tenant_id, id, revision %s FROM groups WHERE member_count > 0 ORDER BY 1, 2};
is($node->safe_psql('written', sprintf($revisions, '')), $node->safe_psql('scim', sprintf($revisions, '+ 1')),
	'data only, triggers on: and another revision');

# Single tables.  Users alone, then the groups with their memberships.
new_database($node, 'single');
$node->command_ok([ 'pg_dump', '--data-only', '-t', 'users', '-f', "$folder/users.sql", $node->connstr('scim') ], 'pg_dump -t users');
restore('single', "$folder/users.sql");
my $users = q{SELECT tenant_id, id, data, version, revision, created, last_modified, password_hash FROM users ORDER BY 1, 2};
is($node->safe_psql('single', $users), $node->safe_psql('scim', $users),
	'single table, triggers on: the trigger finds the same versions, and keeps revision and timestamps');
$node->command_ok([ 'pg_dump', '--data-only', '--disable-triggers', '-t', 'groups', '-t', 'groups_members', '-f', "$folder/groups.sql",
		$node->connstr('scim') ], 'pg_dump -t groups -t groups_members');
restore('single', "$folder/groups.sql");
$node->safe_psql('single', q{SELECT scim_grant_tenant('default', 'clerk')});
is(everything($node, 'single'), $before, 'single tables: together they are everything');
writes_work('single', 'single tables');

# A dump of what was restored is the same dump.
$node->command_ok([ 'pg_dump', '-f', "$folder/again.sql", $node->connstr('scim') ], 'pg_dump again');
my ($first, $again) = map { my $text = slurp_file("$folder/$_.sql"); $text =~ s/^\\(un)?restrict .*$//mg; $text } qw(whole again);
ok($first eq $again, 'dumping changes nothing');

# Tables that people had already: what their groups' members are is told by the memberships alone.
new_database($node, 'mapped', bare => 1);
$node->safe_psql('mapped', q{
	CREATE SCHEMA app;
	CREATE TABLE app.people (id int PRIMARY KEY, login text NOT NULL UNIQUE);
	CREATE TABLE app.teams (id int PRIMARY KEY, name text NOT NULL UNIQUE);
	CREATE TABLE app.joins (person int REFERENCES app.people ON DELETE CASCADE, team int REFERENCES app.teams ON DELETE CASCADE, PRIMARY KEY (person, team));
	INSERT INTO app.people SELECT n, 'u' || n FROM generate_series(1, 9) n;
	INSERT INTO app.teams SELECT n, 'team ' || n FROM generate_series(101, 103) n;
	INSERT INTO app.joins VALUES (8, 101), (9, 101), (8, 102);
	SELECT scim_register_table('app.people', 'User', '{"id": "id", "attributes": {"userName": "login"}}');
	SELECT scim_register_table('app.teams', 'Group', '{"id": "id", "attributes": {"displayName": "name"}}');
	SELECT scim_register_members('app.joins', 'team', 'person');
	INSERT INTO app.joins VALUES (1, 101), (1, 103);
});
my $state = q{SELECT id, jsonb_array_length(coalesce(g -> 'members', '[]')), g #>> '{meta,version}' = scim_version(g), g FROM app.teams, scim_get_group(id::text) g ORDER BY 1};
my $known = $node->safe_psql('mapped', $state);
my $mapped_triggers = triggers('mapped');
like($known, qr/^101\|3\|t\|.*\n102\|1\|t\|.*\n103\|1\|t\|/, 'mapped groups: their versions are those of what is read');
new_database($node, 'mapped_again', empty => 1);
$node->command_ok([ 'pg_dump', '-f', "$folder/mapped.sql", $node->connstr('mapped') ], 'pg_dump of mapped tables');
restore('mapped_again', "$folder/mapped.sql");
is($node->safe_psql('mapped_again', $state), $known, 'mapped groups: so it is after the restore, with the same versions');
is(triggers('mapped_again'), $mapped_triggers, 'mapped groups: and the triggers are there');
$node->safe_psql('mapped_again', q{INSERT INTO app.joins VALUES (2, 101), (2, 102); DELETE FROM app.people WHERE id = 1});
is($node->safe_psql('mapped_again', q{SELECT count(*) FROM scim_check_table('app.teams') WHERE problem <> 'limit';
		SELECT id, jsonb_array_length(coalesce(g -> 'members', '[]')), g #>> '{meta,version}' = scim_version(g) FROM app.teams, scim_get_group(id::text) g ORDER BY 1}),
	"0\n101|3|t\n102|2|t\n103|0|t", 'mapped groups: and writes go on');

# A trigger of somebody's that only has our name is dumped and restored as any other.
new_database($node, 'names');
$node->safe_psql('names', q{
	CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TABLE named (a int, b text);
	CREATE TABLE child () INHERITS (named);
	CREATE TRIGGER "~~~scimver" BEFORE INSERT ON named FOR EACH ROW EXECUTE FUNCTION f('User', '{"id": "a"}');
	CREATE TRIGGER "~~~scimver_members_row" AFTER INSERT ON named FOR EACH ROW EXECUTE FUNCTION f();
});
new_database($node, 'names_restored', empty => 1);
$node->command_ok([ 'pg_dump', '-f', "$folder/names.sql", $node->connstr('names') ], 'pg_dump with names like ours');
restore('names_restored', "$folder/names.sql");
is(triggers('names_restored'), triggers('names'), 'names like ours: triggers are as they were');
is($node->safe_psql('names_restored', q{ALTER TABLE child NO INHERIT named; ALTER TABLE child INHERIT named; ALTER TABLE named DROP COLUMN a;
	SELECT count(*) FROM pg_trigger WHERE tgrelid = 'child'::regclass}), '0', 'names like ours: nobody follows them');

done_testing();
