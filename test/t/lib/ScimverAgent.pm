# One of the agents of a scenario: reads users and groups, thinks, and writes what has
# become stale meanwhile, over a bridge process of its own.  It keeps account of each
# write: what it was to change, and what became of it.
#
# A write is to change some of a resource's places, each to a value that no other write
# has: {place => value}.  Of "count" the value is by how much it is to grow, of a member
# ("member <id>") whether it is to be there.
package ScimverAgent;

use strict;
use warnings;
use Exporter 'import';
use ScimverBridge;

our @EXPORT_OK = qw(place_value attribute_of);

my $tally = 'urn:example:Tally';
my %places = (
	User => [ qw(title nickName displayName profileUrl name.givenName name.familyName emails.work emails.home emails.other count) ],
	Group => [ qw(displayName externalId member member member) ]);

# Options: name, conninfo, resources ([{type, id}]), users (ids, to be members), random
# (a function: a whole number below its argument).
sub new
{
	my ($class, %options) = @_;
	my $self = bless { %options, known => {}, writes => [], written => 0 }, $class;

	$self->start;
	return $self;
}

sub start
{
	my ($self) = @_;

	$self->{bridge} = ScimverBridge->new(conninfo => $self->{conninfo}, args => [ '--pool', '1' ]);
	$self->{bridge}->initialize(clientInfo => { name => $self->{name}, version => '1' });
	return;
}

# One of them.
sub choose { my ($self, @from) = @_; return $from[ $self->{random}->(scalar @from) ]; }

sub chance { my ($self, $percent) = @_; return $self->{random}->(100) < $percent; }

# ---- places of a resource ----

# The attribute, as the history names it.
sub attribute_of
{
	my ($place) = @_;

	return "$tally:count" if $place eq 'count';
	return 'members' if $place =~ /^member /;
	return $place =~ s/\..*//r;
}

sub elements { my ($resource, $name) = @_; return @{ $resource->{$name} // [] }; }

sub place_value
{
	my ($resource, $place) = @_;

	return $resource->{$tally}{count} if $place eq 'count';
	return scalar grep { $_->{value} eq $1 } elements($resource, 'members') if $place =~ /^member (.*)/;
	return (map { $_->{value} } grep { $_->{type} eq $1 } elements($resource, 'emails'))[0] if $place =~ /^emails\.(.*)/;
	return $resource->{$1}{$2} if $place =~ /^(\w+)\.(.*)/;
	return $resource->{$place};
}

# In a copy of the resource; undef: nothing is to be there.
sub with_place
{
	my ($resource, $place, $value) = @_;
	my $copy = ScimverBridge->decode(ScimverBridge->encode($resource));

	if ($place eq 'count') { $copy->{$tally}{count} += $value; }
	elsif ($place =~ /^member (.*)/)
	{
		$copy->{members} = [ (grep { $_->{value} ne $1 } elements($copy, 'members')), $value ? { value => $1 } : () ];
	}
	elsif ($place =~ /^emails\.(.*)/)
	{
		$copy->{emails} = [ (grep { $_->{type} ne $1 } elements($copy, 'emails')), defined $value ? { type => $1, value => $value } : () ];
	}
	elsif ($place =~ /^(\w+)\.(.*)/) { $copy->{$1}{$2} = $value; }
	else { $copy->{$place} = $value; }
	return $copy;
}

# The operations of a patch that change it.
sub operations
{
	my ($resource, $place, $value) = @_;

	return { op => 'replace', path => "$tally:count", value => $resource->{$tally}{count} + $value } if $place eq 'count';
	return $value ? { op => 'add', path => 'members', value => [ { value => $1 } ] } : { op => 'remove', path => qq{members[value eq "$1"]} }
	  if $place =~ /^member (.*)/;
	if ($place =~ /^emails\.(.*)/)
	{
		return { op => 'remove', path => qq{emails[type eq "$1"]} } unless defined $value;
		return { op => 'add', path => 'emails', value => [ { type => $1, value => $value } ] } unless defined place_value($resource, $place);
		return { op => 'replace', path => qq{emails[type eq "$1"].value}, value => $value };
	}
	return { op => 'replace', path => $place, value => $value };
}

# ---- what is called ----

sub tool { my ($verb, $resource) = @_; return "scim_${verb}_" . lc $resource->{type}; }

sub id_of { my ($resource) = @_; return (lc($resource->{type}) . '_id' => $resource->{id}); }

sub send_call
{
	my ($self, $tool, $arguments, $call) = @_;

	$self->{call} = { %$call, tool => $tool, arguments => $arguments, number => $self->{bridge}->start_call($tool, $arguments) };
	return;
}

# Reads a resource, to write to it some time.
sub look
{
	my ($self, $resource) = @_;

	$self->send_call(tool('get', $resource), { id_of($resource) }, { resource => $resource });
	return;
}

sub new_value
{
	my ($self, $known, $place) = @_;
	my $mark = "$self->{name} " . ++$self->{marks};

	return 1 + $self->{random}->(3) if $place eq 'count';
	return place_value($known, $place) ? 0 : 1 if $place =~ /^member /;
	return undef if $place =~ /^emails/ && defined place_value($known, $place) && $self->chance(20);
	return $mark =~ s/ /-/gr . '@example.com' if $place =~ /^emails/;
	return $place eq 'profileUrl' ? 'https://example.com/' . $mark =~ s/ /-/gr : $mark;
}

# What is to be changed: one to three places.
sub intend
{
	my ($self, $resource, $known) = @_;
	my %intents;

	foreach (1 .. 1 + $self->{random}->(3))
	{
		my $place = $self->choose(@{ $places{ $resource->{type} } });
		$place .= ' ' . $self->choose(@{ $self->{users} }) if $place eq 'member';
		$intents{$place} = $self->new_value($known, $place);
	}
	return \%intents;
}

my %rule_paths = (count => "$tally:count");

# What becomes of a conflict.  Whoever counts has it counted, or the sum is not what all
# of them were told.
sub resolution
{
	my ($self, $intents) = @_;
	my $counts = exists $intents->{count};
	my @rules = grep { $self->chance(30) } map { $rule_paths{$_} // s/\..*//r } grep { !/^count|^member / } sort keys %$intents;
	my %rules = map { $_ => $self->choose('mine', 'theirs', 'fail') } @rules;

	return () if !$counts && $self->chance(35);
	return (on_conflict => 'fail') if !$counts && $self->chance(10);
	$rules{'*'} = $self->choose('mine', 'theirs') if $self->chance(10);
	$rules{"$tally:count"} = 'counter' if $counts;
	return (on_conflict => 'merge', %rules ? (merge_rules => \%rules) : ());
}

# Writes to what was read, whatever became of it since; or patches what is there now.
sub write
{
	my ($self, $resource) = @_;
	my $known = $self->{known}{ $resource->{id} };
	my $intents = $self->intend($resource, $known);
	my $wanted = $known;
	my @operations = map { operations($known, $_, $intents->{$_}) } sort keys %$intents;
	my %arguments = (id_of($resource), expected_version => $known->{_version}, $self->resolution($intents));
	my $needs_version = grep { /^count|^emails/ } keys %$intents;    # it is another change where something else is there

	return $self->move_members($resource, $intents) if !(grep { !/^member / } keys %$intents) && $self->chance(40);
	$wanted = with_place($wanted, $_, $intents->{$_}) foreach sort keys %$intents;
	if ($self->chance(50)) { $self->send_write(tool('update', $resource), { %arguments, lc $resource->{type} . '_data' => $wanted }, $resource, $intents); }
	else
	{
		delete @arguments{ 'expected_version', 'on_conflict', 'merge_rules' } if !$needs_version && $self->chance(15);
		$self->send_write(tool('patch', $resource), { %arguments, operations => \@operations }, $resource, $intents);
	}
	return;
}

# Members alone, by the tool for them, which merges by itself where no version is named.
sub move_members
{
	my ($self, $resource, $intents) = @_;
	my %ids = (add => [], remove => []);

	push @{ $ids{ $intents->{$_} ? 'add' : 'remove' } }, s/^member //r foreach sort keys %$intents;
	delete @ids{ grep { !@{ $ids{$_} } } keys %ids };
	$ids{expected_version} = $self->{known}{ $resource->{id} }{_version} if $self->chance(30);
	return $self->send_write('scim_modify_group_members', { id_of($resource), %ids }, $resource, $intents);
}

sub send_write
{
	my ($self, $tool, $arguments, $resource, $intents, $after) = @_;
	my $write = { agent => $self->{name}, resource => $resource, intents => $intents, tool => $tool, arguments => $arguments, after => $after,
		known => $self->{known}{ $resource->{id} } };

	push @{ $self->{writes} }, $write;
	$self->send_call($tool, $arguments, { resource => $resource, write => $write });
	return;
}

# The next thing to do: most often a write, if the resource was read before.
sub act
{
	my ($self) = @_;
	my $resource = $self->choose(@{ $self->{resources} });

	return $self->again(delete $self->{refused}) if $self->{refused};
	return $self->look($resource) if !$self->{known}{ $resource->{id} } || $self->chance(12);
	return $self->write($resource);
}

# ---- what was answered ----

# The answer to the call that is under way; false, if the bridge has ended.
sub hear
{
	my ($self) = @_;
	my $call = delete $self->{call};
	my $envelope = $self->{bridge}->envelope($call->{number});

	return $self->lose($call) unless defined $envelope;
	$self->learn($call->{resource}, $envelope);
	return 1 unless $call->{write};
	$call->{write}{envelope} = $envelope;
	$call->{write}{status} = $envelope->{success} ? 'acknowledged' : $envelope->{content}{error_code};
	$self->{refused} = $call->{write} if $call->{write}{status} eq 'VERSION_MISMATCH' && $self->chance(50);
	return 1;
}

# What is known of the resource now: most who were told that it has changed read what it
# is, others go on with what they have.
sub learn
{
	my ($self, $resource, $envelope) = @_;
	my $content = $envelope->{content};

	if ($envelope->{success}) { $self->{known}{ $resource->{id} } = $content if $content->{_version}; }
	elsif (($content->{error_code} // '') eq 'VERSION_MISMATCH' && $content->{current} && $self->chance(60))
	{
		$self->{known}{ $resource->{id} } = { %{ $content->{current} }, _version => $content->{current_version} };
	}
	return;
}

# A write that was refused, once more, as the answer said: as it was, to be merged; or
# with what it is to be where it does not fit.
sub again
{
	my ($self, $write) = @_;
	my $merge = $write->{envelope}{content}{merge} // return $self->look($write->{resource});
	my %arguments = (%{ $write->{arguments} }, on_conflict => 'merge');

	return $self->look($write->{resource}) if !defined $merge->{clean} || $merge->{omitted_values};
	$arguments{merge_rules} = { %{ $arguments{merge_rules} // {} }, map { $_->{path} => 'mine' } @{ $merge->{conflicts} } } unless $merge->{clean};
	return $self->send_write($write->{tool}, \%arguments, $write->{resource}, $write->{intents}, $write);
}

# The bridge is gone, and with it the answer.
sub lose
{
	my ($self, $call) = @_;

	$call->{write}{status} = 'lost' if $call->{write};
	return 0;
}

# kill -9 of the bridge, whatever it was doing, and another one.
sub restart
{
	my ($self) = @_;

	$self->{bridge}->kill('KILL');
	$self->{bridge}->wait_exit;
	$self->lose(delete $self->{call}) if $self->{call};
	$self->start;
	return;
}

1;
