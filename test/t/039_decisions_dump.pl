# Dump and restore of policies, proposals and what was decided of them: by the superuser and
# by the database's owner, restored by either, and copied as a template.  A policy binds
# whom it bound; what was open is decided there, by those who have not decided yet, and what
# had expired has.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('decisions_dump');
my $folder = PostgreSQL::Test::Utils::tempdir();

# The keeper's database and tables; an agent proposes, ann, bob and cid decide.
$node->safe_psql('postgres', q{CREATE ROLE keeper LOGIN; CREATE ROLE agent LOGIN; CREATE ROLE hr;
	CREATE ROLE ann LOGIN IN ROLE hr; CREATE ROLE bob LOGIN IN ROLE hr; CREATE ROLE cid LOGIN IN ROLE hr});
new_database($node, 'source', bare => 1);
$node->safe_psql('source', q{
	ALTER DATABASE source OWNER TO keeper;
	GRANT CREATE ON SCHEMA public TO keeper;
	GRANT EXECUTE ON FUNCTION scim_create_table, scim_row_trigger, scim_members_trigger, scim_history_trigger, scim_lease_trigger, scim_set_policy TO keeper;
	GRANT INSERT ON scim_tenant_grants TO keeper;
	SET ROLE keeper;
	SELECT scim_create_table('users', 'User', '{"enforce": true}');
	SELECT scim_grant_tenant('default', role) FROM unnest('{agent,hr}'::regrole[]) AS role;
	INSERT INTO users (id, data) SELECT md5(n)::uuid, jsonb_build_object('userName', n, 'active', true) FROM unnest('{waits,lapsed,countered,applied,rejected,free}'::text[]) n;
	SELECT scim_set_policy('*', 'User', '{"review": {"attributes": ["active"], "reviewers": ["hr"], "quorum": 2, "expires_seconds": 1}}');
});

my $inactive = '[{"op": "replace", "path": "active", "value": false}]';

sub id { return qq{md5('$_[0]')::uuid::text} }

# As that role; the answer, or the code of the error.
sub try_as
{
	my ($role, $database, $sql) = @_;
	my ($code, $out, $err) = $node->psql($database, $sql, extra_params => [ '-U', $role ]);

	return $code == 0 ? $out : $err =~ /ERROR: +([A-Z_]+):/ ? $1 : $err;
}

my %proposals;

sub propose
{
	my ($name) = @_;

	$proposals{$name} = try_as('agent', 'source', "SET scimver.agent = 'agent x'; SELECT scim_propose_change('User', @{[id($name)]}, '$inactive', reason => 'to be dumped') ->> 'proposal_id'");
	return;
}

sub review
{
	my ($role, $database, $name, $decision, $more) = @_;
	return try_as($role, $database, "SELECT a ->> 'status', a ->> 'approvals' FROM scim_review_proposal('$proposals{$name}', '$decision', scim_get_proposal('$proposals{$name}') ->> 'version'" . ($more // '') . ') AS a');
}

propose('lapsed');
$node->safe_psql('source', q{SELECT scim_set_policy('default', 'User', '{"require_version": true, "review": {"attributes": ["active"], "reviewers": ["hr"], "quorum": 2}}')}, extra_params => [ '-U', 'keeper' ]);
propose($_) foreach qw(waits countered applied rejected);
is(review('ann', 'source', 'waits', 'approve', q{, 'I do not mind'}), 'open|1', 'one of two has approved');
is(review('ann', 'source', 'applied', 'approve'), 'open|1', 'so it is where both will');
is(review('bob', 'source', 'applied', 'approve'), 'applied|2', 'and it is applied');
is(review('bob', 'source', 'rejected', 'reject', q{, 'no'}), 'rejected|0', 'another one is rejected');
is(review('cid', 'source', 'countered', 'counter', q{, 'rather this', '[{"op": "replace", "path": "title", "value": "retired"}]'}), 'countered|0', 'and one is countered');
$proposals{counter} = $node->safe_psql('source', "SELECT id FROM scim_proposals WHERE parent = '$proposals{countered}'");

my @all = map { "SELECT * FROM $_" } 'scim_policy_rows ORDER BY tenant_id', 'scim_proposal_rows ORDER BY id', 'scim_review_rows ORDER BY proposal_id, number', 'scim_history_rows ORDER BY tenant_id, seq';
my $shown = q{SELECT count(*), string_agg(DISTINCT status, ' ') FROM scim_proposals; SELECT count(*) FROM scim_reviews; SELECT count(*) FROM scim_policies};
my $applied = qq{SELECT string_agg(DISTINCT h.resource_type || ' ' || h.operation, ' ') FROM scim_history h WHERE proposal_id = '$proposals{applied}' AND resource_type = 'User'};

# What stands there binds whom it should; each step leaves what the next one needs.
sub is_in_force
{
	my ($database, $name) = @_;
	my $patch = sub { "SELECT scim_patch_user(@{[id('free')]}, '$_[0]', scim_get_user(@{[id('free')]}) #>> '{meta,version}') ->> 'active'" };
	my @steps = (
		[ try_as('agent', $database, $patch->($inactive)), 'REVIEW_REQUIRED', 'the agent' ],
		[ try_as('ann', $database, $patch->($inactive)), 'REVIEW_REQUIRED', 'a reviewer alone' ],
		[ try_as('agent', $database, "UPDATE users SET data = data || '{\"active\": false}' WHERE user_name = 'free'"), 'VERSION_REQUIRED', 'plain SQL' ],
		[ try_as('agent', $database, $patch->('[{"op": "add", "path": "title", "value": "x"}]')), 'true', 'nobody where nothing is reviewed' ],
		[ review('agent', $database, 'waits', 'approve'), 'NOT_A_REVIEWER', 'the agent who would approve his own' ],
		[ review('ann', $database, 'waits', 'approve'), 'open|1', 'who has approved, and does again' ],
		[ review('bob', $database, 'waits', 'approve'), 'applied|2', 'nobody when two have' ],
		[ try_as('agent', $database, "SELECT scim_get_user(@{[id('waits')]}) ->> 'active'"), 'false', 'and it is made' ],
		[ review('bob', $database, 'lapsed', 'approve'), 'PROPOSAL_CLOSED', 'who would approve what expired' ],
		[ review('bob', $database, 'rejected', 'approve'), 'PROPOSAL_CLOSED', 'or what was rejected' ],
		[ review('cid', $database, 'counter', 'approve'), 'NOT_A_REVIEWER', 'who countered, and would approve that' ],
		[ try_as('bob', $database, "SELECT p -> 'ancestors' -> 0 ->> 'proposal_id', p -> 'ancestors' -> 0 ->> 'status' FROM scim_get_proposal('$proposals{counter}') AS p"), "$proposals{countered}|countered", 'and the line is there' ]);

	is($_->[0], $_->[1], "$name: it binds $_->[2]") foreach @steps;
	return;
}

# A copy is what it was; then goes on.
sub is_copied
{
	my ($database, $name, %before) = @_;

	is($node->safe_psql($database, $_), $before{$_}, "$name: as it was") foreach sort keys %before;
	is($node->safe_psql($database, q{SELECT problem FROM scim_check_table('users')}), '', "$name: and sound");
	is_in_force($database, $name);
	$node->safe_psql('postgres', "DROP DATABASE $database");
	return;
}

$node->poll_query_until('source', "SELECT status = 'expired' FROM scim_proposals WHERE id = '$proposals{lapsed}'") or die 'nothing expires';
my %before = map { $_ => $node->safe_psql('source', $_) } @all, $shown, $applied;
is($before{$shown}, "6|applied countered expired open rejected\n5\n2", 'there is something to be dumped');
is($before{$applied}, 'User update', 'also in the history');

my @dumps;
foreach my $role ('keeper', $node->safe_psql('postgres', 'SELECT current_user'))
{
	my $file = "$folder/$role";
	$node->command_ok([ 'pg_dump', '-U', $role, '-Fc', '-f', $file, $node->connstr('source') ], "pg_dump as $role");
	push @dumps, [ $role, $file ];
}
foreach (@dumps)
{
	my ($role, $file) = @$_;
	new_database($node, 'restored', empty => 1);
	$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr('restored'), $file ], "pg_restore of the dump of $role");
	is_copied('restored', "dumped by $role", %before);
}
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE source');
is_copied('copied', 'copied', %before);
is_in_force('source', 'the source');
done_testing();
