# A client of scimver-mcp of either era, with a bridge of its own, whose user can be asked
# what is to become of a conflict (on_conflict "ask_user"). What it is told is the same in
# both: the envelope at the end of the call, or { asked => the form }.
#
#	my $client = ScimverAsked->new('legacy', conninfo => $conninfo);
#	my $outcome = $client->call('scim_update_user', $arguments);
#	$outcome = $client->answer({ action => 'accept', content => { decision => 'apply_mine' } }) if $outcome->{asked};
package ScimverAsked;

use strict;
use warnings;
use Exporter qw(import);
use ScimverBridge;

our @EXPORT = qw(decides);

my %form = (elicitation => {});
my %meta = (%ScimverBridge::modern_meta, 'io.modelcontextprotocol/clientCapabilities' => \%form);

# What a user says.
sub decides { my ($decision, %more) = @_; return { action => 'accept', content => { decision => $decision, %more } }; }

sub new
{
	my ($class, $era, %options) = @_;
	my $bridge = ScimverBridge->new(conninfo => $options{conninfo}, args => $options{args});
	$bridge->initialize(capabilities => \%form) if $era eq 'legacy';
	return bless { era => $era, bridge => $bridge }, $class;
}

# The end of the call, or the question.
sub outcome
{
	my ($self) = @_;
	my $bridge = $self->{bridge};

	while (defined(my $message = $bridge->message))
	{
		if (($message->{method} // '') eq 'elicitation/create')
		{
			$self->{question} = $message->{id};
			return { asked => $message->{params} };
		}
		next unless defined $message->{id} && $message->{id} eq $self->{id};
		return $message->{result}{structuredContent} unless ($message->{result}{resultType} // '') eq 'input_required';
		$self->{state} = $message->{result}{requestState};
		return { asked => $message->{result}{inputRequests}{decision}{params} };
	}
	die 'the end';
}

sub start
{
	my ($self, $tool, $arguments, %more) = @_;

	@$self{'tool', 'arguments'} = ($tool, $arguments);
	$self->{id} = $self->{bridge}->request('tools/call', { name => $tool, arguments => $arguments,
		($self->{era} eq 'modern' ? (_meta => \%meta) : ()), %more });
	return;
}

sub call
{
	my ($self, @call) = @_;
	$self->start(@call);
	return $self->outcome;
}

sub start_answer
{
	my ($self, $response) = @_;

	if ($self->{era} eq 'modern')
	{
		$self->start(@$self{'tool', 'arguments'}, requestState => $self->{state}, inputResponses => { decision => $response });
		return;
	}
	$self->{bridge}->respond($self->{question}, result => $response);
	return;
}

sub answer
{
	my ($self, $response) = @_;
	$self->start_answer($response);
	return $self->outcome;
}

1;
