/*
 * opening.c
 *		How a connection is opened: with what, how long, and on which server.
 *
 * Entry points: opening_start, opening_go_on, opening_pass_over,
 * opening_may_repeat, opening_seek_primary.
 */
#include "opening.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "command_line.h"
#include "log.h"

/* How long opening may take, in seconds, when connect_timeout says nothing. */
#define CONNECT_TIMEOUT 10

/* Which server is wanted. */
static struct
{
	bool		any;			/* the connection string does not say: any will do */
	bool		primary;		/* but one that can be written to is tried first */
	bool		in_vain;		/* no such server was found: the next attempt takes any */
}			wanted;

/* Lists of hosts, and what goes with them; NULL: as the connection string has it. */
static const char *const list_keywords[] = {"host", "hostaddr", "port"};
static char *lists[3];

/* An option as libpq found it, wherever it was set; NULL: nowhere.  To be freed. */
static char *
effective(PGconn *pg, const char *keyword)
{
	PQconninfoOption *all = PQconninfo(pg);
	char	   *value = NULL;

	for (PQconninfoOption *o = all; o != NULL && o->keyword != NULL; o++)
	{
		if (strcmp(o->keyword, keyword) == 0 && o->val != NULL)
			value = must_strdup(o->val);
	}
	PQconninfoFree(all);
	return value;
}

static int
connect_timeout(PGconn *pg)
{
	char	   *value = effective(pg, "connect_timeout");
	int			seconds = value != NULL ? atoi(value) : 0;

	free(value);
	return seconds > 0 ? seconds : CONNECT_TIMEOUT;
}

static bool
takes_any(PGconn *pg)
{
	char	   *value = effective(pg, "target_session_attrs");
	bool		any = value == NULL || strcmp(value, "any") == 0;

	free(value);
	return any;
}

/* Notices are for people at a terminal, and may quote data. */
static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void) arg;
	(void) notice;
}

PGconn *
opening_start(Watch *watch, const char *application, bool *seeking)
{
	const char *keywords[8] = {"dbname", "client_encoding", "fallback_application_name"};
	const char *values[8] = {options.conninfo, "UTF8", application};
	int			count = 3;
	PGconn	   *pg;

	*seeking = wanted.any && wanted.primary && !wanted.in_vain;
	wanted.in_vain = false;
	if (*seeking)
	{
		keywords[count] = "target_session_attrs";
		values[count++] = "read-write";
	}
	for (int i = 0; i < 3; i++)
	{
		if (lists[i] != NULL)
		{
			keywords[count] = list_keywords[i];
			values[count++] = lists[i];
		}
	}
	pg = PQconnectStartParams(keywords, values, 1);
	if (pg == NULL)
		log_fatal("out of memory");
	if (!*seeking)
		wanted.any = takes_any(pg);
	if (PQstatus(pg) == CONNECTION_BAD)
		return pg;

	/* DNS and files apart, nothing from here on blocks */
	(void) PQsetNoticeReceiver(pg, ignore_notice, NULL);
	(void) PQsetErrorVerbosity(pg, PQERRORS_VERBOSE);	/* for refusal.c */
	watch_deadline(watch, connect_timeout(pg));
	watch_socket(watch, pg, false);
	watch_for(watch, pg, EV_WRITE);
	return pg;
}

bool
opening_go_on(Watch *watch, PGconn *pg)
{
	switch (PQconnectPoll(pg))
	{
		case PGRES_POLLING_READING:
			watch_socket(watch, pg, false);
			watch_for(watch, pg, EV_READ);
			return false;
		case PGRES_POLLING_WRITING:
			watch_socket(watch, pg, false);
			watch_for(watch, pg, EV_WRITE);
			return false;
		default:
			return true;
	}
}

void
opening_pass_over(PGconn *pg)
{
	for (int i = 0; i < 3; i++)
	{
		char	   *list = effective(pg, list_keywords[i]);
		char	   *comma = list != NULL ? strchr(list, ',') : NULL;

		if (comma != NULL)
		{
			Buf			turned = {NULL, 0, 0};

			buf_text(&turned, comma + 1);
			buf_put(&turned, ",", 1);
			buf_put(&turned, list, (size_t) (comma - list));
			buf_put(&turned, "", 1);
			free(lists[i]);
			lists[i] = turned.data;
		}
		free(list);
	}
}

bool
opening_may_repeat(bool seeking)
{
	wanted.in_vain = wanted.in_vain || seeking;
	return seeking;
}

void
opening_seek_primary(void)
{
	wanted.primary = !options.read_only;
}
