/*
 * mcp_latency.c
 *		What the bridge adds to a tool call.
 *
 *		mcp_latency CONNINFO BRIDGE USER_ID [ROUNDS]
 *
 * Calls scim_get_user and a conditional scim_update_user for one user, by
 * libpq directly (SELECT scim_call_tool($1, $2)) and through a scimver-mcp that
 * it starts, alternating call by call in one run, and prints one JSON object:
 * p50 and p99 of each in microseconds, their difference, the time from the
 * bridge's start to its first answer from the database (median of several
 * starts), and the bridge's resident memory at rest.  The update toggles the
 * user's nickName, so each one is an effective change; it ends as it began
 * when the number of rounds is even.
 *
 * Build: cc -O2 -D_GNU_SOURCE mcp_latency.c -o mcp_latency \
 *			-I$(pg_config --includedir) -L$(pg_config --libdir) -lpq -ljansson
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 200
#define STARTS 9

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
direct_call(PGconn *pg, const char *tool, const char *arguments)
{
	const char *values[] = {tool, arguments};
	const Oid	types[] = {25, 25};
	PGresult   *result = PQexecParams(pg, "SELECT scim_call_tool($1, $2)", 2, types, values,
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

/* The arguments of an update with the version that the last answer named. */
static char *
update_arguments(const char *id, json_t *user, const char *answer, int round)
{
	static const char mark[] = "\"version\": \"";
	const char *version = NULL;
	json_t	   *arguments;
	char	   *text;

	/* the last one is metadata.version: content comes first */
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
print_pair(const char *name, Series *direct, Series *bridge, const char *end)
{
	double		d50 = percentile(direct, 0.5);
	double		b50 = percentile(bridge, 0.5);

	printf("  \"%s\": {\"direct_p50_us\": %.1f, \"direct_p99_us\": %.1f, \"bridge_p50_us\": %.1f, "
		   "\"bridge_p99_us\": %.1f, \"added_p50_us\": %.1f},\n%s",
		   name, d50, percentile(direct, 0.99), b50, percentile(bridge, 0.99), b50 - d50, end);
}

int
main(int argc, char **argv)
{
	int			rounds = argc > 4 ? atoi(argv[4]) : 2000;
	char		get[256];
	Series		series[4];
	Bridge		bridge;
	PGconn	   *pg;
	PGresult   *result;
	json_t	   *envelope;
	json_t	   *user;
	char	   *arguments;
	double		begin;
	double		start_us;
	long		resident;

	if (argc < 4 || rounds < 1 || strlen(argv[3]) > 128)
		fail("usage", "mcp_latency CONNINFO BRIDGE USER_ID [ROUNDS]");
	signal(SIGPIPE, SIG_IGN);
	snprintf(get, sizeof(get), "{\"user_id\":\"%s\"}", argv[3]);
	pg = PQconnectdb(argv[1]);
	if (PQstatus(pg) != CONNECTION_OK)
		fail("connect", PQerrorMessage(pg));
	for (int i = 0; i < 4; i++)
	{
		series[i].times = malloc(sizeof(double) * (size_t) rounds);
		series[i].count = rounds;
		if (series[i].times == NULL)
			fail("memory", "none left");
	}

	result = direct_call(pg, "scim_get_user", get);
	check_success("get", PQgetvalue(result, 0, 0));
	envelope = json_loads(PQgetvalue(result, 0, 0), 0, NULL);
	user = json_object_get(envelope, "content");
	json_object_del(user, "meta");
	json_object_del(user, "_version");
	arguments = update_arguments(argv[3], user, PQgetvalue(result, 0, 0), 0);
	PQclear(result);

	start_us = measure_start(argv[2], argv[1], get);
	bridge_start(&bridge, argv[2], argv[1]);
	bridge_handshake(&bridge);
	for (int i = -WARM_UP; i < rounds; i++)
	{
		double		times[4];
		const char *line;

		begin = now();
		result = direct_call(pg, "scim_get_user", get);
		times[0] = now() - begin;
		free(arguments);
		arguments = update_arguments(argv[3], user, PQgetvalue(result, 0, 0), i);
		PQclear(result);

		begin = now();
		line = bridge_call(&bridge, "scim_get_user", get);
		times[1] = now() - begin;
		check_success("get through the bridge", line);

		begin = now();
		result = direct_call(pg, "scim_update_user", arguments);
		times[2] = now() - begin;
		check_success("update", PQgetvalue(result, 0, 0));
		free(arguments);
		arguments = update_arguments(argv[3], user, PQgetvalue(result, 0, 0), i + 1);
		PQclear(result);

		begin = now();
		line = bridge_call(&bridge, "scim_update_user", arguments);
		times[3] = now() - begin;
		check_success("update through the bridge", line);
		for (int s = 0; s < 4 && i >= 0; s++)
			series[s].times[i] = times[s];
	}
	resident = bridge_resident_kb(&bridge);
	bridge_stop(&bridge);
	PQfinish(pg);

	printf("{\n");
	print_pair("get", &series[0], &series[1], "");
	print_pair("update", &series[2], &series[3], "");
	printf("  \"start_to_first_answer_ms\": %.1f,\n  \"resident_kb\": %ld,\n  \"rounds\": %d\n}\n",
		   start_us / 1000, resident, rounds);
	json_decref(envelope);
	free(arguments);
	return 0;
}
