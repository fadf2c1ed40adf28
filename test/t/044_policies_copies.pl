# What an open session knows of policies, where the change comes from elsewhere: from another
# session, also into a transaction that keeps its snapshot; after PREPARE TRANSACTION, and a
# crash; on a subscriber, where an apply worker writes them; on a standby, once it is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $primary = new_server('primary', allows_streaming => 'logical', conf => "max_prepared_transactions = 5\n");

# May a user be made, in that tenant?  What is made is taken back.
$primary->safe_psql('scim', q{
	CREATE ROLE clerk LOGIN;
	SELECT scim_grant_tenant('default', 'clerk'), scim_grant_tenant('other', 'clerk');
	CREATE FUNCTION makes(tenant text DEFAULT 'default') RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM scim_create_user('{"userName": "made"}', tenant_id => tenant);
		RAISE 'made';
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN sqlstate = 'PT403' THEN split_part(sqlerrm, ':', 1) ELSE sqlerrm END;
	END $$;
});
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init_from_backup($primary, 'backup');
$subscriber->start;
$primary->safe_psql('scim', 'CREATE PUBLICATION policies FOR TABLE scim_policy_rows');
$subscriber->safe_psql('scim', 'CREATE SUBSCRIPTION policies CONNECTION $$' . $primary->connstr('scim') . '$$ PUBLICATION policies');
$subscriber->wait_for_subscription_sync($primary, 'policies', 'scim');

# Sessions that stay open: one asks in transactions of their own, another in one that has its
# snapshot and its locks.
my %open;
foreach my $server ($primary, $subscriber)
{
	my ($free, $held) = map { $server->background_psql('scim', extra_params => [ '-U', 'clerk' ]) } 1 .. 2;

	$held->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT makes()');
	$open{ $server->name } = [ $free, $held ];
}

sub bound
{
	my ($default, $other, $name) = @_;

	$primary->wait_for_catchup('policies');
	foreach my $server ($primary, $subscriber)
	{
		my $where = $server->name;

		is($_->query_safe(q{SELECT makes() || ' ' || makes('other')}), "$default $other", "$name: in an open session of the $where") foreach @{ $open{$where} };
	}
	return;
}

my ($made, $denied) = ('made', 'POLICY_DENIED');

sub set_policy
{
	my ($tenant, $policy) = @_;
	my $value = defined $policy ? "'$policy'" : 'NULL';

	$primary->safe_psql('scim', "SELECT scim_set_policy('$tenant', 'User', $value)");
	return;
}

bound($made, $made, 'as it began');
set_policy('*', '{"deny": ["create"]}');
bound($denied, $denied, 'set for all');
set_policy('default', '{}');
bound($made, $denied, 'and otherwise for one');
set_policy('default', '{"deny": ["create"]}');
set_policy('*', undef);
bound($denied, $made, 'changed, and the one for all removed');
$primary->safe_psql('scim', q{UPDATE scim_policy_rows SET tenant_id = 'other'});
bound($made, $denied, 'another tenant');
$primary->safe_psql('scim', 'TRUNCATE scim_policy_rows');
bound($made, $made, 'truncated');
set_policy('default', '{"deny": ["create"]}');
bound($denied, $made, 'set again');
set_policy('default', undef);

# What is prepared binds nobody until it is committed, also not who prepared it.
my $session = $primary->background_psql('scim');
is($session->query_safe(q{BEGIN; SELECT scim_set_policy('default', 'User', '{"deny": ["create"]}') IS NULL, makes()}), "f|$denied", 'set in a transaction');
is($session->query_safe(q{PREPARE TRANSACTION 'set'; SELECT makes()}), $made, '... that is prepared: it binds nobody');
bound($made, $made, '... nor others');
is($session->query_safe(q{COMMIT PREPARED 'set'; SELECT makes()}), $denied, '... and committed: it binds');
bound($denied, $made, '... and others');
$session->quit;

# Whoever sets one waits for whoever does.
my @setters = map { $primary->background_psql('scim', on_error_stop => 0) } 1 .. 2;
$setters[0]->query_safe(q{BEGIN; SELECT scim_set_policy('default', 'User', '{"deny": ["patch"]}')});
$setters[1]->query_until(qr/begins/, qq{\\echo begins\nSELECT scim_set_policy('default', 'User', '{"deny": ["update"]}', scim_get_policy('default', 'User') ->> '_version');\n});
$primary->poll_query_until('scim', q{SELECT count(*) = 1 FROM pg_locks WHERE relation = 'scim_policy_rows'::regclass AND NOT granted}) or die 'nobody waits';
$setters[0]->query_safe('COMMIT');
$setters[1]->query('SELECT 1');
like($setters[1]->{stderr}, qr/VERSION_MISMATCH/, 'of two who set it at once, one is told that it has changed');
$setters[1]->{stderr} = '';
is($primary->safe_psql('scim', q{SELECT scim_get_policy('default', 'User') -> 'deny'}), '["patch"]', '... and the other one has set it');
$_->quit foreach @setters;

# A standby shows what is set, and goes by it once it is promoted, also after a crash.
set_policy('other', '{"deny": ["create"]}');
$primary->stop('immediate');
$primary->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($standby->safe_psql('scim', q{SELECT scim_get_policy('other', 'User') -> 'deny'}, extra_params => [ '-U', 'clerk' ]), '["create"]', 'a standby shows it');
my ($code, $out, $err) = $standby->psql('scim', q{SELECT scim_set_policy('other', 'User', NULL)});
like($err, qr/cannot execute scim_set_policy\(\) /, '... and cannot change it');
$standby->promote;
is($standby->safe_psql('scim', q{SELECT makes() || ' ' || makes('other')}, extra_params => [ '-U', 'clerk' ]), "$made $denied", '... but goes by it, once it is promoted');
is($primary->safe_psql('scim', q{SELECT makes() || ' ' || makes('other')}, extra_params => [ '-U', 'clerk' ]), "$made $denied", 'as does the primary after a crash');
done_testing();
