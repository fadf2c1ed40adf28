# scimver-mcp: clients that are told of changes, in both eras.
use strict;
use warnings;
use FindBin;
use JSON::PP ();
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use ScimverLive;
use Test::More;

my $node = ScimverBridge->new_node('live');
my $conninfo = $node->connstr('postgres');
my $true = JSON::PP::true;
my %meta = %ScimverBridge::modern_meta;
my %id = map { $_ => $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "$_"}')->>'id'}) } qw(ada bob end);
my %uri = map { $_ => uri_of($id{$_}) } keys %id;
my ($changes, $foreign) = (0);

# A change of a user; returns the new version.
sub change
{
	my ($name) = @_;
	return $node->safe_psql('postgres', sprintf q{UPDATE users SET data = data || '{"title": "change %d"}' WHERE id = '%s' RETURNING version}, ++$changes, $id{$name});
}

sub bridge
{
	my (@args) = @_;
	return ScimverBridge->new(conninfo => $conninfo, args => [ '--poll', '20', @args ]);
}

# How many of the bridges' statements of that kind there were.
sub polls
{
	return $node->safe_psql('postgres', q{SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'scim_mcp_changes'});
}

# ---- modern ----

my $bridge = bridge();
my $discover = $bridge->roundtrip('server/discover', { _meta => \%meta })->{result}{capabilities};
is_deeply([ $discover->{tools}, $discover->{resources} ],
	[ { listChanged => $true }, { subscribe => $true, listChanged => JSON::PP::false } ], 'what it says of itself');

my $first = listen_to($bridge, resources => [ @uri{qw(ada end)} ]);
is_deeply(acknowledged($bridge, $first), { resourceSubscriptions => [ @uri{qw(ada end)} ] }, 'what is honoured is acknowledged first');
my $version = change('ada');
is(told($bridge), "$first $uri{ada} $version", 'a change is told, with the subscription and the version');
change('bob');
$version = change('end');
is(told($bridge), "$first $uri{end} $version", 'of no other resource');

my $both = listen_to($bridge, resources => [ $uri{ada}, $uri{ada} ], tools => 1);
is_deeply(acknowledged($bridge, $both), { toolsListChanged => $true, resourceSubscriptions => [ $uri{ada} ] }, 'another, with the tools, which names one twice');
my $off = listen_to($bridge, resources => [ $uri{bob} ], tools => 0);
is_deeply(acknowledged($bridge, $off), { resourceSubscriptions => [ $uri{bob} ] }, 'and one that wants no tools');
$version = change('ada');
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort map { "$_ $uri{ada} $version" } $first, $both ], 'each is told, once');
$version = change('bob');
is(told($bridge), "$off $uri{bob} $version", 'and of what it asked for only');

# What is not honoured.
$node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "foreign"}', tenant_id => 'acme')});
$foreign = $node->safe_psql('postgres', q{SELECT id FROM users WHERE tenant_id = 'acme'});
my @refused = ("scim://acme/Users/$foreign", 'scim://default/Nonsense/1', 'http://example.com/', 'nonsense', '');
my $some = listen_to($bridge, resources => [ $refused[0], $uri{bob}, @refused[ 1 .. 4 ] ]);
is_deeply(acknowledged($bridge, $some), { resourceSubscriptions => [ $uri{bob} ] }, "another tenant's resource, and what is none, are not honoured");
my $none = listen_to($bridge, resources => \@refused);
is_deeply(acknowledged($bridge, $none), { resourceSubscriptions => [] }, 'nor nothing but these');
$node->safe_psql('postgres', qq{SELECT scim_update_user('$foreign', '{"userName": "foreign", "title": "x"}', tenant_id => 'acme')});
$version = change('bob');
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort map { "$_ $uri{bob} $version" } $some, $off ], 'and nothing is told of them');
my $unsupported = $bridge->request('subscriptions/listen',
	{ _meta => \%meta, notifications => { promptsListChanged => $true, resourcesListChanged => $true, nonsense => 1 } });
is_deeply(acknowledged($bridge, $unsupported), {}, 'nor what there is not');

# An id that does not exist yet may be watched; other spellings come back as they were sent.
my $new = '0190aaaa-0000-4000-8000-00000000000a';
(my $spelled = uri_of($new)) =~ s/default/def%61ult/;
my $spelling = listen_to($bridge, resources => [ $spelled, uri_of($new) ]);
is_deeply(acknowledged($bridge, $spelling), { resourceSubscriptions => [ $spelled, uri_of($new) ] }, 'what is not there yet, in two spellings');
$node->safe_psql('postgres', qq{INSERT INTO users (id, data) VALUES ('$new', '{"userName": "new"}')});
$version = $node->safe_psql('postgres', "SELECT version FROM users WHERE id = '$new'");
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort map { "$spelling $_ $version" } $spelled, uri_of($new) ], 'is told of when it comes, as it is spelled');
$node->safe_psql('postgres', "DELETE FROM users WHERE id = '$new'");
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort map { "$spelling $_" } $spelled, uri_of($new) ], 'and when it goes, without a version');

# An end by the client: no answer, and nothing is told any more.
foreach my $id ($first, $both, $some, $spelling) { $bridge->notify('notifications/cancelled', { requestId => $id }); }
change('ada');
$version = change('bob');
is(told($bridge), "$off $uri{bob} $version", 'a cancelled subscription is told nothing');
is_deeply([ grep { !$_->{method} } @{ $bridge->{messages} } ], [], 'nor answered');

# All rows may have changed at once.
$node->safe_psql('postgres', 'TRUNCATE users CASCADE');
is(told($bridge), "$off $uri{bob}", 'a TRUNCATE changes all');

# ids come back byte for byte; the id of one that goes on cannot be used again.
$bridge->send_raw(qq({"jsonrpc":"2.0","id":"\\u0061/é","method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"notifications":{"resourceSubscriptions":[]}}}\n));
like($bridge->line, qr/"io\.modelcontextprotocol\/subscriptionId":"\\u0061\/é"/, 'an id, byte for byte');
$bridge->send_message({ jsonrpc => '2.0', id => $off, method => 'subscriptions/listen', params => { _meta => \%meta, notifications => {} } });
is($bridge->answer($off)->{error}{code}, -32602, 'an id that is in use');
my $twice = $bridge->encode({ jsonrpc => '2.0', id => 'twice', method => 'subscriptions/listen', params => { _meta => \%meta, notifications => { resourceSubscriptions => [ $uri{ada} ] } } });
$bridge->send_raw("$twice\n$twice\n");
acknowledged($bridge, 'twice');
is($bridge->answer('twice')->{error}{code}, -32602, 'an id that came into use meanwhile');
$bridge->notify('notifications/cancelled', { requestId => 'twice' });

# What is malformed.
foreach my $bad ({}, { notifications => [] }, { notifications => { resourceSubscriptions => 'x' } }, { notifications => { resourceSubscriptions => [1] } },
	{ notifications => { resourceSubscriptions => ["a\0b"] } }, { notifications => { toolsListChanged => 'yes' } })
{
	is($bridge->roundtrip('subscriptions/listen', { _meta => \%meta, %$bad })->{error}{code}, -32602, 'refused: ' . $bridge->encode($bad));
}

# Limits: 250,000 resources, with bob's.
my @many = map { uri_of($_) } 1 .. 125_000;
my $large = listen_to($bridge, resources => \@many);
is(scalar @{ acknowledged($bridge, $large)->{resourceSubscriptions} }, 125_000, 'many resources');
is($bridge->roundtrip('subscriptions/listen', { _meta => \%meta, notifications => { resourceSubscriptions => \@many } })->{error}{message},
	'Invalid params: a client may have 1,000 subscriptions, to 250,000 resources and of 64 MiB in all', 'too many resources');
pop @many;
my $rest = listen_to($bridge, resources => \@many);
is(scalar @{ acknowledged($bridge, $rest)->{resourceSubscriptions} }, 124_999, 'these are all of them');
is($bridge->roundtrip('subscriptions/listen', { _meta => \%meta, notifications => { resourceSubscriptions => [ $uri{ada} ] } })->{error}{code}, -32602, 'not one more');
$bridge->notify('notifications/cancelled', { requestId => $_ }) foreach $large, $rest;
my @ids = map { my $id = listen_to($bridge); acknowledged($bridge, $id); $id } 1 .. 996;    # and off, none, unsupported, "a/é"
is($bridge->roundtrip('subscriptions/listen', { _meta => \%meta, notifications => {} })->{error}{code}, -32602, 'too many subscriptions');
$bridge->notify('notifications/cancelled', { requestId => $_ }) foreach @ids;
is_deeply(acknowledged($bridge, listen_to($bridge, resources => [ $uri{ada} ])), { resourceSubscriptions => [ $uri{ada} ] }, 'until others have ended');

# 64 MiB of what these are called, in either era; and what is called in many ways does not take long.
sub large
{
	my ($bridge, $method, $params) = @_;
	my $id = $bridge->{next_id}++;

	$bridge->send_raw(qq({"jsonrpc":"2.0","id":$id,"method":"$method","params":$params}\n));
	return $bridge->line;
}

my $meta = $bridge->encode(\%meta);
my $nine = 'x' x (9 * 1024 * 1024);
my @nine = map { large($bridge, 'subscriptions/listen', qq({"_meta":$meta,"notifications":{"resourceSubscriptions":["scim://default/Users/$_$nine"]}})) } 1 .. 8;
is(scalar(grep { /subscriptions\/acknowledged/ && length > 9_000_000 } @nine), 7, 'as many bytes as there is room for');
like($nine[7], qr/"code":-32602/, 'and no more');
is_deeply(acknowledged($bridge, listen_to($bridge, resources => [ uri_of('short') ])), { resourceSubscriptions => [ uri_of('short') ] }, 'what is short has room');
$bridge->notify('notifications/cancelled', { requestId => $_ }) foreach $bridge->{next_id} - 9 .. $bridge->{next_id} - 3;
my $legacy = bridge();
$legacy->initialize;
$nine = '%78' x (3 * 1024 * 1024);
@nine = map { large($legacy, 'resources/subscribe', qq({"uri":"scim://default/Users/$_$nine"})) } 1 .. 6;
is(join('', map { /"result":\{\}/ ? 'y' : /"code":-32602/ ? 'n' : '?' } @nine), 'yyyyyn', 'what the client spells otherwise takes more');

# What would not fit into a message that tells of it (10 MiB) is refused: names that leave too
# little of one, or take more of it than of the one that asks.
my $limit = 10 * 1024 * 1024;
my ($long, $longer) = map { 'scim://default/Users/' . $_ } 'x' x ($limit - 1000), 'x' x ($limit - 400);
my $escaped = 'scim://default/Users/' . '\b' x ($limit / 4);
like(large($bridge, 'subscriptions/listen', qq({"_meta":$meta,"notifications":{"resourceSubscriptions":["$long"]}})), qr/acknowledged/, 'a message is long enough');
$bridge->notify('notifications/cancelled', { requestId => $bridge->{next_id} - 1 });
foreach my $uri ($longer, $escaped)
{
	my $refused = qr/"error":\{"code":-32602,"message":"[^"]*these uris do not fit into a message/;
	like(large($bridge, 'subscriptions/listen', qq({"_meta":$meta,"notifications":{"resourceSubscriptions":["$uri"]}})), $refused, 'it is not long enough');
	like(large($legacy, 'resources/subscribe', qq({"uri":"$uri"})), $refused, 'nor in the legacy era');
}
is($legacy->finish, 0, 'exit code');
my $many = join ',', map { my $n = $_; '"scim://default/Users/' . join('', map { $n >> $_ & 1 ? '%78' : 'x' } 0 .. 16) . '"' } 1 .. 100_000;
my $told = large($bridge, 'subscriptions/listen', qq({"_meta":$meta,"notifications":{"resourceSubscriptions":[$many]}}));
is(scalar(() = $told =~ /"scim:/g), 100_000, 'a resource in many spellings');

# An end by the server: the answer.
my $last = listen_to($bridge, tools => 1);
is_deeply(acknowledged($bridge, $last), { toolsListChanged => $true }, 'one more');
is($bridge->finish, 0, 'exit code');
is(finished($bridge, $_), "complete $_", 'the end of the process ends it') foreach $off, $none, $last;
is($bridge->stderr, '', 'nothing to report');

# ---- legacy ----

%id = map { $_ => $node->safe_psql('postgres', qq{SELECT scim_create_user('{"userName": "$_"}')->>'id'}) } qw(ada bob end);
%uri = map { $_ => uri_of($id{$_}) } keys %id;
$bridge = bridge();
is_deeply($bridge->initialize->{result}{capabilities}{resources}, { subscribe => $true, listChanged => JSON::PP::false }, 'legacy: what it says of itself');
is_deeply($bridge->roundtrip('resources/subscribe', { uri => $uri{$_} })->{result}, {}, "legacy: $_") foreach qw(ada ada end);
$version = change('ada');
is(told($bridge), "$uri{ada} $version", 'legacy: a change is told, once');
my $error = $bridge->roundtrip('resources/subscribe', { uri => $refused[0] })->{error};
is_deeply([ @$error{qw(code data)} ], [ -32002, { uri => $refused[0] } ], "legacy: another tenant's resource");
is($bridge->roundtrip('resources/subscribe', $_)->{error}{code}, -32602, 'legacy: refused') foreach {}, { uri => 1 };
is_deeply($bridge->roundtrip('resources/unsubscribe', { uri => $uri{$_} })->{result}, {}, "legacy: no more of $_") foreach qw(ada ada bob);
change('ada');
$version = change('end');
is(told($bridge), "$uri{end} $version", 'legacy: nothing is told any more');
(my $other = $uri{bob}) =~ s/default/%64efault/;
is_deeply($bridge->roundtrip('resources/subscribe', { uri => $other })->{result}, {}, 'legacy: another spelling');
$version = change('bob');
is(told($bridge), "$other $version", 'legacy: comes back as it was sent');
is_deeply($bridge->roundtrip('resources/unsubscribe', { uri => $other })->{result}, {}, 'legacy: and ends by it');

# unsubscribed before it has begun, in whatever spelling
($escaped = $uri{ada}) =~ s{/}{\\/}g;
foreach my $spelled ($uri{ada}, $escaped, '\u0073' . substr($uri{ada}, 1))
{
	$bridge->send_raw(qq({"jsonrpc":"2.0","id":"begins","method":"resources/subscribe","params":{"uri":"$uri{ada}"}}\n) .
		  qq({"jsonrpc":"2.0","id":"ends","method":"resources/unsubscribe","params":{"uri":"$spelled"}}\n));
	is_deeply($bridge->answer($_)->{result}, {}, "legacy: $_ at once: $spelled") foreach 'begins', 'ends';
	change($_) foreach qw(ada bob);
	$version = change('end');
	is(told($bridge), "$uri{end} $version", 'legacy: and nothing is told');
}

# both eras by one client
$first = listen_to($bridge, resources => [ $uri{end} ]);
acknowledged($bridge, $first);
$version = change('end');
is_deeply([ sort(told($bridge), told($bridge)) ], [ sort "$first $uri{end} $version", "$uri{end} $version" ], 'both eras, each in its form');
is($bridge->finish, 0, 'exit code');
is(finished($bridge, $first), "complete $first", 'the modern one is answered');
is($bridge->stderr, '', 'nothing to report');

# ---- who does not subscribe asks nothing ----

$node->append_conf('postgresql.conf', "track_functions = all\n");
$node->reload;
$bridge = bridge();
$bridge->roundtrip('tools/list', { _meta => \%meta });
$bridge->roundtrip('resources/list', { _meta => \%meta });
$bridge->notify('notifications/cancelled', { requestId => 'nothing' });
select undef, undef, undef, 0.5;
is(polls(), 0, 'without a subscriber nothing is asked');
$first = listen_to($bridge, resources => [ $uri{end} ]);
acknowledged($bridge, $first);
$node->poll_query_until('postgres', q{SELECT sum(calls) > 5 FROM pg_stat_user_functions WHERE funcname = 'scim_mcp_changes'}) or die 'no polls';
$bridge->notify('notifications/cancelled', { requestId => $first });
# the answer to a call says that the cancellation was read; one poll may have been under way
$bridge->roundtrip('tools/list', { _meta => \%meta });
select undef, undef, undef, 0.5;
$bridge->roundtrip('tools/list', { _meta => \%meta });
my $polls = polls();
select undef, undef, undef, 1.5;
is(polls(), $polls, 'nor when the last one has gone');
is($bridge->finish, 0, 'exit code');

done_testing();
