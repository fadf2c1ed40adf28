/*
 * refusal.c
 *		What it means that a connection could not be opened.
 *
 * libpq has no field for it, so its message is read, which is not translated
 * (this program never calls setlocale), and has one form in libpq 14 to 18:
 * what was tried stands one below the other, "connection to server WHERE
 * failed: WHY", where WHY of the server's begins with "SEVERITY:  SQLSTATE: "
 * (PQERRORS_VERBOSE); a server may translate all but the SQLSTATE.  What fails
 * before any server is tried is the connection string's fault, or that of the
 * files that it names.
 *
 * Of a server, in doubt, another attempt may succeed.
 *
 * Entry points: refusal_error, refusal_reason.
 */
#include "refusal.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

/* One attempt in the message: a server at one address, with or without TLS. */
typedef struct Attempt
{
	const char *start;			/* where its words begin */
	size_t		length;			/* to the next one's beginning */
	bool		names_host;		/* it begins with the host, in quotes */
} Attempt;

typedef enum Verdict
{
	UNREACHED,					/* nobody answered, or nobody who knows */
	LATER,						/* the server itself says so: it starts, is full, ... */
	/* from here on for good */
	LOGIN,						/* the role may not come in */
	SET_UP						/* what is asked for does not exist, or does not go */
} Verdict;

/* How an attempt begins. */
static const char *const beginnings[] = {
	"connection to server ",
	"could not translate ",		/* a host's name, or a socket's, to an address */
};

/* SQLSTATEs of a server that lets nobody in before something was mended. */
static const struct
{
	const char *prefix;			/* the beginning of the SQLSTATE */
	Verdict		verdict;		/* its meaning */
}			sqlstates[] = {
	{"28", LOGIN},				/* no such role, wrong password, pg_hba.conf */
	{"42501", LOGIN},			/* no CONNECT on the database */
	{"3D", SET_UP},				/* no such database */
	{"22", SET_UP},				/* a startup option, or the encoding */
	{"42", SET_UP},
	{"0A", SET_UP},
	{"3F", SET_UP},
	{"55000", SET_UP},			/* the database takes no connections */
};

/* What a pooler gives to all that it refuses itself: only its words, in English, tell more. */
#define POOLER_SQLSTATE "08P01"

/* What libpq says itself, of a server that it reached or tried to, and what poolers do. */
static const struct
{
	const char *words;			/* in its message */
	Verdict		verdict;		/* their meaning */
}			words[] = {
	{"no password supplied", LOGIN},
	{"authentication failed", LOGIN},
	{"login rejected", LOGIN},
	{"no such user", LOGIN},
	{"no such database", SET_UP},
	{"unsupported startup parameter", SET_UP},
	{"authentication method", LOGIN},
	{"SASL authentication mechanisms", LOGIN},
	{"channel binding", LOGIN},
	{"certificate", SET_UP},
	{"private key", SET_UP},
	{"SSL error: ", SET_UP},
	{"does not support SSL", SET_UP},
	{"GSSAPI encryption", SET_UP},
};

/* Of what comes before: not the connection string's fault. */
static const char *const passing[] = {"out of memory", "LDAP"};

static bool
has(Attempt attempt, const char *text)
{
	return memmem(attempt.start, attempt.length, text, strlen(text)) != NULL;
}

static bool
begins_attempt(const char *line)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
	{
		if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

/* The next attempt, from *at on; false at the end. */
static bool
next_attempt(const char **at, Attempt *attempt)
{
	const char *end = *at;

	if (*end == '\0')
		return false;
	attempt->start = end;
	attempt->names_host = begins_attempt(end);
	do
	{
		end += strcspn(end, "\n");
		end += *end == '\n';
	} while (*end != '\0' && !begins_attempt(end));
	attempt->length = (size_t) (end - *at);
	*at = end;
	return true;
}

/* The SQLSTATE that a server gave, or NULL. */
static const char *
sqlstate_of(Attempt attempt)
{
	const char *at = attempt.start;
	const char *end = at + attempt.length;

	while ((at = memmem(at, (size_t) (end - at), ":  ", 3)) != NULL)
	{
		at += 3;
		if (end - at > 5 && at[5] == ':' &&
			strspn(at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5)
			return at;
	}
	return NULL;
}

/* Is it the folder of the socket that is missing?  A socket alone comes with its server. */
static bool
lacks_folder(Attempt attempt)
{
	static const char before[] = "on socket \"";
	const char *path = memmem(attempt.start, attempt.length, before, sizeof(before) - 1);
	const char *end = path != NULL ? strstr(path, "/.s.PGSQL.") : NULL;
	char	   *folder;
	bool		lacking;

	if (end == NULL || !has(attempt, strerror(ENOENT)))
		return false;
	path += sizeof(before) - 1;
	folder = strndup(path, (size_t) (end - path) + 1);
	lacking = folder != NULL && access(folder, F_OK) != 0 && errno != EACCES;
	free(folder);
	return lacking;
}

static Verdict
judge(Attempt attempt)
{
	const char *sqlstate = sqlstate_of(attempt);

	for (size_t i = 0; sqlstate != NULL && i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++)
	{
		if (strncmp(sqlstate, sqlstates[i].prefix, strlen(sqlstates[i].prefix)) == 0)
			return sqlstates[i].verdict;
	}
	if (sqlstate != NULL && strncmp(sqlstate, POOLER_SQLSTATE, 5) != 0)
		return LATER;
	if (!attempt.names_host)
	{
		for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		{
			if (has(attempt, passing[i]))
				return UNREACHED;
		}
		return SET_UP;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (has(attempt, words[i].words))
			return words[i].verdict;
	}
	if (sqlstate != NULL)
		return LATER;
	/* a socket that this user may not use, and a name that no server of names knows */
	if (has(attempt, strerror(EACCES)) || has(attempt, gai_strerror(EAI_NONAME)) ||
		lacks_folder(attempt))
		return SET_UP;
	return UNREACHED;
}

/* Do both begin with the same words, up to the end of the host's name? */
static bool
same_host(Attempt one, Attempt other)
{
	const char *quote = memchr(one.start, '"', one.length);
	const char *end = quote != NULL ? strchr(quote + 1, '"') : NULL;
	size_t		length = end != NULL ? (size_t) (end - one.start) : one.length;

	return length < other.length && memcmp(one.start, other.start, length + 1) == 0;
}

/* A name may have several addresses: has one of them a server that says no for good? */
static bool
is_refused_elsewhere(const char *message, Attempt unreached)
{
	Attempt		attempt;

	while (next_attempt(&message, &attempt))
	{
		if (same_host(unreached, attempt) && judge(attempt) >= LOGIN)
			return true;
	}
	return false;
}

OwnError
refusal_error(const char *message)
{
	OwnError	error = ERROR_NO_DATABASE;
	const char *at = message;
	Attempt		attempt;

	/* of several hosts each must have said no */
	while (next_attempt(&at, &attempt))
	{
		switch (judge(attempt))
		{
			case LATER:
				return ERROR_NO_DATABASE;
			case UNREACHED:
				if (!is_refused_elsewhere(message, attempt))
					return ERROR_NO_DATABASE;
				break;
			case LOGIN:
				error = ERROR_LOGIN_REFUSED;
				break;
			case SET_UP:
				error = ERROR_SET_UP_WRONG;
				break;
		}
	}
	return error;
}

/* Where in the server's program it was made is nobody's business here. */
static bool
is_location(const char *line)
{
	return strncmp(line, "LOCATION:  ", 11) == 0;
}

char *
refusal_reason(const char *message, bool from_uri)
{
	Buf			reason = {NULL, 0, 0};
	bool		hides = from_uri && strncmp(message, beginnings[0], strlen(beginnings[0])) != 0;
	bool		quoted = false;

	while (*message != '\0')
	{
		size_t		length = strcspn(message, "\n");

		for (size_t i = 0; i < length && !is_location(message); i++)
		{
			unsigned char c = (unsigned char) message[i];

			quoted = quoted != (c == '"');
			if (hides && quoted && c != '"')
				continue;
			buf_put(&reason, c < 0x20 || c == 0x7F ? " " : message + i, 1);
			if (hides && quoted)
				buf_text(&reason, "...");
		}
		message += length;
		if (*message == '\n')
		{
			buf_text(&reason, " ");
			message++;
		}
	}
	while (reason.length > 0 && reason.data[reason.length - 1] == ' ')
		reason.length--;
	if (reason.length == 0 || !scan_utf8(reason.data, reason.length))
	{
		reason.length = 0;
		buf_text(&reason, "no reason was given");
	}
	buf_put(&reason, "", 1);
	return reason.data;
}
