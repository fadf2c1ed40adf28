# Databases of 1.0 and of the version in the tree, with the same in them.
package Upgrade;

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(old_version new_version new_cluster new_database set_up fill run_file update catalog rows same_lines);

# What is updated, and to what.
sub old_version { return '1.0' }

sub new_version
{
	my ($node) = @_;
	return $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'scimver'});
}

# A server that is up, with the roles that the databases name.
sub new_cluster
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->start;
	$node->safe_psql('postgres', q{CREATE ROLE clerk; CREATE ROLE keeper; CREATE ROLE "Odd owner; --"; CREATE ROLE dba LOGIN});
	return $node;
}

# A database with the extension, of a version; undef: without.  elsewhere: in a schema of its
# own, where new objects are given to others, or to nobody, by default.
sub new_database
{
	my ($node, $name, $version, %options) = @_;
	my $schema = '';

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
	return unless defined $version;
	if ($options{elsewhere})
	{
		$node->safe_psql($name, qq{
			CREATE SCHEMA "The extension's; schema";
			ALTER DATABASE $name SET search_path = public, "The extension's; schema";
			ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO clerk;
			ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO clerk;
			ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC});
		$schema = q{SCHEMA "The extension's; schema"};
	}
	$node->safe_psql($name, "CREATE EXTENSION pgcrypto; CREATE EXTENSION scimver $schema VERSION '$version'");
	return;
}

# A file of this folder; returns what it prints.
sub run_file
{
	my ($node, $database, $file) = @_;
	return $node->safe_psql($database, slurp_file("$FindBin::RealBin/$file"));
}

# The functions of 1.0, by name: what was granted on them must stay, also where their
# arguments are others by now.
sub old_functions
{
	my ($node) = @_;
	my $exists = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname = 'old'});

	new_database($node, 'old', old_version()) if $exists eq '0';
	return $node->safe_psql('old', q{
		SELECT DISTINCT quote_literal(p.proname) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
		JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'scimver' ORDER BY 1});
}

# The tables of created.sql or mapped.sql.
sub set_up
{
	my ($node, $database, $kind) = @_;
	my $functions = join '), (', split /\n/, old_functions($node);

	$node->safe_psql($database, "CREATE TABLE old_functions (name text); INSERT INTO old_functions VALUES ($functions)");
	run_file($node, $database, "$kind.sql");
	return;
}

sub fill
{
	my ($node, $database, $kind) = @_;

	run_file($node, $database, "${kind}_rows.sql");
	return;
}

sub update
{
	my ($node, $database) = @_;

	$node->safe_psql($database, 'ALTER EXTENSION scimver UPDATE');
	return;
}

# A line for each object (catalog.sql).
sub catalog
{
	my ($node, $database) = @_;
	return run_file($node, $database, 'catalog.sql');
}

# Every row of every table that is neither the server's nor among those to leave out, where
# it lies and who wrote it: a row that was written again is another one.  What the extension
# comes with is its own to change: own_rows of 010_catalog.pl compares it.
sub rows
{
	my ($node, $database, @without) = @_;
	my $tables = $node->safe_psql($database, q{
		SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY 1});
	my %without = map { $_ => 1 } @without;
	my @tables = grep { !$without{$_} } split /\n/, $tables;

	return join "\n", map { ($_, $node->safe_psql($database,
		"SELECT ctid, xmin, t FROM ONLY $_ t" . (/scim_(?:schemas|resource_types)$/ ? ' WHERE NOT built_in' : '') . ' ORDER BY ctid')) } @tables;
}

# Two texts have the same lines; those that one lacks are shown.
sub same_lines
{
	my ($have, $want, $name) = @_;
	my %have = map { $_ => 1 } split /\n/, $have;
	my %want = map { $_ => 1 } split /\n/, $want;
	my @more = map { "+ $_" } grep { !$want{$_} } sort keys %have;
	my @less = map { "- $_" } grep { !$have{$_} } sort keys %want;

	ok($have eq $want, $name) or diag(join "\n", 'what there is (+) and what there should be (-):', @less, @more);
	return;
}

1;
