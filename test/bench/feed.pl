# feed.pl: consumers who fold the feed of changes, and others beside them (test/bench/feed.c);
# part of figures.pl, whose subs it calls.
use strict;
use warnings;
use JSON::PP;

our (%env, $quick, $database);

# What is wrong with what a consumer has, who is ours.
sub tell_ours
{
	my ($found) = @_;
	my $what = $found->{consumer} eq 'sealer' ? 'not sealed once, or not verified' :
		'missed, twice, in the wrong order, or not what the tables have';

	figure("Feed, consumer $found->{consumer}, of $found->{changes} changes: $what", '<=', 0,
		[ $found->{missed} + $found->{twice} + $found->{backwards} + $found->{broken} + $found->{wrong} ], 'times', 1);
}

my %lost = (by_snapshot => 'missed', by_seq => 'missed', by_xid => 'backwards');
my %said = (missed => 'changes missed', backwards => 'revisions backwards');

sub measure_feed
{
	my $seconds = $env{SECONDS} || ($quick ? 10 : 60);
	my @consumers = (qw(all users groups other repeatable joined sealer), sort keys %lost);
	my $told = 0;

	make_race_database('bench_feed');
	say_now("$env{WRITERS} writers and " . @consumers . " consumers, for $seconds seconds");
	(my $superuser = conninfo()) =~ s/user=agent/user=scimver/;
	# what it exits with, its lines say as well
	my $pid = open(my $out, '-|', "$env{HELPERS}/feed", $superuser, $env{WRITERS}, 0, $seconds, @consumers) // die "feed: $!";
	foreach my $found (map { decode_json($_) } <$out>)
	{
		my $consumer = $found->{consumer};

		$told++;
		if (!$found->{naive})
		{
			tell_ours($found);
			next;
		}
		foreach my $count (qw(missed backwards))
		{
			my $is_lost = $count eq $lost{$consumer};

			figure("... $consumer (no way of ours), of $found->{changes}: $said{$count}", '>=', $is_lost ? 1 : undef, [ $found->{$count} ], 'times', $is_lost);
		}
	}
	close $out;
	die "feed: not all consumers came to an end\n" if $told != @consumers;
}

1;
