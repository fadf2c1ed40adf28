# docs/security.md: each of its sentences that a server can be asked about.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

my $page = slurp_file("$FindBin::RealBin/../../docs/security.md");
chomp(my $libraries = `pg_config --pkglibdir`);
my $pgaudit = -e "$libraries/pgaudit.so";
my $preloaded = 'pg_stat_statements' . ($pgaudit ? ',pgaudit' : '');
my $node = ScimverBridge->new_node('security', conf => <<"CONF");
log_statement = none
listen_addresses = '127.0.0.1'
session_preload_libraries = 'auto_explain'
shared_preload_libraries = '$preloaded'
CONF
my $major = $node->safe_psql('postgres', q{SELECT current_setting('server_version_num')::int / 10000});
my $name = 0;

# The statements of a section, of the page's.
sub statements
{
	my ($heading) = @_;
	my ($section) = $page =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms;

	return join '', $section =~ /^```sql\n(.*?)^```$/msg;
}

sub as
{
	my ($role, $sql) = @_;
	my ($code, $out, $err) = $node->psql('postgres', $sql, connstr => $node->connstr('postgres') . " user=$role");

	return $code == 0 ? $out : $err;
}

sub bridge
{
	my ($conninfo, @args) = @_;
	my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres') . " $conninfo", args => \@args);

	$bridge->initialize;
	return $bridge;
}

# ---- Roles

$node->safe_psql('postgres', statements('Roles'));
$node->safe_psql('postgres', q{
	CREATE EXTENSION pg_stat_statements;
	CREATE ROLE owner;
	ALTER TABLE users OWNER TO owner;
	CREATE ROLE bypass BYPASSRLS;
	GRANT SELECT (id) ON users TO bypass;
	GRANT USAGE, CREATE ON SCHEMA public TO owner;
	SELECT scim_create_user('{"userName": "mine", "password": "x"}');
	SELECT scim_create_user(format('{"userName": "other%s"}', i)::jsonb, tenant_id => 'other') FROM generate_series(1, 20) AS i;
	ANALYZE users;});
is(as('agent', 'SELECT count(*) FROM users'), '1', 'a tenant that is not granted has no rows');
like(as('agent', q{SELECT scim_list_users(tenant_id => 'other')}), qr/TENANT_FORBIDDEN/, 'and is forbidden in functions');
is($node->safe_psql('postgres', "SET ROLE $_; SELECT count(id) FROM users"), '21', "$_ sees all tenants") foreach 'owner', 'bypass';
is($node->safe_psql('postgres', 'SELECT count(*) FROM users'), '21', 'a superuser sees all tenants');
my $reads = $node->background_psql('postgres', extra_params => [ '-U', 'agent' ]);
is($reads->query_safe("BEGIN ISOLATION LEVEL $_; SELECT count(*) FROM users"), '1', "an open transaction, $_"),
	$node->safe_psql('postgres', q{DELETE FROM scim_tenant_grants}),
	is($reads->query_safe('SELECT count(*) FROM users'), '0', '... what is revoked is gone'),
	$node->safe_psql('postgres', q{SELECT scim_grant_tenant('default', 'agent')}),
	is($reads->query_safe('SELECT count(*) FROM users; COMMIT'), '1', '... what is granted is there') foreach 'READ COMMITTED', 'REPEATABLE READ';
$reads->quit;
like(as('agent', 'SELECT password_hash FROM users'), qr/permission denied/, 'no access to password_hash');
is(as('agent', q{SET scimver.tenant = 'other'; SET scimver.only_tenant = 'other'; SET scimver.agent = 'x'; SELECT count(*) FROM users}), '1', 'settings grant nothing');

# policies, proposals and reviews: by functions only, but for who may write every table
$node->safe_psql('postgres', q{
	CREATE ROLE writes LOGIN IN ROLE pg_write_all_data;
	SELECT scim_set_policy('default', 'User', '{"deny": ["restore"]}');
	SELECT scim_propose_change('User', NULL, '{"create": {"userName": "proposed"}}');});
for my $table (qw(policy proposal review))
{
	like(as('agent', "DELETE FROM scim_${table}_rows"), qr/permission denied/, "no $table is deleted");
	unlike(as('writes', "BEGIN; DELETE FROM scim_${table}_rows; ROLLBACK"), qr/ERROR/, '... but by pg_write_all_data');
}
$node->safe_psql('postgres', q{SELECT scim_set_policy('default', 'User', NULL)});

# a lease's id: its holder's alone
$node->safe_psql('postgres', q{
	CREATE ROLE reads LOGIN IN ROLE pg_read_all_data;
	CREATE ROLE colleague LOGIN;
	SELECT scim_grant_tenant('default', 'colleague');});
my ($held) = split /\n/, $node->safe_psql('postgres', q{SELECT scim_list_users() #>> '{Resources,0,id}'});
my $logged = -s $node->logfile;
my $lease = as('agent', qq{SELECT scim_acquire_lease('User', '$held', 60, 'to rename it') ->> 'lease_id'});
like($lease, qr/^[0-9a-f-]{36}$/, 'who may update a resource may hold it');
is(as('colleague', q{SELECT holder, purpose FROM scim_leases_held}), 'agent|to rename it', 'others see who holds it');
unlike(as('colleague', q{SELECT to_jsonb(h) FROM scim_leases_held h}), qr/$lease/, 'but no lease_id');
like(as('colleague', q{SELECT count(*) FROM scim_leases}), qr/permission denied/, 'nor the table');
my $refused = as('colleague', qq{\\set VERBOSITY verbose\nSELECT scim_patch_user('$held', '[{"op": "add", "path": "title", "value": "x"}]')});
like($refused, qr/LEASE_HELD/, 'they are refused');
unlike($refused, qr/$lease/, '... and not told it');
is(as('reads', q{SELECT lease_id FROM scim_leases}), $lease, 'pg_read_all_data reads it');
like(as('colleague', qq{SELECT scim_renew_lease('$lease')}), qr/LEASE_LOST/, 'and whoever knows it needs the role that took it');
like(as('colleague', qq{SET scimver.lease_id = '$lease'; SELECT scim_patch_user('$held', '[{"op": "add", "path": "title", "value": "x"}]')}), qr/LEASE_HELD/, '... for a write, too');
is(as('agent', qq{SELECT scim_release_lease('$lease')}), 't', 'its holder lets go');
like(as('agent', qq{SELECT scim_renew_lease('$lease')}), qr/LEASE_LOST.*$lease/s, 'who is told it is he who named it');
$node->safe_psql('postgres', q{ALTER ROLE agent SET log_statement = 'all'; ALTER ROLE agent SET log_parameter_max_length = 0});
my $holds = bridge('user=agent');
my $named = $holds->call('scim_lease', { action => 'acquire', resource_type => 'User', resource_id => $held, purpose => 'to rename it' })->{content}{lease_id};
is($holds->call('scim_patch_user', { user_id => $held, operations => [ { op => 'add', path => 'title', value => 'x' } ], lease_id => $named })->{content}{title}, 'x', 'an agent names it');
ok($holds->call('scim_lease', { action => 'release', lease_id => $named })->{content}{released}, '... and lets go');
$holds->finish;
$node->safe_psql('postgres', 'ALTER ROLE agent RESET log_statement; ALTER ROLE agent RESET log_parameter_max_length');
is($node->safe_psql('postgres', qq{SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%$named%'}), '0', 'a parameter is not among the statements that are counted');
unlike(substr(slurp_file($node->logfile), $logged), qr/$named/, 'nor in the log');
unlike(substr(slurp_file($node->logfile), $logged) =~ s/^.*STATEMENT: .*$//gmr, qr/$lease|to rename it/, 'the log has neither it nor the purpose, but in statements');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_proc WHERE prosecdef AND probin LIKE '%scimver'}), '0', 'no function is SECURITY DEFINER');
is($node->safe_psql('postgres', q{SELECT bool_or(has_function_privilege('agent', oid, 'EXECUTE')) FROM pg_proc
	WHERE proname ~ '^scim_(register|unregister|create_table|create_index|repair|backfill)'}), 'f', 'functions that change tables');

# ---- Time and room

$node->safe_psql('postgres', statements('Time and room'));
is(as('agent', q{SHOW statement_timeout}), '10s', 'the time limit of the role');
is(as('agent', q{SET statement_timeout = 0; SHOW statement_timeout}), '0', 'it may set another');
like(as('agent', q{SET temp_file_limit = -1}), qr/permission denied/, 'no other temp_file_limit');
like(as('agent', q{ALTER ROLE agent CONNECTION LIMIT 100}), qr/permission denied|must have/, 'no other connection limit');
$node->safe_psql('postgres', q{ALTER ROLE agent SET statement_timeout = '1s'});
my $bridge = bridge('user=agent');
my $lock = $node->background_psql('postgres');
$lock->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
is_deeply([ @{ $bridge->call('scim_list_users', {})->{content} }{'error_code', 'error'} ],
	[ 'RETRY_LATER', 'The call was ended, because it took longer than the limit: 1 second.' ], "the bridge's calls end by the role's limit");
$lock->query_safe('COMMIT');
$lock->quit;
$node->safe_psql('postgres', q{ALTER ROLE agent CONNECTION LIMIT 0});
is(bridge('user=agent')->call('scim_list_users', {})->{content}{error_code}, 'RETRY_LATER', 'a connection too many');
$node->safe_psql('postgres', q{ALTER ROLE agent CONNECTION LIMIT -1; ALTER ROLE agent RESET statement_timeout});
like(as('agent', "SELECT scim_tenant(); SET scimver.$_ = 10"), qr/permission denied/, "superusers set $_") foreach 'max_patch_operations', 'max_patch_work', 'password_cost', 'max_lease', 'history_members';
is(as('agent', "SET scimver.$_ = 10; SHOW scimver.$_"), '10', "callers set $_") foreach 'max_page_size', 'max_results', 'cursor_timeout';

# ---- What the bridge's options do

$node->safe_psql('postgres', q{SELECT scim_grant_tenant('other', 'agent')});
$bridge = bridge('user=agent', '--tenant', 'default', '--read-only');
is($bridge->call('scim_list_users', {})->{content}{totalResults}, 1, '--tenant');
is($bridge->call('scim_list_users', { tenant_id => 'other' })->{content}{error_code}, 'TENANT_FORBIDDEN', '--tenant: no other');
ok(!(grep { /create|update|patch|delete|modify|lease/ } map { $_->{name} } @{ $bridge->roundtrip('tools/list')->{result}{tools} }), '--read-only lists no tool that writes');
is($bridge->roundtrip('tools/call', { name => 'scim_create_user', arguments => {} })->{error}{code}, -32602, '--read-only calls none');
$bridge->finish;
$node->safe_psql('postgres', q{SELECT scim_revoke_tenant('other', 'agent')});

# ---- Passwords and the log

my ($secret, $since);

sub secret { return 'sesame' . ++$name . 'word'; }

# Does it stand in what was logged since, as it is or byte by byte?
sub is_logged
{
	my ($secret, $since) = @_;
	# lines are broken even within numbers
	my $log = substr(slurp_file($node->logfile), $since) =~ s/\s+//gr;
	my $bytes = join '', map { ord } split //, $secret;

	return $log =~ /\Q$secret\E|$bytes/ ? 1 : 0;
}

sub set_for_agent
{
	$node->safe_psql('postgres', join ' ', 'ALTER ROLE agent RESET ALL;', map { /^(\S+) = (.*)$/ ? "ALTER ROLE agent SET $1 = '$2';" : die } @_);
	return;
}

# Over the bridge, as a parameter, into a user or, as the user has no name, into an error.
sub sends_password
{
	my ($fails) = @_;
	my ($secret, $since) = (secret(), -s $node->logfile);
	my $agent = bridge('user=agent');
	my $envelope = $agent->call('scim_create_user', { user_data => { userName => $fails ? '' : "user$name", password => $secret } });

	is(!!$envelope->{success}, !$fails, 'the call');
	is($agent->finish, 0, 'exit code');
	return is_logged($secret, $since);
}

# In SQL, as a parameter.
sub sends_password_in_sql
{
	my ($sql) = @_;
	my ($secret, $since) = (secret(), -s $node->logfile);
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$name.sql";
	my ($out, $err) = ('', '');

	append_to_file($file, "$sql\n");
	IPC::Run::run([ 'pgbench', '-n', '-M', 'extended', '-t', '1', '-D', "pw=$secret", '-D', "name=user$name", '-f', $file,
		'-h', $node->host, '-p', $node->port, '-U', 'agent', 'postgres' ], '>', \$out, '2>', \$err);
	return is_logged($secret, $since);
}

my $create = q{SELECT scim_create_user(jsonb_build_object('userName', :name::text, 'password', :pw::text));};
my $insert = q{INSERT INTO users (data) VALUES (jsonb_build_object('userName', :name::text, 'password', :pw::text));};
my $wrong = q{SELECT scim_create_user(jsonb_build_object('userName', '', 'password', :pw::text), attributes => ARRAY[:name::text]);};

# Plans have the statement's parameters beside them since version 16.
my @no_parameters = $major >= 16 ? ('auto_explain.log_parameter_max_length = 0') : ();

# What is on, which setting is to blame, and in what it shows.
my @channels = (
	[ 'log_parameter_max_length', $create, 'log_statement = all' ],
	[ 'log_parameter_max_length', $insert, 'log_statement = mod' ],
	[ 'log_parameter_max_length', $create, 'log_min_duration_statement = 0' ],
	[ 'log_parameter_max_length', $create, 'log_min_duration_sample = 0', 'log_statement_sample_rate = 1' ],
	[ 'log_parameter_max_length', $create, 'log_transaction_sample_rate = 1' ],
	[ 'log_parameter_max_length', $create, 'log_statement = all', 'log_parameter_max_length = 1000' ],
	[ 'log_parameter_max_length_on_error', $wrong, 'log_parameter_max_length = 0', 'log_parameter_max_length_on_error = -1' ],
	[ 'auto_explain.log_verbose', $create, 'auto_explain.log_min_duration = 0', 'auto_explain.log_verbose = on', 'log_parameter_max_length = 0', @no_parameters ],
	[ 'debug_print_plan', $create, 'debug_print_plan = on' ]);
push @channels, [ 'auto_explain.log_parameter_max_length', $create, 'auto_explain.log_min_duration = 0' ] if $major >= 16;
push @channels, [ 'pgaudit.log_parameter', $create, 'pgaudit.log = all', 'pgaudit.log_parameter = on', 'log_parameter_max_length = 0' ] if $pgaudit;
my @closed = statements('Passwords and the log') =~ /^ALTER DATABASE app SET (.*);$/mg;
push @closed, @no_parameters;

push @closed, 'pgaudit.log_parameter = off' if $pgaudit;

# The warnings that a superuser gets with these settings.
sub warned
{
	local $ENV{PGOPTIONS} = join ' ', map { /^([\w.]+) = (.*)$/ or die $_; "-c $1=$2" } @_;
	my $info = JSON::PP->new->decode($node->safe_psql('postgres', 'SELECT scim_server_info()'));
	my $tool = JSON::PP->new->decode($node->safe_psql('postgres', q{SELECT scim_call_tool('scim_server_info', '{}'::text)}));

	delete $_->{time} foreach $info, $tool->{content};
	is_deeply($tool->{content}, $info, 'the tool says the same');
	return $info->{warnings};
}

set_for_agent();
is(sends_password(), 0, 'with default settings a parameter is not logged');
is(sends_password(1), 0, 'nor when the call fails');
is(sends_password_in_sql($_), 0, 'nor in SQL') foreach $create, $insert, $wrong;
is(warned(), undef, 'and nobody is warned');

foreach my $channel (@channels)
{
	my ($blamed, $sql, @on) = @$channel;
	my $what = join ', ', @on;
	my $in_sql = sub { return sends_password_in_sql($sql) };
	my $fails = $sql eq $wrong;

	set_for_agent(@on);
	is($in_sql->(), 1, "$what: a password that is a parameter is logged");
	# what an INSERT brings is no statement of the bridge's
	# nor does a statement fail when a tool does
	is(sends_password($fails), $fails ? 0 : 1, "$what: over the bridge too") unless $sql eq $insert;
	is_deeply([ map { $_->{setting} } @{ warned(@on) // [] } ], [$blamed], "$what: a superuser is warned");
	set_for_agent(@on, @closed);
	is($in_sql->(), 0, "$what: not with the settings of the page");
	is(sends_password($fails), 0, "$what: nor over the bridge");
	is(warned(@on, @closed), undef, "$what: then nobody is warned");
	unlike(as('agent', 'SELECT scim_server_info()'), qr/warnings/, "$what: only superusers are");
}
set_for_agent('log_parameter_max_length_on_error = -1', "statement_timeout = 1000");
($secret, $since) = (secret(), -s $node->logfile);
$bridge = bridge('user=agent');
$bridge->call('scim_server_info', {});	# and so it knows the tools, which it would wait for
$lock = $node->background_psql('postgres');
$lock->query_safe('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
$bridge->call('scim_create_user', { user_data => { userName => 'late', password => $secret } });
is(is_logged($secret, $since), 1, 'log_parameter_max_length_on_error: a call that is ended');
$lock->query_safe('COMMIT');
$lock->quit;

my ($example) = $page =~ /^```\n(\[\{"setting".*?)^```$/ms;
is_deeply(JSON::PP->new->decode($example), warned('log_statement = all'), 'what the page shows is what is said');
my $table = join '', $page =~ /^(\| `.*)$/mg;
like($table, qr/`\Q$_->[0]\E`/, "$_->[0] stands in the table") foreach @channels;
set_for_agent(@closed);
foreach my $closed (@closed)
{
	my ($setting) = $closed =~ /^(\S+)/;
	my $anybody = $setting eq 'log_parameter_max_length_on_error' || $setting eq 'debug_print_plan';
	my $error = as('agent', "SET $setting = default");
	is($error =~ /permission denied/ ? 0 : 1, $anybody ? 1 : 0, "$setting: can a role open it again?");
}
$node->safe_psql('postgres', q{ALTER DATABASE postgres SET log_parameter_max_length = 0; ALTER ROLE agent SET log_parameter_max_length = 7});
is(as('agent', 'SHOW log_parameter_max_length'), '7B', "what is set for a role comes first");
$node->safe_psql('postgres', q{ALTER DATABASE postgres RESET log_parameter_max_length});

# A literal is part of the statement.
set_for_agent(@closed);
foreach my $case ([ "an error of scimver's", '', 0 ], [ 'a statement that does not fail', 'x', 0 ],
	[ 'log_statement', 'x', 1, 'log_statement = all' ], [ 'log_min_duration_statement', 'x', 1, 'log_min_duration_statement = 0' ])
{
	my ($what, $user, $expected, @on) = @$case;
	my ($secret, $since) = (secret(), -s $node->logfile);

	set_for_agent(@closed, @on);
	$user .= $name if $user;
	as('agent', qq{SELECT scim_create_user('{"userName": "$user", "password": "$secret"}')});
	is(is_logged($secret, $since), $expected, "a literal, $what");
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_statements WHERE query LIKE '%$secret%'"), '0', 'and pg_stat_statements') if $user;
}
($secret, $since) = (secret(), -s $node->logfile);
as('agent', qq{SELECT scim_create_user('{"userName": "x", "password": "$secret"}'), 1 / 0});
is(is_logged($secret, $since), 1, "a literal, an error of PostgreSQL's own");
$secret = secret();
as('agent', qq{INSERT INTO users (data) VALUES ('{"userName": "i$name", "password": "$secret"}');
	UPDATE users SET data = data || '{"password": "$secret"}' WHERE user_name = 'i$name'});
is($node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE query LIKE '%$secret%'), bool_or(query LIKE 'UPDATE users SET data = data ||%') FROM pg_stat_statements"),
	'0|t', 'INSERT and UPDATE in pg_stat_statements');
$secret = secret();
as('agent', qq{DO \$\$ BEGIN PERFORM scim_create_user('{"userName": "u$name", "password": "$secret"}'); END \$\$});
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'DO%$secret%'"), '1', 'a DO block in pg_stat_statements');
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN; CREATE ROLE reader LOGIN; GRANT pg_read_all_stats TO reader');
$secret = secret();
my $agent = $node->background_psql('postgres', extra_params => [ '-U', 'agent' ]);
$agent->query_safe(qq{SELECT scim_create_user('{"userName": "v$name", "password": "$secret"}')});
my $look = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%$secret%' AND pid <> pg_backend_pid()";
is(as($_, $look), '1', "$_ sees a literal in pg_stat_activity") foreach 'agent', 'reader';
is(as('stranger', $look), '0', 'another role does not');
$agent->quit;

# ---- What EXPLAIN shows

sub explained { return as('agent', "SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) $_[0]"); }

$node->safe_psql('postgres', 'VACUUM ANALYZE users');
my $others = $node->safe_psql('postgres', q{SELECT count(*) FROM users WHERE tenant_id = 'other'});
like(as('agent', 'EXPLAIN ANALYZE SELECT id FROM users'), qr/Rows Removed by Filter: $others$/m, 'EXPLAIN ANALYZE counts the rows of other tenants');
like(explained(q{SELECT id FROM users WHERE tenant_id = 'other' AND user_name = 'other7'}), qr/Rows Removed by Filter: 1$/m, 'and tells a name that another tenant has');
unlike(explained(q{SELECT id FROM users WHERE tenant_id = 'other' AND user_name = 'nobody7'}), qr/Rows Removed by Filter: [1-9]/, 'from one that it has not');
$node->safe_psql('postgres', q{INSERT INTO scim_tenant_grants SELECT 'own' || i, 'agent' FROM generate_series(1, 32) AS i});
like(explained(q{SELECT id FROM users WHERE user_name = 'other7'}), qr/Rows Removed by Filter: 1$/m, 'a role of many tenants learns it without the tenant');
$node->safe_psql('postgres', q{DELETE FROM scim_tenant_grants WHERE tenant_id LIKE 'own%'});
is(explained(q{SELECT id FROM users WHERE user_name = 'other7'}) =~ s/other7//gr, explained(q{SELECT id FROM users WHERE user_name = 'nobody7'}) =~ s/nobody7//gr,
	'a role of few does not');
$node->safe_psql('postgres', q{SELECT scim_acquire_lease('User', id::text, tenant_id => 'other') FROM users WHERE tenant_id = 'other' LIMIT 3});
like(as('agent', "EXPLAIN ANALYZE SELECT * FROM $_->[0]"), qr/Rows Removed by Filter: $_->[1]$/m, "$_->[0]: what its view leaves out is counted")
	foreach [ 'scim_leases_held', 3 ], [ 'scim_history', $node->safe_psql('postgres', q{SELECT count(*) FROM scim_history WHERE tenant_id <> 'default'}) ];
unlike(as('agent', 'EXPLAIN ANALYZE SELECT * FROM scim_conflict_stats'), qr/Rows Removed/, 'that of conflicts counts nothing of others');
my ($many, $none) = map { as('agent', "EXPLAIN SELECT id FROM users WHERE tenant_id = '$_'") =~ /rows=(\d+)/ } 'other', 'nobody';
cmp_ok($many, '>', $none, 'plain EXPLAIN estimates how many rows another tenant has');
is(as('agent', q{SELECT count(*) FROM pg_stats WHERE tablename = 'users'}), '0', 'pg_stats shows nothing');

# ---- The way to the database

$node->safe_psql('postgres', q{ALTER ROLE agent PASSWORD 'right'});
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
$node->restart;
my $home = PostgreSQL::Test::Utils::tempdir_short();
append_to_file("$home/.pgpass", "*:*:*:agent:right\n");

sub over_network
{
	my ($conninfo) = @_;
	local $ENV{HOME} = $home;
	my $content = bridge('host=127.0.0.1 user=agent ' . $conninfo)->call('scim_list_users', { count => 0 })->{content};

	return defined $content->{totalResults} ? 'served' : "$content->{error_code} " . ($content->{retryable} ? 1 : 0);
}
chmod 0644, "$home/.pgpass" or die "chmod: $!";
is(over_network(''), 'PERMISSION_DENIED 0', '.pgpass that others may read is not read');
chmod 0600, "$home/.pgpass" or die "chmod: $!";
is(over_network(''), 'served', '.pgpass; and without encryption where the server has none');
is(over_network("sslmode=$_"), 'INTERNAL 0', "sslmode=$_: not retryable") foreach 'require', 'verify-full';

done_testing();
