/*
 * http_tls.h
 *		TLS: certificates, and sockets that speak it.
 */
#ifndef BRIDGE_HTTP_TLS_H
#define BRIDGE_HTTP_TLS_H

#include <event2/bufferevent.h>
#include <event2/event.h>

/* Read certificates and key, and again at SIGHUP; ends the process where they cannot be used. */
extern void http_tls_open(struct event_base *base);

/* A client that begins to speak it. */
extern struct bufferevent *http_tls_accept(struct event_base *base, int fd);

/* Put what was read of its socket, and not handed on, into its empty input. */
extern void http_tls_pull(struct bufferevent *socket);

/* Tell it that no more comes. */
extern void http_tls_shut(struct bufferevent *socket);

#endif							/* BRIDGE_HTTP_TLS_H */
