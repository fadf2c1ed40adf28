# feed.pl: consumers who fold the feed of changes, and others beside them (test/bench/feed.c);
# part of figures.pl, whose subs it calls.
use strict;
use warnings;
use JSON::PP;

our (%env, $quick, $database);

sub measure_feed
{
	my $seconds = $env{SECONDS} || ($quick ? 10 : 60);
	my @consumers = qw(all users groups other repeatable joined sealer by_snapshot by_seq by_xid);
	my $shown = 0;

	make_race_database('bench_feed');
	say_now("$env{WRITERS} writers and " . @consumers . " consumers, for $seconds seconds");
	(my $superuser = conninfo()) =~ s/user=agent/user=scimver/;
	my $pid = open(my $out, '-|', "$env{HELPERS}/feed", $superuser, $env{WRITERS}, 0, $seconds, @consumers) // die "feed: $!";
	foreach my $found (map { decode_json($_) } <$out>)
	{
		my $what = "Feed, consumer $found->{consumer}";

		figure("$what: missed, of $found->{changes}", $found->{naive} ? '>=' : '<=', $found->{naive} ? undef : 0, [ $found->{missed} ], 'times', !$found->{naive});
		figure("$what: a revision backwards", '<=', $found->{naive} ? undef : 0, [ $found->{backwards} ], 'times', !$found->{naive});
		figure("$what: changes twice, or not on the version before; resources not as in the tables", '<=', $found->{naive} ? undef : 0,
			[ $found->{twice} + $found->{broken} + $found->{wrong} ], 'times', !$found->{naive});
		$shown++;
	}
	close $out;
	die "feed: not all consumers came to an end\n" if $shown != @consumers;
}

1;
