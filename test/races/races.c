/*
 * races.c
 *		Two bulks, and single calls beside them, that want the same at once.
 *
 *		races CONNINFO ROUNDS SEED WAY
 *
 * What is asked in a round, and what must be so afterwards, is SQL: rounds.sql and
 * judge.sql.  This program only makes it happen at the same time: each caller has a
 * connection; the bulks are sent together, and the others call, one call after the other,
 * for as long as a bulk is under way.  WAY is "bulk", or "by_hand": the same operations one
 * by one, without the locks, which must be found wrong, or this program finds nothing.
 *
 * Prints one JSON object: "wrong" counts the rounds with something that must not be,
 * "deadlocks" is what the server says.  Exits with 1 if any of that is not 0, with 2 if it
 * could not go on.
 */
#include <libpq-fe.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BULKS 2
#define CALLERS 6				/* the bulks first */
#define MOST_CALLS 64			/* of all callers in a round */
#define MOST_SHOWN 20			/* problems */
#define MOST_WRONG 10			/* rounds, until there is no use in going on */
#define TOO_LONG 60000			/* milliseconds without an answer: they wait for one another */

typedef struct Call
{
	int			caller;			/* from 0 */
	const char *number;			/* of the caller's calls */
	const char *sql;
	bool		told;
	char		state[6];		/* SQLSTATE; "00000" */
	char	   *answer;			/* NULL: none */
	char	   *xid;
	char	   *message;
	double		began;
	double		ended;
} Call;

typedef struct Caller
{
	PGconn	   *connection;
	Call	   *call;			/* that is under way; NULL: none */
} Caller;

static const char *conninfo;
static PGconn *judge;			/* takes no part */
static Caller callers[CALLERS];
static Call calls[MOST_CALLS];
static int	call_count;
static int	bulks_under_way;
static long shown;
static long single_calls;		/* that were answered while a bulk was under way */

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "races: %s: %s\n", what, detail);
	exit(2);
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec * 1000 + (double) time.tv_nsec / 1e6;
}

static void
ignore(void *argument, const char *message)
{
}

static PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
	PQsetNoticeProcessor(connection, ignore, NULL);
	return connection;
}

/* What the judge asks must succeed; to be cleared. */
static PGresult *
ask(const char *sql, int count, const char *const *values)
{
	PGresult   *result = PQexecParams(judge, sql, count, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail(sql, PQerrorMessage(judge));
	return result;
}

static void
tell(const char *sql, int count, const char *const *values)
{
	PQclear(ask(sql, count, values));
}

/* ---- a round ---- */

static char *
copy(const PGresult *result, int column)
{
	if (PQntuples(result) == 0 || PQnfields(result) <= column || PQgetisnull(result, 0, column))
		return NULL;
	return strdup(PQgetvalue(result, 0, column));
}

static void
send_call(Call *call)
{
	Caller	   *caller = &callers[call->caller];

	call->began = now();
	caller->call = call;
	if (!PQsendQueryParams(caller->connection, call->sql, 0, NULL, NULL, NULL, NULL, 0))
		fail("send", PQerrorMessage(caller->connection));
	if (call->caller < BULKS)
		bulks_under_way++;
}

/* The caller's next call, if there is one, and a bulk to disturb. */
static void
send_next(int number)
{
	for (int i = 0; i < call_count && bulks_under_way > 0; i++)
		if (calls[i].caller == number && calls[i].began == 0)
		{
			send_call(&calls[i]);
			return;
		}
}

/* The answer has come: nothing waits here. */
static void
take_answer(int number)
{
	Caller	   *caller = &callers[number];
	Call	   *call = caller->call;
	PGresult   *result = PQgetResult(caller->connection);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool		done = PQresultStatus(result) == PGRES_TUPLES_OK;

	call->ended = now();
	call->told = true;
	snprintf(call->state, sizeof(call->state), "%s", done ? "00000" : state ? state : "?????");
	call->answer = copy(result, 0);
	call->xid = copy(result, 1);
	call->message = done ? NULL : strdup(PQresultErrorMessage(result));
	PQclear(result);
	while ((result = PQgetResult(caller->connection)) != NULL)
		PQclear(result);
	caller->call = NULL;
	if (number < BULKS)
		bulks_under_way--;
	else
	{
		single_calls += bulks_under_way > 0;
		send_next(number);
	}
}

static void
say_who_waits(void)
{
	PGresult   *found = ask("SELECT pid, wait_event, pg_blocking_pids(pid), left(query, 200) "
							"FROM pg_stat_activity WHERE wait_event_type = 'Lock'", 0, NULL);

	for (int i = 0; i < PQntuples(found); i++)
		fprintf(stderr, "# %s waits (%s) for %s: %s\n", PQgetvalue(found, i, 0),
				PQgetvalue(found, i, 1), PQgetvalue(found, i, 2), PQgetvalue(found, i, 3));
	PQclear(found);
	fail("no answer", "for a minute");
}

/* Takes what comes, until nobody has a call under way. */
static void
hear_all(void)
{
	for (;;)
	{
		struct pollfd polled[CALLERS];
		int			waiting = 0;
		int			ready;

		for (int i = 0; i < CALLERS; i++)
		{
			bool		waits = callers[i].call != NULL;

			polled[i].fd = waits ? PQsocket(callers[i].connection) : -1;
			polled[i].events = POLLIN;
			polled[i].revents = 0;
			waiting += waits;
		}
		if (waiting == 0)
			return;
		ready = poll(polled, CALLERS, TOO_LONG);
		if (ready == 0)
			say_who_waits();
		for (int i = 0; i < CALLERS; i++)
		{
			if (ready < 1 || polled[i].revents == 0)
				continue;
			if (!PQconsumeInput(callers[i].connection))
				fail("connection", PQerrorMessage(callers[i].connection));
			if (!PQisBusy(callers[i].connection))
				take_answer(i);
		}
	}
}

static void
read_calls(const PGresult *asked)
{
	call_count = PQntuples(asked);
	if (call_count > MOST_CALLS)
		fail("calls", "too many in a round");
	memset(calls, 0, sizeof(calls));
	for (int i = 0; i < call_count; i++)
	{
		calls[i].caller = atoi(PQgetvalue(asked, i, 0)) - 1;
		calls[i].number = PQgetvalue(asked, i, 1);
		calls[i].sql = PQgetvalue(asked, i, 2);
		if (calls[i].caller < 0 || calls[i].caller >= CALLERS)
			fail("calls", "no such caller");
	}
}

/* As a superuser, or as one whom row level security binds: by turns. */
static void
act_as(int round)
{
	for (int i = 0; i < CALLERS; i++)
	{
		PGresult   *result = PQexec(callers[i].connection,
									round % 2 ? "RESET ROLE" : "SET ROLE race_agent");

		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail("role", PQerrorMessage(callers[i].connection));
		PQclear(result);
	}
}

/* Those of the bulks first, or after a single call: by turns. */
static void
send_first(int round)
{
	int			first = round % 3 == 0 ? BULKS : 0;

	for (int i = 0; i < CALLERS; i++)
	{
		int			caller = (first + i) % CALLERS;

		for (int c = 0; c < call_count; c++)
			if (calls[c].caller == caller && calls[c].began == 0)
			{
				send_call(&calls[c]);
				break;
			}
	}
}

/* What was told goes to the judge. */
static void
report(void)
{
	tell("BEGIN", 0, NULL);
	for (int i = 0; i < call_count; i++)
	{
		Call	   *call = &calls[i];
		char		caller[12];
		char		began[32];
		char		ended[32];
		const char *values[] = {caller, call->number, call->state, call->answer, call->xid,
		call->message, began, ended};

		if (!call->told)
			continue;
		snprintf(caller, sizeof(caller), "%d", call->caller + 1);
		snprintf(began, sizeof(began), "%.3f", call->began);
		snprintf(ended, sizeof(ended), "%.3f", call->ended);
		tell("INSERT INTO race.told VALUES ($1::int, $2::int, $3, $4::jsonb, $5::xid8, $6, "
			 "$7::float8, $8::float8)", 8, values);
		free(call->answer);
		free(call->xid);
		free(call->message);
	}
	tell("COMMIT", 0, NULL);
}

static bool
is_wrong(const char *sql, const char *round)
{
	const char *values[] = {round};
	PGresult   *found = ask(sql, 1, values);
	bool		wrong = PQntuples(found) > 0;

	for (int i = 0; i < PQntuples(found); i++)
		if (shown++ < MOST_SHOWN)
			fprintf(stderr, "# round %s: %s\n", round, PQgetvalue(found, i, 0));
	PQclear(found);
	return wrong;
}

static bool
run_round(int number, const char *seed, const char *way)
{
	char		round[12];
	const char *values[] = {round, seed, way};
	PGresult   *asked;

	snprintf(round, sizeof(round), "%d", number);
	tell("SELECT race.prepare($1::int, $2::int, $3)", 3, values);
	asked = ask("SELECT caller, n, sql FROM race.asked ORDER BY caller, n", 0, NULL);
	read_calls(asked);
	act_as(number);
	send_first(number);
	hear_all();
	report();
	PQclear(asked);
	return is_wrong("SELECT * FROM race.judge($1::int)", round);
}

/* ---- all of them ---- */

static char *
told(const char *sql)
{
	PGresult   *result = ask(sql, 0, NULL);
	char	   *value = strdup(PQgetvalue(result, 0, 0));

	PQclear(result);
	return value;
}

int
main(int argc, char **argv)
{
	int			rounds;
	int			done = 0;
	int			wrong = 0;
	char	   *deadlocks;
	char	   *tally;

	if (argc != 5 || (rounds = atoi(argv[2])) < 1)
		fail("usage", "races CONNINFO ROUNDS SEED WAY");
	conninfo = argv[1];
	judge = connect_now();
	for (int i = 0; i < CALLERS; i++)
		callers[i].connection = connect_now();
	while (done < rounds && wrong < MOST_WRONG)
	{
		wrong += run_round(done, argv[3], argv[4]);
		done++;
		if (done % 50 == 0)
			tell("VACUUM race.before, race.round, race.asked, race.told, race.writes, race.after, "
				 "race.recorded", 0, NULL);
		if (done % 500 == 0)
			fprintf(stderr, "# %d rounds, %d wrong\n", done, wrong);
	}
	wrong += is_wrong("SELECT * FROM race.unsound() WHERE $1 <> ''", "of the end");
	for (int i = 0; i < CALLERS; i++)
		PQfinish(callers[i].connection);
	deadlocks = told("SELECT race.deadlocks()");
	tally = told("SELECT race.tallied()");
	printf("{\"rounds\": %d, \"wrong\": %d, \"deadlocks\": %s, \"single_calls\": %ld, "
		   "\"tally\": %s}\n",
		   done, wrong, deadlocks, single_calls, tally);
	return wrong > 0 || strcmp(deadlocks, "0") != 0;
}
