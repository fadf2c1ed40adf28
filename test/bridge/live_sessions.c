/*
 * live_sessions.c
 *		Hundreds of clients of the bridge in one process who are told of the same changes:
 *		none misses one, and one that does not read holds up nobody.  Prints TAP.
 *
 * Usage: live_sessions --poll MS CONNINFO, of a database that 139_bridge_live_sessions.pl
 * prepared: USERS users, whose ids end in their numbers.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "client.h"
#include "clock.h"
#include "feed.h"
#include "lines.h"
#include "log.h"

#define CLIENTS 200
#define USERS 1000
#define ID "00000000-0000-4000-8000-%012d"
#define URI "scim://default/Users/"

/* Milliseconds between two writes, and how many there are. */
#define PACE 10
#define WRITES 500

/* What happened to the users, in the order in which it did, as somebody was told. */
typedef struct Account
{
	unsigned int changes;		/* how many in all */
	unsigned int count[USERS];	/* of each */
	unsigned int digest[USERS]; /* of their versions, in order */
	char		last[USERS][16];	/* the last one */
} Account;

typedef struct Reader
{
	Client		client;			/* stands first */
	Account		told;			/* what it was told */
} Reader;

static Reader readers[CLIENTS];
static Reader slow;				/* does not read */
static Account made;			/* what was done */
static PGconn *writer;

/* One more change. */
static void
account(Account *account, int user, const char *version)
{
	account->changes++;
	account->count[user]++;
	(void) snprintf(account->last[user], sizeof(account->last[user]), "%s", version);
	for (; *version != '\0'; version++)
		account->digest[user] = account->digest[user] * 31 + (unsigned char) *version;
}

/* ---- clients ---- */

static void
subscribe(Reader *reader)
{
	Buf			uris = {NULL, 0, 0};

	for (int i = 0; i < USERS; i++)
		buf_printf(&uris, "%s\"" URI ID "\"", i > 0 ? "," : "", i);
	buf_put(&uris, "", 1);
	client_say(&reader->client, "{\"jsonrpc\":\"2.0\",\"id\":\"live\","
			   "\"method\":\"subscriptions/listen\",\"params\":{\"_meta\":{"
			   "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
			   "\"io.modelcontextprotocol/clientCapabilities\":{}},\"notifications\":{"
			   "\"resourceSubscriptions\":[%s]}}}", uris.data);
	buf_free(&uris);
}

static void
unsubscribe(Reader *reader)
{
	client_say(&reader->client, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
			   "\"params\":{\"requestId\":\"live\"}}");
}

static bool
is_acknowledged(Reader *reader)
{
	const char *line = client_line(&reader->client);

	return strstr(line, "acknowledged") != NULL && strstr(line, URI) != NULL;
}

/* The text between these two. */
static bool
between(const char *line, const char *before, const char *after, char *out, size_t size)
{
	const char *start = strstr(line, before);
	const char *end = start != NULL ? strstr(start + strlen(before), after) : NULL;

	if (end == NULL)
		return false;
	start += strlen(before);
	(void) snprintf(out, size, "%.*s", (int) (end - start), start);
	return true;
}

/* Take in what a client is told, as far as it is there. */
static void
listen_to(Reader *reader)
{
	char		id[64];
	char		version[16];

	for (unsigned int left = client_waiting(&reader->client); left > 0; left--)
	{
		const char *line = client_line(&reader->client);

		if (!between(line, URI, "\"", id, sizeof(id)) ||
			!between(line, "scimver/version\":\"", "\"", version, sizeof(version)) ||
			strstr(line, "subscriptionId\":\"live\"") == NULL)
			log_fatal("told of nothing: %s", line);
		account(&reader->told, atoi(id + 24), version);
	}
	client_forget(&reader->client);
}

static void
listen_to_all(int count)
{
	go_on();
	for (int i = 0; i < count; i++)
		listen_to(&readers[i]);
}

/* Has it been told of all that was done, each change once and in order? */
static bool
knows_all(const Reader *reader)
{
	return reader->told.changes == made.changes &&
		memcmp(reader->told.count, made.count, sizeof(made.count)) == 0 &&
		memcmp(reader->told.digest, made.digest, sizeof(made.digest)) == 0;
}

/* How many of the first ones do, once they have been told of as much as was done. */
static int
how_many_know(int count)
{
	int			waiting;
	int			known = 0;

	do
	{
		listen_to_all(count);
		waiting = 0;
		for (int i = 0; i < count; i++)
			waiting += readers[i].told.changes < made.changes;
	} while (waiting > 0);
	for (int i = 0; i < count; i++)
		known += knows_all(&readers[i]);
	return known;
}

/* ---- the writer ---- */

/* Begin to change one user, or (below 0) all of them. */
static void
begin_write(int user)
{
	char		statement[256];
	int			length = snprintf(statement, sizeof(statement),
								  "UPDATE users SET data = data || jsonb_build_object('title',"
								  " gen_random_uuid()) ");

	if (user >= 0)
		length += snprintf(statement + length, sizeof(statement) - (size_t) length,
						   "WHERE id = '" ID "' ", user);
	(void) snprintf(statement + length, sizeof(statement) - (size_t) length,
					"RETURNING id, version");
	if (PQsendQuery(writer, statement) != 1)
		log_fatal("%s: %s", statement, PQerrorMessage(writer));
}

/* It is committed, once this has returned true. */
static bool
end_write(void)
{
	PGresult   *result;

	if (PQconsumeInput(writer) != 1)
		log_fatal("%s", PQerrorMessage(writer));
	if (PQisBusy(writer))
		return false;
	while ((result = PQgetResult(writer)) != NULL)
	{
		for (int i = 0; i < PQntuples(result); i++)
			account(&made, atoi(PQgetvalue(result, i, 0) + 24), PQgetvalue(result, i, 1));
		PQclear(result);
	}
	return true;
}

static void
write_all(int count)
{
	begin_write(-1);
	while (!end_write())
		listen_to_all(count);
}

/* ---- what is checked ---- */

static void
check_subscribed(void)
{
	int			acknowledged = 0;

	for (int i = 0; i < CLIENTS; i++)
	{
		client_open(&readers[i].client, "reader", "nothing");
		subscribe(&readers[i]);
		acknowledged += is_acknowledged(&readers[i]);
	}
	ok(acknowledged == CLIENTS, "%d clients are subscribed to %d resources each (%d)", CLIENTS,
	   USERS, acknowledged);
	ok(feed_audience(readers[0].client.session)->watched.count == USERS,
	   "each uri is kept once");
	client_open(&slow.client, "slow", "nothing");
	subscribe(&slow);
	ok(is_acknowledged(&slow), "and so is one that will not read");
}

/* A hundred writes a second, for a while. */
static void
check_none_missed(void)
{
	uint64_t	start = clock_ms();
	uint64_t	late;

	for (int done = 0; done < WRITES; done++)
	{
		while (clock_ms() < start + (uint64_t) (done * PACE))
			listen_to_all(CLIENTS);
		begin_write(done * 7919 % USERS);
		while (!end_write())
			listen_to_all(CLIENTS);
	}
	late = clock_ms();
	ok(how_many_know(CLIENTS) == CLIENTS, "each of them is told of each of %u changes, once",
	   made.changes);
	printf("# %d writes in %d ms; all were told %d ms after the last one\n", WRITES,
		   (int) (late - start), (int) (clock_ms() - late));
}

/* What a client that does not read takes of memory. */
static size_t
unread(const Reader *reader)
{
	return ((const Lines *) reader->client.session->transport)->out.capacity;
}

static void
check_slow_reader(void)
{
	int			few = 5;
	size_t		before;

	for (int i = few; i < CLIENTS; i++)
		unsubscribe(&readers[i]);
	while (!(slow.client.session->holds & HOLD_OUTPUT))
		write_all(few);
	ok(how_many_know(few) == few, "one does not read, and the others are told of all %u changes",
	   made.changes);
	before = unread(&slow);
	for (int i = 0; i < 5; i++)
		write_all(few);
	ok(how_many_know(few) == few, "as it goes on (%u)", made.changes);
	ok(unread(&slow) == before && before < 4 * 1024 * 1024,
	   "what that one has not read does not grow (%zu kB)", before / 1024);
	ok(slow.client.session->subscribed.watches == USERS, "nor does anything else of it");

	/* it reads: of each user what he is now, and no more than once what he was meanwhile */
	while (memcmp(slow.told.last, made.last, sizeof(made.last)) != 0)
	{
		go_on();
		listen_to(&slow);
	}
	ok(slow.told.changes < made.changes, "when it reads, it is told what is (in %u lines)",
	   slow.told.changes);
	slow.told = made;
	write_all(few);
	ok(how_many_know(few) == few, "and then");
	while (slow.told.changes < made.changes)
	{
		go_on();
		listen_to(&slow);
	}
	ok(knows_all(&slow), "all that comes, too");
}

static void
check_ends(void)
{
	const Audience *audience = feed_audience(NULL);
	int			left;

	client_close(&slow.client);
	while (!slow.client.closed)
		write_all(5);
	ok(how_many_know(5) == 5, "one goes in the middle of it, and the others are told");
	ok(audience->watched.count == USERS, "what they watch is there");
	for (int i = 0; i < CLIENTS; i++)
		client_close(&readers[i].client);
	do
	{
		go_on();
		left = 0;
		for (int i = 0; i < CLIENTS; i++)
			left += !readers[i].client.closed;
	} while (left > 0);
	ok(audience->watched.count == 0 && TAILQ_EMPTY(&audience->subscriptions),
	   "when they have gone, nothing is watched");
	ok(none_left, "the last one was the last one");
}

int
main(int argc, char **argv)
{
	checks_open(argc, argv);
	writer = checks_connect();

	check_subscribed();
	check_none_missed();
	check_slow_reader();
	check_ends();

	PQfinish(writer);
	return checks_close();
}
