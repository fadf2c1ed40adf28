/*
 * checks.c
 *		The bridge as main.c opens it, but for its one client; TAP, and connections to the
 *		database beside the bridge's.
 */
#include "checks.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "command_line.h"
#include "consult.h"
#include "feed.h"
#include "instructions.h"
#include "lifetime.h"
#include "log.h"
#include "pool.h"
#include "tool_list.h"

bool		none_left;

static int	tests;
static int	failures;
static PGconn *admin;

PGconn *
checks_connect(void)
{
	PGconn	   *connection = PQconnectdb(options.conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		log_fatal("cannot connect");
	return connection;
}

static void
on_none_left(void)
{
	none_left = true;
}

void
checks_open(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	const char *patience = getenv("PG_TEST_TIMEOUT_DEFAULT");

	(void) alarm(patience != NULL ? (unsigned int) atoi(patience) : 180);
	command_line_read(argc, argv);
	admin = checks_connect();
	lifetime_open(base);
	pool_open(base);
	tool_list_open();
	instructions_open(base);
	consult_open(base);
	feeds_open(base);
	sessions_open(base, on_none_left);
	clients_open(base);
}

void
ok(bool good, const char *format, ...)
{
	va_list		args;

	failures += !good;
	printf("%sok %d - ", good ? "" : "not ", ++tests);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void
holds(const char *line, const char *text, const char *name)
{
	bool		good = strstr(line, text) != NULL;

	ok(good, "%s", name);
	if (!good)
		printf("# no %s in %.500s\n", text, line);
}

const char *
sql(const char *statement)
{
	static PGresult *answer;

	PQclear(answer);
	answer = PQexec(admin, statement);
	if (PQresultStatus(answer) != PGRES_TUPLES_OK && PQresultStatus(answer) != PGRES_COMMAND_OK)
		log_fatal("%s: %s", statement, PQerrorMessage(admin));
	return PQntuples(answer) > 0 ? PQgetvalue(answer, 0, 0) : "";
}

int
checks_close(void)
{
	feeds_close();
	pool_close();
	PQfinish(admin);
	printf("1..%d\n", tests);
	return failures > 0;
}
