# scimver-mcp: conflicts that a client's user decides (on_conflict "ask_user"), in both
# eras: what is written, what is asked anew, and what a requestState is good for.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverAsked;
use ScimverBridge;
use Test::More;

my $node = ScimverBridge->new_node('consult', conf => "scimver.max_attempts = 0\n");
my $conninfo = $node->connstr('postgres');
my $users = 0;

$node->safe_psql('postgres', q{
	CREATE ROLE clerk LOGIN;
	CREATE ROLE other LOGIN;
	GRANT SELECT, INSERT, UPDATE, DELETE ON users TO clerk, other;
	SELECT scim_grant_tenant(tenant, role::regrole) FROM unnest('{default,west}'::text[]) tenant, unnest('{clerk,other}'::text[]) role});

# A user, and the arguments of a call that expects what is not there any more.
sub conflict
{
	my (%more) = @_;
	my $name = 'user' . ++$users;
	my $tenant = $more{tenant_id} // 'default';
	my ($id, $version) = split /\|/, $node->safe_psql('postgres', qq{
		SELECT r ->> 'id', r -> 'meta' ->> 'version' FROM scim_create_user('{"userName": "$name", "title": "Guide"}', tenant_id => '$tenant') r});
	write_title($id, 'theirs');
	return { user_id => $id, user_data => { userName => $name, title => 'mine', nickName => 'M' }, expected_version => $version,
		on_conflict => 'ask_user', %more };
}

sub write_title { $node->safe_psql('postgres', qq{UPDATE users SET data = data || '{"title": "$_[1]"}' WHERE id = '$_[0]'}); return; }

sub state_of
{
	my ($arguments) = @_;
	return $node->safe_psql('postgres', qq{
		SELECT concat_ws(' ', data ->> 'title', data ->> 'nickName', revision) FROM users WHERE id = '$arguments->{user_id}'});
}

sub client { my ($era, %options) = @_; return ScimverAsked->new($era, conninfo => $conninfo, %options); }

foreach my $era ('legacy', 'modern')
{
	my $client = client($era);
	my $arguments = conflict();
	my $outcome = $client->call('scim_update_user', $arguments);
	like($outcome->{asked}{message}, qr/Others changed the user user\d+ .*title/, "$era: the question");
	is_deeply($outcome->{asked}{requestedSchema}{properties}{decision}{enum}, [ 'apply_mine', 'keep_current', 'choose', 'propose' ], 'what may be decided');
	is(state_of($arguments), 'theirs 2', 'nothing is written before');
	$outcome = $client->answer(decides('apply_mine'));
	is_deeply([ $outcome->{success}, $outcome->{metadata}{decision} ], [ JSON::PP::true, 'apply_mine' ], "$era: apply_mine");
	is(state_of($arguments), 'mine M 3', 'mine stands');

	$arguments = conflict();
	$client->call('scim_update_user', $arguments);
	$outcome = $client->answer(decides('keep_current'));
	ok($outcome->{success} && $outcome->{content}{title} eq 'theirs', "$era: keep_current");
	is(state_of($arguments), 'theirs 2', 'nothing is written');

	$arguments = conflict();
	my @sides = grep { $_ ne 'decision' } keys %{ $client->call('scim_update_user', $arguments)->{asked}{requestedSchema}{properties} };
	ok((grep { $_ eq 'title' } @sides), 'the form has the attribute that both changed');
	$outcome = $client->answer(decides('choose', map { $_ => 'theirs' } @sides));
	ok($outcome->{success}, "$era: choose");
	is(state_of($arguments), 'theirs M 3', 'each as it was chosen');

	$arguments = conflict();
	$client->call('scim_update_user', $arguments);
	$outcome = $client->answer(decides('propose'));
	ok($outcome->{success} && $outcome->{content}{proposal_id}, "$era: propose") or diag explain $outcome;
	is(state_of($arguments), 'theirs 2', 'nothing is written but a proposal');

	foreach my $action ('decline', 'cancel')
	{
		$arguments = conflict();
		$client->call('scim_update_user', $arguments);
		$outcome = $client->answer({ action => $action });
		is_deeply([ $outcome->{content}{error_code}, $outcome->{metadata}{decision} ], [ 'VERSION_MISMATCH', $action ], "$era: $action");
		like($outcome->{content}{next_steps}[0], qr/Your user was asked/, 'the agent hears that it was a no');
		is(state_of($arguments), 'theirs 2', 'nothing is written');
	}

	# Somebody comes in between: what was decided on is not there any more.
	$arguments = conflict();
	$client->call('scim_update_user', $arguments);
	write_title($arguments->{user_id}, 'third');
	$outcome = $client->answer(decides('apply_mine'));
	ok($outcome->{asked}, "$era: a third writer: asked anew");
	is(state_of($arguments), 'third 3', 'nothing is written');
	$outcome = $client->answer(decides('apply_mine'));
	ok($outcome->{success}, 'the second answer');
	is(state_of($arguments), 'mine M 4', 'is written');

	# What the form does not offer is a failure, and decides nothing.
	$arguments = conflict();
	foreach my $wrong (decides('delete_all'), decides('choose'), { action => 'accept' }, decides("\0"))
	{
		$client->call('scim_update_user', $arguments);
		is_deeply([ @{ $client->answer($wrong)->{content} }{ 'error_code', 'path' } ], [ 'INVALID_ARGUMENT', 'inputResponses' ],
			"$era: " . ScimverBridge->encode($wrong));
	}
	is(state_of($arguments), 'theirs 2', 'nothing is written');

	# A deleted user, a delete, a failure of another kind, a call without a conflict.
	$arguments = conflict();
	$client->call('scim_update_user', $arguments);
	$node->safe_psql('postgres', "DELETE FROM users WHERE id = '$arguments->{user_id}'");
	is($client->answer(decides('apply_mine'))->{content}{error_code}, 'USER_NOT_FOUND', "$era: deleted meanwhile");
	$arguments = conflict();
	delete @$arguments{'user_data'};
	ok($client->call('scim_delete_user', $arguments)->{asked}, "$era: a delete asks");
	ok($client->answer(decides('apply_mine'))->{content}{deleted}, 'it is deleted');
	$arguments = conflict(expected_version => '"');
	is($client->call('scim_update_user', $arguments)->{content}{error_code}, 'INVALID_VERSION_FORMAT', "$era: no question without a conflict");
	$arguments = conflict(on_conflict => 'fail');
	is($client->call('scim_update_user', $arguments)->{content}{error_code}, 'VERSION_MISMATCH', "$era: nor unless it is asked for");
	is($client->{bridge}->finish, 0, 'exit code');
	is_deeply($client->{bridge}{messages}, [], 'nothing else was sent');
	is($client->{bridge}->stderr, '', 'nothing to report');
}

# A legacy client whose user is never fast enough.
my $slow = client('legacy');
my $arguments = conflict();
my $outcome = $slow->call('scim_update_user', $arguments);
foreach my $round (1 .. 5)
{
	ok($outcome->{asked}, "question $round");
	write_title($arguments->{user_id}, "round $round");
	$outcome = $slow->answer(decides('apply_mine'));
}
is($outcome->{content}{error_code}, 'VERSION_MISMATCH', 'after the fifth question the call ends');
is(state_of($arguments), 'round 5 7', 'nothing of it is written');

# A client that cannot be asked is told what to do instead.
my $plain = ScimverBridge->new(conninfo => $conninfo);
$plain->initialize;
$outcome = $plain->call('scim_update_user', conflict());
is($outcome->{content}{error_code}, 'VERSION_MISMATCH', 'a client that cannot be asked');
ok(scalar @{ $outcome->{content}{next_steps} }, 'has its next steps');

# requestState comes back through an untrusted hand.
sub refused
{
	my ($client, $tool, $with, $state, $what) = @_;
	my $result = $client->call($tool, $with, requestState => $state, inputResponses => { decision => decides('apply_mine') });
	is_deeply([ @{ $result->{content} }{ 'error_code', 'path' } ], [ 'INVALID_ARGUMENT', 'requestState' ], $what) or diag explain $result;
	return;
}
my $clerk = client('modern', conninfo => "$conninfo user=clerk");
$arguments = conflict();
$clerk->call('scim_update_user', $arguments);
my $state = $clerk->{state};
foreach my $at (0, int(length($state) / 2), length($state) - 1)
{
	my $forged = $state;
	substr($forged, $at, 1) = substr($forged, $at, 1) eq 'A' ? 'B' : 'A';
	refused($clerk, 'scim_update_user', $arguments, $forged, "forged at $at");
}
refused($clerk, 'scim_update_user', $arguments, $_, 'forged: ' . substr($_, 0, 20)) foreach '', 'x', substr($state, 1), "$state$state", 'A' x 100_000, '{}';
refused(client('modern', conninfo => "$conninfo user=other"), 'scim_update_user', $arguments, $state, 'another role\'s');
refused($clerk, 'scim_update_user', { %$arguments, user_data => { %{ $arguments->{user_data} }, title => 'more' } }, $state, 'other arguments');
refused($clerk, 'scim_update_user', { %$arguments, tenant_id => 'west' }, $state, 'another tenant, by the arguments');
refused(client('modern', conninfo => "$conninfo user=clerk", args => [ '--tenant', 'west' ]), 'scim_update_user', $arguments, $state, 'by --tenant');
my %deletion = %$arguments;
delete $deletion{user_data};
refused($clerk, 'scim_delete_user', \%deletion, $state, 'another tool');
refused($clerk, 'scim_update_user', conflict(), $state, 'another resource');
is(state_of($arguments), 'theirs 2', 'nothing of all that is written');
ok($clerk->call('scim_update_user', $arguments, requestState => $state, inputResponses => { decision => decides('apply_mine') })->{success}, 'it is good once');
is(state_of($arguments), 'mine M 3', 'and written once');
write_title($arguments->{user_id}, 'later');
ok($clerk->call('scim_update_user', $arguments, requestState => $state, inputResponses => { decision => decides('apply_mine') })->{asked},
	'replayed after another write it decides nothing: it is asked anew');
is(state_of($arguments), 'later M 4', 'nothing is written');

# A legacy client cannot bring one of its own.
my $legacy = client('legacy', conninfo => "$conninfo user=clerk");
ok($legacy->call('scim_update_user', $arguments, requestState => $clerk->{state}, inputResponses => { decision => decides('apply_mine') })->{asked},
	'a legacy client is asked, whatever it brings');
is(state_of($arguments), 'later M 4', 'nothing is written');

# Many at once on one user, each with a version that is stale from its first write on: who
# is told that it was written finds it there at the end.
my ($id, $version) = split /\|/, $node->safe_psql('postgres', q{
	SELECT r ->> 'id', r -> 'meta' ->> 'version' FROM scim_create_user('{"userName": "busy"}') r});
my @writers;
foreach my $writer (1 .. 4)
{
	my $pid = fork // die "fork: $!";
	if ($pid)
	{
		push @writers, $pid;
		next;
	}
	my $client = client($writer % 2 ? 'legacy' : 'modern');
	my $told = '';
	foreach my $number (1 .. 10)
	{
		my $value = "w$writer-$number\@example.com";
		my $result = { };
		until ($result->{success})
		{
			$result = $client->call('scim_patch_user', { user_id => $id, expected_version => $version, on_conflict => 'ask_user',
				operations => [ { op => 'add', path => 'emails', value => [ { value => $value } ] } ] });
			while ($result->{asked})
			{
				$told .= "asked\n";
				$result = $client->answer(decides('apply_mine'));
			}
		}
		$told .= "$value\n";
	}
	append_to_file("$PostgreSQL::Test::Utils::tmp_check/written_$writer", $told);
	POSIX::_exit($client->{bridge}->finish);
}
is(waitpid($_, 0) && $?, 0, 'a writer ends') foreach @writers;
my @told = map { split /\n/, slurp_file("$PostgreSQL::Test::Utils::tmp_check/written_$_") } 1 .. 4;
my @written = sort grep { $_ ne 'asked' } @told;
is(scalar @written, 40, 'all were written');
cmp_ok(@told - @written, '>=', 39, 'with questions');
is_deeply([ sort split /\n/, $node->safe_psql('postgres', "SELECT e ->> 'value' FROM users, jsonb_array_elements(data -> 'emails') e WHERE id = '$id'") ],
	\@written, 'each is there');

done_testing();
