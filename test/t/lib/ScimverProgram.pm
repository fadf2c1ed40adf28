# Programs of test/bridge, which link the bridge and print TAP: built, and run as
# tests of the test that calls.
package ScimverProgram;

use strict;
use warnings;
use Exporter qw(import);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(build_program run_program);

my $folder = "$FindBin::RealBin/../bridge";

sub build_program
{
	my ($name) = @_;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	my ($built, $errors) = run_command([ 'make', '-s', '-j2', '-C', $folder, "PG_CONFIG=$pg_config", $name ]);

	is($errors, '', 'it is built without a warning');
	return;
}

# Run it; returns what it says on standard error.
sub run_program
{
	my ($name, @args) = @_;

	# as clients start it: nothing of ours arrives
	delete local @ENV{ grep { /^PG/ && $_ ne 'PG_TEST_TIMEOUT_DEFAULT' } keys %ENV };
	my $status = IPC::Run::run([ "$folder/$name", @args ], '>', \my $out, '2>', \my $err);
	foreach my $line (split /\n/, $out)
	{
		if ($line =~ /^(not )?ok \d+ - (.*)/) { ok(!$1, $2); }
		else { note($line); }
	}
	ok($status, 'exit code');
	like($out, qr/^1\.\.\d+$/m, 'it came to its end');
	return $err;
}

1;
