/*
 * rate.c
 *		How often a second do several ways of doing the same run?
 *
 *		rate CONNINFO CLIENTS ROUNDS SLICE_MS WAY...
 *		rate CONNINFO answers WAY...
 *		rate CONNINFO input TENANT FIRST COUNT WAY
 *
 * In each round every way runs for one slice, with all clients at once, in an
 * order that rotates from round to round; so whatever else the machine does
 * meets all of them alike.  Prints one JSON object: for each way its rates, one
 * for each round.  The first round is warm-up and not told.
 *
 * Only the statement itself is timed; a way may have a second statement that
 * undoes the first.  Ways are listed in rate_ways.c.  "answers" prints what
 * each way answers for one user.  "input" runs nothing: it prints the way's
 * statements for COUNT users of a tenant, in the order in which they were made from
 * the FIRST (0), as a single-user backend reads them, a line each.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rate_ways.h"

#define MAX_WAYS 16
#define MAX_CLIENTS 64
#define VERSION_SIZE 80
#define LIST_SIZE (MANY * 37 + 2)

typedef struct User
{
	char		id[37];
	char		version[VERSION_SIZE];	/* in table users */
	char	   *name;			/* userName */
	char	   *document;		/* where a way needs it */
	char	   *nick;			/* where in it the nickName's 8 characters are */
} User;

typedef struct Client
{
	int			number;
	PGconn	   *connection;
	unsigned long long random;	/* state of the generator */
	long		done;			/* statements of the last slice */
	double		busy;			/* seconds that they took */
} Client;

/* The values of a statement's parameters, and room for those that are made. */
typedef struct Arguments
{
	const char *values[4];
	int			count;
	char		nick[20];		/* a nickName that nobody has */
	char		change[128];	/* a document or operations with it */
	char		text[LIST_SIZE];	/* a filter, or a list of ids */
} Arguments;

static const char *conninfo;
static const char *tenant = "default";
static const char *order = "id";
static int	clients;
static int	rounds;
static double slice;			/* seconds */
static const Way *chosen[MAX_WAYS];
static int	chosen_count;
static User *users;
static long user_count;
static pthread_barrier_t barrier;
static int	current_way;		/* of chosen */

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "rate: %s: %s\n", what, detail);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static PGconn *
connect_now(void)
{
	PGconn	   *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection));
	return connection;
}

/* Documents of many users take much memory. */
static bool
need_documents(void)
{
	for (int i = 0; i < chosen_count; i++)
	{
		if (chosen[i]->parameters == TENANT_ID_DOCUMENT ||
			chosen[i]->parameters == TENANT_ID_DOCUMENT_VERSION)
			return true;
	}
	return false;
}

static void
load_users(void)
{
	bool		documents = need_documents();
	PGconn	   *connection = connect_now();
	PGresult   *result;
	char		sql[256];

	snprintf(sql, sizeof(sql),
			 "SELECT id, version, data ->> 'userName'%s FROM users"
			 " WHERE tenant_id = $1 ORDER BY %s",
			 documents ? ", data" : "", order);
	result = PQexecParams(connection, sql, 1, NULL, &tenant, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("users", PQerrorMessage(connection));
	user_count = PQntuples(result);
	users = calloc((size_t) user_count, sizeof(User));
	if (users == NULL)
		fail("users", "out of memory");
	for (long i = 0; i < user_count; i++)
	{
		static const char mark[] = "\"nickName\": \"";
		User	   *user = &users[i];

		snprintf(user->id, sizeof(user->id), "%s", PQgetvalue(result, (int) i, 0));
		snprintf(user->version, sizeof(user->version), "%s", PQgetvalue(result, (int) i, 1));
		user->name = strdup(PQgetvalue(result, (int) i, 2));
		if (!documents)
			continue;
		user->document = strdup(PQgetvalue(result, (int) i, 3));
		user->nick = strstr(user->document, mark);
		if (user->nick == NULL)
			fail("user without nickName", user->document);
		user->nick += strlen(mark);
	}
	PQclear(result);
	PQfinish(connection);
}

/* ---- one statement ---- */

static unsigned long long
next_random(Client *client)
{
	client->random ^= client->random << 13;
	client->random ^= client->random >> 7;
	client->random ^= client->random << 17;
	return client->random;
}

/*
 * Each client has users of its own: conflicts are not what is measured here.
 * The first half of all users, up to 50,000, are members of the large group.
 */
static User *
choose_user(Client *client, Parameters parameters)
{
	long		half = user_count / 2;
	long		first = parameters == NEW_MEMBER || parameters == NEW_MEMBERS ? half : 0;
	long		end = parameters == OLD_MEMBER ? (half < 50000 ? half : 50000)
	: parameters == NEW_MEMBERS ? user_count - MANY : user_count;
	long		share = (end - first) / clients;

	return &users[first + (long) (next_random(client) % (unsigned long long) share) * clients +
				  client->number];
}

/* The ids of MANY users from this one on, as the text of an array. */
static void
list_ids(const User *user, char *list)
{
	for (int i = 0; i < MANY; i++)
		list += sprintf(list, "%c%s", i ? ',' : '{', user[i].id);
	strcpy(list, "}");
}

/* What the statement is given for a user, whose nickName is then another one. */
static void
set_arguments(Arguments *a, const Way *way, User *user, unsigned long long nick)
{
	const char *mail = "emails[type eq \"work\" and value eq \"%s\"]";
	const char *patch = "[{\"op\": \"replace\", \"path\": \"nickName\", \"value\": \"%s\"}]";
	Parameters	p = way->parameters;

	snprintf(a->nick, sizeof(a->nick), "%08llx", nick & 0xffffffff);
	snprintf(a->change, sizeof(a->change),
			 p == TENANT_ID_PATCH_VERSION ? patch : "{\"nickName\": \"%s\"}", a->nick);
	a->values[0] = tenant;
	a->values[1] = user->id;
	a->values[2] = a->change;
	a->values[3] = user->version;
	a->count = 2;
	switch (p)
	{
		case TENANT_ID:
			break;
		case TENANT_ID_CHANGE:
			a->count = 3;
			break;
		case TENANT_ID_DOCUMENT:
		case TENANT_ID_DOCUMENT_VERSION:
			memcpy(user->nick, a->nick, 8);
			a->values[2] = user->document;
			a->count = p == TENANT_ID_DOCUMENT ? 3 : 4;
			break;
		case TENANT_ID_CHANGE_VERSION:
		case TENANT_ID_PATCH_VERSION:
			a->count = 4;
			break;
		case NEW_MEMBER:
		case OLD_MEMBER:
			a->values[0] = user->id;
			a->count = 1;
			break;
		case NEW_MEMBERS:
			list_ids(user, a->text);
			a->values[0] = a->text;
			a->count = 1;
			break;
		case ID_NAME:
			a->values[0] = user->id;
			a->values[1] = a->nick;
			break;
		case TENANT_NAME:
			a->values[1] = user->name;
			break;
		case TENANT_NAME_FILTER:
		case TENANT_MAIL_FILTER:
			snprintf(a->text, sizeof(a->text),
					 p == TENANT_NAME_FILTER ? "userName eq \"%s\"" : mail, user->name);
			a->values[1] = a->text;
			break;
		case TENANT:
			a->count = 1;
			break;
		case NOTHING:
			a->count = 0;
			break;
	}
}

static PGresult *
run(Client *client, const Way *way, const char *suffix, const Arguments *a)
{
	char		name[64];
	PGresult   *result;
	int			rows;

	snprintf(name, sizeof(name), "%s%s", way->name, suffix);
	result = PQexecPrepared(client->connection, name, a->count, a->values, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(way->name, PQerrorMessage(client->connection));
	rows = atoi(PQcmdTuples(result));
	if (rows != 1 &&
		(rows != MANY || (way->parameters != NEW_MEMBERS && way->parameters != TENANT)))
		fail(way->name, "not as many rows as there should be");
	return result;
}

/* Runs the way once; what the first column of its answer says, until the next step. */
static const char *
step(Client *client, const Way *way)
{
	static __thread char answer[65536];
	static __thread Arguments a;
	User	   *user = choose_user(client, way->parameters);
	PGresult   *result;
	double		begin;

	set_arguments(&a, way, user, next_random(client));
	begin = now();
	result = run(client, way, "", &a);
	client->busy += now() - begin;
	client->done++;
	if (way->version_column >= 0)
		snprintf(user->version, sizeof(user->version), "%s",
				 PQgetvalue(result, 0, way->version_column));
	answer[0] = '\0';
	if (PQntuples(result) > 0)
		snprintf(answer, sizeof(answer), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	if (way->undo)
		PQclear(run(client, way, "_undo", &a));
	return answer;
}

/* ---- clients ---- */

static void
prepare(Client *client, const Way *way)
{
	char		name[64];

	snprintf(name, sizeof(name), "%s_undo", way->name);
	for (int i = 0; i < 2; i++)
	{
		const char *sql = i ? way->undo : way->sql;
		PGresult   *result;

		if (sql == NULL)
			continue;
		result = PQprepare(client->connection, i ? name : way->name, sql, 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			fail(way->name, PQerrorMessage(client->connection));
		PQclear(result);
	}
}

static void *
work(void *argument)
{
	Client	   *client = argument;

	for (;;)
	{
		double		end;

		pthread_barrier_wait(&barrier);
		if (current_way < 0)
			return NULL;
		client->done = 0;
		client->busy = 0;
		end = now() + slice;
		while (now() < end)
			step(client, chosen[current_way]);
		pthread_barrier_wait(&barrier);
	}
}

/* A slice of one way with all clients: statements a second. */
static double
run_slice(Client *all, int way)
{
	double		rate = 0;

	current_way = way;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < clients; i++)
		rate += (double) all[i].done / all[i].busy;
	return rate;
}

static void
choose(const char *name)
{
	const Way  *way = find_way(name);

	if (way == NULL || chosen_count == MAX_WAYS)
		fail("no such way", name);
	chosen[chosen_count++] = way;
}

/* What each way answers, for the same user. */
static void
print_answers(void)
{
	Client		client = {.connection = connect_now()};

	clients = 1;
	load_users();
	if (user_count == 0)
		fail("users", "too few");
	for (int w = 0; w < chosen_count; w++)
	{
		client.random = 88172645463325252ULL;
		prepare(&client, chosen[w]);
		printf("%s\n", step(&client, chosen[w]));
	}
	PQfinish(client.connection);
}

/* A way's statements, for so many users from the first on. */
static void
print_input(const Way *way, long first, long count)
{
	static Arguments a;
	long		each = way->parameters == NEW_MEMBERS ? MANY : 1;

	/* who lies beside whom in the table is in the same part of a run */
	order = "data ->> 'externalId', id";
	load_users();
	if (first < 0 || count < 1 || first + count * each > user_count)
		fail("users", "too few");
	printf("PREPARE %s AS %s\n", way->name, way->sql);
	for (long i = 0; i < count; i++)
	{
		set_arguments(&a, way, &users[first + i * each], (unsigned long long) i);
		printf("EXECUTE %s", way->name);
		for (int k = 0; k < a.count; k++)
		{
			printf("%s'", k ? ", " : " (");
			for (const char *c = a.values[k]; *c; c++)
				printf(*c == '\'' ? "''" : "%c", *c);
			printf("'");
		}
		printf("%s\n", a.count ? ")" : "");
	}
}

int
main(int argc, char **argv)
{
	static Client all[MAX_CLIENTS];
	static double rates[MAX_WAYS][1000];
	pthread_t	threads[MAX_CLIENTS];

	if (argc > 3 && strcmp(argv[2], "answers") == 0)
	{
		conninfo = argv[1];
		for (int i = 3; i < argc; i++)
			choose(argv[i]);
		print_answers();
		return 0;
	}
	if (argc == 7 && strcmp(argv[2], "input") == 0)
	{
		conninfo = argv[1];
		tenant = argv[3];
		choose(argv[6]);
		print_input(chosen[0], atol(argv[4]), atol(argv[5]));
		return 0;
	}
	if (argc < 6)
		fail("usage", "rate CONNINFO CLIENTS ROUNDS SLICE_MS WAY...");
	conninfo = argv[1];
	clients = atoi(argv[2]);
	rounds = atoi(argv[3]);
	slice = atoi(argv[4]) / 1000.0;
	if (clients < 1 || clients > MAX_CLIENTS || rounds < 1 || rounds > 1000 || slice <= 0)
		fail("usage", "1 to 64 clients, 1 to 1000 rounds");
	for (int i = 5; i < argc; i++)
		choose(argv[i]);

	load_users();
	if (user_count < MAX_CLIENTS)
		fail("users", "too few");
	pthread_barrier_init(&barrier, NULL, (unsigned) clients + 1);
	for (int i = 0; i < clients; i++)
	{
		all[i].number = i;
		all[i].random = 88172645463325252ULL + (unsigned long long) i * 7919 +
			(unsigned long long) (now() * 1e6);
		all[i].connection = connect_now();
		for (int w = 0; w < chosen_count; w++)
			prepare(&all[i], chosen[w]);
		if (pthread_create(&threads[i], NULL, work, &all[i]) != 0)
			fail("threads", "none left");
	}
	for (int round = -1; round < rounds; round++)
	{
		for (int w = 0; w < chosen_count; w++)
		{
			int			way = (w + round + 1) % chosen_count;
			double		rate = run_slice(all, way);

			if (round >= 0)
				rates[way][round] = rate;
		}
	}
	current_way = -1;
	pthread_barrier_wait(&barrier);

	printf("{\"clients\": %d", clients);
	for (int w = 0; w < chosen_count; w++)
	{
		printf(", \"%s\": [", chosen[w]->name);
		for (int round = 0; round < rounds; round++)
			printf("%s%.1f", round ? ", " : "", rates[w][round]);
		printf("]");
	}
	printf("}\n");
	for (int i = 0; i < clients; i++)
	{
		pthread_join(threads[i], NULL);
		PQfinish(all[i].connection);
	}
	return 0;
}
