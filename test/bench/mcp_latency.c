/*
 * mcp_latency.c
 *		What the bridge adds to a tool call.
 *
 *		mcp_latency CONNINFO BRIDGE USER_ID [ROUNDS]
 *
 * Calls scim_get_user, a conditional scim_update_user and scim_list_users with a
 * filter on userName for one user, and scim_list_users for the first ten of all, by
 * libpq directly (SELECT scim_call_tool($1, $2), by PQexecParams and prepared)
 * and through a scimver-mcp that it starts, alternating call by call in one
 * run (who comes first changes from round to round), and prints one JSON object:
 * p50 and p99 of each in microseconds, what the bridge adds to either way of
 * calling directly, the time from the bridge's start to its first answer from
 * the database (median of several starts), and its resident memory at rest.
 * The update toggles the user's nickName, so each one is an effective change.
 *
 * Build: cc -O2 -D_GNU_SOURCE mcp_latency.c -o mcp_latency \
 *			-I$(pg_config --includedir) -L$(pg_config --libdir) -lpq -ljansson
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 200
#define STARTS 9

/* What is called. */
#define GET 0
#define UPDATE 1
#define LIST 2
#define PAGE 3
#define CALLS 4

/* The ways of making a call. */
#define UNPREPARED 0
#define PREPARED 1
#define BRIDGE 2
#define WAYS 3

typedef struct Bridge
{
	pid_t		pid;			/* the process */
	FILE	   *requests;		/* its standard input */
	FILE	   *answers;		/* its standard output */
	char	   *line;			/* the last answer */
	size_t		capacity;		/* bytes allocated for it */
	long		next_id;		/* id of the next request */
} Bridge;

typedef struct Series
{
	const char *name;			/* what was called, and how */
	double	   *times;			/* microseconds */
	int			count;			/* how many */
} Series;

static void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "mcp_latency: %s: %s\n", what, detail);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void
bridge_start(Bridge *b, const char *path, const char *conninfo)
{
	int			in[2];
	int			out[2];

	memset(b, 0, sizeof(*b));
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		fail("pipe", strerror(errno));
	b->pid = fork();
	if (b->pid < 0)
		fail("fork", strerror(errno));
	if (b->pid == 0)
	{
		if (dup2(in[0], 0) >= 0 && dup2(out[1], 1) >= 0)
			execl(path, path, conninfo, (char *) NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	b->requests = fdopen(in[1], "w");
	b->answers = fdopen(out[0], "r");
	if (b->requests == NULL || b->answers == NULL)
		fail("fdopen", strerror(errno));
}

static const char *
bridge_request(Bridge *b, const char *method, const char *params)
{
	fprintf(b->requests, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"%s\",\"params\":%s}\n",
			++b->next_id, method, params);
	if (fflush(b->requests) != 0 || getline(&b->line, &b->capacity, b->answers) < 0)
		fail("the bridge ended", strerror(errno));
	return b->line;
}

static void
bridge_handshake(Bridge *b)
{
	bridge_request(b, "initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
				   "\"clientInfo\":{\"name\":\"mcp_latency\",\"version\":\"1\"}}");
}

static const char *
bridge_call(Bridge *b, const char *tool, const char *arguments)
{
	static char *params;
	static size_t capacity;
	size_t		needed = strlen(tool) + strlen(arguments) + 40;

	if (needed > capacity)
	{
		params = realloc(params, needed);
		capacity = needed;
		if (params == NULL)
			fail("memory", "none left");
	}
	snprintf(params, capacity, "{\"name\":\"%s\",\"arguments\":%s}", tool, arguments);
	return bridge_request(b, "tools/call", params);
}

static void
bridge_stop(Bridge *b)
{
	fclose(b->requests);
	fclose(b->answers);
	free(b->line);
	waitpid(b->pid, NULL, 0);
}

static long
bridge_resident_kb(const Bridge *b)
{
	char		path[64];
	char		line[256];
	long		kb = -1;
	FILE	   *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int) b->pid);
	status = fopen(path, "r");
	if (status == NULL)
		return -1;
	while (fgets(line, sizeof(line), status) != NULL)
		sscanf(line, "VmRSS: %ld", &kb);
	fclose(status);
	return kb;
}

static PGresult *
direct_call(PGconn *pg, bool prepared, const char *tool, const char *arguments)
{
	const char *values[] = {tool, arguments};
	const Oid	types[] = {25, 25};
	PGresult   *result;

	if (prepared)
		result = PQexecPrepared(pg, "call", 2, values, NULL, NULL, 0);
	else
		result = PQexecParams(pg, "SELECT scim_call_tool($1, $2)", 2, types, values,
							  NULL, NULL, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(tool, PQerrorMessage(pg));
	return result;
}

/* The envelope must be a success, or the figures mean nothing. */
static void
check_success(const char *what, const char *text)
{
	if (strstr(text, "\"success\": true") == NULL && strstr(text, "\"success\":true") == NULL)
		fail(what, text);
}

/* One call, timed, that must succeed; its answer, until the next call. */
static const char *
timed_call(int way, PGconn *pg, Bridge *bridge, const char *tool, const char *arguments,
		   double *time)
{
	static PGresult *result;
	const char *answer;
	double		begin;

	PQclear(result);
	result = NULL;
	begin = now();
	if (way == BRIDGE)
		answer = bridge_call(bridge, tool, arguments);
	else
	{
		result = direct_call(pg, way == PREPARED, tool, arguments);
		answer = PQgetvalue(result, 0, 0);
	}
	*time = now() - begin;
	check_success(tool, answer);
	return answer;
}

/*
 * The arguments of an update with the version that the last answer named; the
 * answers are compact, and each mention of one is that of this user.
 */
static char *
update_arguments(const char *id, json_t *user, const char *answer, int round)
{
	static const char mark[] = "\"version\":\"";
	const char *version = NULL;
	json_t	   *arguments;
	char	   *text;

	for (const char *p = strstr(answer, mark); p != NULL; p = strstr(p + 1, mark))
		version = p + strlen(mark);
	if (version == NULL)
		fail("no version in", answer);
	json_object_set_new(user, "nickName", json_string(round % 2 ? "odd" : "even"));
	arguments = json_pack("{s:s,s:O,s:s%}", "user_id", id, "user_data", user,
						  "expected_version", version, strcspn(version, "\""));
	text = json_dumps(arguments, JSON_COMPACT);
	json_decref(arguments);
	return text;
}

/* The arguments of a list of whoever has the user's userName. */
static char *
list_arguments(json_t *user)
{
	char		filter[512];
	json_t	   *arguments;
	char	   *text;

	snprintf(filter, sizeof(filter), "userName eq \"%s\"",
			 json_string_value(json_object_get(user, "userName")));
	arguments = json_pack("{s:s}", "filter", filter);
	text = json_dumps(arguments, JSON_COMPACT);
	json_decref(arguments);
	return text;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
percentile(Series *s, double p)
{
	qsort(s->times, (size_t) s->count, sizeof(double), compare);
	return s->times[(int) (p * (s->count - 1))];
}

static double
measure_start(const char *path, const char *conninfo, const char *arguments)
{
	double		times[STARTS];
	Series		s = {"start", times, STARTS};

	for (int i = 0; i < STARTS; i++)
	{
		Bridge		b;
		double		begin = now();

		bridge_start(&b, path, conninfo);
		bridge_handshake(&b);
		check_success("first call", bridge_call(&b, "scim_get_user", arguments));
		times[i] = now() - begin;
		bridge_stop(&b);
	}
	return percentile(&s, 0.5);
}

static void
print_series(const char *name, Series *s)
{
	double		unprepared = percentile(&s[UNPREPARED], 0.5);
	double		prepared = percentile(&s[PREPARED], 0.5);
	double		bridge = percentile(&s[BRIDGE], 0.5);

	printf("  \"%s\": {\"direct_p50_us\": %.1f, \"direct_p99_us\": %.1f, "
		   "\"direct_prepared_p50_us\": %.1f, \"direct_prepared_p99_us\": %.1f, "
		   "\"bridge_p50_us\": %.1f, \"bridge_p99_us\": %.1f, "
		   "\"added_p50_us\": %.1f, \"added_to_prepared_p50_us\": %.1f},\n",
		   name, unprepared, percentile(&s[UNPREPARED], 0.99), prepared,
		   percentile(&s[PREPARED], 0.99), bridge, percentile(&s[BRIDGE], 0.99),
		   bridge - unprepared, bridge - prepared);
}

int
main(int argc, char **argv)
{
	int			rounds = argc > 4 ? atoi(argv[4]) : 2000;
	char		get[256];
	static const char *const names[CALLS] = {"get", "update", "list", "page"};
	static const char *const tools[CALLS] = {"scim_get_user", "scim_update_user",
	"scim_list_users", "scim_list_users"};
	char		page[] = "{\"count\":10}";
	Series		series[CALLS][WAYS];
	Bridge		bridge;
	PGconn	   *pg;
	PGresult   *result;
	json_t	   *envelope;
	json_t	   *user;
	char	   *arguments[CALLS];
	double		start_us;
	long		resident;
	int			writes = 0;

	if (argc < 4 || rounds < 1 || strlen(argv[3]) > 128)
		fail("usage", "mcp_latency CONNINFO BRIDGE USER_ID [ROUNDS]");
	signal(SIGPIPE, SIG_IGN);
	snprintf(get, sizeof(get), "{\"user_id\":\"%s\"}", argv[3]);
	pg = PQconnectdb(argv[1]);
	if (PQstatus(pg) != CONNECTION_OK)
		fail("connect", PQerrorMessage(pg));
	for (int i = 0; i < CALLS * WAYS; i++)
	{
		Series	   *s = &series[i / WAYS][i % WAYS];

		s->times = malloc(sizeof(double) * (size_t) rounds);
		s->count = rounds;
		if (s->times == NULL)
			fail("memory", "none left");
	}

	PQclear(PQprepare(pg, "call", "SELECT scim_call_tool($1, $2)", 2, NULL));
	result = direct_call(pg, false, "scim_get_user", get);
	check_success("get", PQgetvalue(result, 0, 0));
	envelope = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	user = json_object_get(envelope, "content");
	json_object_del(user, "meta");
	json_object_del(user, "_version");
	arguments[GET] = get;
	arguments[UPDATE] = update_arguments(argv[3], user, PQgetvalue(result, 0, 0), 0);
	arguments[LIST] = list_arguments(user);
	arguments[PAGE] = page;
	PQclear(result);

	start_us = measure_start(argv[2], argv[1], get);
	bridge_start(&bridge, argv[2], argv[1]);
	bridge_handshake(&bridge);
	for (int i = -WARM_UP; i < rounds; i++)
	{
		for (int call = 0; call < CALLS; call++)
		{
			for (int turn = 0; turn < WAYS; turn++)
			{
				int			way = (turn + i + WARM_UP) % WAYS;
				double		time;
				const char *answer = timed_call(way, pg, &bridge, tools[call], arguments[call],
												&time);

				if (call == UPDATE)
				{
					free(arguments[UPDATE]);
					arguments[UPDATE] = update_arguments(argv[3], user, answer, ++writes);
				}
				if (i >= 0)
					series[call][way].times[i] = time;
			}
		}
	}
	resident = bridge_resident_kb(&bridge);
	bridge_stop(&bridge);
	PQfinish(pg);

	printf("{\n");
	for (int call = 0; call < CALLS; call++)
		print_series(names[call], series[call]);
	printf("  \"start_to_first_answer_ms\": %.1f,\n  \"resident_kb\": %ld,\n  \"rounds\": %d\n}\n",
		   start_us / 1000, resident, rounds);
	json_decref(envelope);
	free(arguments[UPDATE]);
	free(arguments[LIST]);
	return 0;
}
