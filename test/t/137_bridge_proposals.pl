# scimver-mcp: an agent may not do alone what a policy lets people decide on.  It proposes
# over the bridge, people counter and approve with psql, and it sees what came of that; and
# the other way round.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('proposals');

# robot, the agents' role, may work, and decide nothing; ann and bob are people of hr, clerk
# is an agent of theirs.
$node->safe_psql('postgres', q{
	CREATE ROLE hr;
	CREATE ROLE robot LOGIN; CREATE ROLE ann LOGIN IN ROLE hr; CREATE ROLE bob LOGIN IN ROLE hr; CREATE ROLE clerk LOGIN IN ROLE hr;
	SELECT scim_grant_tenant('default', 'robot'), scim_grant_tenant('default', 'hr');
	SELECT scim_set_policy('default', 'User', '{"review": {"attributes": ["active", "userType"], "operations": ["delete"], "reviewers": ["hr"]}}');});

sub new_bridge
{
	my ($role, $name, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres') . " user=$role", args => \@args);

	$bridge->initialize(clientInfo => { name => $name, version => '1' });
	return $bridge;
}

sub as
{
	my ($role, $sql) = @_;
	return $node->safe_psql('postgres', $sql, connstr => $node->connstr('postgres') . " user=$role");
}

sub refused
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql, connstr => $node->connstr('postgres') . " user=$role");
	return $err =~ /ERROR:  (\w+):/ ? $1 : $out;
}

my $alice = new_bridge('robot', 'alice');
my $other = new_bridge('robot', 'another');

# ---- what a client is told ----

my %tools = map { $_->{name} => $_ } @{ $alice->roundtrip('tools/list')->{result}{tools} };
is_deeply([ map { exists $tools{$_} ? 1 : 0 } qw(scim_propose_change scim_list_proposals scim_review_proposal) ], [ 1, 1, 1 ], 'the tools are listed');
is_deeply($tools{"scim_$_"}{inputSchema}{properties}{on_conflict}{enum}, [ 'fail', 'merge', 'propose', 'ask_user' ], "scim_$_ may propose") foreach qw(update_user patch_user update_group patch_group);
is_deeply($tools{"scim_$_"}{inputSchema}{properties}{on_conflict}{enum}, [ 'fail', 'propose', 'ask_user' ], "scim_$_ may propose") foreach qw(delete_user delete_group);
is_deeply($tools{"scim_$_"}{inputSchema}{properties}{on_conflict}{enum}, [ 'fail', 'propose' ], "scim_$_ may propose") foreach qw(create_user create_group);
my $reader = new_bridge('robot', 'reader', '--read-only');
is(join(' ', grep { /propos/ } map { $_->{name} } @{ $reader->roundtrip('tools/list')->{result}{tools} }), 'scim_list_proposals', 'whoever only reads may look at them');

# ---- an agent proposes ----

my $user = $alice->call('scim_create_user', { user_data => { userName => 'ada', active => JSON::PP::true, userType => 'Employee' } });
my $id = $user->{content}{id};
my $cursor = $alice->call('scim_changes', { cursor => 'now' })->{metadata}{next_cursor};

sub deactivate
{
	my ($bridge, %more) = @_;
	return $bridge->call('scim_patch_user', { user_id => $id, operations => [ { op => 'replace', path => 'active', value => JSON::PP::false } ], %more });
}

my $refused = deactivate($alice);
is($refused->{content}{error_code}, 'REVIEW_REQUIRED', 'it may not do that alone');
is_deeply([ @{ $refused->{content} }{ 'attributes', 'reviewers', 'quorum' } ], [ ['active'], ['hr'], 1 ], '... and is told what, and who decides');
like($refused->{content}{next_steps}[0], qr/^Make the same call again with on_conflict "propose"/, '... and what to do');
my $proposed = deactivate($alice, on_conflict => 'propose');
ok($proposed->{success}, 'it does that');
is($proposed->{content}{status}, 'open', '... and has a proposal');
like($proposed->{metadata}{proposed}, qr/^Nothing is written yet/, '... which is no write');
is_deeply($proposed->{content}{changes}, [ { path => 'active', from => JSON::PP::true, to => JSON::PP::false } ], '... of just that change');
is($alice->call('scim_get_user', { user_id => $id })->{metadata}{version}, $user->{metadata}{version}, 'nothing was written');
my ($first, $version) = @{ $proposed->{content} }{ 'proposal_id', 'version' };

sub review
{
	my ($bridge, $proposal, $decision, $expected, %more) = @_;
	return $bridge->call('scim_review_proposal', { proposal_id => $proposal, decision => $decision, expected_version => $expected, %more });
}

foreach my $bridge ($alice, $other)
{
	is(review($bridge, $first, 'approve', $version)->{content}{error_code}, 'NOT_A_REVIEWER', 'no agent of that role approves it, whatever its name');
}

# ---- a person counters, another approves ----

my $row = as('ann', qq{SELECT proposer || ' ' || login || ' ' || agent || ' ' || (changes -> 0 ->> 'path') FROM scim_proposals WHERE id = '$first'});
is($row, 'robot robot alice active', 'a person looks at it in SQL');
my $counter = as('ann', qq{SELECT scim_review_proposal('$first', 'counter', '$version', 'She is only on leave', '[{"op": "replace", "path": "userType", "value": "On leave"}]') #>> '{counter,proposal_id}'});
my $seen = $alice->call('scim_list_proposals', { proposal_id => $first })->{content};
is($seen->{status}, 'countered', 'the agent sees that it was countered');
is($seen->{reviews}[0]{comment}, 'She is only on leave', '... and why');
my $open = $alice->call('scim_list_proposals', { resource_type => 'User', resource_id => $id })->{content}{proposals};
is_deeply([ map { $_->{proposal_id} } @$open ], [$counter], '... and by what');
my $expected = $open->[0]{version};
is(refused('ann', "SELECT scim_review_proposal('$counter', 'approve', '$expected')"), 'NOT_A_REVIEWER', 'who countered it does not approve that');
is(review($alice, $counter, 'approve', $expected)->{content}{error_code}, 'NOT_A_REVIEWER', '... nor does the agent');

# what does not touch the difference is no reason to approve it anew
ok($other->call('scim_patch_user', { user_id => $id, operations => [ { op => 'add', path => 'title', value => 'Countess' } ] })->{success}, 'another attribute is written meanwhile');
is(as('bob', "SELECT scim_review_proposal('$counter', 'approve', '$expected', 'Right') ->> 'status'"), 'applied', 'another person approves it, and it is applied');
is(refused('bob', "SELECT scim_review_proposal('$counter', 'approve', '$expected')"), 'PROPOSAL_CLOSED', '... once');
my $now = $alice->call('scim_get_user', { user_id => $id })->{content};
is_deeply([ @{$now}{ 'active', 'userType', 'title' } ], [ JSON::PP::true, 'On leave', 'Countess' ], '... what was approved is there, and nothing else');
is($alice->call('scim_list_proposals', { proposal_id => $counter })->{content}{applied_version}, $now->{_version}, '... and the proposal says so');

# ---- seen in what changed ----

my @changes = @{ $alice->call('scim_changes', { cursor => $cursor, count => 100 })->{content}{changes} };
my ($applied) = grep { $_->{resource_type} eq 'User' && $_->{proposal_id} } @changes;
is_deeply([ @{$applied}{ 'proposal_id', 'changed', 'actor' } ], [ $counter, ['userType'], 'bob' ], 'the change tells of which proposal it was');
is(scalar(grep { ($_->{proposal_id} // '') eq $counter } grep { $_->{resource_type} eq 'User' } @changes), 1, '... it is one');
is_deeply([ sort { $a cmp $b } grep { !$::seen{$_}++ } map { $_->{resource_id} } grep { $_->{resource_type} eq 'Proposal' } @changes ], [ sort $first, $counter ], '... and the steps of both are there');
is(as('ann', q{SELECT p.proposer || ' ' || r.reviewer FROM scim_history h JOIN scim_proposals p ON p.id = h.proposal_id JOIN scim_reviews r ON r.proposal_id = p.id WHERE h.resource_type = 'User' AND r.decision = 'approve'}),
	'ann bob', 'who proposed it and who approved it is one join');

# ---- a person proposes, an agent of the reviewers decides ----

my $clerk = new_bridge('clerk', 'clerk');
my $third = as('ann', qq{SELECT scim_propose_change('User', '$id', '[{"op": "replace", "path": "userType", "value": "Employee"}, {"op": "replace", "path": "title", "value": "Lady"}]', reason => 'She is back') ->> 'proposal_id'});
my ($waiting) = grep { $_->{can_review} } @{ $clerk->call('scim_list_proposals', {})->{content}{proposals} };
is_deeply([ @{$waiting}{ 'proposal_id', 'reason', 'proposer' } ], [ $third, 'She is back', 'ann' ], 'an agent that may decide is told what waits for it');
ok($alice->call('scim_patch_user', { user_id => $id, operations => [ { op => 'replace', path => 'title', value => 'Lady' } ] })->{success}, 'a part of it is done by another');
my $rebased = review($clerk, $third, 'approve', $waiting->{version});
is_deeply([ @{ $rebased->{content} }{ 'status', 'rebased', 'approvals' } ], [ 'open', JSON::PP::true, 0 ], '... so what is left has to be approved');
like($rebased->{metadata}{rebased}, qr/approved anew/, '... as it is told');
my $mismatch = review($clerk, $third, 'approve', $waiting->{version});
is($mismatch->{content}{error_code}, 'VERSION_MISMATCH', 'what is approved has been read');
is_deeply([ map { $_->{path} } @{ $mismatch->{content}{changes} } ], ['userType'], '... the answer has what it is now');
like($mismatch->{content}{next_steps}[0], qr/^changes is what it would change now/, '... and says so');
is(review($clerk, $third, 'approve', $mismatch->{content}{current_version}, comment => 'Welcome')->{content}{status}, 'applied', '... that is applied');
is($clerk->call('scim_get_user', { user_id => $id })->{content}{userType}, 'Employee', '... and there');

# both changed the same: it waits, and says what for
my $fourth = $alice->call('scim_propose_change', { resource_type => 'User', resource_id => $id, operations => [ { op => 'replace', path => 'nickName', value => 'A' } ], reason => 'Shorter' })->{content};
ok($other->call('scim_patch_user', { user_id => $id, operations => [ { op => 'add', path => 'nickName', value => 'B' } ] })->{success}, 'others change the same');
my $conflict = review($clerk, $fourth->{proposal_id}, 'approve', $fourth->{version});
is($conflict->{content}{status}, 'open', 'it is not applied');
is_deeply([ map { "$_->{path} $_->{mine} $_->{theirs}" } @{ $conflict->{content}{conflicts} } ], ['nickName A B'], '... and told what is in its way');
is($alice->call('scim_get_user', { user_id => $id })->{content}{nickName}, 'B', '... nothing was written');
is(review($alice, $fourth->{proposal_id}, 'withdraw', $clerk->call('scim_list_proposals', { proposal_id => $fourth->{proposal_id} })->{content}{version})->{content}{status}, 'withdrawn', 'whoever proposed it withdraws it');

# a delete that is proposed deletes when it is approved
my $delete = $alice->call('scim_delete_user', { user_id => $id, on_conflict => 'propose' });
is($delete->{content}{status}, 'open', 'a delete is proposed');
ok($alice->call('scim_user_exists', { user_id => $id })->{content}{exists}, '... nothing is deleted');
is(review($clerk, $delete->{content}{proposal_id}, 'approve', $delete->{content}{version})->{content}{status}, 'applied', '... it is approved');
ok(!$alice->call('scim_user_exists', { user_id => $id })->{content}{exists}, '... and deleted');

is($_->finish, 0, 'exit code') foreach $alice, $other, $reader, $clerk;
done_testing();
