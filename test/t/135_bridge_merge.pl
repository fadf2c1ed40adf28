# scimver-mcp: writes that merge, mismatches and storms as agents see them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('merge');
my %bridge = map { $_ => ScimverBridge->new(conninfo => $node->connstr('postgres')) } 'alice', 'bob';
$bridge{$_}->initialize(clientInfo => { name => $_, version => '1' }) foreach keys %bridge;

# What a client is told of the parameters.
my ($patch) = grep { $_->{name} eq 'scim_patch_user' } @{ $bridge{alice}->roundtrip('tools/list')->{result}{tools} };
my $properties = $patch->{inputSchema}{properties};
is_deeply($properties->{on_conflict}{enum}, [ 'fail', 'merge', 'propose', 'ask_user' ], 'on_conflict is one of four words');
is($properties->{merge_rules}{type}, 'object', 'merge_rules is an object');
like($properties->{merge_rules}{description}, qr/twice if repeated: after OUTCOME_UNKNOWN read first/, '... which says what a counter does to a call that is repeated');
like($patch->{description}, qr/on VERSION_MISMATCH nothing was written: if merge is clean repeat with on_conflict merge, else/, 'the rule stands in the description');

my $created = $bridge{alice}->call('scim_create_user', { user_data => { userName => 'ada', title => 'Guide', emails => [ { type => 'work', value => 'ada@example.com' } ] } });
my ($id, $base) = ($created->{content}{id}, $created->{metadata}{version});

sub patch
{
	my ($who, $path, $value, %more) = @_;
	return $bridge{$who}->call('scim_patch_user',
		{ user_id => $id, expected_version => $base, operations => [ { op => 'replace', path => $path, value => $value } ], %more });
}

# Alice wins; Bob is told what came of it, does as he is told, and loses nothing.
ok(patch('alice', 'title', 'Director')->{success}, 'one agent writes');
my $refused = patch('bob', 'nickName', 'Countess');
is($refused->{content}{error_code}, 'VERSION_MISMATCH', 'the other one is refused');
is_deeply($refused->{content}{merge}, { clean => JSON::PP::true, mine => ['nickName'], theirs => ['title'] }, '... and told that both fit');
is_deeply([ map { "$_->{agent} $_->{tool} @{ $_->{changed} }" } @{ $refused->{content}{changes} } ], ['alice scim_patch_user title'], '... who changed what');
is($refused->{content}{attempts}, 1, '... how often he tried');
cmp_ok($refused->{content}{retry_after_ms}, '<=', 100, '... when to go on');
is(scalar @{ $refused->{content}{next_steps} }, 1, '... and what to do');
like($refused->{content}{next_steps}[0], qr/make the same call again, with the same expected_version and on_conflict "merge"/, '... in words of tools');
my $merged = patch('bob', 'nickName', 'Countess', on_conflict => 'merge');
ok($merged->{success}, 'he does that');
is_deeply($merged->{metadata}{merged}, { base_version => $base, mine => ['nickName'], theirs => ['title'] }, '... and is told what was put together');
is_deeply([ @{ $merged->{content} }{ 'title', 'nickName' } ], [ 'Director', 'Countess' ], '... nothing is lost');

# Both changed the same: nothing is written, not even what fits; the next steps lead on.
my $number = $bridge{bob}->start_call('scim_update_user', { user_id => $id, expected_version => $base, on_conflict => 'merge',
	user_data => { userName => 'ada', title => 'Lady', locale => 'en', emails => [ { type => 'work', value => 'ada@example.com' } ] } });
my $line = $bridge{bob}->answer($number)->{result};
ok($line->{isError}, 'a conflict is an error');
my $conflict = $line->{structuredContent};
is_deeply($bridge{bob}->decode($line->{content}[0]{text}), $conflict, '... in both parts of the answer');
my ($what) = @{ $conflict->{content}{merge}{conflicts} };
is_deeply([ @{$what}{ 'path', 'base', 'mine', 'theirs' } ], [ 'title', 'Guide', 'Lady', 'Director' ], '... at the path that both changed');
is($what->{changed_by}{agent}, 'alice', '... and who did');
my $now = $bridge{bob}->call('scim_get_user', { user_id => $id });
is($now->{metadata}{version}, $merged->{metadata}{version}, 'nothing was written');
like($conflict->{content}{next_steps}[0], qr/merge_rules such as \{"title":"mine"\}/, 'the next steps name the path');
my $decided = $bridge{bob}->call('scim_update_user', { user_id => $id, expected_version => $conflict->{content}{current_version},
	on_conflict => 'merge', merge_rules => { title => 'mine' }, user_data => { %{ $conflict->{content}{current} }, title => 'Lady', locale => 'en' } });
is_deeply([ @{ $decided->{content} }{ 'title', 'nickName', 'locale' } ], [ 'Lady', 'Countess', 'en' ], '... and what was decided is written');

# What is no rule or word is refused by its name.
is(patch('bob', 'title', 'x', on_conflict => 'review')->{content}{path}, 'on_conflict', 'another word');
is(patch('bob', 'title', 'x', merge_rules => 'mine')->{content}{error_code}, 'INVALID_ARGUMENT', 'no object');
my $nonsense = patch('bob', 'title', 'x', merge_rules => { nonsense => 'mine' })->{content};
is($nonsense->{error_code}, 'INVALID_PATH', 'no path');
like($nonsense->{next_steps}[0], qr/^Name in a rule a path of the schema/, '... and that of what');
like(patch('bob', 'title', 'x', on_conflict => 'merge', merge_rules => { title => 'max' })->{content}{next_steps}[0], qr/^Correct the rule that path names/, 'a rule that is not for texts');
like(patch('bob', 'title', 'x', merge_rules => { title => 'mine' })->{content}{next_steps}[0], qr/^By merge_rules both changes fit together: make the same call again, with the same expected_version and merge_rules/,
	'one that decides is part of the same call');

# A storm: Bob is stopped, Alice is not; a merge goes through.
my @codes = map { patch('bob', 'title', "try $_")->{content}{error_code} } 1 .. 12;
is_deeply([ @codes[ 0, 10, 11 ] ], [ 'VERSION_MISMATCH', 'CONFLICT_STORM', 'CONFLICT_STORM' ], 'after ten attempts in a minute no more are tried');
my $storm = patch('bob', 'title', 'once more');
ok(defined $storm->{content}{retry_after_ms} && $storm->{content}{retryable}, '... but can be later');
like($storm->{content}{next_steps}[0], qr/on_conflict merge/, '... or by a merge');
is(patch('alice', 'title', 'hers')->{content}{error_code}, 'VERSION_MISMATCH', 'another agent is not stopped');
ok(patch('bob', 'profileUrl', 'https://example.com', on_conflict => 'merge')->{success}, 'a merge goes through');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT error_code, ' ' ORDER BY error_code) FROM scim_history WHERE operation = 'refused' AND agent = 'bob'}),
	'CONFLICT_STORM VERSION_MISMATCH', 'both are on record');

# A counter: calls that are repeated count again, as the description says.
$node->safe_psql('postgres', q{
	SELECT scim_register_schema('{"id": "urn:example:Counter", "name": "Counter", "attributes": [{"name": "name", "required": true}, {"name": "hits", "type": "integer"}]}'),
		scim_register_resource_type('{"name": "Counter", "endpoint": "/Counters", "schema": "urn:example:Counter"}'), scim_create_table('counters', 'Counter')});
my $counter = $bridge{alice}->call('scim_create_resource', { resource_type => 'Counter', resource_data => { name => 'c', hits => 5 } });
foreach my $who ('alice', 'bob', 'bob')
{
	ok($bridge{$who}->call('scim_update_resource', { resource_type => 'Counter', resource_id => $counter->{content}{id}, expected_version => $counter->{metadata}{version},
		resource_data => { name => 'c', hits => 6 }, on_conflict => 'merge', merge_rules => { hits => 'counter' } })->{success}, "$who counts");
}
is($node->safe_psql('postgres', q{SELECT data->>'hits' FROM counters}), '8', 'each of them');

is($_->finish, 0, 'exit code') foreach values %bridge;
done_testing();
