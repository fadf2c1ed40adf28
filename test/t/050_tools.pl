# Tools: what reaches the server's log, content that toggles under load, and
# calls on a standby.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $id = '00000000-0000-4000-a000-000000000001';
my $node = PostgreSQL::Test::Cluster->new('tools');
$node->init(allows_streaming => 1);
# statements are logged only when they fail
$node->append_conf('postgresql.conf', qq{
log_statement = none
scimver.max_attempts = 0
log_min_error_statement = error
});
$node->start;
$node->safe_psql('postgres', qq{
	SET client_min_messages = warning;
	CREATE DATABASE scim TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
});
$node->safe_psql('scim', qq{
	SET client_min_messages = warning;
	CREATE EXTENSION scimver CASCADE;
	SELECT scim_create_table('users', 'User');
	INSERT INTO users (tenant_id, id, data) VALUES ('default', '$id', '{"userName": "ada", "title": "A"}');
	CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
	  IF NEW.data->>'title' = 'XX000' THEN RAISE EXCEPTION 'boom' USING ERRCODE = 'XX000'; END IF;
	  IF NEW.data->>'title' = 'P0001' THEN RAISE EXCEPTION 'the row is %', NEW; END IF;
	  IF NEW.data->>'title' = 'sleep' THEN PERFORM pg_sleep(60); END IF;
	  RETURN NULL;
	END \$\$;
	CREATE TRIGGER boom AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION boom();
});

sub update_with
{
	my ($title) = @_;
	return qq{SELECT scim_call_tool('scim_update_user', '{"user_id": "$id",
		"user_data": {"userName": "ada", "title": "$title", "password": "hunter2"}}'::text)};
}

# An answer: the log names the tool and the SQLSTATE, and shows no value.
my $offset = -s $node->logfile;
my ($code, $out, $err) = $node->psql('scim', update_with('P0001'));
is($code, 0, 'an error of a trigger is an answer');
like($out, qr/"error_code":"INTERNAL"/, '... INTERNAL');
my $log = slurp_file($node->logfile, $offset);
like($log, qr/LOG:  tool scim_update_user failed with SQLSTATE P0001/, '... which the log explains');
unlike($log, qr/hunter2|ada/, '... without values');

$node->safe_psql('scim', q{
	ALTER TABLE users ADD CONSTRAINT no_majors CHECK (data->>'title' <> 'Major');
	CREATE TABLE audit (title text CONSTRAINT no_colonels CHECK (title <> 'Colonel'));
	CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (NEW.data->>$$title$$); RETURN NULL; END';
	CREATE TRIGGER audit AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION audit()});
$out = $node->safe_psql('scim', update_with('Major'));
like($out, qr/"error_code":"INVALID_VALUE",.*"constraint":"no_majors"/, 'a constraint of the table is an answer');
unlike($out, qr/"ada"|hunter2/, '... without the row');
$offset = -s $node->logfile;
like($node->safe_psql('scim', update_with('Colonel')), qr/"error_code":"INTERNAL"/, 'a constraint that a trigger meets is an answer');
like(slurp_file($node->logfile, $offset), qr/SQLSTATE 23514 .*, table "audit", constraint "no_colonels"$/m, '... which the log explains');

# Who acts: the tool that runs, also behind one that a trigger ran, and the agent;
# whatever it is called, the line is one line, and it stands at its end.
$node->safe_psql('scim', qq{
	CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
	  IF NEW.data->>'title' = 'Nested' THEN
	    PERFORM scim_call_tool('scim_get_user', '{"user_id": "$id"}'::jsonb);
	    PERFORM scim_call_tool('scim_play', '{}'::jsonb);
	    BEGIN
	      PERFORM scim_call_tool('scim_patch_user', '{"user_id": "$id", "operations": [{"op": "add", "path": "title", "value": "P0001"}]}'::jsonb);
	      PERFORM scim_call_tool('scim_patch_user', '{"user_id": "$id", "operations": [{"op": "add", "path": "title", "value": "XX000"}]}'::jsonb);
	    EXCEPTION WHEN internal_error THEN
	    END;
	    RAISE EXCEPTION 'the outer one' USING ERRCODE = 'P0002';
	  END IF;
	  RETURN NULL;
	END \$\$;
	CREATE TRIGGER nested AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION nested()});

# The lines of the log about tools, when an agent of that name makes a nested call.
sub lines_of_agent
{
	my ($agent) = @_;
	my $from = -s $node->logfile;
	my $answer = $node->safe_psql('scim', "SET scimver.agent = $agent; " . update_with('Nested'));
	like($answer, qr/"error_code":"INTERNAL"/, 'what a trigger raises behind other tools is an answer');
	return grep { /tool .* failed|forged/ } split /\n/, slurp_file($node->logfile, $from);
}
my @lines = lines_of_agent(q{''});
is(@lines, 2, 'two tools failed');
like($lines[0], qr/LOG:  tool scim_patch_user failed with SQLSTATE P0001/, '... the inner one first');
like($lines[1], qr/LOG:  tool scim_update_user failed with SQLSTATE P0002 in \w+: %s$/, '... then the outer one; no agent is named where there is none');
foreach my $case (
	[ q{'tap'}, 'tap', 'an agent' ],
	[ q{E'a\nLOG:  tool forged\r\x1b[31m\x7f\u0085\u009b'}, 'aLOG:  tool forged[31m', 'control characters are dropped' ],
	[ q{E'a\u00e9", table "forged'}, "a\xc3\xa9\", table \"forged", 'a quotation mark stands at the end' ],
	[ qq{'@{[ 'n' x 5000 ]}'}, 'n' x 128, 'a long name is cut' ],
	[ qq{'a@{[ "\xc3\xa9" x 100 ]}'}, 'a' . "\xc3\xa9" x 63, '... between characters' ])
{
	my ($agent, $shown, $what) = @$case;
	@lines = lines_of_agent($agent);
	is(@lines, 2, "$what: two lines");
	is(scalar(grep { /, agent "\Q$shown\E"$/ } @lines), 2, "$what: both name the agent");
}
{
	# in a startup packet no encoding is checked; the last byte is the first of a character of four
	local $ENV{PGOPTIONS} = "-c scimver.agent=a\xff\xc3b\xf0";
	$offset = -s $node->logfile;
	$node->safe_psql('scim', update_with('P0001'));
	like(slurp_file($node->logfile, $offset), qr/ failed with SQLSTATE P0001 .*, agent "a\?\?b\??"$/m, 'a name in no encoding is ASCII');
}
# ... and the trace that the call is a part of, without its state, which may be anything; in front of the agent.
my $parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
foreach my $case (
	[ $parent, qr/, trace "$parent", agent "tap"$/, 'a trace' ],
	[ qq{$parent a=", agent "forged}, qr/, trace "$parent", agent "tap"$/, 'one with a state' ],
	[ "fe-@{[ substr $parent, 3 ]}-more", qr/, trace "fe-@{[ substr $parent, 3 ]}", agent "tap"$/, 'one of a version to come' ],
	[ 'forged', qr/: %s, agent "tap"$/, 'what is none' ])
{
	my ($trace, $shown, $what) = @$case;
	@lines = lines_of_agent("'tap'; SET scimver.trace = '$trace'");
	is(scalar(grep { /$shown/ } @lines), 2, "the log: $what");
}
$node->safe_psql('scim', 'DROP TRIGGER nested ON users');

# Thrown on: the statement, and with it the password, is not logged.
foreach my $case ([ 'XX000', 'boom', 0 ], [ 'sleep', 'canceling statement due to statement timeout', '500ms' ])
{
	my ($title, $message, $timeout) = @$case;
	$offset = -s $node->logfile;
	($code, $out, $err) = $node->psql('scim', "SET statement_timeout = '$timeout'; " . update_with($title));
	isnt($code, 0, "$title: thrown on");
	like($err, qr/\Q$message\E/, "$title: as it was");
	$log = slurp_file($node->logfile, $offset);
	like($log, qr/ERROR:  \Q$message\E/, "$title: logged");
	unlike($log, qr/hunter2/, "$title: without the statement");
}
foreach my $text ('{"user_data": {"password": "hunter2", }}', '{"password": "hunter2\\\\u0000"}', '{"user_data": {"password": ["hunter2"]}}')
{
	$offset = -s $node->logfile;
	$node->safe_psql('scim', "SELECT scim_call_tool('scim_create_user', E'$text'::text)");
	unlike(slurp_file($node->logfile, $offset), qr/hunter2/, 'bad arguments are not logged');
}
is($node->safe_psql('scim', "SELECT data->>'title' FROM users"), 'A', 'nothing was half done');

# Content that goes from A to B and back, under conditional writes: who is told
# of a mismatch is never shown the very version that was expected.
$node->safe_psql('scim', q{
	CREATE TABLE expected AS SELECT version FROM users;
	CREATE UNLOGGED TABLE answer (answer jsonb);
});
$node->pgbench('--no-vacuum --client=8 --jobs=2 --time=6', 0, [qr/processed/], [qr/^$/], 'toggling content',
	{
		'050_toggle' => q{UPDATE users SET data = data || jsonb_build_object('title', (array['A', 'B'])[1 + (random() > 0.5)::int]);},
		'050_write' => qq{INSERT INTO answer SELECT scim_call_tool('scim_patch_user', jsonb_build_object('user_id', '$id',
			'expected_version', version, 'operations', '[{"op": "replace", "path": "title", "value": "C"}]'::jsonb)) FROM expected;},
	}, 'scim');
is($node->safe_psql('scim', q{
	SELECT count(*) FROM answer, expected
	WHERE NOT (answer->>'success')::bool
	  AND (answer->'content'->>'error_code' <> 'VERSION_MISMATCH'
	       OR answer->'content'->>'current_version' = version
	       OR answer->'content'->>'current_version' IS DISTINCT FROM answer->'content'->'current'->>'_version')}),
	0, 'no mismatch with what was expected');
# what is told of the changes, and of a merge, is told of the version that is shown
is($node->safe_psql('scim', q{
	SELECT count(*) FROM answer
	WHERE answer->'content' ?| ARRAY['changes', 'merge']
	  AND answer->'content'->'current_version' IS DISTINCT FROM answer->'content'->'changes'->0->'version'
	  AND answer->'content'->'merge'->>'reason' IS DISTINCT FROM 'BASE_UNKNOWN'}), 0, '... and none that tells of older changes');
my $counts = $node->safe_psql('scim', q{
	SELECT count(*) FILTER (WHERE (answer->>'success')::bool) > 100, count(*) FILTER (WHERE NOT (answer->>'success')::bool) > 100 FROM answer});
is($counts, 't|t', '... and there were winners and losers');
is($node->safe_psql('scim', q{
	SELECT (SELECT count(*) FROM answer WHERE answer->'content'->>'error_code' = 'VERSION_MISMATCH')
		- (SELECT count(*) FROM scim_history WHERE operation = 'refused' AND error_code = 'VERSION_MISMATCH' AND tool = 'scim_patch_user')}),
	0, '... each loser is on record once, however often it was tried');

# What keeps a refusal from being recorded is logged; the answer is the same.
$node->safe_psql('scim', q{
	CREATE FUNCTION unwritten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$not this: %$$, NEW; END';
	CREATE TRIGGER unwritten BEFORE INSERT ON scim_history_rows FOR EACH ROW WHEN (NEW.operation = 'refused') EXECUTE FUNCTION unwritten()});
my $stale = qq{SELECT scim_call_tool('scim_delete_user', '{"user_id": "$id", "expected_version": "stale"}'::jsonb)};
$offset = -s $node->logfile;
$out = $node->safe_psql('scim', "SET scimver.agent = 'tap'; $stale");
like($out, qr/"error_code":"VERSION_MISMATCH"/, 'a refusal that cannot be recorded is answered');
$log = slurp_file($node->logfile, $offset);
like($log, qr/LOG:  tool scim_delete_user was refused, which was not recorded for SQLSTATE P0001 in \w+: %s, agent "tap"$/m, '... and logged');
unlike($log, qr/not this|stale|WARNING|ERROR/, '... without values, and as nothing else');
$node->safe_psql('scim', 'DROP TRIGGER unwritten ON scim_history_rows');
is($node->safe_psql('scim', "SET scimver.agent = 'tap'; $stale") =~ s/"(?:attempts|retry_after_ms)":\d+,//gr, $out, '... as one that can, but for the attempts');

# A standby reads, and says that it cannot write.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
like($standby->safe_psql('scim', qq{SELECT scim_call_tool('scim_get_user', '{"user_id": "$id"}'::jsonb)}),
	qr/"success":true/, 'a standby reads');
like($standby->safe_psql('scim', q{SELECT scim_call_tool('scim_list_users', '{}'::jsonb)}),
	qr/"success":true/, 'a standby lists');
like($standby->safe_psql('scim', update_with('D')), qr/"error_code":"PERMISSION_DENIED"/, 'a standby does not write');
like($standby->safe_psql('scim', qq{SELECT scim_call_tool('scim_delete_user', '{"user_id": "$id"}'::jsonb)}),
	qr/"error_code":"PERMISSION_DENIED"/, 'a standby does not delete');
like($standby->safe_psql('scim', qq{SET scimver.only_tenant = 'default'; SELECT scim_call_tool('scim_get_user', '{"user_id": "$id", "tenant_id": "beta"}'::jsonb)}),
	qr/"error_code":"TENANT_FORBIDDEN"/, '... and records no refusal');
unlike(slurp_file($standby->logfile), qr/not recorded/, '... without a word');

done_testing();
