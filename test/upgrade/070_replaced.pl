# Functions that have other arguments since 1.0: what was granted on them is in dumps, who
# uses them in a view is told, and calls by position of what stands elsewhere by now are
# refused, not misunderstood.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('replaced');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $ann = q{md5('user1')::uuid::text};
my $rights = q{SELECT p.oid::regprocedure, p.proowner::regrole, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(p.proacl) x)
	FROM pg_proc p WHERE p.proname ~ '^scim_(update|patch)_(user|group|resource)$' ORDER BY 1};

# ---- rights ----

new_database($node, 'granted', old_version());
set_up($node, 'granted', 'created');
$node->safe_psql('granted', 'ALTER FUNCTION scim_patch_group OWNER TO keeper; REVOKE EXECUTE ON FUNCTION scim_update_resource FROM PUBLIC, clerk');
update($node, 'granted');
my $granted = $node->safe_psql('granted', $rights);
like($granted, qr/^scim_patch_group\(.*,jsonb,text\)\|keeper\|/m, 'another owner stays');
like($granted, qr/^scim_update_user\(.*\|\{.*"\\"Odd owner; --\\"=X\/keeper",.*keeper=X\*\//m, 'so does a right that was passed on, with who did so');
like($granted, qr/^scim_update_resource\([^|]*\|([^|=]+)\|\{\1=X\/\1\}$/m, 'and what was revoked, from all');
is(() = $granted =~ /\n/g, 5, 'the functions of before are gone');
my ($code, $out, $err) = $node->psql('granted', qq{SET ROLE clerk; SELECT scim_update_resource('User', $ann, '{"userName": "x"}')});
like($err, qr/permission denied for function scim_update_resource/, 'a role that may not call one may not call the new one');

$node->command_ok([ 'pg_dump', '-f', "$folder/granted.sql", $node->connstr('granted') ], 'pg_dump');
new_database($node, 'restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', "$folder/granted.sql" ], '... restored');
# the owner of an extension's function is not dumped
my $dumped = $node->safe_psql('restored', $rights);
is(join("\n", grep { !/patch_group/ } split /\n/, $dumped), join("\n", grep { !/patch_group/ } split /\n/, $granted), 'a dump has the rights');

# ---- who uses them ----

# message(DATABASE): what the update says
sub message
{
	my ($database) = @_;
	return ($node->psql($database, 'ALTER EXTENSION scimver UPDATE'))[2];
}

new_database($node, 'used', old_version());
set_up($node, 'used', 'created');
$node->safe_psql('used', q{
	CREATE FUNCTION app.rename(text, text) RETURNS jsonb LANGUAGE sql
	BEGIN ATOMIC
		SELECT scim_patch_user($1, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', 'displayName', 'value', $2)));
	END;
	CREATE VIEW app.touched AS SELECT scim_update_group(id::text, data) AS answer FROM groups;
	CREATE FUNCTION app.later(who text) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN scim_update_user(who, '{"userName": "later"}'); END $$});
fill($node, 'used', 'created');
my $catalog = catalog($node, 'used');
$err = message('used');
like($err, qr/^psql:.*ERROR:  functions of scimver that get other arguments are used by other objects$/m, 'a function and a view are in the way: the update says so');
like($err, qr/^DETAIL:  (?:.*\n)?function app\.rename\(text,text\) depends on function scim_patch_user\(/m, '... which function');
like($err, qr/view app\.touched depends on function scim_update_group\(/, '... and which view, at once');
like($err, qr/^HINT:  Drop those, run ALTER EXTENSION scimver UPDATE, and make them again\.$/m, '... and what to do');
same_lines(catalog($node, 'used'), $catalog, 'all is as before');
$node->safe_psql('used', 'DROP FUNCTION app.rename; DROP VIEW app.touched');
is(message('used'), '', 'that helps');
is($node->safe_psql('used', "SELECT app.later($ann) ->> 'userName'"), 'later', 'PL/pgSQL is in nobody\'s way, and goes on');

# ---- calls by position ----

foreach my $call ([ update_user => $ann, '{"userName": "x"}' ], [ patch_user => $ann, '[{"op": "remove", "path": "title"}]' ],
	[ update_group => q{md5('group1')::uuid::text}, '{"displayName": "x"}' ], [ patch_group => q{md5('group1')::uuid::text}, '[{"op": "remove", "path": "externalId"}]' ],
	[ update_resource => "'User', $ann", '{"userName": "x"}' ], [ patch_resource => "'User', $ann", '[{"op": "remove", "path": "title"}]' ])
{
	my ($name, $of, $content) = @$call;

	($code, $out, $err) = $node->psql('used', "SELECT scim_$name($of, '$content', NULL, NULL, NULL, 'default')");
	like($err, qr/ERROR:  INVALID_VALUE: .*on_conflict/, "scim_$name: the tenant by position is refused");
	is(($node->psql('used', "SELECT scim_$name($of, '$content', tenant_id => 'default')"))[0], 0, '... by its name it is the tenant');
}

# ---- a dump of the version before, with rights on them ----

new_database($node, 'before', old_version());
set_up($node, 'before', 'created');
fill($node, 'before', 'created');
$node->command_ok([ 'pg_dump', '-f', "$folder/before.sql", $node->connstr('before') ], 'pg_dump of 1.0');
new_database($node, 'plainly');
($code, $out, $err) = $node->psql('plainly', slurp_file("$folder/before.sql"), on_error_stop => 1);
like($err, qr/ERROR:  function public\.scim_\w+\(.*\) does not exist/, 'rights on functions of before: a plain restore stops there');
new_database($node, 'made_first', old_version());
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('made_first'), '-f', "$folder/before.sql" ], 'where the version of before is made first, it is restored');
is(message('made_first'), '', '... and updated');
update($node, 'before');
is(join("\n", grep { !/patch_group/ } split /\n/, $node->safe_psql('made_first', $rights)), join("\n", grep { !/patch_group/ } split /\n/, $node->safe_psql('before', $rights)), '... with its rights');

done_testing();
