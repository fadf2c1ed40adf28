/*
 * idle.c
 *		Connections that are kept and not used.
 *
 *		idle [-b BASE] [-t TOKENS] ADDRESS CONNECTIONS PATH
 *
 * Opens so many, one after the other; each asks for PATH once, below BASE.  Then it says
 * "ready" and keeps them until its standard input ends; if one was closed by then, it fails.
 */
#include <stdio.h>
#include <unistd.h>

#include "options.h"

static struct event_base *loop;
static Client *clients;
static size_t connections;
static size_t answered;
static const char *path;

static void
ask(size_t which)
{
	const Request request = {.method = "GET", .path = path};
	size_t		length;
	const char *text = ask_text(which, &request, &length);

	client_ask(&clients[which], text, length);
}

static void
on_answer(Client *client, const Answer *answer)
{
	(void) client;
	if (answer->status != 200)
		fail("not answered with 200", answer->body != NULL ? answer->body : "the connection ended");
	if (++answered < connections)
	{
		ask(answered);
		return;
	}
	puts("ready");
	fflush(stdout);
}

static void
on_input(evutil_socket_t fd, short what, void *arg)
{
	char		byte;

	(void) what;
	(void) arg;
	if (read(fd, &byte, 1) > 0)
		return;
	for (size_t i = 0; i < connections; i++)
	{
		if (clients[i].fd < 0)
			fail("a connection was closed", path);
	}
	event_base_loopbreak(loop);
}

int
main(int argc, char **argv)
{
	Options		options = options_read(argc, argv, 2,
									   "idle [-b BASE] [-t TOKENS] ADDRESS CONNECTIONS PATH");
	struct event *input;

	input = event_new(options.loop, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, NULL);
	if (input == NULL || event_add(input, NULL) < 0)
		fail("standard input", "it is no pipe");
	loop = options.loop;
	connections = options_number(options.words[0]);
	path = options.words[1];
	clients = clients_new(connections, on_answer);
	ask(0);
	event_base_dispatch(loop);
	return 0;
}
