/*
 * crash.c
 *		Writers that remember what was acknowledged, until the server is gone.
 *
 *		crash CONNINFO WRITERS READY
 *
 * Each writer replaces a user of its own conditionally, counts up one that all
 * share (read, conditional write, try again), and adds and removes members of
 * its own in shared groups.  After READY acknowledged writes of each, "ready"
 * is printed; then they go on until their connections break.  At the end one
 * JSON object a line: what each user and membership must be now.  What was
 * under way when the connection broke may have happened or not; it is told as
 * "or".
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WRITERS 64
#define GROUPS 4
#define MEMBERS 5				/* of each writer */
#define ID_SIZE 40
#define VERSION_SIZE 160

/* A membership, or a user's number, as it was acknowledged, and as it may have become. */
typedef struct Fact
{
	long		is;
	long		or;				/* the same, or what was being written */
} Fact;

typedef struct Writer
{
	int			number;
	PGconn	   *connection;
	bool		gone;			/* the server is: libpq may notice a failed write later */
	char		user[ID_SIZE];
	char		version[VERSION_SIZE];
	Fact		value;			/* of the own user's nickName */
	Fact		counted;		/* how often the shared user was counted up */
	char		members[MEMBERS][ID_SIZE];
	Fact		member[MEMBERS][GROUPS];
} Writer;

static Writer all[MAX_WRITERS];
static char shared[ID_SIZE];
static char groups[GROUPS][ID_SIZE];
static int	writers;
static int	ready;
static int	not_ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "crash: %s: %s\n", what, detail);
	exit(2);
}

static bool
succeeded(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

/* The result; NULL for a version mismatch, and when the server is gone. */
static PGresult *
call(Writer *writer, const char *sql, int count, const char *const *values)
{
	PGresult   *result = PQexecParams(writer->connection, sql, count, NULL, values, NULL, NULL, 0);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (succeeded(result))
		return result;
	/* 57P01, 57P02 and what libpq says itself, which has no SQLSTATE, are the crash */
	if (state == NULL || strncmp(state, "57P", 3) == 0)
		writer->gone = true;
	else if (strcmp(state, "PT412") != 0)
		fail(sql, PQerrorMessage(writer->connection));
	PQclear(result);
	return NULL;
}

static bool
is_gone(const Writer *writer)
{
	return writer->gone || PQstatus(writer->connection) != CONNECTION_OK;
}

/* The server's farewell is no news. */
static void
ignore(void *argument, const char *message)
{
	(void) argument;
	(void) message;
}

static void
create(Writer *writer, char *id, const char *sql)
{
	PGresult   *result = call(writer, sql, 0, NULL);

	if (result == NULL)
		fail("create", PQerrorMessage(writer->connection));
	snprintf(id, ID_SIZE, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
}

#define NEW_USER \
	"SELECT r ->> 'id' FROM scim_create_user(jsonb_build_object('userName', " \
	"gen_random_uuid()::text, 'nickName', '0')) AS r"
#define NEW_GROUP "SELECT r ->> 'id' FROM scim_create_group('{\"displayName\": \"crash\"}') AS r"
#define READ "SELECT r #>> '{meta,version}', r ->> 'nickName' FROM scim_get_user($1) AS r"
#define WRITE \
	"SELECT r #>> '{meta,version}' FROM scim_update_user($1, jsonb_build_object('userName', " \
	"$1::text, 'nickName', $2::text), $3) AS r"

/* ---- the writes; each ends with fact.is = fact.or, unless the server went ---- */

static void
write_own(Writer *writer)
{
	char		text[32];
	const char *values[] = {writer->user, text, writer->version};
	PGresult   *result;

	writer->value.or = writer->value.is + 1;
	snprintf(text, sizeof(text), "%ld", writer->value.or);
	result = call(writer, WRITE, 3, values);
	if (result == NULL)
	{
		if (!is_gone(writer))
			fail("own user", PQerrorMessage(writer->connection));
		return;
	}
	snprintf(writer->version, VERSION_SIZE, "%s", PQgetvalue(result, 0, 0));
	writer->value.is = writer->value.or;
	PQclear(result);
}

static void
count_up(Writer *writer)
{
	while (!is_gone(writer))
	{
		char		version[VERSION_SIZE];
		char		text[48];
		const char *values[] = {shared, text, version};
		PGresult   *result = call(writer, READ, 1, values);

		if (result == NULL)
			continue;
		snprintf(version, sizeof(version), "%s", PQgetvalue(result, 0, 0));
		snprintf(text, sizeof(text), "%ld by %d", atol(PQgetvalue(result, 0, 1)) + 1,
				 writer->number);
		PQclear(result);
		writer->counted.or = writer->counted.is + 1;
		result = call(writer, WRITE, 3, values);
		if (result != NULL)
		{
			writer->counted.is = writer->counted.or;
			PQclear(result);
			return;
		}
		if (!is_gone(writer))
			writer->counted.or = writer->counted.is;
	}
}

static void
change_member(Writer *writer, long turn)
{
	int			m = (int) (turn % MEMBERS);
	int			g = (int) (turn / MEMBERS % GROUPS);
	Fact	   *fact = &writer->member[m][g];
	const char *values[] = {groups[g], writer->members[m], fact->is ? "remove" : "add"};
	PGresult   *result;

	fact->or = !fact->is;
	result = call(writer,
				  turn % 2 ? "SELECT scim_patch_group($1, "
				  "jsonb_build_array(jsonb_build_object('op', $3::text,"
				  " 'path', 'members', 'value', "
				  "jsonb_build_array(jsonb_build_object('value', $2::text)))))"
				  : fact->is ? "DELETE FROM groups_members WHERE group_id = $1 AND member_id = $2 "
				  "AND $3 <> ''"
				  : "INSERT INTO groups_members (group_id, member_type, member_id) "
				  "SELECT $1, 'User', $2 WHERE $3 <> ''",
				  3, values);
	if (result == NULL)
	{
		if (!is_gone(writer))
			fail("member", PQerrorMessage(writer->connection));
		return;
	}
	fact->is = fact->or;
	PQclear(result);
}

static void *
work(void *argument)
{
	Writer	   *writer = argument;

	for (long turn = 0; !is_gone(writer); turn++)
	{
		write_own(writer);
		if (!is_gone(writer))
			count_up(writer);
		if (!is_gone(writer))
			change_member(writer, turn);
		if (turn == ready)
		{
			pthread_mutex_lock(&lock);
			if (--not_ready == 0)
			{
				printf("ready\n");
				fflush(stdout);
			}
			pthread_mutex_unlock(&lock);
		}
	}
	return NULL;
}

static void
start(Writer *writer, int number, const char *conninfo)
{
	const char *values[] = {writer->user};
	PGresult   *result;

	writer->number = number;
	writer->connection = PQconnectdb(conninfo);
	if (PQstatus(writer->connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(writer->connection));
	PQsetNoticeProcessor(writer->connection, ignore, NULL);
	create(writer, writer->user, NEW_USER);
	for (int m = 0; m < MEMBERS; m++)
		create(writer, writer->members[m], NEW_USER);
	result = call(writer, READ, 1, values);
	snprintf(writer->version, VERSION_SIZE, "%s", result ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	if (number > 0)
		return;
	create(writer, shared, NEW_USER);
	for (int g = 0; g < GROUPS; g++)
		create(writer, groups[g], NEW_GROUP);
}

static void
tell(const Writer *writer)
{
	printf("{\"user\": \"%s\", \"is\": %ld, \"or\": %ld, \"version\": \"%s\"}\n",
		   writer->user, writer->value.is, writer->value.or, writer->version);
	for (int m = 0; m < MEMBERS; m++)
		for (int g = 0; g < GROUPS; g++)
			printf("{\"member\": \"%s\", \"group\": \"%s\", \"is\": %ld, \"or\": %ld}\n",
				   writer->members[m], groups[g], writer->member[m][g].is, writer->member[m][g].or);
}

int
main(int argc, char **argv)
{
	pthread_t	threads[MAX_WRITERS];
	Fact		counted = {0, 0};

	if (argc != 4)
		fail("usage", "crash CONNINFO WRITERS READY");
	writers = not_ready = atoi(argv[2]);
	ready = atoi(argv[3]);
	if (writers < 1 || writers > MAX_WRITERS)
		fail("usage", "1 to 64 writers");
	for (int i = 0; i < writers; i++)
		start(&all[i], i, argv[1]);
	for (int i = 0; i < writers; i++)
		if (pthread_create(&threads[i], NULL, work, &all[i]) != 0)
			fail("threads", "none left");
	for (int i = 0; i < writers; i++)
	{
		pthread_join(threads[i], NULL);
		tell(&all[i]);
		counted.is += all[i].counted.is;
		counted.or += all[i].counted.or;
	}
	printf("{\"counter\": \"%s\", \"is\": %ld, \"or\": %ld}\n", shared, counted.is, counted.or);
	return 0;
}
