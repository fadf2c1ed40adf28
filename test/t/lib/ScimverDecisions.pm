# People and programs who decide at once: proposers, reviewers, those who write other
# attributes, and one whom the policy does not bind; each in a session of his own.  They
# keep account of each call and its answer.  What came of it is judged by
# ScimverDecisionsJudge.pm.
#
#	my $all = ScimverDecisions->new(node => $node, database => 'scim', proposals => 200);
#	$all->run;
#
# "readers": proposers may read the resources, and not write them.
package ScimverDecisions;

use strict;
use warnings;
use IO::Select;
use JSON::PP ();
use ScimverSession;

my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;

# What is reviewed, and what each of the writers changes, who are not.
our @reviewed = qw(title nickName displayName userType active name.familyName);
our @free = qw(profileUrl locale timezone preferredLanguage);

my $reviewers = 4;
my $proposers = 4;

# The roles of all databases of a server.
sub add_roles
{
	my ($class, $node) = @_;
	my $sql = 'CREATE ROLE hr LOGIN; ';

	$sql .= "CREATE ROLE team_$_; CREATE ROLE reviewer_$_ LOGIN IN ROLE team_$_; " foreach 1 .. $reviewers;
	$sql .= "CREATE ROLE proposer_$_ LOGIN; " foreach 1 .. $proposers;
	$sql .= "CREATE ROLE writer_$_ LOGIN; " foreach 1 .. @free;
	$node->safe_psql('postgres', $sql);
	return;
}

sub all_roles
{
	return ('hr', (map { "reviewer_$_" } 1 .. $reviewers), (map { "proposer_$_" } 1 .. $proposers), map { "writer_$_" } 1 .. @free);
}

# Their policies: two of four teams decide on users, and on the members of groups.
sub policy
{
	my (@attributes) = @_;

	return $JSON->encode({ review => { attributes => \@attributes, reviewers => [ map { "team_$_" } 1 .. $reviewers ], quorum => 2 }, exempt => ['hr'] });
}

sub new
{
	my ($class, %options) = @_;
	my $self = bless { proposals => 200, random => sub { int rand $_[0] }, calls => [], made => 0, heard => 0, marks => 0, %options }, $class;
	my ($node, $database) = @$self{qw(node database)};

	$node->safe_psql($database, "SELECT scim_grant_tenant('default', '$_')") foreach all_roles();
	$node->safe_psql($database, q{SELECT scim_set_policy('default', 'User', '} . policy(@reviewed) . q{')});
	$node->safe_psql($database, q{SELECT scim_set_policy('default', 'Group', '} . policy('members') . q{')});
	$self->{users} = [ split /\n/, $node->safe_psql($database, 'SELECT id FROM users ORDER BY id') ];
	$self->{groups} = [ split /\n/, $node->safe_psql($database, 'SELECT id FROM groups ORDER BY id') ];
	$self->{players} = [
		(map { $self->player("reviewer_$_", \&review) } 1 .. $reviewers),
		(map { $self->player("proposer_$_", \&propose, reads => $self->{readers}) } 1 .. $proposers),
		(map { $self->player("writer_$_", \&write_other, attribute => $free[ $_ - 1 ]) } 1 .. @free),
		$self->player('hr', \&interfere) ];
	return $self;
}

sub player
{
	my ($self, $role, $act, %more) = @_;
	my $session = ScimverSession->new(conninfo => $self->{node}->connstr($self->{database}), role => $role);

	return { role => $role, act => $act, session => $session, open => [], approved => {}, %more };
}

sub chance { my ($self, $percent) = @_; return $self->{random}->(100) < $percent; }

sub choose { my ($self, @all) = @_; return $all[ $self->{random}->(scalar @all) ]; }

sub mark { my ($self, $player) = @_; return "$player->{role} " . ++$self->{marks}; }

sub literal { my ($text) = @_; return "'" . ($text =~ s/'/''/gr) . "'"; }

# ---- what they call ----

# A call of the player's; "more" is what is known of it, for whoever judges.
sub call
{
	my ($self, $player, $sql, %more) = @_;

	$player->{call} = { role => $player->{role}, sql => $sql, since => $self->{heard}, %more };
	push @{ $self->{calls} }, $player->{call};
	$player->{session}->start($sql);
	return 1;
}

sub new_value
{
	my ($self, $player, $attribute) = @_;

	return $self->choose(JSON::PP::true, JSON::PP::false) if $attribute eq 'active';
	return $self->choose('Employee', 'Contractor') if $attribute eq 'userType';    # others may propose the same
	return $self->mark($player);
}

# One or two attributes that are reviewed, anew.
sub change_of_user
{
	my ($self, $player) = @_;
	my %paths = map { $self->choose(@reviewed) => 1 } 1 .. 1 + $self->{random}->(2);

	return map { { op => 'replace', path => $_, value => $self->new_value($player, $_) } } sort keys %paths;
}

sub change_of_group
{
	my ($self) = @_;
	my $user = $self->choose(@{ $self->{users} });

	return $self->chance(60) ? { op => 'add', path => 'members', value => [ { value => $user } ] } : { op => 'remove', path => qq{members[value eq "$user"]} };
}

# In one of the ways that there are; who may only read the resource has one.
sub propose
{
	my ($self, $player) = @_;
	my ($type, $id) = @{ $self->{groups} } && $self->chance(25) ? ('Group', $self->choose(@{ $self->{groups} })) : ('User', $self->choose(@{ $self->{users} }));
	my $operations = literal($JSON->encode([ $type eq 'Group' ? $self->change_of_group : $self->change_of_user($player) ]));
	my $version = "scim_get_resource('$type', '$id') #>> '{meta,version}'";

	return 0 if $self->{made} >= $self->{proposals};
	$self->{made}++;
	return $self->call($player, "SELECT scim_propose_change('$type', '$id', '{\"delete\": true}', reason => 'gone')", proposes => 1)
	  if $type eq 'User' && $self->chance(2);
	return $self->call($player, "SELECT scim_propose_change('$type', '$id', $operations, reason => 'please')", proposes => 1) if $self->chance(30);
	return $self->call($player, "SELECT scim_propose_change('$type', '$id', $operations, $version)", proposes => 1) if $player->{reads} || $self->chance(30);
	return $self->call($player, "SELECT scim_patch_resource('$type', '$id', $operations, $version, on_conflict => 'propose')", proposes => 1) if $self->chance(50);
	return $self->call($player, "SELECT scim_patch_resource('$type', '$id', $operations, on_conflict => 'propose')", proposes => 1);
}

my $open = q{SELECT id || ' ' || version || ' ' || proposer FROM scim_proposals WHERE status = 'open' AND conflicts IS NULL ORDER BY random()};

# The next one that is open, as it was when the reviewer last looked.
sub review
{
	my ($self, $player) = @_;
	my $next = shift @{ $player->{open} };

	return $self->propose($player) if $self->{made} < $self->{proposals} && $self->chance(10);
	return $self->call($player, $open, looks => 1) unless $next;
	return $self->decide($player, split / /, $next);
}

# Most approve, some of them twice, or what is their own, or take it back.
sub decide
{
	my ($self, $player, $id, $version, $proposer) = @_;
	my $decision = $proposer eq $player->{role} ? $self->choose('approve', 'approve', 'withdraw') : $self->chance(5) ? 'reject' : 'approve';
	my $sql = "SELECT scim_review_proposal('$id', '$decision', '$version')";
	my $known = { id => $id, version => $version, decision => $decision, own => $proposer eq $player->{role} };

	return $self->call($player, "BEGIN;\n$sql;\nROLLBACK", reviews => $known, taken_back => 1) if $self->chance(10);
	return $self->call($player, $sql, reviews => $known);
}

# An attribute that is the writer's alone, on condition of the version or not.
sub write_other
{
	my ($self, $player) = @_;
	my $id = $self->choose(@{ $self->{users} });
	my $mark = $self->mark($player) =~ s/ /-/gr;
	my $value = $player->{attribute} eq 'profileUrl' ? "https://example.com/$mark" : $mark;
	my $operations = literal($JSON->encode([ { op => 'replace', path => $player->{attribute}, value => $value } ]));
	my %more = (writes => { id => $id, attribute => $player->{attribute}, value => $value });

	return 0 if $self->{settled};
	return $self->call($player, "SELECT scim_patch_user('$id', $operations, scim_get_user('$id') #>> '{meta,version}', on_conflict => 'merge')", %more) if $self->chance(40);
	return $self->call($player, "SELECT scim_patch_user('$id', $operations)", %more);
}

# Who is not bound does at once some of what others have proposed (the rest is left to be
# decided on), or something else.
my $some = q{SELECT p.resource_id || ' ' || jsonb_build_array(jsonb_build_object('op', 'replace', 'path', c -> 'path', 'value', c -> 'to'))
	FROM scim_proposals p, jsonb_array_elements(changes) c
	WHERE status = 'open' AND resource_type = 'User' AND conflicts IS NULL AND c ? 'to' AND c ? 'path'
	ORDER BY jsonb_array_length(changes) = 1, random() LIMIT 1};

sub interfere
{
	my ($self, $player) = @_;
	my $next = shift @{ $player->{open} };

	return 0 if $self->{settled} || $self->{made} >= $self->{proposals};
	return $self->call($player, $some, looks => 1) unless $next;
	my ($id, $operations) = split / /, $next, 2;
	$operations = $JSON->encode([ $self->change_of_user($player) ]) if $self->chance(30);
	return $self->call($player, "SELECT scim_patch_user('$id', " . literal($operations) . ')', interferes => 1);
}

# ---- what they are told ----

# Reads the answer to the call that is under way.
sub hear
{
	my ($self, $player) = @_;
	my $call = delete $player->{call};
	my $answer = $player->{session}->answer;

	return $self->lose($player, $call) unless $answer;
	$call->{code} = $answer->{code};
	$call->{text} = $answer->{text};
	$self->learn($player, $call, $answer) if $call->{looks};
	$call->{answer} = eval { $JSON->decode($answer->{rows}[0] // 'null') } unless $answer->{code} || $call->{looks};
	$self->remember($player, $call) if $call->{reviews};
	return;
}

sub learn
{
	my ($self, $player, $call, $answer) = @_;

	$player->{open} = [ grep { !$player->{approved}{ join ' ', (split / /)[ 0, 1 ] } } @{ $answer->{rows} } ];
	$player->{idle} = !@{ $player->{open} } && $call->{since} == $self->{heard};
	return;
}

# What it needs not to do again.
sub remember
{
	my ($self, $player, $call) = @_;
	my $known = $call->{reviews};

	$self->{heard}++;
	return if $call->{taken_back} || ($call->{code} // '') =~ /^(?:40001|40P01)$/;
	$player->{approved}{"$known->{id} $known->{version}"} = 1;
	return;
}

# The session is gone, and with it the answer, and maybe the server for a while.
sub lose
{
	my ($self, $player, $call) = @_;

	$call->{code} = 'lost';
	$self->{heard}++;
	until (eval { $player->{session}->connect })
	{
		$self->{node}->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	}
	return;
}

# ---- all of them at once ----

sub is_over
{
	my ($self) = @_;
	my @reviewers = grep { $_->{act} == \&review } @{ $self->{players} };

	return 0 if $self->{made} < $self->{proposals} || grep { $_->{call} && ($_->{call}{reviews} || $_->{call}{proposes}) } @{ $self->{players} };
	return !grep { !$_->{idle} } @reviewers;
}

# Until nobody has anything to do; "beside" is done now and then, told the number of calls so far.
sub run
{
	my ($self, $beside) = @_;

	until ($self->{settled})
	{
		my @busy;

		foreach my $player (@{ $self->{players} }) { $player->{act}->($self, $player) unless $player->{call}; }
		$beside->(scalar @{ $self->{calls} }) if $beside;
		@busy = grep { $_->{call} } @{ $self->{players} };
		my %by_handle = map { fileno($_->{session}{out}) => $_ } @busy;
		$self->hear($by_handle{ fileno $_ }) foreach IO::Select->new(map { $_->{session}{out} } @busy)->can_read;
		$self->{settled} = $self->is_over;
	}
	foreach (grep { $_->{call} } @{ $self->{players} }) { $self->hear($_); }
	$_->{session}->quit foreach @{ $self->{players} };
	return;
}

1;
