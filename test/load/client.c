/*
 * client.c
 *		A client of an HTTP server on this machine.
 *
 * Entry points: clients_begin, clients_new, client_ask and its like.
 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define READ_AT_ONCE 16384

static const char *program;
static struct event_base *loop;
static union
{
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
}			server;
static socklen_t server_length;

void
fail(const char *what, const char *detail)
{
	fprintf(stderr, "%s: %s: %s\n", program, what, detail);
	exit(1);
}

uint64_t
now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		fail("clock_gettime", strerror(errno));
	return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

void
clients_begin(const char *name, struct event_base *base, const char *address)
{
	const char *colon = strrchr(address, ':');
	char		host[64];

	program = name;
	loop = base;
	if (base == NULL)
		fail("event loop", "there is none");
	if (strncmp(address, "unix:", 5) == 0)
	{
		server.un.sun_family = AF_UNIX;
		snprintf(server.un.sun_path, sizeof(server.un.sun_path), "%s", address + 5);
		server_length = sizeof(server.un);
		return;
	}
	if (colon == NULL || (size_t) (colon - address) >= sizeof(host))
		fail("no address", address);
	snprintf(host, sizeof(host), "%.*s", (int) (colon - address), address);
	server.in.sin_family = AF_INET;
	server.in.sin_port = htons((uint16_t) atoi(colon + 1));
	if (inet_pton(AF_INET, host, &server.in.sin_addr) != 1)
		fail("no address", address);
	server_length = sizeof(server.in);
}

/* ---- what is read ---- */

/* The value of a field of the head, which ends with a NUL; NULL: there is none. */
static const char *
field(const char *head, const char *name)
{
	size_t		length = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n"))
	{
		line += 2;
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1 + strspn(line + length + 1, " ");
	}
	return NULL;
}

static void
copy_etag(char *etag, const char *head)
{
	const char *value = field(head, "ETag");
	size_t		length = value != NULL ? strcspn(value, "\r") : 0;

	if (length >= MOST_ETAG)
		fail("an ETag is too long", value);
	memcpy(etag, value != NULL ? value : "", length);
	etag[length] = '\0';
}

/* The chunks that are there, put together; false: the last one is not there yet. */
static bool
unchunk(const char *from, size_t length, char *to, size_t *body_length)
{
	const char *end = from + length;
	size_t		size;

	*body_length = 0;
	do
	{
		const char *line_end = memmem(from, (size_t) (end - from), "\r\n", 2);

		if (line_end == NULL)
			return false;
		size = strtoul(from, NULL, 16);
		from = line_end + 2;
		if ((size_t) (end - from) < size + 2)
			return false;
		memmove(to + *body_length, from, size);
		*body_length += size;
		from += size + 2;
	} while (size > 0);
	return true;
}

/* All of the answer's body, if it is there; "ended": nothing comes any more. */
static bool
find_body(Client *client, const char *head, const char *body, bool ended, Answer *answer)
{
	const char *value = field(head, "Content-Length");
	const char *coding = field(head, "Transfer-Encoding");
	size_t		have = client->length - (size_t) (body - client->in);
	static char *chunks;

	answer->body = body;
	answer->length = have;
	if (answer->status == 204 || answer->status == 304)
	{
		answer->length = 0;
		return true;
	}
	if (value != NULL)
	{
		answer->length = strtoul(value, NULL, 10);
		return have >= answer->length;
	}
	if (coding == NULL)
		return ended;			/* it ends with the connection */
	chunks = realloc(chunks, have + 1);
	if (chunks == NULL)
		fail("memory", "none left");
	answer->body = chunks;
	return unchunk(body, have, chunks, &answer->length);
}

/* Is the connection of no use behind this answer? */
static bool
is_last(const char *head)
{
	const char *value = field(head, "Connection");

	if (value != NULL)
		return strncasecmp(value, "close", 5) == 0;
	return strncmp(head, "HTTP/1.0", 8) == 0;
}

/* An answer that is there is told of. */
static void
look(Client *client, bool ended)
{
	Answer		answer = {0};
	char	   *end = NULL;
	bool		last;

	if (client->length > 0)
		end = memmem(client->in, client->length, "\r\n\r\n", 4);
	if (end == NULL)
		return;
	end[2] = '\0';				/* of the head, with its last line's end */
	answer.status = atoi(client->in + strlen("HTTP/1.1 "));
	copy_etag(answer.etag, client->in);
	if (answer.status == 100)	/* go on */
	{
		client->length -= (size_t) (end + 4 - client->in);
		memmove(client->in, end + 4, client->length);
		look(client, ended);
		return;
	}
	if (!find_body(client, client->in, end + 4, ended, &answer))
	{
		end[2] = '\r';
		return;
	}
	last = is_last(client->in);
	answer.took = now() - client->sent;
	client->waiting = false;
	client->length = 0;
	if (last)
		client_leave(client, false);
	client->answered(client, &answer);
}

/* The connection ended: it is left first, as who is told may connect anew. */
static void
end(Client *client)
{
	const Answer nothing = {0};

	client_leave(client, false);
	look(client, true);
	if (!client->waiting || client->fd >= 0)
		return;
	client->waiting = false;
	client->answered(client, &nothing);
}

/* Read so many bytes at most. */
static void
take(Client *client, size_t most)
{
	ssize_t		n;

	if (client->capacity - client->length < most)
	{
		client->capacity = client->capacity * 2 + most;
		client->in = realloc(client->in, client->capacity);
		if (client->in == NULL)
			fail("memory", "none left");
	}
	n = read(client->fd, client->in + client->length, most);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
	{
		end(client);
		return;
	}
	client->length += (size_t) n;
	look(client, false);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	take(arg, READ_AT_ONCE);
}

void
client_read(Client *client, size_t most)
{
	if (client->fd >= 0)
		take(client, most);
}

/* ---- the connection ---- */

void
client_connect(Client *client)
{
	int			one = 1;
	int			least = 1;

	if (client->fd >= 0)
		return;
	client->fd = socket(server.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		fail("socket", strerror(errno));
	if (client->muted)
		(void) setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	if (connect(client->fd, &server.any, server_length) < 0)
		fail("cannot connect", strerror(errno));
	if (server.any.sa_family == AF_INET)
		(void) setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (evutil_make_socket_nonblocking(client->fd) < 0)
		fail("cannot connect", strerror(errno));
	client->length = 0;
	client->event = event_new(loop, client->fd, EV_READ | EV_PERSIST, on_readable, client);
	if (client->event == NULL || (!client->muted && event_add(client->event, NULL) < 0))
		fail("event", "none can be had");
}

void
client_leave(Client *client, bool abruptly)
{
	struct linger none = {1, 0};

	if (client->fd < 0)
		return;
	if (abruptly)
	{
		(void) setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
		client->waiting = false;
	}
	event_free(client->event);
	close(client->fd);
	client->fd = -1;
}

Client *
clients_new(size_t count, Answered answered)
{
	Client	   *clients = calloc(count + 1, sizeof(Client));

	if (clients == NULL)
		fail("memory", "none left");
	for (size_t i = 0; i < count; i++)
	{
		clients[i].fd = -1;
		clients[i].number = i;
		clients[i].answered = answered;
	}
	return clients;
}

/* All of it; what does not fit into the socket is waited for.  A connection that has ended is told
 * of by reading. */
static void
send_all(Client *client, const char *bytes, size_t length)
{
	while (length > 0)
	{
		ssize_t		n = send(client->fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
		{
			struct pollfd writable = {client->fd, POLLOUT, 0};

			(void) poll(&writable, 1, -1);
			continue;
		}
		if (n < 0)
			return;
		bytes += n;
		length -= (size_t) n;
	}
}

void
client_trickle(Client *client, const char *part, size_t length)
{
	send_all(client, part, length);
}

void
client_wait(Client *client)
{
	client->waiting = true;
	client->sent = now();
}

void
client_ask(Client *client, const char *request, size_t length)
{
	client_connect(client);
	client_wait(client);
	send_all(client, request, length);
}
