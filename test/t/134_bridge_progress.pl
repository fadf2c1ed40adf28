# scimver-mcp: notifications/progress, in both eras, from what the database tells.
#
# A trigger tells what the test wants to have told: SQLSTATE PT102, "DONE TOTAL".
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('progress');
my $conninfo = $node->connstr('postgres');
my $id = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "ada"}') ->> 'id'});

$node->safe_psql('postgres', q{
	CREATE TABLE told (place serial, state text DEFAULT 'PT102', message text);
	CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
		DECLARE
			line told;
		BEGIN
			NEW.data = NEW.data || jsonb_build_object('nickName', concat('progress ', current_setting('scimver.progress', true)));
			FOR line IN SELECT * FROM told ORDER BY place LOOP
				RAISE INFO USING ERRCODE = line.state, MESSAGE = line.message;
			END LOOP;
			IF NEW.data ->> 'title' = 'slow' THEN
				BEGIN
					PERFORM pg_advisory_lock(1);
				EXCEPTION WHEN query_canceled THEN
					RAISE INFO USING ERRCODE = 'PT102', MESSAGE = '1000 1000';
					RAISE;
				END;
			ELSIF NEW.data ->> 'title' = 'flood' THEN
				FOR i IN 1 .. 100000 LOOP
					RAISE INFO USING ERRCODE = 'PT102', MESSAGE = i::text;
				END LOOP;
			END IF;
			RETURN NEW;
		END $$;
	CREATE TRIGGER a_tell BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION tell();
	INSERT INTO told (message) VALUES ('0 10'), ('5 10'), ('5 10'), ('3 10'), ('7'), ('done'), ('8 '), ('8  10'), ('8 10 12'), ('-9 10'),
		('1e1'), ('9999999999999999'), (' 8'), ('8 x'), ('');
	INSERT INTO told (state, message) VALUES ('PT103', '8 10'), ('00000', '8 10'), ('PT102', '10 10')});

my $title = 0;
my $bridge;

sub call
{
	my ($meta, $is) = @_;
	my $number = $bridge->{next_id}++;
	my $arguments = ScimverBridge->encode({ user_id => $id, user_data => { userName => 'ada', title => $is // 'title ' . ++$title } });

	$bridge->send_raw(qq[{"jsonrpc":"2.0","id":$number,"method":"tools/call","params":{"name":"scim_update_user","_meta":$meta,"arguments":$arguments}}\n]);
	return $number;
}

# The lines up to the answer, and this.
sub lines
{
	my ($number) = @_;
	my @lines;

	while (defined(my $line = $bridge->line))
	{
		my $message = $bridge->decode($line);
		return (\@lines, $message) if defined $message->{id} && $message->{id} == $number;
		push @lines, $line;
	}
	die 'no answer';
}

sub notification { return qq[{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":$_[0],$_[1]}}]; }

my $modern = ScimverBridge->encode(\%ScimverBridge::modern_meta) =~ s/\}\z//r;
$bridge = ScimverBridge->new(conninfo => $conninfo);
$bridge->initialize;
foreach my $token ('7', '"t"', '-1', '1.0', '123456789012345678901234567890', '""', '"\u0041\n\"\/"', '"é"')
{
	foreach my $meta (qq[{"progressToken":$token}], qq[$modern,"progressToken":$token}])
	{
		my ($lines, $answer) = lines(call($meta));
		is_deeply($lines, [
			map { notification($token, $_) } '"progress":0,"total":10', '"progress":5,"total":10', '"progress":7', '"progress":10,"total":10' ],
			"progress of $meta");
		is($answer->{result}{structuredContent}{content}{nickName}, 'progress on', 'the database knows that it is wanted');
	}
}

# Nobody who did not ask is told.
foreach my $meta ('{}', "$modern}", '{"progressToken":null}')
{
	my ($lines, $answer) = lines(call($meta));
	ok($answer->{result}{structuredContent}{success}, "a call with $meta");
	is_deeply($lines, [], 'no progress is told');
	isnt($answer->{result}{structuredContent}{content}{nickName}, 'progress on', 'nor is it asked for');
}
foreach my $token ('1.5', '1e3', 'true', '[]', '{}')
{
	my ($lines, $answer) = lines(call(qq[{"progressToken":$token}]));
	is($answer->{error}{code}, -32602, "progressToken $token is -32602");
	is_deeply($lines, [], 'nothing is told');
}
is_deeply($bridge->roundtrip('ping', { _meta => { progressToken => 1.5 } })->{result}, {}, 'a token where there is no progress');

# None comes after a cancellation, whatever the database still says.
my $session = $node->background_psql('postgres');
$session->query_safe('SELECT pg_advisory_lock(1)');
my $number = call('{"progressToken":"c"}', 'slow');
is($bridge->line, notification('"c"', qq["progress":$_]), "before it is cancelled: $_") foreach '0,"total":10', '5,"total":10', 7, '10,"total":10';
$bridge->notify('notifications/cancelled', { requestId => $number });
ok($bridge->call('scim_get_user', { user_id => $id })->{success}, 'the next call');
is_deeply($bridge->{messages}, [], 'nothing is told of the cancelled one');

# Two calls at once: each has its own.
my $first = call('{"progressToken":"one"}', 'slow');
is($bridge->line, notification('"one"', qq["progress":$_]), "the first one: $_") foreach '0,"total":10', '5,"total":10', 7, '10,"total":10';
my $other = $node->safe_psql('postgres', q{SELECT scim_create_user('{"userName": "bob"}') ->> 'id'});
$number = $bridge->request('tools/call', { name => 'scim_update_user', _meta => { progressToken => 'two' },
	arguments => { user_id => $other, user_data => { userName => 'bob', title => 'x' } } });
my ($lines) = lines($number);
is(scalar(grep { /"progressToken":"two"/ } @$lines), 4, 'another one beside it');
$session->query_safe('SELECT pg_advisory_unlock(1)');
$session->quit;
ok($bridge->envelope($first)->{success}, 'the first one ends');
is_deeply($bridge->{messages}, [], 'and nothing is told after its answer');

# A client that does not read is not told: neither memory nor the call waits.
$node->safe_psql('postgres', 'TRUNCATE told');
my $token = ScimverBridge->encode('x' x 1000);
$number = call(qq[{"progressToken":$token}], 'flood');
$node->poll_query_until('postgres', q{SELECT data ->> 'title' = 'flood' FROM users WHERE data ->> 'userName' = 'ada'}) or die 'it is not written';
SKIP:
{
	my $memory = $bridge->memory // skip 'the memory is not its own alone', 1;
	cmp_ok($memory, '<', 30_000, 'it costs no memory without end');
}
my $last = 0;
my $count = 0;
($lines, my $answer) = lines($number);
foreach my $line (@$lines)
{
	my ($progress) = $line =~ /"progress":(\d+)\}\}\z/ or die $line;
	die "$progress after $last" unless $progress > $last;
	$last = $progress;
	$count++;
}
ok($answer->{result}{structuredContent}{success}, 'the call ends');
cmp_ok($count, '>', 100, 'what was read was told');
cmp_ok($count, '<', 10_000, 'what was not was left out');

# What the database tells of by itself: a bulk.
my @operations = map { { method => 'POST', path => '/Users', bulkId => "b$_", data => { userName => "bulk$_" } } } 1 .. 1000;
foreach my $meta ({}, \%ScimverBridge::modern_meta)
{
	my $before = $node->safe_psql('postgres', 'SELECT count(*) FROM users');
	$number = $bridge->request('tools/call', { name => 'scim_bulk', _meta => { %$meta, progressToken => 'bulk' },
		arguments => { request => { schemas => ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
			Operations => [ map { { %$_, data => { userName => "$before-$_->{bulkId}" } } } @operations ] } } });
	($lines, $answer) = lines($number);
	ok($answer->{result}{structuredContent}{success}, 'a bulk') or diag explain $answer;
	my @told = map { $bridge->decode($_)->{params} } @$lines;
	cmp_ok(scalar @told, '>', 0, 'it tells how far it is');
	is(scalar(grep { $_->{progressToken} eq 'bulk' && $_->{total} == 1000 && $_->{progress} <= 1000 } @told), scalar @told, 'of all of it');
	is(scalar(grep { $told[$_]{progress} <= $told[ $_ - 1 ]{progress} } 1 .. $#told), 0, 'rising');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM users') - $before, 1000, 'it is done');
}
is($bridge->finish, 0, 'exit code');
is($bridge->stderr, '', 'nothing to report');

done_testing();
