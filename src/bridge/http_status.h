/*
 * http_status.h
 *		What the statuses of HTTP are called, and what we say when we refuse with one.
 */
#ifndef BRIDGE_HTTP_STATUS_H
#define BRIDGE_HTTP_STATUS_H

/* "Not Found"; "" of one that we do not know. */
extern const char *http_status_phrase(int status);

/* A sentence for whoever is refused so, by the bridge itself. */
extern const char *http_status_detail(int status);

#endif							/* BRIDGE_HTTP_STATUS_H */
