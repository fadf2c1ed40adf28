/*
 * soak_slow.c
 *		Clients who are slow, each in one of four ways.
 *
 * Entry point: slow_start.
 */
#include "soak.h"

#include <stdlib.h>
#include <string.h>

/* What is sent or read a bit at a time. */
typedef struct Way
{
	const char *name;
	bool		sends_body;		/* the head goes at once, the body slowly */
	bool		reads;			/* all of it goes at once, the answer is read slowly */
	size_t		bytes;			/* at a time */
	int			pause;			/* milliseconds between */
	int			status;			/* that is to come of it */
} Way;

static const Way ways[] = {
	{"slow head, in time", .bytes = 8, .pause = 100, .status = 200},
	{"slow head", .bytes = 1, .pause = 400, .status = 408},
	{"slow body", .sends_body = true, .bytes = 1, .pause = 400, .status = 408},
	{"slow reader", .reads = true, .bytes = 4096, .pause = 40, .status = 200},
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

typedef struct Slow
{
	Client	   *client;
	const Way  *way;
	bool		under_way;		/* a request is */
	char	   *text;			/* of it */
	size_t		length;
	size_t		sent;			/* bytes of it */
} Slow;

static Slow *all;

static void
on_answer(Client *client, const Answer *answer)
{
	Slow	   *slow = &all[client->number];

	slow->under_way = false;
	if (answer->status != slow->way->status)
		count_wrong(slow->way->name, answer);
	else if (answer->status == 200)
		counts.slow_done++;
	else
		counts.slow_late++;
}

/* A list that does not fit into the sockets' buffers. */
static void
begin_reading(Slow *slow)
{
	const Request request = {.method = "GET", .path = "/Users?count=500"};

	send_request(slow->client, &request);
}

static void
begin_sending(Slow *slow)
{
	char		body[1024];
	const Request get = {.method = "GET", .path = "/Users?count=1"};
	const Request post = {.method = "POST", .path = "/Users",
	.body = ask_user(body, sizeof(body), "slow", slow->client->number)};
	const char *text = ask_text(slow->client->number, slow->way->sends_body ? &post : &get,
								&slow->length);

	slow->text = realloc(slow->text, slow->length);
	if (slow->text == NULL)
		fail("memory", "none left");
	memcpy(slow->text, text, slow->length);
	slow->sent = slow->way->sends_body ? slow->length - strlen(body) : 0;
	client_connect(slow->client);
	client_wait(slow->client);
	client_trickle(slow->client, slow->text, slow->sent);
}

static void
send_more(Slow *slow)
{
	size_t		n = slow->length - slow->sent;

	if (n > slow->way->bytes)
		n = slow->way->bytes;
	client_trickle(slow->client, slow->text + slow->sent, n);
	slow->sent += n;
}

/* What is not answered at the end of the time is not waited for. */
static int
go_on(void *arg)
{
	Slow	   *slow = arg;

	if (is_over())
		return 0;
	if (slow->under_way && slow->way->reads)
		client_read(slow->client, slow->way->bytes);
	else if (slow->under_way)
		send_more(slow);
	else
	{
		slow->under_way = true;
		(slow->way->reads ? begin_reading : begin_sending) (slow);
	}
	return slow->way->pause;
}

void
slow_start(size_t count)
{
	Client	   *clients = clients_new(count, on_answer);

	all = calloc(count + 1, sizeof(Slow));
	if (all == NULL)
		fail("memory", "none left");
	for (size_t i = 0; i < count; i++)
	{
		all[i] = (Slow) {.client = &clients[i], .way = &ways[i % WAYS]};
		clients[i].muted = all[i].way->reads;
		timer_start(go_on, &all[i], 1 + (int) i * 10);
	}
}
