/*
 * answer.c
 *		What a result or notice of the server's says.
 *
 * Entry points: answer_is_error, answer_says_moved, answer_value, answer_left_behind,
 * answer_server, answer_is_unreplicated, answer_is_progress.
 */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

/* The SQLSTATE with which functions of scimver's tell how far they are. */
#define PROGRESS_SQLSTATE "PT102"

/* Digits of a number there. */
#define PROGRESS_DIGITS 15

/* Has it this field, and is it that? */
static bool
field_is(const PGresult *answer, int field, const char *text)
{
	const char *value = PQresultErrorField(answer, field);

	return value != NULL && strcmp(value, text) == 0;
}

bool
answer_is_error(const PGresult *answer)
{
	return PQresultStatus(answer) != PGRES_TUPLES_OK &&
		PQresultStatus(answer) != PGRES_COMMAND_OK;
}

bool
answer_says_moved(const PGresult *answer)
{
	static const char *const sqlstates[] = {"42883", "3F000", "0A000", "26000"};

	for (size_t i = 0; i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++)
	{
		if (field_is(answer, PG_DIAG_SQLSTATE, sqlstates[i]))
			return true;
	}
	return false;
}

/* A column of the one row that there should be, or -1. */
static int
column_of(const PGresult *answer, const char *name)
{
	int			column = PQntuples(answer) == 1 ? PQfnumber(answer, name) : -1;

	return column >= 0 && !PQgetisnull(answer, 0, column) ? column : -1;
}

const char *
answer_value(const PGresult *answer, size_t *length)
{
	int			column = column_of(answer, "answer");

	if (column < 0)
		return NULL;
	*length = (size_t) PQgetlength(answer, 0, column);
	return PQgetvalue(answer, 0, column);
}

const char *
answer_left_behind(const PGresult *answer)
{
	int			column = column_of(answer, "left_behind");

	return column < 0 ? NULL : PQgetvalue(answer, 0, column);
}

AnswerServer
answer_server(const PGresult *answer)
{
	int			column = column_of(answer, "standby");

	if (column < 0)
		return SERVER_WRITES;
	return PQgetvalue(answer, 0, column)[0] == 't' ? SERVER_STANDBY : SERVER_READS;
}

/*
 * Such a commit warns, and is reported as if nothing were.  The text is
 * translated, its source is not.
 */
bool
answer_is_unreplicated(const PGresult *notice)
{
	return field_is(notice, PG_DIAG_SEVERITY_NONLOCALIZED, "WARNING") &&
		field_is(notice, PG_DIAG_SOURCE_FUNCTION, "SyncRepWaitForLSN");
}

/* The number at *at, which is left behind it; false: there is none. */
static bool
take_number(const char **at, uint64_t *number)
{
	size_t		digits = strspn(*at, "0123456789");

	if (digits == 0 || digits > PROGRESS_DIGITS)
		return false;
	*number = strtoull(*at, NULL, 10);
	*at += digits;
	return true;
}

/* "DONE TOTAL" or "DONE"; another's notice with that SQLSTATE says nothing. */
bool
answer_is_progress(const PGresult *notice, Progress *progress)
{
	const char *at = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);

	progress->total = 0;
	if (at == NULL || !field_is(notice, PG_DIAG_SQLSTATE, PROGRESS_SQLSTATE) ||
		!take_number(&at, &progress->done))
		return false;
	return *at == '\0' ||
		(*at++ == ' ' && take_number(&at, &progress->total) && *at == '\0');
}
