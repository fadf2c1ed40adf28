# One who reads the feed of changes, and keeps account of what he was told.
#
#	my $feed = ScimverFeed->new($node, 'scim');
#	is($feed->read, 'ann bob', 'two changes');
#	is($feed->wrong, '', 'each of the history was told once, and in order');
package ScimverFeed;

use strict;
use warnings;
use Exporter 'import';
use JSON::PP ();

our @EXPORT = qw(add_writing write_each write_users written);

# Gives a database the function by which users are written.
sub add_writing
{
	my ($node, $database) = @_;
	$node->safe_psql($database, q{
		CREATE FUNCTION user_id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(name)::uuid;
		CREATE FUNCTION write(VARIADIC names text[]) RETURNS void LANGUAGE sql AS $$
			INSERT INTO users (id, data) SELECT user_id(n), jsonb_build_object('userName', n) FROM unnest(names) n
				ON CONFLICT (tenant_id, id) DO UPDATE SET data = users.data || jsonb_build_object('title', users.revision) $$});
	return;
}

# The statement that makes these users, or changes them; what does so, in one
# transaction; and what does, in one for each.
sub written { return sprintf 'SELECT write(%s)', join ', ', map { "'$_'" } @_; }

sub write_users
{
	my ($node, $database, @names) = @_;
	return $node->safe_psql($database, written(@names));
}

sub write_each
{
	my ($node, $database, @names) = @_;
	return $node->safe_psql($database, join ";\n", map { written($_) } @names);
}

# Options: session (of background_psql), cursor, tenant.
sub new
{
	my ($class, $node, $database, %options) = @_;
	return bless { node => $node, database => $database, cursor => '', told => {}, revisions => {}, backwards => [], %options }, $class;
}

# One with the same cursor in another place.
sub at
{
	my ($self, $node, $database) = @_;
	return ScimverFeed->new($node, $database, cursor => $self->{cursor});
}

# Begins where the other one is.
sub beside
{
	my ($self, %options) = @_;
	return ScimverFeed->new($self->{node}, $self->{database}, cursor => $self->{cursor}, %options);
}

sub call
{
	my ($self, $count) = @_;
	my $tenant = defined $self->{tenant} ? ", tenant_id => '$self->{tenant}'" : '';
	return "scim_changes('$self->{cursor}', $count$tenant)";
}

sub ask
{
	my ($self, $sql) = @_;
	return $self->{session} ? $self->{session}->query_safe($sql) : $self->{node}->safe_psql($self->{database}, $sql);
}

sub account_for
{
	my ($self, $change) = @_;
	my $resource = join ' ', map { $_ // '' } @{$change}{'resource_type', 'resource_id'};

	$self->{told}{ $change->{seq} }++;
	return unless defined $change->{revision};
	push @{ $self->{backwards} }, "$resource $change->{revision}" if $change->{revision} <= ($self->{revisions}{$resource} // 0);
	$self->{revisions}{$resource} = $change->{revision};
	return;
}

# The next page; its changes.
sub page
{
	my ($self, $count) = @_;
	my $page = JSON::PP->new->decode($self->ask('SELECT ' . $self->call($count)));

	$self->account_for($_) foreach @{ $page->{changes} };
	$self->{more} = $page->{more};
	$self->{cursor} = $page->{nextCursor};
	return @{ $page->{changes} };
}

# All that is new, in pages of so many: whose changes these are.
sub read
{
	my ($self, $count) = @_;
	my @changes;

	do { push @changes, $self->page($count // 1000); } while $self->{more};
	my %names = map { split /\|/ } split /\n/, $self->{node}->safe_psql($self->{database}, q{SELECT id, user_name FROM users});
	return join ' ', map { $names{ $_->{resource_id} } // $_->{resource_id} } @changes;
}

# The error that comes instead of a page: what it says, its code, its hint.
sub error
{
	my ($self) = @_;
	my ($code, $out, $err) = $self->{node}->psql($self->{database}, "\\set VERBOSITY verbose\nSELECT " . $self->call(1000));
	my ($state, $error) = $err =~ /^(?:psql:\S+ )?ERROR:  (\w+): ([^\n]*)/m;
	my ($hint) = $err =~ /^HINT:  ([^\n]*)/m;

	return defined $error ? ($error, $state, $hint // "") : ("none", "00000", $out);
}

# What is wrong with all that he was told, of the rows of the history that are
# there now, and that the condition names.
sub wrong
{
	my ($self, $condition) = @_;
	my $tenant = $self->{tenant} // 'default';
	my @rows = split /\n/, $self->{node}->safe_psql($self->{database},
		sprintf q{SELECT seq FROM scim_history_rows WHERE tenant_id = '%s' AND (%s) ORDER BY seq}, $tenant, $condition // 'true');
	my @missed = grep { !$self->{told}{$_} } @rows;
	my @twice = grep { $self->{told}{$_} > 1 } sort { $a <=> $b } keys %{ $self->{told} };

	return join ', ', (map { "missed $_" } @missed), (map { "twice $_" } @twice), (map { "backwards $_" } @{ $self->{backwards} });
}

1;
