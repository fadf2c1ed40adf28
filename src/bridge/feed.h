/*
 * feed.h
 *		What was changed, asked for as long as somebody is told of it: one feed for each
 *		audience.
 */
#ifndef BRIDGE_FEED_H
#define BRIDGE_FEED_H

#include <event2/event.h>

#include "subscriptions.h"

/* Nobody listens yet. */
extern void feeds_open(struct event_base *base);

/* Those who see what this client sees. */
extern Audience *feed_audience(const Session *session);

/*
 * One of the audience has subscribed; the cursor is the database's answer to what it asked
 * (NULL: it watches no resource).  The feed begins with it, unless it has a cursor already,
 * wherever that stands: of what was committed before this call it may be told or not.  Of
 * what is committed later it is told, while the role may be told of it.
 */
extern void feed_attend(Audience *audience, const char *cursor);

/*
 * What the database says of uris that somebody wants to watch: an object whose "watched"
 * has each as the database has it, or null, and whose "cursor" is a string where there is
 * any; NULL, if it is none.
 */
extern json_t *feed_read_watched(const Request *request, const Outcome *outcome, size_t count);

/* The end of the process. */
extern void feeds_close(void);

#endif							/* BRIDGE_FEED_H */
