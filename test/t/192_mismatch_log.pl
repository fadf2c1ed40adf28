# What VERSION_MISMATCH tells its client of values stays out of the server's log, in each of its formats.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ScimverBridge;
use Test::More;

chomp(my $version = `pg_config --version`);
my ($major) = $version =~ /(\d+)/;
my @formats = ('stderr', 'csvlog', $major >= 15 ? 'jsonlog' : ());
my $destination = join ',', @formats;
my $node = ScimverBridge->new_node('mismatch_log', conf => <<"CONF");
log_statement = none
log_error_verbosity = verbose
logging_collector = on
log_destination = '$destination'
CONF
my %suffix = (stderr => 'log', csvlog => 'csv', jsonlog => 'json');

# What is logged, by format.
sub logged
{
	my ($format) = @_;
	my ($file) = glob($node->data_dir . "/log/*.$suffix{$format}");

	return slurp_file($file);
}

# The DETAIL that a client gets.
sub told
{
	my ($sql) = @_;
	my (undef, undef, $err) = $node->psql('postgres', $sql);

	$err =~ /ERROR:  VERSION_MISMATCH.*?^DETAIL:  (.*?)$/ms or return {};
	return JSON::PP->new->decode($1);
}

# Each value is a word of its own, which no name of an attribute has in it.
my %secret = map { $_ => "sesame$_" } qw(base mine theirs kind element only added agent);
my $json = JSON::PP->new->canonical;
my $id = $node->safe_psql('postgres', "SELECT scim_create_user('" . $json->encode({ userName => 'ada', title => $secret{base}, emails => [ { type => $secret{kind}, value => $secret{base} } ],
	ims => [ { value => $secret{element}, display => $secret{base} } ] }) . "')->>'id'");
my $stale = $node->safe_psql('postgres', "SELECT version FROM users WHERE id = '$id'");
$node->safe_psql('postgres', "SET scimver.agent = '$secret{agent}'; UPDATE users SET data = data || '" . $json->encode({ title => $secret{theirs}, nickName => $secret{only}, emails => [ { type => $secret{kind}, value => $secret{theirs} } ],
	ims => [ { value => $secret{element}, display => $secret{theirs} } ] }) . "' WHERE id = '$id'");
my $mine = $json->encode({ userName => 'ada', title => $secret{mine}, emails => [ { type => $secret{kind}, value => $secret{mine} }, { type => 'other', value => $secret{added} } ],
	ims => [ { value => $secret{element}, display => $secret{mine} } ] });

# A statement's own text is kept out of the log, too.
my $update = "SELECT scim_update_user('$id', '$mine', '$stale')";
my $told = told($update);
is(join(' ', map { $_->{path} } @{ $told->{merge}{conflicts} }), qq{ims[value eq "$secret{element}"].display title emails[type eq "$secret{kind}"].value},
	'the client is told where the conflicts are');
is(join(' ', map { my $c = $_; map { $c->{$_} } qw(base mine theirs) } @{ $told->{merge}{conflicts} }), join(' ', (map { $secret{$_} } qw(base mine theirs)) x 3), '... and what they are');
is($told->{merge}{conflicts}[0]{changed_by}{agent}, $secret{agent}, '... and whose');
my %answers = (
	'an update' => $update,
	'a patch' => qq{SELECT scim_patch_user('$id', '[{"op": "replace", "path": "title", "value": "$secret{mine}"}]', '$stale')},
	'a merge' => "SELECT scim_update_user('$id', '$mine', '$stale', on_conflict => 'merge')",
	'what fits' => qq{SELECT scim_patch_user('$id', '[{"op": "add", "path": "emails", "value": {"type": "other", "value": "$secret{added}"}}]', '$stale')},
	'a delete' => "SELECT scim_delete_user('$id', '$stale')",
	'what a function passes on' => "DO \$body\$ BEGIN PERFORM scim_delete_user('$id', '$stale'); EXCEPTION WHEN SQLSTATE 'PT412' THEN RAISE; END \$body\$");
is(told($answers{$_})->{current_version}, $told->{current_version}, "$_ is refused") foreach sort keys %answers;
# a rule cannot decide: the path that it is for is told, and not whose value that is
(undef, undef, my $undecided) = $node->psql('postgres', "SELECT scim_update_user('$id', '$mine', '$stale', on_conflict => 'merge', merge_rules => '{\"*\": \"mine\", \"ims\": \"mine\", \"emails\": \"max\"}')");
like($undecided, qr/INVALID_VALUE: "max" decides nothing at emails\.value:/, 'a rule that does not fit');
# of a tool, the error is caught; the bridge says no more than the server
my $bridge = ScimverBridge->new(conninfo => $node->connstr('postgres'), args => []);
$bridge->initialize;
is($bridge->call('scim_update_user', { user_id => $id, user_data => JSON::PP->new->decode($mine), expected_version => $stale })->{content}{error_code}, 'VERSION_MISMATCH', 'a tool');
$bridge->finish;

foreach my $format (@formats)
{
	my $log = logged($format);
	# JSON in CSV has its quotes twice, in JSON escaped
	my $plain = $log =~ s/""/"/gr =~ s/\\"/"/gr;

	unlike($log, qr/$secret{$_}/, "$format has no value: $_") foreach sort keys %secret;
	like($plain, qr/"conflicts": \["ims.display", "title", "emails.value"\]/, "$format has the paths");
	like($plain, qr/"merge": \{"clean": true\}/, "$format has what fits");
	is(() = $plain =~ /"current_version": "\Q$told->{current_version}\E"/g, 1 + keys %answers, "$format has each");
}
done_testing();
