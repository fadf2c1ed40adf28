# Dump and restore of the keys by which calls were named: a restored database knows what was
# done under them, be it dumped with all else or alone.  A standby answers reads as ever, and
# writes nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverServer;
use Test::More;

my $node = new_server('repeats_dump', allows_streaming => 1);
my $folder = PostgreSQL::Test::Utils::tempdir();
my $json = JSON::PP->new->utf8->canonical->allow_nonref;

$node->safe_psql('postgres', q{CREATE ROLE keeper LOGIN; CREATE ROLE clerk LOGIN});
new_database($node, 'source');
$node->safe_psql('source', q{
	ALTER DATABASE source OWNER TO keeper;
	SELECT scim_grant_tenant('default', 'clerk');
	GRANT SELECT ON users, groups, groups_members TO keeper});

# A tool of the clerk's, under a key: the answer.
sub call
{
	my ($server, $database, $tool, $arguments, $key) = @_;
	my $text = $json->encode({ %$arguments, idempotency_key => $key });

	return $json->decode($server->safe_psql($database, "SELECT scim_call_tool('$tool', \$text\$$text\$text\$)", extra_params => [ '-U', 'clerk' ]));
}

my %calls = (
	create => [ 'scim_create_user', { user_data => { userName => 'ann', emails => [ { value => 'a@x.org' } ] } } ],
	secret => [ 'scim_create_user', { user_data => { userName => 'bob', password => 'horse' } } ],
	bulk => [ 'scim_bulk', { request => [ map { { method => 'POST', path => '/Users', bulkId => $_, data => { userName => $_ } } } 'cid', 'ann' ] } ]);
my %first;
foreach my $key ('create', 'secret', 'bulk')
{
	$first{$key} = call($node, 'source', @{ $calls{$key} }, $key);
	ok($first{$key}->{success} && !$first{$key}->{metadata}->{repeated}, "$key: done");
}
my $users = q{SELECT count(*) FROM users};
my $keys = q{SELECT * FROM scim_idempotency ORDER BY key};
is($node->safe_psql('source', $users), 3, 'and so many are there');

# What was done is done, in whatever copy, and other calls are refused.
sub is_known
{
	my ($database, $name) = @_;

	is($node->safe_psql($database, $keys), $node->safe_psql('source', $keys), "$name: the keys are as they were");
	foreach my $key (sort keys %calls)
	{
		my $again = call($node, $database, @{ $calls{$key} }, $key);

		ok($again->{metadata}->{repeated}, "$name: $key is known");
		is($json->encode([ map { $_->{location} } @{ $again->{content}->{Operations} // [] } ]),
			$json->encode([ map { $_->{location} } @{ $first{$key}->{content}->{Operations} // [] } ]), '... with what it made');
		is($again->{content}->{id}, $first{$key}->{content}->{id}, '... and its id');
	}
	is(call($node, $database, 'scim_create_user', { user_data => { userName => 'dan' } }, 'create')->{content}->{error_code}, 'INVALID_ARGUMENT', "$name: another call is told apart");
	is(call($node, $database, 'scim_create_user', { user_data => { userName => 'bob', password => 'house' } }, 'secret')->{content}->{error_code}, 'INVALID_ARGUMENT', "$name: by a password, too");
	is($node->safe_psql($database, $users), 3, "$name: nothing was written");
	return;
}

is_known('source', 'the source');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/all", $node->connstr('source') ], 'pg_dump');
new_database($node, 'restored', empty => 1);
$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $node->connstr('restored'), "$folder/all" ], 'pg_restore');
is_known('restored', 'restored');
# the keys alone, by the owner of the database, who may write nothing there
$node->command_ok([ 'pg_dump', '-U', 'keeper', '-a', '-t', 'scim_idempotency', '-f', "$folder/keys", $node->connstr('source') ], 'pg_dump of the keys, as the owner of the database');
$node->safe_psql('restored', 'DELETE FROM scim_idempotency');
$node->command_ok([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', "$folder/keys", $node->connstr('restored') ], 'and back');
is_known('restored', 'restored alone');
$node->safe_psql('postgres', 'CREATE DATABASE copied TEMPLATE source');
is_known('copied', 'copied');

# What it holds tells nobody a password.
unlike($node->safe_psql('source', q{SELECT string_agg(k::text, ' ') || string_agg(encode(digest, 'escape'), ' ') FROM scim_idempotency k}), qr/horse/, 'no password is kept');
like($node->safe_psql('source', q{SELECT encode(digest, 'escape') FROM scim_idempotency WHERE key = 'secret'}), qr/^\$2a\$\d\d\$/, 'and its digest is crypted');
is($node->safe_psql('source', q{SELECT length(digest) FROM scim_idempotency WHERE key = 'create'}), 32, 'others are plain');

# ---- a standby ----

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('repeats_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $read = $json->decode($standby->safe_psql('source', q{SET scimver.idempotency_key = 'create'; SELECT scim_call_tool('scim_list_users', '{}')}, extra_params => [ '-U', 'clerk' ]));
is(scalar @{ $read->{content}->{Resources} }, 3, 'a standby reads, whatever the key');
foreach my $key ('create', 'none')
{
	my ($code, $out, $err) = $standby->psql('source', qq{SET scimver.idempotency_key = '$key'; SELECT scim_create_user('{"userName": "eve"}')}, extra_params => [ '-U', 'clerk' ]);
	my ($other, $nothing, $without) = $standby->psql('source', q{SELECT scim_create_user('{"userName": "eve"}')}, extra_params => [ '-U', 'clerk' ]);

	like($err, qr/cannot execute INSERT in a read-only transaction/, "it writes nothing ($key)");
	is($err =~ /ERROR: +(.*)/ ? $1 : '', $without =~ /ERROR: +(.*)/ ? $1 : 'nothing', '... and says what it says without a key');
}
$standby->promote;
my $again = call($standby, 'source', @{ $calls{create} }, 'create');
ok($again->{metadata}->{repeated}, 'and knows what was done, when it is promoted');
done_testing();
