/*
 * http_listen.h
 *		Where clients connect: addresses and Unix sockets.
 */
#ifndef BRIDGE_HTTP_LISTEN_H
#define BRIDGE_HTTP_LISTEN_H

#include <event2/event.h>
#include <stdbool.h>

#include "http_address.h"

/* Who can be reached by a listener: the main one, or that of --metrics. */
typedef enum HttpDoor
{
	HTTP_MAIN,
	HTTP_METRICS
} HttpDoor;

/* A place where clients connect. */
typedef struct HttpListener
{
	HttpDoor	door;			/* whom they reach */
	bool		tls;			/* they speak TLS */
	const char *address;		/* as the command line has it */
	const char *path;			/* of a Unix socket; NULL: it is none */
	int			fd;				/* its socket */
	struct event *waiting;		/* somebody wants to connect */
	struct event *pause;		/* nobody is let in for a while */
} HttpListener;

/* A client has connected, by this socket, which is the function's now. */
typedef void (*HttpTaken) (const HttpListener *listener, int fd, const HttpAddress *peer);

/* Listen there; ends the process where that cannot be. */
extern void http_listen(struct event_base *base, const char *address, HttpDoor door, bool tls,
						HttpTaken taken);

/* Nobody connects any more. */
extern void http_listen_no_more(void);

#endif							/* BRIDGE_HTTP_LISTEN_H */
