/*
 * sql_session.c
 *		A session of a fuzzer: says a statement, and judges how it ended.
 *
 * Any error is good but an internal one: class XX, or INTERNAL of our own
 * catalogue.  Where sessions work at once, PostgreSQL itself has internal errors
 * for what another one dropped or changed meanwhile: these are counted alone.
 * That a backend died is found in the server's log (sql_fuzz.c); here the
 * session waits for the server.
 */
#include "sql_fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_STATES 200
#define RESTART_SECONDS 120

/* Of what others dropped or changed meanwhile. */
static const char *const by_concurrency[] = {
	"could not open relation with OID", "cache lookup failed for", "tuple concurrently updated",
	"tuple concurrently deleted", NULL
};

/* Errors of PostgreSQL's own that have no code, but are no internal ones. */
static const char *const without_code[] = {
	"cannot rename trigger", NULL
};

/*
 * GRANT and REVOKE lock nothing: what they are about may be dropped meanwhile,
 * which they do not say nicely.
 */
static const char *const without_lock[] = {
	"ExecGrant_", NULL
};

/*
 * What others may do to a question.  DETACH PARTITION ... FINALIZE locks any
 * table and then waits for our snapshot: PostgreSQL lets everybody do that.  A
 * superuser's transaction has a table locked as long as it likes, and a schema
 * may be dropped while names are looked for in it.
 */
static const char *const in_the_way[] = {
	"40P01", "55P03", "3F000", NULL
};

/* Warnings that say that something is wrong in memory, or was not given back. */
static const char *const suspicious[] = {"detected write past",
	"problem in alloc set",
	"bogus aset link",
	"leak",
	"left non-empty SPI stack",
	"still referenced",
	"invalid memory alloc",
	"snapshot reference",
NULL};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long numbers;	/* of statements, of all sessions */
static char states[MAX_STATES][6];
static unsigned long state_counts[MAX_STATES];

/* ---- counting ---- */

static void
count_state(const char *state)
{
	int			i = 0;

	pthread_mutex_lock(&lock);
	while (i < MAX_STATES - 1 && states[i][0] && strcmp(states[i], state) != 0)
		i++;
	snprintf(states[i], sizeof(states[i]), "%s", state);
	state_counts[i]++;
	pthread_mutex_unlock(&lock);
}

unsigned long
statements_run(void)
{
	return numbers;
}

void
print_states(void)
{
	for (int i = 0; i < MAX_STATES && states[i][0]; i++)
		printf("%s %lu\n", states[i], state_counts[i]);
}

/* ---- the history ---- */

static Said *
note(Session *session, const char *statement)
{
	Said	   *said = &session->history[session->said++ % HISTORY];

	pthread_mutex_lock(&session->lock);
	free(said->statement);
	said->statement = strdup(statement);
	said->state[0] = '\0';
	said->number = __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&session->lock);
	return said;
}

static void
note_state(Session *session, Said *said, const char *state)
{
	pthread_mutex_lock(&session->lock);
	snprintf(said->state, sizeof(said->state), "%s", state);
	pthread_mutex_unlock(&session->lock);
	count_state(state);
}

/* ---- judging ---- */

static bool
has_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
	{
		if (strstr(text, *words))
			return true;
	}
	return false;
}

static void
take_notice(void *argument, const PGresult *result)
{
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	(void) argument;
	if (message && has_one_of(message, suspicious))
		found(message, "a warning: %s", message);
}

static const char *
field(const PGresult *result, int code)
{
	const char *value = PQresultErrorField(result, code);

	return value ? value : "";
}

static void
judge_error(const PGresult *result, const char *statement)
{
	const char *state = field(result, PG_DIAG_SQLSTATE);
	const char *message = field(result, PG_DIAG_MESSAGE_PRIMARY);
	char		key[200];

	if (strncmp(state, "XX", 2) != 0 && strcmp(state, "PT500") != 0)
		return;
	if (has_one_of(message, without_code) ||
		(concurrently && has_one_of(message, by_concurrency)) ||
		has_one_of(field(result, PG_DIAG_SOURCE_FUNCTION), without_lock))
		return;
	snprintf(key, sizeof(key), "%s %s %s", state, field(result, PG_DIAG_SOURCE_FILE),
			 field(result, PG_DIAG_SOURCE_FUNCTION));
	found(key, "%s: %s (%s, %s) %s: %.600s", state, message, field(result, PG_DIAG_SOURCE_FUNCTION),
		  field(result, PG_DIAG_SOURCE_FILE), field(result, PG_DIAG_CONTEXT), statement);
}

/* ---- connections ---- */

static PGconn *
open_connection(const char *database, const char *role)
{
	char		text[1000];
	PGconn	   *connection;

	snprintf(text, sizeof(text), "%s dbname=%s user=%s", conninfo, database, role);
	connection = PQconnectdb(text);
	PQsetNoticeReceiver(connection, take_notice, NULL);
	return connection;
}

/* After a crash the server is back in a moment; a database is renamed or dropped by nobody. */
static PGconn *
connect_again(PGconn *old, const char *database, const char *role)
{
	PGconn	   *connection = old;

	for (int i = 0; i < RESTART_SECONDS * 10; i++)
	{
		PQfinish(connection);
		connection = open_connection(database, role);
		if (PQstatus(connection) == CONNECTION_OK)
			return connection;
		usleep(100000);
	}
	fprintf(stderr, "the server does not come back: %s\n", PQerrorMessage(connection));
	exit(2);
}

void
start_session(Session *session)
{
	pthread_mutex_init(&session->lock, NULL);
	session->connection = connect_again(NULL, session->kind->database, session->kind->role);
}

/* ---- statements ---- */

/* COPY of a few lines that may fit; what it brings is not looked at. */
static PGresult *
finish_copy(PGconn *connection, PGresult *result)
{
	static const char lines[] = "1\t2\n00000000-0000-4000-a000-000000000001\t{\"userName\": "
	"\"copied\"}\n\\N\t\\N\n";
	ExecStatusType status = PQresultStatus(result);
	char	   *row;

	if (status == PGRES_COPY_IN)
	{
		PQputCopyData(connection, lines, (int) strlen(lines));
		PQputCopyEnd(connection, NULL);
	}
	else if (status == PGRES_COPY_OUT)
	{
		while (PQgetCopyData(connection, &row, 0) > 0)
			PQfreemem(row);
	}
	else
		return result;
	PQclear(result);
	result = PQgetResult(connection);
	for (PGresult *rest; (rest = PQgetResult(connection)) != NULL;)
		PQclear(rest);
	return result;
}

static bool
succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

void
run_statement(Session *session, const char *statement)
{
	Said	   *said = note(session, statement);
	PGresult   *result;

	session->since = time(NULL);
	result = finish_copy(session->connection, PQexec(session->connection, statement));
	session->since = 0;
	if (PQstatus(session->connection) == CONNECTION_BAD)
	{
		note_state(session, said, "gone");
		session->connection = connect_again(session->connection, session->kind->database,
											session->kind->role);
	}
	else if (succeeded(result))
	{
		note_state(session, said, "00000");
		if (session->kind->after)
			session->kind->after(session);
	}
	else
	{
		note_state(session, said, field(result, PG_DIAG_SQLSTATE));
		judge_error(result, statement);
	}
	PQclear(result);
}

/* What failed is taken back, and no transaction goes on for ever. */
static void
end_transaction(Session *session)
{
	PGTransactionStatusType status = PQtransactionStatus(session->connection);

	if (status == PQTRANS_INERROR)
		run_statement(session, "ROLLBACK");
	else if (status == PQTRANS_INTRANS && pick(&session->random, 8) == 0)
		run_statement(session, pick(&session->random, 2) ? "COMMIT" : "ROLLBACK");
}

void
run_next(Session *session, const Grammar *grammar)
{
	char	   *text;
	size_t		size;
	FILE	   *out = open_memstream(&text, &size);
	char	   *rest;

	write_rule(grammar, session->kind->rule, &session->random, out);
	fclose(out);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		run_statement(session, line);
	end_transaction(session);
	free(text);
}

/* ---- questions ---- */

/* The answer; NULL: the server is not there, or it is to be asked again later. */
static char *
first_value(PGconn *connection, const char *sql)
{
	PGresult   *result = PQexec(connection, sql);
	char	   *value = NULL;

	if (succeeded(result))
		value = strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
	else if (has_one_of(field(result, PG_DIAG_SQLSTATE), in_the_way))
		;						/* of the question, not wrong with the answer */
	else if (PQstatus(connection) == CONNECTION_OK)
	{
		fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(connection));
		exit(2);
	}
	PQclear(result);
	return value;
}

char *
ask_session(Session *session, const char *sql)
{
	return first_value(session->connection, sql);
}

char *
ask(const char *database, const char *sql)
{
	PGconn	   *connection = open_connection(database, "fuzz");
	char	   *value = PQstatus(connection) == CONNECTION_OK ? first_value(connection, sql) : NULL;

	PQfinish(connection);
	return value;
}
