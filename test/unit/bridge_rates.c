/*
 * bridge_rates.c
 *		Unit test of how often requests may come (src/bridge/rates.c), with a clock of its
 *		own.  Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge_test.h"
#include "rates.h"

static uint64_t now = UINT64_C(1000000003);

/* A token of that number; good until the eighth after it. */
static const unsigned char *
token(unsigned int number)
{
	static unsigned char digests[8][RATES_DIGEST];
	static unsigned int next;
	unsigned char *digest = digests[next++ % 8];

	memset(digest, 0, RATES_DIGEST);
	memcpy(digest, &number, sizeof(number));
	return digest;
}

/* A request with that token, which does not work; returns how long it has to wait. */
static int
fail(const char *address, unsigned int number)
{
	RateVerdict verdict = rates_admit(address, token(number), now);

	if (verdict.wait == 0)
		rates_failed(address, token(number), now);
	return verdict.wait;
}

/* The same of one that works. */
static RateVerdict
succeed(const char *address, unsigned int number, uint32_t limit)
{
	RateVerdict verdict = rates_admit(address, token(number), now);

	if (verdict.wait == 0)
		rates_succeeded(token(number), limit, &verdict, now);
	return verdict;
}

/* How many of so many wrong tokens go on to the database. */
static int
guesses(const char *address, unsigned int first, unsigned int count)
{
	int			through = 0;

	for (unsigned int i = 0; i < count; i++)
		through += fail(address, first + i) == 0;
	return through;
}

static void
check_failures(void)
{
	int			wait;
	uint64_t	full;

	ok(guesses("192.0.2.1", 100, 10000) == RATES_MOST_FAILURES, "of 10,000 wrong tokens, 20 go on");
	wait = fail("192.0.2.1", 1);
	ok(wait > 59 && wait <= 65, "the others are to wait a minute");
	ok(fail("192.0.2.2", 1) == 0, "another address is not concerned");
	ok(guesses("", 100, 100) == 100, "nor is a Unix socket");
	ok(succeed("192.0.2.1", 2, 0).wait > 0, "a token that was never seen waits, too");
	ok(succeed("192.0.2.2", 2, 0).wait == 0 && succeed("192.0.2.1", 2, 0).wait == 0,
	   "one that has worked from elsewhere does not");
	full = now;
	now = full + 59999;
	ok(fail("192.0.2.1", 1) > 0, "within the minute");
	now = full + (uint64_t) (wait - 1) * 1000;
	ok(fail("192.0.2.1", 1) > 0, "what it says of the time to wait is true: a second before");
	now = full + (uint64_t) wait * 1000;
	ok(guesses("192.0.2.1", 100, 100) == RATES_MOST_FAILURES, "and when that is over");
	now += 60000 * 100;
	ok(guesses("192.0.2.1", 100, 100) == RATES_MOST_FAILURES, "and long after");
}

/* However they come: never more than 20 within any minute. */
static void
check_any_minute(void)
{
	enum
	{
		SECONDS = 600
	};
	int			through[SECONDS] = {0};
	int			all = 0;
	bool		good = true;

	for (int second = 0; second < SECONDS; second++, now += 1000)
	{
		int			minute = 0;

		through[second] = guesses("198.51.100.7", 1000, (unsigned int) (second * 7 % 5));
		all += through[second];
		for (int before = second; before >= 0 && before > second - 60; before--)
			minute += through[before];
		good = good && minute <= RATES_MOST_FAILURES;
	}
	ok(good, "never more than 20 in any minute");
	ok(all >= RATES_MOST_FAILURES * 9, "and hardly less");
}

static void
check_revoked(void)
{
	(void) succeed("203.0.113.1", 50, 0);
	ok(guesses("203.0.113.1", 1000, 100) == RATES_MOST_FAILURES, "a full address");
	ok(fail("203.0.113.1", 50) == 0, "a token that has worked is looked up still");
	ok(fail("203.0.113.1", 50) > 0, "when it has failed, it is one of the others");
}

static void
check_addresses(void)
{
	ok(guesses("2001:db8:1:2::1", 1000, 100) == RATES_MOST_FAILURES &&
	   guesses("2001:db8:1:2:ffff::9", 1000, 100) == 0, "IPv6 is counted by networks of 64 bits");
	ok(guesses("2001:db8:1:3::1", 1000, 100) == RATES_MOST_FAILURES, "another network");
	ok(guesses("::ffff:192.0.2.77", 1000, 100) == RATES_MOST_FAILURES &&
	   guesses("192.0.2.77", 1000, 100) == 0, "IPv4 in IPv6 is IPv4");
	ok(guesses("fe80::1%eth0", 1000, 100) == RATES_MOST_FAILURES &&
	   guesses("fe80::2%eth1", 1000, 100) == 0, "an interface does not matter");
	ok(guesses("nonsense", 1000, 100) == RATES_MOST_FAILURES &&
	   guesses("nonsense that is longer than any address there could ever be", 1000, 9) == 0,
	   "what is no address is counted together");
}

static void
check_token(void)
{
	int			through = 0;
	RateVerdict verdict;

	now += 120000;
	for (int i = 0; i < 10; i++)
		through += succeed("192.0.2.9", 70, 3).wait == 0;
	ok(through == 3, "a token with a limit of 3");
	verdict = succeed("192.0.2.10", 70, 3);
	ok(verdict.by_token && verdict.wait > 55 && verdict.wait <= 65, "from wherever it comes");
	ok(succeed("192.0.2.9", 71, 3).wait == 0, "another token is not concerned");
	now += (uint64_t) verdict.wait * 1000;
	verdict = succeed("192.0.2.9", 70, 0);
	ok(verdict.wait == 0, "a minute later");
	through = 0;
	for (int i = 0; i < 100; i++)
		through += succeed("192.0.2.9", 70, 0).wait == 0;
	ok(through == 100, "the limit is that which the database said last");
	verdict = succeed("192.0.2.9", 70, 5);
	ok(succeed("192.0.2.9", 70, 5).wait > 0, "and counts what came before");
}

/* Requests whose answers are still to come. */
static void
check_under_way(void)
{
	int			through = 0;

	(void) succeed("192.0.2.9", 80, 3);
	for (int i = 0; i < 10; i++)
		through += rates_admit("192.0.2.9", token(80), now).wait == 0;
	ok(through == 2, "what is under way counts");
}

/* Whoever comes: tokens are not forgotten for it, and those that came last are known. */
static void
check_many(void)
{
	char		address[32];
	bool		good = true;

	now += 120000;
	(void) succeed("192.0.2.200", 90, 0);
	for (unsigned int i = 0; i < 100000; i++)
	{
		(void) snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		good = fail(address, i + 1000) == 0 && good;
	}
	ok(good, "100,000 addresses with a wrong token each");
	ok(guesses("10.200.0.1", 1000, 100) == RATES_MOST_FAILURES, "one more with many");
	ok(succeed("10.200.0.1", 90, 0).wait == 0, "a token that worked before passes still");
	for (unsigned int i = 0; i < 100000; i++)
	{
		now += i % 8 == 0;
		if (i % 8 == 0)
			good = succeed("10.200.0.1", 90, 0).wait == 0 && good;
		(void) succeed("", 1000 + i, 0);
	}
	ok(good, "and so it does while 100,000 others work, if it is used now and then");
}

int
main(void)
{
	check_failures();
	check_any_minute();
	check_revoked();
	check_addresses();
	check_token();
	check_under_way();
	check_many();
	printf("1..%d\n", tests);
	return failures > 0;
}
