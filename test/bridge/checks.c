/*
 * checks.c
 *		TAP, and a connection to the database beside the bridge's.
 */
#include "checks.h"

#include <libpq-fe.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "command_line.h"
#include "log.h"

static int	tests;
static int	failures;
static PGconn *admin;

void
checks_open(void)
{
	admin = PQconnectdb(options.conninfo);
	if (PQstatus(admin) != CONNECTION_OK)
		log_fatal("cannot connect");
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
	PQfinish(admin);
	printf("1..%d\n", tests);
	return failures > 0;
}
