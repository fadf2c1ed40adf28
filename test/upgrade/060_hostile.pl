# Who updates is a superuser, in a schema where others may make objects: none of theirs is
# called, by the scripts or by what they make.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Upgrade;

my $node = new_cluster('hostile');

# Operators that fit better than the server's own where two types are not the same; functions
# that fit better than ours where arguments are not of our types.
my $traps = q{
	GRANT CREATE ON SCHEMA public TO keeper;
	SET ROLE keeper;
	DO $$
	DECLARE
		types text[];
		name text;
	BEGIN
		FOREACH types SLICE 1 IN ARRAY '{{oid,regclass},{oid,int},{regclass,oid},{oid,regrole},{name,text},{text,name},{text,"char"},{"char",text},{bigint,int}}'::text[] LOOP
			EXECUTE format('CREATE FUNCTION trap(%s, %s) RETURNS boolean LANGUAGE plpgsql AS ', types[1], types[2]) ||
				quote_literal('BEGIN RAISE EXCEPTION ''a trap is called as %'', current_user; END');
			FOREACH name IN ARRAY '{=,<>}'::text[] LOOP
				CONTINUE WHEN to_regoperator(format('pg_catalog.%s(%s,%s)', name, types[1], types[2])) IS NOT NULL;
				EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap)', name, types[1], types[2]);
			END LOOP;
		END LOOP;
	END $$;
	CREATE FUNCTION scim_may_read_lease(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_may_read_policy(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_may_read_proposal(name, text, boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_recent_history(timestamp) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_may_read_history(text, text, text, int) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION format(text, regclass, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION isempty(int8multirange) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_replace_functions(text, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION scim_replace_functions(text[], text[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	CREATE FUNCTION aclexplode(aclitem[], OUT grantee oid) RETURNS SETOF oid LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a trap is called as %', current_user; END $$;
	RESET ROLE};

new_database($node, 'updated', old_version());
set_up($node, 'updated', 'created');
fill($node, 'updated', 'created');
$node->safe_psql('updated', "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO clerk; $traps");
my ($code, $out, $err) = $node->psql('updated', 'ALTER EXTENSION scimver UPDATE');
is($err, '', 'updated, without a trap');
is($node->safe_psql('updated', q{UPDATE users SET data = data || '{"title": "t"}' WHERE user_name = 'user1' AND tenant_id = 'default';
	SELECT count(*) FROM scim_history}), '1', 'the view calls none');
my $leases = q{SELECT scim_acquire_lease('User', id::text) IS NOT NULL FROM users LIMIT 1; SELECT count(*) FROM scim_leases_held; SELECT count(*) > 0 FROM scim_conflict_stats};
my $decisions = q{SELECT scim_set_policy('*', 'User', '{"review": {"attributes": ["title"], "reviewers": ["clerk"]}}') IS NOT NULL;
	SELECT (scim_propose_change('User', id::text, '[{"op": "replace", "path": "title", "value": "decided"}]') ->> 'proposal_id')::uuid AS proposal FROM users LIMIT 1 \gset
	SELECT count(*) FROM scim_policies; SELECT count(*) FROM scim_proposals;
	SET SESSION AUTHORIZATION clerk;
	SELECT scim_review_proposal(:'proposal', 'approve', scim_get_proposal(:'proposal') ->> 'version') ->> 'status'; SELECT count(*) FROM scim_reviews;
	RESET SESSION AUTHORIZATION; SELECT scim_list_proposals() -> 'proposals'; SELECT scim_set_policy('*', 'User', NULL) IS NULL};
is($node->safe_psql('updated', $decisions), "t\n1\n1\napplied\n1\n[]\nt", 'nor does who proposes and decides');
is($node->safe_psql('updated', $leases), "t\n1\nt", 'nor does who holds, or asks who does');
my $seals = q{SELECT scim_seal_history(), (SELECT count(*) FROM scim_verify_history('default'))};
is($node->safe_psql('updated', $seals), '6|0', 'nor does who seals and verifies');

new_database($node, 'made');
$node->safe_psql('made', "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO clerk; CREATE EXTENSION pgcrypto; $traps");
($code, $out, $err) = $node->psql('made', 'CREATE EXTENSION scimver');
is($err, '', 'so it is where the extension is made anew');
is($node->safe_psql('made', q{SET client_min_messages = warning; CREATE TABLE made AS SELECT scim_create_table('users', 'User'); INSERT INTO users (data) VALUES ('{"userName": "one"}');
	SELECT count(*) FROM scim_history}), '1', 'there the view calls none, either');
is($node->safe_psql('made', q{SELECT scim_grant_tenant('default', 'clerk');} . $decisions), "\nt\n1\n1\napplied\n1\n[]\nt", 'nor do those of proposals');
is($node->safe_psql('made', $leases), "t\n1\nt", 'nor do those of leases');
is($node->safe_psql('made', $seals), '6|0', 'nor does who seals and verifies');

# A trigger of somebody's has the name of ours: the update says so, and is not stopped.
new_database($node, 'taken', old_version());
set_up($node, 'taken', 'created');
$node->safe_psql('taken', q{CREATE TRIGGER "!!!scimver_history" AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()});
($code, $out, $err) = $node->psql('taken', 'ALTER EXTENSION scimver UPDATE');
is($code, 0, 'a name that is taken does not stop an update');
like($err, qr/WARNING: .*users.*"!!!scimver_history"/, 'but is told');
like($node->safe_psql('taken', q{SELECT detail FROM scim_check_table('users')}), qr/"!!!scimver_history"/, 'also by the check');
is($node->safe_psql('taken', q{SELECT detail FROM scim_check_table('groups')}), '', 'other tables are right');

done_testing();
