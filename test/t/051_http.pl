# SCIM over HTTP: what reaches the server's log, writes on condition of one of several
# versions under load, and requests on a standby.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $id = '00000000-0000-4000-a000-000000000001';
my $node = PostgreSQL::Test::Cluster->new('http');
$node->init(allows_streaming => 1);
# statements are logged only when they fail
$node->append_conf('postgresql.conf', qq{
log_statement = none
log_min_error_statement = error
});
$node->start;
$node->safe_psql('postgres', qq{
	SET client_min_messages = warning;
	CREATE DATABASE scim TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
});
$node->safe_psql('scim', qq{
	SET client_min_messages = warning;
	CREATE EXTENSION scimver CASCADE;
	SELECT scim_create_table('users', 'User');
	INSERT INTO users (tenant_id, id, data) VALUES ('default', '$id', '{"userName": "ada", "title": "A"}');
	CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS \$\$
	BEGIN
	  IF NEW.data->>'title' = 'XX000' THEN RAISE EXCEPTION 'boom' USING ERRCODE = 'XX000'; END IF;
	  IF NEW.data->>'title' = 'P0001' THEN RAISE EXCEPTION 'the row is %', NEW; END IF;
	  IF NEW.data->>'title' = 'sleep' THEN PERFORM pg_sleep(60); END IF;
	  RETURN NULL;
	END \$\$;
	CREATE TRIGGER boom AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION boom();
});

sub put
{
	my ($title) = @_;
	return qq{SELECT status, answer FROM scim_http('PUT', '/Users/$id', NULL, NULL,
		convert_to('{"userName": "ada", "title": "$title", "password": "hunter2"}', 'UTF8'))};
}

# An answer: the log names the request and the SQLSTATE, and shows no value.
my $offset = -s $node->logfile;
my ($code, $out, $err) = $node->psql('scim', put('P0001'));
is($code, 0, 'an error of a trigger is an answer');
like($out, qr/^500\|.*"internal error"/, '... 500');
unlike($out, qr/the row|boom/, '... without the text of the server');
my $log = slurp_file($node->logfile, $offset);
like($log, qr{LOG:  HTTP PUT /Users failed with SQLSTATE P0001}, '... which the log explains');
unlike($log, qr/hunter2|ada/, '... without values');

# What a profile ignores: its names, once a minute and session, and no values.
sub ignored
{
	my ($name) = @_;
	return qq{SELECT status FROM scim_http('POST', '/Users', NULL, NULL, convert_to('{"userName": "$name", "$name": "hunter2", "emails": [{"value": "x", "$name.part": 7}]}', 'UTF8'));\n};
}

$offset = -s $node->logfile;
is($node->safe_psql('scim', "SET scimver.profile = entra;\n" . join '', map { ignored($_) } qw(first second third)), "201\n201\n201", 'unknown attributes are ignored');
$log = slurp_file($node->logfile, $offset);
is(() = $log =~ /names that no schema has were ignored/g, 1, '... and logged once');
like($log, qr/ignored: "first", "emails\.first\.part"\n|ignored: "emails\.first\.part", "first"\n/, '... by their names');
unlike($log, qr/hunter2/, '... without values');
$offset = -s $node->logfile;
is($node->safe_psql('scim', "SET scimver.profile = entra;\n" . ignored('other')), '201', 'another session');
like(slurp_file($node->logfile, $offset), qr/ignored: [^\n]*"other"/, '... logs its own');
$node->safe_psql('scim', "DELETE FROM users WHERE id <> '$id'");

# Thrown on: the statement, and with it the password, is not logged.
foreach my $case ([ 'XX000', 'boom', 0 ], [ 'sleep', 'canceling statement due to statement timeout', '500ms' ])
{
	my ($title, $message, $timeout) = @$case;
	$offset = -s $node->logfile;
	($code, $out, $err) = $node->psql('scim', "SET statement_timeout = '$timeout'; " . put($title));
	isnt($code, 0, "$title: thrown on");
	like($err, qr/\Q$message\E/, "$title: as it was");
	$log = slurp_file($node->logfile, $offset);
	like($log, qr/ERROR:  \Q$message\E/, "$title: logged");
	unlike($log, qr/hunter2/, "$title: without the statement");
}
foreach my $body ('{"password": "hunter2", }', '{"password": "hunter2\\\\u0000"}', '{"userName": "x", "password": ["hunter2"]}')
{
	$offset = -s $node->logfile;
	$out = $node->safe_psql('scim', "SELECT status FROM scim_http('POST', '/Users', NULL, NULL, convert_to(E'$body', 'UTF8'))");
	is($out, 400, 'a bad body is an answer');
	unlike(slurp_file($node->logfile, $offset), qr/hunter2/, '... and is not logged');
}
is($node->safe_psql('scim', "SELECT data->>'title' FROM users"), 'A', 'nothing was half done');

# Each writes something else, on condition of the version that it has read, which is one tag of
# several: nobody writes over what he has not seen, so each version is followed by one write.
$node->safe_psql('scim', qq{
	ALTER TABLE users DISABLE TRIGGER boom;
	CREATE SEQUENCE title;
	CREATE UNLOGGED TABLE answer (seen text, status int, etag text);
	CREATE FUNCTION change(headers text) RETURNS void LANGUAGE sql AS \$\$
		INSERT INTO answer SELECT g.etag, r.status, r.etag FROM scim_http('GET', '/Users/$id', NULL, NULL, NULL) g,
			LATERAL scim_http('PUT', '/Users/$id', NULL, replace(headers, 'V', replace(g.etag, '"', '\\"'))::jsonb,
				convert_to(format('{"userName": "ada", "title": "%s"}', nextval('title')), 'UTF8')) r \$\$;
});
$node->pgbench('--no-vacuum --client=8 --jobs=2 --time=4', 0, [qr/processed/], [qr/^$/], 'writes on condition of versions',
	{ '051_list' => q{SELECT change('{"if-match": "\"x\", V, W/\"y\""}')}, '051_one' => q{SELECT change('{"if-match": "V"}')} }, 'scim');
is($node->safe_psql('scim', 'SELECT count(*) FROM answer WHERE status NOT IN (200, 412)'), 0, 'each is written, or refused with 412');
is($node->safe_psql('scim', 'SELECT count(*) FILTER (WHERE status = 200) > 100, count(*) FILTER (WHERE status = 412) > 10 FROM answer'), 't|t',
	'... there were winners and losers');
is($node->safe_psql('scim', 'SELECT count(*) - count(DISTINCT seen) FROM answer WHERE status = 200'), 0, '... and one winner for each version');
is($node->safe_psql('scim', q{SELECT (SELECT count(*) FROM answer WHERE status = 200) - (SELECT revision FROM users)}), -1, '... each of which was stored');

# Conditions that hold whatever the others write: nobody is refused.
$node->safe_psql('scim', 'TRUNCATE answer');
$node->pgbench('--no-vacuum --client=8 --jobs=2 --time=3', 0, [qr/processed/], [qr/^$/], 'writes on condition of what is not there',
	{ '051_none' => q{SELECT change('{"if-none-match": "\"x\", \"y\""}')} }, 'scim');
is($node->safe_psql('scim', 'SELECT count(*) > 100, count(*) FILTER (WHERE status <> 200) FROM answer'), 't|0', 'nobody is refused');

# A standby reads.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('scim', "SELECT status, etag = 'W/\"' || version || '\"' FROM users, scim_http('GET', '/Users/$id', NULL, NULL, NULL)"), '200|t',
	'a standby answers');
like($standby->safe_psql('scim', put('B')), qr/^403\|.*may only read/, '... and says that it may not write');
like($standby->safe_psql('scim', q{SELECT status, answer FROM scim_http('POST', '/Bulk', NULL, NULL, convert_to('{"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [{"method": "POST", "path": "/Users", "bulkId": "c", "data": {"userName": "C"}}]}', 'UTF8'))}),
	qr/^403\|.*may only read/, '... nor many');
is($standby->safe_psql('scim', "SELECT status FROM scim_http('GET', '/Users', NULL, NULL, NULL)"), 200, '... and lists');

# Where the library is loaded before there is a database, what cannot be read yet is refused.
$standby->stop;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'scimver'
scimver.authentication_schemes = '[{"type": "httpbasic", "name": "B\\\\u00e4sic", "description": "x"}]'
});
$node->restart;
is($node->safe_psql('scim', q{SELECT scim_service_provider_config()->'authenticationSchemes'}), '[]',
	'a server starts, whatever escapes authentication_schemes has');

done_testing();
