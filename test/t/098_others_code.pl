# What others have somebody run for them, unseen: functions in indexes and materialized views,
# SECURITY DEFINER, triggers.  It decides nothing in his name, proposes nothing, and is bound
# by policies as they are, who wrote it.  Nor does what a write brings along change more of
# the resource than was approved.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('others');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\n");
$node->start;

# The agent proposes, and may not decide; root and ann may; the boss is exempt.
$node->safe_psql('postgres', q{
	CREATE ROLE hr_admin; CREATE ROLE keeper;
	CREATE ROLE agent LOGIN; CREATE ROLE boss LOGIN;
	CREATE ROLE ann LOGIN IN ROLE hr_admin;
	CREATE ROLE root LOGIN SUPERUSER IN ROLE hr_admin});
new_database($node, 'others', bare => 1);
my $user = '00000000-0000-4000-a000-000000000001';
my $group = '00000000-0000-4000-a000-000000000003';
$node->safe_psql('others', qq{
	CREATE SCHEMA play; GRANT ALL ON SCHEMA play TO PUBLIC;
	SELECT scim_create_table('users', 'User', '{"enforce": true}');
	SELECT scim_create_table('groups', 'Group', '{"enforce": true}');
	INSERT INTO users (id, data) VALUES ('$user', '{"userName": "user", "active": false, "title": "old"}');
	INSERT INTO groups (id, data) VALUES ('$group', '{"displayName": "admins"}');
	ALTER TABLE users OWNER TO keeper; ALTER TABLE groups OWNER TO keeper; ALTER TABLE groups_members OWNER TO keeper;
	SELECT scim_grant_tenant('default', r) FROM unnest('{agent,boss,hr_admin,keeper}'::regrole[]) r;
	GRANT TRIGGER ON users, groups_members TO agent;
	SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["active"], "reviewers": ["hr_admin"]}, "exempt": ["boss"]}');
	SELECT scim_set_policy('default', 'Group', '{"review": {"attributes": ["members"], "reviewers": ["hr_admin"]}, "exempt": ["boss"]}')});

# The code of the error, or "done"; the second: what was answered.
sub try_as
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('others', "\\set VERBOSITY verbose\nSET client_min_messages = error;\n$sql", extra_params => [ '-U', $role ]);

	return ($code == 0 ? 'done' : $err =~ /ERROR:  ([0-9A-Z]{5}): (?:([A-Z_]{4,}): )?/ ? $2 // $1 : $err, $out =~ s/.*\n//sr);
}

sub contents { return $node->safe_psql('others', q{SELECT data - 'meta' FROM users; SELECT m FROM groups_members m; SELECT p FROM scim_proposal_rows p ORDER BY id; SELECT r FROM scim_review_rows r}); }

sub is_refused
{
	my ($role, $sql, $code, $name) = @_;
	my $before = contents();

	is((try_as($role, $sql))[0], $code, "$name: $code");
	is(contents(), $before, '... and nothing is changed');
	return;
}

my $wish = qq{'User', '$user', '[{"op": "replace", "path": "active", "value": true}]'};

sub propose_as
{
	my ($role, $what) = @_;
	my ($code, $out) = try_as($role, "SELECT p ->> 'proposal_id', p ->> 'version' FROM scim_propose_change(" . ($what // $wish) . ') p');

	die "$role cannot propose: $code" if $code ne 'done';
	return split /\|/, $out;
}

sub review { my ($id, $version, $decision) = @_; return "scim_review_proposal('$id', '" . ($decision // 'approve') . "', '$version')"; }

# ---- in indexes and materialized views ----

# The agent's function, which does as he says; his table has an index on it, and a view.
$node->safe_psql('others', q{
	CREATE TABLE play.code (code text);
	GRANT ALL ON play.code TO PUBLIC;
	CREATE FUNCTION play.do(n int) RETURNS int LANGUAGE plpgsql SET search_path = public AS $$ DECLARE c text; BEGIN
		SELECT code INTO c FROM play.code; IF c IS NOT NULL THEN EXECUTE c; END IF; RETURN n; END $$;
	CREATE FUNCTION play.run(n int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT play.do(n) $$;
	CREATE FUNCTION play.trap() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT play.do(1) $$;
	SET ROLE agent;
	CREATE TABLE play.bait (n int); INSERT INTO play.bait VALUES (1);
	CREATE INDEX trap ON play.bait (play.run(n));
	CREATE MATERIALIZED VIEW play.shown AS SELECT play.run(n) FROM play.bait});
$node->safe_psql('others', 'ALTER FUNCTION play.trap() OWNER TO agent');

sub with_code { my ($code) = @_; $node->safe_psql('others', 'DELETE FROM play.code'); $node->safe_psql('others', "INSERT INTO play.code VALUES (\$code\$$code\$code\$)") if $code; return; }

# Statements that run what others wrote, with their rights.
my @runs = ([ 'REINDEX TABLE play.bait', 'an index' ], [ 'ANALYZE play.bait', 'statistics' ], [ 'REFRESH MATERIALIZED VIEW play.shown', 'a materialized view' ], [ 'SELECT play.trap()', 'a SECURITY DEFINER function' ]);

foreach my $run (@runs)
{
	my ($sql, $name) = @$run;
	my ($id, $version) = propose_as('agent');
	foreach my $decision (qw(approve reject withdraw))
	{
		with_code('SELECT ' . review($id, $version, $decision));
		is_refused('root', $sql, 'NOT_A_REVIEWER', "$name that decides: $decision");
	}
	with_code("SELECT scim_propose_change($wish)");
	is_refused('root', $sql, 'PERMISSION_DENIED', "$name that proposes");
	with_code(q{SELECT scim_set_policy('default', 'User', NULL)});
	is_refused('root', $sql, '42501', "$name that sets a policy");
	with_code(qq{SELECT scim_patch_user('$user', '[{"op": "replace", "path": "active", "value": true}]')});
	is_refused('root', $sql, 'REVIEW_REQUIRED', "$name that writes");
	with_code(qq{UPDATE users SET data = data || '{"active": true}' WHERE id = '$user'});
	is_refused('root', $sql, 'REVIEW_REQUIRED', "$name with an UPDATE, of who owns all");
	with_code(qq{INSERT INTO groups_members (group_id, member_type, member_id) VALUES ('$group', 'User', '$user')});
	is_refused('root', $sql, 'REVIEW_REQUIRED', "$name with a member, of who owns all");
	with_code(undef);
}

# ---- SECURITY DEFINER, of who is exempt ----

with_code(qq{SELECT scim_patch_user('$user', '[{"op": "replace", "path": "active", "value": true}]')});
is_refused('boss', 'SELECT play.trap()', 'REVIEW_REQUIRED', 'a call that who is exempt runs for others');
with_code(qq{UPDATE users SET data = data || '{"active": true}' WHERE id = '$user'});
is_refused('boss', 'SELECT play.trap()', 'REVIEW_REQUIRED', '... an UPDATE');
with_code(qq{INSERT INTO groups_members (group_id, member_type, member_id) VALUES ('$group', 'User', '$user')});
is_refused('boss', 'SELECT play.trap()', 'REVIEW_REQUIRED', '... a member');
is((try_as('boss', "BEGIN; INSERT INTO groups_members (group_id, member_type, member_id) VALUES ('$group', 'User', '$user'); ROLLBACK"))[0], 'done', '... while his own is let pass');
is((try_as('boss', qq{BEGIN; UPDATE users SET data = data || '{"active": true}'; ROLLBACK}))[0], 'done', '... and his UPDATE');
is((try_as('root', qq{BEGIN; SET ROLE keeper; UPDATE users SET data = data || '{"active": true}'; ROLLBACK}))[0], 'done', "... and the owner's");

# ---- triggers ----

# What decides while a change is applied, in the name of who approves it.
sub decides_within
{
	my ($id, $version) = propose_as('agent');
	my ($other, $other_version) = propose_as('agent', qq{'User', '$user', '[{"op": "replace", "path": "title", "value": "new"}]'});

	$node->safe_psql('others', q{SET ROLE agent;
		CREATE FUNCTION play.ride() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$ BEGIN PERFORM play.run(1); RETURN NULL; END $$;
		CREATE TRIGGER ride AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION play.ride()});
	with_code('SELECT ' . review($other, $other_version));
	is_refused('ann', 'SELECT ' . review($id, $version), 'NOT_A_REVIEWER', 'a trigger that approves another one');
	with_code('SELECT ' . review($id, $version, 'reject'));
	is_refused('ann', 'SELECT ' . review($id, $version), 'NOT_A_REVIEWER', '... or rejects this one');
	$node->safe_psql('others', 'DROP TRIGGER ride ON users');
	return;
}

decides_within();
done_testing();
