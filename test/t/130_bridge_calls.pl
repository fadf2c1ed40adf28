# scimver-mcp: what a call brings to the database and what comes back of it.
#
# A database whose scim_tools(), scim_instructions() and scim_call_tool() are replaced
# plays what the real ones do rarely or never: any SQLSTATE, huge answers, none at all, one in
# several lines.  The list says with which settings it was asked for.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

# Off, to see that a write does not stay so.
my $node = ScimverBridge->new_node('calls', conf => "synchronous_commit = off\n");
$node->safe_psql('postgres', 'CREATE DATABASE played; CREATE DATABASE bare');
$node->safe_psql('played', q{
	CREATE SCHEMA "odd ""schema";
	CREATE EXTENSION pgcrypto;
	CREATE EXTENSION scimver SCHEMA "odd ""schema";
	SET search_path = "odd ""schema";
	CREATE TABLE more_tools (extra jsonb);
	INSERT INTO more_tools VALUES ('[]');
	ALTER FUNCTION scim_tools() RENAME TO real_tools;
	ALTER FUNCTION scim_call_tool(text, text) RENAME TO real_call_tool;
	ALTER FUNCTION scim_instructions() RENAME TO real_instructions;
	CREATE FUNCTION scim_instructions() RETURNS text LANGUAGE sql AS $$
		SELECT concat_ws(E'\n', current_setting('scimver.tenant', true), current_setting('scimver.require_version', true),
			current_setting('scimver.agent', true), current_setting('transaction_read_only'), '"played"') $$;
	CREATE FUNCTION scim_tools() RETURNS jsonb LANGUAGE sql AS $$
		SELECT jsonb_build_array(
			jsonb_build_object('name', 'scim_play', 'inputSchema', '{"type": "object"}'::jsonb,
				'annotations', '{"readOnlyHint": false}'::jsonb),
			jsonb_build_object('name', 'look', 'inputSchema', '{"type": "object"}'::jsonb,
				'description', jsonb_build_array(current_setting('scimver.tenant', true),
					current_setting('scimver.only_tenant', true), current_setting('scimver.require_version', true),
					current_setting('scimver.agent', true), current_setting('transaction_read_only'))::text,
				'annotations', '{"readOnlyHint": true}'::jsonb)) || extra FROM "odd ""schema".more_tools $$;
	CREATE TABLE written (what text);
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN RAISE EXCEPTION 'never shown to an agent' USING ERRCODE = NEW.what; END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON written DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (NEW.what ~ '^[0-9A-Z]{5}$') EXECUTE FUNCTION refuse();
	CREATE FUNCTION scim_call_tool(name text, arguments text) RETURNS json LANGUAGE plpgsql AS $$
		DECLARE a json := arguments::json;
		BEGIN
			IF a->>'raise' IS NOT NULL THEN
				RAISE EXCEPTION 'never shown to an agent' USING ERRCODE = a->>'raise';
			ELSIF a->>'write' IS NOT NULL THEN
				INSERT INTO "odd ""schema".written VALUES (a->>'write');
			ELSIF a->>'answer' IS NOT NULL THEN
				RETURN CASE WHEN a->>'answer' OPERATOR(pg_catalog.=) 'nothing' THEN NULL ELSE (a->>'answer')::json END;
			END IF;
			RETURN pg_catalog.format('{"success":true,"metadata":{"success":false},"content":{%s}}',
				CASE WHEN a->>'size' IS NOT NULL THEN pg_catalog.format('"x":"%s"', repeat('x', (a->>'size')::int))
				WHEN a->>'setting' IS NOT NULL THEN pg_catalog.format('"value":%s',
					coalesce(to_json(current_setting(a->>'setting', true))::text, 'null'))
				ELSE pg_catalog.format('"arguments":%s', to_json(arguments)) END)::json;
		END $$;
	CREATE SCHEMA trap;
	CREATE FUNCTION trap.scim_call_tool(text, text) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"success": "trapped"}'::jsonb $$;
	CREATE FUNCTION trap.eq(name, name) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
	CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.eq);
	CREATE FUNCTION trap.eq(text, text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
	CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.eq);
	CREATE FUNCTION trap.set_config(text, text, bool) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
	ALTER DATABASE played SET search_path = trap, pg_catalog;});

my $bridge = ScimverBridge->new(conninfo => $node->connstr('played'));
$bridge->initialize;

# The extension is found wherever it is, whatever the search_path says.
is_deeply([ map { $_->{name} } @{ $bridge->roundtrip('tools/list')->{result}{tools} } ], [ 'scim_play', 'look' ],
	'the extension in a schema of an odd name');

# Arguments reach the database byte for byte.
foreach my $arguments ('{}', '{ "b" : 1.0, "a":  1e2,"a": 3 }', '{"x":"\u0041\/\ud83d\ude00"}', qq({"x":"\xc3\xa9"}),
	'{"n":123456789012345678901234567890.10}', "{\t}", '{"x":"' . 'y' x 300_000 . '"}')
{
	$bridge->send_raw(qq({"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"look","arguments":$arguments}}\n));
	my $back = $bridge->answer('b')->{result}{structuredContent}{content}{arguments};
	utf8::encode($back);
	ok($back eq $arguments, 'arguments pass unharmed: ' . substr($arguments, 0, 50));
}
is($bridge->call('look', undef)->{content}{arguments}, '{}', 'no arguments are {}');

# Errors of the server: each has its meaning, and nothing of its text.
foreach my $case (
	[ '22003', 'INVALID_VALUE', 0 ], [ '22P02', 'INVALID_VALUE', 0 ], [ '22021', 'INVALID_SYNTAX', 0 ],
	[ '54000', 'TOO_LARGE', 0 ], [ '54001', 'TOO_LARGE', 0 ],
	[ '40001', 'RETRY_LATER', 1 ], [ '40P01', 'RETRY_LATER', 1 ], [ '55P03', 'RETRY_LATER', 1 ],
	[ '57014', 'RETRY_LATER', 1 ], [ '57P01', 'RETRY_LATER', 1 ], [ '08006', 'RETRY_LATER', 1 ],
	[ '40003', 'OUTCOME_UNKNOWN', 1 ],
	[ '42501', 'PERMISSION_DENIED', 0 ], [ '23505', 'UNIQUENESS', 0 ],
	[ '23503', 'INTERNAL', 0 ], [ 'P0001', 'INTERNAL', 0 ], [ 'XX000', 'INTERNAL', 0 ], [ '53200', 'INTERNAL', 0 ])
{
	my ($sqlstate, $code, $retryable) = @$case;
	my $result = $bridge->roundtrip('tools/call', { name => 'scim_play', arguments => { raise => $sqlstate } })->{result};
	my $envelope = $result->{structuredContent};
	ok($result->{isError}, "$sqlstate: isError");
	is($envelope->{content}{error_code}, $code, "$sqlstate is $code");
	is(!!$envelope->{content}{retryable}, !!$retryable, "$code: retryable");
	is_deeply($envelope->{metadata}, { operation => 'play' }, "$sqlstate: the operation");
	cmp_ok(@{ $envelope->{content}{next_steps} }, '>', 0, "$sqlstate: next_steps");
	unlike($bridge->encode($result), qr/never shown/, "$sqlstate: nothing of the server's text");

	# the same at the commit, after the tool has answered
	$envelope = $bridge->call('scim_play', { write => $sqlstate });
	is($envelope->{content}{error_code}, $code, "$sqlstate at the commit is $code");
}
is($node->safe_psql('played', 'SELECT count(*) FROM "odd ""schema".written'), '0', 'nothing of these was written');
ok($bridge->call('scim_play', { write => 'yes' })->{success}, 'the next write works');
is($node->safe_psql('played', 'SELECT what FROM "odd ""schema".written'), 'yes', 'and is there');

# Answers that are none.
foreach my $answer ('nothing', '[]', '"x"', '{}')
{
	is($bridge->call('look', { answer => $answer })->{content}{error_code}, 'INTERNAL', "a read that returns $answer");
	is($bridge->call('scim_play', { answer => $answer })->{content}{error_code}, 'OUTCOME_UNKNOWN', "a write that returns $answer");
}

# The next line that answers something; that there are other tools by now is told in between.
sub answer_line
{
	my $line = $bridge->line;

	$line = $bridge->line while $line =~ m{"method":"notifications/tools/list_changed"};
	return $line;
}

# Large answers: whole up to a line of 10 MiB, else TOO_LARGE.
is(length $bridge->call('look', { size => 4_000_000 })->{content}{x}, 4_000_000, 'an answer of 8 MB');
foreach my $case ([ 'look', 'larger' ], [ 'scim_play', 'was made' ])
{
	$bridge->start_call($case->[0], { size => 6_000_000 });
	my $line = answer_line();
	cmp_ok(length $line, '<', 10 * 1024 * 1024, 'no line of ours is over 10 MiB');
	my $content = $bridge->decode($line)->{result}{structuredContent}{content};
	is($content->{error_code}, 'TOO_LARGE', "$case->[0]: an answer of 12 MB is TOO_LARGE");
	like($content->{error}, qr/$case->[1]/, 'and says whether something was changed');
}

# The answer is the database's text, in whatever order and with whatever blanks; a message is one line.
foreach my $answer (
	'{"success":true,"metadata":{"success":false},"content":{"a":1.0}}',
	'{ "content" : {"success": false}, "metadata" : { } , "success" : true }',
	qq({\n"success":\ttrue,\r\n"metadata": {\n},\n\n"content": {"a": "\\n"}\n}\n))
{
	$bridge->start_call('look', { answer => $answer });
	my $line = answer_line();
	my $result = $bridge->decode($line)->{result};
	ok(defined $result && !$result->{isError}, 'an answer in another form is one line, and a success: ' . $bridge->encode($answer));
	is($result->{content}[0]{text}, $answer, 'the text is as it came');
	is_deeply($result->{structuredContent}, $bridge->decode($answer), 'and so is its meaning');
	my $joined = $answer =~ tr/\n/ /r;
	ok(index($line, qq("structuredContent":$joined,)) > 0, 'byte for byte, but for the ends of lines');
}
ok($bridge->roundtrip('tools/call', { name => 'look', arguments => { answer => '{"success":false,"metadata":{"success":true},"content":{}}' } })->{result}{isError},
	'success is that of the envelope, not one inside');

# What a call sets, and that it ends with the call.
sub setting { return $bridge->call($_[0], { setting => $_[1] })->{content}{value}; }
is(setting('scim_play', 'scimver.agent'), 'tap', "the agent's name");
is(setting('scim_play', 'application_name'), 'scimver-mcp: tap', "the agent's name as application_name");
is(setting('scim_play', 'synchronous_commit'), 'local', 'a write is flushed, though the server would not');
is(setting('look', 'transaction_read_only'), 'on', 'a tool that only reads runs read-only');
is(setting('scim_play', 'transaction_read_only'), 'off', 'a tool that writes does not');
is(setting('scim_play', 'scimver.only_tenant') // '', '', 'no tenant without --tenant');
like(setting('scim_play', 'scimver.require_version') // '', qr/\A(?:off)?\z/, 'no version is required without --require-version');
is(setting('look', 'client_encoding'), 'UTF8', 'client_encoding');
is($bridge->call('look', { write => 'x' })->{content}{error_code}, 'INTERNAL', 'a tool that says it only reads cannot write');

my %modern = (name => 'look', _meta => { %ScimverBridge::modern_meta });
sub modern_agent
{
	my ($name, $setting) = @_;
	local $modern{_meta}{'io.modelcontextprotocol/clientInfo'} = { name => $name, version => '1' } if defined $name;
	return $bridge->roundtrip('tools/call', { %modern, arguments => { setting => $setting } })->{result}{structuredContent}{content}{value};
}
is(modern_agent('other', 'scimver.agent'), 'other', 'a modern message names its own agent');
is(modern_agent('other', 'application_name'), 'scimver-mcp: other', 'for application_name too');
is(modern_agent(undef, 'scimver.agent'), '', 'a modern message without a name has none');
is(modern_agent("a\nb\x00\x1b[31m", 'scimver.agent'), '', 'a name with a NUL is none');
is(modern_agent("a\nb\x1b[31m\x7f", 'scimver.agent'), 'ab[31m', 'control characters are dropped');
is(modern_agent("x'); DROP TABLE users; --", 'scimver.agent'), "x'); DROP TABLE users; --", 'a name is only a value');
is(length modern_agent('n' x 1000, 'scimver.agent'), 128, 'a long name is cut');
is(length modern_agent('n' x 1000, 'application_name'), 63, 'a shorter one for application_name');
is(modern_agent("a" . "\x{e9}" x 100, 'scimver.agent'), "a" . "\x{e9}" x 63, 'it is cut between characters');
is(setting('look', 'scimver.agent'), 'tap', 'the legacy name is still there');

# synchronous_commit is raised, never lowered.
foreach my $level ('on', 'remote_apply', 'local')
{
	my $other = ScimverBridge->new(conninfo => $node->connstr('played') . " options='-c synchronous_commit=$level'");
	$other->initialize;
	is($other->call('scim_play', { setting => 'synchronous_commit' })->{content}{value}, $level, "synchronous_commit $level stays");
	is($other->finish, 0, 'exit code');
}

# What the options set, for the list and for calls alike; what they do not set is as the database has it.
my @told = ('tenant', 'only_tenant', 'require_version');
sub settings_are
{
	my ($args, $wanted, $name) = @_;
	my $other = ScimverBridge->new(conninfo => $node->connstr('played'), args => $args);
	$other->initialize;
	my ($look) = grep { $_->{name} eq 'look' } @{ $other->roundtrip('tools/list')->{result}{tools} };
	is_deeply([ map { $_ // '' } @{ $bridge->decode($look->{description}) } ], [ @$wanted, 'tap', 'on' ], "the list $name");
	is_deeply([ map { $other->call('look', { setting => "scimver.$_" })->{content}{value} // '' } @told ], $wanted, "a read $name");
	is_deeply([ map { $other->call('scim_play', { setting => "scimver.$_" })->{content}{value} // '' } @told ], $wanted, "a write $name")
	  unless grep { $_ eq '--read-only' } @$args;
	is($other->finish, 0, 'exit code');
	return;
}
settings_are([], [ '', '', '' ], 'without options');
settings_are([ '--tenant', q{a'c"me} ], [ q{a'c"me}, q{a'c"me}, '' ], 'with --tenant');
settings_are(['--require-version'], [ '', '', 'on' ], 'with --require-version');
settings_are([ '--read-only', '--require-version', '--tenant', 'acme' ], [ 'acme', 'acme', 'on' ], 'with all of them');
$node->safe_psql('played', 'ALTER DATABASE played SET scimver.require_version = on');
settings_are([], [ '', '', 'on' ], 'in a database that requires versions');
$node->safe_psql('played', 'ALTER DATABASE played SET scimver.require_version = off');
settings_are(['--require-version'], [ '', '', 'on' ], 'with --require-version in a database that does not');
$node->safe_psql('played', 'ALTER DATABASE played RESET scimver.require_version');

# A new tool needs no new bridge, and no restart of one.
is($bridge->roundtrip('tools/call', { name => 'fresh' })->{error}{code}, -32602, 'a tool that is not there yet');
$node->safe_psql('played', q{UPDATE "odd ""schema".more_tools SET extra = '[{"name": "fresh", "annotations": {"readOnlyHint": true}}]'});
ok($bridge->call('fresh', {})->{success}, 'the same tool when it is there');
is(scalar @{ $bridge->roundtrip('tools/list')->{result}{tools} }, 3, 'and in the list');

# The extension moves while connections are open.
$node->safe_psql('played', q{ALTER FUNCTION "odd ""schema".scim_call_tool(text, text) RENAME TO was;});
is($bridge->call('look', {})->{content}{error_code}, 'INTERNAL', 'the function is gone: INTERNAL');
$node->safe_psql('played', q{ALTER FUNCTION "odd ""schema".was(text, text) RENAME TO scim_call_tool;});
ok($bridge->call('look', {})->{success}, 'it is back, and so are the calls');
is($bridge->finish, 0, 'exit code');
unlike($bridge->stderr, qr/never shown/, "nothing of the server's text in the log");

# A database without the extension.
$bridge = ScimverBridge->new(conninfo => $node->connstr('bare'));
$bridge->initialize;
my $list = $bridge->roundtrip('tools/list');
is($list->{error}{code}, -32603, 'without the extension: tools/list is -32603');
like($list->{error}{message}, qr/scimver is not installed/, 'and says so');
like($bridge->call('look', {})->{content}{next_steps}[0], qr/CREATE EXTENSION/, 'a call says what to do');
$node->safe_psql('bare', 'CREATE EXTENSION scimver CASCADE');
cmp_ok(scalar @{ $bridge->roundtrip('tools/list')->{result}{tools} }, '>=', 16, 'after CREATE EXTENSION: the tools');
is($bridge->finish, 0, 'exit code');

# --tenant, with the real tools.
my $conninfo = $node->connstr('postgres');
$node->safe_psql('postgres', q{
	SELECT scim_create_user('{"userName": "in acme"}', tenant_id => 'acme'); SELECT scim_create_user('{"userName": "in default"}');});
$bridge = ScimverBridge->new(conninfo => $conninfo, args => [ '--tenant', 'acme' ]);
$bridge->initialize;
is_deeply([ map { $_->{userName} } @{ $bridge->call('scim_list_users', {})->{content}{Resources} } ], ['in acme'],
	'--tenant: a call without tenant_id works there');
is($bridge->call('scim_list_users', { tenant_id => 'acme' })->{content}{totalResults}, 1, '--tenant: the tenant by its name');
is($bridge->call('scim_list_users', { tenant_id => 'default' })->{content}{error_code}, 'TENANT_FORBIDDEN', '--tenant: another one for a read');
is($bridge->call('scim_create_user', { user_data => { userName => 'x' }, tenant_id => 'default' })->{content}{error_code},
	'TENANT_FORBIDDEN', '--tenant: another one for a write');
ok($bridge->call('scim_create_user', { user_data => { userName => 'two' } })->{success}, '--tenant: a write');
is($bridge->finish, 0, 'exit code');
is($node->safe_psql('postgres', q{SELECT tenant_id FROM users WHERE data->>'userName' = 'two'}), 'acme', '--tenant: where it is');
# what was refused is on record, where it was no read: those are made in transactions that only read
is($node->safe_psql('postgres', q{SELECT tenant_id, tool, agent, error_code FROM scim_history WHERE operation = 'refused'}),
	'acme|scim_create_user|tap|TENANT_FORBIDDEN', '--tenant: the refused write is on record');

# The list under --tenant and --require-version, with the real tools.
sub schemas
{
	my (@args) = @_;
	my $other = ScimverBridge->new(conninfo => $conninfo, args => \@args);
	$other->initialize;
	my %schemas = map { $_->{name} => $_->{inputSchema} } @{ $other->roundtrip('tools/list')->{result}{tools} };
	is($other->finish, 0, 'exit code');
	return \%schemas;
}
sub with { my ($schemas, $property) = @_; return [ sort grep { $schemas->{$_}{properties}{$property} } keys %$schemas ]; }
sub requiring { my ($schemas, $property) = @_; return [ sort grep { grep { $_ eq $property } @{ $schemas->{$_}{required} // [] } } keys %$schemas ]; }
my $plain = schemas();
cmp_ok(@{ with($plain, 'tenant_id') }, '>', 0, 'without --tenant: tools have a tenant_id');
is_deeply(with(schemas('--tenant', 'acme'), 'tenant_id'), [], '--tenant: none has');
cmp_ok(@{ with($plain, 'expected_version') }, '>', 0, 'tools have an expected_version');
is_deeply(requiring($plain, 'expected_version'), ['scim_review_proposal'], 'without --require-version: who decides needs the version of the proposal, nobody else one');
is_deeply(requiring(schemas('--require-version'), 'expected_version'), [ grep { $_ ne 'scim_propose_change' } @{ with($plain, 'expected_version') } ],
	'--require-version: all that write and have it require it');

# --require-version
sub refuses_unversioned
{
	my ($name, @args) = @_;
	my $other = ScimverBridge->new(conninfo => $conninfo, args => \@args);
	$other->initialize;
	my $made = $other->call('scim_create_user', { user_data => { userName => $name } });
	ok($made->{success}, "$name: a create needs no version");
	my %user = (user_id => $made->{content}{id});
	my %change = (%user, user_data => { userName => $name, title => 'Engineer' });
	is($other->call('scim_update_user', \%change)->{content}{error_code}, 'VERSION_REQUIRED', "$name: an update without a version");
	is($other->call('scim_delete_user', \%user)->{content}{error_code}, 'VERSION_REQUIRED', "$name: a delete without a version");
	my $found = $other->call('scim_get_user', \%user);
	is($found->{metadata}{version}, $made->{metadata}{version}, "$name: nothing was changed");
	my $changed = $other->call('scim_update_user', { %change, expected_version => $found->{metadata}{version} });
	is($changed->{content}{title}, 'Engineer', "$name: an update with the version");
	is($other->call('scim_delete_user', { %user, expected_version => $found->{metadata}{version} })->{content}{error_code}, 'VERSION_MISMATCH',
		"$name: a delete with the version of before");
	ok($other->call('scim_delete_user', { %user, expected_version => $changed->{metadata}{version} })->{success},
		"$name: a delete with the version");
	is($other->finish, 0, 'exit code');
	is($node->safe_psql('postgres', qq{SELECT string_agg(concat_ws(' ', tool, error_code, CASE expected_version WHEN '$found->{metadata}{version}' THEN 'of before' END), ', ' ORDER BY seq)
			FROM scim_history WHERE operation = 'refused' AND resource_id = '$made->{content}{id}'}),
		'scim_update_user VERSION_REQUIRED, scim_delete_user VERSION_REQUIRED, scim_delete_user VERSION_MISMATCH of before', "$name: what was refused is on record");
	return;
}
refuses_unversioned('required by the option', '--require-version');
$node->safe_psql('postgres', 'ALTER ROLE current_user SET scimver.require_version = on');
refuses_unversioned('required by the role');
$node->safe_psql('postgres', 'ALTER ROLE current_user RESET scimver.require_version');

# --read-only
$bridge = ScimverBridge->new(conninfo => $conninfo, args => ['--read-only']);
$bridge->initialize;
my @tools = @{ $bridge->roundtrip('tools/list')->{result}{tools} };
is(scalar(grep { !$_->{annotations}{readOnlyHint} } @tools), 0, '--read-only: no tools that write');
is_deeply([ sort map { $_->{name} } @tools ],
	[ sort split /\n/, $node->safe_psql('postgres',
		q{SELECT t->>'name' FROM jsonb_array_elements(scim_tools()) t WHERE (t->'annotations'->>'readOnlyHint')::bool}) ],
	'--read-only: all tools that read');
is($bridge->call('scim_list_users', {})->{content}{totalResults}, 1, '--read-only: a read');
is($bridge->roundtrip('tools/call', { name => 'scim_create_user', arguments => { user_data => { userName => 'y' } } })->{error}{code},
	-32602, '--read-only: a write tool is none');
is($bridge->finish, 0, 'exit code');

done_testing();
