# What an open session knows of the tenants of its role, where the change comes
# from another server: on a hot standby, and on a subscriber, where an apply
# worker writes the grants; and after PREPARE TRANSACTION.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $primary = new_server('primary', allows_streaming => 'logical', conf => "max_prepared_transactions = 5\n");
$primary->safe_psql('scim', q{
	CREATE ROLE agent LOGIN;
	CREATE ROLE team;
	SELECT scim_grant_tenant('default', 'agent');
	INSERT INTO users (tenant_id, data) SELECT t, jsonb_build_object('userName', t) FROM unnest('{default,acme,beta}'::text[]) t;
});
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->append_conf('postgresql.conf', "hot_standby_feedback = on\n");
$standby->start;

# Roles are the cluster's own, and as both have the same ones by OID, so are grants.
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init_from_backup($primary, 'backup');
$subscriber->start;
$subscriber->safe_psql('scim', 'TRUNCATE scim_tenant_grants');
$primary->safe_psql('scim', 'CREATE PUBLICATION grants FOR TABLE scim_tenant_grants');
$subscriber->safe_psql('scim', 'CREATE SUBSCRIPTION grants CONNECTION $$' . $primary->connstr('scim') . '$$ PUBLICATION grants');
$subscriber->wait_for_subscription_sync($primary, 'grants', 'scim');

# Sessions that stay open, in a transaction that has its snapshot, its locks and its plan.
my %open;
my $names = q{SELECT coalesce(string_agg(user_name, ' ' ORDER BY user_name), 'nobody') FROM users};
my $by_call = q{SELECT count(*) FROM unnest('{default,acme,beta}'::text[]) t WHERE scim_may_use(t)};

sub follow
{
	$primary->wait_for_catchup($standby, 'replay');
	$primary->wait_for_catchup('grants');
	return;
}

foreach my $server ($primary, $standby, $subscriber)
{
	my $session = $server->background_psql('scim', extra_params => [ '-U', 'agent' ]);

	$session->query_safe("PREPARE names AS $names");
	$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; EXECUTE names');
	$open{ $server->name } = $session;
}

sub is_seen
{
	my ($expected, $name) = @_;

	follow();
	foreach my $server ($primary, $standby, $subscriber)
	{
		my $where = $server->name;
		my $count = $expected eq 'nobody' ? 0 : split(' ', $expected);

		is($open{$where}->query_safe('EXECUTE names'), $expected, "$name: in an open transaction of the $where");
		is($open{$where}->query_safe($by_call), $count, "$name: and asked there");
		is($server->safe_psql('scim', $names, extra_params => [ '-U', 'agent' ]), $expected, "$name: in a new session of the $where");
	}
	return;
}

is_seen('default', 'as it began');
$primary->safe_psql('scim', q{SELECT scim_grant_tenant('acme', 'agent'), scim_grant_tenant('beta', 'agent')});
is_seen('acme beta default', 'granted');
$primary->safe_psql('scim', q{SELECT scim_revoke_tenant('default', 'agent')});
is_seen('acme beta', 'revoked');
$primary->safe_psql('scim', q{DELETE FROM scim_tenant_grants WHERE tenant_id = 'acme'});
is_seen('beta', 'deleted');
$primary->safe_psql('scim', q{UPDATE scim_tenant_grants SET tenant_id = 'acme'});
is_seen('acme', 'another tenant');
$primary->safe_psql('scim', 'TRUNCATE scim_tenant_grants');
is_seen('nobody', 'truncated');

# Roles are not replicated by logical replication.
$primary->safe_psql('scim', q{SELECT scim_grant_tenant('beta', 'team'); GRANT team TO agent});
$subscriber->safe_psql('scim', 'GRANT team TO agent');
is_seen('beta', 'inherited');
$primary->safe_psql('scim', 'REVOKE team FROM agent');
$subscriber->safe_psql('scim', 'REVOKE team FROM agent');
is_seen('nobody', 'inherited no more');
$_->quit foreach values %open;

# What is prepared is nobody's until it is committed, also for who prepared it.
my $session = $primary->background_psql('scim');
my $seen = "SET LOCAL ROLE agent; $names";
is($session->query_safe("BEGIN; SELECT scim_grant_tenant('acme', 'agent'); $seen"), "\nacme", 'granted in a transaction');
is($session->query_safe("PREPARE TRANSACTION 'granted'; BEGIN; $seen; COMMIT"), 'nobody', '... that is prepared: not seen');
is($session->query_safe("COMMIT PREPARED 'granted'; BEGIN; $seen; COMMIT"), 'acme', '... and committed: seen');
$session->quit;
done_testing();
