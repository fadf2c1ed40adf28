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

#include "command_line.h"
#include "log.h"
#include "watch.h"

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

bool
opening_start(Connection *c, const char *application)
{
	const char *keywords[8] = {"dbname", "client_encoding", "fallback_application_name"};
	const char *values[8] = {options.conninfo, "UTF8", application};
	int			count = 3;

	c->seeking = wanted.any && wanted.primary && !wanted.in_vain;
	wanted.in_vain = false;
	if (c->seeking)
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
	c->pg = PQconnectStartParams(keywords, values, 1);
	if (c->pg == NULL)
		log_fatal("out of memory");
	if (!c->seeking)
		wanted.any = takes_any(c->pg);
	if (PQstatus(c->pg) == CONNECTION_BAD)
		return false;

	/* DNS and files apart, nothing from here on blocks */
	(void) PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	(void) PQsetErrorVerbosity(c->pg, PQERRORS_VERBOSE);	/* for refusal.c */
	watch_deadline(c, connect_timeout(c->pg));
	watch_socket(c, false);
	watch_for(c, EV_WRITE);
	return true;
}

bool
opening_go_on(Connection *c)
{
	switch (PQconnectPoll(c->pg))
	{
		case PGRES_POLLING_READING:
			watch_socket(c, false);
			watch_for(c, EV_READ);
			return false;
		case PGRES_POLLING_WRITING:
			watch_socket(c, false);
			watch_for(c, EV_WRITE);
			return false;
		default:
			return true;
	}
}

void
opening_pass_over(const Connection *c)
{
	for (int i = 0; i < 3; i++)
	{
		char	   *list = effective(c->pg, list_keywords[i]);
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
opening_may_repeat(const Connection *c)
{
	wanted.in_vain = wanted.in_vain || c->seeking;
	return c->seeking;
}

void
opening_seek_primary(void)
{
	wanted.primary = !options.read_only;
}
