/*
 * race.c
 *		Writers over connections of their own, who all want the same thing.
 *
 *		race CONNINFO WRITERS ROUNDS SCENARIO...
 *
 * In each round all writers start at once; afterwards what they were told is
 * compared with what the database holds.  Prints one JSON object a line for
 * each scenario; "wrong" counts what must not happen: a round without exactly
 * one winner, an acknowledged write that is not there, a version, digest or
 * count that is not the recomputed one, a mismatch with current = expected, a
 * deadlock, an error that nobody foresaw.  Exits with 1 if anything was wrong.
 * "lost" is the part of it that "update" and "naive" are about: the rounds in
 * which several writers were told that theirs, made for the same version, is
 * stored.
 *
 * The database has tables for users and groups and the functions of
 * recount.sql.  Everything that decides is asked over a connection that takes
 * no part in the race.
 *
 * "naive" and "unlocked" are no scenarios of ours: the one checks the version and
 * writes in two statements, as others do, the other merges without a lock.  They
 * must be found wrong, or this program finds nothing.
 */
#include "race.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#define SHOWN 5					/* messages of a scenario */

int			writers;
int			rounds;
Writer		all[MAX_WRITERS];
long		wrong;
long		lost;
char		user[ID_SIZE];

static const char *conninfo;
static PGconn *judge;			/* takes no part */
static const Scenario *scenario;
static pthread_barrier_t barrier;
static bool over;
static long blamed;				/* messages of the scenario so far */

/* ---- statements ---- */

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "race: %s: %s\n", what, detail);
	exit(2);
}

static PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
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

const char *
ask(const char *sql, int count, ...)
{
	static char answer[TEXT_SIZE];
	const char *values[8];
	PGresult   *result;
	va_list		arguments;

	va_start(arguments, count);
	for (int i = 0; i < count; i++)
		values[i] = va_arg(arguments, const char *);
	va_end(arguments);
	result = execute(judge, sql, count, values);
	if (!succeeded(result))
		fail(sql, PQerrorMessage(judge));
	snprintf(answer, sizeof(answer), "%s", PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return answer;
}

void
blame(long *counter, const char *what, const char *detail)
{
	if (__atomic_fetch_add(&blamed, 1, __ATOMIC_RELAXED) < SHOWN)
		fprintf(stderr, "# %s: %s: %s\n", scenario->name, what, detail);
	(*counter)++;
}

bool
is_conflict(const char *state)
{
	return strcmp(state, "PT412") == 0 || strcmp(state, "PT404") == 0 ||
		strcmp(state, "PT409") == 0 || strcmp(state, "40001") == 0;
}

static bool
state_is(const Writer *writer, const char *state)
{
	return strcmp(writer->state, state) == 0;
}

/* "current_version": "..." of an error's detail must not be the expected one. */
static void
check_mismatch(Writer *writer, const PGresult *result, const char *given)
{
	static const char mark[] = "\"current_version\": \"";
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	const char *current = detail ? strstr(detail, mark) : NULL;

	if (current == NULL)
		blame(&writer->wrong, "a mismatch without current_version", detail ? detail : "");
	else if (given && strncmp(current + strlen(mark), given, strlen(given)) == 0)
		blame(&writer->wrong, "a mismatch with current = expected", detail);
}

PGresult *
call(Writer *writer, const char *given, const char *sql, int count, const char *const *values)
{
	PGresult   *result = execute(writer->connection, sql, count, values);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (succeeded(result))
	{
		strcpy(writer->state, "00000");
		if (PQntuples(result) > 0 && PQnfields(result) > 0)
			snprintf(writer->version, sizeof(writer->version), "%s", PQgetvalue(result, 0, 0));
		writer->successes++;
		return result;
	}
	snprintf(writer->state, sizeof(writer->state), "%s", state ? state : "?????");
	if (is_conflict(writer->state))
		writer->conflicts++;
	else
		blame(&writer->wrong, writer->state, PQerrorMessage(writer->connection));
	if (state_is(writer, "PT412"))
		check_mismatch(writer, result, given);
	PQclear(result);
	return NULL;
}

bool
try(Writer *writer, const char *given, const char *sql, int count, const char *const *values)
{
	PGresult   *result = call(writer, given, sql, count, values);

	PQclear(result);
	return result != NULL;
}

unsigned
random_below(Writer *writer, unsigned limit)
{
	writer->random ^= writer->random << 13;
	writer->random ^= writer->random >> 7;
	writer->random ^= writer->random << 17;
	return (unsigned) (writer->random % limit);
}

void
make_user(void)
{
	snprintf(user, sizeof(user), "%s", ask(NEW_USER, 0));
}

/* What the judge finds wrong with stored versions, counts and digests: see recount.sql. */
void
recount(void)
{
	const char *found = ask("SELECT string_agg(problem, '; ') FROM recount()", 0);

	if (found[0])
		blame(&wrong, "recount", found);
}

/* ---- the race ---- */

static void *
work(void *argument)
{
	Writer	   *writer = argument;

	for (;;)
	{
		pthread_barrier_wait(&barrier);
		if (over)
			return NULL;
		scenario->act(writer);
		writer->round++;
		pthread_barrier_wait(&barrier);
	}
}

static void
start_writer(int number)
{
	Writer	   *writer = &all[number];

	memset(writer, 0, sizeof(*writer));
	writer->number = number;
	writer->random = 88172645463325252ULL + (unsigned long long) number * 7919;
	writer->connection = connect_now();
}

static void
run_scenario(void)
{
	pthread_t	threads[MAX_WRITERS];
	long		successes = 0;
	long		conflicts = 0;

	wrong = 0;
	lost = 0;
	blamed = 0;
	over = false;
	for (int i = 0; i < writers; i++)
		start_writer(i);
	if (scenario->prepare)
		scenario->prepare();
	for (int i = 0; i < writers; i++)
		if (pthread_create(&threads[i], NULL, work, &all[i]) != 0)
			fail("threads", "none left");
	for (int round = 0; round < rounds; round++)
	{
		if (scenario->before)
			scenario->before(round);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		if (scenario->after)
			scenario->after(round);
	}
	over = true;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < writers; i++)
		pthread_join(threads[i], NULL);
	if (scenario->finish)
		scenario->finish();
	for (int i = 0; i < writers; i++)
	{
		successes += all[i].successes;
		conflicts += all[i].conflicts;
		wrong += all[i].wrong;
		PQfinish(all[i].connection);
	}
	printf("{\"scenario\": \"%s\", \"writers\": %d, \"rounds\": %d, \"successes\": %ld, "
		   "\"conflicts\": %ld, \"wrong\": %ld, \"lost\": %ld}\n",
		   scenario->name, writers, rounds, successes, conflicts, wrong, lost);
	fflush(stdout);
}

static const Scenario *
find_scenario(const char *name)
{
	const Scenario *const tables[] = {user_scenarios, group_scenarios, merge_scenarios};

	for (size_t i = 0; i < lengthof(tables); i++)
		for (const Scenario *found = tables[i]; found->name; found++)
			if (strcmp(found->name, name) == 0)
				return found;
	fail("no such scenario", name);
	return NULL;
}

int
main(int argc, char **argv)
{
	bool		any_wrong = false;

	if (argc < 5)
		fail("usage", "race CONNINFO WRITERS ROUNDS SCENARIO...");
	conninfo = argv[1];
	writers = atoi(argv[2]);
	rounds = atoi(argv[3]);
	if (writers < 2 || writers > MAX_WRITERS || rounds < 1)
		fail("usage", "2 to 64 writers, at least one round");
	judge = connect_now();
	pthread_barrier_init(&barrier, NULL, (unsigned) writers + 1);
	for (int i = 4; i < argc; i++)
	{
		scenario = find_scenario(argv[i]);
		run_scenario();
		any_wrong |= wrong > 0;
	}
	PQfinish(judge);
	return any_wrong;
}
