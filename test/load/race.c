/*
 * race.c
 *		Writers who all have read the same version: one writes, the others are told.
 *
 *		race [-b BASE] [-t TOKENS] ADDRESS WRITERS ROUNDS USER [CONNINFO]
 *
 * Each round, all of them PATCH the user's title at once, each on a connection of its own,
 * with the ETag that was read before: one must be answered with 200, the others with 412,
 * and the title must be that one's.  With CONNINFO, in every third round somebody updates
 * the row by plain SQL meanwhile: if he was first, all are answered with 412; in any case
 * his change is there in the end, and nobody's is lost.  Prints one JSON object; "wrong" is the
 * number of rounds that came out otherwise, the first of which is told on standard error.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define MOST_TITLE 64

static struct event_base *loop;
static Client *clients;			/* the last one reads */
static size_t writers;
static char path[256];
static const char *user;
static PGconn *administrator;	/* NULL: nobody updates */

/* What is there, as it was read last. */
static char etag[MOST_ETAG];
static char title[MOST_TITLE];
static char nick_name[MOST_TITLE];

/* A round. */
static size_t round_number;
static size_t won;				/* how many were answered with 200 */
static size_t refused;			/* and with 412 */
static size_t answered;			/* altogether */
static size_t winner;			/* one who won */

/* All rounds. */
static size_t rounds;
static size_t wrong;
static size_t overtaken;		/* where nobody won */

/* The value of an attribute of the resource, or "". */
static void
read_attribute(char *to, const Answer *answer, const char *name)
{
	char		key[32];
	int			length = snprintf(key, sizeof(key), "\"%s\"", name);
	const char *end = answer->body + answer->length;
	const char *at = memmem(answer->body, answer->length, key, (size_t) length);
	size_t		n = 0;

	for (at = at != NULL ? memchr(at + length, '"', (size_t) (end - at - length)) : NULL;
		 at != NULL && ++at < end && *at != '"' && n < MOST_TITLE - 1;)
		to[n++] = *at;
	to[n] = '\0';
}

static void
send_request(Client *client, const Request *request)
{
	size_t		length;
	const char *text = ask_text(client->number, request, &length);

	client_ask(client, text, length);
}

static void
read_user(void)
{
	const Request request = {.method = "GET", .path = path};

	send_request(&clients[writers], &request);
}

static char *
title_of(char *to, size_t writer)
{
	snprintf(to, MOST_TITLE, "round %zu, writer %zu", round_number, writer);
	return to;
}

static bool
is_updated(void)
{
	return administrator != NULL && round_number % 3 == 0;
}

/* By plain SQL, which does not wait here. */
static void
update(void)
{
	char		value[MOST_TITLE];
	const char *values[] = {user, value};

	snprintf(value, sizeof(value), "%zu", round_number);
	if (!PQsendQueryParams(administrator, "UPDATE users SET data = data || jsonb_build_object('nickName', $2::text) WHERE id::text = $1",
						   2, NULL, values, NULL, NULL, 0) || PQflush(administrator) != 0)
		fail("UPDATE", PQerrorMessage(administrator));
}

static void
end_update(void)
{
	PGresult   *result = PQgetResult(administrator);

	if (PQresultStatus(result) != PGRES_COMMAND_OK || strcmp(PQcmdTuples(result), "1") != 0)
		fail("UPDATE", PQerrorMessage(administrator));
	while (result != NULL)
	{
		PQclear(result);
		result = PQgetResult(administrator);
	}
}

/* Somebody who updates does so after some of them. */
static void
start_round(void)
{
	size_t		moment = is_updated() ? round_number / 3 % (writers + 1) : writers + 1;

	won = refused = answered = 0;
	for (size_t i = 0; i < writers; i++)
	{
		char		value[MOST_TITLE];
		char		body[256];
		const Request request = {.method = "PATCH", .path = path, .if_match = etag,
		.body = ask_title(body, sizeof(body), title_of(value, i))};

		if (i == moment)
			update();
		send_request(&clients[i], &request);
	}
	if (moment == writers)
		update();
}

static void
on_written(Client *client, const Answer *answer)
{
	answered++;
	if (answer->status == 200)
	{
		won++;
		winner = client->number;
	}
	else if (answer->status == 412)
		refused++;
	else
		fprintf(stderr, "round %zu: %d: %.*s\n", round_number, answer->status, (int) answer->length,
				answer->body != NULL ? answer->body : "");
	if (answered < writers)
		return;
	if (is_updated())
		end_update();
	read_user();
}

/* Is what is there what they were told?  "before": the title that was there before. */
static bool
is_right(const char *before)
{
	char		expected[MOST_TITLE];
	char		updated[MOST_TITLE];

	snprintf(updated, sizeof(updated), "%zu", round_number);
	if (won + refused != writers || won > 1 || (is_updated() && strcmp(nick_name, updated) != 0))
		return false;
	if (won == 0)
		return is_updated() && strcmp(title, before) == 0;
	return strcmp(title, title_of(expected, winner)) == 0;
}

static void
judge(const char *before)
{
	if (won == 0)
		overtaken++;
	if (is_right(before))
		return;
	if (wrong++ == 0)
		fprintf(stderr, "round %zu: %zu won, %zu refused, title \"%s\", nickName \"%s\"\n", round_number,
				won, refused, title, nick_name);
}

static void
on_read(Client *client, const Answer *answer)
{
	char		before[MOST_TITLE];

	if (answer->status != 200 || answer->etag[0] == '\0')
		fail("the user is not read", answer->body != NULL ? answer->body : "");
	memcpy(before, title, sizeof(before));
	read_attribute(title, answer, "title");
	read_attribute(nick_name, answer, "nickName");
	memcpy(etag, answer->etag, sizeof(etag));
	(void) client;
	if (round_number > 0)
		judge(before);
	if (round_number++ < rounds)
		start_round();
	else
		event_base_loopbreak(loop);
}

int
main(int argc, char **argv)
{
	Options		options = options_read(argc, argv, 3, "race [-b BASE] [-t TOKENS] ADDRESS WRITERS ROUNDS USER [CONNINFO]");

	loop = options.loop;
	writers = options_number(options.words[0]);
	rounds = options_number(options.words[1]);
	user = options.words[2];
	snprintf(path, sizeof(path), "/Users/%s", user);
	if (options.words[3] != NULL)
	{
		administrator = PQconnectdb(options.words[3]);
		if (PQstatus(administrator) != CONNECTION_OK)
			fail("cannot connect to the database", PQerrorMessage(administrator));
	}
	clients = clients_new(writers + 1, on_written);
	clients[writers].answered = on_read;
	read_user();
	event_base_dispatch(loop);
	printf("{\"rounds\": %zu, \"wrong\": %zu, \"overtaken\": %zu}\n", rounds, wrong, overtaken);
	if (administrator != NULL)
		PQfinish(administrator);
	return wrong > 0;
}
