# scimver-mcp: resources, prompts and completions, as the database gives them, in both eras.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('resources');
my $conninfo = $node->connstr('postgres');
my %modern = (_meta => \%ScimverBridge::modern_meta);
my $id = $node->safe_psql('postgres', q{
	SELECT scim_create_user('{"userName": "ada", "title": "Countess"}') ->> 'id'});
my $uri = "scim://default/Users/$id";

my $bridge = ScimverBridge->new(conninfo => $conninfo);
my $capabilities = $bridge->initialize->{result}{capabilities};
ok(exists $capabilities->{$_}, "initialize: the capability $_") foreach 'tools', 'resources', 'prompts', 'completions';
is_deeply($bridge->roundtrip('server/discover', \%modern)->{result}{capabilities}, $capabilities, 'server/discover: the same');

# What each method answers, in the legacy era and with what the modern one adds.
sub in_both
{
	my ($method, $params, $ttl) = @_;
	my $legacy = $bridge->roundtrip($method, $params)->{result};
	my $answer = $bridge->roundtrip($method, { %$params, %modern })->{result};

	is(delete $answer->{resultType}, 'complete', "$method: resultType");
	is(delete($answer->{_meta})->{'io.modelcontextprotocol/serverInfo'}{name}, 'scimver-mcp', "$method: serverInfo");
	my ($told, $scope) = (delete $answer->{ttlMs}, delete $answer->{cacheScope});
	is($told, $ttl, "$method: ttlMs");
	is($scope, defined $ttl ? 'private' : undef, "$method: cacheScope");
	is_deeply($answer, $legacy, "$method: else the same in both eras");
	return $legacy;
}

my $resources = in_both('resources/list', {}, 0)->{resources};
ok((grep { $_->{uri} =~ m{^scim://default/} && $_->{name} } @$resources) == @$resources && @$resources >= 2, 'resources are listed');
my @templates = map { $_->{uriTemplate} } @{ in_both('resources/templates/list', {}, 300000)->{resourceTemplates} };
ok((grep { $_ eq 'scim://{tenant}/Users/{id}' } @templates), 'users have a template');
my $contents = in_both('resources/read', { uri => $uri }, 0)->{contents};
is(scalar @$contents, 1, 'a user is read');
is($contents->[0]{uri}, $uri, 'the uri');
is($bridge->decode($contents->[0]{text})->{title}, 'Countess', 'what it holds');
is($contents->[0]{_meta}{'scimver/version'}, $node->safe_psql('postgres', 'SELECT version FROM users'), 'its version');
foreach my $listed (@$resources)
{
	my $read = $bridge->roundtrip('resources/read', { uri => $listed->{uri} })->{result}{contents}[0];
	ok($bridge->decode($read->{text}), "what is listed can be read: $listed->{uri}");
}
my $prompts = in_both('prompts/list', {}, 300000)->{prompts};
is_deeply([ map { $_->{name} } @$prompts ], ['resolve_conflict'], 'one prompt');
my $version = $node->safe_psql('postgres', 'SELECT version FROM users');
$node->safe_psql('postgres', qq{SELECT scim_patch_user('$id', '[{"op": "replace", "path": "title", "value": "Lady"}]')});
my $prompt = in_both('prompts/get', { name => 'resolve_conflict', arguments => { resource_type => 'User', id => $id, expected_version => $version } });
like($prompt->{messages}[0]{content}{text}, qr/title/, 'it says what was changed');
my $completion = in_both('completion/complete',
	{ ref => { type => 'ref/resource', uri => 'scim://{tenant}/Users/{id}' }, argument => { name => 'id', value => substr($id, 0, 3) } });
is_deeply($completion->{completion}{values}, [$id], 'an id is completed');

# What is not there, and what is wrong.
foreach my $unknown ("scim://other/Users/$id", 'scim://default/Users/00000000-0000-4000-8000-000000000000', 'scim://default/Nobody/1', 'file:///etc/passwd', '', "scim://default/Users/\0", "scim://default/Users/\x{e9}")
{
	my $shown = $unknown =~ s/[^ -~]/?/gr;
	my $legacy = $bridge->roundtrip('resources/read', { uri => $unknown })->{error};
	my $answer = $bridge->roundtrip('resources/read', { uri => $unknown, %modern })->{error};
	if ($unknown =~ /\0/)
	{
		is($_->{code}, -32602, "$shown: no text") foreach $legacy, $answer;
		next;
	}
	is($legacy->{code}, -32002, "'$shown': legacy");
	is($answer->{code}, -32602, "'$shown': modern");
	is_deeply([ $_->{data}, $_->{message} ], [ { uri => $unknown }, 'Resource not found' ], "'$shown': its uri, and nothing else") foreach $legacy, $answer;
}
# A uri fills a message: the error does not say all of it again, or it would be too long for one.
my $long = 'scim://default/Users/' . 'x' x 10_485_500;
foreach my $how ({}, \%modern)
{
	my $uri = substr $long, 0, %$how ? 10_485_000 : length $long;
	is($bridge->roundtrip('resources/read', { uri => $uri, %$how })->{error}{data}{uri}, substr($long, 0, 2000) . '...', 'a uri that fills a message');
}
foreach my $case (
	[ 'resources/read', {} ], [ 'resources/read', { uri => 1 } ], [ 'resources/read', { uri => undef } ],
	[ 'resources/list', { cursor => 'nonsense' } ], [ 'resources/list', { cursor => 5 } ],
	[ 'resources/templates/list', { cursor => 'x' } ], [ 'prompts/list', { cursor => 'x' } ],
	[ 'prompts/get', {} ], [ 'prompts/get', { name => 'nonsense' } ], [ 'prompts/get', { name => 'resolve_conflict' } ],
	[ 'prompts/get', { name => 'resolve_conflict', arguments => [] } ],
	[ 'completion/complete', {} ], [ 'completion/complete', { ref => 'x', argument => {} } ],
	[ 'completion/complete', { ref => { type => 'ref/prompt', name => 'nonsense' }, argument => { name => 'id', value => '' } } ])
{
	my ($method, $params) = @$case;
	my $shown = $bridge->encode($params);
	is($bridge->roundtrip($method, { %$params, %$_ })->{error}{code}, -32602, "$method $shown: -32602") foreach {}, \%modern;
}
is($bridge->roundtrip('resources/list', [])->{error}{code}, -32602, 'params that are no object');
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');

# Tools are those of the set.
foreach my $case ([ [], 'core' ], [ [ '--toolset', 'lean' ], 'lean' ], [ [ '--toolset', 'full' ], 'full' ],
	[ [ '--tools', 'scim_get_user,scim_restore' ], 'scim_get_user,scim_restore' ],
	[ [ '--toolset', 'lean', '--tools', 'scim_restore' ], 'lean,scim_restore' ])
{
	my ($args, $setting) = @$case;
	my @wanted = split /\n/, $node->safe_psql('postgres', qq{SET scimver.toolset = '$setting'; SELECT t ->> 'name' FROM jsonb_array_elements(scim_tools()) t});
	my $of = ScimverBridge->new(conninfo => $conninfo, args => $args, own_tools => 1);

	$of->initialize;
	is_deeply([ map { $_->{name} } @{ $of->roundtrip('tools/list')->{result}{tools} } ], \@wanted, "@$args: the tools of $setting");
	my $refused = $of->roundtrip('tools/call', { name => 'scim_review_proposal', arguments => {} })->{error};
	is($refused ? $refused->{code} : 'a result', $setting eq 'full' ? 'a result' : -32602, "@$args: another one is as if it did not exist");
	is($of->finish, 0, "@$args: exit code");
	is($of->stderr, '', "@$args: nothing to report");
}
my $misspelt = ScimverBridge->new(conninfo => $conninfo, args => [ '--tools', 'scim_get_usr' ]);
$misspelt->initialize;
like($misspelt->roundtrip('tools/list')->{error}{message}, qr/scim_get_usr/, 'a name that is misspelt: the list says so');
is($misspelt->call('scim_get_user', { user_id => $id })->{content}{error_code}, 'INVALID_ARGUMENT', 'and so does a call');
is($misspelt->finish, 0, 'exit code');
like($misspelt->stderr, qr/\Ascimver-mcp: scim_tools: INVALID_ARGUMENT: .*scim_get_usr/, 'and the log');

# An older extension has none of it, and what others call so is not called.
$node->safe_psql('postgres', 'CREATE DATABASE older');
$node->safe_psql('older', q{
	CREATE EXTENSION scimver VERSION '1.0' CASCADE;
	SELECT scim_create_table('users', 'User');
	CREATE TABLE called (what text);
	CREATE FUNCTION scim_mcp_resources(text) RETURNS text LANGUAGE sql AS $$ INSERT INTO called VALUES ('by ' || current_user); SELECT '{"resources": []}' $$;});
my $older = ScimverBridge->new(conninfo => $node->connstr('older'));
$older->initialize;
my $outdated = $older->roundtrip('resources/list')->{error};
is($outdated->{code}, -32603, 'an older extension: an error');
like($outdated->{message}, qr/version/, 'which says why');
is($node->safe_psql('older', 'SELECT count(*) FROM called'), '0', 'nothing of others was called');
ok($older->call('scim_list_users', {})->{success}, 'what it can do works');
$node->safe_psql('older', 'DROP FUNCTION scim_mcp_resources(text); ALTER EXTENSION scimver UPDATE');
ok($older->roundtrip('resources/list')->{result}{resources}, 'and after an update all of it');
is($older->finish, 0, 'exit code');

done_testing();
