/*
 * client.h
 *		A client of the bridge in its own process: the other end of a socket pair.
 *
 * All waiting runs the event loop, so that the bridge goes on meanwhile; what
 * never comes ends the program (alarm).
 */
#ifndef TEST_CLIENT_H
#define TEST_CLIENT_H

#include <event2/event.h>
#include <stdbool.h>

#include "buf.h"
#include "session.h"

typedef struct Client
{
	const char *name;			/* what it says of itself */
	const char *secret;			/* what only its own answers may hold */
	int			fd;				/* its end of the socket pair */
	Session    *session;		/* the bridge's side of it */
	bool		closed;			/* that is closed */
	Buf			in;				/* what it has read */
	size_t		taken;			/* of it, what was looked at */
	unsigned int lines;			/* how many were looked at */
} Client;

/* Before the first one. */
extern void clients_open(struct event_base *base);

/* A turn of the event loop, which waits a moment at most. */
extern void go_on(void);

extern void client_open(Client *client, const char *name, const char *secret);

/* Send so many bytes, or a format's and a newline. */
extern void client_send(Client *client, const char *bytes, size_t length);
extern void client_say(Client *client, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* Read what is there; returns how many lines wait to be looked at. */
extern unsigned int client_waiting(Client *client);

/* The next line, until the one after it is asked for. */
extern const char *client_line(Client *client);

/* What was looked at is not needed any more. */
extern void client_forget(Client *client);

/* It is gone. */
extern void client_close(Client *client);

/* Has no line of this client held what is the other one's? */
extern bool client_is_alone(Client *client, const Client *other);

#endif							/* TEST_CLIENT_H */
