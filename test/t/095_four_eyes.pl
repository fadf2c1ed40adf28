# Four eyes, attacked: whoever wants to decide alone, by another role, another login,
# another agent, by the policy, by what was there before, by plain SQL where policies bind
# it, by what others' statements bring along.  Each is refused, and changes nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('eyes');
$node->init;
$node->append_conf('postgresql.conf', "max_prepared_transactions = 2\n");
$node->start;

# The agent proposes, ann, bob and cid review; "pool" is a front end that becomes any of
# them; the chef sets policies; "blind" may not write.
$node->safe_psql('postgres', q{
	CREATE ROLE hr_admin; CREATE ROLE sec_admin; CREATE ROLE keeper;
	CREATE ROLE agent LOGIN; CREATE ROLE late LOGIN; CREATE ROLE chef LOGIN;
	CREATE ROLE ann LOGIN IN ROLE hr_admin; CREATE ROLE bob LOGIN IN ROLE hr_admin, sec_admin; CREATE ROLE cid LOGIN IN ROLE sec_admin;
	CREATE ROLE blind LOGIN NOINHERIT;
	CREATE ROLE pool LOGIN NOINHERIT IN ROLE agent, ann, bob});

my $boss = '00000000-0000-4000-a000-000000000001';
my $clerk = '00000000-0000-4000-a000-000000000002';
my $group = '00000000-0000-4000-a000-000000000003';
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my $database;

# ---- tables of both kinds, and what plain SQL says to change them ----

my %tables = (
	created => q{
		SELECT scim_create_table('users', 'User', '{"enforce": true}');
		SELECT scim_create_table('groups', 'Group', '{"enforce": true}');
		CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-00000000000' || n)::uuid;
		INSERT INTO users (id, data) SELECT id(n), jsonb_build_object('userName', 'user ' || n, 'active', false, 'title', 'old') FROM generate_series(1, 2) n;
		INSERT INTO groups (id, data) VALUES (id(3), '{"displayName": "admins"}');
		INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(3), 'User', id(2));
		ALTER TABLE users OWNER TO keeper; ALTER TABLE groups OWNER TO keeper; ALTER TABLE groups_members OWNER TO keeper;},
	mapped => q{
		CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-00000000000' || n)::uuid;
		CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_name text NOT NULL UNIQUE, active boolean, title text, version text);
		CREATE TABLE groups (id uuid PRIMARY KEY, display_name text NOT NULL, version text);
		CREATE TABLE groups_members (group_id uuid REFERENCES groups ON DELETE CASCADE, member_id uuid REFERENCES users ON DELETE CASCADE, PRIMARY KEY (group_id, member_id));
		GRANT SELECT, INSERT, UPDATE, DELETE ON users, groups, groups_members TO agent, late, chef, hr_admin, sec_admin, blind;
		ALTER TABLE users OWNER TO keeper; ALTER TABLE groups OWNER TO keeper; ALTER TABLE groups_members OWNER TO keeper;
		SELECT scim_register_table('users', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "user_name", "active": "active", "title": "title"}}', '{"enforce": true, "history": true}');
		SELECT scim_register_table('groups', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "display_name"}}', '{"enforce": true, "history": true}');
		SELECT scim_register_members('groups_members', 'group_id', 'member_id');
		INSERT INTO users (id, user_name, active, title) SELECT id(n), 'user ' || n, false, 'old' FROM generate_series(1, 2) n;
		INSERT INTO groups VALUES (id(3), 'admins');
		INSERT INTO groups_members VALUES (id(3), id(2));});

my %words = (
	created => {
		column => 'data',
		activate => q{data = data || '{"active": true}'},
		deactivate => q{data = data || '{"active": false}'},
		upsert => q{INSERT INTO users (id, data) VALUES (id(1), '{"userName": "user 1"}') ON CONFLICT (tenant_id, id) DO UPDATE SET data = users.data || '{"active": true}'},
		join => q{INSERT INTO groups_members (group_id, member_type, member_id) VALUES (id(3), 'User', id(1))} },
	mapped => {
		column => 'active',
		activate => 'active = true',
		deactivate => 'active = false',
		upsert => q{INSERT INTO users (id, user_name) VALUES (id(1), 'user 1') ON CONFLICT (id) DO UPDATE SET active = true},
		join => 'INSERT INTO groups_members (group_id, member_id) VALUES (id(3), id(1))',
		copied => "COPY groups_members (group_id, member_id) FROM STDIN;\n$group\t$boss\n\\.\n" });

my $review_users = '{"review": {"attributes": ["active"], "operations": ["delete"], "reviewers": ["hr_admin", "sec_admin"]}}';
my $review_members = '{"review": {"attributes": ["members"], "reviewers": ["hr_admin", "sec_admin"]}}';

sub set_policy
{
	my ($type, $policy) = @_;
	$node->safe_psql($database, "SELECT scim_set_policy('default', '$type', " . (defined $policy ? "'$policy'" : 'NULL') . ')');
	return;
}

sub add_database
{
	my ($name) = @_;

	$database = $name;
	new_database($node, $database, bare => 1);
	$node->safe_psql($database, q{CREATE SCHEMA play; GRANT ALL ON SCHEMA play TO PUBLIC; } . $tables{$name});
	$node->safe_psql($database, q{
		SELECT scim_grant_tenant('default', r) FROM unnest('{agent,late,chef,hr_admin,sec_admin,keeper,blind}'::regrole[]) r;
		GRANT hr_admin TO blind;
		GRANT EXECUTE ON FUNCTION scim_set_policy TO chef;
		REVOKE UPDATE ON users FROM blind}) ;
	set_policy(User => $review_users);
	set_policy(Group => $review_members);
	return;
}

# ---- who says what ----

# The code of the error, or "done"; the second: what the last statement answered.
sub try_as
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\nSET client_min_messages = error;\n$sql", extra_params => [ '-U', $role ]);

	return ($code == 0 ? 'done' : $err =~ /ERROR:  ([0-9A-Z]{5}): (?:([A-Z_]{4,}): )?/ ? $2 // $1 : $err, $out =~ s/.*\n//sr);
}

my $everything = q{
	SELECT u, scim_get_user(u.id::text) #>> '{meta,version}' FROM users u ORDER BY id;
	SELECT g FROM groups g ORDER BY id; SELECT m FROM groups_members m ORDER BY m::text;
	SELECT p FROM scim_policy_rows p ORDER BY p::text; SELECT p FROM scim_proposal_rows p ORDER BY id; SELECT r FROM scim_review_rows r ORDER BY r::text};

sub contents { return $node->safe_psql($database, $everything); }

my $wish = qq{'User', '$boss', '[{"op": "replace", "path": "active", "value": true}]'};

# A proposal; its id and version.
sub propose_as
{
	my ($role, $before) = @_;
	my ($code, $out) = try_as($role, ($before // '') . "SELECT p ->> 'proposal_id', p ->> 'version' FROM scim_propose_change($wish) p");

	die "$role cannot propose: $code" if $code ne 'done';
	return split /\|/, $out;
}

sub review { my ($id, $version, $decision, $more) = @_; return "SELECT scim_review_proposal('$id', '" . ($decision // 'approve') . "', '$version'" . ($more // '') . ')'; }

sub is_unchanged
{
	my ($before, $name) = @_;
	my ($now, %was) = (contents(), map { $_ => 1 } split /\n/, $before);

	return ok(1, $name) if $now eq $before;
	fail($name);
	diag("is there now: $_") foreach grep { !$was{$_} } split /\n/, $now;
	return;
}

# The statement is refused so, and nothing of it stays.  The second: whatever it is told.
sub is_refused
{
	my ($role, $sql, $code, $name) = @_;
	my $before = contents();

	is((try_as($role, $sql))[0], $code, "$database: $name: $code");
	is_unchanged($before, '... and nothing is changed');
	return;
}

sub is_nothing
{
	my ($role, $sql, $name) = @_;
	my $before = contents();

	try_as($role, $sql);
	is_unchanged($before, "$database: $name: nothing is changed");
	return;
}

# ---- decided by himself ----

sub decides_himself
{
	my ($id, $version);
	my $counter = ", operations => '[{\"op\": \"replace\", \"path\": \"active\", \"value\": true}]'";
	my @attacks = (
		[ 'ann', '', 'ann', '', 'his own' ],
		[ 'ann', '', 'ann', 'SET ROLE hr_admin; ', 'his own, as his team' ],
		[ 'ann', '', 'ann', 'BEGIN; SET LOCAL ROLE hr_admin; ', '... for a transaction' ],
		[ 'ann', 'SET ROLE hr_admin; ', 'ann', '', "his team's, that he proposed" ],
		[ 'bob', 'SET ROLE sec_admin; ', 'bob', 'SET ROLE hr_admin; ', 'from one team to another' ],
		[ 'ann', q{SET scimver.agent = 'one'; }, 'ann', q{SET scimver.agent = 'another'; }, 'by another agent' ],
		[ 'ann', '', 'ann', q{SET application_name = 'another'; }, 'by another application' ],
		[ 'agent', '', 'agent', '', 'who is no reviewer' ],
		[ 'agent', '', 'chef', '', 'who sets policies' ],
		[ 'agent', '', $superuser, '', 'a superuser who is none' ],
		[ 'agent', '', $superuser, 'SET ROLE keeper; ', 'the owner of the table' ],
		[ 'pool', 'SET ROLE agent; ', 'pool', 'SET ROLE ann; ', 'one login in another role' ],
		[ 'pool', 'SET ROLE ann; ', 'ann', '', 'his own, that came by a front end' ]);

	foreach (@attacks)
	{
		my ($proposer, $before, $reviewer, $as, $name) = @$_;
		($id, $version) = propose_as($proposer, $before);
		is_refused($reviewer, $as . review($id, $version), 'NOT_A_REVIEWER', $name);
		is_refused($reviewer, "${as}DO \$\$BEGIN PERFORM " . review($id, $version) =~ s/SELECT //r . '; END$$', 'NOT_A_REVIEWER', '... in a DO');
	}
	($id, $version) = propose_as('agent');
	is_refused('agent', 'SET ROLE ann; ' . review($id, $version), '42501', "another's role");
	is_refused('agent', 'SET SESSION AUTHORIZATION ann; ' . review($id, $version), '42501', '... or login');
	is_refused('agent', review($id, $version, 'reject'), 'NOT_A_REVIEWER', 'a proposer who rejects');
	is_refused('agent', review($id, $version, 'counter', $counter), 'NOT_A_REVIEWER', '... or counters');
	is_refused('ann', review($id, $version, 'withdraw'), 'NOT_A_REVIEWER', 'a reviewer who withdraws');
	is_refused('ann', review($id, 'AAAAAAAAAAA='), 'VERSION_MISMATCH', 'a version that it never had');
	is_refused('ann', "SELECT scim_review_proposal('$id', 'approve', NULL)", 'VERSION_REQUIRED', 'no version');
	is_refused('ann', "SELECT scim_review_proposal('$id', 'apply', '$version')", 'INVALID_VALUE', 'another decision');
	return;
}

# Who had not been one when he proposed.
sub becomes_reviewer
{
	my ($id, $version) = propose_as('late');

	$node->safe_psql('postgres', 'GRANT hr_admin TO late');
	is_refused('late', review($id, $version), 'NOT_A_REVIEWER', 'a proposer who became a reviewer');
	is_refused('late', 'SET ROLE hr_admin; ' . review($id, $version), 'NOT_A_REVIEWER', '... as his team');
	$node->safe_psql('postgres', 'REVOKE hr_admin FROM late');
	$node->safe_psql('postgres', 'GRANT ann TO late');
	is_refused('late', review($id, $version), 'NOT_A_REVIEWER', '... by a member of it');
	is_refused('late', 'SET ROLE ann; ' . review($id, $version), 'NOT_A_REVIEWER', '... as that member');
	$node->safe_psql('postgres', 'REVOKE ann FROM late');
	return;
}

# The functions of others act for whoever calls them.
sub borrows
{
	my ($id, $version) = propose_as('agent');

	$node->safe_psql($database, qq{
		SET ROLE ann;
		CREATE FUNCTION play.approve(id uuid, version text) RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = public AS \$\$ SELECT scim_review_proposal(id, 'approve', version) \$\$;
		CREATE FUNCTION play.activate() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS \$\$ UPDATE users SET $words{$database}{activate} WHERE id = id(1) \$\$;
		RESET ROLE; SET ROLE keeper;
		CREATE FUNCTION play.patch() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS \$\$ SELECT scim_patch_user('$boss', '[{"op": "replace", "path": "active", "value": true}]') \$\$;});
	is_refused('agent', "SELECT play.approve('$id', '$version')", 'NOT_A_REVIEWER', "a reviewer's function");
	is_refused('agent', 'SELECT play.activate()', 'REVIEW_REQUIRED', "a reviewer's function that writes");
	is_refused('agent', 'SELECT play.patch()', 'REVIEW_REQUIRED', "an owner's function that writes");
	return;
}

# A counter is its reviewer's proposal.
sub counters_himself
{
	my ($id, $version) = propose_as('agent');
	my ($code, $out) = try_as('ann', "SELECT c -> 'counter' ->> 'proposal_id', c -> 'counter' ->> 'version' FROM ("
		  . review($id, $version, 'counter', q{, operations => '[{"op": "replace", "path": "active", "value": true}, {"op": "replace", "path": "title", "value": "new"}]'}) . ') AS t (c)');
	my ($counter, $its_version) = split /\|/, $out;

	is($code, 'done', "$database: ann counters") or return;
	is_refused('ann', review($counter, $its_version), 'NOT_A_REVIEWER', 'a counter by himself');
	is_refused('ann', 'SET ROLE hr_admin; ' . review($counter, $its_version), 'NOT_A_REVIEWER', '... as his team');
	is_refused('agent', review($counter, $its_version), 'NOT_A_REVIEWER', 'a counter by who is no reviewer');
	is_refused('bob', review($id, $version), 'PROPOSAL_CLOSED', 'what was countered');
	return;
}

# Who may not do the write may not do it as a reviewer, and has not approved.
sub may_not_write
{
	my ($id, $version) = propose_as('agent');

	is_refused('blind', review($id, $version), 'NOT_A_REVIEWER', 'whose membership is not inherited');
	is_refused('blind', "SELECT scim_patch_user('$boss', '[{\"op\": \"replace\", \"path\": \"active\", \"value\": true}]', on_conflict => 'propose')", $database eq 'created' ? '42501' : 'PERMISSION_DENIED',
		'a write that would become a proposal, of who may not write');
	isnt((propose_as('blind'))[0], undef, "$database: ... who may propose");
	$node->safe_psql('postgres', 'ALTER ROLE blind INHERIT; REVOKE hr_admin FROM blind; GRANT hr_admin TO blind');
	$node->safe_psql($database, 'REVOKE UPDATE ON users FROM hr_admin');
	my $before = contents();
	like((try_as('blind', review($id, $version)))[0], qr/^(?:42501|PERMISSION_DENIED)$/, "$database: a reviewer who may not write");
	is_unchanged($before, '... has not approved');
	$node->safe_psql($database, 'GRANT UPDATE ON users TO hr_admin');
	$node->safe_psql('postgres', 'REVOKE hr_admin FROM blind; ALTER ROLE blind NOINHERIT; GRANT hr_admin TO blind');
	return;
}

# ---- by the policy ----

sub changes_policy
{
	my ($id, $version) = propose_as('agent');

	is_refused('agent', q{SELECT scim_set_policy('default', 'User', NULL)}, '42501', 'who may not set policies');
	foreach (
		[ '{"review": {"attributes": ["active"], "reviewers": ["agent", "hr_admin"]}}', 'a policy that makes him a reviewer' ],
		[ '{"review": {"attributes": ["active"], "reviewers": ["agent", "hr_admin"]}, "shared_logins": ["agent"]}', '... and many persons' ],
		[ '{"review": {"attributes": ["title"], "reviewers": ["agent", "hr_admin"]}}', 'one that does not review that' ],
		[ '{"require_version": true}', 'one that reviews nothing' ],
		[ undef, 'no policy' ])
	{
		set_policy(User => $_->[0]);
		is_refused('agent', review($id, $version), 'NOT_A_REVIEWER', $_->[1]);
	}
	set_policy(User => $review_users);
	foreach my $word ('', 'SET search_path = pg_temp, public; ')
	{
		is_refused('agent', qq{CREATE TEMP TABLE scim_policy_rows AS SELECT 'default' AS tenant_id, 'User' AS resource_type, '{}'::jsonb AS policy, 'v' AS version, now() AS last_modified;
			CREATE TEMP TABLE scim_review_rows AS SELECT '$id'::uuid AS proposal_id, 1 AS number, 'approve' AS decision, '$version' AS version, NULL AS comment, 'ann' AS reviewer, 'ann' AS login, NULL AS agent, now() AS at, true AS counts;
			$word UPDATE users SET $words{$database}{activate} WHERE id = id(1)}, 'REVIEW_REQUIRED', 'tables of the same names');
	}
	return;
}

sub writes_tables
{
	my ($id, $version) = propose_as('agent');
	my @tables = qw(scim_policy_rows scim_proposal_rows scim_review_rows);

	foreach my $role ('agent', 'ann', 'chef')
	{
		is_refused($role, "DELETE FROM $_", '42501', "$role: DELETE FROM $_") foreach @tables, qw(scim_policies scim_proposals);
		is_refused($role, "SELECT FROM $_", '42501', "... or reads $_") foreach @tables;
		is_refused($role, $_, '42501', "... $_") foreach (
			"UPDATE scim_proposal_rows SET status = 'applied'",
			"UPDATE scim_policies SET policy = '{}'",
			"INSERT INTO scim_policies VALUES ('default', 'User', '{}', 'v', now())",
			"INSERT INTO scim_review_rows VALUES ('$id', 1, 'approve', '$version', NULL, 'ann', 'ann', NULL, NULL, now(), true)",
			'TRUNCATE scim_review_rows',
			'BEGIN; LOCK TABLE scim_proposal_rows IN SHARE MODE');
	}
	my $before = contents();
	isnt((try_as('agent', $_))[0], 'done', "$database: $_") foreach (
		'SELECT scim_policies_trigger()',
		"SELECT scim_restore('Policy', 'User', (SELECT version FROM scim_history WHERE resource_type = 'Policy' ORDER BY seq LIMIT 1))",
		"SELECT scim_restore('Proposal', '$id', '$version')",
		"SELECT scim_patch_resource('Proposal', '$id', '[{\"op\": \"replace\", \"path\": \"status\", \"value\": \"applied\"}]')");
	is_unchanged($before, '... and nothing is changed');
	return;
}

# ---- written all the same ----

# By those whom the policy binds, be they owner or superuser.
sub calls
{
	my ($then) = split /\n/, $node->safe_psql($database, "SELECT version FROM scim_history_rows WHERE resource_id = '$boss' AND operation = 'update' ORDER BY seq LIMIT 1");
	my $patch = sub { "SELECT scim_patch_user('$boss', '$_[0]')" };
	my @calls = (
		[ 'a patch', $patch->('[{"op": "replace", "path": "active", "value": true}]') ],
		[ '... by its URN', $patch->('[{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:ACTIVE", "value": true}]') ],
		[ '... without a path', $patch->('[{"op": "add", "value": {"title": "new", "Active": true}}]') ],
		[ '... that removes', $patch->('[{"op": "remove", "path": "active"}]') ],
		[ '... that goes there and elsewhere', $patch->('[{"op": "replace", "path": "title", "value": "new"}, {"op": "replace", "path": "active", "value": true}]') ],
		[ 'a merge', "SELECT scim_patch_user('$boss', '[{\"op\": \"replace\", \"path\": \"active\", \"value\": true}]', scim_get_user('$boss') #>> '{meta,version}', on_conflict => 'merge')" ],
		[ 'an update', "SELECT scim_update_user('$boss', '{\"userName\": \"user 1\", \"active\": true}')" ],
		[ '... that leaves out', "SELECT scim_update_user('$boss', '{\"userName\": \"user 1\"}')" ],
		[ 'a restore', "SELECT scim_restore('User', '$boss', '$then')" ],
		[ 'a delete', "SELECT scim_delete_user('$boss')" ],
		[ 'members that come', "SELECT scim_add_members('$group', ARRAY['$boss'])" ],
		[ 'members that go', "SELECT scim_remove_members('$group', ARRAY['$clerk'])" ],
		[ 'a patch of members', "SELECT scim_patch_group('$group', '[{\"op\": \"add\", \"path\": \"members\", \"value\": [{\"value\": \"$boss\"}]}]')" ],
		[ '... by a filter', "SELECT scim_patch_group('$group', '[{\"op\": \"remove\", \"path\": \"members[value eq \\\"$clerk\\\"]\"}]')" ],
		[ '... of all', "SELECT scim_patch_group('$group', '[{\"op\": \"remove\", \"path\": \"members\"}]')" ],
		[ 'an update with members', "SELECT scim_update_group('$group', '{\"displayName\": \"admins\", \"members\": [{\"value\": \"$boss\"}]}')" ]);

	isnt($then // '', '', "$database: there is something to be restored");
	foreach my $role ('agent', $superuser)
	{
		is_refused($role, $_->[1], 'REVIEW_REQUIRED', "$role: $_->[0]") foreach @calls;
	}
	is_refused($superuser, "SET ROLE keeper; $_->[1]", 'REVIEW_REQUIRED', "the owner: $_->[0]") foreach @calls;
	is_nothing('agent', "SELECT scim_call_tool('scim_$_->[0]', '$_->[1]')", "the tool $_->[0]") foreach (
		[ patch_user => qq{{"user_id": "$boss", "operations": [{"op": "replace", "path": "active", "value": true}]}} ],
		[ restore => qq{{"resource_type": "User", "resource_id": "$boss", "version": "$then"}} ],
		[ delete_user => qq{{"user_id": "$boss"}} ],
		[ modify_group_members => qq{{"group_id": "$group", "add": ["$boss"]}} ]);
	return;
}

# Whose change was taken before the policy was: so there is a version with it.
sub activate_once
{
	set_policy(User => undef);
	$node->safe_psql($database, "SELECT scim_patch_user('$boss', '[{\"op\": \"replace\", \"path\": \"active\", \"value\": $_}]')") foreach 'true', 'false';
	$node->safe_psql($database, "SELECT scim_patch_user('$boss', '[{\"op\": \"replace\", \"path\": \"active\", \"value\": $_}]')") foreach 'true';
	$node->safe_psql($database, "SELECT scim_patch_user('$boss', '[{\"op\": \"replace\", \"path\": \"active\", \"value\": false}, {\"op\": \"replace\", \"path\": \"title\", \"value\": \"newer\"}]')");
	set_policy(User => $review_users);
	return;
}

sub writes_plainly
{
	my $word = $words{$database};
	my $update = "UPDATE users SET $word->{activate} WHERE id = id(1)";
	my @statements = (
		[ 'an UPDATE', $update ],
		[ '... of all', "UPDATE users SET $word->{activate}" ],
		[ '... in a CTE', "WITH u AS ($update RETURNING id) SELECT count(*) FROM u" ],
		[ '... at a cursor', "BEGIN; DECLARE c CURSOR FOR SELECT id FROM users WHERE id = id(1) FOR UPDATE; FETCH c; UPDATE users SET $word->{activate} WHERE CURRENT OF c; COMMIT" ],
		[ '... by a plan that is kept', "PREPARE p AS $update; EXECUTE p" ],
		[ '... to be prepared', "BEGIN; $update; PREPARE TRANSACTION 'x'" ],
		[ '... in a view of his', "CREATE VIEW play.mine AS SELECT id, $word->{column} FROM users; UPDATE play.mine SET $word->{activate} WHERE id = id(1)" ],
		[ '... in a function of his', "CREATE FUNCTION play.own() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS \$\$ $update \$\$; SELECT play.own()" ],
		[ '... as a replica', "SET session_replication_role = replica; $update", '42501' ],
		[ 'an INSERT that updates', $word->{upsert} ],
		[ 'a DELETE', 'DELETE FROM users WHERE id = id(1)' ],
		[ 'an INSERT of members', $word->{join} ],
		[ 'a DELETE of members', 'DELETE FROM groups_members' ],
		[ 'a member that becomes another', 'UPDATE groups_members SET member_id = id(1)' ]);
	push @statements, [ 'COPY of members', $word->{copied} ] if $word->{copied};    # row level security lets nobody copy into created ones
	push @statements, [ 'MERGE', "MERGE INTO users u USING (SELECT id(1) AS i) s ON u.id = s.i WHEN MATCHED THEN UPDATE SET $word->{activate}" ] if $node->pg_version >= 15;

	foreach (@statements)
	{
		my ($name, $sql, $code) = @$_;
		is_refused('agent', $sql, $code // 'REVIEW_REQUIRED', $name);
		is_refused('ann', $sql, $code // 'REVIEW_REQUIRED', '... of a reviewer') if $sql !~ /CREATE/;
	}
	is_nothing('agent', "DO \$\$BEGIN $update; EXCEPTION WHEN OTHERS THEN NULL; END\$\$", 'an UPDATE whose error is caught');
	is_nothing('agent', "\\set ON_ERROR_STOP off\nBEGIN; SAVEPOINT s; $update; ROLLBACK TO s; COMMIT", '... or taken back');
	return;
}

# By statements of others, or of the server's own.
sub rides_along
{
	my $word = $words{$database};

	$node->safe_psql($database, 'GRANT REFERENCES, TRIGGER ON users TO agent');
	$node->safe_psql($database, qq{
		SET ROLE agent;
		CREATE FUNCTION play.leave() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS \$\$ BEGIN DELETE FROM groups_members; RETURN NULL; END \$\$;
		CREATE TABLE play.one (id int PRIMARY KEY); CREATE TABLE play.two (id int REFERENCES play.one ON DELETE CASCADE);
		CREATE TRIGGER ride AFTER DELETE ON play.two FOR EACH ROW EXECUTE FUNCTION play.leave();
		INSERT INTO play.one VALUES (1); INSERT INTO play.two VALUES (1)});
	is_refused('agent', 'DELETE FROM play.one', 'REVIEW_REQUIRED', 'a foreign key of his own whose trigger takes members out');
	return;
}

# A trigger of his, that others' approvals fire.
sub rides_along_an_approval
{
	my ($id, $version) = propose_as('agent');

	$node->safe_psql($database, qq{
		SET ROLE agent;
		CREATE FUNCTION play.too() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS \$\$ BEGIN
			IF OLD.id <> id(2) THEN UPDATE users SET $words{$database}{activate} WHERE id = id(2); END IF;
			RETURN NULL; END \$\$;
		CREATE TRIGGER ride AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION play.too()});
	is_refused('ann', review($id, $version), 'REVIEW_REQUIRED', 'what an approval brings along');
	$node->safe_psql($database, 'DROP TRIGGER ride ON users');
	return;
}

# Who is deleted leaves his groups; another does not, whatever is under way.
sub rides_along_a_delete
{
	my $id = '00000000-0000-4000-a000-000000000009';

	set_policy(User => '{"review": {"attributes": ["active"], "reviewers": ["hr_admin"]}}');
	$node->safe_psql($database, ($database eq 'created' ? q{INSERT INTO users (id, data) VALUES (id(9), '{"userName": "minor"}')} : q{INSERT INTO users (id, user_name) VALUES (id(9), 'minor')}) . q{;
		SET ROLE agent;
		CREATE TRIGGER ride AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION play.leave()});
	is_refused('agent', "SELECT scim_delete_user('$id')", 'REVIEW_REQUIRED', 'members who go with a user that is deleted');
	is_refused('agent', 'DELETE FROM users WHERE id = id(9)', 'REVIEW_REQUIRED', '... by plain SQL');
	$node->safe_psql($database, 'DROP TRIGGER ride ON users');
	$node->safe_psql($database, 'DELETE FROM users WHERE id = id(9)');
	set_policy(User => $review_users);
	return;
}

# ---- two of them ----

sub is_counted
{
	my ($id, $role, $sql, $approvals, $name) = @_;
	my ($code) = try_as($role, $sql);

	is($node->safe_psql($database, "SELECT status, (SELECT count(*) FROM scim_review_rows r WHERE r.proposal_id = p.id AND counts AND decision = 'approve') FROM scim_proposal_rows p WHERE id = '$id'"),
		$approvals, "$database: $name") or diag($code);
	return;
}

sub is_one
{
	my ($shared) = @_;
	my ($id, $version) = propose_as('agent');
	my $approve = review($id, $version);

	is_counted($id, 'bob', $approve, 'open|1', 'one of two');
	is_counted($id, 'bob', $approve, 'open|1', '... once more');
	is_counted($id, 'bob', "SET ROLE $_; $approve", 'open|1', "... as $_") foreach qw(hr_admin sec_admin);
	is_counted($id, 'bob', "SET scimver.agent = 'two'; $approve", 'open|1', '... as another agent');
	is_counted($id, 'pool', "SET ROLE bob; $approve", 'open|1', '... by a front end');
	is_counted($id, 'ann', "BEGIN; $approve; ROLLBACK", 'open|1', 'another who takes it back');
	is_counted($id, 'ann', "BEGIN; SAVEPOINT s; $approve; ROLLBACK TO s; COMMIT", 'open|1', '... to a savepoint');
	is_counted($id, 'agent', $approve, 'open|1', 'the proposer');
	is_counted($id, 'ann', "BEGIN; $approve; SELECT 1 / 0; COMMIT", 'open|1', 'one whose transaction fails');

	($id, $version) = propose_as('agent');
	$approve = review($id, $version);
	is_counted($id, 'pool', "SET ROLE ann; $approve", 'open|1', 'a front end, as ann');
	is_counted($id, 'pool', "SET ROLE bob; $approve", 'open|1', '... as bob, in one login');
	return;
}

sub is_shared
{
	my ($id, $version);

	set_policy(User => '{"review": {"attributes": ["active"], "reviewers": ["hr_admin", "sec_admin"], "quorum": 2}, "shared_logins": ["pool"]}');
	($id, $version) = propose_as('pool', 'SET ROLE agent; ');
	is_counted($id, 'pool', 'SET ROLE ann; ' . review($id, $version), 'open|1', 'many behind one login: ann');
	is_counted($id, 'pool', 'SET ROLE ann; ' . review($id, $version), 'open|1', '... once more');
	is_counted($id, 'ann', review($id, $version), 'open|1', '... by herself');
	is_counted($id, 'pool', 'SET ROLE agent; ' . review($id, $version), 'open|1', '... the proposer');
	($id, $version) = propose_as('pool', 'SET ROLE bob; ');
	is_counted($id, 'bob', review($id, $version), 'open|0', 'who proposed by it, by himself');
	return;
}

# An approval that is prepared counts when that is committed; until then, others wait.
sub is_prepared
{
	my ($end, $then) = @_;
	my ($id, $version) = propose_as('agent');
	my $approve = review($id, $version);

	is_counted($id, 'ann', "BEGIN; $approve; PREPARE TRANSACTION 'ann'", 'open|0', 'an approval that is prepared');
	is((try_as('bob', "SET lock_timeout = '10ms'; $approve"))[0], '55P03', '... is waited for');
	$node->safe_psql($database, "$end PREPARED 'ann'");
	is_counted($id, 'bob', $approve, $then, "... until $end");
	return;
}

# Approvals of who is no reviewer any more.
sub is_void
{
	my ($id, $version) = propose_as('agent');

	try_as('ann', review($id, $version));
	set_policy(User => '{"review": {"attributes": ["active"], "reviewers": ["sec_admin"], "quorum": 2}}');
	is_counted($id, 'cid', review($id, $version), 'open|2', 'an approval of who is no reviewer any more');
	like((try_as('cid', "SELECT scim_get_proposal('$id') ->> 'status'"))[1], qr/open/, '... does not count');
	set_policy(User => '{"review": {"attributes": ["active"], "reviewers": ["sec_admin"], "quorum": 1}}');
	is($node->safe_psql($database, "SELECT status FROM scim_proposals WHERE id = '$id'"), 'open', 'a quorum that is lowered applies nothing by itself');
	return;
}

foreach my $storage ('created', 'mapped')
{
	add_database($storage);
	activate_once();
	decides_himself();
	becomes_reviewer();
	borrows();
	counters_himself();
	may_not_write();
	changes_policy();
	writes_tables();
	calls();
	writes_plainly();
	rides_along();
	rides_along_an_approval();
	rides_along_a_delete();
	set_policy(User => '{"review": {"attributes": ["active"], "reviewers": ["hr_admin", "sec_admin"], "quorum": 2}}');
	is_one();
	is_prepared('ROLLBACK', 'open|1');
	is_prepared('COMMIT', 'applied|2');
	$node->safe_psql($database, "SET ROLE keeper; UPDATE users SET $words{$database}{deactivate}");
	is_shared();
	is_void();
}
done_testing();
