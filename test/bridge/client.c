/*
 * client.c
 *		A client of the bridge in its own process: the other end of a socket pair.
 */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "mcp.h"
#include "transport_pair.h"

static struct event_base *event_base;
static struct event *tick;

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
}

void
clients_open(struct event_base *base)
{
	static const struct timeval moment = {0, 2000};

	event_base = base;
	tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	if (tick == NULL || event_add(tick, &moment) < 0)
		log_fatal("cannot make a timer");
}

void
go_on(void)
{
	if (event_base_loop(event_base, EVLOOP_ONCE) < 0)
		log_fatal("the event loop failed");
}

void
client_open(Client *client, const char *name, const char *secret)
{
	int			ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 ||
		fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		log_fatal("cannot make a socket pair");
	memset(client, 0, sizeof(*client));
	client->name = name;
	client->secret = secret;
	client->fd = ends[0];
	client->session = mcp_serve(transport_pair_open(event_base, ends[1], &client->closed));
}

void
client_send(Client *client, const char *bytes, size_t length)
{
	while (length > 0)
	{
		ssize_t		n = write(client->fd, bytes, length);

		if (n > 0)
		{
			bytes += n;
			length -= (size_t) n;
		}
		else if (errno == EAGAIN)
			go_on();
		else if (errno != EINTR)
			log_fatal("%s cannot write: %s", client->name, strerror(errno));
	}
}

void
client_say(Client *client, const char *format, ...)
{
	va_list		args;
	char	   *text;
	int			length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		log_fatal("out of memory");
	client_send(client, text, (size_t) length);
	client_send(client, "\n", 1);
	free(text);
}

unsigned int
client_waiting(Client *client)
{
	unsigned int count = 0;
	ssize_t		n;

	do
	{
		buf_reserve(&client->in, 1 << 16);
		n = read(client->fd, client->in.data + client->in.length, 1 << 16);
		if (n > 0)
			client->in.length += (size_t) n;
	} while (n > 0);
	if (n == 0 || errno != EAGAIN)
		log_fatal("%s cannot read", client->name);
	for (size_t i = client->taken; i < client->in.length; i++)
		count += client->in.data[i] == '\n';
	return count;
}

const char *
client_line(Client *client)
{
	size_t		start = client->taken;
	char	   *end;

	while (client_waiting(client) == 0)
		go_on();
	end = memchr(client->in.data + start, '\n', client->in.length - start);
	*end = '\0';
	client->taken = (size_t) (end + 1 - client->in.data);
	client->lines++;
	return client->in.data + start;
}

void
client_forget(Client *client)
{
	buf_consume(&client->in, client->taken);
	client->taken = 0;
}

void
client_close(Client *client)
{
	(void) close(client->fd);
	client->fd = -1;
}

bool
client_is_alone(Client *client, const Client *other)
{
	return client->in.length > 0 &&
		memmem(client->in.data, client->in.length, other->secret, strlen(other->secret)) == NULL;
}
