# What the scripts say while others work: one line for each step before it
# begins, and what needs root before anything is built.  The tools that they
# call are stood in for by ones that only note that they were called.
use strict;
use warnings;
use FindBin;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

# as root they would not ask
plan(skip_all => 'not as root') if $> == 0;

my $root = "$FindBin::RealBin/../..";
my $world = PostgreSQL::Test::Utils::tempdir_short();
my ($version) = slurp_file("$root/scimver.control") =~ /^default_version = '(.*)'$/m;
my ($tools, $installed, $said) = ("$world/tools", "$world/installed", "$world/said");

sub tool
{
	my ($name, $script) = @_;

	unlink $name;
	append_to_file($name, "#!/bin/bash\n$script\n");
	chmod 0755, $name or die "chmod: $!";
	return;
}

# All that is there, but for what could change this machine.
mkdir $_ or die "mkdir: $!" foreach $tools, $installed, "$installed/bin", "$installed/extension";
foreach my $path (glob('/usr/bin/* /bin/*'))
{
	my ($name) = $path =~ m{([^/]+)$};
	symlink $path, "$tools/$name" unless -e "$tools/$name" || $name =~ /^(?:sudo|su|apt.*|dpkg.*|make)$/;
}
tool("$tools/apt-get", qq{echo "CALL apt-get \${*: -1}" >>$said; touch $world/packages});
tool("$tools/dpkg-query", qq{[ ! -e $world/packages ] || echo -n installed});
tool("$tools/make", <<"BASH");
echo "CALL make \$([[ \$* != *' install '* ]] || echo install)" >>$said
folder=.
while [ \$# -gt 0 ]; do
	case \$1 in
		-C) folder=\$2; shift ;;
		install) cp "\$folder/scimver.so" $installed; cp "\$folder/src/bridge/scimver-mcp" $installed/bin; cp "\$folder/scimver.control" "\$folder/sql/"*.sql $installed/extension; exit ;;
	esac
	shift
done
echo module >"\$folder/scimver.so"
echo script >"\$folder/sql/scimver--$version.sql"
printf '#!/bin/bash\necho bridge\n' >"\$folder/src/bridge/scimver-mcp"
chmod +x "\$folder/src/bridge/scimver-mcp"
BASH
tool("$world/pg_config", <<"BASH");
case \$1 in
	--version) echo 'PostgreSQL 15.1' ;;
	--bindir) echo $installed/bin ;;
	--pkglibdir | --sharedir) echo $installed ;;
esac
BASH
tool("$installed/bin/initdb", qq{echo "CALL initdb" >>$said; mkdir "\$2"; echo 15 >"\$2/PG_VERSION"});
tool("$installed/bin/pg_ctl", qq{if [[ \$* == *status* ]]; then [ -e $world/up ]; else echo "CALL pg_ctl" >>$said; touch $world/up; fi});
tool("$installed/bin/psql", qq{[[ \$* != *SELECT* ]] || { cat $world/databases 2>/dev/null; exit 0; }\n[[ \$* != *RENAME* ]] || echo 1 >$world/databases\ncat >/dev/null});

# Runs a command; returns its exit code, what it printed, and what was said and called meanwhile.
sub run_with_tools
{
	my (@command) = @_;
	my $out = '';
	local %ENV = (%ENV, PATH => $tools, PG_CONFIG => "$world/pg_config", SCIMVER_STATE => "$world/state", HOME => $world);

	unlink $said;
	IPC::Run::run(\@command, '<', '/dev/null', '>', \$out, '2>>', $said);
	return ($? >> 8, $out, -e $said ? slurp_file($said) : '');
}

sub run_script
{
	my ($name, @arguments) = @_;
	return run_with_tools('bash', "$root/script/$name", @arguments);
}

# The lines come in this order, whatever else does.
sub in_order
{
	my ($text, $name, @lines) = @_;
	my $pattern = join '.*', map { "(?m:^$_)" } @lines;

	like($text, qr/$pattern/s, $name);
	return;
}

foreach my $script ('clients', 'demo', 'start', 'suites', 'test')
{
	my ($code, $out, $text) = run_script($script);
	is($code, 1, "$script without sudo, where packages are missing: exit code");
	in_order($text, "$script says so", 'These Debian packages are missing, .* needs root, but there is no sudo\.', '  apt-get update && apt-get install ');
	unlike($text, qr/CALL/, "$script calls nothing");
	is($out, '', "$script prints nothing");
}

# bench: what it does not know it says before anything is built, and what it knows, --help and the docs say.
my ($bench, $page) = (slurp_file("$root/script/bench"), slurp_file("$root/docs/testing.md") =~ s/.*^## script\/bench$//msr);
my ($known) = $bench =~ /\tcase \$1 in\n(.*?)\n\t\t\*\)/s;
my $help = (run_script('bench', '--help'))[1];
my @options = grep { $_ ne '--help' } map { /--[a-z]+/g } $known =~ /^\t\t([^)]*)\)/mg;
cmp_ok(scalar @options, '>=', 9, 'the options of bench were read');
foreach my $option (@options)
{
	like($help, qr/^ +\Q$option\E /m, "bench --help says what $option is");
	like($page, qr/`[^`]*\Q$option\E\b/, "... and so does docs/testing.md");
}
foreach my $case ([ '--rounds 5', '--rounds goes with --race' ], [ '--race --rounds 0', '--rounds needs a number from 1 ' ],
	[ '--race --writers', '--writers needs a number from 2 ' ], [ '--race nobody', 'no such race: nobody ' ],
	[ '--race --nothing', 'no such option: --nothing ' ], [ 'nothing', 'no such option or figure: nothing ' ])
{
	my ($code, undef, $text) = run_script('bench', split ' ', $case->[0]);
	is($code, 1, "bench $case->[0]: exit code");
	like($text, qr/\Abench: $case->[1].*\n\z/, '... and that is all it says');
}

append_to_file("$world/packages", '');
my ($code, $out, $text) = run_script('start');
is($code, 1, 'without sudo, where only installing needs it: exit code');
in_order($text, 'it says so before it builds', 'Installing scimver into \S+ will need root, but there is no sudo: ',
	'Building scimver for PostgreSQL 15 ', 'CALL make', 'start: installing into \S+ needs root, but there is no sudo: run this as root, ');
my ($command) = $text =~ /again:  (.*)$/m;
is(system("PATH=$tools $command"), 0, 'the command that is left works');

tool("$tools/sudo", qq{[ "\$*" != '-n true' ] || exit 1});
my $said_again = (run_script('start'))[2];
unlike($said_again, qr/root/, 'what is installed needs no root');
tool("$tools/sudo", 'while [[ $1 == -* ]]; do shift; done; case ${1:-} in env | make) exec "$@" ;; tee) cat >/dev/null ;; esac');
unlink "$world/packages", "$world/up", "$world/databases", "$installed/scimver.so";
system("rm -rf $world/state") == 0 or die 'rm';

($code, $out, $text) = run_script('start');
is($code, 0, 'start: exit code');
is($out, "bridge\n", 'start: nothing on standard output but the bridge\'s own');
in_order($text, 'each step is announced before it begins',
	'Packages that are missing: gcc ', "Fetching Debian's package lists .*apt\\.log", 'CALL apt-get update', 'Installing them .*; next: building', 'CALL apt-get ',
	'Building scimver .*; next: installing it', 'CALL make', 'Installing scimver .*; next: a private PostgreSQL', 'CALL make install',
	'Making a private PostgreSQL .*; next: starting it', 'CALL initdb', 'Starting the private PostgreSQL', 'CALL pg_ctl', 'Making the database scimver ');
($code, $out, $text) = run_script('start');
is($text, '', 'the second time it has nothing to say');
is($out, "bridge\n", 'and is the bridge at once');

# who has typed it waits for something to happen
$out = (run_with_tools('script', '-qec', "bash '$root/script/start'", '/dev/null'))[1];
like($out, qr/^Ready: .*Ctrl-D.* --stop\r?\nbridge\r?\n/m, 'on a terminal it says that it is ready');
($code, $out, $text) = run_script('start', '--help');
is($code, 0, 'start --help: exit code');
like($out, qr/^script\/start --stop: /m, 'says how its server is ended');
is($text, '', 'and does nothing');

done_testing();
