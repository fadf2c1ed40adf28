# Profiles where they come from elsewhere.  In a dump, by the superuser or by the database's
# owner: those that were added, and which tenant has which; the built-in ones are there
# already.  What open sessions know of them: from another session, also in a transaction that
# keeps its snapshot; after PREPARE TRANSACTION, and a crash; on a subscriber, where an apply
# worker writes them; on a standby, and once it is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $primary = new_server('primary', allows_streaming => 'logical', conf => "max_prepared_transactions = 5\n");
my $folder = PostgreSQL::Test::Utils::tempdir();

# Is the rule "filter" on in that tenant?
$primary->safe_psql('scim', q{
	CREATE ROLE clerk LOGIN;
	CREATE ROLE keeper LOGIN;
	ALTER DATABASE scim OWNER TO keeper;
	GRANT CREATE ON SCHEMA public TO keeper;
	ALTER TABLE users OWNER TO keeper;
	ALTER TABLE groups OWNER TO keeper;
	ALTER TABLE groups_members OWNER TO keeper;
	SELECT scim_grant_tenant('default', 'clerk'), scim_grant_tenant('other', 'clerk');
	CREATE FUNCTION rules(tenant text DEFAULT 'default') RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM scim_list_users(filter => 'userName sw A', tenant_id => tenant);
		RETURN 'loose';
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN sqlerrm LIKE 'INVALID_FILTER%' THEN 'strict' ELSE sqlerrm END;
	END $$;
	CREATE FUNCTION of_both() RETURNS text LANGUAGE sql AS $$ SELECT rules() || ' ' || rules('other') $$;
});

sub asked
{
	my ($server, $database) = @_;
	return $server->safe_psql($database // 'scim', 'SELECT of_both()', extra_params => [ '-U', 'clerk' ]);
}

# ---- dumps ----

my $all = 'SELECT * FROM scim_profiles ORDER BY name; SELECT * FROM scim_tenant_profiles ORDER BY tenant_id';

$primary->safe_psql('scim', q{
	INSERT INTO scim_profiles (name, rules) VALUES ('ours', '{"filter": true, "absent_members": "skip"}'), ('unused', '{}');
	SELECT scim_set_tenant_profile('default', 'ours'), scim_set_tenant_profile('third', 'entra'), scim_set_tenant_profile('fourth', 'rfc');
});
my $before = $primary->safe_psql('scim', $all);
is(asked($primary), 'loose strict', 'there is something to be dumped');
foreach my $role ($primary->safe_psql('postgres', 'SELECT current_user'), 'keeper')
{
	foreach my $format ('c', 'p')
	{
		my $file = "$folder/$role.$format";
		my $name = "dumped by $role as $format";

		$primary->command_ok([ 'pg_dump', '-U', $role, "-F$format", '-f', $file, $primary->connstr('scim') ], $name);
		new_database($primary, 'restored', empty => 1);
		$primary->command_ok($format eq 'c'
			? [ 'pg_restore', '-e', '-j', '2', '-d', $primary->connstr('restored'), $file ]
			: [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $file, '-d', $primary->connstr('restored') ],
			"$name: restored");
		is($primary->safe_psql('restored', $all), $before, "$name: as it was");
		is(asked($primary, 'restored'), 'loose strict', "$name: and in force");
		$primary->safe_psql('restored', q{UPDATE scim_profiles SET rules = '{}' WHERE name = 'ours'});
		is(asked($primary, 'restored'), 'strict strict', "$name: and goes on");
		$primary->safe_psql('postgres', 'DROP DATABASE restored');
	}
}
$primary->safe_psql('scim', q{TRUNCATE scim_tenant_profiles; DELETE FROM scim_profiles WHERE NOT built_in});

# ---- other sessions and servers ----

$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init_from_backup($primary, 'backup');
$subscriber->start;
# the built-in ones are there: nothing is copied
$primary->safe_psql('scim', 'CREATE PUBLICATION profiles FOR TABLE scim_profiles, scim_tenant_profiles');
$subscriber->safe_psql('scim', 'CREATE SUBSCRIPTION profiles CONNECTION $$' . $primary->connstr('scim') . '$$ PUBLICATION profiles WITH (copy_data = false)');
$subscriber->wait_for_subscription_sync($primary, 'profiles', 'scim');

# Sessions that stay open: one asks in transactions of their own, another in one that has its
# snapshot and its locks.
my %open;
foreach my $server ($primary, $subscriber, $standby)
{
	my ($free, $held) = map { $server->background_psql('scim', extra_params => [ '-U', 'clerk' ]) } 1 .. 2;

	$held->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT of_both()');
	$open{ $server->name } = [ $free, $held ];
}

sub in_force
{
	my ($expected, $name) = @_;

	$primary->wait_for_catchup('profiles');
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
	foreach my $server ($primary, $subscriber, $standby)
	{
		my $where = $server->name;

		is($_->query_safe('SELECT of_both()'), $expected, "$name: in an open session of the $where") foreach @{ $open{$where} };
	}
	return;
}

sub change
{
	my ($sql, $expected, $name) = @_;

	$primary->safe_psql('scim', $sql);
	in_force($expected, $name);
	return;
}

in_force('strict strict', 'as it began');
change(q{SELECT scim_set_tenant_profile('default', 'entra')}, 'loose strict', 'set');
change(q{SELECT scim_set_tenant_profile('other', 'interop'), scim_set_tenant_profile('default', 'okta')}, 'strict loose', 'changed, and another one set');
change(q{INSERT INTO scim_profiles (name, rules) VALUES ('ours', '{"filter": true}'); SELECT scim_set_tenant_profile('default', 'ours')}, 'loose loose', 'one of our own');
change(q{UPDATE scim_profiles SET rules = '{"coerce": true}' WHERE name = 'ours'}, 'strict loose', 'whose rules change');
change(q{BEGIN; UPDATE scim_tenant_profiles SET profile = 'yours' WHERE tenant_id = 'default'; UPDATE scim_profiles SET name = 'yours', rules = '{"filter": true}' WHERE name = 'ours'; COMMIT}, 'loose loose', 'whose name changes');
change(q{SELECT scim_set_tenant_profile('default', NULL); DELETE FROM scim_profiles WHERE name = 'yours'}, 'strict loose', 'which is gone');
change(q{TRUNCATE scim_tenant_profiles}, 'strict strict', 'truncated');

# What is prepared is in force for nobody until it is committed, also not for who prepared it.
my $session = $primary->background_psql('scim');
is($session->query_safe(q{BEGIN; SELECT of_both() || scim_set_tenant_profile('default', 'entra')::text || of_both()}), 'strict strictloose strict', 'set in a transaction');
is($session->query_safe(q{PREPARE TRANSACTION 'set'; SELECT of_both()}), 'strict strict', '... that is prepared: it is not in force');
in_force('strict strict', '... nor for others');
is($session->query_safe(q{COMMIT PREPARED 'set'; SELECT of_both()}), 'loose strict', '... and committed: it is');
in_force('loose strict', '... and for others');
$session->quit;

# Whoever sets one waits for whoever does.
my @setters = map { $primary->background_psql('scim') } 1 .. 2;
$setters[0]->query_safe(q{BEGIN; SELECT scim_set_tenant_profile('new', 'okta')});
$setters[1]->query_until(qr/begins/, qq{\\echo begins\nSELECT scim_set_tenant_profile('new', 'entra');\n});
$primary->poll_query_until('scim', q{SELECT count(*) > 0 FROM pg_locks WHERE NOT granted}) or die 'nobody waits';
$setters[0]->query_safe('COMMIT');
$setters[1]->query_safe('SELECT 1');
is($primary->safe_psql('scim', q{SELECT profile FROM scim_tenant_profiles WHERE tenant_id = 'new'}), 'entra', 'of two who set one at once, the last one has');
$_->quit foreach @setters;

# A standby goes by them, and so does what it becomes, and the primary after a crash.
my ($code, $out, $err) = $standby->psql('scim', q{SELECT scim_set_tenant_profile('other', 'entra')});
like($err, qr/cannot execute .* in a read-only transaction/, 'a standby cannot change them');
foreach my $server ($primary, $subscriber, $standby)
{
	$_->quit foreach @{ $open{ $server->name } };
}
$primary->stop('immediate');
$primary->start;
is(asked($primary), 'loose strict', 'the primary goes by them after a crash');
$standby->promote;
is(asked($standby), 'loose strict', '... and the standby, once it is promoted');
$standby->safe_psql('scim', q{SELECT scim_set_tenant_profile('other', 'entra')});
is(asked($standby), 'loose loose', '... which changes them then');
done_testing();
