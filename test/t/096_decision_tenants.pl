# Policies and proposals of another tenant are not seen, not counted, and not told of by
# errors: what is asked of them is answered as of what there never was.  Nor does a policy
# tell a stranger anything of itself.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('decision_tenants');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE ROLE team; CREATE ROLE acme LOGIN IN ROLE team; CREATE ROLE beta LOGIN IN ROLE team; CREATE ROLE clerk LOGIN IN ROLE team;
	CREATE ROLE proposer LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE names LOGIN});

my %tables = (
	created => q{
		SELECT scim_create_table('users', 'User', '{"enforce": true}');
		SELECT scim_create_table('groups', 'Group');
		INSERT INTO users (tenant_id, id, data) SELECT t, id(1), '{"userName": "user", "title": "old"}' FROM unnest('{acme,beta}'::text[]) t;},
	mapped => q{
		CREATE TABLE users (tenant_id text NOT NULL, id uuid NOT NULL, user_name text NOT NULL, title text, version text, PRIMARY KEY (tenant_id, id));
		CREATE TABLE groups (tenant_id text NOT NULL, id uuid NOT NULL, name text NOT NULL, version text, PRIMARY KEY (tenant_id, id));
		ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY tenants ON users USING (scim_may_use(tenant_id));
		ALTER TABLE groups ENABLE ROW LEVEL SECURITY; CREATE POLICY tenants ON groups USING (scim_may_use(tenant_id));
		GRANT SELECT, INSERT, UPDATE, DELETE ON users TO acme, beta, clerk, proposer;
		SELECT scim_register_table('users', 'User', '{"id": "id", "tenant": "tenant_id", "version": "version", "attributes": {"userName": "user_name", "title": "title"}}', '{"enforce": true, "history": true}');
		SELECT scim_register_table('groups', 'Group', '{"id": "id", "tenant": "tenant_id", "version": "version", "attributes": {"displayName": "name"}}', '{"history": true}');
		INSERT INTO users SELECT t, id(1), 'user', 'old' FROM unnest('{acme,beta}'::text[]) t;});
my $user = '00000000-0000-4000-a000-000000000001';
my $nobody = '00000000-0000-4000-a000-00000000000f';
my $database;

sub add_database
{
	my ($name) = @_;

	$database = $name;
	new_database($node, $database, bare => 1);
	$node->safe_psql($database, q{CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN ('00000000-0000-4000-a000-00000000000' || n)::uuid; } . $tables{$name} . q{
		SELECT scim_grant_tenant('acme', 'acme'), scim_grant_tenant('beta', 'beta'), scim_grant_tenant('acme', 'clerk'), scim_grant_tenant('beta', 'clerk'), scim_grant_tenant('acme', 'proposer');
		GRANT EXECUTE ON FUNCTION scim_set_policy TO acme, beta, stranger;
		INSERT INTO scim_tenant_grants (tenant_id, role) VALUES ('acme', 'names');
		GRANT SELECT ON groups TO names;
		SELECT scim_set_policy('acme', 'User', '{"review": {"attributes": ["title"], "reviewers": ["team"], "quorum": 2, "expires_seconds": 1000}}');
		SELECT scim_set_policy('*', 'User', '{"deny": ["delete"]}')});
	return;
}

# What a role is answered, with errors whole.
sub ask
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n\\set SHOW_CONTEXT never\n$sql", extra_params => [ '-U', $role ]);

	return $out . $err =~ s/^psql:[^ ]*: |^LOCATION:.*\n?//gmr;
}

sub code_of { my ($answer) = @_; return $answer =~ /ERROR:  [0-9A-Z]{5}: ([A-Z_]+): / ? $1 : $answer; }

my $wish = '[{"op": "replace", "path": "title", "value": "secret wish"}]';

sub propose
{
	my ($tenant) = @_;
	my $answer = ask('clerk', "SELECT p ->> 'proposal_id', p ->> 'version' FROM scim_propose_change('User', '$user', '$wish', reason => 'secret reason', tenant_id => '$tenant') p");

	return split /\|/, $answer;
}

# ---- proposals ----

# What another tenant's proposal is asked for, with its right version, is answered as what never was.
sub is_unknown
{
	my ($id, $version) = @_;
	my $operations = ", operations => '$wish'";

	foreach my $sql (
		"SELECT scim_get_proposal('%s')",
		(map { "SELECT scim_review_proposal('%s', '$_', '$version')" } qw(approve reject withdraw)),
		"SELECT scim_review_proposal('%s', 'counter', '$version'$operations)",
		"SELECT scim_review_proposal('%s', 'approve', 'AAAAAAAAAAA=')",
		"SELECT scim_call_tool('scim_list_proposals', '{\"proposal_id\": \"%s\"}')",
		"SELECT scim_call_tool('scim_review_proposal', '{\"proposal_id\": \"%s\", \"decision\": \"approve\", \"expected_version\": \"$version\"}')",
		"SELECT * FROM scim_proposals WHERE id = '%s'",
		"SELECT * FROM scim_reviews WHERE proposal_id = '%s'",
		"SELECT scim_get_history('Proposal', '%s', tenant_id => 'beta')")
	{
		foreach my $role ('beta', 'stranger')
		{
			my ($real, $none) = map { ask($role, sprintf($sql, $_)) =~ s/$_/ID/gr } $id, $nobody;
			is($real, $none, "$database: $role: $sql: as what there never was");
			unlike($real, qr/secret|acme|proposer|1000/, '... and nothing is told') if $sql !~ /tenant_id/;
		}
	}
	is(code_of(ask('beta', "SELECT scim_get_proposal('$id')")), 'PROPOSAL_NOT_FOUND', '... that is, PROPOSAL_NOT_FOUND');
	like(ask('clerk', "SELECT scim_get_proposal('$id')"), qr/secret wish/, '... while who has both tenants sees it');
	return;
}

sub is_not_counted
{
	my ($id) = @_;
	my $list = sub { "SELECT p ->> 'proposal_id' FROM jsonb_array_elements(scim_list_proposals(NULL, tenant_id => '$_[0]'$_[1]) -> 'proposals') p" };

	is(ask('beta', $list->('beta', '')), '', "$database: a list of another tenant's has none of it");
	is(ask('clerk', $list->('beta', '')), '', '... nor of who has both');
	is(ask('clerk', $list->('acme', '')), $id, '... who sees it in its own');
	is(ask('clerk', $list->('acme', ", resource_type => 'User', id => '$user'")), $id, '... of its resource');
	is(ask('clerk', $list->('beta', ", resource_type => 'User', id => '$user'")), '', '... not of another of the same id');
	is(code_of(ask('beta', $list->('acme', ''))), 'TENANT_FORBIDDEN', "... whose tenant it is not is told so");
	is(ask('beta', $list->('acme', '')) =~ s/acme/T/gr, ask('beta', $list->('gone', '')) =~ s/gone/T/gr, '... as of one that never was');
	is(ask('beta', 'SELECT count(*) FROM scim_proposals'), '0', '... the view shows none');
	is(ask('beta', 'SELECT count(*) FROM scim_reviews'), '0', '... no review either');
	is(ask('beta', "SELECT count(*) FROM scim_proposals WHERE 1 / (CASE WHEN tenant_id = 'acme' THEN 0 ELSE 1 END) = 1"), '0', '... nor by what a condition of his does');
	is(ask('clerk', 'SELECT count(*) FROM scim_proposals'), '1', '... but to who has it');
	is(ask('beta', "SELECT scim_call_tool('scim_list_proposals', '{\"tenant_id\": \"beta\"}') -> 'content' -> 'proposals'"), '[]', '... nor does the tool');
	is(ask('beta', "SELECT count(*) FROM jsonb_array_elements(scim_changes('', 100, NULL, 'beta') -> 'changes') c WHERE c ->> 'resource_type' IN ('Proposal')"), '0', '... nor the feed');
	is(ask('beta', q{SELECT count(*) FROM scim_history WHERE resource_type = 'Proposal' OR tenant_id NOT IN ('beta', '*')}), '0', '... nor the history');
	return;
}

# A place in one tenant's list is none in that of another.
sub is_no_place
{
	my $page = sub { "scim_list_proposals(NULL, count => 1, tenant_id => '$_[0]'$_[1])" };
	my $next;

	propose('acme') foreach 1 .. 2;
	$next = ask('clerk', 'SELECT ' . $page->('acme', '') . q{ ->> 'nextCursor'});
	like($next, qr/./, "$database: there is a next page");
	is(code_of(ask('clerk', 'SELECT ' . $page->('beta', ", cursor => '$next'"))), 'INVALID_CURSOR', "... whose cursor is none of another tenant's list");
	is(code_of(ask('beta', 'SELECT ' . $page->('beta', ", cursor => '$next'"))), 'INVALID_CURSOR', "... nor of another's");
	return;
}

# Who works in the tenant, but may not read the type: that there is one, not what it is about.
sub is_without_contents
{
	my ($id) = @_;

	is(ask('names', "SELECT resource_type, operations, base, changes, reason, conflicts FROM scim_proposals WHERE id = '$id'"), 'User|||||', "$database: without the type's history, no contents");
	unlike(ask('names', "SELECT scim_get_proposal('$id')"), qr/secret/, '... in no answer');
	unlike(ask('names', q{SELECT scim_list_proposals(NULL, tenant_id => 'acme')}), qr/secret/, '... in no list');
	unlike(ask('names', q{SELECT scim_changes('', 1000, NULL, 'acme')}), qr/secret/, '... nor in the feed');
	unlike(ask('names', "SELECT scim_get_history('Proposal', '$id', tenant_id => 'acme')"), qr/secret/, '... nor in the history');
	is(ask('names', 'SELECT count(*) FROM scim_reviews WHERE comment IS NOT NULL'), '0', '... no comments');
	return;
}

# That a group is to go names its members, if only by their digest.
sub is_without_members
{
	my $group = '00000000-0000-4000-a000-000000000002';
	my $propose = "SELECT scim_propose_change('Group', '$group', '{\"delete\": true}', tenant_id => 'acme')";

	return if $database ne 'created';
	$node->safe_psql($database, "INSERT INTO groups (tenant_id, id, data) VALUES ('acme', '$group', '{\"displayName\": \"group\"}')");
	like(ask('names', $propose), qr/permission denied for table groups_members/, "$database: who may not read members proposes no end of their group");
	unlike(ask('names', $propose), qr/digest/, '... and is told nothing of them');
	like(ask('acme', $propose), qr/digest/, '... as others are');
	return;
}

# ---- proposing elsewhere ----

sub is_forbidden
{
	foreach my $call (
		"scim_propose_change('User', '$user', '$wish', tenant_id => '%s')",
		"scim_propose_change('User', NULL, '{\"create\": {\"userName\": \"new\"}}', tenant_id => '%s')",
		"scim_propose_change('User', '$user', '{\"delete\": true}', tenant_id => '%s')",
		"scim_patch_user('$user', '$wish', on_conflict => 'propose', tenant_id => '%s')",
		"scim_get_policy('%s', 'User')",
		"scim_set_policy('%s', 'User', NULL)",
		"scim_set_policy('%s', 'User', '{\"deny\": [\"delete\"]}')",
		"scim_set_policy('%s', 'User', '{}', 'AAAAAAAAAAA=')")
	{
		my ($real, $none) = map { ask('beta', 'SELECT ' . sprintf($call, $_)) =~ s/$_/T/gr } 'acme', 'gone';
		is(code_of($real), $database eq 'mapped' && $call =~ /_change\('User', '|patch/ ? 'USER_NOT_FOUND' : 'TENANT_FORBIDDEN', "$database: $call");
		is($real, $none, '... as of a tenant that never was');
	}
	return;
}

# ---- policies ----

sub is_own_policy
{
	my $policies = q{SELECT string_agg(tenant_id, ' ' ORDER BY tenant_id COLLATE "C") FROM scim_policies};

	is(ask('acme', $policies), '* acme', "$database: a tenant's policy is seen by who works in it, and that of all tenants");
	is(ask('beta', $policies), '*', '... not by others');
	is(code_of(ask('clerk', "SELECT scim_patch_user('$user', '$wish', tenant_id => 'acme')")), 'REVIEW_REQUIRED', "a tenant's policy binds there");
	unlike(ask('clerk', "BEGIN; SELECT scim_patch_user('$user', '$wish', tenant_id => 'beta'); ROLLBACK"), qr/ERROR/, '... not in another');
	is(code_of(ask('clerk', "SELECT scim_delete_user('$user', tenant_id => 'beta')")), 'POLICY_DENIED', "... which that of all tenants binds");
	unlike(ask('clerk', "BEGIN; SELECT scim_delete_user('$user', tenant_id => 'acme'); ROLLBACK"), qr/ERROR/, '... and not one that has its own: they are not mixed');
	unlike(ask('beta', q{SELECT * FROM scim_history WHERE resource_type = 'Policy'}), qr/acme|"title"/, 'their history is as theirs');
	unlike(ask('beta', q{SELECT scim_changes('', 1000, NULL, 'beta')}), qr/acme|secret|reviewers/, '... in the feed, too');
	return;
}

# With a policy and without, a stranger is told the same of each write.
sub is_told_nothing
{
	my @writes = (
		(map { ("scim_patch_user('$user', '$wish'$_)", "scim_update_user('$user', '{\"userName\": \"user\", \"title\": \"x\"}'$_)", "scim_create_user('{\"userName\": \"x\"}'$_)",
				"scim_delete_user('$user'$_)", "scim_restore('User', '$user', 'AAAAAAAAAAA='$_)",
				"scim_acquire_lease('User', '$user', 3600$_)" =~ s/, tenant_id/, NULL, 'x', tenant_id/r) } '', ", tenant_id => 'acme'", ", tenant_id => 'beta'"),
		"scim_patch_user('$nobody', '$wish')");
	my $strict = '{"require_version": true, "deny": ["create"], "review": {"attributes": ["*"], "operations": ["delete", "update"], "reviewers": ["team"]}, "may": {"stranger": {"operations": ["patch"], "attributes": ["userName"]}}, "lease": {"max_seconds": 10}}';
	my %told;

	foreach my $policy ('NULL', "'$strict'")
	{
		$node->safe_psql($database, "BEGIN; SELECT scim_set_policy(t, 'User', NULL) FROM unnest('{acme,beta,default,*}'::text[]) t; SELECT scim_set_policy(t, 'User', $policy) FROM unnest('{acme,beta,default}'::text[]) t; COMMIT");
		foreach my $role ('stranger', 'names') { push @{ $told{"$role $_"} }, ask($role, "SELECT $_") foreach @writes; }
	}
	foreach my $call (sort keys %told)
	{
		next if $call =~ /^names.*acme/;    # who works there may know
		is($told{$call}[1], $told{$call}[0], "$database: $call: the same with a policy");
		like($told{$call}[0], qr/ERROR/, '... which is an error');
	}
	return;
}

foreach my $storage ('created', 'mapped')
{
	my ($id, $version);

	add_database($storage);
	is_own_policy();
	($id, $version) = propose('acme');
	like(ask('acme', "SELECT scim_review_proposal('$id', 'approve', '$version', 'secret comment')"), qr/"approvals": 1/, "$storage: one of two approves");
	is_unknown($id, $version);
	is_not_counted($id);
	is_without_contents($id);
	is_no_place();
	is_without_members();
	is_forbidden();
	is_told_nothing();
}
done_testing();
