/*
 * rate.c
 *		How many requests an HTTP server of SCIM answers in a second, and how long each takes.
 *
 *		rate [-b BASE] [-i IDS] [-t TOKENS] ADDRESS CLIENTS SECONDS WAY [PATH]
 *
 * So many clients, each with a connection that is kept, if the server keeps it, and one
 * request at a time; what is answered in the first tenth of the seconds is not counted.
 * ADDRESS is "127.0.0.1:8080" or "unix:/path", BASE the path of SCIM; IDS and TOKENS are
 * files with a line for each.  The ways:
 *
 *		get             users, one after the other
 *		patch           each client its own user, If-Match the version that it got last
 *		path            PATH, which is not below BASE
 *		seen            PATH below BASE, If-None-Match what it was: 304
 *
 * Each answer must be the one that is expected.  Prints one JSON object; "own_us" is the
 * processor time of this program for each request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "options.h"
#include "times.h"

/* A client's own. */
typedef struct State
{
	size_t		next;			/* whom it asks for next */
	char		etag[MOST_ETAG];	/* that it got last */
	bool		began;			/* it has asked before */
} State;

typedef struct Way
{
	const char *name;
	bool		needs_ids;
	int			status;			/* that is expected; of the first request it is 200 */
	int			or_status;		/* or this one */
	void		(*ask) (Client *client, State *state);
} Way;

static struct event_base *loop;
static const Way *way;
static Lines ids;
static const char *asked_path;
static State *states;
static uint64_t counted_from;
static uint64_t until;
static size_t under_way;		/* clients that are not answered yet */
static Times times;

static void
send_request(Client *client, const Request *request)
{
	size_t		length;
	const char *text = ask_text(client->number, request, &length);

	client_ask(client, text, length);
}

static const char *
user_path(size_t which)
{
	static char path[256];

	snprintf(path, sizeof(path), "/Users/%s", ids.lines[which % ids.count]);
	return path;
}

/* Those that other clients ask for next are far away. */
static void
ask_get(Client *client, State *state)
{
	const Request request = {.method = "GET",
	.path = user_path(state->next++ * 7919 + client->number * 104729)};

	send_request(client, &request);
}

/* The first request reads which version there is. */
static void
ask_patch(Client *client, State *state)
{
	static size_t titles;
	char		title[32];
	char		body[256];
	Request		request = {.method = "GET", .path = user_path(client->number)};

	if (state->began)
	{
		snprintf(title, sizeof(title), "x%zu", ++titles);
		request.method = "PATCH";
		request.if_match = state->etag;
		request.body = ask_title(body, sizeof(body), title);
	}
	send_request(client, &request);
}

static void
ask_path(Client *client, State *state)
{
	const Request request = {.method = "GET", .path = asked_path, .outside = true};

	(void) state;
	send_request(client, &request);
}

static void
ask_seen(Client *client, State *state)
{
	const Request request = {.method = "GET", .path = asked_path, .if_none_match = state->etag};

	send_request(client, &request);
}

static const Way ways[] = {
	{"get", true, 200, 200, ask_get},
	{"patch", true, 200, 204, ask_patch},
	{"path", false, 200, 200, ask_path},
	{"seen", false, 304, 304, ask_seen},
};

static bool
is_expected(int status, const State *state)
{
	if (!state->began)
		return status == 200;
	return status == way->status || status == way->or_status;
}

static void
on_answer(Client *client, const Answer *answer)
{
	State	   *state = &states[client->number];
	uint64_t	at = now();

	if (!is_expected(answer->status, state))
	{
		fprintf(stderr, "%d: %.*s\n", answer->status, (int) answer->length,
				answer->body != NULL ? answer->body : "");
		fail(way->name, "not the answer that is expected");
	}
	state->began = true;
	memcpy(state->etag, answer->etag, sizeof(state->etag));
	if (at >= counted_from && at < until)
		times_add(&times, answer->took);
	if (at < until)
		way->ask(client, state);
	else if (--under_way == 0)	/* nothing of ours is done later */
		event_base_loopbreak(loop);
}

static double
own_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
		(double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
print(double seconds)
{
	if (times.count == 0)
		fail(way->name, "nothing was answered");
	times_sort(&times);
	printf("{\"per_second\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"own_us\": %.2f}\n",
		   (double) times.count / seconds, times_percent(&times, 50), times_percent(&times, 99),
		   own_us() / (double) times.count);
}

static const Way *
find_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
	{
		if (strcmp(name, ways[i].name) == 0)
			return &ways[i];
	}
	fail("no such way", name);
}

int
main(int argc, char **argv)
{
	Options		options = options_read(argc, argv, 3, "rate [-b BASE] [-i IDS] [-t TOKENS] "
									   "ADDRESS CLIENTS SECONDS get|patch|path|seen [PATH]");
	size_t		clients = options_number(options.words[0]);
	double		seconds = atof(options.words[1]);
	Client	   *all = clients_new(clients, on_answer);

	loop = options.loop;
	ids = options.ids;
	way = find_way(options.words[2]);
	asked_path = options.words[3];
	if (way->needs_ids ? ids.count < clients : asked_path == NULL)
		fail(way->name, "not enough ids, or no path");
	states = calloc(clients, sizeof(State));
	if (states == NULL)
		fail("memory", "none left");
	counted_from = now() + (uint64_t) (seconds * 1e5);
	until = counted_from + (uint64_t) (seconds * 1e6);
	under_way = clients;
	for (size_t i = 0; i < clients; i++)
		way->ask(&all[i], &states[i]);
	event_base_dispatch(loop);
	print(seconds);
	return 0;
}
