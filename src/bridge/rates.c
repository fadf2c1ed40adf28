/*
 * rates.c
 *		How often requests may come.
 *
 * Addresses whose tokens failed, and tokens that worked, stand in a table each, of a fixed
 * size; in it, each has a few places that it can have, of which it takes the one that was
 * used least lately.  So who comes from very many addresses can make us forget some, which
 * then begin anew; but no address makes us forget a token, as only tokens that work are kept.
 *
 * A limit is one of any minute: what is counted in steps of seconds is forgotten a step later
 * than a minute after.
 *
 * Entry points: rates_look, rates_admit, rates_failed, rates_succeeded.
 */
#include "rates.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>

#include "log.h"

/* Places of a table: so many groups of so many. */
#define GROUPS 1024
#define PLACES 4

/* A minute, in steps, and the step that has begun. */
#define STEP_MS 5000
#define STEPS (60000 / STEP_MS + 1)

#define KEY RATES_DIGEST

/* How often something happened within the last minute. */
typedef struct Window
{
	uint64_t	step;			/* the last one, by the clock */
	uint32_t	counts[STEPS];	/* in each, at its number's remainder */
} Window;

typedef struct Place
{
	unsigned char key[KEY];
	bool		taken;			/* there is something here */
	uint64_t	used;			/* when it last was */
	uint32_t	limit;			/* of a token, a minute; 0: it has none */
	Window		window;
} Place;

typedef Place Table[GROUPS][PLACES];

static Table addresses;			/* whose tokens failed */
static Table tokens;			/* that worked */

/* ---- windows ---- */

/* Go on to now: what was longer ago is forgotten. */
static void
advance(Window *window, uint64_t now)
{
	uint64_t	step = now / STEP_MS;

	if (step - window->step >= STEPS)
		memset(window->counts, 0, sizeof(window->counts));
	else
	{
		while (window->step < step)
			window->counts[++window->step % STEPS] = 0;
	}
	window->step = step;
}

static void
count(Window *window, uint64_t now)
{
	uint32_t   *here;

	advance(window, now);
	here = &window->counts[window->step % STEPS];
	if (*here < UINT32_MAX)
		*here += 1;
}

/* Seconds until there are fewer than the limit; 0: there are now. */
static int
wait_for(Window *window, uint32_t limit, uint64_t now)
{
	uint64_t	all = 0;
	uint64_t	forgotten;		/* when the oldest step is */

	advance(window, now);
	for (size_t i = 0; i < STEPS; i++)
		all += window->counts[i];
	if (all < limit)
		return 0;
	forgotten = (window->step + 1) * STEP_MS;
	for (uint64_t i = 1; i <= STEPS; i++, forgotten += STEP_MS)
	{
		all -= window->counts[(window->step + i) % STEPS];
		if (all < limit)
			break;
	}
	return (int) ((forgotten - now + 999) / 1000);
}

/* ---- tables ---- */

/* Which group a key belongs to: nobody outside can know. */
static Place *
group_of(Table table, const unsigned char *key)
{
	static uint64_t seed;
	uint64_t	hash;

	while (seed == 0)
	{
		if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
			log_fatal("cannot get random numbers");
	}
	hash = seed;
	for (size_t i = 0; i < KEY; i += sizeof(uint64_t))
	{
		uint64_t	word;

		memcpy(&word, key + i, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	return table[hash % GROUPS];
}

static Place *
find(Table table, const unsigned char *key)
{
	Place	   *group = group_of(table, key);

	for (size_t i = 0; i < PLACES; i++)
	{
		if (group[i].taken && memcmp(group[i].key, key, KEY) == 0)
			return &group[i];
	}
	return NULL;
}

/* The same, but there is one: perhaps at the place of another. */
static Place *
take(Table table, const unsigned char *key)
{
	Place	   *place = find(table, key);
	Place	   *group;

	if (place != NULL)
		return place;
	group = place = group_of(table, key);
	for (size_t i = 0; i < PLACES && place->taken; i++)
	{
		if (!group[i].taken || group[i].used < place->used)
			place = &group[i];
	}
	memset(place, 0, sizeof(*place));
	memcpy(place->key, key, KEY);
	place->taken = true;
	return place;
}

/* ---- addresses ---- */

/*
 * Who is counted together: an address of IPv4, a network of 64 bits of IPv6, which whoever
 * has one of its addresses commonly has whole; false: nobody is, of a Unix socket.
 */
static bool
key_of_address(const char *address, unsigned char *key)
{
	struct in6_addr six;
	struct in_addr four;
	char		plain[INET6_ADDRSTRLEN];
	size_t		length = strcspn(address, "%"); /* behind that comes an interface */

	memset(key, 0, KEY);
	if (address[0] == '\0')
		return false;
	if (length >= sizeof(plain))
		length = sizeof(plain) - 1;
	memcpy(plain, address, length);
	plain[length] = '\0';
	if (inet_pton(AF_INET, plain, &four) == 1)
	{
		key[0] = 4;
		memcpy(key + 1, &four, sizeof(four));
	}
	else if (inet_pton(AF_INET6, plain, &six) == 1)
	{
		key[0] = IN6_IS_ADDR_V4MAPPED(&six) ? 4 : 6;
		if (IN6_IS_ADDR_V4MAPPED(&six))
			memcpy(key + 1, six.s6_addr + 12, 4);
		else
			memcpy(key + 1, six.s6_addr, 8);
	}
	return true;				/* what is no address is counted together, too */
}

/* ---- what may be ---- */

RateVerdict
rates_look(const char *address, const unsigned char *digest, uint64_t now)
{
	RateVerdict verdict = {0, false, false};
	unsigned char key[KEY];
	Place	   *token = find(tokens, digest);
	Place	   *from;

	if (token != NULL)
	{
		if (token->limit > 0)
			verdict.wait = wait_for(&token->window, token->limit, now);
		verdict.by_token = verdict.wait > 0;
	}
	else if (key_of_address(address, key) && (from = find(addresses, key)) != NULL)
		verdict.wait = wait_for(&from->window, RATES_MOST_FAILURES, now);
	return verdict;
}

RateVerdict
rates_admit(const char *address, const unsigned char *digest, uint64_t now)
{
	RateVerdict verdict = rates_look(address, digest, now);
	Place	   *token = find(tokens, digest);

	if (verdict.wait == 0 && token != NULL)
	{
		count(&token->window, now);
		verdict.counted = true;
	}
	return verdict;
}

void
rates_failed(const char *address, const unsigned char *digest, uint64_t now)
{
	unsigned char key[KEY];
	Place	   *token = find(tokens, digest);

	if (token != NULL)
		token->taken = false;
	if (key_of_address(address, key))
	{
		Place	   *from = take(addresses, key);

		from->used = now;
		count(&from->window, now);
	}
}

void
rates_succeeded(const unsigned char *digest, uint32_t limit, const RateVerdict *verdict,
				uint64_t now)
{
	Place	   *token = take(tokens, digest);

	token->used = now;
	token->limit = limit;
	if (!verdict->counted)
		count(&token->window, now);
}
