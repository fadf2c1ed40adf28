/*
 * http_proxy.h
 *		What a trusted proxy says of the client in whose name it asks.
 */
#ifndef BRIDGE_HTTP_PROXY_H
#define BRIDGE_HTTP_PROXY_H

#include <stdbool.h>

#include "http_address.h"
#include "http_parse.h"

/* Read --trusted-proxy; ends the process where it is wrong. */
extern void http_proxies_open(void);

/* Is that a proxy which is believed? */
extern bool http_proxy_is_trusted(const HttpAddress *address);

/* The client's address: the one that is no proxy of ours; left as it is if nothing says more. */
extern void http_proxy_client(const HttpHead *head, HttpAddress *address);

/* X-Forwarded-Proto, as a word of our own; NULL: it says nothing. */
extern const char *http_proxy_scheme(const HttpHead *head);

/* X-Forwarded-Host; absent: it says nothing, or no host. */
extern ScanSpan http_proxy_host(const HttpHead *head);

#endif							/* BRIDGE_HTTP_PROXY_H */
