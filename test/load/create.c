/*
 * create.c
 *		How long it takes to create users, one after the other or in one bulk.
 *
 *		create [-b BASE] [-t TOKENS] ADDRESS COUNT posts|bulk NAME
 *
 * All on one connection; names of users begin with NAME.  Prints one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static struct event_base *loop;
static size_t users;
static size_t created;
static const char *name;
static uint64_t ended;

static void
post(Client *client)
{
	char		body[1024];
	const Request request = {.method = "POST", .path = "/Users",
	.body = ask_user(body, sizeof(body), name, created)};
	size_t		length;
	const char *text = ask_text(0, &request, &length);

	client_ask(client, text, length);
}

static void
bulk(Client *client)
{
	const Request request = {.method = "POST", .path = "/Bulk", .body = ask_bulk(users, name)};
	size_t		length;
	const char *text = ask_text(0, &request, &length);

	client_ask(client, text, length);
}

static void
on_created(Client *client, const Answer *answer)
{
	if (answer->status != 201)
		fail("a user is not created", answer->body != NULL ? answer->body : "");
	if (++created < users)
	{
		post(client);
		return;
	}
	ended = now();
	event_base_loopbreak(loop);
}

/* Each of its entries says that it is created. */
static void
on_bulk(Client *client, const Answer *answer)
{
	static const char status[] = "\"status\":\"201\"";
	const char *end = answer->body + answer->length;
	const char *at = answer->body;

	(void) client;
	ended = now();
	if (answer->status != 200)
		fail("the bulk is not done", answer->body != NULL ? answer->body : "");
	while ((at = memmem(at, (size_t) (end - at), status, strlen(status))) != NULL)
	{
		created++;
		at += strlen(status);
	}
	if (created != users)
		fail("the bulk is not done", "not all are created");
	event_base_loopbreak(loop);
}

int
main(int argc, char **argv)
{
	Options		options = options_read(argc, argv, 3,
									   "create [-b BASE] [-t TOKENS] "
									   "ADDRESS COUNT posts|bulk NAME");
	bool		at_once = strcmp(options.words[1], "bulk") == 0;
	uint64_t	began;
	Client	   *client;

	loop = options.loop;
	users = options_number(options.words[0]);
	name = options.words[2];
	client = clients_new(1, at_once ? on_bulk : on_created);
	client_connect(client);
	began = now();
	(at_once ? bulk : post) (client);
	event_base_dispatch(loop);
	printf("{\"seconds\": %.4f}\n", (double) (ended - began) / 1e6);
	return 0;
}
