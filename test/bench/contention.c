/*
 * contention.c
 *		Many agents increment one number, each by reading it, thinking, and writing it: how
 *		many attempts does a success take, and how many a second are there?
 *
 *		contention CONNINFO WAY AGENTS THINK_MS SECONDS
 *		contention CONNINFO forecast RESOURCES WARM_UP SECONDS
 *
 * An attempt is a write that was thought of and sent, as that is what costs an agent;
 * the calls beside it (reads, leases) are told as well.  In the end the number must be
 * that of the successes: "wrong" is by how much it is not.  Prints one JSON object.
 *
 * "forecast" has writers write at random times instead, and judges what was forecast
 * (contention_forecast.c).
 */
#include "contention.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *conninfo;
char		tally_id[ID_SIZE];
double		think_seconds;

static const Way *way;
static double end;				/* of the time */
static pthread_barrier_t barrier;

void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "contention: %s: %s\n", what, detail);
	exit(2);
}

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

double
random_fraction(Agent *agent)
{
	agent->random ^= agent->random << 13;
	agent->random ^= agent->random >> 7;
	agent->random ^= agent->random << 17;
	return (double) ((agent->random >> 11) + 1) / (double) (1ULL << 53);
}

void
sleep_until(double time)
{
	double		left = time - now();
	struct timespec t;

	if (left <= 0)
		return;
	t.tv_sec = (time_t) left;
	t.tv_nsec = (long) ((left - (double) t.tv_sec) * 1e9);
	nanosleep(&t, NULL);
}

bool
sleep_on(double seconds)
{
	sleep_until(fmin(now() + seconds, end));
	return now() < end;
}

/* ---- the database ---- */

char *
ask(PGconn *connection, const char *sql, int count, const char *const *values)
{
	PGresult   *result = PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
	char	   *answer;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail(sql, PQerrorMessage(connection));
	answer = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	if (answer == NULL)
		fail("memory", "none left");
	return answer;
}

json_t *
call_tool(Agent *agent, const char *tool, json_t *arguments, const char **code)
{
	char	   *text = json_dumps(arguments, JSON_COMPACT);
	const char *values[] = {tool, text};
	char	   *answered = ask(agent->connection, "SELECT scim_call_tool($1, $2)", 2, values);
	json_t	   *answer = json_loads(answered, 0, NULL);
	json_t	   *content = json_object_get(answer, "content");

	if (!json_is_boolean(json_object_get(answer, "success")))
		fail(tool, answered);
	*code = json_string_value(json_object_get(content, "error_code"));
	agent->retry_after_ms = json_integer_value(json_object_get(content, "retry_after_ms"));
	agent->calls++;
	json_decref(arguments);
	free(answered);
	free(text);
	return answer;
}

void
make_tally(Agent *agent, char *id)
{
	const char *code;
	json_t	   *answer = call_tool(agent, "scim_create_resource",
								   json_pack("{s:s,s:{s:i}}", "resource_type", "Tally",
											 "resource_data", "count", 0), &code);

	if (code)
		fail("scim_create_resource", code);
	snprintf(id, ID_SIZE, "%s",
			 json_string_value(json_object_get(json_object_get(answer, "content"), "id")));
	json_decref(answer);
}

void
start_agent(Agent *agent, int number, const char *name)
{
	char		full_name[32];
	const char *values[] = {full_name};

	snprintf(full_name, sizeof(full_name), "%s%d", name, number);
	memset(agent, 0, sizeof(*agent));
	agent->number = number;
	agent->random = 88172645463325252ULL + (unsigned long long) number * 7919 +
		(unsigned long long) (now() * 1e6);
	for (int i = 0; i < 20; i++)
		(void) random_fraction(agent);
	agent->connection = PQconnectdb(conninfo);
	if (PQstatus(agent->connection) != CONNECTION_OK)
		fail("connect", PQerrorMessage(agent->connection));
	free(ask(agent->connection, "SELECT set_config('scimver.agent', $1, false)", 1, values));
}

/* ---- one way ---- */

static void *
work(void *argument)
{
	Agent	   *agent = argument;

	pthread_barrier_wait(&barrier);
	while (now() < end)
		way->increment(agent);
	return NULL;
}

static const Way *
find_way(const char *name)
{
	for (const Way *found = contention_ways; found->name; found++)
		if (strcmp(found->name, name) == 0)
			return found;
	fail("no such way", name);
}

/* What the number is in the end. */
static long
final_count(Agent *agent)
{
	const char *values[] = {tally_id};
	char	   *count = ask(agent->connection,
							"SELECT scim_get_resource('Tally', $1) ->> 'count'", 1, values);
	long		found = atol(count);

	free(count);
	return found;
}

static void
run_way(int agents, double seconds)
{
	static Agent all[MAX_AGENTS];
	pthread_t	threads[MAX_AGENTS];
	Agent		sum = {0};
	double		begin;

	for (int i = 0; i < agents; i++)
		start_agent(&all[i], i, "agent");
	make_tally(&all[0], tally_id);
	all[0].calls = 0;
	pthread_barrier_init(&barrier, NULL, (unsigned) agents + 1);
	for (int i = 0; i < agents; i++)
		if (pthread_create(&threads[i], NULL, work, &all[i]) != 0)
			fail("threads", "none left");
	begin = now();
	end = begin + seconds;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < agents; i++)
	{
		pthread_join(threads[i], NULL);
		sum.attempts += all[i].attempts;
		sum.successes += all[i].successes;
		sum.calls += all[i].calls;
		sum.lost += all[i].lost;
	}
	seconds = now() - begin;
	printf("{\"way\": \"%s\", \"agents\": %d, \"think_ms\": %.0f, \"attempts\": %ld, "
		   "\"successes\": %ld, \"calls\": %ld, \"lost\": %ld, \"seconds\": %.3f, "
		   "\"wrong\": %ld}\n",
		   way->name, agents, think_seconds * 1000, sum.attempts, sum.successes, sum.calls,
		   sum.lost, seconds, labs(final_count(&all[0]) - sum.successes));
}

int
main(int argc, char **argv)
{
	if (argc != 6)
		fail("usage", "contention CONNINFO WAY AGENTS THINK_MS SECONDS");
	conninfo = argv[1];
	if (strcmp(argv[2], "forecast") == 0)
	{
		judge_forecast(atoi(argv[3]), atof(argv[4]), atof(argv[5]));
		return 0;
	}
	way = find_way(argv[2]);
	think_seconds = atof(argv[4]) / 1000;
	if (atoi(argv[3]) < 1 || atoi(argv[3]) > MAX_AGENTS)
		fail("usage", "1 to 64 agents");
	run_way(atoi(argv[3]), atof(argv[5]));
	return 0;
}
