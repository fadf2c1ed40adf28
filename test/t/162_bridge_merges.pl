# Agents that write what has become stale while they thought, over bridge processes of
# their own, of which some are killed, as are sessions of the server, and the server: no
# acknowledged change is lost, and nothing else is changed.  What is there at the end is
# judged by the history (lib/ScimverJudge.pm).  In created tables, and in mapped ones.
#
# SCIMVER_MERGE_SEED repeats what a run decided (though not when what was answered);
# SCIMVER_MERGE_WRITES sets the number of writes to created tables (default 5000);
# a quarter as many go to mapped ones.
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
my $most = $ENV{SCIMVER_MERGE_WRITES} || 5000;
note("seed $seed, $most writes");
srand($seed);

# The brake on those who retry without reading is a matter of its own: most agents are
# not to be braked, the last two are.
my $node = ScimverBridge->new_node('merges', conf => "restart_after_crash = on\nscimver.max_attempts = 0\n");
my @agents;

# ---- what they write to ----

my $types = q{
	SELECT scim_register_schema('{"id": "urn:example:Tally", "name": "Tally", "attributes": [{"name": "count", "type": "integer"}]}');
	SELECT scim_register_resource_type('{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
		"schemaExtensions": [{"schema": "urn:example:Tally", "required": false}]}');};
my $resources = q{
	SELECT scim_create_user(jsonb_build_object('userName', 'user ' || n, 'urn:example:Tally', '{"count": 0}'::jsonb)) FROM generate_series(1, 10) n;
	SELECT scim_create_group(jsonb_build_object('displayName', 'group ' || n)) FROM generate_series(1, 3) n;};

# Users' versions are computed; groups have theirs in a column.
my $mapped = q{
	CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_name text NOT NULL UNIQUE, title text, nick text, display text,
		profile text, given text, family text, work text, home text, other text, count int);
	CREATE TABLE groups (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), display_name text NOT NULL, external text, version text);
	CREATE TABLE joins (group_id uuid REFERENCES groups ON DELETE CASCADE, user_id uuid REFERENCES users ON DELETE CASCADE,
		PRIMARY KEY (group_id, user_id));
	SELECT scim_register_table('users', 'User', '{"id": "id", "attributes": {"userName": "user_name", "title": "title", "nickName": "nick",
		"displayName": "display", "profileUrl": "profile", "name.givenName": "given", "name.familyName": "family",
		"emails[type eq \"work\"].value": "work", "emails[type eq \"home\"].value": "home", "emails[type eq \"other\"].value": "other",
		"urn:example:Tally:count": "count"}}', '{"history": true}');
	SELECT scim_register_table('groups', 'Group', '{"id": "id", "version": "version",
		"attributes": {"displayName": "display_name", "externalId": "external"}}', '{"history": true}');
	SELECT scim_register_members('joins', 'group_id', 'user_id');};

# Agents with these resources before them.
sub assemble
{
	my ($database) = @_;
	my $conninfo = $node->connstr($database);
	my @users = split /\n/, $node->safe_psql($database, 'SELECT id FROM users ORDER BY user_name');
	my @groups = split /\n/, $node->safe_psql($database, 'SELECT id FROM groups ORDER BY display_name');
	my @all = ((map { { type => 'User', id => $_ } } @users), (map { { type => 'Group', id => $_ } } @groups));

	return map { ScimverAgent->new(name => "agent $_", resources => \@all, users => \@users, random => sub { int rand $_[0] },
			conninfo => $conninfo . ($_ > 14 ? q{ options='-c scimver.max_attempts=2'} : '')) } 1 .. 16;
}

# ---- what happens to them on the way ----

my %strikes = (
	session => sub { my ($pid) = @_; kill 'TERM', $pid; },
	bridge => sub { $agents[ int rand @agents ]->restart; },
	server => sub { my ($pid) = @_; kill 'KILL', $pid; });
my $waits = q{FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'scimver-mcp%'};

# All writes wait for a lock, so that many are under way when it is released.  Whoever
# has something to read first reads it (which waits for nothing), and then writes.
sub strike
{
	my ($database, $what) = @_;
	my $lock = $node->background_psql($database);

	foreach (grep { $_->{call} } @agents) { $_->hear; }
	$lock->query_safe('BEGIN; LOCK TABLE users, groups IN EXCLUSIVE MODE');
	foreach my $agent (@agents)
	{
		$agent->act;
		while (!$agent->{call}{write}) { $agent->hear; $agent->act; }
	}
	$node->poll_query_until($database, "SELECT count(*) > 7 $waits") or die 'no call waits';
	my $pid = $node->safe_psql($database, "SELECT pid $waits ORDER BY random() LIMIT 1");
	$lock->query_safe('COMMIT');
	$lock->quit;
	$strikes{$what}->($pid);
	# while the server recovers, all would be told to try again later, thousands of times
	$node->poll_query_until($database, "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid") if $what ne 'bridge';
	return;
}

sub plan_strikes { my ($writes) = @_; return map { $_ % 9 == 0 ? 'server' : $_ % 2 ? 'session' : 'bridge' } 1 .. $writes / 125 - 1; }

# ---- what they do ----

sub written { my $sum = 0; $sum += @{ $_->{writes} } foreach @agents; return $sum; }

# All of them at once, each with one call under way.
sub run
{
	my ($database, $writes) = @_;
	my @planned = plan_strikes($writes);
	my $step = $writes / (@planned + 1);

	for (my $next = $step; (my $count = written()) < $writes;)
	{
		if (@planned && $count >= $next) { strike($database, shift @planned); $next += $step; }
		foreach (grep { !$_->{call} } @agents) { $_->act; }
		my %by_handle = map { fileno($_->{bridge}{out}) => $_ } @agents;
		foreach my $out (IO::Select->new(map { $_->{bridge}{out} } @agents)->can_read)
		{
			my $agent = $by_handle{ fileno $out };
			die "$agent->{name}: " . $agent->{bridge}->stderr unless $agent->hear;
		}
	}
	foreach (grep { $_->{call} } @agents) { $_->hear; }
	is(scalar @planned, 0, "$database: sessions, bridges and the server were killed");
	is(join(' ', map { $_->{bridge}->finish } @agents), join(' ', map { 0 } @agents), "$database: exit codes");
	$node->poll_query_until($database, q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name LIKE 'scimver-mcp%'});
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

sub is_true
{
	my ($database, $judge) = @_;

	is_none("$database: the end is what the history leads to, and it leads back to the creation", $judge->not_folded);
	is_none("$database: each change is of a write that was acknowledged, or whose outcome nobody was told", $judge->of_nobody);
	is_none("$database: no write changed what its agent had not", $judge->too_much);
	is_none("$database: each acknowledged change is there, or in a later one of the same attribute", $judge->lost);
	is_none("$database: the counts are the sums of all that counted", $judge->miscounted);
	is_none("$database: what was merged is told so, and recorded with the version that it was made of", $judge->wrongly_told);
	is_none("$database: no other answer", $judge->unforeseen);
	is_none("$database: what a mismatch shows has the version that it names", $judge->other_than_shown);
	is_none("$database: what a mismatch said of the merge held at once", $judge->lies);
	return;
}

my %statuses;

# Nothing of it is true because nothing happened.
sub is_much
{
	my ($database, $judge, @all) = @_;
	my @merged = grep { $_->{envelope}{metadata}{merged} } $judge->writes('acknowledged');
	my @again = grep { $_->{after} && $_->{status} eq 'acknowledged' } @all;
	my @braked = $judge->writes('CONFLICT_STORM');

	$statuses{ $_->{status} }++ foreach @all;
	cmp_ok(scalar @merged, '>', @all / 10, "$database: many were merged: " . @merged);
	cmp_ok(scalar(grep { $_->{resource}{type} eq 'Group' } @merged), '>', @all / 100, '... of them groups');
	cmp_ok(scalar(grep { $_->{arguments}{merge_rules} } @merged), '>', @all / 50, '... and by rules');
	cmp_ok(scalar $judge->writes('VERSION_MISMATCH'), '>', @all / 10, '... many were refused');
	cmp_ok(scalar @again, '>', @all / 50, '... and many of these tried again, with success: ' . @again);
	is(scalar(grep { exists $_->{envelope}{content}{merge}{reason} } $judge->writes('VERSION_MISMATCH')), 0, '... the base was always known');
	is(scalar(grep { $_->{agent} !~ /1[56]$/ || ($_->{arguments}{on_conflict} // '') eq 'merge' || !defined $_->{arguments}{expected_version} } @braked), 0,
		'... nobody is braked who should not be, nor who merges or names no version');
	return;
}

sub judge
{
	my ($database) = @_;
	my @all = map { @{ $_->{writes} } } @agents;
	my $judge = ScimverJudge->new(node => $node, database => $database, writes => \@all);

	is_true($database, $judge);
	is_much($database, $judge, @all);
	return grep { $_->{change} } $judge->writes('lost|OUTCOME_UNKNOWN');
}

sub scenario
{
	my ($database, $writes) = @_;

	@agents = assemble($database);
	run($database, $writes);
	return judge($database);
}

$node->safe_psql('postgres', $types . $resources);
my @unseen = scenario('postgres', $most);    # created tables
$node->safe_psql('postgres', q{CREATE DATABASE mapped TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->safe_psql('mapped', "CREATE EXTENSION scimver CASCADE; $types $mapped $resources");
push @unseen, scenario('mapped', int($most / 4));

note(join ', ', map { "$_: $statuses{$_}" } sort keys %statuses);
cmp_ok($statuses{OUTCOME_UNKNOWN} // 0, '>', 0, 'of some the outcome is not known');
cmp_ok($statuses{lost} // 0, '>', 0, '... or there was no answer');
cmp_ok(scalar @unseen, '>', 0, '... of which some are there');
cmp_ok($statuses{CONFLICT_STORM} // 0, '>', 0, 'who is to be braked is');
unlike(slurp_file($node->logfile), qr/deadlock detected/, 'no deadlock');
done_testing();
