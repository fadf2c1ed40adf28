# Who may seal and prune, and nothing else, is told of tenants by number alone: also where he
# has the plans of statements shown to him.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('audit_plans');

# As plans have the value.
sub bytes { return join ' ', map { ord } split //, $_[0] }

$node->safe_psql('scim', q{
	CREATE ROLE sealer;
	GRANT EXECUTE ON FUNCTION scim_seal_history() TO sealer;
	GRANT EXECUTE ON PROCEDURE scim_prune_history(interval, int) TO sealer;
	INSERT INTO users (tenant_id, data) SELECT 'secret' || n, jsonb_build_object('userName', 'user' || n) FROM generate_series(1, 3) AS n;
	ALTER TABLE scim_history_rows DISABLE TRIGGER scimver_rows;
	UPDATE scim_history_rows SET at = '2000-01-01';
	ALTER TABLE scim_history_rows ENABLE ALWAYS TRIGGER scimver_rows});

my $shows = 'SET plan_cache_mode = force_custom_plan; SET debug_print_plan = on; SET client_min_messages = log;';
my ($code, $out, $err) = $node->psql('scim', "SET ROLE sealer;
	$shows
	SELECT scim_seal_history() > 2;
	CALL scim_prune_history('1 hour');
	SHOW plan_cache_mode;");
is($out, "t\nforce_custom_plan", 'sealed and pruned, and settings are what they were');
like($err, qr/PLANNEDSTMT.*scim_history_seals/s, 'plans are shown');
unlike($err, qr/\Q@{[bytes('secret')]}\E/, 'without a tenant of whom the caller is not told');

# What is written by a statement, as its owner has put a trigger there.
$node->safe_psql('scim', q{
	CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER passes BEFORE INSERT ON scim_history_rows FOR EACH ROW EXECUTE FUNCTION passes();
	CREATE ROLE writer;
	SELECT scim_grant_tenant('secret1', 'writer');
	REVOKE ALL ON users FROM writer;
	GRANT UPDATE ON users TO writer});
($code, $out, $err) = $node->psql('scim', "SET ROLE writer;
	$shows
	UPDATE users SET data = '{\"userName\": \"other\"}'");
like($err, qr/PLANNEDSTMT.*scim_history_rows/s, 'plans are shown to a writer');
unlike($err, qr/\Q@{[bytes('user1')]}\E/, 'without what he may not read');

done_testing();
