# A client of scimver-mcp that is told of changes: what it asks for, and what it is told.
#
#	use ScimverLive;
#	my $id = listen_to($bridge, resources => [$uri], tools => 1);
#	is_deeply(acknowledged($bridge, $id), { toolsListChanged => JSON::PP::true, resourceSubscriptions => [$uri] });
#	is(told($bridge), "$id $uri $version");
package ScimverLive;

use strict;
use warnings;
use Exporter qw(import);
use JSON::PP ();
use ScimverBridge;

our @EXPORT = qw(listen_to acknowledged told told_until notice uri_of finished);

my $id_key = 'io.modelcontextprotocol/subscriptionId';

# subscriptions/listen; returns its id.
sub listen_to
{
	my ($bridge, %wanted) = @_;
	my %filter;

	$filter{resourceSubscriptions} = $wanted{resources} if $wanted{resources};
	$filter{toolsListChanged} = $wanted{tools} ? JSON::PP::true : JSON::PP::false if exists $wanted{tools};
	return $bridge->request('subscriptions/listen', { _meta => \%ScimverBridge::modern_meta, notifications => \%filter });
}

# The next notification; answers that come before it are kept.
sub notice
{
	my ($bridge) = @_;
	my @kept;

	foreach my $i (0 .. $#{ $bridge->{messages} })
	{
		return splice @{ $bridge->{messages} }, $i, 1 if $bridge->{messages}[$i]{method};
	}
	while (defined(my $message = $bridge->message))
	{
		return $message if $message->{method};
		push @{ $bridge->{messages} }, $message;
	}
	return undef;
}

# What the next notification acknowledges of that subscription.
sub acknowledged
{
	my ($bridge, $id) = @_;
	my $notice = notice($bridge);

	die 'not acknowledged: ' . $bridge->encode($notice)
	  unless $notice->{method} eq 'notifications/subscriptions/acknowledged' && $notice->{params}{_meta}{$id_key} eq $id;
	return $notice->{params}{notifications};
}

# The next notification in a line: the subscription, if there is one, what was changed, its version, if it is told.
sub told
{
	my ($bridge) = @_;
	my $notice = notice($bridge) // return 'nothing more';
	my $meta = $notice->{params}{_meta} // {};
	my ($what) = $notice->{method} =~ m{^notifications/(.*)};

	return join ' ', grep { defined } $meta->{$id_key}, $what eq 'resources/updated' ? $notice->{params}{uri} : $what, $meta->{'scimver/version'};
}

# All that is told up to what the code says is the last.
sub told_until
{
	my ($bridge, $is_last) = @_;
	my @told;

	do { push @told, told($bridge); } until $is_last->($told[-1]) || $told[-1] eq 'nothing more';
	return @told;
}

# The answer to a subscriptions/listen that has ended.
sub finished
{
	my ($bridge, $id) = @_;
	my $answer = $bridge->answer($id) // return 'nothing';

	return 'an error' unless $answer->{result};
	return "$answer->{result}{resultType} $answer->{result}{_meta}{$id_key}";
}

sub uri_of { return "scim://default/Users/$_[0]"; }

1;
