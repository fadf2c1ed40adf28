/*
 * soak_vanishing.c
 *		Clients who go away in the middle of a body.
 *
 * Every second one of them goes abruptly (RST), the others close; what they would have
 * created must never be there.
 *
 * Entry point: vanishing_start.
 */
#include "soak.h"

#include <string.h>

#define STAY 50					/* milliseconds that they are there */
#define PAUSE 100				/* and that they are not */

static void
on_answer(Client *client, const Answer *answer)
{
	(void) client;
	count_wrong("who sent half a body", answer);
}

static void
come(Client *client)
{
	char		body[1024];
	const Request request = {.method = "POST", .path = "/Users",
	.body = ask_user(body, sizeof(body), "vanished", counts.vanished)};
	size_t		length;
	const char *text = ask_text(client->number, &request, &length);

	client_ask(client, text, length - strlen(body) / 2);
}

static void
go(Client *client)
{
	client->waiting = false;
	client_leave(client, counts.vanished++ % 2 == 0);
}

static int
come_or_go(void *arg)
{
	Client	   *client = arg;

	if (is_over())
		return 0;
	if (client->fd < 0)
	{
		come(client);
		return STAY;
	}
	go(client);
	return PAUSE;
}

void
vanishing_start(size_t count)
{
	Client	   *clients = clients_new(count, on_answer);

	for (size_t i = 0; i < count; i++)
		timer_start(come_or_go, &clients[i], 1 + (int) (i * (STAY + PAUSE) / count));
}
