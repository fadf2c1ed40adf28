# A client that speaks HTTP by hand over one connection: what it sends is what is said here,
# what it reads must be an answer that begins where the one before ended.
package ScimverHttpClient;

use strict;
use warnings;
use Errno qw(EINTR);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP ();
use PostgreSQL::Test::Utils ();

my $JSON = JSON::PP->new->utf8->allow_nonref->canonical;

# A new connection, or undef.
sub open_socket
{
	my ($address) = @_;

	return IO::Socket::UNIX->new(Peer => $1) if $address =~ /\Aunix:(.*)/s;
	return IO::Socket::INET->new(PeerAddr => $address =~ /\A\d+\z/ ? "127.0.0.1:$address" : $address);
}

# address => as --http has it; token => sent with each request; headers => { ... } with each.
sub new
{
	my ($class, %options) = @_;
	my $self = bless { headers => {}, host => 'localhost', %options, buffer => '' }, $class;

	$self->{socket} = open_socket($options{address}) or die "cannot connect to $options{address}: $!";
	return $self;
}

# Bytes, as they are; false when the other side is gone.
sub send_raw
{
	my ($self, $bytes) = @_;
	my $at = 0;
	local $SIG{PIPE} = 'IGNORE';

	while ($at < length $bytes)
	{
		my $n = syswrite($self->{socket}, $bytes, length($bytes) - $at, $at);
		next if !defined $n && $! == EINTR;
		return 0 unless defined $n;
		$at += $n;
	}
	return 1;
}

# A whole request: headers are { name => value, or [ values ] }, a body is text or a structure.
sub send
{
	my ($self, $method, $target, %options) = @_;
	my %headers = (Host => $self->{host}, %{ $self->{headers} }, %{ $options{headers} // {} });
	my $body = ref $options{body} ? $JSON->encode($options{body}) : $options{body};
	my $head = "$method $target HTTP/1.1\r\n";

	$headers{Authorization} //= "Bearer $self->{token}" if defined $self->{token};
	$headers{'Content-Length'} //= length $body if defined $body;
	$headers{'Content-Type'} //= 'application/scim+json' if defined $body;
	foreach my $name (sort keys %headers)
	{
		$head .= "$name: $_\r\n" foreach grep { defined } ref $headers{$name} ? @{ $headers{$name} } : $headers{$name};
	}
	push @{ $self->{methods} }, $method;
	return $self->send_raw("$head\r\n" . ($body // ''));
}

# More bytes into the buffer; false at the end.
sub more
{
	my ($self) = @_;
	my $select = IO::Select->new($self->{socket});

	for (;;)
	{
		$! = 0;
		if (!$select->can_read($PostgreSQL::Test::Utils::timeout_default))
		{
			next if $! == EINTR;
			die 'no answer comes';
		}
		my $n = sysread($self->{socket}, $self->{buffer}, 1 << 20, length $self->{buffer});
		next if !defined $n && $! == EINTR;
		return $n;    # undef: it was reset
	}
}

# The next answer: { status, headers => { lower case => value }, body, json }; undef: it was closed.
sub answer
{
	my ($self) = @_;
	my $end;

	while (($end = index($self->{buffer}, "\r\n\r\n")) < 0)
	{
		next if $self->more;
		die "half an answer: $self->{buffer}" if $self->{buffer} ne '';
		return undef;
	}
	my ($line, @lines) = split /\r\n/, substr($self->{buffer}, 0, $end);
	substr($self->{buffer}, 0, $end + 4) = '';
	$line =~ /\AHTTP\/1\.1 (\d{3}) / or die "no status: $line";
	my $answer = { status => $1, headers => {}, body => '' };
	foreach my $field (@lines)
	{
		$field =~ /\A([!-9;-~]+): (.*)\z/s or die "no field: $field";
		die "twice: $1" if exists $answer->{headers}{ lc $1 };
		$answer->{headers}{ lc $1 } = $2;
	}
	return $answer if $answer->{status} < 200;
	my $method = shift @{ $self->{methods} } // '';
	$self->read_body($answer) unless $method eq 'HEAD' || $answer->{status} == 204 || $answer->{status} == 304;
	return $answer;
}

sub read_body
{
	my ($self, $answer) = @_;
	my $length = $answer->{headers}{'content-length'} // die 'no length';

	while (length $self->{buffer} < $length)
	{
		$self->more or die "half a body: $self->{buffer}";
	}
	$answer->{body} = substr($self->{buffer}, 0, $length, '');
	$answer->{json} = $JSON->decode($answer->{body})
	  if $length > 0 && ($answer->{headers}{'content-type'} // '') =~ /json/ && !$answer->{headers}{'content-encoding'};
	return;
}

sub request
{
	my ($self, @request) = @_;
	$self->send(@request);
	return $self->answer;
}

# Is there nothing more, and the other side has closed it?
sub is_closed
{
	my ($self) = @_;
	return $self->{buffer} eq '' && !$self->more;
}

# Half of it: nothing more will be sent.
sub end_sending { return shutdown($_[0]->{socket}, 1); }

sub close { return CORE::close($_[0]->{socket}); }

1;
