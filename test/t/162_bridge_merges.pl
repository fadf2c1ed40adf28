# Agents that write what has become stale while they thought, over bridge processes of
# their own, of which some are killed, as are sessions of the server, and the server: no
# acknowledged change is lost, and nothing else is changed.  What is there at the end is
# judged by the history (lib/ScimverJudge.pm).
#
# SCIMVER_MERGE_SEED repeats what a run decided; SCIMVER_MERGE_WRITES sets the number of
# writes (default 5000).
use strict;
use warnings;
use FindBin;
use IO::Select;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverAgent;
use ScimverBridge;
use ScimverJudge;
use Test::More;

my $seed = $ENV{SCIMVER_MERGE_SEED} || 19;
my $writes = $ENV{SCIMVER_MERGE_WRITES} || 5000;
note("seed $seed, $writes writes");
srand($seed);

# The brake on those who retry without reading is a matter of its own: most agents are
# not to be braked, of the last two see below.
my $node = ScimverBridge->new_node('merges', conf => "restart_after_crash = on\nscimver.max_attempts = 0\n");
my $conninfo = $node->connstr('postgres');
$node->safe_psql('postgres', q{
	SELECT scim_register_schema('{"id": "urn:example:Tally", "name": "Tally", "attributes": [{"name": "count", "type": "integer"}]}');
	SELECT scim_register_resource_type('{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
		"schemaExtensions": [{"schema": "urn:example:Tally", "required": false}]}');
	SELECT scim_create_user(jsonb_build_object('userName', 'user ' || n, 'urn:example:Tally', '{"count": 0}'::jsonb)) FROM generate_series(1, 10) n;
	SELECT scim_create_group(jsonb_build_object('displayName', 'group ' || n)) FROM generate_series(1, 3) n;});
my @users = split /\n/, $node->safe_psql('postgres', 'SELECT id FROM users ORDER BY user_name');
my @groups = split /\n/, $node->safe_psql('postgres', 'SELECT id FROM groups ORDER BY display_name');
my @resources = ((map { { type => 'User', id => $_ } } @users), (map { { type => 'Group', id => $_ } } @groups));
my @agents = map { ScimverAgent->new(name => "agent $_", resources => \@resources, users => \@users,
		random => sub { int rand $_[0] }, conninfo => $conninfo . ($_ > 14 ? q{ options='-c scimver.max_attempts=2'} : '')) } 1 .. 16;

sub a_backend
{
	return $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'
		ORDER BY state <> 'active', random() LIMIT 1});
}

# What happens to them on the way.
my %mishaps = (
	session => sub { my $pid = a_backend(); $node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)") if $pid; },
	bridge => sub { $agents[ int rand @agents ]->restart; },
	server => sub { my $pid = a_backend() or return; kill 'KILL', $pid;
		$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid"); });
my %when;
$when{ int($writes * $_ / 40) } = $_ % 13 == 0 ? 'server' : $_ % 2 ? 'session' : 'bridge' foreach 1 .. 39;

# All of them at once, each with one call under way.
sub written { my $sum = 0; $sum += @{ $_->{writes} } foreach @agents; return $sum; }

my %happened;
while ((my $count = written()) < $writes)
{
	foreach my $at (grep { $_ <= $count } sort { $a <=> $b } keys %when)
	{
		my $what = delete $when{$at};
		$mishaps{$what}->();
		$happened{$what}++;
	}
	foreach (grep { !$_->{call} } @agents) { $_->act; }
	my %by_handle = map { fileno($_->{bridge}{out}) => $_ } @agents;
	foreach my $out (IO::Select->new(map { $_->{bridge}{out} } @agents)->can_read)
	{
		my $agent = $by_handle{ fileno $out };
		die "$agent->{name}: " . $agent->{bridge}->stderr unless $agent->hear;
	}
}
foreach (grep { $_->{call} } @agents) { $_->hear; }
is($_->{bridge}->finish, 0, "$_->{name}: exit code") foreach @agents;
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});

# What came of it.
my @all = map { @{ $_->{writes} } } @agents;
my %statuses;
$statuses{ $_->{status} }++ foreach @all;
note(join ', ', map { "$_: $statuses{$_}" } sort keys %statuses);
my $judge = ScimverJudge->new(node => $node, database => 'postgres', writes => \@all);

sub is_none
{
	my ($name, @found) = @_;
	is(scalar @found, 0, $name);
	diag($_) foreach @found[ 0 .. ($#found < 2 ? $#found : 2) ];
	return;
}

is_none('the end is what the history leads to, and it leads back to the creation', $judge->not_folded);
is_none('each change is of a write that was acknowledged, or whose outcome nobody was told', $judge->of_nobody);
is_none('no write changed what its agent had not', $judge->too_much);
is_none('each acknowledged change is there, or in a later one of the same attribute', $judge->lost);
is_none('the counts are the sums of all that counted', $judge->miscounted);
is_none('what was merged is told so, and recorded with the version that it was made of', $judge->wrongly_told);
is_none('what a mismatch said of the merge held at once', $judge->lies);

# Nothing of it is true because nothing happened.
my @merged = grep { $_->{envelope}{metadata}{merged} } $judge->writes('acknowledged');
my @again = grep { $_->{after} } @all;
cmp_ok(scalar @merged, '>', $writes / 10, 'many were merged: ' . @merged);
cmp_ok(scalar(grep { $_->{type} eq 'Group' } map { $_->{resource} } @merged), '>', 20, '... of them groups');
cmp_ok(scalar(grep { $_->{arguments}{merge_rules} } @merged), '>', $writes / 50, '... and by rules');
cmp_ok(scalar $judge->writes('VERSION_MISMATCH'), '>', $writes / 10, 'many were refused');
cmp_ok(scalar(grep { $_->{status} eq 'acknowledged' } @again), '>', $writes / 50, 'and did it again, with success: ' . @again);
cmp_ok(scalar $judge->writes('lost|OUTCOME_UNKNOWN'), '>', 0, 'of some the outcome is not known');
is_deeply(\%happened, { session => 18, bridge => 18, server => 3 }, 'sessions, bridges and the server were killed');
is(join(' ', grep { !/^(?:acknowledged|lost|VERSION_MISMATCH|OUTCOME_UNKNOWN|RETRY_LATER|CONFLICT_STORM)$/ } sort keys %statuses), '', 'no other answer');
is(scalar(grep { exists $_->{envelope}{content}{merge}{reason} } $judge->writes('VERSION_MISMATCH')), 0, 'the base was always known');

# The brake is for those who have it, and do not merge.
my @braked = $judge->writes('CONFLICT_STORM');
is(scalar(grep { $_->{agent} !~ /1[56]$/ || ($_->{arguments}{on_conflict} // '') eq 'merge' || !defined $_->{arguments}{expected_version} } @braked), 0,
	'CONFLICT_STORM only for who asked for that brake, with a version, and not to merge');
cmp_ok(scalar @braked, '>', 0, '... who got it');

unlike(slurp_file($node->logfile), qr/deadlock detected/, 'no deadlock');
done_testing();
