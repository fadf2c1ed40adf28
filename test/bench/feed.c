/*
 * feed.c
 *		Writers, and consumers who fold the feed of changes into what they keep.
 *
 *		feed CONNINFO WRITERS WRITES SECONDS CONSUMER...
 *
 * Writers change users and groups of two tenants, until so many writes were made or so
 * many seconds have passed (0: however many): in long and short transactions, with
 * savepoints, some rolled back, some prepared where the server is set up for that.
 * Consumers read meanwhile.  When all is written and read, each consumer is judged:
 * what it has must be what is in the tables, and every change must have come to it once.
 * Prints one JSON object a line for each consumer, and exits with 1 if anything was
 * wrong with one of ours.  Consumers:
 *
 *	all, users, groups, other	the feed of a tenant, or of a type; page by page
 *	repeatable					several pages under one snapshot
 *	joined						begins in the middle, with 'now' and the tables
 *	slow						as all, but so slowly that what is pruned is gone for it
 *	pruner						prunes the history meanwhile
 *	sealer						seals and verifies meanwhile, and at the end
 *	by_snapshot, by_seq, by_xid	not ours: see feed_naive.c.  They must be found to lose,
 *								or this program finds nothing.
 *
 * The database is a superuser's, and has tables for users and groups.
 */
#include "feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONSUMERS 16

const char *conninfo;
int			writers;
long		wanted;
double		ends_at;
bool		prunes;
volatile bool over;

/* ---- what all use ---- */

void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "feed: %s: %s\n", what, detail);
	exit(2);
}

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
	PQclear(PQexec(connection, "SET client_min_messages = warning"));
	return connection;
}

bool
succeeded(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

PGresult *
execute(PGconn *connection, const char *sql, int count, const char *const *values)
{
	return PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
}

PGresult *
ask(PGconn *connection, const char *sql, int count, const char *const *values)
{
	PGresult   *result = execute(connection, sql, count, values);

	if (!succeeded(result))
		fail(sql, PQerrorMessage(connection));
	return result;
}

/* Another one each time: what happens depends on more than that anyway. */
unsigned long long
random_start(int number)
{
	return 88172645463325252ULL + (unsigned long long) (now() * 1e6) +
		(unsigned long long) number * 7919;
}

unsigned
random_below(unsigned long long *random, unsigned limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (unsigned) (*random % limit);
}

void
pause_up_to(unsigned long long *random, unsigned microseconds)
{
	usleep(random_below(random, microseconds + 1));
}

/* Ids are known beforehand, so that what is gone can come again. */
void
id_of(char *id, Type type, int number)
{
	snprintf(id, ID_SIZE, "%08d-0000-4000-8000-%012d", (int) type, number);
}

int
number_of(const char *id)
{
	return strlen(id) == 36 ? atoi(id + 24) : -1;
}

Type
type_of(const char *name)
{
	return strcmp(name, "User") == 0 ? TYPE_USER : TYPE_GROUP;
}

/* ---- the judge ---- */

#define ALL_SEQS \
	"SELECT seq FROM scim_history_rows WHERE tenant_id = $1 AND operation <> 'refused'" \
	" AND ($2 = '' OR resource_type = $2) ORDER BY seq"
#define ALL_RESOURCES \
	"SELECT resource_type, id, version, revision FROM (" \
	"SELECT 'User', tenant_id, id, version, revision FROM users UNION ALL " \
	"SELECT 'Group', tenant_id, id, version, revision FROM groups" \
	") AS r (resource_type, tenant_id, id, version, revision)" \
	" WHERE tenant_id = $1 AND ($2 = '' OR resource_type = $2)"

static PGresult *
ask_of(PGconn *judge, const char *sql, const Consumer *consumer)
{
	const char *values[] = {consumer->way->tenant, consumer->way->type ? consumer->way->type : ""};

	return ask(judge, sql, 2, values);
}

static void
judge_seqs(PGconn *judge, Consumer *consumer)
{
	PGresult   *result = ask_of(judge, ALL_SEQS, consumer);
	long		came = 0;

	for (int i = 0; i < PQntuples(result); i++)
	{
		long		seq = atol(PQgetvalue(result, i, 0));
		int			times = seq < consumer->capacity ? consumer->times[seq] : 0;

		came += times;
		if (times == 0 && !consumer->began_later)
			blame(consumer, &consumer->missed, "never came", PQgetvalue(result, i, 0));
		if (times > 1)
			blame(consumer, &consumer->twice, "came again", PQgetvalue(result, i, 0));
	}
	if (came != consumer->changes && !prunes)
		blame(consumer, &consumer->twice, "changes came", "that are in no table");
	PQclear(result);
}

static void
judge_resources(PGconn *judge, Consumer *consumer)
{
	PGresult   *result = ask_of(judge, ALL_RESOURCES, consumer);
	bool		there[TYPES][USERS] = {{false}};

	for (int i = 0; i < PQntuples(result); i++)
	{
		Type		type = type_of(PQgetvalue(result, i, 0));
		int			number = number_of(PQgetvalue(result, i, 1));
		Resource   *has = &consumer->resources[type][number];

		there[type][number] = true;
		if (!has->is_there || strcmp(has->version, PQgetvalue(result, i, 2)) != 0 ||
			has->revision != atol(PQgetvalue(result, i, 3)))
		{
			char		said[512];

			snprintf(said, sizeof(said), "%s has version %s, revision %s; "
					 "%s version %s, revision %ld",
					 PQgetvalue(result, i, 1), PQgetvalue(result, i, 2), PQgetvalue(result, i, 3),
					 has->is_there ? "came" : "gone", has->version, has->revision);
			blame(consumer, &consumer->wrong, "in the table", said);
		}
	}
	for (int type = 0; type < TYPES; type++)
		for (int number = 0; number < USERS; number++)
			if (consumer->resources[type][number].is_there && !there[type][number])
				blame(consumer, &consumer->wrong, "is gone from the table",
					  type ? "Group" : "User");
	PQclear(result);
}

static void
print_verdict(const Consumer *consumer)
{
	printf("{\"consumer\": \"%s\", \"naive\": %s, \"writes\": %ld, \"transactions\": %ld, "
		   "\"changes\": %ld, \"pages\": %ld, \"missed\": %ld, \"twice\": %ld, \"backwards\": %ld, "
		   "\"broken\": %ld, \"wrong\": %ld, \"expired\": %ld}\n",
		   consumer->way->name, consumer->way->naive ? "true" : "false", writes_done(),
		   transactions_done(), consumer->changes, consumer->pages, consumer->missed,
		   consumer->twice, consumer->backwards, consumer->broken, consumer->wrong,
		   consumer->expired);
}

static bool
is_right(const Consumer *consumer)
{
	return consumer->missed + consumer->twice + consumer->backwards + consumer->broken +
		consumer->wrong == 0;
}

/* ---- all at once ---- */

static void
run_writers(void)
{
	static int	numbers[MAX_WRITERS];
	pthread_t	threads[MAX_WRITERS];

	for (int i = 0; i < writers; i++)
	{
		numbers[i] = i;
		if (pthread_create(&threads[i], NULL, write_until_over, &numbers[i]) != 0)
			fail("threads", "none left");
	}
	for (int i = 0; i < writers; i++)
		pthread_join(threads[i], NULL);
}

int
main(int argc, char **argv)
{
	static Consumer consumers[MAX_CONSUMERS];
	pthread_t	threads[MAX_CONSUMERS];
	int			count = argc - 5;
	bool		all_right = true;
	PGconn	   *judge;

	if (argc < 6)
		fail("usage", "feed CONNINFO WRITERS WRITES SECONDS CONSUMER...");
	conninfo = argv[1];
	writers = atoi(argv[2]);
	wanted = atol(argv[3]);
	if (writers < 1 || writers > MAX_WRITERS || count > MAX_CONSUMERS ||
		(wanted < 1 && atoi(argv[4]) < 1))
		fail("usage", "1 to 64 writers, at most 16 consumers, and an end");
	judge = connect_now();
	make_tables(judge);
	for (int i = 0; i < count; i++)
		prunes |= strcmp(argv[5 + i], "pruner") == 0;
	for (int i = 0; i < count; i++)
	{
		consumers[i].way = find_way(argv[5 + i]);
		consumers[i].random = random_start(i);
		if (pthread_create(&threads[i], NULL, consume_until_over, &consumers[i]) != 0)
			fail("threads", "none left");
	}
	if (atoi(argv[4]) > 0)
		ends_at = now() + atoi(argv[4]);
	run_writers();
	over = true;
	for (int i = 0; i < count; i++)
	{
		pthread_join(threads[i], NULL);
		if (consumers[i].way->tenant)
		{
			judge_seqs(judge, &consumers[i]);
			judge_resources(judge, &consumers[i]);
		}
		print_verdict(&consumers[i]);
		all_right &= consumers[i].way->naive || is_right(&consumers[i]);
		PQfinish(consumers[i].connection);
	}
	PQfinish(judge);
	return !all_right;
}
