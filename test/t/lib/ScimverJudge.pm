# Judges what agents wrote (ScimverAgent.pm) by what the history holds of it (test/bench/fold.sql).
# Each function returns what is wrong, as messages.
package ScimverJudge;

use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Utils;
use ScimverAgent qw(place_value attribute_of);
use ScimverBridge;

# Options: node, database, writes (of all agents, see ScimverAgent: send_write).
sub new
{
	my ($class, %options) = @_;
	my $self = bless {%options}, $class;
	my $node = $self->{node};

	$node->safe_psql($self->{database}, slurp_file("$FindBin::RealBin/../bench/fold.sql"));
	$self->{states} = [ map { ScimverBridge->decode($_) } split /\n/, $node->safe_psql($self->{database}, 'SELECT fold()') ];
	$self->match;
	return $self;
}

# A change, and the write that made it, as text.
sub shown
{
	my ($change, $write) = @_;
	my %told;

	@told{qw(id operation agent expected version previous changed differences)} =
	  @{$change}{qw(id operation agent expected version previous changed differences)} if $change;
	@{ $told{write} }{qw(agent tool arguments intents status)} = @{$write}{qw(agent tool arguments intents status)} if $write;
	$told{answer} = $write->{envelope}{success} ? $write->{envelope}{metadata} : $write->{envelope}{content} if $write;
	return ScimverBridge->encode(\%told);
}

sub number_of { my ($value) = @_; return $value // 0; }

sub same { my ($a, $b) = @_; return defined $a ? defined $b && $a eq $b : !defined $b; }

# The places where two states differ: {place => [before, after]}.
sub differences
{
	my ($before, $after) = @_;
	my %found;
	my @places = (qw(title nickName displayName profileUrl externalId name.givenName name.familyName emails.work emails.home emails.other count),
		map { "member $_->{value}" } map { @{ $_->{members} // [] } } $before, $after);

	foreach my $place (@places)
	{
		my @values = map { scalar place_value($_, $place) } $before, $after;
		$found{$place} = \@values unless same(@values);
	}
	return \%found;
}

# Did the write intend this difference?
sub intends
{
	my ($write, $place, $difference) = @_;
	my $intent = $write->{intents}{$place};

	return 0 unless exists $write->{intents}{$place};
	return number_of($difference->[1]) - number_of($difference->[0]) == $intent if $place eq 'count';
	return same($difference->[1], $intent);
}

sub intends_all
{
	my ($write, $differences) = @_;
	return !grep { !intends($write, $_, $differences->{$_}) } keys %$differences;
}

# Which write made which change: of those that were acknowledged the version tells it, of
# those of which nobody was told what they intended.
sub match
{
	my ($self) = @_;
	my (%acknowledged, %open, %before);

	foreach my $write (@{ $self->{writes} })
	{
		my $key = "$write->{agent} $write->{resource}{id}";
		if ($write->{status} eq 'acknowledged')
		{
			my $version = $write->{envelope}{metadata}{version};
			push @{ $acknowledged{"$key $version"} }, $write unless $write->{envelope}{metadata}{unchanged};
		}
		elsif ($write->{status} =~ /^(lost|OUTCOME_UNKNOWN)$/) { push @{ $open{$key} }, $write; }
	}
	foreach my $change (@{ $self->{states} })
	{
		my $before = $before{ $change->{id} };
		$before{ $change->{id} } = $change;
		next unless defined $change->{agent};
		my $key = "$change->{agent} $change->{id}";
		$change->{differences} = differences($before->{state}, $change->{state});
		my $write = shift @{ $acknowledged{"$key $change->{version}"} // [] };
		if (!$write)
		{
			($write) = grep { !$_->{change} && %{ $change->{differences} } && intends_all($_, $change->{differences}) } @{ $open{$key} // [] };
		}
		$change->{write} = $write;
		$write->{change} = $change if $write;
	}
	$self->{last} = \%before;
	return;
}

sub changes { my ($self) = @_; return grep { defined $_->{agent} } @{ $self->{states} }; }

sub writes { my ($self, $status) = @_; return grep { $_->{status} =~ /^(?:$status)$/ } @{ $self->{writes} }; }

# ---- what must hold ----

# From what is there now the history leads back to the creation, over all versions.
sub not_folded
{
	my ($self) = @_;
	return map { 'not right: ' . shown($_) } grep { !$_->{right} } @{ $self->{states} };
}

# Each change was made by a write that was acknowledged, or of which nobody was told:
# nothing that was refused, or not sent, is there.
sub of_nobody
{
	my ($self) = @_;
	return map { 'of nobody: ' . shown($_) } grep { !$_->{write} } $self->changes;
}

# No write changed a place that its agent had not changed.
sub too_much
{
	my ($self) = @_;
	my @found;

	foreach my $change (grep { $_->{write} } $self->changes)
	{
		my @places = grep { !intends($change->{write}, $_, $change->{differences}{$_}) } sort keys %{ $change->{differences} };
		push @found, "changed more: @places: " . shown($change, $change->{write}) if @places;
	}
	return @found;
}

# What may be left undone: what a rule gave to the others.
sub is_given_up
{
	my ($write, $place) = @_;
	my $rules = $write->{arguments}{merge_rules} // {};

	return ($rules->{ $place =~ s/\..*//r } // $rules->{'*'} // 'fail') eq 'theirs' && $place !~ /^count|^member /;
}

# Each write that was acknowledged did what its agent wanted; it is there at the end, or
# a later change of the same attribute is.
sub lost
{
	my ($self) = @_;
	my (@found, %later);

	foreach my $change (reverse $self->changes)
	{
		my ($write, $id) = ($change->{write}, $change->{id});
		my $last = $self->{last}{$id}{state};
		if ($write && $write->{status} eq 'acknowledged')
		{
			foreach my $place (sort keys %{ $write->{intents} })
			{
				my $intent = $write->{intents}{$place};
				next if is_given_up($write, $place);
				my $done = $place eq 'count' ? exists $change->{differences}{count} : same(place_value($change->{state}, $place), $intent);
				my $there = $place eq 'count' || same(place_value($last, $place), $intent) || $later{ "$id " . attribute_of($place) };
				push @found, "not done: $place: " . shown($change, $write) unless $done;
				push @found, "lost: $place: " . shown($change, $write) unless $there;
			}
		}
		$later{"$id $_"} = 1 foreach @{ $change->{changed} };
	}
	push @found, map { 'acknowledged, and nowhere: ' . shown(undef, $_) }
	  grep { !$_->{change} && !$_->{envelope}{metadata}{unchanged} } $self->writes('acknowledged');
	return @found;
}

# Counts: each is where all changes of it, one on the other, lead.
sub miscounted
{
	my ($self) = @_;
	my %sums;

	$sums{ $_->{id} } += $_->{write}{intents}{count} foreach grep { $_->{write} && exists $_->{write}{intents}{count} } $self->changes;
	return map { "counted $self->{last}{$_}{state}{'urn:example:Tally'}{count} of $sums{$_}" }
	  grep { $self->{last}{$_}{state}{'urn:example:Tally'}{count} != $sums{$_} } sort keys %sums;
}

sub top { my %seen; return join ' ', sort grep { !$seen{$_}++ } @_; }

# The top-level attributes of a merge's paths.
sub attributes
{
	my ($paths) = @_;
	return top(map { /^(urn:.*:\w+)/ ? $1 : /^(\w+)/ } @$paths);
}

# What was merged says so, and the history has the version of which it was made.
sub wrongly_told
{
	my ($self) = @_;
	my @found;

	foreach my $write (grep { $_->{change} } $self->writes('acknowledged'))
	{
		my ($merged, $expected) = ($write->{envelope}{metadata}{merged}, $write->{arguments}{expected_version});
		my $stale = defined $expected && $expected ne $write->{change}{previous};
		my $right = !$stale ? !$merged && !defined $write->{change}{expected}
		  : $merged && $merged->{base_version} eq $expected && same($write->{change}{expected}, $expected)
		  && attributes($merged->{mine}) eq top(map { attribute_of($_) } keys %{ $write->{intents} });
		push @found, 'told of the merge: ' . shown($write->{change}, $write) unless $right;
	}
	return @found;
}

# What a refusal said of the merge held when the call came again at once: the current
# version tells whether nobody wrote in between.
sub lies
{
	my ($self) = @_;
	my @found;

	foreach my $write (grep { $_->{after} && $_->{envelope} } @{ $self->{writes} })
	{
		my $current = $write->{after}{envelope}{content}{current_version};
		next unless ($write->{envelope}{content}{current_version} // '') eq $current && $write->{status} eq 'VERSION_MISMATCH';
		push @found, 'a lie: ' . shown(undef, $write->{after}) . ', then ' . shown(undef, $write);
	}
	return @found;
}

1;
