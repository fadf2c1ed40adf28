# Judges what came of many decisions at once (ScimverDecisions.pm): by proposals, reviews
# and history, against what each was told.  Each function returns what is wrong, as messages.
package ScimverDecisionsJudge;

use strict;
use warnings;
use ScimverDecisions;

# Options: node, database, calls (see ScimverDecisions: call), isolated: above READ COMMITTED.
sub new
{
	my ($class, %options) = @_;
	my $self = bless {%options}, $class;

	$self->query(q{
		CREATE VIEW made AS SELECT p.*, h.seq, h.operation, h.previous_version, h.version AS made_version, h.actor,
			count(h.seq) OVER (PARTITION BY p.id) AS times
			FROM scim_proposal_rows p LEFT JOIN scim_history_rows h ON h.proposal_id = p.id AND h.resource_type = p.resource_type;
		CREATE VIEW approved AS SELECT p.id, count(DISTINCT r.reviewer) AS reviewers, count(DISTINCT r.login) AS logins,
			bool_or(r.reviewer = p.proposer OR r.login = p.login) AS by_himself, bool_or(r.at > p.decided_at) AS later
			FROM scim_proposal_rows p JOIN scim_review_rows r ON r.proposal_id = p.id AND r.decision = 'approve' AND r.counts AND r.version = p.version GROUP BY p.id});
	return $self;
}

sub query { my ($self, $sql) = @_; return split /\n/, $self->{node}->safe_psql($self->{database}, $sql); }

sub calls { my ($self, $kind) = @_; return grep { $_->{$kind} } @{ $self->{calls} }; }

sub shown { my ($call) = @_; return "$call->{role}: $call->{sql}: " . ($call->{code} // '') . ' ' . ($call->{text} // ''); }

# ---- each is applied exactly once, or not at all ----

# What is there already when it is to be applied is applied without a change.
sub not_once
{
	my ($self) = @_;
	return $self->query(q{
		SELECT id, status, times FROM made WHERE times > 1 OR times = 1 AND status <> 'applied'
		UNION ALL SELECT m.id, 'nothing was changed, and is there', 0 FROM made m, jsonb_array_elements(m.changes) c
			WHERE times = 0 AND status = 'applied' AND resource_type = 'User' AND c ? 'path'
				AND scim_get_version('User', resource_id, applied_version) #> string_to_array(c ->> 'path', '.') IS DISTINCT FROM c -> 'to'
		UNION ALL SELECT id, made_version, -1 FROM made WHERE times = 1 AND operation <> 'delete' AND made_version <> applied_version
		UNION ALL SELECT NULL, h.resource_id, h.seq FROM scim_history_rows h LEFT JOIN scim_proposal_rows p ON p.id = h.proposal_id
			WHERE h.proposal_id IS NOT NULL AND h.resource_type <> 'Proposal' AND (p.id IS NULL OR p.resource_id <> h.resource_id)});
}

# ---- never with a difference that was not approved ----

sub other_than_approved
{
	my ($self) = @_;
	return $self->query(q{
		SELECT id, changes, d FROM made, scim_diff(resource_type, resource_id, previous_version, made_version) d
			WHERE times = 1 AND operation = 'update' AND d -> 'changes' IS DISTINCT FROM changes
		UNION ALL SELECT id, changes, NULL FROM made WHERE times = 1 AND operation = 'delete' AND (changes -> 0) - 'from' <> '{}'});
}

# Approved by two others, of whom the last one applied it; of what is not applied, by nobody any more who suffices.
sub not_approved
{
	my ($self) = @_;
	return $self->query(q{
		SELECT m.id, status, reviewers, logins, by_himself, later FROM made m LEFT JOIN approved a USING (id)
			WHERE status = 'applied' AND (coalesce(reviewers, 0) < 2 OR logins < 2 OR by_himself OR later)
				OR status = 'open' AND reviewers >= 2
		UNION ALL SELECT m.id, actor, NULL, NULL, NULL, NULL FROM made m WHERE times = 1
			AND actor IS DISTINCT FROM (SELECT reviewer FROM scim_review_rows r WHERE r.proposal_id = m.id AND counts ORDER BY number DESC LIMIT 1)});
}

# Nobody changed what is reviewed but by a proposal, or as one who is not bound.  Who is
# deleted leaves his groups.
sub bypassed
{
	my ($self) = @_;
	my $reviewed = join ', ', map { s/\..*//r } @ScimverDecisions::reviewed, 'members';
	return $self->query(qq{
		SELECT seq, resource_id, actor, operation, changed FROM scim_history_rows h
			WHERE proposal_id IS NULL AND operation NOT IN ('create', 'delete') AND resource_type IN ('User', 'Group')
				AND changed && '{$reviewed}'::text[] AND NOT (changed = '{members}' AND EXISTS (SELECT FROM scim_history_rows d WHERE d.xid = h.xid AND d.operation = 'delete'))
				AND actor LIKE ANY ('{reviewer%,proposer%,writer%}')});
}

# ---- what is left open is so for a reason ----

# Somebody has changed the same otherwise: what the proposal is based on is not there any more,
# or was not for a while, or what its proposer had read was not when he proposed.
# Or who is to become a member is deleted: whoever approves that is told INVALID_VALUE.
sub unexplained
{
	my ($self) = @_;
	return $self->query(q{
		SELECT id, 'open without a conflict', changes FROM scim_proposal_rows WHERE status = 'open' AND conflicts IS NULL
			AND NOT EXISTS (SELECT FROM jsonb_path_query(changes, '$[*] ? (@.path == "members").to[*].value') m WHERE NOT EXISTS (SELECT FROM users WHERE id::text = m #>> '{}'))
		UNION ALL SELECT p.id, 'no conflict is there', changes FROM scim_proposal_rows p JOIN users u ON resource_type = 'User' AND resource_id = u.id::text
			WHERE status = 'open' AND conflicts IS NOT NULL AND changes -> 0 ? 'path' AND NOT EXISTS (SELECT FROM jsonb_array_elements(changes) c
				WHERE (SELECT scim_get_user(v.id::text) FROM users v WHERE v.id = u.id) #> string_to_array(c ->> 'path', '.') IS DISTINCT FROM c -> 'from')
			AND NOT EXISTS (SELECT FROM scim_history_rows h, jsonb_array_elements(changes) c WHERE h.resource_type = 'User' AND h.resource_id = p.resource_id
				AND h.changed && ARRAY[split_part(c ->> 'path', '.', 1)]
				AND h.seq > (SELECT min(b.seq) FROM scim_history_rows b WHERE b.resource_type = 'User' AND b.resource_id = p.resource_id AND b.version = p.base_version))
			AND NOT EXISTS (SELECT FROM jsonb_array_elements(changes) c, jsonb_array_elements(conflicts) o
				WHERE o ->> 'path' = c ->> 'path' AND o -> 'theirs' = c -> 'from' AND o -> 'base' IS DISTINCT FROM o -> 'theirs')
		UNION ALL SELECT id, 'failed, and the resource is there', changes FROM scim_proposal_rows p WHERE status = 'failed'
			AND EXISTS (SELECT FROM users u WHERE u.id::text = resource_id)});
}

# ---- what was told ----

sub wrongly_told
{
	my ($self) = @_;
	my %status = map { split /\|/ } $self->query('SELECT id, status FROM scim_proposal_rows');
	my %version = map { split /\|/, $_, 2 } $self->query(q{SELECT id, coalesce(applied_version, '') FROM scim_proposal_rows});
	my (%told, @wrong);

	foreach my $call (grep { $_->{answer} && !$_->{taken_back} } $self->calls('reviews'))
	{
		my $answer = $call->{answer};
		push @{ $told{ $answer->{proposal_id} }{ $answer->{status} } }, $answer;
		push @wrong, 'another proposal: ' . shown($call) if $answer->{proposal_id} ne $call->{reviews}{id};
	}
	foreach my $id (sort keys %told)
	{
		foreach my $end (grep { $_ ne 'open' } sort keys %{ $told{$id} })
		{
			my @answers = @{ $told{$id}{$end} };
			push @wrong, "$id: told " . @answers . " times that it is $end, which is $status{$id}" if @answers > 1 || $end ne $status{$id};
			push @wrong, "$id: applied as $version{$id}, told $answers[0]{applied_version}" if $end eq 'applied' && $version{$id} ne $answers[0]{applied_version};
		}
	}
	return @wrong;
}

# Proposals that were told are there, and no other, but those of whose answer was lost.
sub not_proposed
{
	my ($self) = @_;
	my %there = map { $_ => 1 } $self->query('SELECT id FROM scim_proposal_rows');
	my %told = map { $_->{answer}{proposal_id} => 1 } grep { $_->{answer}{proposal_id} } $self->calls('proposes');
	my @unknown = grep { !$told{$_} } keys %there;
	my $lost = grep { ($_->{code} // '') eq 'lost' } $self->calls('proposes');

	return ((map { "$_ is gone" } grep { !$there{$_} } sort keys %told), @unknown > $lost ? "nobody made @unknown" : ());
}

# The last value of each writer is there, as nobody else writes that attribute.
sub lost
{
	my ($self) = @_;
	my (%last, @wrong);

	foreach my $call ($self->calls('writes'))
	{
		my $write = $call->{writes};
		my $key = "$write->{id} $write->{attribute}";
		$last{$key} = [ $write->{value} ] unless $call->{code};
		push @{ $last{$key} }, $write->{value} if ($call->{code} // '') eq 'lost';
	}
	foreach my $key (sort keys %last)
	{
		my ($id, $attribute) = split / /, $key;
		my ($now) = $self->query("SELECT coalesce(scim_get_user(id::text) ->> '$attribute', '') FROM users WHERE id::text = '$id'");
		push @wrong, "$key is $now, not @{$last{$key}}" if defined $now && !grep { $_ eq $now } @{ $last{$key} };
	}
	return @wrong;
}

my $gone = 'USER_NOT_FOUND';
my %foreseen = (
	looks => qr/^$/,
	writes => qr/^(?:|$gone)$/,
	interferes => qr/^(?:|$gone)$/,
	proposes => qr/^(?:|$gone|INVALID_VALUE)$/,    # of what is there already
	reviews => qr/^(?:|PROPOSAL_CLOSED|VERSION_MISMATCH|INVALID_VALUE|NOT_A_REVIEWER)$/);

sub unforeseen
{
	my ($self) = @_;
	my @wrong;

	foreach my $kind (sort keys %foreseen)
	{
		my @known = grep { ($_->{code} // '') ne 'lost' && !($self->{isolated} && ($_->{code} // '') eq '40001') } $self->calls($kind);
		push @wrong, map { shown($_) } grep { ($_->{code} // '') !~ $foreseen{$kind} } @known;
	}
	foreach my $call ($self->calls('reviews'))
	{
		my $refused = ($call->{code} // '') eq 'NOT_A_REVIEWER';
		push @wrong, shown($call) if $refused != ($call->{reviews}{own} && $call->{reviews}{decision} ne 'withdraw') && ($refused || !$call->{code});
	}
	return @wrong;
}

1;
