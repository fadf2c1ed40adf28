# What must hold of many decisions at once (ScimverDecisions.pm), as tests.
package ScimverDecided;

use strict;
use warnings;
use Exporter 'import';
use ScimverDecisions;
use ScimverDecisionsJudge;
use Test::More;

our @EXPORT = qw(add_deciders add_mapped_deciders is_decided is_much);

# ---- what they decide on ----

my $resources = q{
	SELECT scim_create_user(jsonb_build_object('userName', 'user ' || n, 'title', 'none', 'name', '{"givenName": "A", "familyName": "B"}'::jsonb, 'active', true)) FROM generate_series(1, 20) n;
	SELECT scim_create_group(jsonb_build_object('displayName', 'group ' || n)) FROM generate_series(1, 3) n;};

# The resources, in tables that scimver made.
sub add_deciders
{
	my ($node, $database) = @_;
	$node->safe_psql($database, $resources);
	return;
}

# The same in an application's, of which proposers may read the rows alone.
sub add_mapped_deciders
{
	my ($node, $database) = @_;
	$node->safe_psql($database, q{
		CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_name text NOT NULL UNIQUE, title text, nick text, display text, kind text, active boolean,
			given text, family text, profile text, locale text, zone text, language text, version text);
		CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), display_name text NOT NULL, version text);
		CREATE TABLE joins (group_id uuid REFERENCES groups ON DELETE CASCADE, user_id uuid REFERENCES users ON DELETE CASCADE, PRIMARY KEY (group_id, user_id));
		SELECT scim_register_table('users', 'User', '{"id": "id", "version": "version", "attributes": {"userName": "user_name", "title": "title", "nickName": "nick",
			"displayName": "display", "userType": "kind", "active": "active", "name.givenName": "given", "name.familyName": "family", "profileUrl": "profile",
			"locale": "locale", "timezone": "zone", "preferredLanguage": "language"}}', '{"history": true}');
		SELECT scim_register_table('groups', 'Group', '{"id": "id", "version": "version", "attributes": {"displayName": "display_name"}}', '{"history": true}');
		SELECT scim_register_members('joins', 'group_id', 'user_id');});
	$node->safe_psql($database, "GRANT SELECT ON users, groups, joins TO $_") foreach ScimverDecisions::all_roles();
	$node->safe_psql($database, "GRANT INSERT, UPDATE, DELETE ON users, groups, joins TO $_") foreach grep { !/^proposer/ } ScimverDecisions::all_roles();
	add_deciders($node, $database);
	return;
}

# ---- what came of it ----

sub is_none
{
	my ($name, @found) = @_;

	is(scalar @found, 0, $name);
	diag($_) foreach @found[ 0 .. ($#found < 2 ? $#found : 2) ];
	return;
}

# All that was decided is right.
sub is_decided
{
	my ($all, $name) = @_;
	my $judge = ScimverDecisionsJudge->new(map { $_ => $all->{$_} } qw(node database calls isolated));

	is_none("$name: each is applied exactly once, or not at all", $judge->not_once);
	is_none("$name: ... with the difference that was approved", $judge->other_than_approved);
	is_none("$name: ... by two others, the last of whom applied it", $judge->not_approved);
	is_none("$name: nothing else has changed what is reviewed", $judge->bypassed);
	is_none("$name: what is left open has its reason", $judge->unexplained);
	is_none("$name: each end was told once, and is one", $judge->wrongly_told);
	is_none("$name: all that were proposed are there", $judge->not_proposed);
	is_none("$name: no other write is lost", $judge->lost);
	is_none("$name: no other answer", $judge->unforeseen);
	return;
}

# Nothing of it is true because nothing happened.
sub is_much
{
	my ($all, $name) = @_;
	my %count = map { split /\|/ } split /\n/, $all->{node}->safe_psql($all->{database}, q{
		SELECT status, count(*) FROM scim_proposal_rows GROUP BY 1
		UNION ALL SELECT 'conflicts', count(*) FROM scim_proposal_rows WHERE conflicts IS NOT NULL
		UNION ALL SELECT 'made', count(*) FROM made WHERE times = 1
		UNION ALL SELECT 'groups', count(*) FROM made WHERE times = 1 AND resource_type = 'Group'
		UNION ALL SELECT 'void', count(*) FROM scim_review_rows WHERE decision = 'approve' AND NOT counts});
	my @reviews = grep { $_->{reviews} } @{ $all->{calls} };

	$count{rebased} = grep { $_->{answer}{rebased} } grep { $_->{answer} && ref $_->{answer} } @reviews;
	$count{"told $_->{code}"}++ foreach grep { $_->{code} } @reviews;
	note(join ', ', map { "$_: $count{$_}" } sort keys %count);
	cmp_ok($count{made} // 0, '>', $all->{proposals} / 4, "$name: many were applied");
	cmp_ok($count{groups} // 0, '>', 0, '... some to groups');
	cmp_ok($count{conflicts} // 0, '>', 0, '... some met a conflict');
	cmp_ok($count{rebased}, '>', 0, '... some were made again of what had become of the resource');
	cmp_ok($count{rejected} // 0, '>', 0, '... some were rejected');
	cmp_ok(scalar(grep { $_->{writes} && !$_->{code} } @{ $all->{calls} }), '>', $all->{proposals}, '... while others wrote');
	return;
}

1;
