/*
 * backfill.c
 *		scim_backfill under writers: how fast it is, and how long they wait.
 *
 *		backfill CONNINFO WRITERS BATCH_SIZE ALONE_MS
 *
 * The database has the table of backfill.sql.  Writers, half of them with plain
 * UPDATEs and half with scim_update_user, are timed alone first, then while the
 * backfill runs.  When the row in the middle of the table is filled, the
 * backend that runs it is terminated, and the backfill called again.  Prints one
 * JSON object; "wrong" counts what must not happen: rows that are not filled or
 * not right, updates that were acknowledged and are not there, errors.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_WRITERS 64

typedef enum Phase
{
	ALONE, DURING, PHASES
} Phase;

typedef struct Writer
{
	PGconn	   *connection;
	pthread_t	thread;
	bool		calls;			/* scim_update_user, or else UPDATE */
	unsigned long long random;	/* state of the generator */
	long		writes[PHASES];
	double		longest[PHASES];	/* seconds */
	long		errors;
} Writer;

static const char *conninfo;
static Writer writers[MAX_WRITERS];
static int	writer_count;
static long rows;
static volatile Phase phase = ALONE;
static volatile bool over = false;

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "backfill: %s: %s\n", what, detail);
	exit(2);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void
be_quiet(void *argument, const char *message)
{
}

static PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
	PQsetNoticeProcessor(connection, be_quiet, NULL);
	return connection;
}

/* The one value of a query. */
static long
number(PGconn *connection, const char *sql)
{
	PGresult   *result = PQexec(connection, sql);
	long		value;

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
		fail(sql, PQerrorMessage(connection));
	value = atol(PQgetvalue(result, 0, 0));
	PQclear(result);
	return value;
}

/* ---- writers ---- */

#define PLAIN_SQL "UPDATE people SET title = $2, logins = logins + 1 WHERE id = $1::bigint"
#define CALL_SQL \
	"SELECT scim_update_user($1, jsonb_build_object('userName', 'login' || $1, 'title', " \
	"$2::text, 'active', true))"

/* Any row but the one in the middle, which only the backfill fills. */
static long
choose_row(Writer *writer)
{
	long		row;

	do
	{
		writer->random = writer->random * 6364136223846793005ULL + 1442695040888963407ULL;
		row = (long) ((writer->random >> 33) % (unsigned long long) rows) + 1;
	} while (row == rows / 2);
	return row;
}

static void *
write_on(void *argument)
{
	Writer	   *writer = argument;

	while (!over)
	{
		char		id[24];
		char		title[40];
		const char *values[] = {id, title};
		Phase		started = phase;
		double		begin = now();
		double		took;
		PGresult   *result;

		snprintf(id, sizeof(id), "%ld", choose_row(writer));
		snprintf(title, sizeof(title), "Title %llu", writer->random >> 40);
		result = PQexecParams(writer->connection, writer->calls ? CALL_SQL : PLAIN_SQL, 2, NULL,
							  values, NULL, NULL, 0);
		took = now() - begin;
		if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
			writer->writes[started]++;
		else
		{
			writer->errors++;
			fprintf(stderr, "backfill: a writer: %s", PQerrorMessage(writer->connection));
		}
		if (took > writer->longest[started])
			writer->longest[started] = took;
		PQclear(result);
	}
	return NULL;
}

static void
start_writers(void)
{
	for (int i = 0; i < writer_count; i++)
	{
		writers[i].connection = connect_now();
		writers[i].calls = i % 2 == 1;
		writers[i].random = 88172645463325252ULL + i;
		if (pthread_create(&writers[i].thread, NULL, write_on, &writers[i]) != 0)
			fail("pthread_create", "no thread");
	}
}

static void
stop_writers(void)
{
	over = true;
	for (int i = 0; i < writer_count; i++)
	{
		pthread_join(writers[i].thread, NULL);
		PQfinish(writers[i].connection);
	}
}

/* ---- the backfill ---- */

static void
send_call(PGconn *connection, int batch_size)
{
	char		sql[80];

	snprintf(sql, sizeof(sql), "CALL scim_backfill('people', %d)", batch_size);
	if (!PQsendQuery(connection, sql))
		fail("CALL", PQerrorMessage(connection));
}

static bool
middle_is_filled(PGconn *judge)
{
	char		sql[100];

	snprintf(sql, sizeof(sql), "SELECT count(scim_version) FROM people WHERE id = %ld", rows / 2);
	return number(judge, sql) == 1;
}

/* Runs it until its backend is terminated; true if it was still at work. */
static bool
run_and_terminate(PGconn *judge, int batch_size)
{
	PGconn	   *connection = connect_now();
	char		sql[60];
	PGresult   *result;
	bool		ended;

	snprintf(sql, sizeof(sql), "SELECT pg_terminate_backend(%d)::int", PQbackendPID(connection));
	send_call(connection, batch_size);
	while (!middle_is_filled(judge))
		usleep(2000);
	number(judge, sql);
	result = PQgetResult(connection);
	ended = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	PQfinish(connection);
	return !ended;
}

static void
run_to_end(int batch_size)
{
	PGconn	   *connection = connect_now();
	PGresult   *result;

	send_call(connection, batch_size);
	result = PQgetResult(connection);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fail("CALL", PQerrorMessage(connection));
	PQclear(result);
	PQfinish(connection);
}

/* ---- what came of it ---- */

static double
longest(Phase of)
{
	double		most = 0;

	for (int i = 0; i < writer_count; i++)
	{
		if (writers[i].longest[of] > most)
			most = writers[i].longest[of];
	}
	return most * 1000;
}

static long
written(Phase of)
{
	long		sum = 0;

	for (int i = 0; i < writer_count; i++)
		sum += writers[i].writes[of];
	return sum;
}

static long
count_wrong(PGconn *judge)
{
	long		wrong = number(judge, "SELECT count(*) FROM people WHERE scim_version IS NULL OR "
							   "scim_revision IS NULL") +
	number(judge,
		   "SELECT count(*) FROM scim_check_table('people') WHERE problem <> 'limit'");
	long		acknowledged = 0;

	for (int i = 0; i < writer_count; i++)
	{
		wrong += writers[i].errors;
		if (!writers[i].calls)
			acknowledged += writers[i].writes[ALONE] + writers[i].writes[DURING];
	}
	return wrong + labs(acknowledged - number(judge, "SELECT sum(logins) FROM people"));
}

int
main(int argc, char **argv)
{
	PGconn	   *judge;
	double		begin;
	double		seconds;
	double		alone;
	long		empty;
	bool		terminated;

	if (argc != 5)
		fail("usage", "backfill CONNINFO WRITERS BATCH_SIZE ALONE_MS");
	conninfo = argv[1];
	writer_count = atoi(argv[2]);
	if (writer_count > MAX_WRITERS)
		fail("usage", "too many writers");
	judge = connect_now();
	rows = number(judge, "SELECT count(*) FROM people");

	start_writers();
	begin = now();
	usleep((useconds_t) atol(argv[4]) * 1000);
	alone = now() - begin;
	phase = DURING;
	empty = number(judge, "SELECT count(*) FROM people WHERE scim_version IS NULL");
	begin = now();
	terminated = run_and_terminate(judge, atoi(argv[3]));
	run_to_end(atoi(argv[3]));
	seconds = now() - begin;
	stop_writers();

	printf("{\"rows\": %ld, \"seconds\": %.3f, \"rate\": %.0f, \"terminated\": %d, \"writes\": "
		   "%ld, \"writes_per_second\": %.0f,"
		   " \"writes_per_second_alone\": %.0f, \"longest_ms\": %.1f, \"longest_ms_alone\": %.1f, "
		   "\"wrong\": %ld}\n",
		   empty, seconds, empty / seconds, terminated, written(DURING), written(DURING) / seconds,
		   written(ALONE) / alone, longest(DURING), longest(ALONE), count_wrong(judge));
	PQfinish(judge);
	return 0;
}
