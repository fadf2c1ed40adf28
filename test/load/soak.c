/*
 * soak.c
 *		Good clients, and bad ones beside them.
 *
 *		soak [-b BASE] [-t TOKENS] -i IDS ADDRESS SECONDS GOOD SLOW VANISHING
 *
 * So many good clients, each of which gets a user, changes one that is its own on the condition of
 * the version that it got last, and lists ten, with a pause between; so many that are slow
 * (soak_slow.c), and so many that vanish in the middle of a body (soak_vanishing.c).  Prints
 * "fifth" after a fifth of the time, "end" at its end, and then one JSON object: how long the good
 * ones' requests took, and what was counted.
 */
#include "soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "times.h"

#define PAUSE 200				/* milliseconds between two requests of a good client */

/* A good client. */
typedef struct Good
{
	Client	   *client;
	size_t		turn;			/* how many requests it has made */
	char		etag[MOST_ETAG];	/* of its own user; "": it was not read yet */
	bool		writes;			/* its request is a PATCH */
	bool		reads_own;		/* or reads its own user */
} Good;

Counts		counts;

static struct event_base *loop;
static Lines ids;
static Good *good;
static Times times;
static uint64_t counted_from;
static uint64_t until;

bool
is_over(void)
{
	return now() >= until;
}

void
count_wrong(const char *who, const Answer *answer)
{
	if (counts.wrong++ < 5)
		fprintf(stderr, "%s: %d after %lu ms: %.*s\n", who, answer->status,
				(unsigned long) (answer->took / 1000),
				(int) (answer->length < 300 ? answer->length : 300),
				answer->body != NULL ? answer->body : "");
}

/* ---- timers ---- */

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	Timer	   *timer = arg;
	int			milliseconds = timer->step(timer->arg);
	struct timeval after = {milliseconds / 1000, milliseconds % 1000 * 1000};

	(void) fd;
	(void) what;
	if (milliseconds > 0 && event_add(timer->event, &after) == 0)
		return;
	event_free(timer->event);
	free(timer);
}

void
timer_start(int (*step) (void *arg), void *arg, int milliseconds)
{
	struct timeval after = {milliseconds / 1000, milliseconds % 1000 * 1000};
	Timer	   *timer = malloc(sizeof(*timer));

	if (timer == NULL)
		fail("memory", "none left");
	*timer = (Timer) {.event = evtimer_new(loop, on_timer, timer), .step = step, .arg = arg};
	if (timer->event == NULL || event_add(timer->event, &after) < 0)
		fail("timer", "none can be had");
}

/* ---- good clients ---- */

void
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

static void
ask_own(Good *one)
{
	char		title[32];
	char		body[256];
	Request		request = {.method = "GET", .path = user_path(one->client->number)};

	one->writes = one->etag[0] != '\0';
	one->reads_own = !one->writes;
	if (one->writes)
	{
		snprintf(title, sizeof(title), "turn %zu", one->turn);
		request.method = "PATCH";
		request.if_match = one->etag;
		request.body = ask_title(body, sizeof(body), title);
	}
	send_request(one->client, &request);
}

static int
ask_next(void *arg)
{
	Good	   *one = arg;
	Request		request = {.method = "GET"};

	one->writes = one->reads_own = false;
	switch (one->turn++ % 3)
	{
		case 0:
			request.path = user_path(one->turn * 7919 + one->client->number * 104729);
			break;
		case 1:
			ask_own(one);
			return 0;
		default:
			request.path = "/Users?count=10&startIndex=1";
	}
	send_request(one->client, &request);
	return 0;
}

static void
on_answer(Client *client, const Answer *answer)
{
	Good	   *one = &good[client->number];

	if (answer->status == 200)
		counts.answered++;
	else
		count_wrong(one->writes ? "good, PATCH" : "good, GET", answer);
	if (one->writes || one->reads_own)
		snprintf(one->etag, MOST_ETAG, "%s", answer->status == 200 ? answer->etag : "");
	if (client->sent >= counted_from)
		times_add(&times, answer->took);
	if (!is_over())
		timer_start(ask_next, one, PAUSE);
}

/* They begin one after the other, within a pause. */
static void
good_start(size_t count)
{
	Client	   *clients = clients_new(count, on_answer);

	good = calloc(count, sizeof(Good));
	if (good == NULL)
		fail("memory", "none left");
	for (size_t i = 0; i < count; i++)
	{
		good[i].client = &clients[i];
		timer_start(ask_next, &good[i], 1 + (int) (i * PAUSE / count));
	}
}

/* ---- the whole ---- */

static int
say(void *word)
{
	puts(word);
	fflush(stdout);
	return 0;
}

/* What was asked before is answered a moment later. */
static int
stop(void *arg)
{
	(void) arg;
	event_base_loopbreak(loop);
	return 0;
}

static size_t
number_from_0(const char *word)
{
	return strcmp(word, "0") == 0 ? 0 : options_number(word);
}

int
main(int argc, char **argv)
{
	Options		options = options_read(argc, argv, 4, "soak [-b BASE] [-t TOKENS] -i IDS "
									   "ADDRESS SECONDS GOOD SLOW VANISHING");
	int			seconds = (int) options_number(options.words[0]);
	size_t		count = options_number(options.words[1]);

	loop = options.loop;
	ids = options.ids;
	if (ids.count < count)
		fail("usage", "each good client needs a user of its own: -i IDS");
	counted_from = now() + (uint64_t) seconds * 100000;
	until = now() + (uint64_t) seconds * 1000000;
	good_start(count);
	slow_start(number_from_0(options.words[2]));
	vanishing_start(number_from_0(options.words[3]));
	timer_start(say, "fifth", seconds * 200);
	timer_start(say, "end", seconds * 1000);
	timer_start(stop, NULL, seconds * 1000 + 2000);
	event_base_dispatch(loop);
	times_sort(&times);
	printf("{\"p50_us\": %u, \"p99_us\": %u, \"answered\": %zu, \"slow_done\": %zu, "
		   "\"slow_late\": %zu, \"vanished\": %zu, \"wrong\": %zu}\n",
		   times_percent(&times, 50), times_percent(&times, 99), counts.answered, counts.slow_done,
		   counts.slow_late, counts.vanished, counts.wrong);
	return 0;
}
