/*
 * rate.c
 *		How often a second do several ways of doing the same run?
 *
 *		rate CONNINFO CLIENTS ROUNDS SLICE_MS WAY...
 *		rate CONNINFO answers WAY...
 *
 * In each round every way runs for one slice, with all clients at once, in an
 * order that rotates from round to round; so whatever else the machine does
 * meets all of them alike.  Prints one JSON object: for each way its rates, one
 * for each round.  The first round is warm-up and not told.
 *
 * Only the statement itself is timed; a way may have a second statement that
 * undoes the first.  Ways are listed in "ways" below.  "answers" prints what
 * each way answers for one user.
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_WAYS 16
#define MAX_CLIENTS 64
#define VERSION_SIZE 80

/* What the parameters of a statement are. */
typedef enum Parameters
{
	TENANT_ID,					/* $1 tenant, $2 id */
	TENANT_ID_CHANGE,			/* and $3 {"nickName": another} */
	TENANT_ID_DOCUMENT,			/* and $3 another document */
	TENANT_ID_DOCUMENT_VERSION, /* and $4 the version that the row has */
	NEW_MEMBER,					/* $1 id of a user who is not in the group: see groups.sql */
	OLD_MEMBER,					/* $1 id of a user who is in the large group */
	TENANT_NAME,				/* $1 tenant, $2 a userName, which is a work address too: see
								 * scim.sql */
	TENANT_NAME_FILTER,			/* $1 tenant, $2 userName eq "..." */
	TENANT_MAIL_FILTER,			/* $1 tenant, $2 emails[type eq "work" and value eq "..."] */
	ID_NAME,					/* $1 id, $2 another nickName */
	NOTHING,
} Parameters;

typedef struct Way
{
	const char *name;
	Parameters	parameters;
	const char *sql;
	const char *undo;			/* same parameters; not timed */
	int			version_column; /* of the result: the new version; -1: none */
} Way;

#define CHANGE(table) \
	"UPDATE " table " SET data = data || $3::jsonb WHERE tenant_id = $1 AND id = $2::uuid"
#define REPLACE(table) \
	"UPDATE " table " SET data = $3::jsonb WHERE tenant_id = $1 AND id = $2::uuid"
#define SAME(table) \
	"UPDATE " table " SET data = data || jsonb_build_object('nickName', data -> 'nickName')" \
	" WHERE tenant_id = $1 AND id = $2::uuid"
#define GROUPS_OF(user) \
	"(SELECT jsonb_agg(jsonb_build_object('value', m.group_id, 'display', g.data ->> " \
	"'displayName', 'type', 'direct')" \
	" ORDER BY m.group_id) FROM groups_members m JOIN groups g ON g.tenant_id = m.tenant_id AND " \
	"g.id = m.group_id" \
	" WHERE m.tenant_id = " user ".tenant_id AND m.user_id = " user ".id)"
#define SAVE_STAFF \
	"UPDATE staff SET nick_name = $2, login = login, first_name = first_name, last_name = " \
	"last_name, title = title, email = email," \
	" mobile = mobile, department = department, cost_center = cost_center, locale = locale, " \
	"status = status WHERE id = $1::bigint"
#define CHANGE_STAFF(table) "UPDATE " table " SET nick_name = $2 WHERE id = $1::bigint"
#define SMALL "'00000000-0000-4000-8000-000000000010'"
#define LARGE "'00000000-0000-4000-8000-000000050000'"
#define ADD(group) \
	"INSERT INTO groups_members (group_id, member_type, member_id) VALUES (" group \
	", 'User', $1::uuid)"
#define PATCH(group) \
	"SELECT scim_patch_group(" group \
	", jsonb_build_array(jsonb_build_object('op', 'add', 'path', 'members'," \
	" 'value', jsonb_build_array(jsonb_build_object('value', $1::text)))))"
#define REMOVE_FROM(table, group) \
	"DELETE FROM " table " WHERE tenant_id = 'default' AND group_id = " group \
	" AND member_type = 'User' AND member_id = $1::uuid"
#define REMOVE(group) REMOVE_FROM("groups_members", group)
#define ADD_BARE(group) \
	"INSERT INTO bare_members (group_id, member_type, member_id) VALUES (" group \
	", 'User', $1::uuid)"

/* A list by hand: the same as ours, but for its version. */
#define UTC(time) "to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
#define SHOWN_GROUPS \
	"(SELECT jsonb_agg(jsonb_build_object('value', m.group_id, '$ref', '/Groups/' || m.group_id, " \
	"'display', g.data ->> 'displayName', 'type', 'direct')" \
	" ORDER BY m.group_id) FROM groups_members m JOIN groups g ON g.tenant_id = m.tenant_id AND " \
	"g.id = m.group_id WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id)"
#define LIST_BY_HAND(condition) \
	"SELECT jsonb_build_object('schemas', " \
	"'[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"]'::jsonb, 'totalResults', count(*)," \
	" 'startIndex', 1, 'itemsPerPage', count(*), 'Resources', coalesce(jsonb_agg(u.resource " \
	"ORDER BY u.id), '[]'))" \
	" FROM (SELECT u.id, u.data || jsonb_build_object('id', u.id, 'groups', " SHOWN_GROUPS \
	", 'meta', jsonb_build_object('resourceType', 'User'," \
	" 'created', " UTC("u.created") ", 'lastModified', " UTC( \
		"u.last_modified") ", 'version', u.version, 'location', '/Users/' || u.id)) AS resource" \
						   " FROM users u WHERE u.tenant_id = $1 AND " condition \
						   " ORDER BY u.id LIMIT 100) AS u"
#define HAS_MAIL(fold) \
	"EXISTS (SELECT FROM jsonb_array_elements(u.data -> 'emails') e WHERE " fold \
	"(e ->> 'type') = 'work' AND " fold "(e ->> 'value') = " fold "($2))"
#define LIST "SELECT scim_list_users($2, tenant_id => $1)"
#define PAGE(arguments, place) \
	"SELECT scim_list_users(" arguments \
	"count => 100, cursor => (SELECT cursor FROM bench_cursor WHERE place = '" place "'))"

#define ADD_TO_TEAM(table) "INSERT INTO " table " VALUES (1, $1::bigint)"
#define REMOVE_FROM_TEAM(table) "DELETE FROM " table " WHERE team = 1 AND person = $1::bigint"

static const Way ways[] = {
	{"change_users", TENANT_ID_CHANGE, CHANGE("users"), NULL, -1},
	{"change_bare", TENANT_ID_CHANGE, CHANGE("bare"), NULL, -1},
	{"change_nothing_c", TENANT_ID_CHANGE, CHANGE("nothing_c"), NULL, -1},
	{"change_nothing_pl", TENANT_ID_CHANGE, CHANGE("nothing_pl"), NULL, -1},
	{"change_hashed", TENANT_ID_CHANGE, CHANGE("hashed"), NULL, -1},
	{"replace_users", TENANT_ID_DOCUMENT, REPLACE("users"), NULL, -1},
	{"replace_bare", TENANT_ID_DOCUMENT, REPLACE("bare"), NULL, -1},
	{"same_users", TENANT_ID, SAME("users"), NULL, -1},
	{"same_nothing_c", TENANT_ID, SAME("nothing_c"), NULL, -1},
	{"same_nothing_pl", TENANT_ID, SAME("nothing_pl"), NULL, -1},
	{"update_function", TENANT_ID_DOCUMENT_VERSION,
		"SELECT r, r #>> '{meta,version}' FROM scim_update_user($2, $3::jsonb, $4, "
		"tenant_id => "
		"$1) "
		"AS r",
	NULL, 1},
	{"update_by_hand", TENANT_ID_DOCUMENT_VERSION,
		REPLACE("users") " AND version = $4"
		" RETURNING data, version, id, revision, created, last_modified",
	NULL, 1},
	{"update_by_hand_groups", TENANT_ID_DOCUMENT_VERSION,
		REPLACE("users") " AND version = $4"
		" RETURNING data, version, id, revision, created, "
		"last_modified, " GROUPS_OF("users"),
	NULL, 1},
	{"get_function", TENANT_ID, "SELECT scim_get_user($2, tenant_id => $1)", NULL, -1},
	{"get_by_hand", TENANT_ID,
		"SELECT u.id, u.data, u.version, u.revision, u.created, "
		"u.last_modified, " GROUPS_OF("u") " FROM users u WHERE u.tenant_id = $1 AND u.id "
		"= $2::uuid",
	NULL, -1},
	{"add_small", NEW_MEMBER, ADD(SMALL), REMOVE(SMALL), -1},
	{"add_large", NEW_MEMBER, ADD(LARGE), REMOVE(LARGE), -1},
	{"patch_small", NEW_MEMBER, PATCH(SMALL), REMOVE(SMALL), -1},
	{"patch_large", NEW_MEMBER, PATCH(LARGE), REMOVE(LARGE), -1},
	{"add_function", NEW_MEMBER, "SELECT scim_add_members(" LARGE ", ARRAY[$1::text])",
	REMOVE(LARGE), -1},
	{"add_bare", NEW_MEMBER, ADD_BARE(LARGE), REMOVE_FROM("bare_members", LARGE), -1},
	{"remove_function", OLD_MEMBER,
	"SELECT scim_remove_members(" LARGE ", ARRAY[$1::text])", ADD(LARGE), -1},
	{"remove_bare", OLD_MEMBER, REMOVE_FROM("bare_members", LARGE), ADD_BARE(LARGE),
	-1},
	{"name_function", TENANT_NAME_FILTER, LIST, NULL, -1},
	{"name_by_hand", TENANT_NAME, LIST_BY_HAND("u.user_name = scim_fold($2)"), NULL,
	-1},
	{"name_scan", TENANT_NAME, LIST_BY_HAND("lower(u.data ->> 'userName') = lower($2)"),
	NULL, -1},
	{"mail_function", TENANT_MAIL_FILTER, LIST, NULL, -1},
	{"mail_by_hand", TENANT_NAME,
	LIST_BY_HAND("u.emails @= scim_fold($2) AND " HAS_MAIL("scim_fold")), NULL, -1},
	{"mail_scan", TENANT_NAME, LIST_BY_HAND(HAS_MAIL("lower")), NULL, -1},
	{"team_add", NEW_MEMBER, ADD_TO_TEAM("teams_staff"),
	REMOVE_FROM_TEAM("teams_staff"), -1},
	{"team_add_bare", NEW_MEMBER, ADD_TO_TEAM("teams_staff_bare"),
	REMOVE_FROM_TEAM("teams_staff_bare"), -1},
	{"team_sum", NOTHING,
		"SELECT count(sha256(convert_to('{\"type\":\"User\",\"value\":\"' || person || "
		"'\"}', "
		"'UTF8'))) FROM teams_staff WHERE team = 1",
	NULL, -1},
	{"staff_change", ID_NAME, CHANGE_STAFF("staff"), NULL, -1},
	{"staff_change_bare", ID_NAME, CHANGE_STAFF("staff_bare"), NULL, -1},
	{"staff_function", TENANT_ID_DOCUMENT_VERSION,
		"SELECT r, r #>> '{meta,version}' FROM scim_update_user($2, $3::jsonb, $4, "
		"tenant_id => "
		"$1) "
		"AS r",
	NULL, 1},
	{"staff_save", ID_NAME, SAVE_STAFF " RETURNING id, scim_version", NULL, 1},
	{"staff_by_hand", ID_NAME, CHANGE_STAFF("staff") " RETURNING id, scim_version",
	NULL, 1},
	{"page_first", NOTHING, PAGE("", "first"), NULL, -1},
	{"page_deep", NOTHING, PAGE("", "id"), NULL, -1},
	{"sorted_first", NOTHING, PAGE("sort_by => 'userName', ", "first"), NULL, -1},
	{"sorted_deep", NOTHING, PAGE("sort_by => 'userName', ", "userName"), NULL, -1},
};

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

static const char *conninfo;
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
	PGresult   *result = PQexec(connection, documents ? "SELECT id, version, data ->> 'userName', "
								"data FROM users ORDER BY id"
								: "SELECT id, version, data ->> 'userName' "
								"FROM users ORDER BY id");

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail("users", PQerrorMessage(connection));
	user_count = PQntuples(result);
	users = calloc((size_t) user_count, sizeof(User));
	if (users == NULL || user_count < MAX_CLIENTS)
		fail("users", "too few");
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
	long		first = parameters == NEW_MEMBER ? half : 0;
	long		end = parameters == OLD_MEMBER ? (half < 50000 ? half : 50000) : user_count;
	long		share = (end - first) / clients;

	return &users[first + (long) (next_random(client) % (unsigned long long) share) * clients +
				  client->number];
}

static PGresult *
run(Client *client, const Way *way, const char *suffix, int count, const char *const *values)
{
	char		name[64];
	PGresult   *result;

	snprintf(name, sizeof(name), "%s%s", way->name, suffix);
	result = PQexecPrepared(client->connection, name, count, values, NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		fail(way->name, PQerrorMessage(client->connection));
	if (strcmp(PQcmdTuples(result), "1") != 0)
		fail(way->name, "no row, or more than one");
	return result;
}

/* Runs the way once; what the first column of its answer says, until the next step. */
static const char *
step(Client *client, const Way *way)
{
	static __thread char answer[65536];
	User	   *user = choose_user(client, way->parameters);
	char		change[48];
	char		nick[20];
	char		filter[512];
	const char *values[4] = {"default", user->id, change, user->version};
	int			count = 2;
	PGresult   *result;
	double		begin;

	snprintf(nick, sizeof(nick), "%08llx", next_random(client) & 0xffffffff);
	snprintf(change, sizeof(change), "{\"nickName\": \"%s\"}", nick);
	if (way->parameters == TENANT_ID_CHANGE)
		count = 3;
	if (way->parameters == TENANT_ID_DOCUMENT || way->parameters == TENANT_ID_DOCUMENT_VERSION)
	{
		memcpy(user->nick, nick, 8);
		values[2] = user->document;
		count = way->parameters == TENANT_ID_DOCUMENT ? 3 : 4;
	}
	if (way->parameters == NEW_MEMBER || way->parameters == OLD_MEMBER)
	{
		values[0] = user->id;
		count = 1;
	}

	if (way->parameters == ID_NAME)
	{
		values[0] = user->id;
		values[1] = nick;
		count = 2;
	}
	if (way->parameters == TENANT_NAME)
		values[1] = user->name;
	if (way->parameters == TENANT_NAME_FILTER || way->parameters == TENANT_MAIL_FILTER)
	{
		snprintf(filter, sizeof(filter),
				 way->parameters == TENANT_NAME_FILTER
				 ? "userName eq \"%s\""
				 : "emails[type eq \"work\" and value eq \"%s\"]",
				 user->name);
		values[1] = filter;
	}
	if (way->parameters == NOTHING)
		count = 0;

	begin = now();
	result = run(client, way, "", count, values);
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
		PQclear(run(client, way, "_undo", count, values));
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
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
	{
		if (strcmp(ways[i].name, name) == 0 && chosen_count < MAX_WAYS)
		{
			chosen[chosen_count++] = &ways[i];
			return;
		}
	}
	fail("no such way", name);
}

/* What each way answers, for the same user. */
static void
print_answers(void)
{
	Client		client = {.connection = connect_now()};

	clients = 1;
	load_users();
	for (int w = 0; w < chosen_count; w++)
	{
		client.random = 88172645463325252ULL;
		prepare(&client, chosen[w]);
		printf("%s\n", step(&client, chosen[w]));
	}
	PQfinish(client.connection);
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
